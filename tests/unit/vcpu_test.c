// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "hypervisor/vcpu.h"

#include <string.h>

#include "../guest/layout.h"
#include "guest_window.h"
#include "host/service.h"
#include "hypervisor/vcpu_state.h"
#include "scripted.h"

enum { KEY = 0x1234, ENTRY = GUEST_CODE };

static struct machine machine;
static struct vcpu *vcpu;

static void make(struct thread *self) {
    machine_make(self, &machine, &backend_scripted, ENTRY);
    vcpu = vcpu_at(machine.vcpu);
    // A guest that has paging off: every address is a physical one.
    script.system.cr0 &= ~CR0_PG;
}

static void end(struct thread *self) {
    machine_end(self, &machine);
}

static void trap(struct thread *self, uint32_t kind, uint64_t address, uint64_t size,
                 struct object *port) {
    assert_int_equal(guest_set_trap(self, guest_at(machine.guest), kind, address, size, port, KEY),
                     ZX_OK);
}

static void put_code(const char *bytes, size_t size) {
    memcpy(window + ENTRY, bytes, size);
}

static zx_status_t run(struct thread *self, zx_port_packet_t *packet) {
    memset(packet, 0x5a, sizeof(*packet));
    return vcpu_run(self, vcpu, packet);
}

// --- ports ---

static void tells_of_an_output(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_IO(0x11, 2, false)};
    make(self);
    put_code("\x66\xe7\x11", 3);
    trap(self, ZX_GUEST_TRAP_IO, 0x10, 2, NULL);
    script_play(steps, 1);
    script.data = 0xaabb;
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_OK);
    assert_int_equal(packet.key, KEY);
    assert_int_equal(packet.type, ZX_PKT_TYPE_GUEST_IO);
    assert_int_equal(packet.guest_io.port, 0x11);
    assert_int_equal(packet.guest_io.access_size, 2);
    assert_false(packet.guest_io.input);
    assert_int_equal(packet.guest_io.u32, 0xaabb);
    assert_int_equal(script.runs, 1);
    end(self);
}

static void finishes_an_input_with_what_is_written(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_IO(0x11, 4, true)};
    make(self);
    put_code("\xe5\x11", 2);
    trap(self, ZX_GUEST_TRAP_IO, 0x11, 1, NULL);
    script_play(steps, 1);
    script.registers.rax = 0x1122334455667788;
    script.data = 99;
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_OK);
    assert_true(packet.guest_io.input);
    assert_int_equal(packet.guest_io.u32, 0);
    assert_int_equal((uint32_t)script.data, 0); // what it reads if nothing is written
    uint32_t value = 0xcafef00d;
    vcpu_write_input(vcpu, &value, 4);
    assert_int_equal((uint32_t)script.data, value);
    assert_int_equal(script.settles, 0); // the next run does it
    zx_vcpu_state_t shown;
    vcpu_read_state(vcpu, &shown);
    assert_int_equal(script.settles, 1);
    assert_int_equal(shown.rax, value);
    vcpu_read_state(vcpu, &shown);
    assert_int_equal(script.settles, 1);
    end(self);
}

static void input_of_another_size_changes_rax(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_IO(0x11, 1, true)};
    make(self);
    put_code("\xe4\x11", 2);
    trap(self, ZX_GUEST_TRAP_IO, 0x11, 1, NULL);
    script_play(steps, 1);
    script.registers.rax = 0x1122334455667788;
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_OK);
    uint32_t value = 0xcafef00d;
    vcpu_write_input(vcpu, &value, 4);
    assert_int_equal(script.settles, 1);
    assert_int_equal(script.registers.rax, 0x11223344cafef00d);
    assert_true(vcpu->machine.registers_changed);
    end(self);
}

static void serves_a_refused_port_again(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_IO(0x11, 1, false)};
    make(self);
    put_code("\xe6\x11", 2);
    script_play(steps, 1);
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_FOUND);
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_FOUND);
    assert_int_equal(script.runs, 1);
    trap(self, ZX_GUEST_TRAP_IO, 0x11, 1, NULL);
    assert_int_equal(run(self, &packet), ZX_OK);
    assert_int_equal(script.runs, 1);
    assert_int_equal(run(self, &packet), ZX_OK);
    assert_int_equal(script.runs, 2);
    end(self);
}

static void refuses_string_instructions(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_IO(0x11, 1, false)};
    static const char *const code[] = {"\x6e\x90\x90", "\xf3\x6e\x90", "\x6d\x90\x90",
                                       "\x0f\x0b\x90"};
    for (size_t i = 0; i < sizeof(code) / sizeof(code[0]); i++) {
        make(self);
        put_code(code[i], 3);
        trap(self, ZX_GUEST_TRAP_IO, 0x11, 1, NULL);
        script_play(steps, 1);
        zx_port_packet_t packet;
        assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
        end(self);
    }
}

static void refuses_many_steps_at_once(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct script_step step = SCRIPT_IO(0x11, 1, false);
    step.exit.io.count = 16;
    make(self);
    put_code("\xe6\x11", 2);
    trap(self, ZX_GUEST_TRAP_IO, 0x11, 1, NULL);
    script_play(&step, 1);
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
    end(self);
}

// --- memory ---

static void tells_of_an_access_with_its_instruction(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_EXIT(HV_EXIT_MEMORY)};
    make(self);
    put_code("\x89\x47\x08\xf4", 4); // mov %eax, 8(%rdi)
    trap(self, ZX_GUEST_TRAP_MEM, GUEST_TRAP, 4096, NULL);
    script.registers.rdi = GUEST_TRAP + 0x10;
    script_play(steps, 1);
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_OK);
    assert_int_equal(packet.type, ZX_PKT_TYPE_GUEST_MEM);
    assert_int_equal(packet.key, KEY);
    assert_int_equal(packet.guest_mem.addr, GUEST_TRAP + 0x18);
    assert_int_equal(packet.guest_mem.inst_len, 3);
    assert_memory_equal(packet.guest_mem.inst_buf, "\x89\x47\x08\0\0\0\0\0\0\0\0\0\0\0\0", 15);
    assert_int_equal(packet.guest_mem.default_operand_size, 4);
    assert_int_equal(script.registers.rip, ENTRY + 3);
    assert_true(vcpu->machine.registers_changed);
    assert_int_equal(script.registers.rdi, GUEST_TRAP + 0x10);
    end(self);
}

static void makes_memory_accessible_and_goes_on(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_EXIT(HV_EXIT_MEMORY),
                                               SCRIPT_EXIT(HV_EXIT_SHUTDOWN)};
    make(self);
    put_code("\x48\x89\x07", 3); // mov %rax, (%rdi)
    script.registers.rdi = GUEST_DATA + 0xffc;
    script_play(steps, 2);
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
    assert_int_equal(window_touches, 2); // it lies on two pages
    assert_int_equal(script.runs, 2);
    assert_int_equal(script.registers.rip, ENTRY);
    // A triple fault is the end.
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
    assert_int_equal(script.runs, 2);
    end(self);
}

static void says_where_nothing_is_mapped(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_EXIT(HV_EXIT_MEMORY)};
    make(self);
    put_code("\x48\x89\x07", 3);
    script_play(steps, 1);
    script.registers.rdi = GUEST_DATA;
    window_says = ZX_ERR_NOT_FOUND;
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_FOUND);
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_FOUND);
    assert_int_equal(script.runs, 1);
    script.registers.rdi = WINDOW_SIZE;
    window_says = ZX_OK;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_FOUND);
    script.registers.rdi = GUEST_ADDRESS_LIMIT;
    assert_int_equal(run(self, &packet), ZX_ERR_OUT_OF_RANGE);
    end(self);
}

static void gives_up_where_nothing_helps(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_EXIT(HV_EXIT_MEMORY)};
    make(self);
    put_code("\x48\x89\x07", 3);
    script_play(steps, 1);
    script.registers.rdi = GUEST_DATA;
    window_is_open = true;
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_INTERNAL);
    assert_int_equal(window_touches, 0);
    // Nor can it be helped that a table is where no memory is.
    script.system.idt_base = WINDOW_SIZE;
    script.system.idt_limit = 0xfff;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_FOUND);
    end(self);
}

static struct script_step counting[] = {{.exit = {.reason = HV_EXIT_MEMORY}}};

// Every other time another vcpu has touched the page meanwhile.
static void count_down(struct hv_vcpu *machine_vcpu) {
    machine_vcpu->registers->rcx--;
    window_is_open = machine_vcpu->registers->rcx % 2 == 0;
    if (machine_vcpu->registers->rcx == 0) {
        counting[0].exit.reason = HV_EXIT_SHUTDOWN;
    }
}

static void goes_on_as_long_as_something_helps(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make(self);
    put_code("\xf3\x48\xab", 3); // rep stosq: it stays where it is
    counting[0].act = count_down;
    script_play(counting, 1);
    script.registers.rdi = GUEST_DATA;
    script.registers.rcx = 1000;
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
    assert_int_equal(script.runs, 1001);
    assert_int_equal(window_touches, 500);
    end(self);
}

static void code_in_a_hole_is_not_found(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_EXIT(HV_EXIT_MEMORY),
                                               SCRIPT_EXIT(HV_EXIT_EMULATION)};
    for (uint32_t i = 0; i < 2; i++) {
        make(self);
        script.registers.rip = WINDOW_SIZE + 0x1000;
        script_play(&steps[i], 1);
        zx_port_packet_t packet;
        assert_int_equal(run(self, &packet), ZX_ERR_NOT_FOUND);
        end(self);
    }
}

static void code_in_a_trap_is_not_supported(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_EXIT(HV_EXIT_MEMORY)};
    make(self);
    trap(self, ZX_GUEST_TRAP_MEM, GUEST_TRAP, 4096, NULL);
    script.registers.rip = GUEST_TRAP + 8;
    script_play(steps, 1);
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
    end(self);
}

static void other_exits_have_their_statuses(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct {
        struct script_step step;
        zx_status_t status;
    } cases[] = {
        {SCRIPT_EXIT(HV_EXIT_ENTRY_FAILED), ZX_ERR_BAD_STATE},
        {SCRIPT_EXIT(HV_EXIT_EMULATION), ZX_ERR_NOT_SUPPORTED},
        {SCRIPT_EXIT(HV_EXIT_NO_MEMORY), ZX_ERR_NO_MEMORY},
        {SCRIPT_EXIT(HV_EXIT_UNKNOWN), ZX_ERR_NOT_SUPPORTED},
        {{.exit = {.reason = HV_EXIT_BEYOND, .beyond = {1ull << 47}}}, ZX_ERR_NOT_FOUND},
        {{.exit = {.reason = HV_EXIT_BEYOND, .beyond = {1ull << 48}}}, ZX_ERR_OUT_OF_RANGE},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        make(self);
        put_code("\xf4", 1);
        script_play(&cases[i].step, 1);
        zx_port_packet_t packet;
        assert_int_equal(run(self, &packet), cases[i].status);
        end(self);
    }
}

// --- bells ---

static void bells_ring_and_the_guest_goes_on(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_EXIT(HV_EXIT_MEMORY),
                                               SCRIPT_EXIT(HV_EXIT_SHUTDOWN)};
    make(self);
    struct object *port = port_new(self, 0);
    put_code("\x89\x07", 2); // mov %eax, (%rdi)
    trap(self, ZX_GUEST_TRAP_BELL, GUEST_TRAP, 4096, port);
    script.registers.rdi = GUEST_TRAP + 4;
    script_play(steps, 2);
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
    assert_int_equal(script.registers.rip, ENTRY + 2);
    assert_int_equal(port_wait(self, port, HANDLE_ID_NONE, 0, &packet), ZX_OK);
    assert_int_equal(packet.type, ZX_PKT_TYPE_GUEST_BELL);
    assert_int_equal(packet.key, KEY);
    assert_int_equal(packet.guest_bell.addr, GUEST_TRAP + 4);
    end(self);
    object_unref(self, port);
}

static void bells_cannot_be_read(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_EXIT(HV_EXIT_MEMORY)};
    make(self);
    struct object *port = port_new(self, 0);
    put_code("\x8b\x07", 2);
    trap(self, ZX_GUEST_TRAP_BELL, GUEST_TRAP, 4096, port);
    script.registers.rdi = GUEST_TRAP;
    script_play(steps, 1);
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
    end(self);
    object_unref(self, port);
}

static void rewind_code(struct hv_vcpu *of) {
    of->registers->rip = ENTRY;
}

static void read_one_packet(struct thread *self, void *argument) {
    unit_sleep(20000000);
    zx_port_packet_t packet;
    unit_check(port_wait(self, argument, HANDLE_ID_NONE, 0, &packet) == ZX_OK);
}

static void a_bell_waits_when_its_packets_are_used_up(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make(self);
    struct object *port = port_new(self, 0);
    put_code("\x89\x07", 2);
    trap(self, ZX_GUEST_TRAP_BELL, GUEST_TRAP, 4096, port);
    script.registers.rdi = GUEST_TRAP;
    static struct script_step steps[BELL_PACKETS_MAX + 2];
    for (int i = 0; i < BELL_PACKETS_MAX + 1; i++) {
        steps[i].exit.reason = HV_EXIT_MEMORY;
        steps[i].act = rewind_code;
    }
    steps[BELL_PACKETS_MAX + 1].exit.reason = HV_EXIT_SHUTDOWN;
    script_play(steps, BELL_PACKETS_MAX + 2);
    struct unit_thread reader;
    unit_start(&reader, read_one_packet, port);
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
    unit_join(&reader);
    assert_int_equal(guest_at(machine.guest)->memory_traps.first[0]->packet_count,
                     BELL_PACKETS_MAX);
    end(self); // cancels those that wait
    assert_int_equal(port_wait(self, port, HANDLE_ID_NONE, 0, &packet), ZX_ERR_TIMED_OUT);
    object_unref(self, port);
}

static void kick_later(struct thread *self, void *argument) {
    unit_sleep(30000000);
    vcpu_kick(self, argument);
}

static void a_kick_ends_the_wait_of_a_bell_and_loses_nothing(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make(self);
    struct object *port = port_new(self, 0);
    put_code("\x89\x07", 2);
    trap(self, ZX_GUEST_TRAP_BELL, GUEST_TRAP, 4096, port);
    script.registers.rdi = GUEST_TRAP;
    static struct script_step steps[BELL_PACKETS_MAX + 2];
    for (int i = 0; i < BELL_PACKETS_MAX + 1; i++) {
        steps[i].exit.reason = HV_EXIT_MEMORY;
        steps[i].act = rewind_code;
    }
    steps[BELL_PACKETS_MAX + 1].exit.reason = HV_EXIT_SHUTDOWN;
    script_play(steps, BELL_PACKETS_MAX + 2);
    struct unit_thread other;
    unit_start(&other, kick_later, vcpu);
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_CANCELED);
    unit_join(&other);
    assert_int_equal(script.at, BELL_PACKETS_MAX + 1);
    assert_int_equal(port_wait(self, port, HANDLE_ID_NONE, 0, &packet), ZX_OK);
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
    for (int i = 0; i < BELL_PACKETS_MAX; i++) {
        assert_int_equal(port_wait(self, port, HANDLE_ID_NONE, 0, &packet), ZX_OK);
    }
    assert_int_equal(port_wait(self, port, HANDLE_ID_NONE, 0, &packet), ZX_ERR_TIMED_OUT);
    end(self);
    object_unref(self, port);
}

// --- interrupts ---

static void injects_by_priority(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {
        {.exit = {.reason = HV_EXIT_WINDOW}, .takes_interrupts = true},
        {.exit = {.reason = HV_EXIT_WINDOW}, .takes_interrupts = true},
        {.exit = {.reason = HV_EXIT_WINDOW}, .takes_interrupts = true},
        SCRIPT_EXIT(HV_EXIT_SHUTDOWN),
    };
    make(self);
    script_play(steps, 4);
    static const uint32_t vectors[] = {16, 32, 255, 2, 13};
    for (int i = 0; i < 5; i++) {
        vcpu_interrupt(self, vcpu, vectors[i]);
    }
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
    // The exceptions are dropped with the first injection.
    assert_int_equal(script.injected_count, 3);
    assert_int_equal(script.injected[0], 2);
    assert_int_equal(script.injected[1], 255);
    assert_int_equal(script.injected[2], 32);
    end(self);
}

static void injects_exceptions_when_nothing_else_waits(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_EXIT(HV_EXIT_SHUTDOWN)};
    make(self);
    script_play(steps, 1);
    vcpu_interrupt(self, vcpu, 0);
    vcpu_interrupt(self, vcpu, 20);
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
    assert_int_equal(script.injected_count, 1);
    assert_int_equal(script.injected[0], 20);
    end(self);
}

static void asks_for_a_window(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {
        {.exit = {.reason = HV_EXIT_WINDOW}, .takes_interrupts = true},
        SCRIPT_EXIT(HV_EXIT_SHUTDOWN),
    };
    make(self);
    script_play(steps, 2);
    vcpu_interrupt(self, vcpu, 32);
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
    assert_int_equal(script.injected_count, 1);
    assert_int_equal(script.injected[0], 32);
    assert_false(script.wanted_window);
    end(self);
}

static void vectors_21_to_31_end_a_run(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_EXIT(HV_EXIT_ENTRY_FAILED)};
    for (uint32_t vector = 21; vector < 32; vector++) {
        make(self);
        script_play(steps, 1);
        vcpu_interrupt(self, vcpu, vector);
        zx_port_packet_t packet;
        assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
        assert_int_equal(script.runs, 0);
        assert_int_equal(run(self, &packet), ZX_ERR_BAD_STATE);
        end(self);
    }
}

static void interrupt_later(struct thread *self, void *argument) {
    unit_sleep(10000000);
    vcpu_interrupt(self, argument, 40);
}

static void halts_until_a_vector_waits(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {
        {.exit = {.reason = HV_EXIT_HALT}, .takes_interrupts = true},
        SCRIPT_EXIT(HV_EXIT_SHUTDOWN),
    };
    make(self);
    script_play(steps, 2);
    struct unit_thread other;
    unit_start(&other, interrupt_later, vcpu);
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
    unit_join(&other);
    assert_int_equal(script.injected_count, 1);
    assert_int_equal(script.injected[0], 40);
    end(self);
}

static void a_kick_ends_a_halt_and_the_next_run_halts_on(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_EXIT(HV_EXIT_HALT),
                                               SCRIPT_EXIT(HV_EXIT_SHUTDOWN)};
    make(self);
    script_play(steps, 2);
    for (int i = 0; i < 3; i++) {
        struct unit_thread other;
        unit_start(&other, kick_later, vcpu);
        zx_port_packet_t packet;
        assert_int_equal(run(self, &packet), ZX_ERR_CANCELED);
        unit_join(&other);
        assert_int_equal(script.runs, 1);
    }
    vcpu_interrupt(self, vcpu, 2);
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
    end(self);
}

static void kicks_before_a_run_count_once(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_EXIT(HV_EXIT_SHUTDOWN)};
    make(self);
    script_play(steps, 1);
    vcpu_kick(self, vcpu);
    vcpu_kick(self, vcpu);
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_CANCELED);
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
    end(self);
}

static void a_killed_or_suspended_thread_leaves(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_EXIT(HV_EXIT_HALT)};
    make(self);
    script_play(steps, 1);
    zx_port_packet_t packet;
    atomic_store(&self->pending, THREAD_PENDING_KILL);
    assert_int_equal(run(self, &packet), ZX_ERR_CANCELED);
    assert_int_equal(script.runs, 0);
    atomic_store(&self->pending, THREAD_PENDING_SUSPEND);
    assert_int_equal(run(self, &packet), ZX_ERR_INTERNAL_INTR_RETRY);
    atomic_store(&self->pending, 0);
    end(self);
}

struct service {
    void (*run)(void *argument);
    void *argument;
};

static void *serve(void *argument) {
    struct service *service = argument;
    service->run(service->argument);
    return NULL;
}

static bool spawn(void (*service_run)(void *argument), void *argument) {
    static struct service service;
    service = (struct service){service_run, argument};
    pthread_t thread;
    return pthread_create(&thread, NULL, serve, &service) == 0;
}

static void the_timer_wakes_a_halted_guest(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {
        SCRIPT_MSR(HV_EXIT_WRITE_MSR, 0x832), // vector 50, one shot
        SCRIPT_EXIT(HV_EXIT_HALT),
        SCRIPT_EXIT(HV_EXIT_SHUTDOWN),
    };
    service_spawn = spawn;
    make(self);
    vcpu->apic.initial_count = 1000000; // a millisecond
    script.registers.rax = 50;
    script.registers.rdx = 0;
    script_play(steps, 3);
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
    assert_true(local_apic_is_waiting(&vcpu->apic));
    uint32_t vector;
    assert_true(local_apic_next(&vcpu->apic, &vector));
    assert_int_equal(vector, 50);
    end(self);
}

// --- model-specific registers ---

static void registers_that_fault_and_those_that_end_a_run(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {
        SCRIPT_MSR(HV_EXIT_READ_MSR, 0x12345),
        SCRIPT_MSR(HV_EXIT_WRITE_MSR, 0x1b),
        SCRIPT_EXIT(HV_EXIT_SHUTDOWN),
    };
    make(self);
    script_play(steps, 3);
    script.registers.rax = 0xfee00000;
    script.registers.rdx = 0;
    script.error = 0;
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_INVALID_ARGS);
    assert_int_equal(script.runs, 2);
    assert_int_equal(run(self, &packet), ZX_ERR_INVALID_ARGS);
    script.registers.rax = 0xfee00d00;
    assert_int_equal(run(self, &packet), ZX_ERR_NOT_SUPPORTED);
    assert_int_equal(script.runs, 3);
    end(self);
}

static void tells_of_interrupts_for_others(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const struct script_step steps[] = {SCRIPT_MSR(HV_EXIT_WRITE_MSR, 0x830)};
    make(self);
    script_play(steps, 1);
    script.registers.rax = 0x40; // fixed, to a number
    script.registers.rdx = 3;
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_OK);
    assert_int_equal(packet.type, ZX_PKT_TYPE_GUEST_VCPU);
    assert_int_equal(packet.guest_vcpu.type, ZX_PKT_GUEST_VCPU_INTERRUPT);
    assert_int_equal(packet.guest_vcpu.interrupt.mask, 8);
    assert_int_equal(packet.guest_vcpu.interrupt.vector, 0x40);
    end(self);
}

// --- life ---

static void belongs_to_one_thread(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make(self);
    assert_true(vcpu_is_owned(self, vcpu));
    vcpu->owner++;
    zx_port_packet_t packet;
    assert_int_equal(run(self, &packet), ZX_ERR_BAD_STATE);
    vcpu->owner--;
    vcpu->running = true; // below us on the stack, we are a signal handler
    assert_int_equal(run(self, &packet), ZX_ERR_BAD_STATE);
    vcpu->running = false;
    end(self);
}

static void there_are_64_numbers(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make(self);
    struct object *more[GUEST_VCPUS_MAX - 1], *none = NULL;
    for (uint32_t i = 0; i < GUEST_VCPUS_MAX - 1; i++) {
        assert_int_equal(vcpu_new(self, guest_at(machine.guest), 0x1000, &more[i]), ZX_OK);
        assert_int_equal(vcpu_at(more[i])->apic.id, i + 1);
    }
    assert_int_equal(vcpu_new(self, guest_at(machine.guest), 0, &none), ZX_ERR_NO_RESOURCES);
    object_unref(self, more[7]);
    assert_int_equal(vcpu_new(self, guest_at(machine.guest), 0, &more[7]), ZX_OK);
    assert_int_equal(vcpu_at(more[7])->apic.id, 8);
    assert_int_equal(vcpu_new(self, guest_at(machine.guest), GUEST_ADDRESS_LIMIT, &none),
                     ZX_ERR_INVALID_ARGS);
    for (uint32_t i = 0; i < GUEST_VCPUS_MAX - 1; i++) {
        object_unref(self, more[i]);
    }
    end(self);
}

static void a_refused_guest_or_vcpu_leaves_nothing(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct object *guest, *vmar;
    script.guest_says = ZX_ERR_NOT_SUPPORTED;
    assert_int_equal(guest_new(self, &backend_scripted, &guest, &vmar), ZX_ERR_NOT_SUPPORTED);
    script.guest_says = ZX_OK;
    make(self);
    script.vcpu_says = ZX_ERR_NO_MEMORY;
    struct object *second;
    assert_int_equal(vcpu_new(self, guest_at(machine.guest), 0, &second), ZX_ERR_NO_MEMORY);
    script.vcpu_says = ZX_OK;
    assert_int_equal(atomic_load(&guest_at(machine.guest)->vcpus), 1);
    end(self);
}

static void begins_as_zircon_has_it(void **state) {
    (void)state;
    struct hv_system system;
    struct hv_registers registers;
    vcpu_state_begin(0, 0x123456, &system, &registers);
    assert_int_equal(registers.rip, 0x123456);
    assert_int_equal(registers.rflags, 2);
    assert_int_equal(system.cr0, 0x80000031);
    assert_int_equal(system.cr4, 0x20);
    assert_int_equal(system.efer, 0xd01);
    assert_true(system.cs.l);
    assert_int_equal(system.cs.limit, 0xffff);
    vcpu_state_begin(1, 0x12000, &system, &registers);
    assert_int_equal(registers.rip, 0);
    assert_int_equal(system.cs.base, 0x12000);
    assert_int_equal(system.cs.selector, 0x1200);
    assert_false(system.cs.l);
    assert_int_equal(system.cr0, 0x30);
    assert_int_equal(system.cr4, 0);
    assert_int_equal(system.efer, 0x801);
}

static void shows_and_changes_only_what_users_may(void **state) {
    (void)state;
    struct hv_registers registers = {.rip = 5, .rflags = UINT64_MAX, .rbx = 7, .r15 = 8};
    zx_vcpu_state_t shown;
    vcpu_state_show(&registers, &shown);
    assert_int_equal(shown.rflags, 0x244dd5);
    assert_int_equal(shown.rbx, 7);
    assert_int_equal(shown.r15, 8);
    registers.rflags = 0x202;
    shown.rflags = UINT64_MAX & ~2ull;
    vcpu_state_change(&registers, &shown);
    assert_int_equal(registers.rflags, 0x202);
    shown.rflags = UINT64_MAX;
    vcpu_state_change(&registers, &shown);
    assert_int_equal(registers.rflags, 0x244dd5 | 0x202);
    assert_int_equal(registers.rip, 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT_TEST(tells_of_an_output),
        UNIT_TEST(finishes_an_input_with_what_is_written),
        UNIT_TEST(input_of_another_size_changes_rax),
        UNIT_TEST(serves_a_refused_port_again),
        UNIT_TEST(refuses_string_instructions),
        UNIT_TEST(refuses_many_steps_at_once),
        UNIT_TEST(tells_of_an_access_with_its_instruction),
        UNIT_TEST(makes_memory_accessible_and_goes_on),
        UNIT_TEST(says_where_nothing_is_mapped),
        UNIT_TEST(gives_up_where_nothing_helps),
        UNIT_TEST(goes_on_as_long_as_something_helps),
        UNIT_TEST(code_in_a_hole_is_not_found),
        UNIT_TEST(code_in_a_trap_is_not_supported),
        UNIT_TEST(other_exits_have_their_statuses),
        UNIT_TEST(bells_ring_and_the_guest_goes_on),
        UNIT_TEST(bells_cannot_be_read),
        UNIT_TEST(a_bell_waits_when_its_packets_are_used_up),
        UNIT_TEST(a_kick_ends_the_wait_of_a_bell_and_loses_nothing),
        UNIT_TEST(injects_by_priority),
        UNIT_TEST(injects_exceptions_when_nothing_else_waits),
        UNIT_TEST(asks_for_a_window),
        UNIT_TEST(vectors_21_to_31_end_a_run),
        UNIT_TEST(halts_until_a_vector_waits),
        UNIT_TEST(a_kick_ends_a_halt_and_the_next_run_halts_on),
        UNIT_TEST(kicks_before_a_run_count_once),
        UNIT_TEST(a_killed_or_suspended_thread_leaves),
        UNIT_TEST(the_timer_wakes_a_halted_guest),
        UNIT_TEST(registers_that_fault_and_those_that_end_a_run),
        UNIT_TEST(tells_of_interrupts_for_others),
        UNIT_TEST(belongs_to_one_thread),
        UNIT_TEST(there_are_64_numbers),
        UNIT_TEST(a_refused_guest_or_vcpu_leaves_nothing),
        UNIT_TEST(begins_as_zircon_has_it),
        UNIT_TEST(shows_and_changes_only_what_users_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
