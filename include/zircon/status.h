// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The name of a status.

#ifndef ZIRCON_STATUS_H_
#define ZIRCON_STATUS_H_

#include <zircon/types.h>

__BEGIN_CDECLS

// The identifier of a status, "ZX_ERR_TIMED_OUT" for ZX_ERR_TIMED_OUT. A value that has none gives
// a string that says so. The string lives as long as the program.
const char *zx_status_get_string(zx_status_t status);
const char *_zx_status_get_string(zx_status_t status);

__END_CDECLS

#endif // ZIRCON_STATUS_H_
