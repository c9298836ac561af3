// Part of libzircon. BSD-3-Clause, see LICENSE.
// zx_debug_read reads the standard input; here that is a pipe.
#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int saved_input;

// Makes a pipe the standard input, and returns the end to write to.
static int feed(void) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    saved_input = dup(0);
    EXPECT(dup2(ends[0], 0) == 0);
    close(ends[0]);
    return ends[1];
}

static void stop_feeding(void) {
    dup2(saved_input, 0);
    close(saved_input);
}

static void put(int feeder, const char *text, size_t size) {
    EXPECT_EQ(write(feeder, text, size), (ssize_t)size);
}

struct reading {
    char *buffer;
    size_t size;
};

static int read_in_thread(void *argument) {
    struct reading *reading = argument;
    return zx_debug_read(root_resource(), reading->buffer, &reading->size);
}

TEST(debug_read, makes_line_feeds_of_carriage_returns_and_leaves_the_rest) {
    int feeder = feed();
    char all[256], got[256];
    for (int i = 0; i < 256; i++) {
        all[i] = (char)i;
    }
    put(feeder, all, 256);
    put(feeder, "\r\r\n\n\r", 5);
    size_t size = 256, lines = 5;
    zx_status_t first = zx_debug_read(root_resource(), got, &size);
    char ends[5];
    zx_status_t second = zx_debug_read(root_resource(), ends, &lines);
    stop_feeding();
    close(feeder);
    EXPECT_OK(first);
    EXPECT_EQ(size, 256);
    for (int i = 0; i < 256; i++) {
        EXPECT_EQ(got[i], i == '\r' ? '\n' : (char)i);
    }
    EXPECT_OK(second);
    EXPECT_EQ(memcmp(ends, "\n\n\n\n\n", 5), 0);
}

TEST(debug_read, waits_until_all_characters_have_come) {
    int feeder = feed();
    char got[8] = "-------";
    struct reading reading = {got, 7};
    struct test_thread thread;
    (void)root_resource(); // the library gives it out once, not to several threads
    start_thread(&thread, read_in_thread, &reading);
    wait_until_blocked(&thread);
    put(feeder, "on", 2);
    wait_until_blocked(&thread);
    put(feeder, "e\rt", 3);
    wait_until_blocked(&thread);
    EXPECT_EQ(reading.size, 7); // nothing is told before the end
    put(feeder, "wo and more", 11);
    EXPECT_OK(finish_thread(&thread));
    char rest[9];
    size_t size = 9;
    zx_status_t status = zx_debug_read(root_resource(), rest, &size);
    stop_feeding();
    close(feeder);
    EXPECT_EQ(reading.size, 7);
    EXPECT_EQ(memcmp(got, "one\ntwo", 8), 0);
    EXPECT_OK(status);
    EXPECT_EQ(memcmp(rest, " and more", 9), 0); // no character is lost between two calls
}

TEST(debug_read, ends_with_the_input) {
    int feeder = feed();
    char got[5] = "....";
    struct reading reading = {got, 4};
    struct test_thread thread;
    (void)root_resource();
    start_thread(&thread, read_in_thread, &reading);
    wait_until_blocked(&thread);
    put(feeder, "ab", 2);
    wait_until_blocked(&thread);
    close(feeder);
    int status = finish_thread(&thread);
    size_t one = 1, none = 0;
    zx_status_t again = zx_debug_read(root_resource(), got, &one);
    zx_status_t nothing = zx_debug_read(root_resource(), got, &none);
    stop_feeding();
    EXPECT_STATUS(status, ZX_ERR_NOT_SUPPORTED);
    EXPECT_EQ(reading.size, 4); // left as it was
    EXPECT_STATUS(again, ZX_ERR_NOT_SUPPORTED);
    EXPECT_OK(nothing); // no console is needed for no characters
    EXPECT_EQ(none, 0);
}

TEST(debug_read, is_not_supported_without_an_input) {
    int kept = dup(0);
    close(0);
    char got = 'x';
    size_t size = 1;
    zx_status_t closed = zx_debug_read(root_resource(), &got, &size);
    int write_only = open("/dev/null", O_WRONLY);
    zx_status_t unreadable = zx_debug_read(root_resource(), &got, &size);
    dup2(kept, 0);
    close(kept);
    EXPECT_EQ(write_only, 0);
    EXPECT_STATUS(closed, ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(unreadable, ZX_ERR_NOT_SUPPORTED);
    EXPECT_EQ(got, 'x');
    EXPECT_EQ(size, 1);
}

TEST(debug_read, reads_more_than_a_pipe_holds) {
    enum { SIZE = 300000 };
    int feeder = feed();
    char *got = malloc(SIZE), *text = malloc(SIZE);
    for (int i = 0; i < SIZE; i++) {
        text[i] = (char)('a' + i % 23);
    }
    struct reading reading = {got, SIZE};
    struct test_thread thread;
    (void)root_resource();
    start_thread(&thread, read_in_thread, &reading);
    for (size_t done = 0; done < SIZE; done += 10000) {
        put(feeder, text + done, 10000);
    }
    int status = finish_thread(&thread);
    stop_feeding();
    close(feeder);
    EXPECT_OK(status);
    EXPECT_EQ(reading.size, SIZE);
    EXPECT_EQ(memcmp(got, text, SIZE), 0);
    free(got);
    free(text);
}

TEST(debug_read, loses_what_it_read_if_it_cannot_be_stored) {
    for (int which = 0; which < BAD_OUT_POINTERS; which++) {
        int feeder = feed();
        size_t size = 4;
        put(feeder, "lostkept", 8);
        zx_status_t bad = zx_debug_read(root_resource(), bad_pointer(which, 4), &size);
        char got[4];
        zx_status_t good = zx_debug_read(root_resource(), got, &size);
        stop_feeding();
        close(feeder);
        EXPECT_STATUS(bad, ZX_ERR_INVALID_ARGS);
        EXPECT_EQ(size, 4);
        EXPECT_OK(good);
        EXPECT_EQ(memcmp(got, "kept", 4), 0);
    }
}

TEST(debug_read, needs_a_size_that_can_be_read_and_written) {
    char got[4] = "...";
    for (int which = 0; which < BAD_IN_POINTERS; which++) {
        EXPECT_STATUS(zx_debug_read(root_resource(), got, bad_pointer(which, sizeof(size_t))),
                      ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(memcmp(got, "...", 4), 0);
    int feeder = feed();
    size_t size = 3;
    put(feeder, "abc", 3);
    zx_status_t status = zx_debug_read(root_resource(), got, read_only_copy(&size, sizeof(size)));
    stop_feeding();
    close(feeder);
    EXPECT_STATUS(status, ZX_ERR_INVALID_ARGS); // found out when it is to be written
    EXPECT_EQ(memcmp(got, "abc", 4), 0);
}

static zx_status_t read_nothing(zx_handle_t resource) {
    size_t size = 0;
    return zx_debug_read(resource, NULL, &size);
}

TEST(debug_read, checks_its_handle) {
    expect_bad_handle(read_nothing);
    expect_wrong_type(read_nothing, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
    // No right is needed.
    zx_handle_t bare;
    EXPECT_OK(zx_handle_duplicate(root_resource(), ZX_RIGHT_NONE, &bare));
    EXPECT_OK(read_nothing(bare));
    close_handle(bare);
    EXPECT_STATUS(zx_debug_read(ZX_HANDLE_INVALID, NULL, NULL), ZX_ERR_BAD_HANDLE);
}

static _Atomic int signals;

static void count_signal(int number) {
    (void)number;
    signals++;
}

TEST(debug_read, goes_on_after_a_signal) {
    struct sigaction action = {.sa_handler = count_signal}, before;
    EXPECT_EQ(sigaction(SIGUSR1, &action, &before), 0);
    int feeder = feed();
    char got[4] = "...";
    struct reading reading = {got, 3};
    struct test_thread thread;
    (void)root_resource();
    signals = 0;
    start_thread(&thread, read_in_thread, &reading);
    wait_until_blocked(&thread);
    put(feeder, "a", 1);
    for (int i = 0; i < 5; i++) {
        wait_until_blocked(&thread);
        EXPECT_EQ(pthread_kill((pthread_t)thread.id, SIGUSR1), 0);
        zx_nanosleep(zx_deadline_after(1000000));
    }
    put(feeder, "bc", 2);
    int status = finish_thread(&thread);
    stop_feeding();
    close(feeder);
    EXPECT_EQ(sigaction(SIGUSR1, &before, NULL), 0);
    EXPECT_OK(status);
    EXPECT_EQ(memcmp(got, "abc", 4), 0);
    EXPECT(signals > 0);
}
