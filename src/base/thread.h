// Part of libzircon. BSD-3-Clause, see LICENSE.
// A thread as every room of the kernel sees it.
//
// `struct thread` is what locks, slabs, parking and the entry keep for each Linux thread that runs
// kernel code. It is passed on as an explicit argument, usually called `self`, because the kernel
// must not touch thread-local storage: in a loaded program %fs is not ours. The object that
// programs hold handles to is `struct thread_object` (objects/thread.h); it outlives this.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include <zircon/types.h>

struct mutex;
struct object;
struct process;
struct thread_object;

enum {
    SLAB_CACHES_MAX = 64,    // caches that a magazine array has room for
    THREAD_WAKES_MAX = 16,   // wake-ups that wait for the outermost unlock
    THREAD_LOCKS_MAX = 8,    // nested locks, as docs/locking.md ranks them
    THREAD_HANDLES_MAX = 64, // free handle slots that a thread keeps for itself
};

// Where a thread is. Zero is what the child of a fork reads from wiped memory: no thread at all.
enum thread_state {
    THREAD_ABSENT = 0,
    THREAD_IN_USER = 1,
    THREAD_IN_KERNEL = 2,
};

// What a thread must see to before it returns to its program, or ends a wait for.
enum thread_pending {
    THREAD_PENDING_KILL = 1u << 0,
    THREAD_PENDING_SUSPEND = 1u << 1,
    THREAD_PENDING_SIGNAL = 1u << 2, // a Linux signal was put off while in the kernel
    THREAD_PENDING_NESTED = 1u << 3, // a descriptor for one call from a signal handler
    THREAD_PENDING_LEAVE = 1u << 4,  // a descriptor for one call of a thread that has left
    THREAD_PENDING_POLICY = 1u << 5, // a policy of its job raises an exception
    THREAD_PENDING_START = 1u << 6,  // it has not run yet, and somebody wants to know when it does
    THREAD_PENDING_STEP = 1u << 7,   // it was single-stepped when it came into the kernel
    THREAD_PENDING_RETRY = 1u << 8,  // its call is to be made again

    // Those that a kick makes a thread see to, once it runs its program's code.
    THREAD_PENDING_KICKS = THREAD_PENDING_KILL | THREAD_PENDING_SUSPEND | THREAD_PENDING_POLICY |
                           THREAD_PENDING_START | THREAD_PENDING_STEP | THREAD_PENDING_RETRY,
};

// A descriptor lies at the start of an aligned block, with the thread's stacks behind it: whoever
// runs on one of them finds the descriptor by his stack pointer.
//
//     descriptor | no access | kernel stack, of loaded threads | no access | signal stack | storage
//
// The last is for hooks in loaded threads, see libc/storage.c.
enum {
    THREAD_BLOCK = 256 << 10,
    THREAD_KERNEL_STACK = 12 << 10, // where it begins
    THREAD_SIGNAL_GUARD = 128 << 10,
    THREAD_SIGNAL_STACK = THREAD_SIGNAL_GUARD + (4 << 10),
    THREAD_STORAGE = THREAD_BLOCK - (16 << 10),
};

// Where the code in assembly finds things.
enum {
    THREAD_OFFSET_STATE = 8,
    THREAD_OFFSET_PENDING = 12,
    THREAD_OFFSET_USER_SP = 32,
    THREAD_OFFSET_HOST_SP = 40,
    THREAD_OFFSET_ENTRY = 48,
    THREAD_OFFSET_LOADED = 80,
    THREAD_OFFSET_DEAD = 88,
    THREAD_OFFSET_TID = 20,
};

struct frame;
struct slab_link;

// A thread's own free cells of one slab cache.
struct magazine {
    struct slab_link *top;
    uint32_t count;
};

// Free handle slots in the order in which they were closed.
struct handle_magazine {
    uint32_t head, count;
    uint32_t slots[THREAD_HANDLES_MAX];
};

// A channel_call in progress (objects/channel.c). It lives here since a call that a suspension
// interrupted is taken up again by a second system call.
struct channel_waiter {
    struct list node;
    struct object *channel; // with a reference while a call is in progress
    struct message *reply;
    struct thread *thread;
    zx_status_t status;
    zx_txid_t txid;
    atomic_bool done;
};

struct thread {
    struct thread *self;      // tells a block that has a descriptor
    _Atomic uint32_t state;   // enum thread_state
    _Atomic uint32_t pending; // enum thread_pending
    _Atomic uint32_t park;    // the futex word, see host/park.h
    _Atomic uint32_t tid;     // Linux's number of the thread; 0 before it runs
    _Atomic uint32_t blocked; // while parked: ZX_THREAD_STATE_BLOCKED_*, why
    _Atomic uint32_t alive;   // not 0 until Linux is done with a thread made by clone
    uint64_t user_sp;         // of a loaded thread in the kernel: its stack pointer
    uint64_t host_sp;         // of a linked thread: where its last return goes, 0 if to libc

    uint64_t entry[4]; // where it begins: pc, sp and two arguments
    bool loaded;       // made by clone: runs code of Fuchsia's, with %fs of its own

    struct object *dead; // objects whose last reference went while a lock was held

    uint64_t retry[7];    // number and first arguments of the call to be made again
    bool first;           // the first thread of its process
    bool leaving;         // on its way out for good
    bool killed;          // because somebody killed it
    uint32_t park_ignore; // pending flags that do not end a wait
    atomic_bool kicked;   // a kick is on its way
    uint8_t dispatch;     // the selector of Linux's syscall user dispatch
    struct frame *frame;  // while it is stopped: its registers; see objects/thread.h
    void *own_stack;      // the alternate signal stack that the program asked for
    size_t own_stack_size;

    volatile uint8_t *stop; // while it runs a guest: not 0 keeps it from entering it

    struct thread *outer; // of a nested descriptor: the one below it
    struct process *process;
    struct thread_object *object;

    // Locks held, innermost last; kept in every build since wake-ups wait for depth zero.
    uint32_t lock_depth;
    uint32_t wake_count;
    struct mutex *locks[THREAD_LOCKS_MAX];
    struct thread *wakes[THREAD_WAKES_MAX];

    bool burying; // objects on `dead` are being destroyed further up the stack

    uint32_t fail_after; // failure injection: the Nth allocation from now fails; 0 is off
    uint64_t random;     // state of the debug build's random delays

    struct channel_waiter call;
    struct handle_magazine handles;
    struct magazine magazines[SLAB_CACHES_MAX];

    unsigned long signal_mask; // that signals put off are to come back to, see host/defer.h
    struct list node;          // on the list of all threads
};
