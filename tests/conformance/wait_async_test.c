// Part of libzircon. BSD-3-Clause, see LICENSE.
// Requests for a packet: zx_object_wait_async, and zx_port_cancel which takes them back.
#include "harness.h"

#include <threads.h>

static zx_handle_t new_event(void) {
    zx_handle_t event;
    EXPECT_OK(zx_event_create(0, &event));
    return event;
}

static zx_handle_t new_port(void) {
    zx_handle_t port;
    EXPECT_OK(zx_port_create(0, &port));
    return port;
}

static zx_handle_t duplicate(zx_handle_t handle) {
    zx_handle_t second;
    EXPECT_OK(zx_handle_duplicate(handle, ZX_RIGHT_SAME_RIGHTS, &second));
    return second;
}

// The next packet of the port has this key; ...
static zx_port_packet_t expect_packet(zx_handle_t port, uint64_t key) {
    zx_port_packet_t packet;
    EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE_PAST, &packet));
    EXPECT_EQ(packet.key, key);
    return packet;
}

// ... or there is none.
static void expect_no_packet(zx_handle_t port) {
    zx_port_packet_t packet;
    EXPECT_STATUS(zx_port_wait(port, ZX_TIME_INFINITE_PAST, &packet), ZX_ERR_TIMED_OUT);
}

// --- object_wait_async ---

TEST(object_wait_async, queues_one_packet_with_all_its_fields_when_a_signal_is_set) {
    zx_handle_t event = new_event(), port = new_port();
    zx_signals_t trigger = ZX_EVENT_SIGNALED | ZX_USER_SIGNAL_0;
    EXPECT_OK(zx_object_wait_async(event, port, 0x123456789abcdef0, trigger, 0));
    expect_no_packet(port);
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_1));
    expect_no_packet(port);
    EXPECT_OK(zx_object_signal(event, 0, ZX_EVENT_SIGNALED | ZX_USER_SIGNAL_2));
    zx_port_packet_t packet;
    memset(&packet, 0xff, sizeof(packet));
    EXPECT_OK(zx_port_wait(port, 0, &packet));
    EXPECT_EQ(packet.key, 0x123456789abcdef0);
    EXPECT_EQ(packet.type, ZX_PKT_TYPE_SIGNAL_ONE);
    EXPECT_EQ(packet.status, ZX_OK);
    EXPECT_EQ(packet.signal.trigger, trigger);
    EXPECT_EQ(packet.signal.observed, ZX_EVENT_SIGNALED | ZX_USER_SIGNAL_1 | ZX_USER_SIGNAL_2);
    EXPECT_EQ(packet.signal.count, 1);
    EXPECT_EQ(packet.signal.timestamp, 0);
    EXPECT_EQ(packet.signal.reserved1, 0);
    // The request is used up.
    EXPECT_OK(zx_object_signal(event, ZX_EVENT_SIGNALED, 0));
    EXPECT_OK(zx_object_signal(event, 0, ZX_EVENT_SIGNALED));
    expect_no_packet(port);
    close_handle(event);
    close_handle(port);
}

TEST(object_wait_async, queues_the_packet_at_once_if_a_signal_is_set) {
    zx_handle_t event = new_event(), port = new_port();
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0 | ZX_USER_SIGNAL_1));
    EXPECT_OK(zx_object_wait_async(event, port, 5, ZX_USER_SIGNAL_1 | ZX_USER_SIGNAL_2, 0));
    zx_port_packet_t packet = expect_packet(port, 5);
    EXPECT_EQ(packet.signal.trigger, ZX_USER_SIGNAL_1 | ZX_USER_SIGNAL_2);
    EXPECT_EQ(packet.signal.observed, ZX_USER_SIGNAL_0 | ZX_USER_SIGNAL_1);
    EXPECT_EQ(packet.signal.count, 1);
    EXPECT_EQ(packet.signal.timestamp, 0);
    EXPECT_OK(zx_object_signal(event, ZX_USER_SIGNAL_1, 0));
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_1));
    expect_no_packet(port);
    close_handle(event);
    close_handle(port);
}

TEST(object_wait_async, notes_the_time_of_the_signal_if_asked_to) {
    zx_handle_t event = new_event(), port = new_port();
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_0, ZX_WAIT_ASYNC_TIMESTAMP));
    zx_time_t before = zx_clock_get_monotonic();
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    zx_time_t between = zx_clock_get_monotonic();
    EXPECT_OK(zx_object_wait_async(event, port, 2, ZX_USER_SIGNAL_0, ZX_WAIT_ASYNC_TIMESTAMP));
    zx_time_t after = zx_clock_get_monotonic();
    zx_time_t first = (zx_time_t)expect_packet(port, 1).signal.timestamp;
    zx_time_t second = (zx_time_t)expect_packet(port, 2).signal.timestamp;
    EXPECT(before <= first && first <= between);
    EXPECT(between <= second && second <= after);
    close_handle(event);
    close_handle(port);
}

TEST(object_wait_async, sees_a_signal_that_is_cleared_again_at_once) {
    zx_handle_t event = new_event(), port = new_port();
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    EXPECT_OK(zx_object_signal(event, ZX_USER_SIGNAL_0, 0));
    EXPECT_EQ(expect_packet(port, 1).signal.observed, ZX_USER_SIGNAL_0);
    close_handle(event);
    close_handle(port);
}

TEST(object_wait_async, counts_the_messages_of_a_channel_that_is_readable_already) {
    zx_handle_t ends[2], port = new_port();
    EXPECT_OK(zx_channel_create(0, &ends[0], &ends[1]));
    EXPECT_OK(zx_object_wait_async(ends[1], port, 1, ZX_CHANNEL_READABLE, 0));
    for (int i = 0; i < 3; i++) {
        EXPECT_OK(zx_channel_write(ends[0], 0, "x", 1, NULL, 0));
    }
    EXPECT_OK(zx_object_wait_async(ends[1], port, 2, ZX_CHANNEL_READABLE, 0));
    EXPECT_OK(
        zx_object_wait_async(ends[1], port, 3, ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED, 0));
    EXPECT_OK(zx_object_wait_async(ends[1], port, 4, ZX_CHANNEL_WRITABLE, 0));
    EXPECT_OK(zx_object_wait_async(ends[0], port, 5, ZX_CHANNEL_READABLE | ZX_CHANNEL_WRITABLE, 0));
    EXPECT_EQ(expect_packet(port, 1).signal.count, 1); // asked for before there was one
    EXPECT_EQ(expect_packet(port, 2).signal.count, 3);
    EXPECT_EQ(expect_packet(port, 3).signal.count, 3);
    EXPECT_EQ(expect_packet(port, 4).signal.count, 1); // did not ask for messages
    EXPECT_EQ(expect_packet(port, 5).signal.count, 1); // has none
    EXPECT_OK(zx_handle_close_many(ends, 2));
    close_handle(port);
}

TEST(object_wait_async, takes_any_number_of_requests_with_the_same_key_too) {
    enum { REQUESTS = 100 };
    zx_handle_t event = new_event(), port = new_port();
    for (int i = 0; i < REQUESTS; i++) {
        EXPECT_OK(zx_object_wait_async(event, port, 9, ZX_USER_SIGNAL_0, 0));
    }
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    for (int i = 0; i < REQUESTS; i++) {
        expect_packet(port, 9);
    }
    expect_no_packet(port);
    close_handle(event);
    close_handle(port);
}

TEST(object_wait_async, serves_several_ports) {
    zx_handle_t event = new_event(), ports[] = {new_port(), new_port()};
    EXPECT_OK(zx_object_wait_async(event, ports[0], 1, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_object_wait_async(event, ports[1], 2, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    expect_packet(ports[0], 1);
    expect_packet(ports[1], 2);
    close_handle(event);
    EXPECT_OK(zx_handle_close_many(ports, 2));
}

TEST(object_wait_async, queues_behind_what_is_queued_already) {
    zx_handle_t event = new_event(), port = new_port();
    zx_port_packet_t packet = {.key = 1};
    EXPECT_OK(zx_object_wait_async(event, port, 2, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_port_queue(port, &packet));
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    packet.key = 3;
    EXPECT_OK(zx_port_queue(port, &packet));
    expect_packet(port, 1);
    expect_packet(port, 2);
    expect_packet(port, 3);
    close_handle(event);
    close_handle(port);
}

TEST(object_wait_async, wakes_a_thread_that_waits_for_a_packet) {
    struct idle_thread idle;
    start_idle_thread(&idle);
    zx_handle_t thread = duplicate(handle_of_thread(&idle.thread)), port = new_port();
    EXPECT_OK(zx_object_wait_async(thread, port, 1, ZX_THREAD_TERMINATED, 0));
    EXPECT_OK(zx_object_signal(idle.go, 0, ZX_EVENT_SIGNALED));
    zx_port_packet_t packet;
    EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE, &packet));
    EXPECT_EQ(packet.signal.observed, ZX_THREAD_TERMINATED);
    finish_idle_thread(&idle);
    close_handle(thread);
    close_handle(port);
}

TEST(object_wait_async, waits_for_nothing_if_no_signal_is_asked_for) {
    zx_handle_t event = new_event(), port = new_port();
    EXPECT_OK(zx_object_wait_async(event, port, 1, 0, 0));
    EXPECT_OK(zx_object_wait_async(event, port, 2, ZX_SIGNAL_HANDLE_CLOSED, 0));
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_ALL | ZX_EVENT_SIGNALED));
    close_handle(event);
    expect_no_packet(port);
    close_handle(port);
}

// --- how requests end ---

TEST(object_wait_async, ends_when_its_handle_is_closed) {
    zx_handle_t event = new_event(), second = duplicate(event), port = new_port();
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_object_wait_async(second, port, 2, ZX_USER_SIGNAL_0, 0));
    close_handle(event);
    EXPECT_OK(zx_object_signal(second, 0, ZX_USER_SIGNAL_0));
    expect_packet(port, 2);
    expect_no_packet(port);
    close_handle(second);
    close_handle(port);
}

TEST(object_wait_async, ends_when_its_handle_is_replaced) {
    zx_handle_t event = new_event(), port = new_port();
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_handle_replace(event, ZX_RIGHT_SAME_RIGHTS, &event));
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    expect_no_packet(port);
    close_handle(event);
    close_handle(port);
}

TEST(object_wait_async, goes_on_while_its_handle_is_in_a_message) {
    zx_handle_t event = new_event(), second = duplicate(event), port = new_port(), ends[2];
    EXPECT_OK(zx_channel_create(0, &ends[0], &ends[1]));
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_channel_write(ends[0], 0, NULL, 0, &event, 1));
    EXPECT_OK(zx_object_signal(second, 0, ZX_USER_SIGNAL_0));
    expect_packet(port, 1);
    EXPECT_OK(zx_handle_close_many(ends, 2));
    close_handle(second);
    close_handle(port);
}

TEST(object_wait_async, ends_when_its_handle_is_read_from_a_message) {
    zx_handle_t event = new_event(), port = new_port(), ends[2];
    EXPECT_OK(zx_channel_create(0, &ends[0], &ends[1]));
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_channel_write(ends[0], 0, NULL, 0, &event, 1));
    EXPECT_OK(zx_channel_read(ends[1], 0, NULL, &event, 0, 1, NULL, NULL));
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    expect_no_packet(port);
    EXPECT_OK(zx_handle_close_many(ends, 2));
    close_handle(event);
    close_handle(port);
}

TEST(object_wait_async, ends_when_its_handle_is_dropped_with_a_message) {
    zx_handle_t event = new_event(), second = duplicate(event), port = new_port(), ends[2];
    EXPECT_OK(zx_channel_create(0, &ends[0], &ends[1]));
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_channel_write(ends[0], 0, NULL, 0, &event, 1));
    EXPECT_OK(zx_handle_close_many(ends, 2));
    EXPECT_OK(zx_object_signal(second, 0, ZX_USER_SIGNAL_0));
    expect_no_packet(port);
    close_handle(second);
    close_handle(port);
}

TEST(object_wait_async, ends_when_the_last_handle_of_its_port_is_closed) {
    zx_handle_t event = new_event(), port = new_port(), second = duplicate(port);
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_object_wait_async(event, port, 2, ZX_USER_SIGNAL_1, 0));
    EXPECT_OK(zx_object_wait_async(event, port, 3, ZX_USER_SIGNAL_2, 0));
    close_handle(port);
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0 | ZX_USER_SIGNAL_1));
    expect_packet(second, 2); // the newest request first: they are a stack
    close_handle(second);
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_2));
    close_handle(event);
}

TEST(object_wait_async, leaves_nothing_when_object_and_port_are_closed_in_either_order) {
    for (int order = 0; order < 2; order++) {
        zx_handle_t handles[] = {new_event(), new_port()};
        for (int i = 0; i < 10; i++) {
            EXPECT_OK(
                zx_object_wait_async(handles[0], handles[1], 1, ZX_USER_SIGNAL_0 << (i & 1), 0));
        }
        EXPECT_OK(zx_object_signal(handles[0], 0, ZX_USER_SIGNAL_0));
        close_handle(handles[order]);
        close_handle(handles[!order]);
    }
}

TEST(object_wait_async, can_watch_the_channel_that_carries_its_own_port) {
    zx_handle_t port = new_port(), ends[2];
    EXPECT_OK(zx_channel_create(0, &ends[0], &ends[1]));
    EXPECT_OK(zx_object_wait_async(ends[1], port, 1, ZX_CHANNEL_PEER_CLOSED, 0));
    EXPECT_OK(zx_channel_write(ends[0], 0, NULL, 0, &port, 1));
    EXPECT_OK(zx_handle_close_many(ends, 2));
}

// Two threads: this one ends a request while the other sets the signal that it is for.
struct race {
    zx_handle_t event, watched, port;
    _Atomic uint32_t round, done;
};

enum { ROUNDS = 500 };

static void wait_for_round(_Atomic uint32_t *counter, uint32_t round) {
    while (atomic_load(counter) != round) {
        thrd_yield();
    }
}

static int signal_each_round(void *argument) {
    struct race *race = argument;
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        wait_for_round(&race->round, round);
        EXPECT_OK(zx_object_signal(race->event, 0, ZX_USER_SIGNAL_0));
        atomic_store(&race->done, round);
    }
    return 0;
}

// `end` leaves no packet in the port, or closes it and sets it to ZX_HANDLE_INVALID.
static void race_against_signal(void (*end)(struct race *race)) {
    struct race race = {.event = ZX_HANDLE_INVALID};
    struct test_thread thread;
    start_thread(&thread, signal_each_round, &race);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        race.event = new_event();
        race.watched = duplicate(race.event);
        race.port = new_port();
        EXPECT_OK(zx_object_wait_async(race.watched, race.port, 1, ZX_USER_SIGNAL_0, 0));
        atomic_store(&race.round, round);
        end(&race);
        wait_for_round(&race.done, round);
        if (race.port != ZX_HANDLE_INVALID) {
            expect_no_packet(race.port);
            close_handle(race.port);
        }
        close_handle(race.event);
        EXPECT_OK(zx_handle_close(race.watched));
    }
    finish_thread(&thread);
}

static void close_watched(struct race *race) {
    close_handle(race->watched);
    race->watched = ZX_HANDLE_INVALID;
    // Nothing comes any more, but something may have come before.
    zx_port_packet_t packet;
    zx_status_t status = zx_port_wait(race->port, 0, &packet);
    EXPECT(status == ZX_OK || status == ZX_ERR_TIMED_OUT);
}

static void close_port(struct race *race) {
    close_handle(race->port);
    race->port = ZX_HANDLE_INVALID;
}

static void cancel(struct race *race) {
    EXPECT_OK(zx_port_cancel(race->port, race->watched, 1));
}

static void wait_for_packet(struct race *race) {
    zx_port_packet_t packet;
    EXPECT_OK(zx_port_wait(race->port, ZX_TIME_INFINITE, &packet));
}

TEST(object_wait_async, ends_well_if_the_signal_and_the_closing_of_the_handle_meet) {
    race_against_signal(close_watched);
}

TEST(object_wait_async, ends_well_if_the_signal_and_the_closing_of_the_port_meet) {
    race_against_signal(close_port);
}

TEST(object_wait_async, ends_well_if_the_signal_and_a_wait_for_the_packet_meet) {
    race_against_signal(wait_for_packet);
}

TEST(port_cancel, finds_the_request_or_the_packet_while_the_signal_is_set) {
    race_against_signal(cancel);
}

// --- what object_wait_async refuses ---

static zx_handle_t good_event, good_port;

static zx_status_t watch_with_port(zx_handle_t port) {
    return zx_object_wait_async(ZX_HANDLE_INVALID, port, 1, 0, 0);
}

static zx_status_t watch_with_handle(zx_handle_t handle) {
    return zx_object_wait_async(handle, good_port, 1, 0, 0);
}

TEST(object_wait_async, looks_at_the_options_then_the_port_then_the_handle) {
    for (uint32_t bit = 2; bit != 0; bit <<= 1) {
        EXPECT_STATUS(zx_object_wait_async(ZX_HANDLE_INVALID, ZX_HANDLE_INVALID, 1, 0, bit),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_object_wait_async(ZX_HANDLE_INVALID, ZX_HANDLE_INVALID, 1, 0, bit | 1),
                      ZX_ERR_INVALID_ARGS);
    }
    expect_bad_handle(watch_with_port);
    expect_wrong_type(watch_with_port, ZX_OBJ_TYPE_PORT, ZX_OBJ_TYPE_PORT);
    good_event = new_event();
    good_port = new_port();
    expect_right(watch_with_port, good_port, ZX_RIGHT_WRITE, ZX_ERR_BAD_HANDLE);
    expect_bad_handle(watch_with_handle);
    expect_right(watch_with_handle, good_event, ZX_RIGHT_WAIT, ZX_OK);
    close_handle(good_event);
    close_handle(good_port);
}

TEST(object_wait_async, is_denied_for_objects_that_cannot_be_waited_on) {
    zx_handle_t port = new_port();
    EXPECT_STATUS(zx_object_wait_async(port, port, 1, 0, 0), ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_object_wait_async(root_resource(), port, 1, 0, 0), ZX_ERR_ACCESS_DENIED);
    close_handle(port);
}

static zx_status_t watch_good_event(void *context) {
    (void)context;
    return zx_object_wait_async(good_event, good_port, 1, ZX_USER_SIGNAL_0, 0);
}

TEST(object_wait_async, leaves_nothing_if_memory_runs_out) {
    good_event = new_event();
    good_port = new_port();
    expect_no_memory(watch_good_event, NULL, 0);
    EXPECT_OK(zx_object_signal(good_event, 0, ZX_USER_SIGNAL_0));
    expect_packet(good_port, 1);
    expect_no_packet(good_port);
    close_handle(good_event);
    close_handle(good_port);
}

TEST(object_wait_async, needs_no_memory_when_the_signal_comes) {
    zx_handle_t event = new_event(), port = new_port();
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_0, 0));
    libzircon_fail_allocation(1);
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    expect_packet(port, 1);
    libzircon_fail_allocation(0);
    close_handle(event);
    close_handle(port);
}

// --- port_cancel ---

TEST(port_cancel, ends_all_requests_of_a_handle_with_a_key) {
    zx_handle_t event = new_event(), port = new_port();
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_1, 0));
    EXPECT_OK(zx_object_wait_async(event, port, 2, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_port_cancel(port, event, 1));
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0 | ZX_USER_SIGNAL_1));
    expect_packet(port, 2);
    expect_no_packet(port);
    EXPECT_STATUS(zx_port_cancel(port, event, 1), ZX_ERR_NOT_FOUND);
    EXPECT_STATUS(zx_port_cancel(port, event, 2), ZX_ERR_NOT_FOUND);
    close_handle(event);
    close_handle(port);
}

TEST(port_cancel, removes_packets_that_are_queued) {
    zx_handle_t event = new_event(), port = new_port();
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    const uint64_t keys[] = {1, 2, 1, 3, 1};
    for (int i = 0; i < 5; i++) {
        EXPECT_OK(zx_object_wait_async(event, port, keys[i], ZX_USER_SIGNAL_0, 0));
    }
    EXPECT_OK(zx_port_cancel(port, event, 1));
    expect_packet(port, 2);
    expect_packet(port, 3);
    expect_no_packet(port);
    close_handle(event);
    close_handle(port);
}

TEST(port_cancel, ends_requests_and_removes_packets_in_one_call) {
    zx_handle_t event = new_event(), port = new_port();
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_1, 0));
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    EXPECT_OK(zx_port_cancel(port, event, 1));
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_1));
    expect_no_packet(port);
    close_handle(event);
    close_handle(port);
}

TEST(port_cancel, leaves_requests_of_other_handles_objects_ports_and_programs) {
    zx_handle_t event = new_event(), second = duplicate(event), other = new_event();
    zx_handle_t port = new_port(), other_port = new_port();
    EXPECT_OK(zx_object_wait_async(second, port, 1, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_object_wait_async(other, port, 1, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_object_wait_async(event, other_port, 1, ZX_USER_SIGNAL_0, 0));
    zx_port_packet_t packet = {.key = 1};
    EXPECT_OK(zx_port_queue(port, &packet));
    EXPECT_STATUS(zx_port_cancel(port, event, 1), ZX_ERR_NOT_FOUND);
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    EXPECT_OK(zx_object_signal(other, 0, ZX_USER_SIGNAL_0));
    EXPECT_STATUS(zx_port_cancel(port, event, 1), ZX_ERR_NOT_FOUND);
    EXPECT_EQ(expect_packet(port, 1).type, ZX_PKT_TYPE_USER);
    expect_packet(port, 1);
    expect_packet(port, 1);
    expect_packet(other_port, 1);
    EXPECT_OK(zx_handle_close_many((zx_handle_t[]){event, second, other, port, other_port}, 5));
}

TEST(port_cancel, works_through_another_handle_of_the_port) {
    zx_handle_t event = new_event(), port = new_port(), second = duplicate(port);
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_port_cancel(second, event, 1));
    EXPECT_STATUS(zx_port_cancel(port, event, 1), ZX_ERR_NOT_FOUND);
    EXPECT_OK(zx_handle_close_many((zx_handle_t[]){event, port, second}, 3));
}

TEST(port_cancel, does_not_disturb_a_thread_that_waits) {
    struct idle_thread idle;
    start_idle_thread(&idle);
    zx_handle_t port = new_port();
    EXPECT_STATUS(zx_port_cancel(port, idle.go, 1), ZX_ERR_NOT_FOUND);
    finish_idle_thread(&idle);
    close_handle(port);
}

TEST(port_cancel, makes_no_room_for_packets_of_the_program) {
    zx_handle_t event = new_event(), port = new_port();
    zx_port_packet_t packet = {.key = 1};
    while (zx_port_queue(port, &packet) == ZX_OK) {
    }
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_0, 0));
    EXPECT_OK(zx_port_cancel(port, event, 1));
    EXPECT_STATUS(zx_port_queue(port, &packet), ZX_ERR_SHOULD_WAIT);
    close_handle(event);
    close_handle(port);
}

static zx_status_t cancel_with_port(zx_handle_t port) {
    return zx_port_cancel(port, ZX_HANDLE_INVALID, 1);
}

static zx_status_t cancel_with_source(zx_handle_t source) {
    return zx_port_cancel(good_port, source, 1);
}

TEST(port_cancel, looks_at_the_port_then_the_source) {
    expect_bad_handle(cancel_with_port);
    expect_wrong_type(cancel_with_port, ZX_OBJ_TYPE_PORT, ZX_OBJ_TYPE_PORT);
    good_event = new_event();
    good_port = new_port();
    expect_right(cancel_with_port, good_port, ZX_RIGHT_WRITE, ZX_ERR_BAD_HANDLE);
    expect_bad_handle(cancel_with_source);
    expect_right(cancel_with_source, good_event, ZX_RIGHT_WAIT, ZX_ERR_NOT_FOUND);
    EXPECT_STATUS(cancel_with_source(good_port), ZX_ERR_ACCESS_DENIED);
    close_handle(good_event);
    close_handle(good_port);
}
