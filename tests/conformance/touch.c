// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "touch.h"

#include <signal.h>
#include <stdlib.h>
#include <ucontext.h>

#include "harness.h"

extern const char touch_load_access[], touch_store_access[], touch_faulted[];

static void handle(int number, siginfo_t *info, void *opaque) {
    (void)number;
    (void)info;
    ucontext_t *context = opaque;
    greg_t *at = &context->uc_mcontext.gregs[REG_RIP];
    if (*at != (greg_t)(uintptr_t)touch_load_access &&
        *at != (greg_t)(uintptr_t)touch_store_access) {
        abort();
    }
    *at = (greg_t)(uintptr_t)touch_faulted;
}

void touch_begin(void) {
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO};
    EXPECT(sigaction(SIGSEGV, &action, NULL) == 0);
    EXPECT(sigaction(SIGBUS, &action, NULL) == 0);
}
