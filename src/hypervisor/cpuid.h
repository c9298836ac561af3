// Part of libzircon. BSD-3-Clause, see LICENSE.
// What CPUID tells a guest.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// In the form of KVM's own structure.
struct cpuid_entry {
    uint32_t leaf, subleaf;
    uint32_t flags; // 1: the answer is for this subleaf alone
    uint32_t eax, ebx, ecx, edx;
    uint32_t unused[3];
};

enum { CPUID_ENTRIES_MAX = 192, CPUID_BY_SUBLEAF = 1 };

// Makes the `count` entries that the machine can offer into what the vcpu `id`, from 0 on, is told.
// Returns how many there are then. There must be room for CPUID_ENTRIES_MAX.
uint32_t cpuid_make(uint32_t id, bool has_deadline_timer, struct cpuid_entry *entries,
                    uint32_t count);
