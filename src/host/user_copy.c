// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/user_copy.h"

#include "base/invariant.h"
#include "host/memory.h"

// user_copy_x86_64.S. Zero, or not zero if a fault ended it.
extern int user_touch_read(const void *at);
extern int user_touch_write(void *at);
extern int user_flush(const void *from, const void *end, size_t line);

// Where the kernel's variables are (base/state.h).
extern const char __start_kernel_state[] __attribute__((visibility("hidden")));
extern const char __stop_kernel_state[] __attribute__((visibility("hidden")));

// Neither the kernel's objects nor its variables are among the bytes.
bool user_range_is_valid(uintptr_t at, size_t size) {
    uintptr_t end;
    if (__builtin_add_overflow(at, size, &end)) {
        return false;
    }
    return (end <= kernel_range.base || at >= kernel_range.end) &&
           (end <= (uintptr_t)__start_kernel_state || at >= (uintptr_t)__stop_kernel_state);
}

bool user_is_kernel(uintptr_t address) {
    return !user_range_is_valid(address, 1);
}

zx_status_t copy_from_user(void *to, user_in from, size_t size) {
    if (size == 0) {
        return ZX_OK;
    }
    if (unlikely(!user_range_is_valid((uintptr_t)from.p, size))) {
        return ZX_ERR_INVALID_ARGS;
    }
    return unlikely(user_copy(to, from.p, size) != 0) ? ZX_ERR_INVALID_ARGS : ZX_OK;
}

zx_status_t copy_to_user(user_out to, const void *from, size_t size) {
    if (size == 0) {
        return ZX_OK;
    }
    if (unlikely(!user_range_is_valid((uintptr_t)to.p, size))) {
        return ZX_ERR_INVALID_ARGS;
    }
    return unlikely(user_copy(to.p, from, size) != 0) ? ZX_ERR_INVALID_ARGS : ZX_OK;
}

bool user_touch(void *at, bool write) {
    return (write ? user_touch_write(at) : user_touch_read(at)) == 0;
}

zx_status_t touch_user_in(user_in from) {
    return user_range_is_valid((uintptr_t)from.p, 1) && user_touch_read(from.p) == 0
               ? ZX_OK
               : ZX_ERR_INVALID_ARGS;
}

zx_status_t touch_user_out(user_out to) {
    return user_range_is_valid((uintptr_t)to.p, 1) && user_touch_write(to.p) == 0
               ? ZX_OK
               : ZX_ERR_INVALID_ARGS;
}

zx_status_t flush_user(user_in from, size_t size, size_t line) {
    if (size == 0) {
        return ZX_OK;
    }
    if (!user_range_is_valid((uintptr_t)from.p, size)) {
        return ZX_ERR_INVALID_ARGS;
    }
    const void *end = (const void *)((uintptr_t)from.p + size);
    return user_flush(from.p, end, line) != 0 ? ZX_ERR_INVALID_ARGS : ZX_OK;
}
