// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What is printed when a Fuchsia program crashes.
#pragma once

#include "process.h"

// Watches all processes below the job; prints to the standard error. Does nothing where the kernel
// has no exceptions.
void crash_watch(const struct run_process *process);
