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
    int32_t priority;    // ZX_PRIORITY_*
    struct frame *frame; // while it is stopped: its registers, if it has any
    bool excepted;       // it is in an exception, and waits for an answer or is about to
    struct exception_wait *exception_wait; // if a port received it
    const zx_exception_report_t *report;
    uint32_t exception_type; // ZX_EXCEPTION_CHANNEL_TYPE_* of the place
    uint64_t debug[4], debug_status, debug_control;
    zx_duration_t runtime; // of a dead thread
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

// Of Linux's scheduler the thread gets what Linux grants. BAD_STATE if it is dying or dead.
zx_status_t thread_object_set_priority(struct thread *self, struct thread_object *object,
                                       int32_t priority);

// The calling thread holds no locks and ends.
_Noreturn void thread_exit(struct thread *self);

// The program's own faults, in code that Fuchsia's vDSO has and we have here: a store, which is
// done on return, and an instruction that is undefined. The exceptions are the thread's as if its
// program had done it.
void thread_fault_store(struct thread *self, uintptr_t address, int32_t value);
_Noreturn void thread_fault_trap(struct thread *self);

// Libc's side: starts a linked thread on a descriptor, and ends the calling one.
extern bool (*thread_host_begin)(struct thread *self, struct thread *running);
extern void (*thread_host_exit)(struct thread *self);

// The first code of a thread that was started, in the kernel.
_Noreturn void thread_first(struct thread *self);

// What the thread leaves behind when it ends, all but its descriptor.
void thread_object_leave(struct thread *self);

// Registers of a thread that is suspended or in an exception, else BAD_STATE. `state` is one of the
// structures, as ZX_THREAD_STATE_ says. NOT_SUPPORTED, INVALID_ARGS.
zx_status_t thread_object_read(struct thread *self, struct thread_object *object, uint32_t kind,
                               void *state);
zx_status_t thread_object_write(struct thread *self, struct thread_object *object, uint32_t kind,
                                const void *state);

zx_duration_t thread_object_runtime(struct thread *self, struct thread_object *object);
// BAD_STATE if the thread is in no exception.
zx_status_t thread_object_report(struct thread *self, struct thread_object *object,
                                 zx_exception_report_t *report);

void thread_start_hooks(void);

// The thread is over: signals ZX_THREAD_TERMINATED and leaves the process.
void thread_object_exit(struct thread *self, struct thread_object *object);

static inline bool thread_object_is_dead(struct thread_object *object) {
    return atomic_load(&object->dead);
}

void thread_object_info(struct thread *self, struct thread_object *object, zx_info_thread_t *info);
