// Part of libzircon. BSD-3-Clause, see LICENSE.
// The programs of programs.S.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "layout.h"

// clang-format off
#define GUEST_PROGRAMS(X) \
    X(resume) X(registers) X(interrupt) X(interrupt_window) X(halt) X(pause) X(cr0) \
    X(bad_cr0) X(compatible) X(syscall) X(sysenter) X(sysenter_compatible) X(hypercall) \
    X(xmm) X(trap) X(ring) X(read_trap) X(instructions) X(across) X(io_out) X(io_in) \
    X(io_string) X(io_string_in) X(io_repeat) X(rdmsr) X(wrmsr) X(cpuid) X(xsetbv) X(load) \
    X(store) X(jump) X(nested) X(triple_fault) X(spin) X(count) X(lost_table) \
    X(processors) X(real)
// clang-format on

#define GUEST_DECLARE(name) extern const char guest_##name[], guest_##name##_end[];
GUEST_PROGRAMS(GUEST_DECLARE)
GUEST_DECLARE(runtime)

struct guest_program {
    const char *begin, *end;
};
#define GUEST_PROGRAM(name) ((struct guest_program){guest_##name, guest_##name##_end})

// Puts page tables, the runtime and a program into a guest's memory.
static inline void guest_prepare(char *memory, struct guest_program program) {
    enum { PRESENT = 1, WRITABLE = 2, USER = 4, LARGE = 0x80, PAGE = 0x1000 };
    const uint64_t top = PAGE | PRESENT | WRITABLE | USER;
    const uint64_t first = PRESENT | WRITABLE | USER | LARGE;
    memcpy(memory + GUEST_TABLES, &top, sizeof(top));
    memcpy(memory + GUEST_TABLES + PAGE, &first, sizeof(first));
    memcpy(memory + GUEST_RUNTIME, guest_runtime, (size_t)(guest_runtime_end - guest_runtime));
    memcpy(memory + GUEST_CODE, program.begin, (size_t)(program.end - program.begin));
}
