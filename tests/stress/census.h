// Part of libzircon. BSD-3-Clause, see LICENSE.
// What there is of handles and objects, before and after.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { CENSUS_KINDS = 64 };

struct census {
    uint32_t handles, kinds;
    struct {
        const char *name;
        uint32_t live;
    } objects[CENSUS_KINDS];
};

void take_census(struct census *census);
bool census_is_same(const struct census *before, const struct census *after);
// Fails if they differ.
void compare_census(const struct census *before, const struct census *after);
