// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/handle.h"

#include <string.h>

#include "objects/channel.h"
#include "objects/event.h"
#include "objects/port.h"
#include "unit.h"

enum {
    ROUNDS = UNIT_IS_SANITIZED ? 4000 : 40000,
    INDEX_MASK = HANDLE_SLOTS - 1,
    RETURN_AFTER = HANDLE_QUEUE * HANDLE_GENERATIONS, // what handle.h promises
};

// --- a seam: what happens between the look at a slot and the reference to its object ---

bool __real_object_try_ref(struct object *object);
bool __wrap_object_try_ref(struct object *object);
static void (*meanwhile)(struct thread *self);

bool __wrap_object_try_ref(struct object *object) {
    if (meanwhile != NULL) {
        void (*now)(struct thread *) = meanwhile;
        meanwhile = NULL;
        now(unit_self());
    }
    return __real_object_try_ref(object);
}

static zx_handle_t new_event(struct thread *self) {
    struct object *event = event_new(self);
    unit_check(event != NULL);
    return unit_publish_take(self, event, event_type.rights);
}

static uint32_t word_of(struct thread *self, zx_handle_t value) {
    return (value >> 2) ^ self->process->handles.secret;
}

static uint32_t generation_of(struct thread *self, zx_handle_t value) {
    return word_of(self, value) >> HANDLE_INDEX_BITS;
}

static zx_status_t look_up(struct thread *self, zx_handle_t value) {
    struct object *object;
    zx_status_t status = handle_get(self, value, NULL, 0, &object);
    if (status == ZX_OK) {
        object_unref(self, object);
    }
    return status;
}

// --- values ---

static void a_value_has_its_parts(void **state) {
    (void)state;
    struct thread *self = unit_self();
    for (int i = 0; i < 200; i++) {
        struct handle *slot;
        assert_int_equal(handle_reserve(self, &slot), ZX_OK);
        zx_handle_t value = handle_value(self, slot);
        assert_int_equal(value & ZX_HANDLE_FIXED_BITS_MASK, ZX_HANDLE_FIXED_BITS_MASK);
        assert_int_not_equal(value, ZX_HANDLE_INVALID);
        struct object *event = event_new(self);
        object_add_handle_always(event);
        handle_publish(slot, event, ZX_RIGHT_WAIT);
        assert_int_equal(generation_of(self, value), atomic_load(&slot->tag) >> 1);
        // The slot's place is the index: the neighbour's is one more.
        uint32_t index = word_of(self, value) & INDEX_MASK;
        zx_rights_t has;
        struct object *found;
        handle_id id;
        assert_int_equal(handle_get_id(self, value, 0, &found, &has, &id), ZX_OK);
        assert_ptr_equal(found, event);
        assert_int_equal(has, ZX_RIGHT_WAIT);
        assert_int_equal(id >> 32, index);
        assert_int_equal((uint32_t)id, atomic_load(&slot->tag));
        object_unref(self, found);
        unit_close(self, value);
    }
}

static void nothing_but_the_very_value_is_the_handle(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_handle_t value = new_event(self);
    for (int bit = 0; bit < 32; bit++) {
        assert_int_equal(look_up(self, value ^ 1u << bit), ZX_ERR_BAD_HANDLE);
    }
    assert_int_equal(look_up(self, ZX_HANDLE_INVALID), ZX_ERR_BAD_HANDLE);
    assert_int_equal(look_up(self, value), ZX_OK);
    unit_close(self, value);
    assert_int_equal(look_up(self, value), ZX_ERR_BAD_HANDLE);
}

static void errors_come_in_order(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct object *object;
    zx_handle_t event = unit_publish_take(self, event_new(self), ZX_RIGHT_WAIT | ZX_RIGHT_SIGNAL);
    assert_int_equal(handle_get(self, event, &port_type, ZX_RIGHT_READ, &object),
                     ZX_ERR_WRONG_TYPE);
    assert_int_equal(handle_get(self, event, &event_type, ZX_RIGHT_READ, &object),
                     ZX_ERR_ACCESS_DENIED);
    assert_int_equal(handle_get(self, event, &event_type, ZX_RIGHT_WAIT | ZX_RIGHT_READ, &object),
                     ZX_ERR_ACCESS_DENIED);
    handle_id id;
    assert_int_equal(handle_peek(self, event, &port_type, ZX_RIGHT_READ, &object, &id),
                     ZX_ERR_WRONG_TYPE);
    assert_int_equal(handle_peek(self, event, &event_type, ZX_RIGHT_READ, &object, &id),
                     ZX_ERR_ACCESS_DENIED);
    assert_int_equal(handle_lock(self, event, &event_type, ZX_RIGHT_READ, &object),
                     ZX_ERR_ACCESS_DENIED);
    assert_int_equal(handle_lock(self, event, &event_type, ZX_RIGHT_SIGNAL, &object), ZX_OK);
    mutex_unlock(self, object->lock);
    unit_close(self, event);
    assert_int_equal(handle_lock(self, event, &event_type, ZX_RIGHT_SIGNAL, &object),
                     ZX_ERR_BAD_HANDLE);
    assert_int_equal(handle_peek(self, event, &port_type, 0, &object, &id), ZX_ERR_BAD_HANDLE);
}

static void a_closed_slot_has_the_next_generation(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_handle_t value = new_event(self);
    uint32_t index = word_of(self, value) & INDEX_MASK, generation = generation_of(self, value);
    unit_close(self, value);
    // Use handles until the slot comes again.
    for (int closes = 0;; closes++) {
        assert_true(closes < 100000);
        zx_handle_t other = new_event(self);
        bool again = (word_of(self, other) & INDEX_MASK) == index;
        if (again) {
            assert_int_equal(generation_of(self, other), (generation + 1) % HANDLE_GENERATIONS);
            assert_true(closes >= HANDLE_QUEUE);
        }
        unit_close(self, other);
        if (again) {
            break;
        }
    }
}

// --- when a value comes back ---

// For each value the number of closes at its last one, plus one. 2^30 values do not fit: a table of
// the slot's index and generation, of which only the first indices are ever used.
enum { TRACKED_SLOTS = 4096 };
static uint32_t closed_at[TRACKED_SLOTS][HANDLE_GENERATIONS];

static void track_close(struct thread *self, zx_handle_t value, uint32_t closes,
                        uint32_t *nearest) {
    uint32_t index = word_of(self, value) & INDEX_MASK;
    unit_check(index < TRACKED_SLOTS);
    uint32_t *last = &closed_at[index][generation_of(self, value)];
    if (*last != 0) {
        uint32_t distance = closes + 1 - *last;
        *nearest = distance < *nearest ? distance : *nearest;
    }
    *last = closes + 1;
}

// With so many handles open, others are opened and closed: the oldest of the open ones each time,
// or one and the same place again and again.
static void check_return(struct thread *self, uint32_t held, bool oldest) {
    zx_handle_t open[201];
    uint32_t nearest = UINT32_MAX, closes = 0;
    memset(closed_at, 0, sizeof(closed_at));
    for (uint32_t i = 0; i <= held; i++) {
        open[i] = new_event(self);
    }
    // Each slot that can be in use comes round once for each generation.
    while (closes < (held + 2 * THREAD_HANDLES_MAX) * HANDLE_GENERATIONS) {
        zx_handle_t *next = &open[oldest ? closes % (held + 1) : 0];
        track_close(self, *next, closes++, &nearest);
        unit_close(self, *next);
        *next = new_event(self);
    }
    for (uint32_t i = 0; i <= held; i++) {
        unit_close(self, open[i]);
    }
    if (nearest < RETURN_AFTER || nearest == UINT32_MAX) { // they do come back
        fail_msg("with %u open a value came back after %u closes", held, nearest);
    }
}

static void a_value_comes_back_late(void **state) {
    (void)state;
    const uint32_t held[] = {0, 1, 7, 40, 47, 200};
    for (int i = 0; i < 6; i++) {
        check_return(unit_self(), held[i], true);
        check_return(unit_self(), held[i], false);
    }
}

static struct {
    pthread_mutex_t lock;
    uint32_t closes, nearest;
    zx_handle_t board[32];
} shared = {.lock = PTHREAD_MUTEX_INITIALIZER};

// Threads that close each other's handles, so that slots wander between their queues.
static void close_others(struct thread *self, void *argument) {
    uint64_t random = (uintptr_t)argument * 0x9e3779b97f4a7c15 | 1;
    for (;;) {
        zx_handle_t value = new_event(self);
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        pthread_mutex_lock(&shared.lock);
        zx_handle_t other = shared.board[random % 32];
        shared.board[random % 32] = value;
        if (other != ZX_HANDLE_INVALID) {
            track_close(self, other, shared.closes++, &shared.nearest);
            unit_close(self, other);
        }
        bool done = shared.closes >= 4 * RETURN_AFTER;
        pthread_mutex_unlock(&shared.lock);
        if (done) {
            return;
        }
    }
}

static void a_value_comes_back_late_between_threads(void **state) {
    (void)state;
    struct thread *self = unit_self();
    memset(closed_at, 0, sizeof(closed_at));
    shared.nearest = UINT32_MAX;
    struct unit_thread threads[3];
    for (uintptr_t i = 0; i < 3; i++) {
        unit_start(&threads[i], close_others, (void *)(i + 1));
    }
    for (int i = 0; i < 3; i++) {
        unit_join(&threads[i]);
    }
    for (int i = 0; i < 32; i++) {
        if (shared.board[i] != ZX_HANDLE_INVALID) {
            unit_close(self, shared.board[i]);
        }
    }
    if (shared.nearest < RETURN_AFTER) {
        fail_msg("a value came back after %u closes", shared.nearest);
    }
}

// --- reserve, publish, unreserve ---

static void a_reserved_slot_is_no_handle_yet(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct handle *slot;
    uint32_t before = handle_table_count(self, self->process);
    assert_int_equal(handle_reserve(self, &slot), ZX_OK);
    zx_handle_t value = handle_value(self, slot);
    struct object *object;
    handle_id id;
    zx_signals_t signals;
    bool waitable;
    struct handle_record record;
    assert_int_equal(look_up(self, value), ZX_ERR_BAD_HANDLE);
    assert_int_equal(handle_peek(self, value, NULL, 0, &object, &id), ZX_ERR_BAD_HANDLE);
    assert_int_equal(handle_lock(self, value, NULL, 0, &object), ZX_ERR_BAD_HANDLE);
    assert_int_equal(handle_peek_signals(self, value, 0, &signals, &waitable), ZX_ERR_BAD_HANDLE);
    assert_int_equal(handle_take(self, value, NULL, NULL, &record), ZX_ERR_BAD_HANDLE);

    object = event_new(self);
    object_add_handle_always(object);
    handle_publish(slot, object, 0);
    assert_int_equal(look_up(self, value), ZX_OK);
    assert_int_equal(handle_table_count(self, self->process), before + 1);
    unit_close(self, value);
    assert_int_equal(handle_table_count(self, self->process), before);
}

static void what_is_not_used_goes_back(void **state) {
    (void)state;
    struct thread *self = unit_self();
    enum { MANY = 1000 };
    struct handle *slots[MANY];
    uint32_t before = handle_table_count(self, self->process);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < MANY; i++) {
            assert_int_equal(handle_reserve(self, &slots[i]), ZX_OK);
            for (int j = 0; j < i; j += 97) {
                assert_ptr_not_equal(slots[j], slots[i]);
            }
        }
        uint32_t tag = atomic_load(&slots[0]->tag);
        for (int i = 0; i < MANY; i++) {
            handle_unreserve(self, slots[i]);
        }
        assert_int_equal(atomic_load(&slots[0]->tag), tag);
    }
    assert_int_equal(handle_table_count(self, self->process), before);
    assert_true(self->process->handles.owned < 2 * MANY); // no new slots each time
}

static void a_reservation_can_be_made_to_fail(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct handle *slot;
    self->fail_after = 2;
    assert_int_equal(handle_reserve(self, &slot), ZX_OK);
    handle_unreserve(self, slot);
    assert_int_equal(handle_reserve(self, &slot), ZX_ERR_NO_MEMORY);
    assert_int_equal(handle_reserve(self, &slot), ZX_OK);
    handle_unreserve(self, slot);
}

// --- new handles for programs ---

static void a_bad_pointer_leaves_no_handle(void **state) {
    (void)state;
    struct thread *self = unit_self();
    uint32_t before = handle_table_count(self, self->process);
    char *page = unit_pages(4096);
    user_out good = {page}, bad = {page + 4096 - 2};
    assert_int_equal(handle_return_take(self, bad, event_new(self), 0), ZX_ERR_INVALID_ARGS);
    for (int i = 0; i < 3; i++) {
        struct object *end0, *end1;
        assert_int_equal(eventpair_new(self, &end0, &end1), ZX_OK);
        assert_int_equal(
            handle_return_pair_take(self, i == 1 ? good : bad, end0, i == 2 ? good : bad, end1, 0),
            ZX_ERR_INVALID_ARGS);
    }
    assert_int_equal(handle_table_count(self, self->process), before);
    assert_int_equal(unit_new("event"), 0);
    assert_int_equal(unit_new("eventpair"), 0);
    unit_unmap(page, 4096);
}

static void no_slot_leaves_no_object(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_handle_t value0 = 1, value1 = 1;
    struct object *event = event_new(self);
    self->fail_after = 1;
    assert_int_equal(handle_return_take(self, (user_out){&value0}, event, 0), ZX_ERR_NO_MEMORY);
    for (uint32_t n = 1; n <= 2; n++) {
        struct object *end0, *end1;
        assert_int_equal(eventpair_new(self, &end0, &end1), ZX_OK);
        self->fail_after = n;
        assert_int_equal(
            handle_return_pair_take(self, (user_out){&value0}, end0, (user_out){&value1}, end1, 0),
            ZX_ERR_NO_MEMORY);
    }
    assert_int_equal(value0, 1);
    assert_int_equal(value1, 1);
    assert_int_equal(unit_new("event"), 0);
    assert_int_equal(unit_new("eventpair"), 0);
}

static void a_pair_gets_two_handles(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_handle_t values[2];
    struct object *ends[2], *found;
    assert_int_equal(eventpair_new(self, &ends[0], &ends[1]), ZX_OK);
    assert_int_equal(handle_return_pair_take(self, (user_out){&values[0]}, ends[0],
                                             (user_out){&values[1]}, ends[1], ZX_RIGHT_WAIT),
                     ZX_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(handle_get(self, values[i], &eventpair_type, ZX_RIGHT_WAIT, &found),
                         ZX_OK);
        assert_ptr_equal(found, ends[i]);
        object_unref(self, found);
        unit_close(self, values[i]);
    }
}

// --- taking out ---

static zx_status_t refuse(void *context, struct object *object, zx_rights_t rights) {
    struct object **saw = context;
    *saw = object;
    return rights == ZX_RIGHT_WAIT ? ZX_ERR_ACCESS_DENIED : ZX_OK;
}

static void who_takes_is_asked_first(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct object *saw = NULL, *event = event_new(self);
    struct handle_record record;
    zx_handle_t value = unit_publish_take(self, event, ZX_RIGHT_WAIT);
    assert_int_equal(handle_take(self, value, refuse, &saw, &record), ZX_ERR_ACCESS_DENIED);
    assert_ptr_equal(saw, event);
    assert_int_equal(look_up(self, value), ZX_OK);
    assert_int_equal(handle_take(self, value ^ 1, refuse, &saw, &record), ZX_ERR_BAD_HANDLE);
    unit_close(self, value);
}

static void a_record_becomes_a_handle_again(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct object *event = event_new(self), *found;
    struct handle_record record;
    struct handle *slot;
    zx_handle_t value = unit_publish_take(self, event, ZX_RIGHT_WAIT | ZX_RIGHT_SIGNAL);
    handle_id id;
    assert_int_equal(handle_get_id(self, value, 0, &found, NULL, &id), ZX_OK);
    object_unref(self, found);
    assert_true(handle_is_still(id));
    assert_true(handle_is_live(id));
    assert_int_equal(handle_take(self, value, NULL, NULL, &record), ZX_OK);
    assert_false(handle_is_still(id));
    assert_false(handle_is_live(id));
    assert_true(handle_is_live(HANDLE_ID_NONE));
    assert_ptr_equal(record.object, event);
    assert_int_equal(record.rights, ZX_RIGHT_WAIT | ZX_RIGHT_SIGNAL);
    assert_int_equal(record.id, id);
    assert_int_equal(atomic_load(&event->handles), 1);
    assert_int_equal(look_up(self, value), ZX_ERR_BAD_HANDLE);

    assert_int_equal(handle_reserve(self, &slot), ZX_OK);
    zx_handle_t again = handle_value(self, slot);
    assert_int_not_equal(again, value);
    handle_record_deliver(self, record, slot);
    assert_int_equal(handle_get(self, again, &event_type, ZX_RIGHT_SIGNAL, &found), ZX_OK);
    assert_ptr_equal(found, event);
    object_unref(self, found);
    unit_close(self, again);
}

struct count {
    struct object *stop;
    uint32_t visits;
};

static bool visit(void *context, struct object *object, zx_rights_t rights) {
    (void)rights;
    struct count *count = context;
    count->visits++;
    return object != count->stop;
}

static void all_handles_can_be_visited(void **state) {
    (void)state;
    struct thread *self = unit_self();
    uint32_t before = handle_table_count(self, self->process);
    zx_handle_t values[300];
    for (int i = 0; i < 300; i++) {
        values[i] = new_event(self);
    }
    struct count count = {0};
    handle_table_for_each(self, self->process, visit, &count);
    assert_int_equal(count.visits, before + 300);
    assert_int_equal(handle_table_count(self, self->process), before + 300);
    struct object *object;
    assert_int_equal(handle_get(self, values[150], NULL, 0, &object), ZX_OK);
    object_unref(self, object);
    count = (struct count){.stop = object};
    handle_table_for_each(self, self->process, visit, &count);
    assert_in_range(count.visits, 1, before + 299);
    for (int i = 0; i < 300; i++) {
        unit_close(self, values[i]);
    }
}

// --- several processes ---

// `self` works for another process until it comes back.
static void move_to(struct thread *self, struct process *process) {
    handle_thread_leave(self);
    self->process = process;
}

static void secrets_differ(void **state) {
    (void)state;
    struct thread *self = unit_self();
    uint32_t secrets[9] = {self->process->handles.secret};
    for (int i = 1; i < 9; i++) {
        struct process *process = unit_process_new(self, "other");
        assert_non_null(process);
        secrets[i] = process->handles.secret;
        assert_true(secrets[i] < 1u << 30);
        for (int j = 0; j < i; j++) {
            assert_int_not_equal(secrets[i], secrets[j]);
        }
        object_unref(self, &process->object);
    }
}

static void a_handle_belongs_to_one_process(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct process *home = self->process;
    struct process *other = unit_process_new(self, "other");
    zx_handle_t value = new_event(self);
    move_to(self, other);
    // Neither the value, nor the same slot and generation under the other secret.
    assert_int_equal(look_up(self, value), ZX_ERR_BAD_HANDLE);
    uint32_t forged = (value >> 2 ^ home->handles.secret ^ other->handles.secret) << 2 | 3;
    assert_int_equal(look_up(self, forged), ZX_ERR_BAD_HANDLE);
    struct handle_record record;
    assert_int_equal(handle_take(self, forged, NULL, NULL, &record), ZX_ERR_BAD_HANDLE);
    move_to(self, home);
    assert_int_equal(look_up(self, value), ZX_OK);
    unit_close(self, value);
    object_unref(self, &other->object);
}

static void the_end_of_a_process_closes_its_handles(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct process *home = self->process;
    static zx_handle_t first[500], second[500];
    uint32_t max_index[2] = {0, 0};
    for (int life = 0; life < 2; life++) {
        struct process *other = unit_process_new(self, "other");
        zx_handle_t *values = life == 0 ? first : second;
        move_to(self, other);
        for (int i = 0; i < 500; i++) {
            // Some hold a channel, with a handle in a message's stead: a pair's two ends.
            values[i] = new_event(self);
            uint32_t index = word_of(self, values[i]) & INDEX_MASK;
            max_index[life] = index > max_index[life] ? index : max_index[life];
        }
        if (life == 1) {
            // The slots are those of the first life, but its values name none of them.
            for (int i = 0; i < 500; i++) {
                assert_int_equal(look_up(self, first[i]), ZX_ERR_BAD_HANDLE);
            }
        }
        assert_int_equal(unit_new("event"), 500);
        assert_int_equal(handle_table_count(self, other), 500);
        move_to(self, home);
        object_unref(self, &other->object);
        assert_int_equal(unit_new("event"), 0);
        assert_int_equal(unit_new("process"), 0);
    }
    assert_true(max_index[1] <= max_index[0]); // given back and used again
}

// --- a lookup and a close, step by step ---

static zx_handle_t victim, successor;
static struct object *victim_object;

static void close_victim(struct thread *self) {
    unit_close(self, victim);
}

// The cell that is freed last is the first to be used again.
static void replace_victim(struct thread *self) {
    unit_close(self, victim);
    struct object *object = event_new(self);
    assert_ptr_equal(object, victim_object);
    successor = unit_publish_take(self, object, event_type.rights);
}

static void make_victim(struct thread *self) {
    victim_object = event_new(self);
    victim = unit_publish_take(self, victim_object, event_type.rights);
    successor = ZX_HANDLE_INVALID;
}

// Interleaving: the slot is read; the handle is closed and the object dies; a reference is tried.
static void a_lookup_that_meets_a_dead_object(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make_victim(self);
    meanwhile = close_victim;
    assert_int_equal(look_up(self, victim), ZX_ERR_BAD_HANDLE);
    assert_null(meanwhile);
}

// Interleaving: the same, but another object lies in the cell by then.
static void a_lookup_that_meets_another_object(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make_victim(self);
    meanwhile = replace_victim;
    assert_int_equal(look_up(self, victim), ZX_ERR_BAD_HANDLE);
    assert_null(meanwhile);
    assert_int_equal(atomic_load(&victim_object->refs), 1);
    assert_int_equal(look_up(self, successor), ZX_OK);
    unit_close(self, successor);
}

static zx_status_t close_and_say(void *context, struct object *object, zx_rights_t rights) {
    (void)object;
    (void)rights;
    close_victim(unit_self());
    return *(zx_status_t *)context;
}

// Interleaving: who takes the handle is asked about it; somebody closes it; it is to be taken.
static void a_handle_closed_while_it_is_taken(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_status_t answers[] = {ZX_OK, ZX_ERR_ACCESS_DENIED};
    for (int i = 0; i < 2; i++) {
        struct handle_record record;
        make_victim(self);
        assert_int_equal(handle_take(self, victim, close_and_say, &answers[i], &record),
                         ZX_ERR_BAD_HANDLE);
    }
}

// --- several threads at once ---

// One thread opens and closes; others look the newest value up. What they find must be the object
// that had this very value.
static struct {
    pthread_mutex_t lock;
    zx_handle_t value;
    zx_koid_t koid;
    _Atomic bool done;
    _Atomic uint32_t hits, misses;
} newest = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void open_and_close(struct thread *self, void *argument) {
    (void)argument;
    zx_handle_t old[3] = {0};
    for (int i = 0; i < ROUNDS || atomic_load(&newest.hits) == 0; i++) {
        struct object *end0, *end1, *object;
        // The second end of a pair lies in the middle of its cell.
        unit_check(eventpair_new(self, &end0, &end1) == ZX_OK);
        object = end1;
        zx_koid_t koid = object->koid;
        unit_close(self, unit_publish_take(self, end0, 0));
        zx_handle_t value = unit_publish_take(self, object, eventpair_type.rights);
        pthread_mutex_lock(&newest.lock);
        newest.value = value;
        newest.koid = koid;
        pthread_mutex_unlock(&newest.lock);
        if (old[i % 3] != 0) {
            unit_close(self, old[i % 3]);
        }
        old[i % 3] = value;
    }
    for (int i = 0; i < 3; i++) {
        unit_close(self, old[i]);
    }
    atomic_store(&newest.done, true);
}

static void look_newest_up(struct thread *self, void *argument) {
    (void)argument;
    for (uint32_t i = 0; !atomic_load(&newest.done); i++) {
        pthread_mutex_lock(&newest.lock);
        zx_handle_t value = newest.value;
        zx_koid_t koid = newest.koid;
        pthread_mutex_unlock(&newest.lock);
        struct object *object;
        handle_id id;
        zx_status_t status;
        switch (i % 3) {
        case 0:
            status = handle_get_id(self, value, ZX_RIGHT_SIGNAL, &object, NULL, &id);
            if (status == ZX_OK) {
                unit_check(object->koid == koid);
                object_unref(self, object);
            }
            break;
        case 1:
            status = handle_lock(self, value, &eventpair_type, ZX_RIGHT_SIGNAL, &object);
            if (status == ZX_OK) {
                struct mutex *lock = object->lock;
                unit_check(object->koid == koid);
                object_update_locked(self, object, 0, ZX_USER_SIGNAL_3);
                mutex_unlock(self, lock);
            }
            break;
        default: {
            zx_signals_t signals;
            bool waitable;
            status = handle_peek_signals(self, value, ZX_RIGHT_WAIT, &signals, &waitable);
            if (status == ZX_OK) {
                unit_check(waitable);
                unit_check((signals & ~(ZX_USER_SIGNAL_3 | ZX_EVENTPAIR_PEER_CLOSED)) == 0);
            }
        }
        }
        unit_check(status == ZX_OK || status == ZX_ERR_BAD_HANDLE);
        atomic_fetch_add(status == ZX_OK ? &newest.hits : &newest.misses, 1);
    }
}

static void a_lookup_during_closes_finds_that_object_or_none(void **state) {
    (void)state;
    struct unit_thread closer, readers[3];
    for (int i = 0; i < 3; i++) {
        unit_start(&readers[i], look_newest_up, NULL);
    }
    unit_start(&closer, open_and_close, NULL);
    unit_join(&closer);
    for (int i = 0; i < 3; i++) {
        unit_join(&readers[i]);
    }
    assert_true(atomic_load(&newest.hits) > 0);
}

static struct {
    pthread_barrier_t barrier;
    zx_handle_t value;
    _Atomic uint32_t taken;
} contest;

static void take_in_contest(struct thread *self, void *argument) {
    (void)argument;
    for (int i = 0; i < ROUNDS / 40; i++) {
        if (pthread_barrier_wait(&contest.barrier) == PTHREAD_BARRIER_SERIAL_THREAD) {
            contest.value = new_event(self);
            atomic_store(&contest.taken, 0);
        }
        pthread_barrier_wait(&contest.barrier);
        struct handle_record record;
        if (handle_take(self, contest.value, NULL, NULL, &record) == ZX_OK) {
            atomic_fetch_add(&contest.taken, 1);
            handle_record_close(self, record);
        }
        pthread_barrier_wait(&contest.barrier);
        unit_check(atomic_load(&contest.taken) == 1);
    }
}

static void one_of_many_closers_wins(void **state) {
    (void)state;
    struct unit_thread threads[3];
    pthread_barrier_init(&contest.barrier, NULL, 3);
    for (int i = 0; i < 3; i++) {
        unit_start(&threads[i], take_in_contest, NULL);
    }
    for (int i = 0; i < 3; i++) {
        unit_join(&threads[i]);
    }
    pthread_barrier_destroy(&contest.barrier);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT_TEST(a_value_has_its_parts),
        UNIT_TEST(nothing_but_the_very_value_is_the_handle),
        UNIT_TEST(errors_come_in_order),
        UNIT_TEST(a_closed_slot_has_the_next_generation),
        UNIT_TEST(a_value_comes_back_late),
        UNIT_TEST(a_value_comes_back_late_between_threads),
        UNIT_TEST(a_reserved_slot_is_no_handle_yet),
        UNIT_TEST(what_is_not_used_goes_back),
        UNIT_TEST(a_reservation_can_be_made_to_fail),
        UNIT_TEST(a_bad_pointer_leaves_no_handle),
        UNIT_TEST(no_slot_leaves_no_object),
        UNIT_TEST(a_pair_gets_two_handles),
        UNIT_TEST(who_takes_is_asked_first),
        UNIT_TEST(a_record_becomes_a_handle_again),
        UNIT_TEST(all_handles_can_be_visited),
        UNIT_TEST(secrets_differ),
        UNIT_TEST(a_handle_belongs_to_one_process),
        UNIT_TEST(the_end_of_a_process_closes_its_handles),
        UNIT_TEST(a_lookup_that_meets_a_dead_object),
        UNIT_TEST(a_lookup_that_meets_another_object),
        UNIT_TEST(a_handle_closed_while_it_is_taken),
        UNIT_TEST(a_lookup_during_closes_finds_that_object_or_none),
        UNIT_TEST(one_of_many_closers_wins),
    };
    return cmocka_run_group_tests_name("handle", tests, NULL, NULL);
}
