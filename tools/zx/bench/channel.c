// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A message of bytes is written and read again by the same thread.
#include <stdlib.h>
#include <zircon/syscalls.h>

#include "bytes.h"

// --- libzircon ---

struct channel_state {
    struct bench_bytes bytes;
    zx_handle_t ends[2];
};

static void *channel_set_up(size_t size) {
    struct channel_state *state = bench_allocate(sizeof(*state));
    bench_bytes_begin(&state->bytes, size);
    BENCH_OK(zx_channel_create(0, &state->ends[0], &state->ends[1]));
    return state;
}

static void channel_run(void *opaque, uint64_t count) {
    struct channel_state *state = opaque;
    struct bench_bytes bytes = state->bytes;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t actual = 0;
        bench_stamp(bytes.out, bytes.size, i);
        BENCH_OK(zx_channel_write(state->ends[0], 0, bytes.out, (uint32_t)bytes.size, NULL, 0));
        BENCH_OK(zx_channel_read(state->ends[1], 0, bytes.in, NULL, (uint32_t)bytes.size, 0,
                                 &actual, NULL));
        BENCH_CHECK(actual == bytes.size && bench_stamped(bytes.in, bytes.size, i));
    }
    BENCH_CHECK(memcmp(bytes.in, bytes.out, bytes.size) == 0);
    BENCH_CHECK(zx_channel_read(state->ends[1], 0, NULL, NULL, 0, 0, NULL, NULL) ==
                ZX_ERR_SHOULD_WAIT);
}

static void channel_tear_down(void *opaque) {
    struct channel_state *state = opaque;
    BENCH_OK(zx_handle_close(state->ends[0]));
    BENCH_OK(zx_handle_close(state->ends[1]));
    bench_bytes_end(&state->bytes);
    free(state);
}

// --- the queue that a program would write for its own threads ---

struct queued {
    struct queued *next;
    size_t size;
    char bytes[];
};

struct queue_state {
    struct bench_bytes bytes;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct queued *first, **last;
};

static void *queue_set_up(size_t size) {
    struct queue_state *state = bench_allocate(sizeof(*state));
    bench_bytes_begin(&state->bytes, size);
    BENCH_CHECK(pthread_mutex_init(&state->lock, NULL) == 0);
    BENCH_CHECK(pthread_cond_init(&state->filled, NULL) == 0);
    state->last = &state->first;
    return state;
}

static void queue_push(struct queue_state *state, const void *bytes, size_t size) {
    struct queued *message = malloc(sizeof(*message) + size);
    BENCH_CHECK(message != NULL);
    message->next = NULL;
    message->size = size;
    memcpy(message->bytes, bytes, size);
    pthread_mutex_lock(&state->lock);
    *state->last = message;
    state->last = &message->next;
    pthread_cond_signal(&state->filled);
    pthread_mutex_unlock(&state->lock);
}

static size_t queue_pop(struct queue_state *state, void *bytes, size_t size) {
    pthread_mutex_lock(&state->lock);
    while (state->first == NULL) {
        pthread_cond_wait(&state->filled, &state->lock);
    }
    struct queued *message = state->first;
    state->first = message->next;
    if (state->first == NULL) {
        state->last = &state->first;
    }
    pthread_mutex_unlock(&state->lock);
    size_t taken = message->size < size ? message->size : size;
    memcpy(bytes, message->bytes, taken);
    free(message);
    return taken;
}

static void queue_run(void *opaque, uint64_t count) {
    struct queue_state *state = opaque;
    struct bench_bytes bytes = state->bytes;
    for (uint64_t i = 0; i < count; i++) {
        bench_stamp(bytes.out, bytes.size, i);
        queue_push(state, bytes.out, bytes.size);
        BENCH_CHECK(queue_pop(state, bytes.in, bytes.size) == bytes.size);
        BENCH_CHECK(bench_stamped(bytes.in, bytes.size, i));
    }
    BENCH_CHECK(memcmp(bytes.in, bytes.out, bytes.size) == 0);
    BENCH_CHECK(state->first == NULL);
}

static void queue_tear_down(void *opaque) {
    struct queue_state *state = opaque;
    pthread_cond_destroy(&state->filled);
    pthread_mutex_destroy(&state->lock);
    bench_bytes_end(&state->bytes);
    free(state);
}

static const struct bench_side sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = channel_set_up,
     .run = channel_run,
     .tear_down = channel_tear_down},
    BENCH_SEQPACKET,
    {.name = "mutex+condvar queue",
     .kind = BENCH_NEIGHBOUR,
     .set_up = queue_set_up,
     .run = queue_run,
     .tear_down = queue_tear_down},
    BENCH_COPIES,
    BENCH_MEMCPY,
};

static const struct bench_row rows[] = {
    {"channel write+read 64 B", BENCH_SCALES, 64, BENCH_SIDES(sides)},
    {"channel write+read 1 KiB", BENCH_ALONE, 1024, BENCH_SIDES(sides)},
    {"channel write+read 64 KiB", BENCH_SCALES, 65536, BENCH_SIDES(sides)},
};
const struct bench_noun bench_channel = {rows, BENCH_COUNT(rows)};
