// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The names that public headers define, by #define or in an enum, and the table's names against
// them.
#include "model.h"

#include <ctype.h>
#include <string.h>

static struct name_list constants;
static bool loaded;

static bool is_word(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

// Comments become spaces, lines that go on after a backslash become one.
static void strip(char *text) {
    char *to = text;
    for (const char *from = text; *from != '\0';) {
        if (from[0] == '\\' && from[1] == '\n') {
            from += 2;
        } else if (from[0] == '/' && from[1] == '/') {
            from += strcspn(from, "\n");
        } else if (from[0] == '/' && from[1] == '*') {
            const char *end = strstr(from + 2, "*/");
            from = end == NULL ? from + strlen(from) : end + 2;
            *to++ = ' ';
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

static bool contains(const char *name) {
    for (size_t i = 0; i < constants.count; i++) {
        if (strcmp(constants.names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static const char *take_name(const char *text) {
    const char *end = text;
    while (is_word(*end)) {
        end++;
    }
    const char *name = mem_substring(text, (size_t)(end - text));
    if (strncmp(name, "ZX_", 3) == 0 && !contains(name)) {
        name_list_add(&constants, name);
    }
    return end;
}

static void take_define(const char *line) {
    line += strspn(line, " \t");
    if (*line != '#') {
        return;
    }
    line++;
    line += strspn(line, " \t");
    if (strncmp(line, "define", 6) != 0) {
        return;
    }
    line += 6 + strspn(line + 6, " \t");
    size_t length = 0;
    while (is_word(line[length])) {
        length++;
    }
    const char *value = line + length;
    bool has_value =
        *value != '(' && value[strspn(value, " \t")] != '\n' && value[strspn(value, " \t")] != '\0';
    if (has_value) {
        take_name(line);
    }
}

static void take_enum(const char *text) {
    text += strcspn(text, "{;()");
    if (*text != '{') {
        return;
    }
    do {
        text++;
        text += strspn(text, " \t\n");
        text = take_name(text);
        int depth = 0;
        while (*text != '\0' && (depth > 0 || (*text != ',' && *text != '}'))) {
            depth += (*text == '(') - (*text == ')');
            text++;
        }
    } while (*text == ',');
}

bool constants_load(const char *path) {
    char *text = read_whole_file(path);
    if (text == NULL) {
        return false;
    }
    loaded = true;
    strip(text);
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        take_define(line);
    }
    for (const char *c = strstr(text, "enum"); c != NULL; c = strstr(c + 4, "enum")) {
        if ((c == text || !is_word(c[-1])) && !is_word(c[4])) {
            take_enum(c);
        }
    }
    return true;
}

// Constants whose names end like the wrong one: the usual mistake is the prefix.
static const char *similar(const char *name, const char *short_name) {
    const char *found = NULL;
    size_t length = strlen(short_name), count = 0;
    for (size_t i = 0; i < constants.count && count < 3; i++) {
        const char *other = constants.names[i];
        size_t other_length = strlen(other);
        if (strcmp(other, name) != 0 && other_length > length &&
            other[other_length - length - 1] == '_' &&
            strcmp(other + other_length - length, short_name) == 0) {
            found = found == NULL ? other : mem_format("%s, %s", found, other);
            count++;
        }
    }
    return found;
}

static void check_name(struct place place, const char *prefix, const char *name) {
    if (name == NULL || contains(name)) {
        return;
    }
    size_t length = strlen(prefix);
    const char *known = similar(name, strncmp(name, prefix, length) == 0 ? name + length : name);
    if (known == NULL) {
        report(place, "the headers have no %s; write a name that they define", name);
    } else {
        report(place, "the headers have no %s; write one they define, such as %s", name, known);
    }
}

static void check_names(struct place place, const char *prefix, const struct name_list *names) {
    for (size_t i = 0; i < names->count; i++) {
        check_name(place, prefix, names->names[i]);
    }
}

static void check_condition(struct place place, const char *condition) {
    for (const char *c = strstr(condition, "ZX_"); c != NULL; c = strstr(c, "ZX_")) {
        size_t length = 0;
        while (is_word(c[length])) {
            length++;
        }
        check_name(place, "ZX_", mem_substring(c, length));
        c += length;
    }
}

static void fill_enum(struct arg *arg, bool needed) {
    if (arg->prefix == NULL || arg->symbols.count > 0) {
        return;
    }
    for (size_t i = 0; i < constants.count; i++) {
        if (strncmp(constants.names[i], arg->prefix, strlen(arg->prefix)) == 0) {
            name_list_add(&arg->symbols, constants.names[i]);
        }
    }
    if (arg->symbols.count > 0) {
        return;
    }
    if (loaded) {
        report(arg->place, "the headers have no constant %s...; write another prefix", arg->prefix);
    } else if (needed) {
        report(arg->place,
               "'enum %s' needs the headers; run with --constants HEADER, or write "
               "'enum %s:A|B'",
               arg->prefix, arg->prefix);
    }
}

void constants_check_table(struct table *table, bool enums_needed) {
    for (size_t i = 0; i < table->count; i++) {
        struct call *call = &table->calls[i];
        for (size_t j = 0; j < call->arg_count; j++) {
            struct arg *arg = &call->args[j];
            if (loaded) {
                check_names(arg->place, "ZX_OBJ_TYPE_", &arg->object_types);
                check_name(arg->place, "ZX_RSRC_KIND_", arg->resource_kind);
                for (size_t k = 0; k < arg->rule_count; k++) {
                    const struct rights_rule *rule = &arg->rules[k];
                    for (size_t l = 0; l < rule->alternative_count; l++) {
                        check_names(arg->place, "ZX_RIGHT_", &rule->alternatives[l]);
                    }
                    if (rule->condition != NULL) {
                        check_condition(arg->place, rule->condition);
                    }
                }
                if (arg->prefix != NULL) {
                    check_names(arg->place, arg->prefix, &arg->symbols);
                }
            }
            if (arg->kind == ARG_ENUM) {
                fill_enum(arg, enums_needed);
            }
        }
        for (size_t j = 0; loaded && j < call->error_count; j++) {
            check_name(call->errors[j].place, "ZX_ERR_", call->errors[j].name);
        }
    }
}
