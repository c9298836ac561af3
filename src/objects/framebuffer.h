// Part of libzircon. BSD-3-Clause, see LICENSE.
// The framebuffer: what the machine says it has, and the VMO that a driver gave the kernel.
#pragma once

#include "objects/vmo.h"

struct framebuffer_info {
    uint32_t format, width, height, stride; // ZX_PIXEL_FORMAT_*, pixels
};

void framebuffer_start(void);

// What the boot loader would have set up, as LIBZIRCON_FRAMEBUFFER says ("WIDTHxHEIGHT", 32 bits a
// pixel). False if there is none.
bool framebuffer_of_machine(struct framebuffer_info *info);

// The driver's; its pages are committed. INVALID_ARGS for an empty VMO, NO_MEMORY.
zx_status_t framebuffer_set(struct thread *self, struct vmo *vmo,
                            const struct framebuffer_info *info);
void framebuffer_clear(struct thread *self);

// The driver's framebuffer, with a reference; null if there is none.
struct vmo *framebuffer_get(struct thread *self, struct framebuffer_info *info);

// Copies `size` bytes at `offset` of it.
zx_status_t framebuffer_read(struct thread *self, struct vmo *vmo, uint64_t offset, void *to,
                             size_t size);
