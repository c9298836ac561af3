// Part of libzircon. BSD-3-Clause, see LICENSE.
// int user_copy(void *to, const void *from, size_t size): rdi, rsi, rdx.
//
// A fault at any instruction between user_copy_begin and user_copy_end continues at
// user_copy_fault (host/fault.c moves rip there), so nothing may be pushed in between. Small sizes
// use overlapping moves, middle ones 64 bytes a round, large ones the processor's string move.

    .text
    .globl user_copy
    .hidden user_copy
    .globl user_copy_begin
    .hidden user_copy_begin
    .globl user_copy_end
    .hidden user_copy_end
    .globl user_copy_fault
    .hidden user_copy_fault
    .type user_copy, @function
    .p2align 5
user_copy:
user_copy_begin:
    cmpq    $16, %rdx
    jb      .Lbelow16
    cmpq    $32, %rdx
    jbe     .Lupto32
    cmpq    $64, %rdx
    jbe     .Lupto64
    cmpq    $2048, %rdx
    jae     .Lstring
.Lround:
    movdqu  (%rsi), %xmm0
    movdqu  16(%rsi), %xmm1
    movdqu  32(%rsi), %xmm2
    movdqu  48(%rsi), %xmm3
    movdqu  %xmm0, (%rdi)
    movdqu  %xmm1, 16(%rdi)
    movdqu  %xmm2, 32(%rdi)
    movdqu  %xmm3, 48(%rdi)
    addq    $64, %rsi
    addq    $64, %rdi
    subq    $64, %rdx
    cmpq    $64, %rdx
    ja      .Lround
    cmpq    $32, %rdx
    ja      .Lupto64
    cmpq    $16, %rdx
    jb      .Lbelow16
.Lupto32:
    movdqu  (%rsi), %xmm0
    movdqu  -16(%rsi,%rdx), %xmm1
    movdqu  %xmm0, (%rdi)
    movdqu  %xmm1, -16(%rdi,%rdx)
    xorl    %eax, %eax
    ret
.Lupto64:
    movdqu  (%rsi), %xmm0
    movdqu  16(%rsi), %xmm1
    movdqu  -32(%rsi,%rdx), %xmm2
    movdqu  -16(%rsi,%rdx), %xmm3
    movdqu  %xmm0, (%rdi)
    movdqu  %xmm1, 16(%rdi)
    movdqu  %xmm2, -32(%rdi,%rdx)
    movdqu  %xmm3, -16(%rdi,%rdx)
    xorl    %eax, %eax
    ret
.Lbelow16:
    cmpl    $8, %edx
    jae     .Lupto16
    cmpl    $4, %edx
    jae     .Lupto8
    testl   %edx, %edx
    je      .Ldone
    movzbl  (%rsi), %eax
    movzbl  -1(%rsi,%rdx), %ecx
    cmpl    $2, %edx
    jbe     .Lstore2
    movzbl  1(%rsi), %r8d
    movb    %r8b, 1(%rdi)
.Lstore2:
    movb    %al, (%rdi)
    movb    %cl, -1(%rdi,%rdx)
    xorl    %eax, %eax
    ret
.Lupto8:
    movl    (%rsi), %eax
    movl    -4(%rsi,%rdx), %ecx
    movl    %eax, (%rdi)
    movl    %ecx, -4(%rdi,%rdx)
    xorl    %eax, %eax
    ret
.Lupto16:
    movq    (%rsi), %rax
    movq    -8(%rsi,%rdx), %rcx
    movq    %rax, (%rdi)
    movq    %rcx, -8(%rdi,%rdx)
    xorl    %eax, %eax
    ret
.Lstring:
    movq    %rdx, %rcx
    rep movsb
.Ldone:
    xorl    %eax, %eax
    ret

// int user_touch_read(const void *at), int user_touch_write(void *at): one byte, left as it is.
    .globl user_touch_read
    .hidden user_touch_read
    .type user_touch_read, @function
user_touch_read:
    movzbl  (%rdi), %eax
    xorl    %eax, %eax
    ret
    .globl user_touch_write
    .hidden user_touch_write
    .type user_touch_write, @function
user_touch_write:
    lock orb $0, (%rdi)
    xorl    %eax, %eax
    ret

// int user_flush(const void *from, const void *end, size_t line): writes back and drops the cache
// lines that hold [from, end).
    .globl user_flush
    .hidden user_flush
    .type user_flush, @function
    .p2align 4
user_flush:
    movq    %rdx, %rax
    negq    %rax
    andq    %rax, %rdi
    jmp     .Lmore
.Lline:
    clflush (%rdi)
    addq    %rdx, %rdi
.Lmore:
    cmpq    %rsi, %rdi
    jb      .Lline
    mfence
    xorl    %eax, %eax
    ret
user_copy_end:
user_copy_fault:
    cld
    movl    $1, %eax
    ret
    .size user_copy, . - user_copy

    .section .note.GNU-stack, "", @progbits
