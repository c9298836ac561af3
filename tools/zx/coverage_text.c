// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The coverage table as text, as Markdown and as JSON.
#include <string.h>

#include "coverage.h"

void coverage_print_summary(FILE *out, const struct coverage *coverage) {
    struct coverage_totals then = coverage_total(coverage, SYSCALL_SINCE_2019);
    struct coverage_totals later = coverage_total(coverage, SYSCALL_SINCE_LATER);
    struct coverage_errors errors = coverage_count_all_errors(coverage);
    fprintf(
        out,
        "%zu of %zu calls of 2019 implemented, %zu covered, %zu failing; %zu of %zu later calls "
        "implemented, %zu covered, %zu failing; %zu tests, %zu failed; %zu of %zu errors of "
        "implemented calls seen, %zu more cannot occur\n",
        then.implemented, then.calls, then.covered, then.failing, later.implemented, later.calls,
        later.covered, later.failing, coverage->test_count, coverage->failed, errors.seen,
        errors.listed, errors.cannot);
}

// The groups in the order of their names; within one the calls stand by name.
static const char *next_group(const char *last) {
    const char *next = NULL;
    for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
        const char *group = syscall_table[i].group;
        if ((last == NULL || strcmp(group, last) > 0) &&
            (next == NULL || strcmp(group, next) < 0)) {
            next = group;
        }
    }
    return next;
}

static bool in_group(const struct coverage_call *call, const char *group) {
    return strcmp(call->desc->group, group) == 0;
}

// Which errors of a call a list is to name.
enum which { NEVER_SEEN, CANNOT_OCCUR, UNLISTED };

static void print_errors(FILE *out, const struct coverage_call *call, enum which which,
                         const char *mark) {
    const char *separator = "";
    if (which == UNLISTED) {
        for (unsigned status = 1; status < COVERAGE_STATUSES; status++) {
            if (coverage_unlisted(call, status)) {
                fprintf(out, "%s%s%s%s", separator, mark, coverage_status_name(status), mark);
                separator = ", ";
            }
        }
        return;
    }
    if (call->desc->missing) {
        return;
    }
    for (size_t i = 0; i < call->desc->error_count; i++) {
        bool cannot = call->cannot[i] != NULL;
        if (!coverage_error_seen(call, i) && cannot == (which == CANNOT_OCCUR)) {
            fprintf(out, "%s%s%s%s", separator, mark,
                    coverage_short_error(call->desc->errors[i].name), mark);
            separator = ", ";
        }
    }
}

static bool has_unlisted(const struct coverage_call *call) {
    for (unsigned status = 1; status < COVERAGE_STATUSES; status++) {
        if (coverage_unlisted(call, status)) {
            return true;
        }
    }
    return false;
}

// --- text ---

// All about one call.
static void print_one(FILE *out, const struct coverage *coverage,
                      const struct coverage_call *call) {
    fprintf(out, "zx_%s: %s, group %s, since %s, zCore: %s\n", call->desc->name,
            coverage_state_names[call->state], call->desc->group, coverage_since(call), call->peer);
    if (call->refused != NULL) {
        fprintf(out, "  never succeeds: %s\n", call->refused);
    }
    fprintf(out, "  errors\n");
    for (size_t i = 0; i < call->desc->error_count; i++) {
        const char *name = coverage_short_error(call->desc->errors[i].name);
        if (coverage_error_seen(call, i)) {
            fprintf(out, "    %-20s seen\n", name);
        } else if (call->cannot[i] != NULL) {
            fprintf(out, "    %-20s cannot occur: %s\n", name, call->cannot[i]);
        } else {
            fprintf(out, "    %-20s never seen: %s\n", name, call->desc->errors[i].when);
        }
    }
    for (unsigned status = 1; status < COVERAGE_STATUSES; status++) {
        if (coverage_unlisted(call, status)) {
            fprintf(out, "    %-20s seen, but the row does not list it\n",
                    coverage_status_name(status));
        }
    }
    fprintf(out, "  tests\n");
    for (size_t i = 0; i < call->tests; i++) {
        const struct coverage_test *test = &coverage->tests[call->first_test + i];
        fprintf(out, "    %s %s.%s\n", test->passed ? "pass" : "FAIL", test->group, test->name);
    }
}

static bool is_wanted(const struct coverage_call *call, const struct coverage_filter *filter) {
    return (filter->call == NULL || strcmp(call->desc->name, filter->call) == 0) &&
           (filter->group == NULL || in_group(call, filter->group)) &&
           (filter->state == NULL || strcmp(coverage_state_names[call->state], filter->state) == 0);
}

static void print_row(FILE *out, const struct coverage_call *call) {
    struct coverage_errors errors = coverage_count_errors(call);
    char tests[32] = "-", of_errors[48] = "-";
    if (call->tests > 0) {
        snprintf(tests, sizeof(tests), "%zu/%zu", call->tests - call->failed, call->tests);
    }
    if (errors.listed > 0) {
        snprintf(of_errors, sizeof(of_errors), "%zu/%zu", errors.seen,
                 errors.listed - errors.cannot);
    }
    fprintf(out, "  %-32s %-6s %-12s %7s %7s  %-6s", call->desc->name, coverage_since(call),
            coverage_state_names[call->state], tests, of_errors, call->peer);
    if (errors.seen + errors.cannot < errors.listed) {
        fputs(" never seen: ", out);
        print_errors(out, call, NEVER_SEEN, "");
    }
    if (has_unlisted(call)) {
        fputs(" not in the row: ", out);
        print_errors(out, call, UNLISTED, "");
    }
    fputc('\n', out);
}

void coverage_print_text(FILE *out, const struct coverage *coverage,
                         const struct coverage_filter *filter) {
    if (filter->call != NULL) {
        for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
            if (is_wanted(&coverage->calls[i], filter)) {
                print_one(out, coverage, &coverage->calls[i]);
            }
        }
        return;
    }
    fprintf(out, "  %-32s %-6s %-12s %7s %7s  %-6s\n", "CALL", "SINCE", "STATE", "TESTS", "ERRORS",
            "ZCORE");
    for (const char *group = next_group(NULL); group != NULL; group = next_group(group)) {
        bool headed = false;
        for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
            const struct coverage_call *call = &coverage->calls[i];
            if (in_group(call, group) && is_wanted(call, filter)) {
                if (!headed) {
                    fprintf(out, "%s\n", group);
                    headed = true;
                }
                print_row(out, call);
            }
        }
    }
    if (filter->group == NULL && filter->state == NULL) {
        for (size_t i = coverage_first_stray(coverage); i < coverage->test_count; i++) {
            const struct coverage_test *test = &coverage->tests[i];
            fprintf(out, "%s %s.%s.%s names no system call\n", test->passed ? "pass" : "FAIL",
                    test->group, test->call, test->name);
        }
    }
    coverage_print_summary(out, coverage);
    coverage_print_programs_text(out, coverage);
}

// --- Markdown ---

// "to_a_closed_peer" as "to a closed peer".
static void print_sentence(FILE *out, const char *name) {
    for (; *name != '\0'; name++) {
        fputc(*name == '_' ? ' ' : *name, out);
    }
}

static void print_markdown_text(FILE *out, const char *text) {
    for (; *text != '\0'; text++) {
        if (*text == '<') {
            fputs("&lt;", out);
        } else {
            fputc(*text, out);
        }
    }
}

static void print_markdown_row(FILE *out, const struct coverage_call *call) {
    struct coverage_errors errors = coverage_count_errors(call);
    const char *mark = call->state == COVERAGE_FAILING ? "**" : "";
    fprintf(out, "| `%s` | %s | %s%s%s | ", call->desc->name, coverage_since(call), mark,
            coverage_state_names[call->state], mark);
    if (call->failed > 0) {
        fprintf(out, "%zu, **%zu failed**", call->tests, call->failed);
    } else if (call->tests > 0) {
        fprintf(out, "%zu", call->tests);
    }
    fputs(" | ", out);
    if (errors.listed > 0) {
        fprintf(out, "%zu of %zu", errors.seen, errors.listed);
    }
    fputs(" | ", out);
    print_errors(out, call, NEVER_SEEN, "");
    fputs(" | ", out);
    print_errors(out, call, CANNOT_OCCUR, "");
    fprintf(out, " | %s |\n", call->peer);
}

static void print_markdown_tests(FILE *out, const struct coverage *coverage, const char *group) {
    bool any = false;
    for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
        const struct coverage_call *call = &coverage->calls[i];
        if (!in_group(call, group) || call->tests == 0) {
            continue;
        }
        if (!any) {
            fputs("\n<details><summary>Tests</summary>\n\n", out);
            any = true;
        }
        fprintf(out, "- `%s`\n", call->desc->name);
        for (size_t j = 0; j < call->tests; j++) {
            const struct coverage_test *test = &coverage->tests[call->first_test + j];
            fputs(test->passed ? "  - " : "  - **failed**: ", out);
            print_sentence(out, test->name);
            fputc('\n', out);
        }
    }
    if (any) {
        fputs("\n</details>\n", out);
    }
}

// Both lists are there only if they say something.
static void print_markdown_notes(FILE *out, const struct coverage *coverage) {
    bool headed = false;
    for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
        const struct coverage_call *call = &coverage->calls[i];
        for (size_t j = 0; j < call->desc->error_count; j++) {
            if (call->cannot[j] != NULL && !call->desc->missing && !coverage_error_seen(call, j)) {
                fputs(headed ? "" : "\n## Errors that cannot occur\n\n", out);
                headed = true;
                fprintf(out, "- `%s`, %s: ", call->desc->name,
                        coverage_short_error(call->desc->errors[j].name));
                print_markdown_text(out, call->cannot[j]);
                fputc('\n', out);
            }
        }
    }
    headed = false;
    for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
        const struct coverage_call *call = &coverage->calls[i];
        if (has_unlisted(call)) {
            fputs(headed ? "" : "\n## Errors that were seen and that the row does not list\n\n",
                  out);
            headed = true;
            fprintf(out, "- `%s`: ", call->desc->name);
            print_errors(out, call, UNLISTED, "");
            fputc('\n', out);
        }
    }
    headed = false;
    for (size_t i = coverage_first_stray(coverage); i < coverage->test_count; i++) {
        const struct coverage_test *test = &coverage->tests[i];
        fputs(headed ? "" : "\n## Tests of what is no system call\n\n", out);
        headed = true;
        fprintf(out, "- `%s`: %s", test->call, test->passed ? "" : "**failed**: ");
        print_sentence(out, test->name);
        fputc('\n', out);
    }
}

void coverage_print_markdown(FILE *out, const struct coverage *coverage) {
    fputs("<!-- Printed by zx coverage from a run of the conformance tests: cmake --build BUILD "
          "--target coverage. Do not edit. -->\n"
          "# Coverage\n\n**",
          out);
    struct coverage_totals then = coverage_total(coverage, SYSCALL_SINCE_2019);
    struct coverage_totals later = coverage_total(coverage, SYSCALL_SINCE_LATER);
    struct coverage_errors errors = coverage_count_all_errors(coverage);
    fprintf(out,
            "%zu of %zu calls of 2019 implemented**, %zu covered by tests that pass, %zu failing, "
            "%zu missing. ",
            then.implemented, then.calls, then.covered, then.failing, then.missing);
    fprintf(out, "Of %zu later calls %zu are implemented and %zu covered, %zu failing. ",
            later.calls, later.implemented, later.covered, later.failing);
    fprintf(out, "%zu tests, %zu failed. ", coverage->test_count, coverage->failed);
    fprintf(out,
            "Of the %zu errors that the rows of implemented calls list, the tests saw %zu, and %zu "
            "more cannot occur.\n\n",
            errors.listed, errors.seen, errors.cannot);
    fputs("This page is generated: `cmake --build BUILD --target coverage` runs the conformance "
          "tests "
          "and prints it anew. The same with all details, to search and filter: "
          "[coverage.html](coverage.html).\n\n"
          "- *missing*: the call does nothing yet and returns `ZX_ERR_NOT_SUPPORTED`.\n"
          "- *implemented*: it works, but no test names it.\n"
          "- *covered*: tests name it, and all of them pass.\n"
          "- *failing*: a test that names it fails.\n"
          "- *errors seen*: how many errors of the row some test has made the call return; *never "
          "seen* and *cannot occur* name the others.\n"
          "- *zCore*: what that peer did with the call in 2022: yes, stub (answers without doing "
          "all of the work), no, vdso (a function of the vDSO image that it loads).\n",
          out);
    for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
        const struct coverage_call *call = &coverage->calls[i];
        if (call->refused != NULL) {
            fprintf(out, "\n`%s` checks its arguments and never succeeds: %s.\n", call->desc->name,
                    call->refused);
        }
    }
    for (const char *group = next_group(NULL); group != NULL; group = next_group(group)) {
        fprintf(out, "\n## %s\n\n", group);
        fputs("| call | since | state | tests | errors seen | never seen | cannot occur | zCore |\n"
              "|---|---|---|---|---|---|---|---|\n",
              out);
        for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
            if (in_group(&coverage->calls[i], group)) {
                print_markdown_row(out, &coverage->calls[i]);
            }
        }
        print_markdown_tests(out, coverage, group);
    }
    print_markdown_notes(out, coverage);
    coverage_print_programs_markdown(out, coverage);
}

// --- JSON ---

static void print_json_totals(FILE *out, const char *name, const struct coverage_totals *totals) {
    fprintf(
        out,
        "    \"%s\": {\"calls\": %zu, \"implemented\": %zu, \"covered\": %zu, \"failing\": %zu, "
        "\"missing\": %zu},\n",
        name, totals->calls, totals->implemented, totals->covered, totals->failing,
        totals->missing);
}

static void print_json_test(FILE *out, const struct coverage_test *test, bool with_call) {
    fputc('{', out);
    if (with_call) {
        fputs("\"of\": ", out);
        zx_print_json_string(out, test->call);
        fputs(", ", out);
    }
    fputs("\"group\": ", out);
    zx_print_json_string(out, test->group);
    fputs(", \"name\": ", out);
    zx_print_json_string(out, test->name);
    fprintf(out, ", \"passed\": %s}", test->passed ? "true" : "false");
}

static void print_json_call(FILE *out, const struct coverage *coverage,
                            const struct coverage_call *call) {
    fprintf(out,
            "    {\"name\": \"%s\", \"group\": \"%s\", \"since\": \"%s\", \"state\": \"%s\", "
            "\"zcore\": \"%s\",\n     \"tests\": [",
            call->desc->name, call->desc->group, coverage_since(call),
            coverage_state_names[call->state], call->peer);
    for (size_t i = 0; i < call->tests; i++) {
        fputs(i > 0 ? ", " : "", out);
        print_json_test(out, &coverage->tests[call->first_test + i], false);
    }
    fputs("],\n     \"errors\": [", out);
    for (size_t i = 0; i < call->desc->error_count; i++) {
        fprintf(out, "%s{\"name\": \"%s\", \"value\": %d, \"seen\": %s", i > 0 ? ", " : "",
                call->desc->errors[i].name, call->desc->errors[i].value,
                coverage_error_seen(call, i) ? "true" : "false");
        if (call->cannot[i] != NULL) {
            fputs(", \"cannot_occur\": ", out);
            zx_print_json_string(out, call->cannot[i]);
        }
        fputc('}', out);
    }
    fputs("],\n     \"seen_but_not_listed\": [", out);
    const char *separator = "";
    for (unsigned status = 1; status < COVERAGE_STATUSES; status++) {
        if (coverage_unlisted(call, status)) {
            fprintf(out, "%s%d", separator, -(int)status);
            separator = ", ";
        }
    }
    fputs("]}", out);
}

void coverage_print_json(FILE *out, const struct coverage *coverage) {
    struct coverage_totals then = coverage_total(coverage, SYSCALL_SINCE_2019);
    struct coverage_totals later = coverage_total(coverage, SYSCALL_SINCE_LATER);
    struct coverage_errors errors = coverage_count_all_errors(coverage);
    fputs("{\n  \"summary\": {\n", out);
    print_json_totals(out, "2019", &then);
    print_json_totals(out, "later", &later);
    fprintf(out,
            "    \"tests\": {\"run\": %zu, \"failed\": %zu},\n"
            "    \"errors\": {\"listed\": %zu, \"seen\": %zu, \"cannot_occur\": %zu}\n"
            "  },\n  \"calls\": [\n",
            coverage->test_count, coverage->failed, errors.listed, errors.seen, errors.cannot);
    for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
        print_json_call(out, coverage, &coverage->calls[i]);
        fputs(i + 1 < ZX_SYS_COUNT ? ",\n" : "\n", out);
    }
    fputs("  ],\n  \"other_tests\": [", out);
    size_t first = coverage_first_stray(coverage);
    for (size_t i = first; i < coverage->test_count; i++) {
        fputs(i > first ? ",\n    " : "\n    ", out);
        print_json_test(out, &coverage->tests[i], true);
    }
    fputs("]", out);
    coverage_print_programs_json(out, coverage);
    fputs("\n}\n", out);
}
