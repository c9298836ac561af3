// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "trace_shared.h"

#include "trace_text.h"

void trace_prefix(const struct trace_shared *shared, struct text *text, uint64_t owner,
                  zx_koid_t thread, int64_t time) {
    bool many_processes = atomic_load(&shared->processes) > 1;
    if (many_processes || atomic_load(&shared->threads) > 1) {
        text_char(text, '[');
        if (many_processes) {
            text_decimal(text, owner >> 32);
            text_char(text, ':');
        }
        text_decimal(text, thread);
        text_string(text, "] ");
    }
    if (shared->settings.stamps) {
        text_seconds(text, time - shared->settings.start, 6);
        text_char(text, ' ');
    }
}

bool trace_wants(const struct trace_wanted *wanted, uint64_t value) {
    for (uint32_t i = 0; i < wanted->count; i++) {
        if (wanted->values[i] == value) {
            return true;
        }
    }
    return false;
}
