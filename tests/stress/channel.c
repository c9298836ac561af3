// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Channels that all threads write to, read from, wait for, send through each other and close.
//
// A message has a number, which nobody may receive twice. Some messages carry one end of an event
// pair as a token: its sender keeps the other end. A token that the receiver got is signalled
// before it is closed, one that is lost in a closing channel is closed alone. So each sender learns
// of each of its tokens, exactly once, which of the two it was; and none stays open.
#include "stress.h"

enum {
    PAIRS = 6,
    TOKENS = 128,      // that a worker may have on the way
    NUMBERS = 1 << 22, // of messages, for each worker
    BYTES_MAX = 3000,
    HANDLES_MAX = 2, // a token and a channel
    DEPTH_MAX = 3,   // of channels in channels
};

static const zx_signals_t token_received = ZX_USER_SIGNAL_7;

static _Atomic zx_handle_t ends[PAIRS][2];
static struct once received;
static _Atomic uint64_t tokens_sent, tokens_seen, tokens_told, tokens_lost;
static uint64_t numbers[WORKERS_MAX];

static struct token { zx_handle_t handle; } tokens[WORKERS_MAX][TOKENS];

struct head {
    uint64_t number;
    uint32_t worker, size;
    uint8_t has_token, has_channel;
};

static uint8_t pattern(uint64_t number, uint32_t i) {
    return (uint8_t)(number * 31 + i);
}

static void renew(uint32_t pair, bool first_first) {
    zx_handle_t made[2];
    CHECK_OK(zx_channel_create(0, &made[0], &made[1]));
    stress_replace(&ends[pair][!first_first], made[!first_first]);
    stress_replace(&ends[pair][first_first], made[first_first]);
}

static _Atomic zx_handle_t *some_end(struct worker *worker) {
    return &ends[stress_pick(worker, PAIRS)][stress_pick(worker, 2)];
}

// --- tokens ---

enum fate { ON_THE_WAY, RECEIVED, LOST };

// What has become of a token; counts it at its end.
static enum fate settle_token(struct token *token) {
    zx_signals_t signals;
    zx_status_t status =
        AMONG(zx_object_wait_one(token->handle, ZX_EVENTPAIR_PEER_CLOSED, 0, &signals), ZX_OK,
              ZX_ERR_TIMED_OUT);
    if (status == ZX_ERR_TIMED_OUT) {
        return ON_THE_WAY;
    }
    bool told = (signals & token_received) != 0;
    atomic_fetch_add(told ? &tokens_told : &tokens_lost, 1);
    CHECK_OK(zx_handle_close(token->handle));
    token->handle = ZX_HANDLE_INVALID;
    return told ? RECEIVED : LOST;
}

static struct token *free_token(struct worker *worker) {
    struct token *token = &tokens[worker->index][stress_pick(worker, TOKENS)];
    return token->handle == ZX_HANDLE_INVALID || settle_token(token) != ON_THE_WAY ? token : NULL;
}

// --- steps ---

// Writes a message to the end that `to` gives, perhaps with a token, perhaps with an end of a
// channel that has messages of its own already. That one's other end is closed: were it shared, the
// channel could come to lie in its own queue, and nobody could ever close it.
static void write_message(struct worker *worker, zx_handle_t to, uint32_t depth) {
    uint8_t bytes[BYTES_MAX];
    zx_handle_t handles[HANDLES_MAX];
    uint32_t count = 0;
    struct head head = {.worker = worker->index,
                        .number = (uint64_t)worker->index * NUMBERS + numbers[worker->index]};
    if (numbers[worker->index] + 1 == NUMBERS) {
        return; // a very long run
    }
    numbers[worker->index]++;
    uint32_t most = stress_pick(worker, 8) == 0 ? BYTES_MAX - (uint32_t)sizeof(head) : 100;
    head.size = (uint32_t)sizeof(head) + stress_pick(worker, most);
    struct token *token = stress_pick(worker, 4) == 0 ? free_token(worker) : NULL;
    if (token != NULL) {
        CHECK_OK(zx_eventpair_create(0, &token->handle, &handles[count++]));
        head.has_token = 1;
        atomic_fetch_add(&tokens_sent, 1);
    }
    if (depth < DEPTH_MAX && stress_pick(worker, 16) == 0) {
        zx_handle_t other;
        CHECK_OK(zx_channel_create(0, &handles[count++], &other));
        for (uint32_t i = stress_pick(worker, 4); i > 0; i--) {
            write_message(worker, other, depth + 1);
        }
        CHECK_OK(zx_handle_close(other));
        head.has_channel = 1;
    }
    memcpy(bytes, &head, sizeof(head));
    for (uint32_t i = sizeof(head); i < head.size; i++) {
        bytes[i] = pattern(head.number, i);
    }
    zx_status_t status = AMONG(zx_channel_write(to, 0, bytes, head.size, handles, count), ZX_OK,
                               ZX_ERR_PEER_CLOSED, ZX_ERR_BAD_HANDLE, ZX_ERR_WRONG_TYPE);
    if (status != ZX_OK && token != NULL) {
        // A write that fails closes its handles before it returns.
        CHECK(settle_token(token) == LOST);
    }
}

static void take_message(struct worker *worker, const uint8_t *bytes, uint32_t size,
                         zx_handle_t *handles, uint32_t count) {
    struct head head;
    CHECK(size >= sizeof(head));
    memcpy(&head, bytes, sizeof(head));
    CHECK(head.size == size && head.worker < worker->count);
    CHECK(count == (uint32_t)head.has_token + head.has_channel);
    for (uint32_t i = sizeof(head); i < size; i++) {
        CHECK(bytes[i] == pattern(head.number, i));
    }
    once_add(&received, head.number, "message");
    if (head.has_token) {
        CHECK_OK(zx_object_signal_peer(handles[0], 0, token_received));
        CHECK_OK(zx_handle_close(handles[0]));
        atomic_fetch_add(&tokens_seen, 1);
    }
    if (head.has_channel) {
        zx_handle_t inner = handles[head.has_token];
        uint8_t inner_bytes[BYTES_MAX];
        zx_handle_t inner_handles[HANDLES_MAX];
        uint32_t inner_size, inner_count;
        while (stress_pick(worker, 8) > 0 && // or what is in it is lost
               AMONG(zx_channel_read(inner, 0, inner_bytes, inner_handles, BYTES_MAX, HANDLES_MAX,
                                     &inner_size, &inner_count),
                     ZX_OK, ZX_ERR_PEER_CLOSED) == ZX_OK) {
            take_message(worker, inner_bytes, inner_size, inner_handles, inner_count);
        }
        CHECK_OK(zx_handle_close(inner));
    }
}

static void read_message(struct worker *worker) {
    uint8_t bytes[BYTES_MAX];
    zx_handle_t handles[HANDLES_MAX];
    zx_handle_info_t infos[HANDLES_MAX];
    uint32_t size, count;
    zx_handle_t end = atomic_load(some_end(worker));
    uint32_t options = stress_pick(worker, 8) == 0 ? ZX_CHANNEL_READ_MAY_DISCARD : 0;
    uint32_t room = stress_pick(worker, 4) == 0 ? stress_pick(worker, BYTES_MAX) : BYTES_MAX;
    uint32_t handle_room = stress_pick(worker, 16) == 0 ? 0 : HANDLES_MAX;
    bool etc = stress_pick(worker, 2) == 0;
    zx_status_t status =
        etc ? zx_channel_read_etc(end, options, bytes, infos, room, handle_room, &size, &count)
            : zx_channel_read(end, options, bytes, handles, room, handle_room, &size, &count);
    AMONG(status, ZX_OK, ZX_ERR_SHOULD_WAIT, ZX_ERR_PEER_CLOSED, ZX_ERR_BUFFER_TOO_SMALL,
          ZX_ERR_BAD_HANDLE, ZX_ERR_WRONG_TYPE);
    if (status == ZX_ERR_BUFFER_TOO_SMALL) {
        CHECK(size > room || count > handle_room);
    } else if (status == ZX_OK) {
        for (uint32_t i = 0; etc && i < count; i++) {
            CHECK(infos[i].type == ZX_OBJ_TYPE_EVENTPAIR || infos[i].type == ZX_OBJ_TYPE_CHANNEL);
            handles[i] = infos[i].handle;
        }
        take_message(worker, bytes, size, handles, count);
    }
}

static void wait_for_message(struct worker *worker) {
    zx_signals_t seen;
    AMONG(zx_object_wait_one(atomic_load(some_end(worker)),
                             ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED, stress_deadline(worker),
                             &seen),
          ZX_OK, ZX_ERR_TIMED_OUT, ZX_ERR_CANCELED, ZX_ERR_BAD_HANDLE);
}

static void wait_for_messages(struct worker *worker) {
    zx_wait_item_t items[PAIRS];
    for (uint32_t i = 0; i < PAIRS; i++) {
        items[i] = (zx_wait_item_t){.handle = atomic_load(some_end(worker)),
                                    .waitfor = ZX_CHANNEL_READABLE};
    }
    AMONG(zx_object_wait_many(items, PAIRS, stress_deadline(worker)), ZX_OK, ZX_ERR_TIMED_OUT,
          ZX_ERR_CANCELED, ZX_ERR_BAD_HANDLE);
}

static void step(struct worker *worker) {
    uint32_t what = stress_pick(worker, 100);
    if (what < 40) {
        write_message(worker, atomic_load(some_end(worker)), 0);
    } else if (what < 90) {
        read_message(worker);
    } else if (what < 93) {
        wait_for_message(worker);
    } else if (what < 95) {
        wait_for_messages(worker);
    } else if (what < 97) {
        renew(stress_pick(worker, PAIRS), stress_pick(worker, 2) == 0);
    } else {
        (void)free_token(worker);
    }
}

// --- beginning and end ---

static void prepare(uint32_t workers) {
    once_make(&received, (uint64_t)workers * NUMBERS);
    memset(numbers, 0, sizeof(numbers));
    memset(tokens, 0, sizeof(tokens));
    tokens_sent = tokens_seen = tokens_told = tokens_lost = 0;
    for (uint32_t i = 0; i < PAIRS; i++) {
        renew(i, true);
    }
}

static void finish(uint32_t workers) {
    for (uint32_t i = 0; i < PAIRS; i++) {
        stress_replace(&ends[i][0], ZX_HANDLE_INVALID);
        stress_replace(&ends[i][1], ZX_HANDLE_INVALID);
    }
    for (uint32_t i = 0; i < workers; i++) {
        for (uint32_t j = 0; j < TOKENS; j++) {
            if (tokens[i][j].handle != ZX_HANDLE_INVALID) {
                CHECK(settle_token(&tokens[i][j]) != ON_THE_WAY); // no channel is left to hold it
            }
        }
    }
    CHECK(tokens_told == tokens_seen);
    CHECK(tokens_sent == tokens_told + tokens_lost);
    CHECK(tokens_told > 0);
    once_free(&received);
}

const struct scenario channel_scenario = {
    .name = "channel", .multiple = 1, .prepare = prepare, .step = step, .finish = finish};
