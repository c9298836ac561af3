// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What VMOs hold, as arrays.
#include <stdlib.h>
#include <string.h>

#include "model.h"

struct node *node_new(struct forest *forest, enum node_kind kind, uint32_t size, bool resizable) {
    struct node *node = calloc(1, sizeof(*node));
    CHECK(node != NULL && size <= MAX_PAGES);
    node->kind = kind;
    node->size = size;
    node->resizable = resizable;
    node->references = 1;
    node->number = ++forest->numbers;
    node->next = forest->nodes;
    forest->nodes = node;
    return node;
}

void node_hold(struct node *node) {
    node->references++;
}

void node_drop(struct forest *forest, struct node *node) {
    while (node != NULL && --node->references == 0) {
        struct node *parent = node->parent;
        struct node **link = &forest->nodes;
        while (*link != node) {
            link = &(*link)->next;
        }
        *link = node->next;
        forest->gone(forest->context, node);
        free(node);
        node = parent;
    }
}

static void set_parent(struct node *node, struct node *parent, uint32_t offset) {
    node_hold(parent);
    node->parent = parent;
    node->offset = offset;
    uint32_t seen = parent->size > offset ? parent->size - offset : 0;
    node->limit = node->size < seen ? node->size : seen;
}

struct node *node_clone(struct forest *forest, struct node *parent, uint32_t offset, uint32_t size,
                        bool resizable) {
    struct node *node = node_new(forest, NODE_CLONE, size, resizable);
    set_parent(node, parent, offset);
    return node;
}

// What the parent owned moves up into a hidden node, of which it becomes a clone itself. The
// snapshot of a slice is one of what the slice is of.
struct node *node_snapshot(struct forest *forest, struct node *parent, uint32_t offset,
                           uint32_t size, bool resizable) {
    uint32_t most = parent->size - offset;
    while (parent->kind == NODE_SLICE) {
        offset += parent->offset;
        parent = parent->parent;
    }
    struct node *hidden = node_new(forest, NODE_HIDDEN, parent->size, false);
    memcpy(hidden->pages, parent->pages, sizeof(hidden->pages));
    memset(parent->pages, 0, sizeof(parent->pages));
    hidden->parent = parent->parent; // with its reference
    hidden->offset = parent->offset;
    hidden->limit = parent->limit;
    set_parent(parent, hidden, 0);
    struct node *node = node_new(forest, NODE_CLONE, size, resizable);
    set_parent(node, hidden, offset);
    node->limit = node->limit < most ? node->limit : most;
    node_drop(forest, hidden); // its children hold it
    return node;
}

struct node *node_slice(struct forest *forest, struct node *parent, uint32_t offset,
                        uint32_t size) {
    struct node *node = node_new(forest, NODE_SLICE, size, false);
    set_parent(node, parent, offset);
    return node;
}

void node_resize(struct forest *forest, struct node *node, uint32_t size) {
    for (uint32_t page = size; page < node->size; page++) {
        node->pages[page] = (struct page){0};
    }
    if (size < node->size) {
        node->limit = node->limit < size ? node->limit : size;
        for (struct node *child = forest->nodes; child != NULL; child = child->next) {
            if (child->parent == node) {
                uint32_t seen = size > child->offset ? size - child->offset : 0;
                child->limit = child->limit < seen ? child->limit : seen;
            }
        }
    }
    node->size = size;
}

uint64_t node_supplied(uint64_t number, uint32_t page, uint32_t cell) {
    return UINT64_C(1) << 63 | number << 24 | page << 8 | cell;
}

// Is a page of the parent to be seen? Then goes there.
static bool go_up(const struct node **node, uint32_t *page) {
    const struct node *at = *node;
    if (at->parent == NULL || *page >= at->limit || *page + at->offset >= at->parent->size) {
        return false;
    }
    *page += at->offset;
    *node = at->parent;
    return true;
}

static void read_end(const struct node *node, uint32_t page, uint64_t cells[CELLS]) {
    for (uint32_t cell = 0; cell < CELLS; cell++) {
        cells[cell] =
            node->kind == NODE_PAGED ? node_supplied(node->number, page, cell) : UINT64_C(0);
    }
}

void node_read(const struct node *node, uint32_t page, uint64_t cells[CELLS]) {
    while (!node->pages[page].owned) {
        if (!go_up(&node, &page)) {
            read_end(node, page, cells);
            return;
        }
    }
    memcpy(cells, node->pages[page].cells, sizeof(node->pages[page].cells));
}

static struct node *behind_slices(struct node *node, uint32_t *page) {
    while (node->kind == NODE_SLICE) {
        *page += node->offset;
        node = node->parent;
    }
    return node;
}

struct page *node_own(struct node *node, uint32_t page) {
    node = behind_slices(node, &page);
    struct page *own = &node->pages[page];
    if (!own->owned) {
        uint64_t cells[CELLS];
        node_read(node, page, cells);
        memcpy(own->cells, cells, sizeof(own->cells));
        own->owned = true;
    }
    return own;
}

void node_decommit(struct node *node, uint32_t page) {
    node = behind_slices(node, &page);
    node->pages[page].owned = false;
}

bool node_is_shared(const struct node *node) {
    for (; node != NULL; node = node->parent) {
        if (node->kind == NODE_HIDDEN) {
            return true;
        }
    }
    return false;
}

bool node_is_paged(const struct node *node) {
    for (; node != NULL; node = node->parent) {
        if (node->kind == NODE_PAGED) {
            return true;
        }
    }
    return false;
}

bool node_could_read(const struct node *node, uint32_t page, const uint64_t cells[CELLS]) {
    static const uint64_t zero[CELLS];
    do {
        const struct page *own = &node->pages[page];
        if (own->owned && memcmp(own->cells, cells, sizeof(own->cells)) == 0) {
            return true;
        }
    } while (go_up(&node, &page));
    return memcmp(cells, zero, sizeof(zero)) == 0;
}
