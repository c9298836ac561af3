// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "coverage.h"

#include <stdlib.h>
#include <string.h>
#include <zircon/status.h>

static const char command[] = "coverage";

// unseen.txt and peer.tsv, put in by facts.S.
extern const char coverage_unseen_text[], coverage_peer_text[];

const char *const coverage_state_names[] = {
    [COVERAGE_MISSING] = "missing",
    [COVERAGE_FAILING] = "failing",
    [COVERAGE_IMPLEMENTED] = "implemented",
    [COVERAGE_COVERED] = "covered",
};

bool coverage_init(struct coverage *coverage) {
    memset(coverage, 0, sizeof(*coverage));
    coverage->facts[0] = strdup(coverage_unseen_text);
    coverage->facts[1] = strdup(coverage_peer_text);
    bool done = coverage->facts[0] != NULL && coverage->facts[1] != NULL;
    for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
        struct coverage_call *call = &coverage->calls[i];
        call->desc = &syscall_table[i];
        call->peer = "?";
        call->cannot = calloc(call->desc->error_count + 1, sizeof(*call->cannot));
        done = done && call->cannot != NULL;
    }
    if (!done) {
        zx_complain(command, "out of memory");
    }
    return done;
}

void coverage_free(struct coverage *coverage) {
    for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
        free(coverage->calls[i].cannot);
    }
    for (size_t i = 0; i < coverage->test_count; i++) {
        free(coverage->tests[i].call);
        free(coverage->tests[i].group);
        free(coverage->tests[i].name);
    }
    free(coverage->tests);
    coverage_free_programs(coverage);
    free(coverage->facts[0]);
    free(coverage->facts[1]);
}

// --- results ---

// A test that ran twice counts with its last run.
static bool add_test(struct coverage *coverage, char **fields) {
    for (size_t i = 0; i < coverage->test_count; i++) {
        struct coverage_test *test = &coverage->tests[i];
        if (strcmp(test->call, fields[1]) == 0 && strcmp(test->group, fields[2]) == 0 &&
            strcmp(test->name, fields[3]) == 0) {
            test->passed = strcmp(fields[4], "pass") == 0;
            return true;
        }
    }
    if (coverage->test_count == coverage->test_room) {
        size_t room = coverage->test_room * 2 + 64;
        struct coverage_test *more = realloc(coverage->tests, room * sizeof(*more));
        if (more == NULL) {
            return false;
        }
        coverage->tests = more;
        coverage->test_room = room;
    }
    struct coverage_test *test = &coverage->tests[coverage->test_count++];
    *test = (struct coverage_test){
        .call = strdup(fields[1]),
        .group = strdup(fields[2]),
        .name = strdup(fields[3]),
        .passed = strcmp(fields[4], "pass") == 0,
    };
    return test->call != NULL && test->group != NULL && test->name != NULL;
}

static bool is_number(const char *text, long *number) {
    char *end;
    *number = strtol(text, &end, 10);
    return end != text && *end == '\0';
}

// What is wrong with a line of results, or null.
static const char *add_line(struct coverage *coverage, char *line) {
    enum { FIELDS = 6 };
    char *fields[FIELDS + 1];
    size_t count = 0;
    for (char *rest = line; rest != NULL && count <= FIELDS;) {
        fields[count++] = strsep(&rest, "\t");
    }
    if (count == 5 && strcmp(fields[0], "test") == 0 &&
        (strcmp(fields[4], "pass") == 0 || strcmp(fields[4], "fail") == 0)) {
        return add_test(coverage, fields) ? NULL : "out of memory";
    }
    if (count == 6 && strcmp(fields[0], "program") == 0) {
        return coverage_add_program(coverage, fields);
    }
    if (count == 6 && strcmp(fields[0], "case") == 0) {
        return coverage_add_case(coverage, fields);
    }
    long number, status, times;
    if (count != 6 || strcmp(fields[0], "seen") != 0 || !is_number(fields[1], &number) ||
        !is_number(fields[2], &status) || !is_number(fields[3], &times)) {
        return "this is no line of results; give the file that LIBZIRCON_RESULTS named in a run of "
               "the conformance tests, or that zx conformance --results wrote";
    }
    if (number < 0 || number >= ZX_SYS_COUNT || status > 0 || status <= -COVERAGE_STATUSES) {
        return "no call or status has that number; the results come from another version, so run "
               "the conformance tests anew";
    }
    coverage->calls[number].seen[-status] = true;
    return NULL;
}

bool coverage_read(struct coverage *coverage, const char *path) {
    char *text = zx_read_file(command, path);
    if (text == NULL) {
        return false;
    }
    size_t before = coverage->test_count, line_number = 0, tests = 0;
    const char *wrong = NULL;
    for (char *rest = text; *rest != '\0' && wrong == NULL;) {
        char *line = strsep(&rest, "\n");
        line_number++;
        tests += strncmp(line, "test\t", 5) == 0 || strncmp(line, "program\t", 8) == 0;
        wrong = add_line(coverage, line);
        if (rest == NULL) {
            break;
        }
    }
    free(text);
    if (wrong != NULL) {
        zx_complain(command, "%s:%zu: %s", path, line_number, wrong);
    } else if (tests == 0 && coverage->test_count == before) {
        wrong = "empty";
        zx_complain(command, "%s holds no results of tests; was any test selected?", path);
    }
    return wrong == NULL;
}

// --- facts ---

// The next line that is no comment, or null.
static char *next_fact(char **rest) {
    while (*rest != NULL && **rest != '\0') {
        char *line = strsep(rest, "\n");
        if (line[0] != '#' && line[0] != '\0') {
            return line;
        }
    }
    return NULL;
}

static struct coverage_call *find_call(struct coverage *coverage, const char *name) {
    const struct syscall_desc *desc = syscall_find(name);
    return desc == NULL ? NULL : &coverage->calls[desc - syscall_table];
}

// Calls that the peer has and this table has not are passed over.
static void join_peer(struct coverage *coverage) {
    char *rest = coverage->facts[1];
    for (char *line = next_fact(&rest); line != NULL; line = next_fact(&rest)) {
        char *value = line;
        const char *name = strsep(&value, "\t");
        struct coverage_call *call = find_call(coverage, name);
        if (call != NULL && value != NULL) {
            call->peer = value;
        }
    }
}

// One line of unseen.txt: what is wrong with it, or null.
static const char *join_unseen_line(struct coverage *coverage, char *line) {
    char *reason = strstr(line, " : ");
    if (reason == NULL || reason[3] == '\0') {
        return "a line is CALL ERROR : REASON";
    }
    *reason = '\0';
    char *error = line;
    const char *name = strsep(&error, " ");
    struct coverage_call *call = find_call(coverage, name);
    if (call == NULL) {
        return "the table has no such call; correct or remove the line";
    }
    if (error != NULL && strcmp(error, "OK") == 0) {
        call->refused = reason + 3;
        return call->seen[0] ? "a test has seen the call succeed; remove the line" : NULL;
    }
    for (size_t i = 0; error != NULL && i < call->desc->error_count; i++) {
        if (strcmp(coverage_short_error(call->desc->errors[i].name), error) == 0) {
            call->cannot[i] = reason + 3;
            return coverage_error_seen(call, i) ? "a test has seen the error; remove the line"
                                                : NULL;
        }
    }
    return "the call's row does not list the error; correct or remove the line";
}

static size_t join_unseen(struct coverage *coverage) {
    size_t mistakes = 0;
    char *rest = coverage->facts[0];
    for (char *line = next_fact(&rest); line != NULL; line = next_fact(&rest)) {
        char *whole = strdup(line);
        const char *wrong = join_unseen_line(coverage, line);
        if (wrong != NULL) {
            zx_complain(command, "unseen.txt: '%s': %s", whole != NULL ? whole : line, wrong);
            mistakes++;
        }
        free(whole);
    }
    return mistakes;
}

// --- joining ---

static int order_of_tests(const void *a, const void *b) {
    const struct coverage_test *left = a, *right = b;
    bool left_stray = syscall_find(left->call) == NULL;
    bool right_stray = syscall_find(right->call) == NULL;
    if (left_stray != right_stray) {
        return left_stray ? 1 : -1;
    }
    int order = strcmp(left->call, right->call);
    order = order != 0 ? order : strcmp(left->group, right->group);
    return order != 0 ? order : strcmp(left->name, right->name);
}

size_t coverage_join(struct coverage *coverage) {
    if (coverage->test_count > 0) {
        qsort(coverage->tests, coverage->test_count, sizeof(*coverage->tests), order_of_tests);
    }
    coverage->failed = 0;
    for (size_t i = 0; i < coverage->test_count; i++) {
        const struct coverage_test *test = &coverage->tests[i];
        coverage->failed += !test->passed;
        struct coverage_call *call = find_call(coverage, test->call);
        if (call == NULL) {
            continue;
        }
        if (call->tests == 0) {
            call->first_test = i;
        }
        call->tests++;
        call->failed += !test->passed;
    }
    for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
        struct coverage_call *call = &coverage->calls[i];
        call->state = call->failed > 0      ? COVERAGE_FAILING
                      : call->desc->missing ? COVERAGE_MISSING
                      : call->tests > 0     ? COVERAGE_COVERED
                                            : COVERAGE_IMPLEMENTED;
    }
    join_peer(coverage);
    return join_unseen(coverage);
}

size_t coverage_first_stray(const struct coverage *coverage) {
    size_t i = 0;
    while (i < coverage->test_count && syscall_find(coverage->tests[i].call) != NULL) {
        i++;
    }
    return i;
}

// --- counting ---

struct coverage_totals coverage_total(const struct coverage *coverage, enum syscall_since since) {
    struct coverage_totals totals = {0};
    for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
        const struct coverage_call *call = &coverage->calls[i];
        if (call->desc->since != since) {
            continue;
        }
        totals.calls++;
        totals.implemented += !call->desc->missing;
        totals.missing += call->desc->missing;
        totals.covered += call->state == COVERAGE_COVERED;
        totals.failing += call->state == COVERAGE_FAILING;
    }
    return totals;
}

bool coverage_error_seen(const struct coverage_call *call, size_t error) {
    zx_status_t value = call->desc->errors[error].value;
    return value < 0 && value > -COVERAGE_STATUSES && call->seen[-value];
}

struct coverage_errors coverage_count_errors(const struct coverage_call *call) {
    struct coverage_errors errors = {0};
    if (call->desc->missing) {
        return errors;
    }
    errors.listed = call->desc->error_count;
    for (size_t i = 0; i < call->desc->error_count; i++) {
        bool seen = coverage_error_seen(call, i);
        errors.seen += seen;
        errors.cannot += !seen && call->cannot[i] != NULL;
    }
    return errors;
}

struct coverage_errors coverage_count_all_errors(const struct coverage *coverage) {
    struct coverage_errors all = {0};
    for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
        struct coverage_errors errors = coverage_count_errors(&coverage->calls[i]);
        all.listed += errors.listed;
        all.seen += errors.seen;
        all.cannot += errors.cannot;
    }
    return all;
}

bool coverage_unlisted(const struct coverage_call *call, unsigned status) {
    bool is_status = call->desc->result == SYSCALL_RESULT_STATUS;
    if (status == 0 || !call->seen[status] || !is_status || call->desc->missing) {
        return false;
    }
    for (size_t i = 0; i < call->desc->error_count; i++) {
        if (call->desc->errors[i].value == -(zx_status_t)status) {
            return false;
        }
    }
    return true;
}

// --- names ---

const char *coverage_short_error(const char *name) {
    static const char prefix[] = "ZX_ERR_";
    return strncmp(name, prefix, sizeof(prefix) - 1) == 0 ? name + sizeof(prefix) - 1 : name;
}

const char *coverage_status_name(unsigned status) {
    return coverage_short_error(zx_status_get_string(-(zx_status_t)status));
}

const char *coverage_since(const struct coverage_call *call) {
    return call->desc->since == SYSCALL_SINCE_2019 ? "2019" : "later";
}
