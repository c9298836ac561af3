// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/wait.h"

#include <zircon/limits.h>

#include "objects/port.h"
#include "syscalls/syscall.h"

zx_status_t sys_object_wait_one(struct thread *self, zx_handle_t handle, zx_signals_t signals,
                                zx_time_t deadline, user_out observed) {
    // An object that is signalled already needs no watch.
    zx_signals_t seen;
    bool waitable;
    zx_status_t status = handle_peek_signals(self, handle, ZX_RIGHT_WAIT, &seen, &waitable);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    if (likely(waitable && ((seen & signals) != 0 || deadline <= 0))) {
        status = copy_to_user_optional(observed, &seen, sizeof(seen));
        return status != ZX_OK ? status : (seen & signals) != 0 ? ZX_OK : ZX_ERR_TIMED_OUT;
    }

    struct wait wait;
    struct wait_item item;
    wait_init(self, &wait);
    status = wait_item_begin(self, &wait, &item, handle, signals);
    if (status != ZX_OK) {
        return status;
    }
    status = wait_block(self, &wait, deadline, ZX_THREAD_STATE_BLOCKED_WAIT_ONE);
    seen = wait_item_end(self, &item);
    zx_status_t copied = copy_to_user_optional(observed, &seen, sizeof(seen));
    if (copied != ZX_OK) {
        return copied;
    }
    return (seen & ZX_SIGNAL_HANDLE_CLOSED) != 0 ? ZX_ERR_CANCELED : status;
}

// The items are signalled already, or the deadline lies in the past: no watches are needed.
// SHOULD_WAIT if that is not so.
static zx_status_t look_at_all(struct thread *self, zx_wait_item_t *items, size_t count,
                               zx_time_t deadline) {
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        bool waitable;
        zx_status_t status =
            handle_peek_signals(self, items[i].handle, ZX_RIGHT_WAIT, &items[i].pending, &waitable);
        if (unlikely(status != ZX_OK)) {
            return status;
        }
        if (unlikely(!waitable)) {
            return ZX_ERR_NOT_SUPPORTED;
        }
        any |= (items[i].pending & items[i].waitfor) != 0;
    }
    return any ? ZX_OK : deadline <= 0 ? ZX_ERR_TIMED_OUT : ZX_ERR_SHOULD_WAIT;
}

static zx_status_t wait_for_any(struct thread *self, zx_wait_item_t *items, size_t count,
                                zx_time_t deadline) {
    struct wait wait;
    struct wait_item watched[ZX_WAIT_MANY_MAX_ITEMS];
    wait_init(self, &wait);
    zx_status_t status = ZX_OK;
    size_t begun = 0;
    while (begun < count) {
        status = wait_item_begin(self, &wait, &watched[begun], items[begun].handle,
                                 items[begun].waitfor);
        if (status != ZX_OK) {
            break;
        }
        begun++;
    }
    if (status != ZX_OK) {
        while (begun > 0) {
            wait_item_end(self, &watched[--begun]);
        }
        return status;
    }
    status = wait_block(self, &wait, deadline, ZX_THREAD_STATE_BLOCKED_WAIT_MANY);
    for (size_t i = 0; i < count; i++) {
        items[i].pending = wait_item_end(self, &watched[i]);
    }
    return status;
}

zx_status_t sys_object_wait_many(struct thread *self, user_inout items, size_t count,
                                 zx_time_t deadline) {
    if (count == 0) {
        zx_status_t slept = wait_sleep(self, deadline);
        return slept == ZX_OK ? ZX_ERR_TIMED_OUT : slept;
    }
    if (count > ZX_WAIT_MANY_MAX_ITEMS) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    zx_wait_item_t copy[ZX_WAIT_MANY_MAX_ITEMS];
    zx_status_t status = copy_from_user(copy, user_inout_in(items), count * sizeof(copy[0]));
    if (status != ZX_OK) {
        return status;
    }
    status = look_at_all(self, copy, count, deadline);
    if (status == ZX_ERR_SHOULD_WAIT) {
        status = wait_for_any(self, copy, count, deadline);
    }
    if (status != ZX_OK && status != ZX_ERR_TIMED_OUT && status != ZX_ERR_CANCELED &&
        status != ZX_ERR_INTERNAL_INTR_RETRY) {
        return status; // the wait never began
    }
    zx_status_t copied = copy_to_user(user_inout_out(items), copy, count * sizeof(copy[0]));
    if (copied != ZX_OK) {
        return copied;
    }
    for (size_t i = 0; i < count; i++) {
        if ((copy[i].pending & ZX_SIGNAL_HANDLE_CLOSED) != 0) {
            return ZX_ERR_CANCELED;
        }
    }
    return status;
}

zx_status_t sys_object_wait_async(struct thread *self, zx_handle_t handle, zx_handle_t port_handle,
                                  uint64_t key, zx_signals_t signals, uint32_t options) {
    if (options != 0 && options != ZX_WAIT_ASYNC_TIMESTAMP) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *port, *object;
    zx_status_t status = handle_get(self, port_handle, &port_type, ZX_RIGHT_WRITE, &port);
    if (status != ZX_OK) {
        return status;
    }
    handle_id id;
    status = handle_get_id(self, handle, ZX_RIGHT_WAIT, &object, NULL, &id);
    if (status == ZX_OK) {
        status =
            port_watch(self, port, object, id, key, signals, options == ZX_WAIT_ASYNC_TIMESTAMP);
        object_unref(self, object);
    }
    object_unref(self, port);
    return status;
}
