// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/space.h"

#include "base/invariant.h"
#include "base/state.h"
#include "host/console.h"
#include "host/memory.h"

enum {
    UNITS = 8192,            // that the arena is divided into
    PROCESS_UNITS = 8,       // of a process's window: 64 GiB of 64 TiB
    LARGE_UNITS = 256,       // of the windows of the first processes: 2 TiB
    LARGE_WINDOWS = 8,       // of those at a time
    HOST_UNITS = UNITS / 8,  // of the host process's window
    GUEST_UNITS = UNITS / 16 // at most
};

SLAB_OBJECTS(vm_space, sizeof(struct space));

static struct {
    struct mutex lock;
    uintptr_t unit;
    uint64_t process_size;  // 0: as it comes
    uint32_t next;          // unit to look from
    _Atomic uint32_t large; // windows of LARGE_UNITS
    struct space *_Atomic *owners;
} arena KERNEL_STATE;

void space_start(void) {
    mutex_init(&arena.lock, RANK_WINDOWS);
    arena.unit = (window_arena.end - window_arena.base) / UNITS;
    arena.process_size = environment_number("LIBZIRCON_WINDOW", 0);
    arena.owners = memory_take(UNITS * sizeof(*arena.owners));
    invariant(arena.owners != NULL);
}

struct space *space_new(struct thread *self, enum vmar_root_kind kind, uint64_t size) {
    struct space *space = slab_alloc(self, &vm_space_slab);
    if (space == NULL) {
        return NULL;
    }
    mutex_init(&space->lock, RANK_VMAR);
    uint64_t most = GUEST_UNITS * arena.unit;
    space->root = NULL;
    space->kind = kind;
    space->base = space->size = space->bias = 0;
    space->vdso = NULL;
    space->alive = true;
    list_init(&space->ended);
    space->ended_from = UINTPTR_MAX;
    space->ended_to = 0;
    space->wanted = kind == VMAR_ROOT_HOST    ? HOST_UNITS * arena.unit
                    : kind == VMAR_ROOT_GUEST ? (size < most ? size : most)
                                              : arena.process_size;
    atomic_store(&space->refs, 1);
    return space;
}

void space_ref(struct space *space) {
    atomic_fetch_add_explicit(&space->refs, 1, memory_order_relaxed);
}

void space_unref(struct thread *self, struct space *space) {
    if (atomic_fetch_sub_explicit(&space->refs, 1, memory_order_acq_rel) == 1) {
        slab_free(self, &vm_space_slab, space);
    }
}

// The first of `count` units without an owner, looking from `start`; UNITS if there are none.
static uint32_t find_units(uint32_t start, uint32_t count) {
    uint32_t run = 0;
    for (uint32_t unit = start; unit < UNITS; unit++) {
        run = atomic_load_explicit(&arena.owners[unit], memory_order_relaxed) == NULL ? run + 1 : 0;
        if (run == count) {
            return unit + 1 - count;
        }
    }
    return UNITS;
}

// Programs find that their addresses go on for terabytes, unless there are many of them.
static uint64_t units_for(const struct space *space) {
    if (space->wanted != 0) {
        return (space->wanted + arena.unit - 1) / arena.unit;
    }
    return atomic_load(&arena.large) < LARGE_WINDOWS ? LARGE_UNITS : PROCESS_UNITS;
}

zx_status_t space_open_locked(struct thread *self, struct space *space) {
    if (space->size != 0) {
        return ZX_OK;
    }
    uint64_t units = units_for(space);
    if (units == 0 || units > UNITS) {
        return ZX_ERR_NO_MEMORY;
    }
    uint32_t count = (uint32_t)units;
    mutex_lock(self, &arena.lock);
    uint32_t first = find_units(arena.next, count);
    first = first == UNITS ? find_units(0, count) : first;
    if (first != UNITS) {
        arena.next = first + count;
        for (uint32_t unit = first; unit < first + count; unit++) {
            atomic_store(&arena.owners[unit], space);
        }
        space->base = window_arena.base + first * arena.unit;
        space->size = count * arena.unit;
        space->bias = space->kind == VMAR_ROOT_GUEST ? space->base : 0;
        space->is_large = space->wanted == 0 && count == LARGE_UNITS;
        arena.large += space->is_large;
    }
    mutex_unlock(self, &arena.lock);
    return first != UNITS ? ZX_OK : ZX_ERR_NO_MEMORY;
}

void space_close_locked(struct thread *self, struct space *space) {
    if (space->size == 0) {
        return;
    }
    mutex_lock(self, &arena.lock);
    uint32_t first = (uint32_t)((space->base - window_arena.base) / arena.unit);
    for (uint32_t unit = 0; unit < space->size / arena.unit; unit++) {
        atomic_store(&arena.owners[first + unit], NULL);
    }
    arena.large -= space->is_large;
    arena.next = first; // Linux and the processor still know the place
    mutex_unlock(self, &arena.lock);
}

struct space *space_at(uintptr_t address) {
    if (!window_holds(address)) {
        return NULL;
    }
    uintptr_t unit = (address - window_arena.base) / arena.unit;
    return unit < UNITS ? atomic_load(&arena.owners[unit]) : NULL;
}
