// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/debuglog.h"

#include <string.h>

#include "host/clock.h"
#include "host/console.h"
#include "unit.h"

enum {
    HEADER = sizeof(zx_log_record_t),
    DATA_MAX = ZX_LOG_RECORD_MAX - HEADER,
    ROUNDS = UNIT_IS_SANITIZED ? 2000 : 20000,
};

// --- seams: the clock and the console ---

zx_time_t __wrap_clock_monotonic(void);
zx_time_t __wrap_clock_monotonic(void) {
    static _Atomic zx_time_t now = 1000000;
    return atomic_fetch_add(&now, 1000); // strictly growing
}

static char console[1024];
static size_t console_size;

void __wrap_console_write(const char *bytes, size_t size);
void __wrap_console_write(const char *bytes, size_t size) {
    size_t room = sizeof(console) - console_size;
    memcpy(console + console_size, bytes, size < room ? size : room);
    console_size += size < room ? size : room;
}

static struct object *open_log(struct thread *self, uint32_t flags) {
    struct object *log = debuglog_new(self, flags);
    assert_non_null(log);
    return log;
}

static void drain(struct thread *self, struct object *log) {
    char record[ZX_LOG_RECORD_MAX];
    size_t size;
    while (debuglog_read(self, log, record, &size) == ZX_OK) {
    }
}

// --- one record ---

static void a_record_says_who_and_when(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct object *reader = open_log(self, ZX_LOG_FLAG_READABLE), *writer = open_log(self, 0);
    drain(self, reader);
    zx_time_t last = 0;
    for (size_t size = 0; size <= DATA_MAX + 10; size++) {
        char data[DATA_MAX + 10], bytes[ZX_LOG_RECORD_MAX];
        memset(data, (int)size, sizeof(data));
        memset(bytes, 0x33, sizeof(bytes));
        debuglog_write(self, writer, 0x5, data, size);
        size_t got, kept = size < DATA_MAX ? size : DATA_MAX;
        assert_int_equal(debuglog_read(self, reader, bytes, &got), ZX_OK);
        assert_int_equal(got, HEADER + kept);
        zx_log_record_t *record = (zx_log_record_t *)(void *)bytes;
        assert_int_equal(record->datalen, kept);
        assert_int_equal(record->flags, 0x5);
        assert_int_equal(record->pid, self->process->object.koid);
        assert_int_equal(record->tid, self->object->object.koid);
        assert_true(record->timestamp > last);
        last = record->timestamp;
        assert_memory_equal(record->data, data, kept);
        assert_int_equal(debuglog_read(self, reader, bytes, &got), ZX_ERR_SHOULD_WAIT);
    }
    object_unref(self, reader);
    object_unref(self, writer);
}

static void only_a_reader_reads(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct object *writer = open_log(self, 0);
    char bytes[ZX_LOG_RECORD_MAX];
    size_t size;
    debuglog_write(self, writer, 0, "x", 1);
    assert_int_equal(debuglog_read(self, writer, bytes, &size), ZX_ERR_BAD_STATE);
    assert_int_equal(object_signals(writer), ZX_LOG_WRITABLE);
    object_unref(self, writer);
}

static void readable_tells_of_records(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct object *reader = open_log(self, ZX_LOG_FLAG_READABLE);
    drain(self, reader);
    assert_int_equal(object_signals(reader) & ZX_LOG_READABLE, 0);
    debuglog_write(self, reader, 0, "one", 3);
    debuglog_write(self, reader, 0, "two", 3);
    assert_int_equal(object_signals(reader) & ZX_LOG_READABLE, ZX_LOG_READABLE);
    struct object *second = open_log(self, ZX_LOG_FLAG_READABLE);
    assert_int_equal(object_signals(second) & ZX_LOG_READABLE, ZX_LOG_READABLE);
    drain(self, reader);
    assert_int_equal(object_signals(reader) & ZX_LOG_READABLE, 0);
    assert_int_equal(object_signals(second) & ZX_LOG_READABLE, ZX_LOG_READABLE);
    drain(self, second);
    object_unref(self, reader);
    object_unref(self, second);
}

static void by_default_the_console_hears_nothing(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct object *writer = open_log(self, 0);
    console_size = 0;
    debuglog_write(self, writer, 0, "quiet", 5);
    assert_int_equal(console_size, 0);
    // Asked for by the environment when the kernel starts.
    setenv("LIBZIRCON_DEBUGLOG", "1", 1);
    debuglog_start();
    debuglog_write(self, writer, 0, "loud", 4);
    assert_int_equal(console_size, 4);
    assert_memory_equal(console, "loud", 4);
    unsetenv("LIBZIRCON_DEBUGLOG");
    debuglog_start();
    object_unref(self, writer);
}

// --- the ring ---

// A record of a size that its number gives, all of its bytes told by the number.
static size_t size_of(uint32_t number) {
    return 4 + number * 37 % (DATA_MAX - 4);
}

static void write_number(struct thread *self, struct object *log, uint32_t number) {
    char data[DATA_MAX];
    memset(data, (int)(number % 251), sizeof(data));
    memcpy(data, &number, sizeof(number));
    debuglog_write(self, log, 0, data, size_of(number));
}

// The number of a record, which must be whole.
static uint32_t number_of(const char *bytes, size_t size) {
    const zx_log_record_t *record = (const zx_log_record_t *)(const void *)bytes;
    uint32_t number;
    memcpy(&number, record->data, sizeof(number));
    unit_check(record->datalen == size_of(number) && size == HEADER + size_of(number));
    for (size_t i = 4; i < record->datalen; i++) {
        unit_check((unsigned char)record->data[i] == number % 251);
    }
    return number;
}

static void the_oldest_are_pushed_out(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct object *reader = open_log(self, ZX_LOG_FLAG_READABLE);
    drain(self, reader);
    char bytes[ZX_LOG_RECORD_MAX];
    size_t size;
    for (uint32_t round = 0; round < 20; round++) {
        enum { WRITTEN = 3000 }; // more than the ring holds
        for (uint32_t i = 0; i < WRITTEN; i++) {
            write_number(self, reader, round * WRITTEN + i);
        }
        uint32_t read = 0, last = 0;
        size_t in_ring = 0;
        while (debuglog_read(self, reader, bytes, &size) == ZX_OK) {
            uint32_t number = number_of(bytes, size);
            assert_true(read == 0 || number == last + 1); // the newest ones without a gap
            last = number;
            in_ring += HEADER + ((size_of(number) + 3) & ~(size_t)3);
            read++;
        }
        assert_int_equal(last, round * WRITTEN + WRITTEN - 1);
        assert_true(read < WRITTEN);
        assert_in_range(in_ring, DEBUGLOG_RING - ZX_LOG_RECORD_MAX + 1, DEBUGLOG_RING);
    }
    object_unref(self, reader);
}

static void readers_read_at_their_own_pace(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct object *readers[2] = {open_log(self, ZX_LOG_FLAG_READABLE),
                                 open_log(self, ZX_LOG_FLAG_READABLE)};
    char bytes[ZX_LOG_RECORD_MAX];
    size_t size;
    drain(self, readers[0]);
    drain(self, readers[1]);
    for (uint32_t i = 0; i < 100; i++) {
        write_number(self, readers[0], i);
        assert_int_equal(debuglog_read(self, readers[0], bytes, &size), ZX_OK);
        assert_int_equal(number_of(bytes, size), i);
        assert_int_equal(debuglog_read(self, readers[0], bytes, &size), ZX_ERR_SHOULD_WAIT);
    }
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(debuglog_read(self, readers[1], bytes, &size), ZX_OK);
        assert_int_equal(number_of(bytes, size), i);
    }
    object_unref(self, readers[0]);
    object_unref(self, readers[1]);
}

// --- several threads at once ---

static _Atomic uint32_t writers_left;

static void write_many(struct thread *self, void *argument) {
    struct object *log = argument;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        write_number(self, log, i);
    }
    atomic_fetch_sub(&writers_left, 1);
}

// Reads until nothing is left, relying on the signal: it is set whenever there is a record.
static void read_along(struct thread *self, void *argument) {
    struct object *log = argument;
    char bytes[ZX_LOG_RECORD_MAX];
    size_t size;
    uint32_t read = 0;
    for (;;) {
        bool over = atomic_load(&writers_left) == 0;
        bool readable = (object_signals(log) & ZX_LOG_READABLE) != 0;
        if (!readable) {
            if (over) {
                break;
            }
            continue;
        }
        if (debuglog_read(self, log, bytes, &size) == ZX_OK) {
            number_of(bytes, size);
            read++;
        }
    }
    unit_check(debuglog_read(self, log, bytes, &size) == ZX_ERR_SHOULD_WAIT);
    unit_check(read > 0);
}

static void come_and_go(struct thread *self, void *argument) {
    (void)argument;
    while (atomic_load(&writers_left) > 0) {
        struct object *log = debuglog_new(self, ZX_LOG_FLAG_READABLE);
        unit_check(log != NULL);
        char bytes[ZX_LOG_RECORD_MAX];
        size_t size;
        for (int i = 0; i < 5 && debuglog_read(self, log, bytes, &size) == ZX_OK; i++) {
            number_of(bytes, size);
        }
        object_unref(self, log);
    }
}

static void records_stay_whole_and_the_signal_true(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct object *reader = open_log(self, ZX_LOG_FLAG_READABLE), *writer = open_log(self, 0);
    drain(self, reader);
    struct unit_thread threads[4];
    atomic_store(&writers_left, 2);
    unit_start(&threads[0], write_many, writer);
    unit_start(&threads[1], write_many, writer);
    unit_start(&threads[2], read_along, reader);
    unit_start(&threads[3], come_and_go, NULL);
    for (int i = 0; i < 4; i++) {
        unit_join(&threads[i]);
    }
    object_unref(self, reader);
    object_unref(self, writer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT_TEST(a_record_says_who_and_when),
        UNIT_TEST(only_a_reader_reads),
        UNIT_TEST(readable_tells_of_records),
        UNIT_TEST(the_oldest_are_pushed_out),
        UNIT_TEST(readers_read_at_their_own_pace),
        UNIT_TEST(records_stay_whole_and_the_signal_true),
        UNIT_TEST(by_default_the_console_hears_nothing),
    };
    return cmocka_run_group_tests_name("debuglog", tests, NULL, NULL);
}
