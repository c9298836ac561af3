// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Streams over VMOs whose pages cannot be had, or go while they are waited for.
#include "paging.h"

enum { KEY = 5, BOTH = ZX_STREAM_MODE_READ | ZX_STREAM_MODE_WRITE, CALLS = 4 };

static zx_handle_t stream_over(zx_handle_t vmo, uint64_t content) {
    zx_handle_t stream;
    EXPECT_OK(zx_object_set_property(vmo, ZX_PROP_VMO_CONTENT_SIZE, &content, sizeof(content)));
    EXPECT_OK(zx_stream_create(BOTH, vmo, 0, &stream));
    return stream;
}

// The four ways to move 8 bytes at the start of a stream.
struct transfer {
    zx_handle_t stream;
    int call;
};

static int move_bytes(void *argument) {
    const struct transfer *transfer = argument;
    uint64_t word = 0;
    zx_iovec_t vector = {&word, sizeof(word)};
    switch (transfer->call) {
    case 0:
        return zx_stream_readv(transfer->stream, 0, &vector, 1, NULL);
    case 1:
        return zx_stream_readv_at(transfer->stream, 0, 0, &vector, 1, NULL);
    case 2:
        return zx_stream_writev(transfer->stream, 0, &vector, 1, NULL);
    default:
        return zx_stream_writev_at(transfer->stream, 0, 0, &vector, 1, NULL);
    }
}

TEST(stream_readv, finds_that_the_vmo_has_shrunk_while_it_waited) {
    for (int call = 0; call < CALLS; call++) {
        struct pager pager;
        pager_open(&pager);
        zx_handle_t vmo = pager_vmo(&pager, KEY, 1, ZX_VMO_RESIZABLE);
        struct transfer transfer = {stream_over(vmo, PAGE), call};
        struct test_thread thread;
        start_thread(&thread, move_bytes, &transfer);
        expect_request(&pager, KEY, 0, 1);
        EXPECT_OK(zx_vmo_set_size(vmo, 0));
        EXPECT_STATUS(finish_thread(&thread), ZX_ERR_OUT_OF_RANGE);
        close_handle(transfer.stream);
        close_handle(vmo);
        pager_close(&pager);
    }
}

TEST(stream_readv, tells_what_the_pager_says) {
    for (int call = 0; call < CALLS; call++) {
        struct pager pager;
        pager_open(&pager);
        zx_handle_t vmo = pager_vmo(&pager, KEY, 1, 0);
        struct transfer transfer = {stream_over(vmo, PAGE), call};
        struct test_thread thread;
        start_thread(&thread, move_bytes, &transfer);
        expect_request(&pager, KEY, 0, 1);
        EXPECT_OK(zx_pager_op_range(pager.pager, ZX_PAGER_OP_FAIL, vmo, 0, PAGE,
                                    (uint64_t)ZX_ERR_BAD_STATE));
        EXPECT_STATUS(finish_thread(&thread), ZX_ERR_BAD_STATE);
        close_handle(transfer.stream);
        close_handle(vmo);
        pager_close(&pager);
    }
}

TEST(stream_readv, copies_only_cached_memory) {
    for (int call = 0; call < CALLS; call++) {
        zx_handle_t vmo;
        EXPECT_OK(zx_vmo_create(PAGE, 0, &vmo));
        struct transfer transfer = {stream_over(vmo, PAGE), call};
        EXPECT_OK(zx_vmo_set_cache_policy(vmo, ZX_CACHE_POLICY_UNCACHED));
        EXPECT_STATUS(move_bytes(&transfer), ZX_ERR_BAD_STATE);
        close_handle(transfer.stream);
        close_handle(vmo);
    }
}

static zx_status_t move_any(void *context) {
    return move_bytes(context);
}

TEST(stream_writev, needs_memory_for_a_page) {
    for (int call = 2; call < CALLS; call++) {
        zx_handle_t vmo;
        EXPECT_OK(zx_vmo_create(PAGE, 0, &vmo));
        struct transfer transfer = {stream_over(vmo, PAGE), call};
        expect_no_memory(move_any, &transfer, sizeof(transfer));
        close_handle(transfer.stream);
        close_handle(vmo);
    }
}
