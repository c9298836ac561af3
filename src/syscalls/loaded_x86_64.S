// Part of libzircon. BSD-3-Clause, see LICENSE.
// The way of a loaded program into the kernel and out again, see loaded.h. Offsets and sizes are
// those of base/thread.h.
//
// Until loaded_entered the thread counts as one in its program's code, and a signal that finds it
// there begins again at loaded_entry: so nothing is changed before but r11. From loaded_exit_user
// on it counts as one again, and the handler does the rest of the way for it (host/fault.c).

    .text
    .globl loaded_entry
    .hidden loaded_entry
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
    testl   $(256 * 1024 - 1), %r11d
    jne     1f
    cmpq    %r11, (%r11)
    je      loaded_found
1:  ud2
loaded_found:
    movq    %rsp, 32(%r11)
    movl    $2, 8(%r11)
loaded_entered:
    leaq    128 * 1024(%r11), %rsp
    pushfq
    testl   $0x40000, (%rsp)
    jne     3f
2:  cld
    pushq   %rbx
    movq    %r11, %rbx
    subq    $64, %rsp
    movq    %rdi, (%rsp)
    movq    %rsi, 8(%rsp)
    movq    %rdx, 16(%rsp)
    movq    %rcx, 24(%rsp)
    movq    %r8, 32(%rsp)
    movq    %r9, 40(%rsp)
    movq    32(%r11), %r10
    xorl    %r8d, %r8d
    xorl    %r9d, %r9d
    // There may be nothing above the return address.
loaded_arguments_begin:
    movq    8(%r10), %r8
    movq    16(%r10), %r9
loaded_arguments_end:
loaded_arguments_fault:
    movq    %r8, 48(%rsp)
    movq    %r9, 56(%rsp)
    movq    %r11, %rdi
    movl    %eax, %esi
    movq    %rsp, %rdx
    call    loaded_call
    movq    %rbx, %r11
    movq    64(%rsp), %rbx
    movq    32(%r11), %rsp
    movl    $1, 8(%r11)
loaded_exit_user:
    testl   $0x1e3, 12(%r11)
    jne     4f
loaded_exit_ret:
    ret
4:  ud2
loaded_exit_end:
    // Unaligned accesses are the kernel's own business.
3:  andl    $~0x40000, (%rsp)
    popfq
    pushfq
    jmp     2b
    .size loaded_entry, . - loaded_entry

    .section .note.GNU-stack, "", @progbits
