// Part of libzircon. BSD-3-Clause, see LICENSE.
// Calls that the fuzzer leaves out, or makes with care: docs/fuzzing.md says which and why.
#pragma once

#include <stdbool.h>

#include "syscalls/table.h"

enum tame {
    TAME_FREE,       // any arguments
    TAME_LEFT_OUT,   // never made
    TAME_NOT_OWN,    // not on the process, thread and job that the fuzzer itself is
    TAME_GOOD_MEMORY // its pointers are good and its sizes true
};

enum tame tame_of(const struct syscall_desc *desc);
