// Part of libzircon. BSD-3-Clause, see LICENSE.
// A signal that arrived on our stack, and that the program has a handler for.
//
// The handler must not run on our stack: user copies refuse it, it may be too small, and a handler
// that leaves by longjmp is fine only on the program's own. So the interrupted state is copied to
// where Linux would have put it, and our return loads registers that begin the handler. Its own
// return then loads the copy.
#include <string.h>
#include <ucontext.h>

#include "host/fault.h"
#include "host/linux.h"
#include "host/user_copy.h"

extern int user_copy(void *to, const void *from, size_t size);
extern void fault_restorer(void);

enum {
    RED_ZONE = 128,
    LEGACY_SIZE = 512, // of the state of the floating-point unit, without extensions
    SOFTWARE_NOTE = 464,
    NOTE_MAGIC = 0x46505853,
    FLAGS_CLEARED = 1 << 8 | 1 << 10 | 1 << 16, // trap, direction, resume
    CONTEXT_SIZE = 304,                         // Linux's part of a ucontext_t
};

struct linux_frame {
    void (*restorer)(void);
    char context[CONTEXT_SIZE];
    siginfo_t info;
};

// The size of the state with its extensions, which Linux notes inside it.
static size_t float_size(const void *state) {
    uint32_t note[2];
    memcpy(note, (const char *)state + SOFTWARE_NOTE, sizeof(note));
    return note[0] == NOTE_MAGIC ? note[1] : LEGACY_SIZE;
}

static uintptr_t choose_stack(const struct thread *self, uintptr_t sp, unsigned long flags) {
    uintptr_t own = (uintptr_t)self->own_stack;
    bool on_own = own != 0 && sp > own && sp - own <= self->own_stack_size;
    if ((flags & SA_ONSTACK) != 0 && own != 0 && !on_own) {
        return own + self->own_stack_size;
    }
    return sp - RED_ZONE;
}

// The default action: gives the signal back to Linux and lets it happen again.
static void act_by_default(int signal, const siginfo_t *info) {
    struct linux_sigaction standard = {.handler.plain = SIG_DFL};
    linux_call(SYS_rt_sigaction, signal, &standard, 0, sizeof(standard.mask));
    if (info->si_code <= 0) {
        long process = linux_call(SYS_getpid);
        long thread = linux_call(SYS_gettid);
        linux_call(SYS_tgkill, process, thread, signal);
    }
}

void fault_deliver(struct thread *self, int signal, const siginfo_t *info, void *context,
                   const struct linux_sigaction *action) {
    ucontext_t *before = context;
    greg_t *registers = before->uc_mcontext.gregs;
    uintptr_t sp = choose_stack(self, (uintptr_t)registers[REG_RSP], action->flags);
    struct linux_frame frame = {.restorer = fault_restorer, .info = *info};
    const void *floats = before->uc_mcontext.fpregs;
    memcpy(frame.context, before, CONTEXT_SIZE);
    if (floats != NULL) {
        size_t size = float_size(floats);
        sp = (sp - size) & ~(uintptr_t)63;
        if (user_copy((void *)sp, floats, size) != 0) {
            act_by_default(signal, info);
            return;
        }
        memcpy(frame.context + offsetof(ucontext_t, uc_mcontext.fpregs), &sp, sizeof(sp));
    }
    // As after a call: the stack pointer is 8 above a multiple of 16.
    sp = ((sp - sizeof(frame)) & ~(uintptr_t)15) - 8;
    struct linux_frame *copy = (struct linux_frame *)sp;
    if (user_copy(copy, &frame, sizeof(frame)) != 0) {
        act_by_default(signal, info);
        return;
    }
    registers[REG_RIP] = (greg_t)(uintptr_t)action->handler.detailed;
    registers[REG_RSP] = (greg_t)sp;
    registers[REG_RDI] = signal;
    registers[REG_RSI] = (greg_t)(uintptr_t)&copy->info;
    registers[REG_RDX] = (greg_t)(uintptr_t)copy->context;
    registers[REG_RAX] = 0;
    registers[REG_EFL] &= ~(greg_t)FLAGS_CLEARED;
    unsigned long mask;
    memcpy(&mask, &before->uc_sigmask, sizeof(mask));
    mask |= action->mask | ((action->flags & SA_NODEFER) != 0 ? 0 : 1ul << (signal - 1));
    mask &= ~fault_signal_mask();
    memcpy(&before->uc_sigmask, &mask, sizeof(mask));
}
