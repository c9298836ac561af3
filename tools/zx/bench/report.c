// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "report.h"

#include <stdlib.h>

#include "../zx.h"
#include "machine.h"

// --- the machine ---

void bench_print_machine(FILE *out) {
    struct bench_fact *facts = bench_find_facts();
    for (int i = 0; i < BENCH_FACTS; i++) {
        fprintf(out, "%-12s %s\n", facts[i].key, facts[i].value);
    }
    fputs("\nNanoseconds an operation: the median, least and most of all rounds. The ratio is to "
          "the\n"
          "first side, round by round: its median (least .. most).\n",
          out);
    free(facts);
}

// --- rows ---

static const char *const kind_names[] = {
    [BENCH_OURS] = "", [BENCH_NEIGHBOUR] = "neighbour", [BENCH_FLOOR] = "floor"};

void bench_print_result(FILE *out, const struct bench_result *result) {
    fprintf(out, "\n%s\n", result->name);
    for (size_t i = 0; i < result->row->side_count; i++) {
        const struct bench_side *side = &result->row->sides[i];
        const struct bench_timing *timing = &result->sides[i];
        if (!bench_can(side)) {
            fprintf(out, "  %-26s %-9s not to be had here\n", side->name, kind_names[side->kind]);
            continue;
        }
        fprintf(out, "  %-26s %-9s %10.1f %10.1f %10.1f", side->name, kind_names[side->kind],
                timing->spread.median, timing->spread.min, timing->spread.max);
        if (i > 0) {
            fprintf(out, "   x %.2f (%.2f .. %.2f)", timing->ratio.median, timing->ratio.min,
                    timing->ratio.max);
        }
        fputc('\n', out);
    }
}

static void print_json_spread(FILE *out, const char *name, const struct bench_spread *spread) {
    fprintf(out, "\"%s\": {\"median\": %.4f, \"min\": %.4f, \"max\": %.4f}", name, spread->median,
            spread->min, spread->max);
}

static void print_json_side(FILE *out, const struct bench_result *result, size_t i) {
    static const char *const kinds[] = {
        [BENCH_OURS] = "libzircon", [BENCH_NEIGHBOUR] = "neighbour", [BENCH_FLOOR] = "floor"};
    const struct bench_side *side = &result->row->sides[i];
    const struct bench_timing *timing = &result->sides[i];
    fputs("      {\"name\": ", out);
    zx_print_json_string(out, side->name);
    fprintf(out, ", \"kind\": \"%s\", \"operations\": %llu, ", kinds[side->kind],
            (unsigned long long)timing->operations);
    print_json_spread(out, "ns", &timing->spread);
    fputs(", ", out);
    print_json_spread(out, "ratio", &timing->ratio);
    fputs(", \"rounds\": [", out);
    for (uint32_t round = 0; round < result->round_count; round++) {
        fprintf(out, "%s%.2f", round > 0 ? ", " : "", timing->rounds[round]);
    }
    fputs("]}", out);
}

void bench_print_json(FILE *out, const struct bench_result *results, size_t count) {
    struct bench_fact *facts = bench_find_facts();
    fputs("{\n  \"machine\": {", out);
    for (int i = 0; i < BENCH_FACTS; i++) {
        fprintf(out, "%s\n    \"%s\": ", i > 0 ? "," : "", facts[i].key);
        zx_print_json_string(out, facts[i].value);
    }
    fputs("\n  },\n  \"rows\": [\n", out);
    for (size_t i = 0; i < count; i++) {
        fputs("    {\"name\": ", out);
        zx_print_json_string(out, results[i].name);
        fprintf(out, ", \"threads\": %u, \"cpus\": %u, \"sides\": [\n",
                results[i].row->form == BENCH_PAIR ? 2 : results[i].threads, results[i].cpus);
        for (size_t side = 0; side < results[i].row->side_count; side++) {
            if (bench_can(&results[i].row->sides[side])) {
                fputs(side > 0 ? ",\n" : "", out);
                print_json_side(out, &results[i], side);
            }
        }
        fprintf(out, "\n    ]}%s\n", i + 1 < count ? "," : "");
    }
    fputs("  ]\n}\n", out);
    free(facts);
}

// --- promises ---

// How the ratio of a side's time to the first side's is compared, or the time itself.
enum form { AT_LEAST, AT_MOST, AT_MOST_NS };

static const struct promise {
    const char *row, *side;
    enum form form;
    double bound;
    bool inverse; // the first side's time over that side's
    const char *what;
} promises[] = {
    {"channel write+read 64 B", "socketpair SEQPACKET", AT_LEAST, 20, false,
     "times as fast as SEQPACKET"},
    {"channel write+read 64 B", "malloc+2 memcpy+free", AT_MOST, 12, true, "times the floor"},
    {"event signal+wait+clear", "eventfd write+read", AT_LEAST, 25, false,
     "times as fast as eventfd"},
    {"port queue+wait", "eventfd+epoll_wait+read", AT_LEAST, 25, false, "times as fast as epoll"},
    {"handle duplicate+close", "dup+close", AT_LEAST, 30, false, "times as fast as dup+close"},
    {"channel call round trip 64 B, one CPU", "raw futex ping-pong", AT_MOST, 1.4, true,
     "times a raw futex ping-pong"},
    {"channel call round trip 64 B, two CPUs", "raw futex ping-pong", AT_MOST, 1.4, true,
     "times a raw futex ping-pong"},
    {"channel write+read 64 KiB", "one memcpy", AT_LEAST, 0.4, false,
     "of the bandwidth of one memcpy"},
    {"socket write+read 64 B", "socketpair STREAM", AT_LEAST, 15, false,
     "times as fast as a stream socketpair"},
    {"socket write+read 64 KiB", "one memcpy", AT_LEAST, 0.4, false,
     "of the bandwidth of one memcpy"},
    {"timer set+cancel", "timerfd set", AT_LEAST, 5, false, "times as fast as timerfd_settime"},
    {"futex ping-pong, one CPU", "raw futex ping-pong", AT_MOST, 1.15, true,
     "times a raw futex ping-pong"},
    {"futex ping-pong, two CPUs", "raw futex ping-pong", AT_MOST, 1.15, true,
     "times a raw futex ping-pong"},
    {"vmo create+close", "memfd_create+close", AT_LEAST, 10, false,
     "times as fast as memfd_create and close"},
    {"vmo read 64 KiB", "memcpy", AT_MOST, 1.15, true, "times a memcpy"},
    {"vmo write 64 KiB", "memcpy", AT_MOST, 1.15, true, "times a memcpy"},
    {"map+touch+unmap 4 KiB", "mmap of a memfd", AT_MOST, 1.25, true, "times mmap"},
    {"map+touch+unmap 64 MiB", "mmap of a memfd", AT_MOST, 1.25, true, "times mmap"},
    {"clone 16 pages, write one, close", "MAP_PRIVATE of a memfd", AT_LEAST, 5, false,
     "times as fast as MAP_PRIVATE"},
    {"clone 16 pages, map, touch one, close", "MAP_PRIVATE of a memfd", AT_MOST, 2, true,
     "times MAP_PRIVATE"},
    {"clone+close of committed memory", "libzircon, 1 GiB", AT_MOST, 3, false,
     "times the time for 1 MiB"},
    {"clone+close of committed memory", "libzircon, 1 GiB", AT_MOST_NS, 50000, false,
     "ns for 1 GiB"},
    {"region allocate+destroy", "libzircon, 10^5 regions", AT_MOST, 10, false,
     "times the time among 10"},
    {"null call", "libzircon, loaded", AT_MOST, 2, false, "times a call from a linked program"},
    {"thread create+start+join, two CPUs", "pthread_create+join", AT_MOST, 1.25, true,
     "times libc's"},
    {"process create+start+exit, one CPU", "vfork+exec", AT_LEAST, 5, false,
     "times as fast as vfork+exec"},
    {"exception round trip, one CPU", "SIGSEGV handler, futexes", AT_MOST, 3, true,
     "times a handler and a futex round trip"},
    {"exception round trip, two CPUs", "SIGSEGV handler, futexes", AT_MOST, 3, true,
     "times a handler and a futex round trip"},
    {"handle lookup, one again and again", "libzircon, 10^6 live", AT_MOST, 1.5, false,
     "times the time with 10 live"},
};

static const struct bench_timing *find_side(const struct promise *promise,
                                            const struct bench_result *result) {
    for (size_t i = 0; i < result->row->side_count; i++) {
        if (strcmp(result->row->sides[i].name, promise->side) == 0) {
            return &result->sides[i];
        }
    }
    return NULL;
}

bool bench_has_promise(const struct bench_result *result) {
    for (size_t i = 0; i < BENCH_COUNT(promises); i++) {
        if (strcmp(promises[i].row, result->name) == 0) {
            return true;
        }
    }
    return false;
}

size_t bench_print_promises(FILE *out, const struct bench_result *results, size_t count) {
    size_t missed = 0;
    fputs("\nPromised ratios, by the median of all rounds\n", out);
    for (size_t i = 0; i < BENCH_COUNT(promises); i++) {
        const struct promise *promise = &promises[i];
        for (size_t j = 0; j < count; j++) {
            if (strcmp(promise->row, results[j].name) != 0) {
                continue;
            }
            const struct bench_timing *timing = find_side(promise, &results[j]);
            BENCH_CHECK(timing != NULL);
            struct bench_spread ratio =
                promise->form == AT_MOST_NS ? timing->spread : timing->ratio;
            if (promise->inverse) {
                ratio = (struct bench_spread){1 / ratio.median, 1 / ratio.max, 1 / ratio.min};
            }
            bool kept = promise->form == AT_LEAST ? ratio.median >= promise->bound
                                                  : ratio.median <= promise->bound;
            missed += !kept;
            fprintf(out, "  %-6s %s: %.2f (%.2f .. %.2f) %s, wanted at %s %g\n",
                    kept ? "kept" : "MISSED", promise->row, ratio.median, ratio.min, ratio.max,
                    promise->what, promise->form == AT_LEAST ? "least" : "most", promise->bound);
        }
    }
    fprintf(out, "%zu missed\n", missed);
    double load = 0;
    if (missed > 0 && getloadavg(&load, 1) == 1 && load > bench_cpus() * 0.8) {
        fprintf(out, "Other programs run (load %.1f): measure again when the machine is quiet.\n",
                load);
    }
    return missed;
}

bool bench_promises_fit(const struct bench_result *results, size_t count, bool all) {
    bool fit = true;
    for (size_t i = 0; i < BENCH_COUNT(promises); i++) {
        bool found = !all || !bench_is_plain(); // then some rows are not there
        for (size_t j = 0; j < count; j++) {
            bool is_row = strcmp(promises[i].row, results[j].name) == 0;
            found = found || is_row;
            if (is_row && find_side(&promises[i], &results[j]) == NULL) {
                zx_complain("bench", "%s has no side '%s', which a promised ratio names",
                            promises[i].row, promises[i].side);
                fit = false;
            }
        }
        if (!found) {
            zx_complain("bench", "there is no row '%s', which a promised ratio names",
                        promises[i].row);
            fit = false;
        }
    }
    return fit;
}
