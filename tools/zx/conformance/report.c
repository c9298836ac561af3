// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <string.h>

#include "conformance.h"

// How many cases of a program, or of all if it is null, ended how.
struct counts {
    size_t cases, by[VERDICTS], known;
};

static bool is_known(const struct test_case *test) {
    return !verdict_is_good(test->verdict) && test->known != NULL;
}

static struct counts count(const struct suite *suite, const struct program *program) {
    struct counts counts = {0};
    for (size_t i = 0; i < suite->case_count; i++) {
        const struct test_case *test = &suite->cases[i];
        if (program == NULL || test->program == program) {
            counts.cases++;
            counts.by[test->verdict]++;
            counts.known += is_known(test);
        }
    }
    return counts;
}

size_t report_failures(const struct suite *suite) {
    struct counts all = count(suite, NULL);
    return all.cases - all.by[VERDICT_PASS] - all.by[VERDICT_SKIP] - all.known;
}

static double seconds_of(const struct suite *suite, const struct program *program) {
    double seconds = 0;
    for (size_t i = 0; i < suite->case_count; i++) {
        const struct test_case *test = &suite->cases[i];
        seconds += program == NULL || test->program == program ? test->seconds : 0;
    }
    return seconds;
}

// --- text ---

static void print_counts(FILE *out, const char *name, const struct counts *counts,
                         const struct counts *all) {
    fprintf(out, "%-20s %5zu", name, counts->cases);
    for (size_t i = 0; i < VERDICTS; i++) {
        if (i == VERDICT_PASS || all->by[i] > 0) {
            fprintf(out, " %8zu", counts->by[i]);
        }
    }
    fputs(all->known > 0 ? " " : "\n", out);
    if (all->known > 0) {
        fprintf(out, "%7zu\n", counts->known);
    }
}

static void print_rounds(FILE *out, const struct suite *suite, const struct test_case *test) {
    fputs("          rounds:", out);
    for (size_t i = 0; i < suite->rounds; i++) {
        fprintf(out, " %s", test->seen[i] < VERDICTS ? verdict_names[test->seen[i]] : "-");
    }
    fputc('\n', out);
}

static void print_output(FILE *out, const char *output) {
    for (const char *line = output; *line != '\0';) {
        int length = (int)strcspn(line, "\n");
        fprintf(out, "        > %.*s\n", length, line);
        line += length + (line[length] == '\n');
    }
}

static void print_case(FILE *out, const struct suite *suite, const struct test_case *test) {
    fprintf(out, "  %-8s %s/%s\n", verdict_names[test->verdict], test->program->name, test->name);
    if (test->verdict == VERDICT_UNSTEADY) {
        print_rounds(out, suite, test);
    }
    if (test->why != NULL) {
        fprintf(out, "          %s\n", test->why);
    }
    if (test->known != NULL) {
        fprintf(out, "          known: %s\n", test->known);
    }
    if (conformance_options.verbose && test->output != NULL) {
        print_output(out, test->output);
    }
}

void report_text(FILE *out, const struct suite *suite) {
    struct counts all = count(suite, NULL);
    fprintf(out, "%-20s %5s", "program", "cases");
    for (size_t i = 0; i < VERDICTS; i++) {
        if (i == VERDICT_PASS || all.by[i] > 0) {
            fprintf(out, " %8s", verdict_names[i]);
        }
    }
    fputs(all.known > 0 ? "   known\n" : "\n", out);
    for (size_t i = 0; i < suite->program_count; i++) {
        struct counts counts = count(suite, &suite->programs[i]);
        if (counts.cases > 0) {
            print_counts(out, suite->programs[i].name, &counts, &all);
        }
    }
    print_counts(out, "total", &all, &all);
    if (all.cases > all.by[VERDICT_PASS] + all.by[VERDICT_SKIP]) {
        fputc('\n', out);
    }
    for (size_t i = 0; i < suite->case_count; i++) {
        const struct test_case *test = &suite->cases[i];
        if (!verdict_is_good(test->verdict)) {
            print_case(out, suite, test);
        } else if (test->known != NULL) {
            fprintf(out, "  %-8s %s/%s, which is known not to\n", verdict_names[test->verdict],
                    test->program->name, test->name);
        }
    }
    if (suite->rounds > 1) {
        fprintf(out, "%u rounds, %zu cases that did not end alike in all of them\n", suite->rounds,
                all.by[VERDICT_UNSTEADY]);
    }
}

// --- JSON ---

static void print_json_counts(FILE *out, const struct counts *counts) {
    fprintf(out, "\"cases\": %zu", counts->cases);
    for (size_t i = 0; i < VERDICTS; i++) {
        fprintf(out, ", \"%s\": %zu", verdict_names[i], counts->by[i]);
    }
    fprintf(out, ", \"known\": %zu", counts->known);
}

static void print_json_text(FILE *out, const char *name, const char *text) {
    if (text != NULL) {
        fprintf(out, ", \"%s\": ", name);
        zx_print_json_string(out, text);
    }
}

static void print_json_case(FILE *out, const struct suite *suite, const struct test_case *test) {
    fputs("    {\"program\": ", out);
    zx_print_json_string(out, test->program->name);
    print_json_text(out, "suite", test->suite);
    print_json_text(out, "test", test->test);
    fprintf(out, ", \"framework\": \"%s\", \"result\": \"%s\", \"rounds\": [",
            test->framework == ZXTEST ? "zxtest" : "unittest", verdict_names[test->verdict]);
    for (size_t i = 0; i < suite->rounds; i++) {
        fprintf(out, "%s\"%s\"", i > 0 ? ", " : "",
                test->seen[i] < VERDICTS ? verdict_names[test->seen[i]] : "norun");
    }
    fprintf(out, "], \"seconds\": %.3f", test->seconds);
    print_json_text(out, "why", test->why);
    print_json_text(out, "known", test->known);
    print_json_text(out, "output", test->output);
    fputc('}', out);
}

void report_json(FILE *out, const struct suite *suite) {
    struct counts all = count(suite, NULL);
    fputs("{\n  \"summary\": {", out);
    print_json_counts(out, &all);
    fprintf(out, ", \"rounds\": %u},\n  \"programs\": [\n", suite->rounds);
    for (size_t i = 0; i < suite->program_count; i++) {
        const struct program *program = &suite->programs[i];
        struct counts counts = count(suite, program);
        fputs("    {\"name\": ", out);
        zx_print_json_string(out, program->name);
        fprintf(out, ", \"kind\": \"%s\", ", program->fuchsia ? "fuchsia" : "linux");
        print_json_counts(out, &counts);
        fputs(i + 1 < suite->program_count ? "},\n" : "}\n", out);
    }
    fputs("  ],\n  \"cases\": [\n", out);
    for (size_t i = 0; i < suite->case_count; i++) {
        print_json_case(out, suite, &suite->cases[i]);
        fputs(i + 1 < suite->case_count ? ",\n" : "\n", out);
    }
    fputs("  ]\n}\n", out);
}

// --- JUnit ---

static void print_xml(FILE *out, const char *text) {
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc(*text, out);
        }
    }
}

// JUnit knows failures, which are assertions, and errors, which are all else. Of known cases it is
// told that they were skipped.
static void print_junit_case(FILE *out, const struct test_case *test) {
    fputs("    <testcase classname=\"", out);
    print_xml(out, test->program->name);
    fputc('.', out);
    print_xml(out, test->suite);
    fputs("\" name=\"", out);
    print_xml(out, test->test);
    fprintf(out, "\" time=\"%.3f\"", test->seconds);
    if (test->verdict == VERDICT_PASS) {
        fputs("/>\n", out);
        return;
    }
    if (test->verdict == VERDICT_SKIP) {
        fputs("><skipped/></testcase>\n", out);
        return;
    }
    const char *element = test->verdict == VERDICT_FAIL ? "failure" : "error";
    if (test->known != NULL) {
        fputs(">\n      <skipped message=\"known: ", out);
        print_xml(out, test->known);
        fputs("\"/>\n", out);
    } else {
        fprintf(out, ">\n      <%s type=\"%s\" message=\"", element, verdict_names[test->verdict]);
        print_xml(out, test->why != NULL ? test->why : "");
        fputs("\"/>\n", out);
    }
    fputs("      <system-out>", out);
    print_xml(out, test->output != NULL ? test->output : "");
    fputs("</system-out>\n    </testcase>\n", out);
}

static void print_junit_suite(FILE *out, const struct suite *suite, const struct program *program) {
    struct counts counts = count(suite, program);
    size_t failures = 0, errors = 0;
    for (size_t i = 0; i < suite->case_count; i++) {
        const struct test_case *test = &suite->cases[i];
        bool bad = test->program == program && !verdict_is_good(test->verdict) && !is_known(test);
        failures += bad && test->verdict == VERDICT_FAIL;
        errors += bad && test->verdict != VERDICT_FAIL;
    }
    if (counts.cases == 0) {
        return;
    }
    fputs("  <testsuite name=\"", out);
    print_xml(out, program->name);
    fprintf(out,
            "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\">\n",
            counts.cases, failures, errors, counts.by[VERDICT_SKIP] + counts.known,
            seconds_of(suite, program));
    for (size_t i = 0; i < suite->case_count; i++) {
        if (suite->cases[i].program == program) {
            print_junit_case(out, &suite->cases[i]);
        }
    }
    fputs("  </testsuite>\n", out);
}

void report_junit(FILE *out, const struct suite *suite) {
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
    for (size_t i = 0; i < suite->program_count; i++) {
        print_junit_suite(out, suite, &suite->programs[i]);
    }
    fputs("</testsuites>\n", out);
}

// --- for zx coverage ---

static void print_field(FILE *out, const char *text) {
    fputc('\t', out);
    for (; *text != '\0'; text++) {
        fputc(*text == '\t' || *text == '\n' ? ' ' : *text, out);
    }
}

void report_results(FILE *out, const struct suite *suite) {
    for (size_t i = 0; i < suite->program_count; i++) {
        const struct program *program = &suite->programs[i];
        const char *kind = program->fuchsia ? "fuchsia" : "linux";
        struct counts counts = count(suite, program);
        if (counts.cases > 0) {
            fprintf(out, "program\t%s", kind);
            print_field(out, program->name);
            fprintf(out, "\t%zu\t%zu\t%zu\n", counts.cases, counts.by[VERDICT_PASS],
                    counts.by[VERDICT_SKIP]);
        }
        for (size_t j = 0; j < suite->case_count; j++) {
            const struct test_case *test = &suite->cases[j];
            if (test->program == program && !verdict_is_good(test->verdict)) {
                fprintf(out, "case\t%s", kind);
                print_field(out, program->name);
                print_field(out, test->name);
                print_field(out, verdict_names[test->verdict]);
                print_field(out, test->known != NULL ? test->known : "");
                fputc('\n', out);
            }
        }
    }
}
