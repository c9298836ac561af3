// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// <sys/mman.h> with the flag that mappings need on Fuchsia to become executable later. Linux asks
// for none.

#ifndef OVERLAY_SYS_MMAN_H_
#define OVERLAY_SYS_MMAN_H_

// #include_next is no standard C, and the warning about it would reach every program.
#pragma GCC system_header

#include_next <sys/mman.h>

#ifndef MAP_JIT
#define MAP_JIT 0
#endif

#endif // OVERLAY_SYS_MMAN_H_
