// Part of libzircon. BSD-3-Clause, see LICENSE.
// The calls that are code of the vDSO image. They run as the program, with its stack and its
// registers, and may use nothing but each other and the calls into the kernel.
#include <zircon/features.h>
#include <zircon/syscalls.h>
#include <zircon/time.h>

#include "vdso/data.h"

extern const struct vdso_data vdso_data;

// Into the kernel, see stubs_x86_64.S.
zx_status_t syscall_cprng_draw_once(void *buffer, size_t buffer_size);
zx_time_t syscall_clock_get_monotonic_via_kernel(void);
zx_ticks_t syscall_ticks_get_via_kernel(void);

void vdso_cprng_draw(void *buffer, size_t buffer_size);
void vdso_cprng_draw(void *buffer, size_t buffer_size) {
    for (char *next = buffer; buffer_size > 0;) {
        size_t portion =
            buffer_size < ZX_CPRNG_DRAW_MAX_LEN ? buffer_size : (size_t)ZX_CPRNG_DRAW_MAX_LEN;
        if (syscall_cprng_draw_once(next, portion) != ZX_OK) {
            __builtin_trap(); // there is no way to tell, and it must not seem to have succeeded
        }
        next += portion;
        buffer_size -= portion;
    }
}

// Linux scales the processor's counter for the kernel, so the time has to be asked for there.
zx_time_t vdso_clock_get_monotonic(void);
zx_time_t vdso_clock_get_monotonic(void) {
    return syscall_clock_get_monotonic_via_kernel();
}

zx_ticks_t vdso_ticks_get(void);
zx_ticks_t vdso_ticks_get(void) {
    return syscall_ticks_get_via_kernel();
}

zx_ticks_t vdso_ticks_per_second(void);
zx_ticks_t vdso_ticks_per_second(void) {
    return (zx_ticks_t)vdso_data.ticks_per_second;
}

zx_time_t vdso_deadline_after(zx_duration_t nanoseconds);
zx_time_t vdso_deadline_after(zx_duration_t nanoseconds) {
    return zx_time_add_duration(syscall_clock_get_monotonic_via_kernel(), nanoseconds);
}

uint32_t vdso_system_get_dcache_line_size(void);
uint32_t vdso_system_get_dcache_line_size(void) {
    return vdso_data.cache_line;
}

uint32_t vdso_system_get_num_cpus(void);
uint32_t vdso_system_get_num_cpus(void) {
    return vdso_data.cpus;
}

uint64_t vdso_system_get_physmem(void);
uint64_t vdso_system_get_physmem(void) {
    return vdso_data.memory;
}

zx_status_t vdso_system_get_version(char *version, size_t version_size);
zx_status_t vdso_system_get_version(char *version, size_t version_size) {
    if (version_size < VDSO_VERSION_SIZE) {
        return ZX_ERR_BUFFER_TOO_SMALL;
    }
    for (size_t i = 0; i < VDSO_VERSION_SIZE; i++) {
        ((volatile char *)version)[i] = vdso_data.version[i]; // or it would call memcpy
    }
    return ZX_OK;
}

zx_status_t vdso_system_get_features(uint32_t kind, uint32_t *features);
zx_status_t vdso_system_get_features(uint32_t kind, uint32_t *features) {
    switch (kind) {
    case ZX_FEATURE_KIND_HW_BREAKPOINT_COUNT:
    case ZX_FEATURE_KIND_HW_WATCHPOINT_COUNT:
        *features = 4;
        return ZX_OK;
    default: // of the processor itself x86 has none: programs ask CPUID
        return ZX_ERR_NOT_SUPPORTED;
    }
}

zx_status_t vdso_cache_flush(const void *addr, size_t size, uint32_t options);
zx_status_t vdso_cache_flush(const void *addr, size_t size, uint32_t options) {
    switch (options) {
    case ZX_CACHE_FLUSH_INSN:
        return ZX_OK; // x86 keeps its instruction cache coherent
    case ZX_CACHE_FLUSH_DATA:
    case ZX_CACHE_FLUSH_DATA | ZX_CACHE_FLUSH_INSN:
    case ZX_CACHE_FLUSH_DATA | ZX_CACHE_FLUSH_INVALIDATE:
    case ZX_CACHE_FLUSH_DATA | ZX_CACHE_FLUSH_INVALIDATE | ZX_CACHE_FLUSH_INSN:
        break;
    default:
        return ZX_ERR_INVALID_ARGS;
    }
    if (vdso_data.cache_line == 0) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    uintptr_t end = (uintptr_t)addr + size;
    for (uintptr_t line = (uintptr_t)addr & ~(uintptr_t)(vdso_data.cache_line - 1);
         size > 0 && line < end; line += vdso_data.cache_line) {
        __asm__ volatile("clflush (%0)" : : "r"(line) : "memory");
    }
    return ZX_OK;
}
