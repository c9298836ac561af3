// Part of libzircon. BSD-3-Clause, see LICENSE.
#pragma once

#include "guest.h"

// The same guest over /dev/kvm alone.
void *raw_guest_make(enum guest_work work);
void raw_guest_run(void *state, uint64_t count);
void raw_guest_end(void *state);
