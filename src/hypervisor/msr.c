// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "hypervisor/msr.h"

enum {
    MSR_PLATFORM_ID = 0x17,
    MSR_APIC_BASE = 0x1b,
    MSR_BIOS_SIGN_ID = 0x8b,
    MSR_MTRR_CAP = 0xfe,
    MSR_MCG_CAP = 0x179,
    MSR_MCG_STATUS = 0x17a,
    MSR_MISC_ENABLE = 0x1a0,
    MSR_TEMPERATURE_TARGET = 0x1a2,
    MSR_MTRR_PHYSICAL_FIRST = 0x200,
    MSR_MTRR_PHYSICAL_LAST = 0x213,
    MSR_MTRR_FIX_64K = 0x250,
    MSR_MTRR_FIX_16K_FIRST = 0x258,
    MSR_MTRR_FIX_16K_LAST = 0x259,
    MSR_MTRR_FIX_4K_FIRST = 0x268,
    MSR_MTRR_FIX_4K_LAST = 0x26f,
    MSR_MTRR_DEFAULT = 0x2ff,
    MSR_RAPL_UNIT = 0x606,
    MSR_PACKAGE_ENERGY = 0x611,
    MSR_DRAM_POWER_LIMIT = 0x618,
    MSR_DRAM_ENERGY = 0x619,
    MSR_PP0_POWER_LIMIT = 0x638,
    MSR_PP0_ENERGY = 0x639,
    MSR_PP1_POWER_LIMIT = 0x640,
    MSR_PP1_ENERGY = 0x641,
    MSR_PLATFORM_ENERGY = 0x64d,
    MSR_PLATFORM_POWER_LIMIT = 0x65c,
    MSR_TSC_DEADLINE = 0x6e0,
    MSR_X2APIC_FIRST = 0x800,
    MSR_X2APIC_LAST = 0x83f,
};
#define MSR_CSTAR 0xc0000083u

// Where the local APIC would be, enabled, in x2APIC mode; and the mark of the first vcpu.
static const uint64_t apic_base = 0xfee00c00;
static const uint64_t apic_base_first = 0x100;
// Copying strings is fast; nothing else can be chosen.
static const uint64_t fast_strings = 1;

const uint32_t msr_direct[] = {
    0x11,       0x12,                   // the clock, by its old names
    0x3b,                               // TSC_ADJUST
    0x174,      0x175,      0x176,      // SYSENTER
    0x277,                              // PAT
    0x4b564d00, 0x4b564d01,             // the clock
    0xc0000080,                         // EFER
    0xc0000081, 0xc0000082, 0xc0000084, // STAR, LSTAR, FMASK
    0xc0000100, 0xc0000101, 0xc0000102, // FS, GS, KERNEL_GS
    0xc0000103,                         // TSC_AUX
};
const uint32_t msr_direct_count = sizeof(msr_direct) / sizeof(msr_direct[0]);

static bool is_mtrr(uint32_t index) {
    return index == MSR_MTRR_CAP || index == MSR_MTRR_DEFAULT || index == MSR_MTRR_FIX_64K ||
           (index >= MSR_MTRR_PHYSICAL_FIRST && index <= MSR_MTRR_PHYSICAL_LAST) ||
           (index >= MSR_MTRR_FIX_16K_FIRST && index <= MSR_MTRR_FIX_16K_LAST) ||
           (index >= MSR_MTRR_FIX_4K_FIRST && index <= MSR_MTRR_FIX_4K_LAST);
}

static bool is_x2apic(uint32_t index) {
    return index >= MSR_X2APIC_FIRST && index <= MSR_X2APIC_LAST;
}

static uint64_t apic_base_of(const struct local_apic *apic) {
    return apic_base | (apic->id == 0 ? apic_base_first : 0);
}

enum msr_result msr_read(struct local_apic *apic, uint32_t index, uint64_t *value) {
    if (is_x2apic(index)) {
        return local_apic_read(apic, index, value);
    }
    *value = 0;
    if (is_mtrr(index)) {
        return MSR_DONE;
    }
    switch (index) {
    case MSR_APIC_BASE:
        *value = apic_base_of(apic);
        return MSR_DONE;
    case MSR_MISC_ENABLE:
        *value = fast_strings;
        return MSR_DONE;
    case MSR_PLATFORM_ID:
    case MSR_BIOS_SIGN_ID:
    case MSR_MCG_CAP:
    case MSR_MCG_STATUS:
    case MSR_TEMPERATURE_TARGET:
    case MSR_RAPL_UNIT:
    case MSR_PACKAGE_ENERGY:
    case MSR_DRAM_POWER_LIMIT:
    case MSR_DRAM_ENERGY:
    case MSR_PP0_POWER_LIMIT:
    case MSR_PP0_ENERGY:
    case MSR_PP1_POWER_LIMIT:
    case MSR_PP1_ENERGY:
    case MSR_PLATFORM_ENERGY:
    case MSR_PLATFORM_POWER_LIMIT:
        return MSR_DONE;
    default:
        return MSR_FAULT;
    }
}

enum msr_result msr_write(struct thread *self, struct local_apic *apic, uint32_t index,
                          uint64_t rax, uint64_t rdx, zx_port_packet_t *packet) {
    if (is_x2apic(index)) {
        return local_apic_write(self, apic, index, rax, rdx, packet);
    }
    if (is_mtrr(index) && index != MSR_MTRR_CAP) {
        return MSR_DONE;
    }
    switch (index) {
    case MSR_APIC_BASE:
        return rdx != 0 || (rax & ~apic_base_first) != apic_base ? MSR_INVALID : MSR_DONE;
    case MSR_TSC_DEADLINE:
        return local_apic_write_deadline(self, apic, rdx << 32 | (rax & UINT32_MAX));
    case MSR_MTRR_CAP:
    case MSR_BIOS_SIGN_ID:
    case MSR_DRAM_POWER_LIMIT:
    case MSR_PP0_POWER_LIMIT:
    case MSR_PP1_POWER_LIMIT:
    case MSR_PLATFORM_POWER_LIMIT:
    case MSR_CSTAR:
        return MSR_DONE;
    default:
        return MSR_FAULT;
    }
}
