// Part of libzircon. BSD-3-Clause, see LICENSE.
// Virtual processors. Needs /dev/kvm, see harness.c.
//
// Zircon's own guest tests check eight behaviours on every processor and fourteen more on x86: they
// are all here, among others, with programs of our own.
#include <cpuid.h>

#include "guest_machine.h"

static struct vm shared;

static bool is_amd(void) {
    uint32_t eax, ebx, ecx, edx;
    __cpuid(0, eax, ebx, ecx, edx);
    return ebx != 0x756e6547; // "Genu"
}

// --- vcpu_create ---

TEST(vcpu_create, gives_a_vcpu) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(resume));
    EXPECT_EQ(type_of(vm.vcpu), ZX_OBJ_TYPE_VCPU);
    EXPECT_EQ(rights_of(vm.vcpu), ZX_DEFAULT_VCPU_RIGHTS);
    vm_run(&vm);
    vm_end(&vm);
}

static zx_status_t create_in(zx_handle_t guest) {
    zx_handle_t vcpu;
    return zx_vcpu_create(guest, 0, 1ull << 48, &vcpu);
}

TEST(vcpu_create, wants_a_guest_and_an_address) {
    vm_make(&shared, GUEST_PROGRAM(resume));
    zx_handle_t vcpu = 7;
    EXPECT_STATUS(zx_vcpu_create(ZX_HANDLE_INVALID, 1, 0, &vcpu), ZX_ERR_INVALID_ARGS);
    expect_bad_handle(create_in);
    expect_wrong_type(create_in, ZX_OBJ_TYPE_GUEST, ZX_OBJ_TYPE_GUEST);
    expect_right(create_in, shared.guest, ZX_RIGHT_MANAGE_PROCESS, ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vcpu_create(shared.guest, 0, UINT64_MAX, &vcpu), ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(vcpu, 7);
    EXPECT_OK(zx_vcpu_create(shared.guest, 0, (1ull << 48) - 1, &vcpu));
    close_handle(vcpu);
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_vcpu_create(shared.guest, 0, 0, bad_pointer(i, sizeof(vcpu))),
                      ZX_ERR_INVALID_ARGS);
    }
    vm_run(&shared);
    vm_end(&shared);
}

static zx_status_t create(void *context) {
    return zx_vcpu_create(shared.guest, 0, 0, context);
}

TEST(vcpu_create, leaves_nothing_if_memory_runs_out) {
    vm_make(&shared, GUEST_PROGRAM(resume));
    zx_handle_t vcpu = 7;
    expect_no_memory(create, &vcpu, sizeof(vcpu));
    close_handle(vcpu);
    vm_run(&shared);
    vm_end(&shared);
}

TEST(vcpu_create, makes_64_at_most_and_takes_the_lowest_number) {
    struct vm vm;
    zx_handle_t more[63], one;
    vm_make(&vm, GUEST_PROGRAM(resume));
    for (int i = 0; i < 63; i++) {
        EXPECT_OK(zx_vcpu_create(vm.guest, 0, 0x1000, &more[i]));
    }
    EXPECT_STATUS(zx_vcpu_create(vm.guest, 0, 0, &one), ZX_ERR_NO_RESOURCES);
    close_handle(more[40]);
    EXPECT_OK(zx_vcpu_create(vm.guest, 0, 0, &more[40]));
    EXPECT_STATUS(zx_vcpu_create(vm.guest, 0, 0, &one), ZX_ERR_NO_RESOURCES);
    for (int i = 0; i < 63; i++) {
        close_handle(more[i]);
    }
    vm_run(&vm);
    vm_end(&vm);
}

TEST(vcpu_create, begins_the_first_with_zeroes) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(resume));
    static const zx_vcpu_state_t zero;
    zx_vcpu_state_t state = vm_state(&vm);
    EXPECT_EQ(memcmp(&state, &zero, sizeof(zero)), 0);
    vm_run(&vm);
    vm_end(&vm);
}

TEST(vcpu_create, begins_further_ones_in_real_mode) {
    struct vm vm;
    zx_handle_t second;
    zx_port_packet_t packet;
    vm_make(&vm, GUEST_PROGRAM(real));
    EXPECT_OK(zx_guest_set_trap(vm.guest, ZX_GUEST_TRAP_IO, GUEST_PORT, 1, 0, TRAP_KEY));
    EXPECT_OK(zx_vcpu_create(vm.guest, 0, GUEST_CODE, &second));
    static const struct {
        uint8_t size;
        uint32_t value;
    } outputs[] = {{1, GUEST_CODE >> 4 & 0xff}, {2, 0x1234}, {4, 0x30}};
    for (int i = 0; i < 3; i++) {
        EXPECT_OK(zx_vcpu_resume(second, &packet));
        EXPECT_EQ(packet.type, ZX_PKT_TYPE_GUEST_IO);
        EXPECT_EQ(packet.guest_io.access_size, outputs[i].size);
        EXPECT_EQ(packet.guest_io.u32, outputs[i].value);
    }
    close_handle(second);
    vm_end(&vm);
}

static zx_handle_t made_elsewhere;

static int make_elsewhere(void *argument) {
    struct vm *vm = argument;
    zx_status_t status = zx_vcpu_create(vm->guest, 0, GUEST_CODE, &made_elsewhere);
    return status;
}

TEST(vcpu_create, binds_the_vcpu_to_its_thread_even_when_that_is_gone) {
    struct vm vm;
    zx_port_packet_t packet;
    zx_vcpu_state_t state;
    vm_make(&vm, GUEST_PROGRAM(resume));
    vm_run(&vm);
    struct test_thread thread;
    start_thread(&thread, make_elsewhere, &vm);
    EXPECT_EQ(finish_thread(&thread), ZX_OK);
    EXPECT_STATUS(zx_vcpu_resume(made_elsewhere, &packet), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_vcpu_read_state(made_elsewhere, ZX_VCPU_STATE, &state, sizeof(state)),
                  ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_vcpu_interrupt(made_elsewhere, 32));
    close_handle(made_elsewhere);
    vm_end(&vm);
}

// --- vcpu_resume ---

static zx_status_t resume(zx_handle_t vcpu) {
    zx_port_packet_t packet;
    return zx_vcpu_resume(vcpu, &packet);
}

TEST(vcpu_resume, wants_a_vcpu_with_the_right_to_execute) {
    vm_make(&shared, GUEST_PROGRAM(rdmsr));
    expect_bad_handle(resume);
    expect_wrong_type(resume, ZX_OBJ_TYPE_VCPU, ZX_OBJ_TYPE_VCPU);
    expect_right(resume, shared.vcpu, ZX_RIGHT_EXECUTE, ZX_OK);
    vm_end(&shared);
}

TEST(vcpu_resume, runs_without_exits_what_needs_none) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(resume));
    vm_run(&vm);
    vm_end(&vm);
}

TEST(vcpu_resume, loses_a_packet_that_cannot_be_stored) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(xmm));
    for (int i = 0; i < 3; i++) {
        EXPECT_STATUS(zx_vcpu_resume(vm.vcpu, bad_pointer(i, sizeof(zx_port_packet_t))),
                      ZX_ERR_INVALID_ARGS);
    }
    vm_run(&vm); // the fourth exit
    vm_end(&vm);
}

static int resume_elsewhere(void *argument) {
    struct vm *vm = argument;
    zx_port_packet_t packet;
    zx_vcpu_state_t state;
    zx_vcpu_io_t io = {.access_size = 1};
    EXPECT_STATUS(zx_vcpu_resume(vm->vcpu, &packet), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_vcpu_enter(vm->vcpu, &packet), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_vcpu_read_state(vm->vcpu, ZX_VCPU_STATE, &state, sizeof(state)),
                  ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_vcpu_write_state(vm->vcpu, ZX_VCPU_STATE, &state, sizeof(state)),
                  ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_vcpu_write_state(vm->vcpu, ZX_VCPU_IO, &io, sizeof(io)), ZX_ERR_BAD_STATE);
    return 0;
}

TEST(vcpu_resume, is_for_the_thread_that_made_the_vcpu) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(resume));
    struct test_thread thread;
    start_thread(&thread, resume_elsewhere, &vm);
    finish_thread(&thread);
    vm_run(&vm);
    vm_end(&vm);
}

TEST(vcpu_resume, keeps_the_guests_extended_registers_and_ours_apart) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(xmm));
    vm_run(&vm);
    __asm__ volatile("pxor %%xmm0, %%xmm0" ::: "xmm0");
    zx_port_packet_t packet;
    EXPECT_OK(zx_vcpu_resume(vm.vcpu, &packet));
    uint64_t low, high;
    __asm__ volatile("movq %%xmm0, %0\n\tmovhlps %%xmm0, %%xmm0\n\tmovq %%xmm0, %1"
                     : "=r"(low), "=r"(high)::"xmm0");
    (void)low; // the call itself may use the register, but never shows the guest's
    EXPECT(high != 0x76543210fedcba98);
    zx_vcpu_state_t state = vm_state(&vm);
    EXPECT_EQ(state.rax, 0x89abcdef01234567);
    EXPECT_EQ(state.rbx, 0x76543210fedcba98);
    vm_run(&vm);
    vm_run(&vm); // with the guest's extension switched off again
    vm_end(&vm);
}

TEST(vcpu_resume, shows_the_guest_cr0_as_it_wrote_it) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(cr0));
    vm_run(&vm);
    zx_vcpu_state_t state = vm_state(&vm);
    EXPECT_EQ(state.rax, 0x80000031); // PG, NE, ET, PE
    EXPECT_EQ(state.rbx, 0x80000011); // Zircon's guests of 2019 cannot clear NE
    EXPECT_EQ(state.rcx, 0x80000031);
    vm_end(&vm);
}

TEST(vcpu_resume, gives_the_guest_a_fault_for_a_bad_cr0) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(bad_cr0));
    EXPECT_EQ(vm_run_to_vector(&vm), 13);
    vm_end(&vm);
}

TEST(vcpu_resume, gives_the_guest_a_fault_for_a_bad_xcr0) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(xsetbv));
    vm_run(&vm);
    zx_vcpu_state_t state = vm_state(&vm);
    state.rcx = 0;
    state.rax = 3;
    state.rdx = 0;
    vm_set_state(&vm, &state);
    vm_run(&vm);
    state.rax = 4; // AVX without SSE, and without the x87
    vm_set_state(&vm, &state);
    EXPECT_EQ(vm_run_to_vector(&vm), 13);
    vm_end(&vm);
}

TEST(vcpu_resume, runs_32_and_16_bit_code) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(compatible));
    vm_run(&vm);
    EXPECT_EQ(vm_state(&vm).rbx, 1);
    EXPECT_EQ(vm_state(&vm).rcx & 0xffff, 2);
    vm_end(&vm);
}

TEST(vcpu_resume, runs_user_code_and_its_syscall) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(syscall));
    vm_run(&vm);
    EXPECT_EQ(vm_state(&vm).rbx, USER_CODE_64 | 3);
    vm_end(&vm);
}

// AMD's processors have no SYSENTER in long mode: there the guest may get an invalid opcode.
static void run_sysenter(struct guest_program program, uint64_t user_code) {
    struct vm vm;
    zx_port_packet_t packet;
    vm_make(&vm, program);
    vm_run_to(&vm, ZX_PKT_TYPE_GUEST_MEM, &packet);
    bool failed = packet.guest_mem.inst_buf[8] != 0;
    zx_vcpu_state_t state = vm_state(&vm);
    EXPECT(is_amd() || !failed);
    EXPECT_EQ(failed ? state.rax : state.rbx, failed ? 6 : user_code | 3);
    vm_end(&vm);
}

TEST(vcpu_resume, runs_sysenter_where_the_processor_does) {
    run_sysenter(GUEST_PROGRAM(sysenter), USER_CODE_64);
}

TEST(vcpu_resume, runs_sysenter_of_32_bit_code_where_the_processor_does) {
    run_sysenter(GUEST_PROGRAM(sysenter_compatible), USER_CODE_32);
}

TEST(vcpu_resume, answers_unknown_hypercalls) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(hypercall));
    zx_vcpu_state_t state = {.rax = 0xffffffff};
    vm_set_state(&vm, &state);
    vm_run(&vm);
    EXPECT_EQ((int64_t)vm_state(&vm).rax, -1000);
    vm_end(&vm);
}

TEST(vcpu_resume, runs_pause) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(pause));
    vm_run(&vm);
    vm_end(&vm);
}

TEST(vcpu_resume, fails_for_good_after_a_triple_fault) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(triple_fault));
    for (int i = 0; i < 3; i++) {
        vm_expect(&vm, ZX_ERR_NOT_SUPPORTED);
    }
    vm_end(&vm);
}
