// Part of libzircon. BSD-3-Clause, see LICENSE.
// A guest's physical memory: a window of addresses and a root VMAR over it, like a process's.
#pragma once

#include "hypervisor/guest.h"

// Fills in guest->machine.window and window_size, and makes the VMAR, of which the caller gets a
// reference.
zx_status_t guest_memory_begin(struct thread *self, struct guest *guest, struct object **vmar);
void guest_memory_end(struct thread *self, struct guest *guest);

// Takes out what is mapped there. BAD_STATE if the VMAR was destroyed.
zx_status_t guest_memory_unmap(struct thread *self, struct guest *guest, uint64_t address,
                               uint64_t size);

// Can the page at a guest-physical address within the window be accessed as it is now?
bool guest_memory_is_open(struct thread *self, struct guest *guest, uint64_t address, bool write);

// Makes the page at a guest-physical address accessible for an access of the guest's. NOT_FOUND if
// nothing is mapped there, ACCESS_DENIED if the mapping forbids it.
zx_status_t guest_memory_touch(struct thread *self, struct guest *guest, uint64_t address,
                               bool write);
