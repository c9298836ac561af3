// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/thread.h"

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
    object->state = ZX_THREAD_STATE_NEW;
    object->thread = NULL;
    atomic_store(&object->futex, 0);
    atomic_store(&object->dead, false);
    list_init(&object->node);
    name_set(object->name, name, strlen(name));
    object_init(&object->object, &thread_object_type, &object->object_lock, 0);
    object_ref(&process->object);
    object->process = process;
    return object;
}

void thread_object_start(struct thread *self, struct thread_object *object,
                         struct thread *running) {
    struct process *process = object->process;
    object_ref(&object->object);
    running->process = process;
    running->object = object;
    mutex_lock(self, &process->lock);
    object->thread = running;
    object->state = ZX_THREAD_STATE_RUNNING;
    list_add_tail(&process->threads, &object->node);
    mutex_unlock(self, &process->lock);
    object_update(self, &object->object, 0, ZX_THREAD_RUNNING);
}

void thread_object_exit(struct thread *self, struct thread_object *object) {
    struct process *process = object->process;
    mutex_lock(self, &process->lock);
    object->thread = NULL;
    object->state = ZX_THREAD_STATE_DEAD;
    atomic_store(&object->dead, true);
    list_remove(&object->node);
    mutex_unlock(self, &process->lock);
    object_update(self, &object->object, ZX_THREAD_RUNNING | ZX_THREAD_SUSPENDED,
                  ZX_THREAD_TERMINATED);
    object_unref(self, &object->object);
}

void thread_object_info(struct thread *self, struct thread_object *object, zx_info_thread_t *info) {
    memset(info, 0, sizeof(*info));
    mutex_lock(self, &object->process->lock);
    info->state = object->state;
    if (object->thread != NULL && object->state == ZX_THREAD_STATE_RUNNING) {
        zx_thread_state_t blocked = atomic_load(&object->thread->blocked);
        info->state = blocked != 0 ? blocked : ZX_THREAD_STATE_RUNNING;
    }
    mutex_unlock(self, &object->process->lock);
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
