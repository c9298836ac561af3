// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The messages that a Fuchsia process finds in its first channel.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zircon/types.h>

enum { MESSAGE_HANDLES_MAX = 32 };

struct message {
    zx_handle_t handles[MESSAGE_HANDLES_MAX];
    uint32_t infos[MESSAGE_HANDLES_MAX]; // PA_HND()
    uint32_t handle_count;
    char *const *arguments, *const *environment; // both end with a null pointer; null: none
};

// Takes over a handle; ZX_HANDLE_INVALID is left out.
void message_add_take(struct message *message, uint32_t info, zx_handle_t handle);
// A second handle to the same object, with the same rights.
void message_add_copy(struct message *message, uint32_t info, zx_handle_t handle);

// Writes it; the handles are gone afterwards, whatever comes out.
zx_status_t message_send(struct message *message, zx_handle_t channel);
