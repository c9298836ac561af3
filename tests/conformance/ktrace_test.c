// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <stdlib.h>

enum { START = 1, STOP, REWIND, NEW_PROBE };
enum { GROUP_META = 1, GROUP_IPC = 0x10, GROUP_CALLS = 0x20, GROUP_PROBES = 0x40 };

// What a record says of itself.
static uint32_t size_of(uint32_t tag) {
    return (tag & 0xf) * 8;
}
static uint32_t event_of(uint32_t tag) {
    return tag >> 8 & 0xfff;
}
static uint32_t group_of(uint32_t tag) {
    return tag >> 20;
}

enum {
    EVENT_VERSION = 0,
    EVENT_TICKS = 1,
    EVENT_THREAD_NAME = 0x21,
    EVENT_PROC_NAME = 0x22,
    EVENT_CALL_NAME = 0x23,
    EVENT_PROBE_NAME = 0x25,
    EVENT_ENTER = 0x32,
    EVENT_EXIT = 0x33,
    EVENT_CHANNEL_CREATE = 0x130,
    EVENT_CHANNEL_WRITE = 0x131,
    EVENT_CHANNEL_READ = 0x132,
    EVENT_PORT_WAIT = 0x140,
    EVENT_PORT_WAIT_DONE = 0x141,
    EVENT_PORT_CREATE = 0x142,
    EVENT_PORT_QUEUE = 0x143,
    EVENT_WAIT_ONE = 0x150,
    EVENT_WAIT_ONE_DONE = 0x151,
};

static zx_status_t control(uint32_t action, uint32_t options) {
    return zx_ktrace_control(root_resource(), action, options, NULL);
}

static zx_status_t new_probe(const char *name) {
    char text[ZX_MAX_NAME_LEN] = {0};
    strncpy(text, name, sizeof(text) - 1);
    return zx_ktrace_control(root_resource(), NEW_PROBE, 0, text);
}

static char *recorded;
static size_t recorded_size;

static void read_all(void) {
    EXPECT_OK(zx_ktrace_read(root_resource(), NULL, 0, 0, &recorded_size));
    recorded = malloc(recorded_size + 1);
    size_t actual;
    EXPECT_OK(zx_ktrace_read(root_resource(), recorded, 0, recorded_size + 1, &actual));
    EXPECT_EQ(actual, recorded_size);
}

static uint32_t word(size_t at) {
    uint32_t value;
    memcpy(&value, recorded + at, sizeof(value));
    return value;
}

// The place of the nth record of an event, or -1.
static long find(uint32_t event, int n) {
    size_t at = 0;
    while (at < recorded_size) {
        uint32_t tag = word(at);
        EXPECT(size_of(tag) >= 16 && at + size_of(tag) <= recorded_size);
        if (event_of(tag) == event && n-- == 0) {
            return (long)at;
        }
        at += size_of(tag);
    }
    EXPECT_EQ(at, recorded_size);
    return -1;
}

static size_t find_one(uint32_t event) {
    long at = find(event, 0);
    ck_assert_msg(at >= 0, "no record of event 0x%x", event);
    return (size_t)at;
}

// Where an event with this first number is.
static size_t find_about(uint32_t event, uint32_t first) {
    for (int n = 0;; n++) {
        long at = find(event, n);
        ck_assert_msg(at >= 0, "no record of event 0x%x about %u", event, first);
        if (word((size_t)at + 16) == first) {
            return (size_t)at;
        }
    }
}

static void forget(void) {
    free(recorded);
    EXPECT_OK(control(STOP, 0));
}

TEST(ktrace_read, begins_with_the_head_and_the_names_of_all_calls) {
    read_all();
    EXPECT_EQ(find(EVENT_VERSION, 0), 0);
    EXPECT_EQ(word(16), 0x00020000);
    EXPECT_EQ(find(EVENT_TICKS, 0), 32);
    EXPECT_EQ((uint64_t)word(32 + 16) * 1000, zx_ticks_per_second());
    for (int i = 0; i < ZX_SYS_COUNT; i++) {
        long at = find(EVENT_CALL_NAME, i);
        EXPECT(at > 0);
        EXPECT_EQ(word((size_t)at + 4), i);
        if (i == ZX_SYS_channel_create) {
            EXPECT(strcmp(recorded + at + 12, "channel_create") == 0);
        }
    }
    EXPECT_EQ(find(EVENT_CALL_NAME, ZX_SYS_COUNT), -1);
    EXPECT_EQ(find(EVENT_ENTER, 0), -1);
    forget();
}

TEST(ktrace_read, reads_parts) {
    size_t size, actual = 7;
    EXPECT_OK(zx_ktrace_read(root_resource(), NULL, UINT32_MAX, 3, &size));
    char bytes[32], *last = end_of_page(4);
    EXPECT_OK(zx_ktrace_read(root_resource(), bytes, (uint32_t)size, 32, &actual));
    EXPECT_EQ(actual, 0);
    EXPECT_OK(zx_ktrace_read(root_resource(), bytes, UINT32_MAX, 32, &actual));
    EXPECT_EQ(actual, 0);
    EXPECT_OK(zx_ktrace_read(root_resource(), last, (uint32_t)size - 4, 32, &actual));
    EXPECT_EQ(actual, 4);
    EXPECT_OK(zx_ktrace_read(root_resource(), bad_page(), 0, 0, &actual));
    EXPECT_EQ(actual, 0);
    EXPECT_OK(zx_ktrace_read(root_resource(), last, 16, 4, &actual));
    EXPECT_EQ(actual, 4);
    uint32_t version;
    memcpy(&version, last, sizeof(version));
    EXPECT_EQ(version, 0x00020000);
}

TEST(ktrace_read, refuses_memory_that_cannot_be_written) {
    size_t actual;
    char bytes[32];
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        if (i > 0) { // null asks for the size
            EXPECT_STATUS(zx_ktrace_read(root_resource(), bad_pointer(i, 32), 0, 32, &actual),
                          ZX_ERR_INVALID_ARGS);
        }
        EXPECT_STATUS(zx_ktrace_read(root_resource(), bytes, 0, 32, bad_pointer(i, sizeof(actual))),
                      ZX_ERR_INVALID_ARGS);
    }
}

TEST(ktrace_control, records_until_it_is_stopped) {
    size_t before, during, after, end;
    EXPECT_OK(zx_ktrace_read(root_resource(), NULL, 0, 0, &before));
    EXPECT_OK(control(START, 0));
    (void)zx_syscall_test_0();
    EXPECT_OK(zx_ktrace_read(root_resource(), NULL, 0, 0, &during));
    EXPECT(during > before);
    EXPECT_OK(control(STOP, 0));
    EXPECT_OK(zx_ktrace_read(root_resource(), NULL, 0, 0, &after));
    (void)zx_syscall_test_0();
    EXPECT_OK(zx_ktrace_read(root_resource(), NULL, 0, 0, &end));
    EXPECT_EQ(after, end);
    EXPECT_OK(control(START, GROUP_META)); // goes on behind it
    EXPECT_OK(control(STOP, 0));
    EXPECT_OK(zx_ktrace_read(root_resource(), NULL, 0, 0, &end));
    EXPECT(end > after);
    EXPECT_OK(control(REWIND, 0));
    EXPECT_OK(control(START, GROUP_META));
    EXPECT_OK(control(STOP, 0));
    EXPECT_OK(zx_ktrace_read(root_resource(), NULL, 0, 0, &during));
    EXPECT(during < end);
}

TEST(ktrace_control, names_the_threads_and_processes_that_live) {
    EXPECT_OK(control(START, GROUP_META));
    read_all();
    size_t at = find_one(EVENT_PROC_NAME);
    EXPECT_EQ(word(at + 4), (uint32_t)koid_of(zx_process_self()));
    bool found = false;
    for (int n = 0; find(EVENT_THREAD_NAME, n) >= 0; n++) {
        at = (size_t)find(EVENT_THREAD_NAME, n);
        found = found || (word(at + 4) == (uint32_t)koid_of(zx_thread_self()) &&
                          word(at + 8) == (uint32_t)koid_of(zx_process_self()));
    }
    EXPECT(found);
    EXPECT_EQ(find(EVENT_ENTER, 0), -1);
    forget();
}

TEST(ktrace_control, records_calls) {
    EXPECT_OK(control(START, GROUP_CALLS));
    (void)zx_syscall_test_1(5);
    EXPECT_OK(control(STOP, 0));
    read_all();
    int enters = 0, exits = 0;
    for (int n = 0; find(EVENT_ENTER, n) >= 0; n++) {
        size_t at = (size_t)find(EVENT_ENTER, n);
        EXPECT_EQ(group_of(word(at)), GROUP_CALLS);
        EXPECT_EQ(size_of(word(at)), 16);
        enters += word(at + 4) >> 8 == ZX_SYS_syscall_test_1;
    }
    for (int n = 0; find(EVENT_EXIT, n) >= 0; n++) {
        exits += word((size_t)find(EVENT_EXIT, n) + 4) >> 8 == ZX_SYS_syscall_test_1;
    }
    EXPECT_EQ(enters, 1);
    EXPECT_EQ(exits, 1);
    EXPECT_EQ(find(EVENT_WAIT_ONE, 0), -1);
    forget();
}

TEST(ktrace_control, records_messages_packets_and_waits) {
    zx_handle_t ends[2], port, received;
    char bytes[7] = {0};
    uint32_t actual_bytes, actual_handles;
    zx_port_packet_t packet = {0};
    EXPECT_OK(control(START, GROUP_IPC));
    EXPECT_OK(zx_channel_create(0, &ends[0], &ends[1]));
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_OK(zx_port_queue(port, &packet));
    EXPECT_OK(zx_port_wait(port, 0, &packet));
    uint32_t port_koid = (uint32_t)koid_of(port);
    EXPECT_OK(zx_channel_write(ends[0], 0, bytes, 7, &port, 1));
    EXPECT_OK(zx_object_wait_one(ends[1], ZX_CHANNEL_READABLE, 0x123456789a, NULL));
    EXPECT_OK(zx_channel_read(ends[1], 0, bytes, &received, 7, 1, &actual_bytes, &actual_handles));
    uint32_t first = (uint32_t)koid_of(ends[0]), second = (uint32_t)koid_of(ends[1]);
    EXPECT_OK(zx_handle_close_many(ends, 2));
    close_handle(received);
    EXPECT_OK(control(STOP, 0));
    read_all();
    size_t at = find_about(EVENT_CHANNEL_CREATE, first);
    EXPECT_EQ(word(at + 4), (uint32_t)koid_of(zx_thread_self()));
    EXPECT_EQ(word(at + 20), second);
    at = find_about(EVENT_CHANNEL_WRITE, first);
    EXPECT_EQ(word(at + 20), 7);
    EXPECT_EQ(word(at + 24), 1);
    at = find_about(EVENT_CHANNEL_READ, second);
    EXPECT_EQ(word(at + 20), 7);
    EXPECT_EQ(word(at + 24), 1);
    find_about(EVENT_PORT_CREATE, port_koid);
    find_about(EVENT_PORT_QUEUE, port_koid);
    find_about(EVENT_PORT_WAIT, port_koid);
    find_about(EVENT_PORT_WAIT_DONE, port_koid);
    at = find_about(EVENT_WAIT_ONE, second);
    EXPECT_EQ(word(at + 20), ZX_CHANNEL_READABLE);
    EXPECT_EQ(word(at + 24), 0x3456789a);
    EXPECT_EQ(word(at + 28), 0x12);
    at = find_about(EVENT_WAIT_ONE_DONE, second);
    EXPECT_EQ(word(at + 20), ZX_OK);
    EXPECT_EQ(find(EVENT_ENTER, 0), -1);
    forget();
}

TEST(ktrace_control, numbers_probes_by_their_names) {
    zx_status_t one = new_probe("one"), two = new_probe("two");
    EXPECT(one > 0 && two > 0 && one != two);
    EXPECT_EQ(new_probe("one"), one);
    EXPECT_EQ(new_probe("two"), two);
    zx_status_t empty = new_probe("");
    EXPECT(empty > 0 && empty == new_probe(""));
    EXPECT_OK(control(REWIND, 0));
    read_all();
    size_t at = find_one(EVENT_PROBE_NAME);
    EXPECT_EQ(word(at + 4), one);
    EXPECT(strcmp(recorded + at + 12, "one") == 0);
    forget();
}

TEST(ktrace_control, reads_31_bytes_of_a_name) {
    char *name = end_of_page(ZX_MAX_NAME_LEN - 1);
    memset(name, 'n', ZX_MAX_NAME_LEN - 1);
    EXPECT(zx_ktrace_control(root_resource(), NEW_PROBE, 0, name) > 0);
    EXPECT_STATUS(zx_ktrace_control(root_resource(), NEW_PROBE, 0, name + 1), ZX_ERR_INVALID_ARGS);
    for (int i = 0; i < BAD_IN_POINTERS; i++) {
        void *bad = bad_pointer(i, ZX_MAX_NAME_LEN - 1);
        EXPECT_STATUS(zx_ktrace_control(root_resource(), NEW_PROBE, 0, bad), ZX_ERR_INVALID_ARGS);
        EXPECT_OK(zx_ktrace_control(root_resource(), STOP, 0, bad)); // not looked at
    }
}

TEST(ktrace_control, has_room_for_a_great_many_probes_and_an_end) {
    char name[ZX_MAX_NAME_LEN] = {0};
    zx_status_t last = 0;
    for (int i = 0; i < 20000; i++) {
        for (size_t j = 0; j < 4; j++) {
            name[j] = (char)('a' + ((i >> (4 * j)) & 0xf));
        }
        zx_status_t probe = zx_ktrace_control(root_resource(), NEW_PROBE, 0, name);
        if (probe < 0) {
            EXPECT_STATUS(probe, ZX_ERR_NO_MEMORY);
            break;
        }
        EXPECT_EQ(probe, last + 1);
        last = probe;
    }
    EXPECT(last > 0x7ff && last < 20000);
}

TEST(ktrace_control, knows_no_other_actions) {
    EXPECT_STATUS(control(0, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(control(5, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(control(UINT32_MAX, 0), ZX_ERR_INVALID_ARGS);
}

TEST(ktrace_write, records_two_numbers_of_a_probe) {
    zx_status_t probe = new_probe("mine");
    EXPECT_OK(control(START, GROUP_PROBES));
    EXPECT_OK(zx_ktrace_write(root_resource(), (uint32_t)probe, 11, 22));
    EXPECT_OK(zx_ktrace_write(root_resource(), 0x7ff, 33, 44));
    EXPECT_OK(control(STOP, 0));
    read_all();
    size_t at = find_one(0x800 | (uint32_t)probe);
    EXPECT_EQ(size_of(word(at)), 24);
    EXPECT_EQ(group_of(word(at)), GROUP_PROBES);
    EXPECT_EQ(word(at + 4), (uint32_t)koid_of(zx_thread_self()));
    EXPECT_EQ(word(at + 16), 11);
    EXPECT_EQ(word(at + 20), 22);
    find_about(0xfff, 33);
    forget();
}

TEST(ktrace_write, is_unavailable_unless_probes_are_recorded) {
    EXPECT_STATUS(zx_ktrace_write(root_resource(), 1, 0, 0), ZX_ERR_UNAVAILABLE);
    EXPECT_OK(control(START, GROUP_CALLS));
    EXPECT_STATUS(zx_ktrace_write(root_resource(), 1, 0, 0), ZX_ERR_UNAVAILABLE);
    EXPECT_OK(control(START, GROUP_PROBES));
    EXPECT_OK(zx_ktrace_write(root_resource(), 1, 0, 0));
    EXPECT_OK(control(STOP, 0));
    EXPECT_STATUS(zx_ktrace_write(root_resource(), 1, 0, 0), ZX_ERR_UNAVAILABLE);
}

TEST(ktrace_write, ends_the_recording_when_the_buffer_is_full) {
    EXPECT(setenv("LIBZIRCON_KTRACE", "1", 1) == 0); // MiB
    EXPECT_OK(control(START, GROUP_PROBES));
    zx_status_t status;
    size_t count = 0;
    while ((status = zx_ktrace_write(root_resource(), 1, 0, 0)) == ZX_OK && count < 10000000) {
        count++;
    }
    EXPECT_STATUS(status, ZX_ERR_UNAVAILABLE);
    size_t size;
    EXPECT_OK(zx_ktrace_read(root_resource(), NULL, 0, 0, &size));
    EXPECT_EQ(size, (1 << 20) - 256);
    EXPECT_OK(control(STOP, 0));
    EXPECT_OK(control(REWIND, 0));
    EXPECT_OK(control(START, GROUP_PROBES));
    EXPECT_OK(zx_ktrace_write(root_resource(), 1, 0, 0));
    EXPECT_OK(control(STOP, 0));
}

TEST(ktrace_write, is_unavailable_where_there_is_no_trace) {
    EXPECT(setenv("LIBZIRCON_KTRACE", "0", 1) == 0);
    EXPECT_OK(control(START, 0));
    EXPECT_STATUS(zx_ktrace_write(root_resource(), 1, 0, 0), ZX_ERR_UNAVAILABLE);
    size_t size;
    EXPECT_OK(zx_ktrace_read(root_resource(), NULL, 0, 0, &size));
    EXPECT_EQ(size, 0);
    EXPECT_OK(control(REWIND, 0));
    EXPECT_OK(control(STOP, 0));
}

TEST(ktrace_write, refuses_numbers_that_no_probe_has) {
    EXPECT_STATUS(zx_ktrace_write(root_resource(), 0x800, 0, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_ktrace_write(root_resource(), UINT32_MAX, 0, 0), ZX_ERR_INVALID_ARGS);
}

// --- the resource ---

static zx_status_t read_with(zx_handle_t resource) {
    size_t actual;
    return zx_ktrace_read(resource, NULL, 0, 0, &actual);
}

static zx_status_t control_with(zx_handle_t resource) {
    return zx_ktrace_control(resource, STOP, 0, NULL);
}

static zx_status_t write_with(zx_handle_t resource) {
    return zx_ktrace_write(resource, 0x800, 0, 0);
}

TEST(ktrace_read, wants_the_root_resource) {
    expect_bad_handle(read_with);
    expect_wrong_type(read_with, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
}

TEST(ktrace_control, wants_the_root_resource) {
    expect_bad_handle(control_with);
    expect_wrong_type(control_with, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
}

TEST(ktrace_write, wants_the_root_resource) {
    expect_bad_handle(write_with);
    expect_wrong_type(write_with, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
}
