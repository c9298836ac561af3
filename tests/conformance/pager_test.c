// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Pagers: what the calls take and refuse, and supplying pages. Who waits for pages is in
// pager_request_test.c.
#include "paging.h"

// --- zx_pager_create ---

TEST(pager_create, makes_a_pager_with_its_rights) {
    zx_handle_t pager;
    EXPECT_OK(zx_pager_create(0, &pager));
    EXPECT_EQ(type_of(pager), ZX_OBJ_TYPE_PAGER);
    EXPECT_EQ(rights_of(pager), ZX_DEFAULT_PAGER_RIGHTS);
    zx_handle_t other;
    EXPECT_STATUS(zx_handle_duplicate(pager, ZX_RIGHT_SAME_RIGHTS, &other), ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_object_signal(pager, 0, ZX_USER_SIGNAL_0), ZX_ERR_ACCESS_DENIED);
    close_handle(pager);
}

TEST(pager_create, takes_no_options) {
    zx_handle_t pager = 77;
    for (int bit = 0; bit < 32; bit++) {
        EXPECT_STATUS(zx_pager_create(1u << bit, &pager), ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(pager, 77);
}

TEST(pager_create, needs_a_place_for_the_handle) {
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_pager_create(0, bad_pointer(i, sizeof(zx_handle_t))), ZX_ERR_INVALID_ARGS);
    }
}

static zx_status_t create_pager(void *context) {
    return zx_pager_create(0, context);
}

TEST(pager_create, fails_without_memory) {
    zx_handle_t pager = ZX_HANDLE_INVALID;
    expect_no_memory(create_pager, &pager, sizeof(pager));
    close_handle(pager);
}

// --- zx_pager_create_vmo ---

static struct pager the;
static zx_handle_t made, aux;

static zx_status_t create_with_pager(zx_handle_t handle) {
    return zx_pager_create_vmo(handle, 0, the.port, 1, PAGE, &made);
}

static zx_status_t create_with_port(zx_handle_t handle) {
    zx_status_t status = zx_pager_create_vmo(the.pager, 0, handle, 1, PAGE, &made);
    if (status == ZX_OK) {
        close_handle(made);
    }
    return status;
}

TEST(pager_create_vmo, wants_a_pager_and_a_port_to_write_to) {
    pager_open(&the);
    expect_bad_handle(create_with_pager);
    expect_wrong_type(create_with_pager, ZX_OBJ_TYPE_PAGER, ZX_OBJ_TYPE_PAGER);
    expect_bad_handle(create_with_port);
    expect_wrong_type(create_with_port, ZX_OBJ_TYPE_PORT, ZX_OBJ_TYPE_PORT);
    expect_right(create_with_port, the.port, ZX_RIGHT_WRITE, ZX_OK);
    pager_close(&the);
}

TEST(pager_create_vmo, checks_the_handles_before_the_options) {
    struct pager pager;
    pager_open(&pager);
    zx_handle_t vmo;
    EXPECT_STATUS(zx_pager_create_vmo(ZX_HANDLE_INVALID, ~0u, pager.port, 0, UINT64_MAX, &vmo),
                  ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_pager_create_vmo(pager.port, ~0u, pager.port, 0, UINT64_MAX, &vmo),
                  ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(zx_pager_create_vmo(pager.pager, ~0u, ZX_HANDLE_INVALID, 0, UINT64_MAX, &vmo),
                  ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_pager_create_vmo(pager.pager, ~0u, pager.port, 0, UINT64_MAX, &vmo),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pager_create_vmo(pager.pager, 0, pager.port, 0, UINT64_MAX, &vmo),
                  ZX_ERR_OUT_OF_RANGE);
    pager_close(&pager);
}

TEST(pager_create_vmo, takes_resizable_and_an_old_bit) {
    struct pager pager;
    pager_open(&pager);
    zx_handle_t vmo;
    for (int bit = 0; bit < 32; bit++) {
        zx_status_t wanted = bit < 2 ? ZX_OK : ZX_ERR_INVALID_ARGS;
        EXPECT_STATUS(zx_pager_create_vmo(pager.pager, 1u << bit, pager.port, 0, PAGE, &vmo),
                      wanted);
        if (wanted == ZX_OK) {
            EXPECT_STATUS(zx_vmo_set_size(vmo, 0), bit == 1 ? ZX_OK : ZX_ERR_UNAVAILABLE);
            close_handle(vmo);
        }
    }
    pager_close(&pager);
}

TEST(pager_create_vmo, rounds_the_size_up_and_refuses_too_large_ones) {
    static const uint64_t largest = UINT64_MAX - 131072 + 1;
    static const struct {
        uint64_t size, rounded;
        zx_status_t status;
    } cases[] = {
        {0, 0, ZX_OK},
        {1, PAGE, ZX_OK},
        {PAGE, PAGE, ZX_OK},
        {PAGE + 1, 2 * PAGE, ZX_OK},
        {largest - 1, largest, ZX_OK},
        {largest, largest, ZX_OK},
        {largest + 1, 0, ZX_ERR_OUT_OF_RANGE},
        {UINT64_MAX - PAGE + 1, 0, ZX_ERR_OUT_OF_RANGE},
        {UINT64_MAX, 0, ZX_ERR_OUT_OF_RANGE},
    };
    struct pager pager;
    pager_open(&pager);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        zx_handle_t vmo;
        uint64_t size;
        EXPECT_STATUS(zx_pager_create_vmo(pager.pager, 0, pager.port, 0, cases[i].size, &vmo),
                      cases[i].status);
        if (cases[i].status == ZX_OK) {
            EXPECT_OK(zx_vmo_get_size(vmo, &size));
            EXPECT_EQ(size, cases[i].rounded);
            close_handle(vmo);
        }
    }
    pager_close(&pager);
}

TEST(pager_create_vmo, needs_a_place_for_the_handle) {
    struct pager pager;
    pager_open(&pager);
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_pager_create_vmo(pager.pager, 0, pager.port, 0, PAGE,
                                          bad_pointer(i, sizeof(zx_handle_t))),
                      ZX_ERR_INVALID_ARGS);
    }
    pager_close(&pager);
}

static zx_status_t create_paged(void *context) {
    return zx_pager_create_vmo(the.pager, 0, the.port, 1, PAGE, context);
}

TEST(pager_create_vmo, fails_without_memory) {
    zx_handle_t vmo = ZX_HANDLE_INVALID;
    pager_open(&the);
    expect_no_memory(create_paged, &vmo, sizeof(vmo));
    close_handle(vmo);
    pager_close(&the);
}

TEST(pager_create_vmo, makes_a_vmo_that_says_who_backs_it) {
    struct pager pager;
    pager_open(&pager);
    zx_handle_t vmo = pager_vmo(&pager, 1, 3, ZX_VMO_RESIZABLE), clone, plain;
    EXPECT_EQ(type_of(vmo), ZX_OBJ_TYPE_VMO);
    EXPECT_EQ(rights_of(vmo), ZX_DEFAULT_VMO_RIGHTS);
    zx_info_vmo_t info;
    EXPECT_OK(zx_object_get_info(vmo, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.flags, ZX_INFO_VMO_TYPE_PAGED | ZX_INFO_VMO_PAGER_BACKED |
                              ZX_INFO_VMO_RESIZABLE | ZX_INFO_VMO_VIA_HANDLE);
    EXPECT_EQ(info.size_bytes, 3 * PAGE);
    EXPECT_EQ(info.committed_bytes, 0);
    EXPECT_EQ(info.parent_koid, 0);
    EXPECT_OK(zx_vmo_create_child(vmo, ZX_VMO_CHILD_COPY_ON_WRITE, 0, PAGE, &clone));
    EXPECT_OK(zx_object_get_info(clone, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.flags, ZX_INFO_VMO_TYPE_PAGED | ZX_INFO_VMO_PAGER_BACKED |
                              ZX_INFO_VMO_IS_COW_CLONE | ZX_INFO_VMO_VIA_HANDLE);
    EXPECT_OK(zx_vmo_create(PAGE, 0, &plain));
    EXPECT_OK(zx_object_get_info(plain, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.flags & ZX_INFO_VMO_PAGER_BACKED, 0);
    close_handle(plain);
    close_handle(clone);
    close_handle(vmo);
    pager_close(&pager);
}

// --- zx_pager_supply_pages ---

TEST(pager_supply_pages, moves_pages_and_wants_none_of_them_again) {
    struct pager pager;
    pager_open(&pager);
    zx_handle_t vmo = pager_vmo(&pager, 7, 4, 0), pages = filled_vmo(7, 1, 2);
    EXPECT_OK(zx_pager_supply_pages(pager.pager, vmo, PAGE, 2 * PAGE, pages, 0));
    expect_supplied(vmo, 7, 1, 2);
    expect_no_packet(&pager);
    zx_info_vmo_t info;
    EXPECT_OK(zx_object_get_info(vmo, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.committed_bytes, 2 * PAGE);
    // They are gone from where they were.
    EXPECT_OK(zx_object_get_info(pages, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.committed_bytes, 0);
    EXPECT_EQ(info.size_bytes, 2 * PAGE);
    uint64_t word = 1;
    EXPECT_OK(zx_vmo_read(pages, &word, PAGE, sizeof(word)));
    EXPECT_EQ(word, 0);
    close_handle(pages);
    close_handle(vmo);
    pager_close(&pager);
}

TEST(pager_supply_pages, of_unusual_numbers_and_offsets) {
    static const uint64_t counts[] = {2, 3, 5, 7, 37, 1, 13, 23};
    struct pager pager;
    pager_open(&pager);
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        sum += counts[i];
    }
    zx_handle_t vmo = pager_vmo(&pager, 3, sum, 0), pages = filled_vmo(3, 0, sum);
    uint64_t at = 0;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        EXPECT_OK(
            zx_pager_supply_pages(pager.pager, vmo, at * PAGE, counts[i] * PAGE, pages, at * PAGE));
        at += counts[i];
        expect_supplied(vmo, 3, 0, at);
    }
    expect_no_packet(&pager);
    close_handle(pages);
    close_handle(vmo);
    pager_close(&pager);
}

TEST(pager_supply_pages, keeps_pages_that_are_there) {
    struct pager pager;
    pager_open(&pager);
    zx_handle_t vmo = pager_vmo(&pager, 1, 3, 0), pages = filled_vmo(2, 0, 3);
    pager_supply(&pager, vmo, 1, 1, 1);
    EXPECT_OK(zx_pager_supply_pages(pager.pager, vmo, 0, 3 * PAGE, pages, 0));
    expect_supplied(vmo, 2, 0, 1);
    expect_supplied(vmo, 1, 1, 1);
    expect_supplied(vmo, 2, 2, 1);
    // The one that was not wanted is gone all the same.
    zx_info_vmo_t info;
    EXPECT_OK(zx_object_get_info(pages, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.committed_bytes, 0);
    close_handle(pages);
    close_handle(vmo);
    pager_close(&pager);
}

TEST(pager_supply_pages, shows_them_in_mappings_that_exist) {
    struct pager pager;
    pager_open(&pager);
    touch_begin();
    zx_handle_t vmo = pager_vmo(&pager, 1, 2, 0);
    zx_vaddr_t at = map_pages(vmo, 2);
    pager_supply(&pager, vmo, 1, 0, 2);
    uint64_t word;
    EXPECT(touch_load((uint64_t *)at, &word) && word == supplied_word(1, 0, 0));
    EXPECT(touch_store((uint64_t *)(at + PAGE), 99));
    EXPECT_OK(zx_vmo_read(vmo, &word, PAGE, sizeof(word)));
    EXPECT_EQ(word, 99);
    expect_no_packet(&pager);
    unmap_pages(at, 2);
    close_handle(vmo);
    pager_close(&pager);
}

TEST(pager_supply_pages, of_nothing_is_fine) {
    struct pager pager;
    pager_open(&pager);
    zx_handle_t vmo = pager_vmo(&pager, 1, 1, 0), pages = filled_vmo(1, 0, 1);
    EXPECT_OK(zx_pager_supply_pages(pager.pager, vmo, 0, 0, pages, 0));
    EXPECT_OK(zx_pager_supply_pages(pager.pager, vmo, PAGE, 0, pages, PAGE));
    close_handle(pages);
    close_handle(vmo);
    pager_close(&pager);
}

static zx_status_t supply_with_pager(zx_handle_t handle) {
    return zx_pager_supply_pages(handle, made, 0, 0, aux, 0);
}

static zx_status_t supply_to(zx_handle_t handle) {
    return zx_pager_supply_pages(the.pager, handle, 0, 0, aux, 0);
}

static zx_status_t supply_from(zx_handle_t handle) {
    return zx_pager_supply_pages(the.pager, made, 0, 0, handle, 0);
}

TEST(pager_supply_pages, wants_a_pager_its_vmo_and_one_to_take_from) {
    pager_open(&the);
    made = pager_vmo(&the, 1, 1, 0);
    aux = filled_vmo(1, 0, 1);
    expect_bad_handle(supply_with_pager);
    expect_wrong_type(supply_with_pager, ZX_OBJ_TYPE_PAGER, ZX_OBJ_TYPE_PAGER);
    expect_bad_handle(supply_to);
    expect_wrong_type(supply_to, ZX_OBJ_TYPE_VMO, ZX_OBJ_TYPE_VMO);
    expect_bad_handle(supply_from);
    expect_wrong_type(supply_from, ZX_OBJ_TYPE_VMO, ZX_OBJ_TYPE_VMO);
    zx_handle_t fewer = without_rights(aux, ZX_RIGHT_READ);
    EXPECT_STATUS(supply_from(fewer), ZX_ERR_ACCESS_DENIED);
    close_handle(fewer);
    fewer = without_rights(aux, ZX_RIGHT_WRITE);
    EXPECT_STATUS(supply_from(fewer), ZX_ERR_ACCESS_DENIED);
    close_handle(fewer);
    EXPECT_OK(zx_handle_duplicate(aux, ZX_RIGHT_READ | ZX_RIGHT_WRITE, &fewer));
    EXPECT_OK(supply_from(fewer));
    close_handle(fewer);
    // The VMO needs no right.
    EXPECT_OK(zx_handle_duplicate(made, ZX_RIGHT_NONE, &fewer));
    EXPECT_OK(supply_to(fewer));
    close_handle(fewer);
    close_handle(aux);
    close_handle(made);
    pager_close(&the);
}

TEST(pager_supply_pages, refuses_a_vmo_of_another_pager_before_it_looks_at_the_rest) {
    struct pager pager, other;
    pager_open(&pager);
    pager_open(&other);
    zx_handle_t vmo = pager_vmo(&pager, 1, 1, 0), plain = filled_vmo(1, 0, 1), clone;
    EXPECT_OK(zx_vmo_create_child(vmo, ZX_VMO_CHILD_COPY_ON_WRITE, 0, PAGE, &clone));
    EXPECT_STATUS(zx_pager_supply_pages(other.pager, vmo, 1, 1, ZX_HANDLE_INVALID, 1),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pager_supply_pages(pager.pager, plain, 0, 0, ZX_HANDLE_INVALID, 0),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pager_supply_pages(pager.pager, clone, 0, PAGE, plain, 0),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pager_supply_pages(pager.pager, vmo, 1, 1, ZX_HANDLE_INVALID, 1),
                  ZX_ERR_BAD_HANDLE);
    close_handle(clone);
    close_handle(plain);
    close_handle(vmo);
    pager_close(&pager);
    pager_close(&other);
}

TEST(pager_supply_pages, wants_whole_pages_in_range) {
    static const uint64_t near = UINT64_MAX - PAGE + 1; // the last page of all
    static const struct {
        uint64_t offset, length, aux_offset;
        zx_status_t status;
    } cases[] = {
        {1, PAGE, 0, ZX_ERR_INVALID_ARGS},
        {0, 1, 0, ZX_ERR_INVALID_ARGS},
        {0, PAGE, 1, ZX_ERR_INVALID_ARGS},
        {PAGE - 1, PAGE + 1, 0, ZX_ERR_INVALID_ARGS},
        {0, PAGE, 2 * PAGE, ZX_ERR_OUT_OF_RANGE},
        {0, 3 * PAGE, 0, ZX_ERR_OUT_OF_RANGE},
        {0, PAGE, near, ZX_ERR_OUT_OF_RANGE},
        {0, near, PAGE, ZX_ERR_OUT_OF_RANGE},
        {0, near, near, ZX_ERR_OUT_OF_RANGE},
        {UINT64_MAX, UINT64_MAX, UINT64_MAX, ZX_ERR_INVALID_ARGS},
    };
    struct pager pager;
    pager_open(&pager);
    zx_handle_t vmo = pager_vmo(&pager, 1, 2, 0), pages = filled_vmo(1, 0, 2);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        EXPECT_STATUS(zx_pager_supply_pages(pager.pager, vmo, cases[i].offset, cases[i].length,
                                            pages, cases[i].aux_offset),
                      cases[i].status);
    }
    expect_supplied(pages, 1, 0, 2); // nothing was taken
    close_handle(pages);
    close_handle(vmo);
    pager_close(&pager);
}

TEST(pager_supply_pages, past_the_end_of_the_vmo_loses_the_pages) {
    static const uint64_t offsets[] = {2 * PAGE, PAGE, UINT64_MAX - PAGE + 1};
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        struct pager pager;
        pager_open(&pager);
        zx_handle_t vmo = pager_vmo(&pager, 1, 2, 0), pages = filled_vmo(1, 0, 2);
        EXPECT_STATUS(zx_pager_supply_pages(pager.pager, vmo, offsets[i], 2 * PAGE, pages, 0),
                      ZX_ERR_OUT_OF_RANGE);
        zx_info_vmo_t info;
        EXPECT_OK(zx_object_get_info(pages, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL));
        EXPECT_EQ(info.committed_bytes, 0);
        EXPECT_OK(zx_object_get_info(vmo, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL));
        EXPECT_EQ(info.committed_bytes, 0);
        close_handle(pages);
        close_handle(vmo);
        pager_close(&pager);
    }
}

// Why pages cannot be taken from a VMO.
static void expect_not_taken(const struct pager *pager, zx_handle_t pages, zx_status_t status) {
    zx_handle_t vmo = pager_vmo(pager, 9, 1, 0);
    EXPECT_STATUS(zx_pager_supply_pages(pager->pager, vmo, 0, PAGE, pages, 0), status);
    close_handle(vmo);
    expect_complete(pager, 9);
}

TEST(pager_supply_pages, takes_from_plain_vmos_only) {
    struct pager pager;
    pager_open(&pager);
    zx_handle_t pages = filled_vmo(1, 0, 1), other;
    static const uint32_t children[] = {ZX_VMO_CHILD_COPY_ON_WRITE, ZX_VMO_CHILD_COPY_ON_WRITE2,
                                        ZX_VMO_CHILD_SLICE};
    for (size_t i = 0; i < sizeof(children) / sizeof(children[0]); i++) {
        EXPECT_OK(zx_vmo_create_child(pages, children[i], 0, PAGE, &other));
        EXPECT_OK(zx_vmo_op_range(other, ZX_VMO_OP_COMMIT, 0, PAGE, NULL, 0));
        expect_not_taken(&pager, other, ZX_ERR_BAD_STATE); // a child
        expect_not_taken(&pager, pages, ZX_ERR_BAD_STATE); // has one
        close_handle(other);
    }
    zx_vaddr_t at = map_pages(pages, 1);
    expect_not_taken(&pager, pages, ZX_ERR_BAD_STATE); // is mapped
    unmap_pages(at, 1);
    other = pager_vmo(&pager, 2, 1, 0);
    pager_supply(&pager, other, 2, 0, 1);
    expect_not_taken(&pager, other, ZX_ERR_BAD_STATE); // a pager's
    close_handle(other);
    expect_complete(&pager, 2);
    EXPECT_OK(zx_vmo_create(PAGE, 0, &other));
    expect_not_taken(&pager, other, ZX_ERR_BAD_STATE); // has no page
    close_handle(other);
    expect_supplied(pages, 1, 0, 1);
    close_handle(pages);
    pager_close(&pager);
}

TEST(pager_supply_pages, takes_nothing_unless_every_page_is_there) {
    struct pager pager;
    pager_open(&pager);
    zx_handle_t pages, vmo = pager_vmo(&pager, 1, 4, 0);
    EXPECT_OK(zx_vmo_create(4 * PAGE, 0, &pages));
    EXPECT_OK(zx_vmo_op_range(pages, ZX_VMO_OP_COMMIT, 0, 4 * PAGE, NULL, 0));
    EXPECT_OK(zx_vmo_op_range(pages, ZX_VMO_OP_DECOMMIT, 2 * PAGE, PAGE, NULL, 0));
    EXPECT_STATUS(zx_pager_supply_pages(pager.pager, vmo, 0, 4 * PAGE, pages, 0), ZX_ERR_BAD_STATE);
    zx_info_vmo_t info;
    EXPECT_OK(zx_object_get_info(pages, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.committed_bytes, 3 * PAGE);
    EXPECT_OK(zx_pager_supply_pages(pager.pager, vmo, 0, 2 * PAGE, pages, 0));
    close_handle(pages);
    close_handle(vmo);
    pager_close(&pager);
}

static zx_status_t supply_physical(zx_handle_t physical) {
    return zx_pager_supply_pages(the.pager, made, 0, PAGE, physical, 0);
}

static zx_status_t supply_any(void *context) {
    (void)context;
    zx_handle_t from;
    zx_status_t status = zx_vmo_create(PAGE, 0, &from);
    if (status == ZX_OK) {
        status = zx_vmo_op_range(from, ZX_VMO_OP_COMMIT, 0, PAGE, NULL, 0);
        status =
            status == ZX_OK ? zx_pager_supply_pages(the.pager, made, 0, PAGE, from, 0) : status;
        close_handle(from);
    }
    return status;
}

TEST(pager_supply_pages, takes_nothing_from_physical_memory) {
    zx_handle_t physical;
    pager_open(&the);
    made = pager_vmo(&the, 1, 1, 0);
    EXPECT_OK(zx_vmo_create_physical(root_resource(), 0, PAGE, &physical));
    EXPECT_STATUS(supply_physical(physical), ZX_ERR_NOT_SUPPORTED);
    close_handle(physical);
    close_handle(made);
    pager_close(&the);
}

TEST(pager_supply_pages, takes_nothing_if_memory_runs_out) {
    pager_open(&the);
    made = pager_vmo(&the, 1, 1, 0);
    int nothing = 0;
    expect_no_memory(supply_any, &nothing, 0);
    EXPECT_OK(zx_vmo_read(made, &nothing, 0, sizeof(nothing)));
    expect_no_packet(&the);
    close_handle(made);
    pager_close(&the);
}

// --- zx_pager_detach_vmo ---

static zx_status_t detach_from(zx_handle_t handle) {
    return zx_pager_detach_vmo(handle, made);
}

static zx_status_t detach(zx_handle_t handle) {
    return zx_pager_detach_vmo(the.pager, handle);
}

TEST(pager_detach_vmo, wants_a_pager_and_its_vmo) {
    struct pager other;
    pager_open(&the);
    pager_open(&other);
    made = pager_vmo(&the, 1, 1, 0);
    expect_bad_handle(detach_from);
    expect_wrong_type(detach_from, ZX_OBJ_TYPE_PAGER, ZX_OBJ_TYPE_PAGER);
    expect_bad_handle(detach);
    expect_wrong_type(detach, ZX_OBJ_TYPE_VMO, ZX_OBJ_TYPE_VMO);
    EXPECT_STATUS(detach_from(other.pager), ZX_ERR_INVALID_ARGS);
    zx_handle_t plain, clone;
    EXPECT_OK(zx_vmo_create(PAGE, 0, &plain));
    EXPECT_STATUS(detach(plain), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_vmo_create_child(made, ZX_VMO_CHILD_COPY_ON_WRITE, 0, PAGE, &clone));
    EXPECT_STATUS(detach(clone), ZX_ERR_INVALID_ARGS);
    expect_no_packet(&the);
    // No right is needed.
    zx_handle_t bare;
    EXPECT_OK(zx_handle_duplicate(made, ZX_RIGHT_NONE, &bare));
    EXPECT_OK(detach(bare));
    expect_complete(&the, 1);
    close_handle(bare);
    close_handle(clone);
    close_handle(plain);
    close_handle(made);
    pager_close(&the);
    pager_close(&other);
}

TEST(pager_detach_vmo, leaves_pages_that_are_there) {
    struct pager pager;
    pager_open(&pager);
    zx_handle_t vmo = pager_vmo(&pager, 1, 3, 0);
    pager_supply(&pager, vmo, 1, 1, 1);
    EXPECT_OK(zx_pager_detach_vmo(pager.pager, vmo));
    EXPECT_OK(zx_pager_detach_vmo(pager.pager, vmo));
    expect_complete(&pager, 1);
    expect_no_packet(&pager);
    expect_supplied(vmo, 1, 1, 1);
    uint64_t words[2 * PAGE_WORDS];
    EXPECT_STATUS(zx_vmo_read(vmo, words, 0, 8), ZX_ERR_NOT_FOUND);
    EXPECT_STATUS(zx_vmo_read(vmo, words, PAGE, 2 * PAGE), ZX_ERR_NOT_FOUND);
    EXPECT_STATUS(zx_vmo_write(vmo, words, 0, 8), ZX_ERR_NOT_FOUND);
    EXPECT_STATUS(zx_vmo_op_range(vmo, ZX_VMO_OP_COMMIT, 0, PAGE, NULL, 0), ZX_ERR_NOT_FOUND);
    EXPECT_OK(zx_vmo_op_range(vmo, ZX_VMO_OP_COMMIT, PAGE, PAGE, NULL, 0));
    expect_no_packet(&pager);
    close_handle(vmo);
    expect_no_packet(&pager);
    pager_close(&pager);
}

TEST(pager_detach_vmo, lets_pages_be_supplied_still) {
    struct pager pager;
    pager_open(&pager);
    zx_handle_t vmo = pager_vmo(&pager, 1, 2, 0);
    EXPECT_OK(zx_pager_detach_vmo(pager.pager, vmo));
    pager_supply(&pager, vmo, 1, 0, 2);
    expect_supplied(vmo, 1, 0, 2);
    close_handle(vmo);
    pager_close(&pager);
}

TEST(pager_detach_vmo, makes_mappings_fault_where_pages_are_missing) {
    struct pager pager;
    pager_open(&pager);
    touch_begin();
    zx_handle_t vmo = pager_vmo(&pager, 1, 2, 0);
    pager_supply(&pager, vmo, 1, 1, 1);
    zx_vaddr_t at = map_pages(vmo, 2);
    EXPECT_OK(zx_pager_detach_vmo(pager.pager, vmo));
    uint64_t word;
    EXPECT(!touch_load((uint64_t *)at, &word));
    EXPECT(!touch_store((uint64_t *)at, 1));
    EXPECT(touch_load((uint64_t *)(at + PAGE), &word) && word == supplied_word(1, 1, 0));
    EXPECT(touch_store((uint64_t *)(at + PAGE), 1));
    unmap_pages(at, 2);
    close_handle(vmo);
    pager_close(&pager);
}

// --- the last packet ---

TEST(pager_create_vmo, sends_a_last_packet_when_the_vmo_is_gone) {
    struct pager pager;
    pager_open(&pager);
    zx_handle_t vmo = pager_vmo(&pager, 5, 1, 0), clone;
    zx_vaddr_t at = map_pages(vmo, 1);
    EXPECT_OK(zx_vmo_create_child(vmo, ZX_VMO_CHILD_COPY_ON_WRITE, 0, PAGE, &clone));
    close_handle(vmo);
    expect_no_packet(&pager);
    unmap_pages(at, 1);
    expect_no_packet(&pager);
    close_handle(clone);
    expect_complete(&pager, 5);
    expect_no_packet(&pager);
    pager_close(&pager);
}

TEST(pager_create, sends_nothing_any_more_when_the_pager_is_closed) {
    struct pager pager;
    pager_open(&pager);
    zx_handle_t vmo = pager_vmo(&pager, 5, 1, 0), detached = pager_vmo(&pager, 6, 1, 0);
    EXPECT_OK(zx_pager_detach_vmo(pager.pager, detached));
    close_handle(pager.pager);
    pager.pager = ZX_HANDLE_INVALID;
    expect_no_packet(&pager);
    uint64_t word;
    EXPECT_STATUS(zx_vmo_read(vmo, &word, 0, sizeof(word)), ZX_ERR_NOT_FOUND);
    close_handle(detached);
    close_handle(vmo);
    expect_no_packet(&pager);
    pager_close(&pager);
}

TEST(pager_create_vmo, outlives_its_port) {
    struct pager pager;
    pager_open(&pager);
    zx_handle_t vmo = pager_vmo(&pager, 5, 2, 0);
    close_handle(pager.port);
    pager.port = ZX_HANDLE_INVALID;
    pager_supply(&pager, vmo, 5, 0, 1);
    expect_supplied(vmo, 5, 0, 1);
    EXPECT_OK(zx_pager_detach_vmo(pager.pager, vmo));
    uint64_t word;
    EXPECT_STATUS(zx_vmo_read(vmo, &word, PAGE, sizeof(word)), ZX_ERR_NOT_FOUND);
    close_handle(vmo);
    pager_close(&pager);
}

// --- zx_pager_op_range ---

static zx_status_t fail_with_pager(zx_handle_t handle) {
    return zx_pager_op_range(handle, ZX_PAGER_OP_FAIL, made, 0, PAGE, (uint64_t)ZX_ERR_IO);
}

static zx_status_t fail_of(zx_handle_t handle) {
    return zx_pager_op_range(the.pager, ZX_PAGER_OP_FAIL, handle, 0, PAGE, (uint64_t)ZX_ERR_IO);
}

TEST(pager_op_range, wants_a_pager_and_its_vmo) {
    struct pager other;
    pager_open(&the);
    pager_open(&other);
    made = pager_vmo(&the, 1, 1, 0);
    expect_bad_handle(fail_with_pager);
    expect_wrong_type(fail_with_pager, ZX_OBJ_TYPE_PAGER, ZX_OBJ_TYPE_PAGER);
    expect_bad_handle(fail_of);
    expect_wrong_type(fail_of, ZX_OBJ_TYPE_VMO, ZX_OBJ_TYPE_VMO);
    EXPECT_STATUS(fail_with_pager(other.pager), ZX_ERR_INVALID_ARGS);
    zx_handle_t plain;
    EXPECT_OK(zx_vmo_create(PAGE, 0, &plain));
    EXPECT_STATUS(fail_of(plain), ZX_ERR_INVALID_ARGS);
    close_handle(plain);
    EXPECT_OK(fail_of(made)); // nobody waits
    close_handle(made);
    pager_close(&the);
    pager_close(&other);
}

TEST(pager_op_range, takes_whole_pages_in_range_and_certain_errors) {
    static const zx_status_t errors[] = {ZX_ERR_IO, ZX_ERR_IO_DATA_INTEGRITY, ZX_ERR_BAD_STATE,
                                         ZX_ERR_NO_SPACE, ZX_ERR_BUFFER_TOO_SMALL};
    static const zx_status_t others[] = {ZX_OK, ZX_ERR_NOT_FOUND, ZX_ERR_INTERNAL, 1, -1000};
    enum { FAIL = ZX_PAGER_OP_FAIL };
    struct pager pager;
    pager_open(&pager);
    zx_handle_t p = pager.pager, vmo = pager_vmo(&pager, 1, 2, 0);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        EXPECT_OK(zx_pager_op_range(p, FAIL, vmo, 0, 2 * PAGE, (uint64_t)errors[i]));
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        EXPECT_STATUS(zx_pager_op_range(p, FAIL, vmo, 0, 2 * PAGE, (uint64_t)others[i]),
                      ZX_ERR_INVALID_ARGS);
    }
    uint64_t io = (uint64_t)ZX_ERR_IO;
    EXPECT_STATUS(zx_pager_op_range(p, FAIL, vmo, 1, PAGE, io), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pager_op_range(p, FAIL, vmo, 0, 1, io), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pager_op_range(p, FAIL, vmo, PAGE, 2 * PAGE, io), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_pager_op_range(p, FAIL, vmo, UINT64_MAX - PAGE + 1, 2 * PAGE, io),
                  ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_pager_op_range(p, 0, vmo, 0, PAGE, io), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(zx_pager_op_range(p, FAIL + 1, vmo, 0, PAGE, io), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(zx_pager_op_range(p, UINT32_MAX, vmo, 0, PAGE, io), ZX_ERR_NOT_SUPPORTED);
    expect_no_packet(&pager);
    close_handle(vmo);
    pager_close(&pager);
}
