// Part of libzircon. BSD-3-Clause, see LICENSE.
// The handles that an input has got hold of, and those that it has lost again.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zircon/types.h>

struct pooled {
    zx_handle_t value; // ZX_HANDLE_INVALID: none
    bool live;
    bool own; // our own process, thread or job: nobody shall end or change them
    zx_obj_type_t type;
    uint64_t pair; // equal for both ends of a pair
    char name[48]; // in the script, with its $
};

// Forgets everything.
void pool_begin(void);

// A handle that a call gave out. If there is no room it is closed again.
void pool_add(zx_handle_t value, const char *name);

// Looks at a handle that may be gone.
void pool_check(zx_handle_t value);

// The live handle number `which` modulo their count, of objects of one of the types; of any type if
// there are none. Of value ZX_HANDLE_INVALID if there are none at all.
struct pooled pool_pick(unsigned which, uint64_t types);
// One that was live.
struct pooled pool_pick_stale(unsigned which);
struct pooled pool_find(zx_handle_t value);

// Live handles.
unsigned pool_count(void);

// Closes all.
void pool_end(void);
