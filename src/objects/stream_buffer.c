// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/stream_buffer.h"

#include <string.h>

#include "base/invariant.h"

SLAB_TYPE(segment_512, 512);
SLAB_TYPE(segment_4k, 4 << 10);
SLAB_TYPE(segment_16k, 16 << 10);
SLAB_TYPE(segment_64k, (64 << 10) + 64);

static struct segment *segment_at(struct list *node) {
    return list_entry(node, struct segment, node);
}

static uint32_t left(const struct segment *segment) {
    return segment->end - segment->begin;
}

static struct segment *segment_new(struct thread *self, size_t size) {
    static const struct slab_type *const slabs[] = {&segment_512_slab, &segment_4k_slab,
                                                    &segment_16k_slab, &segment_64k_slab};
    enum { SLABS = sizeof(slabs) / sizeof(slabs[0]) };
    int i = 0;
    while (i < SLABS - 1 && slabs[i]->size - sizeof(struct segment) < size) {
        i++;
    }
    struct segment *segment = slab_alloc(self, slabs[i]);
    if (segment != NULL) {
        segment->slab = slabs[i];
        segment->begin = segment->end = segment->datagram = 0;
        segment->room = slabs[i]->size - (uint32_t)sizeof(struct segment);
    }
    return segment;
}

static void segment_free(struct thread *self, struct segment *segment) {
    slab_free(self, segment->slab, segment);
}

void segments_free(struct thread *self, struct list *segments) {
    struct list *node;
    while ((node = list_pop(segments)) != NULL) {
        segment_free(self, segment_at(node));
    }
}

zx_status_t segments_from_user(struct thread *self, user_in from, size_t size,
                               struct list *segments) {
    zx_status_t status = ZX_OK;
    list_init(segments);
    for (size_t done = 0; done < size && status == ZX_OK;) {
        struct segment *segment = segment_new(self, size - done);
        if (segment == NULL) {
            status = ZX_ERR_NO_MEMORY;
            break;
        }
        list_add_tail(segments, &segment->node);
        size_t part = size - done < segment->room ? size - done : segment->room;
        status = copy_from_user(segment->bytes, user_in_at(from, done), part);
        segment->end = (uint32_t)part;
        done += part;
    }
    if (status != ZX_OK) {
        segments_free(self, segments);
    }
    return status;
}

zx_status_t segments_to_user(struct list *segments, user_out to, size_t size, size_t *copied) {
    size_t done = 0;
    list_for_each(node, next, segments) {
        struct segment *segment = segment_at(node);
        size_t part = left(segment) < size - done ? left(segment) : size - done;
        zx_status_t status =
            copy_to_user(user_out_at(to, done), segment->bytes + segment->begin, part);
        if (status != ZX_OK) {
            return status;
        }
        done += part;
    }
    *copied = done;
    return ZX_OK;
}

void stream_buffer_init(struct stream_buffer *buffer) {
    list_init(&buffer->segments);
    buffer->size = 0;
}

bool stream_buffer_append_small(struct thread *self, struct stream_buffer *buffer,
                                const char *bytes, uint32_t size) {
    struct segment *last =
        list_is_empty(&buffer->segments) ? NULL : segment_at(buffer->segments.prev);
    if (last == NULL || last->room - last->end < size) {
        last = segment_new(self, size);
        if (last == NULL) {
            return false;
        }
        list_add_tail(&buffer->segments, &last->node);
    }
    memcpy(last->bytes + last->end, bytes, size);
    last->end += size;
    buffer->size += size;
    return true;
}

void stream_buffer_append(struct stream_buffer *buffer, struct list *segments, size_t size) {
    struct list *node;
    while ((node = list_pop(segments)) != NULL) {
        list_add_tail(&buffer->segments, node);
    }
    buffer->size += size;
}

void stream_buffer_return(struct stream_buffer *buffer, struct list *segments, size_t size) {
    while (!list_is_empty(segments)) {
        struct list *node = segments->prev;
        list_remove(node);
        list_add_head(&buffer->segments, node);
    }
    buffer->size += size;
}

bool stream_buffer_return_small(struct thread *self, struct stream_buffer *buffer,
                                const char *bytes, uint32_t size) {
    struct segment *segment = segment_new(self, size);
    if (segment == NULL) {
        return false;
    }
    memcpy(segment->bytes, bytes, size);
    segment->end = size;
    list_add_head(&buffer->segments, &segment->node);
    buffer->size += size;
    return true;
}

size_t stream_buffer_take(struct thread *self, struct stream_buffer *buffer, size_t size,
                          struct list *segments) {
    size_t taken = 0;
    list_init(segments);
    while (taken < size && !list_is_empty(&buffer->segments)) {
        struct segment *first = segment_at(buffer->segments.next);
        uint32_t wanted = left(first);
        if (wanted > size - taken) {
            wanted = (uint32_t)(size - taken);
            struct segment *part = segment_new(self, wanted);
            if (part == NULL) {
                break;
            }
            memcpy(part->bytes, first->bytes + first->begin, wanted);
            part->end = wanted;
            first->begin += wanted;
            first = part;
        } else {
            list_remove(&first->node);
        }
        list_add_tail(segments, &first->node);
        taken += wanted;
    }
    buffer->size -= taken;
    return taken;
}

size_t stream_buffer_take_datagram(struct stream_buffer *buffer, struct list *segments) {
    size_t size = stream_buffer_first_datagram(buffer);
    list_init(segments);
    for (size_t taken = 0; taken < size;) {
        struct list *node = list_pop(&buffer->segments);
        taken += left(segment_at(node));
        list_add_tail(segments, node);
    }
    buffer->size -= size;
    return size;
}

void stream_buffer_peek(const struct stream_buffer *buffer, size_t offset, char *bytes,
                        size_t size) {
    list_for_each(node, next, (struct list *)&buffer->segments) {
        const struct segment *segment = segment_at(node);
        size_t here = left(segment);
        if (offset >= here) {
            offset -= here;
            continue;
        }
        size_t part = here - offset < size ? here - offset : size;
        memcpy(bytes, segment->bytes + segment->begin + offset, part);
        bytes += part;
        size -= part;
        offset = 0;
        if (size == 0) {
            return;
        }
    }
    debug_invariant(size == 0);
}

void stream_buffer_drop(struct thread *self, struct stream_buffer *buffer, size_t size) {
    buffer->size -= size;
    while (size > 0) {
        struct segment *first = segment_at(buffer->segments.next);
        if (left(first) > size) {
            first->begin += (uint32_t)size;
            return;
        }
        size -= left(first);
        list_remove(&first->node);
        segment_free(self, first);
    }
}

size_t stream_buffer_first_datagram(const struct stream_buffer *buffer) {
    return list_is_empty(&buffer->segments) ? 0 : segment_at(buffer->segments.next)->datagram;
}
