// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A driver for devices_test.c. In a file of its own, for the macros have no ends that a formatter
// could see.

#ifndef SAMPLE_DRIVER_H_
#define SAMPLE_DRIVER_H_

// clang-format off

#include <stdint.h>
#include <zircon/driver/binding.h>

// Of the driver development kit, as far as ZIRCON_DRIVER_BEGIN needs it.
typedef struct zx_driver_ops {
    uint64_t version;
} zx_driver_ops_t;

typedef struct zx_driver_rec {
    const zx_driver_ops_t *ops;
    void *driver;
    uint32_t log_flags;
} zx_driver_rec_t;

static const zx_driver_ops_t sample_ops = {42};

ZIRCON_DRIVER_BEGIN(sample, sample_ops, "vendor", "0.1", 3)
    BI_ABORT_IF(NE, BIND_PCI_VID, 0x8086),
    BI_MATCH_IF(EQ, BIND_PCI_DID, 0x1916),
    BI_ABORT(),
ZIRCON_DRIVER_END(sample)

// clang-format on

#endif // SAMPLE_DRIVER_H_
