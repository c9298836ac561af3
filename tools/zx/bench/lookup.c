// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// How long it takes to find what a handle names, with few and with many handles alive. The handles
// are duplicates of one event, so what spreads over memory is the handle table and not the objects.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/object.h>

#include "bench.h"

enum { LEAST = 10, MANY = 10000, MOST = 1000000, SMOKE_MOST = 20000 };

// All sides share the live handles: which side runs next decides how many there are.
static struct {
    uint32_t users;
    zx_handle_t event;
    zx_handle_t *handles; // in random order
    size_t count, room;
    uint64_t random;
} pool;

static uint64_t next_random(void) {
    pool.random ^= pool.random << 13;
    pool.random ^= pool.random >> 7;
    pool.random ^= pool.random << 17;
    return pool.random;
}

static void pool_set(size_t count) {
    if (pool.count == count) {
        return;
    }
    while (pool.count > count) {
        BENCH_OK(zx_handle_close(pool.handles[--pool.count]));
    }
    while (pool.count < count) {
        BENCH_OK(
            zx_handle_duplicate(pool.event, ZX_RIGHT_SAME_RIGHTS, &pool.handles[pool.count++]));
    }
    for (size_t left = count; left > 1; left--) {
        size_t other = next_random() % left;
        zx_handle_t handle = pool.handles[left - 1];
        pool.handles[left - 1] = pool.handles[other];
        pool.handles[other] = handle;
    }
}

static bool find(zx_handle_t handle) {
    return zx_object_get_info(handle, ZX_INFO_HANDLE_VALID, NULL, 0, NULL, NULL) == ZX_OK;
}

struct lookup_state {
    size_t live;
    size_t next; // where the walk over all goes on
};

static void *lookup_set_up(size_t live) {
    struct lookup_state *state = bench_allocate(sizeof(*state));
    state->live = bench_smoke && live > SMOKE_MOST ? SMOKE_MOST : live;
    if (pool.users++ == 0) {
        pool.room = MOST;
        pool.random = 88172645463325252u;
        pool.handles = bench_allocate(pool.room * sizeof(*pool.handles));
        BENCH_OK(zx_event_create(0, &pool.event));
    }
    return state;
}

static void lookup_tear_down(void *opaque) {
    if (--pool.users == 0) {
        zx_handle_t closed = pool.handles[0];
        pool_set(0);
        BENCH_CHECK(!find(closed));
        BENCH_OK(zx_handle_close(pool.event));
        free(pool.handles);
    }
    free(opaque);
}

static void lookup_prepare(void *opaque) {
    struct lookup_state *state = opaque;
    pool_set(state->live);
    for (int i = 0; i < 1000; i++) {
        BENCH_CHECK(find(pool.handles[0]));
    }
}

static void one_run(void *opaque, uint64_t count) {
    struct lookup_state *state = opaque;
    BENCH_CHECK(pool.count == state->live);
    zx_handle_t handle = pool.handles[0];
    for (uint64_t i = 0; i < count; i++) {
        BENCH_CHECK(find(handle));
    }
}

static void all_run(void *opaque, uint64_t count) {
    struct lookup_state *state = opaque;
    BENCH_CHECK(pool.count == state->live);
    size_t next = state->next % pool.count;
    for (uint64_t i = 0; i < count; i++) {
        BENCH_CHECK(find(pool.handles[next]));
        next = next + 1 < pool.count ? next + 1 : 0;
    }
    state->next = next;
}

// --- what is looked up in Linux ---

static void *file_set_up(size_t size) {
    (void)size;
    int *file = bench_allocate(sizeof(*file));
    *file = eventfd(0, EFD_CLOEXEC);
    BENCH_CHECK(*file >= 0);
    return file;
}

static void file_run(void *opaque, uint64_t count) {
    int file = *(int *)opaque;
    for (uint64_t i = 0; i < count; i++) {
        BENCH_CHECK(fcntl(file, F_GETFD) == FD_CLOEXEC);
    }
}

static void file_tear_down(void *opaque) {
    close(*(int *)opaque);
    free(opaque);
}

// --- loads of as many cells as there are handles ---

struct cell {
    uint32_t words[8];
};

struct cells {
    size_t count, next;
    struct cell *cells;
    uint32_t *order;
};

static void *cells_set_up(size_t count) {
    struct cells *cells = bench_allocate(sizeof(*cells));
    cells->count = bench_smoke && count > SMOKE_MOST ? SMOKE_MOST : count;
    cells->cells = bench_allocate(cells->count * sizeof(*cells->cells));
    cells->order = bench_allocate(cells->count * sizeof(*cells->order));
    uint64_t random = 88172645463325252u;
    for (size_t i = 0; i < cells->count; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        size_t other = (random >> 33) % (i + 1);
        cells->cells[i].words[0] = 1;
        cells->order[i] = cells->order[other];
        cells->order[other] = (uint32_t)i;
    }
    return cells;
}

static void cells_run(void *opaque, uint64_t count) {
    struct cells *cells = opaque;
    size_t next = cells->next;
    for (uint64_t i = 0; i < count; i++) {
        struct cell *cell = &cells->cells[cells->order[next]];
        bench_use(cell);
        BENCH_CHECK(cell->words[0] == 1);
        next = next + 1 < cells->count ? next + 1 : 0;
    }
    cells->next = next;
}

static void cells_tear_down(void *opaque) {
    struct cells *cells = opaque;
    free(cells->cells);
    free(cells->order);
    free(cells);
}

#define LIVE(title, count, function)                                                               \
    {                                                                                              \
        .name = title, .kind = BENCH_OURS, .size = count, .set_up = lookup_set_up,                 \
        .prepare = lookup_prepare, .run = function, .tear_down = lookup_tear_down                  \
    }
#define CELLS(title, count_)                                                                       \
    {                                                                                              \
        .name = title, .kind = BENCH_FLOOR, .size = count_, .set_up = cells_set_up,                \
        .run = cells_run, .tear_down = cells_tear_down                                             \
    }

static const struct bench_side one_sides[] = {
    LIVE("libzircon, 10 live", LEAST, one_run),
    LIVE("libzircon, 10^4 live", MANY, one_run),
    LIVE("libzircon, 10^6 live", MOST, one_run),
    {.name = "fcntl F_GETFD",
     .kind = BENCH_NEIGHBOUR,
     .set_up = file_set_up,
     .run = file_run,
     .tear_down = file_tear_down},
    CELLS("one load", 1),
};

// The difference between the first and the last is that of the caches: the loads have it too.
static const struct bench_side all_sides[] = {
    LIVE("libzircon, 10 live", LEAST, all_run),
    LIVE("libzircon, 10^4 live", MANY, all_run),
    LIVE("libzircon, 10^6 live", MOST, all_run),
    CELLS("load, 10 cells", LEAST),
    CELLS("load, 10^4 cells", MANY),
    CELLS("load, 10^6 cells", MOST),
};

static const struct bench_row rows[] = {
    {"handle lookup, one again and again", BENCH_ALONE, 0, BENCH_SIDES(one_sides)},
    {"handle lookup, all in random order", BENCH_ALONE, 0, BENCH_SIDES(all_sides)},
};
const struct bench_noun bench_lookup = {rows, BENCH_COUNT(rows)};
