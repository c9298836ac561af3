// Part of libzircon. BSD-3-Clause, see LICENSE.
// Who has which page frames: runs of 2^order frames each.
//
// Frames are handed out like addresses, without memory at first. So whatever has one run of its own
// size is one piece in the file, and usually one mapping of Linux's. Runs that come back are kept
// by size, small ones with the memory that they have.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct thread;

enum { RUN_ORDER_MAX = 24 }; // 64 GiB

struct run {
    uint64_t frame; // a multiple of its size
    uint8_t order;
    bool dirty; // its frames may have memory, with anything in it
};

void runs_start(void);

// A run; not a dirty one if `clean`. False if frames or memory are used up.
bool run_take(struct thread *self, uint8_t order, bool clean, struct run *run);

// Gives a run back, of whose frames about `in_use` have memory. Nobody may have them mapped.
void run_give(struct thread *self, struct run run, uint64_t in_use);

// Gives Linux the memory of runs that nobody has, which are kept for the next user otherwise.
void runs_trim(struct thread *self);

// The smallest order that holds `count` frames.
static inline uint8_t run_order(uint64_t count) {
    return count <= 1 ? 0 : (uint8_t)(64 - __builtin_clzll(count - 1));
}

// How much memory VMOs may have in all: is there room for `count` frames more? segment.c counts
// those that are in use.
bool frames_available(uint64_t count);
void frames_charge(uint64_t count);
void frames_uncharge(uint64_t count);
