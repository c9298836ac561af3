// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Runs saved inputs without libFuzzer, in every build:
//
//     fuzz_replay FILE|FOLDER|LIST...    runs all; a crash or a hang names its input and its script
//     fuzz_replay --script FILE|LIST:N   prints the input as a script for `zx call`, as it runs it
//     fuzz_replay --pack FOLDER          prints the files of a folder as a list
//     fuzz_replay --unpack LIST FOLDER   makes files of a list
//
// A list has a name that ends in .txt and one input a line, in hexadecimal. The inputs run in a
// second process, so that a crash leaves somebody to tell of it.
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

enum { INPUTS_MAX = 50000, INPUT_MAX = 1 << 16, SECONDS_MAX = 60 };

extern char **environ;

static struct {
    char *name;
    uint8_t *data;
    size_t size;
} inputs[INPUTS_MAX];
static int input_count;

static _Noreturn void refuse(const char *what, const char *path) {
    fprintf(stderr, "fuzz_replay: %s: %s\n", path, what);
    exit(2);
}

static void *checked(void *memory) {
    if (memory == NULL) {
        refuse("no memory", "inputs");
    }
    return memory;
}

static FILE *open_file(const char *path, const char *mode) {
    FILE *file = fopen(path, mode);
    if (file == NULL) {
        refuse(strerror(errno), path);
    }
    return file;
}

static void add_input(const char *name, const uint8_t *data, size_t size) {
    if (input_count == INPUTS_MAX) {
        refuse("too many inputs", name);
    }
    inputs[input_count].name = checked(strdup(name));
    inputs[input_count].data = checked(malloc(size + 1));
    memcpy(inputs[input_count].data, data, size);
    inputs[input_count++].size = size;
}

static void add_file(const char *path) {
    static uint8_t data[INPUT_MAX];
    FILE *file = open_file(path, "rbe");
    size_t size = fread(data, 1, sizeof(data), file);
    fclose(file);
    add_input(path, data, size);
}

// All lines of a list, or only number `only` if that is not 0.
static void add_list(const char *path, int only) {
    static uint8_t data[INPUT_MAX];
    FILE *file = open_file(path, "re");
    char *line = NULL;
    size_t room = 0;
    for (int number = 1; getline(&line, &room, file) > 0; number++) {
        char name[4096];
        unsigned byte;
        size_t size = 0;
        while (size < sizeof(data) && sscanf(line + 2 * size, "%2x", &byte) == 1) {
            data[size++] = (uint8_t)byte;
        }
        snprintf(name, sizeof(name), "%s:%d", path, number);
        if (only == 0 || only == number) {
            add_input(name, data, size);
        }
    }
    free(line);
    fclose(file);
}

static bool is_list(const char *path) {
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, ".txt") == 0;
}

static void add_folder(const char *path) {
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    if (count < 0) {
        refuse(strerror(errno), path);
    }
    for (int i = 0; i < count; i++) {
        char name[4096];
        struct stat info;
        snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
        if (stat(name, &info) == 0 && S_ISREG(info.st_mode)) {
            if (is_list(name)) {
                add_list(name, 0);
            } else {
                add_file(name);
            }
        }
        free(entries[i]);
    }
    free(entries);
}

static void add(const char *path) {
    struct stat info;
    const char *colon = strrchr(path, ':');
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
        add_folder(path);
    } else if (is_list(path)) {
        add_list(path, 0);
    } else if (colon != NULL && atoi(colon + 1) > 0) {
        char *list = checked(strndup(path, (size_t)(colon - path)));
        add_list(list, atoi(colon + 1));
        free(list);
    } else {
        add_file(path);
    }
}

// --- lists ---

static int pack(const char *folder) {
    add_folder(folder);
    for (int i = 0; i < input_count; i++) {
        for (size_t j = 0; j < inputs[i].size; j++) {
            printf("%02x", inputs[i].data[j]);
        }
        putchar('\n');
    }
    return fflush(stdout) == 0 ? 0 : 1;
}

static int unpack(const char *list, const char *folder) {
    add_list(list, 0);
    for (int i = 0; i < input_count; i++) {
        char name[4096];
        snprintf(name, sizeof(name), "%s/saved-%d", folder, i + 1);
        FILE *file = open_file(name, "wbe");
        bool written = fwrite(inputs[i].data, 1, inputs[i].size, file) == inputs[i].size;
        if (fclose(file) != 0 || !written) {
            refuse("cannot be written", name);
        }
    }
    return 0;
}

// --- running ---

// The second process: runs the inputs from one on, and tells of each before it begins.
static int run_from(int first) {
    run_prepare();
    for (int i = first; i < input_count; i++) {
        if (write(STDOUT_FILENO, &i, sizeof(i)) != sizeof(i)) {
            return 1;
        }
        run_input(inputs[i].data, inputs[i].size);
    }
    int end = input_count;
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

// Runs inputs from `first` on in a process of their own; the index of the one that it died in, or
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
    int last = reached < input_count ? reached : input_count - 1;
    if (WIFSIGNALED(status)) {
        printf("%s in %s\n", WTERMSIG(status) == SIGKILL ? "a hang" : strsignal(WTERMSIG(status)),
               inputs[last].name);
        return last;
    }
    if (WEXITSTATUS(status) != 0) {
        printf("exit status %d in %s\n", WEXITSTATUS(status), inputs[last].name);
        return last;
    }
    return input_count;
}

int main(int argc, char **argv) {
    const char *option = argc > 1 ? argv[1] : "";
    if (argc == 3 && strcmp(option, "--script") == 0) {
        add(argv[2]);
        if (input_count != 1) {
            refuse("is not one input", argv[2]);
        }
        run_prepare();
        report_print(true);
        run_input(inputs[0].data, inputs[0].size);
        return 0;
    }
    if (argc == 3 && strcmp(option, "--pack") == 0) {
        return pack(argv[2]);
    }
    if (argc == 4 && strcmp(option, "--unpack") == 0) {
        return unpack(argv[2], argv[3]);
    }
    bool second = argc > 3 && strcmp(option, "--from") == 0;
    int first_path = second ? 3 : 1;
    for (int i = first_path; i < argc; i++) {
        add(argv[i]);
    }
    if (input_count == 0) {
        fprintf(stderr, "usage: fuzz_replay FILE|FOLDER|LIST...\n"
                        "       fuzz_replay --script FILE|LIST:N\n"
                        "       fuzz_replay --pack FOLDER\n"
                        "       fuzz_replay --unpack LIST FOLDER\n");
        return 2;
    }
    if (second) {
        return run_from(atoi(argv[2]));
    }
    signal(SIGALRM, kill_child);
    int bad = 0;
    for (int next = 0; next < input_count;) {
        next = run_child(next, argv + first_path, argc - first_path);
        if (next < input_count) {
            print_script(inputs[next++].name);
            bad++;
        }
    }
    printf("%d inputs, %d bad\n", input_count, bad);
    return bad > 0 ? 1 : 0;
}
