// Part of libzircon. BSD-3-Clause, see LICENSE.
// The model's sockets and fifos.
#include <string.h>
#include <zircon/rights.h>

#include "model_kernel.h"

// --- sockets ---

static bool is_datagram(const struct m_object *socket) {
    return (socket->options & ZX_SOCKET_DATAGRAM) != 0;
}

static zx_status_t write_control(struct m_kernel *m, struct m_object *socket, const char *bytes,
                                 size_t size, size_t *actual) {
    struct m_object *peer = m_peer(m, socket);
    if ((socket->options & ZX_SOCKET_HAS_CONTROL) == 0) {
        return ZX_ERR_BAD_STATE;
    }
    if (size == 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    if (size > M_CONTROL_BYTES) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    if (peer == NULL) {
        return ZX_ERR_PEER_CLOSED;
    }
    if (peer->control_size > 0) {
        return ZX_ERR_SHOULD_WAIT;
    }
    memcpy(peer->control, bytes, size);
    peer->control_size = *actual = size;
    m_update(m, peer, 0, ZX_SOCKET_CONTROL_READABLE);
    m_update(m, socket, ZX_SOCKET_CONTROL_WRITABLE, 0);
    return ZX_OK;
}

// What a write to `peer` does to the signals.
static void written(struct m_kernel *m, struct m_object *writer, struct m_object *peer) {
    zx_signals_t set = ZX_SOCKET_READABLE, clear = 0;
    size_t room = peer->capacity - peer->size;
    if (peer->read_threshold > 0 && peer->size >= peer->read_threshold) {
        set |= ZX_SOCKET_READ_THRESHOLD;
    }
    if (writer->write_threshold > 0 && room < writer->write_threshold) {
        clear |= ZX_SOCKET_WRITE_THRESHOLD;
    }
    if (room == 0) {
        clear |= ZX_SOCKET_WRITABLE;
    }
    m_update(m, peer, 0, set);
    m_update(m, writer, clear, 0);
}

zx_status_t m_socket_write(struct m_kernel *m, int handle, uint32_t options, const char *bytes,
                           size_t size, size_t *actual) {
    struct m_object *socket;
    *actual = 0;
    if ((options & ~ZX_SOCKET_CONTROL) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = m_find(m, handle, ZX_OBJ_TYPE_SOCKET, ZX_RIGHT_WRITE, &socket);
    if (status != ZX_OK) {
        return status;
    }
    if ((options & ZX_SOCKET_CONTROL) != 0) {
        return write_control(m, socket, bytes, size, actual);
    }
    struct m_object *peer = m_peer(m, socket);
    if (peer == NULL) {
        return ZX_ERR_PEER_CLOSED;
    }
    if ((socket->signals & ZX_SOCKET_WRITE_DISABLED) != 0) {
        return ZX_ERR_BAD_STATE;
    }
    if (size == 0) {
        return ZX_OK;
    }
    size_t room = peer->capacity - peer->size;
    if (room == 0) {
        return ZX_ERR_SHOULD_WAIT;
    }
    if (is_datagram(socket)) {
        if (size > peer->capacity) {
            return ZX_ERR_OUT_OF_RANGE;
        }
        if (size > room) {
            return ZX_ERR_SHOULD_WAIT;
        }
        peer->datagrams[peer->datagram_count++] = size;
    }
    *actual = size < room ? size : room;
    memcpy(m_socket_bytes(peer) + peer->size, bytes, *actual);
    peer->size += *actual;
    written(m, socket, peer);
    return ZX_OK;
}

static zx_status_t read_control(struct m_kernel *m, struct m_object *socket, bool peek, char *bytes,
                                size_t size, size_t *actual) {
    if ((socket->options & ZX_SOCKET_HAS_CONTROL) == 0) {
        return ZX_ERR_BAD_STATE;
    }
    if (socket->control_size == 0) {
        return ZX_ERR_SHOULD_WAIT;
    }
    *actual = socket->control_size < size ? socket->control_size : size;
    memcpy(bytes, socket->control, *actual);
    if (!peek) {
        socket->control_size = 0;
        m_update(m, socket, ZX_SOCKET_CONTROL_READABLE, 0);
        struct m_object *peer = m_peer(m, socket);
        if (peer != NULL) {
            m_update(m, peer, 0, ZX_SOCKET_CONTROL_WRITABLE);
        }
    }
    return ZX_OK;
}

// What a read does to the signals.
static void have_read(struct m_kernel *m, struct m_object *socket, bool was_full) {
    zx_signals_t clear = 0, set = 0;
    struct m_object *peer = m_peer(m, socket);
    if (socket->read_threshold > 0 && socket->size < socket->read_threshold) {
        clear |= ZX_SOCKET_READ_THRESHOLD;
    }
    if (socket->size == 0) {
        clear |= ZX_SOCKET_READABLE;
    }
    m_update(m, socket, clear, 0);
    if (peer != NULL) {
        if (peer->write_threshold > 0 && socket->capacity - socket->size >= peer->write_threshold) {
            set |= ZX_SOCKET_WRITE_THRESHOLD;
        }
        if (was_full) {
            set |= ZX_SOCKET_WRITABLE;
        }
        m_update(m, peer, 0, set);
    }
}

zx_status_t m_socket_read(struct m_kernel *m, int handle, uint32_t options, char *bytes,
                          size_t size, size_t *actual) {
    struct m_object *socket;
    bool peek = (options & ZX_SOCKET_PEEK) != 0;
    *actual = 0;
    if ((options & ~(uint32_t)(ZX_SOCKET_CONTROL | ZX_SOCKET_PEEK)) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = m_find(m, handle, ZX_OBJ_TYPE_SOCKET, ZX_RIGHT_READ, &socket);
    if (status != ZX_OK) {
        return status;
    }
    if ((options & ZX_SOCKET_CONTROL) != 0) {
        return read_control(m, socket, peek, bytes, size, actual);
    }
    if (socket->size == 0) {
        return m_peer(m, socket) == NULL ? ZX_ERR_PEER_CLOSED
               : socket->read_disabled   ? ZX_ERR_BAD_STATE
                                         : ZX_ERR_SHOULD_WAIT;
    }
    // A datagram leaves as a whole, however little of it is wanted.
    size_t available = is_datagram(socket) ? socket->datagrams[0] : socket->size;
    size_t gone = size == 0 ? 0 : is_datagram(socket) || size > available ? available : size;
    *actual = size < available ? size : available;
    memcpy(bytes, m_socket_bytes(socket), *actual);
    if (!peek && size > 0) {
        bool was_full = socket->size == socket->capacity;
        socket->size -= gone;
        memmove(m_socket_bytes(socket), m_socket_bytes(socket) + gone, socket->size);
        if (is_datagram(socket)) {
            socket->datagram_count--;
            memmove(socket->datagrams, socket->datagrams + 1,
                    (size_t)socket->datagram_count * sizeof(socket->datagrams[0]));
        }
        have_read(m, socket, was_full);
    }
    return ZX_OK;
}

zx_status_t m_socket_shutdown(struct m_kernel *m, int handle, uint32_t options) {
    struct m_object *socket;
    if ((options & ~(uint32_t)ZX_SOCKET_SHUTDOWN_MASK) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = m_find(m, handle, ZX_OBJ_TYPE_SOCKET, ZX_RIGHT_WRITE, &socket);
    if (status != ZX_OK) {
        return status;
    }
    bool read = (options & ZX_SOCKET_SHUTDOWN_READ) != 0;
    bool write = (options & ZX_SOCKET_SHUTDOWN_WRITE) != 0;
    zx_signals_t wanted =
        (read ? ZX_SOCKET_PEER_WRITE_DISABLED : 0) | (write ? ZX_SOCKET_WRITE_DISABLED : 0);
    if ((socket->signals & (ZX_SOCKET_PEER_WRITE_DISABLED | ZX_SOCKET_WRITE_DISABLED)) == wanted) {
        return ZX_OK; // is so already
    }
    struct m_object *peer = m_peer(m, socket);
    socket->read_disabled |= read;
    m_update(m, socket, write ? ZX_SOCKET_WRITABLE : 0, wanted);
    if (peer != NULL) {
        peer->read_disabled |= write;
        m_update(m, peer, read ? ZX_SOCKET_WRITABLE : 0,
                 (read ? ZX_SOCKET_WRITE_DISABLED : 0) |
                     (write ? ZX_SOCKET_PEER_WRITE_DISABLED : 0));
    }
    return ZX_OK;
}

zx_status_t m_socket_threshold(struct m_kernel *m, int handle, bool write, size_t value) {
    struct m_object *socket;
    zx_status_t status = m_find(m, handle, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SET_PROPERTY, &socket);
    if (status != ZX_OK) {
        return status;
    }
    if (socket->type != ZX_OBJ_TYPE_SOCKET) {
        return ZX_ERR_WRONG_TYPE;
    }
    struct m_object *peer = m_peer(m, socket);
    if (write && peer == NULL) {
        return ZX_ERR_PEER_CLOSED;
    }
    if (value > socket->capacity) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_signals_t signal = write ? ZX_SOCKET_WRITE_THRESHOLD : ZX_SOCKET_READ_THRESHOLD;
    size_t has = write ? peer->capacity - peer->size : socket->size;
    *(write ? &socket->write_threshold : &socket->read_threshold) = value;
    bool reached = value > 0 && has >= value;
    m_update(m, socket, reached ? 0 : signal, reached ? signal : 0);
    return ZX_OK;
}

zx_status_t m_socket_share(struct m_kernel *m, int handle, int sent) {
    struct m_object *socket, *other;
    zx_status_t status = m_find(m, handle, ZX_OBJ_TYPE_SOCKET, ZX_RIGHT_WRITE, &socket);
    if (status == ZX_OK) {
        status = m_find(m, sent, ZX_OBJ_TYPE_NONE, ZX_RIGHT_TRANSFER, &other);
    }
    if (status == ZX_OK && other->type != ZX_OBJ_TYPE_SOCKET) {
        status = ZX_ERR_WRONG_TYPE;
    }
    if (status == ZX_OK && ((other->options & ZX_SOCKET_HAS_ACCEPT) != 0 || other == socket ||
                            other == m_peer(m, socket))) {
        status = ZX_ERR_BAD_STATE;
    }
    if (status == ZX_OK && (socket->options & ZX_SOCKET_HAS_ACCEPT) == 0) {
        status = ZX_ERR_NOT_SUPPORTED;
    }
    struct m_object *peer = status == ZX_OK ? m_peer(m, socket) : NULL;
    if (status == ZX_OK) {
        status = peer == NULL               ? ZX_ERR_PEER_CLOSED
                 : peer->accepted != M_NONE ? ZX_ERR_SHOULD_WAIT
                                            : ZX_OK;
    }
    if (status != ZX_OK) {
        if (sent != M_NONE) {
            m_drop(m, sent);
        }
        return status;
    }
    m_take(m, sent);
    peer->accepted = sent;
    m_update(m, peer, 0, ZX_SOCKET_ACCEPT);
    m_update(m, socket, ZX_SOCKET_SHARE, 0);
    return ZX_OK;
}

zx_status_t m_socket_accept(struct m_kernel *m, int handle, int *out) {
    struct m_object *socket;
    zx_status_t status = m_find(m, handle, ZX_OBJ_TYPE_SOCKET, ZX_RIGHT_READ, &socket);
    if (status != ZX_OK) {
        return status;
    }
    if ((socket->options & ZX_SOCKET_HAS_ACCEPT) == 0) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    if (socket->accepted == M_NONE) {
        return ZX_ERR_SHOULD_WAIT;
    }
    *out = socket->accepted;
    socket->accepted = M_NONE;
    m_deliver(m, *out);
    m_update(m, socket, ZX_SOCKET_ACCEPT, 0);
    struct m_object *peer = m_peer(m, socket);
    if (peer != NULL) {
        m_update(m, peer, 0, ZX_SOCKET_SHARE);
    }
    return ZX_OK;
}

zx_status_t m_socket_info(struct m_kernel *m, int handle, zx_info_socket_t *info) {
    struct m_object *socket;
    zx_status_t status = m_find(m, handle, ZX_OBJ_TYPE_SOCKET, ZX_RIGHT_INSPECT, &socket);
    if (status != ZX_OK) {
        return status;
    }
    struct m_object *peer = m_peer(m, socket);
    memset(info, 0, sizeof(*info));
    info->options = socket->options;
    info->rx_buf_max = socket->capacity;
    info->rx_buf_size = socket->size;
    info->rx_buf_available = !is_datagram(socket)         ? socket->size
                             : socket->datagram_count > 0 ? socket->datagrams[0]
                                                          : 0;
    info->tx_buf_max = peer != NULL ? peer->capacity : 0;
    info->tx_buf_size = peer != NULL ? peer->size : 0;
    return ZX_OK;
}

// --- fifos ---

zx_status_t m_fifo_write(struct m_kernel *m, int handle, size_t slot_size, const char *bytes,
                         size_t count, size_t *actual) {
    struct m_object *fifo;
    zx_status_t status = m_find(m, handle, ZX_OBJ_TYPE_FIFO, ZX_RIGHT_WRITE, &fifo);
    if (status != ZX_OK) {
        return status;
    }
    struct m_object *peer = m_peer(m, fifo);
    if (peer == NULL) {
        return ZX_ERR_PEER_CLOSED;
    }
    if (slot_size != fifo->slot_size || count == 0) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    size_t room = peer->slots - peer->filled;
    if (room == 0) {
        return ZX_ERR_SHOULD_WAIT;
    }
    *actual = count < room ? count : room;
    memcpy(peer->elements + peer->filled * slot_size, bytes, *actual * slot_size);
    peer->filled += *actual;
    m_update(m, peer, 0, ZX_FIFO_READABLE);
    if (peer->filled == peer->slots) {
        m_update(m, fifo, ZX_FIFO_WRITABLE, 0);
    }
    return ZX_OK;
}

zx_status_t m_fifo_read(struct m_kernel *m, int handle, size_t slot_size, char *bytes, size_t count,
                        size_t *actual) {
    struct m_object *fifo;
    zx_status_t status = m_find(m, handle, ZX_OBJ_TYPE_FIFO, ZX_RIGHT_READ, &fifo);
    if (status != ZX_OK) {
        return status;
    }
    if (slot_size != fifo->slot_size || count == 0) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    struct m_object *peer = m_peer(m, fifo);
    if (fifo->filled == 0) {
        return peer != NULL ? ZX_ERR_SHOULD_WAIT : ZX_ERR_PEER_CLOSED;
    }
    *actual = count < fifo->filled ? count : fifo->filled;
    memcpy(bytes, fifo->elements, *actual * slot_size);
    fifo->filled -= *actual;
    memmove(fifo->elements, fifo->elements + *actual * slot_size, fifo->filled * slot_size);
    if (peer != NULL) {
        m_update(m, peer, 0, ZX_FIFO_WRITABLE);
    }
    if (fifo->filled == 0) {
        m_update(m, fifo, ZX_FIFO_READABLE, 0);
    }
    return ZX_OK;
}
