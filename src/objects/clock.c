// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/clock.h"

#include <string.h>

#include "host/clock.h"

__extension__ typedef __int128 wide;

enum { RATE_UNIT = 1000000 }; // rates are adjusted by parts in a million

struct clock {
    struct object object;
    struct mutex object_lock;
    uint64_t options;
    zx_time_t backstop;
    // under the lock
    bool started;
    zx_clock_transformation_t from_monotonic;
    uint64_t error_bound;
    zx_ticks_t value_updated, rate_updated, error_updated;
    uint32_t generation;
};

SLAB_OBJECTS(clock, sizeof(struct clock));

static struct clock *clock_at(struct object *object) {
    return list_entry(object, struct clock, object);
}

struct object *clock_new(struct thread *self, uint64_t options, zx_time_t backstop, bool started) {
    struct clock *clock = slab_alloc(self, &clock_slab);
    if (clock == NULL) {
        return NULL;
    }
    clock->options = options;
    clock->backstop = backstop;
    clock->started = started;
    // A clock that stands still is one of rate zero.
    clock->from_monotonic = (zx_clock_transformation_t){
        .synthetic_offset = started ? 0 : backstop,
        .rate = {.synthetic_ticks = started ? 1 : 0, .reference_ticks = 1},
    };
    clock->error_bound = ZX_CLOCK_UNKNOWN_ERROR;
    zx_ticks_t now = started ? clock_monotonic() : 0;
    clock->value_updated = clock->rate_updated = now;
    clock->error_updated = 0;
    clock->generation = 0;
    mutex_init(&clock->object_lock, RANK_OBJECT);
    object_init(&clock->object, &clock_type, &clock->object_lock, started ? ZX_CLOCK_STARTED : 0);
    return &clock->object;
}

static zx_time_t transform(const zx_clock_transformation_t *by, zx_time_t now) {
    wide passed = (wide)now - by->reference_offset;
    wide shown =
        by->synthetic_offset + passed * by->rate.synthetic_ticks / by->rate.reference_ticks;
    return shown > INT64_MAX ? INT64_MAX : shown < INT64_MIN ? INT64_MIN : (zx_time_t)shown;
}

zx_time_t clock_read(struct thread *self, struct object *object) {
    mutex_lock(self, object->lock);
    zx_time_t time = transform(&clock_at(object)->from_monotonic, clock_monotonic());
    mutex_unlock(self, object->lock);
    return time;
}

void clock_details(struct thread *self, struct object *object, zx_clock_details_v1_t *details) {
    struct clock *clock = clock_at(object);
    memset(details, 0, sizeof(*details));
    mutex_lock(self, object->lock);
    details->options = clock->options;
    details->backstop_time = clock->backstop;
    details->mono_to_synthetic = clock->from_monotonic;
    details->ticks_to_synthetic = clock->from_monotonic; // ticks are nanoseconds
    details->error_bound = clock->error_bound;
    details->query_ticks = clock_monotonic();
    details->last_value_update_ticks = clock->value_updated;
    details->last_rate_adjust_update_ticks = clock->rate_updated;
    details->last_error_bounds_update_ticks = clock->error_updated;
    details->generation_counter = clock->generation;
    mutex_unlock(self, object->lock);
}

static zx_status_t check_update_locked(const struct clock *clock, zx_time_t shown, bool set_value,
                                       zx_time_t value) {
    if (!set_value) {
        return clock->started ? ZX_OK : ZX_ERR_BAD_STATE;
    }
    bool continuous = (clock->options & ZX_CLOCK_OPT_CONTINUOUS) != 0;
    bool monotonic = (clock->options & ZX_CLOCK_OPT_MONOTONIC) != 0;
    bool allowed = value >= clock->backstop && !(continuous && clock->started) &&
                   !(monotonic && clock->started && value < shown);
    return allowed ? ZX_OK : ZX_ERR_INVALID_ARGS;
}

zx_status_t clock_update(struct thread *self, struct object *object, uint64_t what,
                         const zx_clock_update_args_v1_t *args) {
    struct clock *clock = clock_at(object);
    bool set_value = (what & ZX_CLOCK_UPDATE_OPTION_VALUE_VALID) != 0;
    bool set_rate = (what & ZX_CLOCK_UPDATE_OPTION_RATE_ADJUST_VALID) != 0;
    mutex_lock(self, object->lock);
    zx_time_t now = clock_monotonic();
    zx_time_t shown = transform(&clock->from_monotonic, now);
    zx_status_t status = check_update_locked(clock, shown, set_value, args->value);
    if (status == ZX_OK) {
        zx_clock_transformation_t *by = &clock->from_monotonic;
        if (set_value || set_rate) {
            by->reference_offset = now;
            by->synthetic_offset = set_value ? args->value : shown;
        }
        if (set_rate) {
            by->rate.synthetic_ticks = (uint32_t)(RATE_UNIT + args->rate_adjust);
            by->rate.reference_ticks = RATE_UNIT;
            clock->rate_updated = now;
        } else if (!clock->started) {
            by->rate = (zx_clock_rate_t){.synthetic_ticks = 1, .reference_ticks = 1};
            clock->rate_updated = now;
        }
        if (set_value) {
            clock->value_updated = now;
        }
        if ((what & ZX_CLOCK_UPDATE_OPTION_ERROR_BOUND_VALID) != 0) {
            clock->error_bound = args->error_bound;
            clock->error_updated = now;
        }
        clock->generation++;
        clock->started = true;
        object_update_locked(self, object, 0, ZX_CLOCK_STARTED);
    }
    mutex_unlock(self, object->lock);
    return status;
}

static void clock_destroy(struct thread *self, struct object *object) {
    slab_free(self, &clock_slab, clock_at(object));
}

const struct object_type clock_type = {
    .id = ZX_OBJ_TYPE_CLOCK,
    .name = "clock",
    .rights = ZX_DEFAULT_CLOCK_RIGHTS,
    .destroy = clock_destroy,
};
