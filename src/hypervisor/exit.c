// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Memory. Where the window allows no access the backend stops in front of the instruction and says
// no more. So the instruction is decoded, and all that it touches is looked at in the order in
// which a processor does: its own bytes with the page tables on the way, then its operands. The
// first place that is a trap is what happened; places where something is mapped are made
// accessible; a place with neither is the guest's mistake. Where all of these are accessible it was
// something that no instruction names.
#include "hypervisor/exit.h"

#include <string.h>

#include "host/memory.h"
#include "hypervisor/decode.h"
#include "hypervisor/gpas.h"
#include "hypervisor/guest_memory.h"
#include "hypervisor/implicit.h"
#include "hypervisor/msr.h"
#include "hypervisor/packet.h"
#include "hypervisor/vcpu_state.h"

enum { STUCK_MAX = 100 }; // faults in a row at one place although everything is accessible

// --- ports ---

// String instructions show only as such when they do more than one step. So the instruction is
// looked at, once for each place that it lies at.
static bool is_plain_io(struct vcpu *vcpu) {
    uint64_t rip = vcpu->machine.registers->rip;
    uint64_t *known = &vcpu->plain_io[rip % (sizeof(vcpu->plain_io) / sizeof(vcpu->plain_io[0]))];
    if (likely(*known == rip)) {
        return true;
    }
    struct hv_system system;
    vcpu->machine.guest->backend->read_system(&vcpu->machine, &system);
    uint8_t bytes[DECODE_BYTES_MAX];
    struct gpas_fault fault;
    struct decoded decoded;
    size_t size = gpas_fetch(vcpu->machine.guest, &system,
                             decode_linear_rip(&system, vcpu->machine.registers), bytes,
                             sizeof(bytes), &fault);
    if (!decode(&system, vcpu->machine.registers, bytes, size, &decoded) || !decoded.is_plain_io) {
        return false;
    }
    *known = rip;
    return true;
}

static zx_status_t serve_io(struct vcpu *vcpu, zx_port_packet_t *packet) {
    struct hv_exit *exit = &vcpu->machine.exit;
    if (exit->io.count != 1 || !is_plain_io(vcpu)) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    struct trap *trap = trap_map_find(&vcpu->guest->port_traps, exit->io.port);
    if (trap == NULL) {
        return ZX_ERR_NOT_FOUND;
    }
    packet_io(packet, trap->key, exit->io.port, exit->io.size, exit->io.input, exit->io.data);
    if (exit->io.input) {
        // What the instruction reads if the program gives it nothing: rax as it was, or with four
        // bytes zero.
        uint64_t rax = exit->io.size == 4 ? 0 : vcpu->machine.registers->rax;
        memcpy(exit->io.data, &rax, exit->io.size);
        vcpu->input = true;
    }
    return ZX_ERR_NEXT;
}

// --- model-specific registers ---

static zx_status_t serve_msr(struct thread *self, struct vcpu *vcpu, zx_port_packet_t *packet) {
    struct hv_exit *exit = &vcpu->machine.exit;
    const struct hv_registers *registers = vcpu->machine.registers;
    enum msr_result result;
    if (exit->reason == HV_EXIT_READ_MSR) {
        result = msr_read(&vcpu->apic, exit->msr.index, exit->msr.value);
    } else {
        result =
            msr_write(self, &vcpu->apic, exit->msr.index, registers->rax, registers->rdx, packet);
    }
    *exit->msr.error = result == MSR_FAULT;
    switch (result) {
    case MSR_DONE:
    case MSR_FAULT:
        return ZX_OK;
    case MSR_PACKET:
        return ZX_ERR_NEXT;
    case MSR_NOT_SUPPORTED:
        return ZX_ERR_NOT_SUPPORTED;
    case MSR_NO_MEMORY:
        return ZX_ERR_NO_MEMORY;
    default:
        return ZX_ERR_INVALID_ARGS;
    }
}

// --- memory ---

struct access {
    struct thread *self;
    struct vcpu *vcpu;
    zx_port_packet_t *packet;
    struct hv_system system;
    struct decoded decoded; // length 0: the instruction could not be read
    uint8_t bytes[DECODE_BYTES_MAX];
    bool opened;          // something was made accessible
    zx_status_t obstacle; // what kept a place from being made so that no instruction names
};

// The instruction counts as done.
static void skip(struct access *access) {
    struct hv_registers *registers = access->vcpu->machine.registers;
    registers->rip += access->decoded.length;
    access->vcpu->machine.registers_changed = true;
}

static zx_status_t serve_trap(struct access *access, struct trap *trap, uint64_t address,
                              bool write) {
    if (access->decoded.length == 0) {
        return ZX_ERR_NOT_SUPPORTED; // code, or page tables, in a trap
    }
    if (trap->kind == ZX_GUEST_TRAP_MEM) {
        packet_memory(access->packet, trap->key, address, access->bytes, access->decoded.length,
                      decode_operand_size(&access->system));
        skip(access);
        return ZX_ERR_NEXT;
    }
    if (!write) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    skip(access);
    access->vcpu->bell = trap;
    access->vcpu->bell_address = address;
    return ZX_OK;
}

// Looks at one place. ZX_OK with `done` false: it is accessible, look at the next.
static zx_status_t serve_place(struct access *access, uint64_t address, bool write, bool *done) {
    struct vcpu *vcpu = access->vcpu;
    *done = true;
    struct trap *trap = trap_map_find(&vcpu->guest->memory_traps, address);
    if (trap != NULL) {
        return serve_trap(access, trap, address, write);
    }
    if (address >= vcpu->machine.guest->window_size) {
        return address >= GUEST_ADDRESS_LIMIT ? ZX_ERR_OUT_OF_RANGE : ZX_ERR_NOT_FOUND;
    }
    *done = false;
    if (guest_memory_is_open(access->self, vcpu->guest, address, write)) {
        return ZX_OK;
    }
    access->opened = true;
    return guest_memory_touch(access->self, vcpu->guest, address, write);
}

// Reads the instruction. `done` as above: something on the way to it was the matter.
static zx_status_t fetch(struct access *access, bool *done) {
    struct vcpu *vcpu = access->vcpu;
    struct gpas_fault fault;
    *done = false;
    uint64_t linear = decode_linear_rip(&access->system, vcpu->machine.registers);
    size_t size = gpas_fetch(vcpu->machine.guest, &access->system, linear, access->bytes,
                             sizeof(access->bytes), &fault);
    if (decode(&access->system, vcpu->machine.registers, access->bytes, size, &access->decoded)) {
        return ZX_OK;
    }
    access->decoded.length = 0;
    if (size == sizeof(access->bytes) || fault.address == UINT64_MAX) {
        return ZX_OK; // no instruction, or a page fault: the guest is going to see it
    }
    return serve_place(access, fault.address, false, done);
}

// One byte of an operand.
static zx_status_t serve_operand(struct access *access, uint64_t linear, bool write, bool *done) {
    uint64_t physical;
    struct gpas_fault fault;
    *done = false;
    switch (
        gpas_translate(access->vcpu->machine.guest, &access->system, linear, &physical, &fault)) {
    case GPAS_FOUND:
        return serve_place(access, physical, write, done);
    case GPAS_NO_TABLE:
        return serve_place(access, fault.address, false, done);
    default:
        return ZX_OK;
    }
}

// --- memory that no instruction names ---

static void open_place(struct access *access, uint64_t address, bool write) {
    struct vcpu *vcpu = access->vcpu;
    zx_status_t status = ZX_OK;
    if (trap_map_find(&vcpu->guest->memory_traps, address) != NULL) {
        status = ZX_ERR_NOT_SUPPORTED;
    } else if (address >= vcpu->machine.guest->window_size) {
        status = address >= GUEST_ADDRESS_LIMIT ? ZX_ERR_OUT_OF_RANGE : ZX_ERR_NOT_FOUND;
    } else if (!guest_memory_is_open(access->self, vcpu->guest, address, write)) {
        status = guest_memory_touch(access->self, vcpu->guest, address, write);
        access->opened = access->opened || status == ZX_OK;
    }
    access->obstacle = access->obstacle == ZX_OK ? status : access->obstacle;
}

// A linear address with the page tables on the way, whose entries the processor marks.
static void open_linear(void *context, uint64_t linear, bool write) {
    struct access *access = context;
    uint64_t physical;
    struct gpas_fault fault;
    enum gpas_walk walk =
        gpas_translate(access->vcpu->machine.guest, &access->system, linear, &physical, &fault);
    for (uint32_t i = 0; i < fault.entry_count; i++) {
        open_place(access, fault.entries[i], true);
    }
    if (walk == GPAS_FOUND) {
        open_place(access, physical, write);
    }
}

// The instruction and its operands are accessible. If they were not at the exit, for another vcpu
// has made them so since, or if something else can be made accessible now, the guest goes on; if
// time and again nothing helps, what is in the way is its mistake.
static zx_status_t serve_implicit(struct access *access) {
    struct vcpu *vcpu = access->vcpu;
    const struct hv_registers *registers = vcpu->machine.registers;
    vcpu->stuck_count = vcpu->stuck_at == registers->rip ? vcpu->stuck_count + 1 : 0;
    vcpu->stuck_at = registers->rip;
    open_linear(access, decode_linear_rip(&access->system, registers), false);
    for (uint32_t i = 0; i < access->decoded.access_count; i++) {
        const struct decode_access *operand = &access->decoded.accesses[i];
        open_linear(access, operand->linear, operand->write);
        open_linear(access, operand->linear + HOST_PAGE_SIZE - 1, operand->write); // XSAVE's size
    }
    implicit_visit(vcpu->machine.guest, &access->system, registers, open_linear, access);
    if (access->opened) {
        vcpu->stuck_at = UINT64_MAX;
    } else if (vcpu->stuck_count > STUCK_MAX) {
        vcpu->stuck_at = UINT64_MAX; // the next call tries anew
        return access->obstacle != ZX_OK ? access->obstacle : ZX_ERR_INTERNAL;
    }
    return ZX_OK;
}

static zx_status_t serve_memory(struct thread *self, struct vcpu *vcpu, zx_port_packet_t *packet) {
    struct access access = {.self = self, .vcpu = vcpu, .packet = packet};
    vcpu->machine.guest->backend->read_system(&vcpu->machine, &access.system);
    bool done;
    zx_status_t status = fetch(&access, &done);
    for (uint32_t i = 0; i < access.decoded.access_count && status == ZX_OK && !done; i++) {
        const struct decode_access *operand = &access.decoded.accesses[i];
        uint64_t last = operand->linear + operand->size - 1;
        status = serve_operand(&access, operand->linear, operand->write, &done);
        if (status == ZX_OK && !done && (last ^ operand->linear) >> 12 != 0) {
            status = serve_operand(&access, last, operand->write, &done);
        }
    }
    if (access.opened) {
        vcpu->stuck_at = UINT64_MAX;
    }
    return status == ZX_OK && !done && !access.opened ? serve_implicit(&access) : status;
}

// An access beyond the window, which the backend may have begun to carry out: no trap can be kept
// exactly there, but what is no trap is a mistake anyway.
static zx_status_t serve_beyond(struct vcpu *vcpu) {
    return vcpu->machine.exit.beyond.address >= GUEST_ADDRESS_LIMIT ? ZX_ERR_OUT_OF_RANGE
                                                                    : ZX_ERR_NOT_FOUND;
}

// The backend cannot carry out an instruction: because there is no memory at it, or for what it is.
static zx_status_t serve_emulation(struct thread *self, struct vcpu *vcpu,
                                   zx_port_packet_t *packet) {
    struct access access = {.self = self, .vcpu = vcpu, .packet = packet};
    vcpu->machine.guest->backend->read_system(&vcpu->machine, &access.system);
    bool done;
    zx_status_t status = fetch(&access, &done);
    return status != ZX_OK ? status : ZX_ERR_NOT_SUPPORTED;
}

zx_status_t exit_serve(struct thread *self, struct vcpu *vcpu, zx_port_packet_t *packet) {
    switch (vcpu->machine.exit.reason) {
    case HV_EXIT_INTERRUPTED:
    case HV_EXIT_WINDOW:
        return ZX_OK;
    case HV_EXIT_IO:
        return serve_io(vcpu, packet);
    case HV_EXIT_MEMORY:
        return serve_memory(self, vcpu, packet);
    case HV_EXIT_BEYOND:
        return serve_beyond(vcpu);
    case HV_EXIT_HALT:
        vcpu->halted = true;
        return ZX_OK;
    case HV_EXIT_READ_MSR:
    case HV_EXIT_WRITE_MSR:
        return serve_msr(self, vcpu, packet);
    case HV_EXIT_SHUTDOWN:
        vcpu->dead = true;
        return ZX_ERR_NOT_SUPPORTED;
    case HV_EXIT_ENTRY_FAILED:
        return ZX_ERR_BAD_STATE;
    case HV_EXIT_EMULATION:
        return serve_emulation(self, vcpu, packet);
    case HV_EXIT_NO_MEMORY:
        return ZX_ERR_NO_MEMORY;
    default:
        return ZX_ERR_NOT_SUPPORTED;
    }
}
