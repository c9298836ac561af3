// Part of libzircon. BSD-3-Clause, see LICENSE.
// A block of messages that interrupts of PCI devices can be made of.
#pragma once

#include "objects/object.h"

extern const struct object_type msi_type;

// `count` messages in a row, a power of two up to 32. NO_RESOURCES, NO_MEMORY.
zx_status_t msi_new(struct thread *self, uint32_t count, struct object **msi);

// Is there a message of that number?
bool msi_has(struct object *msi, uint32_t id);

// Its interrupt, which keeps the block. ALREADY_BOUND if it has one, NO_MEMORY.
zx_status_t msi_interrupt(struct thread *self, struct object *msi, uint32_t id,
                          struct object **interrupt);

void msi_info(struct thread *self, struct object *msi, zx_info_msi_t *info);
