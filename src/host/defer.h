// Part of libzircon. BSD-3-Clause, see LICENSE.
// Linux signals that reach a thread while it runs kernel code.
//
// The program's handler may make system calls, and the code below it may hold a lock that they
// need. So the signal waits until the thread leaves the kernel or parks.
#pragma once

#include <signal.h>
#include <stdbool.h>

#include "base/thread.h"

// In a signal handler: puts the signal off if the thread is in the kernel. If so the handler must
// return at once. `context` is its third argument.
bool signal_defer(struct thread *self, int signal, siginfo_t *info, void *context);

// Lets signals that were put off come. They do before it returns.
void signal_resume(struct thread *self);

// Blocks all signals but ours and returns the mask before, for signal_unblock. For the moments in
// which a thread has no descriptor that could note a signal.
unsigned long signal_block(void);
unsigned long signal_mask(void); // as it is
void signal_unblock(unsigned long mask);
