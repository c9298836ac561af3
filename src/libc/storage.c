// Part of libzircon. BSD-3-Clause, see LICENSE.
// Thread-local storage for code of libc's that runs in a loaded thread, where %fs is Fuchsia's.
//
// It is a copy of a libc thread's: the variables of what was loaded at the start lie below the
// address that %fs has there, and what libc itself keeps lies above. Each descriptor of a thread
// has room for one (base/thread.h).
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libc/libc.h"
#include "objects/thread.h"

enum { ABOVE = 2048, ALIGNMENT = 64, ROOM = THREAD_BLOCK - THREAD_STORAGE };

// At the start of the room: whose storage it is.
struct header {
    const struct pattern *pattern;
    zx_koid_t thread;
};

static struct pattern {
    size_t below, size;
    char bytes[];
} * _Atomic pattern;

static uintptr_t thread_pointer(void) {
    uintptr_t value;
    __asm__("movq %%fs:0, %0" : "=r"(value));
    return value;
}

static int find_lowest(struct dl_phdr_info *info, size_t size, void *argument) {
    uintptr_t *lowest = argument, end = thread_pointer(), data = (uintptr_t)info->dlpi_tls_data;
    (void)size;
    if (data < *lowest && data <= end && end - data < ROOM) {
        *lowest = data;
    }
    return 0;
}

void libc_storage_capture(void) {
    uintptr_t end = thread_pointer(), lowest = end;
    dl_iterate_phdr(find_lowest, &lowest);
    size_t below = (end - lowest + ALIGNMENT - 1) & -(size_t)ALIGNMENT;
    size_t size = below + ABOVE;
    struct pattern *made = NULL;
    if (size + ALIGNMENT <= ROOM) {
        made = malloc(sizeof(*made) + size);
    }
    if (made != NULL) {
        made->below = below;
        made->size = size;
        memcpy(made->bytes, (const char *)end - below, size);
        atomic_store(&pattern, made); // the one before may be in use
    }
}

uint64_t libc_storage_of(struct thread *self) {
    const struct pattern *from = atomic_load(&pattern);
    struct header *header = (struct header *)(void *)((char *)self + THREAD_STORAGE);
    if (from == NULL) {
        return 0;
    }
    char *bytes = (char *)header + ALIGNMENT;
    char *end = bytes + from->below;
    zx_koid_t koid = self->object->object.koid;
    if (header->pattern != from || header->thread != koid) {
        memcpy(bytes, from->bytes, from->size);
        // It points to itself in two places.
        memcpy(end, (const void *)&end, sizeof(void *));
        memcpy(end + 2 * sizeof(end), &end, sizeof(end));
        *header = (struct header){from, koid};
    }
    return (uintptr_t)end;
}
