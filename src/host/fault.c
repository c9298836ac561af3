// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/fault.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>
#include <ucontext.h>

#include "base/invariant.h"
#include "base/state.h"
#include "host/linux.h"
#include "host/threads.h"
#include "host/user_copy.h"
#include "host/window.h"
#include <zircon/errors.h>

// Code that faults are expected in, or that counts as the program's although it is ours.
#define PLACE(name) extern const char name[] __attribute__((visibility("hidden")))
PLACE(user_copy_begin); // user_copy_x86_64.S
PLACE(user_copy_end);
PLACE(user_copy_fault);
PLACE(thread_begin_user); // thread_x86_64.S
PLACE(thread_begin_end);
PLACE(thread_die_raw);
PLACE(loaded_entry); // loaded_x86_64.S
PLACE(loaded_found);
PLACE(loaded_foreign);
PLACE(loaded_foreign_end);
PLACE(loaded_lookup);
PLACE(loaded_lookup_end);
PLACE(loaded_entered);
PLACE(loaded_arguments_begin);
PLACE(loaded_arguments_end);
PLACE(loaded_arguments_fault);
PLACE(loaded_exit_user);
PLACE(loaded_exit_ret);
PLACE(loaded_exit_end);
extern void fault_restorer(void);
extern int user_copy(void *to, const void *from, size_t size);

enum {
    LINUX_SA_RESTORER = 0x04000000,
    LINUX_TRAP_TRACE = 2,
    LINUX_SYS_USER_DISPATCH = 2,
    KICK = 61, // a real-time signal that neither libc nor many programs use
    FLAG_TRAP = 1 << 8,
    FLAG_DIRECTION = 1 << 10,
    FLAG_ALIGNMENT = 1 << 18,
    VECTOR_DEBUG = 1,
    VECTOR_BREAKPOINT = 3,
    VECTOR_OPCODE = 6,
    VECTOR_SEGMENT = 11,
    VECTOR_STACK = 12,
    VECTOR_PAGE_FAULT = 14,
    VECTOR_ALIGNMENT = 17,
};

struct thread *(*fault_self)(void);
struct thread *(*fault_enter)(void);
void (*fault_leave)(struct thread *self);
zx_status_t (*fault_resolve)(struct thread *self, uintptr_t address, uint32_t access);
bool (*fault_raise)(struct thread *self, struct frame *frame, const zx_exception_report_t *report);
void (*fault_attend)(struct thread *self, struct frame *frame);
void (*fault_die)(struct thread *self);

static const int ours[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS, KICK};
enum { OURS = sizeof(ours) / sizeof(ours[0]), SIGNALS = 64, MASK_BYTES = 8 };

// The program's actions. Outside KERNEL_STATE: the child of a fork inherits its parent's handlers.
static struct linux_sigaction chained[SIGNALS + 1];
static atomic_bool started;
static uintptr_t linux_vdso; // Linux's own, which makes some calls for its functions

bool fault_owns(int signal) {
    for (int i = 0; i < OURS; i++) {
        if (ours[i] == signal) {
            return atomic_load(&started);
        }
    }
    return false;
}

int fault_kick_signal(void) {
    return KICK;
}

unsigned long fault_signal_mask(void) {
    unsigned long mask = 0;
    for (int i = 0; i < OURS; i++) {
        mask |= 1ul << (ours[i] - 1);
    }
    return mask;
}

// --- the program's handlers ---

static void call_chained(struct thread *self, int signal, siginfo_t *info, void *context) {
    struct linux_sigaction action = chained[signal];
    bool sent = info->si_code <= 0; // by kill or sigqueue, not by an instruction
    bool set = action.handler.plain != SIG_DFL && action.handler.plain != SIG_IGN;
    if (!set && sent && (action.handler.plain == SIG_IGN || signal == KICK)) {
        return;
    }
    if (!set) {
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
    if (self != NULL) {
        fault_deliver(self, signal, info, context, &action);
        return;
    }
    // A thread that is none of ours: Linux has chosen the stack.
    unsigned long mask;
    memcpy(&mask, &((ucontext_t *)context)->uc_sigmask, sizeof(mask));
    mask |= action.mask | ((action.flags & SA_NODEFER) != 0 ? 0 : 1ul << (signal - 1));
    mask &= ~fault_signal_mask();
    unsigned long old;
    linux_call(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &old, MASK_BYTES);
    if (action.flags & SA_SIGINFO) {
        action.handler.detailed(signal, info, context);
    } else {
        action.handler.plain(signal);
    }
    linux_call(SYS_rt_sigprocmask, SIG_SETMASK, &old, 0, MASK_BYTES);
}

void fault_chain(int signal, const struct linux_sigaction *action, struct linux_sigaction *old) {
    if (old != NULL) {
        *old = chained[signal];
    }
    if (action != NULL) {
        chained[signal] = *action;
    }
}

// --- faults in our own code ---

static bool is_in(uintptr_t at, const char *begin, const char *end) {
    return at >= (uintptr_t)begin && at < (uintptr_t)end;
}

static bool is_page_fault(int signal, const siginfo_t *info) {
    return (signal == SIGSEGV || signal == SIGBUS) && info->si_code > 0;
}

// The processor's error code: was it a write, or the fetch of an instruction?
static uint32_t access_of(greg_t error) {
    return (error & 2) != 0 ? FAULT_WRITE : (error & 16) != 0 ? FAULT_EXECUTE : FAULT_READ;
}

static zx_status_t resolve(struct thread *self, const siginfo_t *info, const greg_t *registers) {
    if (self == NULL || self->lock_depth != 0 || fault_resolve == NULL ||
        !window_holds((uintptr_t)info->si_addr)) {
        return ZX_ERR_NOT_FOUND;
    }
    return fault_resolve(self, (uintptr_t)info->si_addr, access_of(registers[REG_ERR]));
}

// In a call that copies, and that cannot be made again: a suspension waits until the page is there.
static zx_status_t resolve_in_call(struct thread *self, const siginfo_t *info,
                                   const greg_t *registers) {
    if (self == NULL) {
        return ZX_ERR_NOT_FOUND;
    }
    uint32_t ignored = self->park_ignore;
    self->park_ignore |= THREAD_PENDING_SUSPEND;
    zx_status_t status = resolve(self, info, registers);
    self->park_ignore = ignored;
    return status;
}

// The program's code can go on, at once or when what interrupted the wait is over.
static bool can_go_on(zx_status_t status) {
    return status == ZX_OK || status == ZX_ERR_INTERNAL_INTR_RETRY;
}

// Places that expect faults: a user copy, and the two looks that a loaded entry takes at things
// that the program may have spoiled.
static bool handle_expected(struct thread *self, int signal, siginfo_t *info, greg_t *registers) {
    uintptr_t at = (uintptr_t)registers[REG_RIP];
    if (is_page_fault(signal, info) && is_in(at, user_copy_begin, user_copy_end)) {
        if (resolve_in_call(self, info, registers) != ZX_OK) {
            registers[REG_RIP] = (greg_t)(uintptr_t)user_copy_fault;
        }
        return true;
    }
    if (is_page_fault(signal, info) && is_in(at, loaded_arguments_begin, loaded_arguments_end)) {
        if (resolve_in_call(self, info, registers) != ZX_OK) {
            registers[REG_RIP] = (greg_t)(uintptr_t)loaded_arguments_fault;
        }
        return true;
    }
    if (self != NULL && info->si_code > 0 && signal != SIGTRAP &&
        (is_in(at, loaded_entry, loaded_found) || is_in(at, loaded_foreign, loaded_foreign_end))) {
        // %gs did not lead to the thread; the stack of this handler does.
        thread_note_tid(self);
        registers[REG_R11] = (greg_t)(uintptr_t)self;
        registers[REG_RIP] = (greg_t)(uintptr_t)loaded_found;
        return true;
    }
    return false;
}

// --- threads in their program's code ---

// A loaded thread that returns from a call, with its registers loaded already.
static void finish_call(struct thread *self, struct frame *frame, greg_t *registers) {
    frame->in_call = true;
    if ((atomic_fetch_and(&self->pending, ~(uint32_t)THREAD_PENDING_RETRY) &
         THREAD_PENDING_RETRY) != 0) {
        registers[REG_RAX] = (greg_t)self->retry[0];
        registers[REG_RDI] = (greg_t)self->retry[1];
        registers[REG_RSI] = (greg_t)self->retry[2];
        registers[REG_RDX] = (greg_t)self->retry[3];
        registers[REG_RCX] = (greg_t)self->retry[4];
        registers[REG_R8] = (greg_t)self->retry[5];
        registers[REG_R9] = (greg_t)self->retry[6];
        registers[REG_RIP] = (greg_t)(uintptr_t)loaded_entry;
        return;
    }
    uint64_t back;
    if (user_copy(&back, (const void *)(uintptr_t)registers[REG_RSP], sizeof(back)) == 0) {
        registers[REG_RIP] = (greg_t)back;
        registers[REG_RSP] += 8;
    } else {
        registers[REG_RIP] = (greg_t)(uintptr_t)loaded_exit_ret;
    }
}

// The lower half of a vector register.
static greg_t xmm_of(void *context, int number) {
    greg_t value;
    memcpy(&value, &((ucontext_t *)context)->uc_mcontext.fpregs->_xmm[number], sizeof(value));
    return value;
}

// Code of ours that runs as the program's: makes the registers those of the program. True if the
// signal was the trap by which such code asks for attention.
static bool settle_place(struct thread *self, struct frame *frame, greg_t *registers) {
    uintptr_t at = (uintptr_t)registers[REG_RIP];
    if (at == (uintptr_t)thread_trap) {
        registers[REG_RIP] += 2;
        frame->in_call = true;
        return true;
    }
    if (is_in(at, thread_begin_user, thread_begin_end)) {
        frame_set_entry(frame, self->entry[0], self->entry[1], self->entry[2], self->entry[3]);
        return true;
    }
    if (is_in(at, loaded_exit_user, loaded_exit_end)) {
        finish_call(self, frame, registers);
        return true;
    }
    if (is_in(at, loaded_lookup, loaded_lookup_end)) {
        registers[REG_RAX] = xmm_of(frame->context, 0);
        registers[REG_RCX] = xmm_of(frame->context, 1);
    }
    if (is_in(at, loaded_entry, loaded_entered) || is_in(at, loaded_foreign, loaded_foreign_end)) {
        registers[REG_RIP] = (greg_t)(uintptr_t)loaded_entry; // nothing has happened yet
    }
    return false;
}

static zx_excp_type_t type_of(int signal, uint64_t vector) {
    switch (vector) {
    case VECTOR_DEBUG:
        return ZX_EXCP_HW_BREAKPOINT;
    case VECTOR_BREAKPOINT:
        return ZX_EXCP_SW_BREAKPOINT;
    case VECTOR_OPCODE:
        return ZX_EXCP_UNDEFINED_INSTRUCTION;
    case VECTOR_PAGE_FAULT:
        return ZX_EXCP_FATAL_PAGE_FAULT;
    case VECTOR_ALIGNMENT:
        return ZX_EXCP_UNALIGNED_ACCESS;
    case VECTOR_SEGMENT: // these two come with SIGBUS as well
    case VECTOR_STACK:
        return ZX_EXCP_GENERAL;
    default:
        return signal == SIGBUS ? ZX_EXCP_FATAL_PAGE_FAULT : ZX_EXCP_GENERAL;
    }
}

static zx_exception_report_t report_of(int signal, const greg_t *registers) {
    zx_exception_report_t report;
    memset(&report, 0, sizeof(report));
    report.header.size = sizeof(report);
    report.header.type = type_of(signal, (uint64_t)registers[REG_TRAPNO]);
    report.context.arch.u.x86_64.vector = (uint64_t)registers[REG_TRAPNO];
    report.context.arch.u.x86_64.err_code = (uint64_t)registers[REG_ERR];
    if (registers[REG_TRAPNO] == VECTOR_PAGE_FAULT) { // else it is that of some fault before
        report.context.arch.u.x86_64.cr2 = (uint64_t)registers[REG_CR2];
    }
    return report;
}

// A `syscall` instruction of a loaded program. Linux's own vDSO has some too.
static void handle_syscall(struct thread *self, const siginfo_t *info, greg_t *registers) {
    uintptr_t at = (uintptr_t)info->si_call_addr;
    if (linux_vdso != 0 && at >= linux_vdso && at - linux_vdso < 0x4000) {
        registers[REG_RAX] =
            linux_call6(info->si_syscall, (long)registers[REG_RDI], (long)registers[REG_RSI],
                        (long)registers[REG_RDX], (long)registers[REG_R10], (long)registers[REG_R8],
                        (long)registers[REG_R9]);
        return;
    }
    registers[REG_RAX] = ZX_ERR_BAD_SYSCALL;
    registers[REG_RCX] = registers[REG_RIP];
    registers[REG_R11] = registers[REG_EFL];
    atomic_fetch_or(&self->pending, THREAD_PENDING_POLICY);
}

// Returns to the program's code, unless something else is to be done first.
static void leave(struct thread *self, struct frame *frame) {
    for (;;) {
        atomic_store(&self->state, THREAD_IN_USER);
        if ((atomic_load(&self->pending) & THREAD_PENDING_KICKS) == 0 || self->leaving) {
            return;
        }
        atomic_store(&self->state, THREAD_IN_KERNEL);
        void *context = frame->context;
        bool in_call = frame->in_call;
        frame_open(self, frame, context);
        frame->in_call = in_call;
        fault_attend(self, frame);
        frame_close(self, frame);
    }
}

// A signal of ours found a thread in its program's code. False if the fault is for the program.
static bool handle_program(struct thread *self, int signal, siginfo_t *info, void *context) {
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    struct frame frame = {.context = context};
    bool fault = info->si_code > 0 && signal != KICK;
    atomic_store(&self->state, THREAD_IN_KERNEL);
    bool done = settle_place(self, &frame, registers) || !fault;
    if (!done && signal == SIGTRAP && info->si_code == LINUX_TRAP_TRACE &&
        (uintptr_t)registers[REG_RIP] == (uintptr_t)loaded_entry) {
        // The kernel is not stepped through: the call as a whole is one step.
        frame_set_stepped(&frame, false);
        atomic_fetch_or(&self->pending, THREAD_PENDING_STEP);
        atomic_store(&self->state, THREAD_IN_USER);
        return true;
    }
    if (!done && signal == SIGSYS && info->si_code == LINUX_SYS_USER_DISPATCH) {
        handle_syscall(self, info, registers);
        done = true;
    }
    if (!done && is_page_fault(signal, info)) {
        done = can_go_on(resolve(self, info, registers));
    }
    if (!done && fault_raise != NULL) {
        zx_exception_report_t report = report_of(signal, registers);
        frame_open(self, &frame, context);
        done = fault_raise(self, &frame, &report);
        frame_close(self, &frame);
    }
    leave(self, &frame);
    return done || self->leaving;
}

// Our handlers run in the kernel: a program's wish to be told of unaligned accesses is not ours.
static void clear_alignment_flag(void) {
    unsigned long long flags = __builtin_ia32_readeflags_u64();
    if ((flags & FLAG_ALIGNMENT) != 0) {
        __builtin_ia32_writeeflags_u64(flags & ~(unsigned long long)FLAG_ALIGNMENT);
    }
}

// The thread where its stack does not tell: it has no signal stack of ours.
static struct thread *find_self(struct thread *on_stack) {
    return on_stack != NULL || fault_self == NULL ? on_stack : fault_self();
}

// A page fault in the code of a thread that is not known yet, or that runs a handler of its
// program's while it waits in the kernel: it enters as for a call.
static bool resolve_entering(struct thread *on_stack, int signal, const siginfo_t *info,
                             const greg_t *registers) {
    if (!is_page_fault(signal, info) || fault_enter == NULL || fault_resolve == NULL ||
        !window_holds((uintptr_t)info->si_addr)) {
        return false;
    }
    struct thread *self = find_self(on_stack);
    if (self != NULL && (self->loaded || (atomic_load(&self->state) == THREAD_IN_KERNEL &&
                                          atomic_load(&self->blocked) == 0))) {
        return false; // the kernel itself, which has no business there
    }
    self = fault_enter();
    zx_status_t status =
        fault_resolve(self, (uintptr_t)info->si_addr, access_of(registers[REG_ERR]));
    fault_leave(self);
    return can_go_on(status);
}

static void handle(int signal, siginfo_t *info, void *context) {
    clear_alignment_flag();
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    struct thread *self = thread_of_stack();
    if (signal == SIGBUS && registers[REG_TRAPNO] == VECTOR_ALIGNMENT && info->si_code > 0 &&
        self != NULL && atomic_load(&self->state) == THREAD_IN_KERNEL) {
        registers[REG_EFL] &= ~(greg_t)FLAG_ALIGNMENT; // in the kernel a program's wish is none
        return;
    }
    if (handle_expected(find_self(self), signal, info, registers)) {
        return;
    }
    if (self != NULL && signal == KICK && info->si_code <= 0 &&
        atomic_exchange(&self->kicked, false)) {
        if (atomic_load(&self->state) == THREAD_IN_USER) {
            handle_program(self, signal, info, context);
        } else if (self->stop != NULL) {
            *self->stop = 1; // it may be about to enter a guest
        }
        return; // else it sees to it on its way out
    }
    if (self != NULL && info->si_code > 0) {
        if (atomic_load(&self->state) == THREAD_IN_USER) {
            if (!handle_program(self, signal, info, context)) {
                call_chained(self, signal, info, context);
            }
            return;
        }
        if (signal == SIGTRAP && info->si_code == LINUX_TRAP_TRACE) {
            registers[REG_EFL] &= ~(greg_t)FLAG_TRAP;
            atomic_fetch_or(&self->pending, THREAD_PENDING_STEP);
            return;
        }
    }
    if (!resolve_entering(self, signal, info, registers)) {
        call_chained(self, signal, info, context);
    }
}

void fault_redirect(struct thread *self, struct frame *frame) {
    greg_t *registers = ((ucontext_t *)frame->context)->uc_mcontext.gregs;
    registers[REG_RIP] = (greg_t)(uintptr_t)thread_die_raw;
    registers[REG_RDI] = (greg_t)(uintptr_t)self;
    registers[REG_RSP] = self->host_sp != 0 ? (greg_t)self->host_sp : registers[REG_RSP] - 128;
    registers[REG_EFL] &= ~(greg_t)(FLAG_TRAP | FLAG_DIRECTION | FLAG_ALIGNMENT);
}

void fault_start(void) {
    if (atomic_exchange(&started, true)) {
        return; // the child of a fork: Linux kept the handlers
    }
    linux_vdso = getauxval(AT_SYSINFO_EHDR);
    for (int i = 0; i < OURS; i++) {
        // Faults can happen inside the handlers; a kick waits for their end.
        struct linux_sigaction action = {
            .handler.detailed = handle,
            .flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART | LINUX_SA_RESTORER |
                     (ours[i] != KICK ? SA_NODEFER : 0),
            .restorer = fault_restorer,
            .mask = ~(fault_signal_mask() & ~(1ul << (KICK - 1))),
        };
        linux_call(SYS_rt_sigaction, ours[i], &action, &chained[ours[i]], MASK_BYTES);
    }
}
