// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/object.h"
#include "sys.h"
#include "syscalls/entry.h"
#include "unknown/header.h"

int follow(user_in pointer) {
    if (pointer.p == NULL) {
        return (int)(uintptr_t)pointer.p;
    }
    return *(const int *)pointer.p;
}
