// Part of libzircon. BSD-3-Clause, see LICENSE.
// The way of a linked program into the kernel and out again.
#pragma once

#include "base/thread.h"

// Makes the calling thread a thread of the kernel; its descriptor is found without a lock from then
// on. `object` is the thread object it becomes, whose reference is taken; null for a new one.
struct thread *entry_attach(struct thread_object *object);

// The calling thread's descriptor, or null if it never entered the kernel.
struct thread *entry_current(void);

// The calling thread of libc carries this descriptor, which was made for it.
void entry_adopt(struct thread *self, uint32_t tid);

// The calling thread leaves for good; its signals are blocked already, or not.
void entry_detach(bool blocked);

// In the child of a fork.
void entry_forget(void);

// Brackets for code that uses the kernel without being a system call.
struct thread *entry_begin(void);
void entry_end(struct thread *self);
