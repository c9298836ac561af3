// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The handles that a process has to itself, and those it was started with. All but the last are
// borrowed: they stay the library's, and a program must not close them.

#ifndef ZIRCON_PROCESS_H_
#define ZIRCON_PROCESS_H_

#include <stdint.h>
#include <zircon/types.h>

__BEGIN_CDECLS

// The calling process.
zx_handle_t zx_process_self(void);
zx_handle_t _zx_process_self(void);

// The calling thread.
zx_handle_t zx_thread_self(void);
zx_handle_t _zx_thread_self(void);

// The region that spans the address space of the calling process.
zx_handle_t zx_vmar_root_self(void);
zx_handle_t _zx_vmar_root_self(void);

// The job that the calling process creates processes in, or ZX_HANDLE_INVALID.
zx_handle_t zx_job_default(void);
zx_handle_t _zx_job_default(void);

// Takes the handle that the process was started with under `hnd_info`, a PA_HND value. It is the
// caller's from then on: a second call, and one for a handle that there never was, returns
// ZX_HANDLE_INVALID.
zx_handle_t zx_take_startup_handle(uint32_t hnd_info);

__END_CDECLS

#endif // ZIRCON_PROCESS_H_
