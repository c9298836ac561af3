// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What Fuchsia's C library adds to <threads.h> for programs that make system calls.

#ifndef ZIRCON_THREADS_H_
#define ZIRCON_THREADS_H_

#include <threads.h>
#include <zircon/compiler.h>
#include <zircon/types.h>

__BEGIN_CDECLS

// The handle of a thread. It is borrowed from the thread and ends with it: duplicate it to keep it
// past thrd_join, thrd_detach or the thread's exit.
zx_handle_t thrd_get_zx_handle(thrd_t t);

// The status that says the same as what a function of <threads.h> returned.
static inline zx_status_t thrd_status_to_zx_status(int thrd_status) {
    switch (thrd_status) {
    case thrd_success:
        return ZX_OK;
    case thrd_busy:
        return ZX_ERR_SHOULD_WAIT;
    case thrd_nomem:
        return ZX_ERR_NO_MEMORY;
    case thrd_timedout:
        return ZX_ERR_TIMED_OUT;
    default:
        return ZX_ERR_INTERNAL;
    }
}

__END_CDECLS

#endif // ZIRCON_THREADS_H_
