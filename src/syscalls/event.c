// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/event.h"

#include <zircon/syscalls/policy.h>

#include "syscalls/syscall.h"

zx_status_t sys_event_create(struct thread *self, uint32_t options, user_out out) {
    if (options != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = process_check_policy(self, ZX_POL_NEW_EVENT);
    if (status != ZX_OK) {
        return status;
    }
    struct object *event = event_new(self);
    if (event == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    return handle_return_take(self, out, event, event_type.rights);
}

zx_status_t sys_eventpair_create(struct thread *self, uint32_t options, user_out out0,
                                 user_out out1) {
    if (options != 0) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    zx_status_t status = process_check_policy(self, ZX_POL_NEW_EVENTPAIR);
    if (status != ZX_OK) {
        return status;
    }
    struct object *end0, *end1;
    status = eventpair_new(self, &end0, &end1);
    if (status != ZX_OK) {
        return status;
    }
    return handle_return_pair_take(self, out0, end0, out1, end1, eventpair_type.rights);
}
