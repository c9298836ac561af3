// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/futex.h"

#include "syscalls/syscall.h"

// Looks up the thread that is to own a futex; none for ZX_HANDLE_INVALID. On success the caller has
// a reference to it.
static zx_status_t find_owner(struct thread *self, zx_handle_t handle,
                              struct thread_object **owner) {
    *owner = NULL;
    if (handle == ZX_HANDLE_INVALID) {
        return ZX_OK;
    }
    struct object *object;
    zx_status_t status = handle_get(self, handle, &thread_object_type, 0, &object);
    if (status != ZX_OK) {
        return status;
    }
    struct thread_object *thread = object_as(thread_object, object);
    if (thread->process != self->process) {
        object_unref(self, object);
        return ZX_ERR_INVALID_ARGS;
    }
    *owner = thread;
    return ZX_OK;
}

static void drop_owner(struct thread *self, struct thread_object *owner) {
    if (owner != NULL) {
        object_unref(self, &owner->object);
    }
}

zx_status_t sys_futex_wait(struct thread *self, user_in value_ptr, zx_futex_t current_value,
                           zx_handle_t new_futex_owner, zx_time_t deadline) {
    zx_status_t status = futex_check((uintptr_t)value_ptr.p);
    if (status != ZX_OK) {
        return status;
    }
    struct thread_object *owner;
    zx_status_t owner_status = find_owner(self, new_futex_owner, &owner);
    status = futex_wait(self, (uintptr_t)value_ptr.p, current_value, owner, owner_status, deadline);
    drop_owner(self, owner);
    return status;
}

static zx_status_t wake(struct thread *self, uintptr_t address, uint32_t count, bool assign) {
    zx_status_t status = futex_check(address);
    if (status == ZX_OK) {
        futex_wake(self, address, count, assign);
    }
    return status;
}

zx_status_t sys_futex_wake(struct thread *self, user_in value_ptr, uint32_t wake_count) {
    return wake(self, (uintptr_t)value_ptr.p, wake_count, false);
}

zx_status_t sys_futex_wake_single_owner(struct thread *self, user_in value_ptr) {
    return wake(self, (uintptr_t)value_ptr.p, 1, true);
}

static zx_status_t requeue(struct thread *self, user_in value_ptr, uint32_t wake_count, bool assign,
                           int32_t current_value, uintptr_t requeue_address, uint32_t requeue_count,
                           zx_handle_t new_owner) {
    uintptr_t address = (uintptr_t)value_ptr.p;
    zx_status_t status = futex_check(address);
    if (status == ZX_OK) {
        status = futex_check(requeue_address);
    }
    if (status != ZX_OK || address == requeue_address) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct thread_object *owner;
    zx_status_t owner_status = find_owner(self, new_owner, &owner);
    status = futex_requeue(self, address, wake_count, assign, current_value, requeue_address,
                           requeue_count, owner, owner_status);
    drop_owner(self, owner);
    return status;
}

zx_status_t sys_futex_requeue(struct thread *self, user_in value_ptr, uint32_t wake_count,
                              zx_futex_t current_value, user_in requeue_ptr, uint32_t requeue_count,
                              zx_handle_t new_requeue_owner) {
    return requeue(self, value_ptr, wake_count, false, current_value, (uintptr_t)requeue_ptr.p,
                   requeue_count, new_requeue_owner);
}

zx_status_t sys_futex_requeue_single_owner(struct thread *self, user_in value_ptr,
                                           zx_futex_t current_value, user_in requeue_ptr,
                                           uint32_t requeue_count, zx_handle_t new_requeue_owner) {
    return requeue(self, value_ptr, 1, true, current_value, (uintptr_t)requeue_ptr.p, requeue_count,
                   new_requeue_owner);
}

zx_status_t sys_futex_get_owner(struct thread *self, user_in value_ptr, user_out koid) {
    zx_status_t status = futex_check((uintptr_t)value_ptr.p);
    if (status != ZX_OK) {
        return status;
    }
    zx_koid_t owner = futex_owner(self, (uintptr_t)value_ptr.p);
    return copy_to_user(koid, &owner, sizeof(owner));
}
