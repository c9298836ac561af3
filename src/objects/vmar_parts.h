// Part of libzircon. BSD-3-Clause, see LICENSE.
// What vmar.c and vmar_change.c ask of each other. All but the first group is under the space's
// lock.
#pragma once

#include "objects/space.h"

// ZX_VM_PERM_* as a window has it, and what such access makes possible for good.
static inline uint32_t mapping_access(zx_vm_option_t options) {
    return ((options & ZX_VM_PERM_READ) != 0 ? (uint32_t)WINDOW_READ : 0) |
           ((options & ZX_VM_PERM_WRITE) != 0 ? (uint32_t)WINDOW_WRITE : 0) |
           ((options & ZX_VM_PERM_EXECUTE) != 0 ? (uint32_t)WINDOW_EXECUTE : 0);
}

static inline uint32_t mapping_can(uint32_t access) {
    return ((access & WINDOW_READ) != 0 ? ZX_VM_CAN_MAP_READ : 0) |
           ((access & WINDOW_WRITE) != 0 ? ZX_VM_CAN_MAP_WRITE : 0) |
           ((access & WINDOW_EXECUTE) != 0 ? ZX_VM_CAN_MAP_EXECUTE : 0);
}

// A mapping that is nowhere yet. Null if memory is used up.
struct mapping *mapping_new(struct thread *self, struct vmar *parent, struct vmo *vmo,
                            uint64_t vmo_offset, uint32_t access, uint32_t flags);
void mapping_free(struct thread *self, struct mapping *mapping);

// Is this the vDSO's code, and all of it?
bool vdso_is_code(uint64_t vmo_offset, uint64_t size);

struct vmar *vmar_of_region(struct region *region);
struct mapping *find_mapping_locked(struct vmar *root, uintptr_t address);

// Unmaps the mapping and frees it; when its space ends mappings_clear_locked does that for all.
void mapping_remove_locked(struct thread *self, struct mapping *mapping);
void mappings_clear_locked(struct thread *self, struct space *space);

zx_status_t unmap_locked(struct thread *self, struct vmar *vmar, uintptr_t base, uint64_t size,
                         bool may_destroy);

zx_status_t destroy_locked(struct thread *self, struct vmar *vmar);
