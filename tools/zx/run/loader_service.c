// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "loader_service.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zircon/fidl.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/port.h>

#include "image.h"

// The calls of the interface fuchsia.ldsvc.Loader, as they were numbered first and later.
enum operation { DONE, LOAD, LOAD_INTERPRETER, CONFIGURE, CLONE, PUBLISH, LOAD_DEBUG, OPERATIONS };

static const struct {
    uint64_t ordinal, older;
} ordinals[OPERATIONS] = {
    [DONE] = {0x501635daull << 32, 1},
    [LOAD] = {0x18d35e60ull << 32, 2},
    [LOAD_INTERPRETER] = {0x32cc7f4eull << 32, 3},
    [CONFIGURE] = {0x1adeb78dull << 32, 4},
    [CLONE] = {0x3862fcb9ull << 32, 5},
    [PUBLISH] = {0x4f64fa41ull << 32, 7},
    [LOAD_DEBUG] = {0x722d77baull << 32, 8},
};

enum { REQUEST_MAX = 1024, PREFIX_MAX = 64, ABSENT = 0 };
#define PRESENT UINT32_MAX // in the place of a handle that comes beside the bytes

struct header {
    uint32_t transaction;
    uint8_t flags[4];
    uint64_t ordinal;
};

struct request {
    struct header header;
    char data[REQUEST_MAX - sizeof(struct header) + 1];
};

struct reply {
    struct header header;
    zx_status_t status;
    uint32_t object;
};

struct client {
    zx_handle_t channel;
    char prefix[PREFIX_MAX];
    bool only_prefix;
};

struct service {
    const char *command; // for messages
    const struct library_folders *folders;
    zx_handle_t port;
    size_t clients;
};

bool library_find(const struct library_folders *folders, const char *prefix, const char *name,
                  char path[4096]) {
    if (name[0] == '/' || strstr(name, "..") != NULL) {
        return false;
    }
    for (size_t i = 0; i < folders->count; i++) {
        snprintf(path, 4096, "%s/%s%s%s", folders->folders[i], prefix, prefix[0] != '\0' ? "/" : "",
                 name);
        if (access(path, R_OK) == 0) {
            return true;
        }
    }
    return false;
}

static zx_status_t load(const struct service *service, const struct client *client,
                        const char *name, zx_handle_t *vmo) {
    char path[4096];
    uint64_t size;
    if ((client->prefix[0] != '\0' && library_find(service->folders, client->prefix, name, path)) ||
        (!client->only_prefix && library_find(service->folders, "", name, path))) {
        return image_read_file(path, vmo, &size);
    }
    zx_complain(service->command, "%s, which the program wants, is in none of the library folders",
                name);
    return ZX_ERR_NOT_FOUND;
}

static bool add_client(struct service *service, zx_handle_t channel) {
    struct client *client = calloc(1, sizeof(*client));
    if (client == NULL ||
        zx_object_wait_async(channel, service->port, (uintptr_t)client,
                             ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED, 0) != ZX_OK) {
        free(client);
        zx_handle_close(channel);
        return false;
    }
    client->channel = channel;
    service->clients++;
    return true;
}

// "asan" looks there first, "asan!" there only.
static void configure(struct client *client, const char *text) {
    size_t length = strlen(text);
    client->only_prefix = length > 0 && text[length - 1] == '!';
    length -= client->only_prefix;
    if (length < PREFIX_MAX && strstr(text, "..") == NULL && text[0] != '/') {
        memcpy(client->prefix, text, length);
        client->prefix[length] = '\0';
    }
}

static enum operation operation_of(uint64_t ordinal) {
    enum operation i = 0;
    while (i < OPERATIONS && ordinals[i].ordinal != ordinal && ordinals[i].older != ordinal) {
        i++;
    }
    return i;
}

// The text of a request; null if it is malformed.
static const char *text_of(struct request *request, size_t size, size_t offset) {
    uint64_t length;
    memcpy(&length, request->data, sizeof(length));
    size_t room = size - sizeof(request->header);
    if (size < sizeof(request->header) + offset || length > room - offset) {
        return NULL;
    }
    request->data[offset + length] = '\0';
    return request->data + offset;
}

// False: the client is to be dropped.
static bool answer(struct service *service, struct client *client, struct request *request,
                   size_t size, zx_handle_t *handle) {
    struct reply reply = {.header = request->header, .status = ZX_OK, .object = ABSENT};
    zx_handle_t object = ZX_HANDLE_INVALID;
    enum operation operation = operation_of(request->header.ordinal);
    const char *text;
    switch (operation) {
    case LOAD:
    case LOAD_INTERPRETER:
    case LOAD_DEBUG:
        text = text_of(request, size, 16);
        if (text == NULL) {
            return false;
        }
        reply.status = load(service, client, text, &object);
        break;
    case CONFIGURE:
        text = text_of(request, size, 16);
        if (text == NULL) {
            return false;
        }
        configure(client, text);
        break;
    case CLONE:
        reply.status = *handle == ZX_HANDLE_INVALID   ? ZX_ERR_INVALID_ARGS
                       : add_client(service, *handle) ? ZX_OK
                                                      : ZX_ERR_NO_MEMORY;
        *handle = ZX_HANDLE_INVALID;
        break;
    case PUBLISH:
        reply.status = ZX_ERR_NOT_SUPPORTED;
        break;
    default:
        return false;
    }
    reply.object = object != ZX_HANDLE_INVALID ? PRESENT : ABSENT;
    return zx_channel_write(client->channel, 0, &reply, sizeof(reply), &object,
                            object != ZX_HANDLE_INVALID) == ZX_OK;
}

static bool serve(struct service *service, struct client *client) {
    struct request request;
    zx_handle_t handles[1] = {ZX_HANDLE_INVALID};
    uint32_t size = 0, count = 0;
    zx_status_t status =
        zx_channel_read(client->channel, 0, &request, handles, REQUEST_MAX, 1, &size, &count);
    bool keep = status == ZX_OK && size >= sizeof(request.header) &&
                answer(service, client, &request, size, handles);
    zx_handle_close(handles[0]);
    return keep && zx_object_wait_async(client->channel, service->port, (uintptr_t)client,
                                        ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED, 0) == ZX_OK;
}

static void *run(void *argument) {
    struct service *service = argument;
    while (service->clients > 0) {
        zx_port_packet_t packet;
        if (zx_port_wait(service->port, ZX_TIME_INFINITE, &packet) != ZX_OK) {
            break;
        }
        struct client *client = (void *)(uintptr_t)packet.key;
        if (!serve(service, client)) {
            zx_handle_close(client->channel);
            free(client);
            service->clients--;
        }
    }
    zx_handle_close(service->port);
    free(service);
    return NULL;
}

bool loader_service_start(const char *command, const struct library_folders *folders,
                          zx_handle_t *client) {
    struct service *service = calloc(1, sizeof(*service));
    zx_handle_t server;
    zx_status_t status = service == NULL ? ZX_ERR_NO_MEMORY : zx_port_create(0, &service->port);
    if (status == ZX_OK) {
        status = zx_channel_create(0, client, &server);
    }
    pthread_t thread;
    if (status == ZX_OK) {
        service->command = command;
        service->folders = folders;
        if (!add_client(service, server) || pthread_create(&thread, NULL, run, service) != 0) {
            status = ZX_ERR_NO_MEMORY;
        } else {
            pthread_detach(thread);
        }
    }
    if (status != ZX_OK) {
        zx_complain(command, "there is no loader service: %s", zx_status_get_string(status));
    }
    return status == ZX_OK;
}
