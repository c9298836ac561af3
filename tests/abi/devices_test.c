// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Macros with arguments and inline functions of the headers for drivers, devices and boot images.
// Compiled as C11 and as C++17.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zircon/boot/bootdata.h>
#include <zircon/boot/bootfs.h>
#include <zircon/boot/image.h>
#include <zircon/compiler.h>
#include <zircon/device/bt-hci.h>
#include <zircon/device/ioctl-wrapper.h>
#include <zircon/device/ioctl.h>
#include <zircon/driver/binding.h>
#include <zircon/hw/usb.h>

#include "sample_driver.h"

static unsigned checks;
static unsigned failures;

static void check(bool condition, const char *what, int line) {
    checks++;
    if (!condition) {
        failures++;
        fprintf(stderr, "%s:%d: %s\n", __FILE__, line, what);
    }
}

#define CHECK(condition) check((condition), #condition, __LINE__)

// What the wrappers pass on to the file descriptor library.
static struct {
    int op;
    const void *in;
    size_t in_len;
    const void *out;
    size_t out_len;
} passed;

ssize_t fdio_ioctl(int fd, int op, const void *in_buf, size_t in_len, void *out_buf,
                   size_t out_len) {
    passed.op = op;
    passed.in = in_buf;
    passed.in_len = in_len;
    passed.out = out_buf;
    passed.out_len = out_len;
    return fd;
}

static bool passed_are(int op, const void *in, size_t in_len, const void *out, size_t out_len) {
    return passed.op == op && passed.in == in && passed.in_len == in_len && passed.out == out &&
           passed.out_len == out_len;
}

IOCTL_WRAPPER(plain, 1)
IOCTL_WRAPPER_IN(in, 2, uint32_t)
IOCTL_WRAPPER_VARIN(varin, 3, uint32_t)
IOCTL_WRAPPER_OUT(out, 4, uint64_t)
IOCTL_WRAPPER_VAROUT(varout, 5, uint64_t)
IOCTL_WRAPPER_INOUT(inout, 6, uint32_t, uint64_t)
IOCTL_WRAPPER_VARIN_OUT(varin_out, 7, uint32_t, uint64_t)
IOCTL_WRAPPER_IN_VAROUT(in_varout, 8, uint32_t, uint64_t)
IOCTL_WRAPPER_VARIN_VAROUT(varin_varout, 9, uint32_t, uint64_t)

static void test_ioctl(void) {
    CHECK(IOCTL(IOCTL_KIND_GET_HANDLE, IOCTL_FAMILY_BLOCK, 6) == 0x101306);
    CHECK(IOCTL(0x1f, 0x1ff, 0x1ff) == 0xf0ffff);
    CHECK(IOCTL_KIND(0x101306) == IOCTL_KIND_GET_HANDLE);
    CHECK(IOCTL_FAMILY(0x101306) == IOCTL_FAMILY_BLOCK);
    CHECK(IOCTL_NUMBER(0x101306) == 6);

    uint32_t a = 0;
    uint64_t b = 0;
    CHECK(plain(3) == 3 && passed_are(1, NULL, 0, NULL, 0));
    CHECK(in(3, &a) == 3 && passed_are(2, &a, 4, NULL, 0));
    CHECK(in(3, NULL) == 3 && passed_are(2, NULL, 0, NULL, 0));
    CHECK(varin(3, &a, 7) == 3 && passed_are(3, &a, 7, NULL, 0));
    CHECK(out(3, &b) == 3 && passed_are(4, NULL, 0, &b, 8));
    CHECK(out(3, NULL) == 3 && passed_are(4, NULL, 0, NULL, 0));
    CHECK(varout(3, &b, 7) == 3 && passed_are(5, NULL, 0, &b, 7));
    CHECK(inout(3, &a, &b) == 3 && passed_are(6, &a, 4, &b, 8));
    CHECK(varin_out(3, &a, 7, &b) == 3 && passed_are(7, &a, 7, &b, 8));
    CHECK(in_varout(3, &a, &b, 7) == 3 && passed_are(8, &a, 4, &b, 7));
    CHECK(varin_varout(3, &a, 6, &b, 7) == 3 && passed_are(9, &a, 6, &b, 7));
}

#define COUNT_TYPE(type, name, extension) +1

static void test_boot(void) {
    CHECK(ZBI_ALIGN(0) == 0 && ZBI_ALIGN(1) == 8 && ZBI_ALIGN(8) == 8);
    CHECK(ZBI_IS_KERNEL_BOOTITEM(ZBI_TYPE_KERNEL_X64));
    CHECK(ZBI_IS_KERNEL_BOOTITEM(ZBI_TYPE_KERNEL_ARM64));
    CHECK(!ZBI_IS_KERNEL_BOOTITEM(ZBI_TYPE_KERNEL_DRIVER));
    CHECK(ZBI_TYPE_DRV_METADATA(ZBI_TYPE_DRV_MAC_ADDRESS));
    CHECK(!ZBI_TYPE_DRV_METADATA(ZBI_TYPE_CMDLINE));
    CHECK(0 ZBI_ALL_TYPES(COUNT_TYPE) == 27);
    zbi_header_t container = ZBI_CONTAINER_HEADER(64);
    CHECK(container.type == ZBI_TYPE_CONTAINER && container.length == 64);
    CHECK(container.extra == ZBI_CONTAINER_MAGIC && container.flags == ZBI_FLAG_VERSION);
    CHECK(container.magic == ZBI_ITEM_MAGIC && container.crc32 == ZBI_ITEM_NO_CRC32);

    CHECK(ZBI_BOOTFS_PAGE_ALIGN(4095u) == 4096 && ZBI_BOOTFS_PAGE_ALIGN(4097u) == 8192);
    CHECK(ZBI_BOOTFS_DIRENT_SIZE(4) == 16 && ZBI_BOOTFS_DIRENT_SIZE(5) == 20);
    CHECK(BOOTFS_PAGE_ALIGN(4095) == 4096 && BOOTFS_PAGE_ALIGN(8192) == 8192);
    CHECK(BOOTFS_ALIGN(5) == 8 && BOOTDATA_ALIGN(9) == 16);
    static bootfs_entry_t entry;
    entry.name_len = 6;
    CHECK(BOOTFS_RECSIZE(&entry) == 20);
    CHECK(bootdata_is_metadata(BOOTDATA_MAC_ADDRESS) && !bootdata_is_metadata(BOOTDATA_CMDLINE));
}

static void test_driver(void) {
    static const zx_bind_inst_t jump = BI_GOTO_IF(GE, BIND_PCI_VID, 7, 3);
    CHECK(jump.op == 0x52030100 && jump.arg == 7);
    CHECK(BINDINST_CC(jump.op) == COND_GE && BINDINST_OP(jump.op) == OP_GOTO);
    CHECK(BINDINST_PA(jump.op) == 3 && BINDINST_PB(jump.op) == BIND_PCI_VID);
    static const zx_bind_inst_t rest[] = {BI_GOTO(5), BI_LABEL(5), BI_MATCH(),
                                          BI_ABORT_IF_AUTOBIND};
    CHECK(rest[0].op == 0x02050000 && rest[1].op == 0x05050000);
    CHECK(rest[2].op == 0x01000000 && rest[3].op == 0x20000002 && rest[3].arg == 0);

    CHECK(BIND_TOPO_PCI_PACK(1, 2, 3) == 0x113);
    CHECK(BIND_TOPO_PCI_UNPACK_BUS(0x113) == 1 && BIND_TOPO_PCI_UNPACK_DEVICE(0x113) == 2);
    CHECK(BIND_TOPO_PCI_UNPACK_FUNCTION(0x113) == 3);
    CHECK(BIND_TOPO_I2C_PACK(0x42) == 0x42 && BIND_TOPO_I2C_UNPACK(0x42) == 0x42);
    CHECK(BIND_TOPO_SPI_PACK(2, 1) == 0x201 && BIND_TOPO_SPI_UNPACK_BUS_ID(0x201) == 2);
    CHECK(BIND_TOPO_SPI_UNPACK_CHIP_SELECT(0x201) == 1);

    const zircon_driver_note_t *note = &__zircon_driver_note__.note;
    CHECK(note->header.namesz == 7 && note->header.type == ZIRCON_NOTE_DRIVER);
    CHECK(strcmp(note->header.name, "Zircon") == 0);
    CHECK(note->header.descsz == sizeof(note->payload) + 3 * sizeof(zx_bind_inst_t));
    CHECK(note->payload.flags == 0 || note->payload.flags == ZIRCON_DRIVER_NOTE_FLAG_ASAN);
    CHECK(note->payload.bindcount == 3 && strcmp(note->payload.name, "sample") == 0);
    CHECK(strcmp(note->payload.vendor, "vendor") == 0);
    CHECK(strcmp(note->payload.version, "0.1") == 0);
    CHECK(__zircon_driver_note__.binding[1].op == 0x11000101);
    CHECK(__zircon_driver_note__.binding[1].arg == 0x1916);
    CHECK(__zircon_driver_ops__->version == 42 && __zircon_driver_rec__.ops == &sample_ops);
}

static void test_usb_and_bluetooth(void) {
    usb_endpoint_descriptor_t endpoint = {7, USB_DT_ENDPOINT, 0x83, 0x0d, htole16(0x1400), 1};
    CHECK(usb_ep_num(&endpoint) == 3 && usb_ep_num2(0x83) == 3);
    CHECK(usb_ep_direction(&endpoint) == USB_ENDPOINT_IN);
    CHECK(usb_ep_type(&endpoint) == USB_ENDPOINT_ISOCHRONOUS);
    CHECK(usb_ep_sync_type(&endpoint) == USB_ENDPOINT_SYNCHRONOUS);
    CHECK(usb_ep_max_packet(&endpoint) == 1024 && usb_ep_add_mf_transactions(&endpoint) == 2);
    usb_ss_ep_comp_descriptor_t companion = {6, USB_DT_SS_EP_COMPANION, 0, 0x82, 0};
    CHECK(usb_ss_ep_comp_isoc_mult(&companion) == 2 && usb_ss_ep_comp_isoc_comp(&companion) == 1);

    CHECK(bt_hci_snoop_flags(BT_HCI_SNOOP_TYPE_ACL, false) == 2);
    CHECK(bt_hci_snoop_flags(BT_HCI_SNOOP_TYPE_EVT, true) == 5);
}

int main(void) {
    test_ioctl();
    test_boot();
    test_driver();
    test_usb_and_bluetooth();
    printf("%u checks, %u failures\n", checks, failures);
    return checks == 0 || failures != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
