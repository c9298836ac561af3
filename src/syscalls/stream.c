// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/stream.h"

#include "syscalls/syscall.h"

static struct vmo *vmo_of(struct object *object) {
    return list_entry(object, struct vmo, object);
}

zx_status_t sys_stream_create(struct thread *self, uint32_t options, zx_handle_t vmo, zx_off_t seek,
                              user_out out_stream) {
    if ((options & ~ZX_STREAM_CREATE_MASK) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_rights_t rights = ((options & ZX_STREAM_MODE_READ) != 0 ? ZX_RIGHT_READ : 0) |
                         ((options & ZX_STREAM_MODE_WRITE) != 0 ? ZX_RIGHT_WRITE : 0);
    struct object *object;
    zx_status_t status = handle_get(self, vmo, &vmo_type, rights, &object);
    if (status != ZX_OK) {
        return status;
    }
    struct object *stream = stream_new(self, options, vmo_of(object), seek);
    object_unref(self, object);
    return stream != NULL
               ? handle_return_take(self, out_stream, stream, stream_type.rights | rights)
               : ZX_ERR_NO_MEMORY;
}

// --- vectors ---

static zx_status_t read_iovec(user_in vector, size_t i, zx_iovec_t *iovec) {
    return copy_from_user(iovec, user_in_at(vector, i * sizeof(*iovec)), sizeof(*iovec));
}

static zx_status_t add_up(user_in vector, size_t count, size_t *total) {
    zx_iovec_t iovec;
    *total = 0;
    for (size_t i = 0; i < count; i++) {
        if (read_iovec(vector, i, &iovec) != ZX_OK ||
            __builtin_add_overflow(*total, iovec.capacity, total)) {
            return ZX_ERR_INVALID_ARGS;
        }
    }
    return ZX_OK;
}

// Copies between the VMO and the buffers, which may have changed since they were added up.
static zx_status_t copy(struct thread *self, struct object *stream, bool write, user_in vector,
                        size_t count, struct stream_part part) {
    zx_iovec_t iovec;
    zx_status_t status = ZX_OK;
    for (size_t i = 0; i < count && part.length > 0 && status == ZX_OK; i++) {
        status = read_iovec(vector, i, &iovec);
        if (status != ZX_OK) {
            return status;
        }
        size_t size = iovec.capacity < part.length ? iovec.capacity : part.length;
        if (size != 0) {
            status = write ? vmo_write(self, stream_vmo(stream), (user_in){iovec.buffer},
                                       part.offset, size)
                           : vmo_read(self, stream_vmo(stream), (user_out){iovec.buffer},
                                      part.offset, size);
        }
        part.offset += size;
        part.length -= size;
    }
    return status;
}

// What a call asks for.
struct wish {
    bool write, append;
    const uint64_t *offset; // null: the stream's position
    user_in vector;
    size_t count;
    user_out actual;
};

static zx_status_t transfer(struct thread *self, zx_handle_t handle, const struct wish *wish) {
    struct object *stream;
    zx_status_t status = handle_get(self, handle, &stream_type,
                                    wish->write ? ZX_RIGHT_WRITE : ZX_RIGHT_READ, &stream);
    if (status != ZX_OK) {
        return status;
    }
    size_t total;
    struct stream_part part = {.length = 0};
    status = add_up(wish->vector, wish->count, &total);
    if (status == ZX_OK && total != 0) {
        if (wish->write) {
            status = stream_begin_write(self, stream, wish->offset, wish->append, total, &part);
        } else {
            stream_begin_read(self, stream, wish->offset, total, &part);
        }
    }
    if (status == ZX_OK) {
        status = copy(self, stream, wish->write, wish->vector, wish->count, part);
        if (status != ZX_OK) {
            stream_return(self, stream, &part);
        }
    }
    object_unref(self, stream);
    return status != ZX_OK ? status
                           : copy_to_user_optional(wish->actual, &part.length, sizeof(part.length));
}

zx_status_t sys_stream_readv(struct thread *self, zx_handle_t handle, uint32_t options,
                             user_inout vector, size_t vector_count, user_out actual) {
    if (options != 0 || vector.p == NULL) {
        return ZX_ERR_INVALID_ARGS;
    }
    return transfer(
        self, handle,
        &(struct wish){.vector = user_inout_in(vector), .count = vector_count, .actual = actual});
}

zx_status_t sys_stream_readv_at(struct thread *self, zx_handle_t handle, uint32_t options,
                                zx_off_t offset, user_inout vector, size_t vector_count,
                                user_out actual) {
    if (options != 0 || vector.p == NULL) {
        return ZX_ERR_INVALID_ARGS;
    }
    return transfer(self, handle,
                    &(struct wish){.offset = &offset,
                                   .vector = user_inout_in(vector),
                                   .count = vector_count,
                                   .actual = actual});
}

zx_status_t sys_stream_writev(struct thread *self, zx_handle_t handle, uint32_t options,
                              user_in vector, size_t vector_count, user_out actual) {
    if ((options & ~ZX_STREAM_APPEND) != 0 || vector.p == NULL) {
        return ZX_ERR_INVALID_ARGS;
    }
    return transfer(self, handle,
                    &(struct wish){.write = true,
                                   .append = (options & ZX_STREAM_APPEND) != 0,
                                   .vector = vector,
                                   .count = vector_count,
                                   .actual = actual});
}

zx_status_t sys_stream_writev_at(struct thread *self, zx_handle_t handle, uint32_t options,
                                 zx_off_t offset, user_in vector, size_t vector_count,
                                 user_out actual) {
    if (options != 0 || vector.p == NULL) {
        return ZX_ERR_INVALID_ARGS;
    }
    return transfer(self, handle,
                    &(struct wish){.write = true,
                                   .offset = &offset,
                                   .vector = vector,
                                   .count = vector_count,
                                   .actual = actual});
}

zx_status_t sys_stream_seek(struct thread *self, zx_handle_t handle, zx_stream_seek_origin_t whence,
                            int64_t offset, user_out out_seek) {
    struct object *stream;
    zx_rights_t rights;
    zx_status_t status = handle_get_rights(self, handle, &stream_type, 0, &stream, &rights);
    if (status != ZX_OK) {
        return status;
    }
    uint64_t seek;
    if ((rights & (ZX_RIGHT_READ | ZX_RIGHT_WRITE)) == 0) {
        status = ZX_ERR_ACCESS_DENIED;
    } else if (whence > ZX_STREAM_SEEK_ORIGIN_END) {
        status = ZX_ERR_INVALID_ARGS;
    } else {
        status = stream_seek(self, stream, whence, offset, &seek);
    }
    object_unref(self, stream);
    return status != ZX_OK ? status : copy_to_user_optional(out_seek, &seek, sizeof(seek));
}
