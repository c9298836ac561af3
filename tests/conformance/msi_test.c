// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <libzircon/machine.h>

enum { PAGE = 4096 };

static zx_handle_t allocate(uint32_t count) {
    zx_handle_t msi;
    EXPECT_OK(zx_msi_allocate(root_resource(), count, &msi));
    return msi;
}

static zx_info_msi_t info_of(zx_handle_t msi) {
    zx_info_msi_t info;
    EXPECT_OK(zx_object_get_info(msi, ZX_INFO_MSI, &info, sizeof(info), NULL, NULL));
    return info;
}

// Memory as a device's capability lies in it.
static zx_handle_t make_capability(void) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create_physical(root_resource(), 0, PAGE, &vmo));
    EXPECT_OK(zx_vmo_set_cache_policy(vmo, ZX_CACHE_POLICY_UNCACHED_DEVICE));
    return vmo;
}

TEST(msi_allocate, reserves_messages_in_powers_of_two) {
    for (uint32_t count = 0; count < 70; count++) {
        zx_handle_t msi = 7;
        bool good = count != 0 && count <= 32 && (count & (count - 1)) == 0;
        EXPECT_STATUS(zx_msi_allocate(root_resource(), count, &msi),
                      good ? ZX_OK : ZX_ERR_INVALID_ARGS);
        if (good) {
            EXPECT_EQ(type_of(msi), ZX_OBJ_TYPE_MSI_ALLOCATION);
            EXPECT_EQ(rights_of(msi), ZX_DEFAULT_MSI_RIGHTS);
            zx_info_msi_t info = info_of(msi);
            EXPECT_EQ(info.num_irq, count);
            EXPECT_EQ(info.interrupt_count, 0);
            EXPECT_EQ(info.target_data % count, 0);
            EXPECT_EQ(info.target_addr, 0xfee00000);
            close_handle(msi);
        }
    }
    zx_handle_t msi;
    EXPECT_STATUS(zx_msi_allocate(root_resource(), UINT32_MAX, &msi), ZX_ERR_INVALID_ARGS);
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_msi_allocate(root_resource(), 1, bad_pointer(i, sizeof(msi))),
                      ZX_ERR_INVALID_ARGS);
    }
}

TEST(msi_allocate, runs_out_and_gets_messages_back) {
    zx_handle_t blocks[8];
    for (int i = 0; i < 7; i++) {
        blocks[i] = allocate(32);
    }
    EXPECT_STATUS(zx_msi_allocate(root_resource(), 1, &blocks[7]), ZX_ERR_NO_RESOURCES);
    close_handle(blocks[2]);
    blocks[2] = allocate(16);
    blocks[7] = allocate(16);
    EXPECT_OK(zx_handle_close_many(blocks, 8));
}

static zx_status_t allocate_with(zx_handle_t resource) {
    zx_handle_t msi;
    return zx_msi_allocate(resource, 0, &msi);
}

TEST(msi_allocate, wants_the_root_resource) {
    expect_bad_handle(allocate_with);
    expect_wrong_type(allocate_with, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
}

TEST(msi_create, makes_interrupts_that_messages_fire) {
    zx_handle_t msi = allocate(4), vmo = make_capability(), interrupts[4];
    uint32_t data = info_of(msi).target_data;
    for (uint32_t i = 0; i < 4; i++) {
        EXPECT_STATUS(libzircon_message(data + i), ZX_ERR_NOT_FOUND);
        EXPECT_OK(zx_msi_create(msi, 0, i, vmo, 0, &interrupts[i]));
        EXPECT_EQ(type_of(interrupts[i]), ZX_OBJ_TYPE_INTERRUPT);
        EXPECT_EQ(rights_of(interrupts[i]), ZX_DEFAULT_INTERRUPT_RIGHTS);
        EXPECT_EQ(info_of(msi).interrupt_count, i + 1);
    }
    close_handle(vmo);
    for (uint32_t i = 0; i < 4; i++) {
        EXPECT_OK(libzircon_message(data + i));
        EXPECT_OK(zx_interrupt_wait(interrupts[i], NULL));
    }
    close_handle(msi); // the interrupts keep the block
    zx_handle_t other = allocate(4);
    EXPECT(info_of(other).target_data != data);
    close_handle(other);
    EXPECT_OK(zx_handle_close_many(interrupts, 4));
    EXPECT_STATUS(libzircon_message(data), ZX_ERR_NOT_FOUND);
    EXPECT_STATUS(libzircon_message(UINT32_MAX), ZX_ERR_NOT_FOUND);
}

TEST(msi_create, gives_a_message_to_one_interrupt_at_a_time) {
    zx_handle_t msi = allocate(2), vmo = make_capability(), first, second = 7;
    EXPECT_OK(zx_msi_create(msi, 0, 1, vmo, 0, &first));
    EXPECT_STATUS(zx_msi_create(msi, 0, 1, vmo, 0, &second), ZX_ERR_ALREADY_BOUND);
    EXPECT_STATUS(zx_msi_create(msi, 0, 2, vmo, 0, &second), ZX_ERR_BAD_STATE);
    EXPECT_EQ(second, 7);
    close_handle(first);
    EXPECT_OK(zx_msi_create(msi, 0, 1, vmo, 0, &second));
    close_handle(second);
    close_handle(vmo);
    close_handle(msi);
}

TEST(msi_create, checks_options_memory_and_pointer) {
    zx_handle_t msi = allocate(1), vmo = make_capability(), paged, cached, interrupt = 7;
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        EXPECT_STATUS(zx_msi_create(msi, bit, 0, vmo, 0, &interrupt), ZX_ERR_INVALID_ARGS);
    }
    EXPECT_OK(zx_vmo_create(PAGE, 0, &paged));
    EXPECT_STATUS(zx_msi_create(msi, 0, 0, paged, 0, &interrupt), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_vmo_create_physical(root_resource(), 0, PAGE, &cached));
    EXPECT_STATUS(zx_msi_create(msi, 0, 0, cached, 0, &interrupt), ZX_ERR_INVALID_ARGS);
    static const size_t offsets[] = {PAGE - 24, PAGE, SIZE_MAX};
    for (size_t i = 0; i < 3; i++) {
        EXPECT_STATUS(zx_msi_create(msi, 0, 0, vmo, offsets[i], &interrupt), ZX_ERR_INVALID_ARGS);
    }
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_msi_create(msi, 0, 0, vmo, 0, bad_pointer(i, sizeof(interrupt))),
                      ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(interrupt, 7);
    EXPECT_EQ(info_of(msi).interrupt_count, 0);
    EXPECT_OK(zx_msi_create(msi, 0, 0, vmo, PAGE - 25, &interrupt));
    zx_handle_t all[] = {interrupt, paged, cached, vmo, msi};
    EXPECT_OK(zx_handle_close_many(all, 5));
}

static zx_handle_t create_msi, create_vmo;

static zx_status_t create_of(zx_handle_t msi) {
    zx_handle_t interrupt;
    return zx_msi_create(msi, 1, 0, create_vmo, 0, &interrupt);
}

static zx_status_t create_with(zx_handle_t vmo) {
    zx_handle_t interrupt;
    return zx_msi_create(create_msi, 1, 0, vmo, 0, &interrupt);
}

TEST(msi_create, wants_a_block_and_a_vmo_that_can_be_mapped) {
    create_msi = allocate(1);
    create_vmo = make_capability();
    expect_bad_handle(create_of);
    expect_wrong_type(create_of, ZX_OBJ_TYPE_MSI_ALLOCATION, ZX_OBJ_TYPE_MSI_ALLOCATION);
    expect_bad_handle(create_with);
    expect_wrong_type(create_with, ZX_OBJ_TYPE_VMO, ZX_OBJ_TYPE_VMO);
    expect_right(create_with, create_vmo, ZX_RIGHT_MAP, ZX_ERR_INVALID_ARGS);
    close_handle(create_vmo);
    close_handle(create_msi);
}

// --- no memory ---

static zx_handle_t block, capability;

static zx_status_t allocate_any(void *context) {
    return zx_msi_allocate(root_resource(), 1, context);
}

static zx_status_t create_any(void *context) {
    return zx_msi_create(block, 0, 0, capability, 0, context);
}

TEST(msi_create, and_its_block_leave_nothing_if_memory_runs_out) {
    zx_handle_t interrupt = 7;
    expect_no_memory(allocate_any, &block, sizeof(block));
    capability = make_capability();
    expect_no_memory(create_any, &interrupt, sizeof(interrupt));
    close_handle(interrupt);
    close_handle(capability);
    close_handle(block);
}
