// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Processes come, end by themselves or are killed; programs are loaded and run to their end.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zircon/process.h>
#include <zircon/syscalls.h>

#include "../run/process.h"
#include "loaded.h"
#include "programs.h"

static char *const no_words[] = {(char *)"bench", NULL};
static char *const no_environment[] = {NULL};

static void await(pid_t child) {
    int status = 0;
    BENCH_CHECK(child > 0);
    while (waitpid(child, &status, 0) != child) {
        BENCH_CHECK(errno == EINTR);
    }
    BENCH_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == BENCH_PROGRAM_CODE);
}

static void await_end(zx_handle_t process) {
    zx_info_process_t info;
    BENCH_OK(zx_object_wait_one(process, ZX_TASK_TERMINATED, ZX_TIME_INFINITE, NULL));
    BENCH_OK(zx_object_get_info(process, ZX_INFO_PROCESS, &info, sizeof(info), NULL, NULL));
    BENCH_CHECK(info.exited && info.return_code == BENCH_LOADED_CODE);
}

// --- one that does nothing ---

static void *job_set_up(size_t size) {
    (void)size;
    zx_handle_t *job = bench_allocate(sizeof(*job));
    BENCH_OK(zx_job_create(zx_job_default(), 0, job));
    return job;
}

static void job_tear_down(void *opaque) {
    BENCH_OK(zx_handle_close(*(zx_handle_t *)opaque));
    free(opaque);
}

static void process_run(void *opaque, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        zx_handle_t process, thread;
        bench_loaded_start_exiting(*(zx_handle_t *)opaque, &process, &thread);
        await_end(process);
        BENCH_OK(zx_handle_close(process));
        BENCH_OK(zx_handle_close(thread));
    }
}

static void *program_set_up(size_t program) {
    const char **path = bench_allocate(sizeof(*path));
    *path = bench_program_path((enum bench_program)program);
    return path;
}

static __attribute__((noinline)) pid_t vfork_and_run(const char *path) {
    pid_t child = vfork();
    if (child == 0) {
        execve(path, no_words, no_environment);
        _exit(1);
    }
    return child;
}

static void vfork_run(void *opaque, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        await(vfork_and_run(*(const char **)opaque));
    }
}

static void fork_run(void *opaque, uint64_t count) {
    const char *path = *(const char **)opaque;
    for (uint64_t i = 0; i < count; i++) {
        pid_t child = fork();
        if (child == 0) {
            execve(path, no_words, no_environment);
            _exit(1);
        }
        await(child);
    }
}

static void clone_run(void *opaque, uint64_t count) {
    (void)opaque;
    for (uint64_t i = 0; i < count; i++) {
        pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
        if (child == 0) {
            syscall(SYS_exit_group, BENCH_PROGRAM_CODE);
        }
        await(child);
    }
}

static const struct bench_side process_sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = job_set_up,
     .run = process_run,
     .tear_down = job_tear_down,
     .available = bench_is_plain},
    {.name = "vfork+exec",
     .kind = BENCH_NEIGHBOUR,
     .size = BENCH_TINY,
     .set_up = program_set_up,
     .run = vfork_run,
     .tear_down = free},
    {.name = "clone",
     .kind = BENCH_NEIGHBOUR,
     .size = BENCH_TINY,
     .set_up = program_set_up,
     .run = clone_run,
     .tear_down = free},
};

// --- kill ---

struct kill_state {
    zx_handle_t job;
    uint64_t count;
    struct victim {
        zx_handle_t process, thread, channel;
    } * victims;
    pid_t *children;
};

static void *kill_set_up(size_t size) {
    (void)size;
    struct kill_state *state = bench_allocate(sizeof(*state));
    BENCH_OK(zx_job_create(zx_job_default(), 0, &state->job));
    return state;
}

static void kill_tear_down(void *opaque) {
    struct kill_state *state = opaque;
    BENCH_OK(zx_handle_close(state->job));
    free(state);
}

static void kill_prepare(void *opaque) {
    struct kill_state *state = opaque;
    state->count = bench_operations;
    state->victims = bench_allocate(state->count * sizeof(*state->victims));
    for (uint64_t i = 0; i < state->count; i++) {
        struct victim *victim = &state->victims[i];
        bench_loaded_start_waiting(state->job, &victim->process, &victim->thread, &victim->channel);
    }
    for (uint64_t i = 0; i < state->count; i++) {
        zx_info_thread_t info;
        do {
            sched_yield();
            BENCH_OK(zx_object_get_info(state->victims[i].thread, ZX_INFO_THREAD, &info,
                                        sizeof(info), NULL, NULL));
        } while (info.state != ZX_THREAD_STATE_BLOCKED_WAIT_ONE);
    }
}

static void kill_run(void *opaque, uint64_t count) {
    struct kill_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        struct victim *victim = &state->victims[i];
        BENCH_OK(zx_task_kill(victim->process));
        BENCH_OK(zx_object_wait_one(victim->process, ZX_TASK_TERMINATED, ZX_TIME_INFINITE, NULL));
        const zx_handle_t all[] = {victim->process, victim->thread, victim->channel};
        BENCH_OK(zx_handle_close_many(all, BENCH_COUNT(all)));
    }
    free(state->victims);
}

static void sigkill_prepare(void *opaque) {
    struct kill_state *state = opaque;
    state->count = bench_operations;
    state->children = bench_allocate(state->count * sizeof(*state->children));
    for (uint64_t i = 0; i < state->count; i++) {
        pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
        if (child == 0) {
            for (;;) {
                syscall(SYS_pause);
            }
        }
        BENCH_CHECK(child > 0);
        state->children[i] = child;
    }
}

static void sigkill_run(void *opaque, uint64_t count) {
    struct kill_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        int status;
        BENCH_CHECK(kill(state->children[i], SIGKILL) == 0);
        BENCH_CHECK(waitpid(state->children[i], &status, 0) == state->children[i]);
        BENCH_CHECK(WIFSIGNALED(status));
    }
    free(state->children);
}

static const struct bench_side kill_sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = kill_set_up,
     .prepare = kill_prepare,
     .run = kill_run,
     .tear_down = kill_tear_down,
     .available = bench_is_plain},
    {.name = "SIGKILL+waitpid of a clone",
     .kind = BENCH_NEIGHBOUR,
     .set_up = kill_set_up,
     .prepare = sigkill_prepare,
     .run = sigkill_run,
     .tear_down = kill_tear_down},
};

// --- a program that is loaded ---

static void ready(const struct run_process *process) {
    (void)process;
}

static void load_run(void *opaque, uint64_t count) {
    char *words[] = {*(char **)opaque, NULL};
    char *environment[] = {NULL};
    struct run_options options = {
        .command = "bench",
        .program = words[0],
        .arguments = words,
        .environment = environment,
        .ready = ready,
    };
    for (uint64_t i = 0; i < count; i++) {
        struct run_process made;
        BENCH_CHECK(run_process_start(&options, &made));
        await_end(made.process);
        const zx_handle_t all[] = {made.process,   made.thread,    made.job,
                                   made.output[0], made.output[1], made.input};
        BENCH_OK(zx_handle_close_many(all, BENCH_COUNT(all)));
    }
}

// The whole command, as a shell would start it.
static void command_run(void *opaque, uint64_t count) {
    char *words[] = {(char[]){"zx"}, (char[]){"run"}, *(char **)opaque, NULL};
    for (uint64_t i = 0; i < count; i++) {
        pid_t child;
        BENCH_CHECK(posix_spawn(&child, "/proc/self/exe", NULL, NULL, words, environ) == 0);
        await(child);
    }
}

static const struct bench_side load_sides[] = {
    {.name = "libzircon, zx run's loader",
     .kind = BENCH_OURS,
     .size = BENCH_ZIRCON,
     .set_up = program_set_up,
     .run = load_run,
     .tear_down = free,
     .available = bench_is_plain},
    {.name = "libzircon, the command",
     .kind = BENCH_OURS,
     .size = BENCH_ZIRCON,
     .set_up = program_set_up,
     .run = command_run,
     .tear_down = free,
     .available = bench_is_plain},
    {.name = "fork+exec, static",
     .kind = BENCH_NEIGHBOUR,
     .size = BENCH_STATIC,
     .set_up = program_set_up,
     .run = fork_run,
     .tear_down = free},
    {.name = "fork+exec, dynamic",
     .kind = BENCH_NEIGHBOUR,
     .size = BENCH_DYNAMIC,
     .set_up = program_set_up,
     .run = fork_run,
     .tear_down = free},
};

static const struct bench_row rows[] = {
    {"process create+start+exit", BENCH_TURNS, 0, BENCH_SIDES(process_sides)},
    {"process kill to termination", BENCH_TURNS, 0, BENCH_SIDES(kill_sides)},
    {"program load+start+exit", BENCH_ALONE, 0, BENCH_SIDES(load_sides)},
};
const struct bench_noun bench_process = {rows, BENCH_COUNT(rows)};
