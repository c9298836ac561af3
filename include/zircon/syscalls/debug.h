// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The state of a thread as zx_thread_read_state and zx_thread_write_state pass it, by topic.

#ifndef ZIRCON_SYSCALLS_DEBUG_H_
#define ZIRCON_SYSCALLS_DEBUG_H_

#include <stdint.h>
#include <zircon/compiler.h>

#if !defined(__x86_64__)
#error "libzircon knows x86-64 only"
#endif

__BEGIN_CDECLS

// Topics, each with the type of its state in lower case.
typedef uint32_t zx_thread_state_topic_t;
#define ZX_THREAD_STATE_GENERAL_REGS ((uint32_t)0)
#define ZX_THREAD_STATE_FP_REGS ((uint32_t)1)
#define ZX_THREAD_STATE_VECTOR_REGS ((uint32_t)2)
#define ZX_THREAD_STATE_DEBUG_REGS ((uint32_t)4)
#define ZX_THREAD_STATE_SINGLE_STEP ((uint32_t)5)
#define ZX_THREAD_X86_REGISTER_FS ((uint32_t)6)
#define ZX_THREAD_X86_REGISTER_GS ((uint32_t)7)

typedef struct zx_thread_state_general_regs {
    uint64_t rax;
    uint64_t rbx;
    uint64_t rcx;
    uint64_t rdx;
    uint64_t rsi;
    uint64_t rdi;
    uint64_t rbp;
    uint64_t rsp;
    uint64_t r8;
    uint64_t r9;
    uint64_t r10;
    uint64_t r11;
    uint64_t r12;
    uint64_t r13;
    uint64_t r14;
    uint64_t r15;
    uint64_t rip;
    uint64_t rflags;
    uint64_t fs_base;
    uint64_t gs_base;
} zx_thread_state_general_regs_t;

// The x87 state: control, status and tag word, opcode, instruction and data pointer, and the
// registers, 80 bits each, or 64 where MMX uses them.
typedef struct zx_thread_state_fp_regs {
    uint16_t fcw;
    uint16_t fsw;
    uint8_t ftw;
    uint8_t reserved;
    uint16_t fop;
    uint64_t fip;
    uint64_t fdp;
    struct {
        uint64_t low;
        uint64_t high;
    } st[8] __ALIGNED(16);
} zx_thread_state_fp_regs_t;

// XMM registers are the first two words of each, YMM the first four. What the processor lacks of
// AVX-512 reads as 0.
typedef struct zx_thread_state_vector_regs {
    struct {
        uint64_t v[8];
    } zmm[32];
    uint64_t opmask[8];
    uint32_t mxcsr;
} zx_thread_state_vector_regs_t;

// The last two are the earlier names of dr6 and dr7, with the same values.
typedef struct zx_thread_state_debug_regs {
    uint64_t dr[4];
    uint64_t dr6;
    uint64_t dr7;
    uint64_t dr6_status;
    uint64_t dr7_control;
} zx_thread_state_debug_regs_t;

// 1: the thread traps after its next instruction. 0: it runs.
typedef uint32_t zx_thread_state_single_step_t;

// The bases of the two segments.
typedef uint64_t zx_thread_x86_register_fs_t;
typedef uint64_t zx_thread_x86_register_gs_t;

__END_CDECLS

#endif // ZIRCON_SYSCALLS_DEBUG_H_
