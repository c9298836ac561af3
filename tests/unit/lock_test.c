// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/lock.h"

#include <signal.h>

#include "host/park.h"
#include "unit.h"

enum { THREADS = 4, MUTEX_FREE = 0 };

static struct mutex outer, inner;

static void set_up_mutexes(void) {
    mutex_init(&outer, RANK_OBJECT);
    mutex_init(&inner, RANK_PORT);
}

// --- holding ---

static struct {
    struct mutex lock;
    uint64_t count; // plain: the mutex alone keeps it whole
    uint32_t rounds;
} counter;

static void count_up(struct thread *self, void *argument) {
    (void)argument;
    for (uint32_t i = 0; i < counter.rounds; i++) {
        mutex_lock(self, &counter.lock);
        uint64_t before = counter.count;
        __asm__ volatile("" ::: "memory");
        counter.count = before + 1;
        mutex_unlock(self, &counter.lock);
    }
}

static void one_thread_at_a_time(void **state) {
    (void)state;
    counter.rounds = UNIT_IS_SANITIZED ? 20000 : 200000;
    mutex_init(&counter.lock, RANK_OBJECT);
    struct unit_thread threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        unit_start(&threads[i], count_up, NULL);
    }
    for (int i = 0; i < THREADS; i++) {
        unit_join(&threads[i]);
    }
    assert_int_equal(counter.count, (uint64_t)THREADS * counter.rounds);
    assert_int_equal(atomic_load(&counter.lock.state), MUTEX_FREE);
}

static _Atomic int entered;

static void enter_once(struct thread *self, void *argument) {
    mutex_lock(self, argument);
    atomic_fetch_add(&entered, 1);
    mutex_unlock(self, argument);
}

static void sleepers_wait_and_all_get_in(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct unit_thread threads[THREADS];
    set_up_mutexes();
    mutex_lock(self, &outer);
    for (int i = 0; i < THREADS; i++) {
        unit_start(&threads[i], enter_once, &outer);
    }
    unit_wait_until_contended(&outer);
    unit_sleep(20000000);
    assert_int_equal(atomic_load(&entered), 0);
    mutex_unlock(self, &outer);
    for (int i = 0; i < THREADS; i++) {
        unit_join(&threads[i]);
    }
    assert_int_equal(atomic_load(&entered), THREADS);
    assert_int_equal(atomic_load(&outer.state), MUTEX_FREE);
}

static void a_cell_used_again_may_have_its_lock_held(void **state) {
    (void)state;
    struct thread *self = unit_self();
    set_up_mutexes();
    mutex_lock(self, &outer);
    mutex_init(&outer, RANK_OBJECT); // the next object in the cell
    assert_int_not_equal(atomic_load(&outer.state), MUTEX_FREE);
    mutex_unlock(self, &outer);
    assert_int_equal(atomic_load(&outer.state), MUTEX_FREE);
}

static void depth_counts_what_is_held(void **state) {
    (void)state;
    struct thread *self = unit_self();
    set_up_mutexes();
    assert_int_equal(self->lock_depth, 0);
    mutex_lock(self, &outer);
    mutex_lock(self, &inner);
    assert_int_equal(self->lock_depth, 2);
    assert_ptr_equal(self->locks[0], &outer);
    assert_ptr_equal(self->locks[1], &inner);
    mutex_unlock(self, &inner);
    assert_int_equal(self->lock_depth, 1);
    mutex_unlock(self, &outer);
    assert_int_equal(self->lock_depth, 0);
}

// --- wake-ups ---

enum { PARK_RUNNING = 0, PARK_TOKEN = 1 };

static void wakes_wait_for_the_outermost_unlock(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct thread other = {.park = PARK_RUNNING};
    set_up_mutexes();
    mutex_lock(self, &outer);
    mutex_lock(self, &inner);
    park_wake_later(self, &other);
    mutex_unlock(self, &inner);
    assert_int_equal(atomic_load(&other.park), PARK_RUNNING);
    mutex_unlock(self, &outer);
    assert_int_equal(atomic_load(&other.park), PARK_TOKEN);
    assert_int_equal(self->wake_count, 0);
}

static void without_a_lock_a_wake_is_at_once(void **state) {
    (void)state;
    struct thread other = {.park = PARK_RUNNING};
    park_wake_later(unit_self(), &other);
    assert_int_equal(atomic_load(&other.park), PARK_TOKEN);
}

static void more_wakes_than_there_is_room_for_are_not_lost(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static struct thread others[THREAD_WAKES_MAX + 3];
    set_up_mutexes();
    mutex_lock(self, &outer);
    for (int i = 0; i < THREAD_WAKES_MAX + 3; i++) {
        park_wake_later(self, &others[i]);
    }
    for (int i = 0; i < THREAD_WAKES_MAX; i++) {
        assert_int_equal(atomic_load(&others[i].park), PARK_RUNNING);
    }
    mutex_unlock(self, &outer);
    for (int i = 0; i < THREAD_WAKES_MAX + 3; i++) {
        assert_int_equal(atomic_load(&others[i].park), PARK_TOKEN);
    }
}

// --- order, which only the debug build checks ---

#ifdef LIBZIRCON_DEBUG

// The child's kernel memory is wiped, so these have a descriptor of their own.
static struct thread child_self;
static struct mutex same, unset;

static void upward(void *argument) {
    (void)argument;
    mutex_lock(&child_self, &outer);
    mutex_lock(&child_self, &inner);
    mutex_unlock(&child_self, &inner);
    mutex_unlock(&child_self, &outer);
}

static void downward(void *argument) {
    (void)argument;
    mutex_lock(&child_self, &inner);
    mutex_lock(&child_self, &outer);
}

static void sideways(void *argument) {
    (void)argument;
    mutex_lock(&child_self, &inner);
    mutex_lock(&child_self, &same);
}

static void twice(void *argument) {
    (void)argument;
    mutex_lock(&child_self, &inner);
    mutex_lock(&child_self, &inner);
}

static void not_set_up(void *argument) {
    (void)argument;
    mutex_lock(&child_self, &unset);
}

static void crossed(void *argument) {
    (void)argument;
    mutex_lock(&child_self, &outer);
    mutex_lock(&child_self, &inner);
    mutex_unlock(&child_self, &outer);
}

static void not_held(void *argument) {
    (void)argument;
    mutex_unlock(&child_self, &outer);
}

static void parked_with_a_lock(void *argument) {
    (void)argument;
    mutex_lock(&child_self, &outer);
    park(&child_self, 0, ZX_THREAD_STATE_BLOCKED_SLEEPING);
}

static void a_wrong_order_is_caught(void **state) {
    (void)state;
    set_up_mutexes();
    mutex_init(&same, RANK_PORT);
    assert_int_equal(unit_fatal_signal(upward, NULL), 0);
    assert_int_equal(unit_fatal_signal(downward, NULL), SIGILL);
    assert_int_equal(unit_fatal_signal(sideways, NULL), SIGILL);
    assert_int_equal(unit_fatal_signal(twice, NULL), SIGILL);
    assert_int_equal(unit_fatal_signal(not_set_up, NULL), SIGILL);
    assert_int_equal(unit_fatal_signal(crossed, NULL), SIGILL);
    assert_int_equal(unit_fatal_signal(not_held, NULL), SIGILL);
    assert_int_equal(unit_fatal_signal(parked_with_a_lock, NULL), SIGILL);
}

#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT_TEST(one_thread_at_a_time),
        UNIT_TEST(sleepers_wait_and_all_get_in),
        UNIT_TEST(a_cell_used_again_may_have_its_lock_held),
        UNIT_TEST(depth_counts_what_is_held),
        UNIT_TEST(wakes_wait_for_the_outermost_unlock),
        UNIT_TEST(without_a_lock_a_wake_is_at_once),
        UNIT_TEST(more_wakes_than_there_is_room_for_are_not_lost),
#ifdef LIBZIRCON_DEBUG
        UNIT_TEST(a_wrong_order_is_caught),
#endif
    };
    return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
