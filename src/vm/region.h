// Part of libzircon. BSD-3-Clause, see LICENSE.
// The parts of an address region: child regions and mappings, in the order of their addresses.
//
// They lie in a list, and in a tree that finds one by its address, or the first gap of a size, in
// logarithmic time.
#pragma once

#include "base/list.h"
#include <stdbool.h>
#include <stdint.h>

struct region {
    struct region *left, *right; // the tree below
    struct list node;            // on the list of its siblings
    uintptr_t base, size;
    uintptr_t gap;     // free addresses just before it
    uintptr_t max_gap; // in the tree below, itself included
    uint32_t priority; // of the tree: not below those of its children
    bool is_mapping;
};

// What lies between `base` and `base + size`.
struct regions {
    uintptr_t base, size;
    struct region *root;
    struct list list;
};

void regions_init(struct regions *regions, uintptr_t base, uintptr_t size);
void regions_insert(struct regions *regions, struct region *region);
void regions_remove(struct regions *regions, struct region *region);

// The region that ends after `address`: the one that holds it, or else the next. Null if none.
struct region *regions_at_or_after(const struct regions *regions, uintptr_t address);
struct region *regions_next(const struct regions *regions, const struct region *region);

// The region that holds the address, or null.
struct region *regions_find(const struct regions *regions, uintptr_t address);
bool regions_is_free(const struct regions *regions, uintptr_t base, uintptr_t size);

// The lowest address for `size` bytes that is a multiple of `align`, with `guard` free bytes before
// it, if something comes before it, and after. False if there is none.
bool regions_find_gap(const struct regions *regions, uintptr_t size, uintptr_t align,
                      uintptr_t guard, uintptr_t *base);

// A region's ends move, within the free addresses around it.
void regions_resize(struct regions *regions, struct region *region, uintptr_t base, uintptr_t size);
