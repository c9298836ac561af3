// Part of libzircon. BSD-3-Clause, see LICENSE.
// A bus transaction initiator: what one device may reach of memory. And pinned memory tokens, each
// of which stands for a range of a VMO that the device may reach.
//
// A token that is closed without having been unpinned goes into its initiator's quarantine: its
// pages stay where they are, since the device might still write to them.
#pragma once

#include "objects/vmo.h"

extern const struct object_type bti_type;
extern const struct object_type pmt_type;

// Null if memory is used up.
struct object *bti_new(struct thread *self, struct object *iommu, uint64_t id);

void bti_info(struct thread *self, struct object *bti, zx_info_bti_v2_t *info);

// Pins [offset, offset + size) of `vmo`, committing it first, with the ZX_BTI_PERM_ bits of
// `permissions`. The errors are those of zx_bti_pin.
zx_status_t bti_pin(struct thread *self, struct object *bti, struct vmo *vmo, uint64_t offset,
                    uint64_t size, uint32_t permissions, struct object **pmt);

// Unpins what is in quarantine.
void bti_release_quarantine(struct thread *self, struct object *bti);

// How many bytes the token covers, whether they follow each other in memory, and the address of the
// page at `offset`.
uint64_t pmt_size(struct object *pmt);
bool pmt_is_contiguous(struct object *pmt);
zx_paddr_t pmt_address(struct thread *self, struct object *pmt, uint64_t offset);

// Closing the last handle unpins it from now on; or puts it into quarantine, as at first.
void pmt_mark_unpinned(struct thread *self, struct object *pmt);
void pmt_mark_pinned(struct thread *self, struct object *pmt);
