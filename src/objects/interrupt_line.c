// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// One lock guards all lines. It lies above the objects' locks, since a listener masks and unmasks
// its line under its own; so a line that goes up only finds its listener under it, and the listener
// asks again under both (interrupt_line_take).
#include "objects/interrupt_line.h"

#include "objects/interrupt.h"

static struct {
    struct mutex lock; // RANK_INTERRUPT_LINES
    struct interrupt_line pins[INTERRUPT_PINS];
    struct interrupt_line messages[INTERRUPT_MESSAGES];
    bool taken[INTERRUPT_MESSAGES];
} lines KERNEL_STATE;

void interrupt_line_start(void) {
    mutex_init(&lines.lock, RANK_INTERRUPT_LINES);
    for (uint32_t i = 0; i < INTERRUPT_PINS; i++) {
        lines.pins[i].active_high = true;
        lines.pins[i].masked = true;
    }
}

struct interrupt_line *interrupt_line_of_pin(uint32_t pin) {
    return pin < INTERRUPT_PINS ? &lines.pins[pin] : NULL;
}

struct interrupt_line *interrupt_line_of_message(uint32_t message) {
    return message < INTERRUPT_MESSAGES ? &lines.messages[message] : NULL;
}

uint32_t interrupt_line_number(const struct interrupt_line *line) {
    bool is_pin = line >= lines.pins && line < lines.pins + INTERRUPT_PINS;
    return (uint32_t)(is_pin ? line - lines.pins : line - lines.messages);
}

static bool is_free_locked(uint32_t first, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (lines.taken[first + i]) {
            return false;
        }
    }
    return true;
}

uint32_t interrupt_messages_take(struct thread *self, uint32_t count) {
    uint32_t first;
    mutex_lock(self, &lines.lock);
    for (first = 0; first + count <= INTERRUPT_MESSAGES; first += count) {
        if (is_free_locked(first, count)) {
            break;
        }
    }
    bool found = first + count <= INTERRUPT_MESSAGES;
    for (uint32_t i = 0; found && i < count; i++) {
        lines.taken[first + i] = true;
        lines.messages[first + i] = (struct interrupt_line){.active_high = true, .masked = true};
    }
    mutex_unlock(self, &lines.lock);
    return found ? first : INTERRUPT_MESSAGES;
}

void interrupt_messages_give(struct thread *self, uint32_t first, uint32_t count) {
    mutex_lock(self, &lines.lock);
    for (uint32_t i = 0; i < count; i++) {
        lines.taken[first + i] = false;
    }
    mutex_unlock(self, &lines.lock);
}

void interrupt_line_configure(struct thread *self, struct interrupt_line *line, bool level,
                              bool active_high) {
    mutex_lock(self, &lines.lock);
    line->level = level;
    line->active_high = active_high;
    line->edge = false;
    mutex_unlock(self, &lines.lock);
}

zx_status_t interrupt_line_listen(struct thread *self, struct interrupt_line *line,
                                  struct interrupt *listener, bool steal) {
    mutex_lock(self, &lines.lock);
    bool taken = line->listener != NULL && !steal;
    if (!taken) {
        line->listener = listener;
        line->masked = false;
        line->edge = false;
    }
    mutex_unlock(self, &lines.lock);
    return taken ? ZX_ERR_ALREADY_BOUND : ZX_OK;
}

void interrupt_line_leave(struct thread *self, struct interrupt_line *line,
                          struct interrupt *listener) {
    mutex_lock(self, &lines.lock);
    if (line->listener == listener) {
        line->listener = NULL;
        line->masked = true;
    }
    mutex_unlock(self, &lines.lock);
}

bool interrupt_line_is_heard(struct thread *self, const struct interrupt_line *line) {
    mutex_lock(self, &lines.lock);
    bool is_heard = line->listener != NULL;
    mutex_unlock(self, &lines.lock);
    return is_heard;
}

void interrupt_line_drop(struct thread *self, struct interrupt_line *line) {
    mutex_lock(self, &lines.lock);
    line->listener = NULL;
    line->masked = true;
    mutex_unlock(self, &lines.lock);
}

void interrupt_line_mask(struct thread *self, struct interrupt_line *line,
                         const struct interrupt *listener, bool masked) {
    mutex_lock(self, &lines.lock);
    if (line->listener == listener) {
        line->masked = masked;
    }
    mutex_unlock(self, &lines.lock);
}

bool interrupt_line_take(struct thread *self, struct interrupt_line *line,
                         const struct interrupt *listener) {
    mutex_lock(self, &lines.lock);
    bool due =
        line->listener == listener && !line->masked && (line->level ? line->raised : line->edge);
    line->edge = line->edge && !due;
    mutex_unlock(self, &lines.lock);
    return due;
}

void interrupt_line_set(struct thread *self, struct interrupt_line *line, bool raised) {
    struct interrupt *listener = NULL;
    mutex_lock(self, &lines.lock);
    bool rises = raised && !line->raised;
    line->raised = raised;
    if (line->listener != NULL) {
        line->edge = line->edge || rises;
        // It leaves the line before its memory goes, but may be about to.
        if (rises && !line->masked && object_try_ref(interrupt_object(line->listener))) {
            listener = line->listener;
        }
    }
    mutex_unlock(self, &lines.lock);
    if (listener != NULL) {
        interrupt_arrives(self, listener);
        object_unref(self, interrupt_object(listener));
    }
}
