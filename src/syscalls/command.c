// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A line is a command and its words; lines may also end with a semicolon, and `#` begins a remark.
// Output goes to the console.
#include "syscalls/command.h"

#include <string.h>

#include "base/state.h"
#include "host/console.h"
#include "host/window.h"
#include "kernel.h"
#include "objects/ktrace.h"
#include "objects/resource.h"
#include "syscalls/syscall.h"

enum { WORDS_MAX = 8, WORD_MAX = 63, NUMBER_MAX = 24 };

struct words {
    uint32_t count;
    char text[WORDS_MAX][WORD_MAX + 1];
};

static _Atomic zx_status_t last_result KERNEL_STATE;

static void print(const char *text) {
    console_write(text, strlen(text));
}

static void print_number(uint64_t number, uint32_t base) {
    char digits[NUMBER_MAX];
    size_t at = sizeof(digits);
    do {
        digits[--at] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    console_write(digits + at, sizeof(digits) - at);
}

static void print_row(const char *name, uint64_t number) {
    print(name);
    print(" ");
    print_number(number, 10);
    print("\n");
}

static zx_status_t do_echo(struct thread *self, const struct words *words) {
    (void)self;
    for (uint32_t i = 1; i < words->count; i++) {
        print(i > 1 ? " " : "");
        print(words->text[i]);
    }
    print("\n");
    return ZX_OK;
}

static void report_object(void *context, const char *name, uint32_t live) {
    (void)context;
    if (live != 0) {
        print_row(name, live);
    }
}

static zx_status_t do_objects(struct thread *self, const struct words *words) {
    (void)words;
    slab_for_each(self, report_object, NULL);
    return ZX_OK;
}

static zx_status_t do_handles(struct thread *self, const struct words *words) {
    (void)words;
    print_row("handles", handle_table_count(self, self->process));
    print_row("limit", handle_limit());
    return ZX_OK;
}

static zx_status_t do_mappings(struct thread *self, const struct words *words) {
    (void)self;
    (void)words;
    struct window_use use;
    window_count(&use);
    print_row("mappings", use.mappings);
    print_row("limit", use.limit);
    print_row("dropped", use.dropped);
    return ZX_OK;
}

static void print_resource(void *context, const zx_info_resource_t *info) {
    static const char *const kinds[] = {"mmio", "irq",  "ioport", "hypervisor",
                                        "root", "vmex", "smc"};
    (void)context;
    print(kinds[info->kind]);
    print((info->flags & ZX_RSRC_FLAG_EXCLUSIVE) != 0 ? " exclusive 0x" : " shared 0x");
    print_number(info->base, 16);
    print(" 0x");
    print_number(info->size, 16);
    print(" ");
    print(info->name);
    print("\n");
}

static zx_status_t do_resource(struct thread *self, const struct words *words) {
    (void)words;
    resource_for_each(self, print_resource, NULL);
    return ZX_OK;
}

static zx_status_t do_version(struct thread *self, const struct words *words) {
    (void)self;
    (void)words;
    print("libzircon " LIBZIRCON_VERSION "\n");
    return ZX_OK;
}

static zx_status_t do_status(struct thread *self, const struct words *words) {
    (void)self;
    zx_status_t status = 0;
    const char *digit = words->count > 1 ? words->text[1] : "";
    bool negative = *digit == '-';
    for (digit += negative; *digit >= '0' && *digit <= '9' && status < 100000; digit++) {
        status = status * 10 + (*digit - '0');
    }
    return negative ? -status : status;
}

static zx_status_t do_help(struct thread *self, const struct words *words);

static const struct command {
    const char *name, *help;
    zx_status_t (*run)(struct thread *self, const struct words *words);
} commands[] = {
    {"help", "lists the commands", do_help},
    {"echo", "prints its words", do_echo},
    {"objects", "counts kernel objects by type", do_objects},
    {"handles", "counts handles", do_handles},
    {"mappings",
     "tells how many mappings Linux has, how many it allows, how often all were dropped",
     do_mappings},
    {"resource", "lists the resources", do_resource},
    {"status", "has the result that its word says", do_status},
    {"version", "tells the version of the library", do_version},
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static zx_status_t do_help(struct thread *self, const struct words *words) {
    (void)self;
    (void)words;
    for (size_t i = 0; i < COMMANDS; i++) {
        print(commands[i].name);
        print(": ");
        print(commands[i].help);
        print("\n");
    }
    return ZX_OK;
}

static bool ends_word(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == ';' || c == '#' || c == '\0';
}

// Cuts one line into words; returns where the next one begins.
static const char *next_line(const char *at, struct words *words) {
    words->count = 0;
    bool remark = false;
    while (*at != '\0' && *at != '\n' && (*at != ';' || remark)) {
        size_t length = 0;
        while (!ends_word(at[length])) {
            length++;
        }
        if (length != 0 && !remark && words->count < WORDS_MAX) {
            size_t kept = length < WORD_MAX ? length : WORD_MAX;
            memcpy(words->text[words->count], at, kept);
            words->text[words->count++][kept] = '\0';
        }
        at += length;
        remark = remark || *at == '#';
        at += *at == ' ' || *at == '\t' || *at == '#' || (*at == ';' && remark);
    }
    return *at == '\0' ? at : at + 1;
}

static void run(struct thread *self, const struct words *words) {
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(words->text[0], commands[i].name) == 0) {
            atomic_store(&last_result, commands[i].run(self, words));
            return;
        }
    }
    print("no such command: ");
    print(words->text[0]);
    print("\n");
}

zx_status_t command_run(struct thread *self, const char *lines) {
    struct words words;
    while (*lines != '\0') {
        lines = next_line(lines, &words);
        if (words.count != 0) {
            run(self, &words);
        }
    }
    return atomic_load(&last_result);
}
