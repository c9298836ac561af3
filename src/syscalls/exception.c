// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/exception.h"

#include <zircon/syscalls/policy.h>

#include "objects/channel.h"
#include "objects/port.h"
#include "objects/thread.h"
#include "syscalls/syscall.h"

// The place of a task that a program names: null and a status if it has none such.
static struct exceptionate *find_place(struct object *task, bool debugger, zx_status_t *status) {
    struct job *job = object_as(job, task);
    struct process *process = object_as(process, task);
    struct thread_object *thread = object_as(thread_object, task);
    *status = ZX_OK;
    if (job != NULL) {
        return debugger ? &job->debugger : &job->exceptions;
    }
    if (process != NULL) {
        return debugger ? &process->debugger : &process->exceptions;
    }
    if (thread != NULL && !debugger) {
        return &thread->exceptions;
    }
    *status = thread != NULL ? ZX_ERR_INVALID_ARGS : ZX_ERR_WRONG_TYPE;
    return NULL;
}

zx_status_t sys_task_create_exception_channel(struct thread *self, zx_handle_t handle,
                                              uint32_t options, user_out out) {
    if ((options & ~ZX_EXCEPTION_CHANNEL_DEBUGGER) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = process_check_policy(self, ZX_POL_NEW_CHANNEL);
    if (status != ZX_OK) {
        return status;
    }
    struct object *task, *kernel_end, *program_end;
    zx_rights_t has;
    status = handle_get_id(self, handle,
                           ZX_RIGHT_INSPECT | ZX_RIGHT_DUPLICATE | ZX_RIGHT_TRANSFER |
                               ZX_RIGHT_MANAGE_THREAD,
                           &task, &has, NULL);
    if (status != ZX_OK) {
        return status;
    }
    struct exceptionate *place =
        find_place(task, (options & ZX_EXCEPTION_CHANNEL_DEBUGGER) != 0, &status);
    bool is_thread = object_as(thread_object, task) != NULL;
    if (status == ZX_OK && !is_thread && (has & ZX_RIGHT_ENUMERATE) == 0) {
        status = ZX_ERR_ACCESS_DENIED;
    }
    if (status == ZX_OK) {
        status = channel_new(self, &kernel_end, &program_end);
    }
    if (status == ZX_OK) {
        object_add_handle_always(kernel_end);
        // Counted before the kernel's end can be told of an exception.
        object_add_handle_always(program_end);
        status = exceptionate_set_channel_take(self, place, kernel_end, has, is_thread ? 0 : has);
        if (status != ZX_OK) {
            object_drop_handle(self, program_end);
            object_unref(self, program_end);
        } else {
            status = handle_return_counted_take(
                self, out, program_end,
                channel_type.rights & (ZX_RIGHT_TRANSFER | ZX_RIGHT_WAIT | ZX_RIGHT_READ));
        }
    }
    object_unref(self, task);
    return status;
}

zx_status_t sys_exception_get_thread(struct thread *self, zx_handle_t handle, user_out out) {
    struct object *exception, *thread;
    zx_rights_t rights;
    zx_status_t status = handle_get(self, handle, &exception_type, 0, &exception);
    if (status != ZX_OK) {
        return status;
    }
    status = exception_thread(self, exception, &thread, &rights);
    object_unref(self, exception);
    return status != ZX_OK ? status : handle_return_take(self, out, thread, rights);
}

zx_status_t sys_exception_get_process(struct thread *self, zx_handle_t handle, user_out out) {
    struct object *exception, *process;
    zx_rights_t rights;
    zx_status_t status = handle_get(self, handle, &exception_type, 0, &exception);
    if (status != ZX_OK) {
        return status;
    }
    status = exception_process(self, exception, &process, &rights);
    object_unref(self, exception);
    return status != ZX_OK ? status : handle_return_take(self, out, process, rights);
}

// --- ports ---

zx_status_t sys_task_bind_exception_port(struct thread *self, zx_handle_t handle,
                                         zx_handle_t port_handle, uint64_t key, uint32_t options) {
    if ((options & ~ZX_EXCEPTION_PORT_DEBUGGER) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *port = NULL, *task;
    zx_status_t status = ZX_OK;
    if (port_handle != ZX_HANDLE_INVALID) {
        status = handle_get(self, port_handle, &port_type, 0, &port);
    }
    if (status == ZX_OK) {
        status = handle_get(self, handle, NULL, 0, &task);
        if (status == ZX_OK) {
            struct exceptionate *place =
                find_place(task, (options & ZX_EXCEPTION_PORT_DEBUGGER) != 0, &status);
            if (place != NULL) {
                status = port != NULL ? exceptionate_set_port(self, place, task, port, key)
                                      : exceptionate_reset_port(self, place);
            }
            object_unref(self, task);
        }
    }
    if (port != NULL) {
        object_unref(self, port);
    }
    return status;
}

zx_status_t sys_task_resume_from_exception(struct thread *self, zx_handle_t handle,
                                           zx_handle_t port_handle, uint32_t options) {
    struct object *thread, *port;
    zx_status_t status = handle_get(self, handle, &thread_object_type, 0, &thread);
    if (status != ZX_OK) {
        return status;
    }
    status = handle_get(self, port_handle, &port_type, 0, &port);
    if (status == ZX_OK) {
        status = options != 0 && options != ZX_RESUME_TRY_NEXT
                     ? ZX_ERR_INVALID_ARGS
                     : exception_answer(self, object_as(thread_object, thread), port, options == 0);
        object_unref(self, port);
    }
    object_unref(self, thread);
    return status;
}
