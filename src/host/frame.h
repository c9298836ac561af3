// Part of libzircon. BSD-3-Clause, see LICENSE.
// The registers of a thread that stopped in a signal handler of ours. The handler's return loads
// them, so whoever changes them meanwhile changes what the thread goes on with.
#pragma once

#include "base/thread.h"
#include <zircon/syscalls/debug.h>

struct frame {
    void *context; // Linux's ucontext_t
    uint64_t fs, gs;
    bool in_call; // stopped on the way out of a call
    bool loaded;  // fs and gs are to be loaded again
};

// Reads the segment bases; in the stopped thread's handler. `gs` is what the program had in it: 0
// while it is the kernel's mark.
void frame_open(struct thread *self, struct frame *frame, void *context);
// Loads what was changed of them.
void frame_close(struct thread *self, struct frame *frame);

// The state of a thread that has not run yet: all registers zero but these.
void frame_set_entry(struct frame *frame, uintptr_t pc, uintptr_t sp, uint64_t argument1,
                     uint64_t argument2);

void frame_get_general(const struct frame *frame, zx_thread_state_general_regs_t *registers);
// False if the thread stopped in a call and could not return to that rip.
bool frame_set_general(struct frame *frame, const zx_thread_state_general_regs_t *registers);

void frame_get_fp(const struct frame *frame, zx_thread_state_fp_regs_t *registers);
void frame_set_fp(struct frame *frame, const zx_thread_state_fp_regs_t *registers);

void frame_get_vector(const struct frame *frame, zx_thread_state_vector_regs_t *registers);
void frame_set_vector(struct frame *frame, const zx_thread_state_vector_regs_t *registers);

bool frame_is_stepped(const struct frame *frame);
void frame_set_stepped(struct frame *frame, bool stepped);
