// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// zx_system_powerctl: commands and their arguments.

#ifndef ZIRCON_SYSCALLS_SYSTEM_H_
#define ZIRCON_SYSCALLS_SYSTEM_H_

#include <zircon/types.h>

__BEGIN_CDECLS

#define ZX_SYSTEM_POWERCTL_ENABLE_ALL_CPUS 1u
#define ZX_SYSTEM_POWERCTL_DISABLE_ALL_CPUS_BUT_PRIMARY 2u
#define ZX_SYSTEM_POWERCTL_ACPI_TRANSITION_S_STATE 3u
#define ZX_SYSTEM_POWERCTL_X86_SET_PKG_PL1 4u
#define ZX_SYSTEM_POWERCTL_REBOOT 5u
#define ZX_SYSTEM_POWERCTL_REBOOT_BOOTLOADER 6u
#define ZX_SYSTEM_POWERCTL_REBOOT_RECOVERY 7u
#define ZX_SYSTEM_POWERCTL_SHUTDOWN 8u

// The sleep state, 1 to 5, and the two values that ACPI wants for it.
typedef struct zx_system_powerctl_acpi_transition_s_state {
    uint8_t target_s_state;
    uint8_t sleep_type_a;
    uint8_t sleep_type_b;
} zx_system_powerctl_acpi_transition_s_state_t;

// Milliwatts over microseconds, and whether to clamp and to enforce.
typedef struct zx_system_powerctl_x86_power_limit {
    uint32_t power_limit;
    uint32_t time_window;
    uint8_t clamp;
    uint8_t enable;
} zx_system_powerctl_x86_power_limit_t;

typedef struct zx_system_powerctl_arg {
    union {
        zx_system_powerctl_acpi_transition_s_state_t acpi_transition_s_state;
        zx_system_powerctl_x86_power_limit_t x86_power_limit;
    };
} zx_system_powerctl_arg_t;

__END_CDECLS

#endif // ZIRCON_SYSCALLS_SYSTEM_H_
