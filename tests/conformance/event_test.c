// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

static zx_signals_t signals_of(zx_handle_t handle) {
    zx_signals_t observed = 0;
    EXPECT_STATUS(zx_object_wait_one(handle, 0, ZX_TIME_INFINITE_PAST, &observed),
                  ZX_ERR_TIMED_OUT);
    return observed;
}

// --- event_create ---

TEST(event_create, makes_an_event_with_the_default_rights) {
    zx_handle_t event;
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_EQ(type_of(event), ZX_OBJ_TYPE_EVENT);
    EXPECT_EQ(rights_of(event), ZX_DEFAULT_EVENT_RIGHTS);
    close_handle(event);
}

TEST(event_create, makes_a_new_object_each_time) {
    zx_handle_t first, second;
    EXPECT_OK(zx_event_create(0, &first));
    EXPECT_OK(zx_event_create(0, &second));
    EXPECT(koid_of(first) >= ZX_KOID_FIRST);
    EXPECT(koid_of(second) > koid_of(first));
    close_handle(first);
    close_handle(second);
}

TEST(event_create, makes_events_without_signals_even_from_memory_that_had_some) {
    zx_handle_t event;
    for (int i = 0; i < 3; i++) {
        EXPECT_OK(zx_event_create(0, &event));
        EXPECT_EQ(signals_of(event), 0);
        EXPECT_OK(zx_object_signal(event, 0, ZX_EVENT_SIGNALED | ZX_USER_SIGNAL_ALL));
        close_handle(event);
    }
}

TEST(event_create, refuses_any_option) {
    zx_handle_t event = 7;
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        EXPECT_STATUS(zx_event_create(bit, &event), ZX_ERR_INVALID_ARGS);
    }
    EXPECT_STATUS(zx_event_create(UINT32_MAX, &event), ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(event, 7);
}

TEST(event_create, leaves_nothing_if_the_handle_cannot_be_stored) {
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_event_create(0, bad_pointer(i, sizeof(zx_handle_t))), ZX_ERR_INVALID_ARGS);
    }
}

TEST(event_create, stores_the_handle_at_any_address) {
    char bytes[sizeof(zx_handle_t) + 1];
    EXPECT_OK(zx_event_create(0, (void *)(bytes + 1)));
    zx_handle_t event;
    memcpy(&event, bytes + 1, sizeof(event));
    close_handle(event);
    zx_handle_t *last = end_of_page(sizeof(*last));
    EXPECT_OK(zx_event_create(0, last));
    close_handle(*last);
}

static zx_status_t create_event(void *context) {
    return zx_event_create(0, context);
}

TEST(event_create, leaves_nothing_if_memory_runs_out) {
    zx_handle_t event = 7;
    expect_no_memory(create_event, &event, sizeof(event));
    close_handle(event);
}

// --- eventpair_create ---

TEST(eventpair_create, makes_two_ends_with_the_default_rights) {
    zx_handle_t ends[2];
    EXPECT_OK(zx_eventpair_create(0, &ends[0], &ends[1]));
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(type_of(ends[i]), ZX_OBJ_TYPE_EVENTPAIR);
        EXPECT_EQ(rights_of(ends[i]), ZX_DEFAULT_EVENTPAIR_RIGHTS);
        EXPECT_EQ(signals_of(ends[i]), 0);
    }
    EXPECT(koid_of(ends[0]) != koid_of(ends[1]));
    EXPECT_OK(zx_handle_close_many(ends, 2));
}

TEST(eventpair_create, refuses_any_option_before_it_looks_at_the_pointers) {
    zx_handle_t ends[2] = {7, 8};
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        EXPECT_STATUS(zx_eventpair_create(bit, &ends[0], &ends[1]), ZX_ERR_NOT_SUPPORTED);
    }
    EXPECT_STATUS(zx_eventpair_create(1, NULL, NULL), ZX_ERR_NOT_SUPPORTED);
    EXPECT_EQ(ends[0], 7);
    EXPECT_EQ(ends[1], 8);
}

TEST(eventpair_create, makes_neither_end_if_one_handle_cannot_be_stored) {
    zx_handle_t end;
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        void *bad = bad_pointer(i, sizeof(end));
        EXPECT_STATUS(zx_eventpair_create(0, bad, &end), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_eventpair_create(0, &end, bad), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_eventpair_create(0, bad, bad), ZX_ERR_INVALID_ARGS);
    }
}

static zx_status_t create_eventpair(void *context) {
    zx_handle_t *ends = context;
    return zx_eventpair_create(0, &ends[0], &ends[1]);
}

TEST(eventpair_create, leaves_nothing_if_memory_runs_out) {
    zx_handle_t ends[2] = {7, 8};
    expect_no_memory(create_eventpair, ends, sizeof(ends));
    EXPECT_OK(zx_handle_close_many(ends, 2));
}

TEST(eventpair_create, tells_an_end_for_good_that_the_other_is_closed) {
    zx_handle_t ends[2];
    EXPECT_OK(zx_eventpair_create(0, &ends[0], &ends[1]));
    zx_handle_t second;
    EXPECT_OK(zx_handle_duplicate(ends[1], ZX_RIGHT_SAME_RIGHTS, &second));
    close_handle(ends[1]);
    EXPECT_EQ(signals_of(ends[0]), 0);
    close_handle(second);
    EXPECT_EQ(signals_of(ends[0]), ZX_EVENTPAIR_PEER_CLOSED);
    EXPECT_STATUS(zx_object_signal(ends[0], ZX_EVENTPAIR_PEER_CLOSED, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(signals_of(ends[0]), ZX_EVENTPAIR_PEER_CLOSED);
    close_handle(ends[0]);
}

TEST(eventpair_create, keeps_the_signals_of_the_ends_apart) {
    zx_handle_t ends[2];
    EXPECT_OK(zx_eventpair_create(0, &ends[0], &ends[1]));
    EXPECT_OK(zx_object_signal(ends[0], 0, ZX_EVENTPAIR_SIGNALED));
    EXPECT_OK(zx_object_signal_peer(ends[0], 0, ZX_USER_SIGNAL_3));
    EXPECT_EQ(signals_of(ends[0]), ZX_EVENTPAIR_SIGNALED);
    EXPECT_EQ(signals_of(ends[1]), ZX_USER_SIGNAL_3);
    EXPECT_OK(zx_handle_close_many(ends, 2));
}
