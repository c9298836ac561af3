// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <string.h>

#include "host/console.h"
#include "syscalls/syscall.h"

// Fills one portion of a program's buffer.
static zx_status_t draw(user_out buffer, size_t size) {
    char bytes[ZX_CPRNG_DRAW_MAX_LEN];
    entropy_draw(bytes, size);
    zx_status_t status = copy_to_user(buffer, bytes, size);
    explicit_bzero(bytes, size);
    return status;
}

void vdso_cprng_draw(void *buffer, size_t buffer_size) {
    user_out out = {buffer};
    for (size_t done = 0; done < buffer_size;) {
        size_t portion =
            buffer_size - done < ZX_CPRNG_DRAW_MAX_LEN ? buffer_size - done : ZX_CPRNG_DRAW_MAX_LEN;
        if (draw(user_out_at(out, done), portion) != ZX_OK) {
            __builtin_trap(); // the call has no way to fail, and must not seem to have succeeded
        }
        done += portion;
    }
}

zx_status_t sys_cprng_draw_once(struct thread *self, user_out buffer, size_t buffer_size) {
    (void)self;
    if (buffer_size > ZX_CPRNG_DRAW_MAX_LEN || buffer.p == NULL) {
        return ZX_ERR_INVALID_ARGS;
    }
    return draw(buffer, buffer_size);
}

zx_status_t sys_cprng_add_entropy(struct thread *self, user_in buffer, size_t buffer_size) {
    (void)self;
    if (buffer_size > ZX_CPRNG_ADD_ENTROPY_MAX_LEN || buffer.p == NULL) {
        return ZX_ERR_INVALID_ARGS;
    }
    char bytes[ZX_CPRNG_ADD_ENTROPY_MAX_LEN];
    zx_status_t status = copy_from_user(bytes, buffer, buffer_size);
    if (status == ZX_OK) {
        entropy_add(bytes, buffer_size);
    }
    explicit_bzero(bytes, buffer_size);
    return status;
}
