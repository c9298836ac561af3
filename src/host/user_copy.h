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

// Is this an address of the kernel's, which user copies refuse?
bool user_is_kernel(uintptr_t address);

// Copies; `size` 0 always succeeds.
zx_status_t copy_from_user(void *to, user_in from, size_t size);
zx_status_t copy_to_user(user_out to, const void *from, size_t size);

// As copy_to_user, but a null pointer means that the caller does not want the value.
static inline zx_status_t copy_to_user_optional(user_out to, const void *from, size_t size) {
    return to.p == NULL ? ZX_OK : copy_to_user(to, from, size);
}

// The pointer as a number.
static inline uintptr_t user_address_in(user_in pointer) {
    return (uintptr_t)pointer.p;
}

static inline uintptr_t user_address_out(user_out pointer) {
    return (uintptr_t)pointer.p;
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

// The bare copy: not zero if a fault ended it. For the kernel's own use of memory that may be
// missing, and under locks, where a fault must not wait.
int user_copy(void *to, const void *from, size_t size);

// Looks at a byte, or writes it as it is, to see whether it can be: false if not.
bool user_touch(void *at, bool write);

// Makes the page at a program's address accessible, or finds that it cannot be: INVALID_ARGS.
zx_status_t touch_user_in(user_in from);
zx_status_t touch_user_out(user_out to);

// Is this all outside of the kernel?
bool user_range_is_valid(uintptr_t at, size_t size);

// Writes back and drops the data cache lines of [from, from + size).
zx_status_t flush_user(user_in from, size_t size, size_t line);
