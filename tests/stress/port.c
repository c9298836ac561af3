// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Ports that all threads queue to, read from and close, and watches that fire, are cancelled and
// end with their handles or ports.
//
// Two ports stay open: each packet that a program queued there is read once. Each worker also
// watches events of its own there, with a key for each watch, and knows for each key whether there
// must have been a packet or none.
#include "stress.h"

enum {
    STEADY = 2,
    PORTS = 4,
    EVENTS = 5,
    NUMBERS = 1 << 21, // of packets, for each worker
    KEY_NOISE = 1,
    KEY_USER = 2,
    KEY_WATCH = 3,
    KIND_SHIFT = 56,
};

static zx_handle_t steady[STEADY];
static _Atomic zx_handle_t ports[PORTS], events[EVENTS];
// User packets on steady ports; watches that must give a packet, must not, and did.
static struct once queued, read_user, wanted, unwanted, read_watch;
static uint64_t numbers[WORKERS_MAX];

static uint64_t key_of(uint64_t kind, uint64_t number) {
    return kind << KIND_SHIFT | number;
}

static bool next_number(struct worker *worker, uint64_t *number) {
    if (numbers[worker->index] == NUMBERS) {
        return false; // a very long run
    }
    *number = (uint64_t)worker->index * NUMBERS + numbers[worker->index]++;
    return true;
}

static void take_packet(const zx_port_packet_t *packet, bool is_steady) {
    uint64_t kind = packet->key >> KIND_SHIFT,
             number = packet->key & ((UINT64_C(1) << KIND_SHIFT) - 1);
    switch (kind) {
    case KEY_NOISE:
        CHECK(packet->type == ZX_PKT_TYPE_SIGNAL_ONE || packet->type == ZX_PKT_TYPE_USER);
        break;
    case KEY_USER:
        CHECK(packet->type == ZX_PKT_TYPE_USER);
        CHECK(packet->user.u64[0] == ~packet->key);
        if (is_steady) {
            once_add(&read_user, number, "packet");
        }
        break;
    case KEY_WATCH:
        CHECK(packet->type == ZX_PKT_TYPE_SIGNAL_ONE && is_steady);
        CHECK(packet->signal.trigger == ZX_EVENT_SIGNALED);
        CHECK((packet->signal.observed & ZX_EVENT_SIGNALED) != 0);
        once_add(&read_watch, number, "watch");
        break;
    default:
        stress_fail(__FILE__, __LINE__, "a packet of nobody");
    }
}

// --- steps ---

static void read_packet(struct worker *worker) {
    bool is_steady = stress_pick(worker, 2) == 0;
    zx_handle_t port = is_steady ? steady[stress_pick(worker, STEADY)]
                                 : atomic_load(&ports[stress_pick(worker, PORTS)]);
    zx_port_packet_t packet;
    zx_status_t status = zx_port_wait(port, stress_deadline(worker), &packet);
    if (is_steady) {
        AMONG(status, ZX_OK, ZX_ERR_TIMED_OUT);
    } else {
        AMONG(status, ZX_OK, ZX_ERR_TIMED_OUT, ZX_ERR_BAD_HANDLE, ZX_ERR_WRONG_TYPE,
              ZX_ERR_CANCELED);
    }
    if (status == ZX_OK) {
        take_packet(&packet, is_steady);
    }
}

static void queue_packet(struct worker *worker) {
    uint64_t number;
    if (!next_number(worker, &number)) {
        return;
    }
    zx_port_packet_t packet = {.key = key_of(KEY_USER, number), .type = ZX_PKT_TYPE_USER};
    packet.user.u64[0] = ~packet.key;
    bool is_steady = stress_pick(worker, 2) == 0;
    if (is_steady) {
        once_add(&queued, number, "number"); // taken back if it fails
        zx_status_t status = AMONG(zx_port_queue(steady[stress_pick(worker, STEADY)], &packet),
                                   ZX_OK, ZX_ERR_SHOULD_WAIT, ZX_ERR_NO_MEMORY);
        if (status != ZX_OK) {
            atomic_fetch_and(&queued.words[number / 64], ~(UINT64_C(1) << number % 64));
            read_packet(worker);
        }
    } else {
        packet.key = key_of(KEY_NOISE, 0);
        AMONG(zx_port_queue(atomic_load(&ports[stress_pick(worker, PORTS)]), &packet), ZX_OK,
              ZX_ERR_SHOULD_WAIT, ZX_ERR_NO_MEMORY, ZX_ERR_BAD_HANDLE, ZX_ERR_WRONG_TYPE);
    }
}

static void make_noise(struct worker *worker) {
    _Atomic zx_handle_t *event = &events[stress_pick(worker, EVENTS)];
    _Atomic zx_handle_t *port = &ports[stress_pick(worker, PORTS)];
    zx_handle_t made;
    switch (stress_pick(worker, 8)) {
    case 0:
        CHECK_OK(zx_event_create(0, &made));
        stress_replace(event, made);
        break;
    case 1:
        CHECK_OK(zx_port_create(0, &made));
        stress_replace(port, made);
        break;
    case 2:
    case 3:
        AMONG(zx_object_signal(atomic_load(event), 0, ZX_USER_SIGNAL_0), ZX_OK, ZX_ERR_BAD_HANDLE,
              ZX_ERR_NOT_SUPPORTED, ZX_ERR_ACCESS_DENIED);
        AMONG(zx_object_signal(atomic_load(event), ZX_USER_SIGNAL_0, 0), ZX_OK, ZX_ERR_BAD_HANDLE,
              ZX_ERR_NOT_SUPPORTED, ZX_ERR_ACCESS_DENIED);
        break;
    case 4:
        AMONG(zx_port_cancel(atomic_load(port), atomic_load(event), key_of(KEY_NOISE, 0)), ZX_OK,
              ZX_ERR_NOT_FOUND, ZX_ERR_BAD_HANDLE, ZX_ERR_WRONG_TYPE, ZX_ERR_NOT_SUPPORTED,
              ZX_ERR_ACCESS_DENIED);
        break;
    default:
        AMONG(zx_object_wait_async(
                  atomic_load(event), atomic_load(port), key_of(KEY_NOISE, 0), ZX_USER_SIGNAL_0,
                  stress_pick(worker, 2) == 0 ? ZX_WAIT_ASYNC_TIMESTAMP : ZX_WAIT_ASYNC_ONCE),
              ZX_OK, ZX_ERR_BAD_HANDLE, ZX_ERR_WRONG_TYPE, ZX_ERR_NOT_SUPPORTED,
              ZX_ERR_ACCESS_DENIED);
    }
}

// A watch of an event that nobody else has, on a port that everybody reads.
static void watch_own(struct worker *worker) {
    uint64_t number;
    if (!next_number(worker, &number)) {
        return;
    }
    zx_handle_t port = steady[stress_pick(worker, STEADY)], event;
    uint64_t key = key_of(KEY_WATCH, number);
    bool packet = false; // must there be one?
    bool before = stress_pick(worker, 2) == 0;
    CHECK_OK(zx_event_create(0, &event));
    if (before) {
        CHECK_OK(zx_object_signal(event, 0, ZX_EVENT_SIGNALED));
    }
    CHECK_OK(zx_object_wait_async(event, port, key, ZX_EVENT_SIGNALED,
                                  stress_pick(worker, 2) == 0 ? ZX_WAIT_ASYNC_TIMESTAMP
                                                              : ZX_WAIT_ASYNC_ONCE));
    packet = before;
    if (stress_pick(worker, 2) == 0) {
        CHECK_OK(zx_object_signal(event, 0, ZX_EVENT_SIGNALED));
        packet = true;
    }
    if (stress_pick(worker, 2) == 0) {
        zx_status_t status = AMONG(zx_port_cancel(port, event, key), ZX_OK, ZX_ERR_NOT_FOUND);
        if (status == ZX_OK) {
            packet = false; // or it would come after the cancel
        } else {
            CHECK(packet); // a watch that has not fired is always found
        }
    }
    if (stress_pick(worker, 2) == 0) {
        CHECK_OK(zx_object_signal(event, ZX_EVENT_SIGNALED, 0));
    }
    CHECK_OK(zx_handle_close(event));
    once_add(packet ? &wanted : &unwanted, number, "number");
}

static void step(struct worker *worker) {
    uint32_t what = stress_pick(worker, 100);
    if (what < 35) {
        read_packet(worker);
    } else if (what < 60) {
        queue_packet(worker);
    } else if (what < 80) {
        make_noise(worker);
    } else {
        watch_own(worker);
    }
}

// --- beginning and end ---

static void prepare(uint32_t workers) {
    struct once *sets[] = {&queued, &read_user, &wanted, &unwanted, &read_watch};
    for (int i = 0; i < 5; i++) {
        once_make(sets[i], (uint64_t)workers * NUMBERS);
    }
    memset(numbers, 0, sizeof(numbers));
    for (int i = 0; i < STEADY; i++) {
        CHECK_OK(zx_port_create(0, &steady[i]));
    }
    zx_handle_t made;
    for (int i = 0; i < PORTS; i++) {
        CHECK_OK(zx_port_create(0, &made));
        atomic_store(&ports[i], made);
    }
    for (int i = 0; i < EVENTS; i++) {
        CHECK_OK(zx_event_create(0, &made));
        atomic_store(&events[i], made);
    }
}

static void finish(uint32_t workers) {
    zx_port_packet_t packet;
    for (int i = 0; i < STEADY; i++) {
        while (AMONG(zx_port_wait(steady[i], 0, &packet), ZX_OK, ZX_ERR_TIMED_OUT) == ZX_OK) {
            take_packet(&packet, true);
        }
        CHECK_OK(zx_handle_close(steady[i]));
    }
    for (int i = 0; i < PORTS; i++) {
        stress_replace(&ports[i], ZX_HANDLE_INVALID);
    }
    for (int i = 0; i < EVENTS; i++) {
        stress_replace(&events[i], ZX_HANDLE_INVALID);
    }
    uint64_t user = 0, watches = 0;
    for (uint32_t worker = 0; worker < workers; worker++) {
        for (uint64_t i = 0; i < numbers[worker]; i++) {
            uint64_t number = (uint64_t)worker * NUMBERS + i;
            CHECK(once_has(&queued, number) == once_has(&read_user, number));
            CHECK(once_has(&wanted, number) == once_has(&read_watch, number));
            user += once_has(&queued, number);
            watches += once_has(&wanted, number);
        }
    }
    CHECK(user > 0 && watches > 0);
    struct once *sets[] = {&queued, &read_user, &wanted, &unwanted, &read_watch};
    for (int i = 0; i < 5; i++) {
        once_free(sets[i]);
    }
}

const struct scenario port_scenario = {
    .name = "port", .multiple = 1, .prepare = prepare, .step = step, .finish = finish};
