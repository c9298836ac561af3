// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Reading and writing what a process has mapped, where the VMO has no say or nothing to give.
#include "paging.h"

enum { KEY = 3 };

static zx_status_t read_at(zx_vaddr_t at, size_t size) {
    char got[16];
    size_t actual = 77;
    zx_status_t status = zx_process_read_memory(zx_process_self(), at, got, size, &actual);
    EXPECT(status == ZX_OK || actual == 77);
    return status;
}

static zx_status_t write_at(zx_vaddr_t at, size_t size) {
    size_t actual = 77;
    zx_status_t status =
        zx_process_write_memory(zx_process_self(), at, "0123456789abcdef", size, &actual);
    EXPECT(status == ZX_OK || actual == 77);
    return status;
}

static zx_vaddr_t map_one(zx_handle_t vmo, uint64_t pages) {
    zx_vaddr_t at = map_pages(vmo, pages);
    close_handle(vmo);
    return at;
}

TEST(process_write_memory, wants_a_mapping) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(PAGE, 0, &vmo));
    zx_vaddr_t at = map_one(vmo, 1);
    EXPECT_OK(write_at(at, 16));
    EXPECT_OK(read_at(at, 16));
    EXPECT(memcmp((void *)at, "0123456789abcdef", 16) == 0);
    unmap_pages(at, 1);
    EXPECT_STATUS(write_at(at, 1), ZX_ERR_NO_MEMORY);
    EXPECT_STATUS(read_at(at, 1), ZX_ERR_NO_MEMORY);
    EXPECT_STATUS(write_at(0, 1), ZX_ERR_NO_MEMORY);
    EXPECT_STATUS(read_at(UINT64_MAX, 1), ZX_ERR_NO_MEMORY);
}

TEST(process_read_memory, is_not_for_physical_memory) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create_physical(root_resource(), 0, PAGE, &vmo));
    zx_vaddr_t at = map_one(vmo, 1);
    EXPECT_STATUS(read_at(at, 1), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(write_at(at, 1), ZX_ERR_NOT_SUPPORTED);
    unmap_pages(at, 1);
}

TEST(process_read_memory, is_not_for_memory_that_is_not_cached) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(PAGE, 0, &vmo));
    EXPECT_OK(zx_vmo_set_cache_policy(vmo, ZX_CACHE_POLICY_UNCACHED));
    zx_vaddr_t at = map_one(vmo, 1);
    EXPECT_STATUS(read_at(at, 1), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(write_at(at, 1), ZX_ERR_BAD_STATE);
    unmap_pages(at, 1);
}

TEST(process_read_memory, ends_with_the_vmo) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(PAGE, 0, &vmo));
    zx_vaddr_t at = map_one(vmo, 2);
    EXPECT_OK(read_at(at + PAGE - 4, 4));
    EXPECT_STATUS(read_at(at + PAGE - 4, 5), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(read_at(at + PAGE, 1), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(write_at(at + PAGE - 4, 5), ZX_ERR_OUT_OF_RANGE);
    EXPECT_EQ(*(volatile char *)(at + PAGE - 4), 0);
    unmap_pages(at, 2);
}

static int read_in_thread(void *at) {
    return read_at((zx_vaddr_t)at, 8);
}

static int write_in_thread(void *at) {
    return write_at((zx_vaddr_t)at, 8);
}

TEST(process_read_memory, waits_for_a_pager) {
    static const thread_function functions[] = {read_in_thread, write_in_thread};
    for (int i = 0; i < 2; i++) {
        struct pager pager;
        pager_open(&pager);
        zx_handle_t vmo = pager_vmo(&pager, KEY, 2, 0);
        zx_vaddr_t at = map_pages(vmo, 2);
        struct test_thread thread;
        start_thread(&thread, functions[i], (void *)at);
        expect_request(&pager, KEY, 0, 1);
        pager_supply(&pager, vmo, KEY, 0, 1);
        EXPECT_OK(finish_thread(&thread));
        start_thread(&thread, functions[i], (void *)(at + PAGE));
        expect_request(&pager, KEY, 1, 1);
        EXPECT_OK(zx_pager_detach_vmo(pager.pager, vmo));
        EXPECT_STATUS(finish_thread(&thread), ZX_ERR_NOT_FOUND);
        unmap_pages(at, 2);
        close_handle(vmo);
        pager_close(&pager);
    }
}
