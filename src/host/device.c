// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/device.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "host/linux.h"

long device_open(const char *path) {
    return linux_call(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
}

long device_call(int file, unsigned long request, uintptr_t argument) {
    return linux_call(SYS_ioctl, file, request, argument);
}

void device_close(int file) {
    linux_call(SYS_close, file);
}

void *device_map(int file, size_t size) {
    long at = linux_call(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    return at < 0 && at > -4096 ? NULL : (void *)at;
}

void device_unmap(void *at, size_t size) {
    linux_call(SYS_munmap, at, size);
}
