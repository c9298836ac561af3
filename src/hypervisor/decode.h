// Part of libzircon. BSD-3-Clause, see LICENSE.
// What an instruction of the guest's is, and which memory it uses.
#pragma once

#include "hypervisor/backend.h"

enum { DECODE_BYTES_MAX = 15, DECODE_ACCESSES_MAX = 6 };

struct decode_access {
    uint64_t linear;
    uint32_t size; // in bytes, at least 1
    bool write;
};

struct decoded {
    uint8_t length;
    bool is_plain_io; // IN or OUT, not one for strings
    uint32_t access_count;
    struct decode_access accesses[DECODE_ACCESSES_MAX];
};

// Operands are 4 bytes long in this mode, if no prefix says otherwise; else 2.
uint8_t decode_operand_size(const struct hv_system *system);

// The linear address of the next instruction.
uint64_t decode_linear_rip(const struct hv_system *system, const struct hv_registers *registers);

// False if the bytes begin with no instruction.
bool decode(const struct hv_system *system, const struct hv_registers *registers,
            const uint8_t *bytes, size_t size, struct decoded *decoded);
