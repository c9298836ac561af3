// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The program that the tests of `zx trace` watch. Its argument says what it does; each test knows
// the calls that come of it.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>
#include <zircon/process.h>
#include <zircon/processargs.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/object.h>
#include <zircon/syscalls/port.h>
#include <zircon/threads.h>

static void die(const char *what) {
    fprintf(stderr, "traced: %s\n", what);
    exit(1);
}

static void messages(void) {
    zx_handle_t ends[2], event, got[2];
    uint32_t bytes, handles;
    char buffer[32];
    zx_channel_create(0, &ends[0], &ends[1]);
    zx_event_create(0, &event);
    zx_channel_write(ends[0], 0, "hello", 5, &event, 1);
    zx_channel_read(ends[1], 0, buffer, got, sizeof(buffer), 2, &bytes, &handles);
    zx_channel_read(ends[1], 0, buffer, got, sizeof(buffer), 2, &bytes, &handles);
    zx_object_signal(got[0], 0, ZX_EVENT_SIGNALED | ZX_USER_SIGNAL_1);
    zx_signals_t observed;
    zx_object_wait_one(got[0], ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, &observed);
    zx_object_wait_one(got[0], ZX_USER_SIGNAL_0, 0, &observed);
    static const char binary[] = {0, 1, 2, (char)0xff};
    zx_channel_write(ends[1], 0, binary, sizeof(binary), NULL, 0);
    static const char longer[] =
        "a \"text\" with a backslash \\ that does not end where it should\n";
    zx_channel_write(ends[1], 0, longer, sizeof(longer) - 1, NULL, 0);
    zx_handle_close_many((zx_handle_t[]){ends[0], ends[1], got[0]}, 3);
}

static void structures(void) {
    zx_handle_t port, event, timer;
    zx_port_packet_t packet = {.key = 7, .type = ZX_PKT_TYPE_USER, .user.c8 = "user packet"};
    zx_port_create(0, &port);
    zx_event_create(0, &event);
    zx_port_queue(port, &packet);
    zx_port_wait(port, ZX_TIME_INFINITE, &packet);
    zx_object_wait_async(event, port, 9, ZX_EVENT_SIGNALED, ZX_WAIT_ASYNC_ONCE);
    zx_object_signal(event, 0, ZX_EVENT_SIGNALED);
    zx_port_wait(port, 0, &packet);
    zx_wait_item_t items[2] = {{.handle = event, .waitfor = ZX_EVENT_SIGNALED},
                               {.handle = zx_thread_self(), .waitfor = ZX_THREAD_TERMINATED}};
    zx_object_wait_many(items, 2, 0);
    zx_info_handle_count_t info;
    zx_object_get_info(event, ZX_INFO_HANDLE_COUNT, &info, sizeof(info), NULL, NULL);
    zx_timer_create(ZX_TIMER_SLACK_LATE, ZX_CLOCK_MONOTONIC, &timer);
    zx_timer_set(timer, ZX_TIME_INFINITE, ZX_MSEC(5));
    zx_object_set_property(zx_thread_self(), ZX_PROP_NAME, "chief", 5);
    zx_socket_create(ZX_SOCKET_DATAGRAM, &timer, &event);
    zx_handle_replace(timer, ZX_RIGHT_WRITE | ZX_RIGHT_TRANSFER, &timer);
    zx_handle_disposition_t disposition = {
        .operation = ZX_HANDLE_OP_MOVE, .handle = timer, .rights = ZX_RIGHT_READ};
    zx_handle_t ends[2];
    zx_channel_create(0, &ends[0], &ends[1]);
    zx_channel_write_etc(ends[0], 0, NULL, 0, &disposition, 1);
}

// Everywhere memory that is not there.
static void bad_pointers(void) {
    void *bad = (void *)16;
    zx_handle_t end, other;
    zx_event_create(0, bad);
    zx_channel_create(0, &end, &other);
    zx_channel_write(end, 0, bad, 10, NULL, 0);
    zx_channel_write(end, 0, NULL, 0, bad, 2);
    zx_channel_read(other, 0, bad, bad, 10, 10, bad, bad);
    zx_channel_call(end, 0, 0, bad, bad, bad);
    zx_channel_call(end, 0, 0, &(zx_channel_call_args_t){.wr_bytes = bad, .wr_num_bytes = 8}, bad,
                    bad);
    zx_object_wait_many(bad, 3, 0);
    zx_object_get_info(end, ZX_INFO_HANDLE_BASIC, bad, 32, bad, bad);
    zx_object_set_property(end, ZX_PROP_NAME, bad, 5);
    zx_handle_close_many(bad, 3);
    zx_port_queue(end, bad);
    zx_debuglog_write(end, 0, bad, 20);
    zx_futex_wait(bad, 0, 0, 0);
    // The end of a page, behind which there is nothing.
    zx_channel_write(end, 0, (void *)(UINT64_MAX - 4), 20, NULL, 0);
    puts("done");
}

static zx_handle_t slow_end;

static void *answer_late(void *argument) {
    char buffer[64];
    uint32_t bytes, handles;
    zx_object_wait_one(slow_end, ZX_CHANNEL_READABLE, ZX_TIME_INFINITE, NULL);
    zx_channel_read(slow_end, 0, buffer, NULL, sizeof(buffer), 0, &bytes, &handles);
    usleep(400000);
    zx_channel_write(slow_end, 0, buffer, bytes, NULL, 0);
    return argument;
}

static void long_call(void) {
    zx_handle_t end;
    pthread_t thread;
    zx_channel_create(0, &end, &slow_end);
    pthread_create(&thread, NULL, answer_late, NULL);
    char request[] = "\0\0\0\0ping", reply[16];
    uint32_t bytes, handles;
    zx_channel_call_args_t call = {
        .wr_bytes = request, .wr_num_bytes = 8, .rd_bytes = reply, .rd_num_bytes = sizeof(reply)};
    if (zx_channel_call(end, 0, ZX_TIME_INFINITE, &call, &bytes, &handles) != ZX_OK) {
        die("the call failed");
    }
    pthread_join(thread, NULL);
}

static void *wait_for_ever(void *argument) {
    zx_nanosleep(ZX_TIME_INFINITE);
    return argument;
}

static void abandon(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, wait_for_ever, NULL);
    usleep(50000);
    exit(3);
}

static void *make_events(void *argument) {
    for (int i = 0; i < 20; i++) {
        zx_handle_t event;
        if (zx_event_create(0, &event) != ZX_OK || zx_handle_close(event) != ZX_OK) {
            die("an event failed");
        }
    }
    return argument;
}

// More threads than the tracer has slots, but not at a time.
static void many_threads(void) {
    for (int round = 0; round < 150; round++) {
        pthread_t threads[8];
        for (int i = 0; i < 8; i++) {
            if (pthread_create(&threads[i], NULL, make_events, NULL) != 0) {
                die("no thread");
            }
        }
        for (int i = 0; i < 8; i++) {
            pthread_join(threads[i], NULL);
        }
    }
}

static void make_children(void) {
    zx_handle_t event;
    zx_event_create(0, &event);
    for (int i = 0; i < 3; i++) {
        pid_t child = fork();
        if (child == 0) {
            zx_handle_t ends[2];
            _exit(zx_eventpair_create(0, &ends[0], &ends[1]) == ZX_OK ? 40 + i : 1);
        }
        int status;
        waitpid(child, &status, 0);
        if (WEXITSTATUS(status) != 40 + i) {
            die("a child failed");
        }
    }
    zx_handle_close(event);
}

static void on_alarm(int number) {
    (void)number;
    zx_handle_t event;
    zx_event_create(0, &event);
    zx_handle_close(event);
}

static void interrupted(void) {
    signal(SIGALRM, on_alarm);
    ualarm(200000, 0);
    zx_nanosleep(zx_deadline_after(ZX_MSEC(500)));
}

static void crash(void) {
    zx_handle_t event;
    zx_event_create(0, &event);
    kill(getpid(), SIGTERM);
    pause();
}

static void fail(void) {
    zx_handle_close(ZX_HANDLE_INVALID | 3);
    zx_event_create(1, NULL);
    zx_handle_close(ZX_HANDLE_INVALID);
}

static void write_much(void) {
    for (int i = 0; i < 20000; i++) {
        zx_handle_close(ZX_HANDLE_INVALID);
    }
}

// Records what the kernel does, and prints the records.
static void kernel_trace(void) {
    static char records[1 << 16];
    zx_handle_t resource = zx_take_startup_handle(PA_HND(PA_RESOURCE, 0)), ends[2];
    char name[ZX_MAX_NAME_LEN] = "a probe";
    size_t size = 0;
    zx_status_t probe = zx_ktrace_control(resource, 4, 0, name);
    if (probe < 0 || zx_ktrace_control(resource, 1, 0, NULL) != ZX_OK) {
        die("cannot start the trace");
    }
    zx_channel_create(0, &ends[0], &ends[1]);
    zx_channel_write(ends[0], 0, "hello", 5, NULL, 0);
    zx_ktrace_write(resource, (uint32_t)probe, 0x11, 0x22);
    zx_ktrace_control(resource, 2, 0, NULL);
    if (zx_ktrace_read(resource, records, 0, sizeof(records), &size) != ZX_OK) {
        die("cannot read the trace");
    }
    fwrite(records, 1, size, stdout);
    zx_handle_close_many(ends, 2);
}

static const struct {
    const char *name;
    void (*run)(void);
} deeds[] = {
    {"messages", messages},
    {"structures", structures},
    {"bad_pointers", bad_pointers},
    {"long_call", long_call},
    {"abandon", abandon},
    {"many_threads", many_threads},
    {"children", make_children},
    {"interrupted", interrupted},
    {"crash", crash},
    {"fail", fail},
    {"write_much", write_much},
    {"kernel_trace", kernel_trace},
};

int main(int argc, char **argv) {
    for (size_t i = 0; argc > 1 && i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        if (strcmp(deeds[i].name, argv[1]) == 0) {
            deeds[i].run();
            return argc > 2 ? atoi(argv[2]) : 0;
        }
    }
    die("no such deed");
}
