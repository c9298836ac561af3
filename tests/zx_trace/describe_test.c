// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What a trace hook may ask of the library: a handle's object, and the thread.
#include <libzircon/libzircon.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <zircon/process.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/object.h>
#include <zircon/threads.h>
#include <zircon/zx-syscall-numbers.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static zx_koid_t koid_of(zx_handle_t handle) {
    zx_info_handle_basic_t info;
    CHECK(zx_object_get_info(handle, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL) ==
          ZX_OK);
    return info.koid;
}

static void test_handles(void) {
    zx_handle_t event, ends[2];
    zx_obj_type_t type;
    zx_koid_t koid;
    CHECK(zx_event_create(0, &event) == ZX_OK);
    CHECK(zx_channel_create(0, &ends[0], &ends[1]) == ZX_OK);
    uint32_t handles = libzircon_count_handles();
    CHECK(libzircon_describe_handle(event, &type, &koid));
    CHECK(type == ZX_OBJ_TYPE_EVENT && koid == koid_of(event));
    CHECK(libzircon_describe_handle(ends[1], &type, &koid));
    CHECK(type == ZX_OBJ_TYPE_CHANNEL && koid == koid_of(ends[1]));
    CHECK(libzircon_count_handles() == handles);
    CHECK(!libzircon_describe_handle(ZX_HANDLE_INVALID, &type, &koid));
    CHECK(!libzircon_describe_handle(event & ~3u, &type, &koid));
    CHECK(!libzircon_describe_handle(UINT32_MAX, &type, &koid));
    CHECK(zx_handle_close(event) == ZX_OK);
    CHECK(!libzircon_describe_handle(event, &type, &koid));
    zx_handle_close_many(ends, 2);
}

static void *check_thread(void *argument) {
    zx_koid_t *koid = argument;
    zx_koid_t told = koid_of(zx_thread_self()); // with this the thread enters the kernel at last
    *koid = libzircon_thread_koid();
    CHECK(*koid == told);
    return NULL;
}

static void test_threads(void) {
    zx_koid_t own = libzircon_thread_koid(), other = 0;
    CHECK(own == koid_of(zx_thread_self()));
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, check_thread, &other) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(other != 0 && other != own);
}

// A hook that looks at the first argument of each call, before and after it.
static struct {
    zx_koid_t before, after;
    bool good_before, good_after;
} seen;

static void look(void *context, uint32_t number, const uint64_t words[8], const uint64_t *result) {
    zx_obj_type_t type;
    zx_koid_t koid = 0;
    (void)context;
    if (number == ZX_SYS_handle_close) {
        bool good = libzircon_describe_handle((zx_handle_t)words[0], &type, &koid);
        *(result == NULL ? &seen.good_before : &seen.good_after) = good;
        *(result == NULL ? &seen.before : &seen.after) = koid;
    }
}

static void test_hook(void) {
    zx_handle_t event;
    CHECK(zx_event_create(0, &event) == ZX_OK);
    zx_koid_t koid = koid_of(event);
    libzircon_trace(look, NULL);
    zx_handle_close(event);
    libzircon_trace(NULL, NULL);
    CHECK(seen.good_before && seen.before == koid);
    CHECK(!seen.good_after);
}

// While other threads open and close: what is told of a handle is true of it, or nothing is told.
static _Atomic(zx_handle_t) shared_handle;
static atomic_bool stop;

static void *open_and_close(void *argument) {
    for (int i = 0; !atomic_load(&stop); i++) {
        zx_handle_t handle, other;
        if (i % 2 == 0) {
            zx_event_create(0, &handle);
            other = ZX_HANDLE_INVALID;
        } else {
            zx_channel_create(0, &handle, &other);
        }
        atomic_store(&shared_handle, handle);
        zx_handle_close(handle);
        zx_handle_close(other);
    }
    return argument;
}

static void test_races(void) {
    pthread_t thread;
    uint64_t told = 0;
    zx_time_t end = zx_clock_get_monotonic() + ZX_SEC(20);
    CHECK(pthread_create(&thread, NULL, open_and_close, NULL) == 0);
    zx_koid_t last = 0;
    while (told < 2000 && zx_clock_get_monotonic() < end) {
        zx_obj_type_t type;
        zx_koid_t koid;
        if (libzircon_describe_handle(atomic_load(&shared_handle), &type, &koid)) {
            told++;
            CHECK(type == ZX_OBJ_TYPE_EVENT || type == ZX_OBJ_TYPE_CHANNEL);
            CHECK(koid >= last); // the thread makes one object after the other
            last = koid;
        }
    }
    atomic_store(&stop, true);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(told > 0);
}

int main(void) {
    test_handles();
    test_threads();
    test_hook();
    test_races();
    return 0;
}
