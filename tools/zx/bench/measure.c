// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "measure.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum {
    MAX_THREADS = 8,
    MAX_OPERATIONS = 200000, // of one side in one round
    TRIAL_NS = 2000000,      // long enough to tell how long an operation takes
    ROUND_NS = 20000000,     // what one side takes in one round, unless the bound comes first
    TRIED_OPERATIONS = 60,
};

static char where[192];

uint64_t bench_operations;

static void prepare(const struct bench_side *side, void *state, uint64_t count) {
    bench_operations = count;
    if (side->prepare != NULL) {
        side->prepare(state);
    }
}

const char *bench_where(void) {
    return where;
}

bool bench_cpu_time;

static int64_t now(void) {
    struct timespec time;
    struct rusage children;
    if (bench_cpu_time) {
        BENCH_CHECK(getrusage(RUSAGE_CHILDREN, &children) == 0);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
        time.tv_sec += children.ru_utime.tv_sec + children.ru_stime.tv_sec;
        time.tv_nsec += (children.ru_utime.tv_usec + children.ru_stime.tv_usec) * 1000;
        return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
    }
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

// --- where threads run ---

static int partner_cpu = -1; // -1: anywhere

static int nth_cpu(const cpu_set_t *allowed, int n) {
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET((size_t)cpu, allowed) && n-- == 0) {
            return cpu;
        }
    }
    return -1;
}

uint32_t bench_cpus(void) {
    cpu_set_t allowed;
    BENCH_CHECK(sched_getaffinity(0, sizeof(allowed), &allowed) == 0);
    return (uint32_t)CPU_COUNT(&allowed);
}

static void pin(int cpu) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((size_t)cpu, &one);
    BENCH_CHECK(sched_setaffinity(0, sizeof(one), &one) == 0);
}

// To the first few CPUs; Linux chooses among them.
static void confine(const cpu_set_t *allowed, uint32_t cpus) {
    cpu_set_t few;
    CPU_ZERO(&few);
    for (uint32_t i = 0; i < cpus; i++) {
        CPU_SET((size_t)nth_cpu(allowed, (int)i), &few);
    }
    BENCH_CHECK(sched_setaffinity(0, sizeof(few), &few) == 0);
}

struct partner {
    void *(*run)(void *state);
    void *state;
    int cpu;
};

static void *run_partner(void *argument) {
    struct partner partner = *(struct partner *)argument;
    free(argument);
    if (partner.cpu >= 0) {
        pin(partner.cpu);
    }
    return partner.run(partner.state);
}

pthread_t bench_start_partner(void *(*run)(void *state), void *state) {
    struct partner *partner = bench_allocate(sizeof(*partner));
    *partner = (struct partner){run, state, partner_cpu};
    pthread_t thread;
    BENCH_CHECK(pthread_create(&thread, NULL, run_partner, partner) == 0);
    return thread;
}

void bench_join_partner(pthread_t partner) {
    BENCH_CHECK(pthread_join(partner, NULL) == 0);
}

// --- one side in one round ---

// Threads that all run the same side, each with its own state. The one that measures is the first.
struct crew {
    uint32_t threads;
    const struct bench_side *side; // null: the work is over
    uint64_t count;
    void **states;
    pthread_barrier_t start, end;
    pthread_t members[MAX_THREADS];
};

struct member {
    struct crew *crew;
    uint32_t index;
};

static void *run_member(void *argument) {
    struct member member = *(struct member *)argument;
    free(argument);
    struct crew *crew = member.crew;
    for (;;) {
        pthread_barrier_wait(&crew->start);
        if (crew->side == NULL) {
            return NULL;
        }
        crew->side->run(crew->states[member.index], crew->count);
        pthread_barrier_wait(&crew->end);
    }
}

static void crew_begin(struct crew *crew, uint32_t threads) {
    crew->threads = threads;
    BENCH_CHECK(pthread_barrier_init(&crew->start, NULL, threads) == 0);
    BENCH_CHECK(pthread_barrier_init(&crew->end, NULL, threads) == 0);
    for (uint32_t i = 1; i < threads; i++) {
        struct member *member = bench_allocate(sizeof(*member));
        *member = (struct member){crew, i};
        BENCH_CHECK(pthread_create(&crew->members[i], NULL, run_member, member) == 0);
    }
}

static void crew_end(struct crew *crew) {
    crew->side = NULL;
    pthread_barrier_wait(&crew->start);
    for (uint32_t i = 1; i < crew->threads; i++) {
        BENCH_CHECK(pthread_join(crew->members[i], NULL) == 0);
    }
    pthread_barrier_destroy(&crew->start);
    pthread_barrier_destroy(&crew->end);
}

// Nanoseconds until every thread has done the work `count` times.
static int64_t run_once(struct crew *crew, const struct bench_side *side, void **states,
                        uint64_t count) {
    for (uint32_t i = 0; i < crew->threads; i++) {
        prepare(side, states[i], count);
    }
    crew->side = side;
    crew->states = states;
    crew->count = count;
    int64_t start = now();
    if (crew->threads > 1) {
        pthread_barrier_wait(&crew->start);
    }
    side->run(states[0], count);
    if (crew->threads > 1) {
        pthread_barrier_wait(&crew->end);
    }
    return now() - start;
}

// The least of three, so that a pause of the machine is not taken for the time of the work.
static int64_t try_alone(const struct bench_side *side, void *state, uint64_t count) {
    int64_t least = INT64_MAX;
    for (int i = 0; i < 3; i++) {
        prepare(side, state, count);
        int64_t start = now();
        side->run(state, count);
        int64_t time = now() - start;
        least = time < least ? time : least;
    }
    return least;
}

// Warms up, and finds how often each thread is to do the work in a round. Threads on CPUs of their
// own take as long for their part as one thread for the whole, divided by their number.
static uint64_t find_count(const struct bench_side *side, void *state, uint32_t threads) {
    uint64_t count = 1; // some operations take as long as a round
    int64_t time;
    while ((time = try_alone(side, state, count)) < TRIAL_NS && count < MAX_OPERATIONS) {
        count *= 2;
    }
    double wanted = (double)count * ROUND_NS / (double)(time > 0 ? time : 1);
    wanted = wanted > MAX_OPERATIONS ? MAX_OPERATIONS : wanted;
    wanted /= threads;
    return wanted < 1 ? 1 : (uint64_t)wanted;
}

// --- rows ---

void bench_name_result(struct bench_result *result) {
    const char *name = result->row->name;
    if (result->row->form == BENCH_PAIR || result->row->form == BENCH_TURNS) {
        snprintf(result->name, sizeof(result->name), "%s, %s", name,
                 result->cpus == 1 ? "one CPU" : "two CPUs");
    } else if (result->threads > 1) {
        snprintf(result->name, sizeof(result->name), "%s, %u threads", name, result->threads);
    } else {
        snprintf(result->name, sizeof(result->name), "%s", name);
    }
}

static int order_of_doubles(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

static struct bench_spread spread_of(const double *values, size_t count) {
    double sorted[BENCH_MAX_ROUNDS];
    memcpy(sorted, values, count * sizeof(*values));
    qsort(sorted, count, sizeof(*sorted), order_of_doubles);
    return (struct bench_spread){
        .median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2,
        .min = sorted[0],
        .max = sorted[count - 1],
    };
}

static void fill_spreads(struct bench_result *result) {
    for (size_t side = 0; side < result->row->side_count; side++) {
        struct bench_timing *timing = &result->sides[side];
        double ratios[BENCH_MAX_ROUNDS];
        for (uint32_t round = 0; round < result->round_count; round++) {
            ratios[round] = timing->rounds[round] / result->sides[0].rounds[round];
        }
        timing->spread = spread_of(timing->rounds, result->round_count);
        timing->ratio = spread_of(ratios, result->round_count);
    }
}

static void say_where(const struct bench_result *result, const struct bench_side *side) {
    snprintf(where, sizeof(where), "%s, %s", result->name, side->name);
}

struct run {
    struct bench_result *result;
    struct crew crew;
    void *states[BENCH_MAX_SIDES][MAX_THREADS];
    cpu_set_t allowed;
};

static void begin(struct run *run, struct bench_result *result) {
    const struct bench_row *row = result->row;
    memset(run, 0, sizeof(*run));
    run->result = result;
    BENCH_CHECK(row->side_count <= BENCH_MAX_SIDES && result->threads <= MAX_THREADS);
    BENCH_CHECK(sched_getaffinity(0, sizeof(run->allowed), &run->allowed) == 0);
    if (row->form == BENCH_PAIR) {
        partner_cpu = nth_cpu(&run->allowed, (int)result->cpus - 1);
        BENCH_CHECK(partner_cpu >= 0);
        pin(nth_cpu(&run->allowed, 0));
    } else if (row->form == BENCH_TURNS) {
        confine(&run->allowed, result->cpus);
    }
    for (size_t side = 0; side < row->side_count; side++) {
        const struct bench_side *way = &row->sides[side];
        if (!bench_can(way)) {
            continue;
        }
        say_where(result, way);
        for (uint32_t i = 0; i < result->threads; i++) {
            run->states[side][i] = way->set_up(way->size != 0 ? way->size : row->size);
        }
    }
    crew_begin(&run->crew, result->threads);
}

static void end(struct run *run) {
    const struct bench_row *row = run->result->row;
    if (run->crew.threads > 1) {
        crew_end(&run->crew);
    }
    for (size_t side = 0; side < row->side_count; side++) {
        if (!bench_can(&row->sides[side])) {
            continue;
        }
        say_where(run->result, &row->sides[side]);
        for (uint32_t i = 0; i < run->result->threads; i++) {
            row->sides[side].tear_down(run->states[side][i]);
        }
    }
    partner_cpu = -1;
    BENCH_CHECK(sched_setaffinity(0, sizeof(run->allowed), &run->allowed) == 0);
}

void bench_measure(struct bench_result *result) {
    const struct bench_row *row = result->row;
    struct run run;
    begin(&run, result);
    for (size_t side = 0; side < row->side_count; side++) {
        if (!bench_can(&row->sides[side])) {
            continue;
        }
        say_where(result, &row->sides[side]);
        result->sides[side].operations =
            find_count(&row->sides[side], run.states[side][0], result->threads);
    }
    // Round 0 warms up once more, now in turns, and is not counted.
    for (uint32_t round = 0; round <= result->round_count; round++) {
        for (size_t side = 0; side < row->side_count; side++) {
            struct bench_timing *timing = &result->sides[side];
            if (!bench_can(&row->sides[side])) {
                continue;
            }
            say_where(result, &row->sides[side]);
            int64_t time =
                run_once(&run.crew, &row->sides[side], run.states[side], timing->operations);
            if (round > 0) {
                timing->rounds[round - 1] =
                    (double)time / (double)(timing->operations * result->threads);
            }
        }
    }
    end(&run);
    fill_spreads(result);
}

void bench_try(struct bench_result *result) {
    struct run run;
    begin(&run, result);
    for (int round = 0; round < 2; round++) {
        for (size_t side = 0; side < result->row->side_count; side++) {
            if (!bench_can(&result->row->sides[side])) {
                continue;
            }
            say_where(result, &result->row->sides[side]);
            run_once(&run.crew, &result->row->sides[side], run.states[side], TRIED_OPERATIONS);
        }
    }
    end(&run);
}
