// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Messages about mistakes in the table, and reading of files.
#include "model.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static int reports;

void report(struct place place, const char *format, ...) {
    reports++;
    fprintf(stderr, "%s:%d: ", place.file, place.line);
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

int report_count(void) {
    return reports;
}

char *read_whole_file(const char *path) {
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        fprintf(stderr, "gen_syscalls: %s: %s\n", path, strerror(errno));
        return NULL;
    }
    char *text = NULL;
    size_t length = 0;
    for (;;) {
        text = mem_grow(text, length + 4096, 1);
        size_t count = fread(text + length, 1, 4096, file);
        length += count;
        if (count < 4096) {
            break;
        }
    }
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed) {
        fprintf(stderr, "gen_syscalls: %s: cannot be read\n", path);
        return NULL;
    }
    text[length] = '\0';
    if (strlen(text) != length) {
        fprintf(stderr, "gen_syscalls: %s: has a zero byte; it must be text\n", path);
        return NULL;
    }
    return text;
}
