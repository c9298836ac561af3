// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// No wake-up is lost: pairs of threads pass a ball to and fro, each time by another means, and the
// one without it waits, mostly without a deadline, sometimes with one that passes at about the
// moment when the ball comes. A lost wake-up leaves both waiting, which the watchdog sees.
#include "stress.h"

#include <zircon/limits.h>

enum { IDLE = 5, BALL = ZX_USER_SIGNAL_3 };

enum means {
    EVENT_WAIT_ONE,
    EVENT_WAIT_MANY,
    EVENT_ASYNC,
    EVENTPAIR_WAIT_ONE,
    CHANNEL_WAIT_ONE,
    CHANNEL_WAIT_MANY,
    CHANNEL_ASYNC,
    PORT_QUEUE,
    MEANS,
};

static struct player {
    zx_handle_t event, pair, peer, channel, other_end, port;
    zx_handle_t idle[IDLE];
    uint64_t ball; // the number of the ball that it gets next
} players[WORKERS_MAX];

// Both sides know by which means a ball comes.
static enum means means_of(uint64_t ball, uint32_t pair) {
    return (enum means)(((ball + pair * 5) * 0x9e3779b97f4a7c15 >> 33) % MEANS);
}

// The highest number says that this is the last one.
static const uint64_t last_ball = UINT64_MAX;

static void pass(struct player *to, uint64_t ball, enum means means, bool last) {
    uint64_t content = last ? last_ball : ball;
    switch (means) {
    case EVENT_WAIT_ONE:
    case EVENT_WAIT_MANY:
    case EVENT_ASYNC:
        CHECK_OK(zx_object_signal(to->event, 0, last ? BALL | ZX_USER_SIGNAL_4 : BALL));
        break;
    case EVENTPAIR_WAIT_ONE:
        CHECK_OK(zx_object_signal_peer(to->peer, 0, last ? BALL | ZX_USER_SIGNAL_4 : BALL));
        break;
    case CHANNEL_WAIT_ONE:
    case CHANNEL_WAIT_MANY:
    case CHANNEL_ASYNC:
        CHECK_OK(zx_channel_write(to->other_end, 0, &content, sizeof(content), NULL, 0));
        break;
    case PORT_QUEUE:
    default: {
        zx_port_packet_t packet = {.key = content};
        CHECK_OK(zx_port_queue(to->port, &packet));
    }
    }
}

// --- waiting ---

static zx_time_t some_deadline(struct worker *worker) {
    return stress_pick(worker, 3) > 0
               ? ZX_TIME_INFINITE
               : zx_deadline_after((zx_duration_t)stress_pick(worker, 60 * MICROSECOND));
}

static void wait_one(struct worker *worker, zx_handle_t handle, zx_signals_t signals) {
    zx_signals_t seen;
    while (AMONG(zx_object_wait_one(handle, signals, some_deadline(worker), &seen), ZX_OK,
                 ZX_ERR_TIMED_OUT) != ZX_OK) {
    }
    CHECK((seen & signals) != 0);
}

static void wait_many(struct worker *worker, struct player *player, zx_handle_t handle,
                      zx_signals_t signals) {
    zx_wait_item_t items[IDLE + 1];
    uint32_t place = stress_pick(worker, IDLE + 1);
    do {
        for (uint32_t i = 0, idle = 0; i < IDLE + 1; i++) {
            items[i].handle = i == place ? handle : player->idle[idle++];
            items[i].waitfor = signals;
            items[i].pending = 0;
        }
    } while (AMONG(zx_object_wait_many(items, IDLE + 1, some_deadline(worker)), ZX_OK,
                   ZX_ERR_TIMED_OUT) != ZX_OK);
    CHECK((items[place].pending & signals) != 0);
}

static void wait_packet(struct worker *worker, zx_handle_t port, zx_port_packet_t *packet) {
    while (AMONG(zx_port_wait(port, some_deadline(worker), packet), ZX_OK, ZX_ERR_TIMED_OUT) !=
           ZX_OK) {
    }
}

static void wait_async(struct worker *worker, struct player *player, zx_handle_t handle,
                       zx_signals_t signals) {
    zx_port_packet_t packet;
    CHECK_OK(zx_object_wait_async(handle, player->port, 77, signals, ZX_WAIT_ASYNC_ONCE));
    wait_packet(worker, player->port, &packet);
    CHECK(packet.key == 77 && packet.type == ZX_PKT_TYPE_SIGNAL_ONE);
    CHECK((packet.signal.observed & signals) != 0);
}

static bool clear_signals(zx_handle_t handle) {
    zx_signals_t seen;
    CHECK_OK(zx_object_wait_one(handle, BALL, 0, &seen));
    CHECK_OK(zx_object_signal(handle, BALL, 0));
    return (seen & ZX_USER_SIGNAL_4) != 0;
}

static bool read_ball(struct player *player) {
    uint64_t content;
    CHECK_OK(zx_channel_read(player->channel, 0, &content, NULL, sizeof(content), 0, NULL, NULL));
    CHECK(content == player->ball || content == last_ball);
    return content == last_ball;
}

// Waits for the ball; tells if it is the last one.
static bool await(struct worker *worker, struct player *player) {
    zx_port_packet_t packet;
    switch (means_of(player->ball, worker->index / 2)) {
    case EVENT_WAIT_ONE:
        wait_one(worker, player->event, BALL);
        return clear_signals(player->event);
    case EVENT_WAIT_MANY:
        wait_many(worker, player, player->event, BALL);
        return clear_signals(player->event);
    case EVENT_ASYNC:
        wait_async(worker, player, player->event, BALL);
        return clear_signals(player->event);
    case EVENTPAIR_WAIT_ONE:
        wait_one(worker, player->pair, BALL);
        return clear_signals(player->pair);
    case CHANNEL_WAIT_ONE:
        wait_one(worker, player->channel, ZX_CHANNEL_READABLE);
        return read_ball(player);
    case CHANNEL_WAIT_MANY:
        wait_many(worker, player, player->channel, ZX_CHANNEL_READABLE);
        return read_ball(player);
    case CHANNEL_ASYNC:
        wait_async(worker, player, player->channel, ZX_CHANNEL_READABLE);
        return read_ball(player);
    case PORT_QUEUE:
    default:
        wait_packet(worker, player->port, &packet);
        CHECK(packet.type == ZX_PKT_TYPE_USER);
        CHECK(packet.key == player->ball || packet.key == last_ball);
        return packet.key == last_ball;
    }
}

// --- steps ---

static void step(struct worker *worker) {
    struct player *player = &players[worker->index], *other = &players[worker->index ^ 1];
    bool last = await(worker, player);
    // Who sees the end of the time first sends the last ball; who gets it sends none.
    while (!last) {
        bool over = stress_is_over();
        pass(other, player->ball + 1, means_of(player->ball + 1, worker->index / 2), over);
        player->ball += 2;
        atomic_fetch_add_explicit(&worker->steps, 1, memory_order_relaxed);
        if (over) {
            break;
        }
        last = await(worker, player);
    }
    // The other one stops too, or has.
    while (!stress_is_over()) {
        zx_nanosleep(zx_deadline_after(MILLISECOND));
    }
}

// --- beginning and end ---

static void prepare(uint32_t workers) {
    for (uint32_t i = 0; i < workers; i++) {
        struct player *player = &players[i];
        CHECK_OK(zx_event_create(0, &player->event));
        CHECK_OK(zx_eventpair_create(0, &player->pair, &player->peer));
        CHECK_OK(zx_channel_create(0, &player->channel, &player->other_end));
        CHECK_OK(zx_port_create(0, &player->port));
        for (int j = 0; j < IDLE; j++) {
            CHECK_OK(zx_event_create(0, &player->idle[j]));
        }
        player->ball = i % 2;
    }
    for (uint32_t i = 0; i < workers; i += 2) {
        pass(&players[i], 0, means_of(0, i / 2), false); // ball 0 goes to the even one
    }
}

static void finish(uint32_t workers) {
    for (uint32_t i = 0; i < workers; i++) {
        struct player *player = &players[i];
        CHECK(player->ball > 1); // it played
        zx_handle_t handles[] = {player->event,   player->pair, player->peer,
                                 player->channel, player->port, player->other_end};
        CHECK_OK(zx_handle_close_many(handles, sizeof(handles) / sizeof(handles[0])));
        CHECK_OK(zx_handle_close_many(player->idle, IDLE));
    }
}

const struct scenario wake_scenario = {
    .name = "wake", .multiple = 2, .prepare = prepare, .step = step, .finish = finish};
