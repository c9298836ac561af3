// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Control requests of the function that tests USB peripherals: write data, read it back, and have
// it sent in an interrupt packet.

#ifndef ZIRCON_DEVICE_USB_PERIPHERAL_TEST_H_
#define ZIRCON_DEVICE_USB_PERIPHERAL_TEST_H_

#define USB_PERIPHERAL_TEST_SET_DATA 1
#define USB_PERIPHERAL_TEST_GET_DATA 2
#define USB_PERIPHERAL_TEST_SEND_INTERUPT 3

#endif // ZIRCON_DEVICE_USB_PERIPHERAL_TEST_H_
