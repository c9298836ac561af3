// Part of libzircon. BSD-3-Clause, see LICENSE.
// Exceptions by port, the way before channels: a packet tells of the exception, and a call answers.
#pragma once

#include "objects/exception.h"
#include "objects/port.h"

enum { EXCEPTION_RESUME = 1, EXCEPTION_TRY_NEXT = 2 };

// A thread that waits for an answer; on its stack.
struct exception_wait {
    struct list node; // on the binding's list
    struct exception_port *port;
    struct thread *thread;
    _Atomic uint32_t answer;
};

// Begins to wait for the port that is bound to the place; false if there is none.
bool exception_port_begin(struct thread *self, struct exceptionate *place,
                          struct exception_wait *wait);
// Sends the packet. NO_MEMORY.
zx_status_t exception_port_send(struct thread *self, struct exception_wait *wait,
                                zx_excp_type_t type);
void exception_port_end(struct thread *self, struct exceptionate *place,
                        struct exception_wait *wait);
