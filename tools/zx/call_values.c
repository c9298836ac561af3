// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "call_values.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zircon/process.h>
#include <zircon/processargs.h>
#include <zircon/threads.h>

struct run run;

void *get_memory(size_t size) {
    void *memory = calloc(1, size + 1);
    if (memory == NULL) {
        STOP("there is no memory for %zu bytes", size);
    }
    return memory;
}

struct guarded *get_guarded(struct guarded **list, size_t size) {
    struct guarded *memory = guarded_new(list, size);
    if (memory == NULL) {
        STOP("there is no memory for %zu bytes", size);
    }
    return memory;
}

// --- variables ---

zx_handle_t zx_take_startup_handle(uint32_t info);

static zx_handle_t given_handle(size_t index) {
    switch (index) {
    case 0:
        return zx_process_self();
    case 1:
        return zx_thread_self();
    case 2:
        return zx_job_default();
    case 3:
        return zx_vmar_root_self();
    default:
        return zx_take_startup_handle(PA_HND(PA_RESOURCE, 0));
    }
}

static struct variable *get_variable(size_t index) {
    struct variable *variable = &run.variables[index];
    if (index < GIVEN_VARIABLES && !variable->is_known) {
        variable->number = given_handle(index);
        variable->is_known = true;
    }
    return variable;
}

static void set_variable(int index, struct variable value) {
    if (index != NO_VARIABLE) {
        free(run.variables[index].bytes);
        run.variables[index] = value;
        run.variables[index].is_known = true;
    }
}

void set_number(int index, uint64_t number) {
    set_variable(index, (struct variable){.number = number});
}

void set_bytes(int index, const void *bytes, size_t size, const struct structure *structure) {
    if (index != NO_VARIABLE) {
        uint8_t *copy = get_memory(size);
        memcpy(copy, bytes, size);
        set_variable(index, (struct variable){.bytes = copy, .size = size, .structure = structure});
    }
}

const struct field *find_field(const struct term *term, const uint8_t **bytes) {
    const struct variable *variable = get_variable(term->variable);
    const char *name = run.script->variables[term->variable];
    if (variable->bytes == NULL || variable->structure == NULL) {
        STOP("$%s is no structure that is known here, so it has no field '%s'", name, term->name);
    }
    const struct field *field =
        structure_field(variable->structure, term->name, strlen(term->name));
    if (field == NULL) {
        STOP("$%s is a %s, which has no field '%s'", name, variable->structure->name, term->name);
    }
    if ((size_t)field->offset + field->size > variable->size) {
        STOP("$%s has only %zu bytes, so its field '%s' is missing", name, variable->size,
             term->name);
    }
    *bytes = variable->bytes + field->offset;
    return field;
}

static bool is_bytes(const struct field *field) {
    return field->kind == FIELD_TEXT || field->kind == FIELD_DATA;
}

bool field_is_signed(const struct field *field) {
    return field->kind == FIELD_SIGNED || field->kind == FIELD_STATUS || field->kind == FIELD_TIME;
}

// --- numbers ---

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * ZX_SEC(1) + time.tv_nsec;
}

// A structure that a call gave out for a handle stands for that handle.
static bool variable_handle(const struct variable *variable, uint64_t *handle) {
    if (variable->bytes == NULL || variable->structure == NULL) {
        return false;
    }
    const struct field *field = structure_field(variable->structure, "handle", 6);
    if (field == NULL || (size_t)field->offset + field->size > variable->size) {
        return false;
    }
    *handle = number_read(variable->bytes + field->offset, field->size, false);
    return true;
}

static uint64_t evaluate_term(const struct term *term, const struct names *names) {
    uint64_t number = term->number;
    const uint8_t *bytes;
    switch (term->kind) {
    case TERM_NUMBER:
        break;
    case TERM_NOW:
        return (uint64_t)now() + term->number;
    case TERM_NAME:
        if (!script_name(term->name, names->symbols, names->count, names->prefix, &number)) {
            STOP("there is no name '%s'", term->name);
        }
        break;
    case TERM_VARIABLE:
        if (term->name != NULL) {
            const struct field *field = find_field(term, &bytes);
            if (is_bytes(field)) {
                STOP("field '%s' holds bytes, not a number", term->name);
            }
            return number_read(bytes, field->size, field_is_signed(field));
        }
        if (variable_handle(get_variable(term->variable), &number)) {
            return number;
        }
        if (get_variable(term->variable)->bytes != NULL) {
            STOP("$%s holds bytes, not a number", run.script->variables[term->variable]);
        }
        return get_variable(term->variable)->number;
    }
    return number;
}

uint64_t evaluate(const struct value *value, const struct names *names) {
    static const struct names none;
    uint64_t number = 0;
    for (size_t i = 0; i < value->term_count; i++) {
        number |= evaluate_term(&value->terms[i], names != NULL ? names : &none);
    }
    return value->kind == VALUE_ADDRESS ? number + (uint64_t)value->offset : number;
}

// --- bytes ---

static void append(struct bytes *bytes, const void *more, size_t size) {
    uint8_t *longer = realloc(bytes->start, bytes->size + size + 1);
    if (longer == NULL) {
        STOP("there is no memory for %zu bytes", size);
    }
    memcpy(longer + bytes->size, more, size);
    bytes->start = longer;
    bytes->size += size;
}

// A variable with bytes, or a field of one that holds some.
static bool variable_bytes(const struct value *value, struct bytes *bytes) {
    if (value->kind != VALUE_NUMBER || value->term_count != 1 ||
        value->terms[0].kind != TERM_VARIABLE) {
        return false;
    }
    const struct term *term = &value->terms[0];
    if (term->name != NULL) {
        const uint8_t *start;
        const struct field *field = find_field(term, &start);
        if (!is_bytes(field)) {
            return false;
        }
        append(bytes, start,
               field->kind == FIELD_TEXT ? strnlen((const char *)start, field->size) : field->size);
        return true;
    }
    const struct variable *variable = get_variable(term->variable);
    if (variable->bytes != NULL) {
        append(bytes, variable->bytes, variable->size);
    }
    return variable->bytes != NULL;
}

bool evaluate_bytes(const struct value *value, struct bytes *bytes) {
    *bytes = (struct bytes){0};
    if (value->kind == VALUE_BYTES) {
        append(bytes, value->bytes != NULL ? (const void *)value->bytes : "", value->size);
        return true;
    }
    if (value->kind != VALUE_PARTS) {
        return variable_bytes(value, bytes);
    }
    append(bytes, "", 0);
    for (size_t i = 0; i < value->item_count; i++) {
        const struct value *part = &value->items[i];
        struct bytes more;
        if (part->width != 0) {
            uint64_t number = evaluate(part, NULL);
            append(bytes, &number, part->width);
        } else if (evaluate_bytes(part, &more)) {
            append(bytes, more.start, more.size);
            free(more.start);
        } else {
            STOP("a number in <> needs its size, like u32:$%s",
                 run.script->variables[part->terms[0].variable]);
        }
    }
    return true;
}

// --- the memory behind pointers ---

void put_number(uint8_t *to, uint64_t number, size_t size) {
    memcpy(to, &number, size > sizeof(number) ? sizeof(number) : size);
}

static void fill_structure(const struct structure *structure, const struct value *value,
                           uint8_t *instance);

uint64_t place_value(const struct value *value, const struct structure *structure, size_t element,
                     const struct names *names, size_t *count) {
    struct bytes bytes;
    *count = SIZE_MAX;
    switch (value->kind) {
    case VALUE_NULL:
        return 0;
    case VALUE_ADDRESS:
        return evaluate(value, names);
    case VALUE_OUT:
        *count = value->size / element;
        return (uintptr_t)get_guarded(&run.passing, value->size)->start;
    case VALUE_STRUCTURE: {
        if (structure == NULL || structure->is_single) {
            STOP("no structure is known for {...} here; write its bytes as <u32:1 u64:2>");
        }
        struct guarded *memory = get_guarded(&run.passing, structure->size);
        fill_structure(structure, value, memory->start);
        *count = element == structure->size ? 1 : structure->size / element;
        return (uintptr_t)memory->start;
    }
    case VALUE_ARRAY: {
        size_t size = structure != NULL ? structure->size : element;
        struct guarded *memory = get_guarded(&run.passing, value->item_count * size);
        for (size_t i = 0; i < value->item_count; i++) {
            const struct value *item = &value->items[i];
            uint8_t *at = memory->start + i * size;
            if (item->kind == VALUE_STRUCTURE && structure != NULL) {
                fill_structure(structure, item, at);
            } else if (evaluate_bytes(item, &bytes)) {
                memcpy(at, bytes.start, bytes.size < size ? bytes.size : size);
                free(bytes.start);
            } else {
                put_number(at, evaluate(item, names), size);
            }
        }
        *count = value->item_count * size / element;
        return (uintptr_t)memory->start;
    }
    default:
        break;
    }
    if (!evaluate_bytes(value, &bytes)) {
        uint64_t number = evaluate(value, names);
        bytes = (struct bytes){0};
        append(&bytes, &number, element > sizeof(number) ? sizeof(number) : element);
    }
    struct guarded *memory = get_guarded(&run.passing, bytes.size);
    memcpy(memory->start, bytes.start, bytes.size);
    *count = bytes.size / element;
    free(bytes.start);
    return (uintptr_t)memory->start;
}

size_t auto_size(uint64_t count, uint64_t element) {
    return element != 0 && count > AUTO_MAX / element ? AUTO_MAX : (size_t)(count * element);
}

static size_t field_element(const struct field *field) {
    return field->to_handles ? sizeof(zx_handle_t) : 1;
}

// First what is given, then what is counted, then the memory that needs the counts.
static void fill_structure(const struct structure *structure, const struct value *value,
                           uint8_t *instance) {
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < value->item_count; i++) {
            const struct value *item = &value->items[i];
            const struct field *field =
                structure_field(structure, value->names[i], strlen(value->names[i]));
            if (field == NULL) {
                STOP("%s has no field '%s'", structure->name, value->names[i]);
            }
            struct names names = {.symbols = field->symbols,
                                  .count = field->symbol_count != NULL ? *field->symbol_count : 0};
            uint8_t *at = instance + field->offset;
            const struct field *count_field =
                field->count != NULL
                    ? structure_field(structure, field->count, strlen(field->count))
                    : NULL;
            struct bytes bytes;
            if (item->kind == VALUE_AUTO) {
                if (pass == 1 && count_field != NULL) {
                    size_t element = field_element(field);
                    uint64_t count =
                        number_read(instance + count_field->offset, count_field->size, false);
                    put_number(
                        at, (uintptr_t)get_guarded(&run.passing, auto_size(count, element))->start,
                        field->size);
                }
            } else if (pass == 1) {
                continue;
            } else if (field->kind == FIELD_POINTER) {
                size_t count;
                put_number(at, place_value(item, NULL, field_element(field), &names, &count),
                           field->size);
                for (size_t k = 0; k < value->item_count; k++) {
                    if (strcmp(value->names[k], field->count) == 0 &&
                        value->items[k].kind == VALUE_AUTO && count_field != NULL) {
                        put_number(instance + count_field->offset, count == SIZE_MAX ? 0 : count,
                                   count_field->size);
                    }
                }
            } else if (evaluate_bytes(item, &bytes)) {
                memcpy(at, bytes.start, bytes.size < field->size ? bytes.size : field->size);
                free(bytes.start);
            } else {
                put_number(at, evaluate(item, &names), field->size);
            }
        }
    }
}
