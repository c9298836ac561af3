// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The pager of a world. It knows what every page of its VMOs holds at first, from their numbers.
#include <stdlib.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/port.h>

#include "model.h"

enum { ENTRIES = 1024 };

struct service {
    zx_handle_t pager, port;
    pthread_t thread;
    pthread_mutex_t lock;
    uint32_t used;
    struct entry {
        uint64_t number;
        zx_handle_t vmo;
    } entries[ENTRIES];
};

static struct entry *find(struct service *service, uint64_t number) {
    for (uint32_t i = 0; i < service->used; i++) {
        if (service->entries[i].number == number) {
            return &service->entries[i];
        }
    }
    return NULL;
}

static void supply(const struct service *service, const struct entry *entry, uint64_t offset,
                   uint64_t length) {
    zx_handle_t pages;
    CHECK_OK(zx_vmo_create(length, 0, &pages));
    for (uint64_t at = 0; at < length; at += CELL) {
        uint64_t words[CELL_WORDS];
        uint64_t page = (offset + at) / PAGE, cell = (offset + at) % PAGE / CELL;
        for (uint32_t i = 0; i < CELL_WORDS; i++) {
            words[i] = node_supplied(entry->number, (uint32_t)page, (uint32_t)cell);
        }
        CHECK_OK(zx_vmo_write(pages, words, at, sizeof(words)));
    }
    // The VMO may have shrunk since it asked.
    zx_status_t status =
        zx_pager_supply_pages(service->pager, entry->vmo, offset, length, pages, 0);
    CHECK(status == ZX_OK || status == ZX_ERR_OUT_OF_RANGE);
    CHECK_OK(zx_handle_close(pages));
}

static void *serve(void *opaque) {
    struct service *service = opaque;
    for (;;) {
        zx_port_packet_t packet;
        CHECK_OK(zx_port_wait(service->port, ZX_TIME_INFINITE, &packet));
        if (packet.type == ZX_PKT_TYPE_USER) {
            return NULL;
        }
        CHECK(packet.type == ZX_PKT_TYPE_PAGE_REQUEST && packet.status == ZX_OK);
        if (packet.page_request.command == ZX_PAGER_VMO_READ) {
            pthread_mutex_lock(&service->lock);
            struct entry *entry = find(service, packet.key);
            if (entry != NULL) {
                supply(service, entry, packet.page_request.offset, packet.page_request.length);
            }
            pthread_mutex_unlock(&service->lock);
        }
    }
}

struct service *service_start(void) {
    struct service *service = calloc(1, sizeof(*service));
    CHECK(service != NULL);
    CHECK(pthread_mutex_init(&service->lock, NULL) == 0);
    CHECK_OK(zx_pager_create(0, &service->pager));
    CHECK_OK(zx_port_create(0, &service->port));
    CHECK(pthread_create(&service->thread, NULL, serve, service) == 0);
    return service;
}

void service_stop(struct service *service) {
    zx_port_packet_t stop = {.type = ZX_PKT_TYPE_USER};
    CHECK(service->used == 0);
    CHECK_OK(zx_port_queue(service->port, &stop));
    CHECK(pthread_join(service->thread, NULL) == 0);
    CHECK_OK(zx_handle_close(service->pager));
    CHECK_OK(zx_handle_close(service->port));
    pthread_mutex_destroy(&service->lock);
    free(service);
}

zx_handle_t service_create(struct service *service, uint64_t number, uint64_t size,
                           bool resizable) {
    zx_handle_t vmo;
    pthread_mutex_lock(&service->lock);
    CHECK(service->used < ENTRIES);
    struct entry *entry = &service->entries[service->used++];
    entry->number = number;
    CHECK_OK(zx_pager_create_vmo(service->pager, resizable ? ZX_VMO_RESIZABLE : 0, service->port,
                                 number, size, &vmo));
    CHECK_OK(zx_handle_duplicate(vmo, ZX_RIGHT_SAME_RIGHTS, &entry->vmo));
    pthread_mutex_unlock(&service->lock);
    return vmo;
}

void service_forget(struct service *service, uint64_t number) {
    pthread_mutex_lock(&service->lock);
    struct entry *entry = find(service, number);
    CHECK(entry != NULL);
    CHECK_OK(zx_handle_close(entry->vmo));
    *entry = service->entries[--service->used];
    pthread_mutex_unlock(&service->lock);
}
