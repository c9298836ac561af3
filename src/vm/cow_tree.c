// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "vm/cow_tree.h"

#include "base/invariant.h"
#include "host/frames.h"
#include "host/slab.h"
#include "vm/page_source.h"

SLAB_TYPE(vm_hidden, sizeof(struct cow));

static struct cow *child_at(struct list *node) {
    return list_entry(node, struct cow, sibling);
}

// The part of a parent's pages that a child shows: does it show this one, and as which?
static bool shows(const struct cow *child, uint64_t page, uint64_t *as) {
    uint64_t limit = child->kind == COW_SLICE ? child->size : child->limit;
    *as = page - child->offset;
    return page >= child->offset && *as < limit;
}

// --- who sees what ---

// Does a VMO below `cow` see the page that an ancestor, or `cow` itself, has there?
static bool is_seen(struct cow *cow, uint64_t page) {
    list_for_each(node, next, &cow->children) {
        struct cow *child = child_at(node);
        uint64_t as;
        if (shows(child, page, &as) && (child->kind == COW_SLICE || !cow_owns(child, as)) &&
            (child->vmo != NULL || is_seen(child, as))) {
            return true;
        }
    }
    return false;
}

void cow_free_unseen(struct thread *self, struct cow *hidden, uint64_t page, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        if (!is_seen(hidden, page + i)) {
            cow_disown(self, hidden, page + i, 1);
        }
    }
}

// Frees what hidden ancestors of `cow` have in a range of `cow`'s pages and nobody sees.
static void free_unseen_above(struct thread *self, struct cow *cow, uint64_t from, uint64_t end) {
    while (cow->parent != NULL && cow->parent->kind == COW_HIDDEN) {
        end = end < cow->limit ? end : cow->limit;
        if (from >= end) {
            return;
        }
        from += cow->offset;
        end += cow->offset;
        cow = cow->parent;
        for (struct segment *segment = cow->segments; segment != NULL; segment = segment->next) {
            uint64_t page = from;
            if (!segment_covers(segment, page)) {
                if (segment->first - page >= end - from) {
                    continue;
                }
                page = segment->first;
            }
            while (page < end && segment_covers(segment, page)) {
                bool in_use;
                uint64_t span = segment_span(segment, page - segment->first, end - page, &in_use);
                if (in_use || cow->direct) {
                    cow_free_unseen(self, cow, page, span);
                }
                page += span;
            }
        }
    }
}

// Frees the page of the nearest ancestor that has one, if nobody sees it any more.
static void free_unseen_page(struct thread *self, struct cow *cow, uint64_t page) {
    while (cow->parent != NULL && cow->parent->kind == COW_HIDDEN && page < cow->limit) {
        page += cow->offset;
        cow = cow->parent;
        if (cow_owns(cow, page)) {
            cow_free_unseen(self, cow, page, 1);
            return;
        }
    }
}

// --- children ---

static void attach(struct cow *parent, struct cow *child, uint64_t offset, uint64_t most) {
    child->parent = parent;
    child->lock = parent->lock;
    child->offset = offset;
    uint64_t rest = offset < parent->size ? parent->size - offset : 0;
    rest = rest < most ? rest : most;
    child->limit = child->size < rest ? child->size : rest;
    list_add_tail(&parent->children, &child->sibling);
}

void cow_add_child(struct cow *parent, struct cow *child, uint64_t offset, uint64_t most) {
    attach(parent, child, offset, most);
}

static void replace(struct cow *old, struct cow *new) {
    new->sibling = old->sibling;
    new->sibling.next->prev = new->sibling.prev->next = &new->sibling;
    list_init(&old->sibling);
}

// What slices of a VMO can write is the VMO's as well.
static void freeze(struct cow *cow, uint64_t page, uint64_t count) {
    list_for_each(node, next, &cow->mappings) {
        mapping_freeze(mapping_on_list(node), page, count);
    }
    list_for_each(node, next, &cow->children) {
        if (child_at(node)->kind == COW_SLICE) {
            freeze(child_at(node), 0, child_at(node)->size);
        }
    }
}

// Pages that must stay where they are cannot move into a hidden node: the snapshot gets copies.
static bool copy_all(struct thread *self, struct cow *cow, struct cow *child, uint64_t offset,
                     uint64_t most) {
    uint64_t rest = offset < cow->size ? cow->size - offset : 0;
    rest = rest < most ? rest : most;
    uint64_t count = child->size < rest ? child->size : rest;
    for (uint64_t page = 0; page < count;) {
        struct cow_place place;
        cow_find(self, cow, offset + page, count - page, &place);
        for (uint64_t i = 0; place.what == PAGE_FRAME && i < place.count; i++) {
            struct segment *segment = cow_segment(self, child, page + i, false);
            if (segment == NULL || !frames_available(1) ||
                !segment_set(self, segment, page + i - segment->first, 1) ||
                !frame_copy(segment_frame(segment, page + i), place.frame + i)) {
                return false;
            }
        }
        page += place.count;
    }
    return true;
}

bool cow_add_snapshot(struct thread *self, struct cow *cow, struct cow *child, uint64_t offset,
                      uint64_t most) {
    if (cow->contiguous || cow->pins != NULL) {
        child->lock = cow->lock;
        return copy_all(self, cow, child, offset, most);
    }
    struct cow *hidden = slab_alloc(self, &vm_hidden_slab);
    if (hidden == NULL) {
        return false;
    }
    *hidden = (struct cow){
        .lock = cow->lock,
        .parent = cow->parent,
        .offset = cow->offset,
        .limit = cow->limit,
        .size = cow->size,
        .segments = cow->segments,
        .kind = COW_HIDDEN,
        .direct = cow->direct,
        .credit = cow->credit,
    };
    list_init(&hidden->children);
    list_init(&hidden->mappings);
    list_init(&hidden->sibling);
    if (cow->parent != NULL) {
        replace(cow, hidden);
    }
    freeze(cow, 0, cow->size);
    cow->segments = NULL;
    cow->direct = false;
    attach(hidden, cow, 0, UINT64_MAX);
    attach(hidden, child, offset, most);
    return true;
}

// --- leaving ---

static void free_segments(struct thread *self, struct cow *cow) {
    while (cow->segments != NULL) {
        struct segment *segment = cow->segments;
        cow->segments = segment->next;
        if (cow->direct) {
            segment->run.dirty = true; // it may have more memory than there are bits
        }
        segment_free(self, segment);
    }
}

// Notes all pages that programs have made.
static void sync(struct thread *self, struct cow *cow) {
    for (uint64_t page = 0; cow->direct && page < cow->size;) {
        struct cow_place place;
        cow_find(self, cow, page, cow->limit > page ? cow->limit - page : cow->size - page, &place);
        page += place.count;
    }
}

// Takes pages out of a segment that `cow`, to which it comes, does not show.
static void clip(struct segment *segment, uint64_t limit) {
    uint64_t index = 0;
    while (index < segment->count) {
        bool in_use;
        uint64_t span = segment_span(segment, index, segment->count - index, &in_use);
        for (uint64_t i = 0; in_use && i < span;) {
            uint64_t page = segment->first + index + i;
            uint64_t good = page < limit ? limit - page : 0;
            uint64_t before = 0 - page; // pages that lie before page 0, if any
            uint64_t bad = page < limit ? 0 : before != 0 && before < span - i ? before : span - i;
            if (bad != 0) {
                frames_punch(segment->run.frame + index + i, bad);
                segment_unset(segment, index + i, bad);
                i += bad;
            } else {
                i += good < span - i ? good : span - i;
            }
        }
        index += span;
    }
}

// Moves what pages of `from` can be moved into segments of `into` that cover them, as far as they
// are wanted: without `overwrite` only those that `into` lacks. Pages whose frame changes are
// looked at again by all who map them.
static void move_pages(struct thread *self, struct cow *cow, struct segment *from,
                       struct segment *into, bool overwrite) {
    for (uint64_t index = 0; index < from->count;) {
        bool in_use;
        uint64_t span = segment_span(from, index, from->count - index, &in_use);
        for (uint64_t i = 0; in_use && i < span; i++) {
            uint64_t page = from->first + index + i;
            if (!segment_covers(into, page)) {
                continue;
            }
            uint64_t at = page - into->first;
            if (segment_has(into, at) && !overwrite) {
                segment_unset(from, index + i, 1);
                from->run.dirty = true;
            } else if (segment_set(self, into, at, 1) &&
                       frame_copy(segment_frame(into, page), from->run.frame + index + i)) {
                segment_unset(from, index + i, 1);
                from->run.dirty = true;
                cow_range_changed(cow, page, 1);
            } else {
                // No memory for it: it stays in its segment, and the other one is no page of its.
                segment_unset(into, at, 1);
                into->run.dirty = true;
            }
        }
        index += span;
    }
}

static uint64_t count_owned(const struct segment *segment) {
    uint64_t owned = 0;
    for (; segment != NULL; segment = segment->next) {
        owned += segment->owned;
    }
    return owned;
}

// Drops what the survivor's own pages hide.
static void drop_hidden_pages(struct thread *self, struct cow *survivor, struct segment *from) {
    (void)self;
    for (struct segment *own = survivor->segments; own != NULL; own = own->next) {
        for (uint64_t index = 0; index < own->count;) {
            bool in_use;
            uint64_t span = segment_span(own, index, own->count - index, &in_use);
            for (uint64_t i = 0; in_use && i < span; i++) {
                uint64_t page = own->first + index + i;
                if (segment_covers(from, page) && segment_has(from, page - from->first)) {
                    segment_unset(from, page - from->first, 1);
                    from->run.dirty = true;
                }
            }
            index += span;
        }
    }
}

// The hidden node's pages become the survivor's.
static void merge_pages(struct thread *self, struct cow *hidden, struct cow *survivor) {
    // Where either is direct, windows show frames that no bit knows of: of pages that programs have
    // made or may make, and of holes. They are forgotten before the bits are counted, since what
    // has no bit then is given back; and what stays is direct no more, until somebody asks again.
    if (hidden->direct || survivor->direct) {
        cow_range_changed(survivor, 0, survivor->size);
    }
    sync(self, hidden);
    sync(self, survivor);
    survivor->direct = false;
    // A survivor with VMOs below it may have pages of the hidden node that none of them sees.
    if (survivor->kind == COW_HIDDEN) {
        for (struct segment *segment = hidden->segments; segment != NULL; segment = segment->next) {
            for (uint64_t index = 0; index < segment->count;) {
                bool in_use;
                uint64_t span = segment_span(segment, index, segment->count - index, &in_use);
                if (in_use) {
                    cow_free_unseen(self, hidden, segment->first + index, span);
                }
                index += span;
            }
        }
    }
    struct segment *theirs = hidden->segments, *ours = survivor->segments;
    for (struct segment *segment = theirs; segment != NULL; segment = segment->next) {
        segment->first -= survivor->offset;
        clip(segment, survivor->limit);
        drop_hidden_pages(self, survivor, segment);
    }
    bool keep_theirs = count_owned(ours) <= count_owned(theirs);
    struct segment *large = keep_theirs ? theirs : ours, *small = keep_theirs ? ours : theirs;
    struct segment *kept = NULL;
    while (small != NULL) {
        struct segment *segment = small;
        small = segment->next;
        for (struct segment *into = large; into != NULL && segment->owned != 0; into = into->next) {
            move_pages(self, survivor, segment, into, keep_theirs);
        }
        if (segment->owned == 0) {
            segment_free(self, segment);
        } else {
            segment->next = kept;
            kept = segment;
        }
    }
    hidden->segments = NULL;
    survivor->segments = kept;
    while (large != NULL) {
        struct segment *segment = large;
        large = segment->next;
        if (segment->owned == 0) {
            segment_free(self, segment);
        } else {
            segment->next = survivor->segments;
            survivor->segments = segment;
        }
    }
}

// The pages of hidden nodes are counted for one VMO each. When that VMO has gone, those of the
// nodes above go to the side that the path to it did not come from.
static void pass_credit(struct cow *hidden, const struct cow *survivor) {
    if (survivor->credit == hidden->credit) {
        return;
    }
    zx_koid_t skip = hidden->credit;
    struct cow *cow = hidden;
    while (cow->parent != NULL && cow->parent->kind == COW_HIDDEN &&
           cow->parent->credit == hidden->credit) {
        struct cow *parent = cow->parent;
        zx_koid_t credit = child_at(parent->children.next)->credit;
        if (credit == skip) {
            credit = child_at(parent->children.prev)->credit;
        }
        parent->credit = skip = credit;
        cow = parent;
    }
}

// `gone` was a child of the hidden node, and has left it.
static void merge(struct thread *self, struct cow *hidden, const struct cow *gone) {
    struct cow *survivor = child_at(hidden->children.next);

    // What only the other saw of the nodes above: first where the survivor shows nothing, then
    // where its own pages hide it.
    uint64_t from = gone->offset, end = gone->offset + gone->limit;
    uint64_t low = survivor->offset, high = survivor->offset + survivor->limit;
    if (hidden->parent != NULL && hidden->parent->kind == COW_HIDDEN) {
        free_unseen_above(self, hidden, from, end < low ? end : low);
        free_unseen_above(self, hidden, from > high ? from : high, end);
        uint64_t shift = survivor->offset;
        for (struct cow *cow = survivor;;) {
            for (struct segment *s = cow->segments; s != NULL; s = s->next) {
                for (uint64_t index = 0; index < s->count;) {
                    bool in_use;
                    uint64_t span = segment_span(s, index, s->count - index, &in_use);
                    for (uint64_t i = 0; in_use && i < span; i++) {
                        free_unseen_page(self, hidden, s->first + index + i + shift);
                    }
                    index += span;
                }
            }
            if (cow->kind != COW_HIDDEN) {
                break;
            }
            cow = child_at(cow->children.next);
            shift += cow->offset;
        }
    }

    merge_pages(self, hidden, survivor);
    pass_credit(hidden, survivor);

    uint64_t rest = hidden->limit > survivor->offset ? hidden->limit - survivor->offset : 0;
    list_remove(&survivor->sibling);
    survivor->parent = hidden->parent;
    survivor->limit = survivor->limit < rest ? survivor->limit : rest;
    survivor->offset += hidden->offset;
    if (hidden->parent != NULL) {
        replace(hidden, survivor);
    } else {
        survivor->limit = 0;
    }
    slab_free(self, &vm_hidden_slab, hidden);
}

struct vmo *cow_leave(struct thread *self, struct cow *cow) {
    struct cow *parent = cow->parent;
    struct vmo *owner = NULL;
    debug_invariant(list_is_empty(&cow->children) && list_is_empty(&cow->mappings));
    if (parent != NULL) {
        list_remove(&cow->sibling);
        if (parent->kind == COW_HIDDEN) {
            merge(self, parent, cow);
        } else {
            owner = parent->vmo;
        }
    }
    free_segments(self, cow);
    cow->parent = NULL;
    return owner;
}

// --- size ---

void cow_resize(struct thread *self, struct cow *cow, uint64_t size) {
    uint64_t old = cow->size;
    if (size < old) {
        cow_range_changed(cow, size, old - size);
        for (uint64_t page = size; cow->source != NULL && page < old;) {
            struct cow_place place;
            cow_find(self, cow, page, old - page, &place);
            if (place.what == PAGE_OWED) { // who waits for it need not wait
                cow->source->type->supplied_locked(self, cow->source, page, place.count);
            }
            page += place.count;
        }
        cow_disown(self, cow, size, old - size);
        uint64_t limit = cow->limit;
        if (limit > size) {
            cow->limit = size;
            if (cow->parent->kind == COW_HIDDEN) {
                cow->limit = limit;
                // Seen from here no longer; whoever else sees it keeps it.
                struct cow *parent = cow->parent;
                uint64_t from = size + cow->offset, end = limit + cow->offset;
                cow->limit = size;
                struct cow below = {.parent = parent, .limit = UINT64_MAX};
                free_unseen_above(self, &below, from, end);
            }
        }
        list_for_each(node, next, &cow->children) {
            struct cow *child = child_at(node);
            uint64_t rest = size > child->offset ? size - child->offset : 0;
            child->limit = child->limit < rest ? child->limit : rest;
        }
    }
    cow->size = size;
}

// --- whose pages they are ---

// Is the hidden node's page counted for `leaf`? One of those who see it has it: at each node the
// side that the node's credit names, or else the other.
static bool is_credited(struct cow *hidden, uint64_t page, const struct cow *leaf) {
    struct cow *cow = hidden;
    while (cow->kind == COW_HIDDEN) {
        struct cow *chosen = NULL;
        uint64_t chosen_as = 0;
        list_for_each(node, next, &cow->children) {
            struct cow *child = child_at(node);
            uint64_t as;
            if (shows(child, page, &as) && !cow_owns(child, as) &&
                (child->vmo != NULL || is_seen(child, as)) &&
                (chosen == NULL || child->credit == cow->credit)) {
                chosen = child;
                chosen_as = as;
            }
        }
        if (chosen == NULL) {
            return false;
        }
        cow = chosen;
        page = chosen_as;
    }
    return cow == leaf;
}

uint64_t cow_attributed(struct thread *self, struct cow *cow, uint64_t page, uint64_t count) {
    uint64_t pages = 0;
    if (page >= cow->size) {
        return 0;
    }
    uint64_t end = count < cow->size - page ? page + count : cow->size;
    while (page < end) {
        struct cow_place place;
        cow_find(self, cow, page, end - page, &place);
        if (place.what == PAGE_FRAME) {
            if (place.owner == cow) {
                pages += place.count;
            } else if (place.owner->kind == COW_HIDDEN && cow->kind != COW_SLICE) {
                for (uint64_t i = 0; i < place.count; i++) {
                    pages += is_credited(place.owner, place.page + i, cow);
                }
            }
        }
        page += place.count;
    }
    return pages;
}

bool cow_has_pages(struct thread *self, struct cow *cow) {
    for (uint64_t page = 0; page < cow->size;) {
        struct cow_place place;
        cow_find(self, cow, page, cow->size - page, &place);
        if (place.what == PAGE_FRAME && place.owner == cow) {
            return true;
        }
        page += place.count;
    }
    return false;
}

// --- pages that must stay ---

struct pin {
    struct pin *next;
    uint64_t page, count;
};

SLAB_TYPE(vm_pin, sizeof(struct pin));

bool cow_is_pinned(const struct cow *cow, uint64_t page, uint64_t count) {
    for (const struct pin *pin = cow->pins; pin != NULL; pin = pin->next) {
        if (page < pin->page + pin->count && pin->page < page + count) {
            return true;
        }
    }
    return false;
}

bool cow_pin(struct thread *self, struct cow *cow, uint64_t page, uint64_t count) {
    struct pin *pin = slab_alloc(self, &vm_pin_slab);
    if (pin == NULL) {
        return false;
    }
    *pin = (struct pin){.next = cow->pins, .page = page, .count = count};
    cow->pins = pin;
    return true;
}

void cow_unpin(struct thread *self, struct cow *cow, uint64_t page, uint64_t count) {
    for (struct pin **place = &cow->pins; *place != NULL; place = &(*place)->next) {
        struct pin *pin = *place;
        if (pin->page == page && pin->count == count) {
            *place = pin->next;
            slab_free(self, &vm_pin_slab, pin);
            return;
        }
    }
}
