// Part of libzircon. BSD-3-Clause, see LICENSE.
// What the kernel writes into the vDSO image before anybody maps it: the last bytes before the
// code.
#pragma once

#include <stdint.h>

enum { VDSO_DATA_SIZE = 256, VDSO_VERSION_SIZE = 64 }; // image.ld knows the first number too

struct vdso_data {
    uint64_t entry; // of the kernel, where each call jumps to
    uint64_t ticks_per_second;
    uint64_t memory; // bytes
    uint32_t cpus, cache_line;
    char version[VDSO_VERSION_SIZE];
    char unused[VDSO_DATA_SIZE - 96];
};

_Static_assert(sizeof(struct vdso_data) == VDSO_DATA_SIZE, "as image.ld lays it out");
