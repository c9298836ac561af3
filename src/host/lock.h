// Part of libzircon. BSD-3-Clause, see LICENSE.
// A mutex with a rank. docs/locking.md lists the ranks and what each protects.
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/invariant.h"
#include "base/thread.h"

// Taken only upward; equal ranks never nest.
enum lock_rank {
    RANK_JOB = 10,
    RANK_PROCESS = 20,
    RANK_THREAD = 30,
    RANK_EXCEPTIONS = 35,
    RANK_VMAR = 40,
    RANK_WINDOWS = 42,
    RANK_LOG_READERS = 45,
    RANK_PCI = 47,
    RANK_OBJECT = 50, // a solo object, or both ends of a pair
    RANK_VMO = 55,
    RANK_PAGER = 57,
    RANK_TRAPS = 56, // who adds to a guest's traps
    RANK_BELL = 57,  // a bell's packets
    RANK_INTERRUPT_LINES = 58,
    RANK_PORT = 60,
    RANK_FRAMEBUFFER = 63,
    RANK_DEBUGLOG = 65,
    RANK_RESOURCES = 66,
    RANK_KTRACE = 67,
    RANK_TIMERS = 68,
    RANK_FUTEX = 70,
    RANK_HANDLES = 80,
    RANK_THREADS = 85,
    RANK_SLAB = 90,
    RANK_FRAMES = 95,
};

struct mutex {
    _Atomic uint32_t state; // 0 free, 1 held, 2 held and somebody sleeps
    uint32_t rank;
};

// Sets up a mutex in zeroed memory, or in a cell that held the same mutex before: then a thread
// with a stale pointer may hold it for a moment, so its state is left alone.
void mutex_init(struct mutex *mutex, enum lock_rank rank);
void mutex_lock_slow(struct mutex *mutex);
void mutex_unlock_slow(struct mutex *mutex);

// The debug build checks the order of locks here, and delays at random to widen races.
#ifdef LIBZIRCON_DEBUG
void mutex_check_rank(struct thread *self, struct mutex *mutex);
void mutex_check_held(struct thread *self, struct mutex *mutex);
#else
static inline void mutex_check_rank(struct thread *self, struct mutex *mutex) {
    (void)self;
    (void)mutex;
}
static inline void mutex_check_held(struct thread *self, struct mutex *mutex) {
    (void)self;
    (void)mutex;
}
#endif

// Issues the wake-ups that waited for the last lock to be dropped (host/park.c).
void park_flush(struct thread *self);

static inline void mutex_lock(struct thread *self, struct mutex *mutex) {
    mutex_check_rank(self, mutex);
    uint32_t expected = 0;
    if (unlikely(!atomic_compare_exchange_strong_explicit(
            &mutex->state, &expected, 1, memory_order_acquire, memory_order_relaxed))) {
        mutex_lock_slow(mutex);
    }
    self->locks[self->lock_depth++ % THREAD_LOCKS_MAX] = mutex;
}

// As mutex_lock, for a second lock of the rank of the innermost one; its address must be higher.
static inline void mutex_lock_twin(struct thread *self, struct mutex *mutex) {
    debug_invariant(self->locks[self->lock_depth - 1]->rank == mutex->rank &&
                    self->locks[self->lock_depth - 1] < mutex);
    uint32_t expected = 0;
    if (!atomic_compare_exchange_strong(&mutex->state, &expected, 1)) {
        mutex_lock_slow(mutex);
    }
    self->locks[self->lock_depth++ % THREAD_LOCKS_MAX] = mutex;
}

static inline void mutex_unlock(struct thread *self, struct mutex *mutex) {
    mutex_check_held(self, mutex);
    self->lock_depth--;
    if (unlikely(atomic_exchange_explicit(&mutex->state, 0, memory_order_release) == 2)) {
        mutex_unlock_slow(mutex);
    }
    if (unlikely(self->wake_count != 0 && self->lock_depth == 0)) {
        park_flush(self);
    }
}
