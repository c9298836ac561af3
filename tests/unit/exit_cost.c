// Part of libzircon. BSD-3-Clause, see LICENSE.
// What the kernel itself costs for each exit of a guest: zx_vcpu_resume over a backend that does
// nothing but say what happened. Prints nanoseconds; no test, since it judges nothing.
#include <string.h>
#include <time.h>

#include "../guest/layout.h"
#include "guest_window.h"
#include "hypervisor/vcpu_state.h"
#include "scripted.h"
#include "sys.h"

enum { ROUNDS = 9, EXITS = 200000 };

static struct machine machine;
static zx_handle_t handle;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void rewind_code(struct hv_vcpu *vcpu) {
    vcpu->registers->rip = GUEST_CODE;
}

static void measure(struct thread *self, const char *name, const struct script_step *step,
                    const char *code, size_t size, zx_handle_t port) {
    double times[ROUNDS];
    memcpy(window + GUEST_CODE, code, size);
    script_play(step, 1);
    for (int round = 0; round < ROUNDS; round++) {
        double begin = now();
        for (int i = 0; i < EXITS; i++) {
            zx_port_packet_t packet;
            unit_check(sys_vcpu_resume(self, handle, (user_out){&packet}) == ZX_OK);
        }
        times[round] = (now() - begin) / EXITS;
    }
    (void)port;
    qsort(times, ROUNDS, sizeof(times[0]), compare);
    printf("%-12s median %6.1f ns, least %6.1f ns, most %6.1f ns\n", name, times[ROUNDS / 2],
           times[0], times[ROUNDS - 1]);
}

int main(void) {
    struct thread *self = unit_self();
    machine_make(self, &machine, &backend_scripted, GUEST_CODE);
    script.system.cr0 &= ~CR0_PG;
    handle = unit_publish_take(self, machine.vcpu, ZX_DEFAULT_VCPU_RIGHTS);
    struct guest *guest = guest_at(machine.guest);
    unit_check(guest_set_trap(self, guest, ZX_GUEST_TRAP_IO, 0, 100, NULL, 1) == ZX_OK);
    unit_check(guest_set_trap(self, guest, ZX_GUEST_TRAP_MEM, GUEST_TRAP, 4096, NULL, 2) == ZX_OK);
    script.registers.rdi = GUEST_TRAP;

    static struct script_step output = SCRIPT_IO(0x11, 1, false);
    static struct script_step input = SCRIPT_IO(0x11, 1, true);
    static struct script_step memory = {.exit = {.reason = HV_EXIT_MEMORY}};
    output.act = input.act = memory.act = rewind_code;
    measure(self, "output", &output, "\xe6\x11", 2, 0);
    measure(self, "input", &input, "\xe4\x11", 2, 0);
    measure(self, "memory trap", &memory, "\x88\x07", 2, 0);
    unit_close(self, handle);
    object_unref(self, machine.guest);
    return 0;
}
