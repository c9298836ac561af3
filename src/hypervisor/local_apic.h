// Part of libzircon. BSD-3-Clause, see LICENSE.
// The local interrupt controller of a vcpu, in x2APIC mode, as Zircon's kernel of 2019 has it: a
// set of vectors that wait, and a timer. It keeps no priorities and knows no end of interrupt.
//
// Any thread may add a vector. All else is done by the vcpu's own thread.
#pragma once

#include "objects/object.h"
#include <zircon/syscalls/port.h>

enum {
    VECTOR_NMI = 2,
    VECTOR_BREAKPOINT = 3,
    VECTOR_OVERFLOW = 4,
    VECTOR_GENERAL_PROTECTION = 13,
    VECTOR_LAST_EXCEPTION = 20,
    VECTOR_FIRST_INTERRUPT = 32,
    VECTORS = 256,
};

struct local_apic {
    _Atomic uint64_t waiting[VECTORS / 64];
    uint32_t id;      // counts from 0
    uint32_t tsc_khz; // what the timer counts
    uint32_t lvt_timer, initial_count, divide;
    // The timer. It is made when it is first needed.
    struct object *timer;
    struct observer observer;
    _Atomic uint32_t expired;
    // Called when it fires, under the timer's lock, by any thread.
    void (*on_expired)(struct thread *self, struct local_apic *apic);
};

// What becomes of an access to a model-specific register.
enum msr_result {
    MSR_DONE,
    MSR_FAULT,  // a general protection fault
    MSR_PACKET, // tell the program
    MSR_NOT_SUPPORTED,
    MSR_INVALID,
    MSR_NO_MEMORY,
};

void local_apic_init(struct local_apic *apic, uint32_t id, uint32_t tsc_khz,
                     void (*on_expired)(struct thread *self, struct local_apic *apic));
void local_apic_destroy(struct thread *self, struct local_apic *apic);

// Adds a vector below 256.
void local_apic_add(struct local_apic *apic, uint32_t vector);
bool local_apic_is_waiting(struct local_apic *apic);

// The vector to inject next: 2 first, else the highest. False if none waits. It still waits.
bool local_apic_next(struct local_apic *apic, uint32_t *vector);
// Takes a vector out; and all exceptions, since something was injected.
void local_apic_remove(struct local_apic *apic, uint32_t vector);
void local_apic_remove_exceptions(struct local_apic *apic);

// Registers 0x800 to 0x83f; `rax` and `rdx` are the guest's.
enum msr_result local_apic_read(struct local_apic *apic, uint32_t index, uint64_t *value);
enum msr_result local_apic_write(struct thread *self, struct local_apic *apic, uint32_t index,
                                 uint64_t rax, uint64_t rdx, zx_port_packet_t *packet);
// The time-stamp counter's value at which the timer fires, 0 for never.
enum msr_result local_apic_write_deadline(struct thread *self, struct local_apic *apic,
                                          uint64_t ticks);

// After on_expired: adds the timer's vector, and sets the timer anew if it is periodic.
void local_apic_serve_timer(struct thread *self, struct local_apic *apic);
