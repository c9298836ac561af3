// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "programs.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

// programs.S
extern const char bench_tiny[], bench_tiny_end[], bench_static[], bench_static_end[],
    bench_dynamic[], bench_dynamic_end[], bench_zircon[], bench_zircon_end[];

static const struct {
    const char *begin, *end;
} files[] = {
    [BENCH_TINY] = {bench_tiny, bench_tiny_end},
    [BENCH_STATIC] = {bench_static, bench_static_end},
    [BENCH_DYNAMIC] = {bench_dynamic, bench_dynamic_end},
    [BENCH_ZIRCON] = {bench_zircon, bench_zircon_end},
};

const char *bench_program_path(enum bench_program program) {
    static char paths[BENCH_PROGRAMS][64];
    char *path = paths[program];
    if (path[0] == '\0') {
        int file = memfd_create("bench", MFD_CLOEXEC);
        size_t size = (size_t)(files[program].end - files[program].begin);
        BENCH_CHECK(file >= 0 && write(file, files[program].begin, size) == (ssize_t)size);
        // Open for reading alone, or Linux says that it is busy.
        snprintf(path, sizeof(paths[0]), "/proc/%d/fd/%d", (int)getpid(), file);
    }
    return path;
}
