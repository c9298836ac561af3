// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A program written for Fuchsia, which uses what its C library adds to C's headers.
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <threads.h>
#include <zircon/process.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/object.h>
#include <zircon/threads.h>

#if !defined(__Fuchsia__) || PAGE_SIZE != 4096 || !defined(MAP_JIT)
#error "the overlay is not in use"
#endif

static mtx_t lock = MTX_INIT;

static int run(void *argument) {
    char name[ZX_MAX_NAME_LEN];
    mtx_lock(&lock);
    zx_status_t status = zx_object_get_property(zx_thread_self(), ZX_PROP_NAME, name, sizeof(name));
    mtx_unlock(&lock);
    return status == ZX_OK && strcmp(name, argument) == 0 ? 0 : 1;
}

int main(void) {
    static char name[16];
    strlcpy(name, "a thread's name that is cut", sizeof(name));
    thrd_t thread;
    int result = 1;
    if (thrd_create_with_name(&thread, run, name, name) != thrd_success ||
        thrd_join(thread, &result) != thrd_success || result != 0) {
        return 1;
    }
    puts("fuchsia");
    return 0;
}
