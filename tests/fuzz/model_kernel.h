// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A kernel for one thread, as simple as it can be: arrays with limits, no memory to manage, no
// locks. It takes arguments whose pointers are good, and says what the true kernel must answer.
// Near its limits it refuses: m_has_room.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/object.h>
#include <zircon/syscalls/port.h>

enum {
    M_OBJECTS = 48,
    M_HANDLES = 80,
    M_WATCHES = 48,
    M_MESSAGES = 12,
    M_MESSAGE_HANDLES = 4,
    M_PACKETS = 64,
    M_DATAGRAMS = 64,
    M_SOCKET_ENDS = 8,
    M_SOCKET_BYTES = 272 << 10,
    M_FIFO_BYTES = 4096,
    M_CONTROL_BYTES = 1024,
    M_NONE = -1,
};

struct m_message {
    uint32_t size;
    uint8_t seed; // of its bytes
    int handle_count;
    int handles[M_MESSAGE_HANDLES];
};

struct m_packet {
    zx_port_packet_t packet;
    bool timestamp;
    uint64_t watch_handle; // id of the handle that was watched, 0: the packet is a user's
};

struct m_object {
    bool used, open; // open: has handles
    zx_obj_type_t type;
    zx_koid_t koid;
    uint64_t age; // of the pair: when it was made
    int handles;
    zx_signals_t signals;
    int other; // end of the pair, or M_NONE
    // channel
    int message_count;
    struct m_message messages[M_MESSAGES];
    // socket
    uint32_t options;
    size_t capacity;
    int store; // where its bytes are
    size_t size;
    int datagram_count;
    size_t datagrams[M_DATAGRAMS];
    size_t control_size;
    char control[M_CONTROL_BYTES];
    size_t read_threshold, write_threshold;
    bool read_disabled;
    int accepted; // handle
    // fifo
    size_t slots, slot_size, filled;
    char elements[M_FIFO_BYTES];
    // port
    int packet_count;
    struct m_packet packets[M_PACKETS];
};

struct m_handle {
    bool live;     // counts for its object
    bool in_table; // and the program has it; else it is in a message or a socket
    zx_handle_t value;
    int object;
    zx_rights_t rights;
    uint64_t id;
};

struct m_kernel {
    struct m_object objects[M_OBJECTS];
    struct m_handle handles[M_HANDLES];
    struct {
        bool active, timestamp;
        int object, port;
        uint64_t handle_id, key, age;
        zx_signals_t signals;
    } watches[M_WATCHES];
    uint64_t last_id;
    int dead[M_OBJECTS], dead_count; // closed, what they hold not yet
    bool burying;
};

void m_start(struct m_kernel *m);

// Room for what one call can need.
bool m_has_room(const struct m_kernel *m);
bool m_has_socket_room(void);

// A `handle` is an index into `handles`, or M_NONE for one that is not valid. New handles come back
// without their value, which the true kernel decides.

// New objects: `handles` receives one or two. For a socket or fifo, what they are made with.
zx_status_t m_create(struct m_kernel *m, zx_obj_type_t type, uint32_t options, size_t capacity,
                     size_t slots, size_t slot_size, int handles[2]);

zx_status_t m_close(struct m_kernel *m, int handle);
zx_status_t m_duplicate(struct m_kernel *m, int handle, zx_rights_t rights, int *out);
zx_status_t m_replace(struct m_kernel *m, int handle, zx_rights_t rights, int *out);

zx_status_t m_signal(struct m_kernel *m, int handle, zx_signals_t clear, zx_signals_t set);
zx_status_t m_signal_peer(struct m_kernel *m, int handle, zx_signals_t clear, zx_signals_t set);
zx_status_t m_wait_one(struct m_kernel *m, int handle, zx_signals_t signals, zx_signals_t *seen);
zx_status_t m_wait_async(struct m_kernel *m, int handle, int port, uint64_t key,
                         zx_signals_t signals, uint32_t options);

zx_status_t m_port_queue(struct m_kernel *m, int port, const zx_port_packet_t *packet);
zx_status_t m_port_wait(struct m_kernel *m, int port, struct m_packet *packet);
zx_status_t m_port_cancel(struct m_kernel *m, int port, int source, uint64_t key);

zx_status_t m_channel_write(struct m_kernel *m, int channel, uint32_t options, uint32_t size,
                            uint8_t seed, const int *handles, int handle_count);
// `message` is what was read, or with ZX_ERR_BUFFER_TOO_SMALL its sizes; its handles are in the
// table.
zx_status_t m_channel_read(struct m_kernel *m, int channel, uint32_t options, uint32_t max_bytes,
                           uint32_t max_handles, struct m_message *message);

zx_status_t m_socket_write(struct m_kernel *m, int socket, uint32_t options, const char *bytes,
                           size_t size, size_t *actual);
zx_status_t m_socket_read(struct m_kernel *m, int socket, uint32_t options, char *bytes,
                          size_t size, size_t *actual);
zx_status_t m_socket_shutdown(struct m_kernel *m, int socket, uint32_t options);
zx_status_t m_socket_threshold(struct m_kernel *m, int socket, bool write, size_t value);
zx_status_t m_socket_share(struct m_kernel *m, int socket, int sent);
zx_status_t m_socket_accept(struct m_kernel *m, int socket, int *out);
zx_status_t m_socket_info(struct m_kernel *m, int socket, zx_info_socket_t *info);

zx_status_t m_fifo_write(struct m_kernel *m, int fifo, size_t slot_size, const char *bytes,
                         size_t count, size_t *actual);
zx_status_t m_fifo_read(struct m_kernel *m, int fifo, size_t slot_size, char *bytes, size_t count,
                        size_t *actual);

// --- for the parts of the model ---

// BAD_HANDLE, WRONG_TYPE, ACCESS_DENIED; ZX_OBJ_TYPE_NONE is any type.
zx_status_t m_find(struct m_kernel *m, int handle, zx_obj_type_t type, zx_rights_t rights,
                   struct m_object **object);
struct m_object *m_peer(struct m_kernel *m, struct m_object *object); // null if closed
void m_update(struct m_kernel *m, struct m_object *object, zx_signals_t clear, zx_signals_t set);
// A handle leaves the table, or comes back as a new one.
void m_take(struct m_kernel *m, int handle);
void m_deliver(struct m_kernel *m, int handle);
// Ends a handle wherever it is.
void m_drop(struct m_kernel *m, int handle);
// Byte `i` of a message.
static inline char m_pattern(uint8_t seed, size_t i) {
    return (char)(seed + i * 7 + i / 251);
}
char *m_socket_bytes(const struct m_object *socket);
void m_socket_end(struct m_object *socket); // gives its store back
