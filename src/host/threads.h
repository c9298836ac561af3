// Part of libzircon. BSD-3-Clause, see LICENSE.
// All threads that the kernel knows, and finding the one that runs.
#pragma once

#include "base/thread.h"

void threads_start(void);

// Makes the descriptor of the calling Linux thread. Null if memory is used up.
struct thread *thread_attach(void);

// Gives back what `self` holds; it must not be used afterwards.
void thread_detach(struct thread *self);

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

// Ends Linux's process.
__attribute__((noreturn)) void host_exit(int code);

// Sets the calling thread's %gs base.
void thread_set_gs(uint64_t base);

// Cells in the magazines that all threads have for slab cache `id`.
uint32_t threads_count_cells(struct thread *self, uint32_t id);

// Handle slots in all threads' magazines that belong to `process`.
uint32_t threads_count_handles(struct thread *self, const struct process *process);
