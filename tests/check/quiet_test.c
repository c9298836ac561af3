// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Calls that find what they need make no Linux call at all. Each case runs in a process of its own:
// once warm it asks Linux to refuse every further call, and counts what is refused.
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/clock.h>
#include <zircon/syscalls/object.h>
#include <zircon/syscalls/port.h>

// After those it needs.
#include <cmocka.h>

enum { WARM_UP = 1000, ROUNDS = 1000 };

// Shared with the child: how many calls it made, and the number of the first.
static struct {
    volatile uint32_t calls, first;
    char failure[200];
} * seen;

static void refuse(int number, siginfo_t *info, void *context) {
    (void)number;
    if (seen->calls++ == 0) {
        seen->first = (uint32_t)info->si_syscall;
    }
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_RAX] = -ETIMEDOUT; // no sleep begins
}

// From here on only the end of the process and the return from a signal are allowed.
static void refuse_linux_calls(void) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};
    struct sigaction action = {.sa_sigaction = refuse, .sa_flags = SA_SIGINFO};
    if (sigaction(SIGSYS, &action, NULL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        snprintf(seen->failure, sizeof(seen->failure), "no filter: %s", strerror(errno));
        _exit(1);
    }
}

// --- the cases ---

static void must(zx_status_t status, const char *what) {
    if (status != ZX_OK) {
        snprintf(seen->failure, sizeof(seen->failure), "%s: %s", what,
                 zx_status_get_string(status));
        _exit(1);
    }
}
#define MUST(call) must(call, #call)

static zx_handle_t event, pair[2], channel[2], port, socket_ends[2], fifo[2], timer, clock_object;
static char bytes[ZX_CHANNEL_MAX_MSG_BYTES];

static void make_objects(void) {
    MUST(zx_event_create(0, &event));
    MUST(zx_eventpair_create(0, &pair[0], &pair[1]));
    MUST(zx_channel_create(0, &channel[0], &channel[1]));
    MUST(zx_port_create(0, &port));
    MUST(zx_socket_create(ZX_SOCKET_STREAM, &socket_ends[0], &socket_ends[1]));
    MUST(zx_fifo_create(16, 8, 0, &fifo[0], &fifo[1]));
    MUST(zx_timer_create(ZX_TIMER_SLACK_CENTER, ZX_CLOCK_MONOTONIC, &timer));
    MUST(zx_clock_create(0, NULL, &clock_object));
}

static void write_and_read(uint32_t size) {
    uint32_t actual;
    MUST(zx_channel_write(channel[0], 0, bytes, size, NULL, 0));
    MUST(zx_channel_read(channel[1], 0, bytes, NULL, size, 0, &actual, NULL));
}

static void channel_small(void) {
    write_and_read(64);
}

static void channel_large(void) {
    write_and_read(sizeof(bytes));
}

static void channel_handle(void) {
    zx_handle_t handle;
    uint32_t actual, count;
    MUST(zx_event_create(0, &handle));
    MUST(zx_channel_write(channel[0], 0, bytes, 8, &handle, 1));
    MUST(zx_channel_read(channel[1], 0, bytes, &handle, 8, 1, &actual, &count));
    MUST(zx_handle_close(handle));
}

static void event_signal_and_wait(void) {
    zx_signals_t signals;
    MUST(zx_object_signal(event, 0, ZX_EVENT_SIGNALED));
    MUST(zx_object_wait_one(event, ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, &signals));
    MUST(zx_object_signal(event, ZX_EVENT_SIGNALED, 0));
}

static void eventpair_signal_and_wait(void) {
    zx_signals_t signals;
    MUST(zx_object_signal_peer(pair[0], 0, ZX_EVENTPAIR_SIGNALED));
    MUST(zx_object_wait_one(pair[1], ZX_EVENTPAIR_SIGNALED, ZX_TIME_INFINITE, &signals));
    MUST(zx_object_signal(pair[1], ZX_EVENTPAIR_SIGNALED, 0));
}

static void wait_many(void) {
    zx_wait_item_t items[] = {{.handle = event, .waitfor = ZX_EVENT_SIGNALED},
                              {.handle = pair[0], .waitfor = ZX_EVENTPAIR_SIGNALED},
                              {.handle = channel[0], .waitfor = ZX_CHANNEL_WRITABLE}};
    MUST(zx_object_wait_many(items, 3, ZX_TIME_INFINITE));
}

static void port_queue_and_wait(void) {
    zx_port_packet_t packet = {.key = 1, .type = ZX_PKT_TYPE_USER};
    MUST(zx_port_queue(port, &packet));
    MUST(zx_port_wait(port, ZX_TIME_INFINITE, &packet));
}

static void port_watch(void) {
    zx_port_packet_t packet;
    MUST(zx_object_wait_async(event, port, 1, ZX_EVENT_SIGNALED, ZX_WAIT_ASYNC_ONCE));
    MUST(zx_object_signal(event, 0, ZX_EVENT_SIGNALED));
    MUST(zx_object_signal(event, ZX_EVENT_SIGNALED, 0));
    MUST(zx_port_wait(port, ZX_TIME_INFINITE, &packet));
}

static void port_cancel(void) {
    MUST(zx_object_wait_async(event, port, 1, ZX_EVENT_SIGNALED, ZX_WAIT_ASYNC_ONCE));
    MUST(zx_port_cancel(port, event, 1));
}

static void handle_duplicate_and_close(void) {
    zx_handle_t copy;
    MUST(zx_handle_duplicate(event, ZX_RIGHT_SAME_RIGHTS, &copy));
    MUST(zx_handle_replace(copy, ZX_RIGHT_WAIT, &copy));
    MUST(zx_handle_close(copy));
}

static void channel_create_and_close(void) {
    zx_handle_t ends[2];
    MUST(zx_channel_create(0, &ends[0], &ends[1]));
    MUST(zx_handle_close(ends[0]));
    MUST(zx_handle_close(ends[1]));
}

static void event_create_and_close(void) {
    zx_handle_t made;
    MUST(zx_event_create(0, &made));
    MUST(zx_handle_close(made));
}

static void port_create_and_close(void) {
    zx_handle_t made;
    MUST(zx_port_create(0, &made));
    MUST(zx_handle_close(made));
}

static void socket_write_and_read(void) {
    size_t actual;
    MUST(zx_socket_write(socket_ends[0], 0, bytes, 64, &actual));
    MUST(zx_socket_read(socket_ends[1], 0, bytes, 64, &actual));
}

static void fifo_write_and_read(void) {
    size_t actual;
    MUST(zx_fifo_write(fifo[0], 8, bytes, 1, &actual));
    MUST(zx_fifo_read(fifo[1], 8, bytes, 1, &actual));
}

static void socket_of_64_kib(void) {
    size_t actual;
    MUST(zx_socket_write(socket_ends[0], 0, bytes, sizeof(bytes), &actual));
    MUST(zx_socket_read(socket_ends[1], 0, bytes, sizeof(bytes), &actual));
}

static void socket_create_and_close(void) {
    zx_handle_t ends[2];
    MUST(zx_socket_create(0, &ends[0], &ends[1]));
    MUST(zx_handle_close_many(ends, 2));
}

static void fifo_create_and_close(void) {
    zx_handle_t ends[2];
    MUST(zx_fifo_create(16, 8, 0, &ends[0], &ends[1]));
    MUST(zx_handle_close_many(ends, 2));
}

static void timer_create_and_close(void) {
    zx_handle_t made;
    MUST(zx_timer_create(ZX_TIMER_SLACK_CENTER, ZX_CLOCK_MONOTONIC, &made));
    MUST(zx_handle_close(made));
}

static void timer_set_and_cancel(void) {
    MUST(zx_timer_set(timer, ZX_TIME_INFINITE - 1, 0));
    MUST(zx_timer_cancel(timer));
}

static void futex_wake(void) {
    static zx_futex_t word, other;
    MUST(zx_futex_wake(&word, UINT32_MAX));
    MUST(zx_futex_requeue(&word, 1, 0, &other, 1, ZX_HANDLE_INVALID));
}

static void info(void) {
    zx_info_handle_basic_t basic;
    MUST(zx_object_get_info(event, ZX_INFO_HANDLE_BASIC, &basic, sizeof(basic), NULL, NULL));
}

static void clocks(void) {
    zx_time_t now;
    MUST(zx_clock_get(ZX_CLOCK_UTC, &now));
    (void)zx_clock_get_monotonic();
    (void)zx_ticks_get();
    (void)zx_deadline_after(1);
    MUST(zx_clock_read(clock_object, &now));
}

static void libcs_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
}

static void sleep_a_moment(void) {
    zx_object_wait_one(event, ZX_EVENT_SIGNALED, 1, NULL);
}

// Linux calls in ROUNDS rounds of a case.
static uint32_t count(void (*run)(void)) {
    memset(seen, 0, sizeof(*seen));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        make_objects();
        for (int i = 0; i < WARM_UP; i++) {
            run();
        }
        refuse_linux_calls();
        for (int i = 0; i < ROUNDS; i++) {
            run();
        }
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fail_msg("the child ended with 0x%x: %s", status, seen->failure);
    }
    return seen->calls;
}

static const struct quiet_case {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"channel write and read", channel_small},
    {"channel write and read of the largest message", channel_large},
    {"channel write and read of a handle", channel_handle},
    {"event signal and wait", event_signal_and_wait},
    {"eventpair signal and wait", eventpair_signal_and_wait},
    {"wait for many", wait_many},
    {"port queue and wait", port_queue_and_wait},
    {"port watch", port_watch},
    {"port cancel", port_cancel},
    {"handle duplicate, replace and close", handle_duplicate_and_close},
    {"channel create and close", channel_create_and_close},
    {"event create and close", event_create_and_close},
    {"port create and close", port_create_and_close},
    {"socket write and read", socket_write_and_read},
    {"fifo write and read", fifo_write_and_read},
    {"socket write and read of 64 KiB", socket_of_64_kib},
    {"socket create and close", socket_create_and_close},
    {"fifo create and close", fifo_create_and_close},
    {"timer create and close", timer_create_and_close},
    {"timer set and cancel", timer_set_and_cancel},
    {"futex wake and requeue", futex_wake},
    {"handle info", info},
};

static void no_linux_calls(void **state) {
    (void)state;
    int loud = 0;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        // A thread of the kernel's own may hold a lock for once; what is not contended is quiet.
        uint32_t calls = count(cases[i].run);
        for (int again = 0; calls != 0 && again < 2; again++) {
            calls = count(cases[i].run);
        }
        if (calls != 0) {
            print_error("%s: %u Linux calls in %d rounds, the first is number %u\n", cases[i].name,
                        calls, ROUNDS, seen->first);
            loud++;
        }
    }
    assert_int_equal(loud, 0);
}

static void clocks_make_none_where_libcs_makes_none(void **state) {
    (void)state;
    if (count(libcs_clock) != 0) {
        skip(); // this machine's clock needs Linux
    }
    assert_int_equal(count(clocks), 0);
}

// The filter works: a wait that has to sleep asks Linux each time.
static void a_wait_that_sleeps_does_call(void **state) {
    (void)state;
    assert_true(count(sleep_a_moment) >= ROUNDS);
    assert_int_equal(seen->first, SYS_futex);
}

int main(void) {
    seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (seen == MAP_FAILED) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_that_sleeps_does_call),
        cmocka_unit_test(no_linux_calls),
        cmocka_unit_test(clocks_make_none_where_libcs_makes_none),
    };
    return cmocka_run_group_tests_name("quiet", tests, NULL, NULL);
}
