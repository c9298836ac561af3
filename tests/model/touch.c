// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <signal.h>
#include <ucontext.h>

#include "model.h"

extern const char touch_load_access[], touch_store_access[], touch_faulted[];

static void handle(int number, siginfo_t *info, void *opaque) {
    ucontext_t *context = opaque;
    greg_t *at = &context->uc_mcontext.gregs[REG_RIP];
    if (*at != (greg_t)(uintptr_t)touch_load_access &&
        *at != (greg_t)(uintptr_t)touch_store_access) {
        model_fail("signal %d at 0x%llx, address %p", number, (unsigned long long)*at,
                   info->si_addr);
    }
    *at = (greg_t)(uintptr_t)touch_faulted;
}

void touch_begin(void) {
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO};
    CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
    CHECK(sigaction(SIGBUS, &action, NULL) == 0);
}
