// Part of libzircon. BSD-3-Clause, see LICENSE.
// A vcpu's registers, and answers to inputs. Needs /dev/kvm, see harness.c.
#include "guest_machine.h"

static struct vm shared;

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
