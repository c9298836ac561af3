// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "vdso/vdso.h"

#include <string.h>

#include "base/invariant.h"
#include "host/console.h"
#include "host/memory.h"
#include "vdso/data.h"
#include "vdso/elf.h"

extern const char vdso_image[], vdso_image_end[];

static const struct elf_segment *code_segment(void) {
    const struct elf_header *header = (const void *)vdso_image;
    const struct elf_segment *segments = (const void *)(vdso_image + header->segments_offset);
    for (int i = 0; i < header->segment_count; i++) {
        if (segments[i].type == ELF_LOAD && (segments[i].flags & ELF_EXECUTE) != 0) {
            return &segments[i];
        }
    }
    __builtin_trap();
}

size_t vdso_code_offset(void) {
    return code_segment()->offset;
}

size_t vdso_code_size(void) {
    return code_segment()->file_size;
}

size_t vdso_size(void) {
    return vdso_code_offset() + vdso_code_size();
}

void vdso_write(uintptr_t entry,
                void (*write)(void *context, const void *bytes, size_t offset, size_t size),
                void *context) {
    size_t size = vdso_size();
    invariant(size <= (size_t)(vdso_image_end - vdso_image) && size % HOST_PAGE_SIZE == 0);
    write(context, vdso_image, 0, size);
    struct elf_header header;
    memcpy(&header, vdso_image, sizeof(header));
    header.sections_offset = 0; // they lie behind the code
    header.section_count = header.names_section = 0;
    write(context, &header, 0, sizeof(header));
    struct vdso_data data = {
        .entry = entry,
        .ticks_per_second = 1000000000,
        .memory = machine_memory(),
        .cpus = machine_cpus(),
        .cache_line = machine_dcache_line(),
        .version = "libzircon " LIBZIRCON_VERSION,
    };
    write(context, &data, vdso_code_offset() - sizeof(data), sizeof(data));
}
