// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A thread is stopped and goes on: by another one, and by a fault of its own.
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include <zircon/process.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/debug.h>
#include <zircon/syscalls/exception.h>
#include <zircon/threads.h>

#include "bench.h"

struct stop_state {
    pthread_t partner;
    zx_handle_t thread, channel;
    _Atomic pid_t tid;
    _Atomic bool over;
    _Atomic uint32_t turn, seen;
    uint64_t faults;
};

static void futex_wait(_Atomic uint32_t *word, uint32_t value) {
    while (atomic_load(word) == value) {
        syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
    }
}

static void futex_set(_Atomic uint32_t *word, uint32_t value) {
    atomic_store(word, value);
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void await_tid(struct stop_state *state) {
    while (state->tid == 0) {
        sched_yield();
    }
}

static struct stop_state *stop_set_up(void *(*partner)(void *)) {
    struct stop_state *state = bench_allocate(sizeof(*state));
    state->partner = bench_start_partner(partner, state);
    await_tid(state);
    return state;
}

static void stop_tear_down(void *opaque) {
    struct stop_state *state = opaque;
    atomic_store(&state->over, true);
    bench_join_partner(state->partner);
    free(state);
}

// --- by another thread, in a wait ---

// Sleeps in the kernel until the end.
static void *suspended(void *opaque) {
    struct stop_state *state = opaque;
    state->tid = (pid_t)syscall(SYS_gettid);
    while (!atomic_load(&state->over)) {
        zx_futex_wait((zx_futex_t *)&state->turn, 0, ZX_HANDLE_INVALID, ZX_TIME_INFINITE);
    }
    return NULL;
}

static void *suspend_set_up(size_t size) {
    (void)size;
    struct stop_state *state = stop_set_up(suspended);
    state->thread = thrd_get_zx_handle(state->partner);
    return state;
}

static void suspend_run(void *opaque, uint64_t count) {
    struct stop_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        zx_handle_t token;
        BENCH_OK(zx_task_suspend_token(state->thread, &token));
        BENCH_OK(zx_object_wait_one(state->thread, ZX_THREAD_SUSPENDED, ZX_TIME_INFINITE, NULL));
        BENCH_OK(zx_handle_close(token));
        BENCH_OK(zx_object_wait_one(state->thread, ZX_THREAD_RUNNING, ZX_TIME_INFINITE, NULL));
    }
}

static void suspend_tear_down(void *opaque) {
    struct stop_state *state = opaque;
    atomic_store(&state->over, true);
    atomic_store(&state->turn, 1);
    BENCH_OK(zx_futex_wake((zx_futex_t *)&state->turn, 1));
    stop_tear_down(opaque);
}

// The handler says that it is there, and waits to be let go.
static struct stop_state *signalled_state;

static void stop_in_handler(int signal) {
    (void)signal;
    int error = errno;
    struct stop_state *state = signalled_state;
    futex_set(&state->seen, 1);
    futex_wait(&state->turn, 0);
    atomic_store(&state->turn, 0);
    futex_set(&state->seen, 0);
    errno = error;
}

static void *signalled(void *opaque) {
    struct stop_state *state = opaque;
    state->tid = (pid_t)syscall(SYS_gettid);
    while (!atomic_load(&state->over)) {
        pause();
    }
    return NULL;
}

static void *signal_set_up(size_t size) {
    (void)size;
    struct sigaction action = {.sa_handler = stop_in_handler};
    BENCH_CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    return stop_set_up(signalled);
}

static void signal_run(void *opaque, uint64_t count) {
    struct stop_state *state = opaque;
    signalled_state = state;
    for (uint64_t i = 0; i < count; i++) {
        BENCH_CHECK(syscall(SYS_tgkill, getpid(), state->tid, SIGUSR1) == 0);
        futex_wait(&state->seen, 0);
        futex_set(&state->turn, 1);
        futex_wait(&state->seen, 1);
    }
}

static void signal_tear_down(void *opaque) {
    struct stop_state *state = opaque;
    atomic_store(&state->over, true);
    atomic_store(&state->turn, 1); // the handler returns at once
    BENCH_CHECK(syscall(SYS_tgkill, getpid(), state->tid, SIGUSR1) == 0);
    stop_tear_down(opaque);
}

static const struct bench_side suspend_sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = suspend_set_up,
     .run = suspend_run,
     .tear_down = suspend_tear_down},
    {.name = "tgkill, handler with futexes",
     .kind = BENCH_NEIGHBOUR,
     .set_up = signal_set_up,
     .run = signal_run,
     .tear_down = signal_tear_down,
     .available = bench_is_plain},
};

// --- by a fault ---

// A load from a page that is not there; who resumes the thread steps over it.
static void *const nowhere = (void *)16;
enum { LOAD_SIZE = 3 };

static inline void load_from_nowhere(void) {
    // movq (%rax), %rcx
    __asm__ volatile(".byte 0x48, 0x8b, 0x08" : : "a"(nowhere) : "rcx", "memory");
}

static void *faulting(void *opaque) {
    struct stop_state *state = opaque;
    futex_wait(&state->turn, 0); // until somebody listens
    while (!atomic_load(&state->over)) {
        load_from_nowhere();
        state->faults++;
    }
    return NULL;
}

static void *exception_set_up(size_t size) {
    (void)size;
    struct stop_state *state = bench_allocate(sizeof(*state));
    state->partner = bench_start_partner(faulting, state);
    state->thread = thrd_get_zx_handle(state->partner);
    BENCH_OK(zx_task_create_exception_channel(state->thread, 0, &state->channel));
    futex_set(&state->turn, 1);
    return state;
}

static zx_handle_t receive(struct stop_state *state) {
    zx_exception_info_t info;
    zx_handle_t exception;
    BENCH_OK(zx_object_wait_one(state->channel, ZX_CHANNEL_READABLE, ZX_TIME_INFINITE, NULL));
    BENCH_OK(zx_channel_read(state->channel, 0, &info, &exception, sizeof(info), 1, NULL, NULL));
    BENCH_CHECK(info.type == ZX_EXCP_FATAL_PAGE_FAULT);
    return exception;
}

static void step_over(struct stop_state *state, zx_handle_t exception) {
    zx_thread_state_general_regs_t registers;
    uint32_t handled = ZX_EXCEPTION_STATE_HANDLED;
    BENCH_OK(zx_thread_read_state(state->thread, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                  sizeof(registers)));
    registers.rip += LOAD_SIZE;
    BENCH_OK(zx_thread_write_state(state->thread, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                   sizeof(registers)));
    BENCH_OK(zx_object_set_property(exception, ZX_PROP_EXCEPTION_STATE, &handled, sizeof(handled)));
    BENCH_OK(zx_handle_close(exception));
}

static void exception_run(void *opaque, uint64_t count) {
    struct stop_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        step_over(state, receive(state));
    }
    // The next fault is one of this row too: the signal is soon another one's.
    BENCH_OK(zx_object_wait_one(state->channel, ZX_CHANNEL_READABLE, ZX_TIME_INFINITE, NULL));
}

static void exception_tear_down(void *opaque) {
    struct stop_state *state = opaque;
    zx_handle_t exception = receive(state);
    atomic_store(&state->over, true);
    step_over(state, exception);
    bench_join_partner(state->partner);
    BENCH_CHECK(state->faults > 0);
    BENCH_OK(zx_handle_close(state->channel));
    free(state);
}

// What Linux asks of a handler that is nobody's but the program's: libzircon's stand aside
// meanwhile, since the kernel is asked directly. The thread is libc's alone.
struct linux_action {
    void (*handler)(int, siginfo_t *, void *);
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
};

extern void bench_restorer(void);
__asm__(".pushsection .text\n"
        "bench_restorer:\n"
        "movq $15, %rax\n"
        "syscall\n"
        ".popsection\n");

static void take_signals(const struct linux_action *action, struct linux_action *old) {
    BENCH_CHECK(syscall(SYS_rt_sigaction, SIGSEGV, action, old, sizeof(action->mask)) == 0);
}

// Asks the other thread, as an exception does, and steps over the load.
static void fault_in_handler(int signal, siginfo_t *info, void *context) {
    (void)signal;
    struct stop_state *state = signalled_state;
    BENCH_CHECK(info->si_addr == nowhere);
    futex_set(&state->seen, 1);
    futex_wait(&state->turn, 0);
    atomic_store(&state->turn, 0);
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += LOAD_SIZE;
}

static const struct linux_action bare = {
    .handler = fault_in_handler,
    .flags = SA_SIGINFO | 0x04000000, // with a restorer
    .restorer = bench_restorer,
};

// Faults only while its row runs: at other times the signal is not ours.
static void *faulting_posix(void *opaque) {
    struct stop_state *state = opaque;
    for (;;) {
        futex_wait(&state->turn, 0);
        atomic_store(&state->turn, 0);
        if (atomic_load(&state->over)) {
            return NULL;
        }
        uint64_t count = state->faults;
        for (uint64_t i = 0; i < count; i++) {
            load_from_nowhere();
        }
        futex_set(&state->seen, 2);
    }
}

static void *bare_set_up(size_t size) {
    (void)size;
    struct stop_state *state = bench_allocate(sizeof(*state));
    state->partner = bench_start_partner(faulting_posix, state);
    return state;
}

static void bare_run(void *opaque, uint64_t count) {
    struct stop_state *state = opaque;
    struct linux_action before;
    signalled_state = state;
    state->faults = count;
    take_signals(&bare, &before);
    futex_set(&state->turn, 1);
    for (uint64_t i = 0; i < count; i++) {
        futex_wait(&state->seen, 0);
        atomic_store(&state->seen, 0);
        futex_set(&state->turn, 1);
    }
    futex_wait(&state->seen, 0);
    BENCH_CHECK(state->seen == 2);
    atomic_store(&state->seen, 0);
    take_signals(&before, NULL);
}

static void bare_tear_down(void *opaque) {
    struct stop_state *state = opaque;
    atomic_store(&state->over, true);
    futex_set(&state->turn, 1);
    bench_join_partner(state->partner);
    free(state);
}

// The handler alone, in one thread.
static void skip_in_handler(int signal, siginfo_t *info, void *context) {
    (void)signal;
    BENCH_CHECK(info->si_addr == nowhere);
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += LOAD_SIZE;
}

static void *alone_set_up(size_t size) {
    (void)size;
    return bench_allocate(1);
}

static void alone_run(void *opaque, uint64_t count) {
    (void)opaque;
    struct linux_action action = bare, before;
    action.handler = skip_in_handler;
    take_signals(&action, &before);
    for (uint64_t i = 0; i < count; i++) {
        load_from_nowhere();
    }
    take_signals(&before, NULL);
}

static const struct bench_side exception_sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = exception_set_up,
     .run = exception_run,
     .tear_down = exception_tear_down,
     .available = bench_is_plain}, // a sanitizer takes the fault for a mistake
    {.name = "SIGSEGV handler, futexes",
     .kind = BENCH_NEIGHBOUR,
     .set_up = bare_set_up,
     .run = bare_run,
     .tear_down = bare_tear_down,
     .available = bench_is_plain},
    {.name = "SIGSEGV handler alone",
     .kind = BENCH_FLOOR,
     .set_up = alone_set_up,
     .run = alone_run,
     .tear_down = free,
     .available = bench_is_plain},
};

static const struct bench_row rows[] = {
    {"thread suspend+resume", BENCH_PAIR, 0, BENCH_SIDES(suspend_sides)},
    {"exception round trip", BENCH_PAIR, 0, BENCH_SIDES(exception_sides)},
};
const struct bench_noun bench_suspend = {rows, BENCH_COUNT(rows)};
