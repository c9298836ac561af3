// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The results of zx bench as a picture.
#pragma once

#include <stdio.h>

#include "measure.h"

// An SVG image: a bar for each side of each row, on a logarithmic scale of time.
void bench_plot(FILE *out, const struct bench_result *results, size_t count);
