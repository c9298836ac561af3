// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "hypervisor/vcpu.h"

#include <string.h>

#include "host/defer.h"
#include "host/park.h"
#include "host/threads.h"
#include "hypervisor/exit.h"
#include "hypervisor/vcpu_state.h"
#include "objects/interrupt.h"

SLAB_OBJECTS(vcpu, sizeof(struct vcpu));

// --- from any thread ---

// Has the vcpu look at what is new: a vector, a kick, a timer.
//
// Interleaving with enter(): the thread notes that it is inside, clears `stop`, which is a barrier,
// and looks for what is new. If it has not yet cleared `stop` it will look afterwards, and find
// what the caller noted before; if it has, then it is seen to be inside, and its run ends by our
// mark or by our signal.
static void stir(struct thread *self, struct vcpu *vcpu) {
    volatile uint8_t *stop = vcpu->machine.stop;
    if (stop != NULL) {
        __atomic_store_n(stop, 1, __ATOMIC_SEQ_CST);
    }
    struct thread *thread = atomic_load(&vcpu->thread);
    switch (atomic_load(&vcpu->phase)) {
    case VCPU_INSIDE:
        if (thread != NULL && thread != self) {
            thread_kick(self, thread);
        }
        break;
    case VCPU_ASLEEP:
        if (thread != NULL) {
            park_wake_later(self, thread);
        }
        break;
    default:
        break;
    }
}

void vcpu_interrupt(struct thread *self, struct vcpu *vcpu, uint32_t vector) {
    local_apic_add(&vcpu->apic, vector);
    stir(self, vcpu);
}

void vcpu_kick(struct thread *self, struct vcpu *vcpu) {
    atomic_store(&vcpu->kicked, 1);
    stir(self, vcpu);
}

static void timer_expired(struct thread *self, struct local_apic *apic) {
    stir(self, list_entry(apic, struct vcpu, apic));
}

// --- interrupts that are bound to vcpus ---

static struct object *bound_guest(struct object *vcpu) {
    return &vcpu_at(vcpu)->guest->object;
}

static void bound_fire(struct thread *self, struct object *vcpu, uint32_t vector) {
    if (vector < VECTORS) {
        vcpu_interrupt(self, vcpu_at(vcpu), vector);
    }
}

static const struct interrupt_vcpu_hooks bound = {.guest = bound_guest, .fire = bound_fire};

// --- running ---

// Something that ends a call: a kick, or that the thread is to die or to be suspended.
static zx_status_t check_interrupted(struct thread *self, struct vcpu *vcpu) {
    uint32_t pending = atomic_load(&self->pending);
    if (unlikely((pending & THREAD_PENDING_KILL) != 0)) {
        return ZX_ERR_CANCELED;
    }
    if (unlikely((pending & THREAD_PENDING_SUSPEND) != 0)) {
        return ZX_ERR_INTERNAL_INTR_RETRY;
    }
    if (unlikely(atomic_load_explicit(&vcpu->kicked, memory_order_relaxed) != 0) &&
        atomic_exchange(&vcpu->kicked, 0) != 0) {
        return ZX_ERR_CANCELED;
    }
    return ZX_OK;
}

// Gives the guest the vector that is its turn. One that it does not take yet goes on waiting, and
// the guest comes back when it does.
static zx_status_t inject(struct vcpu *vcpu) {
    uint32_t vector;
    vcpu->machine.wants_window = false;
    if (likely(!local_apic_next(&vcpu->apic, &vector))) {
        return ZX_OK;
    }
    if (vector > VECTOR_LAST_EXCEPTION && vector < VECTOR_FIRST_INTERRUPT) {
        local_apic_remove(&vcpu->apic, vector);
        return ZX_ERR_NOT_SUPPORTED;
    }
    if (vector >= VECTOR_FIRST_INTERRUPT && !vcpu->machine.takes_interrupts) {
        vcpu->machine.wants_window = true;
        return ZX_OK;
    }
    if (!vcpu->machine.guest->backend->inject(&vcpu->machine, vector)) {
        return ZX_ERR_BAD_STATE;
    }
    local_apic_remove(&vcpu->apic, vector);
    local_apic_remove_exceptions(&vcpu->apic);
    return ZX_OK;
}

// Runs the guest up to its next exit.
static zx_status_t enter(struct thread *self, struct vcpu *vcpu) {
    __atomic_store_n(vcpu->machine.stop, 0, __ATOMIC_SEQ_CST);
    zx_status_t status = check_interrupted(self, vcpu);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    if (unlikely((atomic_load(&self->pending) & THREAD_PENDING_SIGNAL) != 0)) {
        signal_resume(self);
    }
    local_apic_serve_timer(self, &vcpu->apic);
    status = inject(vcpu);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    vcpu->input = false;
    // Not exact when several threads count at once, and cheaper so.
    uint64_t entries = atomic_load_explicit(&hv_entries, memory_order_relaxed);
    atomic_store_explicit(&hv_entries, entries + 1, memory_order_relaxed);
    vcpu->machine.guest->backend->run(&vcpu->machine);
    return ZX_OK;
}

// Sleeps until a vector waits.
static zx_status_t wait_for_interrupt(struct thread *self, struct vcpu *vcpu) {
    zx_status_t status = ZX_OK;
    atomic_store(&vcpu->phase, VCPU_ASLEEP);
    for (;;) {
        local_apic_serve_timer(self, &vcpu->apic);
        if (local_apic_is_waiting(&vcpu->apic) ||
            (status = check_interrupted(self, vcpu)) != ZX_OK) {
            break;
        }
        object_bury_dead(self);
        park(self, ZX_TIME_INFINITE, ZX_THREAD_STATE_BLOCKED);
    }
    atomic_store(&vcpu->phase, VCPU_INSIDE);
    vcpu->halted = status != ZX_OK;
    return status;
}

// Queues the packet of a bell that the guest rang, when there is one to be had.
static zx_status_t ring(struct thread *self, struct vcpu *vcpu) {
    struct bell_waiter waiter;
    list_init(&waiter.node);
    zx_status_t status;
    while ((status = trap_ring(self, vcpu->bell, vcpu->bell_address, &waiter)) ==
           ZX_ERR_SHOULD_WAIT) {
        status = ZX_OK;
        atomic_store(&vcpu->phase, VCPU_ASLEEP);
        while (atomic_load(&waiter.called) == 0 &&
               (status = check_interrupted(self, vcpu)) == ZX_OK) {
            object_bury_dead(self);
            park(self, ZX_TIME_INFINITE, ZX_THREAD_STATE_BLOCKED_PORT);
        }
        atomic_store(&vcpu->phase, VCPU_INSIDE);
        trap_wait_end(self, vcpu->bell, &waiter);
        if (status != ZX_OK) {
            return status; // the bell stays to be rung
        }
    }
    vcpu->bell = NULL;
    return status;
}

static zx_status_t step(struct thread *self, struct vcpu *vcpu, zx_port_packet_t *packet) {
    if (unlikely(vcpu->dead)) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    if (unlikely(vcpu->bell != NULL)) {
        return ring(self, vcpu);
    }
    if (unlikely(vcpu->halted)) {
        return wait_for_interrupt(self, vcpu);
    }
    if (likely(!vcpu->again)) {
        zx_status_t status = enter(self, vcpu);
        if (unlikely(status != ZX_OK)) {
            return status;
        }
    }
    zx_status_t status = exit_serve(self, vcpu, packet);
    vcpu->again = status != ZX_OK && status != ZX_ERR_NEXT;
    return status;
}

zx_status_t vcpu_run(struct thread *self, struct vcpu *vcpu, zx_port_packet_t *packet) {
    if (!vcpu_is_owned(self, vcpu) || vcpu->running) {
        return ZX_ERR_BAD_STATE;
    }
    vcpu->running = true;
    atomic_store_explicit(&vcpu->thread, self, memory_order_relaxed);
    self->stop = vcpu->machine.stop;
    atomic_store_explicit(&vcpu->phase, VCPU_INSIDE, memory_order_relaxed); // see enter()
    zx_status_t status;
    do {
        status = step(self, vcpu, packet);
    } while (status == ZX_OK);
    atomic_store_explicit(&vcpu->phase, VCPU_OUTSIDE, memory_order_release);
    self->stop = NULL;
    atomic_store_explicit(&vcpu->thread, NULL, memory_order_relaxed);
    vcpu->running = false;
    return status == ZX_ERR_NEXT ? ZX_OK : status;
}

// --- state ---

// Has the backend finish an IN instruction, so that the registers are what they will be.
static void finish_input(struct vcpu *vcpu) {
    if (vcpu->input) {
        vcpu->machine.guest->backend->settle(&vcpu->machine);
        vcpu->input = false;
    }
}

void vcpu_read_state(struct vcpu *vcpu, zx_vcpu_state_t *state) {
    finish_input(vcpu);
    vcpu_state_show(vcpu->machine.registers, state);
}

void vcpu_write_state(struct vcpu *vcpu, const zx_vcpu_state_t *state) {
    finish_input(vcpu);
    vcpu_state_change(vcpu->machine.registers, state);
    vcpu->machine.registers_changed = true;
}

void vcpu_write_input(struct vcpu *vcpu, const void *data, uint8_t size) {
    if (vcpu->input && size == vcpu->machine.exit.io.size) {
        memcpy(vcpu->machine.exit.io.data, data, size);
        return;
    }
    finish_input(vcpu);
    vcpu_state_set_input(vcpu->machine.registers, data, size);
    vcpu->machine.registers_changed = true;
}

// --- life ---

zx_status_t vcpu_new(struct thread *self, struct guest *guest, uint64_t entry,
                     struct object **object) {
    if (entry >= GUEST_ADDRESS_LIMIT) {
        return ZX_ERR_INVALID_ARGS;
    }
    uint32_t id;
    if (!guest_take_number(guest, &id)) {
        return ZX_ERR_NO_RESOURCES;
    }
    struct vcpu *vcpu = slab_alloc(self, &vcpu_slab);
    if (vcpu == NULL) {
        guest_give_number(guest, id);
        return ZX_ERR_NO_MEMORY;
    }
    memset((char *)vcpu + sizeof(vcpu->object), 0, sizeof(*vcpu) - sizeof(vcpu->object));
    vcpu->machine.guest = &guest->machine;
    vcpu->owner = self->object->object.koid;
    vcpu->stuck_at = UINT64_MAX;
    memset(vcpu->plain_io, 0xff, sizeof(vcpu->plain_io));
    struct hv_system system;
    struct hv_registers registers;
    vcpu_state_begin(id, entry, &system, &registers);
    zx_status_t status =
        guest->machine.backend->vcpu_create(&vcpu->machine, id, &system, &registers);
    if (status != ZX_OK) {
        guest_give_number(guest, id);
        slab_free(self, &vcpu_slab, vcpu);
        return status;
    }
    local_apic_init(&vcpu->apic, id, vcpu->machine.tsc_khz, timer_expired);
    object_ref(&guest->object);
    vcpu->guest = guest;
    mutex_init(&vcpu->lock, RANK_OBJECT);
    object_init(&vcpu->object, &vcpu_type, &vcpu->lock, 0);
    interrupt_vcpu_hooks = &bound;
    *object = &vcpu->object;
    return ZX_OK;
}

static void vcpu_destroy(struct thread *self, struct object *object) {
    struct vcpu *vcpu = vcpu_at(object);
    local_apic_destroy(self, &vcpu->apic);
    vcpu->machine.guest->backend->vcpu_destroy(&vcpu->machine);
    guest_give_number(vcpu->guest, vcpu->apic.id);
    object_unref(self, &vcpu->guest->object);
    slab_free(self, &vcpu_slab, vcpu);
}

const struct object_type vcpu_type = {
    .id = ZX_OBJ_TYPE_VCPU,
    .name = "vcpu",
    .rights = ZX_DEFAULT_VCPU_RIGHTS,
    .destroy = vcpu_destroy,
};
