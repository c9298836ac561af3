// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "guest_raw.h"

#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

struct raw_guest {
    enum guest_work work;
    int device, vm, vcpu, event;
    struct kvm_run *run;
    size_t run_size;
    char *memory;
    pthread_t listener;
    _Atomic uint64_t heard;
};

enum { LAST = 1 << 20 }; // added to the event at the end

static void set_registers(int vcpu) {
    struct kvm_sregs sregs;
    BENCH_CHECK(ioctl(vcpu, KVM_GET_SREGS, &sregs) == 0);
    struct kvm_segment data = {.limit = 0xffff, .type = 3, .present = 1, .s = 1};
    sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = sregs.cs = data;
    sregs.cs.type = 15;
    sregs.cs.l = 1;
    sregs.gdt.base = sregs.idt.base = 0;
    sregs.gdt.limit = sregs.idt.limit = 0xffff;
    sregs.cr0 = 0x80000031;
    sregs.cr3 = 0;
    sregs.cr4 = 0x20;
    sregs.efer = 0xd01;
    BENCH_CHECK(ioctl(vcpu, KVM_SET_SREGS, &sregs) == 0);
    struct kvm_regs regs = {.rip = GUEST_ENTRY, .rflags = 2};
    BENCH_CHECK(ioctl(vcpu, KVM_SET_REGS, &regs) == 0);
}

static void add_memory(struct raw_guest *guest, uint32_t slot, uint64_t from, uint64_t to) {
    struct kvm_userspace_memory_region region = {
        .slot = slot,
        .guest_phys_addr = from,
        .memory_size = to - from,
        .userspace_addr = (uintptr_t)guest->memory + from,
    };
    BENCH_CHECK(ioctl(guest->vm, KVM_SET_USER_MEMORY_REGION, &region) == 0);
}

static void *listen(void *opaque) {
    struct raw_guest *guest = opaque;
    for (;;) {
        uint64_t count;
        BENCH_CHECK(read(guest->event, &count, sizeof(count)) == sizeof(count));
        if (count >= LAST) {
            return NULL;
        }
        guest->heard += count;
    }
}

static void add_bell(struct raw_guest *guest) {
    guest->event = eventfd(0, EFD_CLOEXEC);
    struct kvm_ioeventfd bell = {.addr = GUEST_DOOR, .len = 1, .fd = guest->event};
    BENCH_CHECK(guest->event >= 0 && ioctl(guest->vm, KVM_IOEVENTFD, &bell) == 0);
    BENCH_CHECK(pthread_create(&guest->listener, NULL, listen, guest) == 0);
}

void *raw_guest_make(enum guest_work work) {
    struct raw_guest *guest = bench_allocate(sizeof(*guest));
    guest->work = work;
    guest->device = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    BENCH_CHECK(guest->device >= 0);
    guest->vm = ioctl(guest->device, KVM_CREATE_VM, 0);
    BENCH_CHECK(guest->vm >= 0);
    guest->memory =
        mmap(NULL, GUEST_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    BENCH_CHECK(guest->memory != MAP_FAILED);
    bench_guest_fill(guest->memory, work);
    add_memory(guest, 0, 0, GUEST_DOOR);
    guest->vcpu = ioctl(guest->vm, KVM_CREATE_VCPU, 0);
    BENCH_CHECK(guest->vcpu >= 0);
    guest->run_size = (size_t)ioctl(guest->device, KVM_GET_VCPU_MMAP_SIZE, 0);
    guest->run = mmap(NULL, guest->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, guest->vcpu, 0);
    BENCH_CHECK(guest->run != MAP_FAILED);
    set_registers(guest->vcpu);
    if (work == GUEST_BELLS) {
        add_bell(guest);
    }
    return guest;
}

static void run_to(struct raw_guest *guest, uint32_t reason) {
    BENCH_CHECK(ioctl(guest->vcpu, KVM_RUN, 0) == 0);
    BENCH_CHECK(guest->run->exit_reason == reason);
}

// The guest takes interrupts once its window was open; then one can be given to it at each turn.
static void interrupt(struct raw_guest *guest) {
    while (guest->run->ready_for_interrupt_injection == 0) {
        guest->run->request_interrupt_window = 1;
        run_to(guest, KVM_EXIT_IRQ_WINDOW_OPEN);
    }
    guest->run->request_interrupt_window = 0;
    struct kvm_interrupt vector = {.irq = GUEST_VECTOR};
    BENCH_CHECK(ioctl(guest->vcpu, KVM_INTERRUPT, &vector) == 0);
}

void raw_guest_run(void *opaque, uint64_t count) {
    struct raw_guest *guest = opaque;
    uint64_t before = guest->heard;
    for (uint64_t i = 0; i < count; i++) {
        if (guest->work == GUEST_INTERRUPTS) {
            interrupt(guest);
        }
        run_to(guest, guest->work == GUEST_STORES ? KVM_EXIT_MMIO : KVM_EXIT_IO);
    }
    while (guest->work == GUEST_BELLS && guest->heard != before + count * GUEST_RINGS) {
        sched_yield();
    }
}

void raw_guest_end(void *opaque) {
    struct raw_guest *guest = opaque;
    if (guest->work == GUEST_BELLS) {
        uint64_t last = LAST;
        BENCH_CHECK(write(guest->event, &last, sizeof(last)) == sizeof(last));
        pthread_join(guest->listener, NULL);
        close(guest->event);
    }
    munmap(guest->run, guest->run_size);
    munmap(guest->memory, GUEST_BYTES);
    close(guest->vcpu);
    close(guest->vm);
    close(guest->device);
    free(guest);
}
