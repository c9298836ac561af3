// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Loaded threads: their way into the kernel and out again, from any stack and with any registers.
#include "syscalls/loaded.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <zircon/syscalls/debug.h>
#include <zircon/zx-syscall-numbers.h>

#include "host/threads.h"
#include "unit.h"

enum { STACK = 64 << 10 };

// As the stubs of the vDSO: the call's number in eax, then the arguments.
extern int32_t call(uint32_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e);
__asm__(".pushsection .text\n"
        "call:\n"
        "movl %edi, %eax\n movq %rsi, %rdi\n movq %rdx, %rsi\n movq %rcx, %rdx\n"
        "movq %r8, %rcx\n movq %r9, %r8\n"
        "jmp loaded_entry\n"
        ".popsection\n");

struct guest {
    struct process *process;
    struct thread_object *thread;
    char *stack;
};

static void start_at(struct thread *self, struct guest *guest, void (*entry)(uintptr_t, uintptr_t),
                     uintptr_t argument, uintptr_t sp) {
    struct thread_entry at = {(uintptr_t)entry, sp, argument, 0};
    guest->process = unit_process_new(self, "loaded");
    guest->thread = thread_object_new(self, guest->process, "loaded");
    assert_non_null(guest->thread);
    assert_int_equal(thread_object_begin(self, guest->thread, &at, true), ZX_OK);
}

static void start(struct thread *self, struct guest *guest, void (*entry)(uintptr_t, uintptr_t),
                  uintptr_t argument) {
    guest->stack = unit_pages(STACK);
    start_at(self, guest, entry, argument, (uintptr_t)guest->stack + STACK - 8);
}

static bool is_dead(struct guest *guest) {
    return (object_signals(&guest->process->object) & ZX_TASK_TERMINATED) != 0;
}

static void finish(struct thread *self, struct guest *guest) {
    while (!is_dead(guest)) {
        unit_sleep(100000);
    }
    // The thread still has to let go of its objects.
    while (atomic_load(&guest->thread->object.refs) > 1 ||
           atomic_load(&guest->process->object.refs) > 2) {
        unit_sleep(100000);
    }
    object_unref(self, &guest->thread->object);
    object_unref(self, &guest->process->object);
    if (guest->stack != NULL) {
        unit_unmap(guest->stack, STACK);
    }
}

static int64_t return_code(struct thread *self, struct guest *guest) {
    zx_info_process_t info;
    process_info(self, guest->process, &info);
    return info.return_code;
}

static _Atomic int64_t results[8];
static atomic_ulong rounds;

// --- calls ---

static void make_calls(uintptr_t argument, uintptr_t unused) {
    (void)unused;
    zx_handle_t event = 0;
    results[0] = (int64_t)argument;
    results[1] = call(ZX_SYS_event_create, 0, (uintptr_t)&event, 0, 0, 0);
    results[2] = call(ZX_SYS_object_signal, event, 0, ZX_EVENT_SIGNALED, 0, 0);
    results[3] = call(ZX_SYS_object_wait_one, event, ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, 0, 0);
    results[4] = call(ZX_SYS_handle_close, event, 0, 0, 0, 0);
    results[5] = call(ZX_SYS_handle_close, event, 0, 0, 0, 0);
    results[6] = call(0x12345, 0, 0, 0, 0, 0);
    results[7] = call(ZX_SYS_nanosleep, 0, 0, 0, 0, 0);
    call(ZX_SYS_thread_exit, 0, 0, 0, 0, 0);
}

static void expect_calls(void) {
    assert_int_equal(results[0], 42);
    for (int i = 1; i < 5; i++) {
        assert_int_equal(results[i], ZX_OK);
    }
    assert_int_equal(results[5], ZX_ERR_BAD_HANDLE);
    assert_int_equal(results[6], ZX_ERR_BAD_SYSCALL);
    assert_int_equal(results[7], ZX_OK);
}

static void a_loaded_thread_makes_calls(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct guest guest;
    start(self, &guest, make_calls, 42);
    finish(self, &guest);
    expect_calls();
}

static void many_start_and_end(void **state) {
    (void)state;
    struct thread *self = unit_self();
    for (int i = 0; i < 200; i++) {
        struct guest guest;
        start(self, &guest, make_calls, 42);
        finish(self, &guest);
        expect_calls();
    }
}

static void loop_in_calls(uintptr_t argument, uintptr_t unused) {
    (void)argument;
    (void)unused;
    for (;;) {
        rounds++;
        call(ZX_SYS_thread_read_state, 0, 0, 0, 0, 0); // a bad handle
    }
}

static void loop_in_its_code(uintptr_t argument, uintptr_t unused) {
    (void)argument;
    (void)unused;
    for (;;) {
        rounds++;
    }
}

static void sleep_long(uintptr_t argument, uintptr_t unused) {
    (void)argument;
    (void)unused;
    rounds++;
    call(ZX_SYS_nanosleep, ZX_TIME_INFINITE, 0, 0, 0, 0);
}

static void (*const loops[])(uintptr_t, uintptr_t) = {loop_in_calls, loop_in_its_code, sleep_long};

static void wait_for_rounds(unsigned long before) {
    while (rounds == before) {
        unit_sleep(10000);
    }
}

static void kills_come_at_any_moment(void **state) {
    (void)state;
    struct thread *self = unit_self();
    for (int i = 0; i < 300; i++) {
        struct guest guest;
        unsigned long before = rounds;
        start(self, &guest, loops[i % 3], 0);
        if (i % 2 == 0) {
            wait_for_rounds(before);
        }
        process_kill(self, guest.process, 7);
        finish(self, &guest);
        unit_check(guest.process != NULL);
    }
}

static void wait_until_suspended(struct guest *guest) {
    while ((object_signals(&guest->thread->object) & ZX_THREAD_SUSPENDED) == 0) {
        unit_sleep(10000);
    }
}

static void suspensions_come_at_any_moment(void **state) {
    (void)state;
    struct thread *self = unit_self();
    for (int i = 0; i < 3; i++) {
        struct guest guest;
        unsigned long before = rounds;
        start(self, &guest, loops[i], 0);
        wait_for_rounds(before);
        for (int k = 0; k < 200; k++) {
            assert_int_equal(thread_object_suspend(self, guest.thread), ZX_OK);
            wait_until_suspended(&guest);
            zx_thread_state_general_regs_t r;
            assert_int_equal(
                thread_object_read(self, guest.thread, ZX_THREAD_STATE_GENERAL_REGS, &r), ZX_OK);
            // What is seen is the program's, never the kernel's.
            unit_check(r.rsp > (uintptr_t)guest.stack && r.rsp < (uintptr_t)guest.stack + STACK);
            unit_check(r.gs_base == 0 && r.fs_base == 0);
            thread_object_resume(self, guest.thread);
        }
        process_kill(self, guest.process, 7);
        finish(self, &guest);
    }
}

// --- bad behaviour ---

static void spoil_segments(uintptr_t argument, uintptr_t unused) {
    while (atomic_load((atomic_ulong *)argument) == 0) {
    }
    make_calls(42, unused);
}

static void any_gs_and_fs_will_do(void **state) {
    (void)state;
    static const uint64_t values[] = {0, 1, 0x1000, 0x7fffffffe000, 0xffff800000000000};
    struct thread *self = unit_self();
    for (size_t i = 0; i < 5; i++) {
        struct guest guest;
        atomic_ulong go = 0;
        memset((void *)results, 1, sizeof(results));
        start(self, &guest, spoil_segments, (uintptr_t)&go);
        assert_int_equal(thread_object_suspend(self, guest.thread), ZX_OK);
        wait_until_suspended(&guest);
        zx_thread_state_general_regs_t r;
        assert_int_equal(thread_object_read(self, guest.thread, ZX_THREAD_STATE_GENERAL_REGS, &r),
                         ZX_OK);
        r.fs_base = values[i];
        r.gs_base = values[4 - i];
        assert_int_equal(thread_object_write(self, guest.thread, ZX_THREAD_STATE_GENERAL_REGS, &r),
                         ZX_OK);
        thread_object_resume(self, guest.thread);
        go = 1;
        finish(self, &guest);
        expect_calls();
    }
}

extern void exit_on_no_stack(uintptr_t, uintptr_t);
extern const char no_stack_number[];
__asm__(".pushsection .text\n"
        "exit_on_no_stack:\n"
        "movl %edi, %eax\n"
        "xorl %esp, %esp\n"
        "jmp loaded_entry\n"
        ".popsection\n");

static void no_stack_will_do(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct guest guest = {.stack = NULL};
    start_at(self, &guest, exit_on_no_stack, ZX_SYS_thread_exit, 0);
    finish(self, &guest);
    assert_int_equal(return_code(self, &guest), 0);
}

// The instruction lies outside of the kernel's own code, in which it is allowed:
//     movl %edi, %eax;  syscall;  movq %rax, %rdi;  movq $after, %rax;  jmp *%rax
static void *make_linux_call(void (*after)(uintptr_t)) {
    static const unsigned char code[] = {0x89, 0xf8, 0x0f, 0x05, 0x48, 0x89, 0xc7, 0x48, 0xb8};
    unsigned char *at =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(at != MAP_FAILED);
    memcpy(at, code, sizeof(code));
    memcpy(at + sizeof(code), &after, sizeof(after));
    memcpy(at + sizeof(code) + sizeof(after), "\xff\xe0", 2);
    return at;
}

static void note_result(uintptr_t result) {
    results[0] = (int64_t)result;
    call(ZX_SYS_thread_exit, 0, 0, 0, 0, 0);
}

static void a_linux_call_is_an_exception(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const uintptr_t numbers[] = {39, 60, 231, 0xffffffff};
    void (*code)(uintptr_t, uintptr_t);
    *(void **)(void *)&code = make_linux_call(note_result);
    for (size_t i = 0; i < 4; i++) {
        struct guest guest;
        results[0] = 5;
        start(self, &guest, code, numbers[i]);
        while (!is_dead(&guest)) {
            unit_sleep(10000);
        }
        assert_int_equal(return_code(self, &guest), ZX_TASK_RETCODE_EXCEPTION_KILL);
        assert_int_equal(results[0], 5); // nobody handled it
        finish(self, &guest);
    }
}

static void fault(uintptr_t how, uintptr_t unused) {
    (void)unused;
    switch (how) {
    case 0:
        __asm__ volatile("movl $1, 8");
        break;
    case 1:
        __asm__ volatile("ud2");
        break;
    case 2:
        __asm__ volatile("movq $0, %rsp\n pushq $1");
        break;
    case 3:
        __asm__ volatile("int3");
        break;
    default:
        __asm__ volatile("hlt");
        break;
    }
}

static void a_fault_that_nobody_handles_ends_the_process_alone(void **state) {
    (void)state;
    struct thread *self = unit_self();
    for (uintptr_t how = 0; how < 5; how++) {
        struct guest guest;
        start(self, &guest, fault, how);
        while (!is_dead(&guest)) {
            unit_sleep(10000);
        }
        assert_int_equal(return_code(self, &guest), ZX_TASK_RETCODE_EXCEPTION_KILL);
        finish(self, &guest);
    }
}

static void set_flags(uintptr_t argument, uintptr_t unused) {
    (void)argument;
    __asm__ volatile("pushfq\n orq $0x40400, (%%rsp)\n popfq" ::: "memory", "cc");
    int64_t result = call(ZX_SYS_nanosleep, 0, 0, 0, 0, 0);
    __asm__ volatile("cld");
    results[0] = result;
    (void)unused;
    call(ZX_SYS_thread_exit, 0, 0, 0, 0, 0);
}

static void any_flags_will_do(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct guest guest;
    results[0] = 1;
    start(self, &guest, set_flags, 0);
    finish(self, &guest);
    assert_int_equal(results[0], ZX_OK);
}

// --- at every instruction ---

// Steps through the thread's calls by the trap flag, from outside, and lets something happen at
// every step that the program's side of the entry and exit has.
static _Atomic uint32_t steps;
static struct guest *stepped;
enum { AT_KILL, AT_SUSPEND };

static void a_call_counts_as_one_step(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct guest guest;
    start(self, &guest, loop_in_calls, 0);
    stepped = &guest;
    assert_int_equal(thread_object_suspend(self, guest.thread), ZX_OK);
    wait_until_suspended(&guest);
    zx_thread_state_single_step_t step = 1;
    assert_int_equal(thread_object_write(self, guest.thread, ZX_THREAD_STATE_SINGLE_STEP, &step),
                     ZX_OK);
    // Nobody handles the first step: the process ends by it.
    thread_object_resume(self, guest.thread);
    while (!is_dead(&guest)) {
        unit_sleep(10000);
    }
    assert_int_equal(return_code(self, &guest), ZX_TASK_RETCODE_EXCEPTION_KILL);
    finish(self, &guest);
    (void)steps;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT_TEST(a_loaded_thread_makes_calls),
        UNIT_TEST(many_start_and_end),
        UNIT_TEST(kills_come_at_any_moment),
        UNIT_TEST(suspensions_come_at_any_moment),
        UNIT_TEST(any_gs_and_fs_will_do),
        UNIT_TEST(no_stack_will_do),
        UNIT_TEST(a_linux_call_is_an_exception),
        UNIT_TEST(a_fault_that_nobody_handles_ends_the_process_alone),
        UNIT_TEST(any_flags_will_do),
        UNIT_TEST(a_call_counts_as_one_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
