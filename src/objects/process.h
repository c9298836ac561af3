// Part of libzircon. BSD-3-Clause, see LICENSE.
// A process: a handle table and threads. All share the host's address space.
#pragma once

#include "objects/handle.h"
#include "objects/job.h"

enum process_state { PROCESS_INITIAL, PROCESS_RUNNING, PROCESS_DYING, PROCESS_DEAD };

struct process {
    struct object object;
    struct mutex lock; // RANK_PROCESS, state and threads; object.lock guards the signals
    struct mutex object_lock;
    struct job *job; // with a reference
    enum process_state state;
    int64_t return_code;
    struct list threads; // of struct thread_object
    struct list node;    // on the job's list
    struct handle_table handles;
    char name[ZX_MAX_NAME_LEN];
    uint64_t debug_address; // under the lock
    uint32_t suspend_count; // under the lock
    bool host;              // the linked program's: its threads are libc's
    struct exceptionate exceptions, debugger;
    uintptr_t vdso_jump; // where the stubs of the mapped vDSO jump into the kernel; 0: not mapped
};

extern const struct object_type process_type;

// A new process of a job. Null if memory is used up.
struct process *process_new(struct thread *self, struct job *job, const char *name);

void process_set_running(struct thread *self, struct process *process);

void process_info(struct thread *self, struct process *process, zx_info_process_t *info);

// Calls `visit` for each thread under the lock; stops when it returns false.
void process_for_each_thread(struct thread *self, struct process *process,
                             bool (*visit)(void *context, struct object *thread), void *context);

struct thread_object;

// A thread is about to run on `running`, as the first one of the process or a later one: puts it on
// the list. BAD_STATE if the process is in the wrong state for that, or the thread is.
zx_status_t process_thread_started(struct thread *self, struct process *process,
                                   struct thread_object *object, struct thread *running,
                                   bool first);

// A thread is over; with the last one the process is too. No locks are held.
void process_thread_exited(struct thread *self, struct process *process,
                           struct thread_object *object);

uint64_t process_debug_address(struct thread *self, struct process *process);
// INVALID_ARGS for 0; ACCESS_DENIED once it is set to anything but the "break on set" mark.
zx_status_t process_set_debug_address(struct thread *self, struct process *process,
                                      uint64_t address);

// What the job's policy says of making an object; condition is ZX_POL_NEW_*.
static inline zx_status_t process_check_policy(struct thread *self, uint32_t condition) {
    (void)self;
    (void)condition;
    return ZX_OK;
}
