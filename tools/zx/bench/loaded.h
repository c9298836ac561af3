// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A loaded process for benchmarks: code of its own, which calls through the vDSO.
#pragma once

#include "bench.h"
#include "loaded_code.h"

struct bench_loaded {
    zx_handle_t job, process, root, thread, channel;
    uintptr_t nanosleep, stack; // for threads that need no room on it
};

// One that waits for work.
void bench_loaded_start(struct bench_loaded *loaded);
void bench_loaded_end(struct bench_loaded *loaded);

// Has it do some work; the handles are gone afterwards. Checks that it was done `count` times.
void bench_loaded_work(struct bench_loaded *loaded, enum loaded_work work, uint64_t count,
                       uint64_t value, const zx_handle_t *handles, uint32_t handle_count);

// Starts a thread of it, which sleeps for ever.
void bench_loaded_sleep(struct bench_loaded *loaded, zx_handle_t thread);

// One that ends at once with the code 7: made, started, and all its handles but the process's and
// the thread's closed. In a job that it shares with others.
enum { BENCH_LOADED_CODE = 7 };
void bench_loaded_start_exiting(zx_handle_t job, zx_handle_t *process, zx_handle_t *thread);
// One whose thread waits for ever.
void bench_loaded_start_waiting(zx_handle_t job, zx_handle_t *process, zx_handle_t *thread,
                                zx_handle_t *channel);
