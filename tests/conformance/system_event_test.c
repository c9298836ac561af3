// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <zircon/syscalls/system.h>

static zx_handle_t get_event(void) {
    zx_handle_t event;
    EXPECT_OK(zx_system_get_event(zx_job_default(), ZX_SYSTEM_EVENT_LOW_MEMORY, &event));
    return event;
}

TEST(system_get_event, gives_an_event_that_can_only_be_watched_and_passed_on) {
    zx_handle_t event = get_event();
    zx_info_handle_basic_t info;
    EXPECT_OK(zx_object_get_info(event, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.type, ZX_OBJ_TYPE_EVENT);
    EXPECT_EQ(info.rights, ZX_DEFAULT_SYSTEM_EVENT_LOW_MEMORY_RIGHTS);
    EXPECT_EQ(info.rights, ZX_RIGHT_DUPLICATE | ZX_RIGHT_TRANSFER | ZX_RIGHT_WAIT);
    EXPECT_STATUS(zx_object_signal(event, 0, ZX_EVENT_SIGNALED), ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_object_signal(event, 0, ZX_USER_SIGNAL_0), ZX_ERR_ACCESS_DENIED);
    zx_handle_t second, a, b;
    EXPECT_OK(zx_handle_duplicate(event, ZX_RIGHT_SAME_RIGHTS, &second));
    EXPECT_OK(zx_channel_create(0, &a, &b));
    EXPECT_OK(zx_channel_write(a, 0, NULL, 0, &second, 1));
    close_handle(a);
    close_handle(b);
    close_handle(event);
}

TEST(system_get_event, gives_the_same_event_each_time) {
    zx_handle_t first = get_event();
    zx_koid_t koid = koid_of(first);
    zx_handle_t second = get_event();
    EXPECT(first != second);
    EXPECT_EQ(koid_of(second), koid);
    close_handle(first);
    close_handle(second);
    // Without any handle it lives on.
    first = get_event();
    EXPECT_EQ(koid_of(first), koid);
    close_handle(first);
}

TEST(system_get_event, gives_an_event_that_is_not_signaled_while_there_is_memory) {
    zx_handle_t event = get_event(), port;
    zx_signals_t signals = 0xff;
    EXPECT_STATUS(
        zx_object_wait_one(event, ZX_EVENT_SIGNALED, zx_deadline_after(1000000), &signals),
        ZX_ERR_TIMED_OUT);
    EXPECT_EQ(signals, 0);
    zx_port_packet_t packet;
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_EVENT_SIGNALED, 0));
    EXPECT_STATUS(zx_port_wait(port, 0, &packet), ZX_ERR_TIMED_OUT);
    close_handle(event);
    close_handle(port);
}

TEST(system_get_event, knows_one_kind_and_looks_at_it_before_the_handle) {
    static const uint32_t kinds[] = {0, 2, 3, 0x80000000, UINT32_MAX};
    EXPECT_EQ(ZX_SYSTEM_EVENT_LOW_MEMORY, 1);
    zx_handle_t event = 7;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        EXPECT_STATUS(zx_system_get_event(zx_job_default(), kinds[i], &event), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_system_get_event(ZX_HANDLE_INVALID, kinds[i], &event),
                      ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(event, 7);
}

static zx_status_t get_by(zx_handle_t job) {
    zx_handle_t event;
    zx_status_t status = zx_system_get_event(job, ZX_SYSTEM_EVENT_LOW_MEMORY, &event);
    if (status == ZX_OK) {
        close_handle(event);
    }
    return status;
}

TEST(system_get_event, checks_its_handle) {
    expect_bad_handle(get_by);
    expect_wrong_type(get_by, ZX_OBJ_TYPE_JOB, ZX_OBJ_TYPE_JOB);
    expect_right(get_by, zx_job_default(), ZX_RIGHT_MANAGE_PROCESS, ZX_OK);
}

TEST(system_get_event, asks_for_the_root_job) {
    zx_handle_t job, event = 7;
    if (zx_job_create(zx_job_default(), 0, &job) == ZX_ERR_NOT_SUPPORTED) {
        return; // there is only one job
    }
    EXPECT_STATUS(zx_system_get_event(job, ZX_SYSTEM_EVENT_LOW_MEMORY, &event),
                  ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_system_get_event(job, ZX_SYSTEM_EVENT_LOW_MEMORY, NULL), ZX_ERR_ACCESS_DENIED);
    EXPECT_EQ(event, 7);
    close_handle(job);
}

TEST(system_get_event, leaves_nothing_if_the_handle_cannot_be_stored) {
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_system_get_event(zx_job_default(), ZX_SYSTEM_EVENT_LOW_MEMORY,
                                          bad_pointer(i, sizeof(zx_handle_t))),
                      ZX_ERR_INVALID_ARGS);
    }
    zx_handle_t event = get_event();
    close_handle(event);
}

static zx_status_t get_into(void *context) {
    return zx_system_get_event(zx_job_default(), ZX_SYSTEM_EVENT_LOW_MEMORY, context);
}

TEST(system_get_event, leaves_nothing_if_there_is_no_room_for_a_handle) {
    zx_handle_t event = 7;
    expect_no_memory(get_into, &event, sizeof(event));
    close_handle(event);
}
