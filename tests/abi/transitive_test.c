// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// <zircon/syscalls.h> alone brings what programs written for Fuchsia expect of it.

#include <zircon/syscalls.h>

extern zx_info_handle_basic_t info;
extern zx_pci_bar_t bar;
extern zx_profile_info_t profile;
extern zx_port_packet_t *packet;
extern zx_time_t now;

extern zx_status_t transitive(zx_handle_t handle);

zx_status_t transitive(zx_handle_t handle) {
    return zx_object_get_info(handle, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), 0, 0);
}
