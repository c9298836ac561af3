// Part of libzircon. BSD-3-Clause, see LICENSE.
// What a guest finds in CPUID and in its model-specific registers, the local APIC's among them.
// Needs /dev/kvm, see harness.c.
#include <cpuid.h>

#include "guest_machine.h"

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

TEST(vcpu_resume, needs_memory_for_the_timer) {
    struct vm vm;
    zx_port_packet_t packet;
    vm_make(&vm, GUEST_PROGRAM(wrmsr));
    vm_run(&vm);
    set_msr(&vm, 0x832, 2, 0);
    vm_run(&vm);
    set_msr(&vm, 0x838, UINT32_MAX, 0);
    libzircon_fail_allocation(1);
    EXPECT_STATUS(zx_vcpu_resume(vm.vcpu, &packet), ZX_ERR_NO_MEMORY);
    libzircon_fail_allocation(1);
    EXPECT_STATUS(zx_vcpu_enter(vm.vcpu, &packet), ZX_ERR_NO_MEMORY);
    libzircon_fail_allocation(0);
    vm_run(&vm);
    vm_end(&vm);
}
