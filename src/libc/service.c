// Part of libzircon. BSD-3-Clause, see LICENSE.
// The kernel's own threads, made by libc so that sanitizers know of them.
#include "host/service.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "libc/libc.h"

struct start {
    void (*run)(void *argument);
    void *argument;
};

static void *begin(void *argument) {
    struct start start = *(struct start *)argument;
    free(argument);
    start.run(start.argument);
    return NULL;
}

static bool spawn(void (*run)(void *argument), void *argument) {
    struct start *start = malloc(sizeof(*start));
    if (start == NULL) {
        return false;
    }
    *start = (struct start){run, argument};
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pthread_t thread;
    bool made = libc_create_thread(&thread, begin, start) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (made) {
        pthread_detach(thread);
    } else {
        free(start);
    }
    return made;
}

void libc_offer_threads(void) {
    service_spawn = spawn;
}
