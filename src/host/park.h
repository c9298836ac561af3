// Part of libzircon. BSD-3-Clause, see LICENSE.
// The one way to wait. A thread parks on its own futex word until somebody wakes it, its deadline
// passes, or it is killed or suspended.
//
// Wakes may be spurious: whoever parks sets up a condition first, and looks at it again afterwards.
// So a wake that comes late, for a thread that has gone on or whose cell has a new owner, is
// harmless.
#pragma once

#include "base/thread.h"
#include <zircon/syscalls/object.h>

enum park_result {
    PARK_WOKEN,
    PARK_TIMED_OUT,
    PARK_INTERRUPTED, // killed or suspended; see thread->pending
};

// Waits for a wake or an absolute monotonic deadline in nanoseconds. A wake that came since the
// last park counts.
// `reason` is what others see of the thread meanwhile: a ZX_THREAD_STATE_BLOCKED_ value.
enum park_result park(struct thread *self, zx_time_t deadline, zx_thread_state_t reason);

// Wakes a thread now.
void park_wake(struct thread *thread);

// Wakes a thread once the caller holds no more locks.
void park_wake_later(struct thread *self, struct thread *thread);
