// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/process.h"

#include "host/clock.h"
#include "host/threads.h"
#include "objects/name.h"
#include "objects/thread.h"

SLAB_OBJECTS(process, sizeof(struct process));

static struct process *process_at(struct object *object) {
    return list_entry(object, struct process, object);
}

static struct process *process_new(struct thread *self, struct job *job, const char *name,
                                   enum vmar_root_kind kind) {
    struct vmar *root = vmar_new_root(self, kind, 0);
    struct process *process = root != NULL ? slab_alloc(self, &process_slab) : NULL;
    if (process == NULL) {
        if (root != NULL) {
            object_unref(self, &root->object);
        }
        return NULL;
    }
    mutex_init(&process->lock, RANK_PROCESS);
    mutex_init(&process->object_lock, RANK_OBJECT);
    process->host = false;
    process->state = PROCESS_INITIAL;
    process->return_code = 0;
    process->suspend_count = 0;
    process->debug_address = 0;
    process->vdso_jump = 0;
    exceptionate_init(&process->exceptions, ZX_EXCEPTION_CHANNEL_TYPE_PROCESS);
    exceptionate_init(&process->debugger, ZX_EXCEPTION_CHANNEL_TYPE_DEBUGGER);
    process->doomed = false;
    process->critical = NULL;
    list_init(&process->threads);
    list_init(&process->node);
    name_set(process->name, name, strlen(name));
    handle_table_init(&process->handles);
    object_init(&process->object, &process_type, &process->object_lock, 0);
    object_ref(&job->object);
    process->job = job;
    process->root = root;
    return process;
}

static zx_status_t create(struct thread *self, struct job *job, const char *name,
                          enum vmar_root_kind kind, struct process **out) {
    struct process *process = process_new(self, job, name, kind);
    if (process == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    // Last, since from here on others see it.
    if (!job_add_process(self, job, &process->node, &process->policy)) {
        object_unref(self, &process->object);
        return ZX_ERR_BAD_STATE;
    }
    *out = process;
    return ZX_OK;
}

zx_status_t process_create(struct thread *self, struct job *job, const char *name,
                           struct process **out) {
    return create(self, job, name, VMAR_ROOT_PROCESS, out);
}

struct process *process_new_host(struct thread *self, struct job *job) {
    struct process *process;
    if (create(self, job, "host", VMAR_ROOT_HOST, &process) != ZX_OK) {
        return NULL;
    }
    process->host = true;
    process->state = PROCESS_RUNNING;
    process->start_time = clock_monotonic();
    return process;
}

// --- threads ---

zx_status_t process_thread_started(struct thread *self, struct process *process,
                                   struct thread_object *object, struct thread *running,
                                   bool first) {
    mutex_lock(self, &process->lock);
    zx_status_t status = ZX_ERR_BAD_STATE;
    if (process->state == (first ? PROCESS_INITIAL : PROCESS_RUNNING)) {
        status = thread_object_make_runnable(self, object, running, process->suspend_count > 0);
    }
    if (status == ZX_OK) {
        list_add_tail(&process->threads, &object->node);
        process->state = PROCESS_RUNNING;
        process->start_time = first ? clock_monotonic() : process->start_time;
    }
    mutex_unlock(self, &process->lock);
    return status;
}

// The process has just died: nobody runs in it, and nobody can start. It has a reference.
static void finish_death(struct thread *self, struct process *process) {
    exceptionate_shutdown(self, &process->exceptions);
    exceptionate_shutdown(self, &process->debugger);
    handle_table_clear(self, process);
    vmar_end_root(self, process->root);
    object_update(self, &process->object, 0, ZX_TASK_TERMINATED);

    mutex_lock(self, &process->lock);
    struct job *critical = process->critical;
    process->critical = NULL;
    bool spared = process->critical_nonzero && process->return_code == 0;
    mutex_unlock(self, &process->lock);
    if (critical != NULL) {
        if (!spared) {
            job_kill(self, critical, ZX_TASK_RETCODE_CRITICAL_PROCESS_KILL);
        }
        object_unref(self, &critical->object);
    }
    job_remove_process(self, process->job, &process->node);
}

void process_thread_exited(struct thread *self, struct process *process,
                           struct thread_object *thread) {
    if (self->object == thread) {
        handle_thread_leave(self); // the table's slots may soon be another process's
    }
    mutex_lock(self, &process->lock);
    list_remove(&thread->node);
    bool died = !process->host && list_is_empty(&process->threads);
    if (died) {
        process->state = PROCESS_DEAD;
    }
    mutex_unlock(self, &process->lock);
    if (died) {
        finish_death(self, process);
    }
}

// --- death ---

void process_kill(struct thread *self, struct process *process, int64_t return_code) {
    if (process->host) {
        // Linux keeps eight bits of the code; a failure must not look like success.
        host_exit(return_code != 0 && (return_code & 0xff) == 0 ? 0xff : (int)(return_code & 0xff));
    }
    bool died = false;
    mutex_lock(self, &process->lock);
    if (process->state == PROCESS_INITIAL || process->state == PROCESS_RUNNING) {
        process->return_code = return_code;
        died = list_is_empty(&process->threads);
        process->state = died ? PROCESS_DEAD : PROCESS_DYING;
        list_for_each(node, next, &process->threads) {
            thread_object_kill(self, list_entry(node, struct thread_object, node));
        }
    }
    mutex_unlock(self, &process->lock);
    if (died) {
        finish_death(self, process);
    }
}

// The next process that the kill has not come by yet, youngest first, with a reference.
static struct process *next_process_locked(struct job *job) {
    for (struct list *node = job->processes.prev; node != &job->processes; node = node->prev) {
        struct process *process = list_entry(node, struct process, node);
        if (!process->doomed && !process->host) {
            process->doomed = true;
            if (object_try_ref(&process->object)) {
                return process;
            }
        }
    }
    return NULL;
}

static bool find_host(void *context, struct object *child) {
    struct process *process = process_at(child);
    *(struct process **)context = process->host ? process : NULL;
    return !process->host;
}

void process_kill_all(struct thread *self, struct job *job, int64_t return_code) {
    for (;;) {
        mutex_lock(self, &job->lock);
        struct process *process = next_process_locked(job);
        mutex_unlock(self, &job->lock);
        if (process == NULL) {
            break;
        }
        process_kill(self, process, return_code);
        object_unref(self, &process->object);
    }
    // The host process last: nothing comes after it.
    struct process *host = NULL;
    job_for_each_process(self, job, find_host, &host);
    if (host != NULL) {
        process_kill(self, host, return_code);
    }
}

zx_status_t process_set_critical(struct thread *self, struct process *process, struct job *job,
                                 bool nonzero) {
    zx_status_t status = ZX_ERR_ALREADY_BOUND;
    mutex_lock(self, &process->lock);
    if (process->critical == NULL) {
        object_ref(&job->object);
        process->critical = job;
        process->critical_nonzero = nonzero;
        status = ZX_OK;
    }
    mutex_unlock(self, &process->lock);
    return status;
}

zx_status_t process_apply_policy(struct thread *self, uint32_t condition) {
    switch (job_policy_action(&self->process->policy, condition)) {
    case ZX_POL_ACTION_ALLOW_EXCEPTION:
        exception_raise_policy(self);
        return ZX_OK;
    case ZX_POL_ACTION_DENY_EXCEPTION:
        exception_raise_policy(self);
        return ZX_ERR_ACCESS_DENIED;
    case ZX_POL_ACTION_KILL:
        process_kill(self, self->process, ZX_TASK_RETCODE_POLICY_KILL);
        return ZX_ERR_ACCESS_DENIED;
    case ZX_POL_ACTION_DENY:
        return ZX_ERR_ACCESS_DENIED;
    default:
        return ZX_OK;
    }
}

// --- looking at it ---

void job_for_each_process(struct thread *self, struct job *job,
                          bool (*visit)(void *context, struct object *child), void *context) {
    mutex_lock(self, &job->lock);
    list_for_each(node, next, &job->processes) {
        if (!visit(context, &list_entry(node, struct process, node)->object)) {
            break;
        }
    }
    mutex_unlock(self, &job->lock);
}

void process_for_each_thread(struct thread *self, struct process *process,
                             bool (*visit)(void *context, struct object *thread), void *context) {
    mutex_lock(self, &process->lock);
    list_for_each(node, next, &process->threads) {
        struct thread_object *thread = list_entry(node, struct thread_object, node);
        // A dead one is on its way off the list.
        if (!thread_object_is_dead(thread) && !visit(context, &thread->object)) {
            break;
        }
    }
    mutex_unlock(self, &process->lock);
}

void process_info(struct thread *self, struct process *process, zx_info_process_t *info) {
    memset(info, 0, sizeof(*info));
    mutex_lock(self, &process->lock);
    info->return_code = process->return_code;
    info->started = process->state != PROCESS_INITIAL;
    info->exited = process->state == PROCESS_DYING || process->state == PROCESS_DEAD;
    mutex_unlock(self, &process->lock);
    info->debugger_attached = exceptionate_is_bound(self, &process->debugger);
}

zx_time_t process_start_time(struct thread *self, struct process *process) {
    mutex_lock(self, &process->lock);
    zx_time_t time = process->start_time;
    mutex_unlock(self, &process->lock);
    return time;
}

uint64_t process_debug_address(struct thread *self, struct process *process) {
    mutex_lock(self, &process->lock);
    uint64_t address = process->debug_address;
    mutex_unlock(self, &process->lock);
    return address;
}

zx_status_t process_set_debug_address(struct thread *self, struct process *process,
                                      uint64_t address) {
    if (address == 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = ZX_ERR_ACCESS_DENIED;
    mutex_lock(self, &process->lock);
    if (process->debug_address == 0 ||
        process->debug_address == ZX_PROCESS_DEBUG_ADDR_BREAK_ON_SET) {
        process->debug_address = address;
        status = ZX_OK;
    }
    mutex_unlock(self, &process->lock);
    return status;
}

static zx_status_t process_get_name(struct thread *self, struct object *object, char *name) {
    mutex_lock(self, object->lock);
    memcpy(name, process_at(object)->name, ZX_MAX_NAME_LEN);
    mutex_unlock(self, object->lock);
    return ZX_OK;
}

static zx_status_t process_set_name(struct thread *self, struct object *object, const char *name,
                                    size_t size) {
    mutex_lock(self, object->lock);
    name_set(process_at(object)->name, name, size);
    mutex_unlock(self, object->lock);
    return ZX_OK;
}

static zx_koid_t process_related_koid(struct object *object) {
    return process_at(object)->job->object.koid;
}

// A process that was never started dies with its last handle.
static void process_on_zero_handles(struct thread *self, struct object *object) {
    struct process *process = process_at(object);
    mutex_lock(self, object->lock); // whoever found the object by handle_lock may still hold it
    mutex_unlock(self, object->lock);
    mutex_lock(self, &process->lock);
    bool died = process->state == PROCESS_INITIAL;
    if (died) {
        process->state = PROCESS_DEAD;
    }
    mutex_unlock(self, &process->lock);
    if (died) {
        finish_death(self, process);
    }
}

static void process_destroy(struct thread *self, struct object *object) {
    struct process *process = process_at(object);
    exceptionate_shutdown(self, &process->exceptions);
    exceptionate_shutdown(self, &process->debugger);
    if (process->state != PROCESS_DEAD) { // it never had a handle to itself
        handle_table_clear(self, process);
        vmar_end_root(self, process->root);
    }
    object_unref(self, &process->root->object);
    if (process->critical != NULL) {
        object_unref(self, &process->critical->object);
    }
    job_remove_process(self, process->job, &process->node);
    object_unref(self, &process->job->object);
    slab_free(self, &process_slab, process);
}

const struct object_type process_type = {
    .id = ZX_OBJ_TYPE_PROCESS,
    .name = "process",
    .rights = ZX_DEFAULT_PROCESS_RIGHTS,
    .related_koid = process_related_koid,
    .get_name = process_get_name,
    .set_name = process_set_name,
    .on_zero_handles = process_on_zero_handles,
    .destroy = process_destroy,
};
