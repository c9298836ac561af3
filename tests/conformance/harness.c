// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>
#include <zircon/threads.h>

#include "syscalls/table.h"

enum { PAGE = 4096, STATUSES = 128, TEST_SECONDS = 60 };

extern const struct conformance_test __start_conformance_tests[], __stop_conformance_tests[];

// --- what a test saw, for the coverage table ---

static _Atomic uint32_t seen[ZX_SYS_COUNT][STATUSES];
static const char *running_test, *running_call;

static void record_call(void *context, uint32_t number, const uint64_t words[8],
                        const uint64_t *result) {
    (void)context;
    (void)words;
    if (result == NULL || number >= ZX_SYS_COUNT) {
        return;
    }
    // Errors are small negative numbers; every other result counts as success.
    int64_t status = (int64_t)*result;
    seen[number][status < 0 && status > -STATUSES ? -status : 0]++;
}

void note_result(const char *name, uint64_t result) {
    const struct syscall_desc *call = syscall_find(name);
    if (call != NULL) {
        // The upper half of the register is not the result's.
        if (strcmp(call->result_type, "zx_status_t") == 0) {
            result = (uint64_t)(int64_t)(zx_status_t)result;
        }
        record_call(NULL, (uint32_t)(call - syscall_table), NULL, &result);
    }
}

// One line for each call and status, appended to the file that LIBZIRCON_RESULTS names.
static void write_seen(void) {
    const char *path = getenv("LIBZIRCON_RESULTS");
    if (path == NULL) {
        return;
    }
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) {
        return;
    }
    for (uint32_t number = 0; number < ZX_SYS_COUNT; number++) {
        for (int status = 0; status < STATUSES; status++) {
            if (seen[number][status] > 0) {
                dprintf(file, "seen\t%u\t%d\t%u\t%s\t%s\n", number, -status, seen[number][status],
                        running_call, running_test);
            }
        }
    }
    close(file);
}

// --- leaks ---

enum { KINDS = 64 };

// How many handles and objects there are.
struct census {
    uint32_t handles;
    uint32_t kinds;
    struct count {
        const char *name;
        uint32_t live;
    } objects[KINDS];
};

static struct census at_start;

static void remember(void *context, const char *name, uint32_t live) {
    struct census *census = context;
    ck_assert(census->kinds < KINDS);
    census->objects[census->kinds++] = (struct count){name, live};
}

static void take_census(struct census *census) {
    census->kinds = 0;
    libzircon_count_objects(remember, census);
    census->handles = libzircon_count_handles();
}

static void compare(void *context, const char *name, uint32_t live) {
    const struct census *before = context;
    uint32_t then = 0;
    for (uint32_t i = 0; i < before->kinds; i++) {
        if (strcmp(before->objects[i].name, name) == 0) {
            then = before->objects[i].live;
        }
    }
    ck_assert_msg(live <= then, "%u %s left over", live - then, name);
}

static void look(void *context, const char *name, uint32_t live) {
    struct census *census = context;
    for (uint32_t i = 0; i < at_start.kinds; i++) {
        if (strcmp(at_start.objects[i].name, name) == 0 && live > at_start.objects[i].live) {
            census->kinds++;
        }
    }
}

// A thread that has signalled its end still has to let go of what it was.
static void let_threads_end(void) {
    for (int i = 0; i < 5000; i++) {
        struct census more = {0};
        libzircon_count_objects(look, &more);
        if (more.kinds == 0) {
            return;
        }
        zx_nanosleep(zx_deadline_after(ZX_MSEC(1)));
    }
}

static void expect_nothing_left(struct census *before) {
    EXPECT_EQ(libzircon_count_handles(), before->handles);
    libzircon_count_objects(compare, before);
}

#ifdef UNDER_TSAN
static void *end_at_once(void *argument) {
    return argument;
}
#endif

static void set_up(void) {
#ifdef UNDER_TSAN
    // The sanitizer makes a thread for itself together with the program's first, which stays.
    pthread_t first;
    ck_assert(pthread_create(&first, NULL, end_at_once, NULL) == 0);
    ck_assert(pthread_join(first, NULL) == 0);
#endif
    (void)zx_thread_self(); // what the library makes for itself exists before the count
    (void)zx_process_self();
    take_census(&at_start);
    memset(seen, 0, sizeof(seen));
    libzircon_trace(record_call, NULL);
}

static void tear_down(void) {
    libzircon_trace(NULL, NULL);
    write_seen();
    let_threads_end();
    expect_nothing_left(&at_start);
}

// --- helpers for tests ---

static void *map(size_t size, int protection) {
    void *at = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert(at != MAP_FAILED);
    return at;
}

void *bad_page(void) {
    return map(PAGE, PROT_NONE);
}

void *read_only_page(void) {
    return map(PAGE, PROT_READ);
}

void *read_only_copy(const void *bytes, size_t size) {
    ck_assert(size <= PAGE);
    void *at = map(PAGE, PROT_READ | PROT_WRITE);
    memcpy(at, bytes, size);
    ck_assert(mprotect(at, PAGE, PROT_READ) == 0);
    return at;
}

void *end_of_page(size_t size) {
    char *at = map(2 * PAGE, PROT_READ | PROT_WRITE);
    ck_assert(mprotect(at + PAGE, PAGE, PROT_NONE) == 0);
    return at + PAGE - size;
}

static zx_info_handle_basic_t basic(zx_handle_t handle) {
    zx_info_handle_basic_t info;
    EXPECT_OK(zx_object_get_info(handle, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL));
    return info;
}

zx_rights_t rights_of(zx_handle_t handle) {
    return basic(handle).rights;
}

zx_koid_t koid_of(zx_handle_t handle) {
    return basic(handle).koid;
}

zx_obj_type_t type_of(zx_handle_t handle) {
    return basic(handle).type;
}

bool is_valid(zx_handle_t handle) {
    return zx_object_get_info(handle, ZX_INFO_HANDLE_VALID, NULL, 0, NULL, NULL) == ZX_OK;
}

void close_handle(zx_handle_t handle) {
    ck_assert(handle != ZX_HANDLE_INVALID);
    EXPECT_OK(zx_handle_close(handle));
}

zx_handle_t without_rights(zx_handle_t handle, zx_rights_t rights) {
    zx_handle_t fewer;
    EXPECT_OK(zx_handle_duplicate(handle, rights_of(handle) & ~rights, &fewer));
    return fewer;
}

zx_handle_t root_resource(void) {
    static zx_handle_t resource; // a process can take it once only
    if (resource == ZX_HANDLE_INVALID) {
        resource = zx_take_startup_handle(PA_HND(PA_RESOURCE, 0));
    }
    return resource;
}

void bad_handles(zx_handle_t values[BAD_HANDLES]) {
    zx_handle_t closed;
    EXPECT_OK(zx_event_create(0, &closed));
    close_handle(closed);
    zx_handle_t live = zx_process_self();
    zx_handle_t made[BAD_HANDLES] = {ZX_HANDLE_INVALID, closed,     live & ~1u, live & ~2u,
                                     live & ~3u,        UINT32_MAX, 3,          0x7fffffff};
    for (int bit = 2; bit < 32; bit++) {
        made[bit + 6] = live ^ 1u << bit;
    }
    // A forged value may by chance be another handle of this process.
    for (int i = 0; i < BAD_HANDLES; i++) {
        values[i] = is_valid(made[i]) ? closed : made[i];
    }
}

void expect_bad_handle(handle_call call) {
    zx_handle_t values[BAD_HANDLES];
    bad_handles(values);
    for (int i = 0; i < BAD_HANDLES; i++) {
        zx_status_t status = call(values[i]);
        ck_assert_msg(status == ZX_ERR_BAD_HANDLE, "%s for bad handle %d (0x%x)",
                      zx_status_get_string(status), i, values[i]);
    }
}

void expect_wrong_type(handle_call call, zx_obj_type_t type, zx_obj_type_t other_type) {
    enum { BORROWED = 4, ALL = 18 };
    zx_handle_t handles[ALL] = {zx_process_self(), zx_thread_self(), zx_job_default(),
                                root_resource()};
    zx_handle_t *made = handles + BORROWED;
    EXPECT_OK(zx_event_create(0, &made[0]));
    EXPECT_OK(zx_port_create(0, &made[1]));
    EXPECT_OK(zx_debuglog_create(ZX_HANDLE_INVALID, 0, &made[2]));
    EXPECT_OK(zx_timer_create(ZX_TIMER_SLACK_CENTER, ZX_CLOCK_MONOTONIC, &made[3]));
    EXPECT_OK(zx_eventpair_create(0, &made[4], &made[5]));
    EXPECT_OK(zx_channel_create(0, &made[6], &made[7]));
    EXPECT_OK(zx_socket_create(ZX_SOCKET_STREAM, &made[8], &made[9]));
    EXPECT_OK(zx_socket_create(ZX_SOCKET_DATAGRAM, &made[10], &made[11]));
    EXPECT_OK(zx_fifo_create(2, 8, 0, &made[12], &made[13]));
    for (int i = 0; i < ALL; i++) {
        zx_obj_type_t has = type_of(handles[i]);
        if (has != type && has != other_type) {
            zx_status_t status = call(handles[i]);
            ck_assert_msg(status == ZX_ERR_WRONG_TYPE, "%s for an object of type %u",
                          zx_status_get_string(status), has);
        }
    }
    EXPECT_OK(zx_handle_close_many(made, ALL - BORROWED));
}

void expect_right(handle_call call, zx_handle_t handle, zx_rights_t right, zx_status_t status) {
    zx_handle_t fewer = without_rights(handle, right);
    EXPECT_STATUS(call(fewer), ZX_ERR_ACCESS_DENIED);
    close_handle(fewer);
    zx_handle_t only;
    EXPECT_OK(zx_handle_duplicate(handle, right, &only));
    EXPECT_STATUS(call(only), status);
    close_handle(only);
}

void *bad_pointer(int which, size_t size) {
    switch (which) {
    case 0:
        return NULL;
    case 1:
        return bad_page();
    case 2:
        return end_of_page(size - 1);
    case 3:
        return (void *)0x0000900000000000;
    case 4:
        return (void *)0xffff800000000000;
    case 5:
        return (void *)UINTPTR_MAX;
    default:
        return read_only_page();
    }
}

void expect_no_memory(allocating_call call, void *context, size_t size) {
    char *untouched = malloc(size + 1);
    ck_assert(untouched != NULL);
    if (size > 0) {
        memcpy(untouched, context, size);
    }
    uint32_t failures = 0;
    for (;;) {
        struct census before;
        take_census(&before);
        libzircon_fail_allocation(failures + 1);
        zx_status_t status = call(context);
        libzircon_fail_allocation(0);
        if (status == ZX_OK) {
            break;
        }
        EXPECT_STATUS(status, ZX_ERR_NO_MEMORY);
        expect_nothing_left(&before);
        ck_assert(size == 0 || memcmp(untouched, context, size) == 0);
        failures++;
    }
    ck_assert_msg(failures > 0, "the call needed no memory");
    free(untouched);
}

static int run_thread(void *argument) {
    struct test_thread *thread = argument;
    return thread->function(thread->argument);
}

void start_thread(struct test_thread *thread, thread_function function, void *argument) {
    thrd_t id;
    thread->function = function;
    thread->argument = argument;
    ck_assert_int_eq(thrd_create(&id, run_thread, thread), thrd_success);
    thread->id = (unsigned long)id;
}

int finish_thread(struct test_thread *thread) {
    ck_assert_int_eq(thrd_join((thrd_t)thread->id, &thread->result), thrd_success);
    return thread->result;
}

zx_handle_t handle_of_thread(const struct test_thread *thread) {
    return thrd_get_zx_handle((thrd_t)thread->id);
}

void wait_until_blocked(struct test_thread *thread) {
    zx_info_thread_t info;
    do {
        zx_nanosleep(zx_deadline_after(100000));
        EXPECT_OK(zx_object_get_info(handle_of_thread(thread), ZX_INFO_THREAD, &info, sizeof(info),
                                     NULL, NULL));
    } while (ZX_THREAD_STATE_BASIC(info.state) != ZX_THREAD_STATE_BLOCKED &&
             info.state != ZX_THREAD_STATE_DEAD);
}

static int be_idle(void *go) {
    return zx_object_wait_one(*(zx_handle_t *)go, ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, NULL);
}

void start_idle_thread(struct idle_thread *idle) {
    EXPECT_OK(zx_event_create(0, &idle->go));
    start_thread(&idle->thread, be_idle, &idle->go);
    wait_until_blocked(&idle->thread);
}

void finish_idle_thread(struct idle_thread *idle) {
    EXPECT_OK(zx_object_signal(idle->go, 0, ZX_EVENT_SIGNALED));
    EXPECT_OK(finish_thread(&idle->thread));
    close_handle(idle->go);
}

enum { RAW_STACK = 64 << 10 };

void start_raw_thread(struct started_thread *thread, void (*entry)(uintptr_t, uintptr_t),
                      uintptr_t arg1, uintptr_t arg2) {
    thread->stack = map(RAW_STACK, PROT_READ | PROT_WRITE);
    EXPECT_OK(zx_thread_create(zx_process_self(), "raw", 3, 0, &thread->handle));
    EXPECT_OK(zx_thread_start(thread->handle, (uintptr_t)entry,
                              (uintptr_t)thread->stack + RAW_STACK - 8, arg1, arg2));
}

void finish_raw_thread(struct started_thread *thread) {
    EXPECT_OK(zx_object_wait_one(thread->handle, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, NULL));
    close_handle(thread->handle);
    munmap(thread->stack, RAW_STACK);
}

static void stop_and_exit(uintptr_t arg1, uintptr_t arg2) {
    (void)arg1;
    (void)arg2;
    __asm__ volatile("ud2");
    zx_thread_exit();
}

void start_stopped_thread(struct stopped_thread *stopped, zx_handle_t task) {
    zx_exception_info_t info;
    zx_thread_state_general_regs_t registers;
    uint32_t handled = ZX_EXCEPTION_STATE_HANDLED;
    EXPECT_OK(zx_task_create_exception_channel(task, 0, &stopped->channel));
    start_raw_thread(&stopped->thread, stop_and_exit, 0, 0);
    EXPECT_OK(zx_object_wait_one(stopped->channel, ZX_CHANNEL_READABLE, ZX_TIME_INFINITE, NULL));
    EXPECT_OK(zx_channel_read(stopped->channel, 0, &info, &stopped->exception, sizeof(info), 1,
                              NULL, NULL));
    EXPECT_OK(zx_thread_read_state(stopped->thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                   sizeof(registers)));
    registers.rip += 2;
    EXPECT_OK(zx_thread_write_state(stopped->thread.handle, ZX_THREAD_STATE_GENERAL_REGS,
                                    &registers, sizeof(registers)));
    EXPECT_OK(zx_object_set_property(stopped->exception, ZX_PROP_EXCEPTION_STATE, &handled,
                                     sizeof(handled)));
}

void finish_stopped_thread(struct stopped_thread *stopped) {
    if (is_valid(stopped->exception)) {
        close_handle(stopped->exception);
    }
    finish_raw_thread(&stopped->thread);
    close_handle(stopped->channel);
}

// --- running ---

static const struct conformance_test *current_test;

// libcheck passes the index of the test; the fixture has to know which one it is for.
static void set_up_named(void) {
    running_test = current_test != NULL ? current_test->test.name : "";
    set_up();
}

// The file that a test is in, without folder and ending: the name of its suite.
static void group_of(const struct conformance_test *test, char *group, size_t size) {
    const char *base = strrchr(test->test.file, '/');
    snprintf(group, size, "%s", base != NULL ? base + 1 : test->test.file);
    char *end = strstr(group, "_test.c");
    if (end != NULL) {
        *end = '\0';
    }
}

static void write_verdict(const struct conformance_test *test, const char *group, bool passed) {
    const char *path = getenv("LIBZIRCON_RESULTS");
    FILE *file = path != NULL ? fopen(path, "ae") : NULL;
    if (file != NULL) {
        fprintf(file, "test\t%s\t%s\t%s\t%s\n", test->call, group, test->test.name,
                passed ? "pass" : "fail");
        fclose(file);
    }
}

static bool run_here(const struct conformance_test *test, const char *group, const char *name) {
    current_test = test;
    running_call = test->call;
    Suite *suite = suite_create(group);
    TCase *tcase = tcase_create(test->call);
    tcase_set_timeout(tcase, TEST_SECONDS);
    tcase_add_checked_fixture(tcase, set_up_named, tear_down);
    tcase_add_test(tcase, &test->test);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_SILENT);
    bool passed = srunner_ntests_failed(runner) == 0;
    if (!passed) {
        TestResult **failures = srunner_failures(runner);
        for (int i = 0; i < srunner_ntests_failed(runner); i++) {
            printf("FAILED %s: %s:%d: %s\n", name, tr_lfile(failures[i]), tr_lno(failures[i]),
                   tr_msg(failures[i]));
        }
        free(failures);
    }
    write_verdict(test, group, passed);
    srunner_free(runner);
    return passed;
}

// Without libcheck's forks (CK_FORK=no, for the thread sanitizer) each test is a program run of its
// own, so that it finds a fresh kernel all the same.
static bool run_elsewhere(char *program, char *name) {
    char *arguments[] = {program, name, "--here", NULL};
    pid_t child;
    int status;
    return posix_spawn(&child, "/proc/self/exe", NULL, NULL, arguments, environ) == 0 &&
           waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// --- guests ---
//
// Tests of guests need /dev/kvm. Where it is missing they run in an emulated machine that has it,
// through tools/with_kvm.sh: all of them at once, since that machine takes a while to start.

static const char *const guest_groups[] = {"guest", "vcpu"};
enum { GUEST_GROUPS = sizeof(guest_groups) / sizeof(guest_groups[0]) };

static bool is_of_guests(const char *name) {
    for (int i = 0; i < GUEST_GROUPS; i++) {
        if (strncmp(name, guest_groups[i], strlen(guest_groups[i])) == 0) {
            return true;
        }
    }
    return false;
}

// Runs the tests that begin with one of these. What they see is written where LIBZIRCON_RESULTS
// says, by the same name as here.
static bool run_emulated(char *program, char **prefixes, int count) {
    char self[PATH_MAX], folder[PATH_MAX] = ".";
    const char *results = getenv("LIBZIRCON_RESULTS");
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    self[length < 0 ? 0 : length] = '\0';
    char *arguments[GUEST_GROUPS + 16] = {WITH_KVM};
    int used = 1;
    if (results != NULL) {
        snprintf(folder, sizeof(folder), "%s", results);
        arguments[used++] = "--write";
        arguments[used++] = dirname(folder);
    }
    arguments[used++] = length < 0 ? program : self;
    for (int i = 0; i < count && i < 8; i++) {
        arguments[used++] = prefixes[i];
    }
    for (int i = 0; i < GUEST_GROUPS && count == 0; i++) {
        arguments[used++] = (char *)(uintptr_t)guest_groups[i];
    }
    fflush(stdout);
    pid_t child;
    int status;
    return posix_spawn(&child, WITH_KVM, NULL, NULL, arguments, environ) == 0 &&
           waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool is_wanted(const char *name, int argc, char **argv, bool here) {
    for (int i = 1; i < argc; i++) {
        if (here ? i == 1 && strcmp(name, argv[i]) == 0
                 : strncmp(name, argv[i], strlen(argv[i])) == 0) {
            return true;
        }
    }
    return argc == 1;
}

int main(int argc, char **argv) {
    int ran = 0, failed = 0;
    bool emulate = false;
    bool has_kvm = access("/dev/kvm", R_OK | W_OK) == 0;
    bool here = argc > 2 && strcmp(argv[2], "--here") == 0;
    const char *fork_mode = getenv("CK_FORK");
    bool elsewhere = !here && fork_mode != NULL && strcmp(fork_mode, "no") == 0;
    for (const struct conformance_test *test = __start_conformance_tests;
         test < __stop_conformance_tests; test++) {
        char group[64];
        group_of(test, group, sizeof(group));
        char name[256];
        snprintf(name, sizeof(name), "%s.%s.%s", group, test->call, test->test.name);
        if (!is_wanted(name, argc, argv, here)) {
            continue;
        }
        if (!has_kvm && is_of_guests(name)) {
            emulate = true;
            continue;
        }
        bool passed = elsewhere ? run_elsewhere(argv[0], name) : run_here(test, group, name);
        if (elsewhere && !passed) {
            printf("FAILED %s\n", name);
        }
        ran++;
        failed += !passed;
    }
    if (emulate) {
        bool all = argc == 1;
        ran++;
        failed += !run_emulated(argv[0], all ? NULL : argv + 1, all ? 0 : argc - 1);
    }
    if (!here) {
        printf("%d passed, %d failed\n", ran - failed, failed);
    }
    return ran == 0 || failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
