// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Prints the lines, words and bytes of a file as wc does in the C locale.
//
// The first thread is a server: it reads the file and deals it out to workers, chunk by chunk, in
// messages. Server and workers share nothing but channels, and each waits for everything at one
// port. What passes between the server and a worker:
//
//     control channel   the worker starts with its end of it
//         server -> worker   one message with a handle: the worker's end of the data channel
//         worker -> server   one message with two handles: the server's end of the results channel,
//                            and an event that tells when the worker is done
//     data channel      server -> worker   chunks of the file; closed at the file's end
//     results channel   worker -> server   what was counted, one message a chunk
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <threads.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/port.h>

enum { EXIT_FILE = 1, EXIT_USAGE = 2, EXIT_SYSTEM = 3 };

static const char help[] =
    "Usage: wordcount [OPTION]... FILE\n"
    "Prints how many lines, words and bytes FILE has, as wc does in the C locale.\n"
    "\n"
    "  -w, --workers=N   count in N threads, 1 to 64 (default: one a processor, at most 8)\n"
    "  -c, --chunk=N     send N bytes of the file in a message, 1 to 65528 (default: 65528)\n"
    "  -h, --help        print this and exit\n"
    "\n"
    "A word is a run of bytes between white space with at least one printable byte.\n"
    "\n"
    "Exit status: 0 success, 1 FILE cannot be read or the result not written,\n"
    "2 wrong usage, 3 a system call failed.\n";

// --- errors ---

static _Noreturn void fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
static _Noreturn void fail(int code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("wordcount: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(code);
}

// What somebody can do about a status.
static const char *advice(zx_status_t status) {
    switch (status) {
    case ZX_ERR_NO_MEMORY:
        return "memory or handles are used up: try fewer --workers";
    case ZX_ERR_ACCESS_DENIED:
        return "the policy of the job this program runs in forbids it: run it in another job";
    case ZX_ERR_PEER_CLOSED:
        return "the thread at the other end is gone: this is a bug in wordcount, please report it";
    default:
        return "this is a bug in wordcount or in the kernel, please report it";
    }
}

static void check(zx_status_t status, const char *what) {
    if (status != ZX_OK) {
        fail(EXIT_SYSTEM, "cannot %s: %s; %s", what, zx_status_get_string(status), advice(status));
    }
}

// --- counting ---

// Bytes that cannot be printed neither end a word nor make one.
enum kind { IGNORED, SPACE, WORD };

struct counts {
    uint64_t lines, words, bytes;
    enum kind first, last; // of the bytes that are not ignored
};

static enum kind kind_of(unsigned char byte) {
    if (byte == ' ' || (byte >= '\t' && byte <= '\r')) {
        return SPACE;
    }
    return byte > ' ' && byte <= '~' ? WORD : IGNORED;
}

static struct counts count(const unsigned char *bytes, size_t size) {
    struct counts counts = {.bytes = size};
    for (size_t i = 0; i < size; i++) {
        enum kind kind = kind_of(bytes[i]);
        if (kind == IGNORED) {
            continue;
        }
        counts.lines += bytes[i] == '\n';
        counts.words += kind == WORD && counts.last != WORD;
        counts.first = counts.first == IGNORED ? kind : counts.first;
        counts.last = kind;
    }
    return counts;
}

// Adds the counts of what follows in the file. A word across the border was counted twice.
static void append(struct counts *total, const struct counts *next) {
    total->lines += next->lines;
    total->words += next->words - (total->last == WORD && next->first == WORD);
    total->bytes += next->bytes;
    total->last = next->last == IGNORED ? total->last : next->last;
}

// --- messages ---

enum { CHUNK_MAX = ZX_CHANNEL_MAX_MSG_BYTES - sizeof(uint64_t) };

struct chunk {
    uint64_t number; // counted from 0, in the order of the file
    unsigned char bytes[CHUNK_MAX];
};

struct result {
    uint64_t number;
    struct counts counts;
};

enum { WORKERS_MAX = 64, CHUNKS_AHEAD = 4 }; // chunks that one worker may have before it

static zx_handle_t new_port(void) {
    zx_handle_t port;
    check(zx_port_create(0, &port), "create a port");
    return port;
}

static void new_channel(zx_handle_t *mine, zx_handle_t *other) {
    check(zx_channel_create(0, mine, other), "create a channel");
}

// Asks for a packet with `key` at the next of these signals.
static void watch(zx_handle_t port, uint64_t key, zx_handle_t handle, zx_signals_t signals) {
    check(zx_object_wait_async(handle, port, key, signals, ZX_WAIT_ASYNC_ONCE),
          "wait for an object at a port");
}

static zx_port_packet_t next_packet(zx_handle_t port) {
    zx_port_packet_t packet;
    check(zx_port_wait(port, ZX_TIME_INFINITE, &packet), "wait at a port");
    return packet;
}

// Sends handles alone; they are gone afterwards.
static void send_handles(zx_handle_t channel, const zx_handle_t *handles, uint32_t count) {
    check(zx_channel_write(channel, 0, NULL, 0, handles, count), "send handles over a channel");
}

static void receive_handles(zx_handle_t channel, zx_handle_t *handles, uint32_t count) {
    uint32_t actual_bytes, actual_handles;
    check(zx_channel_read(channel, 0, NULL, handles, 0, count, &actual_bytes, &actual_handles),
          "receive handles over a channel");
    if (actual_handles != count) {
        fail(EXIT_SYSTEM, "a message has %" PRIu32 " handles instead of %" PRIu32 "; %s",
             actual_handles, count, advice(ZX_ERR_INTERNAL));
    }
}

// --- a worker ---

// Counts what lies in the channel. False once that is closed and empty.
static bool count_chunks(zx_handle_t data, zx_handle_t results, struct chunk *chunk) {
    for (;;) {
        uint32_t size;
        zx_status_t status = zx_channel_read(data, 0, chunk, NULL, sizeof(*chunk), 0, &size, NULL);
        if (status == ZX_ERR_SHOULD_WAIT || status == ZX_ERR_PEER_CLOSED) {
            return status == ZX_ERR_SHOULD_WAIT;
        }
        check(status, "receive a chunk");
        struct result result = {chunk->number,
                                count(chunk->bytes, size - offsetof(struct chunk, bytes))};
        check(zx_channel_write(results, 0, &result, sizeof(result), NULL, 0), "send a result");
    }
}

static int run_worker(void *argument) {
    enum { CONTROL, DATA };
    zx_handle_t control = *(zx_handle_t *)argument;
    zx_handle_t port = new_port(), data = ZX_HANDLE_INVALID;

    // The server may look at the event but not signal it.
    zx_handle_t results, done, theirs[2];
    new_channel(&results, &theirs[0]);
    check(zx_event_create(0, &done), "create an event");
    check(zx_handle_duplicate(done, ZX_RIGHT_TRANSFER | ZX_RIGHT_WAIT, &theirs[1]),
          "duplicate a handle");
    send_handles(control, theirs, 2);

    struct chunk *chunk = malloc(sizeof(*chunk));
    check(chunk != NULL ? ZX_OK : ZX_ERR_NO_MEMORY, "allocate a buffer");
    watch(port, CONTROL, control, ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED);
    for (bool more = true; more;) {
        if (next_packet(port).key == CONTROL) {
            receive_handles(control, &data, 1);
        } else {
            more = count_chunks(data, results, chunk);
        }
        if (more) {
            watch(port, DATA, data, ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED);
        }
    }
    free(chunk);
    check(zx_object_signal(done, 0, ZX_EVENT_SIGNALED), "signal an event");

    const zx_handle_t mine[] = {port, control, data, results, done};
    check(zx_handle_close_many(mine, sizeof(mine) / sizeof(mine[0])), "close handles");
    return 0;
}

// --- the server ---

struct worker {
    thrd_t thread;
    zx_handle_t start; // what the thread starts with: its end of the control channel
    zx_handle_t control, data, results, done;
    unsigned ahead; // chunks sent whose results have not come
};

struct server {
    zx_handle_t port;
    FILE *file;
    const char *name;
    size_t chunk_size;
    struct chunk chunk;
    bool ended; // nothing more to read

    unsigned worker_count, workers_done;
    struct worker workers[WORKERS_MAX];

    // Results come in any order, and are added up in the order of the file.
    uint64_t sent, added;
    struct result results[WORKERS_MAX * CHUNKS_AHEAD];
    bool present[WORKERS_MAX * CHUNKS_AHEAD];
    struct counts total;
};

enum event { CONTROL, RESULTS, DONE };

static uint64_t key_of(const struct server *server, const struct worker *worker, enum event event) {
    return (uint64_t)(worker - server->workers) << 8 | event;
}

static void start_worker(struct server *server, struct worker *worker) {
    zx_handle_t data;
    new_channel(&worker->control, &worker->start);
    new_channel(&worker->data, &data);
    if (thrd_create(&worker->thread, run_worker, &worker->start) != thrd_success) {
        fail(EXIT_SYSTEM, "cannot start a thread; try fewer --workers, or raise `ulimit -u`");
    }
    send_handles(worker->control, &data, 1);
    watch(server->port, key_of(server, worker, CONTROL), worker->control,
          ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED);
}

// Sends the next chunk of the file, if there is one.
static bool send_chunk(struct server *server, struct worker *worker) {
    size_t size = fread(server->chunk.bytes, 1, server->chunk_size, server->file);
    if (ferror(server->file)) {
        fail(EXIT_FILE, "cannot read %s: %s; give a file that can be read", server->name,
             strerror(errno));
    }
    if (size == 0) {
        return false;
    }
    server->chunk.number = server->sent++;
    size += offsetof(struct chunk, bytes);
    check(zx_channel_write(worker->data, 0, &server->chunk, (uint32_t)size, NULL, 0),
          "send a chunk");
    worker->ahead++;
    return true;
}

// Keeps all workers supplied; at the end of the file closes their channels.
static void feed(struct server *server) {
    const uint64_t window = server->worker_count * CHUNKS_AHEAD;
    for (unsigned i = 0; !server->ended && i < server->worker_count * CHUNKS_AHEAD; i++) {
        struct worker *worker = &server->workers[i % server->worker_count];
        if (worker->ahead < CHUNKS_AHEAD && server->sent - server->added < window &&
            !send_chunk(server, worker)) {
            server->ended = true;
            for (unsigned j = 0; j < server->worker_count; j++) {
                check(zx_handle_close(server->workers[j].data), "close a channel");
            }
        }
    }
}

static void receive_results(struct server *server, struct worker *worker) {
    const uint64_t window = server->worker_count * CHUNKS_AHEAD;
    struct result result;
    for (;;) {
        zx_status_t status =
            zx_channel_read(worker->results, 0, &result, NULL, sizeof(result), 0, NULL, NULL);
        if (status == ZX_ERR_SHOULD_WAIT || status == ZX_ERR_PEER_CLOSED) {
            break;
        }
        check(status, "receive a result");
        server->results[result.number % window] = result;
        server->present[result.number % window] = true;
        worker->ahead--;
    }
    while (server->present[server->added % window]) {
        append(&server->total, &server->results[server->added % window].counts);
        server->present[server->added++ % window] = false;
    }
}

static void handle_event(struct server *server, uint64_t key) {
    struct worker *worker = &server->workers[key >> 8];
    switch ((enum event)(key & 0xff)) {
    case CONTROL: {
        zx_handle_t handles[2];
        receive_handles(worker->control, handles, 2);
        worker->results = handles[0];
        worker->done = handles[1];
        watch(server->port, key_of(server, worker, RESULTS), worker->results, ZX_CHANNEL_READABLE);
        watch(server->port, key_of(server, worker, DONE), worker->done, ZX_EVENT_SIGNALED);
        break;
    }
    case RESULTS:
        receive_results(server, worker);
        watch(server->port, key_of(server, worker, RESULTS), worker->results, ZX_CHANNEL_READABLE);
        break;
    case DONE:
        receive_results(server, worker);
        server->workers_done++;
        break;
    }
}

static void end_worker(struct worker *worker) {
    thrd_join(worker->thread, NULL);
    const zx_handle_t handles[] = {worker->control, worker->results, worker->done};
    check(zx_handle_close_many(handles, sizeof(handles) / sizeof(handles[0])), "close handles");
}

static struct counts count_file(const char *name, FILE *file, unsigned workers, size_t chunk_size) {
    static struct server server;
    server.name = name;
    server.file = file;
    server.worker_count = workers;
    server.chunk_size = chunk_size;
    server.port = new_port();
    for (unsigned i = 0; i < workers; i++) {
        start_worker(&server, &server.workers[i]);
    }
    feed(&server);
    while (server.workers_done < workers) {
        handle_event(&server, next_packet(server.port).key);
        feed(&server);
    }
    for (unsigned i = 0; i < workers; i++) {
        end_worker(&server.workers[i]);
    }
    check(zx_handle_close(server.port), "close a port");
    if (server.added != server.sent) {
        fail(EXIT_SYSTEM, "results are missing; %s", advice(ZX_ERR_INTERNAL));
    }
    return server.total;
}

// --- the program ---

static unsigned long number(const char *option, const char *text, unsigned long max) {
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || value < 1 || value > max) {
        fail(EXIT_USAGE, "--%s is '%s'; give a number from 1 to %lu", option, text, max);
    }
    return value;
}

// wc makes its columns as wide as the size of the file asks for.
static int column_width(FILE *file, const char *name) {
    struct stat about;
    if (fstat(fileno(file), &about) != 0) {
        fail(EXIT_FILE, "cannot look at %s: %s", name, strerror(errno));
    }
    if (S_ISDIR(about.st_mode)) {
        fail(EXIT_FILE, "%s is a directory; give a file", name);
    }
    return S_ISREG(about.st_mode) ? snprintf(NULL, 0, "%lld", (long long)about.st_size) : 7;
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"workers", required_argument, NULL, 'w'},
        {"chunk", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    unsigned workers = zx_system_get_num_cpus() < 8 ? zx_system_get_num_cpus() : 8;
    size_t chunk_size = CHUNK_MAX;
    for (int option; (option = getopt_long(argc, argv, "w:c:h", options, NULL)) != -1;) {
        switch (option) {
        case 'w':
            workers = (unsigned)number("workers", optarg, WORKERS_MAX);
            break;
        case 'c':
            chunk_size = number("chunk", optarg, CHUNK_MAX);
            break;
        case 'h':
            fputs(help, stdout);
            return fflush(stdout) == 0 ? 0 : EXIT_FILE;
        default:
            fputs("Try 'wordcount --help'.\n", stderr);
            return EXIT_USAGE;
        }
    }
    if (argc - optind != 1) {
        fail(EXIT_USAGE, "give one file; try 'wordcount --help'");
    }

    const char *name = argv[optind];
    FILE *file = fopen(name, "rb");
    if (file == NULL) {
        fail(EXIT_FILE, "cannot open %s: %s; give a file that can be read", name, strerror(errno));
    }
    int width = column_width(file, name);
    struct counts counts = count_file(name, file, workers, chunk_size);
    fclose(file);
    if (printf("%*" PRIu64 " %*" PRIu64 " %*" PRIu64 " %s\n", width, counts.lines, width,
               counts.words, width, counts.bytes, name) < 0 ||
        fflush(stdout) != 0) {
        fail(EXIT_FILE, "cannot write the result: %s", strerror(errno));
    }
    return 0;
}
