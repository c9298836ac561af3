// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// This file may use thread-local storage: linked programs come in here with their own %fs. What it
// calls may not.
#include "syscalls/entry.h"

#include <libzircon/libzircon.h>
#include <zircon/zx-syscall-numbers.h>

#include "base/state.h"
#include "host/defer.h"
#include "host/fault.h"
#include "host/threads.h"
#include "host/window.h"
#include "hypervisor/backend.h"
#include "kernel.h"
#include "libc/libc.h"
#include "objects/thread.h"
#include "syscalls/dispatch.h"
#include "syscalls/ktrace.h"
#include "syscalls/loaded.h"
#include "syscalls/syscall.h"

static _Thread_local struct thread *current __attribute__((tls_model("initial-exec")));

static struct {
    _Atomic(libzircon_trace_hook) hook;
    _Atomic(void *) context;
} trace;

// The thread sanitizer asks for an alternate stack, by ours, before it is ready to be told
// anything.
__attribute__((no_sanitize("thread"))) struct thread *entry_current(void) {
    struct thread *self = current;
    return self != NULL && atomic_load(&self->state) != THREAD_ABSENT ? self : NULL;
}

struct thread *entry_attach(struct thread_object *object) {
    unsigned long mask = signal_block();
    struct thread *self = kernel_attach();
    if (atomic_load(&trace.hook) != NULL) { // it outlives a fork, the kernel's state does not
        atomic_fetch_or(&call_watchers, WATCHER_HOOK);
    }
    if (object == NULL) {
        object = thread_object_new(self, self->process, "");
        invariant(object != NULL);
    }
    thread_object_start(self, object, self);
    object_unref(self, &object->object);
    thread_take_signals(self);
    libc_signals_attached(self);
    current = self;
    bool over = libc_thread_is_over();
    if (over) {
        atomic_fetch_or(&self->pending, THREAD_PENDING_LEAVE);
    }
    signal_unblock(mask & ~fault_signal_mask());
    if (!over) {
        libc_thread_attached();
    }
    return self;
}

// A thread that somebody started by zx_thread_start: its descriptor and its object are there.
void entry_adopt(struct thread *self, uint32_t tid) {
    atomic_store(&self->tid, tid);
    thread_take_signals(self);
    current = self;
    libc_thread_attached();
}

void entry_detach(bool blocked) {
    unsigned long mask = blocked ? 0 : signal_block();
    struct thread *self = entry_current();
    if (self != NULL) {
        atomic_store(&self->state, THREAD_IN_KERNEL);
        kernel_detach(self);
    }
    current = NULL;
    if (!blocked) {
        signal_unblock(mask);
    }
}

void entry_forget(void) {
    current = NULL;
    kernel_forget();
}

// A signal handler calls while its thread waits in the kernel: it gets a descriptor of its own, so
// that the wait below it is not disturbed.
static struct thread *nest(struct thread *outer) {
    unsigned long mask = signal_block();
    struct thread *self = thread_attach();
    invariant(self != NULL);
    self->process = outer->process;
    self->object = outer->object;
    self->outer = outer;
    atomic_store(&self->pending, THREAD_PENDING_NESTED);
    atomic_store(&self->state, THREAD_IN_KERNEL);
    current = self;
    signal_unblock(mask);
    return self;
}

static void unnest(struct thread *self) {
    unsigned long mask = signal_block();
    if (current != self) {
        signal_unblock(mask); // a handler that came just now used this descriptor, and ended it
        return;
    }
    if ((atomic_load(&self->pending) & THREAD_PENDING_SIGNAL) != 0) {
        mask = self->signal_mask; // signals were put off: they come with this mask again
    }
    current = self->outer;
    self->object = NULL;
    handle_thread_leave(self);
    thread_detach(self);
    signal_unblock(mask);
}

static struct thread *enter_slow(void) {
    struct thread *self = entry_current();
    return self == NULL ? entry_attach(libc_thread_object()) : nest(self);
}

static void leave_slow(struct thread *self) {
    if ((atomic_load(&self->pending) & THREAD_PENDING_NESTED) != 0) {
        unnest(self);
    } else if ((atomic_load(&self->pending) & THREAD_PENDING_LEAVE) != 0) {
        entry_detach(false);
    } else {
        if ((atomic_load(&self->pending) & THREAD_PENDING_KICKS) != 0 && !self->leaving) {
            thread_trap();
        }
        signal_resume(self);
    }
}

static inline struct thread *entry_enter(uint32_t number) {
    (void)number;
    struct thread *self = current;
    if (unlikely(self == NULL ||
                 atomic_load_explicit(&self->state, memory_order_relaxed) != THREAD_IN_USER)) {
        self = enter_slow();
    }
    atomic_store_explicit(&self->state, THREAD_IN_KERNEL, memory_order_relaxed);
    return self;
}

static inline void entry_leave(struct thread *self) {
    if (unlikely(self->dead != NULL)) {
        object_bury_dead(self);
    }
    // In this order: a signal that comes before the store is put off and seen by the load, one that
    // comes after it is delivered at once.
    atomic_store_explicit(&self->state, THREAD_IN_USER, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    if (unlikely(atomic_load_explicit(&self->pending, memory_order_relaxed) != 0)) {
        leave_slow(self);
    }
}

// Leaves, and tells whether the call is to be made again: it was interrupted for something that is
// over now.
static inline bool entry_leave_retry(struct thread *self, int64_t result) {
    entry_leave(self);
    if (likely(result != ZX_ERR_INTERNAL_INTR_RETRY)) {
        return false;
    }
    atomic_store_explicit(&self->state, THREAD_IN_KERNEL, memory_order_relaxed);
    return true;
}

struct thread *entry_begin(void) {
    return entry_enter(ZX_SYS_COUNT);
}

void entry_end(struct thread *self) {
    entry_leave(self);
}

// --- tracing and calls by number ---

static inline bool entry_traced(void) {
    return unlikely(atomic_load_explicit(&call_watchers, memory_order_acquire) != 0);
}

// `self` is null for a call without a kernel entry.
static uint64_t call_by_number(struct thread *self, uint32_t number, const uint64_t words[8]) {
    if (self == NULL) {
        return dispatch(self, number, words);
    }
    uint64_t result = ktrace_dispatch(self, number, words);
    if (!loaded_is_retried(number)) {
        entry_leave(self);
        return result;
    }
    while (entry_leave_retry(self, (int64_t)result)) {
        result = ktrace_dispatch(self, number, words);
    }
    return result;
}

static uint64_t entry_traced_call(struct thread *self, uint32_t number, const uint64_t words[8]) {
    libzircon_trace_hook hook = atomic_load(&trace.hook);
    void *context = atomic_load(&trace.context);
    if (hook != NULL) {
        hook(context, number, words, NULL);
    }
    uint64_t result = call_by_number(self, number, words);
    if (hook != NULL) {
        hook(context, number, words, &result);
    }
    return result;
}

ZX_EXPORT uint64_t libzircon_call(uint32_t number, const uint64_t words[8]) {
    struct thread *self = entry_enter(number);
    return entry_traced() ? entry_traced_call(self, number, words)
                          : call_by_number(self, number, words);
}

__attribute__((noinline)) static void hook_as(struct thread *self, libzircon_trace_hook hook,
                                              uint32_t number, const uint64_t words[8],
                                              const uint64_t *result) {
    current = self;
    hook(atomic_load(&trace.context), number, words, result);
}

// In a loaded thread: with storage of libc's in the place of the program's.
static void hook_loaded(struct thread *self, uint32_t number, const uint64_t words[8],
                        const uint64_t *result) {
    libzircon_trace_hook hook = atomic_load(&trace.hook);
    uint64_t storage = libc_storage_of(self);
    if (hook != NULL && storage != 0) {
        uint64_t before = thread_fs();
        thread_allow_calls(self, true);
        thread_set_fs(storage);
        hook_as(self, hook, number, words, result);
        thread_set_fs(before);
        thread_allow_calls(self, false);
    }
}

ZX_EXPORT void libzircon_trace(libzircon_trace_hook hook, void *context) {
    atomic_store(&trace.hook, NULL);
    atomic_store(&trace.context, context);
    atomic_store(&trace.hook, hook);
    if (hook != NULL) {
        libc_storage_capture();
        call_hook_loaded = hook_loaded;
        atomic_fetch_or(&call_watchers, WATCHER_HOOK);
    } else {
        atomic_fetch_and(&call_watchers, ~(uint32_t)WATCHER_HOOK);
    }
}

// --- looking in from outside ---

// A look at an object without its lock, on purpose: the thread sanitizer need not mind it.
__attribute__((no_sanitize("thread"))) ZX_EXPORT bool
libzircon_describe_handle(zx_handle_t value, zx_obj_type_t *type, zx_koid_t *koid) {
    struct thread *self = entry_current();
    struct object *object;
    handle_id id;
    // The lookup of a bad handle is a matter of policy, and this is no lookup of the program's.
    if (self == NULL || !handle_is_valid(self, value) ||
        handle_peek(self, value, NULL, ZX_RIGHT_NONE, &object, &id) != ZX_OK) {
        return false;
    }
    // The object may die meanwhile, and its memory become another: then the handle is gone as well.
    *type = object->type->id;
    *koid = object->koid;
    atomic_thread_fence(memory_order_acquire);
    return handle_is_live(id);
}

ZX_EXPORT zx_koid_t libzircon_thread_koid(void) {
    struct thread *self = entry_current();
    return self != NULL ? self->object->object.koid : ZX_KOID_INVALID;
}

ZX_EXPORT bool libzircon_thread_is_loaded(void) {
    struct thread *self = entry_current();
    return self != NULL && self->loaded;
}

ZX_EXPORT void libzircon_fail_allocation(uint32_t n) {
    struct thread *self = entry_begin();
    self->fail_after = n;
    entry_end(self);
}

ZX_EXPORT void libzircon_count_objects(void (*report)(void *context, const char *name,
                                                      uint32_t live),
                                       void *context) {
    struct thread *self = entry_begin();
    slab_for_each(self, report, context);
    entry_end(self);
}

ZX_EXPORT uint32_t libzircon_count_handles(void) {
    struct thread *self = entry_begin();
    uint32_t count = handle_table_count(self, self->process);
    entry_end(self);
    return count;
}

ZX_EXPORT void libzircon_count_mappings(struct libzircon_mappings *mappings) {
    struct window_use use;
    struct thread *self = entry_begin();
    window_count(&use);
    entry_end(self);
    *mappings = (struct libzircon_mappings){use.mappings, use.limit, use.dropped};
}

ZX_EXPORT uint64_t libzircon_count_guest_entries(void) {
    return atomic_load(&hv_entries);
}

ZX_EXPORT uint32_t libzircon_handle_limit(void) {
    struct thread *self = entry_begin();
    uint32_t limit = handle_limit();
    entry_end(self);
    return limit;
}

// --- the entry points ---

#define ZX_ENTRY ZX_EXPORT
#define ZX_ALIAS(name, target)                                                                     \
    ZX_EXPORT extern __typeof__(target) name __attribute__((weak, alias(#target)))

#include "entry.inc"

// --- calls made of others ---

// As Fuchsia's vDSO makes it: the half that sends, then the half that waits as often as a
// suspension interrupts it.
zx_status_t vdso_channel_call(zx_handle_t handle, uint32_t options, zx_time_t deadline,
                              const zx_channel_call_args_t *args, uint32_t *actual_bytes,
                              uint32_t *actual_handles) {
    struct thread *self = entry_enter(ZX_SYS_channel_call_noretry);
    zx_status_t status =
        sys_channel_call_noretry(self, handle, options, deadline, (user_in){args},
                                 (user_out){actual_bytes}, (user_out){actual_handles});
    while (entry_leave_retry(self, status)) {
        status = sys_channel_call_finish(self, deadline, (user_in){args}, (user_out){actual_bytes},
                                         (user_out){actual_handles});
    }
    return status;
}
