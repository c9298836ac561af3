// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/channel.h"

#include <string.h>

#include "base/invariant.h"
#include "host/park.h"
#include "objects/pair.h"

struct channel_cell;

struct channel {
    struct object object;
    struct channel_cell *cell;
    // under the pair's lock
    struct list messages;
    uint64_t count;
    struct list calls; // of struct channel_waiter: threads that wait for an answer on this end
    uint32_t last_txid;
};

struct channel_cell {
    struct channel ends[2]; // first: their counts keep their places in a free cell
    struct pair pair;
};

SLAB_OBJECTS(channel, sizeof(struct channel_cell));

static struct channel *channel_at(struct object *object) {
    return list_entry(object, struct channel, object);
}

static int end_of(const struct channel *end) {
    return end == &end->cell->ends[1];
}

static struct channel *peer_locked(struct channel *end) {
    int other = !end_of(end);
    return end->cell->pair.open[other] ? &end->cell->ends[other] : NULL;
}

static struct object *channel_peer_locked(struct object *object) {
    struct channel *peer = peer_locked(channel_at(object));
    return peer != NULL ? &peer->object : NULL;
}

static zx_koid_t channel_related_koid(struct object *object) {
    struct channel *end = channel_at(object);
    return end->cell->ends[!end_of(end)].object.koid;
}

static uint64_t channel_count_locked(struct object *object, zx_signals_t signals) {
    uint64_t count = channel_at(object)->count;
    return (signals & ZX_CHANNEL_READABLE) != 0 && count > 0 ? count : 1;
}

zx_status_t channel_new(struct thread *self, struct object **end0, struct object **end1) {
    struct channel_cell *cell = slab_alloc(self, &channel_slab);
    if (cell == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    pair_init(&cell->pair);
    for (int i = 0; i < 2; i++) {
        struct channel *end = &cell->ends[i];
        end->cell = cell;
        end->count = 0;
        end->last_txid = 0;
        list_init(&end->messages);
        list_init(&end->calls);
        object_init(&end->object, &channel_type, &cell->pair.lock, ZX_CHANNEL_WRITABLE);
    }
    *end0 = &cell->ends[0].object;
    *end1 = &cell->ends[1].object;
    return ZX_OK;
}

// --- write and read ---

// Ends a call on `end`.
static void answer_locked(struct thread *self, struct channel_waiter *call, zx_status_t status,
                          struct message *reply) {
    list_remove(&call->node);
    call->status = status;
    call->reply = reply;
    struct thread *thread = call->thread;
    atomic_store_explicit(&call->done, true, memory_order_release);
    park_wake_later(self, thread);
}

static void deliver_locked(struct thread *self, struct channel *end, struct message *message) {
    if (unlikely(!list_is_empty(&end->calls)) && message->size >= sizeof(zx_txid_t)) {
        zx_txid_t txid;
        memcpy(&txid, message_bytes(message), sizeof(txid));
        list_for_each(node, next, &end->calls) {
            struct channel_waiter *call = list_entry(node, struct channel_waiter, node);
            if (call->txid == txid) {
                answer_locked(self, call, ZX_OK, message);
                return;
            }
        }
    }
    list_add_tail(&end->messages, &message->node);
    end->count++;
    object_update_locked(self, &end->object, 0, ZX_CHANNEL_READABLE);
}

zx_status_t channel_write_take(struct thread *self, struct object *object, handle_id id,
                               struct message *message) {
    struct channel *end = channel_at(object);
    struct mutex *lock = object->lock;
    zx_status_t status = ZX_ERR_BAD_HANDLE;
    mutex_lock(self, lock);
    if (likely(handle_is_live(id))) {
        struct channel *peer = peer_locked(end);
        status = peer != NULL ? ZX_OK : ZX_ERR_PEER_CLOSED;
        if (likely(peer != NULL)) {
            deliver_locked(self, peer, message);
        }
    }
    mutex_unlock(self, lock);
    if (unlikely(status != ZX_OK)) {
        message_discard(self, message);
    }
    return status;
}

static zx_status_t reserve_all(struct thread *self, struct handle **slots, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        zx_status_t status = handle_reserve(self, &slots[i]);
        if (unlikely(status != ZX_OK)) {
            while (i > 0) {
                handle_unreserve(self, slots[--i]);
            }
            return status;
        }
    }
    return ZX_OK;
}

zx_status_t channel_read(struct thread *self, struct object *object, handle_id id,
                         struct channel_read *read, struct message **taken, struct handle **slots) {
    struct channel *end = channel_at(object);
    struct mutex *lock = object->lock;
    zx_status_t status = ZX_OK;
    mutex_lock(self, lock);
    if (unlikely(!handle_is_live(id) || list_is_empty(&end->messages))) {
        status = !handle_is_live(id)        ? ZX_ERR_BAD_HANDLE
                 : peer_locked(end) != NULL ? ZX_ERR_SHOULD_WAIT
                                            : ZX_ERR_PEER_CLOSED;
        mutex_unlock(self, lock);
        return status;
    }
    struct message *message = list_entry(end->messages.next, struct message, node);
    read->bytes = message->size;
    read->handles = message->handles;
    if (unlikely(read->bytes > read->max_bytes || read->handles > read->max_handles)) {
        status = ZX_ERR_BUFFER_TOO_SMALL;
    } else {
        // The reader's slots come first: once a message has left the queue, nothing may fail.
        status = reserve_all(self, slots, message->handles);
    }
    bool gone = status == ZX_OK || (status == ZX_ERR_BUFFER_TOO_SMALL && read->may_discard);
    if (likely(gone)) {
        list_remove(&message->node);
        end->count--;
        if (list_is_empty(&end->messages)) {
            object_update_locked(self, object, ZX_CHANNEL_READABLE, 0);
        }
    }
    mutex_unlock(self, lock);
    if (unlikely(status != ZX_OK)) {
        if (gone) {
            message_discard(self, message);
        }
        return status;
    }
    *taken = message;
    return ZX_OK;
}

// --- call ---

static zx_txid_t new_txid_locked(struct channel *end) {
    for (;;) {
        // Ids below 2^31 are the programs' own.
        zx_txid_t txid = ++end->last_txid | 0x80000000u;
        bool used = false;
        list_for_each(node, next, &end->calls) {
            used |= list_entry(node, struct channel_waiter, node)->txid == txid;
        }
        if (likely(!used)) {
            return txid;
        }
    }
}

zx_status_t channel_call_take(struct thread *self, struct object *object, struct message *message,
                              zx_time_t deadline, struct message **reply) {
    struct channel *end = channel_at(object);
    struct channel_waiter *call = &self->call;
    if (call->channel != NULL) {
        message_discard(self, message);
        return ZX_ERR_BAD_STATE;
    }
    call->thread = self;
    call->status = ZX_ERR_TIMED_OUT;
    call->reply = NULL;
    atomic_store_explicit(&call->done, false, memory_order_relaxed);

    mutex_lock(self, object->lock);
    struct channel *peer = peer_locked(end);
    if (likely(peer != NULL)) {
        call->txid = new_txid_locked(end);
        memcpy(message_bytes(message), &call->txid, sizeof(call->txid));
        // The waiter first: the answer may come before we get to wait for it.
        list_add_tail(&end->calls, &call->node);
        deliver_locked(self, peer, message);
    }
    mutex_unlock(self, object->lock);
    if (unlikely(peer == NULL)) {
        message_discard(self, message);
        return ZX_ERR_PEER_CLOSED;
    }
    object_ref(object);
    call->channel = object;
    return channel_call_resume(self, deadline, reply);
}

zx_status_t channel_call_resume(struct thread *self, zx_time_t deadline, struct message **reply) {
    struct channel_waiter *call = &self->call;
    struct object *object = call->channel;
    if (object == NULL) {
        return ZX_ERR_BAD_STATE;
    }
    object_bury_dead(self);
    bool waiting = true;
    while (waiting && !atomic_load_explicit(&call->done, memory_order_acquire)) {
        switch (park(self, deadline, ZX_THREAD_STATE_BLOCKED_CHANNEL)) {
        case PARK_WOKEN:
            break;
        case PARK_TIMED_OUT:
            waiting = false;
            break;
        case PARK_INTERRUPTED:
            if (!atomic_load_explicit(&call->done, memory_order_acquire)) {
                return ZX_ERR_INTERNAL_INTR_RETRY;
            }
            break;
        }
    }
    // An answer may still come between the deadline and the lock; then it counts.
    mutex_lock(self, object->lock);
    zx_status_t status = call->status;
    if (!atomic_load_explicit(&call->done, memory_order_relaxed)) {
        list_remove(&call->node);
    }
    mutex_unlock(self, object->lock);
    *reply = call->reply;
    call->reply = NULL;
    call->channel = NULL;
    object_unref(self, object);
    return status;
}

void channel_call_abandon(struct thread *self) {
    struct message *reply;
    if (self->call.channel != NULL && channel_call_resume(self, 0, &reply) == ZX_OK) {
        message_discard(self, reply);
    }
}

// --- the end of an end ---

static void end_calls_locked(struct thread *self, struct channel *end, zx_status_t status) {
    list_for_each(node, next, &end->calls) {
        answer_locked(self, list_entry(node, struct channel_waiter, node), status, NULL);
    }
}

static void channel_on_zero_handles(struct thread *self, struct object *object) {
    struct channel *end = channel_at(object);
    mutex_lock(self, object->lock);
    end->cell->pair.open[end_of(end)] = false;
    end_calls_locked(self, end, ZX_ERR_CANCELED);
    struct channel *peer = peer_locked(end);
    if (peer != NULL) {
        object_update_locked(self, &peer->object, ZX_CHANNEL_WRITABLE, ZX_CHANNEL_PEER_CLOSED);
        end_calls_locked(self, peer, ZX_ERR_PEER_CLOSED);
    }
    mutex_unlock(self, object->lock);
}

static void channel_destroy(struct thread *self, struct object *object) {
    // No lock: this end has no references left, and the peer no longer writes to a closed end.
    struct channel *end = channel_at(object);
    struct list *node;
    while ((node = list_pop(&end->messages)) != NULL) {
        message_discard(self, list_entry(node, struct message, node));
    }
    if (pair_end_destroyed(&end->cell->pair)) {
        slab_free(self, &channel_slab, end->cell);
    }
}

const struct object_type channel_type = {
    .id = ZX_OBJ_TYPE_CHANNEL,
    .name = "channel",
    .rights = ZX_DEFAULT_CHANNEL_RIGHTS,
    .peer_locked = channel_peer_locked,
    .related_koid = channel_related_koid,
    .count_locked = channel_count_locked,
    .on_zero_handles = channel_on_zero_handles,
    .destroy = channel_destroy,
};
