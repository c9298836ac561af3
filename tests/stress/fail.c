// Part of libzircon. BSD-3-Clause, see LICENSE.
// For the stress programs that are not made of scenarios.
#include <stdarg.h>

#include "stress.h"

void stress_fail(const char *file, int line, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    abort();
}
