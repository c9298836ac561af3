// Part of libzircon. BSD-3-Clause, see LICENSE.
// For the test of tools/check_no_tls.cmake.
#include <stdlib.h>

void *calls_libc(void);
void *calls_libc(void) {
    return malloc(7);
}
