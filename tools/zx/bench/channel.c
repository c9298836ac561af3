// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A message of bytes is written and read again by the same thread.
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zircon/syscalls.h>

#include "bench.h"

struct bytes {
    size_t size;
    char *out, *in;
};

static void bytes_begin(struct bytes *bytes, size_t size) {
    bytes->size = size;
    bytes->out = bench_allocate(size);
    bytes->in = bench_allocate(size);
    bench_fill(bytes->out, size);
}

static void bytes_end(struct bytes *bytes) {
    free(bytes->out);
    free(bytes->in);
}

// --- libzircon ---

struct channel_state {
    struct bytes bytes;
    zx_handle_t ends[2];
};

static void *channel_set_up(size_t size) {
    struct channel_state *state = bench_allocate(sizeof(*state));
    bytes_begin(&state->bytes, size);
    BENCH_OK(zx_channel_create(0, &state->ends[0], &state->ends[1]));
    return state;
}

static void channel_run(void *opaque, uint64_t count) {
    struct channel_state *state = opaque;
    struct bytes bytes = state->bytes;
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
    bytes_end(&state->bytes);
    free(state);
}

// --- a pair of sockets that keep messages apart ---

struct socket_state {
    struct bytes bytes;
    int ends[2];
};

static void *socket_set_up(size_t size) {
    struct socket_state *state = bench_allocate(sizeof(*state));
    bytes_begin(&state->bytes, size);
    BENCH_CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, state->ends) == 0);
    return state;
}

static void socket_run(void *opaque, uint64_t count) {
    struct socket_state *state = opaque;
    struct bytes bytes = state->bytes;
    for (uint64_t i = 0; i < count; i++) {
        bench_stamp(bytes.out, bytes.size, i);
        BENCH_CHECK(write(state->ends[0], bytes.out, bytes.size) == (ssize_t)bytes.size);
        BENCH_CHECK(read(state->ends[1], bytes.in, bytes.size) == (ssize_t)bytes.size);
        BENCH_CHECK(bench_stamped(bytes.in, bytes.size, i));
    }
    BENCH_CHECK(memcmp(bytes.in, bytes.out, bytes.size) == 0);
}

static void socket_tear_down(void *opaque) {
    struct socket_state *state = opaque;
    close(state->ends[0]);
    close(state->ends[1]);
    bytes_end(&state->bytes);
    free(state);
}

// --- the queue that a program would write for its own threads ---

struct queued {
    struct queued *next;
    size_t size;
    char bytes[];
};

struct queue_state {
    struct bytes bytes;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct queued *first, **last;
};

static void *queue_set_up(size_t size) {
    struct queue_state *state = bench_allocate(sizeof(*state));
    bytes_begin(&state->bytes, size);
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
    struct bytes bytes = state->bytes;
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
    bytes_end(&state->bytes);
    free(state);
}

// --- floors ---

static void *bytes_set_up(size_t size) {
    struct bytes *bytes = bench_allocate(sizeof(*bytes));
    bytes_begin(bytes, size);
    return bytes;
}

static void bytes_tear_down(void *opaque) {
    bytes_end(opaque);
    free(opaque);
}

// A message that waits needs memory, and goes in and out by a copy each.
static void copies_run(void *opaque, uint64_t count) {
    struct bytes bytes = *(struct bytes *)opaque;
    for (uint64_t i = 0; i < count; i++) {
        bench_stamp(bytes.out, bytes.size, i);
        char *message = malloc(bytes.size);
        BENCH_CHECK(message != NULL);
        memcpy(message, bytes.out, bytes.size);
        bench_use(message);
        memcpy(bytes.in, message, bytes.size);
        free(message);
        bench_use(bytes.in);
        BENCH_CHECK(bench_stamped(bytes.in, bytes.size, i));
    }
    BENCH_CHECK(memcmp(bytes.in, bytes.out, bytes.size) == 0);
}

static void memcpy_run(void *opaque, uint64_t count) {
    struct bytes bytes = *(struct bytes *)opaque;
    for (uint64_t i = 0; i < count; i++) {
        bench_stamp(bytes.out, bytes.size, i);
        memcpy(bytes.in, bytes.out, bytes.size);
        bench_use(bytes.in);
        BENCH_CHECK(bench_stamped(bytes.in, bytes.size, i));
    }
    BENCH_CHECK(memcmp(bytes.in, bytes.out, bytes.size) == 0);
}

static const struct bench_side sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = channel_set_up,
     .run = channel_run,
     .tear_down = channel_tear_down},
    {.name = "socketpair SEQPACKET",
     .kind = BENCH_NEIGHBOUR,
     .set_up = socket_set_up,
     .run = socket_run,
     .tear_down = socket_tear_down},
    {.name = "mutex+condvar queue",
     .kind = BENCH_NEIGHBOUR,
     .set_up = queue_set_up,
     .run = queue_run,
     .tear_down = queue_tear_down},
    {.name = "malloc+2 memcpy+free",
     .kind = BENCH_FLOOR,
     .set_up = bytes_set_up,
     .run = copies_run,
     .tear_down = bytes_tear_down},
    {.name = "one memcpy",
     .kind = BENCH_FLOOR,
     .set_up = bytes_set_up,
     .run = memcpy_run,
     .tear_down = bytes_tear_down},
};

static const struct bench_row rows[] = {
    {"channel write+read 64 B", BENCH_SCALES, 64, BENCH_SIDES(sides)},
    {"channel write+read 1 KiB", BENCH_ALONE, 1024, BENCH_SIDES(sides)},
    {"channel write+read 64 KiB", BENCH_SCALES, 65536, BENCH_SIDES(sides)},
};
const struct bench_noun bench_channel = {rows, BENCH_COUNT(rows)};
