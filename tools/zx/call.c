// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// zx call: makes system calls by name, one from the command line or a script of them.
#include "call.h"

#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: zx call [OPTION]... NAME [ARGUMENT]...\n"
    "       zx call [OPTION]... --script FILE\n"
    "       zx call [OPTION]... -e LINE [-e LINE]...\n"
    "       zx call --list [WORD]\n"
    "\n"
    "Makes Zircon system calls by name and prints what comes of them, each call with its\n"
    "arguments, its result and what it stored. Arguments come in the order of the prototype; "
    "those\n"
    "that the call only writes to may be left out.\n"
    "\n"
    "  --script FILE  run the lines of FILE, - for the standard input\n"
    "  -e LINE        run LINE; several make one script\n"
    "  --check        only say whether the script is well formed\n"
    "  --quiet        print only what failed\n"
    "  -s N           print at most N bytes of a buffer (32)\n"
    "  --list [WORD]  print the calls whose name holds WORD, with their arguments\n"
    "\n"
    "For example:\n"
    "  zx call system_get_version _ 64\n"
    "  zx call -e 'event_create 0 -> $e' -e 'object_signal $e 0 ZX_EVENT_SIGNALED'\n"
    "docs/zx-call.md tells how buffers, structures, bad pointers and expectations are written.\n"
    "The exit status is 0 if all expectations hold (without a script, if the call did not fail),\n"
    "1 if not, 2 if something is malformed, 3 if a file cannot be read.\n";

static const char *const kind_names[] = {
    [SYSCALL_ARG_USE] = "handle",        [SYSCALL_ARG_CONSUME] = "handle that is closed",
    [SYSCALL_ARG_VALUE] = "number",      [SYSCALL_ARG_DEADLINE] = "deadline",
    [SYSCALL_ARG_DURATION] = "duration", [SYSCALL_ARG_KOID] = "koid",
    [SYSCALL_ARG_ADDRESS] = "address",   [SYSCALL_ARG_OPTIONS] = "options",
    [SYSCALL_ARG_ENUM] = "one of",       [SYSCALL_ARG_BUFFER] = "",
    [SYSCALL_ARG_ACQUIRE] = "handles",   [SYSCALL_ARG_CONSUME_ARRAY] = "handles that are closed",
    [SYSCALL_ARG_CODE] = "code address", [SYSCALL_ARG_STACK] = "stack address",
};

static void list_argument(const struct syscall_desc *call, const struct syscall_arg *arg) {
    static const char *const directions[] = {
        [SYSCALL_NONE] = "", [SYSCALL_IN] = "in", [SYSCALL_OUT] = "out", [SYSCALL_INOUT] = "inout"};
    printf("    %-18s %-32s", arg->name, arg->type);
    const char *direction = arg->is_pointer ? directions[arg->direction] : "";
    printf(" %s%s%s", direction,
           direction[0] != '\0' && kind_names[arg->kind][0] != '\0' ? " " : "",
           kind_names[arg->kind]);
    if (arg->count_arg >= 0) {
        printf(" [%s", call->args[arg->count_arg].name);
        if (arg->scale_arg >= 0) {
            printf(" * %s", call->args[arg->scale_arg].name);
        }
        printf("]");
    }
    if (arg->optional) {
        printf(" optional");
    }
    for (size_t i = 0; i < arg->symbol_count; i++) {
        printf("%s%s", i == 0 ? " " : "|", arg->symbols[i].name);
    }
    printf("\n");
}

static int list_calls(const char *word) {
    bool found = false;
    for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
        const struct syscall_desc *call = &syscall_table[i];
        if (word != NULL && strstr(call->name, word) == NULL) {
            continue;
        }
        found = true;
        printf("%s: %s%s\n", call->name, call->result_type, call->missing ? " (missing yet)" : "");
        for (size_t k = 0; k < call->arg_count; k++) {
            list_argument(call, &call->args[k]);
        }
    }
    if (!found) {
        return zx_usage_error("call", "no call has '%s' in its name", word);
    }
    return ZX_EXIT_OK;
}

static char *join(const char *const *words, size_t count, char separator) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "%s%c", words[i], separator);
    }
    return fclose(out) == 0 ? text : NULL;
}

// The words of a call may look like options: -1.
static int count_own_words(const struct zx_option *list, size_t count, int argc, char **argv) {
    int i = 0;
    while (i < argc && argv[i][0] == '-' && argv[i][1] != '\0' && strcmp(argv[i], "--") != 0) {
        for (size_t k = 0; k < count; k++) {
            if (strcmp(list[k].name, argv[i]) == 0 && list[k].flag == NULL) {
                i++;
                break;
            }
        }
        i++;
    }
    return i < argc ? i : argc;
}

int call_command(int argc, char **argv) {
    bool wants_help = false, check = false, list = false;
    const char *file = NULL;
    struct zx_list lines = {.count = 0};
    struct run_options run_options = {.quiet = false};
    uint32_t data_limit = 32;
    const struct zx_option options[] = {
        {.name = "--help", .flag = &wants_help}, {.name = "--check", .flag = &check},
        {.name = "--list", .flag = &list},       {.name = "--quiet", .flag = &run_options.quiet},
        {.name = "--script", .text = &file},     {.name = "-e", .list = &lines},
        {.name = "-s", .number = &data_limit},
    };
    size_t option_count = sizeof(options) / sizeof(options[0]);
    int own = count_own_words(options, option_count, argc, argv);
    int parsed = own;
    if (!zx_parse_options("call", options, option_count, &parsed, argv)) {
        return ZX_EXIT_USAGE;
    }
    own += own < argc && strcmp(argv[own], "--") == 0;
    char **words = argv + own;
    int word_count = argc - own;
    run_options.data_limit = data_limit;
    if (wants_help) {
        fputs(help, stdout);
        return ZX_EXIT_OK;
    }
    if (list) {
        return list_calls(word_count > 0 ? words[0] : NULL);
    }
    if ((word_count > 0) + (file != NULL) + (lines.count > 0) != 1) {
        return zx_usage_error("call", "give a call, or --script, or -e");
    }
    char *text = file != NULL ? zx_read_file("call", strcmp(file, "-") == 0 ? "/dev/stdin" : file)
                 : word_count > 0 ? join((const char *const *)words, (size_t)word_count, ' ')
                                  : join(lines.items, lines.count, '\n');
    if (text == NULL) {
        return ZX_EXIT_FILE;
    }
    // A word that holds a newline would be a second line.
    run_options.single = word_count > 0 && strchr(text, '\n') == NULL;
    static struct script script;
    const char *name = file != NULL ? file : word_count > 0 ? "command line" : "-e";
    bool good = script_parse(&script, name, text);
    free(text);
    if (!good) {
        return ZX_EXIT_USAGE;
    }
    return check ? ZX_EXIT_OK : script_run(&script, &run_options);
}
