// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/framebuffer.h"

#include <string.h>
#include <zircon/pixelformat.h>

#include "host/console.h"
#include "host/frames.h"

static struct {
    struct mutex lock; // RANK_FRAMEBUFFER
    struct vmo *vmo;   // with a reference
    struct framebuffer_info info;
} framebuffer KERNEL_STATE;

void framebuffer_start(void) {
    mutex_init(&framebuffer.lock, RANK_FRAMEBUFFER);
}

static const char *read_number(const char *text, uint32_t *number) {
    *number = 0;
    while (*text >= '0' && *text <= '9' && *number < UINT16_MAX) {
        *number = *number * 10 + (uint32_t)(*text++ - '0');
    }
    return text;
}

bool framebuffer_of_machine(struct framebuffer_info *info) {
    const char *text = environment_text("LIBZIRCON_FRAMEBUFFER");
    if (text == NULL) {
        return false;
    }
    text = read_number(text, &info->width);
    if (*text != 'x') {
        return false;
    }
    text = read_number(text + 1, &info->height);
    info->format = ZX_PIXEL_FORMAT_RGB_x888;
    info->stride = info->width;
    return *text == '\0' && info->width != 0 && info->height != 0;
}

static struct vmo *exchange(struct thread *self, struct vmo *vmo,
                            const struct framebuffer_info *info) {
    mutex_lock(self, &framebuffer.lock);
    struct vmo *before = framebuffer.vmo;
    framebuffer.vmo = vmo;
    framebuffer.info = *info;
    mutex_unlock(self, &framebuffer.lock);
    return before;
}

zx_status_t framebuffer_set(struct thread *self, struct vmo *vmo,
                            const struct framebuffer_info *info) {
    uint64_t size = vmo_size(self, vmo);
    if (size == 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = vmo_is_physical(vmo) ? ZX_OK : vmo_commit(self, vmo, 0, size);
    if (status != ZX_OK) {
        return status;
    }
    object_ref(&vmo->object);
    struct vmo *before = exchange(self, vmo, info);
    if (before != NULL) {
        object_unref(self, &before->object);
    }
    return ZX_OK;
}

void framebuffer_clear(struct thread *self) {
    const struct framebuffer_info none = {0, 0, 0, 0};
    struct vmo *before = exchange(self, NULL, &none);
    if (before != NULL) {
        object_unref(self, &before->object);
    }
}

struct vmo *framebuffer_get(struct thread *self, struct framebuffer_info *info) {
    mutex_lock(self, &framebuffer.lock);
    struct vmo *vmo = framebuffer.vmo;
    *info = framebuffer.info;
    if (vmo != NULL) {
        object_ref(&vmo->object);
    }
    mutex_unlock(self, &framebuffer.lock);
    return vmo;
}

zx_status_t framebuffer_read(struct thread *self, struct vmo *vmo, uint64_t offset, void *to,
                             size_t size) {
    for (size_t done = 0, part; done < size; done += part) {
        zx_paddr_t address;
        uint64_t run, in_page = (offset + done) % FRAME_SIZE;
        part = FRAME_SIZE - in_page < size - done ? FRAME_SIZE - in_page : size - done;
        zx_status_t status =
            vmo_physical(self, vmo, offset + done - in_page, FRAME_SIZE, &address, &run);
        if (status != ZX_OK) {
            return status;
        }
        if (address >> FRAME_SHIFT >= frame_space.count) {
            return ZX_ERR_NOT_FOUND;
        }
        memcpy((char *)to + done, frame_at(address >> FRAME_SHIFT) + in_page, part);
    }
    return ZX_OK;
}
