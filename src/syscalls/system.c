// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <string.h>

#include <zircon/boot/e820.h>
#include <zircon/boot/image.h>
#include <zircon/features.h>
#include <zircon/status.h>
#include <zircon/syscalls/system.h>

#include "host/console.h"
#include "host/power.h"
#include "kernel.h"
#include "objects/resource.h"
#include "objects/vmo.h"
#include "syscalls/syscall.h"

enum { VERSION_SIZE = 64, HW_BREAKPOINTS = 4, HW_WATCHPOINTS = 4, PAYLOAD_MAX = 4 * 4096 };

// ACPI's names of sleep: the deeper, the higher.
enum { S_STATE_FIRST = 1, S_STATE_OFF = 5 };

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

// --- another kernel ---

// What the memory of the machine looks like, as firmware tells it: all of it is there.
struct payload {
    zbi_header_t container;
    zbi_header_t header;
    e820entry_t memory;
    char padding[4];
};

zx_status_t sys_system_mexec_payload_get(struct thread *self, zx_handle_t resource, user_out buffer,
                                         size_t buffer_size) {
    zx_status_t status = resource_check(self, resource, ZX_RSRC_KIND_ROOT);
    if (status != ZX_OK) {
        return status;
    }
    if (buffer_size > PAYLOAD_MAX) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct payload payload = {
        .container = ZBI_CONTAINER_HEADER(sizeof(payload) - sizeof(zbi_header_t)),
        .header = {.type = ZBI_TYPE_E820_TABLE,
                   .length = sizeof(payload.memory),
                   .flags = ZBI_FLAG_VERSION,
                   .magic = ZBI_ITEM_MAGIC,
                   .crc32 = ZBI_ITEM_NO_CRC32},
        .memory = {.addr = 0, .size = machine_memory(), .type = E820_RAM},
    };
    if (buffer_size < sizeof(payload)) {
        return ZX_ERR_INTERNAL;
    }
    static const char zeros[256];
    status = copy_to_user(buffer, &payload, sizeof(payload));
    for (size_t at = sizeof(payload); status == ZX_OK && at < buffer_size; at += sizeof(zeros)) {
        size_t left = buffer_size - at;
        status = copy_to_user(user_out_at(buffer, at), zeros,
                              left < sizeof(zeros) ? left : sizeof(zeros));
    }
    return status;
}

zx_status_t sys_system_mexec(struct thread *self, zx_handle_t resource, zx_handle_t kernel_vmo,
                             zx_handle_t bootimage_vmo) {
    zx_status_t status = resource_check(self, resource, ZX_RSRC_KIND_ROOT);
    const zx_handle_t images[] = {kernel_vmo, bootimage_vmo};
    for (size_t i = 0; status == ZX_OK && i < 2; i++) {
        struct object *vmo;
        status = handle_get(self, images[i], &vmo_type, ZX_RIGHT_READ, &vmo);
        if (status == ZX_OK) {
            object_unref(self, vmo);
        }
    }
    return status != ZX_OK ? status : ZX_ERR_NOT_SUPPORTED; // there is no machine to hand over
}

// --- power ---

static zx_status_t sleep_deep(const zx_system_powerctl_arg_t *arg) {
    uint8_t state = arg->acpi_transition_s_state.target_s_state;
    if (state < S_STATE_FIRST || state > S_STATE_OFF) {
        return ZX_ERR_INVALID_ARGS;
    }
    if (state == S_STATE_OFF) {
        power_off(false);
    }
    // Too many processors run, or there is no firmware that could wake the machine again.
    return ZX_ERR_BAD_STATE;
}

zx_status_t sys_system_powerctl(struct thread *self, zx_handle_t resource, uint32_t cmd,
                                user_in raw_arg) {
    zx_system_powerctl_arg_t arg;
    zx_status_t status = resource_check(self, resource, ZX_RSRC_KIND_ROOT);
    if (status != ZX_OK) {
        return status;
    }
    switch (cmd) {
    case ZX_SYSTEM_POWERCTL_ENABLE_ALL_CPUS:
    case ZX_SYSTEM_POWERCTL_DISABLE_ALL_CPUS_BUT_PRIMARY:
        return ZX_OK;
    case ZX_SYSTEM_POWERCTL_ACPI_TRANSITION_S_STATE:
        status = copy_from_user(&arg, raw_arg, sizeof(arg));
        return status != ZX_OK ? status : sleep_deep(&arg);
    case ZX_SYSTEM_POWERCTL_X86_SET_PKG_PL1:
        status = copy_from_user(&arg, raw_arg, sizeof(arg));
        return status != ZX_OK ? status : ZX_ERR_NOT_SUPPORTED;
    case ZX_SYSTEM_POWERCTL_REBOOT:
    case ZX_SYSTEM_POWERCTL_REBOOT_BOOTLOADER:
    case ZX_SYSTEM_POWERCTL_REBOOT_RECOVERY:
        power_off(true);
    case ZX_SYSTEM_POWERCTL_SHUTDOWN:
        power_off(false);
    default:
        return ZX_ERR_INVALID_ARGS;
    }
}
