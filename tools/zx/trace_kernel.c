// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// zx trace --kernel FILE: prints what zx_ktrace_read gave and a program stored in a file. Docs are
// in docs/machine.md, *The kernel's trace*.
#include "trace_kernel.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/syscalls/table.h"
#include "zx.h"

enum {
    RECORD_LONGEST = 15 * 8, // what four bits of a tag can say
    RECORD_SHORTEST = 16,
    NAME_SHORTEST = 12,
    GROUP_PROBE = 0x040,
    EVENT_VERSION = 0x000,
    EVENT_TICKS = 0x001,
    EVENT_THREAD_NAME = 0x021,
    EVENT_PROCESS_NAME = 0x022,
    EVENT_CALL_NAME = 0x023,
    EVENT_PROBE_NAME = 0x025,
    EVENT_ENTER = 0x032,
    EVENT_EXIT = 0x033,
    EVENT_PROBE = 0x800, // and more: its number
    NAMES = 4096,
};

struct record {
    uint32_t tag, thread; // or what is about no thread
    uint64_t time;
    uint32_t numbers[(RECORD_LONGEST - 16) / 4];
};

// Names that the trace itself gives to numbers.
struct names {
    const char *list[NAMES];
};
static struct names calls, probes;

static const struct {
    uint32_t event;
    const char *name, *numbers; // what the numbers are, `x` before those in hexadecimal
} events[] = {
    {0x130, "channel_create", "koid peer"},
    {0x131, "channel_write", "koid bytes handles"},
    {0x132, "channel_read", "koid bytes handles"},
    {0x140, "port_wait", "koid"},
    {0x141, "port_wait_done", "koid status"},
    {0x142, "port_create", "koid"},
    {0x143, "port_queue", "koid bytes"},
    {0x150, "wait_one", "koid xsignals deadline_low deadline_high"},
    {0x151, "wait_one_done", "koid status xpending"},
};

static const char *find(const struct names *names, uint32_t id) {
    return id < NAMES && names->list[id] != NULL ? names->list[id] : "?";
}

static void print_numbers(FILE *out, const struct record *record, const char *names) {
    for (size_t i = 0; *names != '\0' && i < 4; i++) {
        size_t length = strcspn(names, " ");
        bool is_hex = *names == 'x';
        fprintf(out, is_hex ? " %.*s=0x%x" : " %.*s=%d", (int)(length - is_hex), names + is_hex,
                record->numbers[i]);
        names += length + (names[length] == ' ');
    }
}

static void print_event(FILE *out, const struct record *record, uint32_t event, uint64_t start) {
    // What has a thread says so; the short ones of calls have the call's number there.
    bool is_call = event == EVENT_ENTER || event == EVENT_EXIT;
    uint64_t since = record->time - start;
    fprintf(out, "%" PRIu64 ".%06" PRIu64 " ", since / 1000000000, since / 1000 % 1000000);
    if (is_call) {
        fprintf(out, "[cpu %u] %s %s\n", record->thread & 0xff,
                event == EVENT_ENTER ? "enter" : "leave", find(&calls, record->thread >> 8));
        return;
    }
    fprintf(out, "[%u] ", record->thread);
    if (event >= EVENT_PROBE) {
        fprintf(out, "probe %s", find(&probes, event & ~(uint32_t)EVENT_PROBE));
        if ((record->tag & 0xf) * 8 > RECORD_SHORTEST) {
            fprintf(out, " 0x%x 0x%x", record->numbers[0], record->numbers[1]);
        }
        fputc('\n', out);
        return;
    }
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        if (events[i].event == event) {
            fputs(events[i].name, out);
            print_numbers(out, record, events[i].numbers);
            fputc('\n', out);
            return;
        }
    }
    fprintf(out, "event 0x%x of group 0x%x: 0x%x 0x%x 0x%x 0x%x\n", event, record->tag >> 20,
            record->numbers[0], record->numbers[1], record->numbers[2], record->numbers[3]);
}

// A record that gives a name. It ends with a zero within the record.
static bool take_name(FILE *out, const char *bytes, size_t size, uint32_t event, uint32_t id) {
    if (size <= NAME_SHORTEST ||
        memchr(bytes + NAME_SHORTEST, '\0', size - NAME_SHORTEST) == NULL) {
        return false;
    }
    const char *name = bytes + NAME_SHORTEST;
    if (event == EVENT_CALL_NAME && id < NAMES) {
        calls.list[id] = name;
    } else if (event == EVENT_PROBE_NAME && id < NAMES) {
        probes.list[id] = name;
    } else if (event == EVENT_THREAD_NAME || event == EVENT_PROCESS_NAME) {
        fprintf(out, "%s %u is \"%s\"\n", event == EVENT_THREAD_NAME ? "thread" : "process", id,
                name);
    }
    return true;
}

static bool is_name(uint32_t event) {
    return event == EVENT_THREAD_NAME || event == EVENT_PROCESS_NAME || event == EVENT_CALL_NAME ||
           event == EVENT_PROBE_NAME;
}

// Prints one pass over the records; false where they are none.
static bool print_all(FILE *out, const char *bytes, size_t size) {
    uint64_t start = 0;
    for (size_t at = 0; at < size;) {
        struct record record = {0};
        if (size - at < sizeof(record.tag)) {
            return false;
        }
        memcpy(&record.tag, bytes + at, sizeof(record.tag));
        size_t length = (record.tag & 0xf) * 8;
        if (length < RECORD_SHORTEST || length > size - at) {
            return false;
        }
        memcpy(&record, bytes + at, length);
        uint32_t event = record.tag >> 8 & 0xfff;
        if (is_name(event)) {
            if (!take_name(out, bytes + at, length, event, record.thread)) {
                return false;
            }
        } else if (event == EVENT_VERSION) {
            fprintf(out, "version 0x%x\n", record.numbers[0]);
        } else if (event != EVENT_TICKS) {
            start = start == 0 ? record.time : start;
            print_event(out, &record, event, start);
        }
        at += length;
    }
    return true;
}

int trace_kernel(const char *path, const char *output) {
    FILE *in = fopen(path, "rb");
    char *bytes = NULL;
    size_t size = 0, room = 0;
    if (in == NULL) {
        zx_complain("trace", "cannot read %s: %s", path, strerror(errno));
        return ZX_EXIT_FILE;
    }
    do {
        room = room == 0 ? 1 << 16 : room * 2;
        char *more = realloc(bytes, room);
        if (more == NULL) {
            zx_complain("trace", "there is no memory for %s", path);
            free(bytes);
            fclose(in);
            return ZX_EXIT_FILE;
        }
        bytes = more;
        size += fread(bytes + size, 1, room - size, in);
    } while (size == room);
    fclose(in);
    FILE *out = output != NULL ? fopen(output, "w") : stdout;
    if (out == NULL) {
        zx_complain("trace", "cannot write %s: %s", output, strerror(errno));
        free(bytes);
        return ZX_EXIT_FILE;
    }
    bool whole = print_all(out, bytes, size);
    if (!whole) {
        zx_complain("trace", "%s is no trace of the kernel, or broken off", path);
    }
    bool written = fflush(out) == 0;
    if (out != stdout) {
        fclose(out);
    }
    free(bytes);
    return whole && written ? ZX_EXIT_OK : ZX_EXIT_FILE;
}
