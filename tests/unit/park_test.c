// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/park.h"

#include <linux/futex.h>
#include <signal.h>

#include "host/clock.h"
#include "host/linux.h"
#include "unit.h"

enum { MILLISECOND = 1000000, ROUNDS = UNIT_IS_SANITIZED ? 3000 : 20000 };

static enum park_result park_here(struct thread *self, zx_time_t deadline) {
    return park(self, deadline, ZX_THREAD_STATE_BLOCKED_SLEEPING);
}

static void a_wake_before_the_park_counts_once(void **state) {
    (void)state;
    struct thread *self = unit_self();
    park_wake(self);
    park_wake(self);
    assert_int_equal(park_here(self, ZX_TIME_INFINITE), PARK_WOKEN);
    assert_int_equal(park_here(self, clock_monotonic() + MILLISECOND), PARK_TIMED_OUT);
}

static void a_deadline_in_the_past_returns_at_once(void **state) {
    (void)state;
    struct thread *self = unit_self();
    assert_int_equal(park_here(self, 0), PARK_TIMED_OUT);
    assert_int_equal(park_here(self, -1), PARK_TIMED_OUT);
    assert_int_equal(park_here(self, INT64_MIN), PARK_TIMED_OUT);
    assert_int_equal(park_here(self, 1), PARK_TIMED_OUT);
    park_wake(self);
    assert_int_equal(park_here(self, 0), PARK_WOKEN); // a wake goes before the deadline
}

static void it_sleeps_until_the_deadline(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_time_t deadline = clock_monotonic() + 20 * MILLISECOND;
    assert_int_equal(park_here(self, deadline), PARK_TIMED_OUT);
    assert_true(clock_monotonic() >= deadline);
}

// --- woken by another thread ---

struct sleeper {
    struct unit_thread thread;
    zx_time_t deadline;
    _Atomic int result; // enum park_result, -1 while it sleeps
};

static void sleep_once(struct thread *self, void *argument) {
    struct sleeper *sleeper = argument;
    atomic_store(&sleeper->result, (int)park_here(self, sleeper->deadline));
}

static void start_sleeper(struct sleeper *sleeper, zx_time_t deadline) {
    sleeper->deadline = deadline;
    atomic_store(&sleeper->result, -1);
    unit_start(&sleeper->thread, sleep_once, sleeper);
    unit_wait_until_parked(&sleeper->thread);
}

static void a_sleeper_is_woken(void **state) {
    (void)state;
    const zx_time_t deadlines[] = {ZX_TIME_INFINITE, ZX_TIME_INFINITE - 1,
                                   clock_monotonic() + (zx_time_t)3600 * 1000 * MILLISECOND};
    for (int i = 0; i < 3; i++) {
        struct sleeper sleeper;
        start_sleeper(&sleeper, deadlines[i]);
        park_wake(atomic_load(&sleeper.thread.self));
        unit_join(&sleeper.thread);
        assert_int_equal(atomic_load(&sleeper.result), PARK_WOKEN);
    }
}

static void others_see_why_it_sleeps(void **state) {
    (void)state;
    struct sleeper sleeper;
    start_sleeper(&sleeper, ZX_TIME_INFINITE);
    struct thread *thread = atomic_load(&sleeper.thread.self);
    assert_int_equal(atomic_load(&thread->blocked), ZX_THREAD_STATE_BLOCKED_SLEEPING);
    park_wake(thread);
    unit_join(&sleeper.thread);
    assert_int_equal(atomic_load(&thread->blocked), 0);
}

static void handle_nothing(int number) {
    (void)number;
}

static void only_a_wake_ends_the_sleep(void **state) {
    (void)state;
    struct sigaction action = {.sa_handler = handle_nothing}, old;
    sigaction(SIGUSR1, &action, &old);
    struct sleeper sleeper;
    start_sleeper(&sleeper, ZX_TIME_INFINITE);
    struct thread *thread = atomic_load(&sleeper.thread.self);
    for (int i = 0; i < 20; i++) {
        // A futex wake without a token, and a signal: Linux ends the sleep, park must not.
        linux_call(SYS_futex, &thread->park, FUTEX_WAKE_PRIVATE, 1);
        pthread_kill(sleeper.thread.id, SIGUSR1);
        unit_sleep(MILLISECOND);
        assert_int_equal(atomic_load(&sleeper.result), -1);
    }
    unit_wait_until_parked(&sleeper.thread);
    park_wake(thread);
    unit_join(&sleeper.thread);
    assert_int_equal(atomic_load(&sleeper.result), PARK_WOKEN);
    sigaction(SIGUSR1, &old, NULL);
}

// --- interrupted ---

static void pending_work_ends_a_park_at_once(void **state) {
    (void)state;
    struct thread *self = unit_self();
    const uint32_t flags[] = {THREAD_PENDING_KILL, THREAD_PENDING_SUSPEND};
    for (int i = 0; i < 2; i++) {
        atomic_store(&self->pending, flags[i]);
        assert_int_equal(park_here(self, ZX_TIME_INFINITE), PARK_INTERRUPTED);
        assert_int_equal(park_here(self, 0), PARK_INTERRUPTED);
        park_wake(self);
        assert_int_equal(park_here(self, ZX_TIME_INFINITE), PARK_INTERRUPTED);
        atomic_store(&self->pending, 0);
        assert_int_equal(park_here(self, 0), PARK_TIMED_OUT); // and no token is left
    }
}

static void pending_work_and_a_wake_end_a_sleep(void **state) {
    (void)state;
    const uint32_t flags[] = {THREAD_PENDING_KILL, THREAD_PENDING_SUSPEND};
    for (int i = 0; i < 2; i++) {
        struct sleeper sleeper;
        start_sleeper(&sleeper, ZX_TIME_INFINITE);
        struct thread *thread = atomic_load(&sleeper.thread.self);
        atomic_fetch_or(&thread->pending, flags[i]);
        park_wake(thread);
        unit_join(&sleeper.thread);
        assert_int_equal(atomic_load(&sleeper.result), PARK_INTERRUPTED);
    }
}

// --- no wake is lost ---

static struct {
    _Atomic(struct thread *) players[2];
    _Atomic uint32_t turn;
} table;

static void play(struct thread *self, void *argument) {
    uint32_t me = argument != NULL;
    atomic_store(&table.players[me], self);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint32_t turn;
        while ((turn = atomic_load(&table.turn)) % 2 != me) {
            unit_check(park_here(self, ZX_TIME_INFINITE) == PARK_WOKEN);
        }
        atomic_store(&table.turn, turn + 1);
        struct thread *other = atomic_load(&table.players[1 - me]);
        if (other != NULL) { // else it has not begun, and looks at the turn first
            park_wake(other);
        }
    }
}

static void two_threads_wake_each_other_for_ever(void **state) {
    (void)state;
    struct unit_thread threads[2];
    unit_start(&threads[0], play, NULL);
    unit_start(&threads[1], play, &table);
    unit_join(&threads[0]);
    unit_join(&threads[1]);
    assert_int_equal(atomic_load(&table.turn), 2 * ROUNDS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT_TEST(a_wake_before_the_park_counts_once),
        UNIT_TEST(a_deadline_in_the_past_returns_at_once),
        UNIT_TEST(it_sleeps_until_the_deadline),
        UNIT_TEST(a_sleeper_is_woken),
        UNIT_TEST(others_see_why_it_sleeps),
        UNIT_TEST(only_a_wake_ends_the_sleep),
        UNIT_TEST(pending_work_ends_a_park_at_once),
        UNIT_TEST(pending_work_and_a_wake_end_a_sleep),
        UNIT_TEST(two_threads_wake_each_other_for_ever),
    };
    return cmocka_run_group_tests_name("park", tests, NULL, NULL);
}
