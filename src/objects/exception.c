// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/exception.h"

void exceptionate_init(struct exceptionate *place, uint32_t type) {
    mutex_init(&place->lock, RANK_EXCEPTIONS);
    place->type = type;
    place->shut = false;
    place->channel = NULL;
    place->port = NULL;
}

void exceptionate_shutdown(struct thread *self, struct exceptionate *place) {
    mutex_lock(self, &place->lock);
    place->shut = true;
    mutex_unlock(self, &place->lock);
}

bool exceptionate_is_bound(struct thread *self, struct exceptionate *place) {
    mutex_lock(self, &place->lock);
    bool bound = place->channel != NULL || place->port != NULL;
    mutex_unlock(self, &place->lock);
    return bound;
}

void exception_raise_policy(struct thread *self) {
    atomic_fetch_or(&self->pending, THREAD_PENDING_POLICY);
}
