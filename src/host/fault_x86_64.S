// Part of libzircon. BSD-3-Clause, see LICENSE.
// Signal handlers begin at fault_entry and return to fault_restorer: rt_sigreturn. Unwinders know the
// frame by these very instructions.
//
// Linux's rt_sigreturn takes most flags from the frame, but leaves ID as it is, which is set here as
// the frame has it. NT is lost in every Linux call: fault_flags sets it, see fault.c.

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

    .set CONTEXT_FLAGS, 176 // gregs[REG_EFL] of a ucontext_t
    .set FLAGS_KEPT, 1 << 14 | 1 << 21

    .globl fault_flags
    .hidden fault_flags
    .type fault_flags, @function
    .p2align 4
fault_flags:
    iretq
    .size fault_flags, . - fault_flags

    .globl fault_entry
    .hidden fault_entry
    .type fault_entry, @function
    .p2align 4
fault_entry:
    .cfi_startproc
    pushq   %rdx
    .cfi_adjust_cfa_offset 8
    call    fault_handle
    popq    %rdx
    .cfi_adjust_cfa_offset -8
    movl    CONTEXT_FLAGS(%rdx), %eax
    andl    $(FLAGS_KEPT), %eax
    pushfq
    .cfi_adjust_cfa_offset 8
    andl    $~(FLAGS_KEPT), (%rsp)
    orl     %eax, (%rsp)
    popfq
    .cfi_adjust_cfa_offset -8
    ret
    .cfi_endproc
    .size fault_entry, . - fault_entry

    .section .note.GNU-stack, "", @progbits
