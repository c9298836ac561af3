// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// zx conformance: runs test programs case by case, each case in a process of its own.
#include "conformance.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char command[] = "conformance";

enum { TIME_DEFAULT = 10, JOBS_MAX = 256, REPEAT_MAX = 100, SIGNAL_CODE = 128, FILTER_MAX = 1024 };

static const char help[] =
    "usage: zx conformance [OPTION]... [--program] FILE...\n"
    "\n"
    "Runs every test case of programs that are made with zxtest, gtest or Fuchsia's older "
    "unittest,\n"
    "each in a process of its own. Programs for Linux are started as they are, those for Fuchsia "
    "by\n"
    "zx run.\n"
    "\n"
    "  --program FILE    a program; may be given several times, like the word alone\n"
    "  --case PATTERN    only cases whose PROGRAM/SUITE.TEST matches it as a file name would, or\n"
    "                    has it as a part; may be given several times\n"
    "  --list            print the names of the cases, and run none\n"
    "  --time SECONDS    how long a case may take; 10\n"
    "  --jobs N          so many at a time; 1\n"
    "  --repeat N        run all N times; what does not end alike each time is unsteady\n"
    "  --known FILE      cases that are known not to pass: lines PROGRAM CASE : REASON, where\n"
    "                    PROGRAM and CASE may be patterns\n"
    "  --framework NAME  zxtest, gtest or unittest, where the program cannot be asked for both\n"
    "  --as KIND         linux or fuchsia, instead of looking at the file\n"
    "  --argument WORD   give it to the programs as well; may be given several times\n"
    "For programs:\n"
    "  --libraries DIR, --env NAME=TEXT, --memory MIB\n"
    "                    as with zx run; for Linux programs by variables\n"
    "  --sysroot DIR, --env-all, --own-job, --without WHAT\n"
    "                    as with zx run\n"
    "What to print, besides counts and what did not pass:\n"
    "  --json FILE       every case, with the output of those that did not pass\n"
    "  --junit FILE      the same in JUnit's XML\n"
    "  --results FILE    counts for zx coverage --results; FILE is - for the standard output\n"
    "  --verbose         the output of cases that did not pass\n"
    "  --quiet           no progress on the standard error\n"
    "\n"
    "Exit status: 0 all passed, were skipped or are known, 1 some were not, 2 called wrongly, 3 a\n"
    "file or program cannot be used, 128 + N after signal N.\n";

struct conformance_options conformance_options = {.time = TIME_DEFAULT, .jobs = 1, .repeat = 1};

// --- one case ---

// A filter is a pattern: what would not stand for itself is replaced by a question mark.
static void make_filter(const struct test_case *test, char filter[FILTER_MAX]) {
    snprintf(filter, FILTER_MAX, "--gtest_filter=%s", test->name);
    for (char *at = strchr(filter, '=') + 1; *at != '\0'; at++) {
        if (*at == '-' || *at == ':') {
            *at = '?';
        }
    }
}

static char **case_words(const struct test_case *test, char filter[FILTER_MAX]) {
    const struct program *program = test->program;
    const char *words[5];
    size_t count = 0;
    if (test->framework == ZXTEST) {
        make_filter(test, filter);
        words[count++] = filter;
        if (program->has[UNITTEST]) { // which is to run none
            words[count++] = "--case";
            words[count++] = "none-of-them";
        }
    } else {
        words[count++] = "--case";
        words[count++] = test->suite;
        words[count++] = "--test";
        words[count++] = test->test;
        if (program->has[ZXTEST]) {
            words[count++] = "--gtest_filter=-*";
        }
    }
    return program_words(program, words, count);
}

static bool is_disabled(const struct test_case *test) {
    static const char mark[] = "DISABLED_";
    return test->framework == ZXTEST && (strncmp(test->suite, mark, sizeof(mark) - 1) == 0 ||
                                         strncmp(test->test, mark, sizeof(mark) - 1) == 0 ||
                                         strstr(test->suite, "/DISABLED_") != NULL);
}

static enum verdict run_case(struct test_case *test) {
    char filter[FILTER_MAX];
    if (is_disabled(test)) {
        return VERDICT_SKIP;
    }
    char **words = case_words(test, filter);
    if (words == NULL) {
        return VERDICT_NORUN;
    }
    struct ending ending = process_run(words, test->program->environment, conformance_options.time);
    free(words);
    char *why;
    enum verdict verdict = judge(test, &ending, &why);
    if (ending.seconds > test->seconds) {
        test->seconds = ending.seconds;
    }
    if (!verdict_is_good(verdict) && test->why == NULL) {
        test->why = why;
        test->output = ending.output;
        return verdict;
    }
    free(why);
    free(ending.output);
    return verdict;
}

// --- all of them ---

static struct {
    struct suite *suite;
    atomic_size_t next, done;
    pthread_mutex_t printing;
} work = {.printing = PTHREAD_MUTEX_INITIALIZER};

static void print_progress(const struct test_case *test, enum verdict verdict, size_t round) {
    size_t total = work.suite->case_count * work.suite->rounds;
    pthread_mutex_lock(&work.printing);
    size_t done = atomic_fetch_add(&work.done, 1) + 1;
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r\033[K[%zu/%zu] %s/%s", done, total, test->program->name, test->name);
        fputs(done == total ? "\r\033[K" : "", stderr);
    } else {
        fprintf(stderr, "[%zu/%zu] %s %s/%s", done, total, verdict_names[verdict],
                test->program->name, test->name);
        if (work.suite->rounds > 1) {
            fprintf(stderr, ", round %zu", round + 1);
        }
        fputc('\n', stderr);
    }
    fflush(stderr);
    pthread_mutex_unlock(&work.printing);
}

// A case is run by one thread in all its rounds at different times: a round begins when no case is
// left of the one before, and its cases may still run.
static void *run_cases(void *argument) {
    size_t *round = argument;
    struct suite *suite = work.suite;
    for (;;) {
        size_t i = atomic_fetch_add(&work.next, 1);
        if (i >= suite->case_count || processes_stopped_by() != 0) {
            return NULL;
        }
        struct test_case *test = &suite->cases[i];
        enum verdict verdict = run_case(test);
        if (processes_stopped_by() != 0) {
            return NULL;
        }
        test->seen[*round] = (unsigned char)verdict;
        if (!conformance_options.quiet) {
            print_progress(test, verdict, *round);
        }
    }
}

static void run_round(size_t round) {
    pthread_t threads[JOBS_MAX];
    size_t started = 0;
    atomic_store(&work.next, 0);
    while (started + 1 < conformance_options.jobs &&
           pthread_create(&threads[started], NULL, run_cases, &round) == 0) {
        started++;
    }
    run_cases(&round);
    for (size_t i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
}

// A case that was never run because we were ended counts as not run.
static void settle(struct suite *suite) {
    for (size_t i = 0; i < suite->case_count; i++) {
        struct test_case *test = &suite->cases[i];
        test->verdict = test->seen[0] == VERDICTS ? VERDICT_NORUN : (enum verdict)test->seen[0];
        for (size_t round = 1; round < suite->rounds && test->seen[round] != VERDICTS; round++) {
            if (test->seen[round] != test->seen[0]) {
                test->verdict = VERDICT_UNSTEADY;
            }
        }
    }
}

// --- what to print ---

static bool print_to(const char *path, const struct suite *suite,
                     void (*print)(FILE *out, const struct suite *suite)) {
    struct zx_output output;
    if (path == NULL) {
        return true;
    }
    if (!zx_output_open(command, &output, path)) {
        return false;
    }
    print(output.file, suite);
    return zx_output_close(command, &output);
}

static bool print_all(const struct suite *suite) {
    const struct conformance_options *options = &conformance_options;
    const char *paths[] = {options->json, options->junit, options->results};
    FILE *out = stdout; // the table makes room where something else is printed there
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        out = paths[i] != NULL && strcmp(paths[i], "-") == 0 ? stderr : out;
    }
    bool done = print_to(options->json, suite, report_json);
    done = print_to(options->junit, suite, report_junit) && done;
    done = print_to(options->results, suite, report_results) && done;
    report_text(out, suite);
    if (fflush(out) != 0) {
        zx_complain(command, "cannot write");
        return false;
    }
    return done;
}

static int run_and_report(struct suite *suite) {
    for (size_t round = 0; round < suite->rounds; round++) {
        run_round(round);
    }
    settle(suite);
    bool printed = print_all(suite);
    int signal = processes_stopped_by();
    if (signal != 0) {
        zx_complain(command, "ended by signal %d; what was not run is missing", signal);
        return SIGNAL_CODE + signal;
    }
    return !printed ? ZX_EXIT_FILE : report_failures(suite) > 0 ? ZX_EXIT_FOUND : ZX_EXIT_OK;
}

static int run_suite(struct suite *suite, char **paths, size_t count) {
    if ((conformance_options.known != NULL &&
         !known_read(&suite->known, conformance_options.known)) ||
        !suite_open(suite, paths, count)) {
        return ZX_EXIT_FILE;
    }
    processes_begin();
    if (!suite_list(suite)) {
        int signal = processes_stopped_by();
        return signal != 0 ? SIGNAL_CODE + signal : ZX_EXIT_FILE;
    }
    if (suite->case_count == 0) {
        return zx_usage_error(command, "no case matches");
    }
    if (conformance_options.list) {
        for (size_t i = 0; i < suite->case_count; i++) {
            printf("%s/%s\n", suite->cases[i].program->name, suite->cases[i].name);
        }
        return fflush(stdout) == 0 ? ZX_EXIT_OK : ZX_EXIT_FILE;
    }
    work.suite = suite;
    return run_and_report(suite);
}

static bool is_one_of(const char *what, const char *value, const char *a, const char *b,
                      const char *c) {
    if (value == NULL || strcmp(value, a) == 0 || strcmp(value, b) == 0 || strcmp(value, c) == 0) {
        return true;
    }
    zx_usage_error(command, "%s is not '%s'", what, value);
    return false;
}

int conformance_command(int argc, char **argv) {
    struct conformance_options *options = &conformance_options;
    const struct zx_option known[] = {
        {.name = "--help", .flag = &options->help},
        {.name = "--list", .flag = &options->list},
        {.name = "--quiet", .flag = &options->quiet},
        {.name = "--verbose", .flag = &options->verbose},
        {.name = "--program", .list = &options->programs},
        {.name = "--case", .list = &options->cases},
        {.name = "--argument", .list = &options->arguments},
        {.name = "--framework", .text = &options->framework},
        {.name = "--as", .text = &options->as},
        {.name = "--known", .text = &options->known},
        {.name = "--json", .text = &options->json},
        {.name = "--junit", .text = &options->junit},
        {.name = "--results", .text = &options->results},
        {.name = "--time", .number = &options->time},
        {.name = "--jobs", .number = &options->jobs},
        {.name = "--repeat", .number = &options->repeat},
        {.name = "--libraries", .list = &options->libraries},
        {.name = "--env", .list = &options->environment},
        {.name = "--without", .list = &options->without},
        {.name = "--sysroot", .text = &options->sysroot},
        {.name = "--memory", .number = &options->memory},
        {.name = "--env-all", .flag = &options->env_all},
        {.name = "--own-job", .flag = &options->own_job},
    };
    if (!zx_parse_options(command, known, sizeof(known) / sizeof(known[0]), &argc, argv)) {
        return ZX_EXIT_USAGE;
    }
    if (options->help) {
        fputs(help, stdout);
        return ZX_EXIT_OK;
    }
    size_t count = options->programs.count + (size_t)argc;
    if (count == 0) {
        return zx_usage_error(command, "which program?");
    }
    if (!is_one_of("--framework", options->framework, "zxtest", "gtest", "unittest") ||
        !is_one_of("--as", options->as, "linux", "fuchsia", "fuchsia")) {
        return ZX_EXIT_USAGE;
    }
    if (options->jobs > JOBS_MAX || options->repeat > REPEAT_MAX) {
        return zx_usage_error(command, "at most %d jobs and %d rounds", JOBS_MAX, REPEAT_MAX);
    }
    char **paths = calloc(count, sizeof(*paths));
    struct suite suite = {.rounds = options->repeat};
    if (paths == NULL) {
        zx_complain(command, "out of memory");
        return ZX_EXIT_FILE;
    }
    for (size_t i = 0; i < options->programs.count; i++) {
        paths[i] = (char *)(uintptr_t)options->programs.items[i];
    }
    memcpy(paths + options->programs.count, argv, (size_t)argc * sizeof(*paths));
    int status = run_suite(&suite, paths, count);
    suite_free(&suite);
    free(paths);
    return status;
}
