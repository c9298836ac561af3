// Part of libzircon. BSD-3-Clause, see LICENSE.
// The calls of clock objects; clock.c has those of the system's clocks.
#include <string.h>

#include "host/clock.h"
#include "objects/clock.h"
#include "syscalls/syscall.h"

enum { RATE_ADJUST_MAX = 1000 };

static const uint64_t version_mask = ZX_CLOCK_ARGS_VERSION_MASK;

zx_status_t sys_clock_create(struct thread *self, uint64_t options, user_in args, user_out out) {
    const uint64_t known =
        ZX_CLOCK_OPT_MONOTONIC | ZX_CLOCK_OPT_CONTINUOUS | ZX_CLOCK_OPT_AUTO_START;
    zx_clock_create_args_v1_t copy = {.backstop_time = 0};
    uint64_t version = options & version_mask;
    uint64_t bits = options & ~version_mask;
    if (version == ZX_CLOCK_ARGS_VERSION(1)) {
        zx_status_t status = copy_from_user(&copy, args, sizeof(copy));
        if (status != ZX_OK) {
            return status;
        }
    } else if (version != 0 || args.p != NULL) {
        return ZX_ERR_INVALID_ARGS;
    }
    bool continuous = (bits & ZX_CLOCK_OPT_CONTINUOUS) != 0;
    bool started = (bits & ZX_CLOCK_OPT_AUTO_START) != 0;
    if ((bits & ~known) != 0 || (continuous && (bits & ZX_CLOCK_OPT_MONOTONIC) == 0) ||
        copy.backstop_time < 0 || (started && copy.backstop_time > clock_monotonic())) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *clock = clock_new(self, bits, copy.backstop_time, started);
    if (clock == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    return handle_return_take(self, out, clock, clock_type.rights);
}

zx_status_t sys_clock_read(struct thread *self, zx_handle_t handle, user_out now) {
    struct object *clock;
    zx_status_t status = handle_get(self, handle, &clock_type, ZX_RIGHT_READ, &clock);
    if (status != ZX_OK) {
        return status;
    }
    zx_time_t time = clock_read(self, clock);
    object_unref(self, clock);
    return copy_to_user(now, &time, sizeof(time));
}

zx_status_t sys_clock_get_details(struct thread *self, zx_handle_t handle, uint64_t options,
                                  user_out details) {
    if (options != ZX_CLOCK_ARGS_VERSION(1) || details.p == NULL) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *clock;
    zx_status_t status = handle_get(self, handle, &clock_type, ZX_RIGHT_READ, &clock);
    if (status != ZX_OK) {
        return status;
    }
    zx_clock_details_v1_t copy;
    clock_details(self, clock, &copy);
    object_unref(self, clock);
    return copy_to_user(details, &copy, sizeof(copy));
}

zx_status_t sys_clock_update(struct thread *self, zx_handle_t handle, uint64_t options,
                             user_in args) {
    const uint64_t known = ZX_CLOCK_UPDATE_OPTION_VALUE_VALID |
                           ZX_CLOCK_UPDATE_OPTION_RATE_ADJUST_VALID |
                           ZX_CLOCK_UPDATE_OPTION_ERROR_BOUND_VALID;
    uint64_t bits = options & ~version_mask;
    zx_clock_update_args_v1_t copy;
    if ((options & version_mask) != ZX_CLOCK_ARGS_VERSION(1) || bits == 0 || (bits & ~known) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = copy_from_user(&copy, args, sizeof(copy));
    if (status != ZX_OK) {
        return status;
    }
    if ((bits & ZX_CLOCK_UPDATE_OPTION_RATE_ADJUST_VALID) != 0 &&
        (copy.rate_adjust < -RATE_ADJUST_MAX || copy.rate_adjust > RATE_ADJUST_MAX)) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *clock;
    status = handle_get(self, handle, &clock_type, ZX_RIGHT_WRITE, &clock);
    if (status != ZX_OK) {
        return status;
    }
    status = clock_update(self, clock, bits, &copy);
    object_unref(self, clock);
    return status;
}
