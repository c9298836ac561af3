// Part of libzircon. BSD-3-Clause, see LICENSE.
// Figures that Linux keeps of the machine and of this process.
#pragma once

#include <stdint.h>

// Interrupts and switches are those of all processors together.
struct machine_stats {
    uint64_t idle_ns, busy_ns;
    uint64_t interrupts, context_switches;
};

// Figures of processor `cpu` since the machine started; zeros if Linux tells nothing.
void stats_read(uint32_t cpu, struct machine_stats *stats);

// Memory of the machine that nobody uses, in bytes.
uint64_t stats_free_memory(void);
