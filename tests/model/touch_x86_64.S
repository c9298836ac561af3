// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// bool touch_load(const uint64_t *at, uint64_t *value), bool touch_store(uint64_t *at, uint64_t
// value): one access each. touch.c makes a fault of it return false.
    .text
    .globl touch_load, touch_load_access, touch_store, touch_store_access, touch_faulted

    .type touch_load, @function
touch_load:
touch_load_access:
    movq (%rdi), %rax
    movq %rax, (%rsi)
    movl $1, %eax
    ret
    .size touch_load, . - touch_load

    .type touch_store, @function
touch_store:
touch_store_access:
    movq %rsi, (%rdi)
    movl $1, %eax
    ret
    .size touch_store, . - touch_store

    .type touch_faulted, @function
touch_faulted:
    xorl %eax, %eax
    ret
    .size touch_faulted, . - touch_faulted

    .section .note.GNU-stack, "", @progbits
