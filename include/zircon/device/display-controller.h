// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Displays.

#ifndef ZIRCON_DEVICE_DISPLAY_CONTROLLER_H_
#define ZIRCON_DEVICE_DISPLAY_CONTROLLER_H_

#include <stdint.h>

#define IMAGE_TYPE_SIMPLE UINT32_C(0)
#define INVALID_ID 0

#endif // ZIRCON_DEVICE_DISPLAY_CONTROLLER_H_
