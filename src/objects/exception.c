// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/exception.h"

#include <string.h>

#include "base/invariant.h"
#include "host/fault.h"
#include "host/park.h"
#include "objects/channel.h"
#include "objects/exception_port.h"
#include "objects/thread.h"

struct exception {
    struct object object;
    struct mutex object_lock;
    struct thread_object *thread; // with a reference
    zx_rights_t thread_rights, process_rights;
    bool resumes;
    _Atomic uint32_t closed;       // no handle is left: the answer
    struct thread *_Atomic waiter; // that waits for it
};

SLAB_OBJECTS(exception, sizeof(struct exception));

static struct exception *exception_at(struct object *object) {
    return list_entry(object, struct exception, object);
}

static struct exception *exception_new(struct thread *self) {
    struct exception *exception = slab_alloc(self, &exception_slab);
    if (exception == NULL) {
        return NULL;
    }
    mutex_init(&exception->object_lock, RANK_OBJECT);
    exception->thread_rights = exception->process_rights = 0;
    exception->resumes = false;
    atomic_store(&exception->closed, 0);
    atomic_store(&exception->waiter, self);
    object_init(&exception->object, &exception_type, &exception->object_lock, 0);
    object_ref(&self->object->object);
    exception->thread = self->object;
    return exception;
}

static void exception_on_zero_handles(struct thread *self, struct object *object) {
    struct exception *exception = exception_at(object);
    mutex_lock(self, object->lock);
    struct thread *waiter = atomic_load(&exception->waiter);
    atomic_store(&exception->closed, 1);
    mutex_unlock(self, object->lock);
    park_wake_later(self, waiter);
}

static void exception_destroy(struct thread *self, struct object *object) {
    struct exception *exception = exception_at(object);
    object_unref(self, &exception->thread->object);
    slab_free(self, &exception_slab, exception);
}

const struct object_type exception_type = {
    .id = ZX_OBJ_TYPE_EXCEPTION,
    .name = "exception",
    .rights = ZX_DEFAULT_EXCEPTION_RIGHTS,
    .on_zero_handles = exception_on_zero_handles,
    .destroy = exception_destroy,
};

bool exception_resumes(struct thread *self, struct object *object) {
    mutex_lock(self, object->lock);
    bool resumes = exception_at(object)->resumes;
    mutex_unlock(self, object->lock);
    return resumes;
}

void exception_set_resumes(struct thread *self, struct object *object, bool resumes) {
    mutex_lock(self, object->lock);
    exception_at(object)->resumes = resumes;
    mutex_unlock(self, object->lock);
}

zx_status_t exception_thread(struct thread *self, struct object *object, struct object **thread,
                             zx_rights_t *rights) {
    struct exception *exception = exception_at(object);
    mutex_lock(self, object->lock);
    *rights = exception->thread_rights;
    mutex_unlock(self, object->lock);
    if (*rights == 0) {
        return ZX_ERR_ACCESS_DENIED;
    }
    *thread = &exception->thread->object;
    object_ref(*thread);
    return ZX_OK;
}

zx_status_t exception_process(struct thread *self, struct object *object, struct object **process,
                              zx_rights_t *rights) {
    struct exception *exception = exception_at(object);
    mutex_lock(self, object->lock);
    *rights = exception->process_rights;
    mutex_unlock(self, object->lock);
    if (*rights == 0) {
        return ZX_ERR_ACCESS_DENIED;
    }
    *process = &exception->thread->process->object;
    object_ref(*process);
    return ZX_OK;
}

// --- places ---

void exceptionate_init(struct exceptionate *place, uint32_t type) {
    mutex_init(&place->lock, RANK_EXCEPTIONS);
    place->type = type;
    place->shut = false;
    place->channel = NULL;
    place->binding = NULL;
    place->port = NULL;
}

// Lets go of a channel whose other end is closed: an observer of the kernel's end. It is an object
// so that what it does is put off until no lock is held. Its one reference is that of the list of
// observers; the place, in type-stable memory, may have found another binding or task meanwhile.
struct exception_binding {
    struct object object;
    struct mutex object_lock;
    struct observer observer;
    struct object *channel; // with a reference
    struct exceptionate *place;
};

SLAB_OBJECTS(exception_binding, sizeof(struct exception_binding));

static void binding_changed(struct thread *self, struct observer *observer, zx_signals_t signals) {
    struct exception_binding *binding = list_entry(observer, struct exception_binding, observer);
    if ((signals & ZX_CHANNEL_PEER_CLOSED) != 0) {
        list_remove(&observer->node);
        object_unref(self, &binding->object);
    }
}

static void binding_cancelled(struct thread *self, struct observer *observer) {
    (void)self;
    (void)observer;
}

static const struct observer_type binding_observer = {
    .changed = binding_changed,
    .cancelled = binding_cancelled,
};

static void drop_channel_locked(struct thread *self, struct exceptionate *place) {
    struct object *channel = place->channel;
    struct exception_binding *binding = place->binding;
    if (channel != NULL) {
        place->channel = NULL;
        place->binding = NULL;
        mutex_lock(self, channel->lock);
        bool linked = list_is_linked(&binding->observer.node);
        if (linked) {
            list_remove(&binding->observer.node);
        }
        mutex_unlock(self, channel->lock);
        if (linked) {
            object_unref(self, &binding->object);
        }
        object_drop_handle(self, channel);
        object_unref(self, channel);
    }
}

static void exception_binding_destroy(struct thread *self, struct object *object) {
    struct exception_binding *binding = list_entry(object, struct exception_binding, object);
    struct exceptionate *place = binding->place;
    mutex_lock(self, &place->lock);
    if (place->binding == binding) {
        drop_channel_locked(self, place);
    }
    mutex_unlock(self, &place->lock);
    object_unref(self, binding->channel);
    slab_free(self, &exception_binding_slab, binding);
}

static const struct object_type exception_binding_type = {
    .id = ZX_OBJ_TYPE_NONE,
    .name = "exception_binding",
    .destroy = exception_binding_destroy,
};

static struct exception_binding *binding_new(struct thread *self, struct exceptionate *place,
                                             struct object *channel) {
    struct exception_binding *binding = slab_alloc(self, &exception_binding_slab);
    if (binding != NULL) {
        mutex_init(&binding->object_lock, RANK_OBJECT);
        object_init(&binding->object, &exception_binding_type, &binding->object_lock, 0);
        binding->observer.type = &binding_observer;
        binding->observer.handle = HANDLE_ID_NONE;
        list_init(&binding->observer.node);
        binding->place = place;
        binding->channel = channel;
        object_ref(channel);
    }
    return binding;
}

void exceptionate_shutdown(struct thread *self, struct exceptionate *place) {
    mutex_lock(self, &place->lock);
    place->shut = true;
    drop_channel_locked(self, place);
    mutex_unlock(self, &place->lock);
    (void)exceptionate_reset_port(self, place);
}

static bool has_channel_locked(const struct exceptionate *place) {
    return place->channel != NULL && (object_signals(place->channel) & ZX_CHANNEL_PEER_CLOSED) == 0;
}

bool exceptionate_is_bound(struct thread *self, struct exceptionate *place) {
    mutex_lock(self, &place->lock);
    bool bound = place->port != NULL || has_channel_locked(place);
    mutex_unlock(self, &place->lock);
    return bound;
}

zx_status_t exceptionate_set_channel_take(struct thread *self, struct exceptionate *place,
                                          struct object *channel, zx_rights_t thread_rights,
                                          zx_rights_t process_rights) {
    zx_status_t status = ZX_OK;
    struct exception_binding *binding = binding_new(self, place, channel);
    mutex_lock(self, &place->lock);
    if (binding == NULL) {
        status = ZX_ERR_NO_MEMORY;
    } else if (place->shut) {
        status = ZX_ERR_BAD_STATE;
    } else if (has_channel_locked(place)) {
        status = ZX_ERR_ALREADY_BOUND;
    } else {
        drop_channel_locked(self, place);
        place->channel = channel;
        place->binding = binding;
        mutex_lock(self, channel->lock);
        list_add_tail(&channel->observers, &binding->observer.node);
        mutex_unlock(self, channel->lock);
        place->thread_rights = thread_rights;
        place->process_rights = process_rights;
    }
    mutex_unlock(self, &place->lock);
    if (status != ZX_OK) {
        if (binding != NULL) {
            object_unref(self, &binding->object);
        }
        object_drop_handle(self, channel);
        object_unref(self, channel);
    }
    return status;
}

// --- delivery ---

// What a handler did.
enum outcome {
    NOBODY,  // there is none
    NEXT,    // it wants the next one to be asked
    RESUMED, // the thread goes on
    KILLED,  // the thread was killed meanwhile
    BROKEN,  // it could not be told
};

static bool is_killed(struct thread *self) {
    return self->killed || (atomic_load(&self->pending) & THREAD_PENDING_KILL) != 0;
}

// Shows the thread as one that is in an exception; the thread's lock is held.
static void enter_locked(struct thread *self, const struct exceptionate *place, struct frame *frame,
                         const zx_exception_report_t *report) {
    struct thread_object *thread = self->object;
    thread->excepted = true;
    thread->frame = frame;
    thread->report = report;
    thread->exception_type = place->type;
}

static void leave_exception(struct thread *self) {
    struct thread_object *thread = self->object;
    mutex_lock(self, &thread->lock);
    thread->excepted = false;
    thread->frame = NULL;
    thread->report = NULL;
    thread->exception_wait = NULL;
    thread->exception_type = ZX_EXCEPTION_CHANNEL_TYPE_NONE;
    mutex_unlock(self, &thread->lock);
}

// Waits for an answer; a suspension has to wait for it too. False if the thread was killed.
static bool wait_for(struct thread *self, _Atomic uint32_t *answer) {
    uint32_t ignored = self->park_ignore;
    self->park_ignore |= THREAD_PENDING_SUSPEND;
    while (atomic_load(answer) == 0 && !is_killed(self)) {
        (void)park(self, ZX_TIME_INFINITE, ZX_THREAD_STATE_BLOCKED_EXCEPTION);
    }
    self->park_ignore = ignored;
    return !is_killed(self);
}

// Writes the message; the thread's and the place's locks are held.
static enum outcome send_locked(struct thread *self, struct exceptionate *place,
                                struct exception *exception, zx_excp_type_t type) {
    struct message *message;
    zx_exception_info_t info;
    memset(&info, 0, sizeof(info));
    info.pid = exception->thread->process->object.koid;
    info.tid = exception->thread->object.koid;
    info.type = type;
    if (message_new(self, sizeof(info), 1, &message) != ZX_OK) {
        return BROKEN;
    }
    memcpy(message_bytes(message), &info, sizeof(info));
    exception->thread_rights = place->thread_rights;
    exception->process_rights = place->process_rights;
    object_ref(&exception->object);
    object_add_handle_always(&exception->object);
    message->records[0] =
        (struct handle_record){&exception->object, exception_type.rights, HANDLE_ID_NONE};
    if (channel_write_take(self, place->channel, HANDLE_ID_NONE, message) != ZX_OK) {
        drop_channel_locked(self, place); // nobody reads it any more
        atomic_store(&exception->closed, 0);
        return NOBODY;
    }
    return NEXT;
}

static enum outcome ask_channel(struct thread *self, struct exceptionate *place,
                                struct frame *frame, const zx_exception_report_t *report) {
    mutex_lock(self, &place->lock);
    bool bound = place->channel != NULL;
    mutex_unlock(self, &place->lock);
    if (!bound) {
        return NOBODY;
    }
    struct exception *exception = exception_new(self);
    if (exception == NULL) {
        return BROKEN;
    }
    mutex_lock(self, &self->object->lock);
    mutex_lock(self, &place->lock);
    enum outcome outcome =
        place->channel != NULL ? send_locked(self, place, exception, report->header.type) : NOBODY;
    if (outcome == NEXT) {
        enter_locked(self, place, frame, report);
    }
    mutex_unlock(self, &place->lock);
    mutex_unlock(self, &self->object->lock);
    if (outcome == NEXT) {
        bool alive = wait_for(self, &exception->closed);
        leave_exception(self);
        outcome = !alive ? KILLED : exception_resumes(self, &exception->object) ? RESUMED : NEXT;
    }
    object_unref(self, &exception->object);
    return outcome;
}

static enum outcome ask_port(struct thread *self, struct exceptionate *place, struct frame *frame,
                             const zx_exception_report_t *report) {
    struct exception_wait wait = {.thread = self};
    struct thread_object *thread = self->object;
    mutex_lock(self, &thread->lock);
    bool bound = exception_port_begin(self, place, &wait);
    if (bound) {
        enter_locked(self, place, frame, report);
        thread->exception_wait = &wait;
    }
    mutex_unlock(self, &thread->lock);
    if (!bound) {
        return NOBODY;
    }
    enum outcome outcome = BROKEN;
    zx_status_t status = exception_port_send(self, &wait, report->header.type);
    if (status == ZX_OK) {
        outcome = wait_for(self, &wait.answer) ? NEXT : KILLED;
    }
    leave_exception(self);
    exception_port_end(self, place, &wait);
    if (outcome == NEXT && atomic_load(&wait.answer) == EXCEPTION_RESUME) {
        outcome = RESUMED;
    }
    return outcome;
}

static enum outcome ask(struct thread *self, struct exceptionate *place, struct frame *frame,
                        const zx_exception_report_t *report) {
    enum outcome outcome = ask_port(self, place, frame, report);
    if (outcome != NOBODY && outcome != NEXT) {
        return outcome;
    }
    enum outcome second = ask_channel(self, place, frame, report);
    return second == NOBODY ? outcome : second;
}

static enum outcome ask_all(struct thread *self, struct frame *frame,
                            const zx_exception_report_t *report) {
    struct process *process = self->process;
    struct exceptionate *first[] = {&process->debugger, &self->object->exceptions,
                                    &process->exceptions};
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
        enum outcome outcome = ask(self, first[i], frame, report);
        if (outcome != NOBODY && outcome != NEXT) {
            return outcome;
        }
    }
    for (struct job *job = process->job; job != NULL; job = job->parent) {
        enum outcome outcome = ask(self, &job->exceptions, frame, report);
        if (outcome != NOBODY && outcome != NEXT) {
            return outcome;
        }
    }
    return NOBODY;
}

bool exception_raise(struct thread *self, struct frame *frame,
                     const zx_exception_report_t *report) {
    switch (ask_all(self, frame, report)) {
    case RESUMED:
    case KILLED:
        return true;
    default:
        break;
    }
    if (self->process->host && ZX_EXCP_IS_ARCH(report->header.type)) {
        return false;
    }
    process_kill(self, self->process, ZX_TASK_RETCODE_EXCEPTION_KILL);
    return true;
}

void exception_raise_policy(struct thread *self) {
    atomic_fetch_or(&self->pending, THREAD_PENDING_POLICY);
}

// --- starts and ends, which the debugger hears of ---

// True if somebody was told, whatever he answered.
static bool tell(struct thread *self, struct exceptionate *place, struct frame *frame,
                 zx_excp_type_t type, bool either) {
    zx_exception_report_t report;
    memset(&report, 0, sizeof(report));
    report.header.size = sizeof(report);
    report.header.type = type;
    bool told = ask_port(self, place, frame, &report) != NOBODY;
    if (told && either) {
        return true;
    }
    return ask_channel(self, place, frame, &report) != NOBODY || told;
}

void exception_thread_starting(struct thread *self, struct frame *frame) {
    struct process *process = self->process;
    if (self->first) {
        for (struct job *job = process->job; job != NULL; job = job->parent) {
            if (tell(self, &job->debugger, frame, ZX_EXCP_PROCESS_STARTING, true)) {
                break;
            }
        }
    }
    (void)tell(self, &process->debugger, frame, ZX_EXCP_THREAD_STARTING, false);
}

void exception_thread_exiting(struct thread *self) {
    (void)tell(self, &self->process->debugger, NULL, ZX_EXCP_THREAD_EXITING, false);
}
