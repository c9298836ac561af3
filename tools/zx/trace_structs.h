// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The structures that system calls read and write, field by field: for printing them and for
// filling them from a script.
#pragma once

#include "../../src/syscalls/table.h"

enum field_kind {
    FIELD_NUMBER,
    FIELD_SIGNED,
    FIELD_HEX,
    FIELD_BOOL,
    FIELD_HANDLE,
    FIELD_KOID,
    FIELD_TIME,
    FIELD_DURATION,
    FIELD_STATUS,
    FIELD_RIGHTS,
    FIELD_SIGNALS,
    FIELD_OBJECT_TYPE,
    FIELD_SYMBOL,
    FIELD_FLAGS,
    FIELD_TEXT,    // characters up to a zero byte
    FIELD_DATA,    // bytes
    FIELD_POINTER, // to bytes, or to handles
};

struct field {
    const char *name;
    enum field_kind kind;
    uint16_t offset, size;
    // Only where the field `type` of the structure has this value, e.g. in a port packet; -1:
    // always.
    int only_type;
    // Pointers: the name of the field that holds the number of elements, and what they are.
    const char *count;
    enum syscall_direction direction;
    bool to_handles;
    // Symbols and flags.
    const struct syscall_symbol *symbols;
    const size_t *symbol_count;
    bool is_output; // what the caller puts there does not count
};

struct structure {
    const char *name; // of the C type
    uint16_t size;
    uint16_t field_count;
    bool is_single; // a number or name rather than a structure: fields[0] is all of it
    const struct field *fields;
};

// What the elements are that an argument points to; null if nothing is known about them. `words`
// are the arguments, of which some decide.
const struct structure *structure_of(const struct syscall_desc *call, size_t arg,
                                     const uint64_t words[8]);

// Null if there is none. The name need not end where it is `length` long.
const struct field *structure_field(const struct structure *structure, const char *name,
                                    size_t length);

// Does the field count for an instance, of which at least `available` bytes are known?
bool field_applies(const struct structure *structure, const struct field *field,
                   const void *instance, size_t available);

// The value of a number of 1, 2, 4 or 8 bytes in memory.
uint64_t number_read(const void *from, size_t size, bool is_signed);
