// Part of libzircon. BSD-3-Clause, see LICENSE.
// A mapping: a range of addresses that shows pages of a VMO.
//
// Where programs can have the frames without being asked (cow_can_be_direct), all of it is mapped
// at once and Linux does the rest. Elsewhere pages are mapped when they are touched, those of
// others without the permission to write. What is missing in the window is never wrong, only slow.
//
// A mapping's place and access change under both its address space's lock and its tree's.
#pragma once

#include "host/window.h"
#include "vm/cow.h"
#include "vm/page_source.h"
#include "vm/region.h"

struct vmar;

struct mapping {
    struct region region;
    struct vmar *parent;
    struct vmo *vmo;  // with a reference
    struct cow *cow;  // the VMO's
    uint64_t page;    // of the VMO, at the mapping's base
    struct list node; // on the node's list
    uint32_t access;  // WINDOW_READ and so on
    uint32_t flags;   // ZX_VM_CAN_MAP_*: what access may become
};

static inline struct mapping *mapping_of(struct region *region) {
    return list_entry(region, struct mapping, region);
}

// Puts the mapping on the node's list; maps what can be mapped, with `present` also pages that
// others wait to be touched for.
void mapping_enter(struct thread *self, struct mapping *mapping, bool present);
void mapping_leave(struct thread *self, struct mapping *mapping);
// The same for one whose whole window is about to be cleared.
void mapping_leave_shown(struct thread *self, struct mapping *mapping);

// Changes what accesses it allows.
void mapping_set_access(struct thread *self, struct mapping *mapping, uint32_t access);

// Makes an address accessible. ZX_ERR_SHOULD_WAIT if a pager owes the page: then it was asked, and
// the request is to be finished.
zx_status_t mapping_fault(struct thread *self, struct mapping *mapping, uintptr_t address,
                          uint32_t access, struct page_request *request);

// Maps what exists of a range.
void mapping_show_locked(struct thread *self, struct mapping *mapping, uint64_t page,
                         uint64_t count);
