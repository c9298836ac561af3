// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Two 8259 interrupt controllers, as far as systems use them: edges, priorities, end of interrupt.
// An interrupt counts as delivered when it is given to the vcpu.
#include "vm.h"

enum {
    CASCADE = 2,
    COMMAND_1 = 0x20,
    COMMAND_2 = 0xa0,
};

void pic_reset(struct pic *pic) {
    *pic = (struct pic){.chips = {{.base = 8, .mask = 0xff}, {.base = 0x70, .mask = 0xff}}};
}

// The line to deliver: the lowest that waits, if none at or below it is being served. -1: none.
static int next_line(const struct pic_chip *chip) {
    uint8_t waiting = (uint8_t)(chip->request & ~chip->mask);
    if (waiting == 0) {
        return -1;
    }
    int line = __builtin_ctz(waiting);
    int served = chip->service != 0 ? __builtin_ctz(chip->service) : 8;
    return line < served ? line : -1;
}

static uint8_t take(struct pic_chip *chip, int line) {
    chip->request &= (uint8_t) ~(1u << line);
    if (!chip->auto_end) {
        chip->service |= (uint8_t)(1u << line);
    }
    return (uint8_t)(chip->base + line);
}

static void deliver(struct machine *machine) {
    struct pic_chip *first = &machine->pic.chips[0], *second = &machine->pic.chips[1];
    for (;;) {
        if (next_line(second) >= 0) {
            first->request |= 1 << CASCADE;
        }
        int line = next_line(first);
        if (line < 0) {
            return;
        }
        uint8_t vector = take(first, line);
        if (line == CASCADE) {
            int further = next_line(second);
            if (further < 0) {
                first->service &= (uint8_t) ~(1u << CASCADE);
                continue;
            }
            vector = take(second, further);
        }
        machine_interrupt(machine, vector);
    }
}

void pic_set_line(struct machine *machine, int line, bool up) {
    struct pic_chip *chip = &machine->pic.chips[line / 8];
    uint8_t bit = (uint8_t)(1u << line % 8);
    if (up && (chip->level & bit) == 0) {
        chip->request |= bit;
    }
    chip->level = (uint8_t)(up ? chip->level | bit : chip->level & ~bit);
    deliver(machine);
}

static struct pic_chip *chip_of(struct machine *machine, uint16_t port) {
    return &machine->pic.chips[(port & 0x80) != 0];
}

uint8_t pic_read(struct machine *machine, uint16_t port) {
    struct pic_chip *chip = chip_of(machine, port);
    if ((port & 1) != 0) {
        return chip->mask;
    }
    return chip->read_service ? chip->service : chip->request;
}

static void command(struct pic_chip *chip, uint8_t value) {
    if ((value & 0x10) != 0) { // initialization begins
        chip->step = 1;
        chip->mask = chip->request = chip->service = 0;
        chip->auto_end = chip->read_service = false;
    } else if ((value & 0x08) != 0) {
        if ((value & 2) != 0) {
            chip->read_service = (value & 1) != 0;
        }
    } else if ((value & 0x60) == 0x60) { // end of a certain interrupt
        chip->service &= (uint8_t) ~(1u << (value & 7));
    } else if ((value & 0x20) != 0) { // end of the most important one
        chip->service &= (uint8_t)(chip->service - 1);
    }
}

void pic_write(struct machine *machine, uint16_t port, uint8_t value) {
    struct pic_chip *chip = chip_of(machine, port);
    if ((port & 1) == 0) {
        command(chip, value);
    } else if (chip->step == 0) {
        chip->mask = value;
    } else if (chip->step == 1) {
        chip->base = value & 0xf8;
        chip->step = 2;
    } else if (chip->step == 2) {
        chip->step = 3; // where the other one hangs
    } else {
        chip->auto_end = (value & 2) != 0;
        chip->step = 0;
    }
    deliver(machine);
}
