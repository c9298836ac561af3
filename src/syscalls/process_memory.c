// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Reading and writing what another process has mapped.
#include "objects/vmar.h"
#include "syscalls/syscall.h"

enum { BYTES_MAX = 64 << 20 };

// The VMO that is mapped at an address of the process `handle`, where in it, and how much of
// `size`.
static zx_status_t find(struct thread *self, zx_handle_t handle, zx_rights_t rights,
                        zx_vaddr_t address, bool has_buffer, struct vmo **vmo, uint64_t *offset,
                        size_t *size) {
    if (!has_buffer || *size == 0 || *size > BYTES_MAX) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *object;
    zx_status_t status = handle_get(self, handle, &process_type, rights, &object);
    if (status != ZX_OK) {
        return status;
    }
    struct process *process = list_entry(object, struct process, object);
    uint64_t rest;
    status = process->root != NULL
                 ? vmar_find_mapping(self, process->root, address, vmo, offset, &rest)
                 : ZX_ERR_NOT_FOUND;
    object_unref(self, object);
    if (status != ZX_OK) {
        return ZX_ERR_NO_MEMORY;
    }
    *size = *size < rest ? *size : rest;
    return ZX_OK;
}

zx_status_t sys_process_read_memory(struct thread *self, zx_handle_t handle, zx_vaddr_t vaddr,
                                    user_out buffer, size_t buffer_size, user_out actual) {
    struct vmo *vmo;
    uint64_t offset;
    zx_status_t status = find(self, handle, ZX_RIGHT_READ | ZX_RIGHT_WRITE, vaddr, buffer.p != NULL,
                              &vmo, &offset, &buffer_size);
    if (status != ZX_OK) {
        return status;
    }
    status = vmo_read(self, vmo, buffer, offset, buffer_size);
    object_unref(self, &vmo->object);
    return status != ZX_OK ? status : copy_to_user(actual, &buffer_size, sizeof(buffer_size));
}

zx_status_t sys_process_write_memory(struct thread *self, zx_handle_t handle, zx_vaddr_t vaddr,
                                     user_in buffer, size_t buffer_size, user_out actual) {
    struct vmo *vmo;
    uint64_t offset;
    zx_status_t status =
        find(self, handle, ZX_RIGHT_WRITE, vaddr, buffer.p != NULL, &vmo, &offset, &buffer_size);
    if (status != ZX_OK) {
        return status;
    }
    status =
        vmo->is_vdso ? ZX_ERR_ACCESS_DENIED : vmo_write(self, vmo, buffer, offset, buffer_size);
    object_unref(self, &vmo->object);
    return status != ZX_OK ? status : copy_to_user(actual, &buffer_size, sizeof(buffer_size));
}
