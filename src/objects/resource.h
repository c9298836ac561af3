// Part of libzircon. BSD-3-Clause, see LICENSE.
// A resource: the permission to use a range of something that belongs to the machine.
#pragma once

#include "objects/handle.h"
#include <zircon/syscalls/resource.h>

extern const struct object_type resource_type;

// The root resource, which stands for every other kind. Null if memory is used up.
struct object *resource_new_root(struct thread *self);

void resource_info(struct object *object, zx_info_resource_t *info);

// Is the handle a resource of this kind, or the root resource? BAD_HANDLE, WRONG_TYPE.
zx_status_t resource_check(struct thread *self, zx_handle_t handle, uint32_t kind);
