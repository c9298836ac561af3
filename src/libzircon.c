// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "kernel.h"

#include <string.h>

#include "base/state.h"
#include "host/clock.h"
#include "host/console.h"
#include "host/fault.h"
#include "host/frames.h"
#include "host/memory.h"
#include "host/slab.h"
#include "host/threads.h"
#include "host/window.h"
#include "objects/debuglog.h"
#include "objects/event.h"
#include "objects/framebuffer.h"
#include "objects/futex.h"
#include "objects/interrupt_line.h"
#include "objects/ktrace.h"
#include "objects/pci_bus.h"
#include "objects/resource.h"
#include "objects/space.h"
#include "objects/thread.h"
#include "objects/timer.h"
#include "objects/vmar.h"
#include "syscalls/loaded.h"
#include "vdso/vdso.h"
#include "vm/cow.h"
#include "vm/runs.h"

static struct {
    struct job *root_job;
    struct process *process;
    struct object *root_resource, *low_memory;
    struct vmo *vdso;
} kernel KERNEL_STATE;

enum { STOPPED, STARTING, RUNNING };
static _Atomic uint32_t phase KERNEL_STATE;

extern char __start_kernel_state[], __stop_kernel_state[];

// --- the vDSO ---

struct vdso_writing {
    struct thread *self;
    struct vmo *vmo;
};

static void write_vdso(void *context, const void *bytes, size_t offset, size_t size) {
    struct vdso_writing *writing = context;
    invariant(vmo_write_kernel(writing->self, writing->vmo, bytes, offset, size) == ZX_OK);
}

static struct vmo *new_vdso(struct thread *self) {
    static const char name[] = "vdso/full";
    struct vdso_writing writing = {.self = self};
    if (vmo_new(self, vdso_size(), false, &writing.vmo) != ZX_OK) {
        return NULL;
    }
    vdso_write((uintptr_t)loaded_entry, write_vdso, &writing);
    vmar_set_vdso(writing.vmo, vdso_code_offset(), vdso_code_size());
    vmo_type.set_name(self, &writing.vmo->object, name, sizeof(name) - 1);
    return writing.vmo;
}

// All rooms, in the order in which they need each other.
static void start(void) {
    invariant(memory_start());
    invariant(frames_start());
    invariant(window_start());
    slab_start();
    threads_start();
    fault_start();
    clock_start();
    machine_cpus();
    runs_start();
    cow_start();
    space_start();
    invariant(handle_start());
    debuglog_start();
    timer_start();
    futex_start();
    resource_start();
    interrupt_line_start();
    ktrace_start_room();
    thread_start_hooks();
    pci_start();
    framebuffer_start();

    struct thread *self = thread_attach();
    invariant(self != NULL);
    kernel.root_job = job_new_root(self);
    invariant(kernel.root_job != NULL);
    kernel.process = process_new_host(self, kernel.root_job);
    kernel.root_resource = resource_new_root(self);
    kernel.low_memory = event_new(self);
    kernel.vdso = new_vdso(self);
    invariant(kernel.process != NULL && kernel.root_resource != NULL && kernel.low_memory != NULL &&
              kernel.vdso != NULL);
    thread_detach(self);
}

void kernel_forget(void) {
    window_forget();
    memset(__start_kernel_state, 0, (size_t)(__stop_kernel_state - __start_kernel_state));
}

static void start_once(void) {
    if (!memory_is_ours() && atomic_load(&phase) == RUNNING) {
        kernel_forget(); // the child of a fork that went past libc
    }
    uint32_t expected = STOPPED;
    if (atomic_compare_exchange_strong(&phase, &expected, STARTING)) {
        start();
        atomic_store(&phase, RUNNING);
    }
    while (atomic_load(&phase) != RUNNING) {
        thread_yield();
    }
}

struct thread *kernel_attach(void) {
    start_once();
    struct thread *self = thread_attach();
    invariant(self != NULL);
    self->process = kernel.process;
    return self;
}

void kernel_detach(struct thread *self) {
    thread_object_leave(self);
    thread_drop_signals(self);
    thread_detach(self);
}

struct job *kernel_root_job(void) {
    return kernel.root_job;
}

struct process *kernel_host_process(void) {
    return kernel.process;
}

struct object *kernel_root_resource(void) {
    return kernel.root_resource;
}

struct object *kernel_low_memory_event(void) {
    return kernel.low_memory;
}

struct vmo *kernel_vdso(void) {
    return kernel.vdso;
}
