// Part of libzircon. BSD-3-Clause, see LICENSE.
// The vDSO image that is mapped into loaded processes: an ELF file in the library's own data.
#pragma once

#include <stddef.h>
#include <stdint.h>

// All sizes are whole pages. The code is the image's last part, and what is mapped executable.
size_t vdso_size(void);
size_t vdso_code_offset(void);
size_t vdso_code_size(void);

// Hands out the image, in pieces for their offsets, with what the programs of this machine find in
// it. `entry` is where the calls jump to.
void vdso_write(uintptr_t entry,
                void (*write)(void *context, const void *bytes, size_t offset, size_t size),
                void *context);
