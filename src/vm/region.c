// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "vm/region.h"

#include <stddef.h>

static struct region *region_at(const struct list *node) {
    return list_entry(node, struct region, node);
}

void regions_init(struct regions *regions, uintptr_t base, uintptr_t size) {
    regions->base = base;
    regions->size = size;
    regions->root = NULL;
    list_init(&regions->list);
}

// --- the tree: a treap, whose priorities are scrambled addresses ---

static uint32_t scramble(uintptr_t base) {
    uint64_t x = (base >> 12) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(x >> 32);
}

static void refresh(struct region *region) {
    uintptr_t max = region->gap;
    if (region->left != NULL && region->left->max_gap > max) {
        max = region->left->max_gap;
    }
    if (region->right != NULL && region->right->max_gap > max) {
        max = region->right->max_gap;
    }
    region->max_gap = max;
}

// All of `low` lies before all of `high`.
static struct region *join(struct region *low, struct region *high) {
    if (low == NULL || high == NULL) {
        return low != NULL ? low : high;
    }
    if (low->priority >= high->priority) {
        low->right = join(low->right, high);
        refresh(low);
        return low;
    }
    high->left = join(low, high->left);
    refresh(high);
    return high;
}

static void split(struct region *tree, uintptr_t base, struct region **low, struct region **high) {
    if (tree == NULL) {
        *low = *high = NULL;
    } else if (tree->base < base) {
        split(tree->right, base, &tree->right, high);
        *low = tree;
        refresh(tree);
    } else {
        split(tree->left, base, low, &tree->left);
        *high = tree;
        refresh(tree);
    }
}

static struct region *insert(struct region *tree, struct region *region) {
    if (tree == NULL || tree->priority < region->priority) {
        split(tree, region->base, &region->left, &region->right);
        refresh(region);
        return region;
    }
    if (region->base < tree->base) {
        tree->left = insert(tree->left, region);
    } else {
        tree->right = insert(tree->right, region);
    }
    refresh(tree);
    return tree;
}

static struct region *remove_from(struct region *tree, struct region *region) {
    if (tree == region) {
        return join(tree->left, tree->right);
    }
    if (region->base < tree->base) {
        tree->left = remove_from(tree->left, region);
    } else {
        tree->right = remove_from(tree->right, region);
    }
    refresh(tree);
    return tree;
}

static void refresh_path(struct region *tree, struct region *region) {
    if (tree != region) {
        refresh_path(region->base < tree->base ? tree->left : tree->right, region);
    }
    refresh(tree);
}

static uintptr_t end_before(const struct regions *regions, const struct region *region) {
    if (region->node.prev == &regions->list) {
        return regions->base;
    }
    const struct region *before = region_at(region->node.prev);
    return before->base + before->size;
}

static void set_gap(struct regions *regions, struct region *region) {
    region->gap = region->base - end_before(regions, region);
    refresh_path(regions->root, region);
}

void regions_insert(struct regions *regions, struct region *region) {
    struct region *after = regions_at_or_after(regions, region->base);
    list_add_tail(after != NULL ? &after->node : &regions->list, &region->node);
    region->priority = scramble(region->base);
    region->gap = region->base - end_before(regions, region);
    regions->root = insert(regions->root, region);
    if (after != NULL) {
        set_gap(regions, after);
    }
}

void regions_remove(struct regions *regions, struct region *region) {
    struct region *after = regions_next(regions, region);
    regions->root = remove_from(regions->root, region);
    list_remove(&region->node);
    if (after != NULL) {
        set_gap(regions, after);
    }
}

void regions_resize(struct regions *regions, struct region *region, uintptr_t base,
                    uintptr_t size) {
    region->base = base; // between the same neighbours, so the order stays
    region->size = size;
    set_gap(regions, region);
    struct region *after = regions_next(regions, region);
    if (after != NULL) {
        set_gap(regions, after);
    }
}

// --- looking ---

struct region *regions_at_or_after(const struct regions *regions, uintptr_t address) {
    struct region *found = NULL;
    for (struct region *tree = regions->root; tree != NULL;) {
        if (address < tree->base + tree->size) {
            found = tree;
            tree = tree->left;
        } else {
            tree = tree->right;
        }
    }
    return found;
}

struct region *regions_next(const struct regions *regions, const struct region *region) {
    struct list *next = region->node.next;
    return next != &regions->list ? region_at(next) : NULL;
}

struct region *regions_find(const struct regions *regions, uintptr_t address) {
    struct region *region = regions_at_or_after(regions, address);
    return region != NULL && region->base <= address ? region : NULL;
}

bool regions_is_free(const struct regions *regions, uintptr_t base, uintptr_t size) {
    struct region *region = regions_at_or_after(regions, base);
    return region == NULL || region->base >= base + size;
}

// Does it fit into the `gap` bytes from `start` on?
static bool fits(const struct regions *regions, uintptr_t start, uintptr_t gap, uintptr_t size,
                 uintptr_t align, uintptr_t guard, bool is_last, uintptr_t *base) {
    uintptr_t at = start + (start != regions->base ? guard : 0);
    at = (at + align - 1) & ~(align - 1);
    uintptr_t used = at - start;
    uintptr_t after = is_last ? 0 : guard;
    if (used > gap || gap - used < size || gap - used - size < after) {
        return false;
    }
    *base = at;
    return true;
}

static bool find_in(const struct regions *regions, const struct region *tree, uintptr_t size,
                    uintptr_t align, uintptr_t guard, uintptr_t *base) {
    if (tree == NULL || tree->max_gap < size) {
        return false;
    }
    return find_in(regions, tree->left, size, align, guard, base) ||
           (tree->gap >= size &&
            fits(regions, tree->base - tree->gap, tree->gap, size, align, guard, false, base)) ||
           find_in(regions, tree->right, size, align, guard, base);
}

bool regions_find_gap(const struct regions *regions, uintptr_t size, uintptr_t align,
                      uintptr_t guard, uintptr_t *base) {
    // Gaps that are sure to do are found without trying any that are not.
    uintptr_t start = regions->base;
    if (find_in(regions, regions->root, size, align, guard, base)) {
        return true;
    }
    if (!list_is_empty(&regions->list)) {
        const struct region *last = region_at(regions->list.prev);
        start = last->base + last->size;
    }
    return fits(regions, start, regions->base + regions->size - start, size, align, guard, true,
                base);
}
