// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "child.h"

TEST(syscall_test_0, returns_zero) {
    EXPECT_EQ(zx_syscall_test_0(), 0);
}

TEST(syscall_test_1, returns_its_argument) {
    EXPECT_EQ(zx_syscall_test_1(1), 1);
    EXPECT_EQ(zx_syscall_test_1(INT32_MIN), INT32_MIN);
    EXPECT_EQ(zx_syscall_test_1(ZX_ERR_INTERNAL), ZX_ERR_INTERNAL);
    // Made again are calls that may wait, and no others; also by number.
    EXPECT_EQ(zx_syscall_test_1(ZX_ERR_INTERNAL_INTR_RETRY), ZX_ERR_INTERNAL_INTR_RETRY);
    const uint64_t words[8] = {(uint64_t)(int64_t)ZX_ERR_INTERNAL_INTR_RETRY};
    EXPECT_EQ((int64_t)libzircon_call(ZX_SYS_syscall_test_1, words), ZX_ERR_INTERNAL_INTR_RETRY);
}

// It is what calls return that are to be made again, but not here.
TEST(syscall_test_1, returns_the_status_of_an_interrupted_call) {
    const uint64_t words[8] = {(uint64_t)(int64_t)ZX_ERR_INTERNAL_INTR_RETRY};
    EXPECT_EQ(zx_syscall_test_1(ZX_ERR_INTERNAL_INTR_RETRY), ZX_ERR_INTERNAL_INTR_RETRY);
    EXPECT_EQ((int64_t)libzircon_call(ZX_SYS_syscall_test_1, words), ZX_ERR_INTERNAL_INTR_RETRY);
}

TEST_OF_LOADED(syscall_test_1, returns_that_status_in_a_loaded_program_too) {
    struct child child;
    child_begin(&child);
    EXPECT_EQ(CHILD_STATUS(&child, "syscall_test_1", (uint64_t)(int64_t)ZX_ERR_INTERNAL_INTR_RETRY),
              ZX_ERR_INTERNAL_INTR_RETRY);
    child_end(&child);
}

TEST(syscall_test_2, returns_the_sum) {
    EXPECT_EQ(zx_syscall_test_2(1, 2), 3);
    EXPECT_EQ(zx_syscall_test_2(-1, 1), 0);
    EXPECT_EQ(zx_syscall_test_2(INT32_MAX, 1), INT32_MIN);
}

TEST(syscall_test_3, returns_the_sum) {
    EXPECT_EQ(zx_syscall_test_3(1, 2, 3), 6);
}

TEST(syscall_test_4, returns_the_sum) {
    EXPECT_EQ(zx_syscall_test_4(1, 2, 3, 4), 10);
}

TEST(syscall_test_5, returns_the_sum) {
    EXPECT_EQ(zx_syscall_test_5(1, 2, 3, 4, 5), 15);
}

TEST(syscall_test_6, returns_the_sum) {
    EXPECT_EQ(zx_syscall_test_6(1, 2, 3, 4, 5, 6), 21);
}

TEST(syscall_test_7, returns_the_sum) {
    EXPECT_EQ(zx_syscall_test_7(1, 2, 3, 4, 5, 6, 7), 28);
}

TEST(syscall_test_8, returns_the_sum) {
    EXPECT_EQ(zx_syscall_test_8(1, 2, 3, 4, 5, 6, 7, 8), 36);
    EXPECT_EQ(zx_syscall_test_8(0, 0, 0, 0, 0, 0, 0, -8), -8);
}

TEST(syscall_test_wrapper, returns_the_sum_up_to_fifty) {
    EXPECT_EQ(zx_syscall_test_wrapper(0, 0, 0), 0);
    EXPECT_EQ(zx_syscall_test_wrapper(1, 2, 3), 6);
    EXPECT_EQ(zx_syscall_test_wrapper(20, 20, 10), 50);
    EXPECT_STATUS(zx_syscall_test_wrapper(20, 20, 11), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_syscall_test_wrapper(51, 0, 0), ZX_ERR_OUT_OF_RANGE);
}

TEST(syscall_test_wrapper, refuses_what_is_negative) {
    EXPECT_STATUS(zx_syscall_test_wrapper(-1, 0, 100), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_syscall_test_wrapper(100, -1, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_syscall_test_wrapper(0, 0, INT32_MIN), ZX_ERR_INVALID_ARGS);
}

TEST(syscall_test_handle_create, makes_an_event_or_returns_what_it_is_told) {
    zx_handle_t event = 7;
    EXPECT_STATUS(zx_syscall_test_handle_create(ZX_ERR_UNAVAILABLE, &event), ZX_ERR_UNAVAILABLE);
    EXPECT_EQ(zx_syscall_test_handle_create(5, &event), 5);
    EXPECT_STATUS(zx_syscall_test_handle_create(ZX_ERR_STOP, NULL), ZX_ERR_STOP);
    EXPECT_EQ(event, 7);
    EXPECT_OK(zx_syscall_test_handle_create(ZX_OK, &event));
    EXPECT_EQ(type_of(event), ZX_OBJ_TYPE_EVENT);
    EXPECT_EQ(rights_of(event), ZX_DEFAULT_EVENT_RIGHTS);
    close_handle(event);
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_syscall_test_handle_create(ZX_OK, bad_pointer(i, sizeof(event))),
                      ZX_ERR_INVALID_ARGS);
    }
}

TEST(syscall_test_handle_create, has_an_error_of_its_own_if_memory_runs_out) {
    zx_handle_t event = 7;
    libzircon_fail_allocation(1);
    EXPECT_STATUS(zx_syscall_test_handle_create(ZX_OK, &event), ZX_ERR_INTERNAL);
    libzircon_fail_allocation(0);
    EXPECT_EQ(event, 7);
}
