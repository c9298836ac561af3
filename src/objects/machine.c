// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/machine.h"

#include <string.h>

#include "host/console.h"
#include "host/frames.h"
#include "host/memory.h"
#include "host/stats.h"
#include "vm/runs.h"

void machine_cpu_stats(uint32_t cpu, zx_info_cpu_stats_t *stats, zx_info_cpu_stats_v2_t *later) {
    struct machine_stats machine;
    stats_read(cpu, &machine);
    memset(stats, 0, sizeof(*stats));
    stats->cpu_number = cpu;
    stats->flags = ZX_INFO_CPU_STATS_FLAG_ONLINE;
    stats->idle_time = (zx_duration_t)machine.idle_ns;
    stats->context_switches = machine.context_switches / machine_cpus();
    stats->reschedules = stats->context_switches;
    stats->ints = machine.interrupts / machine_cpus();
    *later = (zx_info_cpu_stats_v2_t){
        .cpu_number = cpu,
        .flags = stats->flags,
        .idle_time = stats->idle_time,
        .normalized_busy_time = (zx_duration_t)machine.busy_ns,
        .reschedules = stats->reschedules,
        .context_switches = stats->context_switches,
        .ints = stats->ints,
    };
}

void machine_kmem_stats(struct thread *self, zx_info_kmem_stats_t *stats) {
    memset(stats, 0, sizeof(*stats));
    stats->total_bytes = machine_memory();
    stats->free_bytes = stats_free_memory();
    stats->total_heap_bytes = memory_taken();
    runs_trim(self); // what nobody has is no VMO's
    stats->vmo_bytes = frames_in_use() << FRAME_SHIFT;
    uint64_t sum = stats->free_bytes + stats->total_heap_bytes + stats->vmo_bytes;
    stats->other_bytes = stats->total_bytes > sum ? stats->total_bytes - sum : 0;
}
