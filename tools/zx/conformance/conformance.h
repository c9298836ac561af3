// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What `zx conformance` knows: programs, the test cases in them, and what came of each.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "../zx.h"

// The old unittest library, and zxtest with gtest, whose options are the same.
enum framework { UNITTEST, ZXTEST };

enum verdict {
    VERDICT_PASS,
    VERDICT_SKIP,
    VERDICT_FAIL,     // an assertion
    VERDICT_CRASH,    // a signal, or an exception of a Fuchsia program
    VERDICT_TIMEOUT,  // its time was up
    VERDICT_EXIT,     // it passed, and then the program did not end well
    VERDICT_NOEND,    // the program ended without telling
    VERDICT_NORUN,    // it could not be started
    VERDICT_UNSTEADY, // it did not end alike in all rounds
    VERDICTS,
};
extern const char *const verdict_names[VERDICTS];

struct program {
    const char *path, *name; // the name is the path's last part
    bool fuchsia;            // started by `zx run`, else as it is
    bool has[2];             // cases of which framework
    char **environment;
};

struct test_case {
    const struct program *program;
    enum framework framework;
    char *suite, *test;
    char *name;          // both, with a dot between
    const char *known;   // why it is known not to pass, or null
    unsigned char *seen; // the verdict of each round; VERDICTS: not run
    enum verdict verdict;
    double seconds;     // of the longest round
    char *why, *output; // of the first round that did not pass; null: all did
};

struct known_list {
    char *text;
    struct known {
        const char *program, *name, *reason; // the first two are shell patterns
    } * items;
    size_t count;
};

struct suite {
    struct program *programs;
    size_t program_count;
    struct test_case *cases;
    size_t case_count, case_room;
    struct known_list known;
    unsigned rounds;
};

struct conformance_options {
    bool help, list, quiet, verbose;
    struct zx_list programs, cases, arguments;
    const char *framework, *as, *known, *json, *junit, *results;
    uint32_t time, jobs, repeat;
    // for zx run
    bool env_all, own_job;
    struct zx_list libraries, environment, without;
    const char *sysroot;
    uint32_t memory;
};
extern struct conformance_options conformance_options;

// --- programs.c: which cases there are ---

// Looks at the files; false after a message.
bool suite_open(struct suite *suite, char **paths, size_t count);
// Asks each program for its cases; false after a message.
bool suite_list(struct suite *suite);
bool known_read(struct known_list *list, const char *path);
const char *known_find(const struct known_list *list, const struct test_case *test);
void suite_free(struct suite *suite);

// The words that start a program with those arguments, to be freed; null: out of memory.
char **program_words(const struct program *program, const char *const *arguments, size_t count);

// --- process.c: a process with a time limit ---

struct ending {
    bool started, timed_out;
    int status; // as waitpid has it
    double seconds;
    char *output; // clean text, to be freed
};

// Signals that end us are blocked from here on, and end what runs.
void processes_begin(void);
// The signal that came, or 0.
int processes_stopped_by(void);
struct ending process_run(char **words, char **environment, double limit);

// --- judge.c: what came of a case ---

// `why` is to be freed, or null if it passed.
enum verdict judge(const struct test_case *test, const struct ending *ending, char **why);
bool verdict_is_good(enum verdict verdict);

// --- report.c ---

void report_text(FILE *out, const struct suite *suite);
void report_json(FILE *out, const struct suite *suite);
void report_junit(FILE *out, const struct suite *suite);
void report_results(FILE *out, const struct suite *suite);
// Cases that did not pass and are not known for it.
size_t report_failures(const struct suite *suite);
