// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <stdlib.h>
#include <zircon/syscalls/object.h>

enum {
    CAPACITY = 128 * 2008, // 257 024 bytes wait in one end
    CONTROL_MAX = 1024,
};

static uint8_t big[CAPACITY + 4096], other[CAPACITY + 4096];

// --- helpers ---

struct pair {
    zx_handle_t a, b;
};

static struct pair make(uint32_t options) {
    struct pair pair;
    EXPECT_OK(zx_socket_create(options, &pair.a, &pair.b));
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

static zx_info_socket_t info_of(zx_handle_t socket) {
    zx_info_socket_t info;
    memset(&info, 0xff, sizeof(info));
    EXPECT_OK(zx_object_get_info(socket, ZX_INFO_SOCKET, &info, sizeof(info), NULL, NULL));
    return info;
}

// Bytes that differ from their neighbours, from one seed to another and from page to page.
static void fill(uint8_t *bytes, size_t size, uint32_t seed) {
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(seed * 31 + i * 7 + (i >> 8) * 3 + (i >> 16));
    }
}

static void write_all(zx_handle_t socket, const void *bytes, size_t size) {
    size_t actual = SIZE_MAX;
    EXPECT_OK(zx_socket_write(socket, 0, bytes, size, &actual));
    EXPECT_EQ(actual, size);
}

static void write_text(zx_handle_t socket, const char *text) {
    write_all(socket, text, strlen(text));
}

// Reads with room for more than is expected.
static void expect_read(zx_handle_t socket, uint32_t options, const char *text) {
    char got[200];
    size_t actual = SIZE_MAX;
    EXPECT(strlen(text) < sizeof(got));
    EXPECT_OK(zx_socket_read(socket, options, got, sizeof(got), &actual));
    EXPECT_EQ(actual, strlen(text));
    EXPECT_EQ(memcmp(got, text, actual), 0);
}

static void expect_empty(zx_handle_t socket) {
    uint8_t byte;
    EXPECT_STATUS(zx_socket_read(socket, 0, &byte, 1, NULL), ZX_ERR_SHOULD_WAIT);
}

// Fills the buffer of the peer to the last byte with what fill() makes.
static void fill_up(zx_handle_t socket, uint32_t seed) {
    fill(big, CAPACITY, seed);
    write_all(socket, big, CAPACITY);
}

static void set_threshold(zx_handle_t socket, uint32_t property, size_t value) {
    EXPECT_OK(zx_object_set_property(socket, property, &value, sizeof(value)));
    size_t now = value + 1;
    EXPECT_OK(zx_object_get_property(socket, property, &now, sizeof(now)));
    EXPECT_EQ(now, value);
}

// The bytes are `first` and on upwards. One assertion for all: each is written to a file.
static bool counts_up(const uint8_t *bytes, size_t size, uint8_t first) {
    size_t wrong = 0;
    for (size_t i = 0; i < size; i++) {
        wrong += bytes[i] != (uint8_t)(first + i);
    }
    return wrong == 0;
}

static bool is_readable(zx_handle_t socket) {
    return (signals_of(socket) & ZX_SOCKET_READABLE) != 0;
}

static bool is_writable(zx_handle_t socket) {
    return (signals_of(socket) & ZX_SOCKET_WRITABLE) != 0;
}

static bool has(zx_handle_t socket, zx_signals_t signal) {
    return (signals_of(socket) & signal) != 0;
}

// --- socket_create ---

TEST(socket_create, makes_two_ends_with_the_default_rights) {
    struct pair pair = make(ZX_SOCKET_STREAM);
    EXPECT(pair.a != pair.b);
    EXPECT_EQ(type_of(pair.a), ZX_OBJ_TYPE_SOCKET);
    EXPECT_EQ(type_of(pair.b), ZX_OBJ_TYPE_SOCKET);
    EXPECT_EQ(rights_of(pair.a), ZX_DEFAULT_SOCKET_RIGHTS);
    EXPECT_EQ(rights_of(pair.b), ZX_DEFAULT_SOCKET_RIGHTS);
    zx_info_handle_basic_t info;
    EXPECT_OK(zx_object_get_info(pair.a, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.related_koid, koid_of(pair.b));
    EXPECT(info.koid != info.related_koid);
    close_pair(pair);
}

TEST(socket_create, takes_every_combination_of_its_options) {
    for (uint32_t options = 0; options <= ZX_SOCKET_CREATE_MASK; options++) {
        struct pair pair = make(options);
        zx_signals_t signals = ZX_SOCKET_WRITABLE;
        signals |= (options & ZX_SOCKET_HAS_CONTROL) != 0 ? ZX_SOCKET_CONTROL_WRITABLE : 0;
        signals |= (options & ZX_SOCKET_HAS_ACCEPT) != 0 ? ZX_SOCKET_SHARE : 0;
        zx_handle_t ends[] = {pair.a, pair.b};
        for (int i = 0; i < 2; i++) {
            expect_signals(ends[i], signals);
            zx_info_socket_t info = info_of(ends[i]);
            EXPECT_EQ(info.options, options);
            EXPECT_EQ(info.rx_buf_max, CAPACITY);
            EXPECT_EQ(info.rx_buf_size, 0);
            EXPECT_EQ(info.rx_buf_available, 0);
            EXPECT_EQ(info.tx_buf_max, CAPACITY);
            EXPECT_EQ(info.tx_buf_size, 0);
        }
        close_pair(pair);
    }
}

TEST(socket_create, refuses_any_other_option) {
    zx_handle_t a = 7, b = 8;
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        if ((bit & ZX_SOCKET_CREATE_MASK) == 0) {
            EXPECT_STATUS(zx_socket_create(bit, &a, &b), ZX_ERR_INVALID_ARGS);
            EXPECT_STATUS(zx_socket_create(bit | ZX_SOCKET_DATAGRAM, &a, &b), ZX_ERR_INVALID_ARGS);
        }
    }
    EXPECT_STATUS(zx_socket_create(UINT32_MAX, NULL, NULL), ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(a, 7);
    EXPECT_EQ(b, 8);
}

TEST(socket_create, makes_neither_end_if_a_handle_cannot_be_stored) {
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        zx_handle_t end;
        void *bad = bad_pointer(i, sizeof(end));
        EXPECT_STATUS(zx_socket_create(ZX_SOCKET_CREATE_MASK, bad, &end), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_socket_create(ZX_SOCKET_CREATE_MASK, &end, bad), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_socket_create(0, bad, bad), ZX_ERR_INVALID_ARGS);
    }
}

static zx_status_t create_plain(void *context) {
    zx_handle_t *ends = context;
    return zx_socket_create(ZX_SOCKET_STREAM, &ends[0], &ends[1]);
}

static zx_status_t create_with_all(void *context) {
    zx_handle_t *ends = context;
    return zx_socket_create(ZX_SOCKET_CREATE_MASK, &ends[0], &ends[1]);
}

TEST(socket_create, leaves_nothing_if_memory_runs_out) {
    zx_handle_t ends[2] = {7, 8};
    expect_no_memory(create_plain, ends, sizeof(ends));
    EXPECT_OK(zx_handle_close_many(ends, 2));
    ends[0] = 7, ends[1] = 8;
    expect_no_memory(create_with_all, ends, sizeof(ends));
    EXPECT_OK(zx_handle_close_many(ends, 2));
}

TEST(socket_create, makes_fresh_ends_even_from_memory_that_was_used) {
    for (int i = 0; i < 3; i++) {
        struct pair pair = make(ZX_SOCKET_HAS_CONTROL | ZX_SOCKET_HAS_ACCEPT);
        expect_signals(pair.a, ZX_SOCKET_WRITABLE | ZX_SOCKET_CONTROL_WRITABLE | ZX_SOCKET_SHARE);
        EXPECT_EQ(info_of(pair.a).rx_buf_size, 0);
        size_t threshold = 1;
        EXPECT_OK(zx_object_get_property(pair.a, ZX_PROP_SOCKET_RX_THRESHOLD, &threshold, 8));
        EXPECT_EQ(threshold, 0);
        EXPECT_OK(zx_object_get_property(pair.a, ZX_PROP_SOCKET_TX_THRESHOLD, &threshold, 8));
        EXPECT_EQ(threshold, 0);
        expect_empty(pair.a);
        EXPECT_STATUS(zx_socket_read(pair.a, ZX_SOCKET_CONTROL, NULL, 0, NULL), ZX_ERR_SHOULD_WAIT);
        set_threshold(pair.a, ZX_PROP_SOCKET_RX_THRESHOLD, 1);
        set_threshold(pair.a, ZX_PROP_SOCKET_TX_THRESHOLD, CAPACITY);
        write_text(pair.b, "left behind");
        EXPECT_OK(zx_socket_write(pair.b, ZX_SOCKET_CONTROL, "x", 1, NULL));
        EXPECT_OK(zx_socket_shutdown(pair.a, ZX_SOCKET_SHUTDOWN_MASK));
        EXPECT_OK(zx_object_signal(pair.a, 0, ZX_USER_SIGNAL_ALL));
        close_pair(pair);
    }
}

TEST(socket_create, ends_take_user_signals_and_no_others) {
    struct pair pair = make(0);
    EXPECT_OK(zx_object_signal(pair.a, 0, ZX_USER_SIGNAL_0));
    EXPECT_OK(zx_object_signal_peer(pair.a, 0, ZX_USER_SIGNAL_1));
    expect_signals(pair.a, ZX_SOCKET_WRITABLE | ZX_USER_SIGNAL_0);
    expect_signals(pair.b, ZX_SOCKET_WRITABLE | ZX_USER_SIGNAL_1);
    EXPECT_STATUS(zx_object_signal(pair.a, 0, ZX_SOCKET_READABLE), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_object_signal(pair.a, ZX_SOCKET_WRITABLE, 0), ZX_ERR_INVALID_ARGS);
    close_pair(pair);
}

// --- streams ---

TEST(socket_write, sends_a_stream_both_ways) {
    struct pair pair = make(0);
    expect_empty(pair.a);
    expect_empty(pair.b);
    write_text(pair.a, "one");
    write_text(pair.b, "back");
    write_text(pair.a, " two");
    expect_signals(pair.b, ZX_SOCKET_READABLE | ZX_SOCKET_WRITABLE);
    expect_read(pair.b, 0, "one two");
    expect_read(pair.a, 0, "back");
    expect_signals(pair.a, ZX_SOCKET_WRITABLE);
    expect_signals(pair.b, ZX_SOCKET_WRITABLE);
    expect_empty(pair.b);
    close_pair(pair);
}

TEST(socket_write, succeeds_with_no_bytes) {
    static const uint32_t options[] = {ZX_SOCKET_STREAM, ZX_SOCKET_DATAGRAM};
    for (int i = 0; i < 2; i++) {
        struct pair pair = make(options[i]);
        size_t actual = 5;
        EXPECT_OK(zx_socket_write(pair.a, 0, NULL, 0, &actual));
        EXPECT_EQ(actual, 0);
        EXPECT_OK(zx_socket_write(pair.a, 0, bad_page(), 0, NULL));
        EXPECT(!is_readable(pair.b));
        expect_empty(pair.b);
        // Even into a full buffer.
        fill_up(pair.a, 1);
        EXPECT_OK(zx_socket_write(pair.a, 0, NULL, 0, &actual));
        EXPECT_EQ(actual, 0);
        close_pair(pair);
    }
}

TEST(socket_write, fills_the_buffer_to_its_last_byte) {
    struct pair pair = make(0);
    fill(big, CAPACITY + 1000, 3);
    write_all(pair.a, big, CAPACITY - 1);
    EXPECT(is_writable(pair.a));
    EXPECT_EQ(info_of(pair.a).tx_buf_size, CAPACITY - 1);
    size_t actual = 9;
    EXPECT_OK(zx_socket_write(pair.a, 0, big + CAPACITY - 1, 1000, &actual));
    EXPECT_EQ(actual, 1);
    EXPECT(!is_writable(pair.a));
    EXPECT(is_writable(pair.b));
    zx_info_socket_t info = info_of(pair.b);
    EXPECT_EQ(info.rx_buf_size, CAPACITY);
    EXPECT_EQ(info.rx_buf_available, CAPACITY);
    EXPECT_EQ(info.tx_buf_size, 0);
    EXPECT_EQ(info_of(pair.a).tx_buf_size, CAPACITY);
    actual = 9;
    EXPECT_STATUS(zx_socket_write(pair.a, 0, big, 1, &actual), ZX_ERR_SHOULD_WAIT);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, big, 10000, &actual), ZX_ERR_SHOULD_WAIT);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, bad_page(), 1, &actual), ZX_ERR_SHOULD_WAIT);
    EXPECT_EQ(actual, 9);
    EXPECT_OK(zx_socket_read(pair.b, 0, other, 1, NULL));
    EXPECT(is_writable(pair.a));
    EXPECT_OK(zx_socket_read(pair.b, 0, other + 1, CAPACITY, &actual));
    EXPECT_EQ(actual, CAPACITY - 1);
    EXPECT_EQ(memcmp(big, other, CAPACITY), 0);
    EXPECT(!is_readable(pair.b));
    close_pair(pair);
}

TEST(socket_write, takes_of_too_many_bytes_what_fits_and_reads_no_further) {
    struct pair pair = make(0);
    fill(big, CAPACITY + 4096, 4);
    size_t actual;
    EXPECT_OK(zx_socket_write(pair.a, 0, big, CAPACITY + 4096, &actual));
    EXPECT_EQ(actual, CAPACITY);
    EXPECT_OK(zx_socket_read(pair.b, 0, other, 100, NULL));
    // The bytes behind those that fit need not exist.
    uint8_t *last = end_of_page(100);
    fill(last, 100, 5);
    EXPECT_OK(zx_socket_write(pair.a, 0, last, UINT32_MAX, &actual));
    EXPECT_EQ(actual, 100);
    EXPECT_OK(zx_socket_read(pair.b, 0, other, CAPACITY, &actual));
    EXPECT_EQ(actual, CAPACITY);
    EXPECT_EQ(memcmp(other, big + 100, CAPACITY - 100), 0);
    EXPECT_EQ(memcmp(other + CAPACITY - 100, last, 100), 0);
    close_pair(pair);
}

TEST(socket_write, passes_bytes_on_in_pieces_of_any_size) {
    // Sizes around those at which an implementation may change its ways.
    static const size_t sizes[] = {1,     2,     3,     63,    64,    65,    511,    512,   513,
                                   1023,  1024,  2007,  2008,  2009,  4095,  4096,   4097,  10000,
                                   16351, 16384, 16385, 65535, 65536, 65537, 100000, 200000};
    enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };
    struct pair pair = make(0);
    for (int written = 0; written < SIZES; written++) {
        for (int read = 0; read < SIZES; read++) {
            size_t size = sizes[written], done = 0;
            if (size / sizes[read] > 2000) {
                continue;
            }
            fill(big, size, (uint32_t)(written * SIZES + read));
            write_all(pair.a, big, size);
            while (done < size) {
                size_t actual, expected = size - done < sizes[read] ? size - done : sizes[read];
                EXPECT_OK(zx_socket_read(pair.b, 0, other + done, sizes[read], &actual));
                EXPECT_EQ(actual, expected);
                done += actual;
            }
            EXPECT_EQ(memcmp(big, other, size), 0);
            EXPECT(!is_readable(pair.b));
        }
    }
    close_pair(pair);
}

TEST(socket_read, joins_what_many_writes_gave) {
    struct pair pair = make(0);
    fill(big, CAPACITY, 6);
    size_t done = 0, step = 1;
    while (done < CAPACITY) {
        size_t size = CAPACITY - done < step ? CAPACITY - done : step;
        write_all(pair.a, big + done, size);
        done += size;
        step = step * 3 % 3001 + 1;
    }
    size_t actual;
    EXPECT_OK(zx_socket_read(pair.b, 0, other, sizeof(other), &actual));
    EXPECT_EQ(actual, CAPACITY);
    EXPECT_EQ(memcmp(big, other, CAPACITY), 0);
    close_pair(pair);
}

TEST(socket_read, holds_as_many_single_bytes_as_others) {
    struct pair pair = make(0);
    size_t failed = 0;
    for (size_t i = 0; i < CAPACITY; i++) {
        uint8_t byte = (uint8_t)i;
        failed += zx_socket_write(pair.a, 0, &byte, 1, NULL) != ZX_OK;
    }
    EXPECT_EQ(failed, 0);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, "x", 1, NULL), ZX_ERR_SHOULD_WAIT);
    for (size_t i = 0; i < CAPACITY; i++) {
        failed += zx_socket_read(pair.b, 0, &other[i], 1, NULL) != ZX_OK;
    }
    EXPECT_EQ(failed, 0);
    EXPECT(counts_up(other, CAPACITY, 0));
    expect_empty(pair.b);
    close_pair(pair);
}

TEST(socket_read, takes_nothing_if_it_has_room_for_nothing) {
    static const uint32_t options[] = {ZX_SOCKET_STREAM, ZX_SOCKET_DATAGRAM};
    for (int i = 0; i < 2; i++) {
        struct pair pair = make(options[i]);
        size_t actual = 5;
        EXPECT_STATUS(zx_socket_read(pair.b, 0, NULL, 0, &actual), ZX_ERR_SHOULD_WAIT);
        EXPECT_STATUS(zx_socket_read(pair.b, ZX_SOCKET_PEEK, NULL, 0, &actual), ZX_ERR_SHOULD_WAIT);
        EXPECT_EQ(actual, 5);
        write_text(pair.a, "text");
        EXPECT_OK(zx_socket_read(pair.b, 0, NULL, 0, &actual));
        EXPECT_EQ(actual, 0);
        EXPECT_OK(zx_socket_read(pair.b, ZX_SOCKET_PEEK, bad_page(), 0, &actual));
        EXPECT_EQ(actual, 0);
        expect_read(pair.b, 0, "text");
        close_pair(pair);
    }
}

TEST(socket_read, needs_no_place_for_the_size) {
    struct pair pair = make(0);
    char byte = 0;
    EXPECT_OK(zx_socket_write(pair.a, 0, "x", 1, NULL));
    EXPECT_OK(zx_socket_read(pair.b, 0, &byte, 1, NULL));
    EXPECT_EQ(byte, 'x');
    close_pair(pair);
}

TEST(socket_read, frees_room_that_a_blocked_writer_waits_for) {
    struct pair pair = make(0);
    fill_up(pair.a, 7);
    EXPECT(!is_writable(pair.a));
    EXPECT_OK(zx_socket_read(pair.b, ZX_SOCKET_PEEK, other, CAPACITY, NULL));
    EXPECT(!is_writable(pair.a));
    EXPECT_OK(zx_socket_read(pair.b, 0, NULL, 0, NULL));
    EXPECT(!is_writable(pair.a));
    EXPECT_OK(zx_socket_read(pair.b, 0, other, 1, NULL));
    EXPECT(is_writable(pair.a));
    size_t actual;
    EXPECT_OK(zx_socket_write(pair.a, 0, "xy", 2, &actual));
    EXPECT_EQ(actual, 1);
    EXPECT(!is_writable(pair.a));
    close_pair(pair);
}

TEST(socket_read, stores_without_taking_if_asked_to_peek) {
    static const size_t sizes[] = {1, 100, 512, 513, 4096, 5000, 70000, CAPACITY};
    struct pair pair = make(0);
    fill(big, CAPACITY, 8);
    for (size_t written = 0; written < CAPACITY; written += 1004) {
        write_all(pair.a, big + written, 1004); // in many pieces
    }
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        size_t actual = 0;
        memset(other, 0, sizeof(other));
        EXPECT_OK(zx_socket_read(pair.b, ZX_SOCKET_PEEK, other, sizes[i], &actual));
        EXPECT_EQ(actual, sizes[i]);
        EXPECT_EQ(memcmp(big, other, sizes[i]), 0);
        EXPECT_EQ(other[sizes[i]], 0);
        EXPECT_EQ(info_of(pair.b).rx_buf_size, CAPACITY);
    }
    EXPECT(!is_writable(pair.a));
    EXPECT(is_readable(pair.b));
    // With the beginning read, and more room than there are bytes.
    size_t actual;
    EXPECT_OK(zx_socket_read(pair.b, 0, other, 1500, NULL));
    EXPECT_OK(zx_socket_read(pair.b, ZX_SOCKET_PEEK, other, sizeof(other), &actual));
    EXPECT_EQ(actual, CAPACITY - 1500);
    EXPECT_EQ(memcmp(big + 1500, other, actual), 0);
    EXPECT_OK(zx_socket_read(pair.b, 0, other, sizeof(other), &actual));
    EXPECT_EQ(actual, CAPACITY - 1500);
    EXPECT_EQ(memcmp(big + 1500, other, actual), 0);
    EXPECT_STATUS(zx_socket_read(pair.b, ZX_SOCKET_PEEK, other, 1, NULL), ZX_ERR_SHOULD_WAIT);
    close_pair(pair);
}

// --- datagrams ---

TEST(socket_write, keeps_datagrams_apart) {
    struct pair pair = make(ZX_SOCKET_DATAGRAM);
    write_text(pair.a, "first");
    write_text(pair.a, "2nd");
    write_text(pair.a, "the third");
    zx_info_socket_t info = info_of(pair.b);
    EXPECT_EQ(info.rx_buf_size, 17);
    EXPECT_EQ(info.rx_buf_available, 5); // the first
    EXPECT_EQ(info_of(pair.a).tx_buf_size, 17);
    expect_read(pair.b, ZX_SOCKET_PEEK, "first");
    expect_read(pair.b, 0, "first");
    EXPECT_EQ(info_of(pair.b).rx_buf_available, 3);
    EXPECT(is_readable(pair.b));
    expect_read(pair.b, 0, "2nd");
    expect_read(pair.b, 0, "the third");
    EXPECT_EQ(info_of(pair.b).rx_buf_available, 0);
    EXPECT(!is_readable(pair.b));
    expect_empty(pair.b);
    close_pair(pair);
}

TEST(socket_read, loses_what_of_a_datagram_does_not_fit) {
    static const size_t sizes[] = {10, 600, 5000, 100000};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct pair pair = make(ZX_SOCKET_DATAGRAM);
        fill(big, sizes[i], 9);
        write_all(pair.a, big, sizes[i]);
        write_text(pair.a, "next");
        size_t actual, half = sizes[i] / 2;
        EXPECT_OK(zx_socket_read(pair.b, ZX_SOCKET_PEEK, other, half, &actual));
        EXPECT_EQ(actual, half);
        EXPECT_EQ(memcmp(big, other, half), 0);
        EXPECT_OK(zx_socket_read(pair.b, 0, other, half, &actual));
        EXPECT_EQ(actual, half);
        EXPECT_EQ(memcmp(big, other, half), 0);
        EXPECT_EQ(info_of(pair.b).rx_buf_size, 4);
        expect_read(pair.b, 0, "next");
        close_pair(pair);
    }
}

TEST(socket_write, sends_a_datagram_whole_or_not_at_all) {
    struct pair pair = make(ZX_SOCKET_DATAGRAM);
    size_t actual = 9;
    fill(big, sizeof(big), 10);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, big, CAPACITY + 1, &actual), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, big, UINT32_MAX, &actual), ZX_ERR_OUT_OF_RANGE);
    EXPECT(!is_readable(pair.b));
    write_all(pair.a, big, CAPACITY - 10);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, big, 11, &actual), ZX_ERR_SHOULD_WAIT);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, big, CAPACITY, &actual), ZX_ERR_SHOULD_WAIT);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, big, CAPACITY + 1, &actual), ZX_ERR_OUT_OF_RANGE);
    EXPECT_EQ(actual, 9);
    EXPECT(is_writable(pair.a)); // there is room, though not for this
    EXPECT_EQ(info_of(pair.b).rx_buf_size, CAPACITY - 10);
    write_all(pair.a, big, 10);
    EXPECT(!is_writable(pair.a));
    EXPECT_STATUS(zx_socket_write(pair.a, 0, big, 1, NULL), ZX_ERR_SHOULD_WAIT);
    // In a full buffer that comes before the size.
    EXPECT_STATUS(zx_socket_write(pair.a, 0, big, CAPACITY + 1, NULL), ZX_ERR_SHOULD_WAIT);
    EXPECT_OK(zx_socket_read(pair.b, 0, other, 1, NULL));
    EXPECT(is_writable(pair.a));
    EXPECT_OK(zx_socket_read(pair.b, 0, other, 10, NULL));
    write_all(pair.a, big, CAPACITY);
    EXPECT_EQ(info_of(pair.b).rx_buf_available, CAPACITY);
    EXPECT_OK(zx_socket_read(pair.b, ZX_SOCKET_PEEK, other, CAPACITY + 100, &actual));
    EXPECT_EQ(actual, CAPACITY);
    EXPECT_EQ(memcmp(big, other, CAPACITY), 0);
    memset(other, 0, sizeof(other));
    EXPECT_OK(zx_socket_read(pair.b, 0, other, CAPACITY + 100, &actual));
    EXPECT_EQ(actual, CAPACITY);
    EXPECT_EQ(memcmp(big, other, CAPACITY), 0);
    close_pair(pair);
}

TEST(socket_write, queues_datagrams_of_many_sizes_in_order) {
    struct pair pair = make(ZX_SOCKET_DATAGRAM);
    enum { COUNT = 300 };
    size_t size = 1;
    for (uint32_t i = 0; i < COUNT; i++) {
        fill(big, size, i);
        write_all(pair.a, big, size);
        size = size * 5 % 1531 + 1;
    }
    size = 1;
    for (uint32_t i = 0; i < COUNT; i++) {
        size_t actual;
        fill(big, size, i);
        EXPECT_EQ(info_of(pair.b).rx_buf_available, size);
        EXPECT_OK(zx_socket_read(pair.b, 0, other, sizeof(other), &actual));
        EXPECT_EQ(actual, size);
        EXPECT_EQ(memcmp(big, other, size), 0);
        size = size * 5 % 1531 + 1;
    }
    expect_empty(pair.b);
    close_pair(pair);
}

// --- thresholds ---

TEST(socket_read, signals_that_as_many_bytes_wait_as_were_asked_for) {
    struct pair pair = make(0);
    write_all(pair.a, "123", 3);
    EXPECT(!has(pair.b, ZX_SOCKET_READ_THRESHOLD)); // none is set
    set_threshold(pair.b, ZX_PROP_SOCKET_RX_THRESHOLD, 4);
    EXPECT(!has(pair.b, ZX_SOCKET_READ_THRESHOLD));
    set_threshold(pair.b, ZX_PROP_SOCKET_RX_THRESHOLD, 3);
    EXPECT(has(pair.b, ZX_SOCKET_READ_THRESHOLD));
    set_threshold(pair.b, ZX_PROP_SOCKET_RX_THRESHOLD, 5);
    EXPECT(!has(pair.b, ZX_SOCKET_READ_THRESHOLD));
    write_all(pair.a, "4", 1);
    EXPECT(!has(pair.b, ZX_SOCKET_READ_THRESHOLD));
    write_all(pair.a, "56", 2);
    EXPECT(has(pair.b, ZX_SOCKET_READ_THRESHOLD));
    EXPECT(!has(pair.a, ZX_SOCKET_READ_THRESHOLD));
    expect_read(pair.b, ZX_SOCKET_PEEK, "123456");
    EXPECT(has(pair.b, ZX_SOCKET_READ_THRESHOLD));
    EXPECT_OK(zx_socket_read(pair.b, 0, other, 1, NULL));
    EXPECT(has(pair.b, ZX_SOCKET_READ_THRESHOLD));
    EXPECT_OK(zx_socket_read(pair.b, 0, other, 1, NULL));
    EXPECT(!has(pair.b, ZX_SOCKET_READ_THRESHOLD));
    EXPECT(is_readable(pair.b));
    set_threshold(pair.b, ZX_PROP_SOCKET_RX_THRESHOLD, 1);
    EXPECT(has(pair.b, ZX_SOCKET_READ_THRESHOLD));
    set_threshold(pair.b, ZX_PROP_SOCKET_RX_THRESHOLD, 0);
    EXPECT(!has(pair.b, ZX_SOCKET_READ_THRESHOLD));
    close_pair(pair);
}

TEST(socket_write, signals_that_as_much_room_is_left_as_was_asked_for) {
    struct pair pair = make(0);
    fill(big, CAPACITY, 11);
    EXPECT(!has(pair.a, ZX_SOCKET_WRITE_THRESHOLD)); // none is set
    set_threshold(pair.a, ZX_PROP_SOCKET_TX_THRESHOLD, CAPACITY);
    EXPECT(has(pair.a, ZX_SOCKET_WRITE_THRESHOLD));
    EXPECT(!has(pair.b, ZX_SOCKET_WRITE_THRESHOLD));
    write_all(pair.a, big, 1);
    EXPECT(!has(pair.a, ZX_SOCKET_WRITE_THRESHOLD));
    set_threshold(pair.a, ZX_PROP_SOCKET_TX_THRESHOLD, CAPACITY - 1);
    EXPECT(has(pair.a, ZX_SOCKET_WRITE_THRESHOLD));
    set_threshold(pair.a, ZX_PROP_SOCKET_TX_THRESHOLD, 1000);
    EXPECT(has(pair.a, ZX_SOCKET_WRITE_THRESHOLD));
    write_all(pair.a, big, CAPACITY - 1001);
    EXPECT(has(pair.a, ZX_SOCKET_WRITE_THRESHOLD));
    write_all(pair.a, big, 1);
    EXPECT(!has(pair.a, ZX_SOCKET_WRITE_THRESHOLD));
    EXPECT(is_writable(pair.a));
    write_all(pair.a, big, 999);
    EXPECT(!is_writable(pair.a));
    EXPECT_OK(zx_socket_read(pair.b, 0, other, 999, NULL));
    EXPECT(!has(pair.a, ZX_SOCKET_WRITE_THRESHOLD));
    EXPECT(is_writable(pair.a));
    EXPECT_OK(zx_socket_read(pair.b, 0, other, 1, NULL));
    EXPECT(has(pair.a, ZX_SOCKET_WRITE_THRESHOLD));
    set_threshold(pair.a, ZX_PROP_SOCKET_TX_THRESHOLD, 0);
    EXPECT(!has(pair.a, ZX_SOCKET_WRITE_THRESHOLD));
    close_pair(pair);
}

TEST(socket_read, has_thresholds_for_datagrams_too) {
    struct pair pair = make(ZX_SOCKET_DATAGRAM);
    set_threshold(pair.b, ZX_PROP_SOCKET_RX_THRESHOLD, 8);
    set_threshold(pair.a, ZX_PROP_SOCKET_TX_THRESHOLD, CAPACITY - 9);
    write_text(pair.a, "12345");
    EXPECT(!has(pair.b, ZX_SOCKET_READ_THRESHOLD));
    EXPECT(has(pair.a, ZX_SOCKET_WRITE_THRESHOLD));
    write_text(pair.a, "67890"); // together they count, though a read gets only one
    EXPECT(has(pair.b, ZX_SOCKET_READ_THRESHOLD));
    EXPECT(!has(pair.a, ZX_SOCKET_WRITE_THRESHOLD));
    EXPECT_OK(zx_socket_read(pair.b, 0, other, 1, NULL));
    EXPECT(!has(pair.b, ZX_SOCKET_READ_THRESHOLD));
    EXPECT(has(pair.a, ZX_SOCKET_WRITE_THRESHOLD));
    close_pair(pair);
}

TEST(socket_write, has_no_write_threshold_without_a_peer) {
    struct pair pair = make(0);
    size_t value = 5, too_large = CAPACITY + 1;
    set_threshold(pair.a, ZX_PROP_SOCKET_TX_THRESHOLD, 10);
    EXPECT_STATUS(zx_object_set_property(pair.a, ZX_PROP_SOCKET_TX_THRESHOLD, &too_large, 8),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_object_set_property(pair.a, ZX_PROP_SOCKET_RX_THRESHOLD, &too_large, 8),
                  ZX_ERR_INVALID_ARGS);
    write_text(pair.b, "12345");
    close_handle(pair.b);
    EXPECT_STATUS(zx_object_set_property(pair.a, ZX_PROP_SOCKET_TX_THRESHOLD, &value, 8),
                  ZX_ERR_PEER_CLOSED);
    EXPECT_STATUS(zx_object_set_property(pair.a, ZX_PROP_SOCKET_TX_THRESHOLD, &too_large, 8),
                  ZX_ERR_PEER_CLOSED);
    EXPECT_OK(zx_object_get_property(pair.a, ZX_PROP_SOCKET_TX_THRESHOLD, &value, 8));
    EXPECT_EQ(value, 10);
    set_threshold(pair.a, ZX_PROP_SOCKET_RX_THRESHOLD, 5);
    EXPECT(has(pair.a, ZX_SOCKET_READ_THRESHOLD));
    expect_read(pair.a, 0, "12345");
    EXPECT(!has(pair.a, ZX_SOCKET_READ_THRESHOLD));
    close_handle(pair.a);
}

// --- the end of an end ---

TEST(socket_read, gets_what_was_written_before_the_peer_closed) {
    static const uint32_t options[] = {ZX_SOCKET_STREAM, ZX_SOCKET_DATAGRAM};
    for (int i = 0; i < 2; i++) {
        struct pair pair = make(options[i]);
        write_text(pair.a, "last words");
        close_handle(pair.a);
        expect_signals(pair.b, ZX_SOCKET_READABLE | ZX_SOCKET_PEER_CLOSED);
        zx_info_socket_t info = info_of(pair.b);
        EXPECT_EQ(info.rx_buf_size, 10);
        EXPECT_EQ(info.tx_buf_max, 0);
        EXPECT_EQ(info.tx_buf_size, 0);
        expect_read(pair.b, ZX_SOCKET_PEEK, "last words");
        expect_read(pair.b, 0, "last words");
        expect_signals(pair.b, ZX_SOCKET_PEER_CLOSED);
        size_t actual = 5;
        EXPECT_STATUS(zx_socket_read(pair.b, 0, other, 1, &actual), ZX_ERR_PEER_CLOSED);
        EXPECT_STATUS(zx_socket_read(pair.b, 0, NULL, 0, &actual), ZX_ERR_PEER_CLOSED);
        EXPECT_STATUS(zx_socket_read(pair.b, ZX_SOCKET_PEEK, other, 1, &actual),
                      ZX_ERR_PEER_CLOSED);
        EXPECT_EQ(actual, 5);
        close_handle(pair.b);
    }
}

TEST(socket_write, to_a_closed_peer_fails_before_anything_else_is_looked_at) {
    struct pair pair = make(ZX_SOCKET_DATAGRAM);
    size_t actual = 5;
    fill_up(pair.a, 1);
    EXPECT_OK(zx_socket_shutdown(pair.a, ZX_SOCKET_SHUTDOWN_WRITE));
    close_handle(pair.b);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, "x", 1, &actual), ZX_ERR_PEER_CLOSED);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, NULL, 0, &actual), ZX_ERR_PEER_CLOSED);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, bad_page(), 1, &actual), ZX_ERR_PEER_CLOSED);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, big, SIZE_MAX, &actual), ZX_ERR_PEER_CLOSED);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, big, CAPACITY + 1, &actual), ZX_ERR_PEER_CLOSED);
    EXPECT_EQ(actual, 5);
    close_handle(pair.a);
}

TEST(socket_create, asserts_peer_closed_with_the_last_handle_only) {
    struct pair pair = make(0);
    zx_handle_t second;
    EXPECT_OK(zx_handle_duplicate(pair.b, ZX_RIGHT_SAME_RIGHTS, &second));
    close_handle(pair.b);
    expect_signals(pair.a, ZX_SOCKET_WRITABLE);
    write_text(pair.a, "to the second");
    expect_read(second, 0, "to the second");
    close_handle(second);
    expect_signals(pair.a, ZX_SOCKET_PEER_CLOSED);
    EXPECT_STATUS(zx_object_signal_peer(pair.a, 0, ZX_USER_SIGNAL_0), ZX_ERR_PEER_CLOSED);
    close_handle(pair.a);
}

TEST(socket_create, frees_what_waits_in_both_ends) {
    struct pair pair = make(ZX_SOCKET_HAS_CONTROL);
    fill_up(pair.a, 1);
    fill_up(pair.b, 2);
    EXPECT_OK(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, big, 5, NULL));
    EXPECT_OK(zx_socket_write(pair.b, ZX_SOCKET_CONTROL, big, 5, NULL));
    close_pair(pair);
    pair = make(ZX_SOCKET_DATAGRAM);
    for (int i = 0; i < 20; i++) {
        write_all(pair.a, big, 5000);
    }
    close_pair(pair); // the check at the end of the test counts
}

static int wait_for(void *argument) {
    zx_handle_t *socket = argument;
    zx_signals_t observed = 0;
    zx_status_t status = zx_object_wait_one(*socket, ZX_SOCKET_READABLE | ZX_SOCKET_PEER_CLOSED,
                                            ZX_TIME_INFINITE, &observed);
    return status != ZX_OK ? status : (int)observed;
}

TEST(socket_create, tells_waiting_threads_that_the_peer_is_closed) {
    struct pair pair = make(0);
    struct test_thread thread;
    start_thread(&thread, wait_for, &pair.b);
    wait_until_blocked(&thread);
    close_handle(pair.a);
    EXPECT_EQ(finish_thread(&thread), ZX_SOCKET_WRITABLE | ZX_SOCKET_PEER_CLOSED);
    close_handle(pair.b);
}

TEST(socket_write, wakes_a_thread_that_waits_to_read) {
    struct pair pair = make(0);
    struct test_thread thread;
    start_thread(&thread, wait_for, &pair.b);
    wait_until_blocked(&thread);
    write_text(pair.a, "x");
    EXPECT_EQ(finish_thread(&thread), ZX_SOCKET_WRITABLE | ZX_SOCKET_READABLE);
    close_pair(pair);
}

TEST(socket_write, queues_packets_for_those_who_asked) {
    struct pair pair = make(0);
    zx_handle_t port;
    zx_port_packet_t packet;
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_OK(zx_object_wait_async(pair.b, port, 1, ZX_SOCKET_READABLE, 0));
    EXPECT_OK(zx_object_wait_async(pair.b, port, 2, ZX_SOCKET_PEER_CLOSED, 0));
    EXPECT_STATUS(zx_port_wait(port, 0, &packet), ZX_ERR_TIMED_OUT);
    write_text(pair.a, "x");
    EXPECT_OK(zx_port_wait(port, 0, &packet));
    EXPECT_EQ(packet.key, 1);
    EXPECT_EQ(packet.signal.count, 1);
    close_handle(pair.a);
    EXPECT_OK(zx_port_wait(port, 0, &packet));
    EXPECT_EQ(packet.key, 2);
    EXPECT_EQ(packet.signal.observed, ZX_SOCKET_READABLE | ZX_SOCKET_PEER_CLOSED);
    close_handle(pair.b);
    close_handle(port);
}

// --- socket_shutdown ---

TEST(socket_shutdown, of_writing_leaves_the_other_direction_and_what_was_sent) {
    struct pair pair = make(0);
    write_text(pair.a, "sent before");
    EXPECT_OK(zx_socket_shutdown(pair.a, ZX_SOCKET_SHUTDOWN_WRITE));
    expect_signals(pair.a, ZX_SOCKET_WRITE_DISABLED);
    expect_signals(pair.b, ZX_SOCKET_READABLE | ZX_SOCKET_WRITABLE | ZX_SOCKET_PEER_WRITE_DISABLED);
    size_t actual = 5;
    EXPECT_STATUS(zx_socket_write(pair.a, 0, "x", 1, &actual), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, NULL, 0, &actual), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, bad_page(), 1, &actual), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, big, SIZE_MAX, &actual), ZX_ERR_BAD_STATE);
    expect_read(pair.b, ZX_SOCKET_PEEK, "sent before");
    expect_read(pair.b, 0, "sent before");
    EXPECT_STATUS(zx_socket_read(pair.b, 0, other, 1, &actual), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_socket_read(pair.b, 0, NULL, 0, &actual), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_socket_read(pair.b, ZX_SOCKET_PEEK, other, 1, &actual), ZX_ERR_BAD_STATE);
    EXPECT_EQ(actual, 5);
    write_text(pair.b, "back");
    expect_read(pair.a, 0, "back");
    EXPECT_STATUS(zx_socket_read(pair.a, 0, other, 1, NULL), ZX_ERR_SHOULD_WAIT);
    close_handle(pair.a);
    EXPECT_STATUS(zx_socket_read(pair.b, 0, other, 1, NULL), ZX_ERR_PEER_CLOSED);
    expect_signals(pair.b, ZX_SOCKET_PEER_CLOSED | ZX_SOCKET_PEER_WRITE_DISABLED);
    close_handle(pair.b);
}

TEST(socket_shutdown, of_reading_ends_what_the_peer_writes) {
    struct pair pair = make(0);
    write_text(pair.a, "sent before");
    EXPECT_OK(zx_socket_shutdown(pair.b, ZX_SOCKET_SHUTDOWN_READ));
    expect_signals(pair.a, ZX_SOCKET_WRITE_DISABLED);
    expect_signals(pair.b, ZX_SOCKET_READABLE | ZX_SOCKET_WRITABLE | ZX_SOCKET_PEER_WRITE_DISABLED);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, "x", 1, NULL), ZX_ERR_BAD_STATE);
    expect_read(pair.b, 0, "sent before");
    EXPECT_STATUS(zx_socket_read(pair.b, 0, other, 1, NULL), ZX_ERR_BAD_STATE);
    write_text(pair.b, "back");
    expect_read(pair.a, 0, "back");
    close_pair(pair);
}

TEST(socket_shutdown, of_both_ends_both) {
    struct pair pair = make(0);
    write_text(pair.a, "there");
    write_text(pair.b, "here");
    EXPECT_OK(zx_socket_shutdown(pair.a, ZX_SOCKET_SHUTDOWN_WRITE | ZX_SOCKET_SHUTDOWN_READ));
    zx_signals_t off = ZX_SOCKET_WRITE_DISABLED | ZX_SOCKET_PEER_WRITE_DISABLED;
    expect_signals(pair.a, off | ZX_SOCKET_READABLE);
    expect_signals(pair.b, off | ZX_SOCKET_READABLE);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, "x", 1, NULL), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_socket_write(pair.b, 0, "x", 1, NULL), ZX_ERR_BAD_STATE);
    expect_read(pair.a, 0, "here");
    expect_read(pair.b, 0, "there");
    EXPECT_STATUS(zx_socket_read(pair.a, 0, other, 1, NULL), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_socket_read(pair.b, 0, other, 1, NULL), ZX_ERR_BAD_STATE);
    expect_signals(pair.a, off);
    close_pair(pair);
}

TEST(socket_shutdown, can_be_said_twice_in_steps_from_both_sides_and_for_nothing) {
    struct pair pair = make(0);
    EXPECT_OK(zx_socket_shutdown(pair.a, 0));
    expect_signals(pair.a, ZX_SOCKET_WRITABLE);
    for (int i = 0; i < 2; i++) {
        EXPECT_OK(zx_socket_shutdown(pair.a, ZX_SOCKET_SHUTDOWN_WRITE));
        EXPECT_OK(zx_socket_shutdown(pair.b, ZX_SOCKET_SHUTDOWN_READ));
        expect_signals(pair.a, ZX_SOCKET_WRITE_DISABLED);
        expect_signals(pair.b, ZX_SOCKET_WRITABLE | ZX_SOCKET_PEER_WRITE_DISABLED);
    }
    EXPECT_OK(zx_socket_shutdown(pair.a, ZX_SOCKET_SHUTDOWN_READ));
    EXPECT_OK(zx_socket_shutdown(pair.a, 0));
    EXPECT_OK(zx_socket_shutdown(pair.b, ZX_SOCKET_SHUTDOWN_MASK));
    zx_signals_t off = ZX_SOCKET_WRITE_DISABLED | ZX_SOCKET_PEER_WRITE_DISABLED;
    expect_signals(pair.a, off);
    expect_signals(pair.b, off);
    close_pair(pair);
}

TEST(socket_shutdown, works_without_a_peer) {
    struct pair pair = make(0);
    write_text(pair.b, "left");
    close_handle(pair.b);
    EXPECT_OK(zx_socket_shutdown(pair.a, ZX_SOCKET_SHUTDOWN_MASK));
    expect_signals(pair.a, ZX_SOCKET_WRITE_DISABLED | ZX_SOCKET_PEER_WRITE_DISABLED |
                               ZX_SOCKET_READABLE | ZX_SOCKET_PEER_CLOSED);
    expect_read(pair.a, 0, "left");
    EXPECT_STATUS(zx_socket_read(pair.a, 0, other, 1, NULL), ZX_ERR_PEER_CLOSED);
    close_handle(pair.a);
}

TEST(socket_shutdown, of_a_full_buffer_signals_writable_with_the_next_read) {
    // An oddity of the kernel of 2019, which programs can see.
    struct pair pair = make(0);
    fill_up(pair.a, 1);
    EXPECT_OK(zx_socket_shutdown(pair.a, ZX_SOCKET_SHUTDOWN_WRITE));
    expect_signals(pair.a, ZX_SOCKET_WRITE_DISABLED);
    EXPECT_OK(zx_socket_read(pair.b, 0, other, 1, NULL));
    expect_signals(pair.a, ZX_SOCKET_WRITE_DISABLED | ZX_SOCKET_WRITABLE);
    EXPECT_STATUS(zx_socket_write(pair.a, 0, "x", 1, NULL), ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_socket_shutdown(pair.a, ZX_SOCKET_SHUTDOWN_WRITE)); // changes nothing
    expect_signals(pair.a, ZX_SOCKET_WRITE_DISABLED | ZX_SOCKET_WRITABLE);
    close_pair(pair);
}

TEST(socket_shutdown, leaves_control_messages_and_sharing_alone) {
    struct pair pair = make(ZX_SOCKET_HAS_CONTROL | ZX_SOCKET_HAS_ACCEPT);
    EXPECT_OK(zx_socket_shutdown(pair.a, ZX_SOCKET_SHUTDOWN_MASK));
    EXPECT_OK(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, "ctl", 3, NULL));
    expect_read(pair.b, ZX_SOCKET_CONTROL, "ctl");
    struct pair sent = make(0);
    EXPECT_OK(zx_socket_share(pair.a, sent.a));
    EXPECT_OK(zx_socket_accept(pair.b, &sent.a));
    close_pair(sent);
    close_pair(pair);
}

TEST(socket_shutdown, refuses_any_other_option_before_it_looks_at_the_handle) {
    struct pair pair = make(0);
    for (uint32_t bit = 4; bit != 0; bit <<= 1) {
        EXPECT_STATUS(zx_socket_shutdown(pair.a, bit), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_socket_shutdown(pair.a, bit | 1), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_socket_shutdown(ZX_HANDLE_INVALID, bit), ZX_ERR_INVALID_ARGS);
    }
    expect_signals(pair.a, ZX_SOCKET_WRITABLE);
    close_pair(pair);
}

static zx_status_t shut_down(zx_handle_t handle) {
    return zx_socket_shutdown(handle, ZX_SOCKET_SHUTDOWN_WRITE);
}

TEST(socket_shutdown, checks_its_handle) {
    struct pair pair = make(0);
    expect_bad_handle(shut_down);
    expect_wrong_type(shut_down, ZX_OBJ_TYPE_SOCKET, ZX_OBJ_TYPE_SOCKET);
    expect_right(shut_down, pair.a, ZX_RIGHT_WRITE, ZX_OK);
    close_pair(pair);
}

// --- control ---

TEST(socket_write, sends_one_control_message_at_a_time_beside_the_data) {
    struct pair pair = make(ZX_SOCKET_HAS_CONTROL);
    size_t actual = 9;
    write_text(pair.a, "data");
    EXPECT_OK(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, "control", 7, &actual));
    EXPECT_EQ(actual, 7);
    expect_signals(pair.a, ZX_SOCKET_WRITABLE);
    expect_signals(pair.b, ZX_SOCKET_WRITABLE | ZX_SOCKET_READABLE | ZX_SOCKET_CONTROL_READABLE |
                               ZX_SOCKET_CONTROL_WRITABLE);
    actual = 9;
    EXPECT_STATUS(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, "more", 4, &actual),
                  ZX_ERR_SHOULD_WAIT);
    EXPECT_EQ(actual, 9);
    EXPECT_OK(zx_socket_write(pair.b, ZX_SOCKET_CONTROL, "other way", 9, NULL));
    expect_read(pair.b, ZX_SOCKET_CONTROL | ZX_SOCKET_PEEK, "control");
    expect_read(pair.b, ZX_SOCKET_CONTROL, "control");
    expect_signals(pair.b, ZX_SOCKET_WRITABLE | ZX_SOCKET_READABLE);
    expect_signals(pair.a,
                   ZX_SOCKET_WRITABLE | ZX_SOCKET_CONTROL_READABLE | ZX_SOCKET_CONTROL_WRITABLE);
    EXPECT_STATUS(zx_socket_read(pair.b, ZX_SOCKET_CONTROL, other, 1, &actual), ZX_ERR_SHOULD_WAIT);
    EXPECT_STATUS(zx_socket_read(pair.b, ZX_SOCKET_CONTROL | ZX_SOCKET_PEEK, NULL, 0, &actual),
                  ZX_ERR_SHOULD_WAIT);
    expect_read(pair.a, ZX_SOCKET_CONTROL, "other way");
    expect_read(pair.b, 0, "data");
    EXPECT_OK(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, "more", 4, NULL));
    expect_read(pair.b, ZX_SOCKET_CONTROL, "more");
    close_pair(pair);
}

TEST(socket_write, takes_control_messages_of_1_to_1024_bytes) {
    struct pair pair = make(ZX_SOCKET_HAS_CONTROL);
    size_t actual;
    static const size_t good[] = {1, 2, 511, 1023, CONTROL_MAX};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        fill(big, good[i], (uint32_t)i);
        EXPECT_OK(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, big, good[i], &actual));
        EXPECT_EQ(actual, good[i]);
        EXPECT_OK(zx_socket_read(pair.b, ZX_SOCKET_CONTROL, other, sizeof(other), &actual));
        EXPECT_EQ(actual, good[i]);
        EXPECT_EQ(memcmp(big, other, actual), 0);
    }
    static const size_t bad[] = {CONTROL_MAX + 1, CAPACITY, UINT32_MAX, SIZE_MAX};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        EXPECT_STATUS(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, big, bad[i], &actual),
                      ZX_ERR_OUT_OF_RANGE);
    }
    EXPECT_STATUS(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, big, 0, &actual), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, NULL, 0, &actual),
                  ZX_ERR_INVALID_ARGS);
    EXPECT(!has(pair.b, ZX_SOCKET_CONTROL_READABLE));
    close_pair(pair);
}

TEST(socket_read, loses_what_of_a_control_message_does_not_fit) {
    struct pair pair = make(ZX_SOCKET_HAS_CONTROL);
    size_t actual;
    EXPECT_OK(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, "0123456789", 10, NULL));
    EXPECT_OK(zx_socket_read(pair.b, ZX_SOCKET_CONTROL | ZX_SOCKET_PEEK, other, 3, &actual));
    EXPECT_EQ(actual, 3);
    EXPECT_OK(zx_socket_read(pair.b, ZX_SOCKET_CONTROL, other, 4, &actual));
    EXPECT_EQ(actual, 4);
    EXPECT_EQ(memcmp(other, "0123", 4), 0);
    EXPECT_STATUS(zx_socket_read(pair.b, ZX_SOCKET_CONTROL, other, 4, &actual), ZX_ERR_SHOULD_WAIT);
    // With room for nothing all of it.
    EXPECT_OK(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, "0123456789", 10, NULL));
    EXPECT_OK(zx_socket_read(pair.b, ZX_SOCKET_CONTROL, NULL, 0, &actual));
    EXPECT_EQ(actual, 0);
    EXPECT(!has(pair.b, ZX_SOCKET_CONTROL_READABLE));
    EXPECT(has(pair.a, ZX_SOCKET_CONTROL_WRITABLE));
    close_pair(pair);
}

TEST(socket_write, knows_no_control_messages_without_the_option) {
    struct pair pair = make(ZX_SOCKET_HAS_ACCEPT);
    size_t actual = 5;
    // That comes before the size, the bytes and the peer.
    EXPECT_STATUS(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, NULL, 0, &actual), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, big, SIZE_MAX, &actual),
                  ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, bad_page(), 5, &actual),
                  ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_socket_read(pair.a, ZX_SOCKET_CONTROL, NULL, 0, &actual), ZX_ERR_BAD_STATE);
    close_handle(pair.b);
    EXPECT_STATUS(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, "x", 1, &actual), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_socket_read(pair.a, ZX_SOCKET_CONTROL | ZX_SOCKET_PEEK, other, 1, &actual),
                  ZX_ERR_BAD_STATE);
    EXPECT_EQ(actual, 5);
    close_handle(pair.a);
}

TEST(socket_write, of_a_control_message_looks_at_the_size_then_the_peer_then_the_room) {
    struct pair pair = make(ZX_SOCKET_HAS_CONTROL);
    EXPECT_OK(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, "x", 1, NULL));
    EXPECT_STATUS(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, bad_page(), 1, NULL),
                  ZX_ERR_SHOULD_WAIT);
    EXPECT_STATUS(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, big, CONTROL_MAX + 1, NULL),
                  ZX_ERR_OUT_OF_RANGE);
    close_handle(pair.b);
    EXPECT_STATUS(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, "x", 1, NULL), ZX_ERR_PEER_CLOSED);
    EXPECT_STATUS(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, bad_page(), 1, NULL),
                  ZX_ERR_PEER_CLOSED);
    EXPECT_STATUS(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, NULL, 0, NULL), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, big, CONTROL_MAX + 1, NULL),
                  ZX_ERR_OUT_OF_RANGE);
    close_handle(pair.a);
}

TEST(socket_read, gets_a_control_message_of_a_closed_peer_and_then_should_wait) {
    struct pair pair = make(ZX_SOCKET_HAS_CONTROL);
    EXPECT_OK(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, "bye", 3, NULL));
    close_handle(pair.a);
    EXPECT(has(pair.b, ZX_SOCKET_CONTROL_READABLE));
    expect_read(pair.b, ZX_SOCKET_CONTROL, "bye");
    EXPECT_STATUS(zx_socket_read(pair.b, ZX_SOCKET_CONTROL, other, 1, NULL), ZX_ERR_SHOULD_WAIT);
    EXPECT_STATUS(zx_socket_read(pair.b, 0, other, 1, NULL), ZX_ERR_PEER_CLOSED);
    close_handle(pair.b);
}

// --- arguments of read and write ---

TEST(socket_write, checks_options_and_a_null_buffer_before_the_handle) {
    struct pair pair = make(ZX_SOCKET_HAS_CONTROL);
    size_t actual = 5;
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        if (bit != ZX_SOCKET_CONTROL) {
            EXPECT_STATUS(zx_socket_write(pair.a, bit, "x", 1, &actual), ZX_ERR_INVALID_ARGS);
            EXPECT_STATUS(zx_socket_write(ZX_HANDLE_INVALID, bit, "x", 1, &actual),
                          ZX_ERR_INVALID_ARGS);
            EXPECT_STATUS(zx_socket_write(pair.a, bit | ZX_SOCKET_CONTROL, "x", 1, &actual),
                          ZX_ERR_INVALID_ARGS);
        }
    }
    EXPECT_STATUS(zx_socket_write(ZX_HANDLE_INVALID, 0, NULL, 1, &actual), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_socket_write(ZX_HANDLE_INVALID, 0, NULL, 0, &actual), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, NULL, 1, &actual),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(actual, 5);
    expect_empty(pair.b);
    close_pair(pair);
}

TEST(socket_read, checks_options_and_a_null_buffer_before_the_handle) {
    struct pair pair = make(ZX_SOCKET_HAS_CONTROL);
    size_t actual = 5;
    write_text(pair.b, "stays");
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        if (bit != ZX_SOCKET_CONTROL && bit != ZX_SOCKET_PEEK) {
            EXPECT_STATUS(zx_socket_read(pair.a, bit, other, 1, &actual), ZX_ERR_INVALID_ARGS);
            EXPECT_STATUS(zx_socket_read(ZX_HANDLE_INVALID, bit, other, 1, &actual),
                          ZX_ERR_INVALID_ARGS);
            EXPECT_STATUS(zx_socket_read(pair.a, bit | ZX_SOCKET_PEEK, other, 1, &actual),
                          ZX_ERR_INVALID_ARGS);
        }
    }
    EXPECT_STATUS(zx_socket_read(ZX_HANDLE_INVALID, 0, NULL, 1, &actual), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_socket_read(ZX_HANDLE_INVALID, 0, NULL, 0, &actual), ZX_ERR_BAD_HANDLE);
    EXPECT_EQ(actual, 5);
    expect_read(pair.a, 0, "stays");
    close_pair(pair);
}

static zx_status_t write_nothing(zx_handle_t handle) {
    return zx_socket_write(handle, 0, NULL, 0, NULL);
}

static zx_status_t write_nothing_as_control(zx_handle_t handle) {
    return zx_socket_write(handle, ZX_SOCKET_CONTROL, NULL, 0, NULL);
}

static zx_status_t read_byte(zx_handle_t handle) {
    char byte;
    return zx_socket_read(handle, 0, &byte, 1, NULL);
}

static zx_status_t peek_control(zx_handle_t handle) {
    char byte;
    return zx_socket_read(handle, ZX_SOCKET_CONTROL | ZX_SOCKET_PEEK, &byte, 1, NULL);
}

TEST(socket_write, checks_its_handle) {
    struct pair pair = make(0);
    expect_bad_handle(write_nothing);
    expect_bad_handle(write_nothing_as_control);
    expect_wrong_type(write_nothing, ZX_OBJ_TYPE_SOCKET, ZX_OBJ_TYPE_SOCKET);
    expect_right(write_nothing, pair.a, ZX_RIGHT_WRITE, ZX_OK);
    expect_right(write_nothing_as_control, pair.a, ZX_RIGHT_WRITE, ZX_ERR_BAD_STATE);
    // Before the state and the size.
    zx_handle_t fewer = without_rights(pair.a, ZX_RIGHT_WRITE);
    close_handle(pair.b);
    EXPECT_STATUS(zx_socket_write(fewer, 0, big, SIZE_MAX, NULL), ZX_ERR_ACCESS_DENIED);
    close_handle(fewer);
    close_handle(pair.a);
}

TEST(socket_read, checks_its_handle) {
    struct pair pair = make(0);
    expect_bad_handle(read_byte);
    expect_bad_handle(peek_control);
    expect_wrong_type(read_byte, ZX_OBJ_TYPE_SOCKET, ZX_OBJ_TYPE_SOCKET);
    expect_right(read_byte, pair.a, ZX_RIGHT_READ, ZX_ERR_SHOULD_WAIT);
    expect_right(peek_control, pair.a, ZX_RIGHT_READ, ZX_ERR_BAD_STATE);
    zx_handle_t fewer = without_rights(pair.a, ZX_RIGHT_READ);
    EXPECT_STATUS(zx_socket_read(fewer, 0, other, SIZE_MAX, NULL), ZX_ERR_ACCESS_DENIED);
    close_handle(fewer);
    close_pair(pair);
}

TEST(socket_write, refuses_sizes_beyond_32_bits) {
    static const size_t sizes[] = {(size_t)UINT32_MAX + 1, (size_t)UINT32_MAX + 2, SIZE_MAX};
    static const uint32_t options[] = {ZX_SOCKET_STREAM, ZX_SOCKET_DATAGRAM};
    for (int o = 0; o < 2; o++) {
        struct pair pair = make(options[o]);
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            EXPECT_STATUS(zx_socket_write(pair.a, 0, big, sizes[i], NULL), ZX_ERR_INVALID_ARGS);
            EXPECT_STATUS(zx_socket_read(pair.a, 0, other, sizes[i], NULL), ZX_ERR_INVALID_ARGS);
            EXPECT_STATUS(zx_socket_read(pair.a, ZX_SOCKET_PEEK, other, sizes[i], NULL),
                          ZX_ERR_INVALID_ARGS);
        }
        expect_empty(pair.b);
        // Of a read before the state; of a write after it, but before the room.
        fill_up(pair.a, 1);
        EXPECT_STATUS(zx_socket_write(pair.a, 0, big, SIZE_MAX, NULL), ZX_ERR_INVALID_ARGS);
        close_handle(pair.a);
        EXPECT_OK(zx_socket_read(pair.b, 0, other, CAPACITY, NULL));
        EXPECT_STATUS(zx_socket_read(pair.b, 0, other, SIZE_MAX, NULL), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_socket_write(pair.b, 0, big, SIZE_MAX, NULL), ZX_ERR_PEER_CLOSED);
        close_handle(pair.b);
    }
}

TEST(socket_read, may_be_told_of_more_room_than_there_is_memory) {
    struct pair pair = make(0);
    write_text(pair.a, "few");
    uint8_t *last = end_of_page(3);
    size_t actual;
    EXPECT_OK(zx_socket_read(pair.b, ZX_SOCKET_PEEK, last, UINT32_MAX, &actual));
    EXPECT_EQ(actual, 3);
    EXPECT_OK(zx_socket_read(pair.b, 0, last, UINT32_MAX, &actual));
    EXPECT_EQ(actual, 3);
    EXPECT_EQ(memcmp(last, "few", 3), 0);
    close_pair(pair);
}

TEST(socket_write, sends_nothing_if_the_bytes_cannot_be_read) {
    static const size_t sizes[] = {1, 300, 513, 4096, 10000};
    static const uint32_t options[] = {ZX_SOCKET_STREAM, ZX_SOCKET_DATAGRAM};
    for (int o = 0; o < 2; o++) {
        struct pair pair = make(options[o]);
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            size_t size = sizes[i], actual = 5;
            for (int which = 1; which < BAD_IN_POINTERS; which++) {
                // The partly mapped one has a page: a fault in the middle is put in by hand.
                void *bad = which == 2 ? end_of_page(size < 4096 ? size - 1 : 4000)
                                       : bad_pointer(which, size);
                EXPECT_STATUS(zx_socket_write(pair.a, 0, bad, size, &actual), ZX_ERR_INVALID_ARGS);
            }
            EXPECT_EQ(actual, 5);
            EXPECT_EQ(info_of(pair.b).rx_buf_size, 0);
            EXPECT(!is_readable(pair.b));
        }
        write_text(pair.a, "good");
        expect_read(pair.b, 0, "good");
        close_pair(pair);
    }
}

TEST(socket_write, sends_no_control_message_that_cannot_be_read) {
    struct pair pair = make(ZX_SOCKET_HAS_CONTROL);
    for (int which = 0; which < BAD_IN_POINTERS; which++) {
        EXPECT_STATUS(
            zx_socket_write(pair.a, ZX_SOCKET_CONTROL, bad_pointer(which, 100), 100, NULL),
            ZX_ERR_INVALID_ARGS);
    }
    EXPECT(!has(pair.b, ZX_SOCKET_CONTROL_READABLE));
    EXPECT(has(pair.a, ZX_SOCKET_CONTROL_WRITABLE));
    close_pair(pair);
}

TEST(socket_read, leaves_the_bytes_if_they_cannot_be_stored) {
    static const size_t sizes[] = {2, 300, 512, 513, 4000, 30000, CAPACITY};
    static const uint32_t options[] = {ZX_SOCKET_STREAM, ZX_SOCKET_DATAGRAM};
    for (int o = 0; o < 2; o++) {
        struct pair pair = make(options[o]);
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            size_t size = sizes[i], actual = 5;
            fill(big, size, (uint32_t)i);
            write_all(pair.a, big, size);
            if (size == CAPACITY) {
                EXPECT(!is_writable(pair.a));
            }
            for (int which = 1; which < BAD_OUT_POINTERS; which++) {
                void *bad = which == 2 ? end_of_page(size < 4096 ? size - 1 : 4000)
                                       : bad_pointer(which, size);
                EXPECT_STATUS(zx_socket_read(pair.b, ZX_SOCKET_PEEK, bad, size, &actual),
                              ZX_ERR_INVALID_ARGS);
                EXPECT_STATUS(zx_socket_read(pair.b, 0, bad, size, &actual), ZX_ERR_INVALID_ARGS);
            }
            EXPECT_EQ(actual, 5);
            EXPECT(is_readable(pair.b));
            EXPECT_EQ(is_writable(pair.a), size < CAPACITY);
            EXPECT_EQ(info_of(pair.b).rx_buf_size, size);
            EXPECT_EQ(info_of(pair.b).rx_buf_available, size);
            memset(other, 0, size);
            EXPECT_OK(zx_socket_read(pair.b, 0, other, size, &actual));
            EXPECT_EQ(actual, size);
            EXPECT_EQ(memcmp(big, other, size), 0);
        }
        close_pair(pair);
    }
}

TEST(socket_read, keeps_the_thresholds_right_if_bytes_cannot_be_stored) {
    struct pair pair = make(0);
    set_threshold(pair.b, ZX_PROP_SOCKET_RX_THRESHOLD, 10);
    set_threshold(pair.a, ZX_PROP_SOCKET_TX_THRESHOLD, CAPACITY - 5);
    write_text(pair.a, "0123456789");
    EXPECT_STATUS(zx_socket_read(pair.b, 0, bad_page(), 10, NULL), ZX_ERR_INVALID_ARGS);
    EXPECT(has(pair.b, ZX_SOCKET_READ_THRESHOLD));
    EXPECT(!has(pair.a, ZX_SOCKET_WRITE_THRESHOLD));
    expect_read(pair.b, 0, "0123456789");
    EXPECT(has(pair.a, ZX_SOCKET_WRITE_THRESHOLD));
    close_pair(pair);
}

TEST(socket_read, leaves_a_control_message_that_cannot_be_stored) {
    struct pair pair = make(ZX_SOCKET_HAS_CONTROL);
    EXPECT_OK(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, "0123456789", 10, NULL));
    size_t actual = 5;
    for (int which = 0; which < BAD_OUT_POINTERS; which++) {
        void *bad = bad_pointer(which, 10);
        EXPECT_STATUS(zx_socket_read(pair.b, ZX_SOCKET_CONTROL, bad, 10, &actual),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_socket_read(pair.b, ZX_SOCKET_CONTROL | ZX_SOCKET_PEEK, bad, 10, &actual),
                      ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(actual, 5);
    expect_read(pair.b, ZX_SOCKET_CONTROL, "0123456789");
    close_pair(pair);
}

TEST(socket_read, takes_the_bytes_although_the_size_cannot_be_stored) {
    struct pair pair = make(ZX_SOCKET_HAS_CONTROL);
    for (int which = 1; which < BAD_OUT_POINTERS; which++) {
        size_t *bad = bad_pointer(which, sizeof(*bad));
        // The write sends all the same ...
        EXPECT_STATUS(zx_socket_write(pair.a, 0, "twice", 5, bad), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_socket_write(pair.a, 0, NULL, 0, bad), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_socket_write(pair.a, ZX_SOCKET_CONTROL, "ctl", 3, bad),
                      ZX_ERR_INVALID_ARGS);
        // ... the read takes, and stores.
        memset(other, 0, 10);
        EXPECT_STATUS(zx_socket_read(pair.b, ZX_SOCKET_PEEK, other, 10, bad), ZX_ERR_INVALID_ARGS);
        EXPECT_EQ(memcmp(other, "twice", 6), 0);
        EXPECT_STATUS(zx_socket_read(pair.b, 0, other, 10, bad), ZX_ERR_INVALID_ARGS);
        expect_empty(pair.b);
        EXPECT_STATUS(zx_socket_read(pair.b, ZX_SOCKET_CONTROL, other, 10, bad),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_EQ(memcmp(other, "ctl", 3), 0);
        EXPECT(!has(pair.b, ZX_SOCKET_CONTROL_READABLE));
    }
    close_pair(pair);
}

// --- memory ---

struct write_context {
    zx_handle_t socket;
    size_t size, actual;
};

static zx_status_t write_many(void *context) {
    struct write_context *to = context;
    return zx_socket_write(to->socket, 0, big, to->size, &to->actual);
}

TEST(socket_write, sends_nothing_if_memory_runs_out) {
    static const size_t sizes[] = {1, 512, 513, 5000, 66000, CAPACITY};
    static const uint32_t options[] = {ZX_SOCKET_STREAM, ZX_SOCKET_DATAGRAM};
    for (int o = 0; o < 2; o++) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            struct pair pair = make(options[o]);
            fill(big, sizes[i], (uint32_t)i);
            struct write_context to = {pair.a, sizes[i], 77};
            expect_no_memory(write_many, &to, sizeof(to));
            size_t actual;
            EXPECT_EQ(to.actual, sizes[i]);
            EXPECT_OK(zx_socket_read(pair.b, 0, other, sizeof(other), &actual));
            EXPECT_EQ(actual, sizes[i]);
            EXPECT_EQ(memcmp(big, other, actual), 0);
            close_pair(pair);
        }
    }
}

TEST(socket_read, needs_no_memory) {
    static const uint32_t options[] = {ZX_SOCKET_STREAM, ZX_SOCKET_DATAGRAM};
    for (int o = 0; o < 2; o++) {
        struct pair pair = make(options[o]);
        fill(big, CAPACITY, 12);
        write_all(pair.a, big, 100000);
        write_all(pair.a, big + 100000, 50000);
        size_t done = 0, actual;
        libzircon_fail_allocation(1);
        EXPECT_OK(zx_socket_read(pair.b, ZX_SOCKET_PEEK, other, 100000, &actual));
        libzircon_fail_allocation(1);
        EXPECT_EQ(actual, 100000);
        while (done < 150000) {
            libzircon_fail_allocation(1);
            EXPECT_OK(zx_socket_read(pair.b, 0, other + done, o == 0 ? 3000 : 200000, &actual));
            EXPECT(actual > 0);
            done += actual;
        }
        libzircon_fail_allocation(0);
        EXPECT_EQ(done, 150000);
        EXPECT_EQ(memcmp(big, other, done), 0);
        close_pair(pair);
    }
}

// --- socket_share and socket_accept ---

TEST(socket_share, passes_a_socket_with_its_rights_and_its_bytes) {
    struct pair pair = make(ZX_SOCKET_HAS_ACCEPT), sent = make(0);
    write_text(sent.b, "inside");
    zx_koid_t koid = koid_of(sent.a);
    zx_handle_t fewer;
    EXPECT_OK(zx_handle_replace(sent.a, ZX_RIGHT_TRANSFER | ZX_RIGHT_READ, &fewer));
    EXPECT_OK(zx_socket_share(pair.a, fewer));
    EXPECT(!is_valid(fewer));
    expect_signals(pair.a, ZX_SOCKET_WRITABLE);
    expect_signals(pair.b, ZX_SOCKET_WRITABLE | ZX_SOCKET_ACCEPT | ZX_SOCKET_SHARE);
    zx_handle_t taken;
    EXPECT_OK(zx_socket_accept(pair.b, &taken));
    expect_signals(pair.a, ZX_SOCKET_WRITABLE | ZX_SOCKET_SHARE);
    expect_signals(pair.b, ZX_SOCKET_WRITABLE | ZX_SOCKET_SHARE);
    EXPECT_EQ(rights_of(sent.b), ZX_DEFAULT_SOCKET_RIGHTS);
    char got[6];
    EXPECT_OK(zx_socket_read(taken, 0, got, 6, NULL));
    EXPECT_EQ(memcmp(got, "inside", 6), 0);
    EXPECT_STATUS(zx_socket_write(taken, 0, "x", 1, NULL), ZX_ERR_ACCESS_DENIED);
    zx_info_handle_basic_t info;
    EXPECT_OK(zx_object_get_info(sent.b, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.related_koid, koid);
    close_handle(taken);
    EXPECT(has(sent.b, ZX_SOCKET_PEER_CLOSED));
    close_handle(sent.b);
    close_pair(pair);
}

TEST(socket_share, passes_one_at_a_time_in_each_direction) {
    struct pair pair = make(ZX_SOCKET_HAS_ACCEPT), one = make(0), two = make(0);
    EXPECT_OK(zx_socket_share(pair.a, one.a));
    EXPECT_OK(zx_socket_share(pair.b, one.b));
    EXPECT_STATUS(zx_socket_share(pair.a, two.a), ZX_ERR_SHOULD_WAIT);
    EXPECT(!is_valid(two.a));
    expect_signals(two.b, ZX_SOCKET_PEER_CLOSED); // it was closed
    zx_handle_t taken;
    EXPECT_OK(zx_socket_accept(pair.b, &taken));
    close_handle(taken);
    EXPECT_STATUS(zx_socket_accept(pair.b, &taken), ZX_ERR_SHOULD_WAIT);
    EXPECT_OK(zx_socket_share(pair.a, two.b));
    EXPECT_OK(zx_socket_accept(pair.a, &taken));
    close_handle(taken);
    EXPECT_OK(zx_socket_accept(pair.b, &taken));
    close_handle(taken);
    close_pair(pair);
}

TEST(socket_share, takes_datagram_and_control_sockets_too) {
    static const uint32_t options[] = {ZX_SOCKET_STREAM, ZX_SOCKET_DATAGRAM, ZX_SOCKET_HAS_CONTROL,
                                       ZX_SOCKET_DATAGRAM | ZX_SOCKET_HAS_CONTROL};
    struct pair pair = make(ZX_SOCKET_CREATE_MASK);
    for (int i = 0; i < 4; i++) {
        struct pair sent = make(options[i]);
        EXPECT_OK(zx_socket_share(pair.a, sent.a));
        EXPECT_OK(zx_socket_accept(pair.b, &sent.a));
        EXPECT_EQ(info_of(sent.a).options, options[i]);
        close_pair(sent);
    }
    close_pair(pair);
}

TEST(socket_share, refuses_sockets_that_can_share_themselves) {
    struct pair pair = make(ZX_SOCKET_HAS_ACCEPT), sent = make(ZX_SOCKET_HAS_ACCEPT);
    EXPECT_STATUS(zx_socket_share(pair.a, sent.a), ZX_ERR_BAD_STATE);
    EXPECT(!is_valid(sent.a));
    EXPECT(has(sent.b, ZX_SOCKET_PEER_CLOSED));
    close_handle(sent.b);
    expect_signals(pair.b, ZX_SOCKET_WRITABLE | ZX_SOCKET_SHARE);
    close_pair(pair);
}

TEST(socket_share, refuses_both_ends_of_the_socket_itself) {
    static const uint32_t options[] = {ZX_SOCKET_STREAM, ZX_SOCKET_HAS_ACCEPT};
    for (int i = 0; i < 2; i++) {
        struct pair pair = make(options[i]);
        zx_handle_t same, peer;
        EXPECT_OK(zx_handle_duplicate(pair.a, ZX_RIGHT_SAME_RIGHTS, &same));
        EXPECT_OK(zx_handle_duplicate(pair.b, ZX_RIGHT_SAME_RIGHTS, &peer));
        EXPECT_STATUS(zx_socket_share(pair.a, same), ZX_ERR_BAD_STATE);
        EXPECT_STATUS(zx_socket_share(pair.a, peer), ZX_ERR_BAD_STATE);
        EXPECT(!is_valid(same));
        EXPECT(!is_valid(peer));
        EXPECT_STATUS(zx_socket_share(pair.a, pair.a), ZX_ERR_BAD_STATE);
        EXPECT(!is_valid(pair.a));
        EXPECT(has(pair.b, ZX_SOCKET_PEER_CLOSED));
        close_handle(pair.b);
    }
}

TEST(socket_share, is_not_supported_without_the_option) {
    struct pair pair = make(ZX_SOCKET_HAS_CONTROL), sent = make(0);
    EXPECT_STATUS(zx_socket_share(pair.a, sent.a), ZX_ERR_NOT_SUPPORTED);
    EXPECT(!is_valid(sent.a));
    zx_handle_t taken = 7;
    EXPECT_STATUS(zx_socket_accept(pair.a, &taken), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(zx_socket_accept(pair.a, NULL), ZX_ERR_NOT_SUPPORTED);
    EXPECT_EQ(taken, 7);
    // That comes before the peer.
    close_handle(pair.b);
    EXPECT_STATUS(zx_socket_share(pair.a, sent.b), ZX_ERR_NOT_SUPPORTED);
    close_handle(pair.a);
}

TEST(socket_share, to_a_closed_peer_closes_the_socket) {
    struct pair pair = make(ZX_SOCKET_HAS_ACCEPT), sent = make(0);
    close_handle(pair.b);
    EXPECT_STATUS(zx_socket_share(pair.a, sent.a), ZX_ERR_PEER_CLOSED);
    EXPECT(!is_valid(sent.a));
    EXPECT(has(sent.b, ZX_SOCKET_PEER_CLOSED));
    close_handle(sent.b);
    close_handle(pair.a);
}

TEST(socket_share, closes_what_it_refuses_for_its_type_or_right) {
    struct pair pair = make(ZX_SOCKET_HAS_ACCEPT), sent = make(0);
    zx_handle_t kept, event, fewer;
    // The right is looked at before the type.
    EXPECT_OK(zx_eventpair_create(0, &kept, &event));
    EXPECT_OK(zx_handle_replace(event, rights_of(event) & ~ZX_RIGHT_TRANSFER, &event));
    EXPECT_STATUS(zx_socket_share(pair.a, event), ZX_ERR_ACCESS_DENIED);
    EXPECT(!is_valid(event));
    EXPECT(has(kept, ZX_EVENTPAIR_PEER_CLOSED));
    close_handle(kept);
    EXPECT_OK(zx_eventpair_create(0, &kept, &event));
    EXPECT_STATUS(zx_socket_share(pair.a, event), ZX_ERR_WRONG_TYPE);
    EXPECT(!is_valid(event));
    EXPECT(has(kept, ZX_EVENTPAIR_PEER_CLOSED));
    close_handle(kept);
    fewer = without_rights(sent.a, ZX_RIGHT_TRANSFER);
    EXPECT_STATUS(zx_socket_share(pair.a, fewer), ZX_ERR_ACCESS_DENIED);
    EXPECT(!is_valid(fewer));
    EXPECT(!has(sent.b, ZX_SOCKET_PEER_CLOSED));
    // Nothing but the right to transfer is needed.
    EXPECT_OK(zx_handle_replace(sent.a, ZX_RIGHT_TRANSFER, &fewer));
    EXPECT_OK(zx_socket_share(pair.a, fewer));
    close_handle(sent.b);
    close_pair(pair);
}

TEST(socket_share, looks_at_its_own_handle_first_and_closes_the_other_all_the_same) {
    struct pair pair = make(ZX_SOCKET_HAS_ACCEPT), sent = make(0);
    zx_handle_t event;
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_STATUS(zx_socket_share(ZX_HANDLE_INVALID, sent.a), ZX_ERR_BAD_HANDLE);
    EXPECT(!is_valid(sent.a));
    EXPECT_STATUS(zx_socket_share(event, sent.b), ZX_ERR_WRONG_TYPE);
    EXPECT(!is_valid(sent.b));
    sent = make(0);
    zx_handle_t fewer = without_rights(pair.a, ZX_RIGHT_WRITE);
    EXPECT_STATUS(zx_socket_share(fewer, sent.a), ZX_ERR_ACCESS_DENIED);
    EXPECT(!is_valid(sent.a));
    close_handle(fewer);
    EXPECT_STATUS(zx_socket_share(ZX_HANDLE_INVALID, ZX_HANDLE_INVALID), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_socket_share(event, ZX_HANDLE_INVALID), ZX_ERR_WRONG_TYPE);
    close_handle(event);
    close_handle(sent.b);
    close_pair(pair);
}

static zx_handle_t sharing_end; // that handle_calls below use

static zx_status_t share_over(zx_handle_t handle) {
    zx_handle_t ends[2];
    EXPECT_OK(zx_socket_create(0, &ends[0], &ends[1]));
    zx_status_t status = zx_socket_share(handle, ends[0]);
    EXPECT(!is_valid(ends[0]));
    close_handle(ends[1]);
    return status;
}

static zx_status_t share_this(zx_handle_t handle) {
    return zx_socket_share(sharing_end, handle);
}

static zx_status_t accept_from(zx_handle_t handle) {
    zx_handle_t taken;
    return zx_socket_accept(handle, &taken);
}

TEST(socket_share, checks_its_handles) {
    struct pair pair = make(ZX_SOCKET_HAS_ACCEPT);
    expect_bad_handle(share_over);
    expect_wrong_type(share_over, ZX_OBJ_TYPE_SOCKET, ZX_OBJ_TYPE_SOCKET);
    expect_right(share_over, pair.a, ZX_RIGHT_WRITE, ZX_OK);
    sharing_end = pair.b;
    expect_bad_handle(share_this);
    close_pair(pair);
}

TEST(socket_accept, checks_its_handle) {
    struct pair pair = make(ZX_SOCKET_HAS_ACCEPT);
    expect_bad_handle(accept_from);
    expect_wrong_type(accept_from, ZX_OBJ_TYPE_SOCKET, ZX_OBJ_TYPE_SOCKET);
    expect_right(accept_from, pair.a, ZX_RIGHT_READ, ZX_ERR_SHOULD_WAIT);
    close_pair(pair);
}

TEST(socket_accept, gets_what_was_passed_before_the_peer_closed) {
    struct pair pair = make(ZX_SOCKET_HAS_ACCEPT), sent = make(0);
    EXPECT_OK(zx_socket_share(pair.a, sent.a));
    close_handle(pair.a);
    expect_signals(pair.b, ZX_SOCKET_PEER_CLOSED | ZX_SOCKET_ACCEPT | ZX_SOCKET_SHARE);
    EXPECT_OK(zx_socket_accept(pair.b, &sent.a));
    EXPECT_STATUS(zx_socket_accept(pair.b, &sent.a), ZX_ERR_SHOULD_WAIT);
    expect_signals(pair.b, ZX_SOCKET_PEER_CLOSED | ZX_SOCKET_SHARE);
    close_pair(sent);
    close_handle(pair.b);
}

TEST(socket_accept, closes_the_socket_if_its_handle_cannot_be_stored) {
    struct pair pair = make(ZX_SOCKET_HAS_ACCEPT);
    for (int which = 0; which < BAD_OUT_POINTERS; which++) {
        struct pair sent = make(0);
        zx_handle_t *bad = bad_pointer(which, sizeof(*bad));
        EXPECT_STATUS(zx_socket_accept(pair.b, bad), ZX_ERR_SHOULD_WAIT);
        EXPECT_OK(zx_socket_share(pair.a, sent.a));
        EXPECT_STATUS(zx_socket_accept(pair.b, bad), ZX_ERR_INVALID_ARGS);
        EXPECT(has(sent.b, ZX_SOCKET_PEER_CLOSED));
        expect_signals(pair.b, ZX_SOCKET_WRITABLE | ZX_SOCKET_SHARE);
        close_handle(sent.b);
    }
    close_pair(pair);
}

TEST(socket_accept, leaves_what_was_passed_to_die_with_the_end) {
    struct pair pair = make(ZX_SOCKET_HAS_ACCEPT), sent = make(0);
    EXPECT_OK(zx_socket_share(pair.a, sent.a));
    close_handle(pair.b);
    EXPECT(has(sent.b, ZX_SOCKET_PEER_CLOSED));
    close_handle(sent.b);
    close_handle(pair.a);
}

struct accept_context {
    zx_handle_t socket, taken;
};

static zx_status_t accept_into(void *context) {
    struct accept_context *from = context;
    return zx_socket_accept(from->socket, &from->taken);
}

TEST(socket_accept, leaves_the_socket_if_there_is_no_room_for_a_handle) {
    struct pair pair = make(ZX_SOCKET_HAS_ACCEPT), sent = make(0);
    EXPECT_OK(zx_socket_share(pair.a, sent.a));
    struct accept_context from = {pair.b, 7};
    // How much memory a handle needs is not said: at once, or with the first failures gone.
    libzircon_fail_allocation(1);
    zx_status_t status = accept_into(&from);
    libzircon_fail_allocation(0);
    if (status != ZX_OK) {
        EXPECT_STATUS(status, ZX_ERR_NO_MEMORY);
        EXPECT_EQ(from.taken, 7);
        EXPECT_OK(accept_into(&from));
    }
    close_handle(from.taken);
    close_handle(sent.b);
    close_pair(pair);
}

TEST(socket_share, ends_the_requests_for_packets_of_the_handle) {
    struct pair pair = make(ZX_SOCKET_HAS_ACCEPT), sent = make(0);
    zx_handle_t port, taken;
    zx_port_packet_t packet;
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_OK(zx_object_wait_async(sent.a, port, 1, ZX_SOCKET_READABLE, 0));
    EXPECT_OK(zx_socket_share(pair.a, sent.a));
    EXPECT_OK(zx_socket_accept(pair.b, &taken));
    write_text(sent.b, "x");
    EXPECT_STATUS(zx_port_wait(port, 0, &packet), ZX_ERR_TIMED_OUT);
    close_handle(taken);
    close_handle(sent.b);
    close_handle(port);
    close_pair(pair);
}

// --- many threads ---

enum { THREADS = 4, PER_THREAD = 2 << 20 };

struct traffic {
    zx_handle_t socket;
    uint32_t seed;
    size_t bytes; // to write; read so far
    uint64_t sum;
};

static zx_status_t wait_for_signal(zx_handle_t socket, zx_signals_t signals) {
    return zx_object_wait_one(socket, signals, ZX_TIME_INFINITE, NULL);
}

// Writes pieces of changing size, small and large, and sums up the bytes.
static int write_stream(void *argument) {
    struct traffic *traffic = argument;
    uint8_t *bytes = malloc(70000);
    uint32_t random = traffic->seed;
    size_t left = traffic->bytes;
    while (left > 0) {
        random = random * 1103515245 + 12345;
        size_t size = 1 + (random >> 8) % ((random & 7) == 0 ? 70000 : 900), done = 0;
        size = size < left ? size : left;
        for (size_t i = 0; i < size; i++) {
            bytes[i] = (uint8_t)(random + i);
            traffic->sum += bytes[i];
        }
        while (done < size) {
            size_t actual;
            zx_status_t status =
                zx_socket_write(traffic->socket, 0, bytes + done, size - done, &actual);
            if (status == ZX_OK) {
                done += actual;
            } else if (status == ZX_ERR_SHOULD_WAIT) {
                status = wait_for_signal(traffic->socket, ZX_SOCKET_WRITABLE);
            }
            if (status != ZX_OK) {
                free(bytes);
                return status;
            }
        }
        left -= size;
    }
    free(bytes);
    return ZX_OK;
}

// Reads until writing is switched off and nothing is left.
static int read_stream(void *argument) {
    struct traffic *traffic = argument;
    uint8_t *bytes = malloc(70000);
    uint32_t random = traffic->seed;
    zx_status_t status;
    do {
        size_t actual = 0;
        random = random * 1103515245 + 12345;
        size_t size = 1 + (random >> 8) % ((random & 7) == 0 ? 70000 : 900);
        status = zx_socket_read(traffic->socket, 0, bytes, size, &actual);
        for (size_t i = 0; status == ZX_OK && i < actual; i++) {
            traffic->sum += bytes[i];
        }
        traffic->bytes += status == ZX_OK ? actual : 0;
        if (status == ZX_ERR_SHOULD_WAIT) {
            status = wait_for_signal(traffic->socket,
                                     ZX_SOCKET_READABLE | ZX_SOCKET_PEER_WRITE_DISABLED);
        }
    } while (status == ZX_OK);
    free(bytes);
    return status;
}

TEST(socket_write, carries_much_from_many_writers_to_many_readers) {
    struct pair pair = make(0);
    struct test_thread writers[THREADS], readers[THREADS];
    struct traffic sent[THREADS], got[THREADS];
    for (uint32_t i = 0; i < THREADS; i++) {
        sent[i] = (struct traffic){pair.a, i + 1, PER_THREAD, 0};
        got[i] = (struct traffic){pair.b, i + 100, 0, 0};
        start_thread(&readers[i], read_stream, &got[i]);
        start_thread(&writers[i], write_stream, &sent[i]);
    }
    uint64_t sum = 0;
    size_t bytes = 0;
    for (int i = 0; i < THREADS; i++) {
        EXPECT_OK(finish_thread(&writers[i]));
        sum += sent[i].sum;
    }
    EXPECT_OK(zx_socket_shutdown(pair.a, ZX_SOCKET_SHUTDOWN_WRITE));
    for (int i = 0; i < THREADS; i++) {
        EXPECT_STATUS(finish_thread(&readers[i]), ZX_ERR_BAD_STATE);
        sum -= got[i].sum;
        bytes += got[i].bytes;
    }
    EXPECT_EQ(bytes, THREADS * PER_THREAD);
    EXPECT_EQ(sum, 0);
    expect_signals(pair.a, ZX_SOCKET_WRITE_DISABLED | (signals_of(pair.a) & ZX_SOCKET_WRITABLE));
    close_pair(pair);
}

TEST(socket_write, keeps_the_order_of_one_writer_for_one_reader) {
    struct pair pair = make(0);
    struct test_thread writer;
    struct traffic sent = {pair.a, 42, 4 << 20, 0};
    start_thread(&writer, write_stream, &sent);
    // The same numbers again, byte by byte.
    uint32_t random = 42;
    size_t left = sent.bytes, in_piece = 0, at = 0, wrong = 0;
    while (left > 0) {
        size_t actual;
        zx_status_t status = zx_socket_read(pair.b, 0, other, 1 + left % 20011, &actual);
        if (status == ZX_ERR_SHOULD_WAIT) {
            EXPECT_OK(wait_for_signal(pair.b, ZX_SOCKET_READABLE));
            continue;
        }
        EXPECT_OK(status);
        for (size_t i = 0; i < actual; i++) {
            if (at == in_piece) {
                random = random * 1103515245 + 12345;
                in_piece = 1 + (random >> 8) % ((random & 7) == 0 ? 70000 : 900);
                at = 0;
            }
            wrong += other[i] != (uint8_t)(random + at);
            at++;
        }
        left -= actual;
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_OK(finish_thread(&writer));
    close_pair(pair);
}

struct datagrams {
    zx_handle_t socket;
    uint32_t seed, count;
    uint64_t sum;
    int broken;
};

// A datagram is filled with one number, its size follows from it.
static size_t size_of_datagram(uint32_t number) {
    return 1 + number * 7919 % ((number & 15) == 0 ? 60000 : 700);
}

static int write_datagrams(void *argument) {
    struct datagrams *sent = argument;
    uint8_t *bytes = malloc(60000);
    zx_status_t status = ZX_OK;
    for (uint32_t i = 0; i < sent->count && status == ZX_OK; i++) {
        uint32_t number = (sent->seed + i * 13) & 0xff;
        size_t size = size_of_datagram(number);
        memset(bytes, (int)number, size);
        while ((status = zx_socket_write(sent->socket, 0, bytes, size, NULL)) ==
               ZX_ERR_SHOULD_WAIT) {
            zx_nanosleep(zx_deadline_after(10000)); // room there may be, but not enough
        }
        sent->sum += size;
    }
    free(bytes);
    return status;
}

static int read_datagrams(void *argument) {
    struct datagrams *got = argument;
    uint8_t *bytes = malloc(60001);
    for (;;) {
        size_t actual;
        zx_status_t status = zx_socket_read(got->socket, 0, bytes, 60001, &actual);
        if (status == ZX_ERR_SHOULD_WAIT) {
            status =
                wait_for_signal(got->socket, ZX_SOCKET_READABLE | ZX_SOCKET_PEER_WRITE_DISABLED);
            actual = 0;
        }
        if (status != ZX_OK) {
            free(bytes);
            return status;
        }
        if (actual > 0) {
            got->count++;
            got->sum += actual;
            got->broken += actual != size_of_datagram(bytes[0]);
            for (size_t i = 0; i < actual; i++) {
                got->broken += bytes[i] != bytes[0];
            }
        }
    }
}

TEST(socket_write, keeps_datagrams_whole_between_many_threads) {
    enum { COUNT = 400 };
    struct pair pair = make(ZX_SOCKET_DATAGRAM);
    struct test_thread writers[THREADS], readers[THREADS];
    struct datagrams sent[THREADS], got[THREADS];
    for (uint32_t i = 0; i < THREADS; i++) {
        sent[i] = (struct datagrams){pair.a, i * 50, COUNT, 0, 0};
        got[i] = (struct datagrams){pair.b, 0, 0, 0, 0};
        start_thread(&readers[i], read_datagrams, &got[i]);
        start_thread(&writers[i], write_datagrams, &sent[i]);
    }
    uint64_t sum = 0, count = 0;
    for (int i = 0; i < THREADS; i++) {
        EXPECT_OK(finish_thread(&writers[i]));
        sum += sent[i].sum;
    }
    EXPECT_OK(zx_socket_shutdown(pair.a, ZX_SOCKET_SHUTDOWN_WRITE));
    for (int i = 0; i < THREADS; i++) {
        EXPECT_STATUS(finish_thread(&readers[i]), ZX_ERR_BAD_STATE);
        EXPECT_EQ(got[i].broken, 0);
        sum -= got[i].sum;
        count += got[i].count;
    }
    EXPECT_EQ(count, THREADS * COUNT);
    EXPECT_EQ(sum, 0);
    close_pair(pair);
}

static _Atomic bool stop;

// Looks without taking until told to stop; what it sees must be what lies there.
static int peek_often(void *argument) {
    zx_handle_t socket = *(zx_handle_t *)argument;
    uint8_t *bytes = malloc(CAPACITY);
    int wrong = 0;
    while (!stop) {
        size_t actual;
        zx_status_t status = zx_socket_read(socket, ZX_SOCKET_PEEK, bytes, CAPACITY, &actual);
        wrong +=
            status == ZX_OK ? !counts_up(bytes, actual, bytes[0]) : status != ZX_ERR_SHOULD_WAIT;
    }
    free(bytes);
    return wrong;
}

TEST(socket_read, peeks_without_being_noticed) {
    struct pair pair = make(0);
    struct test_thread peekers[2];
    stop = false;
    for (int i = 0; i < 2; i++) {
        start_thread(&peekers[i], peek_often, &pair.b);
    }
    // All bytes are one more than those before, over all writes.
    uint8_t next_out = 0, next_in = 0;
    for (int round = 0; round < 50; round++) {
        size_t actual, waiting = 0;
        for (int i = 0; i < 5; i++) {
            for (size_t k = 0; k < 60000; k++) {
                big[k] = (uint8_t)(next_out + k);
            }
            zx_status_t status = zx_socket_write(pair.a, 0, big, 60000, &actual);
            size_t room = CAPACITY - waiting;
            EXPECT_STATUS(status, room > 0 ? ZX_OK : ZX_ERR_SHOULD_WAIT);
            EXPECT_EQ(actual, room < 60000 ? room : 60000);
            next_out = (uint8_t)(next_out + actual);
            waiting += actual;
        }
        EXPECT_EQ(info_of(pair.b).rx_buf_size, CAPACITY);
        EXPECT(!is_writable(pair.a));
        while (waiting > 0) {
            EXPECT_OK(zx_socket_read(pair.b, 0, other, 50000, &actual));
            EXPECT_EQ(actual, waiting < 50000 ? waiting : 50000);
            EXPECT(counts_up(other, actual, next_in));
            next_in = (uint8_t)(next_in + actual);
            waiting -= actual;
        }
        EXPECT(!is_readable(pair.b));
    }
    stop = true;
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(finish_thread(&peekers[i]), 0);
    }
    close_pair(pair);
}

static _Atomic uint64_t control_sum;

static int read_control_until_closed(void *argument) {
    zx_handle_t socket = *(zx_handle_t *)argument;
    while (!stop) {
        uint32_t number;
        size_t actual;
        zx_status_t status =
            zx_socket_read(socket, ZX_SOCKET_CONTROL, &number, sizeof(number), &actual);
        if (status == ZX_OK && actual == sizeof(number)) {
            control_sum += number;
        } else if (status != ZX_ERR_SHOULD_WAIT) {
            return status;
        }
    }
    return ZX_OK;
}

TEST(socket_read, gives_each_control_message_to_one_of_many_readers) {
    enum { MESSAGES = 20000 };
    struct pair pair = make(ZX_SOCKET_HAS_CONTROL);
    struct test_thread readers[THREADS];
    uint64_t sum = 0;
    stop = false;
    control_sum = 0;
    for (int i = 0; i < THREADS; i++) {
        start_thread(&readers[i], read_control_until_closed, &pair.b);
    }
    for (uint32_t i = 1; i <= MESSAGES; i++) {
        zx_status_t status;
        while ((status = zx_socket_write(pair.a, ZX_SOCKET_CONTROL, &i, sizeof(i), NULL)) ==
               ZX_ERR_SHOULD_WAIT) {
            EXPECT_OK(wait_for_signal(pair.a, ZX_SOCKET_CONTROL_WRITABLE));
        }
        EXPECT_OK(status);
        sum += i;
    }
    EXPECT_OK(wait_for_signal(pair.a, ZX_SOCKET_CONTROL_WRITABLE)); // the last is taken
    stop = true;
    for (int i = 0; i < THREADS; i++) {
        EXPECT_OK(finish_thread(&readers[i]));
    }
    EXPECT_EQ(control_sum, sum);
    close_pair(pair);
}

static int use_until_closed(void *argument) {
    zx_handle_t socket = *(zx_handle_t *)argument;
    uint8_t bytes[2000] = {0};
    for (;;) {
        zx_status_t status = zx_socket_write(socket, 0, bytes, sizeof(bytes), NULL);
        if (status == ZX_OK || status == ZX_ERR_SHOULD_WAIT) {
            status = zx_socket_read(socket, 0, bytes, sizeof(bytes), NULL);
        }
        if (status != ZX_OK && status != ZX_ERR_SHOULD_WAIT) {
            return status;
        }
    }
}

TEST(socket_write, may_race_with_closing) {
    for (int round = 0; round < 200; round++) {
        struct pair pair = make(0);
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

// --- information ---

TEST(object_get_info, tells_what_waits_in_a_socket) {
    struct pair pair = make(ZX_SOCKET_DATAGRAM | ZX_SOCKET_HAS_CONTROL);
    write_text(pair.a, "123");
    write_text(pair.a, "45678");
    write_text(pair.b, "x");
    zx_info_socket_t a = info_of(pair.a), b = info_of(pair.b);
    EXPECT_EQ(a.options, ZX_SOCKET_DATAGRAM | ZX_SOCKET_HAS_CONTROL);
    EXPECT_EQ(a.rx_buf_max, CAPACITY);
    EXPECT_EQ(a.rx_buf_size, 1);
    EXPECT_EQ(a.rx_buf_available, 1);
    EXPECT_EQ(a.tx_buf_max, CAPACITY);
    EXPECT_EQ(a.tx_buf_size, 8);
    EXPECT_EQ(b.rx_buf_size, 8);
    EXPECT_EQ(b.rx_buf_available, 3);
    EXPECT_EQ(b.tx_buf_size, 1);
    zx_handle_t fewer = without_rights(pair.a, ZX_RIGHT_INSPECT);
    zx_info_socket_t info;
    EXPECT_STATUS(zx_object_get_info(fewer, ZX_INFO_SOCKET, &info, sizeof(info), NULL, NULL),
                  ZX_ERR_ACCESS_DENIED);
    close_handle(fewer);
    close_pair(pair);
}
