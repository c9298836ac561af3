// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The pointer wrappers alone, for the printed code of the sample table.
#pragma once

typedef struct {
    const void *p;
} user_in;
typedef struct {
    void *p;
} user_out;
typedef struct {
    void *p;
} user_inout;
