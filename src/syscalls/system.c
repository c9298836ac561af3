// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <string.h>

#include <zircon/features.h>
#include <zircon/status.h>
#include <zircon/syscalls/system.h>

#include "host/console.h"
#include "kernel.h"
#include "syscalls/syscall.h"

enum { VERSION_SIZE = 64, HW_BREAKPOINTS = 4, HW_WATCHPOINTS = 4 };

uint32_t vdso_system_get_dcache_line_size(void) {
    return machine_dcache_line();
}

uint32_t vdso_system_get_num_cpus(void) {
    return machine_cpus();
}

uint64_t vdso_system_get_physmem(void) {
    return machine_memory();
}

zx_status_t vdso_system_get_version(char *version, size_t version_size) {
    static const char text[VERSION_SIZE] = "libzircon " LIBZIRCON_VERSION;
    if (version_size < sizeof(text)) {
        return ZX_ERR_BUFFER_TOO_SMALL;
    }
    return copy_to_user((user_out){version}, text, sizeof(text));
}

zx_status_t vdso_system_get_features(uint32_t kind, uint32_t *features) {
    uint32_t value;
    switch (kind) {
    case ZX_FEATURE_KIND_HW_BREAKPOINT_COUNT:
        value = HW_BREAKPOINTS;
        break;
    case ZX_FEATURE_KIND_HW_WATCHPOINT_COUNT:
        value = HW_WATCHPOINTS;
        break;
    default: // of the processor itself x86 has none: programs ask CPUID
        return ZX_ERR_NOT_SUPPORTED;
    }
    return copy_to_user((user_out){features}, &value, sizeof(value));
}

zx_status_t sys_system_get_event(struct thread *self, zx_handle_t root_job, uint32_t kind,
                                 user_out event) {
    if (kind != ZX_SYSTEM_EVENT_LOW_MEMORY) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *job;
    zx_status_t status = handle_get(self, root_job, &job_type, ZX_RIGHT_MANAGE_PROCESS, &job);
    if (status != ZX_OK) {
        return status;
    }
    bool is_root = job == &kernel_root_job()->object;
    object_unref(self, job);
    if (!is_root) {
        return ZX_ERR_ACCESS_DENIED;
    }
    struct object *low_memory = kernel_low_memory_event();
    object_ref(low_memory);
    return handle_return_take(self, event, low_memory, ZX_DEFAULT_SYSTEM_EVENT_LOW_MEMORY_RIGHTS);
}

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
    uint32_t line = machine_dcache_line();
    return line == 0 ? ZX_ERR_NOT_SUPPORTED : flush_user((user_in){addr}, size, line);
}
