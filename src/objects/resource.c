// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/resource.h"

#include "objects/name.h"

struct resource {
    struct object object;
    struct mutex object_lock;
    uint32_t kind, flags;
    uint64_t base, size;
    char name[ZX_MAX_NAME_LEN];
};

SLAB_OBJECTS(resource, sizeof(struct resource));

static struct resource *resource_at(struct object *object) {
    return list_entry(object, struct resource, object);
}

struct object *resource_new_root(struct thread *self) {
    struct resource *resource = slab_alloc(self, &resource_slab);
    if (resource == NULL) {
        return NULL;
    }
    resource->kind = ZX_RSRC_KIND_ROOT;
    resource->flags = 0;
    resource->base = resource->size = 0;
    name_set(resource->name, "root", 4);
    mutex_init(&resource->object_lock, RANK_OBJECT);
    object_init(&resource->object, &resource_type, &resource->object_lock, 0);
    return &resource->object;
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

static zx_status_t resource_get_name(struct thread *self, struct object *object, char *name) {
    (void)self;
    memcpy(name, resource_at(object)->name, ZX_MAX_NAME_LEN);
    return ZX_OK;
}

static void resource_destroy(struct thread *self, struct object *object) {
    slab_free(self, &resource_slab, resource_at(object));
}

const struct object_type resource_type = {
    .id = ZX_OBJ_TYPE_RESOURCE,
    .name = "resource",
    .rights = ZX_DEFAULT_RESOURCE_RIGHTS,
    .get_name = resource_get_name,
    .destroy = resource_destroy,
};
