// Part of libzircon. BSD-3-Clause, see LICENSE.
// The seam to the C library of a linked program. These files use libc freely: they run outside of
// the kernel, in the program's own threads.
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

// pthread_create without a thread object: for threads that are not the program's.
int libc_create_thread(pthread_t *thread, void *(*function)(void *), void *argument);

struct thread;

// The calling thread entered the kernel: notes the alternate signal stack that it had.
void libc_signals_attached(struct thread *self);

// In the child of a fork: gives the calling thread back the stack that its program asked for.
void libc_signals_forget(void);

// Lets the kernel make threads of its own (libc/service.c).
void libc_offer_threads(void);

// Lets zx_thread_start make threads of the linked program.
void libc_offer_thread_starts(void);

// Keeps a copy of the calling thread's thread-local storage, as a pattern for others.
void libc_storage_capture(void);

// What %fs is to be while code of libc's runs in a loaded thread; 0 if there is no pattern.
uint64_t libc_storage_of(struct thread *self);

struct thread_object;

// The object that libc made for the calling thread, with its reference; null if the thread has it
// already, or did not come from libc.
struct thread_object *libc_thread_object(void);

// Has the calling thread left the kernel for good? Then destructors of other libraries may still
// make calls, but nothing tells us any more when the thread ends.
bool libc_thread_is_over(void);

// A thread has entered the kernel for the first time: makes libc tell us when it ends.
void libc_thread_attached(void);

// In the child of a fork: forgets the threads of the parent.
void libc_threads_forget(void);
