// Part of libzircon. BSD-3-Clause, see LICENSE.
// Calls by number: for tracing, fuzzing, `zx call` and loaded programs.
#pragma once

#include "base/thread.h"

// Who wants to see calls: then linked programs come in by number.
enum call_watcher {
    WATCHER_HOOK = 1u << 0,   // libzircon_trace
    WATCHER_KTRACE = 1u << 1, // the kernel's trace
};
extern _Atomic uint32_t call_watchers;

// Calls the hook in a loaded thread: set by entry.c before there is a WATCHER_HOOK.
extern void (*call_hook_loaded)(struct thread *self, uint32_t number, const uint64_t words[8],
                                const uint64_t *result);

// Makes the call with its arguments as words. The result, a signed one with its sign extended.
uint64_t dispatch(struct thread *self, uint32_t number, const uint64_t a[8]);
