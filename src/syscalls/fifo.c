// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/fifo.h"

#include <zircon/syscalls/policy.h>

#include "syscalls/syscall.h"

zx_status_t sys_fifo_create(struct thread *self, size_t elem_count, size_t elem_size,
                            uint32_t options, user_out out0, user_out out1) {
    (void)options; // Zircon looks at none
    zx_status_t status = process_check_policy(self, ZX_POL_NEW_FIFO);
    if (status != ZX_OK) {
        return status;
    }
    struct object *end0, *end1;
    status = fifo_new(self, elem_count, elem_size, &end0, &end1);
    if (status != ZX_OK) {
        return status;
    }
    return handle_return_pair_take(self, out0, end0, out1, end1, fifo_type.rights);
}

zx_status_t sys_fifo_write(struct thread *self, zx_handle_t handle, size_t elem_size, user_in data,
                           size_t count, user_out actual_count) {
    struct object *fifo;
    zx_status_t status = handle_get(self, handle, &fifo_type, ZX_RIGHT_WRITE, &fifo);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    size_t actual;
    status = fifo_write(self, fifo, elem_size, data, count, &actual);
    object_unref(self, fifo);
    return status != ZX_OK ? status : copy_to_user_optional(actual_count, &actual, sizeof(actual));
}

zx_status_t sys_fifo_read(struct thread *self, zx_handle_t handle, size_t elem_size, user_out data,
                          size_t count, user_out actual_count) {
    struct object *fifo;
    zx_status_t status = handle_get(self, handle, &fifo_type, ZX_RIGHT_READ, &fifo);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    size_t actual;
    status = fifo_read(self, fifo, elem_size, data, count, &actual);
    object_unref(self, fifo);
    return status != ZX_OK ? status : copy_to_user_optional(actual_count, &actual, sizeof(actual));
}
