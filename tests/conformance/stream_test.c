// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

enum { PAGE = 4096, BOTH = ZX_STREAM_MODE_READ | ZX_STREAM_MODE_WRITE };

static zx_handle_t make_vmo(uint64_t size, uint32_t options, uint64_t content) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(size, options, &vmo));
    EXPECT_OK(zx_object_set_property(vmo, ZX_PROP_VMO_CONTENT_SIZE, &content, sizeof(content)));
    return vmo;
}

static uint64_t content_of(zx_handle_t vmo) {
    uint64_t content;
    EXPECT_OK(zx_object_get_property(vmo, ZX_PROP_VMO_CONTENT_SIZE, &content, sizeof(content)));
    return content;
}

static zx_handle_t make_stream(zx_handle_t vmo, uint64_t seek) {
    zx_handle_t stream;
    EXPECT_OK(zx_stream_create(BOTH, vmo, seek, &stream));
    return stream;
}

static uint64_t position_of(zx_handle_t stream) {
    zx_off_t seek;
    EXPECT_OK(zx_stream_seek(stream, ZX_STREAM_SEEK_ORIGIN_CURRENT, 0, &seek));
    return seek;
}

static zx_status_t read_some(zx_handle_t stream, void *bytes, size_t size, size_t *actual) {
    zx_iovec_t vector = {bytes, size};
    return zx_stream_readv(stream, 0, &vector, 1, actual);
}

static zx_status_t write_some(zx_handle_t stream, uint32_t options, const char *text,
                              size_t *actual) {
    zx_iovec_t vector = {(void *)(uintptr_t)text, strlen(text)};
    return zx_stream_writev(stream, options, &vector, 1, actual);
}

static void expect_bytes(zx_handle_t vmo, uint64_t offset, const char *bytes, size_t size) {
    char got[64];
    EXPECT_OK(zx_vmo_read(vmo, got, offset, size));
    EXPECT(memcmp(got, bytes, size) == 0);
}

// --- stream_create ---

TEST(stream_create, makes_a_stream_with_the_rights_of_its_mode) {
    zx_handle_t vmo = make_vmo(PAGE, 0, 10), stream;
    for (uint32_t mode = 0; mode <= BOTH; mode++) {
        EXPECT_OK(zx_stream_create(mode, vmo, 7, &stream));
        EXPECT_EQ(type_of(stream), ZX_OBJ_TYPE_STREAM);
        EXPECT_EQ(rights_of(stream), ZX_DEFAULT_STREAM_RIGHTS |
                                         ((mode & ZX_STREAM_MODE_READ) ? ZX_RIGHT_READ : 0) |
                                         ((mode & ZX_STREAM_MODE_WRITE) ? ZX_RIGHT_WRITE : 0));
        zx_info_stream_t info;
        EXPECT_OK(zx_object_get_info(stream, ZX_INFO_STREAM, &info, sizeof(info), NULL, NULL));
        EXPECT_EQ(info.options, mode);
        EXPECT_EQ(info.seek, 7);
        EXPECT_EQ(info.content_size, 10);
        close_handle(stream);
    }
    close_handle(vmo);
}

static uint32_t create_mode;

static zx_status_t create_with(zx_handle_t vmo) {
    zx_handle_t stream;
    zx_status_t status = zx_stream_create(create_mode, vmo, 0, &stream);
    if (status == ZX_OK) {
        close_handle(stream);
    }
    return status;
}

TEST(stream_create, wants_a_vmo_with_the_rights_of_the_mode) {
    zx_handle_t vmo = make_vmo(PAGE, 0, 0), stream;
    create_mode = ZX_STREAM_MODE_READ;
    expect_bad_handle(create_with);
    expect_wrong_type(create_with, ZX_OBJ_TYPE_VMO, ZX_OBJ_TYPE_VMO);
    expect_right(create_with, vmo, ZX_RIGHT_READ, ZX_OK);
    create_mode = ZX_STREAM_MODE_WRITE;
    expect_right(create_with, vmo, ZX_RIGHT_WRITE, ZX_OK);
    for (uint32_t bit = BOTH + 1; bit != 0; bit <<= 1) {
        EXPECT_STATUS(zx_stream_create(bit, ZX_HANDLE_INVALID, 0, &stream), ZX_ERR_INVALID_ARGS);
    }
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_stream_create(0, vmo, 0, bad_pointer(i, sizeof(stream))),
                      ZX_ERR_INVALID_ARGS);
    }
    close_handle(vmo);
}

static zx_handle_t memory_vmo;

static zx_status_t create_any(void *context) {
    return zx_stream_create(BOTH, memory_vmo, 0, context);
}

TEST(stream_create, leaves_nothing_if_memory_runs_out) {
    memory_vmo = make_vmo(PAGE, 0, 0);
    zx_handle_t stream = 7;
    expect_no_memory(create_any, &stream, sizeof(stream));
    close_handle(stream);
    close_handle(memory_vmo);
}

// --- reading ---

TEST(stream_readv, reads_on_from_its_position_to_the_end_of_the_content) {
    zx_handle_t vmo = make_vmo(PAGE, 0, 12), stream;
    EXPECT_OK(zx_vmo_write(vmo, "hello, world!", 0, 13));
    stream = make_stream(vmo, 0);
    close_handle(vmo); // the stream keeps it
    char first[5], second[100];
    zx_iovec_t vector[3] = {{first, 5}, {NULL, 0}, {second, 3}};
    size_t actual;
    EXPECT_OK(zx_stream_readv(stream, 0, vector, 3, &actual));
    EXPECT_EQ(actual, 8);
    EXPECT(memcmp(first, "hello", 5) == 0 && memcmp(second, ", w", 3) == 0);
    EXPECT_EQ(position_of(stream), 8);
    EXPECT_OK(read_some(stream, second, sizeof(second), &actual));
    EXPECT_EQ(actual, 4);
    EXPECT(memcmp(second, "orld", 4) == 0);
    EXPECT_OK(read_some(stream, second, sizeof(second), &actual));
    EXPECT_EQ(actual, 0);
    EXPECT_OK(read_some(stream, second, sizeof(second), NULL));
    EXPECT_EQ(position_of(stream), 12);
    close_handle(stream);
}

TEST(stream_readv_at, leaves_the_position_alone) {
    zx_handle_t vmo = make_vmo(PAGE, 0, 10), stream = make_stream(vmo, 3);
    EXPECT_OK(zx_vmo_write(vmo, "0123456789", 0, 10));
    char bytes[4];
    zx_iovec_t vector = {bytes, 4};
    size_t actual;
    EXPECT_OK(zx_stream_readv_at(stream, 0, 5, &vector, 1, &actual));
    EXPECT_EQ(actual, 4);
    EXPECT(memcmp(bytes, "5678", 4) == 0);
    static const uint64_t behind[] = {10, 11, UINT64_MAX};
    for (size_t i = 0; i < 3; i++) {
        EXPECT_OK(zx_stream_readv_at(stream, 0, behind[i], &vector, 1, &actual));
        EXPECT_EQ(actual, 0);
    }
    EXPECT_EQ(position_of(stream), 3);
    close_handle(stream);
    close_handle(vmo);
}

// --- writing ---

TEST(stream_writev, writes_on_and_lets_content_and_vmo_grow) {
    zx_handle_t vmo = make_vmo(0, ZX_VMO_RESIZABLE, 0), stream = make_stream(vmo, 0);
    size_t actual;
    uint64_t size;
    EXPECT_OK(write_some(stream, 0, "hello", &actual));
    EXPECT_EQ(actual, 5);
    zx_iovec_t vector[2] = {{(void *)(uintptr_t) ", wo", 4}, {(void *)(uintptr_t) "rld", 3}};
    EXPECT_OK(zx_stream_writev(stream, 0, vector, 2, &actual));
    EXPECT_EQ(actual, 7);
    EXPECT_EQ(content_of(vmo), 12);
    EXPECT_EQ(position_of(stream), 12);
    EXPECT_OK(zx_vmo_get_size(vmo, &size));
    EXPECT_EQ(size, PAGE);
    expect_bytes(vmo, 0, "hello, world\0\0", 14);
    EXPECT_OK(zx_stream_seek(stream, ZX_STREAM_SEEK_ORIGIN_START, 7, NULL));
    EXPECT_OK(write_some(stream, 0, "W", NULL));
    expect_bytes(vmo, 0, "hello, World\0\0", 14);
    EXPECT_EQ(content_of(vmo), 12);
    close_handle(stream);
    close_handle(vmo);
}

TEST(stream_writev, appends) {
    zx_handle_t vmo = make_vmo(PAGE, 0, 3), stream = make_stream(vmo, 1);
    EXPECT_OK(zx_vmo_write(vmo, "abcdef", 0, 6));
    size_t actual;
    EXPECT_OK(write_some(stream, ZX_STREAM_APPEND, "XY", &actual));
    EXPECT_EQ(actual, 2);
    expect_bytes(vmo, 0, "abcXYf", 6);
    EXPECT_EQ(content_of(vmo), 5);
    EXPECT_EQ(position_of(stream), 5);
    close_handle(stream);
    close_handle(vmo);
}

TEST(stream_writev, clears_what_lies_between_the_old_end_and_the_position) {
    static char noise[4 * PAGE];
    memset(noise, 'n', sizeof(noise));
    for (int clone = 0; clone < 2; clone++) {
        zx_handle_t vmo = make_vmo(4 * PAGE, 0, 0), child;
        EXPECT_OK(zx_vmo_write(vmo, noise, 0, sizeof(noise)));
        if (clone == 1) {
            EXPECT_OK(zx_vmo_create_child(vmo, ZX_VMO_CHILD_COPY_ON_WRITE, 0, 4 * PAGE, &child));
            close_handle(vmo);
            vmo = child;
        }
        uint64_t content = 10;
        EXPECT_OK(zx_object_set_property(vmo, ZX_PROP_VMO_CONTENT_SIZE, &content, sizeof(content)));
        zx_handle_t stream = make_stream(vmo, 3 * PAGE + 5);
        EXPECT_OK(write_some(stream, 0, "end", NULL));
        EXPECT_EQ(content_of(vmo), 3 * PAGE + 8);
        static char got[4 * PAGE];
        EXPECT_OK(zx_vmo_read(vmo, got, 0, sizeof(got)));
        for (int i = 0; i < 4 * PAGE; i++) {
            char expected = i < 10 || i >= 3 * PAGE + 8 ? 'n' : 0;
            EXPECT(i >= 3 * PAGE + 5 && i < 3 * PAGE + 8 ? got[i] == "end"[i - 3 * PAGE - 5]
                                                         : got[i] == expected);
        }
        close_handle(stream);
        close_handle(vmo);
    }
}

TEST(stream_writev, writes_as_much_as_fits) {
    zx_handle_t vmo = make_vmo(PAGE, 0, 0), stream = make_stream(vmo, PAGE - 3);
    size_t actual;
    EXPECT_OK(write_some(stream, 0, "12345", &actual));
    EXPECT_EQ(actual, 3);
    EXPECT_EQ(content_of(vmo), PAGE);
    EXPECT_STATUS(write_some(stream, 0, "1", &actual), ZX_ERR_NO_SPACE);
    EXPECT_STATUS(write_some(stream, ZX_STREAM_APPEND, "1", &actual), ZX_ERR_NO_SPACE);
    EXPECT_OK(write_some(stream, 0, "", &actual));
    EXPECT_EQ(actual, 0);
    EXPECT_OK(zx_stream_seek(stream, ZX_STREAM_SEEK_ORIGIN_START, 2 * PAGE, NULL));
    EXPECT_STATUS(write_some(stream, 0, "1", &actual), ZX_ERR_NO_SPACE);
    close_handle(stream);
    close_handle(vmo);
}

TEST(stream_writev_at, leaves_the_position_alone_and_knows_the_end_of_numbers) {
    zx_handle_t vmo = make_vmo(PAGE, 0, 0), stream = make_stream(vmo, 2);
    zx_iovec_t vector = {(void *)(uintptr_t) "abc", 3};
    size_t actual;
    EXPECT_OK(zx_stream_writev_at(stream, 0, 1, &vector, 1, &actual));
    EXPECT_EQ(actual, 3);
    expect_bytes(vmo, 0, "\0abc", 4);
    EXPECT_EQ(position_of(stream), 2);
    EXPECT_STATUS(zx_stream_writev_at(stream, 0, UINT64_MAX - 1, &vector, 1, &actual),
                  ZX_ERR_FILE_BIG);
    EXPECT_STATUS(zx_stream_writev_at(stream, 0, UINT64_MAX - 3, &vector, 1, &actual),
                  ZX_ERR_NO_SPACE);
    EXPECT_OK(zx_stream_seek(stream, ZX_STREAM_SEEK_ORIGIN_START, INT64_MAX, NULL));
    EXPECT_OK(zx_stream_seek(stream, ZX_STREAM_SEEK_ORIGIN_CURRENT, INT64_MAX, NULL));
    EXPECT_STATUS(write_some(stream, 0, "abc", &actual), ZX_ERR_FILE_BIG);
    close_handle(stream);
    close_handle(vmo);
}

static int append_many(void *argument) {
    for (int i = 0; i < 200; i++) {
        size_t actual;
        zx_status_t status =
            write_some(*(zx_handle_t *)argument, ZX_STREAM_APPEND, "0123456789", &actual);
        if (status != ZX_OK || actual != 10) {
            return -1;
        }
    }
    return 0;
}

TEST(stream_writev, appends_from_several_threads_without_a_loss) {
    zx_handle_t vmo = make_vmo(0, ZX_VMO_RESIZABLE, 0);
    zx_handle_t streams[3];
    struct test_thread threads[3];
    for (int i = 0; i < 3; i++) {
        streams[i] = make_stream(vmo, 0);
        start_thread(&threads[i], append_many, &streams[i]);
    }
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(finish_thread(&threads[i]), 0);
    }
    EXPECT_EQ(content_of(vmo), 6000);
    for (uint64_t i = 0; i < 600; i++) {
        expect_bytes(vmo, 10 * i, "0123456789", 10);
    }
    EXPECT_OK(zx_handle_close_many(streams, 3));
    close_handle(vmo);
}

// --- what the four have in common ---

static zx_status_t transfer(int way, zx_handle_t stream, uint32_t options, zx_iovec_t *vector,
                            size_t count, size_t *actual) {
    switch (way) {
    case 0:
        return zx_stream_readv(stream, options, vector, count, actual);
    case 1:
        return zx_stream_readv_at(stream, options, 0, vector, count, actual);
    case 2:
        return zx_stream_writev(stream, options, vector, count, actual);
    default:
        return zx_stream_writev_at(stream, options, 0, vector, count, actual);
    }
}

TEST(stream_readv, checks_its_arguments_as_the_others_do) {
    zx_handle_t vmo = make_vmo(PAGE, 0, 100), stream = make_stream(vmo, 0);
    char bytes[8] = {0};
    for (int way = 0; way < 4; way++) {
        size_t actual;
        zx_iovec_t vector[2] = {{bytes, 8}, {bytes, 8}};
        EXPECT_STATUS(transfer(way, ZX_HANDLE_INVALID, 2, vector, 1, &actual), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(transfer(way, ZX_HANDLE_INVALID, 0, NULL, 0, &actual), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(transfer(way, stream, way == 2 ? 2 : 1, vector, 1, &actual),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_OK(transfer(way, stream, 0, vector, 0, &actual));
        EXPECT_EQ(actual, 0);
        vector[1].capacity = SIZE_MAX;
        EXPECT_STATUS(transfer(way, stream, 0, vector, 2, &actual), ZX_ERR_INVALID_ARGS);
        for (int i = 1; i < BAD_IN_POINTERS; i++) {
            EXPECT_STATUS(transfer(way, stream, 0, bad_pointer(i, sizeof(vector[0])), 1, &actual),
                          ZX_ERR_INVALID_ARGS);
            vector[1] = (zx_iovec_t){bad_pointer(i, 8), 8};
            EXPECT_STATUS(transfer(way, stream, 0, vector, 2, &actual), ZX_ERR_INVALID_ARGS);
        }
        vector[1].buffer = bytes;
        for (int i = 1; i < BAD_OUT_POINTERS; i++) {
            EXPECT_STATUS(transfer(way, stream, 0, vector, 1, bad_pointer(i, sizeof(actual))),
                          ZX_ERR_INVALID_ARGS);
        }
        EXPECT_OK(zx_stream_seek(stream, ZX_STREAM_SEEK_ORIGIN_START, 0, NULL));
    }
    close_handle(stream);
    close_handle(vmo);
}

TEST(stream_writev, leaves_position_and_content_if_a_buffer_is_bad) {
    zx_handle_t vmo = make_vmo(PAGE, 0, 100), stream = make_stream(vmo, 90);
    char bytes[20] = {0};
    zx_iovec_t vector[2] = {{bytes, 20}, {bad_page(), 20}};
    for (int way = 0; way < 5; way++) {
        size_t actual = 7;
        zx_status_t status = way < 4
                                 ? transfer(way, stream, 0, vector, 2, &actual)
                                 : zx_stream_writev(stream, ZX_STREAM_APPEND, vector, 2, &actual);
        // A read finds its ten bytes before it comes to the bad buffer.
        EXPECT_STATUS(status, way == 0 ? ZX_OK : ZX_ERR_INVALID_ARGS);
        EXPECT_EQ(actual, way == 0 ? 10 : 7);
        EXPECT_OK(zx_stream_seek(stream, ZX_STREAM_SEEK_ORIGIN_CURRENT, way == 0 ? -10 : 0, NULL));
        zx_info_stream_t info;
        EXPECT_OK(zx_object_get_info(stream, ZX_INFO_STREAM, &info, sizeof(info), NULL, NULL));
        EXPECT_EQ(info.seek, 90);
        EXPECT_EQ(info.content_size, 100);
    }
    close_handle(stream);
    close_handle(vmo);
}

static int right_way;

static zx_status_t transfer_nothing(zx_handle_t stream) {
    zx_iovec_t vector = {NULL, 0};
    return transfer(right_way, stream, 0, &vector, 0, NULL);
}

TEST(stream_readv, wants_a_stream_with_its_right_as_the_others_do) {
    zx_handle_t vmo = make_vmo(PAGE, 0, 0), stream = make_stream(vmo, 0);
    for (right_way = 0; right_way < 4; right_way++) {
        expect_bad_handle(transfer_nothing);
        expect_wrong_type(transfer_nothing, ZX_OBJ_TYPE_STREAM, ZX_OBJ_TYPE_STREAM);
        expect_right(transfer_nothing, stream, right_way < 2 ? ZX_RIGHT_READ : ZX_RIGHT_WRITE,
                     ZX_OK);
    }
    close_handle(stream);
    close_handle(vmo);
}

TEST(stream_readv, of_a_vmo_that_is_not_cached_is_a_bad_state) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(PAGE, 0, &vmo));
    EXPECT_OK(zx_vmo_set_cache_policy(vmo, ZX_CACHE_POLICY_UNCACHED));
    uint64_t content = 10;
    EXPECT_OK(zx_object_set_property(vmo, ZX_PROP_VMO_CONTENT_SIZE, &content, sizeof(content)));
    zx_handle_t stream = make_stream(vmo, 0);
    char byte;
    EXPECT_STATUS(read_some(stream, &byte, 1, NULL), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(write_some(stream, 0, "a", NULL), ZX_ERR_BAD_STATE);
    close_handle(stream);
    close_handle(vmo);
}

// --- stream_seek ---

TEST(stream_seek, counts_from_the_start_the_position_or_the_end) {
    zx_handle_t vmo = make_vmo(PAGE, 0, 100), stream = make_stream(vmo, 50);
    static const struct {
        zx_stream_seek_origin_t whence;
        int64_t offset;
        zx_status_t status;
        uint64_t seek;
    } moves[] = {
        {ZX_STREAM_SEEK_ORIGIN_CURRENT, 5, ZX_OK, 55},
        {ZX_STREAM_SEEK_ORIGIN_CURRENT, -15, ZX_OK, 40},
        {ZX_STREAM_SEEK_ORIGIN_CURRENT, -41, ZX_ERR_INVALID_ARGS, 40},
        {ZX_STREAM_SEEK_ORIGIN_CURRENT, INT64_MIN, ZX_ERR_INVALID_ARGS, 40},
        {ZX_STREAM_SEEK_ORIGIN_END, 0, ZX_OK, 100},
        {ZX_STREAM_SEEK_ORIGIN_END, 1000, ZX_OK, 1100},
        {ZX_STREAM_SEEK_ORIGIN_END, -100, ZX_OK, 0},
        {ZX_STREAM_SEEK_ORIGIN_END, -101, ZX_ERR_INVALID_ARGS, 0},
        {ZX_STREAM_SEEK_ORIGIN_START, -1, ZX_ERR_INVALID_ARGS, 0},
        {ZX_STREAM_SEEK_ORIGIN_START, INT64_MAX, ZX_OK, INT64_MAX},
        {ZX_STREAM_SEEK_ORIGIN_CURRENT, INT64_MAX, ZX_OK, UINT64_MAX - 1},
        {ZX_STREAM_SEEK_ORIGIN_CURRENT, 2, ZX_ERR_INVALID_ARGS, UINT64_MAX - 1},
        {3, 0, ZX_ERR_INVALID_ARGS, UINT64_MAX - 1},
        {UINT32_MAX, 0, ZX_ERR_INVALID_ARGS, UINT64_MAX - 1},
    };
    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
        zx_off_t seek = 7;
        EXPECT_STATUS(zx_stream_seek(stream, moves[i].whence, moves[i].offset, &seek),
                      moves[i].status);
        EXPECT_EQ(seek, moves[i].status == ZX_OK ? moves[i].seek : 7);
        EXPECT_EQ(position_of(stream), moves[i].seek);
    }
    close_handle(stream);
    close_handle(vmo);
}

static zx_status_t seek_nowhere(zx_handle_t stream) {
    return zx_stream_seek(stream, ZX_STREAM_SEEK_ORIGIN_CURRENT, 0, NULL);
}

TEST(stream_seek, wants_a_stream_with_either_right) {
    zx_handle_t vmo = make_vmo(PAGE, 0, 0), stream = make_stream(vmo, 0), fewer;
    expect_bad_handle(seek_nowhere);
    expect_wrong_type(seek_nowhere, ZX_OBJ_TYPE_STREAM, ZX_OBJ_TYPE_STREAM);
    for (zx_rights_t right = ZX_RIGHT_READ; right <= ZX_RIGHT_WRITE; right <<= 1) {
        fewer = without_rights(stream, right);
        EXPECT_OK(seek_nowhere(fewer));
        close_handle(fewer);
    }
    fewer = without_rights(stream, ZX_RIGHT_READ | ZX_RIGHT_WRITE);
    EXPECT_STATUS(zx_stream_seek(fewer, 77, 0, NULL), ZX_ERR_ACCESS_DENIED);
    close_handle(fewer);
    for (int i = 1; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_stream_seek(stream, ZX_STREAM_SEEK_ORIGIN_START, i,
                                     bad_pointer(i, sizeof(zx_off_t))),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_EQ(position_of(stream), i);
    }
    close_handle(stream);
    close_handle(vmo);
}
