// Part of libzircon. BSD-3-Clause, see LICENSE.
// A channel: two ends, each with a queue of messages for it.
//
// A write appends to the peer's queue, or hands the message to a thread whose channel_call on the
// peer waits for its transaction id. When an end's last handle closes, its calls end, its queue is
// discarded with the handles in it, and the peer is signalled; what the peer has not read yet
// stays.
#pragma once

#include "objects/message.h"

extern const struct object_type channel_type;

zx_status_t channel_new(struct thread *self, struct object **end0, struct object **end1);

// Sends a message, which is taken on success and on failure. PEER_CLOSED. `id` as handle_is_live
// takes it: BAD_HANDLE if it is not live.
zx_status_t channel_write_take(struct thread *self, struct object *channel, handle_id id,
                               struct message *message);

// What a read may take out.
struct channel_read {
    uint32_t max_bytes, max_handles; // room that the reader has
    bool may_discard;                // take a message that is too big, and lose it
    uint32_t bytes, handles;         // set to what the first message has
};

// Takes the first message. SHOULD_WAIT or PEER_CLOSED if there is none; BUFFER_TOO_SMALL if it is
// too big: it stays, or with may_discard is lost. NO_MEMORY if no slots are left for its handles.
// On success `slots` holds a reserved slot for each of its handles.
// `id` as above.
zx_status_t channel_read(struct thread *self, struct object *channel, handle_id id,
                         struct channel_read *read, struct message **message,
                         struct handle **slots);

// Sends a message with a fresh transaction id, and waits for the answer, as long messages with that
// id go to self->call. INTERNAL_INTR_RETRY leaves the call in progress for channel_call_resume.
// BAD_STATE if the thread has a call in progress already; the message is taken in any case.
zx_status_t channel_call_take(struct thread *self, struct object *channel, struct message *message,
                              zx_time_t deadline, struct message **reply);
// BAD_STATE if no call is in progress.
zx_status_t channel_call_resume(struct thread *self, zx_time_t deadline, struct message **reply);

// Drops a call that was interrupted and will not be resumed: the thread goes away.
void channel_call_abandon(struct thread *self);
