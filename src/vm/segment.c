// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "vm/segment.h"

#include <string.h>

#include "base/invariant.h"
#include "host/slab.h"

enum {
    WORD_BITS = 64,
    LEAF_BITS = 64 * WORD_BITS, // in a cell
    FANOUT = 64,                // pointers in a cell
    FANOUT_SHIFT = 6,
};

// A leaf holds 64 words of bits, the cells above it 64 pointers.
union table {
    uint64_t words[FANOUT];
    union table *cells[FANOUT];
};

SLAB_TYPE(vm_segment, sizeof(struct segment));
SLAB_TYPE(vm_table, sizeof(union table));

struct segment *segment_new(struct thread *self, uint64_t first, uint8_t order, bool clean) {
    struct segment *segment = slab_alloc(self, &vm_segment_slab);
    if (segment == NULL) {
        return NULL;
    }
    *segment = (struct segment){.first = first, .count = (uint64_t)1 << order};
    if (!run_take(self, order, clean, &segment->run)) {
        slab_free(self, &vm_segment_slab, segment);
        return NULL;
    }
    return segment;
}

// Levels of pointers above the leaves.
static uint32_t levels_of(const struct segment *segment) {
    uint32_t levels = 0;
    for (uint64_t leaves = segment->count / LEAF_BITS; leaves > 1; leaves >>= FANOUT_SHIFT) {
        levels++;
    }
    return levels;
}

static void free_table(struct thread *self, union table *table, uint32_t levels) {
    if (table == NULL) {
        return;
    }
    if (levels > 0) {
        for (int i = 0; i < FANOUT; i++) {
            free_table(self, table->cells[i], levels - 1);
        }
    }
    slab_free(self, &vm_table_slab, table);
}

void segment_free(struct thread *self, struct segment *segment) {
    if (segment->count > WORD_BITS) {
        free_table(self, segment->bits.table, levels_of(segment));
    }
    frames_uncharge(segment->owned);
    run_give(self, segment->run, segment->owned);
    slab_free(self, &vm_segment_slab, segment);
}

static union table *new_table(struct thread *self) {
    union table *table = slab_alloc(self, &vm_table_slab);
    if (table != NULL) {
        memset(table, 0, sizeof(*table));
    }
    return table;
}

// The word that has bit `index`. Null if there is none yet; if `self` is given it is made then.
static uint64_t *word_at(struct thread *self, struct segment *segment, uint64_t index) {
    if (segment->count <= WORD_BITS) {
        return &segment->bits.word;
    }
    union table **place = (union table **)&segment->bits.table;
    for (uint32_t level = levels_of(segment);; level--) {
        if (*place == NULL) {
            if (self == NULL || (*place = new_table(self)) == NULL) {
                return NULL;
            }
        }
        if (level == 0) {
            return &(*place)->words[index / WORD_BITS % FANOUT];
        }
        place = &(*place)->cells[index / LEAF_BITS >> FANOUT_SHIFT * (level - 1) & (FANOUT - 1)];
    }
}

static const uint64_t *word_of(const struct segment *segment, uint64_t index) {
    return word_at(NULL, (struct segment *)(uintptr_t)segment, index);
}

bool segment_has(const struct segment *segment, uint64_t index) {
    const uint64_t *word = word_of(segment, index);
    return word != NULL && (*word >> index % WORD_BITS & 1) != 0;
}

// The part of [index, index + count) that lies in the word of `index`.
static uint64_t mask_of(uint64_t index, uint64_t count, uint64_t *covered) {
    uint64_t low = index % WORD_BITS;
    uint64_t bits = count < WORD_BITS - low ? count : WORD_BITS - low;
    *covered = bits;
    return (bits == WORD_BITS ? ~(uint64_t)0 : ((uint64_t)1 << bits) - 1) << low;
}

bool segment_set(struct thread *self, struct segment *segment, uint64_t index, uint64_t count) {
    while (count > 0) {
        uint64_t covered, mask = mask_of(index, count, &covered);
        uint64_t *word = word_at(self, segment, index);
        if (word == NULL) {
            return false;
        }
        uint64_t added = (uint64_t)__builtin_popcountll(mask & ~*word);
        segment->owned += added;
        frames_charge(added);
        *word |= mask;
        index += covered;
        count -= covered;
    }
    return true;
}

void segment_unset(struct segment *segment, uint64_t index, uint64_t count) {
    while (count > 0) {
        uint64_t covered, mask = mask_of(index, count, &covered);
        uint64_t *word = word_at(NULL, segment, index);
        if (word != NULL) {
            uint64_t gone = (uint64_t)__builtin_popcountll(mask & *word);
            segment->owned -= gone;
            frames_uncharge(gone);
            *word &= ~mask;
        } else {
            covered = LEAF_BITS - index % LEAF_BITS; // nor is the rest of the leaf there
            covered = covered < count ? covered : count;
        }
        index += covered;
        count -= covered;
    }
}

uint64_t segment_span(const struct segment *segment, uint64_t index, uint64_t max, bool *in_use) {
    uint64_t room = segment->count - index;
    max = max < room ? max : room;
    if (segment->owned == segment->count || segment->owned == 0) {
        *in_use = segment->owned != 0;
        return max;
    }
    *in_use = segment_has(segment, index);
    uint64_t flip = *in_use ? ~(uint64_t)0 : 0; // look for the first bit that differs
    uint64_t span = 0;
    while (span < max) {
        uint64_t at = index + span;
        const uint64_t *word = word_of(segment, at);
        if (word == NULL) {
            if (*in_use) {
                break;
            }
            span += LEAF_BITS - at % LEAF_BITS;
            continue;
        }
        uint64_t rest = (*word ^ flip) >> at % WORD_BITS;
        if (rest != 0) {
            span += (uint64_t)__builtin_ctzll(rest);
            break;
        }
        span += WORD_BITS - at % WORD_BITS;
    }
    return span < max ? span : max;
}
