// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Zydis decodes; what it calls of libc are memset and memcpy.
#include "hypervisor/decode.h"

#include <Zydis/Zydis.h>

#include "hypervisor/vcpu_state.h"

static bool is_long(const struct hv_system *system) {
    return (system->efer & EFER_LMA) != 0 && system->cs.l;
}

uint8_t decode_operand_size(const struct hv_system *system) {
    return is_long(system) || system->cs.db ? 4 : 2;
}

uint64_t decode_linear_rip(const struct hv_system *system, const struct hv_registers *registers) {
    return is_long(system) ? registers->rip : (uint32_t)(system->cs.base + registers->rip);
}

// Which of the general registers it is, by Zydis's number of its widest form; null for others.
static const uint64_t *general(const struct hv_registers *registers, ZydisRegister widest) {
    switch (widest) {
    case ZYDIS_REGISTER_RAX:
        return &registers->rax;
    case ZYDIS_REGISTER_RCX:
        return &registers->rcx;
    case ZYDIS_REGISTER_RDX:
        return &registers->rdx;
    case ZYDIS_REGISTER_RBX:
        return &registers->rbx;
    case ZYDIS_REGISTER_RSP:
        return &registers->rsp;
    case ZYDIS_REGISTER_RBP:
        return &registers->rbp;
    case ZYDIS_REGISTER_RSI:
        return &registers->rsi;
    case ZYDIS_REGISTER_RDI:
        return &registers->rdi;
    case ZYDIS_REGISTER_R8:
        return &registers->r8;
    case ZYDIS_REGISTER_R9:
        return &registers->r9;
    case ZYDIS_REGISTER_R10:
        return &registers->r10;
    case ZYDIS_REGISTER_R11:
        return &registers->r11;
    case ZYDIS_REGISTER_R12:
        return &registers->r12;
    case ZYDIS_REGISTER_R13:
        return &registers->r13;
    case ZYDIS_REGISTER_R14:
        return &registers->r14;
    case ZYDIS_REGISTER_R15:
        return &registers->r15;
    default:
        return NULL;
    }
}

static uint64_t low_bits(uint64_t value, unsigned width) {
    return width >= 64 ? value : value & ((1ull << width) - 1);
}

struct operands {
    const struct hv_system *system;
    const struct hv_registers *registers;
    const ZydisDecodedInstruction *instruction;
};

// The value of a register in an address. False for one that is no general register.
static bool value_of(const struct operands *of, ZydisRegister name, uint64_t *value) {
    *value = 0;
    if (name == ZYDIS_REGISTER_NONE) {
        return true;
    }
    if (name == ZYDIS_REGISTER_RIP || name == ZYDIS_REGISTER_EIP) {
        *value = of->registers->rip + of->instruction->length;
        return true;
    }
    ZydisRegister widest = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, name);
    const uint64_t *from = general(of->registers, widest);
    if (from == NULL) {
        return false;
    }
    *value = low_bits(*from, ZydisRegisterGetWidth(ZYDIS_MACHINE_MODE_LONG_64, name));
    return true;
}

static uint64_t segment_base(const struct hv_system *system, ZydisRegister segment) {
    switch (segment) {
    case ZYDIS_REGISTER_FS:
        return system->fs.base;
    case ZYDIS_REGISTER_GS:
        return system->gs.base;
    default:
        break;
    }
    if (is_long(system)) {
        return 0;
    }
    switch (segment) {
    case ZYDIS_REGISTER_CS:
        return system->cs.base;
    case ZYDIS_REGISTER_SS:
        return system->ss.base;
    case ZYDIS_REGISTER_ES:
        return system->es.base;
    default:
        return system->ds.base;
    }
}

// How far from its operand a bit instruction with the bit's number in a register goes.
static uint64_t bit_distance(const struct operands *of, const ZydisDecodedOperand *memory) {
    const ZydisDecodedOperand *bit = memory + 1;
    switch (of->instruction->mnemonic) {
    case ZYDIS_MNEMONIC_BT:
    case ZYDIS_MNEMONIC_BTC:
    case ZYDIS_MNEMONIC_BTR:
    case ZYDIS_MNEMONIC_BTS:
        break;
    default:
        return 0;
    }
    uint64_t number;
    if (bit->type != ZYDIS_OPERAND_TYPE_REGISTER || !value_of(of, bit->reg.value, &number)) {
        return 0;
    }
    uint64_t sign = 1ull << (bit->size - 1);
    int64_t words = (int64_t)((number ^ sign) - sign) >> __builtin_ctz(bit->size);
    return (uint64_t)words * (bit->size / 8u);
}

// The address of a memory operand. False for what is no single place, as of a gather.
static bool address_of(const struct operands *of, const ZydisDecodedOperand *operand,
                       uint64_t *linear) {
    uint64_t base, index;
    if (!value_of(of, operand->mem.base, &base) || !value_of(of, operand->mem.index, &index)) {
        return false;
    }
    uint64_t offset = base + index * operand->mem.scale;
    if (of->instruction->mnemonic == ZYDIS_MNEMONIC_XLAT) {
        offset += of->registers->rax & 0xff;
    }
    offset += bit_distance(of, operand);
    if (operand->mem.disp.has_displacement) {
        offset += (uint64_t)operand->mem.disp.value;
    }
    bool hidden = operand->visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN;
    bool stack = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, operand->mem.base) ==
                 ZYDIS_REGISTER_RSP;
    unsigned width = of->instruction->address_width;
    if (hidden && stack) {
        width = of->instruction->stack_width;
        if ((operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0) {
            offset -= operand->size / 8; // pushed
        }
    }
    *linear = segment_base(of->system, operand->mem.segment) + low_bits(offset, width);
    if (!is_long(of->system)) {
        *linear = (uint32_t)*linear;
    }
    return true;
}

bool decode(const struct hv_system *system, const struct hv_registers *registers,
            const uint8_t *bytes, size_t size, struct decoded *decoded) {
    bool wide = is_long(system), big = decode_operand_size(system) == 4;
    bool compatible = (system->efer & EFER_LMA) != 0;
    bool real = (system->cr0 & CR0_PE) == 0;
    ZydisMachineMode mode =
        wide         ? ZYDIS_MACHINE_MODE_LONG_64
        : real       ? ZYDIS_MACHINE_MODE_REAL_16
        : compatible ? (big ? ZYDIS_MACHINE_MODE_LONG_COMPAT_32 : ZYDIS_MACHINE_MODE_LONG_COMPAT_16)
        : big        ? ZYDIS_MACHINE_MODE_LEGACY_32
                     : ZYDIS_MACHINE_MODE_LEGACY_16;
    ZydisStackWidth stack = wide                 ? ZYDIS_STACK_WIDTH_64
                            : system->ss.db != 0 ? ZYDIS_STACK_WIDTH_32
                                                 : ZYDIS_STACK_WIDTH_16;
    ZydisDecoder decoder;
    ZydisDecodedInstruction instruction;
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
    if (!ZYAN_SUCCESS(ZydisDecoderInit(&decoder, mode, stack)) ||
        !ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes, size, &instruction, operands))) {
        return false;
    }
    *decoded = (struct decoded){.length = instruction.length};
    decoded->is_plain_io =
        instruction.mnemonic == ZYDIS_MNEMONIC_IN || instruction.mnemonic == ZYDIS_MNEMONIC_OUT;
    const struct operands of = {system, registers, &instruction};
    for (int i = 0; i < instruction.operand_count; i++) {
        const ZydisDecodedOperand *operand = &operands[i];
        uint64_t linear;
        if (operand->type != ZYDIS_OPERAND_TYPE_MEMORY ||
            operand->mem.type != ZYDIS_MEMOP_TYPE_MEM ||
            decoded->access_count == DECODE_ACCESSES_MAX || !address_of(&of, operand, &linear)) {
            continue;
        }
        decoded->accesses[decoded->access_count++] = (struct decode_access){
            .linear = linear,
            .size = operand->size >= 8 ? operand->size / 8u : 1,
            .write = (operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0,
        };
    }
    return true;
}
