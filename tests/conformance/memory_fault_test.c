// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Faults: pages that are made, copied or asked for when they are used, by the program itself and by
// the kernel for a call; and faults that nobody resolves.
#include "paging.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

// --- all kinds of memory that is mapped and has no page yet ---

enum kind { FRESH, CLONE, SNAPSHOT, ORIGINAL, DECOMMITTED, SLICE, GRANDCHILD, KINDS };
enum { PAGES = 4 };

struct memory {
    zx_handle_t vmo, other;
    zx_vaddr_t at;
    uint64_t expected; // in every word
};

static zx_handle_t new_vmo(uint64_t word) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create((uint64_t)PAGES * PAGE, 0, &vmo));
    for (uint64_t page = 0; page < PAGES && word != 0; page++) {
        uint64_t words[PAGE_WORDS];
        for (int i = 0; i < PAGE_WORDS; i++) {
            words[i] = word;
        }
        EXPECT_OK(zx_vmo_write(vmo, words, page * PAGE, PAGE));
    }
    return vmo;
}

static zx_handle_t child_of(zx_handle_t vmo, uint32_t options) {
    zx_handle_t child;
    EXPECT_OK(zx_vmo_create_child(vmo, options, 0, (uint64_t)PAGES * PAGE, &child));
    return child;
}

static void open_memory(struct memory *memory, enum kind kind) {
    uint64_t word = 0x1122334455667788;
    memory->other = ZX_HANDLE_INVALID;
    memory->expected = kind == FRESH || kind == DECOMMITTED ? 0 : word;
    memory->vmo = new_vmo(kind == FRESH ? 0 : word);
    static const uint32_t options[KINDS] = {[CLONE] = ZX_VMO_CHILD_COPY_ON_WRITE,
                                            [SNAPSHOT] = ZX_VMO_CHILD_COPY_ON_WRITE2,
                                            [ORIGINAL] = ZX_VMO_CHILD_COPY_ON_WRITE2,
                                            [SLICE] = ZX_VMO_CHILD_SLICE,
                                            [GRANDCHILD] = ZX_VMO_CHILD_COPY_ON_WRITE2};
    if (options[kind] != 0) {
        zx_handle_t child = child_of(memory->vmo, options[kind]);
        memory->other = kind == ORIGINAL ? child : memory->vmo;
        memory->vmo = kind == ORIGINAL ? memory->vmo : child;
    }
    if (kind == GRANDCHILD) {
        zx_handle_t child = child_of(memory->vmo, ZX_VMO_CHILD_COPY_ON_WRITE);
        close_handle(memory->vmo);
        memory->vmo = child;
    }
    memory->at = map_pages(memory->vmo, PAGES);
    if (kind == DECOMMITTED) {
        *(volatile uint64_t *)memory->at = 3;
        EXPECT_OK(
            zx_vmo_op_range(memory->vmo, ZX_VMO_OP_DECOMMIT, 0, (uint64_t)PAGES * PAGE, NULL, 0));
    }
}

// What is beside it still holds what it held.
static void close_memory(const struct memory *memory, enum kind kind) {
    if (memory->other != ZX_HANDLE_INVALID) {
        uint64_t words[PAGE_WORDS];
        for (uint64_t page = 0; page < PAGES && kind != SLICE; page++) {
            EXPECT_OK(zx_vmo_read(memory->other, words, page * PAGE, PAGE));
            for (int i = 0; i < PAGE_WORDS; i++) {
                EXPECT_EQ(words[i], memory->expected);
            }
        }
        close_handle(memory->other);
    }
    unmap_pages(memory->at, PAGES);
    close_handle(memory->vmo);
}

#define FOR_EACH_KIND(memory)                                                                      \
    for (enum kind kind_ = 0; kind_ < KINDS; kind_++)                                              \
        for (bool once_ = (open_memory(&(memory), kind_), true); once_;                            \
             once_ = false, close_memory(&(memory), kind_))

static volatile uint64_t *word_at(const struct memory *memory, uint64_t page, uint64_t word) {
    return (volatile uint64_t *)(memory->at + page * PAGE) + word;
}

// --- the program's own accesses ---

TEST(vmar_map, shows_every_kind_of_page) {
    struct memory memory;
    FOR_EACH_KIND(memory) {
        for (uint64_t page = 0; page < PAGES; page++) {
            EXPECT_EQ(*word_at(&memory, page, 0), memory.expected);
            EXPECT_EQ(*word_at(&memory, page, PAGE_WORDS - 1), memory.expected);
        }
    }
}

TEST(vmar_map, copies_or_makes_a_page_when_it_is_written) {
    struct memory memory;
    FOR_EACH_KIND(memory) {
        *word_at(&memory, 1, 7) = 99;
        *word_at(&memory, 3, 0) = 98;
        EXPECT_EQ(*word_at(&memory, 1, 7), 99);
        EXPECT_EQ(*word_at(&memory, 1, 6), memory.expected);
        EXPECT_EQ(*word_at(&memory, 2, 0), memory.expected);
        uint64_t words[2];
        EXPECT_OK(zx_vmo_read(memory.vmo, words, PAGE + 6 * 8, sizeof(words)));
        EXPECT_EQ(words[0], memory.expected);
        EXPECT_EQ(words[1], 99);
        // And the other way round: what a call writes shows in the mapping.
        words[0] = 55;
        EXPECT_OK(zx_vmo_write(memory.vmo, words, 2 * PAGE, 8));
        EXPECT_EQ(*word_at(&memory, 2, 0), 55);
        EXPECT_EQ(*word_at(&memory, 2, 1), memory.expected);
    }
}

struct __attribute__((packed)) unaligned {
    uint64_t word;
};

TEST(vmar_map, resolves_an_access_across_two_pages) {
    struct memory memory;
    FOR_EACH_KIND(memory) {
        volatile char *at = (volatile char *)memory.at + PAGE - 3;
        ((volatile struct unaligned *)(void *)(uintptr_t)at)->word = 0x0807060504030201;
        for (int i = 0; i < 8; i++) {
            EXPECT_EQ(at[i], i + 1);
        }
    }
}

static zx_vaddr_t the_address;

static void write_in_handler(int number) {
    (void)number;
    *(volatile uint64_t *)the_address = 42;
}

TEST(vmar_map, resolves_faults_in_a_signal_handler) {
    struct memory memory;
    signal(SIGUSR1, write_in_handler);
    FOR_EACH_KIND(memory) {
        the_address = memory.at + 2 * PAGE;
        raise(SIGUSR1);
        EXPECT_EQ(*word_at(&memory, 2, 0), 42);
    }
}

TEST(vmar_map, resolves_faults_while_all_signals_are_blocked) {
    struct memory memory;
    sigset_t all, before;
    sigfillset(&all);
    EXPECT(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
    FOR_EACH_KIND(memory) {
        *word_at(&memory, 1, 0) = 7;
        EXPECT_EQ(*word_at(&memory, 1, 0), 7);
    }
    EXPECT(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
}

static void *write_on_small_stack(void *argument) {
    *(volatile uint64_t *)argument = 17;
    return NULL;
}

TEST(vmar_map, resolves_faults_on_the_smallest_stack) {
    struct memory memory;
    FOR_EACH_KIND(memory) {
        pthread_attr_t attributes;
        pthread_t thread;
        EXPECT(pthread_attr_init(&attributes) == 0);
        EXPECT(pthread_attr_setstacksize(&attributes, (size_t)sysconf(_SC_THREAD_STACK_MIN)) == 0);
        EXPECT(pthread_create(&thread, &attributes, write_on_small_stack,
                              (void *)(memory.at + PAGE)) == 0);
        EXPECT(pthread_join(thread, NULL) == 0);
        EXPECT_EQ(*word_at(&memory, 1, 0), 17);
        pthread_attr_destroy(&attributes);
    }
}

struct race {
    const struct memory *memory;
    uint64_t thread;
    pthread_barrier_t *start;
};

static int write_every_page(void *argument) {
    const struct race *race = argument;
    pthread_barrier_wait(race->start);
    for (uint64_t page = 0; page < PAGES; page++) {
        *word_at(race->memory, page, race->thread) = page + race->thread;
    }
    return 0;
}

TEST(vmar_map, loses_no_write_when_threads_copy_the_same_page) {
    enum { THREADS = 4, ROUNDS = 20 };
    for (int round = 0; round < ROUNDS; round++) {
        struct memory memory;
        FOR_EACH_KIND(memory) {
            struct test_thread threads[THREADS];
            struct race races[THREADS];
            pthread_barrier_t start;
            EXPECT(pthread_barrier_init(&start, NULL, THREADS) == 0);
            for (uint64_t i = 0; i < THREADS; i++) {
                races[i] = (struct race){&memory, i, &start};
                start_thread(&threads[i], write_every_page, &races[i]);
            }
            for (int i = 0; i < THREADS; i++) {
                finish_thread(&threads[i]);
            }
            pthread_barrier_destroy(&start);
            for (uint64_t page = 0; page < PAGES; page++) {
                for (uint64_t i = 0; i < THREADS; i++) {
                    EXPECT_EQ(*word_at(&memory, page, i), page + i);
                }
                EXPECT_EQ(*word_at(&memory, page, THREADS), memory.expected);
            }
        }
    }
}

// --- what calls read and write ---

TEST(channel_write, takes_bytes_from_every_kind_of_page) {
    struct memory memory;
    zx_handle_t end, other;
    EXPECT_OK(zx_channel_create(0, &end, &other));
    FOR_EACH_KIND(memory) {
        static uint64_t message[3 * PAGE_WORDS];
        uint32_t bytes;
        EXPECT_OK(zx_channel_write(end, 0, (void *)(memory.at + PAGE / 2), 3 * PAGE, NULL, 0));
        EXPECT_OK(zx_channel_read(other, 0, message, NULL, sizeof(message), 0, &bytes, NULL));
        EXPECT_EQ(bytes, sizeof(message));
        for (size_t i = 0; i < 3 * PAGE_WORDS; i++) {
            EXPECT_EQ(message[i], memory.expected);
        }
    }
    close_handle(end);
    close_handle(other);
}

TEST(channel_read, puts_bytes_into_every_kind_of_page) {
    struct memory memory;
    zx_handle_t end, other;
    EXPECT_OK(zx_channel_create(0, &end, &other));
    FOR_EACH_KIND(memory) {
        static uint64_t message[2 * PAGE_WORDS];
        for (size_t i = 0; i < 2 * PAGE_WORDS; i++) {
            message[i] = i;
        }
        EXPECT_OK(zx_channel_write(end, 0, message, sizeof(message), NULL, 0));
        // The number of bytes goes to a page of its own.
        EXPECT_OK(zx_channel_read(other, 0, (void *)(memory.at + PAGE / 2), NULL, sizeof(message),
                                  0, (uint32_t *)(memory.at + 3 * PAGE), NULL));
        for (size_t i = 0; i < 2 * PAGE_WORDS; i++) {
            EXPECT_EQ(((uint64_t *)(memory.at + PAGE / 2))[i], i);
        }
        EXPECT_EQ(*word_at(&memory, 0, 0), memory.expected);
        EXPECT_EQ((uint32_t)*word_at(&memory, 3, 0), sizeof(message));
    }
    close_handle(end);
    close_handle(other);
}

TEST(object_wait_many, takes_items_from_every_kind_of_page) {
    struct memory memory;
    zx_handle_t event;
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_OK(zx_object_signal(event, 0, ZX_USER_SIGNAL_3));
    FOR_EACH_KIND(memory) {
        zx_wait_item_t *items = (zx_wait_item_t *)(memory.at + PAGE - sizeof(*items));
        items[0] = (zx_wait_item_t){.handle = event, .waitfor = ZX_USER_SIGNAL_3};
        items[1] = (zx_wait_item_t){.handle = event, .waitfor = ZX_USER_SIGNAL_4};
        EXPECT_OK(zx_object_wait_many(items, 2, 0));
        EXPECT_EQ(items[0].pending, ZX_USER_SIGNAL_3);
        EXPECT_EQ(items[1].pending, ZX_USER_SIGNAL_3);
    }
    close_handle(event);
}

TEST(futex_wait, compares_a_word_in_every_kind_of_page) {
    struct memory memory;
    FOR_EACH_KIND(memory) {
        const zx_futex_t *futex = (const zx_futex_t *)(memory.at + PAGE);
        zx_futex_t value = (int)memory.expected;
        EXPECT_STATUS(zx_futex_wait(futex, value + 1, ZX_HANDLE_INVALID, 0), ZX_ERR_BAD_STATE);
        EXPECT_STATUS(zx_futex_wait(futex, value, ZX_HANDLE_INVALID, 0), ZX_ERR_TIMED_OUT);
    }
}

TEST(vmo_write, copies_between_every_two_kinds_of_pages) {
    struct memory from, to;
    FOR_EACH_KIND(from) {
        for (enum kind kind = 0; kind < KINDS; kind++) {
            open_memory(&to, kind);
            EXPECT_OK(zx_vmo_write(to.vmo, (void *)from.at, 8, 2 * PAGE));
            EXPECT_EQ(*word_at(&to, 0, 0), to.expected);
            EXPECT_EQ(*word_at(&to, 0, 1), from.expected);
            EXPECT_EQ(*word_at(&to, 2, 0), from.expected);
            EXPECT_EQ(*word_at(&to, 2, 1), to.expected);
            close_memory(&to, kind);
        }
    }
}

TEST(vmo_read, copies_between_every_two_kinds_of_pages) {
    struct memory from, to;
    FOR_EACH_KIND(from) {
        for (enum kind kind = 0; kind < KINDS; kind++) {
            open_memory(&to, kind);
            EXPECT_OK(zx_vmo_read(from.vmo, (void *)(to.at + 8), 0, 2 * PAGE));
            EXPECT_EQ(*word_at(&to, 0, 0), to.expected);
            EXPECT_EQ(*word_at(&to, 0, 1), from.expected);
            EXPECT_EQ(*word_at(&to, 2, 0), from.expected);
            EXPECT_EQ(*word_at(&to, 2, 1), to.expected);
            close_memory(&to, kind);
        }
    }
}

// A VMO is read into a mapping of itself.
TEST(vmo_read, into_itself) {
    struct memory memory;
    FOR_EACH_KIND(memory) {
        *word_at(&memory, 0, 0) = 1;
        EXPECT_OK(zx_vmo_read(memory.vmo, (void *)(memory.at + 2 * PAGE), 0, PAGE));
        EXPECT_EQ(*word_at(&memory, 2, 0), 1);
        EXPECT_EQ(*word_at(&memory, 2, 1), memory.expected);
        EXPECT_OK(zx_vmo_write(memory.vmo, (void *)(memory.at + 2 * PAGE), 3 * PAGE, PAGE));
        EXPECT_EQ(*word_at(&memory, 3, 0), 1);
    }
}

// --- what calls of Linux read and write ---
//
// Linux resolves no fault of ours while it is in a call: a page that is not there yet is EFAULT to
// it. Once the program has touched the page it is like any other.

static void touch_pages_of(const struct memory *memory) {
    for (uint64_t page = 0; page < PAGES; page++) {
        uint64_t word = *word_at(memory, page, 0);
        *word_at(memory, page, 0) = word;
    }
}

static void expect_all(const struct memory *memory) {
    for (uint64_t page = 0; page < PAGES; page++) {
        uint64_t words[PAGE_WORDS];
        EXPECT_OK(zx_vmo_read(memory->vmo, words, page * PAGE, PAGE));
        for (int i = 0; i < PAGE_WORDS; i++) {
            EXPECT_EQ(words[i], memory->expected);
        }
    }
}

TEST(vmar_map, serves_a_read_of_linux_or_it_fails_and_changes_nothing) {
    enum { SIZE = 2 * PAGE };
    static char bytes[SIZE];
    struct memory memory;
    int ends[2];
    EXPECT(pipe(ends) == 0);
    memset(bytes, 0x5a, SIZE);
    FOR_EACH_KIND(memory) {
        EXPECT_EQ(write(ends[1], bytes, SIZE), SIZE);
        void *at = (void *)(memory.at + PAGE);
        ssize_t got = read(ends[0], at, SIZE);
        if (got < 0) {
            EXPECT_EQ(errno, EFAULT);
            expect_all(&memory);
            touch_pages_of(&memory);
            got = read(ends[0], at, SIZE);
        }
        while (got > 0 && got < SIZE) { // a page came, the next one did not
            touch_pages_of(&memory);
            ssize_t more = read(ends[0], (char *)at + got, (size_t)(SIZE - got));
            EXPECT(more > 0);
            got += more;
        }
        EXPECT_EQ(got, SIZE);
        EXPECT(memcmp(at, bytes, SIZE) == 0);
        EXPECT_EQ(*word_at(&memory, 0, 5), memory.expected);
        EXPECT_EQ(*word_at(&memory, 3, 5), memory.expected);
    }
    close(ends[0]);
    close(ends[1]);
}

TEST(vmar_map, serves_a_write_of_linux_or_it_fails_and_changes_nothing) {
    enum { SIZE = 2 * PAGE };
    static uint64_t words[SIZE / 8];
    struct memory memory;
    int ends[2];
    EXPECT(pipe(ends) == 0);
    FOR_EACH_KIND(memory) {
        const char *at = (const char *)(memory.at + PAGE);
        ssize_t put = write(ends[1], at, SIZE);
        while (put < SIZE) {
            EXPECT(put >= 0 || errno == EFAULT);
            put = put < 0 ? 0 : put;
            touch_pages_of(&memory);
            ssize_t more = write(ends[1], at + put, (size_t)(SIZE - put));
            EXPECT(more > 0);
            put += more;
        }
        EXPECT_EQ(read(ends[0], words, SIZE), SIZE);
        for (size_t i = 0; i < SIZE / 8; i++) {
            EXPECT_EQ(words[i], memory.expected);
        }
    }
    close(ends[0]);
    close(ends[1]);
}

// --- faults that nobody resolves ---

TEST(vmo_write, leaves_a_page_its_parents_if_the_buffer_cannot_be_read) {
    zx_handle_t vmo = new_vmo(1), clone = child_of(vmo, ZX_VMO_CHILD_COPY_ON_WRITE);
    uint64_t word = 2;
    EXPECT_STATUS(zx_vmo_write(clone, bad_page(), 0, 8), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmo_write(clone, end_of_page(PAGE), PAGE, PAGE + 1), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_vmo_write(vmo, &word, 0, sizeof(word)));
    EXPECT_OK(zx_vmo_write(vmo, &word, PAGE, sizeof(word)));
    for (uint64_t page = 0; page < 2; page++) {
        EXPECT_OK(zx_vmo_read(clone, &word, page * PAGE, sizeof(word)));
        EXPECT_EQ(word, 2);
    }
    close_handle(clone);
    close_handle(vmo);
}

static volatile uintptr_t fault_address;
static sigjmp_buf recover;

static void note_fault(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)context;
    fault_address = (uintptr_t)info->si_addr;
    siglongjmp(recover, 1);
}

static bool faults(zx_vaddr_t at, bool write) {
    fault_address = 0;
    if (sigsetjmp(recover, 1) != 0) {
        return true;
    }
    if (write) {
        *(volatile uint64_t *)at = 1;
    } else {
        (void)*(volatile uint64_t *)at;
    }
    return false;
}

static void catch_faults(void) {
    struct sigaction action = {.sa_sigaction = note_fault, .sa_flags = SA_SIGINFO};
    EXPECT(sigaction(SIGSEGV, &action, NULL) == 0);
    EXPECT(sigaction(SIGBUS, &action, NULL) == 0);
}

TEST(vmar_map, gives_a_fault_beyond_the_vmo_to_the_programs_handler) {
    zx_handle_t vmo;
    catch_faults();
    EXPECT_OK(zx_vmo_create(PAGE, ZX_VMO_RESIZABLE, &vmo));
    zx_vaddr_t at = map_pages(vmo, 3);
    EXPECT(!faults(at, true));
    for (int i = 0; i < 100; i++) {
        EXPECT(faults(at + PAGE + 8, false) && fault_address == at + PAGE + 8);
        EXPECT(faults(at + 2 * PAGE, true) && fault_address == at + 2 * PAGE);
    }
    // It may grow into the mapping, and shrink out of it.
    EXPECT_OK(zx_vmo_set_size(vmo, 2 * PAGE));
    EXPECT(!faults(at + PAGE + 8, true) && faults(at + 2 * PAGE, false));
    EXPECT_OK(zx_vmo_set_size(vmo, 0));
    EXPECT(faults(at, false) && faults(at + PAGE, true));
    EXPECT_OK(zx_vmo_set_size(vmo, PAGE));
    EXPECT(!faults(at, false));
    EXPECT_EQ(*(volatile uint64_t *)at, 0);
    unmap_pages(at, 3);
    EXPECT(faults(at, false));
    close_handle(vmo);
}

TEST(vmar_protect, gives_a_fault_without_permission_to_the_programs_handler) {
    struct memory memory;
    catch_faults();
    FOR_EACH_KIND(memory) {
        zx_handle_t root = zx_vmar_root_self();
        EXPECT_OK(zx_vmar_protect(root, ZX_VM_PERM_READ, memory.at + PAGE, PAGE));
        EXPECT(!faults(memory.at + PAGE, false) && faults(memory.at + PAGE, true));
        EXPECT_OK(zx_vmar_protect(root, 0, memory.at + PAGE, PAGE));
        EXPECT(faults(memory.at + PAGE, false) && faults(memory.at + PAGE, true));
        EXPECT_OK(
            zx_vmar_protect(root, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, memory.at + PAGE, PAGE));
        EXPECT_EQ(*word_at(&memory, 1, 0), memory.expected);
        EXPECT(!faults(memory.at + PAGE, true));
    }
}

TEST(channel_write, fails_where_a_page_cannot_be_had) {
    zx_handle_t vmo, end, other, event;
    EXPECT_OK(zx_channel_create(0, &end, &other));
    EXPECT_OK(zx_vmo_create(PAGE, ZX_VMO_RESIZABLE, &vmo));
    zx_vaddr_t at = map_pages(vmo, 2);
    EXPECT_STATUS(zx_channel_write(end, 0, (void *)(at + PAGE - 8), 16, NULL, 0),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmo_get_size(vmo, (uint64_t *)(at + PAGE)), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_vmar_protect(zx_vmar_root_self(), ZX_VM_PERM_READ, at, PAGE));
    EXPECT_STATUS(zx_vmo_get_size(vmo, (uint64_t *)at), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_event_create(0, (zx_handle_t *)at), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_channel_write(end, 0, (void *)at, 16, NULL, 0));
    EXPECT_OK(zx_vmar_protect(zx_vmar_root_self(), 0, at, PAGE));
    EXPECT_STATUS(zx_channel_write(end, 0, (void *)at, 16, NULL, 0), ZX_ERR_INVALID_ARGS);
    // Handles are gone if the bytes cannot be read.
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_STATUS(zx_channel_write(end, 0, (void *)at, 16, &event, 1), ZX_ERR_INVALID_ARGS);
    EXPECT(!is_valid(event));
    EXPECT_OK(zx_vmo_set_size(vmo, 0));
    unmap_pages(at, 2);
    close_handle(vmo);
    close_handle(end);
    close_handle(other);
}

// Runs the function in a child of a fork, and returns how that ended.
static int status_of_child(void (*function)(void)) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        signal(SIGBUS, SIG_DFL);
        function();
        _exit(0);
    }
    EXPECT(child > 0 && waitpid(child, &status, 0) == child);
    return status;
}

static void touch_beyond(void) {
    zx_handle_t vmo;
    zx_vaddr_t at;
    if (zx_vmo_create(PAGE, 0, &vmo) == ZX_OK &&
        zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ, 0, vmo, 0, 2 * PAGE, &at) == ZX_OK &&
        *(volatile uint64_t *)at == 0) {
        (void)*(volatile uint64_t *)(at + PAGE);
    }
}

TEST(vmar_map, lets_a_fault_end_a_program_without_a_handler) {
    int status = status_of_child(touch_beyond);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

static void touch_parents(void) {
    (void)*(volatile uint64_t *)the_address;
}

TEST(vmar_map, is_not_inherited_by_the_child_of_a_fork) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(PAGE, 0, &vmo));
    the_address = map_pages(vmo, 1);
    *(volatile uint64_t *)the_address = 1;
    int status = status_of_child(touch_parents);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    EXPECT_EQ(*(volatile uint64_t *)the_address, 1);
    unmap_pages(the_address, 1);
    close_handle(vmo);
}

static void use_memory(void) {
    zx_handle_t vmo, clone;
    zx_vaddr_t at;
    uint64_t word = 5;
    if (zx_vmo_create(2 * PAGE, 0, &vmo) != ZX_OK || zx_vmo_write(vmo, &word, 0, 8) != ZX_OK ||
        zx_vmo_create_child(vmo, ZX_VMO_CHILD_COPY_ON_WRITE2, 0, 2 * PAGE, &clone) != ZX_OK ||
        zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0, clone, 0, 2 * PAGE,
                    &at) != ZX_OK) {
        _exit(1);
    }
    *(volatile uint64_t *)at = 6;
    *(volatile uint64_t *)(at + PAGE) = 7;
    if (zx_vmo_read(vmo, &word, 0, 8) != ZX_OK || word != 5 ||
        zx_vmo_read(clone, &word, 0, 8) != ZX_OK || word != 6) {
        _exit(2);
    }
}

TEST(vmar_map, works_anew_in_the_child_of_a_fork) {
    struct memory memory;
    FOR_EACH_KIND(memory) {
        *word_at(&memory, 0, 0) = 8;
        int status = status_of_child(use_memory);
        EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        EXPECT_EQ(*word_at(&memory, 0, 0), 8);
    }
}
