// Part of libzircon. BSD-3-Clause, see LICENSE.
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
