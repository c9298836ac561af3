// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Topics of zx_object_get_info about memory.
#include <string.h>

#include "host/frames.h"
#include "objects/vmar.h"
#include "syscalls/info.h"

enum { TOPIC_VERSION_SHIFT = 28 };

zx_status_t info_vmar(struct thread *self, struct object *object, zx_rights_t rights,
                      const struct info_out *out) {
    (void)rights;
    zx_info_vmar_t info = {0, 0};
    zx_status_t status =
        vmar_range(self, list_entry(object, struct vmar, object), &info.base, &info.len);
    return status != ZX_OK ? status : put_one(out, &info, sizeof(info));
}

// The longest record of a VMO, and how much of it the topic means: all begin alike.
static size_t vmo_record(struct thread *self, struct vmo *vmo, uint32_t topic,
                         zx_info_vmo_v4_t *info) {
    static const size_t sizes[] = {
        sizeof(zx_info_vmo_t),
        offsetof(zx_info_vmo_v4_t, populated_bytes),
        offsetof(zx_info_vmo_v4_t, committed_private_bytes),
        sizeof(zx_info_vmo_v4_t),
    };
    zx_info_vmo_t first;
    vmo_info(self, vmo, &first);
    memset(info, 0, sizeof(*info));
    memcpy(info, &first, sizeof(first));
    info->metadata_bytes = sizeof(struct vmo);
    info->populated_bytes = info->committed_private_bytes = info->populated_private_bytes =
        info->committed_scaled_bytes = info->populated_scaled_bytes = first.committed_bytes;
    return sizes[topic >> TOPIC_VERSION_SHIFT];
}

zx_status_t info_vmo(struct thread *self, struct object *object, zx_rights_t rights,
                     const struct info_out *out) {
    (void)rights;
    zx_info_vmo_v4_t info;
    size_t size = vmo_record(self, list_entry(object, struct vmo, object), out->topic, &info);
    info.flags |= ZX_INFO_VMO_VIA_HANDLE;
    size_t actual = out->size >= size ? 1 : 0;
    if (actual == 1 && copy_to_user(out->buffer, &info, size) != ZX_OK) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = put_counts(out, actual, 0); // none is left, as Zircon sees it
    return status != ZX_OK ? status : actual == 1 ? ZX_OK : ZX_ERR_BUFFER_TOO_SMALL;
}

// --- lists ---

// Records are stored while the lock is held that the list is under. If one cannot be, its place is
// touched without the lock, and all begins again.
struct records {
    struct thread *self;
    const struct info_out *out;
    size_t size; // of a record
    size_t seen, stored;
    bool stopped; // at the record `stored`
};

static bool put(struct records *records, const void *record) {
    records->seen++;
    if (records->stored == records->out->size / records->size) {
        return true;
    }
    user_out place = user_out_at(records->out->buffer, records->stored * records->size);
    if (copy_to_user(place, record, records->size) != ZX_OK) {
        records->stopped = true;
        return false;
    }
    records->stored++;
    return true;
}

// Has it been stopped, and is it to begin again? Or else the status.
static bool begin_again(struct records *records, zx_status_t *status) {
    if (!records->stopped) {
        *status = put_counts(records->out, records->stored, records->seen);
        return false;
    }
    user_out place = user_out_at(records->out->buffer, records->stored * records->size);
    user_out last = user_out_at(place, records->size - 1);
    if (touch_user_out(place) != ZX_OK || touch_user_out(last) != ZX_OK) {
        *status = ZX_ERR_INVALID_ARGS;
        return false;
    }
    records->seen = records->stored = 0;
    records->stopped = false;
    return true;
}

static bool put_map(void *context, struct vmar *vmar, struct mapping *mapping, uint32_t depth) {
    struct records *records = context;
    zx_info_maps_v3_t info; // the earlier ones are its beginning, but for the unit
    memset(&info, 0, sizeof(info));
    info.depth = depth + 1; // that of the address space is 0
    if (vmar != NULL) {
        static const char root[] = "root", other[] = "useralloc";
        memcpy(info.name, vmar->is_root ? root : other,
               vmar->is_root ? sizeof(root) : sizeof(other));
        info.base = vmar->inside.base;
        info.size = vmar->inside.size;
        info.type = ZX_INFO_MAPS_TYPE_VMAR;
        return put(records, &info);
    }
    vmo_type.get_name(records->self, &mapping->vmo->object, info.name);
    info.base = mapping->region.base;
    info.size = mapping->region.size;
    info.type = ZX_INFO_MAPS_TYPE_MAPPING;
    info.u.mapping.mmu_flags = ((mapping->access & WINDOW_READ) != 0 ? ZX_VM_PERM_READ : 0) |
                               ((mapping->access & WINDOW_WRITE) != 0 ? ZX_VM_PERM_WRITE : 0) |
                               ((mapping->access & WINDOW_EXECUTE) != 0 ? ZX_VM_PERM_EXECUTE : 0);
    info.u.mapping.vmo_koid = mapping->vmo->object.koid;
    info.u.mapping.vmo_offset = mapping->page << FRAME_SHIFT;
    uint64_t pages = mapping_committed(records->self, mapping, NULL);
    uint64_t committed =
        records->out->topic == ZX_INFO_PROCESS_MAPS_V3 ? pages << FRAME_SHIFT : pages;
    info.u.mapping.committed_bytes = info.u.mapping.populated_bytes = committed;
    info.u.mapping.committed_private_bytes = info.u.mapping.populated_private_bytes = committed;
    info.u.mapping.committed_scaled_bytes = info.u.mapping.populated_scaled_bytes = committed;
    return put(records, &info);
}

// "proc:" and the process's koid.
static void space_name(char name[ZX_MAX_NAME_LEN], zx_koid_t koid) {
    char digits[20];
    int count = 0;
    do {
        digits[count++] = (char)('0' + koid % 10);
        koid /= 10;
    } while (koid != 0);
    memcpy(name, "proc:", 5);
    for (int i = 0; i < count; i++) {
        name[5 + i] = digits[count - 1 - i];
    }
}

zx_status_t info_process_maps(struct thread *self, struct object *object, zx_rights_t rights,
                              const struct info_out *out) {
    (void)rights;
    struct process *process = list_entry(object, struct process, object);
    if (process == self->process) {
        return ZX_ERR_ACCESS_DENIED;
    }
    static const size_t sizes[] = {sizeof(zx_info_maps_t), sizeof(zx_info_maps_v2_t),
                                   sizeof(zx_info_maps_v3_t)};
    struct records records = {
        .self = self, .out = out, .size = sizes[out->topic >> TOPIC_VERSION_SHIFT]};
    zx_info_maps_v3_t info;
    memset(&info, 0, sizeof(info));
    space_name(info.name, object->koid);
    info.type = ZX_INFO_MAPS_TYPE_ASPACE;
    zx_status_t status;
    do {
        if (process->root == NULL || !vmar_is_alive(self, process->root)) {
            (void)put_counts(out, 0, 0);
            return ZX_ERR_BAD_STATE;
        }
        status = vmar_range(self, process->root, &info.base, &info.size);
        if (status != ZX_OK) {
            return status;
        }
        if (put(&records, &info)) {
            vmar_for_each(self, process->root, put_map, &records);
        }
    } while (begin_again(&records, &status));
    return status;
}

// --- VMOs of a process ---

static bool put_handle(void *context, struct object *object, zx_rights_t rights) {
    struct records *records = context;
    struct vmo *vmo = object_as(vmo, object);
    if (vmo == NULL || !object_try_ref(object)) { // no lock keeps it alive
        return true;
    }
    zx_info_vmo_v4_t info;
    records->size = vmo_record(records->self, vmo, records->out->topic, &info);
    info.flags |= ZX_INFO_VMO_VIA_HANDLE;
    info.handle_rights = rights;
    bool more = put(records, &info);
    object_unref(records->self, object);
    return more;
}

static bool put_mapped(void *context, struct vmar *vmar, struct mapping *mapping, uint32_t depth) {
    (void)depth;
    struct records *records = context;
    if (vmar != NULL) {
        return true;
    }
    zx_info_vmo_v4_t info;
    records->size = vmo_record(records->self, mapping->vmo, records->out->topic, &info);
    info.flags |= ZX_INFO_VMO_VIA_MAPPING;
    return put(records, &info);
}

zx_status_t info_process_vmos(struct thread *self, struct object *object, zx_rights_t rights,
                              const struct info_out *out) {
    (void)rights;
    struct process *process = list_entry(object, struct process, object);
    if (process == self->process) {
        return ZX_ERR_ACCESS_DENIED;
    }
    struct records records = {.self = self, .out = out, .size = sizeof(zx_info_vmo_t)};
    zx_status_t status;
    do {
        zx_info_process_t state;
        process_info(self, process, &state);
        if (!state.started || state.exited || process->root == NULL) {
            (void)put_counts(out, 0, 0);
            return ZX_ERR_BAD_STATE;
        }
        handle_table_for_each(self, process, put_handle, &records);
        if (!records.stopped) {
            vmar_for_each(self, process->root, put_mapped, &records);
        }
    } while (begin_again(&records, &status));
    return status;
}

// --- sums ---

struct sums {
    struct thread *self;
    zx_info_task_stats_v2_t info;
    uint64_t carried; // whole bytes that came of fractions: the earlier record leaves them out
};

enum { FRACTION_BITS = 63 };

static bool add(void *context, struct vmar *vmar, struct mapping *mapping, uint32_t depth) {
    (void)depth;
    struct sums *sums = context;
    if (vmar != NULL) {
        return true;
    }
    uint64_t spaces;
    uint64_t bytes = mapping_committed(sums->self, mapping, &spaces) << FRAME_SHIFT;
    sums->info.mem_mapped_bytes += mapping->region.size;
    if (spaces == 1) {
        sums->info.mem_private_bytes += bytes;
    } else {
        sums->info.mem_shared_bytes += bytes;
        sums->info.mem_scaled_shared_bytes += bytes / spaces;
        sums->info.mem_fractional_scaled_shared_bytes +=
            bytes % spaces * ((UINT64_C(1) << FRACTION_BITS) / spaces);
        if (sums->info.mem_fractional_scaled_shared_bytes >> FRACTION_BITS != 0) {
            sums->carried++;
            sums->info.mem_fractional_scaled_shared_bytes &= (UINT64_C(1) << FRACTION_BITS) - 1;
        }
    }
    return true;
}

zx_status_t info_task_stats(struct thread *self, struct object *object, zx_rights_t rights,
                            const struct info_out *out) {
    (void)rights;
    struct process *process = list_entry(object, struct process, object);
    if (process->root == NULL || !vmar_is_alive(self, process->root)) {
        return ZX_ERR_BAD_STATE;
    }
    struct sums sums = {.self = self};
    vmar_for_each(self, process->root, add, &sums);
    if (out->topic == ZX_INFO_TASK_STATS) {
        return put_one(out, &sums.info, sizeof(zx_info_task_stats_t));
    }
    sums.info.mem_scaled_shared_bytes += sums.carried;
    return put_one(out, &sums.info, sizeof(sums.info));
}
