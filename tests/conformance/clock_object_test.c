// Part of libzircon. BSD-3-Clause, see LICENSE.
// Clock objects; clock_test.c is about the clocks of the system.
#include "harness.h"

#include <zircon/syscalls/clock.h>

enum { SECOND = 1000000000 };

static const uint64_t version_1 = ZX_CLOCK_ARGS_VERSION(1);

// --- helpers ---

static zx_handle_t make(uint64_t options, zx_time_t backstop) {
    zx_clock_create_args_v1_t args = {.backstop_time = backstop};
    zx_handle_t clock;
    EXPECT_OK(zx_clock_create(options | version_1, &args, &clock));
    return clock;
}

static zx_time_t read_clock(zx_handle_t clock) {
    zx_time_t now = 0x5555;
    EXPECT_OK(zx_clock_read(clock, &now));
    return now;
}

static zx_clock_details_v1_t details_of(zx_handle_t clock) {
    zx_clock_details_v1_t details;
    memset(&details, 0xff, sizeof(details));
    EXPECT_OK(zx_clock_get_details(clock, version_1, &details));
    return details;
}

static zx_status_t update(zx_handle_t clock, uint64_t what, zx_time_t value, int32_t rate,
                          uint64_t bound) {
    zx_clock_update_args_v1_t args = {.rate_adjust = rate, .value = value, .error_bound = bound};
    return zx_clock_update(clock, what | version_1, &args);
}

static zx_status_t set_value(zx_handle_t clock, zx_time_t value) {
    // What the options do not name does not matter.
    return update(clock, ZX_CLOCK_UPDATE_OPTION_VALUE_VALID, value, 12345678, 99);
}

static zx_status_t set_rate(zx_handle_t clock, int32_t rate) {
    return update(clock, ZX_CLOCK_UPDATE_OPTION_RATE_ADJUST_VALID, INT64_MIN, rate, 99);
}

static zx_status_t set_bound(zx_handle_t clock, uint64_t bound) {
    return update(clock, ZX_CLOCK_UPDATE_OPTION_ERROR_BOUND_VALID, INT64_MIN, 12345678, bound);
}

static bool is_started(zx_handle_t clock) {
    zx_signals_t signals = 0;
    EXPECT_STATUS(zx_object_wait_one(clock, 0, 0, &signals), ZX_ERR_TIMED_OUT);
    EXPECT_EQ(signals & ~ZX_CLOCK_STARTED, 0);
    return signals != 0;
}

// What a transformation makes of a moment; exact, with whole numbers of 128 bits.
static zx_time_t apply(const zx_clock_transformation_t *by, zx_time_t at) {
    __extension__ typedef __int128 wide;
    return (zx_time_t)(by->synthetic_offset + (wide)(at - by->reference_offset) *
                                                  by->rate.synthetic_ticks /
                                                  by->rate.reference_ticks);
}

// --- clock_create ---

static const uint64_t kinds[] = {
    0,
    ZX_CLOCK_OPT_MONOTONIC,
    ZX_CLOCK_OPT_MONOTONIC | ZX_CLOCK_OPT_CONTINUOUS,
    ZX_CLOCK_OPT_AUTO_START,
    ZX_CLOCK_OPT_AUTO_START | ZX_CLOCK_OPT_MONOTONIC,
    ZX_CLOCK_OPT_AUTO_START | ZX_CLOCK_OPT_MONOTONIC | ZX_CLOCK_OPT_CONTINUOUS,
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

TEST(clock_create, makes_clocks_of_every_kind) {
    for (int i = 0; i < KINDS; i++) {
        for (int version = 0; version < 2; version++) {
            zx_clock_create_args_v1_t args = {.backstop_time = 1000};
            zx_handle_t clock;
            EXPECT_OK(version == 0 ? zx_clock_create(kinds[i], NULL, &clock)
                                   : zx_clock_create(kinds[i] | version_1, &args, &clock));
            EXPECT_EQ(type_of(clock), ZX_OBJ_TYPE_CLOCK);
            EXPECT_EQ(rights_of(clock), ZX_DEFAULT_CLOCK_RIGHTS);
            zx_clock_details_v1_t details = details_of(clock);
            EXPECT_EQ(details.options, kinds[i]);
            EXPECT_EQ(details.backstop_time, version == 0 ? 0 : 1000);
            EXPECT_EQ(details.error_bound, ZX_CLOCK_UNKNOWN_ERROR);
            EXPECT_EQ(is_started(clock), (kinds[i] & ZX_CLOCK_OPT_AUTO_START) != 0);
            close_handle(clock);
        }
    }
}

TEST(clock_create, refuses_other_options_and_combinations) {
    zx_clock_create_args_v1_t args = {.backstop_time = 0};
    zx_handle_t clock = 7;
    for (int bit = 3; bit < 58; bit++) {
        uint64_t option = (uint64_t)1 << bit;
        EXPECT_STATUS(zx_clock_create(option, NULL, &clock), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_clock_create(option | version_1, &args, &clock), ZX_ERR_INVALID_ARGS);
    }
    static const uint64_t without_monotonic[] = {ZX_CLOCK_OPT_CONTINUOUS,
                                                 ZX_CLOCK_OPT_CONTINUOUS | ZX_CLOCK_OPT_AUTO_START};
    for (int i = 0; i < 2; i++) {
        EXPECT_STATUS(zx_clock_create(without_monotonic[i], NULL, &clock), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_clock_create(without_monotonic[i] | version_1, &args, &clock),
                      ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(clock, 7);
}

TEST(clock_create, knows_versions_0_and_1) {
    zx_clock_create_args_v1_t args = {.backstop_time = 0};
    zx_handle_t clock = 7;
    for (uint64_t version = 2; version < 64; version++) {
        EXPECT_STATUS(zx_clock_create(ZX_CLOCK_ARGS_VERSION(version), &args, &clock),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_clock_create(ZX_CLOCK_ARGS_VERSION(version), NULL, &clock),
                      ZX_ERR_INVALID_ARGS);
    }
    EXPECT_STATUS(zx_clock_create(0, &args, &clock), ZX_ERR_INVALID_ARGS); // has no arguments
    EXPECT_STATUS(zx_clock_create(UINT64_MAX, &args, &clock), ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(clock, 7);
}

TEST(clock_create, checks_the_backstop_time) {
    static const zx_time_t bad[] = {-1, -SECOND, ZX_TIME_INFINITE_PAST};
    for (int i = 0; i < KINDS; i++) {
        bool starts = (kinds[i] & ZX_CLOCK_OPT_AUTO_START) != 0;
        zx_handle_t clock = 7;
        zx_clock_create_args_v1_t args;
        for (int k = 0; k < 3; k++) {
            args.backstop_time = bad[k];
            EXPECT_STATUS(zx_clock_create(kinds[i] | version_1, &args, &clock),
                          ZX_ERR_INVALID_ARGS);
        }
        // A clock that starts now cannot begin before its backstop.
        zx_time_t good[] = {0, 1, zx_clock_get_monotonic(), zx_deadline_after(3600L * SECOND),
                            ZX_TIME_INFINITE};
        for (int k = 0; k < 5; k++) {
            args.backstop_time = good[k];
            if (k < 3 || !starts) {
                EXPECT_OK(zx_clock_create(kinds[i] | version_1, &args, &clock));
                EXPECT_EQ(details_of(clock).backstop_time, good[k]);
                close_handle(clock);
            } else {
                EXPECT_STATUS(zx_clock_create(kinds[i] | version_1, &args, &clock),
                              ZX_ERR_INVALID_ARGS);
            }
        }
    }
}

TEST(clock_create, refuses_arguments_that_cannot_be_read) {
    zx_handle_t clock = 7;
    for (int i = 0; i < BAD_IN_POINTERS; i++) {
        void *bad = bad_pointer(i, sizeof(zx_clock_create_args_v1_t));
        EXPECT_STATUS(zx_clock_create(version_1, bad, &clock), ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(clock, 7);
    zx_clock_create_args_v1_t args = {.backstop_time = 77};
    EXPECT_OK(zx_clock_create(version_1, read_only_copy(&args, sizeof(args)), &clock));
    EXPECT_EQ(read_clock(clock), 77);
    close_handle(clock);
}

TEST(clock_create, leaves_nothing_if_the_handle_cannot_be_stored) {
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_clock_create(0, NULL, bad_pointer(i, sizeof(zx_handle_t))),
                      ZX_ERR_INVALID_ARGS);
    }
}

static zx_status_t create(void *context) {
    return zx_clock_create(ZX_CLOCK_OPT_MONOTONIC, NULL, context);
}

TEST(clock_create, leaves_nothing_if_memory_runs_out) {
    zx_handle_t clock = 7;
    expect_no_memory(create, &clock, sizeof(clock));
    close_handle(clock);
}

TEST(clock_create, makes_fresh_clocks_even_from_memory_that_was_used) {
    for (int i = 0; i < 3; i++) {
        zx_handle_t clock = make(0, 5);
        EXPECT(!is_started(clock));
        EXPECT_EQ(read_clock(clock), 5);
        zx_clock_details_v1_t details = details_of(clock);
        EXPECT_EQ(details.generation_counter, 0);
        EXPECT_EQ(details.error_bound, ZX_CLOCK_UNKNOWN_ERROR);
        EXPECT_EQ(details.last_value_update_ticks, 0);
        EXPECT_EQ(details.last_rate_adjust_update_ticks, 0);
        EXPECT_EQ(details.last_error_bounds_update_ticks, 0);
        EXPECT_OK(update(clock, ZX_CLOCK_UPDATE_OPTIONS_ALL, SECOND, 500, 3));
        close_handle(clock);
    }
}

// --- clock_read ---

TEST(clock_read, of_a_clock_that_stands_still_shows_the_backstop) {
    static const zx_time_t backstops[] = {0, 1, SECOND, ZX_TIME_INFINITE};
    for (int i = 0; i < 4; i++) {
        zx_handle_t clock = make(0, backstops[i]);
        EXPECT_EQ(read_clock(clock), backstops[i]);
        zx_nanosleep(zx_deadline_after(10000));
        EXPECT_EQ(read_clock(clock), backstops[i]);
        zx_clock_details_v1_t details = details_of(clock);
        EXPECT_EQ(details.mono_to_synthetic.rate.synthetic_ticks, 0);
        EXPECT_EQ(apply(&details.mono_to_synthetic, details.query_ticks), backstops[i]);
        close_handle(clock);
    }
}

TEST(clock_read, of_an_automatic_clock_shows_the_monotonic_time) {
    zx_handle_t clock = make(ZX_CLOCK_OPT_AUTO_START, 0);
    for (int i = 0; i < 100; i++) {
        zx_time_t before = zx_clock_get_monotonic(), shown = read_clock(clock);
        EXPECT(before <= shown && shown <= zx_clock_get_monotonic());
    }
    zx_clock_details_v1_t details = details_of(clock);
    EXPECT_EQ(details.mono_to_synthetic.reference_offset,
              details.mono_to_synthetic.synthetic_offset);
    EXPECT_EQ(details.mono_to_synthetic.rate.synthetic_ticks,
              details.mono_to_synthetic.rate.reference_ticks);
    close_handle(clock);
}

TEST(clock_read, refuses_a_place_that_cannot_be_written) {
    zx_handle_t clock = make(0, 0);
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_clock_read(clock, bad_pointer(i, sizeof(zx_time_t))), ZX_ERR_INVALID_ARGS);
    }
    close_handle(clock);
}

static zx_status_t read_it(zx_handle_t handle) {
    zx_time_t now;
    return zx_clock_read(handle, &now);
}

TEST(clock_read, checks_its_handle) {
    zx_handle_t clock = make(0, 0);
    expect_bad_handle(read_it);
    expect_wrong_type(read_it, ZX_OBJ_TYPE_CLOCK, ZX_OBJ_TYPE_CLOCK);
    expect_right(read_it, clock, ZX_RIGHT_READ, ZX_OK);
    EXPECT_STATUS(zx_clock_read(ZX_HANDLE_INVALID, NULL), ZX_ERR_BAD_HANDLE);
    close_handle(clock);
}

// --- clock_update ---

TEST(clock_update, starts_a_clock_with_its_first_value) {
    for (int i = 0; i < 3; i++) {
        zx_handle_t clock = make(kinds[i], 100);
        EXPECT(!is_started(clock));
        zx_ticks_t before = zx_clock_get_monotonic();
        EXPECT_OK(set_value(clock, 50L * SECOND));
        zx_ticks_t after = zx_clock_get_monotonic();
        EXPECT(is_started(clock));
        zx_clock_details_v1_t details = details_of(clock);
        EXPECT_EQ(details.mono_to_synthetic.synthetic_offset, 50L * SECOND);
        EXPECT(before <= details.mono_to_synthetic.reference_offset);
        EXPECT(details.mono_to_synthetic.reference_offset <= after);
        EXPECT_EQ(details.mono_to_synthetic.rate.synthetic_ticks,
                  details.mono_to_synthetic.rate.reference_ticks);
        EXPECT_EQ(details.error_bound, ZX_CLOCK_UNKNOWN_ERROR);
        EXPECT_EQ(details.generation_counter, 1);
        EXPECT(before <= details.last_value_update_ticks &&
               details.last_value_update_ticks <= after);
        EXPECT_EQ(details.last_error_bounds_update_ticks, 0);
        zx_time_t shown = read_clock(clock);
        zx_time_t now = zx_clock_get_monotonic();
        EXPECT(shown >= 50L * SECOND && shown <= 50L * SECOND + (now - before));
        close_handle(clock);
    }
}

TEST(clock_update, wakes_those_who_wait_for_the_start) {
    zx_handle_t clock = make(0, 0), port;
    zx_port_packet_t packet;
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_OK(zx_object_wait_async(clock, port, 1, ZX_CLOCK_STARTED, 0));
    EXPECT_STATUS(zx_object_wait_one(clock, ZX_CLOCK_STARTED, 0, NULL), ZX_ERR_TIMED_OUT);
    EXPECT_OK(set_value(clock, 0));
    EXPECT_OK(zx_object_wait_one(clock, ZX_CLOCK_STARTED, ZX_TIME_INFINITE, NULL));
    EXPECT_OK(zx_port_wait(port, 0, &packet));
    EXPECT_EQ(packet.signal.observed, ZX_CLOCK_STARTED);
    // There is no right to signal a clock.
    EXPECT_STATUS(zx_object_signal(clock, 0, ZX_USER_SIGNAL_0), ZX_ERR_ACCESS_DENIED);
    close_handle(clock);
    close_handle(port);
}

TEST(clock_update, of_a_clock_that_is_not_started_must_set_the_value) {
    zx_handle_t clock = make(0, 0);
    EXPECT_STATUS(set_rate(clock, 5), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(set_bound(clock, 5), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(
        update(clock,
               ZX_CLOCK_UPDATE_OPTION_RATE_ADJUST_VALID | ZX_CLOCK_UPDATE_OPTION_ERROR_BOUND_VALID,
               0, 5, 5),
        ZX_ERR_BAD_STATE);
    EXPECT(!is_started(clock));
    EXPECT_EQ(details_of(clock).generation_counter, 0);
    EXPECT_EQ(details_of(clock).error_bound, ZX_CLOCK_UNKNOWN_ERROR);
    EXPECT_OK(update(clock, ZX_CLOCK_UPDATE_OPTIONS_ALL, 1000, -7, 5));
    zx_clock_details_v1_t details = details_of(clock);
    EXPECT_EQ(details.mono_to_synthetic.rate.synthetic_ticks * 1000000ull,
              details.mono_to_synthetic.rate.reference_ticks * 999993ull);
    EXPECT_EQ(details.error_bound, 5);
    close_handle(clock);
}

TEST(clock_update, sets_a_plain_clock_forward_and_back_but_not_before_its_backstop) {
    zx_handle_t clock = make(0, SECOND);
    EXPECT_STATUS(set_value(clock, SECOND - 1), ZX_ERR_INVALID_ARGS);
    EXPECT(!is_started(clock));
    static const zx_time_t values[] = {1000L * SECOND, 2L * SECOND, SECOND, 5000L * SECOND};
    for (int i = 0; i < 4; i++) {
        EXPECT_OK(set_value(clock, values[i]));
        EXPECT(read_clock(clock) >= values[i]);
        EXPECT(read_clock(clock) < values[i] + 500L * SECOND);
        EXPECT_STATUS(set_value(clock, SECOND - 1), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(set_value(clock, -1), ZX_ERR_INVALID_ARGS);
        EXPECT_EQ(details_of(clock).generation_counter, (uint32_t)i + 1);
    }
    close_handle(clock);
}

TEST(clock_update, never_sets_a_monotonic_clock_back) {
    zx_handle_t clock = make(ZX_CLOCK_OPT_MONOTONIC, SECOND);
    EXPECT_STATUS(set_value(clock, SECOND - 1), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(set_value(clock, 10L * SECOND));
    zx_time_t shown = read_clock(clock);
    EXPECT_STATUS(set_value(clock, shown - 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(set_value(clock, 10L * SECOND), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(set_value(clock, 0), ZX_ERR_INVALID_ARGS);
    EXPECT(read_clock(clock) >= shown);
    EXPECT_OK(set_value(clock, 5000L * SECOND));
    EXPECT(read_clock(clock) >= 5000L * SECOND);
    EXPECT_STATUS(set_value(clock, 4000L * SECOND), ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(details_of(clock).generation_counter, 2);
    close_handle(clock);
}

TEST(clock_update, sets_a_continuous_clock_once) {
    uint64_t continuous = ZX_CLOCK_OPT_MONOTONIC | ZX_CLOCK_OPT_CONTINUOUS;
    zx_handle_t clock = make(continuous, SECOND);
    EXPECT_STATUS(set_value(clock, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(set_value(clock, 10L * SECOND));
    EXPECT_STATUS(set_value(clock, 5000L * SECOND), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(update(clock, ZX_CLOCK_UPDATE_OPTIONS_ALL, 5000L * SECOND, 3, 3),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_OK(set_rate(clock, 1000)); // this is no jump
    EXPECT_OK(set_bound(clock, 3));
    close_handle(clock);
    clock = make(continuous | ZX_CLOCK_OPT_AUTO_START, 0);
    EXPECT_STATUS(set_value(clock, zx_deadline_after(SECOND)), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(set_rate(clock, -1000));
    close_handle(clock);
}

TEST(clock_update, takes_rates_from_minus_1000_to_1000) {
    zx_handle_t clock = make(ZX_CLOCK_OPT_MONOTONIC | ZX_CLOCK_OPT_CONTINUOUS, 0);
    EXPECT_OK(set_value(clock, 0));
    static const int32_t good[] = {-1000, -999, -1, 0, 1, 999, 1000};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        zx_time_t before = read_clock(clock);
        EXPECT_OK(set_rate(clock, good[i]));
        EXPECT(read_clock(clock) >= before); // no jump back, whatever the rate
        zx_clock_details_v1_t details = details_of(clock);
        EXPECT_EQ(details.mono_to_synthetic.rate.synthetic_ticks * 1000000ull,
                  details.mono_to_synthetic.rate.reference_ticks * (uint64_t)(1000000 + good[i]));
        EXPECT_EQ(details.generation_counter, 2 + i);
    }
    static const int32_t bad[] = {-1001, 1001, INT32_MIN, INT32_MAX, 1000000};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        EXPECT_STATUS(set_rate(clock, bad[i]), ZX_ERR_INVALID_ARGS);
        // Before the handle is looked at.
        EXPECT_STATUS(set_rate(ZX_HANDLE_INVALID, bad[i]), ZX_ERR_INVALID_ARGS);
        EXPECT_OK(update(clock, ZX_CLOCK_UPDATE_OPTION_ERROR_BOUND_VALID, 0, bad[i], 1));
    }
    close_handle(clock);
}

TEST(clock_update, keeps_the_rate_when_the_value_is_set_and_the_time_when_the_rate_is) {
    zx_handle_t clock = make(0, 0);
    EXPECT_OK(update(clock,
                     ZX_CLOCK_UPDATE_OPTION_VALUE_VALID | ZX_CLOCK_UPDATE_OPTION_RATE_ADJUST_VALID,
                     1000L * SECOND, 1000, 0));
    zx_clock_details_v1_t first = details_of(clock);
    EXPECT_EQ(first.last_value_update_ticks, first.last_rate_adjust_update_ticks);
    EXPECT_OK(set_value(clock, 2000L * SECOND));
    zx_clock_details_v1_t second = details_of(clock);
    EXPECT_EQ(memcmp(&first.mono_to_synthetic.rate, &second.mono_to_synthetic.rate,
                     sizeof(zx_clock_rate_t)),
              0);
    EXPECT_EQ(first.last_rate_adjust_update_ticks, second.last_rate_adjust_update_ticks);
    EXPECT(second.last_value_update_ticks > first.last_value_update_ticks);
    EXPECT_OK(set_rate(clock, -1000));
    zx_clock_details_v1_t third = details_of(clock);
    EXPECT_EQ(third.last_value_update_ticks, second.last_value_update_ticks);
    EXPECT(third.last_rate_adjust_update_ticks > second.last_rate_adjust_update_ticks);
    // At the moment of the change both transformations show the same.
    zx_time_t moment = third.mono_to_synthetic.reference_offset;
    EXPECT_EQ(apply(&second.mono_to_synthetic, moment), apply(&third.mono_to_synthetic, moment));
    close_handle(clock);
}

TEST(clock_update, makes_the_clock_run_at_its_rate) {
    static const int32_t rates[] = {-1000, -10, 0, 10, 1000};
    for (int i = 0; i < 5; i++) {
        zx_handle_t clock = make(0, 0);
        EXPECT_OK(update(
            clock, ZX_CLOCK_UPDATE_OPTION_VALUE_VALID | ZX_CLOCK_UPDATE_OPTION_RATE_ADJUST_VALID, 0,
            rates[i], 0));
        zx_clock_details_v1_t details = details_of(clock);
        zx_nanosleep(zx_deadline_after(2000000));
        zx_time_t before = zx_clock_get_monotonic(), shown = read_clock(clock),
                  after = zx_clock_get_monotonic();
        EXPECT(apply(&details.mono_to_synthetic, before) <= shown);
        EXPECT(shown <= apply(&details.mono_to_synthetic, after));
        close_handle(clock);
    }
}

TEST(clock_update, keeps_any_error_bound) {
    zx_handle_t clock = make(ZX_CLOCK_OPT_AUTO_START, 0);
    static const uint64_t bounds[] = {0, 1, SECOND, UINT64_MAX - 1, ZX_CLOCK_UNKNOWN_ERROR};
    for (int i = 0; i < 5; i++) {
        zx_clock_details_v1_t before = details_of(clock);
        EXPECT_OK(set_bound(clock, bounds[i]));
        zx_clock_details_v1_t details = details_of(clock);
        EXPECT_EQ(details.error_bound, bounds[i]);
        EXPECT(details.last_error_bounds_update_ticks >= before.query_ticks);
        EXPECT_EQ(details.last_value_update_ticks, before.last_value_update_ticks);
        EXPECT_EQ(details.last_rate_adjust_update_ticks, before.last_rate_adjust_update_ticks);
        EXPECT_EQ(memcmp(&details.mono_to_synthetic, &before.mono_to_synthetic,
                         sizeof(zx_clock_transformation_t)),
                  0);
        EXPECT_EQ(details.generation_counter, before.generation_counter + 1);
    }
    close_handle(clock);
}

TEST(clock_update, asks_for_version_1_and_one_thing_to_change) {
    zx_handle_t clock = make(ZX_CLOCK_OPT_AUTO_START, 0);
    zx_clock_update_args_v1_t args = {.value = 5L * SECOND};
    uint64_t value = ZX_CLOCK_UPDATE_OPTION_VALUE_VALID;
    for (uint64_t version = 0; version < 64; version++) {
        if (version != 1) {
            EXPECT_STATUS(zx_clock_update(clock, ZX_CLOCK_ARGS_VERSION(version) | value, &args),
                          ZX_ERR_INVALID_ARGS);
        }
    }
    EXPECT_STATUS(zx_clock_update(clock, version_1, &args), ZX_ERR_INVALID_ARGS);
    for (int bit = 3; bit < 58; bit++) {
        uint64_t option = (uint64_t)1 << bit;
        EXPECT_STATUS(zx_clock_update(clock, version_1 | option, &args), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_clock_update(clock, version_1 | value | option, &args),
                      ZX_ERR_INVALID_ARGS);
    }
    EXPECT_STATUS(zx_clock_update(ZX_HANDLE_INVALID, value, &args), ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(details_of(clock).generation_counter, 0);
    close_handle(clock);
}

TEST(clock_update, refuses_arguments_that_cannot_be_read) {
    zx_handle_t clock = make(ZX_CLOCK_OPT_AUTO_START, 0);
    uint64_t options = version_1 | ZX_CLOCK_UPDATE_OPTION_ERROR_BOUND_VALID;
    for (int i = 0; i < BAD_IN_POINTERS; i++) {
        void *bad = bad_pointer(i, sizeof(zx_clock_update_args_v1_t));
        EXPECT_STATUS(zx_clock_update(clock, options, bad), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_clock_update(ZX_HANDLE_INVALID, options, bad), ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(details_of(clock).generation_counter, 0);
    zx_clock_update_args_v1_t args = {.error_bound = 5};
    EXPECT_OK(zx_clock_update(clock, options, read_only_copy(&args, sizeof(args))));
    EXPECT_EQ(details_of(clock).error_bound, 5);
    close_handle(clock);
}

static zx_status_t update_it(zx_handle_t handle) {
    return set_bound(handle, 1);
}

TEST(clock_update, checks_its_handle) {
    zx_handle_t clock = make(ZX_CLOCK_OPT_AUTO_START, 0);
    expect_bad_handle(update_it);
    expect_wrong_type(update_it, ZX_OBJ_TYPE_CLOCK, ZX_OBJ_TYPE_CLOCK);
    expect_right(update_it, clock, ZX_RIGHT_WRITE, ZX_OK);
    // Before the state and the value.
    zx_handle_t still = make(0, 50), fewer = without_rights(still, ZX_RIGHT_WRITE);
    EXPECT_STATUS(set_bound(fewer, 1), ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(set_value(fewer, 1), ZX_ERR_ACCESS_DENIED);
    close_handle(fewer);
    close_handle(still);
    close_handle(clock);
}

// --- clock_get_details ---

TEST(clock_get_details, tells_all_of_one_moment) {
    zx_handle_t clock = make(ZX_CLOCK_OPT_AUTO_START | ZX_CLOCK_OPT_MONOTONIC, 5);
    EXPECT_OK(set_rate(clock, 321));
    zx_ticks_t before = zx_ticks_get();
    zx_clock_details_v1_t details = details_of(clock);
    zx_ticks_t after = zx_ticks_get();
    EXPECT(before <= details.query_ticks && details.query_ticks <= after);
    EXPECT_EQ(details.options, ZX_CLOCK_OPT_AUTO_START | ZX_CLOCK_OPT_MONOTONIC);
    EXPECT_EQ(details.backstop_time, 5);
    // Both transformations lead to the same time, here over ticks and there over nanoseconds.
    zx_time_t by_ticks = apply(&details.ticks_to_synthetic, zx_ticks_get());
    zx_time_t by_time = apply(&details.mono_to_synthetic, zx_clock_get_monotonic());
    zx_time_t read = read_clock(clock);
    EXPECT(by_ticks <= by_time && by_time <= read);
    EXPECT_EQ(details.padding1[0] | details.padding1[1] | details.padding1[2] | details.padding1[3],
              0);
    close_handle(clock);
}

TEST(clock_get_details, asks_for_version_1_and_a_place_before_it_looks_at_the_handle) {
    zx_handle_t clock = make(0, 0);
    zx_clock_details_v1_t details;
    memset(&details, 0x77, sizeof(details));
    for (uint64_t version = 0; version < 64; version++) {
        if (version != 1) {
            EXPECT_STATUS(zx_clock_get_details(clock, ZX_CLOCK_ARGS_VERSION(version), &details),
                          ZX_ERR_INVALID_ARGS);
        }
    }
    for (int bit = 0; bit < 58; bit++) {
        EXPECT_STATUS(zx_clock_get_details(clock, version_1 | (uint64_t)1 << bit, &details),
                      ZX_ERR_INVALID_ARGS);
    }
    EXPECT_STATUS(zx_clock_get_details(ZX_HANDLE_INVALID, 0, &details), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_clock_get_details(ZX_HANDLE_INVALID, version_1, NULL), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_clock_get_details(ZX_HANDLE_INVALID, version_1, bad_page()),
                  ZX_ERR_BAD_HANDLE);
    for (size_t i = 0; i < sizeof(details); i++) {
        EXPECT_EQ(((uint8_t *)&details)[i], 0x77);
    }
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_clock_get_details(clock, version_1, bad_pointer(i, sizeof(details))),
                      ZX_ERR_INVALID_ARGS);
    }
    close_handle(clock);
}

static zx_status_t get_details(zx_handle_t handle) {
    zx_clock_details_v1_t details;
    return zx_clock_get_details(handle, version_1, &details);
}

TEST(clock_get_details, checks_its_handle) {
    zx_handle_t clock = make(0, 0);
    expect_bad_handle(get_details);
    expect_wrong_type(get_details, ZX_OBJ_TYPE_CLOCK, ZX_OBJ_TYPE_CLOCK);
    expect_right(get_details, clock, ZX_RIGHT_READ, ZX_OK);
    close_handle(clock);
}

// --- many threads ---

static _Atomic bool stop;

// A monotonic clock must not run backwards for anybody.
static int read_often(void *argument) {
    zx_handle_t clock = *(zx_handle_t *)argument;
    zx_time_t last = 0;
    int wrong = 0;
    while (!stop) {
        zx_time_t now;
        wrong += zx_clock_read(clock, &now) != ZX_OK || now < last;
        last = now;
        zx_clock_details_v1_t details;
        wrong += zx_clock_get_details(clock, version_1, &details) != ZX_OK ||
                 apply(&details.mono_to_synthetic, details.query_ticks) < last ||
                 details.error_bound != (uint64_t)details.mono_to_synthetic.rate.synthetic_ticks;
    }
    return wrong;
}

TEST(clock_update, is_seen_whole_by_threads_that_read) {
    zx_handle_t clock = make(ZX_CLOCK_OPT_MONOTONIC, 0);
    // Rate and bound always go together.
    EXPECT_OK(update(clock, ZX_CLOCK_UPDATE_OPTIONS_ALL, 0, 0, 1000000));
    struct test_thread threads[3];
    stop = false;
    for (int i = 0; i < 3; i++) {
        start_thread(&threads[i], read_often, &clock);
    }
    for (int i = 0; i < 5000; i++) {
        int32_t rate = i * 37 % 2001 - 1000;
        uint64_t what =
            ZX_CLOCK_UPDATE_OPTION_RATE_ADJUST_VALID | ZX_CLOCK_UPDATE_OPTION_ERROR_BOUND_VALID;
        zx_time_t value = 0;
        if (i % 50 == 0) {
            what |= ZX_CLOCK_UPDATE_OPTION_VALUE_VALID;
            value = read_clock(clock) + SECOND;
        }
        EXPECT_OK(update(clock, what, value, rate, (uint64_t)(1000000 + rate)));
    }
    stop = true;
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(finish_thread(&threads[i]), 0);
    }
    close_handle(clock);
}
