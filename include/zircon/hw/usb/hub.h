// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// USB hubs.

#ifndef ZIRCON_HW_USB_HUB_H_
#define ZIRCON_HW_USB_HUB_H_

#include <stdint.h>
#include <zircon/compiler.h>
#include <zircon/hw/usb.h>

__BEGIN_CDECLS

// bmRequestType: for the hub, for one of its ports.
#define USB_RECIP_HUB (USB_TYPE_CLASS | USB_RECIP_DEVICE)
#define USB_RECIP_PORT (USB_TYPE_CLASS | USB_RECIP_OTHER)

#define USB_HUB_SET_DEPTH 12

// bDescriptorType, the second from USB 3 on.
#define USB_HUB_DESC_TYPE 0x29
#define USB_HUB_DESC_TYPE_SS 0x2A

// Features of the hub and of ports.
#define USB_FEATURE_C_HUB_LOCAL_POWER 0
#define USB_FEATURE_C_HUB_OVER_CURRENT 1
#define USB_FEATURE_PORT_CONNECTION 0
#define USB_FEATURE_PORT_ENABLE 1
#define USB_FEATURE_PORT_SUSPEND 2
#define USB_FEATURE_PORT_OVER_CURRENT 3
#define USB_FEATURE_PORT_RESET 4
#define USB_FEATURE_PORT_LINK_STATE 5
#define USB_FEATURE_PORT_POWER 8
#define USB_FEATURE_PORT_LOW_SPEED 9
#define USB_FEATURE_C_PORT_CONNECTION 16
#define USB_FEATURE_C_PORT_ENABLE 17
#define USB_FEATURE_C_PORT_SUSPEND 18
#define USB_FEATURE_C_PORT_OVER_CURRENT 19
#define USB_FEATURE_C_PORT_RESET 20
#define USB_FEATURE_PORT_TEST 21
#define USB_FEATURE_PORT_INDICATOR 22
#define USB_FEATURE_PORT_U1_TIMEOUT 23
#define USB_FEATURE_PORT_U2_TIMEOUT 24
#define USB_FEATURE_C_PORT_LINK_STATE 25
#define USB_FEATURE_C_PORT_CONFIG_ERROR 26
#define USB_FEATURE_PORT_REMOTE_WAKE_MASK 27
#define USB_FEATURE_BH_PORT_RESET 28
#define USB_FEATURE_C_BH_PORT_RESET 29
#define USB_FEATURE_FORCE_LINKPM_ACCEPT 30

// The end of the descriptor, for USB 2 and for USB 3.
typedef struct {
    uint8_t DeviceRemovable[4];
    uint8_t PortPwrCtrlMask[4];
} __PACKED usb_hub_descriptor_hs_t;

typedef struct {
    uint8_t bHubHdrDecLat;
    uint16_t wHubDelay;
    uint16_t DeviceRemovable;
} __PACKED usb_hub_descriptor_ss_t;

typedef struct {
    uint8_t bDescLength;
    uint8_t bDescriptorType;
    uint8_t bNbrPorts;
    uint16_t wHubCharacteristics;
    uint8_t bPowerOn2PwrGood;
    uint8_t bHubContrCurrent;
    union {
        usb_hub_descriptor_hs_t hs;
        usb_hub_descriptor_ss_t ss;
    };
} __PACKED usb_hub_descriptor_t;

typedef struct {
    uint16_t wHubStatus;
    uint16_t wHubChange;
} __PACKED usb_hub_status_t;
#define USB_HUB_LOCAL_POWER (1 << 0)
#define USB_HUB_OVER_CURRENT (1 << 1)

typedef struct {
    uint16_t wPortStatus;
    uint16_t wPortChange;
} __PACKED usb_port_status_t;

// wPortStatus
#define USB_PORT_CONNECTION (1 << 0)
#define USB_PORT_ENABLE (1 << 1)
#define USB_PORT_SUSPEND (1 << 2)
#define USB_PORT_OVER_CURRENT (1 << 3)
#define USB_PORT_RESET (1 << 4)
#define USB_PORT_POWER (1 << 8)
#define USB_PORT_LOW_SPEED (1 << 9)
#define USB_PORT_HIGH_SPEED (1 << 10)
#define USB_PORT_TEST_MODE (1 << 11)
#define USB_PORT_INDICATOR_CONTROL (1 << 12)

// wPortChange
#define USB_C_PORT_CONNECTION (1 << 0)
#define USB_C_PORT_ENABLE (1 << 1)
#define USB_C_PORT_SUSPEND (1 << 2)
#define USB_C_PORT_OVER_CURRENT (1 << 3)
#define USB_C_PORT_RESET (1 << 4)
#define USB_C_BH_PORT_RESET (1 << 5)
#define USB_C_PORT_LINK_STATE (1 << 6)
#define USB_C_PORT_CONFIG_ERROR (1 << 7)
#define USB_C_PORT_POWER (1 << 8)
#define USB_C_PORT_LOW_SPEED (1 << 9)
#define USB_C_PORT_HIGH_SPEED (1 << 10)
#define USB_C_PORT_TEST_MODE (1 << 11)
#define USB_C_PORT_INDICATOR_CONTROL (1 << 12)

__END_CDECLS

#endif // ZIRCON_HW_USB_HUB_H_
