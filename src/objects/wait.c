// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/wait.h"

#include "base/invariant.h"
#include "host/park.h"
#include "objects/handle.h"

static void end_wait(struct thread *self, struct wait_item *item) {
    // The waiter may see `ended` and return before we get to wake it: its descriptor stays valid
    // memory, and a wake that comes too late is harmless (host/park.h).
    struct thread *thread = item->wait->thread;
    atomic_store_explicit(&item->wait->ended, 1, memory_order_release);
    park_wake_later(self, thread);
}

static void item_changed(struct thread *self, struct observer *observer, zx_signals_t signals) {
    struct wait_item *item = list_entry(observer, struct wait_item, observer);
    item->seen |= signals;
    if ((signals & item->trigger) != 0) {
        end_wait(self, item);
    }
}

static void item_cancelled(struct thread *self, struct observer *observer) {
    struct wait_item *item = list_entry(observer, struct wait_item, observer);
    item->seen |= ZX_SIGNAL_HANDLE_CLOSED;
    atomic_store_explicit(&item->wait->cancelled, 1, memory_order_relaxed);
    end_wait(self, item);
}

static const struct observer_type item_observer = {
    .changed = item_changed,
    .cancelled = item_cancelled,
};

void wait_init(struct thread *self, struct wait *wait) {
    wait->thread = self;
    atomic_store_explicit(&wait->ended, 0, memory_order_relaxed);
    atomic_store_explicit(&wait->cancelled, 0, memory_order_relaxed);
}

zx_status_t wait_item_begin(struct thread *self, struct wait *wait, struct wait_item *item,
                            zx_handle_t handle, zx_signals_t trigger) {
    handle_id id;
    zx_status_t status = handle_get_id(self, handle, ZX_RIGHT_WAIT, &item->object, NULL, &id);
    if (status != ZX_OK) {
        return status;
    }
    if (!object_is_waitable(item->object)) {
        object_unref(self, item->object);
        return ZX_ERR_NOT_SUPPORTED;
    }
    item->wait = wait;
    item->trigger = trigger;
    item->observer.type = &item_observer;
    item->observer.handle = id;
    list_init(&item->observer.node);

    mutex_lock(self, item->object->lock);
    zx_signals_t now = atomic_load_explicit(&item->object->signals, memory_order_relaxed);
    item->seen = now;
    list_add_head(&item->object->observers, &item->observer.node);
    mutex_unlock(self, item->object->lock);

    if ((now & trigger) != 0) {
        atomic_store_explicit(&wait->ended, 1, memory_order_relaxed);
    }
    if (unlikely(!handle_is_still(id))) {
        wait_item_end(self, item);
        return ZX_ERR_BAD_HANDLE;
    }
    return ZX_OK;
}

zx_signals_t wait_item_end(struct thread *self, struct wait_item *item) {
    mutex_lock(self, item->object->lock);
    list_remove(&item->observer.node);
    zx_signals_t seen = item->seen;
    mutex_unlock(self, item->object->lock);
    object_unref(self, item->object);
    return seen;
}

zx_status_t wait_block(struct thread *self, struct wait *wait, zx_time_t deadline,
                       zx_thread_state_t reason) {
    object_bury_dead(self);
    while (atomic_load_explicit(&wait->ended, memory_order_acquire) == 0) {
        switch (park(self, deadline, reason)) {
        case PARK_WOKEN:
            break;
        case PARK_TIMED_OUT:
            if (atomic_load_explicit(&wait->ended, memory_order_acquire) != 0) {
                break;
            }
            return ZX_ERR_TIMED_OUT;
        case PARK_INTERRUPTED:
            if (atomic_load_explicit(&wait->ended, memory_order_acquire) != 0) {
                break;
            }
            return ZX_ERR_INTERNAL_INTR_RETRY;
        }
    }
    return atomic_load(&wait->cancelled) != 0 ? ZX_ERR_CANCELED : ZX_OK;
}

zx_status_t wait_sleep(struct thread *self, zx_time_t deadline) {
    object_bury_dead(self);
    for (;;) {
        switch (park(self, deadline, ZX_THREAD_STATE_BLOCKED_SLEEPING)) {
        case PARK_WOKEN:
            break; // a late wake of an earlier wait
        case PARK_TIMED_OUT:
            return ZX_OK;
        case PARK_INTERRUPTED:
            return ZX_ERR_INTERNAL_INTR_RETRY;
        }
    }
}
