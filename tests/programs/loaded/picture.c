// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Draws four pixels by two into the framebuffer: red grows to the right, green downwards.
#include "runtime.h"

#include <zircon/pixelformat.h>

enum { WIDTH = 4, HEIGHT = 2, STRIDE = 8 };

int64_t program(void) {
    zx_handle_t resource = start_handle(PA_HND(PA_RESOURCE, 0)), vmo;
    MUST_OK(zx_vmo_create(4096, 0, &vmo));
    for (uint32_t y = 0; y < HEIGHT; y++) {
        for (uint32_t x = 0; x < WIDTH; x++) {
            uint32_t pixel = (16 * x + 1) << 16 | (16 * y + 1) << 8 | 0x42;
            MUST_OK(zx_vmo_write(vmo, &pixel, (y * STRIDE + x) * sizeof(pixel), sizeof(pixel)));
        }
    }
    MUST_OK(zx_framebuffer_set_range(resource, vmo, 4096, ZX_PIXEL_FORMAT_RGB_x888, WIDTH, HEIGHT,
                                     STRIDE));
    return 0;
}
