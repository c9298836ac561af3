// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// gen_syscalls: prints what follows from the table of system calls (docs/syscall-table.md).
#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_OK = 0, EXIT_TABLE = 1, EXIT_USAGE = 2, EXIT_FILE = 3 };

static const struct {
    const char *name;
    void (*print)(FILE *, const struct table *); // NULL: exports, which takes a file more
    const char *what;
} kinds[] = {
    {"header", print_header, "public prototypes with their contracts"},
    {"numbers", print_numbers, "ZX_SYS_ numbers"},
    {"sys", print_sys, "prototypes of the sys_ and vdso_ functions"},
    {"entry", print_entry, "the exported entry points"},
    {"dispatch", print_dispatch, "one case a call, from raw words"},
    {"loaded", print_loaded, "the functions that the entry of loaded programs calls"},
    {"vdso", print_vdso, "the calls of the vDSO image"},
    {"names", print_names, "the names of the calls, in the order of their numbers"},
    {"missing", print_missing, "bodies of the calls that do nothing yet"},
    {"table", print_table, "descriptors for src/syscalls/table.h"},
    {"exports", NULL, "linker version script"},
    {"docs", print_docs, "a page of all calls by group"},
};
enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

struct command {
    size_t kind;
    const char *output, *extra;
};

static void print_help(FILE *out) {
    fputs("usage: gen_syscalls KIND [-o FILE] [--constants HEADER]... [--extra FILE] DEF...\n"
          "Prints what follows from the table of system calls in the files DEF.\n\n",
          out);
    for (size_t i = 0; i < KIND_COUNT; i++) {
        fprintf(out, "  %-10s %s\n", kinds[i].name, kinds[i].what);
    }
    fputs(
        "\n"
        "  -o FILE             write to FILE instead of the standard output\n"
        "  --constants HEADER  check the names in the table against those that HEADER defines\n"
        "  --extra FILE        exports: further symbols, one a line, '#' starts a comment\n"
        "  --help              print this\n\n"
        "Exit status: 0 done, 1 the table is wrong, 2 called wrongly, 3 a file cannot be read or\n"
        "written. Nothing is written unless the table is right.\n",
        out);
}

static int usage_error(const char *what, const char *word) {
    fprintf(stderr, "gen_syscalls: %s%s; see gen_syscalls --help\n", what, word);
    return EXIT_USAGE;
}

// Writes beside the file and renames, so that a reader never sees half of it.
static int write_output(const struct command *command, const struct table *table) {
    char *text = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&text, &length);
    if (memory == NULL) {
        fputs("gen_syscalls: out of memory\n", stderr);
        return EXIT_FILE;
    }
    bool done = true;
    if (kinds[command->kind].print != NULL) {
        kinds[command->kind].print(memory, table);
    } else {
        done = print_exports(memory, table, command->extra);
    }
    int status = fclose(memory) != 0 || !done ? EXIT_FILE
                 : report_count() > 0         ? EXIT_TABLE
                                              : EXIT_OK;
    const char *scratch = command->output == NULL ? NULL : mem_format("%s.new", command->output);
    if (status == EXIT_OK) {
        FILE *out = scratch == NULL ? stdout : fopen(scratch, "we");
        bool written = out != NULL && fwrite(text, 1, length, out) == length && fflush(out) == 0;
        int error = errno;
        if (out != NULL && out != stdout && fclose(out) != 0) {
            written = false;
        }
        if (written && scratch != NULL && rename(scratch, command->output) != 0) {
            error = errno;
            written = false;
        }
        if (!written) {
            fprintf(stderr, "gen_syscalls: %s: %s\n",
                    command->output == NULL ? "standard output" : command->output, strerror(error));
            if (scratch != NULL) {
                remove(scratch);
            }
            status = EXIT_FILE;
        }
    }
    free(text);
    return status;
}

static int run(int argc, char **argv) {
    struct command command = {.kind = KIND_COUNT};
    struct table table = {0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_help(stdout);
            return EXIT_OK;
        }
    }
    if (argc < 2) {
        return usage_error("which output?", "");
    }
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strcmp(kinds[i].name, argv[1]) == 0) {
            command.kind = i;
        }
    }
    if (command.kind == KIND_COUNT) {
        return usage_error("no output is called ", argv[1]);
    }
    int files = 0;
    for (int i = 2; i < argc; i++) {
        const char *word = argv[i];
        if (*word != '-') {
            files++;
            if (!parse_file(&table, word)) {
                return EXIT_FILE;
            }
            continue;
        }
        bool is_output = strcmp(word, "-o") == 0, is_extra = strcmp(word, "--extra") == 0;
        if (!is_output && !is_extra && strcmp(word, "--constants") != 0) {
            return usage_error("no such option: ", word);
        }
        if (++i == argc) {
            return usage_error("a file name is missing after ", word);
        }
        if (is_output) {
            command.output = argv[i];
        } else if (is_extra) {
            command.extra = argv[i];
        } else if (!constants_load(argv[i])) {
            return EXIT_FILE;
        }
    }
    if (files == 0) {
        return usage_error("no files of the table", "");
    }
    if (command.extra != NULL && kinds[command.kind].print != NULL) {
        return usage_error("--extra goes with exports only", "");
    }
    check_table(&table);
    constants_check_table(&table, kinds[command.kind].print == print_table);
    if (report_count() > 0) {
        return EXIT_TABLE;
    }
    return write_output(&command, &table);
}

int main(int argc, char **argv) {
    int status = run(argc, argv);
    mem_free_all();
    return status;
}
