// Part of libzircon. BSD-3-Clause, see LICENSE.
// Threads and processes that are killed and suspended at random moments.
//
// A victim does one thing over and over, and counts. A conductor feeds it what it waits for,
// suspends and resumes it, and in the end kills it, or its process.
#pragma once

#include <zircon/syscalls/debug.h>

#include "loaded.h"
#include "stress.h"

enum { VICTIM_HANDLES = 3, VICTIM_STACK = 32 << 10 };

struct conductor;

struct victim {
    const struct stress_calls *calls;
    const struct behaviour *behaviour;
    _Atomic uint64_t rounds;
    _Atomic uint64_t word;               // what its behaviour needs
    _Atomic int wrong;                   // the line of what went wrong, and the status
    _Atomic int32_t status;              //
    zx_handle_t handles[VICTIM_HANDLES]; // of its own process
    zx_handle_t made;                    // perhaps; the last one that it created
    volatile char *page;
    // The conductor's.
    bool loaded;
    zx_handle_t process, root, thread, kept[VICTIM_HANDLES], channel;
    char *stack;
};

struct behaviour {
    const char *name;
    // Makes the victim's handles and keeps others.
    void (*prepare)(struct conductor *conductor, struct victim *victim);
    void (*act)(struct victim *victim); // one round
    // Gives the victim what it needs for a round; may be called at any time, and more than once.
    // Null: it needs nothing.
    void (*feed)(struct conductor *conductor, struct victim *victim);
    // After its death.
    void (*finish)(struct conductor *conductor, struct victim *victim);
    bool linked_only;
};

struct conductor {
    struct worker worker; // for random numbers
    struct victim victim;
    // Memory that lasts: a page that comes and goes, and pages of a pager's.
    zx_handle_t vmo, pager, port, paged, spare;
    zx_vaddr_t page, paged_at;
    _Atomic uint64_t done, kills, suspensions;
};

extern const struct behaviour behaviours[];
extern const uint32_t behaviour_count;

void conductor_prepare(struct conductor *conductor);
void conductor_finish(struct conductor *conductor);
