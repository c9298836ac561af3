// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// All resources stand on one list, which is what an exclusive one is checked against. There are few
// of them, and they are made rarely.
#include "objects/resource.h"

#include <string.h>

#include "host/console.h"
#include "objects/name.h"

struct resource {
    struct object object;
    struct mutex object_lock;
    // fixed after create
    uint32_t kind, flags;
    uint64_t base, size;
    char name[ZX_MAX_NAME_LEN];
    struct list node; // on the list of all resources
};

enum {
    VECTOR_BASE = 32, // where the machine's interrupts begin, and how many Zircon counts
    VECTOR_COUNT = 255,
    PORT_COUNT = UINT16_MAX,
    PAGE_SIZE = 4096,
};

SLAB_OBJECTS(resource, sizeof(struct resource));

static struct {
    struct mutex lock; // RANK_RESOURCES
    struct list list;
} all KERNEL_STATE;

static struct resource *resource_at(struct object *object) {
    return list_entry(object, struct resource, object);
}

void resource_start(void) {
    mutex_init(&all.lock, RANK_RESOURCES);
    list_init(&all.list);
}

static bool has_range(uint32_t kind) {
    return kind != ZX_RSRC_KIND_ROOT && kind != ZX_RSRC_KIND_HYPERVISOR &&
           kind != ZX_RSRC_KIND_VMEX;
}

// Neither range wraps around; an empty one meets nothing.
static bool meets(uint64_t base, uint64_t size, uint64_t other_base, uint64_t other_size) {
    if (size == 0 || other_size == 0) {
        return false;
    }
    return base < other_base ? other_base - base < size : base - other_base < other_size;
}

// Does the machine have the range?
static zx_status_t check_machine(uint32_t kind, uint64_t base, uint64_t size) {
    uint64_t first, count;
    switch (kind) {
    case ZX_RSRC_KIND_MMIO:
        first = 0;
        count = ((uint64_t)1 << machine_physical_bits()) - 1;
        break;
    case ZX_RSRC_KIND_IRQ:
        first = VECTOR_BASE;
        count = VECTOR_COUNT;
        break;
    case ZX_RSRC_KIND_IOPORT:
        first = 0;
        count = PORT_COUNT;
        break;
    default:
        return ZX_ERR_BAD_STATE;
    }
    if (size == 0 || base + size < base) {
        return ZX_ERR_INVALID_ARGS;
    }
    return base >= first && size <= count && base - first <= count - size ? ZX_OK
                                                                          : ZX_ERR_NOT_FOUND;
}

// A part that is exclusive is nobody else's, before and after.
static zx_status_t check_others_locked(uint32_t kind, uint64_t base, uint64_t size,
                                       uint32_t flags) {
    list_for_each(node, next, &all.list) {
        struct resource *other = list_entry(node, struct resource, node);
        bool exclusive = ((other->flags | flags) & ZX_RSRC_FLAG_EXCLUSIVE) != 0;
        if (exclusive && other->kind == kind && meets(base, size, other->base, other->size)) {
            return ZX_ERR_NOT_FOUND;
        }
    }
    return ZX_OK;
}

static struct resource *add_locked(struct thread *self, uint32_t kind, uint64_t base, uint64_t size,
                                   uint32_t flags, const char *name) {
    struct resource *resource = slab_alloc(self, &resource_slab);
    if (resource == NULL) {
        return NULL;
    }
    resource->kind = kind;
    resource->flags = flags;
    resource->base = base;
    resource->size = size;
    name_set(resource->name, name, strlen(name));
    mutex_init(&resource->object_lock, RANK_OBJECT);
    object_init(&resource->object, &resource_type, &resource->object_lock, 0);
    list_init(&resource->node);
    list_add_tail(&all.list, &resource->node);
    return resource;
}

struct object *resource_new_root(struct thread *self) {
    struct object *object;
    zx_status_t status = resource_new(self, ZX_RSRC_KIND_ROOT, 0, 0, 0, "root", &object);
    return status == ZX_OK ? object : NULL;
}

zx_status_t resource_new(struct thread *self, uint32_t kind, uint64_t base, uint64_t size,
                         uint32_t flags, const char *name, struct object **out) {
    if (!has_range(kind)) {
        if (base != 0 || size != 0) {
            return ZX_ERR_INVALID_ARGS;
        }
    } else {
        zx_status_t status = check_machine(kind, base, size);
        if (status != ZX_OK) {
            return status;
        }
    }
    mutex_lock(self, &all.lock);
    zx_status_t status = check_others_locked(kind, base, size, flags);
    if (status == ZX_OK) {
        struct resource *resource = add_locked(self, kind, base, size, flags, name);
        status = resource != NULL ? ZX_OK : ZX_ERR_NO_MEMORY;
        *out = resource != NULL ? &resource->object : NULL;
    }
    mutex_unlock(self, &all.lock);
    return status;
}

void resource_info(struct object *object, zx_info_resource_t *info) {
    struct resource *resource = resource_at(object);
    memset(info, 0, sizeof(*info));
    info->kind = resource->kind;
    info->flags = resource->flags;
    info->base = resource->base;
    info->size = resource->size;
    memcpy(info->name, resource->name, sizeof(info->name));
}

zx_status_t resource_check(struct thread *self, zx_handle_t handle, uint32_t kind) {
    struct object *object;
    zx_status_t status = handle_get(self, handle, &resource_type, 0, &object);
    if (status != ZX_OK) {
        return status;
    }
    uint32_t has = resource_at(object)->kind;
    object_unref(self, object);
    return has == ZX_RSRC_KIND_ROOT || has == kind ? ZX_OK : ZX_ERR_WRONG_TYPE;
}

zx_status_t resource_covers(struct object *object, uint32_t kind, uint64_t base, uint64_t size) {
    const struct resource *resource = resource_at(object);
    if (resource->kind == ZX_RSRC_KIND_ROOT) {
        return ZX_OK;
    }
    if (resource->kind != kind) {
        return ZX_ERR_WRONG_TYPE;
    }
    uint64_t first = resource->base, count = resource->size;
    if (kind == ZX_RSRC_KIND_MMIO) { // all of the pages that it touches
        uint64_t before = first % PAGE_SIZE;
        first -= before;
        count = (before + count + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
    }
    return size != 0 && size <= count && base >= first && base - first <= count - size
               ? ZX_OK
               : ZX_ERR_OUT_OF_RANGE;
}

zx_status_t resource_check_range(struct thread *self, zx_handle_t handle, uint32_t kind,
                                 uint64_t base, uint64_t size) {
    struct object *object;
    zx_status_t status = handle_get(self, handle, &resource_type, 0, &object);
    if (status != ZX_OK) {
        return status;
    }
    status = resource_covers(object, kind, base, size);
    object_unref(self, object);
    return status;
}

zx_status_t resource_check_child(struct object *object, uint32_t kind, uint64_t base, uint64_t size,
                                 uint32_t flags) {
    const struct resource *parent = resource_at(object);
    if (resource_covers(object, kind, base, size) != ZX_OK) {
        return ZX_ERR_ACCESS_DENIED;
    }
    bool exclusive = ((parent->flags | flags) & ZX_RSRC_FLAG_EXCLUSIVE) != 0;
    return parent->kind != ZX_RSRC_KIND_ROOT && exclusive ? ZX_ERR_INVALID_ARGS : ZX_OK;
}

void resource_for_each(struct thread *self,
                       void (*visit)(void *context, const zx_info_resource_t *info),
                       void *context) {
    mutex_lock(self, &all.lock);
    list_for_each(node, next, &all.list) {
        zx_info_resource_t info;
        resource_info(&list_entry(node, struct resource, node)->object, &info);
        visit(context, &info);
    }
    mutex_unlock(self, &all.lock);
}

static zx_status_t resource_get_name(struct thread *self, struct object *object, char *name) {
    (void)self;
    memcpy(name, resource_at(object)->name, ZX_MAX_NAME_LEN);
    return ZX_OK;
}

static void resource_destroy(struct thread *self, struct object *object) {
    struct resource *resource = resource_at(object);
    mutex_lock(self, &all.lock);
    list_remove(&resource->node);
    mutex_unlock(self, &all.lock);
    slab_free(self, &resource_slab, resource);
}

const struct object_type resource_type = {
    .id = ZX_OBJ_TYPE_RESOURCE,
    .name = "resource",
    .rights = ZX_DEFAULT_RESOURCE_RIGHTS,
    .get_name = resource_get_name,
    .destroy = resource_destroy,
};
