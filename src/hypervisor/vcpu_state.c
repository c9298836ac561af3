// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "hypervisor/vcpu_state.h"

#include <string.h>

// Segment types, and the flags that user code may change: carry, parity, adjust, zero, sign, trap,
// direction, overflow, nested task, alignment check and identification.
enum {
    SEGMENT_DATA = 3,
    SEGMENT_CODE = 15,
    SEGMENT_LDT = 2,
    SEGMENT_BUSY_TSS = 11,
    FLAGS_USER = 0x244dd5,
};

void vcpu_state_begin(uint32_t id, uint64_t entry, struct hv_system *system,
                      struct hv_registers *registers) {
    bool first = id == 0;
    const struct hv_segment data = {
        .limit = 0xffff, .type = SEGMENT_DATA, .present = true, .s = true};
    *system = (struct hv_system){
        .ds = data,
        .es = data,
        .fs = data,
        .gs = data,
        .ss = data,
        .tr = {.limit = 0xffff, .type = SEGMENT_BUSY_TSS, .present = true},
        .ldt = {.limit = 0xffff, .type = SEGMENT_LDT, .present = true},
        .gdt_limit = 0xffff,
        .idt_limit = 0xffff,
        .efer = EFER_SCE | EFER_NXE,
        .cr0 = CR0_NE | CR0_ET,
    };
    system->cs = data;
    system->cs.type = SEGMENT_CODE;
    *registers = (struct hv_registers){.rflags = FLAGS_FIXED};
    if (first) {
        system->cs.l = true;
        system->cr0 |= CR0_PE | CR0_PG;
        system->cr4 = CR4_PAE;
        system->efer |= EFER_LME | EFER_LMA;
        registers->rip = entry;
    } else {
        system->cs.base = entry;
        system->cs.selector = (uint16_t)(entry >> 4);
    }
}

void vcpu_state_show(const struct hv_registers *registers, zx_vcpu_state_t *state) {
    *state = (zx_vcpu_state_t){
        .rax = registers->rax,
        .rcx = registers->rcx,
        .rdx = registers->rdx,
        .rbx = registers->rbx,
        .rsp = registers->rsp,
        .rbp = registers->rbp,
        .rsi = registers->rsi,
        .rdi = registers->rdi,
        .r8 = registers->r8,
        .r9 = registers->r9,
        .r10 = registers->r10,
        .r11 = registers->r11,
        .r12 = registers->r12,
        .r13 = registers->r13,
        .r14 = registers->r14,
        .r15 = registers->r15,
        .rflags = registers->rflags & FLAGS_USER,
    };
}

void vcpu_state_change(struct hv_registers *registers, const zx_vcpu_state_t *state) {
    uint64_t flags = registers->rflags;
    if ((state->rflags & FLAGS_FIXED) != 0) {
        flags = (flags & ~(uint64_t)FLAGS_USER) | (state->rflags & FLAGS_USER);
    }
    *registers = (struct hv_registers){
        .rax = state->rax,
        .rcx = state->rcx,
        .rdx = state->rdx,
        .rbx = state->rbx,
        .rsp = state->rsp,
        .rbp = state->rbp,
        .rsi = state->rsi,
        .rdi = state->rdi,
        .r8 = state->r8,
        .r9 = state->r9,
        .r10 = state->r10,
        .r11 = state->r11,
        .r12 = state->r12,
        .r13 = state->r13,
        .r14 = state->r14,
        .r15 = state->r15,
        .rip = registers->rip,
        .rflags = flags,
    };
}

void vcpu_state_set_input(struct hv_registers *registers, const void *data, uint8_t size) {
    memcpy(&registers->rax, data, size);
}
