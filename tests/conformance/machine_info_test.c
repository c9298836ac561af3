// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Topics of zx_object_get_info that are about the machine.
#include "harness.h"

#include <zircon/syscalls/resource.h>

enum { CPUS_MAX = 1024 };

static zx_status_t get(zx_handle_t handle, uint32_t topic, void *buffer, size_t size,
                       size_t *actual, size_t *avail) {
    return zx_object_get_info(handle, topic, buffer, size, actual, avail);
}

TEST(object_get_info, tells_of_each_processor) {
    static zx_info_cpu_stats_t stats[CPUS_MAX];
    size_t actual, avail;
    EXPECT_OK(get(root_resource(), ZX_INFO_CPU_STATS, stats, sizeof(stats), &actual, &avail));
    EXPECT_EQ(actual, zx_system_get_num_cpus());
    EXPECT_EQ(avail, actual);
    zx_duration_t idle = 0;
    for (size_t i = 0; i < actual; i++) {
        EXPECT_EQ(stats[i].cpu_number, i);
        EXPECT_EQ(stats[i].flags, ZX_INFO_CPU_STATS_FLAG_ONLINE);
        EXPECT(stats[i].idle_time >= 0);
        idle += stats[i].idle_time;
    }
    EXPECT(stats[0].context_switches > 0);
    EXPECT_OK(get(root_resource(), ZX_INFO_CPU_STATS, stats, sizeof(stats), NULL, NULL));
    for (size_t i = 0; i < actual; i++) {
        idle -= stats[i].idle_time;
    }
    EXPECT(idle <= 0); // time does not go back
}

TEST(object_get_info, tells_of_as_many_processors_as_there_is_room_for) {
    zx_info_cpu_stats_t *one = end_of_page(sizeof(*one));
    size_t actual, avail;
    EXPECT_OK(get(root_resource(), ZX_INFO_CPU_STATS, one, sizeof(*one), &actual, &avail));
    EXPECT_EQ(actual, 1);
    EXPECT_EQ(avail, zx_system_get_num_cpus());
    EXPECT_OK(get(root_resource(), ZX_INFO_CPU_STATS, NULL, sizeof(*one) - 1, &actual, &avail));
    EXPECT_EQ(actual, 0);
    EXPECT_EQ(avail, zx_system_get_num_cpus());
}

TEST(object_get_info, tells_of_the_memory) {
    zx_info_kmem_stats_t stats;
    size_t actual, avail;
    EXPECT_OK(get(root_resource(), ZX_INFO_KMEM_STATS, &stats, sizeof(stats), &actual, &avail));
    EXPECT_EQ(actual, 1);
    EXPECT_EQ(avail, 1);
    EXPECT_EQ(stats.total_bytes, zx_system_get_physmem());
    EXPECT(stats.free_bytes > 0 && stats.free_bytes <= stats.total_bytes);
    EXPECT(stats.total_heap_bytes > 0);
    EXPECT_STATUS(
        get(root_resource(), ZX_INFO_KMEM_STATS, &stats, sizeof(stats) - 1, &actual, &avail),
        ZX_ERR_BUFFER_TOO_SMALL);
}

static zx_status_t cpu_stats(zx_handle_t handle) {
    return get(handle, ZX_INFO_CPU_STATS, NULL, 0, NULL, NULL);
}

static zx_status_t kmem_stats(zx_handle_t handle) {
    zx_info_kmem_stats_t stats;
    return get(handle, ZX_INFO_KMEM_STATS, &stats, sizeof(stats), NULL, NULL);
}

TEST(object_get_info, tells_of_the_machine_to_who_has_the_root_resource) {
    static const handle_call calls[] = {cpu_stats, kmem_stats};
    for (size_t i = 0; i < 2; i++) {
        expect_bad_handle(calls[i]);
        expect_wrong_type(calls[i], ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
        zx_handle_t handle;
        EXPECT_OK(zx_resource_create(root_resource(), ZX_RSRC_KIND_VMEX, 0, 0, NULL, 0, &handle));
        EXPECT_STATUS(calls[i](handle), ZX_ERR_WRONG_TYPE);
        close_handle(handle);
        handle = without_rights(root_resource(), ZX_DEFAULT_RESOURCE_RIGHTS);
        EXPECT_OK(calls[i](handle));
        close_handle(handle);
    }
}

TEST(object_get_info, of_the_machine_refuses_memory_that_cannot_be_written) {
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        size_t size = sizeof(zx_info_cpu_stats_t);
        EXPECT_STATUS(
            get(root_resource(), ZX_INFO_CPU_STATS, bad_pointer(i, size), size, NULL, NULL),
            ZX_ERR_INVALID_ARGS);
        size = sizeof(zx_info_kmem_stats_t);
        EXPECT_STATUS(
            get(root_resource(), ZX_INFO_KMEM_STATS, bad_pointer(i, size), size, NULL, NULL),
            ZX_ERR_INVALID_ARGS);
    }
}
