// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/job.h"

#include "objects/name.h"
#include "objects/process.h"

SLAB_OBJECTS(job, sizeof(struct job));

static struct job *job_at(struct object *object) {
    return list_entry(object, struct job, object);
}

static struct job *job_new(struct thread *self) {
    struct job *job = slab_alloc(self, &job_slab);
    if (job == NULL) {
        return NULL;
    }
    mutex_init(&job->lock, RANK_JOB);
    mutex_init(&job->object_lock, RANK_OBJECT);
    list_init(&job->jobs);
    list_init(&job->processes);
    list_init(&job->node);
    job->parent = NULL;
    job->height = JOB_HEIGHT_ROOT;
    job->state = JOB_READY;
    job->return_code = 0;
    job->policy = (struct job_policy){.slack_mode = ZX_TIMER_SLACK_CENTER};
    job->doomed = false;
    job->kill_on_oom = false;
    name_set(job->name, "", 0);
    exceptionate_init(&job->exceptions, ZX_EXCEPTION_CHANNEL_TYPE_JOB);
    exceptionate_init(&job->debugger, ZX_EXCEPTION_CHANNEL_TYPE_JOB_DEBUGGER);
    object_init(&job->object, &job_type, &job->object_lock, ZX_JOB_NO_JOBS | ZX_JOB_NO_PROCESSES);
    return job;
}

struct job *job_new_root(struct thread *self) {
    static const char name[] = "root";
    struct job *job = job_new(self);
    if (job != NULL) {
        name_set(job->name, name, sizeof(name));
    }
    return job;
}

zx_status_t job_create(struct thread *self, struct job *parent, struct job **out) {
    if (parent->height == 0) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    struct job *job = job_new(self);
    if (job == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    object_ref(&parent->object);
    job->parent = parent;
    job->height = parent->height - 1;
    mutex_lock(self, &parent->lock);
    bool ready = parent->state == JOB_READY;
    if (ready) {
        job->policy = parent->policy;
        list_add_tail(&parent->jobs, &job->node);
        object_update(self, &parent->object, ZX_JOB_NO_JOBS, 0);
    }
    mutex_unlock(self, &parent->lock);
    if (!ready) {
        object_unref(self, &job->object);
        return ZX_ERR_BAD_STATE;
    }
    *out = job;
    return ZX_OK;
}

// --- death ---

// A child is off its list: the signals. True if the job died of it.
static bool child_left_locked(struct thread *self, struct job *job) {
    zx_signals_t set = (list_is_empty(&job->jobs) ? ZX_JOB_NO_JOBS : 0) |
                       (list_is_empty(&job->processes) ? ZX_JOB_NO_PROCESSES : 0);
    object_update(self, &job->object, 0, set);
    if (job->state != JOB_KILLED || !list_is_empty(&job->jobs) || !list_is_empty(&job->processes)) {
        return false;
    }
    job->state = JOB_DEAD;
    return true;
}

// The job has just died, perhaps the last child of a killed parent. `job` has a reference.
static void finish_death(struct thread *self, struct job *job) {
    for (bool died = true; died;) {
        exceptionate_shutdown(self, &job->exceptions);
        exceptionate_shutdown(self, &job->debugger);
        object_update(self, &job->object, 0, ZX_JOB_TERMINATED);
        struct job *parent = job->parent;
        if (parent == NULL) {
            return;
        }
        mutex_lock(self, &parent->lock);
        died = false;
        if (list_is_linked(&job->node)) {
            list_remove(&job->node);
            died = child_left_locked(self, parent);
        }
        mutex_unlock(self, &parent->lock);
        job = parent;
    }
}

// The next child that the kill has not come by yet, youngest first, with a reference.
static struct job *next_job_locked(struct job *job) {
    for (struct list *node = job->jobs.prev; node != &job->jobs; node = node->prev) {
        struct job *child = list_entry(node, struct job, node);
        if (!child->doomed) {
            child->doomed = true;
            if (object_try_ref(&child->object)) {
                return child;
            }
        }
    }
    return NULL;
}

static void kill_jobs(struct thread *self, struct job *job, int64_t return_code) {
    for (;;) {
        mutex_lock(self, &job->lock);
        struct job *child = next_job_locked(job);
        mutex_unlock(self, &job->lock);
        if (child == NULL) {
            return;
        }
        job_kill(self, child, return_code); // no deeper than JOB_HEIGHT_ROOT
        object_unref(self, &child->object);
    }
}

void job_kill(struct thread *self, struct job *job, int64_t return_code) {
    mutex_lock(self, &job->lock);
    if (job->state != JOB_READY) {
        mutex_unlock(self, &job->lock);
        return;
    }
    job->return_code = return_code;
    job->state = JOB_KILLED;
    bool died = list_is_empty(&job->jobs) && list_is_empty(&job->processes);
    if (died) {
        job->state = JOB_DEAD;
    }
    mutex_unlock(self, &job->lock);
    if (died) {
        finish_death(self, job);
        return;
    }
    kill_jobs(self, job, return_code);
    process_kill_all(self, job, return_code);
}

// --- children ---

bool job_add_process(struct thread *self, struct job *job, struct list *node,
                     struct job_policy *policy) {
    mutex_lock(self, &job->lock);
    bool ready = job->state == JOB_READY;
    if (ready) {
        *policy = job->policy;
        list_add_tail(&job->processes, node);
        object_update(self, &job->object, ZX_JOB_NO_PROCESSES, 0);
    }
    mutex_unlock(self, &job->lock);
    return ready;
}

void job_remove_process(struct thread *self, struct job *job, struct list *node) {
    bool died = false;
    mutex_lock(self, &job->lock);
    if (list_is_linked(node)) {
        list_remove(node);
        died = child_left_locked(self, job);
    }
    mutex_unlock(self, &job->lock);
    if (died) {
        finish_death(self, job);
    }
}

bool job_is_above(const struct job *job, const struct job *below) {
    while (below != NULL && below != job) {
        below = below->parent;
    }
    return below != NULL;
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

// --- policy ---

static bool has_children_locked(const struct job *job) {
    return !list_is_empty(&job->jobs) || !list_is_empty(&job->processes);
}

zx_status_t job_set_basic_policy(struct thread *self, struct job *job, uint32_t mode,
                                 const zx_policy_basic_t *entries, size_t count) {
    mutex_lock(self, &job->lock);
    zx_status_t status = has_children_locked(job)
                             ? ZX_ERR_BAD_STATE
                             : job_policy_add(&job->policy, mode, entries, count);
    mutex_unlock(self, &job->lock);
    return status;
}

zx_status_t job_set_slack_policy(struct thread *self, struct job *job,
                                 const zx_policy_timer_slack_t *slack) {
    mutex_lock(self, &job->lock);
    zx_status_t status =
        has_children_locked(job) ? ZX_ERR_BAD_STATE : job_policy_add_slack(&job->policy, slack);
    mutex_unlock(self, &job->lock);
    return status;
}

// --- looking at it ---

void job_info(struct thread *self, struct job *job, zx_info_job_t *info) {
    memset(info, 0, sizeof(*info));
    mutex_lock(self, &job->lock);
    info->return_code = job->return_code;
    info->exited = job->state == JOB_DEAD;
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
    struct job *parent = job->parent;
    if (parent != NULL) {
        mutex_lock(self, &parent->lock);
        bool died = list_is_linked(&job->node);
        if (died) {
            list_remove(&job->node);
            died = child_left_locked(self, parent);
        }
        mutex_unlock(self, &parent->lock);
        if (died) {
            finish_death(self, parent);
        }
        object_unref(self, &parent->object);
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
