// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// storm [--rounds N] [--threads N] [--seed N] [--only NAME]
//
// Kills and suspends threads and processes at random moments. A round is one kill or one
// suspension; a million take a good part of an hour, the tests do fewer. What must come of it:
//
// - a killed thread or process ends, wherever it was;
// - a suspended thread stops, stands still, and goes on when it is resumed;
// - whatever it was fed before, during or after a suspension arrives: it counts on;
// - its calls return what they must;
// - nothing is left over.
#include <signal.h>
#include <time.h>
#include <zircon/process.h>

#include "census.h"
#include "storm.h"

enum { CONDUCTORS_MAX = 16, STUCK_SECONDS = 60 };

static struct conductor conductors[CONDUCTORS_MAX];
static uint64_t rounds = 3000, seed = 1;
static uint32_t conductor_count = 2;
static const char *only;
static _Atomic uint64_t started;
static atomic_bool over;

uint64_t stress_random(struct worker *worker) {
    worker->random ^= worker->random << 13;
    worker->random ^= worker->random >> 7;
    worker->random ^= worker->random << 17;
    return worker->random;
}

uint32_t stress_pick(struct worker *worker, uint32_t limit) {
    return (uint32_t)((stress_random(worker) >> 32) * limit >> 32);
}

zx_status_t stress_among(const char *file, int line, zx_status_t status, const zx_status_t *allowed,
                         size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (allowed[i] == status) {
            return status;
        }
    }
    stress_fail(file, line, "unexpected %s", zx_status_get_string(status));
}

// --- a victim's life ---

static void live(struct victim *victim) {
    for (;;) {
        victim->behaviour->act(victim);
        victim->rounds++;
    }
}

static void live_linked(uintptr_t victim, uintptr_t unused) {
    (void)unused;
    live((struct victim *)victim);
}

// Its handles come in a message over the one that it gets.
static void live_loaded(zx_handle_t channel, uintptr_t argument) {
    struct victim *victim = (struct victim *)argument;
    uint32_t count = 0;
    if (victim->calls->channel_read(channel, 0, NULL, victim->handles, 0, VICTIM_HANDLES, NULL,
                                    &count) != ZX_OK) {
        victim->wrong = __LINE__;
    }
    live(victim);
}

static uint32_t count_handles(const struct victim *victim) {
    uint32_t count = 0;
    while (count < VICTIM_HANDLES && victim->handles[count] != ZX_HANDLE_INVALID) {
        count++;
    }
    return count;
}

static void start(struct conductor *conductor, const struct behaviour *behaviour, bool loaded) {
    struct victim *victim = &conductor->victim;
    char *stack = victim->stack;
    *victim = (struct victim){.behaviour = behaviour, .loaded = loaded, .stack = stack};
    victim->calls = loaded ? loaded_calls() : &linked_calls;
    uintptr_t sp = ((uintptr_t)stack + VICTIM_STACK) / 16 * 16 - 8;
    zx_handle_t process = zx_process_self();
    if (loaded) {
        CHECK_OK(
            zx_process_create(zx_job_default(), "victim", 6, 0, &victim->process, &victim->root));
        process = victim->process;
    }
    CHECK_OK(zx_thread_create(process, "victim", 6, 0, &victim->thread));
    if (behaviour->prepare != NULL) {
        behaviour->prepare(conductor, victim);
    }
    if (!loaded) {
        CHECK_OK(zx_thread_start(victim->thread, (uintptr_t)live_linked, sp, (uintptr_t)victim, 0));
        return;
    }
    zx_handle_t there;
    CHECK_OK(zx_channel_create(0, &victim->channel, &there));
    CHECK_OK(zx_channel_write(victim->channel, 0, NULL, 0, victim->handles, count_handles(victim)));
    CHECK_OK(zx_process_start(victim->process, victim->thread, (uintptr_t)live_loaded, sp, there,
                              (uintptr_t)victim));
}

static void feed(struct conductor *conductor) {
    if (conductor->victim.behaviour->feed != NULL) {
        conductor->victim.behaviour->feed(conductor, &conductor->victim);
    }
}

static void check(const struct victim *victim) {
    if (victim->wrong != 0) {
        stress_fail(__FILE__, __LINE__, "%s, %s: wrong at line %d: %s", victim->behaviour->name,
                    victim->loaded ? "loaded" : "linked", victim->wrong,
                    zx_status_get_string(victim->status));
    }
}

static void complain(const struct victim *victim, const char *what) {
    zx_info_thread_t info = {0};
    zx_object_get_info(victim->thread, ZX_INFO_THREAD, &info, sizeof(info), NULL, NULL);
    stress_fail(__FILE__, __LINE__, "%s, %s: %s; round %llu, state %#x", victim->behaviour->name,
                victim->loaded ? "loaded" : "linked", what, (unsigned long long)victim->rounds,
                info.state);
}

static void await(const struct victim *victim, zx_handle_t task, zx_signals_t signal,
                  const char *what) {
    if (zx_object_wait_one(task, signal, zx_deadline_after(ZX_SEC(STUCK_SECONDS)), NULL) != ZX_OK) {
        complain(victim, what);
    }
}

// A random moment later.
static void linger(struct conductor *conductor) {
    uint32_t turns = stress_pick(&conductor->worker, 3) == 0
                         ? stress_pick(&conductor->worker, 30000)
                         : stress_pick(&conductor->worker, 1000);
    for (volatile uint32_t i = 0; i < turns; i++) {
    }
}

static void maybe_feed(struct conductor *conductor) {
    if (stress_pick(&conductor->worker, 3) == 0) {
        feed(conductor);
    }
}

// It goes on, as long as it is fed.
static void await_progress(struct conductor *conductor) {
    struct victim *victim = &conductor->victim;
    uint64_t before = victim->rounds;
    zx_time_t end = zx_deadline_after(ZX_SEC(STUCK_SECONDS));
    for (uint32_t i = 0; victim->rounds < before + 2; i++) {
        feed(conductor);
        if (i > 100) {
            zx_nanosleep(zx_deadline_after(ZX_USEC(20)));
        }
        if (i % 1000 == 999 && zx_clock_get_monotonic() > end) {
            complain(victim, "it does not go on");
        }
        check(victim);
    }
}

static void suspend(struct conductor *conductor) {
    struct victim *victim = &conductor->victim;
    bool all = victim->loaded && stress_pick(&conductor->worker, 3) == 0;
    zx_handle_t token, second = ZX_HANDLE_INVALID;
    CHECK_OK(zx_task_suspend_token(all ? victim->process : victim->thread, &token));
    maybe_feed(conductor);
    if (stress_pick(&conductor->worker, 8) == 0) {
        CHECK_OK(zx_task_suspend_token(victim->thread, &second));
    }
    // In an exception it stops only when that is over.
    bool waits = victim->behaviour->feed == NULL && stress_pick(&conductor->worker, 4) != 0;
    if (waits) {
        await(victim, victim->thread, ZX_THREAD_SUSPENDED, "it does not stop");
        zx_thread_state_general_regs_t registers;
        CHECK_OK(zx_thread_read_state(victim->thread, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                      sizeof(registers)));
        uint64_t before = victim->rounds;
        CHECK(registers.rsp > (uintptr_t)victim->stack &&
              registers.rsp <= (uintptr_t)victim->stack + VICTIM_STACK);
        maybe_feed(conductor);
        linger(conductor);
        CHECK(victim->rounds == before);
    } else {
        linger(conductor);
        maybe_feed(conductor);
    }
    CHECK_OK(zx_handle_close(token));
    if (second != ZX_HANDLE_INVALID) {
        CHECK_OK(zx_handle_close(second));
    }
    conductor->suspensions++;
}

static void end(struct conductor *conductor) {
    struct victim *victim = &conductor->victim;
    zx_handle_t token = ZX_HANDLE_INVALID;
    if (stress_pick(&conductor->worker, 4) == 0) { // stopped, or about to
        CHECK_OK(zx_task_suspend_token(victim->thread, &token));
    }
    maybe_feed(conductor);
    bool all = victim->loaded && stress_pick(&conductor->worker, 2) == 0;
    CHECK_OK(zx_task_kill(all ? victim->process : victim->thread));
    maybe_feed(conductor);
    await(victim, victim->thread, ZX_THREAD_TERMINATED, "it does not end");
    if (token != ZX_HANDLE_INVALID) {
        CHECK_OK(zx_handle_close(token));
    }
    check(victim);
    if (victim->loaded) {
        await(victim, victim->process, ZX_TASK_TERMINATED, "its process does not end");
        zx_info_process_t info;
        CHECK_OK(
            zx_object_get_info(victim->process, ZX_INFO_PROCESS, &info, sizeof(info), NULL, NULL));
        CHECK(info.exited && info.return_code == (all ? ZX_TASK_RETCODE_SYSCALL_KILL : 0));
        const zx_handle_t all_handles[] = {victim->process, victim->root, victim->channel};
        CHECK_OK(zx_handle_close_many(all_handles, 3));
    } else {
        (void)zx_handle_close(victim->made); // it may have ended before it did
        CHECK_OK(zx_handle_close_many(victim->handles, count_handles(victim)));
    }
    if (victim->behaviour->finish != NULL) {
        victim->behaviour->finish(conductor, victim);
    }
    CHECK_OK(zx_handle_close(victim->thread));
    conductor->kills++;
}

static const struct behaviour *pick_behaviour(struct conductor *conductor) {
    for (;;) {
        const struct behaviour *behaviour =
            &behaviours[stress_pick(&conductor->worker, behaviour_count)];
        if (only == NULL || strcmp(only, behaviour->name) == 0) {
            return behaviour;
        }
    }
}

static void *conduct(void *argument) {
    struct conductor *conductor = argument;
    conductor->victim.stack = malloc(VICTIM_STACK);
    CHECK(conductor->victim.stack != NULL);
    conductor_prepare(conductor);
    while (!atomic_load(&over)) {
        const struct behaviour *behaviour = pick_behaviour(conductor);
        start(conductor, behaviour,
              !behaviour->linked_only && stress_pick(&conductor->worker, 2) == 0);
        linger(conductor);
        uint32_t suspensions = stress_pick(&conductor->worker, 8);
        for (uint32_t i = 0; i < suspensions && !atomic_load(&over); i++) {
            maybe_feed(conductor);
            linger(conductor);
            suspend(conductor);
            if (stress_pick(&conductor->worker, 2) == 0) {
                await_progress(conductor);
            }
            if (atomic_fetch_add(&started, 1) >= rounds) {
                atomic_store(&over, true);
            }
        }
        end(conductor);
        if (atomic_fetch_add(&started, 1) >= rounds) {
            atomic_store(&over, true);
        }
        conductor->done++;
    }
    conductor_finish(conductor);
    free(conductor->victim.stack);
    return NULL;
}

// --- the whole ---

static bool parse(int argc, char **argv) {
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--rounds") == 0) {
            rounds = strtoull(value, NULL, 0);
        } else if (strcmp(argv[i], "--threads") == 0) {
            conductor_count = (uint32_t)strtoul(value, NULL, 0);
        } else if (strcmp(argv[i], "--seed") == 0) {
            seed = strtoull(value, NULL, 0);
        } else if (strcmp(argv[i], "--only") == 0) {
            only = value;
        } else {
            return false;
        }
    }
    return rounds > 0 && conductor_count > 0 && conductor_count <= CONDUCTORS_MAX;
}

int main(int argc, char **argv) {
    if (!parse(argc, argv)) {
        fprintf(stderr, "usage: storm [--rounds N] [--threads N] [--seed N] [--only NAME]\n");
        return 2;
    }
    // What the library makes for itself exists before anything is counted.
    (void)zx_process_self();
    (void)zx_thread_self();
    (void)zx_vmar_root_self();
    (void)zx_job_default();
    (void)loaded_calls();
    struct census before, after;
    take_census(&before);
    pthread_t threads[CONDUCTORS_MAX];
    for (uint32_t i = 0; i < conductor_count; i++) {
        conductors[i].worker.random = (seed * CONDUCTORS_MAX + i + 1) * 0x9e3779b97f4a7c15 | 1;
        CHECK(pthread_create(&threads[i], NULL, conduct, &conductors[i]) == 0);
    }
    uint64_t kills = 0, suspensions = 0;
    for (uint32_t i = 0; i < conductor_count; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        kills += conductors[i].kills;
        suspensions += conductors[i].suspensions;
    }
    // The last threads may still be on their way out of libc.
    for (int i = 0; i < 1000; i++) {
        take_census(&after);
        if (census_is_same(&before, &after)) {
            break;
        }
        zx_nanosleep(zx_deadline_after(ZX_MSEC(10)));
    }
    compare_census(&before, &after);
    printf("%llu kills, %llu suspensions\n", (unsigned long long)kills,
           (unsigned long long)suspensions);
    return 0;
}
