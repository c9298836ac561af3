// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <sched.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zircon/syscalls/exception.h>

// --- helpers ---

static zx_time_t host_time(clockid_t id) {
    struct timespec now;
    EXPECT_EQ(clock_gettime(id, &now), 0);
    return ZX_SEC(now.tv_sec) + now.tv_nsec;
}

static zx_status_t clock_get(int form, zx_clock_t id, zx_time_t *out) {
    return form == 0 ? zx_clock_get(id, out) : zx_clock_get_new(id, out);
}

static uint64_t by_number(uint32_t number) {
    static const uint64_t words[8];
    return libzircon_call(number, words);
}

// --- reading clocks ---

TEST(clock_get, reads_the_monotonic_clock) {
    for (int form = 0; form < 2; form++) {
        for (int i = 0; i < 1000; i++) {
            zx_time_t before = zx_clock_get_monotonic(), now = 0;
            EXPECT_OK(clock_get(form, ZX_CLOCK_MONOTONIC, &now));
            EXPECT(before <= now);
            EXPECT(now <= zx_clock_get_monotonic());
        }
    }
}

TEST(clock_get, shows_the_time_of_the_host_as_utc_until_it_is_set) {
    for (int form = 0; form < 2; form++) {
        zx_time_t before = host_time(CLOCK_REALTIME), now = 0;
        EXPECT_OK(clock_get(form, ZX_CLOCK_UTC, &now));
        EXPECT(before <= now);
        EXPECT(now <= host_time(CLOCK_REALTIME));
    }
}

static int read_thread_clock(void *argument) {
    (void)argument;
    for (int i = 0; i < 100; i++) {
        zx_time_t before = host_time(CLOCK_THREAD_CPUTIME_ID), now = 0;
        if (clock_get(i % 2, ZX_CLOCK_THREAD, &now) != ZX_OK || now < before ||
            now > host_time(CLOCK_THREAD_CPUTIME_ID)) {
            return 1;
        }
    }
    return 0;
}

TEST(clock_get, tells_each_thread_how_long_it_has_run) {
    EXPECT_EQ(read_thread_clock(NULL), 0);
    struct test_thread thread;
    start_thread(&thread, read_thread_clock, NULL);
    EXPECT_EQ(finish_thread(&thread), 0);
    // Time passes on it only while the thread runs.
    zx_time_t first, second;
    EXPECT_OK(zx_clock_get(ZX_CLOCK_THREAD, &first));
    do {
        EXPECT_OK(zx_clock_get(ZX_CLOCK_THREAD, &second));
        EXPECT(second >= first);
    } while (second == first);
}

TEST(clock_get, knows_three_clocks) {
    zx_time_t now = 77;
    for (int form = 0; form < 2; form++) {
        for (zx_clock_t id = 3; id < 100; id++) {
            EXPECT_STATUS(clock_get(form, id, &now), ZX_ERR_INVALID_ARGS);
        }
        EXPECT_STATUS(clock_get(form, UINT32_MAX, &now), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(clock_get(form, 0x80000000, &now), ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(now, 77);
}

TEST(clock_get, needs_a_place_for_the_time) {
    for (int form = 0; form < 2; form++) {
        for (zx_clock_t id = ZX_CLOCK_MONOTONIC; id <= ZX_CLOCK_THREAD; id++) {
            EXPECT_STATUS(clock_get(form, id, NULL), ZX_ERR_INVALID_ARGS);
            EXPECT_STATUS(clock_get(form, id, bad_page()), ZX_ERR_INVALID_ARGS);
            EXPECT_STATUS(clock_get(form, id, read_only_page()), ZX_ERR_INVALID_ARGS);
        }
    }
}

TEST(clock_get_new, is_clock_get_by_another_name) {
    zx_time_t before, now, after;
    for (zx_clock_t id = ZX_CLOCK_MONOTONIC; id <= ZX_CLOCK_THREAD; id++) {
        EXPECT_OK(zx_clock_get(id, &before));
        EXPECT_OK(zx_clock_get_new(id, &now));
        EXPECT_OK(zx_clock_get(id, &after));
        EXPECT(before <= now);
        EXPECT(now <= after);
    }
    EXPECT_STATUS(zx_clock_get_new(3, &now), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_clock_get_new(ZX_CLOCK_MONOTONIC, NULL), ZX_ERR_INVALID_ARGS);
}

static _Atomic zx_time_t latest;

static int follow_clock(void *argument) {
    (void)argument;
    for (int i = 0; i < 20000; i++) {
        zx_time_t seen = atomic_load(&latest);
        zx_time_t now = zx_clock_get_monotonic();
        if (now < seen) {
            return 1;
        }
        while (seen < now && !atomic_compare_exchange_weak(&latest, &seen, now)) {
        }
    }
    return 0;
}

TEST(clock_get_monotonic, never_goes_back_in_any_thread) {
    struct test_thread threads[4];
    atomic_store(&latest, 0);
    for (int i = 0; i < 4; i++) {
        start_thread(&threads[i], follow_clock, NULL);
    }
    for (int i = 0; i < 4; i++) {
        EXPECT_EQ(finish_thread(&threads[i]), 0);
    }
    EXPECT(atomic_load(&latest) > 0);
}

TEST(clock_get_monotonic, is_the_clock_of_the_host) {
    zx_time_t before = host_time(CLOCK_MONOTONIC);
    zx_time_t now = zx_clock_get_monotonic();
    EXPECT(before <= now);
    EXPECT(now <= host_time(CLOCK_MONOTONIC));
}

TEST(clock_get_monotonic_via_kernel, reads_the_same_clock) {
    for (int i = 0; i < 100; i++) {
        zx_time_t before = zx_clock_get_monotonic();
        zx_time_t now = (zx_time_t)by_number(ZX_SYS_clock_get_monotonic_via_kernel);
        EXPECT(before <= now);
        EXPECT(now <= zx_clock_get_monotonic());
    }
}

// --- setting UTC ---

TEST(clock_adjust, sets_the_distance_of_utc_from_the_monotonic_clock) {
    zx_handle_t resource = root_resource();
    static const int64_t offsets[] = {
        0, 1, -1, ZX_SEC(1574000000), -ZX_SEC(1000000), INT64_MAX / 2};
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        EXPECT_OK(zx_clock_adjust(resource, ZX_CLOCK_UTC, offsets[i]));
        for (int form = 0; form < 2; form++) {
            zx_time_t before = zx_clock_get_monotonic(), now = 0;
            EXPECT_OK(clock_get(form, ZX_CLOCK_UTC, &now));
            EXPECT(before + offsets[i] <= now);
            EXPECT(now <= zx_clock_get_monotonic() + offsets[i]);
        }
    }
    EXPECT_OK(zx_clock_adjust(resource, ZX_CLOCK_UTC, INT64_MAX));
    EXPECT_OK(zx_clock_adjust(resource, ZX_CLOCK_UTC, INT64_MIN));
}

TEST(clock_adjust, leaves_the_other_clocks_and_the_host_alone) {
    zx_handle_t resource = root_resource();
    zx_time_t host_before = host_time(CLOCK_REALTIME);
    zx_time_t before = zx_clock_get_monotonic(), now;
    EXPECT_OK(zx_clock_adjust(resource, ZX_CLOCK_UTC, ZX_HOUR(1000)));
    EXPECT_OK(zx_clock_get(ZX_CLOCK_MONOTONIC, &now));
    EXPECT(before <= now);
    EXPECT(now <= zx_clock_get_monotonic());
    EXPECT(host_time(CLOCK_REALTIME) - host_before < ZX_HOUR(1000));
}

TEST(clock_adjust, refuses_what_is_not_utc) {
    zx_handle_t resource = root_resource(), event;
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_STATUS(zx_clock_adjust(resource, ZX_CLOCK_MONOTONIC, 1), ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_clock_adjust(resource, ZX_CLOCK_THREAD, 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_clock_adjust(resource, 3, 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_clock_adjust(resource, UINT32_MAX, 1), ZX_ERR_INVALID_ARGS);
    // The handle comes first, and needs no right.
    EXPECT_STATUS(zx_clock_adjust(ZX_HANDLE_INVALID, ZX_CLOCK_MONOTONIC, 1), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_clock_adjust(event, ZX_CLOCK_MONOTONIC, 1), ZX_ERR_WRONG_TYPE);
    zx_handle_t bare = without_rights(resource, ~ZX_RIGHT_NONE);
    EXPECT_OK(zx_clock_adjust(bare, ZX_CLOCK_UTC, 1));
    close_handle(bare);
    close_handle(event);
}

// --- ticks ---

TEST(ticks_per_second, is_a_constant) {
    zx_ticks_t ticks = zx_ticks_per_second();
    EXPECT(ticks > 0);
    for (int i = 0; i < 100; i++) {
        EXPECT_EQ(zx_ticks_per_second(), ticks);
    }
}

// Durations between the same two moments, by both clocks. Each pair of readings is nested, so that
// the bounds hold however long the thread is held up in between.
TEST(ticks_get, goes_with_the_monotonic_clock) {
    double per_second = (double)zx_ticks_per_second();
    for (int i = 0; i < 20; i++) {
        zx_time_t outer_begin = zx_clock_get_monotonic();
        zx_ticks_t begin = zx_ticks_get();
        zx_time_t inner_begin = zx_clock_get_monotonic();
        EXPECT_OK(zx_nanosleep(zx_deadline_after(ZX_USEC(200))));
        zx_time_t inner_end = zx_clock_get_monotonic();
        zx_ticks_t end = zx_ticks_get();
        zx_time_t outer_end = zx_clock_get_monotonic();
        double nanoseconds = (double)(end - begin) / per_second * 1e9;
        EXPECT(nanoseconds >= (double)(inner_end - inner_begin) * 0.99 - 1000);
        EXPECT(nanoseconds <= (double)(outer_end - outer_begin) * 1.01 + 1000);
    }
}

TEST(ticks_get, never_goes_back) {
    zx_ticks_t last = zx_ticks_get();
    for (int i = 0; i < 20000; i++) {
        zx_ticks_t now = zx_ticks_get();
        EXPECT(now >= last);
        last = now;
    }
}

TEST(ticks_get_via_kernel, reads_the_same_counter) {
    for (int i = 0; i < 100; i++) {
        zx_ticks_t before = zx_ticks_get();
        zx_ticks_t now = (zx_ticks_t)by_number(ZX_SYS_ticks_get_via_kernel);
        EXPECT(before <= now);
        EXPECT(now <= zx_ticks_get());
    }
}

// --- deadlines ---

TEST(deadline_after, adds_to_the_monotonic_clock) {
    static const zx_duration_t durations[] = {
        0, 1, ZX_SEC(1), ZX_HOUR(100000), -1, -ZX_SEC(100000), INT64_MIN, INT64_MIN + 1};
    for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
        zx_time_t before = zx_clock_get_monotonic();
        zx_time_t deadline = zx_deadline_after(durations[i]);
        EXPECT(before + durations[i] <= deadline);
        EXPECT(deadline <= zx_clock_get_monotonic() + durations[i]);
    }
}

TEST(deadline_after, never_goes_past_the_end_of_time) {
    EXPECT_EQ(zx_deadline_after(ZX_TIME_INFINITE), ZX_TIME_INFINITE);
    EXPECT_EQ(zx_deadline_after(INT64_MAX - 1), ZX_TIME_INFINITE);
    zx_time_t now = zx_clock_get_monotonic();
    EXPECT(now > 0);
    EXPECT_EQ(zx_deadline_after(INT64_MAX - now + 1), ZX_TIME_INFINITE);
}

// --- sleeping ---

TEST(nanosleep, ends_no_earlier_than_its_deadline) {
    static const zx_duration_t durations[] = {1, 1000, ZX_USEC(100), ZX_MSEC(3)};
    for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
        zx_time_t deadline = zx_deadline_after(durations[i]);
        EXPECT_OK(zx_nanosleep(deadline));
        EXPECT(zx_clock_get_monotonic() >= deadline);
    }
}

TEST(nanosleep, does_not_wait_for_the_past) {
    EXPECT_OK(zx_nanosleep(0));
    EXPECT_OK(zx_nanosleep(-1));
    EXPECT_OK(zx_nanosleep(ZX_TIME_INFINITE_PAST));
    EXPECT_OK(zx_nanosleep(1));
    EXPECT_OK(zx_nanosleep(zx_clock_get_monotonic()));
}

static int sleep_until(void *argument) {
    return zx_nanosleep(*(zx_time_t *)argument);
}

TEST(nanosleep, shows_the_thread_as_sleeping) {
    static zx_time_t for_ever = ZX_TIME_INFINITE;
    pid_t child = fork(); // nothing ends this sleep but the end of the process
    if (child == 0) {
        struct test_thread thread;
        start_thread(&thread, sleep_until, &for_ever);
        wait_until_blocked(&thread);
        zx_info_thread_t info;
        zx_status_t status = zx_object_get_info(handle_of_thread(&thread), ZX_INFO_THREAD, &info,
                                                sizeof(info), NULL, NULL);
        _exit(status == ZX_OK && info.state == ZX_THREAD_STATE_BLOCKED_SLEEPING ? 0 : 1);
    }
    int status;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

TEST(nanosleep, lets_many_threads_sleep_at_once) {
    enum { THREADS = 16 };
    struct test_thread threads[THREADS];
    zx_time_t deadlines[THREADS];
    for (int i = 0; i < THREADS; i++) {
        deadlines[i] = zx_deadline_after(ZX_USEC(100) * (THREADS - i));
        start_thread(&threads[i], sleep_until, &deadlines[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        EXPECT_OK(finish_thread(&threads[i]));
        EXPECT(zx_clock_get_monotonic() >= deadlines[i]);
    }
}
