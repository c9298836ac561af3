// Part of libzircon. BSD-3-Clause, see LICENSE.
// System calls as the kernel's trace records them.
#pragma once

#include "syscalls/dispatch.h"

// Makes the call by its number, and records it if that is wanted. `self` is null for a call without
// a kernel entry, which is not recorded.
uint64_t ktrace_dispatch(struct thread *self, uint32_t number, const uint64_t words[8]);
