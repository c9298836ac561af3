// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Threads come, and go by themselves or are killed.
#include <dlfcn.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zircon/process.h>
#include <zircon/syscalls.h>

#include "loaded.h"

enum { STACK = 32 << 10 };

// Libc's own, without what libzircon puts in front of it.
static struct {
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    int (*join)(pthread_t, void **);
    int (*cancel)(pthread_t);
} libc;

static void find_libc(void) {
    void *library = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
    BENCH_CHECK(library != NULL);
    *(void **)(void *)&libc.create = dlsym(library, "pthread_create");
    *(void **)(void *)&libc.join = dlsym(library, "pthread_join");
    *(void **)(void *)&libc.cancel = dlsym(library, "pthread_cancel");
    BENCH_CHECK(libc.create != NULL && libc.join != NULL && libc.cancel != NULL);
    dlclose(library);
}

// --- create, start, join ---

struct life_state {
    char *stack;
    struct bench_loaded loaded;
};

static void live(uintptr_t runs, uintptr_t unused) {
    (void)unused;
    ++*(volatile uint64_t *)runs;
    zx_thread_exit();
}

static void *live_posix(void *runs) {
    ++*(volatile uint64_t *)runs;
    return NULL;
}

static void *life_set_up(size_t size) {
    (void)size;
    find_libc();
    struct life_state *state = bench_allocate(sizeof(*state));
    state->stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    BENCH_CHECK(state->stack != MAP_FAILED);
    return state;
}

static void life_run(void *opaque, uint64_t count) {
    struct life_state *state = opaque;
    uint64_t runs = 0;
    for (uint64_t i = 0; i < count; i++) {
        zx_handle_t thread;
        BENCH_OK(zx_thread_create(zx_process_self(), "bench", 5, 0, &thread));
        BENCH_OK(zx_thread_start(thread, (uintptr_t)live, (uintptr_t)state->stack + STACK - 8,
                                 (uintptr_t)&runs, 0));
        BENCH_OK(zx_object_wait_one(thread, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, NULL));
        BENCH_OK(zx_handle_close(thread));
    }
    BENCH_CHECK(runs == count);
}

static void life_tear_down(void *opaque) {
    struct life_state *state = opaque;
    munmap(state->stack, STACK);
    free(state);
}

static void wrapped_run(void *opaque, uint64_t count) {
    (void)opaque;
    uint64_t runs = 0;
    for (uint64_t i = 0; i < count; i++) {
        pthread_t thread;
        BENCH_CHECK(pthread_create(&thread, NULL, live_posix, &runs) == 0);
        BENCH_CHECK(pthread_join(thread, NULL) == 0);
    }
    BENCH_CHECK(runs == count);
}

static void posix_run(void *opaque, uint64_t count) {
    (void)opaque;
    uint64_t runs = 0;
    for (uint64_t i = 0; i < count; i++) {
        pthread_t thread;
        BENCH_CHECK(libc.create(&thread, NULL, live_posix, &runs) == 0);
        BENCH_CHECK(libc.join(thread, NULL) == 0);
    }
    BENCH_CHECK(runs == count);
}

static void *loaded_life_set_up(size_t size) {
    struct life_state *state = life_set_up(size);
    zx_handle_t process;
    bench_loaded_start(&state->loaded);
    BENCH_OK(zx_handle_duplicate(state->loaded.process, ZX_RIGHT_SAME_RIGHTS, &process));
    bench_loaded_work(&state->loaded, LOADED_TAKE, 1, 0, &process, 1);
    return state;
}

static void loaded_life_run(void *opaque, uint64_t count) {
    struct life_state *state = opaque;
    bench_loaded_work(&state->loaded, LOADED_THREADS, count, 0, NULL, 0);
}

static void loaded_life_tear_down(void *opaque) {
    struct life_state *state = opaque;
    bench_loaded_end(&state->loaded);
    life_tear_down(state);
}

static const struct bench_side life_sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = life_set_up,
     .run = life_run,
     .tear_down = life_tear_down},
    {.name = "libzircon, loaded",
     .kind = BENCH_OURS,
     .set_up = loaded_life_set_up,
     .run = loaded_life_run,
     .tear_down = loaded_life_tear_down,
     .available = bench_is_plain},
    {.name = "libzircon, pthread_create",
     .kind = BENCH_OURS,
     .set_up = life_set_up,
     .run = wrapped_run,
     .tear_down = life_tear_down},
    {.name = "pthread_create+join",
     .kind = BENCH_NEIGHBOUR,
     .set_up = life_set_up,
     .run = posix_run,
     .tear_down = life_tear_down,
     .available = bench_is_plain},
};

// --- kill ---

// The threads of one round, which are there before it begins.
struct kill_state {
    uint64_t count;
    zx_handle_t *threads;
    char *stacks;
    pthread_t *posix;
    _Atomic uint64_t waiting;
};

enum { KILL_STACK = 4096 };

static void wait_for_ever(uintptr_t state, uintptr_t unused) {
    (void)unused;
    ((struct kill_state *)state)->waiting++;
    zx_nanosleep(ZX_TIME_INFINITE);
    zx_thread_exit();
}

static void *pause_for_ever(void *state) {
    ((struct kill_state *)state)->waiting++;
    for (;;) {
        pause();
    }
    return NULL;
}

static void await_all(struct kill_state *state) {
    while (state->waiting < state->count) {
        sched_yield();
    }
}

static void *kill_set_up(size_t size) {
    (void)size;
    find_libc();
    return bench_allocate(sizeof(struct kill_state));
}

static void kill_prepare(void *opaque) {
    struct kill_state *state = opaque;
    state->count = bench_operations;
    state->waiting = 0;
    state->threads = bench_allocate(state->count * sizeof(*state->threads));
    state->stacks = mmap(NULL, state->count * KILL_STACK, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    BENCH_CHECK(state->stacks != MAP_FAILED);
    for (uint64_t i = 0; i < state->count; i++) {
        uintptr_t stack = (uintptr_t)state->stacks + (i + 1) * KILL_STACK - 8;
        BENCH_OK(zx_thread_create(zx_process_self(), "bench", 5, 0, &state->threads[i]));
        BENCH_OK(zx_thread_start(state->threads[i], (uintptr_t)wait_for_ever, stack,
                                 (uintptr_t)state, 0));
    }
    await_all(state);
}

static void kill_run(void *opaque, uint64_t count) {
    struct kill_state *state = opaque;
    BENCH_CHECK(count == state->count);
    for (uint64_t i = 0; i < count; i++) {
        BENCH_OK(zx_task_kill(state->threads[i]));
        BENCH_OK(
            zx_object_wait_one(state->threads[i], ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, NULL));
        BENCH_OK(zx_handle_close(state->threads[i]));
    }
    free(state->threads);
    munmap(state->stacks, count * KILL_STACK);
}

static void cancel_prepare(void *opaque) {
    struct kill_state *state = opaque;
    state->count = bench_operations;
    state->waiting = 0;
    state->posix = bench_allocate(state->count * sizeof(*state->posix));
    pthread_attr_t attributes;
    BENCH_CHECK(pthread_attr_init(&attributes) == 0);
    BENCH_CHECK(pthread_attr_setstacksize(&attributes, STACK) == 0);
    for (uint64_t i = 0; i < state->count; i++) {
        BENCH_CHECK(libc.create(&state->posix[i], &attributes, pause_for_ever, state) == 0);
    }
    pthread_attr_destroy(&attributes);
    await_all(state);
}

static void cancel_run(void *opaque, uint64_t count) {
    struct kill_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        void *result = NULL;
        BENCH_CHECK(libc.cancel(state->posix[i]) == 0);
        BENCH_CHECK(libc.join(state->posix[i], &result) == 0);
        BENCH_CHECK(result == PTHREAD_CANCELED);
    }
    free(state->posix);
}

static const struct bench_side kill_sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = kill_set_up,
     .prepare = kill_prepare,
     .run = kill_run,
     .tear_down = free},
    {.name = "pthread_cancel+join",
     .kind = BENCH_NEIGHBOUR,
     .set_up = kill_set_up,
     .prepare = cancel_prepare,
     .run = cancel_run,
     .tear_down = free,
     .available = bench_is_plain},
};

static const struct bench_row rows[] = {
    {"thread create+start+join", BENCH_TURNS, 0, BENCH_SIDES(life_sides)},
    {"thread kill to termination", BENCH_TURNS, 0, BENCH_SIDES(kill_sides)},
};
const struct bench_noun bench_thread = {rows, BENCH_COUNT(rows)};
