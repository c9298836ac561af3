// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// This file is copied byte for byte into another process: no call of a function by its name, no
// variable, no constant that would be kept in memory.
#include "loaded_code.h"

#include <zircon/errors.h>

#define LOADED __attribute__((section("loaded_code")))

// The first four bytes are a call's number.
struct message {
    uint64_t words[LOADED_MESSAGE / 8];
};

static inline __attribute__((always_inline)) uint64_t null_calls(const struct loaded_calls *calls,
                                                                 uint64_t count) {
    uint64_t done = 0;
    for (uint64_t i = 0; i < count; i++) {
        done += calls->syscall_test_0() == ZX_OK;
    }
    return done;
}

static inline __attribute__((always_inline)) uint64_t
write_read(const struct loaded_calls *calls, const zx_handle_t *ends, uint64_t count) {
    struct message message = {{0}};
    uint64_t done = 0;
    for (uint64_t i = 0; i < count; i++) {
        message.words[1] = i;
        uint32_t bytes = 0;
        zx_status_t status =
            calls->channel_write(ends[0], 0, &message, sizeof(message), (void *)0, 0);
        message.words[1] = ~(uint64_t)0;
        status |= calls->channel_read(ends[1], 0, &message, (void *)0, sizeof(message), 0, &bytes,
                                      (void *)0);
        done += status == ZX_OK && bytes == sizeof(message) && message.words[1] == i;
    }
    return done;
}

static inline __attribute__((always_inline)) uint64_t round_trips(const struct loaded_calls *calls,
                                                                  zx_handle_t end, uint64_t count) {
    struct message out = {{0}}, in = {{0}};
    uint64_t done = 0;
    for (uint64_t i = 0; i < count; i++) {
        out.words[1] = i;
        zx_channel_call_args_t call;
        call.wr_bytes = &out;
        call.wr_handles = (void *)0;
        call.rd_bytes = &in;
        call.rd_handles = (void *)0;
        call.wr_num_bytes = sizeof(out);
        call.wr_num_handles = 0;
        call.rd_num_bytes = sizeof(in);
        call.rd_num_handles = 0;
        uint32_t bytes = 0, handles = 0;
        zx_status_t status = calls->channel_call(end, 0, ZX_TIME_INFINITE, &call, &bytes, &handles);
        done += status == ZX_OK && bytes == sizeof(in) && in.words[1] == i + 1;
    }
    return done;
}

static inline __attribute__((always_inline)) uint64_t threads(const struct loaded_calls *calls,
                                                              zx_handle_t process, uint64_t count) {
    uint64_t done = 0;
    for (uint64_t i = 0; i < count; i++) {
        zx_handle_t thread = ZX_HANDLE_INVALID;
        char name = 't';
        zx_status_t status = calls->thread_create(process, &name, 1, 0, &thread);
        status |= calls->thread_start(thread, calls->thread, (uintptr_t)calls + LOADED_STACK,
                                      (uintptr_t)calls, 0);
        status |= calls->object_wait_one(thread, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, (void *)0);
        status |= calls->handle_close(thread);
        done += status == ZX_OK;
    }
    return done;
}

LOADED void loaded_main(zx_handle_t channel, const struct loaded_calls *calls) {
    zx_handle_t kept[LOADED_HANDLES], got[LOADED_HANDLES];
    kept[0] = kept[1] = ZX_HANDLE_INVALID;
    for (;;) {
        struct loaded_request request;
        uint32_t size, handles = 0;
        zx_status_t status = calls->channel_read(channel, 0, &request, got, sizeof(request),
                                                 LOADED_HANDLES, &size, &handles);
        if (status == ZX_ERR_SHOULD_WAIT) {
            status = calls->object_wait_one(channel, ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED,
                                            ZX_TIME_INFINITE, (void *)0);
            if (status == ZX_OK) {
                continue;
            }
        }
        if (status != ZX_OK) {
            calls->process_exit(status);
        }
        uint64_t done = 0;
        if (request.work == LOADED_NULL_CALL) {
            done = null_calls(calls, request.count);
        } else if (request.work == LOADED_WRITE_READ) {
            done = write_read(calls, kept, request.count);
        } else if (request.work == LOADED_CALL) {
            done = round_trips(calls, kept[0], request.count);
        } else if (request.work == LOADED_THREADS) {
            done = threads(calls, kept[0], request.count);
        } else if (request.work == LOADED_SET_GS) {
            done = calls->object_set_property(got[0], ZX_PROP_REGISTER_GS, &request.value,
                                              sizeof(request.value)) == ZX_OK;
            calls->handle_close(got[0]);
        } else {
            kept[0] = got[0];
            if (handles > 1) {
                kept[1] = got[1];
            }
            done = handles;
        }
        calls->channel_write(channel, 0, &done, sizeof(done), (void *)0, 0);
    }
}

LOADED void loaded_thread(const struct loaded_calls *calls) {
    calls->thread_exit();
}

LOADED void loaded_exit(zx_handle_t unused, const struct loaded_calls *calls) {
    (void)unused;
    calls->process_exit(7);
}
