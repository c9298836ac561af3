// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/frame.h"

#include <asm/prctl.h>
#include <cpuid.h>
#include <string.h>
#include <ucontext.h>

#include "host/linux.h"
#include "host/threads.h"

enum {
    FLAG_TRAP = 1 << 8,
    // What user code may change: carry, parity, adjust, zero, sign, trap, direction, overflow,
    // nested task, alignment check, cpuid.
    FLAGS_USER = 1 | 1 << 2 | 1 << 4 | 1 << 6 | 1 << 7 | FLAG_TRAP | 1 << 10 | 1 << 11 | 1 << 14 |
                 1 << 18 | 1 << 21,
    FLAGS_START = 1 << 9 | 1 << 1, // interrupts on, and the bit that is always set
};

static greg_t *registers_of(const struct frame *frame) {
    return ((ucontext_t *)frame->context)->uc_mcontext.gregs;
}

void frame_open(struct thread *self, struct frame *frame, void *context) {
    frame->context = context;
    frame->loaded = false;
    frame->fs = frame->gs = 0;
    linux_call(SYS_arch_prctl, ARCH_GET_FS, &frame->fs);
    linux_call(SYS_arch_prctl, ARCH_GET_GS, &frame->gs);
    if (frame->gs == (uint64_t)(uintptr_t)self) {
        frame->gs = 0;
    }
}

void frame_close(struct thread *self, struct frame *frame) {
    if (frame->loaded) {
        linux_call(SYS_arch_prctl, ARCH_SET_FS, frame->fs);
        thread_set_gs(self, frame->gs);
    }
}

void frame_set_entry(struct frame *frame, uintptr_t pc, uintptr_t sp, uint64_t argument1,
                     uint64_t argument2) {
    greg_t *registers = registers_of(frame);
    for (int i = REG_R8; i <= REG_RIP; i++) {
        registers[i] = 0;
    }
    registers[REG_RIP] = (greg_t)pc;
    registers[REG_RSP] = (greg_t)sp;
    registers[REG_RDI] = (greg_t)argument1;
    registers[REG_RSI] = (greg_t)argument2;
    registers[REG_EFL] = FLAGS_START;
}

// --- general registers ---

void frame_get_general(const struct frame *frame, zx_thread_state_general_regs_t *to) {
    const greg_t *from = registers_of(frame);
    *to = (zx_thread_state_general_regs_t){
        .rax = (uint64_t)from[REG_RAX],
        .rbx = (uint64_t)from[REG_RBX],
        .rcx = (uint64_t)from[REG_RCX],
        .rdx = (uint64_t)from[REG_RDX],
        .rsi = (uint64_t)from[REG_RSI],
        .rdi = (uint64_t)from[REG_RDI],
        .rbp = (uint64_t)from[REG_RBP],
        .rsp = (uint64_t)from[REG_RSP],
        .r8 = (uint64_t)from[REG_R8],
        .r9 = (uint64_t)from[REG_R9],
        .r10 = (uint64_t)from[REG_R10],
        .r11 = (uint64_t)from[REG_R11],
        .r12 = (uint64_t)from[REG_R12],
        .r13 = (uint64_t)from[REG_R13],
        .r14 = (uint64_t)from[REG_R14],
        .r15 = (uint64_t)from[REG_R15],
        .rip = (uint64_t)from[REG_RIP],
        .rflags = (uint64_t)from[REG_EFL],
        .fs_base = frame->fs,
        .gs_base = frame->gs,
    };
}

bool frame_set_general(struct frame *frame, const zx_thread_state_general_regs_t *from) {
    if (frame->in_call && from->rip >= (uint64_t)1 << 47) {
        return false;
    }
    greg_t *to = registers_of(frame);
    to[REG_RAX] = (greg_t)from->rax;
    to[REG_RBX] = (greg_t)from->rbx;
    to[REG_RCX] = (greg_t)from->rcx;
    to[REG_RDX] = (greg_t)from->rdx;
    to[REG_RSI] = (greg_t)from->rsi;
    to[REG_RDI] = (greg_t)from->rdi;
    to[REG_RBP] = (greg_t)from->rbp;
    to[REG_RSP] = (greg_t)from->rsp;
    to[REG_R8] = (greg_t)from->r8;
    to[REG_R9] = (greg_t)from->r9;
    to[REG_R10] = (greg_t)from->r10;
    to[REG_R11] = (greg_t)from->r11;
    to[REG_R12] = (greg_t)from->r12;
    to[REG_R13] = (greg_t)from->r13;
    to[REG_R14] = (greg_t)from->r14;
    to[REG_R15] = (greg_t)from->r15;
    to[REG_RIP] = (greg_t)from->rip;
    to[REG_EFL] = (to[REG_EFL] & ~(greg_t)FLAGS_USER) | ((greg_t)from->rflags & FLAGS_USER);
    if (frame->fs != from->fs_base || frame->gs != from->gs_base) {
        frame->fs = from->fs_base;
        frame->gs = from->gs_base;
        frame->loaded = true;
    }
    return true;
}

bool frame_is_stepped(const struct frame *frame) {
    return (registers_of(frame)[REG_EFL] & FLAG_TRAP) != 0;
}

void frame_set_stepped(struct frame *frame, bool stepped) {
    greg_t *flags = &registers_of(frame)[REG_EFL];
    *flags = stepped ? *flags | FLAG_TRAP : *flags & ~(greg_t)FLAG_TRAP;
}

// --- the processor's extended state, as its XSAVE instruction lays it out ---

struct legacy_area {
    uint16_t fcw, fsw;
    uint8_t ftw, reserved;
    uint16_t fop;
    uint64_t fip, fdp;
    uint32_t mxcsr, mxcsr_mask;
    uint8_t st[8][16];
    uint8_t xmm[16][16];
    uint8_t unused[48];
    // Linux's note on what follows the area.
    uint32_t magic, extended_size;
    uint64_t features;
    uint32_t size;
    uint8_t unused2[28];
    // The header of the rest.
    uint64_t present;
};

enum {
    MAGIC = 0x46505853,
    FEATURE_X87 = 0,
    FEATURE_SSE = 1,
    FEATURE_AVX = 2,
    FEATURE_MASKS = 5,
    FEATURE_ZMM_HIGH = 6,
    FEATURE_ZMM_MORE = 7,
};

static struct legacy_area *area_of(const struct frame *frame) {
    return (struct legacy_area *)(void *)((ucontext_t *)frame->context)->uc_mcontext.fpregs;
}

// Where a part of the state lies, null if the processor lacks it. A part in its initial state is
// not stored: `mark` says that it is about to be written, else it reads as zero, which is null too.
static uint8_t *part_of(struct legacy_area *area, uint32_t feature, bool mark) {
    uint32_t size, offset, c, d;
    if (area->magic != MAGIC || (area->features >> feature & 1) == 0) {
        return NULL;
    }
    if ((area->present >> feature & 1) == 0 && !mark) {
        return NULL;
    }
    __cpuid_count(0xd, feature, size, offset, c, d);
    if (offset + size > area->size) {
        return NULL;
    }
    uint8_t *part = (uint8_t *)area + offset;
    if ((area->present >> feature & 1) == 0) {
        memset(part, 0, size);
        area->present |= (uint64_t)1 << feature;
    }
    return part;
}

// A legacy part that is not present holds what the initial state is, as far as Linux stored it.
static void mark_legacy(struct legacy_area *area, uint32_t feature) {
    if (area->magic == MAGIC) {
        area->present |= (uint64_t)1 << feature;
    }
}

void frame_get_fp(const struct frame *frame, zx_thread_state_fp_regs_t *to) {
    const struct legacy_area *area = area_of(frame);
    memset(to, 0, sizeof(*to));
    if (area == NULL) {
        return;
    }
    to->fcw = area->fcw;
    to->fsw = area->fsw;
    to->ftw = area->ftw;
    to->fop = area->fop;
    to->fip = area->fip;
    to->fdp = area->fdp;
    memcpy(to->st, area->st, sizeof(to->st));
}

void frame_set_fp(struct frame *frame, const zx_thread_state_fp_regs_t *from) {
    struct legacy_area *area = area_of(frame);
    if (area == NULL) {
        return;
    }
    mark_legacy(area, FEATURE_X87);
    area->fcw = from->fcw;
    area->fsw = from->fsw;
    area->ftw = from->ftw;
    area->fop = from->fop;
    area->fip = from->fip;
    area->fdp = from->fdp;
    memcpy(area->st, from->st, sizeof(area->st));
}

// Bytes of each of the vector registers, and where in zmm they are.
static const struct vector_part {
    uint32_t feature, first, count, offset, size;
} parts[] = {
    {FEATURE_AVX, 0, 16, 16, 16},
    {FEATURE_ZMM_HIGH, 0, 16, 32, 32},
    {FEATURE_ZMM_MORE, 16, 16, 0, 64},
};
enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

void frame_get_vector(const struct frame *frame, zx_thread_state_vector_regs_t *to) {
    struct legacy_area *area = area_of(frame);
    memset(to, 0, sizeof(*to));
    if (area == NULL) {
        return;
    }
    for (int i = 0; i < 16; i++) {
        memcpy(&to->zmm[i], area->xmm[i], sizeof(area->xmm[i]));
    }
    to->mxcsr = area->mxcsr;
    for (int p = 0; p < PARTS; p++) {
        const uint8_t *part = part_of(area, parts[p].feature, false);
        for (uint32_t i = 0; part != NULL && i < parts[p].count; i++) {
            memcpy((uint8_t *)&to->zmm[parts[p].first + i] + parts[p].offset,
                   part + i * parts[p].size, parts[p].size);
        }
    }
    const uint8_t *masks = part_of(area, FEATURE_MASKS, false);
    if (masks != NULL) {
        memcpy(to->opmask, masks, sizeof(to->opmask));
    }
}

void frame_set_vector(struct frame *frame, const zx_thread_state_vector_regs_t *from) {
    struct legacy_area *area = area_of(frame);
    if (area == NULL) {
        return;
    }
    mark_legacy(area, FEATURE_SSE);
    for (int i = 0; i < 16; i++) {
        memcpy(area->xmm[i], &from->zmm[i], sizeof(area->xmm[i]));
    }
    // A reserved bit would make Linux refuse the whole frame.
    uint32_t allowed = area->mxcsr_mask != 0 ? area->mxcsr_mask : 0xffbf;
    area->mxcsr = from->mxcsr & allowed;
    for (int p = 0; p < PARTS; p++) {
        uint8_t *part = part_of(area, parts[p].feature, true);
        for (uint32_t i = 0; part != NULL && i < parts[p].count; i++) {
            memcpy(part + i * parts[p].size,
                   (const uint8_t *)&from->zmm[parts[p].first + i] + parts[p].offset,
                   parts[p].size);
        }
    }
    uint8_t *masks = part_of(area, FEATURE_MASKS, true);
    if (masks != NULL) {
        memcpy(masks, from->opmask, sizeof(from->opmask));
    }
}
