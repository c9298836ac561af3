// Part of libzircon. BSD-3-Clause, see LICENSE.
// What is told of the machine: its processors and its memory.
#pragma once

#include "objects/object.h"

// Of one processor. Only idle time is its own; Linux tells interrupts and switches of all together,
// each gets its share.
void machine_cpu_stats(uint32_t cpu, zx_info_cpu_stats_t *stats, zx_info_cpu_stats_v2_t *later);

void machine_kmem_stats(struct thread *self, zx_info_kmem_stats_t *stats);
