// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <threads.h>
#include <unistd.h>
#include <zircon/threads.h>

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

static struct count {
    const char *name;
    uint32_t live;
} before[KINDS];
static uint32_t handles_before;

static void remember(void *context, const char *name, uint32_t live) {
    uint32_t *kinds = context;
    before[(*kinds)++] = (struct count){name, live};
}

static void compare(void *context, const char *name, uint32_t live) {
    (void)context;
    uint32_t then = 0;
    for (int i = 0; i < KINDS && before[i].name != NULL; i++) {
        if (strcmp(before[i].name, name) == 0) {
            then = before[i].live;
        }
    }
    ck_assert_msg(live <= then, "%u %s left over", live - then, name);
}

static void set_up(void) {
    (void)zx_thread_self(); // what the library makes for itself exists before the count
    (void)zx_process_self();
    uint32_t kinds = 0;
    memset(before, 0, sizeof(before));
    libzircon_count_objects(remember, &kinds);
    handles_before = libzircon_count_handles();
    memset(seen, 0, sizeof(seen));
    libzircon_trace(record_call, NULL);
}

static void tear_down(void) {
    libzircon_trace(NULL, NULL);
    write_seen();
    EXPECT_EQ(libzircon_count_handles(), handles_before);
    libzircon_count_objects(compare, NULL);
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

void wait_until_blocked(struct test_thread *thread) {
    zx_info_thread_t info;
    do {
        zx_nanosleep(zx_deadline_after(100000));
        EXPECT_OK(zx_object_get_info(thrd_get_zx_handle((thrd_t)thread->id), ZX_INFO_THREAD, &info,
                                     sizeof(info), NULL, NULL));
    } while (ZX_THREAD_STATE_BASIC(info.state) != ZX_THREAD_STATE_BLOCKED);
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

int main(int argc, char **argv) {
    int ran = 0, failed = 0;
    for (const struct conformance_test *test = __start_conformance_tests;
         test < __stop_conformance_tests; test++) {
        char group[64];
        group_of(test, group, sizeof(group));
        char name[256];
        snprintf(name, sizeof(name), "%s.%s.%s", group, test->call, test->test.name);
        if (argc > 1 && strstr(name, argv[1]) == NULL) {
            continue;
        }
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
                printf("FAILED %s: %s:%d: %s\n", name, tr_lfile(failures[i]),
                       tr_lno(failures[i]), tr_msg(failures[i]));
            }
            free(failures);
        }
        write_verdict(test, group, passed);
        srunner_free(runner);
        ran++;
        failed += !passed;
    }
    printf("%d passed, %d failed\n", ran - failed, failed);
    return ran == 0 || failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
