// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The Zircon boot image: items of a header and a payload, each padded to 8 bytes, in a container
// that is an item itself. One that boots has the kernel as its first item, and one BOOTFS. The
// header may be included by assembly code, for its constants.

#ifndef ZIRCON_BOOT_IMAGE_H_
#define ZIRCON_BOOT_IMAGE_H_

#ifndef __ASSEMBLER__
#include <stdint.h>
#include <zircon/compiler.h>

__BEGIN_CDECLS
#endif

// C++ has no arrays without a size, but both compilers do.
#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#endif

#ifdef __ASSEMBLER__
#define ZBI_ALIGNMENT (8)
#else
#define ZBI_ALIGNMENT (8u)

// n rounded up to the alignment of items.
__CONSTEXPR static inline uint32_t ZBI_ALIGN(uint32_t n) {
    return (n + ZBI_ALIGNMENT - 1) & ~(ZBI_ALIGNMENT - 1);
}
#endif // __ASSEMBLER__

// The container's `extra`, and the magic of every header.
#define ZBI_CONTAINER_MAGIC (0x868cf7e6)
#define ZBI_ITEM_MAGIC (0xb5781729)

// Flags of an item: always set; its crc32 is one, and what it is otherwise.
#define ZBI_FLAG_VERSION (0x00010000)
#define ZBI_FLAG_CRC32 (0x00020000)
#define ZBI_ITEM_NO_CRC32 (0x4a87e8d6)

#ifndef __ASSEMBLER__
// `length` is the payload's, without padding.
typedef struct {
    uint32_t type;
    uint32_t length;
    uint32_t extra;
    uint32_t flags;
    uint32_t reserved0;
    uint32_t reserved1;
    uint32_t magic;
    uint32_t crc32;
} zbi_header_t;
#endif // __ASSEMBLER__

// The container. Its length is that of all its items with their padding.
#define ZBI_TYPE_CONTAINER (0x544f4f42)

// A container's header: as assembly code under a symbol, and as an initialiser.
#ifdef __ASSEMBLER__
// clang-format off
#define ZBI_CONTAINER_HEADER(symbol, length) \
    .balign ZBI_ALIGNMENT; \
    symbol: \
    .int ZBI_TYPE_CONTAINER, length, ZBI_CONTAINER_MAGIC, ZBI_FLAG_VERSION; \
    .int 0, 0, ZBI_ITEM_MAGIC, ZBI_ITEM_NO_CRC32; \
    .type symbol, %object; \
    .size symbol, . - symbol
// clang-format on
#else
#define ZBI_CONTAINER_HEADER(length)                                                               \
    {                                                                                              \
        ZBI_TYPE_CONTAINER, (length), ZBI_CONTAINER_MAGIC, ZBI_FLAG_VERSION, 0, 0, ZBI_ITEM_MAGIC, \
            ZBI_ITEM_NO_CRC32                                                                      \
    }
#endif

// The kernel, for a machine.
#define ZBI_TYPE_KERNEL_PREFIX (0x004e524b)
#define ZBI_TYPE_KERNEL_MASK (0x00FFFFFF)
#define ZBI_TYPE_KERNEL_X64 (0x4c4e524b)
#define ZBI_TYPE_KERNEL_ARM64 (0x384e524b)

// Whether a type is a kernel's.
#define ZBI_IS_KERNEL_BOOTITEM(x) (((x)&ZBI_TYPE_KERNEL_MASK) == ZBI_TYPE_KERNEL_PREFIX)

#ifndef __ASSEMBLER__
// A kernel's entry point, an address on x86-64 and an offset on ARM, and the bytes of free memory
// that it needs behind it; and the image from the container's header on, as it is loaded.
typedef struct {
    uint64_t entry;
    uint64_t reserve_memory_size;
} zbi_kernel_t;

typedef struct {
    zbi_header_t hdr_file;
    zbi_header_t hdr_kernel;
    zbi_kernel_t data_kernel;
    uint8_t contents[];
} zircon_kernel_t;
#endif // __ASSEMBLER__

// To be skipped.
#define ZBI_TYPE_DISCARD (0x50494b53)

// Contents of disks. `extra` is the size before compression.
#define ZBI_FLAG_STORAGE_COMPRESSED (0x00000001)
#define ZBI_TYPE_STORAGE_RAMDISK (0x4b534452)
#define ZBI_TYPE_STORAGE_BOOTFS (0x42534642)
#define ZBI_TYPE_STORAGE_BOOTFS_FACTORY (0x46534642)

// What the boot loader tells the kernel: part of its command line, the log of its last crash.
#define ZBI_TYPE_CMDLINE (0x4c444d43)
#define ZBI_TYPE_CRASHLOG (0x4d4f4f42)

// Memory that outlives a restart. The second type is the same, misspelt.
#define ZBI_TYPE_NVRAM (0x4c4c564e)
#define ZBI_TYPE_NVRAM_DEPRECATED (0x4c4c5643)

#ifndef __ASSEMBLER__
typedef struct {
    uint64_t base;
    uint64_t length;
} zbi_nvram_t;
#endif // __ASSEMBLER__

// The board.
#define ZBI_TYPE_PLATFORM_ID (0x44494C50)
#define ZBI_BOARD_NAME_LEN 32

#ifndef __ASSEMBLER__
typedef struct {
    uint32_t vid;
    uint32_t pid;
    char board_name[ZBI_BOARD_NAME_LEN];
} zbi_platform_id_t;
#endif // __ASSEMBLER__

// Processors, in clusters.
#define ZBI_TYPE_CPU_CONFIG (0x43555043)

#ifndef __ASSEMBLER__
typedef struct {
    uint32_t cpu_count;
    uint32_t type;
    uint32_t flags;
    uint32_t reserved;
} zbi_cpu_cluster_t;

typedef struct {
    uint32_t cluster_count;
    uint32_t reserved[3];
    zbi_cpu_cluster_t clusters[];
} zbi_cpu_config_t;
#endif // __ASSEMBLER__

// Processors, as a tree of nodes, each with the index of its parent.
#define ZBI_TYPE_CPU_TOPOLOGY (0x544F504F)

#ifndef __ASSEMBLER__
#define ZBI_MAX_SMT 4
#define ZBI_TOPOLOGY_NO_PARENT 0xFFFF

// Flags of a processor: boots the system; takes all interrupts.
#define ZBI_TOPOLOGY_PROCESSOR_PRIMARY 0x1
#define ZBI_TOPOLOGY_PROCESSOR_INTERRUPT 0x2
typedef enum {
    ZBI_TOPOLOGY_ARCH_UNDEFINED = 0,
    ZBI_TOPOLOGY_ARCH_X86 = 1,
    ZBI_TOPOLOGY_ARCH_ARM = 2,
} zbi_topology_architecture_t;

// The affinity of an ARM processor, level by level, and the local APICs of an x86 one.
typedef struct {
    uint8_t cluster_1_id;
    uint8_t cluster_2_id;
    uint8_t cluster_3_id;
    uint8_t cpu_id;
    uint8_t gic_id;
} zbi_topology_arm_info_t;

typedef struct {
    uint32_t apic_ids[ZBI_MAX_SMT];
    uint32_t apic_id_count;
} zbi_topology_x86_info_t;

typedef struct {
    uint16_t logical_ids[ZBI_MAX_SMT];
    uint8_t logical_id_count;
    uint16_t flags;
    uint8_t architecture;
    union {
        zbi_topology_arm_info_t arm;
        zbi_topology_x86_info_t x86;
    } architecture_info;
} zbi_topology_processor_t;

typedef struct {
    uint8_t performance_class;
} zbi_topology_cluster_t;

typedef struct {
    uint64_t start_address;
    uint64_t end_address;
} zbi_topology_numa_region_t;
typedef enum {
    ZBI_TOPOLOGY_ENTITY_UNDEFINED = 0,
    ZBI_TOPOLOGY_ENTITY_PROCESSOR = 1,
    ZBI_TOPOLOGY_ENTITY_CLUSTER = 2,
    ZBI_TOPOLOGY_ENTITY_CACHE = 3,
    ZBI_TOPOLOGY_ENTITY_DIE = 4,
    ZBI_TOPOLOGY_ENTITY_SOCKET = 5,
    ZBI_TOPOLOGY_ENTITY_POWER_PLANE = 6,
    ZBI_TOPOLOGY_ENTITY_NUMA_REGION = 7,
} zbi_topology_entity_type_t;

typedef struct {
    uint8_t entity_type;
    uint16_t parent_index;
    union {
        zbi_topology_processor_t processor;
        zbi_topology_cluster_t cluster;
        zbi_topology_numa_region_t numa_region;
    } entity;
} zbi_topology_node_t;
#endif // __ASSEMBLER__

// Ranges of addresses, as many as fit the length.
#define ZBI_TYPE_MEM_CONFIG (0x434D454D)
#define ZBI_MEM_RANGE_RAM (1)
#define ZBI_MEM_RANGE_PERIPHERAL (2)
#define ZBI_MEM_RANGE_RESERVED (3)

#ifndef __ASSEMBLER__
typedef struct {
    uint64_t paddr;
    uint64_t length;
    uint32_t type;
    uint32_t reserved;
} zbi_mem_range_t;
#endif // __ASSEMBLER__

// Of a driver in the kernel, as <zircon/boot/driver-config.h> says by `extra`.
#define ZBI_TYPE_KERNEL_DRIVER (0x5652444B)

// Addresses of tables, and tables: an array of e820entry_t; the size of an entry, then entries.
#define ZBI_TYPE_ACPI_RSDP (0x50445352)
#define ZBI_TYPE_SMBIOS (0x49424d53)
#define ZBI_TYPE_EFI_SYSTEM_TABLE (0x53494645)
#define ZBI_TYPE_EFI_MEMORY_MAP (0x4d494645)
#define ZBI_TYPE_E820_TABLE (0x30323845)

// The EFI variable for the log of a crash. The attributes are of the EFI headers.
#define ZIRCON_VENDOR_GUID                                                                         \
    {                                                                                              \
        0x82305eb2, 0xd39e, 0x4575, {                                                              \
            0xa0, 0xc8, 0x6c, 0x20, 0x72, 0xd0, 0x84, 0x4c                                         \
        }                                                                                          \
    }
#define ZIRCON_CRASHLOG_EFIVAR                                                                     \
    { 'c', 'r', 'a', 's', 'h', 'l', 'o', 'g', 0 }
#define ZIRCON_CRASHLOG_EFIATTR                                                                    \
    (EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)
// The serial port of the debug log.
#define ZBI_TYPE_DEBUG_UART (0x54524155)
#define ZBI_UART_NONE (0)
#define ZBI_UART_PC_PORT (1)
#define ZBI_UART_PC_MMIO (2)

#ifndef __ASSEMBLER__
typedef struct {
    uint64_t base;
    uint32_t type;
    uint32_t irq;
} zbi_uart_t;
#endif // __ASSEMBLER__

// The framebuffer, with a format of <zircon/pixelformat.h>.
#define ZBI_TYPE_FRAMEBUFFER (0x42465753)

#ifndef __ASSEMBLER__
typedef struct {
    uint64_t base;
    uint32_t width;
    uint32_t height;
    uint32_t stride;
    uint32_t format;
} zbi_swfb_t;
#endif // __ASSEMBLER__

// Copies from the partition of <zircon/boot/sysconfig.h>.
#define ZBI_TYPE_BOOT_CONFIG (0x47464342)
#define ZBI_TYPE_BOOT_VERSION (0x53525642)

// Whether a type is for drivers.
#define ZBI_TYPE_DRV_METADATA(type) (((type)&0xFF) == 0x6D)
// `extra` says which device.
#define ZBI_TYPE_DRV_MAC_ADDRESS (0x43414D6D)
#define ZBI_TYPE_DRV_BOARD_PRIVATE (0x524F426D)
#define ZBI_TYPE_DRV_PARTITION_MAP (0x5452506D)
#define ZBI_PARTITION_NAME_LEN (32)
#define ZBI_PARTITION_GUID_LEN (16)

#ifndef __ASSEMBLER__
typedef struct {
    uint8_t type_guid[ZBI_PARTITION_GUID_LEN];
    uint8_t uniq_guid[ZBI_PARTITION_GUID_LEN];
    uint64_t first_block;
    uint64_t last_block;
    uint64_t flags;
    char name[ZBI_PARTITION_NAME_LEN];
} zbi_partition_t;

typedef struct {
    uint64_t block_count;
    uint64_t block_size;
    uint32_t partition_count;
    uint32_t reserved;
    uint8_t guid[ZBI_PARTITION_GUID_LEN];
    zbi_partition_t partitions[];
} zbi_partition_map_t;
#endif // __ASSEMBLER__

// All types of items but old ones: expands `macro` with the constant, a name, and the extension of
// a file with such an item.
#define ZBI_ALL_TYPES(macro)                                                                       \
    macro(ZBI_TYPE_CONTAINER, "CONTAINER",                                                         \
          ".bin") macro(ZBI_TYPE_KERNEL_X64, "KERNEL_X64",                                         \
                        ".bin") macro(ZBI_TYPE_KERNEL_ARM64, "KERNEL_ARM64",                       \
                                      ".bin") macro(ZBI_TYPE_DISCARD, "DISCARD", ".bin")           \
        macro(ZBI_TYPE_STORAGE_RAMDISK, "RAMDISK",                                                 \
              ".bin") macro(ZBI_TYPE_STORAGE_BOOTFS, "BOOTFS",                                     \
                            ".bin") macro(ZBI_TYPE_STORAGE_BOOTFS_FACTORY, "BOOTFS_FACTORY",       \
                                          ".bin") macro(ZBI_TYPE_CMDLINE, "CMDLINE", ".txt")       \
            macro(ZBI_TYPE_CRASHLOG, "CRASHLOG", ".bin") macro(ZBI_TYPE_NVRAM, "NVRAM", ".bin")    \
                macro(ZBI_TYPE_PLATFORM_ID, "PLATFORM_ID",                                         \
                      ".bin") macro(ZBI_TYPE_CPU_CONFIG, "CPU_CONFIG",                             \
                                    ".bin") macro(ZBI_TYPE_CPU_TOPOLOGY, "CPU_TOPOLOGY", ".bin")   \
                    macro(ZBI_TYPE_MEM_CONFIG, "MEM_CONFIG",                                       \
                          ".bin") macro(ZBI_TYPE_KERNEL_DRIVER, "KERNEL_DRIVER",                   \
                                        ".bin") macro(ZBI_TYPE_ACPI_RSDP, "ACPI_RSDP", ".bin")     \
                        macro(ZBI_TYPE_SMBIOS, "SMBIOS", ".bin") macro(                            \
                            ZBI_TYPE_EFI_MEMORY_MAP, "EFI_MEMORY_MAP",                             \
                            ".bin") macro(ZBI_TYPE_EFI_SYSTEM_TABLE, "EFI_SYSTEM_TABLE",           \
                                          ".bin") macro(ZBI_TYPE_E820_TABLE, "E820_TABLE", ".bin") \
                            macro(ZBI_TYPE_DEBUG_UART, "DEBUG_UART",                               \
                                  ".bin") macro(ZBI_TYPE_FRAMEBUFFER, "FRAMEBUFFER", ".bin")       \
                                macro(ZBI_TYPE_DRV_MAC_ADDRESS, "DRV_MAC_ADDRESS", ".bin") macro(  \
                                    ZBI_TYPE_DRV_PARTITION_MAP, "DRV_PARTITION_MAP", ".bin")       \
                                    macro(ZBI_TYPE_DRV_BOARD_PRIVATE, "DRV_BOARD_PRIVATE", ".bin") \
                                        macro(ZBI_TYPE_BOOT_CONFIG, "BOOT_CONFIG", ".bin")         \
                                            macro(ZBI_TYPE_BOOT_VERSION, "BOOT_VERSION", ".bin")

#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

#ifndef __ASSEMBLER__
__END_CDECLS
#endif

#endif // ZIRCON_BOOT_IMAGE_H_
