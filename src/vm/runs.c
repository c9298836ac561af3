// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "vm/runs.h"

#include <string.h>

#include "base/state.h"
#include "host/console.h"
#include "host/frames.h"
#include "host/lock.h"
#include "host/memory.h"

enum {
    KEEP_ORDER = 6,        // runs up to 256 KiB keep their memory when they come back
    KEEP_FRAMES = 8 << 10, // 32 MiB in all
    POOL_FIRST = 512,      // entries of a pool's first block
};

// Runs of one order that came back, last in first out.
struct pool {
    uint64_t *frames;
    uint64_t count, room;
};

static struct {
    struct mutex lock;
    uint64_t next; // the first frame that was never handed out
    uint64_t kept; // frames in dirty pools
    struct pool clean[RUN_ORDER_MAX + 1];
    struct pool dirty[KEEP_ORDER + 1];
    _Atomic uint64_t charged;
    uint64_t limit;
} runs KERNEL_STATE;

void runs_start(void) {
    mutex_init(&runs.lock, RANK_FRAMES);
    uint64_t limit = environment_number("LIBZIRCON_MEMORY", machine_memory());
    runs.limit = limit >> FRAME_SHIFT;
    runs.next = 1; // no physical address is 0
}

static bool push(struct pool *pool, uint64_t frame) {
    if (pool->count == pool->room) {
        uint64_t room = pool->room == 0 ? POOL_FIRST : pool->room * 2;
        uint64_t *frames = memory_take(room * sizeof(*frames));
        if (frames == NULL) {
            return false; // addresses are lost, but no memory
        }
        if (pool->count != 0) {
            memcpy(frames, pool->frames, pool->count * sizeof(*frames));
        }
        pool->frames = frames;
        pool->room = room;
    }
    pool->frames[pool->count++] = frame;
    return true;
}

static bool pop(struct pool *pool, uint64_t *frame) {
    if (pool->count == 0) {
        return false;
    }
    *frame = pool->frames[--pool->count];
    return true;
}

// Runs that were never used: each begins at a multiple of its size, and what lies between goes to
// the pools.
static bool carve_locked(uint8_t order, uint64_t *frame) {
    uint64_t size = (uint64_t)1 << order;
    uint64_t at = (runs.next + size - 1) & ~(size - 1);
    if (at + size > frame_space.count) {
        return false;
    }
    while (runs.next < at) {
        uint8_t low = (uint8_t)__builtin_ctzll(runs.next);
        (void)push(&runs.clean[low], runs.next);
        runs.next += (uint64_t)1 << low;
    }
    runs.next = at + size;
    *frame = at;
    return true;
}

// Halves a larger run.
static bool split_locked(uint8_t order, uint64_t *frame) {
    for (uint8_t larger = order + 1; larger <= RUN_ORDER_MAX; larger++) {
        if (pop(&runs.clean[larger], frame)) {
            while (larger > order) {
                larger--;
                (void)push(&runs.clean[larger], *frame + ((uint64_t)1 << larger));
            }
            return true;
        }
    }
    return false;
}

bool run_take(struct thread *self, uint8_t order, bool clean, struct run *run) {
    *run = (struct run){.order = order};
    mutex_lock(self, &runs.lock);
    bool found = false, punch = false;
    if (!clean && order <= KEEP_ORDER && pop(&runs.dirty[order], &run->frame)) {
        run->dirty = found = true;
        runs.kept -= (uint64_t)1 << order;
    }
    found = found || pop(&runs.clean[order], &run->frame) || carve_locked(order, &run->frame) ||
            split_locked(order, &run->frame);
    if (!found && order <= KEEP_ORDER && pop(&runs.dirty[order], &run->frame)) {
        runs.kept -= (uint64_t)1 << order;
        punch = found = true;
    }
    mutex_unlock(self, &runs.lock);
    if (punch) {
        frames_punch(run->frame, (uint64_t)1 << order);
    }
    return found;
}

void run_give(struct thread *self, struct run run, uint64_t in_use) {
    uint64_t size = (uint64_t)1 << run.order;
    bool keep = false;
    if (in_use != 0 || run.dirty) {
        mutex_lock(self, &runs.lock);
        keep = run.order <= KEEP_ORDER && runs.kept + size <= KEEP_FRAMES &&
               push(&runs.dirty[run.order], run.frame);
        runs.kept += keep ? size : 0;
        mutex_unlock(self, &runs.lock);
        if (keep) {
            return;
        }
        frames_punch(run.frame, size);
    }
    mutex_lock(self, &runs.lock);
    (void)push(&runs.clean[run.order], run.frame);
    mutex_unlock(self, &runs.lock);
}

void runs_trim(struct thread *self) {
    for (uint8_t order = 0; order <= KEEP_ORDER; order++) {
        uint64_t frame, size = (uint64_t)1 << order;
        for (;;) {
            mutex_lock(self, &runs.lock);
            bool found = pop(&runs.dirty[order], &frame);
            runs.kept -= found ? size : 0;
            mutex_unlock(self, &runs.lock);
            if (!found) {
                break;
            }
            frames_punch(frame, size);
            mutex_lock(self, &runs.lock);
            (void)push(&runs.clean[order], frame);
            mutex_unlock(self, &runs.lock);
        }
    }
}

bool frames_available(uint64_t count) {
    uint64_t charged = atomic_load_explicit(&runs.charged, memory_order_relaxed);
    return charged < runs.limit && count <= runs.limit - charged;
}

void frames_charge(uint64_t count) {
    atomic_fetch_add_explicit(&runs.charged, count, memory_order_relaxed);
}

void frames_uncharge(uint64_t count) {
    atomic_fetch_sub_explicit(&runs.charged, count, memory_order_relaxed);
}
