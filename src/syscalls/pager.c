// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/pager.h"

#include <zircon/syscalls/policy.h>

#include "host/frames.h"
#include "objects/port.h"
#include "syscalls/syscall.h"

// Programs of before 2019 asked with bit 0 for what is the default now.
enum { OLD_NON_RESIZABLE = 1u << 0 };

static struct vmo *vmo_of(struct object *object) {
    return list_entry(object, struct vmo, object);
}

zx_status_t sys_pager_create(struct thread *self, uint32_t options, user_out out) {
    if (options != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *pager = pager_new(self);
    if (pager == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    return handle_return_take(self, out, pager, pager_type.rights);
}

zx_status_t sys_pager_create_vmo(struct thread *self, zx_handle_t pager, uint32_t options,
                                 zx_handle_t port, uint64_t key, uint64_t size, user_out out) {
    struct object *pager_object, *port_object;
    zx_status_t status = process_check_policy(self, ZX_POL_NEW_VMO);
    if (status != ZX_OK) {
        return status;
    }
    status = handle_get(self, pager, &pager_type, ZX_RIGHT_NONE, &pager_object);
    if (status != ZX_OK) {
        return status;
    }
    status = handle_get(self, port, &port_type, ZX_RIGHT_WRITE, &port_object);
    struct vmo *vmo = NULL;
    struct handle *slot = NULL;
    if (status == ZX_OK) {
        status = (options & ~(ZX_VMO_RESIZABLE | OLD_NON_RESIZABLE)) != 0
                     ? ZX_ERR_INVALID_ARGS
                     : pager_new_vmo(self, pager_object, port_object, key, size,
                                     (options & ZX_VMO_RESIZABLE) != 0, &vmo);
        object_unref(self, port_object);
    }
    object_unref(self, pager_object);
    if (status != ZX_OK) {
        return status;
    }
    status = handle_reserve(self, &slot);
    if (status == ZX_OK) {
        zx_handle_t value = handle_value(self, slot);
        status = copy_to_user(out, &value, sizeof(value));
        if (status != ZX_OK) {
            handle_unreserve(self, slot);
        }
    }
    if (status != ZX_OK) {
        pager_abandon_vmo(self, vmo);
        object_unref(self, &vmo->object);
        return status;
    }
    object_add_handle_always(&vmo->object);
    handle_publish(slot, &vmo->object, vmo_type.rights);
    return ZX_OK;
}

// The pager and a VMO of it, both with references.
static zx_status_t get_both(struct thread *self, zx_handle_t pager, zx_handle_t vmo,
                            struct object **pager_object, struct object **vmo_object) {
    zx_status_t status = handle_get(self, pager, &pager_type, ZX_RIGHT_NONE, pager_object);
    if (status != ZX_OK) {
        return status;
    }
    status = handle_get(self, vmo, &vmo_type, ZX_RIGHT_NONE, vmo_object);
    if (status == ZX_OK) {
        status = pager_check(*pager_object, vmo_of(*vmo_object));
        if (status != ZX_OK) {
            object_unref(self, *vmo_object);
        }
    }
    if (status != ZX_OK) {
        object_unref(self, *pager_object);
    }
    return status;
}

zx_status_t sys_pager_detach_vmo(struct thread *self, zx_handle_t pager, zx_handle_t vmo) {
    struct object *pager_object, *vmo_object;
    zx_status_t status = get_both(self, pager, vmo, &pager_object, &vmo_object);
    if (status != ZX_OK) {
        return status;
    }
    pager_detach(self, vmo_of(vmo_object));
    object_unref(self, vmo_object);
    object_unref(self, pager_object);
    return ZX_OK;
}

zx_status_t sys_pager_supply_pages(struct thread *self, zx_handle_t pager, zx_handle_t pager_vmo,
                                   uint64_t offset, uint64_t length, zx_handle_t aux_vmo,
                                   uint64_t aux_offset) {
    struct object *pager_object, *vmo_object, *aux_object;
    zx_status_t status = get_both(self, pager, pager_vmo, &pager_object, &vmo_object);
    if (status != ZX_OK) {
        return status;
    }
    status = handle_get(self, aux_vmo, &vmo_type, ZX_RIGHT_READ | ZX_RIGHT_WRITE, &aux_object);
    if (status == ZX_OK) {
        status = (offset | length | aux_offset) % FRAME_SIZE != 0
                     ? ZX_ERR_INVALID_ARGS
                     : pager_supply(self, vmo_of(vmo_object), offset, length, vmo_of(aux_object),
                                    aux_offset);
        object_unref(self, aux_object);
    }
    object_unref(self, vmo_object);
    object_unref(self, pager_object);
    return status;
}

// The errors that a pager may hand to those who wait.
static bool can_fail_with(uint64_t data) {
    switch ((int64_t)data) {
    case ZX_ERR_IO:
    case ZX_ERR_IO_DATA_INTEGRITY:
    case ZX_ERR_BAD_STATE:
    case ZX_ERR_NO_SPACE:
    case ZX_ERR_BUFFER_TOO_SMALL:
        return true;
    default:
        return false;
    }
}

zx_status_t sys_pager_op_range(struct thread *self, zx_handle_t pager, uint32_t op,
                               zx_handle_t pager_vmo, uint64_t offset, uint64_t length,
                               uint64_t data) {
    if ((offset | length) % FRAME_SIZE != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *pager_object, *vmo_object;
    zx_status_t status = get_both(self, pager, pager_vmo, &pager_object, &vmo_object);
    if (status != ZX_OK) {
        return status;
    }
    if (op != ZX_PAGER_OP_FAIL) {
        status = ZX_ERR_NOT_SUPPORTED;
    } else if (!can_fail_with(data)) {
        status = ZX_ERR_INVALID_ARGS;
    } else {
        status = pager_fail(self, vmo_of(vmo_object), offset, length, (zx_status_t)(int64_t)data);
    }
    object_unref(self, vmo_object);
    object_unref(self, pager_object);
    return status;
}
