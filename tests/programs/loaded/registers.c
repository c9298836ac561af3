// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A thread that is suspended over and over finds the registers that it is given, with flags that
// Linux would not bring back: ID, and NT, which some machines lose again at their next interrupt.
#include <stdatomic.h>
#include <zircon/syscalls/debug.h>

#include "runtime.h"

enum { NESTED = 1 << 14, IDENTIFICATION = 1 << 21, BOTH = NESTED | IDENTIFICATION };

static _Atomic uint32_t stop;
static _Atomic uint64_t turns;
static _Atomic uint64_t found; // the flags at the end
extern const char spin_begin[], spin_end[];

static void spin(void *argument) {
    (void)argument;
    uint64_t flags;
    __asm__ volatile("spin_begin:\n"
                     "1:  pause\n"
                     "    incq %[turns]\n"
                     "    cmpl $0, %[stop]\n"
                     "    je 1b\n"
                     "    pushfq\n"
                     "    popq %[flags]\n"
                     "spin_end:\n"
                     : [flags] "=r"(flags), [turns] "+m"(turns)
                     : [stop] "m"(stop)
                     : "cc", "memory", "r15");
    atomic_store(&found, flags);
    zx_nanosleep(0); // calls are made as ever
}

static void suspend(zx_handle_t thread, zx_handle_t *token) {
    MUST_OK(zx_task_suspend(thread, token));
    MUST_OK(zx_object_wait_one(thread, ZX_THREAD_SUSPENDED, ZX_TIME_INFINITE, 0));
}

static bool is_right(uint64_t flags, int64_t round) {
    return round % 2 == 0 ? (flags & BOTH) == 0 : (flags & IDENTIFICATION) != 0;
}

int64_t program(void) {
    int64_t rounds = start.argc > 1 ? number_of(start.argv[1]) : 100;
    struct runtime_thread thread;
    zx_handle_t token;
    bool begun = false;
    int64_t nested = 0;
    thread_begin(&thread, spin, 0);
    for (int64_t i = 0; i < rounds;) {
        zx_thread_state_general_regs_t regs;
        suspend(thread.handle, &token);
        MUST_OK(
            zx_thread_read_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &regs, sizeof(regs)));
        bool spins = regs.rip >= (uintptr_t)spin_begin && regs.rip < (uintptr_t)spin_end;
        MUST(spins || !begun);
        begun = spins;
        if (spins) {
            // As the last round left them.
            MUST(i == 0 || is_right(regs.rflags, i));
            nested += (regs.rflags & NESTED) != 0;
            MUST(i == 0 || regs.r15 == 0x1111111111111111 * (uint64_t)(i % 16));
            i++;
            regs.r15 = 0x1111111111111111 * (uint64_t)(i % 16);
            regs.rflags = i % 2 == 0 ? regs.rflags & ~(uint64_t)BOTH : regs.rflags | BOTH;
            MUST_OK(zx_thread_write_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &regs,
                                          sizeof(regs)));
        }
        uint64_t before = atomic_load(&turns);
        MUST_OK(zx_handle_close(token));
        // Mostly it gets to run, sometimes it is suspended on its way.
        while (i % 4 != 0 && atomic_load(&turns) == before) {
            zx_nanosleep(0);
        }
    }
    atomic_store(&stop, 1);
    thread_join(&thread);
    MUST(is_right(found, rounds));
    MUST(nested > 0);
    print_line("rounds:", rounds);
    return 0;
}
