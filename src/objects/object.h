// Part of libzircon. BSD-3-Clause, see LICENSE.
// What every kernel object has: two counts, a koid, signals, and those who watch them.
//
// References keep memory, handles keep meaning. `refs` counts pointers; when it reaches zero the
// object is destroyed. `handles` counts handles, in tables and in messages; when it falls to zero
// on_zero_handles runs once and the object tells its peers and waiters that nobody can use it.
#pragma once

#include "host/lock.h"
#include "host/slab.h"
#include "host/user_copy.h"
#include <zircon/errors.h>
#include <zircon/rights.h>
#include <zircon/syscalls/object.h>
#include <zircon/types.h>

// Names one handle for ever: its slot's index and its tag. Watches carry it, since they end with
// the handle that they were begun with.
typedef uint64_t handle_id;
#define HANDLE_ID_NONE UINT64_MAX

struct object {
    _Atomic uint32_t refs; // first: a freed cell keeps it at zero (handle.c relies on this)
    _Atomic uint32_t handles;
    zx_koid_t koid;
    const struct object_type *type;
    struct mutex *lock;           // its own, or its pair's
    _Atomic zx_signals_t signals; // written under the lock
    struct list observers;        // of struct observer, under the lock
    struct object *next_dead;
};

// What the objects of a type do. Absent functions mean the default that the comment names.
struct object_type {
    zx_obj_type_t id;
    const char *name;
    zx_rights_t rights;        // of a new handle; ZX_RIGHT_WAIT among them makes objects waitable
    zx_signals_t user_signals; // that object_signal may change, 0 for ZX_USER_SIGNAL_ALL

    // The other end, under the shared lock; null if closed. Absent: objects have no peer.
    struct object *(*peer_locked)(struct object *object);
    // Absent: 0.
    zx_koid_t (*related_koid)(struct object *object);
    // What the packet of wait_async counts if `signals` are set at once. Absent: 1.
    uint64_t (*count_locked)(struct object *object, zx_signals_t signals);

    // Properties other than those that every object has. Absent: nothing to do.
    zx_status_t (*get_name)(struct thread *self, struct object *object, char *name);
    // `name` has `size` bytes, below ZX_MAX_NAME_LEN. Absent: ZX_ERR_NOT_SUPPORTED.
    zx_status_t (*set_name)(struct thread *self, struct object *object, const char *name,
                            size_t size);

    // No handle is left, and none can come back unless the type makes new ones. Takes and drops the
    // lock that handle_peek's users take. Absent: does just that with the object's lock.
    void (*on_zero_handles)(struct thread *self, struct object *object);
    // No reference is left: give back what the object holds, and its memory.
    void (*destroy)(struct thread *self, struct object *object);
};

// Someone who watches an object's signals, on its list under its lock.
struct observer {
    struct list node;
    handle_id handle; // that the watch was begun with
    const struct observer_type *type;
};

struct observer_type {
    // The signals changed to `signals`. May take the observer off the list.
    void (*changed)(struct thread *self, struct observer *observer, zx_signals_t signals);
    // The handle is closed, or a message delivered it. May take the observer off the list.
    void (*cancelled)(struct thread *self, struct observer *observer);
    // For port_cancel: is it this port's, with this key? Then takes it off the list and ends it.
    // Absent: never.
    bool (*cancel_key)(struct thread *self, struct observer *observer, const void *port,
                       uint64_t key);
};

// The only way down from an object to what it is part of; null if it is of another type.
#define object_as(NAME, OBJECT)                                                                    \
    ((OBJECT)->type == &NAME##_type ? list_entry(OBJECT, struct NAME, object) : NULL)

// Sets up a new object: one reference, no handle.
void object_init(struct object *object, const struct object_type *type, struct mutex *lock,
                 zx_signals_t signals);

// A new koid, above all earlier ones.
zx_koid_t koid_new(void);

static inline void object_ref(struct object *object) {
    atomic_fetch_add_explicit(&object->refs, 1, memory_order_relaxed);
}

// For an object found on a list: a reference, unless it is about to be destroyed.
bool object_try_ref(struct object *object);

// Drops a reference. The last one destroys the object, at once or when `self` holds no more locks.
void object_unref(struct thread *self, struct object *object);

// Destroys what waited for `self` to drop its locks: at the end of a call, and before it parks.
void object_bury_dead(struct thread *self);

// A handle appears: fails if the last one has gone in the meantime.
bool object_add_handle(struct object *object);
// The first handle of a new object, or one more of an object that lives without handles.
static inline void object_add_handle_always(struct object *object) {
    atomic_fetch_add_explicit(&object->handles, 1, memory_order_relaxed);
}
// A handle is gone. The caller keeps its reference.
void object_drop_handle(struct thread *self, struct object *object);

static inline bool object_is_waitable(const struct object *object) {
    return (object->type->rights & ZX_RIGHT_WAIT) != 0;
}

static inline zx_signals_t object_signals(struct object *object) {
    return atomic_load_explicit(&object->signals, memory_order_acquire);
}

// Changes signals and tells the observers.
void object_update_locked(struct thread *self, struct object *object, zx_signals_t clear,
                          zx_signals_t set);
void object_update(struct thread *self, struct object *object, zx_signals_t clear,
                   zx_signals_t set);

// Ends the watches that were begun with a handle.
void object_cancel(struct thread *self, struct object *object, handle_id handle);
