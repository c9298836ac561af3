// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Processes: making, starting and ending them.
#include "child.h"

#include <zircon/syscalls/exception.h>
#include <zircon/syscalls/policy.h>

static zx_info_process_t info_of(zx_handle_t process) {
    zx_info_process_t info;
    memset(&info, 0xff, sizeof(info));
    EXPECT_OK(zx_object_get_info(process, ZX_INFO_PROCESS, &info, sizeof(info), NULL, NULL));
    return info;
}

static zx_signals_t signals_of(zx_handle_t handle) {
    zx_signals_t signals = 0;
    EXPECT_STATUS(zx_object_wait_one(handle, 0, ZX_TIME_INFINITE_PAST, &signals), ZX_ERR_TIMED_OUT);
    return signals;
}

static zx_handle_t new_job(void) {
    zx_handle_t job;
    EXPECT_OK(zx_job_create(zx_job_default(), 0, &job));
    return job;
}

static size_t count_info(zx_handle_t handle, uint32_t topic) {
    size_t avail;
    EXPECT_OK(zx_object_get_info(handle, topic, NULL, 0, NULL, &avail));
    return avail;
}

// --- process_create ---

TEST(process_create, makes_a_process_that_is_not_started) {
    zx_handle_t job = new_job(), process, root;
    EXPECT_OK(zx_process_create(job, "a name", 6, 0, &process, &root));
    EXPECT_EQ(type_of(process), ZX_OBJ_TYPE_PROCESS);
    EXPECT_EQ(rights_of(process), ZX_DEFAULT_PROCESS_RIGHTS);
    EXPECT_EQ(type_of(root), ZX_OBJ_TYPE_VMAR);
    char name[ZX_MAX_NAME_LEN];
    EXPECT_OK(zx_object_get_property(process, ZX_PROP_NAME, name, sizeof(name)));
    ck_assert_str_eq(name, "a name");
    zx_info_process_t info = info_of(process);
    EXPECT(!info.started && !info.exited && !info.debugger_attached);
    EXPECT_EQ(info.return_code, 0);
    EXPECT_EQ(signals_of(process), 0);
    EXPECT_EQ(signals_of(job), ZX_JOB_NO_JOBS);
    EXPECT_EQ(count_info(job, ZX_INFO_JOB_PROCESSES), 1);
    EXPECT_EQ(count_info(process, ZX_INFO_PROCESS_THREADS), 0);
    close_handle(root);
    close_handle(process);
    EXPECT_EQ(signals_of(job), ZX_JOB_NO_JOBS | ZX_JOB_NO_PROCESSES);
    close_handle(job);
}

TEST(process_create, cuts_the_name) {
    zx_handle_t process, root;
    static const char long_name[] = "0123456789012345678901234567890123456789";
    char name[ZX_MAX_NAME_LEN];
    EXPECT_OK(
        zx_process_create(zx_job_default(), long_name, sizeof(long_name), 0, &process, &root));
    EXPECT_OK(zx_object_get_property(process, ZX_PROP_NAME, name, sizeof(name)));
    ck_assert_str_eq(name, "0123456789012345678901234567890");
    close_handle(process);
    close_handle(root);
    EXPECT_OK(zx_process_create(zx_job_default(), "a\0b", 3, 0, &process, &root));
    EXPECT_OK(zx_object_get_property(process, ZX_PROP_NAME, name, sizeof(name)));
    ck_assert_str_eq(name, "a");
    close_handle(process);
    close_handle(root);
    EXPECT_OK(zx_process_create(zx_job_default(), "", 0, 0, &process, &root));
    close_handle(process);
    close_handle(root);
}

TEST(process_create, checks_options_name_and_handle_in_this_order) {
    zx_handle_t process = 7, root = 7, event;
    EXPECT_STATUS(zx_process_create(ZX_HANDLE_INVALID, NULL, 0, 1, &process, &root),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_process_create(ZX_HANDLE_INVALID, NULL, 0, 0, &process, &root),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_process_create(ZX_HANDLE_INVALID, bad_page(), 4, 0, &process, &root),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_process_create(ZX_HANDLE_INVALID, "x", 1, 0, &process, &root),
                  ZX_ERR_BAD_HANDLE);
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_STATUS(zx_process_create(event, "x", 1, 0, &process, &root), ZX_ERR_WRONG_TYPE);
    close_handle(event);
    EXPECT_EQ(process, 7);
    EXPECT_EQ(root, 7);
}

TEST(process_create, needs_either_of_two_rights) {
    zx_handle_t job = new_job(), weak, process, root;
    static const zx_rights_t enough[] = {ZX_RIGHT_MANAGE_PROCESS, ZX_RIGHT_WRITE};
    for (int i = 0; i < 2; i++) {
        EXPECT_OK(zx_handle_duplicate(job, enough[i], &weak));
        EXPECT_OK(zx_process_create(weak, "x", 1, 0, &process, &root));
        close_handle(weak);
        close_handle(process);
        close_handle(root);
    }
    weak = without_rights(job, ZX_RIGHT_MANAGE_PROCESS | ZX_RIGHT_WRITE);
    EXPECT_STATUS(zx_process_create(weak, "x", 1, 0, &process, &root), ZX_ERR_ACCESS_DENIED);
    close_handle(weak);
    close_handle(job);
}

TEST(process_create, refuses_a_killed_job) {
    zx_handle_t job = new_job(), process, root;
    EXPECT_OK(zx_task_kill(job));
    EXPECT_STATUS(zx_process_create(job, "x", 1, 0, &process, &root), ZX_ERR_BAD_STATE);
    close_handle(job);
}

TEST(process_create, leaves_nothing_if_a_handle_cannot_be_stored) {
    zx_handle_t job = new_job(), handle;
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(
            zx_process_create(job, "x", 1, 0, bad_pointer(i, sizeof(zx_handle_t)), &handle),
            ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(
            zx_process_create(job, "x", 1, 0, &handle, bad_pointer(i, sizeof(zx_handle_t))),
            ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(count_info(job, ZX_INFO_JOB_PROCESSES), 0);
    close_handle(job);
}

static zx_status_t create_process(void *context) {
    zx_handle_t *handles = context;
    return zx_process_create(zx_job_default(), "x", 1, 0, &handles[0], &handles[1]);
}

TEST(process_create, leaves_nothing_if_memory_runs_out) {
    zx_handle_t handles[2] = {7, 7};
    expect_no_memory(create_process, handles, sizeof(handles));
    close_handle(handles[0]);
    close_handle(handles[1]);
}

TEST(process_create, can_be_done_thousands_of_times) {
    for (int i = 0; i < 5000; i++) {
        zx_handle_t process, root;
        EXPECT_OK(zx_process_create(zx_job_default(), "x", 1, 0, &process, &root));
        close_handle(process);
        close_handle(root);
    }
}

// --- a process that was never started ---

TEST(process_create, dies_with_the_last_handle_if_it_was_not_started) {
    zx_handle_t job = new_job(), process, root, port;
    zx_vaddr_t address;
    EXPECT_OK(zx_process_create(job, "x", 1, 0, &process, &root));
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_OK(zx_object_wait_async(job, port, 1, ZX_JOB_NO_PROCESSES, 0));
    close_handle(process);
    zx_port_packet_t packet;
    EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE_PAST, &packet));
    // Its address space is gone as well.
    zx_handle_t child;
    EXPECT_STATUS(zx_vmar_allocate(root, ZX_VM_CAN_MAP_READ, 0, 4096, &child, &address),
                  ZX_ERR_BAD_STATE);
    close_handle(root);
    close_handle(port);
    close_handle(job);
}

TEST(task_kill, kills_a_process_that_was_not_started) {
    zx_handle_t job = new_job(), process, root;
    EXPECT_OK(zx_process_create(job, "x", 1, 0, &process, &root));
    EXPECT_OK(zx_task_kill(process));
    EXPECT_EQ(signals_of(process), ZX_PROCESS_TERMINATED);
    zx_info_process_t info = info_of(process);
    EXPECT(info.exited);
    EXPECT_EQ(info.return_code, ZX_TASK_RETCODE_SYSCALL_KILL);
    EXPECT_EQ(count_info(job, ZX_INFO_JOB_PROCESSES), 0);
    EXPECT_OK(zx_task_kill(process));
    close_handle(root);
    close_handle(process);
    close_handle(job);
}

TEST(task_kill, kills_the_processes_of_a_job) {
    zx_handle_t job = new_job(), process[3], root[3];
    for (int i = 0; i < 3; i++) {
        EXPECT_OK(zx_process_create(job, "x", 1, 0, &process[i], &root[i]));
    }
    EXPECT_OK(zx_task_kill(job));
    EXPECT((signals_of(job) & ZX_JOB_TERMINATED) != 0);
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(signals_of(process[i]), ZX_PROCESS_TERMINATED);
        EXPECT_EQ(info_of(process[i]).return_code, ZX_TASK_RETCODE_SYSCALL_KILL);
        close_handle(process[i]);
        close_handle(root[i]);
    }
    close_handle(job);
}

TEST(job_set_critical, kills_the_job_when_the_process_dies) {
    zx_handle_t top = new_job(), job, process, root;
    EXPECT_OK(zx_job_create(top, 0, &job));
    EXPECT_OK(zx_process_create(job, "x", 1, 0, &process, &root));
    EXPECT_OK(zx_job_set_critical(top, 0, process));
    EXPECT_STATUS(zx_job_set_critical(top, 0, process), ZX_ERR_ALREADY_BOUND);
    EXPECT_OK(zx_task_kill(process));
    zx_info_job_t info;
    EXPECT_OK(zx_object_get_info(top, ZX_INFO_JOB, &info, sizeof(info), NULL, NULL));
    EXPECT(info.exited);
    EXPECT_EQ(info.return_code, ZX_TASK_RETCODE_CRITICAL_PROCESS_KILL);
    close_handle(root);
    close_handle(process);
    close_handle(job);
    close_handle(top);
}

TEST(job_set_critical, spares_the_job_if_only_failures_count) {
    zx_handle_t job = new_job(), process, root;
    EXPECT_OK(zx_process_create(job, "x", 1, 0, &process, &root));
    EXPECT_OK(zx_job_set_critical(job, ZX_JOB_CRITICAL_PROCESS_RETCODE_NONZERO, process));
    close_handle(process); // it dies with the code 0
    zx_info_job_t info;
    EXPECT_OK(zx_object_get_info(job, ZX_INFO_JOB, &info, sizeof(info), NULL, NULL));
    EXPECT(!info.exited);
    close_handle(root);
    close_handle(job);
}

// --- process_start ---

TEST(process_start, consumes_its_argument_even_when_the_process_is_none) {
    zx_handle_t event;
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_STATUS(zx_process_start(ZX_HANDLE_INVALID, ZX_HANDLE_INVALID, 0, 0, event, 0),
                  ZX_ERR_BAD_HANDLE);
    EXPECT(!is_valid(event));
    zx_handle_t process, root;
    EXPECT_OK(zx_process_create(zx_job_default(), "x", 1, 0, &process, &root));
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_STATUS(zx_process_start(process, ZX_HANDLE_INVALID, 0, 0, event, 0), ZX_ERR_BAD_HANDLE);
    EXPECT(!is_valid(event));
    close_handle(process);
    close_handle(root);
}

TEST_OF_LOADED(process_start, runs_a_program_that_makes_calls) {
    struct child child;
    child_begin(&child);
    zx_info_process_t info = info_of(child.process);
    EXPECT(info.started && !info.exited);
    EXPECT_EQ(signals_of(child.process), 0);
    EXPECT_EQ(count_info(child.process, ZX_INFO_PROCESS_THREADS), 1);
    EXPECT_EQ(CHILD_STATUS(&child, "handle_close", 3), ZX_ERR_BAD_HANDLE);
    EXPECT_EQ(CHILD_STATUS(&child, "event_create", 0, child_scratch(&child)), ZX_OK);
    EXPECT_EQ(CHILD_STATUS(&child, "handle_close", child_scratch_handle()), ZX_OK);
    EXPECT_EQ(CHILD_CALL(&child, "system_get_num_cpus", 0), zx_system_get_num_cpus());
    zx_time_t now = zx_clock_get_monotonic();
    EXPECT((zx_time_t)CHILD_CALL(&child, "clock_get_monotonic", 0) >= now);
    child_end(&child);
}

TEST_OF_LOADED(process_start, gives_the_child_its_argument_and_no_other_handle) {
    struct child child;
    child_begin(&child);
    zx_info_process_handle_stats_t stats;
    EXPECT_OK(zx_object_get_info(child.process, ZX_INFO_PROCESS_HANDLE_STATS, &stats, sizeof(stats),
                                 NULL, NULL));
    for (uint32_t type = 0; type < ZX_OBJ_TYPE_UPPER_BOUND; type++) {
        EXPECT_EQ(stats.handle_count[type], type == ZX_OBJ_TYPE_CHANNEL);
    }
    // A handle of ours means nothing there.
    EXPECT_EQ(CHILD_STATUS(&child, "handle_close", child.process), ZX_ERR_BAD_HANDLE);
    child_end(&child);
}

TEST_OF_LOADED(process_start, can_be_done_once) {
    struct child child;
    child_begin(&child);
    zx_handle_t thread, event;
    EXPECT_OK(zx_thread_create(child.process, "second", 6, 0, &thread));
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_STATUS(zx_process_start(child.process, thread, child.code, child.stack, event, 0),
                  ZX_ERR_BAD_STATE);
    EXPECT(!is_valid(event));
    close_handle(thread);
    child_end(&child);
}

TEST(process_start, checks_its_handles) {
    struct child child, other;
    zx_handle_t event, weak;
    child_make(&child, ZX_HANDLE_INVALID);
    child_make(&other, child.job);
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_STATUS(zx_process_start(event, child.thread, 0, 0, ZX_HANDLE_INVALID, 0),
                  ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(zx_process_start(child.process, event, 0, 0, ZX_HANDLE_INVALID, 0),
                  ZX_ERR_WRONG_TYPE);
    weak = without_rights(child.process, ZX_RIGHT_WRITE);
    EXPECT_STATUS(zx_process_start(weak, child.thread, 0, 0, ZX_HANDLE_INVALID, 0),
                  ZX_ERR_ACCESS_DENIED);
    close_handle(weak);
    weak = without_rights(child.thread, ZX_RIGHT_WRITE);
    EXPECT_STATUS(zx_process_start(child.process, weak, 0, 0, ZX_HANDLE_INVALID, 0),
                  ZX_ERR_ACCESS_DENIED);
    close_handle(weak);
    // A thread of another process.
    EXPECT_STATUS(zx_process_start(child.process, other.thread, 0, 0, ZX_HANDLE_INVALID, 0),
                  ZX_ERR_ACCESS_DENIED);
    // An argument that must stay where it is, which is gone all the same.
    weak = without_rights(event, ZX_RIGHT_TRANSFER);
    EXPECT_STATUS(zx_process_start(child.process, child.thread, 0, 0, weak, 0),
                  ZX_ERR_ACCESS_DENIED);
    EXPECT(!is_valid(weak));
    close_handle(event);
    EXPECT(!info_of(child.process).started);
    child_end(&child);
    child_end(&other);
}

TEST(process_start, refuses_a_dead_process) {
    struct child child;
    child_make(&child, ZX_HANDLE_INVALID);
    EXPECT_OK(zx_task_kill(child.process));
    EXPECT_STATUS(zx_process_start(child.process, child.thread, child.code, child.stack,
                                   ZX_HANDLE_INVALID, 0),
                  ZX_ERR_BAD_STATE);
    child_end(&child);
}

TEST_OF_LOADED(process_exit, ends_the_process_with_its_code) {
    static const int64_t codes[] = {0, 1, -1, 255, 256, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        struct child child;
        uint64_t result;
        child_begin(&child);
        child_send(&child, "process_exit", (uint64_t[8]){(uint64_t)codes[i]});
        EXPECT_STATUS(child_receive(&child, &result), ZX_ERR_PEER_CLOSED);
        EXPECT_EQ(wait_for_end(child.process), codes[i]);
        EXPECT_EQ(signals_of(child.process), ZX_PROCESS_TERMINATED);
        EXPECT_OK(zx_object_wait_one(child.thread, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, NULL));
        child_end(&child);
    }
}

TEST_OF_LOADED(process_exit, closes_all_handles_and_unmaps_all) {
    struct child child;
    zx_handle_t ends[2], region;
    zx_vaddr_t address;
    child_begin(&child);
    EXPECT_OK(zx_eventpair_create(0, &ends[0], &ends[1]));
    EXPECT_EQ((zx_status_t)child_call_with(&child, "object_signal",
                                           (uint64_t[8]){0, 0, ZX_USER_SIGNAL_3}, ends[1], 0),
              ZX_OK);
    EXPECT_EQ(signals_of(ends[0]), 0);
    child_send(&child, "process_exit", (uint64_t[8]){0});
    EXPECT_EQ(wait_for_end(child.process), 0);
    EXPECT_EQ(signals_of(ends[0]), ZX_EVENTPAIR_PEER_CLOSED);
    close_handle(ends[0]);
    EXPECT_STATUS(zx_vmar_allocate(child.root, ZX_VM_CAN_MAP_READ, 0, 4096, &region, &address),
                  ZX_ERR_BAD_STATE);
    char byte;
    size_t actual;
    EXPECT_STATUS(zx_process_read_memory(child.process, child.calls, &byte, 1, &actual),
                  ZX_ERR_NO_MEMORY);
    child_end(&child);
}

TEST_OF_LOADED(task_kill, ends_a_process_in_a_wait_and_in_a_loop) {
    for (int loops = 0; loops < 2; loops++) {
        struct child child;
        child_begin(&child);
        if (loops) {
            // A loop of calls: it never answers, and is now in the kernel and now not.
            child_send(&child, "nanosleep", (uint64_t[8]){(uint64_t)ZX_TIME_INFINITE});
        }
        EXPECT_OK(zx_task_kill(child.process));
        EXPECT_EQ(wait_for_end(child.process), ZX_TASK_RETCODE_SYSCALL_KILL);
        EXPECT_OK(zx_task_kill(child.process));
        child_end(&child);
    }
}

TEST_OF_LOADED(task_kill, ends_a_process_with_its_last_thread) {
    struct child child;
    child_begin(&child);
    EXPECT_OK(zx_task_kill(child.thread));
    EXPECT_EQ(wait_for_end(child.process), 0);
    child_end(&child);
}

TEST_OF_LOADED(task_kill, of_a_job_reaches_running_processes) {
    struct child first, second;
    child_begin(&first);
    child_make(&second, first.job);
    child_start(&second);
    EXPECT_OK(zx_task_kill(first.job));
    EXPECT_EQ(wait_for_end(first.process), ZX_TASK_RETCODE_SYSCALL_KILL);
    EXPECT_EQ(wait_for_end(second.process), ZX_TASK_RETCODE_SYSCALL_KILL);
    EXPECT_OK(zx_object_wait_one(first.job, ZX_JOB_TERMINATED, ZX_TIME_INFINITE, NULL));
    child_end(&second);
    child_end(&first);
}

TEST_OF_LOADED(object_get_child, finds_the_threads_of_another_process) {
    struct child child;
    zx_handle_t found;
    child_begin(&child);
    EXPECT_OK(
        zx_object_get_child(child.process, koid_of(child.thread), ZX_RIGHT_SAME_RIGHTS, &found));
    EXPECT_EQ(koid_of(found), koid_of(child.thread));
    close_handle(found);
    EXPECT_OK(zx_object_get_child(child.job, koid_of(child.process), ZX_RIGHT_INSPECT, &found));
    EXPECT_EQ(koid_of(found), koid_of(child.process));
    EXPECT_EQ(rights_of(found), ZX_RIGHT_INSPECT);
    close_handle(found);
    child_end(&child);
}

TEST_OF_LOADED(object_get_property, tells_where_the_vdso_is) {
    struct child child;
    uintptr_t base = 1;
    child_begin(&child);
    EXPECT_OK(zx_object_get_property(child.process, ZX_PROP_PROCESS_VDSO_BASE_ADDRESS, &base,
                                     sizeof(base)));
    EXPECT_EQ(base, child.vdso);
    child_end(&child);
    child_make(&child, ZX_HANDLE_INVALID);
    child_end(&child);
}

TEST_OF_LOADED(process_write_memory, leaves_the_vdso_alone) {
    struct child child;
    char byte = 0;
    size_t actual;
    child_begin(&child);
    EXPECT_STATUS(zx_process_write_memory(child.process, child.vdso, &byte, 1, &actual),
                  ZX_ERR_ACCESS_DENIED);
    EXPECT_OK(zx_process_read_memory(child.process, child.vdso, &byte, 1, &actual));
    EXPECT_EQ(byte, 0x7f);
    child_end(&child);
}

// --- what a policy does ---

static void begin_with_policy(struct child *child, zx_handle_t *job, uint32_t condition,
                              uint32_t action) {
    zx_policy_basic_t policy = {.condition = condition, .policy = action};
    *job = new_job();
    EXPECT_OK(zx_job_set_policy(*job, ZX_JOB_POL_ABSOLUTE, ZX_JOB_POL_BASIC, &policy, 1));
    child_make(child, *job);
    child_start(child);
}

// How a child makes an object of the kind that each condition is about.
static const struct {
    uint32_t condition;
    const char *call;
    uint64_t words[5]; // 1: the child's scratch memory, 2: 8 bytes behind it
} makers[] = {
    {ZX_POL_NEW_VMO, "vmo_create", {4096, 0, 1}},
    {ZX_POL_NEW_CHANNEL, "channel_create", {0, 1, 2}},
    {ZX_POL_NEW_EVENT, "event_create", {0, 1}},
    {ZX_POL_NEW_EVENTPAIR, "eventpair_create", {0, 1, 2}},
    {ZX_POL_NEW_PORT, "port_create", {0, 1}},
    {ZX_POL_NEW_SOCKET, "socket_create", {0, 1, 2}},
    {ZX_POL_NEW_TIMER, "timer_create", {0, 0, 1}},
    {ZX_POL_NEW_FIFO, "fifo_create", {4, 8, 0, 1, 2}},
};
enum { MAKERS = sizeof(makers) / sizeof(makers[0]) };

static zx_status_t make_object(struct child *child, size_t maker) {
    uint64_t words[8] = {0};
    for (int i = 0; i < 5; i++) {
        uint64_t word = makers[maker].words[i];
        words[i] = word == 1 ? child_scratch(child) : word == 2 ? child_scratch(child) + 8 : word;
    }
    return (zx_status_t)child_call(child, makers[maker].call, words);
}

TEST_OF_LOADED(job_set_policy, decides_about_new_objects) {
    for (size_t i = 0; i < MAKERS; i++) {
        struct child child;
        zx_handle_t job;
        begin_with_policy(&child, &job, makers[i].condition, ZX_POL_ACTION_DENY);
        for (size_t k = 0; k < MAKERS; k++) {
            EXPECT_EQ(make_object(&child, k), k == i ? ZX_ERR_ACCESS_DENIED : ZX_OK);
        }
        child_end(&child);
        close_handle(job);
        begin_with_policy(&child, &job, makers[i].condition, ZX_POL_ACTION_ALLOW);
        EXPECT_EQ(make_object(&child, i), ZX_OK);
        child_end(&child);
        close_handle(job);
    }
}

TEST_OF_LOADED(job_set_policy, decides_about_kinds_of_memory) {
    struct child child;
    zx_handle_t job;
    begin_with_policy(&child, &job, ZX_POL_NEW_VMO, ZX_POL_ACTION_DENY);
    EXPECT_EQ(CHILD_STATUS(&child, "vmo_create_physical", 0, 0, 4096, child_scratch(&child)),
              ZX_ERR_ACCESS_DENIED);
    EXPECT_EQ(CHILD_STATUS(&child, "vmo_create_contiguous", 0, 4096, 0, child_scratch(&child)),
              ZX_ERR_ACCESS_DENIED);
    child_end(&child);
    close_handle(job);
    begin_with_policy(&child, &job, ZX_POL_AMBIENT_MARK_VMO_EXEC, ZX_POL_ACTION_DENY);
    EXPECT_EQ(CHILD_STATUS(&child, "vmo_create", 4096, 0, child_scratch(&child)), ZX_OK);
    EXPECT_EQ(CHILD_STATUS(&child, "vmo_replace_as_executable", child_scratch_handle(), 0,
                           child_scratch(&child)),
              ZX_ERR_ACCESS_DENIED);
    child_end(&child);
    close_handle(job);
}

// Those that are refused before anything else is looked at.
TEST_OF_LOADED(job_set_policy, comes_first) {
    static const struct {
        uint32_t condition;
        const char *call;
    } refused[] = {
        {ZX_POL_NEW_VMO, "vmo_create_physical"},
        {ZX_POL_NEW_PROFILE, "profile_create"},
        {ZX_POL_NEW_PROCESS, "process_create"},
        {ZX_POL_NEW_CHANNEL, "task_create_exception_channel"},
        {ZX_POL_NEW_ANY, "event_create"},
        {ZX_POL_NEW_ANY, "fifo_create"},
        {ZX_POL_NEW_ANY, "process_create"},
        {ZX_POL_NEW_ANY, "profile_create"},
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct child child;
        zx_handle_t job;
        begin_with_policy(&child, &job, refused[i].condition, ZX_POL_ACTION_DENY);
        EXPECT_EQ(CHILD_STATUS(&child, refused[i].call, 0), ZX_ERR_ACCESS_DENIED);
        child_end(&child);
        close_handle(job);
    }
}

TEST_OF_LOADED(job_set_policy, decides_who_makes_code) {
    for (int denied = 0; denied < 2; denied++) {
        struct child child;
        zx_handle_t job;
        begin_with_policy(&child, &job, ZX_POL_AMBIENT_MARK_VMO_EXEC,
                          denied ? ZX_POL_ACTION_DENY : ZX_POL_ACTION_ALLOW);
        EXPECT_EQ(CHILD_STATUS(&child, "vmo_create", 4096, 0, child_scratch(&child)), ZX_OK);
        EXPECT_EQ(CHILD_STATUS(&child, "vmo_replace_as_executable", child_scratch_handle(),
                               ZX_HANDLE_INVALID, child_scratch(&child)),
                  denied ? ZX_ERR_ACCESS_DENIED : ZX_OK);
        child_end(&child);
        close_handle(job);
    }
}

// With its slack a far timer may fire together with a near one, if that is still set by then.
static bool fires_with_another(struct child *child, zx_handle_t timer, zx_duration_t soon) {
    zx_handle_t near, copy;
    EXPECT_OK(zx_timer_create(ZX_TIMER_SLACK_CENTER, ZX_CLOCK_MONOTONIC, &near));
    EXPECT_OK(zx_handle_duplicate(timer, ZX_RIGHT_SAME_RIGHTS, &copy));
    EXPECT_OK(zx_timer_set(near, zx_deadline_after(soon), 0));
    const uint64_t words[8] = {0, (uint64_t)zx_deadline_after(ZX_HOUR(1)), 0};
    EXPECT_EQ((zx_status_t)child_call_with(child, "timer_set", words, copy, 0), ZX_OK);
    EXPECT_OK(zx_object_wait_one(near, ZX_TIMER_SIGNALED, ZX_TIME_INFINITE, NULL));
    bool fired =
        zx_object_wait_one(timer, ZX_TIMER_SIGNALED, zx_deadline_after(soon), NULL) == ZX_OK;
    close_handle(near);
    return fired;
}

TEST_OF_LOADED(job_set_policy, gives_timers_more_slack) {
    const zx_policy_timer_slack_t policy = {.min_slack = ZX_HOUR(2)};
    zx_handle_t job = new_job(), timer;
    EXPECT_OK(zx_job_set_policy(job, ZX_JOB_POL_RELATIVE, ZX_JOB_POL_TIMER_SLACK, &policy, 1));
    struct child child;
    child_make(&child, job);
    child_start(&child);
    EXPECT_OK(zx_timer_create(ZX_TIMER_SLACK_EARLY, ZX_CLOCK_MONOTONIC, &timer));
    zx_duration_t soon = ZX_MSEC(5);
    while (!fires_with_another(&child, timer, soon)) {
        soon *= 2;
        EXPECT(soon < ZX_SEC(10));
    }
    close_handle(timer);
    child_end(&child);
    close_handle(job);
}

TEST_OF_LOADED(job_set_policy, kills_who_does_what_it_says) {
    for (size_t i = 0; i < MAKERS; i++) {
        struct child child;
        zx_handle_t job;
        begin_with_policy(&child, &job, makers[i].condition, ZX_POL_ACTION_KILL);
        child_send(&child, makers[i].call, (uint64_t[8]){0});
        // All but the VMO's and the timer's words are wrong in a way that is looked at later.
        EXPECT_EQ(wait_for_end(child.process), ZX_TASK_RETCODE_POLICY_KILL);
        child_end(&child);
        close_handle(job);
    }
}

TEST_OF_LOADED(job_set_policy, knows_bad_handles) {
    struct child child;
    zx_handle_t job;
    begin_with_policy(&child, &job, ZX_POL_BAD_HANDLE, ZX_POL_ACTION_DENY);
    EXPECT_EQ(CHILD_STATUS(&child, "handle_close", 7), ZX_ERR_BAD_HANDLE);
    child_end(&child);
    close_handle(job);
    begin_with_policy(&child, &job, ZX_POL_BAD_HANDLE, ZX_POL_ACTION_KILL);
    EXPECT_EQ(CHILD_STATUS(&child, "handle_close", ZX_HANDLE_INVALID), ZX_OK);
    // To ask whether a handle is one is no offence.
    EXPECT_EQ(CHILD_STATUS(&child, "object_get_info", 7, ZX_INFO_HANDLE_VALID, 0, 0, 0, 0),
              ZX_ERR_BAD_HANDLE);
    child_send(&child, "handle_close", (uint64_t[8]){7});
    EXPECT_EQ(wait_for_end(child.process), ZX_TASK_RETCODE_POLICY_KILL);
    child_end(&child);
    close_handle(job);
}

TEST_OF_LOADED(job_set_policy, raises_exceptions) {
    static const uint32_t actions[] = {ZX_POL_ACTION_ALLOW_EXCEPTION, ZX_POL_ACTION_DENY_EXCEPTION};
    for (int i = 0; i < 2; i++) {
        struct child child;
        zx_handle_t job, channel, exception;
        zx_exception_info_t info;
        uint64_t result;
        begin_with_policy(&child, &job, ZX_POL_NEW_EVENT, actions[i]);
        EXPECT_OK(zx_task_create_exception_channel(child.process, 0, &channel));
        child_send(&child, "event_create", (uint64_t[8]){0, child_scratch(&child)});
        EXPECT_OK(zx_object_wait_one(channel, ZX_CHANNEL_READABLE, ZX_TIME_INFINITE, NULL));
        EXPECT_OK(zx_channel_read(channel, 0, &info, &exception, sizeof(info), 1, NULL, NULL));
        EXPECT_EQ(info.type, ZX_EXCP_POLICY_ERROR);
        EXPECT_EQ(info.tid, koid_of(child.thread));
        uint32_t handled = ZX_EXCEPTION_STATE_HANDLED;
        EXPECT_OK(
            zx_object_set_property(exception, ZX_PROP_EXCEPTION_STATE, &handled, sizeof(handled)));
        close_handle(exception);
        EXPECT_OK(child_receive(&child, &result));
        EXPECT_EQ((zx_status_t)result, i == 0 ? ZX_OK : ZX_ERR_ACCESS_DENIED);
        close_handle(channel);
        child_end(&child);
        close_handle(job);
    }
}

// --- a child that comes and goes ---

TEST_OF_LOADED(process_start, leaves_nothing_however_the_child_ends) {
    for (int i = 0; i < 200; i++) {
        struct child child;
        child_begin(&child);
        if (i % 3 == 0) {
            EXPECT_EQ(CHILD_STATUS(&child, "event_create", 0, child_scratch(&child)), ZX_OK);
        } else if (i % 3 == 1) {
            child_send(&child, "process_exit", (uint64_t[8]){5});
        }
        child_end(&child);
    }
}
