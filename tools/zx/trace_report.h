// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What `zx trace` itself prints, beside the lines that the watched processes print.
#pragma once

#include <sys/types.h>

#include "trace_shared.h"

enum sort_key { BY_TIME, BY_CALLS, BY_ERRORS, BY_NAME };

// The files that lines and the timeline go to, -1 for none.
void report_begin(struct trace_shared *shared, int line_file, int timeline_file);

// Prints the first halves of calls that have waited for long, so that one sees where a program
// hangs.
void report_long_calls(int64_t now);

// What was pending in processes that have ended.
void report_abandoned_calls(int64_t end);

// How the program ended; `status` is that of waitpid.
void report_end(pid_t child, int status, int64_t end);

void report_summary(enum sort_key key);
