// Part of libzircon. BSD-3-Clause, see LICENSE.
// A message in a channel: one cell with its bytes and its handles.
#pragma once

#include "objects/handle.h"

struct message {
    struct list node;
    uint32_t size;    // bytes
    uint32_t handles; // how many records
    const struct slab_type *slab;
    struct handle_record records[]; // then the bytes
};

static inline void *message_bytes(struct message *message) {
    return message->records + message->handles;
}

// A message with room for `size` bytes and `handles` records, neither filled in. OUT_OF_RANGE above
// the channel limits, NO_MEMORY.
zx_status_t message_new(struct thread *self, uint32_t size, uint32_t handles,
                        struct message **message);

// Frees the memory alone: the records were moved elsewhere, or never filled in.
void message_free(struct thread *self, struct message *message);

// Closes the handles in the message, and frees it.
void message_discard(struct thread *self, struct message *message);
