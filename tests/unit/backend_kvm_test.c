// Part of libzircon. BSD-3-Clause, see LICENSE.
// Needs /dev/kvm: runs through tools/with_kvm.sh.
#include "../guest/programs.h"
#include "guest_window.h"

static void run_to_exit(struct thread *self, struct machine *machine) {
    zx_port_packet_t packet;
    zx_status_t status = vcpu_run(self, vcpu_at(machine->vcpu), &packet);
    if (status != ZX_OK) {
        fail_msg("vcpu_run: %d, exit %d, rip %#lx", status,
                 (int)vcpu_at(machine->vcpu)->machine.exit.reason,
                 vcpu_at(machine->vcpu)->machine.registers->rip);
    }
    assert_int_equal(packet.type, ZX_PKT_TYPE_GUEST_MEM);
    assert_int_equal(packet.guest_mem.addr, GUEST_EXIT);
    assert_int_equal(packet.guest_mem.inst_len, 12);
    assert_int_equal(packet.guest_mem.inst_buf[8], 0);
}

static void make(struct thread *self, struct machine *machine, struct guest_program program) {
    machine_make(self, machine, &backend_kvm, GUEST_CODE);
    guest_prepare(window, program);
    struct guest *guest = guest_at(machine->guest);
    assert_int_equal(guest_set_trap(self, guest, ZX_GUEST_TRAP_MEM, GUEST_EXIT, 4096, NULL, 0),
                     ZX_OK);
    assert_int_equal(guest_set_trap(self, guest, ZX_GUEST_TRAP_MEM, GUEST_TRAP, 4096, NULL, 7),
                     ZX_OK);
}

static void runs_a_program(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct machine machine;
    uint64_t before = atomic_load(&hv_entries);
    make(self, &machine, GUEST_PROGRAM(resume));
    run_to_exit(self, &machine);
    assert_true(atomic_load(&hv_entries) > before);
    machine_end(self, &machine);
}

static void decodes_what_traps(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct machine machine;
    make(self, &machine, GUEST_PROGRAM(instructions));
    run_to_exit(self, &machine);
    for (int i = 0; i < 10; i++) {
        zx_port_packet_t packet;
        assert_int_equal(vcpu_run(self, vcpu_at(machine.vcpu), &packet), ZX_OK);
        assert_int_equal(packet.key, 7);
        assert_int_equal(packet.guest_mem.addr & ~0xfffull, GUEST_TRAP);
        run_to_exit(self, &machine);
    }
    machine_end(self, &machine);
}

static void injects_interrupts(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct machine machine;
    make(self, &machine, GUEST_PROGRAM(interrupt));
    run_to_exit(self, &machine);
    vcpu_interrupt(self, vcpu_at(machine.vcpu), 32);
    zx_port_packet_t packet;
    assert_int_equal(vcpu_run(self, vcpu_at(machine.vcpu), &packet), ZX_OK);
    assert_int_equal(vcpu_at(machine.vcpu)->machine.registers->rax, 32);
    machine_end(self, &machine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT_TEST(runs_a_program),
        UNIT_TEST(decodes_what_traps),
        UNIT_TEST(injects_interrupts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
