// Part of libzircon. BSD-3-Clause, see LICENSE.
// Threads that wait for signals: zx_object_wait_one and zx_object_wait_many.
#include "harness.h"

enum { SHORT = ZX_MSEC(1) };

static zx_handle_t new_event(void) {
    zx_handle_t event;
    EXPECT_OK(zx_event_create(0, &event));
    return event;
}

static zx_handle_t duplicate(zx_handle_t handle) {
    zx_handle_t second;
    EXPECT_OK(zx_handle_duplicate(handle, ZX_RIGHT_SAME_RIGHTS, &second));
    return second;
}

// A thread in zx_object_wait_one.
struct waiter {
    struct test_thread thread;
    zx_handle_t handle;
    zx_signals_t signals;
    zx_time_t deadline;
    zx_signals_t observed;
};

static int wait_for_one(void *argument) {
    struct waiter *waiter = argument;
    return zx_object_wait_one(waiter->handle, waiter->signals, waiter->deadline, &waiter->observed);
}

static void start_waiter(struct waiter *waiter, zx_handle_t handle, zx_signals_t signals) {
    waiter->handle = handle;
    waiter->signals = signals;
    waiter->deadline = ZX_TIME_INFINITE;
    waiter->observed = 0;
    start_thread(&waiter->thread, wait_for_one, waiter);
    wait_until_blocked(&waiter->thread);
}

#define EXPECT_WAITER(waiter, status, signals)                                                     \
    do {                                                                                           \
        EXPECT_STATUS(finish_thread(&(waiter)->thread), status);                                   \
        EXPECT_EQ((waiter)->observed, signals);                                                    \
    } while (0)

// --- object_wait_one ---

TEST(object_wait_one, returns_at_once_if_a_signal_is_set_whatever_the_deadline) {
    static const zx_time_t deadlines[] = {ZX_TIME_INFINITE,     INT64_MAX - 1, 1, 0, -1,
                                          ZX_TIME_INFINITE_PAST};
    zx_handle_t event = new_event();
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0 | ZX_USER_SIGNAL_1));
    for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++) {
        zx_signals_t observed = 0;
        EXPECT_OK(zx_object_wait_one(event, ZX_USER_SIGNAL_1 | ZX_USER_SIGNAL_2, deadlines[i],
                                     &observed));
        EXPECT_EQ(observed, ZX_USER_SIGNAL_0 | ZX_USER_SIGNAL_1);
        EXPECT_OK(zx_object_wait_one(event, ZX_USER_SIGNAL_0, deadlines[i], NULL));
    }
    close_handle(event);
}

TEST(object_wait_one, times_out_and_tells_the_other_signals) {
    const zx_time_t deadlines[] = {ZX_TIME_INFINITE_PAST,   -1, 0, 1, zx_clock_get_monotonic(),
                                   zx_deadline_after(SHORT)};
    zx_handle_t event = new_event();
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++) {
        zx_signals_t observed = 0;
        EXPECT_STATUS(zx_object_wait_one(event, ~ZX_USER_SIGNAL_0, deadlines[i], &observed),
                      ZX_ERR_TIMED_OUT);
        EXPECT_EQ(observed, ZX_USER_SIGNAL_0);
        EXPECT(zx_clock_get_monotonic() >= deadlines[i]);
        EXPECT_STATUS(zx_object_wait_one(event, 0, deadlines[i], NULL), ZX_ERR_TIMED_OUT);
    }
    close_handle(event);
}

TEST(object_wait_one, wakes_when_a_signal_is_set) {
    zx_handle_t event = new_event();
    struct waiter waiter;
    start_waiter(&waiter, event, ZX_EVENT_SIGNALED | ZX_USER_SIGNAL_0);
    EXPECT_OK(zx_object_signal(event, 0, ZX_EVENT_SIGNALED));
    EXPECT_WAITER(&waiter, ZX_OK, ZX_EVENT_SIGNALED);
    close_handle(event);
}

TEST(object_wait_one, tells_all_signals_that_were_set_during_the_wait) {
    zx_handle_t event = new_event();
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    struct waiter waiter;
    start_waiter(&waiter, event, ZX_EVENT_SIGNALED);
    EXPECT_OK(zx_object_signal(event, ZX_USER_SIGNAL_0, ZX_USER_SIGNAL_1));
    EXPECT_OK(zx_object_signal(event, ZX_USER_SIGNAL_1, ZX_USER_SIGNAL_2));
    EXPECT_OK(zx_object_signal(event, ZX_USER_SIGNAL_2, ZX_EVENT_SIGNALED));
    EXPECT_WAITER(&waiter, ZX_OK,
                  ZX_USER_SIGNAL_0 | ZX_USER_SIGNAL_1 | ZX_USER_SIGNAL_2 | ZX_EVENT_SIGNALED);
    close_handle(event);
}

TEST(object_wait_one, sees_a_signal_that_is_cleared_again_at_once) {
    zx_handle_t event = new_event();
    struct waiter waiter;
    start_waiter(&waiter, event, ZX_EVENT_SIGNALED);
    EXPECT_OK(zx_object_signal(event, 0, ZX_EVENT_SIGNALED));
    EXPECT_OK(zx_object_signal(event, ZX_EVENT_SIGNALED, 0));
    EXPECT_WAITER(&waiter, ZX_OK, ZX_EVENT_SIGNALED);
    close_handle(event);
}

TEST(object_wait_one, wakes_all_threads_that_wait_and_only_them) {
    enum { WAITERS = 8 };
    zx_handle_t event = new_event();
    struct waiter waiters[WAITERS], other;
    for (int i = 0; i < WAITERS; i++) {
        start_waiter(&waiters[i], event, ZX_USER_SIGNAL_0);
    }
    start_waiter(&other, event, ZX_USER_SIGNAL_1);
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    for (int i = 0; i < WAITERS; i++) {
        EXPECT_WAITER(&waiters[i], ZX_OK, ZX_USER_SIGNAL_0);
    }
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_1));
    EXPECT_WAITER(&other, ZX_OK, ZX_USER_SIGNAL_0 | ZX_USER_SIGNAL_1);
    close_handle(event);
}

TEST(object_wait_one, wakes_more_threads_than_a_call_can_note_down) {
    enum { WAITERS = 40 };
    zx_handle_t event = new_event();
    struct waiter waiters[WAITERS];
    for (int i = 0; i < WAITERS; i++) {
        start_waiter(&waiters[i], event, ZX_USER_SIGNAL_0);
    }
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    for (int i = 0; i < WAITERS; i++) {
        EXPECT_WAITER(&waiters[i], ZX_OK, ZX_USER_SIGNAL_0);
    }
    close_handle(event);
}

TEST(object_wait_one, times_out_while_it_waits) {
    zx_handle_t event = new_event();
    struct waiter waiter = {.handle = event, .deadline = zx_deadline_after(ZX_MSEC(20))};
    start_thread(&waiter.thread, wait_for_one, &waiter);
    wait_until_blocked(&waiter.thread);
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    EXPECT_STATUS(finish_thread(&waiter.thread), ZX_ERR_TIMED_OUT);
    EXPECT(zx_clock_get_monotonic() >= waiter.deadline);
    close_handle(event);
}

TEST(object_wait_one, is_cancelled_when_its_handle_is_closed) {
    zx_handle_t event = new_event(), second = duplicate(event);
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_1));
    struct waiter waiter;
    start_waiter(&waiter, event, ZX_USER_SIGNAL_0);
    close_handle(event);
    EXPECT_WAITER(&waiter, ZX_ERR_CANCELED, ZX_USER_SIGNAL_1 | ZX_SIGNAL_HANDLE_CLOSED);
    close_handle(second);
}

TEST(object_wait_one, is_cancelled_when_its_handle_is_the_last_and_is_closed) {
    zx_handle_t event = new_event();
    struct waiter waiters[3];
    for (int i = 0; i < 3; i++) {
        start_waiter(&waiters[i], event, ZX_USER_SIGNAL_0);
    }
    close_handle(event);
    for (int i = 0; i < 3; i++) {
        EXPECT_WAITER(&waiters[i], ZX_ERR_CANCELED, ZX_SIGNAL_HANDLE_CLOSED);
    }
}

TEST(object_wait_one, is_cancelled_when_its_handle_is_replaced) {
    zx_handle_t event = new_event(), old = event;
    struct waiter waiter;
    start_waiter(&waiter, old, ZX_USER_SIGNAL_0);
    EXPECT_OK(zx_handle_replace(event, ZX_RIGHT_SAME_RIGHTS, &event));
    EXPECT_WAITER(&waiter, ZX_ERR_CANCELED, ZX_SIGNAL_HANDLE_CLOSED);
    close_handle(event);
}

TEST(object_wait_one, goes_on_while_its_handle_is_in_a_message) {
    zx_handle_t event = new_event(), second = duplicate(event), ends[2];
    EXPECT_OK(zx_channel_create(0, &ends[0], &ends[1]));
    struct waiter waiter;
    start_waiter(&waiter, event, ZX_USER_SIGNAL_0);
    EXPECT_OK(zx_channel_write(ends[0], 0, NULL, 0, &event, 1));
    EXPECT(!is_valid(event));
    EXPECT_OK(zx_object_signal(second, 0, ZX_USER_SIGNAL_0));
    EXPECT_WAITER(&waiter, ZX_OK, ZX_USER_SIGNAL_0);
    EXPECT_OK(zx_handle_close_many(ends, 2));
    close_handle(second);
}

TEST(object_wait_one, is_cancelled_when_its_handle_is_read_from_a_message) {
    zx_handle_t event = new_event(), old = event, ends[2];
    EXPECT_OK(zx_channel_create(0, &ends[0], &ends[1]));
    struct waiter waiter;
    start_waiter(&waiter, old, ZX_USER_SIGNAL_0);
    EXPECT_OK(zx_channel_write(ends[0], 0, NULL, 0, &event, 1));
    uint32_t handles;
    EXPECT_OK(zx_channel_read(ends[1], 0, NULL, &event, 0, 1, NULL, &handles));
    EXPECT_WAITER(&waiter, ZX_ERR_CANCELED, ZX_SIGNAL_HANDLE_CLOSED);
    EXPECT_OK(zx_handle_close_many(ends, 2));
    close_handle(event);
}

TEST(object_wait_one, is_cancelled_when_its_handle_is_dropped_with_a_message) {
    zx_handle_t event = new_event(), ends[2];
    EXPECT_OK(zx_channel_create(0, &ends[0], &ends[1]));
    struct waiter waiter;
    start_waiter(&waiter, event, ZX_USER_SIGNAL_0);
    EXPECT_OK(zx_channel_write(ends[0], 0, NULL, 0, &event, 1));
    EXPECT_OK(zx_handle_close_many(ends, 2));
    EXPECT_WAITER(&waiter, ZX_ERR_CANCELED, ZX_SIGNAL_HANDLE_CLOSED);
}

TEST(object_wait_one, tells_of_a_closed_peer) {
    zx_handle_t ends[2];
    EXPECT_OK(zx_channel_create(0, &ends[0], &ends[1]));
    struct waiter waiter;
    start_waiter(&waiter, ends[0], ZX_CHANNEL_PEER_CLOSED);
    close_handle(ends[1]);
    EXPECT_WAITER(&waiter, ZX_OK, ZX_CHANNEL_WRITABLE | ZX_CHANNEL_PEER_CLOSED);
    close_handle(ends[0]);
}

TEST(object_wait_one, cannot_wait_for_the_closing_of_its_handle) {
    zx_handle_t event = new_event();
    zx_signals_t observed = 7;
    EXPECT_STATUS(zx_object_wait_one(event, ZX_SIGNAL_HANDLE_CLOSED, 0, &observed),
                  ZX_ERR_TIMED_OUT);
    EXPECT_EQ(observed, 0);
    close_handle(event);
}

static zx_status_t wait_for_signal_0(zx_handle_t handle) {
    return zx_object_wait_one(handle, ZX_USER_SIGNAL_0, 0, bad_page());
}

TEST(object_wait_one, looks_at_the_handle_then_its_right_then_waits_then_stores) {
    expect_bad_handle(wait_for_signal_0);
    zx_handle_t event = new_event();
    expect_right(wait_for_signal_0, event, ZX_RIGHT_WAIT, ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    expect_right(wait_for_signal_0, event, ZX_RIGHT_WAIT, ZX_ERR_INVALID_ARGS);
    close_handle(event);
}

TEST(object_wait_one, is_denied_on_a_port_which_cannot_be_waited_on) {
    zx_handle_t port;
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_STATUS(zx_object_wait_one(port, 0, 0, NULL), ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_object_wait_one(root_resource(), 0, 0, NULL), ZX_ERR_ACCESS_DENIED);
    close_handle(port);
}

TEST(object_wait_one, refuses_a_pointer_that_cannot_be_written_after_the_wait) {
    zx_handle_t event = new_event();
    for (int signalled = 0; signalled < 2; signalled++) {
        EXPECT_OK(zx_object_signal(event, 0, signalled ? ZX_USER_SIGNAL_0 : 0));
        for (int i = 1; i < BAD_OUT_POINTERS; i++) {
            zx_signals_t *bad = bad_pointer(i, sizeof(*bad));
            EXPECT_STATUS(zx_object_wait_one(event, ZX_USER_SIGNAL_0, 0, bad), ZX_ERR_INVALID_ARGS);
            EXPECT_STATUS(
                zx_object_wait_one(event, ZX_USER_SIGNAL_0, zx_deadline_after(SHORT), bad),
                ZX_ERR_INVALID_ARGS);
        }
    }
    close_handle(event);
}

TEST(object_wait_one, stores_at_any_address) {
    char bytes[sizeof(zx_signals_t) + 1];
    zx_handle_t event = new_event();
    EXPECT_STATUS(zx_object_wait_one(event, 0, 0, (void *)(bytes + 1)), ZX_ERR_TIMED_OUT);
    EXPECT_STATUS(zx_object_wait_one(event, 0, 1, end_of_page(sizeof(zx_signals_t))),
                  ZX_ERR_TIMED_OUT);
    close_handle(event);
}

TEST(object_wait_one, needs_no_memory) {
    zx_handle_t event = new_event();
    libzircon_fail_allocation(1);
    EXPECT_STATUS(zx_object_wait_one(event, ZX_USER_SIGNAL_0, zx_deadline_after(SHORT), NULL),
                  ZX_ERR_TIMED_OUT);
    libzircon_fail_allocation(0);
    close_handle(event);
}

static int signal_back_and_forth(void *argument) {
    zx_handle_t event = *(zx_handle_t *)argument;
    for (int i = 0; i < 2000; i++) {
        EXPECT_OK(zx_object_wait_one(event, ZX_USER_SIGNAL_0, ZX_TIME_INFINITE, NULL));
        EXPECT_OK(zx_object_signal(event, ZX_USER_SIGNAL_0, ZX_USER_SIGNAL_1));
    }
    return 0;
}

TEST(object_wait_one, misses_no_signal_of_two_threads_that_take_turns) {
    zx_handle_t event = new_event();
    struct test_thread thread;
    start_thread(&thread, signal_back_and_forth, &event);
    for (int i = 0; i < 2000; i++) {
        EXPECT_OK(zx_object_signal(event, ZX_USER_SIGNAL_1, ZX_USER_SIGNAL_0));
        EXPECT_OK(zx_object_wait_one(event, ZX_USER_SIGNAL_1, ZX_TIME_INFINITE, NULL));
    }
    finish_thread(&thread);
    close_handle(event);
}

struct shared_handle {
    _Atomic zx_handle_t handle;
    _Atomic bool stop;
};

static int wait_again_and_again(void *argument) {
    struct shared_handle *shared = argument;
    while (!atomic_load(&shared->stop)) {
        zx_status_t status = zx_object_wait_one(atomic_load(&shared->handle), ZX_USER_SIGNAL_0,
                                                ZX_TIME_INFINITE, NULL);
        ck_assert_msg(status == ZX_ERR_CANCELED || status == ZX_ERR_BAD_HANDLE, "%s",
                      zx_status_get_string(status));
    }
    return 0;
}

TEST(object_wait_one, never_outlives_its_handle) {
    struct shared_handle shared = {.handle = new_event()};
    struct test_thread threads[2];
    for (int i = 0; i < 2; i++) {
        start_thread(&threads[i], wait_again_and_again, &shared);
    }
    for (int i = 0; i < 2000; i++) {
        zx_handle_t next = new_event();
        close_handle(atomic_exchange(&shared.handle, next));
    }
    atomic_store(&shared.stop, true);
    close_handle(atomic_load(&shared.handle));
    for (int i = 0; i < 2; i++) {
        finish_thread(&threads[i]);
    }
}

// --- object_wait_many ---

// A thread in zx_object_wait_many.
struct many_waiter {
    struct test_thread thread;
    zx_wait_item_t items[ZX_WAIT_MANY_MAX_ITEMS];
    size_t count;
    zx_time_t deadline;
};

static int wait_for_many(void *argument) {
    struct many_waiter *waiter = argument;
    return zx_object_wait_many(waiter->items, waiter->count, waiter->deadline);
}

static void start_many_waiter(struct many_waiter *waiter, const zx_handle_t *handles, size_t count,
                              zx_signals_t signals) {
    waiter->count = count;
    waiter->deadline = ZX_TIME_INFINITE;
    for (size_t i = 0; i < count; i++) {
        waiter->items[i] = (zx_wait_item_t){handles[i], signals, 0};
    }
    start_thread(&waiter->thread, wait_for_many, waiter);
    wait_until_blocked(&waiter->thread);
}

TEST(object_wait_many, returns_at_once_if_any_item_is_satisfied_whatever_the_deadline) {
    static const zx_time_t deadlines[] = {ZX_TIME_INFINITE, 1, 0, ZX_TIME_INFINITE_PAST};
    zx_handle_t events[] = {new_event(), new_event(), new_event()};
    EXPECT_OK(zx_object_signal(events[1], 0, ZX_USER_SIGNAL_1 | ZX_USER_SIGNAL_2));
    EXPECT_OK(zx_object_signal(events[2], 0, ZX_USER_SIGNAL_0));
    for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++) {
        zx_wait_item_t items[] = {{events[0], ZX_USER_SIGNAL_1, 7},
                                  {events[1], ZX_USER_SIGNAL_1, 7},
                                  {events[2], ZX_USER_SIGNAL_1, 7}};
        EXPECT_OK(zx_object_wait_many(items, 3, deadlines[i]));
        EXPECT_EQ(items[0].pending, 0);
        EXPECT_EQ(items[1].pending, ZX_USER_SIGNAL_1 | ZX_USER_SIGNAL_2);
        EXPECT_EQ(items[2].pending, ZX_USER_SIGNAL_0);
        EXPECT_EQ(items[1].handle, events[1]);
        EXPECT_EQ(items[1].waitfor, ZX_USER_SIGNAL_1);
    }
    EXPECT_OK(zx_handle_close_many(events, 3));
}

TEST(object_wait_many, times_out_and_tells_the_other_signals) {
    const zx_time_t deadlines[] = {ZX_TIME_INFINITE_PAST, 0, 1, zx_deadline_after(SHORT)};
    zx_handle_t event = new_event();
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++) {
        zx_wait_item_t item = {event, ZX_USER_SIGNAL_1, 7};
        EXPECT_STATUS(zx_object_wait_many(&item, 1, deadlines[i]), ZX_ERR_TIMED_OUT);
        EXPECT_EQ(item.pending, ZX_USER_SIGNAL_0);
        EXPECT(zx_clock_get_monotonic() >= deadlines[i]);
    }
    close_handle(event);
}

TEST(object_wait_many, only_sleeps_without_items_and_does_not_look_at_them) {
    EXPECT_STATUS(zx_object_wait_many(NULL, 0, ZX_TIME_INFINITE_PAST), ZX_ERR_TIMED_OUT);
    EXPECT_STATUS(zx_object_wait_many(NULL, 0, 0), ZX_ERR_TIMED_OUT);
    zx_time_t deadline = zx_deadline_after(SHORT);
    EXPECT_STATUS(zx_object_wait_many(bad_page(), 0, deadline), ZX_ERR_TIMED_OUT);
    EXPECT(zx_clock_get_monotonic() >= deadline);
}

TEST(object_wait_many, takes_16_items_and_no_more) {
    zx_handle_t events[ZX_WAIT_MANY_MAX_ITEMS];
    zx_wait_item_t items[ZX_WAIT_MANY_MAX_ITEMS + 1] = {{0, 0, 0}};
    for (size_t i = 0; i < ZX_WAIT_MANY_MAX_ITEMS; i++) {
        events[i] = new_event();
        items[i] = (zx_wait_item_t){events[i], ZX_USER_SIGNAL_0, 7};
    }
    EXPECT_OK(zx_object_signal(events[15], 0, ZX_USER_SIGNAL_0));
    EXPECT_OK(zx_object_wait_many(items, 16, ZX_TIME_INFINITE));
    EXPECT_EQ(items[0].pending, 0);
    EXPECT_EQ(items[15].pending, ZX_USER_SIGNAL_0);
    const size_t counts[] = {17, 18, UINT32_MAX, (size_t)1 << 32 | 1, SIZE_MAX};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        EXPECT_STATUS(zx_object_wait_many(items, counts[i], 0), ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(zx_object_wait_many(NULL, counts[i], 0), ZX_ERR_OUT_OF_RANGE);
    }
    EXPECT_OK(zx_handle_close_many(events, 16));
}

TEST(object_wait_many, wakes_when_any_item_is_satisfied) {
    for (int which = 0; which < 16; which += 5) {
        zx_handle_t events[16];
        for (int i = 0; i < 16; i++) {
            events[i] = new_event();
        }
        struct many_waiter waiter;
        start_many_waiter(&waiter, events, 16, ZX_USER_SIGNAL_0);
        EXPECT_OK(zx_object_signal(events[which], 0, ZX_USER_SIGNAL_1));
        EXPECT_OK(zx_object_signal(events[which], ZX_USER_SIGNAL_1, ZX_USER_SIGNAL_0));
        EXPECT_OK(finish_thread(&waiter.thread));
        for (int i = 0; i < 16; i++) {
            EXPECT_EQ(waiter.items[i].pending,
                      i == which ? ZX_USER_SIGNAL_0 | ZX_USER_SIGNAL_1 : 0);
        }
        EXPECT_OK(zx_handle_close_many(events, 16));
    }
}

TEST(object_wait_many, takes_a_handle_in_several_items) {
    zx_handle_t event = new_event();
    zx_wait_item_t items[] = {{event, ZX_USER_SIGNAL_0, 7}, {event, ZX_USER_SIGNAL_1, 7}};
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_1));
    EXPECT_OK(zx_object_wait_many(items, 2, ZX_TIME_INFINITE));
    EXPECT_EQ(items[0].pending, ZX_USER_SIGNAL_1);
    EXPECT_EQ(items[1].pending, ZX_USER_SIGNAL_1);
    EXPECT_OK(zx_object_signal(event, ZX_USER_SIGNAL_1, 0));
    struct many_waiter waiter;
    const zx_handle_t twice[] = {event, event};
    start_many_waiter(&waiter, twice, 2, ZX_USER_SIGNAL_0);
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    EXPECT_OK(finish_thread(&waiter.thread));
    EXPECT_EQ(waiter.items[0].pending, ZX_USER_SIGNAL_0);
    EXPECT_EQ(waiter.items[1].pending, ZX_USER_SIGNAL_0);
    close_handle(event);
}

TEST(object_wait_many, is_cancelled_when_the_handle_of_an_item_is_closed) {
    zx_handle_t events[] = {new_event(), new_event()};
    EXPECT_OK(zx_object_signal(events[0], 0, ZX_USER_SIGNAL_1));
    struct many_waiter waiter;
    start_many_waiter(&waiter, events, 2, ZX_USER_SIGNAL_0);
    close_handle(events[1]);
    EXPECT_STATUS(finish_thread(&waiter.thread), ZX_ERR_CANCELED);
    EXPECT_EQ(waiter.items[0].pending, ZX_USER_SIGNAL_1);
    EXPECT_EQ(waiter.items[1].pending, ZX_SIGNAL_HANDLE_CLOSED);
    close_handle(events[0]);
}

TEST(object_wait_many, is_cancelled_when_the_handle_of_an_item_is_replaced_or_delivered) {
    zx_handle_t ends[2];
    EXPECT_OK(zx_channel_create(0, &ends[0], &ends[1]));
    for (int deliver = 0; deliver < 2; deliver++) {
        zx_handle_t events[] = {new_event(), new_event()}, moved;
        struct many_waiter waiter;
        start_many_waiter(&waiter, events, 2, ZX_USER_SIGNAL_0);
        if (deliver) {
            EXPECT_OK(zx_channel_write(ends[0], 0, NULL, 0, &events[0], 1));
            EXPECT_OK(zx_channel_read(ends[1], 0, NULL, &moved, 0, 1, NULL, NULL));
        } else {
            EXPECT_OK(zx_handle_replace(events[0], ZX_RIGHT_SAME_RIGHTS, &moved));
        }
        EXPECT_STATUS(finish_thread(&waiter.thread), ZX_ERR_CANCELED);
        EXPECT_EQ(waiter.items[0].pending, ZX_SIGNAL_HANDLE_CLOSED);
        EXPECT_EQ(waiter.items[1].pending, 0);
        close_handle(moved);
        close_handle(events[1]);
    }
    EXPECT_OK(zx_handle_close_many(ends, 2));
}

// The items with a handle in question at each place in turn.
static zx_status_t wait_with_item(zx_handle_t handle) {
    zx_handle_t event = new_event();
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_1));
    zx_status_t status = ZX_OK;
    for (int i = 0; i < 3; i++) {
        zx_wait_item_t items[] = {{event, ZX_USER_SIGNAL_1, 7},
                                  {event, ZX_USER_SIGNAL_1, 7},
                                  {event, ZX_USER_SIGNAL_1, 7}};
        items[i].handle = handle;
        zx_status_t now = zx_object_wait_many(items, 3, ZX_TIME_INFINITE);
        EXPECT(i == 0 || now == status);
        EXPECT(now == ZX_OK || items[0].pending == 7);
        EXPECT(now == ZX_OK || items[2].pending == 7);
        status = now;
    }
    close_handle(event);
    return status;
}

TEST(object_wait_many, looks_at_the_handle_of_each_item_and_its_right) {
    expect_bad_handle(wait_with_item);
    zx_handle_t event = new_event();
    expect_right(wait_with_item, event, ZX_RIGHT_WAIT, ZX_OK);
    close_handle(event);
}

TEST(object_wait_many, reports_the_first_item_with_a_fault) {
    zx_handle_t event = new_event(), none = without_rights(event, ZX_RIGHT_WAIT);
    const zx_time_t deadlines[] = {0, ZX_TIME_INFINITE};
    for (int i = 0; i < 2; i++) {
        zx_wait_item_t items[] = {{event, 0, 7}, {none, 0, 7}, {ZX_HANDLE_INVALID, 0, 7}};
        EXPECT_STATUS(zx_object_wait_many(items, 3, deadlines[i]), ZX_ERR_ACCESS_DENIED);
        items[1].handle = ZX_HANDLE_INVALID;
        items[2].handle = none;
        EXPECT_STATUS(zx_object_wait_many(items, 3, deadlines[i]), ZX_ERR_BAD_HANDLE);
    }
    close_handle(event);
    close_handle(none);
}

TEST(object_wait_many, refuses_items_that_cannot_be_read) {
    for (int i = 0; i < BAD_IN_POINTERS; i++) {
        EXPECT_STATUS(
            zx_object_wait_many(bad_pointer(i, 2 * sizeof(zx_wait_item_t)), 2, ZX_TIME_INFINITE),
            ZX_ERR_INVALID_ARGS);
    }
}

TEST(object_wait_many, refuses_items_that_cannot_be_written_after_the_wait) {
    // All zero: an item with the invalid handle, which is found first.
    EXPECT_STATUS(zx_object_wait_many(read_only_page(), 1, 0), ZX_ERR_BAD_HANDLE);
    static const zx_time_t past = 0;
    zx_handle_t event = new_event();
    for (int signalled = 0; signalled < 2; signalled++) {
        EXPECT_OK(zx_object_signal(event, 0, signalled ? ZX_USER_SIGNAL_0 : 0));
        const zx_wait_item_t item = {event, ZX_USER_SIGNAL_0, 0};
        zx_wait_item_t *items = read_only_copy(&item, sizeof(item));
        EXPECT_STATUS(zx_object_wait_many(items, 1, past), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_object_wait_many(items, 1, zx_deadline_after(SHORT)), ZX_ERR_INVALID_ARGS);
    }
    close_handle(event);
}

TEST(object_wait_many, takes_items_at_any_address) {
    zx_handle_t event = new_event();
    const zx_wait_item_t item = {event, 0, 7};
    char bytes[sizeof(item) + 1], *last = end_of_page(sizeof(item));
    memcpy(bytes + 1, &item, sizeof(item));
    memcpy(last, &item, sizeof(item));
    EXPECT_STATUS(zx_object_wait_many((void *)(bytes + 1), 1, 0), ZX_ERR_TIMED_OUT);
    EXPECT_STATUS(zx_object_wait_many((void *)last, 1, 0), ZX_ERR_TIMED_OUT);
    close_handle(event);
}

TEST(object_wait_many, needs_no_memory) {
    zx_handle_t event = new_event();
    zx_wait_item_t items[] = {{event, ZX_USER_SIGNAL_0, 0}, {event, ZX_USER_SIGNAL_1, 0}};
    libzircon_fail_allocation(1);
    EXPECT_STATUS(zx_object_wait_many(items, 2, zx_deadline_after(SHORT)), ZX_ERR_TIMED_OUT);
    libzircon_fail_allocation(0);
    close_handle(event);
}
