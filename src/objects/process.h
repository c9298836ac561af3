// Part of libzircon. BSD-3-Clause, see LICENSE.
// A process: a handle table, threads, and a window of the host's address space.
//
// It starts with its first thread and dies with its last one; a kill and an exit only make its
// threads leave. The host process, whose threads are libc's, ends together with Linux's process.
#pragma once

#include "objects/handle.h"
#include "objects/job.h"
#include "objects/vmar.h"

struct thread_object;

enum process_state { PROCESS_INITIAL, PROCESS_RUNNING, PROCESS_DYING, PROCESS_DEAD };

struct process {
    struct object object;
    struct mutex lock; // RANK_PROCESS, state and threads; object.lock guards the signals
    struct mutex object_lock;
    struct job *job; // with a reference
    struct job_policy policy;
    bool host;
    enum process_state state;
    int64_t return_code;
    zx_time_t start_time; // 0: not started
    uint32_t suspend_count;
    struct list threads; // of struct thread_object
    struct list node;    // on the job's list
    bool doomed;         // a kill of the job has come by; under the job's lock
    struct handle_table handles;
    struct vmar *root; // with a reference; set by who makes the process
    char name[ZX_MAX_NAME_LEN];
    uint64_t debug_address; // under the lock
    struct exceptionate exceptions, debugger;
    uintptr_t vdso_jump;   // where the stubs of the mapped vDSO jump into the kernel; 0: not mapped
    struct job *critical;  // with a reference: the job that dies with the process; under the lock
    bool critical_nonzero; // but only if the return code is not zero
};

extern const struct object_type process_type;

// The process of linked programs, running. Null if memory is used up.
struct process *process_new_host(struct thread *self, struct job *job);

// A process that is not started. NO_MEMORY, BAD_STATE.
zx_status_t process_create(struct thread *self, struct job *job, const char *name,
                           struct process **out);

// A thread is about to run on `running`, as the first one of the process or a later one: puts it on
// the list. BAD_STATE if the process is in the wrong state for that, or the thread is.
zx_status_t process_thread_started(struct thread *self, struct process *process,
                                   struct thread_object *thread, struct thread *running,
                                   bool first);
// A thread that was started is over. The last one ends the process.
void process_thread_exited(struct thread *self, struct process *process,
                           struct thread_object *thread);

// Makes all threads leave, also the calling one if it is among them. The first code stands.
void process_kill(struct thread *self, struct process *process, int64_t return_code);
// The same for all processes of a job that is killed.
void process_kill_all(struct thread *self, struct job *job, int64_t return_code);

// ALREADY_BOUND.
zx_status_t process_set_critical(struct thread *self, struct process *process, struct job *job,
                                 bool nonzero);

void process_info(struct thread *self, struct process *process, zx_info_process_t *info);

// Calls `visit` for each thread under the lock; stops when it returns false.
void process_for_each_thread(struct thread *self, struct process *process,
                             bool (*visit)(void *context, struct object *thread), void *context);

zx_time_t process_start_time(struct thread *self, struct process *process); // 0: not started
uint64_t process_debug_address(struct thread *self, struct process *process);
// INVALID_ARGS for 0; ACCESS_DENIED once it is set to anything but the "break on set" mark.
zx_status_t process_set_debug_address(struct thread *self, struct process *process,
                                      uint64_t address);

// A condition for which the policy has something else than leave.
zx_status_t process_apply_policy(struct thread *self, uint32_t condition);

// What the job's policy says of making an object, and of other conditions; ZX_POL_*.
static inline zx_status_t process_check_policy(struct thread *self, uint32_t condition) {
    return likely(self->process->policy.actions[condition] <= 1 + ZX_POL_ACTION_ALLOW)
               ? ZX_OK
               : process_apply_policy(self, condition);
}
