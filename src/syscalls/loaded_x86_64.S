// Part of libzircon. BSD-3-Clause, see LICENSE.
// The way of a loaded program into the kernel and out again, see loaded.h. Offsets and sizes are
// those of base/thread.h and loaded.c.
//
// Until loaded_entered the thread counts as one in its program's code, and a signal that finds it
// there begins again at loaded_entry: so nothing is changed before but r11, or what the handler puts
// back. From loaded_exit_user on it counts as one again, and the handler does the rest of the way for
// it (host/fault.c).

#define THREAD_BLOCK (256 * 1024)
#define KERNEL_STACK_END (128 * 1024)
#define STATE 8
#define PENDING 12
#define TID 20
#define DEAD 88
#define USER_SP 32
#define IN_USER 1
#define IN_KERNEL 2
#define KICKS 0x1e3
#define INTR_RETRY -6
#define LOADED_STACK 1
#define GETTID 186
#define TIDS_MASK 1023

    .text
    .globl loaded_entry
    .hidden loaded_entry
    .globl loaded_foreign
    .hidden loaded_foreign
    .globl loaded_lookup
    .hidden loaded_lookup
    .globl loaded_lookup_end
    .hidden loaded_lookup_end
    .globl loaded_foreign_end
    .hidden loaded_foreign_end
    .globl loaded_found
    .hidden loaded_found
    .globl loaded_entered
    .hidden loaded_entered
    .globl loaded_arguments_begin
    .hidden loaded_arguments_begin
    .globl loaded_arguments_end
    .hidden loaded_arguments_end
    .globl loaded_arguments_fault
    .hidden loaded_arguments_fault
    .globl loaded_exit_user
    .hidden loaded_exit_user
    .globl loaded_exit_ret
    .hidden loaded_exit_ret
    .globl loaded_exit_end
    .hidden loaded_exit_end
    .type loaded_entry, @function
    .p2align 5
loaded_entry:
    // %gs is a hint that the program may have spoiled: it counts if it leads to a block of the
    // kernel's that points at itself. A fault here, or the trap, gets r11 from the signal's stack.
    movq    %gs:0, %r11
    cmpq    kernel_range(%rip), %r11
    jb      1f
    cmpq    kernel_range+8(%rip), %r11
    jae     1f
    testl   $(THREAD_BLOCK - 1), %r11d
    jne     1f
    cmpq    %r11, (%r11)
    jne     1f
loaded_found:
    movq    %rsp, USER_SP(%r11)
    movl    $IN_KERNEL, STATE(%r11)
loaded_entered:
    leaq    KERNEL_STACK_END(%r11), %rsp
    cld
    pushq   %rbx
    pushq   %rbp
    movl    %eax, %ebp
    movq    %r11, %rbx
    subq    $96, %rsp
    // The arguments as words, and from the sixth on once more as the stack of a function that has
    // the thread as its first one.
    movq    %r9, (%rsp)
    movq    %rdi, 32(%rsp)
    movq    %rsi, 40(%rsp)
    movq    %rdx, 48(%rsp)
    movq    %rcx, 56(%rsp)
    movq    %r8, 64(%rsp)
    movq    %r9, 72(%rsp)
    cmpl    loaded_call_count(%rip), %eax
    jae     5f
    movl    %ebp, %eax
    shlq    $4, %rax
    leaq    loaded_calls(%rip), %r10
    addq    %rax, %r10
    testb   $LOADED_STACK, 8(%r10)
    jne     2f
3:  movq    (%r10), %r10
    testq   %r10, %r10
    je      6f
    cmpl    $0, call_watchers(%rip)
    jne     6f
    movq    %r8, %r9
    movq    %rcx, %r8
    movq    %rdx, %rcx
    movq    %rsi, %rdx
    movq    %rdi, %rsi
    movq    %r11, %rdi
    call    *%r10
    cmpl    $INTR_RETRY, %eax
    je      7f
    cmpq    $0, DEAD(%rbx)
    jne     7f
8:  movq    %rbx, %r11
    movq    96(%rsp), %rbp
    movq    104(%rsp), %rbx
    movq    USER_SP(%r11), %rsp
    movl    $IN_USER, STATE(%r11)
loaded_exit_user:
    testl   $KICKS, PENDING(%r11)
    jne     4f
loaded_exit_ret:
    ret
4:  ud2
loaded_exit_end:

    // There may be nothing above the return address.
2:  movq    USER_SP(%r11), %rax
    xorl    %r9d, %r9d
    movq    %r9, 8(%rsp)
    movq    %r9, 16(%rsp)
loaded_arguments_begin:
    movq    8(%rax), %r9
    movq    %r9, 8(%rsp)
    movq    16(%rax), %r9
    movq    %r9, 16(%rsp)
loaded_arguments_end:
loaded_arguments_fault:
    movq    8(%rsp), %r9
    movq    %r9, 80(%rsp)
    movq    16(%rsp), %r9
    movq    %r9, 88(%rsp)
    jmp     3b

    // A call that is not all of the vDSO's: of a number that none has, or that is to be recorded.
5:  xorl    %r9d, %r9d
    movq    %r9, 80(%rsp)
    movq    %r9, 88(%rsp)
6:  movq    %rbx, %rdi
    movl    %ebp, %esi
    leaq    32(%rsp), %rdx
    call    loaded_call
    jmp     8b
7:  movq    %rbx, %rdi
    movl    %ebp, %esi
    leaq    32(%rsp), %rdx
    movq    %rax, %rcx
    call    loaded_leave
    jmp     8b

    // %gs is the program's: Linux's number of the thread leads to it if it called before. The two
    // registers have nothing of a C function's at its call, and keep what Linux changes.
loaded_foreign:
1:  movq    %rax, %xmm0
    movq    %rcx, %xmm1
loaded_lookup:
    movl    $GETTID, %eax
    syscall
    leaq    threads_by_tid(%rip), %rcx
    movl    %eax, %r11d
    andl    $TIDS_MASK, %r11d
    movq    (%rcx,%r11,8), %r11
    testq   %r11, %r11
    je      9f
    cmpl    %eax, TID(%r11)
    je      9f
    xorl    %r11d, %r11d
9:  movq    %xmm0, %rax
    movq    %xmm1, %rcx
loaded_lookup_end:
    testq   %r11, %r11
    jne     loaded_found
    ud2
loaded_foreign_end:
    .size loaded_entry, . - loaded_entry

    .section .note.GNU-stack, "", @progbits
