// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "unit.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/fault.h"
#include "sys.h"

enum { KINDS = 64, PAGE = 4096 };

// cmocka sets handlers around each test. The kernel's must stay in front of them, as
// src/libc/signals.c sees to in programs.
__attribute__((visibility("default"))) sighandler_t signal(int number, sighandler_t handler) {
    if (fault_owns(number)) {
        struct linux_sigaction action = {.handler.plain = handler}, old;
        fault_chain(number, &action, &old);
        return old.handler.plain;
    }
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, old;
    return sigaction(number, &action, &old) == 0 ? old.sa_handler : SIG_ERR;
}

// The one call that is made of others is part of libc's side, which is not here.
zx_status_t vdso_channel_call(zx_handle_t handle, uint32_t options, zx_time_t deadline,
                              const zx_channel_call_args_t *args, uint32_t *actual_bytes,
                              uint32_t *actual_handles) {
    (void)handle;
    (void)options;
    (void)deadline;
    (void)args;
    (void)actual_bytes;
    (void)actual_handles;
    return ZX_ERR_NOT_SUPPORTED;
}

static struct thread *attach(void) {
    struct thread *self = kernel_attach();
    struct thread_object *object = thread_object_new(self, self->process, "unit");
    unit_check(object != NULL);
    thread_object_start(self, object, self);
    object_unref(self, &object->object);
    return self;
}

struct thread *unit_self(void) {
    static struct thread *self;
    if (self == NULL) {
        self = attach();
    }
    return self;
}

// --- what is left over ---

static struct count {
    const char *name;
    uint32_t live;
} before[KINDS];
static uint32_t kinds;

static void remember(void *context, const char *name, uint32_t live) {
    (void)context;
    before[kinds++] = (struct count){name, live};
}

int unit_set_up(void **state) {
    (void)state;
    kinds = 0;
    slab_for_each(unit_self(), remember, NULL);
    return 0;
}

static uint32_t live_before(const char *name) {
    for (uint32_t i = 0; i < kinds; i++) {
        if (strcmp(before[i].name, name) == 0) {
            return before[i].live;
        }
    }
    return 0;
}

static void compare(void *context, const char *name, uint32_t live) {
    uint32_t then = live_before(name);
    if (live != then) {
        print_error("%s: %u before the test, %u after it\n", name, then, live);
        ++*(int *)context;
    }
}

int unit_tear_down(void **state) {
    (void)state;
    struct thread *self = unit_self();
    int differences = 0;
    slab_for_each(self, compare, &differences);
    return differences != 0 || self->lock_depth != 0 || self->wake_count != 0 || self->dead != NULL;
}

struct search {
    const char *name;
    uint32_t live;
};

static void look(void *context, const char *name, uint32_t live) {
    struct search *search = context;
    if (strcmp(name, search->name) == 0) {
        search->live = live;
    }
}

uint32_t unit_new(const char *name) {
    struct search search = {name, 0};
    slab_for_each(unit_self(), look, &search);
    return search.live - live_before(name);
}

// --- threads ---

static void *run(void *argument) {
    struct unit_thread *thread = argument;
    struct thread *self = attach();
    atomic_store(&thread->self, self);
    thread->function(self, thread->argument);
    kernel_detach(self);
    return NULL;
}

void unit_start(struct unit_thread *thread, void (*function)(struct thread *self, void *argument),
                void *argument) {
    thread->function = function;
    thread->argument = argument;
    atomic_store(&thread->self, NULL);
    unit_check(pthread_create(&thread->id, NULL, run, thread) == 0);
}

void unit_join(struct unit_thread *thread) {
    unit_check(pthread_join(thread->id, NULL) == 0);
}

void unit_sleep(int64_t nanoseconds) {
    struct timespec time = {.tv_sec = nanoseconds / 1000000000,
                            .tv_nsec = nanoseconds % 1000000000};
    nanosleep(&time, NULL);
}

enum { PARK_SLEEPING = 2, MUTEX_CONTENDED = 2 };

void unit_wait_until_parked(struct unit_thread *thread) {
    struct thread *self;
    while ((self = atomic_load(&thread->self)) == NULL ||
           atomic_load(&self->park) != PARK_SLEEPING) {
        unit_sleep(100000);
    }
}

void unit_wait_until_contended(struct mutex *mutex) {
    while (atomic_load(&mutex->state) != MUTEX_CONTENDED) {
        unit_sleep(100000);
    }
}

int unit_fatal_signal(void (*function)(void *argument), void *argument) {
    pid_t child = fork();
    unit_check(child >= 0);
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        sigaction(SIGILL, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
        function(argument);
        _exit(0);
    }
    int status;
    unit_check(waitpid(child, &status, 0) == child);
    unit_check(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

// --- handles and memory ---

struct process *unit_process_new(struct thread *self, const char *name) {
    struct process *process;
    return process_create(self, kernel_root_job(), name, &process) == ZX_OK ? process : NULL;
}

zx_handle_t unit_publish_take(struct thread *self, struct object *object, zx_rights_t rights) {
    struct handle *slot;
    unit_check(handle_reserve(self, &slot) == ZX_OK);
    zx_handle_t value = handle_value(self, slot);
    object_add_handle_always(object);
    handle_publish(slot, object, rights);
    return value;
}

void unit_close(struct thread *self, zx_handle_t handle) {
    struct handle_record record;
    unit_check(handle_take(self, handle, NULL, NULL, &record) == ZX_OK);
    handle_record_close(self, record);
}

char *unit_pages(size_t bytes) {
    char *at = mmap(NULL, bytes + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unit_check(at != MAP_FAILED && mprotect(at + bytes, PAGE, PROT_NONE) == 0);
    return at;
}

void unit_unmap(char *at, size_t bytes) {
    munmap(at, bytes + PAGE);
}
