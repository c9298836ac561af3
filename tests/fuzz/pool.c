// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "pool.h"

#include <libzircon/libzircon.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <zircon/process.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/object.h>

enum { POOL_SIZE = 96 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pooled entries[POOL_SIZE];
static unsigned used, live; // entries ever used, and those that are live

static zx_koid_t own_koids[3];

void pool_begin(void) {
    used = live = 0;
    if (own_koids[0] == 0) {
        zx_obj_type_t type;
        libzircon_describe_handle(zx_process_self(), &type, &own_koids[0]);
        libzircon_describe_handle(zx_thread_self(), &type, &own_koids[1]);
        libzircon_describe_handle(zx_job_default(), &type, &own_koids[2]);
    }
}

static bool is_valid(zx_handle_t value) {
    zx_obj_type_t type;
    zx_koid_t koid;
    return libzircon_describe_handle(value, &type, &koid);
}

// Where the next handle goes: a free place, else that of a stale one.
static struct pooled *place_locked(void) {
    if (used < POOL_SIZE) {
        return &entries[used++];
    }
    for (unsigned i = 0; i < used; i++) {
        if (!entries[i].live) {
            return &entries[i];
        }
    }
    return NULL;
}

static bool is_own(zx_koid_t koid) {
    return koid == own_koids[0] || koid == own_koids[1] || koid == own_koids[2];
}

void pool_add(zx_handle_t value, const char *name) {
    zx_info_handle_basic_t info;
    if (zx_object_get_info(value, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL) != ZX_OK) {
        return; // another thread was quicker
    }
    bool own = is_own(info.koid);
    pthread_mutex_lock(&lock);
    struct pooled *place = place_locked();
    if (place != NULL) {
        *place = (struct pooled){.value = value, .live = true, .own = own, .type = info.type};
        bool first = info.related_koid == 0 || info.koid < info.related_koid;
        place->pair = first ? info.koid : info.related_koid;
        snprintf(place->name, sizeof(place->name), "%s", name);
        live++;
    }
    pthread_mutex_unlock(&lock);
    if (place == NULL) {
        zx_handle_close(value);
    }
}

void pool_check(zx_handle_t value) {
    if (is_valid(value)) {
        return;
    }
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < used; i++) {
        if (entries[i].live && entries[i].value == value) {
            entries[i].live = false;
            live--;
        }
    }
    pthread_mutex_unlock(&lock);
}

static struct pooled pick(unsigned which, bool want_live, uint64_t types) {
    struct pooled found = {.value = ZX_HANDLE_INVALID, .name = "invalid"};
    pthread_mutex_lock(&lock);
    for (int attempt = 0; attempt < 2 && found.value == ZX_HANDLE_INVALID; attempt++) {
        unsigned fitting[POOL_SIZE], count = 0;
        for (unsigned i = 0; i < used; i++) {
            if (entries[i].live == want_live && (types >> entries[i].type & 1) != 0) {
                fitting[count++] = i;
            }
        }
        if (count > 0) {
            found = entries[fitting[which % count]];
        }
        types = UINT64_MAX;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

struct pooled pool_pick(unsigned which, uint64_t types) {
    return pick(which, true, types);
}

struct pooled pool_pick_stale(unsigned which) {
    return pick(which, false, UINT64_MAX);
}

struct pooled pool_find(zx_handle_t value) {
    struct pooled found = {.value = ZX_HANDLE_INVALID};
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < used; i++) {
        if (entries[i].value == value && (entries[i].live || !found.live)) {
            found = entries[i];
        }
    }
    pthread_mutex_unlock(&lock);
    return found;
}

unsigned pool_count(void) {
    pthread_mutex_lock(&lock);
    unsigned count = live;
    pthread_mutex_unlock(&lock);
    return count;
}

void pool_end(void) {
    for (unsigned i = 0; i < used; i++) {
        if (entries[i].live) {
            zx_handle_close(entries[i].value);
        }
    }
    used = live = 0;
}
