// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "hypervisor/cpuid.h"

#include "unit.h"

static struct cpuid_entry entries[CPUID_ENTRIES_MAX + 8];

static const struct cpuid_entry *find(uint32_t count, uint32_t leaf, uint32_t subleaf) {
    for (uint32_t i = 0; i < count; i++) {
        if (entries[i].leaf == leaf && entries[i].subleaf == subleaf) {
            return &entries[i];
        }
    }
    return NULL;
}

static uint32_t make(uint32_t id, bool deadline, uint32_t leaf, uint32_t subleaf) {
    entries[0] = (struct cpuid_entry){.leaf = leaf,
                                      .subleaf = subleaf,
                                      .eax = UINT32_MAX,
                                      .ebx = UINT32_MAX,
                                      .ecx = UINT32_MAX,
                                      .edx = UINT32_MAX};
    return cpuid_make(id, deadline, entries, 1);
}

static void changes_what_zircon_changes(void **state) {
    (void)state;
    static const struct {
        uint32_t leaf, subleaf, eax, ebx, ecx, edx;
    } cases[] = {
        {0, 0, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
        {1, 0, 0xffffffff, 0x05ffffff, 0xfeff7ed7, 0xdfbfffff},
        {5, 0, 0, 0, 0, 0},
        {6, 0, 0xfffff83e, 0xffffffff, 0xfffffff6, 0xffffffff},
        {7, 0, 0xffffffff, 0xfdffffff, 0xffffffff, 0x53ffffff},
        {7, 1, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
        {0xa, 0, 0, 0x7f, 0, 0},
        {0xb, 1, 0xffffffff, 0xffffffff, 0xffffffff, 5},
        {0xd, 0, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
        {0xd, 1, 0xfffffff7, 0xffffffff, 0xffffffff, 0xffffffff},
        {0x80000001, 0, 0xffffffff, 0xffffffff, 0xfffffffb, 0xffffffff},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t count = make(5, false, cases[i].leaf, cases[i].subleaf);
        const struct cpuid_entry *entry = find(count, cases[i].leaf, cases[i].subleaf);
        assert_non_null(entry);
        assert_int_equal(entry->eax, cases[i].eax);
        assert_int_equal(entry->ebx, cases[i].ebx);
        assert_int_equal(entry->ecx, cases[i].ecx);
        assert_int_equal(entry->edx, cases[i].edx);
    }
    uint32_t count = make(0, true, 1, 0);
    assert_int_equal(find(count, 1, 0)->ecx >> 24 & 1, 1);
}

static void says_that_it_is_kvm(void **state) {
    (void)state;
    uint32_t count = cpuid_make(0, false, entries, 0);
    assert_int_equal(count, 2);
    const struct cpuid_entry *name = find(count, 0x40000000, 0);
    const uint32_t words[] = {name->ebx, name->ecx, name->edx};
    assert_memory_equal(words, "KVMKVMKVM\0\0\0", 12);
    assert_int_equal(name->eax, 0x40000001);
    assert_int_equal(find(count, 0x40000001, 0)->eax, 0xb);
}

static void leaves_out_what_zircon_does_not_know(void **state) {
    (void)state;
    static const uint32_t leaves[] = {0x18, 0x1d, 0x40000000, 0x40000010, 0x8000001f, 0xc0000000};
    for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
        assert_int_equal(make(0, false, leaves[i], 0), 2);
    }
}

static void never_needs_more_room(void **state) {
    (void)state;
    for (uint32_t i = 0; i < CPUID_ENTRIES_MAX; i++) {
        entries[i] = (struct cpuid_entry){.leaf = 4, .subleaf = i};
    }
    assert_int_equal(cpuid_make(0, false, entries, CPUID_ENTRIES_MAX), CPUID_ENTRIES_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_what_zircon_changes),
        cmocka_unit_test(says_that_it_is_kvm),
        cmocka_unit_test(leaves_out_what_zircon_does_not_know),
        cmocka_unit_test(never_needs_more_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
