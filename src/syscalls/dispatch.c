// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "syscalls/dispatch.h"

#include <zircon/zx-syscall-numbers.h>

#include "syscalls/syscall.h"

_Atomic uint32_t call_watchers KERNEL_STATE;
void (*call_hook_loaded)(struct thread *self, uint32_t number, const uint64_t words[8],
                         const uint64_t *result);

uint64_t dispatch(struct thread *self, uint32_t number, const uint64_t a[8]) {
    switch (number) {
#include "dispatch.inc"
    default:
        return (uint64_t)(int64_t)ZX_ERR_BAD_SYSCALL;
    }
}
