// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The processor's own answers but for what Zircon's kernel of 2019 changes: no virtual machines
// within, no thermal control, no performance counters, an x2APIC, and the clock of KVM.
#include "hypervisor/cpuid.h"

enum {
    LEAF_FEATURES = 0x1,
    LEAF_MONITOR = 0x5,
    LEAF_POWER = 0x6,
    LEAF_EXTENDED_FEATURES = 0x7,
    LEAF_COUNTERS = 0xa,
    LEAF_TOPOLOGY = 0xb,
    LEAF_XSAVE = 0xd,
    LEAF_BASE_LAST = 0x17,
    LEAF_HYPERVISOR = 0x40000000,
    LEAF_HYPERVISOR_FEATURES = 0x40000001,
};
#define LEAF_EXTENDED 0x80000000u
#define LEAF_EXTENDED_FLAGS 0x80000001u
#define LEAF_EXTENDED_LAST 0x8000001eu

#define BIT(n) (1u << (n))

// Leaf 1.
#define ECX_MONITOR BIT(3)
#define ECX_VMX BIT(5)
#define ECX_TM2 BIT(8)
#define ECX_PDCM BIT(15)
#define ECX_X2APIC BIT(21)
#define ECX_TSC_DEADLINE BIT(24)
#define ECX_HYPERVISOR BIT(31)
#define EDX_SEP BIT(11)
#define EDX_ACPI BIT(22)
#define EDX_TM BIT(29)
// Leaf 6: digital sensor, package status, the hardware's own states; feedback, energy bias.
#define POWER_EAX (BIT(0) | BIT(6) | BIT(7) | BIT(8) | BIT(9) | BIT(10))
#define POWER_ECX (BIT(0) | BIT(3))
// Leaf 7: processor trace; speculation control, its two kin, and the register about them.
#define EBX_PROCESSOR_TRACE BIT(25)
#define EDX_SPECULATION (BIT(26) | BIT(27) | BIT(31))
#define EDX_ARCH_CAPABILITIES BIT(29)
// Leaf 0xd.1.
#define EAX_XSAVES BIT(3)
// Leaf 0x80000001.
#define ECX_SVM BIT(2)
// The clock by its old registers, no delay after I/O, the clock.
#define KVM_FEATURES (BIT(0) | BIT(1) | BIT(3))
// No event is counted.
#define NO_COUNTERS 0x7f

static void change_features(uint32_t id, bool has_deadline_timer, struct cpuid_entry *entry) {
    entry->ebx = (entry->ebx & 0x00ffffff) | id << 24;
    entry->ecx |= ECX_HYPERVISOR | ECX_X2APIC;
    entry->ecx &= ~(ECX_VMX | ECX_PDCM | ECX_MONITOR | ECX_TM2 | ECX_TSC_DEADLINE);
    if (has_deadline_timer) {
        entry->ecx |= ECX_TSC_DEADLINE;
    }
    entry->edx |= EDX_SEP;
    entry->edx &= ~(EDX_TM | EDX_ACPI);
}

static void change(uint32_t id, bool has_deadline_timer, struct cpuid_entry *entry) {
    switch (entry->leaf) {
    case LEAF_FEATURES:
        change_features(id, has_deadline_timer, entry);
        break;
    case LEAF_MONITOR:
        entry->eax = entry->ebx = entry->ecx = entry->edx = 0;
        break;
    case LEAF_POWER:
        entry->eax &= ~POWER_EAX;
        entry->ecx &= ~POWER_ECX;
        break;
    case LEAF_EXTENDED_FEATURES:
        if (entry->subleaf == 0) {
            entry->ebx &= ~EBX_PROCESSOR_TRACE;
            entry->edx &= ~(EDX_SPECULATION | EDX_ARCH_CAPABILITIES);
        }
        break;
    case LEAF_COUNTERS:
        entry->eax = entry->ecx = entry->edx = 0;
        entry->ebx = NO_COUNTERS;
        break;
    case LEAF_TOPOLOGY:
        entry->edx = id;
        break;
    case LEAF_XSAVE:
        if (entry->subleaf == 1) {
            entry->eax &= ~EAX_XSAVES;
        }
        break;
    case LEAF_EXTENDED_FLAGS:
        entry->ecx &= ~ECX_SVM;
        break;
    default:
        break;
    }
}

uint32_t cpuid_make(uint32_t id, bool has_deadline_timer, struct cpuid_entry *entries,
                    uint32_t count) {
    // "KVMKVMKVM\0\0\0", and the last leaf of its kind.
    static const struct cpuid_entry hypervisor[] = {
        {.leaf = LEAF_HYPERVISOR,
         .eax = LEAF_HYPERVISOR_FEATURES,
         .ebx = 0x4b4d564b,
         .ecx = 0x564b4d56,
         .edx = 0x4d},
        {.leaf = LEAF_HYPERVISOR_FEATURES, .eax = KVM_FEATURES},
    };
    const uint32_t own = sizeof(hypervisor) / sizeof(hypervisor[0]);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count && kept < CPUID_ENTRIES_MAX - own; i++) {
        uint32_t leaf = entries[i].leaf;
        if (leaf <= LEAF_BASE_LAST || (leaf >= LEAF_EXTENDED && leaf <= LEAF_EXTENDED_LAST)) {
            entries[kept] = entries[i];
            change(id, has_deadline_timer, &entries[kept]);
            kept++;
        }
    }
    for (uint32_t i = 0; i < own; i++) {
        entries[kept++] = hypervisor[i];
    }
    return kept;
}
