// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/thread.h"

#include "base/invariant.h"
#include "host/fault.h"
#include "host/park.h"
#include "host/threads.h"
#include "objects/channel.h"
#include "objects/name.h"
#include "objects/thread_state.h"
#include <zircon/syscalls/profile.h>

SLAB_OBJECTS(thread_object, sizeof(struct thread_object));

static struct thread_object *thread_object_at(struct object *object) {
    return list_entry(object, struct thread_object, object);
}

struct thread_object *thread_object_new(struct thread *self, struct process *process,
                                        const char *name) {
    struct thread_object *object = slab_alloc(self, &thread_object_slab);
    if (object == NULL) {
        return NULL;
    }
    mutex_init(&object->object_lock, RANK_OBJECT);
    mutex_init(&object->lock, RANK_THREAD);
    object->state = ZX_THREAD_STATE_NEW;
    object->priority = ZX_PRIORITY_DEFAULT;
    object->thread = NULL;
    object->suspend_count = 0;
    object->frame = NULL;
    object->excepted = false;
    object->exception_wait = NULL;
    object->report = NULL;
    object->exception_type = ZX_EXCEPTION_CHANNEL_TYPE_NONE;
    memset(object->debug, 0, sizeof(object->debug));
    object->debug_status = DEBUG_STATUS_FIXED;
    object->debug_control = DEBUG_CONTROL_FIXED;
    object->runtime = 0;
    exceptionate_init(&object->exceptions, ZX_EXCEPTION_CHANNEL_TYPE_THREAD);
    atomic_store(&object->futex, 0);
    atomic_store(&object->dead, false);
    list_init(&object->node);
    name_set(object->name, name, strlen(name));
    object_init(&object->object, &thread_object_type, &object->object_lock, 0);
    object_ref(&process->object);
    object->process = process;
    return object;
}

// --- states ---

static bool is_over(zx_thread_state_t state) {
    return state == ZX_THREAD_STATE_DYING || state == ZX_THREAD_STATE_DEAD;
}

static void set_state_locked(struct thread *self, struct thread_object *object,
                             zx_thread_state_t state) {
    object->state = state;
    switch (state) {
    case ZX_THREAD_STATE_RUNNING:
        object_update(self, &object->object, ZX_THREAD_SUSPENDED, ZX_THREAD_RUNNING);
        break;
    case ZX_THREAD_STATE_SUSPENDED:
        object_update(self, &object->object, ZX_THREAD_RUNNING, ZX_THREAD_SUSPENDED);
        break;
    case ZX_THREAD_STATE_DEAD:
        object_update(self, &object->object, ZX_THREAD_RUNNING | ZX_THREAD_SUSPENDED,
                      ZX_THREAD_TERMINATED);
        break;
    default:
        break;
    }
}

zx_status_t thread_object_make_runnable(struct thread *self, struct thread_object *object,
                                        struct thread *running, bool suspended) {
    mutex_lock(self, &object->lock);
    zx_status_t status = object->state == ZX_THREAD_STATE_NEW ? ZX_OK : ZX_ERR_BAD_STATE;
    if (status == ZX_OK) {
        object_ref(&object->object);
        running->process = object->process;
        running->object = object;
        object->thread = running;
        object->suspend_count += suspended;
        if (object->suspend_count > 0) {
            atomic_fetch_or(&running->pending, THREAD_PENDING_SUSPEND);
        }
        set_state_locked(self, object, ZX_THREAD_STATE_RUNNING);
    }
    mutex_unlock(self, &object->lock);
    return status;
}

void thread_object_start(struct thread *self, struct thread_object *object,
                         struct thread *running) {
    (void)process_thread_started(self, object->process, object, running, false);
    if (running->object == NULL) {
        // The host's process is being killed: its last threads are in no list.
        object_ref(&object->object);
        running->process = object->process;
        running->object = object;
    }
}

// --- the beginning ---

bool (*thread_host_begin)(struct thread *self, struct thread *running);
void (*thread_host_exit)(struct thread *self);

// thread_x86_64.S
extern _Noreturn void thread_begin_raw(struct thread *self, uint64_t pc, uint64_t sp,
                                       uint64_t argument1, uint64_t argument2);

static bool is_watched(struct thread *self, bool first) {
    struct process *process = self->process;
    if (exceptionate_is_bound(self, &process->debugger)) {
        return true;
    }
    for (struct job *job = first ? process->job : NULL; job != NULL; job = job->parent) {
        if (exceptionate_is_bound(self, &job->debugger)) {
            return true;
        }
    }
    return false;
}

// Where a program runs under the address sanitizer: what that noted of a stack whose last user was
// killed in the middle is no matter of the next one's.
extern void __asan_unpoison_memory_region(const volatile void *at, size_t size)
    __attribute__((weak));

static void forget_last_user(uint64_t sp) {
    enum { PORTION = 64 << 10 };
    if (__asan_unpoison_memory_region != NULL && sp > PORTION && sp < THREAD_ADDRESS_LIMIT) {
        __asan_unpoison_memory_region((const void *)(uintptr_t)(sp - PORTION), PORTION);
    }
}

void thread_first(struct thread *self) {
    forget_last_user(self->entry[1]);
    if (self->object->priority != ZX_PRIORITY_DEFAULT) {
        thread_set_priority(self->tid, self->object->priority);
    }
    if (is_watched(self, self->first)) {
        atomic_fetch_or(&self->pending, THREAD_PENDING_START);
    }
    object_bury_dead(self);
    thread_begin_raw(self, self->entry[0], self->entry[1], self->entry[2], self->entry[3]);
}

zx_status_t thread_object_set_priority(struct thread *self, struct thread_object *object,
                                       int32_t priority) {
    mutex_lock(self, &object->lock);
    zx_status_t status = is_over(object->state) ? ZX_ERR_BAD_STATE : ZX_OK;
    if (status == ZX_OK) {
        object->priority = priority;
        if (object->thread != NULL) {
            thread_set_priority(object->thread->tid, priority);
        }
    }
    mutex_unlock(self, &object->lock);
    return status;
}

static void thread_first_loaded(struct thread *self) {
    thread_take_signals(self);
    thread_set_gs(self, 0);
    thread_trap_syscalls(self);
    thread_note_tid(self);
    thread_first(self);
}

zx_status_t thread_object_begin(struct thread *self, struct thread_object *object,
                                const struct thread_entry *entry, bool first) {
    struct process *process = object->process;
    if (process->host && self->loaded) {
        return ZX_ERR_NOT_SUPPORTED; // only a thread of libc's can make another
    }
    struct thread *running = thread_make();
    if (running == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    running->entry[0] = entry->pc;
    running->entry[1] = entry->sp;
    running->entry[2] = entry->argument1;
    running->entry[3] = entry->argument2;
    running->first = first;
    zx_status_t status = process_thread_started(self, process, object, running, first);
    if (status != ZX_OK) {
        thread_detach(running);
        return status;
    }
    bool begun = process->host ? thread_host_begin(self, running)
                               : thread_clone(running, thread_first_loaded);
    if (!begun) {
        // Linux has no thread left: this one is over before it has run.
        thread_object_exit(self, object);
        thread_detach(running);
        return ZX_ERR_NO_MEMORY;
    }
    return ZX_OK;
}

// --- the end ---

void thread_object_exit(struct thread *self, struct thread_object *object) {
    struct thread *running = object->thread;
    exceptionate_shutdown(self, &object->exceptions); // first: the signal says that all is over
    mutex_lock(self, &object->lock);
    object->runtime = running != NULL ? thread_runtime(running) : 0;
    object->thread = NULL;
    atomic_store(&object->dead, true);
    set_state_locked(self, object, ZX_THREAD_STATE_DEAD);
    mutex_unlock(self, &object->lock);
    if (running != NULL) {
        process_thread_exited(self, object->process, object);
    }
    object_unref(self, &object->object);
}

static void set_dying(struct thread *self, struct thread_object *object) {
    mutex_lock(self, &object->lock);
    if (!is_over(object->state)) {
        set_state_locked(self, object, ZX_THREAD_STATE_DYING);
    }
    mutex_unlock(self, &object->lock);
}

void thread_object_leave(struct thread *self) {
    channel_call_abandon(self);
    if (self->object != NULL) {
        set_dying(self, self->object);
        exception_thread_exiting(self);
        thread_object_exit(self, self->object);
    }
    object_bury_dead(self);
    handle_thread_leave(self);
}

// From here on nothing interrupts the thread any more.
static void begin_to_leave(struct thread *self) {
    self->killed |= (atomic_load(&self->pending) & THREAD_PENDING_KILL) != 0;
    self->leaving = true;
    self->park_ignore = THREAD_PENDING_KICKS;
    atomic_fetch_and(&self->pending, ~(uint32_t)THREAD_PENDING_KICKS);
}

void thread_exit(struct thread *self) {
    atomic_store(&self->state, THREAD_IN_KERNEL);
    begin_to_leave(self);
    if (!self->loaded) {
        set_dying(self, self->object);
        object_bury_dead(self);
        thread_host_exit(self);
        __builtin_trap();
    }
    thread_object_leave(self);
    thread_end(self);
}

static void die(struct thread *self, struct frame *frame) {
    if (self->loaded) {
        thread_exit(self);
    }
    begin_to_leave(self);
    fault_redirect(self, frame);
}

void thread_object_kill(struct thread *self, struct thread_object *object) {
    mutex_lock(self, &object->lock);
    if (object->thread != NULL && !is_over(object->state)) {
        set_state_locked(self, object, ZX_THREAD_STATE_DYING);
        atomic_fetch_or(&object->thread->pending, THREAD_PENDING_KILL);
        thread_kick(self, object->thread);
    }
    mutex_unlock(self, &object->lock);
}

// --- suspensions ---

zx_status_t thread_object_suspend(struct thread *self, struct thread_object *object) {
    mutex_lock(self, &object->lock);
    zx_status_t status = is_over(object->state) ? ZX_ERR_BAD_STATE : ZX_OK;
    object->suspend_count++;
    if (status == ZX_OK && object->thread != NULL && object->suspend_count == 1) {
        atomic_fetch_or(&object->thread->pending, THREAD_PENDING_SUSPEND);
        thread_kick(self, object->thread);
    }
    mutex_unlock(self, &object->lock);
    return status;
}

void thread_object_resume(struct thread *self, struct thread_object *object) {
    mutex_lock(self, &object->lock);
    object->suspend_count--;
    if (object->suspend_count == 0 && object->thread != NULL) {
        atomic_fetch_and(&object->thread->pending, ~(uint32_t)THREAD_PENDING_SUSPEND);
        park_wake_later(self, object->thread);
    }
    mutex_unlock(self, &object->lock);
}

// Stays here as long as the thread is suspended.
static void stop(struct thread *self, struct frame *frame) {
    struct thread_object *object = self->object;
    mutex_lock(self, &object->lock);
    atomic_fetch_and(&self->pending, ~(uint32_t)THREAD_PENDING_SUSPEND);
    if (object->suspend_count > 0 && !is_over(object->state)) {
        set_state_locked(self, object, ZX_THREAD_STATE_SUSPENDED);
        object->frame = frame;
        self->park_ignore = THREAD_PENDING_SUSPEND;
        while (object->suspend_count > 0 && !is_over(object->state)) {
            mutex_unlock(self, &object->lock);
            (void)park(self, ZX_TIME_INFINITE, 0);
            mutex_lock(self, &object->lock);
        }
        self->park_ignore = 0;
        object->frame = NULL;
        if (!is_over(object->state)) {
            set_state_locked(self, object, ZX_THREAD_STATE_RUNNING);
        }
    }
    mutex_unlock(self, &object->lock);
}

// --- on the way to the program's code ---

static bool take_pending(struct thread *self, uint32_t flag) {
    return (atomic_load(&self->pending) & flag) != 0 &&
           (atomic_fetch_and(&self->pending, ~flag) & flag) != 0;
}

static void attend(struct thread *self, struct frame *frame) {
    if (take_pending(self, THREAD_PENDING_START)) {
        exception_thread_starting(self, frame);
    }
    if (take_pending(self, THREAD_PENDING_STEP)) {
        frame_set_stepped(frame, true);
    }
    if ((atomic_load(&self->pending) & THREAD_PENDING_KILL) != 0) {
        die(self, frame);
        return;
    }
    if (take_pending(self, THREAD_PENDING_POLICY)) {
        zx_exception_report_t report;
        memset(&report, 0, sizeof(report));
        report.header.size = sizeof(report);
        report.header.type = ZX_EXCP_POLICY_ERROR;
        (void)exception_raise(self, frame, &report);
    }
    if ((atomic_load(&self->pending) & THREAD_PENDING_SUSPEND) != 0) {
        stop(self, frame);
    }
    object_bury_dead(self);
}

static bool raise_fault(struct thread *self, struct frame *frame,
                        const zx_exception_report_t *report) {
    bool done = exception_raise(self, frame, report);
    object_bury_dead(self);
    return done;
}

void thread_start_hooks(void) {
    fault_attend = attend;
    fault_raise = raise_fault;
    fault_die = thread_exit;
}

// --- looking in from outside ---

zx_duration_t thread_object_runtime(struct thread *self, struct thread_object *object) {
    mutex_lock(self, &object->lock);
    zx_duration_t runtime =
        object->thread != NULL ? thread_runtime(object->thread) : object->runtime;
    mutex_unlock(self, &object->lock);
    return runtime;
}

void thread_object_info(struct thread *self, struct thread_object *object, zx_info_thread_t *info) {
    memset(info, 0, sizeof(*info));
    mutex_lock(self, &object->lock);
    info->state = object->state;
    if (object->thread != NULL && object->state == ZX_THREAD_STATE_RUNNING) {
        zx_thread_state_t blocked = atomic_load(&object->thread->blocked);
        info->state = object->excepted ? ZX_THREAD_STATE_BLOCKED_EXCEPTION
                      : blocked != 0   ? blocked
                                       : ZX_THREAD_STATE_RUNNING;
    }
    info->wait_exception_channel_type = object->exception_type;
    mutex_unlock(self, &object->lock);
}

zx_status_t thread_object_report(struct thread *self, struct thread_object *object,
                                 zx_exception_report_t *report) {
    mutex_lock(self, &object->lock);
    zx_status_t status = object->report != NULL ? ZX_OK : ZX_ERR_BAD_STATE;
    if (status == ZX_OK) {
        *report = *object->report;
    }
    mutex_unlock(self, &object->lock);
    return status;
}

static zx_status_t thread_object_get_name(struct thread *self, struct object *object, char *name) {
    mutex_lock(self, object->lock);
    memcpy(name, thread_object_at(object)->name, ZX_MAX_NAME_LEN);
    mutex_unlock(self, object->lock);
    return ZX_OK;
}

static zx_status_t thread_object_set_name(struct thread *self, struct object *object,
                                          const char *name, size_t size) {
    mutex_lock(self, object->lock);
    name_set(thread_object_at(object)->name, name, size);
    mutex_unlock(self, object->lock);
    return ZX_OK;
}

static zx_koid_t thread_object_related_koid(struct object *object) {
    return thread_object_at(object)->process->object.koid;
}

static void thread_object_destroy(struct thread *self, struct object *object) {
    struct thread_object *thread = thread_object_at(object);
    exceptionate_shutdown(self, &thread->exceptions);
    object_unref(self, &thread->process->object);
    slab_free(self, &thread_object_slab, thread);
}

const struct object_type thread_object_type = {
    .id = ZX_OBJ_TYPE_THREAD,
    .name = "thread",
    .rights = ZX_DEFAULT_THREAD_RIGHTS,
    .related_koid = thread_object_related_koid,
    .get_name = thread_object_get_name,
    .set_name = thread_object_set_name,
    .destroy = thread_object_destroy,
};
