// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The heap is a pairing heap: the timers are its nodes, so setting one allocates nothing; adding is
// one comparison, removing logarithmic on average.
//
// Locks: a timer's own (RANK_OBJECT) for its signal and what it is set to, then the heap's
// (RANK_TIMERS). The service takes a due timer off the heap, drops the heap's lock, and takes the
// timer's lock to signal it, unless it was set anew or cancelled in the meantime: `set_count`
// tells. It holds no reference. The end of a timer is a cancellation too, and its memory stays that
// of a timer, so the lock can be taken and the count, which never goes back, is that of a later
// life.
#include "objects/timer.h"

#include <zircon/syscalls.h>
#include <zircon/time.h>

#include "host/clock.h"
#include "host/park.h"
#include "host/service.h"

struct timer {
    struct object object;
    struct mutex object_lock;
    // under the object's lock
    uint32_t mode;
    zx_time_t deadline; // 0: not set
    zx_duration_t slack;
    // under the heap's lock
    zx_time_t due; // when it fires: the deadline, moved by slack
    uint64_t set_count;
    bool queued;
    struct timer *child, *sibling, *previous; // previous: the sibling before, or the parent
};

SLAB_OBJECTS(timer, sizeof(struct timer));

static struct {
    struct mutex lock;
    struct timer *first;
    struct thread *service; // once it runs
    bool started;
    zx_time_t sleeps_to; // when the service wakes by itself
} heap KERNEL_STATE;

static struct timer *timer_at(struct object *object) {
    return list_entry(object, struct timer, object);
}

void timer_start(void) {
    mutex_init(&heap.lock, RANK_TIMERS);
}

// --- the heap ---

static struct timer *meld(struct timer *a, struct timer *b) {
    if (a == NULL || b == NULL) {
        return a != NULL ? a : b;
    }
    if (b->due < a->due) {
        struct timer *other = a;
        a = b;
        b = other;
    }
    b->sibling = a->child;
    if (b->sibling != NULL) {
        b->sibling->previous = b;
    }
    b->previous = a;
    a->child = b;
    return a;
}

// Makes one heap of a list of siblings: in pairs from the left, then all from the right.
static struct timer *meld_siblings(struct timer *node) {
    struct timer *pairs = NULL;
    while (node != NULL) {
        struct timer *a = node, *b = a->sibling;
        node = b != NULL ? b->sibling : NULL;
        a->sibling = a->previous = NULL;
        if (b != NULL) {
            b->sibling = b->previous = NULL;
        }
        a = meld(a, b);
        a->sibling = pairs;
        pairs = a;
    }
    struct timer *all = NULL;
    while (pairs != NULL) {
        struct timer *next = pairs->sibling;
        pairs->sibling = NULL;
        all = meld(all, pairs);
        pairs = next;
    }
    return all;
}

static void add_locked(struct timer *timer) {
    timer->child = timer->sibling = timer->previous = NULL;
    timer->queued = true;
    heap.first = meld(heap.first, timer);
}

static void remove_locked(struct timer *timer) {
    struct timer *children = meld_siblings(timer->child);
    timer->child = NULL;
    timer->queued = false;
    if (timer == heap.first) {
        heap.first = children;
        return;
    }
    if (timer->previous->child == timer) {
        timer->previous->child = timer->sibling;
    } else {
        timer->previous->sibling = timer->sibling;
    }
    if (timer->sibling != NULL) {
        timer->sibling->previous = timer->previous;
    }
    timer->sibling = timer->previous = NULL;
    heap.first = meld(heap.first, children);
}

// --- the service ---

static void fire(struct thread *self, struct timer *timer, uint64_t set_count) {
    mutex_lock(self, timer->object.lock);
    mutex_lock(self, &heap.lock);
    bool same = timer->set_count == set_count;
    mutex_unlock(self, &heap.lock);
    if (same) {
        timer->deadline = 0;
        timer->slack = 0;
        object_update_locked(self, &timer->object, 0, ZX_TIMER_SIGNALED);
    }
    mutex_unlock(self, timer->object.lock);
}

static void serve(struct thread *self) {
    mutex_lock(self, &heap.lock);
    heap.service = self;
    for (;;) {
        zx_time_t now = clock_monotonic();
        struct timer *timer = heap.first;
        if (timer != NULL && timer->due <= now) {
            remove_locked(timer);
            uint64_t set_count = timer->set_count;
            mutex_unlock(self, &heap.lock);
            fire(self, timer, set_count);
        } else {
            heap.sleeps_to = timer != NULL ? timer->due : ZX_TIME_INFINITE;
            zx_time_t until = heap.sleeps_to;
            mutex_unlock(self, &heap.lock);
            park(self, until, ZX_THREAD_STATE_BLOCKED_SLEEPING);
        }
        mutex_lock(self, &heap.lock);
    }
}

static bool ensure_service(struct thread *self) {
    mutex_lock(self, &heap.lock);
    bool start = !heap.started;
    heap.started = true;
    mutex_unlock(self, &heap.lock);
    if (!start || service_start(self, serve)) {
        return true;
    }
    mutex_lock(self, &heap.lock);
    heap.started = false;
    mutex_unlock(self, &heap.lock);
    return false;
}

// --- timers ---

struct object *timer_new(struct thread *self, uint32_t slack_mode) {
    struct timer *timer = slab_alloc(self, &timer_slab);
    if (timer == NULL) {
        return NULL;
    }
    if (!ensure_service(self)) {
        slab_free(self, &timer_slab, timer);
        return NULL;
    }
    timer->mode = slack_mode;
    timer->deadline = 0;
    timer->slack = 0;
    timer->queued = false;
    mutex_init(&timer->object_lock, RANK_OBJECT);
    object_init(&timer->object, &timer_type, &timer->object_lock, 0);
    return &timer->object;
}

// The moment in [earliest, latest] to fire at: that of the first timer, if it lies there, so that
// the service wakes once for both.
static zx_time_t choose_due_locked(const struct timer *timer) {
    zx_time_t earliest = timer->deadline, latest = timer->deadline;
    if (timer->mode != ZX_TIMER_SLACK_LATE) {
        earliest = zx_time_sub_duration(earliest, timer->slack);
    }
    if (timer->mode != ZX_TIMER_SLACK_EARLY) {
        latest = zx_time_add_duration(latest, timer->slack);
    }
    if (heap.first != NULL && heap.first->due >= earliest && heap.first->due <= latest) {
        return heap.first->due;
    }
    return timer->deadline;
}

// Takes the timer off the heap and makes a firing on its way void.
static void unset_locked(struct thread *self, struct timer *timer) {
    timer->deadline = 0;
    timer->slack = 0;
    mutex_lock(self, &heap.lock);
    timer->set_count++;
    if (timer->queued) {
        remove_locked(timer);
    }
    mutex_unlock(self, &heap.lock);
}

void timer_set(struct thread *self, struct object *object, zx_time_t deadline,
               zx_duration_t slack) {
    struct timer *timer = timer_at(object);
    mutex_lock(self, object->lock);
    unset_locked(self, timer);
    object_update_locked(self, object, ZX_TIMER_SIGNALED, 0);
    if (deadline <= clock_monotonic()) {
        object_update_locked(self, object, 0, ZX_TIMER_SIGNALED);
    } else {
        timer->deadline = deadline;
        timer->slack = slack;
        mutex_lock(self, &heap.lock);
        timer->due = choose_due_locked(timer);
        add_locked(timer);
        if (timer->due < heap.sleeps_to && heap.service != NULL) {
            heap.sleeps_to = timer->due;
            park_wake_later(self, heap.service);
        }
        mutex_unlock(self, &heap.lock);
    }
    mutex_unlock(self, object->lock);
}

void timer_cancel(struct thread *self, struct object *object) {
    mutex_lock(self, object->lock);
    unset_locked(self, timer_at(object));
    object_update_locked(self, object, ZX_TIMER_SIGNALED, 0);
    mutex_unlock(self, object->lock);
}

static void timer_on_zero_handles(struct thread *self, struct object *object) {
    timer_cancel(self, object);
}

static void timer_destroy(struct thread *self, struct object *object) {
    timer_cancel(self, object); // a timer_set may have come after the last close
    slab_free(self, &timer_slab, timer_at(object));
}

const struct object_type timer_type = {
    .id = ZX_OBJ_TYPE_TIMER,
    .name = "timer",
    .rights = ZX_DEFAULT_TIMER_RIGHTS,
    .on_zero_handles = timer_on_zero_handles,
    .destroy = timer_destroy,
};
