// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What a child process of the tests runs, and how its parent talks to it. The code is copied into
// the child, so it refers to nothing but its arguments.
#pragma once

#include <stdint.h>
#include <zircon/types.h>

// The child's calls, at the addresses that they have in its vDSO.
struct child_calls {
    zx_status_t (*object_wait_one)(zx_handle_t, zx_signals_t, zx_time_t, zx_signals_t *);
    zx_status_t (*channel_read)(zx_handle_t, uint32_t, void *, zx_handle_t *, uint32_t, uint32_t,
                                uint32_t *, uint32_t *);
    zx_status_t (*channel_write)(zx_handle_t, uint32_t, const void *, uint32_t, const zx_handle_t *,
                                 uint32_t);
    void (*process_exit)(int64_t);
};

// A function to call in the child with some words. If a handle comes with it, its value there takes
// the place of the word that `handle_word` names.
struct child_request {
    uint64_t function, words[8];
    uint64_t handle_word;
};

// The result, and 512 bytes of the child's scratch memory, where results can be stored. If
// `give_handle` is not 0 on its first word it goes to the parent as a handle.
enum { CHILD_SCRATCH = 512, CHILD_NO_HANDLE = 8 };

struct child_reply {
    uint64_t result;
    uint8_t scratch[CHILD_SCRATCH];
};

// Begins at the start of the section; returns only by process_exit.
void child_main(zx_handle_t channel, const struct child_calls *calls);
