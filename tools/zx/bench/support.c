// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"
#include "measure.h"

bool bench_smoke;

void bench_failed(const char *file, int line, const char *condition) {
    int error = errno;
    const char *base = strrchr(file, '/');
    fprintf(stderr, "zx bench: %s: the work was not done: %s (%s:%d, errno %d)\n", bench_where(),
            condition, base != NULL ? base + 1 : file, line, error);
    _exit(EXIT_FAILURE);
}

void *bench_allocate(size_t size) {
    void *memory = calloc(1, size);
    BENCH_CHECK(memory != NULL);
    return memory;
}

void bench_fill(void *message, size_t size) {
    for (size_t i = 0; i < size; i++) {
        ((unsigned char *)message)[i] = (unsigned char)(i * 7 + i / 256);
    }
}
