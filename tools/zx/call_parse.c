// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "call_words.h"

const char *const given_variables[GIVEN_VARIABLES] = {"process", "thread", "job", "vmar",
                                                      "resource"};

void script_complain(const struct script *script, unsigned line, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "zx call: %s:%u: ", script->file, line);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

// --- statements ---

static int take_target(struct parser *parser) {
    const char *before = parser->at;
    char *word = parser_take_word(parser);
    bool nowhere = strcmp(word, "_") == 0;
    free(word);
    if (nowhere) {
        return NO_VARIABLE;
    }
    parser->at = before;
    return parser_take_new_variable(parser);
}

static void parse_targets(struct parser *parser, struct statement *statement) {
    while (!parser_at_end(parser)) {
        struct target *target = GROW(statement->targets, statement->target_count);
        target->variable = NO_VARIABLE;
        target->is_list = parser_take(parser, "[");
        if (!target->is_list) {
            target->variable = take_target(parser);
            continue;
        }
        while (!parser_take(parser, "]")) {
            if (parser_at_end(parser)) {
                FAIL(parser, "a ']' is missing");
                return;
            }
            *(int *)GROW(target->elements, target->element_count) = take_target(parser);
        }
    }
}

static bool is_output_only(const struct syscall_arg *arg) {
    return arg->is_pointer && arg->direction == SYSCALL_OUT;
}

size_t call_outputs(const struct syscall_desc *call, size_t outputs[SYSCALL_MAX_ARGS]) {
    size_t count = 0;
    for (size_t i = 0; i < call->arg_count; i++) {
        const struct syscall_arg *arg = &call->args[i];
        if (arg->is_pointer && (arg->direction == SYSCALL_OUT || arg->direction == SYSCALL_INOUT)) {
            outputs[count++] = i;
        }
    }
    return count;
}

// If only what the call reads was given, makes room for the rest; likewise for those at the end.
static void spread_arguments(struct parser *parser, struct statement *statement) {
    const struct syscall_desc *call = statement->call;
    size_t given = statement->value_count, wanted = 0;
    for (size_t i = 0; i < call->arg_count; i++) {
        wanted += !is_output_only(&call->args[i]);
    }
    while (given < call->arg_count && given != wanted) {
        bool rest_is_output = true;
        for (size_t i = given; i < call->arg_count; i++) {
            rest_is_output = rest_is_output && is_output_only(&call->args[i]);
        }
        if (!rest_is_output) {
            break;
        }
        struct value *more = GROW(statement->values, statement->value_count);
        more->kind = VALUE_AUTO;
        given++;
    }
    if (given == call->arg_count) {
        return;
    }
    if (given != wanted) {
        if (wanted == call->arg_count) {
            FAIL(parser, "%s takes %zu arguments, not %zu", call->name, wanted, given);
        } else {
            FAIL(parser,
                 "%s takes %u arguments, or %zu without those that it writes to, not %zu; "
                 "zx call --list %s prints them",
                 call->name, call->arg_count, wanted, given, call->name);
        }
        return;
    }
    struct value *values = calloc(SYSCALL_MAX_ARGS, sizeof(*values));
    if (values == NULL) {
        script_no_memory();
    }
    for (size_t i = 0, from = 0; i < call->arg_count; i++) {
        values[i].kind = VALUE_AUTO;
        if (!is_output_only(&call->args[i])) {
            values[i] = statement->values[from++];
        }
    }
    free(statement->values);
    statement->values = values;
    statement->value_count = call->arg_count;
}

static void parse_call(struct parser *parser, struct statement *statement, const char *name) {
    statement->kind = STATEMENT_CALL;
    statement->call = syscall_find(strncmp(name, "zx_", 3) == 0 ? name + 3 : name);
    if (statement->call == NULL) {
        FAIL(parser, "there is no call '%s'; zx call --list prints them", name);
        return;
    }
    while (!parser_at_end(parser)) {
        if (parser_take(parser, "->")) {
            // A variable may be used and changed by the same line.
            parse_targets(parser, statement);
            break;
        }
        parser_take_value(parser, GROW(statement->values, statement->value_count));
    }
    if (!parser->failed) {
        spread_arguments(parser, statement);
    }
    if (!parser->failed && !script_check_call(parser->script, statement)) {
        parser->failed = true;
    }
}

static void parse_expect(struct parser *parser, struct statement *statement,
                         const struct statement *last_call) {
    statement->kind = STATEMENT_EXPECT_RESULT;
    parser_at_end(parser);
    if (*parser->at == '$' || *parser->at == '@') {
        statement->kind = STATEMENT_EXPECT_VALUE;
    } else if (last_call == NULL) {
        FAIL(parser, "there is no call above whose result could be expected");
        return;
    } else {
        statement->call = last_call->call;
    }
    while (!parser_at_end(parser)) {
        if (statement->kind == STATEMENT_EXPECT_RESULT && parser_take(parser, "error")) {
            statement->expects_error = true;
            continue;
        }
        struct value *value = GROW(statement->values, statement->value_count);
        parser_take_value(parser, value);
        uint64_t unused;
        for (size_t i = 0; i < value->term_count && !parser->failed; i++) {
            const struct term *term = &value->terms[i];
            if (term->kind == TERM_NAME && !script_name(term->name, NULL, 0, NULL, &unused)) {
                FAIL(parser, "there is no name '%s'", term->name);
            }
        }
    }
    if (statement->kind == STATEMENT_EXPECT_VALUE
            ? statement->value_count != 2
            : statement->value_count == 0 && !statement->expects_error) {
        FAIL(parser, "write: expect RESULT..., or expect $variable VALUE");
    }
}

// Statements other than calls: a word, perhaps a variable, and values.
static const struct {
    const char *word;
    enum statement_kind kind;
    bool has_variable;
    size_t least, most; // values
    const char *form;
} forms[] = {
    {"set", STATEMENT_SET, true, 1, 1, "set $variable VALUE"},
    {"memory", STATEMENT_MEMORY, true, 1, 2, "memory $variable SIZE [CONTENT] [readonly]"},
    {"load", STATEMENT_LOAD, true, 2, 2, "load $variable @ADDRESS SIZE"},
    {"store", STATEMENT_STORE, false, 2, 2, "store @ADDRESS BYTES"},
    {"fail_allocation", STATEMENT_FAIL_ALLOCATION, false, 1, 1, "fail_allocation N"},
};

static bool is_bytes(const struct value *value) {
    return value->kind == VALUE_BYTES || value->kind == VALUE_PARTS ||
           (value->kind == VALUE_NUMBER && value->term_count == 1 &&
            value->terms[0].kind == TERM_VARIABLE);
}

static bool values_fit(const struct statement *statement) {
    const struct value *values = statement->values;
    switch (statement->kind) {
    case STATEMENT_SET:
        return values[0].kind <= VALUE_PARTS || values[0].kind == VALUE_ADDRESS;
    case STATEMENT_MEMORY:
        return values[0].kind == VALUE_NUMBER &&
               (statement->value_count < 2 || is_bytes(&values[1]));
    case STATEMENT_LOAD:
        return values[0].kind == VALUE_ADDRESS && values[1].kind == VALUE_NUMBER;
    case STATEMENT_STORE:
        return values[0].kind == VALUE_ADDRESS && is_bytes(&values[1]);
    default:
        return values[0].kind == VALUE_NUMBER;
    }
}

static void check_names(struct parser *parser, const struct value *value) {
    uint64_t unused;
    for (size_t i = 0; i < value->term_count; i++) {
        if (value->terms[i].kind == TERM_NAME &&
            !script_name(value->terms[i].name, NULL, 0, NULL, &unused)) {
            FAIL(parser, "there is no name '%s'", value->terms[i].name);
        }
    }
    for (size_t i = 0; i < value->item_count; i++) {
        check_names(parser, &value->items[i]);
    }
}

static void parse_form(struct parser *parser, struct statement *statement, size_t form) {
    statement->kind = forms[form].kind;
    // The variable comes into being only behind the values.
    const char *variable = parser->at;
    if (forms[form].has_variable) {
        free(parser_take_word(parser));
    }
    while (!parser_at_end(parser)) {
        if (statement->kind == STATEMENT_MEMORY && parser_take(parser, "readonly")) {
            statement->readonly = true;
            continue;
        }
        struct value *value = GROW(statement->values, statement->value_count);
        parser_take_value(parser, value);
        check_names(parser, value);
    }
    if (!parser->failed && (statement->value_count < forms[form].least ||
                            statement->value_count > forms[form].most || !values_fit(statement))) {
        FAIL(parser, "write: %s", forms[form].form);
    }
    if (!parser->failed && forms[form].has_variable) {
        parser->at = variable;
        statement->variable = parser_take_new_variable(parser);
    }
}

static void parse_line(struct parser *parser, const struct statement *last_call) {
    struct statement *statement = GROW(parser->script->statements, parser->script->statement_count);
    statement->line = parser->line;
    statement->variable = NO_VARIABLE;
    char *word = parser_take_word(parser);
    if (strcmp(word, "expect") == 0) {
        parse_expect(parser, statement, last_call);
        free(word);
        return;
    }
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (strcmp(word, forms[i].word) == 0) {
            parse_form(parser, statement, i);
            free(word);
            return;
        }
    }
    if (strcmp(word, "raw") == 0) {
        statement->raw = true;
        free(word);
        word = parser_take_word(parser);
    }
    parse_call(parser, statement, word);
    free(word);
}

bool script_parse(struct script *script, const char *file, const char *text) {
    *script = (struct script){.file = file};
    for (size_t i = 0; i < GIVEN_VARIABLES; i++) {
        *(const char **)GROW(script->variables, script->variable_count) = given_variables[i];
    }
    bool good = true;
    size_t last_call = SIZE_MAX;
    for (unsigned line = 1; *text != '\0'; line++) {
        size_t length = strcspn(text, "\n");
        char *copy = strndup(text, length);
        struct parser parser = {.script = script, .line = line, .at = copy};
        if (copy == NULL) {
            return false;
        }
        if (!parser_at_end(&parser)) {
            // By value: the list of statements moves when it grows.
            struct statement call = {0};
            if (last_call != SIZE_MAX) {
                call = script->statements[last_call];
            }
            parse_line(&parser, last_call != SIZE_MAX ? &call : NULL);
            good = good && !parser.failed;
            if (script->statements[script->statement_count - 1].kind == STATEMENT_CALL &&
                script->statements[script->statement_count - 1].call != NULL) {
                last_call = script->statement_count - 1;
            }
        }
        free(copy);
        text += length + (text[length] == '\n');
    }
    return good;
}
