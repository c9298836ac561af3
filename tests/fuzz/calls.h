// Part of libzircon. BSD-3-Clause, see LICENSE.
// Any calls with any arguments, decoded from bytes by the table of system calls.
//
// Nothing is known of what a call should do, but every call must come back soon, with a result that
// the table names, leave memory alone that is not its own, and leak no handle.
#pragma once

#include "input.h"

void calls_prepare(void);

// Makes the calls of one thread. `alone`: no other thread does so at the same time.
void calls_run(int thread, bool alone, struct input *in);

// Makes objects for a new input to begin with.
void calls_begin(struct input *in);
