// Part of libzircon. BSD-3-Clause, see LICENSE.
// The thread object: what programs see of a thread. It outlives `struct thread` (base/thread.h).
#pragma once

#include "objects/process.h"

struct thread_object {
    struct object object;
    struct mutex object_lock;
    struct process *process; // with a reference
    struct list node;        // on the process's list, under its lock
    zx_thread_state_t state; // ZX_THREAD_STATE_*, under the process's lock
    struct thread *thread;   // while it runs
    _Atomic uintptr_t futex; // that it waits on (objects/futex.c), else 0
    atomic_bool dead;
    char name[ZX_MAX_NAME_LEN];
};

extern const struct object_type thread_object_type;

// A new thread of a process, not running yet. Null if memory is used up.
struct thread_object *thread_object_new(struct thread *self, struct process *process,
                                        const char *name);

// `running` is the Linux thread that carries it from now on; it takes a reference.
void thread_object_start(struct thread *self, struct thread_object *object, struct thread *running);

// The thread is over: signals ZX_THREAD_TERMINATED and leaves the process.
void thread_object_exit(struct thread *self, struct thread_object *object);

static inline bool thread_object_is_dead(struct thread_object *object) {
    return atomic_load(&object->dead);
}

void thread_object_info(struct thread *self, struct thread_object *object, zx_info_thread_t *info);
