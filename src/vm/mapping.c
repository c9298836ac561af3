// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "vm/mapping.h"

#include "base/invariant.h"
#include "host/fault.h"
#include "host/frames.h"

enum {
    BLOCK = 512, // pages that a fault maps at once where it can
    TOUCH = 16,  // up to so many are made accessible with the mapping
};

struct mapping *mapping_on_list(struct list *node) {
    return list_entry(node, struct mapping, node);
}

static uintptr_t address_of(const struct mapping *mapping, uint64_t page) {
    return mapping->region.base + ((page - mapping->page) << FRAME_SHIFT);
}

// The part of the VMO's pages [*page, *page + count) that the mapping shows; 0 if none.
static uint64_t intersect(const struct mapping *mapping, uint64_t *page, uint64_t count) {
    uint64_t end = *page + count < *page ? UINT64_MAX : *page + count;
    uint64_t last = mapping->page + (mapping->region.size >> FRAME_SHIFT);
    *page = *page > mapping->page ? *page : mapping->page;
    end = end < last ? end : last;
    return *page < end ? end - *page : 0;
}

void mapping_forget(struct mapping *mapping, uint64_t page, uint64_t count) {
    count = intersect(mapping, &page, count);
    if (count != 0) {
        window_clear(address_of(mapping, page), count);
    }
}

void mapping_freeze(struct mapping *mapping, uint64_t page, uint64_t count) {
    count = intersect(mapping, &page, count);
    if (count != 0 && (mapping->access & WINDOW_WRITE) != 0) {
        window_protect(address_of(mapping, page), count, mapping->access & ~(uint32_t)WINDOW_WRITE);
    }
}

// --- direct ---

// Maps pages that programs may make themselves. `page` is the mapping's; `shift` leads to the
// node's.
static bool show_direct(struct thread *self, struct mapping *mapping, struct cow *cow,
                        uint64_t shift, uint64_t page, uint64_t count) {
    while (count > 0) {
        struct segment *segment = cow_segment(self, cow, page + shift, true);
        if (segment == NULL) {
            return false;
        }
        uint64_t rest = segment->count - (page + shift - segment->first);
        uint64_t span = count < rest ? count : rest;
        uint64_t frame = segment_frame(segment, page + shift);
        if (cow->segments->next != NULL) { // others may have pages among these
            struct cow_place place;
            cow_find(self, cow, page + shift, span, &place);
            span = place.count;
            frame = place.what == PAGE_FRAME ? place.frame : frame;
        }
        if (!window_map(address_of(mapping, page), frame, span, mapping->access,
                        (mapping->access & WINDOW_WRITE) != 0 && span <= TOUCH &&
                            cow->segments->owned >= span)) {
            return false;
        }
        page += span;
        count -= span;
    }
    return true;
}

// --- page by page ---

static zx_status_t show_place(struct thread *self, struct mapping *mapping, struct cow *cow,
                              uint64_t page, struct cow_place *place) {
    uintptr_t at = address_of(mapping, page);
    uint32_t access = mapping->access;
    bool mapped;
    switch (place->what) {
    case PAGE_FRAME:
        if (place->owner != cow) {
            access &= ~(uint32_t)WINDOW_WRITE;
        }
        if (place->frame >= frame_space.count || place->count > frame_space.count - place->frame) {
            return ZX_ERR_OUT_OF_RANGE; // physical addresses that are not there
        }
        mapped = window_map(at, place->frame, place->count, access, place->count <= TOUCH);
        break;
    case PAGE_ZERO:
        access &= ~(uint32_t)WINDOW_WRITE;
        if (place->owner->direct) {
            // The program may make the page there at any time, and it must be seen here.
            struct segment *segment = cow_segment(self, place->owner, place->page, true);
            if (segment == NULL) {
                return ZX_ERR_NO_MEMORY;
            }
            uint64_t rest = segment->count - (place->page - segment->first);
            place->count = place->count < rest ? place->count : rest;
            mapped =
                window_map(at, segment_frame(segment, place->page), place->count, access, false);
        } else {
            cow->zeroes = true;
            mapped = window_map_zero(at, place->count, access);
        }
        break;
    case PAGE_OWED:
        return ZX_ERR_SHOULD_WAIT;
    default:
        return ZX_ERR_OUT_OF_RANGE;
    }
    return mapped ? ZX_OK : ZX_ERR_NO_MEMORY;
}

void mapping_show_locked(struct thread *self, struct mapping *mapping, uint64_t page,
                         uint64_t count) {
    count = intersect(mapping, &page, count);
    uint64_t room = page < mapping->cow->size ? mapping->cow->size - page : 0;
    count = count < room ? count : room;
    if (count == 0 || mapping->access == 0) {
        return;
    }
    uint64_t shift = page;
    struct cow *cow = cow_unslice(mapping->cow, &shift);
    shift -= page;
    if (cow_can_be_direct(cow)) {
        cow_make_direct(self, cow);
        (void)show_direct(self, mapping, cow, shift, page, count);
        return;
    }
    while (count > 0) {
        struct cow_place place;
        cow_find(self, mapping->cow, page, count, &place);
        (void)show_place(self, mapping, cow, page, &place);
        page += place.count;
        count -= place.count;
    }
}

// A write to a page that is not the VMO's own. When mappings get scarce its neighbours are copied
// as well, since pages that lie together need one mapping.
static zx_status_t own_around(struct thread *self, struct mapping *mapping, struct cow *cow,
                              uint64_t shift, uint64_t page, struct cow_place *place) {
    uint64_t done;
    zx_status_t status = cow_own(self, cow, page + shift, 1, &done);
    if (status != ZX_OK) {
        return status;
    }
    uint64_t from = page, count = 1;
    uint32_t level = window_level();
    if (level > 0 && cow_root_source(cow) == NULL) {
        from = page & ~(((uint64_t)1 << 2 * level) - 1);
        count = intersect(mapping, &from, (uint64_t)1 << 2 * level);
        uint64_t room = mapping->cow->size - from;
        count = count < room ? count : room;
        if (cow_own(self, cow, from + shift, count, &done) != ZX_OK) {
            from = page;
            count = 1;
        }
    }
    while (count > 0) {
        cow_find(self, mapping->cow, from, count, place);
        status = show_place(self, mapping, cow, from, place);
        if (status != ZX_OK) {
            return status;
        }
        from += place->count;
        count -= place->count;
    }
    return ZX_OK;
}

static zx_status_t fault_locked(struct thread *self, struct mapping *mapping, uintptr_t address,
                                uint32_t access, struct cow_place *place) {
    uint64_t page = mapping->page + ((address - mapping->region.base) >> FRAME_SHIFT);
    if (page >= mapping->cow->size) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    uint64_t shift = page;
    struct cow *cow = cow_unslice(mapping->cow, &shift);
    shift -= page;
    if (cow_can_be_direct(cow)) {
        cow_make_direct(self, cow);
        uint64_t from = page & ~(uint64_t)(BLOCK - 1);
        uint64_t count = intersect(mapping, &from, BLOCK);
        uint64_t room = mapping->cow->size - from;
        struct segment *segment = cow_segment(self, cow, page + shift, true);
        // Memory may be what is missing: then this must not fault for ever.
        if (segment == NULL) {
            return ZX_ERR_NO_MEMORY;
        }
        cow_find(self, cow, page + shift, 1, place);
        uint64_t frame =
            place->what == PAGE_FRAME ? place->frame : segment_frame(segment, page + shift);
        if (!frames_populate(frame, 1)) {
            return ZX_ERR_NO_MEMORY;
        }
        return show_direct(self, mapping, cow, shift, from, count < room ? count : room)
                   ? ZX_OK
                   : ZX_ERR_NO_MEMORY;
    }
    if (access == FAULT_WRITE && cow->kind == COW_PAGES) {
        struct cow_place owed;
        cow_find(self, mapping->cow, page, 1, place);
        owed = *place;
        zx_status_t status = own_around(self, mapping, cow, shift, page, place);
        if (status == ZX_ERR_SHOULD_WAIT) {
            *place = owed;
        }
        return status;
    }
    uint64_t from = page;
    uint64_t count = intersect(mapping, &from, mapping->cow->size - page);
    cow_find(self, mapping->cow, page, count, place);
    return show_place(self, mapping, cow, page, place);
}

zx_status_t mapping_fault(struct thread *self, struct mapping *mapping, uintptr_t address,
                          uint32_t access, struct page_request *request) {
    uint32_t needed = access == FAULT_WRITE     ? (uint32_t)WINDOW_WRITE
                      : access == FAULT_EXECUTE ? (uint32_t)WINDOW_EXECUTE
                                                : (uint32_t)WINDOW_READ;
    if ((mapping->access & needed) == 0) {
        return ZX_ERR_ACCESS_DENIED;
    }
    mutex_lock(self, mapping->cow->lock);
    struct cow_place place;
    zx_status_t status = fault_locked(self, mapping, address, access, &place);
    if (status == ZX_ERR_SHOULD_WAIT) {
        struct page_source *source = place.owner->source;
        request->page = place.page;
        request->count = 1;
        status = source->type->begin_locked(self, source, request);
    }
    mutex_unlock(self, mapping->cow->lock);
    return status;
}

// --- coming and going ---

void mapping_enter(struct thread *self, struct mapping *mapping, bool present) {
    struct cow *cow = mapping->cow;
    mutex_lock(self, cow->lock);
    list_add_tail(&cow->mappings, &mapping->node);
    cow->mapping_count++;
    uint64_t page = mapping->page;
    struct cow *shown = cow_unslice(cow, &page);
    if (present || cow_can_be_direct(shown) || shown->kind == COW_PHYSICAL) {
        mapping_show_locked(self, mapping, mapping->page, UINT64_MAX);
    }
    mutex_unlock(self, cow->lock);
}

void mapping_leave(struct thread *self, struct mapping *mapping) {
    struct cow *cow = mapping->cow;
    mutex_lock(self, cow->lock);
    list_remove(&mapping->node);
    cow->mapping_count--;
    window_clear(mapping->region.base, mapping->region.size >> FRAME_SHIFT);
    mutex_unlock(self, cow->lock);
}

void mapping_leave_shown(struct thread *self, struct mapping *mapping) {
    struct cow *cow = mapping->cow;
    mutex_lock(self, cow->lock);
    list_remove(&mapping->node);
    cow->mapping_count--;
    mutex_unlock(self, cow->lock);
}

void mapping_set_access(struct thread *self, struct mapping *mapping, uint32_t access) {
    struct cow *cow = mapping->cow;
    uint64_t page = mapping->page;
    mutex_lock(self, cow->lock);
    mapping->access = access;
    if (cow_unslice(cow, &page)->direct) {
        window_protect(mapping->region.base, mapping->region.size >> FRAME_SHIFT, access);
    } else {
        window_clear(mapping->region.base, mapping->region.size >> FRAME_SHIFT);
    }
    mutex_unlock(self, cow->lock);
}
