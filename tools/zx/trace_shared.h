// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What `zx trace` and the processes it watches share: memory that the command makes and that each
// process maps when libzircon-trace.so is loaded into it.
//
// Each thread has a slot. While it is in a call the slot holds the arguments of the call.
// If that takes long the command prints it as unfinished, and the thread prints the rest later. Who
// prints what is decided by one exchange of the slot's `state`, so that nobody waits for anybody.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zircon/types.h>
#include <zircon/zx-syscall-numbers.h>

// The environment variable that holds the numbers of two file descriptors: this memory, and
// where lines go.
#define TRACE_VARIABLE "LIBZIRCON_TRACE"

enum {
    TRACE_MAGIC = 0x7a780001,
    TRACE_SLOTS = 1024,
    TRACE_TEXT = 2048,  // room for the arguments
    TRACE_LINE = 16384, // room for a line
    TRACE_WANTED = 16,  // koids, handles or threads that one can ask for
};

struct trace_wanted {
    uint32_t count;
    uint64_t values[TRACE_WANTED];
};

struct trace_settings {
    bool lines, summary, timeline;
    bool failed_only;
    bool loaded_only; // only what zx run has loaded
    bool stamps, durations;
    uint32_t data_limit;
    int64_t start; // on CLOCK_MONOTONIC, when the program was started
    int32_t timeline_file;
    struct trace_wanted koids, handles, threads;
    bool calls[ZX_SYS_COUNT];
};

struct trace_count {
    _Atomic uint64_t calls, errors, time, longest;
};

// The low bits of trace_slot.state; above them is a number that every call raises by one.
enum trace_state {
    TRACE_IDLE = 0,
    TRACE_PENDING = 1,  // in a call, with nothing printed of it
    TRACE_PRINTING = 2, // the command is printing the first half
    TRACE_PRINTED = 3,
    TRACE_STATE_MASK = 3,
};

struct trace_slot {
    _Atomic uint64_t state;
    zx_koid_t thread;
    int64_t begin;
    uint32_t number;  // of the call
    uint16_t ends[8]; // of the arguments in `text`, as decode_before prints them
    char text[TRACE_TEXT];
    char line[TRACE_LINE]; // the thread's own
};

struct trace_shared {
    uint32_t magic;
    uint32_t calls; // ZX_SYS_COUNT, so that a library of another table is told
    struct trace_settings settings;
    _Atomic uint32_t loaded;             // processes that have the library and libzircon
    _Atomic uint32_t processes, threads; // that made a call; with several, lines begin with them
    _Atomic uint64_t lost;               // calls of threads that found no slot
    struct trace_count counts[ZX_SYS_COUNT];
    // Of each slot: process << 32 | thread, as Linux numbers them; 0: free.
    _Atomic uint64_t owners[TRACE_SLOTS];
    struct trace_slot slots[TRACE_SLOTS];
};

// "[1234:1030] 0.000123 " as the settings and the number of threads ask for.
struct text;
void trace_prefix(const struct trace_shared *shared, struct text *text, uint64_t owner,
                  zx_koid_t thread, int64_t time);

bool trace_wants(const struct trace_wanted *wanted, uint64_t value);
