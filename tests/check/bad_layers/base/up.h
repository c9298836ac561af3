// Part of libzircon. BSD-3-Clause, see LICENSE.
// For the test of tools/check_layers.cmake: each of these folders breaks rules.
#include "host/lock.h"
#include <errno.h>
#include <stdint.h>
