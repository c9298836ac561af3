// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/stats.h"

#include <fcntl.h>
#include <linux/sysinfo.h>
#include <stdbool.h>
#include <string.h>

#include "host/linux.h"

enum { LINE_MAX_KEPT = 160, CHUNK = 1024, FIELD_IDLE = 4 };

// Linux counts time for programs in hundredths of a second.
static const uint64_t TICK_NS = 10000000;

// Field number `n` of a line of words, as a number.
static uint64_t field(const char *line, uint32_t n) {
    while (n-- > 0) {
        while (*line != '\0' && *line != ' ') {
            line++;
        }
        while (*line == ' ') {
            line++;
        }
    }
    uint64_t value = 0;
    for (; *line >= '0' && *line <= '9'; line++) {
        value = value * 10 + (uint64_t)(*line - '0');
    }
    return value;
}

// Is it the line of the processor?
static bool is_of_cpu(const char *line, uint32_t cpu) {
    uint64_t number = 0;
    if (strncmp(line, "cpu", 3) != 0 || line[3] == ' ') {
        return false;
    }
    for (line += 3; *line >= '0' && *line <= '9'; line++) {
        number = number * 10 + (uint64_t)(*line - '0');
    }
    return number == cpu;
}

static void take_line(const char *line, uint32_t cpu, struct machine_stats *stats) {
    if (is_of_cpu(line, cpu)) {
        stats->idle_ns = field(line, FIELD_IDLE) * TICK_NS;
        // For programs, for patient ones, for Linux.
        stats->busy_ns = (field(line, 1) + field(line, 2) + field(line, 3)) * TICK_NS;
    } else if (strncmp(line, "intr ", 5) == 0) {
        stats->interrupts = field(line, 1);
    } else if (strncmp(line, "ctxt ", 5) == 0) {
        stats->context_switches = field(line, 1);
    }
}

void stats_read(uint32_t cpu, struct machine_stats *stats) {
    memset(stats, 0, sizeof(*stats));
    long file = linux_call(SYS_openat, AT_FDCWD, "/proc/stat", O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return;
    }
    char chunk[CHUNK], line[LINE_MAX_KEPT + 1];
    size_t length = 0;
    long got;
    while ((got = linux_call(SYS_read, file, chunk, sizeof(chunk))) > 0) {
        for (long i = 0; i < got; i++) {
            if (chunk[i] == '\n') {
                line[length] = '\0';
                take_line(line, cpu, stats);
                length = 0;
            } else if (length < LINE_MAX_KEPT) { // of a longer one the rest does not matter
                line[length++] = chunk[i];
            }
        }
    }
    linux_call(SYS_close, file);
}

uint64_t stats_free_memory(void) {
    struct sysinfo info;
    if (linux_call(SYS_sysinfo, &info) != 0) {
        return 0;
    }
    return (uint64_t)info.freeram * info.mem_unit;
}
