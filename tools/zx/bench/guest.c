// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A guest's exits: an output to a port, a store that traps, a bell that another thread hears, an
// interrupt. The neighbour is a loop over /dev/kvm in the same machine.
#include "guest.h"

#include <stdlib.h>
#include <unistd.h>
#include <zircon/process.h>
#include <zircon/processargs.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/hypervisor.h>
#include <zircon/syscalls/port.h>

#include "bench.h"
#include "guest_raw.h"

bool bench_guest_is_here(void) {
    return access("/dev/kvm", R_OK | W_OK) == 0;
}

void bench_guest_fill(char *memory, enum guest_work work) {
    // The tables at 0 have room: the interrupt table's entry 32 is at 0x200, and at 0x800 is a code
    // segment, for the descriptor tables are at 0, too, when a vcpu begins.
    static const uint64_t code_segment = 0x00af9a000000ffff;
    static const uint64_t gate[2] = {0x00008e0008002100, 0}; // to 0x2100
    const uint64_t top = 0x1000 | 7, first = 0x87;
    static const char outputs[] = "\xe6\x11\xeb\xfc";
    static const char stores[] = "\x88\x04\x25\x00\x00\x10\x00\xeb\xf7";
    static const char bells[] = "\xb9\x04\x00\x00\x00"         // mov $4, %ecx
                                "\x88\x04\x25\x00\x00\x10\x00" // mov %al, door
                                "\xe2\xf7\xe6\x11\xeb\xee";    // loop; out; again
    static const char interrupts[] = "\xbc\x00\x70\x00\x00"    // mov $0x7000, %esp
                                     "\x68\x00\x08\x00\x00"    // push $0x800
                                     "\x68\x11\x20\x00\x00"    // push $0x2011
                                     "\x48\xcb"                // lretq
                                     "\xfb\xeb\xfe";           // sti; loop
    static const char handler[] = "\xe6\x11\x48\xcf";          // out; iretq
    static const struct {
        const char *bytes;
        size_t size;
    } code[] = {{outputs, sizeof(outputs) - 1},
                {stores, sizeof(stores) - 1},
                {bells, sizeof(bells) - 1},
                {interrupts, sizeof(interrupts) - 1}};
    memcpy(memory, &top, sizeof(top));
    memcpy(memory + 0x1000, &first, sizeof(first));
    memcpy(memory + 16 * GUEST_VECTOR, gate, sizeof(gate));
    memcpy(memory + 0x800, &code_segment, sizeof(code_segment));
    memcpy(memory + GUEST_ENTRY, code[work].bytes, code[work].size);
    memcpy(memory + 0x2100, handler, sizeof(handler) - 1);
}

struct guest {
    zx_handle_t guest, vmar, vmo, vcpu, port;
    zx_vaddr_t memory;
    pthread_t listener;
    _Atomic uint64_t heard;
};

static struct guest *make(enum guest_work work) {
    struct guest *guest = bench_allocate(sizeof(*guest));
    zx_handle_t resource = zx_take_startup_handle(PA_HND(PA_RESOURCE, 0));
    static zx_handle_t kept; // a process can take it once only
    kept = resource != ZX_HANDLE_INVALID ? resource : kept;
    zx_vaddr_t there;
    BENCH_OK(zx_guest_create(kept, 0, &guest->guest, &guest->vmar));
    BENCH_OK(zx_vmo_create(GUEST_BYTES, 0, &guest->vmo));
    BENCH_OK(zx_vmo_replace_as_executable(guest->vmo, ZX_HANDLE_INVALID, &guest->vmo));
    BENCH_OK(zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0, guest->vmo, 0,
                         GUEST_BYTES, &guest->memory));
    BENCH_OK(zx_vmar_map(guest->vmar,
                         ZX_VM_PERM_READ | ZX_VM_PERM_WRITE | ZX_VM_PERM_EXECUTE | ZX_VM_SPECIFIC,
                         0, guest->vmo, 0, GUEST_BYTES, &there));
    bench_guest_fill((char *)guest->memory, work);
    BENCH_OK(
        zx_guest_set_trap(guest->guest, ZX_GUEST_TRAP_IO, GUEST_PORT, 1, ZX_HANDLE_INVALID, 1));
    return guest;
}

// A vcpu belongs to the thread that made it, so it is made in the thread that is measured.
static void use(struct guest *guest) {
    if (guest->vcpu == ZX_HANDLE_INVALID) {
        BENCH_OK(zx_vcpu_create(guest->guest, 0, GUEST_ENTRY, &guest->vcpu));
    }
}

static void run_to(struct guest *guest, uint32_t type) {
    zx_port_packet_t packet;
    BENCH_OK(zx_vcpu_resume(guest->vcpu, &packet));
    BENCH_CHECK(packet.type == type);
}

static void tear_down(void *opaque) {
    struct guest *guest = opaque;
    if (guest->port != ZX_HANDLE_INVALID) {
        zx_port_packet_t last = {.type = ZX_PKT_TYPE_USER};
        BENCH_OK(zx_port_queue(guest->port, &last));
        pthread_join(guest->listener, NULL);
        BENCH_OK(zx_handle_close(guest->port));
    }
    BENCH_OK(zx_vmar_unmap(zx_vmar_root_self(), guest->memory, GUEST_BYTES));
    const zx_handle_t handles[] = {guest->vcpu, guest->vmar, guest->guest, guest->vmo};
    for (size_t i = 0; i < BENCH_COUNT(handles); i++) {
        zx_handle_close(handles[i]);
    }
    free(guest);
}

// --- outputs ---

static void *outputs_set_up(size_t size) {
    (void)size;
    return make(GUEST_OUTPUTS);
}

static void outputs_run(void *opaque, uint64_t count) {
    use(opaque);
    for (uint64_t i = 0; i < count; i++) {
        run_to(opaque, ZX_PKT_TYPE_GUEST_IO);
    }
}

// --- stores ---

static void *stores_set_up(size_t size) {
    (void)size;
    struct guest *guest = make(GUEST_STORES);
    BENCH_OK(
        zx_guest_set_trap(guest->guest, ZX_GUEST_TRAP_MEM, GUEST_DOOR, 4096, ZX_HANDLE_INVALID, 2));
    return guest;
}

static void stores_run(void *opaque, uint64_t count) {
    use(opaque);
    for (uint64_t i = 0; i < count; i++) {
        run_to(opaque, ZX_PKT_TYPE_GUEST_MEM);
    }
}

// --- bells ---

static void *listen(void *opaque) {
    struct guest *guest = opaque;
    for (;;) {
        zx_port_packet_t packet;
        BENCH_OK(zx_port_wait(guest->port, ZX_TIME_INFINITE, &packet));
        if (packet.type == ZX_PKT_TYPE_USER) {
            return NULL;
        }
        guest->heard++;
    }
}

static void *bells_set_up(size_t size) {
    (void)size;
    struct guest *guest = make(GUEST_BELLS);
    BENCH_OK(zx_port_create(0, &guest->port));
    BENCH_OK(zx_guest_set_trap(guest->guest, ZX_GUEST_TRAP_BELL, GUEST_DOOR, 4096, guest->port, 3));
    BENCH_CHECK(pthread_create(&guest->listener, NULL, listen, guest) == 0);
    return guest;
}

static void bells_run(void *opaque, uint64_t count) {
    struct guest *guest = opaque;
    uint64_t before = guest->heard;
    use(opaque);
    for (uint64_t i = 0; i < count; i++) {
        run_to(opaque, ZX_PKT_TYPE_GUEST_IO);
    }
    while (guest->heard != before + count * GUEST_RINGS) {
        sched_yield();
    }
}

// --- interrupts ---

static void *interrupts_set_up(size_t size) {
    (void)size;
    return make(GUEST_INTERRUPTS);
}

static void interrupts_run(void *opaque, uint64_t count) {
    struct guest *guest = opaque;
    use(opaque);
    for (uint64_t i = 0; i < count; i++) {
        BENCH_OK(zx_vcpu_interrupt(guest->vcpu, GUEST_VECTOR));
        run_to(opaque, ZX_PKT_TYPE_GUEST_IO);
    }
}

#define BOTH(NAME, WORK)                                                                           \
    static void *NAME##_raw_set_up(size_t size) {                                                  \
        (void)size;                                                                                \
        return raw_guest_make(WORK);                                                               \
    }                                                                                              \
    static const struct bench_side NAME##_sides[] = {                                              \
        {.name = "zx_vcpu_resume",                                                                 \
         .kind = BENCH_OURS,                                                                       \
         .set_up = NAME##_set_up,                                                                  \
         .run = NAME##_run,                                                                        \
         .tear_down = tear_down},                                                                  \
        {.name = "KVM_RUN",                                                                        \
         .kind = BENCH_NEIGHBOUR,                                                                  \
         .set_up = NAME##_raw_set_up,                                                              \
         .run = raw_guest_run,                                                                     \
         .tear_down = raw_guest_end},                                                              \
    }

BOTH(outputs, GUEST_OUTPUTS);
BOTH(stores, GUEST_STORES);
BOTH(bells, GUEST_BELLS);
BOTH(interrupts, GUEST_INTERRUPTS);

static const struct bench_row rows[] = {
    {.name = "guest output", BENCH_SIDES(outputs_sides)},
    {.name = "guest store that traps", BENCH_SIDES(stores_sides)},
    {.name = "guest rings 4 bells, output", BENCH_SIDES(bells_sides)},
    {.name = "interrupt a guest, output", BENCH_SIDES(interrupts_sides)},
};

const struct bench_noun bench_guest = {rows, BENCH_COUNT(rows)};
