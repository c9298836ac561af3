// Part of libzircon. BSD-3-Clause, see LICENSE.
// The memory file: all page frames there are. A physical address is an offset in it.
//
// The file is sparse, and mapped once as a whole into the kernel's range, where the kernel reads
// and writes frames. Which frame belongs to whom is the business of vm/runs.h.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAME_SHIFT = 12, FRAME_SIZE = 1 << FRAME_SHIFT };

struct frame_space {
    char *base;     // where frame 0 is mapped
    uint64_t count; // of frames that have an address, most of them without memory
};
extern struct frame_space frame_space;

bool frames_start(void);

// The file's descriptor, for host/window.c.
int frames_file(void);

static inline char *frame_at(uint64_t frame) {
    return frame_space.base + (frame << FRAME_SHIFT);
}

// Gives frames memory; those that have some keep their contents. False if there is none left.
bool frames_populate(uint64_t first, uint64_t count);

// Takes frames' memory away: they read as zero afterwards.
void frames_punch(uint64_t first, uint64_t count);

// The first frame of [first, end) that has memory, or has none; `end` if there is no such.
uint64_t frames_find_memory(uint64_t first, uint64_t end);
uint64_t frames_find_hole(uint64_t first, uint64_t end);

// Frames that have memory, as Linux counts them.
uint64_t frames_in_use(void);

// A page of zeroes, not in the file.
extern const char frame_zeroes[FRAME_SIZE];

// Fills a frame. False if it had no memory and there is none left.
bool frame_copy(uint64_t to, uint64_t from);
bool frame_zero(uint64_t frame);
