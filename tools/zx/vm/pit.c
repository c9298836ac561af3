// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The 8254 timer: channel 0 ticks on interrupt line 0, channel 2 is for measuring time (port 0x61).
#include "vm.h"

#include <time.h>

static const int64_t frequency = 1193182;
static const int64_t second = 1000000000;

static int64_t to_time(int64_t ticks) {
    return ticks * second / frequency;
}

static bool is_periodic(const struct pit_channel *channel) {
    return (channel->mode & 2) != 0; // 2, 3, and their other names 6, 7
}

static int64_t ticks_since(const struct pit_channel *channel) {
    int64_t passed = machine_now() - channel->begun;
    return passed / second * frequency + passed % second * frequency / second;
}

static uint16_t current_count(const struct pit_channel *channel) {
    if (!channel->running) {
        return 0;
    }
    int64_t passed = ticks_since(channel);
    if (is_periodic(channel)) {
        return (uint16_t)(channel->count - passed % channel->count);
    }
    return (uint16_t)(channel->count - passed);
}

static bool output(const struct pit_channel *channel) {
    if (!channel->running) {
        return false;
    }
    int64_t passed = ticks_since(channel);
    return channel->mode == 0 ? passed >= channel->count
                              : passed % channel->count < channel->count / 2;
}

static void begin(struct machine *machine, int number) {
    struct pit_channel *channel = &machine->pit.channels[number];
    channel->begun = machine_now();
    channel->running = true;
    if (number == 0) {
        machine->pit.next_tick = channel->begun + to_time(channel->count);
        pthread_cond_signal(&machine->pit.changed);
    }
}

static void set_mode(struct machine *machine, uint8_t value) {
    int number = value >> 6;
    if (number == 3) {
        return; // read-back is not there
    }
    struct pit_channel *channel = &machine->pit.channels[number];
    if ((value >> 4 & 3) == 0) {
        channel->latch = current_count(channel);
        channel->latched = true;
        channel->high_next = false;
        return;
    }
    channel->access = value >> 4 & 3;
    channel->mode = value >> 1 & 7;
    channel->running = channel->latched = channel->high_next = channel->write_high = false;
    if (number == 0) {
        machine->pit.next_tick = INT64_MAX;
        pthread_cond_signal(&machine->pit.changed);
    }
}

static void write_count(struct machine *machine, int number, uint8_t value) {
    struct pit_channel *channel = &machine->pit.channels[number];
    uint32_t count;
    if (channel->access == 1) {
        count = value;
    } else if (channel->access == 2) {
        count = (uint32_t)value << 8;
    } else if (!channel->write_high) {
        channel->low = value;
        channel->write_high = true;
        return;
    } else {
        channel->write_high = false;
        count = (uint32_t)value << 8 | channel->low;
    }
    channel->count = count == 0 ? 65536 : count;
    begin(machine, number);
}

static uint8_t read_count(struct pit_channel *channel) {
    uint16_t count = channel->latched ? channel->latch : current_count(channel);
    bool high = channel->access == 2 || (channel->access == 3 && channel->high_next);
    if (channel->access == 3) {
        channel->high_next = !channel->high_next;
    }
    if (high || channel->access != 3) {
        channel->latched = false;
    }
    return (uint8_t)(high ? count >> 8 : count);
}

uint8_t pit_read(struct machine *machine, uint16_t port) {
    if (port == 0x61) {
        return (uint8_t)((machine->pit.port_61 & 0x0f) | output(&machine->pit.channels[2]) << 5);
    }
    return port == 0x43 ? 0xff : read_count(&machine->pit.channels[port & 3]);
}

void pit_write(struct machine *machine, uint16_t port, uint8_t value) {
    if (port == 0x61) {
        bool opens = (value & ~machine->pit.port_61 & 1) != 0;
        machine->pit.port_61 = value;
        if (opens && machine->pit.channels[2].count != 0) {
            begin(machine, 2);
        }
    } else if (port == 0x43) {
        set_mode(machine, value);
    } else {
        write_count(machine, port & 3, value);
    }
}

// Raises line 0 at each tick.
static void *tick(void *argument) {
    struct machine *machine = argument;
    pthread_mutex_lock(&machine->lock);
    while (!machine->stopping && !machine->ended) {
        int64_t now = machine_now(), next = machine->pit.next_tick;
        if (next > now) {
            int64_t until = next < now + second ? next : now + second;
            struct timespec at = {until / second, until % second};
            pthread_cond_timedwait(&machine->pit.changed, &machine->lock, &at);
            continue;
        }
        struct pit_channel *channel = &machine->pit.channels[0];
        machine->pit.next_tick = INT64_MAX;
        if (is_periodic(channel)) {
            int64_t period = to_time(channel->count);
            machine->pit.next_tick = next + period > now ? next + period : now + period;
        }
        pic_set_line(machine, 0, true);
        pic_set_line(machine, 0, false);
    }
    pthread_mutex_unlock(&machine->lock);
    return NULL;
}

bool pit_start(struct machine *machine) {
    machine->pit.next_tick = INT64_MAX;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&machine->pit.changed, &attributes);
    pthread_condattr_destroy(&attributes);
    machine->has_timer_thread = pthread_create(&machine->timer_thread, NULL, tick, machine) == 0;
    return machine->has_timer_thread;
}
