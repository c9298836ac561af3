// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "bytes.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

void bench_bytes_begin(struct bench_bytes *bytes, size_t size) {
    bytes->size = size;
    bytes->out = bench_allocate(size);
    bytes->in = bench_allocate(size);
    bench_fill(bytes->out, size);
}

void bench_bytes_end(struct bench_bytes *bytes) {
    free(bytes->out);
    free(bytes->in);
}

// --- a pair of Unix sockets ---

struct socket_state {
    struct bench_bytes bytes;
    int ends[2];
};

static void *set_up(size_t size, int type) {
    struct socket_state *state = bench_allocate(sizeof(*state));
    bench_bytes_begin(&state->bytes, size);
    BENCH_CHECK(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, state->ends) == 0);
    return state;
}

void *bench_seqpacket_set_up(size_t size) {
    return set_up(size, SOCK_SEQPACKET);
}

void *bench_stream_set_up(size_t size) {
    return set_up(size, SOCK_STREAM);
}

void bench_socketpair_run(void *opaque, uint64_t count) {
    struct socket_state *state = opaque;
    struct bench_bytes bytes = state->bytes;
    for (uint64_t i = 0; i < count; i++) {
        bench_stamp(bytes.out, bytes.size, i);
        BENCH_CHECK(write(state->ends[0], bytes.out, bytes.size) == (ssize_t)bytes.size);
        BENCH_CHECK(read(state->ends[1], bytes.in, bytes.size) == (ssize_t)bytes.size);
        BENCH_CHECK(bench_stamped(bytes.in, bytes.size, i));
    }
    BENCH_CHECK(memcmp(bytes.in, bytes.out, bytes.size) == 0);
}

void bench_socketpair_tear_down(void *opaque) {
    struct socket_state *state = opaque;
    close(state->ends[0]);
    close(state->ends[1]);
    bench_bytes_end(&state->bytes);
    free(state);
}

// --- copies ---

void *bench_bytes_set_up(size_t size) {
    struct bench_bytes *bytes = bench_allocate(sizeof(*bytes));
    bench_bytes_begin(bytes, size);
    return bytes;
}

void bench_bytes_tear_down(void *opaque) {
    bench_bytes_end(opaque);
    free(opaque);
}

void bench_copies_run(void *opaque, uint64_t count) {
    struct bench_bytes bytes = *(struct bench_bytes *)opaque;
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

void bench_memcpy_run(void *opaque, uint64_t count) {
    struct bench_bytes bytes = *(struct bench_bytes *)opaque;
    for (uint64_t i = 0; i < count; i++) {
        bench_stamp(bytes.out, bytes.size, i);
        memcpy(bytes.in, bytes.out, bytes.size);
        bench_use(bytes.in);
        BENCH_CHECK(bench_stamped(bytes.in, bytes.size, i));
    }
    BENCH_CHECK(memcmp(bytes.in, bytes.out, bytes.size) == 0);
}
