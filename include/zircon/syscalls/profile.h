// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Profiles: what zx_profile_create is given.

#ifndef ZIRCON_SYSCALLS_PROFILE_H_
#define ZIRCON_SYSCALLS_PROFILE_H_

#include <zircon/types.h>

__BEGIN_CDECLS

// A priority for threads. The other fields are 0.
#define ZX_PROFILE_INFO_SCHEDULER 1

#define ZX_PRIORITY_LOWEST 0
#define ZX_PRIORITY_LOW 8
#define ZX_PRIORITY_DEFAULT 16
#define ZX_PRIORITY_HIGH 24
#define ZX_PRIORITY_HIGHEST 31

typedef struct zx_profile_scheduler {
    int32_t priority;
    uint32_t boost;
    uint32_t deboost;
    uint32_t quantum;
} zx_profile_scheduler_t;

typedef struct zx_profile_info {
    uint32_t type;
    union {
        zx_profile_scheduler_t scheduler;
    };
} zx_profile_info_t;

__END_CDECLS

#endif // ZIRCON_SYSCALLS_PROFILE_H_
