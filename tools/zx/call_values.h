// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The values of a script while it runs: variables, numbers, bytes, and memory that holds them. For
// call_run.c and call_expect.c.
#pragma once

#include "call.h"

enum { AUTO_MAX = 1 << 20 }; // the most memory that _ gives

// The value of a variable: a number, or bytes if `bytes` is not null.
struct variable {
    uint64_t number;
    uint8_t *bytes;
    size_t size;
    const struct structure *structure; // of the bytes, if known
    bool is_known;                     // the given ones are looked up when they are needed
};

struct run {
    const struct script *script;
    const struct run_options *options;
    const struct statement *statement;
    struct variable *variables;
    struct guarded *lasting, *passing; // memory: of the script, of the call
    uint64_t result;                   // of the last call
    const struct syscall_desc *call;
    unsigned failures;
};
extern struct run run;

// A mistake that shows only while the script runs. Leaves: what comes after would make no sense.
#define STOP(...)                                                                                  \
    do {                                                                                           \
        fflush(stdout);                                                                            \
        script_complain(run.script, run.statement->line, __VA_ARGS__);                             \
        exit(ZX_EXIT_USAGE);                                                                       \
    } while (0)

// Memory, all zero; leaves if there is none.
void *get_memory(size_t size);
struct guarded *get_guarded(struct guarded **list, size_t size);

void set_number(int index, uint64_t number);
void set_bytes(int index, const void *bytes, size_t size, const struct structure *structure);

// The names that may stand for a number.
struct names {
    const struct syscall_symbol *symbols;
    size_t count;
    const char *prefix;
};

// The number that a value stands for; `names` may be null. Leaves if it stands for bytes.
uint64_t evaluate(const struct value *value, const struct names *names);

struct bytes {
    uint8_t *start; // to be freed
    size_t size;
};

// False if the value is a number, or nothing that stands for bytes.
bool evaluate_bytes(const struct value *value, struct bytes *bytes);

// The field that a term names of the structure in its variable, and where it lies.
const struct field *find_field(const struct term *term, const uint8_t **bytes);
bool field_is_signed(const struct field *field);

// Memory for what a value says, which lasts as long as the call; its address. The number of its
// elements goes to `count`, SIZE_MAX if the value does not say.
uint64_t place_value(const struct value *value, const struct structure *structure, size_t element,
                     const struct names *names, size_t *count);

// Bytes of memory for `count` elements, at most AUTO_MAX.
size_t auto_size(uint64_t count, uint64_t element);

void put_number(uint8_t *to, uint64_t number, size_t size);

// call_expect.c
void expect_result(const struct statement *statement);
void expect_value(const struct statement *statement);
