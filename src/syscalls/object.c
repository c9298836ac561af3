// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <string.h>

#include "host/console.h"
#include "host/threads.h"
#include "objects/bti.h"
#include "objects/machine.h"
#include "objects/msi.h"
#include "objects/resource.h"
#include "objects/socket.h"
#include "objects/stream.h"
#include "objects/thread.h"
#include "objects/vmar.h"
#include "syscalls/info.h"

// --- signals ---

static zx_signals_t allowed_signals(const struct object *object) {
    return object->type->user_signals != 0 ? object->type->user_signals : ZX_USER_SIGNAL_ALL;
}

zx_status_t sys_object_signal(struct thread *self, zx_handle_t handle, uint32_t clear_mask,
                              uint32_t set_mask) {
    struct object *object;
    zx_status_t status = handle_lock(self, handle, NULL, ZX_RIGHT_SIGNAL, &object);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    struct mutex *lock = object->lock;
    if (unlikely(!object_is_waitable(object))) {
        status = ZX_ERR_NOT_SUPPORTED;
    } else if (unlikely(((clear_mask | set_mask) & ~allowed_signals(object)) != 0)) {
        status = ZX_ERR_INVALID_ARGS;
    } else {
        object_update_locked(self, object, clear_mask, set_mask);
    }
    mutex_unlock(self, lock);
    return status;
}

zx_status_t sys_object_signal_peer(struct thread *self, zx_handle_t handle, uint32_t clear_mask,
                                   uint32_t set_mask) {
    struct object *object;
    zx_status_t status = handle_lock(self, handle, NULL, ZX_RIGHT_SIGNAL_PEER, &object);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    struct mutex *lock = object->lock;
    if (object->type->peer_locked == NULL) {
        status = ZX_ERR_NOT_SUPPORTED;
    } else if (((clear_mask | set_mask) & ~allowed_signals(object)) != 0) {
        status = ZX_ERR_INVALID_ARGS;
    } else {
        struct object *peer = object->type->peer_locked(object);
        if (peer != NULL) {
            object_update_locked(self, peer, clear_mask, set_mask);
        } else {
            status = ZX_ERR_PEER_CLOSED;
        }
    }
    mutex_unlock(self, lock);
    return status;
}

// --- children ---

struct child_search {
    zx_koid_t koid;
    struct object *found; // with a reference
};

static bool find_child(void *context, struct object *child) {
    struct child_search *search = context;
    if (child->koid == search->koid && object_try_ref(child)) {
        search->found = child;
        return false;
    }
    return true;
}

zx_status_t sys_object_get_child(struct thread *self, zx_handle_t handle, uint64_t koid,
                                 zx_rights_t rights, user_out out) {
    struct object *object;
    zx_rights_t has;
    zx_status_t status = handle_get_id(self, handle, ZX_RIGHT_ENUMERATE, &object, &has, NULL);
    if (status != ZX_OK) {
        return status;
    }
    struct process *process = object_as(process, object);
    struct job *job = object_as(job, object);
    struct child_search search = {.koid = koid};
    if (rights == ZX_RIGHT_SAME_RIGHTS) {
        rights = has;
    } else if ((has & rights) != rights) {
        status = ZX_ERR_ACCESS_DENIED;
    }
    if (status == ZX_OK) {
        if (process != NULL) {
            process_for_each_thread(self, process, find_child, &search);
        } else if (job != NULL) {
            job_for_each_job(self, job, find_child, &search);
            if (search.found == NULL) {
                job_for_each_process(self, job, find_child, &search);
            }
        } else {
            status = ZX_ERR_WRONG_TYPE;
        }
    }
    object_unref(self, object);
    if (status != ZX_OK) {
        return status;
    }
    if (search.found == NULL) {
        return ZX_ERR_NOT_FOUND;
    }
    return handle_return_take(self, out, search.found, rights);
}

// --- information ---

static zx_status_t info_handle_basic(struct thread *self, struct object *object, zx_rights_t rights,
                                     const struct info_out *out) {
    (void)self;
    zx_info_handle_basic_t info;
    memset(&info, 0, sizeof(info));
    info.koid = object->koid;
    info.rights = rights;
    info.type = object->type->id;
    info.related_koid = object->type->related_koid != NULL ? object->type->related_koid(object) : 0;
    info.props = object_is_waitable(object) ? ZX_OBJ_PROP_WAITABLE : ZX_OBJ_PROP_NONE;
    return put_one(out, &info, sizeof(info));
}

static zx_status_t info_handle_count(struct thread *self, struct object *object, zx_rights_t rights,
                                     const struct info_out *out) {
    (void)self;
    (void)rights;
    zx_info_handle_count_t info = {.handle_count = atomic_load(&object->handles)};
    return put_one(out, &info, sizeof(info));
}

static zx_status_t info_process(struct thread *self, struct object *object, zx_rights_t rights,
                                const struct info_out *out) {
    (void)rights;
    struct process *process = object_as(process, object);
    zx_info_process_t info;
    process_info(self, process, &info);
    if (out->topic == ZX_INFO_PROCESS) {
        return put_one(out, &info, sizeof(info));
    }
    zx_info_process_v2_t later = {
        .return_code = info.return_code,
        .start_time = process_start_time(self, process),
        .flags = (info.started ? ZX_INFO_PROCESS_FLAG_STARTED : 0u) |
                 (info.exited ? ZX_INFO_PROCESS_FLAG_EXITED : 0u) |
                 (info.debugger_attached ? ZX_INFO_PROCESS_FLAG_DEBUGGER_ATTACHED : 0u),
    };
    return put_one(out, &later, sizeof(later));
}

static zx_status_t info_thread(struct thread *self, struct object *object, zx_rights_t rights,
                               const struct info_out *out) {
    (void)rights;
    zx_info_thread_t info;
    thread_object_info(self, object_as(thread_object, object), &info);
    zx_info_thread_v2_t later;
    memset(&later, 0, sizeof(later));
    memcpy(&later, &info, sizeof(info));
    for (uint32_t cpu = 0; cpu < machine_cpus() && cpu < 8 * sizeof(later.cpu_affinity_mask);
         cpu++) {
        later.cpu_affinity_mask[cpu / 64] |= UINT64_C(1) << cpu % 64;
    }
    return put_either(out, &later, sizeof(info), sizeof(later));
}

static zx_status_t info_thread_stats(struct thread *self, struct object *object, zx_rights_t rights,
                                     const struct info_out *out) {
    (void)rights;
    zx_info_thread_stats_v2_t info = {
        .total_runtime = thread_object_runtime(self, object_as(thread_object, object)),
        .last_scheduled_cpu = ZX_INFO_INVALID_CPU,
    };
    return put_either(out, &info, sizeof(zx_info_thread_stats_t), sizeof(info));
}

static zx_status_t info_exception_report(struct thread *self, struct object *object,
                                         zx_rights_t rights, const struct info_out *out) {
    (void)rights;
    zx_exception_report_t report;
    zx_status_t status = thread_object_report(self, object_as(thread_object, object), &report);
    if (status != ZX_OK) {
        return status;
    }
    if (out->topic == ZX_INFO_THREAD_EXCEPTION_REPORT) {
        return put_one(out, &report, sizeof(report));
    }
    zx_exception_report_v2_t later;
    memset(&later, 0, sizeof(later));
    memcpy(&later, &report, sizeof(report));
    later.header.size = sizeof(later);
    return put_one(out, &later, sizeof(later));
}

static zx_status_t info_job(struct thread *self, struct object *object, zx_rights_t rights,
                            const struct info_out *out) {
    (void)rights;
    zx_info_job_t info;
    job_info(self, object_as(job, object), &info);
    return put_one(out, &info, sizeof(info));
}

static zx_status_t info_socket(struct thread *self, struct object *object, zx_rights_t rights,
                               const struct info_out *out) {
    (void)rights;
    zx_info_socket_t info;
    socket_info(self, object, &info);
    return put_one(out, &info, sizeof(info));
}

static zx_status_t info_resource(struct thread *self, struct object *object, zx_rights_t rights,
                                 const struct info_out *out) {
    (void)self;
    (void)rights;
    zx_info_resource_t info;
    resource_info(object, &info);
    return put_one(out, &info, sizeof(info));
}

// Topics about the machine: the root resource stands for it.
static bool is_root_resource(struct object *object) {
    zx_info_resource_t info;
    resource_info(object, &info);
    return info.kind == ZX_RSRC_KIND_ROOT;
}

static zx_status_t info_cpu_stats(struct thread *self, struct object *object, zx_rights_t rights,
                                  const struct info_out *out) {
    (void)self;
    (void)rights;
    if (!is_root_resource(object)) {
        return ZX_ERR_WRONG_TYPE;
    }
    // The later record is larger in its middle: a buffer for some of those is none for the others.
    bool later = out->size % sizeof(zx_info_cpu_stats_t) != 0 &&
                 out->size % sizeof(zx_info_cpu_stats_v2_t) == 0;
    size_t size = later ? sizeof(zx_info_cpu_stats_v2_t) : sizeof(zx_info_cpu_stats_t);
    uint32_t cpus = machine_cpus(), count = 0;
    for (; count < cpus && (count + 1) * size <= out->size; count++) {
        zx_info_cpu_stats_t stats;
        zx_info_cpu_stats_v2_t more;
        machine_cpu_stats(count, &stats, &more);
        if (copy_to_user(user_out_at(out->buffer, count * size),
                         later ? (const void *)&more : (const void *)&stats, size) != ZX_OK) {
            return ZX_ERR_INVALID_ARGS;
        }
    }
    return put_counts(out, count, cpus);
}

static zx_status_t info_kmem_stats(struct thread *self, struct object *object, zx_rights_t rights,
                                   const struct info_out *out) {
    (void)rights;
    if (!is_root_resource(object)) {
        return ZX_ERR_WRONG_TYPE;
    }
    zx_info_kmem_stats_t stats;
    machine_kmem_stats(self, &stats);
    if (out->topic == ZX_INFO_KMEM_STATS) {
        return put_one(out, &stats, sizeof(stats));
    }
    zx_info_kmem_stats_v2_t later = {
        .total_bytes = stats.total_bytes,
        .free_bytes = stats.free_bytes,
        .wired_bytes = stats.wired_bytes,
        .total_heap_bytes = stats.total_heap_bytes,
        .free_heap_bytes = stats.free_heap_bytes,
        .vmo_bytes = stats.vmo_bytes,
        .mmu_overhead_bytes = stats.mmu_overhead_bytes,
        .ipc_bytes = stats.ipc_bytes,
        .other_bytes = stats.other_bytes,
    };
    return put_one(out, &later, sizeof(later));
}

static zx_status_t info_bti(struct thread *self, struct object *object, zx_rights_t rights,
                            const struct info_out *out) {
    (void)rights;
    zx_info_bti_v2_t info;
    bti_info(self, object, &info);
    return put_either(out, &info, sizeof(zx_info_bti_t), sizeof(info));
}

static zx_status_t info_stream(struct thread *self, struct object *object, zx_rights_t rights,
                               const struct info_out *out) {
    (void)rights;
    zx_info_stream_t info;
    memset(&info, 0, sizeof(info));
    stream_info(self, object, &info.options, &info.seek, &info.content_size);
    return put_one(out, &info, sizeof(info));
}

static zx_status_t info_msi(struct thread *self, struct object *object, zx_rights_t rights,
                            const struct info_out *out) {
    (void)rights;
    zx_info_msi_t info;
    msi_info(self, object, &info);
    return put_one(out, &info, sizeof(info));
}

static bool count_handle(void *context, struct object *object, zx_rights_t rights) {
    (void)rights;
    zx_info_process_handle_stats_t *info = context;
    info->handle_count[object->type->id]++;
    return true;
}

static zx_status_t info_handle_stats(struct thread *self, struct object *object, zx_rights_t rights,
                                     const struct info_out *out) {
    (void)rights;
    zx_info_process_handle_stats_t info;
    memset(&info, 0, sizeof(info));
    handle_table_for_each(self, object_as(process, object), count_handle, &info);
    return put_one(out, &info, sizeof(info));
}

// Koids are collected in portions, since no user copy may happen under the list's lock.
enum { KOIDS_PORTION = 128 };

struct koid_list {
    size_t skip, seen, kept;
    zx_koid_t koids[KOIDS_PORTION];
};

static bool collect_koid(void *context, struct object *child) {
    struct koid_list *list = context;
    if (list->seen++ >= list->skip && list->kept < KOIDS_PORTION) {
        list->koids[list->kept++] = child->koid;
    }
    return true;
}

typedef void (*for_each_child)(struct thread *self, struct object *object, struct koid_list *list);

static void each_thread(struct thread *self, struct object *object, struct koid_list *list) {
    process_for_each_thread(self, object_as(process, object), collect_koid, list);
}

static void each_job(struct thread *self, struct object *object, struct koid_list *list) {
    job_for_each_job(self, object_as(job, object), collect_koid, list);
}

static void each_process(struct thread *self, struct object *object, struct koid_list *list) {
    job_for_each_process(self, object_as(job, object), collect_koid, list);
}

static zx_status_t put_koids(struct thread *self, struct object *object, for_each_child each,
                             const struct info_out *out) {
    size_t room = out->size / sizeof(zx_koid_t);
    size_t actual = 0;
    struct koid_list list;
    do {
        list.skip = actual;
        list.seen = list.kept = 0;
        each(self, object, &list);
        size_t count = list.kept < room - actual ? list.kept : room - actual;
        if (copy_to_user(user_out_at(out->buffer, actual * sizeof(zx_koid_t)), list.koids,
                         count * sizeof(zx_koid_t)) != ZX_OK) {
            return ZX_ERR_INVALID_ARGS;
        }
        actual += count;
    } while (list.kept == KOIDS_PORTION && actual < room);
    return put_counts(out, actual, list.seen);
}

static zx_status_t info_threads(struct thread *self, struct object *object, zx_rights_t rights,
                                const struct info_out *out) {
    (void)rights;
    return put_koids(self, object, each_thread, out);
}

static zx_status_t info_job_children(struct thread *self, struct object *object, zx_rights_t rights,
                                     const struct info_out *out) {
    (void)rights;
    return put_koids(self, object, each_job, out);
}

static zx_status_t info_job_processes(struct thread *self, struct object *object,
                                      zx_rights_t rights, const struct info_out *out) {
    (void)rights;
    return put_koids(self, object, each_process, out);
}

// Which object and right each topic needs.
static const struct info_topic {
    uint32_t topic;
    const struct object_type *type; // null: any
    zx_rights_t rights;
    zx_status_t (*get)(struct thread *self, struct object *object, zx_rights_t rights,
                       const struct info_out *out);
} info_topics[] = {
    {ZX_INFO_HANDLE_BASIC, NULL, 0, info_handle_basic},
    {ZX_INFO_HANDLE_COUNT, NULL, ZX_RIGHT_INSPECT, info_handle_count},
    {ZX_INFO_PROCESS, &process_type, ZX_RIGHT_INSPECT, info_process},
    {ZX_INFO_PROCESS_THREADS, &process_type, ZX_RIGHT_ENUMERATE, info_threads},
    {ZX_INFO_PROCESS_HANDLE_STATS, &process_type, ZX_RIGHT_INSPECT, info_handle_stats},
    {ZX_INFO_THREAD, &thread_object_type, ZX_RIGHT_INSPECT, info_thread},
    {ZX_INFO_THREAD_STATS, &thread_object_type, ZX_RIGHT_INSPECT, info_thread_stats},
    {ZX_INFO_THREAD_EXCEPTION_REPORT, &thread_object_type, ZX_RIGHT_INSPECT, info_exception_report},
    {ZX_INFO_JOB, &job_type, ZX_RIGHT_INSPECT, info_job},
    {ZX_INFO_JOB_CHILDREN, &job_type, ZX_RIGHT_ENUMERATE, info_job_children},
    {ZX_INFO_JOB_PROCESSES, &job_type, ZX_RIGHT_ENUMERATE, info_job_processes},
    {ZX_INFO_SOCKET, &socket_type, ZX_RIGHT_INSPECT, info_socket},
    {ZX_INFO_RESOURCE, &resource_type, ZX_RIGHT_INSPECT, info_resource},
    {ZX_INFO_CPU_STATS, &resource_type, 0, info_cpu_stats},
    {ZX_INFO_BTI, &bti_type, ZX_RIGHT_INSPECT, info_bti},
    {ZX_INFO_STREAM, &stream_type, ZX_RIGHT_INSPECT, info_stream},
    {ZX_INFO_MSI, &msi_type, ZX_RIGHT_INSPECT, info_msi},
    {ZX_INFO_KMEM_STATS, &resource_type, 0, info_kmem_stats},
    {ZX_INFO_VMAR, &vmar_type, ZX_RIGHT_INSPECT, info_vmar},
    {ZX_INFO_VMO, &vmo_type, 0, info_vmo},
    {ZX_INFO_PROCESS_MAPS, &process_type, ZX_RIGHT_INSPECT, info_process_maps},
    {ZX_INFO_PROCESS_VMOS, &process_type, ZX_RIGHT_INSPECT, info_process_vmos},
    {ZX_INFO_TASK_STATS, &process_type, ZX_RIGHT_INSPECT, info_task_stats},
    {ZX_INFO_PROCESS_V2, &process_type, ZX_RIGHT_INSPECT, info_process},
    {ZX_INFO_THREAD_EXCEPTION_REPORT_V2, &thread_object_type, ZX_RIGHT_INSPECT,
     info_exception_report},
    {ZX_INFO_KMEM_STATS_V2, &resource_type, 0, info_kmem_stats},
    {ZX_INFO_VMO_V2, &vmo_type, 0, info_vmo},
    {ZX_INFO_VMO_V3, &vmo_type, 0, info_vmo},
    {ZX_INFO_VMO_V4, &vmo_type, 0, info_vmo},
    {ZX_INFO_PROCESS_MAPS_V2, &process_type, ZX_RIGHT_INSPECT, info_process_maps},
    {ZX_INFO_PROCESS_MAPS_V3, &process_type, ZX_RIGHT_INSPECT, info_process_maps},
    {ZX_INFO_PROCESS_VMOS_V2, &process_type, ZX_RIGHT_INSPECT, info_process_vmos},
    {ZX_INFO_PROCESS_VMOS_V3, &process_type, ZX_RIGHT_INSPECT, info_process_vmos},
    {ZX_INFO_PROCESS_VMOS_V4, &process_type, ZX_RIGHT_INSPECT, info_process_vmos},
    {ZX_INFO_TASK_STATS_V2, &process_type, ZX_RIGHT_INSPECT, info_task_stats},
};

zx_status_t sys_object_get_info(struct thread *self, zx_handle_t handle, uint32_t topic,
                                user_out buffer, size_t buffer_size, user_out actual_count,
                                user_out avail_count) {
    struct object *object;
    zx_status_t status;
    if (topic == ZX_INFO_HANDLE_VALID) {
        return handle_is_valid(self, handle) ? ZX_OK : ZX_ERR_BAD_HANDLE;
    }
    for (size_t i = 0; i < sizeof(info_topics) / sizeof(info_topics[0]); i++) {
        const struct info_topic *info = &info_topics[i];
        if (info->topic != topic) {
            continue;
        }
        zx_rights_t has;
        status = handle_get_rights(self, handle, info->type, info->rights, &object, &has);
        if (status != ZX_OK) {
            return status;
        }
        struct info_out out = {topic, buffer, buffer_size, actual_count, avail_count};
        status = info->get(self, object, has, &out);
        object_unref(self, object);
        return status;
    }
    return ZX_ERR_NOT_SUPPORTED;
}

// --- properties ---

static zx_status_t get_debug_address(struct thread *self, struct object *object, uint64_t *value) {
    *value = process_debug_address(self, object_as(process, object));
    return ZX_OK;
}

static zx_status_t set_debug_address(struct thread *self, struct object *object, uint64_t value) {
    return process_set_debug_address(self, object_as(process, object), value);
}

static zx_status_t get_vdso_base(struct thread *self, struct object *object, uint64_t *value) {
    *value = vmar_vdso_base(self, object_as(process, object)->root);
    return ZX_OK;
}

static zx_status_t set_kill_on_oom(struct thread *self, struct object *object, uint64_t value) {
    if (value > 1) {
        return ZX_ERR_INVALID_ARGS;
    }
    job_set_kill_on_oom(self, object_as(job, object), value == 1);
    return ZX_OK;
}

static zx_status_t get_rx_threshold(struct thread *self, struct object *object, uint64_t *value) {
    *value = socket_read_threshold(self, object);
    return ZX_OK;
}

static zx_status_t get_tx_threshold(struct thread *self, struct object *object, uint64_t *value) {
    *value = socket_write_threshold(self, object);
    return ZX_OK;
}

// The thread-local storage of a linked program hangs on %fs, which is libc's.
static zx_status_t set_fs(struct thread *self, struct object *object, uint64_t value) {
    (void)object;
    if (value >= THREAD_ADDRESS_LIMIT) {
        return ZX_ERR_INVALID_ARGS;
    }
    if (!self->loaded) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    thread_set_fs(value);
    return ZX_OK;
}

static zx_status_t set_gs(struct thread *self, struct object *object, uint64_t value) {
    (void)object;
    if (value >= THREAD_ADDRESS_LIMIT) {
        return ZX_ERR_INVALID_ARGS;
    }
    thread_set_gs(self, value);
    return ZX_OK;
}

static zx_status_t get_exception_state(struct thread *self, struct object *object,
                                       uint64_t *value) {
    *value =
        exception_resumes(self, object) ? ZX_EXCEPTION_STATE_HANDLED : ZX_EXCEPTION_STATE_TRY_NEXT;
    return ZX_OK;
}

static zx_status_t set_exception_state(struct thread *self, struct object *object, uint64_t value) {
    if (value != ZX_EXCEPTION_STATE_HANDLED && value != ZX_EXCEPTION_STATE_TRY_NEXT) {
        return ZX_ERR_INVALID_ARGS;
    }
    exception_set_resumes(self, object, value == ZX_EXCEPTION_STATE_HANDLED);
    return ZX_OK;
}

static zx_status_t get_content_size(struct thread *self, struct object *object, uint64_t *value) {
    *value = vmo_content_size(self, object_as(vmo, object));
    return ZX_OK;
}

static zx_status_t set_content_size(struct thread *self, struct object *object, uint64_t value) {
    vmo_set_content_size(self, object_as(vmo, object), value);
    return ZX_OK;
}

// The properties of one type of object each, as numbers of 4 or 8 bytes.
static const struct property {
    uint32_t property;
    const struct object_type *type;
    size_t size;
    bool unchecked; // Zircon does not look at the size that is given
    zx_status_t (*get)(struct thread *self, struct object *object, uint64_t *value);
    zx_status_t (*set)(struct thread *self, struct object *object, uint64_t value);
} properties[] = {
    {ZX_PROP_PROCESS_DEBUG_ADDR, &process_type, sizeof(uintptr_t), false, get_debug_address,
     set_debug_address},
    {ZX_PROP_PROCESS_VDSO_BASE_ADDRESS, &process_type, sizeof(uintptr_t), false, get_vdso_base,
     NULL},
    {ZX_PROP_SOCKET_RX_THRESHOLD, &socket_type, sizeof(size_t), false, get_rx_threshold,
     socket_set_read_threshold},
    {ZX_PROP_SOCKET_TX_THRESHOLD, &socket_type, sizeof(size_t), false, get_tx_threshold,
     socket_set_write_threshold},
    {ZX_PROP_EXCEPTION_STATE, &exception_type, sizeof(uint32_t), false, get_exception_state,
     set_exception_state},
    {ZX_PROP_VMO_CONTENT_SIZE, &vmo_type, sizeof(uint64_t), false, get_content_size,
     set_content_size},
    {ZX_PROP_JOB_KILL_ON_OOM, &job_type, sizeof(size_t), true, NULL, set_kill_on_oom},
    {ZX_PROP_REGISTER_FS, &thread_object_type, sizeof(uintptr_t), false, NULL, set_fs},
    {ZX_PROP_REGISTER_GS, &thread_object_type, sizeof(uintptr_t), false, NULL, set_gs},
};

static const struct property *find_property(uint32_t property) {
    for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
        if (properties[i].property == property) {
            return &properties[i];
        }
    }
    return NULL;
}

static zx_status_t get_name(struct thread *self, struct object *object, user_out value,
                            size_t size) {
    char name[ZX_MAX_NAME_LEN] = {0};
    if (size < sizeof(name)) {
        return ZX_ERR_BUFFER_TOO_SMALL;
    }
    if (object->type->get_name != NULL) {
        object->type->get_name(self, object, name);
    }
    return copy_to_user(value, name, sizeof(name));
}

static zx_status_t get_number(struct thread *self, struct object *object, uint32_t id,
                              user_out value, size_t size) {
    const struct property *property = find_property(id);
    if (property == NULL || property->get == NULL) {
        return ZX_ERR_INVALID_ARGS;
    }
    if (size < property->size) {
        return ZX_ERR_BUFFER_TOO_SMALL;
    }
    if (object->type != property->type) {
        return ZX_ERR_WRONG_TYPE;
    }
    uint64_t number;
    zx_status_t status = property->get(self, object, &number);
    return status != ZX_OK ? status : copy_to_user(value, &number, property->size);
}

zx_status_t sys_object_get_property(struct thread *self, zx_handle_t handle, uint32_t property,
                                    user_out value, size_t value_size) {
    if (value.p == NULL) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *object;
    zx_status_t status = handle_get(self, handle, NULL, ZX_RIGHT_GET_PROPERTY, &object);
    if (status != ZX_OK) {
        return status;
    }
    status = property == ZX_PROP_NAME ? get_name(self, object, value, value_size)
                                      : get_number(self, object, property, value, value_size);
    object_unref(self, object);
    return status;
}

static zx_status_t set_name(struct thread *self, struct object *object, user_in value,
                            size_t size) {
    char name[ZX_MAX_NAME_LEN] = {0};
    size = size < ZX_MAX_NAME_LEN ? size : ZX_MAX_NAME_LEN - 1;
    zx_status_t status = copy_from_user(name, value, size);
    if (status != ZX_OK) {
        return status;
    }
    return object->type->set_name != NULL ? object->type->set_name(self, object, name, size)
                                          : ZX_ERR_NOT_SUPPORTED;
}

static zx_status_t set_number(struct thread *self, struct object *object, uint32_t id,
                              user_in value, size_t size) {
    const struct property *property = find_property(id);
    if (property == NULL || property->set == NULL) {
        return ZX_ERR_INVALID_ARGS;
    }
    if (size < property->size && !property->unchecked) {
        return ZX_ERR_BUFFER_TOO_SMALL;
    }
    if (object->type != property->type) {
        return ZX_ERR_WRONG_TYPE;
    }
    // The properties of threads are registers, of the calling thread alone.
    if (property->type == &thread_object_type && object_as(thread_object, object) != self->object) {
        return ZX_ERR_ACCESS_DENIED;
    }
    uint64_t number = 0;
    zx_status_t status = copy_from_user(&number, value, property->size);
    return status != ZX_OK ? status : property->set(self, object, number);
}

zx_status_t sys_object_set_property(struct thread *self, zx_handle_t handle, uint32_t property,
                                    user_in value, size_t value_size) {
    if (value.p == NULL) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *object;
    zx_status_t status = handle_get(self, handle, NULL, ZX_RIGHT_SET_PROPERTY, &object);
    if (status != ZX_OK) {
        return status;
    }
    status = property == ZX_PROP_NAME ? set_name(self, object, value, value_size)
                                      : set_number(self, object, property, value, value_size);
    object_unref(self, object);
    return status;
}
