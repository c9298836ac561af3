// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <zircon/syscalls/resource.h>

enum { PAGE = 4096 };
static const uint64_t BASE = 0x10000000;

static zx_status_t create(zx_handle_t parent, uint32_t options, uint64_t base, uint64_t size,
                          zx_handle_t *out) {
    return zx_resource_create(parent, options, base, size, NULL, 0, out);
}

// A resource below the root resource.
static zx_handle_t make(uint32_t options, uint64_t base, uint64_t size) {
    zx_handle_t handle;
    EXPECT_OK(create(root_resource(), options, base, size, &handle));
    return handle;
}

static void expect_none(zx_handle_t parent, uint32_t options, uint64_t base, uint64_t size,
                        zx_status_t expected) {
    zx_handle_t handle = 7;
    EXPECT_STATUS(create(parent, options, base, size, &handle), expected);
    EXPECT_EQ(handle, 7);
}

static zx_info_resource_t info_of(zx_handle_t handle) {
    zx_info_resource_t info;
    EXPECT_OK(zx_object_get_info(handle, ZX_INFO_RESOURCE, &info, sizeof(info), NULL, NULL));
    return info;
}

TEST(resource_create, makes_a_resource_of_each_kind_the_machine_has) {
    static const struct {
        uint32_t kind;
        uint64_t base, size;
    } kinds[] = {
        {ZX_RSRC_KIND_MMIO, BASE, 4 * PAGE}, {ZX_RSRC_KIND_IRQ, 33, 7},
        {ZX_RSRC_KIND_IOPORT, 0xcf8, 8},     {ZX_RSRC_KIND_HYPERVISOR, 0, 0},
        {ZX_RSRC_KIND_ROOT, 0, 0},           {ZX_RSRC_KIND_VMEX, 0, 0},
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        for (uint32_t flags = 0; flags <= ZX_RSRC_FLAG_EXCLUSIVE; flags += ZX_RSRC_FLAG_EXCLUSIVE) {
            zx_handle_t handle;
            EXPECT_OK(zx_resource_create(root_resource(), kinds[i].kind | flags, kinds[i].base,
                                         kinds[i].size, "a name", 6, &handle));
            EXPECT_EQ(type_of(handle), ZX_OBJ_TYPE_RESOURCE);
            EXPECT_EQ(rights_of(handle), ZX_DEFAULT_RESOURCE_RIGHTS);
            zx_info_resource_t info = info_of(handle);
            EXPECT_EQ(info.kind, kinds[i].kind);
            EXPECT_EQ(info.flags, flags);
            EXPECT_EQ(info.base, kinds[i].base);
            EXPECT_EQ(info.size, kinds[i].size);
            EXPECT(strcmp(info.name, "a name") == 0);
            close_handle(handle);
        }
    }
}

TEST(resource_create, has_no_smc_on_this_machine) {
    expect_none(root_resource(), ZX_RSRC_KIND_SMC, 2, 1, ZX_ERR_BAD_STATE);
    expect_none(root_resource(), ZX_RSRC_KIND_SMC, 0, 0, ZX_ERR_BAD_STATE);
}

TEST(resource_create, makes_root_resources_that_are_as_good) {
    zx_handle_t root = make(ZX_RSRC_KIND_ROOT, 0, 0), child;
    EXPECT_OK(create(root, ZX_RSRC_KIND_MMIO, BASE, PAGE, &child));
    close_handle(child);
    close_handle(root);
}

TEST(resource_create, cuts_the_name_and_takes_none) {
    static const char text[] = "0123456789012345678901234567890123456789";
    zx_handle_t handle;
    EXPECT_OK(zx_resource_create(root_resource(), ZX_RSRC_KIND_ROOT, 0, 0, text, sizeof(text) - 1,
                                 &handle));
    EXPECT(strcmp(info_of(handle).name, "0123456789012345678901234567890") == 0);
    close_handle(handle);
    EXPECT_OK(zx_resource_create(root_resource(), ZX_RSRC_KIND_ROOT, 0, 0, bad_page(), 0, &handle));
    EXPECT(strcmp(info_of(handle).name, "") == 0);
    close_handle(handle);
    char *last = end_of_page(31); // of a longer name no more than this is read
    memset(last, 'x', 31);
    EXPECT_OK(
        zx_resource_create(root_resource(), ZX_RSRC_KIND_ROOT, 0, 0, last, SIZE_MAX, &handle));
    close_handle(handle);
}

TEST(resource_create, refuses_a_name_that_cannot_be_read) {
    zx_handle_t handle;
    for (int i = 0; i < BAD_IN_POINTERS; i++) {
        EXPECT_STATUS(zx_resource_create(root_resource(), ZX_RSRC_KIND_ROOT, 0, 0,
                                         bad_pointer(i, 4), 4, &handle),
                      ZX_ERR_INVALID_ARGS);
    }
}

TEST(resource_create, leaves_nothing_if_the_handle_cannot_be_stored) {
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(create(root_resource(), ZX_RSRC_KIND_MMIO | ZX_RSRC_FLAG_EXCLUSIVE, BASE,
                             PAGE, bad_pointer(i, sizeof(zx_handle_t))),
                      ZX_ERR_INVALID_ARGS);
    }
    close_handle(make(ZX_RSRC_KIND_MMIO | ZX_RSRC_FLAG_EXCLUSIVE, BASE, PAGE));
}

TEST(resource_create, refuses_unknown_kinds_and_flags) {
    expect_none(root_resource(), ZX_RSRC_KIND_COUNT, 0, 0, ZX_ERR_INVALID_ARGS);
    expect_none(root_resource(), 0xffff, 0, 0, ZX_ERR_INVALID_ARGS);
    for (uint32_t flag = 0x20000; flag != 0; flag <<= 1) {
        expect_none(root_resource(), ZX_RSRC_KIND_MMIO | flag, BASE, PAGE, ZX_ERR_INVALID_ARGS);
    }
}

TEST(resource_create, wants_no_range_for_kinds_that_have_none) {
    static const uint32_t kinds[] = {ZX_RSRC_KIND_ROOT, ZX_RSRC_KIND_HYPERVISOR, ZX_RSRC_KIND_VMEX};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        expect_none(root_resource(), kinds[i], 1, 0, ZX_ERR_INVALID_ARGS);
        expect_none(root_resource(), kinds[i], 0, 1, ZX_ERR_INVALID_ARGS);
    }
}

TEST(resource_create, wants_a_range_for_kinds_that_have_one) {
    static const uint32_t kinds[] = {ZX_RSRC_KIND_MMIO, ZX_RSRC_KIND_IRQ, ZX_RSRC_KIND_IOPORT};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        expect_none(root_resource(), kinds[i], 64, 0, ZX_ERR_INVALID_ARGS);
        expect_none(root_resource(), kinds[i], UINT64_MAX, 1024, ZX_ERR_INVALID_ARGS);
        expect_none(root_resource(), kinds[i], 1024, UINT64_MAX, ZX_ERR_INVALID_ARGS);
        expect_none(root_resource(), kinds[i], UINT64_MAX, 1, ZX_ERR_INVALID_ARGS);
        expect_none(root_resource(), kinds[i], 0, UINT64_MAX, ZX_ERR_NOT_FOUND);
        expect_none(root_resource(), kinds[i], UINT64_MAX - 1, 1, ZX_ERR_NOT_FOUND);
    }
}

TEST(resource_create, knows_the_limits_of_the_machine) {
    expect_none(root_resource(), ZX_RSRC_KIND_IRQ, 31, 1, ZX_ERR_NOT_FOUND);
    expect_none(root_resource(), ZX_RSRC_KIND_IRQ, 31, 2, ZX_ERR_NOT_FOUND);
    expect_none(root_resource(), ZX_RSRC_KIND_IRQ, 286, 2, ZX_ERR_NOT_FOUND);
    expect_none(root_resource(), ZX_RSRC_KIND_IRQ, 287, 1, ZX_ERR_NOT_FOUND);
    close_handle(make(ZX_RSRC_KIND_IRQ, 32, 255));
    expect_none(root_resource(), ZX_RSRC_KIND_IOPORT, 65535, 1, ZX_ERR_NOT_FOUND);
    expect_none(root_resource(), ZX_RSRC_KIND_IOPORT, 0, 65536, ZX_ERR_NOT_FOUND);
    close_handle(make(ZX_RSRC_KIND_IOPORT, 0, 65535));
    close_handle(make(ZX_RSRC_KIND_MMIO, 0, PAGE));
    expect_none(root_resource(), ZX_RSRC_KIND_MMIO, UINT64_C(1) << 62, PAGE, ZX_ERR_NOT_FOUND);
}

// --- exclusive and shared ---

TEST(resource_create, lets_nobody_into_an_exclusive_range) {
    const uint32_t exclusive = ZX_RSRC_KIND_MMIO | ZX_RSRC_FLAG_EXCLUSIVE;
    zx_handle_t first = make(exclusive, BASE, 4 * PAGE);
    for (uint32_t flags = 0; flags <= ZX_RSRC_FLAG_EXCLUSIVE; flags += ZX_RSRC_FLAG_EXCLUSIVE) {
        const uint32_t options = ZX_RSRC_KIND_MMIO | flags;
        expect_none(root_resource(), options, BASE, 4 * PAGE, ZX_ERR_NOT_FOUND);
        expect_none(root_resource(), options, BASE - 1, 2, ZX_ERR_NOT_FOUND);
        expect_none(root_resource(), options, BASE + 4 * PAGE - 1, 1, ZX_ERR_NOT_FOUND);
        expect_none(root_resource(), options, 0, 2 * BASE, ZX_ERR_NOT_FOUND);
        close_handle(make(options, BASE - PAGE, PAGE));
        close_handle(make(options, BASE + 4 * PAGE, PAGE));
    }
    close_handle(make(ZX_RSRC_KIND_IOPORT | ZX_RSRC_FLAG_EXCLUSIVE, 0x1000, PAGE));
    close_handle(first);
    close_handle(make(exclusive, BASE, 4 * PAGE));
}

TEST(resource_create, makes_no_range_exclusive_that_is_in_use) {
    zx_handle_t shared = make(ZX_RSRC_KIND_IOPORT, 0x100, 0x10);
    zx_handle_t again = make(ZX_RSRC_KIND_IOPORT, 0x108, 0x10);
    const uint32_t exclusive = ZX_RSRC_KIND_IOPORT | ZX_RSRC_FLAG_EXCLUSIVE;
    expect_none(root_resource(), exclusive, 0x10f, 1, ZX_ERR_NOT_FOUND);
    expect_none(root_resource(), exclusive, 0x117, 1, ZX_ERR_NOT_FOUND);
    expect_none(root_resource(), exclusive, 0, 0x101, ZX_ERR_NOT_FOUND);
    close_handle(make(exclusive, 0x118, 1));
    close_handle(shared);
    expect_none(root_resource(), exclusive, 0x108, 1, ZX_ERR_NOT_FOUND);
    close_handle(make(exclusive, 0x100, 8));
    close_handle(again);
    close_handle(make(exclusive, 0x100, 0x18));
}

// --- parts of a resource ---

TEST(resource_create, makes_parts_of_a_resource) {
    zx_handle_t parent = make(ZX_RSRC_KIND_IOPORT, 0x100, 0x10), part;
    EXPECT_OK(create(parent, ZX_RSRC_KIND_IOPORT, 0x100, 0x10, &part));
    close_handle(part);
    EXPECT_OK(create(parent, ZX_RSRC_KIND_IOPORT, 0x104, 4, &part));
    zx_handle_t smaller;
    EXPECT_OK(create(part, ZX_RSRC_KIND_IOPORT, 0x107, 1, &smaller));
    close_handle(smaller);
    expect_none(part, ZX_RSRC_KIND_IOPORT, 0x103, 2, ZX_ERR_ACCESS_DENIED);
    close_handle(part);
    close_handle(parent);
}

TEST(resource_create, refuses_what_the_parent_does_not_cover) {
    zx_handle_t parent = make(ZX_RSRC_KIND_IOPORT, 0x100, 0x10);
    expect_none(parent, ZX_RSRC_KIND_IOPORT, 0xff, 2, ZX_ERR_ACCESS_DENIED);
    expect_none(parent, ZX_RSRC_KIND_IOPORT, 0x10f, 2, ZX_ERR_ACCESS_DENIED);
    expect_none(parent, ZX_RSRC_KIND_IOPORT, 0x110, 1, ZX_ERR_ACCESS_DENIED);
    expect_none(parent, ZX_RSRC_KIND_IOPORT, 0x100, 0, ZX_ERR_ACCESS_DENIED);
    expect_none(parent, ZX_RSRC_KIND_IOPORT, UINT64_MAX, 2, ZX_ERR_ACCESS_DENIED);
    expect_none(parent, ZX_RSRC_KIND_IOPORT, 0x100, UINT64_MAX, ZX_ERR_ACCESS_DENIED);
    for (uint32_t kind = 0; kind < ZX_RSRC_KIND_COUNT; kind++) {
        if (kind != ZX_RSRC_KIND_IOPORT) {
            expect_none(parent, kind, 0, 0, ZX_ERR_ACCESS_DENIED);
            expect_none(parent, kind, 0x100, 0x10, ZX_ERR_ACCESS_DENIED);
        }
    }
    close_handle(parent);
}

TEST(resource_create, makes_no_child_of_a_kind_without_a_range) {
    static const uint32_t kinds[] = {ZX_RSRC_KIND_HYPERVISOR, ZX_RSRC_KIND_VMEX};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        zx_handle_t parent = make(kinds[i], 0, 0);
        expect_none(parent, kinds[i], 0, 0, ZX_ERR_ACCESS_DENIED);
        close_handle(parent);
    }
}

TEST(resource_create, counts_the_pages_that_a_parent_touches) {
    zx_handle_t parent = make(ZX_RSRC_KIND_MMIO, BASE + 0x800, PAGE), part;
    EXPECT_OK(create(parent, ZX_RSRC_KIND_MMIO, BASE, 2 * PAGE, &part));
    close_handle(part);
    expect_none(parent, ZX_RSRC_KIND_MMIO, BASE, 2 * PAGE + 1, ZX_ERR_ACCESS_DENIED);
    expect_none(parent, ZX_RSRC_KIND_MMIO, BASE - 1, 2, ZX_ERR_ACCESS_DENIED);
    close_handle(parent);
}

TEST(resource_create, keeps_exclusive_resources_and_parts_apart) {
    const uint32_t exclusive = ZX_RSRC_KIND_MMIO | ZX_RSRC_FLAG_EXCLUSIVE;
    zx_handle_t parent = make(exclusive, BASE, PAGE);
    expect_none(parent, ZX_RSRC_KIND_MMIO, BASE, PAGE, ZX_ERR_INVALID_ARGS);
    expect_none(parent, exclusive, BASE, PAGE, ZX_ERR_INVALID_ARGS);
    expect_none(parent, exclusive, BASE, 2 * PAGE, ZX_ERR_ACCESS_DENIED);
    close_handle(parent);
    parent = make(ZX_RSRC_KIND_MMIO, BASE, PAGE);
    expect_none(parent, exclusive, BASE, PAGE, ZX_ERR_INVALID_ARGS);
    close_handle(parent);
}

TEST(resource_create, outlives_its_parent) {
    zx_handle_t parent = make(ZX_RSRC_KIND_MMIO, BASE, PAGE), part;
    EXPECT_OK(create(parent, ZX_RSRC_KIND_MMIO, BASE, PAGE, &part));
    close_handle(parent);
    expect_none(root_resource(), ZX_RSRC_KIND_MMIO | ZX_RSRC_FLAG_EXCLUSIVE, BASE, 1,
                ZX_ERR_NOT_FOUND);
    close_handle(part);
}

// --- the parent ---

static zx_status_t create_below(zx_handle_t parent) {
    zx_handle_t handle;
    zx_status_t status = create(parent, ZX_RSRC_KIND_MMIO, BASE, PAGE, &handle);
    if (status == ZX_OK) {
        close_handle(handle);
    }
    return status;
}

TEST(resource_create, wants_a_resource_with_the_right_to_write) {
    expect_bad_handle(create_below);
    expect_wrong_type(create_below, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
    zx_handle_t root = make(ZX_RSRC_KIND_ROOT, 0, 0);
    expect_right(create_below, root, ZX_RIGHT_WRITE, ZX_OK);
    close_handle(root);
}

TEST(resource_create, looks_at_the_parent_first_and_at_the_range_before_the_name) {
    expect_none(ZX_HANDLE_INVALID, ZX_RSRC_KIND_COUNT, 0, 0, ZX_ERR_BAD_HANDLE);
    zx_handle_t parent = make(ZX_RSRC_KIND_MMIO, BASE, PAGE), handle;
    EXPECT_STATUS(zx_resource_create(parent, ZX_RSRC_KIND_COUNT, 0, 0, bad_page(), 1, &handle),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_resource_create(parent, ZX_RSRC_KIND_IRQ, 0, 0, bad_page(), 1, &handle),
                  ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(
        zx_resource_create(root_resource(), ZX_RSRC_KIND_IRQ, 0, 1, bad_page(), 1, &handle),
        ZX_ERR_INVALID_ARGS);
    close_handle(parent);
}

static zx_status_t create_any(void *context) {
    return create(root_resource(), ZX_RSRC_KIND_MMIO | ZX_RSRC_FLAG_EXCLUSIVE, BASE, PAGE, context);
}

TEST(resource_create, leaves_nothing_if_memory_runs_out) {
    zx_handle_t handle = 7;
    expect_no_memory(create_any, &handle, sizeof(handle));
    close_handle(handle);
}

// --- who asks for one ---

TEST(resource_create, makes_resources_that_other_calls_tell_apart) {
    zx_handle_t irq = make(ZX_RSRC_KIND_IRQ, 40, 1), ports = make(ZX_RSRC_KIND_IOPORT, 0, 16);
    zx_handle_t root = make(ZX_RSRC_KIND_ROOT, 0, 0), log;
    EXPECT_STATUS(zx_debuglog_create(irq, 0, &log), ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(zx_debuglog_create(ports, 0, &log), ZX_ERR_WRONG_TYPE);
    EXPECT_OK(zx_debuglog_create(root, 0, &log));
    close_handle(log);
    EXPECT_STATUS(zx_clock_adjust(irq, ZX_CLOCK_UTC, 0), ZX_ERR_WRONG_TYPE);
    zx_handle_t interrupt;
    EXPECT_STATUS(zx_interrupt_create(ports, 3, 0, &interrupt), ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(zx_interrupt_create(irq, 41, 0, &interrupt), ZX_ERR_OUT_OF_RANGE);
    EXPECT_OK(zx_interrupt_create(irq, 40, 0, &interrupt));
    close_handle(interrupt);
    close_handle(irq);
    close_handle(ports);
    close_handle(root);
}
