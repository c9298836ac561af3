// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Measuring rows: who runs when, how often, where.
#pragma once

#include "bench.h"

enum { BENCH_MAX_SIDES = 8, BENCH_MAX_ROUNDS = 99 };

// Measures the processor time of this process and its children, not the time on the clock.
extern bool bench_cpu_time;

struct bench_spread {
    double median, min, max;
};

// Nanoseconds an operation, in each round and over all.
struct bench_timing {
    uint64_t operations; // in a round, of each thread
    double rounds[BENCH_MAX_ROUNDS];
    struct bench_spread spread;
    // This side's time divided by the first side's, round by round.
    struct bench_spread ratio;
};

// A row as it was run once: with a number of threads, on a number of CPUs.
struct bench_result {
    char name[96];
    const struct bench_row *row;
    uint32_t threads; // of BENCH_SCALES
    uint32_t cpus;    // of BENCH_PAIR and BENCH_TURNS, else 0: not pinned
    uint32_t round_count;
    struct bench_timing sides[BENCH_MAX_SIDES];
};

// The name of the row with the number of threads or CPUs behind it, where it has several.
void bench_name_result(struct bench_result *result);

// How many CPUs this program may run on.
uint32_t bench_cpus(void);

// Fills in the timings of a result whose row, threads, cpus and round_count are set.
void bench_measure(struct bench_result *result);

// Runs each side a few times, to see that the work is done.
void bench_try(struct bench_result *result);

// The row and side that run now, for messages.
const char *bench_where(void);
