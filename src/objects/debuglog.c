// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/debuglog.h"

#include <string.h>

#include "host/clock.h"
#include "host/console.h"
#include "objects/thread.h"

struct debuglog {
    struct object object;
    struct mutex object_lock;
    uint32_t flags;
    struct list node; // on the list of readers
    uint64_t next;    // position of the reader's next record, under the ring's lock
};

// As readers get it, and as it lies in the ring. The first word has the record's size in the ring
// (bits 0 to 11) and its true size (12 to 23).
struct record_header {
    uint32_t sizes;
    uint16_t data_size;
    uint16_t flags;
    zx_time_t timestamp;
    uint64_t pid, tid;
};

enum { DATA_MAX = ZX_LOG_RECORD_MAX - sizeof(struct record_header) };

SLAB_OBJECTS(debuglog, sizeof(struct debuglog));

static struct {
    struct mutex lock; // RANK_DEBUGLOG: the ring
    uint64_t head;     // where the next record goes; positions only grow
    uint64_t tail;     // the oldest record
    char bytes[DEBUGLOG_RING];
    struct mutex readers_lock; // RANK_LOG_READERS
    struct list readers;
    _Atomic uint32_t reader_count;
    bool mirror;
} ring KERNEL_STATE;

static struct debuglog *debuglog_at(struct object *object) {
    return list_entry(object, struct debuglog, object);
}

void debuglog_start(void) {
    mutex_init(&ring.lock, RANK_DEBUGLOG);
    mutex_init(&ring.readers_lock, RANK_LOG_READERS);
    list_init(&ring.readers);
    ring.mirror = environment_number("LIBZIRCON_DEBUGLOG", 0) != 0;
}

struct object *debuglog_new(struct thread *self, uint32_t flags) {
    struct debuglog *log = slab_alloc(self, &debuglog_slab);
    if (log == NULL) {
        return NULL;
    }
    log->flags = flags;
    list_init(&log->node);
    mutex_init(&log->object_lock, RANK_OBJECT);
    object_init(&log->object, &debuglog_type, &log->object_lock, ZX_LOG_WRITABLE);
    if ((flags & ZX_LOG_FLAG_READABLE) != 0) {
        mutex_lock(self, &ring.readers_lock);
        mutex_lock(self, &ring.lock);
        log->next = ring.tail;
        bool some = ring.tail != ring.head;
        mutex_unlock(self, &ring.lock);
        list_add_tail(&ring.readers, &log->node);
        atomic_fetch_add(&ring.reader_count, 1);
        if (some) {
            object_update(self, &log->object, 0, ZX_LOG_READABLE);
        }
        mutex_unlock(self, &ring.readers_lock);
    }
    return &log->object;
}

// --- the ring ---

static void put_locked(uint64_t at, const void *bytes, size_t size) {
    size_t offset = at % DEBUGLOG_RING;
    size_t first = size < DEBUGLOG_RING - offset ? size : DEBUGLOG_RING - offset;
    memcpy(ring.bytes + offset, bytes, first);
    memcpy(ring.bytes, (const char *)bytes + first, size - first);
}

static void get_locked(uint64_t at, void *bytes, size_t size) {
    size_t offset = at % DEBUGLOG_RING;
    size_t first = size < DEBUGLOG_RING - offset ? size : DEBUGLOG_RING - offset;
    memcpy(bytes, ring.bytes + offset, first);
    memcpy((char *)bytes + first, ring.bytes, size - first);
}

static uint32_t sizes_locked(uint64_t at) {
    uint32_t sizes;
    get_locked(at, &sizes, sizeof(sizes));
    return sizes;
}

void debuglog_write(struct thread *self, struct object *object, uint32_t flags, const void *bytes,
                    size_t size) {
    size = size < DATA_MAX ? size : DATA_MAX;
    uint32_t room = (uint32_t)(sizeof(struct record_header) + ((size + 3) & ~(size_t)3));
    struct record_header header = {
        .sizes = room | (uint32_t)(sizeof(header) + size) << 12,
        .data_size = (uint16_t)size,
        .flags = (uint16_t)(debuglog_at(object)->flags | flags),
        .timestamp = clock_monotonic(),
        .pid = self->process->object.koid,
        .tid = self->object->object.koid,
    };
    mutex_lock(self, &ring.lock);
    while (ring.head - ring.tail > DEBUGLOG_RING - room) {
        ring.tail += sizes_locked(ring.tail) & 0xfff;
    }
    put_locked(ring.head, &header, sizeof(header));
    put_locked(ring.head + sizeof(header), bytes, size);
    ring.head += room;
    mutex_unlock(self, &ring.lock);

    if (ring.mirror) {
        console_write(bytes, size);
    }
    if (atomic_load(&ring.reader_count) != 0) {
        mutex_lock(self, &ring.readers_lock);
        list_for_each(node, next, &ring.readers) {
            object_update(self, &list_entry(node, struct debuglog, node)->object, 0,
                          ZX_LOG_READABLE);
        }
        mutex_unlock(self, &ring.readers_lock);
    }
}

zx_status_t debuglog_read(struct thread *self, struct object *object,
                          char record[ZX_LOG_RECORD_MAX], size_t *size) {
    struct debuglog *log = debuglog_at(object);
    if ((log->flags & ZX_LOG_FLAG_READABLE) == 0) {
        return ZX_ERR_BAD_STATE;
    }
    zx_status_t status = ZX_OK;
    mutex_lock(self, object->lock);
    mutex_lock(self, &ring.lock);
    if (log->next < ring.tail) {
        log->next = ring.tail; // pushed out while we were away
    }
    if (log->next == ring.head) {
        status = ZX_ERR_SHOULD_WAIT;
    } else {
        uint32_t sizes = sizes_locked(log->next);
        *size = sizes >> 12 & 0xfff;
        get_locked(log->next, record, *size);
        log->next += sizes & 0xfff;
    }
    mutex_unlock(self, &ring.lock);
    if (status == ZX_ERR_SHOULD_WAIT) {
        // A writer adds its record before it takes our lock to set the signal, so a record that
        // came after the look above sets it again.
        object_update_locked(self, object, ZX_LOG_READABLE, 0);
    }
    mutex_unlock(self, object->lock);
    return status;
}

static void debuglog_destroy(struct thread *self, struct object *object) {
    struct debuglog *log = debuglog_at(object);
    if ((log->flags & ZX_LOG_FLAG_READABLE) != 0) {
        mutex_lock(self, &ring.readers_lock);
        list_remove(&log->node);
        mutex_unlock(self, &ring.readers_lock);
        atomic_fetch_sub(&ring.reader_count, 1);
    }
    slab_free(self, &debuglog_slab, log);
}

const struct object_type debuglog_type = {
    .id = ZX_OBJ_TYPE_LOG,
    .name = "debuglog",
    .rights = ZX_DEFAULT_LOG_RIGHTS,
    .destroy = debuglog_destroy,
};
