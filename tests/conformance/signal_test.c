// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Alternate signal stacks of the program's, and the older functions that set handlers and masks:
// whatever a program asks libc for, its calls and its threads' suspensions work.
#include "harness.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // they are what is tested here

// --- alternate stacks ---

enum { STACK = 64 << 10 };

static _Atomic uint32_t go, passed;
static zx_handle_t gate;

static int wait_on_other_stack(void *argument) {
    stack_t stack = {.ss_sp = malloc(STACK), .ss_size = STACK}, before, now;
    if (sigaltstack(&stack, &before) != 0 || sigaltstack(NULL, &now) != 0 ||
        now.ss_sp != stack.ss_sp || now.ss_size != STACK || now.ss_flags != 0) {
        return 1;
    }
    if (argument != NULL) {
        atomic_store(&go, 1);
        while (atomic_load(&passed) == 0) {
        }
    }
    zx_status_t status = zx_object_wait_one(gate, ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, NULL);
    int result = status == ZX_OK ? sigaltstack(&before, NULL) : 2; // a sanitizer has one
    free(stack.ss_sp);
    return result;
}

static void suspend_and_resume(zx_handle_t thread) {
    for (int i = 0; i < 20; i++) {
        zx_handle_t token;
        EXPECT_OK(zx_task_suspend_token(thread, &token));
        EXPECT_OK(zx_object_wait_one(thread, ZX_THREAD_SUSPENDED, ZX_TIME_INFINITE, NULL));
        close_handle(token);
        EXPECT_OK(zx_object_wait_one(thread, ZX_THREAD_RUNNING, ZX_TIME_INFINITE, NULL));
    }
}

TEST(task_suspend_token, stops_threads_with_an_alternate_stack) {
    for (int busy = 0; busy < 2; busy++) {
        EXPECT_OK(zx_event_create(0, &gate));
        atomic_store(&go, 0);
        atomic_store(&passed, 0);
        struct test_thread thread;
        start_thread(&thread, wait_on_other_stack, busy != 0 ? &thread : NULL);
        zx_handle_t handle = handle_of_thread(&thread);
        if (busy != 0) {
            while (atomic_load(&go) == 0) {
                zx_nanosleep(0);
            }
        }
        suspend_and_resume(handle);
        atomic_store(&passed, 1);
        suspend_and_resume(handle);
        EXPECT_OK(zx_object_signal(gate, 0, ZX_EVENT_SIGNALED));
        EXPECT_EQ(finish_thread(&thread), 0);
        close_handle(gate);
    }
}

static char *stack_low;
static volatile int handled;

static bool is_on(const char *low) {
    const char *here = __builtin_frame_address(0);
    return here > low && here <= low + STACK;
}

static void count_on_stack(int number) {
    (void)number;
    handled += is_on(stack_low) ? 1 : 100;
    handled += zx_event_create(0, NULL) == ZX_ERR_INVALID_ARGS ? 0 : 1000;
}

TEST(sigaltstack, has_handlers_run_on_the_stack_that_the_program_gave) {
    stack_low = malloc(STACK);
    const stack_t stack = {.ss_sp = stack_low, .ss_size = STACK}, none = {.ss_flags = SS_DISABLE};
    stack_t before;
    EXPECT_EQ(sigaltstack(&stack, &before), 0);
    struct sigaction action = {.sa_handler = count_on_stack, .sa_flags = SA_ONSTACK};
    EXPECT_EQ(sigaction(SIGUSR1, &action, NULL), 0);
    handled = 0;
    EXPECT_EQ(raise(SIGUSR1), 0);
    EXPECT_EQ(handled, 1);
    EXPECT_EQ(sigaltstack(&none, NULL), 0);
    EXPECT_EQ(raise(SIGUSR1), 0);
    EXPECT_EQ(handled, 101);
    signal(SIGUSR1, SIG_DFL);
    EXPECT_EQ(sigaltstack(&before, NULL), 0);
    free(stack_low);
}

TEST(sigaltstack, refuses_what_linux_refuses) {
    char small[16];
    const stack_t too_small = {.ss_sp = small, .ss_size = sizeof(small)};
    const stack_t unknown = {.ss_sp = small, .ss_size = STACK, .ss_flags = 0x4000};
    EXPECT_EQ(sigaltstack(&too_small, NULL), -1);
    EXPECT_EQ(errno, ENOMEM);
    EXPECT_EQ(sigaltstack(&unknown, NULL), -1);
    EXPECT_EQ(errno, EINVAL);
}

// --- the older functions ---

static sigjmp_buf way_back;

static void leave(int number) {
    (void)number;
    handled++;
    siglongjmp(way_back, 1);
}

static void expect_calls_survive(void) {
    int before = handled;
    EXPECT_STATUS(zx_event_create(0, NULL), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_event_create(0, bad_page()), ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(handled, before);
}

static void expect_handles_its_own(int number) {
    handled = 0;
    if (sigsetjmp(way_back, 1) == 0) {
        raise(number);
    }
    EXPECT_EQ(handled, 1);
}

// What the header makes of signal() in a strict C program.
extern sighandler_t strict_signal(int number, sighandler_t handler) __asm__("__sysv_signal");

// The thread sanitizer calls handlers when it sees fit.
TEST_WITHOUT_TSAN(signal, of_a_strict_program_sees_its_own_faults_only) {
    signal(SIGSEGV, SIG_DFL); // a sanitizer has one of its own
    EXPECT(strict_signal(SIGSEGV, leave) == SIG_DFL);
    expect_calls_survive();
    expect_handles_its_own(SIGSEGV);
    expect_calls_survive();
    EXPECT(strict_signal(SIGSEGV, SIG_DFL) == SIG_DFL); // it was meant for one signal
    EXPECT(strict_signal(SIGUSR1, leave) == SIG_DFL);
    expect_handles_its_own(SIGUSR1);
    EXPECT(strict_signal(SIGUSR1, SIG_DFL) == SIG_DFL);
    EXPECT(strict_signal(SIGKILL, leave) == SIG_ERR);
    EXPECT_EQ(errno, EINVAL);
}

TEST(signal, has_other_names) {
    signal(SIGSEGV, SIG_DFL);
    EXPECT(ssignal(SIGSEGV, leave) == SIG_DFL);
    expect_calls_survive();
    expect_handles_its_own(SIGSEGV);
    EXPECT(ssignal(SIGSEGV, SIG_DFL) == leave);
}

TEST(sigset, holds_and_releases) {
    signal(SIGSEGV, SIG_DFL);
    EXPECT(sigset(SIGSEGV, leave) == SIG_DFL);
    expect_calls_survive();
    expect_handles_its_own(SIGSEGV);
    EXPECT(sigset(SIGSEGV, SIG_HOLD) == leave); // which cannot be blocked
    expect_calls_survive();
    EXPECT(sigset(SIGSEGV, SIG_DFL) == leave);

    EXPECT(sigset(SIGUSR1, leave) == SIG_DFL);
    EXPECT(sigset(SIGUSR1, SIG_HOLD) == leave);
    handled = 0;
    if (sigsetjmp(way_back, 0) == 0) {
        EXPECT_EQ(raise(SIGUSR1), 0);
        EXPECT_EQ(handled, 0);
        (void)sigrelse(SIGUSR1);
        EXPECT(false);
    }
    EXPECT_EQ(handled, 1);
    EXPECT_EQ(sigrelse(SIGUSR1), 0);
    EXPECT_EQ(sigignore(SIGUSR1), 0);
    EXPECT_EQ(raise(SIGUSR1), 0);
    EXPECT(sigset(SIGUSR1, SIG_DFL) == SIG_IGN);
    EXPECT(sigset(NSIG + 1, SIG_DFL) == SIG_ERR);
}

TEST(sigprocmask, has_older_forms_that_block_no_signal_of_ours) {
    EXPECT_EQ(sighold(SIGSEGV), 0);
    expect_calls_survive();
    EXPECT_EQ(sigblock(-1) & 1 << (SIGSEGV - 1), 0);
    expect_calls_survive();
    int before = sigsetmask(-1);
    EXPECT((before & 1 << (SIGUSR1 - 1)) != 0);
    EXPECT_EQ(before & 1 << (SIGSEGV - 1), 0);
    expect_calls_survive();
    EXPECT((sigsetmask(0) & 1 << (SIGUSR1 - 1)) != 0);
    EXPECT_EQ(sigsetmask(0), 0);
    EXPECT_EQ(sighold(NSIG + 1), -1);
}
