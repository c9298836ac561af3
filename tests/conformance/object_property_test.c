// Part of libzircon. BSD-3-Clause, see LICENSE.
// ZX_PROP_ properties.
#include "harness.h"

static zx_handle_t new_event(void) {
    zx_handle_t event;
    EXPECT_OK(zx_event_create(0, &event));
    return event;
}

#define FOR_EACH(kind)                                                                             \
    for (const struct kind *topic = kind##s;                                                       \
         topic < kind##s + sizeof(kind##s) / sizeof(kind##s[0]); topic++)

static zx_handle_t object_of(zx_obj_type_t type) {
    switch (type) {
    case ZX_OBJ_TYPE_THREAD:
        return zx_thread_self();
    case ZX_OBJ_TYPE_JOB:
        return zx_job_default();
    default:
        return zx_process_self();
    }
}

static bool is_filled(const char *bytes, size_t size, char with) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != with) {
            return false;
        }
    }
    return true;
}

// --- object_get_property, object_set_property ---

enum { NO_PROPERTY = 1000 };

static const struct property {
    uint32_t property;
    size_t size;
    zx_obj_type_t type; // that has it
    bool get, set;
    bool unchecked; // the size is not looked at when it is set
} propertys[] = {
    {ZX_PROP_PROCESS_DEBUG_ADDR, 8, ZX_OBJ_TYPE_PROCESS, true, true, false},
    {ZX_PROP_PROCESS_VDSO_BASE_ADDRESS, 8, ZX_OBJ_TYPE_PROCESS, true, false, false},
    {ZX_PROP_REGISTER_FS, 8, ZX_OBJ_TYPE_THREAD, false, true, false},
    {ZX_PROP_REGISTER_GS, 8, ZX_OBJ_TYPE_THREAD, false, true, false},
    {ZX_PROP_JOB_KILL_ON_OOM, 8, ZX_OBJ_TYPE_JOB, false, true, true},
    {ZX_PROP_SOCKET_RX_THRESHOLD, 8, ZX_OBJ_TYPE_SOCKET, true, true, false},
    {ZX_PROP_SOCKET_TX_THRESHOLD, 8, ZX_OBJ_TYPE_SOCKET, true, true, false},
    {ZX_PROP_EXCEPTION_STATE, 4, ZX_OBJ_TYPE_EXCEPTION, true, true, false},
};

static const zx_obj_type_t types_with_properties[] = {ZX_OBJ_TYPE_PROCESS, ZX_OBJ_TYPE_THREAD,
                                                      ZX_OBJ_TYPE_JOB};

static zx_status_t get_no_property(zx_handle_t handle) {
    char value[64];
    return zx_object_get_property(handle, NO_PROPERTY, value, sizeof(value));
}

TEST(object_get_property, looks_at_the_value_then_the_handle_then_its_right) {
    expect_bad_handle(get_no_property);
    for (int i = 0; i < 3; i++) {
        expect_right(get_no_property, object_of(types_with_properties[i]), ZX_RIGHT_GET_PROPERTY,
                     ZX_ERR_INVALID_ARGS);
    }
    EXPECT_STATUS(zx_object_get_property(ZX_HANDLE_INVALID, ZX_PROP_NAME, NULL, 0),
                  ZX_ERR_INVALID_ARGS);
    zx_handle_t event = new_event();
    char name[ZX_MAX_NAME_LEN];
    EXPECT_STATUS(zx_object_get_property(event, ZX_PROP_NAME, name, sizeof(name)),
                  ZX_ERR_ACCESS_DENIED);
    close_handle(event);
}

TEST(object_get_property, refuses_properties_that_cannot_be_read) {
    const uint32_t unknown[] = {0, 1, 7, 11, 14, 18, NO_PROPERTY, UINT32_MAX};
    char value[64];
    for (int i = 0; i < 3; i++) {
        zx_handle_t handle = object_of(types_with_properties[i]);
        for (size_t j = 0; j < sizeof(unknown) / sizeof(unknown[0]); j++) {
            EXPECT_STATUS(zx_object_get_property(handle, unknown[j], value, sizeof(value)),
                          ZX_ERR_INVALID_ARGS);
        }
        FOR_EACH(property) {
            if (!topic->get) {
                EXPECT_STATUS(zx_object_get_property(handle, topic->property, value, 0),
                              ZX_ERR_INVALID_ARGS);
            }
        }
    }
}

TEST(object_get_property, looks_at_the_size_before_the_type) {
    char value[64];
    memset(value, 0x5a, sizeof(value));
    for (int i = 0; i < 3; i++) {
        zx_handle_t handle = object_of(types_with_properties[i]);
        FOR_EACH(property) {
            if (!topic->get) {
                continue;
            }
            EXPECT_STATUS(zx_object_get_property(handle, topic->property, value, 0),
                          ZX_ERR_BUFFER_TOO_SMALL);
            EXPECT_STATUS(zx_object_get_property(handle, topic->property, value, topic->size - 1),
                          ZX_ERR_BUFFER_TOO_SMALL);
            if (types_with_properties[i] != topic->type) {
                EXPECT_STATUS(zx_object_get_property(handle, topic->property, value, topic->size),
                              ZX_ERR_WRONG_TYPE);
            }
        }
    }
    EXPECT(is_filled(value, sizeof(value), 0x5a));
}

TEST(object_get_property, stores_exactly_the_value_whatever_room_there_is) {
    static const struct {
        uint32_t property;
        size_t size;
    } cases[] = {
        {ZX_PROP_NAME, ZX_MAX_NAME_LEN},
        {ZX_PROP_PROCESS_DEBUG_ADDR, 8},
        {ZX_PROP_PROCESS_VDSO_BASE_ADDRESS, 8},
    };
    for (int i = 0; i < 3; i++) {
        char value[64];
        memset(value, 0x5a, sizeof(value));
        size_t size = cases[i].size;
        EXPECT_OK(zx_object_get_property(zx_process_self(), cases[i].property, value, SIZE_MAX));
        EXPECT_OK(zx_object_get_property(zx_process_self(), cases[i].property, value + 1, size));
        EXPECT(is_filled(value + 1 + size, sizeof(value) - 1 - size, 0x5a));
        EXPECT_OK(
            zx_object_get_property(zx_process_self(), cases[i].property, end_of_page(size), size));
        for (int j = 0; j < BAD_OUT_POINTERS; j++) {
            EXPECT_STATUS(zx_object_get_property(zx_process_self(), cases[i].property,
                                                 bad_pointer(j, size), size),
                          ZX_ERR_INVALID_ARGS);
        }
    }
}

static zx_status_t set_no_property(zx_handle_t handle) {
    uint64_t value = 0;
    return zx_object_set_property(handle, NO_PROPERTY, &value, sizeof(value));
}

TEST(object_set_property, looks_at_the_value_then_the_handle_then_its_right) {
    expect_bad_handle(set_no_property);
    for (int i = 0; i < 3; i++) {
        expect_right(set_no_property, object_of(types_with_properties[i]), ZX_RIGHT_SET_PROPERTY,
                     ZX_ERR_INVALID_ARGS);
    }
    EXPECT_STATUS(zx_object_set_property(ZX_HANDLE_INVALID, ZX_PROP_NAME, NULL, 0),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_object_set_property(root_resource(), ZX_PROP_NAME, "x", 1),
                  ZX_ERR_ACCESS_DENIED);
}

TEST(object_set_property, refuses_properties_that_cannot_be_set) {
    const uint32_t unknown[] = {0, 1, 7, 11, 14, 18, NO_PROPERTY, UINT32_MAX};
    uint64_t value = 1;
    for (int i = 0; i < 3; i++) {
        zx_handle_t handle = object_of(types_with_properties[i]);
        for (size_t j = 0; j < sizeof(unknown) / sizeof(unknown[0]); j++) {
            EXPECT_STATUS(zx_object_set_property(handle, unknown[j], &value, sizeof(value)),
                          ZX_ERR_INVALID_ARGS);
        }
        EXPECT_STATUS(zx_object_set_property(handle, ZX_PROP_PROCESS_VDSO_BASE_ADDRESS, &value, 0),
                      ZX_ERR_INVALID_ARGS);
    }
}

TEST(object_set_property, looks_at_the_size_then_the_type_then_the_value) {
    for (int i = 0; i < 3; i++) {
        zx_handle_t handle = object_of(types_with_properties[i]);
        FOR_EACH(property) {
            if (!topic->set) {
                continue;
            }
            if (!topic->unchecked) {
                EXPECT_STATUS(zx_object_set_property(handle, topic->property, bad_page(), 0),
                              ZX_ERR_BUFFER_TOO_SMALL);
                EXPECT_STATUS(
                    zx_object_set_property(handle, topic->property, bad_page(), topic->size - 1),
                    ZX_ERR_BUFFER_TOO_SMALL);
            }
            if (types_with_properties[i] != topic->type) {
                EXPECT_STATUS(
                    zx_object_set_property(handle, topic->property, bad_page(), topic->size),
                    ZX_ERR_WRONG_TYPE);
                continue;
            }
            for (int j = 0; j < BAD_IN_POINTERS; j++) {
                EXPECT_STATUS(zx_object_set_property(handle, topic->property,
                                                     bad_pointer(j, topic->size), topic->size),
                              ZX_ERR_INVALID_ARGS);
            }
        }
    }
}

// --- names ---

static void expect_name(zx_handle_t handle, const char *name) {
    char expected[ZX_MAX_NAME_LEN] = {0}, value[ZX_MAX_NAME_LEN];
    memset(value, 0x5a, sizeof(value));
    memcpy(expected, name, strlen(name));
    EXPECT_OK(zx_object_get_property(handle, ZX_PROP_NAME, value, sizeof(value)));
    ck_assert_msg(memcmp(value, expected, sizeof(value)) == 0, "the name is '%.32s', not '%s'",
                  value, name);
}

TEST(object_set_property, names_jobs_processes_and_threads) {
    static const struct {
        const char *bytes;
        size_t size;
        const char *name;
    } cases[] = {
        {"a name", 6, "a name"},
        {"a name", 1, "a"},
        {"a name", 7, "a name"},
        {"a\0name", 6, "a"},
        {"\0name", 5, ""},
        {"a name", 0, ""},
        {"0123456789012345678901234567890", 31, "0123456789012345678901234567890"},
        {"01234567890123456789012345678901", 32, "0123456789012345678901234567890"},
        {"0123456789012345678901234567890123456789", 40, "0123456789012345678901234567890"},
        {"0123456789012345678901234567890", SIZE_MAX, "0123456789012345678901234567890"},
    };
    for (int i = 0; i < 3; i++) {
        zx_handle_t handle = object_of(types_with_properties[i]);
        char before[ZX_MAX_NAME_LEN];
        EXPECT_OK(zx_object_get_property(handle, ZX_PROP_NAME, before, sizeof(before)));
        for (size_t j = 0; j < sizeof(cases) / sizeof(cases[0]); j++) {
            EXPECT_OK(zx_object_set_property(handle, ZX_PROP_NAME, cases[j].bytes, cases[j].size));
            expect_name(handle, cases[j].name);
        }
        EXPECT_OK(zx_object_set_property(handle, ZX_PROP_NAME, before, sizeof(before)));
    }
}

TEST(object_set_property, reads_no_more_of_a_name_than_it_takes) {
    char *last = end_of_page(31);
    memset(last, 'x', 31);
    zx_handle_t thread = zx_thread_self();
    EXPECT_OK(zx_object_set_property(thread, ZX_PROP_NAME, last, 1000));
    expect_name(thread, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    EXPECT_OK(zx_object_set_property(thread, ZX_PROP_NAME, last + 30, 1));
    expect_name(thread, "x");
    EXPECT_OK(zx_object_set_property(thread, ZX_PROP_NAME, bad_page(), 0));
    expect_name(thread, "");
}

TEST(object_set_property, leaves_the_name_if_the_new_one_cannot_be_read) {
    zx_handle_t thread = zx_thread_self();
    EXPECT_OK(zx_object_set_property(thread, ZX_PROP_NAME, "before", 6));
    for (int i = 0; i < BAD_IN_POINTERS; i++) {
        EXPECT_STATUS(zx_object_set_property(thread, ZX_PROP_NAME, bad_pointer(i, 8), 8),
                      ZX_ERR_INVALID_ARGS);
    }
    expect_name(thread, "before");
}

TEST(object_get_property, finds_the_name_that_a_thread_was_made_with) {
    struct idle_thread idle;
    start_idle_thread(&idle);
    zx_handle_t thread;
    EXPECT_OK(zx_handle_duplicate(handle_of_thread(&idle.thread), ZX_RIGHT_SAME_RIGHTS, &thread));
    char name[ZX_MAX_NAME_LEN];
    EXPECT_OK(zx_object_get_property(thread, ZX_PROP_NAME, name, sizeof(name)));
    EXPECT(strncmp(name, "thrd_t:0x", 9) == 0);
    finish_idle_thread(&idle);
    EXPECT_OK(zx_object_set_property(thread, ZX_PROP_NAME, "was here", 8));
    expect_name(thread, "was here");
    close_handle(thread);
}

// --- numbers ---

TEST(object_set_property, sets_the_debug_address_of_a_process_once) {
    zx_handle_t process = zx_process_self();
    uintptr_t value = 7, got;
    EXPECT_OK(zx_object_get_property(process, ZX_PROP_PROCESS_DEBUG_ADDR, &got, sizeof(got)));
    EXPECT_EQ(got, 0);
    value = 0;
    EXPECT_STATUS(zx_object_set_property(process, ZX_PROP_PROCESS_DEBUG_ADDR, &value, 8),
                  ZX_ERR_INVALID_ARGS);
    value = ZX_PROCESS_DEBUG_ADDR_BREAK_ON_SET;
    EXPECT_OK(zx_object_set_property(process, ZX_PROP_PROCESS_DEBUG_ADDR, &value, 8));
    value = 0x1234567890abcdef;
    EXPECT_OK(zx_object_set_property(process, ZX_PROP_PROCESS_DEBUG_ADDR, &value, 100));
    EXPECT_STATUS(zx_object_set_property(process, ZX_PROP_PROCESS_DEBUG_ADDR, &value, 8),
                  ZX_ERR_ACCESS_DENIED);
    value = 0;
    EXPECT_STATUS(zx_object_set_property(process, ZX_PROP_PROCESS_DEBUG_ADDR, &value, 8),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_object_get_property(process, ZX_PROP_PROCESS_DEBUG_ADDR, &got, sizeof(got)));
    EXPECT_EQ(got, 0x1234567890abcdef);
}

TEST(object_get_property, finds_no_vdso_in_a_linked_program) {
    uintptr_t base = 7;
    EXPECT_OK(zx_object_get_property(zx_process_self(), ZX_PROP_PROCESS_VDSO_BASE_ADDRESS, &base,
                                     sizeof(base)));
    EXPECT_EQ(base, 0);
}

static bool is_killed_on_oom(void) {
    zx_info_job_t info;
    EXPECT_OK(zx_object_get_info(zx_job_default(), ZX_INFO_JOB, &info, sizeof(info), NULL, NULL));
    return info.kill_on_oom;
}

TEST(object_set_property, makes_a_job_a_victim_and_reads_eight_bytes_whatever_the_size) {
    static const struct {
        size_t value, size;
        zx_status_t status;
        bool after;
    } cases[] = {
        {1, 8, ZX_OK, true},
        {2, 8, ZX_ERR_INVALID_ARGS, true},
        {SIZE_MAX, 8, ZX_ERR_INVALID_ARGS, true},
        {(size_t)1 << 32, 8, ZX_ERR_INVALID_ARGS, true},
        {0, 8, ZX_OK, false},
        {1, 0, ZX_OK, true},
        {(size_t)1 << 32, 4, ZX_ERR_INVALID_ARGS, true},
        {0, 1000, ZX_OK, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t *value = end_of_page(sizeof(*value));
        *value = cases[i].value;
        EXPECT_STATUS(
            zx_object_set_property(zx_job_default(), ZX_PROP_JOB_KILL_ON_OOM, value, cases[i].size),
            cases[i].status);
        EXPECT(is_killed_on_oom() == cases[i].after);
    }
    EXPECT_STATUS(zx_object_set_property(zx_job_default(), ZX_PROP_JOB_KILL_ON_OOM, bad_page(), 0),
                  ZX_ERR_INVALID_ARGS);
}

// Thread and address sanitizers leave %gs alone, as libc does.
static uint64_t read_gs(void) {
    uint64_t value;
    __asm__ volatile("movq %%gs:0, %0" : "=r"(value));
    return value;
}

TEST(object_set_property, sets_the_base_of_gs_of_the_calling_thread) {
    static uint64_t words[2] = {0x1111222233334444, 0x5555666677778888};
    for (int i = 0; i < 2; i++) {
        uintptr_t base = (uintptr_t)&words[i];
        EXPECT_OK(zx_object_set_property(zx_thread_self(), ZX_PROP_REGISTER_GS, &base, 8));
        EXPECT_EQ(read_gs(), words[i]);
    }
    uintptr_t base = 0;
    EXPECT_OK(zx_object_set_property(zx_thread_self(), ZX_PROP_REGISTER_GS, &base, 8));
}

TEST(object_set_property, refuses_segment_bases_outside_of_user_space) {
    static const uint64_t bases[] = {0x0000800000000000, 0x0001000000000000, 0x7fffffffffffffff,
                                     0x8000000000000000, 0xffff7fffffffffff, 0xffff800000000000,
                                     UINT64_MAX};
    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        EXPECT_STATUS(zx_object_set_property(zx_thread_self(), ZX_PROP_REGISTER_GS, &bases[i], 8),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_object_set_property(zx_thread_self(), ZX_PROP_REGISTER_FS, &bases[i], 8),
                      ZX_ERR_INVALID_ARGS);
    }
}

TEST(object_set_property, sets_segment_bases_of_no_other_thread_and_says_so_before_it_reads_them) {
    struct idle_thread idle;
    start_idle_thread(&idle);
    zx_handle_t thread = handle_of_thread(&idle.thread);
    uintptr_t base = (uintptr_t)&base;
    EXPECT_STATUS(zx_object_set_property(thread, ZX_PROP_REGISTER_GS, &base, 8),
                  ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_object_set_property(thread, ZX_PROP_REGISTER_FS, &base, 8),
                  ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_object_set_property(thread, ZX_PROP_REGISTER_GS, bad_page(), 8),
                  ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_object_set_property(thread, ZX_PROP_REGISTER_FS, bad_page(), 8),
                  ZX_ERR_ACCESS_DENIED);
    finish_idle_thread(&idle);
}

// --- sockets ---

TEST(object_set_property, is_not_for_the_name_of_a_socket) {
    zx_handle_t ends[2];
    EXPECT_OK(zx_socket_create(0, &ends[0], &ends[1]));
    expect_name(ends[0], "");
    EXPECT_STATUS(zx_object_set_property(ends[0], ZX_PROP_NAME, "x", 1), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(zx_object_set_property(ends[0], ZX_PROP_NAME, bad_page(), 1),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_handle_close_many(ends, 2));
}

TEST(object_set_property, sets_the_thresholds_of_a_socket_up_to_its_capacity) {
    zx_handle_t ends[2];
    EXPECT_OK(zx_socket_create(0, &ends[0], &ends[1]));
    zx_info_socket_t info;
    EXPECT_OK(zx_object_get_info(ends[0], ZX_INFO_SOCKET, &info, sizeof(info), NULL, NULL));
    const struct {
        uint32_t property;
        size_t capacity;
    } cases[] = {{ZX_PROP_SOCKET_RX_THRESHOLD, info.rx_buf_max},
                 {ZX_PROP_SOCKET_TX_THRESHOLD, info.tx_buf_max}};
    for (int i = 0; i < 2; i++) {
        size_t got = 7;
        const size_t good[] = {0, 1, cases[i].capacity, 0},
                     bad[] = {cases[i].capacity + 1, SIZE_MAX};
        for (int j = 0; j < 4; j++) {
            EXPECT_OK(zx_object_set_property(ends[0], cases[i].property, &good[j], 8));
            EXPECT_OK(zx_object_get_property(ends[0], cases[i].property, &got, 8));
            EXPECT_EQ(got, good[j]);
        }
        for (int j = 0; j < 2; j++) {
            EXPECT_STATUS(zx_object_set_property(ends[0], cases[i].property, &bad[j], 8),
                          ZX_ERR_INVALID_ARGS);
        }
        EXPECT_STATUS(zx_object_set_property(ends[0], cases[i].property, bad_page(), 8),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_object_get_property(ends[0], cases[i].property, bad_page(), 8),
                      ZX_ERR_INVALID_ARGS);
    }
    EXPECT_OK(zx_handle_close_many(ends, 2));
}

TEST(object_set_property, sets_no_threshold_for_writing_to_a_closed_end) {
    zx_handle_t ends[2];
    EXPECT_OK(zx_socket_create(0, &ends[0], &ends[1]));
    close_handle(ends[1]);
    const size_t one = 1;
    EXPECT_STATUS(zx_object_set_property(ends[0], ZX_PROP_SOCKET_TX_THRESHOLD, &one, 8),
                  ZX_ERR_PEER_CLOSED);
    EXPECT_OK(zx_object_set_property(ends[0], ZX_PROP_SOCKET_RX_THRESHOLD, &one, 8));
    close_handle(ends[0]);
}
