// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/clock.h"

#include <stdatomic.h>

#include <zircon/time.h>

#include "base/state.h"
#include "host/threads.h"
#include "objects/resource.h"
#include "objects/wait.h"
#include "syscalls/syscall.h"

// What clock_adjust added to UTC. Starts as Linux's own difference between its clocks; the flag
// tells a program's offset from none.
static struct {
    _Atomic int64_t offset;
    atomic_bool adjusted;
} utc KERNEL_STATE;

static zx_time_t clock_utc(void) {
    return atomic_load(&utc.adjusted)
               ? zx_time_add_duration(clock_monotonic(), atomic_load(&utc.offset))
               : clock_realtime();
}

zx_status_t sys_clock_get(struct thread *self, zx_clock_t clock_id, user_out out) {
    (void)self;
    zx_time_t now;
    switch (clock_id) {
    case ZX_CLOCK_MONOTONIC:
        now = clock_monotonic();
        break;
    case ZX_CLOCK_UTC:
        now = clock_utc();
        break;
    case ZX_CLOCK_THREAD:
        now = clock_thread();
        break;
    default:
        return ZX_ERR_INVALID_ARGS;
    }
    return copy_to_user(out, &now, sizeof(now));
}

zx_status_t sys_clock_get_new(struct thread *self, zx_clock_t clock_id, user_out out) {
    return sys_clock_get(self, clock_id, out);
}

zx_status_t sys_clock_adjust(struct thread *self, zx_handle_t handle, zx_clock_t clock_id,
                             int64_t offset) {
    zx_status_t status = resource_check(self, handle, ZX_RSRC_KIND_ROOT);
    if (status != ZX_OK) {
        return status;
    }
    switch (clock_id) {
    case ZX_CLOCK_MONOTONIC:
        return ZX_ERR_ACCESS_DENIED;
    case ZX_CLOCK_UTC:
        atomic_store(&utc.offset, offset);
        atomic_store(&utc.adjusted, true);
        return ZX_OK;
    default:
        return ZX_ERR_INVALID_ARGS;
    }
}

zx_status_t sys_nanosleep(struct thread *self, zx_time_t deadline) {
    if (deadline <= 0) {
        thread_yield();
        return ZX_OK;
    }
    return wait_sleep(self, deadline);
}

zx_time_t vdso_clock_get_monotonic(void) {
    return clock_monotonic();
}

// Linux reads the processor's counter and scales it for us: ticks are nanoseconds.
zx_ticks_t vdso_ticks_get(void) {
    return clock_monotonic();
}

zx_ticks_t vdso_ticks_per_second(void) {
    return 1000000000;
}

zx_time_t vdso_deadline_after(zx_duration_t nanoseconds) {
    return zx_time_add_duration(clock_monotonic(), nanoseconds);
}

zx_time_t sys_clock_get_monotonic_via_kernel(struct thread *self) {
    (void)self;
    return clock_monotonic();
}

zx_ticks_t sys_ticks_get_via_kernel(struct thread *self) {
    (void)self;
    return clock_monotonic();
}
