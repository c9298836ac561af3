// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/thread.h"

#include "base/invariant.h"
#include "objects/name.h"

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
    object->thread = NULL;
    object->suspend_count = 0;
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
        set_state_locked(self, object, ZX_THREAD_STATE_RUNNING);
    }
    mutex_unlock(self, &object->lock);
    return status;
}

void thread_object_start(struct thread *self, struct thread_object *object,
                         struct thread *running) {
    zx_status_t status = process_thread_started(self, object->process, object, running, false);
    invariant(status == ZX_OK);
}

void thread_object_exit(struct thread *self, struct thread_object *object) {
    mutex_lock(self, &object->lock);
    object->thread = NULL;
    atomic_store(&object->dead, true);
    set_state_locked(self, object, ZX_THREAD_STATE_DEAD);
    mutex_unlock(self, &object->lock);
    exceptionate_shutdown(self, &object->exceptions);
    process_thread_exited(self, object->process, object);
    object_unref(self, &object->object);
}

zx_status_t thread_object_begin(struct thread *self, struct thread_object *object,
                                const struct thread_entry *entry, bool first) {
    (void)self;
    (void)object;
    (void)entry;
    (void)first;
    return ZX_ERR_NOT_SUPPORTED;
}

void thread_object_kill(struct thread *self, struct thread_object *object) {
    mutex_lock(self, &object->lock);
    if (object->thread != NULL && !is_over(object->state)) {
        set_state_locked(self, object, ZX_THREAD_STATE_DYING);
    }
    mutex_unlock(self, &object->lock);
}

zx_status_t thread_object_suspend(struct thread *self, struct thread_object *object) {
    mutex_lock(self, &object->lock);
    zx_status_t status = is_over(object->state) ? ZX_ERR_BAD_STATE : ZX_OK;
    object->suspend_count++;
    mutex_unlock(self, &object->lock);
    return status;
}

void thread_object_resume(struct thread *self, struct thread_object *object) {
    mutex_lock(self, &object->lock);
    object->suspend_count--;
    mutex_unlock(self, &object->lock);
}

_Noreturn void thread_exit(struct thread *self) {
    (void)self;
    __builtin_trap();
}

void thread_object_info(struct thread *self, struct thread_object *object, zx_info_thread_t *info) {
    memset(info, 0, sizeof(*info));
    mutex_lock(self, &object->lock);
    info->state = object->state;
    if (object->thread != NULL && object->state == ZX_THREAD_STATE_RUNNING) {
        zx_thread_state_t blocked = atomic_load(&object->thread->blocked);
        info->state = blocked != 0 ? blocked : ZX_THREAD_STATE_RUNNING;
    }
    mutex_unlock(self, &object->lock);
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
