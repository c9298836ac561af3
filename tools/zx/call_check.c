// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Holds the lines of a script against the table of calls before any of them runs.
#include <string.h>

#include "call.h"
#include "trace_names.h"

bool script_name(const char *name, const struct syscall_symbol *symbols, size_t count,
                 const char *prefix, uint64_t *value) {
    size_t skip = prefix != NULL ? strlen(prefix) : 0;
    for (size_t i = 0; i < count; i++) {
        const char *symbol = symbols[i].name;
        if (strcmp(symbol, name) == 0 ||
            (skip > 0 && strncmp(symbol, prefix, skip) == 0 && strcmp(symbol + skip, name) == 0)) {
            *value = symbols[i].value;
            return true;
        }
    }
    return name_find(name, strlen(name), value);
}

// What is checked, for messages: "num_bytes of channel_write".
struct place {
    const struct script *script;
    unsigned line;
    const struct syscall_desc *call;
    const char *name;
    bool raw;
    const struct syscall_symbol *symbols;
    size_t symbol_count;
    const char *prefix;
};

#define REFUSE(place, format, ...)                                                                 \
    (script_complain((place)->script, (place)->line, "%s of %s: " format, (place)->name,           \
                     (place)->call->name, ##__VA_ARGS__),                                          \
     false)

static bool is_variable(const struct value *value) {
    return value->kind == VALUE_NUMBER && value->term_count == 1 &&
           value->terms[0].kind == TERM_VARIABLE;
}

// The value of a number without variables. False if it has some, or a name that there is not.
static bool constant(const struct place *place, const struct value *value, uint64_t *number) {
    *number = 0;
    for (size_t i = 0; i < value->term_count; i++) {
        uint64_t term = value->terms[i].number;
        if (value->terms[i].kind == TERM_VARIABLE || value->terms[i].kind == TERM_NOW ||
            (value->terms[i].kind == TERM_NAME &&
             !script_name(value->terms[i].name, place->symbols, place->symbol_count, place->prefix,
                          &term))) {
            return false;
        }
        *number |= term;
    }
    return value->kind == VALUE_NUMBER;
}

static bool fits(uint64_t number, size_t size) {
    if (size >= 8) {
        return true;
    }
    uint64_t above = number >> (8 * size - 1);
    return above <= 1 || above == UINT64_MAX >> (8 * size - 1);
}

static bool check_number(const struct place *place, const struct value *value, size_t size) {
    if (value->kind != VALUE_NUMBER) {
        return REFUSE(place, "a number or name is wanted");
    }
    for (size_t i = 0; i < value->term_count; i++) {
        uint64_t unused;
        if (value->terms[i].kind == TERM_NAME &&
            !script_name(value->terms[i].name, place->symbols, place->symbol_count, place->prefix,
                         &unused)) {
            return REFUSE(place, "there is no name '%s'", value->terms[i].name);
        }
    }
    uint64_t number;
    if (!place->raw && constant(place, value, &number) && !fits(number, size)) {
        return REFUSE(place, "%lld does not fit into %zu bytes; 'raw %s' takes any 64 bits",
                      (long long)number, size, place->call->name);
    }
    return true;
}

static bool check_structure(const struct place *place, const struct structure *structure,
                            const struct value *value);

static bool check_pointer(const struct place *place, const struct value *value,
                          enum syscall_direction direction) {
    if (value->kind == VALUE_AUTO && direction != SYSCALL_OUT) {
        return REFUSE(place, "the call reads it, so '_' cannot stand for it");
    }
    return true;
}

static bool check_elements(const struct place *place, const struct structure *structure,
                           size_t element_size, bool has_elements, const struct value *value) {
    if (value->kind == VALUE_STRUCTURE) {
        return check_structure(place, structure, value);
    }
    if (value->kind == VALUE_NUMBER && !is_variable(value)) {
        bool is_number = structure != NULL ? structure->is_single : has_elements;
        if (!is_number || element_size > 8) {
            return REFUSE(place, "it points to bytes; write them in \"quotes\" or <>");
        }
        return check_number(place, value, element_size);
    }
    if (value->kind == VALUE_ARRAY) {
        if (structure == NULL && !has_elements) {
            return REFUSE(place, "nothing is known of its elements; write bytes as <u32:1 u64:2>");
        }
        for (size_t i = 0; i < value->item_count; i++) {
            const struct value *item = &value->items[i];
            if (item->kind != VALUE_NUMBER && item->kind != VALUE_STRUCTURE) {
                return REFUSE(place, "in [] stand numbers or {FIELD=VALUE}");
            }
            if (!check_elements(place, structure, element_size, has_elements, item)) {
                return false;
            }
        }
    }
    return true;
}

static bool check_parts(const struct place *place, const struct value *value) {
    for (size_t i = 0; i < value->item_count; i++) {
        const struct value *item = &value->items[i];
        if (item->width != 0 && !check_number(place, item, item->width)) {
            return false;
        }
    }
    return true;
}

static bool check_field(const struct place *place, const struct structure *structure,
                        const struct field *field, const struct value *value) {
    struct place inside = *place;
    inside.name = field->name;
    inside.symbols = field->symbols;
    inside.symbol_count = field->symbol_count != NULL ? *field->symbol_count : 0;
    inside.prefix = NULL;
    if (value->kind == VALUE_PARTS) {
        return check_parts(&inside, value);
    }
    switch (field->kind) {
    case FIELD_POINTER:
        return check_pointer(&inside, value, field->direction) &&
               check_elements(&inside, NULL, field->to_handles ? sizeof(zx_handle_t) : 1,
                              field->to_handles, value);
    case FIELD_TEXT:
    case FIELD_DATA:
        if (value->kind != VALUE_BYTES && !is_variable(value)) {
            return REFUSE(&inside, "it holds bytes; write them in \"quotes\" or <>");
        }
        if (value->kind == VALUE_BYTES && value->size > field->size) {
            return REFUSE(&inside, "it has room for %u bytes, not %zu", field->size, value->size);
        }
        return true;
    default:
        if (value->kind == VALUE_AUTO) {
            for (size_t i = 0; i < structure->field_count; i++) {
                if (structure->fields[i].count != NULL &&
                    strcmp(structure->fields[i].count, field->name) == 0) {
                    return true;
                }
            }
            return REFUSE(&inside, "it counts nothing, so '_' cannot stand for it");
        }
        return value->kind == VALUE_ADDRESS || check_number(&inside, value, field->size);
    }
}

static bool check_structure(const struct place *place, const struct structure *structure,
                            const struct value *value) {
    if (structure == NULL || structure->is_single) {
        return REFUSE(place, "it is no structure that is known here; write its bytes as "
                             "<u32:1 u64:2>");
    }
    for (size_t i = 0; i < value->item_count; i++) {
        const struct field *field =
            structure_field(structure, value->names[i], strlen(value->names[i]));
        if (field == NULL) {
            char list[512] = "";
            for (size_t k = 0; k < structure->field_count; k++) {
                size_t length = strlen(list);
                snprintf(list + length, sizeof(list) - length, " %s", structure->fields[k].name);
            }
            return REFUSE(place, "%s has no field '%s'; it has%s", structure->name, value->names[i],
                          list);
        }
        if (!check_field(place, structure, field, &value->items[i])) {
            return false;
        }
    }
    return true;
}

static bool counts_something(const struct syscall_desc *call, size_t index) {
    for (size_t i = 0; i < call->arg_count; i++) {
        if (call->args[i].count_arg == (int)index) {
            return true;
        }
    }
    return false;
}

// Which structure it is may depend on other arguments. If those are not known before the script
// runs, `known` is false.
static const struct structure *find_structure(const struct place *place,
                                              const struct statement *statement, size_t index,
                                              bool *known) {
    uint64_t words[SYSCALL_MAX_ARGS] = {0};
    *known = true;
    for (size_t i = 0; i < statement->value_count; i++) {
        const struct syscall_arg *arg = &statement->call->args[i];
        if (arg->kind == SYSCALL_ARG_ENUM) {
            struct place other = *place;
            other.symbols = arg->symbols;
            other.symbol_count = arg->symbol_count;
            other.prefix = arg->symbol_prefix;
            *known = constant(&other, &statement->values[i], &words[i]) && *known;
        }
    }
    return structure_of(statement->call, index, words);
}

static bool check_argument(const struct script *script, const struct statement *statement,
                           size_t index) {
    const struct syscall_arg *arg = &statement->call->args[index];
    const struct value *value = &statement->values[index];
    struct place place = {.script = script,
                          .line = statement->line,
                          .call = statement->call,
                          .name = arg->name,
                          .raw = statement->raw,
                          .symbols = arg->symbols,
                          .symbol_count = arg->symbol_count,
                          .prefix = arg->symbol_prefix};
    if (!arg->is_pointer || arg->direction == SYSCALL_NONE) {
        switch (value->kind) {
        case VALUE_AUTO:
            return counts_something(statement->call, index) ||
                   REFUSE(&place, "it counts nothing, so '_' cannot stand for it");
        case VALUE_ADDRESS:
            return true;
        case VALUE_NULL:
            return arg->is_pointer || REFUSE(&place, "it is no pointer; write 0");
        default:
            return check_number(&place, value, arg->size);
        }
    }
    if (value->kind == VALUE_PARTS) {
        return check_parts(&place, value);
    }
    if (value->kind == VALUE_AUTO && counts_something(statement->call, index)) {
        return true; // a count behind a pointer
    }
    bool known;
    const struct structure *structure = find_structure(&place, statement, index, &known);
    if (!known && value->kind == VALUE_STRUCTURE) {
        return true;
    }
    bool has_elements = strstr(arg->type, "void") == NULL && strstr(arg->type, "char") == NULL;
    size_t element = structure != NULL ? structure->size : arg->element_size;
    return check_pointer(&place, value, arg->direction) &&
           check_elements(&place, structure, element, has_elements, value);
}

bool script_check_call(const struct script *script, const struct statement *statement) {
    for (size_t i = 0; i < statement->value_count; i++) {
        if (!check_argument(script, statement, i)) {
            return false;
        }
    }
    size_t outputs[SYSCALL_MAX_ARGS];
    size_t count = call_outputs(statement->call, outputs);
    size_t most = count > 0 ? count : 1; // without any, the result
    if (statement->target_count > most) {
        script_complain(script, statement->line, "%s writes to %zu arguments, not %zu",
                        statement->call->name, count, statement->target_count);
        return false;
    }
    if (count == 0 && statement->target_count > 0 && statement->targets[0].is_list) {
        script_complain(script, statement->line, "%s gives one result; write -> $variable",
                        statement->call->name);
        return false;
    }
    return true;
}
