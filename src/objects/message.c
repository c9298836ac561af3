// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/message.h"

#include <zircon/limits.h>

#include "base/invariant.h"

enum {
    LARGEST = sizeof(struct message) + ZX_CHANNEL_MAX_MSG_HANDLES * sizeof(struct handle_record) +
              ZX_CHANNEL_MAX_MSG_BYTES
};

SLAB_TYPE(message_256, 256);
SLAB_TYPE(message_1k, 1 << 10);
SLAB_TYPE(message_2k, 2 << 10);
SLAB_TYPE(message_8k, 8 << 10);
SLAB_TYPE(message_max, (LARGEST + 63) & ~63);

static const struct slab_type *slab_for(size_t size) {
    static const struct slab_type *const slabs[] = {
        &message_256_slab, &message_1k_slab, &message_2k_slab, &message_8k_slab, &message_max_slab,
    };
    const struct slab_type *const *slab = slabs;
    while ((*slab)->size < size) {
        slab++;
    }
    return *slab;
}

zx_status_t message_new(struct thread *self, uint32_t size, uint32_t handles,
                        struct message **message) {
    if (unlikely(size > ZX_CHANNEL_MAX_MSG_BYTES || handles > ZX_CHANNEL_MAX_MSG_HANDLES)) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    const struct slab_type *slab =
        slab_for(sizeof(struct message) + handles * sizeof(struct handle_record) + size);
    struct message *new = slab_alloc(self, slab);
    if (unlikely(new == NULL)) {
        return ZX_ERR_NO_MEMORY;
    }
    new->size = size;
    new->handles = handles;
    new->slab = slab;
    *message = new;
    return ZX_OK;
}

void message_free(struct thread *self, struct message *message) {
    slab_free(self, message->slab, message);
}

void message_discard(struct thread *self, struct message *message) {
    for (uint32_t i = 0; i < message->handles; i++) {
        handle_record_close(self, message->records[i]);
    }
    message_free(self, message);
}
