// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The two lists of facts, so that the command needs no files beside it.
    .section .rodata
    .globl coverage_unseen_text, coverage_peer_text
coverage_unseen_text:
    .incbin FACTS_UNSEEN
    .byte 0
coverage_peer_text:
    .incbin FACTS_PEER
    .byte 0
    .section .note.GNU-stack, "", @progbits
