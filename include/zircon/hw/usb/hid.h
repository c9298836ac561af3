// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// USB human interface devices.

#ifndef ZIRCON_HW_USB_HID_H_
#define ZIRCON_HW_USB_HID_H_

#include <stdint.h>
#include <zircon/compiler.h>

__BEGIN_CDECLS

// C++ has no arrays without a size, but both compilers do.
#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#endif

// bRequest
#define USB_HID_GET_REPORT 0x01
#define USB_HID_GET_IDLE 0x02
#define USB_HID_GET_PROTOCOL 0x03
#define USB_HID_SET_REPORT 0x09
#define USB_HID_SET_IDLE 0x0A
#define USB_HID_SET_PROTOCOL 0x0B

typedef struct {
    uint8_t bDescriptorType;
    uint16_t wDescriptorLength;
} __PACKED usb_hid_descriptor_entry_t;

typedef struct {
    uint8_t bLength;
    uint8_t bDescriptorType;
    uint16_t bcdHID;
    uint8_t bCountryCode;
    uint8_t bNumDescriptors;
    usb_hid_descriptor_entry_t descriptors[];
} __PACKED usb_hid_descriptor_t;

#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

__END_CDECLS

#endif // ZIRCON_HW_USB_HID_H_
