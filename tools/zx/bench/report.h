// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What zx bench prints, and the ratios that it checks.
#pragma once

#include <stdio.h>

#include "measure.h"

// The machine and the build, without which numbers say nothing.
void bench_print_machine(FILE *out);
void bench_print_result(FILE *out, const struct bench_result *result);
void bench_print_json(FILE *out, const struct bench_result *results, size_t count);

// Is there a promised ratio for the row?
bool bench_has_promise(const struct bench_result *result);

// Prints each promise of the rows, kept or missed, and returns how many are missed.
size_t bench_print_promises(FILE *out, const struct bench_result *results, size_t count);

// Does every promise name a side that its row has, and, if these are all rows, one of them?
// Messages say which does not.
bool bench_promises_fit(const struct bench_result *results, size_t count, bool all);
