// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <zircon/status.h>

#include "syscalls/syscall.h"

const char *vdso_status_get_string(zx_status_t status) {
    switch (status) {
#define STATUS(name)                                                                               \
    case name:                                                                                     \
        return #name;
        STATUS(ZX_OK)
        STATUS(ZX_ERR_INTERNAL)
        STATUS(ZX_ERR_NOT_SUPPORTED)
        STATUS(ZX_ERR_NO_RESOURCES)
        STATUS(ZX_ERR_NO_MEMORY)
        STATUS(ZX_ERR_INTERNAL_INTR_RETRY)
        STATUS(ZX_ERR_INVALID_ARGS)
        STATUS(ZX_ERR_BAD_HANDLE)
        STATUS(ZX_ERR_WRONG_TYPE)
        STATUS(ZX_ERR_BAD_SYSCALL)
        STATUS(ZX_ERR_OUT_OF_RANGE)
        STATUS(ZX_ERR_BUFFER_TOO_SMALL)
        STATUS(ZX_ERR_BAD_STATE)
        STATUS(ZX_ERR_TIMED_OUT)
        STATUS(ZX_ERR_SHOULD_WAIT)
        STATUS(ZX_ERR_CANCELED)
        STATUS(ZX_ERR_PEER_CLOSED)
        STATUS(ZX_ERR_NOT_FOUND)
        STATUS(ZX_ERR_ALREADY_EXISTS)
        STATUS(ZX_ERR_ALREADY_BOUND)
        STATUS(ZX_ERR_UNAVAILABLE)
        STATUS(ZX_ERR_ACCESS_DENIED)
        STATUS(ZX_ERR_IO)
        STATUS(ZX_ERR_IO_REFUSED)
        STATUS(ZX_ERR_IO_DATA_INTEGRITY)
        STATUS(ZX_ERR_IO_DATA_LOSS)
        STATUS(ZX_ERR_IO_NOT_PRESENT)
        STATUS(ZX_ERR_IO_OVERRUN)
        STATUS(ZX_ERR_IO_MISSED_DEADLINE)
        STATUS(ZX_ERR_IO_INVALID)
        STATUS(ZX_ERR_BAD_PATH)
        STATUS(ZX_ERR_NOT_DIR)
        STATUS(ZX_ERR_NOT_FILE)
        STATUS(ZX_ERR_FILE_BIG)
        STATUS(ZX_ERR_NO_SPACE)
        STATUS(ZX_ERR_NOT_EMPTY)
        STATUS(ZX_ERR_STOP)
        STATUS(ZX_ERR_NEXT)
        STATUS(ZX_ERR_ASYNC)
        STATUS(ZX_ERR_PROTOCOL_NOT_SUPPORTED)
        STATUS(ZX_ERR_ADDRESS_UNREACHABLE)
        STATUS(ZX_ERR_ADDRESS_IN_USE)
        STATUS(ZX_ERR_NOT_CONNECTED)
        STATUS(ZX_ERR_CONNECTION_REFUSED)
        STATUS(ZX_ERR_CONNECTION_RESET)
        STATUS(ZX_ERR_CONNECTION_ABORTED)
#undef STATUS
    default:
        return "(UNKNOWN)";
    }
}
