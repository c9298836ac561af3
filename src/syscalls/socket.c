// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/socket.h"

#include <zircon/syscalls/policy.h>

#include "syscalls/syscall.h"

zx_status_t sys_socket_create(struct thread *self, uint32_t options, user_out out0, user_out out1) {
    zx_status_t status = process_check_policy(self, ZX_POL_NEW_SOCKET);
    if (status != ZX_OK) {
        return status;
    }
    struct object *end0, *end1;
    status = socket_new(self, options, &end0, &end1);
    if (status != ZX_OK) {
        return status;
    }
    return handle_return_pair_take(self, out0, end0, out1, end1, socket_type.rights);
}

zx_status_t sys_socket_write(struct thread *self, zx_handle_t handle, uint32_t options,
                             user_in buffer, size_t size, user_out actual) {
    if ((size > 0 && buffer.p == NULL) || (options & ~(uint32_t)ZX_SOCKET_CONTROL) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *socket;
    zx_status_t status = handle_get(self, handle, &socket_type, ZX_RIGHT_WRITE, &socket);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    size_t written = size; // there are no partial control messages
    status = (options & ZX_SOCKET_CONTROL) != 0
                 ? socket_write_control(self, socket, buffer, size)
                 : socket_write(self, socket, buffer, size, &written);
    object_unref(self, socket);
    return status != ZX_OK ? status : copy_to_user_optional(actual, &written, sizeof(written));
}

zx_status_t sys_socket_read(struct thread *self, zx_handle_t handle, uint32_t options,
                            user_out buffer, size_t size, user_out actual) {
    const uint32_t known = ZX_SOCKET_CONTROL | ZX_SOCKET_PEEK;
    if ((size > 0 && buffer.p == NULL) || (options & ~known) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *socket;
    zx_status_t status = handle_get(self, handle, &socket_type, ZX_RIGHT_READ, &socket);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    size_t got = 0;
    bool peek = (options & ZX_SOCKET_PEEK) != 0;
    status = (options & ZX_SOCKET_CONTROL) != 0
                 ? socket_read_control(self, socket, peek, buffer, size, &got)
                 : socket_read(self, socket, peek, buffer, size, &got);
    object_unref(self, socket);
    return status != ZX_OK ? status : copy_to_user_optional(actual, &got, sizeof(got));
}

// Whatever happens, the socket to share leaves the caller's table.
static zx_status_t share(struct thread *self, struct object *socket, zx_handle_t handle) {
    struct handle_record record;
    zx_status_t status = handle_take(self, handle, NULL, NULL, &record);
    if (status != ZX_OK) {
        return status;
    }
    if ((record.rights & ZX_RIGHT_TRANSFER) == 0) {
        status = ZX_ERR_ACCESS_DENIED;
    } else if (record.object->type != &socket_type) {
        status = ZX_ERR_WRONG_TYPE;
    } else {
        status = socket_share(self, socket, record);
    }
    if (status != ZX_OK) {
        handle_record_close(self, record);
    }
    return status;
}

zx_status_t sys_socket_share(struct thread *self, zx_handle_t handle, zx_handle_t socket_to_share) {
    struct object *socket;
    zx_status_t status = handle_get(self, handle, &socket_type, ZX_RIGHT_WRITE, &socket);
    if (status != ZX_OK) {
        (void)sys_handle_close(self, socket_to_share);
        return status;
    }
    status = share(self, socket, socket_to_share);
    object_unref(self, socket);
    return status;
}

zx_status_t sys_socket_accept(struct thread *self, zx_handle_t handle, user_out out_socket) {
    struct object *socket;
    zx_status_t status = handle_get(self, handle, &socket_type, ZX_RIGHT_READ, &socket);
    if (status != ZX_OK) {
        return status;
    }
    struct handle *slot;
    struct handle_record record;
    status = handle_reserve(self, &slot);
    if (status == ZX_OK) {
        status = socket_accept(self, socket, &record);
        if (status != ZX_OK) {
            handle_unreserve(self, slot);
        }
    }
    object_unref(self, socket);
    if (status != ZX_OK) {
        return status;
    }
    zx_handle_t value = handle_value(self, slot);
    status = copy_to_user(out_socket, &value, sizeof(value));
    if (status != ZX_OK) {
        handle_unreserve(self, slot);
        handle_record_close(self, record);
        return status;
    }
    handle_record_deliver(self, record, slot);
    return ZX_OK;
}

zx_status_t sys_socket_shutdown(struct thread *self, zx_handle_t handle, uint32_t options) {
    if ((options & ~(uint32_t)ZX_SOCKET_SHUTDOWN_MASK) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *socket;
    zx_status_t status = handle_get(self, handle, &socket_type, ZX_RIGHT_WRITE, &socket);
    if (status != ZX_OK) {
        return status;
    }
    socket_shutdown(self, socket, options);
    object_unref(self, socket);
    return ZX_OK;
}
