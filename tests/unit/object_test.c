// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/object.h"

#include <string.h>

#include "host/clock.h"
#include "unit.h"

enum { CHAIN = 100000, ROUNDS = UNIT_IS_SANITIZED ? 3000 : 30000 };

// An object that keeps another one alive and counts what happens to it.
struct thing {
    struct object object;
    struct mutex lock;
    struct thing *next; // with a reference
};

SLAB_OBJECTS(thing, sizeof(struct thing));

static _Atomic uint32_t destroyed, zeroed, depth, deepest;
static bool lock_in_destroy;

static struct thing *thing_at(struct object *object) {
    return list_entry(object, struct thing, object);
}

static void thing_on_zero_handles(struct thread *self, struct object *object) {
    mutex_lock(self, object->lock);
    zeroed++;
    object_update_locked(self, object, 0, ZX_USER_SIGNAL_7);
    mutex_unlock(self, object->lock);
}

static void thing_destroy(struct thread *self, struct object *object) {
    struct thing *thing = thing_at(object);
    uint32_t now = ++depth;
    deepest = now > deepest ? now : deepest;
    unit_check(self->lock_depth == 0);
    if (lock_in_destroy) {
        // With a lock taken on the way, the next one must still not be destroyed inside.
        mutex_lock(self, &thing->lock);
        if (thing->next != NULL) {
            object_unref(self, &thing->next->object);
        }
        mutex_unlock(self, &thing->lock);
    } else if (thing->next != NULL) {
        object_unref(self, &thing->next->object);
    }
    depth--;
    destroyed++;
    slab_free(self, &thing_slab, thing);
}

static const struct object_type thing_type = {
    .id = ZX_OBJ_TYPE_EVENT,
    .name = "thing",
    .rights = ZX_RIGHT_WAIT,
    .on_zero_handles = thing_on_zero_handles,
    .destroy = thing_destroy,
};

// One that nobody can wait for, and without on_zero_handles.
static const struct object_type mute_type = {.name = "mute", .destroy = thing_destroy};

SLAB_OBJECTS(mute, sizeof(struct thing));

static struct thing *new_thing(struct thread *self, zx_signals_t signals) {
    struct thing *thing = slab_alloc(self, &thing_slab);
    assert_non_null(thing);
    thing->next = NULL;
    mutex_init(&thing->lock, RANK_OBJECT);
    object_init(&thing->object, &thing_type, &thing->lock, signals);
    return thing;
}

// --- signals and those who watch them ---

struct watcher {
    struct observer observer;
    uint32_t changes, cancels, order;
    zx_signals_t last;
    bool leaves; // the list when it hears of something
};

static uint32_t last_order;

static void watcher_changed(struct thread *self, struct observer *observer, zx_signals_t signals) {
    struct watcher *watcher = list_entry(observer, struct watcher, observer);
    assert_int_equal(self->lock_depth, 1);
    watcher->changes++;
    watcher->last = signals;
    watcher->order = ++last_order;
    if (watcher->leaves) {
        list_remove(&observer->node);
    }
}

static void watcher_cancelled(struct thread *self, struct observer *observer) {
    struct watcher *watcher = list_entry(observer, struct watcher, observer);
    assert_int_equal(self->lock_depth, 1);
    watcher->cancels++;
    if (watcher->leaves) {
        list_remove(&observer->node);
    }
}

static const struct observer_type watcher_type = {
    .changed = watcher_changed,
    .cancelled = watcher_cancelled,
};

static void watch(struct thread *self, struct thing *thing, struct watcher *watcher,
                  handle_id handle) {
    memset(watcher, 0, sizeof(*watcher));
    watcher->observer.type = &watcher_type;
    watcher->observer.handle = handle;
    mutex_lock(self, &thing->lock);
    list_add_tail(&thing->object.observers, &watcher->observer.node);
    mutex_unlock(self, &thing->lock);
}

static void watchers_hear_of_every_change(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct thing *thing = new_thing(self, ZX_USER_SIGNAL_0);
    struct object *object = &thing->object;
    struct watcher watcher;
    watch(self, thing, &watcher, 1);
    assert_int_equal(object_signals(object), ZX_USER_SIGNAL_0);
    object_update(self, object, 0, ZX_USER_SIGNAL_0); // changes nothing
    object_update(self, object, ZX_USER_SIGNAL_1, 0);
    assert_int_equal(watcher.changes, 0);
    object_update(self, object, 0, ZX_USER_SIGNAL_1);
    assert_int_equal(watcher.changes, 1);
    assert_int_equal(watcher.last, ZX_USER_SIGNAL_0 | ZX_USER_SIGNAL_1);
    object_update(self, object, ZX_USER_SIGNAL_0, 0);
    assert_int_equal(watcher.changes, 2);
    assert_int_equal(watcher.last, ZX_USER_SIGNAL_1);
    // Set wins over clear.
    object_update(self, object, ZX_USER_SIGNAL_1, ZX_USER_SIGNAL_1 | ZX_USER_SIGNAL_2);
    assert_int_equal(object_signals(object), ZX_USER_SIGNAL_1 | ZX_USER_SIGNAL_2);
    list_remove(&watcher.observer.node);
    object_unref(self, object);
}

static void a_watcher_may_leave_while_it_hears(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct thing *thing = new_thing(self, 0);
    struct watcher watchers[4];
    for (int i = 0; i < 4; i++) {
        watch(self, thing, &watchers[i], 1);
        watchers[i].leaves = i == 0 || i == 2;
    }
    object_update(self, &thing->object, 0, ZX_USER_SIGNAL_0);
    object_update(self, &thing->object, ZX_USER_SIGNAL_0, 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(watchers[i].changes, watchers[i].leaves ? 1 : 2);
    }
    assert_true(watchers[0].order < watchers[2].order);
    list_remove(&watchers[1].observer.node);
    list_remove(&watchers[3].observer.node);
    object_unref(self, &thing->object);
}

static void a_cancel_is_for_one_handle(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct thing *thing = new_thing(self, 0);
    struct watcher watchers[3];
    const handle_id ids[] = {(handle_id)1 << 32 | 5, (handle_id)1 << 32 | 7,
                             (handle_id)1 << 32 | 5};
    for (int i = 0; i < 3; i++) {
        watch(self, thing, &watchers[i], ids[i]);
        watchers[i].leaves = true;
    }
    object_cancel(self, &thing->object, (handle_id)2 << 32 | 5);
    object_cancel(self, &thing->object, (handle_id)1 << 32 | 5);
    object_cancel(self, &thing->object, (handle_id)1 << 32 | 5);
    assert_int_equal(watchers[0].cancels, 1);
    assert_int_equal(watchers[1].cancels, 0);
    assert_int_equal(watchers[2].cancels, 1);
    object_cancel(self, &thing->object, ids[1]);
    assert_int_equal(watchers[1].cancels, 1);
    // With nobody left it takes no lock: this one is held, and would be waited for.
    atomic_store(&thing->lock.state, 1);
    object_cancel(self, &thing->object, ids[0]);
    atomic_store(&thing->lock.state, 0);
    object_unref(self, &thing->object);
}

// --- the two counts ---

static void handles_and_references_are_counted_apart(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct thing *thing = new_thing(self, 0);
    struct object *object = &thing->object;
    destroyed = zeroed = 0;
    assert_false(object_add_handle(object)); // none to begin with
    object_add_handle_always(object);
    assert_true(object_add_handle(object));
    object_drop_handle(self, object);
    assert_int_equal(zeroed, 0);
    object_drop_handle(self, object);
    assert_int_equal(zeroed, 1);
    assert_int_equal(object_signals(object), ZX_USER_SIGNAL_7);
    assert_false(object_add_handle(object));
    assert_true(object_try_ref(object));
    object_ref(object);
    object_unref(self, object);
    object_unref(self, object);
    assert_int_equal(destroyed, 0);
    object_unref(self, object);
    assert_int_equal(destroyed, 1);
    assert_false(object_try_ref(object)); // its cell is free
}

static void koids_grow(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_koid_t last = koid_new();
    assert_true(last >= ZX_KOID_FIRST);
    for (int i = 0; i < 100; i++) {
        struct thing *thing = new_thing(self, 0);
        assert_true(thing->object.koid > last);
        last = thing->object.koid;
        object_unref(self, &thing->object);
    }
}

static void make_koids(struct thread *self, void *argument) {
    (void)self;
    zx_koid_t *koids = argument;
    for (int i = 0; i < ROUNDS; i++) {
        koids[i] = koid_new();
        unit_check(i == 0 || koids[i] > koids[i - 1]);
    }
}

static void no_koid_comes_twice(void **state) {
    (void)state;
    static zx_koid_t koids[2][ROUNDS];
    struct unit_thread threads[2];
    for (int i = 0; i < 2; i++) {
        unit_start(&threads[i], make_koids, koids[i]);
    }
    for (int i = 0; i < 2; i++) {
        unit_join(&threads[i]);
    }
    for (int i = 0, j = 0; i < ROUNDS && j < ROUNDS;) {
        assert_int_not_equal(koids[0][i], koids[1][j]);
        if (koids[0][i] < koids[1][j]) {
            i++;
        } else {
            j++;
        }
    }
}

// --- burial ---

static void under_a_lock_nothing_is_destroyed(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct thing *thing = new_thing(self, 0), *holder = new_thing(self, 0);
    destroyed = 0;
    mutex_lock(self, &holder->lock);
    object_unref(self, &thing->object);
    object_unref(self, &holder->object); // even the one whose lock it is
    assert_int_equal(destroyed, 0);
    mutex_unlock(self, &holder->lock);
    assert_int_equal(destroyed, 0);
    object_bury_dead(self);
    assert_int_equal(destroyed, 2);
    object_bury_dead(self);
    assert_int_equal(destroyed, 2);
}

static void a_long_chain_needs_no_deep_stack(void **state) {
    (void)state;
    struct thread *self = unit_self();
    for (int round = 0; round < 2; round++) {
        lock_in_destroy = round == 1;
        struct thing *first = NULL;
        for (int i = 0; i < CHAIN; i++) {
            struct thing *thing = new_thing(self, 0);
            thing->next = first;
            first = thing;
        }
        destroyed = deepest = 0;
        object_unref(self, &first->object);
        assert_int_equal(destroyed, CHAIN);
        assert_int_equal(deepest, 1);
    }
    lock_in_destroy = false;
}

// --- who found an object without a reference ---

static struct thing *held;
static _Atomic bool released, dropped;

static void drop_last_handle(struct thread *self, void *argument) {
    struct object *object = argument;
    object_drop_handle(self, object);
    unit_check(atomic_load(&released));
    atomic_store(&dropped, true);
}

// The end of the last handle waits for whoever holds the object's lock, so that the object lives as
// long as that lasts; with on_zero_handles and without.
static void the_last_handle_waits_for_the_lock(void **state) {
    (void)state;
    struct thread *self = unit_self();
    for (int i = 0; i < 2; i++) {
        held = slab_alloc(self, i == 0 ? &thing_slab : &mute_slab);
        held->next = NULL;
        mutex_init(&held->lock, RANK_OBJECT);
        object_init(&held->object, i == 0 ? &thing_type : &mute_type, &held->lock, 0);
        object_add_handle_always(&held->object);
        atomic_store(&released, false);
        atomic_store(&dropped, false);

        struct unit_thread closer;
        mutex_lock(self, &held->lock);
        unit_start(&closer, drop_last_handle, &held->object);
        unit_wait_until_contended(&held->lock);
        assert_false(atomic_load(&dropped));
        atomic_store(&released, true);
        mutex_unlock(self, &held->lock);
        unit_join(&closer);
        assert_true(atomic_load(&dropped));
        if (i == 0) {
            object_unref(self, &held->object);
        } else {
            slab_free(self, &mute_slab, held);
        }
    }
}

// --- references at random ---

static struct thing *contested;
static _Atomic uint32_t got, missed;

static void ref_and_unref(struct thread *self, void *argument) {
    (void)argument;
    for (int i = 0; i < ROUNDS; i++) {
        if (object_try_ref(&contested->object)) {
            got++;
            object_unref(self, &contested->object);
        } else {
            missed++;
        }
    }
}

static void the_last_of_many_references_destroys_once(void **state) {
    (void)state;
    struct thread *self = unit_self();
    destroyed = 0;
    contested = new_thing(self, 0);
    struct unit_thread threads[3];
    for (int i = 0; i < 3; i++) {
        unit_start(&threads[i], ref_and_unref, NULL);
    }
    while (got < 100) {
        unit_sleep(10000);
    }
    object_unref(self, &contested->object);
    for (int i = 0; i < 3; i++) {
        unit_join(&threads[i]);
    }
    assert_int_equal(destroyed, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT_TEST(watchers_hear_of_every_change),
        UNIT_TEST(a_watcher_may_leave_while_it_hears),
        UNIT_TEST(a_cancel_is_for_one_handle),
        UNIT_TEST(handles_and_references_are_counted_apart),
        UNIT_TEST(koids_grow),
        UNIT_TEST(no_koid_comes_twice),
        UNIT_TEST(under_a_lock_nothing_is_destroyed),
        UNIT_TEST(a_long_chain_needs_no_deep_stack),
        UNIT_TEST(the_last_handle_waits_for_the_lock),
        UNIT_TEST(the_last_of_many_references_destroys_once),
    };
    return cmocka_run_group_tests_name("object", tests, NULL, NULL);
}
