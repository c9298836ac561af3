// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/defer.h"

#include <string.h>
#include <ucontext.h>

#include "host/fault.h"
#include "host/linux.h"

// An instruction of the thread itself raised it: it cannot wait.
static bool is_synchronous(int signal, const siginfo_t *info) {
    return info->si_code > 0 && (signal == SIGILL || signal == SIGFPE || signal == SIGTRAP ||
                                 signal == SIGSYS || signal == SIGSEGV || signal == SIGBUS);
}

bool signal_defer(struct thread *self, int signal, siginfo_t *info, void *context) {
    if (atomic_load(&self->state) != THREAD_IN_KERNEL || atomic_load(&self->blocked) != 0 ||
        is_synchronous(signal, info)) {
        return false;
    }
    // Return with all signals blocked but ours, and send this one again: it stays pending.
    unsigned long *mask = (unsigned long *)(void *)&((ucontext_t *)context)->uc_sigmask;
    if ((atomic_load(&self->pending) & THREAD_PENDING_SIGNAL) == 0) {
        self->signal_mask = *mask;
        atomic_fetch_or(&self->pending, THREAD_PENDING_SIGNAL);
        if (self->stop != NULL) {
            *self->stop = 1;
        }
    }
    *mask = ~fault_signal_mask();
    long process = linux_call(SYS_getpid);
    linux_call(SYS_rt_tgsigqueueinfo, process, self->tid, signal, info);
    return true;
}

void signal_resume(struct thread *self) {
    if ((atomic_load(&self->pending) & THREAD_PENDING_SIGNAL) == 0) {
        return;
    }
    unsigned long mask = self->signal_mask;
    atomic_fetch_and(&self->pending, ~(uint32_t)THREAD_PENDING_SIGNAL);
    signal_unblock(mask);
}

unsigned long signal_block(void) {
    unsigned long mask = ~fault_signal_mask(), before = 0;
    linux_call(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &before, sizeof(mask));
    return before;
}

unsigned long signal_mask(void) {
    unsigned long now = 0;
    linux_call(SYS_rt_sigprocmask, SIG_SETMASK, 0, &now, sizeof(now));
    return now;
}

void signal_unblock(unsigned long mask) {
    linux_call(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof(mask));
}
