// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// C types and declarations as text, laid out as clang-format would.
#include "model.h"

#include <ctype.h>
#include <string.h>

enum { COLUMNS = 100 };

static bool is_word(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

// "const  void*" becomes "const void *". NULL if the text is no type that the table can hold.
char *c_type_normalize(const char *text) {
    char *type = mem_alloc(strlen(text) * 2 + 1);
    size_t length = 0;
    bool has_name = false, has_star = false;
    for (const char *c = text; *c != '\0';) {
        if (*c == ' ') {
            c++;
        } else if (*c == '*') {
            if (!has_name) {
                return NULL;
            }
            if (!has_star) {
                type[length++] = ' ';
            }
            has_star = true;
            type[length++] = '*';
            c++;
        } else if (is_word(*c) && !isdigit((unsigned char)*c) && !has_star) {
            if (length > 0) {
                type[length++] = ' ';
            }
            const char *start = c;
            while (is_word(*c)) {
                c++;
            }
            size_t size = (size_t)(c - start);
            has_name = has_name || size != 5 || memcmp(start, "const", 5) != 0;
            memcpy(type + length, start, size);
            length += size;
        } else {
            return NULL;
        }
    }
    type[length] = '\0';
    return has_name ? type : NULL;
}

bool c_is_pointer(const char *type) {
    return type[strlen(type) - 1] == '*';
}

char *c_declared(const char *type, const char *name) {
    return mem_format(c_is_pointer(type) ? "%s%s" : "%s %s", type, name);
}

static bool fits_behind(const char *head, const struct name_list *params, const char *tail) {
    for (size_t i = 0; i < params->count; i++) {
        size_t tail_length = i + 1 == params->count ? strlen(tail) : 1;
        if (strlen(head) + strlen(params->names[i]) + tail_length > COLUMNS) {
            return false;
        }
    }
    return true;
}

void c_print_function(FILE *out, const char *attribute, const char *result, const char *name,
                      const struct name_list *params, const char *tail) {
    const char *head = mem_format("%s%s(", attribute, c_declared(result, name));
    if (!fits_behind(head, params, tail) && *attribute != '\0') {
        fprintf(out, "%s%s\n", attribute, result);
        head = mem_format("%s(", name);
    }
    size_t indent = strlen(head), column = indent;
    fputs(head, out);
    if (!fits_behind(head, params, tail)) {
        indent = column = 4;
        fprintf(out, "\n%*s", (int)indent, "");
    }
    if (params->count == 0) {
        fputs("void", out);
    }
    for (size_t i = 0; i < params->count; i++) {
        const char *param = params->names[i];
        bool last = i + 1 == params->count;
        size_t needed = strlen(param) + (last ? strlen(tail) : 1);
        if (i > 0) {
            if (column + 1 + needed > COLUMNS) {
                fprintf(out, "\n%*s", (int)indent, "");
                column = indent;
            } else {
                fputc(' ', out);
                column++;
            }
        }
        fprintf(out, "%s%s", param, last ? "" : ",");
        column += needed;
    }
    fprintf(out, "%s\n", tail);
}

const char *c_value_type(const char *type) {
    return strcmp(type, "zx_futex_t") == 0 ? "int32_t" : type;
}

const char *user_wrapper(const struct arg *arg) {
    if (arg->pointee == NULL) {
        return NULL;
    }
    if (arg->pointee_is_const || arg->kind == ARG_IN) {
        return "user_in";
    }
    return arg->kind == ARG_OUT || arg->kind == ARG_ACQUIRE ? "user_out" : "user_inout";
}
