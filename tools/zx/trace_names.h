// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Names of values: statuses, object types, rights, signals and more, in both directions.
#pragma once

#include <zircon/types.h>

#include "../../src/syscalls/table.h"
#include "trace_text.h"

// "channel"; null for a type that is none.
const char *name_of_object_type(zx_obj_type_t type);
// "ZX_ERR_BAD_HANDLE"; null for a value that is none.
const char *name_of_status(zx_status_t status);

// A value or its name; a union of the symbols, with what is left as a number.
void text_status(struct text *text, zx_status_t status);
void text_symbol(struct text *text, const struct syscall_symbol *symbols, size_t count,
                 uint64_t value);
void text_flags(struct text *text, const struct syscall_symbol *symbols, size_t count,
                uint64_t value);
void text_rights(struct text *text, zx_rights_t rights);
// As the signals of an object of that type are called; ZX_OBJ_TYPE_NONE if it is not known.
void text_signals(struct text *text, zx_obj_type_t type, zx_signals_t signals);
void text_object_type(struct text *text, zx_obj_type_t type);

// Symbols that the table of calls does not have.
extern const struct syscall_symbol packet_types[], policy_conditions[], policy_actions[],
    handle_operations[], thread_states[];
extern const size_t packet_type_count, policy_condition_count, policy_action_count,
    handle_operation_count, thread_state_count;

// The value of a name in C, of any of these or of the table; false if there is none.
bool name_find(const char *name, size_t length, uint64_t *value);
