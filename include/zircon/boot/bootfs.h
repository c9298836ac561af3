// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// BOOTFS, the file system in a boot image: a header, directory entries, then the files, each from
// the start of a page on and padded with zeros to its end.

#ifndef ZIRCON_BOOT_BOOTFS_H_
#define ZIRCON_BOOT_BOOTFS_H_

#include <stddef.h>
#include <stdint.h>
#include <zircon/compiler.h>

__BEGIN_CDECLS

// C++ has no arrays without a size, but both compilers do.
#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#endif

#define ZBI_BOOTFS_PAGE_SIZE (4096u)

// A size rounded up to pages.
#define ZBI_BOOTFS_PAGE_ALIGN(size)                                                                \
    (((size) + ZBI_BOOTFS_PAGE_SIZE - 1) & ~(ZBI_BOOTFS_PAGE_SIZE - 1))
// dirsize: bytes of directory entries.
#define ZBI_BOOTFS_MAGIC (0xa56d3ff9)

typedef struct {
    uint32_t magic;
    uint32_t dirsize;
    uint32_t reserved0;
    uint32_t reserved1;
} zbi_bootfs_header_t;

// A file: its length and its offset from the header. The name has name_len bytes, null character
// included, and does not start with a slash.
#define ZBI_BOOTFS_MAX_NAME_LEN (256)

typedef struct {
    uint32_t name_len;
    uint32_t data_len;
    uint32_t data_off;
    char name[];
} zbi_bootfs_dirent_t;

// From an entry to the next.
#define ZBI_BOOTFS_DIRENT_SIZE(name_len)                                                           \
    ((sizeof(zbi_bootfs_dirent_t) + (name_len) + 3) & ~(size_t)3)

#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

__END_CDECLS

#endif // ZIRCON_BOOT_BOOTFS_H_
