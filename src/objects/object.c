// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/object.h"

#include "base/invariant.h"

static _Atomic zx_koid_t last_koid KERNEL_STATE;

zx_koid_t koid_new(void) {
    return ZX_KOID_FIRST + atomic_fetch_add_explicit(&last_koid, 1, memory_order_relaxed);
}

void object_init(struct object *object, const struct object_type *type, struct mutex *lock,
                 zx_signals_t signals) {
    object->koid = koid_new();
    if (object->type == NULL) { // the cell's first object: the later ones have the same
        object->type = type;
        object->lock = lock;
    }
    atomic_store_explicit(&object->signals, signals, memory_order_relaxed);
    list_init(&object->observers);
    object->next_dead = NULL;
    atomic_store_explicit(&object->handles, 0, memory_order_relaxed);
    atomic_store_explicit(&object->refs, 1, memory_order_release);
}

static bool add_unless_zero(_Atomic uint32_t *count) {
    uint32_t before = atomic_load_explicit(count, memory_order_relaxed);
    do {
        if (before == 0) {
            return false;
        }
    } while (!atomic_compare_exchange_weak_explicit(count, &before, before + 1,
                                                    memory_order_acquire, memory_order_relaxed));
    return true;
}

bool object_try_ref(struct object *object) {
    return add_unless_zero(&object->refs);
}

bool object_add_handle(struct object *object) {
    return add_unless_zero(&object->handles);
}

// Destroying one object may drop the last reference of others. They wait on a list, so that a long
// chain (a channel in a channel in a channel) does not grow the stack, and no destroy function runs
// under somebody's lock.
static void bury(struct thread *self) {
    self->burying = true;
    while (self->dead != NULL) {
        struct object *object = self->dead;
        self->dead = object->next_dead;
        object->type->destroy(self, object);
    }
    self->burying = false;
}

void object_unref(struct thread *self, struct object *object) {
    uint32_t before = atomic_fetch_sub_explicit(&object->refs, 1, memory_order_acq_rel);
    debug_invariant(before > 0 && before < 1u << 31);
    if (likely(before != 1)) {
        return;
    }
    debug_invariant(list_is_empty(&object->observers));
    object->next_dead = self->dead;
    self->dead = object;
    if (!self->burying && self->lock_depth == 0) {
        bury(self);
    }
}

void object_bury_dead(struct thread *self) {
    if (unlikely(self->dead != NULL) && !self->burying) {
        bury(self);
    }
}

void object_drop_handle(struct thread *self, struct object *object) {
    uint32_t before = atomic_fetch_sub_explicit(&object->handles, 1, memory_order_acq_rel);
    debug_invariant(before > 0 && before < 1u << 31);
    if (before != 1) {
        return;
    }
    if (object->type->on_zero_handles != NULL) {
        object->type->on_zero_handles(self, object);
    } else {
        // Whoever found the object by handle_lock may still hold it.
        mutex_lock(self, object->lock);
        mutex_unlock(self, object->lock);
    }
}

void object_update_locked(struct thread *self, struct object *object, zx_signals_t clear,
                          zx_signals_t set) {
    zx_signals_t before = atomic_load_explicit(&object->signals, memory_order_relaxed);
    zx_signals_t after = (before & ~clear) | set;
    if (after == before) {
        return;
    }
    atomic_store_explicit(&object->signals, after, memory_order_release);
    list_for_each(node, next, &object->observers) {
        struct observer *observer = list_entry(node, struct observer, node);
        observer->type->changed(self, observer, after);
    }
}

void object_update(struct thread *self, struct object *object, zx_signals_t clear,
                   zx_signals_t set) {
    mutex_lock(self, object->lock);
    object_update_locked(self, object, clear, set);
    mutex_unlock(self, object->lock);
}

// A look at the list without the lock, on purpose: the thread sanitizer need not mind it.
__attribute__((no_sanitize("thread"))) static bool has_observers(struct object *object) {
    return __atomic_load_n(&object->observers.next, __ATOMIC_SEQ_CST) != &object->observers;
}

void object_cancel(struct thread *self, struct object *object, handle_id handle) {
    // Who begins a watch adds its observer first and checks the handle afterwards; the handle was
    // ended first, by an exchange, and we look at the list afterwards. So one of us sees the other.
    if (!object_is_waitable(object) || !has_observers(object)) {
        return;
    }
    mutex_lock(self, object->lock);
    list_for_each(node, next, &object->observers) {
        struct observer *observer = list_entry(node, struct observer, node);
        if (observer->handle == handle) {
            observer->type->cancelled(self, observer);
        }
    }
    mutex_unlock(self, object->lock);
}
