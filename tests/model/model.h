// Part of libzircon. BSD-3-Clause, see LICENSE.
// The model test: random operations on memory, and a model of arrays that says what must come of
// each.
//
// Operations are made from a seed and name slots, so that any of them can be left out and the rest
// still means something: that is how a failing list is shrunk. Operations on single pages run on
// several threads at once, each on pages of its own; between them, one at a time, come those that
// change what there is.
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <zircon/types.h>

enum {
    PAGE = 4096,
    CELLS = 8, // a page is eight cells, each filled with one number
    CELL = PAGE / CELLS,
    CELL_WORDS = CELL / 8,
    SLOTS = 12,
    MAX_PAGES = 64,
    WINDOW = 192,    // pages of address space
    EPOCH = 2000,    // operations after which everything is closed
    MAX_THREADS = 8, // of one world
    COLUMN = 2,      // pages that belong to one thread, before those of the next
};

// --- the model ---

struct page {
    bool owned;
    uint64_t cells[CELLS];
};

enum node_kind {
    NODE_PLAIN,
    NODE_CLONE,  // sees its parent where it owns no page
    NODE_HIDDEN, // what a snapshot and its original share; it never changes
    NODE_SLICE,  // a window on its parent; it owns nothing
    NODE_PAGED,  // a pager supplies pages that it does not own
};

// A VMO. It lives while there is a handle, a mapping or a child.
struct node {
    enum node_kind kind;
    bool resizable;
    uint32_t size;          // pages
    struct node *parent;    // sees page p of it as page p - offset
    uint32_t offset, limit; // below `limit`
    uint32_t references;
    uint64_t number;
    struct node *next; // of all nodes
    struct page pages[MAX_PAGES];
};

struct forest {
    struct node *nodes;
    uint64_t numbers;
    void (*gone)(void *context, struct node *node); // called when a node is
    void *context;
};

struct node *node_new(struct forest *forest, enum node_kind kind, uint32_t size, bool resizable);
void node_hold(struct node *node);
void node_drop(struct forest *forest, struct node *node);
struct node *node_clone(struct forest *forest, struct node *parent, uint32_t offset, uint32_t size,
                        bool resizable);
struct node *node_snapshot(struct forest *forest, struct node *parent, uint32_t offset,
                           uint32_t size, bool resizable);
struct node *node_slice(struct forest *forest, struct node *parent, uint32_t offset, uint32_t size);
void node_resize(struct forest *forest, struct node *node, uint32_t size);

void node_read(const struct node *node, uint32_t page, uint64_t cells[CELLS]);
// The page as the node's own, which it becomes with what it showed.
struct page *node_own(struct node *node, uint32_t page);
void node_decommit(struct node *node, uint32_t page);
// Is there a hidden node above? Then what a decommitted page shows is not determined: the kernel
// moves pages of hidden nodes about. It is one of these.
bool node_is_shared(const struct node *node);
bool node_could_read(const struct node *node, uint32_t page, const uint64_t cells[CELLS]);
bool node_is_paged(const struct node *node); // it or one above
// What the pager supplies.
uint64_t node_supplied(uint64_t number, uint32_t page, uint32_t cell);

// --- operations ---

#define OPERATIONS(X)                                                                              \
    X(CREATE, 4)                                                                                   \
    X(PAGED, 2)                                                                                    \
    X(CLONE, 7)                                                                                    \
    X(SNAPSHOT, 7)                                                                                 \
    X(SLICE, 4)                                                                                    \
    X(CLOSE, 4)                                                                                    \
    X(RESIZE, 8)                                                                                   \
    X(MAP, 12)                                                                                     \
    X(UNMAP, 5)                                                                                    \
    X(PROTECT, 6)                                                                                  \
    X(COPY_IN, 5)                                                                                  \
    X(COPY_OUT, 5)                                                                                 \
    X(READ_ALL, 8)                                                                                 \
    X(WRITE_MANY, 8)                                                                               \
    X(COMMIT_MANY, 4)                                                                              \
    X(DECOMMIT_MANY, 4)                                                                            \
    X(WRITE, 60)                                                                                   \
    X(READ, 60)                                                                                    \
    X(STORE, 90)                                                                                   \
    X(LOAD, 90)                                                                                    \
    X(COMMIT, 12)                                                                                  \
    X(DECOMMIT, 15)

enum operation_kind {
#define X(name, weight) OP_##name,
    OPERATIONS(X)
#undef X
        OP_KINDS,
};

struct operation {
    enum operation_kind kind;
    uint32_t slot, from;      // of VMOs
    uint32_t page, at, count; // pages of the VMO, of the window, their number
    uint32_t cell, cells;     // a part of a page
    uint32_t flags;           // bits to choose by
    uint64_t stamp;           // what is written
};

// The operation with that number in the epoch of that seed.
struct operation operation_make(uint64_t seed, uint32_t index);
bool operation_is_single(enum operation_kind kind); // on one page: may run beside others
void operation_describe(const struct operation *operation, char *text, size_t size);

// --- the real thing ---

struct mapped {
    struct node *node;
    uint32_t page, permissions, most; // ZX_VM_PERM_
};

struct world {
    uint32_t threads; // that work on it
    bool pagers;
    struct forest forest;
    struct node *nodes[SLOTS];
    zx_handle_t handles[SLOTS];
    zx_handle_t window; // a VMAR
    zx_vaddr_t base;
    struct mapped mapped[WINDOW];
    zx_handle_t bounce; // a VMO that no operation names, to go through user copies
    zx_vaddr_t bounced; // its mapping
    struct service *service;
};

void world_open(struct world *world, uint32_t threads, bool pagers);
void world_close(struct world *world);
// The thread that a single operation belongs to.
uint32_t world_column(const struct world *world, const struct operation *operation);
void world_apply(struct world *world, uint32_t thread, const struct operation *operation);

// Supplies the pages of all pager VMOs of a world, in a thread of its own.
struct service *service_start(void);
void service_stop(struct service *service);
zx_handle_t service_create(struct service *service, uint64_t number, uint64_t size, bool resizable);
void service_forget(struct service *service, uint64_t number);

// Loads and stores that say whether they faulted (touch_x86_64.S).
void touch_begin(void); // once
bool touch_load(const uint64_t *at, uint64_t *value);
bool touch_store(uint64_t *at, uint64_t value);

// Says what went wrong, and ends the process.
void model_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            model_fail("%s:%d: not so: %s", __FILE__, __LINE__, #condition);                       \
        }                                                                                          \
    } while (0)
#define CHECK_STATUS(expression, expected)                                                         \
    do {                                                                                           \
        zx_status_t status_ = (expression);                                                        \
        if (status_ != (expected)) {                                                               \
            model_fail("%s:%d: %s is %d, not %d", __FILE__, __LINE__, #expression, status_,        \
                       (expected));                                                                \
        }                                                                                          \
    } while (0)
#define CHECK_OK(expression) CHECK_STATUS(expression, ZX_OK)
