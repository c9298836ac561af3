// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// An object is created and its handles are closed, so that it is gone again.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include <zircon/process.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/clock.h>
#include <zircon/syscalls/log.h>

#include "bench.h"

// Nothing lasts from one operation to the next.
static void *nothing_set_up(size_t size) {
    (void)size;
    return NULL;
}

static void nothing_tear_down(void *state) {
    (void)state;
}

#define CREATE_ONE(name, create)                                                                   \
    static void name(void *state, uint64_t count) {                                                \
        (void)state;                                                                               \
        zx_handle_t handle = ZX_HANDLE_INVALID;                                                    \
        for (uint64_t i = 0; i < count; i++) {                                                     \
            BENCH_OK(create);                                                                      \
            BENCH_OK(zx_handle_close(handle));                                                     \
        }                                                                                          \
        BENCH_CHECK(zx_handle_close(handle) == ZX_ERR_BAD_HANDLE);                                 \
    }
CREATE_ONE(event_run, zx_event_create(0, &handle))
CREATE_ONE(port_run, zx_port_create(0, &handle))
CREATE_ONE(timer_run, zx_timer_create(ZX_TIMER_SLACK_CENTER, ZX_CLOCK_MONOTONIC, &handle))
CREATE_ONE(clock_run, zx_clock_create(0, NULL, &handle))
CREATE_ONE(vmo_run, zx_vmo_create(4096, 0, &handle))
CREATE_ONE(log_run, zx_debuglog_create(ZX_HANDLE_INVALID, 0, &handle))
CREATE_ONE(pager_run, zx_pager_create(0, &handle))
CREATE_ONE(interrupt_run, zx_interrupt_create(ZX_HANDLE_INVALID, 0, ZX_INTERRUPT_VIRTUAL, &handle))
CREATE_ONE(job_run, zx_job_create(zx_job_default(), 0, &handle))
CREATE_ONE(thread_run, zx_thread_create(zx_process_self(), "bench", 5, 0, &handle))

#define CREATE_TWO(name, create)                                                                   \
    static void name(void *state, uint64_t count) {                                                \
        (void)state;                                                                               \
        zx_handle_t ends[2] = {ZX_HANDLE_INVALID, ZX_HANDLE_INVALID};                              \
        for (uint64_t i = 0; i < count; i++) {                                                     \
            BENCH_OK(create);                                                                      \
            BENCH_OK(zx_handle_close(ends[0]));                                                    \
            BENCH_OK(zx_handle_close(ends[1]));                                                    \
        }                                                                                          \
        BENCH_CHECK(zx_handle_close(ends[1]) == ZX_ERR_BAD_HANDLE);                                \
    }
CREATE_TWO(eventpair_run, zx_eventpair_create(0, &ends[0], &ends[1]))
CREATE_TWO(channel_run, zx_channel_create(0, &ends[0], &ends[1]))
CREATE_TWO(socket_run, zx_socket_create(ZX_SOCKET_STREAM, &ends[0], &ends[1]))
CREATE_TWO(fifo_run, zx_fifo_create(64, 16, 0, &ends[0], &ends[1]))
CREATE_TWO(process_run, zx_process_create(zx_job_default(), "bench", 5, 0, &ends[0], &ends[1]))

#define OPEN_ONE(name, open)                                                                       \
    static void name(void *state, uint64_t count) {                                                \
        (void)state;                                                                               \
        for (uint64_t i = 0; i < count; i++) {                                                     \
            int file = open;                                                                       \
            BENCH_CHECK(file >= 0);                                                                \
            BENCH_CHECK(close(file) == 0);                                                         \
        }                                                                                          \
    }
OPEN_ONE(eventfd_run, eventfd(0, EFD_CLOEXEC))
OPEN_ONE(epoll_run, epoll_create1(EPOLL_CLOEXEC))
OPEN_ONE(timerfd_run, timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC))
OPEN_ONE(memfd_run, memfd_create("bench", MFD_CLOEXEC))
OPEN_ONE(null_run, open("/dev/null", O_WRONLY | O_CLOEXEC))

#define OPEN_TWO(name, open)                                                                       \
    static void name(void *state, uint64_t count) {                                                \
        (void)state;                                                                               \
        for (uint64_t i = 0; i < count; i++) {                                                     \
            int ends[2];                                                                           \
            BENCH_CHECK(open == 0);                                                                \
            BENCH_CHECK(close(ends[0]) == 0);                                                      \
            BENCH_CHECK(close(ends[1]) == 0);                                                      \
        }                                                                                          \
    }
OPEN_TWO(socketpair_run, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
OPEN_TWO(stream_run, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
OPEN_TWO(pipe_run, pipe2(ends, O_CLOEXEC))

// An object is memory; 128 bytes is about the size of a small one.
static void malloc_run(void *state, uint64_t count) {
    (void)state;
    for (uint64_t i = 0; i < count; i++) {
        void *memory = malloc(128);
        BENCH_CHECK(memory != NULL);
        bench_use(memory);
        free(memory);
    }
}

#define SIDE(title, kind_, function)                                                               \
    {                                                                                              \
        .name = title, .kind = kind_, .set_up = nothing_set_up, .run = function,                   \
        .tear_down = nothing_tear_down                                                             \
    }
#define OURS(function) SIDE("libzircon", BENCH_OURS, function)
#define FLOOR SIDE("malloc+free 128 B", BENCH_FLOOR, malloc_run)

static const struct bench_side event_sides[] = {
    OURS(event_run), SIDE("eventfd", BENCH_NEIGHBOUR, eventfd_run), FLOOR};
static const struct bench_side eventpair_sides[] = {OURS(eventpair_run),
                                                    SIDE("pipe", BENCH_NEIGHBOUR, pipe_run), FLOOR};
static const struct bench_side channel_sides[] = {
    OURS(channel_run), SIDE("socketpair SEQPACKET", BENCH_NEIGHBOUR, socketpair_run), FLOOR};
static const struct bench_side socket_sides[] = {
    OURS(socket_run), SIDE("socketpair STREAM", BENCH_NEIGHBOUR, stream_run), FLOOR};
static const struct bench_side fifo_sides[] = {OURS(fifo_run),
                                               SIDE("pipe", BENCH_NEIGHBOUR, pipe_run), FLOOR};
static const struct bench_side timer_sides[] = {
    OURS(timer_run), SIDE("timerfd", BENCH_NEIGHBOUR, timerfd_run), FLOOR};
static const struct bench_side clock_sides[] = {OURS(clock_run), FLOOR};
static const struct bench_side port_sides[] = {
    OURS(port_run), SIDE("epoll_create", BENCH_NEIGHBOUR, epoll_run), FLOOR};
static const struct bench_side vmo_sides[] = {
    OURS(vmo_run), SIDE("memfd_create+close", BENCH_NEIGHBOUR, memfd_run), FLOOR};
static const struct bench_side log_sides[] = {
    OURS(log_run), SIDE("open of /dev/null", BENCH_NEIGHBOUR, null_run), FLOOR};
static const struct bench_side pager_sides[] = {OURS(pager_run), FLOOR};
static const struct bench_side interrupt_sides[] = {
    OURS(interrupt_run), SIDE("eventfd", BENCH_NEIGHBOUR, eventfd_run), FLOOR};
static const struct bench_side job_sides[] = {OURS(job_run), FLOOR};
static const struct bench_side process_sides[] = {OURS(process_run), FLOOR};
static const struct bench_side thread_sides[] = {OURS(thread_run), FLOOR};

static const struct bench_row rows[] = {
    {"event create+close", BENCH_ALONE, 0, BENCH_SIDES(event_sides)},
    {"eventpair create+close", BENCH_ALONE, 0, BENCH_SIDES(eventpair_sides)},
    {"channel create+close", BENCH_ALONE, 0, BENCH_SIDES(channel_sides)},
    {"socket create+close", BENCH_ALONE, 0, BENCH_SIDES(socket_sides)},
    {"fifo create+close", BENCH_ALONE, 0, BENCH_SIDES(fifo_sides)},
    {"timer create+close", BENCH_ALONE, 0, BENCH_SIDES(timer_sides)},
    {"clock create+close", BENCH_ALONE, 0, BENCH_SIDES(clock_sides)},
    {"port create+close", BENCH_ALONE, 0, BENCH_SIDES(port_sides)},
    {"vmo create+close", BENCH_ALONE, 0, BENCH_SIDES(vmo_sides)},
    {"debuglog create+close", BENCH_ALONE, 0, BENCH_SIDES(log_sides)},
    {"pager create+close", BENCH_ALONE, 0, BENCH_SIDES(pager_sides)},
    {"interrupt create+close", BENCH_ALONE, 0, BENCH_SIDES(interrupt_sides)},
    {"job create+close", BENCH_ALONE, 0, BENCH_SIDES(job_sides)},
    {"process create+close", BENCH_ALONE, 0, BENCH_SIDES(process_sides)},
    {"thread create+close", BENCH_ALONE, 0, BENCH_SIDES(thread_sides)},
};
const struct bench_noun bench_create = {rows, BENCH_COUNT(rows)};
