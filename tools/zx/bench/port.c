// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A packet is queued on a port and taken off by the same thread.
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/port.h>

#include "bench.h"

static void *port_set_up(size_t size) {
    (void)size;
    zx_handle_t *port = bench_allocate(sizeof(*port));
    BENCH_OK(zx_port_create(0, port));
    return port;
}

static void port_run(void *opaque, uint64_t count) {
    zx_handle_t port = *(zx_handle_t *)opaque;
    zx_port_packet_t out = {.type = ZX_PKT_TYPE_USER}, in = {0};
    for (uint64_t i = 0; i < count; i++) {
        out.key = i;
        out.user.u64[3] = ~i;
        BENCH_OK(zx_port_queue(port, &out));
        BENCH_OK(zx_port_wait(port, ZX_TIME_INFINITE, &in));
        BENCH_CHECK(in.key == i && in.user.u64[3] == ~i);
    }
    BENCH_CHECK(zx_port_wait(port, 0, &in) == ZX_ERR_TIMED_OUT);
}

static void port_tear_down(void *opaque) {
    BENCH_OK(zx_handle_close(*(zx_handle_t *)opaque));
    free(opaque);
}

struct epoll_state {
    int event, epoll;
};

static void *epoll_set_up(size_t size) {
    (void)size;
    struct epoll_state *state = bench_allocate(sizeof(*state));
    state->event = eventfd(0, EFD_CLOEXEC);
    state->epoll = epoll_create1(EPOLL_CLOEXEC);
    BENCH_CHECK(state->event >= 0 && state->epoll >= 0);
    struct epoll_event wanted = {.events = EPOLLIN, .data.u64 = 7};
    BENCH_CHECK(epoll_ctl(state->epoll, EPOLL_CTL_ADD, state->event, &wanted) == 0);
    return state;
}

static void epoll_run(void *opaque, uint64_t count) {
    struct epoll_state *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t value = i + 1, got = 0;
        struct epoll_event event = {0};
        BENCH_CHECK(write(state->event, &value, sizeof(value)) == sizeof(value));
        BENCH_CHECK(epoll_wait(state->epoll, &event, 1, -1) == 1);
        BENCH_CHECK(event.data.u64 == 7);
        BENCH_CHECK(read(state->event, &got, sizeof(got)) == sizeof(got));
        BENCH_CHECK(got == value);
    }
}

static void epoll_tear_down(void *opaque) {
    struct epoll_state *state = opaque;
    close(state->event);
    close(state->epoll);
    free(state);
}

// A queue of packets in an array: what a program whose packets are all alike would write.
enum { RING = 16 };

struct ring {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    uint32_t first, end;
    zx_port_packet_t packets[RING];
};

static void *ring_set_up(size_t size) {
    (void)size;
    struct ring *ring = bench_allocate(sizeof(*ring));
    BENCH_CHECK(pthread_mutex_init(&ring->lock, NULL) == 0);
    BENCH_CHECK(pthread_cond_init(&ring->filled, NULL) == 0);
    return ring;
}

static void ring_run(void *opaque, uint64_t count) {
    struct ring *ring = opaque;
    zx_port_packet_t out = {.type = ZX_PKT_TYPE_USER}, in = {0};
    for (uint64_t i = 0; i < count; i++) {
        out.key = i;
        out.user.u64[3] = ~i;
        pthread_mutex_lock(&ring->lock);
        ring->packets[ring->end++ % RING] = out;
        pthread_cond_signal(&ring->filled);
        pthread_mutex_unlock(&ring->lock);

        pthread_mutex_lock(&ring->lock);
        while (ring->first == ring->end) {
            pthread_cond_wait(&ring->filled, &ring->lock);
        }
        in = ring->packets[ring->first++ % RING];
        pthread_mutex_unlock(&ring->lock);
        BENCH_CHECK(in.key == i && in.user.u64[3] == ~i);
    }
    BENCH_CHECK(ring->first == ring->end);
}

static void ring_tear_down(void *opaque) {
    struct ring *ring = opaque;
    pthread_cond_destroy(&ring->filled);
    pthread_mutex_destroy(&ring->lock);
    free(ring);
}

static void *packet_set_up(size_t size) {
    (void)size;
    return bench_allocate(sizeof(zx_port_packet_t));
}

static void packet_run(void *opaque, uint64_t count) {
    zx_port_packet_t *kept = opaque;
    zx_port_packet_t out = {.type = ZX_PKT_TYPE_USER}, in = {0};
    for (uint64_t i = 0; i < count; i++) {
        out.key = i;
        out.user.u64[3] = ~i;
        bench_use(&out);
        memcpy(kept, &out, sizeof(out));
        bench_use(kept);
        memcpy(&in, kept, sizeof(in));
        bench_use(&in);
        BENCH_CHECK(in.key == i && in.user.u64[3] == ~i);
    }
}

static const struct bench_side sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = port_set_up,
     .run = port_run,
     .tear_down = port_tear_down},
    {.name = "eventfd+epoll_wait+read",
     .kind = BENCH_NEIGHBOUR,
     .set_up = epoll_set_up,
     .run = epoll_run,
     .tear_down = epoll_tear_down},
    {.name = "mutex+condvar ring",
     .kind = BENCH_NEIGHBOUR,
     .set_up = ring_set_up,
     .run = ring_run,
     .tear_down = ring_tear_down},
    {.name = "two copies of a packet",
     .kind = BENCH_FLOOR,
     .set_up = packet_set_up,
     .run = packet_run,
     .tear_down = free},
};

static const struct bench_row rows[] = {
    {"port queue+wait", BENCH_SCALES, 0, BENCH_SIDES(sides)},
};
const struct bench_noun bench_port = {rows, BENCH_COUNT(rows)};
