// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/fault.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/user_copy.h"
#include "unit.h"

enum { PAGE = 4096 };

// --- what the handlers below saw ---

static struct {
    volatile sig_atomic_t plain, detailed, earlier;
    void *volatile address;
    volatile sig_atomic_t code, usr1_blocked, usr2_blocked, segv_blocked;
    volatile zx_status_t copied;
} seen;

static sigjmp_buf back;

static void note_mask(void) {
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    seen.usr1_blocked = sigismember(&mask, SIGUSR1);
    seen.usr2_blocked = sigismember(&mask, SIGUSR2);
    seen.segv_blocked = sigismember(&mask, SIGSEGV);
}

static void handle_plain(int number) {
    seen.plain = number;
    note_mask();
    siglongjmp(back, 1);
}

static void handle_detailed(int number, siginfo_t *info, void *context) {
    (void)context;
    seen.detailed = number;
    seen.address = info->si_addr;
    seen.code = info->si_code;
    siglongjmp(back, 1);
}

static void handle_and_return(int number) {
    seen.plain = number;
    note_mask();
}

static struct linux_sigaction plain(void (*handler)(int), unsigned long flags) {
    return (struct linux_sigaction){.handler.plain = handler, .flags = flags};
}

static struct linux_sigaction detailed(void) {
    return (struct linux_sigaction){.handler.detailed = handle_detailed, .flags = SA_SIGINFO};
}

// Chains the action while `function` runs, and puts back what was there.
static void with_action(int number, struct linux_sigaction action, void (*function)(void)) {
    struct linux_sigaction old;
    memset(&seen, 0, sizeof(seen));
    fault_chain(number, &action, &old);
    if (sigsetjmp(back, 1) == 0) {
        function();
    }
    fault_chain(number, &old, NULL);
}

static char *bad_page;

static void touch_bad_page(void) {
    *(volatile char *)(bad_page + 123) = 1;
}

// --- the tests ---

static void faults_and_the_kick_are_ours(void **state) {
    (void)state;
    for (int number = 1; number <= 64; number++) {
        bool ours = number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE ||
                    number == SIGTRAP || number == SIGSYS || number == fault_kick_signal();
        assert_int_equal(fault_owns(number), ours);
        assert_int_equal(fault_signal_mask() >> (number - 1) & 1, ours);
    }
}

static void handle_earlier(int number) {
    seen.earlier = number;
}

// main() sets it; the kernel starts after that, in unit_self. Outside of cmocka, which sets
// handlers of its own.
static void check_that_an_earlier_handler_stays(void) {
    raise(SIGBUS);
    struct linux_sigaction action;
    fault_chain(SIGBUS, NULL, &action);
    unit_check(seen.earlier == SIGBUS);
    unit_check(UNIT_IS_SANITIZED || action.handler.plain == handle_earlier);
}

static void the_chain_tells_and_takes(void **state) {
    (void)state;
    struct linux_sigaction first = plain(handle_plain, SA_RESTART), second = detailed(), was, old;
    first.mask = 0x1234;
    fault_chain(SIGSEGV, &first, &was);
    fault_chain(SIGSEGV, NULL, &old);
    assert_memory_equal(&old, &first, sizeof(old));
    fault_chain(SIGSEGV, &second, &old);
    assert_memory_equal(&old, &first, sizeof(old));
    fault_chain(SIGSEGV, &was, &old);
    assert_memory_equal(&old, &second, sizeof(old));
}

static void the_programs_handler_gets_its_faults(void **state) {
    (void)state;
    with_action(SIGSEGV, plain(handle_plain, 0), touch_bad_page);
    assert_int_equal(seen.plain, SIGSEGV);
    with_action(SIGSEGV, detailed(), touch_bad_page);
    assert_int_equal(seen.detailed, SIGSEGV);
    assert_ptr_equal(seen.address, bad_page + 123);
    assert_int_equal(seen.code, SEGV_ACCERR);
}

static char *beyond_file;

static void touch_beyond_file(void) {
    *(volatile char *)(beyond_file + 5) = 1;
}

static void the_programs_handler_gets_bus_errors(void **state) {
    (void)state;
    int file = memfd_create("empty", MFD_CLOEXEC);
    assert_true(file >= 0);
    beyond_file = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    assert_true(beyond_file != MAP_FAILED);
    with_action(SIGBUS, detailed(), touch_beyond_file);
    assert_int_equal(seen.detailed, SIGBUS);
    assert_ptr_equal(seen.address, beyond_file + 5);
    munmap(beyond_file, PAGE);
    close(file);
}

static void raise_segv(void) {
    raise(SIGSEGV);
}

static void the_mask_is_the_programs_but_our_signals_get_through(void **state) {
    (void)state;
    struct linux_sigaction action = plain(handle_and_return, 0);
    action.mask = 1ul << (SIGUSR1 - 1) | 1ul << (SIGSEGV - 1) | 1ul << (SIGBUS - 1);
    with_action(SIGSEGV, action, raise_segv);
    assert_int_equal(seen.plain, SIGSEGV);
    assert_int_equal(seen.usr1_blocked, 1);
    assert_int_equal(seen.usr2_blocked, 0);
    assert_int_equal(seen.segv_blocked, 0);
    note_mask();
    assert_int_equal(seen.usr1_blocked, 0); // as it was before
}

static void a_handler_for_one_time_is_called_once(void **state) {
    (void)state;
    struct linux_sigaction action = plain(handle_and_return, SA_RESETHAND), was, now;
    memset(&seen, 0, sizeof(seen));
    fault_chain(SIGSEGV, &action, &was);
    raise(SIGSEGV);
    fault_chain(SIGSEGV, &was, &now);
    assert_int_equal(seen.plain, SIGSEGV);
    assert_ptr_equal(now.handler.plain, SIG_DFL);
}

static void copy_from_bad_page(int number) {
    (void)number;
    char byte;
    seen.copied = copy_from_user(&byte, (user_in){bad_page}, 1);
    siglongjmp(back, 1);
}

static void a_handler_may_meet_a_fault_itself(void **state) {
    (void)state;
    with_action(SIGSEGV, plain(copy_from_bad_page, 0), touch_bad_page);
    assert_int_equal(seen.copied, ZX_ERR_INVALID_ARGS);
}

// --- the default, in a child ---

static void (*standard)(int) = SIG_DFL, (*ignore)(int) = SIG_IGN;

static void set_and_touch(void *handler) {
    signal(SIGSEGV, *(void (**)(int))handler);
    touch_bad_page();
}

static void set_and_raise(void *handler) {
    signal(SIGSEGV, *(void (**)(int))handler);
    raise(SIGSEGV);
}

static void without_a_handler_a_fault_ends_the_program(void **state) {
    (void)state;
    assert_int_equal(unit_fatal_signal(set_and_touch, (void *)&standard), SIGSEGV);
    assert_int_equal(unit_fatal_signal(set_and_raise, (void *)&standard), SIGSEGV);
    // An instruction cannot be ignored, what somebody sent can.
    assert_int_equal(unit_fatal_signal(set_and_touch, (void *)&ignore), SIGSEGV);
    assert_int_equal(unit_fatal_signal(set_and_raise, (void *)&ignore), 0);
}

int main(void) {
    bad_page = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    sigaction(SIGBUS, &(struct sigaction){.sa_handler = handle_earlier}, NULL);
    unit_self();
    check_that_an_earlier_handler_stays();
    const struct CMUnitTest tests[] = {
        UNIT_TEST(faults_and_the_kick_are_ours),
        UNIT_TEST(the_chain_tells_and_takes),
        UNIT_TEST(the_programs_handler_gets_its_faults),
        UNIT_TEST(the_programs_handler_gets_bus_errors),
        UNIT_TEST(the_mask_is_the_programs_but_our_signals_get_through),
        UNIT_TEST(a_handler_for_one_time_is_called_once),
        UNIT_TEST(a_handler_may_meet_a_fault_itself),
        UNIT_TEST(without_a_handler_a_fault_ends_the_program),
    };
    return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
