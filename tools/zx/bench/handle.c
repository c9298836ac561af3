// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A handle is duplicated and the duplicate closed.
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zircon/syscalls.h>

#include "bench.h"

static void *event_set_up(size_t size) {
    (void)size;
    zx_handle_t *event = bench_allocate(sizeof(*event));
    BENCH_OK(zx_event_create(0, event));
    return event;
}

static void duplicate_run(void *opaque, uint64_t count) {
    zx_handle_t event = *(zx_handle_t *)opaque, second = ZX_HANDLE_INVALID;
    for (uint64_t i = 0; i < count; i++) {
        BENCH_OK(zx_handle_duplicate(event, ZX_RIGHT_SAME_RIGHTS, &second));
        BENCH_CHECK(second != event && second != ZX_HANDLE_INVALID);
        BENCH_OK(zx_handle_close(second));
    }
    BENCH_CHECK(zx_handle_close(second) == ZX_ERR_BAD_HANDLE);
}

static void event_tear_down(void *opaque) {
    BENCH_OK(zx_handle_close(*(zx_handle_t *)opaque));
    free(opaque);
}

static void *file_set_up(size_t size) {
    (void)size;
    int *file = bench_allocate(sizeof(*file));
    *file = eventfd(0, EFD_CLOEXEC);
    BENCH_CHECK(*file >= 0);
    return file;
}

static void dup_run(void *opaque, uint64_t count) {
    int file = *(int *)opaque;
    for (uint64_t i = 0; i < count; i++) {
        int second = dup(file);
        BENCH_CHECK(second >= 0 && second != file);
        BENCH_CHECK(close(second) == 0);
    }
}

static void file_tear_down(void *opaque) {
    close(*(int *)opaque);
    free(opaque);
}

static void *counter_set_up(size_t size) {
    (void)size;
    return bench_allocate(sizeof(_Atomic uint32_t));
}

static void counter_run(void *opaque, uint64_t count) {
    _Atomic uint32_t *references = opaque;
    for (uint64_t i = 0; i < count; i++) {
        BENCH_CHECK(atomic_fetch_add(references, 1) == 0);
        BENCH_CHECK(atomic_fetch_sub(references, 1) == 1);
    }
}

static const struct bench_side sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = event_set_up,
     .run = duplicate_run,
     .tear_down = event_tear_down},
    {.name = "dup+close",
     .kind = BENCH_NEIGHBOUR,
     .set_up = file_set_up,
     .run = dup_run,
     .tear_down = file_tear_down},
    {.name = "atomic count up and down",
     .kind = BENCH_FLOOR,
     .set_up = counter_set_up,
     .run = counter_run,
     .tear_down = free},
};

static const struct bench_row rows[] = {
    {"handle duplicate+close", BENCH_SCALES, 0, BENCH_SIDES(sides)},
};
const struct bench_noun bench_handle = {rows, BENCH_COUNT(rows)};
