// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "plot.h"

#include <math.h>
#include <stdlib.h>

#include "machine.h"

// In pixels. Bars run from BARS_LEFT to BARS_RIGHT, names stand left of them, figures right.
enum {
    WIDTH = 1000,
    MARGIN = 20,
    BARS_LEFT = 220,
    BARS_RIGHT = 840,
    HEAD = 124,
    TITLE = 26, // the name of a row
    BAR = 15,
    GAP = 12, // behind a row
    FOOT = 30,
};

// The scale: whole decades of nanoseconds.
struct scale {
    int first, last;
};

static const char *const colours[] = {
    [BENCH_OURS] = "#0b6e99", [BENCH_NEIGHBOUR] = "#b0aea8", [BENCH_FLOOR] = "#e0c36a"};

static struct scale find_scale(const struct bench_result *results, size_t count) {
    double least = 1e9, most = 1;
    for (size_t i = 0; i < count; i++) {
        for (size_t side = 0; side < results[i].row->side_count; side++) {
            struct bench_spread spread = results[i].sides[side].spread;
            least = fmin(least, spread.min);
            most = fmax(most, spread.max);
        }
    }
    struct scale scale = {(int)floor(log10(fmax(least, 0.1))), (int)ceil(log10(fmax(most, 1)))};
    scale.last = scale.last > scale.first ? scale.last : scale.first + 1;
    return scale;
}

static double place(struct scale scale, double ns) {
    double part = (log10(fmax(ns, 1e-3)) - scale.first) / (scale.last - scale.first);
    return BARS_LEFT + fmin(fmax(part, 0), 1) * (BARS_RIGHT - BARS_LEFT);
}

// Three figures and a unit: "41.3 ns", "2.07 us".
static void format_time(char *text, size_t size, double ns) {
    static const char *const units[] = {"ns", "\302\265s", "ms", "s"};
    size_t unit = 0;
    for (; ns >= 999.5 && unit + 1 < BENCH_COUNT(units); unit++) {
        ns /= 1000;
    }
    snprintf(text, size, "%.*f %s", ns < 9.995 ? 2 : ns < 99.95 ? 1 : 0, ns, units[unit]);
}

static void print_text(FILE *out, double x, double y, const char *attributes, const char *text) {
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\"%s%s>", x, y, *attributes != '\0' ? " " : "",
            attributes);
    for (const char *at = text; *at != '\0'; at++) {
        switch (*at) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        default:
            fputc(*at, out);
        }
    }
    fputs("</text>\n", out);
}

static void print_head(FILE *out) {
    struct bench_fact *facts = bench_find_facts();
    char line[256];
    print_text(out, MARGIN, 32, "class=\"title\"", "zx bench: time for one operation");
    snprintf(line, sizeof(line), "%.60s, %.8s CPUs, %.40s, %.30s, load %.24s",
             facts[BENCH_CPU].value, facts[BENCH_CPUS].value, facts[BENCH_KERNEL].value,
             facts[BENCH_LIBC].value, facts[BENCH_LOAD].value);
    print_text(out, MARGIN, 52, "class=\"small\"", line);
    snprintf(line, sizeof(line), "%.40s, built by %.120s", facts[BENCH_LIBZIRCON].value,
             facts[BENCH_BUILD].value);
    print_text(out, MARGIN, 68, "class=\"small\"", line);
    free(facts);
    static const char *const names[] = {"libzircon", "neighbour: how a Linux program does it",
                                        "floor: what nobody could do without"};
    double x = MARGIN;
    for (size_t kind = 0; kind < BENCH_COUNT(names); kind++) {
        fprintf(out, "<rect x=\"%.1f\" y=\"80\" width=\"11\" height=\"11\" fill=\"%s\"/>\n", x,
                colours[kind]);
        print_text(out, x + 16, 90, "class=\"small\"", names[kind]);
        x += 36 + 6.2 * (double)strlen(names[kind]);
    }
    print_text(out, BARS_RIGHT + 8, 90, "class=\"small\"", "median, and the ratio");
}

static void print_axis(FILE *out, struct scale scale, double bottom) {
    for (int decade = scale.first; decade <= scale.last; decade++) {
        double x = place(scale, pow(10, decade));
        char label[32];
        format_time(label, sizeof(label), pow(10, decade));
        // "1.00 ns" is "1 ns" here
        char *point = strchr(label, '.'), *unit = strchr(label, ' ');
        if (point != NULL && decade >= 0) {
            memmove(point, unit, strlen(unit) + 1);
        }
        fprintf(out, "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n", x,
                HEAD - 8, x, bottom);
        print_text(out, x, HEAD - 13, "class=\"small\" text-anchor=\"middle\"", label);
        print_text(out, x, bottom + 14, "class=\"small\" text-anchor=\"middle\"", label);
    }
}

static void print_bar(FILE *out, struct scale scale, double y, const struct bench_side *side,
                      const struct bench_timing *timing, bool first) {
    struct bench_spread spread = timing->spread;
    double end = place(scale, spread.median), middle = y + (BAR - 3) / 2.0;
    print_text(out, BARS_LEFT - 8, y + BAR - 5, "text-anchor=\"end\"", side->name);
    fprintf(out, "<rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n",
            BARS_LEFT, y, end - BARS_LEFT, BAR - 3, colours[side->kind]);
    fprintf(out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#333\"/>\n",
            place(scale, spread.min), middle, place(scale, spread.max), middle);
    char figures[64], time[32];
    format_time(time, sizeof(time), spread.median);
    snprintf(figures, sizeof(figures), first ? "%s" : "%s  \303\227 %.*f", time,
             timing->ratio.median < 10 ? 2 : 0, timing->ratio.median);
    print_text(out, BARS_RIGHT + 8, y + BAR - 5, first ? "font-weight=\"bold\"" : "", figures);
}

void bench_plot(FILE *out, const struct bench_result *results, size_t count) {
    struct scale scale = find_scale(results, count);
    double height = HEAD;
    for (size_t i = 0; i < count; i++) {
        height += TITLE + (double)results[i].row->side_count * BAR + GAP;
    }
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%.0f\" "
            "viewBox=\"0 0 %d %.0f\" font-family=\"sans-serif\" font-size=\"12\">\n"
            "<style>.title{font-size:18px;font-weight:bold}.small{font-size:11px;fill:#555}"
            ".row{font-weight:bold}</style>\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
            WIDTH, height + FOOT, WIDTH, height + FOOT);
    print_head(out);
    print_axis(out, scale, height);
    double y = HEAD;
    for (size_t i = 0; i < count; i++) {
        const struct bench_row *row = results[i].row;
        print_text(out, MARGIN, y + TITLE - 10, "class=\"row\"", results[i].name);
        y += TITLE;
        for (size_t side = 0; side < row->side_count; side++) {
            print_bar(out, scale, y, &row->sides[side], &results[i].sides[side], side == 0);
            y += BAR;
        }
        y += GAP;
    }
    fputs("</svg>\n", out);
}
