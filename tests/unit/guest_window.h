// Part of libzircon. BSD-3-Clause, see LICENSE.
// A guest's memory for unit tests: plain pages. Instead of hypervisor/guest_memory.c, so the
// program is to be linked with WRAP guest_memory_begin guest_memory_end guest_memory_unmap
// guest_memory_is_open guest_memory_touch.
#pragma once

#include "hypervisor/vcpu.h"
#include "unit.h"

enum { WINDOW_SIZE = 0x1000000 };

extern char *window;
extern bool window_is_open;     // what guest_memory_is_open says
extern int window_touches;      // calls of guest_memory_touch
extern zx_status_t window_says; // what it returns

// A guest over a backend, with a vcpu of the calling thread, and their end.
struct machine {
    struct object *guest, *vcpu;
};
void machine_make(struct thread *self, struct machine *machine, const struct hv_backend *backend,
                  uint64_t entry);
void machine_end(struct thread *self, struct machine *machine);
