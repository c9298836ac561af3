// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Instants, durations and ticks, with arithmetic that stops at the ends of their range. All are
// signed 64-bit; instants and durations count nanoseconds.

#ifndef ZIRCON_TIME_H_
#define ZIRCON_TIME_H_

#include <stdint.h>
#include <zircon/compiler.h>

__BEGIN_CDECLS

typedef int64_t zx_time_t;
typedef int64_t zx_duration_t;
typedef int64_t zx_ticks_t;

// The last and the first instant: a deadline that never comes, and one that is always past. The
// longest and the shortest duration have the same values.
#define ZX_TIME_INFINITE INT64_MAX
#define ZX_TIME_INFINITE_PAST INT64_MIN

// a + b. A sum beyond a limit is that limit.
__CONSTEXPR static inline int64_t __zx_time_add(int64_t a, int64_t b) {
    int64_t sum = 0;
    if (add_overflow(a, b, &sum)) {
        return b < 0 ? ZX_TIME_INFINITE_PAST : ZX_TIME_INFINITE;
    }
    return sum;
}

// a - b. A difference beyond a limit is that limit.
__CONSTEXPR static inline int64_t __zx_time_sub(int64_t a, int64_t b) {
    int64_t difference = 0;
    if (sub_overflow(a, b, &difference)) {
        return b < 0 ? ZX_TIME_INFINITE : ZX_TIME_INFINITE_PAST;
    }
    return difference;
}

// The instant `duration` after `time`, or the limit that it would pass.
__CONSTEXPR static inline zx_time_t zx_time_add_duration(zx_time_t time, zx_duration_t duration) {
    return __zx_time_add(time, duration);
}

// The instant `duration` before `time`, or the limit that it would pass.
__CONSTEXPR static inline zx_time_t zx_time_sub_duration(zx_time_t time, zx_duration_t duration) {
    return __zx_time_sub(time, duration);
}

// How long `time1` is after `time2` (negative if before), or the limit that it would pass.
__CONSTEXPR static inline zx_duration_t zx_time_sub_time(zx_time_t time1, zx_time_t time2) {
    return __zx_time_sub(time1, time2);
}

// The sum of two durations, or the limit that it would pass.
__CONSTEXPR static inline zx_duration_t zx_duration_add_duration(zx_duration_t dur1,
                                                                 zx_duration_t dur2) {
    return __zx_time_add(dur1, dur2);
}

// The difference of two durations, or the limit that it would pass.
__CONSTEXPR static inline zx_duration_t zx_duration_sub_duration(zx_duration_t dur1,
                                                                 zx_duration_t dur2) {
    return __zx_time_sub(dur1, dur2);
}

// `duration` times `multiplier`, or the limit that it would pass.
__CONSTEXPR static inline zx_duration_t zx_duration_mul_int64(zx_duration_t duration,
                                                              int64_t multiplier) {
    int64_t product = 0;
    if (mul_overflow(duration, multiplier, &product)) {
        return (duration < 0) == (multiplier < 0) ? ZX_TIME_INFINITE : ZX_TIME_INFINITE_PAST;
    }
    return product;
}

// The nanoseconds in a duration.
__CONSTEXPR static inline int64_t zx_nsec_from_duration(zx_duration_t n) {
    return n;
}

// The duration of n units, or the limit that it would pass.
__CONSTEXPR static inline zx_duration_t zx_duration_from_nsec(int64_t n) {
    return n;
}

__CONSTEXPR static inline zx_duration_t zx_duration_from_usec(int64_t n) {
    return zx_duration_mul_int64(n, INT64_C(1000));
}

__CONSTEXPR static inline zx_duration_t zx_duration_from_msec(int64_t n) {
    return zx_duration_mul_int64(n, INT64_C(1000000));
}

__CONSTEXPR static inline zx_duration_t zx_duration_from_sec(int64_t n) {
    return zx_duration_mul_int64(n, INT64_C(1000000000));
}

__CONSTEXPR static inline zx_duration_t zx_duration_from_min(int64_t n) {
    return zx_duration_mul_int64(n, INT64_C(60000000000));
}

__CONSTEXPR static inline zx_duration_t zx_duration_from_hour(int64_t n) {
    return zx_duration_mul_int64(n, INT64_C(3600000000000));
}

// The duration of n units. With a constant n it is a constant expression, and an overflow is the
// compiler's to diagnose; otherwise it is what zx_duration_from_* says.
#define ZX_NSEC(n) (__ISCONSTANT(n) ? (zx_duration_t)(1LL * (n)) : zx_duration_from_nsec(n))
#define ZX_USEC(n) (__ISCONSTANT(n) ? (zx_duration_t)(1000LL * (n)) : zx_duration_from_usec(n))
#define ZX_MSEC(n) (__ISCONSTANT(n) ? (zx_duration_t)(1000000LL * (n)) : zx_duration_from_msec(n))
#define ZX_SEC(n) (__ISCONSTANT(n) ? (zx_duration_t)(1000000000LL * (n)) : zx_duration_from_sec(n))
#define ZX_MIN(n) (__ISCONSTANT(n) ? (zx_duration_t)(60000000000LL * (n)) : zx_duration_from_min(n))
#define ZX_HOUR(n)                                                                                 \
    (__ISCONSTANT(n) ? (zx_duration_t)(3600000000000LL * (n)) : zx_duration_from_hour(n))

__END_CDECLS

#endif // ZIRCON_TIME_H_
