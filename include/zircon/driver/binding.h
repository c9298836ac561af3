// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// How a driver says which devices it is for: a program of instructions, put into an ELF note of the
// driver's image. An instruction is (condition, operation, label, property, value); the first MATCH
// or ABORT whose condition holds decides, and the end of the program is an ABORT.

#ifndef ZIRCON_DRIVER_BINDING_H_
#define ZIRCON_DRIVER_BINDING_H_

#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <zircon/compiler.h>

__BEGIN_CDECLS

// Operations. GOTO goes on behind the next LABEL with its number.
#define OP_ABORT 0x0
#define OP_MATCH 0x1
#define OP_GOTO 0x2
#define OP_LABEL 0x5

// Conditions: always, or a comparison of the property with the value.
#define COND_AL 0x0
#define COND_EQ 0x1
#define COND_NE 0x2
#define COND_GT 0x3
#define COND_LT 0x4
#define COND_GE 0x5
#define COND_LE 0x6

// An instruction as a zx_bind_inst_t, and the parts of its first word.
#define BINDINST(c, o, a, b, v)                                                                    \
    { (((c)&0xF) << 28) | (((o)&0xF) << 24) | (((a)&0xFF) << 16) | ((b)&0xFFFF), (v) }
#define BINDINST_CC(n) ((n) >> 28)
#define BINDINST_OP(n) (((n) >> 24) & 0xF)
#define BINDINST_PA(n) (((n) >> 16) & 0xFF)
#define BINDINST_PB(n) ((n)&0xFFFF)

// Instructions, without a condition and with: BI_MATCH_IF(EQ, BIND_PCI_DID, 0x1916).
#define BI_ABORT() BINDINST(COND_AL, OP_ABORT, 0, 0, 0)
#define BI_MATCH() BINDINST(COND_AL, OP_MATCH, 0, 0, 0)
#define BI_GOTO(n) BINDINST(COND_AL, OP_GOTO, n, 0, 0)
#define BI_LABEL(n) BINDINST(COND_AL, OP_LABEL, n, 0, 0)
#define BI_ABORT_IF(c, b, v) BINDINST(COND_##c, OP_ABORT, 0, b, v)
#define BI_MATCH_IF(c, b, v) BINDINST(COND_##c, OP_MATCH, 0, b, v)
#define BI_GOTO_IF(c, b, v, n) BINDINST(COND_##c, OP_GOTO, n, b, v)

// Aborts unless somebody asked for this driver.
#define BI_ABORT_IF_AUTOBIND BI_ABORT_IF(NE, BIND_AUTOBIND, 0)
// Properties: of all devices, then by bus or protocol.
#define BIND_FLAGS 0x0000
#define BIND_PROTOCOL 0x0001
#define BIND_AUTOBIND 0x0002

#define BIND_PCI_VID 0x0100
#define BIND_PCI_DID 0x0101
#define BIND_PCI_CLASS 0x0102
#define BIND_PCI_SUBCLASS 0x0103
#define BIND_PCI_INTERFACE 0x0104
#define BIND_PCI_REVISION 0x0105

#define BIND_USB_VID 0x0200
#define BIND_USB_PID 0x0201
#define BIND_USB_CLASS 0x0202
#define BIND_USB_SUBCLASS 0x0203
#define BIND_USB_PROTOCOL 0x0204

#define BIND_PLATFORM_DEV_VID 0x0300
#define BIND_PLATFORM_DEV_PID 0x0301
#define BIND_PLATFORM_DEV_DID 0x0302
#define BIND_PLATFORM_PROTO 0x0303

// Identifiers of 8 characters, as two big-endian words.
#define BIND_ACPI_HID_0_3 0x0400
#define BIND_ACPI_HID_4_7 0x0401
#define BIND_ACPI_CID_0_3 0x0402
#define BIND_ACPI_CID_4_7 0x0403

#define BIND_IHDA_CODEC_VID 0x0500
#define BIND_IHDA_CODEC_DID 0x0501
#define BIND_IHDA_CODEC_MAJOR_REV 0x0502
#define BIND_IHDA_CODEC_MINOR_REV 0x0503
#define BIND_IHDA_CODEC_VENDOR_REV 0x0504
#define BIND_IHDA_CODEC_VENDOR_STEP 0x0505

#define BIND_SERIAL_CLASS 0x0600
#define BIND_SERIAL_VID 0x0601
#define BIND_SERIAL_PID 0x0602

#define BIND_NAND_CLASS 0x0700

#define BIND_BT_GATT_SVC_UUID16 0x0800
#define BIND_BT_GATT_SVC_UUID128_1 0x0801
#define BIND_BT_GATT_SVC_UUID128_2 0x0802
#define BIND_BT_GATT_SVC_UUID128_3 0x0803
#define BIND_BT_GATT_SVC_UUID128_4 0x0804

#define BIND_SDIO_VID 0x0900
#define BIND_SDIO_PID 0x0901
#define BIND_SDIO_FUNCTION 0x0902

#define BIND_I2C_CLASS 0x0A00
#define BIND_I2C_BUS_ID 0x0A01
#define BIND_I2C_ADDRESS 0x0A02

#define BIND_GPIO_PIN 0x0A10
#define BIND_POWER_DOMAIN 0x0A20
#define BIND_CLOCK_ID 0x0A30

#define BIND_SPI_CLASS 0x0A40
#define BIND_SPI_BUS_ID 0x0A41
#define BIND_SPI_CHIP_SELECT 0x0A42

// Where a device is on its bus.
#define BIND_TOPO_START 0x0B00
#define BIND_TOPO_PCI 0x0B00
#define BIND_TOPO_I2C 0x0B01
#define BIND_TOPO_SPI 0x0B02
#define BIND_TOPO_VENDOR_START 0x0B80
#define BIND_TOPO_VENDOR_END 0x0BFF
#define BIND_TOPO_END 0x0BFF

// The values of those, and their parts.
#define BIND_TOPO_PCI_PACK(bus, dev, func) (((bus) << 8) | ((dev) << 3) | (func))
#define BIND_TOPO_PCI_UNPACK_BUS(topo) (((topo) >> 8) & 0xff)
#define BIND_TOPO_PCI_UNPACK_DEVICE(topo) (((topo) >> 3) & 0x1f)
#define BIND_TOPO_PCI_UNPACK_FUNCTION(topo) ((topo)&0x7)
#define BIND_TOPO_I2C_PACK(addr) ((addr))
#define BIND_TOPO_I2C_UNPACK(topo) ((topo))
#define BIND_TOPO_SPI_PACK(bus, chip_select) (((bus) << 8) | (chip_select))
#define BIND_TOPO_SPI_UNPACK_BUS_ID(topo) (((topo) >> 8) & 0xff)
#define BIND_TOPO_SPI_UNPACK_CHIP_SELECT(topo) ((topo)&0xff)

typedef struct zx_bind_inst {
    uint32_t op;
    uint32_t arg;
} zx_bind_inst_t;

// A property of a device.
typedef struct zx_device_prop {
    uint16_t id;
    uint16_t reserved;
    uint32_t value;
} zx_device_prop_t;

// The note: its ELF header, what is known of the driver, then the program.
#define ZIRCON_NOTE_NAME "Zircon"
#define ZIRCON_NOTE_DRIVER 0x31565244

typedef struct {
    uint32_t namesz;
    uint32_t descsz;
    uint32_t type;
    char name[8];
} zircon_driver_note_header_t;

typedef struct {
    uint32_t flags;
    uint32_t bindcount;
    uint32_t reserved0;
    char name[32];
    char vendor[16];
    char version[16];
} zircon_driver_note_payload_t;

typedef struct {
    zircon_driver_note_header_t header;
    zircon_driver_note_payload_t payload;
} zircon_driver_note_t;

// Initialisers of the two. `object` is the whole note, program included.
#define ZIRCON_DRIVER_NOTE_HEADER_INIT(object)                                                     \
    {                                                                                              \
        sizeof(ZIRCON_NOTE_NAME), sizeof(object) - sizeof(zircon_driver_note_header_t),            \
            ZIRCON_NOTE_DRIVER, ZIRCON_NOTE_NAME                                                   \
    }
#define ZIRCON_DRIVER_NOTE_PAYLOAD_INIT(Driver, VendorName, Version, BindCount)                    \
    { ZIRCON_DRIVER_NOTE_FLAGS, (BindCount), 0, #Driver, VendorName, Version }

// The driver needs the address sanitizer's runtime, whose red zones must not be in the note.
#define ZIRCON_DRIVER_NOTE_FLAG_ASAN (1u << 0)
#define ZIRCON_DRIVER_NOTE_FLAGS                                                                   \
    (__has_feature(address_sanitizer) ? ZIRCON_DRIVER_NOTE_FLAG_ASAN : 0)
#if __has_feature(address_sanitizer)
#define ZIRCON_DRIVER_NOTE_ASAN __attribute__((no_sanitize("address")))
#else
#define ZIRCON_DRIVER_NOTE_ASAN
#endif

// Defines a driver: BEGIN, its instructions with a comma behind each, END. zx_driver_ops_t and
// zx_driver_rec_t are of the driver development kit. The note is aligned to 4 bytes and no more,
// for more would put padding between notes; and it is declared first because GCC wants the
// visibility of a constant there.
// clang-format off
#define ZIRCON_DRIVER_BEGIN(Driver, Ops, VendorName, Version, BindCount) \
    const zx_driver_ops_t *__zircon_driver_ops__ __EXPORT = &(Ops); \
    zx_driver_rec_t __zircon_driver_rec__ __EXPORT = {&(Ops), NULL, 7}; \
    extern const struct zircon_driver_note __zircon_driver_note__ __EXPORT; \
    alignas(4) __SECTION(".note.zircon.driver." #Driver) ZIRCON_DRIVER_NOTE_ASAN \
    const struct zircon_driver_note { \
        zircon_driver_note_t note; \
        zx_bind_inst_t binding[BindCount]; \
    } __zircon_driver_note__ = { \
        {ZIRCON_DRIVER_NOTE_HEADER_INIT(__zircon_driver_note__), \
         ZIRCON_DRIVER_NOTE_PAYLOAD_INIT(Driver, VendorName, Version, BindCount)}, \
        {
#define ZIRCON_DRIVER_END(Driver) \
        } \
    };
// clang-format on

__END_CDECLS

#endif // ZIRCON_DRIVER_BINDING_H_
