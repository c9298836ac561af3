// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/park.h"

#include <linux/futex.h>
#include <linux/time_types.h>

#include "host/defer.h"
#include "host/linux.h"
#include "host/lock.h"

enum {
    PARK_RUNNING = 0,
    PARK_TOKEN = 1, // woken; the next park returns at once
    PARK_SLEEPING = 2,
};

enum { LINUX_ETIMEDOUT = 110 };

static bool is_interrupted(struct thread *self) {
    return (atomic_load(&self->pending) & (THREAD_PENDING_KILL | THREAD_PENDING_SUSPEND) &
            ~self->park_ignore) != 0;
}

static enum park_result sleep_until(struct thread *self, zx_time_t deadline) {
    debug_invariant(self->lock_depth == 0);
    struct __kernel_timespec until = {.tv_sec = deadline / 1000000000,
                                      .tv_nsec = deadline % 1000000000};
    bool timed_out = deadline <= 0;
    for (;;) {
        // Interleaving with park_wake by W: if W stores the token before our exchange we see it
        // here; if after, W sees SLEEPING and calls futex_wake, and the futex's own check of the
        // word makes sure that we either do not fall asleep or are woken.
        uint32_t expected = PARK_RUNNING;
        if (!atomic_compare_exchange_strong(&self->park, &expected, PARK_SLEEPING)) {
            atomic_store(&self->park, PARK_RUNNING);
            return is_interrupted(self) ? PARK_INTERRUPTED : PARK_WOKEN;
        }
        if (is_interrupted(self)) {
            atomic_store(&self->park, PARK_RUNNING);
            return PARK_INTERRUPTED;
        }
        if (!timed_out) {
            long result =
                linux_call(SYS_futex, &self->park, FUTEX_WAIT_BITSET_PRIVATE, PARK_SLEEPING,
                           deadline == ZX_TIME_INFINITE ? 0 : &until, 0, FUTEX_BITSET_MATCH_ANY);
            timed_out = result == -LINUX_ETIMEDOUT;
        }
        // Awake again: for a wake the word holds the token, else we take SLEEPING back.
        if (atomic_exchange(&self->park, PARK_RUNNING) == PARK_TOKEN) {
            return is_interrupted(self) ? PARK_INTERRUPTED : PARK_WOKEN;
        }
        if (timed_out) {
            return is_interrupted(self) ? PARK_INTERRUPTED : PARK_TIMED_OUT;
        }
    }
}

enum park_result park(struct thread *self, zx_time_t deadline, zx_thread_state_t reason) {
    atomic_store_explicit(&self->blocked, reason, memory_order_relaxed);
    signal_resume(self);
    enum park_result result = sleep_until(self, deadline);
    atomic_store_explicit(&self->blocked, 0, memory_order_relaxed);
    return result;
}

void park_wake(struct thread *thread) {
    if (atomic_exchange(&thread->park, PARK_TOKEN) == PARK_SLEEPING) {
        linux_call(SYS_futex, &thread->park, FUTEX_WAKE_PRIVATE, 1);
    }
}

void park_wake_later(struct thread *self, struct thread *thread) {
    if (self->lock_depth == 0 || self->wake_count == THREAD_WAKES_MAX) {
        park_wake(thread);
        return;
    }
    self->wakes[self->wake_count++] = thread;
}

void park_flush(struct thread *self) {
    uint32_t count = self->wake_count;
    self->wake_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        park_wake(self->wakes[i]);
    }
}
