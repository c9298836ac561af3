// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "hypervisor/msr.h"

#include <string.h>

#include "unit.h"

static struct local_apic apic;
static zx_port_packet_t packet;

static void ignore(struct thread *self, struct local_apic *of) {
    (void)self;
    (void)of;
}

static void make(uint32_t id) {
    local_apic_init(&apic, id, 2000000, ignore);
    memset(&packet, 0, sizeof(packet));
}

static void vectors_wait_by_priority(void **state) {
    (void)state;
    uint32_t vector = 7;
    make(0);
    assert_false(local_apic_is_waiting(&apic));
    assert_false(local_apic_next(&apic, &vector));
    static const uint32_t all[] = {0, 20, 31, 63, 64, 128, 255};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        local_apic_add(&apic, all[i]);
        local_apic_add(&apic, all[i]);
        assert_true(local_apic_next(&apic, &vector));
        assert_int_equal(vector, all[i]);
    }
    local_apic_add(&apic, 2);
    assert_true(local_apic_next(&apic, &vector));
    assert_int_equal(vector, 2);
    local_apic_remove_exceptions(&apic);
    local_apic_remove(&apic, 2);
    for (size_t i = sizeof(all) / sizeof(all[0]); i-- > 2;) {
        assert_true(local_apic_next(&apic, &vector));
        assert_int_equal(vector, all[i]);
        local_apic_remove(&apic, vector);
    }
    assert_false(local_apic_is_waiting(&apic));
}

static void the_base_marks_the_first(void **state) {
    (void)state;
    uint64_t value;
    make(0);
    assert_int_equal(msr_read(&apic, 0x1b, &value), MSR_DONE);
    assert_int_equal(value, 0xfee00d00);
    make(3);
    assert_int_equal(msr_read(&apic, 0x1b, &value), MSR_DONE);
    assert_int_equal(value, 0xfee00c00);
    assert_int_equal(msr_read(&apic, 0x802, &value), MSR_DONE);
    assert_int_equal(value, 3);
    assert_int_equal(msr_write(NULL, &apic, 0x1b, 0xfee00c00, 0, &packet), MSR_DONE);
    assert_int_equal(msr_write(NULL, &apic, 0x1b, 0xfee00c00, 1, &packet), MSR_INVALID);
    assert_int_equal(msr_write(NULL, &apic, 0x1b, 0xfee00400, 0, &packet), MSR_INVALID);
}

static void every_register_has_an_answer(void **state) {
    (void)state;
    make(0);
    for (uint32_t index = 0x800; index <= 0x83f; index++) {
        uint64_t value;
        enum msr_result result = msr_read(&apic, index, &value);
        assert_true(result == MSR_DONE || result == MSR_FAULT);
    }
    assert_int_equal(msr_write(NULL, &apic, 0x80b, 1, 0, &packet), MSR_FAULT);
    assert_int_equal(msr_write(NULL, &apic, 0x80b, 0, 1, &packet), MSR_INVALID);
    assert_int_equal(msr_write(NULL, &apic, 0x80f, 1ull << 32, 0, &packet), MSR_INVALID);
    assert_int_equal(msr_write(NULL, &apic, 0x802, 0, 0, &packet), MSR_FAULT);
    assert_int_equal(msr_write(NULL, &apic, 0x832, 1ull << 32, 0, &packet), MSR_INVALID);
    assert_int_equal(msr_write(NULL, &apic, 0x832, 3 << 17, 0, &packet), MSR_INVALID);
    assert_int_equal(msr_write(NULL, &apic, 0x6e0, 1, 0, &packet), MSR_INVALID);
}

static void a_vector_for_oneself_waits(void **state) {
    (void)state;
    uint32_t vector;
    make(0);
    assert_int_equal(msr_write(NULL, &apic, 0x83f, 0x1ff, 0, &packet), MSR_DONE);
    assert_true(local_apic_next(&apic, &vector));
    assert_int_equal(vector, 255);
}

static void masks_reach_all_64(void **state) {
    (void)state;
    make(40);
    assert_int_equal(msr_write(NULL, &apic, 0x830, 0x30, 63, &packet), MSR_PACKET);
    assert_int_equal(packet.guest_vcpu.interrupt.mask, 1ull << 63);
    assert_int_equal(msr_write(NULL, &apic, 0x830, 0x30, 64, &packet), MSR_PACKET);
    assert_int_equal(packet.guest_vcpu.interrupt.mask, 0);
    assert_int_equal(msr_write(NULL, &apic, 0x830, 3 << 18, 0, &packet), MSR_PACKET);
    assert_int_equal(packet.guest_vcpu.interrupt.mask, ~(1ull << 40));
    assert_int_equal(msr_write(NULL, &apic, 0x830, 0, 1ull << 32, &packet), MSR_INVALID);
    assert_int_equal(msr_write(NULL, &apic, 0x830, 1ull << 32, 0, &packet), MSR_INVALID);
    assert_int_equal(msr_write(NULL, &apic, 0x830, 5 << 8, 1, &packet), MSR_DONE);
    for (uint64_t mode = 1; mode < 5; mode++) {
        assert_int_equal(msr_write(NULL, &apic, 0x830, mode << 8, 1, &packet), MSR_NOT_SUPPORTED);
    }
}

static void a_stopped_count_sets_no_timer(void **state) {
    (void)state;
    struct thread *self = unit_self();
    make(0);
    // None of these needs a timer, which no thread would serve here.
    assert_int_equal(msr_write(self, &apic, 0x832, 50, 0, &packet), MSR_DONE);
    assert_int_equal(msr_write(self, &apic, 0x83e, 0xb, 0, &packet), MSR_DONE);
    assert_int_equal(msr_write(self, &apic, 0x838, 0, 0, &packet), MSR_DONE);
    assert_int_equal(msr_write(self, &apic, 0x832, 2 << 17 | 50, 0, &packet), MSR_DONE);
    assert_int_equal(msr_write(self, &apic, 0x6e0, 0, 0, &packet), MSR_DONE);
    assert_null(apic.timer);
    assert_int_equal(msr_write(self, &apic, 0x6e0, 1, 0, &packet), MSR_NO_MEMORY);
    local_apic_destroy(self, &apic);
}

static void a_masked_timer_is_silent(void **state) {
    (void)state;
    make(0);
    atomic_store(&apic.expired, 1);
    local_apic_serve_timer(NULL, &apic);
    assert_false(local_apic_is_waiting(&apic));
    apic.lvt_timer = 60;
    local_apic_serve_timer(NULL, &apic);
    assert_false(local_apic_is_waiting(&apic));
    atomic_store(&apic.expired, 1);
    local_apic_serve_timer(NULL, &apic);
    uint32_t vector;
    assert_true(local_apic_next(&apic, &vector));
    assert_int_equal(vector, 60);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_wait_by_priority),
        cmocka_unit_test(the_base_marks_the_first),
        cmocka_unit_test(every_register_has_an_answer),
        cmocka_unit_test(a_vector_for_oneself_waits),
        cmocka_unit_test(masks_reach_all_64),
        UNIT_TEST(a_stopped_count_sets_no_timer),
        cmocka_unit_test(a_masked_timer_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
