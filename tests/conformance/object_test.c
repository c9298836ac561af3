// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

static zx_handle_t new_event(void) {
    zx_handle_t event;
    EXPECT_OK(zx_event_create(0, &event));
    return event;
}

static zx_signals_t signals_of(zx_handle_t handle) {
    zx_signals_t observed = 0;
    EXPECT_STATUS(zx_object_wait_one(handle, 0, 0, &observed), ZX_ERR_TIMED_OUT);
    return observed;
}

// --- object_signal ---

TEST(object_signal, sets_and_clears_each_signal_of_an_event_that_is_the_programs) {
    zx_handle_t event = new_event();
    for (uint32_t bit = 0; bit < 32; bit++) {
        uint32_t signal = 1u << bit;
        if ((signal & ZX_EVENT_SIGNAL_MASK) != 0) {
            EXPECT_OK(zx_object_signal(event, 0, signal));
            EXPECT_EQ(signals_of(event), signal);
            EXPECT_OK(zx_object_signal(event, signal, 0));
        } else {
            EXPECT_STATUS(zx_object_signal(event, 0, signal), ZX_ERR_INVALID_ARGS);
            EXPECT_STATUS(zx_object_signal(event, signal, 0), ZX_ERR_INVALID_ARGS);
            EXPECT_STATUS(zx_object_signal(event, signal, ZX_EVENT_SIGNALED), ZX_ERR_INVALID_ARGS);
        }
        EXPECT_EQ(signals_of(event), 0);
    }
    close_handle(event);
}

TEST(object_signal, clears_before_it_sets) {
    zx_handle_t event = new_event();
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0 | ZX_USER_SIGNAL_1));
    EXPECT_OK(zx_object_signal(event, ZX_USER_SIGNAL_ALL, ZX_USER_SIGNAL_1 | ZX_USER_SIGNAL_2));
    EXPECT_EQ(signals_of(event), ZX_USER_SIGNAL_1 | ZX_USER_SIGNAL_2);
    EXPECT_OK(zx_object_signal(event, 0, 0));
    EXPECT_EQ(signals_of(event), ZX_USER_SIGNAL_1 | ZX_USER_SIGNAL_2);
    close_handle(event);
}

TEST(object_signal, changes_the_signals_that_each_type_allows) {
    zx_handle_t eventpair[2], channel[2], log;
    EXPECT_OK(zx_eventpair_create(0, &eventpair[0], &eventpair[1]));
    EXPECT_OK(zx_channel_create(0, &channel[0], &channel[1]));
    EXPECT_OK(zx_debuglog_create(ZX_HANDLE_INVALID, 0, &log));
    const struct {
        zx_handle_t handle;
        zx_signals_t allowed;
    } cases[] = {
        {eventpair[0], ZX_USER_SIGNAL_ALL | ZX_EVENTPAIR_SIGNALED},
        {channel[0], ZX_USER_SIGNAL_ALL},
        {log, ZX_USER_SIGNAL_ALL},
        {zx_process_self(), ZX_USER_SIGNAL_ALL},
        {zx_thread_self(), ZX_USER_SIGNAL_ALL},
        {zx_job_default(), ZX_USER_SIGNAL_ALL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        zx_signals_t before = signals_of(cases[i].handle);
        for (uint32_t bit = 0; bit < 32; bit++) {
            uint32_t signal = 1u << bit;
            zx_status_t status = (signal & cases[i].allowed) != 0 ? ZX_OK : ZX_ERR_INVALID_ARGS;
            EXPECT_STATUS(zx_object_signal(cases[i].handle, 0, signal), status);
            EXPECT_EQ(signals_of(cases[i].handle), status == ZX_OK ? before | signal : before);
            EXPECT_STATUS(zx_object_signal(cases[i].handle, signal, 0), status);
            EXPECT_EQ(signals_of(cases[i].handle), before);
        }
    }
    close_handle(log);
    EXPECT_OK(zx_handle_close_many(channel, 2));
    EXPECT_OK(zx_handle_close_many(eventpair, 2));
}

static zx_status_t signal_wrongly(zx_handle_t handle) {
    return zx_object_signal(handle, 0, ZX_SIGNAL_HANDLE_CLOSED);
}

TEST(object_signal, looks_at_the_handle_then_its_right_then_the_signals) {
    expect_bad_handle(signal_wrongly);
    zx_handle_t event = new_event();
    expect_right(signal_wrongly, event, ZX_RIGHT_SIGNAL, ZX_ERR_INVALID_ARGS);
    close_handle(event);
}

TEST(object_signal, is_denied_on_a_port_which_has_no_signals) {
    zx_handle_t port;
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_STATUS(zx_object_signal(port, 0, ZX_USER_SIGNAL_0), ZX_ERR_ACCESS_DENIED);
    close_handle(port);
}

// --- object_signal_peer ---

TEST(object_signal_peer, sets_and_clears_signals_of_the_other_end) {
    zx_handle_t ends[2];
    EXPECT_OK(zx_eventpair_create(0, &ends[0], &ends[1]));
    for (uint32_t bit = 0; bit < 32; bit++) {
        uint32_t signal = 1u << bit;
        zx_status_t status = (signal & (ZX_USER_SIGNAL_ALL | ZX_EVENTPAIR_SIGNALED)) != 0
                                 ? ZX_OK
                                 : ZX_ERR_INVALID_ARGS;
        EXPECT_STATUS(zx_object_signal_peer(ends[1], 0, signal), status);
        EXPECT_EQ(signals_of(ends[0]), status == ZX_OK ? signal : 0);
        EXPECT_EQ(signals_of(ends[1]), 0);
        EXPECT_STATUS(zx_object_signal_peer(ends[1], signal, 0), status);
        EXPECT_EQ(signals_of(ends[0]), 0);
    }
    EXPECT_OK(zx_handle_close_many(ends, 2));
}

TEST(object_signal_peer, clears_before_it_sets) {
    zx_handle_t ends[2];
    EXPECT_OK(zx_channel_create(0, &ends[0], &ends[1]));
    EXPECT_OK(zx_object_signal_peer(ends[0], 0, ZX_USER_SIGNAL_0 | ZX_USER_SIGNAL_1));
    EXPECT_OK(zx_object_signal_peer(ends[0], ZX_USER_SIGNAL_ALL, ZX_USER_SIGNAL_1));
    EXPECT_EQ(signals_of(ends[1]), ZX_CHANNEL_WRITABLE | ZX_USER_SIGNAL_1);
    EXPECT_STATUS(zx_object_signal_peer(ends[0], 0, ZX_CHANNEL_READABLE), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_object_signal_peer(ends[0], 0, ZX_EVENT_SIGNALED), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_handle_close_many(ends, 2));
}

TEST(object_signal_peer, fails_once_the_other_end_is_closed) {
    zx_handle_t ends[2];
    EXPECT_OK(zx_eventpair_create(0, &ends[0], &ends[1]));
    close_handle(ends[1]);
    EXPECT_STATUS(zx_object_signal_peer(ends[0], 0, ZX_USER_SIGNAL_0), ZX_ERR_PEER_CLOSED);
    EXPECT_STATUS(zx_object_signal_peer(ends[0], 0, 0), ZX_ERR_PEER_CLOSED);
    // The signals are looked at first.
    EXPECT_STATUS(zx_object_signal_peer(ends[0], 0, ZX_EVENTPAIR_PEER_CLOSED), ZX_ERR_INVALID_ARGS);
    close_handle(ends[0]);
}

static zx_status_t signal_peer_wrongly(zx_handle_t handle) {
    return zx_object_signal_peer(handle, 0, ZX_SIGNAL_HANDLE_CLOSED);
}

TEST(object_signal_peer, looks_at_the_handle_then_its_right_then_the_signals) {
    expect_bad_handle(signal_peer_wrongly);
    zx_handle_t ends[2];
    EXPECT_OK(zx_eventpair_create(0, &ends[0], &ends[1]));
    expect_right(signal_peer_wrongly, ends[0], ZX_RIGHT_SIGNAL_PEER, ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_handle_close_many(ends, 2));
}

TEST(object_signal_peer, is_denied_on_objects_that_have_no_other_end) {
    zx_handle_t event = new_event();
    EXPECT_STATUS(zx_object_signal_peer(event, 0, ZX_USER_SIGNAL_0), ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_object_signal_peer(zx_process_self(), 0, 0), ZX_ERR_ACCESS_DENIED);
    close_handle(event);
}

// --- object_get_child ---

TEST(object_get_child, finds_a_thread_of_a_process) {
    zx_handle_t child;
    EXPECT_OK(zx_object_get_child(zx_process_self(), koid_of(zx_thread_self()),
                                  ZX_RIGHT_SAME_RIGHTS, &child));
    EXPECT_EQ(type_of(child), ZX_OBJ_TYPE_THREAD);
    EXPECT_EQ(koid_of(child), koid_of(zx_thread_self()));
    EXPECT_EQ(rights_of(child), rights_of(zx_process_self()));
    close_handle(child);
}

TEST(object_get_child, finds_a_process_of_a_job) {
    zx_handle_t child;
    EXPECT_OK(zx_object_get_child(zx_job_default(), koid_of(zx_process_self()),
                                  ZX_RIGHT_SAME_RIGHTS, &child));
    EXPECT_EQ(type_of(child), ZX_OBJ_TYPE_PROCESS);
    EXPECT_EQ(koid_of(child), koid_of(zx_process_self()));
    EXPECT_EQ(rights_of(child), rights_of(zx_job_default()));
    close_handle(child);
}

TEST(object_get_child, finds_threads_as_long_as_they_live) {
    struct idle_thread idle;
    start_idle_thread(&idle);
    zx_koid_t koid = koid_of(handle_of_thread(&idle.thread));
    zx_handle_t child;
    EXPECT_OK(zx_object_get_child(zx_process_self(), koid, ZX_RIGHT_SAME_RIGHTS, &child));
    EXPECT_EQ(koid_of(child), koid);
    finish_idle_thread(&idle);
    EXPECT_OK(zx_object_wait_one(child, ZX_THREAD_TERMINATED, 0, NULL));
    close_handle(child);
    EXPECT_STATUS(zx_object_get_child(zx_process_self(), koid, 0, &child), ZX_ERR_NOT_FOUND);
}

TEST(object_get_child, gives_each_part_of_the_rights_and_no_other) {
    zx_rights_t rights = rights_of(zx_process_self());
    for (uint32_t bit = 0; bit < 31; bit++) {
        zx_rights_t right = 1u << bit;
        zx_handle_t child = 7;
        zx_status_t status = (rights & right) != 0 ? ZX_OK : ZX_ERR_ACCESS_DENIED;
        EXPECT_STATUS(
            zx_object_get_child(zx_process_self(), koid_of(zx_thread_self()), right, &child),
            status);
        if (status == ZX_OK) {
            EXPECT_EQ(rights_of(child), right);
            close_handle(child);
        } else {
            EXPECT_EQ(child, 7);
        }
    }
}

TEST(object_get_child, can_give_no_right_at_all) {
    zx_handle_t child;
    EXPECT_OK(
        zx_object_get_child(zx_job_default(), koid_of(zx_process_self()), ZX_RIGHT_NONE, &child));
    EXPECT_EQ(rights_of(child), ZX_RIGHT_NONE);
    close_handle(child);
}

TEST(object_get_child, finds_direct_children_only) {
    zx_handle_t event = new_event();
    const struct {
        zx_handle_t parent;
        zx_koid_t koid;
    } cases[] = {
        {zx_process_self(), ZX_KOID_INVALID},
        {zx_process_self(), ZX_KOID_KERNEL},
        {zx_process_self(), UINT64_MAX},
        {zx_process_self(), koid_of(event)},
        {zx_process_self(), koid_of(zx_process_self())},
        {zx_process_self(), koid_of(zx_job_default())},
        {zx_job_default(), ZX_KOID_INVALID},
        {zx_job_default(), koid_of(event)},
        {zx_job_default(), koid_of(zx_job_default())},
        {zx_job_default(), koid_of(zx_thread_self())},
    };
    zx_handle_t child = 7;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        EXPECT_STATUS(zx_object_get_child(cases[i].parent, cases[i].koid, 0, &child),
                      ZX_ERR_NOT_FOUND);
    }
    EXPECT_EQ(child, 7);
    close_handle(event);
}

static zx_status_t child_with_wrong_rights(zx_handle_t handle) {
    return zx_object_get_child(handle, 0, ZX_RIGHT_APPLY_PROFILE, NULL);
}

static zx_status_t child_of_wrong_koid(zx_handle_t handle) {
    return zx_object_get_child(handle, 0, ZX_RIGHT_NONE, NULL);
}

TEST(object_get_child, looks_at_the_handle_then_its_rights_then_its_type_then_the_koid) {
    expect_bad_handle(child_with_wrong_rights);
    expect_right(child_of_wrong_koid, zx_process_self(), ZX_RIGHT_ENUMERATE, ZX_ERR_NOT_FOUND);
    expect_right(child_of_wrong_koid, zx_job_default(), ZX_RIGHT_ENUMERATE, ZX_ERR_NOT_FOUND);
    EXPECT_STATUS(child_with_wrong_rights(zx_process_self()), ZX_ERR_ACCESS_DENIED);
    // The one way to a handle with ENUMERATE to an object that has no children.
    zx_handle_t thread;
    EXPECT_OK(zx_object_get_child(zx_process_self(), koid_of(zx_thread_self()),
                                  ZX_RIGHT_SAME_RIGHTS, &thread));
    EXPECT_STATUS(child_of_wrong_koid(thread), ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(child_with_wrong_rights(thread), ZX_ERR_ACCESS_DENIED);
    close_handle(thread);
}

TEST(object_get_child, leaves_nothing_if_the_handle_cannot_be_stored) {
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_object_get_child(zx_process_self(), koid_of(zx_thread_self()),
                                          ZX_RIGHT_SAME_RIGHTS,
                                          bad_pointer(i, sizeof(zx_handle_t))),
                      ZX_ERR_INVALID_ARGS);
    }
}

static zx_status_t get_own_thread(void *context) {
    return zx_object_get_child(zx_process_self(), koid_of(zx_thread_self()), ZX_RIGHT_SAME_RIGHTS,
                               context);
}

TEST(object_get_child, leaves_nothing_if_memory_runs_out) {
    zx_handle_t child = 7;
    expect_no_memory(get_own_thread, &child, sizeof(child));
    close_handle(child);
}
