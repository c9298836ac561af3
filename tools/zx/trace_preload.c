// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// libzircon-trace.so, which `zx trace` loads into the processes that it watches. It prints each
// call of each thread, in that thread.
//
// The hook may interrupt the program anywhere, and the program may pass anything. So it allocates
// nothing, takes no lock, uses libc only for Linux calls, blocks signals while it works, and reads
// the program's memory by a Linux call that fails where the memory cannot be read.
#include <errno.h>
#include <fcntl.h>
#include <libzircon/libzircon.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "trace_decode.h"
#include "trace_shared.h"

// Null in a process without libzircon.
extern __typeof__(libzircon_trace) libzircon_trace __attribute__((weak));
extern __typeof__(libzircon_describe_handle) libzircon_describe_handle __attribute__((weak));
extern __typeof__(libzircon_thread_koid) libzircon_thread_koid __attribute__((weak));
extern __typeof__(libzircon_thread_is_loaded) libzircon_thread_is_loaded __attribute__((weak));

static struct trace_shared *shared;
static const struct trace_settings *settings;
static int line_file;
static _Atomic bool line_file_works = true;
static pid_t process;
static _Atomic bool process_known; // to the command

// A call that a thread is in. A signal handler may make calls while another one waits.
struct frame {
    const uint64_t *words; // where the entry keeps them: tells calls apart
    uint32_t number;
    bool matches; // the objects that were asked for
    int64_t begin;
    struct trace_slot *slot;
    struct decoded before;
};

enum { DEPTH = 4 };

static _Thread_local struct {
    pid_t id;
    zx_koid_t koid;
    uint32_t depth;
    struct frame frames[DEPTH];
} thread __attribute__((tls_model("initial-exec")));

// --- the world outside ---

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * ZX_SEC(1) + time.tv_nsec;
}

// Past libzircon, which stands before libc here. Faults are never blocked.
static unsigned long block_signals(void) {
    unsigned long mask = ~(1ul << (SIGSEGV - 1) | 1ul << (SIGBUS - 1) | 1ul << (SIGILL - 1) |
                           1ul << (SIGFPE - 1) | 1ul << (SIGTRAP - 1) | 1ul << (SIGSYS - 1));
    unsigned long before = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &before, sizeof(mask));
    return before;
}

static void unblock_signals(unsigned long mask) {
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
}

static bool read_memory(void *to, uint64_t from, size_t count) {
    struct iovec local = {to, count}, remote = {(void *)(uintptr_t)from, count};
    return process_vm_readv(process, &local, 1, &remote, 1, 0) == (ssize_t)count;
}

static bool describe(zx_handle_t handle, zx_obj_type_t *type, zx_koid_t *koid) {
    return libzircon_describe_handle(handle, type, koid);
}

// Takes away the signal of a pipe that nobody reads, if it was not there before.
static void write_all(int file, const char *bytes, size_t count) {
    sigset_t pending, pipe_signal;
    sigpending(&pending);
    while (count > 0) {
        ssize_t written = write(file, bytes, count);
        if (written > 0) {
            bytes += written;
            count -= (size_t)written;
        } else if (errno != EINTR) {
            break;
        }
    }
    if (count > 0) {
        if (file == line_file) {
            atomic_store(&line_file_works, false);
        }
        if (errno == EPIPE && !sigismember(&pending, SIGPIPE)) {
            sigemptyset(&pipe_signal);
            sigaddset(&pipe_signal, SIGPIPE);
            sigtimedwait(&pipe_signal, NULL, &(struct timespec){0});
        }
    }
}

static void write_line(struct text *line) {
    if (line->cut) {
        memcpy(line->start + line->length - 3, "...", 3);
    }
    line->start[line->length] = '\n'; // for which the caller has left room
    if (atomic_load(&line_file_works)) {
        write_all(line_file, line->start, line->length + 1);
    }
}

// --- slots ---

static bool is_gone(uint64_t owner) {
    return syscall(SYS_tgkill, owner >> 32, (uint32_t)owner, 0) != 0 && errno == ESRCH;
}

static bool in_use(const struct trace_slot *slot) {
    for (uint32_t i = 0; i < DEPTH; i++) {
        if (thread.frames[i].slot == slot) {
            return true;
        }
    }
    return false;
}

// A free slot, or one whose thread is gone.
static struct trace_slot *claim_slot(void) {
    uint64_t owner = (uint64_t)process << 32 | (uint32_t)thread.id;
    for (int reclaim = 0; reclaim < 2; reclaim++) {
        for (uint32_t i = 0; i < TRACE_SLOTS; i++) {
            uint32_t at = ((uint32_t)thread.id + i) % TRACE_SLOTS;
            struct trace_slot *slot = &shared->slots[at];
            uint64_t before = atomic_load(&shared->owners[at]);
            if (before == owner ? in_use(slot) : before != 0 && !(reclaim && is_gone(before))) {
                continue;
            }
            if (atomic_compare_exchange_strong(&shared->owners[at], &before, owner)) {
                atomic_store(&slot->state, (atomic_load(&slot->state) | TRACE_STATE_MASK) + 1);
                return slot;
            }
        }
    }
    atomic_fetch_add(&shared->lost, 1);
    return NULL;
}

static void set_state(struct trace_slot *slot, enum trace_state state) {
    uint64_t before = atomic_load(&slot->state);
    atomic_store(&slot->state, ((before | TRACE_STATE_MASK) + 1) | state);
}

// Ends the pending call. Tells if its first half has been printed.
static bool end_pending(struct trace_slot *slot) {
    uint64_t state = atomic_load(&slot->state);
    if ((state & TRACE_STATE_MASK) == TRACE_PENDING &&
        atomic_compare_exchange_strong(&slot->state, &state, state & ~(uint64_t)TRACE_STATE_MASK)) {
        return false;
    }
    // The command prints, unless it was stopped on the way.
    for (int i = 0; i < 1000 && (atomic_load(&slot->state) & TRACE_STATE_MASK) == TRACE_PRINTING;
         i++) {
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    }
    bool printed = (atomic_load(&slot->state) & TRACE_STATE_MASK) != TRACE_IDLE;
    set_state(slot, TRACE_IDLE);
    return printed;
}

// --- the timeline ---

static void put_microseconds(struct text *text, int64_t nanoseconds) {
    uint64_t value = nanoseconds < 0 ? 0 : (uint64_t)nanoseconds;
    text_decimal(text, value / 1000);
    text_char(text, '.');
    for (uint64_t unit = 100; unit > 0; unit /= 10) {
        text_char(text, (char)('0' + value / unit % 10));
    }
}

static void put_ids(struct text *text) {
    text_string(text, ",\"pid\":");
    text_decimal(text, (uint64_t)process);
    text_string(text, ",\"tid\":");
    text_decimal(text, (uint64_t)thread.id);
}

static void write_event(struct text *text) {
    text_string(text, "},\n");
    if (!text->cut) {
        write_all(settings->timeline_file, text->start, text->length);
    }
}

static void name_in_timeline(const char *what, const char *name, zx_koid_t koid) {
    char room[256];
    struct text text = {.start = room, .size = sizeof(room)};
    text_string(&text, "{\"ph\":\"M\",\"name\":");
    text_json(&text, what, strlen(what));
    put_ids(&text);
    text_string(&text, ",\"args\":{\"name\":\"");
    text_string(&text, name);
    if (koid != ZX_KOID_INVALID) {
        text_char(&text, ' ');
        text_decimal(&text, koid);
    }
    text_string(&text, "\"}");
    write_event(&text);
}

// --- calls ---

static void meet_thread(void) {
    char name[16];
    prctl(PR_GET_NAME, name);
    if (!atomic_exchange(&process_known, true)) {
        atomic_fetch_add(&shared->processes, 1);
        if (settings->timeline) {
            name_in_timeline("process_name", program_invocation_short_name, ZX_KOID_INVALID);
        }
    }
    atomic_fetch_add(&shared->threads, 1);
    thread.id = (pid_t)syscall(SYS_gettid);
    thread.koid = libzircon_thread_koid();
    if (settings->timeline) {
        name_in_timeline("thread_name", name, thread.koid);
    }
}

static void saw_handle(void *context, zx_handle_t handle, zx_koid_t koid) {
    struct frame *frame = context;
    if (trace_wants(&settings->koids, koid) || trace_wants(&settings->handles, handle)) {
        frame->matches = true;
    }
}

static bool wants_objects(void) {
    return settings->koids.count + settings->handles.count > 0;
}

static bool wants_text(void) {
    return settings->lines || settings->timeline || wants_objects();
}

static struct decoder decoder_for(struct frame *frame) {
    return (struct decoder){
        .call = &syscall_table[frame->number],
        .words = frame->words,
        .data_limit = settings->data_limit,
        .read = read_memory,
        .describe = describe,
        .saw_handle = wants_objects() ? saw_handle : NULL,
        .context = frame,
    };
}

static void count_call(uint32_t number, bool failed, int64_t time) {
    struct trace_count *count = &shared->counts[number];
    uint64_t spent = time < 0 ? 0 : (uint64_t)time;
    atomic_fetch_add(&count->calls, 1);
    atomic_fetch_add(&count->errors, failed);
    atomic_fetch_add(&count->time, spent);
    uint64_t longest = atomic_load(&count->longest);
    while (longest < spent && !atomic_compare_exchange_weak(&count->longest, &longest, spent)) {
    }
}

static void print_call(struct frame *frame, const uint64_t *result, int64_t end, bool was_begun) {
    struct trace_slot *slot = frame->slot;
    struct decoder decoder = decoder_for(frame);
    uint64_t owner = (uint64_t)process << 32 | (uint32_t)thread.id;
    struct text line = {.start = slot->line, .size = sizeof(slot->line) - 1};
    trace_prefix(shared, &line, owner, thread.koid, frame->begin);
    if (was_begun) {
        text_string(&line, "<... ");
        text_string(&line, decoder.call->name);
        text_string(&line, " resumed> ");
        decode_second_half(&decoder, &frame->before, *result, &line);
    } else {
        decode_line(&decoder, &frame->before, result, &line);
    }
    if (settings->durations && result != NULL) {
        text_string(&line, " <");
        text_seconds(&line, end - frame->begin, 6);
        text_char(&line, '>');
    }
    if (frame->matches || !wants_objects()) {
        write_line(&line);
    }
}

static void draw_call(struct frame *frame, const uint64_t *result, int64_t end) {
    struct trace_slot *slot = frame->slot;
    struct decoder decoder = decoder_for(frame);
    struct text event = {.start = slot->line, .size = sizeof(slot->line)};
    text_string(&event, result != NULL ? "{\"ph\":\"X\",\"name\":\"" : "{\"ph\":\"i\",\"name\":\"");
    text_string(&event, decoder.call->name);
    text_string(&event, "\",\"cat\":\"");
    text_string(&event, decoder.call->group);
    text_char(&event, '"');
    put_ids(&event);
    text_string(&event, ",\"ts\":");
    put_microseconds(&event, frame->begin - settings->start);
    if (result != NULL) {
        text_string(&event, ",\"dur\":");
        put_microseconds(&event, end - frame->begin);
    } else {
        text_string(&event, ",\"s\":\"t\"");
    }
    text_string(&event, ",\"args\":{");
    decode_json(&decoder, &frame->before, result, &event);
    text_char(&event, '}');
    if (frame->matches || !wants_objects()) {
        write_event(&event);
    }
}

static void begin_call(uint32_t number, const uint64_t *words) {
    // A handler that left by a jump has left its calls behind.
    for (uint32_t i = 0; i < thread.depth; i++) {
        if (thread.frames[i].words == words) {
            thread.depth = i;
        }
    }
    if (thread.depth == DEPTH) {
        thread.depth = 0;
    }
    struct frame *frame = &thread.frames[thread.depth++];
    frame->words = words;
    frame->number = number;
    frame->matches = false;
    if (wants_text() && frame->slot == NULL) {
        frame->slot = claim_slot();
    }
    struct trace_slot *slot = frame->slot;
    bool returns = syscall_table[number].kind != SYSCALL_NORETURN;
    if (slot != NULL) {
        struct decoder decoder = decoder_for(frame);
        decoder.now = now();
        frame->before.text = (struct text){.start = slot->text, .size = sizeof(slot->text)};
        decode_before(&decoder, &frame->before);
        memcpy(slot->ends, frame->before.ends, sizeof(slot->ends));
        slot->thread = thread.koid;
        slot->number = number;
        slot->begin = now();
        if (returns && !settings->failed_only && (frame->matches || !wants_objects())) {
            set_state(slot, TRACE_PENDING);
        }
    }
    frame->begin = now();
    if (!returns) {
        if (settings->summary) {
            count_call(number, false, 0);
        }
        if (slot != NULL && settings->lines && !settings->failed_only) {
            print_call(frame, NULL, frame->begin, false);
        }
        if (slot != NULL && settings->timeline) {
            draw_call(frame, NULL, frame->begin);
        }
        thread.depth--;
    }
}

static void end_call(uint32_t number, const uint64_t *words, const uint64_t *result) {
    int64_t end = now();
    uint32_t depth = thread.depth;
    while (depth > 0 &&
           (thread.frames[depth - 1].words != words || thread.frames[depth - 1].number != number)) {
        depth--;
    }
    if (depth == 0) {
        return; // begun before the tracer came
    }
    thread.depth = depth - 1;
    struct frame *frame = &thread.frames[depth - 1];
    struct trace_slot *slot = frame->slot;
    bool failed = decode_failed(&syscall_table[number], *result);
    bool was_begun = false;
    if (slot != NULL && (atomic_load(&slot->state) & TRACE_STATE_MASK) != TRACE_IDLE) {
        was_begun = end_pending(slot);
    }
    if (settings->failed_only && !failed) {
        return;
    }
    if (slot != NULL && settings->lines) {
        print_call(frame, result, end, was_begun);
    } else if (slot != NULL && wants_objects() && !settings->timeline) {
        // Only to find the objects.
        struct decoder decoder = decoder_for(frame);
        struct text line = {.start = slot->line, .size = sizeof(slot->line)};
        decode_line(&decoder, &frame->before, result, &line);
    }
    if (slot != NULL && settings->timeline) {
        draw_call(frame, result, end);
    }
    if (settings->summary && (frame->matches || !wants_objects())) {
        count_call(number, failed, end - frame->begin);
    }
}

static void hook(void *context, uint32_t number, const uint64_t words[8], const uint64_t *result) {
    (void)context;
    if (number >= ZX_SYS_COUNT || !settings->calls[number]) {
        return;
    }
    if (settings->loaded_only && !libzircon_thread_is_loaded()) {
        return;
    }
    int error = errno;
    unsigned long before = block_signals();
    if (thread.id == 0) {
        meet_thread();
    }
    if (thread.koid == ZX_KOID_INVALID) {
        thread.koid = libzircon_thread_koid(); // a first call without a kernel entry had none
    }
    if (settings->threads.count == 0 || trace_wants(&settings->threads, thread.koid)) {
        if (result == NULL) {
            begin_call(number, words);
        } else {
            end_call(number, words, result);
        }
    }
    unblock_signals(before);
    errno = error;
}

// --- start ---

static void forget(void) {
    memset(&thread, 0, sizeof(thread));
    atomic_store(&process_known, false);
    process = getpid();
}

static bool map_shared(void) {
    const char *variable = getenv(TRACE_VARIABLE);
    char *end;
    long memory_file = variable != NULL ? strtol(variable, &end, 10) : -1;
    if (memory_file < 0 || *end != ',') {
        return false;
    }
    line_file = (int)strtol(end + 1, NULL, 10);
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, (int)memory_file, 0);
    if (shared == MAP_FAILED) {
        return false;
    }
    if (shared->magic != TRACE_MAGIC || shared->calls != ZX_SYS_COUNT) {
        static const char message[] = "libzircon-trace.so: zx is of another version; nothing is "
                                      "traced\n";
        write_all(STDERR_FILENO, message, sizeof(message) - 1);
        return false;
    }
    settings = &shared->settings;
    return true;
}

__attribute__((constructor)) static void start(void) {
    if (libzircon_trace != NULL && libzircon_describe_handle != NULL &&
        libzircon_thread_koid != NULL && libzircon_thread_is_loaded != NULL && map_shared()) {
        process = getpid();
        atomic_fetch_add(&shared->loaded, 1);
        pthread_atfork(NULL, NULL, forget);
        libzircon_trace(hook, NULL);
    }
}
