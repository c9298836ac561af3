// Part of libzircon. BSD-3-Clause, see LICENSE.
// Model-specific registers that a guest does not reach itself.
#pragma once

#include "hypervisor/local_apic.h"

// RDMSR: `value` becomes edx:eax.
enum msr_result msr_read(struct local_apic *apic, uint32_t index, uint64_t *value);

// WRMSR with the guest's rax and rdx.
enum msr_result msr_write(struct thread *self, struct local_apic *apic, uint32_t index,
                          uint64_t rax, uint64_t rdx, zx_port_packet_t *packet);

// The registers that a guest reads and writes without an exit; everything else comes to msr_read
// and msr_write. The clock registers of KVM are among them: KVM serves them.
extern const uint32_t msr_direct[];
extern const uint32_t msr_direct_count;
