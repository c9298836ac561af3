// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/futex.h"

#include "base/invariant.h"
#include "host/park.h"

enum { BUCKETS = 256 };

// A futex that somebody waits on. It lies in one of its waiters, so waiting allocates nothing; when
// that one leaves it moves to another.
struct futex {
    struct list node; // in its bucket
    struct process *process;
    uintptr_t address;
    struct list waiters;
    struct thread_object *owner; // with a reference, or null
};

// A waiting thread, on its stack.
struct waiter {
    struct list node;
    struct thread *thread;
    struct thread_object *object;
    _Atomic(struct bucket *) bucket; // that of the futex it waits on; a requeue changes it
    uintptr_t address;               // of the futex, under that bucket's lock
    struct futex room;               // for a futex
    _Atomic uint32_t woken;
};

struct bucket {
    struct mutex lock; // RANK_FUTEX
    struct list futexes;
};

static struct bucket buckets[BUCKETS] KERNEL_STATE;

void futex_start(void) {
    for (int i = 0; i < BUCKETS; i++) {
        mutex_init(&buckets[i].lock, RANK_FUTEX);
        list_init(&buckets[i].futexes);
    }
}

static struct bucket *bucket_of(uintptr_t address) {
    return &buckets[(address >> 2) * 0x9e3779b97f4a7c15u >> 56 & (BUCKETS - 1)];
}

zx_status_t futex_check(uintptr_t address) {
    return address == 0 || address % sizeof(int32_t) != 0 ? ZX_ERR_INVALID_ARGS : ZX_OK;
}

static struct futex *find_locked(struct thread *self, struct bucket *bucket, uintptr_t address) {
    list_for_each(node, next, &bucket->futexes) {
        struct futex *futex = list_entry(node, struct futex, node);
        if (futex->address == address && futex->process == self->process) {
            return futex;
        }
    }
    return NULL;
}

static void set_owner_locked(struct thread *self, struct futex *futex,
                             struct thread_object *owner) {
    struct thread_object *before = futex->owner;
    if (owner != NULL) {
        object_ref(&owner->object);
    }
    futex->owner = owner;
    if (before != NULL) {
        object_unref(self, &before->object);
    }
}

static struct waiter *first_waiter(struct futex *futex) {
    return list_entry(futex->waiters.next, struct waiter, node);
}

// Puts a waiter behind those of a futex, or makes the futex if it is null.
static struct futex *add_waiter_locked(struct thread *self, struct bucket *bucket,
                                       struct futex *futex, struct waiter *waiter,
                                       uintptr_t address) {
    if (futex == NULL) {
        futex = &waiter->room;
        futex->process = self->process;
        futex->address = address;
        futex->owner = NULL;
        list_init(&futex->waiters);
        list_add_tail(&bucket->futexes, &futex->node);
    }
    waiter->address = address;
    list_add_tail(&futex->waiters, &waiter->node);
    atomic_store(&waiter->bucket, bucket);
    atomic_store(&waiter->object->futex, address);
    return futex;
}

// Takes a waiter off its futex and returns the futex. One without waiters is forgotten, and its
// owner with it: null.
static struct futex *remove_waiter_locked(struct thread *self, struct futex *futex,
                                          struct waiter *waiter) {
    list_remove(&waiter->node);
    atomic_store(&waiter->object->futex, 0);
    if (futex != &waiter->room) {
        return futex;
    }
    if (list_is_empty(&futex->waiters)) {
        set_owner_locked(self, futex, NULL);
        list_remove(&futex->node);
        return NULL;
    }
    struct futex *moved = &first_waiter(futex)->room;
    *moved = *futex;
    list_add_tail(&futex->node, &moved->node);
    list_remove(&futex->node);
    list_add_tail(&futex->waiters, &moved->waiters);
    list_remove(&futex->waiters);
    return moved;
}

// Does the number still have that value? Fault and difference both end the call.
static zx_status_t compare(uintptr_t address, int32_t value) {
    int32_t now;
    zx_status_t status = copy_from_user(&now, (user_in){(const void *)address}, sizeof(now));
    return status != ZX_OK ? status : now == value ? ZX_OK : ZX_ERR_BAD_STATE;
}

// The number may lie in a page that has to be made accessible first, which cannot be under a lock.
static zx_status_t touch(uintptr_t address) {
    return touch_user_in((user_in){(const void *)address});
}

static bool waits_on(const struct thread_object *object, uintptr_t address) {
    return object != NULL && atomic_load(&object->futex) == address;
}

// --- wait ---

// Leaves the queue, unless a wake took the waiter off it already. A requeue may move it to another
// bucket while we come for its lock.
static void leave(struct thread *self, struct waiter *waiter) {
    for (;;) {
        struct bucket *bucket = atomic_load(&waiter->bucket);
        mutex_lock(self, &bucket->lock);
        if (bucket == atomic_load(&waiter->bucket)) {
            if (list_is_linked(&waiter->node)) {
                struct futex *futex = find_locked(self, bucket, waiter->address);
                remove_waiter_locked(self, futex, waiter);
            }
            mutex_unlock(self, &bucket->lock);
            return;
        }
        mutex_unlock(self, &bucket->lock);
    }
}

zx_status_t futex_wait(struct thread *self, uintptr_t address, int32_t value,
                       struct thread_object *owner, zx_status_t owner_status, zx_time_t deadline) {
    struct bucket *bucket = bucket_of(address);
    struct waiter waiter = {.thread = self, .object = self->object};
    mutex_lock(self, &bucket->lock);
    zx_status_t status;
    while ((status = compare(address, value)) == ZX_ERR_INVALID_ARGS) {
        mutex_unlock(self, &bucket->lock);
        if (touch(address) != ZX_OK) {
            return status;
        }
        mutex_lock(self, &bucket->lock);
    }
    if (status == ZX_OK) {
        status = owner_status;
    }
    if (status == ZX_OK && owner != NULL && (owner == self->object || waits_on(owner, address))) {
        status = ZX_ERR_INVALID_ARGS;
    }
    if (status == ZX_OK) {
        struct futex *futex = find_locked(self, bucket, address);
        futex = add_waiter_locked(self, bucket, futex, &waiter, address);
        set_owner_locked(self, futex, owner);
    }
    mutex_unlock(self, &bucket->lock);
    if (status != ZX_OK) {
        return status;
    }
    object_bury_dead(self);
    enum park_result result = PARK_WOKEN;
    while (atomic_load_explicit(&waiter.woken, memory_order_acquire) == 0 && result == PARK_WOKEN) {
        result = park(self, deadline, ZX_THREAD_STATE_BLOCKED_FUTEX);
    }
    if (result != PARK_WOKEN) {
        leave(self, &waiter);
    }
    if (atomic_load(&waiter.woken) != 0) {
        return ZX_OK;
    }
    return result == PARK_TIMED_OUT ? ZX_ERR_TIMED_OUT : ZX_ERR_INTERNAL_INTR_RETRY;
}

// --- wake and requeue ---

// Wakes waiters and returns the futex, null if none are left. It has no owner then, or with
// `assign` the one that was woken.
static struct futex *wake_locked(struct thread *self, struct futex *futex, uint32_t count,
                                 bool assign) {
    set_owner_locked(self, futex, NULL);
    for (; count > 0 && futex != NULL; count--) {
        struct waiter *waiter = first_waiter(futex);
        struct thread *thread = waiter->thread;
        futex = remove_waiter_locked(self, futex, waiter);
        if (assign && futex != NULL) {
            set_owner_locked(self, futex, waiter->object);
        }
        // From here on the waiter may be gone.
        atomic_store_explicit(&waiter->woken, 1, memory_order_release);
        park_wake_later(self, thread);
    }
    return futex;
}

void futex_wake(struct thread *self, uintptr_t address, uint32_t count, bool assign) {
    struct bucket *bucket = bucket_of(address);
    mutex_lock(self, &bucket->lock);
    struct futex *futex = find_locked(self, bucket, address);
    if (futex != NULL) {
        wake_locked(self, futex, count, assign);
    }
    mutex_unlock(self, &bucket->lock);
}

static void lock_both(struct thread *self, struct bucket *a, struct bucket *b) {
    struct bucket *first = a < b ? a : b, *second = a < b ? b : a;
    mutex_lock(self, &first->lock);
    if (first != second) {
        mutex_lock_twin(self, &second->lock);
    }
}

static void unlock_both(struct thread *self, struct bucket *a, struct bucket *b) {
    struct bucket *first = a < b ? a : b, *second = a < b ? b : a;
    if (first != second) {
        mutex_unlock(self, &second->lock);
    }
    mutex_unlock(self, &first->lock);
}

zx_status_t futex_requeue(struct thread *self, uintptr_t wake, uint32_t wake_count, bool assign,
                          int32_t value, uintptr_t requeue, uint32_t requeue_count,
                          struct thread_object *owner, zx_status_t owner_status) {
    struct bucket *wake_bucket = bucket_of(wake), *requeue_bucket = bucket_of(requeue);
    lock_both(self, wake_bucket, requeue_bucket);
    zx_status_t status;
    while ((status = compare(wake, value)) == ZX_ERR_INVALID_ARGS) {
        unlock_both(self, wake_bucket, requeue_bucket);
        if (touch(wake) != ZX_OK) {
            return status;
        }
        lock_both(self, wake_bucket, requeue_bucket);
    }
    if (status == ZX_OK) {
        status = owner_status;
    }
    if (status == ZX_OK && (waits_on(owner, wake) || waits_on(owner, requeue))) {
        status = ZX_ERR_INVALID_ARGS;
    }
    if (status == ZX_OK) {
        struct futex *from = find_locked(self, wake_bucket, wake);
        struct futex *to = find_locked(self, requeue_bucket, requeue);
        bool assign_owner = from == NULL || requeue_count > 0;
        if (from != NULL) {
            from = wake_locked(self, from, wake_count, assign);
        }
        for (; requeue_count > 0 && from != NULL; requeue_count--) {
            struct waiter *waiter = first_waiter(from);
            from = remove_waiter_locked(self, from, waiter);
            to = add_waiter_locked(self, requeue_bucket, to, waiter, requeue);
        }
        if (to != NULL && assign_owner) {
            set_owner_locked(self, to, owner);
        }
    }
    unlock_both(self, wake_bucket, requeue_bucket);
    return status;
}

zx_koid_t futex_owner(struct thread *self, uintptr_t address) {
    struct bucket *bucket = bucket_of(address);
    mutex_lock(self, &bucket->lock);
    struct futex *futex = find_locked(self, bucket, address);
    zx_koid_t koid = ZX_KOID_INVALID;
    if (futex != NULL && futex->owner != NULL && !thread_object_is_dead(futex->owner)) {
        koid = futex->owner->object.koid;
    }
    mutex_unlock(self, &bucket->lock);
    return koid;
}
