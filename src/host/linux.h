// Part of libzircon. BSD-3-Clause, see LICENSE.
// Linux calls without libc: no errno, no thread-local storage, no cancellation points.
// Only src/host may include this.
#pragma once

#include <stdint.h>
#include <sys/syscall.h>

static inline long linux_call6(long number, long a, long b, long c, long d, long e, long f) {
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

// The result, or a negative error number. Arguments are numbers or addresses cast to long.
#define linux_call(number, ...) LINUX_CALL_PAD(number, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define LINUX_CALL_PAD(number, a, b, c, d, e, f, ...)                                              \
    linux_call6((number), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
