// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// zx trace: runs a program and prints its system calls. The printing is done inside the program
// (trace_preload.c); here it is set up.
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../src/syscalls/table.h"
#include "trace_kernel.h"
#include "trace_report.h"
#include "zx.h"

enum {
    LOOK_MS = 50,      // how often long calls are looked for
    FILE_NUMBER = 900, // where the program's own files are not likely to be
};

static const char help[] =
    "usage: zx trace [OPTION]... [--] PROGRAM [ARGUMENT]...\n"
    "       zx trace [-o FILE] --kernel FILE\n"
    "\n"
    "Runs PROGRAM and prints every Zircon system call of its threads and child processes.\n"
    "\n"
    "Which calls:\n"
    "  -e LIST          only these calls and groups (channel,object_wait_one), or with ! in front\n"
    "                   all but these; may be given several times\n"
    "  --koid N         only calls that take or give a handle to the object with that koid\n"
    "  --handle N       only calls with that handle\n"
    "  --thread N       only calls of the thread with that koid\n"
    "  --loaded         only calls of programs for Fuchsia, which zx run has loaded\n"
    "  --failed         only calls that fail\n"
    "What is printed:\n"
    "  -t               when each call began, in seconds from the start\n"
    "  -T               how long it took\n"
    "  -s N             at most N bytes of a buffer (32)\n"
    "  -o FILE          print to FILE instead of the standard error\n"
    "  -c               instead of calls, a summary: how often, how many failed, how long\n"
    "  --sort KEY       sort the summary by time, calls, errors or name (time)\n"
    "  --timeline FILE  instead of calls, a timeline in JSON, for ui.perfetto.dev; with -o both\n"
    "  --kernel FILE    run nothing, but print the records of the kernel's own trace that a\n"
    "                   program read with zx_ktrace_read and stored in FILE\n"
    "\n"
    "A call is printed when it is over. One that takes longer than 100 ms is printed in two "
    "halves,\n"
    "'... <unfinished ...>' while it waits and '<... NAME resumed> ...' when it is over; what is\n"
    "still unfinished when the program ends stays so. With several threads each line begins with\n"
    "the koid of its thread, with several processes with Linux's process number too.\n"
    "The exit status is that of PROGRAM, 128 + N if signal N ended it; 2 if zx was called "
    "wrongly,\n"
    "3 if PROGRAM or a file cannot be used.\n";

static struct {
    bool help, summary, stamps, durations, failed, loaded;
    struct zx_list calls, koids, handles, threads;
    const char *output, *timeline, *sort, *kernel;
    uint32_t data_limit;
} options;

static struct trace_shared *shared;
static int memory_file = -1, line_file = -1, timeline_file = -1;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * ZX_SEC(1) + time.tv_nsec;
}

// --- options ---

// Switches the calls of one word of a list on or off.
static bool select_calls(const char *word, size_t length, bool on) {
    bool found = false;
    size_t skip = length > 3 && strncmp(word, "zx_", 3) == 0 ? 3 : 0;
    for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
        const struct syscall_desc *call = &syscall_table[i];
        if ((strncmp(call->name, word + skip, length - skip) == 0 &&
             call->name[length - skip] == '\0') ||
            (strncmp(call->group, word, length) == 0 && call->group[length] == '\0')) {
            shared->settings.calls[i] = on;
            found = true;
        }
    }
    return found;
}

static bool select_lists(void) {
    bool any_positive = false;
    for (size_t i = 0; i < options.calls.count; i++) {
        any_positive = any_positive || options.calls.items[i][0] != '!';
    }
    memset(shared->settings.calls, !any_positive, sizeof(shared->settings.calls));
    for (size_t i = 0; i < options.calls.count; i++) {
        const char *word = options.calls.items[i];
        bool on = word[0] != '!';
        for (word += !on;;) {
            size_t length = strcspn(word, ",");
            if (length == 0 || !select_calls(word, length, on)) {
                zx_usage_error("trace",
                               "no call and no group is called '%.*s'; zx call --list "
                               "prints them",
                               (int)length, word);
                return false;
            }
            if (word[length] == '\0') {
                break;
            }
            word += length + 1;
        }
    }
    return true;
}

static bool parse_wanted(const char *option, const struct zx_list *list,
                         struct trace_wanted *wanted) {
    for (size_t i = 0; i < list->count; i++) {
        char *end;
        errno = 0;
        wanted->values[i] = strtoull(list->items[i], &end, 0);
        if (!isdigit((unsigned char)list->items[i][0]) || *end != '\0' || errno != 0) {
            zx_usage_error("trace", "%s wants a number, not '%s'", option, list->items[i]);
            return false;
        }
    }
    wanted->count = (uint32_t)list->count;
    return true;
}

static bool parse_options(int *argc, char **argv) {
    static const struct zx_option list[] = {
        {.name = "--help", .flag = &options.help},
        {.name = "-c", .flag = &options.summary},
        {.name = "-t", .flag = &options.stamps},
        {.name = "-T", .flag = &options.durations},
        {.name = "--failed", .flag = &options.failed},
        {.name = "--loaded", .flag = &options.loaded},
        {.name = "-e", .list = &options.calls},
        {.name = "--koid", .list = &options.koids},
        {.name = "--handle", .list = &options.handles},
        {.name = "--thread", .list = &options.threads},
        {.name = "-o", .text = &options.output},
        {.name = "--timeline", .text = &options.timeline},
        {.name = "--sort", .text = &options.sort},
        {.name = "--kernel", .text = &options.kernel},
        {.name = "-s", .number = &options.data_limit},
    };
    size_t count = sizeof(list) / sizeof(list[0]);
    return zx_parse_leading_options("trace", list, count, argc, argv);
}

static const char *const sort_names[] = {"time", "calls", "errors", "name"};
static enum sort_key sort_key;

static bool parse_sort(void) {
    for (size_t i = 0; options.sort != NULL && i < 4; i++) {
        if (strcmp(options.sort, sort_names[i]) == 0) {
            sort_key = (enum sort_key)i;
            return true;
        }
    }
    if (options.sort != NULL) {
        zx_usage_error("trace", "--sort wants time, calls, errors or name, not '%s'", options.sort);
    }
    return options.sort == NULL;
}

static bool fill_settings(void) {
    struct trace_settings *settings = &shared->settings;
    shared->magic = TRACE_MAGIC;
    shared->calls = ZX_SYS_COUNT;
    settings->summary = options.summary;
    settings->timeline = options.timeline != NULL;
    settings->lines = !options.summary && (options.timeline == NULL || options.output != NULL);
    settings->failed_only = options.failed;
    settings->loaded_only = options.loaded;
    settings->stamps = options.stamps;
    settings->durations = options.durations;
    settings->data_limit = options.data_limit;
    settings->timeline_file = timeline_file;
    return parse_sort() && select_lists() &&
           parse_wanted("--koid", &options.koids, &settings->koids) &&
           parse_wanted("--handle", &options.handles, &settings->handles) &&
           parse_wanted("--thread", &options.threads, &settings->threads);
}

// --- files ---

// Moves a file to a number that the program will not use by chance; it stays open in it.
static int move_high(int file) {
    int high = file < 0 ? -1 : fcntl(file, F_DUPFD, FILE_NUMBER);
    if (high < 0) {
        return file;
    }
    close(file);
    return high;
}

static int open_output(const char *path) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0666);
    if (file < 0) {
        zx_complain("trace", "cannot write %s: %s", path, strerror(errno));
    }
    return move_high(file);
}

static bool open_files(void) {
    memory_file = move_high(memfd_create("zx trace", 0));
    if (memory_file < 0 || ftruncate(memory_file, sizeof(*shared)) != 0) {
        zx_complain("trace", "there is no memory: %s", strerror(errno));
        return false;
    }
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, memory_file, 0);
    if (shared == MAP_FAILED) {
        zx_complain("trace", "there is no memory: %s", strerror(errno));
        return false;
    }
    line_file =
        options.output != NULL ? open_output(options.output) : move_high(dup(STDERR_FILENO));
    if (options.timeline != NULL && line_file >= 0) {
        timeline_file = open_output(options.timeline);
    }
    return line_file >= 0 && (options.timeline == NULL || timeline_file >= 0);
}

// --- the program ---

// libzircon-trace.so lies beside us in a build, and in a folder of its own where it is installed.
static bool find_library(char *path, size_t size) {
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (length < 0) {
        length = 0;
    }
    self[length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
    static const char *const places[] = {"libzircon-trace.so", TRACE_LIBRARY};
    for (size_t i = 0; i < 2; i++) {
        int needed = snprintf(path, size, "%s/%s", self, places[i]);
        if (needed < 0 || (size_t)needed >= size || access(path, R_OK) != 0) {
            continue;
        }
        if (strpbrk(path, " :") != NULL) {
            zx_complain("trace",
                        "the folder of %s has a space or colon in its name, which Linux "
                        "cannot preload from; move zx elsewhere",
                        path);
            return false;
        }
        return true;
    }
    zx_complain("trace", "libzircon-trace.so is not beside zx in %s, nor in %s/%s", self, self,
                TRACE_LIBRARY);
    return false;
}

static bool put_before(const char *variable, const char *value, const char *separator) {
    const char *old = getenv(variable);
    char *both = NULL;
    if (old != NULL && old[0] != '\0' && asprintf(&both, "%s%s%s", value, separator, old) < 0) {
        return false;
    }
    bool set = setenv(variable, both != NULL ? both : value, 1) == 0;
    free(both);
    return set;
}

static bool set_environment(const char *library) {
    char files[32];
    snprintf(files, sizeof(files), "%d,%d", memory_file, line_file);
    // The address sanitizer wants to be the first library, though it need not.
    return setenv(TRACE_VARIABLE, files, 1) == 0 && put_before("LD_PRELOAD", library, ":") &&
           put_before("ASAN_OPTIONS", "verify_asan_link_order=0", ":");
}

// The error of exec comes back through a pipe that a successful one closes.
static pid_t start(char **words, const sigset_t *mask) {
    char library[PATH_MAX];
    int report[2];
    if (!find_library(library, sizeof(library))) {
        return -1;
    }
    if (pipe2(report, O_CLOEXEC) != 0) {
        zx_complain("trace", "cannot start %s: %s", words[0], strerror(errno));
        return -1;
    }
    shared->settings.start = now();
    pid_t child = fork();
    if (child == 0) {
        sigprocmask(SIG_SETMASK, mask, NULL);
        int error = ENOMEM;
        if (set_environment(library)) {
            execvp(words[0], words);
            error = errno;
        }
        if (write(report[1], &error, sizeof(error)) < 0) {
            abort();
        }
        _exit(ZX_EXIT_FILE);
    }
    int error = errno;
    close(report[1]);
    bool failed = child < 0 || read(report[0], &error, sizeof(error)) == sizeof(error);
    close(report[0]);
    if (failed) {
        if (child > 0) {
            waitpid(child, NULL, 0);
        }
        zx_complain("trace", "cannot run %s: %s", words[0], strerror(error));
        return -1;
    }
    return child;
}

// A terminal sends its signals to the program as well; others are passed on.
static int wait_for(pid_t child, const sigset_t *signals) {
    int status;
    while (waitpid(child, &status, WNOHANG) != child) {
        int number = sigtimedwait(signals, NULL, &(struct timespec){.tv_nsec = LOOK_MS * 1000000});
        if (number == SIGTERM || number == SIGHUP) {
            kill(child, number);
        }
        if (shared->settings.lines) {
            report_long_calls(now());
        }
    }
    return status;
}

// --- the command ---

static int run(char **words) {
    report_begin(shared, line_file, timeline_file);
    sigset_t signals, mask;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGQUIT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, &mask);
    pid_t child = start(words, &mask);
    if (child < 0) {
        return ZX_EXIT_FILE;
    }
    signal(SIGPIPE, SIG_IGN); // the reader of our lines may go away, the program goes on
    int status = wait_for(child, &signals);
    int64_t end = now();
    report_abandoned_calls(end);
    report_end(child, status, end);
    if (options.summary) {
        report_summary(sort_key);
    }
    if (atomic_load(&shared->loaded) == 0) {
        zx_complain("trace", "%s does not use libzircon, so there was nothing to trace", words[0]);
    }
    uint64_t lost = atomic_load(&shared->lost);
    if (lost > 0) {
        zx_complain("trace", "%llu calls are missing: more than %d threads made calls at a time",
                    (unsigned long long)lost, TRACE_SLOTS);
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int trace_command(int argc, char **argv) {
    options.data_limit = 32;
    if (!parse_options(&argc, argv)) {
        return ZX_EXIT_USAGE;
    }
    if (options.help) {
        fputs(help, stdout);
        return ZX_EXIT_OK;
    }
    if (options.kernel != NULL) {
        return argc == 0 ? trace_kernel(options.kernel, options.output)
                         : zx_usage_error("trace", "--kernel runs no program");
    }
    if (argc == 0) {
        return zx_usage_error("trace", "give the program to run");
    }
    if (!open_files()) {
        return ZX_EXIT_FILE;
    }
    if (!fill_settings()) {
        return ZX_EXIT_USAGE;
    }
    return run(argv);
}
