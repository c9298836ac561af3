// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Bytes that go out and come in again: what rows about messages and streams have in common.
#pragma once

#include "bench.h"

struct bench_bytes {
    size_t size;
    char *out, *in;
};

void bench_bytes_begin(struct bench_bytes *bytes, size_t size);
void bench_bytes_end(struct bench_bytes *bytes);

// Sides for `size` bytes. Their state begins with a struct bench_bytes.
//
// Written to one of a pair of Unix sockets and read from the other, by one thread.
void *bench_seqpacket_set_up(size_t size);
void *bench_stream_set_up(size_t size);
void bench_socketpair_run(void *state, uint64_t count);
void bench_socketpair_tear_down(void *state);

// What waits to be read needs memory, and goes in and out by a copy each.
void *bench_bytes_set_up(size_t size);
void bench_copies_run(void *state, uint64_t count);
// The least: one copy.
void bench_memcpy_run(void *state, uint64_t count);
void bench_bytes_tear_down(void *state);

#define BENCH_SEQPACKET                                                                            \
    {                                                                                              \
        .name = "socketpair SEQPACKET", .kind = BENCH_NEIGHBOUR, .set_up = bench_seqpacket_set_up, \
        .run = bench_socketpair_run, .tear_down = bench_socketpair_tear_down                       \
    }
#define BENCH_STREAM                                                                               \
    {                                                                                              \
        .name = "socketpair STREAM", .kind = BENCH_NEIGHBOUR, .set_up = bench_stream_set_up,       \
        .run = bench_socketpair_run, .tear_down = bench_socketpair_tear_down                       \
    }
#define BENCH_COPIES                                                                               \
    {                                                                                              \
        .name = "malloc+2 memcpy+free", .kind = BENCH_FLOOR, .set_up = bench_bytes_set_up,         \
        .run = bench_copies_run, .tear_down = bench_bytes_tear_down                                \
    }
#define BENCH_MEMCPY                                                                               \
    {                                                                                              \
        .name = "one memcpy", .kind = BENCH_FLOOR, .set_up = bench_bytes_set_up,                   \
        .run = bench_memcpy_run, .tear_down = bench_bytes_tear_down                                \
    }
