// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "hypervisor/decode.h"

#include <string.h>

#include "hypervisor/vcpu_state.h"
#include "unit.h"

static struct hv_system wide = {.cr0 = CR0_PE | CR0_PG, .efer = EFER_LMA, .cs = {.l = true}};
static struct hv_system flat32 = {.cr0 = CR0_PE, .cs = {.db = true}, .ss = {.db = true}};
static struct hv_system real = {.cs = {.base = 0x10000},
                                .ds = {.base = 0x20000},
                                .es = {.base = 0x30000},
                                .ss = {.base = 0x40000}};

static struct hv_registers registers = {
    .rax = 0x11,
    .rbx = 0x2000,
    .rcx = 3,
    .rdx = 0x44,
    .rsi = 0x5000,
    .rdi = 0x6000,
    .rsp = 0x70,
    .rbp = 0x8000,
    .r8 = 0x90000,
    .r15 = 0xf000,
    .rip = 0x100,
};

struct expected {
    uint64_t linear;
    uint32_t size;
    bool write;
};

static void check(const struct hv_system *system, const char *bytes, size_t size, int count,
                  const struct expected *expected) {
    struct decoded decoded;
    assert_true(decode(system, &registers, (const uint8_t *)bytes, size, &decoded));
    assert_int_equal(decoded.length, size);
    assert_int_equal(decoded.access_count, count);
    for (int i = 0; i < count; i++) {
        assert_int_equal(decoded.accesses[i].linear, expected[i].linear);
        assert_int_equal(decoded.accesses[i].size, expected[i].size);
        assert_int_equal(decoded.accesses[i].write, expected[i].write);
    }
}

#define CHECK(SYSTEM, BYTES, COUNT, ...)                                                           \
    check(&(SYSTEM), BYTES, sizeof(BYTES) - 1, COUNT, (const struct expected[]){__VA_ARGS__})

static void finds_operands_in_64_bit_code(void **state) {
    (void)state;
    CHECK(wide, "\x88\x07", 1, {0x6000, 1, true});                          // mov %al, (%rdi)
    CHECK(wide, "\x48\x8b\x44\x8b\x10", 1, {0x2000 + 12 + 16, 8, false});   // 16(%rbx,%rcx,4)
    CHECK(wide, "\x8b\x05\x10\x00\x00\x00", 1, {0x100 + 6 + 16, 4, false}); // 16(%rip)
    CHECK(wide, "\x67\x8b\x07", 1, {0x6000, 4, false});                     // (%edi)
    CHECK(wide, "\x43\x8b\x04\x38", 1, {0x9f000, 4, false});                // (%r8,%r15)
    CHECK(wide, "\x0f\xb6\x07", 1, {0x6000, 1, false});                     // movzbl (%rdi), %eax
    CHECK(wide, "\xf0\xff\x07", 1, {0x6000, 4, true});                      // lock incl (%rdi)
    CHECK(wide, "\x90", 0, {0, 0, false});
    CHECK(wide, "\x48\x8d\x07", 0, {0, 0, false}); // lea (%rdi), %rax
}

static void finds_bits_by_number(void **state) {
    (void)state;
    CHECK(wide, "\x48\x0f\xa3\x17", 1, {0x6008, 8, false}); // bt %rdx, (%rdi): bit 68
    CHECK(wide, "\x0f\xab\x17", 1, {0x6008, 4, true});      // bts %edx, (%rdi)
    CHECK(wide, "\x66\x0f\xbb\x17", 1, {0x6008, 2, true});  // btc %dx, (%rdi)
    CHECK(wide, "\x4c\x0f\xb3\x07", 1, {0x18000, 8, true}); // btr %r8, (%rdi): bit 0x90000
    CHECK(wide, "\x0f\xba\x27\x03", 1, {0x6000, 4, false}); // bt $3, (%rdi)
    registers.rdx = (uint64_t)-65;
    CHECK(wide, "\x48\x0f\xa3\x17", 1, {0x6000 - 16, 8, false});
    CHECK(wide, "\x0f\xa3\x17", 1, {0x6000 - 12, 4, false});
    registers.rdx = 0x44;
}

static void finds_segments(void **state) {
    (void)state;
    wide.fs.base = 0x1000000;
    wide.gs.base = 0x2000000;
    CHECK(wide, "\x64\x8b\x07", 1, {0x1006000, 4, false});
    CHECK(wide, "\x65\x8b\x07", 1, {0x2006000, 4, false});
    CHECK(real, "\x8b\x07", 1, {0x20000 + 0x2000, 2, false});     // (%bx)
    CHECK(real, "\x8b\x46\x00", 1, {0x40000 + 0x8000, 2, false}); // (%bp): the stack's
    CHECK(real, "\x26\x8b\x07", 1, {0x30000 + 0x2000, 2, false}); // %es:
    CHECK(real, "\x2e\x8b\x07", 1, {0x10000 + 0x2000, 2, false}); // %cs:
    CHECK(flat32, "\x8b\x07", 1, {0x6000, 4, false});
}

static void finds_what_goes_without_saying(void **state) {
    (void)state;
    CHECK(wide, "\x50", 1, {0x68, 8, true});  // push %rax
    CHECK(wide, "\x58", 1, {0x70, 8, false}); // pop %rax
    CHECK(flat32, "\x50", 1, {0x6c, 4, true});
    CHECK(wide, "\xff\x37", 2, {0x6000, 8, false}, {0x68, 8, true});   // push (%rdi)
    CHECK(wide, "\x48\xa5", 2, {0x6000, 8, true}, {0x5000, 8, false}); // movsq
    CHECK(wide, "\xaa", 1, {0x6000, 1, true});                         // stosb
    CHECK(wide, "\xc3", 1, {0x70, 8, false});                          // ret
    CHECK(wide, "\xd7", 1, {0x2011, 1, false});                        // xlat
}

static void knows_plain_io(void **state) {
    (void)state;
    static const char *const plain[] = {"\xe4\x11", "\xe5\x11", "\xe6\x11", "\xe7\x11", "\xec",
                                        "\xed",     "\xee",     "\xef",     "\x66\xef"};
    static const char *const others[] = {"\x6c", "\x6d", "\x6e", "\x6f", "\xf3\x6e", "\x90"};
    struct decoded decoded;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        assert_true(
            decode(&wide, &registers, (const uint8_t *)plain[i], strlen(plain[i]), &decoded));
        assert_true(decoded.is_plain_io);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_true(
            decode(&wide, &registers, (const uint8_t *)others[i], strlen(others[i]), &decoded));
        assert_false(decoded.is_plain_io);
    }
}

static void knows_modes(void **state) {
    (void)state;
    struct hv_system compatible = {.cr0 = CR0_PE | CR0_PG, .efer = EFER_LMA};
    assert_int_equal(decode_operand_size(&wide), 4);
    assert_int_equal(decode_operand_size(&flat32), 4);
    assert_int_equal(decode_operand_size(&real), 2);
    assert_int_equal(decode_operand_size(&compatible), 2);
    compatible.cs.db = true;
    compatible.cs.base = 0xfffffff0;
    assert_int_equal(decode_operand_size(&compatible), 4);
    assert_int_equal(decode_linear_rip(&wide, &registers), 0x100);
    assert_int_equal(decode_linear_rip(&real, &registers), 0x10100);
    assert_int_equal(decode_linear_rip(&compatible, &registers), 0xf0); // it wraps
    CHECK(real, "\xb8\x34\x12", 0, {0, 0, false});                      // mov $0x1234, %ax
    CHECK(flat32, "\xb8\x34\x12\x00\x00", 0, {0, 0, false});            // mov $0x1234, %eax
}

static void refuses_what_is_no_instruction(void **state) {
    (void)state;
    struct decoded decoded;
    static const uint8_t nothing[] = {0x0f, 0xff, 0x06}, cut[] = {0x48, 0x8b};
    assert_false(decode(&wide, &registers, nothing, 0, &decoded));
    assert_false(decode(&wide, &registers, cut, sizeof(cut), &decoded));
    uint8_t prefixes[DECODE_BYTES_MAX];
    memset(prefixes, 0x66, sizeof(prefixes));
    assert_false(decode(&wide, &registers, prefixes, sizeof(prefixes), &decoded));
}

static void survives_all_bytes(void **state) {
    (void)state;
    const struct hv_system *systems[] = {&wide, &flat32, &real};
    uint64_t random = 1;
    for (int i = 0; i < 300000; i++) {
        uint8_t bytes[DECODE_BYTES_MAX];
        for (size_t k = 0; k < sizeof(bytes); k++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            bytes[k] = (uint8_t)(random >> 56);
        }
        struct decoded decoded;
        if (decode(systems[i % 3], &registers, bytes, sizeof(bytes), &decoded)) {
            assert_in_range(decoded.length, 1, DECODE_BYTES_MAX);
            assert_in_range(decoded.access_count, 0, DECODE_ACCESSES_MAX);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_operands_in_64_bit_code),
        cmocka_unit_test(finds_bits_by_number),
        cmocka_unit_test(finds_segments),
        cmocka_unit_test(finds_what_goes_without_saying),
        cmocka_unit_test(knows_plain_io),
        cmocka_unit_test(knows_modes),
        cmocka_unit_test(refuses_what_is_no_instruction),
        cmocka_unit_test(survives_all_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
