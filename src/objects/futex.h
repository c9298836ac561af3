// Part of libzircon. BSD-3-Clause, see LICENSE.
// Futexes: threads that wait on a number in the memory of their process.
//
// A futex exists in the kernel only while threads wait on it; so long it may have an owner, a
// thread. Ownership is kept and reported; Linux is not told to lend priority by it.
#pragma once

#include "objects/thread.h"

void futex_start(void);

// All functions take the address as a number that was checked for alignment, see futex_check.
zx_status_t futex_check(uintptr_t address);

// Blocks while the number is `value`. `owner` (a reference is the caller's own) becomes the futex's
// owner, null for none. BAD_STATE if the number differs, INVALID_ARGS if it cannot be read or the
// owner is the caller or waits on the same futex; `owner_status` is reported in its place in the
// order of checks. TIMED_OUT, INTERNAL_INTR_RETRY.
zx_status_t futex_wait(struct thread *self, uintptr_t address, int32_t value,
                       struct thread_object *owner, zx_status_t owner_status, zx_time_t deadline);

// Wakes the first waiters; the futex has no owner then, or with `assign` the one that was woken.
void futex_wake(struct thread *self, uintptr_t address, uint32_t count, bool assign);

// Wakes some waiters of one futex, and makes further ones wait on another, which `owner` owns then.
zx_status_t futex_requeue(struct thread *self, uintptr_t wake, uint32_t wake_count, bool assign,
                          int32_t value, uintptr_t requeue, uint32_t requeue_count,
                          struct thread_object *owner, zx_status_t owner_status);

// The owner's koid, 0 for none.
zx_koid_t futex_owner(struct thread *self, uintptr_t address);
