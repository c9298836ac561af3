// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "report.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "memory.h"

enum { LINE_SIZE = 64 << 10 };

static bool printing;
static struct {
    size_t length;
    char text[LINE_SIZE];
} lines[FUZZ_THREADS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void report_print(bool on) {
    printing = on;
    setvbuf(stdout, NULL, _IOLBF, 0);
}

bool report_is_on(void) {
    return printing;
}

void report_add(int thread, const char *format, ...) {
    if (!printing) {
        return;
    }
    size_t room = LINE_SIZE - lines[thread].length;
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(lines[thread].text + lines[thread].length, room, format, arguments);
    va_end(arguments);
    lines[thread].length += (size_t)size < room ? (size_t)size : room - 1;
}

void report_end_line(int thread) {
    if (printing) {
        pthread_mutex_lock(&lock);
        printf("%s%s\n", lines[thread].text, thread > 0 ? " # another thread" : "");
        fflush(stdout);
        pthread_mutex_unlock(&lock);
        lines[thread].length = 0;
    }
}

void report_failure(const char *format, ...) {
    va_list arguments;
    fflush(stdout);
    fputs("fuzz: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}
