// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What there is to know of ELF files, for programs that have no C library's headers.
#pragma once

#include <stdint.h>

enum { PT_DYNAMIC = 2, PT_TLS = 7, SHN_UNDEF = 0 };

enum {
    DT_NULL = 0,
    DT_PLTRELSZ = 2,
    DT_STRTAB = 5,
    DT_SYMTAB = 6,
    DT_RELA = 7,
    DT_RELASZ = 8,
    DT_JMPREL = 23,
    DT_GNU_HASH = 0x6ffffef5,
};

enum { R_64 = 1, R_GLOB_DAT = 6, R_JUMP_SLOT = 7, R_RELATIVE = 8 };

struct elf_header {
    uint8_t magic[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, segments, sections;
    uint32_t flags;
    uint16_t size, segment_size, segment_count, section_size, section_count, names_section;
};

struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, address, physical, file_size, memory_size, alignment;
};

struct elf_dynamic {
    int64_t tag;
    uint64_t value;
};

struct elf_symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t value, size;
};

struct elf_relocation {
    uint64_t offset;
    uint32_t type, symbol;
    int64_t addend;
};

extern const struct elf_header __ehdr_start __attribute__((visibility("hidden")));
extern const struct elf_dynamic _DYNAMIC[] __attribute__((visibility("hidden")));
