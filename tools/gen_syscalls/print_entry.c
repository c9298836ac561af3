// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The kernel's side of the calls: internal prototypes, exported entry points, dispatch by number.
#include "model.h"

#include <string.h>

static const char banner[] = "// Printed by tools/gen_syscalls from src/syscalls/*.def.\n";

static bool is_void(const struct call *call) {
    return strcmp(call->result, "void") == 0;
}

static const char *body_prefix(const struct call *call) {
    return call->kind == CALL_VDSO ? "vdso_" : "sys_";
}

static const char *attribute(const struct call *call) {
    return call->kind == CALL_NORETURN ? "__attribute__((__noreturn__)) " : "";
}

static void join(const char **text, const char *more) {
    *text = **text == '\0' ? more : mem_format("%s, %s", *text, more);
}

void print_sys(FILE *out, const struct table *table) {
    fprintf(
        out,
        "%s// The bodies of the calls. Pointers come wrapped, so that only user copy can follow "
        "them.\n"
        "#pragma once\n\n"
        "#include \"host/user_copy.h\"\n\n"
        "#include <stdbool.h>\n"
        "#include <zircon/syscalls.h>\n\n"
        "struct thread;\n\n",
        banner);
    for (size_t i = 0; i < table->count; i++) {
        const struct call *call = &table->calls[i];
        struct name_list params = {0};
        if (call->kind != CALL_VDSO) {
            name_list_add(&params, "struct thread *self");
        }
        for (size_t j = 0; j < call->arg_count; j++) {
            const struct arg *arg = &call->args[j];
            const char *wrapper = call->kind == CALL_VDSO ? NULL : user_wrapper(arg);
            name_list_add(&params, c_declared(wrapper != NULL ? wrapper : arg->type, arg->name));
        }
        c_print_function(out, attribute(call), call->result,
                         mem_format("%s%s", body_prefix(call), call->name), &params, ");");
    }
}

// The call of the body with the arguments of the entry point.
static const char *body_call(const struct call *call) {
    const char *args = call->kind == CALL_VDSO ? "" : "self";
    for (size_t i = 0; i < call->arg_count; i++) {
        const struct arg *arg = &call->args[i];
        const char *wrapper = call->kind == CALL_VDSO ? NULL : user_wrapper(arg);
        join(&args, wrapper == NULL ? arg->name : mem_format("(%s){%s}", wrapper, arg->name));
    }
    return mem_format("%s%s(%s)", body_prefix(call), call->name, args);
}

static void print_traced(FILE *out, const struct call *call) {
    const char *words = "";
    for (size_t i = 0; i < call->arg_count; i++) {
        const struct arg *arg = &call->args[i];
        join(&words,
             mem_format("(uint64_t)%s%s", arg->pointee != NULL ? "(uintptr_t)" : "", arg->name));
    }
    const char *traced = mem_format("entry_traced_call(%s, ZX_SYS_%s, (uint64_t[8]){%s})",
                                    call->kind == CALL_VDSO ? "NULL" : "self", call->name,
                                    *words == '\0' ? "0" : words);
    fputs("    if (entry_traced()) {\n", out);
    if (call->kind == CALL_NORETURN) {
        fprintf(out, "        (void)%s;\n        __builtin_unreachable();\n", traced);
    } else if (is_void(call)) {
        fprintf(out, "        (void)%s;\n        return;\n", traced);
    } else {
        fprintf(out, "        return (%s)%s%s;\n", call->result,
                c_is_pointer(call->result) ? "(uintptr_t)" : "", traced);
    }
    fputs("    }\n", out);
}

static void print_entry_body(FILE *out, const struct call *call) {
    const char *body = body_call(call);
    if (call->kind == CALL_VDSO) {
        print_traced(out, call);
        fprintf(out, "    %s%s;\n", is_void(call) ? "" : "return ", body);
        return;
    }
    fprintf(out, "    struct thread *self = entry_enter(ZX_SYS_%s);\n", call->name);
    print_traced(out, call);
    if (call->kind == CALL_NORETURN) {
        fprintf(out, "    %s;\n    __builtin_unreachable();\n", body);
        return;
    }
    if (call->kind == CALL_BLOCKING) {
        fprintf(out,
                "    %s;\n"
                "    do {\n"
                "        result = %s;\n"
                "    } while (entry_leave_retry(self, result));\n",
                c_declared(call->result, "result"), body);
    } else if (is_void(call)) {
        fprintf(out, "    %s;\n    entry_leave(self);\n", body);
    } else {
        fprintf(out, "    %s = %s;\n    entry_leave(self);\n", c_declared(call->result, "result"),
                body);
    }
    fputs(is_void(call) ? "" : "    return result;\n", out);
}

void print_entry(FILE *out, const struct table *table) {
    fputs(banner, out);
    for (size_t i = 0; i < table->count; i++) {
        const struct call *call = &table->calls[i];
        if (call->kind == CALL_INTERNAL) {
            continue;
        }
        struct name_list params = {0};
        for (size_t j = 0; j < call->arg_count; j++) {
            name_list_add(&params, c_declared(call->args[j].type, call->args[j].name));
        }
        fputc('\n', out);
        c_print_function(out, "ZX_ENTRY ", call->result, mem_format("_zx_%s", call->name), &params,
                         ") {");
        print_entry_body(out, call);
        fprintf(out, "}\nZX_ALIAS(zx_%s, _zx_%s);\n", call->name, call->name);
    }
}

void print_missing(FILE *out, const struct table *table) {
    fputs(banner, out);
    for (size_t i = 0; i < table->count; i++) {
        const struct call *call = &table->calls[i];
        if (!call->missing) {
            continue;
        }
        struct name_list params = {0};
        if (call->kind != CALL_VDSO) {
            name_list_add(&params, "struct thread *self");
        }
        const char *used = call->kind == CALL_VDSO ? "" : "    (void)self;\n";
        for (size_t j = 0; j < call->arg_count; j++) {
            const struct arg *arg = &call->args[j];
            const char *wrapper = call->kind == CALL_VDSO ? NULL : user_wrapper(arg);
            name_list_add(&params, c_declared(wrapper != NULL ? wrapper : arg->type, arg->name));
            used = mem_format("%s    (void)%s;\n", used, arg->name);
        }
        fputc('\n', out);
        c_print_function(out, "", call->result, mem_format("%s%s", body_prefix(call), call->name),
                         &params, ") {");
        fputs(used, out);
        if (call->kind == CALL_NORETURN) {
            fputs("    __builtin_trap();\n", out);
        } else if (!is_void(call)) {
            fputs(strcmp(call->result, "zx_status_t") == 0 ? "    return ZX_ERR_NOT_SUPPORTED;\n"
                                                           : "    return 0;\n",
                  out);
        }
        fputs("}\n", out);
    }
}

// As a caller leaves them in registers: what is above a narrow argument would have to be cleared.
static bool has_narrow_argument(const struct call *call) {
    static const char *const narrow[] = {"bool", "int8_t", "uint8_t", "int16_t", "uint16_t"};
    for (size_t i = 0; i < call->arg_count; i++) {
        for (size_t j = 0; j < sizeof(narrow) / sizeof(narrow[0]); j++) {
            if (strcmp(call->args[i].type, narrow[j]) == 0) {
                return true;
            }
        }
    }
    return false;
}

void print_loaded(FILE *out, const struct table *table) {
    enum { IN_REGISTERS = 6 };
    fputs(banner, out);
    for (size_t i = 0; i < table->count; i++) {
        const struct call *call = &table->calls[i];
        if (call->kind == CALL_VDSO) {
            continue; // without an entry into the kernel
        }
        const char *function =
            has_narrow_argument(call) ? "NULL" : mem_format("(loaded_function)sys_%s", call->name);
        fprintf(out, "[ZX_SYS_%s] = {%s, 0%s%s},\n", call->name, function,
                call->kind == CALL_BLOCKING ? " | LOADED_RETRIED" : "",
                call->arg_count > IN_REGISTERS ? " | LOADED_STACK" : "");
    }
}

void print_dispatch(FILE *out, const struct table *table) {
    fputs(banner, out);
    for (size_t i = 0; i < table->count; i++) {
        const struct call *call = &table->calls[i];
        const char *args = call->kind == CALL_VDSO ? "" : "self";
        for (size_t j = 0; j < call->arg_count; j++) {
            const struct arg *arg = &call->args[j];
            const char *wrapper = call->kind == CALL_VDSO ? NULL : user_wrapper(arg);
            if (wrapper != NULL) {
                join(&args, mem_format("(%s){(%svoid *)(uintptr_t)a[%zu]}", wrapper,
                                       strcmp(wrapper, "user_in") == 0 ? "const " : "", j));
            } else {
                join(&args, mem_format("(%s)%sa[%zu]", c_value_type(arg->type),
                                       arg->pointee != NULL ? "(uintptr_t)" : "", j));
            }
        }
        fprintf(out, "case ZX_SYS_%s:\n", call->name);
        const char *body = mem_format("%s%s(%s)", body_prefix(call), call->name, args);
        if (call->kind == CALL_NORETURN) {
            fprintf(out, "    %s;\n", body);
        } else if (is_void(call)) {
            fprintf(out, "    %s;\n    return 0;\n", body);
        } else {
            // The cast extends a signed result by its sign.
            fprintf(out, "    return (uint64_t)%s%s;\n",
                    c_is_pointer(call->result) ? "(uintptr_t)" : "", body);
        }
    }
}
