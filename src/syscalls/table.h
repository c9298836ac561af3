// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The descriptors of the system calls: names, arguments, rights, errors and contracts of every
// call, printed by tools/gen_syscalls from the .def files here. For the tracer, `zx call`, the
// fuzzer, the generated tests and the coverage table; needs public headers only.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zircon/types.h>
#include <zircon/zx-syscall-numbers.h>

enum {
    SYSCALL_MAX_ARGS = 8,
    SYSCALL_RIGHTS_ALTERNATIVES = 4,
};

enum syscall_kind {
    SYSCALL_KERNEL,   // enters the kernel
    SYSCALL_BLOCKING, // enters, may wait, is retried after a suspension
    SYSCALL_VDSO,     // a function without a kernel entry
    SYSCALL_INTERNAL, // enters, has no exported symbol
    SYSCALL_NORETURN, // enters and never comes back
};

enum syscall_since { SYSCALL_SINCE_2019, SYSCALL_SINCE_LATER };

enum syscall_result {
    SYSCALL_RESULT_VOID,
    SYSCALL_RESULT_STATUS,
    SYSCALL_RESULT_SIGNED,
    SYSCALL_RESULT_UNSIGNED,
    SYSCALL_RESULT_STRING,
    SYSCALL_RESULT_POINTER,
};

enum syscall_arg_kind {
    SYSCALL_ARG_USE,     // a handle
    SYSCALL_ARG_CONSUME, // a handle that is gone afterwards
    SYSCALL_ARG_VALUE,
    SYSCALL_ARG_DEADLINE,
    SYSCALL_ARG_DURATION,
    SYSCALL_ARG_KOID,
    SYSCALL_ARG_ADDRESS,       // a number to the call, though it may be a pointer in C
    SYSCALL_ARG_OPTIONS,       // a union of the symbols
    SYSCALL_ARG_ENUM,          // one of the symbols
    SYSCALL_ARG_BUFFER,        // a pointer to plain data
    SYSCALL_ARG_ACQUIRE,       // a pointer to handles that the call creates
    SYSCALL_ARG_CONSUME_ARRAY, // a pointer to handles that are gone afterwards
    SYSCALL_ARG_CODE,          // an address to run at, in the target process
    SYSCALL_ARG_STACK,         // a stack pointer, in the target process
};

// What the call does with the memory behind a pointer.
enum syscall_direction { SYSCALL_NONE, SYSCALL_IN, SYSCALL_OUT, SYSCALL_INOUT };

struct syscall_symbol {
    const char *name;
    uint64_t value;
};

// Rights that a handle needs if the condition holds: all of at least one mask.
struct syscall_rights {
    const char *condition; // a C expression over the arguments, NULL: always
    // evaluates the condition for the words of a call, in the order of its arguments
    bool (*applies)(const uint64_t *words);
    uint8_t count;
    zx_rights_t masks[SYSCALL_RIGHTS_ALTERNATIVES];
};

#define SYSCALL_OBJECT(type) (UINT64_C(1) << (type))
#define SYSCALL_ANY_OBJECT UINT64_MAX

struct syscall_arg {
    const char *name;
    const char *type; // in C, "const zx_handle_t *"
    enum syscall_arg_kind kind;
    enum syscall_direction direction;
    uint8_t size; // of the argument itself
    bool is_signed;
    bool is_pointer;
    bool optional; // null or ZX_HANDLE_INVALID is allowed

    // Pointers: the number of elements is args[count_arg] times args[scale_arg], each read through
    // its pointer if it is one. No count_arg: one element. element_size 0: the size depends on
    // other arguments, as the contract says.
    int8_t count_arg, scale_arg; // -1: none
    uint32_t element_size;

    // Handles: the types as a set of SYSCALL_OBJECT, and the rights, of which every rule whose
    // condition holds must be met.
    uint64_t object_types;
    const struct syscall_rights *rules;
    size_t rule_count;
    bool has_resource_kind;
    uint32_t resource_kind;

    // Options and enums.
    const char *symbol_prefix;
    const struct syscall_symbol *symbols;
    size_t symbol_count;
};

struct syscall_error {
    zx_status_t value;
    const char *name; // "ZX_ERR_BAD_HANDLE"
    const char *when;
};

struct syscall_desc {
    const char *name;  // without zx_
    const char *group; // base name of the .def and of the .c file
    const char *file;
    enum syscall_kind kind;
    enum syscall_since since;
    bool missing; // the call does nothing yet and returns ZX_ERR_NOT_SUPPORTED
    const char *result_type;
    enum syscall_result result;
    uint8_t arg_count;
    struct syscall_arg args[SYSCALL_MAX_ARGS];
    const struct syscall_error *errors; // in the order in which the kernel checks
    size_t error_count;
    const char *does;    // paragraphs separated by an empty line
    const char *differs; // from Fuchsia, NULL if nothing does
};

// By number, hence by name.
extern const struct syscall_desc syscall_table[ZX_SYS_COUNT];

// NULL if no call has that name; name is without zx_.
const struct syscall_desc *syscall_find(const char *name);

#define SYSCALL_SIGNED(type) ((type)-1 < (type)1)
