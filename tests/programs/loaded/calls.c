// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Goes through the calls that a program begins with: the vDSO's own ones, memory, objects, and what
// the process knows of itself.
#include "runtime.h"

#include <zircon/features.h>
#include <zircon/limits.h>

static void vdso_itself(void) {
    uintptr_t base = 0;
    zx_info_process_t info;
    MUST_OK(zx_object_get_property(start.process, ZX_PROP_PROCESS_VDSO_BASE_ADDRESS, &base,
                                   sizeof(base)));
    MUST(base == start.vdso_base);
    // Both names of a call are one function.
    MUST(vdso_symbol("zx_handle_close") == vdso_symbol("_zx_handle_close"));
    MUST(vdso_symbol("zx_no_such_call") == 0);
    // It can be neither unmapped nor changed nor written.
    uintptr_t code = vdso_symbol("zx_handle_close") & -(uintptr_t)4096;
    MUST_STATUS(zx_vmar_unmap(start.root, code, 4096), ZX_ERR_ACCESS_DENIED);
    size_t actual;
    char byte = 0;
    MUST_STATUS(zx_process_write_memory(start.process, code, &byte, 1, &actual),
                ZX_ERR_ACCESS_DENIED);
    MUST_OK(zx_object_get_info(start.process, ZX_INFO_PROCESS, &info, sizeof(info), 0, 0));
    MUST(info.started && !info.exited);
}

static void code_of_the_image(void) {
    char version[64] = {0};
    uint32_t features = 0;
    MUST(zx_system_get_num_cpus() > 0);
    MUST(zx_system_get_physmem() > 0);
    MUST(zx_ticks_per_second() > 0);
    MUST_OK(zx_system_get_version(version, sizeof(version)));
    MUST(strlen(version) > 0);
    MUST_STATUS(zx_system_get_version(version, 3), ZX_ERR_BUFFER_TOO_SMALL);
    MUST_OK(zx_system_get_features(ZX_FEATURE_KIND_HW_BREAKPOINT_COUNT, &features));
    MUST(features == 4);
    MUST_STATUS(zx_system_get_features(77, &features), ZX_ERR_NOT_SUPPORTED);
    MUST_OK(zx_cache_flush(version, sizeof(version), ZX_CACHE_FLUSH_DATA));
    MUST_STATUS(zx_cache_flush(version, sizeof(version), 0), ZX_ERR_INVALID_ARGS);
    MUST(text_is(zx_status_get_string(ZX_ERR_BAD_STATE), "ZX_ERR_BAD_STATE"));
    zx_time_t before = zx_clock_get_monotonic();
    zx_ticks_t ticks = zx_ticks_get();
    MUST(zx_deadline_after(ZX_SEC(5)) >= before + ZX_SEC(5));
    MUST(zx_deadline_after(INT64_MAX) == INT64_MAX);
    MUST_OK(zx_nanosleep(zx_deadline_after(ZX_MSEC(1))));
    MUST(zx_clock_get_monotonic() >= before + ZX_MSEC(1));
    MUST(zx_ticks_get() > ticks);
    uint8_t random[600];
    memset(random, 0, sizeof(random));
    zx_cprng_draw(random, sizeof(random));
    int zeros = 0;
    for (size_t i = 0; i < sizeof(random); i++) {
        zeros += random[i] == 0;
    }
    MUST(zeros < 100);
}

// Calls with seven and eight arguments go over the stack, of which the kernel takes nothing.
static void many_arguments(void) {
    zx_handle_t ends[2], event, got = ZX_HANDLE_INVALID;
    MUST_OK(zx_channel_create(0, &ends[0], &ends[1]));
    MUST_OK(zx_event_create(0, &event));
    MUST_OK(zx_channel_write(ends[0], 0, "message", 7, &event, 1));
    char bytes[16];
    uint32_t size = 0, count = 0;
    MUST_OK(zx_channel_read(ends[1], 0, bytes, &got, sizeof(bytes), 1, &size, &count));
    MUST(size == 7 && count == 1 && memcmp(bytes, "message", 7) == 0);
    MUST_OK(zx_handle_close(got));
    MUST_OK(zx_handle_close(ends[0]));
    MUST_OK(zx_handle_close(ends[1]));
}

static void memory(void) {
    zx_handle_t vmo, region;
    zx_vaddr_t address, base;
    MUST_OK(zx_vmo_create(1 << 20, 0, &vmo));
    MUST_OK(
        zx_vmar_map(start.root, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0, vmo, 0, 1 << 20, &address));
    volatile uint64_t *words = (void *)address;
    for (size_t i = 0; i < (1 << 20) / sizeof(*words); i += 512) {
        MUST(words[i] == 0);
        words[i] = i;
    }
    uint64_t word;
    MUST_OK(zx_vmo_read(vmo, &word, 4096, sizeof(word)));
    MUST(word == 512);
    MUST_OK(zx_vmar_unmap(start.root, address, 1 << 20));
    MUST_OK(zx_handle_close(vmo));
    // As the allocator of Fuchsia's libc does.
    MUST_OK(zx_vmar_allocate(start.root, ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE, 0, 45ull << 30,
                             &region, &base));
    MUST_OK(zx_vmar_destroy(region));
    MUST_OK(zx_handle_close(region));
    // Bad pointers are errors, not faults.
    MUST_STATUS(zx_event_create(0, (void *)8), ZX_ERR_INVALID_ARGS);
    MUST_STATUS(zx_vmo_create(0, 0, (void *)UINT64_MAX), ZX_ERR_INVALID_ARGS);
}

static void bad_handles(void) {
    MUST_STATUS(zx_handle_close(3), ZX_ERR_BAD_HANDLE);
    MUST_STATUS(zx_handle_close(0xfffffff0), ZX_ERR_BAD_HANDLE);
    MUST_OK(zx_handle_close(ZX_HANDLE_INVALID));
}

int64_t program(void) {
    vdso_itself();
    code_of_the_image();
    many_arguments();
    memory();
    bad_handles();
    print("all calls done\n");
    return 0;
}
