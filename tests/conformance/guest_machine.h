// Part of libzircon. BSD-3-Clause, see LICENSE.
// A guest with memory, a program (tests/guest/programs.S) and a vcpu of the calling thread.
#pragma once

#include "../guest/programs.h"
#include "harness.h"
#include <zircon/syscalls/hypervisor.h>

enum { TRAP_KEY = 0x1234, PAGE_BYTES = 4096 };

struct vm {
    zx_handle_t guest, vmar, vmo, vcpu;
    char *memory; // the guest's, as we see it
};

// 16 MiB of memory at 0 with the program in it, the exit trap, and a vcpu that begins there.
// Without a program only the guest and its VMAR.
void vm_make_guest(struct vm *vm);
void vm_make(struct vm *vm, struct guest_program program);
// The same with a program that first exits, up to there, and rdi and rax for what it does then.
void vm_make_with(struct vm *vm, struct guest_program program, uint64_t rdi, uint64_t rax);
// Ends it; the test fails if the guest was never entered.
void vm_end(struct vm *vm);

// Traps that page GUEST_TRAP with TRAP_KEY.
void vm_trap(struct vm *vm, uint32_t kind, zx_handle_t port);

// Runs to an exit, which the guest says is a good one.
void vm_run(struct vm *vm);
// Runs to an exit by one of the runtime's handlers, and tells the vector.
uint64_t vm_run_to_vector(struct vm *vm);
// Runs to another packet.
void vm_run_to(struct vm *vm, uint32_t type, zx_port_packet_t *packet);
// Runs to a call's end with a status.
void vm_expect(struct vm *vm, zx_status_t status);

zx_vcpu_state_t vm_state(struct vm *vm);
void vm_set_state(struct vm *vm, const zx_vcpu_state_t *state);

// A VMO that can be mapped into guests, and it mapped at a guest's address.
zx_handle_t vm_new_memory(uint64_t size);
void vm_map(struct vm *vm, zx_handle_t vmo, uint64_t at, uint64_t size, uint32_t options);
