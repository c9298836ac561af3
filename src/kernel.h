// Part of libzircon. BSD-3-Clause, see LICENSE.
// The kernel as a whole: starting it, and the objects that exist from the start.
#pragma once

#include "objects/process.h"

// Starts the kernel if it does not run in this process yet, as in the child of a fork, and makes
// the calling thread one of its threads. Returns its descriptor.
struct thread *kernel_attach(void);

// The calling thread leaves the kernel for good.
void kernel_detach(struct thread *self);

// In the child of a fork: forgets the parent's kernel.
void kernel_forget(void);

// The objects that every kernel has; they live as long as it.
struct job *kernel_root_job(void);
struct process *kernel_host_process(void);
struct object *kernel_root_resource(void);

// The image that loaded programs reach the kernel through, and the rights that programs get to it.
struct vmo *kernel_vdso(void);
#define VDSO_RIGHTS ((ZX_DEFAULT_VMO_RIGHTS & ~ZX_RIGHT_WRITE) | ZX_RIGHT_EXECUTE)

// The event that is signalled while memory is short.
struct object *kernel_low_memory_event(void);
