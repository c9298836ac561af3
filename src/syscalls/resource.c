// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/resource.h"

#include "syscalls/syscall.h"

zx_status_t sys_resource_create(struct thread *self, zx_handle_t parent_rsrc, uint32_t options,
                                uint64_t base, size_t size, user_in name, size_t name_size,
                                user_out out) {
    uint32_t kind = ZX_RSRC_EXTRACT_KIND(options), flags = ZX_RSRC_EXTRACT_FLAGS(options);
    struct object *parent;
    zx_status_t status = handle_get(self, parent_rsrc, &resource_type, ZX_RIGHT_WRITE, &parent);
    if (status != ZX_OK) {
        return status;
    }
    if (kind >= ZX_RSRC_KIND_COUNT || (flags & ~ZX_RSRC_FLAGS_MASK) != 0) {
        status = ZX_ERR_INVALID_ARGS;
    } else {
        status = resource_check_child(parent, kind, base, size, flags);
    }
    object_unref(self, parent);
    char text[ZX_MAX_NAME_LEN] = {0};
    if (status == ZX_OK) {
        name_size = name_size < sizeof(text) ? name_size : sizeof(text) - 1;
        status = copy_from_user(text, name, name_size);
    }
    struct object *resource = NULL;
    if (status == ZX_OK) {
        status = resource_new(self, kind, base, size, flags, text, &resource);
    }
    return status != ZX_OK ? status : handle_return_take(self, out, resource, resource_type.rights);
}
