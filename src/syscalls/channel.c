// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/channel.h"

#include <zircon/syscalls/policy.h>

#include "syscalls/handles.h"
#include "syscalls/syscall.h"

zx_status_t sys_channel_create(struct thread *self, uint32_t options, user_out out0,
                               user_out out1) {
    if (options != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = process_check_policy(self, ZX_POL_NEW_CHANNEL);
    if (status != ZX_OK) {
        return status;
    }
    struct object *end0, *end1;
    status = channel_new(self, &end0, &end1);
    if (status != ZX_OK) {
        return status;
    }
    return handle_return_pair_take(self, out0, end0, out1, end1, channel_type.rights);
}

// --- reading ---

// How the reader wants to learn of its handles.
enum handle_form { PLAIN_HANDLES, HANDLE_INFOS };

// Gives the reader its handles. As in Zircon they are its own even if it cannot be told of them.
static void deliver_handles(struct thread *self, struct message *message, struct handle **slots,
                            user_out out, enum handle_form form) {
    for (uint32_t i = 0; i < message->handles; i++) {
        const struct handle_record *record = &message->records[i];
        zx_handle_info_t info = {
            .handle = handle_value(self, slots[i]),
            .type = record->object->type->id,
            .rights = record->rights,
        };
        size_t size = form == PLAIN_HANDLES ? sizeof(info.handle) : sizeof(info);
        (void)copy_to_user(user_out_at(out, i * size),
                           form == PLAIN_HANDLES ? (void *)&info.handle : (void *)&info, size);
    }
    for (uint32_t i = 0; i < message->handles; i++) {
        handle_record_deliver(self, message->records[i], slots[i]);
    }
}

static zx_status_t read_message(struct thread *self, zx_handle_t handle, uint32_t options,
                                user_out bytes, user_out handles, uint32_t num_bytes,
                                uint32_t num_handles, user_out actual_bytes,
                                user_out actual_handles, enum handle_form form) {
    struct object *channel;
    handle_id id;
    zx_status_t status = handle_peek(self, handle, &channel_type, ZX_RIGHT_READ, &channel, &id);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    if (unlikely((options & ~ZX_CHANNEL_READ_MAY_DISCARD) != 0)) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    struct channel_read read = {
        .max_bytes = num_bytes,
        .max_handles = num_handles,
        .may_discard = (options & ZX_CHANNEL_READ_MAY_DISCARD) != 0,
    };
    struct message *message = NULL;
    struct handle *slots[ZX_CHANNEL_MAX_MSG_HANDLES];
    zx_status_t result = channel_read(self, channel, id, &read, &message, slots);
    if (result != ZX_OK && result != ZX_ERR_BUFFER_TOO_SMALL) {
        return result;
    }
    status = copy_to_user_optional(actual_bytes, &read.bytes, sizeof(read.bytes));
    if (likely(status == ZX_OK)) {
        status = copy_to_user_optional(actual_handles, &read.handles, sizeof(read.handles));
    }
    if (message == NULL) {
        return status != ZX_OK ? status : result;
    }
    if (likely(status == ZX_OK)) {
        status = copy_to_user(bytes, message_bytes(message), message->size);
    }
    if (unlikely(status != ZX_OK)) {
        for (uint32_t i = 0; i < message->handles; i++) {
            handle_unreserve(self, slots[i]);
        }
        message_discard(self, message);
        return status;
    }
    deliver_handles(self, message, slots, handles, form);
    message_free(self, message);
    return ZX_OK;
}

zx_status_t sys_channel_read(struct thread *self, zx_handle_t handle, uint32_t options,
                             user_out bytes, user_out handles, uint32_t num_bytes,
                             uint32_t num_handles, user_out actual_bytes, user_out actual_handles) {
    return read_message(self, handle, options, bytes, handles, num_bytes, num_handles, actual_bytes,
                        actual_handles, PLAIN_HANDLES);
}

zx_status_t sys_channel_read_etc(struct thread *self, zx_handle_t handle, uint32_t options,
                                 user_out bytes, user_out handles, uint32_t num_bytes,
                                 uint32_t num_handles, user_out actual_bytes,
                                 user_out actual_handles) {
    return read_message(self, handle, options, bytes, handles, num_bytes, num_handles, actual_bytes,
                        actual_handles, HANDLE_INFOS);
}

// --- writing ---

// A handle that is to be sent, as its sender describes it.
struct sendable {
    struct object *channel;
    zx_handle_op_t operation;
    zx_obj_type_t type; // that the sender expects, or ZX_OBJ_TYPE_NONE
    zx_rights_t rights; // that the sender wants, or ZX_RIGHT_SAME_RIGHTS
};

// May this handle be sent?
static zx_status_t check_sendable(void *context, struct object *object, zx_rights_t rights) {
    const struct sendable *wanted = context;
    if ((rights & ZX_RIGHT_TRANSFER) == 0) {
        return ZX_ERR_ACCESS_DENIED;
    }
    if (object == wanted->channel) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    if (wanted->type != ZX_OBJ_TYPE_NONE && object->type->id != wanted->type) {
        return ZX_ERR_WRONG_TYPE;
    }
    if (wanted->operation != ZX_HANDLE_OP_MOVE && wanted->operation != ZX_HANDLE_OP_DUPLICATE) {
        return ZX_ERR_INVALID_ARGS;
    }
    if (wanted->rights != ZX_RIGHT_SAME_RIGHTS && (wanted->rights & ~rights) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    if (wanted->operation == ZX_HANDLE_OP_DUPLICATE && (rights & ZX_RIGHT_DUPLICATE) == 0) {
        return ZX_ERR_ACCESS_DENIED;
    }
    return ZX_OK;
}

// Moves handles into a message. All are tried; the first error counts, and then the message holds
// only those that were moved.
static zx_status_t take_handles(struct thread *self, struct object *channel, user_in handles,
                                struct message *message) {
    zx_handle_t values[ZX_CHANNEL_MAX_MSG_HANDLES];
    uint32_t count = message->handles;
    message->handles = 0;
    zx_status_t status = copy_from_user(values, handles, count * sizeof(values[0]));
    if (status != ZX_OK) {
        return status;
    }
    struct sendable wanted = {channel, ZX_HANDLE_OP_MOVE, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SAME_RIGHTS};
    for (uint32_t i = 0; i < count; i++) {
        zx_status_t taken = handle_take(self, values[i], check_sendable, &wanted,
                                        &message->records[message->handles]);
        if (taken == ZX_OK) {
            message->handles++;
        } else if (status == ZX_OK) {
            status = taken;
        }
    }
    return status;
}

// Makes the message of a write or a call. On failure what it took of the handles is closed.
static zx_status_t make_message(struct thread *self, struct object *channel, user_in bytes,
                                uint32_t num_bytes, user_in handles, uint32_t num_handles,
                                struct message **out) {
    struct message *message;
    zx_status_t status = message_new(self, num_bytes, num_handles, &message);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    // The bytes come after the records, so they are copied before fewer records can be left.
    status = copy_from_user(message_bytes(message), bytes, num_bytes);
    if (unlikely(status != ZX_OK)) {
        message_free(self, message);
        return status;
    }
    if (num_handles > 0) {
        status = take_handles(self, channel, handles, message);
        if (unlikely(status != ZX_OK)) {
            message_discard(self, message);
            return status;
        }
    }
    *out = message;
    return ZX_OK;
}

zx_status_t sys_channel_write(struct thread *self, zx_handle_t handle, uint32_t options,
                              user_in bytes, uint32_t num_bytes, user_in handles,
                              uint32_t num_handles) {
    struct object *channel;
    handle_id id;
    struct message *message;
    zx_status_t status = ZX_ERR_INVALID_ARGS;
    if (likely(options == 0)) {
        status = handle_peek(self, handle, &channel_type, ZX_RIGHT_WRITE, &channel, &id);
    }
    if (likely(status == ZX_OK)) {
        status = make_message(self, channel, bytes, num_bytes, handles, num_handles, &message);
    }
    if (unlikely(status != ZX_OK)) {
        // A write that fails closes all the handles that it was given.
        (void)handles_close_user(self, handles, num_handles);
        return status;
    }
    return channel_write_take(self, channel, id, message);
}

// --- writing with dispositions ---

// Duplicates a handle into a record.
static zx_status_t duplicate_record(struct thread *self, zx_handle_t handle,
                                    struct sendable *wanted, struct handle_record *record) {
    struct object *object;
    zx_rights_t rights;
    zx_status_t status = handle_get_id(self, handle, 0, &object, &rights, NULL);
    if (status != ZX_OK) {
        return status;
    }
    status = check_sendable(wanted, object, rights);
    if (status == ZX_OK && !object_add_handle(object)) {
        status = ZX_ERR_BAD_HANDLE;
    }
    if (status != ZX_OK) {
        object_unref(self, object);
        return status;
    }
    *record = (struct handle_record){object, rights, HANDLE_ID_NONE};
    return ZX_OK;
}

static zx_status_t apply_disposition(struct thread *self, struct object *channel,
                                     const zx_handle_disposition_t *item,
                                     struct handle_record *record) {
    struct sendable wanted = {channel, item->operation, item->type, item->rights};
    zx_status_t status = item->operation == ZX_HANDLE_OP_DUPLICATE
                             ? duplicate_record(self, item->handle, &wanted, record)
                             : handle_take(self, item->handle, check_sendable, &wanted, record);
    if (status == ZX_OK && item->rights != ZX_RIGHT_SAME_RIGHTS) {
        record->rights = item->rights;
    }
    return status;
}

// Applies all dispositions, even after an error; the first one is returned, and each is stored in
// its item. Then the message holds only the handles that could be taken.
static zx_status_t apply_dispositions(struct thread *self, struct object *channel,
                                      zx_handle_disposition_t *items, uint32_t count,
                                      struct message *message) {
    zx_status_t status = ZX_OK;
    message->handles = 0;
    for (uint32_t i = 0; i < count; i++) {
        zx_status_t applied =
            apply_disposition(self, channel, &items[i], &message->records[message->handles]);
        if (applied == ZX_OK) {
            message->handles++;
            continue;
        }
        items[i].result = applied;
        status = status == ZX_OK ? applied : status;
    }
    return status;
}

// Closes the handles of an array of dispositions that were to be moved.
static void close_moved(struct thread *self, const zx_handle_disposition_t *items, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (items[i].operation != ZX_HANDLE_OP_DUPLICATE) {
            (void)sys_handle_close(self, items[i].handle);
        }
    }
}

// The same for an array that was not read yet, as far as it can be.
static void close_moved_user(struct thread *self, user_in handles, uint32_t count) {
    zx_handle_disposition_t items[ZX_CHANNEL_MAX_MSG_HANDLES];
    for (uint32_t done = 0; done < count;) {
        uint32_t portion =
            count - done < ZX_CHANNEL_MAX_MSG_HANDLES ? count - done : ZX_CHANNEL_MAX_MSG_HANDLES;
        if (copy_from_user(items, user_in_at(handles, done * sizeof(items[0])),
                           portion * sizeof(items[0])) != ZX_OK) {
            return;
        }
        close_moved(self, items, portion);
        done += portion;
    }
}

zx_status_t sys_channel_write_etc(struct thread *self, zx_handle_t handle, uint32_t options,
                                  user_in bytes, uint32_t num_bytes, user_inout handles,
                                  uint32_t num_handles) {
    struct object *channel = NULL;
    struct message *message = NULL;
    zx_handle_disposition_t items[ZX_CHANNEL_MAX_MSG_HANDLES];
    zx_status_t status = options != 0
                             ? ZX_ERR_INVALID_ARGS
                             : handle_get(self, handle, &channel_type, ZX_RIGHT_WRITE, &channel);
    if (status == ZX_OK) {
        status = message_new(self, num_bytes, num_handles, &message);
    }
    if (status == ZX_OK) {
        status = copy_from_user(message_bytes(message), bytes, num_bytes);
    }
    if (status == ZX_OK) {
        status = copy_from_user(items, user_inout_in(handles), num_handles * sizeof(items[0]));
    }
    if (status != ZX_OK) {
        close_moved_user(self, user_inout_in(handles), num_handles);
        if (message != NULL) {
            message_free(self, message);
        }
    } else {
        status = apply_dispositions(self, channel, items, num_handles, message);
        if (status != ZX_OK) {
            message_discard(self, message);
            close_moved(self, items, num_handles);
            (void)copy_to_user(user_inout_out(handles), items, num_handles * sizeof(items[0]));
        } else {
            status = channel_write_take(self, channel, HANDLE_ID_NONE, message);
        }
    }
    if (channel != NULL) {
        object_unref(self, channel);
    }
    return status;
}

// --- calls ---

// Stores the answer to a call; takes the message.
static zx_status_t take_reply(struct thread *self, const zx_channel_call_args_t *args,
                              struct message *reply, user_out actual_bytes,
                              user_out actual_handles) {
    struct handle *slots[ZX_CHANNEL_MAX_MSG_HANDLES];
    uint32_t reserved = 0;
    zx_status_t status = ZX_OK;
    if (args->rd_num_bytes < reply->size || args->rd_num_handles < reply->handles) {
        status = ZX_ERR_BUFFER_TOO_SMALL;
    }
    if (status == ZX_OK) {
        status = copy_to_user(actual_bytes, &reply->size, sizeof(reply->size));
    }
    if (status == ZX_OK) {
        status = copy_to_user(actual_handles, &reply->handles, sizeof(reply->handles));
    }
    if (status == ZX_OK) {
        status = copy_to_user((user_out){args->rd_bytes}, message_bytes(reply), reply->size);
    }
    while (status == ZX_OK && reserved < reply->handles) {
        status = handle_reserve(self, &slots[reserved]);
        reserved += status == ZX_OK;
    }
    if (unlikely(status != ZX_OK)) {
        while (reserved > 0) {
            handle_unreserve(self, slots[--reserved]);
        }
        message_discard(self, reply);
        return status;
    }
    deliver_handles(self, reply, slots, (user_out){args->rd_handles}, PLAIN_HANDLES);
    message_free(self, reply);
    return ZX_OK;
}

zx_status_t sys_channel_call_noretry(struct thread *self, zx_handle_t handle, uint32_t options,
                                     zx_time_t deadline, user_in user_args, user_out actual_bytes,
                                     user_out actual_handles) {
    zx_channel_call_args_t args;
    zx_status_t status = copy_from_user(&args, user_args, sizeof(args));
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    user_in bytes = {args.wr_bytes}, handles = {args.wr_handles};
    struct object *channel = NULL;
    struct message *message, *reply;
    bool consumed = false; // once the handles were looked at, those that could be moved are gone
    if (unlikely(options != 0 || args.wr_num_bytes < sizeof(zx_txid_t))) {
        status = ZX_ERR_INVALID_ARGS;
    } else {
        status = handle_get(self, handle, &channel_type, ZX_RIGHT_READ | ZX_RIGHT_WRITE, &channel);
    }
    if (likely(status == ZX_OK)) {
        status = message_new(self, args.wr_num_bytes, args.wr_num_handles, &message);
    }
    if (likely(status == ZX_OK)) {
        status = copy_from_user(message_bytes(message), bytes, args.wr_num_bytes);
        if (unlikely(status != ZX_OK)) {
            message_free(self, message);
        } else {
            consumed = true;
            if (args.wr_num_handles > 0) {
                status = take_handles(self, channel, handles, message);
                if (unlikely(status != ZX_OK)) {
                    message_discard(self, message);
                }
            }
        }
    }
    if (unlikely(!consumed)) {
        (void)handles_close_user(self, handles, args.wr_num_handles);
    }
    if (likely(status == ZX_OK)) {
        status = channel_call_take(self, channel, message, deadline, &reply);
    }
    if (likely(channel != NULL)) {
        object_unref(self, channel);
    }
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    return take_reply(self, &args, reply, actual_bytes, actual_handles);
}

zx_status_t sys_channel_call_finish(struct thread *self, zx_time_t deadline, user_in user_args,
                                    user_out actual_bytes, user_out actual_handles) {
    zx_channel_call_args_t args;
    zx_status_t status = copy_from_user(&args, user_args, sizeof(args));
    if (status != ZX_OK) {
        return status;
    }
    struct message *reply;
    status = channel_call_resume(self, deadline, &reply);
    if (status != ZX_OK) {
        return status;
    }
    return take_reply(self, &args, reply, actual_bytes, actual_handles);
}
