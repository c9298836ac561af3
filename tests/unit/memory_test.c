// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/memory.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "unit.h"

enum { THREADS = 4, TAKES = 200, GIGABYTE_SHIFT = 30 };

static bool is_zero(const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

static void what_it_gives_is_zeroed_whole_pages_of_the_range(void **state) {
    (void)state;
    uintptr_t last = 0;
    for (size_t size = 1; size < 200000; size = size * 3 + 1) {
        char *at = memory_take(size);
        assert_non_null(at);
        size_t rounded = (size + HOST_PAGE_SIZE - 1) / HOST_PAGE_SIZE * HOST_PAGE_SIZE;
        assert_int_equal((uintptr_t)at % HOST_PAGE_SIZE, 0);
        assert_true((uintptr_t)at >= kernel_range.base + HOST_PAGE_SIZE);
        assert_true((uintptr_t)at + rounded <= kernel_range.frames);
        assert_true((uintptr_t)at >= last);
        assert_true(is_zero(at, rounded));
        memset(at, 0xff, rounded);
        last = (uintptr_t)at + rounded;
    }
}

static void steps_of_access_are_crossed(void **state) {
    (void)state;
    // Three times the step, in one and in many.
    char *large = memory_take(12 << 20);
    assert_non_null(large);
    large[0] = large[(12 << 20) - 1] = 1;
    for (int i = 0; i < 12 * 256; i++) {
        char *page = memory_take(HOST_PAGE_SIZE);
        assert_non_null(page);
        assert_int_equal(page[HOST_PAGE_SIZE - 1], 0);
        page[0] = 1;
    }
}

static void take_many(struct thread *self, void *argument) {
    (void)self;
    char **taken = argument;
    for (int i = 0; i < TAKES; i++) {
        size_t size = (size_t)(i % 9 + 1) * HOST_PAGE_SIZE * 4;
        taken[i] = memory_take(size);
        unit_check(taken[i] != NULL && is_zero(taken[i], size));
        memset(taken[i], 0xff, size);
    }
}

static int compare_pointers(const void *a, const void *b) {
    uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;
    return x < y ? -1 : x > y;
}

static void threads_get_different_memory(void **state) {
    (void)state;
    static char *taken[THREADS][TAKES];
    struct unit_thread threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        unit_start(&threads[i], take_many, taken[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        unit_join(&threads[i]);
    }
    // Each thread found all its memory zeroed, so only equal starts are left to look for.
    qsort(taken, (size_t)THREADS * TAKES, sizeof(char *), compare_pointers);
    for (int i = 1; i < THREADS * TAKES; i++) {
        assert_true((&taken[0][0])[i] > (&taken[0][0])[i - 1]);
    }
}

static bool can_read(const char *at) {
    int ends[2];
    unit_check(pipe(ends) == 0);
    bool can = write(ends[1], at, 1) == 1; // Linux says EFAULT instead of a signal
    close(ends[0]);
    close(ends[1]);
    return can;
}

static void a_stack_has_a_guard(void **state) {
    (void)state;
    for (size_t size = HOST_PAGE_SIZE; size <= 64 * HOST_PAGE_SIZE; size *= 4) {
        char *stack = memory_take_stack(size);
        assert_non_null(stack);
        assert_true(is_zero(stack, size));
        memset(stack, 1, size);
        assert_false(can_read(stack - 1));
        assert_false(can_read(stack - HOST_PAGE_SIZE));
        assert_true(can_read(stack));
    }
}

// --- the child of a fork ---

static void use_in_child(void *argument) {
    char *taken = argument;
    unit_check(!memory_is_ours());
    unit_check(is_zero(taken, HOST_PAGE_SIZE)); // wiped
    struct kernel_range before = kernel_range;
    unit_check(memory_start());
    unit_check(memory_is_ours());
    unit_check(kernel_range.base == before.base && kernel_range.end == before.end);
    char *at = memory_take(HOST_PAGE_SIZE);
    unit_check(at != NULL && is_zero(at, HOST_PAGE_SIZE));
}

static void the_child_of_a_fork_starts_again(void **state) {
    (void)state;
    char *taken = memory_take(HOST_PAGE_SIZE);
    memset(taken, 1, HOST_PAGE_SIZE);
    assert_true(memory_is_ours());
    assert_int_equal(unit_fatal_signal(use_in_child, taken), 0);
    assert_true(memory_is_ours());
    assert_int_equal(taken[0], 1);
}

// --- a system that grants little address space, before the kernel of this process starts ---

static void start_with_limit(void *argument) {
    size_t limit = *(const size_t *)argument;
    unit_check(!memory_is_ours());
    unit_check(setrlimit(RLIMIT_AS, &(struct rlimit){limit, limit}) == 0);
    bool started = memory_start();
    size_t size = kernel_range.end - kernel_range.base;
    if (limit >> GIGABYTE_SHIFT == 0) {
        unit_check(!started && size == 0 && !memory_is_ours());
    } else {
        size_t expected = limit >> GIGABYTE_SHIFT > 16 ? 16 : limit >> GIGABYTE_SHIFT > 4 ? 4 : 1;
        unit_check(started && size == expected << GIGABYTE_SHIFT);
    }
}

static void a_smaller_range_will_do(void **state) {
    (void)state;
    if (UNIT_IS_SANITIZED) {
        skip(); // sanitizers live on address space
    }
    const size_t limits[] = {(size_t)20 << GIGABYTE_SHIFT, (size_t)6 << GIGABYTE_SHIFT,
                             (size_t)3 << GIGABYTE_SHIFT, (size_t)512 << 20};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(unit_fatal_signal(start_with_limit, (void *)(uintptr_t)&limits[i]), 0);
    }
}

// --- the last test: nothing is left after it ---

static void the_range_ends(void **state) {
    (void)state;
    assert_null(memory_take(kernel_range.frames - kernel_range.base));
    assert_null(memory_take(SIZE_MAX - HOST_PAGE_SIZE));
    assert_null(memory_take_stack(kernel_range.frames - kernel_range.base - HOST_PAGE_SIZE));
    // A refusal costs nothing.
    char *at = memory_take(HOST_PAGE_SIZE);
    assert_non_null(at);
    size_t left = kernel_range.frames - (uintptr_t)at - HOST_PAGE_SIZE;
    assert_null(memory_take(left + 1));
    char *rest = memory_take(left - HOST_PAGE_SIZE);
    assert_ptr_equal(rest, at + HOST_PAGE_SIZE);
    rest[left - HOST_PAGE_SIZE - 1] = 1;
    char *last = memory_take(1);
    assert_int_equal((uintptr_t)last + HOST_PAGE_SIZE, kernel_range.frames);
    last[HOST_PAGE_SIZE - 1] = 1;
    assert_null(memory_take(1));
    assert_null(memory_take_stack(1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_smaller_range_will_do), // first: the kernel must not run yet
        UNIT_TEST(what_it_gives_is_zeroed_whole_pages_of_the_range),
        UNIT_TEST(steps_of_access_are_crossed),
        UNIT_TEST(threads_get_different_memory),
        UNIT_TEST(a_stack_has_a_guard),
        UNIT_TEST(the_child_of_a_fork_starts_again),
        cmocka_unit_test(the_range_ends), // last
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
