// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <libzircon/machine.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zircon/syscalls/pci.h>

enum { ANY_LINE = 17, BUS_BYTES = ZX_PCI_ECAM_BYTE_PER_BUS };

// A function with everything, and one with nothing.
static const struct libzircon_pci_function rich = {
    .bus = 0,
    .dev = 3,
    .func = 1,
    .vendor_id = 0x1af4,
    .device_id = 0x1050,
    .base_class = 0x03,
    .sub_class = 0x80,
    .interface = 0x01,
    .revision = 0x02,
    .pin = 2,
    .msi_count = 8,
    .msi_masks = true,
    .express = true,
    .resets = true,
    .bars = {[0] = {ZX_PCI_BAR_TYPE_MMIO, 8192},
             [2] = {ZX_PCI_BAR_TYPE_PIO, 32},
             [4] = {ZX_PCI_BAR_TYPE_MMIO, 16}},
};
static const struct libzircon_pci_function poor = {.dev = 1, .vendor_id = 1, .device_id = 2};

static union {
    zx_pci_init_arg_t arg;
    char bytes[sizeof(zx_pci_init_arg_t) + 2 * 24];
} init;
static const uint32_t ONE_WINDOW = sizeof(zx_pci_init_arg_t) + 24;
static const uint32_t TWO_WINDOWS = sizeof(zx_pci_init_arg_t) + 48;

static void prepare_init(void) {
    memset(&init, 0, sizeof(init));
    for (int dev = 0; dev < 32; dev++) {
        for (int func = 0; func < 8; func++) {
            for (int pin = 0; pin < 4; pin++) {
                init.arg.dev_pin_to_global_irq[dev][func][pin] = ANY_LINE;
            }
        }
    }
    init.arg.num_irqs = 1;
    init.arg.irqs[0].global_irq = ANY_LINE;
    init.arg.irqs[0].level_triggered = true;
    init.arg.addr_window_count = 1;
    init.arg.addr_windows[0].base = 0xb0000000;
    init.arg.addr_windows[0].size = 256 * (size_t)BUS_BYTES;
    init.arg.addr_windows[0].bus_end = 255;
    init.arg.addr_windows[0].cfg_space_type = PCI_CFG_SPACE_TYPE_MMIO;
}

static zx_status_t start(uint32_t size) {
    return zx_pci_init(root_resource(), &init.arg, size);
}

static zx_handle_t get_device(uint32_t index) {
    zx_pcie_device_info_t info;
    zx_handle_t device;
    EXPECT_OK(zx_pci_get_nth_device(root_resource(), index, &info, &device));
    return device;
}

// The bus with both functions; the poor one comes first.
static void start_bus(void) {
    EXPECT_OK(libzircon_pci_add(&rich));
    EXPECT_OK(libzircon_pci_add(&poor));
    prepare_init();
    EXPECT_OK(start(ONE_WINDOW));
}

static zx_handle_t rich_device(void) {
    start_bus();
    return get_device(1);
}

static uint32_t read_config(zx_handle_t device, uint16_t offset, size_t width) {
    uint32_t value;
    EXPECT_OK(zx_pci_config_read(device, offset, width, &value));
    return value;
}

static uint32_t read_ports(uint8_t dev, uint8_t func, uint8_t offset, size_t width) {
    uint32_t value;
    EXPECT_OK(zx_pci_cfg_pio_rw(root_resource(), 0, dev, func, offset, &value, width, false));
    return value;
}

static void write_ports(uint8_t dev, uint8_t func, uint8_t offset, size_t width, uint32_t value) {
    EXPECT_OK(zx_pci_cfg_pio_rw(root_resource(), 0, dev, func, offset, &value, width, true));
}

// --- pci_init ---

TEST(pci_init, starts_the_bus_once) {
    zx_pcie_device_info_t info;
    zx_handle_t device;
    prepare_init();
    EXPECT_OK(libzircon_pci_add(&poor));
    EXPECT_STATUS(zx_pci_get_nth_device(root_resource(), 0, &info, &device), ZX_ERR_OUT_OF_RANGE);
    EXPECT_OK(start(ONE_WINDOW));
    EXPECT_STATUS(start(ONE_WINDOW), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(libzircon_pci_add(&rich), ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_pci_get_nth_device(root_resource(), 0, &info, &device));
    close_handle(device);
}

TEST(pci_init, takes_a_window_of_each_kind) {
    prepare_init();
    init.arg.addr_windows[0].cfg_space_type = PCI_CFG_SPACE_TYPE_PIO;
    init.arg.addr_windows[0].size = 0;
    EXPECT_OK(start(ONE_WINDOW));
}

TEST(pci_init, takes_two_windows_of_a_designware_bridge) {
    prepare_init();
    init.arg.addr_window_count = 2;
    init.arg.addr_windows[0].cfg_space_type = PCI_CFG_SPACE_TYPE_DW_ROOT;
    init.arg.addr_windows[1] = init.arg.addr_windows[0];
    EXPECT_STATUS(start(TWO_WINDOWS), ZX_ERR_INVALID_ARGS);
    init.arg.addr_windows[1].cfg_space_type = PCI_CFG_SPACE_TYPE_DW_DS;
    EXPECT_OK(start(TWO_WINDOWS));
}

TEST(pci_init, refuses_other_sizes) {
    prepare_init();
    for (uint32_t size = 0; size <= TWO_WINDOWS + 1; size++) {
        if (size != ONE_WINDOW) {
            EXPECT_STATUS(start(size), ZX_ERR_INVALID_ARGS);
        }
    }
    EXPECT_STATUS(start(UINT32_MAX), ZX_ERR_INVALID_ARGS);
    init.arg.addr_window_count = UINT32_MAX;
    EXPECT_STATUS(start(ONE_WINDOW), ZX_ERR_INVALID_ARGS);
    init.arg.addr_window_count = 2;
    EXPECT_STATUS(start(TWO_WINDOWS), ZX_ERR_INVALID_ARGS); // of no bridge
    init.arg.addr_window_count = 0;
    EXPECT_STATUS(start(sizeof(init.arg)), ZX_ERR_INVALID_ARGS);
}

TEST(pci_init, refuses_windows_and_interrupts_that_make_no_sense) {
    prepare_init();
    init.arg.num_irqs = ZX_PCI_MAX_IRQS + 1;
    EXPECT_STATUS(start(ONE_WINDOW), ZX_ERR_INVALID_ARGS);
    prepare_init();
    init.arg.addr_windows[0].bus_start = 1;
    EXPECT_STATUS(start(ONE_WINDOW), ZX_ERR_INVALID_ARGS);
    prepare_init();
    init.arg.addr_windows[0].cfg_space_type = 4;
    EXPECT_STATUS(start(ONE_WINDOW), ZX_ERR_INVALID_ARGS);
    prepare_init();
    init.arg.addr_windows[0].size = BUS_BYTES - 1;
    EXPECT_STATUS(start(ONE_WINDOW), ZX_ERR_INVALID_ARGS);
    prepare_init();
    init.arg.addr_windows[0].size = 257 * (size_t)BUS_BYTES;
    EXPECT_STATUS(start(ONE_WINDOW), ZX_ERR_INVALID_ARGS);
    prepare_init();
    init.arg.addr_windows[0].base = 0xfec00001;
    EXPECT_STATUS(start(ONE_WINDOW), ZX_ERR_INVALID_ARGS);
    init.arg.addr_windows[0].base = 0xfec00000;
    EXPECT_STATUS(start(ONE_WINDOW), ZX_ERR_INVALID_ARGS);
    init.arg.addr_windows[0].base = 0xfec00000 - BUS_BYTES; // cut to what is below
    EXPECT_OK(start(ONE_WINDOW));
}

TEST(pci_init, refuses_an_argument_that_cannot_be_read) {
    for (int i = 0; i < BAD_IN_POINTERS; i++) {
        EXPECT_STATUS(zx_pci_init(root_resource(), bad_pointer(i, 6000), ONE_WINDOW),
                      ZX_ERR_INVALID_ARGS);
    }
}

TEST(pci_init, forgets_interrupts_that_the_machine_does_not_have) {
    EXPECT_OK(libzircon_pci_add(&rich));
    prepare_init();
    init.arg.irqs[0].global_irq = LIBZIRCON_INTERRUPT_LINES;
    init.arg.dev_pin_to_global_irq[3][1][1] = LIBZIRCON_INTERRUPT_LINES;
    EXPECT_OK(start(ONE_WINDOW));
    zx_handle_t device = get_device(0);
    EXPECT_STATUS(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_LEGACY, 1), ZX_ERR_NOT_SUPPORTED);
    close_handle(device);
}

// --- pci_add_subtract_io_range ---

TEST(pci_add_subtract_io_range, works_before_the_bus_is_started) {
    zx_handle_t root = root_resource();
    EXPECT_OK(zx_pci_add_subtract_io_range(root, true, 0x80000000, 0x10000000, true));
    EXPECT_OK(zx_pci_add_subtract_io_range(root, true, 0x80000000, 1, false));
    EXPECT_OK(zx_pci_add_subtract_io_range(root, false, 0, 65536, true));
    EXPECT_STATUS(zx_pci_add_subtract_io_range(root, false, 1, 65536, true), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pci_add_subtract_io_range(root, false, 65536, 1, true), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pci_add_subtract_io_range(root, true, 1, 0, true), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pci_add_subtract_io_range(root, true, 2, UINT64_MAX, true),
                  ZX_ERR_INVALID_ARGS);
    start_bus();
    EXPECT_STATUS(zx_pci_add_subtract_io_range(root, true, 0x80000000, 1, true), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_pci_add_subtract_io_range(root, true, 0, 0, true), ZX_ERR_BAD_STATE);
}

// --- pci_get_nth_device ---

TEST(pci_get_nth_device, finds_functions_in_the_order_of_their_places) {
    start_bus();
    zx_pcie_device_info_t info;
    zx_handle_t device;
    EXPECT_OK(zx_pci_get_nth_device(root_resource(), 0, &info, &device));
    EXPECT_EQ(info.dev_id, 1);
    EXPECT_EQ(info.vendor_id, 1);
    close_handle(device);
    EXPECT_OK(zx_pci_get_nth_device(root_resource(), 1, &info, &device));
    EXPECT_EQ(type_of(device), ZX_OBJ_TYPE_PCI_DEVICE);
    EXPECT_EQ(rights_of(device), ZX_DEFAULT_PCI_DEVICE_RIGHTS);
    EXPECT_EQ(info.vendor_id, 0x1af4);
    EXPECT_EQ(info.device_id, 0x1050);
    EXPECT_EQ(info.base_class, 0x03);
    EXPECT_EQ(info.sub_class, 0x80);
    EXPECT_EQ(info.program_interface, 0x01);
    EXPECT_EQ(info.revision_id, 0x02);
    EXPECT_EQ(info.bus_id, 0);
    EXPECT_EQ(info.dev_id, 3);
    EXPECT_EQ(info.func_id, 1);
    close_handle(device);
    EXPECT_STATUS(zx_pci_get_nth_device(root_resource(), 2, &info, &device), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_pci_get_nth_device(root_resource(), UINT32_MAX, &info, &device),
                  ZX_ERR_OUT_OF_RANGE);
}

TEST(pci_get_nth_device, leaves_nothing_if_a_pointer_is_bad) {
    start_bus();
    zx_pcie_device_info_t info;
    zx_handle_t device;
    EXPECT_STATUS(zx_pci_get_nth_device(root_resource(), 9, NULL, &device), ZX_ERR_INVALID_ARGS);
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(
            zx_pci_get_nth_device(root_resource(), 0, bad_pointer(i, sizeof(info)), &device),
            ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(
            zx_pci_get_nth_device(root_resource(), 0, &info, bad_pointer(i, sizeof(device))),
            ZX_ERR_INVALID_ARGS);
    }
}

static zx_status_t get_any(void *context) {
    zx_pcie_device_info_t info;
    return zx_pci_get_nth_device(root_resource(), 0, &info, context);
}

TEST(pci_get_nth_device, leaves_nothing_if_memory_runs_out) {
    start_bus();
    zx_handle_t device = 7;
    expect_no_memory(get_any, &device, sizeof(device));
    close_handle(device);
}

// --- configuration space ---

TEST(pci_config_read, tells_who_the_device_is) {
    zx_handle_t device = rich_device();
    EXPECT_EQ(read_config(device, 0, 2), 0x1af4);
    EXPECT_EQ(read_config(device, 2, 2), 0x1050);
    EXPECT_EQ(read_config(device, 0, 4), 0x10501af4);
    EXPECT_EQ(read_config(device, 8, 4), 0x03800102);
    EXPECT_EQ(read_config(device, 0xb, 1), 3);
    EXPECT_EQ(read_config(device, 0x3d, 1), 2);
    EXPECT_EQ(read_config(device, 4092, 4), 0);
    close_handle(device);
}

TEST(pci_config_read, has_a_chain_of_capabilities) {
    zx_handle_t device = rich_device();
    EXPECT(read_config(device, 6, 2) & 0x10);
    uint32_t msi = read_config(device, 0x34, 1),
             express = read_config(device, (uint16_t)(msi + 1), 1);
    EXPECT_EQ(read_config(device, (uint16_t)msi, 1), 5);
    EXPECT_EQ(read_config(device, (uint16_t)express, 1), 0x10);
    EXPECT_EQ(read_config(device, (uint16_t)(express + 1), 1), 0);
    EXPECT_EQ(read_config(device, (uint16_t)(msi + 2), 2), 0x0186); // 8 messages, 64 bits, masks
    close_handle(device);
}

TEST(pci_config_read, refuses_what_is_not_in_the_space) {
    zx_handle_t device = rich_device(), small = get_device(0);
    uint32_t value;
    static const size_t widths[] = {0, 3, 5, 8, SIZE_MAX, SIZE_MAX - 3};
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        EXPECT_STATUS(zx_pci_config_read(device, 64, widths[i], &value), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_pci_config_write(device, 64, widths[i], 0), ZX_ERR_INVALID_ARGS);
    }
    EXPECT_STATUS(zx_pci_config_read(device, 4093, 4, &value), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pci_config_read(device, 4096, 1, &value), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pci_config_read(device, UINT16_MAX, 1, &value), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_pci_config_read(small, 255, 1, &value));
    EXPECT_STATUS(zx_pci_config_read(small, 256, 1, &value), ZX_ERR_INVALID_ARGS);
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_pci_config_read(device, 0, 4, bad_pointer(i, sizeof(value))),
                      ZX_ERR_INVALID_ARGS);
    }
    close_handle(device);
    close_handle(small);
}

TEST(pci_config_write, writes_behind_the_header_alone) {
    zx_handle_t device = rich_device();
    EXPECT_OK(zx_pci_config_write(device, 0xa0, 4, 0x12345678));
    EXPECT_EQ(read_config(device, 0xa0, 4), 0x12345678);
    EXPECT_OK(zx_pci_config_write(device, 0xa1, 1, 0xfff00));
    EXPECT_EQ(read_config(device, 0xa0, 4), 0x12340078);
    EXPECT_OK(zx_pci_config_write(device, 0xa2, 2, 0xabcdef));
    EXPECT_EQ(read_config(device, 0xa0, 4), 0xcdef0078);
    EXPECT_OK(zx_pci_config_write(device, 4092, 4, 7));
    for (uint16_t offset = 0; offset < 64; offset++) {
        EXPECT_STATUS(zx_pci_config_write(device, offset, 1, 0), ZX_ERR_INVALID_ARGS);
    }
    EXPECT_STATUS(zx_pci_config_write(device, 4093, 4, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_pci_config_write(device, 64, 1, 0xff)); // a capability's name stays
    EXPECT_EQ(read_config(device, 64, 1), 5);
    close_handle(device);
}

TEST(pci_cfg_pio_rw, reads_and_writes_registers_of_any_width) {
    EXPECT_OK(libzircon_pci_add(&rich));
    EXPECT_EQ(read_ports(3, 1, 0, 32), 0x10501af4);
    EXPECT_EQ(read_ports(3, 1, 1, 8), 0x1a);
    EXPECT_EQ(read_ports(3, 1, 2, 16), 0x1050);
    EXPECT_EQ(read_ports(3, 1, 3, 4), 0);
    EXPECT_EQ(read_ports(3, 1, 0, 0), 0);
    write_ports(3, 1, 0xa0, 32, 0x11223344);
    write_ports(3, 1, 0xa1, 8, 0xff);
    EXPECT_EQ(read_ports(3, 1, 0xa0, 32), 0x1122ff44);
    write_ports(3, 1, 0, 32, 0); // cannot be written
    EXPECT_EQ(read_ports(3, 1, 0, 16), 0x1af4);
}

TEST(pci_cfg_pio_rw, lets_the_size_of_a_base_address_be_found) {
    EXPECT_OK(libzircon_pci_add(&rich));
    uint32_t before = read_ports(3, 1, 0x18, 32);
    EXPECT_EQ(before & 0x1f, 1); // ports
    write_ports(3, 1, 0x18, 32, UINT32_MAX);
    EXPECT_EQ(read_ports(3, 1, 0x18, 32), 0xffffffe1);
    write_ports(3, 1, 0x18, 32, before);
    EXPECT_EQ(read_ports(3, 1, 0x18, 32), before);
}

TEST(pci_cfg_pio_rw, reads_ones_where_nothing_is) {
    EXPECT_EQ(read_ports(9, 0, 0, 32), UINT32_MAX);
    EXPECT_EQ(read_ports(9, 0, 2, 8), 0xff);
    write_ports(9, 0, 0, 32, 5);
}

TEST(pci_cfg_pio_rw, refuses_registers_across_words_and_bad_memory) {
    uint32_t value = 0;
    zx_handle_t root = root_resource();
    EXPECT_STATUS(zx_pci_cfg_pio_rw(root, 0, 0, 0, 0, &value, 33, false), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pci_cfg_pio_rw(root, 0, 0, 0, 1, &value, 32, true), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pci_cfg_pio_rw(root, 0, 0, 0, 3, &value, 9, false), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pci_cfg_pio_rw(root, 0, 0, 0, 3, &value, SIZE_MAX, false),
                  ZX_ERR_INVALID_ARGS);
    for (int i = 0; i < BAD_IN_POINTERS; i++) {
        void *bad = bad_pointer(i, sizeof(value));
        EXPECT_STATUS(zx_pci_cfg_pio_rw(root, 0, 0, 0, 0, bad, 32, false), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_pci_cfg_pio_rw(root, 0, 0, 0, 0, bad, 32, true), ZX_ERR_INVALID_ARGS);
    }
}

// --- base address registers ---

TEST(pci_get_bar, gives_memory_that_the_function_has_too) {
    zx_handle_t device = rich_device(), vmo, model;
    zx_pci_bar_t bar;
    EXPECT_OK(zx_pci_get_bar(device, 0, &bar, &vmo));
    EXPECT_EQ(bar.type, ZX_PCI_BAR_TYPE_MMIO);
    EXPECT_EQ(bar.size, 8192);
    EXPECT_EQ(type_of(vmo), ZX_OBJ_TYPE_VMO);
    EXPECT_EQ(rights_of(vmo), ZX_DEFAULT_VMO_RIGHTS);
    char name[ZX_MAX_NAME_LEN];
    EXPECT_OK(zx_object_get_property(vmo, ZX_PROP_NAME, name, sizeof(name)));
    EXPECT(strcmp(name, "pci-00:03.1-bar0") == 0);
    EXPECT_EQ(read_config(device, 4, 2), 2); // memory is on
    uint32_t address = read_config(device, 0x10, 4) & ~0xfu;
    EXPECT_EQ(address % 8192, 0);
    EXPECT_OK(zx_vmo_create_physical(root_resource(), address, 8192, &model));
    zx_vaddr_t driver_side, model_side;
    const uint32_t access = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE;
    EXPECT_OK(zx_vmar_map(zx_vmar_root_self(), access, 0, vmo, 0, 8192, &driver_side));
    EXPECT_OK(zx_vmar_map(zx_vmar_root_self(), access, 0, model, 0, 8192, &model_side));
    *(volatile uint32_t *)(driver_side + 4100) = 0x1234;
    EXPECT_EQ(*(volatile uint32_t *)(model_side + 4100), 0x1234);
    EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), driver_side, 8192));
    EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), model_side, 8192));
    close_handle(model);
    close_handle(vmo);
    EXPECT_OK(zx_pci_get_bar(device, 4, &bar, &vmo)); // less than a page: a page
    EXPECT_EQ(bar.size, 16);
    uint64_t size;
    EXPECT_OK(zx_vmo_get_size(vmo, &size));
    EXPECT_EQ(size, 4096);
    close_handle(vmo);
    close_handle(device);
}

TEST(pci_get_bar, tells_the_ports_of_a_register) {
    zx_handle_t device = rich_device(), none = 7;
    zx_pci_bar_t bar;
    EXPECT_OK(zx_pci_get_bar(device, 2, &bar, &none));
    EXPECT_EQ(bar.type, ZX_PCI_BAR_TYPE_PIO);
    EXPECT_EQ(bar.size, 32);
    EXPECT_EQ(bar.addr, read_config(device, 0x18, 4) & ~3u);
    EXPECT_EQ(none, 7);
    EXPECT_EQ(read_config(device, 4, 2), 1);
    EXPECT_OK(zx_pci_get_bar(device, 2, &bar, NULL));
    close_handle(device);
}

TEST(pci_get_bar, checks_its_arguments) {
    zx_handle_t device = rich_device(), vmo;
    zx_pci_bar_t bar;
    EXPECT_STATUS(zx_pci_get_bar(device, 1, &bar, &vmo), ZX_ERR_NOT_FOUND);
    EXPECT_STATUS(zx_pci_get_bar(device, 6, &bar, &vmo), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pci_get_bar(1, UINT32_MAX, &bar, &vmo), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pci_get_bar(1, 0, NULL, &vmo), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pci_get_bar(ZX_HANDLE_INVALID, 0, &bar, &vmo), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pci_get_bar(1, 0, &bar, &vmo), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(zx_pci_get_bar(root_resource(), 0, &bar, &vmo), ZX_ERR_WRONG_TYPE);
    for (zx_rights_t right = ZX_RIGHT_READ; right <= ZX_RIGHT_WRITE; right <<= 1) {
        zx_handle_t fewer = without_rights(device, right);
        EXPECT_STATUS(zx_pci_get_bar(fewer, 0, &bar, &vmo), ZX_ERR_ACCESS_DENIED);
        close_handle(fewer);
    }
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_pci_get_bar(device, 0, bad_pointer(i, sizeof(bar)), &vmo),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_pci_get_bar(device, 0, &bar, bad_pointer(i, sizeof(vmo))),
                      ZX_ERR_INVALID_ARGS);
    }
    close_handle(device);
}

static zx_handle_t bar_device;

static zx_status_t get_bar(void *context) {
    zx_pci_bar_t bar;
    return zx_pci_get_bar(bar_device, 0, &bar, context);
}

TEST(pci_get_bar, leaves_nothing_if_memory_runs_out) {
    bar_device = rich_device();
    zx_handle_t vmo = 7;
    expect_no_memory(get_bar, &vmo, sizeof(vmo));
    close_handle(vmo);
    close_handle(bar_device);
}

// --- bus master and reset ---

TEST(pci_enable_bus_master, sets_a_bit_until_the_device_is_closed) {
    zx_handle_t device = rich_device();
    EXPECT_OK(zx_pci_enable_bus_master(device, true));
    EXPECT_EQ(read_config(device, 4, 2), 4);
    EXPECT_OK(zx_pci_enable_bus_master(device, false));
    EXPECT_EQ(read_config(device, 4, 2), 0);
    EXPECT_OK(zx_pci_enable_bus_master(device, true));
    close_handle(device);
    EXPECT_EQ(read_ports(3, 1, 4, 16), 0);
}

TEST(pci_reset_device, puts_registers_back) {
    zx_handle_t device = rich_device();
    EXPECT_OK(zx_pci_enable_bus_master(device, true));
    EXPECT_OK(zx_pci_config_write(device, 0xa0, 4, 5));
    EXPECT_OK(zx_pci_reset_device(device));
    EXPECT_EQ(read_config(device, 0xa0, 4), 0);
    EXPECT_EQ(read_config(device, 4, 2), 4);
    EXPECT_OK(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_MSI, 1));
    EXPECT_STATUS(zx_pci_reset_device(device), ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_DISABLED, 0));
    EXPECT_OK(zx_pci_reset_device(device));
    close_handle(device);
    device = get_device(0);
    EXPECT_STATUS(zx_pci_reset_device(device), ZX_ERR_NOT_SUPPORTED);
    close_handle(device);
}

// --- interrupts ---

TEST(pci_query_irq_mode, tells_what_the_device_has) {
    zx_handle_t device = rich_device(), small = get_device(0);
    uint32_t count = 7;
    EXPECT_OK(zx_pci_query_irq_mode(device, ZX_PCIE_IRQ_MODE_DISABLED, &count));
    EXPECT_EQ(count, 0);
    EXPECT_OK(zx_pci_query_irq_mode(device, ZX_PCIE_IRQ_MODE_LEGACY, &count));
    EXPECT_EQ(count, 1);
    EXPECT_OK(zx_pci_query_irq_mode(device, ZX_PCIE_IRQ_MODE_MSI, &count));
    EXPECT_EQ(count, 8);
    EXPECT_STATUS(zx_pci_query_irq_mode(device, ZX_PCIE_IRQ_MODE_MSI_X, &count),
                  ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(zx_pci_query_irq_mode(device, 4, &count), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pci_query_irq_mode(small, ZX_PCIE_IRQ_MODE_LEGACY, &count),
                  ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(zx_pci_query_irq_mode(small, ZX_PCIE_IRQ_MODE_MSI, &count), ZX_ERR_NOT_SUPPORTED);
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_pci_query_irq_mode(device, 0, bad_pointer(i, sizeof(count))),
                      ZX_ERR_INVALID_ARGS);
    }
    close_handle(device);
    close_handle(small);
}

TEST(pci_set_irq_mode, checks_mode_and_count) {
    zx_handle_t device = rich_device(), small = get_device(0);
    EXPECT_STATUS(zx_pci_set_irq_mode(device, 4, 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_LEGACY, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_MSI, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_LEGACY, 2), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_MSI, 9), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_MSI_X, 1), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(zx_pci_set_irq_mode(small, ZX_PCIE_IRQ_MODE_MSI, 1), ZX_ERR_NOT_SUPPORTED);
    EXPECT_OK(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_DISABLED, 77));
    EXPECT_OK(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_LEGACY, 1));
    EXPECT_OK(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_MSI, 5));
    EXPECT_EQ(read_config(device, 0x42, 2), 0x01b7); // 8 messages of 8, on
    EXPECT_EQ(read_config(device, 0x44, 4), 0xfee00000);
    EXPECT_OK(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_DISABLED, 0));
    EXPECT_EQ(read_config(device, 0x42, 2), 0x0186);
    close_handle(device);
    close_handle(small);
}

TEST(pci_set_irq_mode, runs_out_of_messages) {
    struct libzircon_pci_function function = rich;
    function.msi_count = 32;
    for (uint8_t dev = 0; dev < 8; dev++) {
        function.dev = dev;
        EXPECT_OK(libzircon_pci_add(&function));
    }
    prepare_init();
    EXPECT_OK(start(ONE_WINDOW));
    zx_handle_t devices[8];
    for (uint32_t i = 0; i < 8; i++) {
        devices[i] = get_device(i);
        EXPECT_STATUS(zx_pci_set_irq_mode(devices[i], ZX_PCIE_IRQ_MODE_MSI, 32),
                      i < 7 ? ZX_OK : ZX_ERR_NO_RESOURCES);
    }
    close_handle(devices[3]); // which gives them back
    EXPECT_OK(zx_pci_set_irq_mode(devices[7], ZX_PCIE_IRQ_MODE_MSI, 17));
    devices[3] = devices[7];
    EXPECT_OK(zx_handle_close_many(devices, 7));
}

static zx_handle_t map(zx_handle_t device, int32_t irq) {
    zx_handle_t interrupt;
    EXPECT_OK(zx_pci_map_interrupt(device, irq, &interrupt));
    EXPECT_EQ(type_of(interrupt), ZX_OBJ_TYPE_INTERRUPT);
    EXPECT_EQ(rights_of(interrupt), ZX_DEFAULT_PCI_INTERRUPT_RIGHTS);
    return interrupt;
}

TEST(pci_map_interrupt, gives_each_message_its_interrupt) {
    zx_handle_t device = rich_device();
    EXPECT_OK(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_MSI, 3));
    zx_handle_t interrupts[3], port;
    EXPECT_OK(zx_port_create(ZX_PORT_BIND_TO_INTERRUPT, &port));
    for (int32_t i = 0; i < 3; i++) {
        interrupts[i] = map(device, i);
        EXPECT_OK(zx_interrupt_bind(interrupts[i], port, (uint64_t)i, 0));
    }
    for (uint32_t i = 0; i < 3; i++) {
        EXPECT_OK(libzircon_pci_interrupt(0, 3, 1, i, true));
        EXPECT_OK(libzircon_pci_interrupt(0, 3, 1, i, false));
        zx_port_packet_t packet;
        EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE_PAST, &packet));
        EXPECT_EQ(packet.key, i);
    }
    EXPECT_STATUS(libzircon_pci_interrupt(0, 3, 1, 3, true), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(libzircon_pci_interrupt(0, 3, 2, 0, true), ZX_ERR_NOT_FOUND);
    EXPECT_OK(zx_handle_close_many(interrupts, 3));
    close_handle(port);
    close_handle(device);
}

TEST(pci_map_interrupt, keeps_a_message_that_comes_while_it_is_masked) {
    zx_handle_t device = rich_device();
    EXPECT_OK(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_MSI, 1));
    zx_handle_t interrupt = map(device, 0);
    for (int i = 0; i < 3; i++) {
        EXPECT_OK(libzircon_pci_interrupt(0, 3, 1, 0, true));
        EXPECT_OK(libzircon_pci_interrupt(0, 3, 1, 0, false));
    }
    EXPECT_OK(zx_interrupt_wait(interrupt, NULL));
    EXPECT_OK(libzircon_pci_interrupt(0, 3, 1, 0, true));
    EXPECT_OK(zx_interrupt_wait(interrupt, NULL));
    close_handle(interrupt);
    close_handle(device);
}

TEST(pci_map_interrupt, makes_a_pin_fire_as_long_as_it_is_raised) {
    zx_handle_t device = rich_device();
    EXPECT_OK(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_LEGACY, 1));
    zx_handle_t interrupt = map(device, 0);
    EXPECT_OK(libzircon_pci_interrupt(0, 3, 1, 0, true));
    EXPECT_OK(zx_interrupt_wait(interrupt, NULL));
    EXPECT_OK(zx_interrupt_wait(interrupt, NULL));
    EXPECT_STATUS(zx_interrupt_trigger(interrupt, 0, 1), ZX_ERR_BAD_STATE);
    EXPECT_OK(libzircon_pci_interrupt(0, 3, 1, 0, false));
    close_handle(interrupt);
    close_handle(device);
}

TEST(pci_map_interrupt, goes_with_the_mode) {
    zx_handle_t device = rich_device(), other = get_device(1), interrupt;
    EXPECT_STATUS(zx_pci_map_interrupt(device, 0, &interrupt), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_MSI, 2));
    EXPECT_STATUS(zx_pci_map_interrupt(device, 2, &interrupt), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_pci_map_interrupt(device, -1, &interrupt), ZX_ERR_INVALID_ARGS);
    interrupt = map(device, 1);
    zx_handle_t again = map(device, 1);
    EXPECT_OK(libzircon_pci_interrupt(0, 3, 1, 1, true)); // is the second one's
    EXPECT_OK(zx_interrupt_wait(again, NULL));
    close_handle(interrupt);
    close_handle(again);
    interrupt = map(device, 1);
    EXPECT_OK(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_DISABLED, 0));
    EXPECT_STATUS(libzircon_pci_interrupt(0, 3, 1, 1, true), ZX_ERR_BAD_STATE);
    close_handle(interrupt);
    // The other handle's device asked for none; it turns all off when it goes.
    EXPECT_OK(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_MSI, 2));
    EXPECT_STATUS(zx_pci_map_interrupt(other, 0, &interrupt), ZX_ERR_INVALID_ARGS);
    close_handle(other);
    EXPECT_STATUS(zx_pci_map_interrupt(device, 0, &interrupt), ZX_ERR_BAD_STATE);
    close_handle(device);
}

TEST(pci_map_interrupt, outlives_the_device) {
    zx_handle_t device = rich_device();
    EXPECT_OK(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_MSI, 1));
    zx_handle_t interrupt = map(device, 0);
    close_handle(device);
    EXPECT_STATUS(libzircon_pci_interrupt(0, 3, 1, 0, true), ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_interrupt_destroy(interrupt));
    close_handle(interrupt);
}

TEST(pci_map_interrupt, leaves_nothing_if_the_handle_cannot_be_stored) {
    zx_handle_t device = rich_device();
    EXPECT_OK(zx_pci_set_irq_mode(device, ZX_PCIE_IRQ_MODE_MSI, 1));
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_pci_map_interrupt(device, 0, bad_pointer(i, sizeof(zx_handle_t))),
                      ZX_ERR_INVALID_ARGS);
    }
    close_handle(device);
}

static zx_handle_t mapped_device;

static zx_status_t map_any(void *context) {
    return zx_pci_map_interrupt(mapped_device, 0, context);
}

TEST(pci_map_interrupt, leaves_nothing_if_memory_runs_out) {
    mapped_device = rich_device();
    EXPECT_OK(zx_pci_set_irq_mode(mapped_device, ZX_PCIE_IRQ_MODE_MSI, 1));
    zx_handle_t interrupt = 7;
    expect_no_memory(map_any, &interrupt, sizeof(interrupt));
    close_handle(interrupt);
    close_handle(mapped_device);
}

// --- handles ---

static zx_status_t add_range(zx_handle_t handle) {
    return zx_pci_add_subtract_io_range(handle, true, 0, 0, true);
}
static zx_status_t cfg_rw(zx_handle_t handle) {
    uint32_t value;
    return zx_pci_cfg_pio_rw(handle, 0, 0, 0, 0, &value, 32, false);
}
static zx_status_t nth(zx_handle_t handle) {
    zx_pcie_device_info_t info;
    return zx_pci_get_nth_device(handle, UINT32_MAX, &info, NULL);
}
static zx_status_t init_bus(zx_handle_t handle) {
    return zx_pci_init(handle, &init.arg, 0);
}

TEST(pci_init, wants_the_root_resource_as_the_others_of_the_bus_do) {
    static const handle_call calls[] = {add_range, cfg_rw, nth, init_bus};
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        expect_bad_handle(calls[i]);
        expect_wrong_type(calls[i], ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
    }
}

static zx_status_t config_read(zx_handle_t handle) {
    uint32_t value;
    return zx_pci_config_read(handle, 0, 4, &value);
}
static zx_status_t config_write(zx_handle_t handle) {
    return zx_pci_config_write(handle, 0xa0, 4, 0);
}
static zx_status_t bus_master(zx_handle_t handle) {
    return zx_pci_enable_bus_master(handle, false);
}
static zx_status_t query(zx_handle_t handle) {
    uint32_t count;
    return zx_pci_query_irq_mode(handle, 0, &count);
}
static zx_status_t set_mode(zx_handle_t handle) {
    return zx_pci_set_irq_mode(handle, 0, 0);
}
static zx_status_t map_none(zx_handle_t handle) {
    zx_handle_t interrupt;
    return zx_pci_map_interrupt(handle, 0, &interrupt);
}

TEST(pci_config_read, wants_a_device_with_rights_as_the_others_do) {
    static const struct {
        handle_call call;
        zx_rights_t rights;
        zx_status_t status;
    } calls[] = {
        {config_read, ZX_RIGHT_READ | ZX_RIGHT_WRITE, ZX_OK},
        {config_write, ZX_RIGHT_READ | ZX_RIGHT_WRITE, ZX_OK},
        {bus_master, ZX_RIGHT_WRITE, ZX_OK},
        {zx_pci_reset_device, ZX_RIGHT_WRITE, ZX_OK},
        {query, ZX_RIGHT_READ, ZX_OK},
        {set_mode, ZX_RIGHT_WRITE, ZX_OK},
        {map_none, ZX_RIGHT_READ, ZX_ERR_INVALID_ARGS},
    };
    zx_handle_t device = rich_device();
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        expect_bad_handle(calls[i].call);
        expect_wrong_type(calls[i].call, ZX_OBJ_TYPE_PCI_DEVICE, ZX_OBJ_TYPE_PCI_DEVICE);
        for (zx_rights_t right = ZX_RIGHT_READ; right <= ZX_RIGHT_WRITE; right <<= 1) {
            if ((calls[i].rights & right) != 0) {
                zx_handle_t fewer = without_rights(device, right);
                EXPECT_STATUS(calls[i].call(fewer), ZX_ERR_ACCESS_DENIED);
                close_handle(fewer);
            }
        }
        zx_handle_t enough =
            without_rights(device, ZX_DEFAULT_PCI_DEVICE_RIGHTS & ~calls[i].rights);
        EXPECT_STATUS(calls[i].call(enough), calls[i].status);
        close_handle(enough);
    }
    close_handle(device);
}

// --- how the bus is described ---

TEST(pci_get_nth_device, finds_what_a_file_describes) {
    char path[] = "/tmp/pci_test_XXXXXX";
    int file = mkstemp(path);
    EXPECT(file >= 0);
    static const char text[] = "# a bus\n"
                               "function 00:1f.7 8086:abcd\n"
                               "    class 01 06 0x01\n"
                               "    revision a\n"
                               "    pin 1\n"
                               "    msi 2\n"
                               "    masks\n"
                               "    bar 0 ports 20 # hexadecimal\n"
                               "    express\n"
                               "    resets\n"
                               "\n"
                               "function 00:02.0 1234:5678";
    EXPECT_EQ(write(file, text, sizeof(text) - 1), (long long)sizeof(text) - 1);
    close(file);
    EXPECT(setenv("LIBZIRCON_PCI", path, 1) == 0);
    prepare_init();
    EXPECT_OK(start(ONE_WINDOW));
    unlink(path);
    zx_pcie_device_info_t info;
    zx_handle_t device;
    EXPECT_OK(zx_pci_get_nth_device(root_resource(), 0, &info, &device));
    EXPECT_EQ(info.device_id, 0x5678);
    close_handle(device);
    EXPECT_OK(zx_pci_get_nth_device(root_resource(), 1, &info, &device));
    EXPECT_EQ(info.dev_id, 0x1f);
    EXPECT_EQ(info.func_id, 7);
    EXPECT_EQ(info.base_class, 1);
    EXPECT_EQ(info.sub_class, 6);
    EXPECT_EQ(info.program_interface, 1);
    EXPECT_EQ(info.revision_id, 10);
    uint32_t count;
    EXPECT_OK(zx_pci_query_irq_mode(device, ZX_PCIE_IRQ_MODE_MSI, &count));
    EXPECT_EQ(count, 2);
    EXPECT_EQ(read_config(device, 0x10, 4) & 0x1f, 1);
    close_handle(device);
    EXPECT_STATUS(zx_pci_get_nth_device(root_resource(), 2, &info, &device), ZX_ERR_OUT_OF_RANGE);
}

TEST(pci_get_nth_device, passes_over_what_a_file_has_wrong) {
    char path[] = "/tmp/pci_test_XXXXXX";
    int file = mkstemp(path);
    EXPECT(file >= 0);
    static const char text[] = "pin 1\nfunction\nfunction 1:2 3:4\nfunction 100:0.0 1:1\n"
                               "function 0:0.9 1:1\nfunction 0:0.0 ffff:1\nfunction 0:0.0 1:1 2\n"
                               "function 0:1.0 1:1\nmsi 3\nfunction 0:1.0 1:1\nbar 6 ports 4\n"
                               "bar 0 cheese 4\nbar 0 ports 5\nfunction 0:4.0 1:1\nwhat is this\n"
                               "function 0:4.0 2:2\nfunction 0:5.0 1:1\npin 5\n";
    EXPECT_EQ(write(file, text, sizeof(text) - 1), (long long)sizeof(text) - 1);
    close(file);
    EXPECT(freopen("/dev/null", "w", stderr) != NULL); // what is said of each line
    EXPECT(setenv("LIBZIRCON_PCI", path, 1) == 0);
    prepare_init();
    EXPECT_OK(start(ONE_WINDOW));
    unlink(path);
    zx_pcie_device_info_t info;
    zx_handle_t device;
    EXPECT_OK(zx_pci_get_nth_device(root_resource(), 0, &info, &device));
    EXPECT_EQ(info.dev_id, 4);
    EXPECT_EQ(info.vendor_id, 1);
    close_handle(device);
    EXPECT_STATUS(zx_pci_get_nth_device(root_resource(), 1, &info, &device), ZX_ERR_OUT_OF_RANGE);
}

TEST(pci_get_nth_device, has_an_empty_bus_without_a_file) {
    EXPECT(setenv("LIBZIRCON_PCI", "/nonexistent/file", 1) == 0);
    prepare_init();
    EXPECT_OK(start(ONE_WINDOW));
    zx_pcie_device_info_t info;
    zx_handle_t device;
    EXPECT_STATUS(zx_pci_get_nth_device(root_resource(), 0, &info, &device), ZX_ERR_OUT_OF_RANGE);
}

TEST(pci_init, has_room_for_32_functions_of_sense) {
    struct libzircon_pci_function function = poor;
    EXPECT_OK(libzircon_pci_add(&function));
    EXPECT_STATUS(libzircon_pci_add(&function), ZX_ERR_ALREADY_EXISTS);
    for (uint8_t dev = 2; dev < 33; dev++) {
        function.bus = dev;
        EXPECT_OK(libzircon_pci_add(&function));
    }
    function.bus = 99;
    EXPECT_STATUS(libzircon_pci_add(&function), ZX_ERR_NO_MEMORY);
    function.dev = 32;
    EXPECT_STATUS(libzircon_pci_add(&function), ZX_ERR_INVALID_ARGS);
}
