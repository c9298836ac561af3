// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/thread.h"

#include <string.h>

#include "objects/futex.h"
#include "objects/suspend_token.h"
#include "syscalls/syscall.h"
#include <zircon/syscalls/debug.h>

// Cut to what fits; the pointer must be good even for an empty name.
static zx_status_t copy_name(char name[ZX_MAX_NAME_LEN], user_in from, size_t size) {
    if (from.p == NULL) {
        return ZX_ERR_INVALID_ARGS;
    }
    size = size < ZX_MAX_NAME_LEN ? size : ZX_MAX_NAME_LEN;
    memset(name, 0, ZX_MAX_NAME_LEN);
    zx_status_t status = copy_from_user(name, from, size);
    name[ZX_MAX_NAME_LEN - 1] = '\0';
    return status;
}

zx_status_t sys_thread_create(struct thread *self, zx_handle_t process_handle, user_in name,
                              size_t name_size, uint32_t options, user_out out) {
    if (options != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    char text[ZX_MAX_NAME_LEN];
    zx_status_t status = copy_name(text, name, name_size);
    if (status != ZX_OK) {
        return status;
    }
    struct object *process;
    status = handle_get(self, process_handle, &process_type, ZX_RIGHT_MANAGE_THREAD, &process);
    if (status != ZX_OK) {
        return status;
    }
    struct thread_object *thread = thread_object_new(self, object_as(process, process), text);
    object_unref(self, process);
    if (thread == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    return handle_return_take(self, out, &thread->object, thread_object_type.rights);
}

zx_status_t sys_thread_start(struct thread *self, zx_handle_t handle, zx_vaddr_t entry,
                             zx_vaddr_t stack, uintptr_t arg1, uintptr_t arg2) {
    struct object *thread;
    zx_status_t status =
        handle_get(self, handle, &thread_object_type, ZX_RIGHT_MANAGE_THREAD, &thread);
    if (status != ZX_OK) {
        return status;
    }
    struct thread_entry begin = {entry, stack, arg1, arg2};
    status = thread_object_begin(self, object_as(thread_object, thread), &begin, false);
    object_unref(self, thread);
    return status;
}

void sys_thread_exit(struct thread *self) {
    thread_exit(self);
}

// --- state ---

union state {
    zx_thread_state_general_regs_t general;
    zx_thread_state_fp_regs_t fp;
    zx_thread_state_vector_regs_t vector;
    zx_thread_state_debug_regs_t debug;
    zx_thread_state_single_step_t single_step;
    uint64_t base;
};

// The size of a kind of state, 0 if it is unknown.
static size_t state_size(uint32_t kind) {
    switch (kind) {
    case ZX_THREAD_STATE_GENERAL_REGS:
        return sizeof(zx_thread_state_general_regs_t);
    case ZX_THREAD_STATE_FP_REGS:
        return sizeof(zx_thread_state_fp_regs_t);
    case ZX_THREAD_STATE_VECTOR_REGS:
        return sizeof(zx_thread_state_vector_regs_t);
    case ZX_THREAD_STATE_DEBUG_REGS:
        return sizeof(zx_thread_state_debug_regs_t);
    case ZX_THREAD_STATE_SINGLE_STEP:
        return sizeof(zx_thread_state_single_step_t);
    case ZX_THREAD_X86_REGISTER_FS: // known by its size alone
    case ZX_THREAD_X86_REGISTER_GS:
        return sizeof(uint64_t);
    default:
        return 0;
    }
}

static zx_status_t check_state(uint32_t kind, size_t size) {
    size_t needed = state_size(kind);
    return needed == 0 ? ZX_ERR_INVALID_ARGS : size < needed ? ZX_ERR_BUFFER_TOO_SMALL : ZX_OK;
}

zx_status_t sys_thread_read_state(struct thread *self, zx_handle_t handle, uint32_t kind,
                                  user_out buffer, size_t buffer_size) {
    struct object *thread;
    union state state;
    zx_status_t status = handle_get(self, handle, &thread_object_type, ZX_RIGHT_READ, &thread);
    if (status != ZX_OK) {
        return status;
    }
    status = check_state(kind, buffer_size);
    if (status == ZX_OK) {
        status = thread_object_read(self, object_as(thread_object, thread), kind, &state);
    }
    if (status == ZX_OK) {
        status = copy_to_user(buffer, &state, state_size(kind));
    }
    object_unref(self, thread);
    return status;
}

zx_status_t sys_thread_write_state(struct thread *self, zx_handle_t handle, uint32_t kind,
                                   user_in buffer, size_t buffer_size) {
    struct object *thread;
    union state state;
    zx_status_t status = handle_get(self, handle, &thread_object_type, ZX_RIGHT_WRITE, &thread);
    if (status != ZX_OK) {
        return status;
    }
    status = check_state(kind, buffer_size);
    if (status == ZX_OK && buffer_size != state_size(kind)) {
        status = ZX_ERR_INVALID_ARGS;
    }
    if (status == ZX_OK) {
        status = copy_from_user(&state, buffer, buffer_size);
    }
    if (status == ZX_OK) {
        status = thread_object_write(self, object_as(thread_object, thread), kind, &state);
    }
    object_unref(self, thread);
    return status;
}

// --- suspension ---

zx_status_t sys_task_suspend(struct thread *self, zx_handle_t handle, user_out out) {
    struct object *task, *token;
    zx_status_t status = handle_get(self, handle, NULL, ZX_RIGHT_WRITE, &task);
    if (status != ZX_OK) {
        return status;
    }
    status = suspend_token_new(self, task, &token);
    object_unref(self, task);
    return status != ZX_OK ? status
                           : handle_return_take(self, out, token, suspend_token_type.rights);
}

zx_status_t sys_task_suspend_token(struct thread *self, zx_handle_t handle, user_out out) {
    return sys_task_suspend(self, handle, out);
}

// --- ends ---

void sys_futex_wake_handle_close_thread_exit(struct thread *self, user_in value_ptr,
                                             uint32_t wake_count, int32_t new_value,
                                             zx_handle_t close_handle) {
    uintptr_t address = (uintptr_t)value_ptr.p;
    if (copy_to_user((user_out){(void *)address}, &new_value, sizeof(new_value)) != ZX_OK) {
        thread_fault_store(self, user_is_kernel(address) ? 0 : address, new_value);
    }
    if (futex_check(address) != ZX_OK) {
        thread_fault_trap(self);
    }
    futex_wake(self, address, wake_count, false);
    if (close_handle != ZX_HANDLE_INVALID && sys_handle_close(self, close_handle) != ZX_OK) {
        thread_fault_trap(self);
    }
    thread_exit(self);
}

zx_status_t sys_vmar_unmap_handle_close_thread_exit(struct thread *self, zx_handle_t vmar_handle,
                                                    zx_vaddr_t addr, size_t size,
                                                    zx_handle_t close_handle) {
    zx_status_t status = sys_vmar_unmap(self, vmar_handle, addr, size);
    if (status != ZX_OK) {
        return status;
    }
    if (close_handle != ZX_HANDLE_INVALID && sys_handle_close(self, close_handle) != ZX_OK) {
        thread_fault_trap(self);
    }
    thread_exit(self);
}
