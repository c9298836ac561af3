// Part of libzircon. BSD-3-Clause, see LICENSE.
// A timer: signals itself at a moment that was set.
//
// All set timers are in one heap; a thread of the kernel's own sleeps until the first of them. It
// is woken only for a timer that is due before the moment it sleeps to, so setting and cancelling
// timers far ahead makes no Linux call.
#pragma once

#include "objects/object.h"

extern const struct object_type timer_type;

void timer_start(void);

// Null if memory is used up, or Linux grants no thread. `slack_mode` is ZX_TIMER_SLACK_*.
struct object *timer_new(struct thread *self, uint32_t slack_mode);

// Forgets what the timer was set to, clears its signal, and sets it. Within `slack` of the
// deadline, to the side that the mode allows, the timer may share the moment of another.
void timer_set(struct thread *self, struct object *timer, zx_time_t deadline, zx_duration_t slack);
void timer_cancel(struct thread *self, struct object *timer);
