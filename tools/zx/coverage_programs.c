// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The part of the coverage pages that tells of programs which zx conformance ran.
#include <stdlib.h>
#include <string.h>

#include "coverage.h"

// Fuchsia's own binaries first.
static const struct {
    const char *kind, *title;
} kinds[] = {{"fuchsia", "as Fuchsia binaries"}, {"linux", "linked"}};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

// --- reading ---

static void *grown(void *items, size_t count, size_t size) {
    // By doubling, at powers of two.
    return (count & (count - 1)) == 0 ? realloc(items, (count == 0 ? 1 : count * 2) * size) : items;
}

static struct coverage_program *find(const struct coverage *coverage, const char *kind,
                                     const char *name) {
    for (size_t i = 0; i < coverage->program_count; i++) {
        struct coverage_program *program = &coverage->programs[i];
        if (strcmp(program->kind, kind) == 0 && strcmp(program->name, name) == 0) {
            return program;
        }
    }
    return NULL;
}

static void forget_cases(struct coverage_program *program) {
    for (size_t i = 0; i < program->case_count; i++) {
        free(program->cases[i].name);
    }
    free(program->cases);
    program->cases = NULL;
    program->case_count = 0;
}

static bool is_count(const char *text, size_t *count) {
    char *end;
    *count = strtoul(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0';
}

// A program that ran twice counts with its last run.
const char *coverage_add_program(struct coverage *coverage, char **fields) {
    size_t cases, passed, skipped;
    bool known = false;
    for (size_t i = 0; i < KINDS; i++) {
        known = known || strcmp(kinds[i].kind, fields[1]) == 0;
    }
    if (!known || !is_count(fields[3], &cases) || !is_count(fields[4], &passed) ||
        !is_count(fields[5], &skipped) || passed > cases || skipped > cases - passed) {
        return "this is no line that zx conformance writes";
    }
    struct coverage_program *program = find(coverage, fields[1], fields[2]);
    if (program == NULL) {
        program = grown(coverage->programs, coverage->program_count, sizeof(*program));
        if (program == NULL) {
            return "out of memory";
        }
        coverage->programs = program;
        program += coverage->program_count++;
        *program = (struct coverage_program){.kind = strdup(fields[1]), .name = strdup(fields[2])};
        if (program->kind == NULL || program->name == NULL) {
            return "out of memory";
        }
    }
    forget_cases(program);
    program->total = cases;
    program->passed = passed;
    program->skipped = skipped;
    return NULL;
}

const char *coverage_add_case(struct coverage *coverage, char **fields) {
    struct coverage_program *program = find(coverage, fields[1], fields[2]);
    if (program == NULL) {
        return "its program is not known";
    }
    struct coverage_case *test = grown(program->cases, program->case_count, sizeof(*test));
    if (test == NULL) {
        return "out of memory";
    }
    program->cases = test;
    test += program->case_count;
    char *text = NULL;
    int length = asprintf(&text, "%s%c%s%c%s", fields[3], 0, fields[4], 0, fields[5]);
    if (length < 0) {
        return "out of memory";
    }
    test->name = text;
    test->verdict = text + strlen(text) + 1;
    test->reason = test->verdict + strlen(test->verdict) + 1;
    program->case_count++;
    return NULL;
}

void coverage_free_programs(struct coverage *coverage) {
    for (size_t i = 0; i < coverage->program_count; i++) {
        forget_cases(&coverage->programs[i]);
        free(coverage->programs[i].kind);
        free(coverage->programs[i].name);
    }
    free(coverage->programs);
}

// --- counting ---

static struct coverage_program total(const struct coverage *coverage, const char *kind) {
    struct coverage_program all = {0};
    for (size_t i = 0; i < coverage->program_count; i++) {
        const struct coverage_program *program = &coverage->programs[i];
        if (strcmp(program->kind, kind) == 0) {
            all.total += program->total;
            all.passed += program->passed;
            all.skipped += program->skipped;
        }
    }
    return all;
}

// Is it the first of its name? Rows are of names.
static bool is_first(const struct coverage *coverage, size_t at) {
    for (size_t i = 0; i < at; i++) {
        if (strcmp(coverage->programs[i].name, coverage->programs[at].name) == 0) {
            return false;
        }
    }
    return true;
}

// --- text ---

void coverage_print_programs_text(FILE *out, const struct coverage *coverage) {
    for (size_t i = 0; i < KINDS; i++) {
        struct coverage_program all = total(coverage, kinds[i].kind);
        if (all.total > 0) {
            fprintf(out, "%zu of %zu cases of programs pass %s", all.passed, all.total,
                    kinds[i].title);
            fprintf(out, all.skipped > 0 ? ", %zu skipped\n" : "\n", all.skipped);
        }
    }
}

// --- Markdown ---

static void print_cell(FILE *out, const struct coverage_program *program) {
    if (program == NULL || program->total == 0) {
        fputs(" |", out);
        return;
    }
    const char *mark = program->passed + program->skipped < program->total ? "**" : "";
    fprintf(out, " %s%zu%s of %zu", mark, program->passed, mark, program->total);
    fprintf(out, program->skipped > 0 ? ", %zu skipped |" : " |", program->skipped);
}

static void print_plain(FILE *out, const char *text) {
    for (; *text != '\0'; text++) {
        fputs(*text == '<' ? "&lt;" : *text == '|' ? "\\|" : (char[]){*text, '\0'}, out);
    }
}

static void print_markdown_cases(FILE *out, const struct coverage *coverage, size_t kind) {
    bool any = false;
    for (size_t i = 0; i < coverage->program_count; i++) {
        const struct coverage_program *program = &coverage->programs[i];
        if (strcmp(program->kind, kinds[kind].kind) != 0 || program->case_count == 0) {
            continue;
        }
        if (!any) {
            fprintf(out, "\n<details><summary>Cases that do not pass %s</summary>\n\n",
                    kinds[kind].title);
            any = true;
        }
        fprintf(out, "- `%s`\n", program->name);
        for (size_t j = 0; j < program->case_count; j++) {
            const struct coverage_case *test = &program->cases[j];
            fprintf(out, "  - `%s`, %s", test->name, test->verdict);
            fputs(test->reason[0] != '\0' ? ": " : "", out);
            print_plain(out, test->reason);
            fputc('\n', out);
        }
    }
    if (any) {
        fputs("\n</details>\n", out);
    }
}

void coverage_print_programs_markdown(FILE *out, const struct coverage *coverage) {
    if (coverage->program_count == 0) {
        return;
    }
    fputs("\n## Test programs\n\nRun case by case by `zx conformance`.\n\n| program |", out);
    for (size_t i = 0; i < KINDS; i++) {
        fprintf(out, " %s |", kinds[i].title);
    }
    fputs("\n|---|---|---|\n", out);
    for (size_t i = 0; i < coverage->program_count; i++) {
        if (is_first(coverage, i)) {
            const char *name = coverage->programs[i].name;
            fprintf(out, "| `%s` |", name);
            for (size_t j = 0; j < KINDS; j++) {
                print_cell(out, find(coverage, kinds[j].kind, name));
            }
            fputc('\n', out);
        }
    }
    fputs("| all |", out);
    for (size_t i = 0; i < KINDS; i++) {
        struct coverage_program all = total(coverage, kinds[i].kind);
        print_cell(out, &all);
    }
    fputc('\n', out);
    for (size_t i = 0; i < KINDS; i++) {
        print_markdown_cases(out, coverage, i);
    }
}

// --- HTML ---

static void print_html(FILE *out, const char *text) {
    for (; *text != '\0'; text++) {
        fputs(*text == '<' ? "&lt;" : *text == '&' ? "&amp;" : (char[]){*text, '\0'}, out);
    }
}

static void print_html_cell(FILE *out, const struct coverage_program *program) {
    fputs("<td>", out);
    if (program != NULL && program->total > 0) {
        if (program->case_count > 0) {
            fputs("<details><summary>", out);
        }
        fprintf(out, "%zu of %zu", program->passed, program->total);
        if (program->skipped > 0) {
            fprintf(out, ", %zu skipped", program->skipped);
        }
        if (program->case_count > 0) {
            fputs("</summary><ul>", out);
        }
        for (size_t i = 0; i < program->case_count; i++) {
            const struct coverage_case *test = &program->cases[i];
            fputs("<li><code>", out);
            print_html(out, test->name);
            fprintf(out, "</code>, %s", test->verdict);
            fputs(test->reason[0] != '\0' ? ": <span class=dim>" : "<span>", out);
            print_html(out, test->reason);
            fputs("</span></li>", out);
        }
        if (program->case_count > 0) {
            fputs("</ul></details>", out);
        }
    }
    fputs("</td>", out);
}

// Its own tag for the body: the page's script filters the calls' rows.
void coverage_print_programs_html(FILE *out, const struct coverage *coverage) {
    if (coverage->program_count == 0) {
        return;
    }
    fputs("<h2>Test programs</h2>\n<table>\n<thead><tr><th>program", out);
    for (size_t i = 0; i < KINDS; i++) {
        fprintf(out, "<th>%s", kinds[i].title);
    }
    fputs("</thead>\n<tfoot>\n", out);
    for (size_t i = 0; i < coverage->program_count; i++) {
        if (is_first(coverage, i)) {
            const char *name = coverage->programs[i].name;
            fputs("<tr><td><code>", out);
            print_html(out, name);
            fputs("</code></td>", out);
            for (size_t j = 0; j < KINDS; j++) {
                print_html_cell(out, find(coverage, kinds[j].kind, name));
            }
            fputs("</tr>\n", out);
        }
    }
    fputs("<tr><td>all</td>", out);
    for (size_t i = 0; i < KINDS; i++) {
        struct coverage_program all = total(coverage, kinds[i].kind);
        print_html_cell(out, &all);
    }
    fputs("</tr>\n</tfoot>\n</table>\n", out);
}

// --- JSON ---

void coverage_print_programs_json(FILE *out, const struct coverage *coverage) {
    if (coverage->program_count == 0) {
        return;
    }
    fputs(",\n  \"programs\": [", out);
    for (size_t i = 0; i < coverage->program_count; i++) {
        const struct coverage_program *program = &coverage->programs[i];
        fprintf(out, "%s\n    {\"name\": ", i > 0 ? "," : "");
        zx_print_json_string(out, program->name);
        fprintf(out,
                ", \"kind\": \"%s\", \"cases\": %zu, \"passed\": %zu, \"skipped\": %zu, "
                "\"not_passed\": [",
                program->kind, program->total, program->passed, program->skipped);
        for (size_t j = 0; j < program->case_count; j++) {
            const struct coverage_case *test = &program->cases[j];
            fprintf(out, "%s{\"name\": ", j > 0 ? ", " : "");
            zx_print_json_string(out, test->name);
            fputs(", \"result\": ", out);
            zx_print_json_string(out, test->verdict);
            fputs(", \"known\": ", out);
            zx_print_json_string(out, test->reason);
            fputc('}', out);
        }
        fputs("]}", out);
    }
    fputs("]", out);
}
