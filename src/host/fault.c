// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/fault.h"

#include <stdatomic.h>
#include <string.h>
#include <ucontext.h>

#include "base/invariant.h"
#include "base/thread.h"
#include "host/linux.h"
#include "host/window.h"

// user_copy_x86_64.S
extern const char user_copy_begin[], user_copy_end[], user_copy_fault[];
extern void fault_restorer(void);

enum { LINUX_SA_RESTORER = 0x04000000 };

struct thread *(*fault_self)(void);
struct thread *(*fault_enter)(void);
void (*fault_leave)(struct thread *self);
bool (*fault_resolve)(struct thread *self, uintptr_t address, uint32_t access);

static const int ours[] = {SIGSEGV, SIGBUS};
enum { OURS = sizeof(ours) / sizeof(ours[0]), SIGNALS = 64, MASK_BYTES = 8 };

// The program's actions. Outside KERNEL_STATE: the child of a fork inherits its parent's handlers.
static struct linux_sigaction chained[SIGNALS + 1];
static atomic_bool started;

bool fault_owns(int signal) {
    for (int i = 0; i < OURS; i++) {
        if (ours[i] == signal) {
            return atomic_load(&started);
        }
    }
    return false;
}

unsigned long fault_signal_mask(void) {
    unsigned long mask = 0;
    for (int i = 0; i < OURS; i++) {
        mask |= 1ul << (ours[i] - 1);
    }
    return mask;
}

// Calls the handler that the program set, with the signal mask that it asked for.
static void call_chained(int signal, siginfo_t *info, void *context) {
    struct linux_sigaction action = chained[signal];
    bool sent = info->si_code <= 0; // by kill or sigqueue, not by an instruction
    if (action.handler.plain == SIG_IGN && sent) {
        return;
    }
    if (action.handler.plain == SIG_DFL || action.handler.plain == SIG_IGN) {
        // The default action: give it back to Linux and let it happen again.
        struct linux_sigaction standard = {.handler.plain = SIG_DFL};
        linux_call(SYS_rt_sigaction, signal, &standard, 0, MASK_BYTES);
        if (sent) {
            long process = linux_call(SYS_getpid);
            long thread = linux_call(SYS_gettid);
            linux_call(SYS_tgkill, process, thread, signal);
        }
        return;
    }
    if (action.flags & SA_RESETHAND) {
        chained[signal] = (struct linux_sigaction){.handler.plain = SIG_DFL};
    }
    unsigned long mask = action.mask & ~fault_signal_mask();
    unsigned long old;
    linux_call(SYS_rt_sigprocmask, SIG_BLOCK, &mask, &old, MASK_BYTES);
    if (action.flags & SA_SIGINFO) {
        action.handler.detailed(signal, info, context);
    } else {
        action.handler.plain(signal);
    }
    linux_call(SYS_rt_sigprocmask, SIG_SETMASK, &old, 0, MASK_BYTES);
}

static bool resolve_copy(uintptr_t address, uint32_t access) {
    struct thread *self = fault_self();
    return self != NULL && self->lock_depth == 0 && fault_resolve(self, address, access);
}

static bool resolve_program(uintptr_t address, uint32_t access) {
    struct thread *self = fault_self();
    if (self != NULL && atomic_load(&self->state) == THREAD_IN_KERNEL &&
        atomic_load(&self->blocked) == 0) {
        return false; // the kernel itself, which has no business there
    }
    self = fault_enter();
    bool resolved = fault_resolve(self, address, access);
    fault_leave(self);
    return resolved;
}

// The processor's error code: was it a write, or the fetch of an instruction?
static uint32_t access_of(greg_t error) {
    return (error & 2) != 0 ? FAULT_WRITE : (error & 16) != 0 ? FAULT_EXECUTE : FAULT_READ;
}

static void handle_fault(int signal, siginfo_t *info, void *context) {
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    uintptr_t at = (uintptr_t)registers[REG_RIP];
    uintptr_t address = (uintptr_t)info->si_addr;
    bool copying = at >= (uintptr_t)user_copy_begin && at < (uintptr_t)user_copy_end;
    if (info->si_code > 0 && fault_resolve != NULL && window_holds(address)) {
        uint32_t access = access_of(registers[REG_ERR]);
        if (copying ? resolve_copy(address, access) : resolve_program(address, access)) {
            return;
        }
    }
    if (copying && info->si_code > 0) {
        registers[REG_RIP] = (greg_t)(uintptr_t)user_copy_fault;
        return;
    }
    call_chained(signal, info, context);
}

void fault_chain(int signal, const struct linux_sigaction *action, struct linux_sigaction *old) {
    if (old != NULL) {
        *old = chained[signal];
    }
    if (action != NULL) {
        chained[signal] = *action;
    }
}

void fault_start(void) {
    if (atomic_exchange(&started, true)) {
        return; // the child of a fork: Linux kept the handlers
    }
    for (int i = 0; i < OURS; i++) {
        struct linux_sigaction action = {
            .handler.detailed = handle_fault,
            .flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | LINUX_SA_RESTORER,
            .restorer = fault_restorer,
        };
        linux_call(SYS_rt_sigaction, ours[i], &action, &chained[ours[i]], MASK_BYTES);
    }
}
