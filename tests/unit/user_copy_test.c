// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/user_copy.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/memory.h"
#include "unit.h"

enum {
    PAGE = 4096,
    SMALL = 300, // every size up to this
    SLACK = 64,  // bytes around a copy that must stay as they are
    LARGE = 1 << 20,
    BLANK = 0xee,
};

static const size_t large_sizes[] = {511,  512,  513,   1024,  2047,  2048,   2049,      4095,
                                     4096, 4097, 10000, 65535, 65536, 262143, LARGE - 1, LARGE};
enum { LARGE_SIZES = sizeof(large_sizes) / sizeof(large_sizes[0]) };

static user_in in(const void *p) {
    return (user_in){p};
}

static user_out out(void *p) {
    return (user_out){p};
}

static unsigned char pattern(size_t i) {
    return (unsigned char)(i * 7 + i / 251);
}

static void fill(unsigned char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        bytes[i] = pattern(i);
    }
}

static bool is_blank(const unsigned char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != BLANK) {
            return false;
        }
    }
    return true;
}

// --- copies that succeed ---

static void every_small_size_at_every_alignment(void **state) {
    (void)state;
    static unsigned char from[SMALL + 64], to[64 + SMALL + 2 * SLACK];
    fill(from, sizeof(from));
    for (size_t size = 0; size <= SMALL; size++) {
        for (size_t a = 0; a < 64; a++) {
            for (size_t b = 0; b < 64; b++) {
                unsigned char *at = to + SLACK + b;
                memset(at - SLACK, BLANK, size + 2 * SLACK);
                bool inward = ((a ^ b) & 1) != 0;
                zx_status_t status = inward ? copy_from_user(at, in(from + a), size)
                                            : copy_to_user(out(at), from + a, size);
                if (status != ZX_OK || memcmp(at, from + a, size) != 0 ||
                    !is_blank(at - SLACK, SLACK) || !is_blank(at + size, SLACK)) {
                    fail_msg("size %zu, from %zu to %zu", size, a, b);
                }
            }
        }
    }
}

static void large_sizes_at_every_alignment(void **state) {
    (void)state;
    unsigned char *from = malloc(LARGE + 64), *to = malloc(LARGE + 64 + 2 * SLACK);
    assert_non_null(from);
    assert_non_null(to);
    fill(from, LARGE + 64);
    for (int i = 0; i < LARGE_SIZES; i++) {
        size_t size = large_sizes[i];
        size_t step = size > 100000 ? 13 : 1; // 13 and 64 have no common divisor
        for (size_t a = 0; a < 64; a += step) {
            size_t b = (a * 37 + 11) % 64;
            unsigned char *at = to + SLACK + b;
            memset(at - SLACK, BLANK, size + 2 * SLACK);
            if (copy_to_user(out(at), from + a, size) != ZX_OK || memcmp(at, from + a, size) != 0 ||
                !is_blank(at - SLACK, SLACK) || !is_blank(at + size, SLACK)) {
                fail_msg("size %zu, from %zu to %zu", size, a, b);
            }
        }
    }
    free(from);
    free(to);
}

static void up_to_the_last_byte_of_a_page(void **state) {
    (void)state;
    unsigned char *end = (unsigned char *)unit_pages(PAGE) + PAGE;
    unsigned char kernel[SMALL], want[SMALL];
    for (size_t size = 1; size <= SMALL; size++) {
        fill(end - size, size);
        fill(want, size);
        assert_int_equal(copy_from_user(kernel, in(end - size), size), ZX_OK);
        assert_memory_equal(kernel, want, size);
        memset(end - size, 0, size);
        assert_int_equal(copy_to_user(out(end - size), want, size), ZX_OK);
        assert_memory_equal(end - size, want, size);
    }
    unit_unmap((char *)end - PAGE, PAGE);
}

// --- faults ---

// Copies `size` bytes of which the last ones lie on a page without access. The bytes that are
// there may or may not have arrived; nothing else changes.
static void check_fault_at_end(size_t size, size_t present, unsigned char *end,
                               unsigned char *kernel) {
    unsigned char *user = end - present;
    memset(kernel, BLANK, size + 2 * SLACK);
    fill(user, present);
    if (copy_from_user(kernel + SLACK, in(user), size) != ZX_ERR_INVALID_ARGS ||
        !is_blank(kernel, SLACK) || !is_blank(kernel + SLACK + size, SLACK)) {
        fail_msg("reading %zu bytes of which %zu are there", size, present);
    }
    for (size_t i = 0; i < size; i++) {
        unsigned char has = kernel[SLACK + i];
        if (has != BLANK && (i >= present || has != pattern(i))) {
            fail_msg("reading %zu bytes of which %zu are there: byte %zu", size, present, i);
        }
    }
    memset(user - SLACK, BLANK, SLACK + present);
    fill(kernel, size);
    if (copy_to_user(out(user), kernel, size) != ZX_ERR_INVALID_ARGS ||
        !is_blank(user - SLACK, SLACK)) {
        fail_msg("writing %zu bytes of which %zu are there", size, present);
    }
    for (size_t i = 0; i < present; i++) {
        if (user[i] != BLANK && user[i] != pattern(i)) {
            fail_msg("writing %zu bytes of which %zu are there: byte %zu", size, present, i);
        }
    }
}

// The same with the first ones missing.
static void check_fault_at_start(size_t size, size_t missing, unsigned char *start,
                                 unsigned char *kernel) {
    unsigned char *user = start - missing;
    memset(kernel, BLANK, size + 2 * SLACK);
    fill(start, size - missing);
    if (copy_from_user(kernel + SLACK, in(user), size) != ZX_ERR_INVALID_ARGS ||
        !is_blank(kernel, SLACK) || !is_blank(kernel + SLACK + size, SLACK)) {
        fail_msg("reading %zu bytes of which the first %zu are missing", size, missing);
    }
    memset(start, BLANK, size - missing + SLACK);
    fill(kernel, size);
    if (copy_to_user(out(user), kernel, size) != ZX_ERR_INVALID_ARGS ||
        !is_blank(start + size - missing, SLACK)) {
        fail_msg("writing %zu bytes of which the first %zu are missing", size, missing);
    }
}

static void a_fault_at_every_position_of_small_sizes(void **state) {
    (void)state;
    unsigned char *pages = (unsigned char *)unit_pages(3 * PAGE);
    unsigned char kernel[SMALL + 2 * SLACK];
    assert_int_equal(mprotect(pages, PAGE, PROT_NONE), 0);
    for (size_t size = 1; size <= SMALL; size++) {
        size_t step = UNIT_IS_SANITIZED ? 7 : 1;
        for (size_t present = 0; present < size; present += step) {
            check_fault_at_end(size, present, pages + 3 * PAGE, kernel);
            check_fault_at_start(size, size - present, pages + PAGE, kernel);
        }
    }
    unit_unmap((char *)pages, 3 * PAGE);
}

static void a_fault_anywhere_in_large_sizes(void **state) {
    (void)state;
    enum { PAGES = LARGE + 2 * PAGE };
    unsigned char *pages = (unsigned char *)unit_pages(PAGES);
    unsigned char *kernel = malloc(LARGE + 2 * SLACK);
    assert_non_null(kernel);
    assert_int_equal(mprotect(pages, PAGE, PROT_NONE), 0);
    for (int i = 0; i < LARGE_SIZES; i++) {
        size_t size = large_sizes[i];
        for (size_t part = 0; part < 8; part++) {
            size_t present = size * part / 8 + part % 3;
            check_fault_at_end(size, present, pages + PAGES, kernel);
            check_fault_at_start(size, size - present, pages + PAGE, kernel);
        }
        check_fault_at_end(size, size - 1, pages + PAGES, kernel);
        check_fault_at_start(size, 1, pages + PAGE, kernel);
    }
    free(kernel);
    unit_unmap((char *)pages, PAGES);
}

static void a_hole_in_the_middle(void **state) {
    (void)state;
    unsigned char *pages = (unsigned char *)unit_pages(3 * PAGE);
    static unsigned char kernel[3 * PAGE];
    assert_int_equal(mprotect(pages + PAGE, PAGE, PROT_NONE), 0);
    const size_t margins[] = {1, 15, 16, 64, 1000, PAGE};
    for (int i = 0; i < 6; i++) {
        size_t size = PAGE + 2 * margins[i];
        unsigned char *at = pages + PAGE - margins[i];
        assert_int_equal(copy_from_user(kernel, in(at), size), ZX_ERR_INVALID_ARGS);
        assert_int_equal(copy_to_user(out(at), kernel, size), ZX_ERR_INVALID_ARGS);
    }
    unit_unmap((char *)pages, 3 * PAGE);
}

static void memory_that_is_not_to_be_written(void **state) {
    (void)state;
    char *page = unit_pages(PAGE);
    char kernel[64] = "";
    assert_int_equal(mprotect(page, PAGE, PROT_READ), 0);
    for (size_t size = 1; size <= sizeof(kernel); size++) {
        assert_int_equal(copy_from_user(kernel, in(page), size), ZX_OK);
        assert_int_equal(copy_to_user(out(page), kernel, size), ZX_ERR_INVALID_ARGS);
    }
    assert_int_equal(copy_to_user(out((void *)(uintptr_t) "text"), kernel, 4), ZX_ERR_INVALID_ARGS);
    unit_unmap(page, PAGE);
}

static void a_mapping_beyond_the_end_of_its_file(void **state) {
    (void)state;
    int file = memfd_create("short", MFD_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, PAGE), 0);
    char *at = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    assert_true(at != MAP_FAILED);
    char kernel[8] = "";
    assert_int_equal(copy_to_user(out(at + PAGE - 8), kernel, 8), ZX_OK);
    assert_int_equal(copy_to_user(out(at + PAGE - 4), kernel, 8), ZX_ERR_INVALID_ARGS);
    assert_int_equal(copy_from_user(kernel, in(at + PAGE), 8), ZX_ERR_INVALID_ARGS);
    munmap(at, 2 * PAGE);
    close(file);
}

static void addresses_that_are_none(void **state) {
    (void)state;
    char kernel[256] = "";
    const uintptr_t bad[] = {0,
                             1,
                             PAGE - 1,
                             0x0000800000000000,
                             0x00007ffffffff000,
                             0x8000000000000000,
                             0xffff7fffffffffff,
                             0xffff800000000000,
                             UINTPTR_MAX - sizeof(kernel)};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        for (size_t size = 1; size <= sizeof(kernel); size++) {
            assert_int_equal(copy_from_user(kernel, in((void *)bad[i]), size), ZX_ERR_INVALID_ARGS);
            assert_int_equal(copy_to_user(out((void *)bad[i]), kernel, size), ZX_ERR_INVALID_ARGS);
        }
    }
}

static void ranges_that_wrap_around(void **state) {
    (void)state;
    static char user[PAGE];
    char kernel[PAGE];
    memset(kernel, BLANK, sizeof(kernel));
    for (size_t below = 1; below <= 64; below++) {
        uintptr_t at = UINTPTR_MAX - below + 1; // ends at zero, or beyond
        assert_int_equal(copy_from_user(kernel, in((void *)at), below), ZX_ERR_INVALID_ARGS);
        assert_int_equal(copy_from_user(kernel, in((void *)at), below + 1), ZX_ERR_INVALID_ARGS);
        assert_int_equal(copy_to_user(out((void *)at), kernel, below + 1), ZX_ERR_INVALID_ARGS);
    }
    size_t huge = SIZE_MAX - (uintptr_t)user + 1;
    assert_int_equal(copy_from_user(kernel, in(user), huge), ZX_ERR_INVALID_ARGS);
    assert_int_equal(copy_from_user(kernel, in(user), SIZE_MAX), ZX_ERR_INVALID_ARGS);
    assert_true(is_blank((unsigned char *)kernel, sizeof(kernel))); // refused before a byte moved
}

static void the_kernels_own_memory_is_refused(void **state) {
    (void)state;
    char *base = (char *)kernel_range.base, *end = (char *)kernel_range.end;
    char kernel[64];
    memset(kernel, BLANK, sizeof(kernel));
    // Mapped and writable, so that nothing but the check can refuse it.
    char *ours = memory_take(PAGE);
    assert_non_null(ours);
    const struct {
        char *at;
        size_t size;
    } ranges[] = {{ours, 1},
                  {ours + PAGE - 8, 8},
                  {base, 1},
                  {base - 8, 9},
                  {base - 64, 64 + 8},
                  {end - 1, 1},
                  {end - 1, 2},
                  {end - 8, 64},
                  {base - 1, (size_t)(end - base) + 2},
                  {base, (size_t)(end - base)}};
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        assert_int_equal(copy_from_user(kernel, in(ranges[i].at), ranges[i].size),
                         ZX_ERR_INVALID_ARGS);
        assert_int_equal(copy_to_user(out(ranges[i].at), kernel, ranges[i].size),
                         ZX_ERR_INVALID_ARGS);
    }
    assert_true(is_blank((unsigned char *)kernel, sizeof(kernel)));
    for (int i = 0; i < PAGE; i++) {
        assert_int_equal(ours[i], 0);
    }
}

static void memory_next_to_the_kernels_is_the_programs(void **state) {
    (void)state;
    // The pages on both sides, where nothing lies there yet.
    char *below = (char *)kernel_range.base - PAGE, *above = (char *)kernel_range.end;
    char *places[] = {below, above};
    size_t offsets[] = {PAGE - 8, 0};
    int tried = 0;
    for (int i = 0; i < 2; i++) {
        char *at = mmap(places[i], PAGE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (at != places[i]) {
            continue;
        }
        uint64_t word = 0x1234567890abcdef, read = 0;
        assert_int_equal(copy_to_user(out(at + offsets[i]), &word, 8), ZX_OK);
        assert_int_equal(copy_from_user(&read, in(at + offsets[i]), 8), ZX_OK);
        assert_int_equal(read, word);
        munmap(at, PAGE);
        tried++;
    }
    if (tried == 0) {
        skip(); // both are taken
    }
}

static void no_bytes_need_no_memory(void **state) {
    (void)state;
    const uintptr_t anywhere[] = {0, kernel_range.base, UINTPTR_MAX, 0xffff800000000000};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(copy_from_user(NULL, in((void *)anywhere[i]), 0), ZX_OK);
        assert_int_equal(copy_to_user(out((void *)anywhere[i]), NULL, 0), ZX_OK);
        assert_int_equal(flush_user(in((void *)anywhere[i]), 0, 64), ZX_OK);
    }
}

static void optional_means_that_null_is_right(void **state) {
    (void)state;
    uint32_t value = 7, copy = 0;
    assert_int_equal(copy_to_user_optional(out(NULL), &value, sizeof(value)), ZX_OK);
    assert_int_equal(copy_to_user_optional(out(&copy), &value, sizeof(value)), ZX_OK);
    assert_int_equal(copy, 7);
    assert_int_equal(copy_to_user_optional(out((void *)1), &value, sizeof(value)),
                     ZX_ERR_INVALID_ARGS);
}

static volatile sig_atomic_t handled;

static void count_signal(int number) {
    (void)number;
    handled++;
}

static void the_programs_handler_hears_nothing_of_it(void **state) {
    (void)state;
    char kernel[16];
    void (*old)(int) = signal(SIGSEGV, count_signal);
    assert_int_equal(copy_from_user(kernel, in((void *)1), sizeof(kernel)), ZX_ERR_INVALID_ARGS);
    signal(SIGSEGV, old);
    assert_int_equal(handled, 0);
}

static void flushing_needs_mapped_memory(void **state) {
    (void)state;
    char *pages = unit_pages(PAGE);
    memset(pages, 5, PAGE);
    assert_int_equal(flush_user(in(pages), PAGE, 64), ZX_OK);
    assert_int_equal(flush_user(in(pages + 100), 1, 64), ZX_OK);
    assert_int_equal(flush_user(in(pages + 63), 130, 64), ZX_OK);
    assert_int_equal(flush_user(in(pages), PAGE + 1, 64), ZX_ERR_INVALID_ARGS);
    assert_int_equal(flush_user(in((void *)kernel_range.base), 64, 64), ZX_ERR_INVALID_ARGS);
    assert_int_equal(flush_user(in(pages), SIZE_MAX, 64), ZX_ERR_INVALID_ARGS);
    assert_int_equal(pages[PAGE - 1], 5);
    unit_unmap(pages, PAGE);
}

static void fault_a_lot(struct thread *self, void *argument) {
    (void)self;
    unsigned char *end = argument;
    unsigned char kernel[200];
    for (int i = 0; i < 2000; i++) {
        size_t present = (size_t)i % 100;
        memset(kernel, BLANK, sizeof(kernel));
        unit_check(copy_from_user(kernel, in(end - present), 150) == ZX_ERR_INVALID_ARGS);
        unit_check(copy_from_user(kernel, in(end - 100), 100) == ZX_OK);
        unit_check(kernel[99] == pattern(99));
    }
}

static void threads_fault_independently(void **state) {
    (void)state;
    unsigned char *page = (unsigned char *)unit_pages(PAGE);
    fill(page + PAGE - 100, 100);
    struct unit_thread threads[4];
    for (int i = 0; i < 4; i++) {
        unit_start(&threads[i], fault_a_lot, page + PAGE);
    }
    for (int i = 0; i < 4; i++) {
        unit_join(&threads[i]);
    }
    unit_unmap((char *)page, PAGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT_TEST(every_small_size_at_every_alignment),
        UNIT_TEST(large_sizes_at_every_alignment),
        UNIT_TEST(up_to_the_last_byte_of_a_page),
        UNIT_TEST(a_fault_at_every_position_of_small_sizes),
        UNIT_TEST(a_fault_anywhere_in_large_sizes),
        UNIT_TEST(a_hole_in_the_middle),
        UNIT_TEST(memory_that_is_not_to_be_written),
        UNIT_TEST(a_mapping_beyond_the_end_of_its_file),
        UNIT_TEST(addresses_that_are_none),
        UNIT_TEST(ranges_that_wrap_around),
        UNIT_TEST(the_kernels_own_memory_is_refused),
        UNIT_TEST(memory_next_to_the_kernels_is_the_programs),
        UNIT_TEST(no_bytes_need_no_memory),
        UNIT_TEST(optional_means_that_null_is_right),
        UNIT_TEST(the_programs_handler_hears_nothing_of_it),
        UNIT_TEST(flushing_needs_mapped_memory),
        UNIT_TEST(threads_fault_independently),
    };
    return cmocka_run_group_tests_name("user_copy", tests, NULL, NULL);
}
