// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <zircon/limits.h>

enum {
    PAGE = 4096,
    RW = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE,
    CAN_RW = ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE,
};

static zx_handle_t make(uint64_t size) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(size, 0, &vmo));
    return vmo;
}

struct region {
    zx_handle_t vmar;
    zx_vaddr_t address;
};

static struct region allocate(zx_handle_t parent, zx_vm_option_t options, uint64_t offset,
                              uint64_t size) {
    struct region region = {0, 0};
    EXPECT_OK(zx_vmar_allocate(parent, options, offset, size, &region.vmar, &region.address));
    return region;
}

static struct region allocate_any(uint64_t size) {
    return allocate(zx_vmar_root_self(), CAN_RW | ZX_VM_CAN_MAP_SPECIFIC, 0, size);
}

static void end(struct region region) {
    EXPECT_OK(zx_vmar_destroy(region.vmar));
    close_handle(region.vmar);
}

static volatile uint8_t *at(zx_vaddr_t address) {
    return (volatile uint8_t *)address;
}

// --- vmar_map ---

TEST(vmar_map, shows_what_is_written_and_writes_what_is_read) {
    zx_handle_t vmo = make(4 * PAGE);
    zx_vaddr_t address;
    EXPECT_OK(zx_vmo_write(vmo, "hello", PAGE + 1, 5));
    EXPECT_OK(zx_vmar_map(zx_vmar_root_self(), RW, 0, vmo, 0, 4 * PAGE, &address));
    EXPECT(memcmp((void *)(address + PAGE + 1), "hello", 5) == 0);
    EXPECT_EQ(at(address)[0], 0);
    memcpy((void *)(address + 3 * PAGE - 2), "world", 5);
    char got[5];
    EXPECT_OK(zx_vmo_read(vmo, got, 3 * PAGE - 2, 5));
    EXPECT(memcmp(got, "world", 5) == 0);
    // The mapping keeps the VMO alive.
    close_handle(vmo);
    EXPECT(memcmp((void *)(address + PAGE + 1), "hello", 5) == 0);
    EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), address, 4 * PAGE));
}

TEST(vmar_map, the_same_pages_twice) {
    zx_handle_t vmo = make(2 * PAGE);
    zx_vaddr_t one, two;
    EXPECT_OK(zx_vmar_map(zx_vmar_root_self(), RW, 0, vmo, 0, 2 * PAGE, &one));
    EXPECT_OK(zx_vmar_map(zx_vmar_root_self(), RW, 0, vmo, PAGE, PAGE, &two));
    at(one)[PAGE + 3] = 9;
    EXPECT_EQ(at(two)[3], 9);
    at(two)[4] = 10;
    EXPECT_EQ(at(one)[PAGE + 4], 10);
    EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), one, 2 * PAGE));
    EXPECT_EQ(at(two)[4], 10);
    EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), two, PAGE));
    close_handle(vmo);
}

TEST(vmar_map, copies_to_and_from_mappings) {
    zx_handle_t one = make(3 * PAGE), two = make(3 * PAGE);
    zx_vaddr_t address;
    EXPECT_OK(zx_vmar_map(zx_vmar_root_self(), RW, 0, one, 0, 3 * PAGE, &address));
    memset((void *)address, 0x5a, 3 * PAGE);
    EXPECT_OK(zx_vmo_write(two, (void *)(address + 5), 0, 2 * PAGE));
    EXPECT_OK(zx_vmo_read(two, (void *)(address + PAGE), 0, PAGE));
    // Onto itself.
    EXPECT_OK(zx_vmo_read(one, (void *)(address + 2 * PAGE), 0, PAGE));
    EXPECT_OK(zx_vmo_write(one, (void *)address, 2 * PAGE, PAGE));
    for (size_t i = 0; i < 3 * PAGE; i++) {
        EXPECT_EQ(at(address)[i], 0x5a);
    }
    EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), address, 3 * PAGE));
    close_handle(one);
    close_handle(two);
}

TEST(vmar_map, at_a_place_of_ones_choice) {
    struct region region = allocate_any(16 * PAGE);
    zx_handle_t vmo = make(4 * PAGE);
    zx_vaddr_t address = 7;
    EXPECT_OK(zx_vmar_map(region.vmar, RW | ZX_VM_SPECIFIC, 3 * PAGE, vmo, 0, 4 * PAGE, &address));
    EXPECT_EQ(address, region.address + 3 * PAGE);
    // Not where something is,
    for (uint64_t page = 0; page < 7; page++) {
        EXPECT_STATUS(
            zx_vmar_map(region.vmar, RW | ZX_VM_SPECIFIC, page * PAGE, vmo, 0, 4 * PAGE, &address),
            page == 0 ? ZX_ERR_NO_MEMORY : ZX_ERR_NO_MEMORY);
    }
    // but beside it,
    EXPECT_OK(zx_vmar_map(region.vmar, RW | ZX_VM_SPECIFIC, 7 * PAGE, vmo, 0, PAGE, &address));
    EXPECT_OK(zx_vmar_map(region.vmar, RW | ZX_VM_SPECIFIC, 2 * PAGE, vmo, 0, PAGE, &address));
    // and inside the region.
    EXPECT_STATUS(zx_vmar_map(region.vmar, RW | ZX_VM_SPECIFIC, 16 * PAGE, vmo, 0, PAGE, &address),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(
        zx_vmar_map(region.vmar, RW | ZX_VM_SPECIFIC, 15 * PAGE, vmo, 0, 2 * PAGE, &address),
        ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmar_map(region.vmar, RW | ZX_VM_SPECIFIC, PAGE / 2, vmo, 0, PAGE, &address),
                  ZX_ERR_INVALID_ARGS);
    // A place without the option is a mistake.
    EXPECT_STATUS(zx_vmar_map(region.vmar, RW, PAGE, vmo, 0, PAGE, &address), ZX_ERR_INVALID_ARGS);
    close_handle(vmo);
    end(region);
}

TEST(vmar_map, over_what_is_there) {
    struct region region = allocate_any(16 * PAGE);
    zx_handle_t one = make(8 * PAGE), two = make(8 * PAGE);
    zx_vaddr_t address;
    EXPECT_OK(zx_vmar_map(region.vmar, RW | ZX_VM_SPECIFIC, 0, one, 0, 8 * PAGE, &address));
    memset((void *)address, 1, 8 * PAGE);
    EXPECT_OK(zx_vmar_map(region.vmar, RW | ZX_VM_SPECIFIC_OVERWRITE, 2 * PAGE, two, 0, 2 * PAGE,
                          &address));
    EXPECT_EQ(at(region.address)[2 * PAGE - 1], 1);
    EXPECT_EQ(at(region.address)[2 * PAGE], 0);
    EXPECT_EQ(at(region.address)[4 * PAGE], 1);
    at(region.address)[2 * PAGE] = 2;
    uint8_t got;
    EXPECT_OK(zx_vmo_read(two, &got, 0, 1));
    EXPECT_EQ(got, 2);
    struct region child = allocate(region.vmar, CAN_RW | ZX_VM_SPECIFIC, 10 * PAGE, 2 * PAGE);
    EXPECT_STATUS(zx_vmar_map(region.vmar, RW | ZX_VM_SPECIFIC_OVERWRITE, 9 * PAGE, two, 0,
                              4 * PAGE, &address),
                  ZX_ERR_INVALID_ARGS);
    close_handle(child.vmar);
    close_handle(one);
    close_handle(two);
    end(region);
}

TEST(vmar_map, checks_its_options) {
    zx_handle_t vmo = make(PAGE), root = zx_vmar_root_self();
    zx_vaddr_t address = 7;
    EXPECT_STATUS(zx_vmar_map(root, ZX_VM_PERM_WRITE, 0, vmo, 0, PAGE, &address),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmar_map(root, RW, 0, vmo, 1, PAGE, &address), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmar_map(root, RW, 0, vmo, 0, 0, &address), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmar_map(root, RW, 0, vmo, 0, UINT64_MAX, &address), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmar_map(root, RW, 0, vmo, UINT64_MAX - 4095, PAGE, &address),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmar_map(root, RW | ZX_VM_COMPACT, 0, vmo, 0, PAGE, &address),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmar_map(root, RW | ZX_VM_CAN_MAP_SPECIFIC, 0, vmo, 0, PAGE, &address),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmar_map(root, RW | ZX_VM_CAN_MAP_READ, 0, vmo, 0, PAGE, &address),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmar_map(root, RW | ZX_VM_MAP_RANGE | ZX_VM_SPECIFIC_OVERWRITE, 0, vmo, 0,
                              PAGE, &address),
                  ZX_ERR_INVALID_ARGS);
    for (uint32_t log2 = 1; log2 < 256; log2++) {
        zx_vm_option_t options = RW | (log2 << ZX_VM_ALIGN_BASE);
        if (log2 < 10 || log2 > 32) {
            EXPECT_STATUS(zx_vmar_map(root, options, 0, vmo, 0, PAGE, &address),
                          ZX_ERR_INVALID_ARGS);
        }
    }
    EXPECT_EQ(address, 7);
    close_handle(vmo);
}

TEST(vmar_map, aligns_as_asked) {
    zx_handle_t vmo = make(PAGE), root = zx_vmar_root_self();
    for (uint32_t log2 = 10; log2 <= 30; log2++) {
        zx_vaddr_t address;
        EXPECT_OK(zx_vmar_map(root, RW | (log2 << ZX_VM_ALIGN_BASE), 0, vmo, 0, PAGE, &address));
        EXPECT_EQ(address % ((uint64_t)1 << log2), 0);
        at(address)[0] = 1;
        EXPECT_OK(zx_vmar_unmap(root, address, PAGE));
    }
    close_handle(vmo);
}

// --- vmar_unmap, vmar_protect ---

TEST(vmar_unmap, cuts_pieces_out) {
    struct region region = allocate_any(16 * PAGE);
    zx_handle_t vmo = make(16 * PAGE);
    zx_vaddr_t address;
    EXPECT_OK(zx_vmar_map(region.vmar, RW | ZX_VM_SPECIFIC, 0, vmo, 0, 16 * PAGE, &address));
    memset((void *)address, 1, 16 * PAGE);
    EXPECT_OK(zx_vmar_unmap(region.vmar, address, PAGE));
    EXPECT_OK(zx_vmar_unmap(region.vmar, address + 15 * PAGE, PAGE));
    EXPECT_OK(zx_vmar_unmap(region.vmar, address + 5 * PAGE, 2 * PAGE));
    for (int i = 0; i < 16; i++) {
        zx_vaddr_t again;
        bool is_free = i == 0 || i == 15 || i == 5 || i == 6;
        EXPECT_STATUS(
            zx_vmar_map(region.vmar, RW | ZX_VM_SPECIFIC, (uint64_t)i * PAGE, vmo, 0, PAGE, &again),
            is_free ? ZX_OK : ZX_ERR_NO_MEMORY);
        EXPECT_EQ(at(address)[i * PAGE], 1);
    }
    EXPECT_STATUS(zx_vmar_unmap(region.vmar, address + 1, PAGE), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmar_unmap(region.vmar, address, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmar_unmap(region.vmar, address, 17 * PAGE), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmar_unmap(region.vmar, address - PAGE, PAGE), ZX_ERR_INVALID_ARGS);
    close_handle(vmo);
    end(region);
}

// A user copy tells what may be done with memory, and leaves us alive.
static bool can_read(zx_vaddr_t address) {
    zx_handle_t vmo = make(PAGE);
    zx_status_t status = zx_vmo_write(vmo, (void *)address, 0, 1);
    close_handle(vmo);
    return status == ZX_OK;
}

static bool can_write(zx_vaddr_t address) {
    zx_handle_t vmo = make(PAGE);
    zx_status_t status = zx_vmo_read(vmo, (void *)address, 0, 1);
    close_handle(vmo);
    return status == ZX_OK;
}

TEST(vmar_protect, changes_what_is_allowed) {
    struct region region = allocate_any(4 * PAGE);
    zx_handle_t vmo = make(4 * PAGE);
    zx_vaddr_t address;
    EXPECT_OK(zx_vmar_map(region.vmar, RW | ZX_VM_SPECIFIC, 0, vmo, 0, 4 * PAGE, &address));
    at(address)[PAGE] = 3;
    EXPECT_OK(zx_vmar_protect(region.vmar, ZX_VM_PERM_READ, address + PAGE, PAGE));
    EXPECT(can_write(address) && can_read(address + PAGE) && !can_write(address + PAGE) &&
           can_write(address + 2 * PAGE));
    EXPECT_OK(zx_vmar_protect(region.vmar, 0, address + PAGE, PAGE));
    EXPECT(!can_read(address + PAGE) && !can_write(address + PAGE));
    EXPECT_OK(zx_vmar_protect(region.vmar, RW, address, 4 * PAGE));
    EXPECT(can_write(address + 3 * PAGE));
    EXPECT_EQ(at(address)[PAGE], 3);
    EXPECT_STATUS(zx_vmar_protect(region.vmar, RW, address + PAGE, 4 * PAGE), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_vmar_unmap(region.vmar, address + 2 * PAGE, PAGE));
    EXPECT_STATUS(zx_vmar_protect(region.vmar, RW, address + PAGE, 2 * PAGE), ZX_ERR_NOT_FOUND);
    EXPECT_STATUS(zx_vmar_protect(region.vmar, RW, address + 2 * PAGE, PAGE), ZX_ERR_NOT_FOUND);
    EXPECT_STATUS(zx_vmar_protect(region.vmar, ZX_VM_PERM_WRITE, address, PAGE),
                  ZX_ERR_INVALID_ARGS);
    close_handle(vmo);
    end(region);
}

// --- vmar_allocate, vmar_destroy ---

TEST(vmar_allocate, gives_a_region_in_the_parent) {
    struct region region = allocate_any(16 * PAGE);
    EXPECT_EQ(type_of(region.vmar), ZX_OBJ_TYPE_VMAR);
    EXPECT_EQ(rights_of(region.vmar), ZX_DEFAULT_VMAR_RIGHTS | ZX_RIGHT_READ | ZX_RIGHT_WRITE);
    struct region child = allocate(region.vmar, ZX_VM_CAN_MAP_READ, 0, 4 * PAGE);
    EXPECT(child.address >= region.address &&
           child.address + 4 * PAGE <= region.address + 16 * PAGE);
    EXPECT_EQ(rights_of(child.vmar), ZX_DEFAULT_VMAR_RIGHTS | ZX_RIGHT_READ);
    EXPECT_OK(zx_vmar_destroy(region.vmar));
    EXPECT_STATUS(zx_vmar_destroy(region.vmar), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_vmar_destroy(child.vmar), ZX_ERR_BAD_STATE);
    close_handle(child.vmar);
    close_handle(region.vmar);
}

// The thread sanitizer leaves less address space.
TEST_WITHOUT_TSAN(vmar_allocate, costs_nothing_however_large) {
    struct region region = allocate_any((uint64_t)45 << 30);
    end(region);
}

TEST(vmar_destroy, ends_regions_of_any_depth) {
    struct region top = allocate_any((uint64_t)1 << 30);
    struct region region = top;
    for (int i = 0; i < 1000; i++) {
        struct region child =
            allocate(region.vmar, CAN_RW | ZX_VM_CAN_MAP_SPECIFIC | ZX_VM_SPECIFIC, 0,
                     ((uint64_t)1 << 30) - (uint64_t)(i + 1) * PAGE);
        if (i > 0) {
            close_handle(region.vmar);
        }
        region = child;
    }
    zx_handle_t vmo = make(PAGE);
    zx_vaddr_t address;
    EXPECT_OK(zx_vmar_map(region.vmar, RW, 0, vmo, 0, PAGE, &address));
    at(address)[0] = 1;
    close_handle(vmo);
    EXPECT_OK(zx_vmar_destroy(top.vmar));
    EXPECT(!can_read(address));
    close_handle(region.vmar);
    close_handle(top.vmar);
}

TEST(vmar_destroy, leaves_nothing_to_be_done_with_the_region) {
    struct region region = allocate_any(4 * PAGE);
    zx_handle_t vmo = make(PAGE);
    zx_vaddr_t address;
    EXPECT_OK(zx_vmar_map(region.vmar, RW, 0, vmo, 0, PAGE, &address));
    EXPECT_OK(zx_vmar_destroy(region.vmar));
    EXPECT_STATUS(zx_vmar_map(region.vmar, RW, 0, vmo, 0, PAGE, &address), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_vmar_protect(region.vmar, RW, region.address, PAGE), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_vmar_unmap(region.vmar, region.address, PAGE), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_vmar_destroy(region.vmar), ZX_ERR_BAD_STATE);
    close_handle(vmo);
    close_handle(region.vmar);
}

TEST(vmar_map, may_want_a_size_that_stays) {
    zx_handle_t fixed = make(PAGE), resizable;
    zx_vaddr_t address;
    zx_vm_option_t options = RW | ZX_VM_REQUIRE_NON_RESIZABLE;
    EXPECT_OK(zx_vmo_create(PAGE, ZX_VMO_RESIZABLE, &resizable));
    EXPECT_STATUS(zx_vmar_map(zx_vmar_root_self(), options, 0, resizable, 0, PAGE, &address),
                  ZX_ERR_NOT_SUPPORTED);
    EXPECT_OK(zx_vmar_map(zx_vmar_root_self(), options, 0, fixed, 0, PAGE, &address));
    EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), address, PAGE));
    close_handle(fixed);
    close_handle(resizable);
}

// --- process_read_memory, process_write_memory ---

TEST(process_read_memory, reads_what_is_mapped) {
    struct region region = allocate_any(4 * PAGE);
    zx_handle_t vmo = make(2 * PAGE);
    zx_vaddr_t address;
    char got[16];
    size_t actual;
    EXPECT_OK(zx_vmar_map(region.vmar, RW | ZX_VM_SPECIFIC, 0, vmo, 0, 2 * PAGE, &address));
    EXPECT_OK(zx_process_write_memory(zx_process_self(), address + 100, "abcdef", 6, &actual));
    EXPECT_EQ(actual, 6);
    EXPECT(memcmp((void *)(address + 100), "abcdef", 6) == 0);
    EXPECT_OK(zx_process_read_memory(zx_process_self(), address + 102, got, 4, &actual));
    EXPECT_EQ(actual, 4);
    EXPECT(memcmp(got, "cdef", 4) == 0);
    // It ends with the mapping.
    EXPECT_OK(zx_process_read_memory(zx_process_self(), address + 2 * PAGE - 3, got, 16, &actual));
    EXPECT_EQ(actual, 3);
    EXPECT_STATUS(zx_process_read_memory(zx_process_self(), address + 2 * PAGE, got, 4, &actual),
                  ZX_ERR_NO_MEMORY);
    EXPECT_STATUS(zx_process_read_memory(zx_process_self(), address, got, 0, &actual),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_process_read_memory(zx_process_self(), address, NULL, 4, &actual),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_process_read_memory(zx_process_self(), address, got, (64 << 20) + 1, &actual),
                  ZX_ERR_INVALID_ARGS);
    close_handle(vmo);
    end(region);
}
