// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/msi.h"

#include <string.h>

#include "objects/interrupt.h"

struct msi {
    struct object object;
    struct mutex object_lock;
    uint32_t first, count; // fixed
};

SLAB_OBJECTS(msi, sizeof(struct msi));

static struct msi *msi_at(struct object *object) {
    return list_entry(object, struct msi, object);
}

zx_status_t msi_new(struct thread *self, uint32_t count, struct object **out) {
    struct msi *msi = slab_alloc(self, &msi_slab);
    if (msi == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    msi->first = interrupt_messages_take(self, count);
    if (msi->first == INTERRUPT_MESSAGES) {
        slab_free(self, &msi_slab, msi);
        return ZX_ERR_NO_RESOURCES;
    }
    msi->count = count;
    mutex_init(&msi->object_lock, RANK_OBJECT);
    object_init(&msi->object, &msi_type, &msi->object_lock, 0);
    *out = &msi->object;
    return ZX_OK;
}

bool msi_has(struct object *object, uint32_t id) {
    return id < msi_at(object)->count;
}

zx_status_t msi_interrupt(struct thread *self, struct object *object, uint32_t id,
                          struct object **interrupt) {
    struct msi *msi = msi_at(object);
    return interrupt_new(self, interrupt_line_of_message(msi->first + id), 0, object, interrupt);
}

void msi_info(struct thread *self, struct object *object, zx_info_msi_t *info) {
    struct msi *msi = msi_at(object);
    memset(info, 0, sizeof(*info));
    info->target_addr = INTERRUPT_MESSAGE_ADDRESS;
    info->target_data = msi->first;
    info->base_irq_id = msi->first;
    info->num_irq = msi->count;
    for (uint32_t i = 0; i < msi->count; i++) {
        info->interrupt_count +=
            interrupt_line_is_heard(self, interrupt_line_of_message(msi->first + i));
    }
}

static void msi_destroy(struct thread *self, struct object *object) {
    struct msi *msi = msi_at(object);
    interrupt_messages_give(self, msi->first, msi->count);
    slab_free(self, &msi_slab, msi);
}

const struct object_type msi_type = {
    .id = ZX_OBJ_TYPE_MSI_ALLOCATION,
    .name = "msi",
    .rights = ZX_DEFAULT_MSI_RIGHTS,
    .destroy = msi_destroy,
};
