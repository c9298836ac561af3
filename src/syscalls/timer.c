// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/timer.h"

#include <zircon/syscalls/policy.h>

#include "syscalls/syscall.h"

zx_status_t sys_timer_create(struct thread *self, uint32_t options, zx_clock_t clock_id,
                             user_out out) {
    if (clock_id != ZX_CLOCK_MONOTONIC) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = process_check_policy(self, ZX_POL_NEW_TIMER);
    if (status != ZX_OK) {
        return status;
    }
    if (options > ZX_TIMER_SLACK_LATE) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *timer = timer_new(self, options);
    if (timer == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    return handle_return_take(self, out, timer, timer_type.rights);
}

zx_status_t sys_timer_set(struct thread *self, zx_handle_t handle, zx_time_t deadline,
                          zx_duration_t slack) {
    if (slack < 0) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    struct object *timer;
    zx_status_t status = handle_get(self, handle, &timer_type, ZX_RIGHT_WRITE, &timer);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    zx_duration_t least = self->process->policy.slack;
    timer_set(self, timer, deadline, slack < least ? least : slack);
    object_unref(self, timer);
    return ZX_OK;
}

zx_status_t sys_timer_cancel(struct thread *self, zx_handle_t handle) {
    struct object *timer;
    zx_status_t status = handle_get(self, handle, &timer_type, ZX_RIGHT_WRITE, &timer);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    timer_cancel(self, timer);
    object_unref(self, timer);
    return ZX_OK;
}
