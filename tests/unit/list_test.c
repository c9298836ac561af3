// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "base/list.h"

#include "unit.h"

struct item {
    int number;
    struct list node;
};

enum { ITEMS = 5 };

static void make(struct item items[ITEMS]) {
    for (int i = 0; i < ITEMS; i++) {
        items[i].number = i;
        list_init(&items[i].node);
    }
}

// The list's items as digits of a number, read forward, and checked to read the same backward.
static int digits(struct list *head) {
    int forward = 0, backward = 0, scale = 1;
    for (struct list *node = head->next; node != head; node = node->next) {
        forward = forward * 10 + list_entry(node, struct item, node)->number;
    }
    for (struct list *node = head->prev; node != head; node = node->prev) {
        backward += list_entry(node, struct item, node)->number * scale;
        scale *= 10;
    }
    assert_int_equal(forward, backward);
    return forward;
}

static void a_new_list_is_empty(void **state) {
    (void)state;
    struct list head;
    list_init(&head);
    assert_true(list_is_empty(&head));
    assert_null(list_pop(&head));
}

static void adding_keeps_the_order(void **state) {
    (void)state;
    struct list head;
    struct item items[ITEMS];
    list_init(&head);
    make(items);
    assert_false(list_is_linked(&items[1].node));
    list_add_tail(&head, &items[1].node);
    list_add_tail(&head, &items[2].node);
    list_add_head(&head, &items[3].node);
    list_add_head(&head, &items[4].node);
    assert_int_equal(digits(&head), 4312);
    assert_true(list_is_linked(&items[1].node));
    assert_false(list_is_empty(&head));
}

static void pop_takes_the_first(void **state) {
    (void)state;
    struct list head;
    struct item items[ITEMS];
    list_init(&head);
    make(items);
    for (int i = 0; i < ITEMS; i++) {
        list_add_tail(&head, &items[i].node);
    }
    for (int i = 0; i < ITEMS; i++) {
        struct list *node = list_pop(&head);
        assert_ptr_equal(list_entry(node, struct item, node), &items[i]);
        assert_false(list_is_linked(node));
    }
    assert_true(list_is_empty(&head));
}

static void a_removed_node_can_be_removed_again(void **state) {
    (void)state;
    struct list head;
    struct item items[ITEMS];
    list_init(&head);
    make(items);
    for (int i = 1; i < ITEMS; i++) {
        list_add_tail(&head, &items[i].node);
    }
    list_remove(&items[2].node);
    list_remove(&items[2].node);
    assert_int_equal(digits(&head), 134);
    list_add_tail(&head, &items[2].node);
    assert_int_equal(digits(&head), 1342);
}

static void a_walk_may_remove_where_it_stands(void **state) {
    (void)state;
    struct list head;
    struct item items[ITEMS];
    list_init(&head);
    make(items);
    for (int i = 1; i < ITEMS; i++) {
        list_add_tail(&head, &items[i].node);
    }
    int seen = 0;
    list_for_each(node, next, &head) {
        int number = list_entry(node, struct item, node)->number;
        seen = seen * 10 + number;
        if (number % 2 == 0) {
            list_remove(node);
        }
    }
    assert_int_equal(seen, 1234);
    assert_int_equal(digits(&head), 13);
    list_for_each(node, next, &head) {
        list_remove(node);
    }
    assert_true(list_is_empty(&head));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_list_is_empty),
        cmocka_unit_test(adding_keeps_the_order),
        cmocka_unit_test(pop_takes_the_first),
        cmocka_unit_test(a_removed_node_can_be_removed_again),
        cmocka_unit_test(a_walk_may_remove_where_it_stands),
    };
    return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
