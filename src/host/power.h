// Part of libzircon. BSD-3-Clause, see LICENSE.
// The end of the machine: the Linux process.
#pragma once

#include <stdbool.h>

// The exit status of a process that wants to be started again.
enum { POWER_RESTART_STATUS = 75 };

// Ends the process, with exit status 0, or POWER_RESTART_STATUS to `restart`.
__attribute__((noreturn)) void power_off(bool restart);
