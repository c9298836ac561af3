// Part of libzircon. BSD-3-Clause, see LICENSE.
// Where programs see page frames: a range of addresses reserved at the start, and what is mapped in
// it.
//
// Nothing that is mapped here is precious: whoever owns an address can be asked again what belongs
// there (host/fault.h), so all of it may be dropped when Linux's limit on mappings is near. What is
// not mapped belongs to an empty file, so that not even a change of protection gives access to
// memory that nobody accounts for.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct window_arena {
    uintptr_t base, end;
};
extern struct window_arena window_arena;

// As Linux has them.
enum { WINDOW_READ = 1, WINDOW_WRITE = 2, WINDOW_EXECUTE = 4 };

bool window_start(void);

// In the child of a fork, whose windows are its parent's: drops all that is mapped.
void window_forget(void);

static inline bool window_holds(uintptr_t address) {
    return address >= window_arena.base && address < window_arena.end;
}

// Maps `count` frames. `touch` also makes them accessible at once, without a fault.
bool window_map(uintptr_t at, uint64_t frame, uint64_t count, uint32_t access, bool touch);

// Maps zeroes that take no memory; `access` is without WINDOW_WRITE.
bool window_map_zero(uintptr_t at, uint64_t count, uint32_t access);

// Nothing is accessible any more.
void window_clear(uintptr_t at, uint64_t count);

// Changes what is allowed where something is mapped.
void window_protect(uintptr_t at, uint64_t count, uint32_t access);

// How much of Linux's mappings is in use: 0 for little, up to WINDOW_LEVELS - 1.
enum { WINDOW_LEVELS = 6 };
uint32_t window_level(void);

// Mappings of the whole Linux process, Linux's limit, and how often all in the windows were dropped
// because it was near.
struct window_use {
    uint64_t mappings, limit, dropped;
};
void window_count(struct window_use *use);
