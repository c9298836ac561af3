// Part of libzircon. BSD-3-Clause, see LICENSE.
// Waiting for signals: one object, or several at once.
#pragma once

#include "objects/object.h"

// One object that a thread waits for. Lives on the waiting thread's stack.
struct wait_item {
    struct observer observer;
    struct object *object; // with a reference while the item is in use
    struct wait *wait;
    zx_signals_t trigger;
    zx_signals_t seen; // every signal that was set at some moment of the wait
};

// A wait of one thread for any of its items.
struct wait {
    struct thread *thread;
    _Atomic uint32_t ended; // an item was triggered, or its handle was closed
    _Atomic uint32_t cancelled;
};

// Looks the handle up (it must have ZX_RIGHT_WAIT) and begins to watch. On success wait_item_end
// must follow.
zx_status_t wait_item_begin(struct thread *self, struct wait *wait, struct wait_item *item,
                            zx_handle_t handle, zx_signals_t trigger);

// Stops watching; returns the signals seen, with ZX_SIGNAL_HANDLE_CLOSED if the handle was.
zx_signals_t wait_item_end(struct thread *self, struct wait_item *item);

void wait_init(struct thread *self, struct wait *wait);

// Blocks until an item is triggered (ZX_OK), a handle is closed (ZX_ERR_CANCELED), the deadline
// passes (ZX_ERR_TIMED_OUT) or the thread is interrupted (ZX_ERR_INTERNAL_INTR_RETRY).
zx_status_t wait_block(struct thread *self, struct wait *wait, zx_time_t deadline,
                       zx_thread_state_t reason);

// Sleeps: ZX_OK at the deadline, else ZX_ERR_INTERNAL_INTR_RETRY.
zx_status_t wait_sleep(struct thread *self, zx_time_t deadline);
