// Part of libzircon. BSD-3-Clause, see LICENSE.
// Interrupts: virtual ones, which programs fire, and those of the virtual machine's lines.
#pragma once

#include "objects/interrupt_line.h"

extern const struct object_type interrupt_type;

// A virtual interrupt. Null if memory is used up.
struct object *interrupt_new_virtual(struct thread *self);

enum interrupt_flag {
    INTERRUPT_MASKS = 1u << 0,  // the line is masked from a firing to the next wait or ack
    INTERRUPT_VCPUS = 1u << 1,  // may be bound to VCPUs
    INTERRUPT_STEALS = 1u << 2, // takes the line from an interrupt that has it
};

// The interrupt of a line. `owner`, if not null, is kept alive as long as the interrupt. NO_MEMORY,
// ALREADY_BOUND.
zx_status_t interrupt_new(struct thread *self, struct interrupt_line *line, uint32_t flags,
                          struct object *owner, struct object **interrupt);

struct object *interrupt_object(struct interrupt *interrupt);

// Waits until it fires, INTERNAL_INTR_RETRY for an interrupted wait; the errors of these are those
// of the calls of the same name.
zx_status_t interrupt_wait(struct thread *self, struct object *interrupt, zx_time_t *timestamp);
zx_status_t interrupt_trigger(struct thread *self, struct object *interrupt, zx_time_t timestamp);
zx_status_t interrupt_ack(struct thread *self, struct object *interrupt);
zx_status_t interrupt_destroy(struct thread *self, struct object *interrupt);
// `port` is of those that take interrupts.
zx_status_t interrupt_bind(struct thread *self, struct object *interrupt, struct object *port,
                           uint64_t key);

// The VCPUs that an interrupt is bound to. The hypervisor sets these before anything else;
// without them nothing can be bound.
struct interrupt_vcpu_hooks {
    struct object *(*guest)(struct object *vcpu); // borrowed
    // The interrupt came; under its lock.
    void (*fire)(struct thread *self, struct object *vcpu, uint32_t vector);
};
extern const struct interrupt_vcpu_hooks *interrupt_vcpu_hooks;
zx_status_t interrupt_bind_vcpu(struct thread *self, struct object *interrupt, struct object *vcpu);

// Something may have come on the line.
void interrupt_arrives(struct thread *self, struct interrupt *interrupt);
