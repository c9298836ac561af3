// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Calls behind which nothing is yet, and the names of all of them.
#include "harness.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "syscalls/table.h"

typedef uint64_t (*any_call)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                             uint64_t);

static any_call find_symbol(const char *prefix, const char *name) {
    char symbol[80];
    snprintf(symbol, sizeof(symbol), "%s%s", prefix, name);
    any_call call;
    *(void **)(void *)&call = dlsym(RTLD_DEFAULT, symbol);
    return call;
}

static uint64_t call_symbol(any_call call, const uint64_t w[8]) {
    return call(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]);
}

static bool is_exported(const struct syscall_desc *call) {
    return call->kind != SYSCALL_INTERNAL;
}

// --- names ---

TEST(every_call, has_both_its_names_unless_it_is_internal) {
    int exported = 0, internal = 0;
    for (uint32_t number = 0; number < ZX_SYS_COUNT; number++) {
        const struct syscall_desc *call = &syscall_table[number];
        any_call plain = find_symbol("zx_", call->name);
        any_call underscored = find_symbol("_zx_", call->name);
        if (is_exported(call)) {
            ck_assert_msg(plain != NULL, "zx_%s is not exported", call->name);
            ck_assert_msg(underscored != NULL, "_zx_%s is not exported", call->name);
            ck_assert_msg(plain == underscored, "zx_%s and _zx_%s differ", call->name, call->name);
            exported++;
        } else {
            ck_assert_msg(plain == NULL && underscored == NULL, "%s is exported", call->name);
            internal++;
        }
    }
    EXPECT(exported > 150 && internal > 0);
}

TEST(every_call, is_in_the_order_of_its_number) {
    for (uint32_t number = 0; number < ZX_SYS_COUNT; number++) {
        EXPECT(syscall_find(syscall_table[number].name) == &syscall_table[number]);
        EXPECT(number == 0 ||
               strcmp(syscall_table[number - 1].name, syscall_table[number].name) < 0);
    }
    EXPECT(syscall_find("") == NULL);
    EXPECT(syscall_find("zx_event_create") == NULL);
    EXPECT_EQ(syscall_find("event_create") - syscall_table, ZX_SYS_event_create);
}

TEST(no_call, has_a_number_that_is_none) {
    static const uint32_t numbers[] = {ZX_SYS_COUNT, ZX_SYS_COUNT + 1, 0x1000,
                                       0x7fffffff,   0x80000000,       UINT32_MAX};
    const uint64_t words[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        EXPECT_EQ((int64_t)libzircon_call(numbers[i], words), ZX_ERR_BAD_SYSCALL);
    }
}

// --- calls that do nothing ---

static uint64_t storage[64];

// Arguments of all sorts: nothing, everything, handles that are right and wrong, good and bad
// pointers.
static void arguments(int round, uint64_t words[8]) {
    static uint64_t state = 88172645463325252u;
    for (int i = 0; i < 8; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        switch (round) {
        case 0:
            words[i] = 0;
            break;
        case 1:
            words[i] = UINT64_MAX;
            break;
        case 2:
            words[i] = (uintptr_t)storage;
            break;
        case 3:
            words[i] = zx_process_self();
            break;
        case 4:
            words[i] = UINT64_C(0x8000000000000000);
            break;
        case 5:
            words[i] = i % 2 == 0 ? root_resource() : (uint64_t)(uintptr_t)storage;
            break;
        default:
            words[i] = state >> (state & 63);
            break;
        }
    }
}

// What the call returns for "nothing is behind it", extended as its result type is.
static uint64_t nothing(const struct syscall_desc *call) {
    return call->result == SYSCALL_RESULT_STATUS ? (uint64_t)(int64_t)ZX_ERR_NOT_SUPPORTED : 0;
}

static uint64_t narrowed(const struct syscall_desc *call, uint64_t result) {
    return call->result == SYSCALL_RESULT_STATUS ? (uint64_t)(int64_t)(int32_t)result : result;
}

static bool returns(const struct syscall_desc *call) {
    return call->kind != SYSCALL_NORETURN;
}

enum { ROUNDS = 20 };

TEST(every_missing_call, is_not_supported_whatever_its_arguments) {
    uint32_t handles = libzircon_count_handles();
    memset(storage, 0x11, sizeof(storage));
    (void)root_resource();
    for (uint32_t number = 0; number < ZX_SYS_COUNT; number++) {
        const struct syscall_desc *call = &syscall_table[number];
        if (!call->missing || !returns(call)) {
            continue;
        }
        any_call plain = find_symbol("zx_", call->name);
        any_call underscored = find_symbol("_zx_", call->name);
        for (int round = 0; round < ROUNDS; round++) {
            uint64_t words[8];
            arguments(round, words);
            uint64_t result = libzircon_call(number, words);
            ck_assert_msg(result == nothing(call), "%s by number: %lld", call->name,
                          (long long)result);
            if (is_exported(call)) {
                result = narrowed(call, call_symbol(plain, words));
                ck_assert_msg(result == nothing(call), "zx_%s: %lld", call->name,
                              (long long)result);
                result = narrowed(call, call_symbol(underscored, words));
                ck_assert_msg(result == nothing(call), "_zx_%s: %lld", call->name,
                              (long long)result);
            }
        }
    }
    for (size_t i = 0; i < sizeof(storage) / sizeof(storage[0]); i++) {
        EXPECT_EQ(storage[i], 0x1111111111111111);
    }
    EXPECT_EQ(libzircon_count_handles(), handles);
}

// Those that never return cannot say so: they stop the process.
TEST(every_missing_call, that_never_returns_stops_the_process) {
    const uint64_t words[8] = {0};
    for (uint32_t number = 0; number < ZX_SYS_COUNT; number++) {
        const struct syscall_desc *call = &syscall_table[number];
        if (!call->missing || returns(call)) {
            continue;
        }
        for (int way = 0; way < 3; way++) {
            fflush(NULL);
            pid_t child = fork();
            if (child == 0) {
                signal(SIGILL, SIG_DFL);
                if (way == 0) {
                    libzircon_call(number, words);
                } else {
                    call_symbol(find_symbol(way == 1 ? "zx_" : "_zx_", call->name), words);
                }
                _exit(0);
            }
            int status;
            EXPECT_EQ(waitpid(child, &status, 0), child);
            ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGILL,
                          "%s ended its process with 0x%x", call->name, (unsigned int)status);
        }
    }
}
