// Part of libzircon. BSD-3-Clause, see LICENSE.
// Signals that must stay ours.
//
// A user copy finds out about bad memory by a fault. A program that blocked SIGSEGV would be killed
// by Linux at the first one, and a program that installed a handler would see faults that are none
// of its business. So we stand in front of the functions that do either: our signals are never
// blocked, and a program's handler for them is called for the faults that are not ours.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/invariant.h"
#include "host/fault.h"
#include "libc/next.h"

NEXT(int, sigaction, (int signal, const struct sigaction *action, struct sigaction *old),
     (signal, action, old))
NEXT(int, sigprocmask, (int how, const sigset_t *set, sigset_t *old), (how, set, old))
NEXT(int, pthread_sigmask, (int how, const sigset_t *set, sigset_t *old), (how, set, old))
NEXT(sighandler_t, signal, (int number, sighandler_t handler), (number, handler))

static void to_libc(struct sigaction *to, const struct linux_sigaction *from) {
    memset(to, 0, sizeof(*to));
    to->sa_sigaction = from->handler.detailed; // a union with sa_handler, like ours
    to->sa_flags = (int)from->flags;
    memcpy(&to->sa_mask, &from->mask, sizeof(from->mask));
}

static void from_libc(struct linux_sigaction *to, const struct sigaction *from) {
    memset(to, 0, sizeof(*to));
    to->handler.detailed = from->sa_sigaction;
    to->flags = (unsigned long)(unsigned int)from->sa_flags;
    memcpy(&to->mask, &from->sa_mask, sizeof(to->mask));
}

ZX_EXPORT int sigaction(int number, const struct sigaction *action, struct sigaction *old) {
    if (!fault_owns(number)) {
        return next_sigaction(number, action, old);
    }
    struct linux_sigaction wanted, before;
    if (action != NULL) {
        from_libc(&wanted, action);
    }
    fault_chain(number, action != NULL ? &wanted : NULL, &before);
    if (old != NULL) {
        to_libc(old, &before);
    }
    return 0;
}

ZX_EXPORT sighandler_t signal(int number, sighandler_t handler) {
    if (!fault_owns(number)) {
        return next_signal(number, handler);
    }
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, old;
    sigaction(number, &action, &old);
    return old.sa_handler;
}

// The set without our signals.
static const sigset_t *without_ours(const sigset_t *set, sigset_t *copy) {
    *copy = *set;
    for (int number = 1; number < NSIG; number++) {
        if (fault_owns(number)) {
            sigdelset(copy, number);
        }
    }
    return copy;
}

ZX_EXPORT int sigprocmask(int how, const sigset_t *set, sigset_t *old) {
    sigset_t copy;
    return next_sigprocmask(how, set == NULL || how == SIG_UNBLOCK ? set : without_ours(set, &copy),
                            old);
}

ZX_EXPORT int pthread_sigmask(int how, const sigset_t *set, sigset_t *old) {
    sigset_t copy;
    return next_pthread_sigmask(
        how, set == NULL || how == SIG_UNBLOCK ? set : without_ours(set, &copy), old);
}
