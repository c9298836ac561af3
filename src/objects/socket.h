// Part of libzircon. BSD-3-Clause, see LICENSE.
// A socket: two ends that pass bytes, as a stream or as datagrams.
//
// Besides its data an end may have a control plane (one message of at most 1024 bytes at a time)
// and an accept plane (one socket handed over at a time).
#pragma once

#include "objects/handle.h"
#include <zircon/syscalls/object.h>

enum {
    SOCKET_CAPACITY = 128 * 2008, // bytes that wait in one end, Zircon's figure
    SOCKET_CONTROL_MAX = 1024,
};

extern const struct object_type socket_type;

// The caller gets the only references. INVALID_ARGS for unknown options, NO_MEMORY.
zx_status_t socket_new(struct thread *self, uint32_t options, struct object **end0,
                       struct object **end1);

// Writes to the peer; a stream takes as much as fits, a datagram all or nothing.
zx_status_t socket_write(struct thread *self, struct object *socket, user_in bytes, size_t size,
                         size_t *actual);
zx_status_t socket_read(struct thread *self, struct object *socket, bool peek, user_out bytes,
                        size_t size, size_t *actual);

// The control plane. BAD_STATE if the socket has none.
zx_status_t socket_write_control(struct thread *self, struct object *socket, user_in bytes,
                                 size_t size);
zx_status_t socket_read_control(struct thread *self, struct object *socket, bool peek,
                                user_out bytes, size_t size, size_t *actual);

// The accept plane. The record is taken on success only.
zx_status_t socket_share(struct thread *self, struct object *socket, struct handle_record record);
// Takes the socket that waits, into a reserved slot's handle by handle_record_deliver.
zx_status_t socket_accept(struct thread *self, struct object *socket, struct handle_record *record);

// `how` is ZX_SOCKET_SHUTDOWN_READ, _WRITE or both.
void socket_shutdown(struct thread *self, struct object *socket, uint32_t how);

void socket_info(struct thread *self, struct object *socket, zx_info_socket_t *info);
size_t socket_read_threshold(struct thread *self, struct object *socket);
size_t socket_write_threshold(struct thread *self, struct object *socket);
zx_status_t socket_set_read_threshold(struct thread *self, struct object *socket, size_t value);
zx_status_t socket_set_write_threshold(struct thread *self, struct object *socket, size_t value);
