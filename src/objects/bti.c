// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A token has a reference to its initiator, and the quarantine has one to each token in it. So an
// initiator that is closed with something in quarantine stays for good, and so do the pages, as in
// Zircon: nobody can say any more that the device is quiet.
#include "objects/bti.h"

#include <string.h>

#include "host/frames.h"

struct bti {
    struct object object;
    struct mutex object_lock;
    struct object *iommu; // with a reference
    uint64_t id;
    // under the object's lock
    bool closed;                  // no handle is left
    struct list quarantine;       // of struct pmt, each with a reference
    uint64_t pinned, quarantined; // how many tokens there are, and of these in quarantine
};

struct pmt {
    struct object object;
    struct mutex object_lock;
    // fixed after create
    struct bti *bti; // with a reference
    struct vmo *vmo; // with a reference
    uint64_t offset, size;
    // under the object's lock
    bool unpinned;
    struct list node; // in quarantine, under the initiator's lock
};

SLAB_OBJECTS(bti, sizeof(struct bti));
SLAB_OBJECTS(pmt, sizeof(struct pmt));

static struct bti *bti_at(struct object *object) {
    return list_entry(object, struct bti, object);
}

static struct pmt *pmt_at(struct object *object) {
    return list_entry(object, struct pmt, object);
}

struct object *bti_new(struct thread *self, struct object *iommu, uint64_t id) {
    struct bti *bti = slab_alloc(self, &bti_slab);
    if (bti == NULL) {
        return NULL;
    }
    object_ref(iommu);
    bti->iommu = iommu;
    bti->id = id;
    bti->closed = false;
    list_init(&bti->quarantine);
    bti->pinned = bti->quarantined = 0;
    mutex_init(&bti->object_lock, RANK_OBJECT);
    object_init(&bti->object, &bti_type, &bti->object_lock, 0);
    return &bti->object;
}

void bti_info(struct thread *self, struct object *object, zx_info_bti_v2_t *info) {
    memset(info, 0, sizeof(*info));
    info->minimum_contiguity = FRAME_SIZE;
    info->aspace_size = UINT64_MAX;
    mutex_lock(self, object->lock);
    info->pmo_count = bti_at(object)->pinned;
    info->quarantine_count = bti_at(object)->quarantined;
    mutex_unlock(self, object->lock);
}

// --- pinning ---

// A page that goes between the two steps is committed again.
static zx_status_t pin(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size) {
    uint64_t end;
    if (__builtin_add_overflow(offset, size, &end) || end > vmo_size(self, vmo)) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    if (vmo_is_physical(vmo)) {
        return vmo_pin(self, vmo, offset, size);
    }
    zx_status_t status = vmo_commit(self, vmo, offset, size);
    while (status == ZX_OK && (status = vmo_pin(self, vmo, offset, size)) == ZX_ERR_NOT_FOUND) {
        status = vmo_commit(self, vmo, offset, size);
    }
    return status;
}

zx_status_t bti_pin(struct thread *self, struct object *object, struct vmo *vmo, uint64_t offset,
                    uint64_t size, uint32_t permissions, struct object **out) {
    struct bti *bti = bti_at(object);
    if (size == 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct pmt *pmt = slab_alloc(self, &pmt_slab);
    if (pmt == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    zx_status_t status = pin(self, vmo, offset, size);
    if (status == ZX_OK) {
        mutex_lock(self, object->lock);
        status = bti->closed ? ZX_ERR_BAD_STATE : ZX_OK;
        mutex_unlock(self, object->lock);
        if (status == ZX_OK && permissions == 0) {
            status = ZX_ERR_INVALID_ARGS;
        }
        if (status != ZX_OK) {
            vmo_unpin(self, vmo, offset, size);
        }
    }
    if (status != ZX_OK) {
        slab_free(self, &pmt_slab, pmt);
        return status;
    }
    mutex_lock(self, object->lock);
    bti->pinned++;
    mutex_unlock(self, object->lock);
    object_ref(object);
    object_ref(&vmo->object);
    pmt->bti = bti;
    pmt->vmo = vmo;
    pmt->offset = offset;
    pmt->size = size;
    pmt->unpinned = false;
    list_init(&pmt->node);
    mutex_init(&pmt->object_lock, RANK_OBJECT);
    object_init(&pmt->object, &pmt_type, &pmt->object_lock, 0);
    *out = &pmt->object;
    return ZX_OK;
}

uint64_t pmt_size(struct object *object) {
    return pmt_at(object)->size;
}

bool pmt_is_contiguous(struct object *object) {
    struct pmt *pmt = pmt_at(object);
    return vmo_is_one_run(pmt->vmo);
}

zx_paddr_t pmt_address(struct thread *self, struct object *object, uint64_t offset) {
    struct pmt *pmt = pmt_at(object);
    zx_paddr_t address = 0;
    uint64_t run;
    vmo_physical(self, pmt->vmo, pmt->offset + offset, FRAME_SIZE, &address, &run);
    return address;
}

void pmt_mark_unpinned(struct thread *self, struct object *object) {
    mutex_lock(self, object->lock);
    pmt_at(object)->unpinned = true;
    mutex_unlock(self, object->lock);
}

void pmt_mark_pinned(struct thread *self, struct object *object) {
    mutex_lock(self, object->lock);
    pmt_at(object)->unpinned = false;
    mutex_unlock(self, object->lock);
}

// --- the end ---

void bti_release_quarantine(struct thread *self, struct object *object) {
    struct bti *bti = bti_at(object);
    struct list *node;
    do {
        mutex_lock(self, object->lock);
        node = list_pop(&bti->quarantine);
        bti->quarantined -= node != NULL;
        mutex_unlock(self, object->lock);
        if (node != NULL) {
            object_unref(self, &list_entry(node, struct pmt, node)->object);
        }
    } while (node != NULL);
}

static void bti_on_zero_handles(struct thread *self, struct object *object) {
    mutex_lock(self, object->lock);
    bti_at(object)->closed = true;
    mutex_unlock(self, object->lock);
}

static void bti_destroy(struct thread *self, struct object *object) {
    struct bti *bti = bti_at(object);
    object_unref(self, bti->iommu);
    slab_free(self, &bti_slab, bti);
}

static void pmt_on_zero_handles(struct thread *self, struct object *object) {
    struct pmt *pmt = pmt_at(object);
    mutex_lock(self, object->lock);
    bool unpinned = pmt->unpinned;
    mutex_unlock(self, object->lock);
    if (!unpinned) {
        object_ref(object);
        mutex_lock(self, pmt->bti->object.lock);
        list_add_tail(&pmt->bti->quarantine, &pmt->node);
        pmt->bti->quarantined++;
        mutex_unlock(self, pmt->bti->object.lock);
    }
}

static void pmt_destroy(struct thread *self, struct object *object) {
    struct pmt *pmt = pmt_at(object);
    vmo_unpin(self, pmt->vmo, pmt->offset, pmt->size);
    mutex_lock(self, pmt->bti->object.lock);
    pmt->bti->pinned--;
    mutex_unlock(self, pmt->bti->object.lock);
    object_unref(self, &pmt->vmo->object);
    object_unref(self, &pmt->bti->object);
    slab_free(self, &pmt_slab, pmt);
}

const struct object_type bti_type = {
    .id = ZX_OBJ_TYPE_BTI,
    .name = "bti",
    .rights = ZX_DEFAULT_BTI_RIGHTS,
    .on_zero_handles = bti_on_zero_handles,
    .destroy = bti_destroy,
};

const struct object_type pmt_type = {
    .id = ZX_OBJ_TYPE_PMT,
    .name = "pmt",
    .rights = ZX_DEFAULT_PMT_RIGHTS,
    .on_zero_handles = pmt_on_zero_handles,
    .destroy = pmt_destroy,
};
