// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <libzircon/machine.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zircon/pixelformat.h>

enum { PAGE = 4096 };

static zx_status_t get_info(uint32_t info[4]) {
    return zx_framebuffer_get_info(root_resource(), &info[0], &info[1], &info[2], &info[3]);
}

static zx_status_t set_range(zx_handle_t vmo, uint32_t format, uint32_t width, uint32_t height,
                             uint32_t stride) {
    return zx_framebuffer_set_range(root_resource(), vmo, 0, format, width, height, stride);
}

TEST(framebuffer_get_info, tells_what_the_machine_was_given) {
    uint32_t info[4];
    EXPECT(setenv("LIBZIRCON_FRAMEBUFFER", "800x600", 1) == 0);
    EXPECT_OK(get_info(info));
    EXPECT_EQ(info[0], ZX_PIXEL_FORMAT_RGB_x888);
    EXPECT_EQ(info[1], 800);
    EXPECT_EQ(info[2], 600);
    EXPECT_EQ(info[3], 800);
}

TEST(framebuffer_get_info, refuses_where_there_is_none) {
    static const char *const texts[] = {"",     "x",     "800",      "800x",
                                        "x600", "0x600", "800x600x", "-1x5"};
    uint32_t info[4];
    EXPECT(unsetenv("LIBZIRCON_FRAMEBUFFER") == 0);
    EXPECT_STATUS(get_info(info), ZX_ERR_INVALID_ARGS);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        EXPECT(setenv("LIBZIRCON_FRAMEBUFFER", texts[i], 1) == 0);
        EXPECT_STATUS(get_info(info), ZX_ERR_INVALID_ARGS);
    }
}

static zx_status_t info_with(zx_handle_t resource) {
    uint32_t info[4];
    return zx_framebuffer_get_info(resource, &info[0], &info[1], &info[2], &info[3]);
}

TEST(framebuffer_get_info, wants_the_root_resource_and_good_pointers) {
    expect_bad_handle(info_with);
    expect_wrong_type(info_with, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
    EXPECT(setenv("LIBZIRCON_FRAMEBUFFER", "8x6", 1) == 0);
    zx_handle_t root = root_resource();
    uint32_t a;
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        uint32_t *bad = bad_pointer(i, sizeof(a));
        EXPECT_STATUS(zx_framebuffer_get_info(root, bad, &a, &a, &a), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_framebuffer_get_info(root, &a, bad, &a, &a), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_framebuffer_get_info(root, &a, &a, bad, &a), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_framebuffer_get_info(root, &a, &a, &a, bad), ZX_ERR_INVALID_ARGS);
    }
}

static zx_status_t clear_with(zx_handle_t resource) {
    return zx_framebuffer_set_range(resource, ZX_HANDLE_INVALID, 0, 0, 0, 0, 0);
}

static zx_status_t set_vmo(zx_handle_t vmo) {
    return vmo == ZX_HANDLE_INVALID ? ZX_ERR_BAD_HANDLE : set_range(vmo, 0, 0, 0, 0);
}

TEST(framebuffer_set_range, keeps_a_vmo_until_it_is_cleared) {
    zx_handle_t vmo, empty;
    zx_info_vmo_t info;
    EXPECT_OK(zx_vmo_create(2 * PAGE, 0, &vmo));
    EXPECT_OK(set_range(vmo, ZX_PIXEL_FORMAT_RGB_x888, 16, 16, 16));
    EXPECT_OK(zx_object_get_info(vmo, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.committed_bytes, 2 * PAGE);
    close_handle(vmo);
    EXPECT_OK(zx_vmo_create(0, 0, &empty));
    EXPECT_STATUS(set_range(empty, 0, 0, 0, 0), ZX_ERR_INVALID_ARGS);
    close_handle(empty);
    EXPECT_OK(clear_with(root_resource()));
    EXPECT_OK(clear_with(root_resource()));
}

TEST(framebuffer_set_range, keeps_what_it_has_if_memory_runs_out) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create((uint64_t)1 << 50, 0, &vmo)); // more than there is
    EXPECT_STATUS(set_range(vmo, ZX_PIXEL_FORMAT_RGB_x888, 16, 16, 16), ZX_ERR_NO_MEMORY);
    close_handle(vmo);
    EXPECT_STATUS(libzircon_framebuffer_write("/tmp/none"), ZX_ERR_BAD_STATE);
}

TEST(framebuffer_set_range, wants_the_root_resource_and_a_vmo) {
    expect_bad_handle(clear_with);
    expect_wrong_type(clear_with, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
    expect_bad_handle(set_vmo);
    expect_wrong_type(set_vmo, ZX_OBJ_TYPE_VMO, ZX_OBJ_TYPE_VMO);
    zx_handle_t vmo, bare;
    EXPECT_OK(zx_vmo_create(PAGE, 0, &vmo));
    bare = without_rights(vmo, ZX_DEFAULT_VMO_RIGHTS);
    EXPECT_OK(set_vmo(bare)); // no right is needed
    EXPECT_OK(clear_with(root_resource()));
    close_handle(bare);
    close_handle(vmo);
}

// --- the picture ---

// What is in the file behind its head, of `size` bytes.
static void read_picture(const char *path, const char *head, unsigned char *bytes, size_t size) {
    char text[32];
    FILE *file = fopen(path, "rb");
    EXPECT(file != NULL);
    size_t length = strlen(head);
    EXPECT_EQ(fread(text, 1, length, file), (long long)length);
    EXPECT(memcmp(text, head, length) == 0);
    EXPECT_EQ(fread(bytes, 1, size, file), (long long)size);
    EXPECT_EQ(fgetc(file), EOF);
    fclose(file);
}

TEST(framebuffer_set_range, can_be_seen_as_a_picture) {
    char path[] = "/tmp/framebuffer_XXXXXX";
    int file = mkstemp(path);
    EXPECT(file >= 0);
    close(file);
    static const struct {
        uint32_t format;
        unsigned char pixel[4], rgb[3];
    } formats[] = {
        {ZX_PIXEL_FORMAT_RGB_x888, {1, 2, 3, 9}, {3, 2, 1}},
        {ZX_PIXEL_FORMAT_ARGB_8888, {10, 20, 30, 40}, {30, 20, 10}},
        {ZX_PIXEL_FORMAT_RGB_565, {0x1f, 0xf8}, {255, 0, 255}},
        {ZX_PIXEL_FORMAT_GRAY_8, {77}, {77, 77, 77}},
    };
    for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
        zx_handle_t vmo;
        EXPECT_OK(zx_vmo_create(3 * PAGE, 0, &vmo));
        size_t bytes = ZX_PIXEL_FORMAT_BYTES(formats[f].format);
        EXPECT_OK(zx_vmo_write(vmo, formats[f].pixel, (2 * 100 + 39) * bytes, bytes)); // 39, 2
        EXPECT_OK(set_range(vmo, formats[f].format, 40, 3, 100));
        EXPECT_OK(libzircon_framebuffer_write(path));
        unsigned char picture[3 * 40 * 3];
        read_picture(path, "P6\n40 3\n255\n", picture, sizeof(picture));
        EXPECT(memcmp(picture + 3 * (2 * 40 + 39), formats[f].rgb, 3) == 0);
        EXPECT_EQ(picture[0], 0);
        close_handle(vmo);
    }
    EXPECT_OK(clear_with(root_resource()));
    unlink(path);
}

TEST(framebuffer_set_range, says_why_there_is_no_picture) {
    zx_handle_t vmo;
    EXPECT_STATUS(libzircon_framebuffer_write("/tmp/none"), ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_vmo_create(PAGE, 0, &vmo));
    EXPECT_OK(set_range(vmo, ZX_PIXEL_FORMAT_NV12, 4, 4, 4));
    EXPECT_STATUS(libzircon_framebuffer_write("/tmp/none"), ZX_ERR_NOT_SUPPORTED);
    EXPECT_OK(set_range(vmo, ZX_PIXEL_FORMAT_RGB_x888, 4, 4, 4));
    EXPECT_STATUS(libzircon_framebuffer_write("/nonexistent/file"), ZX_ERR_IO);
    EXPECT_OK(set_range(vmo, ZX_PIXEL_FORMAT_RGB_x888, 4, 4, UINT32_MAX));
    EXPECT_STATUS(libzircon_framebuffer_write("/dev/null"), ZX_ERR_OUT_OF_RANGE);
    EXPECT_OK(clear_with(root_resource()));
    close_handle(vmo);
}
