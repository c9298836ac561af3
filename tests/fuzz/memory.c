// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "memory.h"

#include <stdio.h>
#include <sys/mman.h>

#include "report.h"

enum { AREA_STRIDE = AREA_SIZE + MEMORY_PAGE, BAD_POINTERS = 6 };

static char *areas, *not_mapped, *read_only;
static int32_t *futexes;

static char *map(size_t size, int protection) {
    void *at = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) {
        report_failure("no memory for the fuzzer's own areas");
    }
    return at;
}

void memory_prepare(void) {
    areas = map((size_t)FUZZ_THREADS * AREAS * AREA_STRIDE, PROT_READ | PROT_WRITE);
    for (int i = 0; i < FUZZ_THREADS * AREAS; i++) {
        mprotect(areas + (size_t)i * AREA_STRIDE + AREA_SIZE, MEMORY_PAGE, PROT_NONE);
    }
    not_mapped = map(MEMORY_PAGE, PROT_NONE);
    read_only = map(MEMORY_PAGE, PROT_READ);
    futexes = (int32_t *)(void *)map(MEMORY_PAGE, PROT_READ | PROT_WRITE);
}

char *area_end(int thread, int area) {
    return areas + (size_t)(thread * AREAS + area) * AREA_STRIDE + AREA_SIZE;
}

void *memory_bad_pointer(unsigned kind) {
    switch (kind % BAD_POINTERS) {
    case 0:
        return NULL;
    case 1:
        return not_mapped;
    case 2:
        return read_only;
    case 3:
        return (void *)0x0000900000000000;
    case 4:
        return (void *)0xffff800000000000;
    default:
        return (void *)UINTPTR_MAX;
    }
}

int32_t *memory_futex(unsigned which) {
    return &futexes[which % FUTEX_WORDS];
}

void memory_declare(int thread) {
    report_add(thread, "memory $read_only %d readonly", MEMORY_PAGE);
    report_end_line(thread);
    report_add(thread, "memory $futex %d", (int)(FUTEX_WORDS * sizeof(int32_t)));
    report_end_line(thread);
}

void memory_describe(const void *pointer, char *text, size_t size) {
    uintptr_t futex = (uintptr_t)pointer - (uintptr_t)futexes;
    if (pointer == NULL) {
        snprintf(text, size, "null");
    } else if (pointer == read_only) {
        snprintf(text, size, "@$read_only");
    } else if (pointer == not_mapped) {
        snprintf(text, size, "@0x10");
    } else if (futex < FUTEX_WORDS * sizeof(int32_t)) {
        snprintf(text, size, "@$futex+%u", (unsigned)futex);
    } else {
        snprintf(text, size, "@%#llx", (unsigned long long)(uintptr_t)pointer);
    }
}
