// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Worlds side by side, each with some threads. The first thread of a world hands out operations on
// single pages to all of them, and does the others alone.
#include "run.h"

#include <libzircon/libzircon.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zircon/process.h>

enum { QUEUE = 64, KINDS = 64 };

struct run *the_run;

struct queued {
    uint32_t index;
    struct operation operation;
};

struct crew {
    struct world world;
    uint32_t number; // of the world
    uint64_t seed;
    bool over;
    pthread_barrier_t begin, end;
    pthread_t leader, helpers[MAX_THREADS];
    uint32_t counts[MAX_THREADS];
    struct queued queues[MAX_THREADS][QUEUE];
};

struct helper {
    struct crew *crew;
    uint32_t index;
};

// What this thread does, for messages.
static _Thread_local const struct crew *my_crew;
static _Thread_local uint32_t my_index;

void model_fail(const char *format, ...) {
    if (the_run == NULL || my_crew == NULL) {
        va_list arguments;
        va_start(arguments, format);
        vfprintf(stderr, format, arguments);
        fputc('\n', stderr);
        va_end(arguments);
        _exit(1);
    }
    uint32_t nobody = 0;
    if (atomic_compare_exchange_strong(&the_run->failed, &nobody, my_crew->number + 1)) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(the_run->message, sizeof(the_run->message), format, arguments);
        va_end(arguments);
        the_run->failed_seed = my_crew->seed;
        the_run->failed_index = my_index;
        _exit(1);
    }
    for (;;) {
        pause();
    }
}

// --- a world ---

static void run_queue(struct crew *crew, uint32_t thread) {
    for (uint32_t i = 0; i < crew->counts[thread]; i++) {
        my_index = crew->queues[thread][i].index;
        world_apply(&crew->world, thread, &crew->queues[thread][i].operation);
    }
    crew->counts[thread] = 0;
}

static void flush(struct crew *crew) {
    uint32_t busy = 0;
    for (uint32_t i = 0; i < the_run->threads; i++) {
        busy += crew->counts[i] > 0;
    }
    if (busy == 1 && crew->counts[0] > 0) {
        run_queue(crew, 0);
    } else if (busy > 0) {
        pthread_barrier_wait(&crew->begin);
        run_queue(crew, 0);
        pthread_barrier_wait(&crew->end);
    }
    atomic_fetch_add_explicit(&the_run->steps, 1, memory_order_relaxed);
}

static void *help(void *opaque) {
    const struct helper *helper = opaque;
    struct crew *crew = helper->crew;
    my_crew = crew;
    for (;;) {
        pthread_barrier_wait(&crew->begin);
        if (crew->over) {
            return NULL;
        }
        run_queue(crew, helper->index);
        pthread_barrier_wait(&crew->end);
    }
}

static void run_epoch(struct crew *crew) {
    struct run *run = the_run;
    atomic_store(&run->at[crew->number].seed, crew->seed);
    world_open(&crew->world, run->threads, run->pagers);
    for (uint32_t index = 0; index < EPOCH; index++) {
        if (run->leave_out[index] != 0) {
            continue;
        }
        struct operation operation = operation_make(crew->seed, index);
        atomic_store_explicit(&run->at[crew->number].index, index, memory_order_relaxed);
        if (!operation_is_single(operation.kind)) {
            flush(crew);
            my_index = index;
            world_apply(&crew->world, 0, &operation);
            continue;
        }
        uint32_t column = world_column(&crew->world, &operation);
        crew->queues[column][crew->counts[column]++] = (struct queued){index, operation};
        if (crew->counts[column] == QUEUE) {
            flush(crew);
        }
    }
    flush(crew);
    my_index = EPOCH - 1;
    world_close(&crew->world);
}

static void *lead(void *opaque) {
    struct crew *crew = opaque;
    struct run *run = the_run;
    struct helper helpers[MAX_THREADS];
    my_crew = crew;
    CHECK(pthread_barrier_init(&crew->begin, NULL, run->threads) == 0);
    CHECK(pthread_barrier_init(&crew->end, NULL, run->threads) == 0);
    for (uint32_t i = 1; i < run->threads; i++) {
        helpers[i] = (struct helper){crew, i};
        CHECK(pthread_create(&crew->helpers[i], NULL, help, &helpers[i]) == 0);
    }
    for (uint32_t epoch = crew->number; epoch < run->epochs; epoch += run->worlds) {
        crew->seed = run->seed + epoch;
        run_epoch(crew);
    }
    crew->over = true;
    if (run->threads > 1) {
        pthread_barrier_wait(&crew->begin);
    }
    for (uint32_t i = 1; i < run->threads; i++) {
        CHECK(pthread_join(crew->helpers[i], NULL) == 0);
    }
    pthread_barrier_destroy(&crew->begin);
    pthread_barrier_destroy(&crew->end);
    return NULL;
}

// --- what is left over ---

struct census {
    uint32_t handles, kinds;
    struct {
        const char *name;
        uint32_t live;
    } objects[KINDS];
};

static void remember(void *context, const char *name, uint32_t live) {
    struct census *census = context;
    CHECK(census->kinds < KINDS);
    census->objects[census->kinds].name = name;
    census->objects[census->kinds++].live = live;
}

static void take_census(struct census *census) {
    census->kinds = 0;
    libzircon_count_objects(remember, census);
    census->handles = libzircon_count_handles();
}

static void compare(const struct census *before, const struct census *after) {
    if (before->handles != after->handles) {
        model_fail("%u handles at the start, %u at the end", before->handles, after->handles);
    }
    for (uint32_t i = 0; i < after->kinds; i++) {
        uint32_t then = 0;
        for (uint32_t j = 0; j < before->kinds; j++) {
            if (strcmp(before->objects[j].name, after->objects[i].name) == 0) {
                then = before->objects[j].live;
            }
        }
        if (after->objects[i].live > then) {
            model_fail("%s: %u at the start, %u at the end", after->objects[i].name, then,
                       after->objects[i].live);
        }
    }
}

static void *end_at_once(void *argument) {
    return argument;
}

void run_epochs(struct run *run) {
    static struct crew last; // for messages of the end
    struct crew *crews = calloc(run->worlds, sizeof(*crews));
    struct census before, after;
    the_run = run;
    my_crew = &last;
    CHECK(crews != NULL);
    touch_begin();
    (void)zx_process_self();
    (void)zx_thread_self();
    // The thread sanitizer makes a thread for itself together with the program's first.
    pthread_t first;
    CHECK(pthread_create(&first, NULL, end_at_once, NULL) == 0);
    CHECK(pthread_join(first, NULL) == 0);
    take_census(&before);
    for (uint32_t i = 0; i < run->worlds; i++) {
        crews[i].number = i;
        CHECK(pthread_create(&crews[i].leader, NULL, lead, &crews[i]) == 0);
    }
    for (uint32_t i = 0; i < run->worlds; i++) {
        CHECK(pthread_join(crews[i].leader, NULL) == 0);
        last.seed = crews[i].seed;
        my_index = EPOCH - 1;
    }
    take_census(&after);
    compare(&before, &after);
    free(crews);
}
