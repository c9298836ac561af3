// Part of libzircon. BSD-3-Clause, see LICENSE.
// The state of a vcpu: at its start, and as programs see it.
#pragma once

#include <zircon/syscalls/hypervisor.h>

#include "hypervisor/backend.h"

#define GUEST_ADDRESS_LIMIT (1ull << 48)
#define CR0_PG 0x80000000u

enum {
    CR0_PE = 1u << 0,
    CR0_ET = 1u << 4,
    CR0_NE = 1u << 5,
    CR4_PSE = 1u << 4,
    CR4_PAE = 1u << 5,
    CR4_LA57 = 1u << 12,
    EFER_SCE = 1u << 0,
    EFER_LME = 1u << 8,
    EFER_LMA = 1u << 10,
    EFER_NXE = 1u << 11,
    FLAGS_FIXED = 1u << 1, // always set
};

// What the vcpu `id`, from 0 on, starts with. The first begins in 64-bit mode at `entry`, the
// others in real mode there.
void vcpu_state_begin(uint32_t id, uint64_t entry, struct hv_system *system,
                      struct hv_registers *registers);

void vcpu_state_show(const struct hv_registers *registers, zx_vcpu_state_t *state);
void vcpu_state_change(struct hv_registers *registers, const zx_vcpu_state_t *state);

// The low `size` bytes of rax.
void vcpu_state_set_input(struct hv_registers *registers, const void *data, uint8_t size);
