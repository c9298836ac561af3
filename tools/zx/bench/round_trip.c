// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A thread asks, a second one answers. Both sleep while they wait.
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zircon/syscalls.h>

#include "futex.h"

enum { MESSAGE = 64 };

// The first four bytes are the transaction id, which the kernel fills in.
struct message {
    zx_txid_t id;
    uint32_t flags;
    uint64_t number;
    char rest[MESSAGE - 16];
};

// --- a call over a channel ---

struct call_state {
    zx_handle_t client, server;
    pthread_t partner;
    uint64_t answered;
};

static void *call_answer(void *opaque) {
    struct call_state *state = opaque;
    for (;;) {
        struct message message;
        uint32_t actual = 0;
        zx_signals_t observed = 0;
        BENCH_OK(zx_object_wait_one(state->server, ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED,
                                    ZX_TIME_INFINITE, &observed));
        if ((observed & ZX_CHANNEL_READABLE) == 0) {
            return NULL;
        }
        BENCH_OK(
            zx_channel_read(state->server, 0, &message, NULL, sizeof(message), 0, &actual, NULL));
        BENCH_CHECK(actual == sizeof(message));
        message.number++;
        state->answered++;
        BENCH_OK(zx_channel_write(state->server, 0, &message, sizeof(message), NULL, 0));
    }
}

static void *call_set_up(size_t size) {
    (void)size;
    struct call_state *state = bench_allocate(sizeof(*state));
    BENCH_OK(zx_channel_create(0, &state->client, &state->server));
    state->partner = bench_start_partner(call_answer, state);
    return state;
}

static void call_run(void *opaque, uint64_t count) {
    struct call_state *state = opaque;
    uint64_t before = state->answered;
    for (uint64_t i = 0; i < count; i++) {
        struct message out = {.number = i}, in = {0};
        uint32_t bytes = 0, handles = 0;
        zx_channel_call_args_t call = {
            .wr_bytes = &out,
            .rd_bytes = &in,
            .wr_num_bytes = sizeof(out),
            .rd_num_bytes = sizeof(in),
        };
        BENCH_OK(zx_channel_call(state->client, 0, ZX_TIME_INFINITE, &call, &bytes, &handles));
        BENCH_CHECK(bytes == sizeof(in) && in.number == i + 1);
    }
    BENCH_CHECK(state->answered - before == count);
}

static void call_tear_down(void *opaque) {
    struct call_state *state = opaque;
    BENCH_OK(zx_handle_close(state->client));
    bench_join_partner(state->partner);
    BENCH_OK(zx_handle_close(state->server));
    free(state);
}

// --- the same over a pair of sockets ---

struct socket_state {
    int client, server;
    pthread_t partner;
    uint64_t answered;
};

static void *socket_answer(void *opaque) {
    struct socket_state *state = opaque;
    for (;;) {
        struct message message;
        ssize_t got = read(state->server, &message, sizeof(message));
        if (got == 0) {
            return NULL;
        }
        BENCH_CHECK(got == sizeof(message));
        message.number++;
        state->answered++;
        BENCH_CHECK(write(state->server, &message, sizeof(message)) == sizeof(message));
    }
}

static void *socket_set_up(size_t size) {
    (void)size;
    struct socket_state *state = bench_allocate(sizeof(*state));
    int ends[2];
    BENCH_CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    state->client = ends[0];
    state->server = ends[1];
    state->partner = bench_start_partner(socket_answer, state);
    return state;
}

static void socket_run(void *opaque, uint64_t count) {
    struct socket_state *state = opaque;
    uint64_t before = state->answered;
    for (uint64_t i = 0; i < count; i++) {
        struct message out = {.number = i}, in = {0};
        BENCH_CHECK(write(state->client, &out, sizeof(out)) == sizeof(out));
        BENCH_CHECK(read(state->client, &in, sizeof(in)) == sizeof(in));
        BENCH_CHECK(in.number == i + 1);
    }
    BENCH_CHECK(state->answered - before == count);
}

static void socket_tear_down(void *opaque) {
    struct socket_state *state = opaque;
    close(state->client);
    bench_join_partner(state->partner);
    close(state->server);
    free(state);
}

// --- a message in shared memory, handed over by condition variables ---

enum turn { CLIENT, SERVER, OVER };

struct condvar_state {
    pthread_mutex_t lock;
    pthread_cond_t asked, answered;
    enum turn turn;
    struct message message;
    pthread_t partner;
};

static void *condvar_answer(void *opaque) {
    struct condvar_state *state = opaque;
    pthread_mutex_lock(&state->lock);
    for (;;) {
        while (state->turn == CLIENT) {
            pthread_cond_wait(&state->asked, &state->lock);
        }
        if (state->turn == OVER) {
            break;
        }
        state->message.number++;
        state->turn = CLIENT;
        pthread_cond_signal(&state->answered);
    }
    pthread_mutex_unlock(&state->lock);
    return NULL;
}

static void *condvar_set_up(size_t size) {
    (void)size;
    struct condvar_state *state = bench_allocate(sizeof(*state));
    BENCH_CHECK(pthread_mutex_init(&state->lock, NULL) == 0);
    BENCH_CHECK(pthread_cond_init(&state->asked, NULL) == 0);
    BENCH_CHECK(pthread_cond_init(&state->answered, NULL) == 0);
    state->partner = bench_start_partner(condvar_answer, state);
    return state;
}

static void condvar_run(void *opaque, uint64_t count) {
    struct condvar_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        struct message out = {.number = i}, in;
        pthread_mutex_lock(&state->lock);
        state->message = out;
        state->turn = SERVER;
        pthread_cond_signal(&state->asked);
        while (state->turn != CLIENT) {
            pthread_cond_wait(&state->answered, &state->lock);
        }
        in = state->message;
        pthread_mutex_unlock(&state->lock);
        BENCH_CHECK(in.number == i + 1);
    }
}

static void condvar_tear_down(void *opaque) {
    struct condvar_state *state = opaque;
    pthread_mutex_lock(&state->lock);
    state->turn = OVER;
    pthread_cond_signal(&state->asked);
    pthread_mutex_unlock(&state->lock);
    bench_join_partner(state->partner);
    pthread_cond_destroy(&state->asked);
    pthread_cond_destroy(&state->answered);
    pthread_mutex_destroy(&state->lock);
    free(state);
}

static const struct bench_side sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = call_set_up,
     .run = call_run,
     .tear_down = call_tear_down},
    {.name = "socketpair SEQPACKET",
     .kind = BENCH_NEIGHBOUR,
     .set_up = socket_set_up,
     .run = socket_run,
     .tear_down = socket_tear_down},
    {.name = "mutex+condvar",
     .kind = BENCH_NEIGHBOUR,
     .set_up = condvar_set_up,
     .run = condvar_run,
     .tear_down = condvar_tear_down},
    BENCH_PING_PONG,
};

static const struct bench_row rows[] = {
    {"channel call round trip 64 B", BENCH_PAIR, MESSAGE, BENCH_SIDES(sides)},
};
const struct bench_noun bench_round_trip = {rows, BENCH_COUNT(rows)};
