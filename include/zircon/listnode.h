// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Doubly linked circular lists whose nodes lie inside what they link. A list is a node that
// belongs to no item: an empty list points at itself. Nothing here locks.

#ifndef ZIRCON_LISTNODE_H_
#define ZIRCON_LISTNODE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zircon/compiler.h>

__BEGIN_CDECLS

typedef struct list_node {
    struct list_node *prev;
    struct list_node *next;
} list_node_t;

// Initialisers: of an empty list with that name, and of a node that is in no list.
#define LIST_INITIAL_VALUE(list)                                                                   \
    { &(list), &(list) }
#define LIST_INITIAL_CLEARED_VALUE                                                                 \
    { NULL, NULL }

// The structure of type `type` whose `member` is at `ptr`.
#ifndef containerof
#define containerof(ptr, type, member) ((type *)((uintptr_t)(ptr)-offsetof(type, member)))
#endif

// Makes a list empty, whatever it was.
static inline void list_initialize(list_node_t *list) {
    list->next = list;
    list->prev = list;
}

// Marks a node as being in no list, without unlinking it.
static inline void list_clear_node(list_node_t *item) {
    item->next = NULL;
    item->prev = NULL;
}

// Whether a node is in a list. Its value must come from here: cleared, added or deleted.
static inline bool list_in_list(const list_node_t *item) {
    return item->next != NULL || item->prev != NULL;
}

static inline bool list_is_empty(const list_node_t *list) {
    return list->next == list;
}

static inline void __list_link(list_node_t *before, list_node_t *after) {
    before->next = after;
    after->prev = before;
}

// Adds an item in front of the first, or behind the last. With an item in place of the list, adds
// behind that item, or in front of it, which is what the two macros are for.
static inline void list_add_head(list_node_t *list, list_node_t *item) {
    __list_link(item, list->next);
    __list_link(list, item);
}

static inline void list_add_tail(list_node_t *list, list_node_t *item) {
    __list_link(list->prev, item);
    __list_link(item, list);
}

#define list_add_after(entry, new_entry) list_add_head(entry, new_entry)
#define list_add_before(entry, new_entry) list_add_tail(entry, new_entry)

// Takes an item out of its list and clears it.
static inline void list_delete(list_node_t *item) {
    __list_link(item->prev, item->next);
    list_clear_node(item);
}

// Puts `new_node`, which is in no list, in the place of `old_node`, which is cleared.
static inline void list_replace_node(list_node_t *old_node, list_node_t *new_node) {
    __list_link(old_node->prev, new_node);
    __list_link(new_node, old_node->next);
    list_clear_node(old_node);
}

// The first and the last item, or null if there is none; removing takes it out of the list.
static inline list_node_t *list_peek_head(const list_node_t *list) {
    return list->next == list ? NULL : list->next;
}

static inline list_node_t *list_peek_tail(const list_node_t *list) {
    return list->prev == list ? NULL : list->prev;
}

static inline list_node_t *list_remove_head(list_node_t *list) {
    list_node_t *item = list_peek_head(list);
    if (item != NULL) {
        list_delete(item);
    }
    return item;
}

static inline list_node_t *list_remove_tail(list_node_t *list) {
    list_node_t *item = list_peek_tail(list);
    if (item != NULL) {
        list_delete(item);
    }
    return item;
}

// The neighbours of an item, or null at the end of the list.
static inline list_node_t *list_prev(list_node_t *list, list_node_t *item) {
    return item->prev == list ? NULL : item->prev;
}

static inline list_node_t *list_next(list_node_t *list, list_node_t *item) {
    return item->next == list ? NULL : item->next;
}

// The same, going on at the other end of the list. Null only in an empty list.
static inline list_node_t *list_prev_wrap(list_node_t *list, list_node_t *item) {
    return list_prev(list, item->prev == list ? list : item);
}

static inline list_node_t *list_next_wrap(list_node_t *list, list_node_t *item) {
    return list_next(list, item->next == list ? list : item);
}

// What holds the node, or null for no node.
static inline void *__list_container(list_node_t *node, size_t offset) {
    return node == NULL ? NULL : (void *)((uintptr_t)node - offset);
}

// The functions above for lists of structures of type `type` that are linked through their
// `element`: structures in place of nodes, and null where the functions return null.
#define list_peek_head_type(list, type, element)                                                   \
    ((type *)__list_container(list_peek_head(list), offsetof(type, element)))
#define list_peek_tail_type(list, type, element)                                                   \
    ((type *)__list_container(list_peek_tail(list), offsetof(type, element)))
#define list_remove_head_type(list, type, element)                                                 \
    ((type *)__list_container(list_remove_head(list), offsetof(type, element)))
#define list_remove_tail_type(list, type, element)                                                 \
    ((type *)__list_container(list_remove_tail(list), offsetof(type, element)))
#define list_prev_type(list, item, type, element)                                                  \
    ((type *)__list_container(list_prev(list, item), offsetof(type, element)))
#define list_next_type(list, item, type, element)                                                  \
    ((type *)__list_container(list_next(list, item), offsetof(type, element)))
#define list_prev_wrap_type(list, item, type, element)                                             \
    ((type *)__list_container(list_prev_wrap(list, item), offsetof(type, element)))
#define list_next_wrap_type(list, item, type, element)                                             \
    ((type *)__list_container(list_next_wrap(list, item), offsetof(type, element)))

// Loop heads that visit the items of a list from first to last. The safe ones keep the next item in
// a variable of their own, so that the loop may delete the item it is at.
#define list_for_every(list, node)                                                                 \
    for ((node) = (list)->next; (node) != (list); (node) = (node)->next)

#define list_for_every_safe(list, node, temp_node)                                                 \
    for ((node) = (list)->next, (temp_node) = (node)->next; (node) != (list);                      \
         (node) = (temp_node), (temp_node) = (node)->next)

#define list_for_every_entry(list, entry, type, member)                                            \
    for ((entry) = containerof((list)->next, type, member); &(entry)->member != (list);            \
         (entry) = containerof((entry)->member.next, type, member))

#define list_for_every_entry_safe(list, entry, temp_entry, type, member)                           \
    for ((entry) = containerof((list)->next, type, member),                                        \
        (temp_entry) = containerof((entry)->member.next, type, member);                            \
         &(entry)->member != (list);                                                               \
         (entry) = (temp_entry), (temp_entry) = containerof((entry)->member.next, type, member))

// Number of items. Walks the list.
static inline size_t list_length(const list_node_t *list) {
    size_t length = 0;
    const list_node_t *node;
    list_for_every(list, node) {
        length++;
    }
    return length;
}

// Moves all items of `splice_from` behind `pos`, a list or an item of one, and leaves it empty.
static inline void list_splice_after(list_node_t *splice_from, list_node_t *pos) {
    if (list_is_empty(splice_from)) {
        return;
    }
    __list_link(splice_from->prev, pos->next);
    __list_link(pos, splice_from->next);
    list_initialize(splice_from);
}

// Moves the items behind `pos`, an item of `list` or the list itself, to `split_to`, which loses
// what it had.
static inline void list_split_after(list_node_t *list, list_node_t *pos, list_node_t *split_to) {
    if (pos->next == list) {
        list_initialize(split_to);
        return;
    }
    __list_link(list->prev, split_to);
    __list_link(split_to, pos->next);
    __list_link(pos, list);
}

// Moves all items to `new_list`, which loses what it had, and leaves `old_list` empty.
static inline void list_move(list_node_t *old_list, list_node_t *new_list) {
    list_initialize(new_list);
    list_splice_after(old_list, new_list);
}

__END_CDECLS

#endif // ZIRCON_LISTNODE_H_
