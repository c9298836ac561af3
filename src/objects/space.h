// Part of libzircon. BSD-3-Clause, see LICENSE.
// An address space: the window that a process's regions lie in, and its lock.
#pragma once

#include "objects/vmar.h"

struct space {
    uint64_t kept;         // of a free cell, by the slab
    struct space *link;    //
    _Atomic uint32_t refs; // of its regions
    struct mutex lock;     // RANK_VMAR: all that is in the regions
    struct vmar *root;
    enum vmar_root_kind kind;
    uintptr_t base, size; // the window; 0 until the first region or mapping
    uint64_t wanted;      // the window's size; 0: what there is
    bool is_large;        // its window is one of the few large ones
    uintptr_t bias;       // what programs' addresses are less: for guests, whose memory begins at 0
    struct mapping *vdso; // of the code
    bool alive;
    // While it ends: its mappings, which nobody changes any more, and where they lie.
    struct list ended;
    uintptr_t ended_from, ended_to;
};

void space_start(void);

struct space *space_new(struct thread *self, enum vmar_root_kind kind, uint64_t size);
void space_ref(struct space *space);
void space_unref(struct thread *self, struct space *space);

// Picks the window, if there is none. ZX_ERR_NO_MEMORY if none is left.
zx_status_t space_open_locked(struct thread *self, struct space *space);
// Gives it back; nothing is mapped in it.
void space_close_locked(struct thread *self, struct space *space);

// The space whose window holds the address, or null. It may be gone or another when its lock is
// taken; its memory stays that of a space.
struct space *space_at(uintptr_t address);
