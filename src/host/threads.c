// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/threads.h"

#include <asm/prctl.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/time_types.h>
#include <sched.h>
#include <signal.h>
#include <string.h>

#include "base/state.h"
#include "host/defer.h"
#include "host/fault.h"
#include "host/linux.h"
#include "host/lock.h"
#include "host/memory.h"
#include "host/park.h"
#include "host/slab.h"

_Static_assert(offsetof(struct thread, state) == THREAD_OFFSET_STATE, "the assembly reads it");
_Static_assert(offsetof(struct thread, pending) == THREAD_OFFSET_PENDING, "the assembly reads it");
_Static_assert(offsetof(struct thread, user_sp) == THREAD_OFFSET_USER_SP, "the assembly reads it");
_Static_assert(offsetof(struct thread, host_sp) == THREAD_OFFSET_HOST_SP, "the assembly reads it");
_Static_assert(offsetof(struct thread, entry) == THREAD_OFFSET_ENTRY, "the assembly reads it");
_Static_assert(offsetof(struct thread, loaded) == THREAD_OFFSET_LOADED, "the assembly reads it");
_Static_assert(offsetof(struct thread, dead) == THREAD_OFFSET_DEAD, "the assembly reads it");
_Static_assert(offsetof(struct thread, tid) == THREAD_OFFSET_TID, "the assembly reads it");
_Static_assert(sizeof(struct thread) <= THREAD_KERNEL_STACK - HOST_PAGE_SIZE, "it has a guard");

// Descriptors are made before there is a `self` to allocate with, so they have a list of their own.
// Their memory stays a descriptor for ever: a late park_wake may hit one whose thread is gone.
static struct {
    struct mutex lock;
    struct list live;
    struct list spare;
} threads KERNEL_STATE;

// Where the entry of loaded threads looks for those whose %gs is their program's, by the lowest
// bits of Linux's number.
enum { TIDS = 1024 };
extern struct thread *_Atomic threads_by_tid[TIDS];
struct thread *_Atomic threads_by_tid[TIDS] KERNEL_STATE;

void thread_note_tid(struct thread *self) {
    atomic_store(&threads_by_tid[atomic_load(&self->tid) % TIDS], self);
}

void threads_start(void) {
    mutex_init(&threads.lock, RANK_THREADS);
    list_init(&threads.live);
    list_init(&threads.spare);
}

// Without a descriptor there is no place to note the lock: these two stand in for mutex_lock.
static void lock_bare(void) {
    uint32_t expected = 0;
    if (!atomic_compare_exchange_strong(&threads.lock.state, &expected, 1)) {
        mutex_lock_slow(&threads.lock);
    }
}

static void unlock_bare(void) {
    if (atomic_exchange(&threads.lock.state, 0) == 2) {
        mutex_unlock_slow(&threads.lock);
    }
}

uint32_t thread_current_tid(void) {
    return (uint32_t)linux_call(SYS_gettid);
}

uint32_t thread_cpu(void) {
    uint32_t cpu = 0;
    linux_call(SYS_getcpu, &cpu, NULL, NULL);
    return cpu;
}

void thread_yield(void) {
    linux_call(SYS_sched_yield);
}

void thread_set_gs(struct thread *self, uint64_t base) {
    if (base == 0 && self->loaded) {
        base = (uint64_t)(uintptr_t)self;
    }
    linux_call(SYS_arch_prctl, ARCH_SET_GS, base);
}

uint64_t thread_fs(void) {
    uint64_t base = 0;
    linux_call(SYS_arch_prctl, ARCH_GET_FS, &base);
    return base;
}

void thread_set_fs(uint64_t base) {
    linux_call(SYS_arch_prctl, ARCH_SET_FS, base);
}

void thread_allow_calls(struct thread *self, bool allowed) {
    self->dispatch = allowed ? SYSCALL_DISPATCH_FILTER_ALLOW : SYSCALL_DISPATCH_FILTER_BLOCK;
}

// --- descriptors ---

static struct thread *make_block(void) {
    char *block = memory_take_aligned(THREAD_BLOCK, THREAD_BLOCK);
    if (block == NULL) {
        return NULL;
    }
    size_t first = sizeof(struct thread) + HOST_PAGE_SIZE - 1;
    first -= first % HOST_PAGE_SIZE;
    linux_call(SYS_mprotect, block + first, THREAD_KERNEL_STACK - first, PROT_NONE);
    linux_call(SYS_mprotect, block + THREAD_SIGNAL_GUARD, HOST_PAGE_SIZE, PROT_NONE);
    struct thread *self = (struct thread *)(void *)block;
    self->self = self;
    return self;
}

// A block that was a loaded thread's can be used again when Linux has cleared its mark.
static struct thread *spare_locked(void) {
    list_for_each(node, next, &threads.spare) {
        struct thread *thread = list_entry(node, struct thread, node);
        if (atomic_load(&thread->alive) == 0) {
            list_remove(node);
            return thread;
        }
    }
    return NULL;
}

struct thread *thread_make(void) {
    lock_bare();
    struct thread *self = spare_locked();
    if (self == NULL) {
        self = make_block();
    }
    if (self != NULL) {
        atomic_store(&self->tid, 0);
        memset((char *)self + offsetof(struct thread, blocked), 0,
               sizeof(*self) - offsetof(struct thread, blocked));
        self->random = (uint64_t)(uintptr_t)self * 0x9e3779b97f4a7c15u | 1;
        atomic_store(&self->pending, 0);
        atomic_store(&self->park, 0);
        atomic_store(&self->state, THREAD_IN_KERNEL);
        list_add_tail(&threads.live, &self->node);
    }
    unlock_bare();
    return self;
}

struct thread *thread_attach(void) {
    struct thread *self = thread_make();
    if (self != NULL) {
        atomic_store(&self->tid, thread_current_tid());
        atomic_store(&self->state, THREAD_IN_USER);
    }
    return self;
}

void thread_detach(struct thread *self) {
    slab_flush(self);
    atomic_store(&self->state, THREAD_ABSENT);
    atomic_store(&self->tid, 0); // Linux gives it to others
    lock_bare();
    list_remove(&self->node);
    list_add_tail(&threads.spare, &self->node);
    unlock_bare();
}

struct thread *thread_of_stack(void) {
    uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
    if (sp < kernel_range.base || sp >= kernel_range.end) {
        return NULL;
    }
    struct thread *self = (struct thread *)(sp & ~(uintptr_t)(THREAD_BLOCK - 1));
    return self->self == self && atomic_load(&self->state) != THREAD_ABSENT ? self : NULL;
}

// --- signals ---

void thread_take_signals(struct thread *self) {
    stack_t stack = {
        .ss_sp = (char *)self + THREAD_SIGNAL_STACK,
        .ss_size = THREAD_STORAGE - THREAD_SIGNAL_STACK,
    };
    stack_t before = {0};
    linux_call(SYS_sigaltstack, &stack, &before);
    bool ours =
        (uintptr_t)before.ss_sp >= kernel_range.base && (uintptr_t)before.ss_sp < kernel_range.end;
    if ((before.ss_flags & SS_DISABLE) == 0 && !ours) {
        self->own_stack = before.ss_sp;
        self->own_stack_size = before.ss_size;
    }
}

void thread_drop_signals(struct thread *self) {
    if (self->leaving && self->own_stack == NULL) {
        return; // nothing of the program's runs after this
    }
    stack_t stack = {.ss_flags = SS_DISABLE};
    if (self->own_stack != NULL) {
        stack = (stack_t){.ss_sp = self->own_stack, .ss_size = self->own_stack_size};
    }
    linux_call(SYS_sigaltstack, &stack, 0);
}

void thread_kick(struct thread *self, struct thread *thread) {
    if (thread == self) {
        return; // it is in the kernel, and sees to it on its way out
    }
    park_wake(thread);
    // A thread that does not run yet looks at its pending flags before it does.
    uint32_t tid = atomic_load(&thread->tid);
    if (tid != 0 && !atomic_exchange(&thread->kicked, true)) {
        long process = linux_call(SYS_getpid);
        linux_call(SYS_tgkill, process, tid, fault_kick_signal());
    }
}

// --- loaded threads ---

// thread_x86_64.S
extern long thread_clone_raw(unsigned long flags, void *stack, _Atomic uint32_t *tid,
                             _Atomic uint32_t *alive, struct thread *self,
                             void (*main)(struct thread *self));
extern _Noreturn void thread_end_raw(void);

bool thread_clone(struct thread *running, void (*main)(struct thread *self)) {
    enum {
        FLAGS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID
    };
    running->loaded = true;
    running->dispatch = SYSCALL_DISPATCH_FILTER_BLOCK;
    atomic_store(&running->alive, 1);
    // Handlers of the program's must not run without its %fs.
    unsigned long mask = signal_block();
    long tid = thread_clone_raw(FLAGS, (char *)running + THREAD_SIGNAL_GUARD, &running->tid,
                                &running->alive, running, main);
    signal_unblock(mask);
    if (tid < 0) {
        atomic_store(&running->alive, 0);
    }
    return tid > 0;
}

extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char etext[] __attribute__((visibility("hidden")));

void thread_trap_syscalls(struct thread *self) {
    linux_call(SYS_prctl, PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, __ehdr_start,
               etext - __ehdr_start, &self->dispatch);
}

void thread_end(struct thread *self) {
    thread_detach(self);
    thread_end_raw();
}

zx_duration_t thread_runtime(const struct thread *thread) {
    uint32_t tid = atomic_load(&thread->tid);
    struct __kernel_timespec time = {0};
    if (tid == 0) {
        return 0;
    }
    // Linux's number for the clock of a thread: its own in the upper bits, 6 for processor time.
    linux_call(SYS_clock_gettime, (int)(~tid << 3 | 6), &time);
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

struct thread *thread_find(uint32_t tid) {
    struct thread *found = NULL;
    lock_bare();
    list_for_each(node, next, &threads.live) {
        struct thread *thread = list_entry(node, struct thread, node);
        if (thread->tid == tid) {
            found = thread;
            break;
        }
    }
    unlock_bare();
    return found;
}

// These two read what the other threads write without a lock: exact only while they stand still.
__attribute__((no_sanitize("thread"))) uint32_t threads_count_cells(struct thread *self,
                                                                    uint32_t id) {
    uint32_t count = 0;
    mutex_lock(self, &threads.lock);
    list_for_each(node, next, &threads.live) {
        count += list_entry(node, struct thread, node)->magazines[id].count;
    }
    mutex_unlock(self, &threads.lock);
    return count;
}

__attribute__((no_sanitize("thread"))) uint32_t
threads_count_handles(struct thread *self, const struct process *process) {
    uint32_t count = 0;
    mutex_lock(self, &threads.lock);
    list_for_each(node, next, &threads.live) {
        struct thread *thread = list_entry(node, struct thread, node);
        if (thread->process == process) {
            count += thread->handles.count;
        }
    }
    mutex_unlock(self, &threads.lock);
    return count;
}

void host_exit(int code) {
    for (;;) {
        linux_call(SYS_exit_group, code);
    }
}

void thread_set_priority(uint32_t tid, int32_t priority) {
    enum { DEFAULT = 16, LOWEST_NICE = 19, HIGHEST_NICE = 20 };
    int32_t below = DEFAULT - priority;
    int32_t nice =
        below >= 0 ? below * LOWEST_NICE / DEFAULT : below * HIGHEST_NICE / (DEFAULT - 1);
    if (tid != 0) {
        linux_call(SYS_setpriority, 0, tid, nice);
    }
}
