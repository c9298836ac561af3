// Part of libzircon. BSD-3-Clause, see LICENSE.
// The thread object: what programs see of a thread. It outlives `struct thread` (base/thread.h).
#pragma once

#include "objects/process.h"

struct thread_object {
    struct object object;
    struct mutex object_lock;
    struct process *process; // with a reference
    struct list node;        // on the process's list, under its lock
    struct exceptionate exceptions;
    _Atomic uintptr_t futex; // that it waits on (objects/futex.c), else 0
    atomic_bool dead;
    char name[ZX_MAX_NAME_LEN];

    struct mutex lock;       // RANK_THREAD, for the following
    zx_thread_state_t state; // ZX_THREAD_STATE_NEW, RUNNING, SUSPENDED, DYING or DEAD
    struct thread *thread;   // while it runs
    uint32_t suspend_count;
};

extern const struct object_type thread_object_type;

// A new thread of a process, not running yet. Null if memory is used up.
struct thread_object *thread_object_new(struct thread *self, struct process *process,
                                        const char *name);

// Where a thread begins.
struct thread_entry {
    uintptr_t pc, sp, argument1, argument2;
};

// Starts a thread, as the first one of its process or a later one. BAD_STATE, NO_MEMORY.
zx_status_t thread_object_begin(struct thread *self, struct thread_object *object,
                                const struct thread_entry *entry, bool first);

// For process_thread_started, under the process's lock: `running` is the Linux thread that carries
// it from now on. BAD_STATE if it was started before.
zx_status_t thread_object_make_runnable(struct thread *self, struct thread_object *object,
                                        struct thread *running, bool suspended);

// The calling Linux thread, which has `running` as its descriptor, carries it from now on.
void thread_object_start(struct thread *self, struct thread_object *object, struct thread *running);

// Kills a thread; one that was not started is left alone. The caller itself dies on its way out of
// the kernel. May be called under the lock of its process.
void thread_object_kill(struct thread *self, struct thread_object *object);

// Suspensions are counted. BAD_STATE if the thread is dying or dead. May be called under the lock
// of its process.
zx_status_t thread_object_suspend(struct thread *self, struct thread_object *object);
void thread_object_resume(struct thread *self, struct thread_object *object);

// Ends the calling thread, which holds no locks.
_Noreturn void thread_exit(struct thread *self);

// The thread is over: signals ZX_THREAD_TERMINATED and leaves the process.
void thread_object_exit(struct thread *self, struct thread_object *object);

static inline bool thread_object_is_dead(struct thread_object *object) {
    return atomic_load(&object->dead);
}

void thread_object_info(struct thread *self, struct thread_object *object, zx_info_thread_t *info);
