// Part of libzircon. BSD-3-Clause, see LICENSE.
// A pager: the right to supply the pages of VMOs. What is asked of it goes to a port.
#pragma once

#include "objects/vmo.h"

extern const struct object_type pager_type;

// Null if memory is used up.
struct object *pager_new(struct thread *self);

// A VMO whose pages the pager supplies; its requests go to `port` with `key`.
zx_status_t pager_new_vmo(struct thread *self, struct object *pager, struct object *port,
                          uint64_t key, uint64_t size, bool resizable, struct vmo **vmo);

// Nobody has seen the VMO, and nobody will: its end is not told.
void pager_abandon_vmo(struct thread *self, struct vmo *vmo);

// INVALID_ARGS if the VMO is not the pager's.
zx_status_t pager_check(struct object *pager, struct vmo *vmo);

// No more pages come: requests end, and the port learns it.
void pager_detach(struct thread *self, struct vmo *vmo);

// Moves pages from `aux` to the pager's VMO. Offsets and size are page-aligned.
zx_status_t pager_supply(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size,
                         struct vmo *aux, uint64_t aux_offset);

// The pages will not come: who waits for them gets the error.
zx_status_t pager_fail(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size,
                       zx_status_t error);
