// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What is told of a VMO and its mappings.
#include <string.h>

#include "host/frames.h"
#include "objects/vmar.h"

enum { SPACES_MAX = 64 }; // told apart

// In how many address spaces it is mapped. Beyond a number of them an estimate, as Zircon makes it.
static uint64_t count_spaces_locked(struct cow *cow) {
    const struct space *spaces[SPACES_MAX];
    uint64_t seen = 0, count = 0;
    if (cow->mapping_count < 2) {
        return 1;
    }
    list_for_each(node, next, &cow->mappings) {
        const struct space *space = mapping_on_list(node)->parent->space;
        uint64_t i = 0;
        while (i < count && spaces[i] != space) {
            i++;
        }
        if (i == count) {
            if (count == SPACES_MAX) {
                return count + (cow->mapping_count - seen) * count / seen;
            }
            spaces[count++] = space;
        }
        seen++;
    }
    return count;
}

void vmo_info(struct thread *self, struct vmo *vmo, zx_info_vmo_t *info) {
    memset(info, 0, sizeof(*info));
    mutex_lock(self, &vmo->lock);
    memcpy(info->name, vmo->name, sizeof(info->name));
    info->num_children = vmo->children;
    mutex_unlock(self, &vmo->lock);
    info->koid = vmo->object.koid;
    info->parent_koid = vmo->creator_koid;
    info->flags = (vmo_is_physical(vmo) ? ZX_INFO_VMO_TYPE_PHYSICAL : ZX_INFO_VMO_TYPE_PAGED) |
                  (vmo->resizable ? ZX_INFO_VMO_RESIZABLE : 0u) |
                  (vmo->creator_koid != 0 ? ZX_INFO_VMO_IS_COW_CLONE : 0u);
    mutex_lock(self, vmo->cow.lock);
    info->size_bytes = vmo->cow.size << FRAME_SHIFT;
    info->num_mappings = vmo->cow.mapping_count;
    info->share_count = count_spaces_locked(&vmo->cow);
    info->flags |=
        (cow_root_source(&vmo->cow) != NULL ? ZX_INFO_VMO_PAGER_BACKED : 0u) |
        (vmo->cow.contiguous && vmo->cow.kind != COW_SLICE ? ZX_INFO_VMO_CONTIGUOUS : 0u);
    info->committed_bytes =
        vmo_is_physical(vmo) ? 0 : cow_attributed(self, &vmo->cow, 0, vmo->cow.size) << FRAME_SHIFT;
    info->cache_policy = vmo->cache_policy;
    mutex_unlock(self, vmo->cow.lock);
}

uint64_t mapping_committed(struct thread *self, struct mapping *mapping, uint64_t *spaces) {
    struct cow *cow = mapping->cow;
    mutex_lock(self, cow->lock);
    uint64_t pages =
        cow->kind == COW_PHYSICAL
            ? 0
            : cow_attributed(self, cow, mapping->page, mapping->region.size >> FRAME_SHIFT);
    if (spaces != NULL) {
        *spaces = count_spaces_locked(cow);
    }
    mutex_unlock(self, cow->lock);
    return pages;
}
