// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What came of a case, from what its process printed and how it ended.
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "conformance.h"

enum { WHY_MAX = 400, CODE_SIGNALS = 128 };

const char *const verdict_names[VERDICTS] = {
    [VERDICT_PASS] = "pass",       [VERDICT_SKIP] = "skip",   [VERDICT_FAIL] = "fail",
    [VERDICT_CRASH] = "crash",     [VERDICT_EXIT] = "exit",   [VERDICT_NOEND] = "noend",
    [VERDICT_TIMEOUT] = "timeout", [VERDICT_NORUN] = "norun", [VERDICT_UNSTEADY] = "unsteady",
};

bool verdict_is_good(enum verdict verdict) {
    return verdict == VERDICT_PASS || verdict == VERDICT_SKIP;
}

// What the framework said.
struct said {
    bool passed, failed, skipped, ended;
};

// Behind `mark`, on the same line, stands `name`, and then no more of a name.
static bool names(const char *output, const char *mark, const char *name) {
    size_t length = strlen(name);
    for (const char *at = output; (at = strstr(at, mark)) != NULL;) {
        at += strlen(mark);
        if (strncmp(at, name, length) == 0 &&
            (at[length] == '\0' || isspace((unsigned char)at[length]) || at[length] == ',')) {
            return true;
        }
    }
    return false;
}

static struct said zxtest_said(const struct test_case *test, const char *output) {
    struct said said = {
        .passed = names(output, "[       OK ] ", test->name),
        .failed = strstr(output, "[  FAILED  ]") != NULL,
        .skipped = names(output, "[  SKIPPED ] ", test->name),
    };
    for (const char *at = output; (at = strstr(at, "[==========] ")) != NULL; at++) {
        size_t line = strcspn(at, "\n");
        const char *ran = memmem(at, line, " ran", 4);
        said.ended = said.ended || (ran != NULL && (ran[4] == ' ' || ran[4] == '.'));
    }
    return said;
}

// "    NAME     [RUNNING] [PASSED] (3 ms)", with other output in between.
static struct said unittest_said(const struct test_case *test, const char *output) {
    struct said said = {.failed = strstr(output, "[FAILED]") != NULL,
                        .skipped = strstr(output, "[IGNORED]") != NULL};
    const char *at = output, *running = NULL;
    while (running == NULL && (at = strstr(at, test->test)) != NULL) {
        const char *behind = at + strlen(test->test);
        behind += strspn(behind, " ");
        bool first = at > output && at[-1] == ' ';
        running = first && strncmp(behind, "[RUNNING]", 9) == 0 ? behind : NULL;
        at++;
    }
    said.passed = running != NULL && strstr(running, "[PASSED] (") != NULL;
    const char *cases = strstr(output, " CASES: ");
    said.ended = cases != NULL && strstr(cases, "SUCCESS: ") != NULL;
    return said;
}

// --- why ---

// Adds a line, its blanks made one, to what is a single line in the end.
static void add_line(char why[WHY_MAX], const char *line, size_t length) {
    size_t at = strlen(why);
    bool blank = at > 0;
    for (size_t i = 0; i < length && at + 2 < WHY_MAX; i++) {
        if (isspace((unsigned char)line[i])) {
            blank = at > 0;
            continue;
        }
        if (blank) {
            why[at++] = ' ';
            blank = false;
        }
        why[at++] = line[i];
    }
    // Not within a character.
    while (at + 2 >= WHY_MAX && at > 0 && ((unsigned char)why[at - 1] & 0xc0) == 0x80) {
        at--;
    }
    if (at + 2 >= WHY_MAX && at > 0 && ((unsigned char)why[at - 1] & 0xc0) == 0xc0) {
        at--;
    }
    why[at] = '\0';
}

static const char *line_start(const char *text, const char *at) {
    while (at > text && at[-1] != '\n') {
        at--;
    }
    return at;
}

// The line that `at` is in and `more` lines behind it, as long as those are so far to the right.
static void add_lines(char why[WHY_MAX], const char *text, const char *at, int more,
                      size_t indent) {
    const char *line = line_start(text, at);
    for (;;) {
        size_t length = strcspn(line, "\n");
        add_line(why, line, length);
        line += length;
        if (*line == '\0' || *++line == '\n' || *line == '[' || strspn(line, " ") < indent ||
            more-- == 0) {
            return;
        }
    }
}

static void add_last_line(char why[WHY_MAX], const char *output) {
    const char *last = NULL;
    size_t last_length = 0;
    for (const char *line = output; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (strspn(line, " \t") < length) {
            last = line;
            last_length = length;
        }
        line += length + (line[length] == '\n');
    }
    if (last != NULL) {
        add_line(why, "last said:", 10);
        add_line(why, last, last_length);
    } else {
        add_line(why, "it said nothing", 15);
    }
}

// The first failure, or what else tells most. What unittest says stands behind its mark.
static void find_reason(char why[WHY_MAX], const char *output) {
    enum { UNITTEST_INDENT = 8, ZXTEST_INDENT = 4, MORE = 4 };
    static const struct {
        const char *mark;
        int more;
        size_t indent;
    } marks[] = {
        {" [FAILED]\n        ", MORE, UNITTEST_INDENT},
        {": Failure: ", MORE, ZXTEST_INDENT},
        {": Failure\n", MORE, 0}, // gtest
        {"fatal exception", 0, 0},
        {"ZX_PANIC", 0, 0},
        {"ASSERT FAILED", 0, 0},
        {"Assertion", 0, 0},
        {"panic", 0, 0},
        {"zx run: ", 0, 0},
    };
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        const char *at = strstr(output, marks[i].mark);
        if (at != NULL) {
            at = marks[i].indent == UNITTEST_INDENT ? strchr(at, '\n') + 1 : at;
            add_lines(why, output, at, marks[i].more, marks[i].indent);
            return;
        }
    }
    add_last_line(why, output);
}

enum verdict judge(const struct test_case *test, const struct ending *ending, char **out) {
    const char *output = ending->output != NULL ? ending->output : "";
    struct said said =
        test->framework == ZXTEST ? zxtest_said(test, output) : unittest_said(test, output);
    bool signalled = WIFSIGNALED(ending->status);
    int code = signalled ? CODE_SIGNALS + WTERMSIG(ending->status) : WEXITSTATUS(ending->status);
    bool unloaded = test->program->fuchsia && code == ZX_EXIT_FILE && !said.ended &&
                    strstr(output, "zx run: ") != NULL;
    enum verdict verdict = !ending->started || unloaded ? VERDICT_NORUN
                           : ending->timed_out          ? VERDICT_TIMEOUT
                           : said.ended && said.passed && !said.failed && code == 0 ? VERDICT_PASS
                           : said.skipped && !said.failed && code == 0              ? VERDICT_SKIP
                           : signalled || (code > CODE_SIGNALS && !said.ended)      ? VERDICT_CRASH
                           : said.ended && said.passed && !said.failed              ? VERDICT_EXIT
                           : said.ended || said.passed || said.failed               ? VERDICT_FAIL
                                                                                    : VERDICT_NOEND;
    *out = NULL;
    if (verdict_is_good(verdict)) {
        return verdict;
    }
    char why[WHY_MAX] = "", how[64] = "";
    if (signalled && !ending->timed_out) {
        snprintf(how, sizeof(how), "signal %d;", WTERMSIG(ending->status));
    } else if (verdict == VERDICT_CRASH || verdict == VERDICT_EXIT || verdict == VERDICT_NOEND) {
        snprintf(how, sizeof(how), "exit code %d;", code);
    }
    add_line(why, how, strlen(how));
    find_reason(why, output);
    *out = strdup(why);
    return verdict;
}
