// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Runs saved inputs without libFuzzer, in every build:
//
//     fuzz_replay FILE|FOLDER...         runs all; a crash or a hang names its file and its script
//     fuzz_replay --script FILE          prints the input as a script for `zx call`, as it runs it
//
// The inputs run in a second process, so that a crash leaves somebody to tell of it.
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "report.h"
#include "run.h"

enum { FILES_MAX = 20000, INPUT_MAX = 1 << 20, SECONDS_MAX = 30 };

extern char **environ;

static char *files[FILES_MAX];
static int file_count;

static _Noreturn void refuse(const char *what, const char *path) {
    fprintf(stderr, "fuzz_replay: %s: %s\n", path, what);
    exit(2);
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_file(const char *path) {
    if (file_count == FILES_MAX) {
        refuse("too many files", path);
    }
    files[file_count++] = strdup(path);
}

static void add(const char *path) {
    struct stat info;
    if (stat(path, &info) != 0) {
        refuse(strerror(errno), path);
    }
    DIR *folder = S_ISDIR(info.st_mode) ? opendir(path) : NULL;
    if (folder == NULL) {
        add_file(path);
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        char name[4096];
        snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        if (stat(name, &info) == 0 && S_ISREG(info.st_mode)) {
            add_file(name);
        }
    }
    closedir(folder);
    qsort(files, (size_t)file_count, sizeof(files[0]), by_name);
}

static void run_file(const char *path) {
    static uint8_t data[INPUT_MAX];
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        refuse(strerror(errno), path);
    }
    size_t size = fread(data, 1, sizeof(data), file);
    fclose(file);
    run_input(data, size);
}

// The second process: runs the files from one on, and tells of each before it begins.
static int run_from(int first) {
    run_prepare();
    for (int i = first; i < file_count; i++) {
        if (write(STDOUT_FILENO, &i, sizeof(i)) != sizeof(i)) {
            return 1;
        }
        run_file(files[i]);
    }
    int end = file_count;
    return write(STDOUT_FILENO, &end, sizeof(end)) == sizeof(end) ? 0 : 1;
}

static pid_t spawn(char **arguments, int output) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (output >= 0) {
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    }
    pid_t child;
    int error = posix_spawn(&child, "/proc/self/exe", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        refuse(strerror(error), "/proc/self/exe");
    }
    return child;
}

static volatile sig_atomic_t running_child;

static void kill_child(int number) {
    (void)number;
    kill((pid_t)running_child, SIGKILL);
}

// The script of an input that went wrong, up to the call in which it did.
static void print_script(const char *path) {
    char *arguments[] = {(char *)"fuzz_replay", (char *)"--script", (char *)path, NULL};
    printf("--- script of %s\n", path);
    fflush(stdout);
    pid_t child = spawn(arguments, -1);
    running_child = child;
    alarm(SECONDS_MAX);
    waitpid(child, NULL, 0);
    alarm(0);
    printf("--- end of the script\n");
}

// Runs files from `first` on in a process of their own; the index of the one that it died in, or
// their number if all went well.
static int run_child(int first, char **paths, int path_count) {
    int ends[2];
    if (pipe(ends) != 0) {
        refuse(strerror(errno), "pipe");
    }
    char number[16];
    snprintf(number, sizeof(number), "%d", first);
    char **arguments = calloc((size_t)path_count + 4, sizeof(char *));
    if (arguments == NULL) {
        refuse("no memory", number);
    }
    arguments[0] = (char *)"fuzz_replay";
    arguments[1] = (char *)"--from";
    arguments[2] = number;
    memcpy(arguments + 3, paths, (size_t)path_count * sizeof(char *));
    pid_t child = spawn(arguments, ends[1]);
    close(ends[1]);
    running_child = child;
    int reached = first, next;
    alarm(SECONDS_MAX);
    while (read(ends[0], &next, sizeof(next)) == sizeof(next)) {
        reached = next;
        alarm(SECONDS_MAX);
    }
    int status;
    waitpid(child, &status, 0);
    alarm(0);
    close(ends[0]);
    free(arguments);
    if (WIFSIGNALED(status)) {
        printf("%s in %s\n", WTERMSIG(status) == SIGKILL ? "a hang" : strsignal(WTERMSIG(status)),
               files[reached < file_count ? reached : file_count - 1]);
    } else if (WEXITSTATUS(status) != 0) {
        printf("exit status %d in %s\n", WEXITSTATUS(status),
               files[reached < file_count ? reached : file_count - 1]);
        return reached < file_count ? reached : file_count - 1;
    }
    return reached;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "--script") == 0) {
        run_prepare();
        report_print(true);
        run_file(argv[2]);
        return 0;
    }
    bool second = argc > 3 && strcmp(argv[1], "--from") == 0;
    int first_path = second ? 3 : 1;
    for (int i = first_path; i < argc; i++) {
        add(argv[i]);
    }
    if (file_count == 0) {
        fprintf(stderr, "usage: fuzz_replay FILE|FOLDER...\n       fuzz_replay --script FILE\n");
        return 2;
    }
    if (second) {
        return run_from(atoi(argv[2]));
    }
    signal(SIGALRM, kill_child);
    int bad = 0;
    for (int next = 0; next < file_count;) {
        next = run_child(next, argv + first_path, argc - first_path);
        if (next < file_count) {
            print_script(files[next++]);
            bad++;
        }
    }
    printf("%d inputs, %d bad\n", file_count, bad);
    return bad > 0 ? 1 : 0;
}
