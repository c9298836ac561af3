// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/service.h"

#include <stddef.h>

#include "base/invariant.h"
#include "host/threads.h"

bool (*service_spawn)(void (*run)(void *argument), void *argument);

static void run(void *argument) {
    void (*body)(struct thread * self);
    *(void **)(void *)&body = argument;
    struct thread *self = thread_attach();
    invariant(self != NULL);
    atomic_store(&self->state, THREAD_IN_KERNEL);
    body(self);
}

bool service_start(struct thread *self, void (*body)(struct thread *self)) {
    if (self->loaded) {
        // Libc cannot be called from here.
        struct thread *running = thread_make();
        if (running == NULL || thread_clone(running, body)) {
            return running != NULL;
        }
        thread_detach(running);
        return false;
    }
    void *argument = *(void **)(void *)&body;
    return service_spawn != NULL && service_spawn(run, argument);
}
