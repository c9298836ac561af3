// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The guest of the benches of guests, the same for libzircon and for a loop over /dev/kvm.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    GUEST_BYTES = 0x200000,
    GUEST_ENTRY = 0x2000,
    GUEST_VECTOR = 32,
    GUEST_DOOR = 0x100000, // a page where accesses are told of
    GUEST_PORT = 0x11,
    GUEST_RINGS = 4, // of the bell, for each output
};

enum guest_work {
    GUEST_OUTPUTS,    // an output, again and again
    GUEST_STORES,     // a store to the door
    GUEST_BELLS,      // GUEST_RINGS stores to the door and an output
    GUEST_INTERRUPTS, // an output by the handler of GUEST_VECTOR
};

// Page tables, descriptors, the interrupt table and the code for a piece of work.
void bench_guest_fill(char *memory, enum guest_work work);

bool bench_guest_is_here(void);
