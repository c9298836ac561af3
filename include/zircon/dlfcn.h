// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Loading shared objects from memory objects. These are functions of Fuchsia's C library: programs
// that are loaded into a Zircon process find them there.

#ifndef ZIRCON_DLFCN_H_
#define ZIRCON_DLFCN_H_

#include <dlfcn.h>
#include <zircon/compiler.h>
#include <zircon/types.h>

__BEGIN_CDECLS

// dlopen of the image that `vmo` holds. Takes no ownership of the handle.
void *dlopen_vmo(zx_handle_t vmo, int mode);

// Replaces the channel through which names are turned into memory objects. Consumes `new_svc` and
// returns the handle of before, which is the caller's then.
zx_handle_t dl_set_loader_service(zx_handle_t new_svc);

// Asks that service, if there is one, for another connection to itself and stores it in *out.
zx_status_t dl_clone_loader_service(zx_handle_t *out);

__END_CDECLS

#endif // ZIRCON_DLFCN_H_
