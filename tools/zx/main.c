// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// zx: one command for all that one wants to do with libzircon from a shell.
#include "zx.h"

#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *what;
} commands[] = {
    {"bench", bench_command, "measure the system calls beside what Linux does for the same work"},
    {"call", call_command, "make system calls by name, one or a script of them"},
    {"conformance", conformance_command, "run test programs case by case"},
    {"coverage", coverage_command, "show which calls work, by a run of the conformance tests"},
    {"run", run_command, "run a program that was compiled for Fuchsia"},
    {"trace", trace_command, "run a program and print its system calls"},
    {"vm", vm_command, "run a virtual machine: an image, or Linux"},
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_help(FILE *out) {
    fputs("usage: zx COMMAND [ARGUMENT]...\n\n", out);
    for (size_t i = 0; i < COMMANDS; i++) {
        fprintf(out, "  %-11s %s\n", commands[i].name, commands[i].what);
    }
    fputs("\n"
          "zx COMMAND --help tells more of one.\n"
          "Exit status: 0 done, 1 done and something is wrong, 2 called wrongly, 3 a file or\n"
          "program cannot be used.\n",
          out);
}

int main(int argc, char **argv) {
    if (argc < 2) {
        print_help(stderr);
        return ZX_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return ZX_EXIT_OK;
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 2, argv + 2);
        }
    }
    fprintf(stderr, "zx: there is no command '%s'; see zx --help\n", argv[1]);
    return ZX_EXIT_USAGE;
}
