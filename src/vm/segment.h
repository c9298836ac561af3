// Part of libzircon. BSD-3-Clause, see LICENSE.
// A segment: the frames of a stretch of pages, and which of them are in use.
//
// A page's place in the segment is page - first, which may wrap around: after a merge a segment can
// begin before page 0. The bits of pages in use lie in the segment itself up to 64 pages, in a tree
// of cells of 512 bytes above that.
#pragma once

#include "vm/runs.h"

struct segment {
    struct segment *next;
    uint64_t first; // page of the owner
    uint64_t count;
    struct run run;
    uint64_t owned; // bits set
    union {
        uint64_t word;
        void *table;
    } bits;
};

// A segment with a run of its own, no page in use. Null if memory is used up.
struct segment *segment_new(struct thread *self, uint64_t first, uint8_t order, bool clean);
// Gives the run back, and its memory.
void segment_free(struct thread *self, struct segment *segment);

bool segment_has(const struct segment *segment, uint64_t index);
// False if there is no memory for the bits.
bool segment_set(struct thread *self, struct segment *segment, uint64_t index, uint64_t count);
void segment_unset(struct segment *segment, uint64_t index, uint64_t count);

// How many pages from `index` on, at most `max`, are all in use or all not, and which.
uint64_t segment_span(const struct segment *segment, uint64_t index, uint64_t max, bool *in_use);

static inline bool segment_covers(const struct segment *segment, uint64_t page) {
    return page - segment->first < segment->count;
}

static inline uint64_t segment_frame(const struct segment *segment, uint64_t page) {
    return segment->run.frame + (page - segment->first);
}
