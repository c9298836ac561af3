// Part of libzircon. BSD-3-Clause, see LICENSE.
// The kernel's trace: records in one buffer, in Zircon's format, for as long as it lasts.
//
// Nothing is recorded before somebody asks for it. Writing takes no lock; the buffer is taken with
// the first use, 32 MiB of addresses that cost memory as they fill (LIBZIRCON_KTRACE sets how many
// MiB; 0 means that there is no trace).
#pragma once

#include "objects/object.h"

// Groups of events.
enum {
    KTRACE_META = 0x001,
    KTRACE_LIFECYCLE = 0x002,
    KTRACE_SCHEDULER = 0x004,
    KTRACE_TASKS = 0x008,
    KTRACE_IPC = 0x010,
    KTRACE_IRQ = 0x020,
    KTRACE_PROBE = 0x040,
    KTRACE_ALL = 0xfff,
};

// A tag: group (12 bits), event (12), flags (4), size of the record in 8 bytes (4).
#define KTRACE_TAG(event, group, size)                                                             \
    ((uint32_t)(group) << 20 | (uint32_t)(event) << 8 | (uint32_t)(size) >> 3)
#define KTRACE_32(event, group) KTRACE_TAG(event, group, 32)

enum {
    KTRACE_VERSION = KTRACE_32(0x000, KTRACE_META),
    KTRACE_TICKS_PER_MS = KTRACE_32(0x001, KTRACE_META),
    KTRACE_THREAD_NAME = KTRACE_TAG(0x021, KTRACE_META, 48),
    KTRACE_PROC_NAME = KTRACE_TAG(0x022, KTRACE_META, 48),
    KTRACE_SYSCALL_NAME = KTRACE_TAG(0x023, KTRACE_META, 48),
    KTRACE_PROBE_NAME = KTRACE_TAG(0x025, KTRACE_META, 48),
    KTRACE_SYSCALL_ENTER = KTRACE_TAG(0x032, KTRACE_IRQ, 16),
    KTRACE_SYSCALL_EXIT = KTRACE_TAG(0x033, KTRACE_IRQ, 16),
    KTRACE_OBJECT_DELETE = KTRACE_32(0x100, KTRACE_LIFECYCLE),
    KTRACE_THREAD_CREATE = KTRACE_32(0x110, KTRACE_TASKS),
    KTRACE_THREAD_START = KTRACE_32(0x111, KTRACE_TASKS),
    KTRACE_THREAD_EXIT = KTRACE_32(0x112, KTRACE_TASKS),
    KTRACE_PROC_CREATE = KTRACE_32(0x120, KTRACE_TASKS),
    KTRACE_PROC_START = KTRACE_32(0x121, KTRACE_TASKS),
    KTRACE_PROC_EXIT = KTRACE_32(0x122, KTRACE_TASKS),
    KTRACE_CHANNEL_CREATE = KTRACE_32(0x130, KTRACE_IPC),
    KTRACE_CHANNEL_WRITE = KTRACE_32(0x131, KTRACE_IPC),
    KTRACE_CHANNEL_READ = KTRACE_32(0x132, KTRACE_IPC),
    KTRACE_PORT_WAIT = KTRACE_32(0x140, KTRACE_IPC),
    KTRACE_PORT_WAIT_DONE = KTRACE_32(0x141, KTRACE_IPC),
    KTRACE_PORT_CREATE = KTRACE_32(0x142, KTRACE_IPC),
    KTRACE_PORT_QUEUE = KTRACE_32(0x143, KTRACE_IPC),
    KTRACE_WAIT_ONE = KTRACE_32(0x150, KTRACE_IPC),
    KTRACE_WAIT_ONE_DONE = KTRACE_32(0x151, KTRACE_IPC),
};

enum { KTRACE_PROBE_ID_MAX = 0x7ff };

// The groups that are being recorded, as tags have them; 0 while nothing is.
extern _Atomic uint32_t ktrace_mask;

static inline bool ktrace_wants(uint32_t tag) {
    return unlikely((tag & atomic_load_explicit(&ktrace_mask, memory_order_relaxed)) != 0);
}

void ktrace_start_room(void);

// Sees to it that there is a buffer with its head. The names of the calls are part of it.
void ktrace_prepare(struct thread *self, const char *const names[], uint32_t count);

// Records `groups` from now on; 0 for none.
void ktrace_record_groups(uint32_t groups);
// Forgets everything but the head.
void ktrace_rewind(struct thread *self);

// A record with four numbers, of the calling thread. Small: 16 bytes, with `number` in the place of
// the thread. Both look at the mask.
void ktrace_write(struct thread *self, uint32_t tag, const uint32_t numbers[4]);
void ktrace_write_small(uint32_t tag, uint32_t number);
// A name, whether its group is recorded or not.
void ktrace_write_name(uint32_t tag, uint32_t id, uint32_t number, const char *name);

// A program's record of two numbers. UNAVAILABLE if it is not wanted or does not fit.
zx_status_t ktrace_write_probe(struct thread *self, uint32_t id, uint32_t number0,
                               uint32_t number1);

// The number of the probe of this name, from 1; NO_MEMORY.
zx_status_t ktrace_probe(struct thread *self, const char name[ZX_MAX_NAME_LEN]);

// How many bytes have been recorded, and where they are. They never change again until a rewind.
uint32_t ktrace_size(void);
const char *ktrace_bytes(void);
