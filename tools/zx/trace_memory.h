// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The memory behind a call's pointers as text: for trace_decode.c.
#pragma once

#include "trace_decode.h"

// Which part of a structure is printed: what the call reads of it, what it writes, or all.
enum side { SIDE_INPUTS, SIDE_OUTPUTS, SIDE_ALL };

void memory_put_address(struct text *text, uint64_t address);

// The beginning of `count` bytes.
void memory_put_data(const struct decoder *decoder, struct text *text, uint64_t address,
                     uint64_t count);

// `bytes` bytes of structures; `in_list` puts them between []. Signals are called as those of
// `subject` are, unless the structure names an object itself.
void memory_put_structures(const struct decoder *decoder, struct text *text,
                           const struct structure *structure, uint64_t address, uint64_t bytes,
                           bool in_list, zx_obj_type_t subject, enum side side);

// Is there anything in it that calls write?
bool memory_has_outputs(const struct structure *structure);

// Does this call fill a buffer with as many structures as there are?
bool memory_is_list(const struct decoder *decoder);

// ZX_OBJ_TYPE_NONE for a bad handle.
zx_obj_type_t memory_type_of(const struct decoder *decoder, zx_handle_t handle);
