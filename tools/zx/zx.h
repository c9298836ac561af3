// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What the subcommands of `zx` share.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum zx_exit {
    ZX_EXIT_OK = 0,
    ZX_EXIT_FOUND = 1, // the command did its work and found something wrong
    ZX_EXIT_USAGE = 2, // called wrongly
    ZX_EXIT_FILE = 3,  // a file or program that it needs cannot be used
};

// A subcommand gets the words behind its name and returns the exit status.
int coverage_command(int argc, char **argv);
int bench_command(int argc, char **argv);
int call_command(int argc, char **argv);
int conformance_command(int argc, char **argv);
int run_command(int argc, char **argv);
int trace_command(int argc, char **argv);
int vm_command(int argc, char **argv);

enum { ZX_LIST_MAX = 16 };

struct zx_list {
    const char *items[ZX_LIST_MAX];
    size_t count;
};

// One option of a subcommand; the one pointer that is not null says where its value goes.
struct zx_option {
    const char *name; // "--json"
    bool *flag;
    const char **text;
    struct zx_list *list; // may be given several times
    uint32_t *number;     // at least 1
};

// Takes the options off the words. What is left, the words that are no options and all behind "--",
// is moved to the front of `argv`, and `argc` is set to its count. False after a message.
bool zx_parse_options(const char *command, const struct zx_option *options, size_t option_count,
                      int *argc, char **argv);

// The same for a command that runs a program: options are the words before the first that is none,
// and what is left is the program and its words, with a null pointer behind them.
bool zx_parse_leading_options(const char *command, const struct zx_option *options,
                              size_t option_count, int *argc, char **argv);

// Prints "zx COMMAND: MESSAGE; see zx COMMAND --help" and returns ZX_EXIT_USAGE.
__attribute__((format(printf, 2, 3))) int zx_usage_error(const char *command, const char *format,
                                                         ...);

// Prints "zx COMMAND: MESSAGE" to the standard error.
__attribute__((format(printf, 2, 3))) void zx_complain(const char *command, const char *format,
                                                       ...);

// The whole of a file, a zero byte behind it, to be freed; null after a message.
char *zx_read_file(const char *command, const char *path);

// A file that comes into being only if all of it could be written; "-" is the standard output.
struct zx_output {
    FILE *file;
    const char *path;
    char *text;
    size_t length;
};
bool zx_output_open(const char *command, struct zx_output *output, const char *path);
bool zx_output_close(const char *command, struct zx_output *output);

// A string in JSON, with its quotes.
void zx_print_json_string(FILE *out, const char *text);
