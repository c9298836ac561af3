// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Reads .def files: lines to fields, fields to the model. What spans lines and files is in check.c.
#include "model.h"

#include <ctype.h>
#include <string.h>

struct parser {
    struct table *table;
    const char *group;
    bool in_call;

    // the field being read: its first line and what its lines say so far
    struct place place;
    const char *key;
    char *value;
    bool paragraph_ended;
};

static struct call *current(struct parser *parser) {
    return &parser->table->calls[parser->table->count - 1];
}

static bool starts_with(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

static bool is_identifier(const char *text) {
    if (!isalpha((unsigned char)*text) && *text != '_') {
        return false;
    }
    while (isalnum((unsigned char)*text) || *text == '_') {
        text++;
    }
    return *text == '\0';
}

static bool is_constant_name(const char *text) {
    bool any = *text != '\0';
    for (; *text != '\0'; text++) {
        any =
            any && (isupper((unsigned char)*text) || isdigit((unsigned char)*text) || *text == '_');
    }
    return any;
}

static struct name_list split(const char *text, const char *separators) {
    struct name_list parts = {0};
    for (;;) {
        size_t length = strcspn(text, separators);
        name_list_add(&parts, mem_substring(text, length));
        if (text[length] == '\0') {
            return parts;
        }
        text += length + 1;
    }
}

static struct name_list words_of(const char *text) {
    struct name_list words = {0};
    for (;;) {
        text += strspn(text, " ");
        if (*text == '\0') {
            return words;
        }
        size_t length = strcspn(text, " ");
        name_list_add(&words, mem_substring(text, length));
        text += length;
    }
}

// Turns a short name into the constant's: CHANNEL with ZX_OBJ_TYPE_ into ZX_OBJ_TYPE_CHANNEL.
static const char *constant_name(struct place place, const char *prefix, const char *name) {
    if (starts_with(name, prefix)) {
        report(place, "'%s' is given with its prefix; write '%s'", name, name + strlen(prefix));
        return NULL;
    }
    if (!is_constant_name(name)) {
        report(place, "'%s' is no constant's name; write it in capitals, without '%s'", name,
               prefix);
        return NULL;
    }
    return mem_format("%s%s", prefix, name);
}

static void parse_rights(struct arg *arg, const char *condition, const char *text) {
    if (arg->rule_count == MAX_RIGHTS_RULES) {
        report(arg->place, "more than %d conditional rights; join some", MAX_RIGHTS_RULES - 1);
        return;
    }
    struct rights_rule *rule = &arg->rules[arg->rule_count++];
    rule->condition = condition;
    struct name_list alternatives = split(text, "|");
    if (alternatives.count > MAX_ALTERNATIVES) {
        report(arg->place, "more than %d alternative rights in '%s'", MAX_ALTERNATIVES, text);
        return;
    }
    for (size_t i = 0; i < alternatives.count; i++) {
        struct name_list rights = split(alternatives.names[i], "+");
        struct name_list *needed = &rule->alternatives[rule->alternative_count++];
        for (size_t j = 0; j < rights.count; j++) {
            const char *name = constant_name(arg->place, "ZX_RIGHT_", rights.names[j]);
            if (name == NULL) {
                return;
            }
            if (strcmp(name, "ZX_RIGHT_NONE") != 0) {
                name_list_add(needed, name);
            } else if (rights.count > 1 || alternatives.count > 1) {
                report(arg->place, "NONE cannot be combined in '%s'; write NONE alone", text);
                return;
            }
        }
    }
}

// TYPE RIGHTS [if CONDITION RIGHTS]... [rsrc KIND] [optional]
static void parse_handle(struct arg *arg, const struct name_list *words) {
    if (words->count < 3) {
        report(arg->place,
               "'%s' needs an object type and rights; write '%s CHANNEL READ', "
               "'%s ANY NONE'",
               words->names[0], words->names[0], words->names[0]);
        return;
    }
    bool is_resource = false;
    if (strcmp(words->names[1], "ANY") != 0) {
        struct name_list types = split(words->names[1], "|");
        for (size_t i = 0; i < types.count; i++) {
            const char *name = constant_name(arg->place, "ZX_OBJ_TYPE_", types.names[i]);
            if (name != NULL) {
                name_list_add(&arg->object_types, name);
                is_resource = is_resource || strcmp(types.names[i], "RESOURCE") == 0;
            }
        }
    }
    parse_rights(arg, NULL, words->names[2]);
    for (size_t i = 3; i < words->count;) {
        const char *word = words->names[i];
        if (strcmp(word, "optional") == 0) {
            arg->optional = true;
            i++;
        } else if (strcmp(word, "rsrc") == 0 && i + 1 < words->count) {
            if (!is_resource) {
                report(arg->place,
                       "'rsrc' stands with RESOURCE only; write '%s RESOURCE %s rsrc %s'",
                       words->names[0], words->names[2], words->names[i + 1]);
            }
            arg->resource_kind = constant_name(arg->place, "ZX_RSRC_KIND_", words->names[i + 1]);
            i += 2;
        } else if (strcmp(word, "if") == 0 && i + 2 < words->count) {
            if (!is_constant_name(split(words->names[i + 2], "+|").names[0])) {
                report(arg->place,
                       "'%s' behind the condition '%s' is no right; write the condition without "
                       "spaces, 'if options&1 READ'",
                       words->names[i + 2], words->names[i + 1]);
                return;
            }
            parse_rights(arg, words->names[i + 1], words->names[i + 2]);
            i += 3;
        } else {
            report(arg->place,
                   "'%s' is not understood after the rights; write 'if CONDITION RIGHTS', with no "
                   "space in CONDITION, 'rsrc KIND' or 'optional'",
                   word);
            return;
        }
    }
}

static void parse_symbols(struct arg *arg, const char *names) {
    struct name_list symbols = split(names, "|");
    for (size_t i = 0; i < symbols.count; i++) {
        const char *name = symbols.names[i];
        if (!is_constant_name(name)) {
            report(arg->place, "'%s' is no constant's name; write capitals, several joined by '|'",
                   name);
            return;
        }
        name_list_add(&arg->symbols,
                      starts_with(name, "ZX_") ? name : mem_format("%s%s", arg->prefix, name));
    }
}

static void parse_options(struct arg *arg, const struct call *call, const char *text) {
    const char *colon = strchr(text, ':');
    if (colon == NULL) {
        arg->prefix = mem_format("ZX_%s_", upper_case(call->name));
        if (strcmp(text, "0") != 0) {
            parse_symbols(arg, text);
        }
        return;
    }
    const char *prefix = mem_substring(text, (size_t)(colon - text));
    if (!is_constant_name(prefix) || !starts_with(prefix, "ZX_")) {
        report(arg->place, "'%s' is no prefix of constants; write 'options ZX_NAME_:A|B'", prefix);
        return;
    }
    arg->prefix = prefix;
    parse_symbols(arg, colon + 1);
}

static void parse_enum(struct arg *arg, const char *text) {
    const char *colon = strchr(text, ':');
    const char *prefix = colon == NULL ? text : mem_substring(text, (size_t)(colon - text));
    if (!is_constant_name(prefix) || !starts_with(prefix, "ZX_")) {
        report(arg->place,
               "'%s' is no prefix of constants; write 'enum ZX_NAME_' or 'enum ZX_NAME_:A|B'",
               prefix);
        return;
    }
    arg->prefix = prefix;
    if (colon != NULL) {
        parse_symbols(arg, colon + 1);
        arg->enum_is_listed = true;
    }
}

// [COUNT] [optional]
static void parse_pointer(struct arg *arg, const struct name_list *words) {
    size_t i = 1;
    if (i < words->count && strcmp(words->names[i], "optional") != 0) {
        struct name_list factors = split(words->names[i++], "*");
        if (factors.count > 2) {
            report(arg->place, "a count is one argument or the product of two; write 'A*B'");
        }
        arg->count_name = factors.names[0];
        arg->scale_name = factors.count > 1 ? factors.names[1] : NULL;
    }
    if (i < words->count && strcmp(words->names[i], "optional") == 0) {
        arg->optional = true;
        i++;
    }
    if (i < words->count) {
        report(arg->place, "'%s' is not understood; write '%s COUNT optional'", words->names[i],
               words->names[0]);
    }
}

static const struct {
    const char *word;
    enum { PLAIN, HANDLE, POINTER, OPTIONS, ENUM } syntax;
} arg_kinds[ARG_KIND_COUNT] = {
    [ARG_USE] = {"use", HANDLE},          [ARG_CONSUME] = {"consume", HANDLE},
    [ARG_VALUE] = {"value", PLAIN},       [ARG_DEADLINE] = {"deadline", PLAIN},
    [ARG_DURATION] = {"duration", PLAIN}, [ARG_KOID] = {"koid", PLAIN},
    [ARG_ADDRESS] = {"address", PLAIN},   [ARG_OPTIONS] = {"options", OPTIONS},
    [ARG_ENUM] = {"enum", ENUM},          [ARG_IN] = {"in", POINTER},
    [ARG_OUT] = {"out", POINTER},         [ARG_INOUT] = {"inout", POINTER},
    [ARG_ACQUIRE] = {"acquire", POINTER}, [ARG_CONSUME_ARRAY] = {"consume_array", POINTER},
    [ARG_CODE] = {"code", PLAIN},         [ARG_STACK] = {"stack", PLAIN},
};

static void parse_arg_kind(struct arg *arg, const struct call *call, const char *text) {
    struct name_list words = words_of(text);
    size_t kind = 0;
    while (kind < ARG_KIND_COUNT &&
           (words.count == 0 || strcmp(arg_kinds[kind].word, words.names[0]) != 0)) {
        kind++;
    }
    if (kind == ARG_KIND_COUNT) {
        char *known = mem_format("%s", arg_kinds[0].word);
        for (size_t i = 1; i < ARG_KIND_COUNT; i++) {
            known = mem_format("%s, %s", known, arg_kinds[i].word);
        }
        report(arg->place, "'%s' is no kind of argument; write one of %s",
               words.count == 0 ? "" : words.names[0], known);
        arg->broken = true;
        return;
    }
    arg->kind = (enum arg_kind)kind;
    switch (arg_kinds[kind].syntax) {
    case HANDLE:
        parse_handle(arg, &words);
        return;
    case POINTER:
        parse_pointer(arg, &words);
        return;
    case PLAIN:
        if (words.count > 1) {
            report(arg->place, "'%s' takes nothing more; write '%s' alone", words.names[0],
                   words.names[0]);
        }
        return;
    case OPTIONS:
    case ENUM:
        if (words.count != 2) {
            report(arg->place, "'%s' takes one word; write '%s'", words.names[0],
                   kind == ARG_OPTIONS ? "options A|B', 'options ZX_NAME_:A|B' or 'options 0"
                                       : "enum ZX_NAME_' or 'enum ZX_NAME_:A|B");
        } else if (kind == ARG_OPTIONS) {
            parse_options(arg, call, words.names[1]);
        } else {
            parse_enum(arg, words.names[1]);
        }
        return;
    }
}

// NAME TYPE : KIND ...
static void parse_arg(struct call *call, struct place place, const char *value) {
    const char *colon = strstr(value, " : ");
    size_t name_length = strcspn(value, " ");
    if (colon == NULL || value + name_length >= colon) {
        report(place, "an argument needs a name, a type and a kind; write 'arg NAME TYPE : KIND'");
        return;
    }
    if (call->arg_count == MAX_ARGS) {
        report(place, "zx_%s has more than %d arguments, the most there can be; take some out",
               call->name, MAX_ARGS);
        return;
    }
    struct arg *arg = &call->args[call->arg_count++];
    arg->place = place;
    arg->name = mem_substring(value, name_length);
    arg->count_arg = arg->scale_arg = -1;
    if (!is_identifier(arg->name)) {
        report(place, "'%s' is no name of an argument; write a C identifier", arg->name);
    }
    const char *type = value + name_length;
    char *written = mem_substring(type, (size_t)(colon - type));
    arg->type = c_type_normalize(written);
    if (arg->type == NULL) {
        report(place, "'%s' is no type; write it as 'uint32_t', 'void*', 'const zx_handle_t*'",
               written + strspn(written, " "));
        arg->type = "void *";
        arg->broken = true;
    }
    if (c_is_pointer(arg->type)) {
        char *pointee = mem_substring(arg->type, strlen(arg->type) - 1);
        if (!c_is_pointer(pointee)) {
            pointee[strlen(pointee) - 1] = '\0';
            arg->pointee_is_const = starts_with(pointee, "const ");
        }
        arg->pointee = arg->pointee_is_const ? pointee + strlen("const ") : pointee;
    }
    parse_arg_kind(arg, call, colon + 3);
}

static void parse_error(struct call *call, struct place place, const char *value) {
    const char *colon = strstr(value, " : ");
    if (colon == NULL || colon[3] == '\0') {
        report(place, "an error needs a name and when it comes; write 'error NAME : when.'");
        return;
    }
    const char *name =
        constant_name(place, "ZX_ERR_", mem_substring(value, (size_t)(colon - value)));
    if (name == NULL) {
        return;
    }
    for (size_t i = 0; i < call->error_count; i++) {
        if (strcmp(call->errors[i].name, name) == 0) {
            report(place, "%s is listed twice, first in line %d; write one entry with both reasons",
                   name, call->errors[i].place.line);
            return;
        }
    }
    call->errors = mem_grow(call->errors, call->error_count, sizeof(*call->errors));
    call->errors[call->error_count++] =
        (struct error){.place = place, .name = name, .when = colon + 3};
}

static void parse_kind(struct call *call, struct place place, const char *value) {
    static const char *const words[] = {
        [CALL_KERNEL] = "kernel",     [CALL_BLOCKING] = "blocking", [CALL_VDSO] = "vdso",
        [CALL_INTERNAL] = "internal", [CALL_NORETURN] = "noreturn",
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], value) == 0) {
            call->kind = (enum call_kind)i;
            return;
        }
    }
    report(place, "'%s' is no kind of call; write kernel, blocking, vdso, internal or noreturn",
           value);
}

static void check_once(struct place place, const char *key, bool *seen) {
    if (*seen) {
        report(place, "'%s' stands twice in this call; write it once", key);
    }
    *seen = true;
}

static void finish_field(struct parser *parser) {
    if (parser->key == NULL) {
        return;
    }
    struct call *call = current(parser);
    struct place place = parser->place;
    const char *key = parser->key, *value = parser->value;
    parser->key = NULL;
    if (*value == '\0' && strcmp(key, "does") != 0) {
        report(place, "'%s' says nothing; write its value behind it", key);
    } else if (strcmp(key, "kind") == 0) {
        check_once(place, key, &call->has_kind);
        parse_kind(call, place, value);
    } else if (strcmp(key, "since") == 0) {
        check_once(place, key, &call->has_since);
        call->later = strcmp(value, "later") == 0;
        if (!call->later && strcmp(value, "2019") != 0) {
            report(place, "'%s' is no version; write 'since 2019' or 'since later'", value);
        }
    } else if (strcmp(key, "does") == 0) {
        check_once(place, key, &call->has_does);
        call->does = value;
        if (*value == '\0') {
            report(place, "'does' says nothing; write the contract below it, indented by 8 spaces");
        }
    } else if (strcmp(key, "differs") == 0) {
        check_once(place, key, &call->has_differs);
        call->differs = strcmp(value, "Nothing.") == 0 ? NULL : value;
        if (strcmp(value, "Nothing") == 0 || strcmp(value, "nothing.") == 0) {
            report(place, "'%s' is not the word for no difference; write 'Nothing.'", value);
        }
    } else if (strcmp(key, "missing") == 0) {
        check_once(place, key, &call->missing);
    } else if (strcmp(key, "arg") == 0) {
        parse_arg(call, place, value);
    } else if (strcmp(key, "error") == 0) {
        parse_error(call, place, value);
    } else {
        report(place, "'%s' is no field; write kind, since, missing, does, arg, error or differs",
               key);
    }
}

static void finish_call(struct parser *parser) {
    finish_field(parser);
    if (!parser->in_call) {
        return;
    }
    const struct call *call = current(parser);
    const struct {
        const char *key;
        bool present;
    } needed[] = {
        {"kind", call->has_kind},
        {"since", call->has_since},
        {"does", call->has_does},
        {"differs", call->has_differs},
    };
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (!needed[i].present) {
            report(call->place, "zx_%s has no '%s'; write the line", call->name, needed[i].key);
        }
    }
    parser->in_call = false;
}

// call NAME RESULT
static void start_call(struct parser *parser, struct place place, const char *value) {
    size_t length = strcspn(value, " ");
    const char *name = mem_substring(value, length);
    const char *result = value[length] == '\0' ? NULL : c_type_normalize(value + length);
    if (result == NULL) {
        report(place, "a call needs a name and a result type; write 'call NAME zx_status_t'");
        result = "zx_status_t";
    }
    if (starts_with(name, "zx_")) {
        report(place, "'%s' is given with its prefix; write 'call %s'", name, name + 3);
    }
    for (const char *c = name; *c != '\0'; c++) {
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '_') {
            report(place, "'%s' is no name of a call; write small letters, digits and '_'", name);
            break;
        }
    }
    struct table *table = parser->table;
    table->calls = mem_grow(table->calls, table->count, sizeof(*table->calls));
    table->calls[table->count++] = (struct call){
        .place = place,
        .name = name,
        .group = parser->group,
        .result = result,
    };
    parser->in_call = true;
}

// Adds a line to the value of the field. Only 'does' knows paragraphs and items.
static void continue_field(struct parser *parser, struct place place, const char *text) {
    if (parser->key == NULL) {
        report(place, "this line continues nothing; indent a field by 4 spaces, a call by none");
        return;
    }
    bool is_does = strcmp(parser->key, "does") == 0;
    const char *glue = " ";
    if (*parser->value == '\0') {
        glue = "";
    } else if (parser->paragraph_ended) {
        if (!is_does) {
            report(place, "an empty line ends '%s'; take it out", parser->key);
        }
        glue = "\n\n";
    } else if (is_does && starts_with(text, "- ")) {
        glue = "\n";
    }
    parser->paragraph_ended = false;
    parser->value = mem_format("%s%s%s", parser->value, glue, text);
}

static void parse_line(struct parser *parser, struct place place, char *line) {
    size_t length = strlen(line);
    while (length > 0 && strchr(" \r", line[length - 1]) != NULL) {
        line[--length] = '\0';
    }
    if (strchr(line, '\t') != NULL) {
        report(place, "a tab; write spaces");
        return;
    }
    size_t indent = strspn(line, " ");
    char *text = line + indent;
    if (*text == '\0') {
        parser->paragraph_ended = true;
    } else if (*text == '#' && indent < 8) {
        return;
    } else if (indent == 0) {
        finish_call(parser);
        if (starts_with(text, "call ")) {
            start_call(parser, place, text + 5 + strspn(text + 5, " "));
        } else {
            report(place,
                   "'%s' is no call; write 'call NAME RESULT', or indent a field by 4 spaces",
                   mem_substring(text, strcspn(text, " ")));
        }
    } else if (indent == 4) {
        finish_field(parser);
        if (!parser->in_call) {
            report(place, "a field outside a call; write 'call NAME RESULT' before it");
            return;
        }
        size_t key_length = strcspn(text, " ");
        char *value = text + key_length + strspn(text + key_length, " ");
        parser->place = place;
        parser->key = mem_substring(text, key_length);
        parser->value = value;
        parser->paragraph_ended = false;
        if (strcmp(parser->key, "does") == 0 && *value != '\0') {
            report(place, "text behind 'does'; write it in the next line, indented by 8 spaces");
        }
    } else if (indent >= 8) {
        continue_field(parser, place, text);
    } else {
        report(place, "indented by %zu spaces; write 4 before a field, 8 before its text", indent);
    }
}

bool parse_file(struct table *table, const char *path) {
    char *text = read_whole_file(path);
    if (text == NULL) {
        return false;
    }
    const char *base = strrchr(path, '/');
    base = base == NULL ? path : base + 1;
    const char *dot = strrchr(base, '.');
    struct parser parser = {
        .table = table,
        .group = mem_substring(base, dot == NULL ? strlen(base) : (size_t)(dot - base)),
    };
    struct place place = {.file = path, .line = 1};
    for (char *line = text; *line != '\0'; place.line++) {
        size_t length = strcspn(line, "\n");
        bool last = line[length] == '\0';
        line[length] = '\0';
        parse_line(&parser, place, line);
        if (last) {
            break;
        }
        line += length + 1;
    }
    finish_call(&parser);
    return true;
}
