// Part of libzircon. BSD-3-Clause, see LICENSE.
// The calls of the vDSO image, printed from the table of system calls.
//
// A call reaches the kernel with its number in eax and all else as a C function finds it, and comes
// back as from one (syscalls/loaded.h). So a call that does not come back needs no stack. Calls that
// were interrupted are made again by the kernel.

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

.macro vdso_call name, number
    begin \name
    mov $\number, %eax
    jmp *vdso_data(%rip)
    end \name
.endm

// A call for the code of the image alone.
.macro vdso_hidden name, number
    .p2align 4
    .globl syscall_\name
    .hidden syscall_\name
    .type syscall_\name, @function
syscall_\name:
    .cfi_startproc
    mov $\number, %eax
    jmp *vdso_data(%rip)
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
