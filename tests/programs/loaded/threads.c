// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Threads: their registers at the start, their thread-local variables, many at a time and many one
// after the other, and both ways of ending that give the stack away.
#include "runtime.h"

#include <stdatomic.h>

enum { TOGETHER = 16, ROUNDS = 500 };

static _Thread_local int counter = 7;
static _Thread_local char text[100] = "initial";
static _Thread_local uint64_t zero;

static _Atomic uint64_t sum;

static void check_own_variables(void *argument) {
    uint64_t number = (uint64_t)(uintptr_t)argument;
    MUST(counter == 7 && zero == 0 && text_is(text, "initial"));
    counter += (int)number;
    zero = number;
    for (int i = 0; i < 100; i++) {
        MUST(counter == 7 + (int)number && zero == number);
        if (i % 10 == 0) {
            zx_nanosleep(0); // others run
        }
    }
    atomic_fetch_add(&sum, number);
}

static void many_together(void) {
    static struct runtime_thread threads[TOGETHER];
    for (uint64_t i = 0; i < TOGETHER; i++) {
        thread_begin(&threads[i], check_own_variables, (void *)(uintptr_t)i);
    }
    for (int i = 0; i < TOGETHER; i++) {
        thread_join(&threads[i]);
    }
    MUST(atomic_load(&sum) == TOGETHER * (TOGETHER - 1) / 2);
    MUST(counter == 7 && zero == 0);
}

static void nothing(void *argument) {
    (void)argument;
}

static void one_after_the_other(void) {
    static struct runtime_thread thread;
    for (int i = 0; i < ROUNDS; i++) {
        thread_begin(&thread, nothing, 0);
        thread_join(&thread);
    }
}

// A thread that begins at zx_thread_exit, and needs no stack at all.
static void without_a_stack(void) {
    zx_handle_t thread;
    MUST_OK(zx_thread_create(start.process, "bare", 4, 0, &thread));
    MUST_OK(zx_thread_start(thread, vdso_symbol("zx_thread_exit"), 0, 0, 0));
    MUST_OK(zx_object_wait_one(thread, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, 0));
    MUST_OK(zx_handle_close(thread));
}

// A thread that unmaps its own stack as it ends.
struct detached {
    zx_vaddr_t stack;
    zx_handle_t thread;
};

static void end_detached(uintptr_t argument, uintptr_t unused) {
    (void)unused;
    struct detached detached;
    memcpy(&detached, (void *)argument, sizeof(detached));
    zx_vmar_unmap_handle_close_thread_exit(start.root, detached.stack, 64 << 10, detached.thread);
    __builtin_trap();
}

static void detached_ones(void) {
    for (int i = 0; i < 50; i++) {
        zx_handle_t vmo, thread;
        static struct detached detached;
        MUST_OK(zx_vmo_create(64 << 10, 0, &vmo));
        MUST_OK(zx_vmar_map(start.root, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0, vmo, 0, 64 << 10,
                            &detached.stack));
        MUST_OK(zx_handle_close(vmo));
        MUST_OK(zx_thread_create(start.process, "detached", 8, 0, &thread));
        MUST_OK(zx_handle_duplicate(thread, ZX_RIGHT_SAME_RIGHTS, &detached.thread));
        MUST_OK(zx_thread_start(thread, (zx_vaddr_t)(uintptr_t)end_detached,
                                detached.stack + (64 << 10) - 8, (uintptr_t)&detached, 0));
        MUST_OK(zx_object_wait_one(thread, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, 0));
        MUST_STATUS(zx_object_get_info(detached.thread, ZX_INFO_HANDLE_VALID, 0, 0, 0, 0),
                    ZX_ERR_BAD_HANDLE);
        MUST_OK(zx_handle_close(thread));
    }
}

int64_t program(void) {
    many_together();
    one_after_the_other();
    without_a_stack();
    detached_ones();
    size_t count;
    MUST_OK(zx_object_get_info(start.process, ZX_INFO_PROCESS_THREADS, 0, 0, 0, &count));
    MUST(count == 1);
    print("all threads done\n");
    return 0;
}
