// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/vmar.h"

#include "syscalls/syscall.h"

static struct vmar *vmar_of(struct object *object) {
    return list_entry(object, struct vmar, object);
}

static zx_rights_t rights_for(zx_vm_option_t options, uint32_t read, uint32_t write,
                              uint32_t execute) {
    return ((options & read) != 0 ? ZX_RIGHT_READ : 0u) |
           ((options & write) != 0 ? ZX_RIGHT_WRITE : 0u) |
           ((options & execute) != 0 ? ZX_RIGHT_EXECUTE : 0u);
}

// Writing and executing without reading cannot be had.
static bool is_valid_access(zx_vm_option_t options) {
    return (options & ZX_VM_PERM_READ) != 0 ||
           (options & (ZX_VM_PERM_WRITE | ZX_VM_PERM_EXECUTE)) == 0;
}

zx_status_t sys_vmar_allocate(struct thread *self, zx_handle_t parent_vmar, zx_vm_option_t options,
                              uint64_t offset, uint64_t size, user_out child_vmar,
                              user_out child_addr) {
    struct object *object;
    zx_rights_t rights =
        rights_for(options, ZX_VM_CAN_MAP_READ, ZX_VM_CAN_MAP_WRITE, ZX_VM_CAN_MAP_EXECUTE);
    zx_status_t status = handle_get(self, parent_vmar, &vmar_type, rights, &object);
    if (status != ZX_OK) {
        return status;
    }
    struct vmar *child;
    uintptr_t address;
    status = vmar_allocate(self, vmar_of(object), options, offset, size, &child, &address);
    object_unref(self, object);
    if (status != ZX_OK) {
        return status;
    }
    struct handle *slot;
    status = handle_reserve(self, &slot); // before anything is stored
    if (status == ZX_OK) {
        zx_handle_t value = handle_value(self, slot);
        status = copy_to_user(child_vmar, &value, sizeof(value));
        if (status == ZX_OK) {
            status = copy_to_user(child_addr, &address, sizeof(address));
        }
        if (status != ZX_OK) {
            handle_unreserve(self, slot);
        }
    }
    if (status != ZX_OK) {
        (void)vmar_destroy(self, child);
        object_unref(self, &child->object);
        return status;
    }
    object_add_handle_always(&child->object);
    handle_publish(slot, &child->object, vmar_rights(child));
    return ZX_OK;
}

zx_status_t sys_vmar_destroy(struct thread *self, zx_handle_t handle) {
    struct object *object;
    zx_status_t status = handle_get(self, handle, &vmar_type, ZX_RIGHT_NONE, &object);
    if (status != ZX_OK) {
        return status;
    }
    status = vmar_destroy(self, vmar_of(object));
    object_unref(self, object);
    return status;
}

// Both handles are looked up; now for the options.
static zx_status_t map(struct thread *self, struct vmar *vmar, zx_rights_t vmar_has,
                       zx_vm_option_t options, uint64_t vmar_offset, struct vmo *vmo,
                       zx_rights_t vmo_has, uint64_t vmo_offset, uint64_t len,
                       user_out mapped_addr) {
    if ((vmo_has & ZX_RIGHT_MAP) == 0) {
        return ZX_ERR_ACCESS_DENIED;
    }
    if (!is_valid_access(options) ||
        ((options & ZX_VM_MAP_RANGE) != 0 && (options & ZX_VM_SPECIFIC_OVERWRITE) != 0) ||
        (options & (ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE | ZX_VM_CAN_MAP_EXECUTE)) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_rights_t both = vmar_has & vmo_has;
    if ((rights_for(options, ZX_VM_PERM_READ, ZX_VM_PERM_WRITE, ZX_VM_PERM_EXECUTE) & ~both) != 0) {
        return ZX_ERR_ACCESS_DENIED;
    }
    options |= ((both & ZX_RIGHT_READ) != 0 ? ZX_VM_CAN_MAP_READ : 0) |
               ((both & ZX_RIGHT_WRITE) != 0 ? ZX_VM_CAN_MAP_WRITE : 0) |
               ((both & ZX_RIGHT_EXECUTE) != 0 ? ZX_VM_CAN_MAP_EXECUTE : 0);
    uintptr_t address;
    zx_status_t status = vmar_map(self, vmar, options, vmar_offset, vmo, vmo_offset, len, &address);
    if (status != ZX_OK) {
        return status;
    }
    status = copy_to_user(mapped_addr, &address, sizeof(address));
    if (status != ZX_OK) {
        (void)vmar_unmap(self, vmar, address, len);
    }
    return status;
}

zx_status_t sys_vmar_map(struct thread *self, zx_handle_t handle, zx_vm_option_t options,
                         uint64_t vmar_offset, zx_handle_t vmo, uint64_t vmo_offset, uint64_t len,
                         user_out mapped_addr) {
    struct object *vmar_object, *vmo_object;
    zx_rights_t vmar_has, vmo_has;
    zx_status_t status =
        handle_get_rights(self, handle, &vmar_type, ZX_RIGHT_NONE, &vmar_object, &vmar_has);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    status = handle_get_rights(self, vmo, &vmo_type, ZX_RIGHT_NONE, &vmo_object, &vmo_has);
    if (likely(status == ZX_OK)) {
        status =
            map(self, vmar_of(vmar_object), vmar_has, options, vmar_offset,
                list_entry(vmo_object, struct vmo, object), vmo_has, vmo_offset, len, mapped_addr);
        object_unref(self, vmo_object);
    }
    object_unref(self, vmar_object);
    return status;
}

zx_status_t sys_vmar_unmap(struct thread *self, zx_handle_t handle, zx_vaddr_t addr, uint64_t len) {
    struct object *object;
    zx_status_t status = handle_get(self, handle, &vmar_type, ZX_RIGHT_NONE, &object);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    status = vmar_unmap(self, vmar_of(object), addr, len);
    object_unref(self, object);
    return status;
}

zx_status_t sys_vmar_protect(struct thread *self, zx_handle_t handle, zx_vm_option_t options,
                             zx_vaddr_t addr, uint64_t len) {
    struct object *object;
    zx_rights_t rights = rights_for(options, ZX_VM_PERM_READ, ZX_VM_PERM_WRITE, ZX_VM_PERM_EXECUTE);
    zx_status_t status = handle_get(self, handle, &vmar_type, rights, &object);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    status = is_valid_access(options) ? vmar_protect(self, vmar_of(object), options, addr, len)
                                      : ZX_ERR_INVALID_ARGS;
    object_unref(self, object);
    return status;
}

zx_status_t sys_vmar_op_range(struct thread *self, zx_handle_t handle, uint32_t op,
                              zx_vaddr_t address, size_t size, user_inout buffer,
                              size_t buffer_size) {
    struct object *object;
    zx_status_t status = handle_get(self, handle, &vmar_type, ZX_RIGHT_NONE, &object);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    status = user_address_in(user_inout_in(buffer)) == 0 && buffer_size == 0
                 ? vmar_op_range(self, vmar_of(object), op, address, size)
                 : ZX_ERR_INVALID_ARGS;
    object_unref(self, object);
    return status;
}
