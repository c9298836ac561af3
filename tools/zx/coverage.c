// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// zx coverage: which calls work, from the table of calls and a run of the conformance tests.
#include "coverage.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char command[] = "coverage";

static void print_help(void) {
    fputs(
        "usage: zx coverage --run CONFORMANCE [OPTION]... [-- ARGUMENT...]\n"
        "       zx coverage --results FILE... [OPTION]...\n"
        "Joins the table of calls with the results of the conformance tests.\n\n"
        "  --run CONFORMANCE  run this program (tests/conformance/conformance in a build) with "
        "the\n"
        "                     arguments behind --, which select tests\n"
        "  --results FILE     read what a run wrote into the file that LIBZIRCON_RESULTS named, "
        "or\n"
        "                     what zx conformance --results wrote; may be given several times, "
        "and\n"
        "                     together with --run\n"
        "What to print; without any of these the text table:\n"
        "  --markdown FILE    a page of Markdown\n"
        "  --html FILE        a page of HTML, to search and filter\n"
        "  --json FILE        everything, for programs; FILE is - for the standard output\n"
        "  --summary          one line\n"
        "  --group GROUP, --state STATE\n"
        "                     only these calls in the text table; STATE is missing, implemented,\n"
        "                     covered or failing\n"
        "  --call NAME        all about one call: its tests, and each error with when it comes\n"
        "  --help             print this\n\n"
        "Exit status: 0 done, 1 done, and a test failed or unseen.txt is wrong, 2 called wrongly,\n"
        "3 a file or the program cannot be used.\n",
        stdout);
}

struct coverage_options {
    bool help, summary;
    const char *run, *markdown, *html, *json;
    struct zx_list results;
    struct coverage_filter filter;
};

extern char **environ;

// Runs the tests, which append to the file. What they print goes to the standard error, so that
// ours can be piped. A failed test is no failure here.
static bool run_tests(const char *program, int argc, char **argv, const char *results) {
    char **words = calloc((size_t)argc + 2, sizeof(*words));
    posix_spawn_file_actions_t actions;
    if (words == NULL || setenv("LIBZIRCON_RESULTS", results, 1) != 0 ||
        posix_spawn_file_actions_init(&actions) != 0) {
        zx_complain(command, "out of memory");
        free(words);
        return false;
    }
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    words[0] = strdup(program);
    memcpy(words + 1, argv, (size_t)argc * sizeof(*words));
    pid_t child;
    int status = 0, error = posix_spawn(&child, program, &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    free(words[0]);
    free(words);
    if (error != 0) {
        zx_complain(command, "cannot run %s: %s; build the target `conformance` and give its path",
                    program, strerror(error));
        return false;
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) {
        zx_complain(command, "%s was ended by signal %d, so its results are not complete", program,
                    WTERMSIG(status));
        return false;
    }
    if (WEXITSTATUS(status) > 1) {
        zx_complain(command, "%s exited with %d instead of 0 or 1; is it the conformance tests?",
                    program, WEXITSTATUS(status));
        return false;
    }
    return true;
}

static bool run_and_read(struct coverage *coverage, const char *program, int argc, char **argv) {
    const char *folder = getenv("TMPDIR");
    char *path = NULL;
    if (asprintf(&path, "%s/zx-results-XXXXXX", folder != NULL ? folder : "/tmp") < 0) {
        zx_complain(command, "out of memory");
        return false;
    }
    int file = mkstemp(path);
    bool done = false;
    if (file < 0) {
        zx_complain(command, "cannot make %s: %s", path, strerror(errno));
    } else {
        close(file);
        done = run_tests(program, argc, argv, path) && coverage_read(coverage, path);
        unlink(path);
    }
    free(path);
    return done;
}

static bool print_to(const char *path, const struct coverage *coverage,
                     void (*print)(FILE *out, const struct coverage *coverage)) {
    struct zx_output output;
    if (path == NULL) {
        return true;
    }
    if (!zx_output_open(command, &output, path)) {
        return false;
    }
    print(output.file, coverage);
    return zx_output_close(command, &output);
}

static bool print_all(const struct coverage_options *options, const struct coverage *coverage) {
    bool done = print_to(options->markdown, coverage, coverage_print_markdown);
    done = print_to(options->html, coverage, coverage_print_html) && done;
    done = print_to(options->json, coverage, coverage_print_json) && done;
    const struct coverage_filter *filter = &options->filter;
    bool filtered = filter->call != NULL || filter->group != NULL || filter->state != NULL;
    if (options->summary) {
        coverage_print_summary(stdout, coverage);
    }
    if (filtered || (!options->summary && options->markdown == NULL && options->html == NULL &&
                     options->json == NULL)) {
        coverage_print_text(stdout, coverage, filter);
    }
    if (fflush(stdout) != 0) {
        zx_complain(command, "cannot write: %s", strerror(errno));
        return false;
    }
    return done;
}

// A filter that can match nothing is a mistake of the caller.
static bool check_filter(struct coverage_filter *filter) {
    static const char prefix[] = "zx_";
    if (filter->call != NULL && strncmp(filter->call, prefix, strlen(prefix)) == 0) {
        filter->call += strlen(prefix);
    }
    if (filter->call != NULL && syscall_find(filter->call) == NULL) {
        zx_usage_error(command, "there is no call '%s'", filter->call);
        return false;
    }
    bool group = filter->group == NULL, state = filter->state == NULL;
    for (size_t i = 0; i < ZX_SYS_COUNT && !group; i++) {
        group = strcmp(syscall_table[i].group, filter->group) == 0;
    }
    for (size_t i = 0; i <= COVERAGE_COVERED && !state; i++) {
        state = strcmp(coverage_state_names[i], filter->state) == 0;
    }
    if (!group) {
        zx_usage_error(command, "there is no group '%s'; groups are the names of the .def files",
                       filter->group);
    } else if (!state) {
        zx_usage_error(command, "there is no state '%s'", filter->state);
    }
    return group && state;
}

static int join_and_print(const struct coverage_options *options, int argc, char **argv) {
    struct coverage *coverage = malloc(sizeof(*coverage));
    if (coverage == NULL) {
        zx_complain(command, "out of memory");
        return ZX_EXIT_FILE;
    }
    bool done = coverage_init(coverage);
    for (size_t i = 0; i < options->results.count && done; i++) {
        done = coverage_read(coverage, options->results.items[i]);
    }
    if (done && options->run != NULL) {
        done = run_and_read(coverage, options->run, argc, argv);
    }
    int status = ZX_EXIT_FILE;
    if (done) {
        size_t mistakes = coverage_join(coverage);
        if (print_all(options, coverage)) {
            status = mistakes > 0 || coverage->failed > 0 ? ZX_EXIT_FOUND : ZX_EXIT_OK;
        }
    }
    coverage_free(coverage);
    free(coverage);
    return status;
}

int coverage_command(int argc, char **argv) {
    struct coverage_options options = {0};
    const struct zx_option known[] = {
        {.name = "--help", .flag = &options.help},
        {.name = "--summary", .flag = &options.summary},
        {.name = "--run", .text = &options.run},
        {.name = "--results", .list = &options.results},
        {.name = "--markdown", .text = &options.markdown},
        {.name = "--html", .text = &options.html},
        {.name = "--json", .text = &options.json},
        {.name = "--call", .text = &options.filter.call},
        {.name = "--group", .text = &options.filter.group},
        {.name = "--state", .text = &options.filter.state},
    };
    if (!zx_parse_options(command, known, sizeof(known) / sizeof(known[0]), &argc, argv)) {
        return ZX_EXIT_USAGE;
    }
    if (options.help) {
        print_help();
        return ZX_EXIT_OK;
    }
    if (options.run == NULL && options.results.count == 0) {
        return zx_usage_error(command, "give --run CONFORMANCE or --results FILE");
    }
    if (argc > 0 && options.run == NULL) {
        return zx_usage_error(command, "'%s' is not expected; arguments are for --run", argv[0]);
    }
    if (!check_filter(&options.filter)) {
        return ZX_EXIT_USAGE;
    }
    return join_and_print(&options, argc, argv);
}
