// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Exact clones (COPY_ON_WRITE2) seen through mappings. Pages that programs make by storing have no
// bit in the kernel until somebody asks for them, so here nobody does before the end: what is read
// with zx_vmo_read would be noted, and faults of merged trees would not show.
#include "harness.h"
#include "touch.h"

#include <stdlib.h>

enum { PAGE = 4096, PAGES = 8, READ_WRITE = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, OTHERS = 42 };

static zx_handle_t make(uint64_t pages, uint32_t options) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(pages * PAGE, options, &vmo));
    return vmo;
}

static zx_handle_t snapshot(zx_handle_t vmo, uint32_t options, uint64_t page, uint64_t pages) {
    zx_handle_t clone;
    EXPECT_OK(zx_vmo_create_child(vmo, ZX_VMO_CHILD_COPY_ON_WRITE2 | options, page * PAGE,
                                  pages * PAGE, &clone));
    return clone;
}

static volatile uint64_t *map(zx_handle_t vmo, uint64_t pages) {
    zx_vaddr_t at;
    EXPECT_OK(zx_vmar_map(zx_vmar_root_self(), READ_WRITE, 0, vmo, 0, pages * PAGE, &at));
    return (volatile uint64_t *)at;
}

static void unmap(volatile uint64_t *at, uint64_t pages) {
    EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), (uintptr_t)at, pages * PAGE));
}

static volatile uint64_t *word(volatile uint64_t *at, uint64_t page) {
    return at + page * (PAGE / 8);
}

// VMOs of others, which get the frames that were given back, full of OTHERS.
static zx_handle_t others[4];

static void make_others(void) {
    for (int i = 0; i < 4; i++) {
        others[i] = make(2 * PAGES, 0);
        volatile uint64_t *at = map(others[i], 2 * PAGES);
        for (uint64_t page = 0; page < 2 * PAGES; page++) {
            *word(at, page) = OTHERS;
        }
        unmap(at, 2 * PAGES);
    }
}

static void end_others(void) {
    for (int i = 0; i < 4; i++) {
        for (uint64_t page = 0; page < 2 * PAGES; page++) {
            uint64_t found;
            EXPECT_OK(zx_vmo_read(others[i], &found, page * PAGE, 8));
            EXPECT_EQ(found, OTHERS);
        }
        close_handle(others[i]);
    }
}

// Stores to each page, closes the other VMO of the pair, and looks.
static void expect_keeps_stores(zx_handle_t vmo, zx_handle_t other) {
    volatile uint64_t *at = map(vmo, PAGES);
    for (uint64_t page = 0; page < PAGES; page++) {
        *word(at, page) = page + 1;
    }
    close_handle(other);
    make_others();
    for (uint64_t page = 0; page < PAGES; page++) {
        uint64_t found;
        EXPECT_EQ(*word(at, page), page + 1);
        *word(at, page) = page + 2;
        EXPECT_OK(zx_vmo_read(vmo, &found, page * PAGE, 8));
        EXPECT_EQ(found, page + 2);
    }
    end_others();
    unmap(at, PAGES);
    close_handle(vmo);
}

TEST(vmo_create_child, leaves_a_clone_beyond_the_end_its_pages) {
    zx_handle_t vmo = make(PAGES, 0);
    expect_keeps_stores(snapshot(vmo, 0, PAGES, PAGES), vmo);
}

TEST(vmo_create_child, leaves_a_clone_that_was_emptied_its_pages) {
    zx_handle_t vmo = make(PAGES, 0), clone = snapshot(vmo, ZX_VMO_CHILD_RESIZABLE, 0, PAGES);
    EXPECT_OK(zx_vmo_set_size(clone, 0));
    EXPECT_OK(zx_vmo_set_size(clone, PAGES * PAGE));
    expect_keeps_stores(clone, vmo);
}

TEST(vmo_create_child, leaves_an_original_that_was_emptied_its_pages) {
    zx_handle_t vmo = make(PAGES, ZX_VMO_RESIZABLE), clone = snapshot(vmo, 0, 0, PAGES);
    EXPECT_OK(zx_vmo_set_size(vmo, 0));
    EXPECT_OK(zx_vmo_set_size(vmo, PAGES * PAGE));
    expect_keeps_stores(vmo, clone);
}

TEST(vmo_create_child, leaves_an_original_that_was_empty_its_pages) {
    zx_handle_t vmo = make(0, ZX_VMO_RESIZABLE), clone = snapshot(vmo, 0, 0, 0);
    EXPECT_OK(zx_vmo_set_size(vmo, PAGES * PAGE));
    expect_keeps_stores(vmo, clone);
}

static void expect_own(volatile uint64_t *at, uint64_t pages) {
    make_others();
    for (uint64_t page = 0; page < pages; page++) {
        EXPECT_EQ(*word(at, page), 0);
    }
    for (uint64_t page = 0; page < pages; page++) {
        *word(at, page) = 7;
    }
    end_others();
    unmap(at, pages);
}

TEST(vmo_create_child, leaves_mapped_pages_that_nobody_touched_to_nobody_else) {
    zx_handle_t vmo = make(PAGES, 0);
    volatile uint64_t *at = map(vmo, PAGES);
    close_handle(snapshot(vmo, 0, 0, PAGES));
    expect_own(at, PAGES);
    close_handle(vmo);

    // The clone of a clone, whose pages all lie past the end.
    vmo = make(10, 0);
    zx_handle_t middle = snapshot(vmo, 0, 8, 10), last = snapshot(middle, 0, 11, 12);
    at = map(last, 12);
    close_handle(middle);
    expect_own(at, 12);
    close_handle(last);
    close_handle(vmo);
}

// --- any operations, against arrays ---

enum { WORLD = 12, MOST = 12, OPERATIONS = 20000 };

struct known {
    zx_handle_t vmo; // ZX_HANDLE_INVALID: none
    bool resizable;
    uint64_t pages, mapped;
    volatile uint64_t *at;
    uint64_t words[MOST];
};

static uint64_t below(uint64_t *random, uint64_t limit) {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random % limit;
}

static struct known *a_free_one(struct known world[WORLD]) {
    for (int i = 0; i < WORLD; i++) {
        if (world[i].vmo == ZX_HANDLE_INVALID) {
            return &world[i];
        }
    }
    return NULL;
}

static void end_known(struct known *known) {
    if (known->at != NULL) {
        unmap(known->at, known->mapped);
    }
    close_handle(known->vmo);
    memset(known, 0, sizeof(*known));
}

static void clone_known(struct known *from, struct known *to, uint64_t *random) {
    uint64_t page = below(random, from->pages + 3);
    *to = (struct known){.pages = below(random, MOST + 1), .resizable = below(random, 2) != 0};
    to->vmo = snapshot(from->vmo, to->resizable ? ZX_VMO_CHILD_RESIZABLE : 0, page, to->pages);
    for (uint64_t i = 0; i < to->pages && page + i < from->pages; i++) {
        to->words[i] = from->words[page + i];
    }
}

static void resize_known(struct known *known, uint64_t pages) {
    EXPECT_OK(zx_vmo_set_size(known->vmo, pages * PAGE));
    for (uint64_t page = pages; page < MOST; page++) {
        known->words[page] = 0;
    }
    known->pages = pages;
}

static void touch_known(struct known *known, uint64_t page, uint64_t value, bool store) {
    uint64_t *at = (uint64_t *)(uintptr_t)word(known->at, page), found;
    if (page >= known->pages) {
        EXPECT(!(store ? touch_store(at, value) : touch_load(at, &found)));
    } else if (store) {
        EXPECT(touch_store(at, value));
        known->words[page] = value;
    } else {
        EXPECT(touch_load(at, &found));
        EXPECT_EQ(found, known->words[page]);
    }
}

static void step(struct known world[WORLD], uint64_t *random, uint64_t value) {
    struct known *known = &world[below(random, WORLD)], *other = a_free_one(world);
    uint64_t operation = below(random, 16);
    if (known->vmo == ZX_HANDLE_INVALID) {
        *known =
            (struct known){.pages = below(random, MOST + 1), .resizable = below(random, 2) != 0};
        known->vmo = make(known->pages, known->resizable ? ZX_VMO_RESIZABLE : 0);
    } else if (operation == 0) {
        end_known(known);
    } else if (operation <= 2 && other != NULL) {
        clone_known(known, other, random);
    } else if (operation == 3 && known->resizable) {
        resize_known(known, below(random, MOST + 1));
    } else if (operation == 10 && known->pages != 0) {
        uint64_t page = below(random, known->pages);
        EXPECT_OK(zx_vmo_op_range(known->vmo, ZX_VMO_OP_ZERO, page * PAGE, PAGE, NULL, 0));
        known->words[page] = 0;
    } else if (operation == 4 && known->at != NULL) {
        unmap(known->at, known->mapped);
        known->at = NULL;
    } else if (known->at == NULL && known->pages != 0) {
        known->mapped = known->pages;
        known->at = map(known->vmo, known->mapped);
    } else if (known->at != NULL) {
        touch_known(known, below(random, known->mapped), value, operation < 10);
    }
}

TEST(vmo_create_child, keeps_mapped_snapshots_apart_whatever_is_done) {
    touch_begin();
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct known world[WORLD] = {0};
        uint64_t random = seed * 0x9e3779b97f4a7c15;
        for (uint64_t i = 1; i <= OPERATIONS; i++) {
            step(world, &random, i);
        }
        for (int i = 0; i < WORLD; i++) {
            for (uint64_t page = 0; page < world[i].pages; page++) {
                uint64_t found;
                EXPECT_OK(zx_vmo_read(world[i].vmo, &found, page * PAGE, 8));
                EXPECT_EQ(found, world[i].words[page]);
            }
            if (world[i].vmo != ZX_HANDLE_INVALID) {
                end_known(&world[i]);
            }
        }
    }
}
