// Part of libzircon. BSD-3-Clause, see LICENSE.
// Threads of the kernel's own.
#pragma once

#include <stdbool.h>

struct thread;

// Starts a thread that runs `body` for ever, with all signals blocked. False if Linux refuses.
bool service_start(struct thread *self, void (*body)(struct thread *self));

// Who makes threads: libc's side sets it before anything else (libc/service.c). `run` is called in
// the new thread.
extern bool (*service_spawn)(void (*run)(void *argument), void *argument);
