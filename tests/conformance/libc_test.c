// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What a program has from the library besides the system calls: the handles that Fuchsia's libc
// gives it, threads that are objects, and Linux signals that get on with the kernel.
#include "harness.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>
#include <zircon/syscalls/resource.h>
#include <zircon/threads.h>

int thrd_create_with_name(thrd_t *thread, thrd_start_t function, void *argument, const char *name);

// --- helpers ---

static zx_info_handle_basic_t basic_of(zx_handle_t handle) {
    zx_info_handle_basic_t info;
    EXPECT_OK(zx_object_get_info(handle, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL));
    return info;
}

static zx_thread_state_t state_of(zx_handle_t thread) {
    zx_info_thread_t info;
    EXPECT_OK(zx_object_get_info(thread, ZX_INFO_THREAD, &info, sizeof(info), NULL, NULL));
    return info.state;
}

static zx_signals_t signals_of(zx_handle_t handle) {
    zx_signals_t signals = 0;
    EXPECT_STATUS(zx_object_wait_one(handle, 0, 0, &signals), ZX_ERR_TIMED_OUT);
    return signals;
}

static bool is_listed(zx_koid_t koid) {
    static zx_koid_t koids[4096];
    size_t count;
    EXPECT_OK(zx_object_get_info(zx_process_self(), ZX_INFO_PROCESS_THREADS, koids, sizeof(koids),
                                 &count, NULL));
    for (size_t i = 0; i < count; i++) {
        if (koids[i] == koid) {
            return true;
        }
    }
    return false;
}

// A thread that nobody joins is really gone when its number is no task of the process any more.
static void wait_until_gone(pid_t task) {
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/task/%d", task);
    while (access(path, F_OK) == 0) {
        zx_nanosleep(zx_deadline_after(ZX_USEC(100)));
    }
}

static zx_handle_t make_event(void) {
    zx_handle_t event;
    EXPECT_OK(zx_event_create(0, &event));
    return event;
}

static zx_status_t wait_for(zx_handle_t event) {
    return zx_object_wait_one(event, ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, NULL);
}

static void set(zx_handle_t event) {
    EXPECT_OK(zx_object_signal(event, 0, ZX_EVENT_SIGNALED));
}

// A thread that tells of itself and then waits to be let go.
struct visitor {
    zx_handle_t came, go; // events
    pid_t task;
    zx_handle_t self;
    zx_koid_t koid;
};

static void visit(struct visitor *visitor) {
    visitor->task = gettid();
    visitor->self = zx_thread_self();
    visitor->koid = basic_of(visitor->self).koid;
    zx_object_signal(visitor->came, 0, ZX_EVENT_SIGNALED);
    wait_for(visitor->go);
}

static void *visit_posix(void *argument) {
    visit(argument);
    return (void *)42;
}

static int visit_c11(void *argument) {
    visit(argument);
    return -42;
}

static void init_visitor(struct visitor *visitor) {
    memset(visitor, 0, sizeof(*visitor));
    visitor->came = make_event();
    visitor->go = make_event();
}

static void close_visitor(struct visitor *visitor) {
    close_handle(visitor->came);
    close_handle(visitor->go);
}

// --- the handles of a program ---

TEST(process_self, is_the_process) {
    zx_handle_t self = zx_process_self();
    EXPECT_EQ(type_of(self), ZX_OBJ_TYPE_PROCESS);
    EXPECT_EQ(rights_of(self), ZX_DEFAULT_PROCESS_RIGHTS);
    EXPECT_EQ(zx_process_self(), self);
    EXPECT_EQ(_zx_process_self(), self);
    zx_info_process_t info;
    EXPECT_OK(zx_object_get_info(self, ZX_INFO_PROCESS, &info, sizeof(info), NULL, NULL));
    EXPECT(info.started);
    EXPECT(!info.exited);
    EXPECT_EQ(basic_of(self).related_koid, koid_of(zx_job_default()));
}

TEST(job_default, is_the_root_job_that_holds_the_process) {
    zx_handle_t job = zx_job_default();
    EXPECT_EQ(type_of(job), ZX_OBJ_TYPE_JOB);
    EXPECT_EQ(rights_of(job), ZX_DEFAULT_JOB_RIGHTS);
    EXPECT_EQ(zx_job_default(), job);
    EXPECT_EQ(_zx_job_default(), job);
    EXPECT_EQ(basic_of(job).related_koid, 0); // it has no parent
    zx_koid_t koids[4];
    size_t count;
    EXPECT_OK(zx_object_get_info(job, ZX_INFO_JOB_PROCESSES, koids, sizeof(koids), &count, NULL));
    EXPECT_EQ(count, 1);
    EXPECT_EQ(koids[0], koid_of(zx_process_self()));
}

TEST(thread_self, is_the_calling_thread) {
    zx_handle_t self = zx_thread_self();
    EXPECT_EQ(type_of(self), ZX_OBJ_TYPE_THREAD);
    EXPECT_EQ(rights_of(self), ZX_DEFAULT_THREAD_RIGHTS);
    EXPECT_EQ(zx_thread_self(), self);
    EXPECT_EQ(_zx_thread_self(), self);
    EXPECT_EQ(thrd_get_zx_handle(thrd_current()), self);
    EXPECT_EQ(basic_of(self).related_koid, koid_of(zx_process_self()));
    EXPECT_EQ(state_of(self), ZX_THREAD_STATE_RUNNING);
    EXPECT(is_listed(koid_of(self)));
}

TEST(take_startup_handle, gives_each_handle_once) {
    // The root resource was given out when the test took it first; the harness holds it.
    zx_handle_t resource = root_resource();
    EXPECT_EQ(type_of(resource), ZX_OBJ_TYPE_RESOURCE);
    EXPECT_EQ(rights_of(resource), ZX_DEFAULT_RESOURCE_RIGHTS);
    zx_info_resource_t info;
    EXPECT_OK(zx_object_get_info(resource, ZX_INFO_RESOURCE, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.kind, ZX_RSRC_KIND_ROOT);
    EXPECT_EQ(zx_take_startup_handle(PA_HND(PA_RESOURCE, 0)), ZX_HANDLE_INVALID);
    zx_handle_t job = zx_take_startup_handle(PA_HND(PA_JOB_DEFAULT, 0));
    EXPECT(job != zx_job_default());
    EXPECT_EQ(koid_of(job), koid_of(zx_job_default()));
    EXPECT_EQ(zx_take_startup_handle(PA_HND(PA_JOB_DEFAULT, 0)), ZX_HANDLE_INVALID);
}

TEST(take_startup_handle, has_nothing_under_other_names) {
    EXPECT_EQ(zx_take_startup_handle(0), ZX_HANDLE_INVALID);
    EXPECT_EQ(zx_take_startup_handle(PA_HND(PA_RESOURCE, 1)), ZX_HANDLE_INVALID);
    EXPECT_EQ(zx_take_startup_handle(PA_HND(PA_USER0, 0)), ZX_HANDLE_INVALID);
    EXPECT_EQ(zx_take_startup_handle(UINT32_MAX), ZX_HANDLE_INVALID);
}

// --- threads as objects ---

TEST(thrd_create, makes_an_object_that_lives_like_the_thread) {
    struct visitor visitor;
    init_visitor(&visitor);
    thrd_t thread;
    EXPECT_EQ(thrd_create(&thread, visit_c11, &visitor), thrd_success);
    EXPECT_OK(wait_for(visitor.came));
    zx_handle_t handle = thrd_get_zx_handle(thread), kept;
    EXPECT_EQ(handle, visitor.self);
    EXPECT_EQ(koid_of(handle), visitor.koid);
    EXPECT_EQ(type_of(handle), ZX_OBJ_TYPE_THREAD);
    EXPECT_EQ(rights_of(handle), ZX_DEFAULT_THREAD_RIGHTS);
    EXPECT(is_listed(visitor.koid));
    EXPECT_EQ(signals_of(handle), ZX_THREAD_RUNNING);
    EXPECT_OK(zx_handle_duplicate(handle, ZX_RIGHT_SAME_RIGHTS, &kept));
    zx_handle_t child;
    EXPECT_OK(zx_object_get_child(zx_process_self(), visitor.koid, ZX_RIGHT_SAME_RIGHTS, &child));
    EXPECT_EQ(koid_of(child), visitor.koid);
    close_handle(child);

    set(visitor.go);
    EXPECT_OK(zx_object_wait_one(kept, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, NULL));
    EXPECT_EQ(signals_of(kept), ZX_THREAD_TERMINATED);
    EXPECT_EQ(state_of(kept), ZX_THREAD_STATE_DEAD);
    EXPECT(!is_listed(visitor.koid));
    EXPECT_EQ(thrd_get_zx_handle(thread), handle); // until it is joined
    int result;
    EXPECT_EQ(thrd_join(thread, &result), thrd_success);
    EXPECT_EQ(result, -42);
    EXPECT_EQ(thrd_get_zx_handle(thread), ZX_HANDLE_INVALID);
    EXPECT(!is_valid(handle));
    EXPECT_STATUS(
        zx_object_get_child(zx_process_self(), visitor.koid, ZX_RIGHT_SAME_RIGHTS, &child),
        ZX_ERR_NOT_FOUND);
    close_handle(kept);
    close_visitor(&visitor);
}

TEST(pthread_create, makes_an_object_too) {
    struct visitor visitor;
    init_visitor(&visitor);
    pthread_t thread;
    EXPECT_EQ(pthread_create(&thread, NULL, visit_posix, &visitor), 0);
    EXPECT_OK(wait_for(visitor.came));
    zx_handle_t handle = thrd_get_zx_handle((thrd_t)thread), kept;
    EXPECT_EQ(handle, visitor.self);
    EXPECT(is_listed(visitor.koid));
    EXPECT_OK(zx_handle_duplicate(handle, ZX_RIGHT_SAME_RIGHTS, &kept));
    set(visitor.go);
    EXPECT_OK(zx_object_wait_one(kept, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, NULL));
    void *result;
    EXPECT_EQ(pthread_join(thread, &result), 0);
    EXPECT(result == (void *)42);
    close_handle(kept);
    close_visitor(&visitor);
}

// glibc's thrd_t and pthread_t are the same, and so are the threads.
TEST(thrd_join, and_pthread_join_take_the_threads_of_each_other) {
    struct visitor visitor;
    init_visitor(&visitor);
    set(visitor.go);
    thrd_t c11;
    pthread_t posix;
    void *pointer;
    int number;
    EXPECT_EQ(thrd_create(&c11, visit_c11, &visitor), thrd_success);
    EXPECT_EQ(pthread_join((pthread_t)c11, &pointer), 0);
    EXPECT_EQ((intptr_t)pointer, -42);
    EXPECT_EQ(pthread_create(&posix, NULL, visit_posix, &visitor), 0);
    EXPECT_EQ(thrd_join((thrd_t)posix, &number), thrd_success);
    EXPECT_EQ(number, 42);
    EXPECT_EQ(thrd_create(&c11, visit_c11, &visitor), thrd_success);
    EXPECT_EQ(thrd_join(c11, NULL), thrd_success);
    EXPECT_EQ(pthread_create(&posix, NULL, visit_posix, &visitor), 0);
    EXPECT_EQ(pthread_join(posix, NULL), 0);
    close_visitor(&visitor);
}

// glibc's joins that need not wait, or not for ever: one that fails lets nothing go.
TEST(pthread_join, and_its_kin_let_a_thread_go_only_if_they_joined_it) {
    enum { TRY, TIMED, CLOCK, WAYS };
#ifdef UNDER_TSAN
    int ways = CLOCK; // it knows nothing of that one, and takes the thread for never joined
#else
    int ways = WAYS;
#endif
    for (int way = 0; way < ways; way++) {
        struct visitor visitor;
        init_visitor(&visitor);
        pthread_t thread;
        EXPECT_EQ(pthread_create(&thread, NULL, visit_posix, &visitor), 0);
        zx_handle_t handle = thrd_get_zx_handle((thrd_t)thread);
        const struct timespec past = {0, 0};
        void *result = NULL;
        EXPECT_EQ(way == TRY     ? pthread_tryjoin_np(thread, &result)
                  : way == TIMED ? pthread_timedjoin_np(thread, &result, &past)
                                 : pthread_clockjoin_np(thread, &result, CLOCK_MONOTONIC, &past),
                  way == TRY ? EBUSY : ETIMEDOUT);
        EXPECT_EQ(thrd_get_zx_handle((thrd_t)thread), handle);
        EXPECT_EQ(type_of(handle), ZX_OBJ_TYPE_THREAD);
        set(visitor.go);
        const struct timespec never = {INT32_MAX, 0};
        int error;
        do {
            error = way == TRY     ? pthread_tryjoin_np(thread, &result)
                    : way == TIMED ? pthread_timedjoin_np(thread, &result, &never)
                                   : pthread_clockjoin_np(thread, &result, CLOCK_MONOTONIC, &never);
        } while (error == EBUSY);
        EXPECT_EQ(error, 0);
        EXPECT(result == (void *)42);
        EXPECT(!is_valid(handle));
        close_visitor(&visitor);
    }
}

static void name_of(zx_handle_t thread, char name[ZX_MAX_NAME_LEN]) {
    EXPECT_OK(zx_object_get_property(thread, ZX_PROP_NAME, name, ZX_MAX_NAME_LEN));
}

TEST(thrd_create_with_name, names_the_thread) {
    static const struct {
        const char *name, *expected;
    } cases[] = {
        {"worker", "worker"},
        {"", ""},
        {"exactly thirty-one characters..", "exactly thirty-one characters.."},
        {"a name that is longer than fits in", "a name that is longer than fits"},
    };
    struct visitor visitor;
    init_visitor(&visitor);
    char name[ZX_MAX_NAME_LEN];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        thrd_t thread;
        EXPECT_EQ(thrd_create_with_name(&thread, visit_c11, &visitor, cases[i].name), thrd_success);
        name_of(thrd_get_zx_handle(thread), name); // it has the name before it runs
        ck_assert_str_eq(name, cases[i].expected);
        set(visitor.go);
        EXPECT_EQ(thrd_join(thread, NULL), thrd_success);
        EXPECT_OK(zx_object_signal(visitor.go, ZX_EVENT_SIGNALED, 0));
    }
    close_visitor(&visitor);
}

TEST(thrd_create, gives_the_thread_some_name) {
    struct visitor visitors[3];
    for (int i = 0; i < 3; i++) {
        init_visitor(&visitors[i]);
    }
    thrd_t c11, unnamed;
    pthread_t posix;
    char name[ZX_MAX_NAME_LEN];
    EXPECT_EQ(thrd_create(&c11, visit_c11, &visitors[0]), thrd_success);
    EXPECT_EQ(thrd_create_with_name(&unnamed, visit_c11, &visitors[1], NULL), thrd_success);
    EXPECT_EQ(pthread_create(&posix, NULL, visit_posix, &visitors[2]), 0);
    name_of(thrd_get_zx_handle(c11), name);
    EXPECT(name[0] != '\0');
    name_of(thrd_get_zx_handle(unnamed), name);
    EXPECT(name[0] != '\0');
    name_of(thrd_get_zx_handle((thrd_t)posix), name);
    EXPECT(name[0] != '\0');
    EXPECT_OK(zx_object_set_property(thrd_get_zx_handle(c11), ZX_PROP_NAME, "other", 5));
    name_of(thrd_get_zx_handle(c11), name);
    ck_assert_str_eq(name, "other");
    for (int i = 0; i < 3; i++) {
        set(visitors[i].go);
    }
    EXPECT_EQ(thrd_join(c11, NULL), thrd_success);
    EXPECT_EQ(thrd_join(unnamed, NULL), thrd_success);
    EXPECT_EQ(pthread_join(posix, NULL), 0);
    for (int i = 0; i < 3; i++) {
        close_visitor(&visitors[i]);
    }
}

static int wait_for_flag(void *argument) {
    while (!atomic_load((atomic_bool *)argument)) {
        thrd_yield();
    }
    return 0;
}

TEST(thrd_create, gives_the_object_even_to_a_thread_that_makes_no_calls) {
    thrd_t thread;
    atomic_bool done = false;
    EXPECT_EQ(thrd_create(&thread, wait_for_flag, &done), thrd_success);
    zx_handle_t handle = thrd_get_zx_handle(thread), kept;
    EXPECT_EQ(type_of(handle), ZX_OBJ_TYPE_THREAD);
    EXPECT_OK(zx_handle_duplicate(handle, ZX_RIGHT_SAME_RIGHTS, &kept));
    EXPECT_OK(zx_object_wait_one(kept, ZX_THREAD_RUNNING, ZX_TIME_INFINITE, NULL));
    EXPECT(is_listed(koid_of(handle)));
    atomic_store(&done, true);
    EXPECT_OK(zx_object_wait_one(kept, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, NULL));
    EXPECT_EQ(thrd_join(thread, NULL), thrd_success);
    close_handle(kept);
}

TEST(thrd_create, of_many_threads_leaves_nothing) {
    for (int round = 0; round < 30; round++) {
        enum { THREADS = 20 };
        struct visitor visitors[THREADS];
        thrd_t threads[THREADS];
        for (int i = 0; i < THREADS; i++) {
            init_visitor(&visitors[i]);
            EXPECT_EQ(thrd_create(&threads[i], visit_c11, &visitors[i]), thrd_success);
        }
        for (int i = 0; i < THREADS; i++) {
            EXPECT_OK(wait_for(visitors[i].came));
            for (int j = 0; j < i; j++) {
                EXPECT(visitors[i].koid != visitors[j].koid);
            }
        }
        for (int i = 0; i < THREADS; i++) {
            set(visitors[i].go);
            EXPECT_EQ(thrd_join(threads[i], NULL), thrd_success);
            close_visitor(&visitors[i]);
        }
    }
}

static int return_argument(void *argument) {
    return (int)(intptr_t)argument;
}

static int make_threads(void *argument) {
    (void)argument;
    for (int i = 0; i < 150; i++) {
        thrd_t thread;
        int result;
        if (thrd_create(&thread, return_argument, (void *)(intptr_t)i) != thrd_success) {
            return 1;
        }
        // The id may have been another thread's a moment ago; the handle must be this one's.
        zx_handle_t handle = thrd_get_zx_handle(thread);
        zx_info_handle_basic_t info;
        if (zx_object_get_info(handle, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL) !=
                ZX_OK ||
            info.type != ZX_OBJ_TYPE_THREAD || thrd_join(thread, &result) != thrd_success ||
            result != i) {
            return 2;
        }
    }
    return 0;
}

TEST(thrd_join, of_threads_in_many_threads_lets_each_of_them_go) {
    struct test_thread makers[5];
    for (int i = 0; i < 5; i++) {
        start_thread(&makers[i], make_threads, NULL);
    }
    for (int i = 0; i < 5; i++) {
        EXPECT_EQ(finish_thread(&makers[i]), 0);
    }
}

TEST(thrd_create, fails_without_a_trace_when_memory_is_used_up) {
    struct visitor visitor;
    init_visitor(&visitor);
    set(visitor.go);
    int failures = 0;
    for (uint32_t n = 1;; n++) {
        EXPECT(n < 10);
        thrd_t thread;
        uint32_t handles = libzircon_count_handles();
        libzircon_fail_allocation(n);
        int error = thrd_create(&thread, visit_c11, &visitor);
        libzircon_fail_allocation(0);
        if (error == thrd_success) {
            EXPECT_EQ(thrd_join(thread, NULL), thrd_success);
            break;
        }
        EXPECT_EQ(error, thrd_nomem);
        EXPECT_EQ(libzircon_count_handles(), handles);
        failures++;
    }
    EXPECT(failures >= 2);
    close_visitor(&visitor);
}

TEST(pthread_create, fails_without_a_trace_when_libc_refuses) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    EXPECT_EQ(pthread_attr_setstacksize(&attributes, (size_t)1 << 46), 0);
    pthread_t thread;
    for (int i = 0; i < 10; i++) {
        EXPECT_EQ(pthread_create(&thread, &attributes, visit_posix, NULL), EAGAIN);
    }
    pthread_attr_destroy(&attributes);
}

// --- detaching ---

static int detach(int how, pthread_t thread) {
    return how == 0 ? pthread_detach(thread) : thrd_detach((thrd_t)thread) - thrd_success;
}

TEST(pthread_detach, of_a_running_thread_lets_everything_go_with_it) {
    for (int how = 0; how < 2; how++) {
        struct visitor visitor;
        init_visitor(&visitor);
        pthread_t thread;
        EXPECT_EQ(pthread_create(&thread, NULL, visit_posix, &visitor), 0);
        EXPECT_OK(wait_for(visitor.came));
        EXPECT_EQ(detach(how, thread), 0);
        zx_handle_t handle = thrd_get_zx_handle((thrd_t)thread), kept;
        EXPECT_EQ(handle, visitor.self); // it is still there
        EXPECT_OK(zx_handle_duplicate(handle, ZX_RIGHT_SAME_RIGHTS, &kept));
        set(visitor.go);
        EXPECT_OK(zx_object_wait_one(kept, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, NULL));
        EXPECT(!is_valid(handle));
        close_handle(kept);
        wait_until_gone(visitor.task);
        close_visitor(&visitor);
    }
}

TEST(pthread_detach, of_a_thread_that_has_ended_lets_everything_go) {
    for (int how = 0; how < 2; how++) {
        struct visitor visitor;
        init_visitor(&visitor);
        pthread_t thread;
        EXPECT_EQ(pthread_create(&thread, NULL, visit_posix, &visitor), 0);
        EXPECT_OK(wait_for(visitor.came));
        zx_handle_t handle = thrd_get_zx_handle((thrd_t)thread), kept;
        EXPECT_OK(zx_handle_duplicate(handle, ZX_RIGHT_SAME_RIGHTS, &kept));
        set(visitor.go);
        EXPECT_OK(zx_object_wait_one(kept, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, NULL));
        wait_until_gone(visitor.task);
        EXPECT(is_valid(handle));
        EXPECT_EQ(detach(how, thread), 0);
        EXPECT(!is_valid(handle));
        close_handle(kept);
        close_visitor(&visitor);
    }
}

TEST(pthread_create, makes_detached_threads) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    EXPECT_EQ(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED), 0);
    for (int i = 0; i < 50; i++) {
        struct visitor visitor;
        init_visitor(&visitor);
        if (i % 2 == 0) {
            set(visitor.go);
        }
        pthread_t thread;
        EXPECT_EQ(pthread_create(&thread, &attributes, visit_posix, &visitor), 0);
        EXPECT_OK(wait_for(visitor.came));
        set(visitor.go);
        wait_until_gone(visitor.task);
        close_visitor(&visitor);
    }
    pthread_attr_destroy(&attributes);
}

static int detach_oneself(void *argument) {
    if (thrd_detach(thrd_current()) != thrd_success) {
        abort();
    }
    visit(argument);
    return 0;
}

TEST(thrd_detach, may_be_called_by_the_thread_itself) {
    struct visitor visitor;
    init_visitor(&visitor);
    thrd_t thread;
    EXPECT_EQ(thrd_create(&thread, detach_oneself, &visitor), thrd_success);
    EXPECT_OK(wait_for(visitor.came));
    EXPECT(is_valid(visitor.self));
    set(visitor.go);
    wait_until_gone(visitor.task);
    EXPECT(!is_valid(visitor.self));
    close_visitor(&visitor);
}

// --- ends of threads ---

static void *end_by_exit(void *argument) {
    visit(argument);
    pthread_exit((void *)7);
    return NULL;
}

static int end_by_thrd_exit(void *argument) {
    visit(argument);
    thrd_exit(8);
    return 0;
}

static void *wait_in_libc(void *argument) {
    visit(argument);
    for (;;) {
        pause();
    }
    return NULL;
}

TEST(pthread_exit, ends_the_object_as_well) {
#ifdef UNDER_TSAN
    int ways = 2; // it sees no locks in a thread that was cancelled
#else
    int ways = 3;
#endif
    for (int how = 0; how < ways; how++) {
        struct visitor visitor;
        init_visitor(&visitor);
        set(visitor.go);
        pthread_t thread;
        thrd_t c11;
        if (how == 1) {
            EXPECT_EQ(thrd_create(&c11, end_by_thrd_exit, &visitor), thrd_success);
            thread = (pthread_t)c11;
        } else {
            EXPECT_EQ(
                pthread_create(&thread, NULL, how == 0 ? end_by_exit : wait_in_libc, &visitor), 0);
        }
        zx_handle_t kept;
        EXPECT_OK(
            zx_handle_duplicate(thrd_get_zx_handle((thrd_t)thread), ZX_RIGHT_SAME_RIGHTS, &kept));
        EXPECT_OK(wait_for(visitor.came));
        if (how == 2) {
            EXPECT_EQ(pthread_cancel(thread), 0);
        }
        EXPECT_OK(zx_object_wait_one(kept, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, NULL));
        void *result;
        EXPECT_EQ(pthread_join(thread, &result), 0);
        EXPECT(result == (how == 0 ? (void *)7 : how == 1 ? (void *)8 : PTHREAD_CANCELED));
        close_handle(kept);
        close_visitor(&visitor);
    }
}

static pthread_key_t calling_key;
static atomic_int calls_in_destructors;

// A destructor of a library that makes system calls as long as libc calls it.
static void call_and_come_back(void *value) {
    zx_handle_t a, b;
    if (zx_channel_create(0, &a, &b) == ZX_OK && zx_handle_close(a) == ZX_OK &&
        zx_handle_close(b) == ZX_OK) {
        atomic_fetch_add(&calls_in_destructors, 1);
    }
    pthread_setspecific(calling_key, value);
}

static void *use_key(void *argument) {
    pthread_setspecific(calling_key, argument);
    if (argument == (void *)2) {
        zx_nanosleep(0);
    }
    return NULL;
}

// The thread sanitizer is done with a thread before its last destructors are.
TEST_WITHOUT_TSAN(pthread_create, lets_a_thread_make_calls_until_its_very_end) {
    EXPECT_EQ(pthread_key_create(&calling_key, call_and_come_back), 0);
    for (int i = 0; i < 20; i++) {
        pthread_t thread;
        atomic_store(&calls_in_destructors, 0);
        EXPECT_EQ(pthread_create(&thread, NULL, use_key, (void *)(intptr_t)(1 + i % 2)), 0);
        EXPECT_EQ(pthread_join(thread, NULL), 0);
        EXPECT(atomic_load(&calls_in_destructors) >= 1);
    }
    EXPECT_EQ(pthread_key_delete(calling_key), 0);
    zx_koid_t koids[64]; // the threads are gone, also those that called last of all
    size_t count;
    EXPECT_OK(zx_object_get_info(zx_process_self(), ZX_INFO_PROCESS_THREADS, koids, sizeof(koids),
                                 &count, NULL));
    EXPECT_EQ(count, 1);
}

static int stay_in_the_kernel(void *argument) {
    zx_port_packet_t packet;
    return zx_port_wait(*(zx_handle_t *)argument, ZX_TIME_INFINITE, &packet);
}

static int stay_busy(void *argument) {
    (void)argument;
    for (;;) {
        zx_handle_t a, b;
        if (zx_channel_create(0, &a, &b) != ZX_OK || zx_handle_close(a) != ZX_OK ||
            zx_handle_close(b) != ZX_OK) {
            return 1;
        }
    }
}

TEST(exit, ends_a_process_whose_threads_are_in_the_kernel) {
    for (int round = 0; round < 10; round++) {
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            zx_handle_t port;
            struct test_thread threads[4];
            if (zx_port_create(0, &port) != ZX_OK) {
                _exit(1);
            }
            for (int i = 0; i < 4; i++) {
                start_thread(&threads[i], i % 2 == 0 ? stay_in_the_kernel : stay_busy, &port);
            }
            wait_until_blocked(&threads[0]);
            if (round % 2 == 0) {
                _exit(33);
            }
            exit(33);
        }
        int status;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        EXPECT(WIFEXITED(status));
        EXPECT_EQ(WEXITSTATUS(status), 33);
    }
}

// --- signals ---

static sigjmp_buf way_back;
static volatile sig_atomic_t handled, handled_code;
static void *volatile handled_address;

static void count_plain(int number) {
    (void)number;
    handled++;
}

static void leave_fault(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)context;
    handled++;
    handled_code = info->si_code;
    handled_address = info->si_addr;
    siglongjmp(way_back, 1);
}

static void install(int number, void (*handler)(int, siginfo_t *, void *), int flags) {
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
    sigemptyset(&action.sa_mask);
    EXPECT_EQ(sigaction(number, &action, NULL), 0);
}

static void expect_copies_fail(void) {
    zx_handle_t event = 0, port;
    EXPECT_STATUS(zx_event_create(0, bad_page()), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_event_create(0, (zx_handle_t *)UINT64_C(0x8000000000000000)),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_STATUS(zx_port_queue(port, NULL), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_port_queue(port, end_of_page(sizeof(zx_port_packet_t) - 1)),
                  ZX_ERR_INVALID_ARGS);
    close_handle(port);
    EXPECT_OK(zx_event_create(0, &event));
    close_handle(event);
}

// A page behind the end of its file: touching it is SIGBUS.
static char *page_without_file(void) {
    FILE *file = tmpfile();
    EXPECT(file != NULL);
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
    EXPECT(page != MAP_FAILED);
    fclose(file);
    return page;
}

TEST(sigaction, gives_a_program_its_own_faults) {
    install(SIGSEGV, leave_fault, 0);
    install(SIGBUS, leave_fault, 0);
    char *bad = bad_page(), *bus = page_without_file();
    for (volatile int i = 0; i < 3; i++) {
        handled = 0;
        if (sigsetjmp(way_back, 1) == 0) {
            *(volatile char *)bad = 1;
        }
        EXPECT_EQ(handled, 1);
        EXPECT(handled_address == bad);
        EXPECT_EQ(handled_code, SEGV_ACCERR);
        if (sigsetjmp(way_back, 1) == 0) {
            *(volatile char *)bus = 1;
        }
        EXPECT_EQ(handled, 2);
        EXPECT(handled_address == bus);
        expect_copies_fail();
        EXPECT_STATUS(zx_event_create(0, (zx_handle_t *)(void *)bus), ZX_ERR_INVALID_ARGS);
        EXPECT_EQ(handled, 2); // none of the kernel's
    }
}

static void repair_fault(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)context;
    handled++;
    char *page = (char *)info->si_addr - (uintptr_t)info->si_addr % 4096;
    mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

TEST(sigaction, lets_a_handler_repair_a_fault_and_make_calls) {
    install(SIGSEGV, repair_fault, 0);
    handled = 0;
    char *page = bad_page();
    *(volatile char *)(page + 100) = 5;
    EXPECT_EQ(handled, 1);
    EXPECT_EQ(page[100], 5);
    EXPECT_EQ(page[101], 0);
}

static void call_in_handler(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)info;
    (void)context;
    zx_handle_t a, b;
    if (zx_channel_create(0, NULL, &a) == ZX_ERR_INVALID_ARGS &&
        zx_channel_create(0, &a, &b) == ZX_OK && zx_channel_write(a, 0, "x", 1, NULL, 0) == ZX_OK &&
        zx_channel_read(b, 0, NULL, NULL, 1, 0, NULL, NULL) == ZX_ERR_INVALID_ARGS &&
        zx_handle_close(a) == ZX_OK && zx_handle_close(b) == ZX_OK) {
        handled++;
    }
    if (number == SIGSEGV) {
        siglongjmp(way_back, 1);
    }
}

TEST(sigaction, lets_the_handler_of_a_fault_make_calls_with_bad_pointers) {
    install(SIGSEGV, call_in_handler, 0);
    char *bad = bad_page();
    for (volatile int i = 1; i <= 3; i++) {
        if (sigsetjmp(way_back, 1) == 0) {
            *(volatile char *)bad = 1;
        }
        EXPECT_EQ(handled, i);
    }
}

TEST(sigaction, lets_a_handler_that_blocks_everything_make_calls_with_bad_pointers) {
    static const int numbers[] = {SIGUSR1, SIGALRM, SIGCHLD, SIGSEGV, SIGBUS};
    for (volatile size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct sigaction action = {.sa_sigaction = call_in_handler, .sa_flags = SA_SIGINFO};
        sigfillset(&action.sa_mask);
        EXPECT_EQ(sigaction(numbers[i], &action, NULL), 0);
        handled = 0;
        if (sigsetjmp(way_back, 1) == 0) {
            EXPECT_EQ(raise(numbers[i]), 0);
        }
        EXPECT_EQ(handled, 1);
    }
}

TEST(sigaction, tells_the_action_that_was_set) {
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGUSR1};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct sigaction action = {.sa_sigaction = leave_fault,
                                   .sa_flags = SA_SIGINFO | SA_RESTART},
                         old, before;
        sigemptyset(&action.sa_mask);
        sigaddset(&action.sa_mask, SIGUSR2);
        EXPECT_EQ(sigaction(numbers[i], NULL, &before), 0);
        EXPECT(before.sa_handler != SIG_IGN);
        EXPECT_EQ(sigaction(numbers[i], &action, &old), 0);
        EXPECT(old.sa_handler == before.sa_handler);
        EXPECT_EQ(sigaction(numbers[i], NULL, &old), 0);
        EXPECT(old.sa_sigaction == leave_fault);
        EXPECT_EQ(old.sa_flags & (SA_SIGINFO | SA_RESTART), SA_SIGINFO | SA_RESTART);
        EXPECT_EQ(sigismember(&old.sa_mask, SIGUSR2), 1);
        EXPECT_EQ(sigismember(&old.sa_mask, SIGUSR1), 0);
        EXPECT(signal(numbers[i], count_plain) == old.sa_handler); // the same place as sa_sigaction
        EXPECT(signal(numbers[i], SIG_IGN) == count_plain);
        EXPECT(signal(numbers[i], SIG_DFL) == SIG_IGN);
        EXPECT(signal(numbers[i], SIG_DFL) == SIG_DFL);
    }
    EXPECT(signal(NSIG + 5, SIG_DFL) == SIG_ERR);
    EXPECT_EQ(sigaction(0, &(struct sigaction){.sa_handler = SIG_DFL}, NULL), -1);
    EXPECT_EQ(sigaction(SIGKILL, &(struct sigaction){.sa_handler = count_plain}, NULL), -1);
}

// How a process ends that does `act` in a child.
static int status_of_child(void (*act)(void)) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        act();
        _exit(5);
    }
    int status;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return status;
}

static void fault_by_default(void) {
    signal(SIGSEGV, SIG_DFL);
    *(volatile char *)bad_page() = 1;
}

static void fault_ignored(void) {
    signal(SIGSEGV, SIG_IGN);
    *(volatile char *)bad_page() = 1;
}

static void send_by_default(void) {
    signal(SIGSEGV, SIG_DFL);
    kill(getpid(), SIGSEGV);
    for (;;) {
        pause();
    }
}

static void send_ignored(void) {
    signal(SIGSEGV, SIG_IGN);
    signal(SIGBUS, SIG_IGN);
    kill(getpid(), SIGSEGV);
    raise(SIGBUS);
    if (zx_event_create(0, NULL) != ZX_ERR_INVALID_ARGS) {
        _exit(1);
    }
}

static void send_handled(void) {
    signal(SIGSEGV, count_plain);
    handled = 0;
    raise(SIGSEGV);
    raise(SIGSEGV);
    _exit(handled == 2 && zx_event_create(0, NULL) == ZX_ERR_INVALID_ARGS ? 5 : 1);
}

static void fault_in_reset_handler(void) {
    struct sigaction action = {.sa_handler = count_plain, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, NULL);
    *(volatile char *)bad_page() = 1; // handled once, then again by default
}

TEST(signal, keeps_the_default_ends_of_a_process) {
    int status = status_of_child(fault_by_default);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    status = status_of_child(fault_ignored);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    status = status_of_child(send_by_default);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    status = status_of_child(fault_in_reset_handler);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    status = status_of_child(send_ignored);
    EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 5);
    status = status_of_child(send_handled);
    EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 5);
}

TEST(sigprocmask, blocks_all_signals_but_those_that_the_kernel_needs) {
    sigset_t all, before, now;
    sigfillset(&all);
    for (int form = 0; form < 2; form++) {
        EXPECT_EQ(form == 0 ? sigprocmask(SIG_SETMASK, &all, &before)
                            : pthread_sigmask(SIG_BLOCK, &all, &before),
                  0);
        EXPECT_EQ(form == 0 ? sigprocmask(SIG_BLOCK, NULL, &now)
                            : pthread_sigmask(SIG_BLOCK, NULL, &now),
                  0);
        EXPECT_EQ(sigismember(&now, SIGUSR1), 1);
        EXPECT_EQ(sigismember(&now, SIGTERM), 1);
        expect_copies_fail();
        // Others are really blocked.
        signal(SIGUSR1, count_plain);
        handled = 0;
        EXPECT_EQ(raise(SIGUSR1), 0);
        expect_copies_fail();
        EXPECT_EQ(handled, 0);
        EXPECT_EQ(form == 0 ? sigprocmask(SIG_SETMASK, &before, NULL)
                            : pthread_sigmask(SIG_UNBLOCK, &all, NULL),
                  0);
        EXPECT_EQ(handled, 1);
        EXPECT_EQ(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
        EXPECT_EQ(signal(SIGUSR1, SIG_DFL) == count_plain, 1);
    }
    EXPECT_EQ(sigprocmask(99, &all, NULL), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(pthread_sigmask(99, &all, NULL), EINVAL);
}

static void *copy_badly(void *argument) {
    (void)argument;
    zx_status_t status = zx_event_create(0, NULL);
    return (void *)(intptr_t)(status == ZX_ERR_INVALID_ARGS);
}

TEST(pthread_sigmask, is_inherited_without_harm) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_t thread;
    void *result;
    EXPECT_EQ(pthread_sigmask(SIG_SETMASK, &all, &before), 0);
    EXPECT_EQ(pthread_create(&thread, NULL, copy_badly, NULL), 0);
    EXPECT_EQ(pthread_join(thread, &result), 0);
    EXPECT(result == (void *)1);
    EXPECT_EQ(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
    // Also where libc sets the mask of the new thread by itself.
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    EXPECT_EQ(pthread_attr_setsigmask_np(&attributes, &all), 0);
    EXPECT_EQ(pthread_create(&thread, &attributes, copy_badly, NULL), 0);
    EXPECT_EQ(pthread_join(thread, &result), 0);
    EXPECT(result == (void *)1);
    pthread_attr_destroy(&attributes);
}

// Signals that come while threads are in the kernel, waiting or not.
static int wait_for_event(void *argument) {
    return wait_for(*(zx_handle_t *)argument);
}

static atomic_int handler_calls;

static void call_and_count(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)info;
    (void)context;
    int error = errno;
    zx_handle_t a, b, port;
    zx_port_packet_t packet;
    if (zx_channel_create(0, &a, &b) == ZX_OK && zx_port_create(0, &port) == ZX_OK &&
        zx_channel_write(a, 0, &a, 4, &port, 1) == ZX_OK &&
        zx_channel_read(b, 0, &packet, &port, 4, 1, NULL, NULL) == ZX_OK &&
        zx_port_wait(port, 0, &packet) == ZX_ERR_TIMED_OUT && zx_handle_close(a) == ZX_OK &&
        zx_handle_close(b) == ZX_OK && zx_handle_close(port) == ZX_OK &&
        zx_thread_self() != ZX_HANDLE_INVALID) {
        atomic_fetch_add(&handler_calls, 1);
    } else {
        abort();
    }
    errno = error;
}

// The thread sanitizer keeps signals back until its thread calls libc.
TEST_WITHOUT_TSAN(sigaction, lets_a_handler_call_while_its_thread_waits_in_the_kernel) {
    zx_handle_t event = make_event();
    install(SIGUSR1, call_and_count, SA_RESTART);
    struct test_thread thread;
    start_thread(&thread, wait_for_event, &event);
    for (int i = 1; i <= 50; i++) {
        wait_until_blocked(&thread);
        EXPECT_EQ(pthread_kill((pthread_t)thread.id, SIGUSR1), 0);
        while (atomic_load(&handler_calls) < i) {
            thrd_yield();
        }
    }
    set(event);
    EXPECT_OK(finish_thread(&thread)); // the wait went on all the time
    signal(SIGUSR1, SIG_DFL);
    close_handle(event);
}

static _Atomic bool stop_working;

static int work(void *argument) {
    (void)argument;
    while (!atomic_load(&stop_working)) {
        zx_handle_t a, b, event;
        zx_status_t status = zx_channel_create(0, &a, &b);
        if (status == ZX_OK) {
            status = zx_event_create(0, &event);
        }
        if (status == ZX_OK) {
            status = zx_channel_write(a, 0, &a, 4, &event, 1);
        }
        if (status == ZX_OK) {
            status = zx_event_create(0, NULL) == ZX_ERR_INVALID_ARGS ? ZX_OK : ZX_ERR_INTERNAL;
        }
        if (status == ZX_OK) {
            status = zx_handle_close(a);
        }
        if (status == ZX_OK) {
            status = zx_handle_close(b);
        }
        if (status != ZX_OK) {
            return status;
        }
    }
    return ZX_OK;
}

TEST(sigaction, lets_handlers_call_wherever_their_threads_are) {
    install(SIGUSR1, call_and_count, SA_RESTART);
    struct test_thread threads[3];
    for (int i = 0; i < 3; i++) {
        start_thread(&threads[i], work, NULL);
    }
    for (int i = 0; i < 2000; i++) {
        EXPECT_EQ(pthread_kill((pthread_t)threads[i % 3].id, SIGUSR1), 0);
        if (i % 10 == 0) {
            thrd_yield();
        }
    }
    while (atomic_load(&handler_calls) == 0) {
        thrd_yield();
    }
    atomic_store(&stop_working, true);
    for (int i = 0; i < 3; i++) {
        EXPECT_OK(finish_thread(&threads[i]));
    }
    signal(SIGUSR1, SIG_DFL);
}

static int exit_in_turns(void *argument) {
    struct visitor *visitor = argument;
    visitor->task = gettid();
    zx_nanosleep(0);
    return 0;
}

TEST(sigaction, may_meet_a_thread_that_is_just_ending) {
    install(SIGUSR1, call_and_count, SA_RESTART);
    for (int i = 0; i < 200; i++) {
        struct visitor visitor = {0};
        thrd_t thread;
        EXPECT_EQ(thrd_create(&thread, exit_in_turns, &visitor), thrd_success);
        for (int j = 0; j < i % 8; j++) {
            pthread_kill((pthread_t)thread, SIGUSR1);
        }
        EXPECT_EQ(thrd_join(thread, NULL), thrd_success);
    }
    signal(SIGUSR1, SIG_DFL);
}
