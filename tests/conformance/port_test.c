// Part of libzircon. BSD-3-Clause, see LICENSE.
// Ports and the packets of programs. Packets of signals are in wait_async_test.c.
#include "harness.h"

#include <threads.h>

enum { PORT_LIMIT = 2049, SYSTEM_LIMIT = 16384 };

static zx_handle_t new_port(void) {
    zx_handle_t port;
    EXPECT_OK(zx_port_create(0, &port));
    return port;
}

static zx_status_t queue(zx_handle_t port, uint64_t key) {
    zx_port_packet_t packet = {.key = key};
    return zx_port_queue(port, &packet);
}

// The key of the first packet.
static uint64_t take(zx_handle_t port) {
    zx_port_packet_t packet;
    EXPECT_OK(zx_port_wait(port, 0, &packet));
    return packet.key;
}

static void expect_empty(zx_handle_t port) {
    zx_port_packet_t packet;
    EXPECT_STATUS(zx_port_wait(port, 0, &packet), ZX_ERR_TIMED_OUT);
}

// --- port_create ---

TEST(port_create, makes_an_empty_port_with_the_default_rights) {
    static const uint32_t options[] = {0, ZX_PORT_BIND_TO_INTERRUPT};
    for (int i = 0; i < 2; i++) {
        zx_handle_t port;
        EXPECT_OK(zx_port_create(options[i], &port));
        EXPECT_EQ(type_of(port), ZX_OBJ_TYPE_PORT);
        EXPECT_EQ(rights_of(port), ZX_DEFAULT_PORT_RIGHTS);
        expect_empty(port);
        EXPECT_OK(queue(port, 1));
        EXPECT_EQ(take(port), 1);
        close_handle(port);
    }
}

TEST(port_create, refuses_any_other_option) {
    zx_handle_t port = 7;
    for (uint32_t bit = 2; bit != 0; bit <<= 1) {
        EXPECT_STATUS(zx_port_create(bit, &port), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_port_create(bit | ZX_PORT_BIND_TO_INTERRUPT, &port), ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(port, 7);
}

TEST(port_create, leaves_nothing_if_the_handle_cannot_be_stored) {
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_port_create(0, bad_pointer(i, sizeof(zx_handle_t))), ZX_ERR_INVALID_ARGS);
    }
}

static zx_status_t create_port(void *context) {
    return zx_port_create(0, context);
}

TEST(port_create, leaves_nothing_if_memory_runs_out) {
    zx_handle_t port = 7;
    expect_no_memory(create_port, &port, sizeof(port));
    close_handle(port);
}

// --- port_queue ---

TEST(port_queue, keeps_all_fields_of_a_packet_but_its_type) {
    static const uint32_t types[] = {ZX_PKT_TYPE_USER, ZX_PKT_TYPE_SIGNAL_ONE,
                                     ZX_PKT_TYPE_INTERRUPT, ZX_PKT_TYPE_PAGE_REQUEST, UINT32_MAX};
    zx_handle_t port = new_port();
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        zx_port_packet_t in, out;
        memset(&out, 0xff, sizeof(out));
        for (size_t j = 0; j < sizeof(in); j++) {
            ((unsigned char *)&in)[j] = (unsigned char)(j * 7 + i + 1);
        }
        in.type = types[i];
        in.status = i == 0 ? ZX_OK : ZX_ERR_STOP;
        EXPECT_OK(zx_port_queue(port, &in));
        EXPECT_EQ(in.type, types[i]);
        EXPECT_OK(zx_port_wait(port, 0, &out));
        EXPECT_EQ(out.type, ZX_PKT_TYPE_USER);
        in.type = ZX_PKT_TYPE_USER;
        EXPECT(memcmp(&in, &out, sizeof(in)) == 0);
    }
    close_handle(port);
}

TEST(port_queue, keeps_the_order_of_packets) {
    zx_handle_t port = new_port();
    for (uint64_t key = 0; key < 100; key++) {
        EXPECT_OK(queue(port, key));
    }
    for (uint64_t key = 0; key < 100; key++) {
        EXPECT_EQ(take(port), key);
        EXPECT_OK(queue(port, key + 100));
    }
    for (uint64_t key = 100; key < 200; key++) {
        EXPECT_EQ(take(port), key);
    }
    expect_empty(port);
    close_handle(port);
}

TEST(port_queue, keeps_the_packets_of_ports_apart) {
    zx_handle_t ports[] = {new_port(), new_port()};
    EXPECT_OK(queue(ports[0], 1));
    expect_empty(ports[1]);
    EXPECT_EQ(take(ports[0]), 1);
    EXPECT_OK(zx_handle_close_many(ports, 2));
}

TEST(port_queue, puts_2049_packets_into_a_port_and_then_asks_to_wait) {
    zx_handle_t port = new_port();
    for (int round = 0; round < 2; round++) {
        for (uint64_t i = 0; i < PORT_LIMIT; i++) {
            EXPECT_OK(queue(port, i));
        }
        EXPECT_STATUS(queue(port, 0), ZX_ERR_SHOULD_WAIT);
        EXPECT_EQ(take(port), 0);
        EXPECT_OK(queue(port, PORT_LIMIT));
        EXPECT_STATUS(queue(port, 0), ZX_ERR_SHOULD_WAIT);
        for (uint64_t i = 1; i <= PORT_LIMIT; i++) {
            EXPECT_EQ(take(port), i);
        }
        expect_empty(port);
    }
    close_handle(port);
}

TEST(port_queue, does_not_count_packets_of_signals) {
    zx_handle_t port = new_port(), event;
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_0));
    for (int i = 0; i < PORT_LIMIT + 10; i++) {
        EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_0, 0));
    }
    for (int i = 0; i < PORT_LIMIT; i++) {
        EXPECT_OK(queue(port, 2));
    }
    EXPECT_STATUS(queue(port, 2), ZX_ERR_SHOULD_WAIT);
    EXPECT_EQ(take(port), 1);
    EXPECT_STATUS(queue(port, 2), ZX_ERR_SHOULD_WAIT);
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_USER_SIGNAL_0, 0));
    close_handle(event);
    close_handle(port);
}

// Queues packets to new ports until the system has no room. Returns the ports, and how many packets
// there are.
enum { PORTS = SYSTEM_LIMIT / PORT_LIMIT + 1 };

static int fill_system(zx_handle_t ports[PORTS]) {
    int packets = 0;
    for (int i = 0; i < PORTS; i++) {
        ports[i] = new_port();
        zx_status_t status;
        while ((status = queue(ports[i], 1)) == ZX_OK) {
            packets++;
        }
        EXPECT_STATUS(status, i < PORTS - 1 ? ZX_ERR_SHOULD_WAIT : ZX_ERR_NO_MEMORY);
    }
    return packets;
}

TEST(port_queue, puts_16384_packets_into_all_ports_together) {
    zx_handle_t ports[PORTS];
    EXPECT_EQ(fill_system(ports), SYSTEM_LIMIT);
    // The system's limit is found before the port's.
    EXPECT_STATUS(queue(ports[0], 1), ZX_ERR_NO_MEMORY);
    EXPECT_EQ(take(ports[0]), 1);
    EXPECT_OK(queue(ports[PORTS - 1], 1));
    EXPECT_STATUS(queue(ports[PORTS - 1], 1), ZX_ERR_NO_MEMORY);
    // A closed port gives all its room back.
    close_handle(ports[1]);
    ports[1] = new_port();
    for (int i = 0; i < PORT_LIMIT; i++) {
        EXPECT_OK(queue(ports[1], 1));
    }
    EXPECT_STATUS(queue(ports[1], 1), ZX_ERR_NO_MEMORY);
    EXPECT_OK(zx_handle_close_many(ports, PORTS));
}

struct user {
    _Atomic int step;
};

static int use_packets(void *argument) {
    struct user *user = argument;
    zx_handle_t port = new_port();
    for (uint64_t i = 0; i < 100; i++) {
        EXPECT_OK(queue(port, i));
    }
    close_handle(port);
    atomic_store(&user->step, 1);
    while (atomic_load(&user->step) != 2) {
        zx_nanosleep(zx_deadline_after(ZX_USEC(100)));
    }
    return 0;
}

TEST(port_queue, has_room_for_16384_packets_whoever_used_some_before) {
    struct user user = {0};
    struct test_thread thread;
    start_thread(&thread, use_packets, &user);
    while (atomic_load(&user.step) != 1) {
        zx_nanosleep(zx_deadline_after(ZX_USEC(100)));
    }
    zx_handle_t ports[PORTS];
    int packets = fill_system(ports);
    atomic_store(&user.step, 2);
    finish_thread(&thread);
    EXPECT_EQ(packets, SYSTEM_LIMIT);
    EXPECT_OK(zx_handle_close_many(ports, PORTS));
}

static zx_handle_t good_port;

static zx_status_t queue_good_packet(void *context) {
    (void)context;
    return queue(good_port, 1);
}

TEST(port_queue, leaves_nothing_if_memory_runs_out) {
    good_port = new_port();
    expect_no_memory(queue_good_packet, NULL, 0);
    EXPECT_EQ(take(good_port), 1);
    expect_empty(good_port);
    close_handle(good_port);
}

static zx_status_t queue_bad_packet(zx_handle_t port) {
    return zx_port_queue(port, bad_page());
}

TEST(port_queue, looks_at_the_handle_then_its_type_then_its_right_then_the_packet) {
    expect_bad_handle(queue_bad_packet);
    expect_wrong_type(queue_bad_packet, ZX_OBJ_TYPE_PORT, ZX_OBJ_TYPE_PORT);
    zx_handle_t port = new_port();
    expect_right(queue_bad_packet, port, ZX_RIGHT_WRITE, ZX_ERR_INVALID_ARGS);
    close_handle(port);
}

TEST(port_queue, refuses_a_packet_that_cannot_be_read) {
    zx_handle_t port = new_port();
    for (int i = 0; i < BAD_IN_POINTERS; i++) {
        EXPECT_STATUS(zx_port_queue(port, bad_pointer(i, sizeof(zx_port_packet_t))),
                      ZX_ERR_INVALID_ARGS);
    }
    expect_empty(port);
    close_handle(port);
}

TEST(port_queue, reads_a_packet_at_any_address) {
    zx_handle_t port = new_port();
    const zx_port_packet_t packet = {.key = 5};
    char bytes[sizeof(packet) + 1];
    memcpy(bytes + 1, &packet, sizeof(packet));
    EXPECT_OK(zx_port_queue(port, (void *)(bytes + 1)));
    EXPECT_OK(zx_port_queue(port, read_only_copy(&packet, sizeof(packet))));
    zx_port_packet_t *last = end_of_page(sizeof(packet));
    *last = packet;
    EXPECT_OK(zx_port_queue(port, last));
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(take(port), 5);
    }
    close_handle(port);
}

TEST(port_queue, leaves_nothing_in_a_port_that_is_closed) {
    zx_handle_t port = new_port();
    for (uint64_t i = 0; i < 100; i++) {
        EXPECT_OK(queue(port, i));
    }
    close_handle(port);
    EXPECT_STATUS(queue(port, 1), ZX_ERR_BAD_HANDLE);
}

struct race {
    _Atomic uint32_t round, done;
    zx_handle_t port;
};

enum { ROUNDS = 500 };

static int close_each_round(void *argument) {
    struct race *race = argument;
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        while (atomic_load(&race->round) != round) {
            thrd_yield();
        }
        close_handle(race->port);
        atomic_store(&race->done, round);
    }
    return 0;
}

// In some rounds the port is closed in the midst of the call.
TEST(port_queue, ends_well_if_the_port_is_closed_meanwhile) {
    struct race race = {0};
    struct test_thread thread;
    start_thread(&thread, close_each_round, &race);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        race.port = new_port();
        atomic_store(&race.round, round);
        zx_status_t status;
        do {
            status = queue(race.port, 1);
        } while (status == ZX_OK || status == ZX_ERR_SHOULD_WAIT);
        EXPECT(status == ZX_ERR_BAD_HANDLE || status == ZX_ERR_BAD_STATE);
        while (atomic_load(&race.done) != round) {
            thrd_yield();
        }
    }
    finish_thread(&thread);
}

// --- port_wait ---

// A thread in zx_port_wait.
struct waiter {
    struct test_thread thread;
    zx_handle_t port;
    zx_time_t deadline;
    zx_port_packet_t packet;
};

static int wait_for_packet(void *argument) {
    struct waiter *waiter = argument;
    return zx_port_wait(waiter->port, waiter->deadline, &waiter->packet);
}

static void start_waiter(struct waiter *waiter, zx_handle_t port, zx_time_t deadline) {
    waiter->port = port;
    waiter->deadline = deadline;
    waiter->packet.key = 0;
    start_thread(&waiter->thread, wait_for_packet, waiter);
    wait_until_blocked(&waiter->thread);
}

TEST(port_wait, returns_at_once_if_there_is_a_packet_whatever_the_deadline) {
    static const zx_time_t deadlines[] = {ZX_TIME_INFINITE,     INT64_MAX - 1, 1, 0, -1,
                                          ZX_TIME_INFINITE_PAST};
    zx_handle_t port = new_port();
    for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++) {
        zx_port_packet_t packet;
        EXPECT_OK(queue(port, i));
        EXPECT_OK(zx_port_wait(port, deadlines[i], &packet));
        EXPECT_EQ(packet.key, i);
    }
    close_handle(port);
}

TEST(port_wait, times_out_and_leaves_the_packet_as_it_was) {
    const zx_time_t deadlines[] = {ZX_TIME_INFINITE_PAST,        -1, 0, 1, zx_clock_get_monotonic(),
                                   zx_deadline_after(ZX_MSEC(1))};
    zx_handle_t port = new_port();
    for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++) {
        zx_port_packet_t packet = {.key = 7};
        EXPECT_STATUS(zx_port_wait(port, deadlines[i], &packet), ZX_ERR_TIMED_OUT);
        EXPECT_EQ(packet.key, 7);
        EXPECT(zx_clock_get_monotonic() >= deadlines[i]);
        EXPECT_STATUS(zx_port_wait(port, deadlines[i], NULL), ZX_ERR_TIMED_OUT);
    }
    close_handle(port);
}

TEST(port_wait, wakes_when_a_packet_comes) {
    zx_handle_t port = new_port();
    struct waiter waiter;
    start_waiter(&waiter, port, ZX_TIME_INFINITE);
    EXPECT_OK(queue(port, 5));
    EXPECT_OK(finish_thread(&waiter.thread));
    EXPECT_EQ(waiter.packet.key, 5);
    expect_empty(port);
    close_handle(port);
}

TEST(port_wait, gives_each_packet_to_one_of_several_threads) {
    enum { WAITERS = 6 };
    zx_handle_t port = new_port();
    struct waiter waiters[WAITERS];
    for (int i = 0; i < WAITERS; i++) {
        start_waiter(&waiters[i], port, ZX_TIME_INFINITE);
    }
    for (uint64_t key = 0; key < WAITERS; key++) {
        EXPECT_OK(queue(port, 1u << key));
    }
    uint64_t keys = 0;
    for (int i = 0; i < WAITERS; i++) {
        EXPECT_OK(finish_thread(&waiters[i].thread));
        EXPECT_EQ(keys & waiters[i].packet.key, 0);
        keys |= waiters[i].packet.key;
    }
    EXPECT_EQ(keys, (1u << WAITERS) - 1);
    expect_empty(port);
    close_handle(port);
}

TEST(port_wait, leaves_the_other_threads_waiting) {
    zx_handle_t port = new_port();
    struct waiter waiters[2];
    for (int i = 0; i < 2; i++) {
        start_waiter(&waiters[i], port, ZX_TIME_INFINITE);
    }
    EXPECT_OK(queue(port, 1));
    EXPECT_OK(queue(port, 2));
    for (int i = 0; i < 2; i++) {
        EXPECT_OK(finish_thread(&waiters[i].thread));
    }
    EXPECT_EQ(waiters[0].packet.key + waiters[1].packet.key, 3);
    close_handle(port);
}

struct consumer {
    struct test_thread thread;
    zx_handle_t port;
    uint64_t count, sum, last;
};

static int consume(void *argument) {
    struct consumer *consumer = argument;
    for (;;) {
        zx_port_packet_t packet;
        EXPECT_OK(zx_port_wait(consumer->port, ZX_TIME_INFINITE, &packet));
        if (packet.key == 0) {
            return 0;
        }
        EXPECT(packet.key > consumer->last); // the queue keeps its order for each of them
        consumer->last = packet.key;
        consumer->count++;
        consumer->sum += packet.key;
    }
}

TEST(port_wait, loses_no_packet_between_several_threads) {
    enum { CONSUMERS = 3, PACKETS = 5000 };
    zx_handle_t port = new_port();
    struct consumer consumers[CONSUMERS];
    for (int i = 0; i < CONSUMERS; i++) {
        consumers[i] = (struct consumer){.port = port};
        start_thread(&consumers[i].thread, consume, &consumers[i]);
    }
    for (uint64_t key = 1; key <= PACKETS; key++) {
        zx_status_t status;
        while ((status = queue(port, key)) == ZX_ERR_SHOULD_WAIT) {
            thrd_yield();
        }
        EXPECT_OK(status);
    }
    for (int i = 0; i < CONSUMERS; i++) {
        zx_status_t status;
        while ((status = queue(port, 0)) == ZX_ERR_SHOULD_WAIT) {
            thrd_yield();
        }
        EXPECT_OK(status);
    }
    uint64_t count = 0, sum = 0;
    for (int i = 0; i < CONSUMERS; i++) {
        finish_thread(&consumers[i].thread);
        count += consumers[i].count;
        sum += consumers[i].sum;
    }
    EXPECT_EQ(count, PACKETS);
    EXPECT_EQ(sum, (uint64_t)PACKETS * (PACKETS + 1) / 2);
    expect_empty(port);
    close_handle(port);
}

static int wait_with_short_deadlines(void *argument) {
    zx_handle_t port = *(zx_handle_t *)argument;
    int packets = 0;
    for (;;) {
        zx_port_packet_t packet;
        zx_status_t status = zx_port_wait(port, zx_deadline_after(ZX_USEC(20)), &packet);
        if (status == ZX_OK && packet.key == 0) {
            return packets;
        }
        EXPECT(status == ZX_OK || status == ZX_ERR_TIMED_OUT);
        packets += status == ZX_OK;
    }
}

TEST(port_wait, loses_no_packet_that_comes_at_the_deadline) {
    enum { PACKETS = 1000 };
    zx_handle_t port = new_port();
    struct test_thread threads[2];
    for (int i = 0; i < 2; i++) {
        start_thread(&threads[i], wait_with_short_deadlines, &port);
    }
    for (uint64_t key = 1; key <= PACKETS; key++) {
        EXPECT_OK(queue(port, key));
        zx_nanosleep(zx_deadline_after(ZX_USEC(20)));
    }
    EXPECT_OK(queue(port, 0));
    EXPECT_OK(queue(port, 0));
    int packets = finish_thread(&threads[0]);
    packets += finish_thread(&threads[1]);
    EXPECT_EQ(packets, PACKETS);
    close_handle(port);
}

TEST(port_wait, goes_on_until_the_deadline_if_the_port_is_closed) {
    zx_handle_t port = new_port();
    struct waiter waiter;
    start_waiter(&waiter, port, zx_deadline_after(ZX_MSEC(50)));
    close_handle(port);
    EXPECT_STATUS(finish_thread(&waiter.thread), ZX_ERR_TIMED_OUT);
    EXPECT(zx_clock_get_monotonic() >= waiter.deadline);
}

TEST(port_wait, goes_on_if_its_handle_is_closed_and_the_port_has_another) {
    zx_handle_t port = new_port(), second;
    EXPECT_OK(zx_handle_duplicate(port, ZX_RIGHT_SAME_RIGHTS, &second));
    struct waiter waiter;
    start_waiter(&waiter, port, ZX_TIME_INFINITE);
    close_handle(port);
    EXPECT_OK(queue(second, 5));
    EXPECT_OK(finish_thread(&waiter.thread));
    EXPECT_EQ(waiter.packet.key, 5);
    close_handle(second);
}

static zx_status_t wait_with_null(zx_handle_t port) {
    return zx_port_wait(port, ZX_TIME_INFINITE_PAST, NULL);
}

TEST(port_wait, looks_at_the_handle_then_its_type_then_its_right_then_waits) {
    expect_bad_handle(wait_with_null);
    expect_wrong_type(wait_with_null, ZX_OBJ_TYPE_PORT, ZX_OBJ_TYPE_PORT);
    zx_handle_t port = new_port();
    expect_right(wait_with_null, port, ZX_RIGHT_READ, ZX_ERR_TIMED_OUT);
    close_handle(port);
}

TEST(port_wait, loses_a_packet_that_cannot_be_stored) {
    zx_handle_t port = new_port();
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_OK(queue(port, 1));
        EXPECT_STATUS(zx_port_wait(port, 0, bad_pointer(i, sizeof(zx_port_packet_t))),
                      ZX_ERR_INVALID_ARGS);
        expect_empty(port);
    }
    close_handle(port);
}

TEST(port_wait, stores_a_packet_at_any_address) {
    zx_handle_t port = new_port();
    char bytes[sizeof(zx_port_packet_t) + 1];
    zx_port_packet_t packet, *last = end_of_page(sizeof(packet));
    EXPECT_OK(queue(port, 5));
    EXPECT_OK(queue(port, 6));
    EXPECT_OK(zx_port_wait(port, 0, (void *)(bytes + 1)));
    memcpy(&packet, bytes + 1, sizeof(packet));
    EXPECT_EQ(packet.key, 5);
    EXPECT_OK(zx_port_wait(port, 0, last));
    EXPECT_EQ(last->key, 6);
    close_handle(port);
}

TEST(port_wait, needs_no_memory) {
    zx_handle_t port = new_port();
    zx_port_packet_t packet;
    EXPECT_OK(queue(port, 1));
    libzircon_fail_allocation(1);
    EXPECT_OK(zx_port_wait(port, 0, &packet));
    EXPECT_STATUS(zx_port_wait(port, zx_deadline_after(ZX_MSEC(1)), &packet), ZX_ERR_TIMED_OUT);
    libzircon_fail_allocation(0);
    close_handle(port);
}
