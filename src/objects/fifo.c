// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/fifo.h"

#include <string.h>

#include "base/invariant.h"
#include "objects/pair.h"

struct fifo_cell;

struct fifo {
    struct object object;
    struct fifo_cell *cell;
    // under the pair's lock: what waits to be read here; the counters only grow
    uint32_t head, tail;
    char *elements;
};

struct fifo_cell {
    struct fifo ends[2]; // first: their counts keep their places in a free cell
    struct pair pair;
    uint32_t count, element_size;
};

SLAB_OBJECTS(fifo, sizeof(struct fifo_cell));
SLAB_TYPE(fifo_ring, 2 * FIFO_BYTES_MAX); // both directions

static struct fifo *fifo_at(struct object *object) {
    return list_entry(object, struct fifo, object);
}

static int end_of(const struct fifo *end) {
    return end == &end->cell->ends[1];
}

static struct fifo *peer_locked(struct fifo *end) {
    int other = !end_of(end);
    return end->cell->pair.open[other] ? &end->cell->ends[other] : NULL;
}

static struct object *fifo_peer_locked(struct object *object) {
    struct fifo *peer = peer_locked(fifo_at(object));
    return peer != NULL ? &peer->object : NULL;
}

static zx_koid_t fifo_related_koid(struct object *object) {
    struct fifo *end = fifo_at(object);
    return end->cell->ends[!end_of(end)].object.koid;
}

zx_status_t fifo_new(struct thread *self, size_t count, size_t element_size, struct object **end0,
                     struct object **end1) {
    if (count == 0 || element_size == 0 || (count & (count - 1)) != 0 || count > FIFO_BYTES_MAX ||
        element_size > FIFO_BYTES_MAX || count * element_size > FIFO_BYTES_MAX) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    struct fifo_cell *cell = slab_alloc(self, &fifo_slab);
    if (cell == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    char *ring = slab_alloc(self, &fifo_ring_slab);
    if (ring == NULL) {
        slab_free(self, &fifo_slab, cell);
        return ZX_ERR_NO_MEMORY;
    }
    cell->count = (uint32_t)count;
    cell->element_size = (uint32_t)element_size;
    pair_init(&cell->pair);
    for (int i = 0; i < 2; i++) {
        struct fifo *end = &cell->ends[i];
        end->cell = cell;
        end->head = end->tail = 0;
        end->elements = ring + i * FIFO_BYTES_MAX;
        object_init(&end->object, &fifo_type, &cell->pair.lock, ZX_FIFO_WRITABLE);
    }
    *end0 = &cell->ends[0].object;
    *end1 = &cell->ends[1].object;
    return ZX_OK;
}

// Copies `count` elements between a ring and straight memory.
static void copy_ring(struct fifo *end, uint32_t at, char *straight, size_t count, bool into) {
    size_t size = end->cell->element_size;
    size_t first = at & (end->cell->count - 1);
    size_t part = end->cell->count - first < count ? end->cell->count - first : count;
    char *ring = end->elements + first * size;
    if (into) {
        memcpy(ring, straight, part * size);
        memcpy(end->elements, straight + part * size, (count - part) * size);
    } else {
        memcpy(straight, ring, part * size);
        memcpy(straight + part * size, end->elements, (count - part) * size);
    }
}

static zx_status_t check_write_locked(struct fifo *end, size_t element_size, size_t count,
                                      struct fifo **peer) {
    *peer = peer_locked(end);
    if (*peer == NULL) {
        return ZX_ERR_PEER_CLOSED;
    }
    if (element_size != end->cell->element_size || count == 0) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    return (*peer)->head - (*peer)->tail == end->cell->count ? ZX_ERR_SHOULD_WAIT : ZX_OK;
}

zx_status_t fifo_write(struct thread *self, struct object *object, size_t element_size,
                       user_in elements, size_t count, size_t *actual) {
    struct fifo *end = fifo_at(object);
    struct fifo *peer;
    char copy[FIFO_BYTES_MAX];
    mutex_lock(self, object->lock);
    zx_status_t status = check_write_locked(end, element_size, count, &peer);
    size_t room = peer != NULL ? end->cell->count - (peer->head - peer->tail) : 0;
    mutex_unlock(self, object->lock);
    if (status != ZX_OK) {
        return status;
    }
    // The room may become more meanwhile, or less; elements are copied for what it is now.
    size_t wanted = count < room ? count : room;
    status = copy_from_user(copy, elements, wanted * element_size);
    if (status != ZX_OK) {
        return status;
    }
    mutex_lock(self, object->lock);
    status = check_write_locked(end, element_size, count, &peer);
    if (status == ZX_OK) {
        room = end->cell->count - (peer->head - peer->tail);
        *actual = wanted < room ? wanted : room;
        copy_ring(peer, peer->head, copy, *actual, true);
        peer->head += (uint32_t)*actual;
        object_update_locked(self, &peer->object, 0, ZX_FIFO_READABLE);
        if (peer->head - peer->tail == end->cell->count) {
            object_update_locked(self, object, ZX_FIFO_WRITABLE, 0);
        }
    }
    mutex_unlock(self, object->lock);
    return status;
}

zx_status_t fifo_read(struct thread *self, struct object *object, size_t element_size,
                      user_out elements, size_t count, size_t *actual) {
    struct fifo *end = fifo_at(object);
    char copy[FIFO_BYTES_MAX];
    if (element_size != end->cell->element_size || count == 0) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    // Elements leave the ring only once they are stored: look at them, store them, and take them if
    // nobody else did meanwhile.
    for (;;) {
        mutex_lock(self, object->lock);
        uint32_t tail = end->tail;
        size_t available = end->head - tail;
        bool closed = peer_locked(end) == NULL;
        *actual = count < available ? count : available;
        copy_ring(end, tail, copy, *actual, false);
        mutex_unlock(self, object->lock);
        if (available == 0) {
            return closed ? ZX_ERR_PEER_CLOSED : ZX_ERR_SHOULD_WAIT;
        }
        zx_status_t status = copy_to_user(elements, copy, *actual * element_size);
        if (status != ZX_OK) {
            return status;
        }
        mutex_lock(self, object->lock);
        bool ours = end->tail == tail;
        if (ours) {
            end->tail += (uint32_t)*actual;
            struct fifo *peer = peer_locked(end);
            if (peer != NULL) {
                object_update_locked(self, &peer->object, 0, ZX_FIFO_WRITABLE);
            }
            if (end->head == end->tail) {
                object_update_locked(self, object, ZX_FIFO_READABLE, 0);
            }
        }
        mutex_unlock(self, object->lock);
        if (ours) {
            return ZX_OK;
        }
    }
}

static void fifo_on_zero_handles(struct thread *self, struct object *object) {
    struct fifo *end = fifo_at(object);
    mutex_lock(self, object->lock);
    end->cell->pair.open[end_of(end)] = false;
    struct fifo *peer = peer_locked(end);
    if (peer != NULL) {
        object_update_locked(self, &peer->object, ZX_FIFO_WRITABLE, ZX_FIFO_PEER_CLOSED);
    }
    mutex_unlock(self, object->lock);
}

static void fifo_destroy(struct thread *self, struct object *object) {
    struct fifo_cell *cell = fifo_at(object)->cell;
    if (pair_end_destroyed(&cell->pair)) {
        slab_free(self, &fifo_ring_slab, cell->ends[0].elements);
        slab_free(self, &fifo_slab, cell);
    }
}

const struct object_type fifo_type = {
    .id = ZX_OBJ_TYPE_FIFO,
    .name = "fifo",
    .rights = ZX_DEFAULT_FIFO_RIGHTS,
    .peer_locked = fifo_peer_locked,
    .related_koid = fifo_related_koid,
    .on_zero_handles = fifo_on_zero_handles,
    .destroy = fifo_destroy,
};
