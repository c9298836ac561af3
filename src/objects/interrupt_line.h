// Part of libzircon. BSD-3-Clause, see LICENSE.
// The lines of the virtual interrupt controller: what devices raise and interrupt objects listen
// to.
//
// A line has at most one listener. An edge reaches it when the line goes up, and is kept while the
// line is masked; a level reaches it whenever the line is up and not masked. Without a listener
// neither is kept.
#pragma once

#include "objects/object.h"

struct interrupt;

struct interrupt_line {
    struct interrupt *listener; // no reference: the listener leaves before it dies
    bool level, active_high;    // as configured
    bool masked, raised, edge;  // edge: it came while nobody could take it
};

enum {
    INTERRUPT_PINS = 120,        // inputs of the controller, numbered like global interrupts
    INTERRUPT_MESSAGES = 224,    // messages that PCI devices can send
    INTERRUPT_MESSAGES_MAX = 32, // of one block
};

// Where devices write messages to; what they write is the message's number.
#define INTERRUPT_MESSAGE_ADDRESS UINT64_C(0xfee00000)

void interrupt_line_start(void);

// Input `pin` of the controller; null if there is none.
struct interrupt_line *interrupt_line_of_pin(uint32_t pin);

// Takes `count` messages in a row that are free, a power of two; their number, or
// INTERRUPT_MESSAGES if there are none.
uint32_t interrupt_messages_take(struct thread *self, uint32_t count);
void interrupt_messages_give(struct thread *self, uint32_t first, uint32_t count);
struct interrupt_line *interrupt_line_of_message(uint32_t message);

// The number of a line among its like.
uint32_t interrupt_line_number(const struct interrupt_line *line);

void interrupt_line_configure(struct thread *self, struct interrupt_line *line, bool level,
                              bool active_high);

// ALREADY_BOUND if somebody listens, unless it is to be stolen. A new listener's line is not
// masked.
zx_status_t interrupt_line_listen(struct thread *self, struct interrupt_line *line,
                                  struct interrupt *listener, bool steal);
void interrupt_line_leave(struct thread *self, struct interrupt_line *line,
                          struct interrupt *listener);
bool interrupt_line_is_heard(struct thread *self, const struct interrupt_line *line);
// Nobody listens any more.
void interrupt_line_drop(struct thread *self, struct interrupt_line *line);
void interrupt_line_mask(struct thread *self, struct interrupt_line *line,
                         const struct interrupt *listener, bool masked);

// Is there something for the listener now? Takes an edge away.
bool interrupt_line_take(struct thread *self, struct interrupt_line *line,
                         const struct interrupt *listener);

// A device raises or lowers the line.
void interrupt_line_set(struct thread *self, struct interrupt_line *line, bool raised);
