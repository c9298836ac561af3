// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Threads of zx_thread_start: their beginning, their end, suspension, and what can be seen of them.
#include "harness.h"

#include <stdatomic.h>

static zx_thread_state_t state_of(zx_handle_t thread) {
    zx_info_thread_t info;
    EXPECT_OK(zx_object_get_info(thread, ZX_INFO_THREAD, &info, sizeof(info), NULL, NULL));
    return info.state;
}

static void wait_for_state(zx_handle_t thread, zx_thread_state_t state) {
    while (state_of(thread) != state) {
        zx_nanosleep(zx_deadline_after(ZX_USEC(100)));
    }
}

static void wait_for(zx_handle_t handle, zx_signals_t signals) {
    EXPECT_OK(zx_object_wait_one(handle, signals, ZX_TIME_INFINITE, NULL));
}

static zx_handle_t suspend(zx_handle_t task, zx_handle_t thread) {
    zx_handle_t token;
    EXPECT_OK(zx_task_suspend_token(task, &token));
    wait_for(thread, ZX_THREAD_SUSPENDED);
    return token;
}

static zx_handle_t new_thread(void) {
    zx_handle_t thread;
    EXPECT_OK(zx_thread_create(zx_process_self(), "new", 3, 0, &thread));
    return thread;
}

// --- thread_create ---

TEST(thread_create, checks_its_arguments_in_order) {
    zx_handle_t out = 1;
    EXPECT_STATUS(zx_thread_create(ZX_HANDLE_INVALID, NULL, 0, 1, &out), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_thread_create(ZX_HANDLE_INVALID, NULL, 0, 0, &out), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_thread_create(ZX_HANDLE_INVALID, "", 0, 0, &out), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_thread_create(zx_thread_self(), "", 0, 0, &out), ZX_ERR_WRONG_TYPE);
    zx_handle_t fewer = without_rights(zx_process_self(), ZX_RIGHT_MANAGE_THREAD);
    EXPECT_STATUS(zx_thread_create(fewer, "", 0, 0, &out), ZX_ERR_ACCESS_DENIED);
    close_handle(fewer);
    EXPECT_STATUS(zx_thread_create(zx_process_self(), "", 0, 0, bad_page()), ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(out, 1);
}

TEST(thread_create, makes_a_new_thread_with_a_name_that_is_cut) {
    char name[100], got[ZX_MAX_NAME_LEN];
    memset(name, 'x', sizeof(name));
    zx_handle_t thread;
    EXPECT_OK(zx_thread_create(zx_process_self(), name, sizeof(name), 0, &thread));
    EXPECT_EQ(rights_of(thread), ZX_DEFAULT_THREAD_RIGHTS);
    EXPECT_EQ(type_of(thread), ZX_OBJ_TYPE_THREAD);
    EXPECT_EQ(state_of(thread), ZX_THREAD_STATE_NEW);
    EXPECT_OK(zx_object_get_property(thread, ZX_PROP_NAME, got, sizeof(got)));
    EXPECT_EQ(strlen(got), ZX_MAX_NAME_LEN - 1);
    zx_signals_t signals;
    EXPECT_STATUS(zx_object_wait_one(thread, ~0u, 0, &signals), ZX_ERR_TIMED_OUT);
    close_handle(thread);
}

static zx_status_t create_and_close(void *context) {
    zx_handle_t *thread = context;
    zx_status_t status = zx_thread_create(zx_process_self(), "", 0, 0, thread);
    if (status == ZX_OK) {
        close_handle(*thread);
    }
    return status;
}

TEST(thread_create, says_when_memory_is_used_up) {
    zx_handle_t thread = 7;
    expect_no_memory(create_and_close, &thread, sizeof(thread));
}

// --- thread_start and thread_exit ---

static _Atomic uint64_t got1, got2;

static void note_and_exit(uintptr_t arg1, uintptr_t arg2) {
    got1 = arg1;
    got2 = arg2;
    zx_thread_exit();
}

TEST(thread_start, runs_the_entry_with_its_arguments_on_the_stack) {
    struct started_thread thread;
    start_raw_thread(&thread, note_and_exit, 0x123456789abcdef0, (uintptr_t)-2);
    finish_raw_thread(&thread);
    EXPECT_EQ(got1, 0x123456789abcdef0);
    EXPECT_EQ(got2, (uint64_t)-2);
}

TEST(thread_start, works_once) {
    struct started_thread thread;
    start_raw_thread(&thread, note_and_exit, 1, 2);
    EXPECT_STATUS(zx_thread_start(thread.handle, 0, 0, 0, 0), ZX_ERR_BAD_STATE);
    wait_for(thread.handle, ZX_THREAD_TERMINATED);
    EXPECT_STATUS(zx_thread_start(thread.handle, 0, 0, 0, 0), ZX_ERR_BAD_STATE);
    EXPECT_EQ(state_of(thread.handle), ZX_THREAD_STATE_DEAD);
    finish_raw_thread(&thread);
    EXPECT_STATUS(zx_thread_start(zx_thread_self(), 0, 0, 0, 0), ZX_ERR_BAD_STATE);
}

TEST(thread_start, checks_its_handle) {
    EXPECT_STATUS(zx_thread_start(ZX_HANDLE_INVALID, 0, 0, 0, 0), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_thread_start(zx_process_self(), 0, 0, 0, 0), ZX_ERR_WRONG_TYPE);
    zx_handle_t thread = new_thread();
    zx_handle_t fewer = without_rights(thread, ZX_RIGHT_MANAGE_THREAD);
    EXPECT_STATUS(zx_thread_start(fewer, 0, 0, 0, 0), ZX_ERR_ACCESS_DENIED);
    close_handle(fewer);
    close_handle(thread);
}

static void __attribute__((noinline)) exit_from_depth(volatile char *there) {
    *there = 1;
    zx_thread_exit();
}

static int exit_in_c11_thread(void *argument) {
    (void)argument;
    volatile char here[64];
    exit_from_depth(here);
    return 5;
}

TEST(thread_exit, ends_a_thread_of_libc_too) {
    struct test_thread thread;
    start_thread(&thread, exit_in_c11_thread, NULL);
    wait_for(handle_of_thread(&thread), ZX_THREAD_TERMINATED);
    EXPECT_EQ(finish_thread(&thread), 0);
}

static zx_futex_t word;

static void wake_and_exit(uintptr_t handle, uintptr_t unused) {
    (void)unused;
    zx_futex_wake_handle_close_thread_exit(&word, 1, 17, (zx_handle_t)handle);
}

TEST(futex_wake_handle_close_thread_exit, does_what_its_name_says) {
    zx_handle_t event;
    struct started_thread thread;
    EXPECT_OK(zx_event_create(0, &event));
    word = 0;
    start_raw_thread(&thread, wake_and_exit, event, 0);
    zx_status_t status;
    do {
        status = zx_futex_wait(&word, 0, ZX_HANDLE_INVALID, ZX_TIME_INFINITE);
    } while (status == ZX_OK && word == 0);
    EXPECT_EQ(word, 17);
    finish_raw_thread(&thread);
    EXPECT(!is_valid(event));
}

// --- suspension ---

static atomic_ulong rounds;

// No code of the thread sanitizer's in it: a thread that is stopped there keeps its locks.
__attribute__((no_sanitize("thread"))) static void count_rounds(uintptr_t arg1, uintptr_t arg2) {
    (void)arg1;
    (void)arg2;
    for (;;) {
        __asm__ volatile("lock incq %0" : "+m"(rounds));
    }
}

TEST(task_suspend, stops_a_busy_thread_until_the_last_token_is_closed) {
    struct started_thread thread;
    start_raw_thread(&thread, count_rounds, 0, 0);
    zx_handle_t first = suspend(thread.handle, thread.handle), second;
    EXPECT_EQ(rights_of(first), ZX_RIGHT_TRANSFER | ZX_RIGHT_INSPECT);
    EXPECT_EQ(type_of(first), ZX_OBJ_TYPE_SUSPEND_TOKEN);
    EXPECT_OK(zx_task_suspend(thread.handle, &second));
    EXPECT_EQ(state_of(thread.handle), ZX_THREAD_STATE_SUSPENDED);
    close_handle(first);
    unsigned long seen = rounds;
    for (int i = 0; i < 20; i++) {
        zx_nanosleep(zx_deadline_after(ZX_USEC(200)));
        EXPECT_EQ(state_of(thread.handle), ZX_THREAD_STATE_SUSPENDED);
        EXPECT_EQ(rounds, seen);
    }
    close_handle(second);
    wait_for(thread.handle, ZX_THREAD_RUNNING);
    while (rounds == seen) {
        zx_nanosleep(0);
    }
    EXPECT_OK(zx_task_kill(thread.handle));
    finish_raw_thread(&thread);
}

TEST(task_suspend, refuses_oneself_and_jobs) {
    zx_handle_t token = 5;
    EXPECT_STATUS(zx_task_suspend(zx_thread_self(), &token), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(zx_task_suspend(zx_process_self(), &token), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(zx_task_suspend(zx_job_default(), &token), ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(zx_task_suspend(ZX_HANDLE_INVALID, &token), ZX_ERR_BAD_HANDLE);
    zx_handle_t fewer = without_rights(zx_thread_self(), ZX_RIGHT_WRITE);
    EXPECT_STATUS(zx_task_suspend(fewer, &token), ZX_ERR_ACCESS_DENIED);
    close_handle(fewer);
    EXPECT_EQ(token, 5);
}

TEST(task_suspend, of_the_dead_is_a_bad_state) {
    struct started_thread thread;
    zx_handle_t token;
    start_raw_thread(&thread, note_and_exit, 0, 0);
    wait_for(thread.handle, ZX_THREAD_TERMINATED);
    EXPECT_STATUS(zx_task_suspend(thread.handle, &token), ZX_ERR_BAD_STATE);
    finish_raw_thread(&thread);
}

TEST(task_suspend, of_a_thread_that_starts_stops_it_before_it_runs) {
    struct started_thread thread;
    static char stack[16384];
    thread.stack = NULL;
    got1 = 0;
    thread.handle = new_thread();
    zx_handle_t token;
    EXPECT_OK(zx_task_suspend(thread.handle, &token));
    EXPECT_OK(zx_thread_start(thread.handle, (uintptr_t)note_and_exit,
                              (uintptr_t)stack + sizeof(stack) - 8, 9, 8));
    wait_for(thread.handle, ZX_THREAD_SUSPENDED);
    zx_thread_state_general_regs_t registers;
    EXPECT_OK(zx_thread_read_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                   sizeof(registers)));
    EXPECT_EQ(registers.rip, (uintptr_t)note_and_exit);
    EXPECT_EQ(registers.rsp, (uintptr_t)stack + sizeof(stack) - 8);
    EXPECT_EQ(registers.rdi, 9);
    EXPECT_EQ(registers.rsi, 8);
    EXPECT_EQ(registers.rax | registers.rbx | registers.rbp | registers.r15, 0);
    EXPECT_EQ(got1, 0);
    close_handle(token);
    wait_for(thread.handle, ZX_THREAD_TERMINATED);
    EXPECT_EQ(got1, 9);
    close_handle(thread.handle);
}

TEST(task_suspend, withdrawn_before_the_start_is_forgotten) {
    struct started_thread thread;
    zx_handle_t token;
    start_raw_thread(&thread, note_and_exit, 3, 0);
    finish_raw_thread(&thread);
    zx_handle_t other = new_thread();
    EXPECT_OK(zx_task_suspend(other, &token));
    close_handle(token);
    EXPECT_EQ(state_of(other), ZX_THREAD_STATE_NEW);
    close_handle(other);
}

// Every kind of wait: each ends with its event although it was interrupted.
enum wait_kind { ONE, MANY, PORT, FUTEX, CHANNEL_CALL, SLEEP, KINDS };
static zx_handle_t wait_event, wait_port, wait_channel;
static _Atomic zx_status_t wait_status;

static void wait_in_some_way(uintptr_t kind, uintptr_t unused) {
    (void)unused;
    zx_port_packet_t packet;
    zx_wait_item_t item = {wait_event, ZX_EVENT_SIGNALED, 0};
    uint32_t sent[4] = {1, 2, 3, 4}, bytes, handles;
    zx_channel_call_args_t args = {.wr_bytes = sent,
                                   .wr_num_bytes = sizeof(sent),
                                   .rd_bytes = sent,
                                   .rd_num_bytes = sizeof(sent)};
    switch (kind) {
    case ONE:
        wait_status = zx_object_wait_one(wait_event, ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, NULL);
        break;
    case MANY:
        wait_status = zx_object_wait_many(&item, 1, ZX_TIME_INFINITE);
        break;
    case PORT:
        wait_status = zx_port_wait(wait_port, ZX_TIME_INFINITE, &packet);
        break;
    case FUTEX:
        wait_status = zx_futex_wait(&word, 0, ZX_HANDLE_INVALID, ZX_TIME_INFINITE);
        break;
    case CHANNEL_CALL:
        wait_status = zx_channel_call(wait_channel, 0, ZX_TIME_INFINITE, &args, &bytes, &handles);
        break;
    default:
        wait_status = zx_nanosleep(zx_deadline_after(ZX_MSEC(300)));
        break;
    }
    zx_thread_exit();
}

static void begin_waits(zx_handle_t *peer) {
    EXPECT_OK(zx_event_create(0, &wait_event));
    EXPECT_OK(zx_port_create(0, &wait_port));
    EXPECT_OK(zx_channel_create(0, &wait_channel, peer));
    word = 0;
    wait_status = 1;
}

static void end_waits(zx_handle_t peer) {
    close_handle(wait_event);
    close_handle(wait_port);
    close_handle(wait_channel);
    close_handle(peer);
}

static const zx_thread_state_t blocked[KINDS] = {
    ZX_THREAD_STATE_BLOCKED_WAIT_ONE, ZX_THREAD_STATE_BLOCKED_WAIT_MANY,
    ZX_THREAD_STATE_BLOCKED_PORT,     ZX_THREAD_STATE_BLOCKED_FUTEX,
    ZX_THREAD_STATE_BLOCKED_CHANNEL,  ZX_THREAD_STATE_BLOCKED_SLEEPING,
};

static void answer_call(zx_handle_t peer) {
    uint32_t message[4];
    EXPECT_OK(zx_channel_read(peer, 0, message, NULL, sizeof(message), 0, NULL, NULL));
    EXPECT_OK(zx_channel_write(peer, 0, message, sizeof(message), NULL, 0));
    EXPECT_STATUS(zx_channel_read(peer, 0, message, NULL, sizeof(message), 0, NULL, NULL),
                  ZX_ERR_SHOULD_WAIT); // it was sent once
}

static void end_wait(int kind, zx_handle_t peer) {
    zx_port_packet_t packet = {.type = ZX_PKT_TYPE_USER};
    switch (kind) {
    case PORT:
        EXPECT_OK(zx_port_queue(wait_port, &packet));
        break;
    case FUTEX:
        word = 1;
        EXPECT_OK(zx_futex_wake(&word, 1));
        break;
    case CHANNEL_CALL:
        answer_call(peer);
        break;
    default:
        EXPECT_OK(zx_object_signal(wait_event, 0, ZX_EVENT_SIGNALED));
        break;
    }
}

TEST(task_suspend, interrupts_every_kind_of_wait_which_goes_on_afterwards) {
    for (int kind = 0; kind < KINDS; kind++) {
        zx_handle_t peer;
        struct started_thread thread;
        begin_waits(&peer);
        start_raw_thread(&thread, wait_in_some_way, (uintptr_t)kind, 0);
        wait_for_state(thread.handle, blocked[kind]);
        for (int i = 0; i < 3; i++) {
            close_handle(suspend(thread.handle, thread.handle));
            wait_for(thread.handle, ZX_THREAD_RUNNING);
        }
        wait_for_state(thread.handle, blocked[kind]);
        EXPECT_EQ(wait_status, 1);
        end_wait(kind, peer);
        finish_raw_thread(&thread);
        EXPECT_OK(wait_status);
        end_waits(peer);
    }
}

TEST(task_suspend, during_the_event_itself_loses_nothing) {
    for (int kind = 0; kind < SLEEP; kind++) {
        zx_handle_t peer;
        struct started_thread thread;
        begin_waits(&peer);
        start_raw_thread(&thread, wait_in_some_way, (uintptr_t)kind, 0);
        wait_for_state(thread.handle, blocked[kind]);
        zx_handle_t token = suspend(thread.handle, thread.handle);
        end_wait(kind, peer);
        EXPECT_EQ(wait_status, 1);
        close_handle(token);
        finish_raw_thread(&thread);
        // A futex that changed meanwhile is not waited for again.
        EXPECT_STATUS(wait_status, kind == FUTEX ? ZX_ERR_BAD_STATE : ZX_OK);
        end_waits(peer);
    }
}

// --- kill ---

TEST(task_kill, ends_a_thread_in_every_kind_of_wait) {
    for (int kind = 0; kind < KINDS; kind++) {
        zx_handle_t peer, token;
        struct started_thread thread;
        begin_waits(&peer);
        start_raw_thread(&thread, wait_in_some_way, (uintptr_t)kind, 0);
        wait_for_state(thread.handle, blocked[kind]);
        EXPECT_OK(zx_task_kill(thread.handle));
        EXPECT_STATUS(zx_task_suspend(thread.handle, &token), ZX_ERR_BAD_STATE);
        finish_raw_thread(&thread);
        EXPECT_EQ(wait_status, 1);
        end_waits(peer);
    }
}

TEST(task_kill, ends_a_busy_thread_and_a_suspended_one) {
    struct started_thread thread;
    start_raw_thread(&thread, count_rounds, 0, 0);
    EXPECT_OK(zx_task_kill(thread.handle));
    finish_raw_thread(&thread);
    start_raw_thread(&thread, count_rounds, 0, 0);
    zx_handle_t token = suspend(thread.handle, thread.handle);
    unsigned long seen = rounds;
    EXPECT_OK(zx_task_kill(thread.handle));
    wait_for(thread.handle, ZX_THREAD_TERMINATED);
    EXPECT_EQ(rounds, seen);
    close_handle(token);
    EXPECT_OK(zx_task_kill(thread.handle)); // once more
    finish_raw_thread(&thread);
}

TEST(task_kill, leaves_a_thread_alone_that_was_not_started) {
    zx_handle_t thread = new_thread();
    EXPECT_OK(zx_task_kill(thread));
    EXPECT_EQ(state_of(thread), ZX_THREAD_STATE_NEW);
    close_handle(thread);
}

static void kill_oneself(uintptr_t thread, uintptr_t unused) {
    (void)unused;
    zx_task_kill(*(zx_handle_t *)thread);
    got1 = 1;
    zx_thread_exit();
}

TEST(task_kill, of_oneself_does_not_return) {
    struct started_thread thread;
    static char stack[16384];
    got1 = 0;
    thread.handle = new_thread();
    EXPECT_OK(zx_thread_start(thread.handle, (uintptr_t)kill_oneself,
                              (uintptr_t)stack + sizeof(stack) - 8, (uintptr_t)&thread.handle, 0));
    wait_for(thread.handle, ZX_THREAD_TERMINATED);
    EXPECT_EQ(got1, 0);
    close_handle(thread.handle);
}

static int wait_for_ever(void *argument) {
    (void)argument;
    return zx_nanosleep(ZX_TIME_INFINITE);
}

TEST(task_kill, ends_a_thread_of_libc_that_can_be_joined) {
    struct test_thread thread;
    start_thread(&thread, wait_for_ever, NULL);
    wait_until_blocked(&thread);
    EXPECT_OK(zx_task_kill(handle_of_thread(&thread)));
    EXPECT_EQ(finish_thread(&thread), 0);
}

// --- registers ---

TEST(thread_read_state, wants_a_thread_that_stands_still) {
    struct started_thread thread;
    zx_thread_state_general_regs_t registers;
    start_raw_thread(&thread, count_rounds, 0, 0);
    EXPECT_STATUS(zx_thread_read_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                       sizeof(registers)),
                  ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_thread_read_state(thread.handle, 3, &registers, sizeof(registers)),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_thread_read_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                       sizeof(registers) - 1),
                  ZX_ERR_BUFFER_TOO_SMALL);
    EXPECT_STATUS(zx_thread_write_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                        sizeof(registers)),
                  ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_thread_write_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                        sizeof(registers) + 1),
                  ZX_ERR_INVALID_ARGS);
    zx_handle_t token = suspend(thread.handle, thread.handle);
    EXPECT_OK(zx_thread_read_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                   sizeof(registers)));
    EXPECT_STATUS(zx_thread_read_state(thread.handle, ZX_THREAD_X86_REGISTER_FS, &registers, 8),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_thread_read_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, bad_page(),
                                       sizeof(registers)),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_task_kill(thread.handle));
    finish_raw_thread(&thread);
    close_handle(token);
}

// Values in all registers, then a loop.
extern void spin_with_registers(uintptr_t values, uintptr_t unused);
extern const char spin_place[];
__asm__(".pushsection .text\n"
        "spin_with_registers:\n"
        "movq %rdi, %rax\n"
        "movq 0(%rax), %rbx\n movq 8(%rax), %rcx\n movq 16(%rax), %rdx\n movq 24(%rax), %rsi\n"
        "movq 32(%rax), %rdi\n movq 40(%rax), %rbp\n movq 48(%rax), %r8\n movq 56(%rax), %r9\n"
        "movq 64(%rax), %r10\n movq 72(%rax), %r11\n movq 80(%rax), %r12\n movq 88(%rax), %r13\n"
        "movq 96(%rax), %r14\n movq 104(%rax), %r15\n movdqu 112(%rax), %xmm3\n"
        "fldpi\n"
        "spin_place: jmp spin_place\n"
        ".popsection\n");

TEST(thread_read_state, shows_what_is_in_the_registers) {
    uint64_t values[16];
    for (int i = 0; i < 16; i++) {
        values[i] = 0x0102030405060708 * (uint64_t)(i + 1);
    }
    struct started_thread thread;
    start_raw_thread(&thread, spin_with_registers, (uintptr_t)values, 0);
    zx_thread_state_general_regs_t r;
    do {
        zx_handle_t token = suspend(thread.handle, thread.handle);
        EXPECT_OK(zx_thread_read_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &r, sizeof(r)));
        if (r.rip == (uintptr_t)spin_place) {
            zx_thread_state_vector_regs_t vector;
            zx_thread_state_fp_regs_t fp;
            EXPECT_OK(zx_thread_read_state(thread.handle, ZX_THREAD_STATE_VECTOR_REGS, &vector,
                                           sizeof(vector)));
            EXPECT_EQ(vector.zmm[3].v[0], values[14]);
            EXPECT_EQ(vector.zmm[3].v[1], values[15]);
            EXPECT_OK(
                zx_thread_read_state(thread.handle, ZX_THREAD_STATE_FP_REGS, &fp, sizeof(fp)));
            EXPECT_EQ(fp.st[0].low, 0xc90fdaa22168c235);
        }
        close_handle(token);
        wait_for(thread.handle, ZX_THREAD_RUNNING);
    } while (r.rip != (uintptr_t)spin_place);
    const uint64_t got[] = {r.rbx, r.rcx, r.rdx, r.rsi, r.rdi, r.rbp, r.r8,
                            r.r9,  r.r10, r.r11, r.r12, r.r13, r.r14, r.r15};
    EXPECT_EQ(memcmp(got, values, sizeof(got)), 0);
    EXPECT_EQ(r.rax, (uintptr_t)values);
    EXPECT_OK(zx_task_kill(thread.handle));
    finish_raw_thread(&thread);
}

// Stores all registers at the stack pointer, and exits.
extern void save_and_exit(void);
__asm__(".pushsection .text\n"
        "save_and_exit:\n"
        "movq %rax, 0(%rsp)\n movq %rbx, 8(%rsp)\n movq %rcx, 16(%rsp)\n movq %rdx, 24(%rsp)\n"
        "movq %rsi, 32(%rsp)\n movq %rdi, 40(%rsp)\n movq %rbp, 48(%rsp)\n movq %r8, 56(%rsp)\n"
        "movq %r9, 64(%rsp)\n movq %r10, 72(%rsp)\n movq %r11, 80(%rsp)\n movq %r12, 88(%rsp)\n"
        "movq %r13, 96(%rsp)\n movq %r14, 104(%rsp)\n movq %r15, 112(%rsp)\n"
        "movdqu %xmm5, 120(%rsp)\n"
        "leaq -8(%rsp), %rsp\n"
        "jmp zx_thread_exit@PLT\n"
        ".popsection\n");

TEST(thread_write_state, is_what_the_thread_goes_on_with) {
    struct started_thread thread;
    static char stack[65536] __attribute__((aligned(16)));
    start_raw_thread(&thread, count_rounds, 0, 0);
    zx_handle_t token = suspend(thread.handle, thread.handle);
    zx_thread_state_general_regs_t r;
    zx_thread_state_vector_regs_t vector;
    EXPECT_OK(zx_thread_read_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &r, sizeof(r)));
    EXPECT_OK(
        zx_thread_read_state(thread.handle, ZX_THREAD_STATE_VECTOR_REGS, &vector, sizeof(vector)));
    uint64_t *at = (uint64_t *)(void *)(stack + 32768);
    r.rip = (uintptr_t)save_and_exit;
    r.rsp = (uintptr_t)at;
    r.rax = 1;
    r.rbx = 2;
    r.r9 = 9;
    r.r15 = 15;
    EXPECT_OK(zx_thread_write_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &r, sizeof(r)));
    vector.zmm[5].v[0] = 55;
    vector.zmm[5].v[1] = 66;
    EXPECT_OK(
        zx_thread_write_state(thread.handle, ZX_THREAD_STATE_VECTOR_REGS, &vector, sizeof(vector)));
    close_handle(token);
    finish_raw_thread(&thread);
    EXPECT_EQ(at[0], 1);
    EXPECT_EQ(at[1], 2);
    EXPECT_EQ(at[8], 9);
    EXPECT_EQ(at[14], 15);
    EXPECT_EQ(at[15], 55);
    EXPECT_EQ(at[16], 66);
}

TEST(thread_write_state, refuses_what_cannot_be) {
    zx_handle_t peer;
    struct started_thread thread;
    begin_waits(&peer);
    start_raw_thread(&thread, wait_in_some_way, ONE, 0);
    wait_for_state(thread.handle, ZX_THREAD_STATE_BLOCKED_WAIT_ONE);
    zx_handle_t token = suspend(thread.handle, thread.handle);
    zx_thread_state_general_regs_t r, bad;
    EXPECT_OK(zx_thread_read_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &r, sizeof(r)));
    bad = r;
    bad.rip = (uint64_t)1 << 47;
    EXPECT_STATUS(
        zx_thread_write_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &bad, sizeof(bad)),
        ZX_ERR_INVALID_ARGS);
    bad = r;
    bad.gs_base = (uint64_t)1 << 50;
    EXPECT_STATUS(
        zx_thread_write_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &bad, sizeof(bad)),
        ZX_ERR_INVALID_ARGS);
    zx_thread_state_single_step_t step = 2;
    EXPECT_STATUS(
        zx_thread_write_state(thread.handle, ZX_THREAD_STATE_SINGLE_STEP, &step, sizeof(step)),
        ZX_ERR_INVALID_ARGS);
    EXPECT_OK(
        zx_thread_read_state(thread.handle, ZX_THREAD_STATE_SINGLE_STEP, &step, sizeof(step)));
    EXPECT_EQ(step, 0);
    EXPECT_OK(zx_thread_write_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &r, sizeof(r)));
    close_handle(token);
    end_wait(ONE, peer);
    finish_raw_thread(&thread);
    EXPECT_OK(wait_status);
    end_waits(peer);
}

TEST(thread_write_state, keeps_debug_registers) {
    struct started_thread thread;
    start_raw_thread(&thread, count_rounds, 0, 0);
    zx_handle_t token = suspend(thread.handle, thread.handle);
    zx_thread_state_debug_regs_t debug = {.dr = {(uintptr_t)count_rounds, 0, 0, 0}, .dr7 = 0x33};
    EXPECT_OK(
        zx_thread_write_state(thread.handle, ZX_THREAD_STATE_DEBUG_REGS, &debug, sizeof(debug)));
    memset(&debug, 0, sizeof(debug));
    EXPECT_OK(
        zx_thread_read_state(thread.handle, ZX_THREAD_STATE_DEBUG_REGS, &debug, sizeof(debug)));
    EXPECT_EQ(debug.dr[0], (uintptr_t)count_rounds);
    EXPECT_EQ(debug.dr6, 0xffff0ff0);
    EXPECT_EQ(debug.dr7, 0x733);
    debug.dr[1] = 0x1000;
    EXPECT_STATUS(
        zx_thread_write_state(thread.handle, ZX_THREAD_STATE_DEBUG_REGS, &debug, sizeof(debug)),
        ZX_ERR_INVALID_ARGS);
    debug.dr[1] = 0xffff00000000;
    EXPECT_STATUS(
        zx_thread_write_state(thread.handle, ZX_THREAD_STATE_DEBUG_REGS, &debug, sizeof(debug)),
        ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_task_kill(thread.handle));
    finish_raw_thread(&thread);
    close_handle(token);
}

// --- information ---

TEST(object_get_info, tells_how_long_a_thread_has_run) {
    struct started_thread thread;
    zx_info_thread_stats_t stats;
    start_raw_thread(&thread, count_rounds, 0, 0);
    do {
        EXPECT_OK(zx_object_get_info(thread.handle, ZX_INFO_THREAD_STATS, &stats, sizeof(stats),
                                     NULL, NULL));
    } while (stats.total_runtime == 0);
    EXPECT_OK(zx_task_kill(thread.handle));
    wait_for(thread.handle, ZX_THREAD_TERMINATED);
    zx_duration_t then = stats.total_runtime;
    EXPECT_OK(
        zx_object_get_info(thread.handle, ZX_INFO_THREAD_STATS, &stats, sizeof(stats), NULL, NULL));
    EXPECT(stats.total_runtime >= then);
    finish_raw_thread(&thread);
    zx_exception_report_t report;
    EXPECT_STATUS(zx_object_get_info(zx_thread_self(), ZX_INFO_THREAD_EXCEPTION_REPORT, &report,
                                     sizeof(report), NULL, NULL),
                  ZX_ERR_BAD_STATE);
}
