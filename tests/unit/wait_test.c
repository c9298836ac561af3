// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/wait.h"

#include "host/clock.h"
#include "host/park.h"
#include "objects/event.h"
#include "objects/handle.h"
#include "objects/port.h"
#include "unit.h"

enum {
    MILLISECOND = 1000000,
    ROUNDS = UNIT_IS_SANITIZED ? 2000 : 10000,
    REASON = ZX_THREAD_STATE_BLOCKED_WAIT_ONE,
};

// --- a seam: what happens between the look at a handle and the check that it still exists ---

bool __real_handle_is_still(handle_id id);
bool __wrap_handle_is_still(handle_id id);
static void (*meanwhile)(void);

bool __wrap_handle_is_still(handle_id id) {
    if (meanwhile != NULL) {
        void (*now)(void) = meanwhile;
        meanwhile = NULL;
        now();
    }
    return __real_handle_is_still(id);
}

static struct object *event;
static zx_handle_t handle;

static void make_event(struct thread *self) {
    event = event_new(self);
    handle = unit_publish_take(self, event, event_type.rights);
    object_ref(event); // so that tests can look at it after its end
}

static void drop_event(struct thread *self) {
    if (handle != ZX_HANDLE_INVALID) {
        unit_close(self, handle);
    }
    assert_true(list_is_empty(&event->observers));
    object_unref(self, event);
}

static zx_status_t wait_one(struct thread *self, zx_signals_t signals, zx_time_t deadline,
                            zx_signals_t *seen) {
    struct wait wait;
    struct wait_item item;
    wait_init(self, &wait);
    zx_status_t status = wait_item_begin(self, &wait, &item, handle, signals);
    if (status != ZX_OK) {
        return status;
    }
    status = wait_block(self, &wait, deadline, REASON);
    *seen = wait_item_end(self, &item);
    return status;
}

// --- alone ---

static void what_is_set_already_ends_the_wait(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_signals_t seen;
    make_event(self);
    object_update(self, event, 0, ZX_EVENT_SIGNALED | ZX_USER_SIGNAL_0);
    assert_int_equal(wait_one(self, ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, &seen), ZX_OK);
    assert_int_equal(seen, ZX_EVENT_SIGNALED | ZX_USER_SIGNAL_0);
    drop_event(self);
}

static void a_deadline_ends_the_wait(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_signals_t seen;
    make_event(self);
    object_update(self, event, 0, ZX_USER_SIGNAL_0);
    zx_time_t deadline = clock_monotonic() + 5 * MILLISECOND;
    assert_int_equal(wait_one(self, ZX_EVENT_SIGNALED, deadline, &seen), ZX_ERR_TIMED_OUT);
    assert_true(clock_monotonic() >= deadline);
    assert_int_equal(seen, ZX_USER_SIGNAL_0);
    assert_int_equal(wait_one(self, ZX_EVENT_SIGNALED, 0, &seen), ZX_ERR_TIMED_OUT);
    drop_event(self);
}

static void bad_handles_begin_nothing(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct wait wait;
    struct wait_item item;
    wait_init(self, &wait);
    make_event(self);
    zx_handle_t fewer =
        unit_publish_take(self, event_new(self), event_type.rights & ~ZX_RIGHT_WAIT);
    zx_handle_t port = unit_publish_take(self, port_new(self, 0), ZX_RIGHT_WAIT);
    assert_int_equal(wait_item_begin(self, &wait, &item, fewer, 1), ZX_ERR_ACCESS_DENIED);
    assert_int_equal(wait_item_begin(self, &wait, &item, port, 1), ZX_ERR_NOT_SUPPORTED);
    unit_close(self, fewer);
    unit_close(self, port);
    assert_int_equal(wait_item_begin(self, &wait, &item, port, 1), ZX_ERR_BAD_HANDLE);
    drop_event(self);
}

static void close_it(void) {
    unit_close(unit_self(), handle);
    handle = ZX_HANDLE_INVALID;
}

static void a_handle_closed_as_the_wait_begins_is_none(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_signals_t seen = 0;
    make_event(self);
    meanwhile = close_it;
    assert_int_equal(wait_one(self, ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, &seen), ZX_ERR_BAD_HANDLE);
    assert_null(meanwhile);
    drop_event(self); // and no watch is left
}

static void pulse_it(void) {
    object_update(unit_self(), event, 0, ZX_EVENT_SIGNALED);
    object_update(unit_self(), event, ZX_EVENT_SIGNALED, ZX_USER_SIGNAL_2);
}

static void a_short_signal_counts(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_signals_t seen = 0;
    make_event(self);
    meanwhile = pulse_it;
    assert_int_equal(wait_one(self, ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, &seen), ZX_OK);
    assert_int_equal(seen, ZX_EVENT_SIGNALED | ZX_USER_SIGNAL_2);
    drop_event(self);
}

static void pending_work_ends_the_wait(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_signals_t seen;
    make_event(self);
    atomic_store(&self->pending, THREAD_PENDING_SUSPEND);
    assert_int_equal(wait_one(self, ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, &seen),
                     ZX_ERR_INTERNAL_INTR_RETRY);
    assert_int_equal(wait_sleep(self, ZX_TIME_INFINITE), ZX_ERR_INTERNAL_INTR_RETRY);
    // What happened counts more.
    object_update(self, event, 0, ZX_EVENT_SIGNALED);
    assert_int_equal(wait_one(self, ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, &seen), ZX_OK);
    atomic_store(&self->pending, 0);
    drop_event(self);
}

static void a_late_wake_does_not_shorten_a_sleep(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_time_t deadline = clock_monotonic() + 10 * MILLISECOND;
    park_wake(self);
    assert_int_equal(wait_sleep(self, deadline), ZX_OK);
    assert_true(clock_monotonic() >= deadline);
    zx_signals_t seen;
    make_event(self);
    park_wake(self);
    deadline = clock_monotonic() + 5 * MILLISECOND;
    assert_int_equal(wait_one(self, ZX_EVENT_SIGNALED, deadline, &seen), ZX_ERR_TIMED_OUT);
    drop_event(self);
}

// --- with others ---

struct waiter {
    struct unit_thread thread;
    zx_signals_t signals, seen;
    zx_status_t status;
};

static void wait_in_thread(struct thread *self, void *argument) {
    struct waiter *waiter = argument;
    waiter->status = wait_one(self, waiter->signals, ZX_TIME_INFINITE, &waiter->seen);
}

static void all_waiters_of_a_signal_wake(void **state) {
    (void)state;
    struct thread *self = unit_self();
    enum { WAITERS = 20 }; // more than wake-ups that a thread can put off
    static struct waiter waiters[WAITERS];
    make_event(self);
    for (int i = 0; i < WAITERS; i++) {
        waiters[i].signals = i % 2 == 0 ? ZX_USER_SIGNAL_0 : ZX_USER_SIGNAL_1;
        unit_start(&waiters[i].thread, wait_in_thread, &waiters[i]);
        unit_wait_until_parked(&waiters[i].thread);
    }
    object_update(self, event, 0, ZX_USER_SIGNAL_0);
    for (int i = 0; i < WAITERS; i += 2) {
        unit_join(&waiters[i].thread);
        assert_int_equal(waiters[i].status, ZX_OK);
        assert_int_equal(waiters[i].seen, ZX_USER_SIGNAL_0);
    }
    object_update(self, event, ZX_USER_SIGNAL_0, ZX_USER_SIGNAL_1);
    for (int i = 1; i < WAITERS; i += 2) {
        unit_join(&waiters[i].thread);
        assert_int_equal(waiters[i].status, ZX_OK);
        assert_int_equal(waiters[i].seen, ZX_USER_SIGNAL_0 | ZX_USER_SIGNAL_1);
    }
    drop_event(self);
}

static void closing_the_handle_ends_the_wait(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct waiter waiter = {.signals = ZX_EVENT_SIGNALED};
    make_event(self);
    unit_start(&waiter.thread, wait_in_thread, &waiter);
    unit_wait_until_parked(&waiter.thread);
    close_it();
    unit_join(&waiter.thread);
    assert_int_equal(waiter.status, ZX_ERR_CANCELED);
    assert_int_equal(waiter.seen, ZX_SIGNAL_HANDLE_CLOSED);
    drop_event(self);
}

static void another_handles_end_does_not(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct waiter waiter = {.signals = ZX_EVENT_SIGNALED};
    make_event(self);
    object_ref(event);
    zx_handle_t second = unit_publish_take(self, event, event_type.rights);
    unit_start(&waiter.thread, wait_in_thread, &waiter);
    unit_wait_until_parked(&waiter.thread);
    unit_close(self, second);
    object_update(self, event, 0, ZX_EVENT_SIGNALED);
    unit_join(&waiter.thread);
    assert_int_equal(waiter.status, ZX_OK);
    assert_int_equal(waiter.seen, ZX_EVENT_SIGNALED);
    drop_event(self);
}

static void any_of_several_items_ends_the_wait(void **state) {
    (void)state;
    struct thread *self = unit_self();
    enum { ITEMS = 8 };
    zx_handle_t handles[ITEMS];
    struct object *events[ITEMS];
    for (int i = 0; i < ITEMS; i++) {
        events[i] = event_new(self);
        handles[i] = unit_publish_take(self, events[i], event_type.rights);
    }
    for (int signalled = 0; signalled < ITEMS; signalled++) {
        struct wait wait;
        struct wait_item items[ITEMS];
        wait_init(self, &wait);
        for (int i = 0; i < ITEMS; i++) {
            assert_int_equal(wait_item_begin(self, &wait, &items[i], handles[i], ZX_USER_SIGNAL_5),
                             ZX_OK);
        }
        assert_int_equal(wait_block(self, &wait, 0, REASON), ZX_ERR_TIMED_OUT);
        object_update(self, events[signalled], 0, ZX_USER_SIGNAL_4);
        assert_int_equal(wait_block(self, &wait, 0, REASON), ZX_ERR_TIMED_OUT);
        object_update(self, events[signalled], ZX_USER_SIGNAL_4, ZX_USER_SIGNAL_5);
        assert_int_equal(wait_block(self, &wait, ZX_TIME_INFINITE, REASON), ZX_OK);
        for (int i = 0; i < ITEMS; i++) {
            assert_int_equal(wait_item_end(self, &items[i]),
                             i == signalled ? ZX_USER_SIGNAL_4 | ZX_USER_SIGNAL_5 : 0);
        }
        object_update(self, events[signalled], ZX_USER_SIGNAL_5, 0);
    }
    for (int i = 0; i < ITEMS; i++) {
        assert_true(list_is_empty(&events[i]->observers));
        unit_close(self, handles[i]);
    }
}

// --- no wake is lost ---

static struct object *ball;
static zx_handle_t ball_handle;

static void play(struct thread *self, void *argument) {
    zx_signals_t mine = argument == NULL ? ZX_USER_SIGNAL_0 : ZX_USER_SIGNAL_1;
    zx_signals_t theirs = argument == NULL ? ZX_USER_SIGNAL_1 : ZX_USER_SIGNAL_0;
    for (int i = 0; i < ROUNDS; i++) {
        struct wait wait;
        struct wait_item item;
        wait_init(self, &wait);
        unit_check(wait_item_begin(self, &wait, &item, ball_handle, mine) == ZX_OK);
        unit_check(wait_block(self, &wait, ZX_TIME_INFINITE, REASON) == ZX_OK);
        unit_check((wait_item_end(self, &item) & mine) != 0);
        object_update(self, ball, mine, theirs);
    }
}

static void two_threads_signal_each_other(void **state) {
    (void)state;
    struct thread *self = unit_self();
    ball = event_new(self);
    ball_handle = unit_publish_take(self, ball, event_type.rights);
    struct unit_thread threads[2];
    unit_start(&threads[0], play, NULL);
    unit_start(&threads[1], play, &ball);
    object_update(self, ball, 0, ZX_USER_SIGNAL_0);
    unit_join(&threads[0]);
    unit_join(&threads[1]);
    unit_close(self, ball_handle);
}

// A handle is closed at a random moment of somebody's wait: that wait ends, or never began.
static struct {
    pthread_barrier_t barrier;
    _Atomic zx_handle_t handle;
    _Atomic uint32_t cancelled, refused;
} closing;

static void wait_for_closed(struct thread *self, void *argument) {
    (void)argument;
    for (int i = 0; i < ROUNDS; i++) {
        pthread_barrier_wait(&closing.barrier);
        struct wait wait;
        struct wait_item item;
        wait_init(self, &wait);
        zx_status_t status = wait_item_begin(self, &wait, &item, atomic_load(&closing.handle), 1);
        if (status == ZX_OK) {
            unit_check(wait_block(self, &wait, ZX_TIME_INFINITE, REASON) == ZX_ERR_CANCELED);
            unit_check(wait_item_end(self, &item) == ZX_SIGNAL_HANDLE_CLOSED);
            atomic_fetch_add(&closing.cancelled, 1);
        } else {
            unit_check(status == ZX_ERR_BAD_HANDLE);
            atomic_fetch_add(&closing.refused, 1);
        }
        pthread_barrier_wait(&closing.barrier);
    }
}

static void close_under_waiters(struct thread *self, void *argument) {
    (void)argument;
    uint64_t random = 88172645463325252;
    for (int i = 0; i < ROUNDS; i++) {
        atomic_store(&closing.handle, unit_publish_take(self, event_new(self), event_type.rights));
        pthread_barrier_wait(&closing.barrier);
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        for (uint64_t spin = random % 2000; spin > 0; spin--) {
            __asm__ volatile("");
        }
        unit_close(self, atomic_load(&closing.handle));
        pthread_barrier_wait(&closing.barrier);
    }
}

static void a_close_at_any_moment_ends_the_wait(void **state) {
    (void)state;
    struct unit_thread threads[3];
    pthread_barrier_init(&closing.barrier, NULL, 3);
    unit_start(&threads[0], wait_for_closed, NULL);
    unit_start(&threads[1], wait_for_closed, NULL);
    unit_start(&threads[2], close_under_waiters, NULL);
    for (int i = 0; i < 3; i++) {
        unit_join(&threads[i]);
    }
    pthread_barrier_destroy(&closing.barrier);
    assert_int_equal(atomic_load(&closing.cancelled) + atomic_load(&closing.refused), 2 * ROUNDS);
    assert_true(atomic_load(&closing.cancelled) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT_TEST(what_is_set_already_ends_the_wait),
        UNIT_TEST(a_deadline_ends_the_wait),
        UNIT_TEST(bad_handles_begin_nothing),
        UNIT_TEST(a_handle_closed_as_the_wait_begins_is_none),
        UNIT_TEST(a_short_signal_counts),
        UNIT_TEST(pending_work_ends_the_wait),
        UNIT_TEST(a_late_wake_does_not_shorten_a_sleep),
        UNIT_TEST(all_waiters_of_a_signal_wake),
        UNIT_TEST(closing_the_handle_ends_the_wait),
        UNIT_TEST(another_handles_end_does_not),
        UNIT_TEST(any_of_several_items_ends_the_wait),
        UNIT_TEST(two_threads_signal_each_other),
        UNIT_TEST(a_close_at_any_moment_ends_the_wait),
    };
    return cmocka_run_group_tests_name("wait", tests, NULL, NULL);
}
