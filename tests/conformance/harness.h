// Part of libzircon. BSD-3-Clause, see LICENSE.
// Conformance tests: what the interface promises, through public headers only.
//
// A test names the call it is about; the coverage table is made from the runs. Its name is a
// sentence. Every test runs in a process of its own (libcheck forks), with a fresh kernel, a time
// limit, and a check at its end that no handle and no kernel object is left over.
//
//     TEST(channel_write, to_a_closed_peer_closes_the_handles) {
//         ...
//         EXPECT_STATUS(zx_channel_write(a, 0, NULL, 0, &event, 1), ZX_ERR_PEER_CLOSED);
//     }
#pragma once

#include <check.h>
#include <libzircon/libzircon.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <zircon/process.h>
#include <zircon/processargs.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/debug.h>
#include <zircon/syscalls/exception.h>
#include <zircon/syscalls/object.h>
#include <zircon/syscalls/port.h>
#include <zircon/zx-syscall-numbers.h>

struct conformance_test {
    TTest test;
    const char *call; // without zx_
};

#define TEST(call_name, sentence)                                                                  \
    static void call_name##__##sentence(int loop_index);                                           \
    static const struct conformance_test call_name##__##sentence##_entry                           \
        __attribute__((used, section("conformance_tests"), aligned(sizeof(void *)))) = {           \
            .test = {#sentence, call_name##__##sentence, __FILE__, __LINE__},                      \
            .call = #call_name,                                                                    \
    };                                                                                             \
    static void call_name##__##sentence(int loop_index __attribute__((unused)))

// A test that makes no sense under the thread sanitizer; say why.
#if defined(__SANITIZE_THREAD__)
#define UNDER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN 1
#endif
#endif
#ifdef UNDER_TSAN
#define TEST_WITHOUT_TSAN(call_name, sentence)                                                     \
    __attribute__((unused)) static void call_name##__##sentence(void)
#else
#define TEST_WITHOUT_TSAN(call_name, sentence) TEST(call_name, sentence)
#endif

// A test with a process whose code comes in by the vDSO. A sanitizer's code in the kernel needs its
// libc's %fs, and such a thread has none.
#if defined(UNDER_TSAN) || defined(__SANITIZE_ADDRESS__)
#define UNDER_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_SANITIZER 1
#endif
#endif
#ifdef UNDER_SANITIZER
#define TEST_OF_LOADED(call_name, sentence)                                                        \
    __attribute__((unused)) static void call_name##__##sentence(void)
#else
#define TEST_OF_LOADED(call_name, sentence) TEST(call_name, sentence)
#endif

// The call returns this status, or the test has failed and says what it returned instead.
#define EXPECT_STATUS(expression, expected)                                                        \
    do {                                                                                           \
        zx_status_t status_ = (expression);                                                        \
        ck_assert_msg(status_ == (expected), "%s is %s, not %s", #expression,                      \
                      zx_status_get_string(status_), zx_status_get_string(expected));              \
    } while (0)
#define EXPECT_OK(expression) EXPECT_STATUS(expression, ZX_OK)
#define EXPECT(condition) ck_assert(condition)
#define EXPECT_EQ(a, b)                                                                            \
    do {                                                                                           \
        long long a_ = (long long)(a), b_ = (long long)(b);                                        \
        ck_assert_msg(a_ == b_, "%s is %lld (0x%llx), not %lld (0x%llx)", #a, a_, a_, b_, b_);     \
    } while (0)

// Memory that no program may touch: a page that is not mapped, one that can only be read (zeros, or
// a copy of up to 4096 bytes), and the last `size` bytes before an unmapped page. They last as long
// as the test.
void *bad_page(void);
void *read_only_page(void);
void *read_only_copy(const void *bytes, size_t size);
void *end_of_page(size_t size);

// The rights that a handle has, its koid, its object's type; the test fails if it is none.
zx_rights_t rights_of(zx_handle_t handle);
zx_koid_t koid_of(zx_handle_t handle);
zx_obj_type_t type_of(zx_handle_t handle);
bool is_valid(zx_handle_t handle);

// Closes a handle; the test fails if it is none.
void close_handle(zx_handle_t handle);

// The root resource that the program was started with. It stays open.
zx_handle_t root_resource(void);

// A second handle without some rights.
zx_handle_t without_rights(zx_handle_t handle, zx_rights_t rights);

// What a call returned that was made in another process, for the coverage table.
void note_result(const char *name, uint64_t result);

// --- one argument of a call at a time ---
//
// A test writes the call as a function of the argument in question, with all others right, and the
// checks go through what that argument must not be.

// Values that are no handles, ZX_HANDLE_INVALID first: closed ones and forged ones.
enum { BAD_HANDLES = 38 };
void bad_handles(zx_handle_t values[BAD_HANDLES]);

typedef zx_status_t (*handle_call)(zx_handle_t handle);

// ZX_ERR_BAD_HANDLE for all of those.
void expect_bad_handle(handle_call call);

// ZX_ERR_WRONG_TYPE for handles to objects of all types but these two (the same twice for one).
void expect_wrong_type(handle_call call, zx_obj_type_t type, zx_obj_type_t other_type);

// ZX_ERR_ACCESS_DENIED with all rights of `handle` but one, and `status` with this one alone.
void expect_right(handle_call call, zx_handle_t handle, zx_rights_t right, zx_status_t status);

// Pointers to `size` bytes that cannot all be read: null, not mapped, partly mapped, not canonical,
// the kernel's half of the address space, past its end. The next one cannot be written.
enum { BAD_IN_POINTERS = 6, BAD_OUT_POINTERS = 7 };
void *bad_pointer(int which, size_t size);

// Makes the call with its first, second, ... allocation failing, until it succeeds. Each failure is
// ZX_ERR_NO_MEMORY, leaves no handle or object behind, and the `size` bytes at `context`, where the
// call stores its results, as they were.
typedef zx_status_t (*allocating_call)(void *context);
void expect_no_memory(allocating_call call, void *context, size_t size);

// --- threads ---

// A thread that runs `function` and is joined by finish_thread, which returns what it returned.
typedef int (*thread_function)(void *argument);
struct test_thread {
    unsigned long id;
    thread_function function;
    void *argument;
    int result;
};
void start_thread(struct test_thread *thread, thread_function function, void *argument);
int finish_thread(struct test_thread *thread);

// The thread's handle, its own: it ends when the thread is finished.
zx_handle_t handle_of_thread(const struct test_thread *thread);

// A thread that is blocked in zx_object_wait_one from the one call to the other.
struct idle_thread {
    struct test_thread thread;
    zx_handle_t go;
};
void start_idle_thread(struct idle_thread *idle);
void finish_idle_thread(struct idle_thread *idle);

// Waits until the thread is blocked (ZX_THREAD_STATE_BLOCKED_*), so that what comes next finds it
// waiting, or has ended.
void wait_until_blocked(struct test_thread *thread);

// A thread of zx_thread_start's own, which runs `entry` with these arguments on a stack of its own.
struct started_thread {
    zx_handle_t handle;
    char *stack;
};
void start_raw_thread(struct started_thread *thread, void (*entry)(uintptr_t, uintptr_t),
                      uintptr_t arg1, uintptr_t arg2);
// Waits for its end.
void finish_raw_thread(struct started_thread *thread);

// One that has stopped at an undefined instruction, and whose exception came over a channel of the
// task. When the exception is closed it goes on behind the instruction, and ends.
struct stopped_thread {
    struct started_thread thread;
    zx_handle_t channel, exception;
};
void start_stopped_thread(struct stopped_thread *stopped, zx_handle_t task);
void finish_stopped_thread(struct stopped_thread *stopped);
