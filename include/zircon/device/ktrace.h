// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Operations of the device through which programs control the kernel's trace.

#ifndef ZIRCON_DEVICE_KTRACE_H_
#define ZIRCON_DEVICE_KTRACE_H_

#include <stdint.h>
#include <string.h>
#include <zircon/device/ioctl-wrapper.h>
#include <zircon/device/ioctl.h>
#include <zircon/syscalls.h>
#include <zircon/types.h>

__BEGIN_CDECLS

// A handle for zx_ktrace_write; a probe of that name, answered with its number; start with a mask
// of groups; stop; start over at the beginning of the buffer.
#define IOCTL_KTRACE_GET_HANDLE IOCTL(IOCTL_KIND_GET_HANDLE, IOCTL_FAMILY_KTRACE, 1)
#define IOCTL_KTRACE_ADD_PROBE IOCTL(IOCTL_KIND_DEFAULT, IOCTL_FAMILY_KTRACE, 2)
#define IOCTL_KTRACE_START IOCTL(IOCTL_KIND_DEFAULT, IOCTL_FAMILY_KTRACE, 3)
#define IOCTL_KTRACE_STOP IOCTL(IOCTL_KIND_DEFAULT, IOCTL_FAMILY_KTRACE, 4)
#define IOCTL_KTRACE_REWIND IOCTL(IOCTL_KIND_DEFAULT, IOCTL_FAMILY_KTRACE, 5)

IOCTL_WRAPPER_OUT(ioctl_ktrace_get_handle, IOCTL_KTRACE_GET_HANDLE, zx_handle_t)
IOCTL_WRAPPER_IN(ioctl_ktrace_start, IOCTL_KTRACE_START, uint32_t)
IOCTL_WRAPPER(ioctl_ktrace_stop, IOCTL_KTRACE_STOP)
IOCTL_WRAPPER(ioctl_ktrace_rewind, IOCTL_KTRACE_REWIND)

// Adds a probe and stores its number in *probe_id. Returns what fdio_ioctl does.
static inline ssize_t ioctl_ktrace_add_probe(int fd, const char *name, uint32_t *probe_id) {
    size_t length = strlen(name);
    return fdio_ioctl(fd, IOCTL_KTRACE_ADD_PROBE, name, length, probe_id, sizeof(*probe_id));
}

__END_CDECLS

#endif // ZIRCON_DEVICE_KTRACE_H_
