// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Who needs pages of a pager, what is asked of it, and how the waiting ends.
#include "paging.h"

static void open_with(struct pager *pager, zx_handle_t *vmo, uint64_t pages) {
    pager_open(pager);
    *vmo = pager_vmo(pager, 1, pages, ZX_VMO_RESIZABLE);
}

static void close_with(const struct pager *pager, zx_handle_t vmo) {
    close_handle(vmo);
    pager_close(pager);
}

// --- one page ---

TEST(pager_create_vmo, asks_for_a_page_whichever_way_it_is_needed) {
    for (enum way way = 0; way < WAYS; way++) {
        struct pager pager;
        struct reader reader;
        zx_handle_t vmo;
        open_with(&pager, &vmo, 3);
        expect_no_packet(&pager);
        start_reader(&reader, way, vmo, 1, 1, 1);
        expect_request(&pager, 1, 1, 1);
        expect_no_packet(&pager);
        pager_supply(&pager, vmo, 1, 1, 1);
        expect_result(&reader, ZX_OK);
        expect_no_packet(&pager);
        close_with(&pager, vmo);
    }
}

TEST(pager_create_vmo, asks_for_one_page_after_the_other) {
    static const enum way ways[] = {BY_READ, BY_LOAD, BY_COPY, BY_WRITE, BY_STORE};
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct pager pager;
        struct reader reader;
        zx_handle_t vmo;
        open_with(&pager, &vmo, 8);
        start_reader(&reader, ways[i], vmo, 1, 0, 8);
        for (uint64_t page = 0; page < 8; page++) {
            expect_request(&pager, 1, page, 1);
            pager_supply(&pager, vmo, 1, page, 1);
        }
        expect_result(&reader, ZX_OK);
        close_with(&pager, vmo);
    }
}

TEST(pager_create_vmo, asks_for_nothing_that_is_there) {
    for (enum way way = 0; way < WAYS; way++) {
        struct pager pager;
        struct reader reader;
        zx_handle_t vmo;
        open_with(&pager, &vmo, 4);
        pager_supply(&pager, vmo, 1, 0, 4);
        start_reader(&reader, way, vmo, 1, 0, 4);
        expect_result(&reader, ZX_OK);
        expect_no_packet(&pager);
        close_with(&pager, vmo);
    }
}

TEST(pager_create_vmo, keeps_its_thread_blocked_on_the_pager) {
    for (enum way way = 0; way < WAYS; way++) {
        struct pager pager;
        struct reader reader;
        zx_handle_t vmo;
        open_with(&pager, &vmo, 1);
        start_reader(&reader, way, vmo, 1, 0, 1);
        wait_until_blocked(&reader.thread);
        zx_info_thread_t info;
        EXPECT_OK(zx_object_get_info(handle_of_thread(&reader.thread), ZX_INFO_THREAD, &info,
                                     sizeof(info), NULL, NULL));
        EXPECT_EQ(info.state, ZX_THREAD_STATE_BLOCKED_PAGER);
        pager_supply(&pager, vmo, 1, 0, 1);
        expect_result(&reader, ZX_OK);
        // The packet of the request that was met before it was read is gone.
        expect_no_packet(&pager);
        close_with(&pager, vmo);
    }
}

TEST(pager_create_vmo, uses_the_key_of_each_vmo) {
    struct pager pager;
    struct reader readers[4];
    zx_handle_t vmos[4];
    pager_open(&pager);
    for (uint64_t i = 0; i < 4; i++) {
        vmos[i] = pager_vmo(&pager, 100 + i, 1, 0);
        start_reader(&readers[i], i % 2 == 0 ? BY_READ : BY_LOAD, vmos[i], 100 + i, 0, 1);
        wait_until_blocked(&readers[i].thread);
    }
    for (uint64_t i = 0; i < 4; i++) {
        expect_request(&pager, 100 + i, 0, 1);
    }
    for (uint64_t i = 4; i-- > 0;) {
        pager_supply(&pager, vmos[i], 100 + i, 0, 1);
        expect_result(&readers[i], ZX_OK);
        close_handle(vmos[i]);
    }
    pager_close(&pager);
}

// --- several threads ---

TEST(pager_create_vmo, has_one_packet_in_the_port_at_a_time) {
    struct pager pager;
    struct reader readers[5];
    zx_handle_t vmo;
    open_with(&pager, &vmo, 5);
    for (uint64_t i = 0; i < 5; i++) {
        start_reader(&readers[i], i % 2 == 0 ? BY_READ : BY_LOAD, vmo, 1, i, 1);
        wait_until_blocked(&readers[i].thread);
    }
    // Only the first is queued; met without having been read, it makes place for the second.
    pager_supply(&pager, vmo, 1, 0, 1);
    expect_result(&readers[0], ZX_OK);
    for (uint64_t i = 1; i < 5; i++) {
        expect_request(&pager, 1, i, 1);
    }
    expect_no_packet(&pager);
    pager_supply(&pager, vmo, 1, 1, 4);
    for (int i = 1; i < 5; i++) {
        expect_result(&readers[i], ZX_OK);
    }
    close_with(&pager, vmo);
}

TEST(pager_create_vmo, asks_once_for_what_several_threads_need) {
    struct pager pager;
    struct reader readers[WAYS];
    zx_handle_t vmo;
    open_with(&pager, &vmo, 1);
    // BY_WRITE and BY_STORE change the page: their readers come last.
    for (enum way way = 0; way < BY_WRITE; way++) {
        start_reader(&readers[way], way, vmo, 1, 0, 1);
        wait_until_blocked(&readers[way].thread);
    }
    expect_request(&pager, 1, 0, 1);
    expect_no_packet(&pager);
    pager_supply(&pager, vmo, 1, 0, 1);
    for (enum way way = 0; way < BY_WRITE; way++) {
        expect_result(&readers[way], ZX_OK);
    }
    expect_no_packet(&pager);
    close_with(&pager, vmo);
}

TEST(pager_supply_pages, wakes_all_who_wait_in_the_range) {
    enum { PAGES = 12 };
    struct pager pager;
    struct reader readers[PAGES];
    zx_handle_t vmo;
    open_with(&pager, &vmo, PAGES);
    for (uint64_t i = 0; i < PAGES; i++) {
        start_reader(&readers[i], i % 2 == 0 ? BY_READ : BY_LOAD, vmo, 1, i, 1);
        expect_request(&pager, 1, i, 1);
    }
    pager_supply(&pager, vmo, 1, 0, PAGES);
    for (int i = 0; i < PAGES; i++) {
        expect_result(&readers[i], ZX_OK);
    }
    close_with(&pager, vmo);
}

TEST(pager_create_vmo, bears_very_many_requests) {
    enum { PAGES = 200 };
    static struct reader readers[PAGES];
    struct pager pager;
    zx_handle_t vmo;
    open_with(&pager, &vmo, PAGES);
    for (uint64_t i = 0; i < PAGES; i++) {
        start_reader(&readers[i], BY_READ, vmo, 1, i, 1);
        wait_until_blocked(&readers[i].thread);
    }
    for (uint64_t i = 0; i < PAGES; i++) {
        expect_request(&pager, 1, i, 1);
        pager_supply(&pager, vmo, 1, i, 1);
    }
    for (int i = 0; i < PAGES; i++) {
        expect_result(&readers[i], ZX_OK);
    }
    expect_no_packet(&pager);
    close_with(&pager, vmo);
}

// --- commit ---

TEST(vmo_op_range, asks_the_pager_for_a_range_at_once) {
    struct pager pager;
    struct reader reader;
    zx_handle_t vmo;
    open_with(&pager, &vmo, 300);
    start_reader(&reader, BY_COMMIT, vmo, 1, 10, 255);
    expect_request(&pager, 1, 10, 255);
    pager_supply(&pager, vmo, 1, 10, 255);
    expect_result(&reader, ZX_OK);
    expect_no_packet(&pager);
    close_with(&pager, vmo);
}

TEST(vmo_op_range, asks_for_what_is_missing_around_pages_that_are_there) {
    struct pager pager;
    struct reader reader;
    zx_handle_t vmo;
    open_with(&pager, &vmo, 33);
    pager_supply(&pager, vmo, 1, 16, 1);
    start_reader(&reader, BY_COMMIT, vmo, 1, 0, 33);
    expect_request(&pager, 1, 0, 16);
    pager_supply(&pager, vmo, 1, 0, 16);
    expect_request(&pager, 1, 17, 16);
    pager_supply(&pager, vmo, 1, 17, 16);
    expect_result(&reader, ZX_OK);
    close_with(&pager, vmo);
}

TEST(vmo_op_range, asks_for_no_page_that_another_commit_waits_for) {
    struct pager pager;
    struct reader first, second;
    zx_handle_t vmo;
    open_with(&pager, &vmo, 32);
    start_reader(&first, BY_COMMIT, vmo, 1, 8, 16);
    expect_request(&pager, 1, 8, 16);
    start_reader(&second, BY_COMMIT, vmo, 1, 0, 32);
    expect_request(&pager, 1, 0, 8);
    pager_supply(&pager, vmo, 1, 0, 24);
    expect_result(&first, ZX_OK);
    expect_request(&pager, 1, 24, 8);
    pager_supply(&pager, vmo, 1, 24, 8);
    expect_result(&second, ZX_OK);
    expect_no_packet(&pager);
    close_with(&pager, vmo);
}

TEST(vmo_op_range, waits_for_all_parts_of_its_request) {
    struct pager pager;
    struct reader reader;
    zx_handle_t vmo;
    open_with(&pager, &vmo, 32);
    start_reader(&reader, BY_COMMIT, vmo, 1, 0, 32);
    expect_request(&pager, 1, 0, 32);
    for (uint64_t page = 32; page-- > 0;) {
        wait_until_blocked(&reader.thread);
        expect_no_packet(&pager);
        pager_supply(&pager, vmo, 1, page, 1);
    }
    expect_result(&reader, ZX_OK);
    expect_no_packet(&pager);
    close_with(&pager, vmo);
}

TEST(pager_supply_pages, may_supply_parts_of_several_commits) {
    enum { COMMITS = 5, EACH = 7 };
    struct pager pager;
    struct reader readers[COMMITS];
    zx_handle_t vmo;
    open_with(&pager, &vmo, (uint64_t)COMMITS * EACH);
    for (uint64_t i = 0; i < COMMITS; i++) {
        start_reader(&readers[i], BY_COMMIT, vmo, 1, i * EACH, EACH);
        expect_request(&pager, 1, i * EACH, EACH);
    }
    for (uint64_t i = 0; i < EACH; i++) {
        pager_supply(&pager, vmo, 1, i * COMMITS, COMMITS);
    }
    for (int i = 0; i < COMMITS; i++) {
        expect_result(&readers[i], ZX_OK);
    }
    expect_no_packet(&pager);
    close_with(&pager, vmo);
}

TEST(pager_supply_pages, may_supply_the_same_page_again) {
    struct pager pager;
    struct reader reader;
    zx_handle_t vmo;
    open_with(&pager, &vmo, 8);
    start_reader(&reader, BY_COMMIT, vmo, 1, 0, 8);
    expect_request(&pager, 1, 0, 8);
    for (uint64_t count = 1; count <= 8; count++) {
        pager_supply(&pager, vmo, 1, 0, count);
    }
    expect_result(&reader, ZX_OK);
    close_with(&pager, vmo);
}

TEST(vmo_op_range, asks_again_for_pages_that_were_decommitted_while_it_waited) {
    struct pager pager;
    struct reader reader;
    zx_handle_t vmo;
    open_with(&pager, &vmo, 4);
    start_reader(&reader, BY_COMMIT, vmo, 1, 0, 4);
    expect_request(&pager, 1, 0, 4);
    pager_supply(&pager, vmo, 1, 0, 1);
    EXPECT_OK(zx_vmo_op_range(vmo, ZX_VMO_OP_DECOMMIT, 0, PAGE, NULL, 0));
    pager_supply(&pager, vmo, 1, 1, 3);
    expect_request(&pager, 1, 0, 1);
    pager_supply(&pager, vmo, 1, 0, 1);
    expect_result(&reader, ZX_OK);
    close_with(&pager, vmo);
}

TEST(vmo_op_range, decommits_pages_which_are_asked_for_again) {
    for (enum way way = 0; way < WAYS; way++) {
        struct pager pager;
        struct reader reader;
        zx_handle_t vmo;
        open_with(&pager, &vmo, 2);
        pager_supply(&pager, vmo, 1, 0, 2);
        zx_vaddr_t at = map_pages(vmo, 2);
        touch_begin();
        EXPECT(touch_store((uint64_t *)at, 5));
        EXPECT_OK(zx_vmo_op_range(vmo, ZX_VMO_OP_DECOMMIT, 0, PAGE, NULL, 0));
        start_reader(&reader, way, vmo, 1, 0, 2);
        expect_request(&pager, 1, 0, 1);
        pager_supply(&pager, vmo, 1, 0, 1);
        expect_result(&reader, ZX_OK);
        expect_no_packet(&pager);
        unmap_pages(at, 2);
        close_with(&pager, vmo);
    }
}

// --- a size that changes ---

TEST(vmo_set_size, below_a_page_ends_the_waiting_for_it) {
    static const zx_status_t results[WAYS] = {
        [BY_READ] = ZX_ERR_OUT_OF_RANGE,
        [BY_LOAD] = ZX_ERR_INTERNAL,
        [BY_COMMIT] = ZX_OK,
        [BY_COPY] = ZX_ERR_INVALID_ARGS,
        [BY_WRITE] = ZX_ERR_OUT_OF_RANGE,
        [BY_STORE] = ZX_ERR_INTERNAL,
    };
    for (enum way way = 0; way < WAYS; way++) {
        struct pager pager;
        struct reader reader;
        zx_handle_t vmo;
        open_with(&pager, &vmo, 2);
        start_reader(&reader, way, vmo, 1, 1, 1);
        expect_request(&pager, 1, 1, 1);
        EXPECT_OK(zx_vmo_set_size(vmo, PAGE));
        expect_result(&reader, results[way]);
        expect_no_packet(&pager);
        close_with(&pager, vmo);
    }
}

TEST(vmo_set_size, below_a_part_of_a_commit_leaves_it_waiting_for_the_rest) {
    struct pager pager;
    struct reader reader;
    zx_handle_t vmo;
    open_with(&pager, &vmo, 3);
    start_reader(&reader, BY_COMMIT, vmo, 1, 0, 3);
    expect_request(&pager, 1, 0, 3);
    pager_supply(&pager, vmo, 1, 2, 1); // one that will go
    EXPECT_OK(zx_vmo_set_size(vmo, PAGE));
    wait_until_blocked(&reader.thread);
    pager_supply(&pager, vmo, 1, 0, 1);
    expect_result(&reader, ZX_OK);
    expect_no_packet(&pager);
    close_with(&pager, vmo);
}

TEST(vmo_set_size, makes_new_pages_be_asked_for) {
    for (enum way way = 0; way < WAYS; way++) {
        struct pager pager;
        struct reader reader;
        zx_handle_t vmo;
        open_with(&pager, &vmo, 2);
        pager_supply(&pager, vmo, 1, 0, 2);
        EXPECT_OK(zx_vmo_set_size(vmo, PAGE));
        EXPECT_OK(zx_vmo_set_size(vmo, 3 * PAGE));
        start_reader(&reader, way, vmo, 1, 1, 2);
        if (way == BY_COMMIT) {
            expect_request(&pager, 1, 1, 2);
        } else {
            expect_request(&pager, 1, 1, 1);
        }
        pager_supply(&pager, vmo, 1, 1, 2);
        expect_result(&reader, ZX_OK);
        expect_no_packet(&pager);
        close_with(&pager, vmo);
    }
}

// --- the end of the supply ---

TEST(pager_detach_vmo, ends_all_waiting) {
    for (enum way way = 0; way < WAYS; way++) {
        for (int seen = 0; seen < 2; seen++) {
            struct pager pager;
            struct reader reader;
            zx_handle_t vmo;
            open_with(&pager, &vmo, 1);
            start_reader(&reader, way, vmo, 1, 0, 1);
            if (seen == 1) {
                expect_request(&pager, 1, 0, 1);
            } else {
                wait_until_blocked(&reader.thread);
            }
            EXPECT_OK(zx_pager_detach_vmo(pager.pager, vmo));
            expect_result(&reader, failure_by(way, ZX_ERR_NOT_FOUND));
            expect_complete(&pager, 1);
            expect_no_packet(&pager);
            close_with(&pager, vmo);
        }
    }
}

TEST(pager_create, ends_all_waiting_when_the_pager_is_closed) {
    for (enum way way = 0; way < WAYS; way++) {
        for (int seen = 0; seen < 2; seen++) {
            struct pager pager;
            struct reader reader;
            zx_handle_t vmo;
            open_with(&pager, &vmo, 2);
            pager_supply(&pager, vmo, 1, 1, 1);
            start_reader(&reader, way, vmo, 1, 0, 1);
            if (seen == 1) {
                expect_request(&pager, 1, 0, 1);
            } else {
                wait_until_blocked(&reader.thread);
            }
            close_handle(pager.pager);
            pager.pager = ZX_HANDLE_INVALID;
            expect_result(&reader, failure_by(way, ZX_ERR_NOT_FOUND));
            expect_supplied(vmo, 1, 1, 1);
            expect_no_packet(&pager);
            close_with(&pager, vmo);
        }
    }
}

TEST(pager_create_vmo, goes_on_waiting_when_the_port_is_closed) {
    struct pager pager;
    struct reader reader, later;
    zx_handle_t vmo;
    open_with(&pager, &vmo, 2);
    start_reader(&reader, BY_LOAD, vmo, 1, 0, 1);
    wait_until_blocked(&reader.thread);
    close_handle(pager.port);
    pager.port = ZX_HANDLE_INVALID;
    start_reader(&later, BY_READ, vmo, 1, 1, 1);
    wait_until_blocked(&later.thread);
    wait_until_blocked(&reader.thread);
    pager_supply(&pager, vmo, 1, 1, 1);
    expect_result(&later, ZX_OK);
    EXPECT_OK(zx_pager_detach_vmo(pager.pager, vmo));
    expect_result(&reader, ZX_ERR_INTERNAL);
    close_with(&pager, vmo);
}

TEST(pager_op_range, ends_the_waiting_with_an_error_once) {
    for (enum way way = 0; way < WAYS; way++) {
        struct pager pager;
        struct reader reader;
        zx_handle_t vmo;
        open_with(&pager, &vmo, 4);
        start_reader(&reader, way, vmo, 1, 1, 1);
        expect_request(&pager, 1, 1, 1);
        // Elsewhere it changes nothing.
        EXPECT_OK(zx_pager_op_range(pager.pager, ZX_PAGER_OP_FAIL, vmo, 2 * PAGE, 2 * PAGE,
                                    (uint64_t)ZX_ERR_IO));
        wait_until_blocked(&reader.thread);
        EXPECT_OK(zx_pager_op_range(pager.pager, ZX_PAGER_OP_FAIL, vmo, 0, 4 * PAGE,
                                    (uint64_t)ZX_ERR_IO_DATA_INTEGRITY));
        expect_result(&reader, failure_by(way, ZX_ERR_IO_DATA_INTEGRITY));
        // The next one asks again.
        start_reader(&reader, way, vmo, 1, 1, 1);
        expect_request(&pager, 1, 1, 1);
        pager_supply(&pager, vmo, 1, 1, 1);
        expect_result(&reader, ZX_OK);
        expect_no_packet(&pager);
        close_with(&pager, vmo);
    }
}

TEST(pager_op_range, fails_all_who_wait_for_the_page) {
    struct pager pager;
    struct reader readers[3];
    zx_handle_t vmo;
    open_with(&pager, &vmo, 1);
    static const enum way ways[] = {BY_READ, BY_COMMIT, BY_WRITE};
    for (int i = 0; i < 3; i++) {
        start_reader(&readers[i], ways[i], vmo, 1, 0, 1);
        wait_until_blocked(&readers[i].thread);
    }
    EXPECT_OK(
        zx_pager_op_range(pager.pager, ZX_PAGER_OP_FAIL, vmo, 0, PAGE, (uint64_t)ZX_ERR_NO_SPACE));
    for (int i = 0; i < 3; i++) {
        expect_result(&readers[i], ZX_ERR_NO_SPACE);
    }
    expect_no_packet(&pager);
    close_with(&pager, vmo);
}

// --- mappings that change ---

TEST(vmar_unmap, while_a_thread_waits_lets_it_fault) {
    struct pager pager;
    struct reader reader;
    zx_handle_t vmo;
    open_with(&pager, &vmo, 1);
    start_reader(&reader, BY_LOAD, vmo, 1, 0, 1);
    expect_request(&pager, 1, 0, 1);
    unmap_pages(reader.mapped, 1);
    reader.mapped = 0;
    pager_supply(&pager, vmo, 1, 0, 1);
    expect_result(&reader, ZX_ERR_INTERNAL);
    close_with(&pager, vmo);
}

TEST(vmar_map, over_a_page_that_a_thread_waits_for_makes_it_see_the_new_one) {
    struct pager pager;
    struct reader reader;
    zx_handle_t vmo, other = filled_vmo(1, 0, 1);
    zx_info_vmar_t root;
    zx_vaddr_t at;
    open_with(&pager, &vmo, 1);
    start_reader(&reader, BY_LOAD, vmo, 1, 0, 1);
    expect_request(&pager, 1, 0, 1);
    EXPECT_OK(
        zx_object_get_info(zx_vmar_root_self(), ZX_INFO_VMAR, &root, sizeof(root), NULL, NULL));
    EXPECT_OK(zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ | ZX_VM_SPECIFIC_OVERWRITE,
                          reader.mapped - root.base, other, 0, PAGE, &at));
    wait_until_blocked(&reader.thread); // for the old one still
    zx_handle_t zeros;
    EXPECT_OK(zx_vmo_create(PAGE, 0, &zeros));
    EXPECT_OK(zx_vmo_op_range(zeros, ZX_VMO_OP_COMMIT, 0, PAGE, NULL, 0));
    EXPECT_OK(zx_pager_supply_pages(pager.pager, vmo, 0, PAGE, zeros, 0));
    expect_result(&reader, ZX_OK);
    close_handle(zeros);
    close_handle(other);
    close_with(&pager, vmo);
}

TEST(vmar_map, with_map_range_asks_for_nothing) {
    struct pager pager;
    zx_handle_t vmo;
    zx_vaddr_t at;
    open_with(&pager, &vmo, 2);
    pager_supply(&pager, vmo, 1, 0, 1);
    EXPECT_OK(zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ | ZX_VM_MAP_RANGE, 0, vmo, 0,
                          2 * PAGE, &at));
    expect_no_packet(&pager);
    uint64_t word;
    touch_begin();
    EXPECT(touch_load((uint64_t *)at, &word) && word == supplied_word(1, 0, 0));
    expect_no_packet(&pager);
    unmap_pages(at, 2);
    close_with(&pager, vmo);
}

// --- results that go to a page of a pager ---

struct sizing {
    zx_handle_t vmo;
    zx_vaddr_t at;
};

static int get_size(void *argument) {
    const struct sizing *sizing = argument;
    return zx_vmo_get_size(sizing->vmo, (uint64_t *)sizing->at);
}

TEST(vmo_get_size, waits_for_the_page_that_its_result_goes_to) {
    struct pager pager;
    struct test_thread thread;
    struct sizing sizing;
    open_with(&pager, &sizing.vmo, 2);
    sizing.at = map_pages(sizing.vmo, 2) + PAGE;
    start_thread(&thread, get_size, &sizing);
    expect_request(&pager, 1, 1, 1);
    pager_supply(&pager, sizing.vmo, 1, 1, 1);
    EXPECT_OK(finish_thread(&thread));
    uint64_t words[2];
    EXPECT_OK(zx_vmo_read(sizing.vmo, words, PAGE, sizeof(words)));
    EXPECT_EQ(words[0], 2 * PAGE);
    EXPECT_EQ(words[1], supplied_word(1, 1, 1));
    unmap_pages(sizing.at - PAGE, 2);
    close_with(&pager, sizing.vmo);
}
