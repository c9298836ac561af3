// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "hypervisor/gpas.h"

#include <string.h>
#include <sys/mman.h>

#include "hypervisor/vcpu_state.h"
#include "unit.h"

enum { SIZE = 0x100000, HOLE = 0x80000 };

static struct hv_guest guest;
static struct hv_system paging;

static void make(void) {
    guest.window = unit_pages(SIZE);
    guest.window_size = SIZE;
    memset(guest.window, 0, SIZE);
    assert_int_equal(mprotect(guest.window + HOLE, 4096, PROT_NONE), 0);
    paging = (struct hv_system){.cr0 = CR0_PE | CR0_PG, .cr3 = 0x1000};
}

static void put(uint64_t at, uint64_t value, size_t size) {
    memcpy(guest.window + at, &value, size);
}

static void expect(uint64_t linear, uint64_t physical) {
    struct gpas_fault fault;
    uint64_t found = 0;
    assert_int_equal(gpas_translate(&guest, &paging, linear, &found, &fault), GPAS_FOUND);
    assert_int_equal(found, physical);
    assert_true((fault.entry_count == 0) == ((paging.cr0 & CR0_PG) == 0));
}

static void expect_not(uint64_t linear, enum gpas_walk walk, uint64_t address) {
    struct gpas_fault fault;
    uint64_t found;
    assert_int_equal(gpas_translate(&guest, &paging, linear, &found, &fault), walk);
    if (walk == GPAS_NO_TABLE) {
        assert_int_equal(fault.address, address);
    }
}

static void without_paging_addresses_are_what_they_are(void **state) {
    (void)state;
    unit_self();
    make();
    paging.cr0 = CR0_PE;
    expect(0x12345, 0x12345);
    unit_unmap(guest.window, SIZE);
}

static void walks_four_and_five_levels(void **state) {
    (void)state;
    unit_self();
    make();
    paging.efer = EFER_LMA;
    paging.cr4 = CR4_PAE;
    put(0x1000 + 8 * 3, 0x2003, 8);                // 3 << 39
    put(0x2000 + 8 * 1, 0x3003, 8);                // 1 << 30
    put(0x2000 + 8 * 2, (7ull << 30) | 0x83, 8);   // a large one of 1 GiB
    put(0x3000 + 8 * 5, 0x4003, 8);                // 5 << 21
    put(0x3000 + 8 * 6, (9ull << 21) | 0x83, 8);   // of 2 MiB
    put(0x4000 + 8 * 7, 0x8000000000055003ull, 8); // a page, not executable
    uint64_t base = 3ull << 39 | 1ull << 30;
    expect(base | 5 << 21 | 7 << 12 | 0x123, 0x55123);
    expect(base | 6 << 21 | 0x12345, (9ull << 21) | 0x12345);
    expect(3ull << 39 | 2ull << 30 | 0x3456789, (7ull << 30) | 0x3456789);
    expect_not(0, GPAS_NOT_MAPPED, 0);
    expect_not(base | 5 << 21, GPAS_NOT_MAPPED, 0);
    put(0x3000 + 8 * 8, HOLE | 3, 8);
    expect_not(base | 8 << 21 | 2 << 12, GPAS_NO_TABLE, HOLE + 16);
    put(0x3000 + 8 * 9, 0x7ffff000 | 3, 8);
    expect_not(base | 9 << 21, GPAS_NO_TABLE, 0x7ffff000);
    // A fifth level on top.
    paging.cr4 |= CR4_LA57;
    paging.cr3 = 0x5000;
    put(0x5000 + 8 * 4, 0x1003, 8);
    expect(4ull << 48 | base | 5 << 21 | 7 << 12 | 0x123, 0x55123);
    unit_unmap(guest.window, SIZE);
}

static void walks_32_bit_tables(void **state) {
    (void)state;
    unit_self();
    make();
    paging.cr4 = CR4_PSE;
    put(0x1000 + 4 * 2, 0x3003, 4);
    put(0x1000 + 4 * 3, 0x00c02083, 4); // 4 MiB, with bit 32 of the address
    put(0x3000 + 4 * 9, 0x77003, 4);
    expect(2u << 22 | 9 << 12 | 0xabc, 0x77abc);
    expect(3u << 22 | 0x12345, 1ull << 32 | 0xc12345);
    expect_not(4u << 22, GPAS_NOT_MAPPED, 0);
    expect_not(2u << 22 | 10 << 12, GPAS_NOT_MAPPED, 0);
    put(0x1000 + 4 * 5, HOLE | 3, 4);
    expect_not(5u << 22 | 1 << 12, GPAS_NO_TABLE, HOLE + 4);
    paging.cr3 = HOLE;
    expect_not(0, GPAS_NO_TABLE, HOLE);
    unit_unmap(guest.window, SIZE);
}

static void walks_pae_tables(void **state) {
    (void)state;
    unit_self();
    make();
    paging.cr4 = CR4_PAE;
    paging.cr3 = 0x1020;
    put(0x1020 + 8 * 1, 0x2001, 8);
    put(0x2000 + 8 * 3, 0x3003, 8);
    put(0x2000 + 8 * 4, (5ull << 21) | 0x83, 8);
    put(0x3000 + 8 * 2, 0x66003, 8);
    expect(1u << 30 | 3 << 21 | 2 << 12 | 7, 0x66007);
    expect(1u << 30 | 4 << 21 | 0x1234, (5ull << 21) | 0x1234);
    expect_not(0, GPAS_NOT_MAPPED, 0);
    unit_unmap(guest.window, SIZE);
}

static void fetches_code_across_pages(void **state) {
    (void)state;
    unit_self();
    make();
    struct gpas_fault fault;
    char code[15];
    paging.cr0 = CR0_PE;
    memcpy(guest.window + 0x5ffc, "abcdefghijklmno", 15);
    assert_int_equal(gpas_fetch(&guest, &paging, 0x5ffc, code, 15, &fault), 15);
    assert_memory_equal(code, "abcdefghijklmno", 15);
    assert_int_equal(gpas_fetch(&guest, &paging, HOLE - 5, code, 15, &fault), 5);
    assert_int_equal(fault.address, HOLE);
    assert_int_equal(gpas_fetch(&guest, &paging, SIZE - 1, code, 15, &fault), 1);
    assert_int_equal(fault.address, SIZE);
    paging.cr0 = CR0_PE | CR0_PG;
    assert_int_equal(gpas_fetch(&guest, &paging, 0, code, 15, &fault), 0);
    assert_int_equal(fault.address, UINT64_MAX);
    unit_unmap(guest.window, SIZE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT_TEST(without_paging_addresses_are_what_they_are),
        UNIT_TEST(walks_four_and_five_levels),
        UNIT_TEST(walks_32_bit_tables),
        UNIT_TEST(walks_pae_tables),
        UNIT_TEST(fetches_code_across_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
