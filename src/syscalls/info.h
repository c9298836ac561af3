// Part of libzircon. BSD-3-Clause, see LICENSE.
// What topics of zx_object_get_info in several files share.
#pragma once

#include "syscalls/syscall.h"

// What a topic writes to. Its number says which version of the record is wanted.
struct info_out {
    uint32_t topic;
    user_out buffer;
    size_t size;
    user_out actual, avail;
};

static inline zx_status_t put_counts(const struct info_out *out, size_t actual, size_t avail) {
    zx_status_t status = copy_to_user_optional(out->actual, &actual, sizeof(actual));
    return status != ZX_OK ? status : copy_to_user_optional(out->avail, &avail, sizeof(avail));
}

// A topic with exactly one record.
static inline zx_status_t put_one(const struct info_out *out, const void *record, size_t size) {
    size_t actual = out->size >= size ? 1 : 0;
    if (actual == 1 && copy_to_user(out->buffer, record, size) != ZX_OK) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = put_counts(out, actual, 1);
    return status != ZX_OK ? status : actual == 1 ? ZX_OK : ZX_ERR_BUFFER_TOO_SMALL;
}

// A record of which there is a later one that begins alike: that one, if it is what there is room
// for.
static inline zx_status_t put_either(const struct info_out *out, const void *record, size_t size,
                                     size_t later_size) {
    return put_one(out, record, out->size == later_size ? later_size : size);
}

// memory_info.c
zx_status_t info_vmar(struct thread *self, struct object *object, zx_rights_t rights,
                      const struct info_out *out);
zx_status_t info_vmo(struct thread *self, struct object *object, zx_rights_t rights,
                     const struct info_out *out);
zx_status_t info_process_maps(struct thread *self, struct object *object, zx_rights_t rights,
                              const struct info_out *out);
zx_status_t info_process_vmos(struct thread *self, struct object *object, zx_rights_t rights,
                              const struct info_out *out);
zx_status_t info_task_stats(struct thread *self, struct object *object, zx_rights_t rights,
                            const struct info_out *out);
