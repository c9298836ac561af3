// Part of libzircon. BSD-3-Clause, see LICENSE.
// The kernel's own memory: one reserved range of addresses, wiped in the child of a fork.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HOST_PAGE_SIZE = 4096 };

// The reserved range: the kernel's objects, and from `frames` on the view of all page frames
// (host/frames.h). User copies refuse it, so that no pointer argument reaches kernel memory.
struct kernel_range {
    uintptr_t base, end;
    uintptr_t frames;
};
extern struct kernel_range kernel_range;

// Reserves the range. False if Linux grants not even a small one.
bool memory_start(void);

// `size` bytes of zeroed memory, whole pages, never given back. Null if the range is used up or
// Linux refuses.
void *memory_take(size_t size);

// The same at a multiple of `alignment`, a power of two.
void *memory_take_aligned(size_t size, size_t alignment);

// A stack of `size` bytes with a page without access below it; returns its lowest usable byte.
void *memory_take_stack(size_t size);

// How much of the range has been taken.
size_t memory_taken(void);

// Has memory_start run in this very process? False in the child of a fork, whose kernel must start
// again.
bool memory_is_ours(void);
