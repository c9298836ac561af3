// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "hypervisor/trap_map.h"

#include <zircon/syscalls/hypervisor.h>

#include "unit.h"

enum { MANY = 2000 };

static struct trap_map map;

static uint64_t next_random(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void finds_the_nearest_start_below(void **state) {
    (void)state;
    struct thread *self = unit_self();
    trap_map_init(&map);
    assert_null(trap_map_find(&map, 0));
    assert_int_equal(trap_map_add(self, &map, ZX_GUEST_TRAP_MEM, 100, 50, NULL, 1), ZX_OK);
    assert_int_equal(trap_map_add(self, &map, ZX_GUEST_TRAP_MEM, 120, 10, NULL, 2), ZX_OK);
    assert_int_equal(trap_map_add(self, &map, ZX_GUEST_TRAP_MEM, 100, 1, NULL, 3),
                     ZX_ERR_ALREADY_EXISTS);
    assert_null(trap_map_find(&map, 99));
    assert_int_equal(trap_map_find(&map, 100)->key, 1);
    assert_int_equal(trap_map_find(&map, 119)->key, 1);
    assert_int_equal(trap_map_find(&map, 120)->key, 2);
    assert_int_equal(trap_map_find(&map, 129)->key, 2);
    assert_null(trap_map_find(&map, 130)); // hidden by the nearer one
    assert_null(trap_map_find(&map, UINT64_MAX));
    trap_map_clear(self, &map);
    assert_null(trap_map_find(&map, 100));
}

static void reaches_the_last_address(void **state) {
    (void)state;
    struct thread *self = unit_self();
    trap_map_init(&map);
    assert_int_equal(trap_map_add(self, &map, ZX_GUEST_TRAP_MEM, UINT64_MAX - 9, 9, NULL, 1),
                     ZX_OK);
    assert_non_null(trap_map_find(&map, UINT64_MAX - 1));
    assert_null(trap_map_find(&map, UINT64_MAX));
    trap_map_clear(self, &map);
}

static void agrees_with_a_plain_search(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static uint64_t starts[MANY];
    uint32_t count = 0;
    uint64_t random = 1;
    trap_map_init(&map);
    for (int i = 0; i < MANY; i++) {
        uint64_t start = next_random(&random) % 5000;
        bool known = false;
        for (uint32_t k = 0; k < count; k++) {
            known = known || starts[k] == start;
        }
        zx_status_t status = trap_map_add(self, &map, ZX_GUEST_TRAP_IO, start, 3, NULL, start);
        assert_int_equal(status, known ? ZX_ERR_ALREADY_EXISTS : ZX_OK);
        if (!known) {
            starts[count++] = start;
        }
    }
    for (uint64_t address = 0; address < 5010; address++) {
        uint64_t best = UINT64_MAX;
        for (uint32_t k = 0; k < count; k++) {
            if (starts[k] <= address && (best == UINT64_MAX || starts[k] > best)) {
                best = starts[k];
            }
        }
        struct trap *found = trap_map_find(&map, address);
        if (best == UINT64_MAX || address - best >= 3) {
            assert_null(found);
        } else {
            assert_non_null(found);
            assert_int_equal(found->key, best);
        }
    }
    trap_map_clear(self, &map);
}

static void search(struct thread *self, void *argument) {
    (void)self;
    _Atomic int *done = argument;
    while (atomic_load(done) == 0) {
        struct trap *trap = trap_map_find(&map, 8 * (MANY - 1));
        unit_check(trap == NULL || trap->key == 8 * (MANY - 1));
        trap = trap_map_find(&map, 8);
        unit_check(trap == NULL || trap->key == 8);
    }
}

static void can_be_searched_while_it_grows(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static _Atomic int done;
    trap_map_init(&map);
    struct unit_thread searcher;
    unit_start(&searcher, search, &done);
    for (uint64_t i = MANY; i-- > 0;) {
        assert_int_equal(trap_map_add(self, &map, ZX_GUEST_TRAP_IO, 8 * i, 8, NULL, 8 * i), ZX_OK);
    }
    atomic_store(&done, 1);
    unit_join(&searcher);
    trap_map_clear(self, &map);
}

static void a_packet_that_is_being_read_outlives_the_trap(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct bell_waiter waiter;
    list_init(&waiter.node);
    struct object *port = port_new(self, 0);
    trap_map_init(&map);
    assert_int_equal(trap_map_add(self, &map, ZX_GUEST_TRAP_BELL, 0, 8, port, 5), ZX_OK);
    struct trap *trap = trap_map_find(&map, 0);
    assert_int_equal(trap_ring(self, trap, 4, &waiter), ZX_OK);
    assert_int_equal(trap_ring(self, trap, 4, &waiter), ZX_OK);
    zx_port_packet_t packet;
    assert_int_equal(port_wait(self, port, HANDLE_ID_NONE, 0, &packet), ZX_OK);
    assert_int_equal(trap->packet_count, 1);
    trap_map_clear(self, &map);
    assert_int_equal(port_wait(self, port, HANDLE_ID_NONE, 0, &packet), ZX_ERR_TIMED_OUT);
    object_unref(self, port);
}

static void waits_are_told_of_packets_that_come_back(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct bell_waiter waiter;
    list_init(&waiter.node);
    struct object *port = port_new(self, 0);
    trap_map_init(&map);
    assert_int_equal(trap_map_add(self, &map, ZX_GUEST_TRAP_BELL, 0, 8, port, 5), ZX_OK);
    struct trap *trap = trap_map_find(&map, 0);
    for (int i = 0; i < BELL_PACKETS_MAX; i++) {
        assert_int_equal(trap_ring(self, trap, 4, &waiter), ZX_OK);
    }
    assert_int_equal(trap_ring(self, trap, 4, &waiter), ZX_ERR_SHOULD_WAIT);
    assert_true(list_is_linked(&waiter.node));
    assert_int_equal(waiter.called, 0);
    zx_port_packet_t packet;
    assert_int_equal(port_wait(self, port, HANDLE_ID_NONE, 0, &packet), ZX_OK);
    assert_int_equal(waiter.called, 1);
    assert_false(list_is_linked(&waiter.node));
    assert_int_equal(trap_ring(self, trap, 4, &waiter), ZX_OK);
    assert_int_equal(trap_ring(self, trap, 4, &waiter), ZX_ERR_SHOULD_WAIT);
    trap_wait_end(self, trap, &waiter);
    assert_false(list_is_linked(&waiter.node));
    trap_map_clear(self, &map);
    object_unref(self, port);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT_TEST(finds_the_nearest_start_below),
        UNIT_TEST(reaches_the_last_address),
        UNIT_TEST(agrees_with_a_plain_search),
        UNIT_TEST(can_be_searched_while_it_grows),
        UNIT_TEST(a_packet_that_is_being_read_outlives_the_trap),
        UNIT_TEST(waits_are_told_of_packets_that_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
