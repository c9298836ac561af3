// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A Linux program that uses the library without passing for one of Fuchsia's.
#include <libzircon/libzircon.h>
#include <stdio.h>
#include <zircon/syscalls.h>

#ifdef __Fuchsia__
#error "__Fuchsia__ is for those who ask for it"
#endif

int main(void) {
    zx_handle_t event;
    if (zx_event_create(0, &event) != ZX_OK || libzircon_count_handles() != 1) {
        return 1;
    }
    puts("plain");
    return zx_handle_close(event) == ZX_OK ? 0 : 1;
}
