// Part of libzircon. BSD-3-Clause, see LICENSE.
// A virtual memory object: pages that can be read, written, mapped and cloned. Where the pages are
// is vm/cow.h's business.
#pragma once

#include "objects/object.h"
#include "vm/cow.h"
#include <zircon/limits.h>

struct vmo {
    struct object object;
    struct mutex lock;     // the object's: signals, name, children
    _Atomic uint32_t weak; // the pages, and children that only count: they keep the cell
    uint32_t children;     // VMOs that were made of this one and live
    struct vmo *creator;   // the VMO that this one was made of
    zx_koid_t creator_koid;
    uint64_t content_size;
    bool resizable;
    bool is_clone; // and no slice
    bool is_vdso;  // may be mapped executable once a process (objects/vmar.h)
    uint32_t cache_policy;
    zx_koid_t pager_koid; // of the pager that its pages come from, if any
    struct cow cow;       // under the tree's lock
    char name[ZX_MAX_NAME_LEN];
};

extern const struct object_type vmo_type;

// Size in bytes rounded up to pages; ZX_ERR_OUT_OF_RANGE.
zx_status_t vmo_round_size(uint64_t size, uint64_t *rounded);

// A new VMO of `size` bytes, rounded up to whole pages. Each returns it with a reference.
zx_status_t vmo_new(struct thread *self, uint64_t size, bool resizable, struct vmo **vmo);
// Its frames lie together, the first at a multiple of 2^align_log2 bytes (0: of a page), and stay.
zx_status_t vmo_new_contiguous(struct thread *self, uint64_t size, uint32_t align_log2,
                               struct vmo **vmo);
// Stands for physical addresses; cache policy UNCACHED.
zx_status_t vmo_new_physical(struct thread *self, zx_paddr_t address, uint64_t size,
                             struct vmo **vmo);
// A child, as zx_vmo_create_child's options say (checked here).
zx_status_t vmo_new_child(struct thread *self, struct vmo *parent, uint32_t options,
                          uint64_t offset, uint64_t size, bool copy_name, struct vmo **vmo);

uint64_t vmo_size(struct thread *self, struct vmo *vmo);
zx_status_t vmo_set_size(struct thread *self, struct vmo *vmo, uint64_t size);

// Copies between the VMO and a program's memory, or the kernel's. Pages of a pager are waited for.
zx_status_t vmo_read(struct thread *self, struct vmo *vmo, user_out to, uint64_t offset,
                     size_t size);
zx_status_t vmo_write(struct thread *self, struct vmo *vmo, user_in from, uint64_t offset,
                      size_t size);
zx_status_t vmo_read_kernel(struct thread *self, struct vmo *vmo, void *to, uint64_t offset,
                            size_t size);
zx_status_t vmo_write_kernel(struct thread *self, struct vmo *vmo, const void *from,
                             uint64_t offset, size_t size);

zx_status_t vmo_commit(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size);
zx_status_t vmo_decommit(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size);
// Makes bytes zero: gives whole pages back where it can.
zx_status_t vmo_zero(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size);
// Asks for the pages that a pager owes, and waits for them.
zx_status_t vmo_prefetch(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size);
// The checks of the cache operations.
zx_status_t vmo_cache_op(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size);

zx_status_t vmo_set_cache_policy(struct thread *self, struct vmo *vmo, uint32_t policy);
uint32_t vmo_cache_policy(struct thread *self, struct vmo *vmo);

// --- for devices ---

// Commits nothing: pages that are not there are ZX_ERR_NOT_FOUND. Pinned pages keep their physical
// addresses and can be neither decommitted nor cut off. The range is in bytes and page-aligned.
zx_status_t vmo_pin(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size);
void vmo_unpin(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size);
// The physical address at `offset`, and for how many bytes, at most `size`, they follow each other.
zx_status_t vmo_physical(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size,
                         zx_paddr_t *address, uint64_t *run);
static inline bool vmo_is_contiguous(const struct vmo *vmo) {
    return vmo->cow.contiguous;
}
static inline bool vmo_is_physical(const struct vmo *vmo) {
    return vmo->cow.kind == COW_PHYSICAL;
}
// Do a device's addresses follow each other, as far as anybody is told? Zircon does not know it of
// a slice of contiguous memory.
static inline bool vmo_is_one_run(const struct vmo *vmo) {
    return (vmo_is_contiguous(vmo) && vmo->cow.kind != COW_SLICE) || vmo_is_physical(vmo);
}

// The record of ZX_INFO_VMO; without rights, and as if through a handle.
void vmo_info(struct thread *self, struct vmo *vmo, zx_info_vmo_t *info);

uint64_t vmo_content_size(struct thread *self, struct vmo *vmo);
void vmo_set_content_size(struct thread *self, struct vmo *vmo, uint64_t size);

// Waits, without the lock, until the pager has given what is missing: ZX_OK then, or what it gave
// instead. For a page that cow_find says is owed.
zx_status_t vmo_wait_locked(struct thread *self, struct mutex *lock, const struct cow_place *owed);
