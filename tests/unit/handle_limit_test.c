// Part of libzircon. BSD-3-Clause, see LICENSE.
// With few handles in the system. The limit is read when the kernel starts, so main sets it.
#include "objects/event.h"
#include "objects/handle.h"
#include "unit.h"

enum { LIMIT = 1000 };

static zx_status_t new_event(struct thread *self, zx_handle_t *value) {
    struct object *event = event_new(self);
    assert_non_null(event);
    return handle_return_take(self, (user_out){value}, event, ZX_RIGHT_WAIT);
}

static void the_limit_is_exact(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static zx_handle_t values[LIMIT];
    assert_int_equal(handle_limit(), LIMIT);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < LIMIT; i++) {
            assert_int_equal(new_event(self, &values[i]), ZX_OK);
        }
        zx_handle_t none = 7;
        for (int i = 0; i < 5; i++) {
            assert_int_equal(new_event(self, &none), ZX_ERR_NO_MEMORY);
        }
        assert_int_equal(none, 7);
        assert_int_equal(handle_table_count(self, self->process), LIMIT);
        assert_int_equal(unit_new("event"), LIMIT);
        // One back, one more.
        unit_close(self, values[round]);
        assert_int_equal(new_event(self, &values[round]), ZX_OK);
        assert_int_equal(new_event(self, &none), ZX_ERR_NO_MEMORY);
        for (int i = 0; i < LIMIT; i++) {
            unit_close(self, values[i]);
        }
        assert_int_equal(handle_table_count(self, self->process), 0);
    }
}

static void a_closed_value_stays_closed_near_the_limit(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static zx_handle_t values[LIMIT];
    for (int i = 0; i < LIMIT; i++) {
        assert_int_equal(new_event(self, &values[i]), ZX_OK);
    }
    // One slot alone is free, so it is used again at once, with another generation.
    zx_handle_t first = values[0];
    for (int i = 0; i < HANDLE_GENERATIONS - 1; i++) {
        unit_close(self, values[0]);
        assert_int_equal(new_event(self, &values[0]), ZX_OK);
        assert_int_not_equal(values[0], first);
        struct object *object;
        assert_int_equal(handle_get(self, first, NULL, 0, &object), ZX_ERR_BAD_HANDLE);
    }
    for (int i = 0; i < LIMIT; i++) {
        unit_close(self, values[i]);
    }
}

static void a_dead_process_gives_its_share_back(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct process *home = self->process;
    zx_handle_t value;
    // The first tests left all slots with this process: its own end would give them back, so this
    // one runs in children of it.
    handle_thread_leave(self);
    handle_table_clear(self, home);
    for (int life = 0; life < 3; life++) {
        struct process *child = unit_process_new(self, "child");
        assert_non_null(child);
        self->process = child;
        uint32_t made = 0;
        while (new_event(self, &value) == ZX_OK) {
            made++;
        }
        assert_int_equal(made, LIMIT);
        handle_thread_leave(self);
        self->process = home;
        assert_int_equal(new_event(self, &value), ZX_ERR_NO_MEMORY);
        object_unref(self, &child->object);
        assert_int_equal(unit_new("event"), 0);
    }
    assert_int_equal(new_event(self, &value), ZX_OK);
    unit_close(self, value);
}

int main(void) {
    setenv("LIBZIRCON_HANDLES", "1000", 1);
    const struct CMUnitTest tests[] = {
        UNIT_TEST(the_limit_is_exact),
        UNIT_TEST(a_closed_value_stays_closed_near_the_limit),
        UNIT_TEST(a_dead_process_gives_its_share_back),
    };
    return cmocka_run_group_tests_name("handle_limit", tests, NULL, NULL);
}
