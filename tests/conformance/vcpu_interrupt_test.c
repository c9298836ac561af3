// Part of libzircon. BSD-3-Clause, see LICENSE.
// Interrupts for guests, and kicks. Needs /dev/kvm, see harness.c.
#include <libzircon/machine.h>

#include "guest_machine.h"

static struct vm shared;

// --- vcpu_interrupt ---

static zx_status_t interrupt(zx_handle_t vcpu) {
    return zx_vcpu_interrupt(vcpu, 256);
}

TEST(vcpu_interrupt, wants_a_vcpu_a_right_and_a_vector) {
    vm_make(&shared, GUEST_PROGRAM(resume));
    expect_bad_handle(interrupt);
    expect_wrong_type(interrupt, ZX_OBJ_TYPE_VCPU, ZX_OBJ_TYPE_VCPU);
    expect_right(interrupt, shared.vcpu, ZX_RIGHT_SIGNAL, ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_vcpu_interrupt(shared.vcpu, UINT32_MAX), ZX_ERR_OUT_OF_RANGE);
    vm_run(&shared);
    vm_end(&shared);
}

TEST(vcpu_interrupt, interrupts_a_guest_that_takes_interrupts) {
    for (uint32_t vector = 32; vector < 256; vector += 100) {
        struct vm vm;
        vm_make(&vm, GUEST_PROGRAM(interrupt));
        vm_run(&vm);
        EXPECT_OK(zx_vcpu_interrupt(vm.vcpu, vector));
        EXPECT_EQ(vm_run_to_vector(&vm), vector);
        vm_end(&vm);
    }
}

TEST(vcpu_interrupt, waits_until_the_guest_takes_it) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(interrupt_window));
    vm_run(&vm);
    EXPECT_OK(zx_vcpu_interrupt(vm.vcpu, 100));
    vm_run(&vm);
    EXPECT_EQ(vm_run_to_vector(&vm), 100);
    vm_run(&vm);
    vm_end(&vm);
}

TEST(vcpu_interrupt, comes_by_priority) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(interrupt));
    vm_run(&vm);
    EXPECT_OK(zx_vcpu_interrupt(vm.vcpu, 16));
    EXPECT_OK(zx_vcpu_interrupt(vm.vcpu, 32));
    EXPECT_OK(zx_vcpu_interrupt(vm.vcpu, 33));
    // Not yet taking interrupts the guest gets none, not even the exception below them.
    EXPECT_EQ(vm_run_to_vector(&vm), 33);
    EXPECT_EQ(vm_run_to_vector(&vm), 32);
    vm_end(&vm);
}

TEST(vcpu_interrupt, two_is_not_maskable) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(rdmsr)); // never takes interrupts
    vm_run(&vm);
    EXPECT_OK(zx_vcpu_interrupt(vm.vcpu, 2));
    EXPECT_EQ(vm_run_to_vector(&vm), 2);
    vm_end(&vm);
}

TEST(vcpu_interrupt, two_comes_before_all_others) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(interrupt));
    vm_run(&vm);
    EXPECT_OK(zx_vcpu_interrupt(vm.vcpu, 32));
    EXPECT_OK(zx_vcpu_interrupt(vm.vcpu, 2));
    EXPECT_EQ(vm_run_to_vector(&vm), 2);
    EXPECT_EQ(vm_run_to_vector(&vm), 32);
    vm_end(&vm);
}

TEST(vcpu_interrupt, below_21_are_exceptions) {
    static const struct {
        uint32_t vector;
        bool has_code;
    } cases[] = {{0, false}, {1, false}, {5, false},  {7, false}, {6, false},
                 {13, true}, {14, true}, {16, false}, {17, true}, {19, false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct vm vm;
        vm_make(&vm, GUEST_PROGRAM(interrupt));
        vm_run(&vm);
        EXPECT_OK(zx_vcpu_interrupt(vm.vcpu, cases[i].vector));
        EXPECT_EQ(vm_run_to_vector(&vm), cases[i].vector);
        EXPECT_EQ(vm_state(&vm).rbx == 0, cases[i].has_code);
        vm_end(&vm);
    }
}

TEST(vcpu_interrupt, three_and_four_are_exceptions_of_instructions) {
    for (uint32_t vector = 3; vector <= 4; vector++) {
        struct vm vm;
        vm_make(&vm, GUEST_PROGRAM(interrupt));
        vm_run(&vm);
        EXPECT_OK(zx_vcpu_interrupt(vm.vcpu, vector));
        EXPECT_EQ(vm_run_to_vector(&vm), vector);
        vm_end(&vm);
    }
}

TEST(vcpu_interrupt, from_21_to_31_ends_the_next_run) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(interrupt));
    vm_run(&vm);
    for (uint32_t vector = 21; vector < 32; vector++) {
        EXPECT_OK(zx_vcpu_interrupt(vm.vcpu, vector));
        vm_expect(&vm, ZX_ERR_NOT_SUPPORTED);
    }
    EXPECT_OK(zx_vcpu_interrupt(vm.vcpu, 40));
    EXPECT_EQ(vm_run_to_vector(&vm), 40);
    vm_end(&vm);
}

static int interrupt_when_halted(void *argument) {
    zx_handle_t *handles = argument; // the vcpu, its thread
    zx_info_thread_t info;
    do {
        EXPECT_OK(zx_object_get_info(handles[1], ZX_INFO_THREAD, &info, sizeof(info), NULL, NULL));
    } while (info.state == ZX_THREAD_STATE_RUNNING);
    EXPECT_OK(zx_vcpu_interrupt(handles[0], 32));
    return 0;
}

TEST(vcpu_interrupt, wakes_a_halted_guest) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(halt));
    vm_run(&vm);
    zx_handle_t handles[2] = {vm.vcpu, zx_thread_self()};
    struct test_thread thread;
    start_thread(&thread, interrupt_when_halted, handles);
    EXPECT_EQ(vm_run_to_vector(&vm), 32);
    finish_thread(&thread);
    vm_run(&vm);
    // Halted without taking interrupts it wakes up all the same, and goes on.
    start_thread(&thread, interrupt_when_halted, handles);
    vm_run(&vm);
    finish_thread(&thread);
    vm_end(&vm);
}

static int interrupt_once(void *argument) {
    EXPECT_OK(zx_vcpu_interrupt(*(zx_handle_t *)argument, 32));
    return 0;
}

TEST(vcpu_interrupt, reaches_a_guest_that_runs) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(interrupt));
    vm_run(&vm);
    struct test_thread thread;
    start_thread(&thread, interrupt_once, &vm.vcpu);
    EXPECT_EQ(vm_run_to_vector(&vm), 32);
    finish_thread(&thread);
    vm_end(&vm);
}

TEST(interrupt_bind_vcpu, takes_vcpus_of_one_guest) {
    struct vm vm;
    zx_handle_t line, other_guest, other_vmar, other;
    vm_make(&vm, GUEST_PROGRAM(resume));
    EXPECT_OK(zx_guest_create(root_resource(), 0, &other_guest, &other_vmar));
    EXPECT_OK(zx_vcpu_create(other_guest, 0, 0, &other));
    EXPECT_OK(zx_interrupt_create(root_resource(), 40, ZX_INTERRUPT_MODE_EDGE_HIGH, &line));
    EXPECT_OK(zx_interrupt_bind_vcpu(line, vm.vcpu, 0));
    EXPECT_OK(zx_interrupt_bind_vcpu(line, vm.vcpu, 0));
    EXPECT_STATUS(zx_interrupt_bind_vcpu(line, other, 0), ZX_ERR_INVALID_ARGS);
    zx_handle_t weak = without_rights(vm.vcpu, ZX_RIGHT_WRITE);
    EXPECT_STATUS(zx_interrupt_bind_vcpu(line, weak, 0), ZX_ERR_ACCESS_DENIED);
    close_handle(weak);
    close_handle(line);
    close_handle(other);
    close_handle(other_vmar);
    close_handle(other_guest);
    vm_run(&vm);
    vm_end(&vm);
}

static int wait_for_line(void *argument) {
    zx_time_t when;
    EXPECT_STATUS(zx_interrupt_wait(*(zx_handle_t *)argument, &when), ZX_ERR_CANCELED);
    return 0;
}

TEST(interrupt_bind_vcpu, wants_a_physical_interrupt_that_nobody_has) {
    struct vm vm;
    struct test_thread thread;
    zx_handle_t line, port;
    vm_make(&vm, GUEST_PROGRAM(resume));
    vm_run(&vm);
    EXPECT_OK(zx_interrupt_create(ZX_HANDLE_INVALID, 0, ZX_INTERRUPT_VIRTUAL, &line));
    EXPECT_STATUS(zx_interrupt_bind_vcpu(line, vm.vcpu, 0), ZX_ERR_NOT_SUPPORTED);
    close_handle(line);
    EXPECT_OK(zx_interrupt_create(root_resource(), 42, ZX_INTERRUPT_MODE_EDGE_HIGH, &line));
    EXPECT_OK(zx_interrupt_destroy(line));
    EXPECT_STATUS(zx_interrupt_bind_vcpu(line, vm.vcpu, 0), ZX_ERR_CANCELED);
    close_handle(line);
    EXPECT_OK(zx_interrupt_create(root_resource(), 42, ZX_INTERRUPT_MODE_EDGE_HIGH, &line));
    start_thread(&thread, wait_for_line, &line);
    wait_until_blocked(&thread);
    EXPECT_STATUS(zx_interrupt_bind_vcpu(line, vm.vcpu, 0), ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_interrupt_destroy(line));
    finish_thread(&thread);
    close_handle(line);
    EXPECT_OK(zx_port_create(ZX_PORT_BIND_TO_INTERRUPT, &port));
    EXPECT_OK(zx_interrupt_create(root_resource(), 42, ZX_INTERRUPT_MODE_EDGE_HIGH, &line));
    EXPECT_OK(zx_interrupt_bind(line, port, 1, 0));
    EXPECT_STATUS(zx_interrupt_bind_vcpu(line, vm.vcpu, 0), ZX_ERR_ALREADY_BOUND);
    close_handle(line);
    close_handle(port);
    vm_end(&vm);
}

TEST(interrupt_bind_vcpu, brings_interrupts_to_the_guest) {
    struct vm vm;
    zx_handle_t line;
    vm_make(&vm, GUEST_PROGRAM(interrupt));
    vm_run(&vm);
    EXPECT_OK(zx_interrupt_create(root_resource(), 41, ZX_INTERRUPT_MODE_EDGE_HIGH, &line));
    EXPECT_OK(zx_interrupt_bind_vcpu(line, vm.vcpu, 0));
    EXPECT_OK(libzircon_interrupt_line(41, true));
    EXPECT_EQ(vm_run_to_vector(&vm), 41);
    EXPECT_OK(libzircon_interrupt_line(41, false));
    close_handle(line);
    vm_end(&vm);
}

// --- vcpu_enter, vcpu_kick ---

static zx_status_t enter(zx_handle_t vcpu) {
    zx_port_packet_t packet;
    return zx_vcpu_enter(vcpu, &packet);
}

TEST(vcpu_enter, is_another_name_for_resume) {
    vm_make(&shared, GUEST_PROGRAM(rdmsr));
    expect_bad_handle(enter);
    expect_wrong_type(enter, ZX_OBJ_TYPE_VCPU, ZX_OBJ_TYPE_VCPU);
    expect_right(enter, shared.vcpu, ZX_RIGHT_EXECUTE, ZX_OK);
    zx_port_packet_t packet;
    EXPECT_OK(zx_vcpu_enter(shared.vcpu, &packet));
    EXPECT_EQ(packet.guest_mem.addr, GUEST_EXIT);
    vm_end(&shared);
}

TEST(vcpu_enter, ends_as_resume_does) {
    struct vm vm;
    zx_port_packet_t packet;
    vm_make(&vm, GUEST_PROGRAM(io_out));
    EXPECT_STATUS(zx_vcpu_enter(vm.vcpu, &packet), ZX_ERR_NOT_FOUND);
    EXPECT_OK(zx_guest_set_trap(vm.guest, ZX_GUEST_TRAP_IO, GUEST_PORT, 3, 0, TRAP_KEY));
    EXPECT_STATUS(zx_vcpu_enter(vm.vcpu, bad_pointer(1, sizeof(packet))), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_vcpu_enter(vm.vcpu, &packet));
    EXPECT_EQ(packet.guest_io.access_size, 2); // the first is lost
    vm_end(&vm);
    vm_make(&vm, GUEST_PROGRAM(triple_fault));
    EXPECT_STATUS(zx_vcpu_enter(vm.vcpu, &packet), ZX_ERR_NOT_SUPPORTED);
    vm_end(&vm);
}

static zx_status_t kick(zx_handle_t vcpu) {
    return zx_vcpu_kick(vcpu);
}

TEST(vcpu_kick, wants_a_vcpu_with_the_right_to_execute) {
    vm_make(&shared, GUEST_PROGRAM(rdmsr));
    vm_run(&shared);
    expect_bad_handle(kick);
    expect_wrong_type(kick, ZX_OBJ_TYPE_VCPU, ZX_OBJ_TYPE_VCPU);
    expect_right(kick, shared.vcpu, ZX_RIGHT_EXECUTE, ZX_OK);
    vm_end(&shared);
}

TEST(vcpu_kick, before_a_run_ends_it_once) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(rdmsr));
    EXPECT_OK(zx_vcpu_kick(vm.vcpu));
    EXPECT_OK(zx_vcpu_kick(vm.vcpu));
    EXPECT_STATUS(enter(vm.vcpu), ZX_ERR_CANCELED);
    vm_run(&vm);
    vm_end(&vm);
}

static int kick_soon(void *argument) {
    EXPECT_OK(zx_nanosleep(zx_deadline_after(2000000)));
    EXPECT_OK(zx_vcpu_kick(*(zx_handle_t *)argument));
    return 0;
}

TEST(vcpu_kick, ends_a_run_that_would_not_end) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(spin));
    for (int i = 0; i < 5; i++) {
        struct test_thread thread;
        start_thread(&thread, kick_soon, &vm.vcpu);
        EXPECT_STATUS(enter(vm.vcpu), ZX_ERR_CANCELED);
        finish_thread(&thread);
    }
    vm_end(&vm);
}
