// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// zx bench: libzircon's calls beside what Linux offers for the same work, and beside the floor.
#include "bench.h"
#include "guest.h"

#include <errno.h>
#include <libzircon/libzircon.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../zx.h"
#include "measure.h"
#include "plot.h"
#include "report.h"

static const char command[] = "bench";

static const struct bench_noun *const nouns[] = {
    &bench_channel, &bench_round_trip, &bench_socket,  &bench_fifo,    &bench_event,
    &bench_port,    &bench_timer,      &bench_futex,   &bench_handle,  &bench_create,
    &bench_lookup,  &bench_memory,     &bench_mapping, &bench_clone,   &bench_pager,
    &bench_entry,   &bench_thread,     &bench_process, &bench_suspend, &bench_crowd,
    &bench_guest, // last, and only where guests are
};

// The handles that the lookup rows keep alive, and some for the others.
#define HANDLES_VARIABLE "LIBZIRCON_HANDLES"
static const char handles_wanted[] = "1048576";

static void print_help(void) {
    fputs(
        "usage: zx bench [OPTION]...\n"
        "Measures libzircon's calls beside what Linux offers for the same work, and beside what\n"
        "no implementation could do without (the floor). How to read it: docs/benchmarks.md.\n\n"
        "  --list         print the names of the rows and measure nothing\n"
        "  --filter X     only rows with X in their name\n"
        "  --rounds N     how often each side of a row takes its turn, 9 unless given, at most 99\n"
        "  --json FILE    write the results there too; - is the standard output, without the "
        "table\n"
        "  --plot FILE    draw the table as a picture (SVG) there\n"
        "  --check        compare with the ratios that libzircon promises; only rows that have "
        "one\n"
        "  --cpu          processor time, of the program and its children, not time on the clock\n"
        "  --smoke        measure nothing: do each work a few times and see that it is done\n"
        "  --help         print this\n\n"
        "Exit status: 0 done, 1 a ratio is missed or work was not done, 2 called wrongly, 3 a "
        "file\n"
        "cannot be written.\n",
        stdout);
}

struct bench_options {
    bool help, list, check, smoke, cpu;
    const char *filter, *json, *plot;
    uint32_t rounds;
};

// The limit is read when the library starts, which is before main.
static void ensure_handles(char **words) {
    const char *now = getenv(HANDLES_VARIABLE);
    if (now != NULL && strcmp(now, handles_wanted) == 0) {
        return;
    }
    if (setenv(HANDLES_VARIABLE, handles_wanted, 1) == 0) {
        execv("/proc/self/exe", words);
    }
    zx_complain(command, "cannot start again with %s=%s: %s", HANDLES_VARIABLE, handles_wanted,
                strerror(errno));
}

static bool is_wanted(const struct bench_options *options, const struct bench_result *result) {
    return (options->filter == NULL || strstr(result->name, options->filter) != NULL) &&
           (!options->check || bench_has_promise(result));
}

static size_t list_rows(const struct bench_options *options, struct bench_result *results,
                        size_t room) {
    static const uint32_t threads[] = {1, 2, 4, 8};
    size_t count = 0;
    for (size_t noun = 0; noun < BENCH_COUNT(nouns); noun++) {
        if (nouns[noun] == &bench_guest && !bench_guest_is_here()) {
            continue;
        }
        for (size_t i = 0; i < nouns[noun]->row_count; i++) {
            const struct bench_row *row = &nouns[noun]->rows[i];
            if (!bench_can(&row->sides[0])) {
                continue; // what it measures is not there yet
            }
            bool pinned = row->form == BENCH_PAIR || row->form == BENCH_TURNS;
            size_t variants = row->form == BENCH_ALONE ? 1 : pinned ? 2 : 4;
            for (size_t variant = 0; variant < variants; variant++) {
                BENCH_CHECK(count < room);
                struct bench_result *result = &results[count];
                *result = (struct bench_result){
                    .row = row,
                    .threads = row->form == BENCH_SCALES ? threads[variant] : 1,
                    .cpus = pinned ? (uint32_t)variant + 1 : 0,
                    .round_count = options->rounds,
                };
                bench_name_result(result);
                count += is_wanted(options, result);
            }
        }
    }
    return count;
}

static int try_rows(const struct bench_options *options, struct bench_result *results,
                    size_t count) {
    bool all = options->filter == NULL && !options->check;
    if (!bench_promises_fit(results, count, all)) {
        return ZX_EXIT_FOUND;
    }
    size_t tried = 0;
    for (size_t i = 0; i < count; i++) {
        if (results[i].cpus <= bench_cpus()) {
            bench_try(&results[i]);
            tried++;
        }
    }
    printf("%zu rows did their work\n", tried);
    return ZX_EXIT_OK;
}

static bool is_standard_output(const char *path) {
    return path != NULL && strcmp(path, "-") == 0;
}

// Writes the results to a file in one form or another. True if no file is wanted.
static bool write_file(const char *path,
                       void (*print)(FILE *out, const struct bench_result *results, size_t count),
                       const struct bench_result *results, size_t count) {
    struct zx_output output;
    if (path == NULL) {
        return true;
    }
    if (!zx_output_open(command, &output, path)) {
        return false;
    }
    print(output.file, results, count);
    return zx_output_close(command, &output);
}

static int measure_rows(const struct bench_options *options, struct bench_result *results,
                        size_t count) {
    bool table = !is_standard_output(options->json) && !is_standard_output(options->plot);
    if (table) {
        bench_print_machine(stdout);
    }
    size_t measured = 0;
    for (size_t i = 0; i < count; i++) {
        if (results[i].cpus > bench_cpus()) {
            zx_complain(command, "%s: not measured, there is one CPU only", results[i].name);
            continue;
        }
        results[measured] = results[i];
        bench_measure(&results[measured]);
        if (table) {
            bench_print_result(stdout, &results[measured]);
            fflush(stdout);
        }
        measured++;
    }
    if (!write_file(options->json, bench_print_json, results, measured) ||
        !write_file(options->plot, bench_plot, results, measured)) {
        return ZX_EXIT_FILE;
    }
    if (options->check && bench_print_promises(table ? stdout : stderr, results, measured) > 0) {
        return ZX_EXIT_FOUND;
    }
    return ZX_EXIT_OK;
}

static int run(const struct bench_options *options) {
    enum { MAX_RESULTS = 256 };
    struct bench_result *results = bench_allocate(MAX_RESULTS * sizeof(*results));
    size_t count = list_rows(options, results, MAX_RESULTS);
    int status = ZX_EXIT_OK;
    if (count == 0) {
        status = zx_usage_error(command, "no row has '%s' in its name; try --list",
                                options->filter != NULL ? options->filter : "");
    } else if (options->list) {
        for (size_t i = 0; i < count; i++) {
            puts(results[i].name);
        }
    } else if (options->smoke) {
        status = try_rows(options, results, count);
    } else {
        status = measure_rows(options, results, count);
    }
    free(results);
    return status;
}

int bench_command(int argc, char **argv) {
    char **words = argv - 2; // with "zx bench" before them
    struct bench_options options = {.rounds = 9};
    const struct zx_option known[] = {
        {.name = "--help", .flag = &options.help},
        {.name = "--list", .flag = &options.list},
        {.name = "--check", .flag = &options.check},
        {.name = "--smoke", .flag = &options.smoke},
        {.name = "--cpu", .flag = &options.cpu},
        {.name = "--filter", .text = &options.filter},
        {.name = "--json", .text = &options.json},
        {.name = "--plot", .text = &options.plot},
        {.name = "--rounds", .number = &options.rounds},
    };
    int given = argc;
    char **copy = bench_allocate(((size_t)given + 1) * sizeof(*copy));
    memcpy(copy, argv, (size_t)given * sizeof(*copy));
    bool parsed = zx_parse_options(command, known, BENCH_COUNT(known), &given, copy);
    const char *surplus = given > 0 ? copy[0] : NULL;
    free(copy);
    if (!parsed) {
        return ZX_EXIT_USAGE;
    }
    if (options.help) {
        print_help();
        return ZX_EXIT_OK;
    }
    if (surplus != NULL) {
        return zx_usage_error(
            command, "'%s' is not expected; a part of a name goes behind --filter", surplus);
    }
    if (options.rounds > BENCH_MAX_ROUNDS) {
        return zx_usage_error(command, "--rounds is at most %d", BENCH_MAX_ROUNDS);
    }
    if (!options.list && !options.smoke) {
        ensure_handles(words);
        if (libzircon_handle_limit() != strtoul(handles_wanted, NULL, 10)) {
            zx_complain(command, "libzircon has room for %u handles instead of %s",
                        libzircon_handle_limit(), handles_wanted);
            return ZX_EXIT_FILE;
        }
    }
    bench_smoke = options.smoke;
    bench_cpu_time = options.cpu;
    return run(&options);
}
