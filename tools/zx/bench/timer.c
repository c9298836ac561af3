// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A timer is set to a moment that does not come, and cancelled.
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include <zircon/syscalls.h>

#include "bench.h"

enum { SECONDS = 3600 };

static void *timer_set_up(size_t size) {
    (void)size;
    zx_handle_t *timer = bench_allocate(sizeof(*timer));
    BENCH_OK(zx_timer_create(ZX_TIMER_SLACK_CENTER, ZX_CLOCK_MONOTONIC, timer));
    return timer;
}

static void timer_run(void *opaque, uint64_t count) {
    zx_handle_t timer = *(zx_handle_t *)opaque;
    zx_time_t deadline = zx_deadline_after(ZX_SEC(SECONDS));
    for (uint64_t i = 0; i < count; i++) {
        BENCH_OK(zx_timer_set(timer, deadline + (zx_time_t)i, 0));
        BENCH_OK(zx_timer_cancel(timer));
    }
    // Set to a moment that has passed it fires at once, and cancelling takes that back.
    BENCH_OK(zx_timer_set(timer, 0, 0));
    BENCH_OK(zx_object_wait_one(timer, ZX_TIMER_SIGNALED, 0, NULL));
    BENCH_OK(zx_timer_cancel(timer));
    BENCH_CHECK(zx_object_wait_one(timer, ZX_TIMER_SIGNALED, 0, NULL) == ZX_ERR_TIMED_OUT);
}

static void timer_tear_down(void *opaque) {
    BENCH_OK(zx_handle_close(*(zx_handle_t *)opaque));
    free(opaque);
}

// --- a timer that is a file ---

static void *timerfd_set_up(size_t size) {
    (void)size;
    int *file = bench_allocate(sizeof(*file));
    *file = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    BENCH_CHECK(*file >= 0);
    return file;
}

static void timerfd_tear_down(void *opaque) {
    close(*(int *)opaque);
    free(opaque);
}

static struct itimerspec an_hour_from_now(void) {
    struct itimerspec when = {{0, 0}, {0, 0}};
    clock_gettime(CLOCK_MONOTONIC, &when.it_value);
    when.it_value.tv_sec += SECONDS;
    return when;
}

static bool is_set(int file) {
    struct itimerspec now;
    BENCH_CHECK(timerfd_gettime(file, &now) == 0);
    return now.it_value.tv_sec != 0 || now.it_value.tv_nsec != 0;
}

static void timerfd_run(void *opaque, uint64_t count) {
    int file = *(int *)opaque;
    struct itimerspec when = an_hour_from_now(), never = {{0, 0}, {0, 0}};
    for (uint64_t i = 0; i < count; i++) {
        when.it_value.tv_nsec = (long)(i % 1000000000);
        BENCH_CHECK(timerfd_settime(file, TFD_TIMER_ABSTIME, &when, NULL) == 0);
        BENCH_CHECK(timerfd_settime(file, TFD_TIMER_ABSTIME, &never, NULL) == 0);
    }
    BENCH_CHECK(!is_set(file));
}

// The half of it: a timer that is set anew each time and never cancelled.
static void timerfd_set_run(void *opaque, uint64_t count) {
    int file = *(int *)opaque;
    struct itimerspec when = an_hour_from_now();
    for (uint64_t i = 0; i < count; i++) {
        when.it_value.tv_nsec = (long)(i % 1000000000);
        BENCH_CHECK(timerfd_settime(file, TFD_TIMER_ABSTIME, &when, NULL) == 0);
    }
    BENCH_CHECK(is_set(file));
}

// --- the floor: whether the moment is still to come is to be known ---

static void *clock_set_up(size_t size) {
    (void)size;
    return bench_allocate(sizeof(struct timespec));
}

static void clock_run(void *opaque, uint64_t count) {
    struct timespec *now = opaque;
    for (uint64_t i = 0; i < count; i++) {
        BENCH_CHECK(clock_gettime(CLOCK_MONOTONIC, now) == 0);
    }
}

static const struct bench_side sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = timer_set_up,
     .run = timer_run,
     .tear_down = timer_tear_down},
    {.name = "timerfd set+unset",
     .kind = BENCH_NEIGHBOUR,
     .set_up = timerfd_set_up,
     .run = timerfd_run,
     .tear_down = timerfd_tear_down},
    {.name = "timerfd set",
     .kind = BENCH_NEIGHBOUR,
     .set_up = timerfd_set_up,
     .run = timerfd_set_run,
     .tear_down = timerfd_tear_down},
    {.name = "clock_gettime",
     .kind = BENCH_FLOOR,
     .set_up = clock_set_up,
     .run = clock_run,
     .tear_down = free},
};

static const struct bench_row rows[] = {
    {"timer set+cancel", BENCH_SCALES, 0, BENCH_SIDES(sides)},
};
const struct bench_noun bench_timer = {rows, BENCH_COUNT(rows)};
