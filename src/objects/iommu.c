// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/iommu.h"

struct iommu {
    struct object object;
    struct mutex object_lock;
};

SLAB_OBJECTS(iommu, sizeof(struct iommu));

struct object *iommu_new(struct thread *self) {
    struct iommu *iommu = slab_alloc(self, &iommu_slab);
    if (iommu == NULL) {
        return NULL;
    }
    mutex_init(&iommu->object_lock, RANK_OBJECT);
    object_init(&iommu->object, &iommu_type, &iommu->object_lock, 0);
    return &iommu->object;
}

static void iommu_destroy(struct thread *self, struct object *object) {
    slab_free(self, &iommu_slab, list_entry(object, struct iommu, object));
}

const struct object_type iommu_type = {
    .id = ZX_OBJ_TYPE_IOMMU,
    .name = "iommu",
    .rights = ZX_DEFAULT_IOMMU_RIGHTS,
    .destroy = iommu_destroy,
};
