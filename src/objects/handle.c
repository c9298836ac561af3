// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/handle.h"

#include <string.h>

#include "base/invariant.h"
#include "host/console.h"
#include "host/memory.h"
#include "host/threads.h"
#include "objects/process.h"

enum { INDEX_MASK = HANDLE_SLOTS - 1, GENERATION_MASK = HANDLE_GENERATIONS - 1, LIVE = 1 };

// All slots of the system. A chunk of HANDLE_CHUNK belongs to one process until that dies.
static struct {
    struct mutex lock;
    struct handle *slots; // HANDLE_SLOTS of them, touched only as they are used
    uint32_t limit;       // slots that may ever be in use at once
    uint32_t budget;      // of those, how many no process has
    uint32_t next_chunk;  // first chunk never used
    uint32_t spare_chunk; // chunks that dead processes gave back, by index + 1
    uint32_t chunk_next[HANDLE_SLOTS / HANDLE_CHUNK];
    uint8_t chunk_size[HANDLE_SLOTS / HANDLE_CHUNK]; // usable slots, less than a chunk at the limit
} all KERNEL_STATE;

bool handle_start(void) {
    mutex_init(&all.lock, RANK_SLAB);
    all.slots = memory_take(sizeof(struct handle) * HANDLE_SLOTS);
    uint64_t limit = environment_number("LIBZIRCON_HANDLES", HANDLE_LIMIT_DEFAULT);
    all.limit = limit == 0 ? 1 : limit > HANDLE_SLOTS ? HANDLE_SLOTS : (uint32_t)limit;
    all.budget = all.limit;
    return all.slots != NULL;
}

uint32_t handle_limit(void) {
    return all.limit;
}

void handle_table_init(struct handle_table *table) {
    memset(table, 0, sizeof(*table));
    mutex_init(&table->lock, RANK_HANDLES);
    entropy_draw(&table->secret, sizeof(table->secret));
    table->secret &= (1u << 30) - 1;
}

// --- values ---

static uint32_t index_of(const struct handle *slot) {
    return (uint32_t)(slot - all.slots);
}

static handle_id id_of(const struct handle *slot, uint32_t tag) {
    return (handle_id)index_of(slot) << 32 | tag;
}

static zx_handle_t value_of(const struct process *process, uint32_t index, uint32_t tag) {
    uint32_t word = ((tag >> 1) & GENERATION_MASK) << HANDLE_INDEX_BITS | index;
    return (word ^ process->handles.secret) << 2 | ZX_HANDLE_FIXED_BITS_MASK;
}

// The slot that a value names, and its tag. False if the tag is not that of the value's handle.
static bool find_slot(const struct process *process, zx_handle_t value, struct handle **slot,
                      uint32_t *tag) {
    uint32_t word = (value >> 2) ^ process->handles.secret;
    *slot = &all.slots[word & INDEX_MASK];
    *tag = atomic_load_explicit(&(*slot)->tag, memory_order_acquire);
    uint32_t generation = *tag >> 1 & GENERATION_MASK;
    return (*tag & LIVE) != 0 && generation == word >> HANDLE_INDEX_BITS;
}

// The tag has more bits of the generation than a value, so that a thread that was stopped in the
// middle of a lookup does not take a handle for the one that it saw, however many came between.
static uint32_t next_tag(uint32_t tag) {
    return ((tag >> 1) + 1) << 1;
}

// --- free slots ---

// A new chunk for the process, all its slots on the queue.
static bool grow_locked(struct thread *self, struct process *process) {
    struct handle_table *table = &process->handles;
    mutex_lock(self, &all.lock);
    uint32_t chunk = all.spare_chunk;
    uint32_t size = all.budget < HANDLE_CHUNK ? all.budget : HANDLE_CHUNK;
    if (size == 0 || (chunk == 0 && all.next_chunk == HANDLE_SLOTS / HANDLE_CHUNK)) {
        mutex_unlock(self, &all.lock);
        return false;
    }
    if (chunk != 0) {
        chunk--;
        all.spare_chunk = all.chunk_next[chunk];
    } else {
        chunk = all.next_chunk++;
    }
    all.budget -= size;
    all.chunk_size[chunk] = (uint8_t)size;
    all.chunk_next[chunk] = table->last_chunk;
    table->last_chunk = chunk + 1;
    mutex_unlock(self, &all.lock);

    for (uint32_t i = 0; i < size; i++) {
        uint32_t index = chunk * HANDLE_CHUNK + i;
        struct handle *slot = &all.slots[index];
        atomic_store_explicit(&slot->process, process, memory_order_relaxed);
        slot->next = 0;
        if (table->last_free == 0) {
            table->first_free = index + 1;
        } else {
            all.slots[table->last_free - 1].next = index + 1;
        }
        table->last_free = index + 1;
    }
    table->free_count += size;
    table->owned += size;
    return true;
}

static struct handle *pop_free_locked(struct handle_table *table) {
    struct handle *slot = &all.slots[table->first_free - 1];
    table->first_free = slot->next;
    if (table->first_free == 0) {
        table->last_free = 0;
    }
    table->free_count--;
    return slot;
}

static void push_free_locked(struct handle_table *table, struct handle *slot) {
    uint32_t index = index_of(slot);
    slot->next = 0;
    if (table->last_free == 0) {
        table->first_free = index + 1;
    } else {
        all.slots[table->last_free - 1].next = index + 1;
    }
    table->last_free = index + 1;
    table->free_count++;
}

// Fills the thread's queue so far that the next slot has been free for long.
static void refill(struct thread *self) {
    struct process *process = self->process;
    struct handle_table *table = &process->handles;
    struct handle_magazine *magazine = &self->handles;
    mutex_lock(self, &table->lock);
    if (table->free_count < HANDLE_QUEUE) {
        grow_locked(self, process);
    }
    while (magazine->count < THREAD_HANDLES_MAX / 2 + HANDLE_QUEUE / 2 && table->first_free != 0) {
        uint32_t index = index_of(pop_free_locked(table));
        magazine->slots[(magazine->head + magazine->count++) % THREAD_HANDLES_MAX] = index;
    }
    mutex_unlock(self, &table->lock);
}

static void flush_handles(struct thread *self, uint32_t keep) {
    struct handle_table *table = &self->process->handles;
    struct handle_magazine *magazine = &self->handles;
    mutex_lock(self, &table->lock);
    while (magazine->count > keep) {
        uint32_t index = magazine->slots[magazine->head];
        magazine->head = (magazine->head + 1) % THREAD_HANDLES_MAX;
        magazine->count--;
        push_free_locked(table, &all.slots[index]);
    }
    mutex_unlock(self, &table->lock);
}

void handle_thread_leave(struct thread *self) {
    flush_handles(self, 0);
}

zx_status_t handle_reserve(struct thread *self, struct handle **slot) {
    if (unlikely(self->fail_after != 0) && --self->fail_after == 0) {
        return ZX_ERR_NO_MEMORY;
    }
    struct handle_magazine *magazine = &self->handles;
    if (unlikely(magazine->count <= HANDLE_QUEUE)) {
        refill(self);
        if (magazine->count == 0) {
            return ZX_ERR_NO_MEMORY;
        }
    }
    *slot = &all.slots[magazine->slots[magazine->head]];
    magazine->head = (magazine->head + 1) % THREAD_HANDLES_MAX;
    magazine->count--;
    return ZX_OK;
}

void handle_unreserve(struct thread *self, struct handle *slot) {
    struct handle_magazine *magazine = &self->handles;
    if (unlikely(magazine->count == THREAD_HANDLES_MAX)) {
        flush_handles(self, HANDLE_QUEUE + (THREAD_HANDLES_MAX - HANDLE_QUEUE) / 2);
    }
    magazine->slots[(magazine->head + magazine->count++) % THREAD_HANDLES_MAX] = index_of(slot);
}

zx_handle_t handle_value(struct thread *self, const struct handle *slot) {
    uint32_t tag = atomic_load_explicit(&slot->tag, memory_order_relaxed);
    return value_of(self->process, index_of(slot), tag);
}

void handle_publish(struct handle *slot, struct object *object, zx_rights_t rights) {
    atomic_store_explicit(&slot->object, object, memory_order_relaxed);
    atomic_store_explicit(&slot->rights, rights, memory_order_relaxed);
    uint32_t tag = atomic_load_explicit(&slot->tag, memory_order_relaxed);
    atomic_store_explicit(&slot->tag, tag | LIVE, memory_order_release);
}

// --- lookup ---

// Reads a live slot. What it finds is true only if the tag is still the same afterwards.
static zx_status_t read_slot(struct thread *self, zx_handle_t value, struct handle **slot_out,
                             uint32_t *tag, struct object **object, zx_rights_t *rights) {
    struct handle *slot;
    if (unlikely((value & ZX_HANDLE_FIXED_BITS_MASK) != ZX_HANDLE_FIXED_BITS_MASK ||
                 !find_slot(self->process, value, &slot, tag) ||
                 atomic_load_explicit(&slot->process, memory_order_relaxed) != self->process)) {
        (void)process_check_policy(self, ZX_POL_BAD_HANDLE); // allowed or denied, it is an error
        return ZX_ERR_BAD_HANDLE;
    }
    *slot_out = slot;
    *object = atomic_load_explicit(&slot->object, memory_order_acquire);
    *rights = atomic_load_explicit(&slot->rights, memory_order_acquire);
    return ZX_OK;
}

zx_status_t handle_get_id(struct thread *self, zx_handle_t value, zx_rights_t rights,
                          struct object **object, zx_rights_t *has, handle_id *id) {
    uint32_t tag;
    struct handle *slot;
    struct object *found;
    zx_rights_t found_rights;
    zx_status_t status = read_slot(self, value, &slot, &tag, &found, &found_rights);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    // The handle may be closed, and the object die, between the reads above and here. Its memory
    // then still holds an object's counts: a count of zero says so, and a new object in the same
    // cell is told by the slot's tag, which has changed.
    if (unlikely(!object_try_ref(found))) {
        return ZX_ERR_BAD_HANDLE;
    }
    if (unlikely(atomic_load_explicit(&slot->tag, memory_order_acquire) != tag)) {
        object_unref(self, found);
        return ZX_ERR_BAD_HANDLE;
    }
    if (unlikely((found_rights & rights) != rights)) {
        object_unref(self, found);
        return ZX_ERR_ACCESS_DENIED;
    }
    *object = found;
    if (has != NULL) {
        *has = found_rights;
    }
    if (id != NULL) {
        *id = id_of(slot, tag);
    }
    return ZX_OK;
}

zx_status_t handle_get(struct thread *self, zx_handle_t value, const struct object_type *type,
                       zx_rights_t rights, struct object **object) {
    zx_rights_t has;
    return handle_get_rights(self, value, type, rights, object, &has);
}

zx_status_t handle_get_rights(struct thread *self, zx_handle_t value,
                              const struct object_type *type, zx_rights_t rights,
                              struct object **object, zx_rights_t *has) {
    struct object *found; // *object stays as it is on failure: callers look at it
    zx_status_t status = handle_get_id(self, value, 0, &found, has, NULL);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    if (unlikely(type != NULL && found->type != type)) {
        object_unref(self, found);
        return ZX_ERR_WRONG_TYPE;
    }
    if (unlikely((*has & rights) != rights)) {
        object_unref(self, found);
        return ZX_ERR_ACCESS_DENIED;
    }
    *object = found;
    return ZX_OK;
}

bool handle_is_valid(struct thread *self, zx_handle_t value) {
    uint32_t tag;
    struct handle *slot;
    return (value & ZX_HANDLE_FIXED_BITS_MASK) == ZX_HANDLE_FIXED_BITS_MASK &&
           find_slot(self->process, value, &slot, &tag) &&
           atomic_load_explicit(&slot->process, memory_order_relaxed) == self->process;
}

bool handle_is_still(handle_id id) {
    // The agreement with object_cancel: the observer must be in place before this read.
    atomic_thread_fence(memory_order_seq_cst);
    return atomic_load(&all.slots[id >> 32].tag) == (uint32_t)id;
}

zx_status_t handle_peek(struct thread *self, zx_handle_t value, const struct object_type *type,
                        zx_rights_t rights, struct object **object, handle_id *id) {
    uint32_t tag;
    struct handle *slot;
    zx_rights_t has;
    zx_status_t status = read_slot(self, value, &slot, &tag, object, &has);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    *id = id_of(slot, tag);
    zx_status_t denied = type != NULL && (*object)->type != type ? ZX_ERR_WRONG_TYPE
                         : (has & rights) != rights              ? ZX_ERR_ACCESS_DENIED
                                                                 : ZX_OK;
    if (unlikely(denied != ZX_OK)) {
        // Of another handle's object and rights nothing may be told.
        return handle_is_live(*id) ? denied : ZX_ERR_BAD_HANDLE;
    }
    return ZX_OK;
}

bool handle_is_live(handle_id id) {
    return id == HANDLE_ID_NONE ||
           atomic_load_explicit(&all.slots[id >> 32].tag, memory_order_acquire) == (uint32_t)id;
}

zx_status_t handle_lock(struct thread *self, zx_handle_t value, const struct object_type *type,
                        zx_rights_t rights, struct object **object) {
    handle_id id;
    zx_status_t status = handle_peek(self, value, type, rights, object, &id);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    struct mutex *lock = (*object)->lock;
    mutex_lock(self, lock);
    if (unlikely(!handle_is_live(id))) {
        mutex_unlock(self, lock);
        return ZX_ERR_BAD_HANDLE;
    }
    return ZX_OK;
}

zx_status_t handle_peek_signals(struct thread *self, zx_handle_t value, zx_rights_t rights,
                                zx_signals_t *signals, bool *waitable) {
    struct object *object;
    handle_id id;
    zx_status_t status = handle_peek(self, value, NULL, rights, &object, &id);
    if (likely(status == ZX_OK)) {
        *signals = object_signals(object);
        *waitable = object_is_waitable(object);
        status = handle_is_live(id) ? ZX_OK : ZX_ERR_BAD_HANDLE;
    }
    return status;
}

// --- closing ---

// Ends the handle in a slot, if it is still the one with `tag`. Only one caller succeeds.
static bool retire(struct handle *slot, uint32_t tag, struct handle_record *record) {
    record->object = atomic_load_explicit(&slot->object, memory_order_relaxed);
    record->rights = slot->rights;
    record->id = id_of(slot, tag);
    return atomic_compare_exchange_strong(&slot->tag, &tag, next_tag(tag));
}

zx_status_t handle_take(struct thread *self, zx_handle_t value,
                        zx_status_t (*keep)(void *context, struct object *object,
                                            zx_rights_t rights),
                        void *context, struct handle_record *record) {
    uint32_t tag;
    struct handle *slot;
    struct object *object;
    zx_rights_t rights;
    zx_status_t status = read_slot(self, value, &slot, &tag, &object, &rights);
    if (likely(status == ZX_OK) && keep != NULL) {
        status = keep(context, object, rights);
        if (status != ZX_OK && !handle_is_live(id_of(slot, tag))) {
            status = ZX_ERR_BAD_HANDLE;
        }
    }
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    if (!retire(slot, tag, record)) {
        return ZX_ERR_BAD_HANDLE;
    }
    handle_unreserve(self, slot);
    return ZX_OK;
}

void handle_record_close(struct thread *self, struct handle_record record) {
    object_cancel(self, record.object, record.id);
    object_drop_handle(self, record.object);
    object_unref(self, record.object);
}

void handle_record_deliver(struct thread *self, struct handle_record record, struct handle *slot) {
    object_cancel(self, record.object, record.id);
    handle_publish(slot, record.object, record.rights);
}

// --- other processes' handles ---

zx_status_t handle_insert(struct thread *self, struct process *process, struct handle_record record,
                          struct handle **slot_out, zx_handle_t *value) {
    struct handle_table *table = &process->handles;
    mutex_lock(self, &table->lock);
    if (table->free_count == 0 && !grow_locked(self, process)) {
        mutex_unlock(self, &table->lock);
        return ZX_ERR_NO_MEMORY;
    }
    struct handle *slot = pop_free_locked(table);
    mutex_unlock(self, &table->lock);
    uint32_t tag = atomic_load_explicit(&slot->tag, memory_order_relaxed);
    *value = value_of(process, index_of(slot), tag);
    *slot_out = slot;
    handle_record_deliver(self, record, slot);
    return ZX_OK;
}

void handle_withdraw(struct thread *self, struct process *process, struct handle *slot) {
    struct handle_record record;
    uint32_t tag = atomic_load(&slot->tag);
    if ((tag & LIVE) != 0 && retire(slot, tag, &record)) {
        mutex_lock(self, &process->handles.lock);
        push_free_locked(&process->handles, slot);
        mutex_unlock(self, &process->handles.lock);
        handle_record_close(self, record);
    }
}

void handle_table_clear(struct thread *self, struct process *process) {
    struct handle_table *table = &process->handles;
    for (uint32_t chunk = table->last_chunk; chunk != 0; chunk = all.chunk_next[chunk - 1]) {
        for (uint32_t i = 0; i < all.chunk_size[chunk - 1]; i++) {
            struct handle *slot = &all.slots[(chunk - 1) * HANDLE_CHUNK + i];
            uint32_t tag = atomic_load(&slot->tag);
            struct handle_record record;
            if ((tag & LIVE) != 0 && retire(slot, tag, &record)) {
                handle_record_close(self, record);
            }
        }
    }
    mutex_lock(self, &all.lock);
    while (table->last_chunk != 0) {
        uint32_t chunk = table->last_chunk - 1;
        for (uint32_t i = 0; i < all.chunk_size[chunk]; i++) {
            atomic_store(&all.slots[chunk * HANDLE_CHUNK + i].process, NULL);
        }
        table->last_chunk = all.chunk_next[chunk];
        all.budget += all.chunk_size[chunk];
        all.chunk_next[chunk] = all.spare_chunk;
        all.spare_chunk = chunk + 1;
    }
    mutex_unlock(self, &all.lock);
    table->first_free = table->last_free = table->free_count = table->owned = 0;
}

uint32_t handle_table_count(struct thread *self, struct process *process) {
    struct handle_table *table = &process->handles;
    uint32_t spare = threads_count_handles(self, process);
    mutex_lock(self, &table->lock);
    uint32_t count = table->owned - table->free_count;
    mutex_unlock(self, &table->lock);
    return count - spare;
}

void handle_table_for_each(struct thread *self, struct process *process,
                           bool (*visit)(void *context, struct object *object, zx_rights_t rights),
                           void *context) {
    struct handle_table *table = &process->handles;
    mutex_lock(self, &table->lock);
    uint32_t first = table->last_chunk;
    mutex_unlock(self, &table->lock);
    for (uint32_t chunk = first; chunk != 0; chunk = all.chunk_next[chunk - 1]) {
        for (uint32_t i = 0; i < all.chunk_size[chunk - 1]; i++) {
            struct handle *slot = &all.slots[(chunk - 1) * HANDLE_CHUNK + i];
            uint32_t tag = atomic_load(&slot->tag);
            struct object *object = atomic_load(&slot->object);
            zx_rights_t rights = slot->rights;
            if ((tag & LIVE) != 0 && atomic_load(&slot->tag) == tag &&
                !visit(context, object, rights)) {
                return;
            }
        }
    }
}

// --- new handles for programs ---

static void close_unpublished(struct thread *self, struct object *object) {
    object_drop_handle(self, object);
    object_unref(self, object);
}

zx_status_t handle_return_take(struct thread *self, user_out out, struct object *object,
                               zx_rights_t rights) {
    object_add_handle_always(object);
    return handle_return_counted_take(self, out, object, rights);
}

zx_status_t handle_return_counted_take(struct thread *self, user_out out, struct object *object,
                                       zx_rights_t rights) {
    struct handle *slot;
    zx_status_t status = handle_reserve(self, &slot);
    if (likely(status == ZX_OK)) {
        zx_handle_t value = handle_value(self, slot);
        status = copy_to_user(out, &value, sizeof(value));
        if (likely(status == ZX_OK)) {
            handle_publish(slot, object, rights);
            return ZX_OK;
        }
        handle_unreserve(self, slot);
    }
    close_unpublished(self, object);
    return status;
}

zx_status_t handle_return_two_take(struct thread *self, user_out out0, struct object *object0,
                                   zx_rights_t rights0, user_out out1, struct object *object1,
                                   zx_rights_t rights1) {
    object_add_handle_always(object0);
    object_add_handle_always(object1);
    struct handle *slot0, *slot1;
    zx_status_t status = handle_reserve(self, &slot0);
    if (likely(status == ZX_OK)) {
        status = handle_reserve(self, &slot1);
        if (likely(status == ZX_OK)) {
            zx_handle_t value0 = handle_value(self, slot0), value1 = handle_value(self, slot1);
            status = copy_to_user(out0, &value0, sizeof(value0));
            if (likely(status == ZX_OK)) {
                status = copy_to_user(out1, &value1, sizeof(value1));
            }
            if (likely(status == ZX_OK)) {
                handle_publish(slot0, object0, rights0);
                handle_publish(slot1, object1, rights1);
                return ZX_OK;
            }
            handle_unreserve(self, slot1);
        }
        handle_unreserve(self, slot0);
    }
    close_unpublished(self, object0);
    close_unpublished(self, object1);
    return status;
}
