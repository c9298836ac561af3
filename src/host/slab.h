// Part of libzircon. BSD-3-Clause, see LICENSE.
// Type-stable memory: a cell of a cache is never used for anything but that cache's type.
//
// So a stale pointer always finds a cell of the same type, and a lookup without a lock can take a
// reference or a lock first and check afterwards (objects/handle.h). A free cell of an object keeps
// all it held but its koid, where the list of free cells runs; its reference count is zero.
//
// Each thread keeps a magazine of free cells, so that the usual allocation takes no lock.
#pragma once

#include "base/state.h"
#include "host/lock.h"

// What a cache is; constant.
struct slab_type {
    const char *name;
    uint32_t size;  // of a cell, in bytes; 24 or more, a multiple of 8
    uint32_t limit; // cells in use, 0 for no limit but memory
    bool stable;    // objects: a free cell is left as it is, since lookups may still look at it
    struct slab_cache *cache;
};

// The cells of one type; starts as zero bytes, in KERNEL_STATE.
struct slab_cache {
    _Atomic uint32_t id; // index of the threads' magazines, 0 until the first use
    struct mutex lock;
    struct slab_link *free; // spare cells, in batches
    uint32_t free_count;
    _Atomic uint32_t carved; // cells ever made
    _Atomic uint32_t used;   // cells in use, if they have a limit
    char *next, *end;        // the rest of the newest chunk of memory
    const struct slab_type *type;
};

// Declares the cache NAME of cells of SIZE bytes: of kernel objects, of other things, and of other
// things that there may be at most LIMIT of.
#define SLAB_OBJECTS(NAME, SIZE) SLAB_DECLARE(NAME, SIZE, 0, true)
#define SLAB_TYPE(NAME, SIZE) SLAB_DECLARE(NAME, SIZE, 0, false)
#define SLAB_TYPE_LIMITED(NAME, SIZE, LIMIT) SLAB_DECLARE(NAME, SIZE, LIMIT, false)
#define SLAB_DECLARE(NAME, SIZE, LIMIT, STABLE)                                                    \
    static struct slab_cache NAME##_cache KERNEL_STATE;                                            \
    static const struct slab_type NAME##_slab = {.name = #NAME,                                    \
                                                 .size = (SIZE),                                   \
                                                 .limit = (LIMIT),                                 \
                                                 .stable = (STABLE),                               \
                                                 .cache = &NAME##_cache}

void slab_start(void);

// A cell whose bytes are what they were when it was freed, zero in a new one. Null if memory or the
// cache's limit is used up, or by failure injection.
void *slab_alloc(struct thread *self, const struct slab_type *type);
void slab_free(struct thread *self, const struct slab_type *type, void *cell);

// Returns a thread's magazines to their caches, before the thread goes away.
void slab_flush(struct thread *self);

// Calls `report` for each cache with the number of its cells in use. Exact only while no other
// thread allocates.
void slab_for_each(struct thread *self,
                   void (*report)(void *context, const char *name, uint32_t live), void *context);
