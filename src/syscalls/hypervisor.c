// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <zircon/syscalls/hypervisor.h>

#include "hypervisor/guest.h"
#include "hypervisor/vcpu.h"
#include "objects/resource.h"
#include "syscalls/syscall.h"

zx_status_t sys_guest_create(struct thread *self, zx_handle_t resource, uint32_t options,
                             user_out guest_handle, user_out vmar_handle) {
    if (options != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = resource_check(self, resource, ZX_RSRC_KIND_HYPERVISOR);
    if (status != ZX_OK) {
        return status;
    }
    struct object *guest, *vmar;
    status = guest_new(self, &backend_kvm, &guest, &vmar);
    if (status != ZX_OK) {
        return status;
    }
    const zx_rights_t vmar_rights =
        ZX_DEFAULT_VMAR_RIGHTS | ZX_RIGHT_READ | ZX_RIGHT_WRITE | ZX_RIGHT_EXECUTE;
    return handle_return_two_take(self, guest_handle, guest, guest_type.rights, vmar_handle, vmar,
                                  vmar_rights);
}

zx_status_t sys_guest_set_trap(struct thread *self, zx_handle_t handle, uint32_t kind,
                               zx_vaddr_t addr, size_t size, zx_handle_t port_handle,
                               uint64_t key) {
    struct object *guest, *port = NULL;
    zx_status_t status = handle_get(self, handle, &guest_type, ZX_RIGHT_WRITE, &guest);
    if (status != ZX_OK) {
        return status;
    }
    if (port_handle != ZX_HANDLE_INVALID) {
        status = handle_get(self, port_handle, &port_type, ZX_RIGHT_WRITE, &port);
    }
    if (status == ZX_OK) {
        status = guest_set_trap(self, guest_at(guest), kind, addr, size, port, key);
    }
    if (port != NULL) {
        object_unref(self, port);
    }
    object_unref(self, guest);
    return status;
}

zx_status_t sys_vcpu_create(struct thread *self, zx_handle_t guest_handle, uint32_t options,
                            zx_vaddr_t entry, user_out out) {
    if (options != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *guest, *vcpu;
    zx_status_t status =
        handle_get(self, guest_handle, &guest_type, ZX_RIGHT_MANAGE_PROCESS, &guest);
    if (status != ZX_OK) {
        return status;
    }
    status = vcpu_new(self, guest_at(guest), entry, &vcpu);
    object_unref(self, guest);
    if (status != ZX_OK) {
        return status;
    }
    return handle_return_take(self, out, vcpu, vcpu_type.rights);
}

static zx_status_t get_vcpu(struct thread *self, zx_handle_t handle, zx_rights_t rights,
                            struct vcpu **vcpu) {
    struct object *object;
    zx_status_t status = handle_get(self, handle, &vcpu_type, rights, &object);
    if (likely(status == ZX_OK)) {
        *vcpu = vcpu_at(object);
    }
    return status;
}

zx_status_t sys_vcpu_resume(struct thread *self, zx_handle_t handle, user_out packet) {
    struct vcpu *vcpu;
    zx_status_t status = get_vcpu(self, handle, ZX_RIGHT_EXECUTE, &vcpu);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    zx_port_packet_t copy;
    status = vcpu_run(self, vcpu, &copy);
    if (likely(status == ZX_OK)) {
        status = copy_to_user(packet, &copy, sizeof(copy));
    }
    object_unref(self, &vcpu->object);
    return status;
}

zx_status_t sys_vcpu_enter(struct thread *self, zx_handle_t handle, user_out packet) {
    return sys_vcpu_resume(self, handle, packet);
}

zx_status_t sys_vcpu_kick(struct thread *self, zx_handle_t handle) {
    struct vcpu *vcpu;
    zx_status_t status = get_vcpu(self, handle, ZX_RIGHT_EXECUTE, &vcpu);
    if (status == ZX_OK) {
        vcpu_kick(self, vcpu);
        object_unref(self, &vcpu->object);
    }
    return status;
}

zx_status_t sys_vcpu_interrupt(struct thread *self, zx_handle_t handle, uint32_t vector) {
    struct vcpu *vcpu;
    zx_status_t status = get_vcpu(self, handle, ZX_RIGHT_SIGNAL, &vcpu);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    if (vector < VECTORS) {
        vcpu_interrupt(self, vcpu, vector);
    } else {
        status = ZX_ERR_OUT_OF_RANGE;
    }
    object_unref(self, &vcpu->object);
    return status;
}

static zx_status_t read_state(struct thread *self, struct vcpu *vcpu, uint32_t kind,
                              user_out buffer, size_t size) {
    if (size > sizeof(zx_vcpu_state_t)) {
        return ZX_ERR_INVALID_ARGS;
    }
    if (!vcpu_is_owned(self, vcpu) || vcpu->running) {
        return ZX_ERR_BAD_STATE;
    }
    if (kind != ZX_VCPU_STATE || size != sizeof(zx_vcpu_state_t)) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_vcpu_state_t state;
    vcpu_read_state(vcpu, &state);
    return copy_to_user(buffer, &state, sizeof(state));
}

zx_status_t sys_vcpu_read_state(struct thread *self, zx_handle_t handle, uint32_t kind,
                                user_out buffer, size_t buffer_size) {
    struct vcpu *vcpu;
    zx_status_t status = get_vcpu(self, handle, ZX_RIGHT_READ, &vcpu);
    if (status == ZX_OK) {
        status = read_state(self, vcpu, kind, buffer, buffer_size);
        object_unref(self, &vcpu->object);
    }
    return status;
}

static zx_status_t write_state(struct thread *self, struct vcpu *vcpu, uint32_t kind,
                               user_in buffer, size_t size) {
    union {
        zx_vcpu_state_t state;
        zx_vcpu_io_t io;
    } copy;
    if (size > sizeof(copy) || copy_from_user(&copy, buffer, size) != ZX_OK) {
        return ZX_ERR_INVALID_ARGS;
    }
    if (!vcpu_is_owned(self, vcpu) || vcpu->running) {
        return ZX_ERR_BAD_STATE;
    }
    if (kind == ZX_VCPU_STATE && size == sizeof(copy.state)) {
        vcpu_write_state(vcpu, &copy.state);
        return ZX_OK;
    }
    if (kind != ZX_VCPU_IO || size != sizeof(copy.io) ||
        (copy.io.access_size != 1 && copy.io.access_size != 2 && copy.io.access_size != 4)) {
        return ZX_ERR_INVALID_ARGS;
    }
    vcpu_write_input(vcpu, copy.io.data, copy.io.access_size);
    return ZX_OK;
}

zx_status_t sys_vcpu_write_state(struct thread *self, zx_handle_t handle, uint32_t kind,
                                 user_in buffer, size_t buffer_size) {
    struct vcpu *vcpu;
    zx_status_t status = get_vcpu(self, handle, ZX_RIGHT_WRITE, &vcpu);
    if (status == ZX_OK) {
        status = write_state(self, vcpu, kind, buffer, buffer_size);
        object_unref(self, &vcpu->object);
    }
    return status;
}
