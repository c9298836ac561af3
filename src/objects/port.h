// Part of libzircon. BSD-3-Clause, see LICENSE.
// A port: a queue of packets from programs, from watched signals and from the kernel.
#pragma once

#include "objects/handle.h"
#include <zircon/syscalls/port.h>

struct port;

enum {
    PORT_USER_PACKETS_MAX = 2049,     // in one port, as Zircon's check has it
    PORT_USER_PACKETS_SYSTEM = 16384, // in all ports together
};

extern const struct object_type port_type;

// A packet in a port's queue, or on its way there.
struct port_packet {
    struct list node;
    zx_port_packet_t packet;
    handle_id handle; // for watched signals, else 0
    // The packet left the queue, under no lock. Absent: a user packet.
    void (*release)(struct thread *self, struct port_packet *packet);
};

struct object *port_new(struct thread *self, uint32_t options);

// Queues a program's packet. SHOULD_WAIT if the port is full, NO_MEMORY if the system is. `id` as
// handle_is_live takes it: BAD_HANDLE if it is not live.
zx_status_t port_queue_user(struct thread *self, struct object *port, handle_id id,
                            const zx_port_packet_t *packet);

// Queues a packet of the kernel's, which does not count against the limits. False if nobody can
// read the port any more. A packet that is queued already stays where it is.
bool port_queue(struct thread *self, struct object *port, struct port_packet *packet);

// Was it made with ZX_PORT_BIND_TO_INTERRUPT?
bool port_takes_interrupts(struct object *port);

// Queues the packet of an interrupt, before all packets of other kinds. False if it is queued
// already. The packet is not released: it stays its owner's, who takes it back before it goes.
bool port_queue_interrupt(struct thread *self, struct object *port, struct port_packet *packet,
                          zx_time_t timestamp);

// Somebody who is told, under no lock, that nobody can read a port any more.
struct port_end {
    struct list node;
    void (*ended)(struct thread *self, struct port_end *end);
};
// False if that is so already.
bool port_watch_end(struct thread *self, struct object *port, struct port_end *end);
// False if it has been told, or is about to be.
bool port_unwatch_end(struct thread *self, struct object *port, struct port_end *end);

// Takes a kernel packet out of the queue; false if it is not there.
bool port_unqueue(struct thread *self, struct object *port, struct port_packet *packet);

// Takes the first packet, waiting for one. TIMED_OUT, INTERNAL_INTR_RETRY. `id` as above.
zx_status_t port_wait(struct thread *self, struct object *port, handle_id id, zx_time_t deadline,
                      zx_port_packet_t *packet);

// Watches a handle: one packet once any of `signals` is set. The checks of rights are done.
zx_status_t port_watch(struct thread *self, struct object *port, struct object *object,
                       handle_id handle, uint64_t key, zx_signals_t signals, bool timestamp);

// Ends the watches of a handle with a key, and takes their packets out of the queue. NOT_FOUND.
zx_status_t port_cancel(struct thread *self, struct object *port, struct object *object,
                        handle_id handle, uint64_t key);
