// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What is told of a process's memory, and the later versions of records.
#include "child.h"

#include <zircon/syscalls/exception.h>
#include <zircon/syscalls/iommu.h>

enum { PAGE = 4096, MAPS = 64, RW = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE };

static zx_status_t get(zx_handle_t handle, uint32_t topic, void *buffer, size_t size,
                       size_t *actual, size_t *avail) {
    return zx_object_get_info(handle, topic, buffer, size, actual, avail);
}

// One record of exactly that size: a byte less does not do.
static void get_one(zx_handle_t handle, uint32_t topic, void *buffer, size_t size) {
    size_t actual = 7, avail = 7;
    EXPECT_STATUS(get(handle, topic, buffer, size - 1, &actual, &avail), ZX_ERR_BUFFER_TOO_SMALL);
    EXPECT_EQ(actual, 0);
    memset(buffer, 0xa5, size);
    EXPECT_OK(get(handle, topic, buffer, size, &actual, NULL));
    EXPECT_EQ(actual, 1);
}

static zx_handle_t new_vmo(uint64_t pages, const char *name) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(pages * PAGE, 0, &vmo));
    EXPECT_OK(zx_object_set_property(vmo, ZX_PROP_NAME, name, strlen(name)));
    return vmo;
}

// --- maps ---

// A child with a region in which two pages of three are mapped, one of them committed.
struct scene {
    struct child child;
    zx_handle_t region, vmo;
    zx_vaddr_t base, at;
};

static void open_scene(struct scene *scene) {
    child_make(&scene->child, ZX_HANDLE_INVALID);
    scene->vmo = new_vmo(3, "shown");
    EXPECT_OK(zx_vmar_allocate(scene->child.root, ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE, 0,
                               8 * PAGE, &scene->region, &scene->base));
    EXPECT_OK(zx_vmar_map(scene->region, RW, 0, scene->vmo, PAGE, 2 * PAGE, &scene->at));
    EXPECT_OK(zx_vmo_op_range(scene->vmo, ZX_VMO_OP_COMMIT, 0, 2 * PAGE, NULL, 0));
}

static void close_scene(struct scene *scene) {
    close_handle(scene->region);
    close_handle(scene->vmo);
    child_end(&scene->child);
}

TEST(object_get_info, lists_the_maps_of_a_process) {
    static zx_info_maps_t maps[MAPS];
    struct scene scene;
    size_t actual, avail;
    open_scene(&scene);
    EXPECT_OK(get(scene.child.process, ZX_INFO_PROCESS_MAPS, maps, sizeof(maps), &actual, &avail));
    EXPECT(actual == avail && actual > 5 && actual <= MAPS);
    zx_info_vmar_t root;
    EXPECT_OK(get(scene.child.root, ZX_INFO_VMAR, &root, sizeof(root), NULL, NULL));
    EXPECT_EQ(maps[0].type, ZX_INFO_MAPS_TYPE_ASPACE);
    EXPECT(strncmp(maps[0].name, "proc:", 5) == 0);
    EXPECT_EQ(maps[0].depth, 0);
    EXPECT_EQ(maps[1].type, ZX_INFO_MAPS_TYPE_VMAR);
    EXPECT(strcmp(maps[1].name, "root") == 0);
    EXPECT(maps[1].base == root.base && maps[1].size == root.len && maps[1].depth == 1);
    size_t region = 0;
    for (size_t i = 2; i < actual; i++) {
        EXPECT(maps[i].type == ZX_INFO_MAPS_TYPE_VMAR || maps[i].type == ZX_INFO_MAPS_TYPE_MAPPING);
        EXPECT(maps[i].base >= maps[i - 1].base);
        region = maps[i].base == scene.base && maps[i].type == ZX_INFO_MAPS_TYPE_VMAR ? i : region;
    }
    EXPECT(region != 0 && maps[region].depth == 2 && maps[region].size == 8 * PAGE);
    const zx_info_maps_t *shown = &maps[region + 1];
    EXPECT_EQ(shown->type, ZX_INFO_MAPS_TYPE_MAPPING);
    EXPECT(strcmp(shown->name, "shown") == 0 && shown->depth == 3);
    EXPECT(shown->base == scene.at && shown->size == 2 * PAGE);
    EXPECT_EQ(shown->u.mapping.mmu_flags, RW);
    EXPECT_EQ(shown->u.mapping.vmo_koid, koid_of(scene.vmo));
    EXPECT_EQ(shown->u.mapping.vmo_offset, PAGE);
    EXPECT_EQ(shown->u.mapping.committed_pages, 1);

    static zx_info_maps_v2_t second[MAPS];
    static zx_info_maps_v3_t third[MAPS];
    size_t records;
    EXPECT_OK(
        get(scene.child.process, ZX_INFO_PROCESS_MAPS_V2, second, sizeof(second), &records, NULL));
    EXPECT_EQ(records, actual);
    EXPECT_OK(
        get(scene.child.process, ZX_INFO_PROCESS_MAPS_V3, third, sizeof(third), &records, NULL));
    EXPECT_EQ(records, actual);
    for (size_t i = 0; i < actual; i++) {
        EXPECT(memcmp(&second[i], &maps[i], sizeof(maps[i])) == 0);
        EXPECT_EQ(second[i].u.mapping.populated_pages, second[i].u.mapping.committed_pages);
        EXPECT(strcmp(third[i].name, maps[i].name) == 0 && third[i].base == maps[i].base);
        EXPECT_EQ(third[i].u.mapping.committed_bytes, maps[i].u.mapping.committed_pages * PAGE);
        EXPECT_EQ(third[i].u.mapping.committed_scaled_bytes, third[i].u.mapping.committed_bytes);
    }
    // As many as there is room for.
    EXPECT_OK(get(scene.child.process, ZX_INFO_PROCESS_MAPS_V3, third, 2 * sizeof(third[0]) + 1,
                  &records, &avail));
    EXPECT(records == 2 && avail == actual);
    EXPECT_STATUS(get(zx_process_self(), ZX_INFO_PROCESS_MAPS, maps, sizeof(maps), NULL, NULL),
                  ZX_ERR_ACCESS_DENIED);
    close_scene(&scene);
}

TEST(object_get_info, finds_no_maps_in_a_dead_process) {
    struct child child;
    zx_info_maps_t map;
    zx_info_task_stats_t stats;
    child_make(&child, ZX_HANDLE_INVALID);
    EXPECT_OK(zx_task_kill(child.process));
    EXPECT_STATUS(get(child.process, ZX_INFO_PROCESS_MAPS, &map, sizeof(map), NULL, NULL),
                  ZX_ERR_BAD_STATE);
    EXPECT_STATUS(get(child.process, ZX_INFO_TASK_STATS, &stats, sizeof(stats), NULL, NULL),
                  ZX_ERR_BAD_STATE);
    child_end(&child);
}

TEST_OF_LOADED(object_get_info, lists_the_vmos_of_a_process) {
    static zx_info_vmo_t vmos[MAPS];
    static zx_info_vmo_v4_t later[MAPS];
    struct scene scene;
    size_t actual, avail, records;
    open_scene(&scene);
    EXPECT_STATUS(get(scene.child.process, ZX_INFO_PROCESS_VMOS, vmos, sizeof(vmos), NULL, NULL),
                  ZX_ERR_BAD_STATE); // it does not run
    child_start(&scene.child);
    EXPECT_EQ(CHILD_STATUS(&scene.child, "vmo_create", 5 * PAGE, 0, child_scratch(&scene.child)),
              ZX_OK);
    EXPECT_OK(get(scene.child.process, ZX_INFO_PROCESS_VMOS, vmos, sizeof(vmos), &actual, &avail));
    EXPECT(actual == avail && actual > 2 && actual <= MAPS);
    EXPECT_OK(
        get(scene.child.process, ZX_INFO_PROCESS_VMOS_V4, later, sizeof(later), &records, NULL));
    EXPECT_EQ(records, actual);
    int by_handle = 0, by_mapping = 0;
    for (size_t i = 0; i < actual; i++) {
        EXPECT(memcmp(&later[i], &vmos[i], offsetof(zx_info_vmo_t, flags)) == 0);
        EXPECT_EQ(later[i].populated_bytes, vmos[i].committed_bytes);
        if ((vmos[i].flags & ZX_INFO_VMO_VIA_HANDLE) != 0 && vmos[i].size_bytes == 5 * PAGE) {
            EXPECT_EQ(vmos[i].handle_rights, ZX_DEFAULT_VMO_RIGHTS);
            by_handle++;
        }
        if (vmos[i].koid == koid_of(scene.vmo)) {
            EXPECT_EQ(vmos[i].flags, ZX_INFO_VMO_TYPE_PAGED | ZX_INFO_VMO_VIA_MAPPING);
            EXPECT_EQ(vmos[i].committed_bytes, 2 * PAGE);
            EXPECT_EQ(vmos[i].num_mappings, 1);
            by_mapping++;
        }
    }
    EXPECT(by_handle == 1 && by_mapping == 1);
    EXPECT_STATUS(get(zx_process_self(), ZX_INFO_PROCESS_VMOS_V2, vmos, sizeof(vmos), NULL, NULL),
                  ZX_ERR_ACCESS_DENIED);
    close_scene(&scene);
}

TEST(object_get_info, adds_up_the_memory_of_a_process) {
    struct scene scene;
    zx_info_task_stats_t before, after;
    zx_info_task_stats_v2_t later;
    open_scene(&scene);
    get_one(scene.child.process, ZX_INFO_TASK_STATS, &before, sizeof(before));
    EXPECT(before.mem_private_bytes >= PAGE);
    // Mapped here as well, it is shared.
    zx_vaddr_t here;
    EXPECT_OK(zx_vmar_map(zx_vmar_root_self(), RW, 0, scene.vmo, 0, 3 * PAGE, &here));
    get_one(scene.child.process, ZX_INFO_TASK_STATS, &after, sizeof(after));
    EXPECT_EQ(after.mem_mapped_bytes, before.mem_mapped_bytes);
    EXPECT_EQ(after.mem_private_bytes, before.mem_private_bytes - PAGE);
    EXPECT_EQ(after.mem_shared_bytes, before.mem_shared_bytes + PAGE);
    EXPECT_EQ(after.mem_scaled_shared_bytes, before.mem_scaled_shared_bytes + PAGE / 2);
    // And mapped by a third, a page divided by three has a fraction.
    zx_handle_t third, root;
    zx_vaddr_t there;
    EXPECT_OK(zx_process_create(zx_job_default(), "third", 5, 0, &third, &root));
    EXPECT_OK(zx_vmar_map(root, RW, 0, scene.vmo, 0, 3 * PAGE, &there));
    get_one(scene.child.process, ZX_INFO_TASK_STATS_V2, &later, sizeof(later));
    EXPECT_EQ(later.mem_shared_bytes, after.mem_shared_bytes);
    EXPECT(later.mem_scaled_shared_bytes < after.mem_scaled_shared_bytes);
    EXPECT(later.mem_fractional_scaled_shared_bytes >> 63 == 0);
    close_handle(root);
    close_handle(third);
    EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), here, 3 * PAGE));
    close_scene(&scene);
}

// --- later records ---

TEST(object_get_info, has_later_records_of_a_vmo) {
    zx_handle_t vmo = new_vmo(4, "a vmo");
    zx_info_vmo_t first;
    zx_info_vmo_v4_t later;
    static const struct {
        uint32_t topic;
        size_t size;
    } versions[] = {{ZX_INFO_VMO_V2, 120}, {ZX_INFO_VMO_V3, 128}, {ZX_INFO_VMO_V4, 176}};
    EXPECT_OK(zx_vmo_op_range(vmo, ZX_VMO_OP_COMMIT, 0, 2 * PAGE, NULL, 0));
    get_one(vmo, ZX_INFO_VMO, &first, sizeof(first));
    for (size_t i = 0; i < 3; i++) {
        memset(&later, 0xa5, sizeof(later));
        get_one(vmo, versions[i].topic, &later, versions[i].size);
        EXPECT(later.koid == first.koid && strcmp(later.name, "a vmo") == 0);
        EXPECT_EQ(later.committed_bytes, 2 * PAGE);
        EXPECT_EQ(later.flags, first.flags);
        EXPECT(later.metadata_bytes > 0 && later.metadata_bytes < 512);
        EXPECT_EQ(later.committed_change_events, 0);
        EXPECT(i == 0 || later.populated_bytes == 2 * PAGE);
        EXPECT(i < 2 || later.committed_private_bytes == 2 * PAGE);
    }
    EXPECT_STATUS(get(vmo, 0x40000017, &later, sizeof(later), NULL, NULL), ZX_ERR_NOT_SUPPORTED);
    close_handle(vmo);
}

TEST(object_get_info, has_a_later_record_of_a_process) {
    zx_info_process_v2_t info;
    struct child child;
    get_one(zx_process_self(), ZX_INFO_PROCESS_V2, &info, sizeof(info));
    EXPECT_EQ(info.flags & (ZX_INFO_PROCESS_FLAG_STARTED | ZX_INFO_PROCESS_FLAG_EXITED),
              ZX_INFO_PROCESS_FLAG_STARTED);
    EXPECT(info.start_time > 0 && info.start_time <= zx_clock_get_monotonic());
    child_make(&child, ZX_HANDLE_INVALID);
    get_one(child.process, ZX_INFO_PROCESS_V2, &info, sizeof(info));
    EXPECT(info.flags == 0 && info.start_time == 0 && info.return_code == 0);
    EXPECT_OK(zx_task_kill(child.process));
    get_one(child.process, ZX_INFO_PROCESS_V2, &info, sizeof(info));
    EXPECT((info.flags & ZX_INFO_PROCESS_FLAG_EXITED) != 0 && info.return_code != 0);
    child_end(&child);
}

TEST_OF_LOADED(object_get_info, tells_when_a_process_started) {
    zx_info_process_v2_t info;
    struct child child;
    zx_time_t before = zx_clock_get_monotonic();
    child_begin(&child);
    EXPECT_OK(get(child.process, ZX_INFO_PROCESS_V2, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.flags, ZX_INFO_PROCESS_FLAG_STARTED);
    EXPECT(info.start_time >= before && info.start_time <= zx_clock_get_monotonic());
    child_end(&child);
}

// The records that have one number are told by the size.
TEST(object_get_info, has_later_records_of_a_thread_for_a_buffer_of_their_size) {
    unsigned char bytes[128];
    zx_info_thread_v2_t thread;
    zx_info_thread_stats_v2_t stats;
    EXPECT_OK(get(zx_thread_self(), ZX_INFO_THREAD, &thread, sizeof(thread), NULL, NULL));
    EXPECT_EQ(thread.state, ZX_THREAD_STATE_RUNNING);
    uint32_t cpus = 0;
    for (int i = 0; i < 8; i++) {
        cpus += (uint32_t)__builtin_popcountll(thread.cpu_affinity_mask[i]);
    }
    EXPECT_EQ(cpus, zx_system_get_num_cpus());
    EXPECT_OK(get(zx_thread_self(), ZX_INFO_THREAD_STATS, &stats, sizeof(stats), NULL, NULL));
    EXPECT(stats.total_runtime > 0);
    EXPECT_EQ(stats.last_scheduled_cpu, ZX_INFO_INVALID_CPU);
    static const struct {
        uint32_t topic;
        size_t size, later;
    } topics[] = {{ZX_INFO_THREAD, 8, 72}, {ZX_INFO_THREAD_STATS, 8, 16}};
    for (size_t size = 0; size <= sizeof(bytes); size++) {
        for (int i = 0; i < 2; i++) {
            memset(bytes, 0xa5, sizeof(bytes));
            EXPECT_STATUS(get(zx_thread_self(), topics[i].topic, bytes, size, NULL, NULL),
                          size < topics[i].size ? ZX_ERR_BUFFER_TOO_SMALL : ZX_OK);
            size_t stored = size < topics[i].size     ? 0
                            : size == topics[i].later ? topics[i].later
                                                      : topics[i].size;
            for (size_t k = stored; k < sizeof(bytes); k++) {
                EXPECT_EQ(bytes[k], 0xa5);
            }
        }
    }
}

TEST(object_get_info, has_later_records_of_the_machine) {
    static zx_info_cpu_stats_v2_t cpus[5];
    static zx_info_cpu_stats_t first[5];
    size_t actual, avail;
    EXPECT_OK(get(root_resource(), ZX_INFO_CPU_STATS, cpus, sizeof(cpus[0]), &actual, &avail));
    EXPECT_EQ(actual, 1);
    EXPECT_EQ(avail, zx_system_get_num_cpus());
    EXPECT(cpus[0].flags == ZX_INFO_CPU_STATS_FLAG_ONLINE && cpus[0].normalized_busy_time > 0);
    EXPECT_EQ(cpus[0].active_energy_consumption_nj, 0);
    EXPECT_OK(get(root_resource(), ZX_INFO_CPU_STATS, first, sizeof(first[0]), &actual, NULL));
    EXPECT_EQ(actual, 1);
    EXPECT(first[0].reschedules > 0 && cpus[0].reschedules > 0);
    // A buffer for five of these is one for six of those: the first ones are meant.
    EXPECT_OK(get(root_resource(), ZX_INFO_CPU_STATS, cpus, sizeof(cpus), NULL, NULL));
    memcpy(first, cpus, sizeof(first[0]));
    EXPECT(first[0].context_switches > 0);

    zx_info_kmem_stats_t kmem;
    zx_info_kmem_stats_v2_t later;
    get_one(root_resource(), ZX_INFO_KMEM_STATS, &kmem, sizeof(kmem));
    get_one(root_resource(), ZX_INFO_KMEM_STATS_V2, &later, sizeof(later));
    EXPECT_EQ(later.total_bytes, kmem.total_bytes);
    EXPECT(later.total_heap_bytes > 0 && later.cache_bytes == 0);
    zx_handle_t other = new_vmo(1, "no resource");
    EXPECT_STATUS(get(other, ZX_INFO_KMEM_STATS_V2, &later, sizeof(later), NULL, NULL),
                  ZX_ERR_WRONG_TYPE);
    close_handle(other);
}

TEST(object_get_info, has_a_later_record_of_an_initiator) {
    zx_handle_t iommu, bti, pmt[2], vmo = new_vmo(2, "pinned");
    zx_iommu_desc_dummy_t desc = {0};
    zx_info_bti_v2_t info;
    zx_paddr_t address;
    EXPECT_OK(zx_iommu_create(root_resource(), ZX_IOMMU_TYPE_DUMMY, &desc, sizeof(desc), &iommu));
    EXPECT_OK(zx_bti_create(iommu, 0, 0, &bti));
    for (uint64_t i = 0; i < 2; i++) {
        EXPECT_OK(zx_bti_pin(bti, ZX_BTI_PERM_READ, vmo, i * PAGE, PAGE, &address, 1, &pmt[i]));
    }
    EXPECT_OK(get(bti, ZX_INFO_BTI, &info, sizeof(info), NULL, NULL));
    EXPECT(info.pmo_count == 2 && info.quarantine_count == 0);
    EXPECT(info.minimum_contiguity == PAGE && info.aspace_size == UINT64_MAX);
    close_handle(pmt[0]);
    EXPECT_OK(zx_pmt_unpin(pmt[1]));
    EXPECT_OK(get(bti, ZX_INFO_BTI, &info, sizeof(info), NULL, NULL));
    EXPECT(info.pmo_count == 1 && info.quarantine_count == 1);
    EXPECT_OK(zx_bti_release_quarantine(bti));
    EXPECT_OK(get(bti, ZX_INFO_BTI, &info, sizeof(info), NULL, NULL));
    EXPECT(info.pmo_count == 0 && info.quarantine_count == 0);
    close_handle(bti);
    close_handle(iommu);
    close_handle(vmo);
}

TEST(object_get_info, has_a_later_report_of_an_exception) {
    struct stopped_thread stopped;
    zx_exception_report_t first;
    zx_exception_report_v2_t later;
    start_stopped_thread(&stopped, zx_process_self());
    zx_handle_t thread = stopped.thread.handle;
    get_one(thread, ZX_INFO_THREAD_EXCEPTION_REPORT, &first, sizeof(first));
    get_one(thread, ZX_INFO_THREAD_EXCEPTION_REPORT_V2, &later, sizeof(later));
    EXPECT(first.header.size == 32 && later.header.size == 40);
    EXPECT_EQ(later.header.type, first.header.type);
    EXPECT(memcmp(&later.context, &first.context, sizeof(first.context)) == 0);
    EXPECT(later.synth_code == 0 && later.synth_data == 0);
    finish_stopped_thread(&stopped);
}
