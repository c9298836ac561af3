// Part of libzircon. BSD-3-Clause, see LICENSE.
// Where a signal handler of ours returns to: rt_sigreturn. Unwinders know the frame by these very
// instructions.

    .text
    .globl fault_restorer
    .hidden fault_restorer
    .type fault_restorer, @function
    nop
    .p2align 4
fault_restorer:
    movq    $15, %rax
    syscall
    .size fault_restorer, . - fault_restorer

    .section .note.GNU-stack, "", @progbits
