// Part of libzircon. BSD-3-Clause, see LICENSE.
// A stream: reads and writes a VMO as a file, with a position. Its end is the VMO's content size.
#pragma once

#include "objects/vmo.h"

extern const struct object_type stream_type;

// Null if memory is used up.
struct object *stream_new(struct thread *self, uint32_t mode, struct vmo *vmo, uint64_t seek);

struct vmo *stream_vmo(struct object *stream);

// Where `total` bytes are to be read from, or written to, and how many of them there are or may be.
struct stream_part {
    uint64_t offset;
    size_t length;
    bool moved;              // the position, from `seek`
    uint64_t seek;           // before
    uint64_t content, reach; // the content's size before and since
};

// For a read: at the stream's position, which moves, or at `*offset`.
void stream_begin_read(struct thread *self, struct object *stream, const uint64_t *offset,
                       size_t total, struct stream_part *part);

// For a write, for which the content grows as far as it can. FILE_BIG, NO_SPACE.
zx_status_t stream_begin_write(struct thread *self, struct object *stream, const uint64_t *offset,
                               bool append, size_t total, struct stream_part *part);

// A call failed, or will be made again: the position and the content's size become what they were,
// unless somebody else has moved them since.
void stream_return(struct thread *self, struct object *stream, const struct stream_part *part);

// Moves the position. INVALID_ARGS if it would be before the beginning or too far.
zx_status_t stream_seek(struct thread *self, struct object *stream, uint32_t whence, int64_t offset,
                        uint64_t *position);

void stream_info(struct thread *self, struct object *stream, uint32_t *options, uint64_t *seek,
                 uint64_t *content);
