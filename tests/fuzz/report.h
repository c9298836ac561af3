// Part of libzircon. BSD-3-Clause, see LICENSE.
// What an input does, as a script for `zx call --script`, and the end of a run that went wrong.
#pragma once

#include <stdbool.h>

// Prints the scripts of the inputs that follow: each line before its call is made, so that a crash
// leaves it behind.
void report_print(bool on);
bool report_is_on(void);

// Adds text to the line that a thread is making, and ends the line. Nothing happens, and nothing is
// formatted, unless scripts are printed.
void report_add(int thread, const char *format, ...) __attribute__((format(printf, 2, 3)));
void report_end_line(int thread);

// Something is not as it must be: says why, and aborts.
_Noreturn void report_failure(const char *format, ...) __attribute__((format(printf, 1, 2)));
