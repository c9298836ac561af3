// Part of libzircon. BSD-3-Clause, see LICENSE.
// A job: the node of the tree that holds processes and further jobs.
//
// It is ready, then killed, then dead: dead once the last child has left, so that a tree dies from
// its leaves. Children hold references to their parent; the lists of children are weak.
#pragma once

#include "objects/exception.h"
#include "objects/job_policy.h"

enum job_state { JOB_READY, JOB_KILLED, JOB_DEAD };

enum { JOB_HEIGHT_ROOT = 32 };

struct job {
    struct object object;
    struct mutex lock; // RANK_JOB: state, lists, policy
    struct mutex object_lock;
    struct job *parent; // with a reference; null for the root job
    uint32_t height;    // levels that may still be below it
    enum job_state state;
    int64_t return_code;
    struct job_policy policy;
    struct list jobs, processes;
    struct list node; // on the parent's list, under the parent's lock
    bool doomed;      // a kill of the parent has come by; under the parent's lock
    bool kill_on_oom;
    struct exceptionate exceptions, debugger;
    char name[ZX_MAX_NAME_LEN];
};

extern const struct object_type job_type;

// The job that all others are under. Null if memory is used up.
struct job *job_new_root(struct thread *self);

// OUT_OF_RANGE, NO_MEMORY, BAD_STATE.
zx_status_t job_create(struct thread *self, struct job *parent, struct job **out);

// Calls `visit` for each direct child under the lock; stops when it returns false.
void job_for_each_job(struct thread *self, struct job *job,
                      bool (*visit)(void *context, struct object *child), void *context);
// The same for its processes (process.c).
void job_for_each_process(struct thread *self, struct job *job,
                          bool (*visit)(void *context, struct object *child), void *context);

// A process joins, and gets the job's policy; false if the job is killed.
bool job_add_process(struct thread *self, struct job *job, struct list *node,
                     struct job_policy *policy);
// It leaves, unless it has left before. The job may die of it.
void job_remove_process(struct thread *self, struct job *job, struct list *node);

// Kills everything below the job, and lets nothing new in. The first code stands.
void job_kill(struct thread *self, struct job *job, int64_t return_code);

// Is `job` above `below`, or the same?
bool job_is_above(const struct job *job, const struct job *below);

// BAD_STATE while the job has children, then what job_policy.h says.
zx_status_t job_set_basic_policy(struct thread *self, struct job *job, uint32_t mode,
                                 const zx_policy_basic_t *entries, size_t count);
zx_status_t job_set_slack_policy(struct thread *self, struct job *job,
                                 const zx_policy_timer_slack_t *slack);

void job_info(struct thread *self, struct job *job, zx_info_job_t *info);
void job_set_kill_on_oom(struct thread *self, struct job *job, bool kill);
