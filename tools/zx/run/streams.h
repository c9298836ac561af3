// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Between a Fuchsia program's sockets and our own files.
#pragma once

#include "process.h"

// Begins to pass on what is written and read.
void streams_start(const struct run_process *process);

// Waits until all that was written is out. The program must be dead.
void streams_finish(void);
