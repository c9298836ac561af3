// Part of libzircon. BSD-3-Clause, see LICENSE.
// Signals that stay ours: faults, and the kick by which one thread interrupts another.
//
// Who gets a fault, in order: the kernel's page faults, for the program's code and for user copies
// alike; a user copy, which then reports the error; the kernel's exceptions; the handler that the
// program installed, or the default action.
//
// The handlers run on the signal stack of the thread's block, in the kernel, with all other
// signals blocked. On the way back they see to what is pending for the thread.
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/frame.h"
#include <zircon/syscalls/exception.h>

// What the kernel's sigaction looks like to Linux.
struct linux_sigaction {
    union {
        void (*plain)(int);
        void (*detailed)(int, siginfo_t *, void *);
    } handler;
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
};

// How an address was used, or is to be.
enum { FAULT_READ = 0, FAULT_WRITE = 1, FAULT_EXECUTE = 2 };

// What the rooms above register.
//
// The calling thread where no signal stack tells it; and its way into the kernel and out again, for
// a thread that has none of ours yet, or that runs a signal handler of its program's.
extern struct thread *(*fault_self)(void);
extern struct thread *(*fault_enter)(void);
extern void (*fault_leave)(struct thread *self);
// Resolves a page fault in one of the windows that programs map at; may wait, and is not asked
// while locks are held. ZX_OK: the instruction can be tried again. ZX_ERR_INTERNAL_INTR_RETRY: so
// can a program's, once it has seen to what interrupted the wait.
extern zx_status_t (*fault_resolve)(struct thread *self, uintptr_t address, uint32_t access);
// Raises an exception of the program's code. False if it is the program's own to handle.
extern bool (*fault_raise)(struct thread *self, struct frame *frame,
                           const zx_exception_report_t *report);
// Sees to what is pending for a thread (THREAD_PENDING_KICKS) that is about to run its program's
// code with the registers of the frame.
extern void (*fault_attend)(struct thread *self, struct frame *frame);
// Ends the calling thread, a linked one that was killed.
extern void (*fault_die)(struct thread *self);

// Lets the thread go on in fault_die.
void fault_redirect(struct thread *self, struct frame *frame);

// Installs our handlers. The program's own, if it had any, are kept and chained.
void fault_start(void);

// Is this one of the signals that must stay ours?
bool fault_owns(int signal);

// The signal that interrupts a thread.
int fault_kick_signal(void);

// The program's handler for one of our signals: reads the old one, sets the new one; each may be
// null.
void fault_chain(int signal, const struct linux_sigaction *action, struct linux_sigaction *old);

// Bit mask of our signals, bit 0 for signal 1, as Linux's calls take it.
unsigned long fault_signal_mask(void);

// In a handler on our signal stack: lets the interrupted code go on in the program's handler, as
// if Linux had called that on the stack and with the mask that the program asked for.
void fault_deliver(struct thread *self, int signal, const siginfo_t *info, void *context,
                   const struct linux_sigaction *action);
