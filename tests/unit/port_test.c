// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/port.h"

#include <string.h>

#include "host/clock.h"
#include "host/park.h"
#include "objects/channel.h"
#include "objects/event.h"
#include "unit.h"

enum {
    MILLISECOND = 1000000,
    ROUNDS = UNIT_IS_SANITIZED ? 2000 : 10000,
    KEY = 17,
};

// --- seams: code that runs at a certain point of the kernel's, once ---

typedef void (*interlude)(struct thread *self);
static interlude at_clock, at_still, at_park[4];
static enum park_result park_results[4];
static int parks, parks_planned;
static bool say_gone;
static pthread_t main_thread;

static void run_once(interlude *slot) {
    if (!pthread_equal(pthread_self(), main_thread)) {
        return;
    }
    interlude now = *slot;
    *slot = NULL;
    if (now != NULL) {
        now(unit_self());
    }
}

// Under the watched object's lock, before a packet with a timestamp is queued.
zx_time_t __real_clock_monotonic(void);
zx_time_t __wrap_clock_monotonic(void);
zx_time_t __wrap_clock_monotonic(void) {
    run_once(&at_clock);
    return __real_clock_monotonic();
}

// After a watch is in place.
bool __real_handle_is_still(handle_id id);
bool __wrap_handle_is_still(handle_id id);
bool __wrap_handle_is_still(handle_id id) {
    run_once(&at_still);
    return !say_gone && __real_handle_is_still(id);
}

// Where port_wait would sleep. Without a plan it does.
enum park_result __real_park(struct thread *self, zx_time_t deadline, zx_thread_state_t reason);
enum park_result __wrap_park(struct thread *self, zx_time_t deadline, zx_thread_state_t reason);
enum park_result __wrap_park(struct thread *self, zx_time_t deadline, zx_thread_state_t reason) {
    if (self != unit_self() || parks == parks_planned) {
        return __real_park(self, deadline, reason);
    }
    enum park_result result = park_results[parks];
    run_once(&at_park[parks++]);
    return result;
}

static void plan_parks(int count, const interlude *interludes, const enum park_result *results) {
    parks = 0;
    parks_planned = count;
    memcpy(at_park, interludes, (size_t)count * sizeof(at_park[0]));
    memcpy(park_results, results, (size_t)count * sizeof(park_results[0]));
}

// --- a port and an event ---

static struct object *port, *event;
static zx_handle_t port_handle, event_handle;
static handle_id event_id;

static handle_id id_of(struct thread *self, zx_handle_t handle) {
    struct object *found;
    handle_id id;
    assert_int_equal(handle_get_id(self, handle, 0, &found, NULL, &id), ZX_OK);
    object_unref(self, found);
    return id;
}

static void make(struct thread *self) {
    port = port_new(self, 0);
    event = event_new(self);
    assert_non_null(port);
    assert_non_null(event);
    object_ref(port); // the tests' own
    object_ref(event);
    port_handle = unit_publish_take(self, port, port_type.rights);
    event_handle = unit_publish_take(self, event, event_type.rights);
    event_id = id_of(self, event_handle);
}

static void close_port(struct thread *self) {
    unit_close(self, port_handle);
    port_handle = ZX_HANDLE_INVALID;
}

static void close_event(struct thread *self) {
    unit_close(self, event_handle);
    event_handle = ZX_HANDLE_INVALID;
}

static void end(struct thread *self) {
    if (port_handle != ZX_HANDLE_INVALID) {
        close_port(self);
    }
    if (event_handle != ZX_HANDLE_INVALID) {
        close_event(self);
    }
    assert_true(list_is_empty(&event->observers));
    // Nothing keeps them alive but the tests.
    assert_int_equal(atomic_load(&port->refs), 1);
    assert_int_equal(atomic_load(&event->refs), 1);
    object_unref(self, port);
    object_unref(self, event);
    assert_int_equal(unit_new("port_watch"), 0);
    assert_int_equal(unit_new("port_packet"), 0);
    assert_int_equal(parks, parks_planned);
}

static zx_status_t queue_user(struct thread *self, uint64_t key) {
    zx_port_packet_t packet = {.key = key, .type = 123, .status = 5, .user.u64 = {key * 3}};
    return port_queue_user(self, port, HANDLE_ID_NONE, &packet);
}

static zx_status_t read_now(struct thread *self, zx_port_packet_t *packet) {
    return port_wait(self, port, HANDLE_ID_NONE, 0, packet);
}

static void expect_empty(struct thread *self) {
    zx_port_packet_t packet;
    assert_int_equal(read_now(self, &packet), ZX_ERR_TIMED_OUT);
}

static zx_status_t watch(struct thread *self, zx_signals_t signals, bool timestamp) {
    return port_watch(self, port, event, event_id, KEY, signals, timestamp);
}

// --- the queue ---

static void packets_come_in_order(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_port_packet_t packet;
    make(self);
    expect_empty(self);
    for (uint64_t i = 0; i < 100; i++) {
        assert_int_equal(queue_user(self, i), ZX_OK);
    }
    for (uint64_t i = 0; i < 100; i++) {
        assert_int_equal(read_now(self, &packet), ZX_OK);
        assert_int_equal(packet.key, i);
        assert_int_equal(packet.type, ZX_PKT_TYPE_USER);
        assert_int_equal(packet.status, 5);
        assert_int_equal(packet.user.u64[0], i * 3);
    }
    expect_empty(self);
    end(self);
}

static void a_port_holds_so_many_user_packets(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_port_packet_t packet;
    make(self);
    for (uint64_t i = 0; i < PORT_USER_PACKETS_MAX; i++) {
        assert_int_equal(queue_user(self, i), ZX_OK);
    }
    assert_int_equal(queue_user(self, 0), ZX_ERR_SHOULD_WAIT);
    assert_int_equal(unit_new("port_packet"), PORT_USER_PACKETS_MAX);
    // The kernel's own do not count.
    object_update(self, event, 0, ZX_EVENT_SIGNALED);
    assert_int_equal(watch(self, ZX_EVENT_SIGNALED, false), ZX_OK);
    assert_int_equal(read_now(self, &packet), ZX_OK);
    assert_int_equal(queue_user(self, 1), ZX_OK);
    assert_int_equal(queue_user(self, 0), ZX_ERR_SHOULD_WAIT);
    end(self);
}

static void all_ports_together_hold_so_many(void **state) {
    (void)state;
    struct thread *self = unit_self();
    enum { PORTS = PORT_USER_PACKETS_SYSTEM / 1024 };
    struct object *ports[PORTS];
    zx_handle_t handles[PORTS];
    zx_port_packet_t packet = {.key = 1};
    for (int i = 0; i < PORTS; i++) {
        ports[i] = port_new(self, 0);
        handles[i] = unit_publish_take(self, ports[i], port_type.rights);
        for (int j = 0; j < 1024; j++) {
            assert_int_equal(port_queue_user(self, ports[i], HANDLE_ID_NONE, &packet), ZX_OK);
        }
    }
    assert_int_equal(port_queue_user(self, ports[0], HANDLE_ID_NONE, &packet), ZX_ERR_NO_MEMORY);
    assert_int_equal(port_wait(self, ports[3], HANDLE_ID_NONE, 0, &packet), ZX_OK);
    assert_int_equal(port_queue_user(self, ports[0], HANDLE_ID_NONE, &packet), ZX_OK);
    for (int i = 0; i < PORTS; i++) {
        unit_close(self, handles[i]);
    }
    assert_int_equal(unit_new("port_packet"), 0);
}

static void a_dead_handle_is_refused(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_port_packet_t packet = {.key = 1};
    struct object *found;
    handle_id id;
    make(self);
    assert_int_equal(handle_peek(self, port_handle, &port_type, 0, &found, &id), ZX_OK);
    assert_int_equal(port_queue_user(self, port, id, &packet), ZX_OK);
    close_port(self);
    assert_int_equal(port_queue_user(self, port, id, &packet), ZX_ERR_BAD_HANDLE);
    assert_int_equal(port_wait(self, port, id, ZX_TIME_INFINITE, &packet), ZX_ERR_BAD_HANDLE);
    assert_int_equal(queue_user(self, 1), ZX_ERR_BAD_HANDLE);
    assert_int_equal(watch(self, 1, false), ZX_ERR_BAD_HANDLE);
    end(self);
}

static uint32_t releases;

static void count_release(struct thread *self, struct port_packet *packet) {
    assert_int_equal(self->lock_depth, 0);
    assert_false(list_is_linked(&packet->node));
    releases++;
}

static void the_kernels_packets_are_given_back(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct port_packet ours[2];
    zx_port_packet_t packet;
    make(self);
    releases = 0;
    for (int i = 0; i < 2; i++) {
        ours[i] = (struct port_packet){.packet.key = (uint64_t)i, .release = count_release};
        list_init(&ours[i].node);
        assert_true(port_queue(self, port, &ours[i]));
        assert_true(port_queue(self, port, &ours[i])); // stays where it is
    }
    assert_true(port_unqueue(self, port, &ours[0]));
    assert_false(port_unqueue(self, port, &ours[0]));
    assert_int_equal(releases, 0);
    assert_int_equal(read_now(self, &packet), ZX_OK);
    assert_int_equal(packet.key, 1);
    assert_int_equal(releases, 1);
    expect_empty(self);
    assert_true(port_queue(self, port, &ours[0]));
    close_port(self);
    assert_int_equal(releases, 2);
    assert_false(port_queue(self, port, &ours[0]));
    end(self);
}

// --- sleeping ---

static void queue_one(struct thread *self) {
    assert_int_equal(queue_user(self, 1), ZX_OK);
}

static void queue_one_and_steal_it(struct thread *self) {
    zx_port_packet_t packet;
    assert_int_equal(queue_user(self, 2), ZX_OK);
    assert_int_equal(port_wait(self, port, HANDLE_ID_NONE, 0, &packet), ZX_OK);
}

static void queue_two_and_steal_one(struct thread *self) {
    queue_one_and_steal_it(self);
    queue_one(self);
}

static zx_status_t wait_long(struct thread *self, zx_port_packet_t *packet) {
    return port_wait(self, port, HANDLE_ID_NONE, ZX_TIME_INFINITE, packet);
}

// Interleaving: the sleeper is called for a packet, a passer-by takes it.
static void who_comes_too_late_sleeps_again(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_port_packet_t packet;
    make(self);
    plan_parks(3, (interlude[]){queue_one_and_steal_it, queue_two_and_steal_one, queue_one},
               (enum park_result[]){PARK_WOKEN, PARK_WOKEN, PARK_WOKEN});
    parks_planned = 2; // the second park's packet is there: no third
    assert_int_equal(wait_long(self, &packet), ZX_OK);
    assert_int_equal(packet.key, 1);
    expect_empty(self);
    end(self);
}

// Interleaving: a packet is queued after the deadline, before the sleeper is off the list.
static void a_packet_at_the_last_moment_counts(void **state) {
    (void)state;
    struct thread *self = unit_self();
    const enum park_result results[] = {PARK_TIMED_OUT, PARK_INTERRUPTED};
    for (int i = 0; i < 2; i++) {
        zx_port_packet_t packet;
        make(self);
        plan_parks(1, (interlude[]){queue_one}, &results[i]);
        assert_int_equal(wait_long(self, &packet), ZX_OK);
        assert_int_equal(packet.key, 1);
        end(self);
    }
}

// Interleaving: the same, but somebody else takes it.
static void a_stolen_packet_at_the_last_moment_does_not(void **state) {
    (void)state;
    struct thread *self = unit_self();
    const enum park_result results[] = {PARK_TIMED_OUT, PARK_INTERRUPTED};
    const zx_status_t expected[] = {ZX_ERR_TIMED_OUT, ZX_ERR_INTERNAL_INTR_RETRY};
    for (int i = 0; i < 2; i++) {
        zx_port_packet_t packet;
        make(self);
        plan_parks(1, (interlude[]){queue_one_and_steal_it}, &results[i]);
        assert_int_equal(wait_long(self, &packet), expected[i]);
        // The sleeper is off the list: a packet does not call a stack that is gone.
        atomic_store(&self->park, 0);
        queue_one(self);
        assert_int_equal(atomic_load(&self->park), 0);
        assert_int_equal(read_now(self, &packet), ZX_OK);
        end(self);
    }
}

static void a_wake_without_a_packet_is_nothing(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_port_packet_t packet;
    make(self);
    plan_parks(3, (interlude[]){NULL, NULL, queue_one},
               (enum park_result[]){PARK_WOKEN, PARK_WOKEN, PARK_WOKEN});
    assert_int_equal(wait_long(self, &packet), ZX_OK);
    end(self);
}

static void a_deadline_without_packets_times_out(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_port_packet_t packet;
    make(self);
    zx_time_t deadline = clock_monotonic() + 5 * MILLISECOND;
    assert_int_equal(port_wait(self, port, HANDLE_ID_NONE, deadline, &packet), ZX_ERR_TIMED_OUT);
    assert_true(clock_monotonic() >= deadline);
    // The next packet calls nobody.
    queue_one(self);
    assert_int_equal(atomic_load(&self->park), 0);
    assert_int_equal(read_now(self, &packet), ZX_OK);
    end(self);
}

struct reader {
    struct unit_thread thread;
    uint64_t key;
};

static void read_one(struct thread *self, void *argument) {
    struct reader *reader = argument;
    zx_port_packet_t packet;
    unit_check(wait_long(self, &packet) == ZX_OK);
    reader->key = packet.key;
}

static void each_packet_wakes_one_sleeper(void **state) {
    (void)state;
    struct thread *self = unit_self();
    enum { READERS = 5 };
    struct reader readers[READERS];
    make(self);
    for (int i = 0; i < READERS; i++) {
        unit_start(&readers[i].thread, read_one, &readers[i]);
        unit_wait_until_parked(&readers[i].thread);
    }
    uint64_t seen = 0;
    for (uint64_t i = 0; i < READERS; i++) {
        assert_int_equal(queue_user(self, i), ZX_OK);
    }
    for (int i = 0; i < READERS; i++) {
        unit_join(&readers[i].thread);
        seen |= UINT64_C(1) << readers[i].key;
    }
    assert_int_equal(seen, (1 << READERS) - 1);
    end(self);
}

// --- watches ---

static void a_watch_gives_one_packet(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_port_packet_t packet;
    make(self);
    assert_int_equal(watch(self, ZX_USER_SIGNAL_0 | ZX_USER_SIGNAL_1, false), ZX_OK);
    object_update(self, event, 0, ZX_USER_SIGNAL_2);
    expect_empty(self);
    object_update(self, event, 0, ZX_USER_SIGNAL_1);
    object_update(self, event, ZX_USER_SIGNAL_1, ZX_USER_SIGNAL_0);
    assert_int_equal(read_now(self, &packet), ZX_OK);
    assert_int_equal(packet.key, KEY);
    assert_int_equal(packet.type, ZX_PKT_TYPE_SIGNAL_ONE);
    assert_int_equal(packet.status, ZX_OK);
    assert_int_equal(packet.signal.trigger, ZX_USER_SIGNAL_0 | ZX_USER_SIGNAL_1);
    assert_int_equal(packet.signal.observed, ZX_USER_SIGNAL_1 | ZX_USER_SIGNAL_2);
    assert_int_equal(packet.signal.count, 1);
    assert_int_equal(packet.signal.timestamp, 0);
    expect_empty(self);
    end(self);
}

static void what_is_set_already_gives_a_packet_at_once(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_port_packet_t packet;
    make(self);
    object_update(self, event, 0, ZX_EVENT_SIGNALED);
    zx_time_t before = clock_monotonic();
    assert_int_equal(watch(self, ZX_EVENT_SIGNALED, true), ZX_OK);
    assert_int_equal(read_now(self, &packet), ZX_OK);
    assert_in_range(packet.signal.timestamp, before, clock_monotonic());
    assert_true(list_is_empty(&event->observers));
    end(self);
}

static void a_channels_packet_counts_its_messages(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct object *ends[2];
    zx_port_packet_t packet;
    make(self);
    assert_int_equal(channel_new(self, &ends[0], &ends[1]), ZX_OK);
    zx_handle_t handles[2] = {unit_publish_take(self, ends[0], channel_type.rights),
                              unit_publish_take(self, ends[1], channel_type.rights)};
    for (uint64_t i = 1; i <= 3; i++) {
        struct message *message;
        assert_int_equal(message_new(self, 1, 0, &message), ZX_OK);
        assert_int_equal(channel_write_take(self, ends[0], HANDLE_ID_NONE, message), ZX_OK);
        assert_int_equal(port_watch(self, port, ends[1], id_of(self, handles[1]), KEY,
                                    ZX_CHANNEL_READABLE, false),
                         ZX_OK);
        assert_int_equal(read_now(self, &packet), ZX_OK);
        assert_int_equal(packet.signal.count, i);
    }
    unit_close(self, handles[0]);
    unit_close(self, handles[1]);
    end(self);
}

static void objects_without_signals_cannot_be_watched(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make(self);
    assert_int_equal(port_watch(self, port, port, 1, KEY, 1, false), ZX_ERR_NOT_SUPPORTED);
    assert_int_equal(port_cancel(self, port, port, 1, KEY), ZX_ERR_NOT_SUPPORTED);
    end(self);
}

static void a_watch_needs_memory(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make(self);
    self->fail_after = 1;
    assert_int_equal(watch(self, 1, false), ZX_ERR_NO_MEMORY);
    self->fail_after = 1;
    assert_int_equal(queue_user(self, 1), ZX_ERR_NO_MEMORY);
    end(self);
}

static void closing_the_handle_ends_its_watches(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make(self);
    object_ref(event);
    zx_handle_t second = unit_publish_take(self, event, event_type.rights);
    assert_int_equal(watch(self, ZX_EVENT_SIGNALED, false), ZX_OK);
    assert_int_equal(watch(self, ZX_EVENT_SIGNALED, false), ZX_OK);
    assert_int_equal(unit_new("port_watch"), 2);
    close_event(self);
    assert_int_equal(unit_new("port_watch"), 0);
    object_update(self, event, 0, ZX_EVENT_SIGNALED);
    expect_empty(self);
    unit_close(self, second);
    end(self);
}

static void a_queued_packet_outlives_its_handle(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_port_packet_t packet;
    make(self);
    assert_int_equal(watch(self, ZX_EVENT_SIGNALED, false), ZX_OK);
    object_update(self, event, 0, ZX_EVENT_SIGNALED);
    close_event(self);
    assert_int_equal(read_now(self, &packet), ZX_OK);
    end(self);
}

static void a_cancel_takes_watches_and_packets_of_its_key(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_port_packet_t packet;
    make(self);
    object_ref(event);
    zx_handle_t second = unit_publish_take(self, event, event_type.rights);
    assert_int_equal(port_cancel(self, port, event, event_id, KEY), ZX_ERR_NOT_FOUND);
    // A user's packet of that key, a watch that waits, one that has fired; others with another key,
    // another handle.
    assert_int_equal(queue_user(self, KEY), ZX_OK);
    assert_int_equal(watch(self, ZX_USER_SIGNAL_0, false), ZX_OK);
    assert_int_equal(watch(self, ZX_USER_SIGNAL_1, false), ZX_OK);
    assert_int_equal(port_watch(self, port, event, event_id, KEY + 1, ZX_USER_SIGNAL_0, false),
                     ZX_OK);
    assert_int_equal(
        port_watch(self, port, event, id_of(self, second), KEY, ZX_USER_SIGNAL_1, false), ZX_OK);
    object_update(self, event, 0, ZX_USER_SIGNAL_1);
    assert_int_equal(port_cancel(self, port, event, event_id, KEY), ZX_OK);
    assert_int_equal(port_cancel(self, port, event, event_id, KEY), ZX_ERR_NOT_FOUND);
    object_update(self, event, 0, ZX_USER_SIGNAL_0);
    assert_int_equal(read_now(self, &packet), ZX_OK);
    assert_int_equal(packet.type, ZX_PKT_TYPE_USER);
    assert_int_equal(read_now(self, &packet), ZX_OK);
    assert_int_equal(packet.signal.trigger, ZX_USER_SIGNAL_1); // the other handle's
    assert_int_equal(read_now(self, &packet), ZX_OK);
    assert_int_equal(packet.key, KEY + 1);
    expect_empty(self);
    unit_close(self, second);
    end(self);
}

static void another_ports_watch_is_not_cancelled(void **state) {
    (void)state;
    struct thread *self = unit_self();
    zx_port_packet_t packet;
    make(self);
    struct object *other = port_new(self, 0);
    zx_handle_t other_handle = unit_publish_take(self, other, port_type.rights);
    assert_int_equal(watch(self, ZX_EVENT_SIGNALED, false), ZX_OK);
    assert_int_equal(port_cancel(self, other, event, event_id, KEY), ZX_ERR_NOT_FOUND);
    object_update(self, event, 0, ZX_EVENT_SIGNALED);
    assert_int_equal(read_now(self, &packet), ZX_OK);
    unit_close(self, other_handle);
    end(self);
}

static void the_ports_end_takes_everything_with_it(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make(self);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(queue_user(self, 1), ZX_OK);
        assert_int_equal(watch(self, ZX_USER_SIGNAL_0, false), ZX_OK);
        assert_int_equal(watch(self, ZX_USER_SIGNAL_1, false), ZX_OK);
    }
    object_update(self, event, 0, ZX_USER_SIGNAL_1);
    close_port(self);
    assert_true(list_is_empty(&event->observers));
    assert_int_equal(unit_new("port_watch"), 0);
    assert_int_equal(unit_new("port_packet"), 0);
    object_update(self, event, 0, ZX_USER_SIGNAL_0);
    end(self);
}

// --- who owns a watch: the interleavings of the head comment of port.c ---

static struct unit_thread closer;

static void close_port_in_thread(struct thread *self, void *argument) {
    (void)argument;
    close_port(self);
}

// The port's end has taken the watch off `watches` and waits for the object's lock, which the
// caller holds.
static void let_the_port_end(struct thread *self) {
    (void)self;
    unit_start(&closer, close_port_in_thread, NULL);
    unit_wait_until_contended(event->lock);
}

// Interleaving: the signal changes; port's end; the watch fires.
static void a_watch_that_fires_into_the_ports_end(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make(self);
    assert_int_equal(watch(self, ZX_EVENT_SIGNALED, true), ZX_OK);
    at_clock = let_the_port_end;
    object_update(self, event, 0, ZX_EVENT_SIGNALED);
    assert_null(at_clock);
    unit_join(&closer);
    end(self);
}

// Interleaving: a watch of signals that are set is on `watches`; port's end; it fires at once.
static void a_new_watch_that_fires_into_the_ports_end(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make(self);
    object_update(self, event, 0, ZX_EVENT_SIGNALED);
    at_clock = let_the_port_end;
    assert_int_equal(watch(self, ZX_EVENT_SIGNALED, true), ZX_OK);
    assert_null(at_clock);
    unit_join(&closer);
    end(self);
}

// Interleaving: the port is closed, its packets are gone; a second watch, which the port's end has
// not come to yet, fires.
static void signal_second(struct thread *self, void *argument) {
    object_update(self, argument, 0, ZX_EVENT_SIGNALED);
}

static void a_watch_that_fires_into_a_closed_port(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct unit_thread signaller;
    struct object *second = event_new(self);
    zx_handle_t second_handle = unit_publish_take(self, second, event_type.rights);
    make(self);
    assert_int_equal(watch(self, ZX_EVENT_SIGNALED, false), ZX_OK);
    assert_int_equal(
        port_watch(self, port, second, id_of(self, second_handle), KEY, ZX_EVENT_SIGNALED, false),
        ZX_OK);
    mutex_lock(self, event->lock);
    let_the_port_end(self);
    unit_start(&signaller, signal_second, second);
    unit_join(&signaller);
    mutex_unlock(self, event->lock);
    unit_join(&closer);
    assert_int_equal(unit_new("port_watch"), 0);
    unit_close(self, second_handle);
    end(self);
}

static struct observer *first_observer(void) {
    return list_entry(event->observers.next, struct observer, node);
}

// Interleaving: the handle's end, or port_cancel, holds the object's lock; port's end; it goes on.
static void a_cancel_that_meets_the_ports_end(void **state) {
    (void)state;
    struct thread *self = unit_self();
    for (int i = 0; i < 2; i++) {
        make(self);
        assert_int_equal(watch(self, ZX_EVENT_SIGNALED, false), ZX_OK);
        mutex_lock(self, event->lock);
        let_the_port_end(self);
        struct observer *observer = first_observer();
        if (i == 0) {
            observer->type->cancelled(self, observer);
        } else {
            assert_true(observer->type->cancel_key(self, observer, port, KEY));
        }
        mutex_unlock(self, event->lock);
        unit_join(&closer);
        end(self);
    }
}

// Interleaving: the watch is in place; the handle is closed, and the closer sees the watch.
static void a_handle_closed_as_the_watch_begins(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make(self);
    at_still = close_event;
    assert_int_equal(watch(self, ZX_EVENT_SIGNALED, false), ZX_OK);
    assert_null(at_still);
    assert_int_equal(unit_new("port_watch"), 0);
    end(self);
}

// Interleaving: the handle is closed before the watch is in place, so that the closer sees none.
static void a_handle_closed_before_the_watch_was_there(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make(self);
    say_gone = true;
    assert_int_equal(watch(self, ZX_EVENT_SIGNALED, false), ZX_OK);
    say_gone = false;
    assert_int_equal(unit_new("port_watch"), 0);
    object_update(self, event, 0, ZX_EVENT_SIGNALED);
    expect_empty(self);
    end(self);
}

// Interleaving: the packet is queued and read, hence freed, while port_watch still runs.
static void read_it(struct thread *self) {
    zx_port_packet_t packet;
    assert_int_equal(read_now(self, &packet), ZX_OK);
    assert_int_equal(unit_new("port_watch"), 0);
}

static void a_packet_read_before_the_watch_call_returns(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make(self);
    object_update(self, event, 0, ZX_EVENT_SIGNALED);
    at_still = read_it;
    assert_int_equal(watch(self, ZX_EVENT_SIGNALED, false), ZX_OK);
    assert_null(at_still);
    expect_empty(self);
    end(self);
}

// --- several threads at once ---

enum { PRODUCERS = 2, CONSUMERS = 3, TOTAL = PRODUCERS * ROUNDS };

static _Atomic uint8_t arrived[TOTAL];
static _Atomic uint32_t consumed;

static void produce(struct thread *self, void *argument) {
    uint64_t first = (uintptr_t)argument * ROUNDS;
    for (uint64_t i = 0; i < ROUNDS;) {
        zx_status_t status = queue_user(self, first + i);
        unit_check(status == ZX_OK || status == ZX_ERR_SHOULD_WAIT);
        if (status == ZX_OK) {
            i++;
        } else {
            unit_sleep(1000);
        }
    }
}

static void consume(struct thread *self, void *argument) {
    uint64_t random = (uintptr_t)argument + 0x9e3779b97f4a7c15;
    while (atomic_load(&consumed) < TOTAL) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        // No deadline, a near one, one that is not met by a working queue.
        zx_time_t deadline = random % 3 == 0 ? 0 : clock_monotonic() + (zx_time_t)(random % 200000);
        zx_port_packet_t packet;
        zx_status_t status = port_wait(self, port, HANDLE_ID_NONE, deadline, &packet);
        unit_check(status == ZX_OK || status == ZX_ERR_TIMED_OUT);
        if (status == ZX_OK) {
            unit_check(packet.key < TOTAL && packet.user.u64[0] == packet.key * 3);
            unit_check(atomic_fetch_add(&arrived[packet.key], 1) == 0);
            atomic_fetch_add(&consumed, 1);
        }
    }
}

static void every_packet_arrives_once(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct unit_thread producers[PRODUCERS], consumers[CONSUMERS];
    make(self);
    for (uintptr_t i = 0; i < CONSUMERS; i++) {
        unit_start(&consumers[i], consume, (void *)i);
    }
    for (uintptr_t i = 0; i < PRODUCERS; i++) {
        unit_start(&producers[i], produce, (void *)i);
    }
    for (int i = 0; i < PRODUCERS; i++) {
        unit_join(&producers[i]);
    }
    for (int i = 0; i < CONSUMERS; i++) {
        unit_join(&consumers[i]);
    }
    for (int i = 0; i < TOTAL; i++) {
        assert_int_equal(atomic_load(&arrived[i]), 1);
    }
    expect_empty(self);
    end(self);
}

// One round: a port and an event that several threads use, signal, cancel and close at once.
static struct {
    pthread_barrier_t barrier;
    _Atomic uint32_t fired;
} round_of;

static void spin(uint64_t *random) {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    for (uint64_t i = *random % 1000; i > 0; i--) {
        __asm__ volatile("");
    }
}

static void be_one_of_many(struct thread *self, void *argument) {
    uintptr_t role = (uintptr_t)argument;
    uint64_t random = role + 0x9e3779b97f4a7c15;
    zx_port_packet_t packet;
    for (int i = 0; i < ROUNDS / 2; i++) {
        pthread_barrier_wait(&round_of.barrier);
        spin(&random);
        switch (role) {
        case 0:
            for (int j = 0; j < 3; j++) {
                zx_status_t status =
                    port_watch(self, port, event, event_id, KEY, ZX_EVENT_SIGNALED, j == 1);
                unit_check(status == ZX_OK || status == ZX_ERR_BAD_HANDLE);
            }
            break;
        case 1:
            object_update(self, event, 0, ZX_EVENT_SIGNALED);
            object_update(self, event, ZX_EVENT_SIGNALED, 0);
            object_update(self, event, 0, ZX_EVENT_SIGNALED);
            break;
        case 2:
            while (port_wait(self, port, HANDLE_ID_NONE, 0, &packet) == ZX_OK) {
                atomic_fetch_add(&round_of.fired, 1);
                unit_check(packet.key == KEY && packet.signal.trigger == ZX_EVENT_SIGNALED);
            }
            port_cancel(self, port, event, event_id, KEY);
            break;
        default:
            if (i % 2 == 0) {
                close_event(self);
                spin(&random);
                close_port(self);
            } else {
                close_port(self);
                spin(&random);
                close_event(self);
            }
        }
        object_bury_dead(self);
        pthread_barrier_wait(&round_of.barrier);
    }
    pthread_barrier_wait(&round_of.barrier); // stay until the last round was looked at
}

static void nothing_is_left_of_any_meeting(void **state) {
    (void)state;
    struct thread *self = unit_self();
    enum { ROLES = 4 };
    struct unit_thread threads[ROLES];
    pthread_barrier_init(&round_of.barrier, NULL, ROLES + 1);
    for (uintptr_t i = 0; i < ROLES; i++) {
        unit_start(&threads[i], be_one_of_many, (void *)i);
    }
    for (int i = 0; i < ROUNDS / 2; i++) {
        make(self);
        pthread_barrier_wait(&round_of.barrier);
        pthread_barrier_wait(&round_of.barrier);
        end(self);
    }
    pthread_barrier_wait(&round_of.barrier);
    for (int i = 0; i < ROLES; i++) {
        unit_join(&threads[i]);
    }
    pthread_barrier_destroy(&round_of.barrier);
    assert_true(atomic_load(&round_of.fired) > 0);
}

int main(void) {
    main_thread = pthread_self();
    const struct CMUnitTest tests[] = {
        UNIT_TEST(packets_come_in_order),
        UNIT_TEST(a_port_holds_so_many_user_packets),
        UNIT_TEST(all_ports_together_hold_so_many),
        UNIT_TEST(a_dead_handle_is_refused),
        UNIT_TEST(the_kernels_packets_are_given_back),
        UNIT_TEST(who_comes_too_late_sleeps_again),
        UNIT_TEST(a_packet_at_the_last_moment_counts),
        UNIT_TEST(a_stolen_packet_at_the_last_moment_does_not),
        UNIT_TEST(a_wake_without_a_packet_is_nothing),
        UNIT_TEST(a_deadline_without_packets_times_out),
        UNIT_TEST(each_packet_wakes_one_sleeper),
        UNIT_TEST(a_watch_gives_one_packet),
        UNIT_TEST(what_is_set_already_gives_a_packet_at_once),
        UNIT_TEST(a_channels_packet_counts_its_messages),
        UNIT_TEST(objects_without_signals_cannot_be_watched),
        UNIT_TEST(a_watch_needs_memory),
        UNIT_TEST(closing_the_handle_ends_its_watches),
        UNIT_TEST(a_queued_packet_outlives_its_handle),
        UNIT_TEST(a_cancel_takes_watches_and_packets_of_its_key),
        UNIT_TEST(another_ports_watch_is_not_cancelled),
        UNIT_TEST(the_ports_end_takes_everything_with_it),
        UNIT_TEST(a_watch_that_fires_into_the_ports_end),
        UNIT_TEST(a_new_watch_that_fires_into_the_ports_end),
        UNIT_TEST(a_watch_that_fires_into_a_closed_port),
        UNIT_TEST(a_cancel_that_meets_the_ports_end),
        UNIT_TEST(a_handle_closed_as_the_watch_begins),
        UNIT_TEST(a_handle_closed_before_the_watch_was_there),
        UNIT_TEST(a_packet_read_before_the_watch_call_returns),
        UNIT_TEST(every_packet_arrives_once),
        UNIT_TEST(nothing_is_left_of_any_meeting),
    };
    return cmocka_run_group_tests_name("port", tests, NULL, NULL);
}
