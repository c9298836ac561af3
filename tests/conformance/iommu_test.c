// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <zircon/syscalls/iommu.h>

static zx_status_t create(uint32_t type, const void *desc, size_t size) {
    zx_handle_t iommu = 7;
    zx_status_t status = zx_iommu_create(root_resource(), type, desc, size, &iommu);
    if (status == ZX_OK) {
        close_handle(iommu);
    } else {
        EXPECT_EQ(iommu, 7);
    }
    return status;
}

TEST(iommu_create, makes_one_that_translates_nothing) {
    zx_iommu_desc_dummy_t desc = {0};
    zx_handle_t iommu;
    EXPECT_OK(zx_iommu_create(root_resource(), ZX_IOMMU_TYPE_DUMMY, &desc, sizeof(desc), &iommu));
    EXPECT_EQ(type_of(iommu), ZX_OBJ_TYPE_IOMMU);
    EXPECT_EQ(rights_of(iommu), ZX_DEFAULT_IOMMU_RIGHTS);
    EXPECT_STATUS(zx_object_wait_one(iommu, 0, 0, NULL), ZX_ERR_ACCESS_DENIED);
    close_handle(iommu);
}

TEST(iommu_create, refuses_descriptions_of_another_size) {
    static const char bytes[ZX_IOMMU_MAX_DESC_LEN + 1];
    EXPECT_STATUS(create(ZX_IOMMU_TYPE_DUMMY, NULL, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(create(ZX_IOMMU_TYPE_DUMMY, bytes, 2), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(create(ZX_IOMMU_TYPE_DUMMY, bytes, ZX_IOMMU_MAX_DESC_LEN), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(create(ZX_IOMMU_TYPE_DUMMY, bytes, sizeof(bytes)), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(create(2, bytes, sizeof(bytes)), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(create(2, bytes, SIZE_MAX), ZX_ERR_INVALID_ARGS);
}

TEST(iommu_create, knows_no_other_types) {
    static const char bytes[ZX_IOMMU_MAX_DESC_LEN];
    EXPECT_STATUS(create(2, bytes, 1), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(create(UINT32_MAX, bytes, sizeof(bytes)), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(create(2, NULL, 0), ZX_ERR_NOT_SUPPORTED);
}

struct intel {
    zx_iommu_desc_intel_t head;
    zx_iommu_desc_intel_scope_t scopes[2];
    zx_iommu_desc_intel_reserved_memory_t memory;
    zx_iommu_desc_intel_scope_t memory_scopes[2];
};

static struct intel good_intel(void) {
    struct intel desc;
    memset(&desc, 0, sizeof(desc));
    desc.head.scope_bytes = sizeof(desc.scopes);
    desc.head.reserved_memory_bytes = sizeof(desc.memory) + sizeof(desc.memory_scopes);
    desc.memory.scope_bytes = sizeof(desc.memory_scopes);
    for (int i = 0; i < 2; i++) {
        desc.scopes[i].num_hops = 1;
        desc.memory_scopes[i].num_hops = 5;
    }
    return desc;
}

TEST(iommu_create, checks_a_description_of_intels_and_has_none) {
    struct intel desc = good_intel();
    EXPECT_STATUS(create(ZX_IOMMU_TYPE_INTEL, &desc, sizeof(desc)), ZX_ERR_NOT_SUPPORTED);
    for (size_t size = 0; size < sizeof(desc); size++) {
        EXPECT_STATUS(create(ZX_IOMMU_TYPE_INTEL, &desc, size), ZX_ERR_INVALID_ARGS);
    }
    desc.scopes[1].num_hops = 0;
    EXPECT_STATUS(create(ZX_IOMMU_TYPE_INTEL, &desc, sizeof(desc)), ZX_ERR_INVALID_ARGS);
    desc = good_intel();
    desc.memory_scopes[0].num_hops = 6;
    EXPECT_STATUS(create(ZX_IOMMU_TYPE_INTEL, &desc, sizeof(desc)), ZX_ERR_INVALID_ARGS);
    desc = good_intel();
    desc.memory.scope_bytes = 0;
    EXPECT_STATUS(create(ZX_IOMMU_TYPE_INTEL, &desc, sizeof(desc)), ZX_ERR_INVALID_ARGS);
    desc = good_intel();
    desc.memory.scope_bytes = 255;
    EXPECT_STATUS(create(ZX_IOMMU_TYPE_INTEL, &desc, sizeof(desc)), ZX_ERR_INVALID_ARGS);
    desc = good_intel();
    desc.head.reserved_memory_bytes++;
    EXPECT_STATUS(create(ZX_IOMMU_TYPE_INTEL, &desc, sizeof(desc)), ZX_ERR_INVALID_ARGS);
}

TEST(iommu_create, wants_scopes_unless_all_of_a_segment_is_meant) {
    zx_iommu_desc_intel_t head;
    memset(&head, 0, sizeof(head));
    EXPECT_STATUS(create(ZX_IOMMU_TYPE_INTEL, &head, sizeof(head)), ZX_ERR_INVALID_ARGS);
    head.whole_segment = true;
    EXPECT_STATUS(create(ZX_IOMMU_TYPE_INTEL, &head, sizeof(head)), ZX_ERR_NOT_SUPPORTED);
}

static zx_status_t create_with(zx_handle_t resource) {
    zx_iommu_desc_dummy_t desc = {0};
    zx_handle_t iommu;
    zx_status_t status =
        zx_iommu_create(resource, ZX_IOMMU_TYPE_DUMMY, &desc, sizeof(desc), &iommu);
    if (status == ZX_OK) {
        close_handle(iommu);
    }
    return status;
}

TEST(iommu_create, wants_the_root_resource) {
    expect_bad_handle(create_with);
    expect_wrong_type(create_with, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
    zx_handle_t bare = without_rights(root_resource(), ZX_DEFAULT_RESOURCE_RIGHTS);
    EXPECT_OK(create_with(bare));
    close_handle(bare);
}

TEST(iommu_create, refuses_memory_that_is_not_there) {
    zx_iommu_desc_dummy_t desc = {0};
    for (int i = 0; i < BAD_IN_POINTERS; i++) {
        EXPECT_STATUS(create(ZX_IOMMU_TYPE_DUMMY, bad_pointer(i, 1), 1), ZX_ERR_INVALID_ARGS);
    }
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_iommu_create(root_resource(), ZX_IOMMU_TYPE_DUMMY, &desc, sizeof(desc),
                                      bad_pointer(i, sizeof(zx_handle_t))),
                      ZX_ERR_INVALID_ARGS);
    }
}

static zx_status_t create_any(void *context) {
    zx_iommu_desc_dummy_t desc = {0};
    return zx_iommu_create(root_resource(), ZX_IOMMU_TYPE_DUMMY, &desc, sizeof(desc), context);
}

TEST(iommu_create, leaves_nothing_if_memory_runs_out) {
    zx_handle_t iommu = 7;
    expect_no_memory(create_any, &iommu, sizeof(iommu));
    close_handle(iommu);
}
