// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/profile.h"

struct profile {
    struct object object;
    struct mutex lock; // the object's
    int32_t priority;
};

SLAB_OBJECTS(profile, sizeof(struct profile));

static void profile_destroy(struct thread *self, struct object *object) {
    slab_free(self, &profile_slab, list_entry(object, struct profile, object));
}

const struct object_type profile_type = {
    .id = ZX_OBJ_TYPE_PROFILE,
    .name = "profile",
    .rights = ZX_DEFAULT_PROFILE_RIGHTS,
    .destroy = profile_destroy,
};

zx_status_t profile_create(struct thread *self, const zx_profile_info_t *info,
                           struct object **object) {
    if (info->type != ZX_PROFILE_INFO_SCHEDULER) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    int32_t priority = info->scheduler.priority;
    if (priority < ZX_PRIORITY_LOWEST || priority > ZX_PRIORITY_HIGHEST) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct profile *profile = slab_alloc(self, &profile_slab);
    if (profile == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    mutex_init(&profile->lock, RANK_OBJECT);
    profile->priority = priority;
    object_init(&profile->object, &profile_type, &profile->lock, 0);
    *object = &profile->object;
    return ZX_OK;
}

int32_t profile_priority(const struct object *object) {
    return list_entry(object, const struct profile, object)->priority;
}
