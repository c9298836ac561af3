// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Classes of I2C devices.

#ifndef ZIRCON_HW_I2C_H_
#define ZIRCON_HW_I2C_H_

#define I2C_CLASS_HID 1

#endif // ZIRCON_HW_I2C_H_
