// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Copies of memory of which little is written: clones, snapshots, and private mappings of a file.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zircon/process.h>
#include <zircon/syscalls.h>

#include "bench.h"

enum { PAGE = 4096, FAULT_PAGES = 1024 };

static const zx_vm_option_t read_write = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE;

struct clone_state {
    size_t size;
    zx_handle_t vmo;
    int file;
};

static size_t fitting(size_t size) {
    return bench_smoke && size > 1 << 20 ? 1 << 20 : size;
}

static void *vmo_set_up(size_t size) {
    struct clone_state *state = bench_allocate(sizeof(*state));
    state->size = fitting(size);
    state->file = -1;
    BENCH_OK(zx_vmo_create(state->size, 0, &state->vmo));
    BENCH_OK(zx_vmo_op_range(state->vmo, ZX_VMO_OP_COMMIT, 0, state->size, NULL, 0));
    uint64_t mark = 7;
    BENCH_OK(zx_vmo_write(state->vmo, &mark, PAGE + 8, sizeof(mark)));
    return state;
}

static void *memfd_set_up(size_t size) {
    struct clone_state *state = bench_allocate(sizeof(*state));
    state->size = fitting(size);
    state->file = memfd_create("bench", MFD_CLOEXEC);
    BENCH_CHECK(state->file >= 0 && fallocate(state->file, 0, 0, (off_t)state->size) == 0);
    uint64_t mark = 7;
    BENCH_CHECK(pwrite(state->file, &mark, sizeof(mark), PAGE + 8) == sizeof(mark));
    return state;
}

static void tear_down(void *opaque) {
    struct clone_state *state = opaque;
    if (state->file >= 0) {
        BENCH_CHECK(close(state->file) == 0);
    }
    BENCH_OK(zx_handle_close(state->vmo));
    free(state);
}

static zx_handle_t new_clone(const struct clone_state *state, uint32_t kind) {
    zx_handle_t clone = ZX_HANDLE_INVALID;
    BENCH_OK(zx_vmo_create_child(state->vmo, kind, 0, state->size, &clone));
    return clone;
}

static zx_vaddr_t map_clone(zx_handle_t clone, size_t size) {
    zx_vaddr_t at = 0;
    BENCH_OK(zx_vmar_map(zx_vmar_root_self(), read_write, 0, clone, 0, size, &at));
    return at;
}

static zx_vaddr_t map_private(const struct clone_state *state) {
    void *at = mmap(NULL, state->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, state->file, 0);
    BENCH_CHECK(at != MAP_FAILED);
    return (zx_vaddr_t)at;
}

// The second page's first word is written, its second still shows the original.
static void write_one(zx_vaddr_t at, uint64_t number) {
    volatile uint64_t *words = (volatile uint64_t *)(at + PAGE);
    words[0] = number;
    BENCH_CHECK(words[1] == 7);
}

static void expect_original(const struct clone_state *state) {
    uint64_t word = 1;
    BENCH_OK(zx_vmo_read(state->vmo, &word, PAGE, sizeof(word)));
    BENCH_CHECK(word == 0);
}

// --- one page is written ---

static void call_run(const struct clone_state *state, uint64_t count, uint32_t kind) {
    for (uint64_t i = 0; i < count; i++) {
        zx_handle_t clone = new_clone(state, kind);
        uint64_t number = i + 1;
        BENCH_OK(zx_vmo_write(clone, &number, PAGE, sizeof(number)));
        BENCH_OK(zx_handle_close(clone));
    }
    expect_original(state);
}

static void touch_run(const struct clone_state *state, uint64_t count, uint32_t kind) {
    for (uint64_t i = 0; i < count; i++) {
        zx_handle_t clone = new_clone(state, kind);
        zx_vaddr_t at = map_clone(clone, state->size);
        write_one(at, i + 1);
        BENCH_OK(zx_vmar_unmap(zx_vmar_root_self(), at, state->size));
        BENCH_OK(zx_handle_close(clone));
    }
    expect_original(state);
}

static void clone_call_run(void *state, uint64_t count) {
    call_run(state, count, ZX_VMO_CHILD_COPY_ON_WRITE);
}

static void snapshot_call_run(void *state, uint64_t count) {
    call_run(state, count, ZX_VMO_CHILD_COPY_ON_WRITE2);
}

static void clone_touch_run(void *state, uint64_t count) {
    touch_run(state, count, ZX_VMO_CHILD_COPY_ON_WRITE);
}

static void snapshot_touch_run(void *state, uint64_t count) {
    touch_run(state, count, ZX_VMO_CHILD_COPY_ON_WRITE2);
}

static void private_touch_run(void *opaque, uint64_t count) {
    const struct clone_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        zx_vaddr_t at = map_private(state);
        write_one(at, i + 1);
        BENCH_CHECK(munmap((void *)at, state->size) == 0);
    }
}

// --- none is ---

static void clone_close_run(void *opaque, uint64_t count) {
    const struct clone_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        BENCH_OK(zx_handle_close(new_clone(state, ZX_VMO_CHILD_COPY_ON_WRITE)));
    }
    expect_original(state);
}

static void snapshot_close_run(void *opaque, uint64_t count) {
    const struct clone_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        BENCH_OK(zx_handle_close(new_clone(state, ZX_VMO_CHILD_COPY_ON_WRITE2)));
    }
    expect_original(state);
}

static void private_close_run(void *opaque, uint64_t count) {
    const struct clone_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        BENCH_CHECK(munmap((void *)map_private(state), state->size) == 0);
    }
}

// --- the first write to a page; a new clone every FAULT_PAGES of them ---

static void fault_run(const struct clone_state *state, uint64_t count, uint32_t kind) {
    for (uint64_t done = 0; done < count;) {
        zx_handle_t clone = new_clone(state, kind);
        zx_vaddr_t at = map_clone(clone, state->size);
        for (size_t offset = 0; offset < state->size && done < count; offset += PAGE, done++) {
            *(volatile uint64_t *)(at + offset) = done + 1;
        }
        uint64_t first = 0;
        BENCH_OK(zx_vmo_read(clone, &first, 0, sizeof(first)));
        BENCH_CHECK(first != 0);
        BENCH_OK(zx_vmar_unmap(zx_vmar_root_self(), at, state->size));
        BENCH_OK(zx_handle_close(clone));
    }
    expect_original(state);
}

static void clone_fault_run(void *state, uint64_t count) {
    fault_run(state, count, ZX_VMO_CHILD_COPY_ON_WRITE);
}

static void snapshot_fault_run(void *state, uint64_t count) {
    fault_run(state, count, ZX_VMO_CHILD_COPY_ON_WRITE2);
}

static void private_fault_run(void *opaque, uint64_t count) {
    const struct clone_state *state = opaque;
    for (uint64_t done = 0; done < count;) {
        zx_vaddr_t at = map_private(state);
        for (size_t offset = 0; offset < state->size && done < count; offset += PAGE, done++) {
            *(volatile uint64_t *)(at + offset) = done + 1;
        }
        BENCH_CHECK(munmap((void *)at, state->size) == 0);
    }
}

#define OURS(title, size_, run_)                                                                   \
    {                                                                                              \
        .name = title, .kind = BENCH_OURS, .size = size_, .set_up = vmo_set_up, .run = run_,       \
        .tear_down = tear_down                                                                     \
    }
#define PRIVATE(title, size_, run_)                                                                \
    {                                                                                              \
        .name = title, .kind = BENCH_NEIGHBOUR, .size = size_, .set_up = memfd_set_up,             \
        .run = run_, .tear_down = tear_down                                                        \
    }
static const struct bench_side call_sides[] = {
    OURS("libzircon", 0, clone_call_run),
    OURS("libzircon, snapshot", 0, snapshot_call_run),
    PRIVATE("MAP_PRIVATE of a memfd", 0, private_touch_run),
};
static const struct bench_side touch_sides[] = {
    OURS("libzircon", 0, clone_touch_run),
    OURS("libzircon, snapshot", 0, snapshot_touch_run),
    PRIVATE("MAP_PRIVATE of a memfd", 0, private_touch_run),
};
static const struct bench_side close_sides[] = {
    OURS("libzircon, 1 MiB", 1 << 20, clone_close_run),
    OURS("libzircon, 32 MiB", 32 << 20, clone_close_run),
    OURS("libzircon, 1 GiB", 1 << 30, clone_close_run),
    PRIVATE("MAP_PRIVATE of a memfd, 1 GiB", 1 << 30, private_close_run),
};
static const struct bench_side snapshot_close_sides[] = {
    OURS("libzircon, 1 MiB", 1 << 20, snapshot_close_run),
    OURS("libzircon, 32 MiB", 32 << 20, snapshot_close_run),
    OURS("libzircon, 1 GiB", 1 << 30, snapshot_close_run),
};
static const struct bench_side fault_sides[] = {
    OURS("libzircon", 0, clone_fault_run),
    OURS("libzircon, snapshot", 0, snapshot_fault_run),
    PRIVATE("MAP_PRIVATE of a memfd", 0, private_fault_run),
};

static const struct bench_row rows[] = {
    {"clone 16 pages, write one, close", BENCH_ALONE, 16 * PAGE, BENCH_SIDES(call_sides)},
    {"clone 16 pages, map, touch one, close", BENCH_ALONE, 16 * PAGE, BENCH_SIDES(touch_sides)},
    {"clone+close of committed memory", BENCH_ALONE, 0, BENCH_SIDES(close_sides)},
    {"snapshot+close of committed memory", BENCH_ALONE, 0, BENCH_SIDES(snapshot_close_sides)},
    {"first write to a page of a clone", BENCH_ALONE, FAULT_PAGES *PAGE, BENCH_SIDES(fault_sides)},
};
const struct bench_noun bench_clone = {rows, BENCH_COUNT(rows)};
