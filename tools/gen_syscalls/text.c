// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Prose and C strings on their way out.
#include "model.h"

#include <ctype.h>
#include <string.h>

static int columns_of(const char *word, size_t length) {
    int columns = 0;
    for (size_t i = 0; i < length; i++) {
        columns += ((unsigned char)word[i] & 0xc0) != 0x80; // not inside a UTF-8 sequence
    }
    return columns;
}

// Each line of the text is wrapped for itself; it starts with FIRST, what it goes on with, REST.
// The lines of an item "- ..." go on two columns further in.
void print_wrapped(FILE *out, const char *text, const char *first, const char *rest, int columns) {
    for (const char *line = text; *line != '\0';) {
        const char *start = line == text ? first : rest;
        size_t line_length = strcspn(line, "\n");
        const char *end = line + line_length;
        if (line_length == 0) {
            size_t length = strlen(start);
            while (length > 0 && start[length - 1] == ' ') {
                length--;
            }
            fprintf(out, "%.*s\n", (int)length, start);
        }
        const char *hanging = strncmp(line, "- ", 2) == 0 ? "  " : "";
        int column = 0;
        for (const char *word = line; word < end;) {
            size_t length = strcspn(word, " \n");
            int width = columns_of(word, length);
            if (column == 0) {
                column = fprintf(out, "%s", start) + width;
            } else if (column + 1 + width > columns) {
                column = fprintf(out, "\n%s%s", rest, hanging) - 1 + width;
            } else {
                column += fprintf(out, " ") + width;
            }
            for (size_t i = 0; i < length; i++) {
                fputc(word[i] == NO_BREAK_SPACE ? ' ' : word[i], out);
            }
            word += length;
            word += strspn(word, " ");
        }
        if (line_length > 0) {
            fputc('\n', out);
        }
        line = *end == '\0' ? end : end + 1;
    }
}

void print_c_string(FILE *out, const char *text) {
    if (text == NULL) {
        fputs("NULL", out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            fputs("\\n", out);
        } else {
            if (*text == '"' || *text == '\\') {
                fputc('\\', out);
            }
            fputc(*text, out);
        }
    }
    fputc('"', out);
}

// "(options&1)!=0" becomes "(options & 1) != 0".
char *with_spaces_around_operators(const char *expression) {
    static const char *const operators[] = {"==", "!=", "<=", ">=", "&&", "||", "<<", ">>",
                                            "&",  "|",  "<",  ">",  "+",  "-",  "*",  "/"};
    enum { OPERATOR_COUNT = sizeof(operators) / sizeof(operators[0]) };
    char *spaced = mem_format("%s", "");
    for (const char *c = expression; *c != '\0';) {
        size_t i = 0;
        while (i < OPERATOR_COUNT && strncmp(c, operators[i], strlen(operators[i])) != 0) {
            i++;
        }
        bool binary = i < OPERATOR_COUNT && c != expression && c[-1] != '(' && c[-1] != '!';
        if (binary) {
            spaced = mem_format("%s %s ", spaced, operators[i]);
            c += strlen(operators[i]);
        } else {
            spaced = mem_format("%s%c", spaced, *c++);
        }
    }
    return spaced;
}

const char *upper_case(const char *text) {
    char *upper = mem_substring(text, strlen(text));
    for (char *c = upper; *c != '\0'; c++) {
        *c = (char)toupper((unsigned char)*c);
    }
    return upper;
}
