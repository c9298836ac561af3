// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Children of a pager's VMO: its pages are asked for through them.
#include "paging.h"

struct family {
    struct pager pager;
    zx_handle_t vmo, clone;
};

static void open_family(struct family *family, uint64_t pages) {
    pager_open(&family->pager);
    family->vmo = pager_vmo(&family->pager, 1, pages, ZX_VMO_RESIZABLE);
    EXPECT_OK(zx_vmo_create_child(family->vmo, ZX_VMO_CHILD_COPY_ON_WRITE | ZX_VMO_CHILD_RESIZABLE,
                                  0, pages * PAGE, &family->clone));
}

static void close_family(const struct family *family) {
    close_handle(family->clone);
    close_handle(family->vmo);
    expect_complete(&family->pager, 1);
    expect_no_packet(&family->pager);
    pager_close(&family->pager);
}

TEST(vmo_create_child, asks_the_pager_of_its_parent) {
    for (enum way way = 0; way < WAYS; way++) {
        struct family family;
        struct reader reader;
        open_family(&family, 2);
        start_reader(&reader, way, family.clone, 1, 1, 1);
        expect_request(&family.pager, 1, 1, 1);
        pager_supply(&family.pager, family.vmo, 1, 1, 1);
        expect_result(&reader, ZX_OK);
        // The parent's page is as it was supplied, whatever became of the clone's.
        expect_supplied(family.vmo, 1, 1, 1);
        close_family(&family);
    }
}

TEST(vmo_create_child, asks_with_the_offsets_of_the_parent) {
    for (enum way way = 0; way < WAYS; way++) {
        struct pager pager;
        struct reader reader;
        zx_handle_t clone, child;
        pager_open(&pager);
        zx_handle_t vmo = pager_vmo(&pager, 1, 8, 0);
        EXPECT_OK(zx_vmo_create_child(vmo, ZX_VMO_CHILD_COPY_ON_WRITE, 2 * PAGE, 6 * PAGE, &clone));
        EXPECT_OK(zx_vmo_create_child(clone, ZX_VMO_CHILD_SLICE, 3 * PAGE, 3 * PAGE, &child));
        pager_supply(&pager, vmo, 1, 0, 4);
        // Page 1 of the child is page 6 of all. What a reader compares with is counted from there.
        start_reader(&reader, way == BY_READ || way == BY_LOAD ? BY_COPY : way, child, 1, 1, 1);
        expect_request(&pager, 1, 6, 1);
        pager_supply(&pager, vmo, 1, 6, 1);
        expect_result(&reader, ZX_OK);
        if (way == BY_READ) {
            uint64_t word;
            EXPECT_OK(zx_vmo_read(child, &word, PAGE + 8, sizeof(word)));
            EXPECT_EQ(word, supplied_word(1, 6, 1));
        }
        close_handle(child);
        close_handle(clone);
        close_handle(vmo);
        pager_close(&pager);
    }
}

TEST(vmo_create_child, finds_pages_that_the_parent_has) {
    for (enum way way = 0; way < WAYS; way++) {
        struct family family;
        struct reader reader;
        open_family(&family, 1);
        start_reader(&reader, BY_READ, family.vmo, 1, 0, 1);
        expect_request(&family.pager, 1, 0, 1);
        pager_supply(&family.pager, family.vmo, 1, 0, 1);
        expect_result(&reader, ZX_OK);
        start_reader(&reader, way, family.clone, 1, 0, 1);
        expect_result(&reader, ZX_OK);
        expect_no_packet(&family.pager);
        close_family(&family);
    }
}

TEST(vmo_create_child, waits_for_the_same_request_as_its_parent_and_its_siblings) {
    struct family family;
    struct reader readers[3];
    zx_handle_t sibling;
    open_family(&family, 1);
    EXPECT_OK(zx_vmo_create_child(family.vmo, ZX_VMO_CHILD_COPY_ON_WRITE, 0, PAGE, &sibling));
    start_reader(&readers[0], BY_READ, family.clone, 1, 0, 1);
    start_reader(&readers[1], BY_LOAD, sibling, 1, 0, 1);
    start_reader(&readers[2], BY_LOAD, family.vmo, 1, 0, 1);
    for (int i = 0; i < 3; i++) {
        wait_until_blocked(&readers[i].thread);
    }
    expect_request(&family.pager, 1, 0, 1);
    pager_supply(&family.pager, family.vmo, 1, 0, 1);
    for (int i = 0; i < 3; i++) {
        expect_result(&readers[i], ZX_OK);
    }
    expect_no_packet(&family.pager);
    close_handle(sibling);
    close_family(&family);
}

TEST(vmo_create_child, keeps_what_it_wrote_from_a_pagers_vmo) {
    struct family family;
    struct reader reader;
    open_family(&family, 2);
    start_reader(&reader, BY_STORE, family.clone, 1, 0, 2); // page p holds p in its first word
    expect_request(&family.pager, 1, 0, 1);
    pager_supply(&family.pager, family.vmo, 1, 0, 2);
    expect_result(&reader, ZX_OK);
    expect_supplied(family.vmo, 1, 0, 2);
    for (uint64_t page = 0; page < 2; page++) {
        uint64_t words[2];
        EXPECT_OK(zx_vmo_read(family.clone, words, page * PAGE, sizeof(words)));
        EXPECT_EQ(words[0], page);
        EXPECT_EQ(words[1], supplied_word(1, page, 1));
    }
    // Given back, it shows the parent's again.
    EXPECT_OK(zx_vmo_op_range(family.clone, ZX_VMO_OP_DECOMMIT, 0, 2 * PAGE, NULL, 0));
    expect_supplied(family.clone, 1, 0, 2);
    expect_no_packet(&family.pager);
    close_family(&family);
}

TEST(vmo_create_child, shows_zeros_where_a_detached_pager_owes_pages) {
    for (enum way way = 0; way < WAYS; way++) {
        struct family family;
        struct reader reader;
        open_family(&family, 2);
        pager_supply(&family.pager, family.vmo, 1, 1, 1);
        // A reader that compares would miss what was never supplied.
        bool compares = way == BY_READ || way == BY_LOAD;
        start_reader(&reader, compares ? BY_COPY : way, family.clone, 1, 0, 2);
        expect_request(&family.pager, 1, 0, 1);
        EXPECT_OK(zx_pager_detach_vmo(family.pager.pager, family.vmo));
        expect_complete(&family.pager, 1);
        expect_result(&reader, ZX_OK);
        uint64_t words[2];
        EXPECT_OK(zx_vmo_read(family.clone, words, 8, 8));
        EXPECT_EQ(words[0], 0);
        EXPECT_OK(zx_vmo_read(family.clone, words, PAGE + 8, 8));
        EXPECT_EQ(words[0], supplied_word(1, 1, 1));
        EXPECT_STATUS(zx_vmo_read(family.vmo, words, 0, 8), ZX_ERR_NOT_FOUND);
        close_handle(family.clone);
        close_handle(family.vmo);
        expect_no_packet(&family.pager);
        pager_close(&family.pager);
    }
}

TEST(vmo_op_range, commits_a_clone_with_one_request) {
    struct family family;
    struct reader reader;
    open_family(&family, 32);
    start_reader(&reader, BY_COMMIT, family.clone, 1, 0, 32);
    expect_request(&family.pager, 1, 0, 32);
    pager_supply(&family.pager, family.vmo, 1, 0, 32);
    expect_result(&reader, ZX_OK);
    zx_info_vmo_t info;
    EXPECT_OK(zx_object_get_info(family.clone, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.committed_bytes, 32 * PAGE);
    expect_supplied(family.clone, 1, 0, 32);
    close_family(&family);
}

TEST(vmo_op_range, commits_a_clone_around_pages_that_are_there) {
    struct family family;
    struct reader reader;
    open_family(&family, 4);
    pager_supply(&family.pager, family.vmo, 1, 1, 2);
    start_reader(&reader, BY_COMMIT, family.clone, 1, 0, 4);
    expect_request(&family.pager, 1, 0, 1);
    pager_supply(&family.pager, family.vmo, 1, 0, 1);
    expect_request(&family.pager, 1, 3, 1);
    pager_supply(&family.pager, family.vmo, 1, 3, 1);
    expect_result(&reader, ZX_OK);
    close_family(&family);
}

TEST(vmo_create_child, takes_no_snapshot_of_what_a_pager_backs) {
    struct family family;
    zx_handle_t child;
    open_family(&family, 1);
    EXPECT_STATUS(zx_vmo_create_child(family.vmo, ZX_VMO_CHILD_COPY_ON_WRITE2, 0, PAGE, &child),
                  ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(zx_vmo_create_child(family.clone, ZX_VMO_CHILD_COPY_ON_WRITE2, 0, PAGE, &child),
                  ZX_ERR_NOT_SUPPORTED);
    close_family(&family);
}

TEST(vmo_set_size, of_the_parent_below_a_page_gives_the_waiting_clone_zeros) {
    struct family family;
    struct reader reader;
    open_family(&family, 2);
    start_reader(&reader, BY_COPY, family.clone, 1, 1, 1);
    expect_request(&family.pager, 1, 1, 1);
    EXPECT_OK(zx_vmo_set_size(family.vmo, PAGE));
    expect_result(&reader, ZX_OK);
    uint64_t word = 1;
    EXPECT_OK(zx_vmo_read(family.clone, &word, PAGE, sizeof(word)));
    EXPECT_EQ(word, 0);
    close_family(&family);
}
