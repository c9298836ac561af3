// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Entries of the memory map that the BIOS of a PC gives.

#ifndef ZIRCON_BOOT_E820_H_
#define ZIRCON_BOOT_E820_H_

#include <stdint.h>
#include <zircon/compiler.h>

__BEGIN_CDECLS

#define E820_RAM 1
#define E820_RESERVED 2
#define E820_ACPI 3
#define E820_NVS 4
#define E820_UNUSABLE 5

typedef struct e820entry {
    uint64_t addr;
    uint64_t size;
    uint32_t type;
} __PACKED e820entry_t;

__END_CDECLS

#endif // ZIRCON_BOOT_E820_H_
