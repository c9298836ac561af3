// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The boot image format before <zircon/boot/image.h>: items of a header and a payload, each padded
// to 8 bytes, in a container that is an item itself.

#ifndef ZIRCON_BOOT_BOOTDATA_H_
#define ZIRCON_BOOT_BOOTDATA_H_

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>
#include <zircon/compiler.h>

__BEGIN_CDECLS
#endif

// C++ has no arrays without a size, but both compilers do.
#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#endif

#define BOOTDATA_MAGIC (0x868cf7e6)
#define BOOTITEM_MAGIC (0xb5781729)
#define BOOTITEM_NO_CRC32 (0x4a87e8d6)

// Flags of an item: always set; its crc32 is one; the file system is compressed.
#define BOOTDATA_FLAG_V2 (0x00010000)
#define BOOTDATA_FLAG_CRC32 (0x00020000)
#define BOOTDATA_BOOTFS_FLAG_COMPRESSED (1 << 0)

// n rounded up to the alignment of items.
#define BOOTDATA_ALIGN(n) (((n) + 7) / 8 * 8)
// The last byte of types that are for drivers.
#define BOOTDATA_KIND_METADATA (0x0000006D)
#define BOOTDATA_KIND_MASK (0x000000FF)

// Types.
#define BOOTDATA_CONTAINER (0x544f4f42)
#define BOOTDATA_BOOTFS_BOOT (0x42534642)
#define BOOTDATA_BOOTFS_SYSTEM (0x53534642)
#define BOOTDATA_BOOTFS_DISCARD (0x58534642)
#define BOOTDATA_RAMDISK (0x4b534452)
#define BOOTDATA_KERNEL (0x4c4e524b)
#define BOOTDATA_PARTITION_MAP (0x5452506D)
#define BOOTDATA_MAC_ADDRESS (0x43414D6D)
#define BOOTDATA_CMDLINE (0x4c444d43)
#define BOOTDATA_ACPI_RSDP (0x50445352)
#define BOOTDATA_SMBIOS (0x49424d53)
#define BOOTDATA_FRAMEBUFFER (0x42465753)
#define BOOTDATA_DEBUG_UART (0x54524155)
#define BOOTDATA_PLATFORM_ID (0x44494C50)
#define BOOTDATA_LASTLOG_NVRAM (0x4c4c564e)
#define BOOTDATA_LASTLOG_NVRAM2 (0x4c4c5643)
#define BOOTDATA_E820_TABLE (0x30323845)
#define BOOTDATA_EFI_MEMORY_MAP (0x4d494645)
#define BOOTDATA_EFI_SYSTEM_TABLE (0x53494645)
#define BOOTDATA_LAST_CRASHLOG (0x4d4f4f42)
#define BOOTDATA_CPU_CONFIG (0x43555043)
#define BOOTDATA_MEM_CONFIG (0x434D454D)
#define BOOTDATA_KERNEL_DRIVER (0x5652444B)
#define BOOTDATA_IGNORE (0x50494b53)

// What the types of file systems have in common.
#define BOOTDATA_BOOTFS_MASK (0x00FFFFFF)
#define BOOTDATA_BOOTFS_TYPE (0x00534642)

#ifndef __ASSEMBLER__
// The header. `extra` is the container's magic, or a file system's size before compression.
typedef struct {
    uint32_t type;
    uint32_t length;
    uint32_t extra;
    uint32_t flags;
    uint32_t reserved0;
    uint32_t reserved1;
    uint32_t magic;
    uint32_t crc32;
} bootdata_t;

// Payloads, by their type.
typedef struct {
    uint64_t base;
    uint32_t width;
    uint32_t height;
    uint32_t stride;
    uint32_t format;
} bootdata_swfb_t;

typedef struct {
    uint64_t entry64;
    uint64_t reserved;
} bootdata_kernel_t;

#define BOOTDATA_PART_NAME_LEN 32
#define BOOTDATA_PART_GUID_LEN 16

typedef struct {
    uint8_t type_guid[BOOTDATA_PART_GUID_LEN];
    uint8_t uniq_guid[BOOTDATA_PART_GUID_LEN];
    uint64_t first_block;
    uint64_t last_block;
    uint64_t flags;
    char name[BOOTDATA_PART_NAME_LEN];
} bootdata_partition_t;

typedef struct {
    uint64_t block_count;
    uint64_t block_size;
    uint32_t partition_count;
    uint32_t reserved;
    char guid[BOOTDATA_PART_GUID_LEN];
    bootdata_partition_t partitions[];
} bootdata_partition_map_t;

typedef struct {
    uint64_t base;
    uint64_t length;
} bootdata_nvram_t;

#define BOOTDATA_UART_NONE 0
#define BOOTDATA_UART_PC_PORT 1
#define BOOTDATA_UART_PC_MMIO 2

typedef struct {
    uint64_t base;
    uint32_t type;
    uint32_t irq;
} bootdata_uart_t;

typedef struct {
    uint32_t vid;
    uint32_t pid;
    char board_name[32];
} bootdata_platform_id_t;

typedef struct {
    uint32_t cpu_count;
    uint32_t type;
    uint32_t flags;
    uint32_t reserved;
} bootdata_cpu_cluster_t;

typedef struct {
    uint32_t cluster_count;
    uint32_t reserved[3];
    bootdata_cpu_cluster_t clusters[];
} bootdata_cpu_config_t;

#define BOOTDATA_MEM_RANGE_RAM 1
#define BOOTDATA_MEM_RANGE_PERIPHERAL 2
#define BOOTDATA_MEM_RANGE_RESERVED 3

typedef struct {
    uint64_t paddr;
    uint64_t length;
    uint32_t type;
    uint32_t reserved;
} bootdata_mem_range_t;

// The file system: a header, entries, then files from the start of a page on.
#define BOOTFS_MAGIC (0xa56d3ff9)
#define BOOTFS_PAGE_SIZE (4096)
#define BOOTFS_MAX_NAME_LEN 256

typedef struct bootfs_header {
    uint32_t magic;
    uint32_t dirsize;
    uint32_t reserved0;
    uint32_t reserved1;
} bootfs_header_t;

typedef struct bootfs_entry {
    uint32_t name_len;
    uint32_t data_len;
    uint32_t data_off;
    char name[];
} bootfs_entry_t;

// A size rounded up to pages, a length to the alignment of entries, and the size of an entry.
#define BOOTFS_PAGE_ALIGN(size)                                                                    \
    (((size) + BOOTFS_PAGE_SIZE - 1) / BOOTFS_PAGE_SIZE * BOOTFS_PAGE_SIZE)
#define BOOTFS_ALIGN(nlen) (((nlen) + 3) / 4 * 4)
#define BOOTFS_RECSIZE(entry) (sizeof(bootfs_entry_t) + BOOTFS_ALIGN((entry)->name_len))

// Whether an item is for drivers.
static inline bool bootdata_is_metadata(uint32_t type) {
    return (type & BOOTDATA_KIND_MASK) == BOOTDATA_KIND_METADATA;
}
#endif // __ASSEMBLER__

#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

#ifndef __ASSEMBLER__
__END_CDECLS
#endif

#endif // ZIRCON_BOOT_BOOTDATA_H_
