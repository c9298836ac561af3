// Part of libzircon. BSD-3-Clause, see LICENSE.
// One run of the model test, in a process of its own, and what it shares with the one that watches.
#pragma once

#include "model.h"

enum { MAX_WORLDS = 8 };

struct run {
    // what to do
    uint64_t seed; // of the first epoch; the others count on from it
    uint32_t epochs, worlds, threads;
    bool pagers;
    uint8_t leave_out[EPOCH]; // operations
    // how it goes
    _Atomic uint64_t steps;
    struct {
        _Atomic uint64_t seed;
        _Atomic uint32_t index;
    } at[MAX_WORLDS];        // where each world is
    _Atomic uint32_t failed; // 1 + the world that failed
    uint64_t failed_seed;
    uint32_t failed_index;
    char message[400];
};

extern struct run *the_run;

// Runs all epochs; ends the process if one fails.
void run_epochs(struct run *run);
