// Part of libzircon. BSD-3-Clause, see LICENSE.
// Where threads begin, end, and change from one stack to another.

    .text

// long thread_clone_raw(flags, stack, tid, alive, self, main): rdi, rsi, rdx, rcx, r8, r9.
// The new thread gets %fs 0 (CLONE_SETTLS with r8) and runs main(self) on its stack.
    .globl thread_clone_raw
    .hidden thread_clone_raw
    .type thread_clone_raw, @function
    .p2align 4
thread_clone_raw:
    .cfi_startproc
    movq    %r8, -8(%rsi)
    movq    %r9, -16(%rsi)
    subq    $16, %rsi
    movq    %rcx, %r10
    xorl    %r8d, %r8d
    movl    $56, %eax
    syscall
    testq   %rax, %rax
    je      1f
    ret
1:
    .cfi_undefined %rip
    popq    %rax
    popq    %rdi
    xorl    %ebp, %ebp
    call    *%rax
    ud2
    .cfi_endproc
    .size thread_clone_raw, . - thread_clone_raw

// void thread_end_raw(void): touches no stack, which may have a new owner once Linux clears the
// mark of this one.
    .globl thread_end_raw
    .hidden thread_end_raw
    .type thread_end_raw, @function
    .p2align 4
thread_end_raw:
    xorl    %edi, %edi
    movl    $60, %eax
    syscall
    jmp     thread_end_raw
    .size thread_end_raw, . - thread_end_raw

// void thread_begin_raw(self, pc, sp, argument1, argument2): rdi, rsi, rdx, rcx, r8. The first code
// of a program's thread: all registers are zero but those. A signal that finds the thread between
// thread_begin_user and the jump gives it the same registers itself (host/fault.c).
    .globl thread_begin_raw
    .hidden thread_begin_raw
    .globl thread_begin_user
    .hidden thread_begin_user
    .globl thread_begin_end
    .hidden thread_begin_end
    .type thread_begin_raw, @function
    .p2align 4
thread_begin_raw:
    .cfi_startproc
    .cfi_undefined %rip
    fninit
    pushq   $0x1f80
    ldmxcsr (%rsp)
    movl    $1, 8(%rdi)
thread_begin_user:
    testl   $0x1e3, 12(%rdi)
    jne     1f
    movzbl  80(%rdi), %r10d
    movq    %rdx, %rsp
    movq    %rsi, %r11
    movq    %rcx, %rdi
    movq    %r8, %rsi
    xorl    %eax, %eax
    xorl    %ebx, %ebx
    xorl    %ecx, %ecx
    xorl    %edx, %edx
    xorl    %ebp, %ebp
    xorl    %r8d, %r8d
    xorl    %r9d, %r9d
    xorl    %r12d, %r12d
    xorl    %r13d, %r13d
    xorl    %r14d, %r14d
    xorl    %r15d, %r15d
    pxor    %xmm0, %xmm0
    pxor    %xmm1, %xmm1
    pxor    %xmm2, %xmm2
    pxor    %xmm3, %xmm3
    pxor    %xmm4, %xmm4
    pxor    %xmm5, %xmm5
    pxor    %xmm6, %xmm6
    pxor    %xmm7, %xmm7
    pxor    %xmm8, %xmm8
    pxor    %xmm9, %xmm9
    pxor    %xmm10, %xmm10
    pxor    %xmm11, %xmm11
    pxor    %xmm12, %xmm12
    pxor    %xmm13, %xmm13
    pxor    %xmm14, %xmm14
    pxor    %xmm15, %xmm15
    testl   %r10d, %r10d
    jne     2f
    jmp     *%r11
    // A loaded thread has its descriptor in %gs, so no register needs to hold the address.
2:  xorl    %r10d, %r10d
    xorl    %r11d, %r11d
    jmp     *%gs:48
    // Somebody wants the thread before it has run: a kick to itself.
1:  ud2
thread_begin_end:
    .cfi_endproc
    .size thread_begin_raw, . - thread_begin_raw

// void thread_trap(void): for a linked thread on its way out of the kernel with something pending.
// The handler of the trap sees to it, with the registers that the thread has here, and steps over.
    .globl thread_trap
    .hidden thread_trap
    .type thread_trap, @function
    .p2align 4
thread_trap:
    .cfi_startproc
    ud2
    ret
    .cfi_endproc
    .size thread_trap, . - thread_trap

// Where a killed linked thread goes on, on a stack that it may use: rdi is its descriptor.
    .globl thread_die_raw
    .hidden thread_die_raw
    .type thread_die_raw, @function
    .p2align 4
thread_die_raw:
    .cfi_startproc
    .cfi_undefined %rip
    andq    $-16, %rsp
    pushq   $0
    pushq   $0
    call    *fault_die(%rip)
    ud2
    .cfi_endproc
    .size thread_die_raw, . - thread_die_raw

// void thread_fault_store(self, address, value) and thread_fault_trap(self): a store, and an undefined
// instruction, as the program's own code would do them.
    .globl thread_fault_store
    .hidden thread_fault_store
    .type thread_fault_store, @function
    .p2align 4
thread_fault_store:
    movl    $1, 8(%rdi)
    movl    %edx, (%rsi)
    movl    $2, 8(%rdi)
    ret
    .size thread_fault_store, . - thread_fault_store
    .globl thread_fault_trap
    .hidden thread_fault_trap
    .type thread_fault_trap, @function
    .p2align 4
thread_fault_trap:
    .cfi_startproc
    .cfi_undefined %rip
    movl    $1, 8(%rdi)
1:  ud2
    jmp     1b
    .cfi_endproc
    .size thread_fault_trap, . - thread_fault_trap

// void *thread_run_based(self, function, argument): rdi, rsi, rdx. Calls function(argument) and
// keeps the place, so that thread_return_based can come back here from anywhere below.
    .globl thread_run_based
    .hidden thread_run_based
    .type thread_run_based, @function
    .p2align 4
thread_run_based:
    .cfi_startproc
    pushq   %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbp, 0
    movq    %rsp, %rbp
    .cfi_def_cfa_register %rbp
    pushq   %rbx
    .cfi_offset %rbx, -24
    pushq   %r12
    .cfi_offset %r12, -32
    pushq   %r13
    .cfi_offset %r13, -40
    pushq   %r14
    .cfi_offset %r14, -48
    pushq   %r15
    .cfi_offset %r15, -56
    subq    $8, %rsp
    movq    %rsp, 40(%rdi)
    movq    %rdx, %rdi
    call    *%rsi
.Lbased_return:
    movq    -8(%rbp), %rbx
    movq    -16(%rbp), %r12
    movq    -24(%rbp), %r13
    movq    -32(%rbp), %r14
    movq    -40(%rbp), %r15
    movq    %rbp, %rsp
    popq    %rbp
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_endproc
    .size thread_run_based, . - thread_run_based

// void thread_return_based(uint64_t host_sp): rdi. Returns null from thread_run_based.
    .globl thread_return_based
    .hidden thread_return_based
    .type thread_return_based, @function
    .p2align 4
thread_return_based:
    movq    %rdi, %rsp
    leaq    48(%rdi), %rbp
    xorl    %eax, %eax
    jmp     .Lbased_return
    .size thread_return_based, . - thread_return_based

    .section .note.GNU-stack, "", @progbits
