// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Exceptions of a linked program's own threads: who hears of them, in which order, and what the
// answers do.
#include "harness.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

static void wait_for(zx_handle_t handle, zx_signals_t signals) {
    EXPECT_OK(zx_object_wait_one(handle, signals, ZX_TIME_INFINITE, NULL));
}

static zx_handle_t listen_to(zx_handle_t task, uint32_t options) {
    zx_handle_t channel;
    EXPECT_OK(zx_task_create_exception_channel(task, options, &channel));
    return channel;
}

static zx_handle_t receive(zx_handle_t channel, zx_excp_type_t type, zx_handle_t thread) {
    zx_exception_info_t info;
    zx_handle_t exception;
    uint32_t bytes, handles;
    wait_for(channel, ZX_CHANNEL_READABLE);
    EXPECT_OK(zx_channel_read(channel, 0, &info, &exception, sizeof(info), 1, &bytes, &handles));
    EXPECT_EQ(bytes, sizeof(info));
    EXPECT_EQ(handles, 1);
    EXPECT_EQ(info.type, type);
    EXPECT_EQ(info.pid, koid_of(zx_process_self()));
    EXPECT_EQ(info.tid, koid_of(thread));
    return exception;
}

static void answer(zx_handle_t exception, uint32_t state) {
    EXPECT_OK(zx_object_set_property(exception, ZX_PROP_EXCEPTION_STATE, &state, sizeof(state)));
    close_handle(exception);
}

static void expect_silence(zx_handle_t channel) {
    EXPECT_STATUS(zx_channel_read(channel, 0, NULL, NULL, 0, 0, NULL, NULL), ZX_ERR_SHOULD_WAIT);
}

static void skip(zx_handle_t thread, uint64_t bytes) {
    zx_thread_state_general_regs_t r;
    EXPECT_OK(zx_thread_read_state(thread, ZX_THREAD_STATE_GENERAL_REGS, &r, sizeof(r)));
    r.rip += bytes;
    if (r.rsp >> 47 != 0) { // do_fault's own is in rbx; Linux lets nobody go on without one
        r.rsp = r.rbx;
    }
    EXPECT_OK(zx_thread_write_state(thread, ZX_THREAD_STATE_GENERAL_REGS, &r, sizeof(r)));
}

// --- what threads do ---

enum fault { OPCODE, BREAKPOINT, READ, WRITE, DIVIDE, GENERAL, STACK_FAULT, FAULTS };

static void do_fault(uintptr_t fault, uintptr_t address) {
    switch (fault) {
    case OPCODE:
        __asm__ volatile("ud2");
        break;
    case BREAKPOINT:
        __asm__ volatile("int3");
        break;
    case READ:
        __asm__ volatile("movb (%0), %%al" ::"r"(address) : "rax");
        break;
    case WRITE:
        __asm__ volatile("movb %%al, (%0)" ::"r"(address));
        break;
    case DIVIDE:
        __asm__ volatile("xorl %%ecx, %%ecx\n xorl %%edx, %%edx\n idivl %%ecx" ::
                             : "rcx", "rdx", "rax");
        break;
    case GENERAL:
        __asm__ volatile("movb (%0), %%al" ::"r"((uint64_t)1 << 60) : "rax");
        break;
    case STACK_FAULT:
        __asm__ volatile(
            "movq %%rsp, %%rbx; movq %0, %%rsp; movb (%%rsp), %%al; movq %%rbx, %%rsp" ::"r"(
                (uint64_t)1 << 60)
            : "rax", "rbx");
        break;
    default:
        break;
    }
    zx_thread_exit();
}

struct expected {
    zx_excp_type_t type;
    uint64_t vector, error;
    uint64_t skip;
};

static const struct expected expected[FAULTS] = {
    [OPCODE] = {ZX_EXCP_UNDEFINED_INSTRUCTION, 6, 0, 2},
    [BREAKPOINT] = {ZX_EXCP_SW_BREAKPOINT, 3, 0, 0},
    [READ] = {ZX_EXCP_FATAL_PAGE_FAULT, 14, 5, 2},
    [WRITE] = {ZX_EXCP_FATAL_PAGE_FAULT, 14, 7, 2},
    [DIVIDE] = {ZX_EXCP_GENERAL, 0, 0, 2},
    [GENERAL] = {ZX_EXCP_GENERAL, 13, 0, 2},
    [STACK_FAULT] = {ZX_EXCP_GENERAL, 12, 0, 3},
};

TEST(task_create_exception_channel, tells_of_every_fault_with_its_report) {
    char *page = bad_page();
    for (int fault = 0; fault < FAULTS; fault++) {
        if (expected[fault].type == 0) {
            continue;
        }
        struct started_thread thread;
        zx_handle_t channel = listen_to(zx_process_self(), 0);
        start_raw_thread(&thread, do_fault, (uintptr_t)fault, (uintptr_t)page + 17);
        zx_handle_t exception = receive(channel, expected[fault].type, thread.handle);
        zx_exception_report_t report;
        EXPECT_OK(zx_object_get_info(thread.handle, ZX_INFO_THREAD_EXCEPTION_REPORT, &report,
                                     sizeof(report), NULL, NULL));
        EXPECT_EQ(report.header.size, sizeof(report));
        EXPECT_EQ(report.header.type, expected[fault].type);
        EXPECT_EQ(report.context.arch.u.x86_64.vector, expected[fault].vector);
        EXPECT_EQ(report.context.arch.u.x86_64.err_code & 6, expected[fault].error & 6);
        EXPECT_EQ(report.context.arch.u.x86_64.cr2,
                  expected[fault].vector == 14 ? (uintptr_t)page + 17 : 0);
        zx_info_thread_t info;
        EXPECT_OK(
            zx_object_get_info(thread.handle, ZX_INFO_THREAD, &info, sizeof(info), NULL, NULL));
        EXPECT_EQ(info.state, ZX_THREAD_STATE_BLOCKED_EXCEPTION);
        EXPECT_EQ(info.wait_exception_channel_type, ZX_EXCEPTION_CHANNEL_TYPE_PROCESS);
        skip(thread.handle, expected[fault].skip);
        answer(exception, ZX_EXCEPTION_STATE_HANDLED);
        finish_raw_thread(&thread);
        close_handle(channel);
    }
}

TEST(task_create_exception_channel, tells_of_a_jump_to_nowhere) {
    struct started_thread thread;
    static char stack[32768];
    zx_handle_t channel = listen_to(zx_process_self(), 0);
    EXPECT_OK(zx_thread_create(zx_process_self(), "", 0, 0, &thread.handle));
    EXPECT_OK(zx_thread_start(thread.handle, 0, (uintptr_t)stack + 16384, 0, 0));
    zx_handle_t exception = receive(channel, ZX_EXCP_FATAL_PAGE_FAULT, thread.handle);
    zx_thread_state_general_regs_t r;
    EXPECT_OK(zx_thread_read_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &r, sizeof(r)));
    EXPECT_EQ(r.rip, 0);
    EXPECT_EQ(r.rsp, (uintptr_t)stack + 16384);
    EXPECT_OK(zx_task_kill(thread.handle));
    wait_for(thread.handle, ZX_THREAD_TERMINATED);
    close_handle(exception);
    close_handle(thread.handle);
    close_handle(channel);
}

TEST(task_create_exception_channel, asks_one_after_the_other_in_the_kernels_order) {
    struct started_thread thread;
    EXPECT_OK(zx_thread_create(zx_process_self(), "", 0, 0, &thread.handle));
    zx_handle_t debugger = listen_to(zx_process_self(), ZX_EXCEPTION_CHANNEL_DEBUGGER);
    zx_handle_t own = listen_to(thread.handle, 0);
    zx_handle_t process = listen_to(zx_process_self(), 0);
    zx_handle_t job = listen_to(zx_job_default(), 0);
    static char stack[32768];
    EXPECT_OK(
        zx_thread_start(thread.handle, (uintptr_t)do_fault, (uintptr_t)stack + 32760, OPCODE, 0));
    answer(receive(debugger, ZX_EXCP_THREAD_STARTING, thread.handle), ZX_EXCEPTION_STATE_HANDLED);
    const zx_handle_t order[] = {debugger, own, process, job};
    for (int i = 0; i < 4; i++) {
        zx_handle_t exception = receive(order[i], ZX_EXCP_UNDEFINED_INSTRUCTION, thread.handle);
        for (int k = 0; k < 4; k++) {
            expect_silence(order[k]);
        }
        if (i == 3) {
            skip(thread.handle, 2);
        }
        answer(exception, i == 3 ? ZX_EXCEPTION_STATE_HANDLED : ZX_EXCEPTION_STATE_TRY_NEXT);
    }
    answer(receive(debugger, ZX_EXCP_THREAD_EXITING, thread.handle), ZX_EXCEPTION_STATE_HANDLED);
    wait_for(thread.handle, ZX_THREAD_TERMINATED);
    wait_for(own, ZX_CHANNEL_PEER_CLOSED);
    const zx_handle_t all[] = {debugger, own, process, job, thread.handle};
    EXPECT_OK(zx_handle_close_many(all, 5));
}

TEST(task_create_exception_channel, checks_what_it_is_given) {
    zx_handle_t out = 3;
    EXPECT_STATUS(zx_task_create_exception_channel(zx_process_self(), 2, &out),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_task_create_exception_channel(zx_thread_self(), 1, &out), ZX_ERR_INVALID_ARGS);
    zx_handle_t fewer = without_rights(zx_process_self(), ZX_RIGHT_ENUMERATE);
    EXPECT_STATUS(zx_task_create_exception_channel(fewer, 0, &out), ZX_ERR_ACCESS_DENIED);
    close_handle(fewer);
    zx_handle_t channel = listen_to(zx_process_self(), 0);
    EXPECT_EQ(rights_of(channel), ZX_RIGHT_TRANSFER | ZX_RIGHT_WAIT | ZX_RIGHT_READ);
    EXPECT_STATUS(zx_task_create_exception_channel(zx_process_self(), 0, &out),
                  ZX_ERR_ALREADY_BOUND);
    close_handle(channel);
    close_handle(listen_to(zx_process_self(), 0));
    EXPECT_EQ(out, 3);
}

TEST(task_create_exception_channel, of_the_dead_is_a_bad_state) {
    zx_handle_t out;
    struct stopped_thread stopped;
    start_stopped_thread(&stopped, zx_process_self());
    close_handle(stopped.exception);
    wait_for(stopped.thread.handle, ZX_THREAD_TERMINATED);
    EXPECT_STATUS(zx_task_create_exception_channel(stopped.thread.handle, 0, &out),
                  ZX_ERR_BAD_STATE);
    finish_stopped_thread(&stopped);
}

TEST(exception_get_thread, gives_handles_with_the_rights_of_the_task_handle) {
    struct stopped_thread stopped;
    zx_handle_t few = without_rights(zx_process_self(), ZX_RIGHT_WRITE), thread, process;
    start_stopped_thread(&stopped, few);
    EXPECT_EQ(type_of(stopped.exception), ZX_OBJ_TYPE_EXCEPTION);
    EXPECT_EQ(rights_of(stopped.exception), ZX_DEFAULT_EXCEPTION_RIGHTS);
    EXPECT_OK(zx_exception_get_thread(stopped.exception, &thread));
    EXPECT_OK(zx_exception_get_process(stopped.exception, &process));
    EXPECT_EQ(koid_of(thread), koid_of(stopped.thread.handle));
    EXPECT_EQ(koid_of(process), koid_of(zx_process_self()));
    EXPECT_EQ(rights_of(thread), rights_of(few));
    EXPECT_EQ(rights_of(process), rights_of(few));
    close_handle(thread);
    close_handle(process);
    close_handle(few);
    finish_stopped_thread(&stopped);
}

TEST(exception_get_process, is_denied_to_a_thread_channel) {
    struct started_thread thread;
    static char stack[32768];
    EXPECT_OK(zx_thread_create(zx_process_self(), "", 0, 0, &thread.handle));
    zx_handle_t channel = listen_to(thread.handle, 0), out;
    EXPECT_OK(
        zx_thread_start(thread.handle, (uintptr_t)do_fault, (uintptr_t)stack + 32760, OPCODE, 0));
    zx_handle_t exception = receive(channel, ZX_EXCP_UNDEFINED_INSTRUCTION, thread.handle);
    EXPECT_STATUS(zx_exception_get_process(exception, &out), ZX_ERR_ACCESS_DENIED);
    EXPECT_OK(zx_exception_get_thread(exception, &out));
    close_handle(out);
    skip(thread.handle, 2);
    answer(exception, ZX_EXCEPTION_STATE_HANDLED);
    wait_for(thread.handle, ZX_THREAD_TERMINATED);
    close_handle(thread.handle);
    close_handle(channel);
}

TEST(object_set_property, sets_the_state_of_an_exception) {
    struct stopped_thread stopped;
    start_stopped_thread(&stopped, zx_process_self());
    uint32_t state = 7;
    EXPECT_STATUS(zx_object_set_property(stopped.exception, ZX_PROP_EXCEPTION_STATE, &state, 4),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_object_set_property(stopped.exception, ZX_PROP_EXCEPTION_STATE, &state, 3),
                  ZX_ERR_BUFFER_TOO_SMALL);
    EXPECT_OK(zx_object_get_property(stopped.exception, ZX_PROP_EXCEPTION_STATE, &state, 4));
    EXPECT_EQ(state, ZX_EXCEPTION_STATE_HANDLED);
    EXPECT_STATUS(zx_object_set_property(zx_process_self(), ZX_PROP_EXCEPTION_STATE, &state, 4),
                  ZX_ERR_WRONG_TYPE);
    finish_stopped_thread(&stopped);
}

// --- suspended, killed, closed meanwhile ---

TEST(task_suspend, waits_for_the_answer_to_an_exception) {
    struct stopped_thread stopped;
    start_stopped_thread(&stopped, zx_process_self());
    zx_handle_t token;
    EXPECT_OK(zx_task_suspend(stopped.thread.handle, &token));
    zx_info_thread_t info;
    EXPECT_OK(
        zx_object_get_info(stopped.thread.handle, ZX_INFO_THREAD, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.state, ZX_THREAD_STATE_BLOCKED_EXCEPTION);
    close_handle(stopped.exception);
    wait_for(stopped.thread.handle, ZX_THREAD_SUSPENDED);
    close_handle(token);
    finish_stopped_thread(&stopped);
}

TEST(task_kill, ends_a_thread_in_an_exception) {
    struct stopped_thread stopped;
    start_stopped_thread(&stopped, zx_process_self());
    EXPECT_OK(zx_task_kill(stopped.thread.handle));
    wait_for(stopped.thread.handle, ZX_THREAD_TERMINATED);
    finish_stopped_thread(&stopped);
}

TEST(handle_close, of_the_channel_lets_the_next_one_be_asked) {
    struct started_thread thread;
    zx_handle_t process = listen_to(zx_process_self(), 0), job = listen_to(zx_job_default(), 0);
    start_raw_thread(&thread, do_fault, OPCODE, 0);
    wait_for(process, ZX_CHANNEL_READABLE);
    close_handle(process); // with the exception unread
    zx_handle_t exception = receive(job, ZX_EXCP_UNDEFINED_INSTRUCTION, thread.handle);
    skip(thread.handle, 2);
    answer(exception, ZX_EXCEPTION_STATE_HANDLED);
    finish_raw_thread(&thread);
    close_handle(job);
}

// --- the host program's own ---

static volatile sig_atomic_t handled;

static void skip_fault(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)info;
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += 2;
    handled++;
}

TEST(task_create_exception_channel, comes_before_the_programs_own_handler) {
    struct sigaction action = {.sa_sigaction = skip_fault, .sa_flags = SA_SIGINFO};
    sigaction(SIGILL, &action, NULL);
    handled = 0;
    struct started_thread thread;
    start_raw_thread(&thread, do_fault, OPCODE, 0);
    finish_raw_thread(&thread);
    EXPECT_EQ(handled, 1);
    zx_handle_t process = listen_to(zx_process_self(), 0);
    start_raw_thread(&thread, do_fault, OPCODE, 0);
    answer(receive(process, ZX_EXCP_UNDEFINED_INSTRUCTION, thread.handle),
           ZX_EXCEPTION_STATE_TRY_NEXT);
    finish_raw_thread(&thread);
    EXPECT_EQ(handled, 2);
    close_handle(process);
}

TEST(task_create_exception_channel, leaves_what_nobody_wants_to_linux) {
    pid_t child = fork();
    if (child == 0) {
        struct started_thread thread;
        start_raw_thread(&thread, do_fault, OPCODE, 0);
        zx_nanosleep(ZX_TIME_INFINITE);
    }
    int status;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGILL);
}

// --- single steps ---

TEST(thread_write_state, makes_a_thread_go_step_by_step) {
    struct started_thread thread;
    static char stack[32768];
    zx_handle_t channel = listen_to(zx_process_self(), 0), token;
    EXPECT_OK(zx_thread_create(zx_process_self(), "", 0, 0, &thread.handle));
    EXPECT_OK(zx_task_suspend(thread.handle, &token));
    EXPECT_OK(zx_thread_start(thread.handle, (uintptr_t)do_fault, (uintptr_t)stack + 32760,
                              BREAKPOINT, 0));
    wait_for(thread.handle, ZX_THREAD_SUSPENDED);
    zx_thread_state_single_step_t step = 1;
    EXPECT_OK(
        zx_thread_write_state(thread.handle, ZX_THREAD_STATE_SINGLE_STEP, &step, sizeof(step)));
    close_handle(token);
    uint64_t last = (uintptr_t)do_fault;
    for (int i = 0; i < 3; i++) {
        zx_handle_t exception = receive(channel, ZX_EXCP_HW_BREAKPOINT, thread.handle);
        zx_thread_state_general_regs_t r;
        EXPECT_OK(zx_thread_read_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &r, sizeof(r)));
        EXPECT(r.rip != last);
        last = r.rip;
        if (i == 2) {
            step = 0;
            EXPECT_OK(zx_thread_write_state(thread.handle, ZX_THREAD_STATE_SINGLE_STEP, &step,
                                            sizeof(step)));
        }
        answer(exception, ZX_EXCEPTION_STATE_HANDLED);
    }
    answer(receive(channel, ZX_EXCP_SW_BREAKPOINT, thread.handle), ZX_EXCEPTION_STATE_HANDLED);
    wait_for(thread.handle, ZX_THREAD_TERMINATED);
    close_handle(thread.handle);
    close_handle(channel);
}

// --- ports ---

static void receive_packet(zx_handle_t port, uint64_t key, zx_excp_type_t type,
                           zx_handle_t thread) {
    zx_port_packet_t packet;
    EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE, &packet));
    EXPECT(ZX_PKT_IS_EXCEPTION(packet.type));
    EXPECT_EQ(packet.type, type);
    EXPECT_EQ(packet.key, key);
    EXPECT_EQ(packet.exception.pid, koid_of(zx_process_self()));
    EXPECT_EQ(packet.exception.tid, koid_of(thread));
}

TEST(task_bind_exception_port, tells_of_exceptions_and_waits_for_the_answer) {
    zx_handle_t port, other;
    struct started_thread thread;
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_OK(zx_port_create(0, &other));
    EXPECT_OK(zx_task_bind_exception_port(zx_process_self(), port, 77, 0));
    EXPECT_STATUS(zx_task_bind_exception_port(zx_process_self(), port, 78, 0),
                  ZX_ERR_ALREADY_BOUND);
    start_raw_thread(&thread, do_fault, OPCODE, 0);
    EXPECT_STATUS(zx_task_resume_from_exception(zx_thread_self(), port, 0), ZX_ERR_BAD_STATE);
    receive_packet(port, 77, ZX_EXCP_UNDEFINED_INSTRUCTION, thread.handle);
    EXPECT_STATUS(zx_task_resume_from_exception(thread.handle, other, 0), ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_task_resume_from_exception(thread.handle, port, 1), ZX_ERR_INVALID_ARGS);
    zx_info_thread_t info;
    EXPECT_OK(zx_object_get_info(thread.handle, ZX_INFO_THREAD, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.state, ZX_THREAD_STATE_BLOCKED_EXCEPTION);
    EXPECT_EQ(info.wait_exception_channel_type, ZX_EXCEPTION_PORT_TYPE_PROCESS);
    skip(thread.handle, 2);
    EXPECT_OK(zx_task_resume_from_exception(thread.handle, port, 0));
    finish_raw_thread(&thread);
    EXPECT_OK(zx_task_bind_exception_port(zx_process_self(), ZX_HANDLE_INVALID, 0, 0));
    EXPECT_STATUS(zx_task_bind_exception_port(zx_process_self(), ZX_HANDLE_INVALID, 0, 0),
                  ZX_ERR_BAD_STATE);
    close_handle(port);
    close_handle(other);
}

TEST(task_bind_exception_port, comes_before_the_channel_and_passes_on) {
    zx_handle_t port;
    struct started_thread thread;
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_OK(zx_task_bind_exception_port(zx_process_self(), port, 1, 0));
    zx_handle_t channel = listen_to(zx_process_self(), 0);
    start_raw_thread(&thread, do_fault, OPCODE, 0);
    receive_packet(port, 1, ZX_EXCP_UNDEFINED_INSTRUCTION, thread.handle);
    expect_silence(channel);
    EXPECT_OK(zx_task_resume_from_exception(thread.handle, port, ZX_RESUME_TRY_NEXT));
    zx_handle_t exception = receive(channel, ZX_EXCP_UNDEFINED_INSTRUCTION, thread.handle);
    skip(thread.handle, 2);
    answer(exception, ZX_EXCEPTION_STATE_HANDLED);
    finish_raw_thread(&thread);
    close_handle(port);
    close_handle(channel);
}

TEST(task_bind_exception_port, ends_with_the_ports_last_handle) {
    zx_handle_t port;
    struct started_thread thread;
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_OK(zx_task_bind_exception_port(zx_process_self(), port, 1, 0));
    zx_handle_t job = listen_to(zx_job_default(), 0);
    start_raw_thread(&thread, do_fault, OPCODE, 0);
    receive_packet(port, 1, ZX_EXCP_UNDEFINED_INSTRUCTION, thread.handle);
    close_handle(port);
    zx_handle_t exception = receive(job, ZX_EXCP_UNDEFINED_INSTRUCTION, thread.handle);
    skip(thread.handle, 2);
    answer(exception, ZX_EXCEPTION_STATE_HANDLED);
    finish_raw_thread(&thread);
    close_handle(job);
    EXPECT_STATUS(zx_task_bind_exception_port(zx_process_self(), ZX_HANDLE_INVALID, 0, 0),
                  ZX_ERR_BAD_STATE);
}

TEST(task_bind_exception_port, checks_what_it_is_given) {
    zx_handle_t port;
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_STATUS(zx_task_bind_exception_port(zx_process_self(), port, 0, 2), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_task_bind_exception_port(port, zx_process_self(), 0, 0), ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(zx_task_bind_exception_port(port, port, 0, 0), ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(
        zx_task_bind_exception_port(zx_thread_self(), port, 0, ZX_EXCEPTION_PORT_DEBUGGER),
        ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_task_bind_exception_port(ZX_HANDLE_INVALID, port, 0, 0), ZX_ERR_BAD_HANDLE);
    close_handle(port);
}

TEST(task_bind_exception_port, of_the_dead_finds_nobody) {
    zx_handle_t port;
    struct stopped_thread stopped;
    EXPECT_OK(zx_port_create(0, &port));
    start_stopped_thread(&stopped, zx_process_self());
    close_handle(stopped.exception);
    wait_for(stopped.thread.handle, ZX_THREAD_TERMINATED);
    zx_status_t status;
    do { // its place is shut right after the signal
        status = zx_task_bind_exception_port(stopped.thread.handle, port, 0, 0);
    } while (status == ZX_OK || status == ZX_ERR_ALREADY_BOUND);
    EXPECT_STATUS(status, ZX_ERR_NOT_FOUND);
    finish_stopped_thread(&stopped);
    close_handle(port);
}

TEST(task_resume_from_exception, takes_the_first_answer) {
    zx_handle_t port, token;
    struct started_thread thread;
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_OK(zx_task_bind_exception_port(zx_process_self(), port, 5, 0));
    start_raw_thread(&thread, do_fault, OPCODE, 0);
    receive_packet(port, 5, ZX_EXCP_UNDEFINED_INSTRUCTION, thread.handle);
    EXPECT_STATUS(zx_task_resume_from_exception(5, port, 0), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_task_resume_from_exception(thread.handle, 5, 0), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_task_resume_from_exception(zx_process_self(), port, 0), ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(zx_task_resume_from_exception(thread.handle, thread.handle, 0),
                  ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(zx_task_resume_from_exception(thread.handle, port, 1), ZX_ERR_INVALID_ARGS);
    skip(thread.handle, 2);
    // One that is suspended meanwhile stays where it is.
    EXPECT_OK(zx_task_suspend(thread.handle, &token));
    EXPECT_OK(zx_task_resume_from_exception(thread.handle, port, 0));
    wait_for(thread.handle, ZX_THREAD_SUSPENDED);
    EXPECT_STATUS(zx_task_resume_from_exception(thread.handle, port, 0), ZX_ERR_BAD_STATE);
    close_handle(token);
    finish_raw_thread(&thread);
    EXPECT_OK(zx_task_bind_exception_port(zx_process_self(), ZX_HANDLE_INVALID, 0, 0));
    close_handle(port);
}

static zx_handle_t stopped_by;

static zx_status_t get_thread(void *context) {
    return zx_exception_get_thread(stopped_by, context);
}

static zx_status_t get_process(void *context) {
    return zx_exception_get_process(stopped_by, context);
}

static void expect_no_memory_for(allocating_call call) {
    struct stopped_thread stopped;
    zx_handle_t out = 7;
    start_stopped_thread(&stopped, zx_process_self());
    stopped_by = stopped.exception;
    expect_no_memory(call, &out, sizeof(out));
    close_handle(out);
    finish_stopped_thread(&stopped);
}

TEST(exception_get_thread, says_when_memory_is_used_up) {
    expect_no_memory_for(get_thread);
}

TEST(exception_get_process, says_when_memory_is_used_up) {
    expect_no_memory_for(get_process);
}
