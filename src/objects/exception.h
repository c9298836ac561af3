// Part of libzircon. BSD-3-Clause, see LICENSE.
// Exceptions: what stops a thread and is told to whoever listens.
//
// A task has places where its exceptions can be received: `exceptions`, and for a process or job
// `debugger`. Each holds at most one channel and at most one port, the older way. The thread that
// stopped asks the places in the kernel's order and waits for each answer: debugger, thread,
// process, jobs upward; in each the port before the channel.
//
// What a channel gets is an exception object. Its last handle's end is the answer: resume, or try
// the next place. A port gets a packet, and zx_task_resume_from_exception is the answer.
#pragma once

#include "objects/object.h"
#include <zircon/syscalls/exception.h>

struct exception_binding;
struct exception_port;
struct frame;

// One place. Locks: RANK_EXCEPTIONS.
struct exceptionate {
    struct mutex lock;
    uint32_t type;                     // ZX_EXCEPTION_CHANNEL_TYPE_*; constant
    bool shut;                         // the task is dead: no channel is taken any more
    struct object *channel;            // the kernel's end, with a reference and a handle count
    struct exception_binding *binding; // what watches it for the close of the other end
    zx_rights_t thread_rights, process_rights; // of the handles that an exception gives out
    struct exception_port *port;               // with a reference
};

extern const struct object_type exception_type;

void exceptionate_init(struct exceptionate *place, uint32_t type);

// The task is dead: closes the channel, unbinds the port, and takes no new ones. May be called
// twice.
void exceptionate_shutdown(struct thread *self, struct exceptionate *place);

// Is a channel bound whose other end is open, or a port?
bool exceptionate_is_bound(struct thread *self, struct exceptionate *place);

// Binds the kernel's end of a channel, whose reference is taken, and which has a handle counted.
// BAD_STATE, ALREADY_BOUND. Exceptions give out handles with these rights, none for 0.
zx_status_t exceptionate_set_channel_take(struct thread *self, struct exceptionate *place,
                                          struct object *channel, zx_rights_t thread_rights,
                                          zx_rights_t process_rights);

// Binds a port. NO_MEMORY, NOT_FOUND if the process or thread is dead, ALREADY_BOUND. `task` has
// the place.
zx_status_t exceptionate_set_port(struct thread *self, struct exceptionate *place,
                                  struct object *task, struct object *port, uint64_t key);
// Unbinds it; threads that wait for it go on to the next place. BAD_STATE if there is none.
zx_status_t exceptionate_reset_port(struct thread *self, struct exceptionate *place);

// Raises an exception of the calling thread, which stopped with the registers of the frame. False
// if nobody resumed it and it is the host program's own. In any other process that nobody resumes
// the process is killed.
bool exception_raise(struct thread *self, struct frame *frame, const zx_exception_report_t *report);

// Makes the calling thread raise ZX_EXCP_POLICY_ERROR on its way out of the kernel, for a policy
// of its job that says so.
void exception_raise_policy(struct thread *self);

// The calling thread is about to run, as the first one of its process or a later one; or has ended.
void exception_thread_starting(struct thread *self, struct frame *frame);
void exception_thread_exiting(struct thread *self);

// What the last close of an exception means: resume the thread, or try the next place.
bool exception_resumes(struct thread *self, struct object *exception);
void exception_set_resumes(struct thread *self, struct object *exception, bool resumes);

// The thread that stopped, or its process, with a reference; and the rights that a handle to it
// gets. ACCESS_DENIED.
zx_status_t exception_thread(struct thread *self, struct object *exception, struct object **thread,
                             zx_rights_t *rights);
zx_status_t exception_process(struct thread *self, struct object *exception,
                              struct object **process, zx_rights_t *rights);

struct thread_object;

// The answer to an exception that a port received. BAD_STATE, ACCESS_DENIED.
zx_status_t exception_answer(struct thread *self, struct thread_object *thread, struct object *port,
                             bool resume);
