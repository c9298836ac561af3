// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// zx run: runs a program that was compiled for Fuchsia.
#include <libzircon/machine.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/object.h>

#include "crash.h"
#include "streams.h"

enum { EXIT_TIME = 124, EXIT_SIGNAL = 128, EXIT_CODE_MAX = 255 };

static const char help[] =
    "usage: zx run [OPTION]... [--] PROGRAM [ARGUMENT]...\n"
    "\n"
    "Runs PROGRAM, an ELF file made for Fuchsia, in a Zircon process of its own.\n"
    "\n"
    "  --libraries DIR  look there for the interpreter and for libraries; may be given several\n"
    "                   times. Without it: lib/ beside PROGRAM, and PROGRAM's own folder\n"
    "  --sysroot DIR    the same as --libraries DIR/lib, after those\n"
    "  --env NAME=TEXT  put a variable into the program's environment, which is else empty; a "
    "NAME\n"
    "                   alone stands for our own variable of that name\n"
    "  --env-all        our whole environment\n"
    "  --memory MIB     as much memory as it can use; without it all that the machine has\n"
    "  --time SECONDS   kill it when it has run for so long\n"
    "  --own-job        put it into a job of its own, not into the root job, where Fuchsia's "
    "first\n"
    "                   program is\n"
    "  --without WHAT   do not give it the handle of its job, of the root resource, of the vDSO, "
    "or\n"
    "                   those of its standard files: job, resource, vdso, files\n"
    "  --trace          print its system calls, as zx trace --loaded does\n"
    "  --linker-log     let the dynamic linker tell what it loads\n"
    "  --framebuffer FILE\n"
    "                   when it has ended, store what its framebuffer shows as a picture (PPM)\n"
    "\n"
    "The exit status is that of PROGRAM (255 for one that does not fit), 124 if its time was up,\n"
    "128 + N if signal N ended it; 2 if zx was called wrongly, 3 if PROGRAM cannot be run.\n";

static struct {
    bool help, env_all, own_job, trace, linker_log;
    struct zx_list libraries, environment, without;
    const char *sysroot, *framebuffer;
    uint32_t time, memory;
} options;

static const struct zx_option table[] = {
    {.name = "--help", .flag = &options.help},
    {.name = "--libraries", .list = &options.libraries},
    {.name = "--sysroot", .text = &options.sysroot},
    {.name = "--framebuffer", .text = &options.framebuffer},
    {.name = "--env", .list = &options.environment},
    {.name = "--env-all", .flag = &options.env_all},
    {.name = "--time", .number = &options.time},
    {.name = "--memory", .number = &options.memory},
    {.name = "--without", .list = &options.without},
    {.name = "--own-job", .flag = &options.own_job},
    {.name = "--trace", .flag = &options.trace},
    {.name = "--linker-log", .flag = &options.linker_log},
};

static struct run_process process;
static volatile sig_atomic_t ended_by;

static bool make_environment(char ***out) {
    static char *own[ZX_LIST_MAX + 1];
    if (options.env_all) {
        *out = environ;
        return true;
    }
    size_t count = 0;
    for (size_t i = 0; i < options.environment.count; i++) {
        const char *word = options.environment.items[i];
        char *text;
        if (strchr(word, '=') != NULL) {
            text = strdup(word);
        } else if (getenv(word) == NULL) {
            continue;
        } else if (asprintf(&text, "%s=%s", word, getenv(word)) < 0) {
            return false;
        }
        own[count++] = text;
    }
    *out = own;
    return true;
}

static bool leave_out(struct run_options *run) {
    for (size_t i = 0; i < options.without.count; i++) {
        const char *what = options.without.items[i];
        bool *flag = strcmp(what, "job") == 0        ? &run->no_job
                     : strcmp(what, "resource") == 0 ? &run->no_resource
                     : strcmp(what, "vdso") == 0     ? &run->no_vdso
                     : strcmp(what, "files") == 0    ? &run->no_stdio
                                                     : NULL;
        if (flag == NULL) {
            zx_usage_error("run", "nothing is called '%s': it is job, resource, vdso or files",
                           what);
            return false;
        }
        *flag = true;
    }
    return true;
}

static void find_folders(struct run_options *run) {
    static char paths[3][PATH_MAX];
    struct library_folders *folders = &run->folders;
    for (size_t i = 0; i < options.libraries.count; i++) {
        folders->folders[folders->count++] = options.libraries.items[i];
    }
    if (options.sysroot != NULL) {
        snprintf(paths[0], PATH_MAX, "%s/lib", options.sysroot);
        folders->folders[folders->count++] = paths[0];
    }
    if (folders->count == 0) {
        const char *slash = strrchr(run->program, '/');
        int length = slash != NULL ? (int)(slash - run->program) : 1;
        const char *folder = slash != NULL ? run->program : ".";
        snprintf(paths[1], PATH_MAX, "%.*s/lib", length, folder);
        snprintf(paths[2], PATH_MAX, "%.*s", length, folder);
        folders->folders[folders->count++] = paths[1];
        folders->folders[folders->count++] = paths[2];
    }
}

// Interrupts and the like end the program, and us with it. Only this thread takes them: loaded
// threads have nothing to handle them with.
static sigset_t endings(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

static void *await_signal(void *argument) {
    (void)argument;
    sigset_t set = endings();
    int signal;
    if (sigwait(&set, &signal) == 0) {
        ended_by = signal;
        run_process_kill(&process);
    }
    return NULL;
}

static int run_again(char **words) {
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    if (length > 0 && words != NULL) {
        path[length] = '\0';
        words[0] = path;
        execv(path, words);
    }
    zx_complain("run", "zx cannot be run again");
    return ZX_EXIT_FILE;
}

// zx trace does the printing, from outside.
static int run_traced(int argc, char **argv, const char *program) {
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    char *first[] = {NULL, (char[]){"trace"}, (char[]){"--loaded"}, (char[]){"--"},
                     path, (char[]){"run"}};
    size_t count = sizeof(first) / sizeof(first[0]);
    char **words = calloc(count + (size_t)argc + 1, sizeof(*words));
    if (length < 0 || words == NULL) {
        return run_again(NULL);
    }
    path[length] = '\0';
    memcpy(words, first, sizeof(first));
    bool own = true; // the program's own words are left alone
    for (int i = 0; i < argc; i++) {
        own = own && argv[i] != program;
        if (!own || strcmp(argv[i], "--trace") != 0) {
            words[count++] = argv[i];
        }
    }
    return run_again(words);
}

// The kernel reads its limit when the library is loaded, before main.
static bool is_limited(void) {
    const char *limit = getenv("LIBZIRCON_MEMORY");
    return options.memory == 0 ||
           (limit != NULL && strtoull(limit, NULL, 10) == (uint64_t)options.memory << 20);
}

static int run_limited(int argc, char **argv) {
    char limit[32];
    snprintf(limit, sizeof(limit), "%llu", (unsigned long long)options.memory << 20);
    char **words = calloc((size_t)argc + 3, sizeof(*words));
    if (words == NULL || setenv("LIBZIRCON_MEMORY", limit, 1) != 0) {
        return run_again(NULL);
    }
    words[1] = (char[]){"run"};
    memcpy(words + 2, argv, (size_t)argc * sizeof(*words));
    return run_again(words);
}

static int finish(void) {
    zx_info_process_t info = {0};
    zx_time_t deadline =
        options.time != 0 ? zx_deadline_after(ZX_SEC(options.time)) : ZX_TIME_INFINITE;
    bool late =
        zx_object_wait_one(process.process, ZX_TASK_TERMINATED, deadline, NULL) == ZX_ERR_TIMED_OUT;
    zx_object_get_info(process.process, ZX_INFO_PROCESS, &info, sizeof(info), NULL, NULL);
    run_process_kill(&process); // what it has left running
    if (late) {
        zx_object_wait_one(process.process, ZX_TASK_TERMINATED, zx_deadline_after(ZX_SEC(1)), NULL);
    }
    streams_finish();
    if (late) {
        zx_complain("run", "its time is up");
        return EXIT_TIME;
    }
    if (ended_by != 0) {
        return EXIT_SIGNAL + ended_by;
    }
    return info.return_code >= 0 && info.return_code <= EXIT_CODE_MAX ? (int)info.return_code
                                                                      : EXIT_CODE_MAX;
}

int run_command(int argc, char **argv) {
    int all = argc;
    char **words = malloc(((size_t)argc + 1) * sizeof(*words)); // parsing moves them
    if (words == NULL) {
        return ZX_EXIT_FILE;
    }
    memcpy(words, argv, ((size_t)argc + 1) * sizeof(*words));
    if (!zx_parse_leading_options("run", table, sizeof(table) / sizeof(table[0]), &argc, argv)) {
        return ZX_EXIT_USAGE;
    }
    if (options.help) {
        fputs(help, stdout);
        return ZX_EXIT_OK;
    }
    if (argc == 0) {
        return zx_usage_error("run", "which program?");
    }
    if (!is_limited()) {
        return run_limited(all, words);
    }
    if (options.trace) {
        return run_traced(all, words, argv[0]);
    }
    free(words);
    struct run_options run = {
        .command = "run",
        .program = argv[0],
        .arguments = argv,
        .own_job = options.own_job,
        .linker_log = options.linker_log,
        .ready = crash_watch,
    };
    find_folders(&run);
    if (!leave_out(&run)) {
        return ZX_EXIT_USAGE;
    }
    if (!make_environment(&run.environment)) {
        return ZX_EXIT_FILE;
    }
    sigset_t set = endings();
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (!run_process_start(&run, &process)) {
        return ZX_EXIT_FILE;
    }
    streams_start(&process);
    pthread_t thread;
    if (pthread_create(&thread, NULL, await_signal, NULL) == 0) {
        pthread_detach(thread);
    }
    int status = finish();
    if (options.framebuffer != NULL) {
        zx_status_t stored = libzircon_framebuffer_write(options.framebuffer);
        if (stored != ZX_OK) {
            zx_complain("run", "no picture in %s: %s", options.framebuffer,
                        stored == ZX_ERR_BAD_STATE ? "there is no framebuffer"
                                                   : zx_status_get_string(stored));
        }
    }
    fflush(NULL);
    _exit(status); // other threads still sleep in read and the like
}
