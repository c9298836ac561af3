// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <limits.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#include <zircon/features.h>
#include <zircon/syscalls/system.h>

TEST(system_get_num_cpus, counts_the_processors_of_the_machine) {
    uint32_t cpus = zx_system_get_num_cpus();
    EXPECT(cpus >= 1);
    EXPECT(cpus <= (uint32_t)sysconf(_SC_NPROCESSORS_CONF));
}

static int pin_and_count(void *argument) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((unsigned int)sched_getcpu(), &set);
    if (sched_setaffinity(0, sizeof(set), &set) != 0) {
        return -1;
    }
    *(uint32_t *)argument = zx_system_get_num_cpus();
    return 0;
}

TEST(system_get_num_cpus, does_not_depend_on_the_thread_that_asks) {
    uint32_t here = zx_system_get_num_cpus(), there = 0;
    struct test_thread thread;
    start_thread(&thread, pin_and_count, &there);
    EXPECT_EQ(finish_thread(&thread), 0);
    EXPECT_EQ(there, here);
    EXPECT_EQ(zx_system_get_num_cpus(), here);
}

TEST(system_get_physmem, tells_the_memory_of_the_machine) {
    struct sysinfo info;
    EXPECT_EQ(sysinfo(&info), 0);
    EXPECT_EQ(zx_system_get_physmem(), (uint64_t)info.totalram * info.mem_unit);
    EXPECT(zx_system_get_physmem() > 1 << 20);
}

TEST(system_get_dcache_line_size, is_a_power_of_two) {
    uint32_t line = zx_system_get_dcache_line_size();
    EXPECT(line >= 16 && line <= 1024);
    EXPECT_EQ(line & (line - 1), 0);
    EXPECT_EQ(zx_system_get_dcache_line_size(), line);
}

TEST(system_get_version, stores_64_bytes) {
    enum { SIZE = 64 };
    char version[SIZE + 8], again[SIZE];
    memset(version, 'z', sizeof(version));
    EXPECT_OK(zx_system_get_version(version, SIZE));
    size_t length = strnlen(version, SIZE);
    EXPECT(length > 0 && length < SIZE);
    for (size_t i = length; i < SIZE; i++) {
        EXPECT_EQ(version[i], 0);
    }
    for (size_t i = SIZE; i < sizeof(version); i++) {
        EXPECT_EQ(version[i], 'z');
    }
    EXPECT_OK(zx_system_get_version(again, sizeof(again)));
    EXPECT_EQ(memcmp(version, again, SIZE), 0);
    // A larger buffer is filled no further.
    memset(version, 'z', sizeof(version));
    EXPECT_OK(zx_system_get_version(version, sizeof(version)));
    EXPECT_EQ(version[SIZE], 'z');
    EXPECT_EQ(memcmp(version, again, SIZE), 0);
}

TEST(system_get_version, refuses_a_smaller_buffer) {
    char version[64];
    memset(version, 'z', sizeof(version));
    for (size_t size = 0; size < sizeof(version); size++) {
        EXPECT_STATUS(zx_system_get_version(version, size), ZX_ERR_BUFFER_TOO_SMALL);
    }
    for (size_t i = 0; i < sizeof(version); i++) {
        EXPECT_EQ(version[i], 'z');
    }
    EXPECT_STATUS(zx_system_get_version(NULL, 63), ZX_ERR_BUFFER_TOO_SMALL);
}

TEST(system_get_features, counts_breakpoints_and_watchpoints) {
    uint32_t features = 0;
    EXPECT_OK(zx_system_get_features(ZX_FEATURE_KIND_HW_BREAKPOINT_COUNT, &features));
    EXPECT_EQ(features, 4);
    features = 0;
    EXPECT_OK(zx_system_get_features(ZX_FEATURE_KIND_HW_WATCHPOINT_COUNT, &features));
    EXPECT_EQ(features, 4);
}

TEST(system_get_features, has_none_of_the_processor_or_of_unknown_kinds) {
    uint32_t features = 77;
    EXPECT_STATUS(zx_system_get_features(ZX_FEATURE_KIND_CPU, &features), ZX_ERR_NOT_SUPPORTED);
    for (uint32_t kind = 3; kind < 100; kind++) {
        EXPECT_STATUS(zx_system_get_features(kind, &features), ZX_ERR_NOT_SUPPORTED);
    }
    EXPECT_STATUS(zx_system_get_features(UINT32_MAX, &features), ZX_ERR_NOT_SUPPORTED);
    EXPECT_EQ(features, 77);
}

TEST(system_get_event, gives_handles_to_the_event_of_low_memory) {
    zx_handle_t event, again;
    EXPECT_OK(zx_system_get_event(zx_job_default(), ZX_SYSTEM_EVENT_LOW_MEMORY, &event));
    EXPECT_OK(zx_system_get_event(zx_job_default(), ZX_SYSTEM_EVENT_LOW_MEMORY, &again));
    EXPECT_EQ(type_of(event), ZX_OBJ_TYPE_EVENT);
    EXPECT_EQ(rights_of(event), ZX_RIGHT_WAIT | ZX_RIGHT_DUPLICATE | ZX_RIGHT_TRANSFER);
    EXPECT_EQ(koid_of(event), koid_of(again));
    EXPECT_STATUS(zx_object_wait_one(event, ZX_EVENT_SIGNALED, 0, NULL), ZX_ERR_TIMED_OUT);
    EXPECT_STATUS(zx_object_signal(event, 0, ZX_EVENT_SIGNALED), ZX_ERR_ACCESS_DENIED);
    close_handle(event);
    EXPECT_OK(zx_system_get_event(zx_job_default(), ZX_SYSTEM_EVENT_LOW_MEMORY, &event));
    EXPECT_EQ(koid_of(event), koid_of(again)); // it outlives its handles
    close_handle(event);
    close_handle(again);
}

TEST(system_get_event, checks_its_arguments_in_order) {
    zx_handle_t event = 5;
    for (uint32_t kind = 0; kind < 20; kind++) {
        if (kind != ZX_SYSTEM_EVENT_LOW_MEMORY) {
            EXPECT_STATUS(zx_system_get_event(ZX_HANDLE_INVALID, kind, &event),
                          ZX_ERR_INVALID_ARGS);
        }
    }
    const uint32_t kind = ZX_SYSTEM_EVENT_LOW_MEMORY;
    EXPECT_STATUS(zx_system_get_event(ZX_HANDLE_INVALID, kind, &event), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_system_get_event(zx_process_self(), kind, &event), ZX_ERR_WRONG_TYPE);
    zx_handle_t job = without_rights(zx_job_default(), ZX_RIGHT_MANAGE_PROCESS);
    EXPECT_STATUS(zx_system_get_event(job, kind, &event), ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_system_get_event(zx_job_default(), kind, NULL), ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(event, 5);
    close_handle(job);
}

static zx_status_t get_event(void *context) {
    return zx_system_get_event(zx_job_default(), ZX_SYSTEM_EVENT_LOW_MEMORY, context);
}

TEST(system_get_event, says_so_when_no_handle_is_left) {
    zx_handle_t event = 0;
    expect_no_memory(get_event, &event, sizeof(event));
    close_handle(event);
}

// Every status there is, with its name and number.
#define STATUSES(X)                                                                                \
    X(ZX_OK, 0)                                                                                    \
    X(ZX_ERR_INTERNAL, -1)                                                                         \
    X(ZX_ERR_NOT_SUPPORTED, -2)                                                                    \
    X(ZX_ERR_NO_RESOURCES, -3)                                                                     \
    X(ZX_ERR_NO_MEMORY, -4)                                                                        \
    X(ZX_ERR_INTERNAL_INTR_RETRY, -6)                                                              \
    X(ZX_ERR_INVALID_ARGS, -10)                                                                    \
    X(ZX_ERR_BAD_HANDLE, -11)                                                                      \
    X(ZX_ERR_WRONG_TYPE, -12)                                                                      \
    X(ZX_ERR_BAD_SYSCALL, -13)                                                                     \
    X(ZX_ERR_OUT_OF_RANGE, -14)                                                                    \
    X(ZX_ERR_BUFFER_TOO_SMALL, -15)                                                                \
    X(ZX_ERR_BAD_STATE, -20)                                                                       \
    X(ZX_ERR_TIMED_OUT, -21)                                                                       \
    X(ZX_ERR_SHOULD_WAIT, -22)                                                                     \
    X(ZX_ERR_CANCELED, -23)                                                                        \
    X(ZX_ERR_PEER_CLOSED, -24)                                                                     \
    X(ZX_ERR_NOT_FOUND, -25)                                                                       \
    X(ZX_ERR_ALREADY_EXISTS, -26)                                                                  \
    X(ZX_ERR_ALREADY_BOUND, -27)                                                                   \
    X(ZX_ERR_UNAVAILABLE, -28)                                                                     \
    X(ZX_ERR_ACCESS_DENIED, -30)                                                                   \
    X(ZX_ERR_IO, -40)                                                                              \
    X(ZX_ERR_IO_REFUSED, -41)                                                                      \
    X(ZX_ERR_IO_DATA_INTEGRITY, -42)                                                               \
    X(ZX_ERR_IO_DATA_LOSS, -43)                                                                    \
    X(ZX_ERR_IO_NOT_PRESENT, -44)                                                                  \
    X(ZX_ERR_IO_OVERRUN, -45)                                                                      \
    X(ZX_ERR_IO_MISSED_DEADLINE, -46)                                                              \
    X(ZX_ERR_IO_INVALID, -47)                                                                      \
    X(ZX_ERR_BAD_PATH, -50)                                                                        \
    X(ZX_ERR_NOT_DIR, -51)                                                                         \
    X(ZX_ERR_NOT_FILE, -52)                                                                        \
    X(ZX_ERR_FILE_BIG, -53)                                                                        \
    X(ZX_ERR_NO_SPACE, -54)                                                                        \
    X(ZX_ERR_NOT_EMPTY, -55)                                                                       \
    X(ZX_ERR_STOP, -60)                                                                            \
    X(ZX_ERR_NEXT, -61)                                                                            \
    X(ZX_ERR_ASYNC, -62)                                                                           \
    X(ZX_ERR_PROTOCOL_NOT_SUPPORTED, -70)                                                          \
    X(ZX_ERR_ADDRESS_UNREACHABLE, -71)                                                             \
    X(ZX_ERR_ADDRESS_IN_USE, -72)                                                                  \
    X(ZX_ERR_NOT_CONNECTED, -73)                                                                   \
    X(ZX_ERR_CONNECTION_REFUSED, -74)                                                              \
    X(ZX_ERR_CONNECTION_RESET, -75)                                                                \
    X(ZX_ERR_CONNECTION_ABORTED, -76)

static const struct {
    zx_status_t status;
    int number;
    const char *name;
} statuses[] = {
#define STATUS(name, number) {name, number, #name},
    STATUSES(STATUS)
#undef STATUS
};

TEST(status_get_string, knows_the_name_of_every_status) {
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        EXPECT_EQ(statuses[i].status, statuses[i].number);
        ck_assert_str_eq(zx_status_get_string(statuses[i].status), statuses[i].name);
    }
}

TEST(status_get_string, says_so_when_a_number_is_no_status) {
    for (int number = -2000; number < 2000; number++) {
        bool known = false;
        for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
            known |= statuses[i].number == number;
        }
        if (!known) {
            ck_assert_str_eq(zx_status_get_string(number), "(UNKNOWN)");
        }
    }
    ck_assert_str_eq(zx_status_get_string(INT_MIN), "(UNKNOWN)");
    ck_assert_str_eq(zx_status_get_string(INT_MAX), "(UNKNOWN)");
}

TEST(cache_flush, takes_data_or_instructions_and_invalidation_only_with_data) {
    char bytes[1000] = "abc";
    for (uint32_t options = 0; options < 64; options++) {
        bool data = (options & ZX_CACHE_FLUSH_DATA) != 0;
        bool insn = (options & ZX_CACHE_FLUSH_INSN) != 0;
        bool invalidate = (options & ZX_CACHE_FLUSH_INVALIDATE) != 0;
        bool allowed = options < 8 && (data || (insn && !invalidate));
        EXPECT_STATUS(zx_cache_flush(bytes, sizeof(bytes), options),
                      allowed ? ZX_OK : ZX_ERR_INVALID_ARGS);
    }
    EXPECT_STATUS(zx_cache_flush(bytes, sizeof(bytes), UINT32_MAX), ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(strcmp(bytes, "abc"), 0);
}

TEST(cache_flush, takes_any_range_that_can_be_read) {
    char *end = end_of_page(200);
    for (size_t size = 0; size <= 200; size++) {
        EXPECT_OK(zx_cache_flush(end + 200 - size, size, ZX_CACHE_FLUSH_DATA));
        EXPECT_OK(zx_cache_flush(end, size, ZX_CACHE_FLUSH_DATA | ZX_CACHE_FLUSH_INVALIDATE));
    }
    EXPECT_OK(zx_cache_flush(read_only_page(), 4096, ZX_CACHE_FLUSH_DATA));
    EXPECT_OK(zx_cache_flush(NULL, 0, ZX_CACHE_FLUSH_DATA));
}

TEST(cache_flush, makes_new_code_run) {
    uint8_t *code =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT(code != MAP_FAILED);
    for (uint8_t i = 0; i < 100; i++) {
        const uint8_t text[] = {0xb8, i, 0, 0, 0, 0xc3}; // mov eax, i; ret
        memcpy(code, text, sizeof(text));
        EXPECT_OK(zx_cache_flush(code, sizeof(text), ZX_CACHE_FLUSH_DATA | ZX_CACHE_FLUSH_INSN));
        int (*function)(void);
        memcpy(&function, &code, sizeof(function));
        EXPECT_EQ(function(), i);
    }
}
