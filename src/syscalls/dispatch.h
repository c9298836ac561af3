// Part of libzircon. BSD-3-Clause, see LICENSE.
// Calls by number: for tracing, fuzzing, `zx call` and loaded programs.
#pragma once

#include "base/thread.h"

// Makes the call with its arguments as words. The result, a signed one with its sign extended.
uint64_t dispatch(struct thread *self, uint32_t number, const uint64_t a[8]);
