// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Defines functions that pass one device operation on. Each is called like the operation, takes a
// file descriptor, and returns what fdio_ioctl does: the bytes written, or a negative zx_status_t.

#ifndef ZIRCON_DEVICE_IOCTL_WRAPPER_H_
#define ZIRCON_DEVICE_IOCTL_WRAPPER_H_

#include <stddef.h>
#include <sys/types.h>
#include <zircon/compiler.h>

__BEGIN_CDECLS

// Of Fuchsia's file descriptor library.
ssize_t fdio_ioctl(int fd, int op, const void *in_buf, size_t in_len, void *out_buf,
                   size_t out_len);

// An input or output is a structure, whose pointer may be null for none, or for the VAR forms as
// many bytes as are given.
#define IOCTL_WRAPPER(name, op)                                                                    \
    static inline ssize_t name(int fd) {                                                           \
        return fdio_ioctl(fd, op, NULL, 0, NULL, 0);                                               \
    }

#define IOCTL_WRAPPER_IN(name, op, type)                                                           \
    static inline ssize_t name(int fd, const type *in) {                                           \
        return fdio_ioctl(fd, op, in, in == NULL ? 0 : sizeof(type), NULL, 0);                     \
    }

#define IOCTL_WRAPPER_VARIN(name, op, type)                                                        \
    static inline ssize_t name(int fd, const type *in, size_t in_len) {                            \
        return fdio_ioctl(fd, op, in, in_len, NULL, 0);                                            \
    }

#define IOCTL_WRAPPER_OUT(name, op, type)                                                          \
    static inline ssize_t name(int fd, type *out) {                                                \
        return fdio_ioctl(fd, op, NULL, 0, out, out == NULL ? 0 : sizeof(type));                   \
    }

#define IOCTL_WRAPPER_VAROUT(name, op, type)                                                       \
    static inline ssize_t name(int fd, type *out, size_t out_len) {                                \
        return fdio_ioctl(fd, op, NULL, 0, out, out_len);                                          \
    }

#define IOCTL_WRAPPER_INOUT(name, op, intype, outtype)                                             \
    static inline ssize_t name(int fd, const intype *in, outtype *out) {                           \
        return fdio_ioctl(fd, op, in, in == NULL ? 0 : sizeof(intype), out,                        \
                          out == NULL ? 0 : sizeof(outtype));                                      \
    }

#define IOCTL_WRAPPER_VARIN_OUT(name, op, intype, outtype)                                         \
    static inline ssize_t name(int fd, const intype *in, size_t in_len, outtype *out) {            \
        return fdio_ioctl(fd, op, in, in_len, out, out == NULL ? 0 : sizeof(outtype));             \
    }

#define IOCTL_WRAPPER_IN_VAROUT(name, op, intype, outtype)                                         \
    static inline ssize_t name(int fd, const intype *in, outtype *out, size_t out_len) {           \
        return fdio_ioctl(fd, op, in, in == NULL ? 0 : sizeof(intype), out, out_len);              \
    }

#define IOCTL_WRAPPER_VARIN_VAROUT(name, op, intype, outtype)                                      \
    static inline ssize_t name(int fd, const intype *in, size_t in_len, outtype *out,              \
                               size_t out_len) {                                                   \
        return fdio_ioctl(fd, op, in, in_len, out, out_len);                                       \
    }

__END_CDECLS

#endif // ZIRCON_DEVICE_IOCTL_WRAPPER_H_
