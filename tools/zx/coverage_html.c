// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The coverage table as one page of HTML that needs nothing beside it. It can be read without its
// script, which only filters.
#include <string.h>

#include "coverage.h"

static const char style[] =
    ":root{color-scheme:light dark;--line:#8884;--good:#1a7f37;--bad:#d1242f;--dim:#7a828c}\n"
    "body{font:15px/1.45 system-ui,sans-serif;margin:1.5rem auto;max-width:76rem;padding:0 1rem}\n"
    "h1{margin:0 0 .5rem}\n"
    ".bar{display:flex;height:.8rem;border-radius:.4rem;overflow:hidden;background:var(--line);"
    "margin:.6rem 0}\n"
    ".bar i{display:block}.bar .covered{background:var(--good)}.bar "
    ".implemented{background:#4493f8}"
    ".bar .failing{background:var(--bad)}\n"
    "form{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center;position:sticky;top:0;"
    "background:Canvas;padding:.6rem 0;border-bottom:1px solid var(--line)}\n"
    "input,select{font:inherit;padding:.15rem .4rem}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid var(--line);"
    "vertical-align:top}\n"
    "code{font-size:.92em}.covered .state{color:var(--good)}.implemented .state{color:#4493f8}\n"
    ".failing .state,.fail{color:var(--bad);font-weight:600}.missing{color:var(--dim)}\n"
    "summary{cursor:pointer}ul{margin:.2rem 0;padding-left:1.2rem}.dim{color:var(--dim)}\n";

static const char script[] =
    "const f=document.forms[0],rows=[...document.querySelectorAll('tbody tr')];\n"
    "function show(){let n=0;const t=f.text.value.toLowerCase();\n"
    "for(const r of rows){const d=r.dataset,ok=(!f.group.value||d.group===f.group.value)&&\n"
    "(!f.state.value||d.state===f.state.value)&&(!f.since.value||d.since===f.since.value)&&\n"
    "(!f.zcore.value||d.zcore===f.zcore.value)&&(!f.unseen.checked||d.unseen>0)&&\n"
    "(!t||r.textContent.toLowerCase().includes(t));r.hidden=!ok;n+=ok}\n"
    "f.count.value=n+' of '+rows.length+' calls'}\n"
    "f.addEventListener('input',show);f.addEventListener('submit',e=>e.preventDefault());show();\n";

// Text of the table: *name* and `code`, as in its comments.
static void print_text(FILE *out, const char *text) {
    bool in_name = false, in_code = false;
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '*':
            in_name = !in_name;
            fputs(in_name ? "<i>" : "</i>", out);
            break;
        case '`':
            in_code = !in_code;
            fputs(in_code ? "<code>" : "</code>", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc(*text, out);
        }
    }
    fputs(in_code ? "</code>" : "", out);
    fputs(in_name ? "</i>" : "", out);
}

static void print_test(FILE *out, const struct coverage_test *test) {
    fprintf(out, "<li%s>%s", test->passed ? "" : " class=fail", test->passed ? "" : "failed: ");
    for (const char *at = test->name; *at != '\0'; at++) {
        fputc(*at == '_' ? ' ' : *at, out);
    }
    fputs("</li>", out);
}

static void print_tests_cell(FILE *out, const struct coverage *coverage,
                             const struct coverage_call *call) {
    fputs("<td>", out);
    if (call->tests > 0) {
        fprintf(out, "<details><summary>%zu", call->tests);
        if (call->failed > 0) {
            fprintf(out, ", <span class=fail>%zu failed</span>", call->failed);
        }
        fputs("</summary><ul>", out);
        for (size_t i = 0; i < call->tests; i++) {
            print_test(out, &coverage->tests[call->first_test + i]);
        }
        fputs("</ul></details>", out);
    }
    fputs("</td>", out);
}

static void print_error(FILE *out, const struct coverage_call *call, size_t i) {
    const struct syscall_error *error = &call->desc->errors[i];
    bool seen = coverage_error_seen(call, i);
    fprintf(out, "<li><code>%s</code> ", coverage_short_error(error->name));
    if (seen) {
        fputs("<span class=dim>seen</span>", out);
    } else if (call->cannot[i] != NULL) {
        fputs("<span class=dim>cannot occur: ", out);
        print_text(out, call->cannot[i]);
        fputs("</span>", out);
    } else {
        fputs("<b>never seen</b>: ", out);
        print_text(out, error->when);
    }
    fputs("</li>", out);
}

static void print_errors_cell(FILE *out, const struct coverage_call *call) {
    struct coverage_errors errors = coverage_count_errors(call);
    fputs("<td>", out);
    if (call->refused != NULL) {
        fputs("never succeeds: ", out);
        print_text(out, call->refused);
        fputs("<br>", out);
    }
    if (errors.listed > 0) {
        fprintf(out, "<details><summary>%zu of %zu", errors.seen, errors.listed);
        if (errors.cannot > 0) {
            fprintf(out, ", %zu cannot occur", errors.cannot);
        }
        fputs("</summary><ul>", out);
        for (size_t i = 0; i < call->desc->error_count; i++) {
            print_error(out, call, i);
        }
        for (unsigned status = 1; status < COVERAGE_STATUSES; status++) {
            if (coverage_unlisted(call, status)) {
                fprintf(out,
                        "<li class=fail><code>%s</code> seen, but the row does not list it</li>",
                        coverage_status_name(status));
            }
        }
        fputs("</ul></details>", out);
    }
    fputs("</td>", out);
}

static void print_row(FILE *out, const struct coverage *coverage,
                      const struct coverage_call *call) {
    struct coverage_errors errors = coverage_count_errors(call);
    const char *state = coverage_state_names[call->state];
    fprintf(out,
            "<tr class=%s data-group=\"%s\" data-state=%s data-since=%s data-zcore=\"%s\" "
            "data-unseen=%zu><td><code>%s</code></td><td>%s</td><td>%s</td><td class=state>%s</td>",
            state, call->desc->group, state, coverage_since(call), call->peer,
            errors.listed - errors.seen - errors.cannot, call->desc->name, call->desc->group,
            coverage_since(call), state);
    print_tests_cell(out, coverage, call);
    print_errors_cell(out, call);
    fprintf(out, "<td>%s</td></tr>\n", call->peer);
}

static void print_choice(FILE *out, const char *name, const char *const *values, size_t count) {
    fprintf(out, "<label>%s <select name=%s><option value=\"\">all</option>", name, name);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "<option>%s</option>", values[i]);
    }
    fputs("</select></label>\n", out);
}

static void print_form(FILE *out) {
    static const char *const since[] = {"2019", "later"};
    static const char *const peer[] = {"yes", "stub", "no", "vdso", "?"};
    const char *groups[ZX_SYS_COUNT];
    size_t group_count = 0;
    for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
        size_t at = 0;
        while (at < group_count && strcmp(groups[at], syscall_table[i].group) < 0) {
            at++;
        }
        if (at == group_count || strcmp(groups[at], syscall_table[i].group) != 0) {
            memmove(&groups[at + 1], &groups[at], (group_count - at) * sizeof(groups[0]));
            groups[at] = syscall_table[i].group;
            group_count++;
        }
    }
    fputs("<form>\n<input type=search name=text placeholder=\"search\" aria-label=search>\n", out);
    print_choice(out, "group", groups, group_count);
    print_choice(out, "state", coverage_state_names, COVERAGE_COVERED + 1);
    print_choice(out, "since", since, sizeof(since) / sizeof(since[0]));
    print_choice(out, "zcore", peer, sizeof(peer) / sizeof(peer[0]));
    fputs("<label><input type=checkbox name=unseen> errors never seen</label>\n"
          "<output name=count></output>\n</form>\n",
          out);
}

static void print_bar(FILE *out, const struct coverage *coverage) {
    static const enum coverage_state order[] = {COVERAGE_COVERED, COVERAGE_IMPLEMENTED,
                                                COVERAGE_FAILING};
    fputs("<div class=bar>", out);
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        size_t count = 0;
        for (size_t j = 0; j < ZX_SYS_COUNT; j++) {
            count += coverage->calls[j].state == order[i];
        }
        const char *name = coverage_state_names[order[i]];
        fprintf(out, "<i class=%s style=\"width:%.2f%%\" title=\"%zu %s\"></i>", name,
                100.0 * (double)count / ZX_SYS_COUNT, count, name);
    }
    fputs("</div>\n", out);
}

void coverage_print_html(FILE *out, const struct coverage *coverage) {
    fprintf(out,
            "<!doctype html>\n<!-- Printed by zx coverage; do not edit. -->\n<html lang=en>\n"
            "<meta charset=utf-8>\n<meta name=viewport content=\"width=device-width\">\n"
            "<title>libzircon: coverage</title>\n<style>\n%s</style>\n<h1>Coverage</h1>\n<p>",
            style);
    coverage_print_summary(out, coverage);
    fputs("</p>\n", out);
    print_bar(out, coverage);
    fputs(
        "<p class=dim>This page is generated from a run of the conformance tests. <i>missing</i>: "
        "does nothing "
        "yet and returns ZX_ERR_NOT_SUPPORTED. <i>implemented</i>: no test names it. "
        "<i>covered</i>: tests name it, and all pass. <i>failing</i>: a test that names it fails. "
        "<i>errors seen</i>: how many errors of the call's row some test has made it return. "
        "<i>zCore</i>: what that peer did with the call in 2022.</p>\n",
        out);
    print_form(out);
    fputs("<table>\n<thead><tr><th>call<th>group<th>since<th>state<th>tests<th>errors seen<th>zCore"
          "</thead>\n<tbody>\n",
          out);
    for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
        print_row(out, coverage, &coverage->calls[i]);
    }
    fputs("</tbody>\n</table>\n", out);
    size_t first = coverage_first_stray(coverage);
    if (first < coverage->test_count) {
        fputs("<h2>Tests of what is no system call</h2>\n<ul>\n", out);
        for (size_t i = first; i < coverage->test_count; i++) {
            fprintf(out, "<li><code>%s</code><ul>", coverage->tests[i].call);
            print_test(out, &coverage->tests[i]);
            fputs("</ul></li>\n", out);
        }
        fputs("</ul>\n", out);
    }
    coverage_print_programs_html(out, coverage);
    fprintf(out, "<script>\n%s</script>\n</html>\n", script);
}
