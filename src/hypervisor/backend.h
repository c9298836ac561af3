// Part of libzircon. BSD-3-Clause, see LICENSE.
// What the hypervisor asks of the machine below it.
//
// A backend makes guests and vcpus, runs a vcpu until something happens, and shows and changes its
// state. It knows nothing of handles, packets, traps or Zircon. The product's is backend_kvm.c;
// unit tests have one that plays a script.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zircon/types.h>

// The general registers, in the order of KVM's structure.
struct hv_registers {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rsp, rbp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t rip, rflags;
};

struct hv_segment {
    uint64_t base;
    uint32_t limit;
    uint16_t selector;
    uint8_t type;
    bool present, db, s, l, g;
    uint8_t dpl;
};

// The registers that only an operating system sees.
struct hv_system {
    struct hv_segment cs, ds, es, fs, gs, ss, tr, ldt;
    uint64_t gdt_base, idt_base;
    uint16_t gdt_limit, idt_limit;
    uint64_t cr0, cr3, cr4, efer;
};

enum hv_exit_reason {
    HV_EXIT_INTERRUPTED, // by a Linux signal or a kick
    HV_EXIT_WINDOW,      // the guest takes interrupts now
    HV_EXIT_IO,
    HV_EXIT_MEMORY, // an access that Linux refuses; rip is on the instruction
    HV_EXIT_BEYOND, // an access beyond the window; the instruction may be half done
    HV_EXIT_HALT,
    HV_EXIT_READ_MSR,
    HV_EXIT_WRITE_MSR,
    HV_EXIT_SHUTDOWN,     // a triple fault
    HV_EXIT_ENTRY_FAILED, // the processor refuses the guest's state
    HV_EXIT_EMULATION,    // an instruction that the backend cannot do
    HV_EXIT_NO_MEMORY,
    HV_EXIT_UNKNOWN,
};

struct hv_exit {
    enum hv_exit_reason reason;
    union {
        // The instruction is finished by the next run, with what is at `data` then.
        struct {
            uint16_t port;
            uint8_t size;
            bool input;
            uint32_t count; // above 1: by a string instruction
            void *data;
        } io;
        // The same. `error` not 0: it raises a general protection fault.
        struct {
            uint32_t index;
            uint64_t *value;
            uint8_t *error;
        } msr;
        struct {
            uint64_t address;
        } beyond;
    };
};

enum { HV_VCPUS_MAX = 64 };

struct hv_guest {
    const struct hv_backend *backend;
    char *window; // guest-physical memory in our address space
    uint64_t window_size;
    // Vcpus that ended, by number: KVM keeps them until the guest ends, so they are used again.
    struct {
        void *shared;
        int fd;
    } spare[HV_VCPUS_MAX];
    int vm;             // the backend's
    uint32_t vcpu_size; // bytes that a vcpu shares with the backend
};

struct hv_vcpu {
    struct hv_guest *guest;
    struct hv_exit exit; // of the last run
    // The general registers as the last run left them. Whoever changes them says so.
    struct hv_registers *registers;
    bool registers_changed;
    bool takes_interrupts; // an interrupt can be injected before the next run
    bool wants_window;     // end the next run as soon as one can
    uint32_t tsc_khz;      // what its time-stamp counter counts
    uint32_t id;
    int fd; // the backend's
    void *shared;
    // Not 0: a run ends at once, after it has finished what the last one left to be finished.
    volatile uint8_t *stop;
};

struct hv_backend {
    // Makes a guest whose memory is the window. NOT_SUPPORTED where there is no hardware for it.
    zx_status_t (*guest_create)(struct hv_guest *guest);
    void (*guest_destroy)(struct hv_guest *guest);

    // `id` counts from 0.
    zx_status_t (*vcpu_create)(struct hv_vcpu *vcpu, uint32_t id, const struct hv_system *system,
                               const struct hv_registers *registers);
    void (*vcpu_destroy)(struct hv_vcpu *vcpu);

    // Runs the guest, and says in vcpu->exit why it stopped.
    void (*run)(struct hv_vcpu *vcpu);
    // Finishes the instruction of the last exit without running the guest.
    void (*settle)(struct hv_vcpu *vcpu);
    void (*read_system)(struct hv_vcpu *vcpu, struct hv_system *system);

    // Lets the guest take a vector at the next run: 2 is the non-maskable interrupt, below 32 are
    // exceptions, the others need takes_interrupts. False if it cannot be done.
    bool (*inject)(struct hv_vcpu *vcpu, uint32_t vector);
};

// /dev/kvm.
extern const struct hv_backend backend_kvm;

// How often a guest was entered since the kernel started; tests look that it was.
extern _Atomic uint64_t hv_entries;
