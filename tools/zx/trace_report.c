// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "trace_report.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trace_decode.h"

enum { LONG_CALL_MS = 100 }; // after which a call is shown as unfinished

static struct trace_shared *shared;
static int line_file, timeline_file;

// --- lines of our own ---

void report_begin(struct trace_shared *memory, int lines, int timeline) {
    shared = memory;
    line_file = lines;
    timeline_file = timeline;
    if (timeline >= 0) {
        dprintf(timeline, "{\"traceEvents\":[\n");
    }
}

static void write_text(int file, const struct text *text) {
    size_t done = 0;
    while (done < text->length) {
        ssize_t written = write(file, text->start + done, text->length - done);
        if (written < 0 && errno != EINTR) {
            return;
        }
        done += written > 0 ? (size_t)written : 0;
    }
}

static struct decoded pending_call(struct trace_slot *slot, struct decoder *decoder) {
    struct decoded before = {.text = {.start = slot->text, .size = TRACE_TEXT}};
    memcpy(before.ends, slot->ends, sizeof(before.ends));
    *decoder = (struct decoder){.call = &syscall_table[slot->number]};
    return before;
}

static void print_unfinished(struct trace_slot *slot, uint64_t owner) {
    char room[TRACE_LINE];
    struct text line = {.start = room, .size = sizeof(room)};
    struct decoder decoder;
    struct decoded before = pending_call(slot, &decoder);
    trace_prefix(shared, &line, owner, slot->thread, slot->begin);
    decode_first_half(&decoder, &before, &line);
    text_string(&line, " <unfinished ...>\n");
    write_text(line_file, &line);
}

static void draw_unfinished(struct trace_slot *slot, uint64_t owner, int64_t end) {
    char room[TRACE_LINE];
    struct text event = {.start = room, .size = sizeof(room)};
    struct decoder decoder;
    struct decoded before = pending_call(slot, &decoder);
    text_string(&event, "{\"ph\":\"X\",\"name\":\"");
    text_string(&event, decoder.call->name);
    text_string(&event, "\",\"cat\":\"");
    text_string(&event, decoder.call->group);
    text_string(&event, "\",\"pid\":");
    text_decimal(&event, owner >> 32);
    text_string(&event, ",\"tid\":");
    text_decimal(&event, (uint32_t)owner);
    text_string(&event, ",\"ts\":");
    text_decimal(&event, (uint64_t)(slot->begin - shared->settings.start) / 1000);
    text_string(&event, ",\"dur\":");
    text_decimal(&event, (uint64_t)(end - slot->begin) / 1000);
    text_string(&event, ",\"args\":{");
    decode_json(&decoder, &before, NULL, &event);
    text_string(&event, "}},\n");
    write_text(timeline_file, &event);
}

void report_long_calls(int64_t now) {
    int64_t before = now - ZX_MSEC(LONG_CALL_MS);
    for (size_t i = 0; i < TRACE_SLOTS; i++) {
        uint64_t owner = atomic_load(&shared->owners[i]);
        struct trace_slot *slot = &shared->slots[i];
        if (owner == 0) {
            continue;
        }
        uint64_t state = atomic_load(&slot->state);
        if ((state & TRACE_STATE_MASK) == TRACE_PENDING && slot->begin < before &&
            atomic_compare_exchange_strong(&slot->state, &state,
                                           state ^ TRACE_PENDING ^ TRACE_PRINTING)) {
            print_unfinished(slot, owner);
            atomic_store(&slot->state, state | TRACE_PRINTED);
        }
    }
}

void report_abandoned_calls(int64_t end) {
    for (size_t i = 0; i < TRACE_SLOTS; i++) {
        uint64_t owner = atomic_load(&shared->owners[i]);
        struct trace_slot *slot = &shared->slots[i];
        if (owner == 0 || kill((pid_t)(owner >> 32), 0) == 0 || errno != ESRCH) {
            continue;
        }
        enum trace_state state = atomic_load(&slot->state) & TRACE_STATE_MASK;
        if (state == TRACE_PENDING && shared->settings.lines) {
            print_unfinished(slot, owner);
        }
        if (state != TRACE_IDLE && shared->settings.timeline) {
            draw_unfinished(slot, owner, end);
        }
    }
}

void report_end(pid_t child, int status, int64_t end) {
    char what[64];
    if (WIFSIGNALED(status)) {
        snprintf(what, sizeof(what), "killed by SIG%s", sigabbrev_np(WTERMSIG(status)));
    } else {
        snprintf(what, sizeof(what), "exited with %d", WEXITSTATUS(status));
    }
    if (shared->settings.lines) {
        dprintf(line_file, "+++ %s +++\n", what);
    }
    if (shared->settings.timeline) {
        dprintf(timeline_file,
                "{\"ph\":\"i\",\"s\":\"p\",\"name\":\"%s\",\"pid\":%d,\"tid\":%d,\"ts\":%lld}\n"
                "],\n\"displayTimeUnit\":\"ns\"}\n",
                what, child, child, (long long)(end - shared->settings.start) / 1000);
    }
}

// --- the summary ---

static enum sort_key sort_key;

struct row {
    const char *name;
    uint64_t calls, errors, time, longest;
};

static int compare_rows(const void *left_row, const void *right_row) {
    const struct row *left = left_row, *right = right_row;
    uint64_t a = sort_key == BY_CALLS    ? left->calls
                 : sort_key == BY_ERRORS ? left->errors
                                         : left->time;
    uint64_t b = sort_key == BY_CALLS    ? right->calls
                 : sort_key == BY_ERRORS ? right->errors
                                         : right->time;
    return sort_key == BY_NAME || a == b ? strcmp(left->name, right->name) : a < b ? 1 : -1;
}

static void print_row(const struct row *row, double all, bool is_total) {
    double time = (double)row->time;
    dprintf(line_file, "%6.2f %12.6f ", all > 0 ? 100 * time / all : 0.0, time / 1e9);
    if (is_total) {
        dprintf(line_file, "%12s %12s ", "", "");
    } else {
        dprintf(line_file, "%12.3f %12.3f ", time / 1e3 / (double)row->calls,
                (double)row->longest / 1e3);
    }
    dprintf(line_file, "%9llu %9llu  %s\n", (unsigned long long)row->calls,
            (unsigned long long)row->errors, row->name);
}

void report_summary(enum sort_key key) {
    sort_key = key;
    static struct row rows[ZX_SYS_COUNT];
    struct row total = {.name = "total"};
    size_t count = 0;
    for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
        const struct trace_count *from = &shared->counts[i];
        struct row row = {syscall_table[i].name, atomic_load(&from->calls),
                          atomic_load(&from->errors), atomic_load(&from->time),
                          atomic_load(&from->longest)};
        if (row.calls > 0) {
            rows[count++] = row;
            total.calls += row.calls;
            total.errors += row.errors;
            total.time += row.time;
        }
    }
    qsort(rows, count, sizeof(rows[0]), compare_rows);
    dprintf(line_file, "%6s %12s %12s %12s %9s %9s  %s\n", "% time", "seconds", "usecs/call",
            "longest", "calls", "errors", "call");
    for (size_t i = 0; i < count; i++) {
        print_row(&rows[i], (double)total.time, false);
    }
    print_row(&total, (double)total.time, true);
}
