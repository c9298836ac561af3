// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The descriptors of src/syscalls/table.h: first the conditions of rights as functions, then the
// array.
#include "model.h"

#include <ctype.h>
#include <string.h>

static const char *const arg_kind_names[ARG_KIND_COUNT] = {
    [ARG_USE] = "USE",           [ARG_CONSUME] = "CONSUME",
    [ARG_VALUE] = "VALUE",       [ARG_DEADLINE] = "DEADLINE",
    [ARG_DURATION] = "DURATION", [ARG_KOID] = "KOID",
    [ARG_ADDRESS] = "ADDRESS",   [ARG_OPTIONS] = "OPTIONS",
    [ARG_ENUM] = "ENUM",         [ARG_IN] = "BUFFER",
    [ARG_OUT] = "BUFFER",        [ARG_INOUT] = "BUFFER",
    [ARG_ACQUIRE] = "ACQUIRE",   [ARG_CONSUME_ARRAY] = "CONSUME_ARRAY",
    [ARG_CODE] = "CODE",         [ARG_STACK] = "STACK",
};

static const char *direction(const struct arg *arg) {
    switch (arg->kind) {
    case ARG_IN:
        return "IN";
    case ARG_OUT:
    case ARG_ACQUIRE:
        return "OUT";
    case ARG_INOUT:
        return "INOUT";
    case ARG_CONSUME_ARRAY:
        return arg->pointee_is_const ? "IN" : "INOUT";
    default:
        return "NONE";
    }
}

static bool uses_word(const char *expression, const char *word) {
    size_t length = strlen(word);
    for (const char *c = strstr(expression, word); c != NULL; c = strstr(c + 1, word)) {
        bool starts = c == expression || (!isalnum((unsigned char)c[-1]) && c[-1] != '_');
        if (starts && !isalnum((unsigned char)c[length]) && c[length] != '_') {
            return true;
        }
    }
    return false;
}

static void print_condition(FILE *out, const struct call *call, const struct arg *arg,
                            size_t rule) {
    const char *condition = arg->rules[rule].condition;
    fprintf(out, "static bool %s_%s_%zu(const uint64_t *words) {\n", call->name, arg->name, rule);
    for (size_t i = 0; i < call->arg_count; i++) {
        const struct arg *other = &call->args[i];
        if (uses_word(condition, other->name)) {
            fprintf(out, "    %s = (%s)%swords[%zu];\n",
                    c_declared(c_value_type(other->type), other->name), c_value_type(other->type),
                    other->pointee != NULL ? "(uintptr_t)" : "", i);
        }
    }
    fprintf(out, "    return (%s) != 0;\n}\n\n", with_spaces_around_operators(condition));
}

static void print_rules(FILE *out, const struct call *call, const struct arg *arg) {
    fprintf(out,
            "             .rule_count = %zu,\n"
            "             .rules = (const struct syscall_rights[]){\n",
            arg->rule_count);
    for (size_t i = 0; i < arg->rule_count; i++) {
        const struct rights_rule *rule = &arg->rules[i];
        fputs("                 {.condition = ", out);
        print_c_string(out, rule->condition);
        if (rule->condition != NULL) {
            fprintf(out, ", .applies = %s_%s_%zu", call->name, arg->name, i);
        }
        fprintf(out, ", .count = %zu, .masks = {", rule->alternative_count);
        for (size_t j = 0; j < rule->alternative_count; j++) {
            const struct name_list *rights = &rule->alternatives[j];
            fputs(j == 0 ? "" : ", ", out);
            fputs(rights->count == 0 ? "ZX_RIGHT_NONE" : "", out);
            for (size_t k = 0; k < rights->count; k++) {
                fprintf(out, "%s%s", k == 0 ? "" : " | ", rights->names[k]);
            }
        }
        fputs("}},\n", out);
    }
    fputs("             },\n", out);
}

static void print_handle(FILE *out, const struct call *call, const struct arg *arg) {
    fputs("             .object_types = ", out);
    for (size_t i = 0; i < arg->object_types.count; i++) {
        fprintf(out, "%sSYSCALL_OBJECT(%s)", i == 0 ? "" : " | ", arg->object_types.names[i]);
    }
    fputs(arg->object_types.count == 0 ? "SYSCALL_ANY_OBJECT,\n" : ",\n", out);
    print_rules(out, call, arg);
    if (arg->resource_kind != NULL) {
        fprintf(out, "             .has_resource_kind = true, .resource_kind = %s,\n",
                arg->resource_kind);
    }
}

static void print_symbols(FILE *out, const struct arg *arg) {
    fputs("             .symbol_prefix = ", out);
    print_c_string(out, arg->prefix);
    fprintf(out, ", .symbol_count = %zu,\n", arg->symbols.count);
    if (arg->symbols.count == 0) {
        return;
    }
    fputs("             .symbols = (const struct syscall_symbol[]){\n", out);
    for (size_t i = 0; i < arg->symbols.count; i++) {
        fprintf(out, "                 {\"%s\", (uint64_t)(%s)},\n", arg->symbols.names[i],
                arg->symbols.names[i]);
    }
    fputs("             },\n", out);
}

static void print_arg(FILE *out, const struct call *call, const struct arg *arg) {
    fprintf(out,
            "            {.name = \"%s\", .type = \"%s\", .kind = SYSCALL_ARG_%s,\n"
            "             .direction = SYSCALL_%s, .size = sizeof(%s), .is_signed = "
            "SYSCALL_SIGNED(%s),\n"
            "             .is_pointer = %s, .optional = %s, .count_arg = %d, .scale_arg = %d,\n",
            arg->name, arg->type, arg_kind_names[arg->kind], direction(arg), arg->type,
            arg->pointee != NULL ? "uintptr_t" : c_value_type(arg->type),
            arg->pointee != NULL ? "true" : "false", arg->optional ? "true" : "false",
            arg->count_arg, arg->scale_arg);
    bool is_void = arg->pointee != NULL && strcmp(arg->pointee, "void") == 0;
    if (is_void && arg->count_arg >= 0) {
        fputs("             .element_size = 1,\n", out);
    } else if (arg->pointee != NULL && !is_void) {
        fprintf(out, "             .element_size = sizeof(%s),\n", arg->pointee);
    }
    if (arg->kind == ARG_USE || arg->kind == ARG_CONSUME) {
        print_handle(out, call, arg);
    }
    if (arg->kind == ARG_OPTIONS || arg->kind == ARG_ENUM) {
        print_symbols(out, arg);
    }
    fputs("            },\n", out);
}

static void print_result(FILE *out, const struct call *call) {
    fprintf(out, "        .result_type = \"%s\",\n        .result = ", call->result);
    if (strcmp(call->result, "void") == 0) {
        fputs("SYSCALL_RESULT_VOID,\n", out);
    } else if (strcmp(call->result, "zx_status_t") == 0) {
        fputs("SYSCALL_RESULT_STATUS,\n", out);
    } else if (c_is_pointer(call->result)) {
        fprintf(out, "SYSCALL_RESULT_%s,\n",
                strcmp(call->result, "const char *") == 0 ? "STRING" : "POINTER");
    } else {
        fprintf(out, "SYSCALL_SIGNED(%s) ? SYSCALL_RESULT_SIGNED : SYSCALL_RESULT_UNSIGNED,\n",
                call->result);
    }
}

static void print_call(FILE *out, const struct call *call) {
    static const char *const kinds[] = {
        [CALL_KERNEL] = "KERNEL",     [CALL_BLOCKING] = "BLOCKING", [CALL_VDSO] = "VDSO",
        [CALL_INTERNAL] = "INTERNAL", [CALL_NORETURN] = "NORETURN",
    };
    fprintf(out,
            "    [ZX_SYS_%s] = {\n"
            "        .name = \"%s\",\n"
            "        .group = \"%s\",\n"
            "        .file = \"%s.def\",\n"
            "        .kind = SYSCALL_%s,\n"
            "        .since = SYSCALL_SINCE_%s,\n"
            "        .missing = %s,\n",
            call->name, call->name, call->group, call->group, kinds[call->kind],
            call->later ? "LATER" : "2019", call->missing ? "true" : "false");
    print_result(out, call);
    fprintf(out, "        .arg_count = %zu,\n", call->arg_count);
    if (call->arg_count > 0) {
        fputs("        .args = {\n", out);
        for (size_t i = 0; i < call->arg_count; i++) {
            print_arg(out, call, &call->args[i]);
        }
        fputs("        },\n", out);
    }
    fprintf(out, "        .error_count = %zu,\n", call->error_count);
    if (call->error_count > 0) {
        fputs("        .errors = (const struct syscall_error[]){\n", out);
        for (size_t i = 0; i < call->error_count; i++) {
            const struct error *error = &call->errors[i];
            fprintf(out, "            {%s, \"%s\",\n             ", error->name, error->name);
            print_c_string(out, error->when);
            fputs("},\n", out);
        }
        fputs("        },\n", out);
    }
    fputs("        .does = ", out);
    print_c_string(out, call->does);
    fputs(",\n        .differs = ", out);
    print_c_string(out, call->differs);
    fputs(",\n    },\n", out);
}

void print_table(FILE *out, const struct table *table) {
    fputs("// Printed by tools/gen_syscalls from src/syscalls/*.def.\n\n", out);
    for (size_t i = 0; i < table->count; i++) {
        const struct call *call = &table->calls[i];
        for (size_t j = 0; j < call->arg_count; j++) {
            for (size_t k = 0; k < call->args[j].rule_count; k++) {
                if (call->args[j].rules[k].condition != NULL) {
                    print_condition(out, call, &call->args[j], k);
                }
            }
        }
    }
    fputs("const struct syscall_desc syscall_table[ZX_SYS_COUNT] = {\n", out);
    for (size_t i = 0; i < table->count; i++) {
        print_call(out, &table->calls[i]);
    }
    fputs("};\n", out);
}
