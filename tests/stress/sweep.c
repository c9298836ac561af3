// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// sweep [--all] [--only NAME] [--at STEP]
//
// A kill and a suspension at every instruction of a call: of the way into the kernel, of what it
// does there, and of the way out, for linked and for loaded threads.
//
// This process traces a thread of its child, step by step with ptrace. After each number of steps
// it has another thread of the child kill or suspend the first one, lets that run, and sees that it
// ends, or stops with registers of its own, goes on, and makes its calls as before. At the end the
// child has no more handles and objects than at the beginning.
//
// Without --all the longer calls are swept at every n-th instruction only.
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zircon/process.h>
#include <zircon/syscalls/debug.h>

#include "census.h"
#include "loaded.h"
#include "stress.h"

enum { STACK = 64 << 10, LIMIT_SECONDS = 60, STEPS_MAX = 100000, USUAL_STEPS = 25 };

// --- the thread that is stepped through ---

struct target {
    const struct stress_calls *calls;
    void (*act)(struct target *target);
    _Atomic uint64_t rounds;
    zx_handle_t channels[2], event, vmo; // of the thread's process
    zx_handle_t made;                    // perhaps; the last one that it created
    volatile char *page;
    _Atomic uint32_t word;
    _Atomic int wrong; // the line of what went wrong
    char *stack;
};

#define TARGET_CHECK(condition)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            target->wrong = __LINE__;                                                              \
        }                                                                                          \
    } while (0)

// Where a round begins; the tracer knows its address.
#ifdef __clang__
#define ONE_OF_IT __attribute__((noinline))
#else
#define ONE_OF_IT __attribute__((noinline, noclone))
#endif

static ONE_OF_IT void begin_round(struct target *target) {
    target->rounds++;
    __asm__ volatile("");
}

static void run_target(uintptr_t argument, uintptr_t unused) {
    struct target *target = (struct target *)argument;
    (void)unused;
    for (;;) {
        begin_round(target);
        target->act(target);
    }
}

static void act_nothing(struct target *target) {
    TARGET_CHECK(target->calls->syscall_test_0() == ZX_OK);
}

static void act_refused(struct target *target) {
    TARGET_CHECK(target->calls->handle_close(5) == ZX_ERR_BAD_HANDLE);
}

static void act_bad_pointer(struct target *target) {
    TARGET_CHECK(target->calls->event_create(0, (void *)16) == ZX_ERR_INVALID_ARGS);
}

static void act_objects(struct target *target) {
    TARGET_CHECK(target->calls->event_create(0, &target->made) == ZX_OK);
    TARGET_CHECK(target->calls->handle_close(target->made) == ZX_OK);
}

static void act_message(struct target *target) {
    char bytes[16] = "0123456789";
    uint32_t size = 0;
    TARGET_CHECK(target->calls->channel_write(target->channels[0], 0, bytes, sizeof(bytes), NULL,
                                              0) == ZX_OK);
    TARGET_CHECK(target->calls->channel_read(target->channels[1], 0, bytes, NULL, sizeof(bytes), 0,
                                             &size, NULL) == ZX_OK);
    TARGET_CHECK(size == sizeof(bytes) && bytes[9] == '9');
}

static void act_late(struct target *target) {
    TARGET_CHECK(target->calls->object_wait_one(target->event, ZX_EVENT_SIGNALED, 0, NULL) ==
                 ZX_ERR_TIMED_OUT);
}

// Waits whose time is over.
static void act_sleep(struct target *target) {
    TARGET_CHECK(target->calls->nanosleep(1) == ZX_OK);
    TARGET_CHECK(target->calls->futex_wait((const zx_futex_t *)&target->word, 0, ZX_HANDLE_INVALID,
                                           1) == ZX_ERR_TIMED_OUT);
}

// Really sleeps, if its steps are done by then.
static void act_park(struct target *target) {
    zx_time_t then = target->calls->clock_get_monotonic() + ZX_MSEC(30);
    TARGET_CHECK(target->calls->object_wait_one(target->event, ZX_EVENT_SIGNALED, then, NULL) ==
                 ZX_ERR_TIMED_OUT);
}

// A page fault: the page is gone each time.
static void act_fault(struct target *target) {
    TARGET_CHECK(target->calls->vmo_op_range(target->vmo, ZX_VMO_OP_DECOMMIT, 0, 4096, NULL, 0) ==
                 ZX_OK);
    TARGET_CHECK(*target->page == 0);
    *target->page = 1;
}

static const struct action {
    const char *name;
    void (*act)(struct target *target);
    bool is_long;
} actions[] = {
    {"nothing", act_nothing, false}, {"refused", act_refused, false},
    {"late", act_late, true},        {"bad_pointer", act_bad_pointer, true},
    {"objects", act_objects, true},  {"message", act_message, true},
    {"sleep", act_sleep, true},      {"fault", act_fault, true},
    {"park", act_park, true},
};
enum { ACTIONS = sizeof(actions) / sizeof(actions[0]) };

// --- the child: it owns the thread ---

enum request { MAKE, SUSPEND, AWAIT_SUSPENSION, KILL, AWAIT_DEATH, FINISH };

struct command {
    enum request request;
    uint32_t action;
    bool loaded;
};

static struct {
    struct target target;
    zx_handle_t process, thread, root, token;
    bool loaded;
} current;

static zx_time_t soon(void) {
    return zx_deadline_after(ZX_SEC(LIMIT_SECONDS / 2));
}

static void list_threads(pid_t tids[64], int *count) {
    DIR *folder = opendir("/proc/self/task");
    struct dirent *entry;
    CHECK(folder != NULL);
    *count = 0;
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.') {
            CHECK(*count < 64);
            tids[(*count)++] = (pid_t)strtol(entry->d_name, NULL, 10);
        }
    }
    closedir(folder);
}

static pid_t new_thread(const pid_t *before, int count) {
    pid_t now[64];
    int now_count;
    list_threads(now, &now_count);
    for (int i = 0; i < now_count; i++) {
        bool known = false;
        for (int k = 0; k < count; k++) {
            known |= before[k] == now[i];
        }
        if (!known) {
            return now[i];
        }
    }
    stress_fail(__FILE__, __LINE__, "there is no new thread");
}

// The handles of a loaded process come with its start, one alone; so it makes its objects itself.
static void first_code(zx_handle_t vmo, uintptr_t argument) {
    struct target *target = (struct target *)argument;
    TARGET_CHECK(target->calls->channel_create(0, &target->channels[0], &target->channels[1]) ==
                 ZX_OK);
    TARGET_CHECK(target->calls->event_create(0, &target->event) == ZX_OK);
    target->vmo = vmo;
    run_target(argument, 0);
}

static pid_t make(const struct command *command) {
    struct target *target = &current.target;
    pid_t before[64];
    int count;
    zx_handle_t vmo;
    zx_vaddr_t address;
    memset(target, 0, sizeof(*target));
    current.loaded = command->loaded;
    target->act = actions[command->action].act;
    target->calls = command->loaded ? loaded_calls() : &linked_calls;
    target->stack = malloc(STACK);
    CHECK(target->stack != NULL);
    CHECK_OK(zx_vmo_create(4096, 0, &vmo));
    CHECK_OK(zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0, vmo, 0, 4096,
                         &address));
    target->page = (volatile char *)address;
    list_threads(before, &count);
    uintptr_t stack = ((uintptr_t)target->stack + STACK - 64) / 16 * 16 - 8;
    if (command->loaded) {
        CHECK_OK(
            zx_process_create(zx_job_default(), "sweep", 5, 0, &current.process, &current.root));
        CHECK_OK(zx_thread_create(current.process, "sweep", 5, 0, &current.thread));
        CHECK_OK(zx_process_start(current.process, current.thread, (uintptr_t)first_code, stack,
                                  vmo, (uintptr_t)target));
    } else {
        CHECK_OK(zx_channel_create(0, &target->channels[0], &target->channels[1]));
        CHECK_OK(zx_event_create(0, &target->event));
        target->vmo = vmo;
        CHECK_OK(zx_thread_create(zx_process_self(), "sweep", 5, 0, &current.thread));
        CHECK_OK(
            zx_thread_start(current.thread, (uintptr_t)run_target, stack, (uintptr_t)target, 0));
    }
    while (target->rounds < 2) {
        usleep(100);
    }
    return new_thread(before, count);
}

static void await_suspension(void) {
    struct target *target = &current.target;
    zx_thread_state_general_regs_t registers;
    CHECK_OK(zx_object_wait_one(current.thread, ZX_THREAD_SUSPENDED, soon(), NULL));
    CHECK_OK(zx_thread_read_state(current.thread, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                  sizeof(registers)));
    uint64_t rounds = target->rounds;
    // It stands still on its own stack, and not in the kernel.
    CHECK(registers.rsp > (uintptr_t)target->stack &&
          registers.rsp < (uintptr_t)target->stack + STACK);
    usleep(50);
    CHECK(target->rounds == rounds);
    CHECK_OK(zx_handle_close(current.token));
    while (target->rounds < rounds + 3) {
        usleep(100); // the tracer's alarm rings if this takes too long
    }
    CHECK(target->wrong == 0);
}

static void await_death(void) {
    struct target *target = &current.target;
    CHECK_OK(zx_object_wait_one(current.thread, ZX_THREAD_TERMINATED, soon(), NULL));
    zx_info_thread_t info;
    CHECK_OK(zx_object_get_info(current.thread, ZX_INFO_THREAD, &info, sizeof(info), NULL, NULL));
    CHECK(info.state == ZX_THREAD_STATE_DEAD);
    CHECK(target->wrong == 0);
    CHECK_OK(zx_handle_close(current.thread));
    if (current.loaded) {
        CHECK_OK(zx_object_wait_one(current.process, ZX_TASK_TERMINATED, soon(), NULL));
        CHECK_OK(zx_handle_close(current.process));
        CHECK_OK(zx_handle_close(current.root));
    } else {
        (void)zx_handle_close(target->made); // the thread may have ended before it did
        const zx_handle_t all[] = {target->channels[0], target->channels[1], target->event,
                                   target->vmo};
        CHECK_OK(zx_handle_close_many(all, sizeof(all) / sizeof(all[0])));
    }
    CHECK_OK(zx_vmar_unmap(zx_vmar_root_self(), (uintptr_t)target->page, 4096));
    free(target->stack);
}

static _Noreturn void serve(int in, int out) {
    struct command command;
    struct census before, after;
    // What the library makes for itself exists before anything is counted.
    (void)zx_process_self();
    (void)zx_vmar_root_self();
    (void)zx_job_default();
    (void)loaded_calls();
    take_census(&before);
    while (read(in, &command, sizeof(command)) == sizeof(command)) {
        int answer = 1;
        switch (command.request) {
        case MAKE:
            answer = make(&command);
            break;
        case SUSPEND:
            CHECK_OK(zx_task_suspend_token(current.thread, &current.token));
            break;
        case AWAIT_SUSPENSION:
            await_suspension();
            break;
        case KILL:
            CHECK_OK(zx_task_kill(current.thread));
            break;
        case AWAIT_DEATH:
            await_death();
            break;
        case FINISH:
            take_census(&after);
            compare_census(&before, &after);
            break;
        }
        CHECK(write(out, &answer, sizeof(answer)) == sizeof(answer));
    }
    _exit(0);
}

// --- the tracer ---

static struct {
    pid_t child, thread;
    int to, from;
    uint32_t action, steps;
    bool loaded, kill, all;
    uintptr_t at;
} tracer;

static void describe(void) {
    fprintf(stderr, "%s, %s, %s after %u steps, at %#lx\n", actions[tracer.action].name,
            tracer.loaded ? "loaded" : "linked", tracer.kill ? "killed" : "suspended", tracer.steps,
            (unsigned long)tracer.at);
}

static void stuck(int signal) {
    (void)signal;
    fprintf(stderr, "sweep: stuck: ");
    describe();
    kill(tracer.child, SIGKILL);
    _exit(1);
}

#define TRACER_CHECK(condition)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "sweep: not so, line %d, errno %d: %s: ", __LINE__, errno,             \
                    #condition);                                                                   \
            describe();                                                                            \
            kill(tracer.child, SIGKILL);                                                           \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static void send(enum request request) {
    struct command command = {request, tracer.action, tracer.loaded};
    TRACER_CHECK(write(tracer.to, &command, sizeof(command)) == sizeof(command));
}

// The answer of the child, while its thread runs and its signals pass us. `dies` or not.
static int await_answer(bool traced) {
    for (;;) {
        struct pollfd wanted = {.fd = tracer.from, .events = POLLIN};
        int status, answer;
        if (traced) {
            pid_t got = waitpid(tracer.thread, &status, __WALL | WNOHANG);
            if (got == tracer.thread && WIFSTOPPED(status)) {
                int signal = WSTOPSIG(status);
                bool event = status >> 16 != 0;
                TRACER_CHECK(ptrace(PTRACE_CONT, tracer.thread, NULL, event ? 0l : (long)signal) ==
                                 0 ||
                             errno == ESRCH);
                continue;
            }
        }
        if (poll(&wanted, 1, traced ? 1 : -1) == 1) {
            TRACER_CHECK(read(tracer.from, &answer, sizeof(answer)) == sizeof(answer));
            return answer;
        }
    }
}

static void read_place(void) {
    struct user_regs_struct registers;
    TRACER_CHECK(ptrace(PTRACE_GETREGS, tracer.thread, NULL, &registers) == 0);
    tracer.at = registers.rip;
}

static void await_stop(long *signal) {
    int status;
    TRACER_CHECK(waitpid(tracer.thread, &status, __WALL) == tracer.thread);
    TRACER_CHECK(WIFSTOPPED(status));
    *signal = status >> 16 != 0 || WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
    read_place();
}

// One instruction further; a signal goes on its way.
static void step(long *signal) {
    TRACER_CHECK(ptrace(PTRACE_SINGLESTEP, tracer.thread, NULL, *signal) == 0);
    await_stop(signal);
}

static void begin_tracing(void) {
    TRACER_CHECK(ptrace(PTRACE_SEIZE, tracer.thread, NULL, NULL) == 0);
}

static void stop_at_begin(long *signal) {
    TRACER_CHECK(ptrace(PTRACE_INTERRUPT, tracer.thread, NULL, NULL) == 0);
    await_stop(signal);
    for (uint32_t i = 0; tracer.at != (uintptr_t)begin_round; i++) {
        TRACER_CHECK(i < STEPS_MAX);
        step(signal);
    }
}

// How many instructions a round has.
static uint32_t measure(void) {
    long signal = 0;
    uint32_t steps = 0;
    stop_at_begin(&signal);
    do {
        step(&signal);
        TRACER_CHECK(++steps < STEPS_MAX);
    } while (tracer.at != (uintptr_t)begin_round);
    TRACER_CHECK(ptrace(PTRACE_CONT, tracer.thread, NULL, signal) == 0);
    return steps;
}

static void act_at(uint32_t steps) {
    long signal = 0;
    alarm(LIMIT_SECONDS);
    tracer.steps = 0;
    stop_at_begin(&signal);
    for (tracer.steps = 0; tracer.steps < steps; tracer.steps++) {
        step(&signal);
    }
    send(tracer.kill ? KILL : SUSPEND);
    (void)await_answer(false); // the thread is still stopped
    TRACER_CHECK(ptrace(PTRACE_CONT, tracer.thread, NULL, signal) == 0);
    send(tracer.kill ? AWAIT_DEATH : AWAIT_SUSPENSION);
    (void)await_answer(true);
    alarm(0);
}

static void make_thread(void) {
    send(MAKE);
    tracer.thread = (pid_t)await_answer(false);
    begin_tracing();
}

static void reap(void) {
    int status = 0;
    while (waitpid(tracer.thread, &status, __WALL) == tracer.thread && WIFSTOPPED(status)) {
        ptrace(PTRACE_CONT, tracer.thread, NULL, status >> 16 != 0 ? 0l : (long)WSTOPSIG(status));
    }
}

static void sweep(uint32_t action, bool loaded, bool kills, uint32_t only) {
    tracer.action = action;
    tracer.loaded = loaded;
    tracer.kill = kills;
    alarm(LIMIT_SECONDS);
    make_thread();
    uint32_t count = measure();
    uint32_t stride =
        tracer.all || !actions[action].is_long || count < USUAL_STEPS ? 1 : count / USUAL_STEPS;
    uint32_t done = 0;
    for (uint32_t i = 0; i < count; i += stride) {
        if (only != UINT32_MAX && i != only) {
            continue;
        }
        act_at(i);
        done++;
        if (kills) {
            reap();
            make_thread();
        }
    }
    alarm(LIMIT_SECONDS);
    tracer.kill = true;
    send(KILL);
    (void)await_answer(true);
    send(AWAIT_DEATH);
    (void)await_answer(true);
    reap();
    send(FINISH);
    (void)await_answer(false);
    alarm(0);
    printf("%-12s %-7s %-10s at %u of %u instructions\n", actions[action].name,
           loaded ? "loaded" : "linked", kills ? "killed" : "suspended", done, count);
    fflush(stdout);
}

int main(int argc, char **argv) {
    const char *only = NULL;
    uint32_t at = UINT32_MAX;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--all") == 0) {
            tracer.all = true;
        } else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc) {
            only = argv[++i];
        } else if (strcmp(argv[i], "--at") == 0 && i + 1 < argc) {
            at = (uint32_t)strtoul(argv[++i], NULL, 0);
            tracer.all = true;
        } else {
            fprintf(stderr, "usage: sweep [--all] [--only NAME] [--at STEP]\n");
            return 2;
        }
    }
    int to[2], from[2];
    CHECK(pipe(to) == 0 && pipe(from) == 0);
    tracer.child = fork();
    CHECK(tracer.child >= 0);
    if (tracer.child == 0) {
        close(to[1]);
        close(from[0]);
        serve(to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    tracer.to = to[1];
    tracer.from = from[0];
    signal(SIGALRM, stuck);
    signal(SIGPIPE, SIG_IGN);
    uint32_t ran = 0;
    for (uint32_t action = 0; action < ACTIONS; action++) {
        if (only != NULL && strcmp(only, actions[action].name) != 0) {
            continue;
        }
        for (int loaded = 0; loaded < 2; loaded++) {
            for (int kills = 0; kills < 2; kills++) {
                sweep(action, loaded, kills, at);
                ran++;
            }
        }
    }
    close(tracer.to);
    int status = 0;
    CHECK(waitpid(tracer.child, &status, 0) == tracer.child);
    return ran > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}
