// Part of libzircon. BSD-3-Clause, see LICENSE.
// Virtual processors. Needs /dev/kvm, see harness.c.
//
// Zircon's own guest tests check eight behaviours on every processor and fourteen more on x86: they
// are all here, among others, with programs of our own.
#include <cpuid.h>
#include <libzircon/machine.h>
#include <stdatomic.h>

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

static zx_vcpu_state_t cpuid(struct vm *vm, uint32_t leaf, uint32_t subleaf) {
    zx_vcpu_state_t state = vm_state(vm);
    state.rax = leaf;
    state.rcx = subleaf;
    vm_set_state(vm, &state);
    vm_run(vm);
    return vm_state(vm);
}

TEST(vcpu_resume, answers_cpuid) {
    struct vm vm;
    uint32_t eax, ebx, ecx, edx;
    vm_make(&vm, GUEST_PROGRAM(cpuid));
    vm_run(&vm);
    zx_vcpu_state_t state = cpuid(&vm, 0, 0);
    __cpuid(0, eax, ebx, ecx, edx);
    EXPECT_EQ(state.rbx, ebx); // the host's maker
    EXPECT_EQ(state.rcx, ecx);
    EXPECT_EQ(state.rdx, edx);
    state = cpuid(&vm, 1, 0);
    EXPECT_EQ(state.rbx >> 24, 0);
    EXPECT_EQ(state.rcx >> 31 & 1, 1); // a hypervisor
    EXPECT_EQ(state.rcx >> 21 & 1, 1); // x2APIC
    EXPECT_EQ(state.rcx >> 5 & 1, 0);  // VMX
    EXPECT_EQ(state.rcx >> 15 & 1, 0); // PDCM
    EXPECT_EQ(state.rcx >> 3 & 1, 0);  // MONITOR
    EXPECT_EQ(state.rcx >> 8 & 1, 0);  // TM2
    EXPECT_EQ(state.rdx >> 11 & 1, 1); // SEP
    EXPECT_EQ(state.rdx >> 29 & 1, 0); // TM
    EXPECT_EQ(state.rdx >> 22 & 1, 0); // ACPI
    state = cpuid(&vm, 7, 0);
    EXPECT_EQ(state.rdx & (1 << 26 | 1 << 27 | 1 << 29 | 1u << 31), 0);
    state = cpuid(&vm, 0x40000000, 0);
    EXPECT_EQ(state.rax, 0x40000001);
    EXPECT_EQ(state.rbx, 0x4b4d564b);
    EXPECT_EQ(state.rcx, 0x564b4d56);
    EXPECT_EQ(state.rdx, 0x4d);
    state = cpuid(&vm, 0x40000001, 0);
    EXPECT_EQ(state.rax, 0xb);
    vm_end(&vm);
}

// --- model-specific registers ---

static void set_msr(struct vm *vm, uint32_t index, uint64_t rax, uint64_t rdx) {
    zx_vcpu_state_t state = vm_state(vm);
    state.rcx = index;
    state.rax = rax;
    state.rdx = rdx;
    vm_set_state(vm, &state);
}

TEST(vcpu_resume, answers_model_specific_registers) {
    static const struct {
        uint32_t index;
        uint64_t value;
    } cases[] = {
        {0x1b, 0xfee00d00}, // the local APIC's base, of the first
        {0x17, 0},          {0x8b, 0},       {0xfe, 0},      {0x179, 0},     {0x17a, 0},
        {0x1a0, 1},         {0x1a2, 0},      {0x200, 0},     {0x213, 0},     {0x250, 0},
        {0x258, 0},         {0x26f, 0},      {0x2ff, 0},     {0x606, 0},     {0x611, 0},
        {0x619, 0},         {0x639, 0},      {0x641, 0},     {0x64d, 0},     {0x802, 0},
        {0x803, 0x60015},   {0x808, 0},      {0x80d, 0},     {0x80f, 0xff},  {0x810, 0},
        {0x817, 0},         {0x827, 0},      {0x828, 0},     {0x82f, 65536}, {0x832, 65536},
        {0x833, 65536},     {0x834, 0},      {0x835, 65536}, {0x836, 65536}, {0xc0000080, 0xd01},
        {0xc0000081, 0},    {0xc0000082, 0}, {0x3b, 0},
    };
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(rdmsr));
    vm_run(&vm);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        set_msr(&vm, cases[i].index, 0x55, 0x55);
        vm_run(&vm);
        zx_vcpu_state_t state = vm_state(&vm);
        uint64_t value = state.rdx << 32 | (state.rax & UINT32_MAX);
        ck_assert_msg(value == cases[i].value, "register %#x is %#lx", cases[i].index, value);
    }
    vm_end(&vm);
}

TEST(vcpu_resume, gives_the_guest_faults_for_registers_that_are_not_there) {
    static const uint32_t unreadable[] = {0x838, 0x839, 0x83e, 0x837,     0x80b,
                                          0x830, 0x83f, 0x400, 0x12345678};
    static const uint32_t unwritable[] = {0x802, 0x803, 0x80d, 0x810, 0x827, 0x839, 0x17, 0x400};
    for (size_t i = 0; i < sizeof(unreadable) / sizeof(unreadable[0]); i++) {
        struct vm vm;
        vm_make(&vm, GUEST_PROGRAM(rdmsr));
        vm_run(&vm);
        set_msr(&vm, unreadable[i], 0, 0);
        EXPECT_EQ(vm_run_to_vector(&vm), 13);
        EXPECT_EQ(vm_state(&vm).rbx, 0); // the error code
        vm_end(&vm);
    }
    for (size_t i = 0; i < sizeof(unwritable) / sizeof(unwritable[0]); i++) {
        struct vm vm;
        vm_make(&vm, GUEST_PROGRAM(wrmsr));
        vm_run(&vm);
        set_msr(&vm, unwritable[i], 0, 0);
        EXPECT_EQ(vm_run_to_vector(&vm), 13);
        vm_end(&vm);
    }
}

TEST(vcpu_resume, ignores_writes_that_mean_nothing) {
    static const uint32_t indices[] = {0x8b,  0x200, 0x213, 0x250, 0x2ff, 0x80b,     0x828,
                                       0x808, 0x80f, 0x82f, 0x833, 0x837, 0xc0000083};
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(wrmsr));
    vm_run(&vm);
    for (size_t i = 0; i < sizeof(indices) / sizeof(indices[0]); i++) {
        set_msr(&vm, indices[i], 0, 0);
        vm_run(&vm);
    }
    set_msr(&vm, 0x1b, 0xfee00d00, 0);
    vm_run(&vm);
    vm_end(&vm);
}

TEST(vcpu_resume, ends_when_a_register_gets_what_it_may_not_have) {
    static const struct {
        uint32_t index;
        uint64_t rax, rdx;
        zx_status_t status;
    } cases[] = {
        {0x1b, 0xfee00000, 0, ZX_ERR_INVALID_ARGS}, // not in x2APIC mode
        {0x1b, 0xfee00d00, 1, ZX_ERR_INVALID_ARGS},
        {0x6e0, 5, 0, ZX_ERR_INVALID_ARGS},       // the timer does not wait for a deadline
        {0x832, 3 << 17, 0, ZX_ERR_INVALID_ARGS}, // no such mode
        {0x808, 0, 1, ZX_ERR_INVALID_ARGS},
        {0x830, 1 << 11, 0, ZX_ERR_NOT_SUPPORTED}, // logical destination
        {0x830, 4 << 8, 0, ZX_ERR_NOT_SUPPORTED},  // non-maskable
        {0x830, 2 << 8, 0, ZX_ERR_NOT_SUPPORTED},  // system management
    };
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(wrmsr));
    vm_run(&vm);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        set_msr(&vm, cases[i].index, cases[i].rax, cases[i].rdx);
        vm_expect(&vm, cases[i].status);
        vm_expect(&vm, cases[i].status);
        set_msr(&vm, 0, 0, 0); // what was asked for is served anew: let it be harmless
        zx_vcpu_state_t state = vm_state(&vm);
        state.rax = cases[i].index == 0x1b ? 0xfee00d00 : cases[i].index == 0x830 ? 5 << 8 : 0;
        state.rdx = 0;
        vm_set_state(&vm, &state);
        if (cases[i].index == 0x6e0) {
            break; // never harmless
        }
        vm_run(&vm);
    }
    vm_end(&vm);
}

TEST(vcpu_resume, tells_of_interrupts_for_others) {
    static const struct {
        uint64_t rax, rdx, mask;
        uint8_t vector;
    } cases[] = {
        {0x40, 0, 1, 0x40},
        {0x41, 5, 1 << 5, 0x41},
        {0x42 | 1 << 18, 9, 1, 0x42},
        {0x43 | 2 << 18, 0, UINT64_MAX, 0x43},
        {0x44 | 3 << 18, 0, UINT64_MAX - 1, 0x44},
    };
    struct vm vm;
    zx_port_packet_t packet;
    vm_make(&vm, GUEST_PROGRAM(wrmsr));
    vm_run(&vm);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        set_msr(&vm, 0x830, cases[i].rax, cases[i].rdx);
        vm_run_to(&vm, ZX_PKT_TYPE_GUEST_VCPU, &packet);
        EXPECT_EQ(packet.guest_vcpu.type, ZX_PKT_GUEST_VCPU_INTERRUPT);
        EXPECT_EQ(packet.guest_vcpu.interrupt.mask, cases[i].mask);
        EXPECT_EQ(packet.guest_vcpu.interrupt.vector, cases[i].vector);
        vm_run(&vm);
    }
    set_msr(&vm, 0x830, 5 << 8, 3); // INIT: nothing
    vm_run(&vm);
    set_msr(&vm, 0x830, 6 << 8 | 0x9a, 3);
    vm_run_to(&vm, ZX_PKT_TYPE_GUEST_VCPU, &packet);
    EXPECT_EQ(packet.guest_vcpu.type, ZX_PKT_GUEST_VCPU_STARTUP);
    EXPECT_EQ(packet.guest_vcpu.startup.id, 3);
    EXPECT_EQ(packet.guest_vcpu.startup.entry, 0x9a000);
    vm_run(&vm);
    vm_end(&vm);
}

// Runs the program's loop until there is an exit of a handler, which returns to the loop.
static void wait_for_vector(struct vm *vm, uint64_t vector) {
    uint32_t value;
    do {
        zx_port_packet_t packet;
        vm_run_to(vm, ZX_PKT_TYPE_GUEST_MEM, &packet);
        memcpy(&value, packet.guest_mem.inst_buf + 8, sizeof(value));
        EXPECT(value == 0 || vm_state(vm).rax == vector);
        set_msr(vm, 0x808, 0, 0);
    } while (value == 0);
}

TEST(vcpu_resume, has_a_timer_that_interrupts_once_or_again_and_again) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(wrmsr));
    vm_run(&vm);
    set_msr(&vm, 0x83e, 0xb, 0); // divided by 1
    vm_run(&vm);
    set_msr(&vm, 0x832, 2, 0); // vector 2, which needs no leave
    vm_run(&vm);
    set_msr(&vm, 0x838, 1, 0);
    wait_for_vector(&vm, 2);
    vm_run(&vm); // back in the loop
    set_msr(&vm, 0x838, 0, 0);
    vm_run(&vm);
    set_msr(&vm, 0x832, 1 << 17 | 2, 0); // again and again
    vm_run(&vm);
    set_msr(&vm, 0x838, 1000000, 0);
    for (int i = 0; i < 3; i++) {
        wait_for_vector(&vm, 2);
    }
    vm_end(&vm);
}

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

// --- vcpu_read_state, vcpu_write_state ---

static zx_status_t read_state(zx_handle_t vcpu) {
    zx_vcpu_state_t state;
    return zx_vcpu_read_state(vcpu, ZX_VCPU_STATE, &state, sizeof(state));
}

TEST(vcpu_read_state, wants_a_vcpu_a_right_and_the_right_size) {
    vm_make(&shared, GUEST_PROGRAM(resume));
    expect_bad_handle(read_state);
    expect_wrong_type(read_state, ZX_OBJ_TYPE_VCPU, ZX_OBJ_TYPE_VCPU);
    expect_right(read_state, shared.vcpu, ZX_RIGHT_READ, ZX_OK);
    char buffer[sizeof(zx_vcpu_state_t) + 8];
    for (size_t size = 0; size <= sizeof(buffer); size++) {
        EXPECT_STATUS(zx_vcpu_read_state(shared.vcpu, ZX_VCPU_STATE, buffer, size),
                      size == sizeof(zx_vcpu_state_t) ? ZX_OK : ZX_ERR_INVALID_ARGS);
    }
    EXPECT_STATUS(zx_vcpu_read_state(shared.vcpu, ZX_VCPU_IO, buffer, 8), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vcpu_read_state(shared.vcpu, 2, buffer, sizeof(zx_vcpu_state_t)),
                  ZX_ERR_INVALID_ARGS);
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_vcpu_read_state(shared.vcpu, ZX_VCPU_STATE,
                                         bad_pointer(i, sizeof(zx_vcpu_state_t)),
                                         sizeof(zx_vcpu_state_t)),
                      ZX_ERR_INVALID_ARGS);
    }
    vm_run(&shared);
    vm_end(&shared);
}

static zx_status_t write_state(zx_handle_t vcpu) {
    static const zx_vcpu_state_t state;
    return zx_vcpu_write_state(vcpu, ZX_VCPU_STATE, &state, sizeof(state));
}

TEST(vcpu_write_state, wants_a_vcpu_a_right_and_the_right_size) {
    vm_make(&shared, GUEST_PROGRAM(resume));
    expect_bad_handle(write_state);
    expect_wrong_type(write_state, ZX_OBJ_TYPE_VCPU, ZX_OBJ_TYPE_VCPU);
    expect_right(write_state, shared.vcpu, ZX_RIGHT_WRITE, ZX_OK);
    char buffer[sizeof(zx_vcpu_state_t) + 8] = {1}; // as I/O: one byte
    for (size_t size = 0; size <= sizeof(buffer); size++) {
        EXPECT_STATUS(zx_vcpu_write_state(shared.vcpu, ZX_VCPU_STATE, buffer, size),
                      size == sizeof(zx_vcpu_state_t) ? ZX_OK : ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_vcpu_write_state(shared.vcpu, ZX_VCPU_IO, buffer, size),
                      size == sizeof(zx_vcpu_io_t) ? ZX_OK : ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_vcpu_write_state(shared.vcpu, 2, buffer, size), ZX_ERR_INVALID_ARGS);
    }
    for (int i = 0; i < BAD_IN_POINTERS; i++) {
        EXPECT_STATUS(zx_vcpu_write_state(shared.vcpu, ZX_VCPU_STATE,
                                          bad_pointer(i, sizeof(zx_vcpu_state_t)),
                                          sizeof(zx_vcpu_state_t)),
                      ZX_ERR_INVALID_ARGS);
    }
    vm_run(&shared);
    vm_end(&shared);
}

TEST(vcpu_write_state, sets_all_registers) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(registers));
    zx_vcpu_state_t state = {
        .rax = 1,
        .rcx = 2,
        .rdx = 3,
        .rbx = 4,
        .rsp = 5,
        .rbp = 6,
        .rsi = 7,
        .rdi = 8,
        .r8 = 9,
        .r9 = 10,
        .r10 = 11,
        .r11 = 12,
        .r12 = 13,
        .r13 = 14,
        .r14 = 15,
        .r15 = 16,
    };
    vm_set_state(&vm, &state);
    vm_run(&vm);
    state = vm_state(&vm);
    const uint64_t values[] = {state.rax, state.rcx, state.rdx, state.rbx, state.rsp, state.rbp,
                               state.rsi, state.rdi, state.r8,  state.r9,  state.r10, state.r11,
                               state.r12, state.r13, state.r14, state.r15};
    for (uint64_t i = 0; i < 16; i++) {
        EXPECT_EQ(values[i], 2 * (i + 1));
    }
    EXPECT_EQ(state.rflags, 1 | 1 << 18);
    vm_end(&vm);
}

TEST(vcpu_write_state, sets_flags_only_if_bit_1_says_so) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(pause));
    zx_vcpu_state_t state = {.rflags = 1};
    vm_set_state(&vm, &state);
    EXPECT_EQ(vm_state(&vm).rflags, 0);
    state.rflags = 0xffffffff & ~(1u << 8); // all but the trap flag
    vm_set_state(&vm, &state);
    EXPECT_EQ(vm_state(&vm).rflags, 0x244dd5 & ~(1u << 8));
    state.rflags = 2;
    vm_set_state(&vm, &state);
    EXPECT_EQ(vm_state(&vm).rflags, 0);
    vm_run(&vm);
    vm_end(&vm);
}

TEST(vcpu_write_state, answers_inputs) {
    struct vm vm;
    zx_port_packet_t packet;
    vm_make(&vm, GUEST_PROGRAM(io_in));
    EXPECT_OK(zx_guest_set_trap(vm.guest, ZX_GUEST_TRAP_IO, GUEST_PORT, 3, 0, TRAP_KEY));
    for (int i = 0; i < 3; i++) {
        vm_run_to(&vm, ZX_PKT_TYPE_GUEST_IO, &packet);
        EXPECT(packet.guest_io.input);
        EXPECT_EQ(packet.guest_io.access_size, 1 << i);
        zx_vcpu_io_t io;
        memset(&io, 0, sizeof(io));
        io.access_size = packet.guest_io.access_size;
        io.u32 = 0x12345678;
        EXPECT_OK(zx_vcpu_write_state(vm.vcpu, ZX_VCPU_IO, &io, sizeof(io)));
    }
    vm_run(&vm);
    zx_vcpu_state_t state = vm_state(&vm);
    EXPECT_EQ(state.rbx, 0xffffffffffffff78);
    EXPECT_EQ(state.rcx, 0xffffffffffff5678);
    EXPECT_EQ(state.rsi, 0x12345678);
    vm_end(&vm);
}

TEST(vcpu_write_state, answers_inputs_by_registers_too) {
    struct vm vm;
    zx_port_packet_t packet;
    vm_make(&vm, GUEST_PROGRAM(io_in));
    EXPECT_OK(zx_guest_set_trap(vm.guest, ZX_GUEST_TRAP_IO, GUEST_PORT, 3, 0, TRAP_KEY));
    vm_run_to(&vm, ZX_PKT_TYPE_GUEST_IO, &packet); // no answer: rax stays
    EXPECT_EQ(vm_state(&vm).rax, UINT64_MAX);
    vm_run_to(&vm, ZX_PKT_TYPE_GUEST_IO, &packet);
    zx_vcpu_state_t state = vm_state(&vm);
    EXPECT_EQ(state.rbx, UINT64_MAX);
    state.rax = 0x1111222233334444;
    vm_set_state(&vm, &state);
    vm_run_to(&vm, ZX_PKT_TYPE_GUEST_IO, &packet);
    EXPECT_EQ(vm_state(&vm).rax, 0); // four bytes: zero until it is answered
    vm_run(&vm);
    state = vm_state(&vm);
    EXPECT_EQ(state.rcx, 0x1111222233334444);
    EXPECT_EQ(state.rsi, 0);
    vm_end(&vm);
}

TEST(vcpu_write_state, refuses_other_access_sizes) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(resume));
    zx_vcpu_io_t io;
    memset(&io, 0, sizeof(io));
    for (unsigned size = 0; size < 256; size++) {
        io.access_size = (uint8_t)size;
        EXPECT_STATUS(zx_vcpu_write_state(vm.vcpu, ZX_VCPU_IO, &io, sizeof(io)),
                      size == 1 || size == 2 || size == 4 ? ZX_OK : ZX_ERR_INVALID_ARGS);
    }
    vm_run(&vm);
    vm_end(&vm);
}

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
