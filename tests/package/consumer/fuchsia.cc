// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The same in C++.
#include <cstdio>
#include <cstring>
#include <memory>
#include <threads.h>
#include <zircon/process.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/object.h>
#include <zircon/threads.h>

#ifndef __Fuchsia__
#error "the overlay is not in use"
#endif

int main() {
    thrd_t thread;
    char name[] = "worker";
    auto run = [](void *argument) {
        auto own = std::make_unique<char[]>(ZX_MAX_NAME_LEN);
        zx_status_t status =
            zx_object_get_property(zx_thread_self(), ZX_PROP_NAME, own.get(), ZX_MAX_NAME_LEN);
        return status == ZX_OK && std::strcmp(own.get(), static_cast<char *>(argument)) == 0 ? 0
                                                                                             : 1;
    };
    int result = 1;
    if (thrd_create_with_name(&thread, run, name, name) != thrd_success ||
        thrd_join(thread, &result) != thrd_success || result != 0) {
        return 1;
    }
    std::puts("fuchsia_cxx");
    return 0;
}
