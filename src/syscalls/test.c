// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/event.h"
#include "syscalls/syscall.h"

// Sums wrap around, as the machine's do.
static zx_status_t sum(const uint32_t *numbers, size_t count) {
    uint32_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += numbers[i];
    }
    return (zx_status_t)total;
}

#define SUM(...)                                                                                   \
    sum((const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))
#define N(x) (uint32_t)(x)

zx_status_t sys_syscall_test_0(struct thread *self) {
    (void)self;
    return 0;
}

zx_status_t sys_syscall_test_1(struct thread *self, int32_t a) {
    (void)self;
    return a;
}

zx_status_t sys_syscall_test_2(struct thread *self, int32_t a, int32_t b) {
    (void)self;
    return SUM(N(a), N(b));
}

zx_status_t sys_syscall_test_3(struct thread *self, int32_t a, int32_t b, int32_t c) {
    (void)self;
    return SUM(N(a), N(b), N(c));
}

zx_status_t sys_syscall_test_4(struct thread *self, int32_t a, int32_t b, int32_t c, int32_t d) {
    (void)self;
    return SUM(N(a), N(b), N(c), N(d));
}

zx_status_t sys_syscall_test_5(struct thread *self, int32_t a, int32_t b, int32_t c, int32_t d,
                               int32_t e) {
    (void)self;
    return SUM(N(a), N(b), N(c), N(d), N(e));
}

zx_status_t sys_syscall_test_6(struct thread *self, int32_t a, int32_t b, int32_t c, int32_t d,
                               int32_t e, int32_t f) {
    (void)self;
    return SUM(N(a), N(b), N(c), N(d), N(e), N(f));
}

zx_status_t sys_syscall_test_7(struct thread *self, int32_t a, int32_t b, int32_t c, int32_t d,
                               int32_t e, int32_t f, int32_t g) {
    (void)self;
    return SUM(N(a), N(b), N(c), N(d), N(e), N(f), N(g));
}

zx_status_t sys_syscall_test_8(struct thread *self, int32_t a, int32_t b, int32_t c, int32_t d,
                               int32_t e, int32_t f, int32_t g, int32_t h) {
    (void)self;
    return SUM(N(a), N(b), N(c), N(d), N(e), N(f), N(g), N(h));
}

zx_status_t sys_syscall_test_wrapper(struct thread *self, int32_t a, int32_t b, int32_t c) {
    (void)self;
    if (a < 0 || b < 0 || c < 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t total = SUM(N(a), N(b), N(c));
    return total > 50 ? ZX_ERR_OUT_OF_RANGE : total;
}

zx_status_t sys_syscall_test_handle_create(struct thread *self, zx_status_t return_value,
                                           user_out out) {
    struct object *event = event_new(self);
    if (event == NULL) {
        return ZX_ERR_INTERNAL;
    }
    if (return_value != ZX_OK) {
        object_unref(self, event);
        return return_value;
    }
    return handle_return_take(self, out, event, event_type.rights);
}
