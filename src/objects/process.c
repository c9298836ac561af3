// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/process.h"

#include "objects/name.h"
#include "objects/thread.h"

SLAB_OBJECTS(process, sizeof(struct process));

static struct process *process_at(struct object *object) {
    return list_entry(object, struct process, object);
}

struct process *process_new(struct thread *self, struct job *job, const char *name) {
    struct process *process = slab_alloc(self, &process_slab);
    if (process == NULL) {
        return NULL;
    }
    mutex_init(&process->lock, RANK_PROCESS);
    mutex_init(&process->object_lock, RANK_OBJECT);
    process->state = PROCESS_INITIAL;
    process->return_code = 0;
    process->debug_address = 0;
    process->suspend_count = 0;
    process->host = false;
    process->vdso_jump = 0;
    exceptionate_init(&process->exceptions, ZX_EXCEPTION_CHANNEL_TYPE_PROCESS);
    exceptionate_init(&process->debugger, ZX_EXCEPTION_CHANNEL_TYPE_DEBUGGER);
    list_init(&process->threads);
    list_init(&process->node);
    name_set(process->name, name, strlen(name));
    handle_table_init(&process->handles);
    object_init(&process->object, &process_type, &process->object_lock, 0);
    object_ref(&job->object);
    process->job = job;
    job_add_process(self, job, &process->node);
    return process;
}

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

void process_set_running(struct thread *self, struct process *process) {
    mutex_lock(self, &process->lock);
    process->state = PROCESS_RUNNING;
    mutex_unlock(self, &process->lock);
}

void process_info(struct thread *self, struct process *process, zx_info_process_t *info) {
    memset(info, 0, sizeof(*info));
    mutex_lock(self, &process->lock);
    info->return_code = process->return_code;
    info->started = process->state != PROCESS_INITIAL;
    info->exited = process->state == PROCESS_DYING || process->state == PROCESS_DEAD;
    mutex_unlock(self, &process->lock);
}

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
    }
    mutex_unlock(self, &process->lock);
    return status;
}

void process_thread_exited(struct thread *self, struct process *process,
                           struct thread_object *object) {
    mutex_lock(self, &process->lock);
    list_remove(&object->node);
    mutex_unlock(self, &process->lock);
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

static void process_destroy(struct thread *self, struct object *object) {
    struct process *process = process_at(object);
    exceptionate_shutdown(self, &process->exceptions);
    exceptionate_shutdown(self, &process->debugger);
    handle_table_clear(self, process);
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
    .destroy = process_destroy,
};
