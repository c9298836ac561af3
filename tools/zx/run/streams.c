// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "streams.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>
#include <zircon/syscalls.h>

enum { STREAMS = 2, PORTION = 16 << 10 };

static struct stream {
    zx_handle_t socket;
    int file;
    pthread_t thread;
    bool running;
} streams[STREAMS];

static void write_all(int file, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t done = write(file, bytes, size);
        if (done < 0 && errno != EINTR) {
            return; // nobody reads it any more; the program need not know
        }
        bytes += done < 0 ? 0 : done;
        size -= done < 0 ? 0 : (size_t)done;
    }
}

static void *pass_output(void *argument) {
    struct stream *stream = argument;
    char bytes[PORTION];
    for (;;) {
        size_t size = 0;
        zx_status_t status = zx_socket_read(stream->socket, 0, bytes, sizeof(bytes), &size);
        if (status == ZX_OK) {
            write_all(stream->file, bytes, size);
        } else if (status != ZX_ERR_SHOULD_WAIT) {
            break;
        } else {
            zx_object_wait_one(stream->socket, ZX_SOCKET_READABLE | ZX_SOCKET_PEER_CLOSED,
                               ZX_TIME_INFINITE, NULL);
        }
    }
    zx_handle_close(stream->socket);
    return NULL;
}

static void *pass_input(void *argument) {
    zx_handle_t socket = (zx_handle_t)(uintptr_t)argument;
    char bytes[PORTION];
    ssize_t got;
    while ((got = read(0, bytes, sizeof(bytes))) > 0 || (got < 0 && errno == EINTR)) {
        for (size_t done = 0; got > 0 && done < (size_t)got;) {
            size_t actual = 0;
            zx_status_t status =
                zx_socket_write(socket, 0, bytes + done, (size_t)got - done, &actual);
            done += actual;
            if (status == ZX_ERR_SHOULD_WAIT) {
                zx_object_wait_one(socket, ZX_SOCKET_WRITABLE | ZX_SOCKET_PEER_CLOSED,
                                   ZX_TIME_INFINITE, NULL);
            } else if (status != ZX_OK) {
                got = -1;
                errno = EPIPE;
            }
        }
        if (got < 0) {
            break;
        }
    }
    zx_handle_close(socket); // the program reads the end of the file
    return NULL;
}

void streams_start(const struct run_process *process) {
    for (int i = 0; i < STREAMS; i++) {
        struct stream *stream = &streams[i];
        stream->socket = process->output[i];
        stream->file = 1 + i;
        stream->running = stream->socket != ZX_HANDLE_INVALID &&
                          pthread_create(&stream->thread, NULL, pass_output, stream) == 0;
    }
    pthread_t thread;
    if (process->input != ZX_HANDLE_INVALID &&
        pthread_create(&thread, NULL, pass_input, (void *)(uintptr_t)process->input) == 0) {
        pthread_detach(thread); // it sleeps in read, perhaps for ever
    }
}

void streams_finish(void) {
    for (int i = 0; i < STREAMS; i++) {
        if (streams[i].running) {
            pthread_join(streams[i].thread, NULL);
            streams[i].running = false;
        }
    }
}
