// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "vm.h"

#include <string.h>
#include <time.h>
#include <zircon/process.h>
#include <zircon/processargs.h>
#include <zircon/status.h>

enum { PORTS = 65535, LOW_MEMORY_END = 0x9f000, HIGH_MEMORY = 0x100000 };

static const uint64_t four_gib = 1ull << 32;

int64_t machine_now(void) {
    return zx_clock_get_monotonic();
}

void machine_ranges(const struct machine *machine, struct machine_range ranges[MACHINE_RANGES]) {
    ranges[0] = (struct machine_range){0, LOW_MEMORY_END, true};
    ranges[1] = (struct machine_range){LOW_MEMORY_END, HIGH_MEMORY - LOW_MEMORY_END, false};
    ranges[2] = (struct machine_range){HIGH_MEMORY, machine->memory_size - HIGH_MEMORY, true};
}

// --- making one ---

static bool check(zx_status_t status, const char *what) {
    if (status != ZX_OK) {
        zx_complain("vm", "%s: %s", what, zx_status_get_string(status));
    }
    return status == ZX_OK;
}

static bool make_guest(struct machine *machine) {
    zx_handle_t resource = zx_take_startup_handle(PA_HND(PA_RESOURCE, 0));
    zx_status_t status = zx_guest_create(resource, 0, &machine->guest, &machine->vmar);
    zx_handle_close(resource);
    if (status == ZX_ERR_NOT_SUPPORTED) {
        zx_complain("vm", "there is no hardware for virtual machines that can be used; "
                          "`zx vm probe` says what is missing");
        return false;
    }
    return check(status, "cannot make a guest");
}

static bool make_memory(struct machine *machine) {
    uintptr_t here = 0, there = 0;
    zx_handle_t vmo;
    if (!check(zx_vmo_create(machine->memory_size, 0, &vmo), "cannot make the guest's memory") ||
        !check(zx_vmo_replace_as_executable(vmo, ZX_HANDLE_INVALID, &machine->vmo),
               "cannot make the guest's memory executable") ||
        !check(zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0, machine->vmo,
                           0, machine->memory_size, &here),
               "cannot map the guest's memory here")) {
        return false;
    }
    machine->memory = (uint8_t *)here;
    return check(
        zx_vmar_map(machine->vmar,
                    ZX_VM_PERM_READ | ZX_VM_PERM_WRITE | ZX_VM_PERM_EXECUTE | ZX_VM_SPECIFIC, 0,
                    machine->vmo, 0, machine->memory_size, &there),
        "cannot map the guest's memory in the guest");
}

bool machine_make(struct machine *machine, uint64_t memory_size) {
    memset(machine, 0, sizeof(*machine));
    machine->memory_size = memory_size;
    pthread_mutex_init(&machine->lock, NULL);
    pic_reset(&machine->pic);
    if (!make_guest(machine) || !make_memory(machine)) {
        return false;
    }
    return check(
               zx_guest_set_trap(machine->guest, ZX_GUEST_TRAP_IO, 0, PORTS, ZX_HANDLE_INVALID, 0),
               "cannot trap the guest's ports") &&
           check(zx_guest_set_trap(machine->guest, ZX_GUEST_TRAP_MEM, memory_size,
                                   four_gib - memory_size, ZX_HANDLE_INVALID, 0),
                 "cannot trap what is no memory");
}

void machine_make_page_tables(struct machine *machine) {
    enum { PRESENT = 1, WRITABLE = 2, USER = 4, LARGE = 0x80, TABLES = 4, ENTRIES = 512 };
    uint64_t *tables = (uint64_t *)(void *)machine->memory;
    const uint64_t flags = PRESENT | WRITABLE | USER;
    tables[0] = VM_PAGE | flags;
    for (uint64_t i = 0; i < TABLES; i++) {
        tables[ENTRIES + i] = (2 + i) * VM_PAGE | flags;
        for (uint64_t k = 0; k < ENTRIES; k++) {
            tables[ENTRIES * (2 + i) + k] = (i * ENTRIES + k) << 21 | flags | LARGE;
        }
    }
}

// --- running ---

void machine_stop(struct machine *machine, const char *why) {
    pthread_mutex_lock(&machine->lock);
    machine->stopping = true;
    machine->why = why;
    pthread_mutex_unlock(&machine->lock);
    zx_vcpu_kick(machine->vcpu);
}

void machine_interrupt(struct machine *machine, uint8_t vector) {
    zx_vcpu_interrupt(machine->vcpu, vector);
}

static void *watch_time(void *argument) {
    struct machine *machine = argument;
    int64_t until = machine->begun + (int64_t)machine->seconds * 1000000000;
    for (;;) {
        pthread_mutex_lock(&machine->lock);
        bool over = machine->stopping || machine->ended;
        pthread_mutex_unlock(&machine->lock);
        if (over) {
            return NULL;
        }
        if (machine_now() >= until) {
            machine_stop(machine, "the time is up");
            return NULL;
        }
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
}

static bool serve_io(struct machine *machine, const zx_packet_guest_io_t *io) {
    pthread_mutex_lock(&machine->lock);
    uint32_t value = ports_access(machine, io->port, io->access_size, io->input, io->u32);
    pthread_mutex_unlock(&machine->lock);
    if (!io->input) {
        return true;
    }
    zx_vcpu_io_t answer;
    memset(&answer, 0, sizeof(answer));
    answer.access_size = io->access_size;
    answer.u32 = value;
    return check(zx_vcpu_write_state(machine->vcpu, ZX_VCPU_IO, &answer, sizeof(answer)),
                 "cannot answer the guest's input");
}

static bool serve_vcpu(struct machine *machine, const zx_packet_guest_vcpu_t *packet) {
    if (packet->type == ZX_PKT_GUEST_VCPU_INTERRUPT) {
        if ((packet->interrupt.mask & 1) != 0) {
            machine_interrupt(machine, packet->interrupt.vector);
        }
        return true;
    }
    zx_complain("vm", "the guest wants to start processor %lu, and there is one only",
                packet->startup.id);
    return false;
}

static void show_state(struct machine *machine) {
    zx_vcpu_state_t state;
    if (zx_vcpu_read_state(machine->vcpu, ZX_VCPU_STATE, &state, sizeof(state)) == ZX_OK) {
        fprintf(stderr,
                "  rax %016lx rbx %016lx rcx %016lx rdx %016lx\n"
                "  rsi %016lx rdi %016lx rbp %016lx rsp %016lx\n"
                "  r8  %016lx r9  %016lx r10 %016lx r11 %016lx\n"
                "  r12 %016lx r13 %016lx r14 %016lx r15 %016lx\n",
                state.rax, state.rbx, state.rcx, state.rdx, state.rsi, state.rdi, state.rbp,
                state.rsp, state.r8, state.r9, state.r10, state.r11, state.r12, state.r13,
                state.r14, state.r15);
    }
}

static void explain(struct machine *machine, zx_status_t status) {
    const char *what = status == ZX_ERR_NOT_FOUND      ? "used memory where there is none"
                       : status == ZX_ERR_OUT_OF_RANGE ? "used memory beyond all addresses"
                       : status == ZX_ERR_NOT_SUPPORTED
                           ? "did what is not provided for, such as a triple fault"
                       : status == ZX_ERR_INVALID_ARGS ? "wrote what it may not to a register"
                       : status == ZX_ERR_BAD_STATE    ? "is in a state that cannot be run"
                                                       : "cannot go on";
    zx_complain("vm", "the guest %s (%s). Its registers:", what, zx_status_get_string(status));
    show_state(machine);
}

static enum zx_exit run(struct machine *machine) {
    while (!machine->ended) {
        zx_port_packet_t packet;
        zx_status_t status = zx_vcpu_resume(machine->vcpu, &packet);
        if (status == ZX_ERR_CANCELED && machine->stopping) {
            zx_complain("vm", "%s", machine->why);
            return ZX_EXIT_FOUND;
        }
        if (status != ZX_OK) {
            explain(machine, status);
            return ZX_EXIT_FOUND;
        }
        bool served = packet.type == ZX_PKT_TYPE_GUEST_IO ? serve_io(machine, &packet.guest_io)
                      : packet.type == ZX_PKT_TYPE_GUEST_MEM
                          ? mmio_serve(machine, &packet.guest_mem)
                          : serve_vcpu(machine, &packet.guest_vcpu);
        if (!served) {
            show_state(machine);
            return ZX_EXIT_FOUND;
        }
    }
    return machine->status == 0 ? ZX_EXIT_OK : ZX_EXIT_FOUND;
}

int machine_run(struct machine *machine, uint64_t entry) {
    if (!check(zx_vcpu_create(machine->guest, 0, entry, &machine->vcpu),
               "cannot make a processor") ||
        !check(zx_vcpu_write_state(machine->vcpu, ZX_VCPU_STATE, &machine->start,
                                   sizeof(machine->start)),
               "cannot set its registers")) {
        return ZX_EXIT_FILE;
    }
    machine->begun = machine_now();
    if (!pit_start(machine) || !uart_start(machine)) {
        zx_complain("vm", "there is no thread to be had");
        return ZX_EXIT_FILE;
    }
    if (machine->seconds != 0) {
        machine->has_clock_thread =
            pthread_create(&machine->clock_thread, NULL, watch_time, machine) == 0;
    }
    int result = (int)run(machine);
    if (machine->verbose) {
        int64_t now = machine_now();
        zx_complain(
            "vm", "%.3f s to the first output, %.3f s in all",
            machine->first_output == 0 ? 0 : (double)(machine->first_output - machine->begun) / 1e9,
            (double)(now - machine->begun) / 1e9);
    }
    if (machine->ended && machine->status != 0) {
        zx_complain("vm", "the guest ended with %d", machine->status);
    }
    return result;
}

void machine_end(struct machine *machine) {
    pthread_mutex_lock(&machine->lock);
    machine->ended = true;
    if (machine->has_timer_thread) {
        pthread_cond_signal(&machine->pit.changed);
    }
    pthread_mutex_unlock(&machine->lock);
    uart_end(machine);
    if (machine->has_timer_thread) {
        pthread_join(machine->timer_thread, NULL);
    }
    if (machine->has_clock_thread) {
        pthread_join(machine->clock_thread, NULL);
    }
    if (machine->memory != NULL) {
        zx_vmar_unmap(zx_vmar_root_self(), (uintptr_t)machine->memory, machine->memory_size);
    }
    const zx_handle_t handles[] = {machine->vcpu, machine->vmar, machine->guest, machine->vmo};
    for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
        if (handles[i] != ZX_HANDLE_INVALID) {
            zx_handle_close(handles[i]);
        }
    }
    pthread_mutex_destroy(&machine->lock);
}
