// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "vm/cow.h"

#include "base/invariant.h"
#include "base/state.h"
#include "host/frames.h"
#include "vm/cow_tree.h"
#include "vm/page_source.h"

// One tree has one of these; there are enough that two trees seldom share one.
enum { LOCKS = 256 };

static struct {
    _Atomic uint32_t next;
    struct mutex locks[LOCKS];
} trees KERNEL_STATE;

void cow_start(void) {
    for (int i = 0; i < LOCKS; i++) {
        mutex_init(&trees.locks[i], RANK_VMO);
    }
}

void cow_init(struct cow *cow, struct vmo *vmo, zx_koid_t koid, uint64_t size) {
    uint32_t lock = atomic_fetch_add_explicit(&trees.next, 1, memory_order_relaxed);
    *cow =
        (struct cow){.lock = &trees.locks[lock % LOCKS], .vmo = vmo, .size = size, .credit = koid};
    list_init(&cow->children);
    list_init(&cow->sibling);
    list_init(&cow->mappings);
}

struct cow *cow_unslice(struct cow *cow, uint64_t *page) {
    if (cow->kind == COW_SLICE) {
        *page += cow->offset;
        cow = cow->parent;
    }
    return cow;
}

// --- segments ---

// The segment that has a page in use, or null.
static struct segment *find_owned(struct cow *cow, uint64_t page) {
    for (struct segment *segment = cow->segments; segment != NULL; segment = segment->next) {
        if (segment_covers(segment, page) && segment_has(segment, page - segment->first)) {
            return segment;
        }
    }
    return NULL;
}

// The segment that gives a page its frame when it comes to be used. Merges leave segments that
// overlap, so the choice must not depend on their order.
static struct segment *find_cover(struct cow *cow, uint64_t page) {
    struct segment *found = NULL;
    for (struct segment *segment = cow->segments; segment != NULL; segment = segment->next) {
        if (segment_covers(segment, page) &&
            (found == NULL || segment->run.frame < found->run.frame)) {
            found = segment;
        }
    }
    return found;
}

bool cow_owns(struct cow *cow, uint64_t page) {
    if (find_owned(cow, page) != NULL) {
        return true;
    }
    if (!cow->direct) {
        return false;
    }
    struct segment *segment = find_cover(cow, page);
    if (segment == NULL) {
        return false;
    }
    uint64_t frame = segment_frame(segment, page);
    return frames_find_memory(frame, frame + 1) == frame;
}

// How many pages from `page` on, at most `max`, are not in use.
static uint64_t unowned_span(struct cow *cow, uint64_t page, uint64_t max) {
    for (struct segment *segment = cow->segments; segment != NULL; segment = segment->next) {
        if (segment->owned == 0) {
            continue;
        }
        uint64_t before = 0, index = page - segment->first;
        if (index >= segment->count) {
            before = segment->first - page;
            index = 0;
            if (before >= max) {
                continue;
            }
        }
        bool in_use;
        uint64_t span = segment_span(segment, index, max - before, &in_use);
        if (in_use) {
            max = before;
        } else if (index + span < segment->count) {
            max = before + span;
        }
    }
    return max;
}

static bool overlaps(struct cow *cow, uint64_t first, uint64_t count) {
    for (struct segment *segment = cow->segments; segment != NULL; segment = segment->next) {
        if (segment_covers(segment, first) || segment->first - first < count) {
            return true;
        }
    }
    return false;
}

struct segment *cow_segment(struct thread *self, struct cow *cow, uint64_t page, bool clean) {
    struct segment *segment = find_cover(cow, page);
    if (segment != NULL) {
        return segment;
    }
    // As large as the node, or what is left of it between the segments that there are.
    uint8_t order = run_order(cow->size);
    order = order < RUN_ORDER_MAX ? order : RUN_ORDER_MAX;
    uint64_t first;
    for (;; order--) {
        first = page >> order << order;
        if (order == 0 || !overlaps(cow, first, (uint64_t)1 << order)) {
            break;
        }
    }
    segment = segment_new(self, first, order, clean || cow->direct);
    if (segment != NULL) {
        segment->next = cow->segments;
        cow->segments = segment;
    }
    return segment;
}

// --- looking ---

// Programs may have made pages: asks Linux whether there is one, and for how many pages the answer
// holds. Remembers those that there are.
static struct segment *ask_linux(struct thread *self, struct cow *cow, uint64_t page,
                                 uint64_t *count) {
    struct segment *segment = find_cover(cow, page);
    if (segment == NULL) {
        return NULL;
    }
    uint64_t rest = segment->count - (page - segment->first);
    uint64_t span = *count < rest ? *count : rest;
    uint64_t frame = segment_frame(segment, page);
    uint64_t memory = frames_find_memory(frame, frame + span);
    if (memory != frame) {
        *count = memory - frame;
        return NULL;
    }
    uint64_t hole = frames_find_hole(frame, frame + span);
    *count = hole > frame ? hole - frame : 1;
    (void)segment_set(self, segment, page - segment->first, *count); // else it is asked again
    return segment;
}

void cow_find(struct thread *self, struct cow *cow, uint64_t page, uint64_t max,
              struct cow_place *place) {
    *place = (struct cow_place){.what = PAGE_BEYOND, .count = max, .owner = cow, .page = page};
    if (page >= cow->size) {
        return;
    }
    place->count = max < cow->size - page ? max : cow->size - page;
    cow = cow_unslice(cow, &page);
    const struct cow *first = cow;
    for (;;) {
        place->owner = cow;
        place->page = page;
        if (cow->kind == COW_PHYSICAL) {
            place->what = PAGE_FRAME;
            place->frame = cow->physical + page;
            return;
        }
        struct segment *segment = find_owned(cow, page);
        if (segment != NULL) {
            bool in_use;
            place->count = segment_span(segment, page - segment->first, place->count, &in_use);
        } else if (cow->segments != NULL) {
            place->count = unowned_span(cow, page, place->count);
            if (cow->direct) {
                segment = ask_linux(self, cow, page, &place->count);
            }
        }
        if (segment != NULL) {
            place->what = PAGE_FRAME;
            place->frame = segment_frame(segment, page);
            return;
        }
        if (page >= cow->limit) {
            // What descends from pages that will not come any more reads as zero.
            bool owed = cow->source != NULL && (cow == first || !cow->source->detached);
            place->what = owed ? PAGE_OWED : PAGE_ZERO;
            return;
        }
        place->count = place->count < cow->limit - page ? place->count : cow->limit - page;
        page += cow->offset;
        cow = cow->parent;
    }
}

struct page_source *cow_root_source(const struct cow *cow) {
    while (cow->parent != NULL) {
        cow = cow->parent;
    }
    return cow->source;
}

// --- changes ---

void cow_range_changed(struct cow *cow, uint64_t page, uint64_t count) {
    list_for_each(node, next, &cow->mappings) {
        mapping_forget(mapping_on_list(node), page, count);
    }
    list_for_each(node, next, &cow->children) {
        struct cow *child = list_entry(node, struct cow, sibling);
        uint64_t limit = child->kind == COW_SLICE ? child->size : child->limit;
        uint64_t from = page > child->offset ? page - child->offset : 0;
        uint64_t end = page + count > child->offset ? page + count - child->offset : 0;
        end = end < limit ? end : limit;
        if (from < end) {
            cow_range_changed(child, from, end - from);
        }
    }
}

static bool is_watched(const struct cow *cow) {
    return !list_is_empty(&cow->mappings) || !list_is_empty(&cow->children);
}

static zx_status_t own_zeroes(struct thread *self, struct cow *cow, uint64_t page,
                              uint64_t *count) {
    if (!frames_available(*count)) {
        return ZX_ERR_NO_MEMORY;
    }
    struct segment *segment = cow_segment(self, cow, page, false);
    if (segment == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    uint64_t index = page - segment->first;
    *count = *count < segment->count - index ? *count : segment->count - index;
    uint64_t frame = segment_frame(segment, page);
    bool filled = segment_set(self, segment, index, *count);
    if (filled && segment->run.dirty) {
        for (uint64_t i = 0; i < *count && filled; i++) {
            filled = frame_zero(frame + i);
        }
    } else if (filled) {
        filled = frames_populate(frame, *count);
    }
    if (!filled) {
        segment_unset(segment, index, *count);
        segment->run.dirty = true;
        return ZX_ERR_NO_MEMORY;
    }
    if (!cow->direct && is_watched(cow)) {
        cow_range_changed(cow, page, *count);
    }
    return ZX_OK;
}

bool cow_put(struct thread *self, struct cow *cow, uint64_t page, uint64_t frame) {
    struct segment *segment = cow_segment(self, cow, page, false);
    if (segment == NULL || !segment_set(self, segment, page - segment->first, 1)) {
        return false;
    }
    if (!frame_copy(segment_frame(segment, page), frame)) {
        segment_unset(segment, page - segment->first, 1);
        segment->run.dirty = true;
        return false;
    }
    return true;
}

static zx_status_t own_copies(struct thread *self, struct cow *cow, uint64_t page,
                              const struct cow_place *place) {
    if (!frames_available(place->count)) {
        return ZX_ERR_NO_MEMORY;
    }
    uint64_t done = 0;
    while (done < place->count && cow_put(self, cow, page + done, place->frame + done)) {
        done++;
    }
    if (done > 0 && is_watched(cow)) {
        cow_range_changed(cow, page, done);
    }
    if (place->owner->kind == COW_HIDDEN) {
        cow_free_unseen(self, place->owner, place->page, done);
    }
    return done == place->count ? ZX_OK : ZX_ERR_NO_MEMORY;
}

zx_status_t cow_own(struct thread *self, struct cow *cow, uint64_t page, uint64_t count,
                    uint64_t *done) {
    uint64_t end = page + count;
    *done = 0;
    for (uint64_t at = page; at < end;) {
        struct cow_place place;
        cow_find(self, cow, at, end - at, &place);
        zx_status_t status = ZX_OK;
        switch (place.what) {
        case PAGE_ZERO:
            status = own_zeroes(self, cow, at, &place.count);
            break;
        case PAGE_FRAME:
            if (place.owner != cow) {
                status = own_copies(self, cow, at, &place);
            }
            break;
        case PAGE_OWED:
            return ZX_ERR_SHOULD_WAIT;
        case PAGE_BEYOND:
            return ZX_ERR_OUT_OF_RANGE;
        }
        if (status != ZX_OK) {
            return status;
        }
        at += place.count;
        *done = at - page;
    }
    return ZX_OK;
}

void cow_disown(struct thread *self, struct cow *cow, uint64_t page, uint64_t count) {
    (void)self;
    // What is direct Linux unmaps with its memory. But where segments overlap, as merges leave
    // them, the page's next frame may be that of another one.
    bool overlap = cow->segments != NULL && cow->segments->next != NULL;
    if ((!cow->direct || overlap) && is_watched(cow)) {
        cow_range_changed(cow, page, count);
    }
    for (struct segment *segment = cow->segments; segment != NULL; segment = segment->next) {
        uint64_t from = page, end = page + count;
        if (!segment_covers(segment, from)) {
            if (segment->first - from >= count) {
                continue;
            }
            from = segment->first;
        }
        uint64_t index = from - segment->first;
        uint64_t span = end - from < segment->count - index ? end - from : segment->count - index;
        if (segment->owned != 0 || cow->direct) {
            frames_punch(segment->run.frame + index, span);
            segment_unset(segment, index, span);
        }
    }
}

void cow_make_direct(struct thread *self, struct cow *cow) {
    (void)self;
    if (cow->direct) {
        return;
    }
    // What a run has from its last user must not show.
    for (struct segment *segment = cow->segments; segment != NULL; segment = segment->next) {
        for (uint64_t index = 0; segment->run.dirty && index < segment->count;) {
            bool in_use;
            uint64_t span = segment_span(segment, index, segment->count, &in_use);
            if (!in_use) {
                frames_punch(segment->run.frame + index, span);
            }
            index += span;
        }
        segment->run.dirty = false;
    }
    cow->direct = true;
    if (cow->zeroes || !list_is_empty(&cow->children)) {
        cow->zeroes = false;
        cow_range_changed(cow, 0, cow->size);
    }
}
