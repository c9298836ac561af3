// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/threads.h"

#include <asm/prctl.h>
#include <string.h>

#include "base/state.h"
#include "host/linux.h"
#include "host/lock.h"
#include "host/memory.h"
#include "host/slab.h"

// Descriptors are made before there is a `self` to allocate with, so they have a list of their own.
// Their memory stays a descriptor for ever: a late park_wake may hit one whose thread is gone.
static struct {
    struct mutex lock;
    struct list live;
    struct list spare;
} threads KERNEL_STATE;

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

void thread_set_gs(uint64_t base) {
    linux_call(SYS_arch_prctl, ARCH_SET_GS, base);
}

struct thread *thread_attach(void) {
    uint32_t tid = thread_current_tid();
    lock_bare();
    struct list *node = list_pop(&threads.spare);
    struct thread *self =
        node != NULL ? list_entry(node, struct thread, node) : memory_take(sizeof(struct thread));
    if (self != NULL) {
        memset((char *)self + offsetof(struct thread, tid), 0,
               sizeof(*self) - offsetof(struct thread, tid));
        self->tid = tid;
        self->random = (uint64_t)tid * 0x9e3779b97f4a7c15u | 1;
        atomic_store(&self->pending, 0);
        atomic_store(&self->park, 0);
        atomic_store(&self->state, THREAD_IN_USER);
        list_add_tail(&threads.live, &self->node);
    }
    unlock_bare();
    return self;
}

void thread_detach(struct thread *self) {
    slab_flush(self);
    atomic_store(&self->state, THREAD_ABSENT);
    lock_bare();
    list_remove(&self->node);
    list_add_tail(&threads.spare, &self->node);
    unlock_bare();
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
