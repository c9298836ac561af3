// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// <string.h> with the two functions that Fuchsia's C library has and glibc has since 2.38 only.

#ifndef OVERLAY_STRING_H_
#define OVERLAY_STRING_H_

// #include_next is no standard C, and the warning about it would reach every program.
#pragma GCC system_header

#include_next <string.h>

#if defined(__GLIBC__) && (__GLIBC__ < 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ < 38))

#ifdef __cplusplus
extern "C" {
#endif

// Copies what of `src` fits into `size` bytes, null character included, and returns its length.
static inline size_t strlcpy(char *__restrict dest, const char *__restrict src, size_t size) {
    size_t length = strlen(src);
    if (size != 0) {
        size_t fits = length < size ? length : size - 1;
        memcpy(dest, src, fits);
        dest[fits] = '\0';
    }
    return length;
}

// Appends what of `src` fits into the `size` bytes of `dest`, null character included, and returns
// the length that there would be with room enough. A `dest` without a null character counts as
// full.
static inline size_t strlcat(char *__restrict dest, const char *__restrict src, size_t size) {
    size_t used = strnlen(dest, size);
    return used + strlcpy(dest + used, src, size - used);
}

#ifdef __cplusplus
}
#endif

#endif

#endif // OVERLAY_STRING_H_
