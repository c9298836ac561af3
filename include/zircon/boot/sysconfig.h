// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The partition that holds the system's configuration: four sections of equal size, for the two
// versions of the system and for the boot loader, always and once.

#ifndef ZIRCON_BOOT_SYSCONFIG_H_
#define ZIRCON_BOOT_SYSCONFIG_H_

#define ZX_SYSCONFIG_KVSTORE_SIZE 32768
#define ZX_SYSCONFIG_VERSION_A_OFFSET (0 * ZX_SYSCONFIG_KVSTORE_SIZE)
#define ZX_SYSCONFIG_VERSION_B_OFFSET (1 * ZX_SYSCONFIG_KVSTORE_SIZE)
#define ZX_SYSCONFIG_BOOT_DEFAULT_OFFSET (2 * ZX_SYSCONFIG_KVSTORE_SIZE)
#define ZX_SYSCONFIG_BOOT_ONESHOT_OFFSET (3 * ZX_SYSCONFIG_KVSTORE_SIZE)

#endif // ZIRCON_BOOT_SYSCONFIG_H_
