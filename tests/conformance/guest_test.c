// Part of libzircon. BSD-3-Clause, see LICENSE.
// Guests and their traps. Needs /dev/kvm, see harness.c.
#include "guest_machine.h"

static zx_handle_t new_port(void) {
    zx_handle_t port;
    EXPECT_OK(zx_port_create(0, &port));
    return port;
}

static zx_status_t set_trap(zx_handle_t guest, uint32_t kind, uint64_t address, uint64_t size,
                            zx_handle_t port) {
    return zx_guest_set_trap(guest, kind, address, size, port, TRAP_KEY);
}

static void wait_bell(zx_handle_t port, uint64_t address) {
    zx_port_packet_t packet;
    EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE, &packet));
    EXPECT_EQ(packet.key, TRAP_KEY);
    EXPECT_EQ(packet.type, ZX_PKT_TYPE_GUEST_BELL);
    EXPECT_EQ(packet.guest_bell.addr, address);
}

static void expect_empty(zx_handle_t port) {
    zx_port_packet_t packet;
    EXPECT_STATUS(zx_port_wait(port, 0, &packet), ZX_ERR_TIMED_OUT);
}

// --- guest_create ---

TEST(guest_create, gives_a_guest_and_its_memory) {
    zx_handle_t guest, vmar;
    EXPECT_OK(zx_guest_create(root_resource(), 0, &guest, &vmar));
    EXPECT_EQ(type_of(guest), ZX_OBJ_TYPE_GUEST);
    EXPECT_EQ(type_of(vmar), ZX_OBJ_TYPE_VMAR);
    EXPECT_EQ(rights_of(guest), ZX_DEFAULT_GUEST_RIGHTS);
    EXPECT_EQ(rights_of(vmar),
              ZX_DEFAULT_VMAR_RIGHTS | ZX_RIGHT_READ | ZX_RIGHT_WRITE | ZX_RIGHT_EXECUTE);
    close_handle(guest);
    close_handle(vmar);
}

TEST(guest_create, wants_no_options_before_anything_else) {
    zx_handle_t guest = 7, vmar = 8;
    EXPECT_STATUS(zx_guest_create(ZX_HANDLE_INVALID, 1, &guest, &vmar), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_guest_create(root_resource(), UINT32_MAX, &guest, &vmar), ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(guest, 7);
    EXPECT_EQ(vmar, 8);
}

static zx_status_t create_with(zx_handle_t resource) {
    zx_handle_t guest, vmar;
    return zx_guest_create(resource, 0, &guest, &vmar);
}

TEST(guest_create, wants_a_resource) {
    expect_bad_handle(create_with);
    expect_wrong_type(create_with, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
}

TEST(guest_create, leaves_nothing_if_a_handle_cannot_be_stored) {
    zx_handle_t handle;
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        void *bad = bad_pointer(i, sizeof(handle));
        EXPECT_STATUS(zx_guest_create(root_resource(), 0, bad, &handle), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_guest_create(root_resource(), 0, &handle, bad), ZX_ERR_INVALID_ARGS);
    }
}

static zx_status_t create(void *context) {
    zx_handle_t *handles = context;
    return zx_guest_create(root_resource(), 0, &handles[0], &handles[1]);
}

TEST(guest_create, leaves_nothing_if_memory_runs_out) {
    zx_handle_t handles[2] = {7, 8};
    root_resource();
    expect_no_memory(create, handles, sizeof(handles));
    close_handle(handles[0]);
    close_handle(handles[1]);
}

TEST(guest_create, makes_guests_that_know_nothing_of_each_other) {
    struct vm a, b;
    vm_make(&a, GUEST_PROGRAM(registers));
    vm_make(&b, GUEST_PROGRAM(registers));
    vm_run(&a);
    EXPECT_EQ(vm_state(&a).r15, 16);
    EXPECT_EQ(vm_state(&b).r15, 0);
    vm_run(&b);
    vm_end(&b);
    vm_end(&a);
}

// --- guest_set_trap ---

static struct vm shared;
static zx_handle_t shared_port;

static zx_status_t trap_in(zx_handle_t guest) {
    return set_trap(guest, 99, 0, PAGE_BYTES, ZX_HANDLE_INVALID);
}

static zx_status_t trap_to(zx_handle_t port) {
    if (port == ZX_HANDLE_INVALID) {
        return ZX_ERR_BAD_HANDLE; // no port, which is allowed
    }
    return set_trap(shared.guest, 99, 0, PAGE_BYTES, port);
}

TEST(guest_set_trap, wants_a_guest_and_a_port_with_the_right_to_write) {
    vm_make(&shared, GUEST_PROGRAM(resume));
    shared_port = new_port();
    expect_bad_handle(trap_in);
    expect_wrong_type(trap_in, ZX_OBJ_TYPE_GUEST, ZX_OBJ_TYPE_GUEST);
    expect_right(trap_in, shared.guest, ZX_RIGHT_WRITE, ZX_ERR_INVALID_ARGS);
    expect_bad_handle(trap_to);
    expect_wrong_type(trap_to, ZX_OBJ_TYPE_PORT, ZX_OBJ_TYPE_PORT);
    expect_right(trap_to, shared_port, ZX_RIGHT_WRITE, ZX_ERR_INVALID_ARGS);
    vm_run(&shared);
    close_handle(shared_port);
    vm_end(&shared);
}

TEST(guest_set_trap, checks_its_arguments_in_order) {
    enum { BELL = ZX_GUEST_TRAP_BELL, MEM = ZX_GUEST_TRAP_MEM, IO = ZX_GUEST_TRAP_IO, NONE = 3 };
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(resume));
    zx_handle_t port = new_port();
    const struct {
        uint32_t kind;
        uint64_t address, size;
        zx_handle_t port;
        zx_status_t status;
    } cases[] = {
        {NONE, 0, 0, 0, ZX_ERR_INVALID_ARGS},
        {NONE, 1, UINT64_MAX, 0, ZX_ERR_OUT_OF_RANGE},
        {MEM, UINT64_MAX, 1, 0, ZX_ERR_OUT_OF_RANGE},
        {MEM, 1, UINT64_MAX, port, ZX_ERR_OUT_OF_RANGE},
        {MEM, GUEST_FREE, 0, 0, ZX_ERR_INVALID_ARGS},
        {MEM, GUEST_FREE, PAGE_BYTES, port, ZX_ERR_INVALID_ARGS},
        {MEM, GUEST_FREE + 1, PAGE_BYTES, 0, ZX_ERR_INVALID_ARGS},
        {MEM, GUEST_FREE, PAGE_BYTES - 1, 0, ZX_ERR_INVALID_ARGS},
        {BELL, GUEST_FREE, PAGE_BYTES, 0, ZX_ERR_INVALID_ARGS},
        {BELL, GUEST_FREE, 100, port, ZX_ERR_INVALID_ARGS},
        {BELL, GUEST_FREE + 8, PAGE_BYTES, port, ZX_ERR_INVALID_ARGS},
        {IO, 0, 1, port, ZX_ERR_INVALID_ARGS},
        {IO, 0, 65536, 0, ZX_ERR_OUT_OF_RANGE},
        {IO, 65535, 1, 0, ZX_ERR_OUT_OF_RANGE},
        {IO, 65534, 2, 0, ZX_ERR_OUT_OF_RANGE},
        {IO, 65534, 1, 0, ZX_OK},
        {IO, 65534, 1, 0, ZX_ERR_ALREADY_EXISTS},
        {IO, 0, 65535, 0, ZX_OK},
        {NONE, GUEST_FREE, PAGE_BYTES, 0, ZX_ERR_INVALID_ARGS},
        {UINT32_MAX, GUEST_FREE, PAGE_BYTES, 0, ZX_ERR_INVALID_ARGS},
        {MEM, GUEST_FREE, PAGE_BYTES, 0, ZX_OK},
        {MEM, GUEST_FREE, PAGE_BYTES, 0, ZX_ERR_ALREADY_EXISTS},
        {BELL, GUEST_FREE, 2 * PAGE_BYTES, port, ZX_ERR_ALREADY_EXISTS},
        {MEM, GUEST_FREE - PAGE_BYTES, 3 * PAGE_BYTES, 0, ZX_OK}, // overlaps
        {BELL, GUEST_FREE + PAGE_BYTES, PAGE_BYTES, port, ZX_OK},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        zx_status_t status =
            set_trap(vm.guest, cases[i].kind, cases[i].address, cases[i].size, cases[i].port);
        ck_assert_msg(status == cases[i].status, "case %zu is %s", i, zx_status_get_string(status));
    }
    vm_run(&vm);
    close_handle(port);
    vm_end(&vm);
}

static zx_status_t add_trap(void *context) {
    (void)context;
    return set_trap(shared.guest, ZX_GUEST_TRAP_IO, 0x100, 1, ZX_HANDLE_INVALID);
}

TEST(guest_set_trap, leaves_nothing_if_memory_runs_out) {
    vm_make(&shared, GUEST_PROGRAM(resume));
    expect_no_memory(add_trap, NULL, 0);
    vm_run(&shared);
    vm_end(&shared);
}

TEST(guest_set_trap, wants_memory_that_was_not_destroyed) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(resume));
    vm_run(&vm);
    EXPECT_OK(zx_vmar_destroy(vm.vmar));
    EXPECT_STATUS(set_trap(vm.guest, ZX_GUEST_TRAP_MEM, GUEST_FREE, PAGE_BYTES, ZX_HANDLE_INVALID),
                  ZX_ERR_BAD_STATE);
    vm_end(&vm);
}

TEST(guest_set_trap, mem_tells_of_a_store) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(trap));
    vm_trap(&vm, ZX_GUEST_TRAP_MEM, ZX_HANDLE_INVALID);
    zx_port_packet_t packet;
    vm_run_to(&vm, ZX_PKT_TYPE_GUEST_MEM, &packet);
    EXPECT_EQ(packet.key, TRAP_KEY);
    EXPECT_EQ(packet.guest_mem.addr, GUEST_TRAP);
    EXPECT_EQ(packet.guest_mem.inst_len, 12);
    EXPECT_EQ(memcmp(packet.guest_mem.inst_buf, guest_trap, 12), 0);
    for (int i = 12; i < 15; i++) {
        EXPECT_EQ(packet.guest_mem.inst_buf[i], 0);
    }
    EXPECT_EQ(packet.guest_mem.default_operand_size, 4);
    vm_run(&vm);
    vm_end(&vm);
}

TEST(guest_set_trap, mem_tells_of_a_load_whose_value_is_the_callers) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(read_trap));
    vm_trap(&vm, ZX_GUEST_TRAP_MEM, ZX_HANDLE_INVALID);
    zx_vcpu_state_t state = {.rax = 0x99};
    vm_set_state(&vm, &state);
    zx_port_packet_t packet;
    vm_run_to(&vm, ZX_PKT_TYPE_GUEST_MEM, &packet);
    EXPECT_EQ(packet.guest_mem.addr, GUEST_TRAP + 4);
    state = vm_state(&vm);
    EXPECT_EQ(state.rax, 0x99);
    state.rax = 0xabcd;
    vm_set_state(&vm, &state);
    vm_run(&vm);
    EXPECT_EQ(vm_state(&vm).rax, 0xabcd);
    vm_end(&vm);
}

TEST(guest_set_trap, mem_tells_true_lengths_and_addresses) {
    static const struct {
        uint16_t offset;
        uint8_t length;
    } cases[] = {
        {0, 2},    // mov %al, (%rdi)
        {8, 4},    // mov 8(%rdi), %rbx
        {3, 5},    // movb $0x12, 3(%rdi, %rcx, 2), rcx 0
        {0x10, 6}, // movw $0x1234, 0x10(%rdi)
        {0x20, 3}, // xchg %eax, 0x20(%rdi)
        {0x24, 4}, // lock incl 0x24(%rdi)
        {0x28, 4}, // movzbl 0x28(%rdi), %eax
        {0x30, 3}, // push 0x30(%rdi)
        {0x40, 2}, // movsq
        {0xc0, 8}, // movdqu %xmm0, 0x80(%rdi), rdi moved on
    };
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(instructions));
    vm_trap(&vm, ZX_GUEST_TRAP_MEM, ZX_HANDLE_INVALID);
    vm_run(&vm);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        zx_port_packet_t packet;
        vm_run_to(&vm, ZX_PKT_TYPE_GUEST_MEM, &packet);
        EXPECT_EQ(packet.key, TRAP_KEY);
        EXPECT_EQ(packet.guest_mem.addr, GUEST_TRAP + cases[i].offset);
        EXPECT_EQ(packet.guest_mem.inst_len, cases[i].length);
        vm_run(&vm);
    }
    vm_end(&vm);
}

TEST(guest_set_trap, mem_reads_instructions_across_pages) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(across));
    vm_trap(&vm, ZX_GUEST_TRAP_MEM, ZX_HANDLE_INVALID);
    zx_port_packet_t packet;
    vm_run_to(&vm, ZX_PKT_TYPE_GUEST_MEM, &packet);
    EXPECT_EQ(packet.guest_mem.inst_len, 12);
    EXPECT_EQ(memcmp(packet.guest_mem.inst_buf, guest_across + 0x1000 - 4, 12), 0);
    vm_run(&vm);
    vm_end(&vm);
}

TEST(guest_set_trap, unmaps_what_it_covers_for_good) {
    struct vm vm;
    vm_make_with(&vm, GUEST_PROGRAM(store), GUEST_DATA, 5);
    vm_run(&vm);
    EXPECT_OK(set_trap(vm.guest, ZX_GUEST_TRAP_MEM, GUEST_DATA, PAGE_BYTES, ZX_HANDLE_INVALID));
    zx_port_packet_t packet;
    vm_run_to(&vm, ZX_PKT_TYPE_GUEST_MEM, &packet);
    EXPECT_EQ(packet.guest_mem.addr, GUEST_DATA);
    vm_run(&vm);
    zx_vcpu_state_t state = vm_state(&vm);
    state.rdi = GUEST_DATA + PAGE_BYTES; // the rest is still there
    vm_set_state(&vm, &state);
    vm_run(&vm);
    vm_end(&vm);
}

TEST(guest_set_trap, of_two_that_overlap_the_nearer_start_counts) {
    struct vm vm;
    vm_make_with(&vm, GUEST_PROGRAM(store), GUEST_FREE + PAGE_BYTES, 5);
    EXPECT_OK(zx_guest_set_trap(vm.guest, ZX_GUEST_TRAP_MEM, GUEST_FREE, 4 * PAGE_BYTES, 0, 1));
    EXPECT_OK(
        zx_guest_set_trap(vm.guest, ZX_GUEST_TRAP_MEM, GUEST_FREE + PAGE_BYTES, PAGE_BYTES, 0, 2));
    zx_port_packet_t packet;
    vm_run_to(&vm, ZX_PKT_TYPE_GUEST_MEM, &packet);
    EXPECT_EQ(packet.key, 2);
    vm_run(&vm);
    zx_vcpu_state_t state = vm_state(&vm);
    state.rdi = GUEST_FREE;
    vm_set_state(&vm, &state);
    vm_run_to(&vm, ZX_PKT_TYPE_GUEST_MEM, &packet);
    EXPECT_EQ(packet.key, 1);
    vm_run(&vm);
    state = vm_state(&vm);
    state.rdi = GUEST_FREE + 2 * PAGE_BYTES; // covered by the first, hidden by the second
    vm_set_state(&vm, &state);
    vm_expect(&vm, ZX_ERR_NOT_FOUND);
    vm_end(&vm);
}

TEST(guest_set_trap, bell_rings_and_the_guest_goes_on) {
    struct vm vm;
    zx_handle_t port = new_port();
    vm_make(&vm, GUEST_PROGRAM(trap));
    vm_trap(&vm, ZX_GUEST_TRAP_BELL, port);
    vm_run(&vm);
    wait_bell(port, GUEST_TRAP);
    expect_empty(port);
    vm_end(&vm);
    close_handle(port);
}

TEST(guest_set_trap, bell_that_is_not_heard_goes_with_the_guest) {
    struct vm vm;
    zx_handle_t port = new_port();
    vm_make(&vm, GUEST_PROGRAM(trap));
    vm_trap(&vm, ZX_GUEST_TRAP_BELL, port);
    vm_run(&vm);
    vm_end(&vm);
    expect_empty(port);
    close_handle(port);
}

TEST(guest_set_trap, bell_leaves_user_packets_of_the_same_key) {
    struct vm vm;
    zx_handle_t port = new_port();
    zx_port_packet_t packet = {.key = TRAP_KEY, .type = ZX_PKT_TYPE_USER};
    EXPECT_OK(zx_port_queue(port, &packet));
    vm_make(&vm, GUEST_PROGRAM(trap));
    vm_trap(&vm, ZX_GUEST_TRAP_BELL, port);
    vm_run(&vm);
    vm_end(&vm);
    EXPECT_OK(zx_port_wait(port, 0, &packet));
    EXPECT_EQ(packet.type, ZX_PKT_TYPE_USER);
    expect_empty(port);
    close_handle(port);
}

TEST(guest_set_trap, bell_rings_in_a_port_full_of_user_packets) {
    struct vm vm;
    zx_handle_t port = new_port();
    zx_port_packet_t packet = {.type = ZX_PKT_TYPE_USER};
    zx_status_t status;
    while ((status = zx_port_queue(port, &packet)) == ZX_OK) {
    }
    EXPECT_EQ(status, ZX_ERR_SHOULD_WAIT);
    vm_make(&vm, GUEST_PROGRAM(trap));
    vm_trap(&vm, ZX_GUEST_TRAP_BELL, port);
    vm_run(&vm);
    vm_end(&vm);
    close_handle(port);
}

TEST(guest_set_trap, bell_of_a_closed_port_ends_a_run_once) {
    struct vm vm;
    zx_handle_t port = new_port();
    vm_make(&vm, GUEST_PROGRAM(trap));
    vm_trap(&vm, ZX_GUEST_TRAP_BELL, port);
    close_handle(port);
    vm_expect(&vm, ZX_ERR_BAD_STATE);
    vm_run(&vm);
    vm_end(&vm);
}

TEST(guest_set_trap, bell_cannot_be_read) {
    struct vm vm;
    zx_handle_t port = new_port();
    vm_make(&vm, GUEST_PROGRAM(read_trap));
    vm_trap(&vm, ZX_GUEST_TRAP_BELL, port);
    vm_expect(&vm, ZX_ERR_NOT_SUPPORTED);
    expect_empty(port);
    vm_end(&vm);
    close_handle(port);
}

enum { RINGS = 300 };

static int hear(void *argument) {
    zx_handle_t port = *(zx_handle_t *)argument;
    for (int i = 0; i < RINGS; i++) {
        wait_bell(port, GUEST_TRAP + 8);
    }
    return 0;
}

TEST(guest_set_trap, bell_waits_when_256_packets_are_not_heard) {
    struct vm vm;
    zx_handle_t port = new_port();
    vm_make(&vm, GUEST_PROGRAM(ring));
    vm_trap(&vm, ZX_GUEST_TRAP_BELL, port);
    zx_vcpu_state_t state = {.rcx = RINGS};
    vm_set_state(&vm, &state);
    struct test_thread listener;
    start_thread(&listener, hear, &port);
    vm_run(&vm);
    finish_thread(&listener);
    expect_empty(port);
    vm_end(&vm);
    close_handle(port);
}

static int kick_when_blocked(void *argument) {
    zx_handle_t *handles = argument; // the vcpu, its thread
    zx_info_thread_t info;
    do {
        EXPECT_OK(zx_object_get_info(handles[1], ZX_INFO_THREAD, &info, sizeof(info), NULL, NULL));
    } while (info.state != ZX_THREAD_STATE_BLOCKED_PORT);
    EXPECT_OK(zx_vcpu_kick(handles[0]));
    return 0;
}

TEST(guest_set_trap, bell_that_waits_is_not_lost_by_a_kick) {
    struct vm vm;
    zx_handle_t port = new_port();
    vm_make(&vm, GUEST_PROGRAM(ring));
    vm_trap(&vm, ZX_GUEST_TRAP_BELL, port);
    zx_vcpu_state_t state = {.rcx = 257};
    vm_set_state(&vm, &state);
    zx_handle_t handles[2] = {vm.vcpu, zx_thread_self()};
    struct test_thread kicker;
    start_thread(&kicker, kick_when_blocked, handles);
    vm_expect(&vm, ZX_ERR_CANCELED);
    finish_thread(&kicker);
    wait_bell(port, GUEST_TRAP + 8);
    vm_run(&vm);
    for (int i = 0; i < 256; i++) {
        wait_bell(port, GUEST_TRAP + 8);
    }
    expect_empty(port);
    vm_end(&vm);
    close_handle(port);
}

// --- ports ---

TEST(guest_set_trap, io_tells_what_is_written) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(io_out));
    EXPECT_OK(set_trap(vm.guest, ZX_GUEST_TRAP_IO, GUEST_PORT, 3, ZX_HANDLE_INVALID));
    static const uint32_t values[] = {0x78, 0x5678, 0x12345678};
    for (int i = 0; i < 3; i++) {
        zx_port_packet_t packet;
        vm_run_to(&vm, ZX_PKT_TYPE_GUEST_IO, &packet);
        EXPECT_EQ(packet.key, TRAP_KEY);
        EXPECT_EQ(packet.guest_io.port, GUEST_PORT + i);
        EXPECT_EQ(packet.guest_io.access_size, 1 << i);
        EXPECT(!packet.guest_io.input);
        EXPECT_EQ(packet.guest_io.u32, values[i]);
    }
    vm_run(&vm);
    vm_end(&vm);
}

TEST(guest_set_trap, io_without_a_trap_ends_a_run_until_there_is_one) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(io_out));
    vm_expect(&vm, ZX_ERR_NOT_FOUND);
    vm_expect(&vm, ZX_ERR_NOT_FOUND);
    EXPECT_OK(set_trap(vm.guest, ZX_GUEST_TRAP_IO, 0, 65535, ZX_HANDLE_INVALID));
    zx_port_packet_t packet;
    for (int i = 0; i < 3; i++) {
        vm_run_to(&vm, ZX_PKT_TYPE_GUEST_IO, &packet);
        EXPECT_EQ(packet.guest_io.port, GUEST_PORT + i);
    }
    vm_run(&vm);
    vm_end(&vm);
}

TEST(guest_set_trap, io_by_strings_is_not_supported) {
    static const struct {
        struct guest_program program;
    } cases[] = {{{guest_io_string, guest_io_string_end}},
                 {{guest_io_string_in, guest_io_string_in_end}},
                 {{guest_io_repeat, guest_io_repeat_end}}};
    for (int i = 0; i < 3; i++) {
        struct vm vm;
        vm_make(&vm, cases[i].program);
        EXPECT_OK(set_trap(vm.guest, ZX_GUEST_TRAP_IO, GUEST_PORT, 1, ZX_HANDLE_INVALID));
        vm_expect(&vm, ZX_ERR_NOT_SUPPORTED);
        vm_expect(&vm, ZX_ERR_NOT_SUPPORTED);
        vm_end(&vm);
    }
}
