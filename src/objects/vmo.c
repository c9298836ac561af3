// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/vmo.h"

#include "base/invariant.h"
#include "host/frames.h"
#include "objects/name.h"
#include "vm/page_source.h"

// Bits that programs of before 2019 set to get what is the default now.
enum { OLD_NON_RESIZABLE = 1u << 1 };

SLAB_OBJECTS(vmo, sizeof(struct vmo));
_Static_assert(sizeof(struct vmo) < 512, "an empty VMO is small");

static struct vmo *vmo_at(struct object *object) {
    return list_entry(object, struct vmo, object);
}

// --- making ---

zx_status_t vmo_round_size(uint64_t size, uint64_t *rounded) {
    *rounded = (size + FRAME_SIZE - 1) & ~(uint64_t)(FRAME_SIZE - 1);
    return *rounded < size || *rounded >> FRAME_SHIFT > PAGES_MAX ? ZX_ERR_OUT_OF_RANGE : ZX_OK;
}

static struct vmo *new_vmo(struct thread *self, uint64_t pages) {
    struct vmo *vmo = slab_alloc(self, &vmo_slab);
    if (vmo == NULL) {
        return NULL;
    }
    mutex_init(&vmo->lock, RANK_OBJECT);
    atomic_store_explicit(&vmo->weak, 1, memory_order_relaxed);
    vmo->children = 0;
    vmo->creator = NULL;
    vmo->creator_koid = ZX_KOID_INVALID;
    vmo->content_size = 0;
    vmo->resizable = vmo->is_clone = vmo->is_vdso = false;
    vmo->cache_policy = ZX_CACHE_POLICY_CACHED;
    vmo->pager_koid = ZX_KOID_INVALID;
    memset(vmo->name, 0, sizeof(vmo->name));
    cow_init(&vmo->cow, vmo, ZX_KOID_INVALID, pages);
    object_init(&vmo->object, &vmo_type, &vmo->lock, ZX_VMO_ZERO_CHILDREN);
    vmo->cow.credit = vmo->object.koid;
    return vmo;
}

zx_status_t vmo_new(struct thread *self, uint64_t size, bool resizable, struct vmo **vmo) {
    zx_status_t status = vmo_round_size(size, &size);
    if (status != ZX_OK) {
        return status;
    }
    *vmo = new_vmo(self, size >> FRAME_SHIFT);
    if (*vmo == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    (*vmo)->resizable = resizable;
    return ZX_OK;
}

zx_status_t vmo_new_contiguous(struct thread *self, uint64_t size, uint32_t align_log2,
                               struct vmo **out) {
    zx_status_t status = vmo_round_size(size, &size);
    if (status != ZX_OK) {
        return status;
    }
    uint64_t pages = size >> FRAME_SHIFT;
    uint8_t order = run_order(pages);
    if (align_log2 > (uint32_t)order + FRAME_SHIFT) { // runs are aligned to their size
        order = (uint8_t)(align_log2 - FRAME_SHIFT);
    }
    if (order > RUN_ORDER_MAX || !frames_available(pages)) {
        return ZX_ERR_NO_MEMORY;
    }
    struct vmo *vmo = new_vmo(self, pages);
    if (vmo == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    struct segment *segment = segment_new(self, 0, order, true);
    vmo->cow.segments = segment;
    if (segment == NULL || !segment_set(self, segment, 0, pages) ||
        !frames_populate(segment->run.frame, pages)) {
        object_unref(self, &vmo->object);
        return ZX_ERR_NO_MEMORY;
    }
    vmo->cow.contiguous = true;
    *out = vmo;
    return ZX_OK;
}

zx_status_t vmo_new_physical(struct thread *self, zx_paddr_t address, uint64_t size,
                             struct vmo **out) {
    if (address % FRAME_SIZE != 0 || size == 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    uint64_t rounded;
    if (vmo_round_size(size, &rounded) != ZX_OK || address + rounded - 1 < address) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct vmo *vmo = new_vmo(self, rounded >> FRAME_SHIFT);
    if (vmo == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    vmo->cow.kind = COW_PHYSICAL;
    vmo->cow.physical = address >> FRAME_SHIFT;
    vmo->cache_policy = ZX_CACHE_POLICY_UNCACHED;
    *out = vmo;
    return ZX_OK;
}

// --- children ---

static void drop_weak(struct thread *self, struct vmo *vmo) {
    if (atomic_fetch_sub_explicit(&vmo->weak, 1, memory_order_acq_rel) == 1) {
        slab_free(self, &vmo_slab, vmo);
    }
}

// `child` counts for the VMO it is made of.
static void count_child_locked(struct thread *self, struct vmo *parent, struct vmo *child) {
    atomic_fetch_add_explicit(&parent->weak, 1, memory_order_relaxed);
    child->creator = parent;
    child->creator_koid = parent->object.koid;
    parent->children++;
    object_update_locked(self, &parent->object, ZX_VMO_ZERO_CHILDREN, 0);
}

static void uncount_child(struct thread *self, struct vmo *parent) {
    mutex_lock(self, &parent->lock);
    if (--parent->children == 0) {
        object_update_locked(self, &parent->object, 0, ZX_VMO_ZERO_CHILDREN);
    }
    mutex_unlock(self, &parent->lock);
    drop_weak(self, parent);
}

// Makes `child` show `parent`, under both locks of the parent.
static zx_status_t adopt_locked(struct thread *self, struct vmo *parent, struct vmo *child,
                                uint32_t kind, uint64_t page) {
    if (parent->cache_policy != ZX_CACHE_POLICY_CACHED &&
        (kind != ZX_VMO_CHILD_SLICE || !parent->cow.contiguous)) {
        return ZX_ERR_BAD_STATE;
    }
    uint64_t most = page < parent->cow.size ? parent->cow.size - page : 0;
    struct cow *shown = cow_unslice(&parent->cow, &page);
    if (kind == ZX_VMO_CHILD_COPY_ON_WRITE2) {
        return cow_add_snapshot(self, shown, &child->cow, page, most) ? ZX_OK : ZX_ERR_NO_MEMORY;
    }
    if (kind == ZX_VMO_CHILD_SLICE) {
        child->cow.kind = COW_SLICE;
        child->cow.contiguous = shown->contiguous;
        child->cache_policy = parent->cache_policy;
    }
    object_ref(&shown->vmo->object); // until cow_leave returns it
    cow_add_child(shown, &child->cow, page, most);
    return ZX_OK;
}

// Which kind of child the options ask for, and whether it is resizable.
static zx_status_t parse_child_options(uint32_t options, uint32_t *kind, bool *resizable) {
    *resizable = false;
    if ((options & ZX_VMO_CHILD_SLICE) != 0) {
        *kind = ZX_VMO_CHILD_SLICE;
        return options == ZX_VMO_CHILD_SLICE ? ZX_OK : ZX_ERR_INVALID_ARGS;
    }
    if ((options & ZX_VMO_CHILD_COPY_ON_WRITE) != 0) {
        *kind = ZX_VMO_CHILD_COPY_ON_WRITE;
    } else if ((options & ZX_VMO_CHILD_COPY_ON_WRITE2) != 0) {
        *kind = ZX_VMO_CHILD_COPY_ON_WRITE2;
    } else {
        return ZX_ERR_INVALID_ARGS;
    }
    *resizable = (options & ZX_VMO_CHILD_RESIZABLE) != 0;
    options &= ~(*kind | ZX_VMO_CHILD_RESIZABLE | OLD_NON_RESIZABLE);
    return options == 0 ? ZX_OK : ZX_ERR_INVALID_ARGS;
}

zx_status_t vmo_new_child(struct thread *self, struct vmo *parent, uint32_t options,
                          uint64_t offset, uint64_t size, bool copy_name, struct vmo **out) {
    uint32_t kind;
    bool resizable;
    zx_status_t status = parse_child_options(options, &kind, &resizable);
    if (status != ZX_OK) {
        return status;
    }
    if (vmo_is_physical(parent)) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    if (offset % FRAME_SIZE != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    status = vmo_round_size(size, &size);
    if (status != ZX_OK) {
        return status;
    }
    if (kind == ZX_VMO_CHILD_SLICE) {
        uint64_t end, whole = vmo_size(self, parent);
        if (__builtin_add_overflow(offset, size, &end) || end > whole) {
            return ZX_ERR_INVALID_ARGS;
        }
        if (parent->resizable) {
            return ZX_ERR_NOT_SUPPORTED;
        }
    }
    struct vmo *child = new_vmo(self, size >> FRAME_SHIFT);
    if (child == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    child->resizable = resizable;
    child->is_clone = kind != ZX_VMO_CHILD_SLICE;

    mutex_lock(self, &parent->lock);
    mutex_lock(self, parent->cow.lock);
    if (kind == ZX_VMO_CHILD_COPY_ON_WRITE2 && cow_root_source(&parent->cow) != NULL) {
        status = ZX_ERR_NOT_SUPPORTED;
    } else {
        status = adopt_locked(self, parent, child, kind, offset >> FRAME_SHIFT);
    }
    mutex_unlock(self, parent->cow.lock);
    if (status == ZX_OK) {
        count_child_locked(self, parent, child);
        if (copy_name) {
            memcpy(child->name, parent->name, sizeof(child->name));
        }
    }
    mutex_unlock(self, &parent->lock);
    if (status != ZX_OK) {
        object_unref(self, &child->object);
        return status;
    }
    *out = child;
    return ZX_OK;
}

static void vmo_destroy(struct thread *self, struct object *object) {
    struct vmo *vmo = vmo_at(object);
    mutex_lock(self, vmo->cow.lock);
    struct vmo *shown = cow_leave(self, &vmo->cow);
    mutex_unlock(self, vmo->cow.lock);
    if (vmo->cow.source != NULL) {
        vmo->cow.source->type->gone(self, vmo->cow.source);
    }
    if (vmo->creator != NULL) {
        uncount_child(self, vmo->creator);
    }
    if (shown != NULL) {
        object_unref(self, &shown->object);
    }
    drop_weak(self, vmo);
}

// --- size ---

uint64_t vmo_size(struct thread *self, struct vmo *vmo) {
    mutex_lock(self, vmo->cow.lock);
    uint64_t pages = vmo->cow.size;
    mutex_unlock(self, vmo->cow.lock);
    return pages << FRAME_SHIFT;
}

zx_status_t vmo_set_size(struct thread *self, struct vmo *vmo, uint64_t size) {
    if (vmo_is_physical(vmo)) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    if (!vmo->resizable) {
        return ZX_ERR_UNAVAILABLE;
    }
    zx_status_t status = vmo_round_size(size, &size);
    if (status != ZX_OK) {
        return status;
    }
    uint64_t pages = size >> FRAME_SHIFT;
    mutex_lock(self, vmo->cow.lock);
    if (pages < vmo->cow.size && cow_is_pinned(&vmo->cow, pages, vmo->cow.size - pages)) {
        status = ZX_ERR_BAD_STATE;
    } else {
        cow_resize(self, &vmo->cow, pages);
    }
    mutex_unlock(self, vmo->cow.lock);
    return status;
}

uint64_t vmo_content_size(struct thread *self, struct vmo *vmo) {
    mutex_lock(self, &vmo->lock);
    uint64_t size = vmo->content_size;
    mutex_unlock(self, &vmo->lock);
    return size;
}

void vmo_set_content_size(struct thread *self, struct vmo *vmo, uint64_t size) {
    mutex_lock(self, &vmo->lock);
    vmo->content_size = size;
    mutex_unlock(self, &vmo->lock);
}

// --- cache policy ---

zx_status_t vmo_set_cache_policy(struct thread *self, struct vmo *vmo, uint32_t policy) {
    struct cow *cow = &vmo->cow;
    zx_status_t status = ZX_OK;
    mutex_lock(self, cow->lock);
    bool same = vmo_is_physical(vmo) && vmo->cache_policy == policy;
    if (!same) {
        bool has_pages = !vmo_is_physical(vmo) && cow_has_pages(self, cow);
        if (has_pages || cow->mapping_count != 0 || !list_is_empty(&cow->children) ||
            cow->parent != NULL) {
            status = ZX_ERR_BAD_STATE;
        } else {
            vmo->cache_policy = policy;
        }
    }
    mutex_unlock(self, cow->lock);
    return status;
}

uint32_t vmo_cache_policy(struct thread *self, struct vmo *vmo) {
    mutex_lock(self, vmo->cow.lock);
    uint32_t policy = vmo->cache_policy;
    mutex_unlock(self, vmo->cow.lock);
    return policy;
}

// --- what every object has ---

static zx_status_t vmo_get_name(struct thread *self, struct object *object, char *name) {
    mutex_lock(self, object->lock);
    memcpy(name, vmo_at(object)->name, ZX_MAX_NAME_LEN);
    mutex_unlock(self, object->lock);
    return ZX_OK;
}

static zx_status_t vmo_set_name(struct thread *self, struct object *object, const char *name,
                                size_t size) {
    mutex_lock(self, object->lock);
    name_set(vmo_at(object)->name, name, size);
    mutex_unlock(self, object->lock);
    return ZX_OK;
}

const struct object_type vmo_type = {
    .id = ZX_OBJ_TYPE_VMO,
    .name = "vmo",
    .rights = ZX_DEFAULT_VMO_RIGHTS,
    .get_name = vmo_get_name,
    .set_name = vmo_set_name,
    .destroy = vmo_destroy,
};
