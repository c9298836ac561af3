// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A program for Zircon: rsi is where the vDSO is, whose entry point is zx_process_exit.
    .globl _start
_start:
    movq    24(%rsi), %rax
    addq    %rsi, %rax
    movl    $7, %edi
    jmp     *%rax
    .section .note.GNU-stack, "", @progbits
