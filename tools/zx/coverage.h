// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What `zx coverage` knows: the table of calls joined with the results of conformance runs.
#pragma once

#include "../../src/syscalls/table.h"
#include "zx.h"

// A file of results (tests/conformance/harness.c writes it) has two kinds of lines:
//     seen <tab> NUMBER <tab> STATUS <tab> COUNT <tab> CALL <tab> TEST
//     test <tab> CALL <tab> GROUP <tab> TEST <tab> pass|fail
// and zx conformance writes two others:
//     program <tab> fuchsia|linux <tab> NAME <tab> CASES <tab> PASSED <tab> SKIPPED
//     case <tab> fuchsia|linux <tab> PROGRAM <tab> NAME <tab> VERDICT <tab> REASON
struct coverage_test {
    char *call;
    char *group;
    char *name;
    bool passed;
};

enum coverage_state { COVERAGE_MISSING, COVERAGE_FAILING, COVERAGE_IMPLEMENTED, COVERAGE_COVERED };
extern const char *const coverage_state_names[];

enum { COVERAGE_STATUSES = 128 };

struct coverage_call {
    const struct syscall_desc *desc;
    enum coverage_state state;
    const char *peer;             // "yes", "stub", "no", "vdso"; "?" if the list does not say
    size_t first_test;            // in coverage.tests
    size_t tests, failed;         // how many name the call
    bool seen[COVERAGE_STATUSES]; // by the status with its sign turned
    // Why errors[i] of the row cannot occur, or null; as many as the row has errors.
    const char **cannot;
    const char *refused; // why it never succeeds, or null
};

// A case that did not pass; all in one piece of memory, the name first.
struct coverage_case {
    char *name;
    const char *verdict, *reason;
};

struct coverage_program {
    char *kind, *name;
    size_t total, passed, skipped;
    struct coverage_case *cases;
    size_t case_count;
};

struct coverage {
    struct coverage_call calls[ZX_SYS_COUNT];
    struct coverage_test *tests; // by call, group and name
    size_t test_count, test_room;
    size_t failed;
    struct coverage_program *programs;
    size_t program_count;
    char *facts[2]; // copies that the strings above point into
};

// Counts for the summary.
struct coverage_totals {
    size_t calls, implemented, covered, failing, missing;
};

bool coverage_init(struct coverage *coverage);
void coverage_free(struct coverage *coverage);

// Adds the results in a file; false after a message.
bool coverage_read(struct coverage *coverage, const char *path);

// Joins what was read. Returns the number of mistakes in unseen.txt, each with a message.
size_t coverage_join(struct coverage *coverage);

struct coverage_totals coverage_total(const struct coverage *coverage, enum syscall_since since);

// Errors of the rows of calls that are not missing: how many there are, were seen, cannot occur.
struct coverage_errors {
    size_t listed, seen, cannot;
};
struct coverage_errors coverage_count_errors(const struct coverage_call *call);
struct coverage_errors coverage_count_all_errors(const struct coverage *coverage);

// Was that error of the call's row seen?
bool coverage_error_seen(const struct coverage_call *call, size_t error);

// Was that status seen and is it an error that the row does not list?
bool coverage_unlisted(const struct coverage_call *call, unsigned status);

// "ZX_ERR_BAD_STATE" as "BAD_STATE".
const char *coverage_short_error(const char *name);
const char *coverage_status_name(unsigned status);

const char *coverage_since(const struct coverage_call *call);

// The tests that name no system call stand behind those that do.
size_t coverage_first_stray(const struct coverage *coverage);

// What of the calls the text shows; null: all.
struct coverage_filter {
    const char *call, *group, *state;
};

void coverage_print_summary(FILE *out, const struct coverage *coverage);
void coverage_print_text(FILE *out, const struct coverage *coverage,
                         const struct coverage_filter *filter);
void coverage_print_markdown(FILE *out, const struct coverage *coverage);
void coverage_print_json(FILE *out, const struct coverage *coverage);
void coverage_print_html(FILE *out, const struct coverage *coverage);

// Lines of zx conformance, as fields: what is wrong with one, or null.
const char *coverage_add_program(struct coverage *coverage, char **fields);
const char *coverage_add_case(struct coverage *coverage, char **fields);
void coverage_free_programs(struct coverage *coverage);

// Each prints nothing if there are no programs.
void coverage_print_programs_text(FILE *out, const struct coverage *coverage);
void coverage_print_programs_markdown(FILE *out, const struct coverage *coverage);
void coverage_print_programs_html(FILE *out, const struct coverage *coverage);
void coverage_print_programs_json(FILE *out, const struct coverage *coverage);
