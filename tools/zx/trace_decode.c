// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "trace_decode.h"

#include <string.h>

#include "trace_memory.h"
#include "trace_names.h"

enum { STRING = 64 }; // the most of a string that a call returns

bool decode_failed(const struct syscall_desc *call, uint64_t result) {
    return call->result == SYSCALL_RESULT_STATUS && (zx_status_t)result < 0;
}

// --- arguments ---

static bool is_output_only(const struct syscall_arg *arg) {
    return arg->is_pointer && arg->direction == SYSCALL_OUT;
}

static bool is_c_type(const struct syscall_arg *arg, const char *name) {
    return strcmp(arg->type, name) == 0;
}

static bool is_signals(const struct syscall_arg *arg) {
    return is_c_type(arg, "zx_signals_t") || strcmp(arg->name, "set_mask") == 0 ||
           strcmp(arg->name, "clear_mask") == 0;
}

static void put_scalar(const struct decoder *decoder, struct text *text, size_t index,
                       zx_obj_type_t subject) {
    const struct syscall_arg *arg = &decoder->call->args[index];
    uint64_t value = number_read(&decoder->words[index], arg->size, arg->is_signed);
    switch (arg->kind) {
    case SYSCALL_ARG_USE:
    case SYSCALL_ARG_CONSUME:
        decode_handle(decoder, text, (zx_handle_t)value);
        break;
    case SYSCALL_ARG_DEADLINE:
        if ((int64_t)value == ZX_TIME_INFINITE) {
            text_string(text, "ZX_TIME_INFINITE");
        } else if ((int64_t)value == ZX_TIME_INFINITE_PAST) {
            text_string(text, "ZX_TIME_INFINITE_PAST");
        } else if ((int64_t)value <= 0) {
            text_signed(text, (int64_t)value);
        } else {
            int64_t until = (int64_t)value - decoder->now;
            text_string(text, until < 0 ? "now" : "now+");
            text_duration(text, until);
        }
        break;
    case SYSCALL_ARG_DURATION:
        if ((int64_t)value == ZX_TIME_INFINITE) {
            text_string(text, "ZX_TIME_INFINITE");
        } else {
            text_duration(text, (int64_t)value);
        }
        break;
    case SYSCALL_ARG_KOID:
        text_decimal(text, value);
        break;
    case SYSCALL_ARG_OPTIONS:
        text_flags(text, arg->symbols, arg->symbol_count, value);
        break;
    case SYSCALL_ARG_ENUM:
        text_symbol(text, arg->symbols, arg->symbol_count, value);
        break;
    case SYSCALL_ARG_ADDRESS:
        if (arg->is_pointer) {
            memory_put_address(text, value);
            break;
        }
        text_hex(text, value);
        break;
    case SYSCALL_ARG_CODE:
    case SYSCALL_ARG_STACK:
        text_hex(text, value);
        break;
    default:
        if (is_signals(arg)) {
            text_signals(text, subject, (zx_signals_t)value);
        } else if (is_c_type(arg, "zx_rights_t")) {
            text_rights(text, (zx_rights_t)value);
        } else if (is_c_type(arg, "zx_status_t")) {
            text_status(text, (zx_status_t)value);
        } else if (is_c_type(arg, "bool")) {
            text_string(text, value != 0 ? "true" : "false");
        } else if (arg->is_signed) {
            text_signed(text, (int64_t)value);
        } else {
            text_number(text, value);
        }
        break;
    }
}

// Up to the zero byte that ends it, of as much as is shown.
static uint64_t text_length(const struct decoder *decoder, uint64_t address, uint64_t bytes) {
    uint64_t length = 0;
    char c;
    while (length < bytes && length < decoder->data_limit &&
           decoder->read(&c, address + length, 1)) {
        if (c == '\0') {
            return length;
        }
        length++;
    }
    return bytes;
}

static void put_memory(const struct decoder *decoder, struct text *text, size_t index,
                       uint64_t bytes, zx_obj_type_t subject, enum side side) {
    const struct syscall_arg *arg = &decoder->call->args[index];
    uint64_t address = decoder->words[index];
    const struct structure *structure = structure_of(decoder->call, index, decoder->words);
    if (structure == NULL) {
        bool is_text = side == SIDE_ALL && strcmp(arg->type, "char *") == 0;
        memory_put_data(decoder, text, address,
                        is_text ? text_length(decoder, address, bytes) : bytes);
        return;
    }
    // Of a futex the address matters as much as the value.
    uint8_t probe;
    if (strstr(arg->type, "zx_futex_t") != NULL && decoder->read(&probe, address, sizeof(probe))) {
        memory_put_address(text, address);
        text_char(text, '=');
    }
    bool in_list = arg->count_arg >= 0 &&
                   (arg->element_size != 1 || bytes > structure->size || memory_is_list(decoder));
    memory_put_structures(decoder, text, structure, address, bytes, in_list, subject, side);
}

static void put_input(const struct decoder *decoder, struct text *text, size_t index,
                      zx_obj_type_t subject) {
    const struct syscall_arg *arg = &decoder->call->args[index];
    const struct structure *structure = structure_of(decoder->call, index, decoder->words);
    if (!arg->is_pointer || arg->direction == SYSCALL_NONE) {
        put_scalar(decoder, text, index, subject);
        return;
    }
    uint64_t count, bytes;
    uint64_t element = arg->element_size;
    if (element == 0) {
        element = structure != NULL ? structure->size : 0;
    }
    if (element == 0 || !decode_count(decoder, index, &count) ||
        __builtin_mul_overflow(count, element, &bytes)) {
        memory_put_address(text, decoder->words[index]);
        return;
    }
    put_memory(decoder, text, index, bytes, subject, SIDE_INPUTS);
}

// Does the call leave anything behind the pointer that is worth showing?
static bool is_written(const struct decoder *decoder, size_t index, uint64_t result) {
    const struct syscall_arg *arg = &decoder->call->args[index];
    if (!arg->is_pointer || decoder->words[index] == 0) {
        return false;
    }
    const struct structure *structure = structure_of(decoder->call, index, decoder->words);
    bool is_complex = structure != NULL && !structure->is_single;
    if (arg->direction == SYSCALL_IN || arg->kind == SYSCALL_ARG_CONSUME_ARRAY) {
        if (!is_complex || !memory_has_outputs(structure)) {
            return false;
        }
    } else if (arg->direction != SYSCALL_OUT && arg->direction != SYSCALL_INOUT) {
        return false;
    }
    if (!decode_failed(decoder->call, result)) {
        return arg->direction != SYSCALL_INOUT || structure != NULL;
    }
    switch ((zx_status_t)result) {
    case ZX_ERR_TIMED_OUT:
    case ZX_ERR_CANCELED:
        return arg->direction == SYSCALL_INOUT || (structure != NULL && structure->is_single);
    case ZX_ERR_BUFFER_TOO_SMALL:
        return arg->count_arg < 0 && arg->kind == SYSCALL_ARG_BUFFER && structure != NULL &&
               structure->is_single;
    default:
        return strcmp(decoder->call->name, "channel_write_etc") == 0;
    }
}

static void put_output(const struct decoder *decoder, struct text *text, size_t index,
                       uint64_t result, zx_obj_type_t subject) {
    const struct syscall_arg *arg = &decoder->call->args[index];
    const struct structure *structure = structure_of(decoder->call, index, decoder->words);
    uint64_t bytes;
    if (structure != NULL && !structure->is_single && !is_output_only(arg)) {
        uint64_t count;
        if (decode_count(decoder, index, &count)) {
            put_memory(decoder, text, index, count * structure->size, subject, SIDE_OUTPUTS);
        }
    } else if (decode_written(decoder, index, result, &bytes)) {
        put_memory(decoder, text, index, bytes, subject, SIDE_ALL);
    } else {
        memory_put_address(text, decoder->words[index]);
    }
}

// --- lines ---

void decode_before(const struct decoder *decoder, struct decoded *before) {
    const struct syscall_desc *call = decoder->call;
    before->subject = ZX_OBJ_TYPE_NONE;
    for (size_t i = 0; i < call->arg_count; i++) {
        if (call->args[i].kind == SYSCALL_ARG_USE) {
            before->subject = memory_type_of(decoder, (zx_handle_t)decoder->words[i]);
            break;
        }
    }
    for (size_t i = 0; i < call->arg_count; i++) {
        if (!is_output_only(&call->args[i])) {
            text_string(&before->text, call->args[i].name);
            text_char(&before->text, '=');
            put_input(decoder, &before->text, i, before->subject);
        }
        before->ends[i] = (uint16_t)before->text.length;
    }
}

static void put_before(const struct decoded *before, size_t index, struct text *line) {
    size_t start = index > 0 ? before->ends[index - 1] : 0;
    text_bytes(line, before->text.start + start, before->ends[index] - start);
}

static void put_result(const struct decoder *decoder, const uint64_t *result, struct text *line) {
    if (result == NULL) {
        text_char(line, '?');
        return;
    }
    switch (decoder->call->result) {
    case SYSCALL_RESULT_VOID:
        text_string(line, "void");
        break;
    case SYSCALL_RESULT_STATUS:
        text_status(line, (zx_status_t)*result);
        break;
    case SYSCALL_RESULT_SIGNED:
        text_signed(line, (int64_t)*result);
        break;
    case SYSCALL_RESULT_UNSIGNED:
        text_decimal(line, *result);
        break;
    case SYSCALL_RESULT_STRING: {
        char string[STRING];
        size_t length = 0;
        while (length < sizeof(string) && decoder->read(&string[length], *result + length, 1) &&
               string[length] != '\0') {
            length++;
        }
        text_data(line, (const uint8_t *)string, length);
        break;
    }
    case SYSCALL_RESULT_POINTER:
        memory_put_address(line, *result);
        break;
    }
}

// What stands behind the name of an argument that the call writes.
static void put_after(const struct decoder *decoder, size_t index, const uint64_t *result,
                      zx_obj_type_t subject, struct text *line) {
    if (result != NULL && is_written(decoder, index, *result)) {
        put_output(decoder, line, index, *result, subject);
    } else {
        memory_put_address(line, decoder->words[index]);
    }
}

void decode_line(const struct decoder *decoder, const struct decoded *before,
                 const uint64_t *result, struct text *line) {
    const struct syscall_desc *call = decoder->call;
    text_string(line, call->name);
    text_char(line, '(');
    for (size_t i = 0; i < call->arg_count; i++) {
        text_string(line, i > 0 ? ", " : "");
        if (is_output_only(&call->args[i])) {
            text_string(line, call->args[i].name);
            text_char(line, '=');
            put_after(decoder, i, result, before->subject, line);
            continue;
        }
        put_before(before, i, line);
        if (result != NULL && is_written(decoder, i, *result)) {
            text_string(line, " => ");
            put_output(decoder, line, i, *result, before->subject);
        }
    }
    text_string(line, ") = ");
    put_result(decoder, result, line);
}

void decode_first_half(const struct decoder *decoder, const struct decoded *before,
                       struct text *line) {
    const struct syscall_desc *call = decoder->call;
    bool first = true;
    text_string(line, call->name);
    text_char(line, '(');
    for (size_t i = 0; i < call->arg_count; i++) {
        if (!is_output_only(&call->args[i])) {
            text_string(line, first ? "" : ", ");
            first = false;
            put_before(before, i, line);
        }
    }
}

void decode_second_half(const struct decoder *decoder, const struct decoded *before,
                        uint64_t result, struct text *line) {
    const struct syscall_desc *call = decoder->call;
    bool first = true;
    for (size_t i = 0; i < call->arg_count; i++) {
        if (is_output_only(&call->args[i]) || is_written(decoder, i, result)) {
            text_string(line, first ? "" : ", ");
            first = false;
            text_string(line, call->args[i].name);
            text_char(line, '=');
            put_after(decoder, i, &result, before->subject, line);
        }
    }
    text_string(line, ") = ");
    put_result(decoder, &result, line);
}

void decode_json(const struct decoder *decoder, const struct decoded *before,
                 const uint64_t *result, struct text *line) {
    const struct syscall_desc *call = decoder->call;
    char room[1024];
    for (size_t i = 0; i < call->arg_count; i++) {
        struct text value = {.start = room, .size = sizeof(room)};
        if (decoder->words == NULL && is_output_only(&call->args[i])) {
            continue;
        }
        if (is_output_only(&call->args[i])) {
            put_after(decoder, i, result, before->subject, &value);
        } else {
            size_t name = strlen(call->args[i].name) + 1; // and '='
            size_t start = i > 0 ? before->ends[i - 1] : 0;
            size_t length = before->ends[i] - start;
            if (length > name) { // unless the text was cut short
                text_bytes(&value, before->text.start + start + name, length - name);
            }
            if (result != NULL && is_written(decoder, i, *result)) {
                text_string(&value, " => ");
                put_output(decoder, &value, i, *result, before->subject);
            }
        }
        text_json(line, call->args[i].name, strlen(call->args[i].name));
        text_char(line, ':');
        text_json(line, value.start, value.length);
        text_char(line, ',');
    }
    struct text value = {.start = room, .size = sizeof(room)};
    put_result(decoder, result, &value);
    text_string(line, "\"result\":");
    text_json(line, value.start, value.length);
}
