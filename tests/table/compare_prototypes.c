// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// compare_prototypes HEADER TSV [--complete]: the argument and result types of the calls in the
// public header against those of 2019. With --complete a call that the header lacks is an error
// too.
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_file(const char *path) {
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    size_t length = 0, size = 1 << 20;
    char *text = calloc(1, size);
    while (text != NULL &&
           (length += fread(text + length, 1, size - length - 1, file)) == size - 1) {
        text = realloc(text, size *= 2);
    }
    if (text == NULL || ferror(file)) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(2);
    }
    text[length] = '\0';
    fclose(file);
    return text;
}

static void strip_comments(char *text) {
    char *to = text;
    while (*text != '\0') {
        if (text[0] == '/' && text[1] == '/') {
            text += strcspn(text, "\n");
        } else {
            *to++ = *text++;
        }
    }
    *to = '\0';
}

static bool is_word(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

// Appends the text without spaces that separate nothing: "const void *" becomes "const void*".
static void append_type(char *to, const char *from, const char *end) {
    to += strlen(to);
    char last = ' ';
    for (; from < end; from++) {
        if (isspace((unsigned char)*from)) {
            continue;
        }
        if (is_word(*from) && is_word(last) && isspace((unsigned char)from[-1])) {
            *to++ = ' ';
        }
        *to++ = last = *from;
    }
    *to = '\0';
}

// "zx_status_t zx_f(uint32_t a, void* b)" becomes "zx_status_t(uint32_t,void*)".
static void types_of(char *types, const char *prototype, const char *end, const char *name) {
    const char *open = memchr(prototype, '(', (size_t)(end - prototype));
    *types = '\0';
    append_type(types, prototype, open - strlen(name));
    strcat(types, "(");
    for (const char *param = open + 1; param < end && *param != ')';) {
        const char *param_end = param + strcspn(param, ",)");
        const char *type_end = param_end;
        while (isspace((unsigned char)type_end[-1])) {
            type_end--;
        }
        while (is_word(type_end[-1])) {
            type_end--;
        }
        bool is_void = strncmp(param, "void)", 5) == 0;
        append_type(types, param, is_void ? param_end : type_end);
        strcat(types, *param_end == ',' ? "," : "");
        param = param_end + (*param_end == ',');
    }
    strcat(types, ")");
}

// The declaration of the function in the header, from its result type to its closing parenthesis.
static const char *find_prototype(const char *header, const char *name, const char **end) {
    size_t length = strlen(name);
    for (const char *c = strstr(header, name); c != NULL; c = strstr(c + 1, name)) {
        if (c[length] != '(' || (c > header && is_word(c[-1]))) {
            continue;
        }
        const char *start = c;
        // Back to the end of the declaration before it or to an empty line.
        while (start > header && start[-1] != ';' && strncmp(start - 1, "\n\n", 2) != 0) {
            start--;
        }
        while (isspace((unsigned char)*start)) {
            start++;
        }
        static const char noreturn[] = "__attribute__((__noreturn__)) ";
        if (strncmp(start, noreturn, sizeof(noreturn) - 1) == 0) {
            start += sizeof(noreturn) - 1;
        }
        *end = c + strcspn(c, ";");
        return start;
    }
    return NULL;
}

int main(int argc, char **argv) {
    bool complete = argc == 4 && strcmp(argv[3], "--complete") == 0;
    if (argc != 3 && !complete) {
        fputs("usage: compare_prototypes HEADER TSV [--complete]\n", stderr);
        return 2;
    }
    char *header = read_file(argv[1]), *reference = read_file(argv[2]);
    strip_comments(header);
    int compared = 0, wrong = 0, missing = 0;
    for (char *line = strtok(reference, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *name = line, *prototype = strchr(line, '\t');
        char *attributes = prototype == NULL ? NULL : strchr(prototype + 1, '\t');
        if (*line == '#' || attributes == NULL) {
            continue;
        }
        *prototype++ = *attributes++ = '\0';
        if (strcmp(prototype, "-") == 0) {
            continue;
        }
        const char *names[] = {name, NULL};
        char underscored[80];
        snprintf(underscored, sizeof(underscored), "_%s", name);
        names[1] = underscored;
        for (size_t i = 0; i < 2; i++) {
            const char *end, *found = find_prototype(header, names[i], &end);
            if (found == NULL) {
                missing++;
                if (complete) {
                    printf("%s is missing\n", names[i]);
                }
                continue;
            }
            char have[512], want[512];
            types_of(have, found, end, names[i]);
            types_of(want, prototype, prototype + strlen(prototype), name);
            compared++;
            if (strcmp(have, want) != 0) {
                printf("%s\n  is    %s\n  was   %s\n", names[i], have, want);
                wrong++;
            }
        }
    }
    printf("%d prototypes compared, %d differ, %d missing\n", compared, wrong, missing);
    free(header);
    free(reference);
    return compared == 0 || wrong > 0 || (complete && missing > 0);
}
