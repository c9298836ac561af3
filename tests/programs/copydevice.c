// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A driver and its device. The device, on the virtual PCI bus, copies memory: the driver writes two
// addresses and a length into its registers and rings a bell, the device moves the bytes and sends
// a message, the driver waits for the interrupt. Everything but the thread that plays the device is
// written as for Fuchsia.
//
// Usage: copydevice [BYTES]. Prints what was moved, and checks it.
#include <libzircon/machine.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zircon/process.h>
#include <zircon/processargs.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/iommu.h>
#include <zircon/syscalls/pci.h>

enum { PAGE = 4096, VENDOR = 0x1209, DEVICE = 0x0c09, ACCESS = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE };

// The registers, in the memory of base address register 0. Addresses are of one page each.
enum { BELL, STATUS, LENGTH, SOURCE_LOW, SOURCE_HIGH, TARGET_LOW, TARGET_HIGH, REGISTERS };
enum { BELL_COPY = 1, BELL_STOP = 2, STATUS_DONE = 1, STATUS_NOT_MASTER = 2 };

static zx_handle_t root;

static void check(zx_status_t status, const char *what) {
    if (status != ZX_OK) {
        fprintf(stderr, "cannot %s: %s\n", what, zx_status_get_string(status));
        exit(1);
    }
}

static void *map(zx_handle_t vmo, size_t size) {
    zx_vaddr_t at;
    check(zx_vmar_map(zx_vmar_root_self(), ACCESS, 0, vmo, 0, size, &at), "map memory");
    return (void *)at;
}

static void unmap(const void *at, size_t size) {
    check(zx_vmar_unmap(zx_vmar_root_self(), (zx_vaddr_t)at, size), "unmap memory");
}

// --- the device ---

static uint32_t config(uint8_t offset) {
    uint32_t value;
    check(zx_pci_cfg_pio_rw(root, 0, 1, 0, offset, &value, 32, false), "read the configuration");
    return value;
}

// What the device sees at a physical address.
static void *reach(zx_paddr_t address) {
    zx_handle_t vmo;
    check(zx_vmo_create_physical(root, address, PAGE, &vmo), "reach physical memory");
    void *at = map(vmo, PAGE);
    zx_handle_close(vmo);
    return at;
}

static uint64_t address_in(const _Atomic uint32_t *registers, int low) {
    return registers[low] | (uint64_t)registers[low + 1] << 32;
}

static void copy(_Atomic uint32_t *registers) {
    if ((config(4) & 4) == 0) { // it may not start transfers
        registers[STATUS] = STATUS_NOT_MASTER;
        return;
    }
    char *from = reach(address_in(registers, SOURCE_LOW));
    char *to = reach(address_in(registers, TARGET_LOW));
    memcpy(to, from, registers[LENGTH] <= PAGE ? registers[LENGTH] : PAGE);
    unmap(from, PAGE);
    unmap(to, PAGE);
    registers[STATUS] = STATUS_DONE;
}

static void *play_device(void *unused) {
    (void)unused;
    uint64_t bar = config(0x10) & ~0xfu;
    if ((config(0x10) & 4) != 0) {
        bar |= (uint64_t)config(0x14) << 32;
    }
    _Atomic uint32_t *registers = reach(bar);
    for (;;) {
        uint32_t bell = atomic_exchange(&registers[BELL], 0);
        if (bell == BELL_STOP) {
            break;
        }
        if (bell == BELL_COPY) {
            copy(registers);
            libzircon_pci_interrupt(0, 1, 0, 0, true);
            libzircon_pci_interrupt(0, 1, 0, 0, false);
        } else {
            zx_nanosleep(zx_deadline_after(ZX_USEC(50)));
        }
    }
    unmap(registers, PAGE);
    return NULL;
}

// --- the driver ---

struct driver {
    zx_handle_t device, interrupt, bti;
    _Atomic uint32_t *registers;
};

static void start_bus(void) {
    static union {
        zx_pci_init_arg_t arg;
        char bytes[sizeof(zx_pci_init_arg_t) + 24];
    } init;
    init.arg.addr_window_count = 1;
    init.arg.addr_windows[0].cfg_space_type = PCI_CFG_SPACE_TYPE_PIO;
    check(zx_pci_init(root, &init.arg, sizeof(init.bytes)), "start the bus");
}

static zx_handle_t find_device(void) {
    zx_pcie_device_info_t info;
    zx_handle_t device;
    for (uint32_t i = 0;; i++) {
        check(zx_pci_get_nth_device(root, i, &info, &device), "find the device");
        if (info.vendor_id == VENDOR && info.device_id == DEVICE) {
            return device;
        }
        zx_handle_close(device);
    }
}

static void open_driver(struct driver *driver) {
    zx_pci_bar_t bar;
    zx_handle_t vmo, iommu;
    zx_iommu_desc_dummy_t desc = {0};
    driver->device = find_device();
    check(zx_pci_get_bar(driver->device, 0, &bar, &vmo), "get the registers");
    driver->registers = map(vmo, PAGE);
    zx_handle_close(vmo);
    check(zx_pci_set_irq_mode(driver->device, ZX_PCIE_IRQ_MODE_MSI, 1), "choose an interrupt");
    check(zx_pci_map_interrupt(driver->device, 0, &driver->interrupt), "get the interrupt");
    check(zx_pci_enable_bus_master(driver->device, true), "let the device transfer");
    check(zx_iommu_create(root, ZX_IOMMU_TYPE_DUMMY, &desc, sizeof(desc), &iommu), "make an IOMMU");
    check(zx_bti_create(iommu, 0, 0, &driver->bti), "make an initiator");
    zx_handle_close(iommu);
}

static void copy_page(struct driver *driver, zx_paddr_t from, zx_paddr_t to, uint32_t length) {
    driver->registers[SOURCE_LOW] = (uint32_t)from;
    driver->registers[SOURCE_HIGH] = (uint32_t)(from >> 32);
    driver->registers[TARGET_LOW] = (uint32_t)to;
    driver->registers[TARGET_HIGH] = (uint32_t)(to >> 32);
    driver->registers[LENGTH] = length;
    driver->registers[STATUS] = 0;
    driver->registers[BELL] = BELL_COPY;
    check(zx_interrupt_wait(driver->interrupt, NULL), "wait for the device");
    if (driver->registers[STATUS] != STATUS_DONE) {
        fputs("the device could not copy\n", stderr);
        exit(1);
    }
}

// Pins both VMOs and lets the device copy between them, a page at a time.
static void copy_vmo(struct driver *driver, zx_handle_t from, zx_handle_t to, size_t size) {
    size_t pages = (size + PAGE - 1) / PAGE;
    zx_paddr_t *sources = calloc(pages, sizeof(*sources));
    zx_paddr_t *targets = calloc(pages, sizeof(*targets));
    zx_handle_t source, target;
    check(sources != NULL && targets != NULL ? ZX_OK : ZX_ERR_NO_MEMORY, "note addresses");
    check(zx_bti_pin(driver->bti, ZX_BTI_PERM_READ, from, 0, pages * PAGE, sources, pages, &source),
          "pin the source");
    check(zx_bti_pin(driver->bti, ZX_BTI_PERM_WRITE, to, 0, pages * PAGE, targets, pages, &target),
          "pin the target");
    for (size_t i = 0; i < pages; i++) {
        size_t left = size - i * PAGE;
        copy_page(driver, sources[i], targets[i], (uint32_t)(left < PAGE ? left : PAGE));
    }
    check(zx_pmt_unpin(source), "unpin the source");
    check(zx_pmt_unpin(target), "unpin the target");
    free(sources);
    free(targets);
}

static void close_driver(struct driver *driver) {
    driver->registers[BELL] = BELL_STOP;
    unmap(driver->registers, PAGE);
    const zx_handle_t all[] = {driver->interrupt, driver->bti, driver->device};
    check(zx_handle_close_many(all, 3), "close the driver");
}

int main(int argc, char **argv) {
    static const struct libzircon_pci_function function = {
        .dev = 1,
        .vendor_id = VENDOR,
        .device_id = DEVICE,
        .msi_count = 1,
        .msi_masks = true,
        .bars = {{ZX_PCI_BAR_TYPE_MMIO, PAGE}},
    };
    size_t size = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
    if (size == 0 || size > 64u << 20) {
        fputs("usage: copydevice [BYTES]\n", stderr);
        return 2;
    }
    root = zx_take_startup_handle(PA_HND(PA_RESOURCE, 0));
    check(libzircon_pci_add(&function), "put the device on the bus");
    start_bus();
    pthread_t device;
    if (pthread_create(&device, NULL, play_device, NULL) != 0) {
        return 1;
    }
    struct driver driver;
    open_driver(&driver);

    zx_handle_t from, to;
    check(zx_vmo_create(size, 0, &from), "make memory");
    check(zx_vmo_create(size, 0, &to), "make memory");
    char *bytes = malloc(size), *moved = malloc(size);
    check(bytes != NULL && moved != NULL ? ZX_OK : ZX_ERR_NO_MEMORY, "make memory");
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (char)(i * 7 + i / 251);
    }
    check(zx_vmo_write(from, bytes, 0, size), "fill memory");
    copy_vmo(&driver, from, to, size);
    check(zx_vmo_read(to, moved, 0, size), "read memory");
    bool same = memcmp(bytes, moved, size) == 0;
    close_driver(&driver);
    pthread_join(device, NULL);
    free(bytes);
    free(moved);
    zx_handle_close(from);
    zx_handle_close(to);
    printf("%zu bytes moved%s\n", size, same ? "" : ", but not all of them");
    return same ? 0 : 1;
}
