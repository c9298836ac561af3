// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <string.h>
#include <zircon/syscalls/policy.h>

#include "objects/thread.h"
#include "syscalls/syscall.h"

// --- jobs ---

// A job through a handle that has either of two rights.
static zx_status_t get_job(struct thread *self, zx_handle_t handle, zx_rights_t right,
                           struct job **job) {
    struct object *object;
    zx_status_t status = handle_get(self, handle, &job_type, right, &object);
    if (status != ZX_OK) {
        status = handle_get(self, handle, &job_type, ZX_RIGHT_WRITE, &object);
    }
    if (status == ZX_OK) {
        *job = object_as(job, object);
    }
    return status;
}

zx_status_t sys_job_create(struct thread *self, zx_handle_t parent_job, uint32_t options,
                           user_out out) {
    if (options != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct job *parent, *job;
    zx_status_t status = get_job(self, parent_job, ZX_RIGHT_MANAGE_JOB, &parent);
    if (status != ZX_OK) {
        return status;
    }
    status = job_create(self, parent, &job);
    object_unref(self, &parent->object);
    return status != ZX_OK ? status : handle_return_take(self, out, &job->object, job_type.rights);
}

static zx_status_t set_basic_policy(struct thread *self, zx_handle_t handle, uint32_t options,
                                    user_in policy, uint32_t count) {
    if (options > ZX_JOB_POL_ABSOLUTE || policy.p == NULL || count == 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    // Too many are read as well, so that a bad pointer is told first, as Zircon does.
    zx_policy_basic_t entries[POLICY_CONDITIONS];
    for (size_t i = 0; i < count; i += POLICY_CONDITIONS) {
        zx_policy_basic_t rest[POLICY_CONDITIONS];
        size_t portion = count - i < POLICY_CONDITIONS ? count - i : POLICY_CONDITIONS;
        zx_status_t status =
            copy_from_user(i == 0 ? entries : rest, user_in_at(policy, i * sizeof(entries[0])),
                           portion * sizeof(entries[0]));
        if (status != ZX_OK) {
            return status;
        }
    }
    struct object *job;
    zx_status_t status = handle_get(self, handle, &job_type, ZX_RIGHT_SET_POLICY, &job);
    if (status != ZX_OK) {
        return status;
    }
    status = job_set_basic_policy(self, object_as(job, job), options, entries, count);
    object_unref(self, job);
    return status;
}

static zx_status_t set_slack_policy(struct thread *self, zx_handle_t handle, uint32_t options,
                                    user_in policy, uint32_t count) {
    if (options != ZX_JOB_POL_RELATIVE || policy.p == NULL || count != 1) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_policy_timer_slack_t slack;
    zx_status_t status = copy_from_user(&slack, policy, sizeof(slack));
    if (status != ZX_OK) {
        return status;
    }
    struct object *job;
    status = handle_get(self, handle, &job_type, ZX_RIGHT_SET_POLICY, &job);
    if (status != ZX_OK) {
        return status;
    }
    status = job_set_slack_policy(self, object_as(job, job), &slack);
    object_unref(self, job);
    return status;
}

zx_status_t sys_job_set_policy(struct thread *self, zx_handle_t handle, uint32_t options,
                               uint32_t topic, user_in policy, uint32_t count) {
    switch (topic) {
    case ZX_JOB_POL_BASIC:
        return set_basic_policy(self, handle, options, policy, count);
    case ZX_JOB_POL_TIMER_SLACK:
        return set_slack_policy(self, handle, options, policy, count);
    default:
        return ZX_ERR_INVALID_ARGS;
    }
}

zx_status_t sys_job_set_critical(struct thread *self, zx_handle_t job_handle, uint32_t options,
                                 zx_handle_t process_handle) {
    if ((options & ~ZX_JOB_CRITICAL_PROCESS_RETCODE_NONZERO) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *job, *process;
    zx_status_t status = handle_get(self, job_handle, &job_type, ZX_RIGHT_DESTROY, &job);
    if (status != ZX_OK) {
        return status;
    }
    status = handle_get(self, process_handle, &process_type, ZX_RIGHT_WAIT, &process);
    if (status != ZX_OK) {
        object_unref(self, job);
        return status;
    }
    struct process *critical = object_as(process, process);
    status = job_is_above(object_as(job, job), critical->job)
                 ? process_set_critical(self, critical, object_as(job, job), options != 0)
                 : ZX_ERR_INVALID_ARGS;
    object_unref(self, process);
    object_unref(self, job);
    return status;
}

// --- processes ---

// The name of a task: what there is of it up to ZX_MAX_NAME_LEN - 1 bytes.
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

zx_status_t sys_process_create(struct thread *self, zx_handle_t job_handle, user_in name,
                               size_t name_size, uint32_t options, user_out proc_handle,
                               user_out vmar_handle) {
    if (options != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = process_check_policy(self, ZX_POL_NEW_PROCESS);
    char text[ZX_MAX_NAME_LEN];
    if (status == ZX_OK) {
        status = copy_name(text, name, name_size);
    }
    struct job *job;
    if (status == ZX_OK) {
        status = get_job(self, job_handle, ZX_RIGHT_MANAGE_PROCESS, &job);
    }
    if (status != ZX_OK) {
        return status;
    }
    struct process *process;
    status = process_create(self, job, text, &process);
    object_unref(self, &job->object);
    if (status != ZX_OK) {
        return status;
    }
    struct vmar *root = process->root;
    object_ref(&root->object);
    return handle_return_two_take(self, proc_handle, &process->object, process_type.rights,
                                  vmar_handle, &root->object, vmar_rights(root));
}

// Consumes the handle that the new process is to get. False if there is none.
static bool take_argument(struct thread *self, zx_handle_t value, struct handle_record *record) {
    return handle_take(self, value, NULL, NULL, record) == ZX_OK;
}

static zx_status_t start_process(struct thread *self, struct process *process,
                                 struct thread_object *thread, struct thread_entry *entry,
                                 zx_handle_t argument) {
    struct handle_record record;
    bool has_argument = take_argument(self, argument, &record);
    zx_status_t status = thread->process != process ? ZX_ERR_ACCESS_DENIED : ZX_OK;
    if (status == ZX_OK && has_argument && (record.rights & ZX_RIGHT_TRANSFER) == 0) {
        status = ZX_ERR_ACCESS_DENIED;
    }
    struct handle *slot = NULL;
    zx_handle_t value = ZX_HANDLE_INVALID;
    if (status == ZX_OK && has_argument) {
        status = handle_insert(self, process, record, &slot, &value);
        has_argument = status != ZX_OK;
    }
    if (status == ZX_OK) {
        entry->argument1 = value;
        status = thread_object_begin(self, thread, entry, true);
        if (status != ZX_OK && slot != NULL) {
            handle_withdraw(self, process, slot);
        }
    }
    if (has_argument) {
        handle_record_close(self, record);
    }
    return status;
}

zx_status_t sys_process_start(struct thread *self, zx_handle_t handle, zx_handle_t thread_handle,
                              zx_vaddr_t entry, zx_vaddr_t stack, zx_handle_t arg1,
                              uintptr_t arg2) {
    struct object *process = NULL, *thread = NULL;
    zx_status_t status = handle_get(self, handle, &process_type, ZX_RIGHT_WRITE, &process);
    if (status == ZX_OK) {
        status = handle_get(self, thread_handle, &thread_object_type, ZX_RIGHT_WRITE, &thread);
    }
    if (status == ZX_OK) {
        struct thread_entry where = {.pc = entry, .sp = stack, .argument2 = arg2};
        status = start_process(self, object_as(process, process), object_as(thread_object, thread),
                               &where, arg1);
        object_unref(self, thread);
    } else {
        struct handle_record record;
        if (take_argument(self, arg1, &record)) {
            handle_record_close(self, record);
        }
    }
    if (process != NULL) {
        object_unref(self, process);
    }
    return status;
}

void sys_process_exit(struct thread *self, int64_t retcode) {
    process_kill(self, self->process, retcode);
    thread_exit(self);
}

// --- all of them ---

zx_status_t sys_task_kill(struct thread *self, zx_handle_t handle) {
    struct object *object;
    zx_status_t status = handle_get(self, handle, NULL, ZX_RIGHT_DESTROY, &object);
    if (status != ZX_OK) {
        return status;
    }
    struct job *job = object_as(job, object);
    struct process *process = object_as(process, object);
    struct thread_object *thread = object_as(thread_object, object);
    if (job != NULL) {
        job_kill(self, job, ZX_TASK_RETCODE_SYSCALL_KILL);
    } else if (process != NULL) {
        process_kill(self, process, ZX_TASK_RETCODE_SYSCALL_KILL);
    } else if (thread != NULL) {
        thread_object_kill(self, thread);
    } else {
        status = ZX_ERR_WRONG_TYPE;
    }
    object_unref(self, object);
    return status;
}
