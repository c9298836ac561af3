// Part of libzircon. BSD-3-Clause, see LICENSE.
// SIGSEGV, SIGBUS and their kin: who gets a fault.
//
// In order: the kernel's page faults, if the address is one that programs map at; a user copy,
// which then reports the error; exceptions, when the kernel has some; the handler that the program
// installed, or the default action.
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct thread;

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

// What the rooms above register. A thread that faults in its own code enters the kernel and leaves
// it again, as for a call; `resolve` may wait, so it is not asked while locks are held. It returns
// true if the instruction can be tried again.
extern struct thread *(*fault_self)(void);
extern struct thread *(*fault_enter)(void);
extern void (*fault_leave)(struct thread *self);
extern bool (*fault_resolve)(struct thread *self, uintptr_t address, uint32_t access);

// Installs our handlers. The program's own, if it had any, are kept and chained.
void fault_start(void);

// Is this one of the signals that must stay ours?
bool fault_owns(int signal);

// The program's handler for one of our signals: reads the old one, sets the new one; each may be
// null.
void fault_chain(int signal, const struct linux_sigaction *action, struct linux_sigaction *old);

// Bit mask of our signals, bit 0 for signal 1, as Linux's calls take it.
unsigned long fault_signal_mask(void);
