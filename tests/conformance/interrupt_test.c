// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <libzircon/machine.h>
#include <zircon/syscalls/resource.h>

static const uint64_t KEY = 0x1234567890;

static zx_handle_t make_virtual(void) {
    zx_handle_t interrupt;
    EXPECT_OK(zx_interrupt_create(ZX_HANDLE_INVALID, 0, ZX_INTERRUPT_VIRTUAL, &interrupt));
    return interrupt;
}

static zx_handle_t make_physical(uint32_t line, uint32_t options) {
    zx_handle_t interrupt;
    EXPECT_OK(zx_interrupt_create(root_resource(), line, options, &interrupt));
    return interrupt;
}

static zx_handle_t make_port(void) {
    zx_handle_t port;
    EXPECT_OK(zx_port_create(ZX_PORT_BIND_TO_INTERRUPT, &port));
    return port;
}

static zx_handle_t make_bound(zx_handle_t interrupt) {
    zx_handle_t port = make_port();
    EXPECT_OK(zx_interrupt_bind(interrupt, port, KEY, 0));
    return port;
}

static void expect_packet(zx_handle_t port, zx_time_t timestamp) {
    zx_port_packet_t packet;
    memset(&packet, 0x55, sizeof(packet));
    EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE_PAST, &packet));
    EXPECT_EQ(packet.key, KEY);
    EXPECT_EQ(packet.type, ZX_PKT_TYPE_INTERRUPT);
    EXPECT_OK(packet.status);
    EXPECT_EQ(packet.interrupt.timestamp, timestamp);
    EXPECT_EQ(packet.interrupt.reserved0, 0);
    EXPECT_EQ(packet.interrupt.reserved1, 0);
    EXPECT_EQ(packet.interrupt.reserved2, 0);
}

static void expect_no_packet(zx_handle_t port) {
    zx_port_packet_t packet;
    EXPECT_STATUS(zx_port_wait(port, ZX_TIME_INFINITE_PAST, &packet), ZX_ERR_TIMED_OUT);
}

static zx_status_t raise_line(uint32_t line) {
    zx_status_t status = libzircon_interrupt_line(line, true);
    return status != ZX_OK ? status : libzircon_interrupt_line(line, false);
}

struct waiter {
    struct test_thread thread;
    zx_handle_t interrupt;
    zx_time_t timestamp;
};

static int wait_in_thread(void *argument) {
    struct waiter *waiter = argument;
    return zx_interrupt_wait(waiter->interrupt, &waiter->timestamp);
}

static void start_waiter(struct waiter *waiter, zx_handle_t interrupt) {
    waiter->interrupt = interrupt;
    waiter->timestamp = 0;
    start_thread(&waiter->thread, wait_in_thread, waiter);
    wait_until_blocked(&waiter->thread);
}

// --- interrupt_create ---

TEST(interrupt_create, makes_a_virtual_interrupt_without_a_resource) {
    static const zx_handle_t sources[] = {ZX_HANDLE_INVALID, 7, UINT32_MAX};
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        zx_handle_t interrupt;
        EXPECT_OK(zx_interrupt_create(sources[i], UINT32_MAX, ZX_INTERRUPT_VIRTUAL, &interrupt));
        EXPECT_EQ(type_of(interrupt), ZX_OBJ_TYPE_INTERRUPT);
        EXPECT_EQ(rights_of(interrupt), ZX_DEFAULT_INTERRUPT_RIGHTS);
        close_handle(interrupt);
    }
}

TEST(interrupt_create, refuses_anything_beside_virtual) {
    zx_handle_t interrupt = 7;
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        if (bit != ZX_INTERRUPT_VIRTUAL) {
            EXPECT_STATUS(
                zx_interrupt_create(root_resource(), 1, ZX_INTERRUPT_VIRTUAL | bit, &interrupt),
                ZX_ERR_INVALID_ARGS);
        }
    }
    EXPECT_EQ(interrupt, 7);
}

TEST(interrupt_create, makes_a_physical_interrupt_in_each_mode) {
    static const uint32_t modes[] = {
        ZX_INTERRUPT_MODE_DEFAULT,
        ZX_INTERRUPT_MODE_EDGE_LOW,
        ZX_INTERRUPT_MODE_EDGE_HIGH,
        ZX_INTERRUPT_MODE_LEVEL_LOW,
        ZX_INTERRUPT_MODE_LEVEL_HIGH,
        ZX_INTERRUPT_REMAP_IRQ,
        ZX_INTERRUPT_REMAP_IRQ | ZX_INTERRUPT_MODE_LEVEL_HIGH,
    };
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        zx_handle_t interrupt = make_physical(4, modes[i]);
        EXPECT_EQ(type_of(interrupt), ZX_OBJ_TYPE_INTERRUPT);
        EXPECT_EQ(rights_of(interrupt), ZX_DEFAULT_INTERRUPT_RIGHTS);
        EXPECT_OK(raise_line(4));
        EXPECT_OK(zx_interrupt_wait(interrupt, NULL));
        close_handle(interrupt);
    }
}

TEST(interrupt_create, refuses_undefined_modes_and_options) {
    zx_handle_t interrupt = 7;
    for (uint32_t mode = ZX_INTERRUPT_MODE_EDGE_BOTH; mode <= ZX_INTERRUPT_MODE_MASK; mode += 2) {
        EXPECT_STATUS(zx_interrupt_create(root_resource(), 4, mode, &interrupt),
                      ZX_ERR_INVALID_ARGS);
    }
    for (uint32_t bit = ZX_INTERRUPT_VIRTUAL << 1; bit != 0; bit <<= 1) {
        EXPECT_STATUS(zx_interrupt_create(root_resource(), 4, bit, &interrupt),
                      ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(interrupt, 7);
}

TEST(interrupt_create, refuses_interrupts_that_the_machine_does_not_have) {
    zx_handle_t interrupt;
    EXPECT_STATUS(zx_interrupt_create(root_resource(), LIBZIRCON_INTERRUPT_LINES, 0, &interrupt),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_interrupt_create(root_resource(), UINT32_MAX, 0, &interrupt),
                  ZX_ERR_INVALID_ARGS);
    close_handle(make_physical(LIBZIRCON_INTERRUPT_LINES - 1, 0));
    EXPECT_STATUS(libzircon_interrupt_line(LIBZIRCON_INTERRUPT_LINES, true), ZX_ERR_INVALID_ARGS);
}

TEST(interrupt_create, gives_an_interrupt_to_one_object_at_a_time) {
    zx_handle_t first = make_physical(9, 0), second = 7;
    EXPECT_STATUS(zx_interrupt_create(root_resource(), 9, 0, &second), ZX_ERR_ALREADY_BOUND);
    EXPECT_EQ(second, 7);
    EXPECT_OK(raise_line(9)); // the first one still listens
    EXPECT_OK(zx_interrupt_wait(first, NULL));
    EXPECT_OK(zx_interrupt_destroy(first));
    second = make_physical(9, 0);
    close_handle(first);
    EXPECT_OK(raise_line(9));
    EXPECT_OK(zx_interrupt_wait(second, NULL));
    close_handle(second);
    close_handle(make_physical(9, 0));
}

static zx_status_t create_physical(zx_handle_t resource) {
    zx_handle_t interrupt;
    zx_status_t status = zx_interrupt_create(resource, 33, 0, &interrupt);
    if (status == ZX_OK) {
        close_handle(interrupt);
    }
    return status;
}

TEST(interrupt_create, wants_a_resource_that_covers_the_interrupt) {
    expect_bad_handle(create_physical);
    expect_wrong_type(create_physical, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
    zx_handle_t resource;
    EXPECT_OK(zx_resource_create(root_resource(), ZX_RSRC_KIND_IRQ, 33, 2, NULL, 0, &resource));
    EXPECT_OK(create_physical(resource));
    zx_handle_t bare = without_rights(resource, ZX_DEFAULT_RESOURCE_RIGHTS);
    EXPECT_OK(create_physical(bare));
    close_handle(bare);
    zx_handle_t interrupt;
    EXPECT_STATUS(zx_interrupt_create(resource, 32, 0, &interrupt), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_interrupt_create(resource, 35, UINT32_MAX & ~ZX_INTERRUPT_VIRTUAL, &interrupt),
                  ZX_ERR_OUT_OF_RANGE);
    close_handle(resource);
    EXPECT_OK(zx_resource_create(root_resource(), ZX_RSRC_KIND_IOPORT, 33, 2, NULL, 0, &resource));
    EXPECT_STATUS(create_physical(resource), ZX_ERR_WRONG_TYPE);
    close_handle(resource);
}

TEST(interrupt_create, leaves_nothing_if_the_handle_cannot_be_stored) {
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        void *bad = bad_pointer(i, sizeof(zx_handle_t));
        EXPECT_STATUS(zx_interrupt_create(ZX_HANDLE_INVALID, 0, ZX_INTERRUPT_VIRTUAL, bad),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_interrupt_create(root_resource(), 5, 0, bad), ZX_ERR_INVALID_ARGS);
    }
    close_handle(make_physical(5, 0));
}

static zx_status_t create_any_virtual(void *context) {
    return zx_interrupt_create(ZX_HANDLE_INVALID, 0, ZX_INTERRUPT_VIRTUAL, context);
}

static zx_status_t create_any_physical(void *context) {
    return zx_interrupt_create(root_resource(), 5, 0, context);
}

TEST(interrupt_create, leaves_nothing_if_memory_runs_out) {
    zx_handle_t interrupt = 7;
    expect_no_memory(create_any_virtual, &interrupt, sizeof(interrupt));
    close_handle(interrupt);
    interrupt = 7;
    expect_no_memory(create_any_physical, &interrupt, sizeof(interrupt));
    close_handle(interrupt);
}

// --- interrupt_wait and interrupt_trigger ---

TEST(interrupt_wait, tells_when_it_was_triggered) {
    zx_handle_t interrupt = make_virtual();
    zx_time_t timestamp;
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 10));
    EXPECT_OK(zx_interrupt_wait(interrupt, &timestamp));
    EXPECT_EQ(timestamp, 10);
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 20));
    EXPECT_OK(zx_interrupt_wait(interrupt, NULL));
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 0));
    EXPECT_OK(zx_interrupt_wait(interrupt, &timestamp));
    EXPECT_EQ(timestamp, 0);
    close_handle(interrupt);
}

TEST(interrupt_wait, counts_several_triggers_once_with_the_first_time) {
    zx_handle_t interrupt = make_virtual();
    zx_time_t timestamp;
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 0)); // a time of 0 is none
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 30));
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 20));
    EXPECT_OK(zx_interrupt_wait(interrupt, &timestamp));
    EXPECT_EQ(timestamp, 30);
    struct waiter waiter;
    start_waiter(&waiter, interrupt);
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 40));
    EXPECT_OK(finish_thread(&waiter.thread));
    EXPECT_EQ(waiter.timestamp, 40);
    close_handle(interrupt);
}

TEST(interrupt_wait, allows_one_thread) {
    zx_handle_t interrupt = make_virtual();
    struct waiter waiter;
    start_waiter(&waiter, interrupt);
    EXPECT_STATUS(zx_interrupt_wait(interrupt, NULL), ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 1));
    EXPECT_OK(finish_thread(&waiter.thread));
    close_handle(interrupt);
}

TEST(interrupt_wait, ends_when_the_interrupt_is_destroyed) {
    zx_handle_t interrupt = make_virtual();
    struct waiter waiter;
    start_waiter(&waiter, interrupt);
    EXPECT_OK(zx_interrupt_destroy(interrupt));
    EXPECT_STATUS(finish_thread(&waiter.thread), ZX_ERR_CANCELED);
    EXPECT_STATUS(zx_interrupt_wait(interrupt, NULL), ZX_ERR_CANCELED);
    close_handle(interrupt);
}

TEST(interrupt_wait, ends_when_the_last_handle_is_closed) {
    zx_handle_t interrupt = make_virtual(), second = without_rights(interrupt, 0);
    struct waiter waiter;
    start_waiter(&waiter, interrupt);
    close_handle(interrupt);
    EXPECT_OK(zx_interrupt_trigger(second, 0, 5)); // closing the one waited on does not matter
    EXPECT_OK(finish_thread(&waiter.thread));
    start_waiter(&waiter, second);
    close_handle(second);
    EXPECT_STATUS(finish_thread(&waiter.thread), ZX_ERR_CANCELED);
}

TEST(interrupt_wait, forgets_the_firing_if_the_time_cannot_be_stored) {
    zx_handle_t interrupt = make_virtual();
    for (int i = 1; i < BAD_OUT_POINTERS; i++) { // the first is null, which is allowed
        EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 1));
        EXPECT_STATUS(zx_interrupt_wait(interrupt, bad_pointer(i, sizeof(zx_time_t))),
                      ZX_ERR_INVALID_ARGS);
    }
    zx_time_t timestamp;
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 2));
    EXPECT_OK(zx_interrupt_wait(interrupt, &timestamp));
    EXPECT_EQ(timestamp, 2);
    close_handle(interrupt);
}

TEST(interrupt_wait, refuses_an_interrupt_that_is_bound) {
    zx_handle_t interrupt = make_virtual(), port = make_bound(interrupt);
    EXPECT_STATUS(zx_interrupt_wait(interrupt, NULL), ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_interrupt_destroy(interrupt));
    EXPECT_STATUS(zx_interrupt_wait(interrupt, NULL), ZX_ERR_BAD_STATE);
    close_handle(interrupt);
    close_handle(port);
}

static zx_status_t wait_on(zx_handle_t handle) {
    return zx_interrupt_wait(handle, NULL);
}

TEST(interrupt_wait, wants_an_interrupt_with_the_right_to_wait) {
    zx_handle_t interrupt = make_virtual();
    EXPECT_OK(zx_interrupt_destroy(interrupt));
    expect_bad_handle(wait_on);
    expect_wrong_type(wait_on, ZX_OBJ_TYPE_INTERRUPT, ZX_OBJ_TYPE_INTERRUPT);
    expect_right(wait_on, interrupt, ZX_RIGHT_WAIT, ZX_ERR_CANCELED);
    close_handle(interrupt);
}

static zx_status_t trigger(zx_handle_t handle) {
    return zx_interrupt_trigger(handle, 0, 1);
}

TEST(interrupt_trigger, wants_an_interrupt_with_the_right_to_signal) {
    zx_handle_t interrupt = make_virtual();
    expect_bad_handle(trigger);
    expect_wrong_type(trigger, ZX_OBJ_TYPE_INTERRUPT, ZX_OBJ_TYPE_INTERRUPT);
    expect_right(trigger, interrupt, ZX_RIGHT_SIGNAL, ZX_OK);
    close_handle(interrupt);
}

TEST(interrupt_trigger, refuses_options_before_it_looks_at_the_handle) {
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        EXPECT_STATUS(zx_interrupt_trigger(ZX_HANDLE_INVALID, bit, 1), ZX_ERR_INVALID_ARGS);
    }
}

TEST(interrupt_trigger, refuses_interrupts_of_the_machine) {
    zx_handle_t interrupt = make_physical(7, 0);
    EXPECT_STATUS(zx_interrupt_trigger(interrupt, 0, 1), ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_interrupt_destroy(interrupt));
    EXPECT_STATUS(zx_interrupt_trigger(interrupt, 0, 1), ZX_ERR_BAD_STATE);
    close_handle(interrupt);
}

TEST(interrupt_trigger, refuses_a_destroyed_interrupt) {
    zx_handle_t interrupt = make_virtual();
    EXPECT_OK(zx_interrupt_destroy(interrupt));
    EXPECT_STATUS(zx_interrupt_trigger(interrupt, 0, 1), ZX_ERR_CANCELED);
    close_handle(interrupt);
}

// --- interrupt_bind ---

TEST(interrupt_bind, queues_packets_one_for_each_acknowledgement) {
    zx_handle_t interrupt = make_virtual(), port = make_bound(interrupt);
    expect_no_packet(port);
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 100));
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 200));
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 300));
    expect_packet(port, 100);
    expect_no_packet(port);
    EXPECT_OK(zx_interrupt_ack(interrupt));
    expect_packet(port, 200);
    expect_no_packet(port);
    EXPECT_OK(zx_interrupt_ack(interrupt));
    expect_no_packet(port);
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 400));
    expect_packet(port, 400);
    close_handle(interrupt);
    close_handle(port);
}

static int wait_at_port(void *argument) {
    zx_port_packet_t packet;
    return zx_port_wait(*(zx_handle_t *)argument, ZX_TIME_INFINITE, &packet);
}

TEST(interrupt_bind, wakes_a_thread_that_waits_at_the_port) {
    zx_handle_t interrupt = make_virtual(), port = make_bound(interrupt);
    struct test_thread thread;
    start_thread(&thread, wait_at_port, &port);
    wait_until_blocked(&thread);
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 1));
    EXPECT_OK(finish_thread(&thread));
    close_handle(interrupt);
    close_handle(port);
}

TEST(interrupt_bind, puts_interrupts_before_all_other_packets) {
    zx_handle_t interrupt = make_virtual(), port = make_bound(interrupt);
    zx_port_packet_t packet = {.key = 1};
    EXPECT_OK(zx_port_queue(port, &packet));
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 9));
    expect_packet(port, 9);
    EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE_PAST, &packet));
    EXPECT_EQ(packet.type, ZX_PKT_TYPE_USER);
    close_handle(interrupt);
    close_handle(port);
}

TEST(interrupt_bind, serves_several_interrupts_in_the_order_of_their_firing) {
    zx_handle_t first = make_virtual(), second = make_virtual(), port = make_port();
    EXPECT_OK(zx_interrupt_bind(first, port, 1, 0));
    EXPECT_OK(zx_interrupt_bind(second, port, 2, 0));
    EXPECT_OK(zx_interrupt_trigger(second, 0, 5));
    EXPECT_OK(zx_interrupt_trigger(first, 0, 6));
    zx_port_packet_t packet;
    EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE_PAST, &packet));
    EXPECT_EQ(packet.key, 2);
    EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE_PAST, &packet));
    EXPECT_EQ(packet.key, 1);
    close_handle(first);
    close_handle(second);
    close_handle(port);
}

TEST(interrupt_bind, wants_a_port_made_for_interrupts) {
    zx_handle_t interrupt = make_virtual(), port;
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_STATUS(zx_interrupt_bind(interrupt, port, KEY, 0), ZX_ERR_WRONG_TYPE);
    close_handle(port);
    close_handle(interrupt);
}

TEST(interrupt_bind, happens_once) {
    zx_handle_t interrupt = make_virtual(), port = make_bound(interrupt), other = make_port();
    EXPECT_STATUS(zx_interrupt_bind(interrupt, port, KEY, 0), ZX_ERR_ALREADY_BOUND);
    EXPECT_STATUS(zx_interrupt_bind(interrupt, other, KEY, 0), ZX_ERR_ALREADY_BOUND);
    close_handle(port); // a port that nobody can read is bound still
    EXPECT_STATUS(zx_interrupt_bind(interrupt, other, KEY, 0), ZX_ERR_ALREADY_BOUND);
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 1));
    EXPECT_OK(zx_interrupt_ack(interrupt));
    close_handle(other);
    close_handle(interrupt);
}

TEST(interrupt_bind, refuses_an_interrupt_that_is_waited_for_or_destroyed) {
    zx_handle_t interrupt = make_virtual(), port = make_port();
    struct waiter waiter;
    start_waiter(&waiter, interrupt);
    EXPECT_STATUS(zx_interrupt_bind(interrupt, port, KEY, 0), ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_interrupt_destroy(interrupt));
    EXPECT_STATUS(finish_thread(&waiter.thread), ZX_ERR_CANCELED);
    EXPECT_STATUS(zx_interrupt_bind(interrupt, port, KEY, 0), ZX_ERR_CANCELED);
    close_handle(interrupt);
    close_handle(port);
}

TEST(interrupt_bind, leaves_a_firing_from_before_where_it_is) {
    zx_handle_t interrupt = make_virtual();
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 50));
    zx_handle_t port = make_bound(interrupt);
    expect_no_packet(port);
    EXPECT_OK(zx_interrupt_ack(interrupt));
    expect_no_packet(port);
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 60));
    expect_packet(port, 60);
    close_handle(interrupt);
    close_handle(port);
}

static zx_handle_t bind_interrupt, bind_port;

static zx_status_t bind_this(zx_handle_t handle) {
    return zx_interrupt_bind(handle, bind_port, KEY, 0);
}

static zx_status_t bind_to_this(zx_handle_t handle) {
    return zx_interrupt_bind(bind_interrupt, handle, KEY, 0);
}

TEST(interrupt_bind, wants_both_handles_with_their_rights) {
    bind_interrupt = make_virtual();
    bind_port = make_bound(bind_interrupt);
    expect_bad_handle(bind_this);
    expect_bad_handle(bind_to_this);
    expect_wrong_type(bind_this, ZX_OBJ_TYPE_INTERRUPT, ZX_OBJ_TYPE_INTERRUPT);
    expect_wrong_type(bind_to_this, ZX_OBJ_TYPE_PORT, ZX_OBJ_TYPE_PORT);
    expect_right(bind_this, bind_interrupt, ZX_RIGHT_READ, ZX_ERR_ALREADY_BOUND);
    expect_right(bind_to_this, bind_port, ZX_RIGHT_WRITE, ZX_ERR_ALREADY_BOUND);
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        EXPECT_STATUS(zx_interrupt_bind(ZX_HANDLE_INVALID, 0, 0, bit), ZX_ERR_INVALID_ARGS);
    }
    close_handle(bind_interrupt);
    close_handle(bind_port);
}

// --- interrupt_ack ---

TEST(interrupt_ack, refuses_an_interrupt_that_is_not_bound_or_destroyed) {
    zx_handle_t interrupt = make_virtual();
    EXPECT_STATUS(zx_interrupt_ack(interrupt), ZX_ERR_BAD_STATE);
    zx_handle_t port = make_bound(interrupt);
    EXPECT_OK(zx_interrupt_ack(interrupt));
    EXPECT_OK(zx_interrupt_destroy(interrupt));
    EXPECT_STATUS(zx_interrupt_ack(interrupt), ZX_ERR_CANCELED);
    close_handle(interrupt);
    close_handle(port);
}

TEST(interrupt_ack, fails_if_the_packet_before_was_not_taken) {
    zx_handle_t interrupt = make_virtual(), port = make_bound(interrupt);
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 1));
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 2));
    EXPECT_STATUS(zx_interrupt_ack(interrupt), ZX_ERR_BAD_STATE);
    expect_packet(port, 1);
    EXPECT_OK(zx_interrupt_ack(interrupt));
    expect_no_packet(port); // the second one is lost
    close_handle(interrupt);
    close_handle(port);
}

TEST(interrupt_ack, wants_an_interrupt_with_the_right_to_write) {
    zx_handle_t interrupt = make_virtual(), port = make_bound(interrupt);
    expect_bad_handle(zx_interrupt_ack);
    expect_wrong_type(zx_interrupt_ack, ZX_OBJ_TYPE_INTERRUPT, ZX_OBJ_TYPE_INTERRUPT);
    expect_right(zx_interrupt_ack, interrupt, ZX_RIGHT_WRITE, ZX_OK);
    close_handle(interrupt);
    close_handle(port);
}

// --- interrupt_destroy ---

TEST(interrupt_destroy, can_be_done_again) {
    zx_handle_t interrupt = make_virtual();
    EXPECT_OK(zx_interrupt_destroy(interrupt));
    EXPECT_OK(zx_interrupt_destroy(interrupt));
    close_handle(interrupt);
    interrupt = make_virtual();
    zx_handle_t port = make_bound(interrupt);
    EXPECT_OK(zx_interrupt_destroy(interrupt));
    EXPECT_OK(zx_interrupt_destroy(interrupt));
    close_handle(interrupt);
    close_handle(port);
}

TEST(interrupt_destroy, takes_the_packet_back_or_says_that_it_is_gone) {
    zx_handle_t interrupt = make_virtual(), port = make_bound(interrupt);
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 1));
    EXPECT_OK(zx_interrupt_destroy(interrupt));
    expect_no_packet(port);
    close_handle(interrupt);
    close_handle(port);

    interrupt = make_virtual();
    port = make_bound(interrupt);
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 1));
    expect_packet(port, 1);
    EXPECT_STATUS(zx_interrupt_destroy(interrupt), ZX_ERR_NOT_FOUND);
    EXPECT_STATUS(zx_interrupt_ack(interrupt), ZX_ERR_CANCELED);
    close_handle(interrupt);
    close_handle(port);
}

TEST(interrupt_destroy, wants_an_interrupt_and_no_right) {
    zx_handle_t interrupt = make_virtual();
    expect_bad_handle(zx_interrupt_destroy);
    expect_wrong_type(zx_interrupt_destroy, ZX_OBJ_TYPE_INTERRUPT, ZX_OBJ_TYPE_INTERRUPT);
    zx_handle_t bare = without_rights(interrupt, ZX_DEFAULT_INTERRUPT_RIGHTS);
    EXPECT_OK(zx_interrupt_destroy(bare));
    EXPECT_STATUS(zx_interrupt_wait(interrupt, NULL), ZX_ERR_CANCELED);
    close_handle(bare);
    close_handle(interrupt);
}

TEST(interrupt_destroy, comes_with_the_last_handle) {
    zx_handle_t interrupt = make_virtual(), port = make_bound(interrupt);
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 1));
    close_handle(interrupt);
    expect_no_packet(port);
    close_handle(port);
}

// --- interrupts of the machine ---

TEST(interrupt_wait, sees_edges_of_a_line) {
    zx_handle_t interrupt = make_physical(12, ZX_INTERRUPT_MODE_EDGE_HIGH);
    zx_time_t before = zx_clock_get_monotonic(), timestamp;
    EXPECT_OK(libzircon_interrupt_line(12, true));
    EXPECT_OK(zx_interrupt_wait(interrupt, &timestamp));
    EXPECT(timestamp >= before && timestamp <= zx_clock_get_monotonic());
    struct waiter waiter;
    start_waiter(&waiter, interrupt);
    EXPECT_OK(libzircon_interrupt_line(12, true)); // up already: no edge
    EXPECT_OK(libzircon_interrupt_line(12, false));
    EXPECT_OK(libzircon_interrupt_line(12, true));
    EXPECT_OK(finish_thread(&waiter.thread));
    EXPECT(waiter.timestamp >= timestamp);
    close_handle(interrupt);
    EXPECT_OK(libzircon_interrupt_line(12, false));
}

TEST(interrupt_wait, returns_as_long_as_a_level_is_up) {
    zx_handle_t interrupt = make_physical(13, ZX_INTERRUPT_MODE_LEVEL_HIGH);
    EXPECT_OK(libzircon_interrupt_line(13, true));
    for (int i = 0; i < 3; i++) {
        EXPECT_OK(zx_interrupt_wait(interrupt, NULL));
    }
    EXPECT_OK(libzircon_interrupt_line(13, false));
    struct waiter waiter;
    start_waiter(&waiter, interrupt);
    EXPECT_OK(libzircon_interrupt_line(13, true));
    EXPECT_OK(finish_thread(&waiter.thread));
    close_handle(interrupt);
    // One that is made while the line is up fires at once.
    interrupt = make_physical(13, ZX_INTERRUPT_MODE_LEVEL_LOW);
    EXPECT_OK(zx_interrupt_wait(interrupt, NULL));
    close_handle(interrupt);
    EXPECT_OK(libzircon_interrupt_line(13, false));
}

TEST(interrupt_ack, lets_a_level_that_is_up_fire_again) {
    zx_handle_t interrupt = make_physical(14, ZX_INTERRUPT_MODE_LEVEL_HIGH);
    zx_handle_t port = make_bound(interrupt);
    zx_port_packet_t packet;
    EXPECT_OK(libzircon_interrupt_line(14, true));
    for (int i = 0; i < 3; i++) {
        EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE_PAST, &packet));
        EXPECT_EQ(packet.type, ZX_PKT_TYPE_INTERRUPT);
        expect_no_packet(port);
        EXPECT_OK(zx_interrupt_ack(interrupt));
    }
    EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE_PAST, &packet));
    EXPECT_OK(libzircon_interrupt_line(14, false));
    EXPECT_OK(zx_interrupt_ack(interrupt));
    expect_no_packet(port);
    close_handle(interrupt);
    close_handle(port);
}

TEST(interrupt_ack, sends_the_edge_that_came_meanwhile) {
    zx_handle_t interrupt = make_physical(15, ZX_INTERRUPT_MODE_EDGE_LOW);
    zx_handle_t port = make_bound(interrupt);
    zx_port_packet_t packet;
    EXPECT_OK(raise_line(15));
    EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE_PAST, &packet));
    EXPECT_OK(raise_line(15));
    EXPECT_OK(raise_line(15));
    expect_no_packet(port);
    EXPECT_OK(zx_interrupt_ack(interrupt));
    EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE_PAST, &packet));
    EXPECT_OK(zx_interrupt_ack(interrupt));
    expect_no_packet(port);
    close_handle(interrupt);
    close_handle(port);
}

TEST(interrupt_destroy, leaves_the_line_to_others) {
    zx_handle_t interrupt = make_physical(16, 0);
    EXPECT_OK(zx_interrupt_destroy(interrupt));
    EXPECT_OK(raise_line(16));
    zx_handle_t other = make_physical(16, 0);
    struct waiter waiter;
    start_waiter(&waiter, other); // the rise before it is lost
    EXPECT_OK(raise_line(16));
    EXPECT_OK(finish_thread(&waiter.thread));
    close_handle(interrupt);
    close_handle(other);
}

// --- interrupt_bind_vcpu ---

static zx_status_t bind_vcpu(zx_handle_t handle) {
    return zx_interrupt_bind_vcpu(handle, ZX_HANDLE_INVALID, 0);
}

TEST(interrupt_bind_vcpu, wants_an_interrupt_with_the_right_to_read) {
    zx_handle_t interrupt = make_physical(20, 0);
    expect_bad_handle(bind_vcpu);
    expect_wrong_type(bind_vcpu, ZX_OBJ_TYPE_INTERRUPT, ZX_OBJ_TYPE_INTERRUPT);
    expect_right(bind_vcpu, interrupt, ZX_RIGHT_READ, ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_interrupt_bind_vcpu(interrupt, interrupt, 0), ZX_ERR_WRONG_TYPE);
    close_handle(interrupt);
}

// --- as other objects ---

TEST(object_wait_one, sees_signals_that_programs_set_on_an_interrupt) {
    zx_handle_t interrupt = make_virtual();
    zx_signals_t observed;
    EXPECT_OK(zx_interrupt_trigger(interrupt, 0, 1));
    EXPECT_STATUS(zx_object_wait_one(interrupt, UINT32_MAX, ZX_TIME_INFINITE_PAST, &observed),
                  ZX_ERR_TIMED_OUT);
    EXPECT_EQ(observed, 0);
    EXPECT_OK(zx_object_signal(interrupt, 0, ZX_USER_SIGNAL_0));
    EXPECT_OK(zx_object_wait_one(interrupt, ZX_USER_SIGNAL_0, ZX_TIME_INFINITE, NULL));
    close_handle(interrupt);
}
