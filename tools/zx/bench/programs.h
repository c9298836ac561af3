// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Programs that do nothing but end with the code 7, as files in memory.
#pragma once

enum bench_program {
    BENCH_TINY,    // without libc
    BENCH_STATIC,  // with it
    BENCH_DYNAMIC, // with it as a shared library
    BENCH_ZIRCON,  // for a loaded process
    BENCH_PROGRAMS,
};
enum { BENCH_PROGRAM_CODE = 7 };

// A path that it can be run by; it lasts.
const char *bench_program_path(enum bench_program program);
