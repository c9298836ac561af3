// Part of libzircon. BSD-3-Clause, see LICENSE.
// What others read and write of a thread that stands still.
#include <string.h>

#include "host/frame.h"
#include "host/threads.h"
#include "objects/thread.h"
#include "objects/thread_state.h"

enum { USER_ADDRESS_FIRST = 0x1000000 };

static bool is_still_locked(const struct thread_object *object) {
    return object->state == ZX_THREAD_STATE_SUSPENDED || object->excepted;
}

// The upper 17 bits are all the same.
static bool is_canonical(uint64_t address) {
    return address + ((uint64_t)1 << 47) < (uint64_t)1 << 48;
}

static void get_debug(const struct thread_object *object, zx_thread_state_debug_regs_t *to) {
    memset(to, 0, sizeof(*to));
    memcpy(to->dr, object->debug, sizeof(to->dr));
    to->dr6 = object->debug_status;
    to->dr7 = object->debug_control;
}

static zx_status_t set_debug(struct thread_object *object,
                             const zx_thread_state_debug_regs_t *from) {
    for (int i = 0; i < 4; i++) {
        if (from->dr[i] != 0 &&
            (from->dr[i] < USER_ADDRESS_FIRST || from->dr[i] >= THREAD_ADDRESS_LIMIT)) {
            return ZX_ERR_INVALID_ARGS;
        }
    }
    memcpy(object->debug, from->dr, sizeof(object->debug));
    object->debug_control = DEBUG_CONTROL_FIXED | (from->dr7 & DEBUG_CONTROL_USER);
    return ZX_OK;
}

static zx_status_t read_locked(struct thread_object *object, uint32_t kind, void *state) {
    const struct frame *frame = object->frame;
    switch (kind) {
    case ZX_THREAD_STATE_GENERAL_REGS:
        if (frame == NULL) {
            return ZX_ERR_NOT_SUPPORTED;
        }
        frame_get_general(frame, state);
        return ZX_OK;
    case ZX_THREAD_STATE_FP_REGS:
        memset(state, 0, sizeof(zx_thread_state_fp_regs_t));
        if (frame != NULL) {
            frame_get_fp(frame, state);
        }
        return ZX_OK;
    case ZX_THREAD_STATE_VECTOR_REGS:
        memset(state, 0, sizeof(zx_thread_state_vector_regs_t));
        if (frame != NULL) {
            frame_get_vector(frame, state);
        }
        return ZX_OK;
    case ZX_THREAD_STATE_DEBUG_REGS:
        get_debug(object, state);
        return ZX_OK;
    case ZX_THREAD_STATE_SINGLE_STEP:
        if (frame == NULL) {
            return ZX_ERR_NOT_SUPPORTED;
        }
        *(zx_thread_state_single_step_t *)state = frame_is_stepped(frame) ? 1 : 0;
        return ZX_OK;
    default:
        return ZX_ERR_INVALID_ARGS;
    }
}

static zx_status_t set_general(struct frame *frame, const zx_thread_state_general_regs_t *from) {
    if (frame == NULL) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    return is_canonical(from->fs_base) && is_canonical(from->gs_base) &&
                   frame_set_general(frame, from)
               ? ZX_OK
               : ZX_ERR_INVALID_ARGS;
}

static zx_status_t write_locked(struct thread_object *object, uint32_t kind, const void *state) {
    struct frame *frame = object->frame;
    switch (kind) {
    case ZX_THREAD_STATE_GENERAL_REGS:
        return set_general(frame, state);
    case ZX_THREAD_STATE_FP_REGS:
        if (frame != NULL) {
            frame_set_fp(frame, state);
        }
        return ZX_OK;
    case ZX_THREAD_STATE_VECTOR_REGS:
        if (frame != NULL) {
            frame_set_vector(frame, state);
        }
        return ZX_OK;
    case ZX_THREAD_STATE_DEBUG_REGS:
        return set_debug(object, state);
    case ZX_THREAD_STATE_SINGLE_STEP: {
        zx_thread_state_single_step_t step = *(const zx_thread_state_single_step_t *)state;
        if (step > 1) {
            return ZX_ERR_INVALID_ARGS;
        }
        if (frame == NULL) {
            return ZX_ERR_NOT_SUPPORTED;
        }
        frame_set_stepped(frame, step == 1);
        return ZX_OK;
    }
    default:
        return ZX_ERR_INVALID_ARGS;
    }
}

zx_status_t thread_object_read(struct thread *self, struct thread_object *object, uint32_t kind,
                               void *state) {
    mutex_lock(self, &object->lock);
    zx_status_t status =
        is_still_locked(object) ? read_locked(object, kind, state) : ZX_ERR_BAD_STATE;
    mutex_unlock(self, &object->lock);
    return status;
}

zx_status_t thread_object_write(struct thread *self, struct thread_object *object, uint32_t kind,
                                const void *state) {
    mutex_lock(self, &object->lock);
    zx_status_t status =
        is_still_locked(object) ? write_locked(object, kind, state) : ZX_ERR_BAD_STATE;
    mutex_unlock(self, &object->lock);
    return status;
}
