// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/port.h"

#include <zircon/syscalls/policy.h>

#include "syscalls/syscall.h"

zx_status_t sys_port_create(struct thread *self, uint32_t options, user_out out) {
    zx_status_t status = process_check_policy(self, ZX_POL_NEW_PORT);
    if (status != ZX_OK) {
        return status;
    }
    if (options != 0 && options != ZX_PORT_BIND_TO_INTERRUPT) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *port = port_new(self, options);
    if (port == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    return handle_return_take(self, out, port, port_type.rights);
}

zx_status_t sys_port_queue(struct thread *self, zx_handle_t handle, user_in packet) {
    struct object *port;
    handle_id id;
    zx_status_t status = handle_peek(self, handle, &port_type, ZX_RIGHT_WRITE, &port, &id);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    zx_port_packet_t copy;
    status = copy_from_user(&copy, packet, sizeof(copy));
    return likely(status == ZX_OK) ? port_queue_user(self, port, id, &copy) : status;
}

zx_status_t sys_port_wait(struct thread *self, zx_handle_t handle, zx_time_t deadline,
                          user_out packet) {
    struct object *port;
    handle_id id;
    zx_status_t status = handle_peek(self, handle, &port_type, ZX_RIGHT_READ, &port, &id);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    zx_port_packet_t copy;
    status = port_wait(self, port, id, deadline, &copy);
    return status == ZX_OK ? copy_to_user(packet, &copy, sizeof(copy)) : status;
}

zx_status_t sys_port_cancel(struct thread *self, zx_handle_t handle, zx_handle_t source,
                            uint64_t key) {
    struct object *port, *object;
    zx_status_t status = handle_get(self, handle, &port_type, ZX_RIGHT_WRITE, &port);
    if (status != ZX_OK) {
        return status;
    }
    handle_id id;
    status = handle_get_id(self, source, ZX_RIGHT_WAIT, &object, NULL, &id);
    if (status == ZX_OK) {
        status = port_cancel(self, port, object, id, key);
        object_unref(self, object);
    }
    object_unref(self, port);
    return status;
}
