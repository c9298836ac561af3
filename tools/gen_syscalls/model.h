// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The table of system calls as the generator holds it in memory: what parse.c makes of the .def
// files and what the print_*.c files read. docs/syscall-table.md describes the format.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum {
    MAX_ARGS = 8,         // the registers of a system call
    MAX_RIGHTS_RULES = 8, // one unconditional rule and the conditional ones
    MAX_ALTERNATIVES = 4, // SYSCALL_RIGHTS_ALTERNATIVES in table.h
};

struct place {
    const char *file;
    int line;
};

struct name_list {
    const char **names;
    size_t count;
};

enum call_kind { CALL_KERNEL, CALL_BLOCKING, CALL_VDSO, CALL_INTERNAL, CALL_NORETURN };

enum arg_kind {
    ARG_USE,
    ARG_CONSUME,
    ARG_VALUE,
    ARG_DEADLINE,
    ARG_DURATION,
    ARG_KOID,
    ARG_ADDRESS,
    ARG_OPTIONS,
    ARG_ENUM,
    ARG_IN,
    ARG_OUT,
    ARG_INOUT,
    ARG_ACQUIRE,
    ARG_CONSUME_ARRAY,
    ARG_CODE,
    ARG_STACK,
    ARG_KIND_COUNT,
};

// Rights that a handle needs if the condition holds: every right of at least one alternative.
struct rights_rule {
    const char *condition; // NULL: always
    struct name_list alternatives[MAX_ALTERNATIVES];
    size_t alternative_count;
};

struct arg {
    struct place place;
    const char *name;
    const char *type;    // as in C, with a space before the stars: "const void *"
    const char *pointee; // the type without its last star and its const, NULL if it is no pointer
    bool pointee_is_const;
    enum arg_kind kind;
    bool broken; // its type or kind was not understood, which is reported
    bool optional;

    // handles
    struct name_list object_types; // full constant names; empty: any type
    struct rights_rule rules[MAX_RIGHTS_RULES];
    size_t rule_count;
    const char *resource_kind; // full constant name or NULL

    // options and enum
    const char *prefix;
    struct name_list symbols; // full constant names
    bool enum_is_listed;      // the table names the symbols, they are not all of the prefix

    // pointers: the index of the argument that counts the elements, and of its factor; -1 if none
    const char *count_name, *scale_name;
    int count_arg, scale_arg;
};

struct error {
    struct place place;
    const char *name; // full constant name
    const char *when;
};

struct call {
    struct place place;
    const char *name;
    const char *group;
    const char *result;
    enum call_kind kind;
    bool has_kind, has_since, has_does;
    bool missing; // nothing is behind the call yet
    bool later;   // since later than 2019
    const char *does;
    const char *differs; // NULL if nothing differs
    bool has_differs;
    struct arg args[MAX_ARGS];
    size_t arg_count;
    struct error *errors;
    size_t error_count;
};

struct table {
    struct call *calls; // by name
    size_t count;
};

// memory.c: everything lives until the generator exits.
void *mem_alloc(size_t size); // zeroed
// Returns room for the count elements of the block (NULL: none yet) and one more.
void *mem_grow(void *block, size_t count, size_t element_size);
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *mem_substring(const char *start, size_t length);
void mem_free_all(void);
void name_list_add(struct name_list *list, const char *name);

// report.c
void report(struct place place, const char *format, ...) __attribute__((format(printf, 2, 3)));
int report_count(void);
char *read_whole_file(const char *path); // NULL, with a message, if it cannot be read

// parse.c; check.c looks at what spans lines, calls and files
bool parse_file(struct table *table, const char *path); // false: the file cannot be read
void check_table(struct table *table);

// constants.c: the names that the public headers define.
bool constants_load(const char *path);
void constants_check_table(struct table *table, bool enums_needed); // fills enum symbols too

// text.c
enum { NO_BREAK_SPACE = '\1' }; // printed as a space that no line ends at
void print_wrapped(FILE *out, const char *text, const char *first, const char *rest, int columns);
void print_c_string(FILE *out, const char *text);
char *with_spaces_around_operators(const char *expression);
const char *upper_case(const char *text);

// c_types.c
char *c_type_normalize(const char *text);
bool c_is_pointer(const char *type);
char *c_declared(const char *type, const char *name); // "uint32_t count", "void *buffer"
// ATTRIBUTE RESULT NAME(PARAMS TAIL, laid out within the column limit; ATTRIBUTE is "" or ends in a
// space, TAIL closes the parenthesis.
void c_print_function(FILE *out, const char *attribute, const char *result, const char *name,
                      const struct name_list *params, const char *tail);
const char *c_value_type(const char *type);      // the type to cast to: that without _Atomic
const char *user_wrapper(const struct arg *arg); // "user_in", "user_out", "user_inout" or NULL

// print_*.c
void print_header(FILE *out, const struct table *table);
void print_numbers(FILE *out, const struct table *table);
void print_sys(FILE *out, const struct table *table);
void print_entry(FILE *out, const struct table *table);
void print_vdso(FILE *out, const struct table *table);
void print_missing(FILE *out, const struct table *table);
void print_names(FILE *out, const struct table *table);
void print_dispatch(FILE *out, const struct table *table);
void print_loaded(FILE *out, const struct table *table);
void print_table(FILE *out, const struct table *table);
bool print_exports(FILE *out, const struct table *table, const char *extra_path);
void print_docs(FILE *out, const struct table *table);
