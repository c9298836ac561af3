// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Bytes go into a VMO and come out of it by a call. All its pages have memory.
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zircon/syscalls.h>

#include "bench.h"

struct memory_state {
    size_t size;
    zx_handle_t vmo;
    int file;
    char *outside;           // what is copied from and to
    char *inside, *expected; // memcpy's other side; what the memory holds
};

static struct memory_state *new_state(size_t size) {
    struct memory_state *state = bench_allocate(sizeof(*state));
    state->size = size;
    state->outside = bench_allocate(size);
    state->inside = bench_allocate(size);
    state->expected = bench_allocate(size);
    bench_fill(state->expected, size);
    memcpy(state->inside, state->expected, size);
    state->file = -1;
    return state;
}

static void *vmo_set_up(size_t size) {
    struct memory_state *state = new_state(size);
    BENCH_OK(zx_vmo_create(size, 0, &state->vmo));
    BENCH_OK(zx_vmo_write(state->vmo, state->expected, 0, size));
    return state;
}

static void *memfd_set_up(size_t size) {
    struct memory_state *state = new_state(size);
    state->file = memfd_create("bench", MFD_CLOEXEC);
    BENCH_CHECK(state->file >= 0);
    BENCH_CHECK(write(state->file, state->expected, size) == (ssize_t)size);
    return state;
}

static void *memcpy_set_up(size_t size) {
    return new_state(size);
}

static void tear_down(void *opaque) {
    struct memory_state *state = opaque;
    if (state->file >= 0) {
        BENCH_CHECK(close(state->file) == 0);
    }
    BENCH_OK(zx_handle_close(state->vmo));
    free(state->outside);
    free(state->inside);
    free(state->expected);
    free(state);
}

// --- out ---

#define READ(name, read)                                                                           \
    static void name(void *opaque, uint64_t count) {                                               \
        struct memory_state *state = opaque;                                                       \
        memset(state->outside, 0, state->size);                                                    \
        for (uint64_t i = 0; i < count; i++) {                                                     \
            read;                                                                                  \
            bench_use(state->outside);                                                             \
        }                                                                                          \
        BENCH_CHECK(memcmp(state->outside, state->expected, state->size) == 0);                    \
    }
READ(vmo_read, BENCH_OK(zx_vmo_read(state->vmo, state->outside, 0, state->size)))
READ(memfd_read,
     BENCH_CHECK(pread(state->file, state->outside, state->size, 0) == (ssize_t)state->size))
READ(memcpy_read, memcpy(state->outside, state->inside, state->size))

// --- in ---

#define WRITE(name, write, read_back)                                                              \
    static void name(void *opaque, uint64_t count) {                                               \
        struct memory_state *state = opaque;                                                       \
        for (uint64_t i = 0; i < count; i++) {                                                     \
            bench_stamp(state->outside, state->size, i);                                           \
            write;                                                                                 \
            bench_use(state->inside);                                                              \
        }                                                                                          \
        bench_stamp(state->expected, state->size, count - 1);                                      \
        read_back;                                                                                 \
        BENCH_CHECK(memcmp(state->outside, state->expected, state->size) == 0);                    \
    }
#define BEFORE_WRITES(name)                                                                        \
    static void name(void *opaque) {                                                               \
        struct memory_state *state = opaque;                                                       \
        memcpy(state->outside, state->expected, state->size);                                      \
    }
BEFORE_WRITES(fill_outside)
WRITE(vmo_write, BENCH_OK(zx_vmo_write(state->vmo, state->outside, 0, state->size)),
      BENCH_OK(zx_vmo_read(state->vmo, state->outside, 0, state->size)))
WRITE(memfd_write,
      BENCH_CHECK(pwrite(state->file, state->outside, state->size, 0) == (ssize_t)state->size),
      BENCH_CHECK(pread(state->file, state->outside, state->size, 0) == (ssize_t)state->size))
WRITE(memcpy_write, memcpy(state->inside, state->outside, state->size),
      memcpy(state->outside, state->inside, state->size))

#define SIDE(title, kind_, set_up_, prepare_, run_)                                                \
    {                                                                                              \
        .name = title, .kind = kind_, .set_up = set_up_, .prepare = prepare_, .run = run_,         \
        .tear_down = tear_down                                                                     \
    }
static const struct bench_side read_sides[] = {
    SIDE("libzircon", BENCH_OURS, vmo_set_up, NULL, vmo_read),
    SIDE("pread of a memfd", BENCH_NEIGHBOUR, memfd_set_up, NULL, memfd_read),
    SIDE("memcpy", BENCH_FLOOR, memcpy_set_up, NULL, memcpy_read),
};
static const struct bench_side write_sides[] = {
    SIDE("libzircon", BENCH_OURS, vmo_set_up, fill_outside, vmo_write),
    SIDE("pwrite of a memfd", BENCH_NEIGHBOUR, memfd_set_up, fill_outside, memfd_write),
    SIDE("memcpy", BENCH_FLOOR, memcpy_set_up, fill_outside, memcpy_write),
};

static const struct bench_row rows[] = {
    {"vmo read 64 B", BENCH_ALONE, 64, BENCH_SIDES(read_sides)},
    {"vmo read 4 KiB", BENCH_ALONE, 4096, BENCH_SIDES(read_sides)},
    {"vmo read 64 KiB", BENCH_ALONE, 65536, BENCH_SIDES(read_sides)},
    {"vmo read 2 MiB", BENCH_ALONE, 2 << 20, BENCH_SIDES(read_sides)},
    {"vmo write 64 B", BENCH_SCALES, 64, BENCH_SIDES(write_sides)},
    {"vmo write 4 KiB", BENCH_ALONE, 4096, BENCH_SIDES(write_sides)},
    {"vmo write 64 KiB", BENCH_ALONE, 65536, BENCH_SIDES(write_sides)},
    {"vmo write 2 MiB", BENCH_ALONE, 2 << 20, BENCH_SIDES(write_sides)},
};
const struct bench_noun bench_memory = {rows, BENCH_COUNT(rows)};
