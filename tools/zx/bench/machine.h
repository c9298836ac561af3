// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The machine and the build, without which numbers say nothing.
#pragma once

struct bench_fact {
    const char *key;
    char value[2048];
};

enum bench_fact_index {
    BENCH_CPU,
    BENCH_CPUS,
    BENCH_KERNEL,
    BENCH_MITIGATIONS,
    BENCH_LIBC,
    BENCH_LIBZIRCON,
    BENCH_BUILD,
    BENCH_LOAD,
    BENCH_FACTS,
};

// BENCH_FACTS of them, to be freed.
struct bench_fact *bench_find_facts(void);
