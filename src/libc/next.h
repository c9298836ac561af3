// Part of libzircon. BSD-3-Clause, see LICENSE.
// libc functions that we stand in front of: finding the one behind.
#pragma once

#include <dlfcn.h>
#include <stdatomic.h>

// Declares `next_NAME`, which calls the next definition of NAME after ours.
#define NEXT(result, name, parameters, arguments)                                                  \
    static result next_##name parameters {                                                         \
        static result(*_Atomic found) parameters;                                                  \
        result(*next_one) parameters = atomic_load_explicit(&found, memory_order_relaxed);         \
        if (next_one == NULL) {                                                                    \
            *(void **)(void *)&next_one = dlsym(RTLD_NEXT, #name);                                 \
            atomic_store_explicit(&found, next_one, memory_order_relaxed);                         \
        }                                                                                          \
        return next_one arguments;                                                                 \
    }
