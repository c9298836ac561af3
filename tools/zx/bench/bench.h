// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What a row of `zx bench` is made of. A row is one piece of work, done in several ways: a side is
// one way. The sides of a row are timed in turns, so that what disturbs one disturbs all.
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <zircon/errors.h>
#include <zircon/types.h>

enum bench_kind {
    BENCH_OURS,      // libzircon's calls; the first side of a row is one of these
    BENCH_NEIGHBOUR, // how a Linux program does the same
    BENCH_FLOOR,     // what no implementation could do without
};

struct bench_side {
    const char *name;
    enum bench_kind kind;
    size_t size; // goes to set_up; 0: the row's size
    void *(*set_up)(size_t size);
    void (*prepare)(void *state); // before every timed run, untimed; may be null
    // Does the work `count` times, and checks that it was done.
    void (*run)(void *state, uint64_t count);
    void (*tear_down)(void *state);
    // Can this machine do it? May be null: yes. A side that cannot is left out.
    bool (*available)(void);
};

static inline bool bench_can(const struct bench_side *side) {
    return side->available == NULL || side->available();
}

enum bench_form {
    BENCH_ALONE,  // one thread
    BENCH_SCALES, // one thread, then 2, 4 and 8 of them, each with a state of its own
    BENCH_TURNS,  // one thread that makes others and waits for them: on one CPU, and on two
    BENCH_PAIR,   // two threads, on one CPU and on two; set_up calls bench_start_partner
};

struct bench_row {
    const char *name;
    enum bench_form form;
    size_t size;
    const struct bench_side *sides;
    size_t side_count;
};

// The rows of one noun.
struct bench_noun {
    const struct bench_row *rows;
    size_t row_count;
};

#define BENCH_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BENCH_SIDES(array) .sides = (array), .side_count = BENCH_COUNT(array)

extern const struct bench_noun bench_channel, bench_clone, bench_create, bench_crowd, bench_entry,
    bench_event, bench_fifo, bench_futex, bench_guest, bench_handle, bench_lookup, bench_mapping,
    bench_memory, bench_pager, bench_port, bench_process, bench_round_trip, bench_socket,
    bench_suspend, bench_thread, bench_timer;

// Ends the program with what is wrong unless the condition holds: a number of work that was not
// done says nothing.
#define BENCH_CHECK(condition)                                                                     \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0)) {                                                   \
            bench_failed(__FILE__, __LINE__, #condition);                                          \
        }                                                                                          \
    } while (0)
#define BENCH_OK(call) BENCH_CHECK((call) == ZX_OK)
_Noreturn void bench_failed(const char *file, int line, const char *condition);

// In `prepare`: how often the work is about to be done.
extern uint64_t bench_operations;

// Zeroed memory for a state; never null.
void *bench_allocate(size_t size);

// A second thread, pinned as the row's placement says. It is joined by bench_join_partner.
pthread_t bench_start_partner(void *(*run)(void *state), void *state);
void bench_join_partner(pthread_t partner);

// Is this a build without a sanitizer? With one there are no loaded threads, since its code needs
// libc's %fs, and no threads and signals that it does not know of.
bool bench_is_plain(void);

// True in `zx bench --smoke`, where big states may be small.
extern bool bench_smoke;

// Keeps the compiler from leaving out the work on that memory.
static inline void bench_use(const void *memory) {
    __asm__ volatile("" : : "r"(memory) : "memory");
}

// Messages carry the number of the operation in their first and last eight bytes and a fixed
// pattern between: cheap to check each time, and compared as a whole at the end of a run.
static inline void bench_stamp(void *message, size_t size, uint64_t number) {
    memcpy(message, &number, sizeof(number));
    memcpy((char *)message + size - sizeof(number), &number, sizeof(number));
}

static inline bool bench_stamped(const void *message, size_t size, uint64_t number) {
    uint64_t first, last;
    memcpy(&first, message, sizeof(first));
    memcpy(&last, (const char *)message + size - sizeof(last), sizeof(last));
    return first == number && last == number;
}

void bench_fill(void *message, size_t size);
