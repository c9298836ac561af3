// Part of libzircon. BSD-3-Clause, see LICENSE.
// What there is to know of an ELF file of 64 bits.
#pragma once

#include <stdint.h>

enum { ELF_LOAD = 1, ELF_EXECUTE = 1 };

struct elf_header {
    uint8_t magic[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, segments_offset, sections_offset;
    uint32_t flags;
    uint16_t header_size, segment_size, segment_count;
    uint16_t section_size, section_count, names_section;
};

struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, address, physical, file_size, memory_size, alignment;
};
