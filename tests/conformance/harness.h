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
        ck_assert_msg(a_ == b_, "%s is %lld (0x%llx), not %lld (0x%llx)", #a, a_, a_, b_, b_);      \
    } while (0)

// Memory that no program may touch: a page that is not mapped, one that can only be read, and the
// last `size` bytes before an unmapped page. They last as long as the test.
void *bad_page(void);
void *read_only_page(void);
void *end_of_page(size_t size);

// The rights that a handle has, its koid, its object's type; the test fails if it is none.
zx_rights_t rights_of(zx_handle_t handle);
zx_koid_t koid_of(zx_handle_t handle);
zx_obj_type_t type_of(zx_handle_t handle);
bool is_valid(zx_handle_t handle);

// Closes a handle; the test fails if it is none.
void close_handle(zx_handle_t handle);

// A second handle without some rights.
zx_handle_t without_rights(zx_handle_t handle, zx_rights_t rights);

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

// Waits until the thread of that handle is blocked (ZX_THREAD_STATE_BLOCKED_*), so that what comes
// next finds it waiting.
void wait_until_blocked(struct test_thread *thread);
