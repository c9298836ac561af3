// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Later than November 2019: clock objects, which map the monotonic clock to a time of their own.

#ifndef ZIRCON_SYSCALLS_CLOCK_H_
#define ZIRCON_SYSCALLS_CLOCK_H_

#include <stdint.h>
#include <zircon/compiler.h>
#include <zircon/time.h>

__BEGIN_CDECLS

// The top six bits of the options say which version of its structure a call was given.
#define ZX_CLOCK_ARGS_VERSION_SHIFT ((uint64_t)58u)
#define ZX_CLOCK_ARGS_VERSION_BITS ((uint64_t)6u)
#define ZX_CLOCK_ARGS_VERSION_MASK ((uint64_t)0x3fu << ZX_CLOCK_ARGS_VERSION_SHIFT)
// The option bits for version n.
#define ZX_CLOCK_ARGS_VERSION(n)                                                                   \
    (((uint64_t)(n) << ZX_CLOCK_ARGS_VERSION_SHIFT) & ZX_CLOCK_ARGS_VERSION_MASK)

// zx_clock_create: options. The clock never goes back; it never jumps; it runs at once.
#define ZX_CLOCK_OPT_MONOTONIC ((uint64_t)1u << 0)
#define ZX_CLOCK_OPT_CONTINUOUS ((uint64_t)1u << 1)
#define ZX_CLOCK_OPT_AUTO_START ((uint64_t)1u << 2)
#define ZX_CLOCK_OPTS_ALL                                                                          \
    (ZX_CLOCK_OPT_MONOTONIC | ZX_CLOCK_OPT_CONTINUOUS | ZX_CLOCK_OPT_AUTO_START)

// zx_clock_update: which fields of the structure count.
#define ZX_CLOCK_UPDATE_OPTION_VALUE_VALID ((uint64_t)1u << 0)
#define ZX_CLOCK_UPDATE_OPTION_RATE_ADJUST_VALID ((uint64_t)1u << 1)
#define ZX_CLOCK_UPDATE_OPTION_ERROR_BOUND_VALID ((uint64_t)1u << 2)
#define ZX_CLOCK_UPDATE_OPTIONS_ALL                                                                \
    (ZX_CLOCK_UPDATE_OPTION_VALUE_VALID | ZX_CLOCK_UPDATE_OPTION_RATE_ADJUST_VALID |               \
     ZX_CLOCK_UPDATE_OPTION_ERROR_BOUND_VALID)

// Limits of rate_adjust, in parts per million.
#define ZX_CLOCK_UPDATE_MIN_RATE_ADJUST ((int32_t)-1000)
#define ZX_CLOCK_UPDATE_MAX_RATE_ADJUST ((int32_t)1000)

// The error bound of a clock that nobody has given one.
#define ZX_CLOCK_UNKNOWN_ERROR ((uint64_t)0xFFFFFFFFFFFFFFFF)

// The clock never reads less than the backstop.
typedef struct zx_clock_create_args_v1 {
    zx_time_t backstop_time;
} zx_clock_create_args_v1_t;

// synthetic = synthetic_offset
//           + (reference - reference_offset) * synthetic_ticks / reference_ticks
typedef struct zx_clock_rate {
    uint32_t synthetic_ticks;
    uint32_t reference_ticks;
} zx_clock_rate_t;

typedef struct zx_clock_transformation {
    int64_t reference_offset;
    int64_t synthetic_offset;
    zx_clock_rate_t rate;
} zx_clock_transformation_t;

typedef struct zx_clock_details_v1 {
    uint64_t options;
    zx_time_t backstop_time;
    zx_clock_transformation_t ticks_to_synthetic;
    zx_clock_transformation_t mono_to_synthetic;
    uint64_t error_bound;
    zx_ticks_t query_ticks;
    zx_ticks_t last_value_update_ticks;
    zx_ticks_t last_rate_adjust_update_ticks;
    zx_ticks_t last_error_bounds_update_ticks;
    uint32_t generation_counter;
    uint8_t padding1[4];
} zx_clock_details_v1_t;

typedef struct zx_clock_update_args_v1 {
    int32_t rate_adjust;
    uint8_t padding1[4];
    int64_t value;
    uint64_t error_bound;
} zx_clock_update_args_v1_t;

__END_CDECLS

#endif // ZIRCON_SYSCALLS_CLOCK_H_
