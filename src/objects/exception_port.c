// Part of libzircon. BSD-3-Clause, see LICENSE.
// A binding belongs to its place, to the list of what its port tells of its end, and to the threads
// that wait for it; the last of them frees it.
#include "objects/exception_port.h"

#include "host/park.h"
#include "objects/thread.h"

struct exception_port {
    _Atomic uint32_t refs;
    struct object *port; // with a reference
    uint64_t key;
    struct port_end end;
    struct exceptionate *place; // of a task that `task` keeps alive
    struct object *task;        // with a reference
    struct list waits;          // of struct exception_wait, under the place's lock
};

struct exception_packet {
    struct port_packet packet;
};

SLAB_TYPE(exception_port, sizeof(struct exception_port));
SLAB_TYPE(exception_packet, sizeof(struct exception_packet));

static void drop(struct thread *self, struct exception_port *bound) {
    if (atomic_fetch_sub(&bound->refs, 1) == 1) {
        object_unref(self, bound->port);
        object_unref(self, bound->task);
        slab_free(self, &exception_port_slab, bound);
    }
}

static void answer(struct thread *self, struct exception_wait *wait, uint32_t what) {
    uint32_t expected = 0;
    if (atomic_compare_exchange_strong(&wait->answer, &expected, what)) {
        park_wake_later(self, wait->thread);
    }
}

// Takes a binding out of its place, if it is there.
static bool unbind(struct thread *self, struct exceptionate *place, struct exception_port *bound) {
    mutex_lock(self, &place->lock);
    bool there = place->port == bound;
    if (there) {
        place->port = NULL;
        list_for_each(node, next, &bound->waits) {
            answer(self, list_entry(node, struct exception_wait, node), EXCEPTION_TRY_NEXT);
        }
    }
    mutex_unlock(self, &place->lock);
    if (there) {
        drop(self, bound);
    }
    return there;
}

// The port has lost its last handle. The list's reference is ours.
static void port_ended(struct thread *self, struct port_end *end) {
    struct exception_port *bound = list_entry(end, struct exception_port, end);
    (void)unbind(self, bound->place, bound);
    drop(self, bound);
}

zx_status_t exceptionate_set_port(struct thread *self, struct exceptionate *place,
                                  struct object *task, struct object *port, uint64_t key) {
    struct exception_port *bound = slab_alloc(self, &exception_port_slab);
    if (bound == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    object_ref(port);
    object_ref(task);
    *bound =
        (struct exception_port){.refs = 2, .port = port, .key = key, .place = place, .task = task};
    bound->end.ended = port_ended;
    list_init(&bound->end.node);
    list_init(&bound->waits);
    zx_status_t status = ZX_OK;
    bool job = place->type == ZX_EXCEPTION_CHANNEL_TYPE_JOB ||
               place->type == ZX_EXCEPTION_CHANNEL_TYPE_JOB_DEBUGGER;
    mutex_lock(self, &place->lock);
    if (place->shut && !job) {
        status = ZX_ERR_NOT_FOUND;
    } else if (place->port != NULL) {
        status = ZX_ERR_ALREADY_BOUND;
    } else {
        place->port = bound;
    }
    mutex_unlock(self, &place->lock);
    if (status != ZX_OK) {
        drop(self, bound);
        drop(self, bound);
    } else if (!port_watch_end(self, port, &bound->end)) {
        port_ended(self, &bound->end);
    }
    return status;
}

zx_status_t exceptionate_reset_port(struct thread *self, struct exceptionate *place) {
    mutex_lock(self, &place->lock);
    struct exception_port *bound = place->port;
    if (bound != NULL) {
        atomic_fetch_add(&bound->refs, 1);
    }
    mutex_unlock(self, &place->lock);
    if (bound == NULL) {
        return ZX_ERR_BAD_STATE;
    }
    bool there = unbind(self, place, bound);
    if (port_unwatch_end(self, bound->port, &bound->end)) {
        drop(self, bound);
    }
    drop(self, bound);
    return there ? ZX_OK : ZX_ERR_BAD_STATE;
}

bool exception_port_begin(struct thread *self, struct exceptionate *place,
                          struct exception_wait *wait) {
    mutex_lock(self, &place->lock);
    wait->port = place->port;
    if (wait->port != NULL) {
        atomic_fetch_add(&wait->port->refs, 1);
        list_add_tail(&wait->port->waits, &wait->node);
    }
    mutex_unlock(self, &place->lock);
    return wait->port != NULL;
}

static void packet_release(struct thread *self, struct port_packet *packet) {
    slab_free(self, &exception_packet_slab, list_entry(packet, struct exception_packet, packet));
}

zx_status_t exception_port_send(struct thread *self, struct exception_wait *wait,
                                zx_excp_type_t type) {
    struct exception_packet *cell = slab_alloc(self, &exception_packet_slab);
    if (cell == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    cell->packet = (struct port_packet){
        .packet =
            {
                .key = wait->port->key,
                .type = type,
                .status = ZX_OK,
                .exception = {.pid = self->process->object.koid, .tid = self->object->object.koid},
            },
        .release = packet_release,
    };
    list_init(&cell->packet.node);
    if (!port_queue(self, wait->port->port, &cell->packet)) {
        // Its end has unbound it, or is about to.
        slab_free(self, &exception_packet_slab, cell);
        answer(self, wait, EXCEPTION_TRY_NEXT);
    }
    return ZX_OK;
}

void exception_port_end(struct thread *self, struct exceptionate *place,
                        struct exception_wait *wait) {
    mutex_lock(self, &place->lock);
    list_remove(&wait->node);
    mutex_unlock(self, &place->lock);
    drop(self, wait->port);
}

zx_status_t exception_answer(struct thread *self, struct thread_object *thread, struct object *port,
                             bool resume) {
    zx_status_t status = ZX_OK;
    mutex_lock(self, &thread->lock);
    struct exception_wait *wait = thread->exception_wait;
    if (wait == NULL) {
        status = ZX_ERR_BAD_STATE;
    } else if (wait->port->port != port) {
        status = ZX_ERR_ACCESS_DENIED;
    } else if (atomic_load(&wait->answer) != 0) {
        status = ZX_ERR_BAD_STATE;
    } else {
        answer(self, wait, resume ? EXCEPTION_RESUME : EXCEPTION_TRY_NEXT);
    }
    mutex_unlock(self, &thread->lock);
    return status;
}
