// Part of libzircon. BSD-3-Clause, see LICENSE.
// Time, in nanoseconds.
#pragma once

#include <stdint.h>

#include <zircon/types.h>

void clock_start(void);

// CLOCK_MONOTONIC, which is Zircon's monotonic clock.
zx_time_t clock_monotonic(void);

// CLOCK_REALTIME.
zx_time_t clock_realtime(void);

// Time that the calling thread has run for.
zx_time_t clock_thread(void);
