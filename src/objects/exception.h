// Part of libzircon. BSD-3-Clause, see LICENSE.
// Exceptions: what stops a thread and is told to whoever listens.
//
// A task has places where its exceptions can be received: `exceptions`, and for a process or job
// `debugger`. Each holds at most one channel and at most one port, the older way. The thread that
// stopped asks the places in the kernel's order and waits for each answer: debugger, thread,
// process, jobs upward; in each the port before the channel.
#pragma once

#include "objects/object.h"
#include <zircon/syscalls/exception.h>

struct exception_port;

// One place. Locks: RANK_EXCEPTIONS.
struct exceptionate {
    struct mutex lock;
    uint32_t type;          // ZX_EXCEPTION_CHANNEL_TYPE_*; constant
    bool shut;              // the task is dead: no channel is taken any more
    struct object *channel; // the kernel's end, with a reference and a handle count
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

// Makes the calling thread raise ZX_EXCP_POLICY_ERROR on its way out of the kernel, for a policy
// of its job that says so.
void exception_raise_policy(struct thread *self);
