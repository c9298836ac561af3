// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Memory accesses that trap: the board page, and the empty space around it, where reads give ones
// and writes go nowhere.
#include "vm.h"

#include <string.h>
#include <unistd.h>
#include <zircon/status.h>
#include <Zydis/Zydis.h>

static const uint64_t board_page = 0xd0000000;
enum { BOARD_CONSOLE = 0, BOARD_CLOCK = 8 };

static uint64_t load(struct machine *machine, uint64_t address) {
    if (address - board_page == BOARD_CLOCK) {
        return (uint64_t)(machine_now() - machine->begun);
    }
    return UINT64_MAX;
}

static void store(struct machine *machine, uint64_t address, uint64_t value) {
    if (address - board_page == BOARD_CONSOLE) {
        pthread_mutex_lock(&machine->lock);
        uart_write(machine, 0x3f8, (uint8_t)value);
        pthread_mutex_unlock(&machine->lock);
    }
}

// A general register, by the number of its widest form.
static uint64_t *general(zx_vcpu_state_t *state, ZydisRegister name) {
    switch (ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, name)) {
    case ZYDIS_REGISTER_RAX:
        return &state->rax;
    case ZYDIS_REGISTER_RCX:
        return &state->rcx;
    case ZYDIS_REGISTER_RDX:
        return &state->rdx;
    case ZYDIS_REGISTER_RBX:
        return &state->rbx;
    case ZYDIS_REGISTER_RSP:
        return &state->rsp;
    case ZYDIS_REGISTER_RBP:
        return &state->rbp;
    case ZYDIS_REGISTER_RSI:
        return &state->rsi;
    case ZYDIS_REGISTER_RDI:
        return &state->rdi;
    case ZYDIS_REGISTER_R8:
        return &state->r8;
    case ZYDIS_REGISTER_R9:
        return &state->r9;
    case ZYDIS_REGISTER_R10:
        return &state->r10;
    case ZYDIS_REGISTER_R11:
        return &state->r11;
    case ZYDIS_REGISTER_R12:
        return &state->r12;
    case ZYDIS_REGISTER_R13:
        return &state->r13;
    case ZYDIS_REGISTER_R14:
        return &state->r14;
    case ZYDIS_REGISTER_R15:
        return &state->r15;
    default:
        return NULL;
    }
}

static bool is_high_byte(ZydisRegister name) {
    return name >= ZYDIS_REGISTER_AH && name <= ZYDIS_REGISTER_BH;
}

static uint64_t low_bits(uint64_t value, unsigned bits) {
    return bits >= 64 ? value : value & ((1ull << bits) - 1);
}

static void set_register(zx_vcpu_state_t *state, const ZydisDecodedOperand *to, uint64_t value) {
    uint64_t *whole = general(state, to->reg.value);
    if (is_high_byte(to->reg.value)) {
        *whole = (*whole & ~0xff00ull) | (value & 0xff) << 8;
    } else if (to->size >= 32) {
        *whole = low_bits(value, to->size);
    } else {
        *whole = (*whole & ~low_bits(UINT64_MAX, to->size)) | low_bits(value, to->size);
    }
}

static uint64_t source_value(zx_vcpu_state_t *state, const ZydisDecodedOperand *from) {
    if (from->type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
        return from->imm.value.u;
    }
    uint64_t value = *general(state, from->reg.value);
    return is_high_byte(from->reg.value) ? value >> 8 : value;
}

static bool is_simple(const ZydisDecodedOperand *operand) {
    zx_vcpu_state_t none;
    return operand->type == ZYDIS_OPERAND_TYPE_IMMEDIATE ||
           (operand->type == ZYDIS_OPERAND_TYPE_REGISTER &&
            general(&none, operand->reg.value) != NULL);
}

static bool apply(struct machine *machine, uint64_t address, zx_vcpu_state_t *state,
                  const ZydisDecodedInstruction *instruction, const ZydisDecodedOperand *operands) {
    const ZydisDecodedOperand *to = &operands[0], *from = &operands[1];
    switch (instruction->mnemonic) {
    case ZYDIS_MNEMONIC_MOV:
    case ZYDIS_MNEMONIC_MOVZX:
    case ZYDIS_MNEMONIC_MOVSX:
    case ZYDIS_MNEMONIC_MOVSXD:
        break;
    default:
        return false;
    }
    if (to->type == ZYDIS_OPERAND_TYPE_MEMORY && is_simple(from)) {
        store(machine, address, low_bits(source_value(state, from), to->size));
        return true;
    }
    if (from->type != ZYDIS_OPERAND_TYPE_MEMORY || !is_simple(to)) {
        return false;
    }
    uint64_t value = low_bits(load(machine, address), from->size);
    if (instruction->mnemonic == ZYDIS_MNEMONIC_MOVSX ||
        instruction->mnemonic == ZYDIS_MNEMONIC_MOVSXD) {
        uint64_t sign = 1ull << (from->size - 1);
        value = (value ^ sign) - sign;
    }
    set_register(state, to, value);
    return true;
}

bool mmio_serve(struct machine *machine, const zx_packet_guest_mem_t *packet) {
    // Whether it is 64-bit code the packet does not tell; ours is, or it has no prefixes that
    // would mean something else there.
    ZydisDecoder decoder;
    ZydisDecodedInstruction instruction;
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
    bool wide = packet->default_operand_size == 4;
    ZydisDecoderInit(&decoder,
                     wide ? ZYDIS_MACHINE_MODE_LONG_64 : ZYDIS_MACHINE_MODE_LONG_COMPAT_16,
                     wide ? ZYDIS_STACK_WIDTH_64 : ZYDIS_STACK_WIDTH_16);
    zx_vcpu_state_t state;
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, packet->inst_buf, packet->inst_len,
                                             &instruction, operands)) ||
        zx_vcpu_read_state(machine->vcpu, ZX_VCPU_STATE, &state, sizeof(state)) != ZX_OK ||
        !apply(machine, packet->addr, &state, &instruction, operands) ||
        zx_vcpu_write_state(machine->vcpu, ZX_VCPU_STATE, &state, sizeof(state)) != ZX_OK) {
        char text[X86_MAX_INST_LEN * 3 + 1] = "";
        for (unsigned i = 0; i < packet->inst_len; i++) {
            sprintf(text + 3 * i, " %02x", packet->inst_buf[i]);
        }
        zx_complain("vm",
                    "the guest used the address %#lx, where no memory is, with an instruction "
                    "that is not understood here:%s",
                    packet->addr, text);
        return false;
    }
    return true;
}
