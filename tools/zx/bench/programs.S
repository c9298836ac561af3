// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The programs themselves, so that the command needs no files beside it.
.macro embed name, file
    .globl bench_\name, bench_\name\()_end
    .balign 16
bench_\name:
    .incbin "\file"
bench_\name\()_end:
.endm
    .section .rodata
    embed tiny, PROGRAM_TINY
    embed static, PROGRAM_STATIC
    embed dynamic, PROGRAM_DYNAMIC
    embed zircon, PROGRAM_ZIRCON
    .section .note.GNU-stack, "", @progbits
