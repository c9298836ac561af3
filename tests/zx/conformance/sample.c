// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A test program as `zx conformance` runs them, whose cases end in every way. It is built in the
// style of each framework, and in two of them at once: SAMPLE_UNITTEST, SAMPLE_ZXTEST,
// SAMPLE_GTEST.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum outcome { PASSED, FAILED, SKIPPED };

static int exit_code; // besides what failures make of it

static enum outcome passes(void) {
    return PASSED;
}

static enum outcome fails(void) {
#ifdef SAMPLE_UNITTEST
    fputs(" [FAILED]\n        sample.c:20:bool fails():\n        one is not two:\n", stdout);
#elif defined(SAMPLE_GTEST)
    fputs("sample.c:20: Failure\nExpected equality of these values:\n  1\n  2\n\n", stdout);
#else
    fputs("sample.c:20: Failure: one is not two\n    Expected: 1\n    Actual  : 2\n", stdout);
#endif
    return FAILED;
}

static enum outcome skips(void) {
    return SKIPPED;
}

static enum outcome crashes(void) {
    signal(SIGSEGV, SIG_DFL);
    fflush(stdout);
    raise(SIGSEGV);
    return PASSED;
}

static enum outcome hangs(void) {
    if (fork() == 0) { // it has to go as well
        pause();
    }
    while (pause() != 0) {
    }
    return PASSED;
}

static enum outcome ends_badly(void) {
    exit_code = 3;
    return PASSED;
}

static enum outcome forgets(void) {
    fputs("I must go\n", stdout);
    exit(0);
}

// More than anybody wants to keep.
static enum outcome talks(void) {
    for (int i = 0; i < 40000; i++) {
        fputs("All work and no play makes Jack a dull boy\n", stdout);
    }
    return PASSED;
}

static enum outcome babbles(void) {
    static const char text[] = "]]> \x01\xff\xc3\xa4 <&\"'> \0 \xed\xa0\x80\n";
    fwrite(text, 1, sizeof(text) - 1, stdout);
    return fails();
}

// Another process keeps the output open behind the end of this one.
static enum outcome leaves_a_child(void) {
    fflush(stdout);
    if (fork() == 0) {
        pause();
    }
    return PASSED;
}

// Passes only once for each file.
static enum outcome wavers(void) {
    const char *path = getenv("SAMPLE_FILE");
    int file = path != NULL ? open(path, O_CREAT | O_EXCL | O_WRONLY, 0600) : -1;
    return path == NULL || file >= 0 ? PASSED : fails();
}

static const struct {
    const char *suite, *name;
    enum outcome (*run)(void);
} tests[] = {
    {"good", "passes", passes},        {"good", "passes_too", passes},
    {"good", "talks", talks},          {"good", "leaves_a_child", leaves_a_child},
    {"good", "skips", skips},          {"bad", "fails", fails},
    {"bad", "crashes", crashes},       {"bad", "hangs", hangs},
    {"bad", "ends_badly", ends_badly}, {"bad", "forgets", forgets},
    {"bad", "babbles", babbles},       {"bad", "wavers", wavers},
};
enum { TESTS = sizeof(tests) / sizeof(tests[0]) };

__attribute__((unused)) static const char *value_of(int argc, char **argv, const char *option) {
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], option) == 0) {
            return argv[i + 1];
        }
    }
    return NULL;
}

static int has(int argc, char **argv, const char *option) {
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], option) == 0) {
            return 1;
        }
    }
    return 0;
}

#ifdef SAMPLE_UNITTEST
static int run_unittest(int argc, char **argv) {
    const char *suite = value_of(argc, argv, "--case"), *name = value_of(argc, argv, "--test");
    int list = has(argc, argv, "--list"), failed = 0;
    for (int i = 0; i < TESTS; i++) {
        if (list && (i == 0 || strcmp(tests[i].suite, tests[i - 1].suite) != 0)) {
            printf("\nCASE %s\n", tests[i].suite);
        }
        if (list) {
            printf("    %s\n", tests[i].name);
        } else if ((suite == NULL || strcmp(suite, tests[i].suite) == 0) &&
                   (name == NULL || strcmp(name, tests[i].name) == 0)) {
            if (tests[i].run == skips) {
                printf("    %-51s [IGNORED]\n", tests[i].name);
                continue;
            }
            printf("    %-51s [RUNNING]", tests[i].name);
            enum outcome outcome = tests[i].run();
            failed += outcome == FAILED;
            printf(" [%s] (0 ms)\n", outcome == PASSED ? "PASSED" : "FAILED");
        }
    }
    if (!list) {
        printf("    CASES:  1     SUCCESS:  %d     FAILED:  %d   \n", failed == 0, failed > 0);
    }
    return failed > 0;
}
#endif

#ifdef SAMPLE_ZXTEST
#ifndef SAMPLE_GTEST
#define SUITE_MARK ""
#define TEST_MARK "."
#else
#define SUITE_MARK "."
#define TEST_MARK ""
#endif

// A name, a star, or a star that is not wanted: more the command does not ask for.
static int is_chosen(const char *filter, int i) {
    char name[64];
    snprintf(name, sizeof(name), "%s.%s", tests[i].suite, tests[i].name);
    return filter == NULL || strcmp(filter, name) == 0;
}

static int run_zxtest(int argc, char **argv) {
    static const char option[] = "--gtest_filter=";
    const char *filter = NULL;
    int list = has(argc, argv, "--gtest_list_tests"), failed = 0;
    for (int i = 1; i < argc; i++) {
        filter = strncmp(argv[i], option, strlen(option)) == 0 ? argv[i] + strlen(option) : filter;
    }
    for (int i = 0; i < TESTS; i++) {
        if (list && (i == 0 || strcmp(tests[i].suite, tests[i - 1].suite) != 0)) {
            printf("%s" SUITE_MARK "\n", tests[i].suite);
        }
        if (list) {
            // gtest remarks what a parameter is.
            printf("  " TEST_MARK "%s%s\n", tests[i].name,
                   SUITE_MARK[0] != '\0' && i == 1 ? "  # GetParam() = 5" : "");
        } else if (is_chosen(filter, i)) {
            printf("[ RUN      ] %s.%s\n", tests[i].suite, tests[i].name);
            enum outcome outcome = tests[i].run();
            failed += outcome == FAILED;
            printf("%s %s.%s (0 ms)\n",
                   outcome == PASSED    ? "[       OK ]"
                   : outcome == SKIPPED ? "[  SKIPPED ]"
                                        : "[  FAILED  ]",
                   tests[i].suite, tests[i].name);
        }
    }
    if (!list) {
        puts("[==========] 1 test from 1 test case ran (0 ms total).");
    }
    return failed > 0 ? -1 : 0;
}
#endif

int main(int argc, char **argv) {
    int failed = 0;
#ifdef SAMPLE_UNITTEST
    failed = run_unittest(argc, argv);
#endif
#ifdef SAMPLE_ZXTEST
    failed = run_zxtest(argc, argv) != 0 || failed;
#endif
    fflush(stdout);
    return failed ? -1 : exit_code;
}
