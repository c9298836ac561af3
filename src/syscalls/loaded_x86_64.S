// Part of libzircon. BSD-3-Clause, see LICENSE.
    .text
    .globl loaded_entry
    .hidden loaded_entry
    .type loaded_entry, @function
    .p2align 5
loaded_entry:
    ud2
    .size loaded_entry, . - loaded_entry

    .section .note.GNU-stack, "", @progbits
