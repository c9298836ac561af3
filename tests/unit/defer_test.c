// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/defer.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

static volatile int handled, deferred;

static void on_signal(int number, siginfo_t *info, void *context) {
    if (signal_defer(unit_self(), number, info, context)) {
        deferred++;
    } else {
        handled++;
    }
}

static void begin(void) {
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
    handled = deferred = 0;
}

static sigset_t blocked(void) {
    sigset_t mask;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    return mask;
}

static void a_signal_waits_until_the_thread_leaves_the_kernel(void **state) {
    (void)state;
    struct thread *self = unit_self();
    begin();
    uint32_t state_before = atomic_exchange(&self->state, THREAD_IN_KERNEL);
    raise(SIGUSR1);
    raise(SIGUSR2); // blocked by now
    assert_int_equal(deferred, 1);
    assert_int_equal(handled, 0);
    atomic_store(&self->state, THREAD_IN_USER);
    signal_resume(self);
    assert_int_equal(handled, 2);
    assert_int_equal(deferred, 1);
    sigset_t mask = blocked();
    assert_false(sigismember(&mask, SIGUSR1));
    assert_int_equal(atomic_load(&self->pending) & THREAD_PENDING_SIGNAL, 0);
    signal_resume(self); // nothing is put off
    assert_int_equal(handled, 2);
    atomic_store(&self->state, state_before);
}

static void a_signal_runs_at_once_outside_the_kernel_and_in_a_wait(void **state) {
    (void)state;
    struct thread *self = unit_self();
    begin();
    uint32_t state_before = atomic_exchange(&self->state, THREAD_IN_USER);
    raise(SIGUSR1);
    assert_int_equal(handled, 1);
    atomic_store(&self->state, THREAD_IN_KERNEL);
    atomic_store(&self->blocked, ZX_THREAD_STATE_BLOCKED_SLEEPING);
    raise(SIGUSR1);
    assert_int_equal(handled, 2);
    atomic_store(&self->blocked, 0);
    atomic_store(&self->state, state_before);
    assert_int_equal(deferred, 0);
}

static void a_fault_of_the_threads_own_cannot_wait(void **state) {
    (void)state;
    struct thread *self = unit_self();
    ucontext_t context;
    memset(&context, 0, sizeof(context));
    siginfo_t info = {.si_signo = SIGSEGV, .si_code = SEGV_MAPERR};
    uint32_t state_before = atomic_exchange(&self->state, THREAD_IN_KERNEL);
    assert_false(signal_defer(self, SIGSEGV, &info, &context));
    assert_int_equal(atomic_load(&self->pending) & THREAD_PENDING_SIGNAL, 0);
    atomic_store(&self->state, state_before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT_TEST(a_signal_waits_until_the_thread_leaves_the_kernel),
        UNIT_TEST(a_signal_runs_at_once_outside_the_kernel_and_in_a_wait),
        UNIT_TEST(a_fault_of_the_threads_own_cannot_wait),
    };
    return cmocka_run_group_tests_name("defer", tests, NULL, NULL);
}
