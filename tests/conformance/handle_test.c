// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <stdlib.h>
#include <threads.h>

// As many closes as it takes at least until a value can come back.
enum { CLOSES_BEFORE_REUSE = 32768 };

static zx_handle_t new_event(void) {
    zx_handle_t event;
    EXPECT_OK(zx_event_create(0, &event));
    return event;
}

static zx_handle_t duplicate(zx_handle_t handle) {
    zx_handle_t second;
    EXPECT_OK(zx_handle_duplicate(handle, ZX_RIGHT_SAME_RIGHTS, &second));
    return second;
}

// Waits without end for a signal that nobody sets; returns the status.
static int wait_for_nothing(void *argument) {
    return zx_object_wait_one(*(zx_handle_t *)argument, ZX_USER_SIGNAL_7, ZX_TIME_INFINITE, NULL);
}

// --- handle_close ---

TEST(handle_close, ends_a_handle) {
    zx_handle_t event = new_event();
    EXPECT_OK(zx_handle_close(event));
    EXPECT(!is_valid(event));
    EXPECT_STATUS(zx_handle_close(event), ZX_ERR_BAD_HANDLE);
}

TEST(handle_close, accepts_the_invalid_handle) {
    EXPECT_OK(zx_handle_close(ZX_HANDLE_INVALID));
}

TEST(handle_close, refuses_values_that_are_no_handles) {
    zx_handle_t values[BAD_HANDLES];
    bad_handles(values);
    for (int i = 1; i < BAD_HANDLES; i++) {
        EXPECT_STATUS(zx_handle_close(values[i]), ZX_ERR_BAD_HANDLE);
    }
}

TEST(handle_close, needs_no_right) {
    zx_handle_t event = new_event();
    EXPECT_OK(zx_handle_replace(event, ZX_RIGHT_NONE, &event));
    EXPECT_OK(zx_handle_close(event));
}

TEST(handle_close, leaves_other_handles_to_the_object) {
    zx_handle_t event = new_event();
    zx_handle_t second = duplicate(event);
    zx_koid_t koid = koid_of(event);
    close_handle(event);
    EXPECT_EQ(koid_of(second), koid);
    close_handle(second);
}

// How soon a value comes back may depend on how many handles are open.
TEST(handle_close, does_not_reuse_a_value_for_32767_closes) {
    enum { HELD = 64 };
    zx_handle_t held[HELD];
    for (int i = 0; i < HELD; i++) {
        zx_handle_t value = new_event();
        close_handle(value);
        for (int closes = 1; closes < CLOSES_BEFORE_REUSE; closes++) {
            zx_handle_t event;
            zx_status_t status = zx_event_create(0, &event);
            // Not an EXPECT, which writes to a file: this is done two million times.
            if (status != ZX_OK || event == value) {
                ck_abort_msg("%d handles open: back after %d closes", i, closes);
            }
            zx_handle_close(event);
        }
        held[i] = new_event();
    }
    EXPECT_OK(zx_handle_close_many(held, HELD));
}

TEST(handle_close, does_not_reuse_a_value_when_handles_are_closed_in_batches) {
    enum { BATCH = 100 };
    zx_handle_t value = new_event();
    zx_handle_t batch[BATCH];
    close_handle(value);
    for (int closes = 1; closes + BATCH < CLOSES_BEFORE_REUSE; closes += BATCH) {
        for (int i = 0; i < BATCH; i++) {
            batch[i] = new_event();
            ck_assert_msg(batch[i] != value, "the value is back after %d closes", closes);
        }
        EXPECT_OK(zx_handle_close_many(batch, BATCH));
    }
}

TEST(handle_close, never_gives_the_same_value_to_two_handles) {
    enum { HANDLES = 500 };
    zx_handle_t handles[HANDLES];
    handles[0] = new_event();
    for (int i = 1; i < HANDLES; i++) {
        handles[i] = duplicate(handles[0]);
        EXPECT_EQ(handles[i] & ZX_HANDLE_FIXED_BITS_MASK, ZX_HANDLE_FIXED_BITS_MASK);
        for (int j = 0; j < i; j++) {
            EXPECT(handles[i] != handles[j]);
        }
    }
    EXPECT_OK(zx_handle_close_many(handles, HANDLES));
}

TEST(handle_close, cancels_a_wait_through_the_handle) {
    zx_handle_t event = new_event();
    struct test_thread thread;
    start_thread(&thread, wait_for_nothing, &event);
    wait_until_blocked(&thread);
    close_handle(event);
    EXPECT_STATUS(finish_thread(&thread), ZX_ERR_CANCELED);
}

TEST(handle_close, does_not_disturb_a_wait_through_another_handle) {
    zx_handle_t event = new_event();
    zx_handle_t second = duplicate(event);
    struct test_thread thread;
    start_thread(&thread, wait_for_nothing, &event);
    wait_until_blocked(&thread);
    close_handle(second);
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_7));
    EXPECT_OK(finish_thread(&thread));
    close_handle(event);
}

TEST(handle_close, withdraws_a_request_for_a_packet_but_not_the_packet) {
    zx_handle_t port, event = new_event();
    EXPECT_OK(zx_port_create(0, &port));
    zx_handle_t second = duplicate(event);
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_object_wait_async(event, port, 2, ZX_USER_SIGNAL_1, 0));
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    close_handle(event);
    EXPECT_OK(zx_object_signal(second, 0, ZX_USER_SIGNAL_1));
    zx_port_packet_t packet;
    EXPECT_OK(zx_port_wait(port, 0, &packet));
    EXPECT_EQ(packet.key, 1);
    EXPECT_STATUS(zx_port_wait(port, 0, &packet), ZX_ERR_TIMED_OUT);
    close_handle(second);
    close_handle(port);
}

struct closing {
    _Atomic uint32_t round, done;
    zx_handle_t handle;
    int closed;
};

static int close_each_round(void *argument) {
    struct closing *closing = argument;
    for (uint32_t round = 1; round <= 200; round++) {
        while (atomic_load(&closing->round) != round) {
            thrd_yield();
        }
        closing->closed += zx_handle_close(closing->handle) == ZX_OK;
        atomic_store(&closing->done, round);
    }
    return 0;
}

TEST(handle_close, succeeds_for_one_of_two_threads_that_close_a_handle) {
    struct closing closing = {0};
    struct test_thread thread;
    start_thread(&thread, close_each_round, &closing);
    int closed = 0;
    for (uint32_t round = 1; round <= 200; round++) {
        closing.handle = new_event();
        atomic_store(&closing.round, round);
        zx_status_t status = zx_handle_close(closing.handle);
        EXPECT(status == ZX_OK || status == ZX_ERR_BAD_HANDLE);
        closed += status == ZX_OK;
        while (atomic_load(&closing.done) != round) {
            thrd_yield();
        }
        EXPECT_EQ(closed + closing.closed, round);
    }
    finish_thread(&thread);
}

static int close_argument(void *argument) {
    return zx_handle_close(*(zx_handle_t *)argument);
}

TEST(handle_close, closes_what_another_thread_made) {
    zx_handle_t events[200];
    for (int i = 0; i < 200; i++) {
        events[i] = new_event();
    }
    struct test_thread thread;
    start_thread(&thread, close_argument, &events[0]);
    EXPECT_OK(finish_thread(&thread));
    EXPECT(!is_valid(events[0]));
    EXPECT_OK(zx_handle_close_many(events + 1, 199));
}

// --- handle_close_many ---

TEST(handle_close_many, closes_all_and_passes_over_invalid_ones) {
    zx_handle_t handles[] = {new_event(), ZX_HANDLE_INVALID, new_event(), ZX_HANDLE_INVALID};
    EXPECT_OK(zx_handle_close_many(handles, 4));
    EXPECT(!is_valid(handles[0]));
    EXPECT(!is_valid(handles[2]));
}

TEST(handle_close_many, does_not_look_at_an_empty_array) {
    EXPECT_OK(zx_handle_close_many(NULL, 0));
    EXPECT_OK(zx_handle_close_many(bad_page(), 0));
}

TEST(handle_close_many, closes_the_others_if_one_is_bad) {
    zx_handle_t values[BAD_HANDLES];
    bad_handles(values);
    for (int i = 1; i < BAD_HANDLES; i++) {
        zx_handle_t handles[] = {new_event(), values[i], new_event()};
        EXPECT_STATUS(zx_handle_close_many(handles, 3), ZX_ERR_BAD_HANDLE);
        EXPECT(!is_valid(handles[0]));
        EXPECT(!is_valid(handles[2]));
    }
}

TEST(handle_close_many, reports_a_handle_that_stands_there_twice) {
    zx_handle_t event = new_event();
    zx_handle_t handles[] = {event, event};
    EXPECT_STATUS(zx_handle_close_many(handles, 2), ZX_ERR_BAD_HANDLE);
    EXPECT(!is_valid(event));
}

TEST(handle_close_many, needs_no_right) {
    zx_handle_t event = new_event();
    EXPECT_OK(zx_handle_replace(event, ZX_RIGHT_NONE, &event));
    EXPECT_OK(zx_handle_close_many(&event, 1));
}

// An array whose entry `bad` is no handle, and the others are.
static void fill(zx_handle_t *handles, int count, int bad) {
    for (int i = 0; i < count; i++) {
        handles[i] = i == bad ? 2 : new_event();
    }
}

TEST(handle_close_many, reports_a_bad_handle_of_the_last_64_only) {
    static const struct {
        int count, bad;
        zx_status_t status;
    } cases[] = {
        {64, 0, ZX_ERR_BAD_HANDLE},
        {64, 63, ZX_ERR_BAD_HANDLE},
        {65, 0, ZX_OK},
        {65, 63, ZX_OK},
        {65, 64, ZX_ERR_BAD_HANDLE},
        {128, 63, ZX_OK},
        {128, 64, ZX_ERR_BAD_HANDLE},
        {200, 191, ZX_OK},
        {200, 192, ZX_ERR_BAD_HANDLE},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        zx_handle_t handles[200];
        fill(handles, cases[i].count, cases[i].bad);
        EXPECT_STATUS(zx_handle_close_many(handles, (size_t)cases[i].count), cases[i].status);
        for (int j = 0; j < cases[i].count; j++) {
            EXPECT(!is_valid(handles[j]));
        }
    }
}

TEST(handle_close_many, closes_nothing_of_an_array_that_cannot_be_read) {
    for (int i = 0; i < BAD_IN_POINTERS; i++) {
        EXPECT_STATUS(zx_handle_close_many(bad_pointer(i, 3 * sizeof(zx_handle_t)), 3),
                      ZX_ERR_INVALID_ARGS);
    }
    zx_handle_t *handles = end_of_page(2 * sizeof(*handles));
    fill(handles, 2, -1);
    EXPECT_STATUS(zx_handle_close_many(handles, 3), ZX_ERR_INVALID_ARGS);
    EXPECT(is_valid(handles[0]));
    EXPECT_OK(zx_handle_close_many(handles, 2));
}

TEST(handle_close_many, closes_the_part_of_an_array_before_what_cannot_be_read) {
    const size_t counts[] = {101, 128, 129, 1u << 20, SIZE_MAX / 4, SIZE_MAX};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        zx_handle_t *handles = end_of_page(100 * sizeof(*handles));
        fill(handles, 100, -1);
        EXPECT_STATUS(zx_handle_close_many(handles, counts[i]), ZX_ERR_INVALID_ARGS);
        EXPECT(!is_valid(handles[0]));
        EXPECT(!is_valid(handles[63]));
        EXPECT(is_valid(handles[64]));
        EXPECT_OK(zx_handle_close_many(handles + 64, 36));
    }
}

TEST(handle_close_many, reads_an_array_at_any_address_and_leaves_it_as_it_is) {
    char bytes[3 + 2 * sizeof(zx_handle_t)];
    zx_handle_t handles[2], after[2];
    fill(handles, 2, -1);
    memcpy(bytes + 3, handles, sizeof(handles));
    EXPECT_OK(zx_handle_close_many((void *)(bytes + 3), 2));
    memcpy(after, bytes + 3, sizeof(after));
    EXPECT(memcmp(after, handles, sizeof(handles)) == 0);
    EXPECT(!is_valid(handles[0]));
    EXPECT(!is_valid(handles[1]));
}

TEST(handle_close_many, cancels_a_wait_through_one_of_the_handles) {
    zx_handle_t handles[] = {new_event(), new_event()};
    struct test_thread thread;
    start_thread(&thread, wait_for_nothing, &handles[1]);
    wait_until_blocked(&thread);
    EXPECT_OK(zx_handle_close_many(handles, 2));
    EXPECT_STATUS(finish_thread(&thread), ZX_ERR_CANCELED);
}

// --- handle_duplicate ---

TEST(handle_duplicate, makes_a_second_handle_with_the_same_rights) {
    zx_handle_t event = new_event(), second;
    EXPECT_OK(zx_handle_duplicate(event, ZX_RIGHT_SAME_RIGHTS, &second));
    EXPECT(second != event);
    EXPECT_EQ(koid_of(second), koid_of(event));
    EXPECT_EQ(rights_of(second), ZX_DEFAULT_EVENT_RIGHTS);
    EXPECT_EQ(rights_of(event), ZX_DEFAULT_EVENT_RIGHTS);
    EXPECT_OK(zx_object_signal(second, 0, ZX_USER_SIGNAL_0));
    EXPECT_OK(zx_object_wait_one(event, ZX_USER_SIGNAL_0, 0, NULL));
    close_handle(event);
    close_handle(second);
}

TEST(handle_duplicate, gives_each_part_of_the_rights_and_no_other) {
    zx_handle_t event = new_event(), second = 7;
    for (uint32_t bit = 0; bit < 31; bit++) {
        zx_rights_t right = 1u << bit;
        if ((ZX_DEFAULT_EVENT_RIGHTS & right) == 0) {
            EXPECT_STATUS(zx_handle_duplicate(event, right, &second), ZX_ERR_INVALID_ARGS);
            EXPECT_STATUS(zx_handle_duplicate(event, ZX_DEFAULT_EVENT_RIGHTS | right, &second),
                          ZX_ERR_INVALID_ARGS);
            EXPECT_EQ(second, 7);
            continue;
        }
        zx_handle_t one;
        EXPECT_OK(zx_handle_duplicate(event, right, &one));
        EXPECT_EQ(rights_of(one), right);
        close_handle(one);
    }
    EXPECT_STATUS(zx_handle_duplicate(event, ZX_RIGHT_SAME_RIGHTS | ZX_RIGHT_WAIT, &second),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_handle_duplicate(event, UINT32_MAX, &second), ZX_ERR_INVALID_ARGS);
    close_handle(event);
}

TEST(handle_duplicate, can_give_no_right_at_all) {
    zx_handle_t event = new_event(), second;
    EXPECT_OK(zx_handle_duplicate(event, ZX_RIGHT_NONE, &second));
    EXPECT_EQ(rights_of(second), ZX_RIGHT_NONE);
    close_handle(event);
    close_handle(second);
}

TEST(handle_duplicate, never_gives_rights_back) {
    zx_handle_t event = new_event(), fewer, more;
    EXPECT_OK(zx_handle_duplicate(event, ZX_RIGHT_DUPLICATE, &fewer));
    EXPECT_OK(zx_handle_duplicate(fewer, ZX_RIGHT_SAME_RIGHTS, &more));
    EXPECT_EQ(rights_of(more), ZX_RIGHT_DUPLICATE);
    close_handle(more);
    EXPECT_STATUS(zx_handle_duplicate(fewer, ZX_DEFAULT_EVENT_RIGHTS, &more), ZX_ERR_INVALID_ARGS);
    close_handle(event);
    close_handle(fewer);
}

static zx_status_t duplicate_with_wrong_rights(zx_handle_t handle) {
    return zx_handle_duplicate(handle, ZX_RIGHT_EXECUTE, NULL);
}

TEST(handle_duplicate, looks_at_the_handle_then_its_right_then_the_new_rights) {
    expect_bad_handle(duplicate_with_wrong_rights);
    zx_handle_t event = new_event();
    expect_right(duplicate_with_wrong_rights, event, ZX_RIGHT_DUPLICATE, ZX_ERR_INVALID_ARGS);
    close_handle(event);
}

TEST(handle_duplicate, leaves_nothing_if_the_handle_cannot_be_stored) {
    zx_handle_t event = new_event();
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(
            zx_handle_duplicate(event, ZX_RIGHT_SAME_RIGHTS, bad_pointer(i, sizeof(zx_handle_t))),
            ZX_ERR_INVALID_ARGS);
    }
    EXPECT(is_valid(event));
    close_handle(event);
}

struct duplication {
    zx_handle_t out; // what the call may write
    zx_handle_t handle;
};

static zx_status_t duplicate_into(void *context) {
    struct duplication *duplication = context;
    return zx_handle_duplicate(duplication->handle, ZX_RIGHT_SAME_RIGHTS, &duplication->out);
}

TEST(handle_duplicate, leaves_nothing_if_memory_runs_out) {
    struct duplication duplication = {7, new_event()};
    expect_no_memory(duplicate_into, &duplication, sizeof(duplication));
    close_handle(duplication.handle);
    close_handle(duplication.out);
}

TEST(handle_duplicate, makes_handles_up_to_the_limit) {
    uint32_t room = libzircon_handle_limit() - libzircon_count_handles();
    zx_handle_t *handles = calloc(room, sizeof(*handles));
    EXPECT(handles != NULL);
    handles[0] = new_event();
    for (uint32_t i = 1; i < room; i++) {
        zx_status_t status = zx_handle_duplicate(handles[0], ZX_RIGHT_SAME_RIGHTS, &handles[i]);
        ck_assert_msg(status == ZX_OK, "only %u handles of %u", i, room);
    }
    zx_handle_t out = 7;
    EXPECT_STATUS(zx_handle_duplicate(handles[0], ZX_RIGHT_SAME_RIGHTS, &out), ZX_ERR_NO_MEMORY);
    EXPECT_STATUS(zx_event_create(0, &out), ZX_ERR_NO_MEMORY);
    EXPECT_STATUS(zx_eventpair_create(0, &out, &out), ZX_ERR_NO_MEMORY);
    EXPECT_STATUS(zx_port_create(0, &out), ZX_ERR_NO_MEMORY);
    EXPECT_EQ(out, 7);
    // One that is closed makes room for one, and a replaced one takes its own room.
    close_handle(handles[room - 1]);
    handles[room - 1] = duplicate(handles[0]);
    EXPECT_OK(zx_handle_replace(handles[0], ZX_RIGHT_SAME_RIGHTS, &handles[0]));
    EXPECT_OK(zx_handle_close_many(handles, room));
    free(handles);
}

// --- handle_replace ---

TEST(handle_replace, moves_the_object_to_a_new_handle) {
    zx_handle_t event = new_event(), other;
    zx_koid_t koid = koid_of(event);
    EXPECT_OK(zx_handle_replace(event, ZX_RIGHT_SAME_RIGHTS, &other));
    EXPECT(other != event);
    EXPECT(!is_valid(event));
    EXPECT_EQ(koid_of(other), koid);
    EXPECT_EQ(rights_of(other), ZX_DEFAULT_EVENT_RIGHTS);
    close_handle(other);
}

TEST(handle_replace, can_store_the_new_handle_over_the_old_one) {
    zx_handle_t event = new_event(), before = event;
    EXPECT_OK(zx_handle_replace(event, ZX_RIGHT_WAIT, &event));
    EXPECT(event != before);
    EXPECT_EQ(rights_of(event), ZX_RIGHT_WAIT);
    close_handle(event);
}

TEST(handle_replace, needs_no_right) {
    zx_handle_t event = new_event();
    EXPECT_OK(zx_handle_replace(event, ZX_RIGHT_NONE, &event));
    EXPECT_OK(zx_handle_replace(event, ZX_RIGHT_SAME_RIGHTS, &event));
    EXPECT_EQ(rights_of(event), ZX_RIGHT_NONE);
    close_handle(event);
}

TEST(handle_replace, keeps_the_object_open) {
    zx_handle_t ends[2];
    EXPECT_OK(zx_eventpair_create(0, &ends[0], &ends[1]));
    EXPECT_OK(zx_handle_replace(ends[0], ZX_RIGHT_SAME_RIGHTS, &ends[0]));
    EXPECT_STATUS(zx_object_wait_one(ends[1], ZX_EVENTPAIR_PEER_CLOSED, 0, NULL), ZX_ERR_TIMED_OUT);
    EXPECT_OK(zx_handle_close_many(ends, 2));
}

TEST(handle_replace, closes_the_handle_if_it_is_to_have_a_right_that_it_lacks) {
    for (uint32_t bit = 0; bit < 31; bit++) {
        zx_handle_t event = new_event(), out = 7;
        zx_rights_t right = 1u << bit;
        if ((ZX_DEFAULT_EVENT_RIGHTS & right) != 0) {
            EXPECT_OK(zx_handle_replace(event, right, &event));
            EXPECT_EQ(rights_of(event), right);
            close_handle(event);
        } else {
            EXPECT_STATUS(zx_handle_replace(event, right, &out), ZX_ERR_INVALID_ARGS);
            EXPECT(!is_valid(event));
            EXPECT_EQ(out, 7);
        }
    }
}

TEST(handle_replace, closes_the_handle_if_the_new_one_cannot_be_stored) {
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        zx_handle_t ends[2];
        EXPECT_OK(zx_eventpair_create(0, &ends[0], &ends[1]));
        EXPECT_STATUS(
            zx_handle_replace(ends[0], ZX_RIGHT_SAME_RIGHTS, bad_pointer(i, sizeof(zx_handle_t))),
            ZX_ERR_INVALID_ARGS);
        EXPECT(!is_valid(ends[0]));
        EXPECT_OK(zx_object_wait_one(ends[1], ZX_EVENTPAIR_PEER_CLOSED, 0, NULL));
        close_handle(ends[1]);
    }
}

TEST(handle_replace, closes_the_handle_if_memory_runs_out) {
    zx_handle_t event = new_event(), out = 7;
    libzircon_fail_allocation(1);
    EXPECT_STATUS(zx_handle_replace(event, ZX_RIGHT_SAME_RIGHTS, &out), ZX_ERR_NO_MEMORY);
    libzircon_fail_allocation(0);
    EXPECT(!is_valid(event));
    EXPECT_EQ(out, 7);
}

static zx_status_t replace_with_wrong_rights(zx_handle_t handle) {
    return zx_handle_replace(handle, ZX_RIGHT_EXECUTE, NULL);
}

TEST(handle_replace, refuses_values_that_are_no_handles_before_all_else) {
    expect_bad_handle(replace_with_wrong_rights);
}

TEST(handle_replace, cancels_a_wait_through_the_old_handle) {
    zx_handle_t event = new_event(), old = event;
    struct test_thread thread;
    start_thread(&thread, wait_for_nothing, &old);
    wait_until_blocked(&thread);
    EXPECT_OK(zx_handle_replace(event, ZX_RIGHT_SAME_RIGHTS, &event));
    EXPECT_STATUS(finish_thread(&thread), ZX_ERR_CANCELED);
    close_handle(event);
}
