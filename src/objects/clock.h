// Part of libzircon. BSD-3-Clause, see LICENSE.
// A clock object: the monotonic clock under a linear transformation that a program changes.
#pragma once

#include "objects/object.h"
#include <zircon/syscalls/clock.h>

extern const struct object_type clock_type;

// Null if memory is used up. With `started` it begins as a copy of the monotonic clock.
struct object *clock_new(struct thread *self, uint64_t options, zx_time_t backstop, bool started);

zx_time_t clock_read(struct thread *self, struct object *clock);

void clock_details(struct thread *self, struct object *clock, zx_clock_details_v1_t *details);

// Changes what the bits of `what` (ZX_CLOCK_UPDATE_OPTION_*) name. BAD_STATE if the clock is not
// started and the update does not start it, INVALID_ARGS if the value may not be set so.
zx_status_t clock_update(struct thread *self, struct object *clock, uint64_t what,
                         const zx_clock_update_args_v1_t *args);
