// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Questions about the threads of a process that has few or many. They are a loaded process's, so
// they are threads of this Linux process too.
#include <dirent.h>
#include <stdlib.h>
#include <zircon/syscalls.h>

#include "loaded.h"

enum { FEW = 10, MANY = 10000, MANY_SMOKE = 100 };

struct crowd {
    struct bench_loaded loaded;
    size_t count; // of threads, the first one included
    zx_handle_t *threads;
    zx_koid_t *koids, last;
};

static void *crowd_set_up(size_t size) {
    struct crowd *crowd = bench_allocate(sizeof(*crowd));
    crowd->count = bench_smoke && size == MANY ? MANY_SMOKE : size;
    crowd->threads = bench_allocate(crowd->count * sizeof(*crowd->threads));
    crowd->koids = bench_allocate(crowd->count * sizeof(*crowd->koids));
    bench_loaded_start(&crowd->loaded);
    for (size_t i = 1; i < crowd->count; i++) {
        BENCH_OK(zx_thread_create(crowd->loaded.process, "bench", 5, 0, &crowd->threads[i]));
        bench_loaded_sleep(&crowd->loaded, crowd->threads[i]);
    }
    zx_info_handle_basic_t info;
    BENCH_OK(zx_object_get_info(crowd->threads[crowd->count - 1], ZX_INFO_HANDLE_BASIC, &info,
                                sizeof(info), NULL, NULL));
    crowd->last = info.koid;
    return crowd;
}

static void crowd_tear_down(void *opaque) {
    struct crowd *crowd = opaque;
    BENCH_OK(zx_handle_close_many(crowd->threads + 1, crowd->count - 1));
    bench_loaded_end(&crowd->loaded);
    free(crowd->threads);
    free(crowd->koids);
    free(crowd);
}

static void list_run(void *opaque, uint64_t count) {
    struct crowd *crowd = opaque;
    for (uint64_t i = 0; i < count; i++) {
        size_t actual = 0, available = 0;
        BENCH_OK(zx_object_get_info(crowd->loaded.process, ZX_INFO_PROCESS_THREADS, crowd->koids,
                                    crowd->count * sizeof(*crowd->koids), &actual, &available));
        BENCH_CHECK(actual == crowd->count && available == crowd->count);
    }
    BENCH_CHECK(crowd->koids[crowd->count - 1] == crowd->last);
}

static void info_run(void *opaque, uint64_t count) {
    struct crowd *crowd = opaque;
    for (uint64_t i = 0; i < count; i++) {
        zx_info_thread_t info = {0};
        BENCH_OK(zx_object_get_info(crowd->threads[crowd->count - 1], ZX_INFO_THREAD, &info,
                                    sizeof(info), NULL, NULL));
        BENCH_CHECK(info.state == ZX_THREAD_STATE_BLOCKED_SLEEPING ||
                    info.state == ZX_THREAD_STATE_RUNNING);
    }
}

static void child_run(void *opaque, uint64_t count) {
    struct crowd *crowd = opaque;
    for (uint64_t i = 0; i < count; i++) {
        zx_handle_t thread;
        BENCH_OK(
            zx_object_get_child(crowd->loaded.process, crowd->last, ZX_RIGHT_SAME_RIGHTS, &thread));
        BENCH_OK(zx_handle_close(thread));
    }
}

static void *folder_set_up(size_t size) {
    (void)size;
    DIR **folder = bench_allocate(sizeof(*folder));
    *folder = opendir("/proc/self/task");
    BENCH_CHECK(*folder != NULL);
    return folder;
}

static void folder_run(void *opaque, uint64_t count) {
    DIR *folder = *(DIR **)opaque;
    for (uint64_t i = 0; i < count; i++) {
        size_t found = 0;
        rewinddir(folder);
        while (readdir(folder) != NULL) {
            found++;
        }
        BENCH_CHECK(found >= (bench_smoke ? MANY_SMOKE : MANY));
    }
}

static void folder_tear_down(void *opaque) {
    closedir(*(DIR **)opaque);
    free(opaque);
}

#define CROWD(title, threads, function)                                                            \
    {                                                                                              \
        .name = title, .kind = BENCH_OURS, .size = threads, .set_up = crowd_set_up,                \
        .run = function, .tear_down = crowd_tear_down, .available = bench_is_plain                 \
    }

static const struct bench_side list_sides[] = {
    CROWD("libzircon, 10 threads", FEW, list_run),
    CROWD("libzircon, 10^4 threads", MANY, list_run),
    {.name = "readdir of 10^4 tasks",
     .kind = BENCH_NEIGHBOUR,
     .set_up = folder_set_up,
     .run = folder_run,
     .tear_down = folder_tear_down},
};

static const struct bench_side info_sides[] = {
    CROWD("libzircon, 10 threads", FEW, info_run),
    CROWD("libzircon, 10^4 threads", MANY, info_run),
};

static const struct bench_side child_sides[] = {
    CROWD("libzircon, 10 threads", FEW, child_run),
    CROWD("libzircon, 10^4 threads", MANY, child_run),
};

static const struct bench_row rows[] = {
    {"list of a process's threads", BENCH_ALONE, 0, BENCH_SIDES(list_sides)},
    {"info of a thread", BENCH_ALONE, 0, BENCH_SIDES(info_sides)},
    {"handle to a thread by its koid", BENCH_ALONE, 0, BENCH_SIDES(child_sides)},
};
const struct bench_noun bench_crowd = {rows, BENCH_COUNT(rows)};
