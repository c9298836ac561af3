// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// <threads.h> with what Fuchsia's C library adds to it. For programs that are compiled with this
// directory in front of the system's; <zircon/threads.h> then has the rest.

#ifndef OVERLAY_THREADS_H_
#define OVERLAY_THREADS_H_

// #include_next is no standard C, and the warning about it would reach every program.
#pragma GCC system_header

#include_next <threads.h>

#ifdef __cplusplus
extern "C" {
#endif

// Initialisers of a plain mutex and of a condition variable, in place of mtx_init and cnd_init.
#ifndef MTX_INIT
#define MTX_INIT                                                                                   \
    {                                                                                              \
        { 0 }                                                                                      \
    }
#endif
#ifndef CND_INIT
#define CND_INIT                                                                                   \
    {                                                                                              \
        { 0 }                                                                                      \
    }
#endif

// thrd_create for a thread that has a name, cut to what ZX_PROP_NAME holds.
int thrd_create_with_name(thrd_t *thr, thrd_start_t func, void *arg, const char *name);

#ifdef __cplusplus
}
#endif

#endif // OVERLAY_THREADS_H_
