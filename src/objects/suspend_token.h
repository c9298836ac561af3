// Part of libzircon. BSD-3-Clause, see LICENSE.
// A suspend token: holds a thread or process suspended until its last handle is closed.
#pragma once

#include "objects/object.h"

extern const struct object_type suspend_token_type;

// Suspends the task. NO_MEMORY, NOT_SUPPORTED for the caller itself or its process, BAD_STATE for
// the dying, WRONG_TYPE.
zx_status_t suspend_token_new(struct thread *self, struct object *task, struct object **token);
