// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/linux.h"
#include "objects/object.h"
#include "syscalls/syscall.h"
#include <linux/futex.h>
#include <stdio.h>
#include <zircon/types.h>

int follow(user_in pointer) {
    return *(const int *)pointer.p;
}
