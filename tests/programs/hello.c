// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Sends an event over a channel, and signals it where it has arrived.
#include <stdio.h>
#include <stdlib.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>

static void check(zx_status_t status, const char *what) {
    if (status != ZX_OK) {
        fprintf(stderr, "hello: cannot %s: %s\n", what, zx_status_get_string(status));
        exit(1);
    }
}

int main(void) {
    zx_handle_t here, there, event, received;
    check(zx_channel_create(0, &here, &there), "create a channel");
    check(zx_event_create(0, &event), "create an event");

    // The message takes the event along: from here on `event` names nothing.
    check(zx_channel_write(here, 0, "hello, zircon", 14, &event, 1), "write a message");

    char text[32];
    uint32_t bytes, handles;
    check(zx_channel_read(there, 0, text, &received, sizeof(text), 1, &bytes, &handles),
          "read a message");
    check(zx_object_signal(received, 0, ZX_EVENT_SIGNALED), "signal the event");
    check(zx_object_wait_one(received, ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, NULL), "wait for it");
    puts(text);

    const zx_handle_t all[] = {here, there, received};
    check(zx_handle_close_many(all, 3), "close the handles");
    return 0;
}
