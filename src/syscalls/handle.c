// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "syscalls/syscall.h"

#include "syscalls/handles.h"

zx_status_t sys_handle_close(struct thread *self, zx_handle_t handle) {
    if (handle == ZX_HANDLE_INVALID) {
        return ZX_OK;
    }
    struct handle_record record;
    zx_status_t status = handle_take(self, handle, NULL, NULL, &record);
    if (likely(status == ZX_OK)) {
        handle_record_close(self, record);
    }
    return status;
}

zx_status_t handles_close_user(struct thread *self, user_in handles, size_t count) {
    zx_handle_t values[HANDLES_PORTION];
    zx_status_t status = ZX_OK;
    for (size_t done = 0; done < count;) {
        size_t portion = count - done < HANDLES_PORTION ? count - done : HANDLES_PORTION;
        status = copy_from_user(values, user_in_at(handles, done * sizeof(values[0])),
                                portion * sizeof(values[0]));
        if (status != ZX_OK) {
            return status;
        }
        // As in Zircon, the result is that of the last portion.
        for (size_t i = 0; i < portion; i++) {
            zx_status_t closed = sys_handle_close(self, values[i]);
            if (closed != ZX_OK) {
                status = closed;
            }
        }
        done += portion;
    }
    return status;
}

zx_status_t sys_handle_close_many(struct thread *self, user_in handles, size_t num_handles) {
    return handles_close_user(self, handles, num_handles);
}

zx_status_t sys_handle_duplicate(struct thread *self, zx_handle_t handle, zx_rights_t rights,
                                 user_out out) {
    struct object *object;
    zx_rights_t has;
    zx_status_t status = handle_get_id(self, handle, ZX_RIGHT_DUPLICATE, &object, &has, NULL);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    if (rights == ZX_RIGHT_SAME_RIGHTS) {
        rights = has;
    } else if (unlikely((has & rights) != rights)) {
        object_unref(self, object);
        return ZX_ERR_INVALID_ARGS;
    }
    // If the last handle was closed in the meantime, the object's end has been announced.
    if (unlikely(!object_add_handle(object))) {
        object_unref(self, object);
        return ZX_ERR_BAD_HANDLE;
    }
    return handle_return_counted_take(self, out, object, rights);
}

zx_status_t sys_handle_replace(struct thread *self, zx_handle_t handle, zx_rights_t rights,
                               user_out out) {
    struct handle_record record;
    zx_status_t status = handle_take(self, handle, NULL, NULL, &record);
    if (unlikely(status != ZX_OK)) {
        return status;
    }
    if (rights == ZX_RIGHT_SAME_RIGHTS) {
        rights = record.rights;
    } else if (unlikely((record.rights & rights) != rights)) {
        handle_record_close(self, record);
        return ZX_ERR_INVALID_ARGS;
    }
    object_cancel(self, record.object, record.id);
    return handle_return_counted_take(self, out, record.object, rights);
}
