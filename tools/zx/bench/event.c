// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// An event is signalled, waited for, and cleared by the same thread; and one of many is waited for.
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zircon/syscalls.h>

#include "bench.h"

// --- one event ---

static void *event_set_up(size_t size) {
    (void)size;
    zx_handle_t *event = bench_allocate(sizeof(*event));
    BENCH_OK(zx_event_create(0, event));
    return event;
}

static void event_run(void *opaque, uint64_t count) {
    zx_handle_t event = *(zx_handle_t *)opaque;
    zx_signals_t observed;
    for (uint64_t i = 0; i < count; i++) {
        observed = 0;
        BENCH_OK(zx_object_signal(event, 0, ZX_EVENT_SIGNALED));
        BENCH_OK(zx_object_wait_one(event, ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, &observed));
        BENCH_CHECK((observed & ZX_EVENT_SIGNALED) != 0);
        BENCH_OK(zx_object_signal(event, ZX_EVENT_SIGNALED, 0));
    }
    BENCH_CHECK(zx_object_wait_one(event, ZX_EVENT_SIGNALED, 0, &observed) == ZX_ERR_TIMED_OUT);
}

static void event_tear_down(void *opaque) {
    BENCH_OK(zx_handle_close(*(zx_handle_t *)opaque));
    free(opaque);
}

static void *eventfd_set_up(size_t size) {
    (void)size;
    int *file = bench_allocate(sizeof(*file));
    *file = eventfd(0, EFD_CLOEXEC);
    BENCH_CHECK(*file >= 0);
    return file;
}

// Reading waits and clears.
static void eventfd_run(void *opaque, uint64_t count) {
    int file = *(int *)opaque;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t value = i + 1, got = 0;
        BENCH_CHECK(write(file, &value, sizeof(value)) == sizeof(value));
        BENCH_CHECK(read(file, &got, sizeof(got)) == sizeof(got));
        BENCH_CHECK(got == value);
    }
}

static void eventfd_tear_down(void *opaque) {
    close(*(int *)opaque);
    free(opaque);
}

struct flag {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool set;
};

static void *flag_set_up(size_t size) {
    (void)size;
    struct flag *flag = bench_allocate(sizeof(*flag));
    BENCH_CHECK(pthread_mutex_init(&flag->lock, NULL) == 0);
    BENCH_CHECK(pthread_cond_init(&flag->changed, NULL) == 0);
    return flag;
}

static void flag_run(void *opaque, uint64_t count) {
    struct flag *flag = opaque;
    for (uint64_t i = 0; i < count; i++) {
        pthread_mutex_lock(&flag->lock);
        flag->set = true;
        pthread_cond_broadcast(&flag->changed);
        pthread_mutex_unlock(&flag->lock);

        pthread_mutex_lock(&flag->lock);
        while (!flag->set) {
            pthread_cond_wait(&flag->changed, &flag->lock);
        }
        pthread_mutex_unlock(&flag->lock);

        pthread_mutex_lock(&flag->lock);
        flag->set = false;
        pthread_mutex_unlock(&flag->lock);
    }
    BENCH_CHECK(!flag->set);
}

static void flag_tear_down(void *opaque) {
    struct flag *flag = opaque;
    pthread_cond_destroy(&flag->changed);
    pthread_mutex_destroy(&flag->lock);
    free(flag);
}

static void *word_set_up(size_t size) {
    (void)size;
    return bench_allocate(sizeof(_Atomic uint32_t));
}

static void word_run(void *opaque, uint64_t count) {
    _Atomic uint32_t *word = opaque;
    for (uint64_t i = 0; i < count; i++) {
        atomic_fetch_or(word, 1);
        BENCH_CHECK(atomic_load(word) == 1);
        atomic_fetch_and(word, 0);
    }
    BENCH_CHECK(atomic_load(word) == 0);
}

// --- one of many ---

enum { MANY = 16 };

struct many_events {
    zx_handle_t events[MANY];
    zx_wait_item_t items[MANY];
};

static void *many_events_set_up(size_t size) {
    (void)size;
    struct many_events *state = bench_allocate(sizeof(*state));
    for (size_t i = 0; i < MANY; i++) {
        BENCH_OK(zx_event_create(0, &state->events[i]));
        state->items[i] = (zx_wait_item_t){state->events[i], ZX_EVENT_SIGNALED, 0};
    }
    BENCH_OK(zx_object_signal(state->events[MANY / 2], 0, ZX_EVENT_SIGNALED));
    return state;
}

static void many_events_run(void *opaque, uint64_t count) {
    struct many_events *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        state->items[MANY / 2].pending = 0;
        BENCH_OK(zx_object_wait_many(state->items, MANY, ZX_TIME_INFINITE));
        BENCH_CHECK((state->items[MANY / 2].pending & ZX_EVENT_SIGNALED) != 0);
    }
    BENCH_CHECK((state->items[0].pending & ZX_EVENT_SIGNALED) == 0);
}

static void many_events_tear_down(void *opaque) {
    struct many_events *state = opaque;
    for (size_t i = 0; i < MANY; i++) {
        BENCH_OK(zx_handle_close(state->events[i]));
    }
    free(state);
}

static void *many_files_set_up(size_t size) {
    (void)size;
    struct pollfd *files = bench_allocate(MANY * sizeof(*files));
    for (size_t i = 0; i < MANY; i++) {
        files[i] = (struct pollfd){.fd = eventfd(i == MANY / 2, EFD_CLOEXEC), .events = POLLIN};
        BENCH_CHECK(files[i].fd >= 0);
    }
    return files;
}

static void many_files_run(void *opaque, uint64_t count) {
    struct pollfd *files = opaque;
    for (uint64_t i = 0; i < count; i++) {
        files[MANY / 2].revents = 0;
        BENCH_CHECK(poll(files, MANY, -1) == 1);
        BENCH_CHECK(files[MANY / 2].revents == POLLIN);
    }
    BENCH_CHECK(files[0].revents == 0);
}

static void many_files_tear_down(void *opaque) {
    struct pollfd *files = opaque;
    for (size_t i = 0; i < MANY; i++) {
        close(files[i].fd);
    }
    free(files);
}

static void *many_words_set_up(size_t size) {
    (void)size;
    _Atomic uint32_t *words = bench_allocate(MANY * sizeof(*words));
    atomic_store(&words[MANY / 2], 1);
    return words;
}

static void many_words_run(void *opaque, uint64_t count) {
    _Atomic uint32_t *words = opaque;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t set = 0;
        for (size_t j = 0; j < MANY; j++) {
            set += atomic_load(&words[j]);
        }
        BENCH_CHECK(set == 1);
    }
}

static const struct bench_side event_sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = event_set_up,
     .run = event_run,
     .tear_down = event_tear_down},
    {.name = "eventfd write+read",
     .kind = BENCH_NEIGHBOUR,
     .set_up = eventfd_set_up,
     .run = eventfd_run,
     .tear_down = eventfd_tear_down},
    {.name = "mutex+condvar flag",
     .kind = BENCH_NEIGHBOUR,
     .set_up = flag_set_up,
     .run = flag_run,
     .tear_down = flag_tear_down},
    {.name = "atomic or, load, and",
     .kind = BENCH_FLOOR,
     .set_up = word_set_up,
     .run = word_run,
     .tear_down = free},
};

static const struct bench_side many_sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = many_events_set_up,
     .run = many_events_run,
     .tear_down = many_events_tear_down},
    {.name = "poll on 16 eventfds",
     .kind = BENCH_NEIGHBOUR,
     .set_up = many_files_set_up,
     .run = many_files_run,
     .tear_down = many_files_tear_down},
    {.name = "16 atomic loads",
     .kind = BENCH_FLOOR,
     .set_up = many_words_set_up,
     .run = many_words_run,
     .tear_down = free},
};

static const struct bench_row rows[] = {
    {"event signal+wait+clear", BENCH_SCALES, 0, BENCH_SIDES(event_sides)},
    {"wait_many, 1 of 16 signalled", BENCH_ALONE, 0, BENCH_SIDES(many_sides)},
};
const struct bench_noun bench_event = {rows, BENCH_COUNT(rows)};
