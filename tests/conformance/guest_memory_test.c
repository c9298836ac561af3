// Part of libzircon. BSD-3-Clause, see LICENSE.
// A guest's memory. Needs /dev/kvm, see harness.c.
#include <cpuid.h>

#include "guest_machine.h"
#include "paging.h"

TEST(guest_create, memory_is_zero_until_it_is_used) {
    struct vm vm;
    vm_make_with(&vm, GUEST_PROGRAM(load), GUEST_FREE, 5);
    zx_handle_t vmo = vm_new_memory(PAGE_BYTES);
    vm_map(&vm, vmo, GUEST_FREE, PAGE_BYTES, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE);
    vm_run(&vm);
    EXPECT_EQ(vm_state(&vm).rax, 0);
    close_handle(vmo);
    vm_end(&vm);
}

TEST(guest_create, memory_is_shared_with_whoever_maps_it) {
    struct vm vm;
    vm_make_with(&vm, GUEST_PROGRAM(store), GUEST_FREE + 8, 0x1122334455667788);
    zx_handle_t vmo = vm_new_memory(2 * PAGE_BYTES);
    vm_map(&vm, vmo, GUEST_FREE, 2 * PAGE_BYTES, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE);
    vm_run(&vm);
    uint64_t value;
    EXPECT_OK(zx_vmo_read(vmo, &value, 8, sizeof(value)));
    EXPECT_EQ(value, 0x1122334455667788);
    close_handle(vmo);
    vm_end(&vm);
}

TEST(guest_create, memory_that_is_not_there_ends_a_run_until_it_is) {
    struct vm vm;
    vm_make_with(&vm, GUEST_PROGRAM(load), GUEST_FREE, 5);
    vm_expect(&vm, ZX_ERR_NOT_FOUND);
    vm_expect(&vm, ZX_ERR_NOT_FOUND);
    zx_handle_t vmo = vm_new_memory(PAGE_BYTES);
    const uint64_t value = 77;
    EXPECT_OK(zx_vmo_write(vmo, &value, 0, sizeof(value)));
    vm_map(&vm, vmo, GUEST_FREE, PAGE_BYTES, ZX_VM_PERM_READ);
    vm_run(&vm);
    EXPECT_EQ(vm_state(&vm).rax, 77);
    close_handle(vmo);
    vm_end(&vm);
}

TEST(guest_create, unmapped_memory_is_gone_at_once) {
    struct vm vm;
    vm_make_with(&vm, GUEST_PROGRAM(load), GUEST_FREE, 5);
    zx_handle_t vmo = vm_new_memory(PAGE_BYTES);
    for (int i = 0; i < 5; i++) {
        vm_map(&vm, vmo, GUEST_FREE, PAGE_BYTES, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE);
        vm_run(&vm);
        EXPECT_OK(zx_vmar_unmap(vm.vmar, GUEST_FREE, PAGE_BYTES));
        vm_expect(&vm, ZX_ERR_NOT_FOUND);
    }
    close_handle(vmo);
    vm_end(&vm);
}

TEST(guest_create, memory_can_be_kept_from_being_written) {
    struct vm vm;
    vm_make_with(&vm, GUEST_PROGRAM(store), GUEST_FREE, 5);
    zx_handle_t vmo = vm_new_memory(PAGE_BYTES);
    vm_map(&vm, vmo, GUEST_FREE, PAGE_BYTES, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE);
    vm_run(&vm);
    EXPECT_OK(zx_vmar_protect(vm.vmar, ZX_VM_PERM_READ, GUEST_FREE, PAGE_BYTES));
    vm_expect(&vm, ZX_ERR_ACCESS_DENIED);
    EXPECT_OK(zx_vmar_protect(vm.vmar, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, GUEST_FREE, PAGE_BYTES));
    vm_run(&vm);
    close_handle(vmo);
    vm_end(&vm);
}

TEST(guest_create, memory_may_consist_of_many_pieces) {
    enum { PIECES = 64 };
    struct vm vm;
    vm_make_with(&vm, GUEST_PROGRAM(load), GUEST_FREE, 0);
    zx_handle_t vmo = vm_new_memory(PIECES * PAGE_BYTES);
    zx_vcpu_state_t state = vm_state(&vm);
    for (uint64_t i = 0; i < PIECES; i++) { // backwards, every other page
        uint64_t value = i + 1;
        zx_vaddr_t address;
        EXPECT_OK(zx_vmo_write(vmo, &value, i * PAGE_BYTES, sizeof(value)));
        EXPECT_OK(zx_vmar_map(vm.vmar, ZX_VM_PERM_READ | ZX_VM_SPECIFIC,
                              GUEST_FREE + 2 * (PIECES - i) * PAGE_BYTES, vmo, i * PAGE_BYTES,
                              PAGE_BYTES, &address));
    }
    for (uint64_t i = 0; i < PIECES; i++) {
        state.rdi = GUEST_FREE + 2 * (PIECES - i) * PAGE_BYTES;
        vm_set_state(&vm, &state);
        vm_run(&vm);
        EXPECT_EQ(vm_state(&vm).rax, i + 1);
    }
    state.rdi = GUEST_FREE + 3 * PAGE_BYTES;
    vm_set_state(&vm, &state);
    vm_expect(&vm, ZX_ERR_NOT_FOUND);
    close_handle(vmo);
    vm_end(&vm);
}

TEST(guest_create, memory_has_regions_within) {
    struct vm vm;
    vm_make_with(&vm, GUEST_PROGRAM(load), GUEST_FREE + 0x11000, 5);
    zx_handle_t region, vmo = vm_new_memory(PAGE_BYTES);
    zx_vaddr_t address;
    EXPECT_OK(zx_vmar_allocate(
        vm.vmar, ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE | ZX_VM_CAN_MAP_SPECIFIC | ZX_VM_SPECIFIC,
        GUEST_FREE + 0x10000, 0x10000, &region, &address));
    EXPECT_EQ(address, GUEST_FREE + 0x10000);
    EXPECT_OK(zx_vmar_map(region, ZX_VM_PERM_READ | ZX_VM_SPECIFIC, 0x1000, vmo, 0, PAGE_BYTES,
                          &address));
    EXPECT_EQ(address, GUEST_FREE + 0x11000);
    vm_run(&vm);
    EXPECT_OK(zx_vmar_destroy(region));
    vm_expect(&vm, ZX_ERR_NOT_FOUND);
    close_handle(region);
    close_handle(vmo);
    vm_end(&vm);
}

TEST(guest_create, memory_can_be_a_snapshot) {
    struct vm vm;
    vm_make_with(&vm, GUEST_PROGRAM(store), GUEST_FREE, 5);
    zx_handle_t parent, child;
    const uint64_t before = 3;
    uint64_t value;
    EXPECT_OK(zx_vmo_create(PAGE_BYTES, 0, &parent));
    EXPECT_OK(zx_vmo_write(parent, &before, 0, sizeof(before)));
    EXPECT_OK(zx_vmo_create_child(parent, ZX_VMO_CHILD_COPY_ON_WRITE, 0, PAGE_BYTES, &child));
    vm_map(&vm, child, GUEST_FREE, PAGE_BYTES, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE);
    vm_run(&vm);
    EXPECT_OK(zx_vmo_read(child, &value, 0, sizeof(value)));
    EXPECT_EQ(value, 5);
    EXPECT_OK(zx_vmo_read(parent, &value, 0, sizeof(value)));
    EXPECT_EQ(value, 3);
    close_handle(child);
    close_handle(parent);
    vm_end(&vm);
}

TEST(guest_create, memory_ends_where_addresses_do) {
    // A page table entry that leads beyond all memory.
    struct vm vm;
    vm_make_with(&vm, GUEST_PROGRAM(load), 1ull << 30, 5);
    const uint64_t entry = (1ull << 35) | 0x83; // 1 GiB from there on
    memcpy(vm.memory + GUEST_TABLES + PAGE_BYTES + 8, &entry, sizeof(entry));
    vm_expect(&vm, ZX_ERR_NOT_FOUND);
    vm_end(&vm);
}

TEST(guest_create, code_needs_memory) {
    struct vm vm;
    vm_make_with(&vm, GUEST_PROGRAM(jump), GUEST_FREE, 0);
    vm_expect(&vm, ZX_ERR_NOT_FOUND);
    vm_end(&vm);
}

TEST(guest_create, memory_can_have_a_snapshot_taken_while_the_guest_runs) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(interrupt));
    vm_run(&vm);
    for (uint32_t vector = 40; vector < 44; vector++) {
        // Now all of the memory is shared: the stack and the page tables that the processor uses
        // by itself as well.
        zx_handle_t child;
        EXPECT_OK(zx_vmo_create_child(vm.vmo, ZX_VMO_CHILD_COPY_ON_WRITE, 0, GUEST_MEMORY, &child));
        EXPECT_OK(zx_vcpu_interrupt(vm.vcpu, vector));
        EXPECT_EQ(vm_run_to_vector(&vm), vector);
        close_handle(child);
    }
    vm_end(&vm);
}

TEST(guest_create, tables_of_the_processor_need_memory) {
    struct vm vm;
    vm_make(&vm, GUEST_PROGRAM(lost_table));
    vm_run(&vm);
    vm_expect(&vm, ZX_ERR_NOT_FOUND);
    vm_expect(&vm, ZX_ERR_NOT_FOUND);
    zx_handle_t vmo = vm_new_memory(PAGE_BYTES);
    vm_map(&vm, vmo, GUEST_FREE, PAGE_BYTES, ZX_VM_PERM_READ);
    vm_expect(&vm, ZX_ERR_NOT_SUPPORTED); // a triple fault: the table is empty
    close_handle(vmo);
    vm_end(&vm);
}

// Of an instruction that uses addresses from other places than its operands no more is known.
TEST(guest_create, pointers_that_are_copied_need_memory) {
    struct vm vm;
    zx_port_packet_t packet;
    vm_make_with(&vm, GUEST_PROGRAM(nested), GUEST_FREE + 8, 0);
    vm_expect(&vm, ZX_ERR_INTERNAL); // the kernel of 2019 has NOT_FOUND
    EXPECT_STATUS(zx_vcpu_enter(vm.vcpu, &packet), ZX_ERR_INTERNAL);
    zx_handle_t vmo = vm_new_memory(PAGE_BYTES);
    vm_map(&vm, vmo, GUEST_FREE, PAGE_BYTES, ZX_VM_PERM_READ);
    vm_run(&vm);
    close_handle(vmo);
    vm_end(&vm);
}

// --- pagers ---

struct supplier {
    const struct pager *pager;
    zx_handle_t vmo;
    uint64_t pages;
};

static int supply(void *argument) {
    struct supplier *supplier = argument;
    for (uint64_t page = 0; page < supplier->pages; page++) {
        expect_request(supplier->pager, 7, page, 1);
        pager_supply(supplier->pager, supplier->vmo, 7, page, 1);
    }
    return 0;
}

TEST(guest_create, memory_can_come_from_a_pager) {
    enum { PAGES = 5 };
    struct vm vm;
    struct pager pager;
    struct test_thread thread;
    vm_make_with(&vm, GUEST_PROGRAM(load), GUEST_FREE, 0);
    pager_open(&pager);
    struct supplier supplier = {&pager, pager_vmo(&pager, 7, PAGES, 0), PAGES};
    vm_map(&vm, supplier.vmo, GUEST_FREE, PAGES * PAGE_BYTES, ZX_VM_PERM_READ);
    start_thread(&thread, supply, &supplier);
    zx_vcpu_state_t state = vm_state(&vm);
    for (uint64_t page = 0; page < PAGES; page++) {
        state.rdi = GUEST_FREE + page * PAGE_BYTES + 8 * page;
        vm_set_state(&vm, &state);
        vm_run(&vm);
        EXPECT_EQ(vm_state(&vm).rax, supplied_word(7, page, page));
    }
    finish_thread(&thread);
    close_handle(supplier.vmo);
    pager_close(&pager);
    vm_end(&vm);
}

struct code_supplier {
    const struct pager *pager;
    zx_handle_t vmo, pages;
};

static int supply_code(void *argument) {
    struct code_supplier *supplier = argument;
    expect_request(supplier->pager, 7, 1, 1);
    EXPECT_OK(zx_pager_supply_pages(supplier->pager->pager, supplier->vmo, PAGE_BYTES, PAGE_BYTES,
                                    supplier->pages, PAGE_BYTES));
    return 0;
}

TEST(guest_create, code_can_come_from_a_pager) {
    struct vm vm;
    struct pager pager;
    struct test_thread thread;
    zx_handle_t vmo, pages;
    vm_make_with(&vm, GUEST_PROGRAM(jump), GUEST_FREE + PAGE_BYTES - 2, 0);
    pager_open(&pager);
    EXPECT_OK(zx_pager_create_vmo(pager.pager, 0, pager.port, 7, 2 * PAGE_BYTES, &vmo));
    EXPECT_OK(zx_vmo_replace_as_executable(vmo, ZX_HANDLE_INVALID, &vmo));
    vm_map(&vm, vmo, GUEST_FREE, 2 * PAGE_BYTES, ZX_VM_PERM_READ | ZX_VM_PERM_EXECUTE);
    // One instruction across the two: mov $0x12345678, %eax; then ret.
    EXPECT_OK(zx_vmo_create(2 * PAGE_BYTES, 0, &pages));
    EXPECT_OK(zx_vmo_write(pages, "\xb8\x78\x56\x34\x12\xc3", PAGE_BYTES - 2, 6));
    EXPECT_OK(zx_pager_supply_pages(pager.pager, vmo, 0, PAGE_BYTES, pages, 0));
    struct code_supplier supplier = {&pager, vmo, pages};
    start_thread(&thread, supply_code, &supplier);
    vm_run(&vm);
    EXPECT_EQ(vm_state(&vm).rax, 0x12345678);
    finish_thread(&thread);
    close_handle(pages);
    close_handle(vmo);
    pager_close(&pager);
    vm_end(&vm);
}

TEST(guest_create, memory_that_no_pager_supplies_ends_a_run) {
    struct vm vm;
    struct pager pager;
    vm_make_with(&vm, GUEST_PROGRAM(load), GUEST_FREE, 0);
    pager_open(&pager);
    zx_handle_t vmo = pager_vmo(&pager, 7, 1, 0);
    vm_map(&vm, vmo, GUEST_FREE, PAGE_BYTES, ZX_VM_PERM_READ);
    EXPECT_OK(zx_pager_detach_vmo(pager.pager, vmo));
    vm_expect(&vm, ZX_ERR_NOT_FOUND);
    vm_expect(&vm, ZX_ERR_NOT_FOUND);
    close_handle(vmo);
    pager_close(&pager);
    vm_end(&vm);
}

// --- addresses ---

TEST(guest_create, memory_beyond_48_bits_is_out_of_range) {
    struct vm vm;
    uint32_t eax, ebx, ecx, edx;
    vm_make_with(&vm, GUEST_PROGRAM(load), 1ull << 30, 5);
    const uint64_t entry = (1ull << 48) | 0x83; // 1 GiB from there on
    memcpy(vm.memory + GUEST_TABLES + PAGE_BYTES + 8, &entry, sizeof(entry));
    __cpuid(0x80000008, eax, ebx, ecx, edx);
    if ((eax & 0xff) > 48) {
        zx_port_packet_t packet;
        vm_expect(&vm, ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(zx_vcpu_enter(vm.vcpu, &packet), ZX_ERR_OUT_OF_RANGE);
    } else { // the processor has no such addresses, and tells the guest so
        EXPECT_EQ(vm_run_to_vector(&vm), 14);
    }
    vm_end(&vm);
}
