// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zircon/syscalls/log.h>

enum {
    HEADER = 32,                           // of a record
    DATA_MAX = ZX_LOG_RECORD_MAX - HEADER, // 224
    RING = 128 << 10,
    WRITE_MAX = 256, // of zx_debug_write
};

// --- the console ---

static int saved_stderr;

// Leads the standard error output into a pipe, and returns the end to read from.
static int catch_stderr(void) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    EXPECT(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    saved_stderr = dup(2);
    EXPECT(saved_stderr >= 0);
    EXPECT(dup2(ends[1], 2) == 2);
    close(ends[1]);
    return ends[0];
}

static void release_stderr(int reader) {
    dup2(saved_stderr, 2);
    close(saved_stderr);
    close(reader);
}

static size_t take(int reader, char *bytes, size_t size) {
    ssize_t got = read(reader, bytes, size);
    return got < 0 ? 0 : (size_t)got;
}

TEST(debug_write, writes_to_the_standard_error_output) {
    char got[100];
    int reader = catch_stderr();
    zx_status_t first = zx_debug_write("hello\n", 6);
    zx_status_t nothing = zx_debug_write("x", 0);
    zx_status_t second = zx_debug_write("zero \0 byte", 11);
    size_t size = take(reader, got, sizeof(got));
    release_stderr(reader);
    EXPECT_OK(first);
    EXPECT_OK(nothing);
    EXPECT_OK(second);
    EXPECT_EQ(size, 17);
    EXPECT_EQ(memcmp(got, "hello\nzero \0 byte", 17), 0);
}

TEST(debug_write, drops_what_is_more_than_256_characters) {
    static char text[2000], got[2000];
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] = (char)('a' + i % 26);
    }
    static const size_t sizes[] = {255, 256, 257, 2000, SIZE_MAX};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        int reader = catch_stderr();
        zx_status_t status = zx_debug_write(text, sizes[i]);
        size_t size = take(reader, got, sizeof(got));
        release_stderr(reader);
        EXPECT_OK(status);
        EXPECT_EQ(size, sizes[i] < WRITE_MAX ? sizes[i] : WRITE_MAX);
        EXPECT_EQ(memcmp(text, got, size), 0);
    }
    // What is dropped is not even read.
    char *end = end_of_page(WRITE_MAX);
    memcpy(end, text, WRITE_MAX);
    int reader = catch_stderr();
    zx_status_t status = zx_debug_write(end, WRITE_MAX + 100);
    size_t size = take(reader, got, sizeof(got));
    release_stderr(reader);
    EXPECT_OK(status);
    EXPECT_EQ(size, WRITE_MAX);
}

TEST(debug_write, writes_nothing_of_a_text_that_cannot_be_read) {
    char got[10];
    const void *const texts[] = {NULL, bad_page(), end_of_page(9)};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int reader = catch_stderr();
        zx_status_t status = zx_debug_write(texts[i], 10);
        size_t size = take(reader, got, sizeof(got));
        release_stderr(reader);
        EXPECT_STATUS(status, ZX_ERR_INVALID_ARGS);
        EXPECT_EQ(size, 0);
    }
    EXPECT_STATUS(zx_debug_write(NULL, 0), ZX_ERR_INVALID_ARGS);
}

TEST(debug_write, succeeds_where_nobody_listens) {
    int kept = dup(2);
    close(2);
    zx_status_t closed = zx_debug_write("x", 1);
    dup2(kept, 2);
    close(kept);
    EXPECT_OK(closed);
}

static zx_status_t read_console(const char *text, char *buffer, size_t *size) {
    int ends[2], kept = dup(0);
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
    close(ends[1]);
    dup2(ends[0], 0);
    close(ends[0]);
    zx_status_t status = zx_debug_read(root_resource(), buffer, size);
    dup2(kept, 0);
    close(kept);
    return status;
}

TEST(debug_read, reads_from_the_standard_input) {
    char buffer[16] = "zzzzzzzzzzzzzzz";
    size_t size = 5;
    EXPECT_OK(read_console("a\rb\nc and more", buffer, &size));
    EXPECT_EQ(size, 5);
    EXPECT_EQ(memcmp(buffer, "a\nb\nczz", 7), 0);
    size = 0;
    EXPECT_OK(read_console("", NULL, &size));
    EXPECT_EQ(size, 0);
    static char big[1000], text[1001];
    memset(text, 'q', 1000);
    size = 1000;
    EXPECT_OK(read_console(text, big, &size));
    EXPECT_EQ(memcmp(big, text, 1000), 0);
}

TEST(debug_read, is_not_supported_at_the_end_of_the_input) {
    char buffer[16];
    size_t size = 5;
    EXPECT_STATUS(read_console("", buffer, &size), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(read_console("four", buffer, &size), ZX_ERR_NOT_SUPPORTED);
    EXPECT_EQ(size, 5);
}

TEST(debug_read, checks_the_resource_then_the_size_then_the_buffer) {
    zx_handle_t event;
    size_t size = 1;
    char byte;
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_STATUS(zx_debug_read(ZX_HANDLE_INVALID, NULL, NULL), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_debug_read(event, NULL, NULL), ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(zx_debug_read(root_resource(), &byte, NULL), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_debug_read(root_resource(), &byte, bad_page()), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(read_console("x", NULL, &size), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(read_console("x", read_only_page(), &size), ZX_ERR_INVALID_ARGS);
    close_handle(event);
}

static int read_one(void *argument) {
    size_t size = 1;
    return zx_debug_read(root_resource(), argument, &size);
}

TEST(debug_read, waits_for_input) {
    int ends[2], kept = dup(0);
    EXPECT_EQ(pipe(ends), 0);
    dup2(ends[0], 0);
    close(ends[0]);
    char byte = 0;
    struct test_thread thread;
    start_thread(&thread, read_one, &byte);
    wait_until_blocked(&thread);
    EXPECT_EQ(write(ends[1], "k", 1), 1);
    int status = finish_thread(&thread);
    dup2(kept, 0);
    close(kept);
    close(ends[1]);
    EXPECT_OK(status);
    EXPECT_EQ(byte, 'k');
}

// --- the log ---

// A record with room for its data.
union record {
    zx_log_record_t head;
    char bytes[ZX_LOG_RECORD_MAX];
};

static zx_handle_t make_log(uint32_t options) {
    zx_handle_t log;
    EXPECT_OK(zx_debuglog_create(ZX_HANDLE_INVALID, options, &log));
    return log;
}

// A reader for which nothing that was written so far counts.
static zx_handle_t make_reader(void) {
    zx_handle_t log = make_log(ZX_LOG_FLAG_READABLE);
    union record record;
    int32_t result;
    do {
        result = zx_debuglog_read(log, 0, &record, sizeof(record));
    } while (result > 0);
    EXPECT_STATUS(result, ZX_ERR_SHOULD_WAIT);
    return log;
}

static void write_text(zx_handle_t log, const char *text) {
    EXPECT_OK(zx_debuglog_write(log, 0, text, strlen(text)));
}

static void expect_text(zx_handle_t log, const char *text) {
    union record record;
    int32_t result = zx_debuglog_read(log, 0, &record, sizeof(record));
    EXPECT_EQ(result, HEADER + strlen(text));
    EXPECT_EQ(record.head.datalen, strlen(text));
    EXPECT_EQ(memcmp(record.head.data, text, strlen(text)), 0);
}

static zx_signals_t signals_of(zx_handle_t handle) {
    zx_signals_t signals = 0;
    EXPECT_STATUS(zx_object_wait_one(handle, 0, 0, &signals), ZX_ERR_TIMED_OUT);
    return signals;
}

TEST(debuglog_create, makes_a_log_that_is_read_only_if_asked_for) {
    zx_handle_t writer = make_log(0), reader = make_log(ZX_LOG_FLAG_READABLE), by_root;
    EXPECT_OK(zx_debuglog_create(root_resource(), 0, &by_root));
    EXPECT_EQ(type_of(writer), ZX_OBJ_TYPE_LOG);
    EXPECT_EQ(rights_of(writer), ZX_DEFAULT_LOG_RIGHTS);
    EXPECT_EQ(rights_of(by_root), ZX_DEFAULT_LOG_RIGHTS);
    EXPECT_EQ(rights_of(reader), ZX_DEFAULT_LOG_RIGHTS | ZX_RIGHT_READ);
    EXPECT_EQ(rights_of(writer) & ZX_RIGHT_READ, 0);
    union record record;
    EXPECT_STATUS(zx_debuglog_read(writer, 0, &record, sizeof(record)), ZX_ERR_ACCESS_DENIED);
    close_handle(writer);
    close_handle(by_root);
    close_handle(reader);
}

TEST(debuglog_create, checks_the_resource_unless_there_is_none) {
    zx_handle_t event, log = 5;
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_STATUS(zx_debuglog_create(event, 0, &log), ZX_ERR_WRONG_TYPE);
    close_handle(event);
    EXPECT_STATUS(zx_debuglog_create(event, 0, &log), ZX_ERR_BAD_HANDLE);
    EXPECT_EQ(log, 5);
    EXPECT_STATUS(zx_debuglog_create(ZX_HANDLE_INVALID, 0, NULL), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_debuglog_create(ZX_HANDLE_INVALID, ZX_LOG_FLAG_READABLE, bad_page()),
                  ZX_ERR_INVALID_ARGS);
}

static zx_status_t create_reader(void *context) {
    return zx_debuglog_create(ZX_HANDLE_INVALID, ZX_LOG_FLAG_READABLE, context);
}

TEST(debuglog_create, says_so_when_memory_is_used_up) {
    zx_handle_t log = 0;
    expect_no_memory(create_reader, &log, sizeof(log));
    close_handle(log);
}

TEST(debuglog_create, takes_any_option) {
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        close_handle(make_log(bit));
    }
}

TEST(debuglog_write, makes_a_record_that_says_when_and_who) {
    zx_handle_t reader = make_reader(), writer = make_log(0);
    zx_time_t before = zx_clock_get_monotonic();
    write_text(writer, "hello");
    zx_time_t after = zx_clock_get_monotonic();
    union record record;
    memset(&record, 0xee, sizeof(record));
    EXPECT_EQ(zx_debuglog_read(reader, 0, &record, sizeof(record)), HEADER + 5);
    EXPECT_EQ(record.head.datalen, 5);
    EXPECT_EQ(record.head.flags, 0);
    EXPECT(before <= record.head.timestamp && record.head.timestamp <= after);
    EXPECT_EQ(record.head.pid, koid_of(zx_process_self()));
    EXPECT_EQ(record.head.tid, koid_of(zx_thread_self()));
    EXPECT_EQ(memcmp(record.head.data, "hello", 5), 0);
    EXPECT_EQ((unsigned char)record.bytes[HEADER + 5], 0xee); // no zero byte behind the text
    EXPECT_STATUS(zx_debuglog_read(reader, 0, &record, sizeof(record)), ZX_ERR_SHOULD_WAIT);
    close_handle(writer);
    close_handle(reader);
}

TEST(debuglog_write, joins_the_flags_of_log_and_record) {
    zx_handle_t reader = make_reader();
    union record record;
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        zx_handle_t writer = make_log(bit);
        EXPECT_OK(zx_debuglog_write(writer, ZX_LOG_WARN, "x", 1));
        EXPECT_EQ(zx_debuglog_read(reader, 0, &record, sizeof(record)), HEADER + 1);
        EXPECT_EQ(record.head.flags, (uint16_t)(bit | ZX_LOG_WARN));
        zx_status_t status = zx_debuglog_write(writer, bit, "x", 1);
        if (bit <= ZX_LOG_FLAGS_MASK) {
            EXPECT_OK(status);
            EXPECT_EQ(zx_debuglog_read(reader, 0, &record, sizeof(record)), HEADER + 1);
            EXPECT_EQ(record.head.flags, bit);
        } else {
            EXPECT_STATUS(status, ZX_ERR_INVALID_ARGS);
        }
        close_handle(writer);
    }
    EXPECT_OK(zx_debuglog_write(reader, ZX_LOG_FLAGS_MASK, "x", 1));
    EXPECT_EQ(zx_debuglog_read(reader, 0, &record, sizeof(record)), HEADER + 1);
    EXPECT_EQ(record.head.flags, ZX_LOG_FLAGS_MASK);
    close_handle(reader);
}

TEST(debuglog_write, takes_at_most_224_bytes) {
    zx_handle_t log = make_reader();
    union record record;
    char text[400];
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] = (char)(i * 3 + 1);
    }
    for (size_t size = 0; size <= sizeof(text); size++) {
        size_t kept = size < DATA_MAX ? size : DATA_MAX;
        EXPECT_OK(zx_debuglog_write(log, 0, text, size));
        EXPECT_EQ(zx_debuglog_read(log, 0, &record, sizeof(record)), HEADER + kept);
        EXPECT_EQ(record.head.datalen, kept);
        EXPECT_EQ(memcmp(record.head.data, text, kept), 0);
    }
    // What is dropped is not even read.
    EXPECT_OK(zx_debuglog_write(log, 0, end_of_page(DATA_MAX), SIZE_MAX));
    EXPECT_EQ(zx_debuglog_read(log, 0, &record, sizeof(record)), ZX_LOG_RECORD_MAX);
    close_handle(log);
}

TEST(debuglog_write, checks_its_arguments_in_order) {
    zx_handle_t log = make_reader(), event;
    zx_handle_t silent = without_rights(log, ZX_RIGHT_WRITE);
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_STATUS(zx_debuglog_write(ZX_HANDLE_INVALID, 0x10000, NULL, 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_debuglog_write(ZX_HANDLE_INVALID, 0, NULL, 1), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_debuglog_write(event, 0, NULL, 1), ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(zx_debuglog_write(silent, 0, NULL, 1), ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_debuglog_write(log, 0, NULL, 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_debuglog_write(log, 0, NULL, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_debuglog_write(log, 0, bad_page(), 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_debuglog_write(log, 0, end_of_page(3), 4), ZX_ERR_INVALID_ARGS);
    union record record; // nothing of all that is in the log
    EXPECT_STATUS(zx_debuglog_read(log, 0, &record, sizeof(record)), ZX_ERR_SHOULD_WAIT);
    close_handle(event);
    close_handle(silent);
    close_handle(log);
}

TEST(debuglog_read, checks_its_arguments_in_order) {
    zx_handle_t log = make_reader(), event;
    union record record;
    EXPECT_OK(zx_event_create(0, &event));
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        EXPECT_STATUS(zx_debuglog_read(ZX_HANDLE_INVALID, bit, &record, sizeof(record)),
                      ZX_ERR_INVALID_ARGS);
    }
    EXPECT_STATUS(zx_debuglog_read(ZX_HANDLE_INVALID, 0, NULL, 0), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_debuglog_read(event, 0, NULL, 0), ZX_ERR_WRONG_TYPE);
    zx_handle_t blind = without_rights(log, ZX_RIGHT_READ);
    EXPECT_STATUS(zx_debuglog_read(blind, 0, NULL, 0), ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_debuglog_read(log, 0, bad_page(), sizeof(record)), ZX_ERR_SHOULD_WAIT);
    close_handle(event);
    close_handle(blind);
    close_handle(log);
}

TEST(debuglog_read, loses_a_record_that_cannot_be_stored) {
    zx_handle_t log = make_reader();
    void *const places[] = {NULL, bad_page(), read_only_page(), end_of_page(HEADER + 2)};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        write_text(log, "one");
        write_text(log, "two");
        EXPECT_STATUS(zx_debuglog_read(log, 0, places[i], ZX_LOG_RECORD_MAX), ZX_ERR_INVALID_ARGS);
        expect_text(log, "two");
    }
    close_handle(log);
}

TEST(debuglog_read, cuts_a_record_to_the_size_of_the_buffer) {
    zx_handle_t log = make_reader();
    char buffer[ZX_LOG_RECORD_MAX];
    for (size_t size = 0; size < HEADER + 10; size++) {
        write_text(log, "0123456789");
        memset(buffer, 0x77, sizeof(buffer));
        EXPECT_EQ(zx_debuglog_read(log, 0, buffer, size), size);
        EXPECT_EQ(buffer[size], 0x77);
        EXPECT_STATUS(zx_debuglog_read(log, 0, buffer, sizeof(buffer)), ZX_ERR_SHOULD_WAIT);
    }
    write_text(log, "0123456789");
    EXPECT_EQ(zx_debuglog_read(log, 0, end_of_page(HEADER + 10), SIZE_MAX), HEADER + 10);
    close_handle(log);
}

TEST(debuglog_read, shows_every_reader_every_record) {
    zx_handle_t first = make_reader(), second = make_reader(), writer = make_log(0);
    write_text(writer, "one");
    expect_text(first, "one");
    write_text(first, "two"); // a reader may write too
    expect_text(first, "two");
    expect_text(second, "one");
    expect_text(second, "two");
    // A copy of the handle is no reader of its own.
    zx_handle_t copy;
    EXPECT_OK(zx_handle_duplicate(first, ZX_RIGHT_SAME_RIGHTS, &copy));
    write_text(writer, "three");
    write_text(writer, "four");
    expect_text(copy, "three");
    expect_text(first, "four");
    // A new one begins with the oldest record there is.
    zx_handle_t late = make_log(ZX_LOG_FLAG_READABLE);
    union record record;
    int32_t result;
    int seen = 0;
    while ((result = zx_debuglog_read(late, 0, &record, sizeof(record))) > 0) {
        seen++;
    }
    EXPECT(seen >= 4);
    close_handle(first);
    close_handle(second);
    close_handle(writer);
    close_handle(copy);
    close_handle(late);
}

TEST(debuglog_read, moves_the_signal_of_its_log) {
    zx_handle_t reader = make_reader(), other = make_reader(), writer = make_log(0);
    union record record;
    EXPECT_EQ(signals_of(reader), ZX_LOG_WRITABLE);
    EXPECT_EQ(signals_of(writer), ZX_LOG_WRITABLE);
    write_text(writer, "one");
    EXPECT_EQ(signals_of(reader), ZX_LOG_WRITABLE | ZX_LOG_READABLE);
    EXPECT_EQ(signals_of(other), ZX_LOG_WRITABLE | ZX_LOG_READABLE);
    EXPECT_EQ(signals_of(writer), ZX_LOG_WRITABLE);
    expect_text(reader, "one");
    EXPECT_EQ(signals_of(reader), ZX_LOG_WRITABLE | ZX_LOG_READABLE); // nobody has looked yet
    EXPECT_STATUS(zx_debuglog_read(reader, 0, &record, sizeof(record)), ZX_ERR_SHOULD_WAIT);
    EXPECT_EQ(signals_of(reader), ZX_LOG_WRITABLE);
    EXPECT_EQ(signals_of(other), ZX_LOG_WRITABLE | ZX_LOG_READABLE);
    zx_handle_t late = make_log(ZX_LOG_FLAG_READABLE);
    EXPECT_EQ(signals_of(late), ZX_LOG_WRITABLE | ZX_LOG_READABLE);
    close_handle(late);
    close_handle(reader);
    close_handle(other);
    close_handle(writer);
}

static int wait_and_read(void *argument) {
    zx_handle_t log = *(zx_handle_t *)argument;
    zx_status_t status = zx_object_wait_one(log, ZX_LOG_READABLE, ZX_TIME_INFINITE, NULL);
    union record record;
    return status != ZX_OK ? status : zx_debuglog_read(log, 0, &record, sizeof(record));
}

TEST(debuglog_write, wakes_those_who_wait_for_records) {
    zx_handle_t readers[3], writer = make_log(0);
    struct test_thread threads[3];
    for (int i = 0; i < 3; i++) {
        readers[i] = make_reader();
        start_thread(&threads[i], wait_and_read, &readers[i]);
        wait_until_blocked(&threads[i]);
    }
    write_text(writer, "wake up");
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(finish_thread(&threads[i]), HEADER + 7);
        close_handle(readers[i]);
    }
    close_handle(writer);
}

// --- the ring ---

static size_t room_of(size_t size) {
    return HEADER + ((size + 3) & ~(size_t)3);
}

// Writes records of the given sizes until they have filled the ring more than twice, and says which
// of them is the oldest that is still there.
static uint32_t overflow(zx_handle_t log, const size_t *sizes, size_t count, uint32_t *written) {
    static size_t rooms[1 << 14];
    char text[DATA_MAX];
    uint32_t oldest = 0, next = 0;
    size_t kept = 0, total = 0;
    while (total < 2 * RING + 12345) {
        size_t size = sizes[next % count], room = room_of(size);
        memset(text, (int)next, sizeof(text));
        memcpy(text, &next, sizeof(next));
        EXPECT_OK(zx_debuglog_write(log, 0, text, size));
        while (kept > RING - room) {
            kept -= rooms[oldest++];
        }
        rooms[next++] = room;
        kept += room;
        total += room;
    }
    *written = next;
    return oldest;
}

static void expect_records(zx_handle_t log, const size_t *sizes, size_t count, uint32_t first,
                           uint32_t end) {
    union record record;
    for (uint32_t i = first; i < end; i++) {
        size_t size = sizes[i % count];
        EXPECT_EQ(zx_debuglog_read(log, 0, &record, sizeof(record)), HEADER + size);
        EXPECT_EQ(record.head.datalen, size);
        uint32_t number;
        memcpy(&number, record.head.data, sizeof(number));
        EXPECT_EQ(number, i);
        for (size_t j = sizeof(number); j < size; j++) {
            EXPECT_EQ(record.head.data[j], (char)i);
        }
    }
    EXPECT_STATUS(zx_debuglog_read(log, 0, &record, sizeof(record)), ZX_ERR_SHOULD_WAIT);
}

TEST(debuglog_write, forgets_the_oldest_records_when_the_ring_is_full) {
    static const size_t full[] = {DATA_MAX}, small[] = {4}, odd[] = {5, 100, 31, 224, 7, 64, 33},
                        prime[] = {17};
    static const struct {
        const size_t *sizes;
        size_t count;
    } patterns[] = {{full, 1}, {small, 1}, {odd, 7}, {prime, 1}};
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        zx_handle_t reader = make_reader(), writer = make_log(0);
        uint32_t written;
        uint32_t oldest = overflow(writer, patterns[i].sizes, patterns[i].count, &written);
        EXPECT(oldest > 0);
        // The reader that was too slow goes on with the oldest, like one that is new.
        expect_records(reader, patterns[i].sizes, patterns[i].count, oldest, written);
        zx_handle_t late = make_log(ZX_LOG_FLAG_READABLE);
        expect_records(late, patterns[i].sizes, patterns[i].count, oldest, written);
        close_handle(late);
        close_handle(reader);
        close_handle(writer);
    }
}

TEST(debuglog_write, keeps_512_of_the_largest_records) {
    static const size_t full[] = {DATA_MAX};
    zx_handle_t reader = make_reader();
    uint32_t written;
    uint32_t oldest = overflow(reader, full, 1, &written);
    EXPECT_EQ(written - oldest, RING / ZX_LOG_RECORD_MAX);
    expect_records(reader, full, 1, written - RING / ZX_LOG_RECORD_MAX, written);
    close_handle(reader);
}

TEST(debuglog_read, goes_on_in_the_middle_after_it_was_overtaken) {
    static const size_t sizes[] = {60};
    zx_handle_t slow = make_reader(), quick = make_reader();
    write_text(quick, "seen by both");
    expect_text(slow, "seen by both");
    uint32_t written;
    uint32_t oldest = overflow(quick, sizes, 1, &written);
    union record record;
    uint32_t number;
    EXPECT_EQ(zx_debuglog_read(slow, 0, &record, sizeof(record)), HEADER + 60);
    memcpy(&number, record.head.data, sizeof(number));
    EXPECT_EQ(number, oldest);
    // It misses nothing by records that push out what it has read already.
    write_text(quick, "");
    EXPECT_EQ(zx_debuglog_read(slow, 0, &record, sizeof(record)), HEADER + 60);
    memcpy(&number, record.head.data, sizeof(number));
    EXPECT_EQ(number, oldest + 1);
    close_handle(slow);
    close_handle(quick);
}

// --- many threads ---

enum { WRITERS = 4, RECORDS = 400 };

struct writer {
    struct test_thread thread;
    zx_handle_t log;
    uint32_t number;
    zx_koid_t koid;
};

static int write_records(void *argument) {
    struct writer *writer = argument;
    writer->koid = koid_of(zx_thread_self());
    char text[DATA_MAX];
    for (uint32_t i = 0; i < RECORDS; i++) {
        size_t size = 8 + (i * 13 + writer->number * 7) % 20;
        memset(text, (int)(writer->number * 50 + i), sizeof(text));
        memcpy(text, (uint32_t[]){writer->number, i}, 8);
        zx_status_t status = zx_debuglog_write(writer->log, 0, text, size);
        if (status != ZX_OK) {
            return status;
        }
    }
    return ZX_OK;
}

TEST(debuglog_write, keeps_records_of_many_threads_whole_and_in_order) {
    zx_handle_t log = make_reader();
    struct writer writers[WRITERS];
    uint32_t next[WRITERS] = {0}, seen = 0;
    for (uint32_t i = 0; i < WRITERS; i++) {
        writers[i].log = log;
        writers[i].number = i;
        writers[i].koid = 0;
        start_thread(&writers[i].thread, write_records, &writers[i]);
    }
    // All records together fit into the ring, so none can be lost.
    union record record;
    while (seen < WRITERS * RECORDS) {
        EXPECT_OK(zx_object_wait_one(log, ZX_LOG_READABLE, ZX_TIME_INFINITE, NULL));
        int32_t result;
        while ((result = zx_debuglog_read(log, 0, &record, sizeof(record))) > 0) {
            uint32_t words[2];
            memcpy(words, record.head.data, sizeof(words));
            EXPECT(words[0] < WRITERS);
            EXPECT_EQ(words[1], next[words[0]]);
            EXPECT_EQ(record.head.datalen, 8 + (words[1] * 13 + words[0] * 7) % 20);
            for (size_t i = 8; i < record.head.datalen; i++) {
                EXPECT_EQ(record.head.data[i], (char)(words[0] * 50 + words[1]));
            }
            next[words[0]]++;
            seen++;
        }
        EXPECT_STATUS(result, ZX_ERR_SHOULD_WAIT);
    }
    for (int i = 0; i < WRITERS; i++) {
        EXPECT_OK(finish_thread(&writers[i].thread));
    }
    close_handle(log);
}

TEST(debuglog_write, prints_on_the_console_where_it_is_told_to) {
    int reader = catch_stderr();
    fflush(NULL);
    pid_t child = fork(); // a fresh kernel, which looks at the environment again
    if (child == 0) {
        zx_handle_t log;
        zx_status_t status = zx_debuglog_create(ZX_HANDLE_INVALID, 0, &log);
        status = status != ZX_OK ? status : zx_debuglog_write(log, 0, "silent", 6);
        _exit(status == ZX_OK ? 0 : 1);
    }
    int first, second = 0;
    waitpid(child, &first, 0);
    setenv("LIBZIRCON_DEBUGLOG", "1", 1);
    child = fork();
    if (child == 0) {
        zx_handle_t log;
        zx_status_t status = zx_debuglog_create(ZX_HANDLE_INVALID, 0, &log);
        status = status != ZX_OK ? status : zx_debuglog_write(log, 0, "loud", 4);
        _exit(status == ZX_OK ? 0 : 1);
    }
    waitpid(child, &second, 0);
    unsetenv("LIBZIRCON_DEBUGLOG");
    char got[100];
    size_t size = take(reader, got, sizeof(got));
    release_stderr(reader);
    EXPECT_EQ(first, 0);
    EXPECT_EQ(second, 0);
    EXPECT_EQ(size, 4);
    EXPECT_EQ(memcmp(got, "loud", 4), 0);
}
