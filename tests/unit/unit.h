// Part of libzircon. BSD-3-Clause, see LICENSE.
// What the unit tests share: a kernel that runs, threads in it, and a count of what is left over.
#pragma once

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// After those four.
#include <cmocka.h>

#include "base/invariant.h"
#include "kernel.h"
#include "objects/thread.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNIT_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UNIT_SANITIZED 1
#endif
#endif
#ifdef UNIT_SANITIZED
enum { UNIT_IS_SANITIZED = 1 };
#else
enum { UNIT_IS_SANITIZED = 0 };
#endif

// The main thread's descriptor; starts the kernel at the first use.
struct thread *unit_self(void);

// A test that begins in the kernel, and fails if it leaves objects, locks or wake-ups behind.
#define UNIT_TEST(function) cmocka_unit_test_setup_teardown(function, unit_set_up, unit_tear_down)
int unit_set_up(void **state);
int unit_tear_down(void **state);

// Cells in use of a kind of memory, less those at the test's start.
uint32_t unit_new(const char *name);

// A thread of the kernel. Failures in it end the program: cmocka knows only the main thread.
struct unit_thread {
    pthread_t id;
    void (*function)(struct thread *self, void *argument);
    void *argument;
    _Atomic(struct thread *) self; // once it runs
};
void unit_start(struct unit_thread *thread, void (*function)(struct thread *self, void *argument),
                void *argument);
void unit_join(struct unit_thread *thread);

// Waits until the thread sleeps in park.
void unit_wait_until_parked(struct unit_thread *thread);

// Waits until somebody sleeps on the mutex.
void unit_wait_until_contended(struct mutex *mutex);

void unit_sleep(int64_t nanoseconds);

// A check that works in every thread.
#define unit_check(condition)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

// The signal that ends a child process which calls the function; 0 if it returns. The kernel's own
// memory is wiped in the child.
int unit_fatal_signal(void (*function)(void *argument), void *argument);

// A process of the root job that is not started.
struct process *unit_process_new(struct thread *self, const char *name);

// A new handle of self's process to an object, which takes the caller's reference.
zx_handle_t unit_publish_take(struct thread *self, struct object *object, zx_rights_t rights);
void unit_close(struct thread *self, zx_handle_t handle);

// Pages of memory with those after them not accessible.
char *unit_pages(size_t bytes);
void unit_unmap(char *at, size_t bytes);
