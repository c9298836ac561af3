// Part of libzircon. BSD-3-Clause, see LICENSE.
// All threads that the kernel knows, and finding the one that runs.
#pragma once

#include "base/thread.h"

void threads_start(void);

// Makes a descriptor for a thread that is yet to run. Null if memory is used up.
struct thread *thread_make(void);

// The same for the calling Linux thread.
struct thread *thread_attach(void);

// Gives back what `self` holds; it must not be used afterwards.
void thread_detach(struct thread *self);

// The thread whose kernel or signal stack the caller runs on, or null. For signal handlers.
struct thread *thread_of_stack(void);

// Makes signals of the calling thread arrive on its block's signal stack, and takes that back.
void thread_take_signals(struct thread *self);
void thread_drop_signals(struct thread *self);

// Interrupts a thread: it sees to its pending flags if it runs its program's code, or else on its
// way out of the kernel. Ends a wait.
void thread_kick(struct thread *self, struct thread *thread);

// Starts a loaded thread by clone: runs main(running) on its kernel stack, in the kernel, without
// %fs. False if Linux grants no thread.
bool thread_clone(struct thread *running, void (*main)(struct thread *self));
// Makes `syscall` instructions outside of our own code signals, for the calling thread.
void thread_trap_syscalls(struct thread *self);
// Sees to what is pending for the calling linked thread, which runs its program's code as far as
// the kernel is concerned.
void thread_trap(void);

// For a linked thread: calls function(argument), and comes back from it either when it returns, or
// with null when somebody returns to the place that self->host_sp is set to.
void *thread_run_based(struct thread *self, void *(*function)(void *), void *argument);
_Noreturn void thread_return_based(uint64_t host_sp);

// Lets the entry find the calling loaded thread by Linux's number: a cache, which others may take.
void thread_note_tid(struct thread *self);

// Ends the calling loaded thread, whose descriptor is given back.
_Noreturn void thread_end(struct thread *self);

// The processor time that the thread has used. 0 if it does not run.
zx_duration_t thread_runtime(const struct thread *thread);

// The thread with Linux's number `tid`, or null. For places that know nothing else, such as signal
// handlers.
struct thread *thread_find(uint32_t tid);

// Linux's number of the calling thread.
uint32_t thread_current_tid(void);

// Addresses that a program's register may hold lie below this.
#define THREAD_ADDRESS_LIMIT 0x7ffffffff000u

// The processor that runs the calling thread at the moment.
uint32_t thread_cpu(void);

// Lets other threads run.
void thread_yield(void);

// Gives a thread a priority of Zircon's, ZX_PRIORITY_*, as a nice value; if Linux grants it.
void thread_set_priority(uint32_t tid, int32_t priority);

// Ends Linux's process.
__attribute__((noreturn)) void host_exit(int code);

// Sets the calling thread's %gs base; for a loaded thread, 0 stands for the mark that the kernel
// finds it by.
void thread_set_gs(struct thread *self, uint64_t base);
void thread_set_fs(uint64_t base);
uint64_t thread_fs(void);

// May a loaded thread make Linux calls from code that is not the kernel's?
void thread_allow_calls(struct thread *self, bool allowed);

// Cells in the magazines that all threads have for slab cache `id`.
uint32_t threads_count_cells(struct thread *self, uint32_t id);

// Handle slots in all threads' magazines that belong to `process`.
uint32_t threads_count_handles(struct thread *self, const struct process *process);
