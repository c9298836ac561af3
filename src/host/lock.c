// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/lock.h"

#include <linux/futex.h>

#include "host/linux.h"

void mutex_init(struct mutex *mutex, enum lock_rank rank) {
    if (mutex->rank != rank) {
        mutex->rank = rank;
    }
}

void mutex_lock_slow(struct mutex *mutex) {
    // Critical sections are short, so the holder is likely to be done before a sleep would begin.
    for (int i = 0; i < 100; i++) {
        uint32_t expected = 0;
        if (atomic_load_explicit(&mutex->state, memory_order_relaxed) == 0 &&
            atomic_compare_exchange_strong_explicit(&mutex->state, &expected, 1,
                                                    memory_order_acquire, memory_order_relaxed)) {
            return;
        }
        __builtin_ia32_pause();
    }
    while (atomic_exchange_explicit(&mutex->state, 2, memory_order_acquire) != 0) {
        linux_call(SYS_futex, &mutex->state, FUTEX_WAIT_PRIVATE, 2, 0);
    }
}

void mutex_unlock_slow(struct mutex *mutex) {
    linux_call(SYS_futex, &mutex->state, FUTEX_WAKE_PRIVATE, 1);
}

#ifdef LIBZIRCON_DEBUG
void mutex_check_rank(struct thread *self, struct mutex *mutex) {
    invariant(self->lock_depth < THREAD_LOCKS_MAX);
    invariant(mutex->rank != 0);
    if (self->lock_depth > 0) {
        invariant(self->locks[self->lock_depth - 1]->rank < mutex->rank);
    }
    // Xorshift; one lock in 64 lets another thread in between.
    self->random ^= self->random << 13;
    self->random ^= self->random >> 7;
    self->random ^= self->random << 17;
    if ((self->random & 63) == 0) {
        linux_call(SYS_sched_yield);
    }
}

void mutex_check_held(struct thread *self, struct mutex *mutex) {
    invariant(self->lock_depth > 0 && self->locks[self->lock_depth - 1] == mutex);
}
#endif
