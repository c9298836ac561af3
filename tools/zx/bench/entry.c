// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The way into the kernel and out again, from a linked program and from a loaded one.
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zircon/syscalls.h>

#include "loaded.h"

// --- a call that does nothing ---

static void *nothing_set_up(size_t size) {
    (void)size;
    return bench_allocate(1);
}

static void linked_null_run(void *state, uint64_t count) {
    (void)state;
    for (uint64_t i = 0; i < count; i++) {
        BENCH_OK(zx_syscall_test_0());
    }
}

static void linux_null_run(void *state, uint64_t count) {
    (void)state;
    for (uint64_t i = 0; i < count; i++) {
        BENCH_CHECK(syscall(SYS_getppid) > 0);
    }
}

static void *loaded_set_up(size_t size) {
    (void)size;
    struct bench_loaded *loaded = bench_allocate(sizeof(*loaded));
    bench_loaded_start(loaded);
    return loaded;
}

static void loaded_tear_down(void *loaded) {
    bench_loaded_end(loaded);
    free(loaded);
}

static void loaded_null_run(void *loaded, uint64_t count) {
    bench_loaded_work(loaded, LOADED_NULL_CALL, count, 0, NULL, 0);
}

// With a %gs of the program's own: the kernel does not find the thread by it.
static void *foreign_set_up(size_t size) {
    static uint64_t block[8];
    struct bench_loaded *loaded = loaded_set_up(size);
    zx_handle_t thread;
    BENCH_OK(zx_handle_duplicate(loaded->thread, ZX_RIGHT_SAME_RIGHTS, &thread));
    bench_loaded_work(loaded, LOADED_SET_GS, 1, (uintptr_t)block, &thread, 1);
    return loaded;
}

static const struct bench_side null_sides[] = {
    {.name = "libzircon, linked",
     .kind = BENCH_OURS,
     .set_up = nothing_set_up,
     .run = linked_null_run,
     .tear_down = free},
    {.name = "libzircon, loaded",
     .kind = BENCH_OURS,
     .set_up = loaded_set_up,
     .run = loaded_null_run,
     .tear_down = loaded_tear_down,
     .available = bench_is_plain},
    {.name = "libzircon, loaded, own %gs",
     .kind = BENCH_OURS,
     .set_up = foreign_set_up,
     .run = loaded_null_run,
     .tear_down = loaded_tear_down,
     .available = bench_is_plain},
    {.name = "getppid",
     .kind = BENCH_NEIGHBOUR,
     .set_up = nothing_set_up,
     .run = linux_null_run,
     .tear_down = free},
};

// --- a channel ---

struct message {
    zx_txid_t id;
    uint32_t flags;
    uint64_t number;
    char rest[LOADED_MESSAGE - 16];
};

struct channel_state {
    zx_handle_t ends[2];
    pthread_t partner;
    struct bench_loaded loaded;
    uint64_t answered;
};

static void *linked_channel_set_up(size_t size) {
    (void)size;
    struct channel_state *state = bench_allocate(sizeof(*state));
    BENCH_OK(zx_channel_create(0, &state->ends[0], &state->ends[1]));
    return state;
}

static void linked_channel_run(void *opaque, uint64_t count) {
    struct channel_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        struct message message = {.number = i};
        uint32_t bytes = 0;
        BENCH_OK(zx_channel_write(state->ends[0], 0, &message, sizeof(message), NULL, 0));
        message.number = UINT64_MAX;
        BENCH_OK(
            zx_channel_read(state->ends[1], 0, &message, NULL, sizeof(message), 0, &bytes, NULL));
        BENCH_CHECK(bytes == sizeof(message) && message.number == i);
    }
}

static void linked_channel_tear_down(void *opaque) {
    struct channel_state *state = opaque;
    BENCH_OK(zx_handle_close_many(state->ends, 2));
    free(state);
}

static void *loaded_channel_set_up(size_t size) {
    struct channel_state *state = linked_channel_set_up(size);
    bench_loaded_start(&state->loaded);
    bench_loaded_work(&state->loaded, LOADED_TAKE, 2, 0, state->ends, 2);
    return state;
}

static void loaded_channel_run(void *opaque, uint64_t count) {
    struct channel_state *state = opaque;
    bench_loaded_work(&state->loaded, LOADED_WRITE_READ, count, 0, NULL, 0);
}

static void loaded_channel_tear_down(void *opaque) {
    struct channel_state *state = opaque;
    bench_loaded_end(&state->loaded);
    free(state);
}

static const struct bench_side channel_sides[] = {
    {.name = "libzircon, linked",
     .kind = BENCH_OURS,
     .set_up = linked_channel_set_up,
     .run = linked_channel_run,
     .tear_down = linked_channel_tear_down},
    {.name = "libzircon, loaded",
     .kind = BENCH_OURS,
     .set_up = loaded_channel_set_up,
     .run = loaded_channel_run,
     .tear_down = loaded_channel_tear_down,
     .available = bench_is_plain},
};

// --- a round trip between two threads, of which the other one is linked ---

static void *answer(void *opaque) {
    struct channel_state *state = opaque;
    for (;;) {
        struct message message;
        zx_signals_t observed = 0;
        BENCH_OK(zx_object_wait_one(state->ends[1], ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED,
                                    ZX_TIME_INFINITE, &observed));
        if ((observed & ZX_CHANNEL_READABLE) == 0) {
            return NULL;
        }
        BENCH_OK(
            zx_channel_read(state->ends[1], 0, &message, NULL, sizeof(message), 0, NULL, NULL));
        message.number++;
        state->answered++;
        BENCH_OK(zx_channel_write(state->ends[1], 0, &message, sizeof(message), NULL, 0));
    }
}

static void *linked_trip_set_up(size_t size) {
    struct channel_state *state = linked_channel_set_up(size);
    state->partner = bench_start_partner(answer, state);
    return state;
}

static void linked_trip_run(void *opaque, uint64_t count) {
    struct channel_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        struct message out = {.number = i}, in = {0};
        uint32_t bytes = 0, handles = 0;
        zx_channel_call_args_t call = {
            .wr_bytes = &out,
            .rd_bytes = &in,
            .wr_num_bytes = sizeof(out),
            .rd_num_bytes = sizeof(in),
        };
        BENCH_OK(zx_channel_call(state->ends[0], 0, ZX_TIME_INFINITE, &call, &bytes, &handles));
        BENCH_CHECK(bytes == sizeof(in) && in.number == i + 1);
    }
}

static void finish_trip(struct channel_state *state) {
    bench_join_partner(state->partner);
    BENCH_OK(zx_handle_close(state->ends[1]));
    free(state);
}

static void linked_trip_tear_down(void *opaque) {
    struct channel_state *state = opaque;
    BENCH_OK(zx_handle_close(state->ends[0]));
    finish_trip(state);
}

static void *loaded_trip_set_up(size_t size) {
    struct channel_state *state = linked_trip_set_up(size);
    bench_loaded_start(&state->loaded);
    bench_loaded_work(&state->loaded, LOADED_TAKE, 1, 0, state->ends, 1);
    return state;
}

static void loaded_trip_run(void *opaque, uint64_t count) {
    struct channel_state *state = opaque;
    bench_loaded_work(&state->loaded, LOADED_CALL, count, 0, NULL, 0);
}

static void loaded_trip_tear_down(void *opaque) {
    struct channel_state *state = opaque;
    bench_loaded_end(&state->loaded);
    finish_trip(state);
}

static const struct bench_side trip_sides[] = {
    {.name = "libzircon, linked",
     .kind = BENCH_OURS,
     .set_up = linked_trip_set_up,
     .run = linked_trip_run,
     .tear_down = linked_trip_tear_down},
    {.name = "libzircon, loaded",
     .kind = BENCH_OURS,
     .set_up = loaded_trip_set_up,
     .run = loaded_trip_run,
     .tear_down = loaded_trip_tear_down,
     .available = bench_is_plain},
};

static const struct bench_row rows[] = {
    {"null call", BENCH_ALONE, 0, BENCH_SIDES(null_sides)},
    {"channel write+read 64 B, linked and loaded", BENCH_ALONE, 0, BENCH_SIDES(channel_sides)},
    {"channel call 64 B, linked and loaded", BENCH_PAIR, 0, BENCH_SIDES(trip_sides)},
};
const struct bench_noun bench_entry = {rows, BENCH_COUNT(rows)};
