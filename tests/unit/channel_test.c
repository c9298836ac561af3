// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/channel.h"

#include <string.h>

#include "host/clock.h"
#include "host/park.h"
#include "objects/event.h"
#include "unit.h"

enum {
    MILLISECOND = 1000000,
    ROUNDS = UNIT_IS_SANITIZED ? 2000 : 10000,
};

// --- a seam: what happens where a call would sleep ---

static void (*at_park)(struct thread *self);
static enum park_result park_result;

enum park_result __real_park(struct thread *self, zx_time_t deadline, zx_thread_state_t reason);
enum park_result __wrap_park(struct thread *self, zx_time_t deadline, zx_thread_state_t reason);
enum park_result __wrap_park(struct thread *self, zx_time_t deadline, zx_thread_state_t reason) {
    if (self != unit_self() || at_park == NULL) {
        return __real_park(self, deadline, reason);
    }
    void (*now)(struct thread *) = at_park;
    at_park = NULL;
    now(self);
    return park_result;
}

// --- a channel and its messages ---

static struct object *ends[2];
static zx_handle_t handles[2];

static void make(struct thread *self) {
    assert_int_equal(channel_new(self, &ends[0], &ends[1]), ZX_OK);
    for (int i = 0; i < 2; i++) {
        object_ref(ends[i]); // the tests' own
        handles[i] = unit_publish_take(self, ends[i], channel_type.rights);
    }
}

static void close_end(struct thread *self, int i) {
    unit_close(self, handles[i]);
    handles[i] = ZX_HANDLE_INVALID;
}

static void end(struct thread *self) {
    for (int i = 0; i < 2; i++) {
        if (handles[i] != ZX_HANDLE_INVALID) {
            close_end(self, i);
        }
        assert_int_equal(atomic_load(&ends[i]->refs), 1);
        object_unref(self, ends[i]);
    }
    assert_int_equal(unit_new("channel"), 0);
    assert_null(self->call.channel);
}

static struct message *message_of(struct thread *self, const void *bytes, uint32_t size) {
    struct message *message;
    unit_check(message_new(self, size, 0, &message) == ZX_OK);
    memcpy(message_bytes(message), bytes, size);
    return message;
}

static zx_status_t write_bytes(struct thread *self, struct object *from, const void *bytes,
                               uint32_t size) {
    return channel_write_take(self, from, HANDLE_ID_NONE, message_of(self, bytes, size));
}

static zx_status_t write_word(struct thread *self, struct object *from, uint32_t word) {
    return write_bytes(self, from, &word, sizeof(word));
}

static zx_status_t read_word(struct thread *self, struct object *at, uint32_t *word) {
    struct channel_read read = {.max_bytes = sizeof(*word)};
    struct message *message;
    struct handle *slots[ZX_CHANNEL_MAX_MSG_HANDLES];
    zx_status_t status = channel_read(self, at, HANDLE_ID_NONE, &read, &message, slots);
    if (status == ZX_OK) {
        unit_check(message->size == sizeof(*word));
        memcpy(word, message_bytes(message), sizeof(*word));
        message_free(self, message);
    }
    return status;
}

static uint32_t signals_of(int i) {
    return object_signals(ends[i]);
}

// --- writing and reading ---

static void messages_come_in_order(void **state) {
    (void)state;
    struct thread *self = unit_self();
    uint32_t word;
    make(self);
    assert_int_equal(signals_of(0), ZX_CHANNEL_WRITABLE);
    assert_int_equal(read_word(self, ends[1], &word), ZX_ERR_SHOULD_WAIT);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(write_word(self, ends[0], i), ZX_OK);
        assert_int_equal(write_word(self, ends[1], 1000 + i), ZX_OK);
    }
    assert_int_equal(signals_of(0), ZX_CHANNEL_WRITABLE | ZX_CHANNEL_READABLE);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(read_word(self, ends[1], &word), ZX_OK);
        assert_int_equal(word, i);
        assert_int_equal(read_word(self, ends[0], &word), ZX_OK);
        assert_int_equal(word, 1000 + i);
    }
    assert_int_equal(signals_of(0), ZX_CHANNEL_WRITABLE);
    assert_int_equal(read_word(self, ends[0], &word), ZX_ERR_SHOULD_WAIT);
    end(self);
}

static void what_is_unread_stays_when_the_peer_goes(void **state) {
    (void)state;
    struct thread *self = unit_self();
    uint32_t word;
    make(self);
    assert_int_equal(write_word(self, ends[0], 5), ZX_OK);
    close_end(self, 0);
    assert_int_equal(signals_of(1), ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED);
    assert_int_equal(write_word(self, ends[1], 6), ZX_ERR_PEER_CLOSED);
    assert_int_equal(read_word(self, ends[1], &word), ZX_OK);
    assert_int_equal(word, 5);
    assert_int_equal(read_word(self, ends[1], &word), ZX_ERR_PEER_CLOSED);
    assert_int_equal(signals_of(1), ZX_CHANNEL_PEER_CLOSED);
    end(self);
}

static void a_message_that_is_too_big_stays_unless_it_may_go(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct message *message;
    struct handle *slots[ZX_CHANNEL_MAX_MSG_HANDLES];
    make(self);
    assert_int_equal(write_bytes(self, ends[0], "0123456789", 10), ZX_OK);
    struct channel_read read = {.max_bytes = 9};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(channel_read(self, ends[1], HANDLE_ID_NONE, &read, &message, slots),
                         ZX_ERR_BUFFER_TOO_SMALL);
        assert_int_equal(read.bytes, 10);
        assert_int_equal(read.handles, 0);
    }
    assert_int_equal(signals_of(1) & ZX_CHANNEL_READABLE, ZX_CHANNEL_READABLE);
    read.may_discard = true;
    assert_int_equal(channel_read(self, ends[1], HANDLE_ID_NONE, &read, &message, slots),
                     ZX_ERR_BUFFER_TOO_SMALL);
    assert_int_equal(signals_of(1) & ZX_CHANNEL_READABLE, 0);
    assert_int_equal(channel_read(self, ends[1], HANDLE_ID_NONE, &read, &message, slots),
                     ZX_ERR_SHOULD_WAIT);
    end(self);
}

// A message with so many handles to new events.
static struct message *message_with_handles(struct thread *self, uint32_t count) {
    struct message *message;
    assert_int_equal(message_new(self, 0, count, &message), ZX_OK);
    for (uint32_t i = 0; i < count; i++) {
        struct object *event = event_new(self);
        object_add_handle_always(event);
        message->records[i] = (struct handle_record){event, ZX_RIGHT_WAIT, HANDLE_ID_NONE};
    }
    return message;
}

static void without_slots_the_message_stays(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct handle *slots[ZX_CHANNEL_MAX_MSG_HANDLES];
    struct message *message = message_with_handles(self, 4);
    uint32_t before;
    make(self);
    before = handle_table_count(self, self->process);
    assert_int_equal(channel_write_take(self, ends[0], HANDLE_ID_NONE, message), ZX_OK);
    struct channel_read read = {.max_handles = 4};
    for (uint32_t n = 1; n <= 4; n++) {
        self->fail_after = n;
        assert_int_equal(channel_read(self, ends[1], HANDLE_ID_NONE, &read, &message, slots),
                         ZX_ERR_NO_MEMORY);
        assert_int_equal(handle_table_count(self, self->process), before);
    }
    self->fail_after = 0;
    read.max_handles = 3;
    assert_int_equal(channel_read(self, ends[1], HANDLE_ID_NONE, &read, &message, slots),
                     ZX_ERR_BUFFER_TOO_SMALL);
    read.max_handles = 4;
    assert_int_equal(channel_read(self, ends[1], HANDLE_ID_NONE, &read, &message, slots), ZX_OK);
    for (int i = 0; i < 4; i++) {
        zx_handle_t value = handle_value(self, slots[i]);
        handle_record_deliver(self, message->records[i], slots[i]);
        unit_close(self, value);
    }
    message_free(self, message);
    end(self);
}

static void unread_handles_are_closed_with_the_end(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make(self);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(
            channel_write_take(self, ends[0], HANDLE_ID_NONE, message_with_handles(self, i)),
            ZX_OK);
    }
    assert_int_equal(unit_new("event"), 10);
    end(self);
    assert_int_equal(unit_new("event"), 0);
    // And at once where nobody can read any more.
    make(self);
    close_end(self, 1);
    assert_int_equal(
        channel_write_take(self, ends[0], HANDLE_ID_NONE, message_with_handles(self, 3)),
        ZX_ERR_PEER_CLOSED);
    assert_int_equal(unit_new("event"), 0);
    end(self);
}

static void a_dead_handle_is_refused(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct object *found;
    struct message *message;
    struct handle *slots[ZX_CHANNEL_MAX_MSG_HANDLES];
    handle_id id;
    make(self);
    assert_int_equal(write_word(self, ends[1], 1), ZX_OK);
    assert_int_equal(handle_peek(self, handles[0], &channel_type, 0, &found, &id), ZX_OK);
    object_ref(ends[0]);
    zx_handle_t second = unit_publish_take(self, ends[0], channel_type.rights);
    close_end(self, 0); // the object lives on, with its other handle
    assert_int_equal(channel_write_take(self, ends[0], id, message_with_handles(self, 2)),
                     ZX_ERR_BAD_HANDLE);
    assert_int_equal(unit_new("event"), 0);
    struct channel_read read = {.max_bytes = 4};
    assert_int_equal(channel_read(self, ends[0], id, &read, &message, slots), ZX_ERR_BAD_HANDLE);
    unit_close(self, second);
    end(self);
}

static void channels_in_channels_end_without_a_deep_stack(void **state) {
    (void)state;
    struct thread *self = unit_self();
    enum { DEPTH = 20000 };
    struct object *inner = NULL;
    for (int i = 0; i < DEPTH; i++) {
        struct object *near, *far;
        assert_int_equal(channel_new(self, &near, &far), ZX_OK);
        object_add_handle_always(near);
        object_add_handle_always(far);
        if (inner != NULL) {
            struct message *message;
            assert_int_equal(message_new(self, 0, 1, &message), ZX_OK);
            message->records[0] = (struct handle_record){inner, 0, HANDLE_ID_NONE};
            assert_int_equal(channel_write_take(self, near, HANDLE_ID_NONE, message), ZX_OK);
        }
        handle_record_close(self, (struct handle_record){near, 0, HANDLE_ID_NONE});
        inner = far; // holds all that came before
    }
    assert_int_equal(unit_new("channel"), DEPTH);
    handle_record_close(self, (struct handle_record){inner, 0, HANDLE_ID_NONE});
    assert_int_equal(unit_new("channel"), 0);
}

// --- calls ---

static zx_txid_t asked; // the id of the last question

static void answer(struct thread *self) {
    assert_int_equal(read_word(self, ends[1], &asked), ZX_OK);
    uint32_t words[2] = {asked, 99};
    assert_int_equal(write_bytes(self, ends[1], words, sizeof(words)), ZX_OK);
}

static void answer_wrongly(struct thread *self) {
    assert_int_equal(read_word(self, ends[1], &asked), ZX_OK);
    uint32_t words[2] = {asked + 1, 99};
    assert_int_equal(write_bytes(self, ends[1], words, sizeof(words)), ZX_OK);
    assert_int_equal(write_bytes(self, ends[1], &asked, 3), ZX_OK); // no room for an id
    at_park = answer;
    asked = 0;
    assert_int_equal(write_word(self, ends[0], words[0] - 1), ZX_OK); // for `answer` to read
}

static void do_nothing(struct thread *self) {
    (void)self;
}

static zx_status_t call(struct thread *self, struct message **reply) {
    uint32_t words[1] = {7};
    *reply = NULL;
    return channel_call_take(self, ends[0], message_of(self, words, sizeof(words)),
                             ZX_TIME_INFINITE, reply);
}

static void expect_answer(struct thread *self, struct message *reply) {
    uint32_t words[2];
    assert_non_null(reply);
    assert_int_equal(reply->size, sizeof(words));
    memcpy(words, message_bytes(reply), sizeof(words));
    assert_int_equal(words[0], asked);
    assert_int_equal(words[1], 99);
    message_free(self, reply);
    assert_int_equal(signals_of(0) & ZX_CHANNEL_READABLE, 0); // it was never in the queue
}

static void a_call_gets_its_answer(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct message *reply;
    make(self);
    zx_txid_t last = 0;
    for (int i = 0; i < 10; i++) {
        at_park = answer;
        park_result = PARK_WOKEN;
        assert_int_equal(call(self, &reply), ZX_OK);
        expect_answer(self, reply);
        assert_true(asked >> 31 != 0); // the kernel's half
        assert_int_not_equal(asked, last);
        last = asked;
    }
    end(self);
}

static void other_messages_are_no_answers(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct message *reply;
    struct handle *slots[ZX_CHANNEL_MAX_MSG_HANDLES];
    make(self);
    at_park = answer_wrongly;
    park_result = PARK_WOKEN;
    assert_int_equal(call(self, &reply), ZX_OK);
    assert_int_equal(reply->size, 8);
    message_free(self, reply);
    const uint32_t sizes[] = {8, 3};
    for (int i = 0; i < 2; i++) {
        struct channel_read read = {.max_bytes = 8};
        assert_int_equal(channel_read(self, ends[0], HANDLE_ID_NONE, &read, &reply, slots), ZX_OK);
        assert_int_equal(reply->size, sizes[i]);
        message_free(self, reply);
    }
    end(self);
}

// Interleaving: the deadline passes, the answer comes, the caller takes the lock.
static void an_answer_at_the_last_moment_counts(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct message *reply;
    const enum park_result results[] = {PARK_TIMED_OUT, PARK_INTERRUPTED};
    for (int i = 0; i < 2; i++) {
        make(self);
        at_park = answer;
        park_result = results[i];
        assert_int_equal(call(self, &reply), ZX_OK);
        expect_answer(self, reply);
        end(self);
    }
}

static void a_late_answer_is_a_message(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct message *reply;
    uint32_t word;
    make(self);
    at_park = do_nothing;
    park_result = PARK_TIMED_OUT;
    assert_int_equal(call(self, &reply), ZX_ERR_TIMED_OUT);
    assert_null(reply);
    assert_int_equal(read_word(self, ends[1], &asked), ZX_OK);
    assert_int_equal(write_word(self, ends[1], asked), ZX_OK);
    assert_int_equal(read_word(self, ends[0], &word), ZX_OK);
    assert_int_equal(word, asked);
    end(self);
}

static void an_interrupted_call_goes_on(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct message *reply;
    make(self);
    at_park = do_nothing;
    park_result = PARK_INTERRUPTED;
    assert_int_equal(call(self, &reply), ZX_ERR_INTERNAL_INTR_RETRY);
    // One at a time.
    struct message *other;
    assert_int_equal(call(self, &other), ZX_ERR_BAD_STATE);
    answer(self); // in the meantime
    assert_int_equal(channel_call_resume(self, ZX_TIME_INFINITE, &reply), ZX_OK);
    expect_answer(self, reply);
    assert_int_equal(channel_call_resume(self, ZX_TIME_INFINITE, &reply), ZX_ERR_BAD_STATE);
    end(self);
}

static void an_interrupted_call_can_be_dropped(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct message *reply;
    for (int answered = 0; answered < 2; answered++) {
        make(self);
        at_park = do_nothing;
        park_result = PARK_INTERRUPTED;
        assert_int_equal(call(self, &reply), ZX_ERR_INTERNAL_INTR_RETRY);
        if (answered) {
            answer(self);
        }
        channel_call_abandon(self);
        channel_call_abandon(self); // nothing is left to drop
        end(self);
    }
}

static void close_far_end(struct thread *self) {
    close_end(self, 1);
}

static void close_own_end(struct thread *self) {
    close_end(self, 0);
}

static void the_end_of_an_end_ends_calls(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct message *reply;
    park_result = PARK_WOKEN;
    make(self);
    at_park = close_far_end;
    assert_int_equal(call(self, &reply), ZX_ERR_PEER_CLOSED);
    assert_int_equal(call(self, &reply), ZX_ERR_PEER_CLOSED); // at once
    end(self);
    make(self);
    at_park = close_own_end;
    assert_int_equal(call(self, &reply), ZX_ERR_CANCELED);
    end(self);
}

static void a_deadline_ends_a_call(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct message *reply;
    make(self);
    zx_time_t deadline = clock_monotonic() + 5 * MILLISECOND;
    assert_int_equal(
        channel_call_take(self, ends[0], message_of(self, "word", 4), deadline, &reply),
        ZX_ERR_TIMED_OUT);
    assert_true(clock_monotonic() >= deadline);
    end(self);
}

// --- several threads at once ---

static void write_in_thread(struct thread *self, void *argument) {
    uint32_t who = (uint32_t)(uintptr_t)argument;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        unit_check(write_word(self, ends[0], who << 24 | i) == ZX_OK);
    }
}

static _Atomic uint32_t seen[2][ROUNDS];
static _Atomic uint32_t seen_in_all;

static void read_in_thread(struct thread *self, void *argument) {
    (void)argument;
    uint32_t next[2] = {0, 0};
    while (atomic_load(&seen_in_all) < 2 * ROUNDS) {
        uint32_t word;
        zx_status_t status = read_word(self, ends[1], &word);
        if (status == ZX_ERR_SHOULD_WAIT) {
            continue;
        }
        unit_check(status == ZX_OK);
        uint32_t who = word >> 24, number = word & 0xffffff;
        unit_check(who < 2 && number >= next[who]); // of one writer in order
        next[who] = number + 1;
        unit_check(atomic_fetch_add(&seen[who][number], 1) == 0);
        atomic_fetch_add(&seen_in_all, 1);
    }
}

static void every_message_arrives_once(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct unit_thread threads[4];
    make(self);
    for (uintptr_t i = 0; i < 2; i++) {
        unit_start(&threads[i], write_in_thread, (void *)i);
        unit_start(&threads[2 + i], read_in_thread, NULL);
    }
    for (int i = 0; i < 4; i++) {
        unit_join(&threads[i]);
    }
    assert_int_equal(signals_of(1), ZX_CHANNEL_WRITABLE);
    end(self);
}

static _Atomic uint32_t callers_left;

static void call_in_thread(struct thread *self, void *argument) {
    uint64_t random = (uintptr_t)argument + 0x9e3779b97f4a7c15;
    uint32_t answers = 0;
    for (uint32_t i = 0; i < ROUNDS / 4; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        uint32_t words[2] = {0, (uint32_t)random};
        zx_time_t deadline =
            i % 4 == 0 ? clock_monotonic() + (zx_time_t)(random % 100000) : ZX_TIME_INFINITE;
        struct message *reply;
        zx_status_t status = channel_call_take(
            self, ends[0], message_of(self, words, sizeof(words)), deadline, &reply);
        unit_check(status == ZX_OK || (status == ZX_ERR_TIMED_OUT && i % 4 == 0));
        if (status == ZX_OK) {
            memcpy(words, message_bytes(reply), sizeof(words));
            unit_check(words[1] == ~(uint32_t)random); // one's own answer
            message_free(self, reply);
            answers++;
        }
    }
    unit_check(answers >= ROUNDS / 4 - ROUNDS / 16 - 1);
    atomic_fetch_sub(&callers_left, 1);
}

static void serve_in_thread(struct thread *self, void *argument) {
    (void)argument;
    struct handle *slots[ZX_CHANNEL_MAX_MSG_HANDLES];
    while (atomic_load(&callers_left) > 0) {
        struct channel_read read = {.max_bytes = 8};
        struct message *message;
        if (channel_read(self, ends[1], HANDLE_ID_NONE, &read, &message, slots) != ZX_OK) {
            continue;
        }
        uint32_t *word = (uint32_t *)message_bytes(message) + 1;
        *word = ~*word;
        unit_check(channel_write_take(self, ends[1], HANDLE_ID_NONE, message) == ZX_OK);
    }
}

static void each_caller_gets_its_own_answer(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct unit_thread callers[3], server;
    make(self);
    atomic_store(&callers_left, 3);
    unit_start(&server, serve_in_thread, NULL);
    for (uintptr_t i = 0; i < 3; i++) {
        unit_start(&callers[i], call_in_thread, (void *)i);
    }
    for (int i = 0; i < 3; i++) {
        unit_join(&callers[i]);
    }
    unit_join(&server);
    end(self);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT_TEST(messages_come_in_order),
        UNIT_TEST(what_is_unread_stays_when_the_peer_goes),
        UNIT_TEST(a_message_that_is_too_big_stays_unless_it_may_go),
        UNIT_TEST(without_slots_the_message_stays),
        UNIT_TEST(unread_handles_are_closed_with_the_end),
        UNIT_TEST(a_dead_handle_is_refused),
        UNIT_TEST(channels_in_channels_end_without_a_deep_stack),
        UNIT_TEST(a_call_gets_its_answer),
        UNIT_TEST(other_messages_are_no_answers),
        UNIT_TEST(an_answer_at_the_last_moment_counts),
        UNIT_TEST(a_late_answer_is_a_message),
        UNIT_TEST(an_interrupted_call_goes_on),
        UNIT_TEST(an_interrupted_call_can_be_dropped),
        UNIT_TEST(the_end_of_an_end_ends_calls),
        UNIT_TEST(a_deadline_ends_a_call),
        UNIT_TEST(every_message_arrives_once),
        UNIT_TEST(each_caller_gets_its_own_answer),
    };
    return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
