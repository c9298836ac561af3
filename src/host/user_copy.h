// Part of libzircon. BSD-3-Clause, see LICENSE.
// The only way to a program's memory.
//
// Pointers arrive wrapped, so that following one does not compile. A copy whose address is not
// mapped, not accessible or inside the kernel's own range ends with ZX_ERR_INVALID_ARGS; part of
// the bytes may have been copied by then. No kernel lock may be held, since a fault may wait.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zircon/errors.h>
#include <zircon/types.h>

typedef struct {
    const void *p;
} user_in;

typedef struct {
    void *p;
} user_out;

typedef struct {
    void *p;
} user_inout;

// Copies; `size` 0 always succeeds.
zx_status_t copy_from_user(void *to, user_in from, size_t size);
zx_status_t copy_to_user(user_out to, const void *from, size_t size);

// As copy_to_user, but a null pointer means that the caller does not want the value.
static inline zx_status_t copy_to_user_optional(user_out to, const void *from, size_t size) {
    return to.p == NULL ? ZX_OK : copy_to_user(to, from, size);
}

static inline user_in user_in_at(user_in from, size_t offset) {
    return (user_in){(const void *)((uintptr_t)from.p + offset)};
}

static inline user_out user_out_at(user_out to, size_t offset) {
    return (user_out){(void *)((uintptr_t)to.p + offset)};
}

static inline user_in user_inout_in(user_inout pointer) {
    return (user_in){pointer.p};
}

static inline user_out user_inout_out(user_inout pointer) {
    return (user_out){pointer.p};
}

// Writes back and drops the data cache lines of [from, from + size).
zx_status_t flush_user(user_in from, size_t size, size_t line);
