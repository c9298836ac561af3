// Part of libzircon. BSD-3-Clause, see LICENSE.
// Linux's device files: for src/hypervisor, which drives /dev/kvm.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    DEVICE_EINTR = 4,
    DEVICE_E2BIG = 7,
    DEVICE_EAGAIN = 11,
    DEVICE_ENOMEM = 12,
    DEVICE_EFAULT = 14,
};

// A file number, or a negative error number of Linux, as from all of these.
long device_open(const char *path);
long device_call(int file, unsigned long request, uintptr_t argument);
void device_close(int file);

// Memory shared with the device; null if Linux refuses.
void *device_map(int file, size_t size);
void device_unmap(void *at, size_t size);
