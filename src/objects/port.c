// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A watch (struct port_watch) is an observer on an object's list and a member of the port's list
// `watches`. Whoever takes it off `watches`, under the port's lock, owns it from then on: a change
// of signals queues it as a packet, a cancellation or the port's end frees it. An owner that came
// from the object holds the object's lock all the while, and the port's end takes that lock before
// it frees the watch; so neither finds it gone.
#include "objects/port.h"

#include <string.h>

#include "base/invariant.h"
#include "host/clock.h"
#include "host/park.h"

struct port {
    struct object object;
    struct mutex object_lock;
    uint32_t options;
    struct mutex lock; // RANK_PORT: all below
    bool closed;       // no handle is left
    uint32_t user_packets;
    struct list packets;
    struct list interrupts; // packets of interrupts, which come first
    struct list watches;
    struct list sleepers; // of struct sleeper
    struct list ends;     // of struct port_end
};

// A thread in port_wait, on its stack.
struct sleeper {
    struct list node;
    struct thread *thread;
    _Atomic uint32_t called; // taken off the list: there was a packet for it
};

struct port_watch {
    struct observer observer;
    struct port_packet packet;
    struct list node;      // on the port's watches
    struct port *port;     // with a reference while on `watches`
    struct object *object; // likewise
    zx_signals_t signals;
    bool timestamp;
};

SLAB_OBJECTS(port, sizeof(struct port));
SLAB_TYPE(port_watch, sizeof(struct port_watch));
SLAB_TYPE_LIMITED(port_packet, sizeof(struct port_packet), PORT_USER_PACKETS_SYSTEM);

static struct port *port_at(struct object *object) {
    return list_entry(object, struct port, object);
}

struct object *port_new(struct thread *self, uint32_t options) {
    struct port *port = slab_alloc(self, &port_slab);
    if (port == NULL) {
        return NULL;
    }
    port->options = options;
    port->closed = false;
    port->user_packets = 0;
    mutex_init(&port->object_lock, RANK_OBJECT);
    mutex_init(&port->lock, RANK_PORT);
    list_init(&port->packets);
    list_init(&port->interrupts);
    list_init(&port->watches);
    list_init(&port->sleepers);
    list_init(&port->ends);
    object_init(&port->object, &port_type, &port->object_lock, 0);
    return &port->object;
}

// --- the queue ---

static void call_sleeper_locked(struct thread *self, struct port *port) {
    struct list *node = list_pop(&port->sleepers);
    if (node != NULL) {
        struct sleeper *sleeper = list_entry(node, struct sleeper, node);
        struct thread *thread = sleeper->thread;
        atomic_store_explicit(&sleeper->called, 1, memory_order_release);
        park_wake_later(self, thread);
    }
}

static void append_locked(struct thread *self, struct port *port, struct port_packet *packet) {
    list_add_tail(&port->packets, &packet->node);
    call_sleeper_locked(self, port);
}

zx_status_t port_queue_user(struct thread *self, struct object *object, handle_id id,
                            const zx_port_packet_t *from) {
    struct port *port = port_at(object);
    struct port_packet *packet = slab_alloc(self, &port_packet_slab);
    if (unlikely(packet == NULL)) {
        return ZX_ERR_NO_MEMORY;
    }
    packet->packet = *from;
    packet->packet.type = ZX_PKT_TYPE_USER;
    packet->handle = 0;
    packet->release = NULL;
    zx_status_t status = ZX_OK;
    mutex_lock(self, &port->lock);
    if (unlikely(!handle_is_live(id) || port->closed)) {
        status = ZX_ERR_BAD_HANDLE;
    } else if (unlikely(port->user_packets >= PORT_USER_PACKETS_MAX)) {
        status = ZX_ERR_SHOULD_WAIT;
    } else {
        port->user_packets++;
        append_locked(self, port, packet);
    }
    mutex_unlock(self, &port->lock);
    if (unlikely(status != ZX_OK)) {
        slab_free(self, &port_packet_slab, packet);
    }
    return status;
}

bool port_queue(struct thread *self, struct object *object, struct port_packet *packet) {
    struct port *port = port_at(object);
    mutex_lock(self, &port->lock);
    bool open = !port->closed;
    if (open && !list_is_linked(&packet->node)) {
        append_locked(self, port, packet);
    }
    mutex_unlock(self, &port->lock);
    return open;
}

bool port_takes_interrupts(struct object *object) {
    return port_at(object)->options == ZX_PORT_BIND_TO_INTERRUPT;
}

bool port_queue_interrupt(struct thread *self, struct object *object, struct port_packet *packet,
                          zx_time_t timestamp) {
    struct port *port = port_at(object);
    mutex_lock(self, &port->lock);
    bool queued = list_is_linked(&packet->node);
    if (!queued) {
        packet->packet.interrupt.timestamp = timestamp;
        list_add_tail(&port->interrupts, &packet->node);
        call_sleeper_locked(self, port);
    }
    mutex_unlock(self, &port->lock);
    return !queued;
}

bool port_unqueue(struct thread *self, struct object *object, struct port_packet *packet) {
    struct port *port = port_at(object);
    mutex_lock(self, &port->lock);
    bool queued = list_is_linked(&packet->node);
    if (queued) {
        list_remove(&packet->node);
    }
    mutex_unlock(self, &port->lock);
    return queued;
}

static void release(struct thread *self, struct port_packet *packet) {
    if (packet->release == NULL) {
        slab_free(self, &port_packet_slab, packet);
    } else {
        packet->release(self, packet);
    }
}

// Takes the first packet out; false if there is none. An interrupt's packet is copied to `out` at
// once, since it is the interrupt's again from now on, and `packet` is null.
static bool take_locked(struct port *port, struct port_packet **packet, zx_port_packet_t *out) {
    struct list *node = list_pop(&port->interrupts);
    if (unlikely(node != NULL)) {
        *out = list_entry(node, struct port_packet, node)->packet;
        *packet = NULL;
        return true;
    }
    node = list_pop(&port->packets);
    if (node == NULL) {
        return false;
    }
    *packet = list_entry(node, struct port_packet, node);
    if ((*packet)->release == NULL) {
        port->user_packets--;
    }
    return true;
}

static zx_status_t give(struct thread *self, struct port_packet *packet, zx_port_packet_t *out) {
    if (likely(packet != NULL)) {
        *out = packet->packet;
        release(self, packet);
    }
    return ZX_OK;
}

// Waits with a reference to the port. A packet may be taken by a thread that comes along before one
// that was called for it; then that one sleeps again.
static zx_status_t wait_for_packet(struct thread *self, struct port *port, zx_time_t deadline,
                                   struct port_packet **packet, zx_port_packet_t *out) {
    struct sleeper sleeper = {.thread = self};
    enum park_result result = PARK_WOKEN;
    bool taken;
    list_init(&sleeper.node);
    mutex_lock(self, &port->lock);
    while (!(taken = take_locked(port, packet, out)) && result == PARK_WOKEN) {
        atomic_store_explicit(&sleeper.called, 0, memory_order_relaxed);
        list_add_tail(&port->sleepers, &sleeper.node);
        mutex_unlock(self, &port->lock);
        object_bury_dead(self);
        while (!atomic_load_explicit(&sleeper.called, memory_order_acquire) &&
               result == PARK_WOKEN) {
            result = park(self, deadline, ZX_THREAD_STATE_BLOCKED_PORT);
        }
        mutex_lock(self, &port->lock);
        // After a deadline or an interruption: nobody shall call us any more. If somebody has, for
        // a packet, the loop's condition takes it.
        list_remove(&sleeper.node);
    }
    mutex_unlock(self, &port->lock);
    return taken ? ZX_OK : result == PARK_TIMED_OUT ? ZX_ERR_TIMED_OUT : ZX_ERR_INTERNAL_INTR_RETRY;
}

zx_status_t port_wait(struct thread *self, struct object *object, handle_id id, zx_time_t deadline,
                      zx_port_packet_t *out) {
    struct port *port = port_at(object);
    mutex_lock(self, &port->lock);
    if (unlikely(!handle_is_live(id))) {
        mutex_unlock(self, &port->lock);
        return ZX_ERR_BAD_HANDLE;
    }
    struct port_packet *packet;
    bool taken = take_locked(port, &packet, out);
    bool sleep = !taken && deadline > 0;
    if (unlikely(sleep)) {
        object_ref(object);
    }
    mutex_unlock(self, &port->lock);
    zx_status_t status = taken ? ZX_OK : ZX_ERR_TIMED_OUT;
    if (unlikely(sleep)) {
        status = wait_for_packet(self, port, deadline, &packet, out);
        object_unref(self, object);
    }
    return likely(status == ZX_OK) ? give(self, packet, out) : status;
}

// --- watches ---

// The watch leaves the port. The caller owns it then, and must drop its references.
static bool disown_locked(struct port_watch *watch) {
    if (!list_is_linked(&watch->node)) {
        return false; // the port's end has it
    }
    list_remove(&watch->node);
    return true;
}

static void drop_references(struct thread *self, struct port_watch *watch) {
    object_unref(self, watch->object);
    object_unref(self, &watch->port->object);
}

static void free_watch(struct thread *self, struct port_packet *packet) {
    slab_free(self, &port_watch_slab, list_entry(packet, struct port_watch, packet));
}

// Queues the packet of a watch whose signals are set, under the object's lock.
static void fire(struct thread *self, struct port_watch *watch, zx_signals_t signals,
                 uint64_t count) {
    struct port *port = watch->port;
    struct object *object = watch->object;
    watch->packet.packet.signal.observed = signals;
    watch->packet.packet.signal.count = count;
    if (watch->timestamp) {
        watch->packet.packet.signal.timestamp = (uint64_t)clock_monotonic();
    }
    mutex_lock(self, &port->lock);
    // Of a closed port nobody reads packets: its end, which is under way, frees the watch.
    bool ours = !port->closed && disown_locked(watch);
    if (ours) {
        append_locked(self, port, &watch->packet);
    }
    mutex_unlock(self, &port->lock);
    // From here on a reader may have freed the watch.
    if (ours) {
        object_unref(self, object);
        object_unref(self, &port->object);
    }
}

static void watch_changed(struct thread *self, struct observer *observer, zx_signals_t signals) {
    struct port_watch *watch = list_entry(observer, struct port_watch, observer);
    if ((signals & watch->signals) != 0) {
        list_remove(&observer->node);
        fire(self, watch, signals, 1);
    }
}

static void watch_cancelled(struct thread *self, struct observer *observer) {
    struct port_watch *watch = list_entry(observer, struct port_watch, observer);
    list_remove(&observer->node);
    struct port *port = watch->port;
    mutex_lock(self, &port->lock);
    bool ours = disown_locked(watch);
    mutex_unlock(self, &port->lock);
    if (ours) {
        drop_references(self, watch);
        slab_free(self, &port_watch_slab, watch);
    }
}

static bool watch_cancel_key(struct thread *self, struct observer *observer, const void *port,
                             uint64_t key) {
    struct port_watch *watch = list_entry(observer, struct port_watch, observer);
    if (watch->port != port || watch->packet.packet.key != key) {
        return false;
    }
    watch_cancelled(self, observer);
    return true;
}

static const struct observer_type watch_observer = {
    .changed = watch_changed,
    .cancelled = watch_cancelled,
    .cancel_key = watch_cancel_key,
};

zx_status_t port_watch(struct thread *self, struct object *port_object, struct object *object,
                       handle_id handle, uint64_t key, zx_signals_t signals, bool timestamp) {
    struct port *port = port_at(port_object);
    if (!object_is_waitable(object)) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    struct port_watch *watch = slab_alloc(self, &port_watch_slab);
    if (watch == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    memset(watch, 0, sizeof(*watch));
    watch->observer.type = &watch_observer;
    watch->observer.handle = handle;
    list_init(&watch->observer.node);
    list_init(&watch->packet.node);
    watch->packet.packet.key = key;
    watch->packet.packet.type = ZX_PKT_TYPE_SIGNAL_ONE;
    watch->packet.packet.signal.trigger = signals;
    watch->packet.handle = handle;
    watch->packet.release = free_watch;
    watch->port = port;
    watch->object = object;
    watch->signals = signals;
    watch->timestamp = timestamp;
    object_ref(object);
    object_ref(port_object);

    mutex_lock(self, object->lock);
    mutex_lock(self, &port->lock);
    bool open = !port->closed;
    if (open) {
        list_add_tail(&port->watches, &watch->node);
    }
    mutex_unlock(self, &port->lock);
    if (likely(open)) {
        zx_signals_t now = atomic_load_explicit(&object->signals, memory_order_relaxed);
        if ((now & signals) != 0) {
            uint64_t count = object->type->count_locked != NULL
                                 ? object->type->count_locked(object, signals)
                                 : 1;
            fire(self, watch, now, count);
        } else {
            list_add_head(&object->observers, &watch->observer.node);
        }
    }
    mutex_unlock(self, object->lock);
    if (unlikely(!open)) {
        drop_references(self, watch);
        slab_free(self, &port_watch_slab, watch);
        return ZX_ERR_BAD_HANDLE; // as if the port had been closed before the call
    }
    if (unlikely(!handle_is_still(handle))) {
        object_cancel(self, object, handle); // closed in the meantime, perhaps unseen by the closer
    }
    return ZX_OK;
}

zx_status_t port_cancel(struct thread *self, struct object *port_object, struct object *object,
                        handle_id handle, uint64_t key) {
    struct port *port = port_at(port_object);
    if (!object_is_waitable(object)) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    bool found = false;
    mutex_lock(self, object->lock);
    list_for_each(node, next, &object->observers) {
        struct observer *observer = list_entry(node, struct observer, node);
        if (observer->handle == handle && observer->type->cancel_key != NULL) {
            found |= observer->type->cancel_key(self, observer, port, key);
        }
    }
    mutex_unlock(self, object->lock);

    struct list removed;
    list_init(&removed);
    mutex_lock(self, &port->lock);
    list_for_each(node, next, &port->packets) {
        struct port_packet *packet = list_entry(node, struct port_packet, node);
        if (packet->handle == handle && packet->packet.key == key) {
            list_remove(node);
            list_add_tail(&removed, node);
        }
    }
    mutex_unlock(self, &port->lock);
    struct list *node;
    while ((node = list_pop(&removed)) != NULL) {
        release(self, list_entry(node, struct port_packet, node));
        found = true;
    }
    return found ? ZX_OK : ZX_ERR_NOT_FOUND;
}

// --- the end ---

bool port_watch_end(struct thread *self, struct object *object, struct port_end *end) {
    struct port *port = port_at(object);
    mutex_lock(self, &port->lock);
    bool open = !port->closed;
    if (open) {
        list_add_tail(&port->ends, &end->node);
    }
    mutex_unlock(self, &port->lock);
    return open;
}

bool port_unwatch_end(struct thread *self, struct object *object, struct port_end *end) {
    struct port *port = port_at(object);
    mutex_lock(self, &port->lock);
    bool there = list_is_linked(&end->node);
    if (there) {
        list_remove(&end->node);
    }
    mutex_unlock(self, &port->lock);
    return there;
}

static void port_on_zero_handles(struct thread *self, struct object *object) {
    struct port *port = port_at(object);
    struct list *node;
    mutex_lock(self, object->lock); // for users of handle_lock
    mutex_unlock(self, object->lock);
    mutex_lock(self, &port->lock);
    port->closed = true;
    while ((node = list_pop(&port->packets)) != NULL) {
        struct port_packet *packet = list_entry(node, struct port_packet, node);
        if (packet->release == NULL) {
            port->user_packets--;
        }
        mutex_unlock(self, &port->lock);
        release(self, packet);
        mutex_lock(self, &port->lock);
    }
    while ((node = list_pop(&port->watches)) != NULL) {
        // Ours now; whoever holds the object's lock may still look at it.
        struct port_watch *watch = list_entry(node, struct port_watch, node);
        mutex_unlock(self, &port->lock);
        mutex_lock(self, watch->object->lock);
        list_remove(&watch->observer.node);
        mutex_unlock(self, watch->object->lock);
        drop_references(self, watch);
        slab_free(self, &port_watch_slab, watch);
        mutex_lock(self, &port->lock);
    }
    while ((node = list_pop(&port->ends)) != NULL) {
        struct port_end *end = list_entry(node, struct port_end, node);
        mutex_unlock(self, &port->lock);
        end->ended(self, end);
        mutex_lock(self, &port->lock);
    }
    mutex_unlock(self, &port->lock);
}

static void port_destroy(struct thread *self, struct object *object) {
    slab_free(self, &port_slab, port_at(object));
}

const struct object_type port_type = {
    .id = ZX_OBJ_TYPE_PORT,
    .name = "port",
    .rights = ZX_DEFAULT_PORT_RIGHTS,
    .on_zero_handles = port_on_zero_handles,
    .destroy = port_destroy,
};
