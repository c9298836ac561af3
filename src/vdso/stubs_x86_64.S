// Part of libzircon. BSD-3-Clause, see LICENSE.
// The calls of the vDSO image, printed from the table of system calls.
//
// A call reaches the kernel with its number in eax, its words in rdi, rsi, rdx, r10, r8, r9, r12 and
// r13, and the address to come back to in rcx, as Zircon's syscall instruction has it; a jump stands
// for the instruction. The stack is not touched, since it may be tiny or gone. The kernel changes
// rax, rcx and r11 only, so that a call can be made again from the registers that it left.

#define RETRY -6 // ZX_ERR_INTERNAL_INTR_RETRY

.macro enter number
    mov $\number, %eax
    lea 1f(%rip), %rcx
    jmp *vdso_data(%rip)
1:
.endm

// Two names for programs and one for the code of the image itself.
.macro begin name
    .p2align 4
    .globl _zx_\name
    .type _zx_\name, @function
    .weak zx_\name
    .type zx_\name, @function
    .globl syscall_\name
    .hidden syscall_\name
_zx_\name:
zx_\name:
syscall_\name:
    .cfi_startproc
.endm

.macro end name
    .cfi_endproc
    .size _zx_\name, . - _zx_\name
    .size zx_\name, . - zx_\name
.endm

.macro enter_and_retry number, retry
2:
    enter \number
.if \retry
    cmp $RETRY, %eax
    je 2b
.endif
.endm

// The seventh and eighth argument lie on the caller's stack.
.macro body number, words, retry
    mov %rcx, %r10
.if \words > 6
    push %r12
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r12, 0
    push %r13
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r13, 0
    mov 24(%rsp), %r12
.if \words > 7
    mov 32(%rsp), %r13
.endif
    enter_and_retry \number, \retry
    pop %r13
    .cfi_adjust_cfa_offset -8
    .cfi_same_value %r13
    pop %r12
    .cfi_adjust_cfa_offset -8
    .cfi_same_value %r12
.else
    enter_and_retry \number, \retry
.endif
    ret
.endm

.macro vdso_call name, number, words, retry
    begin \name
    body \number, \words, \retry
    end \name
.endm

// A call that the program does not come back from.
.macro vdso_end name, number
    begin \name
    mov %rcx, %r10
    enter \number
    ud2
    end \name
.endm

// A call for the code of the image alone.
.macro vdso_hidden name, number, words
    .p2align 4
    .globl syscall_\name
    .hidden syscall_\name
    .type syscall_\name, @function
syscall_\name:
    .cfi_startproc
    body \number, \words, 0
    .cfi_endproc
    .size syscall_\name, . - syscall_\name
.endm

// A call that is code of the image.
.macro vdso_code name
    begin \name
    jmp vdso_\name
    end \name
.endm

.text
#include "vdso/calls.inc"

.section .vdso_data, "a"
.globl vdso_data
.hidden vdso_data
.type vdso_data, @object
vdso_data:
    .fill 256
    .size vdso_data, . - vdso_data

.section .note.GNU-stack, "", @progbits
