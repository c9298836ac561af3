// Part of libzircon. BSD-3-Clause, see LICENSE.
// Vcpus and the threads that run them. Needs /dev/kvm, see harness.c.
#include <stdatomic.h>

#include "guest_machine.h"

// --- several ---

static int run_second(void *argument) {
    struct vm *vm = argument;
    zx_handle_t vcpu;
    zx_port_packet_t packet;
    EXPECT_OK(zx_vcpu_create(vm->guest, 0, GUEST_CODE, &vcpu));
    for (int i = 0; i < 3; i++) {
        EXPECT_OK(zx_vcpu_resume(vcpu, &packet));
        EXPECT_EQ(packet.type, ZX_PKT_TYPE_GUEST_IO);
    }
    close_handle(vcpu);
    return 0;
}

TEST(vcpu_resume, runs_several_vcpus_on_several_threads) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(real));
    EXPECT_OK(zx_guest_set_trap(vm.guest, ZX_GUEST_TRAP_IO, GUEST_PORT, 1, 0, TRAP_KEY));
    struct test_thread threads[3];
    for (int i = 0; i < 3; i++) {
        start_thread(&threads[i], run_second, &vm);
    }
    for (int i = 0; i < 3; i++) {
        finish_thread(&threads[i]);
    }
    vm_end(&vm);
}

static int start_second(void *argument) {
    struct vm *vm = argument;
    zx_handle_t vcpu;
    zx_port_packet_t packet;
    EXPECT_OK(zx_vcpu_create(vm->guest, 0, GUEST_CODE + 0x1000, &vcpu));
    EXPECT_OK(zx_vcpu_resume(vcpu, &packet));
    EXPECT_EQ(packet.type, ZX_PKT_TYPE_GUEST_VCPU);
    EXPECT_EQ(packet.guest_vcpu.type, ZX_PKT_GUEST_VCPU_INTERRUPT);
    EXPECT_EQ(packet.guest_vcpu.interrupt.mask, 1);
    EXPECT_OK(zx_vcpu_interrupt(vm->vcpu, packet.guest_vcpu.interrupt.vector));
    EXPECT_OK(zx_vcpu_resume(vcpu, &packet));
    EXPECT_EQ(packet.type, ZX_PKT_TYPE_GUEST_MEM);
    EXPECT_EQ(packet.guest_mem.addr, GUEST_EXIT);
    close_handle(vcpu);
    return 0;
}

TEST(vcpu_resume, starts_further_processors_as_they_are_asked_for) {
    struct vm vm;
    zx_port_packet_t packet;
    struct test_thread thread;
    vm_make(&vm, GUEST_PROGRAM(processors));
    vm_run_to(&vm, ZX_PKT_TYPE_GUEST_VCPU, &packet);
    EXPECT_EQ(packet.guest_vcpu.type, ZX_PKT_GUEST_VCPU_STARTUP);
    EXPECT_EQ(packet.guest_vcpu.startup.id, 1);
    EXPECT_EQ(packet.guest_vcpu.startup.entry, GUEST_CODE + 0x1000);
    start_thread(&thread, start_second, &vm);
    EXPECT_EQ(vm_run_to_vector(&vm), 0x40);
    finish_thread(&thread);
    EXPECT_EQ(*(uint32_t *)(void *)(vm.memory + GUEST_DATA), 1);
    vm_end(&vm);
}

// --- threads that are suspended and killed ---

struct runner {
    struct vm *vm;
    uint64_t count; // rcx
    _Atomic zx_handle_t vcpu;
};

static void run_for_ever(uintptr_t argument, uintptr_t unused) {
    (void)unused;
    struct runner *runner = (struct runner *)argument;
    zx_handle_t vcpu;
    zx_port_packet_t packet;
    zx_vcpu_state_t state = {.rcx = runner->count};
    EXPECT_OK(zx_vcpu_create(runner->vm->guest, 0, GUEST_CODE, &vcpu));
    EXPECT_OK(zx_vcpu_write_state(vcpu, ZX_VCPU_STATE, &state, sizeof(state)));
    atomic_store(&runner->vcpu, vcpu);
    while (zx_vcpu_resume(vcpu, &packet) == ZX_OK) {
    }
    zx_thread_exit();
}

// A guest whose first vcpu is another thread's, with a bell for the port.
static void start_runner(struct runner *runner, struct started_thread *thread, struct vm *vm,
                         struct guest_program program, uint64_t count, zx_handle_t port) {
    vm_make(vm, program);
    if (port != ZX_HANDLE_INVALID) {
        vm_trap(vm, ZX_GUEST_TRAP_BELL, port);
    }
    EXPECT_OK(zx_handle_close(vm->vcpu));
    runner->vm = vm;
    runner->count = count;
    atomic_store(&runner->vcpu, ZX_HANDLE_INVALID);
    start_raw_thread(thread, run_for_ever, (uintptr_t)runner, 0);
    while ((vm->vcpu = atomic_load(&runner->vcpu)) == ZX_HANDLE_INVALID) {
        zx_nanosleep(zx_deadline_after(ZX_USEC(100)));
    }
}

static uint64_t counted(const struct vm *vm) {
    return __atomic_load_n((uint64_t *)(void *)(vm->memory + GUEST_DATA), __ATOMIC_SEQ_CST);
}

static void wait_for_more(const struct vm *vm) {
    uint64_t before = counted(vm);
    while (counted(vm) == before) {
        zx_nanosleep(zx_deadline_after(ZX_USEC(100)));
    }
}

static void wait_for_state(zx_handle_t thread, zx_thread_state_t state) {
    zx_info_thread_t info;
    do {
        zx_nanosleep(zx_deadline_after(ZX_USEC(100)));
        EXPECT_OK(zx_object_get_info(thread, ZX_INFO_THREAD, &info, sizeof(info), NULL, NULL));
    } while (info.state != state);
}

static zx_handle_t suspend(zx_handle_t thread) {
    zx_handle_t token;
    EXPECT_OK(zx_task_suspend_token(thread, &token));
    EXPECT_OK(zx_object_wait_one(thread, ZX_THREAD_SUSPENDED, ZX_TIME_INFINITE, NULL));
    return token;
}

TEST(vcpu_resume, stops_while_its_thread_is_suspended) {
    struct vm vm;
    struct runner runner;
    struct started_thread thread;
    start_runner(&runner, &thread, &vm, GUEST_PROGRAM(count), 0, ZX_HANDLE_INVALID);
    wait_for_more(&vm);
    for (int i = 0; i < 3; i++) {
        zx_handle_t token = suspend(thread.handle);
        zx_thread_state_general_regs_t registers;
        EXPECT_OK(zx_thread_read_state(thread.handle, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                       sizeof(registers)));
        uint64_t before = counted(&vm);
        EXPECT_OK(zx_nanosleep(zx_deadline_after(2000000)));
        EXPECT_EQ(counted(&vm), before);
        close_handle(token);
        wait_for_more(&vm);
    }
    EXPECT_OK(zx_task_kill(thread.handle));
    finish_raw_thread(&thread);
    vm_end(&vm);
}

TEST(vcpu_resume, waits_on_for_a_bell_after_its_thread_was_suspended) {
    struct vm vm;
    struct runner runner;
    struct started_thread thread;
    zx_handle_t port;
    zx_port_packet_t packet;
    enum { RINGS = 300 };
    EXPECT_OK(zx_port_create(0, &port));
    start_runner(&runner, &thread, &vm, GUEST_PROGRAM(ring), RINGS, port);
    wait_for_state(thread.handle, ZX_THREAD_STATE_BLOCKED_PORT);
    for (int i = 0; i < 3; i++) {
        close_handle(suspend(thread.handle));
        wait_for_state(thread.handle, ZX_THREAD_STATE_BLOCKED_PORT);
    }
    for (int i = 0; i < RINGS; i++) {
        EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE, &packet));
        EXPECT_EQ(packet.guest_bell.addr, GUEST_TRAP + 8);
    }
    EXPECT_OK(zx_task_kill(thread.handle));
    finish_raw_thread(&thread);
    vm_end(&vm);
    close_handle(port);
}

TEST(vcpu_resume, halts_on_after_its_thread_was_suspended) {
    struct vm vm;
    struct runner runner;
    struct started_thread thread;
    start_runner(&runner, &thread, &vm, GUEST_PROGRAM(halt), 0, ZX_HANDLE_INVALID);
    wait_for_state(thread.handle, ZX_THREAD_STATE_BLOCKED);
    for (int i = 0; i < 3; i++) {
        zx_handle_t token = suspend(thread.handle);
        close_handle(token);
        wait_for_state(thread.handle, ZX_THREAD_STATE_BLOCKED);
    }
    EXPECT_OK(zx_task_kill(thread.handle)); // in its sleep
    finish_raw_thread(&thread);
    EXPECT_OK(zx_vcpu_interrupt(vm.vcpu, 32)); // nobody is there any more
    EXPECT_OK(zx_vcpu_kick(vm.vcpu));
    vm_end(&vm);
}

TEST(vcpu_resume, ends_with_its_thread_and_leaves_the_guest_to_others) {
    struct vm vm;
    struct runner runner;
    struct started_thread thread;
    start_runner(&runner, &thread, &vm, GUEST_PROGRAM(count), 0, ZX_HANDLE_INVALID);
    wait_for_more(&vm);
    EXPECT_OK(zx_task_kill(thread.handle));
    finish_raw_thread(&thread);
    uint64_t before = counted(&vm);
    zx_port_packet_t packet;
    EXPECT_STATUS(zx_vcpu_resume(vm.vcpu, &packet), ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_nanosleep(zx_deadline_after(2000000)));
    EXPECT_EQ(counted(&vm), before);
    // Its number is free again once it is closed, and what runs next begins anew.
    close_handle(vm.vcpu);
    EXPECT_OK(zx_vcpu_create(vm.guest, 0, GUEST_CODE, &vm.vcpu));
    guest_prepare(vm.memory, GUEST_PROGRAM(registers));
    vm_run(&vm);
    EXPECT_EQ(vm_state(&vm).r15, 16);
    vm_end(&vm);
}
