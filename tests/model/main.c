// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// model [--ops N] [--seed N] [--worlds N] [--threads N] [--no-pagers] [--keep I,J,...]
//
// Watches a process of its own that does the operations. If that fails, crashes or stands still,
// leaves operations out as long as it still does, and prints what remains.
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "run.h"

enum { STUCK_SECONDS = 40, RETRY_STUCK_SECONDS = 2, SHRINK_SECONDS = 90, TRIES = 3 };

extern char **environ;

static struct run *shared;
static char shared_file[16]; // its number, for the other process

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct run *share(int file) {
    void *at = mmap(NULL, sizeof(struct run), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (at == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    return at;
}

// Runs what `shared` says. True if all went well; else the message says what did not.
static bool attempt(double stuck_seconds) {
    char name[] = "model", flag[] = "--run";
    char *arguments[] = {name, flag, shared_file, NULL};
    pid_t child;
    int status;
    atomic_store(&shared->failed, 0);
    shared->message[0] = '\0';
    if (posix_spawn(&child, "/proc/self/exe", NULL, NULL, arguments, environ) != 0) {
        perror("posix_spawn");
        exit(2);
    }
    uint64_t steps = atomic_load(&shared->steps);
    double moved = now();
    bool stuck = false;
    while (waitpid(child, &status, WNOHANG) == 0) {
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
        if (atomic_load(&shared->steps) != steps) {
            steps = atomic_load(&shared->steps);
            moved = now();
        } else if (!stuck && now() - moved > stuck_seconds) {
            kill(child, SIGKILL);
            stuck = true;
        }
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return true;
    }
    if (atomic_load(&shared->failed) == 0) {
        shared->failed_seed = atomic_load(&shared->at[0].seed);
        shared->failed_index = atomic_load(&shared->at[0].index);
        if (stuck) {
            snprintf(shared->message, sizeof(shared->message), "stands still");
        } else {
            snprintf(shared->message, sizeof(shared->message), "%s %d",
                     WIFSIGNALED(status) ? "signal" : "exit status",
                     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        }
    }
    return false;
}

static bool fails_again(void) {
    for (int i = 0; i < TRIES; i++) {
        if (!attempt(RETRY_STUCK_SECONDS)) {
            return true;
        }
    }
    return false;
}

static void print_places(void) {
    for (uint32_t i = 0; i < shared->worlds; i++) {
        fprintf(stderr, "  world %u was at seed %llu, operation %u\n", i,
                (unsigned long long)atomic_load(&shared->at[i].seed),
                atomic_load(&shared->at[i].index));
    }
}

static void print_rest(void) {
    char text[160];
    fprintf(stderr, "with these operations of seed %llu, on %u threads: %s\n",
            (unsigned long long)shared->seed, shared->threads, shared->message);
    for (uint32_t i = 0; i < EPOCH; i++) {
        if (shared->leave_out[i] == 0) {
            struct operation operation = operation_make(shared->seed, i);
            operation_describe(&operation, text, sizeof(text));
            fprintf(stderr, "  %4u %s\n", i, text);
        }
    }
    fprintf(stderr, "again: model --seed %llu --ops %d --worlds 1 --threads %u%s --keep ",
            (unsigned long long)shared->seed, EPOCH, shared->threads,
            shared->pagers ? "" : " --no-pagers");
    const char *comma = "";
    for (uint32_t i = 0; i < EPOCH; i++) {
        if (shared->leave_out[i] == 0) {
            fprintf(stderr, "%s%u", comma, i);
            comma = ",";
        }
    }
    fputc('\n', stderr);
}

// Tries to do without parts of the list, at first large ones.
static void leave_out_what_can_be(void) {
    double end = now() + SHRINK_SECONDS;
    bool changed = true;
    for (uint32_t size = EPOCH / 2; size > 0 && now() < end;) {
        changed = false;
        for (uint32_t at = 0; at < EPOCH && now() < end; at += size) {
            uint8_t saved[EPOCH];
            bool any = false;
            memcpy(saved, shared->leave_out, sizeof(saved));
            for (uint32_t i = at; i < at + size && i < EPOCH; i++) {
                any |= shared->leave_out[i] == 0;
                shared->leave_out[i] = 1;
            }
            if (any && fails_again()) {
                changed = true;
            } else {
                memcpy(shared->leave_out, saved, sizeof(saved));
            }
        }
        size = size == 1 && changed ? 1 : size / 2;
    }
}

static void shrink(void) {
    shared->seed = shared->failed_seed;
    uint32_t index = shared->failed_index;
    shared->epochs = 1;
    shared->worlds = 1;
    for (uint32_t i = index + 1; i < EPOCH; i++) {
        shared->leave_out[i] = 1;
    }
    if (!fails_again()) {
        fprintf(stderr, "it does not happen again with this seed alone\n");
        return;
    }
    leave_out_what_can_be();
    (void)fails_again(); // for the message
    print_rest();
}

static void keep_only(const char *list) {
    memset(shared->leave_out, 1, sizeof(shared->leave_out));
    for (char *end; *list != '\0'; list = *end == ',' ? end + 1 : end) {
        unsigned long index = strtoul(list, &end, 10);
        if (end == list || index >= EPOCH) {
            fprintf(stderr, "model: --keep wants numbers below %d\n", EPOCH);
            exit(2);
        }
        shared->leave_out[index] = 0;
    }
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "--run") == 0) {
        run_epochs(share(atoi(argv[2])));
        return 0;
    }
    int file = memfd_create("model", 0);
    if (file < 0 || ftruncate(file, sizeof(struct run)) != 0) {
        perror("memfd_create");
        return 2;
    }
    snprintf(shared_file, sizeof(shared_file), "%d", file);
    shared = share(file);
    uint64_t ops = 100000;
    shared->seed = 1;
    shared->worlds = 2;
    shared->threads = 2;
    shared->pagers = true;
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--no-pagers") == 0) {
            shared->pagers = false;
            continue;
        }
        if (strcmp(argv[i], "--ops") == 0) {
            ops = strtoull(value, NULL, 0);
        } else if (strcmp(argv[i], "--seed") == 0) {
            shared->seed = strtoull(value, NULL, 0);
        } else if (strcmp(argv[i], "--worlds") == 0) {
            shared->worlds = (uint32_t)strtoul(value, NULL, 0);
        } else if (strcmp(argv[i], "--threads") == 0) {
            shared->threads = (uint32_t)strtoul(value, NULL, 0);
        } else if (strcmp(argv[i], "--keep") == 0) {
            keep_only(value);
        } else {
            shared->worlds = 0; // wrong
            break;
        }
        i++;
    }
    shared->epochs = (uint32_t)((ops + EPOCH - 1) / EPOCH);
    if (shared->worlds < 1 || shared->worlds > MAX_WORLDS || shared->threads < 1 ||
        shared->threads > MAX_THREADS) {
        fputs("usage: model [--ops N] [--seed N] [--worlds N] [--threads N] [--no-pagers] "
              "[--keep I,J,...]\n",
              stderr);
        return 2;
    }
    if (attempt(STUCK_SECONDS)) {
        printf("%llu operations and no difference\n", (unsigned long long)shared->epochs * EPOCH);
        return 0;
    }
    fprintf(stderr, "seed %llu, operation %u: %s\n", (unsigned long long)shared->failed_seed,
            shared->failed_index, shared->message);
    print_places();
    shrink();
    return 1;
}
