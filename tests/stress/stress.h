// Part of libzircon. BSD-3-Clause, see LICENSE.
// Stress: threads that use the same objects, transfer, cancel and close them at random moments.
//
// Each scenario keeps books of what it sent and what must have arrived. Values that one thread uses
// may have been closed by another: such calls may also fail, with the statuses that are listed.
// Since a value can come back after some ten thousand closes, a call that was preempted may even
// meet another object of the scenario; so what the books are about belongs to one thread alone.
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/object.h>
#include <zircon/syscalls/port.h>

enum { WORKERS_MAX = 64, MICROSECOND = 1000, MILLISECOND = 1000000 };

struct worker {
    uint32_t index, count; // of all workers
    uint64_t random;
    _Atomic uint64_t steps; // shows the watchdog that it lives
    pthread_t thread;
};

struct scenario {
    const char *name;
    uint32_t multiple; // the number of workers is a multiple of it
    void (*prepare)(uint32_t workers);
    void (*step)(struct worker *worker); // called again and again until the time is over
    void (*finish)(uint32_t workers);    // when all workers have stopped
};

extern const struct scenario call_scenario, channel_scenario, fifo_scenario, futex_scenario,
    handle_scenario, memory_scenario, port_scenario, socket_scenario, thread_scenario,
    timer_scenario, wake_scenario;

// Is the time over?
bool stress_is_over(void);

uint64_t stress_random(struct worker *worker);
// A number below `limit`.
uint32_t stress_pick(struct worker *worker, uint32_t limit);
// Zero, near, or so far that it is never met while the program works.
zx_time_t stress_deadline(struct worker *worker);

void stress_fail(const char *file, int line, const char *format, ...)
    __attribute__((noreturn, format(printf, 3, 4)));

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            stress_fail(__FILE__, __LINE__, "not so: %s", #condition);                             \
        }                                                                                          \
    } while (0)

#define CHECK_OK(expression)                                                                       \
    do {                                                                                           \
        zx_status_t status_ = (expression);                                                        \
        if (status_ != ZX_OK) {                                                                    \
            stress_fail(__FILE__, __LINE__, "%s: %s", #expression, zx_status_get_string(status_)); \
        }                                                                                          \
    } while (0)

// Is the status among those that follow? Returns it.
zx_status_t stress_among(const char *file, int line, zx_status_t status, const zx_status_t *allowed,
                         size_t count);
#define AMONG(expression, ...)                                                                     \
    stress_among(__FILE__, __LINE__, (expression), (const zx_status_t[]){__VA_ARGS__},             \
                 sizeof((const zx_status_t[]){__VA_ARGS__}) / sizeof(zx_status_t))

// A set of numbers that each may be added once.
struct once {
    _Atomic uint64_t *words;
    uint64_t limit;
};
void once_make(struct once *once, uint64_t limit);
void once_add(struct once *once, uint64_t number, const char *what);
bool once_has(struct once *once, uint64_t number);
void once_free(struct once *once);

// Puts a handle in a place that all share, and closes what was there.
void stress_replace(_Atomic zx_handle_t *place, zx_handle_t handle);
