// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "syscalls/entry.h"
#include <pthread.h>
