// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "model_kernel.h"

#include <string.h>
#include <zircon/rights.h>

// --- objects and handles ---

static uint32_t stores_used; // of the bytes of sockets

void m_start(struct m_kernel *m) {
    for (int i = 0; i < M_OBJECTS; i++) {
        m->objects[i].used = false;
    }
    memset(m->handles, 0, sizeof(m->handles));
    memset(m->watches, 0, sizeof(m->watches));
    stores_used = 0;
    m->last_id = 0;
    m->dead_count = 0;
    m->burying = false;
}

bool m_has_socket_room(void) {
    return __builtin_popcount(stores_used) <= M_SOCKET_ENDS - 2;
}

bool m_has_room(const struct m_kernel *m) {
    int objects = 0, handles = 0, watches = 0;
    for (int i = 0; i < M_OBJECTS; i++) {
        const struct m_object *object = &m->objects[i];
        objects += !object->used;
        if (object->used &&
            (object->packet_count > M_PACKETS - M_WATCHES || object->message_count == M_MESSAGES ||
             object->datagram_count == M_DATAGRAMS)) {
            return false;
        }
    }
    for (int i = 0; i < M_HANDLES; i++) {
        handles += !m->handles[i].live;
    }
    for (int i = 0; i < M_WATCHES; i++) {
        watches += !m->watches[i].active;
    }
    return objects >= 2 && handles >= 2 && watches >= 1;
}

static zx_rights_t rights_of_type(zx_obj_type_t type) {
    switch (type) {
    case ZX_OBJ_TYPE_EVENT:
        return ZX_DEFAULT_EVENT_RIGHTS;
    case ZX_OBJ_TYPE_EVENTPAIR:
        return ZX_DEFAULT_EVENTPAIR_RIGHTS;
    case ZX_OBJ_TYPE_CHANNEL:
        return ZX_DEFAULT_CHANNEL_RIGHTS;
    case ZX_OBJ_TYPE_SOCKET:
        return ZX_DEFAULT_SOCKET_RIGHTS;
    case ZX_OBJ_TYPE_FIFO:
        return ZX_DEFAULT_FIFO_RIGHTS;
    default:
        return ZX_DEFAULT_PORT_RIGHTS;
    }
}

static zx_signals_t first_signals(zx_obj_type_t type, uint32_t options) {
    switch (type) {
    case ZX_OBJ_TYPE_CHANNEL:
        return ZX_CHANNEL_WRITABLE;
    case ZX_OBJ_TYPE_FIFO:
        return ZX_FIFO_WRITABLE;
    case ZX_OBJ_TYPE_SOCKET:
        return ZX_SOCKET_WRITABLE |
               ((options & ZX_SOCKET_HAS_CONTROL) != 0 ? ZX_SOCKET_CONTROL_WRITABLE : 0) |
               ((options & ZX_SOCKET_HAS_ACCEPT) != 0 ? ZX_SOCKET_SHARE : 0);
    default:
        return 0;
    }
}

static int new_handle(struct m_kernel *m, int object, zx_rights_t rights) {
    int i = 0;
    while (m->handles[i].live) {
        i++;
    }
    m->handles[i] = (struct m_handle){
        .live = true, .in_table = true, .object = object, .rights = rights, .id = ++m->last_id};
    m->objects[object].handles++;
    return i;
}

static int new_store(void) {
    for (int i = 0; i < M_SOCKET_ENDS; i++) {
        if ((stores_used >> i & 1) == 0) {
            stores_used |= 1u << i;
            return i;
        }
    }
    return M_NONE;
}

void m_socket_end(struct m_object *socket) {
    if (socket->store != M_NONE) {
        stores_used &= ~(1u << socket->store);
        socket->store = M_NONE;
    }
}

char *m_socket_bytes(const struct m_object *socket) {
    static char stores[M_SOCKET_ENDS][M_SOCKET_BYTES];
    return stores[socket->store];
}

zx_status_t m_create(struct m_kernel *m, zx_obj_type_t type, uint32_t options, size_t capacity,
                     size_t slots, size_t slot_size, int handles[2]) {
    bool pair = type != ZX_OBJ_TYPE_EVENT && type != ZX_OBJ_TYPE_PORT;
    int ends[2] = {M_NONE, M_NONE};
    for (int i = 0, wanted = pair ? 2 : 1, found = 0; found < wanted; i++) {
        if (!m->objects[i].used) {
            ends[found++] = i;
        }
    }
    uint64_t age = ++m->last_id;
    for (int i = 0; i < (pair ? 2 : 1); i++) {
        struct m_object *object = &m->objects[ends[i]];
        object->used = object->open = true;
        object->type = type;
        object->age = age;
        object->handles = 0;
        object->signals = first_signals(type, options);
        object->other = pair ? ends[!i] : M_NONE;
        object->message_count = object->packet_count = object->datagram_count = 0;
        object->options = options;
        object->capacity = capacity;
        object->store = type == ZX_OBJ_TYPE_SOCKET ? new_store() : M_NONE;
        object->size = object->control_size = 0;
        object->read_threshold = object->write_threshold = 0;
        object->read_disabled = false;
        object->accepted = M_NONE;
        object->slots = slots;
        object->slot_size = slot_size;
        object->filled = 0;
        handles[i] = new_handle(m, ends[i], rights_of_type(type));
    }
    return ZX_OK;
}

struct m_object *m_peer(struct m_kernel *m, struct m_object *object) {
    struct m_object *other = object->other != M_NONE ? &m->objects[object->other] : NULL;
    // The place of a peer that is gone may have another object by now.
    return other != NULL && other->open && other->age == object->age ? other : NULL;
}

zx_status_t m_find(struct m_kernel *m, int handle, zx_obj_type_t type, zx_rights_t rights,
                   struct m_object **object) {
    if (handle == M_NONE) {
        return ZX_ERR_BAD_HANDLE;
    }
    *object = &m->objects[m->handles[handle].object];
    if (type != ZX_OBJ_TYPE_NONE && (*object)->type != type) {
        return ZX_ERR_WRONG_TYPE;
    }
    return (m->handles[handle].rights & rights) == rights ? ZX_OK : ZX_ERR_ACCESS_DENIED;
}

// --- signals ---

static void add_packet(struct m_kernel *m, int port, const struct m_packet *packet) {
    struct m_object *object = &m->objects[port];
    object->packets[object->packet_count++] = *packet;
}

static void fire(struct m_kernel *m, int watch, zx_signals_t signals, uint64_t count) {
    struct m_packet packet;
    memset(&packet, 0, sizeof(packet));
    packet.packet.key = m->watches[watch].key;
    packet.packet.type = ZX_PKT_TYPE_SIGNAL_ONE;
    packet.packet.signal.trigger = m->watches[watch].signals;
    packet.packet.signal.observed = signals;
    packet.packet.signal.count = count;
    packet.timestamp = m->watches[watch].timestamp;
    packet.watch_handle = m->watches[watch].handle_id;
    m->watches[watch].active = false;
    add_packet(m, m->watches[watch].port, &packet);
}

// The newest watch of an object that is older than `age`.
static int next_watch(const struct m_kernel *m, int object, uint64_t age) {
    int found = M_NONE;
    for (int i = 0; i < M_WATCHES; i++) {
        if (m->watches[i].active && m->watches[i].object == object && m->watches[i].age < age &&
            (found == M_NONE || m->watches[i].age > m->watches[found].age)) {
            found = i;
        }
    }
    return found;
}

void m_update(struct m_kernel *m, struct m_object *object, zx_signals_t clear, zx_signals_t set) {
    zx_signals_t before = object->signals;
    object->signals = (before & ~clear) | set;
    if (object->signals == before) {
        return;
    }
    int index = (int)(object - m->objects);
    for (int i = next_watch(m, index, UINT64_MAX); i != M_NONE;
         i = next_watch(m, index, m->watches[i].age)) {
        if ((object->signals & m->watches[i].signals) != 0) {
            fire(m, i, object->signals, 1);
        }
    }
}

static zx_signals_t allowed(const struct m_object *object) {
    bool event = object->type == ZX_OBJ_TYPE_EVENT || object->type == ZX_OBJ_TYPE_EVENTPAIR;
    return ZX_USER_SIGNAL_ALL | (event ? ZX_EVENT_SIGNALED : 0);
}

zx_status_t m_signal(struct m_kernel *m, int handle, zx_signals_t clear, zx_signals_t set) {
    struct m_object *object;
    zx_status_t status = m_find(m, handle, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SIGNAL, &object);
    if (status == ZX_OK && ((clear | set) & ~allowed(object)) != 0) {
        status = ZX_ERR_INVALID_ARGS;
    }
    if (status == ZX_OK) {
        m_update(m, object, clear, set);
    }
    return status;
}

zx_status_t m_signal_peer(struct m_kernel *m, int handle, zx_signals_t clear, zx_signals_t set) {
    struct m_object *object;
    zx_status_t status = m_find(m, handle, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SIGNAL_PEER, &object);
    if (status != ZX_OK) {
        return status;
    }
    if (object->other == M_NONE) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    if (((clear | set) & ~allowed(object)) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct m_object *peer = m_peer(m, object);
    if (peer == NULL) {
        return ZX_ERR_PEER_CLOSED;
    }
    m_update(m, peer, clear, set);
    return ZX_OK;
}

zx_status_t m_wait_one(struct m_kernel *m, int handle, zx_signals_t signals, zx_signals_t *seen) {
    struct m_object *object;
    zx_status_t status = m_find(m, handle, ZX_OBJ_TYPE_NONE, ZX_RIGHT_WAIT, &object);
    if (status != ZX_OK) {
        return status;
    }
    *seen = object->signals;
    return (object->signals & signals) != 0 ? ZX_OK : ZX_ERR_TIMED_OUT;
}

// --- handles ---

static void cancel_watches(struct m_kernel *m, uint64_t handle_id) {
    for (int i = 0; i < M_WATCHES; i++) {
        if (m->watches[i].active && m->watches[i].handle_id == handle_id) {
            m->watches[i].active = false;
        }
    }
}

// What the last handle's end tells others.
static void last_handle_gone(struct m_kernel *m, struct m_object *object) {
    object->open = false;
    if (object->type == ZX_OBJ_TYPE_PORT) {
        object->packet_count = 0;
        for (int i = 0; i < M_WATCHES; i++) {
            if (m->watches[i].port == (int)(object - m->objects)) {
                m->watches[i].active = false;
            }
        }
    }
    struct m_object *peer = m_peer(m, object);
    if (peer != NULL) {
        // The bits that the types have in common.
        bool eventpair = object->type == ZX_OBJ_TYPE_EVENTPAIR;
        m_update(m, peer, eventpair ? 0 : ZX_CHANNEL_WRITABLE, ZX_CHANNEL_PEER_CLOSED);
    }
}

static void destroy(struct m_kernel *m, struct m_object *object) {
    for (int i = 0; i < object->message_count; i++) {
        for (int j = 0; j < object->messages[i].handle_count; j++) {
            m_drop(m, object->messages[i].handles[j]);
        }
    }
    if (object->accepted != M_NONE) {
        m_drop(m, object->accepted);
    }
    m_socket_end(object);
    object->message_count = 0;
    object->used = false;
}

// The object that ended last goes first.
static void bury(struct m_kernel *m) {
    m->burying = true;
    while (m->dead_count > 0) {
        destroy(m, &m->objects[m->dead[--m->dead_count]]);
    }
    m->burying = false;
}

void m_drop(struct m_kernel *m, int handle) {
    struct m_handle *entry = &m->handles[handle];
    cancel_watches(m, entry->id);
    entry->live = entry->in_table = false;
    struct m_object *object = &m->objects[entry->object];
    if (--object->handles > 0) {
        return;
    }
    last_handle_gone(m, object);
    m->dead[m->dead_count++] = entry->object;
    if (!m->burying) {
        bury(m);
    }
}

void m_take(struct m_kernel *m, int handle) {
    m->handles[handle].in_table = false;
}

void m_deliver(struct m_kernel *m, int handle) {
    cancel_watches(m, m->handles[handle].id);
    m->handles[handle].id = ++m->last_id;
    m->handles[handle].in_table = true;
}

zx_status_t m_close(struct m_kernel *m, int handle) {
    if (handle == M_NONE) {
        return ZX_ERR_BAD_HANDLE;
    }
    m_drop(m, handle);
    return ZX_OK;
}

zx_status_t m_duplicate(struct m_kernel *m, int handle, zx_rights_t rights, int *out) {
    struct m_object *object;
    zx_status_t status = m_find(m, handle, ZX_OBJ_TYPE_NONE, ZX_RIGHT_DUPLICATE, &object);
    if (status != ZX_OK) {
        return status;
    }
    zx_rights_t has = m->handles[handle].rights;
    if (rights != ZX_RIGHT_SAME_RIGHTS && (has & rights) != rights) {
        return ZX_ERR_INVALID_ARGS;
    }
    *out = new_handle(m, (int)(object - m->objects), rights == ZX_RIGHT_SAME_RIGHTS ? has : rights);
    return ZX_OK;
}

zx_status_t m_replace(struct m_kernel *m, int handle, zx_rights_t rights, int *out) {
    if (handle == M_NONE) {
        return ZX_ERR_BAD_HANDLE;
    }
    zx_rights_t has = m->handles[handle].rights;
    if (rights != ZX_RIGHT_SAME_RIGHTS && (has & rights) != rights) {
        m_drop(m, handle);
        return ZX_ERR_INVALID_ARGS;
    }
    *out = new_handle(m, m->handles[handle].object, rights == ZX_RIGHT_SAME_RIGHTS ? has : rights);
    m_drop(m, handle);
    return ZX_OK;
}

// --- ports ---

zx_status_t m_wait_async(struct m_kernel *m, int handle, int port, uint64_t key,
                         zx_signals_t signals, uint32_t options) {
    struct m_object *port_object, *object;
    if (options != 0 && options != ZX_WAIT_ASYNC_TIMESTAMP) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = m_find(m, port, ZX_OBJ_TYPE_PORT, ZX_RIGHT_WRITE, &port_object);
    if (status == ZX_OK) {
        status = m_find(m, handle, ZX_OBJ_TYPE_NONE, ZX_RIGHT_WAIT, &object);
    }
    if (status != ZX_OK) {
        return status;
    }
    int i = 0;
    while (m->watches[i].active) {
        i++;
    }
    m->watches[i].active = true;
    m->watches[i].timestamp = options != 0;
    m->watches[i].object = (int)(object - m->objects);
    m->watches[i].port = (int)(port_object - m->objects);
    m->watches[i].handle_id = m->handles[handle].id;
    m->watches[i].key = key;
    m->watches[i].age = ++m->last_id;
    m->watches[i].signals = signals;
    if ((object->signals & signals) != 0) {
        bool counts = object->type == ZX_OBJ_TYPE_CHANNEL && (signals & ZX_CHANNEL_READABLE) != 0 &&
                      object->message_count > 0;
        fire(m, i, object->signals, counts ? (uint64_t)object->message_count : 1);
    }
    return ZX_OK;
}

zx_status_t m_port_queue(struct m_kernel *m, int port, const zx_port_packet_t *packet) {
    struct m_object *object;
    zx_status_t status = m_find(m, port, ZX_OBJ_TYPE_PORT, ZX_RIGHT_WRITE, &object);
    if (status == ZX_OK) {
        struct m_packet copy = {.packet = *packet};
        copy.packet.type = ZX_PKT_TYPE_USER;
        add_packet(m, (int)(object - m->objects), &copy);
    }
    return status;
}

static void remove_packet(struct m_object *port, int index) {
    port->packet_count--;
    memmove(&port->packets[index], &port->packets[index + 1],
            (size_t)(port->packet_count - index) * sizeof(port->packets[0]));
}

zx_status_t m_port_wait(struct m_kernel *m, int port, struct m_packet *packet) {
    struct m_object *object;
    zx_status_t status = m_find(m, port, ZX_OBJ_TYPE_PORT, ZX_RIGHT_READ, &object);
    if (status != ZX_OK) {
        return status;
    }
    if (object->packet_count == 0) {
        return ZX_ERR_TIMED_OUT;
    }
    *packet = object->packets[0];
    remove_packet(object, 0);
    return ZX_OK;
}

zx_status_t m_port_cancel(struct m_kernel *m, int port, int source, uint64_t key) {
    struct m_object *port_object, *object;
    zx_status_t status = m_find(m, port, ZX_OBJ_TYPE_PORT, ZX_RIGHT_WRITE, &port_object);
    if (status == ZX_OK) {
        status = m_find(m, source, ZX_OBJ_TYPE_NONE, ZX_RIGHT_WAIT, &object);
    }
    if (status != ZX_OK) {
        return status;
    }
    uint64_t id = m->handles[source].id;
    bool found = false;
    for (int i = 0; i < M_WATCHES; i++) {
        if (m->watches[i].active && m->watches[i].handle_id == id && m->watches[i].key == key &&
            m->watches[i].port == (int)(port_object - m->objects)) {
            m->watches[i].active = false;
            found = true;
        }
    }
    for (int i = port_object->packet_count - 1; i >= 0; i--) {
        if (port_object->packets[i].watch_handle == id &&
            port_object->packets[i].packet.key == key) {
            remove_packet(port_object, i);
            found = true;
        }
    }
    return found ? ZX_OK : ZX_ERR_NOT_FOUND;
}

// --- channels ---

// The first of the handles with a fault decides. `good` tells those without.
static zx_status_t check_sent(struct m_kernel *m, const struct m_object *channel,
                              const int *handles, int count, bool *good) {
    zx_status_t first = ZX_OK;
    for (int i = 0; i < count; i++) {
        struct m_object *object = NULL;
        zx_status_t status = m_find(m, handles[i], ZX_OBJ_TYPE_NONE, ZX_RIGHT_TRANSFER, &object);
        for (int j = 0; j < i; j++) {
            status = handles[j] == handles[i] ? ZX_ERR_BAD_HANDLE : status;
        }
        if (status == ZX_OK && object == channel) {
            status = ZX_ERR_NOT_SUPPORTED;
        }
        first = first == ZX_OK ? status : first;
        good[i] = status == ZX_OK;
    }
    return first;
}

zx_status_t m_channel_write(struct m_kernel *m, int channel, uint32_t options, uint32_t size,
                            uint8_t seed, const int *handles, int handle_count) {
    struct m_object *object = NULL, *peer = NULL;
    zx_status_t status = options != 0
                             ? ZX_ERR_INVALID_ARGS
                             : m_find(m, channel, ZX_OBJ_TYPE_CHANNEL, ZX_RIGHT_WRITE, &object);
    if (status == ZX_OK && size > ZX_CHANNEL_MAX_MSG_BYTES) {
        status = ZX_ERR_OUT_OF_RANGE;
    }
    bool good[M_MESSAGE_HANDLES] = {false};
    if (status == ZX_OK) {
        status = check_sent(m, object, handles, handle_count, good);
    }
    if (status == ZX_OK) {
        peer = m_peer(m, object);
        status = peer == NULL ? ZX_ERR_PEER_CLOSED : ZX_OK;
    }
    if (status != ZX_OK) {
        // All are gone: those that were in the message already go with it, the others after it.
        for (int others = 0; others < 2; others++) {
            for (int i = 0; i < handle_count; i++) {
                if (good[i] == (others == 0) && handles[i] != M_NONE &&
                    m->handles[handles[i]].in_table) {
                    m_drop(m, handles[i]);
                }
            }
        }
        return status;
    }
    struct m_message *message = &peer->messages[peer->message_count++];
    *message = (struct m_message){.size = size, .seed = seed, .handle_count = handle_count};
    for (int i = 0; i < handle_count; i++) {
        message->handles[i] = handles[i];
        m_take(m, handles[i]);
    }
    m_update(m, peer, 0, ZX_CHANNEL_READABLE);
    return ZX_OK;
}

zx_status_t m_channel_read(struct m_kernel *m, int channel, uint32_t options, uint32_t max_bytes,
                           uint32_t max_handles, struct m_message *message) {
    struct m_object *object;
    zx_status_t status = m_find(m, channel, ZX_OBJ_TYPE_CHANNEL, ZX_RIGHT_READ, &object);
    if (status != ZX_OK) {
        return status;
    }
    if ((options & ~ZX_CHANNEL_READ_MAY_DISCARD) != 0) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    if (object->message_count == 0) {
        return m_peer(m, object) != NULL ? ZX_ERR_SHOULD_WAIT : ZX_ERR_PEER_CLOSED;
    }
    *message = object->messages[0];
    bool fits = message->size <= max_bytes && (uint32_t)message->handle_count <= max_handles;
    if (!fits && options == 0) {
        return ZX_ERR_BUFFER_TOO_SMALL;
    }
    object->message_count--;
    memmove(&object->messages[0], &object->messages[1],
            (size_t)object->message_count * sizeof(object->messages[0]));
    if (object->message_count == 0) {
        m_update(m, object, ZX_CHANNEL_READABLE, 0);
    }
    for (int i = 0; i < message->handle_count; i++) {
        if (fits) {
            m_deliver(m, message->handles[i]);
        } else {
            m_drop(m, message->handles[i]);
        }
    }
    return fits ? ZX_OK : ZX_ERR_BUFFER_TOO_SMALL;
}
