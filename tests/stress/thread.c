// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Threads that come and go: joined and detached ones, which leave the kernel with free cells and
// slots of their own, while others wait for their signals.
#include "stress.h"

#include <zircon/process.h>
#include <zircon/threads.h>

static _Atomic zx_handle_t events[4];
static _Atomic uint32_t running, ran;

struct job {
    uint64_t random;
    bool forget; // frees itself
};

static void *live(void *argument) {
    struct job *job = argument;
    struct worker worker = {.random = job->random | 1};
    zx_handle_t made[4];
    CHECK_OK(zx_event_create(0, &made[0]));
    CHECK_OK(zx_channel_create(0, &made[1], &made[2]));
    CHECK_OK(zx_port_create(0, &made[3]));
    _Atomic zx_handle_t *place = &events[stress_pick(&worker, 4)];
    switch (stress_pick(&worker, 4)) {
    case 0:
        stress_replace(place, made[0]);
        made[0] = ZX_HANDLE_INVALID;
        break;
    case 1:
        // What is in a closing channel goes away with the thread that closes it.
        CHECK_OK(zx_channel_write(made[1], 0, "bytes", 5, made, 1));
        made[0] = ZX_HANDLE_INVALID;
        break;
    case 2:
        CHECK_OK(zx_object_wait_async(made[0], made[3], 1, ZX_EVENT_SIGNALED, 0));
        break;
    default:
        AMONG(zx_object_wait_one(atomic_load(place), ZX_EVENT_SIGNALED,
                                 zx_deadline_after(100 * MICROSECOND), NULL),
              ZX_OK, ZX_ERR_TIMED_OUT, ZX_ERR_CANCELED, ZX_ERR_BAD_HANDLE);
    }
    CHECK_OK(zx_handle_close_many(made, 4));
    bool forget = job->forget;
    if (forget) {
        free(job);
    }
    atomic_fetch_add(&ran, 1);
    atomic_fetch_sub(&running, 1);
    return NULL;
}

static void step(struct worker *worker) {
    struct job *job = malloc(sizeof(*job));
    CHECK(job != NULL);
    pthread_t thread;
    job->random = stress_random(worker);
    job->forget = stress_pick(worker, 3) == 0;
    bool forget = job->forget;
    if (forget && atomic_load(&running) > 50) {
        zx_nanosleep(zx_deadline_after(MILLISECOND));
    }
    atomic_fetch_add(&running, 1);
    CHECK(pthread_create(&thread, NULL, live, job) == 0);
    if (forget) {
        CHECK(pthread_detach(thread) == 0);
        return;
    }
    // Its handle is the thread's, and lasts until the join.
    zx_handle_t handle = thrd_get_zx_handle(thread);
    if (stress_pick(worker, 2) == 0) {
        CHECK(handle != ZX_HANDLE_INVALID);
        zx_handle_t copy;
        CHECK_OK(zx_handle_duplicate(handle, ZX_RIGHT_SAME_RIGHTS, &copy));
        CHECK(pthread_join(thread, NULL) == 0);
        CHECK_OK(zx_object_wait_one(copy, ZX_THREAD_TERMINATED,
                                    zx_deadline_after((zx_duration_t)10000 * MILLISECOND), NULL));
        CHECK_OK(zx_handle_close(copy));
    } else {
        CHECK(pthread_join(thread, NULL) == 0);
    }
    free(job);
}

static void prepare(uint32_t workers) {
    (void)workers;
    atomic_store(&ran, 0);
    for (int i = 0; i < 4; i++) {
        zx_handle_t made;
        CHECK_OK(zx_event_create(0, &made));
        atomic_store(&events[i], made);
    }
}

static bool is_alone(void) {
    zx_koid_t koids[64];
    size_t actual;
    CHECK_OK(zx_object_get_info(zx_process_self(), ZX_INFO_PROCESS_THREADS, koids, sizeof(koids),
                                &actual, NULL));
    return actual == 1;
}

static void finish(uint32_t workers) {
    (void)workers;
    // Detached threads may still be on their way out.
    while (atomic_load(&running) > 0 || !is_alone()) {
        zx_nanosleep(zx_deadline_after(MILLISECOND));
    }
    CHECK(atomic_load(&ran) > 0);
    for (int i = 0; i < 4; i++) {
        stress_replace(&events[i], ZX_HANDLE_INVALID);
    }
}

const struct scenario thread_scenario = {
    .name = "thread", .multiple = 1, .prepare = prepare, .step = step, .finish = finish};
