// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/event.h"

#include "objects/pair.h"

struct event {
    struct object object;
    struct mutex lock;
};

struct eventpair_cell;

struct eventpair {
    struct object object;
    struct eventpair_cell *cell;
};

struct eventpair_cell {
    struct eventpair ends[2]; // first: their counts keep their places in a free cell
    struct pair pair;
};

SLAB_OBJECTS(event, sizeof(struct event));
SLAB_OBJECTS(eventpair, sizeof(struct eventpair_cell));

// --- event ---

static void event_destroy(struct thread *self, struct object *object) {
    slab_free(self, &event_slab, object_as(event, object));
}

const struct object_type event_type = {
    .id = ZX_OBJ_TYPE_EVENT,
    .name = "event",
    .rights = ZX_DEFAULT_EVENT_RIGHTS,
    .user_signals = ZX_USER_SIGNAL_ALL | ZX_EVENT_SIGNALED,
    .destroy = event_destroy,
};

struct object *event_new(struct thread *self) {
    struct event *event = slab_alloc(self, &event_slab);
    if (event == NULL) {
        return NULL;
    }
    mutex_init(&event->lock, RANK_OBJECT);
    object_init(&event->object, &event_type, &event->lock, 0);
    return &event->object;
}

// --- eventpair ---

static int end_of(struct eventpair *end) {
    return end == &end->cell->ends[1];
}

static struct eventpair *eventpair_at(struct object *object) {
    return list_entry(object, struct eventpair, object);
}

static struct object *eventpair_peer_locked(struct object *object) {
    struct eventpair *end = eventpair_at(object);
    int other = !end_of(end);
    return end->cell->pair.open[other] ? &end->cell->ends[other].object : NULL;
}

static zx_koid_t eventpair_related_koid(struct object *object) {
    struct eventpair *end = eventpair_at(object);
    return end->cell->ends[!end_of(end)].object.koid;
}

static void eventpair_on_zero_handles(struct thread *self, struct object *object) {
    struct eventpair *end = eventpair_at(object);
    mutex_lock(self, object->lock);
    end->cell->pair.open[end_of(end)] = false;
    struct object *peer = eventpair_peer_locked(object);
    if (peer != NULL) {
        object_update_locked(self, peer, 0, ZX_EVENTPAIR_PEER_CLOSED);
    }
    mutex_unlock(self, object->lock);
}

static void eventpair_destroy(struct thread *self, struct object *object) {
    struct eventpair_cell *cell = eventpair_at(object)->cell;
    if (pair_end_destroyed(&cell->pair)) {
        slab_free(self, &eventpair_slab, cell);
    }
}

const struct object_type eventpair_type = {
    .id = ZX_OBJ_TYPE_EVENTPAIR,
    .name = "eventpair",
    .rights = ZX_DEFAULT_EVENTPAIR_RIGHTS,
    .user_signals = ZX_USER_SIGNAL_ALL | ZX_EVENT_SIGNALED,
    .peer_locked = eventpair_peer_locked,
    .related_koid = eventpair_related_koid,
    .on_zero_handles = eventpair_on_zero_handles,
    .destroy = eventpair_destroy,
};

zx_status_t eventpair_new(struct thread *self, struct object **end0, struct object **end1) {
    struct eventpair_cell *cell = slab_alloc(self, &eventpair_slab);
    if (cell == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    pair_init(&cell->pair);
    for (int i = 0; i < 2; i++) {
        cell->ends[i].cell = cell;
        object_init(&cell->ends[i].object, &eventpair_type, &cell->pair.lock, 0);
    }
    *end0 = &cell->ends[0].object;
    *end1 = &cell->ends[1].object;
    return ZX_OK;
}
