// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The smallest program of Linux's.
    .globl _start
_start:
    movl    $7, %edi
    movl    $60, %eax
    syscall
    .section .note.GNU-stack, "", @progbits
