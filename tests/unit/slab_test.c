// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/slab.h"

#include <string.h>
#include <unistd.h>

#include "host/memory.h"
#include "unit.h"

enum { CELL = 96, SMALL = 24, LIMIT = 10, MANY = 3000, THREADS = 4 };

SLAB_TYPE(plain, CELL);
SLAB_TYPE(other, CELL);
SLAB_TYPE(small, SMALL);
SLAB_TYPE(large, 20000);
SLAB_OBJECTS(stable, CELL);
SLAB_TYPE_LIMITED(limited, CELL, LIMIT);
SLAB_TYPE(starved, CELL);
SLAB_TYPE(shared, CELL);
SLAB_TYPE(first_use, CELL);

void *__real_memory_take(size_t size);
void *__wrap_memory_take(size_t size);

static bool memory_is_used_up;

void *__wrap_memory_take(size_t size) {
    return memory_is_used_up ? NULL : __real_memory_take(size);
}

static struct magazine *magazine_of(struct thread *self, const struct slab_type *type) {
    return &self->magazines[atomic_load(&type->cache->id)];
}

static void a_new_cell_is_zero_and_aligned(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static const char zeroes[20000];
    const struct slab_type *types[] = {&plain_slab, &small_slab, &large_slab};
    for (int i = 0; i < 3; i++) {
        // Whatever was freed before comes first, so take more than any magazine holds.
        void *cells[200];
        for (int j = 0; j < 200; j++) {
            cells[j] = slab_alloc(self, types[i]);
            assert_non_null(cells[j]);
            assert_int_equal((uintptr_t)cells[j] % 8, 0);
            assert_memory_equal(cells[j], zeroes, types[i]->size);
        }
        for (int j = 0; j < 200; j++) {
            slab_free(self, types[i], cells[j]);
        }
    }
}

static void a_free_cell_keeps_its_first_eight_bytes(void **state) {
    (void)state;
    struct thread *self = unit_self();
    char *cell = slab_alloc(self, &plain_slab);
    memset(cell, 0x5a, CELL);
    slab_free(self, &plain_slab, cell);
    assert_int_equal(*(volatile uint64_t *)cell, 0x5a5a5a5a5a5a5a5a); // still free
    assert_ptr_equal(slab_alloc(self, &plain_slab), cell);
    assert_int_equal(*(uint64_t *)cell, 0x5a5a5a5a5a5a5a5a);
#ifdef LIBZIRCON_DEBUG
    for (int i = 16; i < CELL; i++) {
        assert_int_equal((unsigned char)cell[i], 0xaa); // use after free shows
    }
#endif
    memset(cell, 0, CELL);
    slab_free(self, &plain_slab, cell);
}

static void a_free_object_keeps_all_but_the_link(void **state) {
    (void)state;
    struct thread *self = unit_self();
    char *cell = slab_alloc(self, &stable_slab);
    memset(cell, 0x5a, CELL);
    slab_free(self, &stable_slab, cell);
    for (int i = 0; i < CELL; i++) {
        if (i < 8 || i >= 16) {
            assert_int_equal(((volatile char *)cell)[i], 0x5a);
        }
    }
    assert_ptr_equal(slab_alloc(self, &stable_slab), cell);
    slab_free(self, &stable_slab, cell);
}

static int compare_pointers(const void *a, const void *b) {
    uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;
    return x < y ? -1 : x > y;
}

static void memory_of_a_type_stays_of_that_type(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static void *first[MANY], *others[MANY], *again[MANY];
    for (int i = 0; i < MANY; i++) {
        first[i] = slab_alloc(self, &plain_slab);
    }
    for (int i = 0; i < MANY; i++) {
        slab_free(self, &plain_slab, first[i]);
    }
    for (int i = 0; i < MANY; i++) {
        others[i] = slab_alloc(self, &other_slab);
    }
    for (int i = 0; i < MANY; i++) {
        again[i] = slab_alloc(self, &plain_slab);
    }
    qsort(first, MANY, sizeof(first[0]), compare_pointers);
    qsort(others, MANY, sizeof(others[0]), compare_pointers);
    qsort(again, MANY, sizeof(again[0]), compare_pointers);
    int shared_cells = 0;
    for (int i = 0; i < MANY; i++) {
        uintptr_t at = (uintptr_t)first[i];
        // Cells do not overlap, and none came to the other type.
        assert_true(i == 0 || at - (uintptr_t)first[i - 1] >= CELL);
        assert_null(bsearch(&first[i], others, MANY, sizeof(others[0]), compare_pointers));
        shared_cells += bsearch(&first[i], again, MANY, sizeof(again[0]), compare_pointers) != NULL;
    }
    // All that were free were used again before new ones were made.
    assert_int_equal(shared_cells, MANY);
    for (int i = 0; i < MANY; i++) {
        slab_free(self, &plain_slab, again[i]);
        slab_free(self, &other_slab, others[i]);
    }
}

static void the_usual_allocation_takes_no_lock(void **state) {
    (void)state;
    struct thread *self = unit_self();
    void *cell = slab_alloc(self, &plain_slab);
    slab_free(self, &plain_slab, cell);
    alarm(20); // instead of waiting for ever
    atomic_store(&plain_cache.lock.state, 1);
    for (int i = 0; i < 1000; i++) {
        cell = slab_alloc(self, &plain_slab);
        slab_free(self, &plain_slab, cell);
    }
    atomic_store(&plain_cache.lock.state, 0);
    alarm(0);
}

static void a_magazine_holds_a_limited_number(void **state) {
    (void)state;
    struct thread *self = unit_self();
    const struct slab_type *types[] = {&plain_slab, &large_slab};
    const uint32_t limits[] = {64, 2};
    for (int i = 0; i < 2; i++) {
        static void *cells[MANY];
        slab_flush(self);
        for (int j = 0; j < 200; j++) {
            cells[j] = slab_alloc(self, types[i]);
        }
        for (int j = 0; j < 200; j++) {
            slab_free(self, types[i], cells[j]);
            assert_in_range(magazine_of(self, types[i])->count, 1, limits[i]);
        }
        assert_true(types[i]->cache->free_count >= 200 - limits[i]);
    }
}

static void flush_gives_everything_back(void **state) {
    (void)state;
    struct thread *self = unit_self();
    void *cells[100];
    for (int i = 0; i < 100; i++) {
        cells[i] = slab_alloc(self, &plain_slab);
    }
    for (int i = 0; i < 100; i++) {
        slab_free(self, &plain_slab, cells[i]);
    }
    slab_flush(self);
    assert_int_equal(magazine_of(self, &plain_slab)->count, 0);
    assert_null(magazine_of(self, &plain_slab)->top);
    assert_int_equal(plain_cache.free_count, atomic_load(&plain_cache.carved));
    uint32_t length = 0;
    for (const uint64_t *cell = (const uint64_t *)plain_cache.free; cell != NULL;
         cell = (const uint64_t *)(uintptr_t)cell[1]) {
        length++;
    }
    assert_int_equal(length, plain_cache.free_count);
}

static void a_limit_is_exact_and_a_free_cell_counts(void **state) {
    (void)state;
    struct thread *self = unit_self();
    void *cells[LIMIT];
    for (int i = 0; i < LIMIT; i++) {
        assert_non_null(cells[i] = slab_alloc(self, &limited_slab));
    }
    for (int i = 0; i < 3; i++) {
        assert_null(slab_alloc(self, &limited_slab));
    }
    slab_free(self, &limited_slab, cells[3]);
    assert_ptr_equal(slab_alloc(self, &limited_slab), cells[3]);
    assert_null(slab_alloc(self, &limited_slab));
    for (int i = 0; i < LIMIT; i++) {
        slab_free(self, &limited_slab, cells[i]);
    }
}

static void without_memory_it_gives_none_until_there_is_some(void **state) {
    (void)state;
    struct thread *self = unit_self();
    memory_is_used_up = true;
    assert_null(slab_alloc(self, &starved_slab));
    assert_null(slab_alloc(self, &starved_slab));
    assert_int_equal(atomic_load(&starved_cache.carved), 0);
    memory_is_used_up = false;
    void *cell = slab_alloc(self, &starved_slab);
    assert_non_null(cell);
    slab_free(self, &starved_slab, cell);
}

static void the_nth_allocation_can_be_made_to_fail(void **state) {
    (void)state;
    struct thread *self = unit_self();
    for (uint32_t n = 1; n < 6; n++) {
        void *cells[10];
        self->fail_after = n;
        for (uint32_t i = 1; i < 10; i++) {
            cells[i] = slab_alloc(self, &plain_slab);
            assert_int_equal(cells[i] == NULL, i == n); // that one alone
        }
        assert_int_equal(self->fail_after, 0);
        for (uint32_t i = 1; i < 10; i++) {
            if (cells[i] != NULL) {
                slab_free(self, &plain_slab, cells[i]);
            }
        }
    }
}

static void allocate_some(struct thread *self, void *argument) {
    void **cells = argument;
    for (int i = 0; i < 50; i++) {
        cells[i] = slab_alloc(self, &plain_slab);
    }
    slab_free(self, &plain_slab, cells[49]);
}

static void counts_are_exact_across_threads(void **state) {
    (void)state;
    struct thread *self = unit_self();
    assert_int_equal(unit_new("plain"), 0);
    struct unit_thread thread;
    void *cells[50], *mine = slab_alloc(self, &plain_slab);
    unit_start(&thread, allocate_some, cells);
    unit_join(&thread);
    assert_int_equal(unit_new("plain"), 50);
    for (int i = 0; i < 49; i++) {
        slab_free(self, &plain_slab, cells[i]);
    }
    slab_free(self, &plain_slab, mine);
    assert_int_equal(unit_new("plain"), 0);
}

// --- several threads at once ---

struct board {
    _Atomic(void *) places[64];
    uint32_t rounds;
};

static uint64_t next_random(uint64_t *random) {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

// Puts cells on a board that all share and frees what lay there, so that most cells are freed by
// another thread than took them. Nobody else may hold a cell at the same time.
static void exchange_cells(struct thread *self, void *argument) {
    struct board *board = argument;
    uint64_t random = (uintptr_t)self | 1;
    for (uint32_t i = 0; i < board->rounds; i++) {
        _Atomic uint64_t *cell = slab_alloc(self, &shared_slab);
        unit_check(cell != NULL);
        unit_check(atomic_exchange(cell, 1) == 0);
        for (int word = 2; word < CELL / 8; word++) {
            atomic_store_explicit(&cell[word], (uintptr_t)cell + (uint64_t)word,
                                  memory_order_relaxed);
        }
        cell = atomic_exchange(&board->places[next_random(&random) % 64], cell);
        if (cell != NULL) {
            for (int word = 2; word < CELL / 8; word++) {
                unit_check(atomic_load_explicit(&cell[word], memory_order_relaxed) ==
                           (uintptr_t)cell + (uint64_t)word);
            }
            unit_check(atomic_exchange(cell, 0) == 1);
            slab_free(self, &shared_slab, (void *)cell);
        }
    }
}

static void a_cell_has_one_owner(void **state) {
    (void)state;
    struct thread *self = unit_self();
    static struct board board = {.rounds = UNIT_IS_SANITIZED ? 20000 : 200000};
    struct unit_thread threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        unit_start(&threads[i], exchange_cells, &board);
    }
    for (int i = 0; i < THREADS; i++) {
        unit_join(&threads[i]);
    }
    uint32_t left = 0;
    for (int i = 0; i < 64; i++) {
        void *cell = atomic_load(&board.places[i]);
        if (cell != NULL) {
            left++;
            atomic_store((_Atomic uint64_t *)cell, 0);
            slab_free(self, &shared_slab, cell);
        }
    }
    assert_true(left > 0);
    assert_int_equal(unit_new("shared"), 0);
}

static pthread_barrier_t barrier;

static void use_first(struct thread *self, void *argument) {
    (void)argument;
    pthread_barrier_wait(&barrier);
    void *cell = slab_alloc(self, &first_use_slab);
    unit_check(cell != NULL);
    slab_free(self, &first_use_slab, cell);
}

static void count_kinds(void *context, const char *name, uint32_t live) {
    (void)live;
    *(int *)context += strcmp(name, "first_use") == 0;
}

static void threads_that_use_a_type_first_at_once_agree(void **state) {
    (void)state;
    struct unit_thread threads[THREADS];
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        unit_start(&threads[i], use_first, NULL);
    }
    for (int i = 0; i < THREADS; i++) {
        unit_join(&threads[i]);
    }
    pthread_barrier_destroy(&barrier);
    int times = 0;
    slab_for_each(unit_self(), count_kinds, &times);
    assert_int_equal(times, 1);
    assert_int_equal(unit_new("first_use"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT_TEST(a_new_cell_is_zero_and_aligned),
        UNIT_TEST(a_free_cell_keeps_its_first_eight_bytes),
        UNIT_TEST(a_free_object_keeps_all_but_the_link),
        UNIT_TEST(memory_of_a_type_stays_of_that_type),
        UNIT_TEST(the_usual_allocation_takes_no_lock),
        UNIT_TEST(a_magazine_holds_a_limited_number),
        UNIT_TEST(flush_gives_everything_back),
        UNIT_TEST(a_limit_is_exact_and_a_free_cell_counts),
        UNIT_TEST(without_memory_it_gives_none_until_there_is_some),
        UNIT_TEST(the_nth_allocation_can_be_made_to_fail),
        UNIT_TEST(counts_are_exact_across_threads),
        UNIT_TEST(a_cell_has_one_owner),
        UNIT_TEST(threads_that_use_a_type_first_at_once_agree),
    };
    return cmocka_run_group_tests_name("slab", tests, NULL, NULL);
}
