// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Scripts of system calls (docs/zx-call.md): read into statements by call_words.c and call_parse.c,
// held against the table of calls by call_check.c, run by call_run.c with the memory of
// call_memory.c.
#pragma once

#include "trace_structs.h"
#include "zx.h"

enum value_kind {
    VALUE_NUMBER,    // terms joined by |; one variable alone may hold bytes instead
    VALUE_BYTES,     // "text", x"00", zero:N, fill:BYTE:N
    VALUE_PARTS,     // <...>
    VALUE_ARRAY,     // [...]
    VALUE_STRUCTURE, // {...}
    VALUE_NULL,
    VALUE_ADDRESS, // @...
    VALUE_OUT,     // out:N
    VALUE_AUTO,    // _
};

enum term_kind { TERM_NUMBER, TERM_NAME, TERM_VARIABLE, TERM_NOW };

struct term {
    enum term_kind kind;
    uint64_t number; // TERM_NOW: nanoseconds from now
    size_t variable;
    const char *name; // or, of a variable, a field; else null
};

struct value {
    enum value_kind kind;
    size_t width;   // in parts: of a number in bytes
    int64_t offset; // of an address
    uint8_t *bytes; // VALUE_BYTES
    size_t size;    // VALUE_BYTES, VALUE_OUT
    struct term *terms;
    size_t term_count;
    struct value *items; // of an array, a structure, parts
    const char **names;  // of the fields of a structure
    size_t item_count;
};

enum { NO_VARIABLE = -1 };

// Where what a call wrote goes: to a variable, or element by element to several.
struct target {
    int variable; // NO_VARIABLE: nowhere
    bool is_list;
    int *elements;
    size_t element_count;
};

enum statement_kind {
    STATEMENT_CALL,
    STATEMENT_EXPECT_RESULT,
    STATEMENT_EXPECT_VALUE,
    STATEMENT_SET,
    STATEMENT_MEMORY,
    STATEMENT_LOAD,
    STATEMENT_STORE,
    STATEMENT_FAIL_ALLOCATION,
};

struct statement {
    enum statement_kind kind;
    unsigned line;
    const struct syscall_desc *call;
    bool raw;
    bool readonly;
    bool expects_error; // any
    int variable;
    struct value *values; // arguments, all of the call's; else what stands behind the word
    size_t value_count;
    struct target *targets;
    size_t target_count;
};

struct script {
    const char *file;
    struct statement *statements;
    size_t statement_count;
    const char **variables; // names; the first ones are GIVEN_VARIABLES
    size_t variable_count;
};

extern const char *const given_variables[];
enum { GIVEN_VARIABLES = 5 };

// Reads a script. False after messages that say what is wrong.
bool script_parse(struct script *script, const char *file, const char *text);

// Does the call fit the table? Says what is wrong.
bool script_check_call(const struct script *script, const struct statement *statement);

// The arguments that a call writes to, in order; their number.
size_t call_outputs(const struct syscall_desc *call, size_t outputs[SYSCALL_MAX_ARGS]);

// The value of a name where an argument or field with these symbols stands.
bool script_name(const char *name, const struct syscall_symbol *symbols, size_t count,
                 const char *prefix, uint64_t *value);

// Prints "zx call: FILE:LINE: MESSAGE".
__attribute__((format(printf, 3, 4))) void script_complain(const struct script *script,
                                                           unsigned line, const char *format, ...);

struct run_options {
    bool quiet;
    size_t data_limit;
    bool single; // the script is one call, whose failure is the command's
};

// Makes the calls. Returns the exit status.
int script_run(const struct script *script, const struct run_options *options);

// --- memory that ends where an unusable page begins ---

struct guarded {
    struct guarded *next;
    void *mapping;
    size_t mapped;
    uint8_t *start; // `size` bytes up to the page
    size_t size;
};

// Null if there is no memory. Goes to the front of `list`.
struct guarded *guarded_new(struct guarded **list, size_t size);
void guarded_protect(struct guarded *memory);
void guarded_free_all(struct guarded **list);

// Copies memory at any address; false if it cannot be read or written.
bool memory_read(void *to, uint64_t from, size_t count);
// As much as can be read.
size_t memory_read_some(void *to, uint64_t from, size_t count);
bool memory_write(uint64_t to, const void *from, size_t count);
