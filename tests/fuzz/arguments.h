// Part of libzircon. BSD-3-Clause, see LICENSE.
// The arguments of a call, out of bytes: numbers, handles and memory of the kinds that the table of
// system calls names.
#pragma once

#include "input.h"
#include "pool.h"
#include "tame.h"

enum {
    ARGUMENT_HANDLES_MAX = 80,  // that an array really has, more than a message may
    ARGUMENT_RECEIVED_MAX = 68, // that there is always room for, likewise
    ARGUMENT_CANARY = 16,
    ARGUMENT_CANARY_BYTE = 0xa5,
};

// Behind a pointer that the call got.
struct span {
    char *at;
    size_t size; // that is there, without the canary
    bool canary; // ARGUMENT_CANARY bytes follow that nobody may write
};

struct call {
    int thread;
    bool alone;
    uint32_t number;
    unsigned ordinal; // of the call in its thread
    enum tame tame;
    const struct syscall_desc *desc;
    uint64_t words[SYSCALL_MAX_ARGS];
    struct span spans[SYSCALL_MAX_ARGS];
    char *texts[SYSCALL_MAX_ARGS]; // of the arguments, for the script
    zx_handle_t used[2 * ARGUMENT_HANDLES_MAX + SYSCALL_MAX_ARGS];
    unsigned used_count;
};

// Decodes all arguments of `call->desc`.
void arguments_decode(struct call *call, struct input *in);
// Good memory for the pointers, these numbers for the first arguments that are none, 0 for others.
void arguments_set(struct call *call, uint64_t first, uint64_t second);

bool argument_has_type(const struct syscall_arg *arg, const char *type);

// The first bytes of the last message that was read, with which an answer begins.
void arguments_remember_read(uint32_t first);
