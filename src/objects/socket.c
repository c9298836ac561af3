// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/socket.h"

#include <string.h>

#include "base/invariant.h"
#include "objects/pair.h"
#include "objects/stream_buffer.h"

struct socket_cell;

enum { PEEK_PORTION = 4096 };

struct control_message {
    uint32_t size;   // 0: none waits
    uint32_t number; // of the message: how many were written before
    char bytes[SOCKET_CONTROL_MAX];
};

struct socket {
    struct object object;
    struct socket_cell *cell;
    // under the pair's lock; data, control and accepted are what waits to be read here
    struct stream_buffer data;
    struct control_message *control; // null without a control plane
    struct handle_record accepted;   // object null: none
    size_t read_threshold, write_threshold;
    uint64_t reads; // how often bytes were taken out of `data`, or put back
    bool read_disabled;
};

struct socket_cell {
    struct socket ends[2]; // first: their counts keep their places in a free cell
    struct pair pair;
    uint32_t options;
};

SLAB_OBJECTS(socket, sizeof(struct socket_cell));
SLAB_TYPE(socket_control, sizeof(struct control_message));

static struct socket *socket_at(struct object *object) {
    return list_entry(object, struct socket, object);
}

static int end_of(const struct socket *end) {
    return end == &end->cell->ends[1];
}

static struct socket *other_end(struct socket *end) {
    return &end->cell->ends[!end_of(end)];
}

static struct socket *peer_locked(struct socket *end) {
    return end->cell->pair.open[!end_of(end)] ? other_end(end) : NULL;
}

static struct object *socket_peer_locked(struct object *object) {
    struct socket *peer = peer_locked(socket_at(object));
    return peer != NULL ? &peer->object : NULL;
}

static zx_koid_t socket_related_koid(struct object *object) {
    return other_end(socket_at(object))->object.koid;
}

static bool is_datagram(const struct socket *end) {
    return (end->cell->options & ZX_SOCKET_DATAGRAM) != 0;
}

static void free_control(struct thread *self, struct socket_cell *cell) {
    for (int i = 0; i < 2; i++) {
        if (cell->ends[i].control != NULL) {
            slab_free(self, &socket_control_slab, cell->ends[i].control);
            cell->ends[i].control = NULL;
        }
    }
}

zx_status_t socket_new(struct thread *self, uint32_t options, struct object **end0,
                       struct object **end1) {
    if ((options & ~(uint32_t)ZX_SOCKET_CREATE_MASK) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct socket_cell *cell = slab_alloc(self, &socket_slab);
    if (cell == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    zx_signals_t signals = ZX_SOCKET_WRITABLE;
    signals |= (options & ZX_SOCKET_HAS_ACCEPT) != 0 ? ZX_SOCKET_SHARE : 0;
    signals |= (options & ZX_SOCKET_HAS_CONTROL) != 0 ? ZX_SOCKET_CONTROL_WRITABLE : 0;
    cell->options = options;
    for (int i = 0; i < 2; i++) {
        struct socket *end = &cell->ends[i];
        end->cell = cell;
        stream_buffer_init(&end->data);
        end->control = NULL;
        end->accepted.object = NULL;
        end->read_threshold = end->write_threshold = 0;
        end->reads = 0;
        end->read_disabled = false;
    }
    for (int i = 0; i < 2 && (options & ZX_SOCKET_HAS_CONTROL) != 0; i++) {
        cell->ends[i].control = slab_alloc(self, &socket_control_slab);
        if (cell->ends[i].control == NULL) {
            free_control(self, cell);
            slab_free(self, &socket_slab, cell);
            return ZX_ERR_NO_MEMORY;
        }
        cell->ends[i].control->size = cell->ends[i].control->number = 0;
    }
    pair_init(&cell->pair);
    for (int i = 0; i < 2; i++) {
        object_init(&cell->ends[i].object, &socket_type, &cell->pair.lock, signals);
    }
    *end0 = &cell->ends[0].object;
    *end1 = &cell->ends[1].object;
    return ZX_OK;
}

// --- data ---

// Bytes that were put back may exceed the capacity.
static size_t free_room(const struct socket *end) {
    return end->data.size < SOCKET_CAPACITY ? SOCKET_CAPACITY - end->data.size : 0;
}

// What a write to `peer` changes of the signals of both ends; `writer` may be closed by now.
static void written_locked(struct thread *self, struct socket *peer, struct socket *writer) {
    zx_signals_t set = ZX_SOCKET_READABLE, clear = 0;
    if (peer->read_threshold > 0 && peer->data.size >= peer->read_threshold) {
        set |= ZX_SOCKET_READ_THRESHOLD;
    }
    object_update_locked(self, &peer->object, 0, set);
    if (writer->write_threshold > 0 && free_room(peer) < writer->write_threshold) {
        clear |= ZX_SOCKET_WRITE_THRESHOLD;
    }
    if (free_room(peer) == 0) {
        clear |= ZX_SOCKET_WRITABLE;
    }
    object_update_locked(self, &writer->object, clear, 0);
}

// What a read from `end` changes; `was_full` is how it was before.
static void read_locked(struct thread *self, struct socket *end, bool was_full) {
    zx_signals_t clear = 0, set = 0;
    if (end->read_threshold > 0 && end->data.size < end->read_threshold) {
        clear |= ZX_SOCKET_READ_THRESHOLD;
    }
    if (end->data.size == 0) {
        clear |= ZX_SOCKET_READABLE;
    }
    object_update_locked(self, &end->object, clear, 0);
    struct socket *peer = peer_locked(end);
    if (peer == NULL) {
        return;
    }
    if (peer->write_threshold > 0 && free_room(end) >= peer->write_threshold) {
        set |= ZX_SOCKET_WRITE_THRESHOLD;
    }
    if (was_full) { // as in Zircon, also for a peer that was shut down for writing
        set |= ZX_SOCKET_WRITABLE;
    }
    object_update_locked(self, &peer->object, 0, set);
}

// May `size` bytes, or some of them, be written now? `fit` receives how many.
static zx_status_t check_write_locked(struct socket *end, size_t size, struct socket **peer,
                                      size_t *fit) {
    *peer = peer_locked(end);
    if (*peer == NULL) {
        return ZX_ERR_PEER_CLOSED;
    }
    if ((object_signals(&end->object) & ZX_SOCKET_WRITE_DISABLED) != 0) {
        return ZX_ERR_BAD_STATE;
    }
    *fit = 0;
    if (size == 0) {
        return ZX_OK;
    }
    if (size > UINT32_MAX) {
        return ZX_ERR_INVALID_ARGS;
    }
    size_t room = free_room(*peer);
    if (room == 0) {
        return ZX_ERR_SHOULD_WAIT;
    }
    if (is_datagram(end)) {
        if (size > SOCKET_CAPACITY) {
            return ZX_ERR_OUT_OF_RANGE;
        }
        if (size > room) {
            return ZX_ERR_SHOULD_WAIT;
        }
    }
    *fit = size < room ? size : room;
    return ZX_OK;
}

// A few bytes of a stream: by way of the stack.
static zx_status_t write_small(struct thread *self, struct socket *end, user_in bytes, size_t size,
                               size_t *actual) {
    char copy[STREAM_SMALL];
    struct socket *peer;
    // The state decides before the bytes are looked at.
    mutex_lock(self, end->object.lock);
    zx_status_t status = check_write_locked(end, size, &peer, actual);
    mutex_unlock(self, end->object.lock);
    if (status == ZX_OK) {
        status = copy_from_user(copy, bytes, size);
    }
    if (status != ZX_OK) {
        return status;
    }
    mutex_lock(self, end->object.lock);
    status = check_write_locked(end, size, &peer, actual);
    if (status == ZX_OK && *actual > 0) {
        if (stream_buffer_append_small(self, &peer->data, copy, (uint32_t)*actual)) {
            written_locked(self, peer, end);
        } else {
            status = ZX_ERR_NO_MEMORY;
        }
    }
    mutex_unlock(self, end->object.lock);
    return status;
}

static zx_status_t write_segments(struct thread *self, struct socket *end, user_in bytes,
                                  size_t size, size_t *actual) {
    struct list segments, fitting;
    struct socket *peer;
    mutex_lock(self, end->object.lock);
    zx_status_t status = check_write_locked(end, size, &peer, actual);
    mutex_unlock(self, end->object.lock);
    if (status != ZX_OK || *actual == 0) {
        return status;
    }
    size_t copied = *actual;
    status = segments_from_user(self, bytes, copied, &segments);
    if (status != ZX_OK) {
        return status;
    }
    struct stream_buffer staged = {.size = copied};
    list_init(&staged.segments);
    stream_buffer_append(&staged, &segments, 0);
    if (is_datagram(end)) {
        list_entry(staged.segments.next, struct segment, node)->datagram = (uint32_t)copied;
    }
    mutex_lock(self, end->object.lock);
    status = check_write_locked(end, copied, &peer, actual);
    if (status == ZX_OK) {
        // Other writers may have left less room; of a stream the first part goes then.
        size_t taken = stream_buffer_take(self, &staged, *actual, &fitting);
        if (taken > 0) {
            stream_buffer_append(&peer->data, &fitting, taken);
            written_locked(self, peer, end);
        } else {
            status = ZX_ERR_NO_MEMORY;
        }
        *actual = taken;
    }
    mutex_unlock(self, end->object.lock);
    segments_free(self, &staged.segments);
    return status;
}

zx_status_t socket_write(struct thread *self, struct object *object, user_in bytes, size_t size,
                         size_t *actual) {
    struct socket *end = socket_at(object);
    return size <= STREAM_SMALL && !is_datagram(end)
               ? write_small(self, end, bytes, size, actual)
               : write_segments(self, end, bytes, size, actual);
}

static zx_status_t check_read_locked(struct socket *end, size_t size) {
    if (size > UINT32_MAX) {
        return ZX_ERR_INVALID_ARGS;
    }
    if (end->data.size > 0) {
        return ZX_OK;
    }
    return peer_locked(end) == NULL ? ZX_ERR_PEER_CLOSED
           : end->read_disabled     ? ZX_ERR_BAD_STATE
                                    : ZX_ERR_SHOULD_WAIT;
}

// Copies the first bytes without taking them: portion by portion, since no lock is held over the
// copy, and from the start again if somebody took bytes meanwhile.
static zx_status_t peek(struct thread *self, struct socket *end, user_out bytes, size_t size,
                        size_t *actual) {
    char copy[PEEK_PORTION];
    size_t done = 0, wanted = 0;
    uint64_t reads = 0;
    zx_status_t status;
    do {
        size_t part = 0;
        mutex_lock(self, end->object.lock);
        status = check_read_locked(end, size);
        if (status == ZX_OK) {
            if (done == 0 || end->reads != reads) {
                reads = end->reads;
                done = 0;
                wanted =
                    is_datagram(end) ? stream_buffer_first_datagram(&end->data) : end->data.size;
                wanted = size < wanted ? size : wanted;
            }
            part = wanted - done < sizeof(copy) ? wanted - done : sizeof(copy);
            stream_buffer_peek(&end->data, done, copy, part);
        }
        mutex_unlock(self, end->object.lock);
        if (status == ZX_OK) {
            status = copy_to_user(user_out_at(bytes, done), copy, part);
        }
        done += part;
    } while (status == ZX_OK && done < wanted);
    *actual = done;
    return status;
}

// Takes up to `size` bytes or the first datagram: into `copy` if they are few, else as segments.
// Returns how many.
static size_t take_locked(struct thread *self, struct socket *end, size_t size, char *copy,
                          struct list *segments) {
    bool was_full = free_room(end) == 0;
    size_t taken = 0;
    list_init(segments);
    if (is_datagram(end)) {
        taken = stream_buffer_take_datagram(&end->data, segments);
    } else if (size > STREAM_SMALL) {
        taken = stream_buffer_take(self, &end->data, size, segments);
    }
    if (taken == 0) { // without memory for a part of a segment it is a few bytes too
        taken = size < end->data.size ? size : end->data.size;
        taken = taken < STREAM_SMALL ? taken : STREAM_SMALL;
        stream_buffer_peek(&end->data, 0, copy, taken);
        stream_buffer_drop(self, &end->data, taken);
    }
    end->reads++;
    read_locked(self, end, was_full);
    return taken;
}

// What could not be delivered goes back to where it came from.
static void put_back(struct thread *self, struct socket *end, struct list *segments, char *copy,
                     size_t size) {
    mutex_lock(self, end->object.lock);
    if (!list_is_empty(segments)) {
        stream_buffer_return(&end->data, segments, size);
    } else if (!stream_buffer_return_small(self, &end->data, copy, (uint32_t)size)) {
        size = 0; // no memory: lost
    }
    if (size > 0) {
        end->reads++;
        written_locked(self, end, other_end(end));
    }
    mutex_unlock(self, end->object.lock);
}

zx_status_t socket_read(struct thread *self, struct object *object, bool is_peek, user_out bytes,
                        size_t size, size_t *actual) {
    struct socket *end = socket_at(object);
    if (is_peek) {
        return peek(self, end, bytes, size, actual);
    }
    *actual = 0;
    struct list segments;
    char copy[STREAM_SMALL];
    mutex_lock(self, end->object.lock);
    zx_status_t status = check_read_locked(end, size);
    size_t taken = status == ZX_OK && size > 0 ? take_locked(self, end, size, copy, &segments) : 0;
    mutex_unlock(self, end->object.lock);
    if (taken == 0) {
        return status;
    }
    if (list_is_empty(&segments)) {
        *actual = taken;
        status = copy_to_user(bytes, copy, taken);
    } else {
        status = segments_to_user(&segments, bytes, size, actual);
    }
    if (unlikely(status != ZX_OK)) {
        put_back(self, end, &segments, copy, taken);
        return status;
    }
    segments_free(self, &segments);
    return ZX_OK;
}

// --- control ---

zx_status_t socket_write_control(struct thread *self, struct object *object, user_in bytes,
                                 size_t size) {
    struct socket *end = socket_at(object);
    if ((end->cell->options & ZX_SOCKET_HAS_CONTROL) == 0) {
        return ZX_ERR_BAD_STATE;
    }
    if (size == 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    if (size > SOCKET_CONTROL_MAX) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    char copy[SOCKET_CONTROL_MAX];
    zx_status_t copied = copy_from_user(copy, bytes, size);
    mutex_lock(self, object->lock);
    struct socket *peer = peer_locked(end);
    zx_status_t status = peer == NULL               ? ZX_ERR_PEER_CLOSED
                         : peer->control->size != 0 ? ZX_ERR_SHOULD_WAIT
                                                    : copied;
    if (status == ZX_OK) {
        memcpy(peer->control->bytes, copy, size);
        peer->control->size = (uint32_t)size;
        peer->control->number++;
        object_update_locked(self, &peer->object, 0, ZX_SOCKET_CONTROL_READABLE);
        object_update_locked(self, object, ZX_SOCKET_CONTROL_WRITABLE, 0);
    }
    mutex_unlock(self, object->lock);
    return status;
}

zx_status_t socket_read_control(struct thread *self, struct object *object, bool is_peek,
                                user_out bytes, size_t size, size_t *actual) {
    struct socket *end = socket_at(object);
    if ((end->cell->options & ZX_SOCKET_HAS_CONTROL) == 0) {
        return ZX_ERR_BAD_STATE;
    }
    // Look at the message, store it, and take it if nobody else did meanwhile.
    for (;;) {
        struct control_message copy;
        mutex_lock(self, object->lock);
        copy.size = end->control->size;
        copy.number = end->control->number;
        memcpy(copy.bytes, end->control->bytes, copy.size);
        mutex_unlock(self, object->lock);
        if (copy.size == 0) {
            return ZX_ERR_SHOULD_WAIT;
        }
        *actual = copy.size < size ? copy.size : size;
        zx_status_t status = copy_to_user(bytes, copy.bytes, *actual);
        if (status != ZX_OK || is_peek) {
            return status;
        }
        mutex_lock(self, object->lock);
        bool ours = end->control->size != 0 && end->control->number == copy.number;
        if (ours) {
            end->control->size = 0;
            object_update_locked(self, object, ZX_SOCKET_CONTROL_READABLE, 0);
            struct socket *peer = peer_locked(end);
            if (peer != NULL) {
                object_update_locked(self, &peer->object, 0, ZX_SOCKET_CONTROL_WRITABLE);
            }
        }
        mutex_unlock(self, object->lock);
        if (ours) {
            return ZX_OK;
        }
    }
}

// --- accept ---

zx_status_t socket_share(struct thread *self, struct object *object, struct handle_record record) {
    struct socket *end = socket_at(object);
    struct socket *sent = socket_at(record.object);
    // No socket that can share itself, and neither end of this one: there shall be no loops.
    if ((sent->cell->options & ZX_SOCKET_HAS_ACCEPT) != 0 || sent->cell == end->cell) {
        return ZX_ERR_BAD_STATE;
    }
    if ((end->cell->options & ZX_SOCKET_HAS_ACCEPT) == 0) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    mutex_lock(self, object->lock);
    struct socket *peer = peer_locked(end);
    zx_status_t status = peer == NULL                    ? ZX_ERR_PEER_CLOSED
                         : peer->accepted.object != NULL ? ZX_ERR_SHOULD_WAIT
                                                         : ZX_OK;
    if (status == ZX_OK) {
        peer->accepted = record;
        object_update_locked(self, &peer->object, 0, ZX_SOCKET_ACCEPT);
        object_update_locked(self, object, ZX_SOCKET_SHARE, 0);
    }
    mutex_unlock(self, object->lock);
    return status;
}

zx_status_t socket_accept(struct thread *self, struct object *object,
                          struct handle_record *record) {
    struct socket *end = socket_at(object);
    if ((end->cell->options & ZX_SOCKET_HAS_ACCEPT) == 0) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    mutex_lock(self, object->lock);
    *record = end->accepted;
    if (record->object != NULL) {
        end->accepted.object = NULL;
        object_update_locked(self, object, ZX_SOCKET_ACCEPT, 0);
        struct socket *peer = peer_locked(end);
        if (peer != NULL) {
            object_update_locked(self, &peer->object, 0, ZX_SOCKET_SHARE);
        }
    }
    mutex_unlock(self, object->lock);
    return record->object != NULL ? ZX_OK : ZX_ERR_SHOULD_WAIT;
}

// --- shutdown, information, thresholds ---

static void disable_locked(struct thread *self, struct socket *end, bool read, bool write) {
    zx_signals_t clear = 0, set = 0;
    if (read) {
        end->read_disabled = true;
        set |= ZX_SOCKET_PEER_WRITE_DISABLED;
    }
    if (write) {
        clear |= ZX_SOCKET_WRITABLE;
        set |= ZX_SOCKET_WRITE_DISABLED;
    }
    object_update_locked(self, &end->object, clear, set);
}

void socket_shutdown(struct thread *self, struct object *object, uint32_t how) {
    struct socket *end = socket_at(object);
    bool read = (how & ZX_SOCKET_SHUTDOWN_READ) != 0;
    bool write = (how & ZX_SOCKET_SHUTDOWN_WRITE) != 0;
    const zx_signals_t disabled = ZX_SOCKET_PEER_WRITE_DISABLED | ZX_SOCKET_WRITE_DISABLED;
    zx_signals_t wanted =
        (read ? ZX_SOCKET_PEER_WRITE_DISABLED : 0) | (write ? ZX_SOCKET_WRITE_DISABLED : 0);
    mutex_lock(self, object->lock);
    // As in Zircon: what is off already is left alone, a WRITABLE that a read brought back too.
    if ((object_signals(object) & disabled) != wanted) {
        disable_locked(self, end, read, write);
        struct socket *peer = peer_locked(end);
        if (peer != NULL) {
            disable_locked(self, peer, write, read);
        }
    }
    mutex_unlock(self, object->lock);
}

void socket_info(struct thread *self, struct object *object, zx_info_socket_t *info) {
    struct socket *end = socket_at(object);
    memset(info, 0, sizeof(*info));
    mutex_lock(self, object->lock);
    info->options = end->cell->options;
    info->rx_buf_max = SOCKET_CAPACITY;
    info->rx_buf_size = end->data.size;
    info->rx_buf_available =
        is_datagram(end) ? stream_buffer_first_datagram(&end->data) : end->data.size;
    struct socket *peer = peer_locked(end);
    if (peer != NULL) {
        info->tx_buf_max = SOCKET_CAPACITY;
        info->tx_buf_size = peer->data.size;
    }
    mutex_unlock(self, object->lock);
}

size_t socket_read_threshold(struct thread *self, struct object *object) {
    mutex_lock(self, object->lock);
    size_t value = socket_at(object)->read_threshold;
    mutex_unlock(self, object->lock);
    return value;
}

size_t socket_write_threshold(struct thread *self, struct object *object) {
    mutex_lock(self, object->lock);
    size_t value = socket_at(object)->write_threshold;
    mutex_unlock(self, object->lock);
    return value;
}

// Sets or clears a threshold's signal; 0 switches the threshold off.
static void apply_threshold_locked(struct thread *self, struct object *object, bool reached,
                                   zx_signals_t signal) {
    object_update_locked(self, object, reached ? 0 : signal, reached ? signal : 0);
}

zx_status_t socket_set_read_threshold(struct thread *self, struct object *object, size_t value) {
    struct socket *end = socket_at(object);
    if (value > SOCKET_CAPACITY) {
        return ZX_ERR_INVALID_ARGS;
    }
    mutex_lock(self, object->lock);
    end->read_threshold = value;
    apply_threshold_locked(self, object, value > 0 && end->data.size >= value,
                           ZX_SOCKET_READ_THRESHOLD);
    mutex_unlock(self, object->lock);
    return ZX_OK;
}

zx_status_t socket_set_write_threshold(struct thread *self, struct object *object, size_t value) {
    struct socket *end = socket_at(object);
    mutex_lock(self, object->lock);
    struct socket *peer = peer_locked(end);
    zx_status_t status = peer == NULL              ? ZX_ERR_PEER_CLOSED
                         : value > SOCKET_CAPACITY ? ZX_ERR_INVALID_ARGS
                                                   : ZX_OK;
    if (status == ZX_OK) {
        end->write_threshold = value;
        apply_threshold_locked(self, object, value > 0 && free_room(peer) >= value,
                               ZX_SOCKET_WRITE_THRESHOLD);
    }
    mutex_unlock(self, object->lock);
    return status;
}

// --- the end of an end ---

static void socket_on_zero_handles(struct thread *self, struct object *object) {
    struct socket *end = socket_at(object);
    mutex_lock(self, object->lock);
    end->cell->pair.open[end_of(end)] = false;
    struct socket *peer = peer_locked(end);
    if (peer != NULL) {
        object_update_locked(self, &peer->object, ZX_SOCKET_WRITABLE, ZX_SOCKET_PEER_CLOSED);
    }
    mutex_unlock(self, object->lock);
}

static void socket_destroy(struct thread *self, struct object *object) {
    struct socket *end = socket_at(object);
    segments_free(self, &end->data.segments);
    if (end->accepted.object != NULL) {
        handle_record_close(self, end->accepted);
    }
    if (pair_end_destroyed(&end->cell->pair)) {
        free_control(self, end->cell);
        slab_free(self, &socket_slab, end->cell);
    }
}

const struct object_type socket_type = {
    .id = ZX_OBJ_TYPE_SOCKET,
    .name = "socket",
    .rights = ZX_DEFAULT_SOCKET_RIGHTS,
    .peer_locked = socket_peer_locked,
    .related_koid = socket_related_koid,
    .on_zero_handles = socket_on_zero_handles,
    .destroy = socket_destroy,
};
