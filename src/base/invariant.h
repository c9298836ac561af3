// Part of libzircon. BSD-3-Clause, see LICENSE.
// Checks of our own promises. A caller's mistake never ends here: it gets an error.
#pragma once

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

// A function that programs can call.
#define ZX_EXPORT __attribute__((visibility("default")))

// Stops the program on a bug of the kernel itself.
#define invariant(condition)                                                                       \
    do {                                                                                           \
        if (unlikely(!(condition))) {                                                              \
            __builtin_trap();                                                                      \
        }                                                                                          \
    } while (0)

// For checks too dear for a release build.
#ifdef LIBZIRCON_DEBUG
#define debug_invariant(condition) invariant(condition)
#else
#define debug_invariant(condition) ((void)sizeof(condition))
#endif
