// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/job.h"

#include "objects/name.h"

SLAB_OBJECTS(job, sizeof(struct job));

static struct job *job_at(struct object *object) {
    return list_entry(object, struct job, object);
}

struct job *job_new(struct thread *self, struct job *parent) {
    struct job *job = slab_alloc(self, &job_slab);
    if (job == NULL) {
        return NULL;
    }
    mutex_init(&job->lock, RANK_JOB);
    mutex_init(&job->object_lock, RANK_OBJECT);
    list_init(&job->jobs);
    list_init(&job->processes);
    list_init(&job->node);
    job->kill_on_oom = false;
    name_set(job->name, "", 0);
    exceptionate_init(&job->exceptions, ZX_EXCEPTION_CHANNEL_TYPE_JOB);
    exceptionate_init(&job->debugger, ZX_EXCEPTION_CHANNEL_TYPE_JOB_DEBUGGER);
    object_init(&job->object, &job_type, &job->object_lock, 0);
    job->parent = parent;
    if (parent != NULL) {
        object_ref(&parent->object);
        mutex_lock(self, &parent->lock);
        list_add_tail(&parent->jobs, &job->node);
        mutex_unlock(self, &parent->lock);
    }
    return job;
}

void job_for_each_job(struct thread *self, struct job *job,
                      bool (*visit)(void *context, struct object *child), void *context) {
    mutex_lock(self, &job->lock);
    list_for_each(node, next, &job->jobs) {
        if (!visit(context, &list_entry(node, struct job, node)->object)) {
            break;
        }
    }
    mutex_unlock(self, &job->lock);
}

void job_add_process(struct thread *self, struct job *job, struct list *node) {
    mutex_lock(self, &job->lock);
    list_add_tail(&job->processes, node);
    mutex_unlock(self, &job->lock);
}

void job_remove_process(struct thread *self, struct job *job, struct list *node) {
    mutex_lock(self, &job->lock);
    list_remove(node);
    mutex_unlock(self, &job->lock);
}

void job_info(struct thread *self, struct job *job, zx_info_job_t *info) {
    memset(info, 0, sizeof(*info));
    mutex_lock(self, &job->lock);
    info->kill_on_oom = job->kill_on_oom;
    mutex_unlock(self, &job->lock);
}

void job_set_kill_on_oom(struct thread *self, struct job *job, bool kill) {
    mutex_lock(self, &job->lock);
    job->kill_on_oom = kill;
    mutex_unlock(self, &job->lock);
}

static zx_status_t job_get_name(struct thread *self, struct object *object, char *name) {
    mutex_lock(self, object->lock);
    memcpy(name, job_at(object)->name, ZX_MAX_NAME_LEN);
    mutex_unlock(self, object->lock);
    return ZX_OK;
}

static zx_status_t job_set_name(struct thread *self, struct object *object, const char *name,
                                size_t size) {
    mutex_lock(self, object->lock);
    name_set(job_at(object)->name, name, size);
    mutex_unlock(self, object->lock);
    return ZX_OK;
}

static zx_koid_t job_related_koid(struct object *object) {
    struct job *job = job_at(object);
    return job->parent != NULL ? job->parent->object.koid : 0;
}

static void job_destroy(struct thread *self, struct object *object) {
    struct job *job = job_at(object);
    exceptionate_shutdown(self, &job->exceptions);
    exceptionate_shutdown(self, &job->debugger);
    if (job->parent != NULL) {
        mutex_lock(self, &job->parent->lock);
        list_remove(&job->node);
        mutex_unlock(self, &job->parent->lock);
        object_unref(self, &job->parent->object);
    }
    slab_free(self, &job_slab, job);
}

const struct object_type job_type = {
    .id = ZX_OBJ_TYPE_JOB,
    .name = "job",
    .rights = ZX_DEFAULT_JOB_RIGHTS,
    .related_koid = job_related_koid,
    .get_name = job_get_name,
    .set_name = job_set_name,
    .destroy = job_destroy,
};
