// Part of libzircon. BSD-3-Clause, see LICENSE.
// The teaching kernel's beginning: a multiboot header, and the way from 32-bit mode without paging to
// 64-bit mode with it.
    .section .multiboot, "a"
    .balign 4
    .4byte 0x1badb002, 2, -(0x1badb002 + 2) // we want to know the memory

    .section .text
    .global start
    .code32
start:
    mov $stack_end, %esp
    mov %eax, %esi // multiboot's mark
    // Page tables for the first 4 GiB, in pieces of 2 MiB: four tables of 512 entries.
    mov $tables + 0x2000, %edi
    mov $0x83, %eax // present, writable, large
    xor %edx, %edx
1:  mov %eax, (%edi)
    mov %edx, 4(%edi)
    add $8, %edi
    add $0x200000, %eax
    jnc 1b
    mov $tables + 0x1000, %edi
    mov $tables + 0x2003, %eax
    mov $4, %ecx
2:  mov %eax, (%edi)
    add $8, %edi
    add $0x1000, %eax
    loop 2b
    movl $tables + 0x1003, tables
    mov $tables, %eax
    mov %eax, %cr3
    mov %cr4, %eax
    or $0x20, %eax // PAE
    mov %eax, %cr4
    mov $0xc0000080, %ecx
    rdmsr
    or $0x100, %eax // long mode
    wrmsr
    mov %cr0, %eax
    or $0x80000000, %eax // paging
    mov %eax, %cr0
    lgdt gdtr
    ljmp $0x08, $wide

    .code64
wide:
    mov $0x10, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov %esi, %edi
    mov %ebx, %esi
    call kernel
    cli
3:  hlt
    jmp 3b

// Interrupt handlers: the number, and where it was.
.macro HANDLER number
    .balign 16
    push %rax
    mov $\number, %eax
    jmp interrupt
.endm
    .global handlers
    .balign 16
handlers:
.set number, 0
.rept 48
    HANDLER number
    .set number, number + 1
.endr

interrupt:
    push %rcx
    push %rdx
    push %rsi
    push %rdi
    push %r8
    push %r9
    push %r10
    push %r11
    mov %eax, %edi
    mov 72(%rsp), %rsi
    cld
    call handle_interrupt
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rdi
    pop %rsi
    pop %rdx
    pop %rcx
    pop %rax
    iretq

    .balign 8
gdt:
    .8byte 0
    .8byte 0x00af9a000000ffff
    .8byte 0x00cf92000000ffff
gdtr:
    .2byte gdtr - gdt - 1
    .8byte gdt

    .bss
    .balign 4096
tables:
    .skip 0x6000
    .skip 0x4000
stack_end:
    .section .note.GNU-stack, "", @progbits
