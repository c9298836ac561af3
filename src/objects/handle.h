// Part of libzircon. BSD-3-Clause, see LICENSE.
// Handles: how programs name objects.
//
// A value has its low two bits set, like Zircon's; above them lie a generation and the index of a
// slot, hidden by a secret of the process. Slots are never anything but slots, so a lookup takes no
// lock: it reads the slot, takes a reference to the object, and reads the slot's tag again.
//
// A slot is not used again before HANDLE_QUEUE others have been closed, and its generation has
// HANDLE_GENERATIONS values; so a value cannot come back until at least
// HANDLE_QUEUE * HANDLE_GENERATIONS (32 768) handles were closed, unless the limit is near.
#pragma once

#include "objects/object.h"

enum {
    HANDLE_INDEX_BITS = 20,
    HANDLE_GENERATION_BITS = 10,
    HANDLE_SLOTS = 1 << HANDLE_INDEX_BITS,
    HANDLE_GENERATIONS = 1 << HANDLE_GENERATION_BITS,
    HANDLE_QUEUE = 32,
    HANDLE_CHUNK = 64, // slots that a process takes over at a time
    HANDLE_LIMIT_DEFAULT =
        262144 // Zircon's own; the environment variable LIBZIRCON_HANDLES sets it
};

// One slot.
struct handle {
    _Atomic uint32_t tag; // generation << 1 | live
    _Atomic zx_rights_t rights;
    struct object *_Atomic object;
    struct process *_Atomic process; // whose table the slot is part of
    uint32_t next;                   // on the process's queue of free slots
    uint32_t unused;
};

// A process's part of the slots.
struct handle_table {
    struct mutex lock;
    uint32_t secret;     // hides slot numbers, and tells processes' values apart
    uint32_t first_free; // queue of free slots, by index + 1
    uint32_t last_free;
    uint32_t free_count;
    uint32_t owned;      // slots of this process, free or not
    uint32_t last_chunk; // index + 1 of the newest chunk; the others follow through `chunk_next`
};

// A handle outside of any table, as a message holds it: a reference and a handle count. Waits that
// were begun with it go on until it is closed or delivered, as in Zircon.
struct handle_record {
    struct object *object;
    zx_rights_t rights;
    handle_id id; // that it had
};

bool handle_start(void);

void handle_table_init(struct handle_table *table);

// Takes all handles of a dead process away and gives its slots back.
void handle_table_clear(struct thread *self, struct process *process);

// How many handles can exist at a time.
uint32_t handle_limit(void);

// Gives the thread's own free slots back, before it leaves its process.
void handle_thread_leave(struct thread *self);

// Live handles of a process, exact only while nobody opens or closes any.
uint32_t handle_table_count(struct thread *self, struct process *process);

// Calls `visit` for each live handle; stops when it returns false.
void handle_table_for_each(struct thread *self, struct process *process,
                           bool (*visit)(void *context, struct object *object, zx_rights_t rights),
                           void *context);

// Looks up a handle of the calling process. `type` null means any. On success the caller has a
// reference. BAD_HANDLE, WRONG_TYPE, ACCESS_DENIED, in this order.
zx_status_t handle_get(struct thread *self, zx_handle_t value, const struct object_type *type,
                       zx_rights_t rights, struct object **object);
// And tells the rights that the handle has.
zx_status_t handle_get_rights(struct thread *self, zx_handle_t value,
                              const struct object_type *type, zx_rights_t rights,
                              struct object **object, zx_rights_t *has);

// The same for any type, and tells the rights that the handle has and its id; either may be null.
zx_status_t handle_get_id(struct thread *self, zx_handle_t value, zx_rights_t rights,
                          struct object **object, zx_rights_t *has, handle_id *id);

// Is it a handle at all? A value that is none is no offence here.
bool handle_is_valid(struct thread *self, zx_handle_t value);

// Does the handle still exist in its table? For those who begin a watch, see object_cancel.
bool handle_is_still(handle_id id);

// The quick ways, for objects that are used only under one lock: no reference is taken.
//
// handle_peek finds the object, which may die at once. Its memory stays an object of that type, so
// the caller may take its lock and ask handle_is_live: if so the object lives as long as the lock
// is held, because its last handle's end takes the lock before anything is torn down.
zx_status_t handle_peek(struct thread *self, zx_handle_t value, const struct object_type *type,
                        zx_rights_t rights, struct object **object, handle_id *id);

// Under the lock. HANDLE_ID_NONE stands for a caller who has a reference, and is always live.
bool handle_is_live(handle_id id);

// Both steps with the object's own lock, which is held on success.
zx_status_t handle_lock(struct thread *self, zx_handle_t value, const struct object_type *type,
                        zx_rights_t rights, struct object **object);

// The signals of an object at some moment of the call. `waitable` tells if it has any.
zx_status_t handle_peek_signals(struct thread *self, zx_handle_t value, zx_rights_t rights,
                                zx_signals_t *signals, bool *waitable);

// Takes a free slot; ZX_ERR_NO_MEMORY if there is none. Until it is published nobody can use it.
zx_status_t handle_reserve(struct thread *self, struct handle **slot);
void handle_unreserve(struct thread *self, struct handle *slot);
// The value that the slot's next handle will have.
zx_handle_t handle_value(struct thread *self, const struct handle *slot);
// The handle begins to exist. Takes over the caller's reference and handle count.
void handle_publish(struct handle *slot, struct object *object, zx_rights_t rights);

// Takes a handle out of the calling process's table. On success the caller has its reference and
// its handle count. If `keep` is not null it is asked first, and its error leaves the handle.
zx_status_t handle_take(struct thread *self, zx_handle_t value,
                        zx_status_t (*keep)(void *context, struct object *object,
                                            zx_rights_t rights),
                        void *context, struct handle_record *record);

// Ends the record: its watches, its handle count, its reference.
void handle_record_close(struct thread *self, struct handle_record record);
// Makes the record a handle of the calling process again, in a reserved slot.
void handle_record_deliver(struct thread *self, struct handle_record record, struct handle *slot);

// Makes the record a handle of another process, whose value is told. On failure it is still the
// caller's.
zx_status_t handle_insert(struct thread *self, struct process *process, struct handle_record record,
                          struct handle **slot, zx_handle_t *value);
// Closes it again, if it is still there.
void handle_withdraw(struct thread *self, struct process *process, struct handle *slot);

// Gives a program one new handle to an object. Takes the caller's reference, and counts a handle.
// If the pointer is bad or slots are used up, the object is closed again, and nothing is left.
zx_status_t handle_return_take(struct thread *self, user_out out, struct object *object,
                               zx_rights_t rights);
// The same, with the handle counted already.
zx_status_t handle_return_counted_take(struct thread *self, user_out out, struct object *object,
                                       zx_rights_t rights);
// The same for two objects: both handles or none.
zx_status_t handle_return_two_take(struct thread *self, user_out out0, struct object *object0,
                                   zx_rights_t rights0, user_out out1, struct object *object1,
                                   zx_rights_t rights1);
// The same for both ends of a pair.
static inline zx_status_t handle_return_pair_take(struct thread *self, user_out out0,
                                                  struct object *object0, user_out out1,
                                                  struct object *object1, zx_rights_t rights) {
    return handle_return_two_take(self, out0, object0, rights, out1, object1, rights);
}
