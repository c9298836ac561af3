// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The children of a process. One that fork() or a bare clone makes has a kernel of its own, in
// which nothing has happened yet; one that starts another program at once never enters a kernel.
#include "harness.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>
#include <zircon/threads.h>

extern char **environ;

// --- helpers ---

enum how { BY_FORK, BY_CLONE };

// Linux's own call: nothing in libc learns of the child.
static pid_t make_child(enum how how) {
    return how == BY_FORK ? fork() : (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

// Runs the function in a child; it returns 0, or the number of the line that went wrong.
static void run_in_child(enum how how, int (*function)(void)) {
    fflush(NULL);
    pid_t child = make_child(how);
    EXPECT(child >= 0);
    if (child == 0) {
        int line = function();
        if (line != 0) {
            dprintf(2, "child: line %d\n", line);
        }
        _exit(line == 0 ? 0 : 1);
    }
    int status;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ended with 0x%x",
                  (unsigned int)status);
}

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            return __LINE__;                                                                       \
        }                                                                                          \
    } while (0)

static zx_koid_t koid_or_0(zx_handle_t handle) {
    zx_info_handle_basic_t info;
    return zx_object_get_info(handle, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL) ==
                   ZX_OK
               ? info.koid
               : 0;
}

// Uses a bit of everything that needs no other thread.
static int use_kernel(void) {
    zx_handle_t a, b, port, event, got, kept, sent;
    zx_port_packet_t packet;
    char bytes[3000];
    memset(bytes, 7, sizeof(bytes));
    CHECK(zx_channel_create(0, &a, &b) == ZX_OK);
    CHECK(zx_event_create(0, &event) == ZX_OK);
    CHECK(zx_eventpair_create(0, &kept, &sent) == ZX_OK);
    CHECK(zx_port_create(0, &port) == ZX_OK);
    CHECK(zx_object_wait_async(event, port, 5, ZX_EVENT_SIGNALED, 0) == ZX_OK);
    CHECK(zx_object_signal(event, 0, ZX_EVENT_SIGNALED) == ZX_OK);
    CHECK(zx_port_wait(port, ZX_TIME_INFINITE, &packet) == ZX_OK);
    CHECK(packet.key == 5);
    CHECK(zx_channel_write(a, 0, bytes, sizeof(bytes), &sent, 1) == ZX_OK);
    CHECK(zx_object_wait_one(b, ZX_CHANNEL_READABLE, ZX_TIME_INFINITE, NULL) == ZX_OK);
    CHECK(zx_channel_read(b, 0, bytes, &got, sizeof(bytes), 1, NULL, NULL) == ZX_OK);
    CHECK(zx_handle_close(got) == ZX_OK);
    CHECK(zx_object_wait_one(kept, ZX_EVENTPAIR_PEER_CLOSED, ZX_TIME_INFINITE, NULL) == ZX_OK);
    CHECK(zx_event_create(0, NULL) == ZX_ERR_INVALID_ARGS);
    CHECK(zx_nanosleep(zx_deadline_after(1000)) == ZX_OK);
    zx_handle_t all[] = {a, b, port, event, kept};
    CHECK(zx_handle_close_many(all, 5) == ZX_OK);
    return 0;
}

static int return_self(void *argument) {
    *(zx_handle_t *)argument = zx_thread_self();
    return use_kernel();
}

// Uses threads of the child's own.
static int use_threads(void) {
    for (int i = 0; i < 5; i++) {
        thrd_t thread;
        zx_handle_t seen;
        int result;
        CHECK(thrd_create(&thread, return_self, &seen) == thrd_success);
        CHECK(koid_or_0(thrd_get_zx_handle(thread)) != 0);
        CHECK(thrd_join(thread, &result) == thrd_success);
        CHECK(result == 0);
        CHECK(seen != zx_thread_self());
    }
    return 0;
}

// --- what the child has ---

static zx_handle_t parents[4];
static zx_koid_t parents_koids[3];

static int look_around(void) {
    for (size_t i = 0; i < sizeof(parents) / sizeof(parents[0]); i++) {
        CHECK(zx_object_get_info(parents[i], ZX_INFO_HANDLE_VALID, NULL, 0, NULL, NULL) ==
              ZX_ERR_BAD_HANDLE);
        CHECK(zx_handle_close(parents[i]) == ZX_ERR_BAD_HANDLE);
    }
    zx_handle_t self = zx_process_self(), thread = zx_thread_self(), job = zx_job_default();
    CHECK(koid_or_0(self) != 0);
    CHECK(koid_or_0(thread) != 0);
    CHECK(koid_or_0(job) != 0);
    CHECK(thrd_get_zx_handle(thrd_current()) == thread);
    zx_handle_t resource = zx_take_startup_handle(PA_HND(PA_RESOURCE, 0)); // its own root
    CHECK(koid_or_0(resource) != 0);
    zx_koid_t koids[16];
    size_t count;
    CHECK(zx_object_get_info(self, ZX_INFO_PROCESS_THREADS, koids, sizeof(koids), &count, NULL) ==
          ZX_OK);
    CHECK(count == 1);
    CHECK(koids[0] == koid_or_0(thread));
    CHECK(use_kernel() == 0);
    return 0;
}

static void open_parents_handles(void) {
    EXPECT_OK(zx_event_create(0, &parents[0]));
    EXPECT_OK(zx_channel_create(0, &parents[1], &parents[2]));
    EXPECT_OK(zx_port_create(0, &parents[3]));
    (void)root_resource();
    parents_koids[0] = koid_of(zx_process_self());
    parents_koids[1] = koid_of(zx_thread_self());
    parents_koids[2] = koid_of(zx_job_default());
}

static void check_parents_handles(void) {
    EXPECT_EQ(koid_of(zx_process_self()), parents_koids[0]);
    EXPECT_EQ(koid_of(zx_thread_self()), parents_koids[1]);
    EXPECT_EQ(koid_of(zx_job_default()), parents_koids[2]);
    EXPECT_EQ(type_of(parents[0]), ZX_OBJ_TYPE_EVENT);
    EXPECT_OK(zx_channel_write(parents[1], 0, "x", 1, NULL, 0));
    char byte;
    EXPECT_OK(zx_channel_read(parents[2], 0, &byte, NULL, 1, 0, NULL, NULL));
    EXPECT_STATUS(zx_channel_read(parents[2], 0, &byte, NULL, 1, 0, NULL, NULL),
                  ZX_ERR_SHOULD_WAIT);
    for (int i = 0; i < 4; i++) {
        close_handle(parents[i]);
    }
}

TEST(fork, gives_the_child_a_fresh_kernel) {
    open_parents_handles();
    run_in_child(BY_FORK, look_around);
    run_in_child(BY_FORK, use_threads);
    check_parents_handles();
}

TEST(clone, gives_the_child_a_fresh_kernel) {
    open_parents_handles();
    run_in_child(BY_CLONE, look_around);
    run_in_child(BY_CLONE, use_kernel);
    check_parents_handles();
}

static int make_a_mess(void) {
    zx_handle_t event;
    for (int i = 0; i < 1000; i++) {
        CHECK(zx_event_create(0, &event) == ZX_OK);
    }
    CHECK(zx_clock_adjust(zx_take_startup_handle(PA_HND(PA_RESOURCE, 0)), ZX_CLOCK_UTC, 5) ==
          ZX_OK);
    return 0; // with everything open
}

TEST(fork, keeps_what_the_child_does_from_the_parent) {
    for (int how = BY_FORK; how <= BY_CLONE; how++) {
        uint32_t handles = libzircon_count_handles();
        run_in_child((enum how)how, make_a_mess);
        EXPECT_EQ(libzircon_count_handles(), handles);
        zx_time_t utc;
        EXPECT_OK(zx_clock_get(ZX_CLOCK_UTC, &utc));
        EXPECT(utc > ZX_SEC(1500000000)); // still the host's
    }
}

static int fork_again(void) {
    static int depth;
    CHECK(look_around() == 0);
    zx_handle_t event;
    CHECK(zx_event_create(0, &event) == ZX_OK);
    parents[0] = parents[1] = parents[2] = parents[3] = event;
    if (++depth < 6) {
        pid_t child = make_child(depth % 2 == 0 ? BY_FORK : BY_CLONE);
        if (child == 0) {
            _exit(fork_again() == 0 ? 0 : 1);
        }
        int status;
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
    CHECK(zx_handle_close(event) == ZX_OK);
    return 0;
}

TEST(fork, may_be_done_by_children_again_and_again) {
    open_parents_handles();
    run_in_child(BY_FORK, fork_again);
    run_in_child(BY_CLONE, fork_again);
    check_parents_handles();
}

static int exit_normally(void) {
    if (use_kernel() != 0 || use_threads() != 0) {
        _exit(1);
    }
    exit(0); // with everything that libraries do at the end
}

TEST(fork, lets_the_child_exit_like_any_process) {
    run_in_child(BY_FORK, exit_normally);
}

// --- with other threads in the kernel ---

static _Atomic bool stop_working;

static int work(void *argument) {
    (void)argument;
    while (!atomic_load(&stop_working)) {
        int line = use_kernel();
        if (line != 0) {
            return line;
        }
    }
    return 0;
}

static int wait_for_event(void *argument) {
    return zx_object_wait_one(*(zx_handle_t *)argument, ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, NULL);
}

static int make_threads(void *argument) {
    (void)argument;
    while (!atomic_load(&stop_working)) {
        thrd_t thread;
        zx_handle_t seen;
        int result;
        if (thrd_create(&thread, return_self, &seen) != thrd_success ||
            thrd_join(thread, &result) != thrd_success || result != 0) {
            return __LINE__;
        }
    }
    return 0;
}

// With the address sanitizer's malloc, a child must not allocate if another thread of the parent
// was just doing so.
#if defined(__SANITIZE_ADDRESS__)
#define CAN_MAKE_THREADS false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CAN_MAKE_THREADS false
#endif
#endif
#ifndef CAN_MAKE_THREADS
#define CAN_MAKE_THREADS true
#endif

enum { WORKERS = 3 };

struct crowd {
    struct test_thread workers[WORKERS], maker, waiter;
    zx_handle_t event;
};

static void start_crowd(struct crowd *crowd, bool makes_threads) {
    EXPECT_OK(zx_event_create(0, &crowd->event));
    atomic_store(&stop_working, false);
    for (int i = 0; i < WORKERS; i++) {
        start_thread(&crowd->workers[i], work, NULL);
    }
    start_thread(&crowd->maker, makes_threads ? make_threads : work, NULL);
    start_thread(&crowd->waiter, wait_for_event, &crowd->event);
    wait_until_blocked(&crowd->waiter);
}

static void finish_crowd(struct crowd *crowd) {
    atomic_store(&stop_working, true);
    for (int i = 0; i < WORKERS; i++) {
        EXPECT_EQ(finish_thread(&crowd->workers[i]), 0);
    }
    EXPECT_EQ(finish_thread(&crowd->maker), 0);
    EXPECT_OK(zx_object_signal(crowd->event, 0, ZX_EVENT_SIGNALED));
    EXPECT_OK(finish_thread(&crowd->waiter));
    close_handle(crowd->event);
}

static int use_all(void) {
    CHECK(look_around() == 0);
    CHECK(use_threads() == 0);
    return 0;
}

// In the child the thread sanitizer takes what other threads of the parent did before for accesses
// that go on beside its own: it reports the fresh kernel's first steps.
TEST_WITHOUT_TSAN(fork, works_while_other_threads_are_in_the_kernel) {
    struct crowd crowd;
    open_parents_handles();
    start_crowd(&crowd, CAN_MAKE_THREADS);
    for (int i = 0; i < 40; i++) {
        run_in_child(BY_FORK, use_all);
    }
    finish_crowd(&crowd);
    check_parents_handles();
}

TEST_WITHOUT_TSAN(clone, works_while_other_threads_are_in_the_kernel) {
    struct crowd crowd;
    open_parents_handles();
    start_crowd(&crowd, false); // libc's own locks are not prepared for a bare clone
    for (int i = 0; i < 40; i++) {
        run_in_child(BY_CLONE, use_kernel);
    }
    finish_crowd(&crowd);
    check_parents_handles();
}

static int fork_here(void *argument) {
    enum how how = (enum how)(intptr_t)argument;
    (void)zx_thread_self();
    fflush(NULL);
    pid_t child = make_child(how);
    if (child == 0) {
        _exit(look_around() == 0 && (how == BY_CLONE || use_threads() == 0) ? 0 : 1);
    }
    int status;
    return waitpid(child, &status, 0) == child && status == 0 && use_kernel() == 0 ? 0 : 1;
}

TEST_WITHOUT_TSAN(fork, works_in_any_thread) {
    open_parents_handles();
    for (int i = 0; i < 10; i++) {
        struct test_thread thread;
        start_thread(&thread, fork_here, (void *)(intptr_t)(i % 2 == 0 ? BY_FORK : BY_CLONE));
        EXPECT_EQ(finish_thread(&thread), 0);
    }
    check_parents_handles();
}

// A thread that has never made a call has no descriptor yet; its child starts the kernel alone.
static void *fork_first(void *argument) {
    *(int *)argument = fork_here((void *)(intptr_t)BY_FORK);
    return NULL;
}

TEST_WITHOUT_TSAN(fork, works_in_a_thread_without_calls) {
    pthread_t thread;
    int result = 5;
    open_parents_handles();
    EXPECT_EQ(pthread_create(&thread, NULL, fork_first, &result), 0);
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    EXPECT_EQ(result, 0);
    check_parents_handles();
}

// --- signals in the child ---

static int check_signals(void) {
    sigset_t all;
    sigfillset(&all);
    CHECK(sigprocmask(SIG_BLOCK, &all, NULL) == 0);
    CHECK(zx_event_create(0, NULL) == ZX_ERR_INVALID_ARGS);
    CHECK(signal(SIGSEGV, SIG_IGN) != SIG_ERR);
    CHECK(zx_event_create(0, NULL) == ZX_ERR_INVALID_ARGS);
    return 0;
}

TEST(fork, leaves_the_signals_of_the_kernel_in_order) {
    run_in_child(BY_FORK, check_signals);
    run_in_child(BY_CLONE, check_signals);
}

// --- children that start another program ---

static void expect_exit(pid_t child, int code) {
    int status;
    EXPECT(child > 0);
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), code);
}

static void start_by_vfork(void) {
    pid_t child = vfork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", "exit 7", (char *)NULL);
        _exit(1);
    }
    expect_exit(child, 7);
}

static void start_programs(void) {
    start_by_vfork();
    char *const arguments[] = {"sh", "-c", "exit 8", NULL};
    pid_t child;
    EXPECT_EQ(posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environ), 0);
    expect_exit(child, 8);
    child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", "exit 9", (char *)NULL);
        _exit(1);
    }
    expect_exit(child, 9);
    int status = system("exit 10");
    EXPECT(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 10);
}

TEST(vfork, and_posix_spawn_start_other_programs) {
    open_parents_handles();
    fflush(NULL);
    start_programs();
    check_parents_handles();
}

TEST(vfork, and_posix_spawn_work_while_other_threads_are_in_the_kernel) {
    struct crowd crowd;
    open_parents_handles();
    start_crowd(&crowd, CAN_MAKE_THREADS);
    fflush(NULL);
    for (int i = 0; i < 5; i++) {
        start_programs();
    }
    finish_crowd(&crowd);
    check_parents_handles();
}

TEST(vfork, of_a_program_that_cannot_be_started_harms_nothing) {
    open_parents_handles();
    pid_t child = vfork();
    if (child == 0) {
        execl("/nonexistent", "nonexistent", (char *)NULL);
        _exit(12);
    }
    expect_exit(child, 12);
    char *const arguments[] = {"nonexistent", NULL};
    EXPECT(posix_spawn(&child, "/nonexistent", NULL, NULL, arguments, environ) != 0);
    check_parents_handles();
}

// A program that uses the library itself: this one, with a test that is quick.
TEST(posix_spawn, starts_programs_that_have_kernels_too) {
    fflush(NULL);
    char *const arguments[] = {"conformance", "system.status_get_string.knows", NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1, 0); // O_WRONLY
    pid_t child;
    EXPECT_EQ(posix_spawn(&child, "/proc/self/exe", &actions, NULL, arguments, environ), 0);
    expect_exit(child, EXIT_SUCCESS);
    posix_spawn_file_actions_destroy(&actions);
}
