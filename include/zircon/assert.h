// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Assertions that print where and what, then abort. They write to stderr, because abort does not
// flush what a program has buffered for stdout.

#ifndef ZIRCON_ASSERT_H_
#define ZIRCON_ASSERT_H_

#include <stdio.h>
#include <stdlib.h>
#include <zircon/compiler.h>

// Prints its arguments as printf does, without adding a newline, and aborts.
#define ZX_PANIC(...)                                                                              \
    do {                                                                                           \
        fprintf(stderr, __VA_ARGS__);                                                              \
        abort();                                                                                   \
    } while (0)

#define __ZX_ASSERT_PRINT(name, x)                                                                 \
    fprintf(stderr, "%s:%d: %s(%s) failed\n", __FILE__, __LINE__, name, x)

// Aborts unless x is true. Always evaluates x.
#define ZX_ASSERT(x)                                                                               \
    do {                                                                                           \
        if (unlikely(!(x))) {                                                                      \
            __ZX_ASSERT_PRINT("ZX_ASSERT", #x);                                                    \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

// ZX_ASSERT(x) that also prints what follows x, a format string and its arguments, on a line.
#define ZX_ASSERT_MSG(x, ...)                                                                      \
    do {                                                                                           \
        if (unlikely(!(x))) {                                                                      \
            __ZX_ASSERT_PRINT("ZX_ASSERT_MSG", #x);                                                \
            fprintf(stderr, __VA_ARGS__);                                                          \
            ZX_PANIC("\n");                                                                        \
        }                                                                                          \
    } while (0)

// Whether debug assertions do anything: programs define ZX_DEBUGLEVEL as 2 or more to have them.
#ifdef ZX_DEBUGLEVEL
#define ZX_DEBUG_ASSERT_IMPLEMENTED (ZX_DEBUGLEVEL > 1)
#else
#define ZX_DEBUG_ASSERT_IMPLEMENTED 0
#endif

// The same while ZX_DEBUG_ASSERT_IMPLEMENTED; otherwise x has to compile but is not evaluated.
#define ZX_DEBUG_ASSERT(x)                                                                         \
    do {                                                                                           \
        if (ZX_DEBUG_ASSERT_IMPLEMENTED && unlikely(!(x))) {                                       \
            __ZX_ASSERT_PRINT("ZX_DEBUG_ASSERT", #x);                                              \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#define ZX_DEBUG_ASSERT_MSG(x, ...)                                                                \
    do {                                                                                           \
        if (ZX_DEBUG_ASSERT_IMPLEMENTED && unlikely(!(x))) {                                       \
            __ZX_ASSERT_PRINT("ZX_DEBUG_ASSERT_MSG", #x);                                          \
            fprintf(stderr, __VA_ARGS__);                                                          \
            ZX_PANIC("\n");                                                                        \
        }                                                                                          \
    } while (0)

// The same, but for an x that may name things which exist with debug assertions only: without them
// it is not even compiled.
#if ZX_DEBUG_ASSERT_IMPLEMENTED
#define ZX_DEBUG_ASSERT_COND(x) ZX_DEBUG_ASSERT(x)
#define ZX_DEBUG_ASSERT_MSG_COND(x, ...) ZX_DEBUG_ASSERT_MSG(x, __VA_ARGS__)
#else
#define ZX_DEBUG_ASSERT_COND(x)                                                                    \
    do {                                                                                           \
    } while (0)
#define ZX_DEBUG_ASSERT_MSG_COND(x, ...)                                                           \
    do {                                                                                           \
    } while (0)
#endif

#endif // ZIRCON_ASSERT_H_
