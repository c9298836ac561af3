// Part of libzircon. BSD-3-Clause, see LICENSE.
// Memory that calls get pointers to: areas that end at a page nobody may touch, and pointers that
// are no good. Each thread has its own areas, so that none sees the results of another.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    FUZZ_THREADS = 3,
    AREAS = 12, // one for each argument, and those that nested pointers need
    AREA_SIZE = 272 << 10,
    FUTEX_WORDS = 4,
    MEMORY_PAGE = 4096,
};

void memory_prepare(void);

// The end of an area: what lies before is ours, what comes after it cannot be touched.
char *area_end(int thread, int area);

// Of its kind modulo how many there are: null, not mapped, read-only, not canonical, the kernel's
// half, past the end.
void *memory_bad_pointer(unsigned kind);

// Words that all threads use as futexes.
int32_t *memory_futex(unsigned which);

// The statements that make memory of this kind in a script, and such a pointer there.
void memory_declare(int thread);
void memory_describe(const void *pointer, char *text, size_t size);
