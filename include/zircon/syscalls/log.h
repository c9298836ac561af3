// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Records of the debug log.

#ifndef ZIRCON_SYSCALLS_LOG_H_
#define ZIRCON_SYSCALLS_LOG_H_

#include <zircon/types.h>

__BEGIN_CDECLS

// Most bytes of a record, header included.
#define ZX_LOG_RECORD_MAX 256

// C++ has no arrays without a size, but both compilers do.
#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#endif
typedef struct zx_log_record {
    uint32_t reserved;
    uint16_t datalen;
    uint16_t flags;
    zx_time_t timestamp;
    uint64_t pid;
    uint64_t tid;
    char data[];
} zx_log_record_t;
#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

// The flags of a record: levels, and one that keeps it from leaving the machine.
#define ZX_LOG_ERROR (0x0001)
#define ZX_LOG_WARN (0x0002)
#define ZX_LOG_INFO (0x0004)
#define ZX_LOG_TRACE (0x0010)
#define ZX_LOG_SPEW (0x0020)
#define ZX_LOG_DEBUG1 (0x0100)
#define ZX_LOG_DEBUG2 (0x0200)
#define ZX_LOG_DEBUG3 (0x0400)
#define ZX_LOG_DEBUG4 (0x0800)
#define ZX_LOG_LOCAL (0x1000)
#define ZX_LOG_LEVEL_MASK (0x0FFF)
#define ZX_LOG_FLAGS_MASK (0xFFFF)

// zx_debuglog_create: options.
#define ZX_LOG_FLAG_READABLE 0x40000000

__END_CDECLS

#endif // ZIRCON_SYSCALLS_LOG_H_
