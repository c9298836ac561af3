// Part of libzircon. BSD-3-Clause, see LICENSE.
// Older functions of libc that set handlers or masks: with them, too, our signals must stay ours.
// A strict C program's signal() is one of them.
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

#include "base/invariant.h"
#include "host/fault.h"
#include "libc/libc.h"

// glibc's header has some of them under other names, or calls them deprecated.
ZX_EXPORT sighandler_t bsd_signal(int number, sighandler_t handler);
ZX_EXPORT sighandler_t __sysv_signal(int number, sighandler_t handler);
ZX_EXPORT sighandler_t sysv_signal(int number, sighandler_t handler);

// --- handlers ---

ZX_EXPORT sighandler_t bsd_signal(int number, sighandler_t handler) {
    return signal(number, handler);
}

ZX_EXPORT sighandler_t ssignal(int number, sighandler_t handler) {
    return signal(number, handler);
}

ZX_EXPORT sighandler_t __sysv_signal(int number, sighandler_t handler) {
    struct sigaction action = {.sa_handler = handler,
                               .sa_flags = (int)(SA_RESETHAND | (unsigned int)SA_NODEFER)};
    struct sigaction old;
    sigemptyset(&action.sa_mask);
    return sigaction(number, &action, &old) == 0 ? old.sa_handler : SIG_ERR;
}

ZX_EXPORT sighandler_t sysv_signal(int number, sighandler_t handler) {
    return __sysv_signal(number, handler);
}

static bool change_one(int how, int number, bool *was_blocked) {
    sigset_t set, before;
    sigemptyset(&set);
    if (sigaddset(&set, number) != 0 || sigprocmask(how, &set, &before) != 0) {
        return false;
    }
    *was_blocked = sigismember(&before, number) == 1;
    return true;
}

ZX_EXPORT sighandler_t sigset(int number, sighandler_t handler) {
    struct sigaction action = {.sa_handler = handler}, old;
    bool was_blocked, holds = handler == SIG_HOLD;
    sigemptyset(&action.sa_mask);
    if (sigaction(number, holds ? NULL : &action, &old) != 0 ||
        !change_one(holds ? SIG_BLOCK : SIG_UNBLOCK, number, &was_blocked)) {
        return SIG_ERR;
    }
    return was_blocked ? SIG_HOLD : old.sa_handler;
}

ZX_EXPORT int sigignore(int number) {
    return signal(number, SIG_IGN) == SIG_ERR ? -1 : 0;
}

// --- masks ---

ZX_EXPORT int sighold(int number) {
    bool was_blocked;
    return change_one(SIG_BLOCK, number, &was_blocked) ? 0 : -1;
}

ZX_EXPORT int sigrelse(int number) {
    bool was_blocked;
    return change_one(SIG_UNBLOCK, number, &was_blocked) ? 0 : -1;
}

// Masks of an int have the first 32 signals.
static int change_mask(int how, int mask) {
    sigset_t set, before;
    sigemptyset(&set);
    for (int number = 1; number <= 32; number++) {
        if (((unsigned int)mask & 1u << (number - 1)) != 0) {
            sigaddset(&set, number);
        }
    }
    sigprocmask(how, &set, &before);
    unsigned int old = 0;
    for (int number = 1; number <= 32; number++) {
        old |= sigismember(&before, number) == 1 ? 1u << (number - 1) : 0;
    }
    return (int)old;
}

ZX_EXPORT int sigblock(int mask) {
    return change_mask(SIG_BLOCK, mask);
}

ZX_EXPORT int sigsetmask(int mask) {
    return change_mask(SIG_SETMASK, mask);
}
