// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Profiles: making them, and giving them to threads.
#include "harness.h"

#include <zircon/syscalls/profile.h>

static zx_profile_info_t info_with(int32_t priority) {
    zx_profile_info_t info;
    memset(&info, 0, sizeof(info));
    info.type = ZX_PROFILE_INFO_SCHEDULER;
    info.scheduler.priority = priority;
    return info;
}

static zx_handle_t new_profile(int32_t priority) {
    zx_profile_info_t info = info_with(priority);
    zx_handle_t profile;
    EXPECT_OK(zx_profile_create(zx_job_default(), 0, &info, &profile));
    return profile;
}

TEST(profile_create, makes_a_profile_of_every_priority) {
    for (int32_t priority = ZX_PRIORITY_LOWEST; priority <= ZX_PRIORITY_HIGHEST; priority++) {
        zx_handle_t profile = new_profile(priority);
        EXPECT_EQ(type_of(profile), ZX_OBJ_TYPE_PROFILE);
        EXPECT_EQ(rights_of(profile), ZX_DEFAULT_PROFILE_RIGHTS);
        close_handle(profile);
    }
}

TEST(profile_create, refuses_other_priorities_and_kinds) {
    static const int32_t wrong[] = {ZX_PRIORITY_LOWEST - 1, ZX_PRIORITY_HIGHEST + 1, INT32_MIN,
                                    INT32_MAX};
    zx_handle_t profile = 7;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        zx_profile_info_t info = info_with(wrong[i]);
        EXPECT_STATUS(zx_profile_create(zx_job_default(), 0, &info, &profile), ZX_ERR_INVALID_ARGS);
        info.type = 0; // looked at first
        EXPECT_STATUS(zx_profile_create(zx_job_default(), 0, &info, &profile),
                      ZX_ERR_NOT_SUPPORTED);
    }
    EXPECT_EQ(profile, 7);
}

TEST(profile_create, wants_the_root_job) {
    zx_profile_info_t info = info_with(ZX_PRIORITY_DEFAULT);
    zx_handle_t job, event, profile = 7, weak;
    EXPECT_OK(zx_job_create(zx_job_default(), 0, &job));
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_STATUS(zx_profile_create(job, 0, &info, &profile), ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_profile_create(job, 0, NULL, &profile), ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_profile_create(event, 0, &info, &profile), ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(zx_profile_create(ZX_HANDLE_INVALID, 0, &info, &profile), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_profile_create(ZX_HANDLE_INVALID, 1, &info, &profile), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_profile_create(zx_job_default(), 0, NULL, &profile), ZX_ERR_INVALID_ARGS);
    weak = without_rights(zx_job_default(), ZX_RIGHT_MANAGE_PROCESS);
    EXPECT_STATUS(zx_profile_create(weak, 0, &info, &profile), ZX_ERR_ACCESS_DENIED);
    EXPECT_EQ(profile, 7);
    close_handle(weak);
    close_handle(event);
    close_handle(job);
}

static zx_status_t create_profile(void *context) {
    zx_profile_info_t info = info_with(ZX_PRIORITY_DEFAULT);
    return zx_profile_create(zx_job_default(), 0, &info, context);
}

TEST(profile_create, leaves_nothing_if_memory_runs_out) {
    zx_handle_t profile = 7;
    expect_no_memory(create_profile, &profile, sizeof(profile));
    close_handle(profile);
}

TEST(object_set_profile, takes_threads_that_run_and_that_are_new) {
    zx_handle_t low = new_profile(ZX_PRIORITY_LOWEST), usual = new_profile(ZX_PRIORITY_DEFAULT);
    struct idle_thread idle;
    start_idle_thread(&idle);
    EXPECT_OK(zx_object_set_profile(handle_of_thread(&idle.thread), low, 0));
    EXPECT_OK(zx_object_set_profile(handle_of_thread(&idle.thread), usual, UINT32_MAX));
    finish_idle_thread(&idle);
    zx_handle_t thread;
    EXPECT_OK(zx_thread_create(zx_process_self(), "new", 3, 0, &thread));
    EXPECT_OK(zx_object_set_profile(thread, low, 0));
    close_handle(thread);
    close_handle(usual);
    close_handle(low);
}

TEST(object_set_profile, checks_its_handles) {
    zx_handle_t profile = new_profile(ZX_PRIORITY_DEFAULT), weak, event;
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_STATUS(zx_object_set_profile(ZX_HANDLE_INVALID, ZX_HANDLE_INVALID, 0),
                  ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_object_set_profile(event, ZX_HANDLE_INVALID, 0), ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(zx_object_set_profile(zx_thread_self(), ZX_HANDLE_INVALID, 0), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_object_set_profile(zx_thread_self(), event, 0), ZX_ERR_WRONG_TYPE);
    weak = without_rights(profile, ZX_RIGHT_APPLY_PROFILE);
    EXPECT_STATUS(zx_object_set_profile(zx_thread_self(), weak, 0), ZX_ERR_ACCESS_DENIED);
    close_handle(weak);
    weak = without_rights(zx_thread_self(), ZX_RIGHT_MANAGE_THREAD);
    EXPECT_STATUS(zx_object_set_profile(weak, profile, 0), ZX_ERR_ACCESS_DENIED);
    close_handle(weak);
    close_handle(event);
    close_handle(profile);
}

static int nothing(void *argument) {
    (void)argument;
    return 0;
}

TEST(object_set_profile, refuses_the_dead) {
    zx_handle_t profile = new_profile(ZX_PRIORITY_DEFAULT), handle;
    struct test_thread thread;
    start_thread(&thread, nothing, NULL);
    EXPECT_OK(zx_handle_duplicate(handle_of_thread(&thread), ZX_RIGHT_SAME_RIGHTS, &handle));
    finish_thread(&thread);
    EXPECT_OK(zx_object_wait_one(handle, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, NULL));
    EXPECT_STATUS(zx_object_set_profile(handle, profile, 0), ZX_ERR_BAD_STATE);
    close_handle(handle);
    close_handle(profile);
}
