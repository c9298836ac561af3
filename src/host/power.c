// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/power.h"

#include "host/linux.h"

void power_off(bool restart) {
    for (;;) {
        linux_call(SYS_exit_group, restart ? POWER_RESTART_STATUS : 0);
    }
}
