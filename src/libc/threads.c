// Part of libzircon. BSD-3-Clause, see LICENSE.
// Threads that libc makes are Zircon threads from their first moment, with a name and a handle.
//
// A thread's record lives from its creation until it has ended and was joined or detached. Its
// handle is the thread's own, as in Fuchsia's libc: programs borrow it.
#include <errno.h>
#include <libzircon/libzircon.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <zircon/process.h>
#include <zircon/syscalls.h>
#include <zircon/threads.h>

#include "base/state.h"
#include "host/defer.h"
#include "host/fault.h"
#include "host/threads.h"
#include "kernel.h"
#include "libc/libc.h"
#include "libc/next.h"
#include "objects/thread.h"
#include "syscalls/entry.h"

#if defined(__SANITIZE_THREAD__)
#define HAVE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HAVE_TSAN 1
#endif
#endif

#define uthash_fatal(message) __builtin_trap()
#include <uthash.h>

struct record {
    pthread_t id;
    zx_handle_t handle;
    struct thread_object *object; // with a reference, until the thread enters the kernel
    bool listed;
    bool ended, released; // by itself; by a join or a detach
    int users;            // its creator and itself, as long as they may touch the record
    bool masked;          // it starts with signals blocked, until it has entered the kernel
    unsigned long mask;   // and then gets these
    int (*c11_function)(void *);
    void *(*function)(void *);
    void *argument;
    struct record *inherited; // of the process before this one
    UT_hash_handle hh;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct record *records;
static struct record *inherited; // from the parent: of no use, but not lost to leak checkers
static _Thread_local struct record *own;
static _Thread_local bool over; // the thread has taken leave of the kernel
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool used KERNEL_STATE; // the records are of this kernel's threads

NEXT(int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*function)(void *),
      void *argument),
     (thread, attributes, function, argument))
NEXT(int, pthread_join, (pthread_t thread, void **result), (thread, result))
NEXT(int, pthread_tryjoin_np, (pthread_t thread, void **result), (thread, result))
NEXT(int, pthread_timedjoin_np, (pthread_t thread, void **result, const struct timespec *until),
     (thread, result, until))
NEXT(int, pthread_clockjoin_np,
     (pthread_t thread, void **result, clockid_t clock, const struct timespec *until),
     (thread, result, clock, until))
NEXT(int, pthread_detach, (pthread_t thread), (thread))
FIRST(int, pthread_create,
      (pthread_t * thread, const pthread_attr_t *attributes, void *(*function)(void *),
       void *argument),
      (thread, attributes, function, argument))
FIRST(int, pthread_join, (pthread_t thread, void **result), (thread, result))
FIRST(int, pthread_detach, (pthread_t thread), (thread))

// Our own threads are made by the first pthread_create, so that a sanitizer in front of us learns
// of them. On the way it comes by ours, which then only passes them on.
static _Thread_local bool passing;

static int create_passing(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *), void *argument) {
    passing = true;
    int error = first_pthread_create(thread, attributes, function, argument);
    passing = false;
    return error;
}

// --- records ---

static struct record *find_locked(pthread_t id) {
    struct record *record;
    HASH_FIND(hh, records, &id, sizeof(id), record);
    return record;
}

static void list_locked(struct record *record, pthread_t id) {
    if (!record->listed) {
        record->listed = true;
        record->id = id;
        HASH_ADD(hh, records, id, sizeof(record->id), record);
    }
}

// Lets go of a record; the last one who does frees it. Returns a handle to close.
static zx_handle_t settle_locked(struct record *record) {
    zx_handle_t handle = ZX_HANDLE_INVALID;
    if (record->ended && record->released) {
        if (record->listed) {
            HASH_DELETE(hh, records, record);
            record->listed = false;
        }
        handle = record->handle;
        record->handle = ZX_HANDLE_INVALID;
        if (record->users == 0) {
            free(record);
        }
    }
    return handle;
}

static zx_handle_t make_handle(struct thread *self, struct thread_object *object) {
    struct handle *slot;
    if (handle_reserve(self, &slot) != ZX_OK) {
        return ZX_HANDLE_INVALID;
    }
    zx_handle_t value = handle_value(self, slot);
    object_ref(&object->object);
    object_add_handle_always(&object->object);
    handle_publish(slot, &object->object, object->object.type->rights);
    return value;
}

// For a thread that was not made through us: main, or one of a library's.
static struct record *record_of_self(void) {
    if (entry_current() == NULL) {
        // The first call of the thread. In the child of a bare clone it finds that out, and drops
        // the records of its parent.
        entry_end(entry_begin());
    }
    if (own == NULL && !over) {
        struct record *record = calloc(1, sizeof(*record));
        if (record == NULL) {
            return NULL;
        }
        struct thread *self = entry_begin();
        record->handle = make_handle(self, self->object);
        entry_end(self);
        record->released = true; // we shall not hear of its join
        record->users = 1;
        pthread_mutex_lock(&lock);
        list_locked(record, pthread_self());
        pthread_mutex_unlock(&lock);
        own = record;
    }
    return own;
}

// The record of a thread that is to be joined or detached. Found before that is done, since a new
// thread may have its id right afterwards.
static struct record *find_to_release(pthread_t id) {
    pthread_mutex_lock(&lock);
    struct record *record = find_locked(id);
    pthread_mutex_unlock(&lock);
    return record;
}

// Somebody joined the thread, or detached it.
static void release(struct record *record) {
    if (record == NULL) {
        return;
    }
    pthread_mutex_lock(&lock);
    record->released = true;
    zx_handle_t handle = settle_locked(record);
    pthread_mutex_unlock(&lock);
    zx_handle_close(handle);
}

// --- the life of a thread ---

// Libc calls this several times over, as long as somebody asks for another round; we go last, so
// that other libraries' destructors can still make system calls.
static void thread_ends(void *rounds) {
    intptr_t done = (intptr_t)rounds;
    if (done < PTHREAD_DESTRUCTOR_ITERATIONS - 1) {
        pthread_setspecific(key, (void *)(done + 1));
        return;
    }
    // For good: what a handler did from here on would be left over. Destructors that still come may
    // make calls (libc_thread_is_over).
    (void)signal_block();
    over = true;
    zx_handle_t handle = ZX_HANDLE_INVALID;
    if (own != NULL) {
        pthread_mutex_lock(&lock);
        own->ended = true;
        own->users--;
        handle = settle_locked(own);
        pthread_mutex_unlock(&lock);
        own = NULL;
    }
    zx_handle_close(handle);
    entry_detach(true);
}

static void make_key(void) {
    pthread_key_create(&key, thread_ends);
}

bool libc_thread_is_over(void) {
    return over;
}

void libc_thread_attached(void) {
    if (!used) {
        libc_threads_forget();
        used = true;
    }
    pthread_once(&once, make_key);
    pthread_setspecific(key, (void *)1);
}

struct thread_object *libc_thread_object(void) {
    struct thread_object *object = own != NULL ? own->object : NULL;
    if (object != NULL) {
        own->object = NULL;
    }
    return object;
}

// The first code of a new thread.
static void begin(struct record *record) {
    own = record;
    pthread_mutex_lock(&lock);
    list_locked(record, pthread_self());
    pthread_mutex_unlock(&lock);
    entry_attach(libc_thread_object());
    if (record->masked) {
        signal_unblock(record->mask);
    }
}

#ifdef HAVE_TSAN
// The sanitizer learns of a thread inside the function that it put in the place of the program's.
// Until then nothing of ours may be instrumented: the thread enters the kernel with its first call,
// or at its end.
__attribute__((no_sanitize("thread"))) static void *run_posix(void *argument) {
    own = argument;
    void *result = own->function(own->argument);
    if (own->object != NULL) {
        begin(own);
    }
    return result;
}
#else
static void *run_posix(void *argument) {
    struct record *record = argument;
    begin(record);
    return thread_run_based(entry_current(), record->function, record->argument);
}
#endif

static void *call_c11(void *argument) {
    struct record *record = argument;
    return (void *)(intptr_t)record->c11_function(record->argument);
}

static void *run_c11(void *argument) {
    begin(argument);
    return thread_run_based(entry_current(), call_c11, argument);
}

// --- threads that zx_thread_start starts ---

// Linux's number of the calling thread, without asking Linux: libc tells debuggers where it keeps
// that.
static uint32_t own_tid(void) {
    enum { UNKNOWN, KNOWN, NONE };
    static _Atomic uint32_t state;
    static uint32_t offset;
    if (atomic_load_explicit(&state, memory_order_acquire) == KNOWN) {
        uint32_t tid;
        memcpy(&tid, (const char *)pthread_self() + offset, sizeof(tid));
        return tid;
    }
    uint32_t tid = thread_current_tid();
    if (atomic_load(&state) == UNKNOWN) {
        const uint32_t *place =
            dlsym(RTLD_DEFAULT, "_thread_db_pthread_tid"); // bits, count, offset
        uint32_t found = 0;
        if (place != NULL && place[0] == 32 && place[2] < 4096) {
            memcpy(&found, (const char *)pthread_self() + place[2], sizeof(found));
        }
        if (found == tid) {
            offset = place[2];
        }
        atomic_store(&state, found == tid ? KNOWN : NONE);
    }
    return tid;
}

static void *first(void *argument) {
    thread_first(argument);
}

static void *run_started(void *argument) {
    struct thread *self = argument;
    entry_adopt(self, own_tid());
    signal_unblock(self->signal_mask);
    return thread_run_based(self, first, self);
}

// On the thread of libc underneath, which ends when the Zircon thread does.
static bool begin_started(struct thread *self, struct thread *running) {
    (void)self;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    // It begins with signals blocked, and then has this one's mask.
    unsigned long blocked = ~fault_signal_mask();
    sigset_t set;
    sigemptyset(&set);
    memcpy(&set, &blocked, sizeof(blocked));
    pthread_attr_setsigmask_np(&attributes, &set);
    running->signal_mask = signal_mask();
    pthread_t thread;
    bool made = create_passing(&thread, &attributes, run_started, running) == 0;
    pthread_attr_destroy(&attributes);
    return made;
}

// What a killed thread, or one that exits, leaves by: libc ends it as if its function had returned.
static void exit_started(struct thread *self) {
    atomic_store(&self->state, THREAD_IN_USER);
    signal_resume(self);
    if (self->host_sp != 0) {
        thread_return_based(self->host_sp);
    }
    pthread_exit(NULL);
}

// For threads that somebody made go on here, with whatever stack they had: libc's wants an aligned
// one.
__attribute__((force_align_arg_pointer)) ZX_EXPORT void thrd_exit(int result) {
    pthread_exit((void *)(intptr_t)result);
}

// A handler that ran in the new thread before it has entered the kernel would enter it in its
// place: so signals are blocked until then. False if libc sets the thread's mask itself.
static bool inherits_mask(const pthread_attr_t *attributes, void *(*run)(void *)) {
#ifdef HAVE_TSAN
    if (run == run_posix) {
        return false; // it does not begin with us
    }
#endif
    (void)run;
    sigset_t set;
    return attributes == NULL ||
           pthread_attr_getsigmask_np(attributes, &set) == PTHREAD_ATTR_NO_SIGMASK_NP;
}

// Makes a thread whose object exists before it runs.
static int create(pthread_t *thread, const pthread_attr_t *attributes, const char *name,
                  void *(*run)(void *), const struct record *wanted) {
    struct record *record = calloc(1, sizeof(*record));
    if (record == NULL) {
        return EAGAIN;
    }
    *record = *wanted;
    record->users = 2;
    int detached = PTHREAD_CREATE_JOINABLE;
    if (attributes != NULL) {
        pthread_attr_getdetachstate(attributes, &detached);
    }
    record->released = detached == PTHREAD_CREATE_DETACHED;

    struct thread *self = entry_begin();
    char text[ZX_MAX_NAME_LEN];
    if (name == NULL) {
        snprintf(text, sizeof(text), "%s:%p", run == run_c11 ? "thrd_t" : "pthread_t",
                 (void *)record);
        name = text;
    }
    record->object = thread_object_new(self, self->process, name);
    if (record->object != NULL) {
        record->handle = make_handle(self, record->object);
    }
    entry_end(self);
    record->masked = inherits_mask(attributes, run);
    if (record->masked) {
        record->mask = signal_block();
    }
    unsigned long mask = record->mask;
    bool masked = record->masked; // the record may be gone when the thread is
    int error = record->object == NULL || record->handle == ZX_HANDLE_INVALID ? EAGAIN
                : run == run_c11 ? create_passing(thread, attributes, run, record)
                                 : next_pthread_create(thread, attributes, run, record);
    if (masked) {
        signal_unblock(mask);
    }
    if (error != 0) {
        self = entry_begin();
        if (record->object != NULL) {
            object_unref(self, &record->object->object);
        }
        entry_end(self);
        zx_handle_close(record->handle);
        free(record);
        return error;
    }
    // The thread may have ended by now, and its id belong to another: then it is not listed again.
    pthread_mutex_lock(&lock);
    if (!record->ended) {
        list_locked(record, *thread);
    }
    record->users--;
    zx_handle_t handle = settle_locked(record);
    pthread_mutex_unlock(&lock);
    zx_handle_close(handle);
    return 0;
}

ZX_EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                             void *(*function)(void *), void *argument) {
    if (passing) {
        return next_pthread_create(thread, attributes, function, argument);
    }
    struct record wanted = {.function = function, .argument = argument};
    return create(thread, attributes, NULL, run_posix, &wanted);
}

// Joins or detaches, and lets go of the record if that was done.
#define RELEASING(name, parameters, arguments)                                                     \
    ZX_EXPORT int name parameters {                                                                \
        struct record *record = find_to_release(thread);                                           \
        int error = next_##name arguments;                                                         \
        if (error == 0) {                                                                          \
            release(record);                                                                       \
        }                                                                                          \
        return error;                                                                              \
    }
RELEASING(pthread_join, (pthread_t thread, void **result), (thread, result))
RELEASING(pthread_tryjoin_np, (pthread_t thread, void **result), (thread, result))
RELEASING(pthread_timedjoin_np, (pthread_t thread, void **result, const struct timespec *until),
          (thread, result, until))
RELEASING(pthread_clockjoin_np,
          (pthread_t thread, void **result, clockid_t clock, const struct timespec *until),
          (thread, result, clock, until))
RELEASING(pthread_detach, (pthread_t thread), (thread))

// <threads.h> of the overlay declares it for programs.
int thrd_create_with_name(thrd_t *thread, thrd_start_t function, void *argument, const char *name);

ZX_EXPORT int thrd_create_with_name(thrd_t *thread, thrd_start_t function, void *argument,
                                    const char *name) {
    struct record wanted = {.c11_function = function, .argument = argument};
    switch (create(thread, NULL, name, run_c11, &wanted)) {
    case 0:
        return thrd_success;
    case ENOMEM:
    case EAGAIN:
        return thrd_nomem;
    default:
        return thrd_error;
    }
}

ZX_EXPORT int thrd_create(thrd_t *thread, thrd_start_t function, void *argument) {
    return thrd_create_with_name(thread, function, argument, NULL);
}

ZX_EXPORT int thrd_join(thrd_t thread, int *result) {
    void *value;
    int error = first_pthread_join(thread, &value);
    if (error == 0 && result != NULL) {
        *result = (int)(intptr_t)value;
    }
    return error == 0 ? thrd_success : thrd_error;
}

ZX_EXPORT int thrd_detach(thrd_t thread) {
    return first_pthread_detach(thread) == 0 ? thrd_success : thrd_error;
}

// --- handles ---

ZX_EXPORT zx_handle_t thrd_get_zx_handle(thrd_t thread) {
    if (thrd_equal(thread, thrd_current())) {
        return _zx_thread_self();
    }
    pthread_mutex_lock(&lock);
    struct record *record = find_locked(thread);
    zx_handle_t handle = record != NULL ? record->handle : ZX_HANDLE_INVALID;
    pthread_mutex_unlock(&lock);
    return handle;
}

ZX_EXPORT zx_handle_t _zx_thread_self(void) {
    struct record *record = record_of_self();
    return record != NULL ? record->handle : ZX_HANDLE_INVALID;
}

ZX_EXPORT extern __typeof__(_zx_thread_self) zx_thread_self
    __attribute__((weak, alias("_zx_thread_self")));

void libc_offer_thread_starts(void) {
    thread_host_begin = begin_started;
    thread_host_exit = exit_started;
}

int libc_create_thread(pthread_t *thread, void *(*function)(void *), void *argument) {
    return create_passing(thread, NULL, function, argument);
}

// In the child of a fork only the calling thread is left, and its handles are gone.
void libc_threads_forget(void) {
    pthread_mutex_init(&lock, NULL);
    if (records != NULL) {
        records->inherited = inherited;
        inherited = records;
    }
    records = NULL;
    own = NULL;
}
