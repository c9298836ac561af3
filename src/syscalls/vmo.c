// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/vmo.h"

#include <zircon/syscalls/policy.h>

#include "objects/resource.h"
#include "syscalls/syscall.h"

// Programs of before 2019 asked with bit 0 for what is the default now.
enum { OLD_NON_RESIZABLE = 1u << 0 };

static struct vmo *vmo_of(struct object *object) {
    return list_entry(object, struct vmo, object);
}

zx_status_t sys_vmo_create(struct thread *self, uint64_t size, uint32_t options, user_out out) {
    zx_status_t status = process_check_policy(self, ZX_POL_NEW_VMO);
    if (status != ZX_OK) {
        return status;
    }
    if ((options & ~(ZX_VMO_RESIZABLE | OLD_NON_RESIZABLE)) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct vmo *vmo;
    status = vmo_new(self, size, (options & ZX_VMO_RESIZABLE) != 0, &vmo);
    if (status != ZX_OK) {
        return status;
    }
    return handle_return_take(self, out, &vmo->object, vmo_type.rights);
}

zx_status_t sys_vmo_read(struct thread *self, zx_handle_t handle, user_out buffer, uint64_t offset,
                         size_t buffer_size) {
    struct object *object;
    zx_status_t status = handle_get(self, handle, &vmo_type, ZX_RIGHT_READ, &object);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    status = vmo_read(self, vmo_of(object), buffer, offset, buffer_size);
    object_unref(self, object);
    return status;
}

zx_status_t sys_vmo_write(struct thread *self, zx_handle_t handle, user_in buffer, uint64_t offset,
                          size_t buffer_size) {
    struct object *object;
    zx_status_t status = handle_get(self, handle, &vmo_type, ZX_RIGHT_WRITE, &object);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    status = vmo_write(self, vmo_of(object), buffer, offset, buffer_size);
    object_unref(self, object);
    return status;
}

zx_status_t sys_vmo_get_size(struct thread *self, zx_handle_t handle, user_out size) {
    struct object *object;
    zx_status_t status = handle_get(self, handle, &vmo_type, ZX_RIGHT_NONE, &object);
    if (status != ZX_OK) {
        return status;
    }
    uint64_t bytes = vmo_size(self, vmo_of(object));
    object_unref(self, object);
    return copy_to_user(size, &bytes, sizeof(bytes));
}

zx_status_t sys_vmo_set_size(struct thread *self, zx_handle_t handle, uint64_t size) {
    struct object *object;
    zx_status_t status = handle_get(self, handle, &vmo_type, ZX_RIGHT_WRITE, &object);
    if (status != ZX_OK) {
        return status;
    }
    status = vmo_set_size(self, vmo_of(object), size);
    object_unref(self, object);
    return status;
}

// What each operation needs, and does.
static zx_status_t operate(struct thread *self, struct vmo *vmo, uint32_t op, uint64_t offset,
                           uint64_t size, zx_rights_t has) {
    zx_rights_t needed = ZX_RIGHT_WRITE;
    switch (op) {
    case ZX_VMO_OP_COMMIT:
    case ZX_VMO_OP_DECOMMIT:
    case ZX_VMO_OP_ZERO:
    case ZX_VMO_OP_CACHE_INVALIDATE: // may drop what was written
        break;
    case ZX_VMO_OP_CACHE_SYNC:
    case ZX_VMO_OP_CACHE_CLEAN:
    case ZX_VMO_OP_CACHE_CLEAN_INVALIDATE:
        needed = ZX_RIGHT_READ;
        break;
    case ZX_VMO_OP_LOCK:
    case ZX_VMO_OP_UNLOCK:
        return ZX_ERR_NOT_SUPPORTED;
    default:
        return ZX_ERR_INVALID_ARGS;
    }
    if ((has & needed) == 0) {
        return ZX_ERR_ACCESS_DENIED;
    }
    return op == ZX_VMO_OP_COMMIT     ? vmo_commit(self, vmo, offset, size)
           : op == ZX_VMO_OP_DECOMMIT ? vmo_decommit(self, vmo, offset, size)
           : op == ZX_VMO_OP_ZERO     ? vmo_zero(self, vmo, offset, size)
                                      : vmo_cache_op(self, vmo, offset, size);
}

zx_status_t sys_vmo_op_range(struct thread *self, zx_handle_t handle, uint32_t op, uint64_t offset,
                             uint64_t size, user_inout buffer, size_t buffer_size) {
    (void)buffer;
    (void)buffer_size;
    struct object *object;
    zx_rights_t has;
    zx_status_t status = handle_get_rights(self, handle, &vmo_type, ZX_RIGHT_NONE, &object, &has);
    if (status != ZX_OK) {
        return status;
    }
    status = operate(self, vmo_of(object), op, offset, size, has);
    object_unref(self, object);
    return status;
}

zx_status_t sys_vmo_create_child(struct thread *self, zx_handle_t handle, uint32_t options,
                                 uint64_t offset, uint64_t size, user_out out) {
    struct object *object;
    zx_rights_t has;
    zx_status_t status = handle_get_rights(self, handle, &vmo_type,
                                           ZX_RIGHT_DUPLICATE | ZX_RIGHT_READ, &object, &has);
    if (status != ZX_OK) {
        return status;
    }
    struct vmo *child;
    status = vmo_new_child(self, vmo_of(object), options, offset, size,
                           (has & ZX_RIGHT_GET_PROPERTY) != 0, &child);
    object_unref(self, object);
    if (status != ZX_OK) {
        return status;
    }
    zx_rights_t rights = has | ZX_RIGHT_GET_PROPERTY | ZX_RIGHT_SET_PROPERTY;
    if (child->is_clone) {
        rights = (rights & ~ZX_RIGHT_EXECUTE) | ZX_RIGHT_WRITE;
    }
    return handle_return_take(self, out, &child->object, rights);
}

zx_status_t sys_vmo_set_cache_policy(struct thread *self, zx_handle_t handle,
                                     uint32_t cache_policy) {
    if ((cache_policy & ~(uint32_t)ZX_CACHE_POLICY_MASK) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *object;
    zx_status_t status = handle_get(self, handle, &vmo_type, ZX_RIGHT_MAP, &object);
    if (status != ZX_OK) {
        return status;
    }
    status = vmo_set_cache_policy(self, vmo_of(object), cache_policy);
    object_unref(self, object);
    return status;
}

zx_status_t sys_vmo_replace_as_executable(struct thread *self, zx_handle_t handle, zx_handle_t vmex,
                                          user_out out) {
    zx_status_t allowed = vmex != ZX_HANDLE_INVALID
                              ? resource_check(self, vmex, ZX_RSRC_KIND_VMEX)
                              : process_check_policy(self, ZX_POL_AMBIENT_MARK_VMO_EXEC);
    struct handle_record record;
    zx_status_t status = handle_take(self, handle, NULL, NULL, &record);
    if (status != ZX_OK) {
        return status;
    }
    status = allowed;
    if (status == ZX_OK && record.object->type != &vmo_type) {
        status = ZX_ERR_BAD_HANDLE;
    }
    if (status != ZX_OK) {
        handle_record_close(self, record);
        return status;
    }
    object_cancel(self, record.object, record.id);
    return handle_return_counted_take(self, out, record.object, record.rights | ZX_RIGHT_EXECUTE);
}
