// Part of libzircon. BSD-3-Clause, see LICENSE.
// Where the kernel keeps its global variables.
#pragma once

// Every variable of the kernel that changes carries KERNEL_STATE and starts as zero bytes. So the
// child of a fork can begin with a fresh kernel: the section is cleared, and the start functions
// (libzircon.c lists them in order) run again.
#define KERNEL_STATE __attribute__((section("kernel_state")))
