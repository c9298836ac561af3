// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Elements go through a fifo, one at a time or in batches.
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zircon/syscalls.h>

#include "bench.h"

// A row's size is that of a batch.
enum { ELEMENT = 16, ROOM = 64, MOST = 32 };

struct element {
    uint64_t number, inverse;
};

static void fill(struct element *elements, size_t count, uint64_t number) {
    for (size_t i = 0; i < count; i++) {
        elements[i] = (struct element){number + i, ~(number + i)};
    }
}

static bool is_filled(const struct element *elements, size_t count, uint64_t number) {
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        good = good && elements[i].number == number + i && elements[i].inverse == ~(number + i);
    }
    return good;
}

// --- libzircon ---

struct fifo_state {
    size_t batch;
    zx_handle_t ends[2];
};

static void *fifo_set_up(size_t size) {
    struct fifo_state *state = bench_allocate(sizeof(*state));
    state->batch = size / ELEMENT;
    BENCH_OK(zx_fifo_create(ROOM, ELEMENT, 0, &state->ends[0], &state->ends[1]));
    return state;
}

static void fifo_run(void *opaque, uint64_t count) {
    struct fifo_state *state = opaque;
    struct element out[MOST], in[MOST];
    size_t written = 0, got = 0;
    for (uint64_t i = 0; i < count; i++) {
        fill(out, state->batch, i);
        BENCH_OK(zx_fifo_write(state->ends[0], ELEMENT, out, state->batch, &written));
        BENCH_OK(zx_fifo_read(state->ends[1], ELEMENT, in, state->batch, &got));
        BENCH_CHECK(written == state->batch && got == state->batch);
        BENCH_CHECK(is_filled(in, state->batch, i));
    }
    BENCH_CHECK(zx_fifo_read(state->ends[1], ELEMENT, in, 1, NULL) == ZX_ERR_SHOULD_WAIT);
}

static void fifo_tear_down(void *opaque) {
    struct fifo_state *state = opaque;
    BENCH_OK(zx_handle_close(state->ends[0]));
    BENCH_OK(zx_handle_close(state->ends[1]));
    free(state);
}

// --- a pipe ---

struct pipe_state {
    size_t size;
    int ends[2];
};

static void *pipe_set_up(size_t size) {
    struct pipe_state *state = bench_allocate(sizeof(*state));
    state->size = size;
    BENCH_CHECK(pipe2(state->ends, O_CLOEXEC) == 0);
    return state;
}

static void pipe_run(void *opaque, uint64_t count) {
    struct pipe_state *state = opaque;
    struct element out[MOST], in[MOST];
    size_t batch = state->size / ELEMENT;
    for (uint64_t i = 0; i < count; i++) {
        fill(out, batch, i);
        BENCH_CHECK(write(state->ends[1], out, state->size) == (ssize_t)state->size);
        BENCH_CHECK(read(state->ends[0], in, state->size) == (ssize_t)state->size);
        BENCH_CHECK(is_filled(in, batch, i));
    }
}

static void pipe_tear_down(void *opaque) {
    struct pipe_state *state = opaque;
    close(state->ends[0]);
    close(state->ends[1]);
    free(state);
}

// --- a ring for one writer and one reader, who sleep on futexes when it is full or empty ---

struct ring {
    size_t batch;
    _Atomic uint32_t written, read; // elements ever
    atomic_bool writer_sleeps, reader_sleeps;
    struct element elements[ROOM];
};

static void *ring_set_up(size_t size) {
    struct ring *ring = bench_allocate(sizeof(*ring));
    ring->batch = size / ELEMENT;
    return ring;
}

static void ring_sleep(_Atomic uint32_t *word, uint32_t value, atomic_bool *sleeps) {
    atomic_store(sleeps, true);
    if (atomic_load(word) == value) {
        long result = syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
        BENCH_CHECK(result == 0 || errno == EAGAIN || errno == EINTR);
    }
    atomic_store(sleeps, false);
}

static void ring_wake(_Atomic uint32_t *word, atomic_bool *sleeps) {
    if (atomic_load(sleeps)) {
        BENCH_CHECK(syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0) >= 0);
    }
}

static void ring_write(struct ring *ring, const struct element *elements) {
    uint32_t at = atomic_load(&ring->written), read;
    while (at - (read = atomic_load(&ring->read)) + ring->batch > ROOM) {
        ring_sleep(&ring->read, read, &ring->writer_sleeps);
    }
    for (size_t i = 0; i < ring->batch; i++) {
        ring->elements[(at + i) % ROOM] = elements[i];
    }
    atomic_store(&ring->written, at + (uint32_t)ring->batch);
    ring_wake(&ring->written, &ring->reader_sleeps);
}

static void ring_read(struct ring *ring, struct element *elements) {
    uint32_t at = atomic_load(&ring->read), written;
    while ((written = atomic_load(&ring->written)) - at < ring->batch) {
        ring_sleep(&ring->written, written, &ring->reader_sleeps);
    }
    for (size_t i = 0; i < ring->batch; i++) {
        elements[i] = ring->elements[(at + i) % ROOM];
    }
    atomic_store(&ring->read, at + (uint32_t)ring->batch);
    ring_wake(&ring->read, &ring->writer_sleeps);
}

static void ring_run(void *opaque, uint64_t count) {
    struct ring *ring = opaque;
    struct element out[MOST], in[MOST];
    for (uint64_t i = 0; i < count; i++) {
        fill(out, ring->batch, i);
        ring_write(ring, out);
        bench_use(ring);
        ring_read(ring, in);
        BENCH_CHECK(is_filled(in, ring->batch, i));
    }
}

static const struct bench_side sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = fifo_set_up,
     .run = fifo_run,
     .tear_down = fifo_tear_down},
    {.name = "pipe",
     .kind = BENCH_NEIGHBOUR,
     .set_up = pipe_set_up,
     .run = pipe_run,
     .tear_down = pipe_tear_down},
    {.name = "ring with futexes",
     .kind = BENCH_NEIGHBOUR,
     .set_up = ring_set_up,
     .run = ring_run,
     .tear_down = free},
};

static const struct bench_row rows[] = {
    {"fifo write+read 16 B", BENCH_SCALES, ELEMENT, BENCH_SIDES(sides)},
    {"fifo write+read 32 x 16 B", BENCH_ALONE, MOST *ELEMENT, BENCH_SIDES(sides)},
};
const struct bench_noun bench_fifo = {rows, BENCH_COUNT(rows)};
