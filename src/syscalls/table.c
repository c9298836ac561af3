// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "table.h"

#include <string.h>
#include <zircon/features.h>
#include <zircon/rights.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/clock.h>
#include <zircon/syscalls/debug.h>
#include <zircon/syscalls/exception.h>
#include <zircon/syscalls/hypervisor.h>
#include <zircon/syscalls/iommu.h>
#include <zircon/syscalls/log.h>
#include <zircon/syscalls/object.h>
#include <zircon/syscalls/pci.h>
#include <zircon/syscalls/policy.h>
#include <zircon/syscalls/port.h>
#include <zircon/syscalls/profile.h>
#include <zircon/syscalls/resource.h>
#include <zircon/syscalls/smc.h>
#include <zircon/syscalls/system.h>

// All conditions of rights, then the definition of syscall_table.
#include "table.inc"

const struct syscall_desc *syscall_find(const char *name) {
    size_t low = 0, high = ZX_SYS_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, syscall_table[middle].name);
        if (order == 0) {
            return &syscall_table[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}
