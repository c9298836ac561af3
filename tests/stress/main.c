// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// stress [--scenario NAME] [--seconds N] [--threads N] [--seed N]
#include "stress.h"

#include "census.h"

#include <stdarg.h>
#include <time.h>
#include <unistd.h>
#include <zircon/process.h>

static const struct scenario *const scenarios[] = {
    &call_scenario,   &channel_scenario, &fifo_scenario, &futex_scenario,
    &handle_scenario, &memory_scenario,  &port_scenario, &socket_scenario,
    &thread_scenario, &timer_scenario,   &wake_scenario,
};
enum { SCENARIOS = sizeof(scenarios) / sizeof(scenarios[0]), STUCK_SECONDS = 30 };

static atomic_bool over;
static const struct scenario *current;
static struct worker workers[WORKERS_MAX];
static uint64_t seed = 1;

bool stress_is_over(void) {
    return atomic_load_explicit(&over, memory_order_relaxed);
}

uint64_t stress_random(struct worker *worker) {
    worker->random ^= worker->random << 13;
    worker->random ^= worker->random >> 7;
    worker->random ^= worker->random << 17;
    return worker->random;
}

uint32_t stress_pick(struct worker *worker, uint32_t limit) {
    return (uint32_t)((stress_random(worker) >> 32) * limit >> 32);
}

zx_time_t stress_deadline(struct worker *worker) {
    switch (stress_pick(worker, 4)) {
    case 0:
        return 0;
    case 1:
        return zx_deadline_after((zx_duration_t)stress_pick(worker, 20 * MICROSECOND));
    case 2:
        return zx_deadline_after((zx_duration_t)stress_pick(worker, 500 * MICROSECOND));
    default:
        return zx_deadline_after((zx_duration_t)5 * MILLISECOND);
    }
}

void stress_fail(const char *file, int line, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s:%d: scenario %s, seed %llu: ", file, line,
            current != NULL ? current->name : "none", (unsigned long long)seed);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    abort();
}

zx_status_t stress_among(const char *file, int line, zx_status_t status, const zx_status_t *allowed,
                         size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (allowed[i] == status) {
            return status;
        }
    }
    stress_fail(file, line, "unexpected %s", zx_status_get_string(status));
}

// --- sets ---

void once_make(struct once *once, uint64_t limit) {
    once->limit = limit;
    once->words = calloc(limit / 64 + 1, sizeof(once->words[0]));
    CHECK(once->words != NULL);
}

void once_add(struct once *once, uint64_t number, const char *what) {
    CHECK(number < once->limit);
    uint64_t bit = UINT64_C(1) << number % 64;
    if ((atomic_fetch_or(&once->words[number / 64], bit) & bit) != 0) {
        stress_fail(__FILE__, __LINE__, "%s %llu came twice", what, (unsigned long long)number);
    }
}

bool once_has(struct once *once, uint64_t number) {
    return (atomic_load(&once->words[number / 64]) >> number % 64 & 1) != 0;
}

void once_free(struct once *once) {
    free((void *)once->words);
    once->words = NULL;
}

void stress_replace(_Atomic zx_handle_t *place, zx_handle_t handle) {
    CHECK_OK(zx_handle_close(atomic_exchange(place, handle)));
}

// --- running ---

static void *work(void *argument) {
    struct worker *worker = argument;
    while (!stress_is_over()) {
        current->step(worker);
        atomic_fetch_add_explicit(&worker->steps, 1, memory_order_relaxed);
    }
    atomic_store(&worker->steps, UINT64_MAX); // done
    return NULL;
}

static void nap(void) {
    nanosleep(&(struct timespec){.tv_nsec = 10 * MILLISECOND}, NULL);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// Waits for the end of the time, then for the workers. One that stands still has missed a wake-up.
static void watch(uint32_t count, double seconds) {
    uint64_t last[WORKERS_MAX] = {0};
    double moved[WORKERS_MAX], end = now() + seconds;
    for (uint32_t i = 0; i < count; i++) {
        moved[i] = now();
    }
    for (;;) {
        nap();
        if (now() >= end) {
            atomic_store(&over, true);
        }
        uint32_t done = 0;
        for (uint32_t i = 0; i < count; i++) {
            uint64_t steps = atomic_load(&workers[i].steps);
            done += steps == UINT64_MAX;
            if (steps != last[i] || steps == UINT64_MAX) {
                last[i] = steps;
                moved[i] = now();
            } else if (now() - moved[i] > STUCK_SECONDS) {
                stress_fail(__FILE__, __LINE__, "worker %u is stuck after %llu steps", i,
                            (unsigned long long)steps);
            }
        }
        if (done == count) {
            return;
        }
    }
}

static void run(const struct scenario *scenario, double seconds, uint32_t count) {
    struct census before, after;
    current = scenario;
    count = (count + scenario->multiple - 1) / scenario->multiple * scenario->multiple;
    atomic_store(&over, false);
    take_census(&before);
    scenario->prepare(count);
    for (uint32_t i = 0; i < count; i++) {
        workers[i].index = i;
        workers[i].count = count;
        workers[i].random = (seed + i) * 0x9e3779b97f4a7c15 | 1;
        atomic_store(&workers[i].steps, 0);
        CHECK(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
    }
    watch(count, seconds);
    for (uint32_t i = 0; i < count; i++) {
        CHECK(pthread_join(workers[i].thread, NULL) == 0);
    }
    scenario->finish(count);
    take_census(&after);
    compare_census(&before, &after);
}

static void *do_nothing(void *argument) {
    return argument;
}

static const char usage[] =
    "usage: stress [--scenario NAME] [--seconds N] [--threads N] [--seed N]";

int main(int argc, char **argv) {
    const char *name = NULL;
    double seconds = 2;
    uint32_t threads = 4;
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--scenario") == 0) {
            name = value;
        } else if (strcmp(argv[i], "--seconds") == 0) {
            seconds = strtod(value, NULL);
        } else if (strcmp(argv[i], "--threads") == 0) {
            threads = (uint32_t)strtoul(value, NULL, 0);
        } else if (strcmp(argv[i], "--seed") == 0) {
            seed = strtoull(value, NULL, 0);
        } else {
            fprintf(stderr, "%s\n", usage);
            return 2;
        }
    }
    if (threads < 1 || threads > WORKERS_MAX / 2 || seconds <= 0) {
        fprintf(stderr, "%s\n", usage);
        return 2;
    }
    // What the library makes for itself exists before anything is counted.
    (void)zx_process_self();
    (void)zx_thread_self();
    pthread_t first; // with it the thread sanitizer makes one of its own
    CHECK(pthread_create(&first, NULL, do_nothing, NULL) == 0);
    CHECK(pthread_join(first, NULL) == 0);
    uint32_t ran = 0;
    for (int i = 0; i < SCENARIOS; i++) {
        if (name == NULL || strcmp(name, scenarios[i]->name) == 0) {
            run(scenarios[i], seconds, threads);
            ran++;
        }
    }
    if (ran == 0) {
        fprintf(stderr, "no scenario %s\n", name);
        return 2;
    }
    return 0;
}
