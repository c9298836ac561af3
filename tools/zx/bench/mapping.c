// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Memory is mapped, used and unmapped; its protection changes; and all that among many regions.
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zircon/process.h>
#include <zircon/syscalls.h>

#include "bench.h"

enum { PAGE = 4096 };

static const zx_vm_option_t read_write = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE;

struct mapping_state {
    size_t size;
    zx_handle_t vmo;
    int file;
    zx_vaddr_t mapped;
};

// Stores to each page.
static void touch(zx_vaddr_t at, size_t size, uint64_t number) {
    for (size_t offset = 0; offset < size; offset += PAGE) {
        *(volatile uint64_t *)(at + offset) = number;
    }
}

static zx_vaddr_t map_vmo(zx_handle_t vmo, size_t size) {
    zx_vaddr_t at = 0;
    BENCH_OK(zx_vmar_map(zx_vmar_root_self(), read_write, 0, vmo, 0, size, &at));
    return at;
}

static void unmap_vmo(zx_vaddr_t at, size_t size) {
    BENCH_OK(zx_vmar_unmap(zx_vmar_root_self(), at, size));
}

static zx_vaddr_t map_file(int file, size_t size, int flags) {
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, file, 0);
    BENCH_CHECK(at != MAP_FAILED);
    return (zx_vaddr_t)at;
}

static void unmap_file(zx_vaddr_t at, size_t size) {
    BENCH_CHECK(munmap((void *)at, size) == 0);
}

// --- memory that stays when it is unmapped ---

static void *vmo_set_up(size_t size) {
    struct mapping_state *state = bench_allocate(sizeof(*state));
    state->size = bench_smoke && size > 1 << 20 ? 1 << 20 : size;
    state->file = -1;
    BENCH_OK(zx_vmo_create(state->size, 0, &state->vmo));
    BENCH_OK(zx_vmo_op_range(state->vmo, ZX_VMO_OP_COMMIT, 0, state->size, NULL, 0));
    return state;
}

static void *memfd_set_up(size_t size) {
    struct mapping_state *state = bench_allocate(sizeof(*state));
    state->size = bench_smoke && size > 1 << 20 ? 1 << 20 : size;
    state->file = memfd_create("bench", MFD_CLOEXEC);
    BENCH_CHECK(state->file >= 0 && ftruncate(state->file, (off_t)state->size) == 0);
    zx_vaddr_t at = map_file(state->file, state->size, MAP_SHARED);
    touch(at, state->size, 0);
    unmap_file(at, state->size);
    return state;
}

static void *anonymous_set_up(size_t size) {
    struct mapping_state *state = bench_allocate(sizeof(*state));
    state->size = bench_smoke && size > 1 << 20 ? 1 << 20 : size;
    state->file = -1;
    return state;
}

static void tear_down(void *opaque) {
    struct mapping_state *state = opaque;
    if (state->file >= 0) {
        BENCH_CHECK(close(state->file) == 0);
    }
    BENCH_OK(zx_handle_close(state->vmo));
    free(state);
}

static void vmo_map_run(void *opaque, uint64_t count) {
    struct mapping_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        zx_vaddr_t at = map_vmo(state->vmo, state->size);
        touch(at, state->size, i);
        unmap_vmo(at, state->size);
    }
    uint64_t last = 0;
    BENCH_OK(zx_vmo_read(state->vmo, &last, state->size - PAGE, sizeof(last)));
    BENCH_CHECK(last == count - 1);
}

static void memfd_map_run(void *opaque, uint64_t count) {
    struct mapping_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        zx_vaddr_t at = map_file(state->file, state->size, MAP_SHARED);
        touch(at, state->size, i);
        unmap_file(at, state->size);
    }
    uint64_t last = 0;
    BENCH_CHECK(pread(state->file, &last, sizeof(last), (off_t)state->size - PAGE) == sizeof(last));
    BENCH_CHECK(last == count - 1);
}

static void anonymous_run(void *opaque, uint64_t count) {
    const struct mapping_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        zx_vaddr_t at = map_file(-1, state->size, MAP_PRIVATE | MAP_ANONYMOUS);
        touch(at, state->size, i);
        unmap_file(at, state->size);
    }
}

// --- memory that comes and goes ---

static void fresh_run(void *opaque, uint64_t count) {
    const struct mapping_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        zx_handle_t vmo = ZX_HANDLE_INVALID;
        BENCH_OK(zx_vmo_create(state->size, 0, &vmo));
        zx_vaddr_t at = map_vmo(vmo, state->size);
        touch(at, state->size, i);
        BENCH_OK(zx_handle_close(vmo));
        unmap_vmo(at, state->size);
    }
}

// --- protection ---

static void *vmo_protect_set_up(size_t size) {
    struct mapping_state *state = vmo_set_up(size);
    state->mapped = map_vmo(state->vmo, state->size);
    touch(state->mapped, state->size, 1);
    return state;
}

static void vmo_protect_tear_down(void *opaque) {
    const struct mapping_state *state = opaque;
    unmap_vmo(state->mapped, state->size);
    tear_down(opaque);
}

static void *memfd_protect_set_up(size_t size) {
    struct mapping_state *state = memfd_set_up(size);
    state->mapped = map_file(state->file, state->size, MAP_SHARED);
    touch(state->mapped, state->size, 1);
    return state;
}

static void memfd_protect_tear_down(void *opaque) {
    const struct mapping_state *state = opaque;
    unmap_file(state->mapped, state->size);
    tear_down(opaque);
}

static void vmo_protect_run(void *opaque, uint64_t count) {
    const struct mapping_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        BENCH_OK(zx_vmar_protect(zx_vmar_root_self(), ZX_VM_PERM_READ, state->mapped, state->size));
        BENCH_OK(zx_vmar_protect(zx_vmar_root_self(), read_write, state->mapped, state->size));
    }
    touch(state->mapped, state->size, count);
}

static void memfd_protect_run(void *opaque, uint64_t count) {
    const struct mapping_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        BENCH_CHECK(mprotect((void *)state->mapped, state->size, PROT_READ) == 0);
        BENCH_CHECK(mprotect((void *)state->mapped, state->size, PROT_READ | PROT_WRITE) == 0);
    }
    touch(state->mapped, state->size, count);
}

// --- among many ---

// Regions, or mappings, on every other page of a VMAR.
struct crowd_state {
    size_t size;
    zx_handle_t vmar, vmo;
    zx_vaddr_t base;
    uint64_t next;
};

static struct crowd_state *new_crowd(size_t size) {
    struct crowd_state *state = bench_allocate(sizeof(*state));
    state->size = bench_smoke && size > 1000 ? 1000 : size;
    BENCH_OK(zx_vmar_allocate(zx_vmar_root_self(),
                              ZX_VM_CAN_MAP_SPECIFIC | ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE, 0,
                              state->size * 2 * PAGE, &state->vmar, &state->base));
    return state;
}

static void allocate_region(const struct crowd_state *state, uint64_t page, zx_handle_t *region) {
    zx_vaddr_t at = 0;
    BENCH_OK(zx_vmar_allocate(state->vmar, ZX_VM_SPECIFIC, page * PAGE, PAGE, region, &at));
    BENCH_CHECK(at == state->base + page * PAGE);
}

static void *regions_set_up(size_t size) {
    struct crowd_state *state = new_crowd(size);
    for (uint64_t i = 0; i < state->size; i++) {
        zx_handle_t region = ZX_HANDLE_INVALID;
        allocate_region(state, 2 * i, &region);
        BENCH_OK(zx_handle_close(region));
    }
    return state;
}

// The page of a free place, here and there.
static uint64_t somewhere(struct crowd_state *state) {
    state->next = state->next * 6364136223846793005 + 1442695040888963407;
    return (state->next >> 32) * state->size / (UINT64_C(1) << 32) * 2 + 1;
}

static void regions_run(void *opaque, uint64_t count) {
    struct crowd_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        zx_handle_t region = ZX_HANDLE_INVALID;
        allocate_region(state, somewhere(state), &region);
        BENCH_OK(zx_vmar_destroy(region));
        BENCH_OK(zx_handle_close(region));
    }
}

static void crowd_map(const struct crowd_state *state, uint64_t page, uint64_t vmo_page) {
    zx_vaddr_t at = 0;
    BENCH_OK(zx_vmar_map(state->vmar, read_write | ZX_VM_SPECIFIC, page * PAGE, state->vmo,
                         vmo_page * PAGE, PAGE, &at));
    BENCH_CHECK(at == state->base + page * PAGE);
}

static void *mappings_set_up(size_t size) {
    struct crowd_state *state = new_crowd(size);
    BENCH_OK(zx_vmo_create((state->size + 1) * PAGE, 0, &state->vmo));
    for (uint64_t i = 0; i < state->size; i++) {
        crowd_map(state, 2 * i, state->size - i);
    }
    return state;
}

static void mappings_run(void *opaque, uint64_t count) {
    struct crowd_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t page = somewhere(state);
        crowd_map(state, page, 0);
        BENCH_OK(zx_vmar_unmap(state->vmar, state->base + page * PAGE, PAGE));
    }
}

static void crowd_tear_down(void *opaque) {
    struct crowd_state *state = opaque;
    BENCH_OK(zx_vmar_destroy(state->vmar));
    BENCH_OK(zx_handle_close(state->vmar));
    BENCH_OK(zx_handle_close(state->vmo));
    free(state);
}

static const struct bench_side map_sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = vmo_set_up,
     .run = vmo_map_run,
     .tear_down = tear_down},
    {.name = "mmap of a memfd",
     .kind = BENCH_NEIGHBOUR,
     .set_up = memfd_set_up,
     .run = memfd_map_run,
     .tear_down = tear_down},
    {.name = "mmap anonymous",
     .kind = BENCH_NEIGHBOUR,
     .set_up = anonymous_set_up,
     .run = anonymous_run,
     .tear_down = tear_down},
};
static const struct bench_side fresh_sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = anonymous_set_up,
     .run = fresh_run,
     .tear_down = tear_down},
    {.name = "mmap anonymous",
     .kind = BENCH_NEIGHBOUR,
     .set_up = anonymous_set_up,
     .run = anonymous_run,
     .tear_down = tear_down},
};
static const struct bench_side protect_sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = vmo_protect_set_up,
     .run = vmo_protect_run,
     .tear_down = vmo_protect_tear_down},
    {.name = "mprotect of a memfd",
     .kind = BENCH_NEIGHBOUR,
     .set_up = memfd_protect_set_up,
     .run = memfd_protect_run,
     .tear_down = memfd_protect_tear_down},
};

#define CROWD(title, size_, noun)                                                                  \
    {                                                                                              \
        .name = title, .kind = BENCH_OURS, .size = size_, .set_up = noun##_set_up,                 \
        .run = noun##_run, .tear_down = crowd_tear_down                                            \
    }
static const struct bench_side region_sides[] = {
    CROWD("libzircon, 10 regions", 10, regions),
    CROWD("libzircon, 10^3 regions", 1000, regions),
    CROWD("libzircon, 10^5 regions", 100000, regions),
};
static const struct bench_side mapping_sides[] = {
    CROWD("libzircon, 10 mappings", 10, mappings),
    CROWD("libzircon, 10^3 mappings", 1000, mappings),
    CROWD("libzircon, 10^4 mappings", 10000, mappings),
};

static const struct bench_row rows[] = {
    {"map+touch+unmap 4 KiB", BENCH_ALONE, PAGE, BENCH_SIDES(map_sides)},
    {"map+touch+unmap 64 MiB", BENCH_ALONE, 64 << 20, BENCH_SIDES(map_sides)},
    {"create+map+touch+close+unmap 4 KiB", BENCH_ALONE, PAGE, BENCH_SIDES(fresh_sides)},
    {"create+map+touch+close+unmap 1 MiB", BENCH_ALONE, 1 << 20, BENCH_SIDES(fresh_sides)},
    {"protect toggle 4 KiB", BENCH_ALONE, PAGE, BENCH_SIDES(protect_sides)},
    {"region allocate+destroy", BENCH_ALONE, 0, BENCH_SIDES(region_sides)},
    {"map+unmap among mappings", BENCH_ALONE, 0, BENCH_SIDES(mapping_sides)},
};
const struct bench_noun bench_mapping = {rows, BENCH_COUNT(rows)};
