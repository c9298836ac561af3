// Part of libzircon. BSD-3-Clause, see LICENSE.
// A job: the node of the tree that holds processes and further jobs.
#pragma once

#include "objects/exception.h"

struct job {
    struct object object;
    struct mutex lock; // RANK_JOB: the lists
    struct mutex object_lock;
    struct job *parent; // with a reference; null for the root job
    struct list jobs, processes;
    struct list node; // on the parent's list
    bool kill_on_oom;
    struct exceptionate exceptions, debugger;
    char name[ZX_MAX_NAME_LEN];
};

extern const struct object_type job_type;

struct job *job_new(struct thread *self, struct job *parent);

// Calls `visit` for each direct child under the lock; stops when it returns false.
void job_for_each_job(struct thread *self, struct job *job,
                      bool (*visit)(void *context, struct object *child), void *context);
// The same for its processes (process.c).
void job_for_each_process(struct thread *self, struct job *job,
                          bool (*visit)(void *context, struct object *child), void *context);

void job_add_process(struct thread *self, struct job *job, struct list *node);
void job_remove_process(struct thread *self, struct job *job, struct list *node);

void job_info(struct thread *self, struct job *job, zx_info_job_t *info);
void job_set_kill_on_oom(struct thread *self, struct job *job, bool kill);
