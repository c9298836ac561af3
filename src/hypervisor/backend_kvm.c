// Part of libzircon. BSD-3-Clause, see LICENSE.
// /dev/kvm. The only file that knows Linux's interface to it.
//
// The interrupt controller is ours (local_apic.c), so KVM gets none; accesses to its registers, and
// to all model-specific registers but those of msr_direct, come out as exits. A guest's memory is
// one slot over the whole window: what Linux does not let us touch ends a run with EFAULT.
#include <linux/kvm.h>

#include <string.h>

#include "base/invariant.h"
#include "base/state.h"
#include "host/device.h"
#include "host/memory.h"
#include "hypervisor/backend.h"
#include "hypervisor/cpuid.h"
#include "hypervisor/msr.h"

_Static_assert(sizeof(struct hv_registers) == sizeof(struct kvm_regs), "the same in KVM's order");
_Static_assert(offsetof(struct hv_registers, rsp) == offsetof(struct kvm_regs, rsp), "as above");
_Static_assert(offsetof(struct hv_registers, rip) == offsetof(struct kvm_regs, rip), "as above");
_Static_assert(sizeof(struct cpuid_entry) == sizeof(struct kvm_cpuid_entry2), "the same as KVM's");

_Atomic uint64_t hv_entries KERNEL_STATE;

static const char path[] = "/dev/kvm";

static struct kvm_run *run_of(const struct hv_vcpu *vcpu) {
    return vcpu->shared;
}

static long call(int file, unsigned long request, const void *argument) {
    return device_call(file, request, (uintptr_t)argument);
}

static zx_status_t status_of(long result) {
    if (result >= 0) {
        return ZX_OK;
    }
    return result == -DEVICE_ENOMEM ? ZX_ERR_NO_MEMORY : ZX_ERR_NOT_SUPPORTED;
}

// --- guests ---

static bool has_all(int device) {
    static const unsigned needed[] = {
        KVM_CAP_USER_MEMORY,    KVM_CAP_EXT_CPUID,          KVM_CAP_SYNC_REGS,
        KVM_CAP_IMMEDIATE_EXIT, KVM_CAP_X86_USER_SPACE_MSR, KVM_CAP_X86_MSR_FILTER,
        KVM_CAP_VCPU_EVENTS,    KVM_CAP_USER_NMI,           KVM_CAP_GET_TSC_KHZ,
    };
    if (device_call(device, KVM_GET_API_VERSION, 0) != KVM_API_VERSION) {
        return false;
    }
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (device_call(device, KVM_CHECK_EXTENSION, needed[i]) <= 0) {
            return false;
        }
    }
    return true;
}

// Everything but msr_direct comes out as an exit.
static long filter_registers(int vm) {
    static const uint8_t all[4] = {0xff, 0xff, 0xff, 0xff};
    struct kvm_msr_filter filter = {.flags = KVM_MSR_FILTER_DEFAULT_DENY};
    uint32_t ranges = 0;
    for (uint32_t i = 0; i < msr_direct_count; i++) {
        struct kvm_msr_filter_range *range = &filter.ranges[ranges - (ranges > 0)];
        if (ranges > 0 && range->base + range->nmsrs == msr_direct[i]) {
            range->nmsrs++;
            continue;
        }
        invariant(ranges < KVM_MSR_FILTER_MAX_RANGES);
        filter.ranges[ranges++] = (struct kvm_msr_filter_range){
            .flags = KVM_MSR_FILTER_READ | KVM_MSR_FILTER_WRITE,
            .nmsrs = 1,
            .base = msr_direct[i],
            .bitmap = (uint8_t *)(uintptr_t)all,
        };
    }
    struct kvm_enable_cap exits = {
        .cap = KVM_CAP_X86_USER_SPACE_MSR,
        .args[0] =
            KVM_MSR_EXIT_REASON_INVAL | KVM_MSR_EXIT_REASON_UNKNOWN | KVM_MSR_EXIT_REASON_FILTER,
    };
    long result = call(vm, KVM_ENABLE_CAP, &exits);
    return result < 0 ? result : call(vm, KVM_X86_SET_MSR_FILTER, &filter);
}

static long add_memory(const struct hv_guest *guest) {
    struct kvm_userspace_memory_region region = {
        .memory_size = guest->window_size,
        .userspace_addr = (uintptr_t)guest->window,
    };
    return call(guest->vm, KVM_SET_USER_MEMORY_REGION, &region);
}

static zx_status_t kvm_guest_create(struct hv_guest *guest) {
    long device = device_open(path);
    if (device < 0) {
        return status_of(device);
    }
    zx_status_t status = ZX_ERR_NOT_SUPPORTED;
    long vm = has_all((int)device) ? device_call((int)device, KVM_CREATE_VM, 0) : -1;
    if (vm >= 0) {
        guest->vm = (int)vm;
        guest->vcpu_size = (uint32_t)device_call((int)device, KVM_GET_VCPU_MMAP_SIZE, 0);
        long result = filter_registers(guest->vm);
        result = result < 0 ? result : add_memory(guest);
        status = status_of(result);
        if (status != ZX_OK) {
            device_close(guest->vm);
        }
    } else {
        status = status_of(vm);
    }
    device_close((int)device);
    return status;
}

static void kvm_guest_destroy(struct hv_guest *guest) {
    for (uint32_t id = 0; id < HV_VCPUS_MAX; id++) {
        if (guest->spare[id].shared != NULL) {
            device_unmap(guest->spare[id].shared, guest->vcpu_size);
            device_close(guest->spare[id].fd);
        }
    }
    device_close(guest->vm);
}

// --- vcpus ---

static bool is_intel(void) {
    uint32_t eax = 0, ebx, ecx = 0, edx;
    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    return ebx == 0x756e6547; // "Genu"
}

static bool has_deadline_timer(void) {
    uint32_t eax = 1, ebx, ecx = 0, edx;
    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    return (ecx >> 24 & 1) != 0;
}

static long set_cpuid(struct hv_vcpu *vcpu, uint32_t id) {
    struct { // struct kvm_cpuid2, with its entries
        uint32_t count, padding;
        struct cpuid_entry entries[CPUID_ENTRIES_MAX];
    } table = {.count = CPUID_ENTRIES_MAX};
    long device = device_open(path);
    if (device < 0) {
        return device;
    }
    long result = call((int)device, KVM_GET_SUPPORTED_CPUID, &table);
    device_close((int)device);
    if (result < 0) {
        return result;
    }
    table.count = cpuid_make(id, has_deadline_timer(), table.entries, table.count);
    return call(vcpu->fd, KVM_SET_CPUID2, &table);
}

static struct kvm_segment to_kvm(const struct hv_segment *from) {
    return (struct kvm_segment){
        .base = from->base,
        .limit = from->limit,
        .selector = from->selector,
        .type = from->type,
        .present = from->present,
        .dpl = from->dpl,
        .db = from->db,
        .s = from->s,
        .l = from->l,
        .g = from->g,
    };
}

static struct hv_segment from_kvm(const struct kvm_segment *from) {
    return (struct hv_segment){
        .base = from->base,
        .limit = from->limit,
        .selector = from->selector,
        .type = from->type,
        .present = from->present != 0,
        .dpl = from->dpl,
        .db = from->db != 0,
        .s = from->s != 0,
        .l = from->l != 0,
        .g = from->g != 0,
    };
}

static long set_system(struct hv_vcpu *vcpu, const struct hv_system *system) {
    struct kvm_sregs sregs;
    long result = call(vcpu->fd, KVM_GET_SREGS, &sregs); // for what we do not know of
    sregs.cs = to_kvm(&system->cs);
    sregs.ds = to_kvm(&system->ds);
    sregs.es = to_kvm(&system->es);
    sregs.fs = to_kvm(&system->fs);
    sregs.gs = to_kvm(&system->gs);
    sregs.ss = to_kvm(&system->ss);
    sregs.tr = to_kvm(&system->tr);
    sregs.ldt = to_kvm(&system->ldt);
    sregs.gdt.base = system->gdt_base;
    sregs.gdt.limit = system->gdt_limit;
    sregs.idt.base = system->idt_base;
    sregs.idt.limit = system->idt_limit;
    sregs.cr0 = system->cr0;
    sregs.cr3 = system->cr3;
    sregs.cr4 = system->cr4;
    sregs.efer = system->efer;
    return result < 0 ? result : call(vcpu->fd, KVM_SET_SREGS, &sregs);
}

// The guest's time-stamp counter is the host's, where KVM can do that.
static void set_tsc(struct hv_vcpu *vcpu) {
    uint64_t offset = 0;
    struct kvm_device_attr attribute = {
        .group = KVM_VCPU_TSC_CTRL,
        .attr = KVM_VCPU_TSC_OFFSET,
        .addr = (uintptr_t)&offset,
    };
    call(vcpu->fd, KVM_SET_DEVICE_ATTR, &attribute);
}

static void kvm_vcpu_destroy(struct hv_vcpu *vcpu) {
    vcpu->guest->spare[vcpu->id].shared = vcpu->shared;
    vcpu->guest->spare[vcpu->id].fd = vcpu->fd;
}

static zx_status_t open_vcpu(struct hv_vcpu *vcpu) {
    if (vcpu->guest->spare[vcpu->id].shared != NULL) {
        vcpu->shared = vcpu->guest->spare[vcpu->id].shared;
        vcpu->fd = vcpu->guest->spare[vcpu->id].fd;
        vcpu->guest->spare[vcpu->id].shared = NULL;
        // An instruction may be half done.
        run_of(vcpu)->kvm_dirty_regs = 0;
        run_of(vcpu)->immediate_exit = 1;
        device_call(vcpu->fd, KVM_RUN, 0);
        return ZX_OK;
    }
    long fd = device_call(vcpu->guest->vm, KVM_CREATE_VCPU, vcpu->id);
    if (fd < 0) {
        return fd == -DEVICE_ENOMEM ? ZX_ERR_NO_MEMORY : ZX_ERR_NO_RESOURCES;
    }
    vcpu->fd = (int)fd;
    vcpu->shared = device_map(vcpu->fd, vcpu->guest->vcpu_size);
    if (vcpu->shared == NULL) {
        device_close(vcpu->fd);
        return ZX_ERR_NO_MEMORY;
    }
    return ZX_OK;
}

// What is not among the registers that the caller knows is as after power-on.
static long reset(struct hv_vcpu *vcpu) {
    static const uint64_t pat = 0x0007040600070406;
    enum { MSR_PAT = 0x277, CONTROL_X87 = 0x37f, CONTROL_SSE = 0x1f80 };
    const uint32_t msr_efer = 0xc0000080;
    struct kvm_vcpu_events events = {0};
    struct kvm_fpu fpu = {.fcw = CONTROL_X87, .mxcsr = CONTROL_SSE};
    struct kvm_debugregs debug = {.dr6 = 0xffff0ff0, .dr7 = 0x400};
    struct kvm_xcrs xcrs = {.nr_xcrs = 1, .xcrs = {{.value = 1}}};
    struct { // struct kvm_msrs, with its entries
        uint32_t count, padding;
        struct kvm_msr_entry entries[32];
    } registers = {.count = 0};
    for (uint32_t i = 0; i < msr_direct_count; i++) {
        if (msr_direct[i] != msr_efer) { // which is among the system's registers
            registers.entries[registers.count++] = (struct kvm_msr_entry){
                .index = msr_direct[i], .data = msr_direct[i] == MSR_PAT ? pat : 0};
        }
    }
    call(vcpu->fd, KVM_SET_XCRS, &xcrs);      // where the processor has them
    call(vcpu->fd, KVM_SET_MSRS, &registers); // up to the first that it does not have
    long result = call(vcpu->fd, KVM_SET_VCPU_EVENTS, &events);
    result = result < 0 ? result : call(vcpu->fd, KVM_SET_FPU, &fpu);
    return result < 0 ? result : call(vcpu->fd, KVM_SET_DEBUGREGS, &debug);
}

static zx_status_t kvm_vcpu_create(struct hv_vcpu *vcpu, uint32_t id,
                                   const struct hv_system *system,
                                   const struct hv_registers *registers) {
    vcpu->id = id;
    zx_status_t status = open_vcpu(vcpu);
    if (status != ZX_OK) {
        return status;
    }
    struct kvm_run *run = run_of(vcpu);
    long result = set_cpuid(vcpu, id);
    result = result < 0 ? result : reset(vcpu);
    result = result < 0 ? result : set_system(vcpu, system);
    result = result < 0 ? result : call(vcpu->fd, KVM_SET_REGS, registers);
    if (result < 0) {
        kvm_vcpu_destroy(vcpu);
        return result == -DEVICE_ENOMEM ? ZX_ERR_NO_MEMORY : ZX_ERR_BAD_STATE;
    }
    set_tsc(vcpu);
    long khz = device_call(vcpu->fd, KVM_GET_TSC_KHZ, 0);
    vcpu->tsc_khz = khz > 0 ? (uint32_t)khz : 1000000;
    run->kvm_valid_regs = KVM_SYNC_X86_REGS;
    vcpu->registers = (struct hv_registers *)(void *)&run->s.regs.regs;
    *vcpu->registers = *registers;
    vcpu->stop = &run->immediate_exit;
    return ZX_OK;
}

static void set_exit(struct hv_vcpu *vcpu, const struct kvm_run *run) {
    struct hv_exit *exit = &vcpu->exit;
    switch (run->exit_reason) {
    case KVM_EXIT_IO:
        exit->reason = HV_EXIT_IO;
        exit->io.port = run->io.port;
        exit->io.size = run->io.size;
        exit->io.input = run->io.direction == KVM_EXIT_IO_IN;
        exit->io.count = run->io.count;
        exit->io.data = (char *)vcpu->shared + run->io.data_offset;
        break;
    case KVM_EXIT_MMIO:
        exit->reason = HV_EXIT_BEYOND;
        exit->beyond.address = run->mmio.phys_addr;
        break;
    case KVM_EXIT_X86_RDMSR:
    case KVM_EXIT_X86_WRMSR:
        exit->reason =
            run->exit_reason == KVM_EXIT_X86_RDMSR ? HV_EXIT_READ_MSR : HV_EXIT_WRITE_MSR;
        exit->msr.index = run->msr.index;
        exit->msr.value =
            (uint64_t *)(void *)((char *)vcpu->shared + offsetof(struct kvm_run, msr.data));
        exit->msr.error = (uint8_t *)vcpu->shared + offsetof(struct kvm_run, msr.error);
        break;
    case KVM_EXIT_HLT:
        exit->reason = HV_EXIT_HALT;
        break;
    case KVM_EXIT_IRQ_WINDOW_OPEN:
        exit->reason = HV_EXIT_WINDOW;
        break;
    case KVM_EXIT_INTR:
        exit->reason = HV_EXIT_INTERRUPTED;
        break;
    case KVM_EXIT_SHUTDOWN:
        exit->reason = HV_EXIT_SHUTDOWN;
        break;
    case KVM_EXIT_FAIL_ENTRY:
        exit->reason = HV_EXIT_ENTRY_FAILED;
        break;
    case KVM_EXIT_INTERNAL_ERROR:
        exit->reason = HV_EXIT_EMULATION;
        break;
    default:
        exit->reason = HV_EXIT_UNKNOWN;
        break;
    }
}

static long enter(struct hv_vcpu *vcpu) {
    struct kvm_run *run = run_of(vcpu);
    run->kvm_dirty_regs = vcpu->registers_changed ? KVM_SYNC_X86_REGS : 0;
    vcpu->registers_changed = false;
    long result = device_call(vcpu->fd, KVM_RUN, 0);
    vcpu->takes_interrupts = run->ready_for_interrupt_injection != 0;
    return result;
}

static void kvm_run(struct hv_vcpu *vcpu) {
    struct kvm_run *run = run_of(vcpu);
    run->request_interrupt_window = vcpu->wants_window;
    long result = enter(vcpu);
    if (likely(result >= 0)) {
        set_exit(vcpu, run);
        return;
    }
    vcpu->exit.reason = result == -DEVICE_EFAULT                              ? HV_EXIT_MEMORY
                        : result == -DEVICE_ENOMEM                            ? HV_EXIT_NO_MEMORY
                        : result == -DEVICE_EINTR || result == -DEVICE_EAGAIN ? HV_EXIT_INTERRUPTED
                                                                              : HV_EXIT_UNKNOWN;
}

static void kvm_settle(struct hv_vcpu *vcpu) {
    __atomic_store_n(vcpu->stop, 1, __ATOMIC_SEQ_CST);
    run_of(vcpu)->request_interrupt_window = 0;
    enter(vcpu);
}

static void kvm_read_system(struct hv_vcpu *vcpu, struct hv_system *system) {
    struct kvm_sregs sregs;
    call(vcpu->fd, KVM_GET_SREGS, &sregs);
    *system = (struct hv_system){
        .cs = from_kvm(&sregs.cs),
        .ds = from_kvm(&sregs.ds),
        .es = from_kvm(&sregs.es),
        .fs = from_kvm(&sregs.fs),
        .gs = from_kvm(&sregs.gs),
        .ss = from_kvm(&sregs.ss),
        .tr = from_kvm(&sregs.tr),
        .ldt = from_kvm(&sregs.ldt),
        .gdt_base = sregs.gdt.base,
        .gdt_limit = sregs.gdt.limit,
        .idt_base = sregs.idt.base,
        .idt_limit = sregs.idt.limit,
        .cr0 = sregs.cr0,
        .cr3 = sregs.cr3,
        .cr4 = sregs.cr4,
        .efer = sregs.efer,
    };
}

static bool pushes_error_code(uint32_t vector) {
    return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17;
}

static bool inject_interrupt(const struct hv_vcpu *vcpu, uint32_t vector) {
    struct kvm_interrupt interrupt = {.irq = vector};
    return call(vcpu->fd, KVM_INTERRUPT, &interrupt) >= 0;
}

static bool inject_exception(struct hv_vcpu *vcpu, uint32_t vector) {
    kvm_settle(vcpu); // an instruction half done comes before
    if ((vector == VECTOR_BREAKPOINT || vector == VECTOR_OVERFLOW) && !is_intel()) {
        // KVM takes these for instructions of the guest's and, on AMD's processors, looks for the
        // instruction. They look like interrupts to the guest, and there nothing asks for leave.
        vcpu->takes_interrupts = false;
        return inject_interrupt(vcpu, vector);
    }
    struct kvm_vcpu_events events;
    if (call(vcpu->fd, KVM_GET_VCPU_EVENTS, &events) < 0) {
        return false;
    }
    events.exception.injected = 1;
    events.exception.nr = (uint8_t)vector;
    events.exception.has_error_code = pushes_error_code(vector);
    events.exception.error_code = 0;
    events.exception.pending = 0;
    vcpu->takes_interrupts = false; // not both at once
    return call(vcpu->fd, KVM_SET_VCPU_EVENTS, &events) >= 0;
}

static bool kvm_inject(struct hv_vcpu *vcpu, uint32_t vector) {
    if (vector == VECTOR_NMI) {
        return device_call(vcpu->fd, KVM_NMI, 0) >= 0;
    }
    if (vector < VECTOR_FIRST_INTERRUPT) {
        return inject_exception(vcpu, vector);
    }
    return inject_interrupt(vcpu, vector);
}

const struct hv_backend backend_kvm = {
    .guest_create = kvm_guest_create,
    .guest_destroy = kvm_guest_destroy,
    .vcpu_create = kvm_vcpu_create,
    .vcpu_destroy = kvm_vcpu_destroy,
    .run = kvm_run,
    .settle = kvm_settle,
    .read_system = kvm_read_system,
    .inject = kvm_inject,
};
