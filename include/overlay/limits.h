// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// <limits.h> with the page size, which Fuchsia's C library has as a constant.

#ifndef OVERLAY_LIMITS_H_
#define OVERLAY_LIMITS_H_

// #include_next is no standard C, and the warning about it would reach every program.
#pragma GCC system_header

#include_next <limits.h>

#ifndef PAGE_SIZE
#define PAGE_SIZE 4096
#endif
#ifndef PAGESIZE
#define PAGESIZE PAGE_SIZE
#endif

#endif // OVERLAY_LIMITS_H_
