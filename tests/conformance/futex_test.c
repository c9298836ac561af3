// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MILLISECOND = 1000000 };

static zx_futex_t futex, another;

// --- threads that wait ---

static _Atomic int places; // given out to those that came back from their wait
static _Atomic int woken;  // that have got theirs

struct waiter {
    struct test_thread thread;
    zx_futex_t *futex;
    zx_futex_t value;
    zx_handle_t owner;
    zx_time_t deadline;
    zx_handle_t hold;  // an event that keeps the thread alive after its wait
    _Atomic int place; // in the order of those that came back, from 1
};

static int wait_here(void *argument) {
    struct waiter *waiter = argument;
    zx_status_t status =
        zx_futex_wait(waiter->futex, waiter->value, waiter->owner, waiter->deadline);
    waiter->place = ++places;
    woken++;
    if (waiter->hold != ZX_HANDLE_INVALID) {
        zx_object_wait_one(waiter->hold, ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, NULL);
    }
    return status;
}

static bool is_waiting(const struct waiter *waiter) {
    zx_info_thread_t info;
    EXPECT_OK(zx_object_get_info(handle_of_thread(&waiter->thread), ZX_INFO_THREAD, &info,
                                 sizeof(info), NULL, NULL));
    return info.state == ZX_THREAD_STATE_BLOCKED_FUTEX;
}

// Starts a thread that waits, for ever unless the deadline is given, and returns once it does.
static void begin(struct waiter *waiter, zx_futex_t *at, zx_handle_t owner, zx_handle_t hold) {
    *waiter = (struct waiter){
        .futex = at, .value = *at, .owner = owner, .deadline = ZX_TIME_INFINITE, .hold = hold};
    start_thread(&waiter->thread, wait_here, waiter);
    while (!is_waiting(waiter)) {
        zx_nanosleep(zx_deadline_after(50000));
    }
}

static void begin_many(struct waiter *waiters, int count, zx_futex_t *at) {
    for (int i = 0; i < count; i++) {
        begin(&waiters[i], at, ZX_HANDLE_INVALID, ZX_HANDLE_INVALID);
    }
}

static void await_woken(int count) {
    while (woken < count) {
        zx_nanosleep(zx_deadline_after(50000));
    }
    EXPECT_EQ(woken, count);
}

static void finish(struct waiter *waiter) {
    EXPECT_OK(finish_thread(&waiter->thread));
}

static zx_koid_t owner_of(const zx_futex_t *at) {
    zx_koid_t koid = 0x5555;
    EXPECT_OK(zx_futex_get_owner(at, &koid));
    return koid;
}

static zx_koid_t koid_of_waiter(const struct waiter *waiter) {
    return koid_of(handle_of_thread(&waiter->thread));
}

static zx_handle_t new_event(void) {
    zx_handle_t event;
    EXPECT_OK(zx_event_create(0, &event));
    return event;
}

static void release(zx_handle_t hold) {
    EXPECT_OK(zx_object_signal(hold, 0, ZX_EVENT_SIGNALED));
}

// Waits for nobody, for the status alone.
static zx_status_t wait_status(const zx_futex_t *at, zx_futex_t value, zx_handle_t owner) {
    return zx_futex_wait(at, value, owner, 0);
}

// --- futex_wait ---

TEST(futex_wait, ends_when_another_thread_wakes) {
    struct waiter waiter;
    begin(&waiter, &futex, ZX_HANDLE_INVALID, ZX_HANDLE_INVALID);
    EXPECT_EQ(woken, 0);
    EXPECT_OK(zx_futex_wake(&futex, 1));
    finish(&waiter);
}

TEST(futex_wait, does_not_wait_if_the_number_differs) {
    static const zx_futex_t numbers[] = {0, 1, -1, INT32_MAX, INT32_MIN, 0x01000000};
    for (int i = 0; i < 6; i++) {
        for (int k = 0; k < 6; k++) {
            futex = numbers[i];
            EXPECT_STATUS(wait_status(&futex, numbers[k], ZX_HANDLE_INVALID),
                          i == k ? ZX_ERR_TIMED_OUT : ZX_ERR_BAD_STATE);
        }
    }
}

TEST(futex_wait, ends_at_its_deadline_and_not_before) {
    static const zx_time_t past[] = {0, 1, -1, ZX_TIME_INFINITE_PAST};
    for (int i = 0; i < 4; i++) {
        EXPECT_STATUS(zx_futex_wait(&futex, 0, ZX_HANDLE_INVALID, past[i]), ZX_ERR_TIMED_OUT);
    }
    for (int i = 0; i < 10; i++) {
        zx_time_t deadline = zx_deadline_after(i * 300000);
        EXPECT_STATUS(zx_futex_wait(&futex, 0, ZX_HANDLE_INVALID, deadline), ZX_ERR_TIMED_OUT);
        EXPECT(zx_clock_get_monotonic() >= deadline);
    }
}

TEST(futex_wait, compares_even_when_its_deadline_has_passed) {
    EXPECT_STATUS(zx_futex_wait(&futex, 1, ZX_HANDLE_INVALID, ZX_TIME_INFINITE_PAST),
                  ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_futex_wait(bad_page(), 0, ZX_HANDLE_INVALID, 0), ZX_ERR_INVALID_ARGS);
}

TEST(futex_wait, refuses_addresses_that_are_null_or_no_multiple_of_4) {
    _Alignas(8) char bytes[16] = {0};
    for (uintptr_t i = 0; i < 8; i++) {
        EXPECT_STATUS(wait_status((zx_futex_t *)(void *)(bytes + i), 0, ZX_HANDLE_INVALID),
                      i % 4 == 0 ? ZX_ERR_TIMED_OUT : ZX_ERR_INVALID_ARGS);
        // Before anything else is looked at.
        EXPECT_STATUS(wait_status((zx_futex_t *)(void *)(bytes + i), 1, ZX_HANDLE_INVALID),
                      i % 4 == 0 ? ZX_ERR_BAD_STATE : ZX_ERR_INVALID_ARGS);
    }
    for (uintptr_t address = 0; address < 4; address++) {
        EXPECT_STATUS(wait_status((zx_futex_t *)address, 0, ZX_HANDLE_INVALID),
                      ZX_ERR_INVALID_ARGS);
    }
}

TEST(futex_wait, refuses_memory_that_cannot_be_read) {
    static const uintptr_t addresses[] = {4, 0x0000900000000000, 0xffff800000000000,
                                          UINTPTR_MAX - 3};
    EXPECT_STATUS(wait_status(bad_page(), 0, ZX_HANDLE_INVALID), ZX_ERR_INVALID_ARGS);
    // That comes before the owner.
    EXPECT_STATUS(wait_status(bad_page(), 0, zx_process_self()), ZX_ERR_INVALID_ARGS);
    for (int i = 0; i < 4; i++) {
        EXPECT_STATUS(wait_status((zx_futex_t *)addresses[i], 0, ZX_HANDLE_INVALID),
                      ZX_ERR_INVALID_ARGS);
    }
    zx_futex_t *beyond = end_of_page(0);
    EXPECT_STATUS(wait_status(beyond, 0, ZX_HANDLE_INVALID), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(wait_status(beyond - 1, 0, ZX_HANDLE_INVALID), ZX_ERR_TIMED_OUT);
}

static void wait_and_wake_at(zx_futex_t *at) {
    struct waiter waiter;
    begin(&waiter, at, ZX_HANDLE_INVALID, ZX_HANDLE_INVALID);
    EXPECT_OK(zx_futex_wake(at, UINT32_MAX));
    finish(&waiter);
}

TEST(futex_wait, works_on_any_memory) {
    zx_futex_t on_stack = 3;
    wait_and_wake_at(&on_stack);
    zx_futex_t *on_heap = malloc(sizeof(*on_heap));
    *on_heap = 4;
    wait_and_wake_at(on_heap);
    free(on_heap);
    wait_and_wake_at(read_only_page()); // it is only read
    zx_futex_t value = 9;
    wait_and_wake_at(read_only_copy(&value, sizeof(value)));
    int file = memfd_create("futex", 0);
    EXPECT_EQ(ftruncate(file, 8192), 0);
    zx_futex_t *shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    zx_futex_t *private = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    close(file);
    wait_and_wake_at(shared + 1024);
    wait_and_wake_at(private);
    EXPECT_EQ(munmap(shared, 8192), 0);
    EXPECT_EQ(munmap(private, 8192), 0);
}

TEST(futex_wait, goes_by_the_address_and_not_by_what_lies_there) {
    int file = memfd_create("futex", 0);
    EXPECT_EQ(ftruncate(file, 4096), 0);
    zx_futex_t *one = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    zx_futex_t *same = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    struct waiter waiter;
    begin(&waiter, one, ZX_HANDLE_INVALID, ZX_HANDLE_INVALID);
    EXPECT_OK(zx_futex_wake(same, UINT32_MAX));
    EXPECT(is_waiting(&waiter));
    EXPECT_OK(zx_futex_wake(one, UINT32_MAX));
    finish(&waiter);
    EXPECT_EQ(munmap(one, 4096), 0);
    EXPECT_EQ(munmap(same, 4096), 0);
}

TEST(futex_wait, goes_on_though_the_memory_is_gone) {
    zx_futex_t *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct waiter waiter;
    begin(&waiter, at, ZX_HANDLE_INVALID, ZX_HANDLE_INVALID);
    EXPECT_EQ(munmap(at, 4096), 0);
    EXPECT(is_waiting(&waiter));
    EXPECT_OK(zx_futex_wake(at, 1)); // the number is not read
    finish(&waiter);
}

TEST(futex_wait, is_not_ended_by_a_change_of_the_number) {
    struct waiter waiter;
    begin(&waiter, &futex, ZX_HANDLE_INVALID, ZX_HANDLE_INVALID);
    futex = 1;
    zx_nanosleep(zx_deadline_after(MILLISECOND));
    EXPECT(is_waiting(&waiter));
    EXPECT_OK(zx_futex_wake(&futex, 1));
    finish(&waiter);
}

static _Atomic int signals;

static void count_signal(int number) {
    (void)number;
    signals++;
}

TEST(futex_wait, goes_on_after_a_signal) {
    struct sigaction action = {.sa_handler = count_signal}, before;
    EXPECT_EQ(sigaction(SIGUSR1, &action, &before), 0);
    struct waiter waiter;
    signals = 0;
    begin(&waiter, &futex, ZX_HANDLE_INVALID, ZX_HANDLE_INVALID);
    for (int i = 1; i <= 5; i++) {
        EXPECT_EQ(pthread_kill((pthread_t)waiter.thread.id, SIGUSR1), 0);
        while (signals < i) {
            zx_nanosleep(zx_deadline_after(50000));
        }
    }
    EXPECT_EQ(woken, 0);
    EXPECT_OK(zx_futex_wake(&futex, 1));
    finish(&waiter);
    EXPECT_EQ(sigaction(SIGUSR1, &before, NULL), 0);
}

TEST(futex_wait, needs_no_memory) {
    struct waiter waiters[2];
    begin_many(waiters, 2, &futex);
    libzircon_fail_allocation(1);
    EXPECT_STATUS(wait_status(&another, 0, ZX_HANDLE_INVALID), ZX_ERR_TIMED_OUT);
    EXPECT_STATUS(wait_status(&futex, 0, handle_of_thread(&waiters[0].thread)),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_futex_requeue(&futex, 1, 0, &another, 1, ZX_HANDLE_INVALID));
    EXPECT_OK(zx_futex_wake(&another, 1));
    libzircon_fail_allocation(0);
    finish(&waiters[0]);
    finish(&waiters[1]);
}

// --- futex_wake ---

TEST(futex_wake, wakes_in_the_order_in_which_the_threads_came) {
    enum { COUNT = 8 };
    struct waiter waiters[COUNT];
    begin_many(waiters, COUNT, &futex);
    for (int i = 0; i < COUNT; i++) {
        EXPECT_OK(zx_futex_wake(&futex, 1));
        await_woken(i + 1);
        EXPECT_EQ(waiters[i].place, i + 1);
        finish(&waiters[i]);
    }
}

TEST(futex_wake, wakes_as_many_as_asked_for_and_no_more) {
    static const uint32_t counts[] = {0, 1, 2, 4, 5, 6, 1000, UINT32_MAX};
    for (int i = 0; i < 8; i++) {
        struct waiter waiters[5];
        int expected = counts[i] < 5 ? (int)counts[i] : 5;
        places = woken = 0;
        begin_many(waiters, 5, &futex);
        EXPECT_OK(zx_futex_wake(&futex, counts[i]));
        await_woken(expected);
        for (int k = expected; k < 5; k++) {
            EXPECT(is_waiting(&waiters[k]));
        }
        EXPECT_OK(zx_futex_wake(&futex, UINT32_MAX));
        for (int k = 0; k < 5; k++) {
            finish(&waiters[k]);
        }
    }
}

TEST(futex_wake, leaves_other_futexes_alone) {
    zx_futex_t many[64] = {0};
    struct waiter waiters[3];
    begin(&waiters[0], &many[10], ZX_HANDLE_INVALID, ZX_HANDLE_INVALID);
    begin(&waiters[1], &many[11], ZX_HANDLE_INVALID, ZX_HANDLE_INVALID);
    begin(&waiters[2], &many[40], ZX_HANDLE_INVALID, ZX_HANDLE_INVALID);
    for (int i = 0; i < 64; i++) {
        if (i != 10 && i != 11 && i != 40) {
            EXPECT_OK(zx_futex_wake(&many[i], UINT32_MAX));
        }
    }
    EXPECT_EQ(woken, 0);
    EXPECT_OK(zx_futex_wake(&many[11], UINT32_MAX));
    finish(&waiters[1]);
    EXPECT(is_waiting(&waiters[0]) && is_waiting(&waiters[2]));
    EXPECT_OK(zx_futex_wake(&many[10], 1));
    EXPECT_OK(zx_futex_wake(&many[40], 1));
    finish(&waiters[0]);
    finish(&waiters[2]);
}

TEST(futex_wake, is_not_kept_for_those_who_come_later) {
    EXPECT_OK(zx_futex_wake(&futex, 5));
    EXPECT_STATUS(wait_status(&futex, 0, ZX_HANDLE_INVALID), ZX_ERR_TIMED_OUT);
    struct waiter waiter;
    begin(&waiter, &futex, ZX_HANDLE_INVALID, ZX_HANDLE_INVALID);
    EXPECT_OK(zx_futex_wake(&futex, 5));
    finish(&waiter);
    EXPECT_STATUS(wait_status(&futex, 0, ZX_HANDLE_INVALID), ZX_ERR_TIMED_OUT);
}

TEST(futex_wake, passes_over_those_whose_deadline_has_come) {
    struct waiter first = {.futex = &futex, .deadline = zx_deadline_after(3 * MILLISECOND)}, second;
    start_thread(&first.thread, wait_here, &first);
    begin(&second, &futex, ZX_HANDLE_INVALID, ZX_HANDLE_INVALID);
    EXPECT_STATUS(finish_thread(&first.thread), ZX_ERR_TIMED_OUT);
    EXPECT_OK(zx_futex_wake(&futex, 1));
    finish(&second);
}

TEST(futex_wake, asks_for_nothing_but_an_aligned_address) {
    EXPECT_OK(zx_futex_wake(bad_page(), 1));
    EXPECT_OK(zx_futex_wake((zx_futex_t *)4, 1));
    EXPECT_OK(zx_futex_wake((zx_futex_t *)0x0000900000000000, 1));
    EXPECT_OK(zx_futex_wake((zx_futex_t *)0xffff800000000000, 1));
    for (uintptr_t i = 1; i < 4; i++) {
        EXPECT_STATUS(zx_futex_wake((void *)((char *)&futex + i), 1), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_futex_wake((zx_futex_t *)i, 0), ZX_ERR_INVALID_ARGS);
    }
    EXPECT_STATUS(zx_futex_wake(NULL, 1), ZX_ERR_INVALID_ARGS);
}

// --- owners ---

TEST(futex_wait, makes_the_thread_that_it_names_the_owner) {
    struct idle_thread idle;
    struct waiter waiters[3];
    start_idle_thread(&idle);
    zx_handle_t owner = handle_of_thread(&idle.thread);
    EXPECT_EQ(owner_of(&futex), ZX_KOID_INVALID);
    begin(&waiters[0], &futex, owner, ZX_HANDLE_INVALID);
    EXPECT_EQ(owner_of(&futex), koid_of(owner));
    EXPECT_EQ(owner_of(&another), ZX_KOID_INVALID);
    begin(&waiters[1], &futex, ZX_HANDLE_INVALID, ZX_HANDLE_INVALID); // each wait replaces it
    EXPECT_EQ(owner_of(&futex), ZX_KOID_INVALID);
    begin(&waiters[2], &futex, zx_thread_self(), ZX_HANDLE_INVALID);
    EXPECT_EQ(owner_of(&futex), koid_of(zx_thread_self()));
    EXPECT_OK(zx_futex_wake(&futex, 1));
    EXPECT_EQ(owner_of(&futex), ZX_KOID_INVALID); // though two are waiting
    EXPECT_OK(zx_futex_wake(&futex, 2));
    for (int i = 0; i < 3; i++) {
        finish(&waiters[i]);
    }
    finish_idle_thread(&idle);
}

TEST(futex_wait, needs_no_right_for_the_owner) {
    struct idle_thread idle;
    struct waiter waiter;
    zx_handle_t bare;
    start_idle_thread(&idle);
    EXPECT_OK(zx_handle_duplicate(handle_of_thread(&idle.thread), ZX_RIGHT_NONE, &bare));
    begin(&waiter, &futex, bare, ZX_HANDLE_INVALID);
    close_handle(bare); // the owner does not go by the handle
    EXPECT_EQ(owner_of(&futex), koid_of(handle_of_thread(&idle.thread)));
    EXPECT_OK(zx_futex_wake(&futex, 1));
    finish(&waiter);
    finish_idle_thread(&idle);
}

TEST(futex_wait, leaves_the_owner_if_it_fails) {
    struct idle_thread idle;
    struct waiter waiter;
    start_idle_thread(&idle);
    zx_handle_t owner = handle_of_thread(&idle.thread), self = zx_thread_self();
    begin(&waiter, &futex, owner, ZX_HANDLE_INVALID);
    EXPECT_STATUS(wait_status(&futex, 1, ZX_HANDLE_INVALID), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(wait_status(&futex, 0, zx_process_self()), ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(wait_status(&futex, 0, self), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(wait_status(&futex, 0, handle_of_thread(&waiter.thread)), ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(owner_of(&futex), koid_of(owner));
    // A wait that only times out is no failure in this: it replaces the owner.
    EXPECT_STATUS(wait_status(&futex, 0, ZX_HANDLE_INVALID), ZX_ERR_TIMED_OUT);
    EXPECT_EQ(owner_of(&futex), ZX_KOID_INVALID);
    EXPECT_STATUS(wait_status(&futex, 0, owner), ZX_ERR_TIMED_OUT);
    EXPECT_EQ(owner_of(&futex), koid_of(owner));
    EXPECT_STATUS(zx_futex_wait(&futex, 0, owner, zx_deadline_after(MILLISECOND)),
                  ZX_ERR_TIMED_OUT);
    EXPECT_EQ(owner_of(&futex), koid_of(owner));
    EXPECT_OK(zx_futex_wake(&futex, 1));
    finish(&waiter);
    // Nobody waits: no owner.
    EXPECT_STATUS(wait_status(&futex, 0, owner), ZX_ERR_TIMED_OUT);
    EXPECT_EQ(owner_of(&futex), ZX_KOID_INVALID);
    finish_idle_thread(&idle);
}

TEST(futex_wait, forgets_the_owner_with_the_last_waiter) {
    struct idle_thread idle;
    start_idle_thread(&idle);
    zx_handle_t owner = handle_of_thread(&idle.thread);
    struct waiter waiter = {
        .futex = &futex, .owner = owner, .deadline = zx_deadline_after(5 * MILLISECOND)};
    start_thread(&waiter.thread, wait_here, &waiter);
    EXPECT_STATUS(finish_thread(&waiter.thread), ZX_ERR_TIMED_OUT);
    EXPECT_EQ(owner_of(&futex), ZX_KOID_INVALID);
    finish_idle_thread(&idle);
}

TEST(futex_wait, checks_the_number_then_the_owner) {
    zx_handle_t event = new_event();
    EXPECT_STATUS(wait_status(&futex, 1, event), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(wait_status(&futex, 1, zx_thread_self()), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(wait_status(&futex, 0, event), ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(wait_status(&futex, 0, zx_thread_self()), ZX_ERR_INVALID_ARGS);
    close_handle(event);
    EXPECT_STATUS(wait_status(&futex, 0, event), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(wait_status(&futex, 1, event), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(wait_status((void *)((char *)&futex + 1), 0, event), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(wait_status(bad_page(), 0, event), ZX_ERR_INVALID_ARGS);
}

static zx_status_t wait_with_owner(zx_handle_t handle) {
    // ZX_HANDLE_INVALID means no owner.
    return handle == ZX_HANDLE_INVALID ? ZX_ERR_BAD_HANDLE : wait_status(&futex, 0, handle);
}

TEST(futex_wait, checks_its_handle) {
    expect_bad_handle(wait_with_owner);
    expect_wrong_type(wait_with_owner, ZX_OBJ_TYPE_THREAD, ZX_OBJ_TYPE_THREAD);
}

TEST(futex_wait, refuses_an_owner_that_waits_on_the_futex_itself) {
    struct waiter waiter;
    begin(&waiter, &futex, ZX_HANDLE_INVALID, ZX_HANDLE_INVALID);
    zx_handle_t thread = handle_of_thread(&waiter.thread);
    EXPECT_STATUS(wait_status(&futex, 0, thread), ZX_ERR_INVALID_ARGS);
    // At another one it may.
    EXPECT_STATUS(wait_status(&another, 0, thread), ZX_ERR_TIMED_OUT);
    // Also after it was moved to another.
    EXPECT_OK(zx_futex_requeue(&futex, 0, 0, &another, 1, ZX_HANDLE_INVALID));
    EXPECT_STATUS(wait_status(&another, 0, thread), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(wait_status(&futex, 0, thread), ZX_ERR_TIMED_OUT);
    EXPECT_OK(zx_futex_wake(&another, 1));
    finish(&waiter);
}

static zx_handle_t go_on; // lets a thread wait once more
static _Atomic bool stop;

static int wait_repeatedly(void *argument) {
    (void)argument;
    while (!stop) {
        zx_status_t status = zx_futex_wait(&futex, 0, ZX_HANDLE_INVALID, ZX_TIME_INFINITE);
        if (status != ZX_OK) {
            return status;
        }
        woken++;
        zx_object_wait_one(go_on, ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, NULL);
        zx_object_signal(go_on, ZX_EVENT_SIGNALED, 0);
    }
    return ZX_OK;
}

TEST(futex_wake, frees_the_thread_at_once_to_be_an_owner) {
    // Whether it has run since or not, it waits no more when the call returns.
    struct test_thread thread;
    stop = false;
    go_on = new_event();
    start_thread(&thread, wait_repeatedly, NULL);
    for (int i = 0; i < 200; i++) {
        zx_info_thread_t info;
        await_woken(i); // from the wait before this one
        do {
            EXPECT_OK(zx_object_get_info(handle_of_thread(&thread), ZX_INFO_THREAD, &info,
                                         sizeof(info), NULL, NULL));
        } while (info.state != ZX_THREAD_STATE_BLOCKED_FUTEX);
        stop = i == 199;
        EXPECT_OK(zx_futex_wake(&futex, 1));
        EXPECT_STATUS(wait_status(&futex, 0, handle_of_thread(&thread)), ZX_ERR_TIMED_OUT);
        release(go_on);
    }
    EXPECT_OK(finish_thread(&thread));
    close_handle(go_on);
}

TEST(futex_get_owner, knows_no_owner_that_has_ended) {
    struct idle_thread idle;
    struct waiter waiter;
    zx_handle_t kept;
    start_idle_thread(&idle);
    EXPECT_OK(zx_handle_duplicate(handle_of_thread(&idle.thread), ZX_RIGHT_SAME_RIGHTS, &kept));
    begin(&waiter, &futex, kept, ZX_HANDLE_INVALID);
    EXPECT_EQ(owner_of(&futex), koid_of(kept));
    finish_idle_thread(&idle);
    EXPECT_OK(zx_object_wait_one(kept, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, NULL));
    EXPECT_EQ(owner_of(&futex), ZX_KOID_INVALID);
    EXPECT(is_waiting(&waiter));
    // Nor does it become one.
    EXPECT_STATUS(wait_status(&futex, 0, kept), ZX_ERR_TIMED_OUT);
    EXPECT_EQ(owner_of(&futex), ZX_KOID_INVALID);
    EXPECT_OK(zx_futex_requeue(&futex, 0, 0, &another, 1, kept));
    EXPECT_EQ(owner_of(&another), ZX_KOID_INVALID);
    EXPECT_OK(zx_futex_wake(&another, 1));
    finish(&waiter);
    close_handle(kept);
}

TEST(futex_get_owner, checks_both_pointers) {
    zx_koid_t koid = 5;
    for (uintptr_t i = 1; i < 4; i++) {
        EXPECT_STATUS(zx_futex_get_owner((void *)((char *)&futex + i), &koid), ZX_ERR_INVALID_ARGS);
    }
    EXPECT_STATUS(zx_futex_get_owner(NULL, &koid), ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(koid, 5);
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_futex_get_owner(&futex, bad_pointer(i, sizeof(koid))),
                      ZX_ERR_INVALID_ARGS);
    }
    // The number is not read.
    EXPECT_OK(zx_futex_get_owner(bad_page(), &koid));
    EXPECT_EQ(koid, ZX_KOID_INVALID);
}

TEST(futex_wait, refuses_owners_of_another_process) {
    zx_handle_t process, vmar, thread;
    if (zx_process_create(zx_job_default(), "other", 5, 0, &process, &vmar) ==
        ZX_ERR_NOT_SUPPORTED) {
        return; // there is only one process
    }
    EXPECT_OK(zx_thread_create(process, "other", 5, 0, &thread));
    EXPECT_STATUS(wait_status(&futex, 0, thread), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(wait_status(&futex, 1, thread), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_futex_requeue(&futex, 1, 0, &another, 1, thread), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_futex_requeue_single_owner(&futex, 0, &another, 1, thread),
                  ZX_ERR_INVALID_ARGS);
    close_handle(thread);
    close_handle(vmar);
    close_handle(process);
}

// --- futex_wake_single_owner ---

TEST(futex_wake_single_owner, makes_the_woken_thread_the_owner_while_others_wait) {
    struct waiter waiters[3];
    zx_handle_t hold = new_event();
    for (int i = 0; i < 3; i++) {
        begin(&waiters[i], &futex, ZX_HANDLE_INVALID, hold);
    }
    EXPECT_OK(zx_futex_wake_single_owner(&futex));
    await_woken(1);
    EXPECT_EQ(waiters[0].place, 1);
    EXPECT_EQ(owner_of(&futex), koid_of_waiter(&waiters[0]));
    EXPECT_OK(zx_futex_wake_single_owner(&futex));
    await_woken(2);
    EXPECT_EQ(owner_of(&futex), koid_of_waiter(&waiters[1]));
    EXPECT_OK(zx_futex_wake_single_owner(&futex));
    await_woken(3);
    EXPECT_EQ(waiters[2].place, 3);
    EXPECT_EQ(owner_of(&futex), ZX_KOID_INVALID); // nobody is left
    EXPECT_OK(zx_futex_wake_single_owner(&futex));
    release(hold);
    for (int i = 0; i < 3; i++) {
        finish(&waiters[i]);
    }
    close_handle(hold);
}

TEST(futex_wake_single_owner, replaces_the_owner_before) {
    struct waiter waiters[2];
    struct idle_thread idle;
    zx_handle_t hold = new_event();
    start_idle_thread(&idle);
    begin(&waiters[0], &futex, ZX_HANDLE_INVALID, hold);
    begin(&waiters[1], &futex, handle_of_thread(&idle.thread), hold);
    EXPECT_OK(zx_futex_wake_single_owner(&futex));
    EXPECT_EQ(owner_of(&futex), koid_of_waiter(&waiters[0]));
    EXPECT_OK(zx_futex_wake(&futex, 0)); // even a wake of nobody ends it
    EXPECT_EQ(owner_of(&futex), ZX_KOID_INVALID);
    EXPECT(is_waiting(&waiters[1]));
    EXPECT_OK(zx_futex_wake(&futex, 1));
    release(hold);
    finish(&waiters[0]);
    finish(&waiters[1]);
    finish_idle_thread(&idle);
    close_handle(hold);
}

TEST(futex_wake_single_owner, asks_for_nothing_but_an_aligned_address) {
    EXPECT_OK(zx_futex_wake_single_owner(bad_page()));
    EXPECT_OK(zx_futex_wake_single_owner((zx_futex_t *)4));
    for (uintptr_t i = 0; i < 4; i++) {
        EXPECT_STATUS(zx_futex_wake_single_owner((void *)((char *)&futex + i)),
                      i == 0 ? ZX_OK : ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_futex_wake_single_owner((zx_futex_t *)i), ZX_ERR_INVALID_ARGS);
    }
}

// --- futex_requeue ---

TEST(futex_requeue, wakes_some_and_moves_some) {
    enum { COUNT = 5 };
    for (int wake = 0; wake <= COUNT; wake += 1 + (wake == 2)) {
        for (int move = 0; move <= COUNT + 1; move += 1 + (move == 2)) {
            struct waiter waiters[COUNT];
            places = woken = 0;
            begin_many(waiters, COUNT, &futex);
            EXPECT_OK(zx_futex_requeue(&futex, (uint32_t)wake, 0, &another, (uint32_t)move,
                                       ZX_HANDLE_INVALID));
            await_woken(wake);
            for (int i = 0; i < COUNT; i++) {
                EXPECT_EQ(waiters[i].place > 0, i < wake); // the first
            }
            EXPECT_OK(zx_futex_wake(&another, UINT32_MAX));
            int moved = wake + move < COUNT ? move : COUNT - wake;
            await_woken(wake + moved);
            for (int i = 0; i < COUNT; i++) {
                EXPECT_EQ(waiters[i].place > 0, i < wake + moved);
            }
            EXPECT_OK(zx_futex_wake(&futex, UINT32_MAX));
            for (int i = 0; i < COUNT; i++) {
                finish(&waiters[i]);
            }
        }
    }
}

TEST(futex_requeue, moves_threads_behind_those_that_are_there) {
    struct waiter there[2], moved[3];
    begin_many(there, 2, &another);
    begin_many(moved, 3, &futex);
    EXPECT_OK(zx_futex_requeue(&futex, 0, 0, &another, UINT32_MAX, ZX_HANDLE_INVALID));
    struct waiter *const order[] = {&there[0], &there[1], &moved[0], &moved[1], &moved[2]};
    for (int i = 0; i < 5; i++) {
        EXPECT_OK(zx_futex_wake(&another, 1));
        await_woken(i + 1);
        EXPECT_EQ(order[i]->place, i + 1);
        finish(order[i]);
    }
}

TEST(futex_requeue, moves_threads_on_and_back) {
    zx_futex_t stations[7] = {0};
    struct waiter waiters[4];
    begin_many(waiters, 4, &stations[0]);
    for (int i = 0; i < 70; i++) {
        EXPECT_OK(
            zx_futex_requeue(&stations[i % 7], 0, 0, &stations[(i + 1) % 7], 4, ZX_HANDLE_INVALID));
    }
    EXPECT_EQ(woken, 0);
    for (int i = 1; i < 7; i++) {
        EXPECT_OK(zx_futex_wake(&stations[i], UINT32_MAX));
    }
    EXPECT_EQ(woken, 0);
    for (int i = 0; i < 4; i++) {
        EXPECT_OK(zx_futex_wake(&stations[0], 1));
        await_woken(i + 1);
        EXPECT_EQ(waiters[i].place, i + 1); // the order has lasted
        finish(&waiters[i]);
    }
}

TEST(futex_requeue, keeps_the_deadline_of_a_thread_that_it_moves) {
    struct waiter waiter = {.futex = &futex, .deadline = zx_deadline_after(5 * MILLISECOND)}, stays;
    begin(&stays, &another, ZX_HANDLE_INVALID, ZX_HANDLE_INVALID);
    start_thread(&waiter.thread, wait_here, &waiter);
    zx_status_t status;
    do {
        status = zx_futex_requeue(&futex, 0, 0, &another, 1, zx_thread_self());
    } while (status == ZX_OK && waiter.place == 0);
    EXPECT_OK(status);
    EXPECT_STATUS(finish_thread(&waiter.thread), ZX_ERR_TIMED_OUT);
    EXPECT(zx_clock_get_monotonic() >= waiter.deadline);
    EXPECT_EQ(owner_of(&another), koid_of(zx_thread_self())); // there is still a waiter
    EXPECT_OK(zx_futex_wake(&another, 1));
    finish(&stays);
}

TEST(futex_requeue, gives_the_second_futex_its_owner) {
    struct waiter waiters[3];
    struct idle_thread idle;
    start_idle_thread(&idle);
    zx_handle_t owner = handle_of_thread(&idle.thread);
    begin(&waiters[0], &futex, owner, ZX_HANDLE_INVALID);
    begin(&waiters[1], &futex, owner, ZX_HANDLE_INVALID);
    begin(&waiters[2], &futex, owner, ZX_HANDLE_INVALID);
    EXPECT_OK(zx_futex_requeue(&futex, 0, 0, &another, 1, zx_thread_self()));
    EXPECT_EQ(owner_of(&futex), ZX_KOID_INVALID);
    EXPECT_EQ(owner_of(&another), koid_of(zx_thread_self())); // the caller may be the owner
    EXPECT_OK(zx_futex_requeue(&futex, 0, 0, &another, 1, owner));
    EXPECT_EQ(owner_of(&another), koid_of(owner));
    EXPECT_OK(zx_futex_requeue(&futex, 0, 0, &another, 1, ZX_HANDLE_INVALID));
    EXPECT_EQ(owner_of(&another), ZX_KOID_INVALID);
    EXPECT_OK(zx_futex_wake(&another, 3));
    for (int i = 0; i < 3; i++) {
        finish(&waiters[i]);
    }
    // Where nobody waits in the end there is no owner.
    begin(&waiters[0], &futex, ZX_HANDLE_INVALID, ZX_HANDLE_INVALID);
    EXPECT_OK(zx_futex_requeue(&futex, 1, 0, &another, 1, owner));
    EXPECT_EQ(owner_of(&another), ZX_KOID_INVALID);
    finish(&waiters[0]);
    finish_idle_thread(&idle);
}

TEST(futex_requeue, of_nobody_changes_the_second_owner_only_if_the_first_has_no_waiters) {
    struct waiter first, second;
    struct idle_thread idle;
    start_idle_thread(&idle);
    zx_handle_t owner = handle_of_thread(&idle.thread);
    begin(&first, &futex, owner, ZX_HANDLE_INVALID);
    begin(&second, &another, owner, ZX_HANDLE_INVALID);
    EXPECT_OK(zx_futex_requeue(&futex, 0, 0, &another, 0, zx_thread_self()));
    EXPECT_EQ(owner_of(&futex), ZX_KOID_INVALID);
    EXPECT_EQ(owner_of(&another), koid_of(owner)); // stays
    EXPECT_OK(zx_futex_requeue(&futex, 1, 0, &another, 0, zx_thread_self()));
    finish(&first);
    EXPECT_EQ(owner_of(&another), koid_of(owner)); // one was there when the call began
    EXPECT_OK(zx_futex_requeue(&futex, 0, 0, &another, 0, zx_thread_self()));
    EXPECT_EQ(owner_of(&another), koid_of(zx_thread_self()));
    EXPECT_OK(zx_futex_requeue(&futex, 0, 0, &another, 5, ZX_HANDLE_INVALID));
    EXPECT_EQ(owner_of(&another), ZX_KOID_INVALID);
    // With threads to move that is so even if all of them are woken.
    begin(&first, &futex, ZX_HANDLE_INVALID, ZX_HANDLE_INVALID);
    EXPECT_OK(zx_futex_requeue(&futex, 1, 0, &another, 1, owner));
    finish(&first);
    EXPECT_EQ(owner_of(&another), koid_of(owner));
    EXPECT_OK(zx_futex_wake(&another, 1));
    finish(&second);
    finish_idle_thread(&idle);
}

// Both calls, with one to wake and all to move.
static zx_status_t requeue_as(bool single, const zx_futex_t *from, zx_futex_t value,
                              const zx_futex_t *to, zx_handle_t owner) {
    return single ? zx_futex_requeue_single_owner(from, value, to, UINT32_MAX, owner)
                  : zx_futex_requeue(from, 1, value, to, UINT32_MAX, owner);
}

static void check_requeue_addresses(bool single) {
    _Alignas(8) char bytes[8] = {0};
    const zx_futex_t *aligned = &another;
    for (uintptr_t i = 1; i < 4; i++) {
        const zx_futex_t *odd = (void *)(bytes + i);
        EXPECT_STATUS(requeue_as(single, odd, 0, aligned, ZX_HANDLE_INVALID), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(requeue_as(single, aligned, 0, odd, ZX_HANDLE_INVALID), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(requeue_as(single, odd, 1, odd, zx_process_self()), ZX_ERR_INVALID_ARGS);
    }
    EXPECT_STATUS(requeue_as(single, NULL, 0, aligned, ZX_HANDLE_INVALID), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(requeue_as(single, aligned, 0, NULL, ZX_HANDLE_INVALID), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(requeue_as(single, aligned, 0, aligned, ZX_HANDLE_INVALID), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(requeue_as(single, aligned, 1, aligned, ZX_HANDLE_INVALID), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(requeue_as(single, bad_page(), 0, aligned, ZX_HANDLE_INVALID),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(
        requeue_as(single, (zx_futex_t *)0xffff800000000000, 0, aligned, ZX_HANDLE_INVALID),
        ZX_ERR_INVALID_ARGS);
    // The second number is not read.
    EXPECT_OK(requeue_as(single, aligned, 0, bad_page(), ZX_HANDLE_INVALID));
    EXPECT_OK(requeue_as(single, aligned, 0, (zx_futex_t *)4, ZX_HANDLE_INVALID));
}

static void check_requeue_order(bool single) {
    zx_handle_t event = new_event();
    EXPECT_STATUS(requeue_as(single, &futex, 1, &another, event), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(requeue_as(single, &futex, 0, &another, event), ZX_ERR_WRONG_TYPE);
    close_handle(event);
    EXPECT_STATUS(requeue_as(single, &futex, 1, &another, event), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(requeue_as(single, &futex, 0, &another, event), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(requeue_as(single, bad_page(), 0, &another, event), ZX_ERR_INVALID_ARGS);
}

// What fails moves and wakes nobody, and leaves the owners.
static void check_requeue_failures(bool single) {
    struct waiter first, second;
    zx_handle_t self = zx_thread_self();
    begin(&first, &futex, self, ZX_HANDLE_INVALID);
    begin(&second, &another, self, ZX_HANDLE_INVALID);
    EXPECT_STATUS(requeue_as(single, &futex, 1, &another, self), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(requeue_as(single, &futex, 0, &another, zx_process_self()), ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(requeue_as(single, &futex, 0, &another, handle_of_thread(&first.thread)),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(requeue_as(single, &futex, 0, &another, handle_of_thread(&second.thread)),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(owner_of(&futex), koid_of(self));
    EXPECT_EQ(owner_of(&another), koid_of(self));
    EXPECT(is_waiting(&first) && is_waiting(&second));
    EXPECT_OK(zx_futex_wake(&futex, 1));
    EXPECT_OK(zx_futex_wake(&another, 1));
    finish(&first);
    finish(&second);
}

TEST(futex_requeue, checks_both_addresses) {
    check_requeue_addresses(false);
}

TEST(futex_requeue, checks_the_number_then_the_owner) {
    check_requeue_order(false);
}

TEST(futex_requeue, changes_nothing_if_it_fails) {
    check_requeue_failures(false);
}

static zx_status_t requeue_to_owner(zx_handle_t handle) {
    return handle == ZX_HANDLE_INVALID ? ZX_ERR_BAD_HANDLE
                                       : requeue_as(false, &futex, 0, &another, handle);
}

static zx_status_t requeue_single_to_owner(zx_handle_t handle) {
    return handle == ZX_HANDLE_INVALID ? ZX_ERR_BAD_HANDLE
                                       : requeue_as(true, &futex, 0, &another, handle);
}

TEST(futex_requeue, checks_its_handle) {
    expect_bad_handle(requeue_to_owner);
    expect_wrong_type(requeue_to_owner, ZX_OBJ_TYPE_THREAD, ZX_OBJ_TYPE_THREAD);
    zx_handle_t bare;
    EXPECT_OK(zx_handle_duplicate(zx_thread_self(), ZX_RIGHT_NONE, &bare));
    EXPECT_OK(requeue_to_owner(bare));
    close_handle(bare);
}

// --- futex_requeue_single_owner ---

TEST(futex_requeue_single_owner, wakes_one_as_the_owner_of_those_who_stay) {
    struct waiter waiters[4];
    zx_handle_t hold = new_event();
    for (int i = 0; i < 4; i++) {
        begin(&waiters[i], &futex, ZX_HANDLE_INVALID, hold);
    }
    EXPECT_OK(zx_futex_requeue_single_owner(&futex, 0, &another, 1, zx_thread_self()));
    await_woken(1);
    EXPECT_EQ(waiters[0].place, 1);
    EXPECT_EQ(owner_of(&futex), koid_of_waiter(&waiters[0])); // two stay
    EXPECT_EQ(owner_of(&another), koid_of(zx_thread_self())); // one was moved
    EXPECT_OK(zx_futex_requeue_single_owner(&futex, 0, &another, UINT32_MAX, ZX_HANDLE_INVALID));
    await_woken(2);
    EXPECT_EQ(waiters[2].place, 2);
    EXPECT_EQ(owner_of(&futex), ZX_KOID_INVALID); // none stays
    EXPECT_EQ(owner_of(&another), ZX_KOID_INVALID);
    EXPECT_OK(zx_futex_wake(&another, 1));
    await_woken(3);
    EXPECT_EQ(waiters[1].place, 3);
    EXPECT_OK(zx_futex_wake(&another, 1));
    await_woken(4);
    release(hold);
    for (int i = 0; i < 4; i++) {
        finish(&waiters[i]);
    }
    close_handle(hold);
}

TEST(futex_requeue_single_owner, refuses_the_thread_that_it_would_wake_as_second_owner) {
    // It waits when the call begins.
    struct waiter waiters[2];
    begin_many(waiters, 2, &futex);
    EXPECT_STATUS(
        zx_futex_requeue_single_owner(&futex, 0, &another, 1, handle_of_thread(&waiters[0].thread)),
        ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_futex_wake(&futex, 2));
    finish(&waiters[0]);
    finish(&waiters[1]);
}

TEST(futex_requeue_single_owner, with_none_to_move_leaves_the_second_owner) {
    struct waiter waiters[2], second;
    zx_handle_t hold = new_event();
    begin(&waiters[0], &futex, ZX_HANDLE_INVALID, hold);
    begin(&waiters[1], &futex, ZX_HANDLE_INVALID, hold);
    begin(&second, &another, zx_thread_self(), hold);
    EXPECT_OK(zx_futex_requeue_single_owner(&futex, 0, &another, 0, ZX_HANDLE_INVALID));
    EXPECT_EQ(owner_of(&futex), koid_of_waiter(&waiters[0]));
    EXPECT_EQ(owner_of(&another), koid_of(zx_thread_self()));
    EXPECT_OK(zx_futex_wake(&futex, 1));
    EXPECT_OK(zx_futex_wake(&another, 1));
    release(hold);
    finish(&waiters[0]);
    finish(&waiters[1]);
    finish(&second);
    close_handle(hold);
}

TEST(futex_requeue_single_owner, checks_both_addresses) {
    check_requeue_addresses(true);
}

TEST(futex_requeue_single_owner, checks_the_number_then_the_owner) {
    check_requeue_order(true);
}

TEST(futex_requeue_single_owner, changes_nothing_if_it_fails) {
    check_requeue_failures(true);
}

TEST(futex_requeue_single_owner, checks_its_handle) {
    expect_bad_handle(requeue_single_to_owner);
    expect_wrong_type(requeue_single_to_owner, ZX_OBJ_TYPE_THREAD, ZX_OBJ_TYPE_THREAD);
}

// --- programs in small ---

// A mutex: 0 free, 1 held, 2 held and somebody may wait.
static zx_futex_t mutex;

static void lock_mutex(void) {
    int expected = 0;
    if (atomic_compare_exchange_strong(&mutex, &expected, 1)) {
        return;
    }
    while (atomic_exchange(&mutex, 2) != 0) {
        zx_futex_wait(&mutex, 2, ZX_HANDLE_INVALID, ZX_TIME_INFINITE);
    }
}

static void unlock_mutex(void) {
    if (atomic_exchange(&mutex, 0) == 2) {
        zx_futex_wake(&mutex, 1);
    }
}

static uint64_t counted; // under the mutex

enum { THREADS = 6, ROUNDS = 20000 };

static int count_up(void *argument) {
    (void)argument;
    for (int i = 0; i < ROUNDS; i++) {
        lock_mutex();
        counted++;
        unlock_mutex();
    }
    return 0;
}

TEST(futex_wait, is_enough_for_a_mutex) {
    struct test_thread threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        start_thread(&threads[i], count_up, NULL);
    }
    for (int i = 0; i < THREADS; i++) {
        EXPECT_EQ(finish_thread(&threads[i]), 0);
    }
    EXPECT_EQ(counted, THREADS * ROUNDS);
    EXPECT_OK(zx_futex_wake(&mutex, UINT32_MAX));
}

// A turn goes from thread to thread; a wake that gets lost stops them all.
static zx_futex_t turn;

static int take_turns(void *argument) {
    int mine = *(int *)argument;
    for (int i = 0; i < 3000; i++) {
        zx_futex_t now;
        while ((now = turn) % THREADS != mine) {
            zx_status_t status = zx_futex_wait(&turn, now, ZX_HANDLE_INVALID, ZX_TIME_INFINITE);
            if (status != ZX_OK && status != ZX_ERR_BAD_STATE) {
                return status;
            }
        }
        turn++;
        zx_futex_wake(&turn, UINT32_MAX);
    }
    return ZX_OK;
}

TEST(futex_wake, is_never_lost_on_a_thread_about_to_wait) {
    struct test_thread threads[THREADS];
    int numbers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        start_thread(&threads[i], take_turns, &numbers[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        EXPECT_OK(finish_thread(&threads[i]));
    }
    EXPECT_EQ(turn, THREADS * 3000);
}

// A condition: waiters are moved to the mutex, so that they come one by one.
static zx_futex_t condition;
static int arrived, generation; // under the mutex

static int meet_all(void *argument) {
    (void)argument;
    for (int i = 0; i < 500; i++) {
        lock_mutex();
        if (++arrived == THREADS) {
            arrived = 0;
            generation++;
            zx_futex_t value = ++condition;
            // The mutex is held, and now somebody may wait for it.
            mutex = 2;
            zx_status_t status =
                zx_futex_requeue(&condition, 1, value, &mutex, UINT32_MAX, zx_thread_self());
            unlock_mutex();
            if (status != ZX_OK) {
                return status;
            }
            continue;
        }
        int here = generation;
        while (generation == here) {
            zx_futex_t value = condition;
            unlock_mutex();
            zx_futex_wait(&condition, value, ZX_HANDLE_INVALID, ZX_TIME_INFINITE);
            // Whoever was moved may have to pass the mutex on.
            while (atomic_exchange(&mutex, 2) != 0) {
                zx_futex_wait(&mutex, 2, ZX_HANDLE_INVALID, ZX_TIME_INFINITE);
            }
        }
        unlock_mutex();
    }
    return ZX_OK;
}

TEST(futex_requeue, is_enough_for_a_condition) {
    struct test_thread threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        start_thread(&threads[i], meet_all, NULL);
    }
    for (int i = 0; i < THREADS; i++) {
        EXPECT_OK(finish_thread(&threads[i]));
    }
    EXPECT_EQ(generation, 500);
}

// --- races ---

enum { STATIONS = 5 };
static zx_futex_t stations[STATIONS];
static _Atomic uint64_t oks, timeouts;
static zx_handle_t owner_in_race;

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static int wait_briefly(void *argument) {
    uint32_t random = *(uint32_t *)argument;
    while (!stop) {
        zx_time_t deadline = zx_deadline_after(next_random(&random) % 200000);
        zx_handle_t owner = next_random(&random) % 3 == 0 ? owner_in_race : ZX_HANDLE_INVALID;
        zx_status_t status =
            zx_futex_wait(&stations[next_random(&random) % STATIONS], 0, owner, deadline);
        if (status == ZX_ERR_TIMED_OUT && zx_clock_get_monotonic() >= deadline) {
            timeouts++;
        } else if (status == ZX_OK) {
            oks++;
        } else {
            return status;
        }
    }
    return ZX_OK;
}

static int move_about(void *argument) {
    uint32_t random = *(uint32_t *)argument;
    while (!stop) {
        uint32_t from = next_random(&random) % STATIONS;
        uint32_t to = (from + 1 + next_random(&random) % (STATIONS - 1)) % STATIONS;
        uint32_t move = next_random(&random) % 4;
        zx_koid_t koid;
        zx_status_t status;
        switch (next_random(&random) % 8) {
        case 0:
            status = zx_futex_wake(&stations[from], next_random(&random) % 3);
            break;
        case 1:
            status = zx_futex_wake_single_owner(&stations[from]);
            break;
        case 2:
            status = zx_futex_get_owner(&stations[from], &koid);
            break;
        case 3:
            status = zx_futex_requeue_single_owner(&stations[from], 0, &stations[to], move,
                                                   owner_in_race);
            break;
        default:
            status = zx_futex_requeue(&stations[from], next_random(&random) % 2, 0, &stations[to],
                                      move, owner_in_race);
        }
        if (status != ZX_OK) {
            return status;
        }
    }
    return ZX_OK;
}

TEST(futex_requeue, may_race_with_deadlines_and_wakes) {
    enum { WAITERS = 6, MOVERS = 2 };
    struct test_thread threads[WAITERS + MOVERS];
    uint32_t seeds[WAITERS + MOVERS];
    owner_in_race = zx_thread_self(); // waits nowhere
    stop = false;
    for (uint32_t i = 0; i < WAITERS + MOVERS; i++) {
        seeds[i] = i + 1;
        start_thread(&threads[i], i < WAITERS ? wait_briefly : move_about, &seeds[i]);
    }
    zx_nanosleep(zx_deadline_after(400 * MILLISECOND));
    stop = true;
    for (int i = 0; i < WAITERS + MOVERS; i++) {
        EXPECT_OK(finish_thread(&threads[i]));
    }
    EXPECT(oks > 0);
    EXPECT(timeouts > 0);
    for (int i = 0; i < STATIONS; i++) {
        EXPECT_EQ(owner_of(&stations[i]), ZX_KOID_INVALID);
    }
}
