// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The public header: prototypes with the contract of each call above it, in words.
#include "model.h"

#include <ctype.h>
#include <string.h>

enum { COLUMNS = 100 };

static const struct {
    const char *type, *words;
} type_words[] = {
    {"ZX_OBJ_TYPE_BTI", "a BTI"},   {"ZX_OBJ_TYPE_EVENTPAIR", "an event pair"},
    {"ZX_OBJ_TYPE_FIFO", "a FIFO"}, {"ZX_OBJ_TYPE_IOMMU", "an IOMMU"},
    {"ZX_OBJ_TYPE_IOB", "an IOB"},  {"ZX_OBJ_TYPE_LOG", "a debug log"},
    {"ZX_OBJ_TYPE_MSI", "an MSI"},  {"ZX_OBJ_TYPE_PCI_DEVICE", "a PCI device"},
    {"ZX_OBJ_TYPE_PMT", "a PMT"},   {"ZX_OBJ_TYPE_VCPU", "a VCPU"},
    {"ZX_OBJ_TYPE_VMAR", "a VMAR"}, {"ZX_OBJ_TYPE_VMO", "a VMO"},
};

static const char *object_words(const char *type) {
    for (size_t i = 0; i < sizeof(type_words) / sizeof(type_words[0]); i++) {
        if (strcmp(type_words[i].type, type) == 0) {
            return type_words[i].words;
        }
    }
    const char *name = type + strlen("ZX_OBJ_TYPE_");
    char *words = mem_format("%s %s", strchr("AEIOU", *name) != NULL ? "an" : "a", name);
    for (char *c = words; *c != '\0'; c++) {
        *c = *c == '_' ? ' ' : (char)tolower((unsigned char)*c);
    }
    return words;
}

// "A, B and C"
static const char *enumerate(const struct name_list *names, const char *last_glue) {
    const char *text = names->names[0];
    for (size_t i = 1; i < names->count; i++) {
        text = mem_format(i + 1 == names->count ? "%s %s %s" : "%s,%.0s %s", text, last_glue,
                          names->names[i]);
    }
    return text;
}

static const char *rights_words(const struct rights_rule *rule) {
    struct name_list alternatives = {0};
    for (size_t i = 0; i < rule->alternative_count; i++) {
        const struct name_list *rights = &rule->alternatives[i];
        name_list_add(&alternatives,
                      rights->count == 0 ? "ZX_RIGHT_NONE" : enumerate(rights, "and"));
    }
    return enumerate(&alternatives, "or");
}

// A line may end behind && and || only.
static const char *condition_words(const char *condition) {
    char *words = with_spaces_around_operators(condition);
    for (char *c = words; *c != '\0'; c++) {
        bool may_end =
            c > words && (c[-1] == '&' || c[-1] == '|') && c - words > 1 && c[-2] == c[-1];
        *c = *c == ' ' && !may_end ? (char)NO_BREAK_SPACE : *c;
    }
    return words;
}

static const char *handle_words(const struct arg *arg) {
    const char *text = "any object";
    if (arg->object_types.count > 0) {
        struct name_list types = {0};
        for (size_t i = 0; i < arg->object_types.count; i++) {
            name_list_add(&types, object_words(arg->object_types.names[i]));
        }
        text = enumerate(&types, "or");
    }
    if (arg->resource_kind != NULL) {
        text = mem_format("%s of kind %s", text, arg->resource_kind);
    }
    const char *glue = " with";
    for (size_t i = 0; i < arg->rule_count; i++) {
        const struct rights_rule *rule = &arg->rules[i];
        if (rule->alternative_count == 1 && rule->alternatives[0].count == 0) {
            continue;
        }
        text = mem_format("%s%s %s", text, glue, rights_words(rule));
        glue = ", with";
        if (rule->condition != NULL) {
            text = mem_format("%s if `%s`", text, condition_words(rule->condition));
        }
    }
    if (arg->optional) {
        text = mem_format("%s; ZX_HANDLE_INVALID is allowed", text);
    }
    return arg->kind == ARG_CONSUME ? mem_format("%s; the call takes the handle away", text) : text;
}

static const char *count_words(const struct call *call, int index) {
    const struct arg *count = &call->args[index];
    return mem_format(count->pointee == NULL ? "*%s*" : "**%s*", count->name);
}

// "one zx_time_t", "*count* zx_time_t", "*count* times *size* bytes"
static const char *elements_words(const struct call *call, const struct arg *arg, const char *one,
                                  const char *many) {
    if (arg->count_arg < 0) {
        return mem_format("one %s", one);
    }
    const char *count = count_words(call, arg->count_arg);
    if (arg->scale_arg >= 0) {
        count = mem_format("%s times %s", count, count_words(call, arg->scale_arg));
    }
    return mem_format("%s %s", count, many);
}

static const char *data_words(const struct call *call, const struct arg *arg) {
    bool is_void = strcmp(arg->pointee, "void") == 0, is_char = strcmp(arg->pointee, "char") == 0;
    bool is_unsized = is_void && arg->count_arg < 0;
    const char *text = is_unsized ? "memory"
                       : is_void  ? elements_words(call, arg, "byte", "bytes")
                       : is_char  ? elements_words(call, arg, "character", "characters")
                                  : elements_words(call, arg, arg->pointee, arg->pointee);
    switch (arg->kind) {
    case ARG_IN:
        return mem_format("%s, read", text);
    case ARG_OUT:
        return mem_format(is_unsized ? "%s, written" : "room for %s, written", text);
    default:
        return mem_format("%s, read and written", text);
    }
}

static const char *pointer_words(const struct call *call, const struct arg *arg) {
    const char *text;
    if (arg->kind == ARG_ACQUIRE || arg->kind == ARG_CONSUME_ARRAY) {
        bool creates = arg->kind == ARG_ACQUIRE;
        text = mem_format("%s%s that the call %s%s%s", creates ? "room for " : "",
                          elements_words(call, arg, "handle", "handles"),
                          creates ? "creates" : "takes away",
                          strcmp(arg->pointee, "zx_handle_t") == 0 ? ""
                          : arg->count_arg < 0                     ? ", in a "
                                                                   : ", each in a ",
                          strcmp(arg->pointee, "zx_handle_t") == 0 ? "" : arg->pointee);
    } else {
        text = data_words(call, arg);
    }
    return arg->optional ? mem_format("%s; may be null", text) : text;
}

// What there is to say about an argument beyond its type; NULL if nothing.
static const char *arg_words(const struct call *call, const struct arg *arg) {
    switch (arg->kind) {
    case ARG_USE:
    case ARG_CONSUME:
        return handle_words(arg);
    case ARG_DEADLINE:
        return "a time on the monotonic clock, in nanoseconds";
    case ARG_DURATION:
        return "a number of nanoseconds";
    case ARG_KOID:
        return "a koid";
    case ARG_OPTIONS:
        return arg->symbols.count == 0 ? "must be 0"
               : arg->symbols.count == 1
                   ? mem_format("0 or %s", arg->symbols.names[0])
                   : mem_format("0 or a union of %s", enumerate(&arg->symbols, "and"));
    case ARG_ENUM:
        // The names themselves where the table lists them; all of a prefix would go stale here.
        return arg->enum_is_listed ? enumerate(&arg->symbols, "or")
                                   : mem_format("one of the %s constants", arg->prefix);
    case ARG_IN:
    case ARG_OUT:
    case ARG_INOUT:
    case ARG_ACQUIRE:
    case ARG_CONSUME_ARRAY:
        return pointer_words(call, arg);
    case ARG_CODE:
        return "the address of the first instruction, in the target process";
    case ARG_STACK:
        return "the first stack pointer, an address in the target process";
    case ARG_ADDRESS:
    case ARG_VALUE:
    default:
        return NULL;
    }
}

static void print_contract(FILE *out, const struct call *call) {
    print_wrapped(out, call->does, "// ", "// ", COLUMNS);
    bool any = false;
    for (size_t i = 0; i < call->arg_count; i++) {
        const char *words = arg_words(call, &call->args[i]);
        if (words == NULL) {
            continue;
        }
        fputs(any ? "" : "//\n// Arguments:\n", out);
        any = true;
        print_wrapped(out, mem_format("*%s*: %s.", call->args[i].name, words), "//   ", "//     ",
                      COLUMNS);
    }
    fputs(call->error_count > 0 ? "//\n// Errors:\n" : "", out);
    for (size_t i = 0; i < call->error_count; i++) {
        print_wrapped(out, mem_format("%s: %s", call->errors[i].name, call->errors[i].when),
                      "//   ", "//     ", COLUMNS);
    }
    if (call->differs != NULL) {
        fputs("//\n", out);
        print_wrapped(out, mem_format("Differs from Fuchsia: %s", call->differs), "// ", "// ",
                      COLUMNS);
    }
}

static void print_prototype(FILE *out, const struct call *call, const char *prefix) {
    const char *attribute = call->kind == CALL_NORETURN ? "__attribute__((__noreturn__)) " : "";
    struct name_list params = {0};
    for (size_t i = 0; i < call->arg_count; i++) {
        name_list_add(&params, c_declared(call->args[i].type, call->args[i].name));
    }
    c_print_function(out, attribute, call->result, mem_format("%s%s", prefix, call->name), &params,
                     ");");
}

void print_header(FILE *out, const struct table *table) {
    fputs("// Part of libzircon. BSD-3-Clause, see LICENSE.\n//\n// The Zircon system calls. "
          "Printed by tools/gen_syscalls from src/syscalls/*.def, "
          "where the\n"
          "// contracts are to be changed; docs/syscall-table.md says how.\n"
          "//\n"
          "// Names of arguments stand between asterisks. Every zx_NAME is also there as _zx_NAME, "
          "for\n"
          "// libraries that must not meet a program's own function of that name.\n"
          "#pragma once\n"
          "\n"
          "#include <stdbool.h>\n"
          "#include <zircon/compiler.h>\n"
          "#include <zircon/syscalls/object.h>\n"
          "#include <zircon/syscalls/pci.h>\n"
          "#include <zircon/syscalls/profile.h>\n"
          "#include <zircon/syscalls/types.h>\n"
          "#include <zircon/types.h>\n"
          "\n"
          "__BEGIN_CDECLS\n",
          out);
    for (size_t i = 0; i < table->count; i++) {
        const struct call *call = &table->calls[i];
        if (call->kind == CALL_INTERNAL) {
            continue;
        }
        fputc('\n', out);
        print_contract(out, call);
        print_prototype(out, call, "zx_");
        print_prototype(out, call, "_zx_");
    }
    fputs("\n__END_CDECLS\n", out);
}
