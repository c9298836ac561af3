// Part of libzircon. BSD-3-Clause, see LICENSE.
// Guests made of chance: random code, registers, memory, traps, interrupts and answers. Whatever a
// guest does, the call that runs it ends with a documented status, and nothing is left over.
//
// Usage: guest_fuzz [SECONDS [SEED]]. Needs /dev/kvm.
#include <libzircon/libzircon.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <zircon/process.h>
#include <zircon/processargs.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/hypervisor.h>
#include <zircon/syscalls/port.h>

#include "programs.h"

enum { PAGE = 4096, EXITS = 60, STATUSES = 128 };

static uint64_t state;
static unsigned long seen[STATUSES], exits[STATUSES];

static uint32_t random_number(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return below == 0 ? 0 : (uint32_t)(state >> 32) % below;
}

static uint64_t random_word(void) {
    static const uint64_t odd[] = {0,          1,          UINT64_MAX, 1ull << 47,
                                   1ull << 48, GUEST_TRAP, GUEST_EXIT, GUEST_MEMORY,
                                   GUEST_DATA, 0x800,      1ull << 63};
    uint64_t word = (uint64_t)random_number(UINT32_MAX) << 32 | random_number(UINT32_MAX);
    switch (random_number(4)) {
    case 0:
        return odd[random_number(sizeof(odd) / sizeof(odd[0]))] + random_number(16);
    case 1:
        return word % GUEST_MEMORY;
    case 2:
        return word >> random_number(64);
    default:
        return word;
    }
}

static void check(bool condition, const char *what, zx_status_t status, unsigned long seed) {
    if (!condition) {
        fprintf(stderr, "guest_fuzz: %s: %s, with seed %lu\n", what, zx_status_get_string(status),
                seed);
        exit(1);
    }
}

static bool is_documented(zx_status_t status) {
    switch (status) {
    case ZX_OK:
    case ZX_ERR_NOT_SUPPORTED:
    case ZX_ERR_NOT_FOUND:
    case ZX_ERR_OUT_OF_RANGE:
    case ZX_ERR_INVALID_ARGS:
    case ZX_ERR_BAD_STATE:
    case ZX_ERR_CANCELED:
    case ZX_ERR_ACCESS_DENIED:
    case ZX_ERR_INTERNAL:
        return true;
    default:
        return false;
    }
}

// Programs that exist, changed here and there; or bytes of chance alone.
static void put_program(char *memory) {
    static const struct guest_program programs[] = {
#define ENTRY(name) {guest_##name, guest_##name##_end},
        GUEST_PROGRAMS(ENTRY)
#undef ENTRY
    };
    enum { PROGRAMS = sizeof(programs) / sizeof(programs[0]) };
    struct guest_program program = programs[random_number(PROGRAMS)];
    guest_prepare(memory, program);
    size_t size = (size_t)(program.end - program.begin);
    uint32_t changes = random_number(2) == 0 ? random_number(4) : random_number(200);
    for (uint32_t i = 0; i < changes; i++) {
        memory[GUEST_CODE + random_number((uint32_t)size)] = (char)random_number(256);
    }
    if (random_number(8) == 0) {
        uint64_t entry = random_word();
        memcpy(memory + random_number(2) * PAGE + random_number(4) * 8, &entry, sizeof(entry));
    }
}

static void set_traps(zx_handle_t guest, zx_handle_t port) {
    for (uint32_t i = random_number(6); i > 0; i--) {
        uint32_t kind = random_number(4);
        uint64_t address = kind == ZX_GUEST_TRAP_IO ? random_number(0x20000)
                                                    : random_word() & ~(uint64_t)(PAGE - 1);
        uint64_t size =
            kind == ZX_GUEST_TRAP_IO ? random_number(100) : (uint64_t)random_number(300) * PAGE;
        zx_guest_set_trap(guest, kind, address, size,
                          kind == ZX_GUEST_TRAP_BELL ? port : ZX_HANDLE_INVALID, i);
    }
}

static void change_registers(zx_handle_t vcpu) {
    zx_vcpu_state_t registers;
    zx_vcpu_read_state(vcpu, ZX_VCPU_STATE, &registers, sizeof(registers));
    uint64_t *words = (uint64_t *)(void *)&registers;
    for (uint32_t i = random_number(4); i > 0; i--) {
        words[random_number(sizeof(registers) / 8)] = random_word();
    }
    registers.rflags &= ~(1ull << 8); // no single steps
    zx_vcpu_write_state(vcpu, ZX_VCPU_STATE, &registers, sizeof(registers));
}

// Ends runs that would go on for ever.
static _Atomic zx_handle_t running;
static atomic_bool over;

static void *kick(void *argument) {
    (void)argument;
    while (!atomic_load(&over)) {
        zx_nanosleep(zx_deadline_after(20000000));
        zx_handle_t vcpu = atomic_load(&running);
        if (vcpu != ZX_HANDLE_INVALID) {
            zx_vcpu_kick(vcpu); // it may be closed by now
        }
    }
    return NULL;
}

static void drain(zx_handle_t port) {
    zx_port_packet_t packet;
    while (zx_port_wait(port, 0, &packet) == ZX_OK) {
    }
}

static void run(zx_handle_t resource, unsigned long seed) {
    state = seed * 0x9e3779b97f4a7c15u + 1;
    zx_handle_t guest, vmar, vmo, executable, vcpu, port;
    zx_vaddr_t here, there;
    zx_status_t status = zx_guest_create(resource, 0, &guest, &vmar);
    check(status == ZX_OK, "zx_guest_create", status, seed);
    check(zx_port_create(0, &port) == ZX_OK, "zx_port_create", 0, seed);
    check(zx_vmo_create(GUEST_MEMORY, 0, &vmo) == ZX_OK, "zx_vmo_create", 0, seed);
    zx_vmo_replace_as_executable(vmo, ZX_HANDLE_INVALID, &executable);
    const zx_vm_option_t options = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE;
    status = zx_vmar_map(zx_vmar_root_self(), options, 0, executable, 0, GUEST_MEMORY, &here);
    check(status == ZX_OK, "zx_vmar_map", status, seed);
    zx_vmar_map(vmar, options | ZX_VM_PERM_EXECUTE | ZX_VM_SPECIFIC, 0, executable, 0, GUEST_MEMORY,
                &there);
    put_program((char *)here);
    zx_guest_set_trap(guest, ZX_GUEST_TRAP_MEM, GUEST_EXIT, PAGE, ZX_HANDLE_INVALID, 0);
    set_traps(guest, port);
    if (random_number(10) == 0) {
        zx_handle_t first;
        zx_vcpu_create(guest, 0, GUEST_CODE, &first);
        status = zx_vcpu_create(guest, 0, GUEST_CODE, &vcpu); // the second, in real mode
        zx_handle_close(first);
    } else {
        status = zx_vcpu_create(guest, 0, random_number(8) == 0 ? random_word() >> 16 : GUEST_CODE,
                                &vcpu);
    }
    check(status == ZX_OK || status == ZX_ERR_INVALID_ARGS, "zx_vcpu_create", status, seed);
    int failures = 0;
    for (int i = 0; status == ZX_OK && i < EXITS && failures < 4; i++) {
        if (random_number(3) == 0) {
            change_registers(vcpu);
        }
        if (random_number(6) == 0) {
            zx_vcpu_interrupt(vcpu, random_number(260));
        }
        if (random_number(20) == 0) {
            zx_vmar_unmap(vmar, random_word() & ~(uint64_t)(PAGE - 1), random_number(16) * PAGE);
        }
        if (random_number(20) == 0) {
            zx_vmar_protect(vmar, ZX_VM_PERM_READ, random_number(GUEST_MEMORY / PAGE) * PAGE, PAGE);
        }
        zx_port_packet_t packet;
        atomic_store(&running, vcpu);
        zx_status_t result = zx_vcpu_resume(vcpu, &packet);
        atomic_store(&running, ZX_HANDLE_INVALID);
        check(is_documented(result), "zx_vcpu_resume", result, seed);
        seen[-result]++;
        drain(port);
        if (result != ZX_OK) {
            failures++;
        } else {
            exits[packet.type]++;
            if (packet.type == ZX_PKT_TYPE_GUEST_IO && packet.guest_io.input) {
                zx_vcpu_io_t io;
                memset(&io, 0, sizeof(io));
                io.access_size = (uint8_t)(1 << random_number(3));
                io.u32 = random_number(UINT32_MAX);
                zx_vcpu_write_state(vcpu, ZX_VCPU_IO, &io, sizeof(io));
            }
        }
    }
    if (status == ZX_OK) {
        zx_handle_close(vcpu);
    }
    zx_vmar_unmap(zx_vmar_root_self(), here, GUEST_MEMORY);
    const zx_handle_t handles[] = {vmar, guest, executable, port};
    for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
        zx_handle_close(handles[i]);
    }
}

static uint32_t left;

static void count(void *context, const char *name, uint32_t live) {
    (void)context;
    if (strcmp(name, "guest") == 0 || strcmp(name, "vcpu") == 0 || strcmp(name, "trap") == 0 ||
        strcmp(name, "bell_packet") == 0) {
        left += live;
    }
}

int main(int argc, char **argv) {
    unsigned long seconds = argc > 1 ? strtoul(argv[1], NULL, 10) : 10;
    unsigned long seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1, first = seed;
    zx_handle_t resource = zx_take_startup_handle(PA_HND(PA_RESOURCE, 0));
    zx_time_t until = zx_deadline_after((zx_duration_t)seconds * 1000000000);
    pthread_t kicker;
    if (pthread_create(&kicker, NULL, kick, NULL) != 0) {
        return 1;
    }
    do {
        run(resource, seed++);
    } while (zx_clock_get_monotonic() < until);
    atomic_store(&over, true);
    pthread_join(kicker, NULL);
    zx_handle_close(resource);
    libzircon_count_objects(count, NULL);
    printf("guest_fuzz: %lu guests from seed %lu on, %lu entries, %u objects left over\n",
           seed - first, first, (unsigned long)libzircon_count_guest_entries(), left);
    for (int i = 0; i < STATUSES; i++) {
        if (seen[i] > 0) {
            printf("  %-24s %lu\n", zx_status_get_string(-i), seen[i]);
        }
    }
    return left != 0 || libzircon_count_guest_entries() == 0;
}
