// Part of libzircon. BSD-3-Clause, see LICENSE.
// Signals that must stay ours.
//
// A user copy finds out about bad memory by a fault. A program that blocked SIGSEGV would be killed
// by Linux at the first one, and a program that installed a handler would see faults that are none
// of its business. So we stand in front of the functions that do either: our signals are never
// blocked, and a program's handler for them is called for the faults that are not ours.
//
// A handler for any other signal may make system calls: it waits until its thread is out of the
// kernel (host/defer.h).
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "base/invariant.h"
#include "host/defer.h"
#include "host/fault.h"
#include "host/threads.h"
#include "libc/libc.h"
#include "libc/next.h"
#include "syscalls/entry.h"

NEXT(int, sigaction, (int signal, const struct sigaction *action, struct sigaction *old),
     (signal, action, old))
NEXT(int, sigprocmask, (int how, const sigset_t *set, sigset_t *old), (how, set, old))
NEXT(int, sigaltstack, (const stack_t *stack, stack_t *old), (stack, old))
NEXT(int, pthread_sigmask, (int how, const sigset_t *set, sigset_t *old), (how, set, old))

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

// --- handlers of other signals ---

// What the program asked for. Linux has run_handler in its place.
static struct sigaction wanted_actions[NSIG];
static pthread_mutex_t wanted_lock = PTHREAD_MUTEX_INITIALIZER;

static bool is_function(const struct sigaction *action) {
    return action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN;
}

static void run_handler(int number, siginfo_t *info, void *context) {
    int error = errno;
    struct thread *self = entry_current();
    if (self == NULL || !signal_defer(self, number, info, context)) {
        struct sigaction action = wanted_actions[number];
        if (self != NULL && thread_of_stack() == self && is_function(&action)) {
            // The program wants it on an alternate stack, and so it came on ours.
            struct linux_sigaction wanted;
            from_libc(&wanted, &action);
            if ((action.sa_flags & (int)SA_RESETHAND) != 0) {
                sigaction(number, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
            }
            fault_deliver(self, number, info, context, &wanted);
            errno = error;
            return;
        }
        if ((action.sa_flags & (int)SA_RESETHAND) != 0) {
            sigaction(number, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
        }
        if ((action.sa_flags & SA_SIGINFO) != 0) {
            action.sa_sigaction(number, info, context);
        } else if (is_function(&action)) {
            action.sa_handler(number);
        }
    }
    errno = error;
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

// Puts run_handler in the place of a program's handler.
static int set_handler(int number, const struct sigaction *action, struct sigaction *old) {
    struct sigaction ours, before;
    const struct sigaction *set = action;
    if (action != NULL && is_function(action)) {
        ours = *action;
        ours.sa_sigaction = run_handler;
        without_ours(&action->sa_mask, &ours.sa_mask);
        ours.sa_flags = (action->sa_flags | SA_SIGINFO) & ~(int)SA_RESETHAND;
        set = &ours;
    }
    sigset_t all, mask;
    sigfillset(&all);
    next_pthread_sigmask(SIG_BLOCK, &all, &mask); // a handler may ask for one too
    pthread_mutex_lock(&wanted_lock);
    struct sigaction wanted_before = wanted_actions[number];
    if (action != NULL) {
        wanted_actions[number] = *action;
    }
    int result = next_sigaction(number, set, &before);
    if (result != 0) {
        wanted_actions[number] = wanted_before;
    } else if (old != NULL) {
        *old = before.sa_sigaction == run_handler ? wanted_before : before;
    }
    pthread_mutex_unlock(&wanted_lock);
    next_pthread_sigmask(SIG_SETMASK, &mask, NULL);
    return result;
}

// --- the functions of libc ---

ZX_EXPORT int sigaction(int number, const struct sigaction *action, struct sigaction *old) {
    if (!fault_owns(number)) {
        return number <= 0 || number >= NSIG ? next_sigaction(number, action, old)
                                             : set_handler(number, action, old);
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
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, old;
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, number);
    return sigaction(number, &action, &old) == 0 ? old.sa_handler : SIG_ERR;
}

// --- alternate stacks ---

// What the program asked for; Linux has the thread's signal stack of ours in its place.
static _Thread_local stack_t own_stack = {.ss_flags = SS_DISABLE};

static bool is_on_own_stack(void) {
    uintptr_t here = (uintptr_t)__builtin_frame_address(0), begin = (uintptr_t)own_stack.ss_sp;
    return (own_stack.ss_flags & SS_DISABLE) == 0 && here > begin &&
           here - begin <= own_stack.ss_size;
}

ZX_EXPORT int sigaltstack(const stack_t *stack, stack_t *old) {
    struct thread *self = entry_current();
    if (self == NULL) {
        return next_sigaltstack(stack, old);
    }
    stack_t before = own_stack;
    bool busy = is_on_own_stack();
    if (busy) {
        before.ss_flags = SS_ONSTACK;
    }
    if (stack != NULL) {
        bool disable = (stack->ss_flags & SS_DISABLE) != 0;
        if (busy || (stack->ss_flags & ~(SS_DISABLE | SS_ONSTACK)) != 0) {
            errno = busy ? EPERM : EINVAL;
            return -1;
        }
        if (!disable && stack->ss_size < (size_t)MINSIGSTKSZ) {
            errno = ENOMEM;
            return -1;
        }
        own_stack = *stack;
        own_stack.ss_flags = disable ? SS_DISABLE : 0;
        self->own_stack = disable ? NULL : stack->ss_sp;
        self->own_stack_size = disable ? 0 : stack->ss_size;
    }
    if (old != NULL) {
        *old = before;
    }
    return 0;
}

void libc_signals_attached(struct thread *self) {
    if (self->own_stack != NULL) {
        own_stack = (stack_t){.ss_sp = self->own_stack, .ss_size = self->own_stack_size};
    }
}

void libc_signals_forget(void) {
    next_sigaltstack(&own_stack, NULL);
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
