// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Two threads hand each other the turn, and each sleeps until it has it: two sleeps and two wakes
// of Linux's, and no round trip between sleeping threads has less.
#pragma once

#include "bench.h"

void *bench_ping_pong_set_up(size_t size);
void bench_ping_pong_run(void *state, uint64_t count);
void bench_ping_pong_tear_down(void *state);

#define BENCH_PING_PONG                                                                            \
    {                                                                                              \
        .name = "raw futex ping-pong", .kind = BENCH_FLOOR, .set_up = bench_ping_pong_set_up,      \
        .run = bench_ping_pong_run, .tear_down = bench_ping_pong_tear_down                         \
    }
