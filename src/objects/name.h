// Part of libzircon. BSD-3-Clause, see LICENSE.
// Names of jobs, processes and threads: zero-terminated, cut to ZX_MAX_NAME_LEN - 1 bytes.
#pragma once

#include <string.h>

#include <zircon/types.h>

static inline void name_set(char name[ZX_MAX_NAME_LEN], const char *from, size_t size) {
    size = size < ZX_MAX_NAME_LEN - 1 ? size : ZX_MAX_NAME_LEN - 1;
    memset(name, 0, ZX_MAX_NAME_LEN);
    memcpy(name, from, size);
    // What follows a zero byte is no part of a name.
    size_t length = strlen(name);
    memset(name + length, 0, ZX_MAX_NAME_LEN - length);
}
