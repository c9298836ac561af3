// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/suspend_token.h"

#include "objects/thread.h"

struct suspend_token {
    struct object object;
    struct mutex object_lock;
    struct object *task; // with a reference; null once it is resumed
};

SLAB_OBJECTS(suspend_token, sizeof(struct suspend_token));

static zx_status_t suspend_process(struct thread *self, struct process *process) {
    mutex_lock(self, &process->lock);
    bool over = process->state == PROCESS_DYING || process->state == PROCESS_DEAD;
    if (!over && ++process->suspend_count == 1) {
        list_for_each(node, next, &process->threads) {
            // One that is dying already does not matter.
            (void)thread_object_suspend(self, list_entry(node, struct thread_object, node));
        }
    }
    mutex_unlock(self, &process->lock);
    return over ? ZX_ERR_BAD_STATE : ZX_OK;
}

static void resume_process(struct thread *self, struct process *process) {
    mutex_lock(self, &process->lock);
    bool over = process->state == PROCESS_DYING || process->state == PROCESS_DEAD;
    if (!over && --process->suspend_count == 0) {
        list_for_each(node, next, &process->threads) {
            thread_object_resume(self, list_entry(node, struct thread_object, node));
        }
    }
    mutex_unlock(self, &process->lock);
}

static zx_status_t suspend(struct thread *self, struct object *task) {
    struct thread_object *thread = object_as(thread_object, task);
    if (thread != NULL) {
        return thread == self->object ? ZX_ERR_NOT_SUPPORTED : thread_object_suspend(self, thread);
    }
    struct process *process = object_as(process, task);
    if (process != NULL) {
        return process == self->process ? ZX_ERR_NOT_SUPPORTED : suspend_process(self, process);
    }
    return ZX_ERR_WRONG_TYPE;
}

static void resume(struct thread *self, struct object *task) {
    struct thread_object *thread = object_as(thread_object, task);
    if (thread != NULL) {
        thread_object_resume(self, thread);
    } else {
        resume_process(self, object_as(process, task));
    }
}

zx_status_t suspend_token_new(struct thread *self, struct object *task, struct object **out) {
    struct suspend_token *token = slab_alloc(self, &suspend_token_slab);
    if (token == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    zx_status_t status = suspend(self, task);
    if (status != ZX_OK) {
        slab_free(self, &suspend_token_slab, token);
        return status;
    }
    object_ref(task);
    token->task = task;
    mutex_init(&token->object_lock, RANK_OBJECT);
    object_init(&token->object, &suspend_token_type, &token->object_lock, 0);
    *out = &token->object;
    return ZX_OK;
}

static void suspend_token_on_zero_handles(struct thread *self, struct object *object) {
    struct suspend_token *token = list_entry(object, struct suspend_token, object);
    mutex_lock(self, object->lock);
    struct object *task = token->task;
    token->task = NULL;
    mutex_unlock(self, object->lock);
    resume(self, task);
    object_unref(self, task);
}

static void suspend_token_destroy(struct thread *self, struct object *object) {
    slab_free(self, &suspend_token_slab, list_entry(object, struct suspend_token, object));
}

const struct object_type suspend_token_type = {
    .id = ZX_OBJ_TYPE_SUSPEND_TOKEN,
    .name = "suspend_token",
    .rights = ZX_DEFAULT_SUSPEND_TOKEN_RIGHTS,
    .on_zero_handles = suspend_token_on_zero_handles,
    .destroy = suspend_token_destroy,
};
