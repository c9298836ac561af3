// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Lists of names: numbers, the linker's exports, the vDSO's calls, the page of all calls.
#include "model.h"

#include <string.h>

void print_numbers(FILE *out, const struct table *table) {
    fputs("// Part of libzircon. BSD-3-Clause, see LICENSE.\n"
          "//\n"
          "// Numbers of the system calls, in name order. Printed by tools/gen_syscalls from\n"
          "// src/syscalls/*.def. They are private to one build of the library: a new call moves "
          "those\n"
          "// behind it.\n"
          "#pragma once\n\n",
          out);
    for (size_t i = 0; i < table->count; i++) {
        fprintf(out, "#define ZX_SYS_%s %zu\n", table->calls[i].name, i);
    }
    fprintf(out, "#define ZX_SYS_COUNT %zu\n", table->count);
}

void print_vdso(FILE *out, const struct table *table) {
    fputs("// Printed by tools/gen_syscalls from src/syscalls/*.def.\n", out);
    for (size_t i = 0; i < table->count; i++) {
        const struct call *call = &table->calls[i];
        // The kernel makes the two halves of channel_call, which only it can make again.
        if (call->kind == CALL_VDSO && strcmp(call->name, "channel_call") != 0) {
            fprintf(out, "vdso_code %s\n", call->name);
        } else {
            fprintf(out, "vdso_%s %s, %zu\n", call->kind == CALL_INTERNAL ? "hidden" : "call",
                    call->name, i);
        }
    }
}

void print_names(FILE *out, const struct table *table) {
    fputs("// Printed by tools/gen_syscalls from src/syscalls/*.def.\n", out);
    for (size_t i = 0; i < table->count; i++) {
        fprintf(out, "\"%s\",\n", table->calls[i].name);
    }
}

bool print_exports(FILE *out, const struct table *table, const char *extra_path) {
    fputs("# Printed by tools/gen_syscalls from src/syscalls/*.def.\n{\n    global:\n", out);
    for (size_t i = 0; i < table->count; i++) {
        if (table->calls[i].kind != CALL_INTERNAL) {
            fprintf(out, "        zx_%s;\n        _zx_%s;\n", table->calls[i].name,
                    table->calls[i].name);
        }
    }
    if (extra_path != NULL) {
        char *text = read_whole_file(extra_path);
        if (text == NULL) {
            return false;
        }
        struct place place = {.file = extra_path, .line = 1};
        for (char *line = text; *line != '\0'; place.line++) {
            size_t length = strcspn(line, "\n");
            bool last = line[length] == '\0';
            line[length] = '\0';
            char *name = line + strspn(line, " \t\r");
            name[strcspn(name, "#")] = '\0';
            size_t name_length = strcspn(name, " \t\r");
            if (name[name_length + strspn(name + name_length, " \t\r")] != '\0' ||
                strcspn(name, ";{}\"") < name_length) {
                report(place, "'%s' is no symbol; write one name a line", name);
            } else if (name_length > 0) {
                fprintf(out, "        %.*s;\n", (int)name_length, name);
            }
            line += last ? length : length + 1;
        }
    }
    fputs("    local:\n        *;\n};\n", out);
    return true;
}

static const char *first_sentence(const char *text) {
    size_t length = 0;
    while (text[length] != '\0' && text[length] != '\n' &&
           !(text[length] == '.' && (text[length + 1] == ' ' || text[length + 1] == '\n'))) {
        length++;
    }
    return mem_substring(text, text[length] == '.' ? length + 1 : length);
}

static void print_group(FILE *out, const struct table *table, const char *group) {
    fprintf(out, "\n## %s\n\n| call | what it does |\n|---|---|\n", group);
    for (size_t i = 0; i < table->count; i++) {
        const struct call *call = &table->calls[i];
        if (strcmp(call->group, group) == 0 && call->kind != CALL_INTERNAL) {
            fprintf(out, "| `zx_%s` | ", call->name);
            for (const char *c = first_sentence(call->does); *c != '\0'; c++) {
                fputs(*c == '|' ? "\\" : "", out);
                fputc(*c, out);
            }
            fputs(" |\n", out);
        }
    }
}

void print_docs(FILE *out, const struct table *table) {
    fputs("# System calls\n\n"
          "All calls by group, printed by `tools/gen_syscalls` from `src/syscalls/*.def`. The full "
          "contracts\n"
          "stand in `include/zircon/syscalls.h`.\n",
          out);
    const char *previous = "";
    for (;;) {
        const char *next = NULL;
        for (size_t i = 0; i < table->count; i++) {
            const char *group = table->calls[i].group;
            bool exported = table->calls[i].kind != CALL_INTERNAL;
            if (exported && strcmp(group, previous) > 0 &&
                (next == NULL || strcmp(group, next) < 0)) {
                next = group;
            }
        }
        if (next == NULL) {
            return;
        }
        print_group(out, table, next);
        previous = next;
    }
}
