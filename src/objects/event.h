// Part of libzircon. BSD-3-Clause, see LICENSE.
// Events, alone and in pairs: objects that have nothing but signals.
#pragma once

#include "objects/object.h"

extern const struct object_type event_type;
extern const struct object_type eventpair_type;

// Null, or ZX_ERR_NO_MEMORY, if memory is used up. The caller gets the only reference.
struct object *event_new(struct thread *self);
zx_status_t eventpair_new(struct thread *self, struct object **end0, struct object **end1);
