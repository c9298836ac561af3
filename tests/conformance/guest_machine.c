// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "guest_machine.h"

static uint64_t entries_before;

zx_handle_t vm_new_memory(uint64_t size) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(size, 0, &vmo));
    EXPECT_OK(zx_vmo_replace_as_executable(vmo, ZX_HANDLE_INVALID, &vmo));
    return vmo;
}

void vm_map(struct vm *vm, zx_handle_t vmo, uint64_t at, uint64_t size, uint32_t options) {
    zx_vaddr_t address = 1;
    EXPECT_OK(zx_vmar_map(vm->vmar, options | ZX_VM_SPECIFIC, at, vmo, 0, size, &address));
    EXPECT_EQ(address, at);
}

void vm_make_guest(struct vm *vm) {
    memset(vm, 0, sizeof(*vm));
    entries_before = libzircon_count_guest_entries();
    EXPECT_OK(zx_guest_create(root_resource(), 0, &vm->guest, &vm->vmar));
}

void vm_make(struct vm *vm, struct guest_program program) {
    vm_make_guest(vm);
    vm->vmo = vm_new_memory(GUEST_MEMORY);
    zx_vaddr_t here;
    EXPECT_OK(zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0, vm->vmo, 0,
                          GUEST_MEMORY, &here));
    vm->memory = (char *)here;
    vm_map(vm, vm->vmo, 0, GUEST_MEMORY, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE | ZX_VM_PERM_EXECUTE);
    guest_prepare(vm->memory, program);
    EXPECT_OK(zx_guest_set_trap(vm->guest, ZX_GUEST_TRAP_MEM, GUEST_EXIT, PAGE_BYTES,
                                ZX_HANDLE_INVALID, 0));
    EXPECT_OK(zx_vcpu_create(vm->guest, 0, GUEST_CODE, &vm->vcpu));
}

void vm_end(struct vm *vm) {
    EXPECT(libzircon_count_guest_entries() > entries_before);
    if (vm->memory != NULL) {
        EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), (uintptr_t)vm->memory, GUEST_MEMORY));
        close_handle(vm->vmo);
        close_handle(vm->vcpu);
    }
    close_handle(vm->vmar);
    close_handle(vm->guest);
}

void vm_trap(struct vm *vm, uint32_t kind, zx_handle_t port) {
    EXPECT_OK(zx_guest_set_trap(vm->guest, kind, GUEST_TRAP, PAGE_BYTES, port, TRAP_KEY));
}

void vm_run_to(struct vm *vm, uint32_t type, zx_port_packet_t *packet) {
    memset(packet, 0x5a, sizeof(*packet));
    EXPECT_OK(zx_vcpu_resume(vm->vcpu, packet));
    EXPECT_EQ(packet->type, type);
    EXPECT_EQ(packet->status, ZX_OK);
}

// The last four bytes of the exit's instruction: what it writes.
static uint32_t run_to_exit(struct vm *vm) {
    zx_port_packet_t packet;
    uint32_t value;
    vm_run_to(vm, ZX_PKT_TYPE_GUEST_MEM, &packet);
    EXPECT_EQ(packet.key, 0);
    EXPECT_EQ(packet.guest_mem.addr, GUEST_EXIT);
    EXPECT_EQ(packet.guest_mem.inst_len, 12);
    EXPECT_EQ(packet.guest_mem.default_operand_size, 4);
    memcpy(&value, packet.guest_mem.inst_buf + 8, sizeof(value));
    return value;
}

void vm_run(struct vm *vm) {
    if (run_to_exit(vm) != 0) {
        zx_vcpu_state_t state = vm_state(vm);
        ck_abort_msg("the guest got vector %lu; on its stack is %#lx", state.rax, state.rbx);
    }
}

uint64_t vm_run_to_vector(struct vm *vm) {
    EXPECT_EQ(run_to_exit(vm), 1);
    return vm_state(vm).rax;
}

void vm_expect(struct vm *vm, zx_status_t status) {
    zx_port_packet_t packet;
    EXPECT_STATUS(zx_vcpu_resume(vm->vcpu, &packet), status);
}

zx_vcpu_state_t vm_state(struct vm *vm) {
    zx_vcpu_state_t state;
    EXPECT_OK(zx_vcpu_read_state(vm->vcpu, ZX_VCPU_STATE, &state, sizeof(state)));
    return state;
}

void vm_set_state(struct vm *vm, const zx_vcpu_state_t *state) {
    EXPECT_OK(zx_vcpu_write_state(vm->vcpu, ZX_VCPU_STATE, state, sizeof(*state)));
}

void vm_make_with(struct vm *vm, struct guest_program program, uint64_t rdi, uint64_t rax) {
    vm_make(vm, program);
    vm_run(vm);
    zx_vcpu_state_t state = vm_state(vm);
    state.rdi = rdi;
    state.rax = rax;
    vm_set_state(vm, &state);
}
