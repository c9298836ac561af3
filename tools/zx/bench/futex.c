// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A futex is woken that nobody waits on; and two threads hand each other the turn.
#include "futex.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zircon/syscalls.h>

// --- nobody waits ---

static void *word_set_up(size_t size) {
    (void)size;
    return bench_allocate(sizeof(zx_futex_t));
}

static void wake_run(void *opaque, uint64_t count) {
    zx_futex_t *word = opaque;
    for (uint64_t i = 0; i < count; i++) {
        BENCH_OK(zx_futex_wake(word, 1));
    }
    BENCH_CHECK(zx_futex_wake((zx_futex_t *)((char *)word + 1), 1) == ZX_ERR_INVALID_ARGS);
}

static void raw_wake_run(void *word, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        BENCH_CHECK(syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0) == 0);
    }
}

// To know that nobody waits one has to look.
static void look_run(void *opaque, uint64_t count) {
    atomic_int *word = opaque;
    for (uint64_t i = 0; i < count; i++) {
        BENCH_CHECK(atomic_exchange(word, 0) == 0);
    }
}

static const struct bench_side wake_sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = word_set_up,
     .run = wake_run,
     .tear_down = free},
    {.name = "raw futex wake",
     .kind = BENCH_NEIGHBOUR,
     .set_up = word_set_up,
     .run = raw_wake_run,
     .tear_down = free},
    {.name = "atomic exchange",
     .kind = BENCH_FLOOR,
     .set_up = word_set_up,
     .run = look_run,
     .tear_down = free},
};

// --- ping-pong ---

enum turn { CLIENT, SERVER, OVER };

struct ping_pong {
    atomic_int turn;
    uint64_t number;
    pthread_t partner;
    void (*sleep)(atomic_int *word, int value); // until the word has another value
    void (*wake)(atomic_int *word);
};

static void raw_sleep(atomic_int *word, int value) {
    while (atomic_load(word) == value) {
        long result = syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
        BENCH_CHECK(result == 0 || errno == EAGAIN || errno == EINTR);
    }
}

static void raw_wake(atomic_int *word) {
    BENCH_CHECK(syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0) >= 0);
}

static void zircon_sleep(atomic_int *word, int value) {
    while (atomic_load(word) == value) {
        zx_status_t status =
            zx_futex_wait((zx_futex_t *)word, value, ZX_HANDLE_INVALID, ZX_TIME_INFINITE);
        BENCH_CHECK(status == ZX_OK || status == ZX_ERR_BAD_STATE);
    }
}

static void zircon_wake(atomic_int *word) {
    BENCH_OK(zx_futex_wake((zx_futex_t *)word, 1));
}

static void give(struct ping_pong *state, enum turn turn) {
    atomic_store(&state->turn, (int)turn);
    state->wake(&state->turn);
}

static void *answer(void *opaque) {
    struct ping_pong *state = opaque;
    for (;;) {
        state->sleep(&state->turn, CLIENT);
        if (atomic_load(&state->turn) == OVER) {
            return NULL;
        }
        state->number++;
        give(state, CLIENT);
    }
}

static void *begin(void (*sleep)(atomic_int *, int), void (*wake)(atomic_int *)) {
    struct ping_pong *state = bench_allocate(sizeof(*state));
    state->sleep = sleep;
    state->wake = wake;
    state->partner = bench_start_partner(answer, state);
    return state;
}

void *bench_ping_pong_set_up(size_t size) {
    (void)size;
    return begin(raw_sleep, raw_wake);
}

static void *zircon_set_up(size_t size) {
    (void)size;
    return begin(zircon_sleep, zircon_wake);
}

void bench_ping_pong_run(void *opaque, uint64_t count) {
    struct ping_pong *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        state->number = i;
        give(state, SERVER);
        state->sleep(&state->turn, SERVER);
        BENCH_CHECK(state->number == i + 1);
    }
}

void bench_ping_pong_tear_down(void *opaque) {
    struct ping_pong *state = opaque;
    give(state, OVER);
    bench_join_partner(state->partner);
    free(state);
}

static const struct bench_side ping_pong_sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = zircon_set_up,
     .run = bench_ping_pong_run,
     .tear_down = bench_ping_pong_tear_down},
    BENCH_PING_PONG,
};

static const struct bench_row rows[] = {
    {"futex wake, nobody waits", BENCH_SCALES, 0, BENCH_SIDES(wake_sides)},
    {"futex ping-pong", BENCH_PAIR, 0, BENCH_SIDES(ping_pong_sides)},
};
const struct bench_noun bench_futex = {rows, BENCH_COUNT(rows)};
