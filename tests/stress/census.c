// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "census.h"

#include <libzircon/libzircon.h>

#include "stress.h"

static void remember(void *context, const char *name, uint32_t live) {
    struct census *census = context;
    CHECK(census->kinds < CENSUS_KINDS);
    census->objects[census->kinds].name = name;
    census->objects[census->kinds++].live = live;
}

void take_census(struct census *census) {
    census->kinds = 0;
    libzircon_count_objects(remember, census);
    census->handles = libzircon_count_handles();
}

void compare_census(const struct census *before, const struct census *after) {
    if (before->handles != after->handles) {
        stress_fail(__FILE__, __LINE__, "%u handles at the start, %u at the end", before->handles,
                    after->handles);
    }
    for (uint32_t i = 0; i < after->kinds; i++) {
        uint32_t then = 0;
        for (uint32_t j = 0; j < before->kinds; j++) {
            if (strcmp(before->objects[j].name, after->objects[i].name) == 0) {
                then = before->objects[j].live;
            }
        }
        if (then != after->objects[i].live) {
            stress_fail(__FILE__, __LINE__, "%s: %u at the start, %u at the end",
                        after->objects[i].name, then, after->objects[i].live);
        }
    }
}

bool census_is_same(const struct census *before, const struct census *after) {
    bool same = before->handles == after->handles && before->kinds == after->kinds;
    for (uint32_t i = 0; same && i < after->kinds; i++) {
        same = before->objects[i].live == after->objects[i].live;
    }
    return same;
}
