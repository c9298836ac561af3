// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Looks at what a single line cannot show: arguments that name each other, kinds against types,
// calls that stand twice. Brings the calls into the order of their names.
#include "model.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int find_arg(const struct call *call, const char *name) {
    for (size_t i = 0; i < call->arg_count; i++) {
        if (strcmp(call->args[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static int resolve_count(const struct call *call, const struct arg *arg, const char *name) {
    if (name == NULL) {
        return -1;
    }
    int index = find_arg(call, name);
    if (index < 0) {
        report(arg->place,
               "'%s' counts the elements of '%s' but is no argument of zx_%s; write "
               "the name of one",
               name, arg->name, call->name);
    }
    return index;
}

static void check_condition(const struct call *call, const struct arg *arg, const char *condition) {
    for (const char *c = condition; *c != '\0';) {
        size_t length = 0;
        while (isalnum((unsigned char)c[length]) || c[length] == '_') {
            length++;
        }
        if (length == 0) {
            c++;
            continue;
        }
        const char *word = mem_substring(c, length);
        c += length;
        if (!isdigit((unsigned char)*word) && strncmp(word, "ZX_", 3) != 0 &&
            find_arg(call, word) < 0) {
            report(
                arg->place,
                "'%s' in the condition '%s' is neither an argument nor a ZX_ constant; write one",
                word, condition);
        }
    }
}

static bool pointee_is(const struct arg *arg, const char *a, const char *b) {
    return arg->pointee != NULL && (strcmp(arg->pointee, a) == 0 || strcmp(arg->pointee, b) == 0);
}

static void check_type(const struct arg *arg) {
    struct place place = arg->place;
    if (strcmp(arg->type, "void") == 0) {
        report(place, "'%s' has no value; write a type other than void", arg->name);
        return;
    }
    switch (arg->kind) {
    case ARG_USE:
    case ARG_CONSUME:
        if (strcmp(arg->type, "zx_handle_t") != 0) {
            report(place, "'%s' is a handle of type '%s'; write zx_handle_t", arg->name, arg->type);
        }
        break;
    case ARG_IN:
    case ARG_OUT:
    case ARG_INOUT:
        if (arg->pointee == NULL) {
            report(place, "'%s' is no pointer; write its type as '%s*', or kind 'value'", arg->name,
                   arg->type);
        } else if (arg->pointee_is_const && arg->kind != ARG_IN) {
            report(place,
                   "'%s' points to const and is written to; write 'in', or a type without "
                   "const",
                   arg->name);
        }
        break;
    case ARG_ACQUIRE:
        if (!pointee_is(arg, "zx_handle_t", "zx_handle_info_t") || arg->pointee_is_const) {
            report(place, "'%s' takes new handles; write zx_handle_t* or zx_handle_info_t*",
                   arg->name);
        }
        break;
    case ARG_CONSUME_ARRAY:
        if (!pointee_is(arg, "zx_handle_t", "zx_handle_disposition_t")) {
            report(place,
                   "'%s' gives handles away; write const zx_handle_t* or "
                   "zx_handle_disposition_t*",
                   arg->name);
        }
        break;
    case ARG_ADDRESS:
        break;
    default:
        if (arg->pointee != NULL) {
            report(place, "'%s' is a pointer; write 'in', 'out', 'inout' or 'address'", arg->name);
        }
    }
}

static void check_arg(struct call *call, size_t index) {
    struct arg *arg = &call->args[index];
    if (find_arg(call, arg->name) != (int)index) {
        report(arg->place, "a second argument '%s'; write another name", arg->name);
    }
    if (strcmp(arg->name, "self") == 0 || strcmp(arg->name, "result") == 0) {
        report(arg->place, "the printed code has a '%s' of its own; write another name", arg->name);
    }
    arg->count_arg = resolve_count(call, arg, arg->count_name);
    arg->scale_arg = resolve_count(call, arg, arg->scale_name);
    if (!arg->broken) {
        check_type(arg);
    }
    for (size_t i = 1; i < arg->rule_count; i++) {
        check_condition(call, arg, arg->rules[i].condition);
    }
}

static void check_call(struct call *call) {
    for (size_t i = 0; i < call->arg_count; i++) {
        check_arg(call, i);
    }
    bool is_void = strcmp(call->result, "void") == 0;
    if (call->kind == CALL_BLOCKING && strcmp(call->result, "zx_status_t") != 0) {
        report(call->place, "zx_%s is retried by its status; write the result as zx_status_t",
               call->name);
    }
    if (call->kind == CALL_NORETURN && !is_void) {
        report(call->place, "zx_%s never returns; write the result as void", call->name);
    }
    if (strcmp(call->result, "zx_status_t") != 0 && call->error_count > 0) {
        report(call->errors[0].place, "zx_%s returns no status; take its errors out", call->name);
    }
}

static int by_name(const void *a, const void *b) {
    const struct call *left = a, *right = b;
    return strcmp(left->name, right->name);
}

void check_table(struct table *table) {
    if (table->count == 0) {
        return;
    }
    for (size_t i = 0; i < table->count; i++) {
        check_call(&table->calls[i]);
    }
    qsort(table->calls, table->count, sizeof(*table->calls), by_name);
    for (size_t i = 1; i < table->count; i++) {
        const struct call *call = &table->calls[i], *previous = call - 1;
        if (strcmp(call->name, previous->name) == 0) {
            report(call->place, "zx_%s stands already at %s:%d; take one of them out", call->name,
                   previous->place.file, previous->place.line);
        }
    }
}
