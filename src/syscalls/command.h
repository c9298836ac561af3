// Part of libzircon. BSD-3-Clause, see LICENSE.
// The commands of the kernel's console.
#pragma once

#include <zircon/types.h>

struct thread;

// Runs lines of commands. The result is that of the last command that ran, perhaps an earlier time.
zx_status_t command_run(struct thread *self, const char *lines);
