// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Guests and their virtual processors.

#ifndef ZIRCON_SYSCALLS_HYPERVISOR_H_
#define ZIRCON_SYSCALLS_HYPERVISOR_H_

#include <zircon/compiler.h>
#include <zircon/types.h>

#if !defined(__x86_64__)
#error "libzircon knows x86-64 only"
#endif

__BEGIN_CDECLS

// zx_guest_set_trap: kinds. A bell queues a packet on a port and lets the guest go on; the others
// return from zx_vcpu_resume.
typedef uint32_t zx_guest_trap_t;
#define ZX_GUEST_TRAP_BELL ((zx_guest_trap_t)0u)
#define ZX_GUEST_TRAP_MEM ((zx_guest_trap_t)1u)
#define ZX_GUEST_TRAP_IO ((zx_guest_trap_t)2u)

// zx_vcpu_read_state, zx_vcpu_write_state: kinds. IO can only be written.
typedef uint32_t zx_vcpu_t;
#define ZX_VCPU_STATE ((zx_vcpu_t)0u)
#define ZX_VCPU_IO ((zx_vcpu_t)1u)

// Of the flags, those that the guest's user code may change.
typedef struct zx_vcpu_state {
    uint64_t rax;
    uint64_t rcx;
    uint64_t rdx;
    uint64_t rbx;
    uint64_t rsp;
    uint64_t rbp;
    uint64_t rsi;
    uint64_t rdi;
    uint64_t r8;
    uint64_t r9;
    uint64_t r10;
    uint64_t r11;
    uint64_t r12;
    uint64_t r13;
    uint64_t r14;
    uint64_t r15;
    uint64_t rflags;
} zx_vcpu_state_t;

// The value that an input from a trapped port gives.
typedef struct zx_vcpu_io {
    uint8_t access_size;
    union {
        uint8_t u8;
        uint16_t u16;
        uint32_t u32;
        uint8_t data[4];
    };
} zx_vcpu_io_t;

__END_CDECLS

#endif // ZIRCON_SYSCALLS_HYPERVISOR_H_
