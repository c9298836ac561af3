// Part of libzircon. BSD-3-Clause, see LICENSE.
// ZX_INFO_ topics. A topic has a row in the tables below, and a test of what it tells.
#include "harness.h"

#include <zircon/syscalls/resource.h>

static zx_handle_t new_event(void) {
    zx_handle_t event;
    EXPECT_OK(zx_event_create(0, &event));
    return event;
}

static zx_koid_t related_koid_of(zx_handle_t handle) {
    zx_info_handle_basic_t info;
    EXPECT_OK(zx_object_get_info(handle, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL));
    return info.related_koid;
}

// --- object_get_info: what all topics have in common ---

enum { RECORD_MAX = 256 };

// A topic with exactly one record.
static const struct record_topic {
    uint32_t topic;
    zx_obj_type_t type;
    zx_rights_t right;
    size_t size;
} record_topics[] = {
    {ZX_INFO_HANDLE_BASIC, ZX_OBJ_TYPE_NONE, 0, sizeof(zx_info_handle_basic_t)},
    {ZX_INFO_HANDLE_COUNT, ZX_OBJ_TYPE_NONE, ZX_RIGHT_INSPECT, sizeof(zx_info_handle_count_t)},
    {ZX_INFO_PROCESS, ZX_OBJ_TYPE_PROCESS, ZX_RIGHT_INSPECT, sizeof(zx_info_process_t)},
    {ZX_INFO_PROCESS_HANDLE_STATS, ZX_OBJ_TYPE_PROCESS, ZX_RIGHT_INSPECT,
     sizeof(zx_info_process_handle_stats_t)},
    {ZX_INFO_THREAD, ZX_OBJ_TYPE_THREAD, ZX_RIGHT_INSPECT, sizeof(zx_info_thread_t)},
    {ZX_INFO_JOB, ZX_OBJ_TYPE_JOB, ZX_RIGHT_INSPECT, sizeof(zx_info_job_t)},
    {ZX_INFO_RESOURCE, ZX_OBJ_TYPE_RESOURCE, ZX_RIGHT_INSPECT, sizeof(zx_info_resource_t)},
};

// A topic with a list of koids.
static const struct list_topic {
    uint32_t topic;
    zx_obj_type_t type;
} list_topics[] = {
    {ZX_INFO_PROCESS_THREADS, ZX_OBJ_TYPE_PROCESS},
    {ZX_INFO_JOB_CHILDREN, ZX_OBJ_TYPE_JOB},
    {ZX_INFO_JOB_PROCESSES, ZX_OBJ_TYPE_JOB},
};

#define FOR_EACH(kind)                                                                             \
    for (const struct kind *topic = kind##s;                                                       \
         topic < kind##s + sizeof(kind##s) / sizeof(kind##s[0]); topic++)

static zx_handle_t object_of(zx_obj_type_t type) {
    switch (type) {
    case ZX_OBJ_TYPE_THREAD:
        return zx_thread_self();
    case ZX_OBJ_TYPE_JOB:
        return zx_job_default();
    case ZX_OBJ_TYPE_RESOURCE:
        return root_resource();
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

TEST(object_get_info, refuses_topics_that_there_are_not_before_all_else) {
    const uint32_t topics[] = {0x10000000, UINT32_MAX, ZX_INFO_NONE, 5, 25, 100, 0x1000002};
    for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
        EXPECT_STATUS(zx_object_get_info(ZX_HANDLE_INVALID, topics[i], NULL, 0, NULL, NULL),
                      ZX_ERR_NOT_SUPPORTED);
        EXPECT_STATUS(zx_object_get_info(zx_process_self(), topics[i], NULL, 0, NULL, NULL),
                      ZX_ERR_NOT_SUPPORTED);
    }
}

static uint32_t current_topic;

static zx_status_t get_current_topic(zx_handle_t handle) {
    char record[RECORD_MAX];
    return zx_object_get_info(handle, current_topic, record, sizeof(record), NULL, NULL);
}

TEST(object_get_info, refuses_values_that_are_no_handles) {
    current_topic = ZX_INFO_HANDLE_VALID;
    expect_bad_handle(get_current_topic);
    FOR_EACH(record_topic) {
        current_topic = topic->topic;
        expect_bad_handle(get_current_topic);
    }
    FOR_EACH(list_topic) {
        current_topic = topic->topic;
        expect_bad_handle(get_current_topic);
    }
}

TEST(object_get_info, refuses_objects_of_another_type) {
    FOR_EACH(record_topic) {
        if (topic->type != ZX_OBJ_TYPE_NONE) {
            current_topic = topic->topic;
            expect_wrong_type(get_current_topic, topic->type, topic->type);
        }
    }
    FOR_EACH(list_topic) {
        current_topic = topic->topic;
        expect_wrong_type(get_current_topic, topic->type, topic->type);
    }
}

TEST(object_get_info, needs_the_right_of_the_topic_and_no_other) {
    FOR_EACH(record_topic) {
        current_topic = topic->topic;
        if (topic->right != 0) {
            expect_right(get_current_topic, object_of(topic->type), topic->right, ZX_OK);
            continue;
        }
        zx_handle_t none;
        EXPECT_OK(zx_handle_duplicate(object_of(topic->type), ZX_RIGHT_NONE, &none));
        EXPECT_OK(get_current_topic(none));
        close_handle(none);
    }
    FOR_EACH(list_topic) {
        current_topic = topic->topic;
        expect_right(get_current_topic, object_of(topic->type), ZX_RIGHT_ENUMERATE, ZX_OK);
    }
}

TEST(object_get_info, looks_at_the_type_before_the_right) {
    zx_handle_t none;
    EXPECT_OK(zx_handle_duplicate(zx_process_self(), ZX_RIGHT_NONE, &none));
    EXPECT_STATUS(zx_object_get_info(none, ZX_INFO_JOB, NULL, 0, NULL, NULL), ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(zx_object_get_info(none, ZX_INFO_JOB_PROCESSES, NULL, 0, NULL, NULL),
                  ZX_ERR_WRONG_TYPE);
    close_handle(none);
}

TEST(object_get_info, stores_one_record_of_exactly_its_size) {
    FOR_EACH(record_topic) {
        char buffer[RECORD_MAX + 8];
        for (size_t more = 0; more <= 8; more++) {
            memset(buffer, 0x5a, sizeof(buffer));
            size_t actual = 7, avail = 7;
            EXPECT_OK(zx_object_get_info(object_of(topic->type), topic->topic, buffer,
                                         topic->size + more, &actual, &avail));
            EXPECT_EQ(actual, 1);
            EXPECT_EQ(avail, 1);
            EXPECT(!is_filled(buffer, topic->size, 0x5a));
            EXPECT(is_filled(buffer + topic->size, sizeof(buffer) - topic->size, 0x5a));
        }
        char *last = end_of_page(topic->size);
        EXPECT_OK(zx_object_get_info(object_of(topic->type), topic->topic, last, topic->size, NULL,
                                     NULL));
    }
}

TEST(object_get_info, stores_a_record_at_any_address) {
    FOR_EACH(record_topic) {
        char buffer[RECORD_MAX + 3 + 2 * sizeof(size_t)];
        size_t *actual = (void *)(buffer + 1), *avail = (void *)(buffer + 1 + sizeof(size_t));
        EXPECT_OK(zx_object_get_info(object_of(topic->type), topic->topic,
                                     buffer + 3 + 2 * sizeof(size_t), topic->size, actual, avail));
        size_t one = 1;
        EXPECT(memcmp(actual, &one, sizeof(one)) == 0);
        EXPECT(memcmp(avail, &one, sizeof(one)) == 0);
    }
}

TEST(object_get_info, stores_no_record_where_there_is_too_little_room) {
    FOR_EACH(record_topic) {
        const size_t sizes[] = {0, 1, topic->size - 1};
        for (int i = 0; i < 3; i++) {
            char buffer[RECORD_MAX];
            memset(buffer, 0x5a, sizeof(buffer));
            size_t actual = 7, avail = 7;
            EXPECT_STATUS(zx_object_get_info(object_of(topic->type), topic->topic, buffer, sizes[i],
                                             &actual, &avail),
                          ZX_ERR_BUFFER_TOO_SMALL);
            EXPECT_EQ(actual, 0);
            EXPECT_EQ(avail, 1);
            EXPECT(is_filled(buffer, sizeof(buffer), 0x5a));
            EXPECT_STATUS(zx_object_get_info(object_of(topic->type), topic->topic, NULL, sizes[i],
                                             NULL, NULL),
                          ZX_ERR_BUFFER_TOO_SMALL);
        }
    }
}

TEST(object_get_info, refuses_a_record_buffer_that_cannot_be_written) {
    FOR_EACH(record_topic) {
        for (int i = 0; i < BAD_OUT_POINTERS; i++) {
            size_t actual = 7, avail = 7;
            EXPECT_STATUS(zx_object_get_info(object_of(topic->type), topic->topic,
                                             bad_pointer(i, topic->size), topic->size, &actual,
                                             &avail),
                          ZX_ERR_INVALID_ARGS);
            EXPECT_EQ(actual, 7);
            EXPECT_EQ(avail, 7);
        }
    }
}

// The topic with each of the counts at a bad address in turn; `size` is that of the buffer.
static void expect_bad_counts(zx_handle_t handle, uint32_t topic, size_t size) {
    char buffer[RECORD_MAX];
    for (int i = 1; i < BAD_OUT_POINTERS; i++) {
        size_t actual = 7, avail = 7;
        void *bad = bad_pointer(i, sizeof(size_t));
        EXPECT_STATUS(zx_object_get_info(handle, topic, buffer, size, bad, &avail),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_EQ(avail, 7);
        EXPECT_STATUS(zx_object_get_info(handle, topic, buffer, size, &actual, bad),
                      ZX_ERR_INVALID_ARGS);
        EXPECT(actual != 7);
        EXPECT_STATUS(zx_object_get_info(handle, topic, buffer, size, bad, bad),
                      ZX_ERR_INVALID_ARGS);
    }
}

TEST(object_get_info, refuses_counts_that_cannot_be_written_before_it_finds_too_little_room) {
    FOR_EACH(record_topic) {
        expect_bad_counts(object_of(topic->type), topic->topic, RECORD_MAX);
        expect_bad_counts(object_of(topic->type), topic->topic, 0);
    }
    FOR_EACH(list_topic) {
        expect_bad_counts(object_of(topic->type), topic->topic, RECORD_MAX);
        expect_bad_counts(object_of(topic->type), topic->topic, 0);
    }
}

TEST(object_get_info, counts_the_entries_of_a_list_that_there_is_no_room_for) {
    FOR_EACH(list_topic) {
        zx_koid_t koids[4];
        size_t all, actual = 7, avail = 7;
        EXPECT_OK(zx_object_get_info(object_of(topic->type), topic->topic, koids, sizeof(koids),
                                     &all, NULL));
        EXPECT_OK(
            zx_object_get_info(object_of(topic->type), topic->topic, NULL, 0, &actual, &avail));
        EXPECT_EQ(actual, 0);
        EXPECT_EQ(avail, all);
        EXPECT_OK(zx_object_get_info(object_of(topic->type), topic->topic, bad_page(),
                                     sizeof(zx_koid_t) - 1, &actual, &avail));
        EXPECT_EQ(actual, 0);
        EXPECT_EQ(avail, all);
        EXPECT_OK(zx_object_get_info(object_of(topic->type), topic->topic, NULL, 0, NULL, NULL));
    }
}

TEST(object_get_info, touches_no_more_of_a_list_buffer_than_it_stores) {
    const struct list_topic topics[] = {
        {ZX_INFO_PROCESS_THREADS, ZX_OBJ_TYPE_PROCESS},
        {ZX_INFO_JOB_PROCESSES, ZX_OBJ_TYPE_JOB},
    };
    for (int i = 0; i < 2; i++) {
        zx_handle_t handle = object_of(topics[i].type);
        zx_koid_t *last = end_of_page(sizeof(*last));
        size_t actual, avail;
        EXPECT_OK(zx_object_get_info(handle, topics[i].topic, last, SIZE_MAX, &actual, &avail));
        EXPECT_EQ(actual, 1);
        EXPECT_EQ(avail, 1);
        EXPECT_OK(zx_object_get_info(handle, topics[i].topic, (char *)last - 1,
                                     2 * sizeof(*last) - 1, &actual, NULL));
        EXPECT_EQ(actual, 1);
        for (int j = 0; j < BAD_OUT_POINTERS; j++) {
            EXPECT_STATUS(zx_object_get_info(handle, topics[i].topic, bad_pointer(j, sizeof(*last)),
                                             sizeof(*last), NULL, NULL),
                          ZX_ERR_INVALID_ARGS);
        }
    }
}

// --- object_get_info: topic by topic ---

TEST(object_get_info, says_whether_a_handle_is_valid_and_stores_nothing) {
    zx_handle_t event = new_event();
    size_t actual = 7, avail = 7;
    EXPECT_OK(zx_object_get_info(event, ZX_INFO_HANDLE_VALID, bad_page(), 8, &actual, &avail));
    EXPECT_OK(zx_object_get_info(event, ZX_INFO_HANDLE_VALID, NULL, 0, bad_page(), bad_page()));
    EXPECT_EQ(actual, 7);
    EXPECT_EQ(avail, 7);
    EXPECT_OK(zx_handle_replace(event, ZX_RIGHT_NONE, &event));
    EXPECT_OK(zx_object_get_info(event, ZX_INFO_HANDLE_VALID, NULL, 0, NULL, NULL));
    close_handle(event);
    EXPECT_STATUS(zx_object_get_info(event, ZX_INFO_HANDLE_VALID, NULL, 0, NULL, NULL),
                  ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_object_get_info(0, ZX_INFO_HANDLE_VALID, NULL, 0, NULL, NULL),
                  ZX_ERR_BAD_HANDLE);
}

TEST(object_get_info, takes_no_forged_handle_for_the_real_one) {
    zx_handle_t event = new_event();
    zx_koid_t koid = koid_of(event);
    for (uint32_t first = 0; first < 32; first++) {
        for (uint32_t second = first; second < 32; second++) {
            zx_handle_t forged = event ^ (1u << first | 1u << second);
            EXPECT(!is_valid(forged) || koid_of(forged) != koid);
        }
    }
    close_handle(event);
}

TEST(object_get_info, knows_no_handle_while_it_is_in_a_message) {
    zx_handle_t ends[2], event = new_event();
    EXPECT_OK(zx_channel_create(0, &ends[0], &ends[1]));
    EXPECT_OK(zx_channel_write(ends[0], 0, NULL, 0, &event, 1));
    EXPECT_STATUS(zx_object_get_info(event, ZX_INFO_HANDLE_VALID, NULL, 0, NULL, NULL),
                  ZX_ERR_BAD_HANDLE);
    EXPECT_OK(zx_handle_close_many(ends, 2));
}

TEST(object_get_info, tells_type_rights_and_waitability_of_each_object) {
    zx_handle_t event = new_event(), eventpair[2], channel[2], port, log;
    EXPECT_OK(zx_eventpair_create(0, &eventpair[0], &eventpair[1]));
    EXPECT_OK(zx_channel_create(0, &channel[0], &channel[1]));
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_OK(zx_debuglog_create(ZX_HANDLE_INVALID, 0, &log));
    const struct {
        zx_handle_t handle;
        zx_obj_type_t type;
        zx_rights_t rights;
        zx_koid_t related;
    } cases[] = {
        {event, ZX_OBJ_TYPE_EVENT, ZX_DEFAULT_EVENT_RIGHTS, 0},
        {eventpair[0], ZX_OBJ_TYPE_EVENTPAIR, ZX_DEFAULT_EVENTPAIR_RIGHTS, koid_of(eventpair[1])},
        {eventpair[1], ZX_OBJ_TYPE_EVENTPAIR, ZX_DEFAULT_EVENTPAIR_RIGHTS, koid_of(eventpair[0])},
        {channel[0], ZX_OBJ_TYPE_CHANNEL, ZX_DEFAULT_CHANNEL_RIGHTS, koid_of(channel[1])},
        {channel[1], ZX_OBJ_TYPE_CHANNEL, ZX_DEFAULT_CHANNEL_RIGHTS, koid_of(channel[0])},
        {port, ZX_OBJ_TYPE_PORT, ZX_DEFAULT_PORT_RIGHTS, 0},
        {log, ZX_OBJ_TYPE_LOG, ZX_DEFAULT_LOG_RIGHTS, 0},
        {root_resource(), ZX_OBJ_TYPE_RESOURCE, ZX_DEFAULT_RESOURCE_RIGHTS, 0},
        {zx_thread_self(), ZX_OBJ_TYPE_THREAD, ZX_DEFAULT_THREAD_RIGHTS,
         koid_of(zx_process_self())},
        {zx_process_self(), ZX_OBJ_TYPE_PROCESS, ZX_DEFAULT_PROCESS_RIGHTS,
         koid_of(zx_job_default())},
        {zx_job_default(), ZX_OBJ_TYPE_JOB, ZX_DEFAULT_JOB_RIGHTS, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        zx_info_handle_basic_t info;
        memset(&info, 0xff, sizeof(info));
        EXPECT_OK(zx_object_get_info(cases[i].handle, ZX_INFO_HANDLE_BASIC, &info, sizeof(info),
                                     NULL, NULL));
        EXPECT(info.koid >= ZX_KOID_FIRST);
        EXPECT(info.koid >> 63 == 0);
        EXPECT_EQ(info.type, cases[i].type);
        EXPECT_EQ(info.rights, cases[i].rights);
        EXPECT_EQ(info.related_koid, cases[i].related);
        EXPECT_EQ(info.props,
                  (cases[i].rights & ZX_RIGHT_WAIT) != 0 ? ZX_OBJ_PROP_WAITABLE : ZX_OBJ_PROP_NONE);
    }
    close_handle(event);
    close_handle(port);
    close_handle(log);
    EXPECT_OK(zx_handle_close_many(eventpair, 2));
    EXPECT_OK(zx_handle_close_many(channel, 2));
}

TEST(object_get_info, tells_that_an_object_is_waitable_whatever_the_handle_may_do) {
    zx_handle_t event = new_event();
    EXPECT_OK(zx_handle_replace(event, ZX_RIGHT_NONE, &event));
    zx_info_handle_basic_t info;
    EXPECT_OK(zx_object_get_info(event, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.rights, ZX_RIGHT_NONE);
    EXPECT_EQ(info.props, ZX_OBJ_PROP_WAITABLE);
    close_handle(event);
}

TEST(object_get_info, keeps_the_related_koid_of_an_end_whose_peer_is_closed) {
    zx_handle_t ends[2];
    EXPECT_OK(zx_channel_create(0, &ends[0], &ends[1]));
    zx_koid_t peer = koid_of(ends[1]);
    close_handle(ends[1]);
    EXPECT_EQ(related_koid_of(ends[0]), peer);
    close_handle(ends[0]);
}

static uint32_t handle_count(zx_handle_t handle) {
    zx_info_handle_count_t info;
    EXPECT_OK(zx_object_get_info(handle, ZX_INFO_HANDLE_COUNT, &info, sizeof(info), NULL, NULL));
    return info.handle_count;
}

TEST(object_get_info, counts_the_handles_of_an_object_in_messages_too) {
    zx_handle_t event = new_event(), second, ends[2];
    EXPECT_OK(zx_channel_create(0, &ends[0], &ends[1]));
    EXPECT_EQ(handle_count(event), 1);
    EXPECT_OK(zx_handle_duplicate(event, ZX_RIGHT_SAME_RIGHTS, &second));
    EXPECT_EQ(handle_count(event), 2);
    EXPECT_OK(zx_channel_write(ends[0], 0, NULL, 0, &second, 1));
    EXPECT_EQ(handle_count(event), 2);
    close_handle(ends[1]);
    EXPECT_EQ(handle_count(event), 1);
    close_handle(ends[0]);
    close_handle(event);
}

TEST(object_get_info, tells_that_the_own_process_runs) {
    zx_info_process_t info;
    memset(&info, 0xff, sizeof(info));
    EXPECT_OK(
        zx_object_get_info(zx_process_self(), ZX_INFO_PROCESS, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.return_code, 0);
    EXPECT(info.started);
    EXPECT(!info.exited);
    EXPECT(!info.debugger_attached);
}

TEST(object_get_info, counts_the_handles_of_a_process_by_type) {
    zx_info_process_handle_stats_t before, after;
    EXPECT_OK(zx_object_get_info(zx_process_self(), ZX_INFO_PROCESS_HANDLE_STATS, &before,
                                 sizeof(before), NULL, NULL));
    uint32_t sum = 0;
    for (uint32_t type = 0; type < ZX_OBJ_TYPE_UPPER_BOUND; type++) {
        sum += before.handle_count[type];
    }
    EXPECT_EQ(sum, libzircon_count_handles());
    zx_handle_t event = new_event(), ends[2];
    EXPECT_OK(zx_channel_create(0, &ends[0], &ends[1]));
    EXPECT_OK(zx_object_get_info(zx_process_self(), ZX_INFO_PROCESS_HANDLE_STATS, &after,
                                 sizeof(after), NULL, NULL));
    before.handle_count[ZX_OBJ_TYPE_EVENT] += 1;
    before.handle_count[ZX_OBJ_TYPE_CHANNEL] += 2;
    EXPECT(memcmp(&before, &after, sizeof(before)) == 0);
    close_handle(event);
    EXPECT_OK(zx_handle_close_many(ends, 2));
}

static int open_and_close(void *argument) {
    _Atomic bool *stop = argument;
    while (!atomic_load(stop)) {
        zx_handle_t events[8], channel[2];
        for (int i = 0; i < 8; i++) {
            EXPECT_OK(zx_event_create(0, &events[i]));
        }
        EXPECT_OK(zx_channel_create(0, &channel[0], &channel[1]));
        EXPECT_OK(zx_handle_close_many(events, 8));
        EXPECT_OK(zx_handle_close_many(channel, 2));
    }
    return 0;
}

TEST(object_get_info, counts_handles_while_others_open_and_close_some) {
    _Atomic bool stop = false;
    struct test_thread thread;
    start_thread(&thread, open_and_close, &stop);
    for (int i = 0; i < 5000; i++) {
        zx_info_process_handle_stats_t info;
        EXPECT_OK(zx_object_get_info(zx_process_self(), ZX_INFO_PROCESS_HANDLE_STATS, &info,
                                     sizeof(info), NULL, NULL));
        EXPECT_EQ(info.handle_count[ZX_OBJ_TYPE_PROCESS], 1);
        EXPECT(info.handle_count[ZX_OBJ_TYPE_EVENT] <= 16);
    }
    atomic_store(&stop, true);
    finish_thread(&thread);
}

static zx_thread_state_t state_of(zx_handle_t thread) {
    zx_info_thread_t info;
    EXPECT_OK(zx_object_get_info(thread, ZX_INFO_THREAD, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.wait_exception_channel_type, 0);
    return info.state;
}

TEST(object_get_info, tells_that_a_thread_runs_is_blocked_or_dead) {
    EXPECT_EQ(state_of(zx_thread_self()), ZX_THREAD_STATE_RUNNING);
    struct idle_thread idle;
    start_idle_thread(&idle);
    zx_handle_t thread;
    EXPECT_OK(zx_handle_duplicate(handle_of_thread(&idle.thread), ZX_RIGHT_SAME_RIGHTS, &thread));
    EXPECT_EQ(state_of(thread), ZX_THREAD_STATE_BLOCKED_WAIT_ONE);
    finish_idle_thread(&idle);
    EXPECT_EQ(state_of(thread), ZX_THREAD_STATE_DEAD);
    close_handle(thread);
}

static zx_handle_t blocking_handles[2];

static int sleep_long(void *deadline) {
    return zx_nanosleep(*(zx_time_t *)deadline);
}

static int wait_for_many(void *argument) {
    (void)argument;
    zx_wait_item_t item = {blocking_handles[0], ZX_USER_SIGNAL_0, 0};
    return zx_object_wait_many(&item, 1, ZX_TIME_INFINITE);
}

static int wait_for_port(void *argument) {
    (void)argument;
    zx_port_packet_t packet;
    return zx_port_wait(blocking_handles[0], ZX_TIME_INFINITE, &packet);
}

static int wait_for_answer(void *argument) {
    (void)argument;
    uint32_t txid = 0, bytes, handles;
    zx_channel_call_args_t args = {&txid, NULL, &txid, NULL, 4, 0, 4, 0};
    return zx_channel_call(blocking_handles[0], 0, ZX_TIME_INFINITE, &args, &bytes, &handles);
}

static void end_wait_for_many(void) {
    EXPECT_OK(zx_object_signal(blocking_handles[0], 0, ZX_USER_SIGNAL_0));
}

static void end_wait_for_port(void) {
    zx_port_packet_t packet = {0};
    EXPECT_OK(zx_port_queue(blocking_handles[0], &packet));
}

static void end_wait_for_answer(void) {
    uint32_t txid, size;
    EXPECT_OK(zx_channel_read(blocking_handles[1], 0, &txid, NULL, 4, 0, &size, NULL));
    EXPECT_OK(zx_channel_write(blocking_handles[1], 0, &txid, 4, NULL, 0));
}

TEST(object_get_info, tells_what_a_thread_is_blocked_on) {
    static const struct {
        thread_function block;
        zx_thread_state_t state;
        void (*end)(void);
    } cases[] = {
        {wait_for_many, ZX_THREAD_STATE_BLOCKED_WAIT_MANY, end_wait_for_many},
        {wait_for_port, ZX_THREAD_STATE_BLOCKED_PORT, end_wait_for_port},
        {wait_for_answer, ZX_THREAD_STATE_BLOCKED_CHANNEL, end_wait_for_answer},
    };
    for (int i = 0; i < 3; i++) {
        blocking_handles[1] = ZX_HANDLE_INVALID;
        EXPECT_OK(i == 0   ? zx_event_create(0, &blocking_handles[0])
                  : i == 1 ? zx_port_create(0, &blocking_handles[0])
                           : zx_channel_create(0, &blocking_handles[0], &blocking_handles[1]));
        struct test_thread thread;
        start_thread(&thread, cases[i].block, NULL);
        wait_until_blocked(&thread);
        EXPECT_EQ(state_of(handle_of_thread(&thread)), cases[i].state);
        cases[i].end();
        EXPECT_OK(finish_thread(&thread));
        EXPECT_OK(zx_handle_close_many(blocking_handles, 2));
    }
}

TEST(object_get_info, tells_that_a_thread_sleeps) {
    // Long enough to be seen; if the machine is slower than that the thread has ended well.
    zx_time_t deadline = zx_deadline_after(ZX_MSEC(200));
    struct test_thread thread;
    start_thread(&thread, sleep_long, &deadline);
    wait_until_blocked(&thread);
    zx_thread_state_t state = state_of(handle_of_thread(&thread));
    EXPECT(state == ZX_THREAD_STATE_BLOCKED_SLEEPING || zx_clock_get_monotonic() >= deadline);
    EXPECT_OK(finish_thread(&thread));
}

TEST(object_get_info, tells_of_the_own_job) {
    zx_info_job_t info;
    memset(&info, 0xff, sizeof(info));
    EXPECT_OK(zx_object_get_info(zx_job_default(), ZX_INFO_JOB, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.return_code, 0);
    EXPECT(!info.exited);
    EXPECT(!info.kill_on_oom);
    EXPECT(!info.debugger_attached);
}

TEST(object_get_info, tells_of_the_root_resource) {
    zx_info_resource_t info;
    memset(&info, 0xff, sizeof(info));
    EXPECT_OK(
        zx_object_get_info(root_resource(), ZX_INFO_RESOURCE, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.kind, ZX_RSRC_KIND_ROOT);
    EXPECT_EQ(info.flags, 0);
    EXPECT_EQ(info.base, 0);
    EXPECT_EQ(info.size, 0);
    EXPECT_EQ(info.name[ZX_MAX_NAME_LEN - 1], '\0');
}

TEST(object_get_info, lists_the_own_process_in_its_job) {
    zx_koid_t koids[4];
    size_t actual, avail;
    EXPECT_OK(zx_object_get_info(zx_job_default(), ZX_INFO_JOB_PROCESSES, koids, sizeof(koids),
                                 &actual, &avail));
    EXPECT_EQ(actual, 1);
    EXPECT_EQ(avail, 1);
    EXPECT_EQ(koids[0], koid_of(zx_process_self()));
    EXPECT_OK(zx_object_get_info(zx_job_default(), ZX_INFO_JOB_CHILDREN, koids, sizeof(koids),
                                 &actual, &avail));
    EXPECT_EQ(actual, 0);
    EXPECT_EQ(avail, 0);
}

static bool is_listed(const zx_koid_t *koids, size_t count, zx_koid_t koid) {
    for (size_t i = 0; i < count; i++) {
        if (koids[i] == koid) {
            return true;
        }
    }
    return false;
}

TEST(object_get_info, lists_the_threads_of_a_process_as_far_as_there_is_room) {
    enum { THREADS = 140 };
    struct idle_thread idle[THREADS];
    for (int i = 0; i < THREADS; i++) {
        start_idle_thread(&idle[i]);
    }
    zx_koid_t koids[THREADS + 10];
    size_t actual, avail;
    const size_t rooms[] = {1, 2, 127, 128, 129, THREADS, THREADS + 1, THREADS + 10};
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        memset(koids, 0, sizeof(koids));
        EXPECT_OK(zx_object_get_info(zx_process_self(), ZX_INFO_PROCESS_THREADS, koids,
                                     rooms[i] * sizeof(koids[0]), &actual, &avail));
        EXPECT_EQ(actual, rooms[i] <= THREADS ? rooms[i] : THREADS + 1);
        EXPECT_EQ(avail, THREADS + 1);
        EXPECT_EQ(koids[actual], 0);
    }
    EXPECT(is_listed(koids, actual, koid_of(zx_thread_self())));
    for (int i = 0; i < THREADS; i++) {
        EXPECT(is_listed(koids, actual, koid_of(handle_of_thread(&idle[i].thread))));
    }
    for (int i = 0; i < THREADS; i++) {
        finish_idle_thread(&idle[i]);
    }
    EXPECT_OK(zx_object_get_info(zx_process_self(), ZX_INFO_PROCESS_THREADS, koids, sizeof(koids),
                                 &actual, &avail));
    EXPECT_EQ(avail, 1);
}
