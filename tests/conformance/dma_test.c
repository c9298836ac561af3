// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Memory for devices: initiators, pinned memory, contiguous and physical VMOs, ports.
#include "paging.h"

#include <zircon/syscalls/iommu.h>
#include <zircon/syscalls/resource.h>

enum { PAGES = 8, ALL = ZX_BTI_PERM_READ | ZX_BTI_PERM_WRITE };

static zx_handle_t make_iommu(void) {
    zx_iommu_desc_dummy_t desc = {0};
    zx_handle_t iommu;
    EXPECT_OK(zx_iommu_create(root_resource(), ZX_IOMMU_TYPE_DUMMY, &desc, sizeof(desc), &iommu));
    return iommu;
}

static zx_handle_t make_bti(void) {
    zx_handle_t iommu = make_iommu(), bti;
    EXPECT_OK(zx_bti_create(iommu, 0, 0xdeadbeef, &bti));
    close_handle(iommu); // the initiator keeps it
    return bti;
}

static zx_handle_t make_vmo(uint64_t size) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(size, 0, &vmo));
    return vmo;
}

static zx_handle_t make_contiguous(zx_handle_t bti, uint64_t size) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create_contiguous(bti, size, 0, &vmo));
    return vmo;
}

static uint64_t committed(zx_handle_t vmo) {
    zx_info_vmo_t info;
    EXPECT_OK(zx_object_get_info(vmo, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL));
    return info.committed_bytes;
}

// A window to physical memory, as a device has it.
static char *map_physical(zx_paddr_t address, uint64_t size) {
    zx_handle_t vmo;
    zx_vaddr_t at;
    EXPECT_OK(zx_vmo_create_physical(root_resource(), address, size, &vmo));
    EXPECT_OK(
        zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0, vmo, 0, size, &at));
    close_handle(vmo);
    return (char *)at;
}

static void unmap(const void *at, uint64_t size) {
    EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), (zx_vaddr_t)at, size));
}

// --- bti_create ---

TEST(bti_create, makes_an_initiator_for_any_device) {
    zx_handle_t iommu = make_iommu(), bti;
    static const uint64_t ids[] = {0, 1, UINT64_MAX};
    for (size_t i = 0; i < 3; i++) {
        EXPECT_OK(zx_bti_create(iommu, 0, ids[i], &bti));
        EXPECT_EQ(type_of(bti), ZX_OBJ_TYPE_BTI);
        EXPECT_EQ(rights_of(bti), ZX_DEFAULT_BTI_RIGHTS);
        zx_info_bti_t info;
        EXPECT_OK(zx_object_get_info(bti, ZX_INFO_BTI, &info, sizeof(info), NULL, NULL));
        EXPECT_EQ(info.minimum_contiguity, PAGE);
        EXPECT_EQ(info.aspace_size, UINT64_MAX);
        close_handle(bti);
    }
    close_handle(iommu);
}

static zx_status_t create_bti(zx_handle_t iommu) {
    zx_handle_t bti;
    zx_status_t status = zx_bti_create(iommu, 0, 0, &bti);
    if (status == ZX_OK) {
        close_handle(bti);
    }
    return status;
}

TEST(bti_create, wants_an_iommu_and_no_options) {
    zx_handle_t iommu = make_iommu(), bti;
    expect_bad_handle(create_bti);
    expect_wrong_type(create_bti, ZX_OBJ_TYPE_IOMMU, ZX_OBJ_TYPE_IOMMU);
    zx_handle_t bare = without_rights(iommu, ZX_DEFAULT_IOMMU_RIGHTS);
    EXPECT_OK(create_bti(bare));
    close_handle(bare);
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        EXPECT_STATUS(zx_bti_create(ZX_HANDLE_INVALID, bit, 0, &bti), ZX_ERR_INVALID_ARGS);
    }
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_bti_create(iommu, 0, 0, bad_pointer(i, sizeof(bti))), ZX_ERR_INVALID_ARGS);
    }
    close_handle(iommu);
}

// --- bti_pin ---

TEST(bti_pin, takes_a_slice_of_contiguous_memory_for_any_memory) {
    zx_handle_t bti = make_bti(), run = make_contiguous(bti, 2 * PAGE), slice, pmt;
    EXPECT_OK(zx_vmo_create_child(run, ZX_VMO_CHILD_SLICE, 0, 2 * PAGE, &slice));
    zx_paddr_t addrs[2];
    EXPECT_STATUS(zx_bti_pin(bti, ALL | ZX_BTI_CONTIGUOUS, slice, 0, 2 * PAGE, addrs, 1, &pmt),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_bti_pin(bti, ALL | ZX_BTI_COMPRESS, slice, 0, 2 * PAGE, addrs, 1, &pmt),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_bti_pin(bti, ALL, slice, 0, 2 * PAGE, addrs, 2, &pmt));
    EXPECT_EQ(addrs[1], addrs[0] + PAGE);
    EXPECT_OK(zx_pmt_unpin(pmt));
    close_handle(slice);
    close_handle(run);
    close_handle(bti);
}

TEST(bti_pin, commits_the_pages_and_tells_where_they_are) {
    zx_handle_t bti = make_bti(), vmo = make_vmo(PAGES * PAGE), pmt;
    zx_paddr_t addrs[4];
    EXPECT_OK(zx_bti_pin(bti, ALL, vmo, 2 * PAGE, 4 * PAGE, addrs, 4, &pmt));
    EXPECT_EQ(type_of(pmt), ZX_OBJ_TYPE_PMT);
    EXPECT_EQ(rights_of(pmt), ZX_DEFAULT_PMT_RIGHTS);
    EXPECT_EQ(committed(vmo), 4 * PAGE);
    for (int i = 0; i < 4; i++) {
        EXPECT_EQ(addrs[i] % PAGE, 0);
        // What the device writes there the program reads, and the other way round.
        char *device = map_physical(addrs[i], PAGE), byte = (char)(i + 1);
        device[5] = byte;
        char read;
        EXPECT_OK(zx_vmo_read(vmo, &read, (uint64_t)(2 + i) * PAGE + 5, 1));
        EXPECT_EQ(read, byte);
        byte = (char)(byte + 10);
        EXPECT_OK(zx_vmo_write(vmo, &byte, (uint64_t)(2 + i) * PAGE + 6, 1));
        EXPECT_EQ(device[6], byte);
        unmap(device, PAGE);
    }
    EXPECT_OK(zx_pmt_unpin(pmt));
    close_handle(vmo);
    close_handle(bti);
}

TEST(bti_pin, keeps_pages_where_they_are) {
    zx_handle_t bti = make_bti(), vmo, pmt;
    EXPECT_OK(zx_vmo_create(PAGES * PAGE, ZX_VMO_RESIZABLE, &vmo));
    zx_paddr_t before, after;
    EXPECT_OK(zx_bti_pin(bti, ALL, vmo, PAGE, PAGE, &before, 1, &pmt));
    EXPECT_STATUS(zx_vmo_op_range(vmo, ZX_VMO_OP_DECOMMIT, 0, PAGES * PAGE, NULL, 0),
                  ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_vmo_set_size(vmo, PAGE), ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_vmo_set_size(vmo, 2 * PAGE));
    zx_handle_t again;
    EXPECT_OK(zx_bti_pin(bti, ALL, vmo, PAGE, PAGE, &after, 1, &again));
    EXPECT_EQ(before, after);
    EXPECT_OK(zx_pmt_unpin(pmt));
    EXPECT_STATUS(zx_vmo_set_size(vmo, PAGE), ZX_ERR_BAD_STATE); // pinned once more
    EXPECT_OK(zx_pmt_unpin(again));
    EXPECT_OK(zx_vmo_set_size(vmo, PAGE));
    close_handle(vmo);
    close_handle(bti);
}

TEST(bti_pin, wants_exactly_as_many_addresses_as_there_are) {
    zx_handle_t bti = make_bti(), vmo = make_vmo(PAGES * PAGE), pmt;
    zx_handle_t run = make_contiguous(bti, PAGES * PAGE);
    zx_paddr_t addrs[PAGES + 1];
    static const struct {
        uint32_t options;
        bool contiguous;
        size_t count;
    } ways[] = {
        {0, false, PAGES}, {ZX_BTI_COMPRESS, false, PAGES}, // a page is the minimum contiguity
        {0, true, PAGES},  {ZX_BTI_COMPRESS, true, 1},      {ZX_BTI_CONTIGUOUS, true, 1},
    };
    for (size_t w = 0; w < sizeof(ways) / sizeof(ways[0]); w++) {
        zx_handle_t memory = ways[w].contiguous ? run : vmo;
        for (size_t count = 0; count <= PAGES + 1; count++) {
            zx_status_t status =
                zx_bti_pin(bti, ALL | ways[w].options, memory, 0, PAGES * PAGE, addrs, count, &pmt);
            EXPECT_STATUS(status, count == ways[w].count ? ZX_OK : ZX_ERR_INVALID_ARGS);
            if (status == ZX_OK) {
                for (size_t i = 1; i < count && ways[w].contiguous; i++) {
                    EXPECT_EQ(addrs[i], addrs[0] + i * PAGE);
                }
                EXPECT_OK(zx_pmt_unpin(pmt));
            }
        }
        EXPECT_STATUS(
            zx_bti_pin(bti, ALL | ways[w].options, memory, 0, PAGES * PAGE, addrs, SIZE_MAX, &pmt),
            ZX_ERR_INVALID_ARGS);
    }
    close_handle(run);
    close_handle(vmo);
    close_handle(bti);
}

TEST(bti_pin, checks_its_options) {
    zx_handle_t bti = make_bti(), vmo = make_vmo(PAGE), run = make_contiguous(bti, PAGE), pmt;
    zx_paddr_t addr;
    EXPECT_STATUS(zx_bti_pin(bti, 0, vmo, 0, PAGE, &addr, 1, &pmt), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_bti_pin(bti, ZX_BTI_COMPRESS, vmo, 0, PAGE, &addr, 1, &pmt),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_bti_pin(bti, ALL | ZX_BTI_CONTIGUOUS, vmo, 0, PAGE, &addr, 1, &pmt),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(
        zx_bti_pin(bti, ALL | ZX_BTI_CONTIGUOUS | ZX_BTI_COMPRESS, run, 0, PAGE, &addr, 1, &pmt),
        ZX_ERR_INVALID_ARGS);
    for (uint32_t bit = ZX_BTI_CONTIGUOUS << 1; bit != 0; bit <<= 1) {
        EXPECT_STATUS(zx_bti_pin(bti, ALL | bit, vmo, 0, PAGE, &addr, 1, &pmt),
                      ZX_ERR_INVALID_ARGS);
    }
    EXPECT_OK(zx_bti_pin(bti, ZX_BTI_PERM_EXECUTE, vmo, 0, PAGE, &addr, 1, &pmt));
    EXPECT_OK(zx_pmt_unpin(pmt));
    close_handle(run);
    close_handle(vmo);
    close_handle(bti);
}

TEST(bti_pin, checks_the_range) {
    zx_handle_t bti = make_bti(), vmo = make_vmo(PAGES * PAGE), pmt;
    zx_paddr_t addr;
    EXPECT_STATUS(zx_bti_pin(bti, ALL, ZX_HANDLE_INVALID, 1, PAGE, &addr, 1, &pmt),
                  ZX_ERR_INVALID_ARGS); // before the VMO
    EXPECT_STATUS(zx_bti_pin(bti, ALL, ZX_HANDLE_INVALID, 0, PAGE + 1, &addr, 1, &pmt),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_bti_pin(bti, ALL, vmo, 0, 0, &addr, 0, &pmt), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_bti_pin(bti, ALL, vmo, PAGES * PAGE, PAGE, &addr, 1, &pmt),
                  ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_bti_pin(bti, ALL, vmo, PAGE, PAGES * PAGE, &addr, 1, &pmt),
                  ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_bti_pin(bti, ALL, vmo, UINT64_MAX - PAGE + 1, PAGE, &addr, 1, &pmt),
                  ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_bti_pin(bti, ALL, vmo, PAGE, UINT64_MAX - PAGE + 1, &addr, 1, &pmt),
                  ZX_ERR_OUT_OF_RANGE);
    EXPECT_EQ(committed(vmo), 0);
    close_handle(vmo);
    close_handle(bti);
}

static zx_handle_t pin_bti, pin_vmo;
static uint32_t pin_options;

static zx_status_t pin_with(zx_handle_t bti, zx_handle_t vmo) {
    zx_paddr_t addr;
    zx_handle_t pmt;
    zx_status_t status = zx_bti_pin(bti, pin_options, vmo, 0, PAGE, &addr, 1, &pmt);
    if (status == ZX_OK) {
        EXPECT_OK(zx_pmt_unpin(pmt));
    }
    return status;
}

static zx_status_t pin_of_bti(zx_handle_t bti) {
    return pin_with(bti, pin_vmo);
}

static zx_status_t pin_of_vmo(zx_handle_t vmo) {
    return pin_with(pin_bti, vmo);
}

TEST(bti_pin, wants_both_handles_with_their_rights) {
    pin_bti = make_bti();
    pin_vmo = make_vmo(PAGE);
    pin_options = ALL;
    expect_bad_handle(pin_of_bti);
    expect_bad_handle(pin_of_vmo);
    expect_wrong_type(pin_of_bti, ZX_OBJ_TYPE_BTI, ZX_OBJ_TYPE_BTI);
    expect_wrong_type(pin_of_vmo, ZX_OBJ_TYPE_VMO, ZX_OBJ_TYPE_VMO);
    expect_right(pin_of_bti, pin_bti, ZX_RIGHT_MAP, ZX_OK);
    static const struct {
        uint32_t options;
        zx_rights_t right;
    } needs[] = {{ALL, ZX_RIGHT_MAP},
                 {ZX_BTI_PERM_READ, ZX_RIGHT_READ},
                 {ZX_BTI_PERM_WRITE, ZX_RIGHT_WRITE},
                 {ZX_BTI_PERM_EXECUTE, ZX_RIGHT_READ}};
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
        pin_options = needs[i].options;
        zx_handle_t fewer = without_rights(pin_vmo, needs[i].right);
        EXPECT_STATUS(pin_of_vmo(fewer), ZX_ERR_ACCESS_DENIED);
        close_handle(fewer);
        if (i != 0) { // with these two alone it works
            fewer =
                without_rights(pin_vmo, ZX_DEFAULT_VMO_RIGHTS & ~(needs[i].right | ZX_RIGHT_MAP));
            EXPECT_OK(pin_of_vmo(fewer));
            close_handle(fewer);
        }
    }
    close_handle(pin_vmo);
    close_handle(pin_bti);
}

TEST(bti_pin, leaves_nothing_pinned_if_a_pointer_is_bad) {
    zx_handle_t bti = make_bti(), vmo = make_vmo(PAGE), pmt;
    zx_paddr_t addr;
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_bti_pin(bti, ALL, vmo, 0, PAGE, bad_pointer(i, sizeof(addr)), 1, &pmt),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_bti_pin(bti, ALL, vmo, 0, PAGE, &addr, 1, bad_pointer(i, sizeof(pmt))),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_OK(zx_vmo_op_range(vmo, ZX_VMO_OP_DECOMMIT, 0, PAGE, NULL, 0));
    }
    close_handle(vmo);
    close_handle(bti);
}

TEST(bti_pin, can_pin_physical_memory) {
    zx_handle_t bti = make_bti(), run = make_contiguous(bti, 2 * PAGE), vmo, pmt, second;
    zx_paddr_t addr, other;
    EXPECT_OK(zx_bti_pin(bti, ALL | ZX_BTI_CONTIGUOUS, run, 0, 2 * PAGE, &addr, 1, &pmt));
    EXPECT_OK(zx_vmo_create_physical(root_resource(), addr, 2 * PAGE, &vmo));
    EXPECT_OK(zx_bti_pin(bti, ALL | ZX_BTI_CONTIGUOUS, vmo, PAGE, PAGE, &other, 1, &second));
    EXPECT_EQ(other, addr + PAGE);
    EXPECT_OK(zx_pmt_unpin(second));
    EXPECT_OK(zx_pmt_unpin(pmt));
    close_handle(vmo);
    close_handle(run);
    close_handle(bti);
}

// --- quarantine ---

TEST(bti_release_quarantine, unpins_what_was_closed_without_a_word) {
    zx_handle_t bti = make_bti(), vmo = make_vmo(PAGES * PAGE), pmt;
    zx_paddr_t addrs[2];
    for (uint64_t i = 0; i < 3; i++) {
        EXPECT_OK(zx_bti_pin(bti, ALL, vmo, 2 * i * PAGE, 2 * PAGE, addrs, 2, &pmt));
        close_handle(pmt);
    }
    EXPECT_STATUS(zx_vmo_op_range(vmo, ZX_VMO_OP_DECOMMIT, 0, PAGE, NULL, 0), ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_bti_release_quarantine(bti));
    EXPECT_OK(zx_vmo_op_range(vmo, ZX_VMO_OP_DECOMMIT, 0, PAGES * PAGE, NULL, 0));
    EXPECT_OK(zx_bti_release_quarantine(bti));
    close_handle(vmo);
    close_handle(bti);
}

TEST(bti_release_quarantine, wants_an_initiator_with_the_right_to_write) {
    zx_handle_t bti = make_bti();
    expect_bad_handle(zx_bti_release_quarantine);
    expect_wrong_type(zx_bti_release_quarantine, ZX_OBJ_TYPE_BTI, ZX_OBJ_TYPE_BTI);
    expect_right(zx_bti_release_quarantine, bti, ZX_RIGHT_WRITE, ZX_OK);
    close_handle(bti);
}

TEST(pmt_unpin, ends_the_token_and_frees_the_memory) {
    zx_handle_t bti = make_bti(), vmo = make_vmo(PAGE), pmt;
    zx_paddr_t addr;
    EXPECT_OK(zx_bti_pin(bti, ALL, vmo, 0, PAGE, &addr, 1, &pmt));
    close_handle(vmo); // the token keeps both
    close_handle(bti);
    EXPECT_OK(zx_pmt_unpin(pmt));
    EXPECT(!is_valid(pmt));
    EXPECT_STATUS(zx_pmt_unpin(pmt), ZX_ERR_BAD_HANDLE);
}

TEST(pmt_unpin, takes_a_handle_of_another_type_away_too) {
    zx_handle_t event;
    expect_bad_handle(zx_pmt_unpin);
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_STATUS(zx_pmt_unpin(event), ZX_ERR_WRONG_TYPE);
    EXPECT(!is_valid(event));
}

// --- vmo_create_contiguous ---

TEST(vmo_create_contiguous, makes_memory_in_one_run) {
    zx_handle_t bti = make_bti(), vmo;
    for (uint32_t align = 12; align < 20; align++) {
        EXPECT_OK(zx_vmo_create_contiguous(bti, 3 * PAGE - 1, align, &vmo));
        EXPECT_EQ(rights_of(vmo), ZX_DEFAULT_VMO_RIGHTS);
        EXPECT_EQ(committed(vmo), 3 * PAGE);
        zx_paddr_t addr;
        zx_handle_t pmt;
        EXPECT_OK(zx_bti_pin(bti, ALL | ZX_BTI_CONTIGUOUS, vmo, 0, 3 * PAGE, &addr, 1, &pmt));
        EXPECT_EQ(addr % (UINT64_C(1) << align), 0);
        EXPECT_OK(zx_pmt_unpin(pmt));
        EXPECT_STATUS(zx_vmo_op_range(vmo, ZX_VMO_OP_DECOMMIT, 0, PAGE, NULL, 0),
                      ZX_ERR_NOT_SUPPORTED);
        close_handle(vmo);
    }
    close_handle(bti);
}

TEST(vmo_create_contiguous, is_zero_and_can_be_read_and_written) {
    zx_handle_t bti = make_bti(), vmo = make_contiguous(bti, 2 * PAGE);
    char bytes[16], zeros[16] = {0};
    EXPECT_OK(zx_vmo_read(vmo, bytes, PAGE - 8, sizeof(bytes)));
    EXPECT(memcmp(bytes, zeros, sizeof(bytes)) == 0);
    memset(bytes, 7, sizeof(bytes));
    EXPECT_OK(zx_vmo_write(vmo, bytes, PAGE - 8, sizeof(bytes)));
    EXPECT_OK(zx_vmo_read(vmo, zeros, PAGE - 8, sizeof(zeros)));
    EXPECT(memcmp(bytes, zeros, sizeof(bytes)) == 0);
    close_handle(vmo);
    close_handle(bti);
}

static zx_status_t create_contiguous(zx_handle_t bti) {
    zx_handle_t vmo;
    zx_status_t status = zx_vmo_create_contiguous(bti, PAGE, 0, &vmo);
    if (status == ZX_OK) {
        close_handle(vmo);
    }
    return status;
}

TEST(vmo_create_contiguous, checks_its_arguments) {
    zx_handle_t bti = make_bti(), vmo;
    expect_bad_handle(create_contiguous);
    expect_wrong_type(create_contiguous, ZX_OBJ_TYPE_BTI, ZX_OBJ_TYPE_BTI);
    expect_right(create_contiguous, bti, ZX_RIGHT_MAP, ZX_OK);
    EXPECT_STATUS(zx_vmo_create_contiguous(ZX_HANDLE_INVALID, 0, 0, &vmo), ZX_ERR_INVALID_ARGS);
    for (uint32_t align = 1; align < 12; align++) {
        EXPECT_STATUS(zx_vmo_create_contiguous(bti, PAGE, align, &vmo), ZX_ERR_INVALID_ARGS);
    }
    EXPECT_STATUS(zx_vmo_create_contiguous(bti, PAGE, 64, &vmo), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmo_create_contiguous(bti, PAGE, UINT32_MAX, &vmo), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmo_create_contiguous(bti, PAGE, 63, &vmo), ZX_ERR_NO_MEMORY);
    EXPECT_STATUS(zx_vmo_create_contiguous(bti, UINT64_MAX, 0, &vmo), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_vmo_create_contiguous(bti, UINT64_C(1) << 50, 0, &vmo), ZX_ERR_NO_MEMORY);
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_vmo_create_contiguous(bti, PAGE, 0, bad_pointer(i, sizeof(vmo))),
                      ZX_ERR_INVALID_ARGS);
    }
    close_handle(bti);
}

// --- vmo_create_physical ---

static zx_status_t create_physical(zx_handle_t resource) {
    zx_handle_t vmo;
    zx_status_t status = zx_vmo_create_physical(resource, 0x10000000, PAGE, &vmo);
    if (status == ZX_OK) {
        close_handle(vmo);
    }
    return status;
}

TEST(vmo_create_physical, wants_a_resource_for_the_range) {
    expect_bad_handle(create_physical);
    expect_wrong_type(create_physical, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
    zx_handle_t mmio, ports, vmo;
    EXPECT_OK(
        zx_resource_create(root_resource(), ZX_RSRC_KIND_MMIO, 0x10000800, PAGE, NULL, 0, &mmio));
    EXPECT_OK(create_physical(mmio));
    EXPECT_OK(zx_vmo_create_physical(mmio, 0x10000000, 2 * PAGE, &vmo));
    close_handle(vmo);
    EXPECT_STATUS(zx_vmo_create_physical(mmio, 0x10000000, 2 * PAGE + 1, &vmo),
                  ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_vmo_create_physical(mmio, 0xffff000, PAGE, &vmo), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_vmo_create_physical(mmio, 0x10000000, 0, &vmo), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_vmo_create_physical(mmio, 0x10000001, 1, &vmo), ZX_ERR_INVALID_ARGS);
    close_handle(mmio);
    EXPECT_OK(zx_resource_create(root_resource(), ZX_RSRC_KIND_IOPORT, 0, 9, NULL, 0, &ports));
    EXPECT_STATUS(create_physical(ports), ZX_ERR_WRONG_TYPE);
    close_handle(ports);
}

TEST(vmo_create_physical, makes_a_vmo_that_calls_cannot_read) {
    zx_handle_t vmo;
    char byte = 0;
    EXPECT_OK(zx_vmo_create_physical(root_resource(), 0x10000000, PAGE + 1, &vmo));
    EXPECT_EQ(rights_of(vmo), ZX_DEFAULT_VMO_RIGHTS);
    uint64_t size;
    EXPECT_OK(zx_vmo_get_size(vmo, &size));
    EXPECT_EQ(size, 2 * PAGE);
    EXPECT_STATUS(zx_vmo_read(vmo, &byte, 0, 1), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(zx_vmo_write(vmo, &byte, 0, 1), ZX_ERR_NOT_SUPPORTED);
    zx_info_vmo_t info;
    EXPECT_OK(zx_object_get_info(vmo, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL));
    EXPECT_EQ(info.cache_policy, ZX_CACHE_POLICY_UNCACHED);
    close_handle(vmo);
}

TEST(vmo_create_physical, checks_its_arguments) {
    zx_handle_t vmo, root = root_resource();
    EXPECT_STATUS(zx_vmo_create_physical(root, 1, PAGE, &vmo), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmo_create_physical(root, 0, 0, &vmo), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmo_create_physical(root, UINT64_MAX - PAGE + 1, 2 * PAGE, &vmo),
                  ZX_ERR_INVALID_ARGS);
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_vmo_create_physical(root, 0, PAGE, bad_pointer(i, sizeof(vmo))),
                      ZX_ERR_INVALID_ARGS);
    }
}

// --- ports ---

typedef zx_status_t (*ports_call)(zx_handle_t resource, uint16_t io_addr, uint32_t len);

static void check_ports(ports_call call) {
    zx_handle_t ports, irq;
    EXPECT_OK(zx_resource_create(root_resource(), ZX_RSRC_KIND_IOPORT, 0xcf8, 8, NULL, 0, &ports));
    EXPECT_OK(call(ports, 0xcf8, 8));
    EXPECT_OK(call(ports, 0xcff, 1));
    EXPECT_STATUS(call(ports, 0xcf7, 2), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(call(ports, 0xcf8, 9), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(call(ports, 0xcf8, 0), ZX_ERR_OUT_OF_RANGE);
    EXPECT_OK(call(root_resource(), 0, 65536));
    EXPECT_OK(call(root_resource(), 65535, 1));
    EXPECT_STATUS(call(root_resource(), 65535, 2), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(call(root_resource(), 1, UINT32_MAX), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_resource_create(root_resource(), ZX_RSRC_KIND_IRQ, 32, 1, NULL, 0, &irq));
    EXPECT_STATUS(call(irq, 32, 1), ZX_ERR_WRONG_TYPE);
    close_handle(irq);
    close_handle(ports);
}

static zx_status_t request_ports(zx_handle_t resource) {
    return zx_ioports_request(resource, 0, 1);
}

static zx_status_t release_ports(zx_handle_t resource) {
    return zx_ioports_release(resource, 0, 1);
}

TEST(ioports_request, wants_a_resource_for_the_ports) {
    check_ports(zx_ioports_request);
    expect_bad_handle(request_ports);
    expect_wrong_type(request_ports, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
}

TEST(ioports_release, wants_a_resource_for_the_ports) {
    check_ports(zx_ioports_release);
    expect_bad_handle(release_ports);
    expect_wrong_type(release_ports, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
}

// --- system_mexec ---

static zx_handle_t mexec_vmo;

static zx_status_t mexec(zx_handle_t resource) {
    return zx_system_mexec(resource, mexec_vmo, mexec_vmo);
}
static zx_status_t mexec_kernel(zx_handle_t kernel) {
    return zx_system_mexec(root_resource(), kernel, mexec_vmo);
}
static zx_status_t mexec_image(zx_handle_t image) {
    return zx_system_mexec(root_resource(), mexec_vmo, image);
}

TEST(system_mexec, has_no_machine_to_hand_over) {
    mexec_vmo = make_vmo(PAGE);
    EXPECT_STATUS(mexec(root_resource()), ZX_ERR_NOT_SUPPORTED);
    expect_bad_handle(mexec);
    expect_wrong_type(mexec, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
    expect_bad_handle(mexec_kernel);
    expect_wrong_type(mexec_kernel, ZX_OBJ_TYPE_VMO, ZX_OBJ_TYPE_VMO);
    expect_right(mexec_kernel, mexec_vmo, ZX_RIGHT_READ, ZX_ERR_NOT_SUPPORTED);
    expect_bad_handle(mexec_image);
    expect_wrong_type(mexec_image, ZX_OBJ_TYPE_VMO, ZX_OBJ_TYPE_VMO);
    expect_right(mexec_image, mexec_vmo, ZX_RIGHT_READ, ZX_ERR_NOT_SUPPORTED);
    close_handle(mexec_vmo);
}

// --- no memory, no pages, no initiator ---

static zx_handle_t memory_iommu, memory_bti, memory_vmo;

static zx_status_t create_any(void *context) {
    return zx_bti_create(memory_iommu, 0, 1, context);
}

static zx_status_t pin_any(void *context) {
    zx_paddr_t address;
    zx_handle_t vmo;
    zx_status_t status = zx_vmo_create(PAGE, 0, &vmo); // what a failing call commits goes with it
    if (status == ZX_OK) {
        status = zx_bti_pin(memory_bti, ALL, vmo, 0, PAGE, &address, 1, context);
        close_handle(vmo);
    }
    return status;
}

static zx_status_t create_any_physical(void *context) {
    return zx_vmo_create_physical(root_resource(), 0, PAGE, context);
}

TEST(bti_create, leaves_nothing_if_memory_runs_out) {
    memory_iommu = make_iommu();
    expect_no_memory(create_any, &memory_bti, sizeof(memory_bti));
    zx_handle_t pmt = 7;
    expect_no_memory(pin_any, &pmt, sizeof(pmt));
    EXPECT_OK(zx_pmt_unpin(pmt));
    close_handle(memory_bti);
    close_handle(memory_iommu);
}

TEST(vmo_create_physical, leaves_nothing_if_memory_runs_out) {
    zx_handle_t vmo = 7;
    expect_no_memory(create_any_physical, &vmo, sizeof(vmo));
    close_handle(vmo);
}

static int pin_in_thread(void *argument) {
    zx_handle_t pmt;
    zx_paddr_t address;
    (void)argument;
    return zx_bti_pin(memory_bti, ALL, memory_vmo, 0, PAGE, &address, 1, &pmt);
}

TEST(bti_pin, waits_for_a_pager_which_may_give_nothing) {
    struct pager pager;
    pager_open(&pager);
    memory_bti = make_bti();
    memory_vmo = pager_vmo(&pager, 1, 1, 0);
    struct test_thread thread;
    start_thread(&thread, pin_in_thread, NULL);
    expect_request(&pager, 1, 0, 1);
    EXPECT_OK(zx_pager_detach_vmo(pager.pager, memory_vmo));
    EXPECT_STATUS(finish_thread(&thread), ZX_ERR_NOT_FOUND);
    close_handle(memory_vmo);
    close_handle(memory_bti);
    pager_close(&pager);
}

TEST(bti_pin, pins_nothing_if_the_initiator_is_closed_meanwhile) {
    struct pager pager;
    pager_open(&pager);
    memory_bti = make_bti();
    memory_vmo = pager_vmo(&pager, 1, 1, 0);
    struct test_thread thread;
    start_thread(&thread, pin_in_thread, NULL);
    expect_request(&pager, 1, 0, 1);
    close_handle(memory_bti);
    pager_supply(&pager, memory_vmo, 1, 0, 1);
    EXPECT_STATUS(finish_thread(&thread), ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_vmo_op_range(memory_vmo, ZX_VMO_OP_DECOMMIT, 0, PAGE, NULL, 0)); // not pinned
    close_handle(memory_vmo);
    pager_close(&pager);
}
