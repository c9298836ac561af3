// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "trace_memory.h"

#include <string.h>
#include <zircon/syscalls/object.h>

#include "trace_names.h"

enum { PORTION = 64 }; // bytes read at a time

static size_t element_limit(const struct decoder *decoder) {
    return decoder->data_limit / 2 + 1;
}

void memory_put_address(struct text *text, uint64_t address) {
    if (address == 0) {
        text_string(text, "null");
    } else {
        text_char(text, '@');
        text_hex(text, address);
    }
}

void decode_handle(const struct decoder *decoder, struct text *text, zx_handle_t handle) {
    if (handle == ZX_HANDLE_INVALID) {
        text_string(text, "ZX_HANDLE_INVALID");
        return;
    }
    zx_obj_type_t type;
    zx_koid_t koid = ZX_KOID_INVALID;
    text_hex(text, handle);
    text_char(text, '<');
    if (decoder->describe(handle, &type, &koid)) {
        const char *name = name_of_object_type(type);
        if (name != NULL) {
            text_string(text, name);
        } else {
            text_decimal(text, type);
        }
        text_char(text, ':');
        text_decimal(text, koid);
    } else {
        koid = ZX_KOID_INVALID;
        text_string(text, "bad");
    }
    text_char(text, '>');
    if (decoder->saw_handle != NULL) {
        decoder->saw_handle(decoder->context, handle, koid);
    }
}

zx_obj_type_t memory_type_of(const struct decoder *decoder, zx_handle_t handle) {
    zx_obj_type_t type;
    zx_koid_t koid;
    return decoder->describe(handle, &type, &koid) ? type : ZX_OBJ_TYPE_NONE;
}

// --- buffers ---

void memory_put_data(const struct decoder *decoder, struct text *text, uint64_t address,
                     uint64_t count) {
    if (address == 0) {
        text_string(text, "null");
        return;
    }
    // Long limits are served in portions; each is a string of its own.
    uint64_t shown = count < decoder->data_limit ? count : decoder->data_limit;
    uint8_t bytes[4 * PORTION];
    if (shown == 0) {
        text_string(text, count == 0 ? "\"\"" : "...");
        return;
    }
    for (uint64_t done = 0; done < shown;) {
        size_t portion = shown - done < sizeof(bytes) ? (size_t)(shown - done) : sizeof(bytes);
        if (!decoder->read(bytes, address + done, portion)) {
            if (done == 0) {
                memory_put_address(text, address);
            } else {
                text_string(text, "...");
            }
            return;
        }
        text_data(text, bytes, portion);
        done += portion;
    }
    if (shown < count) {
        text_string(text, "...");
    }
}

static bool read_number(const struct decoder *decoder, uint64_t address, size_t size,
                        uint64_t *value) {
    uint8_t bytes[8] = {0};
    if (size > sizeof(bytes) || !decoder->read(bytes, address, size)) {
        return false;
    }
    *value = number_read(bytes, size, false);
    return true;
}

static bool argument_number(const struct decoder *decoder, int index, uint64_t *value) {
    const struct syscall_arg *arg = &decoder->call->args[index];
    uint64_t word = decoder->words[index];
    if (arg->is_pointer) {
        return read_number(decoder, word, arg->element_size, value);
    }
    *value = number_read(&word, arg->size, false);
    return true;
}

bool decode_count(const struct decoder *decoder, size_t index, uint64_t *count) {
    const struct syscall_arg *arg = &decoder->call->args[index];
    uint64_t scale = 1;
    *count = 1;
    return (arg->count_arg < 0 || argument_number(decoder, arg->count_arg, count)) &&
           (arg->scale_arg < 0 || argument_number(decoder, arg->scale_arg, &scale)) &&
           !__builtin_mul_overflow(*count, scale, count);
}

static bool ends_with(const char *name, const char *end) {
    size_t length = strlen(name), end_length = strlen(end);
    return length >= end_length && strcmp(name + length - end_length, end) == 0;
}

// The argument in which the call says how much it stored behind `name`: "actual_bytes" for "bytes"
// or "rd_bytes", else "actual" or "actual_count"; -1 if there is none.
static int actual_argument(const struct syscall_desc *call, const char *name) {
    int found = -1;
    for (int i = 0; i < call->arg_count; i++) {
        const char *other = call->args[i].name;
        if (!call->args[i].is_pointer || strncmp(other, "actual", 6) != 0) {
            continue;
        }
        if (other[6] == '_' && ends_with(name, other + 7)) {
            return i;
        }
        if (strcmp(other, "actual") == 0 || strcmp(other, "actual_count") == 0) {
            found = i;
        }
    }
    return found;
}

// Topics that fill the buffer with as many structures as there are.
bool memory_is_list(const struct decoder *decoder) {
    if (strcmp(decoder->call->name, "object_get_info") != 0) {
        return false;
    }
    switch (decoder->words[1]) {
    case ZX_INFO_PROCESS_THREADS:
    case ZX_INFO_PROCESS_MAPS:
    case ZX_INFO_PROCESS_VMOS:
    case ZX_INFO_JOB_CHILDREN:
    case ZX_INFO_JOB_PROCESSES:
    case ZX_INFO_CPU_STATS:
        return true;
    default:
        return false;
    }
}

bool decode_written(const struct decoder *decoder, size_t index, uint64_t result, uint64_t *bytes) {
    const struct syscall_arg *arg = &decoder->call->args[index];
    const struct structure *structure = structure_of(decoder->call, index, decoder->words);
    uint64_t capacity;
    if (!decode_count(decoder, index, &capacity)) {
        return false;
    }
    uint64_t element = arg->element_size != 0 ? arg->element_size
                       : structure != NULL    ? structure->size
                                              : 0;
    if (__builtin_mul_overflow(capacity, element, &capacity)) {
        return false;
    }
    *bytes = capacity;
    if (arg->count_arg < 0) {
        return element != 0;
    }
    bool is_info = strcmp(decoder->call->name, "object_get_info") == 0;
    int actual = actual_argument(decoder->call, arg->name);
    uint64_t value;
    if (actual < 0) {
        if (strcmp(decoder->call->name, "debuglog_read") == 0) {
            *bytes = result;
        }
    } else if (argument_number(decoder, actual, &value)) {
        if (is_info) {
            element = structure != NULL ? structure->size : 1;
        } else if (arg->scale_arg >= 0) {
            uint64_t scale;
            if (!argument_number(decoder, arg->scale_arg, &scale)) {
                return false;
            }
            element *= scale;
        }
        *bytes = __builtin_mul_overflow(value, element, &value) ? capacity : value;
    } else if (is_info && structure != NULL && !memory_is_list(decoder)) {
        *bytes = structure->size;
    } else {
        return false;
    }
    if (*bytes > capacity) {
        *bytes = capacity;
    }
    return true;
}

// --- structures ---

static void put_handles(const struct decoder *decoder, struct text *text, uint64_t address,
                        uint64_t count) {
    zx_handle_t handles[PORTION / sizeof(zx_handle_t)];
    size_t shown = element_limit(decoder) < count ? element_limit(decoder) : (size_t)count;
    if (address == 0) {
        text_string(text, "null");
        return;
    }
    if (count > 0 && !decoder->read(handles, address, sizeof(handles[0]))) {
        memory_put_address(text, address);
        return;
    }
    text_char(text, '[');
    for (size_t done = 0; done < shown;) {
        size_t portion = shown - done;
        if (portion > sizeof(handles) / sizeof(handles[0])) {
            portion = sizeof(handles) / sizeof(handles[0]);
        }
        if (!decoder->read(handles, address + done * sizeof(zx_handle_t),
                           portion * sizeof(zx_handle_t))) {
            text_string(text, done > 0 ? ", " : "");
            memory_put_address(text, address + done * sizeof(zx_handle_t));
            break;
        }
        for (size_t i = 0; i < portion; i++) {
            text_string(text, done + i > 0 ? ", " : "");
            decode_handle(decoder, text, handles[i]);
        }
        done += portion;
    }
    text_string(text, shown < count ? ", ...]" : "]");
    // Who looks for a handle wants to hear of those that are not shown, too.
    zx_obj_type_t type;
    zx_koid_t koid;
    for (size_t i = shown;
         decoder->saw_handle != NULL && i < count && i < ZX_CHANNEL_MAX_MSG_HANDLES; i++) {
        if (decoder->read(handles, address + i * sizeof(zx_handle_t), sizeof(zx_handle_t))) {
            koid = decoder->describe(handles[0], &type, &koid) ? koid : ZX_KOID_INVALID;
            decoder->saw_handle(decoder->context, handles[0], koid);
        }
    }
}

static uint64_t field_number(const struct structure *structure, const char *name,
                             const uint8_t *instance, size_t available) {
    const struct field *field = structure_field(structure, name, strlen(name));
    return field != NULL && (size_t)field->offset + field->size <= available
               ? number_read(instance + field->offset, field->size, false)
               : 0;
}

static void put_pointer(const struct decoder *decoder, struct text *text,
                        const struct structure *structure, const struct field *field,
                        const uint8_t *instance, size_t available, enum side side) {
    uint64_t address = number_read(instance + field->offset, field->size, false);
    uint64_t count = field_number(structure, field->count, instance, available);
    if (side == SIDE_INPUTS && field->direction == SYSCALL_OUT) {
        memory_put_address(text, address);
        return;
    }
    int actual = actual_argument(decoder->call, field->name);
    uint64_t written;
    if (field->direction == SYSCALL_OUT && actual >= 0) {
        if (!argument_number(decoder, actual, &written)) {
            memory_put_address(text, address);
            return;
        }
        count = written < count ? written : count;
    }
    if (field->to_handles) {
        put_handles(decoder, text, address, count);
    } else {
        memory_put_data(decoder, text, address, count);
    }
}

static void put_field(const struct decoder *decoder, struct text *text,
                      const struct structure *structure, const struct field *field,
                      const uint8_t *instance, size_t available, zx_obj_type_t subject,
                      enum side side) {
    const uint8_t *at = instance + field->offset;
    size_t room = available - field->offset;
    size_t size = field->size < room ? field->size : room;
    uint64_t value = number_read(at, size, false);
    switch (field->kind) {
    case FIELD_NUMBER:
        text_number(text, value);
        break;
    case FIELD_SIGNED:
    case FIELD_TIME:
        text_signed(text, (int64_t)number_read(at, size, true));
        break;
    case FIELD_HEX:
        text_hex(text, value);
        break;
    case FIELD_BOOL:
        text_string(text, value != 0 ? "true" : "false");
        break;
    case FIELD_HANDLE:
        decode_handle(decoder, text, (zx_handle_t)value);
        break;
    case FIELD_KOID:
        text_decimal(text, value);
        break;
    case FIELD_DURATION:
        text_duration(text, (int64_t)value);
        break;
    case FIELD_STATUS:
        text_status(text, (zx_status_t)value);
        break;
    case FIELD_RIGHTS:
        text_rights(text, (zx_rights_t)value);
        break;
    case FIELD_SIGNALS:
        text_signals(text, subject, (zx_signals_t)value);
        break;
    case FIELD_OBJECT_TYPE:
        text_object_type(text, (zx_obj_type_t)value);
        break;
    case FIELD_SYMBOL:
        text_symbol(text, field->symbols, *field->symbol_count, value);
        break;
    case FIELD_FLAGS:
        text_flags(text, field->symbols, *field->symbol_count, value);
        break;
    case FIELD_TEXT:
        text_data(text, at, strnlen((const char *)at, size));
        break;
    case FIELD_DATA:
        text_data(text, at, size);
        break;
    case FIELD_POINTER:
        put_pointer(decoder, text, structure, field, instance, available, side);
        break;
    }
}

static bool field_on_side(const struct field *field, enum side side) {
    bool is_output =
        field->is_output || (field->kind == FIELD_POINTER && field->direction == SYSCALL_OUT);
    return side == SIDE_ALL || (side == SIDE_OUTPUTS ? is_output : !field->is_output);
}

bool memory_has_outputs(const struct structure *structure) {
    for (size_t i = 0; i < structure->field_count; i++) {
        if (field_on_side(&structure->fields[i], SIDE_OUTPUTS)) {
            return true;
        }
    }
    return false;
}

static void put_structure(const struct decoder *decoder, struct text *text,
                          const struct structure *structure, const uint8_t *instance,
                          size_t available, zx_obj_type_t subject, enum side side) {
    const struct field *handle = structure_field(structure, "handle", 6);
    if (handle != NULL && (size_t)handle->offset + handle->size <= available) {
        subject = memory_type_of(
            decoder, (zx_handle_t)number_read(instance + handle->offset, handle->size, false));
    }
    if (structure->is_single) {
        put_field(decoder, text, structure, structure->fields, instance, available, subject, side);
        return;
    }
    bool first = true;
    text_char(text, '{');
    for (size_t i = 0; i < structure->field_count; i++) {
        const struct field *field = &structure->fields[i];
        if (!field_on_side(field, side) || !field_applies(structure, field, instance, available)) {
            continue;
        }
        text_string(text, first ? "" : ", ");
        first = false;
        text_string(text, field->name);
        text_char(text, '=');
        put_field(decoder, text, structure, field, instance, available, subject, side);
    }
    text_char(text, '}');
}

// `bytes` bytes of structures. A single one, or one of several that can only be one, without [].
void memory_put_structures(const struct decoder *decoder, struct text *text,
                           const struct structure *structure, uint64_t address, uint64_t bytes,
                           bool in_list, zx_obj_type_t subject, enum side side) {
    uint8_t instance[512];
    if (address == 0) {
        text_string(text, "null");
        return;
    }
    uint64_t count = bytes / structure->size + (bytes % structure->size != 0);
    if (in_list && structure->is_single && structure->fields[0].kind == FIELD_HANDLE) {
        put_handles(decoder, text, address, count);
        return;
    }
    uint8_t probe;
    if (count > 0 && !decoder->read(&probe, address, sizeof(probe))) {
        memory_put_address(text, address);
        return;
    }
    size_t shown = element_limit(decoder) < count ? element_limit(decoder) : (size_t)count;
    text_string(text, in_list ? "[" : "");
    for (size_t i = 0; i < shown; i++) {
        uint64_t rest = bytes - i * structure->size;
        size_t size = rest < structure->size ? (size_t)rest : structure->size;
        memset(instance, 0, sizeof(instance));
        text_string(text, i > 0 ? ", " : "");
        uint64_t at = address + i * structure->size;
        if (size > sizeof(instance) || !decoder->read(instance, at, size)) {
            memory_put_address(text, at);
            break;
        }
        put_structure(decoder, text, structure, instance, size, subject, side);
    }
    text_string(text, shown < count ? ", ..." : "");
    text_string(text, in_list ? "]" : "");
}
