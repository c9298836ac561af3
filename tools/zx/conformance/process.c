// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conformance.h"

// Of a flood of output its beginning and its end are kept.
enum { OUTPUT_MAX = 512 << 10, OUTPUT_HEAD = 64 << 10, OUTPUT_TAIL = 192 << 10, PORTION = 16384 };

struct text {
    char *bytes;
    size_t length, room;
};

static int endings = -1; // becomes readable, and stays so, when we are to end
static sigset_t mask_before;

void processes_begin(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, &mask_before);
    endings = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int processes_stopped_by(void) {
    sigset_t pending;
    if (sigpending(&pending) != 0) {
        return 0;
    }
    return sigismember(&pending, SIGINT) == 1    ? SIGINT
           : sigismember(&pending, SIGTERM) == 1 ? SIGTERM
           : sigismember(&pending, SIGHUP) == 1  ? SIGHUP
                                                 : 0;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// --- text ---

static void append(struct text *text, const char *bytes, size_t size) {
    static const char cut[] = "\n... (cut)\n";
    if (text->length + size > OUTPUT_MAX) {
        size_t tail = text->length - OUTPUT_TAIL;
        memcpy(text->bytes + OUTPUT_HEAD, cut, sizeof(cut) - 1);
        memmove(text->bytes + OUTPUT_HEAD + sizeof(cut) - 1, text->bytes + tail, OUTPUT_TAIL);
        text->length = OUTPUT_HEAD + sizeof(cut) - 1 + OUTPUT_TAIL;
    }
    if (text->length + size + 1 > text->room) {
        size_t room = text->room * 2 + size + 1;
        char *more = realloc(text->bytes, room);
        if (more == NULL) {
            return;
        }
        text->bytes = more;
        text->room = room;
    }
    memcpy(text->bytes + text->length, bytes, size);
    text->length += size;
}

// How many bytes the UTF-8 character there has; 0: it is none.
static size_t character(const unsigned char *at, size_t left) {
    size_t size = at[0] < 0x80                     ? 1
                  : at[0] >= 0xc2 && at[0] < 0xe0  ? 2
                  : (at[0] & 0xf0) == 0xe0         ? 3
                  : at[0] >= 0xf0 && at[0] <= 0xf4 ? 4
                                                   : 0;
    if (size > left) {
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool bad = (size == 3 && ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
                              (at[0] == 0xef && at[1] == 0xbf && at[2] > 0xbd))) ||
               (size == 4 && ((at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f)));
    return bad ? 0 : size;
}

// What JSON and XML can hold: no control characters, and proper UTF-8.
static void clean(struct text *text) {
    unsigned char *bytes = (unsigned char *)text->bytes;
    size_t kept = 0;
    for (size_t i = 0; i < text->length;) {
        size_t size = character(bytes + i, text->length - i);
        if (size == 0) {
            bytes[kept++] = '?';
            i++;
            continue;
        }
        if (size > 1 || (bytes[i] >= ' ' && bytes[i] != 0x7f) || bytes[i] == '\n' ||
            bytes[i] == '\t') {
            memmove(bytes + kept, bytes + i, size);
            kept += size;
        }
        i += size;
    }
    bytes[kept] = '\0';
    text->length = kept;
}

// --- processes ---

// In a group of its own, so that its children can be ended with it.
static pid_t start(char **words, char **environment, int output) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t child = -1;
    if (posix_spawn_file_actions_init(&actions) != 0) {
        return -1;
    }
    if (posix_spawnattr_init(&attributes) == 0) {
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, output, 1);
        posix_spawn_file_actions_adddup2(&actions, output, 2);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setsigmask(&attributes, &mask_before);
        int error = posix_spawn(&child, words[0], &actions, &attributes, words, environment);
        child = error != 0 ? -1 : child;
        posix_spawnattr_destroy(&attributes);
        errno = error;
    }
    posix_spawn_file_actions_destroy(&actions);
    return child;
}

// False: nothing more comes.
static bool take_output(int file, struct text *text) {
    char bytes[PORTION];
    ssize_t got = read(file, bytes, sizeof(bytes));
    if (got > 0) {
        append(text, bytes, (size_t)got);
    }
    return got > 0 || (got < 0 && errno == EINTR);
}

// Until the process has ended; true: it was in time. Its output may stay open behind it.
static bool follow(int file, int process, struct text *text, double deadline) {
    struct pollfd items[] = {{.fd = process, .events = POLLIN},
                             {.fd = endings, .events = POLLIN},
                             {.fd = file, .events = POLLIN}};
    for (;;) {
        double left = (deadline - now()) * 1000;
        if (left <= 0 || items[1].revents != 0) {
            return false;
        }
        if (poll(items, 3, (int)(left + 1)) < 0 && errno != EINTR) {
            return false;
        }
        if (items[2].revents != 0 && !take_output(file, text)) {
            items[2].fd = -1;
        }
        if (items[0].revents != 0) {
            return true;
        }
    }
}

struct ending process_run(char **words, char **environment, double limit) {
    struct ending ending = {0};
    struct text text = {0};
    int ends[2];
    double begin = now();
    append(&text, "", 0);
    if (text.bytes != NULL && pipe2(ends, O_CLOEXEC) == 0) {
        pid_t child = start(words, environment, ends[1]);
        int error = errno;
        int process = child > 0 ? pidfd_open(child, 0) : -1;
        close(ends[1]);
        if (child > 0) {
            ending.started = true;
            ending.timed_out =
                !follow(ends[0], process, &text, begin + limit) && processes_stopped_by() == 0;
            kill(-child, SIGKILL); // it, or what it has left running
            while (waitpid(child, &ending.status, 0) < 0 && errno == EINTR) {
            }
            fcntl(ends[0], F_SETFL, O_NONBLOCK);
            while (take_output(ends[0], &text)) {
            }
            close(process);
        } else {
            append(&text, strerror(error), strlen(strerror(error)));
        }
        close(ends[0]);
    }
    if (text.bytes != NULL) {
        clean(&text);
    }
    ending.output = text.bytes;
    ending.seconds = now() - begin;
    return ending;
}
