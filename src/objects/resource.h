// Part of libzircon. BSD-3-Clause, see LICENSE.
// A resource: the permission to use a range of something that belongs to the machine.
#pragma once

#include "objects/handle.h"
#include <zircon/syscalls/resource.h>

extern const struct object_type resource_type;

void resource_start(void);

// The root resource, which stands for every other kind. Null if memory is used up.
struct object *resource_new_root(struct thread *self);

// A resource of any kind and flags that are defined. INVALID_ARGS if `base` and `size` are not what
// the kind asks for, BAD_STATE if the machine has nothing of the kind, NOT_FOUND if it has not the
// range, or some of it is exclusive; NO_MEMORY.
zx_status_t resource_new(struct thread *self, uint32_t kind, uint64_t base, uint64_t size,
                         uint32_t flags, const char *name, struct object **resource);

void resource_info(struct object *object, zx_info_resource_t *info);

// Is the handle a resource of this kind, or the root resource? BAD_HANDLE, WRONG_TYPE.
zx_status_t resource_check(struct thread *self, zx_handle_t handle, uint32_t kind);

// And does it cover the range? OUT_OF_RANGE besides; an empty range is covered by a root resource
// alone.
zx_status_t resource_check_range(struct thread *self, zx_handle_t handle, uint32_t kind,
                                 uint64_t base, uint64_t size);
zx_status_t resource_covers(struct object *resource, uint32_t kind, uint64_t base, uint64_t size);

// May the resource have this child? ACCESS_DENIED, INVALID_ARGS.
zx_status_t resource_check_child(struct object *parent, uint32_t kind, uint64_t base, uint64_t size,
                                 uint32_t flags);

// Calls `visit` for each resource, in the order in which they were made, under a lock.
void resource_for_each(struct thread *self,
                       void (*visit)(void *context, const zx_info_resource_t *info), void *context);
