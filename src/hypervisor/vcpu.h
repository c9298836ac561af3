// Part of libzircon. BSD-3-Clause, see LICENSE.
// A virtual processor: runs a guest on the thread that made it.
//
// Everything but the vectors that wait, kicks and `phase` belongs to that thread alone, and so
// needs no lock.
#pragma once

#include <zircon/syscalls/hypervisor.h>

#include "hypervisor/guest.h"
#include "hypervisor/local_apic.h"
#include "objects/thread.h"

enum vcpu_phase {
    VCPU_OUTSIDE, // its thread does something else
    VCPU_INSIDE,  // it runs the guest, or is about to
    VCPU_ASLEEP,  // it waits for an interrupt, or for a bell's packet
};

struct vcpu {
    struct object object;
    struct mutex lock;
    struct guest *guest; // with a reference
    struct hv_vcpu machine;
    struct local_apic apic;
    zx_koid_t owner;               // the thread
    _Atomic uint32_t phase;        // enum vcpu_phase
    struct thread *_Atomic thread; // that runs it, unless outside
    _Atomic uint32_t kicked;
    bool running; // a call runs it: not from a signal handler as well

    // What the last call left to be done first.
    bool again; // the last exit was not served: serve it anew
    bool input; // an IN instruction waits for its data
    bool dead;  // a triple fault
    bool halted;
    struct trap *bell; // to be rung
    uint64_t bell_address;

    // Instruction addresses at which the last I/O exits came, and no string instruction was.
    uint64_t plain_io[16];
    uint64_t stuck_at; // where memory was not accessible, and how often in a row
    uint32_t stuck_count;
};

extern const struct object_type vcpu_type;

// INVALID_ARGS, NO_RESOURCES, NO_MEMORY.
zx_status_t vcpu_new(struct thread *self, struct guest *guest, uint64_t entry,
                     struct object **vcpu);

static inline struct vcpu *vcpu_at(struct object *object) {
    return list_entry(object, struct vcpu, object);
}

// Runs the guest until there is a packet. INTERNAL_INTR_RETRY if the thread is to be suspended.
zx_status_t vcpu_run(struct thread *self, struct vcpu *vcpu, zx_port_packet_t *packet);

// For any thread.
void vcpu_interrupt(struct thread *self, struct vcpu *vcpu, uint32_t vector);
void vcpu_kick(struct thread *self, struct vcpu *vcpu);

// Does the vcpu belong to the calling thread?
static inline bool vcpu_is_owned(const struct thread *self, const struct vcpu *vcpu) {
    return self->object != NULL && self->object->object.koid == vcpu->owner;
}

// By the owner.
void vcpu_read_state(struct vcpu *vcpu, zx_vcpu_state_t *state);
void vcpu_write_state(struct vcpu *vcpu, const zx_vcpu_state_t *state);
void vcpu_write_input(struct vcpu *vcpu, const void *data, uint8_t size);
