// Part of libzircon. BSD-3-Clause, see LICENSE.
// Loads and stores that may fault.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// From here on a fault in touch_load or touch_store makes it return false; every other fault ends
// the test.
void touch_begin(void);
bool touch_load(const uint64_t *at, uint64_t *value);
bool touch_store(uint64_t *at, uint64_t value);
