// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The side of the virtual machine that devices have: what the public calls of libzircon/machine.h
// do.
#include <libzircon/machine.h>

#include <stdio.h>
#include <stdlib.h>
#include <zircon/pixelformat.h>

#include "objects/framebuffer.h"
#include "objects/pci_bus.h"
#include "syscalls/entry.h"
#include "syscalls/syscall.h"

ZX_EXPORT zx_status_t libzircon_interrupt_line(uint32_t pin, bool raised) {
    struct thread *self = entry_begin();
    struct interrupt_line *line = interrupt_line_of_pin(pin);
    if (line != NULL) {
        interrupt_line_set(self, line, raised);
    }
    entry_end(self);
    return line != NULL ? ZX_OK : ZX_ERR_INVALID_ARGS;
}

ZX_EXPORT zx_status_t libzircon_pci_add(const struct libzircon_pci_function *function) {
    struct pci_description description = {
        .bus = function->bus,
        .dev = function->dev,
        .func = function->func,
        .vendor_id = function->vendor_id,
        .device_id = function->device_id,
        .base_class = function->base_class,
        .sub_class = function->sub_class,
        .interface = function->interface,
        .revision = function->revision,
        .pin = function->pin,
        .msi_count = function->msi_count,
        .msi_masks = function->msi_masks,
        .express = function->express,
        .resets = function->resets,
    };
    for (int i = 0; i < PCI_BARS; i++) {
        description.bars[i].type = function->bars[i].type;
        description.bars[i].size = function->bars[i].size;
    }
    struct thread *self = entry_begin();
    zx_status_t status = pci_add(self, &description);
    entry_end(self);
    return status;
}

ZX_EXPORT zx_status_t libzircon_pci_interrupt(uint8_t bus, uint8_t dev, uint8_t func, uint32_t irq,
                                              bool raised) {
    struct thread *self = entry_begin();
    struct pci_function *function = pci_find(self, bus, dev, func);
    zx_status_t status =
        function != NULL ? pci_interrupt(self, function, irq, raised) : ZX_ERR_NOT_FOUND;
    entry_end(self);
    return status;
}

ZX_EXPORT zx_status_t libzircon_message(uint32_t data) {
    struct thread *self = entry_begin();
    struct interrupt_line *line = interrupt_line_of_message(data);
    bool is_heard = line != NULL && interrupt_line_is_heard(self, line);
    if (is_heard) {
        interrupt_line_set(self, line, true);
        interrupt_line_set(self, line, false);
    }
    entry_end(self);
    return is_heard ? ZX_OK : ZX_ERR_NOT_FOUND;
}

// --- the framebuffer as a picture ---

static bool is_shown(uint32_t format) {
    return format == ZX_PIXEL_FORMAT_RGB_x888 || format == ZX_PIXEL_FORMAT_ARGB_8888 ||
           format == ZX_PIXEL_FORMAT_RGB_565 || format == ZX_PIXEL_FORMAT_GRAY_8;
}

// A pixel as red, green, blue.
static void show_pixel(uint32_t format, const unsigned char *pixel, unsigned char rgb[3]) {
    if (format == ZX_PIXEL_FORMAT_GRAY_8) {
        rgb[0] = rgb[1] = rgb[2] = pixel[0];
    } else if (format == ZX_PIXEL_FORMAT_RGB_565) {
        uint32_t value = pixel[0] | (uint32_t)pixel[1] << 8;
        rgb[0] = (unsigned char)((value >> 11) * 255 / 31);
        rgb[1] = (unsigned char)((value >> 5 & 63) * 255 / 63);
        rgb[2] = (unsigned char)((value & 31) * 255 / 31);
    } else { // blue comes first
        rgb[0] = pixel[2];
        rgb[1] = pixel[1];
        rgb[2] = pixel[0];
    }
}

static zx_status_t write_lines(FILE *file, struct vmo *vmo, const struct framebuffer_info *info,
                               unsigned char *line, unsigned char *pixels) {
    uint32_t bytes = ZX_PIXEL_FORMAT_BYTES(info->format);
    for (uint64_t y = 0; y < info->height; y++) {
        struct thread *self = entry_begin();
        zx_status_t status = framebuffer_read(self, vmo, y * info->stride * bytes, pixels,
                                              (size_t)info->width * bytes);
        entry_end(self);
        if (status != ZX_OK) {
            return ZX_ERR_OUT_OF_RANGE;
        }
        for (size_t x = 0; x < info->width; x++) {
            show_pixel(info->format, pixels + x * bytes, line + 3 * x);
        }
        if (fwrite(line, 3, info->width, file) != info->width) {
            return ZX_ERR_IO;
        }
    }
    return ZX_OK;
}

static zx_status_t write_picture(const char *path, struct vmo *vmo,
                                 const struct framebuffer_info *info) {
    unsigned char *line = malloc((size_t)info->width * 7 + 1);
    FILE *file = line != NULL ? fopen(path, "wb") : NULL;
    zx_status_t status = line == NULL ? ZX_ERR_NO_MEMORY : file == NULL ? ZX_ERR_IO : ZX_OK;
    if (status == ZX_OK) {
        fprintf(file, "P6\n%u %u\n255\n", info->width, info->height);
        status = write_lines(file, vmo, info, line, line + (size_t)info->width * 3);
        if (fclose(file) != 0 && status == ZX_OK) {
            status = ZX_ERR_IO;
        }
    }
    free(line);
    return status;
}

ZX_EXPORT zx_status_t libzircon_framebuffer_write(const char *path) {
    struct framebuffer_info info;
    struct thread *self = entry_begin();
    struct vmo *vmo = framebuffer_get(self, &info);
    entry_end(self);
    if (vmo == NULL) {
        return ZX_ERR_BAD_STATE;
    }
    zx_status_t status =
        is_shown(info.format) ? write_picture(path, vmo, &info) : ZX_ERR_NOT_SUPPORTED;
    self = entry_begin();
    object_unref(self, &vmo->object);
    entry_end(self);
    return status;
}
