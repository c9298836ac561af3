// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// States: IDLE; WAITING, a thread sleeps; TRIGGERED, it fired and nobody took it; NEEDACK, somebody
// did; DESTROYED. An interrupt that is bound to a port goes from IDLE to NEEDACK when its packet is
// queued, and back with an acknowledgement. A firing that finds it in NEEDACK is remembered by its
// time alone: `timestamp` is not 0 then.
//
// All of it is under the object's lock, below which lie the port's and the lines'. The packet is a
// part of the object: the port copies it under its own lock, and it is taken back before the
// interrupt goes.
#include "objects/interrupt.h"

#include <string.h>

#include "base/invariant.h"
#include "host/clock.h"
#include "host/park.h"
#include "objects/port.h"

enum interrupt_state { IDLE, WAITING, TRIGGERED, NEEDACK, DESTROYED };

enum { VCPUS_MAX = 64 };

struct interrupt {
    struct object object;
    struct mutex object_lock;
    // fixed after create
    struct interrupt_line *line; // null: virtual
    struct object *owner;        // with a reference
    uint32_t flags;              // enum interrupt_flag
    // under the object's lock
    enum interrupt_state state;
    zx_time_t timestamp;   // of the first firing that nobody took, or 0
    struct thread *waiter; // while WAITING
    struct object *port;   // with a reference
    struct port_packet packet;
    uint32_t vcpu_count;
    struct object *vcpus[VCPUS_MAX]; // with references
};

SLAB_OBJECTS(interrupt, sizeof(struct interrupt));

const struct interrupt_vcpu_hooks *interrupt_vcpu_hooks KERNEL_STATE;

static struct interrupt *interrupt_at(struct object *object) {
    return list_entry(object, struct interrupt, object);
}

struct object *interrupt_object(struct interrupt *interrupt) {
    return &interrupt->object;
}

static struct interrupt *new_interrupt(struct thread *self) {
    struct interrupt *interrupt = slab_alloc(self, &interrupt_slab);
    if (interrupt == NULL) {
        return NULL;
    }
    interrupt->line = NULL;
    interrupt->owner = NULL;
    interrupt->flags = 0;
    interrupt->state = IDLE;
    interrupt->timestamp = 0;
    interrupt->waiter = NULL;
    interrupt->port = NULL;
    interrupt->vcpu_count = 0;
    memset(&interrupt->packet, 0, sizeof(interrupt->packet));
    list_init(&interrupt->packet.node);
    mutex_init(&interrupt->object_lock, RANK_OBJECT);
    object_init(&interrupt->object, &interrupt_type, &interrupt->object_lock, 0);
    return interrupt;
}

struct object *interrupt_new_virtual(struct thread *self) {
    struct interrupt *interrupt = new_interrupt(self);
    return interrupt != NULL ? &interrupt->object : NULL;
}

zx_status_t interrupt_new(struct thread *self, struct interrupt_line *line, uint32_t flags,
                          struct object *owner, struct object **out) {
    struct interrupt *interrupt = new_interrupt(self);
    if (interrupt == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    interrupt->flags = flags;
    interrupt->line = line;
    interrupt->owner = owner;
    if (owner != NULL) {
        object_ref(owner);
    }
    bool steal = (flags & INTERRUPT_STEALS) != 0;
    zx_status_t status = interrupt_line_listen(self, line, interrupt, steal);
    if (status != ZX_OK) {
        object_unref(self, &interrupt->object);
        return status;
    }
    *out = &interrupt->object;
    interrupt_arrives(self, interrupt); // a line that is up already
    return ZX_OK;
}

// --- firing ---

static void mask_locked(struct thread *self, struct interrupt *interrupt, bool masked) {
    if ((interrupt->flags & INTERRUPT_MASKS) != 0) {
        interrupt_line_mask(self, interrupt->line, interrupt, masked);
    }
}

// False if the packet is in the port's queue still.
static bool send_packet_locked(struct thread *self, struct interrupt *interrupt,
                               zx_time_t timestamp) {
    bool sent = port_queue_interrupt(self, interrupt->port, &interrupt->packet, timestamp);
    mask_locked(self, interrupt, true);
    interrupt->timestamp = 0;
    return sent;
}

static void signal_locked(struct thread *self, struct interrupt *interrupt,
                          enum interrupt_state state) {
    interrupt->state = state;
    if (interrupt->waiter != NULL) {
        park_wake_later(self, interrupt->waiter);
    }
}

// The same for a trigger and for a line. A firing in NEEDACK of a bound interrupt is for later.
static void fire_locked(struct thread *self, struct interrupt *interrupt, zx_time_t timestamp) {
    if (interrupt->port == NULL) {
        mask_locked(self, interrupt, true);
        signal_locked(self, interrupt, TRIGGERED);
    } else if (interrupt->state != NEEDACK) {
        send_packet_locked(self, interrupt, timestamp);
        interrupt->state = NEEDACK;
    }
}

static void fire_vcpus_locked(struct thread *self, struct interrupt *interrupt) {
    for (uint32_t i = 0; i < interrupt->vcpu_count; i++) {
        interrupt_vcpu_hooks->fire(self, interrupt->vcpus[i],
                                   interrupt_line_number(interrupt->line));
    }
}

// Takes what the line has for us; a level that is still up comes again after it was unmasked.
static void look_at_line_locked(struct thread *self, struct interrupt *interrupt) {
    if (interrupt->line == NULL || interrupt->state == DESTROYED ||
        !interrupt_line_take(self, interrupt->line, interrupt)) {
        return;
    }
    if (interrupt->vcpu_count != 0) {
        fire_vcpus_locked(self, interrupt);
        return;
    }
    if (interrupt->timestamp == 0) {
        interrupt->timestamp = clock_monotonic();
    }
    fire_locked(self, interrupt, interrupt->timestamp);
}

void interrupt_arrives(struct thread *self, struct interrupt *interrupt) {
    mutex_lock(self, interrupt->object.lock);
    look_at_line_locked(self, interrupt);
    mutex_unlock(self, interrupt->object.lock);
}

zx_status_t interrupt_trigger(struct thread *self, struct object *object, zx_time_t timestamp) {
    struct interrupt *interrupt = interrupt_at(object);
    if (interrupt->line != NULL) {
        return ZX_ERR_BAD_STATE;
    }
    zx_status_t status = ZX_OK;
    mutex_lock(self, object->lock);
    if (interrupt->timestamp == 0) {
        interrupt->timestamp = timestamp;
    }
    if (interrupt->state == DESTROYED) {
        status = ZX_ERR_CANCELED;
    } else {
        fire_locked(self, interrupt, timestamp);
    }
    mutex_unlock(self, object->lock);
    return status;
}

// --- taking ---

// One look; SHOULD_WAIT if the thread is now the one that waits.
static zx_status_t try_locked(struct thread *self, struct interrupt *interrupt,
                              zx_time_t *timestamp) {
    if (interrupt->port != NULL || interrupt->vcpu_count != 0 || interrupt->state == WAITING) {
        return ZX_ERR_BAD_STATE;
    }
    if (interrupt->state == NEEDACK) {
        mask_locked(self, interrupt, false);
        interrupt->state = IDLE;
        look_at_line_locked(self, interrupt);
    }
    switch (interrupt->state) {
    case DESTROYED:
        return ZX_ERR_CANCELED;
    case TRIGGERED:
        interrupt->state = NEEDACK;
        *timestamp = interrupt->timestamp;
        interrupt->timestamp = 0;
        return ZX_OK;
    default:
        interrupt->state = WAITING;
        interrupt->waiter = self;
        return ZX_ERR_SHOULD_WAIT;
    }
}

zx_status_t interrupt_wait(struct thread *self, struct object *object, zx_time_t *timestamp) {
    struct interrupt *interrupt = interrupt_at(object);
    mutex_lock(self, object->lock);
    zx_status_t status;
    while ((status = try_locked(self, interrupt, timestamp)) == ZX_ERR_SHOULD_WAIT) {
        enum park_result result = PARK_WOKEN;
        while (interrupt->state == WAITING && result == PARK_WOKEN) {
            mutex_unlock(self, object->lock);
            object_bury_dead(self);
            result = park(self, ZX_TIME_INFINITE, ZX_THREAD_STATE_BLOCKED_INTERRUPT);
            mutex_lock(self, object->lock);
        }
        interrupt->waiter = NULL;
        if (interrupt->state == WAITING) {
            interrupt->state = IDLE;
            status = ZX_ERR_INTERNAL_INTR_RETRY;
            break;
        }
    }
    mutex_unlock(self, object->lock);
    return status;
}

zx_status_t interrupt_ack(struct thread *self, struct object *object) {
    struct interrupt *interrupt = interrupt_at(object);
    zx_status_t status = ZX_OK;
    mutex_lock(self, object->lock);
    if (interrupt->port == NULL) {
        status = ZX_ERR_BAD_STATE;
    } else if (interrupt->state == DESTROYED) {
        status = ZX_ERR_CANCELED;
    } else if (interrupt->state == NEEDACK) {
        mask_locked(self, interrupt, false);
        if (interrupt->timestamp == 0) {
            interrupt->state = IDLE;
            look_at_line_locked(self, interrupt);
        } else if (!send_packet_locked(self, interrupt, interrupt->timestamp)) {
            status = ZX_ERR_BAD_STATE;
        }
    }
    mutex_unlock(self, object->lock);
    return status;
}

zx_status_t interrupt_bind(struct thread *self, struct object *object, struct object *port,
                           uint64_t key) {
    struct interrupt *interrupt = interrupt_at(object);
    zx_status_t status = ZX_OK;
    mutex_lock(self, object->lock);
    if (interrupt->state == DESTROYED) {
        status = ZX_ERR_CANCELED;
    } else if (interrupt->state == WAITING) {
        status = ZX_ERR_BAD_STATE;
    } else if (interrupt->port != NULL || interrupt->vcpu_count != 0) {
        status = ZX_ERR_ALREADY_BOUND;
    } else {
        object_ref(port);
        interrupt->port = port;
        interrupt->packet.packet.key = key;
        interrupt->packet.packet.type = ZX_PKT_TYPE_INTERRUPT;
        interrupt->packet.packet.status = ZX_OK;
    }
    mutex_unlock(self, object->lock);
    return status;
}

static zx_status_t bind_vcpu_locked(struct interrupt *interrupt, struct object *vcpu) {
    for (uint32_t i = 0; i < interrupt->vcpu_count; i++) {
        if (interrupt->vcpus[i] == vcpu) {
            return ZX_OK;
        }
        if (interrupt_vcpu_hooks->guest(interrupt->vcpus[i]) != interrupt_vcpu_hooks->guest(vcpu)) {
            return ZX_ERR_INVALID_ARGS;
        }
    }
    if (interrupt->vcpu_count == VCPUS_MAX) {
        return ZX_ERR_NO_MEMORY;
    }
    object_ref(vcpu);
    interrupt->vcpus[interrupt->vcpu_count++] = vcpu;
    return ZX_OK;
}

zx_status_t interrupt_bind_vcpu(struct thread *self, struct object *object, struct object *vcpu) {
    struct interrupt *interrupt = interrupt_at(object);
    if ((interrupt->flags & INTERRUPT_VCPUS) == 0 || interrupt_vcpu_hooks == NULL) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    zx_status_t status;
    mutex_lock(self, object->lock);
    if (interrupt->state == DESTROYED) {
        status = ZX_ERR_CANCELED;
    } else if (interrupt->state == WAITING) {
        status = ZX_ERR_BAD_STATE;
    } else if (interrupt->port != NULL) {
        status = ZX_ERR_ALREADY_BOUND;
    } else {
        status = bind_vcpu_locked(interrupt, vcpu);
    }
    mutex_unlock(self, object->lock);
    return status;
}

// --- the end ---

zx_status_t interrupt_destroy(struct thread *self, struct object *object) {
    struct interrupt *interrupt = interrupt_at(object);
    zx_status_t status = ZX_OK;
    mutex_lock(self, object->lock);
    if (interrupt->line != NULL) {
        interrupt_line_leave(self, interrupt->line, interrupt);
    }
    if (interrupt->port != NULL) {
        bool queued = port_unqueue(self, interrupt->port, &interrupt->packet);
        if (interrupt->state == NEEDACK && !queued) {
            status = ZX_ERR_NOT_FOUND;
        }
        // A firing from before it was bound is left as it is.
        if (interrupt->state == NEEDACK || interrupt->state == IDLE) {
            interrupt->state = DESTROYED;
        }
    } else {
        signal_locked(self, interrupt, DESTROYED);
    }
    mutex_unlock(self, object->lock);
    return status;
}

static void interrupt_on_zero_handles(struct thread *self, struct object *object) {
    interrupt_destroy(self, object);
}

static void interrupt_free(struct thread *self, struct object *object) {
    struct interrupt *interrupt = interrupt_at(object);
    interrupt_destroy(self, object); // of one that never had a handle
    for (uint32_t i = 0; i < interrupt->vcpu_count; i++) {
        object_unref(self, interrupt->vcpus[i]);
    }
    if (interrupt->port != NULL) {
        object_unref(self, interrupt->port);
    }
    if (interrupt->owner != NULL) {
        object_unref(self, interrupt->owner);
    }
    slab_free(self, &interrupt_slab, interrupt);
}

const struct object_type interrupt_type = {
    .id = ZX_OBJ_TYPE_INTERRUPT,
    .name = "interrupt",
    .rights = ZX_DEFAULT_INTERRUPT_RIGHTS,
    .on_zero_handles = interrupt_on_zero_handles,
    .destroy = interrupt_free,
};
