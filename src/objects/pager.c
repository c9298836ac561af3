// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/pager.h"

#include "base/invariant.h"
#include "host/frames.h"
#include "host/park.h"
#include "objects/port.h"
#include "vm/page_source.h"

struct pager {
    struct object object;
    struct mutex lock;   // the object's
    struct list sources; // of struct pager_source, each with a reference; under the lock
    bool closed;
};

// What one VMO asks its pager for. One packet of it is in the port at a time.
//
// Under its own lock, which comes after that of the VMO's tree: the port calls back without any.
struct pager_source {
    struct page_source source;
    struct mutex lock;     // RANK_PAGER
    _Atomic uint32_t refs; // of the VMO, the pager, each request that is waited for, and the packet
    struct pager *pager;   // with a reference
    struct list node;      // on the pager's list
    struct object *port;   // with a reference
    uint64_t key;
    struct mutex *tree;        // of the VMO
    struct list requests;      // main ones, which the port was told of or will be
    struct list waiting;       // of struct page_request, by `queued`: those it will be told of
    struct page_request *told; // whose packet is on its way; may be over
    struct port_packet packet;
    bool busy; // the packet is in use
    bool detached, complete_waits, complete_told;
    bool gone; // the VMO is
};

SLAB_OBJECTS(pager, sizeof(struct pager));
SLAB_TYPE(pager_source, sizeof(struct pager_source));

static struct pager *pager_at(struct object *object) {
    return list_entry(object, struct pager, object);
}

static struct pager_source *source_at(struct page_source *source) {
    return list_entry(source, struct pager_source, source);
}

static struct page_request *request_at(struct list *node) {
    return list_entry(node, struct page_request, node);
}

static void source_ref(struct pager_source *source) {
    atomic_fetch_add_explicit(&source->refs, 1, memory_order_relaxed);
}

// Not under a lock, but that of a tree: the pager and the port are buried later.
static void source_unref(struct thread *self, struct pager_source *source) {
    if (atomic_fetch_sub_explicit(&source->refs, 1, memory_order_acq_rel) == 1) {
        object_unref(self, source->port);
        object_unref(self, &source->pager->object);
        slab_free(self, &pager_source_slab, source);
    }
}

// --- packets ---

// Sends the next packet, if none is on its way: the oldest request that was not told, or at last
// that there are no more.
static void tell_locked(struct thread *self, struct pager_source *source) {
    if (source->busy) {
        return;
    }
    zx_packet_page_request_t what = {.command = ZX_PAGER_VMO_READ};
    struct list *node = list_pop(&source->waiting);
    if (node != NULL) {
        struct page_request *request = list_entry(node, struct page_request, queued);
        source->told = request;
        what.offset = request->page << FRAME_SHIFT;
        what.length = request->count << FRAME_SHIFT;
    } else if (source->complete_waits) {
        source->complete_waits = false;
        source->complete_told = true;
        source->told = NULL;
        what.command = ZX_PAGER_VMO_COMPLETE;
    } else {
        return;
    }
    source->busy = true;
    source->packet.packet = (zx_port_packet_t){
        .key = source->key,
        .type = ZX_PKT_TYPE_PAGE_REQUEST,
        .status = ZX_OK,
        .page_request = what,
    };
    source_ref(source);
    if (!port_queue(self, source->port, &source->packet)) {
        // As if all were queued, and nobody answered.
        atomic_fetch_sub_explicit(&source->refs, 1, memory_order_relaxed);
        source->busy = source->complete_waits = false;
        source->told = NULL;
    }
}

// With the VMO and its last packet, its pager forgets it.
static bool is_over_locked(const struct pager_source *source) {
    return source->gone && !source->busy && !source->complete_waits;
}

static void leave_pager(struct thread *self, struct pager_source *source) {
    mutex_lock(self, &source->pager->lock);
    bool linked = list_is_linked(&source->node);
    if (linked) {
        list_remove(&source->node);
    }
    mutex_unlock(self, &source->pager->lock);
    if (linked) {
        source_unref(self, source);
    }
}

static void release_packet(struct thread *self, struct port_packet *packet) {
    struct pager_source *source = list_entry(packet, struct pager_source, packet);
    mutex_lock(self, &source->lock);
    source->busy = false;
    source->told = NULL;
    tell_locked(self, source);
    bool over = is_over_locked(source);
    mutex_unlock(self, &source->lock);
    if (over) {
        leave_pager(self, source);
    }
    source_unref(self, source);
}

// The packet comes back if the port has it still.
static bool take_packet_locked(struct thread *self, struct pager_source *source) {
    if (!source->busy || !port_unqueue(self, source->port, &source->packet)) {
        return false;
    }
    source->busy = false;
    source->told = NULL;
    atomic_fetch_sub_explicit(&source->refs, 1, memory_order_relaxed); // not the last
    return true;
}

// Nobody needs the answer any more.
static void untell_locked(struct thread *self, struct pager_source *source,
                          struct page_request *request) {
    if (list_is_linked(&request->queued)) {
        list_remove(&request->queued);
    } else if (source->told == request) {
        source->told = NULL;
        if (take_packet_locked(self, source)) {
            tell_locked(self, source);
        }
    }
}

// --- requests ---

// From the moment that it is done a request's memory is its thread's again.
static void end_one(struct thread *self, struct page_request *request, zx_status_t status) {
    struct thread *thread = request->thread;
    request->status = status;
    atomic_store_explicit(&request->done, true, memory_order_release);
    park_wake_later(self, thread);
}

static void end_locked(struct thread *self, struct pager_source *source,
                       struct page_request *request, zx_status_t status) {
    untell_locked(self, source, request);
    list_remove(&request->node);
    struct list *node;
    while ((node = list_pop(&request->followers)) != NULL) {
        end_one(self, request_at(node), status);
    }
    end_one(self, request, status);
}

static zx_status_t begin_locked(struct thread *self, struct page_source *base,
                                struct page_request *request) {
    struct pager_source *source = source_at(base);
    zx_status_t status = ZX_ERR_SHOULD_WAIT;
    request->source = base;
    request->thread = self;
    request->status = ZX_OK;
    request->main = NULL;
    atomic_store(&request->done, false);
    list_init(&request->node);
    list_init(&request->queued);
    list_init(&request->followers);
    mutex_lock(self, &source->lock);
    if (source->detached) {
        status = ZX_ERR_NOT_FOUND;
    } else {
        // It follows one that has its first page, or ends where another begins.
        list_for_each(node, next, &source->requests) {
            struct page_request *other = request_at(node);
            if (request->page >= other->page && request->page < other->page + other->count) {
                request->main = other;
                break;
            }
            if (other->page > request->page && other->page - request->page < request->count) {
                request->count = other->page - request->page;
            }
        }
        if (request->main != NULL) {
            list_add_tail(&request->main->followers, &request->node);
        } else {
            request->pending = request->count;
            list_add_tail(&source->requests, &request->node);
            list_add_tail(&source->waiting, &request->queued);
            tell_locked(self, source);
        }
        source_ref(source);
    }
    mutex_unlock(self, &source->lock);
    return status;
}

// The first follower takes the place of a request whose thread gives up.
static void replace_locked(struct pager_source *source, struct page_request *request) {
    struct page_request *heir = request_at(list_pop(&request->followers));
    heir->page = request->page;
    heir->count = request->count;
    heir->pending = request->pending;
    heir->main = NULL;
    struct list *node;
    while ((node = list_pop(&request->followers)) != NULL) {
        request_at(node)->main = heir;
        list_add_tail(&heir->followers, node);
    }
    list_add_tail(&request->node, &heir->node);
    list_remove(&request->node);
    if (list_is_linked(&request->queued)) {
        list_add_tail(&request->queued, &heir->queued);
        list_remove(&request->queued);
    } else if (source->told == request) {
        source->told = heir;
    }
}

// The thread stops waiting, unless the request is over.
static void give_up(struct thread *self, struct pager_source *source,
                    struct page_request *request) {
    mutex_lock(self, &source->lock);
    if (!atomic_load(&request->done)) {
        if (request->main != NULL) {
            list_remove(&request->node);
        } else if (!list_is_empty(&request->followers)) {
            replace_locked(source, request);
        } else {
            list_remove(&request->node);
            untell_locked(self, source, request);
        }
    }
    mutex_unlock(self, &source->lock);
}

static zx_status_t finish(struct thread *self, struct page_request *request) {
    struct pager_source *source = source_at(request->source);
    object_bury_dead(self);
    zx_status_t status = ZX_OK;
    while (!atomic_load_explicit(&request->done, memory_order_acquire)) {
        if (park(self, ZX_TIME_INFINITE, ZX_THREAD_STATE_BLOCKED_PAGER) == PARK_INTERRUPTED) {
            give_up(self, source, request);
            status = ZX_ERR_INTERNAL_INTR_RETRY;
            break;
        }
    }
    if (atomic_load_explicit(&request->done, memory_order_acquire)) {
        status = request->status;
    }
    source_unref(self, source);
    return status;
}

// Pages have come, or are not wanted any more.
static void supplied_locked(struct thread *self, struct page_source *base, uint64_t page,
                            uint64_t count) {
    struct pager_source *source = source_at(base);
    mutex_lock(self, &source->lock);
    list_for_each(node, next, &source->requests) {
        struct page_request *request = request_at(node);
        uint64_t from = page > request->page ? page : request->page;
        uint64_t end = request->page + request->count;
        end = page + count < end ? page + count : end;
        if (from < end) {
            uint64_t filled = end - from;
            if (filled < request->pending) {
                request->pending -= filled;
            } else {
                end_locked(self, source, request, ZX_OK);
            }
        }
    }
    mutex_unlock(self, &source->lock);
}

// Under the tree's lock.
static void detach_locked(struct thread *self, struct page_source *base) {
    struct pager_source *source = source_at(base);
    mutex_lock(self, &source->lock);
    if (!source->detached) {
        source->detached = base->detached = true;
        while (!list_is_empty(&source->requests)) {
            end_locked(self, source, request_at(source->requests.next), ZX_OK);
        }
        source->complete_waits = true;
        tell_locked(self, source);
    }
    mutex_unlock(self, &source->lock);
}

// The VMO is gone. The pager learns it from the port.
static void vmo_gone(struct thread *self, struct page_source *base) {
    struct pager_source *source = source_at(base);
    mutex_lock(self, source->tree);
    detach_locked(self, base);
    mutex_unlock(self, source->tree);
    mutex_lock(self, &source->lock);
    source->gone = true;
    bool over = is_over_locked(source);
    mutex_unlock(self, &source->lock);
    if (over) {
        leave_pager(self, source);
    }
    source_unref(self, source);
}

static const struct page_source_type source_type = {
    .begin_locked = begin_locked,
    .finish = finish,
    .supplied_locked = supplied_locked,
    .gone = vmo_gone,
};

// --- pagers ---

struct object *pager_new(struct thread *self) {
    struct pager *pager = slab_alloc(self, &pager_slab);
    if (pager == NULL) {
        return NULL;
    }
    mutex_init(&pager->lock, RANK_OBJECT);
    list_init(&pager->sources);
    pager->closed = false;
    object_init(&pager->object, &pager_type, &pager->lock, 0);
    return &pager->object;
}

zx_status_t pager_new_vmo(struct thread *self, struct object *object, struct object *port,
                          uint64_t key, uint64_t size, bool resizable, struct vmo **out) {
    struct pager *pager = pager_at(object);
    zx_status_t status = vmo_new(self, size, resizable, out);
    if (status != ZX_OK) {
        return status;
    }
    struct pager_source *source = slab_alloc(self, &pager_source_slab);
    if (source == NULL) {
        object_unref(self, &(*out)->object);
        return ZX_ERR_NO_MEMORY;
    }
    *source = (struct pager_source){.source = {.type = &source_type},
                                    .pager = pager,
                                    .port = port,
                                    .key = key,
                                    .tree = (*out)->cow.lock,
                                    .packet = {.release = release_packet}};
    mutex_init(&source->lock, RANK_PAGER);
    list_init(&source->node);
    list_init(&source->requests);
    list_init(&source->waiting);
    list_init(&source->packet.node);
    object_ref(object);
    object_ref(port);
    atomic_store(&source->refs, 2);
    mutex_lock(self, &pager->lock);
    bool closed = pager->closed;
    if (!closed) {
        list_add_tail(&pager->sources, &source->node);
    }
    mutex_unlock(self, &pager->lock);
    (*out)->pager_koid = object->koid;
    mutex_lock(self, source->tree);
    (*out)->cow.source = &source->source;
    if (closed) {
        detach_locked(self, &source->source);
    }
    mutex_unlock(self, source->tree);
    if (closed) {
        source_unref(self, source);
    }
    return ZX_OK;
}

zx_status_t pager_check(struct object *pager, struct vmo *vmo) {
    return vmo->pager_koid == pager->koid ? ZX_OK : ZX_ERR_INVALID_ARGS;
}

void pager_abandon_vmo(struct thread *self, struct vmo *vmo) {
    struct pager_source *source = source_at(vmo->cow.source);
    mutex_lock(self, vmo->cow.lock);
    mutex_lock(self, &source->lock);
    source->detached = source->source.detached = true;
    mutex_unlock(self, &source->lock);
    mutex_unlock(self, vmo->cow.lock);
}

void pager_detach(struct thread *self, struct vmo *vmo) {
    mutex_lock(self, vmo->cow.lock);
    detach_locked(self, vmo->cow.source);
    mutex_unlock(self, vmo->cow.lock);
}

static void pager_on_zero_handles(struct thread *self, struct object *object) {
    struct pager *pager = pager_at(object);
    mutex_lock(self, &pager->lock);
    pager->closed = true;
    struct list *node;
    while ((node = list_pop(&pager->sources)) != NULL) {
        struct pager_source *source = list_entry(node, struct pager_source, node);
        mutex_unlock(self, &pager->lock);
        mutex_lock(self, source->tree);
        detach_locked(self, &source->source);
        mutex_unlock(self, source->tree);
        // Nobody is left who would want to know that no more requests come.
        mutex_lock(self, &source->lock);
        source->complete_waits = false;
        if (source->complete_told) {
            (void)take_packet_locked(self, source);
        }
        mutex_unlock(self, &source->lock);
        source_unref(self, source);
        mutex_lock(self, &pager->lock);
    }
    mutex_unlock(self, &pager->lock);
}

static void pager_destroy(struct thread *self, struct object *object) {
    slab_free(self, &pager_slab, pager_at(object));
}

const struct object_type pager_type = {
    .id = ZX_OBJ_TYPE_PAGER,
    .name = "pager",
    .rights = ZX_DEFAULT_PAGER_RIGHTS,
    .on_zero_handles = pager_on_zero_handles,
    .destroy = pager_destroy,
};

// --- pages ---

// Can all of a range be taken from a VMO?
static zx_status_t check_take_locked(struct thread *self, struct vmo *aux, uint64_t page,
                                     uint64_t count) {
    struct cow *cow = &aux->cow;
    if (cow->kind == COW_PHYSICAL) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    if (page > cow->size || count > cow->size - page) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    if (cow->parent != NULL || cow->source != NULL || cow->mapping_count != 0 ||
        !list_is_empty(&cow->children) || cow->contiguous || cow_is_pinned(cow, page, count)) {
        return ZX_ERR_BAD_STATE;
    }
    for (uint64_t done = 0; done < count;) {
        struct cow_place place;
        cow_find(self, cow, page + done, count - done, &place);
        if (place.what != PAGE_FRAME) {
            return ZX_ERR_BAD_STATE;
        }
        done += place.count;
    }
    return ZX_OK;
}

static zx_status_t give_locked(struct thread *self, struct cow *to, uint64_t page, uint64_t count,
                               struct cow *from, uint64_t from_page) {
    if (page > to->size || count > to->size - page) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    for (uint64_t done = 0; done < count;) {
        struct cow_place place, taken;
        cow_find(self, to, page + done, count - done, &place);
        cow_find(self, from, from_page + done, place.count, &taken);
        uint64_t filled = 0;
        while (place.what == PAGE_OWED && filled < taken.count) {
            if (!cow_put(self, to, page + done + filled, taken.frame + filled)) {
                break;
            }
            filled++;
        }
        if (filled != 0) {
            cow_range_changed(to, page + done, filled);
            to->source->type->supplied_locked(self, to->source, page + done, filled);
        }
        if (place.what == PAGE_OWED && filled < taken.count) {
            return ZX_ERR_NO_MEMORY;
        }
        done += taken.count;
    }
    return ZX_OK;
}

zx_status_t pager_supply(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size,
                         struct vmo *aux, uint64_t aux_offset) {
    uint64_t page = offset >> FRAME_SHIFT, count = size >> FRAME_SHIFT;
    uint64_t from = aux_offset >> FRAME_SHIFT;
    struct mutex *a = vmo->cow.lock, *b = aux->cow.lock;
    struct mutex *first = a < b ? a : b, *second = a < b ? b : a;
    mutex_lock(self, first);
    if (first != second) {
        mutex_lock_twin(self, second);
    }
    zx_status_t status = check_take_locked(self, aux, from, count);
    if (status == ZX_OK && count != 0) {
        status = give_locked(self, &vmo->cow, page, count, &aux->cow, from);
        cow_disown(self, &aux->cow, from, count); // gone in any case
    }
    if (first != second) {
        mutex_unlock(self, second);
    }
    mutex_unlock(self, first);
    return status;
}

zx_status_t pager_fail(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size,
                       zx_status_t error) {
    uint64_t page = offset >> FRAME_SHIFT, count = size >> FRAME_SHIFT;
    zx_status_t status = ZX_OK;
    mutex_lock(self, vmo->cow.lock);
    struct pager_source *source = source_at(vmo->cow.source);
    if (page > vmo->cow.size || count > vmo->cow.size - page) {
        status = ZX_ERR_OUT_OF_RANGE;
    } else {
        mutex_lock(self, &source->lock);
        list_for_each(node, next, &source->requests) {
            struct page_request *request = request_at(node);
            if (page < request->page + request->count && request->page < page + count) {
                end_locked(self, source, request, error);
            }
        }
        mutex_unlock(self, &source->lock);
    }
    mutex_unlock(self, vmo->cow.lock);
    return status;
}
