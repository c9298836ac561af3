// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What happens at a deadline is tested with deadlines that have passed or are milliseconds ahead;
// no test fails because the machine is slow.
#include "harness.h"

#include <stdlib.h>

enum { MILLISECOND = 1000000 };

static const zx_time_t far = ZX_TIME_INFINITE - 1;

// --- helpers ---

static zx_handle_t make(uint32_t slack_mode) {
    zx_handle_t timer;
    EXPECT_OK(zx_timer_create(slack_mode, ZX_CLOCK_MONOTONIC, &timer));
    return timer;
}

static void set(zx_handle_t timer, zx_time_t deadline) {
    EXPECT_OK(zx_timer_set(timer, deadline, 0));
}

static void set_after(zx_handle_t timer, zx_duration_t duration) {
    set(timer, zx_deadline_after(duration));
}

static bool has_fired(zx_handle_t timer) {
    zx_signals_t signals = 0;
    EXPECT_STATUS(zx_object_wait_one(timer, 0, 0, &signals), ZX_ERR_TIMED_OUT);
    EXPECT_EQ(signals & ~ZX_TIMER_SIGNALED, 0);
    return signals != 0;
}

static void wait_fired(zx_handle_t timer) {
    EXPECT_OK(zx_object_wait_one(timer, ZX_TIMER_SIGNALED, ZX_TIME_INFINITE, NULL));
}

static zx_handle_t new_port(void) {
    zx_handle_t port;
    EXPECT_OK(zx_port_create(0, &port));
    return port;
}

// --- timer_create ---

TEST(timer_create, makes_a_timer_that_is_not_set) {
    for (uint32_t mode = ZX_TIMER_SLACK_CENTER; mode <= ZX_TIMER_SLACK_LATE; mode++) {
        zx_handle_t timer = make(mode);
        EXPECT_EQ(type_of(timer), ZX_OBJ_TYPE_TIMER);
        EXPECT_EQ(rights_of(timer), ZX_DEFAULT_TIMER_RIGHTS);
        EXPECT(!has_fired(timer));
        EXPECT_STATUS(
            zx_object_wait_one(timer, ZX_TIMER_SIGNALED, zx_deadline_after(2 * MILLISECOND), NULL),
            ZX_ERR_TIMED_OUT);
        close_handle(timer);
    }
}

TEST(timer_create, makes_timers_without_signals_even_from_memory_that_had_some) {
    for (int i = 0; i < 3; i++) {
        zx_handle_t timer = make(ZX_TIMER_SLACK_CENTER);
        EXPECT(!has_fired(timer));
        set(timer, 0);
        EXPECT(has_fired(timer));
        EXPECT_OK(zx_object_signal(timer, 0, ZX_USER_SIGNAL_ALL));
        close_handle(timer);
    }
}

TEST(timer_create, knows_three_options_and_one_clock) {
    zx_handle_t timer = 7;
    static const uint32_t options[] = {3, 4, 5, 8, 0x80000000, UINT32_MAX};
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        EXPECT_STATUS(zx_timer_create(options[i], ZX_CLOCK_MONOTONIC, &timer), ZX_ERR_INVALID_ARGS);
    }
    static const zx_clock_t clocks[] = {ZX_CLOCK_UTC, ZX_CLOCK_THREAD, 3, 0x80000000, UINT32_MAX};
    for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
        EXPECT_STATUS(zx_timer_create(0, clocks[i], &timer), ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(timer, 7);
}

TEST(timer_create, leaves_nothing_if_the_handle_cannot_be_stored) {
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_timer_create(0, ZX_CLOCK_MONOTONIC, bad_pointer(i, sizeof(zx_handle_t))),
                      ZX_ERR_INVALID_ARGS);
    }
}

static zx_status_t create(void *context) {
    return zx_timer_create(ZX_TIMER_SLACK_LATE, ZX_CLOCK_MONOTONIC, context);
}

TEST(timer_create, leaves_nothing_if_memory_runs_out) {
    zx_handle_t timer = 7;
    close_handle(make(0)); // what is made for all timers exists before
    expect_no_memory(create, &timer, sizeof(timer));
    close_handle(timer);
}

TEST(timer_create, gives_out_timers_that_take_user_signals_and_no_others) {
    zx_handle_t timer = make(0);
    EXPECT_OK(zx_object_signal(timer, 0, ZX_USER_SIGNAL_3));
    EXPECT_OK(zx_object_wait_one(timer, ZX_USER_SIGNAL_3, 0, NULL));
    EXPECT_STATUS(zx_object_signal(timer, 0, ZX_TIMER_SIGNALED), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_object_signal(timer, ZX_TIMER_SIGNALED, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_object_signal_peer(timer, 0, ZX_USER_SIGNAL_0), ZX_ERR_ACCESS_DENIED);
    close_handle(timer);
}

// --- timer_set ---

TEST(timer_set, signals_at_once_if_the_deadline_has_passed) {
    for (uint32_t mode = ZX_TIMER_SLACK_CENTER; mode <= ZX_TIMER_SLACK_LATE; mode++) {
        zx_handle_t timer = make(mode);
        const zx_time_t past[] = {
            0, 1, zx_clock_get_monotonic(), zx_deadline_after(-1), -1, ZX_TIME_INFINITE_PAST};
        static const zx_duration_t slacks[] = {0, 1, MILLISECOND, ZX_TIME_INFINITE};
        for (size_t i = 0; i < sizeof(past) / sizeof(past[0]); i++) {
            for (size_t k = 0; k < sizeof(slacks) / sizeof(slacks[0]); k++) {
                EXPECT_OK(zx_timer_set(timer, past[i], slacks[k]));
                EXPECT(has_fired(timer));
                EXPECT_OK(zx_timer_cancel(timer));
                EXPECT(!has_fired(timer));
            }
        }
        close_handle(timer);
    }
}

TEST(timer_set, signals_when_the_deadline_comes_and_not_before) {
    zx_handle_t timer = make(0);
    for (int i = 0; i < 20; i++) {
        zx_time_t deadline = zx_deadline_after(i * 300000);
        set(timer, deadline);
        wait_fired(timer);
        EXPECT(zx_clock_get_monotonic() >= deadline);
        EXPECT(has_fired(timer)); // and stays so
    }
    close_handle(timer);
}

TEST(timer_set, clears_the_signal_and_forgets_the_deadline_before) {
    zx_handle_t timer = make(0);
    set(timer, 0);
    EXPECT(has_fired(timer));
    set(timer, far);
    EXPECT(!has_fired(timer));
    set_after(timer, 3 * MILLISECOND);
    set(timer, far);
    zx_nanosleep(zx_deadline_after(6 * MILLISECOND));
    EXPECT(!has_fired(timer));
    set(timer, ZX_TIME_INFINITE);
    EXPECT(!has_fired(timer));
    set_after(timer, 1);
    wait_fired(timer);
    close_handle(timer);
}

TEST(timer_set, moves_a_deadline_forward_and_back) {
    zx_handle_t timer = make(0);
    set(timer, far);
    zx_time_t deadline = zx_deadline_after(2 * MILLISECOND);
    set(timer, deadline);
    wait_fired(timer);
    EXPECT(zx_clock_get_monotonic() >= deadline);
    set_after(timer, MILLISECOND);
    deadline = zx_deadline_after(10 * MILLISECOND);
    set(timer, deadline);
    wait_fired(timer);
    EXPECT(zx_clock_get_monotonic() >= deadline);
    close_handle(timer);
}

TEST(timer_set, takes_any_slack_but_a_negative_one) {
    for (uint32_t mode = ZX_TIMER_SLACK_CENTER; mode <= ZX_TIMER_SLACK_LATE; mode++) {
        zx_handle_t timer = make(mode);
        static const zx_duration_t good[] = {0, 1, MILLISECOND, INT32_MAX, INT64_MAX};
        for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
            // Deadline and slack together may reach over both ends of time.
            EXPECT_OK(zx_timer_set(timer, far, good[i]));
            EXPECT_OK(zx_timer_set(timer, ZX_TIME_INFINITE, good[i]));
        }
        EXPECT_OK(zx_timer_cancel(timer));
        static const zx_duration_t bad[] = {-1, -MILLISECOND, INT64_MIN};
        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
            EXPECT_STATUS(zx_timer_set(timer, 0, bad[i]), ZX_ERR_OUT_OF_RANGE);
            EXPECT(!has_fired(timer));
            // Before the handle is looked at.
            EXPECT_STATUS(zx_timer_set(ZX_HANDLE_INVALID, 0, bad[i]), ZX_ERR_OUT_OF_RANGE);
        }
        close_handle(timer);
    }
}

TEST(timer_set, fires_within_the_slack_of_the_deadline) {
    // Beside a timer without slack, which the others may join if their mode and slack allow it.
    static const zx_duration_t offsets[] = {-4 * MILLISECOND, -MILLISECOND, 0, MILLISECOND,
                                            4 * MILLISECOND};
    for (uint32_t mode = ZX_TIMER_SLACK_CENTER; mode <= ZX_TIMER_SLACK_LATE; mode++) {
        for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
            zx_handle_t fixed = make(0), timer = make(mode);
            zx_time_t base = zx_deadline_after(8 * MILLISECOND);
            zx_time_t deadline = base + offsets[i];
            zx_duration_t slack = 2 * MILLISECOND;
            set(fixed, base);
            EXPECT_OK(zx_timer_set(timer, deadline, slack));
            wait_fired(timer);
            zx_time_t fired = zx_clock_get_monotonic();
            EXPECT(fired >= (mode == ZX_TIMER_SLACK_LATE ? deadline : deadline - slack));
            wait_fired(fixed);
            EXPECT(zx_clock_get_monotonic() >= base);
            close_handle(fixed);
            close_handle(timer);
        }
    }
}

TEST(timer_set, with_slack_never_misses_its_deadline_for_a_timer_that_is_moved) {
    // The second joins the first, which is then cancelled, or set to later.
    for (uint32_t mode = ZX_TIMER_SLACK_CENTER; mode <= ZX_TIMER_SLACK_LATE; mode++) {
        for (int cancel = 0; cancel < 2; cancel++) {
            zx_handle_t first = make(0), second = make(mode);
            zx_time_t base = zx_deadline_after(4 * MILLISECOND);
            set(first, base);
            EXPECT_OK(zx_timer_set(second, base, 3 * MILLISECOND));
            if (cancel) {
                EXPECT_OK(zx_timer_cancel(first));
            } else {
                set(first, far);
            }
            wait_fired(second);
            EXPECT(zx_clock_get_monotonic() >= base - 3 * MILLISECOND);
            close_handle(first);
            close_handle(second);
        }
    }
}

static zx_status_t set_it(zx_handle_t handle) {
    return zx_timer_set(handle, 0, 0);
}

static zx_status_t cancel_it(zx_handle_t handle) {
    return zx_timer_cancel(handle);
}

TEST(timer_set, checks_its_handle) {
    zx_handle_t timer = make(0);
    expect_bad_handle(set_it);
    expect_wrong_type(set_it, ZX_OBJ_TYPE_TIMER, ZX_OBJ_TYPE_TIMER);
    expect_right(set_it, timer, ZX_RIGHT_WRITE, ZX_OK);
    close_handle(timer);
}

// --- timer_cancel ---

TEST(timer_cancel, checks_its_handle) {
    zx_handle_t timer = make(0);
    expect_bad_handle(cancel_it);
    expect_wrong_type(cancel_it, ZX_OBJ_TYPE_TIMER, ZX_OBJ_TYPE_TIMER);
    expect_right(cancel_it, timer, ZX_RIGHT_WRITE, ZX_OK);
    close_handle(timer);
}

TEST(timer_cancel, stops_a_timer) {
    zx_handle_t timer = make(0);
    set_after(timer, 3 * MILLISECOND);
    EXPECT_OK(zx_timer_cancel(timer));
    EXPECT_STATUS(
        zx_object_wait_one(timer, ZX_TIMER_SIGNALED, zx_deadline_after(6 * MILLISECOND), NULL),
        ZX_ERR_TIMED_OUT);
    close_handle(timer);
}

TEST(timer_cancel, succeeds_for_a_timer_that_is_not_set) {
    zx_handle_t timer = make(0);
    EXPECT_OK(zx_timer_cancel(timer));
    EXPECT_OK(zx_timer_cancel(timer));
    set(timer, 0);
    EXPECT_OK(zx_timer_cancel(timer));
    EXPECT(!has_fired(timer));
    EXPECT_OK(zx_timer_cancel(timer));
    set(timer, far);
    EXPECT_OK(zx_timer_cancel(timer));
    EXPECT_OK(zx_timer_cancel(timer));
    close_handle(timer);
}

TEST(timer_cancel, wins_over_a_firing_on_its_way) {
    // The deadline comes about when the timer is cancelled: afterwards it must be silent.
    zx_handle_t timer = make(0);
    int fired = 0;
    for (int i = 0; i < 3000; i++) {
        set_after(timer, i % 100 * 1000);
        for (int k = 0; k < i % 37 * 40; k++) {
            __asm__ volatile("pause");
        }
        fired += has_fired(timer);
        EXPECT_OK(zx_timer_cancel(timer));
        EXPECT(!has_fired(timer));
        if (i % 16 == 0) {
            zx_nanosleep(zx_deadline_after(50000));
            EXPECT(!has_fired(timer));
        }
    }
    EXPECT(fired > 0);
    close_handle(timer);
}

TEST(timer_set, wins_over_a_firing_on_its_way) {
    zx_handle_t timer = make(0);
    for (int i = 0; i < 3000; i++) {
        set_after(timer, i % 100 * 1000);
        for (int k = 0; k < i % 41 * 40; k++) {
            __asm__ volatile("pause");
        }
        set(timer, far);
        EXPECT(!has_fired(timer));
        if (i % 16 == 0) {
            zx_nanosleep(zx_deadline_after(50000));
            EXPECT(!has_fired(timer));
        }
    }
    close_handle(timer);
}

// --- closing ---

TEST(timer_set, may_be_the_last_thing_before_the_close) {
    for (int i = 0; i < 200; i++) {
        zx_handle_t timer = make((uint32_t)i % 3);
        set_after(timer, i % 50 * 2000);
        close_handle(timer);
    }
    zx_handle_t timer = make(0), second;
    EXPECT_OK(zx_handle_duplicate(timer, ZX_RIGHT_SAME_RIGHTS, &second));
    set_after(timer, 2 * MILLISECOND);
    close_handle(timer);
    wait_fired(second); // not the last handle
    close_handle(second);
}

static int wait_for_timer(void *argument) {
    return zx_object_wait_one(*(zx_handle_t *)argument, ZX_TIMER_SIGNALED, ZX_TIME_INFINITE, NULL);
}

TEST(timer_set, ends_waits_with_the_handle) {
    zx_handle_t timer = make(0);
    struct test_thread thread;
    set(timer, far);
    start_thread(&thread, wait_for_timer, &timer);
    wait_until_blocked(&thread);
    close_handle(timer);
    EXPECT_STATUS(finish_thread(&thread), ZX_ERR_CANCELED);
}

static int set_until_closed(void *argument) {
    zx_handle_t timer = *(zx_handle_t *)argument;
    for (;;) {
        zx_status_t status = zx_timer_set(timer, zx_deadline_after(20000), 0);
        if (status != ZX_OK) {
            return status;
        }
    }
}

TEST(timer_set, may_race_with_closing) {
    enum { OTHERS = 8 };
    for (int round = 0; round < 500; round++) {
        zx_handle_t timer = make(0), others[OTHERS];
        struct test_thread threads[3];
        for (int i = 0; i < 3; i++) {
            start_thread(&threads[i], set_until_closed, &timer);
        }
        zx_nanosleep(zx_deadline_after(round % 100 * 500));
        close_handle(timer);
        for (int i = 0; i < 3; i++) {
            EXPECT_STATUS(finish_thread(&threads[i]), ZX_ERR_BAD_HANDLE);
        }
        // Nothing of it may be left in the kernel: new timers get the same memory.
        for (int i = 0; i < OTHERS; i++) {
            others[i] = make(0);
            set(others[i], far);
        }
        zx_nanosleep(zx_deadline_after(50000));
        for (int i = 0; i < OTHERS; i++) {
            EXPECT(!has_fired(others[i]));
        }
        EXPECT_OK(zx_handle_close_many(others, OTHERS));
    }
}

// --- waiting ---

TEST(timer_set, wakes_threads_that_wait_for_it) {
    enum { THREADS = 5 };
    zx_handle_t timer = make(0);
    struct test_thread threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        start_thread(&threads[i], wait_for_timer, &timer);
        wait_until_blocked(&threads[i]);
    }
    set_after(timer, MILLISECOND);
    for (int i = 0; i < THREADS; i++) {
        EXPECT_OK(finish_thread(&threads[i]));
    }
    // At once too.
    EXPECT_OK(zx_timer_cancel(timer));
    start_thread(&threads[0], wait_for_timer, &timer);
    wait_until_blocked(&threads[0]);
    set(timer, 0);
    EXPECT_OK(finish_thread(&threads[0]));
    close_handle(timer);
}

TEST(timer_set, ends_a_wait_for_several_objects) {
    zx_wait_item_t items[3] = {{.handle = make(0), .waitfor = ZX_TIMER_SIGNALED},
                               {.handle = make(0), .waitfor = ZX_TIMER_SIGNALED}};
    EXPECT_OK(zx_event_create(0, &items[2].handle));
    items[2].waitfor = ZX_EVENT_SIGNALED;
    set(items[0].handle, far);
    set_after(items[1].handle, MILLISECOND);
    EXPECT_OK(zx_object_wait_many(items, 3, ZX_TIME_INFINITE));
    EXPECT_EQ(items[0].pending, 0);
    EXPECT_EQ(items[1].pending, ZX_TIMER_SIGNALED);
    EXPECT_EQ(items[2].pending, 0);
    EXPECT_OK(zx_timer_cancel(items[1].handle));
    EXPECT_STATUS(zx_object_wait_many(items, 3, zx_deadline_after(MILLISECOND)), ZX_ERR_TIMED_OUT);
    EXPECT_EQ(items[1].pending, 0);
    for (int i = 0; i < 3; i++) {
        close_handle(items[i].handle);
    }
}

TEST(timer_set, queues_packets_for_those_who_asked) {
    zx_handle_t timer = make(0), port = new_port();
    zx_port_packet_t packet;
    for (uint64_t i = 0; i < 5; i++) {
        EXPECT_OK(zx_object_wait_async(timer, port, i, ZX_TIMER_SIGNALED, ZX_WAIT_ASYNC_TIMESTAMP));
        zx_time_t deadline = zx_deadline_after((zx_duration_t)i * MILLISECOND);
        set(timer, deadline);
        EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE, &packet));
        EXPECT_EQ(packet.key, i);
        EXPECT_EQ(packet.type, ZX_PKT_TYPE_SIGNAL_ONE);
        EXPECT_EQ(packet.signal.observed, ZX_TIMER_SIGNALED);
        EXPECT_EQ(packet.signal.count, 1);
        EXPECT((zx_time_t)packet.signal.timestamp >= deadline);
        EXPECT_OK(zx_timer_cancel(timer));
    }
    // One that is cancelled in time gives none.
    for (bool in_time = false; !in_time;) {
        EXPECT_OK(zx_object_wait_async(timer, port, 9, ZX_TIMER_SIGNALED, 0));
        zx_time_t deadline = zx_deadline_after(MILLISECOND);
        set(timer, deadline);
        EXPECT_OK(zx_timer_cancel(timer));
        in_time = zx_clock_get_monotonic() < deadline;
        if (in_time) {
            EXPECT_STATUS(zx_port_wait(port, deadline + 3 * MILLISECOND, &packet),
                          ZX_ERR_TIMED_OUT);
        }
        (void)zx_port_cancel(port, timer, 9);
    }
    close_handle(timer);
    close_handle(port);
}

TEST(timer_set, needs_the_right_to_wait_for_waiting) {
    zx_handle_t timer = make(0);
    zx_handle_t fewer = without_rights(timer, ZX_RIGHT_WAIT);
    EXPECT_OK(zx_timer_set(fewer, 0, 0));
    EXPECT_STATUS(zx_object_wait_one(fewer, ZX_TIMER_SIGNALED, 0, NULL), ZX_ERR_ACCESS_DENIED);
    wait_fired(timer);
    close_handle(fewer);
    close_handle(timer);
}

// --- many ---

enum { TIMERS = 500 };

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

// Different places in [0, count), in an order that looks random.
static void shuffle(int *places, int count, uint32_t seed) {
    for (int i = 0; i < count; i++) {
        places[i] = i;
    }
    for (int i = count - 1; i > 0; i--) {
        int k = (int)(next_random(&seed) % (uint32_t)(i + 1)), kept = places[i];
        places[i] = places[k];
        places[k] = kept;
    }
}

// Sets many timers in a random order, the first to go off after `lead`. False if that was too soon
// for a slow machine: the order of deadlines that have passed says nothing.
static bool fire_in_order(uint32_t seed, zx_duration_t lead) {
    static zx_handle_t timers[TIMERS];
    int places[TIMERS];
    zx_handle_t port = new_port();
    shuffle(places, TIMERS, seed);
    for (int i = 0; i < TIMERS; i++) {
        timers[i] = make(0);
        EXPECT_OK(zx_object_wait_async(timers[i], port, (uint64_t)places[i], ZX_TIMER_SIGNALED, 0));
    }
    zx_time_t base = zx_deadline_after(lead);
    for (int i = 0; i < TIMERS; i++) {
        set(timers[i], base + places[i] * 20000);
    }
    bool in_time = zx_clock_get_monotonic() < base;
    for (uint64_t i = 0; in_time && i < TIMERS; i++) {
        zx_port_packet_t packet;
        EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE, &packet));
        EXPECT_EQ(packet.key, i);
        EXPECT(zx_clock_get_monotonic() >= base + (zx_time_t)i * 20000);
    }
    EXPECT_OK(zx_handle_close_many(timers, TIMERS));
    close_handle(port);
    return in_time;
}

TEST(timer_set, fires_many_timers_in_the_order_of_their_deadlines) {
    for (uint32_t seed = 1; seed <= 3; seed++) {
        zx_duration_t lead = 10 * MILLISECOND;
        while (!fire_in_order(seed, lead)) {
            lead *= 2;
        }
    }
}

TEST(timer_set, keeps_many_timers_apart_while_they_are_set_and_cancelled_at_random) {
    static zx_handle_t timers[TIMERS];
    static zx_time_t deadlines[TIMERS]; // 0: not set
    uint32_t random = 7;
    for (int i = 0; i < TIMERS; i++) {
        timers[i] = make((uint32_t)i % 3);
    }
    for (int step = 0; step < 20000; step++) {
        uint32_t which = next_random(&random) % TIMERS;
        switch (next_random(&random) % 4) {
        case 0:
            EXPECT_OK(zx_timer_cancel(timers[which]));
            deadlines[which] = 0;
            EXPECT(!has_fired(timers[which]));
            break;
        case 1:
            deadlines[which] = zx_deadline_after(next_random(&random) % 2000000);
            set(timers[which], deadlines[which]);
            break;
        case 2:
            deadlines[which] = far - next_random(&random) % 1000;
            set(timers[which], deadlines[which]);
            EXPECT(!has_fired(timers[which]));
            break;
        default:
            if (has_fired(timers[which])) {
                EXPECT(deadlines[which] != 0);
                EXPECT(zx_clock_get_monotonic() >= deadlines[which]);
            }
        }
    }
    for (int i = 0; i < TIMERS; i++) {
        if (deadlines[i] != 0 && deadlines[i] < far - 1000) {
            wait_fired(timers[i]);
        } else {
            EXPECT(!has_fired(timers[i]));
        }
    }
    EXPECT_OK(zx_handle_close_many(timers, TIMERS));
}

TEST(timer_set, to_a_nearer_deadline_does_not_wait_for_a_farther_one) {
    zx_handle_t timers[20];
    for (int i = 0; i < 20; i++) {
        timers[i] = make(0);
        set_after(timers[i], (zx_duration_t)(1000 - i * 40) * 1000 * MILLISECOND);
    }
    zx_handle_t near = make(0);
    for (int i = 0; i < 50; i++) {
        set_after(near, 100000);
        wait_fired(near);
    }
    for (int i = 0; i < 20; i++) {
        EXPECT(!has_fired(timers[i]));
    }
    close_handle(near);
    EXPECT_OK(zx_handle_close_many(timers, 20));
}

static _Atomic bool stop;

static int set_and_cancel(void *argument) {
    zx_handle_t *timers = argument;
    uint32_t random = (uint32_t)(uintptr_t)&random;
    int fired = 0;
    while (!stop) {
        zx_handle_t timer = timers[next_random(&random) % 8];
        zx_status_t status =
            next_random(&random) % 3 == 0
                ? zx_timer_cancel(timer)
                : zx_timer_set(timer, zx_deadline_after(next_random(&random) % 90000),
                               next_random(&random) % 1000);
        if (status != ZX_OK) {
            return status;
        }
        fired +=
            zx_object_wait_one(timer, ZX_TIMER_SIGNALED, zx_deadline_after(30000), NULL) == ZX_OK;
    }
    return fired > 0 ? ZX_OK : ZX_ERR_TIMED_OUT;
}

TEST(timer_set, may_be_used_by_many_threads_while_timers_fire) {
    zx_handle_t timers[8];
    struct test_thread threads[4];
    for (uint32_t i = 0; i < 8; i++) {
        timers[i] = make(i % 3);
    }
    stop = false;
    for (int i = 0; i < 4; i++) {
        start_thread(&threads[i], set_and_cancel, timers);
    }
    zx_nanosleep(zx_deadline_after(300 * MILLISECOND));
    stop = true;
    for (int i = 0; i < 4; i++) {
        EXPECT_OK(finish_thread(&threads[i]));
    }
    for (int i = 0; i < 8; i++) {
        EXPECT_OK(zx_timer_cancel(timers[i]));
        EXPECT(!has_fired(timers[i]));
    }
    EXPECT_OK(zx_handle_close_many(timers, 8));
}

TEST(timer_set, repeats_by_setting_itself_from_its_packet) {
    zx_handle_t timer = make(ZX_TIMER_SLACK_LATE), port = new_port();
    zx_time_t deadline = zx_deadline_after(100000);
    EXPECT_OK(zx_timer_set(timer, deadline, 10000));
    for (int i = 0; i < 100; i++) {
        zx_port_packet_t packet;
        EXPECT_OK(zx_object_wait_async(timer, port, 1, ZX_TIMER_SIGNALED, 0));
        EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE, &packet));
        EXPECT(zx_clock_get_monotonic() >= deadline);
        deadline += 100000;
        EXPECT_OK(zx_timer_set(timer, deadline, 10000));
    }
    close_handle(timer);
    close_handle(port);
}
