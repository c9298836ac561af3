// Part of libzircon. BSD-3-Clause, see LICENSE.
// The handles that Fuchsia's libc would have for a program: itself, its job, what it was started
// with. A linked program finds what Fuchsia's first program does: the root job as its own, and the
// root resource.
#include <pthread.h>
#include <zircon/process.h>
#include <zircon/processargs.h>

#include "base/state.h"
#include "host/fault.h"
#include "kernel.h"
#include "libc/libc.h"
#include "objects/resource.h"
#include "syscalls/entry.h"

static struct {
    struct mutex lock;
    bool ready;
    zx_handle_t process, job, root;
    struct {
        uint32_t info;
        zx_handle_t handle;
    } given[3];
} startup KERNEL_STATE;

static zx_handle_t new_handle(struct thread *self, struct object *object, zx_rights_t rights) {
    struct handle *slot;
    if (handle_reserve(self, &slot) != ZX_OK) {
        return ZX_HANDLE_INVALID;
    }
    zx_handle_t value = handle_value(self, slot);
    object_ref(object);
    object_add_handle_always(object);
    handle_publish(slot, object, rights);
    return value;
}

// Makes the handles at the first need, so that a program that never asks has none of them open.
static struct thread *begin(void) {
    struct thread *self = entry_begin();
    if (startup.lock.rank == 0) {
        mutex_init(&startup.lock, RANK_JOB); // all zero before, so a race does no harm
    }
    mutex_lock(self, &startup.lock);
    if (!startup.ready) {
        struct object *job = &kernel_root_job()->object;
        startup.process = new_handle(self, &kernel_host_process()->object, process_type.rights);
        startup.job = new_handle(self, job, job_type.rights);
        struct vmar *root = kernel_host_process()->root;
        startup.root = new_handle(self, &root->object, vmar_rights(root));
        startup.given[0].info = PA_HND(PA_RESOURCE, 0);
        startup.given[0].handle = new_handle(self, kernel_root_resource(), resource_type.rights);
        startup.given[1].info = PA_HND(PA_JOB_DEFAULT, 0);
        startup.given[1].handle = new_handle(self, job, job_type.rights);
        startup.given[2].info = PA_HND(PA_VMO_VDSO, 0);
        startup.given[2].handle = new_handle(self, &kernel_vdso()->object, VDSO_RIGHTS);
        startup.ready = true;
    }
    return self;
}

static void end(struct thread *self) {
    mutex_unlock(self, &startup.lock);
    entry_end(self);
}

ZX_EXPORT zx_handle_t _zx_process_self(void) {
    struct thread *self = begin();
    zx_handle_t handle = startup.process;
    end(self);
    return handle;
}

ZX_EXPORT zx_handle_t _zx_job_default(void) {
    struct thread *self = begin();
    zx_handle_t handle = startup.job;
    end(self);
    return handle;
}

ZX_EXPORT zx_handle_t _zx_vmar_root_self(void) {
    struct thread *self = begin();
    zx_handle_t handle = startup.root;
    end(self);
    return handle;
}

ZX_EXPORT zx_handle_t zx_take_startup_handle(uint32_t hnd_info) {
    zx_handle_t handle = ZX_HANDLE_INVALID;
    struct thread *self = begin();
    for (size_t i = 0; i < sizeof(startup.given) / sizeof(startup.given[0]); i++) {
        if (startup.given[i].info == hnd_info) {
            handle = startup.given[i].handle;
            startup.given[i].handle = ZX_HANDLE_INVALID;
            break;
        }
    }
    end(self);
    return handle;
}

#define ALIAS(name)                                                                                \
    ZX_EXPORT extern __typeof__(_##name) name __attribute__((weak, alias("_" #name)))
ALIAS(zx_process_self);
ALIAS(zx_job_default);
ALIAS(zx_vmar_root_self);

// The kernel starts before main, so that the fault handlers that a program installs come after
// ours; and a fork's child begins with a fresh one.
static void forget(void) {
    libc_threads_forget();
    libc_signals_forget();
    entry_forget();
}

__attribute__((constructor)) static void start(void) {
    fault_self = entry_current;
    fault_enter = entry_begin;
    fault_leave = entry_end;
    fault_resolve = vmar_fault;
    libc_offer_threads();
    libc_offer_thread_starts();
    pthread_atfork(NULL, NULL, forget);
    entry_end(entry_begin());
}
