// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The position is under the stream's lock, the content's size under the VMO's, which has the same
// rank. So who changes one after having looked at the other looks again, and begins anew if
// somebody was faster. Pages are made without either lock.
#include "objects/stream.h"

#include <string.h>

#include "host/frames.h"

struct stream {
    struct object object;
    struct mutex object_lock;
    struct vmo *vmo; // with a reference
    uint32_t mode;
    uint64_t seek; // under the object's lock
};

SLAB_OBJECTS(stream, sizeof(struct stream));

static struct stream *stream_at(struct object *object) {
    return list_entry(object, struct stream, object);
}

struct object *stream_new(struct thread *self, uint32_t mode, struct vmo *vmo, uint64_t seek) {
    struct stream *stream = slab_alloc(self, &stream_slab);
    if (stream == NULL) {
        return NULL;
    }
    object_ref(&vmo->object);
    stream->vmo = vmo;
    stream->mode = mode;
    stream->seek = seek;
    mutex_init(&stream->object_lock, RANK_OBJECT);
    object_init(&stream->object, &stream_type, &stream->object_lock, 0);
    return &stream->object;
}

struct vmo *stream_vmo(struct object *object) {
    return stream_at(object)->vmo;
}

static uint64_t position(struct thread *self, struct stream *stream) {
    mutex_lock(self, stream->object.lock);
    uint64_t seek = stream->seek;
    mutex_unlock(self, stream->object.lock);
    return seek;
}

// Moves the position from where it was seen. False if it is elsewhere by now.
static bool move(struct thread *self, struct stream *stream, uint64_t from, uint64_t to) {
    mutex_lock(self, stream->object.lock);
    bool same = stream->seek == from;
    if (same) {
        stream->seek = to;
    }
    mutex_unlock(self, stream->object.lock);
    return same;
}

void stream_begin_read(struct thread *self, struct object *object, const uint64_t *offset,
                       size_t total, struct stream_part *part) {
    struct stream *stream = stream_at(object);
    do {
        uint64_t at = offset != NULL ? *offset : position(self, stream);
        uint64_t content = vmo_content_size(self, stream->vmo);
        uint64_t left = at < content ? content - at : 0;
        *part = (struct stream_part){
            .offset = at,
            .length = total < left ? total : (size_t)left,
            .moved = offset == NULL,
            .seek = at,
        };
    } while (offset == NULL && !move(self, stream, part->offset, part->offset + part->length));
}

// --- growing ---

// Changes the content's size from what it was seen to be. False if it is another by now.
static bool set_content(struct thread *self, struct vmo *vmo, uint64_t from, uint64_t to) {
    mutex_lock(self, &vmo->lock);
    bool same = vmo->content_size == from;
    if (same) {
        vmo->content_size = to;
    }
    mutex_unlock(self, &vmo->lock);
    return same;
}

static bool is_zero(const char *bytes, size_t size) {
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

// Page by page, and only those that are not zero yet.
static zx_status_t write_zeroes(struct thread *self, struct vmo *vmo, uint64_t from, uint64_t to) {
    zx_status_t status = ZX_OK;
    for (uint64_t part; from < to && status == ZX_OK; from += part) {
        char bytes[FRAME_SIZE];
        part = FRAME_SIZE - from % FRAME_SIZE;
        part = part < to - from ? part : to - from;
        status = vmo_read_kernel(self, vmo, bytes, from, (size_t)part);
        if (status == ZX_OK && !is_zero(bytes, (size_t)part)) {
            status = vmo_write_kernel(self, vmo, frame_zeroes, from, (size_t)part);
        }
    }
    return status;
}

// Where pages without contents of their own are zero, they are given back: whole pages behind what
// a parent shows, of a VMO that has no pager.
static zx_status_t clear(struct thread *self, struct vmo *vmo, uint64_t from, uint64_t to) {
    mutex_lock(self, vmo->cow.lock);
    bool plain = vmo->cow.kind == COW_PAGES && cow_root_source(&vmo->cow) == NULL;
    uint64_t shown = vmo->cow.limit << FRAME_SHIFT;
    mutex_unlock(self, vmo->cow.lock);
    uint64_t first = (from + FRAME_SIZE - 1) / FRAME_SIZE * FRAME_SIZE;
    uint64_t last = to / FRAME_SIZE * FRAME_SIZE;
    first = first > shown ? first : shown;
    if (!plain || first >= last || vmo_decommit(self, vmo, first, last - first) != ZX_OK) {
        return write_zeroes(self, vmo, from, to);
    }
    zx_status_t status = write_zeroes(self, vmo, from, first);
    return status == ZX_OK ? write_zeroes(self, vmo, last, to) : status;
}

// How far the content can reach if `end` is wanted: the VMO grows for it, if it may.
static uint64_t make_room(struct thread *self, struct vmo *vmo, uint64_t end) {
    uint64_t size = vmo_size(self, vmo);
    if (end > size && vmo->resizable && vmo_set_size(self, vmo, end) == ZX_OK) {
        size = vmo_size(self, vmo);
    }
    return end < size ? end : size;
}

zx_status_t stream_begin_write(struct thread *self, struct object *object, const uint64_t *offset,
                               bool append, size_t total, struct stream_part *part) {
    struct stream *stream = stream_at(object);
    struct vmo *vmo = stream->vmo;
    for (;;) {
        uint64_t seek = position(self, stream), content = vmo_content_size(self, vmo), end;
        uint64_t at = offset != NULL ? *offset : append ? content : seek;
        if (__builtin_add_overflow(at, (uint64_t)total, &end)) {
            return ZX_ERR_FILE_BIG;
        }
        uint64_t reach = content;
        if (end > content) {
            reach = make_room(self, vmo, end);
            reach = reach > content ? reach : content;
        }
        if (at >= reach) {
            return ZX_ERR_NO_SPACE;
        }
        end = end < reach ? end : reach;
        *part = (struct stream_part){
            .offset = at,
            .length = (size_t)(end - at),
            .moved = offset == NULL,
            .seek = seek,
            .content = content,
            .reach = reach,
        };
        if ((reach != content || append) && !set_content(self, vmo, content, reach)) {
            continue;
        }
        if (offset != NULL || move(self, stream, seek, end)) {
            // What lies between is ours to clear: whoever appends comes behind it.
            return at > content ? clear(self, vmo, content, at) : ZX_OK;
        }
        // Content that grew for nothing shrinks again, unless somebody used it meanwhile.
        set_content(self, vmo, reach, content);
    }
}

// --- the position ---

void stream_return(struct thread *self, struct object *object, const struct stream_part *part) {
    struct stream *stream = stream_at(object);
    bool still = !part->moved || move(self, stream, part->offset + part->length, part->seek);
    if (still && part->reach != part->content) {
        set_content(self, stream->vmo, part->reach, part->content);
    }
}

zx_status_t stream_seek(struct thread *self, struct object *object, uint32_t whence, int64_t offset,
                        uint64_t *out) {
    struct stream *stream = stream_at(object);
    for (;;) {
        uint64_t seek = position(self, stream), to;
        uint64_t from = whence == ZX_STREAM_SEEK_ORIGIN_CURRENT ? seek
                        : whence == ZX_STREAM_SEEK_ORIGIN_END ? vmo_content_size(self, stream->vmo)
                                                              : 0;
        if (offset >= 0 ? __builtin_add_overflow(from, (uint64_t)offset, &to)
                        : __builtin_sub_overflow(from, -(uint64_t)offset, &to)) {
            return ZX_ERR_INVALID_ARGS;
        }
        if (move(self, stream, seek, to)) {
            *out = to;
            return ZX_OK;
        }
    }
}

void stream_info(struct thread *self, struct object *object, uint32_t *options, uint64_t *seek,
                 uint64_t *content) {
    struct stream *stream = stream_at(object);
    *options = stream->mode;
    *seek = position(self, stream);
    *content = vmo_content_size(self, stream->vmo);
}

static void stream_destroy(struct thread *self, struct object *object) {
    struct stream *stream = stream_at(object);
    object_unref(self, &stream->vmo->object);
    slab_free(self, &stream_slab, stream);
}

const struct object_type stream_type = {
    .id = ZX_OBJ_TYPE_STREAM,
    .name = "stream",
    .rights = ZX_DEFAULT_STREAM_RIGHTS,
    .destroy = stream_destroy,
};
