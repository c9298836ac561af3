// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/interrupt.h"

#include "objects/msi.h"
#include "objects/port.h"
#include "objects/resource.h"
#include "objects/vmo.h"
#include "syscalls/syscall.h"

enum { MODE_FLAGS = ZX_INTERRUPT_REMAP_IRQ | ZX_INTERRUPT_MODE_MASK };

static zx_status_t create_physical(struct thread *self, uint32_t pin, uint32_t options,
                                   struct object **interrupt) {
    static const struct {
        bool level, active_high;
    } modes[] = {
        [ZX_INTERRUPT_MODE_EDGE_LOW >> 1] = {false, false},
        [ZX_INTERRUPT_MODE_EDGE_HIGH >> 1] = {false, true},
        [ZX_INTERRUPT_MODE_LEVEL_LOW >> 1] = {true, false},
        [ZX_INTERRUPT_MODE_LEVEL_HIGH >> 1] = {true, true},
    };
    uint32_t mode = (options & ZX_INTERRUPT_MODE_MASK) >> 1;
    // The old lines have the numbers of the controller's inputs here, so remapping changes nothing.
    struct interrupt_line *line = interrupt_line_of_pin(pin);
    if ((options & ~(uint32_t)MODE_FLAGS) != 0 || line == NULL ||
        mode >= sizeof(modes) / sizeof(modes[0])) {
        return ZX_ERR_INVALID_ARGS;
    }
    if (mode != ZX_INTERRUPT_MODE_DEFAULT >> 1) {
        interrupt_line_configure(self, line, modes[mode].level, modes[mode].active_high);
    }
    uint32_t flags = INTERRUPT_VCPUS | (modes[mode].level ? INTERRUPT_MASKS : 0);
    return interrupt_new(self, line, flags, NULL, interrupt);
}

zx_status_t sys_interrupt_create(struct thread *self, zx_handle_t src_obj, uint32_t src_num,
                                 uint32_t options, user_out out_handle) {
    struct object *interrupt = NULL;
    zx_status_t status = ZX_OK;
    if ((options & ZX_INTERRUPT_VIRTUAL) == 0) {
        status = resource_check_range(self, src_obj, ZX_RSRC_KIND_IRQ, src_num, 1);
        if (status == ZX_OK) {
            status = create_physical(self, src_num, options, &interrupt);
        }
    } else if (options != ZX_INTERRUPT_VIRTUAL) {
        status = ZX_ERR_INVALID_ARGS;
    } else {
        interrupt = interrupt_new_virtual(self);
        status = interrupt != NULL ? ZX_OK : ZX_ERR_NO_MEMORY;
    }
    return status != ZX_OK ? status
                           : handle_return_take(self, out_handle, interrupt, interrupt_type.rights);
}

zx_status_t sys_interrupt_bind(struct thread *self, zx_handle_t handle, zx_handle_t port_handle,
                               uint64_t key, uint32_t options) {
    if (options != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *interrupt, *port;
    zx_status_t status = handle_get(self, handle, &interrupt_type, ZX_RIGHT_READ, &interrupt);
    if (status != ZX_OK) {
        return status;
    }
    status = handle_get(self, port_handle, &port_type, ZX_RIGHT_WRITE, &port);
    if (status == ZX_OK) {
        status = port_takes_interrupts(port) ? interrupt_bind(self, interrupt, port, key)
                                             : ZX_ERR_WRONG_TYPE;
        object_unref(self, port);
    }
    object_unref(self, interrupt);
    return status;
}

zx_status_t sys_interrupt_bind_vcpu(struct thread *self, zx_handle_t handle, zx_handle_t vcpu,
                                    uint32_t options) {
    (void)options;
    struct object *interrupt, *object;
    zx_status_t status = handle_get(self, handle, &interrupt_type, ZX_RIGHT_READ, &interrupt);
    if (status != ZX_OK) {
        return status;
    }
    zx_rights_t rights;
    status = handle_get_rights(self, vcpu, NULL, 0, &object, &rights);
    if (status == ZX_OK) {
        if (object->type->id != ZX_OBJ_TYPE_VCPU) {
            status = ZX_ERR_WRONG_TYPE;
        } else if ((rights & ZX_RIGHT_WRITE) == 0) {
            status = ZX_ERR_ACCESS_DENIED;
        } else {
            status = interrupt_bind_vcpu(self, interrupt, object);
        }
        object_unref(self, object);
    }
    object_unref(self, interrupt);
    return status;
}

typedef zx_status_t (*interrupt_operation)(struct thread *self, struct object *interrupt);

static zx_status_t with_interrupt(struct thread *self, zx_handle_t handle, zx_rights_t rights,
                                  interrupt_operation operation) {
    struct object *interrupt;
    zx_status_t status = handle_get(self, handle, &interrupt_type, rights, &interrupt);
    if (status == ZX_OK) {
        status = operation(self, interrupt);
        object_unref(self, interrupt);
    }
    return status;
}

zx_status_t sys_interrupt_ack(struct thread *self, zx_handle_t handle) {
    return with_interrupt(self, handle, ZX_RIGHT_WRITE, interrupt_ack);
}

zx_status_t sys_interrupt_destroy(struct thread *self, zx_handle_t handle) {
    return with_interrupt(self, handle, ZX_RIGHT_NONE, interrupt_destroy);
}

zx_status_t sys_interrupt_wait(struct thread *self, zx_handle_t handle, user_out out_timestamp) {
    struct object *interrupt;
    zx_time_t timestamp;
    zx_status_t status = handle_get(self, handle, &interrupt_type, ZX_RIGHT_WAIT, &interrupt);
    if (status != ZX_OK) {
        return status;
    }
    status = interrupt_wait(self, interrupt, &timestamp);
    object_unref(self, interrupt);
    return status != ZX_OK ? status
                           : copy_to_user_optional(out_timestamp, &timestamp, sizeof(timestamp));
}

zx_status_t sys_interrupt_trigger(struct thread *self, zx_handle_t handle, uint32_t options,
                                  zx_time_t timestamp) {
    if (options != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *interrupt;
    zx_status_t status = handle_get(self, handle, &interrupt_type, ZX_RIGHT_SIGNAL, &interrupt);
    if (status == ZX_OK) {
        status = interrupt_trigger(self, interrupt, timestamp);
        object_unref(self, interrupt);
    }
    return status;
}

// --- messages ---

enum { CAPABILITY_SIZE = 24 }; // of a PCI device that sends messages

zx_status_t sys_msi_allocate(struct thread *self, zx_handle_t handle, uint32_t count,
                             user_out out_allocation) {
    zx_status_t status = resource_check(self, handle, ZX_RSRC_KIND_ROOT);
    if (status != ZX_OK) {
        return status;
    }
    if (count == 0 || count > INTERRUPT_MESSAGES_MAX || (count & (count - 1)) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *msi;
    status = msi_new(self, count, &msi);
    return status != ZX_OK ? status
                           : handle_return_take(self, out_allocation, msi, msi_type.rights);
}

// The VMO must show a device's capability, which the kernel would mask the message in.
static zx_status_t check_capability(struct thread *self, struct vmo *vmo, size_t offset) {
    uint64_t size = vmo_size(self, vmo);
    bool follows = vmo_is_physical(vmo) || vmo_is_contiguous(vmo);
    return follows && size >= CAPABILITY_SIZE && offset < size - CAPABILITY_SIZE &&
                   vmo_cache_policy(self, vmo) == ZX_CACHE_POLICY_UNCACHED_DEVICE
               ? ZX_OK
               : ZX_ERR_INVALID_ARGS;
}

zx_status_t sys_msi_create(struct thread *self, zx_handle_t handle, uint32_t options,
                           uint32_t msi_id, zx_handle_t vmo, size_t vmo_offset,
                           user_out out_interrupt) {
    struct object *msi, *memory, *interrupt = NULL;
    zx_status_t status = handle_get(self, handle, &msi_type, ZX_RIGHT_NONE, &msi);
    if (status != ZX_OK) {
        return status;
    }
    status = handle_get(self, vmo, &vmo_type, ZX_RIGHT_MAP, &memory);
    if (status == ZX_OK) {
        if (!msi_has(msi, msi_id)) {
            status = ZX_ERR_BAD_STATE;
        } else {
            status = msi_interrupt(self, msi, msi_id, &interrupt);
        }
        if (status == ZX_OK) {
            struct vmo *capability = list_entry(memory, struct vmo, object);
            status =
                options != 0 ? ZX_ERR_INVALID_ARGS : check_capability(self, capability, vmo_offset);
        }
        object_unref(self, memory);
    }
    object_unref(self, msi);
    if (status != ZX_OK) {
        if (interrupt != NULL) {
            object_unref(self, interrupt);
        }
        return status;
    }
    return handle_return_take(self, out_interrupt, interrupt, interrupt_type.rights);
}
