// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "message.h"

#include <stdlib.h>
#include <string.h>
#include <zircon/processargs.h>
#include <zircon/syscalls.h>

void message_add_take(struct message *message, uint32_t info, zx_handle_t handle) {
    if (handle == ZX_HANDLE_INVALID) {
        return;
    }
    if (message->handle_count == MESSAGE_HANDLES_MAX) {
        abort(); // there are not so many kinds
    }
    message->infos[message->handle_count] = info;
    message->handles[message->handle_count++] = handle;
}

void message_add_copy(struct message *message, uint32_t info, zx_handle_t handle) {
    zx_handle_t copy;
    if (handle != ZX_HANDLE_INVALID &&
        zx_handle_duplicate(handle, ZX_RIGHT_SAME_RIGHTS, &copy) == ZX_OK) {
        message_add_take(message, info, copy);
    }
}

static uint32_t count_strings(char *const *strings, size_t *size) {
    uint32_t count = 0;
    for (; strings != NULL && strings[count] != NULL; count++) {
        *size += strlen(strings[count]) + 1;
    }
    return count;
}

static char *put_strings(char *at, char *const *strings) {
    for (; strings != NULL && *strings != NULL; strings++) {
        at = stpcpy(at, *strings) + 1;
    }
    return at;
}

zx_status_t message_send(struct message *message, zx_handle_t channel) {
    size_t argument_size = 0, environment_size = 0;
    zx_proc_args_t header = {.protocol = ZX_PROCARGS_PROTOCOL, .version = ZX_PROCARGS_VERSION};
    header.args_num = count_strings(message->arguments, &argument_size);
    header.environ_num = count_strings(message->environment, &environment_size);
    header.handle_info_off = sizeof(header);
    header.args_off =
        (uint32_t)(sizeof(header) + message->handle_count * sizeof(message->infos[0]));
    header.environ_off = header.args_off + (uint32_t)argument_size;
    size_t size = header.environ_off + environment_size;
    char *bytes = size <= ZX_CHANNEL_MAX_MSG_BYTES ? malloc(size) : NULL;
    if (bytes == NULL) {
        zx_handle_close_many(message->handles, message->handle_count);
        message->handle_count = 0;
        return size <= ZX_CHANNEL_MAX_MSG_BYTES ? ZX_ERR_NO_MEMORY : ZX_ERR_OUT_OF_RANGE;
    }
    memcpy(bytes, &header, sizeof(header));
    memcpy(bytes + header.handle_info_off, message->infos,
           message->handle_count * sizeof(message->infos[0]));
    put_strings(put_strings(bytes + header.args_off, message->arguments), message->environment);
    zx_status_t status = zx_channel_write(channel, 0, bytes, (uint32_t)size, message->handles,
                                          message->handle_count);
    message->handle_count = 0;
    free(bytes);
    return status;
}
