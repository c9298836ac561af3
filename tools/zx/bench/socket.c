// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Bytes are written to a socket and read from its other end by the same thread.
#include <stdlib.h>
#include <zircon/syscalls.h>

#include "bytes.h"

struct socket_state {
    struct bench_bytes bytes;
    zx_handle_t ends[2];
};

static void *socket_set_up(size_t size, uint32_t options) {
    struct socket_state *state = bench_allocate(sizeof(*state));
    bench_bytes_begin(&state->bytes, size);
    BENCH_OK(zx_socket_create(options, &state->ends[0], &state->ends[1]));
    return state;
}

static void *stream_set_up(size_t size) {
    return socket_set_up(size, ZX_SOCKET_STREAM);
}

static void *datagram_set_up(size_t size) {
    return socket_set_up(size, ZX_SOCKET_DATAGRAM);
}

static void socket_run(void *opaque, uint64_t count) {
    struct socket_state *state = opaque;
    struct bench_bytes bytes = state->bytes;
    for (uint64_t i = 0; i < count; i++) {
        size_t written = 0, got = 0;
        bench_stamp(bytes.out, bytes.size, i);
        BENCH_OK(zx_socket_write(state->ends[0], 0, bytes.out, bytes.size, &written));
        BENCH_OK(zx_socket_read(state->ends[1], 0, bytes.in, bytes.size, &got));
        BENCH_CHECK(written == bytes.size && got == bytes.size);
        BENCH_CHECK(bench_stamped(bytes.in, bytes.size, i));
    }
    BENCH_CHECK(memcmp(bytes.in, bytes.out, bytes.size) == 0);
    BENCH_CHECK(zx_socket_read(state->ends[1], 0, bytes.in, bytes.size, NULL) ==
                ZX_ERR_SHOULD_WAIT);
}

static void socket_tear_down(void *opaque) {
    struct socket_state *state = opaque;
    BENCH_OK(zx_handle_close(state->ends[0]));
    BENCH_OK(zx_handle_close(state->ends[1]));
    bench_bytes_end(&state->bytes);
    free(state);
}

static const struct bench_side stream_sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = stream_set_up,
     .run = socket_run,
     .tear_down = socket_tear_down},
    BENCH_STREAM,
    BENCH_COPIES,
    BENCH_MEMCPY,
};

static const struct bench_side datagram_sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = datagram_set_up,
     .run = socket_run,
     .tear_down = socket_tear_down},
    BENCH_SEQPACKET,
    BENCH_COPIES,
    BENCH_MEMCPY,
};

static const struct bench_row rows[] = {
    {"socket write+read 64 B", BENCH_SCALES, 64, BENCH_SIDES(stream_sides)},
    {"socket write+read 64 KiB", BENCH_ALONE, 65536, BENCH_SIDES(stream_sides)},
    {"datagram write+read 64 B", BENCH_ALONE, 64, BENCH_SIDES(datagram_sides)},
};
const struct bench_noun bench_socket = {rows, BENCH_COUNT(rows)};
