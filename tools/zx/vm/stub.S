// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A boot loader for images that expect a 32-bit processor without paging, as multiboot has it. It
// is copied to VM_STUB, begins in 64-bit mode, and goes to edi with what eax and ebx are to be in
// esi and edx.
#include "stub.h"

    .section .rodata
    .global vm_stub, vm_stub_end
#define AT(label) (label - vm_stub + VM_STUB)
    .code64
vm_stub:
    lgdt AT(gdtr)
    mov $AT(stack_end), %esp
    pushq $0x08
    pushq $AT(narrow)
    lretq
    .code32
narrow:
    mov $0x10, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %fs
    mov %eax, %gs
    mov %eax, %ss
    mov %cr0, %eax
    and $0x7fffffff, %eax // no paging
    mov %eax, %cr0
    mov $0xc0000080, %ecx // and no long mode
    mov %edx, %ebx
    rdmsr
    and $~0x100, %eax
    wrmsr
    xor %eax, %eax
    mov %eax, %cr4
    mov %esi, %eax
    jmp *%edi

    .balign 8
gdt:
    .8byte 0
    .8byte 0x00cf9a000000ffff
    .8byte 0x00cf92000000ffff
gdtr:
    .2byte gdtr - gdt - 1
    .8byte AT(gdt)
    .balign 16
    .fill 64, 1, 0
stack_end:
vm_stub_end:
    .section .note.GNU-stack, "", @progbits
