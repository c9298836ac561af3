// Part of libzircon. BSD-3-Clause, see LICENSE.
// libc functions that we stand in front of: finding the one behind, and the first of all.
#pragma once

#include <dlfcn.h>
#include <stdatomic.h>

// Declares `next_NAME`, which calls the next definition of NAME after ours.
#define NEXT(result, name, parameters, arguments)                                                  \
    LIBC_FUNCTION(result, name, next_##name, RTLD_NEXT, parameters, arguments)

// Declares `first_NAME`, which calls the definition that a program's call would reach: ours, or
// that of a sanitizer in front of us.
#define FIRST(result, name, parameters, arguments)                                                 \
    LIBC_FUNCTION(result, name, first_##name, RTLD_DEFAULT, parameters, arguments)

#define LIBC_FUNCTION(result, name, function, where, parameters, arguments)                        \
    static result function parameters {                                                            \
        static result(*_Atomic found) parameters;                                                  \
        result(*next_one) parameters = atomic_load_explicit(&found, memory_order_relaxed);         \
        if (next_one == NULL) {                                                                    \
            *(void **)(void *)&next_one = dlsym(where, #name);                                     \
            atomic_store_explicit(&found, next_one, memory_order_relaxed);                         \
        }                                                                                          \
        return next_one arguments;                                                                 \
    }
