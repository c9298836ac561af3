// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zircon/limits.h>

enum { MAX_BYTES = ZX_CHANNEL_MAX_MSG_BYTES, MAX_HANDLES = ZX_CHANNEL_MAX_MSG_HANDLES };

// --- helpers ---

static void make_channel(zx_handle_t *a, zx_handle_t *b) {
    EXPECT_OK(zx_channel_create(0, a, b));
}

static zx_handle_t make_event(void) {
    zx_handle_t event;
    EXPECT_OK(zx_event_create(0, &event));
    return event;
}

// An event pair: the test keeps the first end and sees on it that the second is closed.
static void make_witness(zx_handle_t *kept, zx_handle_t *sent) {
    EXPECT_OK(zx_eventpair_create(0, kept, sent));
}

static zx_signals_t signals_of(zx_handle_t handle) {
    zx_signals_t signals = 0;
    zx_status_t status = zx_object_wait_one(handle, 0, 0, &signals);
    EXPECT_STATUS(status, ZX_ERR_TIMED_OUT);
    return signals;
}

static bool is_closed(zx_handle_t witness) {
    return (signals_of(witness) & ZX_EVENTPAIR_PEER_CLOSED) != 0;
}

static zx_handle_t without(zx_handle_t handle, zx_rights_t rights) {
    zx_handle_t fewer;
    EXPECT_OK(zx_handle_replace(handle, rights_of(handle) & ~rights, &fewer));
    return fewer;
}

static void fill(uint8_t *bytes, size_t size, uint32_t seed) {
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(seed + i * 7 + (i >> 8));
    }
}

static void write_word(zx_handle_t channel, uint32_t word) {
    EXPECT_OK(zx_channel_write(channel, 0, &word, sizeof(word), NULL, 0));
}

static uint32_t read_word(zx_handle_t channel) {
    uint32_t word, bytes, handles;
    EXPECT_OK(zx_channel_read(channel, 0, &word, NULL, sizeof(word), 0, &bytes, &handles));
    EXPECT_EQ(bytes, sizeof(word));
    EXPECT_EQ(handles, 0);
    return word;
}

static void expect_empty(zx_handle_t channel) {
    EXPECT_STATUS(zx_channel_read(channel, 0, NULL, NULL, 0, 0, NULL, NULL), ZX_ERR_SHOULD_WAIT);
}

static void wait_readable(zx_handle_t channel) {
    EXPECT_OK(zx_object_wait_one(channel, ZX_CHANNEL_READABLE, ZX_TIME_INFINITE, NULL));
}

static void close_both(zx_handle_t a, zx_handle_t b) {
    close_handle(a);
    close_handle(b);
}

// Runs in a process of its own, for what leaves something behind by contract. The function returns
// 0 if all was well, else the number of a line.
static void run_apart(int (*function)(void)) {
    pid_t child = fork();
    EXPECT(child >= 0);
    if (child == 0) {
        _exit(function() == 0 ? 0 : 1);
    }
    int status;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

// --- channel_create ---

TEST(channel_create, makes_two_ends_that_know_each_other) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    EXPECT(a != b);
    EXPECT_EQ(type_of(a), ZX_OBJ_TYPE_CHANNEL);
    EXPECT_EQ(type_of(b), ZX_OBJ_TYPE_CHANNEL);
    EXPECT_EQ(rights_of(a), ZX_DEFAULT_CHANNEL_RIGHTS);
    EXPECT_EQ(rights_of(b), ZX_DEFAULT_CHANNEL_RIGHTS);
    EXPECT_EQ(rights_of(a) & ZX_RIGHT_DUPLICATE, 0);
    zx_info_handle_basic_t first, second;
    EXPECT_OK(zx_object_get_info(a, ZX_INFO_HANDLE_BASIC, &first, sizeof(first), NULL, NULL));
    EXPECT_OK(zx_object_get_info(b, ZX_INFO_HANDLE_BASIC, &second, sizeof(second), NULL, NULL));
    EXPECT(first.koid != second.koid);
    EXPECT_EQ(first.related_koid, second.koid);
    EXPECT_EQ(second.related_koid, first.koid);
    EXPECT_EQ(signals_of(a), ZX_CHANNEL_WRITABLE);
    EXPECT_EQ(signals_of(b), ZX_CHANNEL_WRITABLE);
    close_both(a, b);
}

TEST(channel_create, refuses_any_option) {
    zx_handle_t a = 1, b = 2;
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        EXPECT_STATUS(zx_channel_create(bit, &a, &b), ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(a, 1);
    EXPECT_EQ(b, 2);
}

TEST(channel_create, makes_neither_end_if_one_cannot_be_told) {
    zx_handle_t value = 0;
    EXPECT_STATUS(zx_channel_create(0, &value, NULL), ZX_ERR_INVALID_ARGS);
    EXPECT(value == 0 || !is_valid(value));
    value = 0;
    EXPECT_STATUS(zx_channel_create(0, bad_page(), &value), ZX_ERR_INVALID_ARGS);
    EXPECT(value == 0 || !is_valid(value));
    EXPECT_STATUS(zx_channel_create(0, read_only_page(), &value), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_channel_create(0, &value, end_of_page(sizeof(value) - 1)),
                  ZX_ERR_INVALID_ARGS);
}

TEST(channel_create, says_so_when_memory_is_used_up) {
    zx_status_t status = ZX_ERR_NO_MEMORY;
    uint32_t failures = 0;
    while (status == ZX_ERR_NO_MEMORY) {
        EXPECT(failures < 16);
        zx_handle_t a = 0, b = 0;
        libzircon_fail_allocation(++failures);
        status = zx_channel_create(0, &a, &b);
        libzircon_fail_allocation(0);
        if (status == ZX_OK) {
            close_both(a, b);
        }
    }
    EXPECT_OK(status);
    EXPECT(failures >= 4); // the channel and two handles
}

// --- what a message may be ---

TEST(channel_write, takes_every_size_up_to_the_limit) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    uint8_t *sent = malloc(MAX_BYTES + 1), *got = malloc(MAX_BYTES + 1);
    static const uint32_t sizes[] = {0,    1,    2,    3,     4,     5,     63,    64,
                                     65,   127,  128,  129,   255,   256,   257,   1023,
                                     1024, 1025, 2047, 2048,  2049,  4095,  4096,  4097,
                                     8191, 8192, 8193, 16384, 32767, 32768, 65535, 65536};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        uint32_t size = sizes[i], bytes = 99, handles = 99;
        fill(sent, size, size);
        memset(got, 0xee, MAX_BYTES + 1);
        EXPECT_OK(zx_channel_write(a, 0, sent, size, NULL, 0));
        EXPECT_OK(zx_channel_read(b, 0, got, NULL, MAX_BYTES + 1, 0, &bytes, &handles));
        EXPECT_EQ(bytes, size);
        EXPECT_EQ(handles, 0);
        EXPECT_EQ(memcmp(sent, got, size), 0);
        EXPECT_EQ(got[size], 0xee); // nothing is stored behind the message
    }
    for (uint32_t size = 0; size < 3000; size++) { // sizes next to each other, exact buffers
        uint32_t bytes;
        fill(sent, size, size);
        EXPECT_OK(zx_channel_write(b, 0, sent, size, NULL, 0));
        EXPECT_OK(zx_channel_read(a, 0, got, NULL, size, 0, &bytes, NULL));
        EXPECT_EQ(bytes, size);
        EXPECT_EQ(memcmp(sent, got, size), 0);
    }
    free(sent);
    free(got);
    close_both(a, b);
}

TEST(channel_write, refuses_too_many_bytes_and_closes_the_handles) {
    static const uint32_t sizes[] = {MAX_BYTES + 1, MAX_BYTES + 4096, UINT32_MAX};
    zx_handle_t a, b;
    make_channel(&a, &b);
    uint8_t *bytes = calloc(1, MAX_BYTES + 1);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        zx_handle_t kept, sent;
        make_witness(&kept, &sent);
        EXPECT_STATUS(zx_channel_write(a, 0, bytes, sizes[i], &sent, 1), ZX_ERR_OUT_OF_RANGE);
        EXPECT(!is_valid(sent));
        EXPECT(is_closed(kept));
        close_handle(kept);
    }
    expect_empty(b);
    free(bytes);
    close_both(a, b);
}

TEST(channel_write, takes_every_number_of_handles_up_to_the_limit) {
    zx_handle_t a, b, sent[MAX_HANDLES], got[MAX_HANDLES + 1];
    zx_koid_t koids[MAX_HANDLES];
    make_channel(&a, &b);
    for (uint32_t count = 0; count <= MAX_HANDLES; count++) {
        for (uint32_t i = 0; i < count; i++) {
            sent[i] = make_event();
            koids[i] = koid_of(sent[i]);
        }
        EXPECT_OK(zx_channel_write(a, 0, &count, sizeof(count), sent, count));
        for (uint32_t i = 0; i < count; i++) {
            EXPECT(!is_valid(sent[i]));
        }
        uint32_t word, bytes, handles;
        memset(got, 0xee, sizeof(got));
        EXPECT_OK(
            zx_channel_read(b, 0, &word, got, sizeof(word), MAX_HANDLES + 1, &bytes, &handles));
        EXPECT_EQ(word, count);
        EXPECT_EQ(handles, count);
        EXPECT_EQ(got[count], 0xeeeeeeee);
        for (uint32_t i = 0; i < count; i++) {
            EXPECT_EQ(koid_of(got[i]), koids[i]);
            EXPECT_EQ(rights_of(got[i]), ZX_DEFAULT_EVENT_RIGHTS);
            close_handle(got[i]);
        }
    }
    close_both(a, b);
}

TEST(channel_write, refuses_too_many_handles_and_closes_all_of_them) {
    static const uint32_t counts[] = {MAX_HANDLES + 1, 2 * MAX_HANDLES, 3 * MAX_HANDLES + 5};
    zx_handle_t a, b, sent[3 * MAX_HANDLES + 5];
    make_channel(&a, &b);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        for (uint32_t j = 0; j < counts[i]; j++) {
            sent[j] = make_event();
        }
        EXPECT_STATUS(zx_channel_write(a, 0, NULL, 0, sent, counts[i]), ZX_ERR_OUT_OF_RANGE);
        for (uint32_t j = 0; j < counts[i]; j++) {
            EXPECT(!is_valid(sent[j]));
        }
    }
    expect_empty(b);
    close_both(a, b);
}

TEST(channel_write, takes_the_largest_message_of_all) {
    zx_handle_t a, b, handles[MAX_HANDLES];
    make_channel(&a, &b);
    uint8_t *sent = malloc(MAX_BYTES), *got = malloc(MAX_BYTES);
    fill(sent, MAX_BYTES, 5);
    for (int i = 0; i < MAX_HANDLES; i++) {
        handles[i] = make_event();
    }
    EXPECT_OK(zx_channel_write(a, 0, sent, MAX_BYTES, handles, MAX_HANDLES));
    uint32_t bytes, count;
    EXPECT_OK(zx_channel_read(b, 0, got, handles, MAX_BYTES, MAX_HANDLES, &bytes, &count));
    EXPECT_EQ(bytes, MAX_BYTES);
    EXPECT_EQ(count, MAX_HANDLES);
    EXPECT_EQ(memcmp(sent, got, MAX_BYTES), 0);
    EXPECT_OK(zx_handle_close_many(handles, MAX_HANDLES));
    free(sent);
    free(got);
    close_both(a, b);
}

TEST(channel_write, keeps_the_order_in_both_directions) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    for (uint32_t i = 0; i < 2000; i++) {
        write_word(a, i);
        write_word(b, ~i);
    }
    for (uint32_t i = 0; i < 2000; i++) {
        EXPECT_EQ(read_word(b), i);
        EXPECT_EQ(read_word(a), ~i);
    }
    expect_empty(a);
    expect_empty(b);
    close_both(a, b);
}

TEST(channel_write, of_messages_never_read_leaves_nothing) {
    zx_handle_t a, b, kept, sent;
    make_channel(&a, &b);
    make_witness(&kept, &sent);
    for (uint32_t i = 0; i < 1000; i++) {
        zx_handle_t event = make_event();
        EXPECT_OK(zx_channel_write(a, 0, &i, sizeof(i), &event, 1));
    }
    EXPECT_OK(zx_channel_write(a, 0, NULL, 0, &sent, 1));
    EXPECT(!is_closed(kept));
    close_handle(b); // the reader's queue goes with it, although the writer is still open
    EXPECT(is_closed(kept));
    close_handle(a);
    close_handle(kept);
}

// --- signals and the end of an end ---

TEST(channel_read, moves_the_signals_of_its_end) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    write_word(a, 1);
    write_word(a, 2);
    EXPECT_EQ(signals_of(a), ZX_CHANNEL_WRITABLE);
    EXPECT_EQ(signals_of(b), ZX_CHANNEL_WRITABLE | ZX_CHANNEL_READABLE);
    (void)read_word(b);
    EXPECT_EQ(signals_of(b), ZX_CHANNEL_WRITABLE | ZX_CHANNEL_READABLE);
    (void)read_word(b);
    EXPECT_EQ(signals_of(b), ZX_CHANNEL_WRITABLE);
    close_handle(a);
    EXPECT_EQ(signals_of(b), ZX_CHANNEL_PEER_CLOSED);
    close_handle(b);
}

TEST(channel_read, finds_messages_that_came_before_the_peer_was_closed) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    write_word(a, 1);
    write_word(a, 2);
    close_handle(a);
    EXPECT_EQ(signals_of(b), ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED);
    EXPECT_EQ(read_word(b), 1);
    EXPECT_EQ(signals_of(b), ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED);
    EXPECT_EQ(read_word(b), 2);
    EXPECT_EQ(signals_of(b), ZX_CHANNEL_PEER_CLOSED);
    EXPECT_STATUS(zx_channel_read(b, 0, NULL, NULL, 0, 0, NULL, NULL), ZX_ERR_PEER_CLOSED);
    EXPECT_STATUS(zx_channel_read_etc(b, 0, NULL, NULL, 0, 0, NULL, NULL), ZX_ERR_PEER_CLOSED);
    close_handle(b);
}

TEST(channel_read, of_an_empty_channel_stores_nothing) {
    zx_handle_t a, b, handles[2] = {5, 6};
    uint32_t bytes = 7, count = 8;
    char buffer[4] = "abc";
    make_channel(&a, &b);
    for (uint32_t options = 0; options <= ZX_CHANNEL_READ_MAY_DISCARD; options++) {
        EXPECT_STATUS(zx_channel_read(b, options, buffer, handles, 4, 2, &bytes, &count),
                      ZX_ERR_SHOULD_WAIT);
    }
    EXPECT_STATUS(zx_channel_read_etc(b, 0, buffer, NULL, 4, 0, &bytes, &count),
                  ZX_ERR_SHOULD_WAIT);
    EXPECT_EQ(bytes, 7);
    EXPECT_EQ(count, 8);
    EXPECT_EQ(handles[0], 5);
    EXPECT_EQ(strcmp(buffer, "abc"), 0);
    close_both(a, b);
}

TEST(channel_write, to_a_closed_peer_closes_the_handles) {
    zx_handle_t a, b, kept, sent;
    make_channel(&a, &b);
    make_witness(&kept, &sent);
    close_handle(b);
    EXPECT_STATUS(zx_channel_write(a, 0, "x", 1, &sent, 1), ZX_ERR_PEER_CLOSED);
    EXPECT(!is_valid(sent));
    EXPECT(is_closed(kept));
    close_handle(kept);
    close_handle(a);
}

// --- buffers of the wrong size, options ---

TEST(channel_read, leaves_a_message_that_does_not_fit) {
    zx_handle_t a, b, event = make_event(), handles[2] = {1, 1};
    zx_koid_t koid = koid_of(event);
    make_channel(&a, &b);
    EXPECT_OK(zx_channel_write(a, 0, "hello", 5, &event, 1));
    char buffer[8];
    static const struct {
        uint32_t bytes, handles;
    } rooms[] = {{4, 1}, {5, 0}, {4, 0}, {0, 0}, {0, 1}};
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        uint32_t bytes = 0, count = 0;
        memset(buffer, 'z', sizeof(buffer));
        EXPECT_STATUS(zx_channel_read(b, 0, buffer, handles, rooms[i].bytes, rooms[i].handles,
                                      &bytes, &count),
                      ZX_ERR_BUFFER_TOO_SMALL);
        EXPECT_EQ(bytes, 5);
        EXPECT_EQ(count, 1);
        EXPECT_EQ(buffer[0], 'z');
        EXPECT_EQ(handles[0], 1);
        zx_handle_info_t info = {.handle = 1};
        bytes = count = 0;
        EXPECT_STATUS(zx_channel_read_etc(b, 0, buffer, &info, rooms[i].bytes, rooms[i].handles,
                                          &bytes, &count),
                      ZX_ERR_BUFFER_TOO_SMALL);
        EXPECT_EQ(bytes, 5);
        EXPECT_EQ(count, 1);
        EXPECT_EQ(info.handle, 1);
        EXPECT_STATUS(
            zx_channel_read(b, 0, buffer, handles, rooms[i].bytes, rooms[i].handles, NULL, NULL),
            ZX_ERR_BUFFER_TOO_SMALL);
    }
    // The sizes cannot be stored: that is another error, but the message stays as well.
    EXPECT_STATUS(zx_channel_read(b, 0, NULL, NULL, 0, 0, bad_page(), NULL), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_channel_read(b, 0, NULL, NULL, 0, 0, NULL, bad_page()), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_channel_read(b, 0, buffer, handles, 5, 1, NULL, NULL));
    EXPECT_EQ(memcmp(buffer, "hello", 5), 0);
    EXPECT_EQ(koid_of(handles[0]), koid);
    close_handle(handles[0]);
    close_both(a, b);
}

TEST(channel_read, may_discard_a_message_that_does_not_fit) {
    zx_handle_t a, b, kept, sent;
    make_channel(&a, &b);
    for (int form = 0; form < 2; form++) {
        make_witness(&kept, &sent);
        EXPECT_OK(zx_channel_write(a, 0, "hello", 5, &sent, 1));
        write_word(a, 77);
        uint32_t bytes = 0, count = 0;
        zx_status_t status = form == 0 ? zx_channel_read(b, ZX_CHANNEL_READ_MAY_DISCARD, NULL, NULL,
                                                         4, 1, &bytes, &count)
                                       : zx_channel_read_etc(b, ZX_CHANNEL_READ_MAY_DISCARD, NULL,
                                                             NULL, 5, 0, &bytes, &count);
        EXPECT_STATUS(status, ZX_ERR_BUFFER_TOO_SMALL);
        EXPECT_EQ(bytes, 5);
        EXPECT_EQ(count, 1);
        EXPECT(is_closed(kept));
        close_handle(kept);
        EXPECT_EQ(read_word(b), 77);
        EXPECT_EQ(signals_of(b), ZX_CHANNEL_WRITABLE);
    }
    // One that fits is read as always.
    write_word(a, 78);
    uint32_t word;
    EXPECT_OK(zx_channel_read(b, ZX_CHANNEL_READ_MAY_DISCARD, &word, NULL, 4, 0, NULL, NULL));
    EXPECT_EQ(word, 78);
    // The last message is discarded: nothing is readable any more.
    write_word(a, 79);
    EXPECT_STATUS(zx_channel_read(b, ZX_CHANNEL_READ_MAY_DISCARD, NULL, NULL, 0, 0, NULL, NULL),
                  ZX_ERR_BUFFER_TOO_SMALL);
    EXPECT_EQ(signals_of(b), ZX_CHANNEL_WRITABLE);
    expect_empty(b);
    close_both(a, b);
}

TEST(channel_read, looks_at_the_handle_before_the_options) {
    zx_handle_t a, b, event = make_event();
    make_channel(&a, &b);
    write_word(a, 1);
    uint32_t word;
    for (uint32_t bit = 2; bit != 0; bit <<= 1) {
        EXPECT_STATUS(zx_channel_read(b, bit, &word, NULL, 4, 0, NULL, NULL), ZX_ERR_NOT_SUPPORTED);
        EXPECT_STATUS(zx_channel_read_etc(b, bit | 1, &word, NULL, 4, 0, NULL, NULL),
                      ZX_ERR_NOT_SUPPORTED);
    }
    EXPECT_STATUS(zx_channel_read(ZX_HANDLE_INVALID, 2, &word, NULL, 4, 0, NULL, NULL),
                  ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_channel_read(event, 2, &word, NULL, 4, 0, NULL, NULL), ZX_ERR_WRONG_TYPE);
    b = without(b, ZX_RIGHT_READ);
    EXPECT_STATUS(zx_channel_read(b, 2, &word, NULL, 4, 0, NULL, NULL), ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_channel_read_etc(b, 2, &word, NULL, 4, 0, NULL, NULL), ZX_ERR_ACCESS_DENIED);
    close_handle(event);
    close_both(a, b);
}

TEST(channel_read, takes_null_for_what_a_message_does_not_have) {
    zx_handle_t a, b, event;
    make_channel(&a, &b);
    EXPECT_OK(zx_channel_write(a, 0, NULL, 0, NULL, 0));
    EXPECT_OK(zx_channel_read(b, 0, NULL, NULL, 0, 0, NULL, NULL));
    EXPECT_OK(zx_channel_write(a, 0, NULL, 0, NULL, 0));
    EXPECT_OK(zx_channel_read(b, 0, NULL, NULL, 100, 10, NULL, NULL)); // room that is not there
    event = make_event();
    EXPECT_OK(zx_channel_write(a, 0, NULL, 0, &event, 1));
    EXPECT_OK(zx_channel_read(b, 0, NULL, &event, 100, 1, NULL, NULL));
    close_handle(event);
    write_word(a, 5);
    uint32_t word;
    EXPECT_OK(zx_channel_read_etc(b, 0, &word, NULL, 4, 1, NULL, NULL));
    EXPECT_EQ(word, 5);
    close_both(a, b);
}

// --- pointers ---

TEST(channel_read, loses_a_message_whose_sizes_or_bytes_cannot_be_stored) {
    zx_handle_t a, b, kept, sent, got;
    make_channel(&a, &b);
    char buffer[8];
    for (int broken = 0; broken < 4; broken++) {
        for (int form = 0; form < 2; form++) {
            make_witness(&kept, &sent);
            EXPECT_OK(zx_channel_write(a, 0, "hello", 5, &sent, 1));
            write_word(a, 3);
            void *bytes = broken == 0 ? bad_page() : broken == 3 ? end_of_page(4) : buffer;
            uint32_t *actual_bytes = broken == 1 ? read_only_page() : NULL;
            uint32_t *actual_handles = broken == 2 ? end_of_page(3) : NULL;
            zx_handle_info_t info;
            zx_status_t status =
                form == 0
                    ? zx_channel_read(b, 0, bytes, &got, 5, 1, actual_bytes, actual_handles)
                    : zx_channel_read_etc(b, 0, bytes, &info, 5, 1, actual_bytes, actual_handles);
            EXPECT_STATUS(status, ZX_ERR_INVALID_ARGS);
            EXPECT(is_closed(kept));
            close_handle(kept);
            EXPECT_EQ(read_word(b), 3);
        }
    }
    close_both(a, b);
}

static int read_without_place_for_handles(void) {
    zx_handle_t a, b, sent[2];
    uint32_t before = libzircon_count_handles();
    uint32_t word = 6, got = 0;
    if (zx_channel_create(0, &a, &b) != ZX_OK || zx_event_create(0, &sent[0]) != ZX_OK ||
        zx_event_create(0, &sent[1]) != ZX_OK ||
        zx_channel_write(a, 0, &word, sizeof(word), sent, 2) != ZX_OK) {
        return __LINE__;
    }
    if (zx_channel_read(b, 0, &got, NULL, sizeof(got), 2, NULL, NULL) != ZX_OK || got != word) {
        return __LINE__;
    }
    // Both events are the process's again, under values that it does not know.
    if (libzircon_count_handles() != before + 4) {
        return __LINE__;
    }
    expect_empty(b);
    return 0;
}

TEST(channel_read, succeeds_if_only_the_handles_cannot_be_stored) {
    run_apart(read_without_place_for_handles);
}

TEST(channel_read, stores_the_bytes_before_the_handles) {
    zx_handle_t a, b, event = make_event();
    zx_koid_t koid = koid_of(event);
    make_channel(&a, &b);
    EXPECT_OK(zx_channel_write(a, 0, "abcdefgh", 8, &event, 1));
    char buffer[8] __attribute__((aligned(8)));
    EXPECT_OK(zx_channel_read(b, 0, buffer, (zx_handle_t *)(void *)buffer, 8, 1, NULL, NULL));
    memcpy(&event, buffer, sizeof(event));
    EXPECT_EQ(koid_of(event), koid);
    EXPECT_EQ(memcmp(buffer + 4, "efgh", 4), 0);
    close_handle(event);
    close_both(a, b);
}

TEST(channel_read, stays_as_it_is_when_no_handle_slot_is_left) {
    zx_handle_t a, b, sent[2] = {make_event(), make_event()}, got[2];
    make_channel(&a, &b);
    write_word(b, 1);
    EXPECT_OK(zx_channel_write(a, 0, "x", 1, sent, 2));
    char byte;
    for (uint32_t n = 1; n <= 2; n++) {
        libzircon_fail_allocation(n);
        zx_status_t status = zx_channel_read(b, 0, &byte, got, 1, 2, NULL, NULL);
        libzircon_fail_allocation(0);
        EXPECT_STATUS(status, ZX_ERR_NO_MEMORY);
        zx_handle_info_t infos[2];
        libzircon_fail_allocation(n);
        status = zx_channel_read_etc(b, 0, &byte, infos, 1, 2, NULL, NULL);
        libzircon_fail_allocation(0);
        EXPECT_STATUS(status, ZX_ERR_NO_MEMORY);
        EXPECT_EQ(signals_of(b), ZX_CHANNEL_WRITABLE | ZX_CHANNEL_READABLE);
    }
    EXPECT_OK(zx_channel_read(b, 0, &byte, got, 1, 2, NULL, NULL));
    EXPECT_OK(zx_handle_close_many(got, 2));
    close_both(a, b);
}

// --- the handles of a message ---

TEST(channel_read, gives_handles_the_rights_they_were_sent_with) {
    zx_handle_t a, b, sent[3], got[3];
    make_channel(&a, &b);
    sent[0] = make_event();
    sent[1] = without(make_event(), ZX_RIGHT_WAIT);
    sent[2] = without(make_event(), ZX_DEFAULT_EVENT_RIGHTS & ~ZX_RIGHT_TRANSFER);
    EXPECT_OK(zx_channel_write(a, 0, NULL, 0, sent, 3));
    EXPECT_OK(zx_channel_read(b, 0, NULL, got, 0, 3, NULL, NULL));
    EXPECT_EQ(rights_of(got[0]), ZX_DEFAULT_EVENT_RIGHTS);
    EXPECT_EQ(rights_of(got[1]), ZX_DEFAULT_EVENT_RIGHTS & ~ZX_RIGHT_WAIT);
    EXPECT_EQ(rights_of(got[2]), ZX_RIGHT_TRANSFER);
    EXPECT_OK(zx_handle_close_many(got, 3));
    close_both(a, b);
}

TEST(channel_read, ends_waits_that_began_with_the_sent_handle) {
    zx_handle_t a, b, event = make_event(), port;
    make_channel(&a, &b);
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_OK(zx_object_wait_async(event, port, 1, ZX_EVENT_SIGNALED, 0));
    EXPECT_OK(zx_channel_write(a, 0, NULL, 0, &event, 1));
    EXPECT_OK(zx_channel_read(b, 0, NULL, &event, 0, 1, NULL, NULL));
    EXPECT_OK(zx_object_signal(event, 0, ZX_EVENT_SIGNALED));
    zx_port_packet_t packet;
    EXPECT_STATUS(zx_port_wait(port, 0, &packet), ZX_ERR_TIMED_OUT);
    close_handle(event);
    close_handle(port);
    close_both(a, b);
}

TEST(channel_read_etc, tells_type_and_rights_of_each_handle) {
    zx_handle_t a, b, c, d, sent[3];
    make_channel(&a, &b);
    make_channel(&c, &d);
    sent[0] = make_event();
    sent[1] = without(make_event(), ZX_RIGHT_SIGNAL);
    sent[2] = c;
    zx_koid_t koid = koid_of(c);
    EXPECT_OK(zx_channel_write(a, 0, "abc", 3, sent, 3));
    zx_handle_info_t got[4];
    memset(got, 0xee, sizeof(got));
    char buffer[3];
    uint32_t bytes, count;
    EXPECT_OK(zx_channel_read_etc(b, 0, buffer, got, 3, 4, &bytes, &count));
    EXPECT_EQ(bytes, 3);
    EXPECT_EQ(count, 3);
    EXPECT_EQ(memcmp(buffer, "abc", 3), 0);
    EXPECT_EQ(got[0].type, ZX_OBJ_TYPE_EVENT);
    EXPECT_EQ(got[0].rights, ZX_DEFAULT_EVENT_RIGHTS);
    EXPECT_EQ(got[0].unused, 0);
    EXPECT_EQ(got[1].type, ZX_OBJ_TYPE_EVENT);
    EXPECT_EQ(got[1].rights, ZX_DEFAULT_EVENT_RIGHTS & ~ZX_RIGHT_SIGNAL);
    EXPECT_EQ(got[2].type, ZX_OBJ_TYPE_CHANNEL);
    EXPECT_EQ(got[2].rights, ZX_DEFAULT_CHANNEL_RIGHTS);
    EXPECT_EQ(koid_of(got[2].handle), koid);
    EXPECT_EQ(got[3].handle, 0xeeeeeeee);
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(rights_of(got[i].handle), got[i].rights);
        close_handle(got[i].handle);
    }
    close_handle(d);
    close_both(a, b);
}

TEST(channel_write, closes_the_handles_whatever_the_failure) {
    zx_handle_t a, b, no_write, other, event = make_event();
    make_channel(&a, &b);
    make_channel(&no_write, &other);
    no_write = without(no_write, ZX_RIGHT_WRITE);
    const struct {
        zx_handle_t channel;
        uint32_t options;
        const void *bytes;
        uint32_t size;
        zx_status_t status;
    } failures[] = {
        {a, 1, "x", 1, ZX_ERR_INVALID_ARGS},
        {a, UINT32_MAX, "x", 1, ZX_ERR_INVALID_ARGS},
        {ZX_HANDLE_INVALID, 0, "x", 1, ZX_ERR_BAD_HANDLE},
        {ZX_HANDLE_INVALID, 1, "x", 1, ZX_ERR_INVALID_ARGS},
        {event, 0, "x", 1, ZX_ERR_WRONG_TYPE},
        {no_write, 0, "x", 1, ZX_ERR_ACCESS_DENIED},
        {no_write, 0, "x", MAX_BYTES + 1, ZX_ERR_ACCESS_DENIED},
        {a, 0, "x", MAX_BYTES + 1, ZX_ERR_OUT_OF_RANGE},
        {a, 0, NULL, 1, ZX_ERR_INVALID_ARGS},
        {a, 0, bad_page(), 1, ZX_ERR_INVALID_ARGS},
        {a, 0, end_of_page(4), 5, ZX_ERR_INVALID_ARGS},
        {a, 0, bad_page(), MAX_BYTES + 1, ZX_ERR_OUT_OF_RANGE},
    };
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        zx_handle_t kept, sent[2] = {make_event()};
        make_witness(&kept, &sent[1]);
        EXPECT_STATUS(zx_channel_write(failures[i].channel, failures[i].options, failures[i].bytes,
                                       failures[i].size, sent, 2),
                      failures[i].status);
        EXPECT(!is_valid(sent[0]));
        EXPECT(!is_valid(sent[1]));
        EXPECT(is_closed(kept));
        close_handle(kept);
    }
    expect_empty(b);
    close_handle(event);
    close_both(no_write, other);
    close_both(a, b);
}

TEST(channel_write, closes_the_good_handles_beside_a_bad_one) {
    zx_handle_t a, b, closed = make_event();
    make_channel(&a, &b);
    close_handle(closed);
    for (int bad = 0; bad < 3; bad++) {
        for (int place = 0; place < 3; place++) {
            zx_handle_t kept[3], sent[3];
            for (int i = 0; i < 3; i++) {
                make_witness(&kept[i], &sent[i]);
            }
            if (bad == 2) {
                sent[place] = without(sent[place], ZX_RIGHT_TRANSFER);
            } else {
                close_handle(sent[place]);
                sent[place] = bad == 0 ? ZX_HANDLE_INVALID : closed;
            }
            EXPECT_STATUS(zx_channel_write(a, 0, "x", 1, sent, 3),
                          bad == 2 ? ZX_ERR_ACCESS_DENIED : ZX_ERR_BAD_HANDLE);
            for (int i = 0; i < 3; i++) {
                EXPECT(is_closed(kept[i])); // also the one that could not be sent
                close_handle(kept[i]);
            }
        }
    }
    expect_empty(b);
    close_both(a, b);
}

TEST(channel_write, reports_the_first_handle_with_a_fault) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    zx_handle_t first[] = {make_event(), without(make_event(), ZX_RIGHT_TRANSFER),
                           ZX_HANDLE_INVALID};
    EXPECT_STATUS(zx_channel_write(a, 0, NULL, 0, first, 3), ZX_ERR_ACCESS_DENIED);
    zx_handle_t second[] = {make_event(), ZX_HANDLE_INVALID,
                            without(make_event(), ZX_RIGHT_TRANSFER)};
    EXPECT_STATUS(zx_channel_write(a, 0, NULL, 0, second, 3), ZX_ERR_BAD_HANDLE);
    expect_empty(b);
    close_both(a, b);
}

TEST(channel_write, refuses_a_handle_that_stands_twice) {
    zx_handle_t a, b, kept, sent;
    make_channel(&a, &b);
    make_witness(&kept, &sent);
    zx_handle_t twice[] = {sent, make_event(), sent};
    EXPECT_STATUS(zx_channel_write(a, 0, NULL, 0, twice, 3), ZX_ERR_BAD_HANDLE);
    EXPECT(is_closed(kept));
    EXPECT(!is_valid(twice[1]));
    expect_empty(b);
    close_handle(kept);
    close_both(a, b);
}

TEST(channel_write, leaves_the_handles_if_their_array_cannot_be_read) {
    zx_handle_t a, b, event = make_event();
    make_channel(&a, &b);
    EXPECT_STATUS(zx_channel_write(a, 0, "x", 1, NULL, 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_channel_write(a, 0, "x", 1, bad_page(), 1), ZX_ERR_INVALID_ARGS);
    zx_handle_t *array = end_of_page(2 * sizeof(zx_handle_t));
    array[0] = event;
    array[1] = make_event();
    EXPECT_STATUS(zx_channel_write(a, 0, "x", 1, array, 3), ZX_ERR_INVALID_ARGS);
    EXPECT(is_valid(array[0]));
    EXPECT(is_valid(array[1]));
    // With an error found earlier the array is read all the same, and the error stays what it was.
    EXPECT_STATUS(zx_channel_write(ZX_HANDLE_INVALID, 0, "x", 1, array, 3), ZX_ERR_BAD_HANDLE);
    EXPECT(is_valid(array[0]));
    EXPECT_STATUS(zx_channel_write(a, 0, "x", 1, bad_page(), MAX_HANDLES + 1), ZX_ERR_OUT_OF_RANGE);
    expect_empty(b);
    EXPECT_OK(zx_handle_close_many(array, 2));

    // Too many handles are closed in portions of 64, as far as the array can be read.
    zx_handle_t *long_array = end_of_page((MAX_HANDLES + 1) * sizeof(zx_handle_t));
    for (int i = 0; i <= MAX_HANDLES; i++) {
        long_array[i] = make_event();
    }
    EXPECT_STATUS(zx_channel_write(a, 0, "x", 1, long_array, MAX_HANDLES + 2), ZX_ERR_OUT_OF_RANGE);
    EXPECT(!is_valid(long_array[0]));
    EXPECT(!is_valid(long_array[MAX_HANDLES - 1]));
    EXPECT(is_valid(long_array[MAX_HANDLES]));
    close_handle(long_array[MAX_HANDLES]);
    close_both(a, b);
}

TEST(channel_write, refuses_to_send_a_channel_through_itself) {
    zx_handle_t a, b, kept, sent;
    make_channel(&a, &b);
    make_witness(&kept, &sent);
    zx_handle_t handles[] = {sent, a};
    EXPECT_STATUS(zx_channel_write(a, 0, "x", 1, handles, 2), ZX_ERR_NOT_SUPPORTED);
    EXPECT(is_closed(kept));
    EXPECT(!is_valid(a)); // closed like every handle of a write that fails
    EXPECT_EQ(signals_of(b), ZX_CHANNEL_PEER_CLOSED);
    close_handle(kept);
    close_handle(b);
}

TEST(channel_write, sends_the_opposite_end_along_another_channel) {
    zx_handle_t a, b, c, d;
    make_channel(&a, &b);
    make_channel(&c, &d);
    write_word(a, 11);
    EXPECT_OK(zx_channel_write(c, 0, NULL, 0, &b, 1));
    write_word(a, 12); // while the reading end is under way
    EXPECT_OK(zx_channel_read(d, 0, NULL, &b, 0, 1, NULL, NULL));
    EXPECT_EQ(read_word(b), 11);
    EXPECT_EQ(read_word(b), 12);
    close_both(a, b);
    close_both(c, d);
}

TEST(channel_write, says_so_when_memory_is_used_up) {
    zx_handle_t a, b, kept, sent;
    make_channel(&a, &b);
    make_witness(&kept, &sent);
    libzircon_fail_allocation(1);
    zx_status_t status = zx_channel_write(a, 0, "x", 1, &sent, 1);
    libzircon_fail_allocation(0);
    EXPECT_STATUS(status, ZX_ERR_NO_MEMORY);
    EXPECT(is_closed(kept));
    close_handle(kept);
    expect_empty(b);
    close_both(a, b);
}

TEST(channel_write, of_channels_nested_deeply_can_be_closed) {
    enum { DEPTH = 10000 };
    zx_handle_t outer_a, outer_b, kept, sent;
    make_witness(&kept, &sent);
    make_channel(&outer_a, &outer_b);
    EXPECT_OK(zx_channel_write(outer_a, 0, NULL, 0, &sent, 1));
    for (int i = 0; i < DEPTH; i++) {
        zx_handle_t a, b;
        make_channel(&a, &b);
        zx_handle_t inner[] = {outer_a, outer_b};
        EXPECT_OK(zx_channel_write(a, 0, NULL, 0, inner, i % 2 == 0 ? 2 : 1));
        if (i % 2 != 0) { // the opposite end travels in a message of its own
            EXPECT_OK(zx_channel_write(a, 0, NULL, 0, &outer_b, 1));
        }
        outer_a = a;
        outer_b = b;
    }
    EXPECT(!is_closed(kept));
    close_handle(outer_a);
    EXPECT(!is_closed(kept));
    close_handle(outer_b);
    EXPECT(is_closed(kept)); // the innermost message is gone
    close_handle(kept);
}

static int write_until_closed(void *argument) {
    zx_handle_t channel = *(zx_handle_t *)argument;
    zx_status_t status = ZX_OK;
    while (status == ZX_OK) {
        zx_handle_t event;
        status = zx_event_create(0, &event);
        if (status == ZX_OK) {
            status = zx_channel_write(channel, 0, "x", 1, &event, 1);
        }
    }
    return status;
}

static int read_until_closed(void *argument) {
    zx_handle_t channel = *(zx_handle_t *)argument;
    for (;;) {
        zx_handle_t event;
        char byte;
        zx_status_t status = zx_channel_read(channel, 0, &byte, &event, 1, 1, NULL, NULL);
        if (status == ZX_OK) {
            status = zx_handle_close(event);
        } else if (status == ZX_ERR_SHOULD_WAIT) {
            status = zx_object_wait_one(channel, ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED,
                                        ZX_TIME_INFINITE, NULL);
        }
        if (status != ZX_OK) {
            return status;
        }
    }
}

TEST(channel_write, may_race_with_reading_and_closing) {
    for (int round = 0; round < 20; round++) {
        zx_handle_t a, b;
        make_channel(&a, &b);
        struct test_thread writers[2], readers[2];
        for (int i = 0; i < 2; i++) {
            start_thread(&readers[i], read_until_closed, &b);
            start_thread(&writers[i], write_until_closed, &a);
        }
        for (int i = 0; i < round; i++) {
            write_word(b, (uint32_t)i);
            (void)read_word(a);
        }
        close_handle(a);
        for (int i = 0; i < 2; i++) {
            EXPECT_STATUS(finish_thread(&writers[i]), ZX_ERR_BAD_HANDLE);
            EXPECT_STATUS(finish_thread(&readers[i]), ZX_ERR_PEER_CLOSED);
        }
        close_handle(b);
    }
}

// --- write_etc ---

static zx_handle_disposition_t disposition(zx_handle_op_t operation, zx_handle_t handle,
                                           zx_obj_type_t type, zx_rights_t rights) {
    return (zx_handle_disposition_t){
        .operation = operation, .handle = handle, .type = type, .rights = rights, .result = ZX_OK};
}

TEST(channel_write_etc, moves_and_duplicates) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    const zx_rights_t few = ZX_RIGHT_WAIT | ZX_RIGHT_TRANSFER;
    zx_handle_t events[5];
    zx_koid_t koids[5];
    for (int i = 0; i < 5; i++) {
        events[i] = make_event();
        koids[i] = koid_of(events[i]);
    }
    zx_handle_disposition_t items[] = {
        disposition(ZX_HANDLE_OP_MOVE, events[0], ZX_OBJ_TYPE_NONE, ZX_RIGHT_SAME_RIGHTS),
        disposition(ZX_HANDLE_OP_MOVE, events[1], ZX_OBJ_TYPE_EVENT, few),
        disposition(ZX_HANDLE_OP_DUPLICATE, events[2], ZX_OBJ_TYPE_EVENT, ZX_RIGHT_SAME_RIGHTS),
        disposition(ZX_HANDLE_OP_DUPLICATE, events[3], ZX_OBJ_TYPE_NONE, few),
        disposition(ZX_HANDLE_OP_MOVE, events[4], ZX_OBJ_TYPE_NONE, ZX_RIGHT_WAIT),
        disposition(ZX_HANDLE_OP_DUPLICATE, events[2], ZX_OBJ_TYPE_NONE, ZX_RIGHT_NONE),
    };
    EXPECT_OK(zx_channel_write_etc(a, 0, "abc", 3, items, 6));
    const zx_rights_t all = ZX_DEFAULT_EVENT_RIGHTS;
    const zx_rights_t expected[] = {all, few, all, few, ZX_RIGHT_WAIT, ZX_RIGHT_NONE};
    const int from[] = {0, 1, 2, 3, 4, 2};
    zx_handle_t got[6];
    char buffer[3];
    EXPECT_OK(zx_channel_read(b, 0, buffer, got, 3, 6, NULL, NULL));
    EXPECT_EQ(memcmp(buffer, "abc", 3), 0);
    for (int i = 0; i < 6; i++) {
        EXPECT_OK(items[i].result);
        EXPECT_EQ(rights_of(got[i]), expected[i]);
        EXPECT_EQ(koid_of(got[i]), koids[from[i]]);
        EXPECT_EQ(is_valid(items[i].handle), items[i].operation == ZX_HANDLE_OP_DUPLICATE);
    }
    EXPECT_OK(zx_handle_close_many(got, 6));
    close_handle(events[2]);
    close_handle(events[3]);
    close_both(a, b);
}

TEST(channel_write_etc, sends_bytes_alone_and_full_messages) {
    zx_handle_t a, b, event = make_event();
    make_channel(&a, &b);
    EXPECT_OK(zx_channel_write_etc(a, 0, NULL, 0, NULL, 0));
    EXPECT_OK(zx_channel_read(b, 0, NULL, NULL, 0, 0, NULL, NULL));
    zx_handle_disposition_t items[MAX_HANDLES];
    for (int i = 0; i < MAX_HANDLES; i++) {
        items[i] =
            disposition(ZX_HANDLE_OP_DUPLICATE, event, ZX_OBJ_TYPE_EVENT, ZX_RIGHT_SAME_RIGHTS);
    }
    uint8_t *bytes = calloc(1, MAX_BYTES);
    EXPECT_OK(zx_channel_write_etc(a, 0, bytes, MAX_BYTES, items, MAX_HANDLES));
    zx_handle_t got[MAX_HANDLES];
    EXPECT_OK(zx_channel_read(b, 0, bytes, got, MAX_BYTES, MAX_HANDLES, NULL, NULL));
    EXPECT_OK(zx_handle_close_many(got, MAX_HANDLES));
    free(bytes);
    close_handle(event);
    close_both(a, b);
}

TEST(channel_write_etc, stores_the_error_of_each_entry) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    const zx_handle_op_t move = ZX_HANDLE_OP_MOVE, duplicate = ZX_HANDLE_OP_DUPLICATE;
    const zx_rights_t same = ZX_RIGHT_SAME_RIGHTS;
    zx_handle_t fixed = without(make_event(), ZX_RIGHT_TRANSFER);
    zx_handle_t single = without(make_event(), ZX_RIGHT_DUPLICATE);
    zx_handle_t good = make_event(), also_good = make_event(), few = make_event();
    few = without(few, ZX_RIGHT_SIGNAL);
    zx_handle_disposition_t items[] = {
        disposition(move, good, ZX_OBJ_TYPE_NONE, same),
        disposition(move, ZX_HANDLE_INVALID, ZX_OBJ_TYPE_NONE, same),
        disposition(duplicate, ZX_HANDLE_INVALID, ZX_OBJ_TYPE_NONE, same),
        disposition(duplicate, fixed, ZX_OBJ_TYPE_NONE, same),
        disposition(duplicate, single, ZX_OBJ_TYPE_NONE, same),
        disposition(duplicate, a, ZX_OBJ_TYPE_NONE, same),
        disposition(duplicate, also_good, ZX_OBJ_TYPE_CHANNEL, same),
        disposition(duplicate, few, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SIGNAL),
        disposition(duplicate, also_good, ZX_OBJ_TYPE_EVENT, same),
        disposition(move, few, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SIGNAL),
        disposition(2, also_good, ZX_OBJ_TYPE_NONE, same),
        disposition(UINT32_MAX, make_event(), ZX_OBJ_TYPE_NONE, same),
    };
    const zx_status_t results[] = {
        ZX_OK,
        ZX_ERR_BAD_HANDLE,
        ZX_ERR_BAD_HANDLE,
        ZX_ERR_ACCESS_DENIED,
        ZX_ERR_ACCESS_DENIED,
        ZX_ERR_NOT_SUPPORTED,
        ZX_ERR_WRONG_TYPE,
        ZX_ERR_INVALID_ARGS,
        ZX_OK,
        ZX_ERR_INVALID_ARGS,
        ZX_ERR_INVALID_ARGS,
        ZX_ERR_INVALID_ARGS,
    };
    enum { COUNT = sizeof(items) / sizeof(items[0]) };
    EXPECT_STATUS(zx_channel_write_etc(a, 0, "x", 1, items, COUNT), ZX_ERR_BAD_HANDLE);
    for (int i = 0; i < COUNT; i++) {
        ck_assert_msg(items[i].result == results[i], "entry %d has %s, not %s", i,
                      zx_status_get_string(items[i].result), zx_status_get_string(results[i]));
    }
    // What was not to be duplicated is gone, what was is still there.
    EXPECT(!is_valid(good));
    EXPECT(!is_valid(few));
    EXPECT(!is_valid(also_good)); // entry 10 has an operation that is none
    EXPECT(!is_valid(items[COUNT - 1].handle));
    expect_empty(b);
    close_handle(fixed);
    close_handle(single);
    close_both(a, b);
}

TEST(channel_write_etc, checks_an_entry_in_a_fixed_order) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    zx_handle_t no_transfer = without(make_event(), ZX_RIGHT_TRANSFER | ZX_RIGHT_DUPLICATE);
    zx_handle_t no_duplicate = without(make_event(), ZX_RIGHT_DUPLICATE);
    const zx_rights_t too_much = ZX_RIGHT_MANAGE_THREAD;
    // Each entry has the fault that is looked for and all that are looked for later.
    const struct {
        zx_handle_op_t operation;
        zx_handle_t handle;
        zx_obj_type_t type;
        zx_rights_t rights;
        zx_status_t status;
    } faults[] = {
        {ZX_HANDLE_OP_DUPLICATE, no_transfer, ZX_OBJ_TYPE_VMO, too_much, ZX_ERR_ACCESS_DENIED},
        {ZX_HANDLE_OP_DUPLICATE, a, ZX_OBJ_TYPE_VMO, too_much, ZX_ERR_NOT_SUPPORTED},
        {ZX_HANDLE_OP_DUPLICATE, no_duplicate, ZX_OBJ_TYPE_VMO, too_much, ZX_ERR_WRONG_TYPE},
        {ZX_HANDLE_OP_DUPLICATE, no_duplicate, ZX_OBJ_TYPE_EVENT, too_much, ZX_ERR_INVALID_ARGS},
        {ZX_HANDLE_OP_DUPLICATE, no_duplicate, ZX_OBJ_TYPE_EVENT, ZX_RIGHT_SAME_RIGHTS,
         ZX_ERR_ACCESS_DENIED},
    };
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        zx_handle_disposition_t item =
            disposition(faults[i].operation, faults[i].handle, faults[i].type, faults[i].rights);
        EXPECT_STATUS(zx_channel_write_etc(a, 0, "x", 1, &item, 1), faults[i].status);
        EXPECT_STATUS(item.result, faults[i].status);
        EXPECT(is_valid(faults[i].handle));
    }
    // An operation that is none is found after all that is wrong with the handle itself.
    zx_handle_disposition_t item =
        disposition(7, ZX_HANDLE_INVALID, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SAME_RIGHTS);
    EXPECT_STATUS(zx_channel_write_etc(a, 0, "x", 1, &item, 1), ZX_ERR_BAD_HANDLE);
    item = disposition(7, no_transfer, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SAME_RIGHTS);
    EXPECT_STATUS(zx_channel_write_etc(a, 0, "x", 1, &item, 1), ZX_ERR_ACCESS_DENIED);
    EXPECT(!is_valid(no_transfer));
    item = disposition(7, make_event(), ZX_OBJ_TYPE_CHANNEL, ZX_RIGHT_SAME_RIGHTS);
    EXPECT_STATUS(zx_channel_write_etc(a, 0, "x", 1, &item, 1), ZX_ERR_WRONG_TYPE);
    item = disposition(7, make_event(), ZX_OBJ_TYPE_EVENT, ZX_RIGHT_SAME_RIGHTS);
    EXPECT_STATUS(zx_channel_write_etc(a, 0, "x", 1, &item, 1), ZX_ERR_INVALID_ARGS);
    expect_empty(b);
    close_handle(no_duplicate);
    close_both(a, b);
}

TEST(channel_write_etc, reports_the_first_entry_with_a_fault) {
    zx_handle_t a, b, event = make_event();
    make_channel(&a, &b);
    zx_handle_disposition_t items[] = {
        disposition(ZX_HANDLE_OP_DUPLICATE, event, ZX_OBJ_TYPE_EVENT, ZX_RIGHT_SAME_RIGHTS),
        disposition(ZX_HANDLE_OP_DUPLICATE, event, ZX_OBJ_TYPE_PORT, ZX_RIGHT_SAME_RIGHTS),
        disposition(ZX_HANDLE_OP_DUPLICATE, a, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SAME_RIGHTS),
    };
    EXPECT_STATUS(zx_channel_write_etc(a, 0, NULL, 0, items, 3), ZX_ERR_WRONG_TYPE);
    EXPECT_OK(items[0].result);
    EXPECT_STATUS(items[1].result, ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(items[2].result, ZX_ERR_NOT_SUPPORTED);
    close_handle(event);
    close_both(a, b);
}

TEST(channel_write_etc, writes_no_entry_that_succeeds) {
    zx_handle_t a, b, event = make_event();
    make_channel(&a, &b);
    zx_handle_disposition_t items[] = {
        disposition(ZX_HANDLE_OP_DUPLICATE, event, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SAME_RIGHTS),
        disposition(ZX_HANDLE_OP_DUPLICATE, event, ZX_OBJ_TYPE_PORT, ZX_RIGHT_SAME_RIGHTS),
    };
    EXPECT_STATUS(zx_channel_write_etc(a, 0, NULL, 0, items, 2), ZX_ERR_WRONG_TYPE);
    EXPECT_EQ(items[0].handle, event);
    EXPECT_EQ(items[0].rights, ZX_RIGHT_SAME_RIGHTS);
    EXPECT_OK(items[0].result);
    expect_empty(b);
    // If all succeed nothing is written at all.
    zx_handle_disposition_t *fixed = end_of_page(ZX_PAGE_SIZE);
    fixed[0] = disposition(ZX_HANDLE_OP_MOVE, event, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SAME_RIGHTS);
    EXPECT_EQ(mprotect(fixed, ZX_PAGE_SIZE, PROT_READ), 0);
    EXPECT_OK(zx_channel_write_etc(a, 0, NULL, 0, fixed, 1));
    EXPECT_OK(zx_channel_read(b, 0, NULL, &event, 0, 1, NULL, NULL));
    close_handle(event);
    close_both(a, b);
}

TEST(channel_write_etc, closes_what_was_to_move_whatever_the_failure) {
    zx_handle_t a, b, no_write, other, port;
    make_channel(&a, &b);
    make_channel(&no_write, &other);
    no_write = without(no_write, ZX_RIGHT_WRITE);
    EXPECT_OK(zx_port_create(0, &port));
    const struct {
        zx_handle_t channel;
        uint32_t options;
        const void *bytes;
        uint32_t size;
        zx_status_t status;
    } failures[] = {
        {a, 2, "x", 1, ZX_ERR_INVALID_ARGS},
        {ZX_HANDLE_INVALID, 0, "x", 1, ZX_ERR_BAD_HANDLE},
        {ZX_HANDLE_INVALID, 2, "x", 1, ZX_ERR_INVALID_ARGS},
        {port, 0, "x", 1, ZX_ERR_WRONG_TYPE},
        {no_write, 0, "x", 1, ZX_ERR_ACCESS_DENIED},
        {a, 0, "x", MAX_BYTES + 1, ZX_ERR_OUT_OF_RANGE},
        {a, 0, bad_page(), 1, ZX_ERR_INVALID_ARGS},
    };
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        zx_handle_t kept, moved, event = make_event();
        make_witness(&kept, &moved);
        zx_handle_disposition_t items[] = {
            disposition(ZX_HANDLE_OP_DUPLICATE, event, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SAME_RIGHTS),
            disposition(ZX_HANDLE_OP_MOVE, moved, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SAME_RIGHTS),
        };
        EXPECT_STATUS(zx_channel_write_etc(failures[i].channel, failures[i].options,
                                           failures[i].bytes, failures[i].size, items, 2),
                      failures[i].status);
        EXPECT(is_valid(event));
        EXPECT(is_closed(kept));
        close_handle(kept);
        close_handle(event);
    }
    expect_empty(b);
    close_handle(port);
    close_both(no_write, other);
    close_both(a, b);
}

TEST(channel_write_etc, to_a_closed_peer_closes_what_was_to_move) {
    zx_handle_t a, b, kept, moved, event = make_event();
    make_channel(&a, &b);
    make_witness(&kept, &moved);
    close_handle(b);
    zx_handle_disposition_t items[] = {
        disposition(ZX_HANDLE_OP_DUPLICATE, event, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SAME_RIGHTS),
        disposition(ZX_HANDLE_OP_MOVE, moved, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SAME_RIGHTS),
    };
    EXPECT_STATUS(zx_channel_write_etc(a, 0, NULL, 0, items, 2), ZX_ERR_PEER_CLOSED);
    EXPECT(is_closed(kept));
    close_handle(kept);
    close_handle(event);
    close_handle(a);
}

TEST(channel_write_etc, refuses_too_many_handles_and_closes_what_was_to_move) {
    zx_handle_t a, b, event = make_event();
    make_channel(&a, &b);
    zx_handle_disposition_t items[MAX_HANDLES + 6];
    for (int i = 0; i < MAX_HANDLES + 6; i++) {
        bool move = i % 2 == 0;
        items[i] = disposition(move ? ZX_HANDLE_OP_MOVE : ZX_HANDLE_OP_DUPLICATE,
                               move ? make_event() : event, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SAME_RIGHTS);
    }
    EXPECT_STATUS(zx_channel_write_etc(a, 0, NULL, 0, items, MAX_HANDLES + 6), ZX_ERR_OUT_OF_RANGE);
    for (int i = 0; i < MAX_HANDLES + 6; i++) {
        EXPECT_EQ(is_valid(items[i].handle), i % 2 != 0);
    }
    // The checks of the call itself come first.
    EXPECT_STATUS(zx_channel_write_etc(a, 1, NULL, 0, items, MAX_HANDLES + 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_channel_write_etc(event, 0, NULL, 0, items, MAX_HANDLES + 1),
                  ZX_ERR_WRONG_TYPE);
    expect_empty(b);
    close_handle(event);
    close_both(a, b);
}

TEST(channel_write_etc, leaves_the_handles_if_their_array_cannot_be_read) {
    zx_handle_t a, b, event = make_event();
    make_channel(&a, &b);
    zx_handle_disposition_t *items = end_of_page(sizeof(*items));
    items[0] = disposition(ZX_HANDLE_OP_MOVE, event, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SAME_RIGHTS);
    EXPECT_STATUS(zx_channel_write_etc(a, 0, NULL, 0, items, 2), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_channel_write_etc(a, 0, NULL, 0, NULL, 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_channel_write_etc(ZX_HANDLE_INVALID, 0, NULL, 0, NULL, 1), ZX_ERR_BAD_HANDLE);
    EXPECT(is_valid(event));
    EXPECT_OK(zx_channel_write_etc(a, 0, NULL, 0, items, 1));
    EXPECT_OK(zx_channel_read(b, 0, NULL, &event, 0, 1, NULL, NULL));
    close_handle(event);
    close_both(a, b);
}

TEST(channel_write_etc, says_so_when_memory_is_used_up) {
    zx_handle_t a, b, kept, moved;
    make_channel(&a, &b);
    make_witness(&kept, &moved);
    zx_handle_disposition_t item =
        disposition(ZX_HANDLE_OP_MOVE, moved, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SAME_RIGHTS);
    libzircon_fail_allocation(1);
    zx_status_t status = zx_channel_write_etc(a, 0, NULL, 0, &item, 1);
    libzircon_fail_allocation(0);
    EXPECT_STATUS(status, ZX_ERR_NO_MEMORY);
    EXPECT(is_closed(kept));
    close_handle(kept);
    close_both(a, b);
}

// --- call ---

// A call in a thread of its own.
struct caller {
    struct test_thread thread;
    zx_handle_t channel;
    zx_time_t deadline;
    zx_channel_call_args_t args;
    uint32_t sent[4], got[4];
    zx_handle_t handles_sent[4], handles_got[4];
    uint32_t actual_bytes, actual_handles;
};

static int make_call(void *argument) {
    struct caller *caller = argument;
    return zx_channel_call(caller->channel, 0, caller->deadline, &caller->args,
                           &caller->actual_bytes, &caller->actual_handles);
}

static void init_caller(struct caller *caller, zx_handle_t channel) {
    memset(caller, 0, sizeof(*caller));
    caller->channel = channel;
    caller->deadline = ZX_TIME_INFINITE;
    caller->args = (zx_channel_call_args_t){
        .wr_bytes = caller->sent,
        .wr_handles = caller->handles_sent,
        .rd_bytes = caller->got,
        .rd_handles = caller->handles_got,
        .wr_num_bytes = sizeof(caller->sent),
        .rd_num_bytes = sizeof(caller->got),
        .rd_num_handles = 4,
    };
}

// Starts the call; the message has arrived at the peer, and the caller waits, when this returns.
static void start_call(struct caller *caller, zx_handle_t peer) {
    start_thread(&caller->thread, make_call, caller);
    wait_readable(peer);
}

// Takes the message of a call off the peer, and returns its transaction id.
static uint32_t take_call(zx_handle_t peer, uint32_t message[4]) {
    uint32_t bytes, handles;
    EXPECT_OK(zx_channel_read(peer, 0, message, NULL, 16, 0, &bytes, &handles));
    EXPECT_EQ(bytes, 16);
    return message[0];
}

TEST(channel_call, gets_the_answer_with_its_transaction_id) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    struct caller caller;
    for (uint32_t round = 0; round < 3; round++) {
        init_caller(&caller, a);
        memcpy(caller.sent, (uint32_t[]){1, 22, 33, 44}, 16);
        start_call(&caller, b);
        uint32_t message[4];
        uint32_t txid = take_call(b, message);
        EXPECT(txid >= 0x80000000);
        EXPECT_EQ(message[1], 22);
        EXPECT_EQ(message[3], 44);
        EXPECT_EQ(caller.sent[0], 1); // the caller's own buffer keeps its bytes
        message[1] = 55 + round;
        EXPECT_OK(zx_channel_write(b, 0, message, 12, NULL, 0));
        EXPECT_OK(finish_thread(&caller.thread));
        EXPECT_EQ(caller.actual_bytes, 12);
        EXPECT_EQ(caller.actual_handles, 0);
        EXPECT_EQ(caller.got[0], txid);
        EXPECT_EQ(caller.got[1], 55 + round);
        expect_empty(a);
    }
    close_both(a, b);
}

TEST(channel_call, carries_handles_both_ways) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    struct caller caller;
    init_caller(&caller, a);
    zx_koid_t koids[3];
    for (int i = 0; i < 3; i++) {
        caller.handles_sent[i] = make_event();
        koids[i] = koid_of(caller.handles_sent[i]);
    }
    caller.args.wr_num_handles = 3;
    start_call(&caller, b);
    uint32_t message[4];
    zx_handle_t handles[4];
    EXPECT_OK(zx_channel_read(b, 0, message, handles, 16, 4, NULL, NULL));
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(koid_of(handles[i]), koids[i]);
        EXPECT(!is_valid(caller.handles_sent[i]));
    }
    handles[3] = make_event();
    zx_koid_t last = koid_of(handles[3]);
    EXPECT_OK(zx_channel_write(b, 0, message, 4, handles, 4));
    EXPECT_OK(finish_thread(&caller.thread));
    EXPECT_EQ(caller.actual_bytes, 4);
    EXPECT_EQ(caller.actual_handles, 4);
    EXPECT_EQ(koid_of(caller.handles_got[0]), koids[0]);
    EXPECT_EQ(koid_of(caller.handles_got[3]), last);
    EXPECT_OK(zx_handle_close_many(caller.handles_got, 4));
    close_both(a, b);
}

TEST(channel_call, carries_the_largest_messages) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    struct caller caller;
    init_caller(&caller, a);
    uint8_t *sent = malloc(MAX_BYTES), *got = malloc(MAX_BYTES), *seen = malloc(MAX_BYTES);
    fill(sent, MAX_BYTES, 9);
    caller.args.wr_bytes = sent;
    caller.args.rd_bytes = got;
    caller.args.wr_num_bytes = caller.args.rd_num_bytes = MAX_BYTES;
    start_call(&caller, b);
    EXPECT_OK(zx_channel_read(b, 0, seen, NULL, MAX_BYTES, 0, NULL, NULL));
    EXPECT_EQ(memcmp(seen + 4, sent + 4, MAX_BYTES - 4), 0);
    EXPECT_OK(zx_channel_write(b, 0, seen, MAX_BYTES, NULL, 0));
    EXPECT_OK(finish_thread(&caller.thread));
    EXPECT_EQ(caller.actual_bytes, MAX_BYTES);
    EXPECT_EQ(memcmp(seen, got, MAX_BYTES), 0);
    free(sent);
    free(got);
    free(seen);
    close_both(a, b);
}

TEST(channel_call, gives_each_of_several_callers_its_own_answer) {
    enum { CALLERS = 8 };
    zx_handle_t a, b;
    make_channel(&a, &b);
    static struct caller callers[CALLERS];
    for (int round = 0; round < 20; round++) {
        uint32_t messages[CALLERS][4];
        for (uint32_t i = 0; i < CALLERS; i++) {
            init_caller(&callers[i], a);
            callers[i].sent[1] = i;
            start_thread(&callers[i].thread, make_call, &callers[i]);
        }
        for (int i = 0; i < CALLERS; i++) {
            wait_readable(b);
            (void)take_call(b, messages[i]);
            for (int j = 0; j < i; j++) {
                EXPECT(messages[i][0] != messages[j][0]);
            }
        }
        for (int i = CALLERS - 1; i >= 0; i--) { // the last one first
            int place = (i + round) % CALLERS;
            messages[place][2] = messages[place][1] + 100;
            EXPECT_OK(zx_channel_write(b, 0, messages[place], 16, NULL, 0));
        }
        for (uint32_t i = 0; i < CALLERS; i++) {
            EXPECT_OK(finish_thread(&callers[i].thread));
            EXPECT_EQ(callers[i].got[1], i);
            EXPECT_EQ(callers[i].got[2], i + 100);
        }
        expect_empty(a);
    }
    close_both(a, b);
}

TEST(channel_call, leaves_other_messages_to_the_readers) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    struct caller caller;
    init_caller(&caller, a);
    write_word(b, 1); // before the call
    start_call(&caller, b);
    uint32_t message[4];
    uint32_t txid = take_call(b, message);
    write_word(b, txid & 0x7fffffff);                     // an id of the program's own
    write_word(b, txid ^ 1);                              // an id that nobody waits for
    EXPECT_OK(zx_channel_write(b, 0, &txid, 3, NULL, 0)); // too short to have an id
    EXPECT_OK(zx_channel_write(b, 0, NULL, 0, NULL, 0));
    EXPECT_OK(zx_channel_write(b, 0, message, 8, NULL, 0)); // the answer
    EXPECT_OK(finish_thread(&caller.thread));
    EXPECT_EQ(caller.actual_bytes, 8);
    write_word(b, txid); // another answer, for which nobody waits any more
    EXPECT_EQ(read_word(a), 1);
    EXPECT_EQ(read_word(a), txid & 0x7fffffff);
    EXPECT_EQ(read_word(a), txid ^ 1);
    uint32_t word, bytes;
    EXPECT_OK(zx_channel_read(a, 0, &word, NULL, 4, 0, &bytes, NULL));
    EXPECT_EQ(bytes, 3);
    EXPECT_OK(zx_channel_read(a, 0, &word, NULL, 4, 0, &bytes, NULL));
    EXPECT_EQ(bytes, 0);
    EXPECT_EQ(read_word(a), txid);
    expect_empty(a);
    close_both(a, b);
}

TEST(channel_call, sends_even_after_its_deadline) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    static const zx_time_t deadlines[] = {0, 1, -5, ZX_TIME_INFINITE_PAST};
    for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++) {
        struct caller caller;
        init_caller(&caller, a);
        caller.deadline = deadlines[i];
        EXPECT_STATUS(make_call(&caller), ZX_ERR_TIMED_OUT);
        uint32_t message[4];
        uint32_t txid = take_call(b, message);
        write_word(b, txid); // comes too late, and so is a message like others
        EXPECT_EQ(read_word(a), txid);
    }
    close_both(a, b);
}

TEST(channel_call, ends_at_its_deadline) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    struct caller caller;
    init_caller(&caller, a);
    caller.handles_sent[0] = make_event();
    caller.args.wr_num_handles = 1;
    caller.deadline = zx_deadline_after(ZX_MSEC(2));
    EXPECT_STATUS(make_call(&caller), ZX_ERR_TIMED_OUT);
    EXPECT(zx_clock_get_monotonic() >= caller.deadline);
    EXPECT(!is_valid(caller.handles_sent[0]));
    close_both(a, b);
}

TEST(channel_call, to_a_closed_peer_closes_the_handles) {
    zx_handle_t a, b, kept;
    make_channel(&a, &b);
    struct caller caller;
    init_caller(&caller, a);
    make_witness(&kept, &caller.handles_sent[0]);
    caller.args.wr_num_handles = 1;
    close_handle(b);
    EXPECT_STATUS(make_call(&caller), ZX_ERR_PEER_CLOSED);
    EXPECT(is_closed(kept));
    EXPECT_STATUS(make_call(&caller), ZX_ERR_BAD_HANDLE); // the handle is gone; nothing hangs on
    close_handle(kept);
    close_handle(a);
}

TEST(channel_call, ends_when_the_peer_is_closed) {
    enum { CALLERS = 3 };
    zx_handle_t a, b;
    make_channel(&a, &b);
    static struct caller callers[CALLERS];
    for (int i = 0; i < CALLERS; i++) {
        init_caller(&callers[i], a);
        start_thread(&callers[i].thread, make_call, &callers[i]);
    }
    for (int i = 0; i < CALLERS; i++) {
        uint32_t message[4];
        wait_readable(b);
        (void)take_call(b, message);
    }
    close_handle(b);
    for (int i = 0; i < CALLERS; i++) {
        EXPECT_STATUS(finish_thread(&callers[i].thread), ZX_ERR_PEER_CLOSED);
    }
    close_handle(a);
}

TEST(channel_call, ends_when_its_own_end_is_closed) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    struct caller caller;
    init_caller(&caller, a);
    start_call(&caller, b);
    close_handle(a);
    EXPECT_STATUS(finish_thread(&caller.thread), ZX_ERR_CANCELED);
    EXPECT_EQ(signals_of(b), ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED);
    close_handle(b);
}

TEST(channel_call, goes_on_when_its_end_is_sent_away) {
    zx_handle_t a, b, c, d;
    make_channel(&a, &b);
    make_channel(&c, &d);
    struct caller caller;
    init_caller(&caller, a);
    start_call(&caller, b);
    EXPECT_OK(zx_channel_write(c, 0, NULL, 0, &a, 1));
    uint32_t message[4];
    (void)take_call(b, message);
    EXPECT_OK(zx_channel_read(d, 0, NULL, &a, 0, 1, NULL, NULL));
    EXPECT_OK(zx_channel_write(b, 0, message, 16, NULL, 0));
    EXPECT_OK(finish_thread(&caller.thread));

    // An end that is closed in the message that carries it cancels the call.
    init_caller(&caller, a);
    start_call(&caller, b);
    EXPECT_OK(zx_channel_write(c, 0, NULL, 0, &a, 1));
    close_both(c, d);
    EXPECT_STATUS(finish_thread(&caller.thread), ZX_ERR_CANCELED);
    close_handle(b);
}

TEST(channel_call, goes_on_when_its_handle_is_replaced) {
    zx_handle_t a, b, fewer;
    make_channel(&a, &b);
    struct caller caller;
    init_caller(&caller, a);
    start_call(&caller, b);
    EXPECT_OK(zx_handle_replace(a, ZX_RIGHT_NONE, &fewer));
    uint32_t message[4];
    (void)take_call(b, message);
    EXPECT_OK(zx_channel_write(b, 0, message, 16, NULL, 0));
    EXPECT_OK(finish_thread(&caller.thread));
    close_both(fewer, b);
}

TEST(channel_call, loses_an_answer_that_does_not_fit) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    for (int many_handles = 0; many_handles < 2; many_handles++) {
        struct caller caller;
        init_caller(&caller, a);
        caller.args.rd_num_bytes = many_handles ? 16 : 11;
        caller.args.rd_num_handles = many_handles ? 0 : 1;
        caller.actual_bytes = caller.actual_handles = 99;
        start_call(&caller, b);
        uint32_t message[4];
        (void)take_call(b, message);
        zx_handle_t kept, sent;
        make_witness(&kept, &sent);
        EXPECT_OK(zx_channel_write(b, 0, message, 12, &sent, 1));
        EXPECT_STATUS(finish_thread(&caller.thread), ZX_ERR_BUFFER_TOO_SMALL);
        EXPECT(is_closed(kept));
        EXPECT_EQ(caller.actual_bytes, 99);
        EXPECT_EQ(caller.got[0], 0);
        close_handle(kept);
        expect_empty(a);
    }
    close_both(a, b);
}

TEST(channel_call, loses_an_answer_whose_bytes_cannot_be_stored) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    void *const places[] = {NULL, bad_page(), read_only_page(), end_of_page(11)};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct caller caller;
        init_caller(&caller, a);
        caller.args.rd_bytes = places[i];
        start_call(&caller, b);
        uint32_t message[4];
        (void)take_call(b, message);
        zx_handle_t kept, sent;
        make_witness(&kept, &sent);
        EXPECT_OK(zx_channel_write(b, 0, message, 12, &sent, 1));
        EXPECT_STATUS(finish_thread(&caller.thread), ZX_ERR_INVALID_ARGS);
        EXPECT(is_closed(kept));
        close_handle(kept);
        expect_empty(a);
    }
    close_both(a, b);
}

struct echo {
    struct test_thread thread;
    zx_handle_t channel, witness;
};

// Answers one call, with a handle if there is one to send.
static int answer_once(void *argument) {
    struct echo *echo = argument;
    zx_status_t status = zx_object_wait_one(
        echo->channel, ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED, ZX_TIME_INFINITE, NULL);
    uint32_t message[4], bytes = 0;
    if (status == ZX_OK) {
        status = zx_channel_read(echo->channel, 0, message, NULL, 16, 0, &bytes, NULL);
    }
    if (status == ZX_OK) {
        status = zx_channel_write(echo->channel, 0, message, bytes, &echo->witness,
                                  echo->witness == ZX_HANDLE_INVALID ? 0 : 1);
    }
    return status;
}

TEST(channel_call, loses_the_answer_if_its_sizes_cannot_be_stored) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    for (int broken = 0; broken < 4; broken++) {
        struct caller caller;
        init_caller(&caller, a);
        struct echo echo = {.channel = b};
        zx_handle_t kept;
        make_witness(&kept, &echo.witness);
        start_thread(&echo.thread, answer_once, &echo);
        uint32_t count, *bad = broken / 2 == 0 ? NULL : read_only_page();
        EXPECT_STATUS(zx_channel_call(a, 0, ZX_TIME_INFINITE, &caller.args,
                                      broken % 2 == 0 ? bad : &count,
                                      broken % 2 == 0 ? &count : bad),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_OK(finish_thread(&echo.thread));
        EXPECT(is_closed(kept));
        close_handle(kept);
        expect_empty(a);
    }
    close_both(a, b);
}

static int call_without_place_for_handles(void) {
    struct caller caller;
    struct echo echo;
    zx_handle_t a, b;
    if (zx_channel_create(0, &a, &b) != ZX_OK || zx_event_create(0, &echo.witness) != ZX_OK) {
        return __LINE__;
    }
    echo.channel = b;
    init_caller(&caller, a);
    caller.args.rd_handles = NULL;
    (void)zx_thread_self();
    uint32_t before = libzircon_count_handles();
    start_thread(&echo.thread, answer_once, &echo);
    if (make_call(&caller) != ZX_OK || finish_thread(&echo.thread) != ZX_OK) {
        return __LINE__;
    }
    // The event is the process's again, under a value that it does not know.
    return libzircon_count_handles() == before && caller.actual_handles == 1 ? 0 : __LINE__;
}

TEST(channel_call, succeeds_if_only_the_handles_cannot_be_stored) {
    run_apart(call_without_place_for_handles);
}

TEST(channel_call, refuses_what_write_refuses) {
    zx_handle_t a, b, no_read, no_write, c, d, port;
    make_channel(&a, &b);
    make_channel(&no_read, &c);
    make_channel(&no_write, &d);
    no_read = without(no_read, ZX_RIGHT_READ);
    no_write = without(no_write, ZX_RIGHT_WRITE);
    EXPECT_OK(zx_port_create(0, &port));
    const struct {
        zx_handle_t channel;
        uint32_t options;
        const void *bytes;
        uint32_t size;
        zx_status_t status;
    } failures[] = {
        {a, 1, "four", 4, ZX_ERR_INVALID_ARGS},
        {a, UINT32_MAX, "four", 4, ZX_ERR_INVALID_ARGS},
        {a, 0, "four", 0, ZX_ERR_INVALID_ARGS},
        {a, 0, "four", 3, ZX_ERR_INVALID_ARGS},
        {ZX_HANDLE_INVALID, 0, "four", 3, ZX_ERR_INVALID_ARGS},
        {ZX_HANDLE_INVALID, 1, "four", 4, ZX_ERR_INVALID_ARGS},
        {ZX_HANDLE_INVALID, 0, "four", 4, ZX_ERR_BAD_HANDLE},
        {port, 0, "four", 4, ZX_ERR_WRONG_TYPE},
        {no_read, 0, "four", 4, ZX_ERR_ACCESS_DENIED},
        {no_write, 0, "four", 4, ZX_ERR_ACCESS_DENIED},
        {a, 0, "four", MAX_BYTES + 1, ZX_ERR_OUT_OF_RANGE},
        {a, 0, bad_page(), MAX_BYTES + 1, ZX_ERR_OUT_OF_RANGE},
        {a, 0, bad_page(), 4, ZX_ERR_INVALID_ARGS},
        {a, 0, NULL, 4, ZX_ERR_INVALID_ARGS},
        {a, 0, end_of_page(4), 5, ZX_ERR_INVALID_ARGS},
    };
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        struct caller caller;
        init_caller(&caller, failures[i].channel);
        zx_handle_t kept;
        make_witness(&kept, &caller.handles_sent[0]);
        caller.args.wr_num_handles = 1;
        caller.args.wr_bytes = failures[i].bytes;
        caller.args.wr_num_bytes = failures[i].size;
        EXPECT_STATUS(zx_channel_call(failures[i].channel, failures[i].options, 0, &caller.args,
                                      &caller.actual_bytes, &caller.actual_handles),
                      failures[i].status);
        EXPECT(!is_valid(caller.handles_sent[0]));
        EXPECT(is_closed(kept));
        close_handle(kept);
    }
    expect_empty(b);
    close_handle(port);
    close_both(no_read, c);
    close_both(no_write, d);
    close_both(a, b);
}

TEST(channel_call, refuses_too_many_handles_and_closes_all_of_them) {
    zx_handle_t a, b, sent[MAX_HANDLES + 3];
    make_channel(&a, &b);
    for (int i = 0; i < MAX_HANDLES + 3; i++) {
        sent[i] = make_event();
    }
    struct caller caller;
    init_caller(&caller, a);
    caller.args.wr_handles = sent;
    caller.args.wr_num_handles = MAX_HANDLES + 3;
    EXPECT_STATUS(make_call(&caller), ZX_ERR_OUT_OF_RANGE);
    for (int i = 0; i < MAX_HANDLES + 3; i++) {
        EXPECT(!is_valid(sent[i]));
    }
    expect_empty(b);
    close_both(a, b);
}

TEST(channel_call, leaves_the_handles_if_they_or_the_arguments_cannot_be_read) {
    zx_handle_t a, b, event = make_event();
    make_channel(&a, &b);
    struct caller caller;
    init_caller(&caller, a);
    caller.args.wr_handles = &event;
    caller.args.wr_num_handles = 1;
    uint32_t bytes, handles;
    EXPECT_STATUS(zx_channel_call(a, 0, 0, NULL, &bytes, &handles), ZX_ERR_INVALID_ARGS);
    char *end = end_of_page(sizeof(caller.args) - 1);
    memcpy(end, &caller.args, sizeof(caller.args) - 1);
    EXPECT_STATUS(zx_channel_call(a, 0, 0, (void *)end, &bytes, &handles), ZX_ERR_INVALID_ARGS);
    // The arguments are read before anything else is looked at.
    EXPECT_STATUS(zx_channel_call(ZX_HANDLE_INVALID, 1, 0, NULL, &bytes, &handles),
                  ZX_ERR_INVALID_ARGS);
    EXPECT(is_valid(event));
    zx_handle_t *array = end_of_page(sizeof(event));
    array[0] = event;
    caller.args.wr_handles = array;
    caller.args.wr_num_handles = 2;
    EXPECT_STATUS(make_call(&caller), ZX_ERR_INVALID_ARGS);
    EXPECT(is_valid(event));
    close_handle(event);
    expect_empty(b);
    close_both(a, b);
}

TEST(channel_call, leaves_the_handles_that_it_refuses) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    struct caller caller;
    zx_handle_t fixed = without(make_event(), ZX_RIGHT_TRANSFER);
    const struct {
        zx_handle_t handle;
        zx_status_t status;
    } refused[] = {
        {fixed, ZX_ERR_ACCESS_DENIED},
        {a, ZX_ERR_NOT_SUPPORTED},
        {ZX_HANDLE_INVALID, ZX_ERR_BAD_HANDLE},
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        init_caller(&caller, a);
        zx_handle_t first, second;
        make_witness(&first, &caller.handles_sent[0]);
        make_witness(&second, &caller.handles_sent[2]);
        caller.handles_sent[1] = refused[i].handle;
        caller.args.wr_num_handles = 3;
        EXPECT_STATUS(make_call(&caller), refused[i].status);
        EXPECT(is_closed(first));
        EXPECT(is_closed(second));
        EXPECT(i == 2 || is_valid(refused[i].handle));
        close_handle(first);
        close_handle(second);
    }
    // One that stands twice.
    init_caller(&caller, a);
    caller.handles_sent[0] = caller.handles_sent[1] = make_event();
    caller.args.wr_num_handles = 2;
    EXPECT_STATUS(make_call(&caller), ZX_ERR_BAD_HANDLE);
    EXPECT(!is_valid(caller.handles_sent[0]));
    expect_empty(b);
    close_handle(fixed);
    close_both(a, b);
}

TEST(channel_call, says_so_when_memory_is_used_up) {
    zx_handle_t a, b, kept;
    make_channel(&a, &b);
    struct caller caller;
    init_caller(&caller, a);
    make_witness(&kept, &caller.handles_sent[0]);
    caller.args.wr_num_handles = 1;
    libzircon_fail_allocation(1);
    zx_status_t status = make_call(&caller);
    libzircon_fail_allocation(0);
    EXPECT_STATUS(status, ZX_ERR_NO_MEMORY);
    EXPECT(is_closed(kept));
    close_handle(kept);
    close_both(a, b);
}

TEST(channel_call, loses_an_answer_for_whose_handles_no_slot_is_left) {
    zx_handle_t a, b, kept;
    make_channel(&a, &b);
    struct caller caller;
    init_caller(&caller, a);
    struct echo echo = {.channel = b};
    make_witness(&kept, &echo.witness);
    start_thread(&echo.thread, answer_once, &echo);
    libzircon_fail_allocation(2); // the first is the message
    zx_status_t status = make_call(&caller);
    libzircon_fail_allocation(0);
    EXPECT_OK(finish_thread(&echo.thread));
    EXPECT_STATUS(status, ZX_ERR_NO_MEMORY);
    EXPECT(is_closed(kept));
    close_handle(kept);
    expect_empty(a);
    close_both(a, b);
}

// As in Zircon: ids are given out by each end for itself, so that a call which comes the other way
// may have the id of one that waits, and is taken for its answer.
TEST(channel_call, from_both_ends_takes_the_other_call_for_the_answer) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    struct caller there, here;
    init_caller(&there, a);
    init_caller(&here, b);
    here.sent[1] = 4711;
    here.deadline = 0;
    start_call(&there, b);
    EXPECT_STATUS(make_call(&here), ZX_ERR_TIMED_OUT);
    EXPECT_OK(finish_thread(&there.thread));
    EXPECT_EQ(there.got[1], 4711);
    close_both(a, b);
}

// Answers whatever comes until the channel ends.
static int answer_all(void *argument) {
    zx_handle_t channel = *(zx_handle_t *)argument;
    for (;;) {
        uint32_t message[4], bytes;
        zx_status_t status = zx_channel_read(channel, 0, message, NULL, 16, 0, &bytes, NULL);
        if (status == ZX_OK) {
            status = zx_channel_write(channel, 0, message, bytes, NULL, 0);
        } else if (status == ZX_ERR_SHOULD_WAIT) {
            status = zx_object_wait_one(channel, ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED,
                                        ZX_TIME_INFINITE, NULL);
        }
        if (status != ZX_OK) {
            return status;
        }
    }
}

static int call_often(void *argument) {
    struct caller *caller = argument;
    for (uint32_t i = 0; i < 300; i++) {
        caller->sent[1] = i;
        zx_status_t status = make_call(caller);
        if (status != ZX_OK) {
            return status;
        }
        if (caller->got[1] != i || caller->actual_bytes != 16) {
            return 1;
        }
    }
    return ZX_OK;
}

TEST(channel_call, may_be_made_by_many_threads_with_many_servers) {
    enum { CALLERS = 6, SERVERS = 2 };
    zx_handle_t a, b;
    make_channel(&a, &b);
    static struct caller callers[CALLERS];
    struct test_thread servers[SERVERS];
    for (int i = 0; i < SERVERS; i++) {
        start_thread(&servers[i], answer_all, &b);
    }
    for (int i = 0; i < CALLERS; i++) {
        init_caller(&callers[i], a);
        start_thread(&callers[i].thread, call_often, &callers[i]);
    }
    for (int i = 0; i < CALLERS; i++) {
        EXPECT_OK(finish_thread(&callers[i].thread));
    }
    expect_empty(a);
    close_handle(a);
    for (int i = 0; i < SERVERS; i++) {
        EXPECT_STATUS(finish_thread(&servers[i]), ZX_ERR_PEER_CLOSED);
    }
    close_handle(b);
}

// --- the two halves of a call, by number ---

static zx_status_t call_noretry(zx_handle_t channel, uint32_t options, zx_time_t deadline,
                                const zx_channel_call_args_t *args, uint32_t *actual_bytes,
                                uint32_t *actual_handles) {
    const uint64_t words[8] = {channel,
                               options,
                               (uint64_t)deadline,
                               (uintptr_t)args,
                               (uintptr_t)actual_bytes,
                               (uintptr_t)actual_handles};
    return (zx_status_t)libzircon_call(ZX_SYS_channel_call_noretry, words);
}

static zx_status_t call_finish(zx_time_t deadline, const zx_channel_call_args_t *args,
                               uint32_t *actual_bytes, uint32_t *actual_handles) {
    const uint64_t words[8] = {(uint64_t)deadline, (uintptr_t)args, (uintptr_t)actual_bytes,
                               (uintptr_t)actual_handles};
    return (zx_status_t)libzircon_call(ZX_SYS_channel_call_finish, words);
}

TEST(channel_call_noretry, calls_like_channel_call) {
    zx_handle_t a, b;
    make_channel(&a, &b);
    struct caller caller;
    struct echo echo = {.channel = b};
    init_caller(&caller, a);
    caller.sent[1] = 5;
    start_thread(&echo.thread, answer_once, &echo);
    EXPECT_OK(call_noretry(a, 0, ZX_TIME_INFINITE, &caller.args, &caller.actual_bytes,
                           &caller.actual_handles));
    EXPECT_OK(finish_thread(&echo.thread));
    EXPECT_EQ(caller.got[1], 5);
    EXPECT_EQ(caller.actual_bytes, 16);

    caller.args.rd_num_bytes = 15;
    start_thread(&echo.thread, answer_once, &echo);
    EXPECT_STATUS(call_noretry(a, 0, ZX_TIME_INFINITE, &caller.args, &caller.actual_bytes,
                               &caller.actual_handles),
                  ZX_ERR_BUFFER_TOO_SMALL);
    EXPECT_OK(finish_thread(&echo.thread));
    EXPECT_STATUS(call_noretry(a, 0, 0, &caller.args, &caller.actual_bytes, &caller.actual_handles),
                  ZX_ERR_TIMED_OUT);
    close_both(a, b);
}

static int call_half(void *argument) {
    struct caller *caller = argument;
    return call_noretry(caller->channel, 0, caller->deadline, &caller->args, &caller->actual_bytes,
                        &caller->actual_handles);
}

TEST(channel_call_noretry, fails_like_channel_call) {
    zx_handle_t a, b, event = make_event();
    make_channel(&a, &b);
    struct caller caller;
    init_caller(&caller, a);
    uint32_t *bytes = &caller.actual_bytes, *handles = &caller.actual_handles;
    EXPECT_STATUS(call_noretry(a, 1, 0, &caller.args, bytes, handles), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(call_noretry(a, 0, 0, NULL, bytes, handles), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(call_noretry(0, 0, 0, &caller.args, bytes, handles), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(call_noretry(event, 0, 0, &caller.args, bytes, handles), ZX_ERR_WRONG_TYPE);
    caller.args.wr_num_bytes = MAX_BYTES + 1;
    EXPECT_STATUS(call_noretry(a, 0, 0, &caller.args, bytes, handles), ZX_ERR_OUT_OF_RANGE);
    caller.args.wr_num_bytes = 16;
    caller.handles_sent[0] = a;
    caller.args.wr_num_handles = 1;
    EXPECT_STATUS(call_noretry(a, 0, 0, &caller.args, bytes, handles), ZX_ERR_NOT_SUPPORTED);
    caller.args.wr_num_handles = 0;
    libzircon_fail_allocation(1);
    zx_status_t status = call_noretry(a, 0, 0, &caller.args, bytes, handles);
    libzircon_fail_allocation(0);
    EXPECT_STATUS(status, ZX_ERR_NO_MEMORY);

    start_thread(&caller.thread, call_half, &caller);
    wait_readable(b);
    close_handle(a);
    EXPECT_STATUS(finish_thread(&caller.thread), ZX_ERR_CANCELED);
    close_handle(b);
    make_channel(&a, &b);
    init_caller(&caller, a);
    start_thread(&caller.thread, call_half, &caller);
    wait_readable(b);
    close_handle(b);
    EXPECT_STATUS(finish_thread(&caller.thread), ZX_ERR_PEER_CLOSED);
    EXPECT_STATUS(call_half(&caller), ZX_ERR_PEER_CLOSED);
    a = without(a, ZX_RIGHT_READ);
    EXPECT_STATUS(call_noretry(a, 0, 0, &caller.args, bytes, handles), ZX_ERR_ACCESS_DENIED);
    close_handle(a);
    close_handle(event);
}

TEST(channel_call_finish, refuses_without_an_interrupted_call) {
    struct caller caller;
    init_caller(&caller, ZX_HANDLE_INVALID);
    EXPECT_STATUS(
        call_finish(ZX_TIME_INFINITE, &caller.args, &caller.actual_bytes, &caller.actual_handles),
        ZX_ERR_BAD_STATE);
    EXPECT_STATUS(call_finish(0, NULL, &caller.actual_bytes, &caller.actual_handles),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(call_finish(0, bad_page(), &caller.actual_bytes, &caller.actual_handles),
                  ZX_ERR_INVALID_ARGS);
}
