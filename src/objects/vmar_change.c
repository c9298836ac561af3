// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Changing what is mapped: unmapping, protecting, splitting mappings.
#include "base/invariant.h"
#include "base/state.h"
#include "host/frames.h"
#include "host/slab.h"
#include "objects/vmar_parts.h"

SLAB_TYPE(vm_mapping, sizeof(struct mapping));

enum { PERM_RWX = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE | ZX_VM_PERM_EXECUTE };

// --- the vDSO ---

static struct { uint64_t offset, size; } vdso_code KERNEL_STATE;

void vmar_set_vdso(struct vmo *vmo, uint64_t offset, uint64_t size) {
    vmo->is_vdso = true;
    vdso_code.offset = offset;
    vdso_code.size = size;
}

bool vdso_is_code(uint64_t vmo_offset, uint64_t size) {
    return vmo_offset == vdso_code.offset && size == vdso_code.size;
}

uintptr_t vmar_vdso_base(struct thread *self, struct vmar *root) {
    struct space *space = root->space;
    mutex_lock(self, &space->lock);
    uintptr_t base = space->vdso != NULL ? space->vdso->region.base - vdso_code.offset : 0;
    mutex_unlock(self, &space->lock);
    return base;
}

// --- mappings ---

struct mapping *mapping_new(struct thread *self, struct vmar *parent, struct vmo *vmo,
                            uint64_t vmo_offset, uint32_t access, uint32_t flags) {
    struct mapping *mapping = slab_alloc(self, &vm_mapping_slab);
    if (mapping == NULL) {
        return NULL;
    }
    *mapping = (struct mapping){
        .region = {.is_mapping = true},
        .parent = parent,
        .vmo = vmo,
        .cow = &vmo->cow,
        .page = vmo_offset >> FRAME_SHIFT,
        .access = access,
        .flags = flags,
    };
    object_ref(&vmo->object);
    return mapping;
}

void mapping_free(struct thread *self, struct mapping *mapping) {
    object_unref(self, &mapping->vmo->object);
    slab_free(self, &vm_mapping_slab, mapping);
}

void mapping_remove_locked(struct thread *self, struct mapping *mapping) {
    struct space *space = mapping->parent->space;
    if (space->alive) {
        mapping_leave(self, mapping);
        regions_remove(&mapping->parent->inside, &mapping->region);
        mapping_free(self, mapping);
        return;
    }
    // The whole space ends: its window is cleared at once, which is what takes the time. Until then
    // the VMO, and with it the pages, must stay.
    uintptr_t base = mapping->region.base, end = base + mapping->region.size;
    mapping_leave_shown(self, mapping);
    regions_remove(&mapping->parent->inside, &mapping->region);
    space->ended_from = base < space->ended_from ? base : space->ended_from;
    space->ended_to = end > space->ended_to ? end : space->ended_to;
    list_add_tail(&space->ended, &mapping->node);
}

void mappings_clear_locked(struct thread *self, struct space *space) {
    if (!list_is_empty(&space->ended)) {
        window_clear(space->ended_from, (space->ended_to - space->ended_from) >> FRAME_SHIFT);
    }
    list_for_each(node, next, &space->ended) {
        list_remove(node);
        mapping_free(self, list_entry(node, struct mapping, node));
    }
}

// The part from `at` on becomes `rest`. What is in the window stays.
static void split_locked(struct thread *self, struct mapping *mapping, uintptr_t at,
                         struct mapping *rest) {
    struct cow *cow = mapping->cow;
    uintptr_t left = at - mapping->region.base;
    mutex_lock(self, cow->lock);
    rest->access = mapping->access;
    rest->page = mapping->page + (left >> FRAME_SHIFT);
    rest->region.base = at;
    rest->region.size = mapping->region.size - left;
    regions_resize(&mapping->parent->inside, &mapping->region, mapping->region.base, left);
    regions_insert(&mapping->parent->inside, &rest->region);
    list_add_tail(&cow->mappings, &rest->node);
    cow->mapping_count++;
    mutex_unlock(self, cow->lock);
}

// A mapping like the one that holds `at` within itself, for split_locked; null if there is nothing
// to split there. False if memory is used up.
static bool prepare_split(struct thread *self, struct vmar *vmar, uintptr_t at,
                          struct mapping **rest) {
    *rest = NULL;
    struct region *region = regions_find(&vmar->inside, at);
    if (region == NULL || !region->is_mapping || region->base == at) {
        return true;
    }
    struct mapping *mapping = mapping_of(region);
    *rest = mapping_new(self, vmar, mapping->vmo, 0, mapping->access, mapping->flags);
    return *rest != NULL;
}

static void use_split(struct thread *self, struct vmar *vmar, uintptr_t at, struct mapping *rest) {
    if (rest != NULL) {
        split_locked(self, mapping_of(regions_find(&vmar->inside, at)), at, rest);
    }
}

// Cuts a mapping down to what is not in [base, end), which reaches one of its ends.
static void cut_locked(struct thread *self, struct mapping *mapping, uintptr_t base,
                       uintptr_t end) {
    struct region *region = &mapping->region;
    mutex_lock(self, mapping->cow->lock);
    window_clear(base, (end - base) >> FRAME_SHIFT);
    if (base == region->base) {
        mapping->page += (end - base) >> FRAME_SHIFT;
        regions_resize(&mapping->parent->inside, region, end, region->size - (end - base));
    } else {
        regions_resize(&mapping->parent->inside, region, region->base, base - region->base);
    }
    mutex_unlock(self, mapping->cow->lock);
}

static bool is_inside(const struct vmar *vmar, uintptr_t base, uint64_t size) {
    return base - vmar->inside.base < vmar->inside.size &&
           size <= vmar->inside.size - (base - vmar->inside.base);
}

static bool touches_vdso(const struct space *space, uintptr_t base, uint64_t size) {
    const struct mapping *code = space->vdso;
    return code != NULL && base < code->region.base + code->region.size &&
           code->region.base < base + size;
}

zx_status_t unmap_locked(struct thread *self, struct vmar *vmar, uintptr_t base, uint64_t size,
                         bool may_destroy) {
    struct regions *inside = &vmar->inside;
    uintptr_t end = base + size;
    if (!is_inside(vmar, base, size)) {
        return ZX_ERR_INVALID_ARGS;
    }
    if (list_is_empty(&inside->list)) {
        return ZX_OK;
    }
    if (touches_vdso(vmar->space, base, size)) {
        return ZX_ERR_ACCESS_DENIED;
    }
    struct region *region = regions_at_or_after(inside, base);
    for (struct region *at = region; at != NULL && at->base < end; at = regions_next(inside, at)) {
        if (!at->is_mapping && (!may_destroy || at->base < base || at->base + at->size > end)) {
            return ZX_ERR_INVALID_ARGS;
        }
    }
    if (region != NULL && region->is_mapping && region->base < base &&
        region->base + region->size > end) {
        // The middle of a mapping: the right part becomes one of its own.
        struct mapping *rest;
        if (!prepare_split(self, vmar, end, &rest)) {
            return ZX_ERR_NO_MEMORY;
        }
        use_split(self, vmar, end, rest);
    }
    while (region != NULL && region->base < end) {
        struct region *next = regions_next(inside, region);
        if (!region->is_mapping) {
            (void)destroy_locked(self, vmar_of_region(region));
        } else if (region->base >= base && region->base + region->size <= end) {
            mapping_remove_locked(self, mapping_of(region));
        } else {
            uintptr_t region_end = region->base + region->size;
            cut_locked(self, mapping_of(region), region->base > base ? region->base : base,
                       region_end < end ? region_end : end);
        }
        region = next;
    }
    return ZX_OK;
}

zx_status_t vmar_unmap(struct thread *self, struct vmar *vmar, uintptr_t address, uint64_t size) {
    size = (size + FRAME_SIZE - 1) & ~(uint64_t)(FRAME_SIZE - 1);
    if (address % FRAME_SIZE != 0 || size == 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    mutex_lock(self, &vmar->space->lock);
    zx_status_t status = vmar->alive
                             ? unmap_locked(self, vmar, address + vmar->space->bias, size, true)
                             : ZX_ERR_BAD_STATE;
    mutex_unlock(self, &vmar->space->lock);
    return status;
}

// Unmaps what is mapped in [at, end), in regions within as well, which stay.
static zx_status_t unmap_within_locked(struct thread *self, struct vmar *vmar, uintptr_t at,
                                       uintptr_t end) {
    while (at < end) {
        struct vmar *in = vmar;
        uintptr_t limit = end;
        for (;;) {
            struct region *region = regions_at_or_after(&in->inside, at);
            if (region == NULL || region->base >= limit) {
                at = limit;
                break;
            }
            uintptr_t region_end = region->base + region->size;
            at = region->base > at ? region->base : at;
            limit = region_end < limit ? region_end : limit;
            if (region->is_mapping) {
                zx_status_t status = unmap_locked(self, in, at, limit - at, false);
                if (status != ZX_OK) {
                    return status;
                }
                at = limit;
                break;
            }
            in = vmar_of_region(region);
        }
    }
    return ZX_OK;
}

zx_status_t vmar_unmap_within(struct thread *self, struct vmar *vmar, uintptr_t address,
                              uint64_t size) {
    uintptr_t base = address + vmar->space->bias;
    zx_status_t status = ZX_ERR_BAD_STATE;
    mutex_lock(self, &vmar->space->lock);
    if (vmar->alive) {
        status = is_inside(vmar, base, size) ? unmap_within_locked(self, vmar, base, base + size)
                                             : ZX_ERR_INVALID_ARGS;
    }
    mutex_unlock(self, &vmar->space->lock);
    return status;
}

// Is all of the range mapped, by mappings that may have the access?
static zx_status_t check_protect(struct vmar *vmar, uintptr_t base, uint64_t size, uint32_t can) {
    if (!is_inside(vmar, base, size)) {
        return ZX_ERR_INVALID_ARGS;
    }
    uintptr_t end = base + size;
    struct region *region = regions_find(&vmar->inside, base);
    if (region == NULL) {
        return ZX_ERR_NOT_FOUND;
    }
    uintptr_t mapped = region->base;
    for (; region != NULL && region->base < end; region = regions_next(&vmar->inside, region)) {
        if (!region->is_mapping) {
            return ZX_ERR_INVALID_ARGS;
        }
        if (region->base != mapped) {
            return ZX_ERR_NOT_FOUND;
        }
        if ((can & ~mapping_of(region)->flags) != 0 || mapping_of(region) == vmar->space->vdso) {
            return ZX_ERR_ACCESS_DENIED;
        }
        mapped = region->base + region->size;
    }
    return mapped < end ? ZX_ERR_NOT_FOUND : ZX_OK;
}

static zx_status_t protect_locked(struct thread *self, struct vmar *vmar, uintptr_t base,
                                  uint64_t size, uint32_t access) {
    if (!vmar->alive) {
        return ZX_ERR_BAD_STATE;
    }
    zx_status_t status = check_protect(vmar, base, size, mapping_can(access));
    if (status != ZX_OK) {
        return status;
    }
    uintptr_t end = base + size;
    struct mapping *left, *right;
    if (!prepare_split(self, vmar, base, &left)) {
        return ZX_ERR_NO_MEMORY;
    }
    if (!prepare_split(self, vmar, end, &right)) {
        if (left != NULL) {
            mapping_free(self, left);
        }
        return ZX_ERR_NO_MEMORY;
    }
    use_split(self, vmar, base, left);
    use_split(self, vmar, end, right);
    struct region *region = regions_find(&vmar->inside, base);
    for (; region != NULL && region->base < end; region = regions_next(&vmar->inside, region)) {
        struct mapping *mapping = mapping_of(region);
        if (mapping->access != access) {
            mapping_set_access(self, mapping, access);
        }
    }
    return ZX_OK;
}

zx_status_t vmar_protect(struct thread *self, struct vmar *vmar, zx_vm_option_t options,
                         uintptr_t address, uint64_t size) {
    if (address % FRAME_SIZE != 0 || (options & ~(zx_vm_option_t)PERM_RWX) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    size = (size + FRAME_SIZE - 1) & ~(uint64_t)(FRAME_SIZE - 1);
    if (size == 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    mutex_lock(self, &vmar->space->lock);
    zx_status_t status =
        protect_locked(self, vmar, address + vmar->space->bias, size, mapping_access(options));
    mutex_unlock(self, &vmar->space->lock);
    return status;
}
