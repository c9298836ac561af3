// Part of libzircon. BSD-3-Clause, see LICENSE.
// Arrays of handles that a call consumes.
#pragma once

#include "objects/handle.h"

enum { HANDLES_PORTION = 64 }; // read at a time

// Closes all handles of a program's array, as zx_handle_close_many does.
zx_status_t handles_close_user(struct thread *self, user_in handles, size_t count);
