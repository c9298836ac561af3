// Part of libzircon. BSD-3-Clause, see LICENSE.
// What the tests' guests run: programs that are copied to GUEST_CODE, and the runtime that they
// share, which is copied to GUEST_RUNTIME.
#include "layout.h"

// A program from guest_NAME to guest_NAME_end. AT(x) is where its label x lies in the guest.
.macro PROGRAM name
    .balign 16
    .global guest_\name
    guest_\name:
    77:
    .code64
.endm
.macro END name
    .global guest_\name\()_end
    guest_\name\()_end:
.endm
#define AT(label) (label - 77b + GUEST_CODE)
#define EXIT movq $0, (GUEST_EXIT)

// Segments, an interrupt table and a stack.
.macro INIT
    lgdt (runtime_gdtr - guest_runtime + GUEST_RUNTIME)
    lidt (runtime_idtr - guest_runtime + GUEST_RUNTIME)
    mov $GUEST_STACK, %rsp
    pushq $CODE_64
    pushq $AT(1f)
    lretq
1:  mov $DATA, %eax
    mov %eax, %ss
    mov %eax, %ds
    mov %eax, %es
    mov $TASK, %eax
    ltr %ax
.endm

.section .rodata

// --- the runtime ---

// The handlers: number in rax, error code (or what else is on the stack) in rbx, and exit. They
// come back from an exit with iretq; those that got an error code do not come back.
    .balign 16
    .global guest_runtime
guest_runtime:
    .code64
.set vector, 0
.rept 256
    .balign 32
    mov (%rsp), %rbx
    mov $vector, %eax
    movq $1, (GUEST_EXIT)
    iretq
    .set vector, vector + 1
.endr

    .balign 16
runtime_idt:
.set vector, 0
.rept 256
    .2byte GUEST_RUNTIME + 32 * vector
    .2byte CODE_64
    .byte 0
    .byte 0x8e
    .2byte 0
    .8byte 0
    .set vector, vector + 1
.endr
runtime_idtr:
    .2byte runtime_idtr - runtime_idt - 1
    .8byte runtime_idt - guest_runtime + GUEST_RUNTIME

    .balign 16
runtime_gdt:
    .8byte 0
    .8byte 0x00cf9a000000ffff // CODE_32
    .8byte 0x00af9a000000ffff // CODE_64
    .8byte 0x00cf92000000ffff // DATA
    .8byte 0x00cffa000000ffff // USER_CODE_32
    .8byte 0x00cff2000000ffff // USER_DATA
    .8byte 0x00affa000000ffff // USER_CODE_64
    .8byte 0x00cff2000000ffff // USER_DATA_AGAIN
    .8byte 0x008f9a000000ffff // CODE_16
    .8byte 0x0000890000000067 | (((runtime_task - guest_runtime + GUEST_RUNTIME) & 0xffffff) << 16)
    .8byte 0
runtime_gdtr:
    .2byte runtime_gdtr - runtime_gdt - 1
    .8byte runtime_gdt - guest_runtime + GUEST_RUNTIME
    .balign 16
runtime_task: // the stack for interrupts from user code
    .4byte 0
    .8byte GUEST_STACK - 0x800
    .fill 92, 1, 0
    .global guest_runtime_end
guest_runtime_end:

// --- programs ---

// What runs without any exit.
PROGRAM resume
    mov %cr3, %rax
    mov %rax, %cr3
    mov $0xc0000101, %ecx // GS base
    xor %eax, %eax
    xor %edx, %edx
    wrmsr
    xor %eax, %eax
    cpuid
    EXIT
    hlt
END resume

// Adds to each register its number, and sets two flags.
PROGRAM registers
    add $1, %rax
    add $2, %rcx
    add $3, %rdx
    add $4, %rbx
    add $5, %rsp
    add $6, %rbp
    add $7, %rsi
    add $8, %rdi
    add $9, %r8
    add $10, %r9
    add $11, %r10
    add $12, %r11
    add $13, %r12
    add $14, %r13
    add $15, %r14
    add $16, %r15
    mov %rsp, (GUEST_DATA)
    mov $GUEST_STACK, %rsp
    pushq $0x40003 // AC, CF
    popfq
    mov (GUEST_DATA), %rsp
    EXIT
    hlt
END registers

// Exits, then takes interrupts.
PROGRAM interrupt
    INIT
    EXIT
    sti
1:  nop
    jmp 1b
END interrupt

// Exits; then takes interrupts only between two exits.
PROGRAM interrupt_window
    INIT
    EXIT
    mov $1000, %ecx
1:  loop 1b
    EXIT
    sti
    nop
    cli
    EXIT
    hlt
END interrupt_window

PROGRAM halt
    INIT
    EXIT
    sti
    hlt
    EXIT
    cli
    hlt // wakes without taking the interrupt
    EXIT
    hlt
END halt

PROGRAM pause
    pause
    EXIT
    hlt
END pause

// rax: CR0 at the start, rbx: after NE was cleared, rcx: after it was set.
PROGRAM cr0
    mov %cr0, %rax
    mov %rax, %rdx
    and $~0x20, %rdx
    mov %rdx, %cr0
    mov %cr0, %rbx
    or $0x20, %rdx
    mov %rdx, %cr0
    mov %cr0, %rcx
    EXIT
    hlt
END cr0

PROGRAM bad_cr0
    INIT
    mov $0x1, %rax // long mode without paging
    or $1 << 29, %rax // not write-through without cache disable
    mov %rax, %cr0
    EXIT
    hlt
END bad_cr0

// rbx becomes 1 in 32-bit code, rcx 2 in 16-bit code.
PROGRAM compatible
    INIT
    xor %ebx, %ebx
    xor %ecx, %ecx
    pushq $CODE_32
    pushq $AT(compatible_32)
    lretq
    .code32
compatible_32:
    mov $1, %ebx // and no prefix that 64-bit code would make of the next byte
    .byte 0x41   // inc %ecx
    cmp $1, %ecx
    jne compatible_16_wrong
    pushl $CODE_64
    pushl $AT(compatible_back)
    lret
compatible_16_wrong:
    xor %ebx, %ebx
    pushl $CODE_64
    pushl $AT(compatible_end)
    lret
    .code64
compatible_back:
    xor %ecx, %ecx
    pushq $CODE_16
    pushq $AT(compatible_16)
    lretq
    .code16
compatible_16:
    mov %esp, %eax
    push $0
    sub %esp, %eax
    cmp $2, %ax // and not 4
    jne compatible_16_end
    mov $2, %cx
compatible_16_end:
    pop %ax
    ljmpl $CODE_64, $AT(compatible_done)
    .code64
compatible_done:
compatible_end:
    EXIT
    hlt
END compatible

PROGRAM syscall
    INIT
    mov $0xc0000081, %ecx // STAR
    xor %eax, %eax
    mov $(USER_CODE_32 << 16 | CODE_64), %edx
    wrmsr
    mov $0xc0000082, %ecx // LSTAR
    mov $AT(syscall_kernel), %eax
    xor %edx, %edx
    wrmsr
    mov $2, %r11d
    mov $AT(syscall_user), %rcx
    xor %ebx, %ebx
    sysretq
syscall_user:
    mov %cs, %ebx
    syscall
syscall_kernel:
    EXIT
    hlt
END syscall

.macro SYSENTER_REGISTERS target
    xor %edx, %edx
    mov $0x174, %ecx
    mov $CODE_64, %eax
    wrmsr
    mov $0x175, %ecx
    mov $GUEST_STACK, %eax
    wrmsr
    mov $0x176, %ecx
    mov $\target, %eax
    wrmsr
    mov $GUEST_STACK - 0x100, %rcx
.endm

PROGRAM sysenter
    INIT
    SYSENTER_REGISTERS AT(sysenter_kernel)
    mov $AT(sysenter_user), %rdx
    xor %ebx, %ebx
    sysexitq
sysenter_user:
    mov %cs, %ebx
    sysenter
sysenter_kernel:
    EXIT
    hlt
END sysenter

PROGRAM sysenter_compatible
    INIT
    SYSENTER_REGISTERS AT(sysenter_compatible_kernel)
    mov $AT(sysenter_compatible_user), %rdx
    xor %ebx, %ebx
    sysexitl
    .code32
sysenter_compatible_user:
    mov %cs, %ebx
    sysenter
    .code64
sysenter_compatible_kernel:
    EXIT
    hlt
END sysenter_compatible

// Calls the hypervisor with rax and so on as they are given.
PROGRAM hypercall
    vmcall
    EXIT
    hlt
END hypercall

PROGRAM xmm
    mov %cr4, %rax
    or $0x200, %rax // OSFXSR
    mov %rax, %cr4
    mov $0x89abcdef01234567, %rax
    movq %rax, %xmm0
    mov $0x76543210fedcba98, %rax
    movq %rax, %xmm1
    punpcklqdq %xmm1, %xmm0
    EXIT
    movq %xmm0, %rax
    movhlps %xmm0, %xmm0
    movq %xmm0, %rbx
    EXIT
    mov %cr4, %rcx
    and $~0x200, %rcx
    mov %rcx, %cr4
    EXIT
    EXIT
    hlt
END xmm

// One access to the trapped page.
PROGRAM trap
    movq $0, (GUEST_TRAP)
    EXIT
    hlt
END trap

// Writes to the trapped page, rcx times.
PROGRAM ring
    INIT
1:  mov %ecx, (GUEST_TRAP + 8)
    dec %rcx
    jnz 1b
    EXIT
    jmp 1b
END ring

PROGRAM read_trap
    mov (GUEST_TRAP + 4), %eax
    EXIT
    hlt
END read_trap

// Instructions that use the trapped page, each followed by an exit; rdi is its address.
PROGRAM instructions
    INIT
    mov $GUEST_TRAP, %rdi
    EXIT
    mov %al, (%rdi)
    EXIT
    mov 8(%rdi), %rbx
    EXIT
    movb $0x12, 3(%rdi, %rcx, 2)
    EXIT
    movw $0x1234, 0x10(%rdi)
    EXIT
    xchg %eax, 0x20(%rdi)
    EXIT
    lock incl 0x24(%rdi)
    EXIT
    movzbl 0x28(%rdi), %eax
    EXIT
    push 0x30(%rdi)
    EXIT
    mov $GUEST_DATA, %rsi
    add $0x40, %rdi
    movsq
    EXIT
    mov %cr4, %rax
    or $0x200, %rax
    mov %rax, %cr4
    movdqu %xmm0, 0x80(%rdi)
    EXIT
    mov %eax, %gs:(GUEST_TRAP - 0x100)
    EXIT
    hlt
END instructions

// An instruction that lies across two pages.
PROGRAM across
    jmp 1f
    .org guest_across + 0x1000 - 4
1:  movq $0, (GUEST_TRAP)
    EXIT
    hlt
END across

PROGRAM io_out
    INIT
    mov $0x12345678, %eax
    out %al, $GUEST_PORT
    mov $GUEST_PORT + 1, %edx
    out %ax, %dx
    inc %edx
    out %eax, %dx
    EXIT
    hlt
END io_out

// rbx, rcx, rsi: rax after each IN.
PROGRAM io_in
    mov $-1, %rax
    in $GUEST_PORT, %al
    mov %rax, %rbx
    mov $-1, %rax
    in $GUEST_PORT + 1, %ax
    mov %rax, %rcx
    mov $-1, %rax
    in $GUEST_PORT + 2, %eax
    mov %rax, %rsi
    EXIT
    hlt
END io_in

PROGRAM io_string
    mov $GUEST_DATA, %esi
    mov $GUEST_PORT, %edx
    outsb
    EXIT
    hlt
END io_string

PROGRAM io_string_in
    mov $GUEST_DATA, %edi
    mov $GUEST_PORT, %edx
    insb
    EXIT
    hlt
END io_string_in

PROGRAM io_repeat
    mov $GUEST_DATA, %esi
    mov $GUEST_PORT, %edx
    mov $16, %ecx
    rep outsb
    EXIT
    hlt
END io_repeat

// Between exits: RDMSR, WRMSR, CPUID with the registers as they are.
PROGRAM rdmsr
    INIT
1:  EXIT
    rdmsr
    jmp 1b
END rdmsr

PROGRAM wrmsr
    INIT
1:  EXIT
    wrmsr
    jmp 1b
END wrmsr

PROGRAM cpuid
    INIT
1:  EXIT
    cpuid
    jmp 1b
END cpuid

// XSETBV with the registers as they are.
PROGRAM xsetbv
    INIT
    mov %cr4, %r8
    or $0x40200, %r8 // OSXSAVE, OSFXSR
    mov %r8, %cr4
1:  EXIT
    xsetbv
    jmp 1b
END xsetbv

// Loads and stores at rdi.
PROGRAM load
    INIT
1:  EXIT
    mov (%rdi), %rax
    jmp 1b
END load

PROGRAM store
    INIT
1:  EXIT
    mov %rax, (%rdi)
    jmp 1b
END store

PROGRAM jump
    INIT
1:  EXIT
    call *%rdi
    jmp 1b
END jump

// Copies a frame's pointers from below rdi.
PROGRAM nested
    INIT
1:  EXIT
    mov %rdi, %rbp
    enter $0, $2
    mov $GUEST_STACK, %esp
    jmp 1b
END nested

PROGRAM triple_fault
    lidt (GUEST_DATA)
    ud2
END triple_fault

PROGRAM spin
    INIT
1:  jmp 1b
END spin

// Counts for ever.
PROGRAM count
    INIT
    xor %eax, %eax
    mov %rax, (GUEST_DATA)
1:  incq (GUEST_DATA)
    jmp 1b
END count

// Takes an exception with its interrupt table where no memory is.
PROGRAM lost_table
    INIT
    EXIT
    lidt AT(1f)
    int3
1:  .2byte 0xfff
    .8byte GUEST_FREE
END lost_table

// The first processor asks to start the second, and sleeps until its interrupt comes. The second
// goes from real to 64-bit mode, says so in memory and sends that interrupt.
PROGRAM processors
    INIT
    mov $0x830, %ecx // the interrupt command register
    mov $1, %edx
    mov $5 << 8, %eax
    wrmsr
    mov $(6 << 8 | (GUEST_CODE + 0x1000) >> 12), %eax
    wrmsr
    sti
1:  hlt
    jmp 1b
    .org guest_processors + 0x1000
    .code16
    xor %ax, %ax
    mov %ax, %ds
    lgdtl (runtime_gdtr - guest_runtime + GUEST_RUNTIME)
    mov $0x20, %eax // PAE
    mov %eax, %cr4
    xor %eax, %eax
    mov %eax, %cr3
    mov $0xc0000080, %ecx
    rdmsr
    or $0x100, %eax // LME
    wrmsr
    mov $0x80000011, %eax // PG, ET, PE
    mov %eax, %cr0
    ljmpl $CODE_64, $AT(2f)
    .code64
2:  mov $DATA, %eax
    mov %eax, %ss
    mov %eax, %ds
    lock incl (GUEST_DATA)
    mov $0x830, %ecx
    xor %edx, %edx
    mov $0x40, %eax
    wrmsr
    EXIT
    hlt
END processors

// Real mode: exits by a port, since the exit page is out of reach.
PROGRAM real
    .code16
    mov %cs, %ax
    mov $GUEST_PORT, %dx
    out %al, %dx
    mov $0x1234, %ax
    out %ax, %dx
    mov %cr0, %eax
    out %eax, %dx
1:  hlt
    jmp 1b
END real

    .section .note.GNU-stack, "", @progbits
