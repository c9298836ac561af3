// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/profile.h"

#include <zircon/syscalls/policy.h>

#include "kernel.h"
#include "objects/thread.h"
#include "syscalls/syscall.h"

zx_status_t sys_profile_create(struct thread *self, zx_handle_t root_job, uint32_t options,
                               user_in profile, user_out out) {
    zx_status_t status = process_check_policy(self, ZX_POL_NEW_PROFILE);
    if (status != ZX_OK) {
        return status;
    }
    if (options != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *job;
    status = handle_get(self, root_job, &job_type, ZX_RIGHT_MANAGE_PROCESS, &job);
    if (status != ZX_OK) {
        return status;
    }
    bool is_root = job == &kernel_root_job()->object;
    object_unref(self, job);
    if (!is_root) {
        return ZX_ERR_ACCESS_DENIED;
    }
    zx_profile_info_t info;
    status = copy_from_user(&info, profile, sizeof(info));
    if (status != ZX_OK) {
        return status;
    }
    struct object *object;
    status = profile_create(self, &info, &object);
    return status != ZX_OK ? status : handle_return_take(self, out, object, profile_type.rights);
}

zx_status_t sys_object_set_profile(struct thread *self, zx_handle_t handle,
                                   zx_handle_t profile_handle, uint32_t options) {
    (void)options;
    struct object *thread, *profile;
    zx_status_t status =
        handle_get(self, handle, &thread_object_type, ZX_RIGHT_MANAGE_THREAD, &thread);
    if (status != ZX_OK) {
        return status;
    }
    status = handle_get(self, profile_handle, &profile_type, ZX_RIGHT_APPLY_PROFILE, &profile);
    if (status == ZX_OK) {
        status = thread_object_set_priority(self, object_as(thread_object, thread),
                                            profile_priority(profile));
        object_unref(self, profile);
    }
    object_unref(self, thread);
    return status;
}
