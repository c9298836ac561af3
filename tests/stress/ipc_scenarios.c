// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Sockets, fifos, timers and futexes. Datagrams and elements carry a number that must not come
// twice, and arrive whole or not at all; they are lost only with an end that is closed. A timer
// does not go off early, and not after it was cancelled. A mutex made of a futex lets one in at a
// time, while other futexes are waited on, woken, moved and timed out beside it.
#include "stress.h"

#include <zircon/process.h>

enum { PLACES = 3, NUMBERS = 1 << 22 };

static _Atomic zx_handle_t places[PLACES][2];
static struct once arrived;
static uint64_t next_number[WORKERS_MAX];

// A number that no other worker has; false when they are used up.
static bool take_number(struct worker *worker, uint64_t *number) {
    uint64_t mine = next_number[worker->index]++;
    *number = mine * WORKERS_MAX + worker->index;
    return mine < NUMBERS;
}

static zx_handle_t some_end(struct worker *worker, int end) {
    return atomic_load(&places[stress_pick(worker, PLACES)][end]);
}

static void prepare_places(void) {
    once_make(&arrived, (uint64_t)NUMBERS * WORKERS_MAX);
    memset(next_number, 0, sizeof(next_number));
}

static void finish_places(void) {
    for (int i = 0; i < PLACES; i++) {
        for (int end = 0; end < 2; end++) {
            CHECK_OK(zx_handle_close(atomic_exchange(&places[i][end], ZX_HANDLE_INVALID)));
        }
    }
    once_free(&arrived);
}

// Replaces both ends of a pair, one before the other.
static void renew(struct worker *worker, const zx_handle_t made[2]) {
    uint32_t place = stress_pick(worker, PLACES), first = stress_pick(worker, 2);
    stress_replace(&places[place][first], made[first]);
    stress_replace(&places[place][!first], made[!first]);
}

// --- sockets ---

enum { DATAGRAM_MAX = 3000 };

struct datagram {
    uint64_t number, size;
    uint8_t bytes[DATAGRAM_MAX];
};
enum { DATAGRAM_HEAD = offsetof(struct datagram, bytes) };

static uint8_t byte_at(const struct datagram *datagram, uint64_t i) {
    return (uint8_t)(datagram->number * 31 + i);
}

static void write_datagram(struct worker *worker) {
    struct datagram datagram;
    if (!take_number(worker, &datagram.number)) {
        return;
    }
    datagram.size =
        stress_pick(worker, 4) == 0 ? stress_pick(worker, DATAGRAM_MAX) : stress_pick(worker, 100);
    for (uint64_t i = 0; i < datagram.size; i++) {
        datagram.bytes[i] = byte_at(&datagram, i);
    }
    size_t size = DATAGRAM_HEAD + datagram.size, actual = size;
    AMONG(zx_socket_write(some_end(worker, 0), 0, &datagram, size, &actual), ZX_OK,
          ZX_ERR_SHOULD_WAIT, ZX_ERR_PEER_CLOSED, ZX_ERR_BAD_STATE, ZX_ERR_BAD_HANDLE);
    CHECK(actual == size);
}

static void read_datagram(struct worker *worker, uint32_t options) {
    struct datagram datagram;
    size_t actual;
    zx_handle_t end = some_end(worker, 1);
    zx_status_t status =
        AMONG(zx_socket_read(end, options, &datagram, sizeof(datagram), &actual), ZX_OK,
              ZX_ERR_SHOULD_WAIT, ZX_ERR_PEER_CLOSED, ZX_ERR_BAD_STATE, ZX_ERR_BAD_HANDLE);
    if (status == ZX_OK) {
        CHECK(actual >= DATAGRAM_HEAD && actual == DATAGRAM_HEAD + datagram.size);
        for (uint64_t i = 0; i < datagram.size; i++) {
            CHECK(datagram.bytes[i] == byte_at(&datagram, i));
        }
        if (options == 0) {
            once_add(&arrived, datagram.number, "datagram");
        }
    } else if (status == ZX_ERR_SHOULD_WAIT) {
        AMONG(zx_object_wait_one(end, ZX_SOCKET_READABLE, stress_deadline(worker), NULL), ZX_OK,
              ZX_ERR_TIMED_OUT, ZX_ERR_CANCELED, ZX_ERR_BAD_HANDLE);
    }
}

static void renew_socket(struct worker *worker) {
    zx_handle_t made[2];
    CHECK_OK(zx_socket_create(ZX_SOCKET_DATAGRAM, &made[0], &made[1]));
    renew(worker, made);
}

static void socket_step(struct worker *worker) {
    size_t threshold = stress_pick(worker, 5000);
    switch (stress_pick(worker, 16)) {
    case 0:
        renew_socket(worker);
        break;
    case 1:
        AMONG(zx_socket_shutdown(some_end(worker, (int)stress_pick(worker, 2)),
                                 stress_pick(worker, 4)),
              ZX_OK, ZX_ERR_BAD_HANDLE);
        break;
    case 2:
        AMONG(zx_object_set_property(some_end(worker, 1), ZX_PROP_SOCKET_RX_THRESHOLD, &threshold,
                                     sizeof(threshold)),
              ZX_OK, ZX_ERR_BAD_HANDLE);
        break;
    case 3:
        AMONG(zx_object_set_property(some_end(worker, 0), ZX_PROP_SOCKET_TX_THRESHOLD, &threshold,
                                     sizeof(threshold)),
              ZX_OK, ZX_ERR_BAD_HANDLE, ZX_ERR_PEER_CLOSED);
        break;
    case 4:
    case 5:
        read_datagram(worker, ZX_SOCKET_PEEK);
        break;
    case 6:
    case 7:
    case 8:
    case 9:
        read_datagram(worker, 0);
        break;
    default:
        write_datagram(worker);
    }
}

static void socket_prepare(uint32_t workers) {
    (void)workers;
    prepare_places();
    for (int i = 0; i < PLACES; i++) {
        zx_handle_t made[2];
        CHECK_OK(zx_socket_create(ZX_SOCKET_DATAGRAM, &made[0], &made[1]));
        atomic_store(&places[i][0], made[0]);
        atomic_store(&places[i][1], made[1]);
    }
}

static void places_finish(uint32_t workers) {
    (void)workers;
    finish_places();
}

const struct scenario socket_scenario = {.name = "socket",
                                         .multiple = 1,
                                         .prepare = socket_prepare,
                                         .step = socket_step,
                                         .finish = places_finish};

// --- fifos ---

struct element {
    uint64_t number, check;
};
enum { ELEMENTS = 16, BATCH = 6 };

static void write_elements(struct worker *worker) {
    struct element batch[BATCH];
    uint32_t count = 1 + stress_pick(worker, BATCH);
    for (uint32_t i = 0; i < count; i++) {
        if (!take_number(worker, &batch[i].number)) {
            return;
        }
        batch[i].check = ~batch[i].number * 3;
    }
    size_t actual = 1;
    AMONG(zx_fifo_write(some_end(worker, 0), sizeof(batch[0]), batch, count, &actual), ZX_OK,
          ZX_ERR_SHOULD_WAIT, ZX_ERR_PEER_CLOSED, ZX_ERR_BAD_HANDLE);
    CHECK(actual >= 1 && actual <= count);
}

static void read_elements(struct worker *worker) {
    struct element batch[BATCH];
    uint32_t count = 1 + stress_pick(worker, BATCH);
    size_t actual;
    zx_handle_t end = some_end(worker, 1);
    zx_status_t status = AMONG(zx_fifo_read(end, sizeof(batch[0]), batch, count, &actual), ZX_OK,
                               ZX_ERR_SHOULD_WAIT, ZX_ERR_PEER_CLOSED, ZX_ERR_BAD_HANDLE);
    if (status == ZX_OK) {
        CHECK(actual >= 1 && actual <= count);
        for (size_t i = 0; i < actual; i++) {
            CHECK(batch[i].check == ~batch[i].number * 3);
            once_add(&arrived, batch[i].number, "element");
        }
    } else if (status == ZX_ERR_SHOULD_WAIT) {
        AMONG(zx_object_wait_one(end, ZX_FIFO_READABLE | ZX_FIFO_PEER_CLOSED,
                                 stress_deadline(worker), NULL),
              ZX_OK, ZX_ERR_TIMED_OUT, ZX_ERR_CANCELED, ZX_ERR_BAD_HANDLE);
    }
}

static void fifo_step(struct worker *worker) {
    zx_handle_t made[2];
    uint32_t what = stress_pick(worker, 20);
    if (what == 0) {
        CHECK_OK(zx_fifo_create(ELEMENTS, sizeof(struct element), 0, &made[0], &made[1]));
        renew(worker, made);
    } else if (what < 10) {
        read_elements(worker);
    } else {
        write_elements(worker);
    }
}

static void fifo_prepare(uint32_t workers) {
    (void)workers;
    prepare_places();
    for (int i = 0; i < PLACES; i++) {
        zx_handle_t made[2];
        CHECK_OK(zx_fifo_create(ELEMENTS, sizeof(struct element), 0, &made[0], &made[1]));
        atomic_store(&places[i][0], made[0]);
        atomic_store(&places[i][1], made[1]);
    }
}

const struct scenario fifo_scenario = {.name = "fifo",
                                       .multiple = 1,
                                       .prepare = fifo_prepare,
                                       .step = fifo_step,
                                       .finish = places_finish};

// --- timers ---

enum { TIMERS = 6 };

static _Atomic zx_handle_t timers[TIMERS]; // set, cancelled, closed by everybody
static zx_handle_t own_timers[WORKERS_MAX];

static bool has_fired(zx_handle_t timer) {
    zx_signals_t seen;
    AMONG(zx_object_wait_one(timer, 0, 0, &seen), ZX_ERR_TIMED_OUT);
    return (seen & ZX_TIMER_SIGNALED) != 0;
}

static zx_handle_t new_timer(uint32_t slack_mode) {
    zx_handle_t timer;
    CHECK_OK(zx_timer_create(slack_mode, ZX_CLOCK_MONOTONIC, &timer));
    return timer;
}

static void use_own_timer(struct worker *worker) {
    zx_handle_t timer = own_timers[worker->index];
    zx_time_t deadline = stress_deadline(worker);
    CHECK_OK(zx_timer_set(timer, deadline, stress_pick(worker, 100 * MICROSECOND)));
    if (stress_pick(worker, 2) == 0) {
        CHECK_OK(zx_object_wait_one(timer, ZX_TIMER_SIGNALED, ZX_TIME_INFINITE, NULL));
        CHECK(zx_clock_get_monotonic() >= deadline); // its slack is late
        return;
    }
    CHECK_OK(zx_timer_cancel(timer));
    CHECK(!has_fired(timer));
    zx_nanosleep(zx_deadline_after((zx_duration_t)stress_pick(worker, 60 * MICROSECOND)));
    CHECK(!has_fired(timer));
}

static void timer_step(struct worker *worker) {
    _Atomic zx_handle_t *place = &timers[stress_pick(worker, TIMERS)];
    switch (stress_pick(worker, 8)) {
    case 0:
        stress_replace(place, new_timer(stress_pick(worker, 3)));
        break;
    case 1:
        AMONG(zx_timer_cancel(atomic_load(place)), ZX_OK, ZX_ERR_BAD_HANDLE);
        break;
    case 2:
        AMONG(zx_object_wait_one(atomic_load(place), ZX_TIMER_SIGNALED, stress_deadline(worker),
                                 NULL),
              ZX_OK, ZX_ERR_TIMED_OUT, ZX_ERR_CANCELED, ZX_ERR_BAD_HANDLE);
        break;
    case 3:
    case 4:
        use_own_timer(worker);
        break;
    default:
        AMONG(zx_timer_set(atomic_load(place), stress_deadline(worker),
                           stress_pick(worker, 1000 * MICROSECOND)),
              ZX_OK, ZX_ERR_BAD_HANDLE);
    }
}

static void timer_prepare(uint32_t workers) {
    for (uint32_t i = 0; i < TIMERS; i++) {
        atomic_store(&timers[i], new_timer(i % 3));
    }
    for (uint32_t i = 0; i < workers; i++) {
        own_timers[i] = new_timer(ZX_TIMER_SLACK_LATE);
    }
}

static void timer_finish(uint32_t workers) {
    for (int i = 0; i < TIMERS; i++) {
        CHECK_OK(zx_handle_close(atomic_load(&timers[i])));
    }
    CHECK_OK(zx_handle_close_many(own_timers, workers));
}

const struct scenario timer_scenario = {.name = "timer",
                                        .multiple = 1,
                                        .prepare = timer_prepare,
                                        .step = timer_step,
                                        .finish = timer_finish};

// --- futexes ---

enum { STATIONS = 5 };

static zx_futex_t stations[STATIONS];
static zx_futex_t mutex;     // 0 free, 1 held, 2 held and somebody may wait
static uint64_t counted;     // under the mutex
static _Atomic uint64_t sum; // of what each counted
static zx_handle_t first_thread;

static void lock_mutex(void) {
    int expected = 0;
    if (atomic_compare_exchange_strong(&mutex, &expected, 1)) {
        return;
    }
    while (atomic_exchange(&mutex, 2) != 0) {
        AMONG(zx_futex_wait(&mutex, 2, ZX_HANDLE_INVALID, ZX_TIME_INFINITE), ZX_OK,
              ZX_ERR_BAD_STATE);
    }
}

static void unlock_mutex(void) {
    if (atomic_exchange(&mutex, 0) == 2) {
        CHECK_OK(zx_futex_wake(&mutex, 1));
    }
}

static void futex_step(struct worker *worker) {
    uint32_t from = stress_pick(worker, STATIONS);
    uint32_t to = (from + 1 + stress_pick(worker, STATIONS - 1)) % STATIONS;
    uint32_t move = stress_pick(worker, 4);
    zx_handle_t owner = stress_pick(worker, 2) == 0 ? first_thread : ZX_HANDLE_INVALID;
    zx_time_t deadline = stress_deadline(worker);
    zx_koid_t koid;
    switch (stress_pick(worker, 10)) {
    case 0:
        CHECK_OK(zx_futex_wake(&stations[from], move));
        break;
    case 1:
        CHECK_OK(zx_futex_wake_single_owner(&stations[from]));
        break;
    case 2:
        CHECK_OK(zx_futex_get_owner(&stations[from], &koid));
        break;
    case 3:
        CHECK_OK(zx_futex_requeue_single_owner(&stations[from], 0, &stations[to], move, owner));
        break;
    case 4:
    case 5:
        CHECK_OK(zx_futex_requeue(&stations[from], move / 2, 0, &stations[to], move, owner));
        break;
    case 6:
        if (AMONG(zx_futex_wait(&stations[from], 0, owner, deadline), ZX_OK, ZX_ERR_TIMED_OUT) ==
            ZX_ERR_TIMED_OUT) {
            CHECK(zx_clock_get_monotonic() >= deadline);
        }
        break;
    default:
        for (int i = 0; i < 20; i++) {
            lock_mutex();
            counted++;
            unlock_mutex();
        }
        atomic_fetch_add(&sum, 20);
    }
}

static void futex_prepare(uint32_t workers) {
    (void)workers;
    counted = 0;
    atomic_store(&sum, 0);
    first_thread = zx_thread_self(); // it waits on none of them
}

static void futex_finish(uint32_t workers) {
    (void)workers;
    CHECK(counted == atomic_load(&sum));
    for (int i = 0; i < STATIONS; i++) {
        zx_koid_t koid;
        CHECK_OK(zx_futex_get_owner(&stations[i], &koid));
        CHECK(koid == ZX_KOID_INVALID); // nobody waits any more
    }
}

const struct scenario futex_scenario = {.name = "futex",
                                        .multiple = 1,
                                        .prepare = futex_prepare,
                                        .step = futex_step,
                                        .finish = futex_finish};
