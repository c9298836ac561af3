// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <stdlib.h>

enum { BYTES_MAX = 4096 }; // in one direction

static uint8_t bytes[2 * BYTES_MAX], got[2 * BYTES_MAX];

// --- helpers ---

struct pair {
    zx_handle_t a, b;
};

static struct pair make(size_t count, size_t size) {
    struct pair pair;
    EXPECT_OK(zx_fifo_create(count, size, 0, &pair.a, &pair.b));
    return pair;
}

static void close_pair(struct pair pair) {
    close_handle(pair.a);
    close_handle(pair.b);
}

static zx_signals_t signals_of(zx_handle_t handle) {
    zx_signals_t signals = 0;
    EXPECT_STATUS(zx_object_wait_one(handle, 0, 0, &signals), ZX_ERR_TIMED_OUT);
    return signals;
}

static void expect_signals(zx_handle_t handle, zx_signals_t signals) {
    EXPECT_EQ(signals_of(handle), signals);
}

static void fill(void *at, size_t size, uint32_t seed) {
    for (size_t i = 0; i < size; i++) {
        ((uint8_t *)at)[i] = (uint8_t)(seed * 17 + i * 5 + (i >> 8));
    }
}

// --- numbers through a fifo of 64-bit elements ---

static void expect_write(zx_handle_t fifo, uint64_t first, size_t count, size_t expected) {
    uint64_t numbers[BYTES_MAX / 8];
    size_t actual = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        numbers[i] = first + i;
    }
    EXPECT_OK(zx_fifo_write(fifo, 8, numbers, count, &actual));
    EXPECT_EQ(actual, expected);
}

static void expect_read(zx_handle_t fifo, uint64_t first, size_t count, size_t expected) {
    uint64_t numbers[BYTES_MAX / 8 + 1];
    size_t actual = SIZE_MAX;
    memset(numbers, 0xee, sizeof(numbers));
    EXPECT_OK(zx_fifo_read(fifo, 8, numbers, count, &actual));
    EXPECT_EQ(actual, expected);
    for (size_t i = 0; i < expected; i++) {
        EXPECT_EQ(numbers[i], first + i);
    }
    EXPECT_EQ(numbers[expected], 0xeeeeeeeeeeeeeeee); // no more is stored
}

static void expect_empty(zx_handle_t fifo) {
    uint64_t number;
    EXPECT_STATUS(zx_fifo_read(fifo, 8, &number, 1, NULL), ZX_ERR_SHOULD_WAIT);
}

static void expect_full(zx_handle_t fifo) {
    uint64_t number = 0;
    EXPECT_STATUS(zx_fifo_write(fifo, 8, &number, 1, NULL), ZX_ERR_SHOULD_WAIT);
}

// --- fifo_create ---

TEST(fifo_create, makes_two_ends_with_the_default_rights) {
    struct pair pair = make(4, 8);
    EXPECT(pair.a != pair.b);
    zx_handle_t ends[] = {pair.a, pair.b};
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(type_of(ends[i]), ZX_OBJ_TYPE_FIFO);
        EXPECT_EQ(rights_of(ends[i]), ZX_DEFAULT_FIFO_RIGHTS);
        expect_signals(ends[i], ZX_FIFO_WRITABLE);
        zx_info_handle_basic_t info;
        EXPECT_OK(
            zx_object_get_info(ends[i], ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL));
        EXPECT_EQ(info.related_koid, koid_of(ends[!i]));
    }
    close_pair(pair);
}

static bool is_power_of_two(size_t count) {
    return count != 0 && (count & (count - 1)) == 0;
}

TEST(fifo_create, takes_powers_of_two_whose_bytes_fit_into_a_page) {
    for (size_t count = 1; count <= BYTES_MAX; count *= 2) {
        size_t largest = BYTES_MAX / count;
        for (size_t size = 1; size <= largest; size += size < 20 ? 1 : largest / 13 + 1) {
            struct pair pair = make(count, size);
            close_pair(pair);
        }
        struct pair pair = make(count, largest);
        close_pair(pair);
        zx_handle_t a = 7, b = 8;
        EXPECT_STATUS(zx_fifo_create(count, largest + 1, 0, &a, &b), ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(zx_fifo_create(count, 0, 0, &a, &b), ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(zx_fifo_create(count, SIZE_MAX / count + 1, 0, &a, &b),
                      ZX_ERR_OUT_OF_RANGE); // the product overflows
        EXPECT_STATUS(zx_fifo_create(count, SIZE_MAX, 0, &a, &b), ZX_ERR_OUT_OF_RANGE);
        EXPECT_EQ(a, 7);
        EXPECT_EQ(b, 8);
    }
    for (size_t count = 0; count <= BYTES_MAX + 5; count++) {
        zx_handle_t a = 7, b = 8;
        if (!is_power_of_two(count)) {
            EXPECT_STATUS(zx_fifo_create(count, 1, 0, &a, &b), ZX_ERR_OUT_OF_RANGE);
        }
    }
}

TEST(fifo_create, refuses_huge_numbers) {
    static const size_t numbers[] = {2 * BYTES_MAX, (size_t)1 << 31, (size_t)1 << 32,
                                     (size_t)1 << 63, SIZE_MAX};
    zx_handle_t a = 7, b = 8;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        EXPECT_STATUS(zx_fifo_create(numbers[i], 1, 0, &a, &b), ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(zx_fifo_create(1, numbers[i], 0, &a, &b), ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(zx_fifo_create(numbers[i], numbers[i], 0, &a, &b), ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(zx_fifo_create(numbers[i], 0, 0, &a, &b), ZX_ERR_OUT_OF_RANGE);
    }
    // Before the pointers are looked at.
    EXPECT_STATUS(zx_fifo_create(3, 1, 0, NULL, NULL), ZX_ERR_OUT_OF_RANGE);
    EXPECT_EQ(a, 7);
    EXPECT_EQ(b, 8);
}

TEST(fifo_create, ignores_its_options) {
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        struct pair pair;
        EXPECT_OK(zx_fifo_create(2, 8, bit, &pair.a, &pair.b));
        close_pair(pair);
    }
}

TEST(fifo_create, makes_neither_end_if_a_handle_cannot_be_stored) {
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        zx_handle_t end;
        void *bad = bad_pointer(i, sizeof(end));
        EXPECT_STATUS(zx_fifo_create(2, 8, 0, bad, &end), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_fifo_create(2, 8, 0, &end, bad), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_fifo_create(2, 8, 0, bad, bad), ZX_ERR_INVALID_ARGS);
    }
}

static zx_status_t create(void *context) {
    zx_handle_t *ends = context;
    return zx_fifo_create(512, 8, 0, &ends[0], &ends[1]);
}

TEST(fifo_create, leaves_nothing_if_memory_runs_out) {
    zx_handle_t ends[2] = {7, 8};
    expect_no_memory(create, ends, sizeof(ends));
    EXPECT_OK(zx_handle_close_many(ends, 2));
}

TEST(fifo_create, makes_empty_ends_even_from_memory_that_was_used) {
    for (int i = 0; i < 3; i++) {
        struct pair pair = make(4, 8);
        expect_signals(pair.a, ZX_FIFO_WRITABLE);
        expect_signals(pair.b, ZX_FIFO_WRITABLE);
        expect_empty(pair.a);
        expect_empty(pair.b);
        expect_write(pair.a, 1, 4, 4);
        expect_write(pair.b, 1, 3, 3);
        EXPECT_OK(zx_object_signal(pair.a, 0, ZX_USER_SIGNAL_ALL));
        close_pair(pair);
    }
}

// --- reading and writing ---

TEST(fifo_write, passes_elements_both_ways_in_order) {
    struct pair pair = make(8, 8);
    expect_empty(pair.a);
    expect_write(pair.a, 100, 3, 3);
    expect_write(pair.b, 200, 8, 8);
    expect_write(pair.a, 103, 2, 2);
    expect_read(pair.b, 100, 1, 1);
    expect_read(pair.b, 101, 100, 4); // no more than there are
    expect_read(pair.a, 200, 8, 8);
    expect_empty(pair.a);
    expect_empty(pair.b);
    close_pair(pair);
}

TEST(fifo_write, takes_what_there_is_room_for) {
    struct pair pair = make(8, 8);
    expect_write(pair.a, 1, 5, 5);
    expect_write(pair.a, 6, 5, 3);
    expect_full(pair.a);
    expect_read(pair.b, 1, 2, 2);
    expect_write(pair.a, 9, 100, 2);
    expect_full(pair.a);
    expect_read(pair.b, 3, 8, 8);
    expect_write(pair.a, 1, 512, 8);
    expect_read(pair.b, 1, 512, 8);
    close_pair(pair);
}

TEST(fifo_read, follows_the_elements_around_the_ring) {
    // Every batch of reads against every batch of writes, from every place in the ring.
    for (size_t written = 1; written <= 8; written++) {
        for (size_t read = 1; read <= 8; read++) {
            struct pair pair = make(8, 8);
            uint64_t in = 0, out = 0;
            for (int i = 0; i < 100; i++) {
                size_t room = 8 - (size_t)(in - out);
                if (room > 0) {
                    size_t now = written < room ? written : room;
                    expect_write(pair.a, in, written, now);
                    in += now;
                }
                size_t there = (size_t)(in - out), now = read < there ? read : there;
                expect_read(pair.b, out, read, now);
                out += now;
            }
            close_pair(pair);
        }
    }
}

TEST(fifo_read, keeps_elements_of_all_sizes_and_counts_whole) {
    for (size_t count = 1; count <= BYTES_MAX; count *= 2) {
        size_t largest = BYTES_MAX / count;
        for (size_t size = 1; size <= largest; size += size < 10 ? 1 : largest / 7 + 1) {
            struct pair pair = make(count, size);
            size_t actual, third = count / 3 + 1;
            third = third < count ? third : count;
            fill(bytes, 2 * count * size, (uint32_t)size);
            // First some in and out, so that the next ones reach around the end of the ring.
            EXPECT_OK(zx_fifo_write(pair.a, size, bytes, third, &actual));
            EXPECT_EQ(actual, third);
            EXPECT_OK(zx_fifo_read(pair.b, size, got, third, &actual));
            EXPECT_EQ(actual, third);
            EXPECT_EQ(memcmp(bytes, got, third * size), 0);
            EXPECT_OK(zx_fifo_write(pair.a, size, bytes, 2 * count, &actual));
            EXPECT_EQ(actual, count);
            EXPECT_STATUS(zx_fifo_write(pair.a, size, bytes, 1, &actual), ZX_ERR_SHOULD_WAIT);
            memset(got, 0, sizeof(got));
            EXPECT_OK(zx_fifo_read(pair.b, size, got, 2 * count, &actual));
            EXPECT_EQ(actual, count);
            EXPECT_EQ(memcmp(bytes, got, count * size), 0);
            EXPECT_EQ(got[count * size], 0);
            close_pair(pair);
        }
    }
}

TEST(fifo_read, needs_no_place_for_the_count) {
    struct pair pair = make(2, 8);
    uint64_t number = 5;
    EXPECT_OK(zx_fifo_write(pair.a, 8, &number, 1, NULL));
    number = 0;
    EXPECT_OK(zx_fifo_read(pair.b, 8, &number, 1, NULL));
    EXPECT_EQ(number, 5);
    close_pair(pair);
}

TEST(fifo_write, asks_for_one_element_size_and_at_least_one_element) {
    struct pair pair = make(2, 8);
    size_t actual = 5;
    static const size_t sizes[] = {0, 1, 4, 7, 9, 16, 4096, (size_t)8 << 32 | 8, SIZE_MAX};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        EXPECT_STATUS(zx_fifo_write(pair.a, sizes[i], bytes, 1, &actual), ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(zx_fifo_read(pair.a, sizes[i], got, 1, &actual), ZX_ERR_OUT_OF_RANGE);
    }
    EXPECT_STATUS(zx_fifo_write(pair.a, 8, bytes, 0, &actual), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_fifo_read(pair.a, 8, got, 0, &actual), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_fifo_write(pair.a, 8, NULL, 0, &actual), ZX_ERR_OUT_OF_RANGE);
    EXPECT_EQ(actual, 5);
    close_pair(pair);
}

TEST(fifo_write, looks_at_the_peer_then_the_size_then_the_room_then_the_elements) {
    struct pair pair = make(2, 8);
    EXPECT_STATUS(zx_fifo_write(pair.a, 7, NULL, 1, NULL), ZX_ERR_OUT_OF_RANGE);
    expect_write(pair.a, 1, 2, 2);
    EXPECT_STATUS(zx_fifo_write(pair.a, 7, bytes, 1, NULL), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_fifo_write(pair.a, 8, bytes, 0, NULL), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_fifo_write(pair.a, 8, NULL, 1, NULL), ZX_ERR_SHOULD_WAIT);
    close_handle(pair.b);
    EXPECT_STATUS(zx_fifo_write(pair.a, 7, bytes, 0, NULL), ZX_ERR_PEER_CLOSED);
    EXPECT_STATUS(zx_fifo_write(pair.a, 8, NULL, 1, NULL), ZX_ERR_PEER_CLOSED);
    close_handle(pair.a);
}

TEST(fifo_read, looks_at_the_size_then_the_elements_then_the_peer) {
    struct pair pair = make(2, 8);
    EXPECT_STATUS(zx_fifo_read(pair.a, 7, NULL, 1, NULL), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_fifo_read(pair.a, 8, NULL, 1, NULL), ZX_ERR_SHOULD_WAIT);
    close_handle(pair.b);
    EXPECT_STATUS(zx_fifo_read(pair.a, 7, got, 1, NULL), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_fifo_read(pair.a, 8, got, 0, NULL), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_fifo_read(pair.a, 8, NULL, 1, NULL), ZX_ERR_PEER_CLOSED);
    close_handle(pair.a);
}

static zx_status_t write_one(zx_handle_t handle) {
    uint64_t number = 1;
    return zx_fifo_write(handle, 8, &number, 1, NULL);
}

static zx_status_t read_one(zx_handle_t handle) {
    uint64_t number;
    return zx_fifo_read(handle, 8, &number, 1, NULL);
}

TEST(fifo_write, checks_its_handle) {
    struct pair pair = make(2, 8);
    expect_bad_handle(write_one);
    expect_wrong_type(write_one, ZX_OBJ_TYPE_FIFO, ZX_OBJ_TYPE_FIFO);
    expect_right(write_one, pair.a, ZX_RIGHT_WRITE, ZX_OK);
    zx_handle_t fewer = without_rights(pair.a, ZX_RIGHT_WRITE);
    EXPECT_STATUS(zx_fifo_write(fewer, 7, NULL, 0, NULL), ZX_ERR_ACCESS_DENIED);
    close_handle(fewer);
    close_pair(pair);
}

TEST(fifo_read, checks_its_handle) {
    struct pair pair = make(2, 8);
    expect_bad_handle(read_one);
    expect_wrong_type(read_one, ZX_OBJ_TYPE_FIFO, ZX_OBJ_TYPE_FIFO);
    expect_right(read_one, pair.a, ZX_RIGHT_READ, ZX_ERR_SHOULD_WAIT);
    zx_handle_t fewer = without_rights(pair.a, ZX_RIGHT_READ);
    EXPECT_STATUS(zx_fifo_read(fewer, 7, NULL, 0, NULL), ZX_ERR_ACCESS_DENIED);
    close_handle(fewer);
    close_pair(pair);
}

// --- pointers ---

TEST(fifo_write, writes_nothing_if_the_elements_cannot_be_read) {
    struct pair pair = make(8, 8);
    size_t actual = 5;
    for (int which = 0; which < BAD_IN_POINTERS; which++) {
        EXPECT_STATUS(zx_fifo_write(pair.a, 8, bad_pointer(which, 64), 8, &actual),
                      ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(actual, 5);
    expect_empty(pair.b);
    expect_signals(pair.b, ZX_FIFO_WRITABLE);
    // Elements that there is no room for need not exist.
    expect_write(pair.a, 1, 6, 6);
    uint64_t *last = end_of_page(16);
    last[0] = 7, last[1] = 8;
    EXPECT_OK(zx_fifo_write(pair.a, 8, last, SIZE_MAX, &actual));
    EXPECT_EQ(actual, 2);
    expect_read(pair.b, 1, 8, 8);
    close_pair(pair);
}

TEST(fifo_read, takes_nothing_if_the_elements_cannot_be_stored) {
    struct pair pair = make(8, 8);
    size_t actual = 5;
    expect_write(pair.a, 100, 5, 5); // so that the elements reach around
    expect_read(pair.b, 100, 5, 5);
    expect_write(pair.a, 1, 8, 8);
    for (int which = 0; which < BAD_OUT_POINTERS; which++) {
        EXPECT_STATUS(zx_fifo_read(pair.b, 8, bad_pointer(which, 64), 8, &actual),
                      ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(actual, 5);
    expect_signals(pair.a, 0);
    expect_read(pair.b, 1, 3, 3);
    // Room for more than there are elements need not exist.
    uint64_t *last = end_of_page(40);
    EXPECT_OK(zx_fifo_read(pair.b, 8, last, SIZE_MAX, &actual));
    EXPECT_EQ(actual, 5);
    EXPECT_EQ(last[0], 4);
    EXPECT_EQ(last[4], 8);
    expect_empty(pair.b);
    close_pair(pair);
}

TEST(fifo_read, takes_the_elements_although_the_count_cannot_be_stored) {
    struct pair pair = make(8, 8);
    for (int which = 1; which < BAD_OUT_POINTERS; which++) { // null means no place
        size_t *bad = bad_pointer(which, sizeof(*bad));
        uint64_t numbers[3] = {1, 2, 3}, back[3] = {0, 0, 0};
        EXPECT_STATUS(zx_fifo_write(pair.a, 8, numbers, 3, bad), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_fifo_read(pair.b, 8, back, 3, bad), ZX_ERR_INVALID_ARGS);
        EXPECT_EQ(memcmp(numbers, back, sizeof(numbers)), 0);
        expect_empty(pair.b);
    }
    close_pair(pair);
}

TEST(fifo_read, stores_at_any_address) {
    struct pair pair = make(8, 8);
    uint64_t numbers[4] = {1, 2, 3, 4};
    char room[sizeof(numbers) + 1], count[sizeof(size_t) + 1];
    EXPECT_OK(zx_fifo_write(pair.a, 8, numbers, 4, (void *)(count + 1)));
    EXPECT_OK(zx_fifo_read(pair.b, 8, room + 1, 4, (void *)(count + 1)));
    size_t actual;
    memcpy(&actual, count + 1, sizeof(actual));
    EXPECT_EQ(actual, 4);
    EXPECT_EQ(memcmp(room + 1, numbers, sizeof(numbers)), 0);
    close_pair(pair);
}

// --- signals ---

TEST(fifo_write, signals_what_can_be_read_and_written) {
    struct pair pair = make(4, 8);
    expect_write(pair.a, 1, 3, 3);
    expect_signals(pair.a, ZX_FIFO_WRITABLE);
    expect_signals(pair.b, ZX_FIFO_WRITABLE | ZX_FIFO_READABLE);
    expect_write(pair.a, 4, 3, 1);
    expect_signals(pair.a, 0);
    expect_signals(pair.b, ZX_FIFO_WRITABLE | ZX_FIFO_READABLE);
    expect_read(pair.b, 1, 1, 1);
    expect_signals(pair.a, ZX_FIFO_WRITABLE);
    expect_read(pair.b, 2, 3, 3);
    expect_signals(pair.b, ZX_FIFO_WRITABLE);
    close_pair(pair);
}

TEST(fifo_create, ends_take_user_signals_and_no_others) {
    struct pair pair = make(2, 8);
    EXPECT_OK(zx_object_signal(pair.a, 0, ZX_USER_SIGNAL_0));
    EXPECT_OK(zx_object_signal_peer(pair.a, 0, ZX_USER_SIGNAL_1));
    expect_signals(pair.a, ZX_FIFO_WRITABLE | ZX_USER_SIGNAL_0);
    expect_signals(pair.b, ZX_FIFO_WRITABLE | ZX_USER_SIGNAL_1);
    EXPECT_STATUS(zx_object_signal(pair.a, 0, ZX_FIFO_READABLE), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_object_signal(pair.a, ZX_FIFO_WRITABLE, 0), ZX_ERR_INVALID_ARGS);
    close_pair(pair);
}

TEST(fifo_read, gets_what_was_written_before_the_peer_closed) {
    struct pair pair = make(4, 8);
    zx_handle_t second;
    EXPECT_OK(zx_handle_duplicate(pair.a, ZX_RIGHT_SAME_RIGHTS, &second));
    expect_write(pair.a, 1, 3, 3);
    close_handle(pair.a);
    expect_signals(pair.b, ZX_FIFO_WRITABLE | ZX_FIFO_READABLE);
    close_handle(second);
    expect_signals(pair.b, ZX_FIFO_READABLE | ZX_FIFO_PEER_CLOSED);
    expect_read(pair.b, 1, 2, 2);
    expect_read(pair.b, 3, 2, 1);
    expect_signals(pair.b, ZX_FIFO_PEER_CLOSED);
    EXPECT_STATUS(read_one(pair.b), ZX_ERR_PEER_CLOSED);
    EXPECT_STATUS(write_one(pair.b), ZX_ERR_PEER_CLOSED);
    EXPECT_STATUS(zx_object_signal_peer(pair.b, 0, ZX_USER_SIGNAL_0), ZX_ERR_PEER_CLOSED);
    close_handle(pair.b);
}

TEST(fifo_read, of_a_closed_peer_does_not_become_writable_again) {
    struct pair pair = make(2, 8);
    expect_write(pair.a, 1, 2, 2);
    expect_write(pair.b, 1, 2, 2);
    expect_signals(pair.b, ZX_FIFO_READABLE);
    close_handle(pair.a);
    expect_read(pair.b, 1, 2, 2);
    expect_signals(pair.b, ZX_FIFO_PEER_CLOSED);
    close_handle(pair.b);
}

static int wait_for(void *argument) {
    zx_handle_t *fifo = argument;
    return zx_object_wait_one(*fifo, ZX_FIFO_READABLE | ZX_FIFO_PEER_CLOSED, ZX_TIME_INFINITE,
                              NULL);
}

TEST(fifo_write, wakes_a_thread_that_waits_to_read) {
    struct pair pair = make(2, 8);
    struct test_thread thread;
    start_thread(&thread, wait_for, &pair.b);
    wait_until_blocked(&thread);
    expect_write(pair.a, 1, 1, 1);
    EXPECT_OK(finish_thread(&thread));
    expect_read(pair.b, 1, 1, 1);
    start_thread(&thread, wait_for, &pair.b);
    wait_until_blocked(&thread);
    close_handle(pair.a);
    EXPECT_OK(finish_thread(&thread));
    close_handle(pair.b);
}

TEST(fifo_write, queues_packets_for_those_who_asked) {
    struct pair pair = make(2, 8);
    zx_handle_t port;
    zx_port_packet_t packet;
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_OK(zx_object_wait_async(pair.b, port, 1, ZX_FIFO_READABLE, 0));
    EXPECT_STATUS(zx_port_wait(port, 0, &packet), ZX_ERR_TIMED_OUT);
    expect_write(pair.a, 1, 2, 2);
    EXPECT_OK(zx_port_wait(port, 0, &packet));
    EXPECT_EQ(packet.key, 1);
    EXPECT_EQ(packet.signal.observed, ZX_FIFO_READABLE | ZX_FIFO_WRITABLE);
    EXPECT_EQ(packet.signal.count, 1);
    EXPECT_OK(zx_object_wait_async(pair.a, port, 2, ZX_FIFO_WRITABLE, 0));
    EXPECT_STATUS(zx_port_wait(port, 0, &packet), ZX_ERR_TIMED_OUT);
    expect_read(pair.b, 1, 1, 1);
    EXPECT_OK(zx_port_wait(port, 0, &packet));
    EXPECT_EQ(packet.key, 2);
    close_pair(pair);
    close_handle(port);
}

// --- many threads ---

enum { THREADS = 4, PER_THREAD = 20000, SIZE = 24 };

struct element {
    uint64_t number, square;
    uint32_t writer, check;
};

struct traffic {
    zx_handle_t fifo;
    uint32_t writer;
    uint64_t count, sum;
    uint64_t broken;
    uint64_t last[THREADS];
};

static uint32_t check_of(const struct element *element) {
    return (uint32_t)(element->number * 31 + element->writer);
}

static int write_elements(void *argument) {
    struct traffic *traffic = argument;
    struct element batch[16];
    uint64_t next = 0;
    while (next < PER_THREAD) {
        size_t size = 1 + next % 16, done = 0;
        size = size < PER_THREAD - next ? size : PER_THREAD - next;
        for (size_t i = 0; i < size; i++) {
            batch[i] = (struct element){next + i, (next + i) * (next + i), traffic->writer, 0};
            batch[i].check = check_of(&batch[i]);
            traffic->sum += batch[i].number;
        }
        while (done < size) {
            size_t actual;
            zx_status_t status =
                zx_fifo_write(traffic->fifo, SIZE, batch + done, size - done, &actual);
            if (status == ZX_OK) {
                done += actual;
            } else if (status == ZX_ERR_SHOULD_WAIT) {
                status =
                    zx_object_wait_one(traffic->fifo, ZX_FIFO_WRITABLE, ZX_TIME_INFINITE, NULL);
            }
            if (status != ZX_OK) {
                return status;
            }
        }
        next += size;
    }
    return ZX_OK;
}

static int read_elements(void *argument) {
    struct traffic *traffic = argument;
    struct element batch[11];
    for (;;) {
        size_t actual;
        zx_status_t status = zx_fifo_read(traffic->fifo, SIZE, batch, 11, &actual);
        if (status == ZX_ERR_SHOULD_WAIT) {
            status = zx_object_wait_one(traffic->fifo, ZX_FIFO_READABLE | ZX_FIFO_PEER_CLOSED,
                                        ZX_TIME_INFINITE, NULL);
            actual = 0;
        }
        if (status != ZX_OK) {
            return status;
        }
        for (size_t i = 0; i < actual; i++) {
            const struct element *one = &batch[i];
            bool good = one->writer < THREADS && one->check == check_of(one) &&
                        one->square == one->number * one->number;
            // What one reader gets of one writer comes in its order.
            if (good) {
                good = one->number >= traffic->last[one->writer];
                traffic->last[one->writer] = one->number + 1;
            }
            traffic->broken += !good;
            traffic->sum += one->number;
            traffic->count++;
        }
    }
}

TEST(fifo_write, passes_each_element_once_between_many_threads) {
    struct pair pair = make(32, SIZE);
    struct test_thread writers[THREADS], readers[THREADS];
    struct traffic sent[THREADS], taken[THREADS];
    for (uint32_t i = 0; i < THREADS; i++) {
        sent[i] = (struct traffic){.fifo = pair.a, .writer = i};
        taken[i] = (struct traffic){.fifo = pair.b};
        start_thread(&readers[i], read_elements, &taken[i]);
        start_thread(&writers[i], write_elements, &sent[i]);
    }
    uint64_t sum = 0, count = 0;
    for (int i = 0; i < THREADS; i++) {
        EXPECT_OK(finish_thread(&writers[i]));
        sum += sent[i].sum;
    }
    close_handle(pair.a);
    for (int i = 0; i < THREADS; i++) {
        EXPECT_STATUS(finish_thread(&readers[i]), ZX_ERR_PEER_CLOSED);
        EXPECT_EQ(taken[i].broken, 0);
        count += taken[i].count;
        sum -= taken[i].sum;
    }
    EXPECT_EQ(count, (uint64_t)THREADS * PER_THREAD);
    EXPECT_EQ(sum, 0);
    close_handle(pair.b);
}

static int use_until_closed(void *argument) {
    zx_handle_t fifo = *(zx_handle_t *)argument;
    uint64_t numbers[4] = {0};
    for (;;) {
        zx_status_t status = zx_fifo_write(fifo, 8, numbers, 4, NULL);
        if (status == ZX_OK || status == ZX_ERR_SHOULD_WAIT) {
            status = zx_fifo_read(fifo, 8, numbers, 4, NULL);
        }
        if (status != ZX_OK && status != ZX_ERR_SHOULD_WAIT) {
            return status;
        }
    }
}

TEST(fifo_write, may_race_with_closing) {
    for (int round = 0; round < 200; round++) {
        struct pair pair = make(8, 8);
        struct test_thread threads[2];
        start_thread(&threads[0], use_until_closed, &pair.a);
        start_thread(&threads[1], use_until_closed, &pair.b);
        zx_nanosleep(zx_deadline_after(round * 1000));
        close_handle(pair.b);
        EXPECT_STATUS(finish_thread(&threads[1]), ZX_ERR_BAD_HANDLE);
        EXPECT_STATUS(finish_thread(&threads[0]), ZX_ERR_PEER_CLOSED);
        close_handle(pair.a);
    }
}
