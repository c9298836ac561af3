// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// This file is copied byte for byte into another process: no call of a function by its name, no
// variable, no constant that would be kept in memory.
#include "child_code.h"

#include <zircon/errors.h>

typedef uint64_t (*any_call)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                             uint64_t);

__attribute__((section("child_code"))) void child_main(zx_handle_t channel,
                                                       const struct child_calls *calls) {
    for (;;) {
        struct child_request request;
        // Behind the calls lies the scratch memory.
        struct child_reply *reply = (void *)(uintptr_t)(calls + 1);
        zx_handle_t handle;
        uint32_t size, count;
        zx_status_t status =
            calls->channel_read(channel, 0, &request, &handle, sizeof(request), 1, &size, &count);
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
        uint64_t *w = request.words;
        if (count > 0) {
            w[request.handle_word] = handle;
        }
        any_call call = (any_call)(uintptr_t)request.function;
        reply->result = call(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]);
        calls->channel_write(channel, 0, reply, sizeof(*reply), (void *)0, 0);
    }
}
