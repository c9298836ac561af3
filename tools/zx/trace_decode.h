// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// System calls as text: `channel_write(handle=0x4a3f<channel:1043>, options=0, ...) = ZX_OK`.
//
// The arguments that a call reads are printed before it, since afterwards handles may be closed and
// memory changed; those that it writes after it. Like trace_text.h, for trace hooks too.
#pragma once

#include "trace_structs.h"
#include "trace_text.h"

struct decoder {
    const struct syscall_desc *call;
    const uint64_t *words;
    size_t data_limit; // bytes that are shown of a buffer
    int64_t now;       // that deadlines are shown relative to

    // Copies memory of the program; false if not all of it can be read.
    bool (*read)(void *to, uint64_t from, size_t count);
    bool (*describe)(zx_handle_t handle, zx_obj_type_t *type, zx_koid_t *koid);
    // Told of every handle that is printed; null for nobody. The koid is 0 for a bad handle.
    void (*saw_handle)(void *context, zx_handle_t handle, zx_koid_t koid);
    void *context;
};

// What was printed before the call.
struct decoded {
    struct text text;
    uint16_t ends[SYSCALL_MAX_ARGS]; // of each argument in the text; empty if the call writes it
    zx_obj_type_t subject;           // type of the first handle, which gives signals their names
};

// Prints into before->text, which the caller has set up.
void decode_before(const struct decoder *decoder, struct decoded *before);

// The whole line; `result` null if the call does not return.
void decode_line(const struct decoder *decoder, const struct decoded *before,
                 const uint64_t *result, struct text *line);

// The line in two, for calls that take long: "NAME(what was known before", and
// "what was known after) = RESULT".
void decode_first_half(const struct decoder *decoder, const struct decoded *before,
                       struct text *line);
void decode_second_half(const struct decoder *decoder, const struct decoded *before,
                        uint64_t result, struct text *line);

// The arguments and the result as members of an object in JSON, without braces.
// `result` may be null; without `words` what the call writes is left out.
void decode_json(const struct decoder *decoder, const struct decoded *before,
                 const uint64_t *result, struct text *line);

// A handle as it stands in those lines.
void decode_handle(const struct decoder *decoder, struct text *text, zx_handle_t handle);

// Is the result an error?
bool decode_failed(const struct syscall_desc *call, uint64_t result);

// The memory behind a pointer that a call wrote: how many bytes of it count. False if the call does
// not tell.
bool decode_written(const struct decoder *decoder, size_t arg, uint64_t result, uint64_t *bytes);

// The number of elements that the arguments announce for a pointer. False if it cannot be read.
bool decode_count(const struct decoder *decoder, size_t arg, uint64_t *count);
