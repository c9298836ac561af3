// Part of libzircon. BSD-3-Clause, see LICENSE.
// The bodies of the calls that the table marks as missing.
#include "syscalls/syscall.h"

#include "missing.inc"
