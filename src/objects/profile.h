// Part of libzircon. BSD-3-Clause, see LICENSE.
// A profile: a priority that can be given to threads.
#pragma once

#include "objects/object.h"
#include <zircon/syscalls/profile.h>

extern const struct object_type profile_type;

// NOT_SUPPORTED for another kind than the scheduler's, INVALID_ARGS for a priority that there is
// not, NO_MEMORY.
zx_status_t profile_create(struct thread *self, const zx_profile_info_t *info,
                           struct object **profile);

int32_t profile_priority(const struct object *profile);
