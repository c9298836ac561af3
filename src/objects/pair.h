// Part of libzircon. BSD-3-Clause, see LICENSE.
// What the two ends of a pair have in common (event pairs, channels, sockets, fifos).
//
// Both ends lie in one cell with the lock that they share, so either finds the other without a
// pointer that could dangle. An end is open until its last handle goes; the cell is free again when
// neither end has references.
#pragma once

#include "objects/object.h"

struct pair {
    struct mutex lock;
    _Atomic uint32_t alive; // ends that are not destroyed yet
    bool open[2];           // under the lock
};

static inline void pair_init(struct pair *pair) {
    mutex_init(&pair->lock, RANK_OBJECT);
    atomic_store_explicit(&pair->alive, 2, memory_order_relaxed);
    pair->open[0] = pair->open[1] = true;
}

// An end is destroyed. True for the second: the cell can be freed.
static inline bool pair_end_destroyed(struct pair *pair) {
    return atomic_fetch_sub_explicit(&pair->alive, 1, memory_order_acq_rel) == 1;
}
