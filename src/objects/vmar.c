// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/vmar.h"

#include "base/invariant.h"
#include "host/fault.h"
#include "host/frames.h"
#include "objects/space.h"
#include "objects/vmar_parts.h"

SLAB_OBJECTS(vmar, sizeof(struct vmar));

enum {
    CAN_RWX = ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE | ZX_VM_CAN_MAP_EXECUTE,
    PERM_RWX = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE | ZX_VM_PERM_EXECUTE,
    ALIGN_MIN = 10,
    ALIGN_MAX = 32,
};

static struct vmar *vmar_at(struct object *object) {
    return list_entry(object, struct vmar, object);
}

struct vmar *vmar_of_region(struct region *region) {
    return list_entry(region, struct vmar, region);
}

// --- making ---

static struct vmar *new_vmar(struct thread *self, struct space *space, uint32_t flags) {
    struct vmar *vmar = slab_alloc(self, &vmar_slab);
    if (vmar == NULL) {
        return NULL;
    }
    mutex_init(&vmar->lock, RANK_OBJECT);
    vmar->space = space;
    vmar->parent = NULL;
    vmar->region = (struct region){.is_mapping = false};
    vmar->flags = flags;
    vmar->alive = true;
    vmar->is_root = false;
    regions_init(&vmar->inside, 0, 0);
    object_init(&vmar->object, &vmar_type, &vmar->lock, 0);
    return vmar;
}

struct vmar *vmar_new_root(struct thread *self, enum vmar_root_kind kind, uint64_t size) {
    struct space *space = space_new(self, kind, size);
    if (space == NULL) {
        return NULL;
    }
    struct vmar *root = new_vmar(self, space, CAN_RWX | ZX_VM_CAN_MAP_SPECIFIC);
    if (root == NULL) {
        space_unref(self, space);
        return NULL;
    }
    root->is_root = true;
    space->root = root;
    return root;
}

// A root's range is known from here on.
static zx_status_t open_locked(struct thread *self, struct vmar *vmar) {
    zx_status_t status = space_open_locked(self, vmar->space);
    if (status == ZX_OK && vmar->is_root && vmar->inside.size == 0) {
        regions_init(&vmar->inside, vmar->space->base, vmar->space->size);
    }
    return status;
}

zx_status_t vmar_range(struct thread *self, struct vmar *vmar, uintptr_t *base, size_t *size) {
    zx_status_t status = ZX_OK;
    mutex_lock(self, &vmar->space->lock);
    if (vmar->space->alive) {
        status = open_locked(self, vmar);
    }
    *base = vmar->inside.base - vmar->space->bias;
    *size = vmar->inside.size;
    mutex_unlock(self, &vmar->space->lock);
    return status;
}

bool vmar_is_alive(struct thread *self, struct vmar *vmar) {
    mutex_lock(self, &vmar->space->lock);
    bool alive = vmar->alive;
    mutex_unlock(self, &vmar->space->lock);
    return alive;
}

uintptr_t vmar_host_address(struct vmar *vmar) {
    return vmar->inside.base;
}

zx_rights_t vmar_rights(const struct vmar *vmar) {
    return vmar_type.rights | ((vmar->flags & ZX_VM_CAN_MAP_READ) != 0 ? ZX_RIGHT_READ : 0u) |
           ((vmar->flags & ZX_VM_CAN_MAP_WRITE) != 0 ? ZX_RIGHT_WRITE : 0u) |
           ((vmar->flags & ZX_VM_CAN_MAP_EXECUTE) != 0 ? ZX_RIGHT_EXECUTE : 0u);
}

// --- placing ---

// Where something new is to go; what it must be checked for depends on nothing else.
struct placing {
    uint64_t offset, size;
    uint32_t can; // CAN_RWX of it
    bool specific, overwrite;
    uintptr_t align;
};

static zx_status_t parse_align(zx_vm_option_t options, uintptr_t *align) {
    uint32_t log2 = options >> ZX_VM_ALIGN_BASE;
    if (log2 != 0 && (log2 < ALIGN_MIN || log2 > ALIGN_MAX)) {
        return ZX_ERR_INVALID_ARGS;
    }
    *align = (uintptr_t)1 << log2;
    return ZX_OK;
}

// Finds the place, as Zircon checks it. `taken`: a specific place where something is.
static zx_status_t place_locked(struct thread *self, struct vmar *vmar,
                                const struct placing *placing, uintptr_t *base, bool *taken) {
    *taken = false;
    if (!vmar->alive) {
        return ZX_ERR_BAD_STATE;
    }
    if (placing->size == 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    if ((placing->can & ~vmar->flags) != 0) {
        return ZX_ERR_ACCESS_DENIED;
    }
    if (!placing->specific && placing->offset != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    if (placing->specific && (vmar->flags & ZX_VM_CAN_MAP_SPECIFIC) == 0) {
        return ZX_ERR_ACCESS_DENIED;
    }
    zx_status_t status = open_locked(self, vmar);
    if (status != ZX_OK) {
        return status;
    }
    struct regions *inside = &vmar->inside;
    if (placing->offset >= inside->size || placing->size > inside->size - placing->offset) {
        return ZX_ERR_INVALID_ARGS;
    }
    if (placing->specific) {
        *base = inside->base + placing->offset;
        if (*base % FRAME_SIZE != 0 || ((*base - vmar->space->bias) & (placing->align - 1)) != 0) {
            return ZX_ERR_INVALID_ARGS;
        }
        *taken = !regions_is_free(inside, *base, placing->size);
        return *taken && !placing->overwrite ? ZX_ERR_NO_MEMORY : ZX_OK;
    }
    if ((vmar->flags & ZX_VM_COMPACT) != 0 && placing->align > FRAME_SIZE) {
        return ZX_ERR_INVALID_ARGS;
    }
    uintptr_t align = placing->align > FRAME_SIZE ? placing->align : FRAME_SIZE;
    return regions_find_gap(inside, placing->size, align, FRAME_SIZE, base) ||
                   regions_find_gap(inside, placing->size, align, 0, base)
               ? ZX_OK
               : ZX_ERR_NO_MEMORY;
}

zx_status_t vmar_allocate(struct thread *self, struct vmar *parent, zx_vm_option_t options,
                          uint64_t offset, uint64_t size, struct vmar **child, uintptr_t *address) {
    enum {
        ALLOWED = ZX_VM_SPECIFIC | ZX_VM_CAN_MAP_SPECIFIC | ZX_VM_COMPACT | CAN_RWX,
        FLAGS = ZX_VM_CAN_MAP_SPECIFIC | ZX_VM_COMPACT | CAN_RWX,
    };
    struct placing placing = {
        .offset = offset,
        .size = size,
        .can = options & CAN_RWX,
        .specific = (options & ZX_VM_SPECIFIC) != 0,
    };
    zx_status_t status = parse_align(options, &placing.align);
    uint32_t rest = options & (((uint32_t)1 << ZX_VM_ALIGN_BASE) - 1);
    if ((rest & (ZX_VM_PERM_READ | ZX_VM_PERM_EXECUTE)) == 0) {
        rest &= ~(uint32_t)ZX_VM_PERM_WRITE; // alone it means nothing
    }
    if (status != ZX_OK || (rest & ~(uint32_t)ALLOWED) != 0 || size % FRAME_SIZE != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct vmar *vmar = new_vmar(self, parent->space, options & FLAGS);
    if (vmar == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    space_ref(parent->space);
    uintptr_t base;
    bool taken;
    mutex_lock(self, &parent->space->lock);
    status = place_locked(self, parent, &placing, &base, &taken);
    if (status == ZX_OK) {
        vmar->region.base = base;
        vmar->region.size = size;
        vmar->parent = parent;
        regions_init(&vmar->inside, base, size);
        regions_insert(&parent->inside, &vmar->region);
        object_ref(&vmar->object); // the parent's
        *address = base - parent->space->bias;
    } else {
        vmar->alive = false;
    }
    mutex_unlock(self, &parent->space->lock);
    if (status != ZX_OK) {
        object_unref(self, &vmar->object);
        return status;
    }
    *child = vmar;
    return ZX_OK;
}

zx_status_t vmar_map(struct thread *self, struct vmar *vmar, zx_vm_option_t options,
                     uint64_t offset, struct vmo *vmo, uint64_t vmo_offset, uint64_t size,
                     uintptr_t *address) {
    enum {
        ALLOWED = ZX_VM_SPECIFIC | ZX_VM_SPECIFIC_OVERWRITE | CAN_RWX | PERM_RWX |
                  ZX_VM_REQUIRE_NON_RESIZABLE | ZX_VM_ALLOW_FAULTS | ZX_VM_MAP_RANGE
    };
    struct placing placing = {
        .offset = offset,
        .can = options & CAN_RWX,
        .specific = (options & (ZX_VM_SPECIFIC | ZX_VM_SPECIFIC_OVERWRITE)) != 0,
        .overwrite = (options & ZX_VM_SPECIFIC_OVERWRITE) != 0,
    };
    uint32_t rest = options & (((uint32_t)1 << ZX_VM_ALIGN_BASE) - 1);
    enum { OTHERS = ZX_VM_COMPACT | ZX_VM_CAN_MAP_SPECIFIC }; // refused, but later
    if ((options & ZX_VM_PERM_READ) == 0 &&
        (options & (ZX_VM_PERM_WRITE | ZX_VM_PERM_EXECUTE)) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    if ((rest & ~(uint32_t)(ALLOWED | OTHERS)) != 0 ||
        parse_align(options, &placing.align) != ZX_OK) {
        return ZX_ERR_INVALID_ARGS;
    }
    if ((options & ZX_VM_REQUIRE_NON_RESIZABLE) != 0 && vmo->resizable) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    if ((rest & OTHERS) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    uint32_t access = mapping_access(options);
    uint32_t can = mapping_can(access);
    if ((can & ~vmar->flags) != 0) {
        return ZX_ERR_ACCESS_DENIED;
    }
    size = (size + FRAME_SIZE - 1) & ~(uint64_t)(FRAME_SIZE - 1);
    if (vmo_offset % FRAME_SIZE != 0 || vmo_offset + size < vmo_offset) {
        return ZX_ERR_INVALID_ARGS;
    }
    placing.size = size;
    placing.can |= can;

    struct mapping *mapping = mapping_new(self, vmar, vmo, vmo_offset, access, placing.can);
    uintptr_t base;
    bool taken;
    struct space *space = vmar->space;
    mutex_lock(self, &space->lock);
    zx_status_t status = place_locked(self, vmar, &placing, &base, &taken);
    if (status == ZX_OK && mapping == NULL) {
        status = ZX_ERR_NO_MEMORY;
    }
    if (status == ZX_OK && taken) {
        status = unmap_locked(self, vmar, base, size, false);
    }
    bool is_code = vmo->is_vdso && (access & WINDOW_EXECUTE) != 0;
    if (status == ZX_OK && is_code && !taken &&
        (space->vdso != NULL || !vdso_is_code(vmo_offset, size))) {
        status = ZX_ERR_ACCESS_DENIED;
    }
    if (status == ZX_OK) {
        mapping->region.base = base;
        mapping->region.size = size;
        regions_insert(&vmar->inside, &mapping->region);
        mapping_enter(self, mapping, (options & ZX_VM_MAP_RANGE) != 0);
        if (is_code && !taken) {
            space->vdso = mapping;
        }
        *address = base - space->bias;
    }
    mutex_unlock(self, &space->lock);
    if (status != ZX_OK && mapping != NULL) {
        mapping_free(self, mapping);
    }
    return status;
}

// --- the end ---

static void remove_child_locked(struct thread *self, struct vmar *vmar) {
    if (vmar->parent != NULL) {
        regions_remove(&vmar->parent->inside, &vmar->region);
        vmar->parent = NULL;
        vmar->alive = false;
        object_unref(self, &vmar->object);
    } else {
        vmar->alive = false;
    }
}

// Without recursion: regions can be nested as deeply as programs like.
zx_status_t destroy_locked(struct thread *self, struct vmar *vmar) {
    struct vmar *at = vmar;
    for (;;) {
        struct region *region = regions_at_or_after(&at->inside, 0);
        if (region == NULL) {
            struct vmar *parent = at->parent;
            bool done = at == vmar;
            remove_child_locked(self, at);
            if (done) {
                return ZX_OK;
            }
            at = parent;
        } else if (region->is_mapping) {
            struct mapping *mapping = mapping_of(region);
            if (mapping == vmar->space->vdso && vmar->space->alive) {
                return ZX_ERR_ACCESS_DENIED;
            }
            mapping_remove_locked(self, mapping);
        } else {
            at = vmar_of_region(region);
        }
    }
}

zx_status_t vmar_destroy(struct thread *self, struct vmar *vmar) {
    mutex_lock(self, &vmar->space->lock);
    zx_status_t status = vmar->alive ? destroy_locked(self, vmar) : ZX_ERR_BAD_STATE;
    mutex_unlock(self, &vmar->space->lock);
    return status;
}

void vmar_end_root(struct thread *self, struct vmar *root) {
    struct space *space = root->space;
    mutex_lock(self, &space->lock);
    if (space->alive) {
        space->alive = false;
        if (root->alive) {
            (void)destroy_locked(self, root);
        }
        mappings_clear_locked(self, space);
        space->vdso = NULL;
        space->root = NULL;
        space_close_locked(self, space);
    }
    mutex_unlock(self, &space->lock);
}

static void vmar_object_destroy(struct thread *self, struct object *object) {
    struct vmar *vmar = vmar_at(object);
    if (vmar->is_root) {
        vmar_end_root(self, vmar);
    }
    space_unref(self, vmar->space);
    slab_free(self, &vmar_slab, vmar);
}

// --- looking ---

struct mapping *find_mapping_locked(struct vmar *root, uintptr_t address) {
    struct vmar *vmar = root;
    for (;;) {
        struct region *region = regions_find(&vmar->inside, address);
        if (region == NULL || region->is_mapping) {
            return region != NULL ? mapping_of(region) : NULL;
        }
        vmar = vmar_of_region(region);
    }
}

zx_status_t vmar_fault(struct thread *self, uintptr_t address, uint32_t access) {
    for (;;) {
        struct space *space = space_at(address);
        if (space == NULL) {
            return ZX_ERR_NOT_FOUND;
        }
        mutex_lock(self, &space->lock);
        struct mapping *mapping = NULL;
        if (space->alive && address - space->base < space->size) {
            mapping = find_mapping_locked(space->root, address);
        }
        if (mapping == NULL) {
            mutex_unlock(self, &space->lock);
            return ZX_ERR_NOT_FOUND;
        }
        struct page_request request;
        zx_status_t status = mapping_fault(self, mapping, address, access, &request);
        mutex_unlock(self, &space->lock);
        if (status == ZX_ERR_SHOULD_WAIT) {
            status = request.source->type->finish(self, &request);
            if (status == ZX_OK) {
                continue;
            }
        }
        return status;
    }
}

zx_status_t vmar_find_mapping(struct thread *self, struct vmar *root, uintptr_t address,
                              struct vmo **vmo, uint64_t *offset, uint64_t *size) {
    struct space *space = root->space;
    mutex_lock(self, &space->lock);
    address += space->bias;
    struct mapping *mapping = root->alive ? find_mapping_locked(root, address) : NULL;
    if (mapping != NULL) {
        uintptr_t into = address - mapping->region.base;
        *vmo = mapping->vmo;
        object_ref(&mapping->vmo->object);
        *offset = (mapping->page << FRAME_SHIFT) + into;
        *size = mapping->region.size - into;
    }
    mutex_unlock(self, &space->lock);
    return mapping != NULL ? ZX_OK : ZX_ERR_NOT_FOUND;
}

void vmar_for_each(struct thread *self, struct vmar *vmar, vmar_visitor visit, void *context) {
    mutex_lock(self, &vmar->space->lock);
    struct vmar *at = vmar;
    uint32_t depth = 0;
    bool more = vmar->alive && visit(context, vmar, NULL, 0);
    struct region *region = more ? regions_at_or_after(&at->inside, 0) : NULL;
    while (more) {
        if (region == NULL) {
            if (at == vmar) {
                break;
            }
            region = regions_next(&at->parent->inside, &at->region);
            at = at->parent;
            depth--;
        } else if (region->is_mapping) {
            more = visit(context, NULL, mapping_of(region), depth + 1);
            region = regions_next(&at->inside, region);
        } else {
            at = vmar_of_region(region);
            depth++;
            more = visit(context, at, NULL, depth);
            region = regions_at_or_after(&at->inside, 0);
        }
    }
    mutex_unlock(self, &vmar->space->lock);
}

const struct object_type vmar_type = {
    .id = ZX_OBJ_TYPE_VMAR,
    .name = "vmar",
    .rights = ZX_DEFAULT_VMAR_RIGHTS,
    .destroy = vmar_object_destroy,
};
