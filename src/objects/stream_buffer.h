// Part of libzircon. BSD-3-Clause, see LICENSE.
// The bytes that wait in one end of a socket: a queue of segments.
//
// Bytes of a program are copied into segments before the socket's lock is taken and out of them
// after it is dropped; under the lock segments only change hands, but for a few bytes.
#pragma once

#include "objects/object.h"

enum { STREAM_SMALL = 512 }; // so many bytes are copied under the lock rather than handed over

// Some bytes. A datagram is a run of segments, the first of which knows its size.
struct segment {
    struct list node;
    const struct slab_type *slab;
    uint32_t begin, end; // of the bytes that are left, in `bytes`
    uint32_t room;       // bytes that `bytes` can hold
    uint32_t datagram;   // size of the datagram that begins here, else 0
    char bytes[];
};

struct stream_buffer {
    struct list segments;
    size_t size; // bytes in all
};

void stream_buffer_init(struct stream_buffer *buffer);

// Frees all segments of a list.
void segments_free(struct thread *self, struct list *segments);

// Copies a program's bytes into new segments. INVALID_ARGS, NO_MEMORY; then the list is empty.
zx_status_t segments_from_user(struct thread *self, user_in from, size_t size,
                               struct list *segments);

// Copies at most `size` bytes of the segments to a program, and tells how many.
zx_status_t segments_to_user(struct list *segments, user_out to, size_t size, size_t *copied);

// Appends a few bytes, into the last segment if they fit. False if memory is used up.
bool stream_buffer_append_small(struct thread *self, struct stream_buffer *buffer,
                                const char *bytes, uint32_t size);
// Appends whole segments.
void stream_buffer_append(struct stream_buffer *buffer, struct list *segments, size_t size);
// Puts segments back to the front.
void stream_buffer_return(struct stream_buffer *buffer, struct list *segments, size_t size);
// Puts a few bytes to the front. False if memory is used up.
bool stream_buffer_return_small(struct thread *self, struct stream_buffer *buffer,
                                const char *bytes, uint32_t size);

// Moves the first `size` bytes, or all if there are fewer, out of the queue. A segment that is
// needed in part is copied. Returns how many bytes; 0 if memory for that copy is used up.
size_t stream_buffer_take(struct thread *self, struct stream_buffer *buffer, size_t size,
                          struct list *segments);
// Moves the first datagram out of the queue. Returns its size.
size_t stream_buffer_take_datagram(struct stream_buffer *buffer, struct list *segments);

// Copies `size` bytes from `offset` on without moving them; there must be so many.
void stream_buffer_peek(const struct stream_buffer *buffer, size_t offset, char *bytes,
                        size_t size);
// Drops the first bytes.
void stream_buffer_drop(struct thread *self, struct stream_buffer *buffer, size_t size);

// The size of the first datagram, 0 if the queue is empty.
size_t stream_buffer_first_datagram(const struct stream_buffer *buffer);
