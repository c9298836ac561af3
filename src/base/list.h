// Part of libzircon. BSD-3-Clause, see LICENSE.
// An intrusive doubly linked list. A node that is on no list points at itself.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next, *prev;
};

// The struct that has `member` at `node`.
#define list_entry(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

// Walks a list; the body may remove `node` itself.
#define list_for_each(node, following, head)                                                       \
    for (struct list *node = (head)->next, *following = node->next; node != (head);                \
         node = following, following = node->next)

static inline void list_init(struct list *list) {
    list->next = list->prev = list;
}

static inline bool list_is_empty(const struct list *list) {
    return list->next == list;
}

// For a node: is it on a list?
static inline bool list_is_linked(const struct list *node) {
    return node->next != node;
}

static inline void list_add_tail(struct list *list, struct list *node) {
    node->prev = list->prev;
    node->next = list;
    list->prev->next = node;
    list->prev = node;
}

static inline void list_add_head(struct list *list, struct list *node) {
    list_add_tail(list->next, node);
}

static inline void list_remove(struct list *node) {
    node->prev->next = node->next;
    node->next->prev = node->prev;
    list_init(node);
}

// The first node, taken off the list; null if there is none.
static inline struct list *list_pop(struct list *list) {
    if (list_is_empty(list)) {
        return NULL;
    }
    struct list *node = list->next;
    list_remove(node);
    return node;
}
