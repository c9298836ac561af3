// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// ELF files of Fuchsia's: looking at them, and mapping them into a process.
#pragma once

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zircon/types.h>

enum { IMAGE_SEGMENTS_MAX = 64, IMAGE_NAME_MAX = 256, IMAGE_PAGE = 4096 };

struct image {
    char name[IMAGE_NAME_MAX]; // for messages
    zx_handle_t vmo;           // the file, with the right to be executed
    uint64_t size;
    uint64_t entry, stack_size; // stack_size 0: the usual one
    char interpreter[IMAGE_NAME_MAX];
    Elf64_Phdr segments[IMAGE_SEGMENTS_MAX];
    int segment_count;
};

// Reads a file, or takes over a VMO that holds one, and checks it. False after a message, which
// begins with `command`.
bool image_open(const char *command, const char *path, struct image *image);
bool image_open_vmo_take(const char *command, const char *name, zx_handle_t vmo,
                         struct image *image);
void image_close(struct image *image);

// Where it was mapped.
struct image_place {
    zx_handle_t vmar;
    uintptr_t base, bias, entry;
};

// Maps it into a process's root region. False after a message.
bool image_map(const char *command, const struct image *image, zx_handle_t root,
               struct image_place *place);

// A new VMO with the bytes of a file, not more; a status of the kernel's, or ZX_ERR_NOT_FOUND or
// ZX_ERR_IO where Linux cannot read it.
zx_status_t image_read_file(const char *path, zx_handle_t *vmo, uint64_t *size);
