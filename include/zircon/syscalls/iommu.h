// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What zx_iommu_create is told about the hardware.

#ifndef ZIRCON_SYSCALLS_IOMMU_H_
#define ZIRCON_SYSCALLS_IOMMU_H_

#include <stdbool.h>
#include <stdint.h>
#include <zircon/compiler.h>

__BEGIN_CDECLS

#define ZX_IOMMU_TYPE_DUMMY 0
#define ZX_IOMMU_TYPE_INTEL 1

// Most bytes of a description.
#define ZX_IOMMU_MAX_DESC_LEN 4096

typedef struct zx_iommu_desc_dummy {
    uint8_t reserved;
} zx_iommu_desc_dummy_t;

// A PCI device, by the way to it: from start_bus over num_hops devices, each with its device and
// function number, the last one being meant.
#define ZX_IOMMU_INTEL_SCOPE_ENDPOINT 0
#define ZX_IOMMU_INTEL_SCOPE_BRIDGE 1

typedef struct zx_iommu_desc_intel_scope {
    uint8_t type;
    uint8_t start_bus;
    uint8_t num_hops;
    uint8_t dev_func[5];
} zx_iommu_desc_intel_scope_t;

// Memory that the firmware wants some devices to reach. Those devices follow, in scope_bytes bytes
// of zx_iommu_desc_intel_scope_t.
typedef struct zx_iommu_desc_intel_reserved_memory {
    uint64_t base_addr;
    uint64_t len;
    uint8_t scope_bytes;
    uint8_t _reserved[7];
} zx_iommu_desc_intel_reserved_memory_t;

// An IOMMU with its registers at register_base. What follows are scope_bytes bytes of
// zx_iommu_desc_intel_scope_t, the devices of the segment that it manages, or with whole_segment
// those that it does not; then reserved_memory_bytes bytes of
// zx_iommu_desc_intel_reserved_memory_t, each with its devices.
typedef struct zx_iommu_desc_intel {
    uint64_t register_base;
    uint16_t pci_segment;
    bool whole_segment;
    uint8_t scope_bytes;
    uint16_t reserved_memory_bytes;
    uint8_t _reserved[2];
} zx_iommu_desc_intel_t;

__END_CDECLS

#endif // ZIRCON_SYSCALLS_IOMMU_H_
