// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A writer reserves its place with one atomic addition and fills it in. The last record may begin
// before the end and would hang over it: the buffer is that much longer than what is told of it.
// Names of probes lie in pages of their own, which are never given back.
#include "objects/ktrace.h"

#include <string.h>

#include "host/clock.h"
#include "host/console.h"
#include "host/memory.h"
#include "objects/thread.h"

enum {
    MIB_DEFAULT = 32,
    MIB_MAX = 1024,
    OVERHANG = 256, // more than any record
    HEADER = 16,    // tag, thread, time
    FORMAT_VERSION = 0x00020000,
    TICKS_PER_MS_VALUE = 1000000,
    PROBES_PER_PAGE = HOST_PAGE_SIZE / ZX_MAX_NAME_LEN,
    PROBE_PAGES = 64,
};

struct record {
    uint32_t tag, thread;
    uint64_t time;
    uint32_t numbers[4];
};

struct name_record {
    uint32_t tag, id, number;
    char name[ZX_MAX_NAME_LEN];
};

_Atomic uint32_t ktrace_mask KERNEL_STATE;

static struct {
    struct mutex lock; // RANK_KTRACE: making the buffer, probes
    char *_Atomic buffer;
    uint32_t size; // that can be read, fixed with the buffer
    _Atomic uint32_t offset;
    _Atomic uint32_t stopped_at; // 0 while recording
    const char *const *names;
    uint32_t name_count;
    uint32_t probe_count;
    char (*probes[PROBE_PAGES])[ZX_MAX_NAME_LEN];
} trace KERNEL_STATE;

void ktrace_start_room(void) {
    mutex_init(&trace.lock, RANK_KTRACE);
}

// Room for a record, or null at the end, where recording stops.
static void *reserve(size_t size) {
    char *buffer = atomic_load_explicit(&trace.buffer, memory_order_acquire);
    if (buffer == NULL) {
        return NULL;
    }
    uint32_t at = atomic_load_explicit(&trace.offset, memory_order_relaxed);
    do {
        if (at >= trace.size) {
            atomic_store_explicit(&ktrace_mask, 0, memory_order_relaxed);
            return NULL;
        }
    } while (!atomic_compare_exchange_weak_explicit(&trace.offset, &at, at + (uint32_t)size,
                                                    memory_order_relaxed, memory_order_relaxed));
    return buffer + at;
}

static uint32_t thread_number(struct thread *self) {
    return self->object != NULL ? (uint32_t)self->object->object.koid : 0;
}

void ktrace_write(struct thread *self, uint32_t tag, const uint32_t numbers[4]) {
    struct record *record = ktrace_wants(tag) ? reserve(sizeof(*record)) : NULL;
    if (record != NULL) {
        record->tag = tag;
        record->thread = thread_number(self);
        record->time = (uint64_t)clock_monotonic();
        memcpy(record->numbers, numbers, sizeof(record->numbers));
    }
}

void ktrace_write_small(uint32_t tag, uint32_t number) {
    struct record *record = ktrace_wants(tag) ? reserve(HEADER) : NULL;
    if (record != NULL) {
        record->tag = tag;
        record->thread = number;
        record->time = (uint64_t)clock_monotonic();
    }
}

void ktrace_write_name(uint32_t tag, uint32_t id, uint32_t number, const char *name) {
    size_t length = strlen(name);
    length = length < ZX_MAX_NAME_LEN ? length : ZX_MAX_NAME_LEN - 1;
    size_t size = (offsetof(struct name_record, name) + length + 1 + 7) & ~(size_t)7;
    struct name_record *record = reserve(size);
    if (record != NULL) {
        record->tag = (tag & ~(uint32_t)0xf) | (uint32_t)(size >> 3);
        record->id = id;
        record->number = number;
        memcpy(record->name, name, length);
        record->name[length] = '\0';
    }
}

zx_status_t ktrace_write_probe(struct thread *self, uint32_t id, uint32_t number0,
                               uint32_t number1) {
    uint32_t tag = KTRACE_TAG(0x800 | id, KTRACE_PROBE, 24);
    struct record *record = ktrace_wants(tag) ? reserve(24) : NULL;
    if (record == NULL) {
        return ZX_ERR_UNAVAILABLE;
    }
    record->tag = tag;
    record->thread = thread_number(self);
    record->time = (uint64_t)clock_monotonic();
    record->numbers[0] = number0;
    record->numbers[1] = number1;
    return ZX_OK;
}

static void write_names_locked(void) {
    for (uint32_t i = 0; i < trace.name_count; i++) {
        ktrace_write_name(KTRACE_SYSCALL_NAME, i, 0, trace.names[i]);
    }
    for (uint32_t i = 0; i < trace.probe_count; i++) {
        ktrace_write_name(KTRACE_PROBE_NAME, i + 1, 0,
                          trace.probes[i / PROBES_PER_PAGE][i % PROBES_PER_PAGE]);
    }
}

static void make_buffer_locked(void) {
    uint64_t mib = environment_number("LIBZIRCON_KTRACE", MIB_DEFAULT);
    mib = mib < MIB_MAX ? mib : MIB_MAX;
    struct record *head = mib != 0 ? memory_take(mib << 20) : NULL;
    if (head == NULL) {
        return;
    }
    head[0] = (struct record){.tag = KTRACE_VERSION, .numbers = {FORMAT_VERSION}};
    head[1] = (struct record){.tag = KTRACE_TICKS_PER_MS, .numbers = {TICKS_PER_MS_VALUE}};
    trace.size = (uint32_t)(mib << 20) - OVERHANG;
    atomic_store(&trace.offset, 2 * sizeof(*head));
    atomic_store_explicit(&trace.buffer, (char *)head, memory_order_release);
    write_names_locked();
}

void ktrace_prepare(struct thread *self, const char *const names[], uint32_t count) {
    if (atomic_load_explicit(&trace.buffer, memory_order_acquire) != NULL) {
        return;
    }
    mutex_lock(self, &trace.lock);
    if (atomic_load(&trace.buffer) == NULL) {
        trace.names = names;
        trace.name_count = count;
        make_buffer_locked();
    }
    mutex_unlock(self, &trace.lock);
}

void ktrace_record_groups(uint32_t groups) {
    if (groups != 0) {
        atomic_store(&trace.stopped_at, 0);
        atomic_store(&ktrace_mask, groups << 20);
    } else {
        atomic_store(&ktrace_mask, 0);
        uint32_t end = atomic_load(&trace.offset);
        atomic_store(&trace.stopped_at, end < trace.size ? end : trace.size);
    }
}

void ktrace_rewind(struct thread *self) {
    mutex_lock(self, &trace.lock);
    if (atomic_load(&trace.buffer) != NULL) {
        atomic_store(&trace.offset, 2 * sizeof(struct record));
        write_names_locked();
    }
    mutex_unlock(self, &trace.lock);
}

zx_status_t ktrace_probe(struct thread *self, const char name[ZX_MAX_NAME_LEN]) {
    zx_status_t result = ZX_ERR_NO_MEMORY;
    mutex_lock(self, &trace.lock);
    for (uint32_t i = 0; i < trace.probe_count && result < 0; i++) {
        if (strcmp(trace.probes[i / PROBES_PER_PAGE][i % PROBES_PER_PAGE], name) == 0) {
            result = (zx_status_t)i + 1;
        }
    }
    uint32_t page = trace.probe_count / PROBES_PER_PAGE;
    if (result < 0 && page < PROBE_PAGES) {
        if (trace.probes[page] == NULL) {
            trace.probes[page] = memory_take(HOST_PAGE_SIZE);
        }
        if (trace.probes[page] != NULL) {
            memcpy(trace.probes[page][trace.probe_count % PROBES_PER_PAGE], name, ZX_MAX_NAME_LEN);
            result = (zx_status_t)++trace.probe_count;
            ktrace_write_name(KTRACE_PROBE_NAME, (uint32_t)result, 0, name);
        }
    }
    mutex_unlock(self, &trace.lock);
    return result;
}

uint32_t ktrace_size(void) {
    uint32_t size = atomic_load(&trace.stopped_at);
    size = size != 0 ? size : atomic_load(&trace.offset);
    return size < trace.size ? size : trace.size;
}

const char *ktrace_bytes(void) {
    return atomic_load(&trace.buffer);
}
