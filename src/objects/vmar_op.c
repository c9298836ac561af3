// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// zx_vmar_op_range: what is done with the pages that a range of addresses shows.
#include "host/frames.h"
#include "objects/vmar_parts.h"

// A stretch of one mapping, with a reference to its VMO.
struct stretch {
    struct vmo *vmo;
    uint64_t offset, size; // of the VMO's bytes
    uint32_t flags;        // the mapping's
};

static bool is_known(uint32_t op) {
    switch (op) {
    case ZX_VMAR_OP_COMMIT:
    case ZX_VMAR_OP_DECOMMIT:
    case ZX_VMAR_OP_MAP_RANGE:
    case ZX_VMAR_OP_ZERO:
    case ZX_VMAR_OP_DONT_NEED:
    case ZX_VMAR_OP_ALWAYS_NEED:
    case ZX_VMAR_OP_PREFETCH:
        return true;
    default:
        return false;
    }
}

static bool changes_pages(uint32_t op) {
    return op == ZX_VMAR_OP_COMMIT || op == ZX_VMAR_OP_DECOMMIT || op == ZX_VMAR_OP_ZERO;
}

// The mapping at `base`, which must be in the VMAR, and what it shows of [base, end).
static zx_status_t find_locked(struct vmar *vmar, uintptr_t base, uintptr_t end,
                               struct mapping **found, struct stretch *stretch) {
    if (!vmar->alive) {
        return ZX_ERR_BAD_STATE;
    }
    struct mapping *mapping = find_mapping_locked(vmar, base);
    if (mapping == NULL) {
        return ZX_ERR_BAD_STATE;
    }
    uintptr_t into = base - mapping->region.base;
    uint64_t rest = mapping->region.size - into;
    *stretch = (struct stretch){
        .vmo = mapping->vmo,
        .offset = (mapping->page << FRAME_SHIFT) + into,
        .size = end - base < rest ? end - base : rest,
        .flags = mapping->flags,
    };
    *found = mapping;
    return ZX_OK;
}

static zx_status_t operate(struct thread *self, uint32_t op, const struct stretch *at) {
    switch (op) {
    case ZX_VMAR_OP_COMMIT:
        return vmo_commit(self, at->vmo, at->offset, at->size);
    case ZX_VMAR_OP_DECOMMIT:
        return vmo_decommit(self, at->vmo, at->offset, at->size);
    case ZX_VMAR_OP_ZERO:
        return vmo_zero(self, at->vmo, at->offset, at->size);
    case ZX_VMAR_OP_PREFETCH:
        return vmo_prefetch(self, at->vmo, at->offset, at->size);
    case ZX_VMAR_OP_ALWAYS_NEED:
        (void)vmo_prefetch(self, at->vmo, at->offset, at->size);
        return ZX_OK;
    default:
        return ZX_OK;
    }
}

// Maps what there is, if the mapping is still the one that was looked at.
static void show(struct thread *self, struct vmar *vmar, uintptr_t base,
                 const struct stretch *before) {
    struct mapping *mapping;
    struct stretch now;
    mutex_lock(self, &vmar->space->lock);
    if (find_locked(vmar, base, base + before->size, &mapping, &now) == ZX_OK &&
        now.vmo == before->vmo && now.offset == before->offset) {
        mutex_lock(self, mapping->cow->lock);
        mapping_show_locked(self, mapping, now.offset >> FRAME_SHIFT, now.size >> FRAME_SHIFT);
        mutex_unlock(self, mapping->cow->lock);
    }
    mutex_unlock(self, &vmar->space->lock);
}

// Is the range in the VMAR, and does it leave the vDSO's code alone?
static zx_status_t check_locked(const struct vmar *vmar, uintptr_t base, uint64_t size) {
    const struct regions *inside = &vmar->inside;
    if (base - inside->base >= inside->size || size > inside->size - (base - inside->base)) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    if (!vmar->alive) {
        return ZX_ERR_BAD_STATE;
    }
    const struct mapping *code = vmar->space->vdso;
    return code != NULL && base < code->region.base + code->region.size &&
                   code->region.base < base + size
               ? ZX_ERR_ACCESS_DENIED
               : ZX_OK;
}

zx_status_t vmar_op_range(struct thread *self, struct vmar *vmar, uint32_t op, uintptr_t address,
                          uint64_t size) {
    struct space *space = vmar->space;
    uint64_t end, rounded = (size + FRAME_SIZE - 1) & ~(uint64_t)(FRAME_SIZE - 1);
    if (!is_known(op) || address % FRAME_SIZE != 0 || rounded == 0 ||
        __builtin_add_overflow(address, rounded, &end)) {
        return ZX_ERR_INVALID_ARGS;
    }
    mutex_lock(self, &space->lock);
    zx_status_t status = check_locked(vmar, address + space->bias, rounded);
    mutex_unlock(self, &space->lock);

    uintptr_t base = address + space->bias;
    end = base + rounded;
    // A mapping at a time, without locks in between: a page may have to be waited for.
    while (status == ZX_OK && base < end) {
        struct mapping *mapping;
        struct stretch at = {0};
        mutex_lock(self, &space->lock);
        status = find_locked(vmar, base, end, &mapping, &at);
        if (status == ZX_OK && changes_pages(op) && (at.flags & ZX_VM_CAN_MAP_WRITE) == 0) {
            status = ZX_ERR_ACCESS_DENIED;
        }
        if (status == ZX_OK) {
            object_ref(&at.vmo->object);
        }
        mutex_unlock(self, &space->lock);
        if (status != ZX_OK) {
            break;
        }
        status = operate(self, op, &at);
        if (status == ZX_OK && op != ZX_VMAR_OP_DECOMMIT && op != ZX_VMAR_OP_ZERO &&
            op != ZX_VMAR_OP_DONT_NEED) {
            show(self, vmar, base, &at);
        }
        object_unref(self, &at.vmo->object);
        base += at.size;
    }
    return status;
}
