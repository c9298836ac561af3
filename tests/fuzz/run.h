// Part of libzircon. BSD-3-Clause, see LICENSE.
// One input of the fuzzer, from its first byte to the check that nothing is left over.
#pragma once

#include <stddef.h>
#include <stdint.h>

void run_prepare(void);
void run_input(const uint8_t *data, size_t size);
