// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// How Zircon names itself when it is the device on a USB.

#ifndef ZIRCON_DEVICE_USB_PERIPHERAL_H_
#define ZIRCON_DEVICE_USB_PERIPHERAL_H_

#include <stdint.h>

#define GOOGLE_USB_VID 0x18D1
#define GOOGLE_USB_CDC_PID 0xA020
#define GOOGLE_USB_UMS_PID 0xA021
#define GOOGLE_USB_FUNCTION_TEST_PID 0xA022
#define GOOGLE_USB_CDC_AND_FUNCTION_TEST_PID 0xA023

#endif // ZIRCON_DEVICE_USB_PERIPHERAL_H_
