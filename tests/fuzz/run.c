// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "run.h"

#include <fcntl.h>
#include <libzircon/libzircon.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include <zircon/process.h>
#include <zircon/syscalls.h>

#include "calls.h"
#include "memory.h"
#include "model.h"
#include "pool.h"
#include "report.h"

// --- what there is ---

enum { KINDS = 96, SETTLE_TRIES = 2000, SETTLE_STEP = 1000000 };

struct census {
    uint32_t handles;
    uint32_t kinds;
    struct {
        const char *name;
        uint32_t live;
    } objects[KINDS];
};

static void remember(void *context, const char *name, uint32_t live) {
    struct census *census = context;
    if (census->kinds < KINDS) {
        census->objects[census->kinds].name = name;
        census->objects[census->kinds++].live = live;
    }
}

static void take_census(struct census *census) {
    census->kinds = 0;
    libzircon_count_objects(remember, census);
    census->handles = libzircon_count_handles();
}

// The first kind of which there is more than before, or null.
static const char *left_over(const struct census *before, struct census *now, int *count) {
    take_census(now);
    *count = (int)(now->handles - before->handles);
    if (*count != 0) {
        return "handles";
    }
    for (uint32_t i = 0; i < now->kinds; i++) {
        // Kinds come in the order of their first use.
        uint32_t then = i < before->kinds ? before->objects[i].live : 0;
        *count = (int)(now->objects[i].live - then);
        if (*count != 0) {
            return now->objects[i].name;
        }
    }
    return NULL;
}

// A timer that is about to fire may hold an object for a moment longer.
static void expect_nothing_left(const struct census *before) {
    struct census now;
    const char *kind = NULL;
    int count = 0;
    for (int i = 0; i < SETTLE_TRIES; i++) {
        kind = left_over(before, &now, &count);
        if (kind == NULL) {
            return;
        }
        zx_nanosleep(zx_deadline_after(SETTLE_STEP));
    }
    report_failure("at the end %d %s are left over", count, kind);
}

// --- threads ---

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct input parts[FUZZ_THREADS];
    bool has_part[FUZZ_THREADS];
    int working;
} team = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void *work(void *argument) {
    int thread = (int)(intptr_t)argument;
    pthread_mutex_lock(&team.lock);
    for (;;) {
        while (!team.has_part[thread]) {
            pthread_cond_wait(&team.changed, &team.lock);
        }
        struct input part = team.parts[thread];
        pthread_mutex_unlock(&team.lock);
        calls_run(thread, false, &part);
        pthread_mutex_lock(&team.lock);
        team.has_part[thread] = false;
        team.working--;
        pthread_cond_broadcast(&team.changed);
    }
    return NULL;
}

static void run_team(struct input *in) {
    int threads = 2 + input_byte(in) % (FUZZ_THREADS - 1);
    size_t share = in->left / (size_t)threads;
    pthread_mutex_lock(&team.lock);
    for (int i = 1; i < threads; i++) {
        team.parts[i] = input_part(in, share);
        team.has_part[i] = true;
        team.working++;
    }
    pthread_cond_broadcast(&team.changed);
    pthread_mutex_unlock(&team.lock);
    calls_run(0, false, in);
    pthread_mutex_lock(&team.lock);
    while (team.working > 0) {
        pthread_cond_wait(&team.changed, &team.lock);
    }
    pthread_mutex_unlock(&team.lock);
}

// --- inputs ---

void run_prepare(void) {
    memory_prepare();
    calls_prepare();
    // zx_debug_read takes from the standard input.
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    close(nothing);
    // What the library makes for itself at the first need is there before the first census.
    zx_handle_t timer;
    (void)zx_process_self();
    (void)zx_thread_self();
    if (zx_timer_create(0, ZX_CLOCK_MONOTONIC, &timer) == ZX_OK) {
        zx_timer_set(timer, zx_deadline_after(1), 0);
        zx_handle_close(timer);
    }
    for (intptr_t i = 1; i < FUZZ_THREADS; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, work, (void *)i) != 0) {
            report_failure("no thread");
        }
        pthread_detach(thread);
    }
    struct input none = {NULL, 0};
    calls_begin(&none);
    pool_end();
}

void run_input(const uint8_t *data, size_t size) {
    struct input in = {data, size};
    struct census before;
    take_census(&before);
    uint8_t mode = input_byte(&in) % 8;
    if (mode >= 6) {
        model_run(&in);
    } else {
        pool_begin();
        calls_begin(&in);
        if (mode >= 4) {
            run_team(&in);
        } else {
            calls_run(0, true, &in);
        }
        pool_end();
    }
    expect_nothing_left(&before);
}
