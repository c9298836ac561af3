// Part of libzircon. BSD-3-Clause, see LICENSE.
// The pages of a VMO, and the tree of those that show each other's.
//
// A page that a node does not own is its parent's, if the node shows the parent there; else it is
// zero, or a pager owes it. There are three kinds of children: one that copies what is written to
// it (its parent is a VMO and may change under it), a slice (it owns nothing), and the two below a
// hidden node. A snapshot moves all pages of a VMO into a new hidden node, whose two children are
// the VMO and the snapshot; so neither sees what the other writes, and nothing is copied. When one
// of the two is gone, the hidden node is merged with the other.
//
// A hidden node's page that none of the VMOs below it sees is freed at once, so what a tree holds
// is what can be read.
//
// Everything here is under the lock of the tree.
#pragma once

#include "base/list.h"
#include "host/lock.h"
#include "vm/segment.h"
#include <zircon/errors.h>
#include <zircon/types.h>

struct mapping;
struct vmo;
struct page_source;
struct pin;

#define PAGES_MAX (UINT64_MAX / 4096 - 31) // 2^64 - 131072 bytes

enum cow_kind { COW_PAGES, COW_SLICE, COW_HIDDEN, COW_PHYSICAL };

struct cow {
    struct mutex *lock; // of the tree
    struct vmo *vmo;    // null: hidden
    struct cow *parent;
    uint64_t offset; // page of the parent that page 0 shows
    uint64_t limit;  // pages below it may show the parent's
    struct list children, sibling;
    uint64_t size;            // in pages
    struct segment *segments; // the one used last is first
    uint64_t physical;        // COW_PHYSICAL: the first frame
    struct list mappings;     // of struct mapping
    uint32_t mapping_count;
    uint8_t kind;
    bool direct;                // programs may have made pages that have no bit yet: Linux knows
    bool zeroes;                // mappings of it may show zeroes that are no frames
    bool contiguous;            // its pages never move and stay
    zx_koid_t credit;           // of the VMO that a hidden node's pages are counted for
    struct page_source *source; // owes the pages that are missing
    struct pin *pins;
};

enum cow_what { PAGE_ZERO, PAGE_FRAME, PAGE_OWED, PAGE_BEYOND };

// What a stretch of pages is made of.
struct cow_place {
    enum cow_what what;
    uint64_t count; // pages for which this holds
    struct cow *owner;
    uint64_t page;  // of the owner
    uint64_t frame; // PAGE_FRAME: the first
};

void cow_start(void);

// A node alone in its tree.
void cow_init(struct cow *cow, struct vmo *vmo, zx_koid_t koid, uint64_t size);

// The node that a slice shows; changes `page` to its.
struct cow *cow_unslice(struct cow *cow, uint64_t *page);

// What `cow` shows at `page`, and for how many of at most `max` pages.
void cow_find(struct thread *self, struct cow *cow, uint64_t page, uint64_t max,
              struct cow_place *place);

// Makes all of [page, page + count) the node's own, with the contents they have. Stops early at a
// page that is owed: then `done` is less than count and the status ZX_ERR_SHOULD_WAIT.
zx_status_t cow_own(struct thread *self, struct cow *cow, uint64_t page, uint64_t count,
                    uint64_t *done);

// Makes a page the node's own, with the contents of a frame. False if memory is used up.
bool cow_put(struct thread *self, struct cow *cow, uint64_t page, uint64_t frame);

// Gives a range of the node's own pages back.
void cow_disown(struct thread *self, struct cow *cow, uint64_t page, uint64_t count);

// The segment for a page, made if there is none. For pages that programs may make by themselves
// (`direct`), and for pagers.
struct segment *cow_segment(struct thread *self, struct cow *cow, uint64_t page, bool clean);

// Can programs be given the frames without being asked about each page?
static inline bool cow_can_be_direct(const struct cow *cow) {
    return cow->kind == COW_PAGES && cow->limit == 0 && cow->source == NULL;
}
// From now on they are.
void cow_make_direct(struct thread *self, struct cow *cow);

// `child` shows at most `most` pages of `parent` from page `offset` on; it copies what is written
// to it, or is a slice.
void cow_add_child(struct cow *parent, struct cow *child, uint64_t offset, uint64_t most);

// `child` becomes a snapshot of `cow`. False if memory is used up.
bool cow_add_snapshot(struct thread *self, struct cow *cow, struct cow *child, uint64_t offset,
                      uint64_t most);

// The node goes: gives its pages back, and those that only it saw. What keeps its parent alive is
// returned to be released without the lock, or null.
struct vmo *cow_leave(struct thread *self, struct cow *cow);

void cow_resize(struct thread *self, struct cow *cow, uint64_t size);

// Does the node own a page at all?
bool cow_has_pages(struct thread *self, struct cow *cow);

// Pages that count for this node in [page, page + count).
uint64_t cow_attributed(struct thread *self, struct cow *cow, uint64_t page, uint64_t count);

// Do the pages, or what they descend from, come from a pager?
struct page_source *cow_root_source(const struct cow *cow);

// What `cow` shows in a range has changed: mappings of it and of its children look again.
void cow_range_changed(struct cow *cow, uint64_t page, uint64_t count);

// --- pages that must stay ---

bool cow_is_pinned(const struct cow *cow, uint64_t page, uint64_t count);
// False if memory is used up.
bool cow_pin(struct thread *self, struct cow *cow, uint64_t page, uint64_t count);
void cow_unpin(struct thread *self, struct cow *cow, uint64_t page, uint64_t count);

// mapping.c: drops what is mapped of a range of pages, or what could be written of it.
void mapping_forget(struct mapping *mapping, uint64_t page, uint64_t count);
void mapping_freeze(struct mapping *mapping, uint64_t page, uint64_t count);
struct mapping *mapping_on_list(struct list *node);
